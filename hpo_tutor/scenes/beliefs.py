"""What does a sampler believe, and where does it want to go? One step of a search as a picture.

view    what the sampler believed when it asked last: points (n, d) of the unit cube, losses (n,)
slice   the belief along one hyperparameter (g,), or over two (g_j, g_i), while the others are held
gain    value of the acquisition function: larger is better, whatever the loss does

One hyperparameter: the posterior, and below it what one more trial is worth. Two: mean, standard deviation and gain as
maps, side by side. More: the posterior along each of them through one point, and the gains below. In the start-up phase
nothing is believed yet: the same panels then show the trials alone, so that all frames of a search have the same rows.
A sparse grid is seen over two hyperparameters: its points on its surrogate, and the queue in which they wait.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes import refinements
from hpo_tutor.scenes.layers import AnyLayer, Band, Heatmap, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import GREEN, GREY, RED, style
from hpo_tutor.scenes.processes import BAND, BELIEF
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.surfaces import axis_of, cells, chart, loss_label, place_of, shades
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Choice, Domain, Float, SearchSpace
from hpo_tutor.views import BayesianView, Slice, SparseGridView

Array = NDArray[np.float64]

LOOK = style("BayesianOptimization")
GAIN = GREEN  # of the acquisition function, and of the place that it chooses
SMALL, LARGE = 12.0, 18.0  # symbols of trials and of the best of them, pixels
ABREAST = 3  # slices in a row
FINE = 201  # places at which the true curve is drawn
NAMES = {
    "ei": "expected improvement",
    "plug-in-ei": "plug-in expected improvement",
    "pi": "probability of improvement",
    "lcb": "minus the lower bound",
    "thompson": "minus one draw",
}


def belief(
    view: BayesianView,
    space: SearchSpace,
    *,
    truth: Any = None,
    label: str = "",
    losses: tuple[float, float] | None = None,
) -> Board:
    """One step of Bayesian optimisation: what is believed, what one more trial is worth, and where the next one goes.

    Args:
        view: of ``samplers.BayesianOptimization``.
        space: what is searched.
        truth: an objective that knows its expected loss. Over one hyperparameter a dashed line shows it, over two a
            star marks its minimum.
        label: what the loss is, with its unit; "" asks ``truth``.
        losses: ends of the axis of losses, the same for all frames of a search; None fits this frame.
    """
    label = label or (loss_label(truth) if truth is not None else "loss")
    if space.n_dims == 2:
        return Board([_maps(view, space, truth)], _told(view, space, label))
    ends = losses or _reach(view)
    slices = list(enumerate(view.slices or [None] * space.n_dims))
    rows = []
    for first in range(0, space.n_dims, ABREAST):
        some = slices[first : first + ABREAST]
        rows.append([_posterior(view, space, i, cut, truth, Axis(label, *ends)) for i, cut in some])
        rows.append([_gains(view, space, i, cut) for i, cut in some])
    return Board(rows, _told(view, space, label))


def sparse_grid(view: SparseGridView, space: SearchSpace, size: float = 0.8) -> Board:
    """One step of a sparse grid over two hyperparameters: its surrogate with the points, and the queue.

    Args:
        view: of ``samplers.SparseGrid``.
        space: what is searched, two hyperparameters.
        size: height over width of both panels.

    Raises:
        ValueError: the space is not two-dimensional.
    """
    domains, found = tuple(space.domains.values()), view.refinement
    ground: list[AnyLayer] = []
    if view.slices and space.n_dims == 2:
        (cut,) = view.slices
        (i, columns), (j, rows) = (_cells(d, line) for d, line in zip(domains, cut.grids, strict=True))
        ground.append(Heatmap(shades(cut.mean).z[np.ix_(j, i)], columns, rows, name="shades", labels=("low", "high")))
    plane = refinements.plane(found, space, ground, title="the grid on its surrogate", aspect=size)
    told = refinements.told(found, view.gamma)
    if view.descents:
        ends = np.array([descent.path[-1] for descent in view.descents])
        x, y = (_coordinates(domain, ends, i) for i, domain in enumerate(domains))
        end = Points(x, y, RED, "triangle-down", LARGE, name="end on the surrogate")
        plane = replace(plane, layers=[*plane.layers, end])
        told = (
            f"The grid is finished: the triangles are where {' and '.join(d.name for d in view.descents)} end. "
            "An end that was tried before leaves its trial to the grid."
        )
    return Board([[plane, refinements.queue(found, title="its queue", aspect=size)]], told)


def _posterior(view: BayesianView, space: SearchSpace, i: int, cut: Slice | None, truth: Any, losses: Axis) -> Scene:
    """The posterior along hyperparameter i, the trials, the incumbent, and where the next trial goes."""
    name, domain, alone = space.names[i], space.domains[space.names[i]], space.n_dims == 1
    layers: list[AnyLayer] = []
    if truth is not None and alone:
        values = [domain.from_unit(u) for u in np.linspace(0, 1, FINE).tolist()]
        expected = [truth.expected({name: value, **space.fixed}) for value in values]
        layers.append(
            Line(
                [place_of(domain, value) for value in values],
                expected,
                GREY,
                "dash",
                2,
                name="expected loss, hidden from the search",
            )
        )
    if cut is not None:
        kept, x = _places(domain, cut.grids[0])
        mean, std = cut.mean[kept], cut.std[kept]
        layers.append(_area(domain, x, mean - 2 * std, mean + 2 * std, BELIEF, BAND))
        layers.append(_curve(domain, x, mean, BELIEF, "mean"))
    if math.isfinite(view.best):
        layers.append(Marks(view.best, "y", across=True, color=GREY, dash="dot", width=1.5, name="incumbent's loss"))
    at = _coordinates(domain, view.points, i)
    # the other coordinates of a trial are not those of the slice, so that it may lie far from this posterior
    layers.append(Points(at, view.losses, LOOK.color, LOOK.symbol, SMALL, 1.0 if alone else 0.45, name="trial"))
    if len(at) and alone:
        lowest = int(np.argmin(view.losses))
        layers.append(Points(at[lowest], view.losses[lowest], LOOK.color, LOOK.symbol, LARGE))
    return Scene([*layers, *_next(view, domain, i)], axis_of(name, domain), losses, aspect=0.4 if alone else 0.7)


def _gains(view: BayesianView, space: SearchSpace, i: int, cut: Slice | None) -> Scene:
    """What one more trial is worth along hyperparameter i."""
    name, domain, alone = space.names[i], space.domains[space.names[i]], space.n_dims == 1
    what = NAMES.get(view.acquisition, view.acquisition)
    layers: list[AnyLayer] = []
    height = Axis("gain", 0, 1, ticks=())
    if cut is not None:
        kept, x = _places(domain, cut.grids[0])
        gains = cut.acquisition[kept]
        signed = view.acquisition in ("lcb", "thompson")  # the others begin at zero
        low, top = float(gains.min()) if signed else 0.0, float(gains.max())
        # two ticks, for the largest gain of a search passes through decades
        height = Axis("gain", low, top + (0.08 * (top - low) or 1.0), ticks=[(at, number(at)) for at in {low, top}])
        layers.append(_area(domain, x, np.full(len(x), low), gains, GAIN, what))
        layers.append(_curve(domain, x, gains, GAIN))
    title = what if cut is not None else "no belief yet"
    return Scene([*layers, *_next(view, domain, i)], axis_of(name, domain), height, "", title, 0.2 if alone else 0.4)


def _maps(view: BayesianView, space: SearchSpace, truth: Any) -> list[Scene]:
    """Mean, standard deviation and gain over two hyperparameters, with the trials on each."""
    domains = tuple(space.domains.values())
    x, y = (axis_of(name, domain) for name, domain in space.domains.items())
    above: list[AnyLayer] = []
    if truth is not None:
        values = zip(*chart(truth).best, strict=True)
        across, up = ([place_of(domain, v) for v in one] for domain, one in zip(domains, values, strict=True))
        above.append(Points(across, up, "#ffffff", "star", 15, outline="#000000", name="optimum"))
    first, second = (_coordinates(domain, view.points, i) for i, domain in enumerate(domains))
    above.append(Points(first, second, LOOK.color, LOOK.symbol, SMALL, name="trial"))
    if len(view.losses):
        lowest = int(np.argmin(view.losses))
        above.append(Points(first[lowest], second[lowest], LOOK.color, LOOK.symbol, LARGE))
    for points, color, name in ((view.pending, "#ffffff", "pending"), (_proposal(view), GAIN, "next trial")):
        if len(points):
            first, second = (_coordinates(domain, points, i) for i, domain in enumerate(domains))
            above.append(Points(first, second, color, "diamond", LARGE, outline="#000000", name=name))
    panels = {"mean": "mean", "std": "std", "acquisition": "gain"}
    scenes = []
    for field, title in panels.items():
        ground: list[AnyLayer] = []
        if view.slices:
            (cut,), z = view.slices, getattr(view.slices[0], field)
            low, high = number(float(z.min())), number(float(z.max()))
            title += f", at most {high}" if field == "acquisition" else f", {low} to {high}"
            (i, columns), (j, rows) = (_cells(d, grid) for d, grid in zip(domains, cut.grids, strict=True))
            shaded = (shades(z).z if field == "mean" else z)[np.ix_(j, i)]
            named = "shades" if field == "mean" else ""
            ground.append(Heatmap(shaded, columns, rows, name=named, labels=("low", "high")))
        scenes.append(Scene([*ground, *above], x, y, "", title, aspect=0.9, grid=False))
    return scenes


def _next(view: BayesianView, domain: Domain, i: int) -> list[AnyLayer]:
    """Where the next trial goes, and where trials are whose loss is not known yet."""
    layers: list[AnyLayer] = []
    if len(view.pending):
        at = _coordinates(domain, view.pending, i)
        layers.append(Marks(at, across=True, color=GREY, dash="dash", name="pending"))
    if len(view.proposal):
        at = _coordinates(domain, _proposal(view), i)
        layers.append(Marks(at, across=True, color=GAIN, dash="longdash", width=2.5, name="next trial"))
    return layers


def _curve(domain: Domain, x: Array, y: Array, color: str, name: str = "") -> AnyLayer:
    """A line; a dash for each option of a choice, for there is nothing between them."""
    if isinstance(domain, Choice):
        return Segments(x - 0.25, y, x + 0.25, y, color, width=2.5, name=name)
    return Line(x, y, color, width=2.5, name=name)


def _area(domain: Domain, x: Array, low: Array, high: Array, color: str, name: str) -> AnyLayer:
    """An area; a bar for each option of a choice."""
    if isinstance(domain, Choice):
        return Segments(x, low, x, high, color, width=16, opacity=0.3, name=name)
    return Band(x, low, high, color, 0.25, name)


def _proposal(view: BayesianView) -> Array:
    """The next trial as a row, (1, d), or none, (0, d)."""
    return view.proposal.reshape(-1, len(view.names))


def _coordinates(domain: Domain, points: Array, i: int) -> Array:
    """Where points of the cube (n, d) stand on the axis of hyperparameter i; nan where it is inactive."""
    places = points.reshape(-1, points.shape[-1])[:, i].tolist() if points.size else []
    return np.array([math.nan if math.isnan(u) else place_of(domain, domain.from_unit(u)) for u in places])


def _places(domain: Domain, grid: Array) -> tuple[NDArray[np.intp], Array]:
    """Which points of a grid differ in their value, and where these stand on the axis."""
    at = np.array([place_of(domain, domain.from_unit(u)) for u in grid.tolist()])
    kept = np.arange(len(at)) if isinstance(domain, Float) else np.unique(at, return_index=True)[1]
    return kept, at[kept]


def _cells(domain: Domain, grid: Array) -> tuple[NDArray[np.intp], tuple[float, float]]:
    """The points of a grid that are shown, one a cell, and the outer edges of the cells."""
    kept, _ = _places(domain, grid)
    edges, shown = cells(domain, [domain.from_unit(u) for u in grid[kept].tolist()])
    return kept[shown], edges


def _reach(view: BayesianView) -> tuple[float, float]:
    """From the lowest to the highest of all losses and bands."""
    bands = [cut.mean + side * cut.std for cut in view.slices for side in (-2, 2)]
    all_of_them = np.concatenate([view.losses, *map(np.ravel, bands)])
    if not len(all_of_them):
        return 0.0, 1.0
    low, high = float(all_of_them.min()), float(all_of_them.max())
    room = 0.05 * (high - low) or 0.5
    return low - room, high + room


def _told(view: BayesianView, space: SearchSpace, label: str) -> str:
    """The step in words: what is known, and which configuration is asked for."""
    n = len(view.losses)
    known = f"{n} trial{'' if n == 1 else 's'}"
    known += f", lowest {label} {number(float(view.losses.min()))}." if n else "."
    if not len(view.proposal):
        return known
    values = {name: d.from_unit(u) for (name, d), u in zip(space.domains.items(), view.proposal.tolist(), strict=True)}
    asked = ", ".join(f"{name} {number(v) if isinstance(v, int | float) else v}" for name, v in values.items())
    why = f"largest {NAMES.get(view.acquisition, view.acquisition)}" if view.slices else "start-up, nothing is modelled"
    return f"{known} Next: {asked} ({why})."
