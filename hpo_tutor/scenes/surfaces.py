"""How large is the loss over two hyperparameters? The map on which searches walk.

across, up   value of the first / second hyperparameter -> its unit coordinate, n_x and n_y of them
z            (n_y, n_x) expected loss
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Points
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace

Array = NDArray[np.float64]

SKEWED = 0.25  # a median height below this share of the range calls for logarithmic shades
FEW = 12  # whole numbers that are all named at an axis
FINE = 4  # cells a value, where values are not at equal distances


class Map(NamedTuple):
    """The expected loss over two hyperparameters.

    Attributes:
        across, up: value -> unit coordinate, of the n_x columns and n_y rows.
        z: (n_y, n_x) expected losses; nan where a constraint forbids the config, or the loss is infinite.
        best: values of both hyperparameters where the loss is smallest.
        how: "optimum" where that is known, "lowest drawn" where it is the best of what was drawn.
    """

    across: Mapping[Any, float]
    up: Mapping[Any, float]
    z: Array
    best: Sequence[tuple[Any, Any]]
    how: str


def chart(objective: Any, n_levels: int = 61) -> Map:
    """The expected loss on a grid of both hyperparameters.

    Args:
        objective: has a two-dimensional ``space`` and ``expected(config)``: a landscape or a function.
        n_levels: points along each axis; a recorded landscape has its own.

    Raises:
        ValueError: the space is not two-dimensional, or the objective cannot tell its expected loss.
    """
    space: SearchSpace = objective.space
    if space.n_dims != 2:
        raise ValueError(
            f"a map needs two hyperparameters, this space has {space.n_dims} ({', '.join(space.names)}); "
            "take an objective whose others are fixed"
        )
    if not hasattr(objective, "expected"):
        raise ValueError(
            f"a map needs objective.expected(config), which {objective!r} lacks; use a landscape or a function, "
            "as drawing a live objective would train thousands of networks"
        )
    recorded = {axis.name: axis.values for axis in objective.grid().axes} if hasattr(objective, "grid") else {}
    across, up = (_coordinates(domain, recorded.get(name), n_levels) for name, domain in space.domains.items())
    z = np.full((len(up), len(across)), np.nan)
    for i, v in enumerate(up.values()):
        for j, u in enumerate(across.values()):
            config = space.from_unit([u, v])
            if space.satisfies(config):
                loss = objective.expected(config)
                z[i, j] = loss if np.isfinite(loss) else np.nan
    minimisers = getattr(objective, "minimisers", None)
    if minimisers is not None:
        return Map(across, up, z, [(float(x), float(y)) for x, y in minimisers], "optimum")
    if not np.isfinite(z).any():
        raise ValueError(f"a map needs a finite expected loss somewhere, {objective!r} has none on its grid")
    row, column = np.unravel_index(np.nanargmin(z), z.shape)
    return Map(across, up, z, [(list(across)[column], list(up)[row])], "lowest drawn")


class Shades(NamedTuple):
    """Heights as they are shaded.

    Attributes:
        z: (n_y, n_x), of the same order as the losses.
        skewed: whether z is the logarithm of the height above the lowest loss, because most of the map lies low.
    """

    z: Array
    skewed: bool


def shades(z: Array) -> Shades:
    """The losses themselves, or the logarithm of what they lie above the lowest one if most of the map lies low."""
    lowest, highest = float(np.nanmin(z)), float(np.nanmax(z))
    heights = z - lowest
    if np.nanmedian(heights) >= SKEWED * (highest - lowest):
        return Shades(z, skewed=False)
    floor = max(float(np.nanquantile(heights, 0.002)), 1e-4 * (highest - lowest))
    return Shades(np.log10(np.maximum(heights, floor)), skewed=True)


def surface(objective: Any, n_levels: int = 61, shading: Callable[[Array], Shades] = shades) -> Heatmap:
    """The expected loss as a layer; dark is low; see ``chart`` for its arguments and errors."""
    return _layer(objective, chart(objective, n_levels), shading)


def landscape(
    objective: Any,
    *layers: AnyLayer,
    title: str = "",
    sentence: str = "",
    n_levels: int = 61,
    optimum: bool = True,
) -> Scene:
    """The expected loss over two hyperparameters, with layers on top; see ``chart`` for the errors.

    Args:
        objective: a landscape or a function of two hyperparameters.
        layers: what is drawn on the map, in the values of the hyperparameters.
        title: a few words.
        sentence: what is to be seen; "" describes the map.
        n_levels: points along each axis; a recorded landscape has its own.
        optimum: whether a star marks the smallest expected loss.
    """
    found = chart(objective, n_levels)
    x, y = (axis_of(name, domain, _unit(objective, name)) for name, domain in objective.space.domains.items())
    drawn: list[AnyLayer] = [_layer(objective, found)]
    if optimum:
        across, up = zip(*(_places(objective.space, best) for best in found.best), strict=True)
        drawn.append(Points(across, up, "#ffffff", "star", 15, outline="#000000", name=found.how))
    if not sentence:
        sentence = (
            f"Map of the expected {loss_label(objective)} over {x.label} and {y.label}, "
            f"from {number(float(np.nanmin(found.z)))} to {number(float(np.nanmax(found.z)))}."
        )
    return Scene([*drawn, *layers], x, y, sentence, title, aspect=0.8, grid=False)


def axis_of(name: str, domain: Domain, unit: str = "") -> Axis:
    """The axis of a hyperparameter: as far as its cells reach, logarithmic where it is.

    The options of a choice stand at 0, 1, 2, ...
    """
    if isinstance(domain, Choice):
        options = [(float(i), str(option)) for i, option in enumerate(domain.options)]
        return Axis(_noted(name, unit), -0.5, len(options) - 0.5, ticks=options)
    half = 0.5 if isinstance(domain, Integer) else 0.0
    low, high = domain.low - half, domain.high + half
    if domain.log:
        return Axis(_noted(name, unit, "log scale"), low, high, log=True)
    few = [(float(value), str(value)) for value in range(int(domain.low), int(domain.high) + 1)]
    named = few if isinstance(domain, Integer) and len(few) <= FEW else None
    return Axis(_noted(name, unit), low, high, ticks=named)


def place_of(domain: Domain, value: Any) -> float:
    """Where a value stands on ``axis_of`` its domain."""
    return float(domain.options.index(value)) if isinstance(domain, Choice) else float(value)


def loss_label(objective: Any) -> str:
    """The loss with its unit, "cross_entropy (nats)"."""
    return _noted(getattr(objective, "loss_names", ("loss",))[0], getattr(objective, "loss_unit", ""))


def _layer(objective: Any, found: Map, shading: Callable[[Array], Shades] = shades) -> Heatmap:
    z, skewed = shading(found.z)
    lowest, highest = float(np.nanmin(found.z)), float(np.nanmax(found.z))
    (x, columns), (y, rows) = (
        cells(domain, list(values))
        for domain, values in zip(objective.space.domains.values(), (found.across, found.up), strict=True)
    )
    z = z[np.ix_(rows, columns)]
    name = f"{loss_label(objective)}, log shades" if skewed else loss_label(objective)
    return Heatmap(z, x, y, name=name, labels=(number(lowest), number(highest)))


def cells(domain: Domain, values: list[Any]) -> tuple[tuple[float, float], NDArray[np.intp]]:
    """Equal cells on the axis of the domain: their outer edges, and which value each of them shows.

    Values at equal distances have a cell each. Others, such as whole numbers on a logarithmic axis, share more cells
    out among them, and each cell shows the value that is nearest.
    """
    log = not isinstance(domain, Choice) and domain.log
    places = np.array([place_of(domain, value) for value in values])
    places = np.log(places) if log else places
    if len(places) == 1:
        return (float(places[0]) - 0.5, float(places[0]) + 0.5), np.array([0])
    gaps = np.diff(places)
    low, high = float(places[0] - gaps[0] / 2), float(places[-1] + gaps[-1] / 2)
    shown = np.arange(len(places))
    if not np.allclose(gaps, gaps.mean(), rtol=0.02):
        n_cells = FINE * len(places)
        centres = low + (np.arange(n_cells) + 0.5) / n_cells * (high - low)
        shown = np.searchsorted(places[:-1] + gaps / 2, centres)
    return ((float(np.exp(low)), float(np.exp(high))) if log else (low, high)), shown


def _coordinates(domain: Domain, recorded: Sequence[Any] | None, n_levels: int) -> dict[Any, float]:
    """Value -> unit coordinate: where the loss was recorded, so that the optimum lies where the map is darkest.

    Elsewhere every value of an integer or a choice if there are few, else centres of equal cells.
    """
    if recorded is not None:
        return {value: domain.to_unit(value) for value in recorded}
    if not isinstance(domain, Float) and len(domain.values) <= n_levels:
        return {value: domain.to_unit(value) for value in domain.values}
    return {domain.from_unit(u): u for u in ((np.arange(n_levels) + 0.5) / n_levels).tolist()}


def _unit(objective: Any, name: str) -> str:
    """The unit of a hyperparameter, where a recording knows it."""
    units = {axis.name: axis.unit for axis in objective.grid().axes} if hasattr(objective, "grid") else {}
    return str(units.get(name, ""))


def _places(space: SearchSpace, values: Sequence[Any]) -> list[float]:
    return [place_of(domain, value) for domain, value in zip(space.domains.values(), values, strict=True)]


def _noted(name: str, *notes: str) -> str:
    said = ", ".join(filter(None, notes))
    return f"{name} ({said})" if said else name
