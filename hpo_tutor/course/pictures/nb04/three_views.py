"""How do correlation, ellipse and function hang together? Three views of one belief, moved by one gesture.

x1       where nothing is ever observed
x2, y2   where the function is, or would be, observed, and the value there
seen     whether it was observed
draws    the same functions in every picture; each has one colour, as a curve and as a symbol
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import GREY, INK, PAGE
from hpo_tutor.scenes.processes import BELIEF, DRAWS, process
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.surrogates import GaussianProcess, Kernel

Array = NDArray[np.float64]

SEEN = ("not yet", "yes")
X1 = 0.4
PRIOR = GaussianProcess(Kernel("rbf", length_scales=0.2))
GRID = np.linspace(0, 1, 101)  # holds x1 and every x2 of the dial
N_CLOUD = 150
SYMBOLS = ("circle", "diamond", "triangle-up", "cross", "pentagon")  # of the five draws
VALUES = Axis("f(x)", -3.2, 3.2)
TURN = np.linspace(0, 2 * np.pi, 73)


def linked(x2: float, y2: float, seen: str) -> Board:
    """The function, the kernel and the ellipse of f(x1) and f(x2), before or after y2 was observed at x2.

    Raises:
        ValueError: x2 is no place of the grid, or ``seen`` is none of ``SEEN``.
    """
    if seen not in SEEN:
        raise ValueError(f"seen is one of {', '.join(SEEN)}, got {seen!r}")
    told = seen == "yes"
    correlation = float(PRIOR.kernel(np.array([[X1]]), np.array([[x2]]))[0, 0])
    believed = _after(x2, y2) if told else PRIOR
    curves = functions(x2, y2 if told else None)
    mean, std = (float(one[0]) for one in believed.predict(np.array([[X1]])))
    sentence = (
        f"x2 = {number(x2)} lies {number(round(abs(X1 - x2), 3))} from x1 = {number(X1)}: correlation "
        f"{number(round(correlation, 3))}. "
        + (f"f(x2) = {number(y2)} was observed" if told else "Nothing was observed")
        + f": f(x1) is {number(round(mean, 3))} ± {number(round(2 * std, 3))} (two standard deviations)."
    )
    above = _functions(believed, curves, x2, y2, told)
    return Board(((above,), (_kernel(x2, correlation), _ellipse(correlation, curves, x2, y2, told))), sentence)


def functions(x2: float, y2: float | None) -> Array:
    """Five functions on the grid, (5, m), moved so that they pass through (x2, y2); as they are where y2 is None.

    A draw of the prior plus k(x, x2) / k(x2, x2) times what it lacks at x2 is a draw of the posterior
    (Matheron's rule).
    """
    prior = _prior_draws(len(DRAWS))
    if y2 is None:
        return prior
    reach = PRIOR.kernel(GRID[:, None], np.array([[x2]]))[:, 0] / PRIOR.kernel.amplitude**2
    moved: Array = prior + np.outer(y2 - prior[:, _at(x2)], reach)
    return moved


def _functions(believed: GaussianProcess, curves: Array, x2: float, y2: float, told: bool) -> Scene:
    base = process(believed, GRID, draws=curves, across=Axis("x", 0, 1), up=VALUES)
    layers: list[AnyLayer] = [
        *(layer for layer in base.layers if layer.name != "observation"),
        Marks([X1], "x", across=True, color=GREY, dash="dash", width=1.5, name="x1"),
        Marks([x2], "x", across=True, color=INK, dash="dot", width=1.5, name="x2"),
        *_dots(np.full(len(curves), X1), curves[:, _at(X1)]),
        *([] if told else _dots(np.full(len(curves), x2), curves[:, _at(x2)])),
        _square(x2, y2, told),
    ]
    return Scene(layers, base.x, base.y, title="Drag the large square", aspect=0.36)


def _kernel(x2: float, correlation: float) -> Scene:
    apart = np.linspace(0, 0.7, 71)
    curve = PRIOR.kernel(apart[:, None], np.zeros((1, 1)))[:, 0]
    here = abs(X1 - x2)
    layers: list[AnyLayer] = [
        Line(apart, curve, GREY, "solid", 2.5),
        Segments([here], [0], [here], [correlation], color=INK, dash="dot", width=1.5),
        Points([here], [correlation], INK, "diamond", 14, outline=PAGE),
    ]
    sides = Axis("distance of x1 and x2", 0, 0.7), Axis("correlation of f(x1) and f(x2)", 0, 1.05)
    return Scene(layers, *sides, title=f"k(x1, x2) = {number(round(correlation, 2))}", aspect=1)


def _ellipse(correlation: float, curves: Array, x2: float, y2: float, told: bool) -> Scene:
    """The pair f(x1), f(x2): ellipse and cloud of the prior, the five draws, and the slice."""
    cloud, slack = _prior_draws(N_CLOUD), np.sqrt(max(1 - correlation**2, 0.0))
    mean, std = correlation * y2, slack
    rim = np.cos(TURN), correlation * np.cos(TURN) + slack * np.sin(TURN)
    layers: list[AnyLayer] = [
        Points(cloud[:, _at(X1)], cloud[:, _at(x2)], GREY, "circle", 4.0, 0.18 if told else 0.45, None),
        *(Line(reach * rim[0], reach * rim[1], GREY, "solid", 1.5) for reach in (1, 2)),
        Segments([-3.2], [y2], [3.2], [y2], color=INK, dash="dash", width=1.5, opacity=1.0 if told else 0.35),
    ]
    if told:
        layers.append(Segments([mean - 2 * std], [y2], [mean + 2 * std], [y2], color=BELIEF, width=7, opacity=0.6))
    layers += _dots(curves[:, _at(X1)], curves[:, _at(x2)])
    title = "The slice at f(x2)" if told else "f(x1) and f(x2)"
    return Scene(layers, Axis("f(x1)", -3.2, 3.2), Axis("f(x2)", -3.2, 3.2), title=title, aspect=1)


def _dots(x: Array, y: Array) -> list[AnyLayer]:
    """Each draw in its colour, with its symbol."""
    looks = zip(DRAWS, SYMBOLS, strict=True)
    return [Points(x[k : k + 1], y[k : k + 1], color, symbol, 10.0) for k, ((color, _), symbol) in enumerate(looks)]


def _square(x2: float, y2: float, told: bool) -> Points:
    """Where the function is observed: full once it was, empty before."""
    return Points([x2], [y2], INK if told else PAGE, "square", 15.0, outline=PAGE if told else INK, name="f(x2)")


def _at(x: float) -> int:
    place = int(np.argmin(np.abs(GRID - x)))
    if abs(GRID[place] - x) > 1e-9:
        raise ValueError(f"x2 is one of the {len(GRID)} places between 0 and 1 at equal steps, got {x}")
    return place


@cache
def _after(x2: float, y2: float) -> GaussianProcess:
    return PRIOR.condition([[x2]], [y2])


@cache
def _prior_draws(n_draws: int) -> Array:
    draws: Array = PRIOR.sample(
        GRID[:, None], n_draws, np.random.default_rng(227)
    )  # five draws that can be told apart at x1
    draws.setflags(write=False)
    return draws
