"""Checks of notebook 06: answers as students write them, right, wrong in a known way, and wrong in another."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.stats import norm

from hpo_tutor import acquisition
from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb06 import batches

Function = Callable[..., Any]


def _by_loop(mean: Any, std: Any, best: Any) -> list[float]:
    gains = []
    for m, s in zip(mean.tolist(), std.tolist(), strict=True):
        if s == 0:
            gains.append(max(best - m, 0))
            continue
        z = (best - m) / s
        density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
        gains.append((best - m) * (1 + math.erf(z / math.sqrt(2))) / 2 + s * density)
    return gains


def _by_integration(mean: Any, std: Any, best: Any) -> list[float]:
    """The mean gain over a fine ladder of quantiles: another road to the same number."""
    shares = (np.arange(400_000) + 0.5) / 400_000
    return [np.maximum(best - (m + s * norm.ppf(shares)), 0).mean() for m, s in zip(mean, std, strict=True)]


def _one_curve_each(mean: Any, covariance: Any, n: Any, rng: Any) -> list[int]:
    chosen = []
    for _ in range(n):
        curve = rng.multivariate_normal(mean, covariance)
        chosen.append(int(np.argmin(curve)))
    return chosen


def _by_eigenvectors(mean: Any, covariance: Any, n: Any, rng: Any) -> Any:
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return [mean + root @ rng.standard_normal(len(mean)) for _ in range(n)] @ np.eye(len(mean))


def _model_by_dictionary(asked: Any, told: Any) -> dict[float, float]:
    losses = dict(told)
    mean = sum(losses.values()) / len(losses)
    return {place: losses.get(place, mean) for place in asked}


def _model_in_place(asked: Any, told: Any) -> Any:
    mean = np.mean([loss for _, loss in told])
    finished = [place for place, _ in told]
    for place in asked:
        if place not in finished:
            told.append((place, mean))
    return told


RIGHT: list[tuple[str, Function]] = [
    ("06.1", acquisition.expected_improvement),
    ("06.1", _by_loop),
    ("06.1", lambda mean, std, best: _eps(mean, np.maximum(std, 1e-10), best)),
    ("06.1", lambda mean, std, best: _eps(mean, std + 1e-12, best)),
    ("06.1", lambda m, s, b: [_eps(i, j, b) if j else max(b - i, 0) for i, j in zip(m, s, strict=True)]),
    ("06.1", lambda mean, std, best: np.nan_to_num(_quietly(mean, std, best))),  # 0 / 0 is the only trouble
    ("06.1", lambda mean, std, best: _eps(mean, np.maximum(std, 1e-10), best).astype(np.float32)),
    ("06.2", lambda mean, std, kappa: int(np.argmax(kappa * std - mean))),
    ("06.2", lambda mean, std, kappa: min(range(len(mean)), key=lambda i: mean[i] - kappa * std[i])),
    ("06.2", lambda mean, std, kappa: np.argsort(mean - kappa * std)[0]),
    ("06.2", lambda mean, std, kappa: np.where(mean - kappa * std == min(mean - kappa * std))[0]),
    ("06.3", lambda mean, covariance, n, rng: rng.multivariate_normal(mean, covariance, size=n).argmin(axis=1)),
    ("06.3", _one_curve_each),
    ("06.3", lambda mean, covariance, n, rng: np.argmin(_by_eigenvectors(mean, covariance, n, rng), axis=1)),
    ("06.3", lambda mean, covariance, n, rng: stats.multivariate_normal(mean, covariance).rvs(n, rng).argmin(axis=1)),
    ("06.3", lambda mean, covariance, n, rng: _one_curve_each(mean, covariance, n, np.random.default_rng(77))),
    ("06.3", lambda mean, covariance, n, rng: np.array([_one_curve_each(mean, covariance, n, rng)]).T),
    ("06.4", _model_by_dictionary),
    ("06.4", _model_in_place),
    ("06.4", lambda asked, told: sorted(_model_by_dictionary(asked, told).items())),
    ("06.4", lambda asked, told: np.array(list(_model_by_dictionary(asked, told).items()))),
    ("06.4", lambda asked, told: [[place, loss] for place, loss in _model_by_dictionary(asked, told).items()]),
    ("06.4", lambda asked, told: iter(_model_by_dictionary(asked, told).items())),
    ("06.4", lambda asked, told: _model_by_dictionary(asked, told).items()),
    ("06.4", lambda asked, told: set(_model_by_dictionary(asked, told).items())),
]


def _eps(mean: Any, std: Any, best: Any) -> Any:
    z = (best - mean) / std
    return (best - mean) * norm.cdf(z) + std * norm.pdf(z)


def _quietly(mean: Any, std: Any, best: Any) -> Any:
    with np.errstate(all="ignore"):
        return _eps(mean, std, best)


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_unusual_but_right_answers_pass(name: str, function: Function) -> None:
    """Loops, dictionaries, sets, generators, eigenvectors for Cholesky, another seed, columns, float32: all right."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.message) == ("passed", "")


