"""What is worth telling about a recorded table? The numbers of its page and of its picture.

N       recorded points: those of a grid, or the configurations of a random sample
means   (n_batches, N) mean over the seeds
noise   standard deviation over the seeds
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes import beginnings
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.search_space import Choice, Domain

Array = NDArray[np.float64]
Table = Recorded | Sampled

MOST_NAMED = 10
"""So many hyperparameters are not named one by one."""
MOST_DOTS = 300
"""Configurations that a picture shows, a dot in each panel: more would hide each other, and be too much for a page."""
PICTURES = "pictures"
"""The folder of the pictures, beside the tables: NAME.svg."""


class Optimum(NamedTuple):
    """Where the mean over the seeds is smallest, on one data batch.

    Attributes:
        loss: the mean there; of a random sample, that of the fitted surface.
        config: the tuned hyperparameters there; what is switched off is left out.
        edges: those of them that have the first or the last value of the grid; a random sample has no such edge.
    """

    loss: float
    config: Mapping[str, Any]
    edges: tuple[str, ...] = ()


class Summary(NamedTuple):
    """The numbers of a table; medians are taken over its data batches.

    Attributes:
        domains: the tuned hyperparameters.
        units: hyperparameter -> its unit, "" for a pure number.
        optima: one for each data batch.
        lowest, highest: the smallest and the largest mean of data batch 0.
        noise: root mean square over the points that were trained with several seeds, median.
        span: range of the means, median.
        near: noise at the best tenth of these points, median.
        depth: what the median point lies above the best one, median.
        moved: what the best recorded point of data batch 0 lies above the best one of another batch, median; nan
            where there is no other.
    """

    domains: Mapping[str, Domain]
    units: Mapping[str, str]
    optima: tuple[Optimum, ...]
    lowest: float
    highest: float
    noise: float
    span: float
    near: float
    depth: float
    moved: float

    @property
    def n_on_edge(self) -> int:
        """How many data batches have their optimum on the edge of the grid."""
        return sum(bool(optimum.edges) for optimum in self.optima)


def summarise(table: Table) -> Summary:
    """The numbers of a table."""
    losses = table.losses.astype(np.float64).reshape(*table.losses.shape[:2], -1)
    means = np.nanmean(losses, axis=1)
    squares = losses.var(axis=1, ddof=1) if losses.shape[1] > 1 else np.zeros_like(means)  # nan where a seed is missing
    repeated = np.isfinite(squares)
    # the best tenth of those whose noise is known
    limits = [np.quantile(row[known], 0.1) for row, known in zip(means, repeated, strict=True)]
    good = (means <= np.array(limits)[:, None]) & repeated
    above = means[1:, means[0].argmin()] - means[1:].min(axis=1)
    if isinstance(table, Recorded):
        domains: Mapping[str, Domain] = {axis.name: axis.domain for axis in table.axes}
        units = {axis.name: axis.unit for axis in table.axes}
        optima = tuple(_lowest(table.axes, batch.mean(axis=0)) for batch in table.losses.astype(np.float64))
    else:
        domains, units = table.domains, table.about.get("units", {})
        optima = tuple(
            Optimum(found["loss"], {name: found["config"][name] for name in domains if name in found["config"]})
            for found in table.about["optima"]
        )
    return Summary(
        domains=domains,
        units={name: units.get(name, "") for name in domains},
        optima=optima,
        lowest=float(means[0].min()),
        highest=float(means[0].max()),
        noise=float(np.median(np.sqrt(np.nanmean(squares, axis=1)))),
        span=float(np.median(np.ptp(means, axis=1))),
        near=float(np.median([np.sqrt(one[best].mean()) for one, best in zip(squares, good, strict=True)])),
        depth=float(np.median(np.median(means, axis=1) - means.min(axis=1))),
        moved=float(np.median(above)) if len(above) else float("nan"),
    )


def alternative(table: Table) -> str:
    """What a table's picture shows, in a sentence for those who do not see it."""
    loss = f"{table.about['loss_name']} in {table.about['loss_unit']}"
    if isinstance(table, Recorded) and beginnings.has_speeds(table):
        return _alternative_of_curves(table, loss)
    told = summarise(table)
    best = told.optima[0]
    names = " x ".join(told.domains) if len(told.domains) < MOST_NAMED else f"{len(told.domains)} hyperparameters"
    where = ", ".join(f"{name} {written(value)}" for name, value in best.config.items())
    low, high, optimum = told.lowest, told.highest, f"{best.loss:.3g} at {where}"
    if isinstance(table, Recorded):
        kind, what = "Map" if len(told.domains) == 2 else "Maps", "its optimum"
        shown = f"{kind} of the {loss} over {names}"
    else:
        dots = table.means[0][drawn(table)]
        low, high, what = float(dots.min()), float(dots.max()), "the fitted surface's optimum"
        shown = f"The {loss} of {len(dots):,} random configurations of {names}"
    others = ", and the optima of the other data batches" if len(told.optima) > 1 else ""
    reach = f"the mean over the seeds on data batch 0, from {low:.3g} to {high:.3g}"
    return f"{shown}: {reach}, {what} of {optimum}{others}."


