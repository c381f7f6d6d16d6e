"""Checks of notebook 05: right answers in unusual form, further mistakes, and near misses that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.surrogates import GaussianProcess, Kernel

Function = Callable[..., Any]


def _kernel_in_loops(a: Any, b: Any, length_scales: Any) -> list[list[float]]:
    rows = []
    for first in a:
        row = []
        for second in b:
            total = 0.0
            for j in range(len(length_scales)):
                total += ((first[j] - second[j]) / length_scales[j]) ** 2
            row.append(math.exp(-total / 2))
        rows.append(row)
    return rows


def _kernel_as_product(a: Any, b: Any, length_scales: Any) -> Any:
    each = [
        stats.norm(0, ell).pdf(a[:, [j]] - b[:, j]) * ell * math.sqrt(2 * math.pi)
        for j, ell in enumerate(length_scales)
    ]
    return np.prod(each, axis=0)


def _coverage_counted(mean: Any, std: Any, noise: float, y: Any) -> float:
    count = 0
    for m, s, one in zip(mean, std, y, strict=True):
        reach = 2 * math.sqrt(s**2 + noise**2)
        count += m - reach < one < m + reach
    return count / len(y)


def _by_cholesky(prior: Any, y: Any, noise: float) -> float:
    low = np.linalg.cholesky(prior + np.diag(np.full(len(y), noise**2)))
    z = np.linalg.solve(low, y)
    return float(-(z @ z) / 2 - np.log(np.diag(low)).sum() - len(y) * math.log(2 * math.pi) / 2)


def _by_eigenvalues(prior: Any, y: Any, noise: float) -> float:
    values, vectors = np.linalg.eigh(prior)
    spread = values + noise**2
    return float(stats.norm(0, np.sqrt(spread)).logpdf(vectors.T @ y).sum())


def _by_scipy(prior: Any, y: Any, noise: float) -> float:
    return float(stats.multivariate_normal(np.zeros(len(y)), prior + noise**2 * np.eye(len(y))).logpdf(y))


RIGHT: list[tuple[str, Function]] = [
    ("05.1", _kernel_in_loops),
    ("05.1", _kernel_as_product),
    ("05.1", lambda a, b, length_scales: np.exp(-cdist(a / length_scales, b / length_scales, "sqeuclidean") / 2)),
    ("05.1", lambda a, b, length_scales: Kernel("rbf", tuple(length_scales))(a, b)),
    ("05.2", _coverage_counted),
    ("05.2", lambda mean, std, noise, y: ((y - mean) ** 2 <= 4 * (std**2 + noise**2)).mean()),
    ("05.3", _by_cholesky),
    ("05.3", _by_eigenvalues),
    ("05.3", _by_scipy),
]


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_a_right_answer_passes_however_it_is_written(name: str, function: Function) -> None:
    """Loops, other formulas and libraries that give the same numbers pass without a remark."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.message) == ("passed", "")


@pytest.mark.parametrize("name", ["05.1", "05.2", "05.3"])
def test_a_stub_is_not_attempted(name: str) -> None:
    """A function that raises NotImplementedError is no wrong answer."""

    def stub(*_: Any) -> None:
        raise NotImplementedError

    assert examine(exercise(name), stub).state == "not attempted"


def _quadratic(prior: Any, y: Any, noise: float) -> Any:
    c = prior + noise**2 * np.eye(len(y))
    return y @ np.linalg.inv(c) @ y


def _log_det(prior: Any, y: Any, noise: float) -> Any:
    return np.linalg.slogdet(prior + noise**2 * np.eye(len(y)))[1]


def _of_the_package(prior: Any, y: Any, noise: float) -> float:
    """The training error of a posterior mean that was computed by hand."""
    mean = prior.T @ np.linalg.inv(prior + noise**2 * np.eye(len(y))) @ y
    return float(((y - mean) ** 2).mean())


def _half_of_the_determinant(prior: Any, y: Any, noise: float) -> float:
    """The sum of the factor's logarithms is half the log-determinant, and here it is halved again."""
    low = np.linalg.cholesky(prior + noise**2 * np.eye(len(y)))
    return float(-0.5 * _quadratic(prior, y, noise) - 0.5 * np.log(np.diag(low)).sum() - 0.5 * _ln_2_pi(y))


def _ln_2_pi(y: Any) -> float:
    return len(y) * math.log(2 * math.pi)


