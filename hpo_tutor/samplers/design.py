"""What if all trials are chosen before the first is run? A design's points, asked for one by one.

points    (N, d)   in the unit cube, in the order in which they are tried
feasible           a point whose config keeps the space's constraints
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.designs.lattices import n_levels as n_per_axis
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.views import DesignView

Array = NDArray[np.float64]

RAREST = 1000  # points of a design that are tried for one that is feasible, before the search for more ends


class Design(BaseSampler):
    """Tries the points of a design, whatever the losses are.

    A design lives in the unit cube and knows nothing of conditions: where a hyperparameter is inactive, or has fewer
    values than the design has levels, several points are the same config, and all of them are tried.
    Where the space has constraints, infeasible points are left out of a larger design, until n_points remain; a lattice
    becomes the finest one that has no more than n_points feasible ones (or, where already the coarsest with any has
    more, n_points of those at random).

    Args:
        space: what is searched.
        name: one of ``designs.NAMES``.
        n_points: how many points; None for the whole budget of the search.
        seed: draws the points, and the order in which they are tried.
        shuffle: whether points whose order means nothing (``designs.is_ordered``) are tried in random order, so that
            the incumbent after a few trials does not hang on the corner in which a grid begins.
        options: of the design, such as ``symmetry`` of "hypertiling"; see ``designs.make``.

    Raises:
        ValueError: the name is unknown, n_points is not a whole number above 0, or the design has no such option.
    """

    def __init__(
        self,
        space: SearchSpace,
        name: str,
        n_points: int | None = None,
        seed: int = 0,
        shuffle: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(space, seed)
        if n_points is not None and (n_points % 1 or n_points < 1):
            raise ValueError(
                f"n_points must be a whole number of at least 1, it is {n_points}; None takes the budget of the search"
            )
        designs.check_options(name, options)
        self.name, self.options = name, options
        self.n_points = None if n_points is None else int(n_points)
        self.shuffle = shuffle and not designs.is_ordered(name)
        self._points: Array | None = None
        self._seed, self._order_seed = (int(seed) for seed in self.rng.integers(2**32, size=2))

    def start(self, n_trials: int) -> None:
        """Hear the budget, which is the number of points unless that was given.

        A later budget makes a new design only where that keeps what was asked: before the first ask, and for an
        ordered design, whose first points stay the same.

        Raises:
            ValueError: the budget is below one trial, or next to no point is feasible.
        """
        super().start(n_trials)
        if self._points is None or (self.n_points is None and (self.n_asked == 0 or designs.is_ordered(self.name))):
            self._build()

    def view(self) -> DesignView:
        """Where all the trials go; the points are known as soon as the budget is."""
        points = np.empty((0, self.space.n_dims)) if self._points is None else self._points
        return DesignView(points, self.n_asked, self.name)

    def _suggest(self, number: int) -> dict[str, Any]:
        points = self._build() if self._points is None else self._points
        if number >= len(points):
            raise SearchExhausted(f"the design {self.name!r} has {len(points)} points, and all have been asked for")
        return self.space.from_unit(points[number])

    def _build(self) -> Array:
        n_points = self.n_points or self.n_trials
        if n_points is None:
            raise RuntimeError(
                f"the design {self.name!r} must know its number of points before the first ask, and does not; "
                "give n_points=, or call start(n_trials) as minimize does"
            )
        if not self.space.constraints:
            points = self._make(n_points)
        elif designs.is_lattice(self.name):
            points = self._finest(n_points)
        else:
            points = self._enlarged(n_points)
        if self.shuffle or (len(points) > n_points and not designs.is_ordered(self.name)):
            points = np.random.default_rng(self._order_seed).permutation(points)
        self._points = points[:n_points]
        self._points.setflags(write=False)
        return self._points

    def _enlarged(self, n_points: int) -> Array:
        """At least ``n_points`` feasible points, of a design that is as large as it takes."""
        size = n_points
        while len(points := self._feasible(self._make(size))) < n_points:
            if size == n_points:
                self._check_share(n_points)
            if size == RAREST * n_points:
                raise self._too_rare(n_points, len(points), size)
            # a tenth more than the share so far asks for, but no more than ten times as many
            larger = int(1.1 * size * min(n_points / max(len(points), 1), 10)) + 1
            size = min(larger, RAREST * n_points)
        return points

    def _check_share(self, n_points: int) -> None:
        """Refuse by random points, which cost next to nothing, what thousands of spheres or rooks would refuse late."""
        rng, each, found = np.random.default_rng(self._seed), max(n_points, 10), 0
        for _ in range(RAREST):
            found += len(self._feasible(rng.random((each, self.space.n_dims))))
            if found >= each / 2:  # less than one in RAREST by far more than luck only
                return
        raise self._too_rare(n_points, found, RAREST * each)

    def _finest(self, n_points: int) -> Array:
        """The feasible points of the finest lattice that has at most ``n_points`` of them."""
        n_dims = self.space.n_dims
        n_levels, most = n_per_axis(n_points, n_dims), n_per_axis(RAREST * n_points, n_dims)
        best, coarse = np.empty((0, n_dims)), 0
        while len(points := self._feasible(self._make(n_levels**n_dims))) <= n_points:  # leap to where it is too fine
            best, coarse = points, n_levels
            if n_levels == most:
                break
            share = max(len(points), 0.1) / n_points
            n_levels = min(max(n_levels + 1, int(0.9 * n_levels * share ** (-1 / n_dims))), most)
        too_fine, fine = points, n_levels
        while fine - coarse > 1:  # and halve the way back
            middle = (coarse + fine) // 2
            points = self._feasible(self._make(middle**n_dims))
            if len(points) > n_points:
                too_fine, fine = points, middle
            else:
                best, coarse = max(best, points, key=len), middle
        if len(best) or len(too_fine):
            return best if len(best) else too_fine
        raise self._too_rare(n_points, 0, coarse**n_dims)

    def _make(self, n_points: int) -> Array:
        return designs.make(self.name, n_points, self.space.n_dims, self._seed, **self.options)

    def _feasible(self, points: Array) -> Array:
        if not self.space.constraints:
            return points
        return points[[self.space.satisfies(self.space.from_unit(point)) for point in points]]

    def _too_rare(self, n_points: int, n_feasible: int, size: int) -> ValueError:
        rules = ", ".join(rule.text for rule in self.space.constraints)
        return ValueError(
            f"the design {self.name!r} needs {n_points} feasible points and found {n_feasible} among {size}; "
            f"narrow the bounds to where the constraints hold ({rules}), or turn them into conditions"
        )
