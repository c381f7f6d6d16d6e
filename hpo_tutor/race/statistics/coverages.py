"""How often does an interval keep its promise? Simulate studies whose true mean is known, and count.

truth   a distribution of one batch's value, with a known mean
study   B values drawn from it, and the interval that they give
share   of the studies whose interval contains the true mean
"""

from collections.abc import Callable, Mapping
from math import sqrt
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from hpo_tutor.race.statistics.formulas import (
    exponential_interval,
    gaussian_interval,
    student_interval,
    switched_interval,
)
from hpo_tutor.race.statistics.resampling import bca_interval, bootstrap_t_interval, percentile_interval
from hpo_tutor.race.statistics.samples import Interval, checked_level

AT_ONCE = 50  # studies: their resamples stay in the processor's cache
OF_ONE_SEED = 500  # studies that share their resamples, and so the luck in them

INTERVALS: Mapping[str, Callable[..., Interval]] = MappingProxyType(
    {
        "gaussian": gaussian_interval,
        "student": student_interval,
        "exponential": exponential_interval,
        "switched": switched_interval,
        "percentile": percentile_interval,
        "bca": bca_interval,
        "bootstrap-t": bootstrap_t_interval,
    }
)
"""Name -> function (values, level=0.95) -> Interval."""

RESAMPLED = ("percentile", "bca", "bootstrap-t")
"""The intervals that take a seed."""

TRUTHS: Mapping[str, Any] = MappingProxyType(
    {
        "normal": stats.norm(1, 0.15),  # as good as never negative, so that every interval takes it
        "exponential": stats.expon(),
        "gamma(2)": stats.gamma(2),
        "gamma(0.7)": stats.gamma(0.7),
        "gamma(0.5)": stats.gamma(0.5),
        "log-normal": stats.lognorm(1),
    }
)
"""Name -> distribution (frozen, of ``scipy.stats``); the gammas by their shape, the log-normal with sigma = 1."""


class Coverage(NamedTuple):
    """What simulated studies showed.

    Attributes:
        share: of the studies whose interval contains the true mean.
        error: standard error of that share; what is left of luck in the simulation.
        mean_width: of the intervals, in units of the values; infinite if one was.
    """

    share: float
    error: float
    mean_width: float


def coverage(
    interval_name: str,
    truth: Any,
    n_batches: int,
    n_studies: int = 2000,
    level: float = 0.95,
    seed: int = 0,
    **options: Any,
) -> Coverage:
    """How often intervals of simulated studies contain the true mean.

    Args:
        interval_name: of ``INTERVALS``.
        truth: a name of ``TRUTHS``, or a frozen distribution of ``scipy.stats``.
        n_batches: of each study.
        n_studies: how many; the error of the share is about 0.5 % for 2,000.
        level: what is promised.
        seed: draws the studies.
        options: of the interval, such as n_resamples.

    Raises:
        ValueError: there is no such interval or truth, or fewer than one study.
    """
    if interval_name not in INTERVALS:
        raise ValueError(f"an interval must be one of {', '.join(INTERVALS)}; it is {interval_name!r}")
    if isinstance(truth, str) and truth not in TRUTHS:
        raise ValueError(f"a truth must be one of {', '.join(TRUTHS)}, or a distribution of scipy.stats; got {truth!r}")
    if n_studies < 1:
        raise ValueError(f"a coverage needs at least one study, got n_studies={n_studies}")
    drawn_from = TRUTHS[truth] if isinstance(truth, str) else truth
    mean, rng = float(drawn_from.mean()), np.random.default_rng(seed)
    n_held, width = 0, 0.0
    for start in range(0, n_studies, AT_ONCE):
        values = drawn_from.rvs(size=(min(AT_ONCE, n_studies - start), n_batches), random_state=rng)
        if interval_name in RESAMPLED:
            options["seed"] = seed + start // OF_ONE_SEED
        found = INTERVALS[interval_name](values, level=checked_level(level), **options)
        n_held += int(np.sum((found.low <= mean) & (mean <= found.high)))
        width += float(np.sum(found.high - found.low))
    share = n_held / n_studies
    return Coverage(share, sqrt(share * (1 - share) / n_studies), width / n_studies)
