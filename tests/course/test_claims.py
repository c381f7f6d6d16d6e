"""A claim prints what holds, tells a student what no longer does, and stops the suite."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.claims import claim, in_words


@pytest.fixture
def relaxed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A student's settings: not strict."""
    monkeypatch.delenv("HPO_TUTOR_STRICT", raising=False)


@pytest.mark.usefixtures("relaxed")
@pytest.mark.parametrize("true", [True, np.True_, np.array([True]), pd.Series([True]), np.float64(1) < 2])
def test_a_true_claim_has_a_tick_and_its_numbers(true: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Truth values of Python, numpy and pandas are taken; the numbers follow the sentence."""
    claim("random ends nearer", true, random=0.0123456, grid=0.2, n=20, unit="GeV")
    assert capsys.readouterr().out == "✓ random ends nearer (random = 0.0123, grid = 0.2, n = 20, unit = GeV)\n"


@pytest.mark.usefixtures("relaxed")
def test_a_student_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    """A claim that is false after a knob was turned is said to be so, and nothing is raised."""
    claim("random ends nearer", np.False_, random=0.3)
    assert capsys.readouterr().out == "✗ no longer true with your settings: random ends nearer (random = 0.3)\n"


def test_the_suite_stops_at_a_false_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """Strict mode raises, with the sentence and its numbers; a true claim passes."""
    monkeypatch.setenv("HPO_TUTOR_STRICT", "1")
    claim("holds", True)
    with pytest.raises(AssertionError, match=r"the text claims: random ends nearer \(random = 0.3\)"):
        claim("random ends nearer", False, random=0.3)


@pytest.mark.parametrize("condition", [np.nan, 1, "yes", None, [True, True], np.array([]), lambda: True])
def test_a_claim_needs_one_truth_value(condition: Any) -> None:
    """Nan is true for Python, so anything but one bool is refused, with the way out."""
    with pytest.raises(TypeError, match=r"one truth value.*\.all\(\) or \.any\(\)"):
        claim("holds", condition)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.000123456, "0.000123"),
        (1234.56, "1,235"),
        (np.float32(0.5), "0.5"),
        (12345678, "12,345,678"),
        (1.5e9, "1.5e+09"),
        (float("nan"), "nan"),
        (True, "True"),
        ([0.12345, 2], "0.123 2"),
        (None, "None"),
    ],
)
def test_numbers_are_short(value: Any, words: str) -> None:
    """Three significant digits, integers in full, other things as they are."""
    assert in_words(value) == words
