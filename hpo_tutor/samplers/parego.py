"""Which trial next, where there are several goals? At each ask one question, with weights drawn anew: ParEGO.

    losses   (n, m)  the goals of n trials, all minimised
    scaled   (n, m)  the same, 0 at the lowest and 1 at the highest loss of the present front
    weights  (m,)    how much each goal matters at this ask; they sum to 1
    scalars  (n,)    one loss for each trial, made of its m goals and the weights

Knowles (2006), ParEGO: a hybrid algorithm with on-line landscape approximation for expensive multiobjective
optimization problems, doi:10.1109/TEVC.2005.851274.
"""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.pareto import non_dominated
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.samplers.bayesian import BayesianOptimization
from hpo_tutor.samplers.bayesian_view import frozen
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial
from hpo_tutor.views import ParEGOView

Array = NDArray[np.float64]

STEPS = {2: 10, 3: 4}  # weights are multiples of 1/10 for two goals, of 1/4 for three: 11 and 15 vectors
MOST = 1e100  # a larger loss counts as this one, so that a range is always a number


class ParEGO(BaseSampler):
    """Bayesian optimisation of one weighted loss at a time, whose weights are drawn at each ask.

    So over a search it looks all along the front of trials that no other one dominates. The weighted loss is the
    augmented Tchebycheff function of the scaled goals: it finds the front even where that bulges upwards, which a
    weighted sum never does. With one loss it is ordinary Bayesian optimisation, trial for trial.

    Args:
        space: what is searched.
        seed: draws the weights, the first points and the candidates.
        log: the goals of which the logarithm is taken first, by their place among the losses, from 0; for those that
            span powers of ten, such as a number of operations.
        n_startup: trials before the first that rests on a model (see ``BayesianOptimization``).
        rho: how much the weighted sum counts beside the largest weighted goal; 0.05 as published.
        **options: of ``BayesianOptimization``: acquisition, kernel, kappa, squeeze.

    Raises:
        ValueError: a place in log or rho is negative, or an option makes no sense.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int = 0,
        *,
        log: Sequence[int] = (),
        n_startup: int | None = None,
        rho: float = 0.05,
        **options: Any,
    ) -> None:
        super().__init__(space, seed)
        if any(place < 0 for place in log):
            raise ValueError(f"log names goals by their place, from 0, it is {tuple(log)}; the second loss is log=(1,)")
        if not rho >= 0:
            raise ValueError(f"rho must not be negative, it is {rho}; the paper has 0.05")
        self.log, self.rho = tuple(log), rho
        self._inner = BayesianOptimization(space, seed, n_startup=n_startup, **options)
        self._weights = self._low = self._high = frozen(np.empty(0))

    def start(self, n_trials: int) -> None:
        """Hear the budget of the whole search.

        Raises:
            ValueError: the budget is below one trial.
        """
        super().start(n_trials)
        self._inner.start(n_trials)

    def tell(self, trial: Trial, loss: float | Sequence[float]) -> None:
        """Learn the goals a trial reached, in any order; nan or infinity among them tells of a failure.

        Raises:
            ValueError: there is no loss, or another number of them than before, or a loss that is to be on a
                logarithmic scale is not positive, or the config lies outside the space; then nothing is learnt.
        """
        goals = np.ravel(np.asarray(loss, dtype=np.float64))
        if goals.size and np.isfinite(goals).all():
            self._check(trial.number, goals)
        super().tell(trial, loss)

    def view(self) -> ParEGOView:
        """The weights of the last ask, and the model of the losses that they made."""
        return ParEGOView(self._weights, self._low, self._high, self._inner.view())

    def _suggest(self, number: int) -> dict[str, Any]:
        losses = self._goals()
        if len(losses) and losses.shape[1] > 1:
            self._weights = frozen(draw_weights(losses.shape[1], self.rng))
            low, high = ends(losses)
            self._low, self._high = frozen(low), frozen(high)
            scaled = (losses - low) / (high - low)
            scalars = iter(augmented_tchebycheff(scaled, self._weights, self.rho))
            self._inner.retell(next(scalars) if trial.state == "complete" else math.nan for trial in self.told)
        return dict(self._inner.ask().config)

    def _learn(self, trial: Trial) -> None:
        self._inner.tell(trial, trial.loss)

    def _goals(self) -> Array:
        """Losses of the complete trials, in logarithms where that is wanted; shape (n, m)."""
        rows = [trial.losses for trial in self.told if trial.state == "complete"]
        losses = np.clip(np.array(rows, dtype=np.float64), -MOST, MOST)
        for place in self.log if rows else ():
            losses[:, place] = np.log10(losses[:, place])
        return losses

    def _check(self, number: int, goals: Array) -> None:
        known = next((len(trial.losses) for trial in self.told if trial.state == "complete"), goals.size)
        if goals.size != known:
            raise ValueError(f"each trial needs {known} losses, as those before, trial {number} was told {goals.size}")
        for place in self.log:
            if place >= goals.size:
                raise ValueError(f"log names loss {place}, counted from 0, but trial {number} has {goals.size} losses")
            if not goals[place] > 0:
                raise ValueError(
                    f"a loss on a logarithmic scale must be positive, loss {place} of trial {number} is "
                    f"{goals[place]}; leave {place} out of log"
                )


def augmented_tchebycheff(scaled: ArrayLike, weights: ArrayLike, rho: float = 0.05) -> Array:
    """The largest weighted goal and rho times the sum of all; of scaled (n, m) and weights (m,), shape (n,).

    Knowles (2006), equation 2. The first part alone would not tell a point from one that it dominates in a goal that is
    not the largest; the second does.
    """
    weighted = np.asarray(scaled, dtype=np.float64) * np.asarray(weights, dtype=np.float64)
    total: Array = weighted.max(axis=1) + rho * weighted.sum(axis=1)
    return total


def draw_weights(n_goals: int, rng: np.random.Generator) -> Array:
    """Weights (m,) of at least 0 that sum to 1.

    For two and three goals one of 11 and 15 vectors on an even grid, all equally likely, as published; for more goals
    any, evenly from the simplex.
    """
    if n_goals not in STEPS:
        return rng.dirichlet(np.ones(n_goals))
    steps = STEPS[n_goals]
    # bars between stars: where m - 1 bars stand among the steps says how many of them each goal gets
    bars = list(combinations(range(steps + n_goals - 1), n_goals - 1))
    chosen = np.array([-1, *bars[rng.integers(len(bars))], steps + n_goals - 1])
    return (np.diff(chosen) - 1) / steps


def ends(losses: Array) -> tuple[Array, Array]:
    """The lowest and the highest loss (m,) of each goal on the front of losses (n, m); they always differ.

    The paper takes limits that are known beforehand. Those of all trials would do, were it not for one that diverged:
    it would press all the others together.
    """
    front = losses[non_dominated(losses)]
    low, high = front.min(axis=0), front.max(axis=0)
    high = np.where(high > low, high, losses.max(axis=0))  # a front of one point: the range of all trials
    return low, np.where(high > low, high, low + 1.0)
