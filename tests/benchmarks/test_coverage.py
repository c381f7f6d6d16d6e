"""How often does each interval keep its promise? Printed and recorded, for ten batches and for forty-four."""

from itertools import product

import numpy as np
import pytest
from benchmarks.results_page import record, table
from scipy import stats

from hpo_tutor.race.statistics import INTERVALS, TRUTHS, bootstrap_t_interval, coverage
from hpo_tutor.race.statistics.coverages import RESAMPLED
from hpo_tutor.race.statistics.exponentials import p_values
from hpo_tutor.race.statistics.pairs import symmetric_test

N_STUDIES, N_SLOW = 20_000, 4000
BATCHES = (10, 44)
SLOW = ("percentile", "bca")  # resampled one by one by scipy

# how far each is from an exponential; cut at 0, since no loss lies below the best
OTHERS = {
    "exponential": stats.expon(),
    "Gaussian, mean 1, std 0.3": stats.truncnorm(-1 / 0.3, float("inf"), loc=1, scale=0.3),
    "Gaussian, mean 1, std 0.5": stats.truncnorm(-2, float("inf"), loc=1, scale=0.5),
    "Gaussian, mean 1, std 1": stats.truncnorm(-1, float("inf"), loc=1, scale=1),
    "gamma(2)": stats.gamma(2),
    "log-normal": stats.lognorm(1),
}
NUMBERS = (10, 14, 15, 20, 44, 100)

# differences of two samplers of equal mean, on ten batches
EQUAL = {
    "two exponentials": lambda rng, size: rng.exponential(size=size) - rng.exponential(size=size),
    "an exponential, and half of one": lambda rng, size: rng.exponential(size=size) - rng.exponential(0.5, size) - 0.5,
    "an exponential and a constant": lambda rng, size: rng.exponential(size=size) - 1,
    "gamma(2) and gamma(0.7)": lambda rng, size: rng.gamma(2, size=size) - rng.gamma(0.7, size=size) - 1.3,
    "a log-normal and a constant": lambda rng, size: rng.lognormal(size=size) - np.exp(0.5),
    "nothing on four batches of five": lambda rng, size: (
        np.where(rng.random(size) < 0.8, 0, rng.exponential(size=size)) - 0.2 * rng.exponential(size=size)
    ),
}


def coverage_rows(n_batches: int) -> list[list[str]]:
    """A row an interval, a column a truth."""
    rows = []
    for name in INTERVALS:
        n_studies = N_SLOW if name in SLOW else N_STUDIES
        found = [coverage(name, truth, n_batches, n_studies) for truth in TRUTHS]
        error = max(each.error for each in found)
        kind = "resampled" if name in RESAMPLED else "formula"
        rows.append([name, kind, *(f"{100 * each.share:.1f}" for each in found), f"{100 * error:.1f}"])
    return rows


def kept_rows() -> list[list[str]]:
    """A row a distribution: how often the fit keeps "exponential" at the cut of 0.05."""
    rows = []
    for name, truth in OTHERS.items():
        kept = [(p_values(truth.rvs(size=(N_SLOW, n), random_state=n)) >= 0.05).mean() for n in NUMBERS]
        rows.append([name, *(f"{100 * share:.0f}" for share in kept)])
    return rows


def wrong_rows(n_batches: int = 10) -> list[list[str]]:
    """A row a kind of difference: how often each paired test finds one at 5 % where there is none."""
    signs = np.array(list(product([1.0, -1.0], repeat=n_batches)))
    rows = []
    for name, draw in EQUAL.items():
        values = draw(np.random.default_rng(n_batches), (N_SLOW, n_batches))
        mean = np.abs(values.mean(axis=1))
        flipped = np.array([np.mean(np.abs(signs @ one) >= abs(one.sum()) * (1 - 1e-12)) for one in values])
        quantiles = bootstrap_t_interval(values)
        found = (
            symmetric_test(values, n_resamples=1999)[3] <= 0.05,
            (quantiles.low > 0) | (quantiles.high < 0),
            stats.ttest_1samp(values, 0, axis=1).pvalue <= 0.05,
            (flipped <= 0.05) & (mean > 0),
        )
        rows.append([name, *(f"{100 * np.mean(each):.1f}" for each in found)])
    return rows


def test_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    """Intervals that promise 95 %, and the fit that decides for the switched one."""
    lines = [
        f"Per cent of intervals that contain the true mean, of simulated studies ({N_STUDIES:,} each; {N_SLOW:,} for",
        f"{' and '.join(SLOW)}); 95 was promised. The last column is the largest standard error of its row.",
    ]
    for n_batches in BATCHES:
        lines += ["", f"{n_batches} batches:", "", *table(["interval", "", *TRUTHS, "error"], coverage_rows(n_batches))]
    heads = ["values", *(f"B = {n}" for n in NUMBERS)]
    lines += [
        "",
        f"Per cent of {N_SLOW:,} studies in which the exponential fit keeps its exponential (P-value at least 0.05):",
        "with up to 14 batches by Anderson-Darling, from 15 by chi-square, which sees less for as many batches.",
        "",
        *table(heads, kept_rows()),
        "",
        f"Per cent of {N_SLOW:,} studies of two samplers of equal mean, ten batches, in which a paired test at 5 %",
        "finds a difference; the package's own is the first.",
        "",
        *table(["differences", "bootstrap, abs(t)", "bootstrap, quantiles of t", "Student's t", "signs"], wrong_rows()),
    ]
    record("coverage", lines, capsys.disabled())
