"""Does the band hold where nobody trained? A search among recorded configurations, and the ones that it left out.

points    (m, 2)  places of all recorded configurations in the unit square, learning rate and width
expected  (m,)    their losses, the mean over the recorded seeds
places    (n,)    the trials, as numbers of configurations
held      (k,)    the others
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.domains import Domain, Integer
from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.scenes.layers import Points, Segments
from hpo_tutor.scenes.looks import GREY, INK, RED, style
from hpo_tutor.scenes.processes import BELIEF
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.surfaces import axis_of, place_of
from hpo_tutor.surrogates import GaussianProcess

Array = NDArray[np.float64]

LOOK = style("BayesianOptimization")
LEAST, MOST = 0.8, 40.0  # ends of the axis of losses, in nats; bands that reach further are cut there


class Table(NamedTuple):
    """All that was recorded of two hyperparameters.

    Attributes:
        names, domains: of the two.
        points: (m, 2) in the unit square.
        single: (divisions, seeds, m) the loss of each training.
    """

    names: tuple[str, ...]
    domains: tuple[Domain, ...]
    points: Array
    single: Array

    @property
    def expected(self) -> Array:
        """The mean over the seeds, (divisions, m)."""
        mean: Array = self.single.mean(axis=1)
        return mean


def table(name: str) -> Table:
    """The recorded configurations of a landscape of two hyperparameters, as one list."""
    found = landscapes.recorded(name)
    if not isinstance(found, Recorded) or len(found.axes) != 2:
        raise ValueError(f"a table needs a grid of two hyperparameters, {name!r} has none")
    sides = [_places(axis.domain, axis.values) for axis in found.axes]
    first, second = np.meshgrid(*sides, indexing="ij")
    losses = found.losses.astype(np.float64)
    names, domains = (tuple(getattr(axis, what) for axis in found.axes) for what in ("name", "domain"))
    return Table(
        names, domains, np.column_stack([first.ravel(), second.ravel()]), losses.reshape(*losses.shape[:2], -1)
    )


def _places(domain: Domain, values: Sequence[float]) -> list[float]:
    return [domain.to_unit(int(value)) if isinstance(domain, Integer) else domain.to_unit(value) for value in values]


def inside(gp: GaussianProcess, points: Array, expected: Array) -> NDArray[np.bool_]:
    """Whether the expected losses lie in the band mean ± 2 std, (m,)."""
    mean, std = gp.predict(points)
    return np.asarray(np.abs(expected - mean) <= 2 * std)


def kept_promises(recorded: Table, division: int, places: NDArray[np.int_], gp: GaussianProcess, name: str) -> Board:
    """Where the band holds the expected loss and where not, on the map and loss by loss.

    Args:
        recorded: the configurations.
        division: of the data.
        places: the trials.
        gp: the belief after them.
        name: what is said of the kernel.
    """
    expected = recorded.expected[division]
    held = np.setdiff1d(np.arange(len(expected)), places)
    good = inside(gp, recorded.points[held], expected[held])
    x, y = (
        np.array([place_of(domain, domain.from_unit(u)) for u in column.tolist()])
        for domain, column in zip(recorded.domains, recorded.points.T, strict=True)
    )
    axes = [axis_of(one, domain) for one, domain in zip(recorded.names, recorded.domains, strict=True)]
    best = int(np.argmin(expected))
    above = Scene(
        [
            Points(x[held[good]], y[held[good]], GREY, "circle", 9, outline=None, name="in the band"),
            Points(x[held[~good]], y[held[~good]], RED, "x", 10, outline=None, name="outside"),
            Points(x[places], y[places], LOOK.color, LOOK.symbol, 14, name="trial"),
            Points([x[best]], [y[best]], INK, "star", 13, outline=GREY, name="optimum"),
        ],
        axes[0],
        axes[1],
        title=name,
        aspect=0.8,
        grid=False,
    )
    order = held[np.argsort(expected[held], kind="stable")]
    mean, std = gp.predict(recorded.points[order])
    low, high = (np.clip(mean + side * std, LEAST, MOST) for side in (-2, 2))
    rank, ok = np.arange(len(order)), inside(gp, recorded.points[order], expected[order])
    right = Scene(
        [
            Segments(rank, low, rank, high, BELIEF, width=3, opacity=0.45, name="mean ± 2 std"),
            Points(rank[ok], expected[order][ok], GREY, "circle", 6, outline=None, name="expected loss, in the band"),
            Points(rank[~ok], expected[order][~ok], RED, "x", 7, outline=None, name="outside"),
        ],
        Axis("configurations that were not tried, best first", -1, len(order)),
        Axis("cross-entropy (nats)", LEAST, MOST, log=True, ticks=[(v, str(v)) for v in (1, 2, 5, 10, 20)]),
        title=f"{good.mean():.0%} in the band",
        aspect=0.8,
    )
    regret = expected[places].min() - expected.min()
    sentence = (
        f"{name}: after {len(places)} trials the band holds {good.sum()} of {len(held)} configurations that were not "
        f"tried; the best that was tried lies {regret:.3f} nats above the best there is."
    )
    return beside(above, right, sentence=sentence)
