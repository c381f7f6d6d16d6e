"""Checks of notebook 16: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb16.arrivals import report
from hpo_tutor.course.exercises.nb16.survivals import rung
from hpo_tutor.early_stopping import AsynchronousHalving, Job, Scheduler, SuccessiveHalving

Function = Callable[..., Any]


# --- 16.1 -----------------------------------------------------------------------------------------------------------


def _in_one_line(losses: Any, divisor: int) -> list[Any]:
    """As the third hint has it."""
    n = max(len(losses) // divisor, 1)
    return [i for i in np.argsort(losses)[:n] if not np.isnan(losses[i])]


def _with_infinity(losses: Any, divisor: int) -> set[int]:
    safe = [math.inf if math.isnan(loss) else loss for loss in losses]
    best = sorted(range(len(safe)), key=lambda i: safe[i])[: max(1, int(len(safe) / divisor))]
    return {i for i in best if safe[i] < math.inf}


def _by_counting(losses: Any, divisor: int) -> list[int]:
    """Nobody is sorted: who has fewer than so many better ones goes on."""
    n = max(len(losses) // divisor, 1)
    return [i for i, loss in enumerate(losses) if loss == loss and np.sum(losses < loss) < n]


# --- 16.2 -----------------------------------------------------------------------------------------------------------


def _step_by_step(n_trials: int, rungs: Any, divisor: int) -> int:
    """As the third hint has it."""
    n, before, total = n_trials, 0, 0
    for epochs in rungs:
        total += n * (epochs - before)
        before, n = epochs, max(n // divisor, 1)
    return total


def _trial_by_trial(n_trials: int, rungs: Any, divisor: int) -> int:
    """Every trial is followed to the rung where it ends: the first so many of all come through."""
    through = [max(n_trials // divisor**k, 1) for k in range(len(rungs))]
    return sum(max(epochs for n, epochs in zip(through, rungs, strict=True) if trial < n) for trial in range(n_trials))


def _with_arrays(n_trials: int, rungs: Any, divisor: int) -> Any:
    n = np.maximum(n_trials // divisor ** np.arange(len(rungs)), 1)
    return np.array([n @ np.diff(rungs, prepend=0)])


def _backwards(n_trials: int, rungs: Any, divisor: int) -> Any:
    """Those who end at a rung have had its epochs: what goes on is taken away."""
    n = [max(n_trials // divisor**k, 1) for k in range(len(rungs))] + [0]
    return float(sum((n[k] - n[k + 1]) * rungs[k] for k in range(len(rungs))))


# --- 16.3 -----------------------------------------------------------------------------------------------------------


def _sorted_in(losses_so_far: Any, loss: float, divisor: int) -> bool:
    return bool(np.searchsorted(np.sort(losses_so_far), loss) < max((len(losses_so_far) + 1) // divisor, 1))


def _by_index(losses_so_far: Any, loss: float, divisor: int) -> int:
    ordered = sorted([*losses_so_far, loss])
    return int(ordered.index(loss) <= max(len(ordered) // divisor, 1) - 1)


def _worst_seat(losses_so_far: Any, loss: float, divisor: int) -> Any:
    """No worse than the last of those that may go on."""
    ordered = sorted([*losses_so_far, loss])
    return np.bool_(loss <= ordered[max(len(ordered) // divisor, 1) - 1])


RIGHT: list[tuple[str, Function]] = [
    ("16.1", _in_one_line),
    ("16.1", _with_infinity),
    ("16.1", _by_counting),
    ("16.1", lambda losses, divisor: np.array(_in_one_line(losses, divisor))[::-1]),
    ("16.2", _step_by_step),
    ("16.2", _trial_by_trial),
    ("16.2", _with_arrays),
    ("16.2", _backwards),
    ("16.3", _sorted_in),
    ("16.3", _by_index),
    ("16.3", _worst_seat),
    ("16.3", lambda so_far, loss, divisor: sum(one < loss for one in so_far) < max((len(so_far) + 1) // divisor, 1)),
]


def _argsort(losses: Any, n: int) -> Any:
    return [i for i in np.argsort(losses)[:n] if not np.isnan(losses[i])]


def _seats(losses_so_far: Any, divisor: int) -> int:
    return max((len(losses_so_far) + 1) // divisor, 1)


def _better(losses_so_far: Any, loss: float) -> int:
    return len([one for one in losses_so_far if one < loss])


WRONG: list[tuple[str, Function, str]] = [
    ("16.1", lambda losses, d: sorted(range(len(losses)), key=lambda i: -np.nan_to_num(losses[i], nan=-9))[
        : max(len(losses) // d, 1)][: int(np.isfinite(losses).sum())], "the worst go on"),
    ("16.1", lambda losses, d: np.argsort(losses)[::-1][: max(len(losses) // d, 1)], "the worst go on"),
    ("16.1", lambda losses, d: _argsort(losses, -(-len(losses) // d)), "rounded up"),
    ("16.1", lambda losses, d: _argsort(losses, len(losses) // 2), "better half"),
    ("16.1", lambda losses, d: _argsort(losses, len(losses) // d), "nobody goes on"),
    ("16.1", lambda losses, d: np.argsort(losses)[: max(len(losses) // d, 1)], "a trial that failed goes on"),
    ("16.1", lambda losses, d: _argsort(losses, max(int(np.sum(~np.isnan(losses))) // d, 1)), "not failed"),
    ("16.1", lambda losses, d: np.where(losses < np.nanmean(losses))[0], "threshold"),
    ("16.1", lambda losses, d: np.sort(losses)[: len(_in_one_line(losses, d))], "their losses came back"),
    ("16.1", lambda losses, d: [i in _in_one_line(losses, d) for i in range(len(losses))], "a mask"),
    ("16.1", lambda losses, d: [i for i in range(len(losses)) if i not in _in_one_line(losses, d)], "stopped"),
    ("16.1", lambda losses, d: _argsort(losses, d), "divisor trials go on"),
    ("16.1", lambda losses, d: [], ""),
    ("16.1", lambda losses, d: list(range(max(len(losses) // d, 1))), ""),
    ("16.1", lambda losses, d: [i + 1 for i in _in_one_line(losses, d)], ""),
    ("16.2", lambda n, rungs, d: sum(max(n // d**k, 1) * epochs for k, epochs in enumerate(rungs)), "began anew"),
    ("16.2", lambda n, rungs, d: _step_by_step(n, rungs, d) - n * rungs[0], "first rung was left out"),
    ("16.2", lambda n, rungs, d: sum(
        max(n // d**k, 1) * (rungs[k] - rungs[k - 1]) for k in range(1, len(rungs))), "first rung was left out"),
    ("16.2", lambda n, rungs, d: _step_by_step(n, rungs[:-1], d), "last rung was left out"),
    ("16.2", lambda n, rungs, d: sum(
        n / d**k * (epochs - before)
        for k, (before, epochs) in enumerate(zip((0, *rungs), rungs, strict=False))), "part of a trial"),
    ("16.2", lambda n, rungs, d: sum(
        n // d**k * (epochs - before)
        for k, (before, epochs) in enumerate(zip((0, *rungs), rungs, strict=False))), "nobody went on"),
    ("16.2", lambda n, rungs, d: n * max(rungs), "all trials were trained to the last rung"),
    ("16.2", lambda n, rungs, d: n * max(rungs) - _trial_by_trial(n, rungs, d), "saved"),
    ("16.2", lambda n, rungs, d: sum(rungs), ""),
    ("16.2", lambda n, rungs, d: _step_by_step(n, rungs, d + 1), ""),
    ("16.2", lambda n, rungs, d: 0, ""),
    ("16.3", lambda so_far, loss, d: _better(so_far, loss) < (len(so_far) + 1) // d, "the first to arrive is stopped"),
    ("16.3", lambda so_far, loss, d: len(so_far) + 1 >= d and _better(so_far, loss) < _seats(so_far, d),
     "the first to arrive is stopped"),
    ("16.3", lambda so_far, loss, d: _better(so_far, loss) <= _seats(so_far, d), "one position too many"),
    ("16.3", lambda so_far, loss, d: _better(so_far, loss) < max(len(so_far) // d, 1), "not counted in n"),
    ("16.3", lambda so_far, loss, d: sorted([*so_far, loss], reverse=True).index(loss) < _seats(so_far, d),
     "larger loss"),
    ("16.3", lambda so_far, loss, d: np.searchsorted(np.sort(so_far), loss, side="right") < _seats(so_far, d), "ties"),
    ("16.3", lambda so_far, loss, d: _better(so_far, loss) < math.ceil((len(so_far) + 1) / d), "rounded up"),
    ("16.3", lambda so_far, loss, d: loss <= np.percentile([*so_far, loss], 100 / d), "rounded up"),
    ("16.3", lambda so_far, loss, d: loss <= np.median([*so_far, loss]), "better half"),
    ("16.3", lambda so_far, loss, d: not so_far or loss < min(so_far), "only the best so far"),
    ("16.3", lambda so_far, loss, d: not _sorted_in(so_far, loss, d), "turned round"),
    ("16.3", lambda so_far, loss, d: _better(so_far, loss), "the position came back"),
    ("16.3", lambda so_far, loss, d: False, ""),
    ("16.3", lambda so_far, loss, d: loss < 0.6, ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["16.1", "16.2", "16.3"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


@pytest.mark.parametrize("seed", range(20))
def test_survivors_are_those_that_the_tournament_promotes(seed: int) -> None:
    """Of a rung with failed trials, the course's successive halving trains on the very ones that the truth names."""
    rng = np.random.default_rng(seed)
    divisor = int(rng.integers(2, 5))
    losses, _ = rung(rng, int(rng.integers(divisor, 25)), 1, divisor)
    scheduler = SuccessiveHalving(len(losses), divisor, 1, divisor)
    jobs = _all_jobs(scheduler)
    for k in rng.permutation(len(jobs)):
        scheduler.report(jobs[k], losses[jobs[k].trial])
    promoted = sorted(job.trial for job in _all_jobs(scheduler))
    assert sorted(exercise("16.1").truth(losses, divisor)) == promoted == sorted(_by_counting(losses, divisor))


