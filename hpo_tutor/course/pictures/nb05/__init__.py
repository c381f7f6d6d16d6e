"""Pictures of notebook 05, kernels and noise: a room for each group of them."""

from hpo_tutor.course.pictures.nb05.families import NAMES, family
from hpo_tutor.course.pictures.nb05.guesses import compare, guess, plain
from hpo_tutor.course.pictures.nb05.hills import Hills, hill_bench
from hpo_tutor.course.pictures.nb05.seen import believed, inside, rate_axis, single
from hpo_tutor.course.pictures.nb05.slalom import slalom
from hpo_tutor.course.pictures.nb05.strips import strips
from hpo_tutor.course.pictures.nb05.terms import Terms, two_terms

__all__ = [
    "NAMES",
    "Hills",
    "Terms",
    "believed",
    "compare",
    "family",
    "guess",
    "hill_bench",
    "inside",
    "plain",
    "rate_axis",
    "single",
    "slalom",
    "strips",
    "two_terms",
]
