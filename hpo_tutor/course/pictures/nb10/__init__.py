"""Pictures of notebook 10, hypertilings: a room for each group of them."""

from hpo_tutor.course.pictures.nb10.bodies import body, in_the_cube, rhombohedra
from hpo_tutor.course.pictures.nb10.grown import growth, penrose, poster
from hpo_tutor.course.pictures.nb10.lines import duality, window
from hpo_tutor.course.pictures.nb10.picks import MEASURES, measured, picked, shadows, side_by_side
from hpo_tutor.course.pictures.nb10.tiles import tiles_over

__all__ = [
    "MEASURES",
    "body",
    "duality",
    "growth",
    "in_the_cube",
    "measured",
    "penrose",
    "picked",
    "poster",
    "rhombohedra",
    "shadows",
    "side_by_side",
    "tiles_over",
    "window",
]
