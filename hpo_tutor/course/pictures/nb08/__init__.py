"""Pictures of notebook 08, tree-structured Parzen estimators: a room for each group of them."""

from hpo_tutor.course.pictures.nb08.branches import Branches
from hpo_tutor.course.pictures.nb08.cut import hop, is_good, search_view
from hpo_tutor.course.pictures.nb08.menus import Menus
from hpo_tutor.course.pictures.nb08.sums import drawn, misplaced, n_humps, windows
from hpo_tutor.course.pictures.nb08.valleys import TurnedValley, cross

__all__ = [
    "Branches",
    "Menus",
    "TurnedValley",
    "cross",
    "drawn",
    "hop",
    "is_good",
    "misplaced",
    "n_humps",
    "search_view",
    "windows",
]
