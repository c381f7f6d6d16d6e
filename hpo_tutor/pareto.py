"""Which trials are best where there is more than one loss? Those that no other one beats.

Every loss is minimised. One trial DOMINATES another if it is no worse in any loss, and better in at least one. So
equals do not dominate each other: both stay.

    losses     (n, m)  m losses of n trials, as ``History.points`` has them; a row with a nan is a trial that failed
    reference  (m,)    a point that every useful trial dominates, from which volumes are measured
    front              the trials that no other one dominates
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ROUNDING = 1e-12  # sums of losses from 0 to 1 that differ by less are equal


def non_dominated(losses: ArrayLike) -> NDArray[np.bool_]:
    """Which rows lie on the front, shape (n,); a row with a nan never does, and dominates nothing.

    Raises:
        ValueError: losses are not a table (n, m).
    """
    from moocore import is_nondominated  # type: ignore[import-untyped]  # it ships no types; 0.3 s to load

    table, known = _table(losses)
    on_front = np.zeros(len(table), dtype=np.bool_)
    if known.any():
        on_front[known] = is_nondominated(table[known], keep_weakly=True)
    return on_front


def fronts(losses: ArrayLike) -> NDArray[np.intp]:
    """The rank of each row, shape (n,): 0 on the front, 1 on the front of what is left without it, and so on.

    Rows with a nan have rank -1. Goldberg (1989), Genetic Algorithms, calls it non-dominated sorting.

    Raises:
        ValueError: losses are not a table (n, m).
    """
    from moocore import pareto_rank

    table, known = _table(losses)
    ranks = np.full(len(table), -1, dtype=np.intp)
    if known.any():
        ranks[known] = pareto_rank(table[known])
    return ranks


def hypervolume(losses: ArrayLike, reference: ArrayLike) -> float:
    """How much lies between the front and the reference: the volume of all points that some row dominates.

    It is in the product of the losses' units, and the larger the better. A row that is not below the reference in every
    loss counts nothing, as does a row with a nan. Compare two fronts from the same reference only: with another one the
    order may change. Zitzler & Thiele (1998), doi:10.1007/BFb0056872

    Raises:
        ValueError: losses are not a table (n, m), the reference is not (m,) or not finite, or a loss is -inf.
    """
    from moocore import hypervolume as volume

    table, known = _table(losses)
    corner = np.asarray(reference, dtype=np.float64)
    if corner.shape != table.shape[1:]:
        raise ValueError(
            f"a reference needs one number for each of the {table.shape[1]} losses, got shape {corner.shape}; "
            "take one a little above the worst loss that is of any use"
        )
    if not np.isfinite(corner).all():
        raise ValueError(f"a reference must be finite, got {corner.tolist()}; a volume from there has no number")
    if np.isneginf(table).any():
        raise ValueError("a loss must not be -inf, its volume has no number; leave that row out, or make it nan")
    useful = table[known & (table < corner).all(axis=1)]
    return float(volume(useful, ref=corner)) if len(useful) else 0.0


def knee(losses: ArrayLike) -> int:
    """The row of the front where giving way in one loss begins to gain little in the others.

    Each loss is scaled to run from 0 to 1 over the front. For two losses, the knee is the point that lies farthest
    below the straight line between the front's ends; for more, below the plane through the points (1, 0, 0, ...),
    (0, 1, 0, ...) and so on. Both have the smallest sum of scaled losses. Das (1999), doi:10.1007/BF01195985

    Of equals it is the first row; so it is on a straight front and on a front of two, which have no knee. A front that
    bulges upwards has none either, and one of its ends is returned. The knee hangs on the scales: give it the logarithm
    of a loss that is drawn on a logarithmic axis.

    Raises:
        ValueError: losses are not a table (n, m), or none of the rows is free of nan.
    """
    on_front = non_dominated(losses)
    if not on_front.any():
        raise ValueError(f"a knee needs a trial that did not fail, and none of the {len(on_front)} rows is free of nan")
    front = np.asarray(losses, dtype=np.float64)[on_front]
    low, spread = front.min(axis=0), np.ptp(front, axis=0)
    sums = ((front - low) / np.where(spread > 0, spread, 1.0)).sum(axis=1)
    return int(np.flatnonzero(on_front)[np.flatnonzero(sums <= sums.min() + ROUNDING)[0]])


def _table(losses: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    """The losses as (n, m), and which rows are free of nan."""
    table = np.asarray(losses, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 1:
        raise ValueError(
            f"losses need the shape (n, m), a row for each trial, got {table.shape}; history.points has them so"
        )
    return table, np.logical_not(np.isnan(table).any(axis=1, keepdims=True))[:, 0]
