"""What does a forest say at a point, which recorded point is nearest, and where is the forest low? In machine code.

K, d, N    points asked about, their coordinates, recorded points
nodes      (n_nodes,) of ``forests.NODE``, each tree in preorder
starts     (n_trees + 1,) where each tree begins; a forest says the mean over its trees
n_levels   the most steps from a root to a leaf
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.machine_code import compiled

Array = NDArray[Any]


@compiled
def predict(points: Array, nodes: Array, starts: Array, n_levels: int) -> Array:
    """What the forest says at each of K points, float32 of shape (K, d); shape (K,).

    All trees go down together, a level at a time, and wait at their leaves: quicker than tree by tree, because the
    processor need not guess which way a branch goes.
    """
    said = np.empty(len(points))
    at = np.empty(len(starts) - 1, np.uint32)
    for k in range(len(points)):
        at[:] = starts[:-1]
        for _ in range(n_levels):
            for tree in range(len(at)):
                node = nodes[at[tree]]
                step = node["right"]
                at[tree] += min(step, 1) if points[k, node["feature"]] <= node["number"] else step
        total = 0.0
        for place in at:
            total += nodes[place]["number"]
        said[k] = total / len(at)
    return said


@compiled
def nearest(points: Array, columns: Array, unordered: Array) -> Array:
    """Which recorded point is nearest to each of K points, shape (K,); the first where several are.

    Args:
        points: (K, d), float32.
        columns: (d, N), float32, the recorded points.
        unordered: (d,) whether the coordinate is a choice without an order: options that differ are all one apart.
    """
    found = np.empty(len(points), np.int64)
    distances = np.empty(columns.shape[1], np.float32)
    for k in range(len(points)):
        distances[:] = 0
        for j in range(len(columns)):
            here = points[k, j]
            for n in range(columns.shape[1]):
                step = columns[j, n] - here
                distances[n] += step * step if not unordered[j] else np.float32(step != 0)
        found[k] = distances.argmin()
    return found


@compiled
def look_up(
    nodes: Array,
    starts: Array,
    n_levels: int,
    columns: Array,
    unordered: Array,
    ratios: Array,
    points: Array,
    rows: Array,
) -> Array:
    """exp(forest) at each of K points, times the ratio that its row (K,) holds at the nearest recorded point.

    ``ratios`` is (n_rows, N); the row -1 stands for ratios of 1.
    """
    losses = predict(points, nodes, starts, n_levels)
    for k in range(len(points)):
        losses[k] = math.exp(losses[k])
        if rows[k] >= 0:
            losses[k] *= ratios[rows[k], nearest(points[k : k + 1], columns, unordered)[0]]
    return losses


@compiled
def look_up_one(
    nodes: Array,
    starts: Array,
    n_levels: int,
    columns: Array,
    unordered: Array,
    ratios: Array,
    point: tuple[float, ...],
    row: int,
) -> float:
    """The same at one point, which comes as numbers of Python: to make arrays of them there takes longer."""
    points, rows = np.array([point], np.float32), np.full(1, row)
    return float(look_up(nodes, starts, n_levels, columns, unordered, ratios, points, rows)[0])


@compiled
def descend(places: Array, n_places: Array, nodes: Array, starts: Array, cuts: Array) -> float:
    """From a start, move one coordinate after another to where the forest is lowest along it, until none moves.

    Each coordinate has candidates, counted from 0; a node sends the first ``cuts[node]`` of its coordinate's to the
    left. One pass through a tree, both ways at nodes of the moving coordinate, gives the profile along all candidates.

    Args:
        places: (d,) int64, the start as numbers of candidates; afterwards the end.
        n_places: (d,) how many candidates there are.
        nodes: of the forest.
        starts: of the forest.
        cuts: (n_nodes,).

    Returns:
        What the forest says at the end.
    """
    profile = np.empty(n_places.max() + 1)  # differences between neighbouring candidates
    stack = np.empty((len(nodes), 3), np.int64)
    level, n_still, along = np.inf, 0, 0
    while n_still < len(places):
        profile[:] = 0
        for root in starts[:-1]:
            stack[0, 0], stack[0, 1], stack[0, 2] = root, 0, n_places[along]
            n_waiting = 1
            while n_waiting:
                n_waiting -= 1
                at, low, high = stack[n_waiting]
                while nodes[at]["right"]:
                    feature, right, cut = nodes[at]["feature"], at + nodes[at]["right"], cuts[at]
                    if feature != along:
                        at = at + 1 if places[feature] < cut else right
                    elif high <= cut:
                        at += 1
                    elif low >= cut:
                        at = right
                    else:
                        stack[n_waiting, 0], stack[n_waiting, 1], stack[n_waiting, 2] = right, cut, high
                        n_waiting += 1
                        at, high = at + 1, cut
                profile[low] += nodes[at]["number"]
                profile[high] -= nodes[at]["number"]
        here, best = 0.0, -1
        for place in range(n_places[along]):
            here += profile[place] / (len(starts) - 1)
            if here < level - 1e-9:  # less is rounding, and could go on for ever
                best, level = place, here
        n_still += 1
        if best >= 0:
            places[along], n_still = best, 1
        along = (along + 1) % len(places)
    return level
