"""Checks of notebook 17: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb17.barriers import schedule
from hpo_tutor.course.exercises.nb17.ladders import uneven
from hpo_tutor.course.exercises.nb17.shares import brackets
from hpo_tutor.early_stopping import Job, bracket_sizes, determined, hyperband_brackets, rung_units
from hpo_tutor.tournaments.timelines import Span, Timeline

Function = Callable[..., Any]


# --- 17.1 -----------------------------------------------------------------------------------------------------------


def _downwards(max_time: int, n_rungs: int, divisor: int) -> list[int]:
    """Each rung from the one above it."""
    found = [max_time]
    while len(found) < n_rungs:
        found.append(max(found[-1] // divisor, 1))
    return found[::-1]


def _with_floor(max_time: int, n_rungs: int, divisor: int) -> Any:
    return np.maximum(np.floor(max_time / float(divisor) ** np.arange(n_rungs)[::-1]), 1)


def _one_by_one(max_time: int, n_rungs: int, divisor: int) -> Iterator[int]:
    for left in range(n_rungs - 1, -1, -1):
        yield int(max_time / divisor**left) or 1


# --- 17.2 -----------------------------------------------------------------------------------------------------------


def _rounded_down(max_trials: int, n_rungs: Any, divisor: int, power: int = 1, by_r: bool = True) -> list[int]:
    """As the hints have it, before what is left over is given away."""
    weights = [divisor ** (r - power) / (r if by_r else 1) for r in n_rungs]
    return [max(int(max_trials * weight / sum(weights)), 1) for weight in weights]


def _with_the_rest(max_trials: int, n_rungs: Any, divisor: int, **changes: Any) -> list[int]:
    trials = _rounded_down(max_trials, n_rungs, divisor, **changes)
    trials[n_rungs.index(max(n_rungs))] += max_trials - sum(trials)
    return trials


def _one_after_another(max_trials: int, n_rungs: Any, divisor: int) -> Any:
    """The bracket with most rungs gets what the others leave."""
    trials, r = np.zeros(len(n_rungs), dtype=int), np.array(n_rungs)
    weights = divisor ** (r - 1.0) / r
    for i in np.argsort(r)[:-1]:
        trials[i] = max(np.floor(weights[i] * max_trials / weights.sum()), 1)
    trials[np.argmax(r)] = max_trials - trials.sum()
    return trials


# --- 17.3 -----------------------------------------------------------------------------------------------------------


def _as_hinted(max_epochs: int, divisor: int) -> list[tuple[int, float]]:
    s_max = 0
    while divisor ** (s_max + 1) <= max_epochs:
        s_max += 1
    return [(math.ceil((s_max + 1) * divisor**s / (s + 1)), max_epochs / divisor**s) for s in range(s_max, -1, -1)]


def _upwards(max_epochs: int, divisor: int) -> Any:
    """The last bracket first, and s_max from a logarithm rounded to the nearest."""
    s = np.arange(round(math.log(max_epochs, divisor)) + 1)
    return np.column_stack([np.ceil(len(s) / (s + 1) * divisor**s), max_epochs // divisor**s])


def _by_budget(max_epochs: int, divisor: int) -> Iterator[list[float]]:
    """From the epochs of a bracket, as the paper writes it."""
    s_max = len(np.base_repr(max_epochs, divisor)) - 1
    budget = (s_max + 1) * max_epochs
    for s in reversed(range(s_max + 1)):
        yield [-(-budget // max_epochs * divisor**s // (s + 1)), max_epochs * divisor**-s]


# --- 17.4 -----------------------------------------------------------------------------------------------------------


def _by_clock(seconds: Any) -> tuple[float, float]:
    """A clock goes from barrier to barrier, and a record is kept of what each worker did."""
    spans, now = [], 0.0
    for rung, row in enumerate(seconds.tolist()):
        for worker, work in enumerate(row):
            if work:
                spans.append(Span(worker, Job(worker, 0, rung, rung, rung + 1), now, now + work, 0.5))
        now = max(span.end for span in spans)
    timeline = Timeline(seconds.shape[1], tuple(spans))
    return timeline.makespan, timeline.busy


def _by_waiting(seconds: Any) -> list[float]:
    """What all workers wait, taken from what they are there."""
    longest = seconds.max(axis=1, keepdims=True)
    waited = (longest - seconds).sum()
    return [longest.sum(), 1 - waited / (longest.sum() * len(seconds[0]))]


RIGHT: list[tuple[str, Function]] = [
    ("17.1", _downwards),
    ("17.1", _with_floor),
    ("17.1", _one_by_one),
    ("17.1", lambda max_time, n_rungs, divisor: rung_units(n_rungs, max_time, divisor)),
    ("17.2", _with_the_rest),
    ("17.2", _one_after_another),
    ("17.2", bracket_sizes),
    ("17.2", lambda n, n_rungs, divisor: _with_the_rest(n, n_rungs, divisor, power=0)),  # weights times the divisor
    ("17.3", _as_hinted),
    ("17.3", _upwards),
    ("17.3", _by_budget),
    ("17.3", lambda top, eta: [plan[0] for plan in hyperband_brackets(top, eta)]),
    ("17.4", _by_clock),
    ("17.4", _by_waiting),
]

WRONG: list[tuple[str, Function, str]] = [
    ("17.1", lambda m, n, d: [max(math.ceil(m / d ** (n - 1 - i)), 1) for i in range(n)], "rounded up"),
    ("17.1", lambda m, n, d: [max(m // d ** (n - i), 1) for i in range(n)], "a divisor too low"),
    ("17.1", lambda m, n, d: [m // d ** (n - 1 - i) for i in range(n)], "at 0 units"),
    ("17.1", lambda m, n, d: [m / d ** (n - 1 - i) for i in range(n)], "part of a unit"),
    ("17.1", lambda m, n, d: _downwards(m, n, d)[::-1], "descending"),
    ("17.1", lambda m, n, d: [d**i for i in range(n)], "from below"),
    ("17.1", lambda m, n, d: np.diff(_downwards(m, n, d), prepend=0), "between a rung and the next"),
    ("17.1", lambda m, n, d: _downwards(m, n, d)[:-1], "last rung is missing"),
    ("17.1", lambda m, n, d: _downwards(m, n + 1, d), ""),
    ("17.1", lambda m, n, d: [m] * n, ""),
    ("17.2", lambda n, r, d: [n // len(r) + (n % len(r)) * (one == max(r)) for one in r], "the same share"),
    ("17.2", lambda n, r, d: _with_the_rest(n, r, d, by_r=False), "not divided by r"),
    ("17.2", _rounded_down, "was lost"),
    ("17.2", lambda n, r, d: [first := _rounded_down(n, r, d), [n - sum(first[1:]), *first[1:]]][1], "wrong bracket"),
    ("17.2", lambda n, r, d: [math.ceil(n * d ** (one - 1) / one / sum(d ** (k - 1) / k for k in r)) for one in r],
     "rounded up"),
    ("17.2", lambda n, r, d: [n * d ** (one - 1) / one / sum(d ** (k - 1) / k for k in r) for one in r], "part of"),
    ("17.2", lambda n, r, d: sorted(_with_the_rest(n, r, d), reverse=True), "were sorted"),
    ("17.2", lambda n, r, d: [n * one // sum(r) for one in r], ""),
    ("17.2", lambda n, r, d: [n] * len(r), ""),
    ("17.3", lambda top, eta: [(top, r) for _, r in _as_hinted(top, eta)], "equally many"),
    ("17.3", lambda top, eta: [(len(_as_hinted(top, eta)) * top // int(r), r) for _, r in _as_hinted(top, eta)],
     "not divided by s + 1"),
    ("17.3", lambda top, eta: [(top / r, r) for _, r in _as_hinted(top, eta)], "not divided by s + 1"),
    ("17.3", lambda top, eta: [(len(b := _as_hinted(top, eta)) * top / r // (len(b) - i), r)
                             for i, (_, r) in enumerate(_as_hinted(top, eta))], "rounded down"),
    ("17.3", lambda top, eta: _as_hinted(top, eta)[:-1], "a bracket is missing"),
    ("17.3", lambda top, eta: _as_hinted(top, eta)[1:], "a bracket is missing"),
    ("17.3", lambda top, eta: [(n, top / r) for n, r in _as_hinted(top, eta)], "the other end"),
    ("17.3", lambda top, eta: [(n, top) for n, _ in _as_hinted(top, eta)], "nobody is ever stopped"),
    ("17.3", lambda top, eta: [pair[::-1] for pair in _as_hinted(top, eta)], "in the other order"),
    ("17.3", lambda top, eta: [(n + 1, r) for n, r in _as_hinted(top, eta)], ""),
    ("17.3", lambda top, eta: [(top, 1)], ""),
    ("17.4", lambda seconds: (seconds.sum(), seconds.sum() / (seconds.sum() * seconds.shape[1])), "added up"),
    ("17.4", lambda seconds: (seconds.mean(axis=1).sum(), 1.0), "the mean time"),
    ("17.4", lambda seconds: (max(map(sum, seconds.T)), seconds.sum() / max(map(sum, seconds.T)) / len(seconds.T)),
     "barriers were forgotten"),
    ("17.4", lambda seconds: (seconds.max(axis=0).sum(), _by_clock(seconds)[1]), "axes are exchanged"),
    ("17.4", lambda seconds: (_by_clock(seconds)[0], seconds.sum() / _by_clock(seconds)[0]), "of one worker"),
    ("17.4", lambda seconds: (_by_clock(seconds)[0], 1 - _by_clock(seconds)[1]), "workers wait"),
    ("17.4", lambda seconds: (_by_clock(seconds)[0], np.mean(seconds.mean(axis=1) / seconds.max(axis=1))), "mean of"),
    ("17.4", lambda seconds: _by_clock(seconds)[0], "only one number"),
    ("17.4", lambda seconds: _by_clock(seconds)[::-1], "in the other order"),
    ("17.4", lambda seconds: (_by_clock(seconds)[0], seconds.sum() / _by_clock(seconds)[0] / len(seconds)), ""),
    ("17.4", lambda seconds: (0.0, 0.0), ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["17.1", "17.2", "17.3", "17.4"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


def test_the_published_figures_come_out() -> None:
    """Determined's unit figures: trials of brackets, rungs, and the example of 16 trials of 937 batches."""
    ladder, trials = exercise("17.1").truth, exercise("17.2").truth
    assert ladder(10, 4, 2) == [1, 2, 5, 10]
    assert trials(20, (3, 2, 1), 3) == [12, 5, 3]
    assert trials(50, (4, 3), 3) == [35, 15]
    assert (trials(16, (3, 2), 4), ladder(937, 3, 4)) == ([12, 4], [58, 234, 937])
    scheduler = determined(16, 937)
    assert [len(rungs) for rungs in scheduler.rungs] == [3, 2]
    assert [list(rungs) for rungs in scheduler.rungs] == [ladder(937, n, 4) for n in (3, 2)]


