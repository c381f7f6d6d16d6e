"""Why does the likelihood not simply choose the kernel that follows the data best? Its two terms over the length scale.

fit          -1/2 (y - m)^T K^-1 (y - m), never above 0: how well the data agree with what the kernel expects
complexity   -1/2 ln det K: the fewer kinds of functions the kernel allows, the larger
both in nats; K is the covariance of the observations, noise included
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb05.seen import believed
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, ORANGE, PINK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess

Array = NDArray[np.float64]
Curves = dict[str, tuple[Array, str, str]]  # name -> values over the length scale, colour, dash


@dataclass(frozen=True, eq=False)
class Terms:
    """What becomes of the terms, and of two errors, as the length scale grows.

    Attributes:
        process: knows the data; its kernel gives shape, amplitude and noise.
        length_scales: (g,) that are tried.
        unseen: x (k,) and losses (k,) of trainings that the process does not know.
    """

    process: GaussianProcess
    length_scales: Array
    unseen: tuple[Array, Array]

    @cached_property
    def processes(self) -> list[GaussianProcess]:
        """The process at each length scale."""
        kernels = [replace(self.process.kernel, length_scales=float(scale)) for scale in self.length_scales]
        prior = self.process.mean
        return [GaussianProcess(kernel, prior).condition(self.process.x, self.process.y) for kernel in kernels]

    @cached_property
    def fit(self) -> Array:
        """The term that punishes data which the kernel does not expect, (g,)."""
        off = self.process.y - self.process.mean
        return np.array([-0.5 * off @ np.linalg.solve(covariance, off) for covariance in self._covariances])

    @cached_property
    def complexity(self) -> Array:
        """The term that punishes a kernel which expects everything, (g,)."""
        return np.array([-0.5 * np.linalg.slogdet(covariance)[1] for covariance in self._covariances])

    @cached_property
    def likelihood(self) -> Array:
        """The log marginal likelihood, (g,)."""
        return np.array([one.log_marginal_likelihood() for one in self.processes])

    @cached_property
    def training_error(self) -> Array:
        """Root mean squared error at the data themselves, (g,)."""
        return np.array([_rmse(one, self.process.x[:, 0], self.process.y) for one in self.processes])

    @cached_property
    def held_out_error(self) -> Array:
        """Root mean squared error at the trainings that were not seen, (g,)."""
        return np.array([_rmse(one, *self.unseen) for one in self.processes])

    @property
    def _covariances(self) -> list[Array]:
        n = len(self.process.y)
        return [one.kernel(one.x) + one.kernel.noise**2 * np.eye(n) for one in self.processes]


def two_terms(terms: Terms, rates: Array, length_scale: float) -> Board:
    """What is believed at a length scale; the terms and their sum, and the two errors, with a dot there.

    Args:
        terms: of the data.
        rates: (m,) learning rates, the ends of the axis on which x runs from 0 to 1.
        length_scale: the nearest that was tried is shown.
    """
    place = int(np.argmin(np.abs(terms.length_scales - length_scale)))
    scale = float(terms.length_scales[place])
    scales = terms.length_scales
    half = 0.5 * len(terms.process.y) * np.log(2 * np.pi)
    shown = {
        "fit": (terms.fit, RED, "dash"),
        "complexity": (terms.complexity - half, GREEN, "longdashdot"),  # the constant goes with the determinant
        "their sum, ln p(y)": (terms.likelihood, PINK, "solid"),
    }
    errors = {
        "at the trainings it knows": (1000 * terms.training_error, ORANGE, "dash"),
        "at others": (1000 * terms.held_out_error, BLUE, "solid"),
    }
    left = _curves(shown, scales, place, "nats", "The two terms of ln p(y)")
    right = _curves(errors, scales, place, "error of the mean (rmse, MeV)", "Two errors", from_zero=True)
    best = float(terms.length_scales[terms.likelihood.argmax()])
    belief = believed(terms.processes[place], rates, terms.unseen, title=f"Length scale {number(scale)}", aspect=0.36)
    sentence = (
        f"Length scale {number(scale)}: fit {number(terms.fit[place])}, ln p(y) {number(terms.likelihood[place])} "
        f"nats. The error is {number(1000 * terms.training_error[place])} MeV at the trainings it knows and "
        f"{number(1000 * terms.held_out_error[place])} MeV at others. ln p(y) is largest at {number(best)}."
    )
    return Board(((belief,), (left, right)), sentence)


def _curves(curves: Curves, scales: Array, place: int, label: str, title: str, from_zero: bool = False) -> Scene:
    """Curves over the length scale, with a dot on each at the present one."""
    across = Axis("length scale (share of the axis)", scales[0], scales[-1], log=True)
    values = np.concatenate([curve for curve, _, _ in curves.values()])
    room = 0.06 * np.ptp(values)
    up = Axis(label, 0.0 if from_zero else float(values.min() - room), float(values.max() + room))
    layers: list[AnyLayer] = [Marks([scales[place]], across=True, color=GREY, dash="dot", width=1.5)]
    for name, (curve, color, dash) in curves.items():
        layers.append(Line(scales, curve, color, dash, 2.5, name=name))
        layers.append(Points([scales[place]], [curve[place]], color, "circle", 11, outline="page"))
    return Scene(layers, across, up, title=title, aspect=0.7)


def _rmse(gp: GaussianProcess, x: Array, y: Array) -> float:
    return float(np.sqrt(np.mean((gp.predict(x[:, None])[0] - y) ** 2)))
