"""What is switched off, and who is credited all the same? Two switches, the sliders behind them, and importance bars.

setting   a value for every hyperparameter, also for those of layers that are not there, as a flat space has it
alive     those that exist at these switches; the others are dead: no network looks at their values
credit    importance of a hyperparameter in a flat space, 0..1; mean and standard deviation over searches
row       height in the picture, 0 for the first hyperparameter, falling by 1 to the next
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.nb14.networks import MOST, boxes, encoder_of, space
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, PAGE, RED, SIZES
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import linear, number
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.training.models.architecture import n_operations
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

SWITCHES = ("n_conv", "n_dense")
LETTERS = "abcdefgh"  # names of settings
MOST_DRAWS = 10_000

# shares of the width: names, sliders, what is written behind them, bars
TRACK, WRITTEN, BARS = (0.245, 0.43), 0.455, (0.585, 1.0)
GAP = 0.45  # rows between two groups
HEAD = 5.9  # rows above the first hyperparameter: the network, and what the columns are
HALF = 0.3  # of a bar's thickness, rows
HATCH = 0.014  # from one stroke to the next, shares of the width
SMALL = SIZES["numbers"]


class Credits(Protocol):
    """What is read of ``hpo_tutor.importances.Importance``."""

    @property
    def names(self) -> Sequence[str]:
        """The d hyperparameters."""

    @property
    def mean(self) -> Any:
        """(d,) over searches."""

    @property
    def deviation(self) -> Any:
        """(d,) standard deviation over searches."""


class Switched(NamedTuple):
    """What the two switches leave of the hyperparameters.

    Attributes:
        alive: those that exist.
        dead: the others, in the order of the space.
        credited: the sum of what is credited to the dead, 0..1.
        n_operations: multiplications of the encoder for one picture.
    """

    alive: tuple[str, ...]
    dead: tuple[str, ...]
    credited: float
    n_operations: int


def settings(n: int = 3, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Random settings that keep all constraints, wherever the switches stand: letter -> setting.

    Raises:
        ValueError: n is not from 1 to 8.
    """
    if not 1 <= n <= len(LETTERS):
        raise ValueError(f"there are 1 to {len(LETTERS)} settings, a letter for each, got n={n}")
    rng, there = np.random.default_rng(seed), space()
    # the product of strides and poolings only grows with the layers, so what holds with all layers always holds
    full = (config for config in (there.sample(rng) for _ in range(MOST_DRAWS)) if len(config) == there.n_dims)
    return dict(zip(LETTERS[:n], full, strict=False))


def switched(importance: Credits, setting: Mapping[str, Any], n_conv: int, n_dense: int) -> Switched:
    """What exists at these switches, and what the others are credited.

    Raises:
        ValueError: the setting lacks a value, breaks a constraint, or a hyperparameter has no importance.
    """
    there = space()
    missing = [name for name in there.names if name not in importance.names]
    if missing:
        raise ValueError(
            f"each of the {there.n_dims} hyperparameters needs an importance, there is none for {', '.join(missing)}; "
            "analyse trials of space.flat(), with all of them"
        )
    lacking = [name for name in there.names if name not in setting and name not in SWITCHES]
    if lacking:
        raise ValueError(f"a setting has a value for every slider, dead or not; {', '.join(lacking)} is missing")
    turned = {**setting, "n_conv": n_conv, "n_dense": n_dense}
    living = there.active(turned)
    there.validate({name: turned[name] for name in there.names if name in living})
    credit = dict(zip(importance.names, np.asarray(importance.mean, dtype=np.float64), strict=True))
    dead = tuple(name for name in there.names if name not in living)
    return Switched(
        alive=tuple(name for name in there.names if name in living),
        dead=dead,
        credited=float(sum(credit[name] for name in dead)),
        n_operations=n_operations(encoder_of(turned)),
    )


