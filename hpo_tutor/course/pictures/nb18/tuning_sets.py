"""How many rows does T2 need? With few of them, hyperparameters fit these rows and no others.

few, many  hyperparameters: a penalty and the input's noise; or both for each layer
T2         the rows by which they were tuned: the loss on them is too good
unseen     validation rows, which nothing was tuned on
gap        loss on unseen rows minus loss on T2's. Some rows are easy by chance, so it is compared with the gap of
           networks that were not tuned, on the same rows: what is left is overfitting
"""

from functools import cache

import numpy as np
import pandas as pd

from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.race.experiments.online import tuning_sets as recording
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREY, INK, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number

LOOKS = {"few": (ORANGE, "solid", "circle"), "many": (RED, "dash", "square")}
APART = 1.04  # factor between the intervals of few and many, which would cover each other


@cache
def recorded() -> pd.DataFrame:
    """The table of the recorded networks on MNIST."""
    return recording.load()


def losses_scene(table: pd.DataFrame, knobs: str) -> Scene:
    """Losses on T2 and on unseen rows against the number of T2's rows; the gap is shaded.

    Args:
        table: of ``race.experiments.online.tuning_sets.load``.
        knobs: "few", "many" or "none".

    Raises:
        ValueError: there are no such networks.
    """
    found = summaries.gaps(table)
    rows = found[found["knobs"] == knobs].sort_values("n_tuning")
    if rows.empty:
        raise ValueError(f"the table has {', '.join(found['knobs'].unique())}; got {knobs!r}")
    n, own, unseen = (rows[name].to_numpy(dtype=float) for name in ("n_tuning", "tuning_loss", "validation_loss"))
    every = found[["tuning_loss", "validation_loss"]].to_numpy(dtype=float)
    room = 0.06 * float(np.ptp(every))
    layers: list[AnyLayer] = [
        Band(n, own, unseen, GREY, 0.3, name="gap"),
        Line(n, unseen, INK, "solid", 2.0, name="unseen rows"),
        Points(n, unseen, INK, "circle", 8.0),
        Line(n, own, BLUE, "dash", 2.0, name="T2's own rows"),
        Points(n, own, BLUE, "square", 8.0),
    ]
    n_knobs = int(rows["n_knobs"].iloc[0])
    words = f"{n_knobs} hyperparameters" if n_knobs else "nothing tuned"
    told = ", ".join(f"{number(b - a)} nats with {int(k):,}" for k, a, b in zip(n, own, unseen, strict=True))
    up = Axis("loss (nats)", float(every.min()) - room, float(every.max()) + room)
    return Scene(layers, _across(found), up, f"{words[0].upper()}{words[1:]}: gap {told} rows.", words, aspect=0.8)


def overfit_scene(table: pd.DataFrame) -> Scene:
    """The gap beyond that of networks which were not tuned, mean and 95 % interval, for few and many hyperparameters.

    Args:
        table: of ``race.experiments.online.tuning_sets.load``.

    Raises:
        ValueError: the table lacks networks that were not tuned.
    """
    found = summaries.gaps(table)
    if "none" not in set(found["knobs"]):
        raise ValueError("the gap is compared with networks that were not tuned; the table has none, record them")
    layers: list[AnyLayer] = [Marks([0.0], "y", across=True, color=INK, dash="dot", name="as without tuning")]
    said = []
    for place, (knobs, (color, dash, symbol)) in enumerate(LOOKS.items()):
        rows = found[found["knobs"] == knobs].sort_values("n_tuning")
        if rows.empty:
            continue
        name = f"{int(rows['n_knobs'].iloc[0])} hyperparameters"
        x = rows["n_tuning"].to_numpy(dtype=float) * APART ** (2 * place - 1)
        mean, low, high = (rows[end].to_numpy(dtype=float) for end in ("overfit", "overfit_low", "overfit_high"))
        layers.append(Segments(x, low, x, high, color, width=2.0))
        layers.append(Line(x, mean, color, dash, 2.0, name=name))
        layers.append(Points(x, mean, color, symbol, 9.0))
        first, last = rows.iloc[0], rows.iloc[-1]
        said.append(
            f"{name}: {_between(first)} with {int(first['n_tuning']):,} rows, {_between(last)} with "
            f"{int(last['n_tuning']):,}"
        )
    every = found.loc[found["knobs"] != "none", ["overfit", "overfit_low", "overfit_high"]].to_numpy(dtype=float)
    least, most = min(0.0, float(np.nanmin(every))), max(0.0, float(np.nanmax(every)))
    room = 0.06 * (most - least)
    sentence = f"Gap beyond that without tuning, nats, mean of {int(found['n_seeds'].max())} seeds. {'; '.join(said)}."
    up = Axis("gap due to tuning (nats)", least - room, most + room)
    return Scene(layers, _across(found), up, sentence, "What tuning adds to the gap", aspect=0.4)


def tuning_sets_board(table: pd.DataFrame | None = None) -> Board:
    """Losses with few and with many hyperparameters side by side, and below what tuning adds to the gap.

    The lower part needs networks that were not tuned.

    Args:
        table: of ``race.experiments.online.tuning_sets.load``; None is the recorded one.
    """
    shown = recorded() if table is None else table
    known = [knobs for knobs in LOOKS if knobs in set(shown["knobs"])]
    rows = [[losses_scene(shown, knobs) for knobs in known]]
    return Board([*rows, [overfit_scene(shown)]] if "none" in set(shown["knobs"]) else rows)


def _across(found: pd.DataFrame) -> Axis:
    sizes = sorted({int(n) for n in found["n_tuning"]})
    ticks = [(float(n), f"{n:,}") for n in sizes]
    return Axis("rows of T2", sizes[0] / 1.25, sizes[-1] * 1.25, log=True, ticks=ticks)


def _between(row: pd.Series) -> str:
    """Mean and interval."""
    mean, low, high = (number(round(float(row[end]), 4) + 0.0) for end in ("overfit", "overfit_low", "overfit_high"))
    return f"{mean} ({low} to {high})"
