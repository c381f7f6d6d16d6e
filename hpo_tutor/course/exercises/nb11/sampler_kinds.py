"""Which samplers of one's own are likely? The right one, and those that make a student's mistakes.

FIRST    trials that may lie anywhere
REACH    how far later trials may lie from the best so far, on each axis of the unit cube
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

Array = NDArray[np.float64]

FIRST, REACH = 5, 0.1


class Mine:
    """Five trials anywhere, then near the best so far: at most 0.1 away on each axis of the unit cube."""

    def __init__(self, space: SearchSpace, seed: int = 0) -> None:
        self.space, self.seed = space, seed
        self.rng = np.random.default_rng(seed)
        self.n_asked = 0
        self.told: list[tuple[Array, float]] = []

    def ask(self) -> Any:
        """The next trial."""
        near = self.centre()
        if self.n_asked < FIRST or near is None:
            point = self.rng.random(self.space.n_dims)
        else:
            point = np.clip(near + self.step(), 0, 1)
        self.n_asked += 1
        return Trial(self.n_asked - 1, self.space.from_unit(point))

    def tell(self, trial: Trial, loss: float) -> None:
        """Learn a loss; nan where the trial failed."""
        self.told.append((self.space.to_unit(trial.config), loss))

    def centre(self) -> Array | None:
        """Around which place it searches: that of the smallest loss."""
        good = [(loss, i) for i, (_, loss) in enumerate(self.told) if math.isfinite(loss)]
        return self.told[min(good)[1]][0] if good else None

    def step(self) -> Array:
        """From there."""
        return self.rng.uniform(-REACH, REACH, self.space.n_dims)


class _Deaf(Mine):
    def centre(self) -> Array | None:
        return None


class _Argmin(Mine):
    """As np.argmin has it, for which nan is the smallest."""

    def centre(self) -> Array | None:
        return self.told[int(np.argmin([loss for _, loss in self.told]))][0] if self.told else None


class _Forgetful(Mine):
    """Takes everything for better than nan: what came before a failed trial is forgotten."""

    def centre(self) -> Array | None:
        failed = [i for i, (_, loss) in enumerate(self.told) if not math.isfinite(loss)]
        since = self.told[failed[-1] + 1 :] if failed else self.told
        return min(since, key=lambda one: one[1])[0] if since else None


class _Worst(Mine):
    def centre(self) -> Array | None:
        good = [(loss, i) for i, (_, loss) in enumerate(self.told) if math.isfinite(loss)]
        return self.told[max(good)[1]][0] if good else None


class _Last(Mine):
    def centre(self) -> Array | None:
        return self.told[-1][0] if self.told else None


class _OfFive(Mine):
    """The best of the first five, for ever."""

    def centre(self) -> Array | None:
        good = [(loss, i) for i, (_, loss) in enumerate(self.told[:FIRST]) if math.isfinite(loss)]
        return self.told[min(good)[1]][0] if good else None


class _Reseeded(Mine):
    def ask(self) -> Any:
        self.rng = np.random.default_rng(self.seed)
        return super().ask()


class _ReseededStep(Mine):
    """The first trials differ; the steps do not."""

    def step(self) -> Array:
        return np.random.default_rng(self.seed).uniform(-REACH, REACH, self.space.n_dims)


class _Normal(Mine):
    def step(self) -> Array:
        return self.rng.normal(0, REACH, self.space.n_dims)


class _Stuck(Mine):
    def step(self) -> Array:
        return np.zeros(self.space.n_dims)


class _Config(Mine):
    def ask(self) -> Any:
        return super().ask().config


class _Point(Mine):
    def ask(self) -> Any:
        trial = super().ask()
        return Trial(trial.number, self.space.to_unit(trial.config))  # type: ignore[arg-type]  # that is the mistake


class _Mute(Mine):
    def ask(self) -> Any:
        super().ask()


class _Greedy(Mine):
    """Begins at once near the best: no five trials anywhere."""

    def ask(self) -> Any:
        self.n_asked += FIRST
        trial = super().ask()
        self.n_asked -= FIRST
        return Trial(trial.number - FIRST, trial.config)


class _Uncounted(Mine):
    """Every trial is number 0."""

    def ask(self) -> Any:
        return Trial(0, super().ask().config)


class _Late(Mine):
    """Six trials anywhere."""

    def centre(self) -> Array | None:
        return super().centre() if self.n_asked > FIRST else None


WRONG = {
    kind.__name__.removeprefix("_"): kind
    for kind in (
        _Deaf,
        _Argmin,
        _Forgetful,
        _Worst,
        _Last,
        _OfFive,
        _Reseeded,
        _ReseededStep,
        _Normal,
        _Stuck,
        _Config,
        _Point,
        _Mute,
        _Greedy,
        _Uncounted,
        _Late,
    )
}
"""The mistaken ones."""
