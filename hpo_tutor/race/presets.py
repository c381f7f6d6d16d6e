"""Which cells does a study have? The source's own, a small one that takes seconds, and a large one.

d, n      hyperparameters, and points per axis: a budget of n^d points
FEASIBLE  track -> d -> the resolutions that the source ran
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from hpo_tutor.race import entries, tracks
from hpo_tutor.race.cells import Cell

SOURCE_DESIGNS = ("grid", "random", "lhs", "hypertiling", "rsa")
DESIGNS = ("grid", "grid-midpoints", "random", "lhs", "hypertiling", "rsa")
"""Those of the source, and the grid of midpoints: what the grid loses to others is mostly its points on the edges."""

FEASIBLE: Mapping[str, Mapping[int, range]] = {
    "trees": {2: range(2, 11), 3: range(2, 9), 4: range(2, 5), 5: range(2, 4), **{d: range(2, 3) for d in (6, 7, 8)}},
    "networks": {2: range(2, 6)},
    "photographs": {2: range(2, 9)},
}
MORE_DESIGNS = ("jittered", "sobol", "rsa-lhs")
LEARNING = ("gp", "tpe")
MOST_LEARNT = 64  # points: what learns from losses is asked for one trial after another
ALL_BATCHES = -1

MISSING = {
    "hypertiling": "hypertilings are made for 2 to 6 hyperparameters here; the source counts some for 7 and 8 too",
}
"""Design -> why some of its cells are missing."""
_LARGEST = {"hypertiling": 6}

LIMITED = {
    "rsa": f"one restart; beyond {entries.RSA_DIMS_PROVED} hyperparameters a run has at most "
    f"{entries.RSA_DARTS_BEYOND:,} darts, so its spheres are not proved to be the largest",
}
"""Design -> what it does without in the study, for time's sake."""

_Setting = tuple[str, int, int, str, str]  # track, d, n, variant, sampler


def preset(name: str, live: bool = False) -> list[Cell]:
    """The cells of a study.

    "quick" takes seconds: small budgets over two hyperparameters, and of trees over three. "source" is the source's
    table, its five designs and the grid of midpoints on all data batches. "full" adds further designs, samplers that
    learn where the budget is 64 points or fewer, networks over three hyperparameters, and the variants of tracks.

    Args:
        name: one of ``PRESETS``.
        live: really train; then there are no variants.

    Raises:
        ValueError: there is no such preset.
    """
    return [
        Cell(track, d, n, sampler, batch, live, variant)
        for track, d, n, variant, sampler in _settings(name, live)
        if d <= _LARGEST.get(sampler, d)
        for batch in range(tracks.track(track).n_batches(live))
    ]


def missing(name: str, live: bool = False) -> list[tuple[Cell, str]]:
    """What a preset would have if it could be made: cells with batch -1, which stands for all batches, and why not."""
    return [
        (Cell(track, d, n, sampler, ALL_BATCHES, live, variant), MISSING[sampler])
        for track, d, n, variant, sampler in _settings(name, live)
        if d > _LARGEST.get(sampler, d)
    ]


def _quick() -> Iterator[_Setting]:
    for track in FEASIBLE:
        yield from _raced(track, {2: range(2, 6), **({3: range(2, 4)} if track == "trees" else {})}, DESIGNS)


def _source() -> Iterator[_Setting]:
    for track, feasible in FEASIBLE.items():
        yield from _raced(track, feasible, DESIGNS)


def _full() -> Iterator[_Setting]:
    more = {3: range(2, 6)}
    for track, feasible in FEASIBLE.items():
        yield from _raced(track, {**feasible, **(more if track == "networks" else {})}, (*DESIGNS, *MORE_DESIGNS))
    for track, feasible in FEASIBLE.items():
        yield from _raced(track, {**feasible, **(more if track == "networks" else {})}, LEARNING, MOST_LEARNT)
        yield from _raced(track, {2: feasible[2]}, (*DESIGNS, *MORE_DESIGNS), variant="ranges")
    yield from _raced("trees", {3: FEASIBLE["trees"][3]}, (*DESIGNS, *MORE_DESIGNS), variant="idle")


_PRESETS = {"quick": _quick, "source": _source, "full": _full}
PRESETS = tuple(_PRESETS)
"""The studies there are."""


def _settings(name: str, live: bool) -> list[_Setting]:
    if name not in _PRESETS:
        raise ValueError(f"a preset must be one of {', '.join(PRESETS)}; it is {name!r}")
    return [setting for setting in _PRESETS[name]() if not (live and setting[3])]


def _raced(
    track: str,
    feasible: Mapping[int, range],
    samplers: Iterable[str],
    most: int | None = None,
    variant: str = "",
) -> Iterator[_Setting]:
    for d, resolutions in feasible.items():
        for n, sampler in product(resolutions, samplers):
            if most is None or n**d <= most:
                yield track, d, n, variant, sampler
