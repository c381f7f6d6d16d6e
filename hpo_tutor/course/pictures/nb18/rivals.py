"""Who has the smaller test error after the same training time: T1-T2, random search or Bayesian optimisation?

units   training time; 1 is one plain training on T1. A run of T1-T2 takes 1 and its overhead
chosen  of the trainings that are over, the one with the smallest loss on validation rows, which nobody learns from
error   of the chosen network on test rows; mean over the seeds, with its 95 % interval (Student's). Differences from
        T1-T2 are taken seed by seed, and their 95 % intervals are resampled; they need two seeds
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd

from hpo_tutor.race.experiments.online import rivals as recording
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments
from hpo_tutor.scenes.looks import ORANGE, SKY, Style, style
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

NAMES = {
    "t1-t2": "T1-T2",
    "random": "random search",
    "gp": "Bayesian optimisation",
    "random-all": "random search, T1 and T2",
}
LOOKS = {
    "t1-t2": Style(ORANGE, "solid", "diamond"),
    "random": style("random"),
    "gp": style("gp"),
    "random-all": Style(SKY, "dash", "triangle-up"),
}
QUANTITIES = {"test error (%)": ("test_error", 100.0), "test loss (nats)": ("test_loss", 1.0)}
"""Label of the axis -> column, and in how many units 1 is."""
APART = 0.08  # units between the intervals of two methods, which would cover each other


@cache
def recorded() -> pd.DataFrame:
    """The table of the recorded comparison on MNIST."""
    return recording.load()


def rivals_scene(
    table: pd.DataFrame, quantity: str = "test error (%)", methods: Sequence[str] = ("t1-t2", "random", "gp")
) -> Scene:
    """Mean and interval of each method against training time.

    Args:
        table: of ``race.experiments.online.rivals.load``.
        quantity: of ``QUANTITIES``.
        methods: of ``NAMES``; those that were not recorded are left out.

    Raises:
        ValueError: there is no such quantity or method, or none was recorded.
    """
    if quantity not in QUANTITIES:
        raise ValueError(f"the quantity is one of {', '.join(QUANTITIES)}; got {quantity!r}")
    if unknown := [name for name in methods if name not in NAMES]:
        raise ValueError(f"the methods are {', '.join(NAMES)}; got {', '.join(unknown)}")
    column, scale = QUANTITIES[quantity]
    found = summaries.race(table, column)
    shown = [name for name in methods if name in set(found["method"])]
    if not shown:
        raise ValueError(f"none of {', '.join(methods)} was recorded; there are {', '.join(found['method'].unique())}")
    layers: list[AnyLayer] = []
    points: list[AnyLayer] = []
    for place, name in enumerate(shown):
        rows, look = found[found["method"] == name], LOOKS[name]
        x = rows["units"].to_numpy(dtype=float) + APART * (place - (len(shown) - 1) / 2)
        mean, low, high = (scale * rows[end].to_numpy(dtype=float) for end in ("mean", "low", "high"))
        whole = rows["units"].to_numpy(dtype=float) % 1 == 0  # more intervals would hide each other
        sure = whole & np.isfinite(low)  # one seed has no interval
        layers.append(Segments(x[sure], low[sure], x[sure], high[sure], look.color, width=2.0, opacity=0.7))
        points.append(Line(x, mean, look.color, look.dash, 2.0, name=NAMES[name]))
        points.append(Points(x[whole], mean[whole], look.color, look.symbol, 9.0))
    span = found[found["method"].isin(shown)][["mean", "low", "high"]].to_numpy(dtype=float) * scale
    least, most = float(pd.DataFrame(span).min().min()), float(pd.DataFrame(span).max().max())
    room = 0.05 * (most - least)
    ticks = [(float(at), str(at)) for at in range(1, int(found["units"].max()) + 1)]
    across = Axis("training time (plain trainings)", 0.7, float(found["units"].max()) + 0.3, ticks=ticks)
    up = Axis(quantity, least - room, most + room)
    return Scene([*layers, *points], across, up, _sentence(table, found, shown, quantity), aspect=0.6)


def rivals_player(table: pd.DataFrame | None = None, label: str = "The same training time for each") -> Player:
    """``rivals_scene`` behind two dials: what is shown, and whether a search that may learn from T2 takes part.

    Args:
        table: of ``race.experiments.online.rivals.load``; None is the recorded one.
        label: a heading.
    """
    shown = recorded() if table is None else table
    groups = {"T1 for weights": ("t1-t2", "random", "gp")}
    if "random-all" in set(shown["method"]):
        groups["random search learns from T2, too"] = ("t1-t2", "random", "random-all")
    return Player.over(
        lambda quantity, rows: rivals_scene(shown, quantity, groups[rows]),
        quantity=Dial("show", tuple(QUANTITIES)),
        rows=Dial("rows", tuple(groups)),
        label=label,
    )


def _sentence(table: pd.DataFrame, found: pd.DataFrame, shown: Sequence[str], quantity: str) -> str:
    column, scale = QUANTITIES[quantity]
    here = found[found["method"].isin(shown)]
    moments = sorted(here["units"].unique())
    shared = (at for at in moments if set(shown) <= set(here.loc[here["units"] == at, "method"]))
    first, last = next(shared, None), moments[-1]
    told = []
    for moment in sorted({last} if first is None else {first, last}):
        rows = here[here["units"] == moment].set_index("method")
        each = [f"{NAMES[name]} {_between(rows.loc[name], scale)}" for name in shown if name in rows.index]
        told.append(f"After {number(moment)} units: {', '.join(each)}.")
    words, least, most = quantity[0].upper() + quantity[1:], int(here["n_seeds"].min()), int(here["n_seeds"].max())
    n = f"{'at least ' if least < most else ''}{least} seed{'s' if most > 1 else ''}"
    interval = " and its 95\N{NO-BREAK SPACE}% interval (Student's)" if most > 1 else ""
    return f"{words}, mean of {n}{interval}. {' '.join(told)}" + _differences(table, last, shown, column, scale)


def _differences(table: pd.DataFrame, moment: float, shown: Sequence[str], column: str, scale: float) -> str:
    """Of each method from T1-T2, where at least two seeds have both."""
    others = [name for name in shown if name != "t1-t2"]
    now = summaries.choices(table, units=(moment,)).pivot_table(index="seed", columns="method", values=column)
    told = []
    for name in others if "t1-t2" in shown else []:
        if not {name, "t1-t2"} <= set(now):
            continue
        beside = {name, "t1-t2", "random"}  # time is counted in trainings of random search
        if len(now[[method for method in now if method in beside]].dropna()) < 2:
            continue
        pair = table[table["method"].isin(beside)]
        rows = summaries.race_differences(pair, moment, column=column).set_index("a")
        told.append(f"{NAMES[name]} {_between(rows.loc[[name]].iloc[0], scale)}")
    if not told:
        return ""
    return f" Minus T1-T2 then, seed by seed, with 95\N{NO-BREAK SPACE}% interval (resampled): {', '.join(told)}."


def _between(row: pd.Series, scale: float) -> str:
    """Mean and interval, if there is one; no minus zero."""
    mean, low, high = (round(scale * float(row[end]), 4) + 0.0 for end in ("mean", "low", "high"))
    return f"{number(mean)} ({number(low)} to {number(high)})" if np.isfinite(low) else number(mean)
