"""What if a space with switches is cut where they switch? Each tile has a sampler that knows only what exists there.

tile      the space with some hyperparameters fixed; whatever these switch off is gone
inner     the sampler of one tile, with numbers of its own for the trials

The mixed Bayesian grid of source 000: a grid over numbers of layers, and Bayesian optimisation in each of its tiles.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from hpo_tutor.conditions import ancestors
from hpo_tutor.domains import finite_values
from hpo_tutor.expressions import Expression
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers import allocations
from hpo_tutor.samplers.allocations import Standing
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.samplers.bayesian import BayesianOptimization
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial
from hpo_tutor.views import Tile, TilesView

MOST_TILES = 200  # more than a search of hundreds of trials can fill
MOST_DRAWS = 5000  # a tile in which none of so many random configs keeps the constraints is left out


class Tiles(BaseSampler):
    """One sampler for each tile of a space with switches, and a budget that is shared between them.

    The tiles learn nothing from each other. Trials that are pending or fail count like any others. A tile is left out
    where no config keeps the constraints (5,000 random ones are tried). One in which nothing is left to be tuned is a
    single config, and is tried once. Where a tile's sampler has nothing left to propose, its turn passes on.

    Args:
        space: what is searched.
        by: the hyperparameters that make the tiles, Integers or Choices; None for all of which conditions speak.
        inner: makes the sampler of a tile: a class, or any callable (space, seed=...). It needs ``ask`` and ``tell``.
        allocation: "even", "halving" (rounds, after each of which the worse half is closed) or "bandit" (more to where
            losses are best; MaxUCB). See ``allocations``.
        seed: draws the order of the tiles, and a seed for each tile's sampler.
        options: of the inner sampler, such as n_startup.

    Raises:
        ValueError: by makes no tiles or too many, the allocation is unknown, or no config keeps the constraints.
    """

    def __init__(
        self,
        space: SearchSpace,
        by: Sequence[str] | None = None,
        inner: Callable[..., Any] = BayesianOptimization,
        allocation: allocations.Name = "even",
        seed: int = 0,
        **options: Any,
    ) -> None:
        super().__init__(space, seed)
        self.by = switches(space) if by is None else _checked(space, by)
        self.allocation = allocation
        self._tiles: list[_Tile] = []
        for values in _combinations(space, self.by):
            part = space.fix(**values)
            if _is_feasible(part):
                own_seed = int(self.rng.integers(2**32))
                sampler = inner(part, seed=own_seed, **options) if part.n_dims else None
                self._tiles.append(_Tile(self._key(values), part, sampler))
        if not self._tiles:
            rules = ", ".join(rule.text for rule in space.constraints)
            raise ValueError(f"no config of any tile was found that keeps the constraints ({rules}); loosen them")
        order = self.rng.permutation(len(self._tiles)).tolist()
        capacities = [math.inf if tile.sampler is not None else 1 for tile in self._tiles]
        self._allocation = allocations.make(allocation, order, capacities)
        self._asked: dict[int, tuple[int, Trial]] = {}  # pending number -> its tile, and the trial as asked there
        self._chosen = -1

    @property
    def tiles(self) -> tuple[SearchSpace, ...]:
        """The space of each tile, in the order of the view."""
        return tuple(tile.space for tile in self._tiles)

    def start(self, n_trials: int) -> None:
        """Hear the budget, and tell each tile's sampler what it may expect of it.

        Raises:
            ValueError: the budget is below one trial, or too small for halving.
        """
        super().start(n_trials)
        self._allocation.start(n_trials)
        for i, tile in enumerate(self._tiles):
            tile.start(max(self._allocation.share(i), 1))

    def together(self) -> int:
        """How many of the next trials belong together, because nothing that is told between them changes them.

        They go to different tiles; asked for and trained as one batch they cost least time.
        """
        return self._allocation.together(self._standings())

    def view(self) -> TilesView:
        """The tiles as they stand now, and what the sampler of the last ask believed."""
        tiles = [tile.seen(is_open=self._allocation.is_open(i)) for i, tile in enumerate(self._tiles)]
        view = getattr(self._tiles[self._chosen].sampler, "view", None) if self._chosen >= 0 else None
        return TilesView(self.by, tuple(tiles), self._chosen, view() if view else None)

    def _suggest(self, number: int) -> dict[str, Any]:
        while any(tile.usable for tile in self._tiles):
            i = self._allocation.choose(self._standings())
            try:
                trial = self._tiles[i].ask(self.n_trials)
            except SearchExhausted:
                continue  # it is not usable any more
            self._asked[number], self._chosen = (i, trial), i
            whole = {**self._tiles[i].space.fixed, **trial.config}
            return {name: whole[name] for name in (*self.space.names, *self.space.fixed) if name in whole}
        raise SearchExhausted(f"the samplers of all {len(self._tiles)} tiles have nothing left to propose")

    def _learn(self, trial: Trial) -> None:
        if trial.number in self._asked and trial.number not in self.pending:
            i, asked = self._asked.pop(trial.number)
            asked = replace(asked, seed=trial.seed, fidelity=trial.fidelity, message=trial.message)
        else:
            key = self._key(trial.config)
            i = next((i for i, tile in enumerate(self._tiles) if tile.key == key), -1)
            if i < 0:  # of a tile that does not exist: it breaks a constraint
                return
            asked = replace(trial, number=-1, losses=(), state="pending")  # no number that the tile has given
        self._tiles[i].learn(asked, trial)

    def _standings(self) -> list[Standing]:
        return [Standing(tile.n_asked, tile.best, tile.worst, tile.usable) for tile in self._tiles]

    def _key(self, config: Mapping[str, Any]) -> tuple[Any, ...]:
        """The values of a config that make its tile; None for those that do not exist."""
        active = self.space.active(config)
        return tuple(config[name] if name in active else None for name in self.by)


class _Tile:
    """The books of one tile; its sampler is None where it is a single config."""

    def __init__(self, key: tuple[Any, ...], space: SearchSpace, sampler: Any) -> None:
        self.key, self.space, self.sampler = key, space, sampler
        self.n_asked = 0
        self.best, self.worst = math.inf, -math.inf
        self.incumbent: dict[str, Any] | None = None
        self.usable = True
        self._budget = 0  # that its sampler has heard of

    def start(self, n_trials: int) -> None:
        """Tell the sampler of a budget, unless it knows of a larger one."""
        self._budget = max(self._budget, n_trials)
        if hasattr(self.sampler, "start"):
            self.sampler.start(self._budget)

    def ask(self, n_trials: int | None) -> Trial:
        """The next trial of the tile's sampler.

        Raises:
            SearchExhausted: it has nothing left; then the tile is not usable any more.
        """
        try:
            trial = self._next(n_trials)
        except SearchExhausted:
            self.usable = False
            raise
        self.n_asked += 1
        if self.sampler is None:
            self.usable = False
        return trial

    def learn(self, asked: Trial, told: Trial) -> None:
        """Pass a result on, all its losses, and note the best."""
        if self.sampler is not None:
            self.sampler.tell(asked, told.losses if len(told.losses) > 1 else told.losses[0])
        if told.state == "complete":
            self.worst = max(self.worst, told.loss)
            if told.loss < self.best:
                self.best, self.incumbent = told.loss, dict(told.config)

    def seen(self, is_open: bool) -> Tile:
        """The tile as it stands."""
        incumbent = None if self.incumbent is None else dict(self.incumbent)  # a view may not be written through
        return Tile(self.key, self.n_asked, self.best, incumbent, self.usable and is_open)

    def _next(self, n_trials: int | None) -> Trial:
        if self.sampler is None:
            return Trial(0, dict(self.space.fixed))
        try:
            return self.sampler.ask()  # type: ignore[no-any-return]  # any sampler, a student's own included
        except SearchExhausted:
            if n_trials is None or self._budget >= n_trials or not hasattr(self.sampler, "start"):
                raise
        # it gets more than it was told to expect: a random design, say, goes on, and a grid has no further points
        self.start(n_trials)
        return self.sampler.ask()  # type: ignore[no-any-return]


def switches(space: SearchSpace) -> tuple[str, ...]:
    """The tuned hyperparameters of which conditions speak, in the order of the space."""
    spoken = {name for domain in space.domains.values() if domain.when for name in Expression(domain.when).names}
    return tuple(name for name in space.names if name in spoken)


def _checked(space: SearchSpace, by: Sequence[str]) -> tuple[str, ...]:
    """The names that make the tiles, if they can."""
    if isinstance(by, str):
        raise ValueError(f"by must be a list of names, got the text {by!r}; write [{by!r}]")
    conditions = {name: Expression(domain.when) for name, domain in space.domains.items() if domain.when}
    for name in by:
        if name not in space.domains:
            raise ValueError(f"tiles are made by hyperparameters of the space ({', '.join(space.names)}), not {name!r}")
        if finite_values(space.domains[name]) is None:
            raise ValueError(f"tiles need a few values, and {name} is {space.domains[name]}; leave it to the samplers")
        if missing := ancestors(name, conditions, space.domains) - set(by):
            raise ValueError(f"{name} exists only where {', '.join(sorted(missing))} say so; name them in by as well")
    return tuple(dict.fromkeys(by))


def _combinations(space: SearchSpace, by: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The values that make each tile, without those that do not exist in it."""
    lists = [finite_values(space.domains[name]) or () for name in by]
    if (n_tiles := math.prod(map(len, lists))) > MOST_TILES:
        raise ValueError(
            f"{', '.join(by)} make {n_tiles} tiles, and {MOST_TILES} are the most; name fewer hyperparameters in by"
        )
    seen: list[dict[str, Any]] = []
    for values in product(*lists):
        given = dict(zip(by, values, strict=True))
        active = space.active(given)
        config = {name: value for name, value in given.items() if name in active}
        if config not in seen:
            seen.append(config)
            yield config


def _is_feasible(space: SearchSpace) -> bool:
    """Whether some config keeps the constraints, as far as random ones can tell."""
    if not all(rule(space.fixed) for rule in space.constraints if rule.names <= space.fixed.keys()):
        return False
    rng = np.random.default_rng(0)
    return any(space.satisfies(space.from_unit(rng.random(space.n_dims))) for _ in range(MOST_DRAWS))
