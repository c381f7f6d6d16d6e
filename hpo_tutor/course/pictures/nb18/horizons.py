"""When does a little more of a hyperparameter cost something? Losses after a move, epoch by epoch.

moved  a network whose penalty or noise was made a little larger, for good, at the beginning of a third of the training
extra  its loss on unseen (validation) rows less that of its twin, which was not moved; mean of the seeds
"""

from functools import cache

import numpy as np
import pandas as pd

from hpo_tutor.race.experiments.online import horizons as recording
from hpo_tutor.race.experiments.online.horizons import MORE, NOISES
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREEN, INK, ORANGE
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

LOOKS = {"early": (BLUE, "dot", "circle"), "middle": (GREEN, "dash", "square"), "late": (ORANGE, "solid", "diamond")}
"""Third at whose beginning a network was moved -> how its line looks."""
NAMES = {"input_noise": "noise", "l2": "penalty"}
UNITS = {"input_noise": "", "l2": " (log10)"}


@cache
def recorded() -> pd.DataFrame:
    """The table of the recorded networks on MNIST."""
    return recording.load()


def horizons_scene(table: pd.DataFrame, name: str, noise: float) -> Scene:
    """The extra loss after each epoch since the move, for the three moments of the move.

    Args:
        table: of ``race.experiments.online.horizons.load``.
        name: "input_noise" or "l2", what was made larger.
        noise: of the networks before.

    Raises:
        ValueError: there are no such networks.
    """
    found = recording.worth(table)
    rows = found[(found["name"] == name) & (found["noise"] == noise)]
    if rows.empty:
        there = found[["name", "noise"]].drop_duplicates().itertuples(index=False)
        known = ", ".join(f"{other} at {before:g}" for other, before in there)
        raise ValueError(f"nobody recorded {name} at noise {noise:g}; there is {known}")
    span = found[["mean", "low", "high"]].to_numpy(dtype=float)
    least, most = min(0.0, float(np.nanmin(span))), max(0.0, float(np.nanmax(span)))
    layers: list[AnyLayer] = [Marks([0.0], "y", across=True, color=INK, dash="dot", name="as its twin")]
    lines: list[AnyLayer] = []
    told = []
    for third, (color, dash, symbol) in LOOKS.items():
        own = rows[rows["third"] == third]
        x, mean, low, high = (own[end].to_numpy(dtype=float) for end in ("after", "mean", "low", "high"))
        if np.isfinite(low).all():
            layers.append(Band(x, low, high, color, 0.2))
        lines.append(Line(x, mean, color, dash, 2.5, name=f"more from the {third} third on"))
        lines.append(Points(x[-1:], mean[-1:], color, symbol, 11.0))
        told.append(f"{third} {_between(own.iloc[0])} after an epoch, {_between(own.iloc[-1])} in the end")
    n, words = int(rows["n_seeds"].min()), NAMES[name]
    interval = " (95\N{NO-BREAK SPACE}% interval)" if n > 1 else ""
    sentence = (
        f"{words.capitalize()} {number(MORE[name])}{UNITS[name]} larger, at noise {number(noise)}: extra loss in nats, "
        f"mean of {n} seed{'s' if n > 1 else ''}{interval}. Moved {'; '.join(told)}."
    )
    title = f"A little more {words}, at noise {number(noise)}"
    room = 0.05 * (most - least)
    across = Axis("epochs since the move", 0.0, float(found["after"].max()) + 0.5)
    up = Axis("extra loss on unseen rows (nats)", least - room, most + room)
    return Scene([*layers, *lines], across, up, sentence, title, aspect=0.62)


def horizons_player(
    table: pd.DataFrame | None = None, label: str = "A little more, from some epoch on: recorded on MNIST"
) -> Player:
    """``horizons_scene`` behind two dials: what was made larger, and the noise before.

    Args:
        table: of ``race.experiments.online.horizons.load``; None is the recorded one.
        label: a heading.
    """
    shown = recorded() if table is None else table
    noises = [noise for noise in NOISES if noise in set(shown["noise"])]
    return Player.over(
        lambda noise, name: horizons_scene(shown, name, noise),
        noise=Dial("noise before", noises, texts=[number(noise) for noise in noises]),
        name=Dial("a little more", list(NAMES), texts=list(NAMES.values())),
        start={"noise": noises[-1]},
        label=label,
    )


def _between(row: pd.Series) -> str:
    """Mean and interval, if there is one; no minus zero."""
    mean, low, high = (round(float(row[end]), 4) + 0.0 for end in ("mean", "low", "high"))
    return f"{number(mean)} ({number(low)} to {number(high)})" if np.isfinite(low) else number(mean)
