"""What does one step of Bayesian optimisation look like along a single hyperparameter?

u         (n,)   places of trials on the unit interval, on the hyperparameter's own scale
losses    (n,)   what they reached
GRID      (g,)   the candidates
gain      (g,)   acquisition function, larger is better

The notebook's own model stands here in the sampler's place, because its kernel is fixed: the belief then changes from
step to step for one reason only, the trials.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import acquisition
from hpo_tutor.scenes.beliefs import belief
from hpo_tutor.scenes.stage import Board
from hpo_tutor.scenes.surfaces import loss_label
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.surrogates import GaussianProcess
from hpo_tutor.views import BayesianView, Slice

Array = NDArray[np.float64]
Model = Callable[[Array, Array], GaussianProcess]

GRID = np.linspace(0, 1, 201)


def worth(name: str, process: GaussianProcess, best: float, seed: int = 0, kappa: float = 2.0) -> Array:
    """The acquisition function of that name on the grid, (g,).

    Args:
        name: "ei", "pi", "lcb" or "thompson"; or half of the story, "mean" (the lowest mean is best) or "band" (the
            largest standard deviation is).
        process: the belief, over the unit interval.
        best: the incumbent's loss.
        seed: of the draw that "thompson" makes.
        kappa: of "lcb".

    Raises:
        ValueError: there is no such acquisition function.
    """
    mean, std = process.predict(GRID[:, None])
    if name == "thompson":
        return acquisition.thompson_sampling(mean, process.covariance(GRID[:, None]), np.random.default_rng(seed))
    if name == "lcb":
        return acquisition.lower_confidence_bound(mean, std, kappa)
    if name in ("mean", "band"):
        return np.asarray(-mean if name == "mean" else std)
    if name not in ("ei", "pi"):
        raise ValueError(f"an acquisition function is one of ei, pi, lcb, thompson, mean, band; got {name!r}")
    of = acquisition.expected_improvement if name == "ei" else acquisition.probability_of_improvement
    return of(mean, std, best)


@dataclass(frozen=True)
class Line:
    """A recorded objective over one hyperparameter, and the model that is conditioned on its trials.

    Attributes:
        objective: a landscape, of one division of the data.
        space: with all hyperparameters but one fixed.
        model: (u, losses) -> Gaussian process over the unit interval.

    Raises:
        ValueError: the space has not one continuous hyperparameter.
    """

    objective: Any
    space: SearchSpace
    model: Model

    def __post_init__(self) -> None:
        kinds = [type(domain) for domain in self.space.domains.values()]
        if kinds != [Float]:
            raise ValueError(f"a line has one continuous hyperparameter, this space has {', '.join(self.space.names)}")

    @property
    def name(self) -> str:
        """Of the hyperparameter."""
        return self.space.names[0]

    def draw(self, division: int) -> "Line":
        """The same on another division of the data."""
        return Line(self.objective.draw(division), self.space, self.model)

    def expected(self, u: float) -> float:
        """The loss at a place, the mean over the recorded seeds."""
        return float(self.objective.expected(self.space.from_unit([u])))

    def trained(self, u: float, seed: int) -> float:
        """The loss of one training at a place."""
        return float(self.objective.evaluate([self.space.from_unit([u])], seeds=[seed])[0])

    def u_of(self, value: float) -> float:
        """The place of a value of the hyperparameter; values beyond its ends are taken to them."""
        domain = self.space.domains[self.name]
        return domain.to_unit(min(max(value, domain.low), domain.high))  # type: ignore[union-attr, arg-type]

    def value(self, u: float) -> float:
        """The value of the hyperparameter at a place."""
        return float(self.space.from_unit([u])[self.name])

    @property
    def losses_axis(self) -> tuple[float, float]:
        """Ends of an axis that holds the true curve, with room for beliefs that miss it."""
        curve = [self.expected(u) for u in GRID[::4].tolist()]
        reach = max(curve) - min(curve)
        return min(curve) - 0.5 * reach, max(curve) + 0.35 * reach

    def step(
        self,
        u: ArrayLike,
        losses: ArrayLike,
        name: str = "ei",
        *,
        fantasies: tuple[ArrayLike, ArrayLike] = ((), ()),
        pending: ArrayLike = (),
        seed: int = 0,
    ) -> BayesianView:
        """What is believed after these trials, and where the next one goes.

        Args:
            u: (n,) places of the trials.
            losses: (n,) what they reached.
            name: of the acquisition function.
            fantasies: places and made-up losses that the model is told as well.
            pending: (p,) places whose losses are not known yet.
            seed: of the draw that "thompson" makes.
        """
        u, losses = np.asarray(u, dtype=np.float64), np.asarray(losses, dtype=np.float64)
        process = self.model(u, losses)
        if np.size(fantasies[0]):
            process = process.condition(np.reshape(fantasies[0], (-1, 1)), fantasies[1])
        best = float(losses.min())
        mean, std = process.predict(GRID[:, None])
        gains = worth(name, process, best, seed)
        proposal = GRID[[int(np.argmax(gains))]]
        kernel = process.kernel
        return BayesianView(
            names=self.space.names,
            points=u[:, None],
            losses=losses,
            pending=np.reshape(np.asarray(pending, dtype=np.float64), (-1, 1)),
            proposal=proposal,
            slices=(Slice((0,), proposal, (GRID,), mean, std, gains),),
            candidates=GRID[:, None],
            gains=gains,
            best=best,
            acquisition=name,
            shape=kernel.shape,
            length_scales=np.atleast_1d(kernel.length_scales),
            amplitude=kernel.amplitude,
            noise=kernel.noise,
        )

    def picture(self, view: BayesianView, truth: bool = True) -> Board:
        """The step as a picture, with or without the true curve."""
        shown = self.objective if truth else None
        label = loss_label(self.objective)
        return belief(view, self.space, truth=shown, label=label, losses=self.losses_axis)
