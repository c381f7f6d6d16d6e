"""Pictures of notebook 13, adaptive grids: a room for each group of them."""

from hpo_tutor.course.pictures.nb13.bumps import errors, orders, stack, stacked
from hpo_tutor.course.pictures.nb13.descents import compared, descended, descent, finishers
from hpo_tutor.course.pictures.nb13.grids import cube, tableau
from hpo_tutor.course.pictures.nb13.queues import (
    FUNCTIONS,
    GAMMAS,
    GROWING,
    STEPS,
    finest_gap,
    grown,
    n_chosen,
    next_point,
    points,
    queue,
    regret,
)
from hpo_tutor.course.pictures.nb13.regions import held, nearest, placed
from hpo_tutor.course.pictures.nb13.studies import (
    errors_of_study,
    places,
    table_of_regressions,
    table_of_study,
    winners,
)

__all__ = [
    "FUNCTIONS",
    "GAMMAS",
    "GROWING",
    "STEPS",
    "compared",
    "cube",
    "descended",
    "descent",
    "errors",
    "errors_of_study",
    "finest_gap",
    "finishers",
    "grown",
    "held",
    "n_chosen",
    "nearest",
    "next_point",
    "orders",
    "placed",
    "places",
    "points",
    "queue",
    "regret",
    "stack",
    "stacked",
    "table_of_regressions",
    "table_of_study",
    "tableau",
    "winners",
]
