"""Pictures of notebook 14, spaces with switches: a room for each group of them."""

from hpo_tutor.course.pictures.nb14.costs import (
    BUDGETS,
    CAPPED,
    TILINGS,
    WANTED,
    Costs,
    costs_of,
    startup_costs,
    startups,
)
from hpo_tutor.course.pictures.nb14.networks import space
from hpo_tutor.course.pictures.nb14.switches import Switched, settings, switchboard, switchboards, switched
from hpo_tutor.course.pictures.nb14.tiles import Fillings, tiles_filling
from hpo_tutor.course.pictures.nb14.tree import Branch, branches, branching, lit, seen
from hpo_tutor.course.pictures.nb14.watched import Filling, fill

__all__ = [
    "BUDGETS",
    "CAPPED",
    "TILINGS",
    "WANTED",
    "Branch",
    "Costs",
    "Filling",
    "Fillings",
    "Switched",
    "branches",
    "branching",
    "costs_of",
    "fill",
    "lit",
    "seen",
    "settings",
    "space",
    "startup_costs",
    "startups",
    "switchboard",
    "switchboards",
    "switched",
    "tiles_filling",
]
