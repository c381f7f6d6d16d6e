"""How does a penalty reach a loss that it does not stand in? Through the weight: three pictures, linked by one knob.

One weight theta, one step of plain gradient descent on the rows of T1, and the loss of the rows of T2 after it.
ell     log10 of the penalty; lambda = 10**ell
eta     learning rate of the weight
theta   the weight before the step; theta' after it: theta - eta (C1'(theta) + lambda theta)
C1, C2  half the mean squared error of y = theta x on T1 and on T2; C2 has no penalty
g       C2'(theta'), the slope of C2 at the new weight
The chain rule: dC2/dell = g * dtheta'/dell, and dtheta'/dell = -eta ln(10) lambda theta.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, SIZES
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

T1 = np.array([[0.5, 1.3], [1.0, 1.7], [1.5, 2.7]])
T2 = np.array([[0.6, 0.5], [0.9, 1.2], [1.4, 1.6]])
"""(3, 2) rows x, y. The best weight of T1 is too large for T2, so a penalty can help."""
THETA = 2.6
ELLS = tuple(round(-1.5 + 0.1 * k, 1) for k in range(19))
ETAS = (0.1, 0.2, 0.3)
ELL, NEW = "\N{SCRIPT SMALL L}", "θ\N{PRIME}"  # as they are written in the pictures
FORMULAS = ("complete", "without ln 10", "without ln 10 · λ")
"""The last one is what the program of source 002 computed."""
NUDGE = 1e-4  # of the finite difference, in decades of the penalty
REACH = 0.45  # half the length of a tangent along ell, in decades
WEIGHTS = (0.4, 2.8)  # ends of the axis of the weight
LOSSES = (-0.3, 1.15)  # ends of the axis of C2; below 0 there is room for the step
BELOW = (-0.09, -0.2)  # heights of its two parts


class Step(NamedTuple):
    """One step at a penalty.

    Attributes:
        penalty: lambda.
        pull: -eta C1'(theta), the way that T1 moves the weight.
        shrink: -eta lambda theta, the way that the penalty moves it.
        weight: theta'.
        loss: C2 at theta'.
        g: slope of C2 there.
        moved: dtheta'/dell.
        slope: g times moved, the hypergradient.
        difference: of C2 over a nudge of ell to both sides, the same slope without any formula.
    """

    penalty: float
    pull: float
    shrink: float
    weight: float
    loss: float
    g: float
    moved: float
    slope: float
    difference: float


def loss_of(theta: ArrayLike, rows: Array = T2) -> Array:
    """Half the mean squared error of y = theta x, for each weight."""
    theta = np.asarray(theta, dtype=np.float64)
    return np.asarray(0.5 * np.mean((rows[:, 1] - theta[..., None] * rows[:, 0]) ** 2, axis=-1))


def slope_of(theta: float, rows: Array = T2) -> float:
    """The derivative of ``loss_of`` by the weight."""
    return float(np.mean((theta * rows[:, 0] - rows[:, 1]) * rows[:, 0]))


def stepped(ell: ArrayLike, eta: float) -> Array:
    """The weight after one step, theta', for each ell."""
    return np.asarray(THETA - eta * (slope_of(THETA, T1) + 10.0 ** np.asarray(ell, dtype=np.float64) * THETA))


def step(ell: float, eta: float, formula: str = FORMULAS[0]) -> Step:
    """The step and its derivatives.

    Args:
        ell: log10 of the penalty.
        eta: learning rate of the weight.
        formula: one of ``FORMULAS``: which factors dtheta'/dell has.

    Raises:
        ValueError: there is no such formula.
    """
    if formula not in FORMULAS:
        raise ValueError(f"the formula is one of {', '.join(FORMULAS)}; got {formula!r}")
    penalty = 10.0**ell
    weight = float(stepped(ell, eta))
    factor = {FORMULAS[0]: math.log(10) * penalty, FORMULAS[1]: penalty, FORMULAS[2]: 1.0}[formula]
    g, moved = slope_of(weight), -eta * factor * THETA
    high, low = (float(loss_of(stepped(ell + nudge, eta))) for nudge in (NUDGE, -NUDGE))
    return Step(
        penalty,
        -eta * slope_of(THETA, T1),
        -eta * penalty * THETA,
        weight,
        float(loss_of(weight)),
        g,
        moved,
        g * moved,
        (high - low) / (2 * NUDGE),
    )


def chain(ell: float, eta: float, formula: str = FORMULAS[0]) -> Board:
    """Three panels: ell moves theta', theta' moves C2, so ell moves C2; in each the tangent that the formula draws."""
    here = step(ell, eta, formula)
    agree = math.isclose(here.slope, here.difference, rel_tol=1e-3, abs_tol=1e-6)
    sentence = (
        f"λ = {number(here.penalty)}: the step ends at {NEW} = {number(here.weight)}, "
        f"where C₂ = {number(here.loss)}. "
        f"g · d{NEW}/d{ELL} = {number(here.g)} · {_signed(here.moved)} = {number(here.slope)}; "
        f"finite difference {number(here.difference)}: {'they agree' if agree else 'they do not agree'}."
    )
    return Board(((_moved(ell, eta, here), _lost(here), _whole(ell, eta, here)),), sentence)


