"""Checks of notebook 07: mistakes as students write them, right answers in other words, and near misses."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise

Function = Callable[..., Any]


def _seen_so_far(configs: Any) -> int:
    seen, repeats = [], 0
    for config in configs:
        repeats += config in seen
        seen.append(config)
    return repeats


def _compared_with_the_last(configs: Any) -> int:
    repeats, last = 0, None
    for config in configs:
        if config == last:
            repeats += 1
        last = config
    return repeats


def _bins_by_search(u: Any, n_values: Any, group: Any) -> Any:
    edges = np.arange(1, n_values) / n_values
    number = np.searchsorted(edges, u, side="right")
    code = [0] * len(group)
    code[list(group).index(max(group))] = 1
    return (2 * number + 1) / (2 * n_values), code


def _by_identity(u: Any, n_values: Any, group: Any) -> Any:
    number = np.clip(np.floor(u * n_values), 0, n_values - 1)
    return [(number + 0.5) / n_values, np.eye(len(group), dtype=bool)[np.argmax(group)]]


def _loop_over_trials(losses: Any, mean: Any, std: Any) -> int:
    best = 0
    for i in range(len(mean)):
        if mean[i] < mean[best]:
            best = i
    return best


RIGHT: list[tuple[str, Function]] = [
    ("07.1", _seen_so_far),
    ("07.1", lambda configs: sum(config in configs[:i] for i, config in enumerate(configs))),
    ("07.2", _bins_by_search),
    ("07.2", _by_identity),
    ("07.3", _loop_over_trials),
    ("07.3", lambda losses, mean, std: np.argsort(mean)[0]),
    ("07.3", lambda losses, mean, std: list(mean).index(min(mean))),
]


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_what_is_right_passes_however_it_is_written(name: str, function: Function) -> None:
    """Loops, lists, truth values for ones and zeros, numbers of numpy: all are fair."""
    assert examine(exercise(name), function).state == "passed"


@pytest.mark.parametrize("name", ["07.1", "07.2", "07.3"])
def test_a_stub_is_not_attempted(name: str) -> None:
    """What raises NotImplementedError is neither right nor wrong."""

    def stub(*arguments: Any) -> None:
        raise NotImplementedError

    assert examine(exercise(name), stub).state == "not attempted"


def _option(group: Any) -> Any:
    return np.eye(len(group))[np.argmax(group)]


def _place(u: Any, n: Any) -> Any:
    return (min(int(u * n), n - 1) + 0.5) / n


AS_WRITTEN: list[tuple[str, Function, str]] = [
    ("07.1", lambda configs: len({*configs}), "how many different configurations"),
    ("07.1", lambda configs: len([c for c in configs if configs.count(c) > 1]), "The first time is no repeat"),
    ("07.1", lambda configs: len([c for c in set(configs) if configs.count(c) > 1]), "more than once"),
    ("07.1", _compared_with_the_last, "the one before it only"),
    ("07.2", lambda u, n, group: (np.floor(u * n) / n, _option(group)), "left edge"),
    ("07.2", lambda u, n, group: (np.round(u * (n - 1)) / (n - 1), _option(group)), "1/(n-1)"),
    ("07.2", lambda u, n, group: ((np.floor(u * n) + 0.5) / n, _option(group)), "beyond the last one"),
    ("07.2", lambda u, n, group: (_place(u, n), [round(g) for g in group]), "rounded by itself"),
    ("07.2", lambda u, n, group: (_place(u, n), np.eye(len(group))[np.argmin(group)]), "smallest coordinate"),
    ("07.2", lambda u, n, group: (_place(u, n), int(np.argmax(group))), "number of the option"),
    ("07.2", lambda u, n, group: (_place(u, n), np.array(group)), "came back as they were"),
    ("07.3", lambda losses, mean, std: losses.argmin(), "lowest observed loss"),
    ("07.3", lambda losses, mean, std: mean.argmax(), "largest mean"),
    ("07.3", lambda losses, mean, std: (mean - std).argmin(), "std was subtracted"),
    ("07.3", lambda losses, mean, std: np.argmax(2 * std - mean), "std was subtracted"),
    ("07.3", lambda losses, mean, std: std.argmin(), "known best"),
    ("07.3", lambda losses, mean, std: mean.min(), "the mean itself"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(name: str, function: Function, words: str) -> None:
    """The same mistake gets the same message, and no other."""
    verdict = examine(exercise(name), function)
    assert verdict.mistake is not None, verdict
    assert words in verdict.mistake.message


NOT_KNOWN: list[tuple[str, Function]] = [
    ("07.1", lambda configs: len(configs) - len(set(configs)) + 1),
    ("07.1", lambda configs: len(configs)),
    ("07.2", lambda u, n, group: (_place(u, n) + 0.01, _option(group))),
    ("07.2", lambda u, n, group: (u, np.round(group))),
    ("07.2", lambda u, n, group: (_place(u, n), 2 * _option(group))),
    ("07.3", lambda losses, mean, std: np.argmin(losses + mean)),
    ("07.3", lambda losses, mean, std: len(mean) - 1),
]


@pytest.mark.parametrize(("name", "function"), NOT_KNOWN)
def test_what_is_wrong_in_another_way_is_not_diagnosed(name: str, function: Function) -> None:
    """Near misses, and two mistakes at once, are shown with a case, and no mistake is named."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert verdict.case


@pytest.mark.parametrize("name", ["07.1", "07.2", "07.3"])
def test_every_known_mistake_is_told_from_all_others(name: str) -> None:
    """The cases separate every wrong function from the truth, and from those of other mistakes."""
    asked = exercise(name)
    for mistake in asked.mistakes:
        for function in mistake.functions:
            assert examine(asked, function).mistake is mistake, mistake.message
