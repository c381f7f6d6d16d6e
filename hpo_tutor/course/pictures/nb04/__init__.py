"""Pictures of notebook 04: from one Gaussian to a function."""

from hpo_tutor.course.pictures.nb04.bells import bell, unit_draws
from hpo_tutor.course.pictures.nb04.clicks import posterior_bench
from hpo_tutor.course.pictures.nb04.many import ranks, read_at
from hpo_tutor.course.pictures.nb04.pairs import draws, pair, products
from hpo_tutor.course.pictures.nb04.recorded import recorded
from hpo_tutor.course.pictures.nb04.results import prediction_errors
from hpo_tutor.course.pictures.nb04.three_views import linked

__all__ = [
    "bell",
    "draws",
    "linked",
    "pair",
    "posterior_bench",
    "prediction_errors",
    "products",
    "ranks",
    "read_at",
    "recorded",
    "unit_draws",
]
