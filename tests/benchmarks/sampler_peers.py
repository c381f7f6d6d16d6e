"""How do other libraries' samplers enter a race? Behind the face of ours, each told the scales and bounds of the space.

Only flat spaces of numbers: that is what all of them can search.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import bayes_opt
import optuna

from hpo_tutor.domains import Choice, Domain, Float
from hpo_tutor.samplers import BaseSampler
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

optuna.logging.set_verbosity(optuna.logging.WARNING)

N_FIRST = 5  # random points before bayes_opt's model, the default of its maximize()


class Optuna(BaseSampler):
    """A sampler of optuna, asked for one trial at a time."""

    def __init__(self, space: SearchSpace, seed: int, sampler: optuna.samplers.BaseSampler) -> None:
        super().__init__(space, seed)
        self._study = optuna.create_study(sampler=sampler)
        self._distributions = {name: _distribution(domain) for name, domain in space.domains.items()}
        self._asked: dict[int, optuna.Trial] = {}

    def add(self, config: Mapping[str, Any], loss: float) -> None:
        """Learn a trial of another search."""
        params = {name: config[name] for name in self._distributions}
        self._study.add_trial(optuna.trial.create_trial(params=params, distributions=self._distributions, value=loss))

    def view(self) -> tuple[()]:
        """Nothing."""
        return ()

    def _suggest(self, number: int) -> dict[str, Any]:
        self._asked[number] = self._study.ask(self._distributions)
        return {**self._asked[number].params, **self.space.fixed}

    def _learn(self, trial: Trial) -> None:
        self._study.tell(self._asked.pop(trial.number), trial.loss)


def optuna_tpe(space: SearchSpace, seed: int) -> Optuna:
    """The TPE of optuna, as it comes."""
    return Optuna(space, seed, optuna.samplers.TPESampler(seed=seed % 2**32))


def optuna_gp(space: SearchSpace, seed: int, deterministic: bool) -> Optuna:
    """The Gaussian process of optuna, told whether the losses are noisy."""
    with warnings.catch_warnings():  # it is called experimental
        warnings.simplefilter("ignore")
        sampler = optuna.samplers.GPSampler(seed=seed % 2**32, deterministic_objective=deterministic)
    return Optuna(space, seed, sampler)


class BayesOpt(BaseSampler):
    """The library bayesian-optimization, in the unit cube, for it knows no logarithmic scales."""

    def __init__(self, space: SearchSpace, seed: int) -> None:
        super().__init__(space, seed)
        self._search = bayes_opt.BayesianOptimization(
            None,
            dict.fromkeys(space.names, (0.0, 1.0)),
            random_state=seed % 2**32,
            verbose=0,
            allow_duplicate_points=True,
        )
        self._asked: dict[int, Any] = {}

    def view(self) -> tuple[()]:
        """Nothing."""
        return ()

    def _suggest(self, number: int) -> dict[str, Any]:
        u = self._search.random_sample(1)[0] if number < N_FIRST else self._search.suggest()
        self._asked[number] = u
        return self.space.from_unit([u[name] for name in self.space.names])

    def _learn(self, trial: Trial) -> None:
        self._search.register(self._asked.pop(trial.number), -trial.loss)  # it maximises


def _distribution(domain: Domain) -> optuna.distributions.BaseDistribution:
    if isinstance(domain, Choice):
        raise ValueError(f"the races with other libraries are about numbers, got {domain}")
    kind = optuna.distributions.FloatDistribution if isinstance(domain, Float) else optuna.distributions.IntDistribution
    return kind(domain.low, domain.high, log=domain.log)
