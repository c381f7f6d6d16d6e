"""Pictures of notebook 05, kernels and noise: a room for each group of them."""

from hpo_tutor.course.pictures.nb05.families import NAMES, family
from hpo_tutor.course.pictures.nb05.guesses import guess
from hpo_tutor.course.pictures.nb05.hills import Hills, hill_bench
from hpo_tutor.course.pictures.nb05.seen import believed, rate_axis, single
from hpo_tutor.course.pictures.nb05.slalom import slalom
from hpo_tutor.course.pictures.nb05.strips import strips
from hpo_tutor.course.pictures.nb05.terms import Terms, two_terms

__all__ = [
    "NAMES",
    "Hills",
    "Terms",
    "believed",
    "family",
    "guess",
    "hill_bench",
    "rate_axis",
    "single",
    "slalom",
    "strips",
    "two_terms",
]