def switchboard(importance: Credits, setting: Mapping[str, Any], n_conv: int, n_dense: int) -> Scene:
    """The network, the slider of each hyperparameter, and what a flat space's analysis credits it.

    Args:
        importance: names, mean and deviation over searches in the flat space.
        setting: a value for every hyperparameter; those of the switches are not looked at.
        n_conv: convolutions.
        n_dense: dense layers.

    Raises:
        ValueError: as of ``switched``.
    """
    found = switched(importance, setting, n_conv, n_dense)
    turned = {**setting, "n_conv": n_conv, "n_dense": n_dense}
    there = space()
    rows = _rows(there.names)
    mean = dict(zip(importance.names, 100 * np.asarray(importance.mean, dtype=np.float64), strict=True))
    spread = dict(zip(importance.names, 100 * np.asarray(importance.deviation, dtype=np.float64), strict=True))
    longest = max(mean[name] + spread[name] for name in there.names)
    marks = [(value, text) for value, text in linear(0.0, longest, most=5) if value <= longest]

    def across(percent: ArrayLike) -> Array:
        shares: Array = np.maximum(np.asarray(percent, dtype=np.float64) / longest, 0.0)
        return BARS[0] + (BARS[1] - BARS[0]) * shares

    last = rows[there.names[-1]]
    grid = across([value for value, _ in marks])
    layers: list[AnyLayer] = [
        *boxes(turned, HEAD - 0.2),
        Text(
            [0.0, WRITTEN, BARS[0]],
            [1.15] * 3,
            ["slider", "value", "credited"],
            anchor="start",
            size=SIZES["labels"],
        ),
        Segments(grid, np.full(len(grid), 0.6), grid, np.full(len(grid), last - 0.7), GREY, width=1.0, opacity=0.35),
        *_sliders(there, turned, found, rows),
        *_bars(found, rows, across, mean, spread),
    ]
    ticks = [(float(at), text) for at, (_, text) in zip(grid, marks, strict=True)]
    return Scene(
        layers,
        Axis("importance in the flat space (per cent)", 0.0, 1.0, ticks=ticks),
        Axis("", last - 0.8, HEAD, ticks=()),
        _sentence(found, n_conv, n_dense, mean),
        aspect=1.0,
        grid=False,
    )


def switchboards(importance: Credits, configs: Mapping[str, Mapping[str, Any]] | None = None) -> Player:
    """The switchboard behind three dials: convolutions, dense layers, and which setting.

    Args:
        importance: names, mean and deviation over searches in the flat space.
        configs: name -> setting; None draws three, see ``settings``.

    Raises:
        ValueError: as of ``switched``.
    """
    given = settings() if configs is None else configs
    return Player.over(
        lambda n_conv, n_dense, setting: switchboard(importance, given[setting], n_conv, n_dense),
        n_conv=Dial("convolutions n_conv", range(1, MOST + 1)),
        n_dense=Dial("dense layers n_dense", range(1, MOST + 1)),
        setting=Dial("setting", list(given)),
        start={"n_conv": 1, "n_dense": 1},
        label="Switch layers off: who is credited?",
        speed=1.0,
    )


# --- rows ---


def _group(name: str) -> str:
    """What stands together: the switches, each convolution, the dense layers, the rest."""
    kind, _, layer = name.rpartition("_")
    if not layer.isdigit():
        return "switches" if name in SWITCHES else "training"
    return "dense" if kind == "units" else f"convolution {layer}"


def _rows(names: Sequence[str]) -> dict[str, float]:
    """Hyperparameter -> row."""
    rows, at = {}, 0.0
    for k, name in enumerate(names):
        at -= (1.0 if k else 0.0) + (GAP if k and _group(name) != _group(names[k - 1]) else 0.0)
        rows[name] = at
    return rows


# --- sliders and bars ---


