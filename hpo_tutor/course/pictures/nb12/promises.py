"""Which interval keeps its promise? A hundred of a thousand simulated studies as bars, and how many hold the truth.

truth     a distribution of one batch's value, whose mean is known
study     B values drawn from it, and the bar that an interval makes of them
held      share of the studies whose bar holds the true mean; 95 % were promised
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.race import statistics
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, RED, SKY
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside

Array = NDArray[np.float64]

N_BATCHES = (5, 7, 10, 15, 25, 44, 100, 200)
TRUTHS: Mapping[str, str] = MappingProxyType(
    {"bell curve": "normal", "exponential": "exponential", "gamma": "gamma(0.5)", "log-normal": "log-normal"}
)
"""What it is called on the page -> its name in ``statistics.TRUTHS``."""
INTERVALS: Mapping[str, str] = MappingProxyType(
    {"Gaussian": "gaussian", "exponential": "exponential", "percentile": "percentile", "bootstrap-t": "bootstrap-t"}
)
"""What it is called on the page -> its name in ``statistics.INTERVALS``."""
_LOOKS = {"Gaussian": (RED, "dash"), "exponential": (ORANGE, "longdash"), "percentile": (SKY, "dashdot")}
_LOOKS |= {"bootstrap-t": (GREEN, "solid")}
N_STUDIES, N_SHOWN = 1000, 100
N_RESAMPLES: Mapping[str, int] = MappingProxyType({"percentile": 199, "bootstrap-t": 399})  # of each study, for speed
LEFT, RIGHT = 1.5, 2.5  # how far the left panel reaches from the true mean, in standard deviations of the truth


class Bars(NamedTuple):
    """The bars of many studies.

    Attributes:
        low, centre, high: (n_studies,) the ends and the mean of each.
        mean: the true one.
    """

    low: Array
    centre: Array
    high: Array
    mean: float

    @property
    def below(self) -> NDArray[np.bool_]:
        """Which bars lie wholly below the true mean."""
        return np.asarray(self.high < self.mean)

    @property
    def above(self) -> NDArray[np.bool_]:
        """Which bars lie wholly above it."""
        return np.asarray(self.low > self.mean)


@cache
def bars(interval: str, truth: str, n_batches: int) -> Bars:
    """The bars of N_STUDIES simulated studies; every interval meets the same studies."""
    drawn_from = statistics.TRUTHS[TRUTHS[truth]]
    values = drawn_from.rvs(size=(N_STUDIES, n_batches), random_state=np.random.default_rng(n_batches))
    method = INTERVALS[interval]
    resamples = {"n_resamples": N_RESAMPLES[method]} if method in N_RESAMPLES else {}
    found = statistics.INTERVALS[method](values, **resamples)
    return Bars(found.low, found.centre, found.high, float(drawn_from.mean()))


@cache
def held(interval: str, truth: str, n_batches: int) -> float:
    """Share of the simulated studies whose bar holds the true mean."""
    made = bars(interval, truth, n_batches)
    return float(np.mean(~made.below & ~made.above))


def promise(n_batches: int, truth: str, interval: str) -> Board:
    """A hundred bars on the left, every tenth by their means; on the right how many hold the truth, over the batches.

    Args:
        n_batches: of each study, one of N_BATCHES.
        truth: one of TRUTHS.
        interval: one of INTERVALS, whose bars are shown.
    """
    made = bars(interval, truth, n_batches)
    every = np.argsort(made.centre, kind="stable")[N_STUDIES // N_SHOWN // 2 :: N_STUDIES // N_SHOWN]
    shown = Bars(made.low[every], made.centre[every], made.high[every], made.mean)
    n_below, n_above = int(shown.below.sum()), int(shown.above.sum())
    share = held(interval, truth, n_batches)
    sentence = (
        f"{n_batches} batches, truth: {truth}. {N_SHOWN - n_below - n_above} of {N_SHOWN} {interval} bars hold the "
        f"true mean, {n_below} lie below it, {n_above} above. "
        f"Of {N_STUDIES:,} studies {100 * share:.1f}\u00a0% hold it."
    )
    return beside(_hundred(shown, truth), _shares(n_batches, truth, interval), sentence=sentence)


def _hundred(shown: Bars, truth: str) -> Scene:
    """The bars, whose means are sorted; what reaches out of the panel is cut off."""
    spread = float(statistics.TRUTHS[TRUTHS[truth]].std())
    low, high = shown.mean - min(LEFT * spread, shown.mean), shown.mean + RIGHT * spread
    place = np.arange(N_SHOWN) + 0.5
    below, above = shown.below, shown.above
    layers: list[AnyLayer] = [Marks([shown.mean], across=True, color=INK, width=2.0, name="true mean")]
    kinds = (
        ("holds it", ~below & ~above, BLUE, "circle", 1.5, 3.0),
        ("lies below", below, RED, "triangle-left", 3.0, 11.0),
        ("lies above", above, RED, "triangle-right", 3.0, 11.0),
    )
    for name, some, color, symbol, width, size in kinds:
        ends = (np.clip(end[some], low, high) for end in (shown.low, shown.high))
        left, right = ends
        layers.append(Segments(left, place[some], right, place[some], color, width=width))
        at = np.clip(shown.centre[some], low, high)
        layers.append(Points(at, place[some], color, symbol, size, outline=None, name=name))
    ticks = [(0.5, "1"), (49.5, "50"), (99.5, "100")]
    return Scene(
        layers,
        Axis("mean over the batches", low, high),
        Axis("studies, by their mean", 0, N_SHOWN, ticks=ticks),
        title=f"{N_SHOWN} studies",
        aspect=1,
        grid=False,
    )


def _shares(n_batches: int, truth: str, interval: str) -> Scene:
    """The share that holds the truth, over the number of batches; the shown interval is bold."""
    layers: list[AnyLayer] = [Segments([N_BATCHES[0]], [95], [N_BATCHES[-1]], [95], GREY, width=1.5)]
    for name in sorted(INTERVALS, key=lambda name: name == interval):
        color, dash = _LOOKS[name]
        shares = [100 * held(name, truth, n) for n in N_BATCHES]
        bold = name == interval
        line = {"width": 3.5 if bold else 1.5, "opacity": 1.0 if bold else 0.6}
        layers.append(Line(N_BATCHES, np.maximum(shares, 60), color, dash, name=name, **line))
    at = max(100 * held(interval, truth, n_batches), 60)
    layers.append(Points([n_batches], [at], _LOOKS[interval][0], "circle", 16, outline=INK))
    return Scene(
        layers,
        Axis("batches in a study", 4.6, 220, log=True, ticks=[(n, str(n)) for n in (5, 10, 20, 44, 100, 200)]),
        Axis("bars that hold the true mean (%)", 60, 100),
        title="95 % were promised",
        aspect=1,
    )
