"""Which point is worth a closer look? The tree of points that samplers grow, and the queue in which they wait.

row        a point's place in the tree, from 0, in the order in which points came
size       what makes a point expensive to refine: the sum of its levels on a sparse grid, its level in random search
degree     how often a point was refined
rank       a point's place by loss among all, 0 for the best; points of unknown loss follow, failed ones come last
priority   (rank + 1)^(1 - gamma) (size + degree + 1)^gamma; the smallest is refined next
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.views import Refinement

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = -1  # no parent, no trial, no row
KNOWN, UNKNOWN, FAILED = range(3)


def priorities(ranks: ArrayLike, sizes: ArrayLike, degrees: ArrayLike, gamma: float) -> Array:
    """How late each point's turn comes, shape (n,); the smallest is refined next.

    gamma 0 looks at losses alone, gamma 1 at levels and refinements alone. Novak & Ritter (1996),
    doi:10.1007/978-1-4613-3437-8_2, as Michallik (2023) writes it.
    """
    worse = np.asarray(ranks, dtype=np.float64) + 1
    finer = np.asarray(sizes, dtype=np.float64) + np.asarray(degrees, dtype=np.float64) + 1
    return np.asarray(worse ** (1 - gamma) * finer**gamma)


class Decision(NamedTuple):
    """Why a point was refined.

    Attributes:
        ranks, priorities: (m,) of the m points that there were.
        refined: the row of the one that was.
    """

    ranks: Ints
    priorities: Array
    refined: int


class Tree:
    """Points with what is known of them; each but the first ones was born when another was refined.

    Args:
        n_dims: d.
    """

    def __init__(self, n_dims: int) -> None:
        self.n_points, self.n_refinements = 0, 0
        self.last: Decision | None = None
        self._points = np.empty((16, n_dims))
        self._sizes, self._degrees, self._parents, self._births, self._trials, self._states = (
            np.zeros(16, dtype=np.int64) for _ in range(6)
        )
        self._losses = np.full(16, np.nan)
        self._closed = np.zeros(16, dtype=bool)

    @property
    def points(self) -> Array:
        """All points, (n, d)."""
        return self._points[: self.n_points]

    @property
    def sizes(self) -> Ints:
        """Their sizes, (n,)."""
        return self._sizes[: self.n_points]

    @property
    def losses(self) -> Array:
        """Their losses, (n,); nan where unknown or failed."""
        return self._losses[: self.n_points]

    @property
    def states(self) -> Ints:
        """Which of KNOWN, UNKNOWN, FAILED each is, (n,)."""
        return self._states[: self.n_points]

    def add(self, point: Array, size: int) -> int:
        """A new point, child of the one that is being refined; returns its row."""
        if self.n_points == len(self._points):
            self._grow()
        row = self.n_points
        self._points[row], self._sizes[row] = point, size
        self._degrees[row], self._trials[row], self._states[row] = 0, NOBODY, UNKNOWN
        self._losses[row], self._closed[row] = np.nan, False
        self._parents[row] = NOBODY if self.last is None else self.last.refined
        self._births[row] = self.n_refinements
        self.n_points += 1
        return row

    def tried(self, row: int, number: int) -> None:
        """The point is asked for as trial ``number``."""
        self._trials[row] = number

    def learn(self, row: int, loss: float) -> None:
        """The loss of a point, nan where its trial failed."""
        self._losses[row] = loss
        self._states[row] = FAILED if np.isnan(loss) else KNOWN

    def ranks(self) -> Ints:
        """Each point's place by loss, (n,); among equals the older is better."""
        order = np.lexsort((np.nan_to_num(self.losses), self.states))
        found = np.empty(self.n_points, dtype=np.int64)
        found[order] = np.arange(self.n_points)
        return found

    def choose(self, gamma: float) -> int:
        """The row that is refined next, which counts as refined now; NOBODY where all are closed."""
        ranks = self.ranks()
        worth = priorities(ranks, self.sizes, self._degrees[: self.n_points], gamma)
        waiting = np.where(self._closed[: self.n_points], np.inf, worth)
        row = int(np.argmin(waiting))
        if not np.isfinite(waiting[row]):
            return NOBODY
        self.last = Decision(ranks, worth, row)
        self._degrees[row] += 1
        self.n_refinements += 1
        return row

    def close(self, row: int) -> None:
        """There is no room left around a point: it is never refined again."""
        self._closed[row] = True

    def view(self) -> Refinement:
        """The tree as it is, with the ranks and priorities of the last decision."""
        n = self.n_points
        ranks, worth = np.full(n, NOBODY), np.full(n, np.nan)
        if self.last is not None:
            ranks[: len(self.last.ranks)], worth[: len(self.last.ranks)] = self.last.ranks, self.last.priorities
        return Refinement(
            points=frozen_copy(self._points[:n]),
            sizes=frozen_copy(self._sizes[:n]),
            degrees=frozen_copy(self._degrees[:n]),
            losses=frozen_copy(self._losses[:n]),
            ranks=frozen_copy(ranks),
            priorities=frozen_copy(worth),
            parents=frozen_copy(self._parents[:n]),
            births=frozen_copy(self._births[:n]),
            trials=frozen_copy(self._trials[:n]),
            refined=NOBODY if self.last is None else self.last.refined,
        )

    def _grow(self) -> None:
        names = ("points", "sizes", "degrees", "parents", "births", "trials", "states", "losses", "closed")
        for name in names:
            array = getattr(self, f"_{name}")
            setattr(self, f"_{name}", np.concatenate([array, np.empty_like(array)]))


def frozen_copy(array: NDArray[Any]) -> NDArray[Any]:
    """A copy that can no longer be written to."""
    copy = array.copy()
    copy.setflags(write=False)
    return copy
