"""How does a front grow, trial by trial? Each trial a dot, the stairs of the front, and the area that it wins.

Both goals are minimised: losses[0] upwards, and a counted one on a logarithmic axis to the right, such as operations.
    stairs     the border of all that is dominated: right and up of a point of the front
    reference  (counted, loss), the corner up to which the area is measured
    area       between stairs and reference as it is seen: decades of the counted goal times the loss's unit
"""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import pareto
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points, Polygons
from hpo_tutor.scenes.looks import GREY, INK, RED, style
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import counting, number
from hpo_tutor.trials import History
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

AREA = "area after each trial, in decades \N{MULTIPLICATION SIGN} loss"
MARGIN = 1.25  # room beyond the points: a factor of the counted goal


def stairs(losses: ArrayLike, reference: Sequence[float]) -> Array:
    """The corners of the front's stairs from the reference's height down to its right, shape (k, 2); none is (0, 2).

    Args:
        losses: (n, 2) loss and counted goal.
        reference: (counted, loss); points that do not lie below it in both are left out.
    """
    table = np.asarray(losses, dtype=np.float64).reshape(-1, 2)
    right, top = reference
    useful = table[(table[:, 0] < top) & (table[:, 1] < right)]
    front = np.unique(useful[pareto.non_dominated(useful)][:, ::-1], axis=0) if len(useful) else np.empty((0, 2))
    corners = []
    for x, y in front:
        corners += [(x, top), (x, y)]
        top = y
    return np.array([*corners, (right, top)]) if corners else np.empty((0, 2))


def area(losses: ArrayLike, reference: Sequence[float]) -> float:
    """The area between stairs and reference, in decades of the counted goal times the unit of the loss."""
    table = np.asarray(losses, dtype=np.float64).reshape(-1, 2)
    logged = np.column_stack([table[:, 0], np.log10(table[:, 1])])
    return pareto.hypervolume(logged, (reference[1], math.log10(reference[0])))


