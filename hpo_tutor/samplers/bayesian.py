"""Which trial would gain the most, if what the losses so far suggest is all that is known? Bayesian optimisation.

    points     (n, d)  trials in the unit cube, as ``geometry`` rounds them
    seen       (n,)    what they reached, as the model sees it (see ``modelling``)
    gains      (m,)    acquisition function of m candidates, larger is better

Jones, Schonlau & Welch (1998), doi:10.1023/A:1008306431147; Snoek, Larochelle & Adams (2012), arXiv 1206.2944.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from hpo_tutor.acquisition import plug_in_incumbent, thompson_sampling
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.samplers.bayesian_view import Belief, frozen, slices
from hpo_tutor.samplers.climbing import Acquisition, Worth, climb
from hpo_tutor.samplers.geometry import Geometry, key
from hpo_tutor.samplers.modelling import Modeller
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.surrogates.gaussian_process import GaussianProcess
from hpo_tutor.surrogates.kernels import SHAPES
from hpo_tutor.surrogates.threads import one_thread
from hpo_tutor.trials import Trial
from hpo_tutor.views import BayesianView

Array = NDArray[np.float64]

N_CENTRES = 3  # good trials whose neighbourhoods are looked at
MOST_TRIES = 200  # points of the sequence, in search of one that is feasible and new
FEW_TRIES = 16  # random ones, where no candidate was


class BayesianOptimization(BaseSampler):
    """A Gaussian process models the loss, and the candidate with the best value of the acquisition function is tried.

    After a few points of Sobol's sequence, the kernel is fitted anew before each trial. Pending trials count with the
    loss that is expected of them, so that a batch does not ask for the same point again and again; failed ones count
    with the worst loss that the model sees. A config is repeated only where no other was found.

    Args:
        space: what is searched.
        seed: draws the first points and the candidates.
        n_startup: trials before the first that rests on a model; None for twice the hyperparameters and two, but at
            most a quarter of the budget. Give it where a logged search of few trials is to be continued with more.
        acquisition: "ei" (expected improvement on the best loss seen), "plug-in-ei" (on the lowest posterior mean among
            the trials), "pi" (probability of improvement), "lcb" (lower confidence bound) or "thompson".
        kernel: the shape of the kernel, a name of ``surrogates.Kernel``.
        kappa: how many standard deviations "lcb" goes below the mean.
        squeeze: whether losses far above the others may be brought nearer, where that makes them likelier (see
            ``modelling``); False shows the model every loss as it is.

    Raises:
        ValueError: n_startup is below 1, kappa is negative, or a name is unknown.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int = 0,
        *,
        n_startup: int | None = None,
        acquisition: Acquisition = "ei",
        kernel: str = "matern52",
        kappa: float = 2.0,
        squeeze: bool = True,
    ) -> None:
        super().__init__(space, seed)
        if n_startup is not None and n_startup < 1:
            raise ValueError(f"n_startup must be at least 1, it is {n_startup}; None chooses it")
        if acquisition not in get_args(Acquisition):
            raise ValueError(f"acquisition must be one of {', '.join(get_args(Acquisition))}; it is {acquisition!r}")
        if kernel not in SHAPES:
            raise ValueError(f"kernel must be one of {', '.join(SHAPES)}; it is {kernel!r}")
        if not kappa >= 0:
            raise ValueError(f"kappa must not be negative, it is {kappa}; 0 trusts the mean, 2 explores")
        self.n_startup, self.acquisition, self.kernel, self.kappa = n_startup, acquisition, kernel, kappa
        self.squeeze = squeeze
        self._geometry = Geometry(space)
        self._design = qmc.Sobol(space.n_dims, rng=self.rng)
        self._modeller = Modeller(kernel, self._geometry.groups, squeeze)
        self._fitted: tuple[GaussianProcess, Array] | None = None  # the last model, and the losses as it sees them
        self._belief: Belief | None = None
        self._view = self._new_view(np.empty(0))

    def view(self) -> BayesianView:
        """The model behind the last ask; the slices are computed when they are first looked at."""
        if self._belief is not None and not self._view.slices:
            with one_thread():
                held = self._view.points[np.argmin(self._view.losses)]
                self._view = self._view._replace(slices=slices(self._belief, self._geometry, held))
        return self._view

    def retell(self, losses: Iterable[float]) -> None:
        """Put other losses in the place of those told, in their order, nan for failures; the model is forgotten.

        So one search can be for another loss at each ask (see ``ParEGO``).

        Raises:
            ValueError: there is not one loss for each trial told.
        """
        values = [float(value) for value in losses]
        if len(values) != len(self.told):
            raise ValueError(f"each of the {len(self.told)} trials told needs a loss, got {len(values)}")
        self.told = [
            replace(trial, losses=(value,), state="complete" if math.isfinite(value) else "failed")
            for trial, value in zip(self.told, values, strict=True)
        ]
        self._fitted = None
        self._modeller = Modeller(self.kernel, self._geometry.groups, self.squeeze)

    def _suggest(self, number: int) -> dict[str, Any]:
        n_startup = self._default_startup() if self.n_startup is None else self.n_startup
        if len(self.told) + len(self.pending) < n_startup or len(_complete(self.told)) < 2:
            self._belief, point = None, self._next_of_design()
        else:
            with one_thread():
                point = self._best_candidate()
        self._view = self._new_view(point)
        return self.space.from_unit(point)

    def _default_startup(self) -> int:
        wanted = 2 * self.space.n_dims + 2
        return wanted if self.n_trials is None else max(2, min(wanted, self.n_trials // 4))

    def _next_of_design(self) -> Array:
        """The next point of Sobol's sequence that is feasible, and new if possible."""
        points = (self._geometry.snap(self._design.random(1))[0] for _ in range(MOST_TRIES))
        return self._first_new(chain(points, () if self._geometry.every is None else self._geometry.every))

    def _best_candidate(self) -> Array:
        """The best feasible point, new if possible, to which the acquisition function leads; its grounds are kept."""
        geometry, (process, seen) = self._geometry, self._model()
        means = process.predict(process.x)[0]
        best = plug_in_incumbent(means) if self.acquisition == "plug-in-ei" else seen.min()
        if self.pending:
            waiting = geometry.features(self._points(self.pending.values()))
            expected = process.predict(waiting)[0]
            process, best = process.condition(waiting, expected), min(best, expected.min())
        worth = Worth(self.acquisition, float(best), self.kappa)
        blocks = self._candidates(means)
        points = np.concatenate(blocks)
        if self.acquisition == "thompson":
            features = geometry.features(points)
            gains = ranks = thompson_sampling(process.predict(features)[0], process.covariance(features), self.rng)
        else:
            if geometry.every is None and geometry.smooth.any():
                points = np.concatenate([points, self._climbs(process, worth, blocks)])
            belief = process.predict(geometry.features(points))
            gains, ranks = worth.gains(*belief), worth.ranks(*belief)
        self._belief = Belief(process, worth, points, gains)
        return self._first_new(points[np.argsort(-ranks, kind="stable")])

    def _candidates(self, means: Array) -> list[Array]:
        """All points of a small space; of others some all over the cube, and some near each of the best trials."""
        if self._geometry.every is not None:
            return [self._geometry.every]
        centres = self._points(self.told)[np.argsort(means, kind="stable")[:N_CENTRES]]
        return [self._geometry.spread(self.rng), *(self._geometry.near(centre, self.rng) for centre in centres)]

    def _climbs(self, process: GaussianProcess, worth: Worth, blocks: list[Array]) -> Array:
        """Where climbs from the best feasible candidate of each block end; shape (c, d)."""
        ends = [np.empty((0, self.space.n_dims))]
        for points in blocks:
            ranks = worth.ranks(*process.predict(self._geometry.features(points)))
            ordered = points[np.argsort(-ranks, kind="stable")]
            start = next(filter(self._geometry.feasible, ordered), None)
            if start is not None:
                ends.append(self._geometry.snap(climb(process, worth, self._geometry, start)[None]))
        return np.concatenate(ends)

    def _first_new(self, points: Iterable[Array]) -> Array:
        """The first feasible point that was not tried yet; else the first feasible one, or a random one."""
        tried = {key(point) for point in self._points([*self.told, *self.pending.values()])}
        seen: list[Array] = []
        for point in chain(filter(self._geometry.feasible, points), self._random_points()):
            if key(point) not in tried:
                return point
            seen.append(point)
        return seen[0]

    def _random_points(self) -> Iterator[Array]:
        """A few feasible points."""
        for _ in range(FEW_TRIES):
            yield self._geometry.point(self.space.sample(self.rng))

    def _model(self) -> tuple[GaussianProcess, Array]:
        """The process that suits all trials told, and the losses as it sees them; one fit for each number of trials."""
        if self._fitted is None or len(self._fitted[1]) != len(self.told):
            features = self._geometry.features(self._points(self.told))
            self._fitted = self._modeller.fit(features, np.array([trial.loss for trial in self.told]))
        return self._fitted

    def _points(self, trials: Iterable[Trial]) -> Array:
        """The points of trials, shape (n, d)."""
        points = [self._geometry.point(trial.config) for trial in trials]
        return np.array(points).reshape(len(points), self.space.n_dims)

    def _new_view(self, proposal: Array) -> BayesianView:
        """The view, its slices still to be computed."""
        complete, d, belief = _complete(self.told), self.space.n_dims, self._belief
        own = None if belief is None else belief.process.kernel
        losses = np.array([trial.loss for trial in self.told])
        if belief is not None and self._fitted is not None:
            losses = np.where(np.isnan(losses), losses, self._fitted[1])
        return BayesianView(
            names=self.space.names,
            points=frozen(self._points(complete)),
            losses=frozen(losses[~np.isnan(losses)]),
            pending=frozen(self._points(self.pending.values())),
            proposal=frozen(proposal),
            slices=(),
            candidates=frozen(np.empty((0, d)) if belief is None else belief.candidates),
            gains=frozen(np.empty(0) if belief is None else belief.gains),
            best=math.nan if belief is None else belief.worth.best,
            acquisition=self.acquisition,
            shape=self.kernel,
            length_scales=frozen(np.empty(0) if own is None else np.array(own.length_scales)[self._geometry.columns]),
            amplitude=math.nan if own is None else own.amplitude,
            noise=math.nan if own is None else own.noise,
        )


def _complete(trials: Iterable[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.state == "complete"]
