"""Where does a number stand, if its point is in a crowd? Aside, near its point and away from all else.

shares    (n, 2)  places on a map, as shares of its sides
numbered  rows of shares that have a number, the most important one first
new       rows drawn as diamonds, which a number must not hide
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

ROOM, BESIDE = 0.06, 0.045  # shares of the map that a disc needs: to another one, to a small diamond
APART = (0.15, 0.12, 0.09, 0.06)  # shares between discs that were moved aside; the widest that can be had
AHEAD = 0.045  # share between such a disc and any point
FAR = (0.12, 0.16, 0.2, 0.25, 0.3, 0.36, 0.42, 0.5)  # shares by which a disc is moved
N_TURNS = 24  # directions in which it can be moved


def crowded_labels(shares: Array, numbered: Ints, new: Ints) -> NDArray[np.bool_]:
    """Which of the numbered rows have another of them, or a new point, where their disc would be."""
    apart = np.linalg.norm(shares[numbered, None] - shares[numbered], axis=2)
    np.fill_diagonal(apart, np.inf)
    away = _gap(shares[numbered], shares[new])
    needed = np.where(np.arange(len(numbered)), BESIDE, ROOM)  # the first has the diamonds around it
    return np.asarray((apart < ROOM).any(axis=1) | (away < needed), dtype=bool)


def moved_aside(shares: Array, numbered: Ints, crowded: NDArray[np.bool_], drawn: Ints) -> Array:
    """Where the numbers stand, (n_numbered, 2): on their points, or aside, near them and away from all else."""
    at = shares[numbered].copy()
    taken = [*at[~crowded]]
    angles = 2 * np.pi * np.arange(N_TURNS) / N_TURNS
    steps = np.concatenate([far * np.column_stack([np.cos(angles), np.sin(angles)]) for far in FAR])
    for row in np.flatnonzero(crowded):
        places = at[row] + steps
        inside = ((places > 0.04) & (places < 0.96)).all(axis=1)
        # the middle of the way keeps off other discs too, so that no line runs through them
        free = np.minimum(_gap(places, taken), 1.5 * _gap(at[row] + 0.6 * steps, taken))
        free[~inside | (_gap(places, shares[drawn]) < AHEAD)] = 0.0
        fits = next((free >= apart for apart in APART if (free >= apart).any()), free == free.max())
        at[row] = places[int(np.argmax(fits))]  # the nearest
        taken.append(at[row])
    return at


def _gap(places: Array, others: Sequence[Array] | Array) -> Array:
    """From each place to the nearest of others, (n,)."""
    if not len(others):
        return np.full(len(places), np.inf)
    return np.asarray(np.linalg.norm(places[:, None] - np.asarray(others), axis=2).min(axis=1))