@pytest.mark.parametrize("seed", range(20))
def test_no_survivor_failed_or_is_worse_than_one_that_is_stopped(seed: int) -> None:
    """The two properties that define them, and their number."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 30))
    losses, divisor = rung(rng, n, int(rng.integers(0, n)), int(rng.integers(2, 6)))
    kept = exercise("16.1").truth(losses, divisor)
    stopped = np.delete(losses, kept)
    assert len(kept) == min(max(n // divisor, 1), np.isfinite(losses).sum())
    assert np.isfinite(losses[kept]).all()
    assert not np.any(stopped < losses[kept].max())


def _all_jobs(scheduler: Scheduler) -> list[Job]:
    jobs = []
    while (job := scheduler.ask()) is not None:
        jobs.append(job)
    return jobs


@pytest.mark.parametrize(("n_trials", "divisor", "n_rungs"), [(81, 3, 5), (50, 4, 3), (35, 2, 4), (200, 5, 3)])
def test_the_total_is_what_a_tournament_hands_out(n_trials: int, divisor: int, n_rungs: int) -> None:
    """Played to the end, the jobs of the course's successive halving add up to it."""
    scheduler = SuccessiveHalving(n_trials, divisor ** (n_rungs - 1), 1, divisor)
    trained, rng = 0.0, np.random.default_rng(0)
    while not scheduler.finished:
        for job in _all_jobs(scheduler):
            trained += job.stop - job.start
            scheduler.report(job, rng.random())
    assert exercise("16.2").truth(n_trials, scheduler.rungs[0], divisor) == trained