def test_the_truth_is_the_mean_gain_over_all_possible_losses() -> None:
    """The closed form agrees with an average over 400,000 quantiles, on every case of the check."""
    for case in exercise("06.1").cases:
        np.testing.assert_allclose(exercise("06.1").truth(*case), _by_integration(*case), atol=2e-5)


WRONG: list[tuple[str, Function, str]] = [
    ("06.1", lambda mean, std, best: _eps(mean, np.maximum(std**2, 1e-12), best), "variance was taken"),
    ("06.1", lambda mean, std, best: _eps(mean, np.sqrt(np.maximum(std, 1e-20)), best), "std was taken for a variance"),
    ("06.1", lambda mean, std, best: np.clip((best - mean) * _cdf(mean, std, best), 0, None), "second term is missing"),
    ("06.1", lambda mean, std, best: [max(best - m, 0) for m in mean], "how far the mean lies below"),
    ("06.1", lambda mean, std, best: _eps(-mean, np.maximum(std, 1e-12), -best), "to be maximised"),
    ("06.1", lambda mean, std, best: _cdf(mean, std, best), "probability of improvement"),
    ("06.1", lambda mean, std, best: _by_distribution(mean, np.maximum(std, 1e-12), best), "in front of the density"),
    ("06.1", _quietly, "0 / 0 is nan"),
    ("06.1", lambda mean, std, best: _eps(mean, np.where(std > 0, std, 1), best), "stands in"),
    ("06.1", lambda mean, std, best: _with_one_in_z(mean, std, best), "stands in"),
    ("06.1", lambda mean, std, best: _with_one_in_z(-mean, std, -best), "to be maximised"),
    ("06.1", lambda mean, std, best: np.where(std > 0, _quietly(mean, std, best), 0), "not worthless"),
    ("06.2", lambda mean, std, kappa: (mean - kappa * std).argmax(), "highest lower bound"),
    ("06.2", lambda mean, std, kappa: list(mean + kappa * std).index(min(mean + kappa * std)), "lowest upper bound"),
    ("06.2", lambda mean, std, kappa: min(mean - kappa * std), "the bound itself"),
    ("06.2", lambda mean, std, kappa: mean.argmin(), "the lowest mean"),
    ("06.3", lambda mean, covariance, n, rng: _marginal(mean, covariance, n, rng).argmin(axis=1), "on its own"),
    (
        "06.3",
        lambda mean, covariance, n, rng: [int(rng.normal(mean, np.diag(covariance) ** 0.5).argmin()) for _ in range(n)],
        "on its own",
    ),
    ("06.3", lambda mean, covariance, n, rng: rng.multivariate_normal(mean, covariance, n).argmax(axis=1), "highest"),
    ("06.3", lambda mean, covariance, n, rng: rng.multivariate_normal(mean, covariance, n), "the draws themselves"),
    ("06.3", lambda mean, covariance, n, rng: rng.multivariate_normal(mean, covariance).argmin(), "only one number"),
    ("06.3", lambda mean, covariance, n, rng: [rng.multivariate_normal(mean, covariance).argmin()] * n, "the same"),
    ("06.3", lambda mean, covariance, n, rng: rng.multivariate_normal(mean, covariance, n).min(axis=1), "np.argmin"),
    ("06.4", lambda asked, told: told + [(x, np.mean([y for _, y in told])) for x in asked], "never removed"),
    ("06.4", lambda asked, told: dict(told), "ignored"),
    ("06.4", lambda asked, told: dict.fromkeys(asked, np.mean([y for _, y in told])), "took the place"),
    ("06.4", lambda asked, told: dict.fromkeys(asked, min(y for _, y in told)) | dict(told), "lowest loss"),
    ("06.4", lambda asked, told: dict.fromkeys(asked, np.median([y for _, y in told])) | dict(told), "the median"),
    ("06.4", lambda asked, told: _as_if_in_order(asked, [y for _, y in told]), "order in which they arrived"),
    ("06.4", lambda asked, told: dict.fromkeys(asked, 0) | dict(told), "loss 0"),
    ("06.4", lambda asked, told: dict.fromkeys(asked, math.nan) | dict(told), "without a number"),
]


