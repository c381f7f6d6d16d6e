"""Checks of notebook 04: mistakes as students write them, right answers in unusual forms, near misses."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import linalg

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.surrogates import GaussianProcess, Kernel

Function = Callable[..., Any]


# --- right, however it is written -----------------------------------------------------------------------------------


def _by_eigenvectors(mean: Any, covariance: Any, z: Any) -> Any:
    values, vectors = np.linalg.eigh(covariance)
    return mean + z @ (vectors * np.sqrt(values)).T


def _one_by_one(mean: Any, covariance: Any, z: Any) -> Any:
    low = linalg.cholesky(covariance, lower=True)
    return [list(mean + low @ row) for row in z]


def _by_precision(mu_a: Any, mu_b: Any, s_aa: Any, s_ab: Any, s_bb: Any, b: Any) -> Any:
    p = len(mu_a)
    whole = np.linalg.inv(np.block([[s_aa, s_ab], [s_ab.T, s_bb]]))
    covariance = np.linalg.inv(whole[:p, :p])
    return mu_a - covariance @ whole[:p, p:] @ (b - mu_b), covariance


def _by_factor(mu_a: Any, mu_b: Any, s_aa: Any, s_ab: Any, s_bb: Any, b: Any) -> Any:
    known = linalg.cho_factor(s_bb)
    return [mu_a + s_ab @ linalg.cho_solve(known, b - mu_b), s_aa - s_ab @ linalg.cho_solve(known, s_ab.T)]


def _without_solve(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    inverse = np.linalg.inv(k_xx + np.diag([noise**2] * len(y)))
    means = [mean + k_xs[:, j] @ inverse @ (y - mean) for j in range(k_ss.shape[1])]
    stds = [(k_ss[j, j] - k_xs[:, j] @ inverse @ k_xs[:, j]) ** 0.5 for j in range(k_ss.shape[1])]
    return means, stds


def _by_04_2(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    solved = exercise("04.2").truth
    of_y = k_xx + noise**2 * np.eye(len(y))
    expected, covariance = solved(np.full(len(k_ss), mean), np.full(len(y), mean), k_ss, k_xs.T, of_y, y)
    return expected, np.sqrt(np.diag(covariance))


RIGHT: list[tuple[str, Function]] = [
    ("04.1", _by_eigenvectors),
    ("04.1", _one_by_one),
    ("04.1", lambda mean, covariance, z: mean + z @ linalg.sqrtm(covariance).real),
    ("04.1", lambda mean, covariance, z: (np.linalg.cholesky(covariance) @ z.T).T + mean),
    ("04.1", lambda mean, covariance, z: mean + z @ linalg.cholesky(covariance)),  # scipy's is upper triangular
    ("04.2", _by_precision),
    ("04.2", _by_factor),
    ("04.3", _without_solve),
    ("04.3", _by_04_2),
]


@pytest.mark.parametrize(("name", "function"), RIGHT)
def test_right_answers_pass_however_they_are_written(name: str, function: Function) -> None:
    """Other roots of the matrix, the precision form, inverses, loops and lists are right as well."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.message) == ("passed", ""), verdict


# --- mistakes as they are written -----------------------------------------------------------------------------------


def _surprise_undivided(mu_a: Any, mu_b: Any, s_aa: Any, s_ab: Any, s_bb: Any, b: Any) -> Any:
    mean = [m + sum(s_ab[i, j] * (b[j] - mu_b[j]) for j in range(len(b))) for i, m in enumerate(mu_a)]
    return mean, s_aa - s_ab @ s_ab.T


