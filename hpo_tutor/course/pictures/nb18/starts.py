"""Where do hyperparameters walk that start at random? A swarm of recorded runs of T1-T2, epoch by epoch.

l2      log10 of the penalty
noise   standard deviation of the noise on the pixels; 1 is the way from black to white
size    of the network: "shallow", "medium" or "deep"
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb18 import field, field_map
from hpo_tutor.race.experiments.online import starts as recording
from hpo_tutor.scenes.layers import AnyLayer, Line, Points
from hpo_tutor.scenes.looks import GREEN, ORANGE, SKY
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

LOOKS = {"shallow": (ORANGE, "circle"), "medium": (GREEN, "square"), "deep": (SKY, "triangle-up")}
"""Size of a network -> colour and symbol, in every picture of the starts."""
ALL = "all sizes"
L2 = (-5.5, -2.5)
NOISE = (0.0, 0.8)
ROOM = 0.1  # beside the ranges, as a share of them; as on the map of the field
EDGE = 0.01  # how near to an end of its range a value counts as lying on it, as a share of the range
ASPECT = 0.8
DOT, START = 11.0, 6.0  # pixels


@cache
def recorded() -> pd.DataFrame:
    """The table of the recorded starts on MNIST."""
    return recording.load()


def part(table: pd.DataFrame, size: str | None = None, rule: str = "exact") -> pd.DataFrame:
    """The runs of one rule, of one size or of all.

    Args:
        table: of ``race.experiments.online.starts.load``.
        size: None is all.
        rule: "exact", "sgd", "source" or "slow".

    Raises:
        ValueError: there is none.
    """
    here: pd.DataFrame = table[(table["rule"] == rule) & (table["size"] == size if size else True)]
    here = here[here["full"] == here["full"].min()]  # the source's own networks only where there are no others
    if here.empty:
        known = ", ".join(sorted({f"{one} {other}" for one, other in zip(table["size"], table["rule"], strict=True)}))
        raise ValueError(f"no start was recorded for {size or 'any size'} with the rule {rule!r}; there are: {known}")
    return here


def places(rows: pd.DataFrame) -> Array:
    """Where each run stood after each epoch, shape (K, n_epochs + 1, 2), l2 and noise."""
    return np.stack([np.array(rows[f"path_{name}"].tolist(), dtype=np.float64) for name in ("l2", "input_noise")], -1)


def quartiles(values: Array) -> Array:
    """First quartile, median and third of each column, shape (3, n)."""
    return np.quantile(values, [0.25, 0.5, 0.75], axis=0)


def n_on_edge(values: Array) -> int:
    """How many of K places (K, 2) lie on an end of the range of l2 or of the noise."""
    low, high = np.array([L2, NOISE]).T
    near = EDGE * (high - low)
    return int(((values <= low + near) | (values >= high - near)).any(axis=1).sum())


def swarm(table: pd.DataFrame, size: str, epoch: int, surface: field.Field | None = None) -> Scene:
    """All starts of a size, or of all sizes, after some epochs.

    Args:
        table: of ``race.experiments.online.starts.load``.
        size: of ``LOOKS``, or "all sizes".
        epoch: from 0, the start.
        surface: a map of losses of the shallow network, to lie under it; None leaves it out.

    Raises:
        ValueError: there is no such size or epoch.
    """
    if size != ALL and size not in LOOKS:
        raise ValueError(f"the size is one of {', '.join((*LOOKS, ALL))}; got {size!r}")
    sizes = [name for name in LOOKS if name in set(table["size"])] if size == ALL else [size]
    return _drawn({name: places(part(table, name)) for name in sizes}, epoch, below(surface), axes(surface))


def swarm_player(
    table: pd.DataFrame | None = None,
    surface: field.Field | None = None,
    label: str = "Starts at random, tuned while they train",
) -> Player:
    """``swarm`` behind two dials: the size, and the epoch.

    Args:
        table: as of ``swarm``; None is the recorded one.
        surface: likewise.
        label: a heading.
    """
    found = recorded() if table is None else table
    paths = {name: places(part(found, name)) for name in LOOKS if name in set(found["size"])}
    known, ground, both = list(paths), below(surface), axes(surface)

    def made(size: str, epoch: int) -> Scene:
        return _drawn(paths if size == ALL else {size: paths[size]}, epoch, ground, both)

    return Player.over(
        made,
        size=Dial("network", [*known, ALL] if len(known) > 1 else known),
        epoch=Dial("epoch", range(next(iter(paths.values())).shape[1])),
        label=label,
        speed=6.0,
    )


# --- what is drawn ---


def axes(surface: field.Field | None = None) -> tuple[Axis, Axis]:
    """Of both hyperparameters, those of the map if there is one."""
    if surface is not None:
        return field_map.axes(surface)
    x, y = ((low - ROOM * (high - low), high + ROOM * (high - low)) for low, high in (L2, NOISE))
    return Axis("l2, log₁₀ of the penalty", *x), Axis("input noise (share of white)", *y)


def below(surface: field.Field | None) -> Sequence[AnyLayer]:
    """What lies under the paths: the map with its lowest place, or nothing."""
    return [] if surface is None else [field_map.surface(surface), field_map.lowest(surface)]


def _drawn(paths: dict[str, Array], epoch: int, ground: Sequence[AnyLayer], both: tuple[Axis, Axis]) -> Scene:
    """The map is that of the shallow network, and lies under no other."""
    layers = [*ground] if list(paths) == ["shallow"] else []
    for name, path in paths.items():
        layers += walked(path, epoch, *LOOKS[name], name=name)
    title = f"{'All sizes' if len(paths) > 1 else next(iter(paths)).capitalize()}: after epoch {epoch}"
    return Scene(layers, *both, _sentence(paths, epoch), title, aspect=ASPECT, grid=False)


def walked(path: Array, epoch: int, color: str, symbol: str, name: str) -> Sequence[AnyLayer]:
    """The paths (K, n_epochs + 1, 2) up to an epoch: where they began, a thin line, and a dot where they are.

    Raises:
        ValueError: there is no such epoch.
    """
    n_runs, n_points, _ = path.shape
    if not 0 <= epoch < n_points:
        raise ValueError(f"epochs were recorded from 0, the start, to {n_points - 1}; got {epoch}")
    gap = np.full((n_runs, 1, 2), np.nan)
    x, y = np.concatenate([path[:, : epoch + 1], gap], axis=1).reshape(-1, 2).T
    (x0, y0), (x1, y1) = path[:, 0].T, path[:, epoch].T
    return [
        Line(x, y, color, "solid", 1.5, 0.6),
        Points(x0, y0, "#ffffff", "circle", START, outline="#000000", name="start"),
        Points(x1, y1, color, symbol, DOT, name=name),
    ]


def _sentence(paths: dict[str, Array], epoch: int) -> str:
    n_epochs = next(iter(paths.values())).shape[1] - 1
    start = f"After epoch {epoch} of {n_epochs}." if epoch else f"Before the first of {n_epochs} epochs."
    if len(paths) > 1:
        told = []
        for name, path in paths.items():
            middle = quartiles(path[:, epoch])[1]
            told.append(f"{name} l2 {number(middle[0])} and noise {number(middle[1])}")
        n = sum(n_on_edge(path[:, epoch]) for path in paths.values())
        return f"{start} Medians: {'; '.join(told)}. On the edge of a range: {n} of {sum(map(len, paths.values()))}."
    (path,) = paths.values()
    now, first = (_span(quartiles(path[:, at])) for at in (epoch, 0))
    was = f" At the start it lay {first}." if epoch else ""
    n = n_on_edge(path[:, epoch])
    return f"{start} The middle half of {len(path)} runs lies {now}.{was} On the edge of a range: {n}."


def _span(found: Array) -> str:
    """From the first to the third quartile."""
    (l2, noise), (more_l2, more_noise) = found[0], found[2]
    return f"at l2 {number(l2)} to {number(more_l2)} and noise {number(noise)} to {number(more_noise)}"
