"""Pictures of notebook 07, where it breaks: a room for each of its experiments."""

from hpo_tutor.course.pictures.nb07.asked import Asked, asking, repeats
from hpo_tutor.course.pictures.nb07.codes import Codes, highest, learnt
from hpo_tutor.course.pictures.nb07.far import cube, left_unknown
from hpo_tutor.course.pictures.nb07.lucky import two_winners
from hpo_tutor.course.pictures.nb07.menus import Menu
from hpo_tutor.course.pictures.nb07.photographs import inside, kept_promises, table

__all__ = [
    "Asked",
    "Codes",
    "Menu",
    "asking",
    "cube",
    "highest",
    "inside",
    "kept_promises",
    "learnt",
    "left_unknown",
    "repeats",
    "table",
    "two_winners",
]
