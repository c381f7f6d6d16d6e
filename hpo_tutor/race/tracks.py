"""What is a study raced on? Three kinds of data, each cut into batches, and a learner for each.

track     a data set and what learns it, as the source had them: boosted trees (T), networks (N), photographs (C)
batch     one part of the data: samplers that are compared meet the same ones
variant   what is done to a track: "" nothing; "idle": one more axis that does nothing (trees, d = 3); "ranges": each
          batch is searched in ranges of its own (d = 2), so that no design is lucky with where the bounds happen to lie
edge      a batch whose smallest expected loss lies on the border of what was recorded: a wider domain may hold better
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from hpo_tutor import problems

VARIANTS = ("", "idle", "ranges")
RANGES_SHARE = 0.8


class Track(NamedTuple):
    """A data set and what learns it.

    Attributes:
        name: what the track is called.
        letter: the source's letter for it.
        data: the data set.
        model: what learns, in words.
        batches: how many data batches.
        landscapes: the numbers of hyperparameters whose landscapes are recorded as grids -> their names.
        mangled: the numbers of hyperparameters of which all but two are mangled.
    """

    name: str
    letter: str
    data: str
    model: str
    batches: int
    landscapes: dict[int, str]
    mangled: tuple[int, ...] = ()

    @property
    def dims(self) -> tuple[int, ...]:
        """The numbers of hyperparameters that there are."""
        return (*self.landscapes, *self.mangled)

    def n_batches(self, live: bool = False) -> int:
        """How many data batches; live training cuts the data as the recording did."""
        return self.batches

    def objective(self, n_dims: int, *, live: bool = False, variant: str = "") -> Any:
        """The family of objectives: ``draw(batch)`` gives the one of a data batch, whose ``member`` is its number.

        Args:
            n_dims: d, one of ``dims``, or 3 for the variant "idle" of trees.
            live: whether losses are really trained for, rather than looked up.
            variant: one of ``VARIANTS``.

        Raises:
            ValueError: as of ``check``.
        """
        self.check(n_dims, live=live, variant=variant)
        return _objective(self.name, n_dims, live, variant)

    def check(self, n_dims: int, *, live: bool = False, variant: str = "") -> None:
        """Refuse what there is no objective for.

        Raises:
            ValueError: there is none; the message says what there is.
        """
        if variant not in VARIANTS:
            raise ValueError(f"a variant must be one of {', '.join(map(repr, VARIANTS))}; it is {variant!r}")
        if live and variant:
            raise ValueError(f"the variant {variant!r} is for recorded losses, whose optimum is known; leave live out")
        if variant and (self.name, n_dims, variant) not in _VARIED:
            there = "; ".join(f"{name}, d = {d}, {kind!r}" for name, d, kind in _VARIED)
            raise ValueError(f"there are variants {there}; got {self.name}, d = {n_dims}, {variant!r}")
        if n_dims not in self.dims:
            raise ValueError(f"{self.name} has {', '.join(map(str, self.dims))} hyperparameters, got n_dims={n_dims}")


_TRACKS = (
    Track("trees", "T", "danish_housing", "boosted trees (LightGBM)", 44, {2: "danish_housing-44"}, (3, 4, 5, 6, 7, 8)),
    Track("networks", "N", "aleph", "a network of two hidden layers", 10, {2: "aleph", 3: "aleph-width"}),
    Track("photographs", "C", "cifar10", "a dense layer on a frozen convolutional network", 10, {2: "cifar10"}),
)
_BY_NAME = {track.name: track for track in _TRACKS}
_VARIED = (("trees", 3, "idle"), *((track.name, 2, "ranges") for track in _TRACKS))

NAMES = tuple(_BY_NAME)
"""The tracks there are."""


def track(name: str) -> Track:
    """The track of that name.

    Raises:
        ValueError: there is no such track.
    """
    if name not in _BY_NAME:
        raise ValueError(f"a track must be one of {', '.join(NAMES)}; it is {name!r}")
    return _BY_NAME[name]


def edge_batches(name: str) -> list[int]:
    """The data batches of a track whose smallest expected loss, over two hyperparameters, lies on the domain's border.

    Raises:
        ValueError: there is no such track.
    """
    family = track(name).objective(2)
    found = []
    for batch in range(track(name).n_batches()):
        losses = family.draw(batch).grid().losses
        place = np.unravel_index(int(losses.argmin()), losses.shape)
        if any(i in (0, n - 1) for i, n in zip(place, losses.shape, strict=True)):
            found.append(batch)
    return found


@lru_cache(maxsize=8)
def _landscape(name: str) -> Any:
    return problems.landscape(name)


@lru_cache(maxsize=32)
def _objective(name: str, n_dims: int, live: bool, variant: str) -> Any:
    known = track(name)
    if n_dims in known.mangled and not variant:
        return problems.mangled(known.landscapes[2], n_dims, live=live)
    recorded = _landscape(known.landscapes[n_dims - (variant == "idle")])
    if live:
        wanted = {**recorded.space.domains, **recorded.space.fixed}
        return problems.live(recorded.about["task"], wanted, n_batches=recorded.n_batches)
    if variant == "idle":
        return problems.WithIdle(recorded, 1)
    return problems.WithRanges(recorded, share=RANGES_SHARE) if variant == "ranges" else recorded