def _alternative_of_curves(recorded: Recorded, loss: str) -> str:
    n_epochs, ends = recorded.losses.shape[-1], summarise(beginnings.after_the_last(recorded))
    best, speeds = ends.optima[0], beginnings.summarise_curves(recorded)
    where = ", ".join(f"{name} {written(value)}" for name, value in best.config.items())
    n_points = recorded.losses[0, 0, ..., 0].size
    return (
        f"Learning curves of {n_points:,} configurations of {', '.join(ends.domains)}: the {loss} after each of "
        f"{n_epochs} epochs; the lowest mean over the seeds at the end on data batch 0 is {best.loss:.3g} at {where}. "
        f"Further panels: the rank correlation of early with final losses; the lowest final loss at each value of each "
        f"hyperparameter; and how long an epoch takes, from {1000 * speeds.fastest.seconds:.2g} ms to "
        f"{1000 * speeds.slowest.seconds:.2g} ms."
    )


def drawn(sampled: Sampled) -> NDArray[np.intp]:
    """Which configurations a picture shows: the first of those that were trained with every seed."""
    return np.flatnonzero(sampled.repeated)[:MOST_DOTS]


def lesson(table: Table) -> str:
    """What to look for in a table's picture, as sentences; "" of a plain table of one data batch only."""
    if isinstance(table, Recorded) and beginnings.has_speeds(table):
        return beginnings.lesson(table)
    told, unit = summarise(table), table.about["loss_unit"]
    if len(told.optima) == 1:
        return ""
    return (
        f"From one data batch to the next the optimum wanders: {_wanderings(told)}. On another data batch, the "
        f"configuration that is best on data batch 0 lies {told.moved:.3g} {unit} above the best one (median); the "
        f"noise at the best tenth is {told.near:.3g} {unit}."
    )


def written(value: Any) -> str:
    """A hyperparameter's value in words: numbers to four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _lowest(axes: Sequence[Axis], means: Array) -> Optimum:
    place = np.unravel_index(int(means.argmin()), means.shape)
    edges = tuple(axis.name for axis, i in zip(axes, place, strict=True) if i in (0, len(axis.values) - 1))
    return Optimum(float(means[place]), {axis.name: axis.values[i] for axis, i in zip(axes, place, strict=True)}, edges)


def _wanderings(told: Summary) -> str:
    """Over which values the optima are spread, for each hyperparameter."""
    parts = []
    for name, domain in told.domains.items():
        values = [optimum.config[name] for optimum in told.optima]
        if len(set(values)) == 1:
            parts.append(f"{name} stays {written(values[0])}")
        elif isinstance(domain, Choice) and not domain.ordered:
            parts.append(f"{name} is {' or '.join(written(one) for one in domain.options if one in values)}")
        else:
            low, high = min(values, key=domain.to_unit), max(values, key=domain.to_unit)
            parts.append(f"{name} from {written(low)} to {written(high)}")
    return ", ".join(parts)