def _sliders(
    there: SearchSpace, setting: Mapping[str, Any], found: Switched, rows: Mapping[str, float]
) -> list[AnyLayer]:
    """Name, track, knob and value of each hyperparameter."""

    def knobs(names: Iterable[str]) -> list[float]:
        shares = [there.domains[name].to_unit(setting[name]) for name in names]
        return [TRACK[0] + (TRACK[1] - TRACK[0]) * share for share in shares]

    layers: list[AnyLayer] = []
    for names, color, dash in ((found.alive, INK, "solid"), (found.dead, GREY, "dot")):
        at, n = [rows[name] for name in names], len(names)
        alive = color == INK
        words = [_written(setting[name]) if alive else "dead" for name in names]
        layers += [
            Segments([TRACK[0]] * n, at, [TRACK[1]] * n, at, color, dash, width=1.5),
            Points(
                knobs(names),
                at,
                BLUE if alive else PAGE,
                "circle",
                11.0,
                outline="#ffffff" if alive else GREY,
                name="alive" if alive else "dead: nothing reads this slider",
            ),
            Text([0.0] * n, at, names, color, "start", SMALL),
            Text([WRITTEN] * n, at, words, color, "start", SMALL),
        ]
    return layers


def _written(value: Any) -> str:
    return f"{value:.2g}" if isinstance(value, float) else str(value)


def _bars(
    found: Switched, rows: Mapping[str, float], across: Any, mean: Mapping[str, float], spread: Mapping[str, float]
) -> list[AnyLayer]:
    """A bar for each hyperparameter, full where it is alive, hatched where it is dead; whiskers of one deviation."""
    layers: list[AnyLayer] = []
    if found.alive:
        boxes = [_box(across(mean[name]), rows[name]) for name in found.alive]
        x, y = np.concatenate(boxes).T
        layers.append(Polygons(x, y, fill=BLUE, width=0.0, name="credited, alive"))
    strokes = [_hatching(float(across(mean[name])), rows[name]) for name in found.dead]
    x0, y0, x1, y1 = np.concatenate(strokes).T if strokes else np.empty((4, 0))
    layers.append(Segments(x0, y0, x1, y1, RED, width=1.5))
    edges = [
        np.vstack([box, box[:1], [[np.nan, np.nan]]])
        for box in (_box(across(mean[name]), rows[name]) for name in found.dead)
    ]
    x, y = np.concatenate(edges).T if edges else np.empty((2, 0))
    layers.append(Line(x, y, RED, width=2.0, name="hatched: credited, though dead"))
    names = list(rows)
    at = np.array([rows[name] for name in names])
    low, high = (across([mean[name] + sign * spread[name] for name in names]) for sign in (-1, 1))
    layers.append(Segments(low, at, high, at, INK, width=1.5, name="mean ± 1 std over searches"))
    for ends in (low, high):
        layers.append(Segments(ends, at - 0.17, ends, at + 0.17, INK, width=1.5))
    return layers


def _box(right: ArrayLike, row: float) -> Array:
    """The corners of a bar, (4, 2)."""
    end = float(right)  # type: ignore[arg-type]
    return np.array([(x, row + y) for x, y in ((BARS[0], -HALF), (end, -HALF), (end, HALF), (BARS[0], HALF))])


def _hatching(right: float, row: float) -> Array:
    """Slanting strokes within a bar: x0, y0, x1, y1 in each row, (n, 4)."""
    lean, tall = 1.2 * HATCH, 2 * HALF  # a stroke runs to the right by ``lean`` as it crosses the bar
    strokes = []
    for k in range(math.ceil((right - BARS[0] + lean) / HATCH)):
        foot = BARS[0] + k * HATCH - lean
        low, high = max(foot, BARS[0]), min(foot + lean, right)
        if high > low:
            strokes.append(
                (low, row + HALF - tall * (low - foot) / lean, high, row + HALF - tall * (high - foot) / lean)
            )
    return np.array(strokes).reshape(-1, 4)


def _sentence(found: Switched, n_conv: int, n_dense: int, mean: Mapping[str, float]) -> str:
    layers = f"{_counted(n_conv, 'convolution')}, {_counted(n_dense, 'dense layer')}"
    n = len(found.alive) + len(found.dead)
    start = (
        f"{layers}: {len(found.alive)} of {n} sliders alive, {len(found.dead)} dead; "
        f"the encoder needs {found.n_operations} multiplications a picture."
    )
    if not found.dead:
        return f"{start} Nothing is dead here."
    most = max(found.dead, key=mean.__getitem__)
    return (
        f"{start} The dead are credited {number(100 * found.credited)} per cent together, "
        f"most of it {most} with {number(mean[most])}."
    )


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
