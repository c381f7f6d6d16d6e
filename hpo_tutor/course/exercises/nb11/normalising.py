"""How are losses on different batches compared? Each is divided by the best of its own batch; then they are averaged.

best  (B, S, R)  expected loss of the incumbent, on each batch, of each design, with each resolution
m     (B,)       smallest of a batch, over all its designs and resolutions
y     (B, S, R)  best / m, 1 or more
mean  (S, R)     of y - 1 over the batches
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]


def normalise(best: Array) -> Array:
    """The mean over the batches of y - 1, (S, R)."""
    return _by(best, (1, 2))


def _by(best: Array, axes: tuple[int, ...] | None, of: Callable[..., Array] = np.min) -> Array:
    """The mean of losses over what the batch, or another part of the table, has to offer."""
    return np.asarray((best / of(best, axis=axes, keepdims=True)).mean(axis=0) - 1)


def _pooled(best: Array) -> Array:
    mean: Array = best.mean(axis=0)
    return np.asarray(mean / best.min(axis=(1, 2)).mean() - 1)


def _pooled_twice(best: Array) -> Array:
    mean: Array = best.mean(axis=0)
    return np.asarray(mean / mean.min() - 1)


def _differences(best: Array) -> Array:
    return np.asarray((best - best.min(axis=(1, 2), keepdims=True)).mean(axis=0))


def _spread(best: Array) -> Array:
    low, high = (of(best, axis=(1, 2), keepdims=True) for of in (np.min, np.max))
    return np.asarray(((best - low) / (high - low)).mean(axis=0))


def _standard(best: Array) -> Array:
    mean, std = (of(best, axis=(1, 2), keepdims=True) for of in (np.mean, np.std))
    return np.asarray(((best - mean) / std).mean(axis=0))


def _table(seed: int, n_batches: int, n_designs: int, n_resolutions: int) -> Array:
    """Losses of batches that differ by far more than designs do."""
    rng = np.random.default_rng(seed)
    levels = rng.uniform(0.5, 6, (n_batches, 1, 1))
    above = rng.exponential(0.1, (n_batches, n_designs, n_resolutions))
    table: Array = (levels * (1 + above)).round(3)
    return table


EXERCISE = Exercise(
    id="11.1",
    title="the mean of y - 1 over the batches",
    level=1,
    truth=normalise,
    cases=(
        (np.array([[[2.0, 1.0], [1.5, 1.2]], [[4.0, 4.4], [8.0, 5.0]]]),),
        (_table(0, 3, 4, 2),),
        (_table(1, 5, 2, 3),),
        (_table(2, 4, 3, 1),),
    ),
    mistakes=(
        Variant(
            "each design was divided by its own minimum on the batch. Then a bad design is as good as a good one: all "
            "that is left is how much its resolutions differ. Divide by the smallest over all designs and resolutions.",
            (lambda best: _by(best, (2,)),),
        ),
        Variant(
            "each resolution was divided by its own minimum. Then finer grids seem to gain nothing: divide by the "
            "smallest over all designs and all resolutions of the batch.",
            (lambda best: _by(best, (1,)),),
        ),
        Variant(
            "everything was divided by one number, the smallest of the whole table. The batches still differ as they "
            "did; each needs its own minimum.",
            (lambda best: _by(best, None),),
        ),
        Variant(
            "the minimum was taken over the batches (axis 0). A batch is to be divided by what it has to offer itself: "
            "the smallest over axes 1 and 2.",
            (lambda best: _by(best, (0,)), lambda best: _by(best, (0, 1)), lambda best: _by(best, (0, 2))),
        ),
        Variant(
            "the losses were averaged over the batches first, and divided then. So batches with large losses count "
            "most. Divide within each batch, then average.",
            (_pooled, _pooled_twice),
        ),
        Variant(
            "that is the mean of y. Take 1 off, so that 0 is the best there is.", (lambda best: normalise(best) + 1,)
        ),
        Variant(
            "the minimum was subtracted, not divided by: what comes out has the unit of the loss, and batches with "
            "large losses count most.",
            (_differences,),
        ),
        Variant(
            "upside down: y is the loss over the minimum, 1 or more.",
            (
                lambda best: (best.min(axis=(1, 2), keepdims=True) / best).mean(axis=0) - 1,
                lambda best: 1 - (best.min(axis=(1, 2), keepdims=True) / best).mean(axis=0),
            ),
        ),
        Variant(
            "that is y - 1 of each batch. Now average over the batches (axis 0).",
            (lambda best: best / best.min(axis=(1, 2), keepdims=True) - 1,),
        ),
        Variant("that is right in per cent; here it stays a share.", (lambda best: 100 * normalise(best),)),
        Variant(
            "the losses were divided by the mean of the batch, or by its largest. The protocol takes its smallest.",
            (lambda best: _by(best, (1, 2), np.mean), lambda best: _by(best, (1, 2), np.max)),
        ),
        Variant(
            "the losses were put on a scale of their spread, from 0 to 1 or in standard deviations. So one bad design "
            "changes everybody's score; divide by the smallest, no more.",
            (_spread, _standard),
        ),
        Variant(
            "the resolutions, or the designs, were averaged as well. Average over the batches only, axis 0; the answer "
            "has a row for each design and a column for each resolution.",
            (
                lambda best: normalise(best).mean(axis=1),
                lambda best: normalise(best).mean(axis=0),
                lambda best: normalise(best).mean(),
            ),
        ),
    ),
    hints=(
        "First the smallest loss of each batch, whoever reached it: one number for each batch.",
        "best.min(axis=(1, 2)) has shape (B,). To divide a table of shape (B, S, R) by it, it needs the shape "
        "(B, 1, 1): keepdims=True leaves it so.",
        "y = best / best.min(axis=(1, 2), keepdims=True). Then the mean of y - 1 over axis 0.",
    ),
)
