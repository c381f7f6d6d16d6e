"""Between which two numbers does the mean over all batches lie? The bar made of the standard error.

y        (B, K)  results of K searches on each of B batches
means    (B,)    of the searches on a batch: the batches are the evidence, however many searches each has seen
s                standard deviation of the B means; the divisor B instead of B - 1 is a matter of taste
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]

WITHIN = 1.96  # standard errors to either side, for 95 %


def gaussian_interval(y: Array) -> tuple[float, float]:
    """Low and high end of mean +- 1.96 standard errors, with the batches as the evidence."""
    return _around(y.mean(axis=1), WITHIN, ddof=1)


def _around(values: Array, within: float, ddof: int) -> tuple[float, float]:
    return _ends(values, within * values.std(ddof=ddof) / math.sqrt(values.size))


def _ends(values: Array, half: float) -> tuple[float, float]:
    return float(values.mean() - half), float(values.mean() + half)


def _either(function: Callable[[Array, int], object]) -> tuple[Function, ...]:
    """A function of the table with the divisor B - 1 and with B."""
    return (lambda y: function(y, 1), lambda y: function(y, 0))


def _half(half: Callable[[Array, int], float]) -> tuple[Function, ...]:
    """The right middle, the means of batches, with another half length made of them."""
    return _either(lambda y, ddof: _ends(y.mean(axis=1), half(y.mean(axis=1), ddof)))


def _bars(y: Array, within: float, ddof: int, axis: int) -> tuple[Array, Array]:
    """A bar for each column, or for each row."""
    half = within * y.std(axis=axis, ddof=ddof) / math.sqrt(y.shape[axis])
    return y.mean(axis=axis) - half, y.mean(axis=axis) + half


def _error(values: Array, ddof: int) -> float:
    return float(values.std(ddof=ddof) / math.sqrt(values.size))


_rng = np.random.default_rng(12)


def _table(n_batches: int, n_searches: int) -> Array:
    """Batches differ, and the searches on one batch differ less."""
    hard = _rng.exponential(0.3, (n_batches, 1))
    return np.asarray((hard + _rng.exponential(0.05, (n_batches, n_searches))).round(3))


EXERCISE = Exercise(
    id="12.1",
    title="a bar made of the standard error",
    level=1,
    truth=gaussian_interval,
    cases=((_table(10, 4),), (_table(3, 7),), (np.array([[1.0, 3.0], [2.0, 8.0], [6.0, 4.0], [0.0, 1.0]]),)),
    mistakes=(
        Variant(
            "the standard deviation of the batches was taken: how far one batch lies from the mean. The mean of B "
            "batches is steadier by the square root of B.",
            _half(lambda means, ddof: WITHIN * float(means.std(ddof=ddof))),
        ),
        Variant(
            "all searches were put in one pot, and their number stands under the root. Searches on one batch share "
            "their luck with it. Take the mean of each batch first (axis=1); then there are B numbers.",
            (
                *_either(lambda y, ddof: _around(y.ravel(), WITHIN, ddof)),
                *_either(lambda y, ddof: _around(y.ravel(), 1.0, ddof)),
            ),
        ),
        Variant(
            "all searches were put in one pot for the standard deviation. It then holds the luck of single searches "
            "as well. Take the mean of each batch first (axis=1), and then the standard deviation of these B numbers.",
            (
                *_either(lambda y, ddof: _ends(y, WITHIN * y.std(ddof=ddof) / math.sqrt(len(y)))),
                *_either(lambda y, ddof: _ends(y, WITHIN * y.std(ddof=ddof))),
            ),
        ),
        Variant(
            "the standard error of the right numbers, but with the number of all searches under the root. There are "
            "only B independent numbers, the means of the batches.",
            _either(lambda y, ddof: _ends(y, WITHIN * y.mean(axis=1).std(ddof=ddof) / math.sqrt(y.size))),
        ),
        Variant(
            "the means were taken over the batches (axis=0), one for each column. Batches are the rows: axis=1.",
            (
                *_either(lambda y, ddof: _around(y.mean(axis=0), WITHIN, ddof)),
                *_either(lambda y, ddof: _bars(y, WITHIN, ddof, axis=0)),
            ),
        ),
        Variant(
            "that is a bar for each batch, made of its searches. Asked for is one bar, for the mean over batches: it "
            "is made of the B means.",
            _either(lambda y, ddof: _bars(y, WITHIN, ddof, axis=1)),
        ),
        Variant(
            "the number of searches on a batch stands under the root. The batches are the evidence: their number, B, "
            "belongs there.",
            _either(
                lambda y, ddof: _ends(y.mean(axis=1), WITHIN * y.mean(axis=1).std(ddof=ddof) / math.sqrt(y.shape[1]))
            ),
        ),
        Variant(
            "B - 1 came in twice. It is in the standard deviation already (ddof=1), because the mean was estimated "
            "from the same batches; the mean of B batches is steadier by the square root of B.",
            (lambda y: _ends(y.mean(axis=1), WITHIN * y.mean(axis=1).std(ddof=1) / math.sqrt(len(y) - 1)),),
        ),
        Variant(
            "the standard deviation was divided by B instead of by the square root of B.",
            _half(lambda means, ddof: WITHIN * float(means.std(ddof=ddof)) / means.size),
        ),
        Variant(
            "that is made of the variance. Its square root, the standard deviation, belongs there.",
            (
                *_half(lambda means, ddof: WITHIN * float(means.var(ddof=ddof)) / means.size),
                *_half(lambda means, ddof: WITHIN * float(means.var(ddof=ddof)) / math.sqrt(means.size)),
                *_half(lambda means, ddof: WITHIN * float(means.var(ddof=ddof))),
            ),
        ),
        Variant(
            "one standard error to either side holds 68 % of a bell curve. For 95 % it takes 1.96 of them.",
            _half(lambda means, ddof: _error(means, ddof)),
        ),
        Variant(
            "1.645 standard errors leave 5 % on either side, 10 % in all. For 95 % in the middle it takes 1.96.",
            _half(lambda means, ddof: 1.645 * _error(means, ddof)),
        ),
        Variant(
            "1.96 standard errors is the length of the whole bar there. It takes as much to either side.",
            _half(lambda means, ddof: WITHIN / 2 * _error(means, ddof)),
        ),
        Variant(
            "the bar lies around 0: the mean is missing.",
            _either(lambda y, ddof: (-WITHIN * _error(y.mean(axis=1), ddof), WITHIN * _error(y.mean(axis=1), ddof))),
        ),
        Variant(
            "those are the mean and the half length. Asked for are the two ends, mean minus half and mean plus half.",
            (
                *_either(lambda y, ddof: (y.mean(), WITHIN * _error(y.mean(axis=1), ddof))),
                *_either(lambda y, ddof: (y.mean(), _error(y.mean(axis=1), ddof))),
            ),
        ),
        Variant(
            "the ends are in the other order: first the low one.",
            (lambda y: gaussian_interval(y)[::-1],),
        ),
        Variant(
            "only one number came back: return both ends, low and high.",
            (
                *_either(lambda y, ddof: WITHIN * _error(y.mean(axis=1), ddof)),
                *_either(lambda y, ddof: _error(y.mean(axis=1), ddof)),
                lambda y: y.mean(),
            ),
        ),
    ),
    remarks=(
        Variant(
            "You divided the sum of squares by B, as np.std does by itself; the course divides by B - 1 (ddof=1), "
            "because the mean was estimated from the same batches. With ten batches that makes 5 %.",
            (lambda y: _around(y.mean(axis=1), WITHIN, ddof=0), lambda y: _around(y.mean(axis=1), 2.0, ddof=0)),
        ),
        Variant(
            "You took 2 standard errors; 1.96 is a little more exact.",
            (lambda y: _around(y.mean(axis=1), 2.0, ddof=1),),
        ),
        Variant(
            "You took the factor of Student's t instead of 1.96. That is better: it knows that with few batches the "
            "standard deviation is uncertain, too.",
            (lambda y: _around(y.mean(axis=1), float(stats.t(len(y) - 1).ppf(0.975)), ddof=1),),
        ),
        Variant(
            "You took the exact 1.959964 of the bell curve.",
            (lambda y: _around(y.mean(axis=1), float(stats.norm.ppf(0.975)), ddof=1),),
        ),
    ),
    hints=(
        "How many numbers are independent of one another? Not B times K: searches on one batch share it.",
        "means = y.mean(axis=1) are B numbers. Their standard error is means.std(ddof=1) / np.sqrt(len(means)).",
        "half = 1.96 * means.std(ddof=1) / np.sqrt(len(means)); return means.mean() - half, means.mean() + half.",
    ),
)
