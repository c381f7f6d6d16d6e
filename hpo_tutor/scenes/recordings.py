"""How does a recorded table look? Maps of a grid, panels of a random sample, and where each data batch is best.

means    mean over the seeds on data batch 0: (n_1, n_2) of a grid, or (n_1, n_2, n_3) in panels along its shortest axis
shaded   what is drawn of them: the means, or the logarithm of their height above the lowest one
place    (x, y) in the units of a panel's axes
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.files import Axis as Recording
from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.problems.landscapes.summary import Table, alternative, drawn, summarise, written
from hpo_tutor.scenes.layers import Heatmap, Line, Points
from hpo_tutor.scenes.looks import GREY, style
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.surfaces import axis_of, cells, place_of, shades
from hpo_tutor.search_space import Domain, Float

Array = NDArray[np.float64]
Place = tuple[float, float]

MOST_PANELS = 8
N_SHADES = 64  # cells of a colour bar
SPANS = 4  # a ratio of losses above which their axis is logarithmic
FIRST = style("random").color  # of data batch 0
STAR, DISC = 18.0, 9.0  # pixels
WHITE, BLACK = "#ffffff", "#000000"
GOLDEN = (5**0.5 - 1) / 2  # its multiples spread evenly over the unit interval


class Shaded(NamedTuple):
    """Losses as they are shaded, see ``surfaces.shades``.

    Attributes:
        z: what is shaded, of the same order as the losses.
        lowest: the lowest loss.
        skewed: whether z is the logarithm of the height above it.
    """

    z: Array
    lowest: float
    skewed: bool


def board(table: Table) -> Board:
    """The picture of a table.

    Raises:
        ValueError: it is a grid of neither two nor three hyperparameters.
    """
    if isinstance(table, Sampled):
        return _sample(table)
    if len(table.axes) not in (2, 3):
        raise ValueError(f"a grid is drawn over two or three hyperparameters, {table.name} has {len(table.axes)}")
    return _map(table) if len(table.axes) == 2 else _maps(table)


def _map(recorded: Recorded) -> Board:
    """The mean and the noise over both hyperparameters, each with its colour bar."""
    losses, unit = recorded.losses[0].astype(np.float64), recorded.about["loss_unit"]
    first, second = (axis.name for axis in recorded.axes)
    marks = _marks([(best.config[first], best.config[second]) for best in summarise(recorded).optima])
    mean = _shaded(losses.mean(axis=0))
    panels = [_panel("Mean over the seeds, data batch 0", recorded.axes, mean, mean.z, marks)]
    bars = [_bar(mean, f"{recorded.about['loss_name']} ({unit})", aspect=0.05)]
    if len(losses) > 1:
        noise = _shaded(losses.std(axis=0, ddof=1))
        panels.append(_panel("Noise: standard deviation over the seeds", recorded.axes, noise, noise.z, marks))
        bars.append(_bar(noise, f"standard deviation ({unit})", aspect=0.05))
    return Board([panels, bars], alternative(recorded))


def _maps(recorded: Recorded) -> Board:
    """The mean in panels along the shortest axis, each optimum in the panel that is nearest to it."""
    optima, sizes = summarise(recorded).optima, [len(axis.values) for axis in recorded.axes]
    along = int(np.argmin(sizes))
    steps, flat = recorded.axes[along], [axis for i, axis in enumerate(recorded.axes) if i != along]
    places = [(float(best.config[flat[0].name]), float(best.config[flat[1].name])) for best in optima]
    shown = np.unique(np.linspace(0, sizes[along] - 1, MOST_PANELS).round().astype(int))
    nearest = [np.abs(shown - steps.values.index(best.config[steps.name])).argmin() for best in optima]
    mean = _shaded(recorded.losses[0].astype(np.float64).mean(axis=0))
    panels = []
    for k, i in enumerate(shown):
        marks = _marks([place if at == k else None for at, place in zip(nearest, places, strict=True)])
        title = f"{steps.name} {written(steps.values[i])}"
        panels.append(_panel(title, flat, mean, mean.z.take(i, axis=along), marks, aspect=1.0))
    rows = _rows(panels)
    if len(rows[-1]) < len(rows[0]):
        rows[-1].append(lowest(recorded, along))
    label = f"{recorded.about['loss_name']} ({recorded.about['loss_unit']}), data batch 0"
    return Board([*rows, [_bar(mean, label, aspect=0.022)]], alternative(recorded))


def lowest(recorded: Recorded, along: int, aspect: float = 1.0) -> Scene:
    """The lowest mean at each value of one axis, a line for each data batch."""
    steps = recorded.axes[along]
    means = np.moveaxis(recorded.losses.astype(np.float64).mean(axis=1), along + 1, 1)
    bottoms = means.reshape(len(means), len(steps.values), -1).min(axis=2)
    marks = _marks([(float(best.config[steps.name]), best.loss) for best in summarise(recorded).optima])
    across = axis_of(steps.name, steps.domain, steps.unit)
    if steps.whole:
        across = replace(
            across,
            label=f"{steps.name} ({steps.unit})" if steps.unit else steps.name,
            ticks=[(value, written(value)) for value in steps.values],
        )
    up = loss_axis(f"{recorded.about['loss_name']} ({recorded.about['loss_unit']})", bottoms)
    batches = lines(np.array(steps.values, dtype=np.float64), bottoms.T)
    return Scene([*batches, *marks[::-1]], across, up, title=f"Lowest at each {steps.name}", aspect=aspect)


def _sample(sampled: Sampled) -> Board:
    """The mean against each hyperparameter, a dot a configuration, and the configurations of each batch in order.

    Of a large sample some are shown, see ``summary.drawn``; where a hyperparameter is switched off there is no dot.
    """
    told, about = summarise(sampled), sampled.about
    chosen = drawn(sampled)
    means, shown = sampled.means[:, chosen], [sampled.configs[n] for n in chosen]
    up = loss_axis(
        f"{about['loss_name']} ({about['loss_unit']})", np.array([*means.ravel(), *(best.loss for best in told.optima)])
    )
    label = "a configuration on data batch 0, mean over the seeds"
    panels = []
    for name, domain in told.domains.items():
        there = np.array([name in config for config in shown])
        places = np.array([place_of(domain, config[name]) for config in shown if name in config])
        dots = Points(_apart(domain, places), means[0][there], FIRST, size=4, outline=None, name=label)
        marks = _marks(
            [(place_of(domain, best.config[name]), best.loss) if name in best.config else None for best in told.optima]
        )
        panels.append(Scene([dots, *marks[::-1]], axis_of(name, domain, told.units[name]), up, aspect=0.85))
    shares = np.linspace(0, 1, 51)
    across = Axis("configurations, the best first (%)", 0, 100)
    ranked = Scene(lines(100 * shares, np.quantile(means, shares, axis=1)), across, up, aspect=0.85)
    rows = _rows(panels)
    full = len(rows[-1]) == len(rows[0])
    rows = [*rows, [replace(ranked, aspect=0.25)]] if full else [*rows[:-1], [*rows[-1], ranked]]
    return Board(rows, alternative(sampled))


def _panel(
    title: str, axes: Sequence[Recording], shaded: Shaded, z: Array, marks: Sequence[Points], aspect: float = 0.8
) -> Scene:
    """A map of two axes, in the shades of the whole table."""
    (x, columns), (y, rows) = (cells(axis.domain, list(axis.values)) for axis in axes)
    heatmap = Heatmap(z.T[np.ix_(rows, columns)], x, y, float(shaded.z.min()), float(shaded.z.max()))
    across, up = (axis_of(axis.name, axis.domain, axis.unit) for axis in axes)
    return Scene([heatmap, *marks], across, up, title=title, aspect=aspect, grid=False)


def _shaded(losses: Array) -> Shaded:
    z, skewed = shades(losses)
    return Shaded(z, float(losses.min()), skewed)


def _bar(shaded: Shaded, label: str, aspect: float) -> Scene:
    """A colour bar, labelled at about equal distances by losses of few digits."""
    low, high = float(shaded.z.min()), float(shaded.z.max())
    high = high if high > low else low + 1
    ticks, step = [(low, f"{shaded.lowest:.3g}")], (high - low) / 5
    for place in low + step * np.array([1, 2, 3, 4, 4.9]):
        loss = shaded.lowest + 10**place if shaded.skewed else place
        for digits in range(1, 8):
            rounded = float(f"{loss:.{digits}g}")
            height = max(rounded - shaded.lowest, 1e-300)
            at = float(np.log10(height)) if shaded.skewed else rounded
            if low <= at <= high and abs(at - place) <= step / 4:
                ticks.append((at, f"{rounded:g}"))
                break
    ramp = Heatmap(np.linspace(low, high, N_SHADES)[None], low=low, high=high)
    label = f"{label}, log shades" if shaded.skewed else label
    return Scene([ramp], Axis(label, low, high, ticks=ticks), Axis("", 0, 1, ticks=()), aspect=aspect, grid=False)


def _marks(places: Sequence[Place | None]) -> list[Points]:
    """A star for data batch 0, a disc where others are best, the larger the more of them; None is not shown."""
    star = np.array(list(filter(None, places[:1]))).reshape(-1, 2).T
    layers = [Points(star[0], star[1], WHITE, "star", STAR, outline=BLACK, name="optimum of data batch 0")]
    others = Counter(filter(None, places[1:]))
    if others:
        sizes = (DISC * np.sqrt(list(others.values()))).astype(np.float32)
        x, y = np.array(list(others)).T
        layers.append(Points(x, y, WHITE, size=sizes, outline=BLACK, name="optima of the other data batches"))
    return layers


def _apart(domain: Domain, places: Array) -> Array:
    """Places on an axis; those of whole numbers and options are spread sideways, or equal ones hide each other."""
    return places if isinstance(domain, Float) else places + 0.6 * (np.arange(len(places)) * GOLDEN % 1 - 0.5)


def lines(x: Array, y: Array) -> list[Line]:
    """A line for each data batch, y of shape (n, n_batches); data batch 0 is drawn over the others."""
    first = Line(x, y[:, 0], FIRST, width=2.5, name="data batch 0")
    if y.shape[1] == 1:
        return [first]
    return [Line(x, y[:, 1:], GREY, width=1, name="each other data batch"), first]


def loss_axis(label: str, losses: Array) -> Axis:
    """An axis that holds these losses, logarithmic where they span much."""
    low, high = float(losses.min()), float(losses.max())
    if low > 0 and high > SPANS * low:
        return Axis(f"{label}, log scale", low / 1.15, high * 1.15, log=True)
    room = 0.05 * (high - low) or 1.0
    return Axis(label, low - room, high + room)


def _rows(panels: Sequence[Scene]) -> list[list[Scene]]:
    """Rows of three panels, or of two, so that at most the last place is empty."""
    width = 2 if len(panels) % 3 == 1 else 3
    return [list(panels[i : i + width]) for i in range(0, len(panels), width)]
