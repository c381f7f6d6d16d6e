"""How does a sampler grow points around points? What sparse grids and adaptive random search have in common.

children   the points that refining one brings; they are asked for one after another, and belong together
twin       a point whose config was tried already, as where an integer has few values: it takes that loss, and costs
           no trial
"""

from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.samplers.geometry import key
from hpo_tutor.samplers.refinement import NOBODY, UNKNOWN, Tree
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

Array = NDArray[np.float64]

MOST_IDLE = 100  # refinements in a row that bring nothing to be tried, before a random config is


class Child(NamedTuple):
    """A point of the unit cube (d,), and its size; see ``samplers.refinement``."""

    point: Array
    size: int


class RefiningSampler(BaseSampler):
    """Refines one point after another: that of the smallest priority.

    Nothing is waited for: where more is asked than is told, points of unknown loss rank behind all others.

    Args:
        space: what is searched.
        seed: see ``BaseSampler``.
        gamma: 0 refines where losses are low, 1 where points are few; see ``refinement.priorities``.

    Raises:
        ValueError: gamma is not from 0 to 1.
    """

    def __init__(self, space: SearchSpace, seed: int, gamma: float) -> None:
        super().__init__(space, seed)
        if not 0 <= gamma <= 1:
            raise ValueError(f"gamma must be from 0 (losses alone) to 1 (levels alone), it is {gamma}")
        self.gamma = gamma
        self.tree = Tree(space.n_dims)
        self._waiting: deque[int] = deque()  # rows to be asked for
        self._rows: dict[bytes, list[int]] = {}  # config -> its rows
        self._outcomes: dict[bytes, float] = {}  # config -> its loss, nan where it failed

    def together(self) -> int:
        """How many of the next trials belong together, because nothing that is told between them changes them.

        These are the children of one refinement; asked for and trained as one batch they cost least time.
        """
        if not self._waiting:
            self._refill()
        return max(len(self._waiting), 1)

    @abstractmethod
    def _first(self) -> Iterable[Child]:
        """The points with which all begins."""

    @abstractmethod
    def _children(self, row: int) -> Iterable[Child]:
        """The points that refining the point of a row brings; none where there is no room."""

    def _suggest(self, number: int) -> dict[str, Any]:
        if not self._waiting:
            self._refill()
        if not self._waiting:  # constraints hold so rarely that the next points are far from any that keeps them
            return self.space.sample(self.rng)
        row = self._waiting.popleft()
        self.tree.tried(row, number)
        return self.space.from_unit(self.tree.points[row])

    def _refill(self) -> None:
        """Refine until there is something to be tried."""
        if not self.tree.n_points:
            self._insert(self._first())
        for _ in range(MOST_IDLE):
            if self._waiting:
                return
            row = self.tree.choose(self.gamma)
            if row == NOBODY:
                raise SearchExhausted(
                    f"all {len(self._rows)} configs that {type(self).__name__} can reach have been asked for"
                )
            if not self._insert(self._children(row)):
                self.tree.close(row)

    def _insert(self, children: Iterable[Child]) -> int:
        """Put points into the tree, and those that are to be tried into the queue; returns how many came."""
        n_before = self.tree.n_points
        for point, size in children:
            row = self.tree.add(point, size)
            config = self.space.from_unit(point)
            name = key_of(self.space, config)
            if not self.space.satisfies(config):
                self.tree.learn(row, np.nan)  # no trial is spent on what cannot be
            elif name in self._outcomes and self._is_twin(point):
                self.tree.learn(row, self._outcomes[name])
            elif name not in self._rows or not self._is_twin(point):
                self._waiting.append(row)
            self._rows.setdefault(name, []).append(row)
        return self.tree.n_points - n_before

    def _is_twin(self, point: Array) -> bool:
        """Whether a point whose config is known takes the known loss."""
        return True

    def _learn(self, trial: Trial) -> None:
        name = key_of(self.space, trial.config)
        loss = trial.loss if trial.state == "complete" else np.nan
        self._outcomes.setdefault(name, loss)
        rows = [row for row in self._rows.get(name, ()) if self.tree.states[row] == UNKNOWN]
        for row in rows:
            self.tree.learn(row, loss)
        self._leave_out(rows)

    def _leave_out(self, rows: Iterable[int]) -> None:
        """Do not ask for points whose config is asked for, or known, in another way: as an end, or from others."""
        twins = [row for row in rows if row in self._waiting and self._is_twin(self.tree.points[row])]
        for row in twins:
            self._waiting.remove(row)


def key_of(space: SearchSpace, config: Mapping[str, Any]) -> bytes:
    """The same for configs that are one; values of inactive hyperparameters do not count."""
    return key(np.nan_to_num(space.to_unit(config), nan=-1.0))
