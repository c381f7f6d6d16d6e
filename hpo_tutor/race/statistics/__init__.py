"""How sure is a mean over a few data batches, and which differences are more than luck?

mean_and_error        the mean and its standard error
*_interval            seven ways to say how far the true mean may lie; INTERVALS has them by name
exponential_fit       do the values look exponential? A P-value, by the test that the number of batches allows
coverage              how often an interval keeps its promise, in simulated studies of known mean
paired_differences    sampler against sampler, batch by batch, corrected for the number of questions asked
ranks                 mean ranks over batches, and which samplers cannot be told apart
n_batches_needed      how many batches would tell two samplers apart

    values  (..., B)  one number a batch, such as y - 1, the best loss over the smallest there is, minus one
    scores            sampler -> (B,), the same batches in the same order
"""

from hpo_tutor.race.statistics.coverages import INTERVALS, TRUTHS, Coverage, coverage
from hpo_tutor.race.statistics.exponentials import ExponentialFit, exponential_fit
from hpo_tutor.race.statistics.formulas import (
    exponential_interval,
    gaussian_interval,
    student_interval,
    switched_interval,
)
from hpo_tutor.race.statistics.pairs import holm, n_batches_needed, paired_differences
from hpo_tutor.race.statistics.ranking import Ranks, ranks
from hpo_tutor.race.statistics.resampling import bca_interval, bootstrap_t_interval, percentile_interval
from hpo_tutor.race.statistics.samples import Interval, mean_and_error

__all__ = [
    "INTERVALS",
    "TRUTHS",
    "Coverage",
    "ExponentialFit",
    "Interval",
    "Ranks",
    "bca_interval",
    "bootstrap_t_interval",
    "coverage",
    "exponential_fit",
    "exponential_interval",
    "gaussian_interval",
    "holm",
    "mean_and_error",
    "n_batches_needed",
    "paired_differences",
    "percentile_interval",
    "ranks",
    "student_interval",
    "switched_interval",
]
