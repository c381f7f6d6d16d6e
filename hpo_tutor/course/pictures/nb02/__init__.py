"""Pictures of notebook 02, grid search: a room for each group of them."""

from hpo_tutor.course.pictures.nb02.lattices import conventions, explosion, filling
from hpo_tutor.course.pictures.nb02.placements import Placements
from hpo_tutor.course.pictures.nb02.results import ahead, close_calls, rate_levels

__all__ = ["Placements", "ahead", "close_calls", "conventions", "explosion", "filling", "rate_levels"]
