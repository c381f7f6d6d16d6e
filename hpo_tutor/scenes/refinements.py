"""Which point comes next, and why? The points of a refinement on their map, and the queue in which they wait.

n          points; each is called by its row, from 0, in the order in which they came, on the map as in the queue
row        of ``views.Refinement``: what was known when the last point was chosen
waiting    rows in the order of their priorities, the smallest first: the one that was chosen
size       the sum of a point's levels on a sparse grid, its level in adaptive random search
share      a place on the map, (0, 0) to (1, 1): where it stands between the ends of both axes
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.crowds import crowded_labels, moved_aside
from hpo_tutor.scenes.layers import AnyLayer, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, PAGE, SIZES
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.surfaces import axis_of, place_of
from hpo_tutor.scenes.ticks import linear, number
from hpo_tutor.search_space import Domain, SearchSpace
from hpo_tutor.views import Refinement

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

N_ROWS = 7  # of the queue that are shown
SMALL, DISC, LARGE, CHILD = 8.0, 22.0, 27.0, 15.0  # symbols, pixels
DOT, TINY = 12.0, 7.0  # the chosen point and its children, where they lie too close for these
LISTED, FIRST = 19.0, 21.0  # discs in the queue, whose rows are low on a narrow page
RIM, THIN = 2.5, 1.5  # of a disc, around its number
BAR = 0.3  # half the height of a bar, in rows
COLUMNS = {"point": -1.42, "rank": -1.0, "size": -0.65, "degree": -0.3}  # in lengths of the axis of priorities
LEFT = 1.6  # so much of the panel do the columns take, in the same lengths
HEAD = 1.7  # rows that the words above the columns take, on two lines, for a narrow page has no room for one
DECIMALS = range(3, 10)  # of priorities that would read alike with fewer


def waiting(refinement: Refinement) -> Ints:
    """The rows that were weighed at the last choice, in the order of their priorities; (0,) before the first.

    Points whose turn would have come before the one that was chosen have no room around them, and are left out.
    """
    chosen, worth = refinement.refined, refinement.priorities
    if chosen < 0:
        return np.empty(0, dtype=np.int64)
    weighed = np.flatnonzero(~np.isnan(worth))
    order = weighed[np.argsort(worth[weighed], kind="stable")]
    return order[int(np.flatnonzero(order == chosen)[0]) :]


def weighed_degrees(refinement: Refinement) -> Ints:
    """How often each point had been refined when the last one was chosen, (n,)."""
    return np.asarray(refinement.degrees - (np.arange(len(refinement.degrees)) == refinement.refined))


def children(refinement: Refinement) -> Ints:
    """The rows that the last refinement brought; all that there are, before the first."""
    last = refinement.births == refinement.births.max(initial=0)
    return np.flatnonzero(last & (refinement.parents == refinement.refined))


def untried(refinement: Refinement) -> Ints:
    """The children whose losses are awaited: those asked for, or all if none was; without what was known before."""
    rows = children(refinement)
    asked = refinement.trials[rows] >= 0
    return rows[np.isnan(refinement.losses[rows]) & (asked if asked.any() else True)]


def marks(refinement: Refinement, space: SearchSpace, n_rows: int = N_ROWS) -> list[AnyLayer]:
    """The points on a map of two hyperparameters: those at the front of the queue numbered, the next ones as diamonds.

    Lines lead from each point to those that were born when it was refined. Where numbered points or diamonds lie close
    together, the numbers stand aside, and a white line ties each to its point.

    Args:
        refinement: of a sampler's view.
        space: of two hyperparameters.
        n_rows: how many of the queue are numbered.

    Raises:
        ValueError: the space is not two-dimensional.
    """
    _check(space)
    x, y = (_on_axis(domain, refinement.points[:, i]) for i, domain in enumerate(space.domains.values()))
    axes = [axis_of(name, domain) for name, domain in space.domains.items()]
    shares = np.column_stack([_shares(axis, at) for axis, at in zip(axes, (x, y), strict=True)])
    chosen, new = refinement.refined, untried(refinement)
    tried = np.flatnonzero(~np.isnan(refinement.losses) | (refinement.trials >= 0))  # others: cut by the budget
    old = np.setdiff1d(tried, new)
    numbered = waiting(refinement)[:n_rows]
    crowded = crowded_labels(shares, numbered, new)
    labels = moved_aside(shares, numbered, crowded, np.union1d(old, new))
    at_x, at_y = (_from_shares(axis, labels[:, i]) for i, axis in enumerate(axes))  # row for row those of numbered
    plain = (numbered != chosen) & ~crowded
    aside = (numbered != chosen) & crowded
    small = np.setdiff1d(old, numbered[~crowded])
    close = bool(len(new)) and chosen in numbered[crowded].tolist()
    ties = numbered[crowded]
    layers: list[AnyLayer] = [
        _links(x, y, refinement.parents, old, "#ffffff", 1.0),
        _links(x, y, refinement.parents, new, "#ffffff", 6.0),
        _links(x, y, refinement.parents, new, GREEN, 3.0),
        Segments(x[ties], y[ties], at_x[crowded], at_y[crowded], "#ffffff", width=1.5),
        Points(x[small], y[small], BLUE, "circle", SMALL, name="tried"),
        *_discs(at_x[plain], at_y[plain], numbered[plain]),
        *_discs(at_x[aside], at_y[aside], numbered[aside]),
    ]
    diamonds = Points(x[new], y[new], GREEN, "diamond", TINY if close else CHILD, name="new points")
    if close:  # then they lie on top, else below a number
        dot = Points(x[[chosen]], y[[chosen]], ORANGE, "circle", DOT, outline=INK, name="refined next")
        (first,) = np.flatnonzero(numbered == chosen)
        layers += [*_chosen_disc(float(at_x[first]), float(at_y[first]), chosen, size=DISC), dot, diamonds]
    elif chosen >= 0:
        layers += [diamonds, *_chosen_disc(float(x[chosen]), float(y[chosen]), chosen, "refined next")]
    else:
        layers.append(diamonds)
    return layers


def queue(
    refinement: Refinement,
    *,
    size_name: str = "levels",
    top: float | None = None,
    n_rows: int = N_ROWS,
    title: str = "The queue",
    aspect: float = 1.0,
) -> Scene:
    """The points that come first, a row for each: rank, size, degree and priority, the last as a bar too.

    Args:
        refinement: of a sampler's view.
        size_name: what a size is called, "levels" or "level".
        top: the longest bar that is to fit; None takes that of this queue.
        n_rows: how many are shown.
        title: above it.
        aspect: height over width.
    """
    rows = waiting(refinement)[:n_rows]
    worth = refinement.priorities[rows]
    top = float(top or worth.max(initial=1.0))
    unit = 1.4 * top  # there is room for a number behind the longest bar
    at = {name: place * unit for name, place in COLUMNS.items()}
    heights = n_rows - 0.5 - np.arange(len(rows), dtype=float)
    above = [n_rows + 1.25, n_rows + 0.5, n_rows + 1.25]
    outer = [at["rank"], at["degree"]]
    layers: list[AnyLayer] = [
        Segments(outer, [n_rows + 0.85] * 2, outer, [n_rows] * 2, GREY, width=1.0),  # from the words to their columns
        Text([at["rank"], at["size"], at["degree"]], above, ["rank", size_name, "degree"], size=SIZES["numbers"]),
        Segments([-LEFT * unit], [n_rows], [unit], [n_rows], GREY, width=1.0),
    ]
    if len(rows):
        cells = {"rank": refinement.ranks, "size": refinement.sizes, "degree": weighed_degrees(refinement)}
        layers += [
            _bars(worth[:1], heights[:1], ORANGE),
            _bars(worth[1:], heights[1:], BLUE),
            Text(worth + 0.04 * unit, heights, _told_apart(worth), anchor="start"),
            *(
                Text(np.full(len(rows), at[name]), heights, [str(one) for one in values[rows].tolist()])
                for name, values in cells.items()
            ),
            *_chosen_disc(at["point"], float(heights[0]), int(rows[0]), size=FIRST, rim=THIN),
            *_discs(np.full(len(rows), at["point"])[1:], heights[1:], rows[1:], size=LISTED, rim=THIN),
        ]
    else:
        layers.append(Text([(1 - LEFT) / 2 * unit], [n_rows / 2], ["nothing to refine yet"], size=SIZES["sentences"]))
    across = Axis("priority, the smallest is next", -LEFT * unit, unit, ticks=linear(0.0, top, 5))
    return Scene(layers, across, Axis("", 0, n_rows + HEAD, ticks=()), told(refinement), title, aspect, grid=False)


def told(refinement: Refinement, gamma: float | None = None, size_name: str = "levels") -> str:
    """The choice in words, with the sum that made it."""
    chosen, n_new = refinement.refined, len(untried(refinement))
    if chosen < 0:
        return f"Nothing has been refined yet: {n_new} point{' waits' if n_new == 1 else 's wait'} to be tried."
    rank, size = int(refinement.ranks[chosen]), int(refinement.sizes[chosen])
    degree = int(weighed_degrees(refinement)[chosen])
    front = waiting(refinement)[:2]
    worth, *next_worth = _told_apart(refinement.priorities[front])
    why = f"rank {rank}, {size_name} {size}, degree {degree}, priority "
    if gamma is not None:
        why += f"{rank + 1}^{number(1 - gamma)} · {size + degree + 1}^{number(gamma)} = "
    then = "".join(f" Behind it waits point {row}, {of}." for row, of in zip(front[1:], next_worth, strict=True))
    brings = f"It brings {n_new} new point{'s' * (n_new != 1)}."
    return f"Point {chosen} is refined next: {why}{worth}. {brings}{then}"


def plane(
    refinement: Refinement,
    space: SearchSpace,
    ground: Sequence[AnyLayer] = (),
    title: str = "",
    aspect: float = 1.0,
) -> Scene:
    """The points of a refinement over two hyperparameters; see ``marks``.

    Args:
        refinement: of a sampler's view.
        space: of two hyperparameters.
        ground: what lies below, such as what the sampler believes of the loss.
        title: above it.
        aspect: height over width.

    Raises:
        ValueError: the space is not two-dimensional.
    """
    _check(space)
    x, y = (axis_of(name, domain) for name, domain in space.domains.items())
    return Scene([*ground, *marks(refinement, space)], x, y, told(refinement), title, aspect, grid=not ground)


def _check(space: SearchSpace) -> None:
    if space.n_dims != 2:
        raise ValueError(
            f"the map of a refinement needs two hyperparameters, this space has {space.n_dims} "
            f"({', '.join(space.names)}); draw refinements.queue alone"
        )


def _on_axis(domain: Domain, u: Array) -> Array:
    return np.array([place_of(domain, domain.from_unit(one)) for one in u.tolist()])


def _shares(axis: Axis, places: Array) -> Array:
    scale = np.log if axis.log else np.asarray
    low, high = float(scale(axis.low)), float(scale(axis.high))
    return np.asarray((scale(places) - low) / (high - low), dtype=np.float64)


def _from_shares(axis: Axis, shares: Array) -> Array:
    if axis.log:
        return np.asarray(axis.low * (axis.high / axis.low) ** shares)
    return np.asarray(axis.low + shares * (axis.high - axis.low))


def _told_apart(values: Array) -> list[str]:
    """Numbers in words; neighbours that would read alike, but are not, with more decimals."""
    words = [number(value) for value in values.tolist()]
    for i in range(len(words) - 1):
        one, other = values[i : i + 2].tolist()
        if words[i] == words[i + 1] and not np.isclose(one, other, rtol=1e-9, atol=0):
            digits = next((n for n in DECIMALS if f"{one:.{n}f}" != f"{other:.{n}f}"), DECIMALS[-1])
            words[i : i + 2] = [f"{one:.{digits}f}", f"{other:.{digits}f}"]
    return words


def _links(x: Array, y: Array, parents: Ints, rows: Ints, color: str, width: float) -> Segments:
    """From parents to children."""
    born = rows[parents[rows] >= 0]
    above = parents[born]
    return Segments(x[above], y[above], x[born], y[born], color, width=width)


def _discs(x: Array, y: Array, rows: Ints, size: float = DISC, rim: float = RIM) -> list[AnyLayer]:
    """Points with their numbers."""
    return [
        Points(x, y, BLUE, "circle", size),
        Points(x, y, PAGE, "circle", size - 2 * rim, outline=None),
        Text(x, y, [str(row) for row in rows.tolist()], size=SIZES["numbers"]),
    ]


def _chosen_disc(x: float, y: float, row: int, name: str = "", size: float = LARGE, rim: float = RIM) -> list[AnyLayer]:
    """The point that is refined next, large and ringed."""
    return [
        Points([x], [y], INK, "circle", size + 2, outline=None),
        Points([x], [y], ORANGE, "circle", size - 1, outline=None, name=name),
        Points([x], [y], PAGE, "circle", size - 1 - 2 * rim, outline=None),
        Text([x], [y], [str(row)], size=SIZES["numbers"]),
    ]


def _bars(lengths: Array, heights: Array, color: str) -> Polygons:
    """A bar for each row, from 0 on."""
    zero = np.zeros_like(lengths)
    x = np.column_stack([zero, lengths, lengths, zero]).ravel()
    y = np.column_stack([heights - BAR, heights - BAR, heights + BAR, heights + BAR]).ravel()
    return Polygons(x, y, 4, color)
