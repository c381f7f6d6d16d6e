"""What happens when a trial crosses the cut between good and bad? Its window hops from l to g.

places, losses  (n,) of the trials; the last one is the one that can be dragged
cut             the loss between the worst good and the best bad trial
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points
from hpo_tutor.scenes.looks import GREY, INK
from hpo_tutor.scenes.parzen import BAD, DROP, GOOD, LARGEST, SMALLEST
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import counting, number
from hpo_tutor.surrogates import ParzenEstimator

Array = NDArray[np.float64]
Numbers = NDArray[np.intp]

GRID = np.linspace(0, 1, 121)
N_CANDIDATES = 24
TALLEST = 5.0  # of the densities, cut off above
MOST_LOSS = 1.0
PLACES = np.array([0.05, 0.13, 0.22, 0.27, 0.34, 0.4, 0.49, 0.58, 0.66, 0.74, 0.83, 0.95])
LOSSES = np.array([0.62, 0.5, 0.3, 0.17, 0.12, 0.22, 0.42, 0.55, 0.66, 0.72, 0.8, 0.88])


def _between(losses: Array, n_good: int) -> float:
    """The loss halfway between the worst good and the best bad trial."""
    ordered = np.sort(losses)
    return float(ordered[n_good - 1 : n_good + 1].mean())


def is_good(place: float, loss: float, n_good: int) -> bool:
    """Whether the dragged trial lies below the cut."""
    order = np.argsort(np.append(LOSSES, loss), kind="stable")
    return len(LOSSES) in order[:n_good]


def hop(place: float, loss: float, n_good: int) -> Board:
    """Thirteen trials, the last one at (place, loss): the cut, l and g, and the rain of candidates.

    The estimators are those of hyperopt (``ParzenEstimator.with_prior``), the candidates are drawn from l with one
    fixed seed, so that only what is dragged changes.
    """
    places, losses = np.append(PLACES, place), np.append(LOSSES, loss)
    order = np.argsort(losses, kind="stable")
    good, bad = order[:n_good], order[n_good:]
    l, g = (ParzenEstimator.with_prior(places[some], 0, 1) for some in (good, bad))  # noqa: E741 - the paper's letters
    candidates = l.draw(N_CANDIDATES, np.random.default_rng(0))
    gains = l.density(candidates) / g.density(candidates)
    is_good = len(places) - 1 in good
    chosen = float(candidates[np.argmax(gains)])
    sentence = (
        f"The dragged trial is {'good' if is_good else 'bad'}: its window belongs to {'l' if is_good else 'g'}. "
        f"Of {N_CANDIDATES} candidates that rained from l, the one at {number(chosen)} has the largest l/g, "
        f"{number(float(gains.max()))}; it is tried next."
    )
    return Board(
        [[_trials(places, losses, good, bad)], [_densities(places, l, g, is_good, candidates, gains)]], sentence
    )


def _trials(places: Array, losses: Array, good: Numbers, bad: Numbers) -> Scene:
    """Losses over the hyperparameter, and the cut."""
    mine, side = (GOOD, "good") if len(places) - 1 in good else (BAD, "bad")
    layers: list[AnyLayer] = [
        Marks([_between(losses, len(good))], "y", across=True, color=GREY, dash="dash", width=2, name="the cut"),
        Points(places[bad], losses[bad], BAD, "x", 10, outline=None, name="bad trial"),
        Points(places[good], losses[good], GOOD, "circle", 11, name="good trial"),
        Points(places[-1:], losses[-1:], mine, "diamond", 18, outline=INK, name=f"the trial to drag, {side}"),
    ]
    return Scene(layers, _across(), Axis("loss", 0, MOST_LOSS), aspect=0.3)


def _densities(
    places: Array,
    l: ParzenEstimator,  # noqa: E741 - the paper's letter
    g: ParzenEstimator,
    is_good: bool,
    candidates: Array,
    gains: Array,
) -> Scene:
    """Both densities with the window of the dragged trial, and the rain below."""
    owner, color, side = (l, GOOD, "l") if is_good else (g, BAD, "g")
    mine = owner.windows(GRID)[np.argmin(np.abs(owner.places - places[-1]) + 9 * (owner.widths == 1.0))]
    best = int(np.argmax(gains))
    rain = -TALLEST * (0.1 + 0.09 * (np.arange(N_CANDIDATES) % 3))
    size = SMALLEST + (LARGEST - SMALLEST) * gains / gains.max()
    layers: list[AnyLayer] = [
        Band(GRID, np.zeros(len(GRID)), mine, color, 0.35, name=f"its window, in {side}"),
        Line(GRID, np.minimum(l.density(GRID), TALLEST), GOOD, "solid", 3, name="l, good trials"),
        Line(GRID, np.minimum(g.density(GRID), TALLEST), BAD, "dash", 3, name="g, bad trials"),
        Points(candidates, rain, DROP, "circle", size, 0.8, name="candidate, drawn from l: the larger, the larger l/g"),
        Points(candidates[best], rain[best], DROP, "circle", LARGEST + 2, outline=INK, name="tried next"),
    ]
    ticks = [(float(at), str(at)) for at in range(int(TALLEST) + 1)]
    return Scene(layers, _across(), Axis("density", -0.35 * TALLEST, TALLEST, ticks=ticks), aspect=0.36)


def _across() -> Axis:
    return Axis("hyperparameter", 0, 1)


def search_view(positions: Sequence[float], peaks: Sequence[float], proposals: Sequence[float], truth: float) -> Scene:
    """Where l/g, l and the proposal of each search are highest; a column for each search.

    Args:
        positions: (s,) where l/g is largest over the whole axis.
        peaks: (s,) where l is largest.
        proposals: (s,) what was proposed.
        truth: the minimum.
    """
    searches = np.arange(1, len(positions) + 1)
    far = [int(np.sum(np.abs(np.asarray(some) - truth) > 0.2)) for some in (positions, proposals, peaks)]
    layers: list[AnyLayer] = [
        Marks([truth], "y", across=True, color=GREY, dash="dash", width=2, name="the minimum"),
        Points(searches, positions, BAD, "x", 12, outline=None, name="largest l/g on the whole axis"),
        Points(searches, proposals, DROP, "circle", 11, name="largest l/g among 24 candidates"),
        Points(searches, peaks, GOOD, "diamond", 9, name="peak of l"),
    ]
    sentence = (
        f"Of {len(searches)} searches, further than 0.2 from the minimum: the largest l/g of the axis in {far[0]}, "
        f"that of the candidates in {far[1]}, the peak of l in {far[2]}."
    )
    across = Axis("search", 0.3, len(searches) + 0.7, ticks=counting(len(searches)))
    up = Axis("x", -0.03, 1.03, ticks=[(at, number(at)) for at in (0, 0.2, 0.4, 0.6, 0.8, 1)])
    return Scene(layers, across, up, sentence, aspect=0.45)
