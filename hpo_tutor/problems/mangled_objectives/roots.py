"""How is a mangled target undone, a billion times in a study? In machine code.

P(y)    sum_k c_k y^(2k+1), all c_k > 0; it is odd, and for y > 0 it rises ever more steeply
y(v)    its inverse, which for v > 0 rises ever more slowly
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.machine_code import compiled, compiled_with

Array = NDArray[Any]

N_STEPS = 128  # of the table of y(v) from which the roots for many values begin
MOST_STEPS = 200  # Newton's method needs five or six; this only ends what rounding would keep going


@compiled
def invert(values: Array, coefficients: Array) -> Array:
    """The roots y of P(y) = v for values of shape (n,), to rounding."""
    found = np.empty(len(values))
    for i, value in enumerate(values):
        target = abs(value)
        start = math.inf
        for k, coefficient in enumerate(coefficients):  # no single term exceeds the sum, so none of these is too small
            start = min(start, (target / coefficient) ** (1 / (2 * k + 1)))
        found[i] = math.copysign(_from_above(start, target, coefficients), value)
    return found


@compiled
def _from_above(y: float, target: float, coefficients: Array) -> float:
    """The root, from a start that is not below it: there Newton's method comes down to it and never jumps over."""
    for _ in range(MOST_STEPS):
        total, slope = 0.0, 0.0
        for k in range(len(coefficients) - 1, -1, -1):
            total = total * (y * y) + coefficients[k]
            slope = slope * (y * y) + (2 * k + 1) * coefficients[k]
        lower = y - (total * y - target) / slope
        if not lower < y:
            break
        y = lower
    return y


@compiled_with(fastmath={"contract", "reassoc"})
def losses(
    places: Array, coefficients: Array, predictions: Array, truth: Array, n_validation: int, largest: float
) -> Array:
    """Root mean squared errors of validation and test rows at K points, shape (K, 2), in units of the truth.

    Between the grid's points the errors are bilinear.

    Args:
        places: (K, 2) where the points lie on the grid, counted in its steps along both axes.
        coefficients: (K, n_terms) with which predictions are undone.
        predictions: (n_1, n_2, n_rows) on the mangled scale.
        truth: (n_rows,) the validation rows first.
        n_validation: how many these are.
        largest: the largest |prediction|.
    """
    n_rows, n_terms = len(truth), coefficients.shape[1]
    found = np.zeros((len(places), 2))
    table, slopes = np.zeros(N_STEPS + 1), np.zeros(N_STEPS + 1)
    y, total, slope = np.empty(n_rows), np.empty(n_rows), np.empty(n_rows)
    step = largest / N_STEPS if largest > 0 else 1.0
    for point in range(len(places)):
        c = coefficients[point]
        slopes[0] = step / c[0]
        for m in range(1, N_STEPS + 1):
            # a tangent lies above what rises ever more slowly
            table[m] = _from_above(table[m - 1] + slopes[m - 1], m * step, c)
            steepness = 0.0
            for k in range(n_terms - 1, -1, -1):
                steepness = steepness * (table[m] * table[m]) + (2 * k + 1) * c[k]
            slopes[m] = step / steepness
        first, second = int(places[point, 0]), int(places[point, 1])
        for corner in range(4):
            i, j = first + corner // 2, second + corner % 2
            weight = (1 - abs(places[point, 0] - i)) * (1 - abs(places[point, 1] - j))
            if weight <= 0:
                continue
            said = predictions[i, j]
            for row in range(n_rows):  # a cubic between two entries of the table
                at = min(abs(said[row]) / step, N_STEPS - 1e-9)
                m = int(at)
                t = at - m
                rise = table[m + 1] - table[m]
                bend = slopes[m] - rise + (slopes[m + 1] - 2 * rise + slopes[m]) * (-t)
                y[row] = table[m] + t * (rise + (1 - t) * bend)
                total[row] = c[n_terms - 1]
                slope[row] = (2 * n_terms - 1) * c[n_terms - 1]
            for k in range(n_terms - 2, -1, -1):
                for row in range(n_rows):
                    total[row] = total[row] * (y[row] * y[row]) + c[k]
                    slope[row] = slope[row] * (y[row] * y[row]) + (2 * k + 1) * c[k]
            for row in range(n_rows):  # and one step of Newton's method, which doubles the digits
                root = y[row] - (total[row] * y[row] - abs(said[row])) / slope[row]
                miss = math.copysign(root, said[row]) - truth[row]
                y[row] = miss * miss
            found[point, 0] += weight * math.sqrt(y[:n_validation].mean())
            found[point, 1] += weight * math.sqrt(y[n_validation:].mean())
    return found
