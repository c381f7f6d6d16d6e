"""What is one piece of a study, and which pieces are done in one go?

cell    one sampler, one budget of N = n^d points, one data batch; what comes of it hangs on its key and nothing else
n       resolution: points per axis, had the budget been a grid's
job     cells that a worker runs together
seed    of the whole study; with a cell's key it decides all that is drawn for that cell
"""

import hashlib
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hpo_tutor.race import entries, tracks
from hpo_tutor.race.entries import Item


class Cell(NamedTuple):
    """One sampler, one budget, one data batch.

    Attributes:
        track: one of ``tracks.NAMES``.
        n_dims: d, how many hyperparameters.
        resolution: n; the budget is n^d points.
        sampler: a name of ``entries.names()``, a name that the study's ``samplers`` explain, or "module:Name".
        batch: the data batch.
        live: whether losses are really trained for, rather than looked up.
        variant: one of ``tracks.VARIANTS``.
    """

    track: str
    n_dims: int
    resolution: int
    sampler: str
    batch: int
    live: bool = False
    variant: str = ""

    @property
    def n_points(self) -> int:
        """The budget N = n^d."""
        return int(self.resolution**self.n_dims)

    @property
    def key(self) -> str:
        """A text that no other cell has, the same for ever: seeds and stored rows hang on it."""
        kind = ("live" if self.live else "recorded") + (f"-{self.variant}" if self.variant else "")
        return f"{self.track}/{kind}/d{self.n_dims}/n{self.resolution:02d}/b{self.batch:02d}/{self.sampler}"


class Job(NamedTuple):
    """What a worker does in one go; it can be sent to another process.

    Attributes:
        cells: what is run.
        entry: what makes the sampler, where it is none that ``entries`` knows by the cells' own name.
        seed: of the study.
    """

    cells: tuple[Cell, ...]
    entry: Item | None
    seed: int

    @property
    def cost(self) -> float:
        """About how many seconds it takes on one core; meant for ratios, such as a progress bar's."""
        return sum(_cost(cell, self.entry) for cell in self.cells)


def jobs(cells: Iterable[Cell], samplers: Mapping[str, Item] | None = None, seed: int = 0) -> list[Job]:
    """The jobs of a study, the same for the same cells; long ones come first, so that no long one is left for the end.

    Recorded losses are looked up for all data batches of a design at once; live, all designs of a data batch are
    trained together. Samplers that learn from losses run alone.

    Args:
        cells: in any order; what comes twice is run once.
        samplers: name of a cell's sampler -> what makes it: a callable (space, seed=...), or "module:Name".
        seed: of the study.

    Raises:
        ValueError: a sampler, track or variant is unknown, a number is none, or a name of ``samplers`` is taken.
        FileNotFoundError: a table of recorded losses is missing, or, live, a data set; the message says how to get it.
    """
    wanted, samplers = sorted({_plain(cell) for cell in cells}), dict(samplers or {})
    _check(wanted, samplers)
    groups: dict[tuple[object, ...], list[Cell]] = {}
    for cell in wanted:
        alone = not entries.is_design(cell.sampler)
        group = (*cell[:3], cell.live, cell.variant)
        sampler, batch = ("" if cell.live and not alone else cell.sampler), (cell.batch if cell.live or alone else -1)
        groups.setdefault((*group, sampler, batch), []).append(cell)
    made = [Job(tuple(group), samplers.get(group[0].sampler), int(seed)) for group in groups.values()]
    return sorted(made, key=lambda job: (-job.cost, job.cells))


def enter(cells: Iterable[Cell], names: Iterable[str]) -> list[Cell]:
    """The cells, and for each budget and data batch among them one of each further sampler."""
    known = list(dict.fromkeys(cells))
    further = (cell._replace(sampler=name) for name in names for cell in known)
    return list(dict.fromkeys((*known, *further)))


def seed_of(seed: int, *words: object) -> int:
    """A number below 2**32 that hangs on the study's seed and on these words alone."""
    digest = hashlib.sha256("/".join(map(str, (seed, *words))).encode()).digest()
    return int(np.random.SeedSequence(int.from_bytes(digest)).generate_state(1)[0])


def _plain(cell: Cell) -> Cell:
    """The cell with Python's own numbers, which a store can hold; numpy's come from tables and ranges."""
    try:
        n_dims, resolution, batch = map(operator.index, (cell.n_dims, cell.resolution, cell.batch))
    except TypeError as error:
        raise ValueError(f"n_dims, resolution and batch must be whole numbers, got {cell}") from error
    return cell._replace(n_dims=n_dims, resolution=resolution, batch=batch, live=bool(cell.live))


def _check(cells: Sequence[Cell], samplers: Mapping[str, Item]) -> None:
    """Refuse what cannot be run before anything is."""
    for name, item in samplers.items():
        if name in entries.names():
            raise ValueError(f"{name!r} is a sampler already; call yours otherwise, such as 'my-{name}'")
        entries.entry(item)
    for name in dict.fromkeys(cell.sampler for cell in cells):
        entries.entry(samplers.get(name, name))
    for resolution in dict.fromkeys(cell.resolution for cell in cells):
        if resolution < 1:
            raise ValueError(f"a resolution must be at least 1, so that there are n^d points; it is {resolution}")
    for track, n_dims, live, variant in dict.fromkeys((c.track, c.n_dims, c.live, c.variant) for c in cells):
        tracks.track(track).objective(n_dims, live=live, variant=variant)


# seconds on one core: a training; a suggestion by what learns from losses; a look-up, and what comes with each cell
_TRAINING = {"trees": 0.006, "networks": 0.04, "photographs": 0.5}
_LEARNING = {"gp": 0.02, "tpe": 0.003}
_LOOKING_UP, _CELL = 1e-5, 3e-4


def _cost(cell: Cell, entry: Item | None) -> float:
    n, drawing = cell.n_points, 0.0
    if cell.sampler == "rsa":
        drawing = 4e-3 + 1e-4 * n if cell.n_dims <= entries.RSA_DIMS_PROVED else 0.1
    elif cell.sampler == "rsa-lhs":
        drawing = 0.02 + 1e-3 * n
    elif cell.sampler == "hypertiling":
        drawing = 6e-4 * cell.n_dims
    learning = _LEARNING.get(cell.sampler, 1e-4 if entry else 0.0)
    return _CELL + drawing + n * (learning + (_TRAINING[cell.track] if cell.live else _LOOKING_UP))
