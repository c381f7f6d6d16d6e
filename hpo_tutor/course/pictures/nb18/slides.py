"""What does the talk of notebook 18 show of the results? One large thought a picture, in few words, for the last row.

l2      log10 of the penalty
noise   standard deviation of the noise on the pixels
error   share of test rows that are given the wrong class
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from hpo_tutor.course.pictures.nb18 import errors, field, overhead, rivals, rules, starts, tuning_sets
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.stage import Board, Scene
from hpo_tutor.scenes.ticks import number

FLAT, WIDE = 0.5, 0.66  # height over width: of a still, and beside a player's words


def swarm(table: pd.DataFrame, epoch: int, size: str = "shallow", surface: field.Field | None = None) -> Scene:
    """``starts.swarm``, with the medians alone.

    Args:
        table: of ``race.experiments.online.starts.load``.
        epoch: from 0, the start.
        size: of one network.
        surface: a map of losses, to lie under it.
    """
    scene = starts.swarm(table, size, epoch, surface)
    path = starts.places(starts.part(table, size))
    l2, noise = np.median(path[:, epoch], axis=0)
    told = f"Epoch {epoch}, {len(path)} starts. Medians: l2 {number(l2)}, noise {number(noise)}."
    return replace(scene, sentence=told, title="", aspect=WIDE)


def two_rules(table: pd.DataFrame, epoch: int, surface: field.Field | None = None) -> Board:
    """``rules.rules_board`` with the source's rule, and the median noise alone."""
    board = rules.rules_board(table, "source", epoch, surface)
    found = rules.same_starts(table, ("exact", "source"))
    right, other = (np.median(starts.places(rows)[:, epoch, 1]) for rows in found.values())
    return Board(
        board.rows, f"Epoch {epoch}. Median noise: {number(right)} and, in the source's program, {number(other)}."
    )


def worth(table: pd.DataFrame) -> Scene:
    """``errors.errors_scene``, the start's values against the end of T1-T2."""
    found = errors.compared(table, "before", "online")
    told = (
        f"{len(found.x)} starts: {int(found.bad.sum())} bad, {int(found.rescued.sum())} of them rescued; "
        f"{int(found.near.sum())} near the diagonal."
    )
    return replace(errors.errors_scene(table, "before", "online"), sentence=told, title="", aspect=WIDE)


def same_time(table: pd.DataFrame) -> Scene:
    """``rivals.rivals_scene``, with the means at the end alone."""
    found = summaries.race(table)
    last = found[found["units"] == found["units"].max()].set_index("method")
    names = [name for name in ("t1-t2", "random", "gp") if name in last.index]
    each = [
        f"{rivals.NAMES[name]} {100 * last.loc[name, 'low']:.2f} to {100 * last.loc[name, 'high']:.2f}"
        for name in names
    ]
    told = f"After {number(float(found['units'].max()))} units, 95\N{NO-BREAK SPACE}%: {', '.join(each)}."
    return replace(rivals.rivals_scene(table), sentence=told, title="", aspect=FLAT)


def gap(table: pd.DataFrame) -> Scene:
    """``tuning_sets.overfit_scene``, with the smallest T2 alone."""
    found = summaries.gaps(table)
    least = found[(found["n_tuning"] == found["n_tuning"].min()) & (found["knobs"] != "none")].sort_values("n_knobs")
    each = [f"{number(round(row['overfit'], 4))} nats with {row['n_knobs']}" for row in least.to_dict("records")]
    told = f"T2 of {int(least['n_tuning'].iloc[0])} rows, gap due to tuning: {', '.join(each)} hyperparameters."
    return replace(tuning_sets.overfit_scene(table), sentence=told, title="", aspect=FLAT)


def cost(table: pd.DataFrame) -> Scene:
    """``overhead.seconds_scene``, with the means alone."""
    means = overhead.paired(table).groupby("size")["overhead"].mean()
    each = [f"{size} {means[size]:.0f}\N{NO-BREAK SPACE}%" for size in starts.LOOKS if size in means.index]
    told = f"More time for an epoch: {', '.join(each)}."
    return replace(overhead.seconds_scene(table), sentence=told, title="", aspect=FLAT)
