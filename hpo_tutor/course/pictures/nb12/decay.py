"""What do two hyperparameters cost that do the same? Learning rate and its decay, of a model that is really fitted.

eta      ()   learning rate of the first step
gamma    ()   decay: step t = 0, 1, ... goes eta gamma^t downhill
T        steps of gradient descent, each on all training pictures
S        eta (1 + gamma + ... + gamma^(T-1)), the total step: all that the end depends on, as long as steps are small
modes    (m,) directions among the pixels in which the pictures vary independently, and how much they do

The model is linear regression of the ten digits on their pixels. In each mode a step shortens what is still missing by
the factor 1 - eta gamma^t variance, so the end is known without going there step by step; a test goes there.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points
from hpo_tutor.scenes.looks import GREY, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Float, SearchSpace

Array = NDArray[np.float64]

N_STEPS, N_BATCHES = 200, 10
RATES, LOST = (1e-3, 1.0), (1e-3, 0.3)  # of eta, and of 1 - gamma
TOTALS = (3e-3, 200.0)  # of S, on the right
N_GRID = 61
BLOCK = 64  # pairs at a time, so that memory stays small
NEAR = 1.02  # times the smallest loss: what counts as the valley


@cache
def _pictures() -> tuple[Array, NDArray[np.int64]]:
    from sklearn.datasets import load_digits

    pictures, labels = load_digits(return_X_y=True)
    return pictures, labels


class Digits:
    """One batch of digits, and how a linear model of them trains."""

    def __init__(self, batch: int) -> None:
        pictures, labels = _pictures()
        mine = np.random.default_rng(5).permutation(len(labels))[batch % N_BATCHES :: N_BATCHES]
        train, validate = np.array_split(mine, 2)
        x, y = pictures / 16, np.eye(10)[labels]
        self.x, self.y = (table[train] - table[train].mean(axis=0) for table in (x, y))
        self.x_validate, self.y_validate = (table[validate] - table[train].mean(axis=0) for table in (x, y))
        variances, directions = np.linalg.eigh(self.x.T @ self.x / len(train))
        self.variances = np.maximum(variances, 1e-12)
        ends = (directions.T @ (self.x.T @ self.y) / len(train)) / self.variances[:, None]  # the weights in the end
        seen = self.x_validate @ directions
        self._square = (seen.T @ seen) * (ends @ ends.T)
        self._product = np.sum((seen.T @ self.y_validate) * ends, axis=1)

    def losses(self, eta: Array, gamma: Array) -> Array:
        """Root mean squared error on the validation pictures after N_STEPS, one for each pair; shape (n,)."""
        steps = eta[:, None] * gamma[:, None] ** np.arange(N_STEPS)
        blocks = np.split(steps, range(BLOCK, len(steps), BLOCK))
        missing = np.concatenate([np.prod(1 - block[:, :, None] * self.variances, axis=1) for block in blocks])
        there = 1 - missing
        squares = np.sum(there @ self._square * there, axis=1) - 2 * there @ self._product + np.sum(self.y_validate**2)
        return np.asarray(np.sqrt(squares / self.y_validate.size))


@cache
def digits(batch: int) -> Digits:
    """The digits of a batch, prepared once."""
    return Digits(batch)


def total(eta: Array, gamma: Array) -> Array:
    """S of rates and decays."""
    return np.asarray(eta * (1 - gamma**N_STEPS) / (1 - gamma))


class Decaying:
    """The objective: a learning rate and how much of it each step loses, of which only one combination counts.

    Args:
        batch: of the digits.
    """

    loss_names, loss_unit = ("rmse",), ""

    def __init__(self, batch: int = 0) -> None:
        self.member = batch % N_BATCHES
        self.space = SearchSpace({"learning_rate": Float(*RATES, log=True), "lost_per_step": Float(*LOST, log=True)})
        self.optimum = None  # known only on a grid, and the race compares losses

    def draw(self, seed: int) -> "Decaying":
        """The same on the batch of a seed; seeds beyond the batches meet them again."""
        return Decaying(seed)

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration."""
        return self.expected(config)

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> Array:
        """The losses of K configurations; there is no noise."""
        rates, lost = np.array([[config["learning_rate"], config["lost_per_step"]] for config in configs]).T
        return digits(self.member).losses(rates, 1 - lost)

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration: there is no noise."""
        return float(self.evaluate([config], seeds=[0])[0])


@cache
def surface(batch: int) -> Array:
    """Losses on a grid over (lost per step, learning rate), both logarithmic; the middles of N_GRID cells each way."""
    shares = (np.arange(N_GRID) + 0.5) / N_GRID
    rates, lost = (low * (high / low) ** shares for low, high in (RATES, LOST))
    found = digits(batch).losses(np.tile(rates, N_GRID), 1 - np.repeat(lost, N_GRID)).reshape(N_GRID, N_GRID)
    found.setflags(write=False)
    return found


def valley(design: str, n_points: int, batch: int = 0) -> Board:
    """The loss over rate and decay with a design's trials; beside it the same trials over their total step."""
    points, look = designs.make(design, n_points, 2, seed=1), style(design)
    heights = surface(batch)
    rate, lost = (low * (high / low) ** share for (low, high), share in zip((RATES, LOST), points.T, strict=True))
    losses = digits(batch).losses(rate, 1 - lost)
    steps = total(rate, 1 - lost)
    n_good = int(np.sum(losses < NEAR * heights.min()))
    low, high = float(heights.min()), float(np.quantile(heights, 0.98))
    left: list[AnyLayer] = [
        Heatmap(heights, RATES, LOST, low, high, name="rmse", labels=(number(low), number(high))),
        Points(rate, lost, look.color, look.symbol, 13.0, name=design),
    ]
    along = np.geomspace(*TOTALS, 200)
    curve = digits(batch).losses(
        along / float(total(np.ones(1), np.array([1 - LOST[0]]))[0]), np.full(200, 1 - LOST[0])
    )
    right: list[AnyLayer] = [
        Line(along, np.minimum(curve, high), GREY, width=2.0, name="without decay"),
        Points(steps, np.minimum(losses, high), look.color, look.symbol, 13.0),
    ]
    gap = 0.04 * (high - low)
    sentence = (
        f"{design}: {n_good} of {len(points)} trials end within 2\u00a0% of the smallest loss on the map, {low:.4f}. "
        f"The best one has {losses.min():.4f}."
    )
    return beside(
        Scene(
            left,
            Axis("learning rate", *RATES, log=True),
            Axis("share lost per step", *LOST, log=True),
            title=f"{len(points)} trials",
            aspect=1,
            grid=False,
        ),
        Scene(
            right,
            Axis("total step S", *TOTALS, log=True),
            Axis("validation rmse", low - gap, high + gap),
            title="The same trials",
            aspect=1,
        ),
        sentence=sentence,
    )
