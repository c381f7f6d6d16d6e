"""What is T1-T2 worth to each start? Test errors before, while and after it was tuned.

before   a plain training with the start's values held
online   the network that T1-T2 trained
after    a fresh plain training with the values at which T1-T2 ended
limit    of a size: the test error above which a start is bad; see ``summaries.limits``
rescued  bad before, and at most the limit then
near     two errors differ by a quarter of a per cent at most. Luck can do that, and sometimes more: how often, the end
         of T1-T2 and the fresh training with its values say
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb18.starts import ALL, LOOKS, part, recorded
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import linear, logarithmic, number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

STAGES = {"before": "start's values", "online": "end of T1-T2", "after": "fresh training, tuned values"}
SAID = {"before": "with the start's values", "online": "at the end of T1-T2", "after": "with the tuned values, afresh"}
PAIRS = {
    "start, end of T1-T2": ("before", "online"),
    "start, tuned values": ("before", "after"),
    "tuned values, end of T1-T2": ("after", "online"),
}
"""What the dial offers -> across and up."""
DOT, RING = 10.0, 18.0  # pixels
SCALE = {"triangle-up": 1.25}  # of symbols that look smaller than they are wide
ROOM = 1.12  # beyond the smallest and the largest error, as a factor


class Errors(NamedTuple):
    """Two test errors of each of K starts, shares.

    Attributes:
        x, y: (K,); nan where a network diverged.
        sizes: (K,) of the networks.
        bad: (K,) whether x is above the limit of its size; a network that diverged is.
        good: (K,) whether y is not.
        near: (K,) whether both are as good as equal.
        better, worse: (K,) whether y is smaller, or larger, by more than that; a network that diverged is worst.
    """

    x: Array
    y: Array
    sizes: NDArray[np.str_]
    bad: NDArray[np.bool_]
    good: NDArray[np.bool_]
    near: NDArray[np.bool_]
    better: NDArray[np.bool_]
    worse: NDArray[np.bool_]

    @property
    def rescued(self) -> NDArray[np.bool_]:
        """Bad across, good up; (K,)."""
        return self.bad & self.good


def limits(table: pd.DataFrame) -> dict[str, float]:
    """Size -> the test error above which a start is bad: a multiple of the median at the end of T1-T2."""
    return {size: limit for (_, size), limit in summaries.limits(part(table)).items()}


def compared(table: pd.DataFrame, across: str = "before", up: str = "online", size: str = ALL) -> Errors:
    """Two errors of each start by the right rule.

    Args:
        table: of ``race.experiments.online.starts.load``.
        across: of ``STAGES``.
        up: likewise.
        size: of the network, or "all sizes".

    Raises:
        ValueError: there is no such stage or size.
    """
    for stage in (across, up):
        if stage not in STAGES:
            raise ValueError(f"the stages are {', '.join(STAGES)}; got {stage!r}")
    rows = part(table, None if size == ALL else size)
    x, y = (rows[f"{stage}_test_error"].to_numpy(dtype=np.float64) for stage in (across, up))
    line = rows["size"].map(limits(table)).to_numpy(dtype=np.float64)
    return Errors(x, y, rows["size"].to_numpy(dtype=np.str_), *summaries.judged(x, y, line))


def errors_scene(table: pd.DataFrame, across: str = "before", up: str = "online", size: str = ALL) -> Scene:
    """A symbol for each start, one of its test errors against another; the rescued ones are ringed.

    Args:
        table: of ``race.experiments.online.starts.load``.
        across: of ``STAGES``.
        up: likewise.
        size: of the network, or "all sizes".

    Raises:
        ValueError: there is no such stage or size.
    """
    found = compared(table, across, up, size)
    every = 100 * part(table)[[f"{stage}_test_error" for stage in STAGES]].to_numpy(dtype=np.float64)
    low, high = float(np.nanmin(every)) / ROOM, float(np.nanmax(every)) * ROOM
    grid, near = np.geomspace(low, high, 80), 100 * summaries.NEAR
    layers: list[AnyLayer] = [
        Band(
            grid, np.maximum(grid - near, low / 2), grid + near, GREY, 0.3,
            name=f"differ by at most {near:g} points",
        ),
        Line(grid, grid, INK, "dash", 1.5, name="equal"),
    ]  # fmt: skip
    if across == "before":
        at = 100 * limits(table)[size] if size != ALL else np.nan
        if np.isfinite(at):
            layers.append(Marks([at], across=True, color=RED, dash="dot", name="limit: worse is bad"))
            layers.append(Marks([at], "y", across=True, color=RED, dash="dot"))
        x, y = 100 * found.x[found.rescued], 100 * found.y[found.rescued]
        layers.append(Points(x, y, BLUE, "circle", RING, outline=None, name="rescued"))
    for name, (color, symbol) in LOOKS.items():
        own = found.sizes == name
        if own.any():
            layers.append(
                Points(100 * found.x[own], 100 * found.y[own], color, symbol, DOT * SCALE.get(symbol, 1.0), name=name)
            )
    ticks = linear(low, high) if high < 3 * low else logarithmic(low, high)
    labels = [f"test error, {STAGES[stage]} (%)" for stage in (across, up)]
    x_axis, y_axis = (Axis(label, low, high, log=True, ticks=ticks) for label in labels)
    title = f"{STAGES[up][0].upper()}{STAGES[up][1:]}, against {STAGES[across]}"
    told = _sentence(found, across, up, compared(table, "after", "online", size))
    return Scene(layers, x_axis, y_axis, told, title, aspect=0.9)


def errors_player(table: pd.DataFrame | None = None, label: str = "What tuning was worth, start by start") -> Player:
    """``errors_scene`` behind two dials: which errors, and the size.

    Args:
        table: of ``race.experiments.online.starts.load``; None is the recorded one.
        label: a heading.
    """
    shown = recorded() if table is None else table
    known = [name for name in LOOKS if name in set(part(shown)["size"])]
    return Player.over(
        lambda pair, size: errors_scene(shown, *PAIRS[pair], size),
        pair=Dial("across, up", tuple(PAIRS)),
        size=Dial("network", [ALL, *known]),
        label=label,
    )


def _sentence(found: Errors, across: str, up: str, lucky: Errors) -> str:
    """Lucky are the errors of networks that are as good as equal but for luck."""
    n = len(found.x)
    told = (
        f"Of {n} starts, {_share(found.near.sum(), n)} lie near the diagonal, {int(found.better.sum())} below it "
        f"(better), {int(found.worse.sum())} above."
    )
    if across == "before":
        if np.isfinite(lucky.x).any():
            told += (
                f" Tuned values, used afresh, and the end of T1-T2 are near for {_share(lucky.near.sum(), n)}: "
                "better and worse include luck."
            )
        spoilt = int((~found.bad & ~found.good).sum())
        told += (
            f" Bad at the start: {_share(found.bad.sum(), n)}; of these {int(found.rescued.sum())} are rescued. "
            f"Spoilt, good before and bad then: {spoilt}."
        )
    medians = [number(100 * summaries.middle(some)) for some in (found.x, found.y)]
    each = [f"{median}\N{NO-BREAK SPACE}% {SAID[stage]}" for median, stage in zip(medians, (across, up), strict=True)]
    told += f" Median test error: {each[0]}, {each[1]}."
    lost = int((~np.isfinite(found.x) | ~np.isfinite(found.y)).sum())
    return told + (f" Not shown, because they diverged: {lost}." if lost else "")


def _share(n: int, of: int) -> str:
    return f"{int(n)} ({100 * n / of:.0f}\N{NO-BREAK SPACE}%)"
