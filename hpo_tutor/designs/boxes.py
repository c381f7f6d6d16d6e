"""How large is the largest box that no point stands in? A search over boxes, in machine code.

N, d    points, their coordinates; the boxes are open, have sides along the axes, and lie in the unit cube
way     one of the 2d ways to get rid of a point in a box: on some axis, end the box at the point or begin it there
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.machine_code import compiled

Array = NDArray[Any]


@compiled
def largest_empty(points: Array, most_boxes: int) -> tuple[Array, Array, int]:
    """The largest empty box, by branch and bound.

    A box with points in it is cut at one of them in each of the 2d ways, and an empty box inside it lies in one of the
    parts. So that no box is searched twice, a part takes only those boxes that lie in none of the parts before it: they
    must reach beyond the point on those axes. Parts that are no larger than the best empty box so far are left out.

    Args:
        points: (N, d) in the unit cube.
        most_boxes: the search ends after so many, proved or not.

    Returns:
        The lower and the upper corner of the best box, (d,) each, and how many boxes were searched: no more than
        ``most_boxes`` where the box is proved to be the largest.
    """
    n, d = points.shape
    # each waiting box: where it begins, where it ends, what it must begin below, what it must end above
    waiting = np.empty((2 * d * n + 1, 4, d))
    waiting[0, 0], waiting[0, 1], waiting[0, 2], waiting[0, 3] = 0.0, 1.0, np.inf, -np.inf
    box, shares = np.empty((4, d)), np.empty(2 * d)
    low, high, best = np.zeros(d), np.zeros(d), 0.0
    n_waiting, n_boxes = 1, 0
    while n_waiting:
        n_waiting -= 1
        box[:] = waiting[n_waiting]
        volume = 1.0
        for i in range(d):
            volume *= box[1, i] - box[0, i]
        if volume <= best:
            continue
        n_boxes += 1
        if n_boxes > most_boxes:
            break
        worth = best / volume
        cut_at, least = -1, np.inf
        for k in range(n):
            inside = True
            for i in range(d):
                if not box[0, i] < points[k, i] < box[1, i]:
                    inside = False
                    break
            if not inside:
                continue
            score = 0.0
            for i in range(d):
                share = (points[k, i] - box[0, i]) / (box[1, i] - box[0, i])
                if share > worth and points[k, i] > box[3, i]:
                    score += share**6
                if 1 - share > worth and points[k, i] < box[2, i]:
                    score += (1 - share) ** 6
            if score < least:
                cut_at, least = k, score
                if score == 0:
                    break
        if cut_at < 0:
            best = volume
            low[:], high[:] = box[0], box[1]
            continue
        for i in range(d):
            share = (points[cut_at, i] - box[0, i]) / (box[1, i] - box[0, i])
            shares[2 * i] = share if points[cut_at, i] > box[3, i] else 0.0
            shares[2 * i + 1] = 1 - share if points[cut_at, i] < box[2, i] else 0.0
        for _ in range(2 * d):  # small parts first: the large ones are then left with fewer boxes
            way = 0
            for other in range(1, 2 * d):
                if shares[other] < shares[way]:
                    way = other
            share, shares[way] = shares[way], np.inf
            i, begins = way // 2, way % 2
            if share > worth:
                waiting[n_waiting] = box
                waiting[n_waiting, 1 - begins, i] = points[cut_at, i]
                n_waiting += 1
            if begins:
                box[2, i] = min(box[2, i], points[cut_at, i])
            else:
                box[3, i] = max(box[3, i], points[cut_at, i])
    return low, high, n_boxes