def test_the_total_of_the_example_is_counted_on_paper() -> None:
    """81 trials at rungs 1, 3, 9, 27, 81 cost 81 + 54 + 54 + 54 + 54; nine at 1, 3, 9 cost 9 + 6 + 6."""
    assert exercise("16.2").truth(81, (1, 3, 9, 27, 81), 3) == 81 + 4 * 54
    assert exercise("16.2").truth(9, (1, 3, 9), 3) == 9 + 3 * 2 + 1 * 6


@pytest.mark.parametrize("seed", range(20))
def test_the_rule_is_that_of_the_courses_own_scheduler(seed: int) -> None:
    """Trials that arrive one by one at the first rung, ties among them: the stopping form decides alike."""
    rng = np.random.default_rng(seed)
    divisor, losses = int(rng.integers(2, 5)), rng.integers(0, 12, 25) / 10
    scheduler = AsynchronousHalving(25, divisor, 1, divisor, form="stopping")
    for n, loss in enumerate(losses):
        job = scheduler.ask()
        while job is not None and job.rung:  # a trial that goes on comes before a new one
            scheduler.report(job, 0.0)
            job = scheduler.ask()
        assert job is not None
        scheduler.report(job, loss)
        went_on = scheduler.states[job.trial] == "waiting"
        assert exercise("16.3").truth(losses[:n], loss, divisor) == went_on == _by_index(losses[:n], loss, divisor)


def test_drawn_reports_are_near_the_edge() -> None:
    """With offset 0 the trial has the last seat, with offset 1 it is the first without one."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n, divisor = int(rng.integers(4, 16)), int(rng.integers(2, 5))
        assert [exercise("16.3").truth(*report(rng, n, divisor, offset)) for offset in (0, 1)] == [True, False]
