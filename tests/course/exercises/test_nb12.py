"""Checks of notebook 12: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes
from scipy import stats

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise

Function = Callable[..., Any]


def _plain_bar(y: Any) -> list[float]:
    """Written out, without numpy."""
    means = [sum(row) / len(row) for row in y]
    n = len(means)
    middle = sum(means) / n
    spread = math.sqrt(sum((one - middle) ** 2 for one in means) / (n - 1))
    return [middle - 1.96 * spread / math.sqrt(n), middle + 1.96 * spread / math.sqrt(n)]


def _scipy_bar(y: Any) -> Any:
    means = y.mean(axis=1)
    return stats.norm.interval(0.95, loc=means.mean(), scale=stats.sem(means))


def _student(y: Any) -> Any:
    means = y.mean(axis=1)
    return stats.t.interval(0.95, len(means) - 1, loc=means.mean(), scale=stats.sem(means))


def _bar(values: Any, half: float) -> tuple[float, float]:
    return values.mean() - half, values.mean() + half


def _loops(y: Any, picks: Any) -> tuple[float, float]:
    """One resampled study after another; the quantiles by counting."""
    of_batch = [row.mean() for row in y]
    means = sorted(sum(of_batch[k] for k in row) / len(row) for row in picks)
    return means[int(0.025 * len(means))], means[int(0.975 * len(means))]


def _whole_rows(y: Any, picks: Any) -> Any:
    """All searches of the batches that were drawn: each batch has equally many, so it is the same mean."""
    return np.percentile(y[picks].mean(axis=(1, 2)), [2.5, 97.5])


def _four_piles(equal: float, power: float, level: float) -> list[float]:
    n = 1e6
    piles = {(same, star): 0.0 for same in (0, 1) for star in (0, 1)}
    for same, share, chance in ((1, equal, level), (0, 1 - equal, power)):
        piles[same, 1], piles[same, 0] = n * share * chance, n * share * (1 - chance)
    return [piles[1, 1] / (piles[1, 1] + piles[0, 1]), piles[0, 0] / (piles[0, 0] + piles[1, 0])]


RIGHT: list[tuple[str, Function]] = [
    ("12.1", _plain_bar),
    ("12.1", _scipy_bar),
    ("12.1", _student),
    ("12.1", lambda y: np.mean(y) + np.array([-1.96, 1.96]) * stats.sem(np.mean(y, axis=1))),
    ("12.1", lambda y: _bar(y.mean(axis=1), 2 * stats.sem(y.mean(axis=1)))),
    ("12.1", lambda y: _bar(y.mean(axis=1), 1.96 * y.mean(axis=1).std() / np.sqrt(len(y)))),
    ("12.2", _loops),
    ("12.2", _whole_rows),
    ("12.2", lambda y, picks: list(np.quantile([y[row].mean() for row in picks], [0.025, 0.975]))),
    ("12.2", lambda y, picks: (np.sort(m := _of(y, picks))[int(len(m) * 0.025)], np.sort(m)[-1 - int(len(m) * 0.025)])),
    ("12.2", lambda y, picks: np.sort(m := _of(y, picks))[[int(0.025 * len(m)), int(0.975 * len(m)) - 1]]),
    ("12.3", _four_piles),
    ("12.3", lambda e, p, a: np.array([1 / (1 + (1 - e) * p / (e * a)), 1 / (1 + e * (1 - a) / ((1 - e) * (1 - p)))])),
]


def _of(y: Any, picks: Any) -> Any:
    return y.mean(axis=1)[picks].mean(axis=1)


WRONG: list[tuple[str, Function, str]] = [
    ("12.1", lambda y: _bar(y.mean(axis=1), 1.96 * np.std(y.mean(axis=1))), "how far one batch lies"),
    ("12.1", lambda y: _bar(y.ravel(), 1.96 * stats.sem(y, axis=None)), "in one pot, and their number"),
    ("12.1", lambda y: _bar(y, 1.96 * np.std(y) / np.sqrt(len(y))), "in one pot for the standard deviation"),
    ("12.1", lambda y: _bar(y, 1.96 * np.std(y.mean(axis=1)) / np.sqrt(y.size)), "number of all searches"),
    ("12.1", lambda y: _bar(y, 1.96 * stats.sem(y.mean(axis=0))), "Batches are the rows"),
    ("12.1", lambda y: _bar(y, 1.96 * y.mean(axis=1).std(ddof=1) / np.sqrt(len(y) - 1)), "came in twice"),
    ("12.1", lambda y: _bar(y, 1.96 * y.mean(axis=1).var(ddof=1) / len(y)), "variance"),
    ("12.1", lambda y: _bar(y, stats.sem(y.mean(axis=1))), "68 %"),
    ("12.1", lambda y: _bar(y, 1.645 * stats.sem(y.mean(axis=1))), "10 % in all"),
    ("12.1", lambda y: (y.mean(), 1.96 * stats.sem(y.mean(axis=1))), "Asked for are the two ends"),
    ("12.1", lambda y: _plain_bar(y)[::-1], "other order"),
    ("12.1", lambda y: 1.96 * stats.sem(y.mean(axis=1)), "only one number"),
    ("12.1", lambda y: (y.mean(0) - 1.96 * stats.sem(y), y.mean(0) + 1.96 * stats.sem(y)), "Batches are the rows"),
    ("12.1", lambda y: [y.mean(1) + side * stats.sem(y, axis=1) for side in (-1.96, 1.96)], "a bar for each batch"),
    ("12.1", lambda y: _bar(y, 1.96 * stats.tstd(y.mean(axis=1)) / np.sqrt(len(y[0]))), "number of searches"),
    ("12.1", lambda y: _bar(y, 2.5 * stats.sem(y.mean(axis=1))), ""),
    ("12.1", lambda y: (_plain_bar(y)[0], y.mean()), ""),
    ("12.1", lambda y: np.quantile(y.mean(axis=1), [0.025, 0.975]), ""),
    ("12.1", lambda y: _bar(np.median(y, axis=1), 1.96 * stats.sem(np.median(y, axis=1))), ""),
    ("12.1", lambda y: (*_plain_bar(y), y.mean()), ""),
    ("12.2", lambda y, picks: np.quantile(np.take(y, picks).mean(axis=1), [0.025, 0.975]), "not batches"),
    ("12.2", lambda y, picks: np.quantile(y[:, picks].mean(axis=2).mean(axis=0), [0.025, 0.975]), "the columns"),
    ("12.2", lambda y, picks: _bar(_of(y, picks), 1.96 * np.std(_of(y, picks))), "a bell curve again"),
    ("12.2", lambda y, picks: _bar(_of(y, picks), 1.96 * stats.sem(_of(y, picks))), "root of their number"),
    ("12.2", lambda y, picks: np.quantile(_of(y, picks), [0.05, 0.95]), "leave 10 %"),
    ("12.2", lambda y, picks: np.percentile(_of(y, picks), [0.025, 0.975]), "takes per cent"),
    ("12.2", lambda y, picks: np.quantile(y.mean(axis=1)[picks], [0.025, 0.975]), "quantiles of the resampled batches"),
    ("12.2", lambda y, picks: np.quantile(y.mean(axis=1)[picks].mean(axis=0), [0.025, 0.975]), "wrong way"),
    ("12.2", lambda y, picks: np.quantile(y.mean(axis=1), [0.025, 0.975]), "nothing was resampled"),
    ("12.2", lambda y, picks: (_of(y, picks).min(), _of(y, picks).max()), "the smallest and the largest"),
    ("12.2", lambda y, picks: np.quantile(_of(y, picks), [0.975, 0.025]), "other order"),
    ("12.2", lambda y, picks: np.std(_of(y, picks)), "only one number"),
    ("12.2", lambda y, picks: np.quantile(y[picks].mean(axis=1), [0.025, 0.975]), "searches were not averaged"),
    ("12.2", lambda y, picks: _plain_bar(y), "picks was not used"),
    ("12.2", lambda y, picks: np.quantile(_of(y, picks), [0.025, 0.5]), ""),
    ("12.2", lambda y, picks: np.quantile(_of(y, picks[:-5]), [0.025, 0.975]), ""),
    ("12.2", lambda y, picks: np.quantile(_of(y, picks), [0.01, 0.99]), ""),
    ("12.3", lambda e, p, a: (a, _four_piles(e, p, a)[1]), "read as the chance that the two are equal"),
    ("12.3", lambda e, p, a: (a, 0), "read as the chance that the two are equal"),
    ("12.3", lambda e, p, a: (a, 1 - p), "read as the chance that the two are equal"),
    ("12.3", lambda e, p, a: (_four_piles(e, p, a)[0], 0), "read as a proof"),
    ("12.3", lambda e, p, a: (_four_piles(e, p, a)[0], 1 - p), "the other way round"),
    ("12.3", lambda e, p, a: (e * a, (1 - e) * (1 - p)), "a share of all comparisons"),
    ("12.3", lambda e, p, a: (a / (a + p), (1 - p) / (2 - a - p)), "how many comparisons are between equals"),
    ("12.3", lambda e, p, a: [1 - share for share in _four_piles(e, p, a)], "right readings"),
    ("12.3", lambda e, p, a: _four_piles(e, p, a)[::-1], "other order"),
    ("12.3", lambda e, p, a: _four_piles(e, p, a)[0], "only one"),
    ("12.3", lambda e, p, a: (1 - _four_piles(e, p, a)[0], _four_piles(e, p, a)[1]), "right readings"),
    ("12.3", lambda e, p, a: (1 - a, _four_piles(e, p, a)[1]), ""),
    ("12.3", lambda e, p, a: (_four_piles(e, p, a)[0], 1), ""),
    ("12.3", lambda e, p, a: (_four_piles(e, p, a)[0], 0.0 if p > 0.5 else 1 - p), ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["12.1", "12.2", "12.3"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


def test_students_factor_is_remarked_upon() -> None:
    """A better interval than was asked for passes, with a word on it."""
    assert "Student's t" in examine(exercise("12.1"), _student).message


def test_the_shares_of_stars_are_those_of_simulated_comparisons() -> None:
    """A hundred thousand comparisons drawn by chance have the shares that the truth computes, within 4 errors."""
    truth = exercise("12.3").truth
    rng = np.random.default_rng(3)
    for equal, power, level in ((0.8, 0.3, 0.05), (0.4, 0.6, 0.1)):
        same = rng.random(100_000) < equal
        star = rng.random(100_000) < np.where(same, level, power)
        for seen, wanted in zip((same[star], ~same[~star]), truth(equal, power, level), strict=True):
            assert abs(seen.mean() - wanted) < 4 * stats.sem(seen)