def _noise_everywhere(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    inverse = np.linalg.inv(k_xx + noise**2)
    return mean + k_xs.T @ inverse @ (y - mean), np.sqrt(np.diag(k_ss - k_xs.T @ inverse @ k_xs))


def _variance(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    expected, std = _without_solve(k_xx, k_xs, k_ss, y, noise, mean)
    return expected, [one**2 for one in std]


def _noise_on_k_star(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    noisy, inverse = k_xs + noise**2, np.linalg.inv(k_xx + noise**2 * np.eye(len(y)))
    return mean + noisy.T @ inverse @ (y - mean), np.sqrt(np.abs(np.diag(k_ss - noisy.T @ inverse @ noisy)))


def _never_inverted(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    of_y = k_xx + noise**2 * np.eye(len(y))
    return mean + k_xs.T @ of_y @ (y - mean), np.sqrt(np.diag(k_ss - k_xs.T @ of_y @ k_xs).clip(0))


def _one_over(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    entries = 1 / (k_xx + noise**2 * np.eye(len(y)))
    return mean + k_xs.T @ entries @ (y - mean), np.sqrt(np.abs(np.diag(k_ss - k_xs.T @ entries @ k_xs)))


def _whole(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    return k_ss - k_xs.T @ np.linalg.inv(k_xx + noise**2 * np.eye(len(y))) @ k_xs


def _grown(k_xx: Any, k_xs: Any, k_ss: Any, y: Any, noise: Any, mean: Any) -> Any:
    grown = np.diag(k_ss) + np.diag(k_ss - _whole(k_xx, k_xs, k_ss, y, noise, mean))
    return _without_solve(k_xx, k_xs, k_ss, y, noise, mean)[0], np.sqrt(grown)


AS_WRITTEN: list[tuple[str, Function, str]] = [
    ("04.1", lambda mean, covariance, z: mean + z @ np.linalg.cholesky(covariance), "wrong way round"),
    ("04.1", lambda mean, covariance, z: mean + z @ linalg.cholesky(covariance).T, "wrong way round"),
    ("04.1", lambda mean, covariance, z: [np.linalg.cholesky(covariance) @ row for row in z], "mean was forgotten"),
    ("04.1", lambda mean, covariance, z: mean + z @ covariance, "covariance matrix itself"),
    ("04.1", lambda mean, covariance, z: mean + np.sqrt(np.diag(covariance)) * z, "scaled on its own"),
    ("04.1", lambda mean, covariance, z: mean + z @ np.sqrt(np.abs(covariance)), "root of each entry"),
    ("04.1", lambda mean, covariance, z: mean[:, None] + np.linalg.cholesky(covariance) @ z.T, "in columns"),
    ("04.2", _surprise_undivided, "s_bb is missing"),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: (mu_a + s_ab @ s_bb @ (b - mu_b), s_aa - s_ab @ s_bb @ s_ab.T),
        "s_bb was not inverted",
    ),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: (
            mu_a + s_ab @ np.linalg.inv(s_bb) @ b,
            _by_precision(mu_a, mu_b, s_aa, s_ab, s_bb, b)[1],
        ),
        "instead of the surprise",
    ),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: (_by_factor(mu_a, mu_b, s_aa, s_ab, s_bb, b)[0], s_aa),
        "that of before",
    ),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: _by_factor(mu_b, mu_a, s_bb, s_ab.T, s_aa, b),
        "blocks were swapped",
    ),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: _by_factor(mu_a, mu_b, s_aa, s_ab.T, s_bb, b),
        "blocks were swapped",
    ),
    ("04.3", _noise_everywhere, "added to every entry"),
    ("04.3", _variance, "that is the variance"),
    ("04.3", lambda *given: _without_solve(*given[:4], 0.0, given[5]), "the noise is missing"),
    ("04.3", lambda *given: _without_solve(*given[:5], 0.0), "the prior mean got lost"),
    ("04.3", lambda *given: _without_solve(*given[:4], given[4] ** 0.5, given[5]), "its square, a variance"),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: (mu_a + s_ab / s_bb @ (b - mu_b), s_aa - s_ab / s_bb @ s_ab.T),
        "entry by entry",
    ),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: (mu_a + s_ab / s_bb @ (b - mu_b), s_aa - s_ab**2 / s_bb),
        "entry by entry",
    ),
    (
        "04.2",
        lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: (
            mu_a + np.linalg.solve(s_bb, s_ab) @ (b - mu_b),
            s_aa - np.linalg.solve(s_bb, s_ab) @ s_ab.T,
        ),
        "wrong side",
    ),
    ("04.3", _noise_on_k_star, "added to k_xs"),
    ("04.3", _never_inverted, "was not inverted"),
    ("04.3", _one_over, "entry by entry"),
    ("04.3", _grown, "sign wrong in the variance"),
    ("04.3", lambda *given: (_without_solve(*given)[0], np.sqrt(np.abs(_whole(*given)))), "whole covariance matrix"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(name: str, function: Function, words: str) -> None:
    """Loops and one-liners that make the same mistake get the same message, and no other."""
    verdict = examine(exercise(name), function)
    assert verdict.mistake is not None, verdict
    assert words in verdict.mistake.message


NOT_KNOWN: list[tuple[str, Function]] = [
    ("04.1", lambda mean, covariance, z: 2 * mean + z @ np.linalg.cholesky(covariance).T),
    ("04.1", lambda mean, covariance, z: mean + 2 * z @ np.linalg.cholesky(covariance).T),
    ("04.2", lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: (mu_a, s_aa)),
    ("04.2", lambda mu_a, mu_b, s_aa, s_ab, s_bb, b: _by_factor(mu_a, mu_b, s_aa, s_ab, 2 * s_bb, b)),
    ("04.3", lambda *given: _without_solve(*given[:4], 2 * given[4], given[5])),
    ("04.3", lambda *given: _without_solve(*given[:5], 2 * given[5])),
]


@pytest.mark.parametrize(("name", "function"), NOT_KNOWN)
def test_what_is_wrong_in_another_way_is_not_diagnosed(name: str, function: Function) -> None:
    """A near miss of a known mistake is shown with a case, and no mistake is named."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert verdict.case


# --- the truths themselves ------------------------------------------------------------------------------------------


def test_the_conditional_is_that_of_a_slice_through_many_draws() -> None:
    """The first case, simulated: a given b between 2.95 and 3.05."""
    mu_a, mu_b, s_aa, s_ab, s_bb, b = exercise("04.2").cases[0]
    whole = np.block([[s_aa, s_ab], [s_ab.T, s_bb]])
    pairs = np.random.default_rng(0).multivariate_normal(np.append(mu_a, mu_b), whole, size=1_000_000)
    near = pairs[np.abs(pairs[:, 1] - b) < 0.05, 0]
    mean, covariance = exercise("04.2").truth(mu_a, mu_b, s_aa, s_ab, s_bb, b)
    assert mean[0] == pytest.approx(near.mean(), abs=4 * near.std() / len(near) ** 0.5)
    assert covariance[0, 0] == pytest.approx(near.var(), rel=0.05)


def test_the_posterior_is_that_of_the_course_s_process() -> None:
    """The second case: the same numbers as the package's, up to the four digits to which the case is rounded."""
    *_, y, noise, mean = exercise("04.3").cases[1]
    process = GaussianProcess(Kernel("rbf", 0.3, noise=noise), mean).condition([[0.0], [0.4], [0.9]], y)
    expected, std = exercise("04.3").truth(*exercise("04.3").cases[1])
    np.testing.assert_allclose(process.predict([[0.1], [0.6], [1.4]]), (expected, std), atol=1e-3)
