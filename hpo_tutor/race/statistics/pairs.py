"""Is one sampler better than another, or was it luck? The difference on each batch, and a test that counts questions.

difference   (B,)  the score of a minus that of b on the same batch; negative where a is better
p                  how often a mean difference as far from 0 would come from samplers of equal mean, or one farther
p_holm             the same after as many questions as were asked: below 0.05 for any of the equal pairs in at most
                   5 % of studies

The test is the studentised bootstrap with |t|, Hall (1988), doi:10.1111/j.2517-6161.1988.tb01707.x, because best losses
are skewed. In simulated studies of samplers of equal mean it is wrong in 3 to 7 % of studies of 10 batches for
differences of exponentials and gammas, where Student's t and flipping signs are wrong in up to 10 %: both take the
differences for symmetric. Differences that hang on a few batches are too much for all of them: 12 % for this test and
17 % for Student's t where they are log-normal, 17 % and 23 % where a sampler loses an exponential on one batch in five
and exactly nothing on the others. (tests/benchmarks/test_coverage.py measures it; data/benchmarks.md has the table.)
"""

from collections.abc import Mapping
from itertools import combinations
from math import ceil, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from hpo_tutor.race.statistics.resampling import of_one_batch, studentised
from hpo_tutor.race.statistics.samples import TINY, Array, checked, checked_level, mean_and_error

N_RESAMPLES = 9999
COLUMNS = ["a", "b", "mean", "error", "low", "high", "p", "p_holm"]


def paired_differences(
    scores: Mapping[str, ArrayLike],
    peer: str | None = None,
    level: float = 0.95,
    n_resamples: int = N_RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """A row a pair of samplers: the mean difference in score, its error and interval, and what a test says of it.

    The interval is for this pair alone; p_holm is for all pairs of the table together.

    Args:
        scores: sampler -> (B,), smaller is better; the same batches in the same order for all.
        peer: the sampler that all others are compared with; None for all pairs, which costs power.
        level: of the intervals.
        n_resamples: of the bootstrap; no p is below 1 / (n_resamples + 1).
        seed: draws the resamples.

    Returns:
        Columns a, b, mean, error, low, high, p, p_holm.

    Raises:
        ValueError: there are fewer than two samplers, the peer is none of them, their batches differ in number, or
            scores are of no use (see ``mean_and_error``).
    """
    names, matrix = stacked(scores)
    if peer is not None and peer not in names:
        raise ValueError(f"a peer must be one of {', '.join(names)}; it is {peer!r}")
    pairs = list(combinations(names, 2)) if peer is None else [(name, peer) for name in names if name != peer]
    place = {name: k for k, name in enumerate(names)}
    values = np.array([matrix[place[a]] - matrix[place[b]] for a, b in pairs])
    mean, low, high, p = symmetric_test(values, level, n_resamples, seed)
    rows = zip(*zip(*pairs, strict=True), mean, mean_and_error(values)[1], low, high, p, holm(p), strict=True)
    return pd.DataFrame(rows, columns=COLUMNS)


def symmetric_test(
    values: Array, level: float = 0.95, n_resamples: int = N_RESAMPLES, seed: int = 0
) -> tuple[Array, Array, Array, Array]:
    """Mean, lower and upper limit and P-value of values (..., B) whose mean may be 0; each of shape (...).

    Zero lies outside the limits where p <= 1 - level. Values that are all equal have p = 1 if they are 0, and else the
    share of resamples that are one batch again and again, as nearly equal values have: 1/2 for two batches, 1/9 for
    three.
    """
    data = checked(values)
    mean, error = (np.asarray(part) for part in mean_and_error(data))
    steady = (error == 0) & (mean != 0)
    t = np.abs(studentised(data, n_resamples, seed))
    t = np.where(steady[..., None] & of_one_batch(data.shape[-1], n_resamples, seed), np.inf, t)
    rank = min(ceil(checked_level(level) * (n_resamples + 1) - 1e-9), n_resamples)
    far = np.partition(t, rank - 1, axis=-1)[..., rank - 1]
    reach = np.where(np.isinf(far), np.inf, np.where(np.isinf(far), 0, far) * error)
    seen = np.abs(np.divide(mean, error, where=error > 0, out=np.where(steady, np.inf, 0.0)))
    n_farther = (t >= seen[..., None]).sum(axis=-1)
    return mean, mean - reach, mean + reach, (1 + n_farther) / (1 + n_resamples)


def holm(p_values: ArrayLike) -> Array:
    """P-values (m,) after m questions: the smallest times m, the next times m - 1, ..., never below one before it.

    Holm (1979), https://www.jstor.org/stable/4615733

    Raises:
        ValueError: one does not lie between 0 and 1.
    """
    p = np.atleast_1d(np.asarray(p_values, dtype=np.float64))
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"P-values must lie between 0 and 1, got {p}")
    order = np.argsort(p, kind="stable")
    raised = np.empty_like(p)
    raised[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return raised


def n_batches_needed(values_a: ArrayLike, values_b: ArrayLike, power: float = 0.8, level: float = 0.95) -> int:
    """How many batches would show such a difference, in a share ``power`` of studies, by a paired t-test.

    It takes the mean and the spread of the differences seen for true ones, so with few batches it is a rough guess.

    Args:
        values_a: scores of one sampler, (B,).
        values_b: scores of the other on the same batches.
        power: share of studies that are to find the difference.
        level: 1 - level is the share that finds one where there is none.

    Raises:
        ValueError: the batches differ in number, all differences are equal or their mean is 0, or power or level lie
            outside (0, 1).
    """
    if not 0 < power < 1:
        raise ValueError(f"a power must lie between 0 and 1, such as 0.8; it is {power}")
    _, (a, b) = stacked({"a": values_a, "b": values_b})
    spread, mean, rounding = float((a - b).std(ddof=1)), float(abs((a - b).mean())), TINY * float(abs(a).max())
    if mean <= rounding or spread <= rounding:
        raise ValueError(
            f"the differences must have a mean and a spread other than 0, they are {mean:.3g}, {spread:.3g}"
        )
    tail, ratio = (1 - checked_level(level)) / 2, mean / spread
    errors = max(stats.norm.isf(tail) + stats.norm.ppf(power), 0)
    n = max(2, ceil((errors / ratio) ** 2))  # enough, were the spread known
    while stats.nct.sf(stats.t.isf(tail, n - 1), n - 1, ratio * sqrt(n)) < power:
        n += 1
    return n


def stacked(scores: Mapping[str, ArrayLike]) -> tuple[tuple[str, ...], Array]:
    """The samplers, and their scores as an array (n_samplers, B).

    Raises:
        ValueError: there are fewer than two, their batches differ in number, or a score is nan or infinite.
    """
    if len(scores) < 2:
        raise ValueError(f"a comparison needs at least two samplers, got {', '.join(scores) or 'none'}")
    rows = {name: checked(values) for name, values in scores.items()}
    if len({row.shape for row in rows.values()}) > 1 or next(iter(rows.values())).ndim != 1:
        shapes = ", ".join(f"{name} {row.shape}" for name, row in rows.items())
        raise ValueError(f"samplers must have scores (B,) on the same batches, their shapes are {shapes}")
    return tuple(rows), np.array(list(rows.values()))
