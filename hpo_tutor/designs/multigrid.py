"""How do lines that cross turn into tiles that fit? De Bruijn's multigrid, in any number of dimensions.

t         symmetry, how many families of parallel planes (lines, where d = 2)
star      (t, d) unit vectors x_j, the normals of the families
shifts    (t,) gamma_j; plane k of family j holds the places p with x_j . p + gamma_j = k
K         (t,) integers of a region between the planes: how far each family was passed, ceil(x_j . p + gamma_j)
vertex    (d,) sum_j K_j x_j: each region becomes one vertex
tile      each crossing of d planes becomes one tile, whose edges are the normals of these planes

Why there is never a hole: K_j is the slope of a convex function of one variable, so the vertices are slopes of a convex
function of p, and the slopes at its crossings, the tiles, fill space exactly once, whatever the star and the shifts.
Where more than d planes meet in one place, each d of them would claim a tile of their own, and these would overlap.
So the planes are pushed apart by about 1e-8: a singular multigrid gives one of the tilings beside it, a tiling always.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.designs.stars import star

__all__ = ["Multigrid", "Tiles", "star"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_APART = 1e-8  # far above rounding, far below what a picture or a design shows
_ALIKE = 1e-6  # shapes whose volumes differ by less count as one
_FLAT = 1e-7  # less volume is rounding: these planes are all parallel to one line and cross in no single place


@dataclass(frozen=True, eq=False)
class Tiles:
    """The tiles of a patch, one for each crossing of d planes.

    Attributes:
        star: (t, d) the edges they are made of.
        grids: (m, d) the families that cross, ascending; a tile's edges are ``star[grids]``.
        crossings: (m, d) where they cross, in the space of the planes.
        lowest: (m, t) the integers K of the corner from which the tile's edges go out.
        volumes: (m,) volume (area, where d = 2), of edges of length 1.
        kinds: (m,) the number of the tile's shape, 0 for the smallest volume among all that the star makes.
    """

    star: Array
    grids: Integers
    crossings: Array
    lowest: Integers
    volumes: Array
    kinds: Integers

    def __len__(self) -> int:
        return len(self.grids)

    def names(self) -> Integers:
        """The families that cross and the numbers of their planes, (m, 2 d).

        A tile keeps its name while planes are moved. When a third plane passes its crossing, the tile steps by that
        plane's normal, and so do the two others of the triangle that closed: in the plane, a hexagon turns over.
        """
        return np.concatenate([self.grids, np.take_along_axis(self.lowest, self.grids, axis=1)], axis=1)

    def corner_integers(self) -> Integers:
        """K of every corner, (m, 2^d, t); two corners of two tiles are one vertex if and only if these are equal."""
        n_dims = self.grids.shape[1]
        steps = np.zeros((len(self), 2**n_dims, len(self.star)), dtype=np.int64)
        for edge, bits in enumerate(np.array(list(product((0, 1), repeat=n_dims))).T):
            steps[np.arange(len(self)), :, self.grids[:, edge]] = bits
        return np.asarray(self.lowest[:, None] + steps)

    def corners(self) -> Array:
        """Every corner, (m, 2^d, d), in the order 00, 01, 10, 11: the last edge turns fastest."""
        return np.asarray(self.corner_integers() @ self.star)

    def places(self) -> Array:
        """The middle of each tile, (m, d)."""
        return np.asarray(self.lowest @ self.star + self.star[self.grids].sum(axis=1) / 2)


@dataclass(frozen=True, eq=False)
class Multigrid:
    """t families of parallel planes at distance 1, and the tiling that is their dual.

    De Bruijn (1981), doi:10.1016/1385-7258(81)90016-0; d dimensions: Gaehler & Rhyner (1986),
    doi:10.1088/0305-4470/19/2/020

    Attributes:
        star: (t, d) unit vectors that span the space, read only.
        shifts: (t,) the families' shifts, read only; whole numbers more or less only move the tiling.

    Raises:
        ValueError: the vectors are not of length 1, or do not span the space; there is not one finite shift for each.
    """

    star: Array
    shifts: Array

    def __post_init__(self) -> None:
        for name in ("star", "shifts"):  # what follows from them is kept, so nobody may write into them
            array = np.array(getattr(self, name), dtype=np.float64)
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.star.ndim != 2 or not np.allclose(np.linalg.norm(self.star, axis=1), 1):
            raise ValueError(f"a star is (t, d): t vectors of length 1, as star(t, d) gives them; it is {self.star}")
        n_grids, n_dims = self.star.shape
        if np.linalg.matrix_rank(self.star) < n_dims:
            raise ValueError(
                f"a star must span the space, or no {n_dims} planes cross; this one has rank "
                f"{np.linalg.matrix_rank(self.star)}: add vectors in other directions"
            )
        if self.shifts.shape != (n_grids,) or not np.all(np.isfinite(self.shifts)):
            raise ValueError(f"there must be one finite shift for each of the {n_grids} vectors; got {self.shifts}")

    @classmethod
    def draw(cls, symmetry: int, n_dims: int, rng: np.random.Generator) -> "Multigrid":
        """A randomly rotated ``star(symmetry, n_dims)`` with random shifts between -1 and 1 whose sum is zero.

        In the plane, a sum of zero is what makes t = 5 Penrose's tiling; with t = 3 it lets all lines meet in threes,
        which are pushed apart.

        Raises:
            ValueError: there is no such star.
        """
        vectors = star(symmetry, n_dims)
        turn, upper = np.linalg.qr(rng.normal(size=(n_dims, n_dims)))
        # uniform among the rotations only if the signs, which QR chooses, are made fair again
        turn *= np.sign(np.diag(upper))
        shifts = rng.random(len(vectors))
        shifts[-1] = -shifts[:-1].sum() % 1
        shifts[: round(shifts.sum())] -= 1
        return cls(vectors @ turn.T, shifts)

    def moved(self, grid: int, shift: float) -> "Multigrid":
        """The same with another shift of one family."""
        shifts = self.shifts.copy()
        shifts[grid] = shift
        return Multigrid(self.star, shifts)

    @property
    def density(self) -> float:
        """Vertices, and tiles, per unit volume: sum |det x_c| / sum det(x_c)^2 over all choices c of d families."""
        volumes = self._crossing[1]
        return float(volumes.sum() / np.sum(volumes**2))

    def tiles(self, centre: Array, half_side: float) -> Tiles:
        """All tiles that reach into the cube of these centre (d,) and half side, which they cover without holes.

        The patch has a ragged edge outside the cube, and now and then a tile that only comes near it.

        Raises:
            ValueError: there is no such cube.
        """
        centre = self._checked(centre, half_side)
        choices, all_volumes = self._crossing
        found = [self._tiles_of(choice, centre, half_side) for choice in choices]
        crossings, lowest = (np.concatenate(parts) for parts in zip(*found, strict=True))
        counts = [len(parts[0]) for parts in found]
        grids, volumes = np.repeat(choices, counts, axis=0), np.repeat(all_volumes, counts)
        ascending = np.sort(all_volumes)
        shapes = ascending[np.diff(ascending, prepend=0) > _ALIKE]
        kinds = np.searchsorted(shapes, volumes + _ALIKE) - 1
        return Tiles(self.star, grids, crossings, lowest, volumes, kinds)

    def vertices(self, centre: Array, half_side: float) -> Array:
        """The tiling's vertices in the cube of these centre (d,) and half side, each once; (n, d).

        Around each vertex exactly one tile lies in a given direction u, so a tile gives the vertex at its corner
        towards -u, and no two tiles give the same.

        Raises:
            ValueError: there is no such cube.
        """
        centre = self._checked(centre, half_side)
        direction = np.random.default_rng(1).normal(size=len(centre))  # along no side of a tile
        found = []
        for choice in self._crossing[0]:
            edges = self.star[choice]
            corner = np.linalg.solve(edges.T, direction) > 0
            planes = self._planes(choice, centre, half_side, corner)
            integers = self._integers(choice, planes)[1]
            integers[:, choice] += corner
            vertices = integers @ self.star
            found.append(vertices[np.all(np.abs(vertices - centre) <= half_side, axis=1)])
        return np.concatenate(found)

    def _checked(self, centre: Array, half_side: float) -> Array:
        """The centre of a cube that there is."""
        centre, n_dims = np.asarray(centre, dtype=np.float64), self.star.shape[1]
        if centre.shape != (n_dims,) or not np.all(np.isfinite(centre)) or not 0 <= half_side < np.inf:
            raise ValueError(
                f"a cube has {n_dims} finite coordinates of its centre and a finite half side of at least 0; "
                f"got {centre} and {half_side}"
            )
        return centre

    def _tiles_of(self, choice: Integers, centre: Array, half_side: float) -> tuple[Array, Integers]:
        """Crossings and lowest integers of the tiles with these edges that reach into the cube."""
        edges = self.star[choice]
        crossings, lowest = self._integers(choice, self._planes(choice, centre, half_side))
        corner = lowest @ self.star - centre
        inside = np.all(corner + np.maximum(edges, 0).sum(axis=0) >= -half_side, axis=1)
        inside &= np.all(corner + np.minimum(edges, 0).sum(axis=0) <= half_side, axis=1)
        return crossings[inside], lowest[inside]

    def _integers(self, choice: Integers, planes: Integers) -> tuple[Array, Integers]:
        """Where the planes (n, d) of the chosen families cross, (n, d), and K at the lowest corner there, (n, t)."""
        crossings = np.asarray(np.linalg.solve(self.star[choice], (planes - self._apart[choice]).T).T, dtype=np.float64)
        integers = np.ceil(crossings @ self.star.T + self._apart).astype(np.int64)
        integers[:, choice] = planes
        return crossings, integers

    def _planes(
        self, choice: Integers, centre: Array, half_side: float, corner: NDArray[np.bool_] | None = None
    ) -> Integers:
        """Numbers of the planes (n, d) whose tiles may have a part (or this corner) in the cube: all such, few others.

        A point of a tile that belongs to p is A p + sum_j x_j (gamma_j + r_j), with A = sum_j x_j x_j^T, r_j in [0, 1],
        and r known at a corner. So p lies in a polytope whose width along any direction is known. Plane by plane,
        that bounds the next number, both along the plane's own normal and along what is left of it when the planes
        that are fixed already are projected out.
        """
        known = np.full(len(self.star), 0.5)
        free = self.star
        if corner is not None:
            known[choice] = corner
            free = np.delete(self.star, choice, axis=0)
        back = np.linalg.inv(self.star.T @ self.star)
        middle = back @ (centre - (self._apart + known) @ self.star)
        edges, shifts = self.star[choice], self._apart[choice]

        def reach(direction: Array) -> float:
            image = back @ direction
            return float(half_side * np.abs(image).sum() + np.abs(free @ image).sum() / 2 + 1e-6)

        planes = np.zeros((1, 0), dtype=np.int64)
        for k, normal in enumerate(edges):
            share = np.linalg.lstsq(edges[:k].T, normal)[0]
            rest = normal - share @ edges[:k]
            along = (planes - shifts[:k]) @ share + middle @ rest
            far, near = reach(normal), reach(rest)
            low = np.maximum(middle @ normal - far, along - near) + shifts[k]
            high = np.minimum(middle @ normal + far, along + near) + shifts[k]
            first = np.ceil(low).astype(np.int64)
            counts = np.maximum(np.floor(high).astype(np.int64) - first + 1, 0)
            numbers = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
            planes = np.column_stack([np.repeat(planes, counts, axis=0), numbers])
        return planes

    @cached_property
    def _crossing(self) -> tuple[Integers, Array]:
        """The choices of d families that cross in single places, (n, d), and the volumes of their tiles, (n,)."""
        n_grids, n_dims = self.star.shape
        choices = np.array(list(combinations(range(n_grids), n_dims)))
        volumes = np.abs(np.linalg.det(self.star[choices]))
        return choices[volumes > _FLAT], volumes[volumes > _FLAT]

    @cached_property
    def _apart(self) -> Array:
        """The shifts, each moved a little, so that no more than d planes meet.

        Their sum moves with them: with d + 1 vectors whose sum is zero, shifts of sum zero make every crossing one of
        d + 1 planes, and no moves that keep the sum would part them.
        """
        moves = np.random.default_rng(0).normal(size=len(self.shifts))
        return np.asarray(self.shifts + _APART * moves)
