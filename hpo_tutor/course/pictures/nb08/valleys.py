"""Can TPE see that two hyperparameters belong together? A valley at an angle, and the map that TPE makes of it.

s, t    across the valley and along it, in sides of the square, from the valley's lowest point
angle   of the valley in degrees: 0 where only x matters much
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Points
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.parzen import GOOD
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.trials import History
from hpo_tutor.views import TPEView

Array = NDArray[np.float64]

ALONG = 0.03  # how much steeper than along it the valley is across it, inverted
PIXELS = 48


@dataclass(frozen=True)
class TurnedValley:
    """An objective: |s| + 0.03 |t|, a narrow straight valley that falls gently towards its lowest point.

    Attributes:
        angle: degrees.
        member: which of the valleys; each has its lowest point elsewhere in the middle half of the square.
    """

    angle: float
    member: int = 0
    optimum: float = 0.0
    loss_names: tuple[str, ...] = ("loss",)

    @property
    def space(self) -> SearchSpace:
        """Two hyperparameters from 0 to 1."""
        return SearchSpace(x=Float(0, 1), y=Float(0, 1))

    def draw(self, seed: int) -> "TurnedValley":
        """The valley of a lap."""
        return TurnedValley(self.angle, seed)

    def across(self, x: Any, y: Any) -> tuple[Any, Any]:
        """(s, t) of a place."""
        middle = np.random.default_rng(self.member).uniform(0.25, 0.75, 2)
        cos, sin = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        return (x - middle[0]) * cos + (y - middle[1]) * sin, (y - middle[1]) * cos - (x - middle[0]) * sin

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss; there is no noise."""
        s, t = self.across(config["x"], config["y"])
        return float(abs(s) + ALONG * abs(t))

    __call__ = expected

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> Array:
        """The losses of K configurations, shape (K,)."""
        return np.array([self.expected(config) for config in configs])


def cross(valley: TurnedValley, history: History, view: TPEView) -> Board:
    """The valley with the trials of a search, and beside it what TPE made of them: l/g of x times l/g of y.

    Args:
        valley: what was searched.
        history: what was tried.
        view: TPE's belief after it.
    """
    across, up = view.hyperparameters
    middles = (np.arange(PIXELS) + 0.5) / PIXELS
    s, t = valley.across(middles, middles[:, None])
    truth = np.abs(s) + ALONG * np.abs(t)
    ratios = [np.interp(middles, one.grid, np.log(one.l_density / one.g_density)) for one in (across, up)]
    product = ratios[0] + ratios[1][:, None]
    sides = Axis("x", 0, 1), Axis("y", 0, 1)
    look = style("TPE")
    trials = np.array([[trial.config["x"], trial.config["y"]] for trial in history])
    good = trials[view.good]
    marks: list[AnyLayer] = [
        Points(good[:, 0], good[:, 1], GOOD, look.symbol, 14, outline="#000000", name="good trial")
    ]
    off = float(np.median([abs(valley.across(*trial)[0]) for trial in trials[20:]]))
    sentence = (
        f"The valley is turned by {number(valley.angle)}°. After the 20 random ones, half of the trials lie further "
        f"than {number(off)} from its floor."
    )
    left = Scene(
        [
            Heatmap(truth, (0, 1), (0, 1), 0, 0.7, name="loss"),
            Points(trials[:, 0], trials[:, 1], look.color, look.symbol, 8, name="trial"),
            *marks,
        ],
        *sides,
        title="The valley",
        aspect=1,
        grid=False,
    )
    right = Scene(
        [Heatmap(-product, (0, 1), (0, 1), name="log(g/l), of x and y added up"), *marks],
        *sides,
        title="What TPE believes",
        aspect=1,
        grid=False,
    )
    return beside(left, right, sentence=sentence)
