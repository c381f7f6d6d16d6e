"""How does a cube fill with spheres that are dropped at random, and when is it known that no further one fits?

d     dimensions of the unit cube
D     diameter, the smallest distance allowed between two centres
dart  a uniform place that is tried; it becomes a point if it is D or more from every point
voxel a small cube; it is discarded once the places nearer than D to one point cover it whole, as no dart succeeds there

Darts go only into the voxels that are left, each as likely as the others: the next point is then as random as if darts
went everywhere. When they hardly succeed any longer, each voxel is cut into 2^d, and the covered ones are discarded.
Once no voxel is left, nothing fits: saturation is proved, up to places that are nearer than D (1 + 1e-12).

Zhang & Torquato (2013), doi:10.1103/PhysRevE.88.053312, arXiv:1402.4883
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_VOXELS = 2**22  # 200 MB of 6-D voxels, as many again while they are cut
MAX_DARTS = 5 * 10**8  # minutes
MAX_WAITING = 10**7  # darts after a cut that was too large: about ten seconds
PATIENCE = 4  # darts that fail for each voxel: twice as many cost as much time as they save
DARTS_AT_ONCE, VOXELS_AT_ONCE = 2**20, 2**14  # about a second: machine code hears no interrupt
FINEST = 1e-14  # the side of a voxel that rounding still tells from its neighbour


class Filling:
    """A cube that fills until no sphere fits, or until it holds enough of them, or the darts run out.

    Args:
        diameter: D > 0.
        n_dims: d.
        rng: where darts come from.
        periodic: whether distances wrap around; otherwise centres stand anywhere between hard walls.
        n_wanted: how many points are enough; None: as many as there is room for.
        max_voxels: where a cut gives more, more darts are thrown before the next attempt, ``MAX_WAITING`` at most.
        max_darts: how many there are.
    """

    def __init__(
        self,
        diameter: float,
        n_dims: int,
        rng: np.random.Generator,
        *,
        periodic: bool,
        n_wanted: int | None = None,
        max_voxels: int = MAX_VOXELS,
        max_darts: int = MAX_DARTS,
    ) -> None:
        from hpo_tutor.designs import voxels  # numba takes a second to import

        self._kernels, self._rng = voxels, rng
        self._n_wanted = np.iinfo(np.int64).max if n_wanted is None else n_wanted
        self._max_voxels, self._max_darts, self._patience = max_voxels, max_darts, PATIENCE
        self._last_dart = max_darts  # sooner where a cut waits
        # if they are not too many, a voxel's diagonal is shorter than D: a point covers the voxel that it stands in
        n = max(1, min(int(math.sqrt(n_dims) / diameter) + 1, int(max_voxels ** (1 / n_dims))))
        self._n_cells, self._n_cuts = n, 0
        # not np.indices, which knows no more than 64 axes
        self._voxels = np.stack([np.arange(n**n_dims) // n**j % n for j in reversed(range(n_dims))], axis=1)
        self._tally = np.zeros(5, np.int64)
        self._tally[voxels.N_VOXELS] = len(self._voxels)
        lists, lengths = np.empty((n**n_dims, 8), np.int32), np.zeros(n**n_dims, np.int32)
        period = 1.0 if periodic else math.inf
        self._spheres = voxels.Spheres(np.empty((64, n_dims)), lists, lengths, n, float(diameter), period)

    @property
    def points(self) -> NDArray[np.float64]:
        """Centres so far, in the order in which they came, shape (n, d)."""
        return self._spheres.points[: self.n_points].copy()

    @property
    def voxels(self) -> NDArray[np.float64]:
        """Lower corners of the voxels that are left, shape (v, d)."""
        return self._voxels[: self.n_voxels] * self.side

    @property
    def side(self) -> float:
        """Of each voxel."""
        return math.ldexp(1 / self._n_cells, -self._n_cuts)

    @property
    def n_points(self) -> int:
        """Centres so far."""
        return int(self._tally[self._kernels.N_POINTS])

    @property
    def n_voxels(self) -> int:
        """Voxels that are left."""
        return int(self._tally[self._kernels.N_VOXELS])

    @property
    def n_darts(self) -> int:
        """Thrown so far."""
        return int(self._tally[self._kernels.N_DARTS])

    @property
    def saturated(self) -> bool:
        """Whether it is proved that no further point fits."""
        return self.n_voxels == 0

    def fill(self) -> None:
        """All steps."""
        for _ in self.steps():
            pass

    def steps(self) -> Iterator[None]:
        """Throw, cut, throw, cut ...; after each of them covered voxels are discarded, and a step ends."""
        while self._throw():
            yield
            if self.side / 2 < FINEST:
                return
            if self._discard(parts=2):
                self._n_cuts += 1
                self._last_dart = self._max_darts
                yield
            else:
                self._patience *= 2
                if self._last_dart == self._max_darts:
                    self._last_dart = min(self._max_darts, self.n_darts + MAX_WAITING)
        yield

    def _throw(self) -> bool:
        """Throw until darts hardly succeed; whether there is more to do."""
        tally, kernels = self._tally, self._kernels
        tally[kernels.PATIENCE] = self._patience * self.n_voxels
        while True:
            most = min(self._last_dart, self.n_darts + DARTS_AT_ONCE)
            kernels.throw(self._rng, self._spheres, self._voxels, self.side, tally, self._n_wanted, most)
            if self.n_points == self._n_wanted:
                return False
            if self.saturated or not tally[kernels.PATIENCE] or self.n_darts >= self._last_dart:
                break
            points, lists = self._spheres.points, self._spheres.lists
            if self.n_points == len(points):
                points = _doubled(points)
            elif tally[kernels.LONGEST] == lists.shape[1]:
                lists = np.hstack([lists, np.empty_like(lists)])
            self._spheres = self._spheres._replace(points=points, lists=lists)
        self._discard(parts=1)
        return not self.saturated and self.n_darts < self._last_dart

    def _discard(self, parts: int) -> bool:
        """Cut each voxel into parts^d and keep those that no sphere covers; False if too many would be left."""
        n_dims = self._voxels.shape[1]
        if parts**n_dims > self._max_voxels:
            return False
        most = self._max_voxels + parts**n_dims
        kept = np.empty((min(self.n_voxels // 2 + parts**n_dims, most), n_dims), np.int64)
        begin = n_kept = 0
        while begin < self.n_voxels:
            end = min(begin + VOXELS_AT_ONCE, self.n_voxels)
            begin, n_kept = self._kernels.discard(
                self._spheres, self._voxels, begin, end, self.side, parts, kept, n_kept
            )
            if begin < end:
                if len(kept) == most:
                    return False
                kept = _doubled(kept)[:most]
        self._voxels = kept
        self._tally[self._kernels.N_VOXELS] = n_kept
        return True


def _doubled(array: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([array, np.empty_like(array)])
