"""Who tunes with a budget of epochs? A scheduler that says who trains on, and a sampler that says what starts.

total_epochs   what a search may spend, over all its trials
full           every trial is trained to the end
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from hpo_tutor.early_stopping import (
    AsynchronousHalving,
    FullTraining,
    Hyperband,
    Scheduler,
    SuccessiveHalving,
    Synchronous,
)
from hpo_tutor.samplers.bayesian import BayesianOptimization
from hpo_tutor.samplers.bohb import BOHB
from hpo_tutor.samplers.tpe import TPE

MAX_FIDELITY = 81
N_STARTUP = 10  # of 40 full trainings; hyperopt's own 20 would leave TPE half of them


class Method(NamedTuple):
    """How a name enters the comparison.

    Attributes:
        schedule: total_epochs -> a fresh scheduler that has work for at least so many.
        make: (space, seed=...) -> a fresh sampler; None takes random configurations, the same for all such methods.
    """

    schedule: Callable[[int], Scheduler]
    make: Callable[..., Any] | None = None


def _full(total_epochs: int) -> Scheduler:
    return FullTraining(math.ceil(total_epochs / MAX_FIDELITY), MAX_FIDELITY)


def _halving(total_epochs: int, min_fidelity: int = 1) -> Scheduler:
    """Brackets from each of which one trial reaches the top, one after another."""
    one = SuccessiveHalving(MAX_FIDELITY // min_fidelity, MAX_FIDELITY, min_fidelity)
    return Synchronous(one.plans * math.ceil(total_epochs / one.cost()))


def _hyperband(total_epochs: int, min_fidelity: int = 1) -> Scheduler:
    cost = Hyperband(MAX_FIDELITY, min_fidelity).cost()
    return Hyperband(MAX_FIDELITY, min_fidelity, n_rounds=math.ceil(total_epochs / cost))


def _asha(total_epochs: int, **settings: Any) -> Scheduler:
    return AsynchronousHalving(math.inf, MAX_FIDELITY, **settings)


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "random": Method(_full),
        "tpe": Method(_full, partial(TPE, n_startup=N_STARTUP)),
        "gp": Method(_full, partial(BayesianOptimization, n_startup=N_STARTUP)),
        "halving": Method(_halving),
        "halving-3": Method(partial(_halving, min_fidelity=3)),
        "halving-9": Method(partial(_halving, min_fidelity=9)),
        "hyperband": Method(_hyperband),
        "hyperband-9": Method(partial(_hyperband, min_fidelity=9)),
        "bohb": Method(_hyperband, BOHB),
        "bohb-9": Method(partial(_hyperband, min_fidelity=9), BOHB),
        "asha": Method(_asha),
        "asha-9": Method(partial(_asha, min_fidelity=9)),
        "asha-stopping": Method(partial(_asha, form="stopping")),
        "asha-bohb": Method(_asha, BOHB),
    }
)
"""Name -> method. A number at the end is the lowest rung in epochs, elsewhere 1. "asha" is the promotion form."""

FULL = ("random", "tpe", "gp")
"""Those that stop nothing."""


def method(name: str) -> Method:
    """The method of that name.

    Raises:
        ValueError: there is none.
    """
    if name not in METHODS:
        raise ValueError(f"no method {name!r} tunes with a budget of epochs; there are {', '.join(METHODS)}")
    return METHODS[name]
