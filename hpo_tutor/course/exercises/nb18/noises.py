"""Which way should the noise move? The hypergradient of one step with respect to sigma, by a central difference.

t1, t2  functions (theta, sigma, eps) -> loss, gradient (n,) of a batch of T1 and of T2: noise sigma * eps is added to
        the inputs, and what is returned is the loss C1 or C2 and its gradient with respect to the weights;
        t2(theta) is without noise
draw    function that draws noise eps of standard deviation 1, other noise at each call
theta   (n,)  weights before the step
sigma         standard deviation of the noise
eta           learning rate of the weights
h             half of the distance between the two noises that are compared

    eps is drawn once;  moved = theta - eta dC1/dtheta(theta, sigma, eps);  g = dC2/dtheta(moved), without noise
    hypergradient = -eta g . [dC1/dtheta(theta, sigma + h, eps) - dC1/dtheta(theta, sigma - h, eps)] / 2h

Luketina, Berglund, Greff & Raiko (2016), arXiv 1511.06727.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Batch = Callable[..., tuple[float, Array]]
Draw = Callable[[], Array]
N_ROWS, N_INPUTS = 5, 2


def noise_hypergradient(
    t1: Batch, t2: Batch, draw: Draw, theta: ArrayLike, sigma: float, eta: float, h: float
) -> float:
    """The slope of C2 after one step, along sigma."""
    return float(_slope(t1, t2, draw, theta, sigma, eta, h))


@dataclass(frozen=True)
class Rows:
    """A batch for a neuron with tanh: five rows of two inputs, drawn from the seed, and their targets."""

    seed: int

    def __call__(self, theta: ArrayLike, sigma: float = 0.0, eps: ArrayLike = 0.0) -> tuple[float, Array]:
        """Half of the mean squared error, and its gradient (2,) with respect to the weights."""
        rng = np.random.default_rng(self.seed)
        inputs, targets = rng.normal(size=(N_ROWS, N_INPUTS)), rng.uniform(-1, 1, N_ROWS)
        noisy = inputs + sigma * np.asarray(eps)
        outputs = np.tanh(noisy @ np.asarray(theta, dtype=float))
        wrong = outputs - targets
        return float(0.5 * np.mean(wrong**2)), np.asarray((wrong * (1 - outputs**2)) @ noisy / N_ROWS)


@dataclass
class Noise:
    """Draws noise of shape (5, 2), at each call other; a copy begins where its original stands."""

    seed: int
    rng: np.random.Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def __call__(self) -> Array:
        """Noise of standard deviation 1."""
        return self.rng.normal(size=(N_ROWS, N_INPUTS))


Sides = Callable[[Array, Draw], tuple[Array, Array]]  # the step's noise and draw -> noise above and below


def _the_same(eps: Array, draw: Draw) -> tuple[Array, Array]:
    return eps, eps


def _slope(
    t1: Batch,
    t2: Batch,
    draw: Draw,
    theta: ArrayLike,
    sigma: float,
    eta: float,
    h: float,
    *,
    sides: Sides = _the_same,
    turn: float = 1,
    at: str = "moved",
    around: str = "theta",
    clean_step: bool = False,
    noisy_g: bool = False,
    g_of: str = "t2",
    span: tuple[float, float, float] = (1, -1, 2),
    together: Callable[[Array, Array], Any] = np.dot,
) -> Any:
    """The right slope with one of its steps changed; ``turn`` is what the student multiplies -eta g . d with."""
    draw = copy.deepcopy(draw)  # what this function draws must not move the noise of the next one
    places, eps = {"theta": np.asarray(theta, dtype=float)}, draw()
    places["moved"] = places["theta"] - eta * t1(places["theta"], 0.0 if clean_step else sigma, eps)[1]
    g = {"t1": t1, "t2": t2}[g_of](places[at], sigma if noisy_g else 0.0, eps)[1]
    (above, below), (up, down, width) = sides(eps, draw), span
    change = t1(places[around], sigma + up * h, above)[1] - t1(places[around], sigma + down * h, below)[1]
    return turn * -eta * together(g, change / (width * h))


def _changed(**changes: Any) -> Function:
    return lambda t1, t2, draw, theta, sigma, eta, h: _slope(t1, t2, draw, theta, sigma, eta, h, **changes)


def _without_eta(sign: float) -> Function:
    return lambda t1, t2, draw, theta, sigma, eta, h: sign * _slope(t1, t2, draw, theta, sigma, eta, h) / eta


def _of_losses(batch: str, place: str, again: bool = False, both: bool = False) -> Function:
    """A difference of losses in place of gradients: what the noise does to a pass, without a step."""

    def function(t1: Batch, t2: Batch, draw: Draw, theta: ArrayLike, sigma: float, eta: float, h: float) -> float:
        draw, old = copy.deepcopy(draw), np.asarray(theta, dtype=float)
        eps = draw()
        weights = old if place == "theta" else old - eta * t1(old, sigma, eps)[1]
        eps = draw() if again else eps
        asked = {"t1": t1, "t2": t2}[batch]
        low = draw() if both else eps
        return (asked(weights, sigma + h, eps)[0] - asked(weights, sigma - h, low)[0]) / (2 * h)

    return function


def batches(rng: np.random.Generator) -> tuple[Rows, Rows, Noise, Array, float, float, float]:
    """A case in which the noise matters."""
    while True:
        t1, t2, noise = map(int, rng.integers(0, 10_000, 3))
        theta = rng.normal(0, 1, N_INPUTS).round(2)
        sigma, eta = map(float, rng.uniform((0.2, 0.2), (0.8, 1.0)).round(2))
        case = Rows(t1), Rows(t2), Noise(noise), theta, sigma, eta, 0.001
        if abs(noise_hypergradient(*case)) > 0.01:
            return case


# seeds with which every mistake differs from the truth, and from each other
SEEDS = (0, 1, 2)

EXERCISE = Exercise(
    id="18.3",
    title="the hypergradient of the noise",
    level=3,
    truth=noise_hypergradient,
    cases=tuple(batches(np.random.default_rng(seed)) for seed in SEEDS),
    mistakes=(
        Variant(
            "the noise was drawn anew for the second side. Then the difference holds the luck of two draws, divided "
            "by a small 2 * h, and hardly anything of sigma. Call draw() once, and keep what it gave.",
            (
                _changed(sides=lambda eps, draw: (draw(), draw())),
                _changed(sides=lambda eps, draw: (draw(), draw())[::-1]),
                _changed(sides=lambda eps, draw: (eps, draw())),
                _changed(sides=lambda eps, draw: (draw(), eps)),
            ),
        ),
        Variant(
            "both sides have the same noise, but the step had another. What is asked is how this step would have been "
            "with a little more of its own noise: call draw() once for all three.",
            (_changed(sides=lambda eps, draw: (fresh := draw(), fresh)),),
        ),
        Variant(
            "that is the direct effect: how much worse T2's pass gets with noise in it. Noise does harm there, so "
            "sigma would go to 0. What noise is good for comes through the weights: it changes the step.",
            (
                _of_losses("t2", "moved"),
                _of_losses("t2", "moved", again=True),
                _of_losses("t2", "moved", again=True, both=True),
                _of_losses("t2", "moved", both=True),
                _of_losses("t2", "theta"),
            ),
        ),
        Variant(
            "that is how T1's loss changes with sigma. It is C2 that has to become small, and it hears of sigma only "
            "through the step.",
            (_of_losses("t1", "theta"), _of_losses("t1", "moved")),
        ),
        Variant(
            "g was taken at the old weights. C2 is asked after the step, at moved = theta - eta * gradient.",
            (_changed(at="theta"),),
        ),
        Variant(
            "g was taken with noise. T2 is passed clean, as a test would be: t2(moved).",
            (_changed(noisy_g=True), _changed(noisy_g=True, at="theta")),
        ),
        Variant(
            "g is the gradient of T1's loss. What suits the rows that one trains on is not the question: ask T2.",
            (_changed(g_of="t1"), _changed(g_of="t1", noisy_g=True)),
        ),
        Variant(
            "the two gradients of T1 were taken at the new weights. It is the step from theta that depends on sigma.",
            (_changed(around="moved"),),
        ),
        Variant(
            "the step to the new weights was taken without noise. It is the step of this batch, with sigma and eps.",
            (_changed(clean_step=True),),
        ),
        Variant(
            "the minus is missing. The step goes against the gradient of C1.",
            (_changed(turn=-1),),
        ),
        Variant(
            "the learning rate eta is missing. The noise acts through a step of that size.",
            (_without_eta(1), _without_eta(-1)),
        ),
        Variant(
            "the difference was divided by h. From sigma - h to sigma + h it is 2 * h.",
            (_changed(span=(1, -1, 1)),),
        ),
        Variant(
            "that is a one-sided difference, whose error shrinks only with h. Compare sigma + h with sigma - h.",
            (_changed(span=(1, 0, 1)), _changed(span=(0, -1, 1))),
        ),
        Variant(
            "a one-sided difference was divided by 2 * h. Compare sigma + h with sigma - h.",
            (_changed(span=(1, 0, 2)), _changed(span=(0, -1, 2))),
        ),
        Variant(
            "brackets are missing: ... / 2 * h divides by 2 and multiplies by h. Write / (2 * h).",
            (lambda t1, t2, draw, theta, sigma, eta, h: h * h * _slope(t1, t2, draw, theta, sigma, eta, h),),
        ),
        Variant(
            "a number for each weight came back. C2 is one number and so is sigma: add the products up with @.",
            (_changed(together=np.multiply),),
        ),
        Variant(
            "the mean of the products came back, and not their sum: g @ change.",
            (_changed(together=lambda g, change: np.mean(g * change)),),
        ),
    ),
    hints=(
        "sigma moves the gradient of C1, that moves the weights, and they move C2. Which of the functions tells you "
        "how the gradient of C1 changes, if the noise eps stays the same and only sigma grows?",
        "eps = draw(), once. moved = theta - eta * t1(theta, sigma, eps)[1]; g = t2(moved)[1]. And the change of "
        "T1's gradient: t1(theta, sigma + h, eps)[1] - t1(theta, sigma - h, eps)[1], divided by 2 * h.",
        "return -eta * g @ (t1(theta, sigma + h, eps)[1] - t1(theta, sigma - h, eps)[1]) / (2 * h)",
    ),
)