def _with_one_in_z(mean: Any, std: Any, best: Any) -> Any:
    z = (best - mean) / np.where(std > 0, std, 1)
    return (best - mean) * norm.cdf(z) + std * norm.pdf(z)


def _as_if_in_order(asked: Any, losses: Any) -> Any:
    return {place: losses[k] if k < len(losses) else np.mean(losses) for k, place in enumerate(asked)}


def _cdf(mean: Any, std: Any, best: Any) -> Any:
    return norm.cdf((best - mean) / np.maximum(std, 1e-12))


def _by_distribution(mean: Any, std: Any, best: Any) -> Any:
    return (best - mean) * norm.cdf(best, mean, std) + norm.pdf((best - mean) / std)


def _marginal(mean: Any, covariance: Any, n: Any, rng: Any) -> Any:
    return mean + np.sqrt(covariance.diagonal()) * rng.standard_normal((n, len(mean)))


@pytest.mark.parametrize(("name", "function", "words"), WRONG)
def test_a_mistake_is_told_however_it_is_written(name: str, function: Function, words: str) -> None:
    """Whatever a student does where std is 0, and in loops and one-liners alike, a mistake gets its message."""
    verdict = examine(exercise(name), function)
    assert verdict.mistake is not None, verdict
    assert words in verdict.mistake.message


NOT_KNOWN: list[tuple[str, Function]] = [
    ("06.1", lambda mean, std, best: 2 * acquisition.expected_improvement(mean, std, best)),
    ("06.1", lambda mean, std, best: acquisition.expected_improvement(mean, std, best + 0.01)),
    ("06.1", lambda mean, std, best: acquisition.log_expected_improvement(mean, std, best)),
    ("06.2", lambda mean, std, kappa: 0),
    ("06.2", lambda mean, std, kappa: np.argmin(mean - kappa * std) + 1),
    ("06.2", lambda mean, std, kappa: np.argmin(mean - kappa * std / 2)),  # between no std and its root
    ("06.3", lambda mean, covariance, n, rng: rng.integers(len(mean), size=n)),
    ("06.3", lambda mean, covariance, n, rng: np.tile([0, len(mean) - 1], n // 2)),
    ("06.3", lambda mean, covariance, n, rng: rng.multivariate_normal(mean, covariance, n).argmin(axis=1)[:-1]),
    ("06.3", lambda mean, covariance, n, rng: rng.multivariate_normal(mean, covariance, n).argmin(axis=1) + 1),
    ("06.4", lambda asked, told: [(x, y + 1) for x, y in _model_by_dictionary(asked, told).items()]),
    ("06.4", lambda asked, told: dict.fromkeys(asked, np.median([y for _, y in told]) + 0.1) | dict(told)),
    ("06.4", lambda asked, told: list(_model_by_dictionary(asked, told))),
]


@pytest.mark.parametrize(("name", "function"), NOT_KNOWN)
def test_what_is_wrong_in_another_way_is_not_diagnosed(name: str, function: Function) -> None:
    """A near miss of a known mistake is shown with a case, and no mistake is named."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None), verdict
    assert verdict.case


def test_no_share_that_matters_lies_near_a_border_between_fifths() -> None:
    """The truth and every mistake choose the first and last candidate over five standard errors from any border.

    Otherwise the luck of a right answer might put it on the other side.
    """
    asked = exercise("06.3")
    functions = [asked.truth, *(function for known in asked.mistakes[:4] for function in known.functions)]
    for mean, covariance, n, _ in asked.cases:
        for function in functions:
            drawn = np.concatenate([function(mean, covariance, n, np.random.default_rng(k)) for k in range(5)])
            for number in (0, batches.M - 1):
                share = np.mean(drawn == number)
                error = math.sqrt(max(share * (1 - share), 1e-4) / n)
                assert min(abs(share - border) for border in (0.2, 0.4, 0.6, 0.8)) > 5 * error
