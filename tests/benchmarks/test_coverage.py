"""How often does each interval keep its promise? Printed and recorded, for ten batches and for forty-four."""

import pytest
from benchmarks.results_page import record, table
from scipy import stats

from hpo_tutor.race.statistics import INTERVALS, TRUTHS, coverage
from hpo_tutor.race.statistics.coverages import RESAMPLED
from hpo_tutor.race.statistics.exponentials import p_values

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
    ]
    record("coverage", lines, capsys.disabled())
