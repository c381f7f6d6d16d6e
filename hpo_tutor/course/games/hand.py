"""What does somebody do who tunes by hand? A plain rule, written down so that it can be raced.

u       (d,) the best configuration so far as a point of the unit cube
steps   (d,) how far each hyperparameter is moved at a time, in the unit cube
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.search_space import Choice, Domain, Float, SearchSpace
from hpo_tutor.trials import Trial

Array = NDArray[np.float64]

LINEAR_STEP = 1 / 4  # of the range, where the scale is not logarithmic
MOST_HALVINGS = 12  # then the steps are too small to matter


class HandView(NamedTuple):
    """What a hand tuner thought when it asked last.

    Attributes:
        changed: the hyperparameter that was moved; "" at the start.
        direction: 1 upwards, -1 downwards, 0 at the start.
        halvings: how often the steps have been halved.
        loss: of the best configuration so far; infinity before there is one.
    """

    changed: str
    direction: int
    halvings: int
    loss: float


class HandTuning(BaseSampler):
    """Changes one hyperparameter at a time and keeps what helps.

    The hyperparameters take turns in the order of the space. Each is moved up by a step; if that helps, further up; if
    not, down. When no move helps any more, all steps are halved. A step is a factor of ten on a logarithmic scale of
    real numbers, the next option of a choice (which is never halved), and a quarter of the range elsewhere. This is a
    coordinate search, see Kolda, Lewis & Torczon (2003), doi:10.1137/S003614450242889.

    Args:
        space: what is searched.
        seed: draws the start where none is given.
        start: the configuration to begin with; None draws one at random.

    Raises:
        ValueError: the start does not belong to the space.
    """

    def __init__(self, space: SearchSpace, seed: int = 0, start: Mapping[str, Any] | None = None) -> None:
        super().__init__(space, seed)
        if start is not None:
            space.validate(start)
        self._first = dict(space.sample(self.rng) if start is None else {**space.fixed, **start})
        self._u = self._place(self._first)
        self._loss = math.inf
        self._steps = np.array([_step(domain) for domain in space.domains.values()])
        self._halvable = np.array([not isinstance(domain, Choice) for domain in space.domains.values()])
        self._ahead = np.ones(space.n_dims, dtype=int)  # the direction in which each helped last
        self._turn = 0
        self._seen: set[tuple[float, ...]] = set()
        self._moves: dict[tuple[float, ...], tuple[int, int]] = {}  # place -> hyperparameter and direction
        self._view = HandView("", 0, 0, math.inf)
        self._halvings = 0

    def view(self) -> HandView:
        """Which move was made when a trial was asked for last."""
        return self._view

    def _suggest(self, number: int) -> dict[str, Any]:
        if number == 0:
            self._seen.add(self._key(self._u))
            return self._first
        while self._halvings <= MOST_HALVINGS:
            for i, direction, config in self._neighbours():
                place = self._key(self._place(config))
                if place in self._seen or not self.space.satisfies(config):
                    continue
                self._seen.add(place)
                self._moves[place] = (i, direction)
                self._view = HandView(self.space.names[i], direction, self._halvings, self._loss)
                return config
            self._steps = np.where(self._halvable, self._steps / 2, self._steps)
            self._halvings += 1
        self._view = HandView("", 0, self._halvings, self._loss)
        return self.space.sample(self.rng)  # nothing is left to try nearby

    def _learn(self, trial: Trial) -> None:
        if trial.loss < self._loss:  # never true of a failed one
            self._u, self._loss = self._place(trial.config), trial.loss
            key = self._key(self._u)
            self._seen.add(key)
            if key in self._moves:
                self._turn, direction = self._moves[key]
                self._ahead[self._turn] = direction

    def _neighbours(self) -> Iterator[tuple[int, int, dict[str, Any]]]:
        """The moves from the best place, in the order in which they are tried."""
        d = self.space.n_dims
        for i in ((self._turn + k) % d for k in range(d)):
            for direction in (int(self._ahead[i]), -int(self._ahead[i])):
                u = self._u.copy()
                u[i] = min(max(u[i] + direction * self._steps[i], 0.0), 1.0)
                yield i, direction, self._tidy(self.space.from_unit(u))

    def _tidy(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The config as a person would write it: 0.01, not 0.009999999999999985."""
        tidied = dict(config)
        for name, domain in self.space.domains.items():
            if isinstance(domain, Float) and name in config:
                tidied[name] = min(max(float(f"{config[name]:.9g}"), domain.low), domain.high)
        return tidied

    def _place(self, config: Mapping[str, Any]) -> Array:
        """The config in the unit cube; what is inactive stands in the middle, where it would begin."""
        u: Array = np.nan_to_num(self.space.to_unit(config), nan=0.5)
        return u

    def _key(self, u: Array) -> tuple[float, ...]:
        return tuple(u.round(6).tolist())


def _step(domain: Domain) -> float:
    if isinstance(domain, Choice):
        return 1 / len(domain.options)
    if isinstance(domain, Float) and domain.log:
        return min(1 / math.log10(domain.high / domain.low), 1.0)
    return LINEAR_STEP
