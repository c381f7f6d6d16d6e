"""Bayesian optimisation and TPE before their turn: what do they do, taken from libraries as any user would?

Notebook 00 shows four methods at work before it explains them. The two that learn are made here of scikit-learn and
hyperopt, in as few lines as that takes; notebook 06 builds the Gaussian process's part by hand, notebook 08 TPE's.

n, m, d  trials told, candidates, hyperparameters
u        (n, d) points of the unit cube; an inactive hyperparameter counts as its middle, 0.5

Both begin with the same number of random draws, ``N_RANDOM``, for there is nothing to learn from yet. Both pass over
configs that break the space's constraints, and treat a failed trial as a bad one.
"""

import math
import warnings
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

Array = NDArray[np.float64]

N_RANDOM = 6  # draws before the first that rests on what was learnt; hyperopt itself would make 20
LOG2_CANDIDATES = 9  # 512 candidates: a power of two is what Sobol's points are even with
N_NEAR, NEAR = 128, 0.05  # candidates around the best trial, and how far from it, in sides of the cube
MOST_TRIES = 20  # suggestions of hyperopt that break a constraint, before a random draw takes their place


class PreviewView(NamedTuple):
    """What was believed at the last ask.

    Attributes:
        candidates: (m, d) points that were weighed; (0, d) while drawing at random. hyperopt shows none of its own.
        gains: (m,) how much each was expected to improve on the best trial, in standard deviations of the losses.
    """

    candidates: Array
    gains: Array


class BayesianOptimization(BaseSampler):
    """A Gaussian process of scikit-learn models the loss, and the largest expected improvement is tried next.

    The kernel is Matern's (5/2, a length scale for each hyperparameter) with noise, fitted anew before each trial. The
    candidates are Sobol's points and a few near the best trial. Pending trials count with the mean of all losses, so
    that a batch does not ask for the same point again and again.

    Args:
        space: what is searched.
        seed: draws the random trials and the candidates.
        n_random: trials drawn at random before the first fit.
    """

    def __init__(self, space: SearchSpace, seed: int = 0, n_random: int = N_RANDOM) -> None:
        super().__init__(space, seed)
        self.n_random = n_random
        self._view = _nothing(space)

    def view(self) -> PreviewView:
        """The candidates of the last ask, and what was expected of each."""
        return self._view

    def _suggest(self, number: int) -> dict[str, Any]:
        complete = [trial for trial in self.told if trial.state == "complete"]
        if len(self.told) < self.n_random or len(complete) < 2:
            self._view = _nothing(self.space)
            return self.space.sample(self.rng)
        losses = np.array([trial.loss for trial in complete])
        failed = [trial for trial in self.told if trial.state == "failed"]
        known = [*complete, *failed, *self.pending.values()]
        filled = np.concatenate([losses, np.full(len(failed), losses.max()), np.full(len(self.pending), losses.mean())])
        scaled = (filled - losses.mean()) / (losses.std() or 1.0)
        u = np.array([self._middle(trial.config) for trial in known])
        candidates = self._candidates(u[np.argmin(losses)])
        mean, std = _fit_and_predict(u, scaled, candidates)
        gains = expected_improvement(mean, std, float(scaled[: len(losses)].min()))
        self._view = PreviewView(_frozen(candidates), _frozen(gains))
        for i in np.argsort(-gains, kind="stable"):
            config = self.space.from_unit(candidates[i])
            if self.space.satisfies(config):
                return config
        return self.space.sample(self.rng)

    def _middle(self, config: Any) -> Array:
        """The config's point of the cube, inactive coordinates in the middle."""
        return np.nan_to_num(self.space.to_unit(config), nan=0.5)

    def _candidates(self, best: Array) -> Array:
        """Points all over the cube, and some around the best one; shape (m, d)."""
        spread = qmc.Sobol(self.space.n_dims, rng=self.rng).random_base2(LOG2_CANDIDATES)
        near = best + NEAR * self.rng.normal(size=(N_NEAR, self.space.n_dims))
        return np.concatenate([spread, np.clip(near, 0, 1)])


