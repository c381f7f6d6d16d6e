"""How alike are the losses of two configurations, if each hyperparameter has a length scale of its own?

a, b            (n, d), (m, d)  configurations in the unit cube
length_scales   (d,)            one for each hyperparameter
s               (n, m)          squared distance, each axis measured in its length scale
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Variant

Array = NDArray[np.float64]


def kernel(a: Array, b: Array, length_scales: Array) -> Array:
    """The RBF kernel with one length scale for each hyperparameter, shape (n, m)."""
    return np.asarray(np.exp(-0.5 * _squares(a, b, length_scales).sum(axis=2)))


def _squares(a: Array, b: Array, length_scales: Array | float) -> Array:
    """Squared distances along each axis, shape (n, m, d)."""
    return np.asarray(((a[:, None] - b[None]) / length_scales) ** 2)


def _apart(a: Array, b: Array) -> Array:
    return np.asarray(a[:, None] - b[None])


def _with_one(scale: Callable[[Array], float]) -> Callable[[Array, Array, Array], Array]:
    """The kernel with the same length scale on every axis."""
    return lambda a, b, length_scales: kernel(a, b, np.full(a.shape[1], scale(length_scales)))


_rng = np.random.default_rng(5)

EXERCISE = Exercise(
    id="05.1",
    title="a kernel with a length scale for each hyperparameter",
    level=1,
    truth=kernel,
    cases=(
        (np.array([[0.2, 0.5]]), np.array([[0.3, 0.9]]), np.array([0.1, 0.5])),
        (_rng.random((3, 2)).round(2), _rng.random((4, 2)).round(2), np.array([0.4, 2.0])),
        (_rng.random((2, 3)).round(2), _rng.random((5, 3)).round(2), np.array([0.3, 0.9, 5.0])),
    ),
    mistakes=(
        Variant(
            "every axis got the same length scale. Divide the distance along each hyperparameter by its own.",
            (
                *(_with_one(lambda scales, k=k: scales[k]) for k in (0, -1)),  # type: ignore[misc]
                *(_with_one(scale) for scale in (np.mean, np.sum, np.prod, np.linalg.norm)),  # type: ignore[arg-type]
                lambda a, b, length_scales: np.exp(-0.5 * _squares(a, b, 1.0).sum(axis=2)),
            ),
        ),
        Variant(
            "the distance was divided by the length scale after it was squared. Divide first, then square: the length "
            "scale is squared as well.",
            (lambda a, b, length_scales: np.exp(-0.5 * (_apart(a, b) ** 2 / length_scales).sum(axis=2)),),
        ),
        Variant(
            "the distances along the axes were not squared.",
            (
                lambda a, b, length_scales: np.exp(-0.5 * (np.abs(_apart(a, b)) / length_scales).sum(axis=2)),
                lambda a, b, length_scales: np.exp(-0.5 * (_apart(a, b) / length_scales).sum(axis=2)),
            ),
        ),
        Variant(
            "the differences were added first and then squared, so that one may cancel another. Square each, then add.",
            (lambda a, b, length_scales: np.exp(-0.5 * (_apart(a, b) / length_scales).sum(axis=2) ** 2),),
        ),
        Variant(
            "a root was taken of the sum of squares. In the RBF kernel the squared distance stands in the exponent; "
            "without the square it is nearer to Matérn 1/2.",
            (
                lambda a, b, length_scales: np.exp(-0.5 * np.sqrt(_squares(a, b, length_scales).sum(axis=2))),
                lambda a, b, length_scales: np.exp(-np.sqrt(_squares(a, b, length_scales).sum(axis=2))),
            ),
        ),
        Variant(
            "the factor 1/2 in the exponent is missing.",
            (lambda a, b, length_scales: np.exp(-_squares(a, b, length_scales).sum(axis=2)),),
        ),
        Variant(
            "the minus in the exponent is missing: the farther apart, the less alike.",
            (
                lambda a, b, length_scales: np.exp(0.5 * _squares(a, b, length_scales).sum(axis=2)),
                lambda a, b, length_scales: np.exp(_squares(a, b, length_scales).sum(axis=2)),
            ),
        ),
        Variant(
            "the distance was multiplied by the length scale. A long length scale makes far places alike: divide.",
            (lambda a, b, length_scales: np.exp(-0.5 * _squares(a, b, 1 / length_scales).sum(axis=2)),),
        ),
        Variant(
            "the kernels of the axes were added, or averaged. In the exponent the squares are added, so the kernels of "
            "the axes are multiplied: places are alike only if they are near each other on every axis.",
            (
                lambda a, b, length_scales: np.exp(-0.5 * _squares(a, b, length_scales)).sum(axis=2),
                lambda a, b, length_scales: np.exp(-0.5 * _squares(a, b, length_scales)).mean(axis=2),
            ),
        ),
        Variant(
            "the mean of the squares was taken. Their sum belongs in the exponent.",
            (lambda a, b, length_scales: np.exp(-0.5 * _squares(a, b, length_scales).mean(axis=2)),),
        ),
        Variant(
            "the squares of the axes were not added: there should be one number for each pair of configurations.",
            (lambda a, b, length_scales: np.exp(-0.5 * _squares(a, b, length_scales)),),
        ),
        Variant(
            "that is the squared distance. The kernel is exp(-1/2 of it).",
            (
                lambda a, b, length_scales: _squares(a, b, length_scales).sum(axis=2),
                lambda a, b, length_scales: -0.5 * _squares(a, b, length_scales).sum(axis=2),
            ),
        ),
        Variant(
            "rows and columns are swapped: a row for each configuration of a, a column for each of b.",
            (lambda a, b, length_scales: kernel(b, a, length_scales),),
        ),
        Variant(
            "only the pairs of a with itself were compared: the second argument is b.",
            (lambda a, b, length_scales: kernel(a, a, length_scales),),
        ),
    ),
    hints=(
        "Write it for one pair of configurations first, then for all pairs: two loops are fine. a[:, None] - b[None] "
        "has shape (n, m, d) and holds all differences at once.",
        "Divide each difference by its length scale, square, add over the hyperparameters, take exp of minus a half.",
        "Return np.exp(-0.5 * (((a[:, None] - b[None]) / length_scales) ** 2).sum(axis=2)).",
    ),
)