@pytest.mark.parametrize("seed", range(20))
def test_ladders_and_shares_are_those_of_the_courses_own_brackets(seed: int) -> None:
    """On drawn cases the truths agree with the schedulers, and with answers that are written otherwise."""
    rng = np.random.default_rng(seed)
    max_time, n_rungs, divisor = uneven(rng)
    assert tuple(exercise("17.1").truth(max_time, n_rungs, divisor)) == rung_units(n_rungs, max_time, divisor)
    case = brackets(rng)
    trials = exercise("17.2").truth(*case)
    assert tuple(trials) == bracket_sizes(*case)
    assert trials == _one_after_another(*case).tolist()
    assert sum(trials) == case[0]


def test_a_ladder_keeps_its_shares() -> None:
    """Each rung is the one above it, divided and rounded down, as long as that is one unit or more."""
    for max_time in range(1, 200):
        found = exercise("17.1").truth(max_time, 5, 3)
        assert all(low == max(high // 3, 1) for low, high in pairwise(found))
        assert found[-1] == max_time


@pytest.mark.parametrize(("max_epochs", "divisor"), [(9, 3), (81, 3), (64, 2), (1024, 4), (243, 3), (625, 5)])
def test_brackets_begin_as_the_courses_hyperband_does(max_epochs: int, divisor: int) -> None:
    """Each starts the fewest trials with which it costs no less than its share, (s_max + 1) R epochs."""
    found = exercise("17.3").truth(max_epochs, divisor)
    assert found == [tuple(plan[0]) for plan in hyperband_brackets(max_epochs, divisor)]
    for n, epochs in found:
        n_rungs = len(np.base_repr(round(max_epochs / epochs), divisor))
        fair = max_epochs * len(found) / n_rungs / epochs  # so many trials pay the same at each rung
        assert n - 1 < fair <= n


def test_the_brackets_of_81_epochs() -> None:
    """81, 34, 15, 8 and 5 trials, whose first rungs lie at 1, 3, 9, 27 and 81 epochs."""
    assert exercise("17.3").truth(81, 3) == [(81, 1), (34, 3), (15, 9), (8, 27), (5, 81)]


@pytest.mark.parametrize("seed", range(20))
def test_barriers_cost_what_a_clock_says(seed: int) -> None:
    """Makespan and busy share are those of a record that is kept worker by worker."""
    rng = np.random.default_rng(seed)
    (seconds,) = schedule(rng, int(rng.integers(2, 6)), int(rng.integers(1, 7)))
    assert exercise("17.4").truth(seconds) == pytest.approx(_by_clock(seconds))


def test_the_barriers_of_the_paper_case() -> None:
    """4, 6 and 5 seconds one after another; two workers are there for 15 seconds each, and train 20 of the 30."""
    assert exercise("17.4").truth(*exercise("17.4").cases[0]) == pytest.approx((15, 20 / 30))
