"""Which of K networks have the same layers? They are one population.

K    number of configurations
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hpo_tutor.problems.tasks.division import Rows
from hpo_tutor.problems.tasks.task import Task
from hpo_tutor.training import Population
from hpo_tutor.training.models.descriptions import Model

Config = Mapping[str, Any]
Options = Mapping[str, Any] | None


class Group(NamedTuple):
    """Networks of the same layers: the model, its other hyperparameters, and their places among the configurations."""

    model: Model
    columns: dict[str, list[Any]]
    places: list[int]


def by_structure(known: Task, configs: Sequence[Config]) -> list[Group]:
    """The configurations in groups of the same layers."""
    columns = known.columns(configs)
    if known.structure is None:
        return [Group(known.network, columns, list(range(len(configs))))]
    layers = list(zip(*(columns.pop(name) for name in known.structural), strict=True))
    places: dict[tuple[Any, ...], list[int]] = {}
    for place, chosen in enumerate(layers):
        places.setdefault(chosen, []).append(place)
    return [
        Group(
            known.structure(**dict(zip(known.structural, chosen, strict=True))),
            {name: [column[i] for i in here] for name, column in columns.items()},
            here,
        )
        for chosen, here in places.items()
    ]


def populate(data: Rows, group: Group, seeds: Sequence[int], options: Options) -> Population:
    """These networks, ready to train on the rows; ``seeds`` are those of all configurations."""
    return Population(group.model, data.data, group.columns, [seeds[i] for i in group.places], **(options or {}))
