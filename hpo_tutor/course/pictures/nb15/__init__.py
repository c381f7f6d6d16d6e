"""Pictures of notebook 15, two goals: a room for each group of them."""

from hpo_tutor.course.pictures.nb15.areas import mover, quadrants, relation, slabs, stacked, stacker
from hpo_tutor.course.pictures.nb15.fronts import Growth, area, stairs
from hpo_tutor.course.pictures.nb15.parallel import line_player, line_scene
from hpo_tutor.course.pictures.nb15.tradeoffs import along, linear_operations, slider
from hpo_tutor.course.pictures.nb15.trends import Trend, best_of, by_value, trend_board, trend_player, wilson

__all__ = [
    "Growth",
    "Trend",
    "along",
    "area",
    "best_of",
    "by_value",
    "line_player",
    "line_scene",
    "linear_operations",
    "mover",
    "quadrants",
    "relation",
    "slabs",
    "slider",
    "stacked",
    "stacker",
    "stairs",
    "trend_board",
    "trend_player",
    "wilson",
]
