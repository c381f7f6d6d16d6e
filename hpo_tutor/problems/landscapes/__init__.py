"""Which losses were recorded, and how does one search on them?

landscape(name)   an objective that looks losses up
curves(name)      an objective that looks whole learning curves up, for searches that stop losers early
names()           those that are recorded
about(name)       what a table's metadata say
recorded(name)    the table itself
"""

from collections.abc import Sequence
from pathlib import Path

from hpo_tutor.problems.landscapes import files, sample_files
from hpo_tutor.problems.landscapes.files import Recorded, about
from hpo_tutor.problems.landscapes.grids import Grid, Landscape
from hpo_tutor.problems.landscapes.learning_curves import Curves, RecordedCurves, has_curves
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.problems.landscapes.samples import SampledLandscape

__all__ = [
    "Curves",
    "Grid",
    "Landscape",
    "RecordedCurves",
    "SampledLandscape",
    "about",
    "curves",
    "landscape",
    "names",
    "recorded",
]


def landscape(
    name: str, *, goals: Sequence[str] = (), batch: int = 0, folder: str | Path | None = None
) -> Landscape | SampledLandscape:
    """A recorded landscape: an objective with a known optimum and real noise, for races that take seconds.

    Args:
        name: such as "digits" (learning rate x L2) or "aleph" (learning rate x epochs); ``names()`` lists them.
        goals: what else is to be small: of "digits-autoencoder" "operations" and "parameters" of the encoder. Then each
            trial has several losses, and samplers look at the first unless they are made for more.
        batch: the data batch; ``draw(seed)`` gives the others.
        folder: where to look in place of the package's own folder.

    Returns:
        A ``Landscape`` where a grid was recorded, a ``SampledLandscape`` where random configurations were.

    Raises:
        FileNotFoundError: no such landscape is recorded; the message lists those there are.
        ValueError: there is no such batch, or no such goal.
    """
    table = recorded(name, folder)
    if isinstance(table, Sampled):
        return SampledLandscape(table, batch, goals)
    if goals:
        raise ValueError(f"{name} was recorded on a grid and has no goal beside its loss, got goals={goals!r}")
    return Landscape(table, batch)


def curves(name: str, batch: int = 0, *, folder: str | Path | None = None) -> Curves:
    """Recorded learning curves: an objective with a fidelity, the epochs, for races of schedulers that take seconds.

    Args:
        name: "digits-curves", "aleph-curves" or "mnist-curves": networks of different width, batch size and learning
            rate, so that some of them train much faster than others.
        batch: the data batch; ``draw(seed)`` gives the others.
        folder: where to look in place of the package's own folder.

    Returns:
        The curves, with ``epochs`` as the fidelity in place of a hyperparameter.

    Raises:
        FileNotFoundError: no such curves are recorded; the message lists those there are.
        ValueError: there is no such batch.
    """
    place = Path(folder) if folder is not None else None
    there = files.names(place)
    if name not in there or not _has_curves(name, place):
        known = ", ".join(one for one in there if _has_curves(one, place)) or "none"
        raise FileNotFoundError(f"no curves {name!r} are recorded; there are: {known}")
    return Curves(files.read(name, place), batch)


def names(folder: str | Path | None = None) -> list[str]:
    """The landscapes that are recorded."""
    return files.names(Path(folder) if folder is not None else None)


def recorded(name: str, folder: str | Path | None = None) -> Recorded | Sampled:
    """The table of a landscape, as it was recorded.

    Raises:
        FileNotFoundError: as of ``landscape``.
    """
    place = Path(folder) if folder is not None else None
    is_sample = about(name, place).get("kind") == sample_files.KIND
    return sample_files.read(name, place) if is_sample else files.read(name, place)


def _has_curves(name: str, folder: Path | None) -> bool:
    return has_curves(about(name, folder).get("axes", ()))
