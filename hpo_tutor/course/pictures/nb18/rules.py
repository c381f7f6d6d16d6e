"""What does the source's rule for the noise do, and what the right one? The same starts, moved by each.

exact   the hypergradient of the step that is really taken
sgd     that of a plain gradient step, as the formula has it
source  that of the source's program: for the noise, the direct effect of noise in T2's own pass
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb13.studies import strewn
from hpo_tutor.course.pictures.nb18 import field
from hpo_tutor.course.pictures.nb18.starts import NOISE, axes, below, part, places, recorded, walked
from hpo_tutor.scenes.layers import AnyLayer, Points, Segments
from hpo_tutor.scenes.looks import GREY, INK, ORANGE, PINK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

SIZE = "shallow"
LOOKS = {"exact": (ORANGE, "circle"), "sgd": (PINK, "diamond"), "source": (RED, "square")}
NAMES = {"exact": "the step really taken", "sgd": "formula of a plain step", "source": "the source's program"}
"""Rule -> what it is called in the picture."""
QUIET = 0.02  # noise below this counts as none
STREWN = 0.16  # rows that dots are spread over, either way


def same_starts(table: pd.DataFrame, rules: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Rule -> the runs of the shallow network from those starts that every rule has, in the same order.

    Args:
        table: of ``race.experiments.online.starts.load``.
        rules: of ``LOOKS``.

    Raises:
        ValueError: there is no such rule, it was not recorded, or the rules share no start.
    """
    if unknown := [rule for rule in rules if rule not in LOOKS]:
        raise ValueError(f"the rules are {', '.join(LOOKS)}; got {', '.join(unknown)}")
    found = {rule: part(table, SIZE, rule) for rule in rules}
    shared = set.intersection(*(set(rows["start"]) for rows in found.values()))
    if not shared:
        raise ValueError(f"{' and '.join(rules)} share no start; record them anew")
    return {rule: rows[rows["start"].isin(shared)].sort_values("start") for rule, rows in found.items()}


def rules_board(table: pd.DataFrame, other: str, epoch: int, surface: field.Field | None = None) -> Board:
    """The right rule beside another, from the same starts, after some epochs.

    Args:
        table: of ``race.experiments.online.starts.load``.
        other: "source" or "sgd".
        epoch: from 0, the start.
        surface: a map of losses of the shallow network, to lie under both.

    Raises:
        ValueError: there is no such rule or epoch.
    """
    found = {rule: places(rows) for rule, rows in same_starts(table, ("exact", other)).items()}
    return _drawn(found, epoch, below(surface), axes(surface))


def rules_player(
    table: pd.DataFrame | None = None,
    surface: field.Field | None = None,
    label: str = "The right rule beside another, from the same starts",
) -> Player:
    """``rules_board`` behind two dials: the other rule, and the epoch.

    Args:
        table: as of ``rules_board``; None is the recorded one.
        surface: likewise.
        label: a heading.
    """
    found = recorded() if table is None else table
    others = [rule for rule in ("source", "sgd") if rule in set(found["rule"])]
    paths = {
        other: {rule: places(rows) for rule, rows in same_starts(found, ("exact", other)).items()} for other in others
    }
    ground, both = below(surface), axes(surface)
    return Player.over(
        lambda other, epoch: _drawn(paths[other], epoch, ground, both),
        other=Dial("on the right", others, texts=[NAMES[rule] for rule in others]),
        epoch=Dial("epoch", range(paths[others[0]]["exact"].shape[1])),
        label=label,
        speed=6.0,
    )


def _drawn(paths: dict[str, Array], epoch: int, ground: Sequence[AnyLayer], both: tuple[Axis, Axis]) -> Board:
    scenes, told = [], []
    for rule, path in paths.items():
        layers = [*ground, *walked(path, epoch, *LOOKS[rule], name=NAMES[rule])]
        scenes.append(Scene(layers, *both, title=NAMES[rule].capitalize(), aspect=0.95, grid=False))
        l2, noise = np.median(path[:, epoch], axis=0)
        quiet = int((path[:, epoch, 1] < QUIET).sum())
        told.append(f"{NAMES[rule]}: median l2 {number(l2)}, median noise {number(noise)}, {quiet} below {QUIET:g}")
    n, said = len(paths["exact"]), "; ".join(told)
    return beside(*scenes, sentence=f"After epoch {epoch}, {n} starts. {said[0].upper()}{said[1:]}.")


def noise_ends(table: pd.DataFrame, rules: Sequence[str] | None = None) -> Scene:
    """Where the noise began and where it ended by each rule: a row for each, a symbol for each start.

    Args:
        table: of ``race.experiments.online.starts.load``.
        rules: of ``LOOKS``; None is all that were recorded.

    Raises:
        ValueError: as of ``same_starts``.
    """
    chosen = [rule for rule in LOOKS if rule in set(table["rule"])] if rules is None else list(rules)
    found = same_starts(table, chosen)
    first = next(iter(found.values()))["start_noise"].to_numpy(dtype=np.float64)
    rows: dict[str, tuple[Array, str, str]] = {"at the start": (first, GREY, "triangle-up")}
    for rule, runs in found.items():
        rows[NAMES[rule]] = (runs["end_noise"].to_numpy(dtype=np.float64), *LOOKS[rule])
    layers: list[AnyLayer] = []
    told = []
    for row, (name, (values, color, symbol)) in enumerate(rows.items()):
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        layers += [
            Points(values, -row + strewn(len(values), STREWN), color, symbol, 9.0, 0.8),
            Segments([low], [-row - 0.32], [high], [-row - 0.32], INK, width=5.0, name="middle half"),
            Points([middle], [-row - 0.32], INK, "diamond", 12.0, outline="#ffffff", name="median"),
        ]
        told.append(f"{name} {number(middle)} ({int((values < QUIET).sum())} below {QUIET:g})")
    room = 0.03 * (NOISE[1] - NOISE[0])
    across = Axis("input noise (share of white)", NOISE[0] - room, NOISE[1] + room)
    up = Axis("", 0.4 - len(rows), 0.5, ticks=[(-float(row), name) for row, name in enumerate(rows)])
    told_all = f"Median noise of {len(first)} starts: {'; '.join(told)}."
    return Scene(layers, across, up, told_all, "Where the noise ends", aspect=0.18 * len(rows))
