"""Pictures of notebook 17, brackets: a room for each group of them."""

from hpo_tutor.course.pictures.nb17.bohb import first_median, proposals, proposals_player, searched
from hpo_tutor.course.pictures.nb17.brackets import (
    determined_brackets_player,
    determined_scene,
    hyperband_brackets_player,
    hyperband_scene,
)
from hpo_tutor.course.pictures.nb17.matches import Match, matched
from hpo_tutor.course.pictures.nb17.planning import medians, planned, planning_board, planning_player, saturated
from hpo_tutor.course.pictures.nb17.timeline import clock_board, timelines
from hpo_tutor.course.pictures.nb17.verdicts import arrivals, decide, decision_board, decisions, goes_on, ordered

__all__ = [
    "Match",
    "arrivals",
    "clock_board",
    "decide",
    "decision_board",
    "decisions",
    "determined_brackets_player",
    "determined_scene",
    "first_median",
    "goes_on",
    "hyperband_brackets_player",
    "hyperband_scene",
    "matched",
    "medians",
    "ordered",
    "planned",
    "planning_board",
    "planning_player",
    "proposals",
    "proposals_player",
    "saturated",
    "searched",
    "timelines",
]