class Growth:
    """Searches with two goals, looked at trial by trial.

    Args:
        histories: sampler -> its search; of each trial the loss and a counted goal.
        reference: (counted, loss), the same for all.
        counted: what the second goal is, for the axis.
        loss: what the first is, with its unit.

    Raises:
        ValueError: there is no search, or the trials of one have no second loss.
    """

    def __init__(
        self,
        histories: Mapping[str, History],
        reference: tuple[float, float],
        counted: str = "operations a picture",
        loss: str = "rmse (grey levels)",
    ) -> None:
        self.losses = {name: np.asarray(one.points, dtype=np.float64) for name, one in histories.items()}
        shapes = {name: one.shape for name, one in self.losses.items()}
        if not shapes or any(len(shape) != 2 or shape[1] != 2 or not shape[0] for shape in shapes.values()):
            raise ValueError(f"a front on two axes needs trials with two losses, got {shapes or 'no search'}")
        self.reference, self.counted, self.loss = reference, counted, loss
        every = np.concatenate([*self.losses.values()])
        every = every[np.isfinite(every).all(axis=1)]
        self._low = np.minimum(every.min(axis=0), reference[::-1]) if len(every) else np.array(reference[::-1]) / 2
        self._high = np.maximum(every.max(axis=0), reference[::-1]) if len(every) else np.array(reference[::-1])

    @cached_property
    def areas(self) -> Mapping[str, Array]:
        """Sampler -> the area after each of its trials."""
        return {
            name: np.array([area(losses[: n + 1], self.reference) for n in range(len(losses))])
            for name, losses in self.losses.items()
        }

    @property
    def n_trials(self) -> int:
        """Of the longest search; a shorter one stands still at its end."""
        return max(map(len, self.losses.values()))

    def picture(self, sampler: str, n: int) -> Board:
        """The front of one search after n trials, and the areas of all."""
        losses = self.losses[sampler][:n]
        on_front = np.asarray(pareto.non_dominated(losses))
        counts = f"{int(on_front.sum())} of {len(losses)} trials on the front"
        failed = int((~np.isfinite(losses).all(axis=1)).sum())
        sentence = f"{sampler}: {counts}. Area {number(self.areas[sampler][len(losses) - 1])}."
        if failed:
            sentence += f" {failed} failed."
        if on_front.any():
            best, least = losses[on_front][np.argmin(losses[on_front], axis=0)]
            sentence += (
                f" Fewest {self.counted}: {least[1]:,.0f}, with a loss of {number(least[0])}; "
                f"lowest loss: {number(best[0])}, at {best[1]:,.0f}."
            )
        return Board([[self._front(sampler, losses, on_front)], [self._curves(sampler, len(losses))]], sentence)

    def player(self, label: str, start: int | None = None) -> Player:
        """``picture`` behind two dials: the sampler, and how many trials."""
        n = self.n_trials
        return Player.over(
            self.picture,
            label=label,
            play="n",
            start={"n": n if start is None else start},
            sampler=list(self.losses),
            n=Dial("trials", range(1, n + 1)),
        )

    def _front(self, sampler: str, losses: Array, on_front: NDArray[np.bool_]) -> Scene:
        look, (right, top) = style(sampler), self.reference
        layers: list[AnyLayer] = []
        corners = stairs(losses, self.reference)
        if len(corners):
            around = np.vstack([corners, [(right, top)]])
            layers += [
                Polygons(around[:, 0], around[:, 1], len(around), look.color, opacity=0.2, name="area won"),
                Line(corners[:, 0], corners[:, 1], look.color, width=2.5, name="stairs of the front"),
            ]
        known: NDArray[np.bool_] = np.asarray(np.isfinite(losses).all(axis=1))
        behind = losses[known & ~on_front]
        newest = losses[-1:][known[-1:]]
        layers += [
            Points(newest[:, 1], newest[:, 0], INK, "circle", 19.0, 0.35, outline=None, name="newest trial"),
            Points(behind[:, 1], behind[:, 0], GREY, "x", 8.0, 0.5, outline=None, name="dominated by now"),
            Points(losses[on_front, 1], losses[on_front, 0], look.color, look.symbol, 11.0, name="on the front"),
        ]
        layers.append(Points([right], [top], RED, "square", 11.0, name="reference"))
        room = 0.04 * (self._high[0] - self._low[0])
        return Scene(
            layers,
            Axis(self.counted, self._low[1] / MARGIN, self._high[1] * MARGIN, log=True),
            Axis(self.loss, self._low[0] - room, self._high[0] + room),
            title=f"{sampler}, {len(losses)} trials: area {number(self.areas[sampler][len(losses) - 1])}",
            aspect=0.5,
        )

    def _curves(self, sampler: str, n: int) -> Scene:
        layers: list[AnyLayer] = [Marks([n], across=True, color=GREY, dash="dot", width=1.5)]
        for name, areas in self.areas.items():
            look, mine = style(name), name == sampler
            trials = np.arange(1, len(areas) + 1)
            # levels and leaps: between two trials nothing is won
            x, y = np.repeat(trials, 2)[1:], np.repeat(areas, 2)[:-1]
            layers += [
                Line(x, y, look.color, look.dash, 3.0 if mine else 1.5, 1.0 if mine else 0.7),
                Points(trials[-1:], areas[-1:], look.color, look.symbol, 9.0, name=name),
            ]
        layers.append(Points([n], [self.areas[sampler][n - 1]], INK, "circle", 10.0, outline=GREY, name="now"))
        high = max(float(areas.max()) for areas in self.areas.values()) or 1.0
        last = self.n_trials
        return Scene(
            layers,
            Axis("trials", 0, last + 1, ticks=counting(last)),
            Axis("area", 0, 1.08 * high),
            title=AREA,
            aspect=0.24,
        )