def chain_player(label: str = "The chain rule, link by link") -> Player:
    """The chain behind three dials: ell, the learning rate of the weight, and which factors the formula has."""
    return Player.over(
        chain,
        ell=Dial(f"{ELL} = log₁₀ λ", ELLS),
        eta=Dial("learning rate η", ETAS),
        formula=Dial("the formula", FORMULAS),
        start={"ell": -0.8, "eta": ETAS[1]},
        play="ell",
        label=label,
    )


# --- what is drawn ---


def _signed(factor: float) -> str:
    """A factor behind a dot, in brackets where it is negative."""
    return f"({number(factor)})" if factor < 0 else number(factor)


CURVE = np.linspace(ELLS[0], ELLS[-1], 81)
ACROSS = np.linspace(*WEIGHTS, 81)


def _tangent(at: float, height: float, slope: float, reach: float, ends: tuple[float, float]) -> Line:
    """A piece of a straight line through a point, as long as the panel has room for it."""
    x, y = _straight(at, height, slope, reach, ends)
    return Line(x, y, ORANGE, "dash", 3.5, name="slope by the formula")


def _straight(at: float, height: float, slope: float, reach: float, ends: tuple[float, float]) -> tuple[Array, Array]:
    reach = min(reach, 0.4 * (ends[1] - ends[0]) / max(abs(slope), 1e-9))
    x = np.array([at - reach, at + reach])
    return x, height + slope * (x - at)


def _dot(x: float, y: float) -> Points:
    return Points([x], [y], ORANGE, "circle", 12.0, outline="#ffffff", name="here")


def _moved(ell: float, eta: float, here: Step) -> Scene:
    """Theta' over ell."""
    layers: list[AnyLayer] = [
        Line(CURVE, stepped(CURVE, eta), BLUE, width=2.5, name="computed step by step"),
        _tangent(ell, here.weight, here.moved, REACH, WEIGHTS),
        _dot(ell, here.weight),
    ]
    y = Axis(f"{NEW}, weight after", *WEIGHTS)
    return Scene(layers, _knob(), y, title=f"1. {ELL} → {NEW}: slope {number(here.moved)}", aspect=0.9)


def _lost(here: Step) -> Scene:
    """C2 over the weight, and below it the step with its two parts."""
    middle = THETA + here.pull
    first, second = BELOW
    ends = [here.loss, float(loss_of(THETA))]
    layers: list[AnyLayer] = [
        Line(ACROSS, loss_of(ACROSS), BLUE, width=2.5, name="computed step by step"),
        Segments([here.weight, THETA], [second, first], [here.weight, THETA], ends, GREY, "dot", 1.5),
        *_arrow(THETA, middle, first, INK, "step down C₁"),
        *_arrow(middle, here.weight, second, GREEN, "pull of the penalty"),
        _tangent(here.weight, here.loss, here.g, 0.3, LOSSES),
        _dot(here.weight, here.loss),
        Text([THETA + 0.05], [first - 0.02], ["θ"], INK, "start", SIZES["labels"]),
    ]
    title = f"2. {NEW} → C₂: slope g = {number(here.g)}"
    return Scene(layers, Axis("weight", *WEIGHTS), _loss(), title=title, aspect=0.9)


def _whole(ell: float, eta: float, here: Step) -> Scene:
    """C2 over ell."""
    x, y = _straight(ell, here.loss, here.difference, 1.5 * REACH, LOSSES)
    layers: list[AnyLayer] = [
        Line(CURVE, loss_of(stepped(CURVE, eta)), BLUE, width=2.5, name="computed step by step"),
        Line(x, y, INK, "solid", 1.5, name="finite difference"),
        _tangent(ell, here.loss, here.slope, REACH, LOSSES),
        _dot(ell, here.loss),
    ]
    return Scene(layers, _knob(), _loss(), title=f"3. {ELL} → C₂: slope {number(here.slope)}", aspect=0.9)


def _arrow(start: float, end: float, height: float, color: str, name: str) -> list[AnyLayer]:
    """A horizontal arrow; one that is shorter than its head is a head alone."""
    symbol = "triangle-left" if end < start else "triangle-right"
    return [
        Segments([start], [height], [end], [height], color, width=3.0),
        Points([end], [height], color, symbol, 10.0, outline=None, name=name),
    ]


def _knob() -> Axis:
    return Axis(f"{ELL} = log₁₀ λ", ELLS[0] - 0.1, ELLS[-1] + 0.1)


def _loss() -> Axis:
    return Axis("C₂, loss on T2", *LOSSES, ticks=[(0.0, "0"), (0.5, "0.5"), (1.0, "1")])