class TPE(BaseSampler):
    """hyperopt's tree-structured Parzen estimator, asked for one trial at a time.

    Args:
        space: what is searched.
        seed: draws what hyperopt starts from, at each ask.
        n_random: trials drawn at random before the estimator takes over.
    """

    def __init__(self, space: SearchSpace, seed: int = 0, n_random: int = N_RANDOM) -> None:
        from hyperopt import Trials, tpe
        from hyperopt.base import Domain

        super().__init__(space, seed)
        self._domain = Domain(_never_called, space.to_hyperopt())
        self._trials = Trials()
        self._algorithm = partial(tpe.suggest, n_startup_jobs=n_random, verbose=False)

    def view(self) -> PreviewView:
        """Nothing: hyperopt keeps its candidates to itself."""
        return _nothing(self.space)

    def _suggest(self, number: int) -> dict[str, Any]:
        from hyperopt import space_eval
        from hyperopt.base import spec_from_misc

        for _ in range(MOST_TRIES):
            seed = int(self.rng.integers(2**31 - 1))
            (asked,) = self._algorithm(self._trials.new_trial_ids(1), self._domain, self._trials, seed)
            config = self.space.from_hyperopt(space_eval(self._domain.expr, spec_from_misc(asked["misc"])))
            if self.space.satisfies(config):
                return config
        return self.space.sample(self.rng)

    def _learn(self, trial: Trial) -> None:
        """Hand a trial to hyperopt, as if it had been hyperopt's own."""
        from hyperopt import JOB_STATE_DONE, STATUS_FAIL, STATUS_OK

        (number,) = self._trials.new_trial_ids(1)
        active = {name: self._value(name, trial.config[name]) for name in self.space.active(trial.config)}
        misc = {
            "tid": number,
            "cmd": self._domain.cmd,
            "workdir": self._domain.workdir,
            "idxs": {name: [number] if name in active else [] for name in self._domain.params},
            "vals": {name: [active[name]] if name in active else [] for name in self._domain.params},
        }
        ok = trial.state == "complete"  # what merely says nan would count among the good ones
        result = {"status": STATUS_OK, "loss": trial.loss} if ok else {"status": STATUS_FAIL}
        (document,) = self._trials.new_trial_docs([number], [None], [result], [misc])
        document["state"] = JOB_STATE_DONE
        self._trials.insert_trial_docs([document])
        self._trials.refresh()

    def _value(self, name: str, value: Any) -> Any:
        """A hyperparameter's value as hyperopt keeps it: the index where it is a choice between options."""
        if self._domain.params[name].name in ("randint", "categorical"):
            return list(self.space.domains[name].values).index(value)  # type: ignore[union-attr]  # a Float is no choice
        return value


def expected_improvement(mean: Array, std: Array, best: float) -> Array:
    """Expected drop below the lowest loss so far, shape (m,), in units of the loss.

    Jones, Schonlau & Welch (1998), doi:10.1023/A:1008306431147
    """
    certain = std == 0
    z = (best - mean) / np.where(certain, 1.0, std)
    return np.where(certain, np.maximum(best - mean, 0), (best - mean) * norm.cdf(z) + std * norm.pdf(z))


def _fit_and_predict(u: Array, losses: Array, candidates: Array) -> tuple[Array, Array]:
    """Mean and standard deviation of the loss at the candidates, each of shape (m,)."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import Matern, WhiteKernel
    from threadpoolctl import threadpool_limits

    smooth = Matern(length_scale=np.full(u.shape[1], 0.5), length_scale_bounds=(0.05, 5.0), nu=2.5)
    noise = WhiteKernel(0.01, noise_level_bounds=(1e-5, 1.0))
    # matrices this small gain nothing from a second thread, and on a busy machine ten times the time is spent waiting
    with threadpool_limits(1), warnings.catch_warnings():
        # a length scale at its bound is no trouble: that hyperparameter hardly matters
        warnings.simplefilter("ignore", category=ConvergenceWarning)
        process = GaussianProcessRegressor(smooth + noise).fit(u, losses)
        mean, std = process.predict(candidates, return_std=True)
    without_noise = np.sqrt(np.maximum(std**2 - process.kernel_.k2.noise_level, 0))
    return mean, without_noise


def _nothing(space: SearchSpace) -> PreviewView:
    return PreviewView(_frozen(np.empty((0, space.n_dims))), _frozen(np.empty(0)))


def _frozen(array: Array) -> Array:
    array.setflags(write=False)
    return array


def _never_called(config: Any) -> float:
    """The objective that hyperopt wants to hold and that only the search itself may call."""
    return math.nan
