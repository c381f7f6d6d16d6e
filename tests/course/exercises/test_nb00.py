"""The exercises of notebook 00 accept what is right however it is written, and tell beginners which mistake it was."""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hpo_tutor.course.checks import check, examine
from hpo_tutor.course.exercises import exercise

Function = Callable[..., Any]


@pytest.fixture(autouse=True)
def student(monkeypatch: pytest.MonkeyPatch) -> None:
    """A student's settings: a wrong answer prints and raises nothing."""
    monkeypatch.delenv("HPO_TUTOR_STRICT", raising=False)


def _in_place(accuracies: Any) -> Any:
    accuracies = np.array(accuracies, dtype=float)
    accuracies /= -100
    accuracies += 1
    return accuracies


def _one_by_one(accuracies: Any) -> Iterator[Any]:
    for accuracy in accuracies:
        yield (100 - accuracy) / 100


def _appended(accuracies: Any) -> list[float]:
    errors = []
    for accuracy in accuracies:
        errors.append(1 - float(accuracy) / 100)
    return errors


def _layer_by_layer(sizes: Any) -> int:
    total = 0
    for i in range(1, len(sizes)):
        total += sizes[i - 1] * sizes[i]
        total += sizes[i]
    return total


def _with_a_constant_input(sizes: Any) -> Any:
    return np.dot(np.array(sizes[:-1]) + 1, sizes[1:])


def _unit_by_unit(sizes: Any) -> int:
    return sum(1 + before for before, after in itertools.pairwise(sizes) for _ in range(after))


RIGHT = [
    ("00.1", _in_place),
    ("00.1", _one_by_one),
    ("00.1", _appended),
    ("00.1", lambda accuracies: 1 - 0.01 * accuracies),
    ("00.1", lambda accuracies: 1 - accuracies.astype(np.float32) / 100),
    ("00.1", lambda accuracies: np.array([1 - a / 100 for a in accuracies])),
    ("00.1", lambda accuracies: tuple(map(lambda a: (100 - a) / 100, accuracies))),  # noqa: C417
    ("00.1", lambda accuracies: 1 - pd.Series(accuracies) / 100),
    ("00.1", lambda accuracies: -(accuracies / 100 - 1)),
    ("00.1", lambda accuracies: abs(accuracies / 100 - 1)),
    ("00.1", lambda accuracies: torch.tensor(1 - accuracies / 100)),
    ("00.2", _layer_by_layer),
    ("00.2", _with_a_constant_input),
    ("00.2", _unit_by_unit),
    ("00.2", lambda sizes: float(_layer_by_layer(sizes))),
    ("00.2", lambda sizes: sum(a * b + b for a, b in zip(sizes[:-1], list(sizes)[1:], strict=True))),
    ("00.2", lambda sizes: np.array([_layer_by_layer(sizes)])),
]


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_right_answers_pass_however_they_are_written(name: str, function: Function) -> None:
    """Loops, lists, tuples, generators, Series, tensors, float32, changes in place."""
    assert examine(exercise(name), function).state == "passed"


def _early_return(sizes: Any) -> Any:
    total = 0
    for before, after in itertools.pairwise(sizes):
        total += before * after + after
        return total
    return total


def _late_start(sizes: Any) -> int:
    return sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(1, len(sizes) - 1))


def _early_end(sizes: Any) -> int:
    return sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes) - 2))


def _started_again(sizes: Any) -> int:
    n = 0
    for i in range(len(sizes) - 1):
        n = sizes[i] * sizes[i + 1] + sizes[i + 1]
    return n


def _started_again_without_biases(sizes: Any) -> int:
    n = 0
    for before, after in itertools.pairwise(sizes):
        n = before * after
    return n


