"""What do the trials of a flat search know? There are fewer networks than trials, and few of them have a given layer.

space    a search space with conditions
configs  flat: each has a value for every hyperparameter of the space, whether it exists there or not
name     a hyperparameter; a trial tells something about it where it exists
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Function, Variant
from hpo_tutor.expressions import Expression
from hpo_tutor.search_space import Choice, Integer, SearchSpace

Config = Mapping[str, Any]
Count = Callable[[SearchSpace, Sequence[Config], str], int]
Living = Callable[[SearchSpace, Config], set[str]]


class Shown(SearchSpace):
    """A space that says its conditions in short, and can be copied: spaces are never changed, so it is its own copy."""

    def __deepcopy__(self, memo: Any) -> "Shown":
        return self

    def __repr__(self) -> str:
        said = (name + (f" when {one.when}" if one.when else "") for name, one in self.domains.items())
        return f"<SearchSpace: {'; '.join(said)}>"


def evidence(space: SearchSpace, configs: Sequence[Config], name: str) -> tuple[int, int]:
    """Different networks among the configs, and trials that tell something about a hyperparameter."""
    return _n_networks(space, configs, name), _n_telling(space, configs, name)


def _living(space: SearchSpace, config: Config) -> set[str]:
    return space.active(config)


def _read_flat(space: SearchSpace, config: Config) -> set[str]:
    """Conditions read off the flat values, dead ones included."""
    return {one for one, domain in space.domains.items() if not domain.when or Expression(domain.when)(config)}


def _n_networks(space: SearchSpace, configs: Sequence[Config], _: str, living: Living = _living) -> int:
    return len({tuple((one, config[one]) for one in sorted(living(space, config))) for config in configs})


def _n_telling(space: SearchSpace, configs: Sequence[Config], name: str, living: Living = _living) -> int:
    return sum(name in living(space, config) for config in configs)


def _n_flat(space: SearchSpace, configs: Sequence[Config], _: str) -> int:
    return len({tuple(config.items()) for config in configs})


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values))


def _n_values(space: SearchSpace, configs: Sequence[Config], _: str, joined: Callable[..., Any]) -> int:
    """The living values without their names and their order, so that it is lost which layer they belong to."""
    return len({joined(str(config[one]) for one in space.names if one in space.active(config)) for config in configs})


def _n_children(space: SearchSpace, configs: Sequence[Config], _: str) -> int:
    """Without what always exists, the switches among it."""
    own = [sorted(one for one in space.active(config) if space.domains[one].when) for config in configs]
    return len({tuple((one, config[one]) for one in some) for some, config in zip(own, configs, strict=True)})


def _n_switched(space: SearchSpace, configs: Sequence[Config], _: str) -> int:
    return len({frozenset(space.active(config)) for config in configs})


def _n_trials(space: SearchSpace, configs: Sequence[Config], _: str) -> int:
    return len(configs)


def _n_dead(space: SearchSpace, configs: Sequence[Config], name: str) -> int:
    return len(configs) - _n_telling(space, configs, name)


def _among_living(space: SearchSpace, configs: Sequence[Config], name: str, count: Count) -> int:
    return count(space, [config for config in configs if name in space.active(config)], name)


def _n_options(space: SearchSpace, configs: Sequence[Config], name: str) -> int:
    return len({config[name] for config in configs})


_NETWORK_MISTAKES: tuple[tuple[str, tuple[Count, ...]], ...] = (
    (
        "dead values were kept: two flat configs that differ only in a layer which neither has are one network. "
        "Compare what lives: space.active(config) names it.",
        (_n_flat,),
    ),
    (
        "the first number counts trials, not networks. Those that agree in all that lives are one network.",
        (_n_trials,),
    ),
    (
        "the first number counts which hyperparameters live, not their values: that is the number of tiles. Two "
        "networks of one tile may differ in a value.",
        (_n_switched,),
    ),
    (
        "the living values were compared without their names, so that it is lost which layer a value belongs to. Keep "
        "the pairs of name and value, in one order.",
        (partial(_n_values, joined=frozenset), partial(_n_values, joined=_sorted)),
    ),
    (
        "the switches themselves, and whatever else always exists, were left out of the comparison. They are part of "
        "the network as well.",
        (_n_children,),
    ),
)

_TELLING_MISTAKES: tuple[tuple[str, tuple[Count, ...]], ...] = (
    (
        "the second number counts every trial, since each flat config holds a value of that name; the first is right. "
        "Where it is dead, its value changed nothing, and the loss says nothing about it.",
        (_n_trials,),
    ),
    (
        "the second number counts the trials in which the hyperparameter is dead; the first is right. Asked for are "
        "the others.",
        (_n_dead,),
    ),
    (
        "the second number counts different networks; the first is right. Count trials: a network that is trained "
        "twice tells twice.",
        (partial(_among_living, count=_n_networks),),
    ),
    (
        "the second number counts different values of the hyperparameter; the first is right. Asked for is in how many "
        "trials it lives.",
        (_n_options, partial(_among_living, count=_n_options)),
    ),
)


def _pair(networks: Count, telling: Count) -> Function:
    return lambda space, configs, name: (networks(space, configs, name), telling(space, configs, name))


_flat_networks, _flat_telling = partial(_n_networks, living=_read_flat), partial(_n_telling, living=_read_flat)
_ANY_TELLING = (_n_telling, *(count for _, counts in _TELLING_MISTAKES for count in counts))

CHAIN = Shown(
    n_conv=Integer(1, 2),
    filters_1=Choice((2, 4), ordered=True),
    filters_2=Choice((2, 4), ordered=True, when="n_conv == 2"),
    pool_2=Choice(("max", "mean"), when="filters_2 == 4"),
)
TILES = Shown(
    n_conv=Integer(1, 2),
    filters_1=Choice((8, 16), ordered=True),
    filters_2=Choice((8, 16), ordered=True, when="n_conv >= 2"),
    n_dense=Integer(1, 2),
    units_1=Choice((8, 16), ordered=True),
    units_2=Choice((8, 16), ordered=True, when="n_dense >= 2"),
)


def flat(rng: np.random.Generator, space: SearchSpace, n_trials: int) -> list[dict[str, Any]]:
    """Configs as a flat search draws them: a value for everything."""
    return [
        {name: domain.from_unit(u) for (name, domain), u in zip(space.domains.items(), place, strict=True)}
        for place in rng.random((n_trials, space.n_dims))
    ]


def searched(rng: np.random.Generator, space: SearchSpace, n_trials: int, name: str) -> tuple[Any, ...]:
    """A case: a flat search of a space, and one of its hyperparameters."""
    return space, flat(rng, space, n_trials), name


# seeds with which every mistake differs from the truth, and from each other, in two cases or more
SEEDED = ((62, CHAIN, 8, "pool_2"), (12, TILES, 14, "units_2"), (58, TILES, 14, "units_2"))

EXERCISE = Exercise(
    id="14.2",
    title="networks among flat trials, and what they tell of a layer",
    level=2,
    truth=evidence,
    cases=(
        (
            CHAIN,
            [
                {"n_conv": 1, "filters_1": 4, "filters_2": 2, "pool_2": "max"},
                {"n_conv": 1, "filters_1": 4, "filters_2": 4, "pool_2": "mean"},
                {"n_conv": 2, "filters_1": 4, "filters_2": 4, "pool_2": "mean"},
            ],
            "pool_2",
        ),
        *(searched(np.random.default_rng(seed), space, n, name) for seed, space, n, name in SEEDED),
    ),
    mistakes=(
        *(
            # the networks are put right first, whatever is said of the trials
            Variant(said, tuple(_pair(count, other) for count in counts for other in _ANY_TELLING))
            for said, counts in _NETWORK_MISTAKES
        ),
        Variant(
            "a condition was read off a dead value: pool_2 exists where filters_2 is 4, but filters_2 has to exist "
            "itself. space.active(config) looks at the parents first.",
            (
                _pair(_flat_networks, _flat_telling),
                _pair(_flat_networks, _n_telling),
                _pair(_n_networks, _flat_telling),
                _pair(_flat_networks, _n_trials),
            ),
        ),
        *(Variant(said, tuple(_pair(_n_networks, count) for count in counts)) for said, counts in _TELLING_MISTAKES),
        Variant(
            "both are right, in the other order: first the different networks, then the trials.",
            (_pair(_n_telling, _n_networks),),
        ),
        Variant(
            "only one number came back, and two are asked for: return n_networks, n_telling.",
            (_n_networks, _n_telling),
        ),
    ),
    hints=(
        "space.active(config) is the set of the hyperparameters that exist in a config; it does not look at the values "
        "of the others.",
        "Two configs are one network if they agree in all that lives. Make a tuple of the living pairs (name, value) "
        "of each config, in the order of space.names, and put the tuples into a set.",
        "living = [tuple((n, config[n]) for n in space.names if n in space.active(config)) for config in configs]. "
        "Return len(set(living)) and the number of configs with name in space.active(config).",
    ),
)
