"""Pictures of notebook 12, reading error bars: a room for each group of them."""

from hpo_tutor.course.pictures.nb12.decay import Decaying, valley
from hpo_tutor.course.pictures.nb12.luck import piles
from hpo_tutor.course.pictures.nb12.promises import INTERVALS, N_BATCHES, TRUTHS, held, promise
from hpo_tutor.course.pictures.nb12.slips import resampled

__all__ = [
    "INTERVALS",
    "N_BATCHES",
    "TRUTHS",
    "Decaying",
    "held",
    "n_different",
    "piles",
    "promise",
    "resampled",
    "valley",
]
