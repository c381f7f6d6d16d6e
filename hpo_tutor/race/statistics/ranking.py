"""Who is first on most batches, and who cannot be told apart? Ranks ask for no distribution and no scale.

rank    1 for the smallest score of a batch; equal scores share the mean of their ranks
clique  samplers next to each other whose mean ranks differ by no more than luck allows

Demsar (2006), https://jmlr.org/papers/v7/demsar06a.html, section 3.2.2 and figure 1.
"""

from collections.abc import Mapping
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from hpo_tutor.race.statistics.pairs import stacked
from hpo_tutor.race.statistics.samples import checked_level


class Ranks(NamedTuple):
    """Mean ranks, and what they prove.

    Attributes:
        names: the samplers, best first.
        mean_ranks: over the batches, in the same order.
        critical_difference: mean ranks that differ by more differ at this level, all pairs together (Nemenyi 1963).
        cliques: groups of samplers that cannot be told apart, each as large as can be; none of a single sampler.
        p_value: of Friedman's test that all samplers rank alike; 1 where all scores of every batch are equal.
        n_batches: how many batches.
        level: of the critical difference.
    """

    names: tuple[str, ...]
    mean_ranks: tuple[float, ...]
    critical_difference: float
    cliques: tuple[tuple[str, ...], ...]
    p_value: float
    n_batches: int
    level: float


def ranks(scores: Mapping[str, ArrayLike], level: float = 0.95) -> Ranks:
    """Rank samplers on each batch, and compare their mean ranks.

    Args:
        scores: sampler -> (B,), smaller is better; the same batches in the same order for all.
        level: of the critical difference.

    Raises:
        ValueError: there are fewer than three samplers, their batches differ in number, or a score is nan or infinite.
    """
    names, matrix = stacked(scores)
    if len(names) < 3:
        raise ValueError(f"ranks need at least three samplers, got {', '.join(names)}; see paired_differences for two")
    means = stats.rankdata(matrix, axis=0).mean(axis=1)
    n_samplers, n_batches = matrix.shape
    order = np.argsort(means, kind="stable")
    studentised = float(stats.studentized_range.isf(1 - checked_level(level), n_samplers, np.inf))
    critical = studentised / sqrt(2) * sqrt(n_samplers * (n_samplers + 1) / (6 * n_batches))
    told_apart = np.any(np.ptp(matrix, axis=0) > 0)
    ordered, best_first = tuple(names[k] for k in order), means[order]
    return Ranks(
        names=ordered,
        mean_ranks=tuple(float(mean) for mean in best_first),
        critical_difference=critical,
        cliques=_cliques(ordered, best_first, critical),
        p_value=float(stats.friedmanchisquare(*matrix).pvalue) if told_apart else 1.0,
        n_batches=n_batches,
        level=level,
    )


def _cliques(names: tuple[str, ...], means: np.ndarray, critical: float) -> tuple[tuple[str, ...], ...]:
    """From each sampler as far as the critical difference reaches, unless an earlier group reaches as far."""
    ends = np.searchsorted(means, means + critical, side="right")
    return tuple(
        names[start:end] for start, end in enumerate(ends) if end - start > 1 and (start == 0 or end > ends[start - 1])
    )
