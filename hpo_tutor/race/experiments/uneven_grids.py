"""What is a grid worth if its levels are spent where they matter? Many levels on one axis, few or one on others.

The largest n with n^d <= N is 1 for N = 80 trials of d = 9 hyperparameters: a grid of equal levels is a single point.
Nobody who must tune by a grid would do that. Whoever knows that the learning rate matters most gives it five levels,
four others two each, and leaves the rest in the middle: 5 x 2 x 2 x 2 x 2 = 80.

levels    hyperparameter -> how many levels it has, the middles of as many equal cells; one where it is not named
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.views import DesignView


class UnevenGrid(BaseSampler):
    """A grid whose axes have different numbers of levels; tried in random order.

    Args:
        space: what is searched.
        seed: draws the order.
        levels: hyperparameter -> how many levels, from 1.

    Raises:
        ValueError: a name is not of the space, or a number of levels is below 1.
    """

    def __init__(self, space: SearchSpace, seed: int = 0, *, levels: Mapping[str, int]) -> None:
        super().__init__(space, seed)
        for name, n in levels.items():
            if name not in space.names:
                raise ValueError(f"levels are for {', '.join(space.names)}, got {name!r}")
            if n < 1:
                raise ValueError(f"an axis has at least 1 level, got {n} for {name}; 1 leaves it in the middle")
        each = [levels.get(name, 1) for name in space.names]
        grid = np.array(list(itertools.product(*((np.arange(n) + 0.5) / n for n in each))))
        self._points = self.rng.permutation(grid)
        self._points.setflags(write=False)

    def view(self) -> DesignView:
        """Where all the trials go."""
        return DesignView(self._points, self.n_asked, "grid-uneven")

    def _suggest(self, number: int) -> dict[str, Any]:
        if number >= len(self._points):
            raise SearchExhausted(f"the grid has {len(self._points)} points, and all have been asked for")
        return self.space.from_unit(self._points[number])