AS_WRITTEN = [
    ("00.1", lambda accuracies: 1 - accuracies, "per cent was forgotten"),
    ("00.1", lambda accuracies: [1 - a for a in accuracies], "per cent was forgotten"),
    ("00.1", lambda accuracies: 100 - accuracies, "in per cent. Asked for"),
    ("00.1", lambda accuracies: accuracies / 100, "still shares of right answers"),
    ("00.1", lambda accuracies: accuracies, "still shares of right answers"),
    ("00.1", lambda accuracies: -accuracies, "minus accuracy is a loss too"),
    ("00.1", lambda accuracies: -1 * (accuracies / 100), "minus accuracy is a loss too"),
    ("00.1", lambda accuracies: accuracies / 100 - 1, "the sign is turned round"),
    ("00.1", lambda accuracies: (1 - accuracies) / 100, "brackets are in the wrong place"),
    ("00.1", lambda accuracies: 1 - accuracies * 100, "multiplied by 100"),
    ("00.1", lambda accuracies: 1 - accuracies // 100, "whole numbers came out"),
    ("00.1", lambda accuracies: [int(1 - a / 100) for a in accuracies], "whole numbers came out"),
    ("00.1", lambda accuracies: [round(1 - a / 100) for a in accuracies], "was rounded"),
    ("00.1", lambda accuracies: [round(1 - a / 100, 2) for a in accuracies], "was rounded"),
    ("00.1", lambda accuracies: np.round(1 - accuracies / 100, 1), "was rounded"),
    ("00.1", lambda accuracies: 1 / accuracies, "no share of wrong answers"),
    ("00.1", lambda accuracies: 1 - accuracies.mean() / 100, "one number came back"),
    ("00.1", lambda accuracies: 1 - max(accuracies) / 100, "one number came back"),
    ("00.1", lambda accuracies: 100 - accuracies / 100, "subtracted from 100"),
    ("00.1", lambda accuracies: [100 - a / 100 for a in accuracies], "subtracted from 100"),
    ("00.1", lambda accuracies: 1 - accuracies.mean(), "and per cent was forgotten"),
    ("00.1", lambda accuracies: 1 - sum(accuracies) / len(accuracies), "and per cent was forgotten"),
    ("00.1", lambda accuracies: np.mean(1 - accuracies), "and per cent was forgotten"),
    ("00.2", _started_again, "forgets the layers before"),
    ("00.2", _started_again_without_biases, "forgets the layers before"),
    ("00.2", lambda sizes: sum(a * b for a, b in itertools.pairwise(sizes)), "biases are missing"),
    ("00.2", lambda sizes: int(np.dot(sizes[:-1], sizes[1:])), "biases are missing"),
    ("00.2", lambda sizes: np.dot(sizes[:-1], sizes[1:]) + np.sum(sizes), "inputs were given biases"),
    ("00.2", lambda sizes: sum(a * (b + 1) for a, b in itertools.pairwise(sizes)), "on the wrong side"),
    ("00.2", lambda sizes: sum(a * b + 1 for a, b in itertools.pairwise(sizes)), "one bias was counted for each layer"),
    ("00.2", math.prod, "multiplied together"),
    ("00.2", np.prod, "multiplied together"),
    ("00.2", sum, "units, not parameters"),
    ("00.2", lambda sizes: sum(sizes[1:]), "units, not parameters"),
    ("00.2", _early_end, "the last layer is missing"),
    ("00.2", _late_start, "the first layer of weights is missing"),
    ("00.2", lambda sizes: np.dot(sizes[:-1], sizes[1:]) + sum(sizes[1:-1]), "output layer has biases"),
    ("00.2", _early_return, "A return inside a loop"),
    ("00.2", lambda sizes: [a * b + b for a, b in itertools.pairwise(sizes)], "layer by layer"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(
    name: str, function: Function, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Loops and one-liners that make the same mistake get the same message."""
    check(name, function)
    out = capsys.readouterr().out
    assert "The likely mistake: " in out
    assert words in out


NEAR = [
    ("00.1", lambda accuracies: 1 - accuracies / 1000),
    ("00.1", lambda accuracies: 1 - (accuracies / 100) ** 2),
    ("00.1", lambda accuracies: np.sqrt(1 - accuracies / 100)),
    ("00.1", lambda accuracies: -np.log(accuracies / 100)),
    ("00.1", lambda accuracies: 100 - accuracies / 1000),
    ("00.1", lambda accuracies: 1 - accuracies.sum()),
    ("00.1", lambda accuracies: [0.03, 0.085, 0.92]),
    ("00.1", lambda accuracies: np.sort(1 - accuracies / 100)),
    ("00.2", lambda sizes: 2410),
    ("00.2", lambda sizes: _layer_by_layer(sizes) + 1),
    ("00.2", lambda sizes: (sizes[-2] + 2) * sizes[-1]),
    ("00.2", lambda sizes: (sizes[0] + 1) * sizes[1] * sizes[-1]),
    ("00.2", lambda sizes: sum((a + 1) * (b + 1) for a, b in itertools.pairwise(sizes))),
]


@pytest.mark.parametrize(("name", "function"), NEAR)
def test_near_misses_are_shown_and_not_diagnosed(name: str, function: Function) -> None:
    """What resembles a known mistake, or the truth, but is something else, gets a case and no diagnosis."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert verdict.case


def test_three_sizes_taken_for_granted_become_a_sentence() -> None:
    """A function that works for three layers alone stops with an error, which is shown with the case."""
    verdict = examine(exercise("00.2"), lambda sizes: sizes[0] * sizes[1] + sizes[1] * sizes[2] + sizes[1] + sizes[2])
    assert verdict.state == "wrong"
    assert verdict.case[0] == "n_parameters(sizes=(64, 10))"
    assert "IndexError" in verdict.case[1]


# --- the truths against an independent truth ------------------------------------------------------------------------


@pytest.mark.parametrize("case", exercise("00.2").cases)
def test_parameters_are_those_that_torch_trains(case: tuple[tuple[int, ...]]) -> None:
    """PyTorch's own linear layers hold exactly as many numbers."""
    layers = torch.nn.Sequential(*(torch.nn.Linear(a, b) for a, b in itertools.pairwise(case[0])))
    assert exercise("00.2").truth(*case) == sum(numbers.numel() for numbers in layers.parameters())


@pytest.mark.parametrize("case", exercise("00.1").cases)
def test_error_rates_count_wrong_answers(case: tuple[Any]) -> None:
    """Of 400 answers with that accuracy, the error rate is the share that is wrong."""
    for accuracy, rate in zip(case[0], exercise("00.1").truth(*case), strict=True):
        n_right = round(400 * float(accuracy) / 100)
        answers = np.arange(400) < n_right
        assert rate == pytest.approx(np.mean(~answers))
