"""How many rows does T2 need? What unseen rows gain from tuning says whether they are a good guide.

few, many  hyperparameters: a penalty and the input's noise; or both for each layer
T2         the rows by which they were tuned
unseen     validation rows, which nothing was tuned on
held       networks whose hyperparameters stayed where they began
gap        loss on unseen rows minus loss on T2's. Some rows are easy by chance, and it is compared with the gap of held
           networks on the same rows. What is left is no measure of overfitting alone; see ``summaries.gaps``
"""

from functools import cache

import numpy as np
import pandas as pd

from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.race.experiments.online import tuning_sets as recording
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number

LOOKS = {"few": (ORANGE, "solid", "circle"), "many": (RED, "dash", "square")}
APART = 1.04  # factor between the intervals of few and many, which would cover each other


@cache
def recorded() -> pd.DataFrame:
    """The table of the recorded networks on MNIST."""
    return recording.load()


def losses_scene(table: pd.DataFrame, knobs: str) -> Scene:
    """Losses on T2 and on unseen rows against the number of T2's rows, and what held networks lose on the latter.

    The gap is shaded.

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
    held = found[found["knobs"] == "none"].sort_values("n_tuning")
    if knobs != "none" and len(held):
        x, y = (held[name].to_numpy(dtype=float) for name in ("n_tuning", "validation_loss"))
        layers.append(Line(x, y, GREEN, "dot", 2.5, name="unseen rows, nothing tuned"))
    n_knobs = int(rows["n_knobs"].iloc[0])
    words = f"{n_knobs} hyperparameters" if n_knobs else "nothing tuned"
    up = Axis("loss (nats)", float(every.min()) - room, float(every.max()) + room)
    return Scene(layers, _across(found), up, f"{words[0].upper()}{words[1:]}: {_losses(rows)}", words, aspect=0.8)


def overfit_scene(table: pd.DataFrame) -> Scene:
    """The gap less that of held networks, mean and 95 % interval, for few and many hyperparameters.

    Args:
        table: of ``race.experiments.online.tuning_sets.load``.

    Raises:
        ValueError: the table lacks networks that were not tuned.
    """
    found = summaries.gaps(table)
    if "none" not in set(found["knobs"]):
        raise ValueError("the gap is compared with that of networks that were not tuned; record them, there are none")
    layers: list[AnyLayer] = [Marks([0.0], "y", across=True, color=INK, dash="dot", name="as of held networks")]
    said = []
    for place, (knobs, (color, dash, symbol)) in enumerate(LOOKS.items()):
        rows = found[found["knobs"] == knobs].sort_values("n_tuning")
        if rows.empty:
            continue
        name = f"{int(rows['n_knobs'].iloc[0])} hyperparameters"
        x = rows["n_tuning"].to_numpy(dtype=float) * APART ** (2 * place - 1)
        mean, low, high = (rows[end].to_numpy(dtype=float) for end in ("overfit", "overfit_low", "overfit_high"))
        sure = np.isfinite(low)  # one seed has no interval
        layers.append(Segments(x[sure], low[sure], x[sure], high[sure], color, width=2.0))
        layers.append(Line(x, mean, color, dash, 2.0, name=name))
        layers.append(Points(x, mean, color, symbol, 9.0))
        first, last = rows.iloc[0], rows.iloc[-1]
        said.append(
            f"{name}: {_between(first, 'overfit')} with {int(first['n_tuning']):,} rows, {_between(last, 'overfit')} "
            f"with {int(last['n_tuning']):,}"
        )
    every = found.loc[found["knobs"] != "none", ["overfit", "overfit_low", "overfit_high"]].to_numpy(dtype=float)
    least, most = min(0.0, float(np.nanmin(every))), max(0.0, float(np.nanmax(every)))
    room = 0.06 * (most - least)
    n = int(found["n_seeds"].min())
    sentence = (
        f"Gap less that of held networks, nats, mean of {n} seed{'s' if n > 1 else ''} "
        f"(95\N{NO-BREAK SPACE}% interval). {'; '.join(said)}. It mixes luck with tuning, for where the loss is "
        "smaller, luck is, too: above 0 would be a sign of overfitting, below 0 says nothing of it."
    )
    up = Axis("difference of gaps (nats)", least - room, most + room)
    return Scene(layers, _across(found), up, sentence, "Gap less that of held networks", aspect=0.4)


def tuning_sets_board(table: pd.DataFrame | None = None) -> Board:
    """Losses with few and with many hyperparameters side by side, and below the gap less that of held networks.

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


def _losses(rows: pd.DataFrame) -> str:
    """On unseen rows with the fewest and the most rows of T2, and what was gained by tuning."""
    first, last = rows.iloc[0], rows.iloc[-1]
    few, most = (f"{int(row['n_tuning']):,}" for row in (first, last))
    loss = [number(round(float(row["validation_loss"]), 3)) for row in (first, last)]
    told = f"loss on unseen rows {loss[0]} nats with {few} rows of T2, {loss[1]} with {most}"
    if np.isfinite(first["behind"]):
        told += f"; {few} less {most}, seed by seed, {_between(first, 'behind')}"
    if np.isfinite(first["gain"]):
        told += f". Gained by tuning {_between(first, 'gain')} and {_between(last, 'gain')}"
    return f"{told}."


def _between(row: pd.Series, name: str) -> str:
    """Mean and interval, if there is one; no minus zero."""
    mean, low, high = (round(float(row[name + end]), 3) + 0.0 for end in ("", "_low", "_high"))
    return f"{number(mean)} ({number(low)} to {number(high)})" if np.isfinite(low) else number(mean)