AS_WRITTEN: list[tuple[str, Function, str]] = [
    ("05.1", lambda a, b, ell: np.exp(-cdist(a, b, "sqeuclidean") / (2 * ell[0] ** 2)), "the same length scale"),
    ("05.1", lambda a, b, ell: np.exp(-0.5 * cdist(a, b, "sqeuclidean")), "the same length scale"),
    ("05.1", lambda a, b, ell: np.exp(-0.5 * cdist(a / np.sqrt(ell), b / np.sqrt(ell), "sqeuclidean")), "after it was"),
    ("05.1", lambda a, b, ell: np.exp(-0.5 * cdist(a / ell, b / ell, "cityblock")), "were not squared"),
    ("05.1", lambda a, b, ell: np.exp(-cdist(a / ell, b / ell)), "a root was taken"),
    ("05.1", lambda a, b, ell: np.exp(-cdist(a / ell, b / ell, "sqeuclidean")), "1/2 in the exponent"),
    ("05.1", lambda a, b, ell: np.exp(-cdist(a * ell, b * ell, "sqeuclidean") / 2), "multiplied by the length scale"),
    ("05.1", lambda a, b, ell: np.exp(-((((a[:, None] - b) / ell) @ np.ones(len(ell))) ** 2) / 2), "were added first"),
    ("05.1", lambda a, b, ell: _kernel_in_loops(b, a, ell), "rows and columns are swapped"),
    ("05.2", lambda mean, std, noise, y: np.mean(abs(y - mean) < 2 * std), "the noise was left out"),
    ("05.2", lambda mean, std, noise, y: np.mean(abs(y - mean) < 2 * (std + noise)), "std and noise were added"),
    ("05.2", lambda mean, std, noise, y: sum(abs(y - mean) < 2 * (std**2 + noise**2)) / len(y), "the root is missing"),
    ("05.2", lambda mean, std, noise, y: np.mean(abs(y - mean) < (std**2 + noise**2) ** 0.5), "one standard deviation"),
    ("05.2", lambda mean, std, noise, y: np.mean(abs(y - mean) < 2 * np.hypot(std.mean(), noise)), "were averaged"),
    ("05.2", lambda mean, std, noise, y: np.mean(y < mean + 2 * np.hypot(std, noise)), "only one end"),
    (
        "05.2",
        lambda mean, std, noise, y: [
            bool(abs(one) < 2 * s) for one, s in zip(y - mean, np.hypot(std, noise), strict=True)
        ],
        "of each training",
    ),
    ("05.3", lambda k, y, s: -_quadratic(k, y, s) / 2 + _log_det(k, y, s) / 2 - _ln_2_pi(y) / 2, "sign of the log-det"),
    ("05.3", lambda k, y, s: (-_quadratic(k, y, s) + _log_det(k, y, s)) / 2, "sign of the log-determinant"),
    ("05.3", lambda k, y, s: -_quadratic(k, y, s) - _log_det(k, y, s) / 2 - _ln_2_pi(y) / 2, "factor 1/2 is missing"),
    ("05.3", lambda k, y, s: -_quadratic(k, y, s) / 2 - _log_det(k, y, s) - _ln_2_pi(y) / 2, "factor 1/2 is missing"),
    ("05.3", lambda k, y, s: -_quadratic(k, y, s) / 2 - _log_det(k, y, s) / 2 - _ln_2_pi(y), "factor 1/2 is missing"),
    ("05.3", _half_of_the_determinant, "came in half"),
    ("05.3", _of_the_package, "the training error"),
    ("05.3", lambda k, y, s: (_quadratic(k, y, s) + _log_det(k, y, s) + _ln_2_pi(y)) / 2, "minus the log likelihood"),
    ("05.3", lambda k, y, s: -_quadratic(k, y, s) / 2, "the log-determinant is missing"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(name: str, function: Function, words: str) -> None:
    """The same mistake in other code gets its message."""
    verdict = examine(exercise(name), function)
    assert verdict.mistake is not None, verdict
    assert words in verdict.mistake.message


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_the_determinant_of_many_observations_is_zero_for_a_computer() -> None:
    """np.log(np.linalg.det(...)) is right for a few observations only, and the message names the way out."""

    def function(prior: Any, y: Any, noise: float) -> Any:
        c = prior + noise**2 * np.eye(len(y))
        return -0.5 * (y @ np.linalg.solve(c, y) + np.log(np.linalg.det(c)) + _ln_2_pi(y))

    verdict = examine(exercise("05.3"), function)
    assert verdict.mistake is not None
    assert "slogdet" in verdict.mistake.message


def test_without_the_constant_is_right_and_remarked_upon() -> None:
    """The choice of a kernel does not depend on n/2 ln 2π: the answer passes, with a remark."""
    verdict = examine(exercise("05.3"), lambda k, y, s: -(_quadratic(k, y, s) + _log_det(k, y, s)) / 2)
    assert verdict.state == "passed"
    assert "the same for every kernel" in verdict.message


NOT_KNOWN: list[tuple[str, Function]] = [
    ("05.1", lambda a, b, ell: np.exp(-0.5 * cdist(a / ell, b / ell, "sqeuclidean")) + 0.1),
    ("05.1", lambda a, b, ell: np.exp(-0.5 * cdist(a / ell, b, "sqeuclidean"))),
    ("05.2", lambda mean, std, noise, y: np.mean(abs(y - mean) < 3 * np.hypot(std, noise))),
    ("05.2", lambda mean, std, noise, y: np.mean(abs(y) < 2 * np.hypot(std, noise))),
    ("05.3", lambda k, y, s: -_quadratic(k, y, s) / 2 - _log_det(k, y, s) / 3 - _ln_2_pi(y) / 2),
    ("05.3", lambda k, y, s: -_quadratic(k, y, s) / 2 - _log_det(k, y, s) / 2 - 1),
]


@pytest.mark.parametrize(("name", "function"), NOT_KNOWN)
def test_what_is_wrong_in_another_way_is_not_diagnosed(name: str, function: Function) -> None:
    """A near miss of a known mistake is shown with a case, and no mistake is named."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert verdict.case


@pytest.mark.parametrize("name", ["05.1", "05.2", "05.3"])
def test_every_known_mistake_is_told_from_all_others(name: str) -> None:
    """Each of the listed wrong answers gets its own message; none passes, and none looks like another."""
    asked = exercise(name)
    for mistake in asked.mistakes:
        for function in mistake.functions:
            assert examine(asked, function).mistake is mistake, mistake.message


def test_the_truths_are_those_of_the_package() -> None:
    """Kernel and likelihood agree with the course's own process."""
    rng = np.random.default_rng(0)
    x, y, scales = rng.random((6, 2)), rng.normal(size=6), np.array([0.3, 2.0])
    of_package = Kernel("rbf", tuple(scales), noise=0.3)
    k = exercise("05.1").truth(x, x, scales)
    np.testing.assert_allclose(k, of_package(x), rtol=1e-10)
    known = GaussianProcess(of_package).condition(x, y)
    assert exercise("05.3").truth(k, y, 0.3) == pytest.approx(known.log_marginal_likelihood(), rel=1e-9)
