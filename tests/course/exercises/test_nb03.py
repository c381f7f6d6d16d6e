"""Checks of notebook 03: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise

Function = Callable[..., Any]


def _noted_before_the_loop(losses: Any) -> list[float]:
    best = losses[0]
    kept = [best]
    for loss in losses:
        if loss < best:
            best = loss
        kept.append(best)
    return kept


def _began_with_infinity_in_the_list(losses: Any) -> list[float]:
    kept = [math.inf]
    for loss in losses:
        kept.append(loss if loss < kept[-1] else kept[-1])
    return kept


def _continued(losses: Any) -> list[float]:
    best, kept = np.inf, []
    for loss in losses:
        if loss >= best:
            continue
        best = loss
        kept.append(loss)
    return kept


def _continued_and_nan_known(losses: Any) -> list[float]:
    best, kept = np.inf, []
    for loss in losses:
        if np.isnan(loss) or loss >= best:
            continue
        best = loss
        kept.append(loss)
    return kept


def _continued_from_the_first(losses: Any) -> list[float]:
    best, kept = losses[0], []
    for loss in losses:
        if loss >= best:
            continue
        best = loss
        kept.append(best)
    return kept


def _differences_and_error(a: Any, b: Any) -> Any:
    d = a - b
    return d, d.std(ddof=1) / np.sqrt(len(d))


AS_WRITTEN: list[tuple[str, Function, str]] = [
    ("03.1", lambda share, confidence: np.log(confidence) / np.log(share), "both complements were forgotten"),
    ("03.1", lambda share, confidence: math.ceil(math.log(confidence, share)), "both complements were forgotten"),
    ("03.2", _noted_before_the_loop, "one number too many"),
    ("03.2", _began_with_infinity_in_the_list, "one number too many"),
    ("03.2", lambda losses: [0, *np.fmin.accumulate(losses)], "one number too many"),
    ("03.2", _continued, "skipped with `continue`"),
    ("03.2", _continued_from_the_first, "skipped with `continue`"),
    ("03.2", _continued_and_nan_known, "only where the incumbent improved"),
    ("03.3", _differences_and_error, "the differences came back themselves"),
    ("03.3", lambda a, b: [a - b, stats.sem(a - b)], "the differences came back themselves"),
    ("03.3", lambda a, b: (list(a - b), np.std(a - b) / len(a) ** 0.5), "the differences came back themselves"),
    ("03.3", lambda a, b: (a - b, np.std(a - b)), "the differences came back themselves"),
    ("03.3", lambda a, b: a - b, "the differences came back themselves"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(name: str, function: Function, words: str) -> None:
    """Loops and one-liners that make the same mistake get the same message, and no other."""
    verdict = examine(exercise(name), function)
    assert verdict.mistake is not None, verdict
    assert words in verdict.mistake.message


NOT_KNOWN: list[tuple[str, Function]] = [
    ("03.1", lambda share, confidence: math.log(confidence) / math.log(share) + 1),
    ("03.2", lambda losses: [7.0, *np.fmin.accumulate(losses)]),
    ("03.2", lambda losses: [*np.fmin.accumulate(losses), np.nanmin(losses)]),
    ("03.3", lambda a, b: (b - a, stats.sem(a - b))),
    ("03.3", lambda a, b: (a + b, stats.sem(a - b))),
]


@pytest.mark.parametrize(("name", "function"), NOT_KNOWN)
def test_what_is_wrong_in_another_way_is_not_diagnosed(name: str, function: Function) -> None:
    """A near miss of a known mistake is shown with a case, and no mistake is named."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert verdict.case


def test_an_incumbent_noted_before_the_loop_is_right_where_the_loop_begins_at_the_second() -> None:
    """The remedy that the message names passes."""

    def function(losses: Any) -> list[float]:
        kept = [losses[0]]
        for loss in losses[1:]:
            kept.append(loss if loss < kept[-1] else kept[-1])
        return kept

    assert examine(exercise("03.2"), function).state == "passed"
