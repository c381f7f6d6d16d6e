"""How do rooks come to keep their distance? By addition, by swaps, or by trying every board, in machine code.

rooks     (N, d) whole numbers: which level each rook has on each axis; every axis has each of 0 to N - 1 once
distance  squared, between rooks one level apart on one axis it is 1; hence a whole number
least     the distance that is asked for
"""

import math

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.machine_code import compiled

Array = NDArray[np.int64]

DARTS, MANY = 200, 1000  # at most so many are thrown for one rook; fewer where there are many, or N^2 would be long
HOT, COLD = 0.3, 0.03  # d times the temperatures of the first and of the last swap; 1 is one pair at distance 0


@compiled
def add(n_points: int, n_dims: int, least: int, rng: np.random.Generator) -> tuple[Array, int]:
    """Random sequential addition: each rook at the first random free place that keeps the distance from all before it.

    A free place has on each axis a level that no rook has yet. A rook that finds no place within ``DARTS`` ends it;
    beyond N = 1,000 they are fewer, 200 (1,000 / N)^2.

    Returns:
        rooks, of which only the first so many, the second value, stand.
    """
    rooks = np.empty((n_points, n_dims), np.int64)
    free = np.empty((n_dims, n_points), np.int64)
    for j in range(n_dims):
        free[j] = np.arange(n_points)
    picked = np.empty(n_dims, np.int64)
    n_darts = max(1, DARTS * MANY**2 // max(n_points, MANY) ** 2)
    for n in range(n_points):
        n_free = n_points - n
        for _ in range(n_darts if n_free > 1 else 1):
            for j in range(n_dims):
                picked[j] = int(rng.random() * n_free)
                rooks[n, j] = free[j, picked[j]]
            if _keeps(rooks, n, least):
                break
        else:
            return rooks, n
        for j in range(n_dims):
            free[j, picked[j]] = free[j, n_free - 1]
    return rooks, n_points


@compiled
def _keeps(rooks: Array, n: int, least: int) -> bool:
    """Whether rook n keeps the distance from those before it."""
    for k in range(n):
        distance = 0
        for j in range(rooks.shape[1]):
            distance += (rooks[n, j] - rooks[k, j]) ** 2
        if distance < least:
            return False
    return True


@compiled
def swap(rooks: Array, n_swaps: int, most: int, rng: np.random.Generator) -> tuple[Array, int, int]:
    """Simulated annealing over Latin hypercubes: two rooks swap their levels on one axis, which keeps it Latin.

    The energy is the sum over pairs of 1 - distance / least, where that is positive. ``least`` is always one more than
    the best yet, so energy 0 means a better design. A swap that adds energy is done with probability
    exp(-added / temperature), and the temperature falls.

    Kirkpatrick, Gelatt & Vecchi (1983), doi:10.1126/science.220.4598.671; Morris & Mitchell (1995),
    doi:10.1016/0378-3758(94)00035-T, anneal Latin hypercubes with another energy.

    Args:
        rooks: where it begins.
        n_swaps: how many are tried.
        most: a distance that cannot be surpassed; when it is reached, the search ends.
        rng: where chance comes from.

    Returns:
        The best rooks, their smallest distance, and how many swaps were tried.
    """
    n, n_dims = rooks.shape
    rooks, best_rooks, best = rooks.copy(), rooks.copy(), 0
    distances = np.zeros((n, n), np.int64)
    for a in range(n):
        for b in range(n):
            distances[a, b] = np.sum((rooks[a] - rooks[b]) ** 2)
    energies = np.zeros(n)  # each rook's share; that of a pair belongs to both
    from_a, from_b = np.empty(n, np.int64), np.empty(n, np.int64)  # distances after the swap
    least, n_near = 1, 0  # n_near pairs are nearer than least
    cooling = math.log(COLD / HOT) / n_swaps
    for tried in range(n_swaps):
        if n_near == 0:
            best_rooks[:] = rooks
            best = n * n * n_dims
            for a in range(n):
                for b in range(a):
                    best = min(best, distances[a, b])
            if best >= most:
                return best_rooks, best, tried
            least = best + 1
            for a in range(n):
                energies[a] = 0.0
                for b in range(n):
                    if b != a and distances[a, b] < least:
                        energies[a] += 1 - distances[a, b] / least
                        n_near += b < a
        a, b, j = int(rng.random() * n), int(rng.random() * n), int(rng.random() * n_dims)
        while energies[a] < 1e-9:  # a rook that is near no other has no reason to move
            a = int(rng.random() * n)
        if a == b:
            continue
        temperature = HOT / n_dims * math.exp(cooling * tried)
        between = max(0.0, 1 - distances[a, b] / least)  # does not change
        may_be = energies[a] + energies[b] - 2 * between - temperature * math.log(1 - rng.random())
        level_a, level_b, energy = rooks[a, j], rooks[b, j], 0.0
        for k in range(n):
            if k != a and k != b:
                gain = (level_b - rooks[k, j]) ** 2 - (level_a - rooks[k, j]) ** 2
                from_a[k], from_b[k] = distances[a, k] + gain, distances[b, k] - gain
                if from_a[k] < least:
                    energy += 1 - from_a[k] / least
                if from_b[k] < least:
                    energy += 1 - from_b[k] / least
                if energy > may_be:
                    break
        if energy > may_be:
            continue
        rooks[a, j], rooks[b, j] = level_b, level_a
        energies[a] = energies[b] = between
        for k in range(n):
            if k != a and k != b:
                for moved, after in ((a, from_a[k]), (b, from_b[k])):
                    before = distances[moved, k]
                    if before < least:
                        energies[k] -= 1 - before / least
                        n_near -= 1
                    if after < least:
                        energies[k] += 1 - after / least
                        energies[moved] += 1 - after / least
                        n_near += 1
                    distances[moved, k] = distances[k, moved] = after
    return best_rooks, best, n_swaps


@compiled
def search(n: int, least: int, most_steps: int, rng: np.random.Generator) -> tuple[Array, bool, int]:
    """Backtracking over all boards of N rooks in two dimensions that keep the distance.

    A rook for one row after another; each tries every column that the rows before leave free. Columns are tried in
    random order, and half of them suffice in the first row, because a board may be mirrored.

    Args:
        n: how many rooks, at most 62.
        least: the distance that is asked for.
        most_steps: so many columns are tried at most.
        rng: where chance comes from.

    Returns:
        rooks, (N, 2); whether they keep the distance; and how many columns were tried. There is no such board where
        none was found within ``most_steps``.
    """
    near = np.zeros((n, n), np.int64)  # by rows between, by column: the columns that a rook forbids, as bits
    for gap in range(n):
        for column in range(n):
            for other in range(n):
                if gap * gap + (other - column) ** 2 < least:
                    near[gap, column] |= 1 << other
    order, rooks = np.empty((n, n), np.int64), np.empty((n, 2), np.int64)
    for row in range(n):
        rooks[row, 0] = row
        order[row] = rng.permutation(n)
    tried, taken = np.zeros(n, np.int64), np.zeros(n + 1, np.int64)
    row = 0
    for step in range(most_steps):
        if tried[row] == n:
            if row == 0:
                return rooks, False, step
            tried[row] = 0
            row -= 1
            continue
        column = order[row, tried[row]]
        tried[row] += 1
        if taken[row] >> column & 1 or (row == 0 and column > n // 2):
            continue
        free = True
        for before in range(row - 1, -1, -1):
            if near[row - before, rooks[before, 1]] >> column & 1:
                free = False
                break
        if not free:
            continue
        rooks[row, 1] = column
        if row == n - 1:
            return rooks, True, step
        taken[row + 1] = taken[row] | 1 << column
        row += 1
    return rooks, False, most_steps
