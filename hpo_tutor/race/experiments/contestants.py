"""Who searches a space with switches? Samplers that know its conditions, that know none, and that have one tile each.

flat        searched as if every hyperparameter always existed; see ``problems.Flat``
tiles       one sampler for each combination of the switches
goals       the losses a sampler looks at: the first alone, or both
probe       no contestant: random trials whose importances are looked at
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from hpo_tutor.samplers.bayesian import BayesianOptimization
from hpo_tutor.samplers.design import Design
from hpo_tutor.samplers.parego import ParEGO
from hpo_tutor.samplers.tiles import Tiles
from hpo_tutor.samplers.tpe import TPE
from hpo_tutor.search_space import SearchSpace

N_STARTUP = 20  # hyperopt's own, and for all that search the whole space: so their beginnings do not hang on the budget


class Contestant(NamedTuple):
    """How a name enters the comparison.

    Attributes:
        make: (space, seed=...) -> a fresh sampler.
        flat: whether it searches the flat space.
        one_beginning: whether its first trials are the same whatever the budget.
        n_goals: how many of the two losses it looks at.
        credits: whether importances are fitted to its trials; only in a flat space.
        fixed: what is fixed in its space, name -> value.
    """

    make: Callable[..., Any]
    flat: bool = False
    one_beginning: bool = True
    n_goals: int = 1
    credits: bool = False
    fixed: Mapping[str, Any] = MappingProxyType({})

    def space(self, conditional: SearchSpace) -> SearchSpace:
        """What it searches, in place of the conditional space."""
        space = conditional.flat() if self.flat else conditional
        return space.fix(**self.fixed) if self.fixed else space


_random = partial(Design, name="random")
_whole_gp = partial(BayesianOptimization, n_startup=N_STARTUP)
_parego = partial(ParEGO, log=(1,))  # operations span powers of ten

CONTESTANTS: Mapping[str, Contestant] = MappingProxyType(
    {
        "random": Contestant(_random),
        "tpe": Contestant(TPE),
        "gp": Contestant(_whole_gp),
        "flat-tpe": Contestant(TPE, flat=True),
        "flat-gp": Contestant(_whole_gp, flat=True, credits=True),
        "tiles-random": Contestant(partial(Tiles, inner=_random), one_beginning=False),
        "tiles-gp": Contestant(Tiles, one_beginning=False),
        "tiles-gp-halving": Contestant(partial(Tiles, allocation="halving"), one_beginning=False),
        "tiles-gp-bandit": Contestant(partial(Tiles, allocation="bandit"), one_beginning=False),
        "parego": Contestant(partial(_parego, n_startup=N_STARTUP), n_goals=2),
        "tiles-parego": Contestant(partial(Tiles, inner=_parego), one_beginning=False, n_goals=2),
    }
)
"""Name -> contestant. The inner samplers of tiles choose their own start-up, for only they know how little they get."""

PROBES: Mapping[str, Contestant] = MappingProxyType(
    {
        "flat-random": Contestant(_random, flat=True, credits=True),
        # one convolution and one dense layer: whatever belongs to others is dead in every trial
        "one-tile": Contestant(_random, flat=True, credits=True, fixed=MappingProxyType({"n_conv": 1, "n_dense": 1})),
    }
)


def contestant(name: str) -> Contestant:
    """The contestant, or the probe, of that name.

    Raises:
        ValueError: there is none.
    """
    known = {**CONTESTANTS, **PROBES}
    if name not in known:
        raise ValueError(f"no sampler {name!r} searches the space with switches; there are {', '.join(known)}")
    return known[name]
