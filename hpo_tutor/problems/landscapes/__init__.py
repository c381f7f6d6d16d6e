"""Which losses were recorded, and how does one search on them?

landscape(name)   an objective that looks losses up
names()           those that are recorded
"""

from pathlib import Path

from hpo_tutor.problems.landscapes import files
from hpo_tutor.problems.landscapes.grids import Grid, Landscape

__all__ = ["Grid", "Landscape", "landscape", "names"]


def landscape(name: str, *, batch: int = 0, folder: str | Path | None = None) -> Landscape:
    """A recorded landscape: an objective with a known optimum and real noise, for races that take seconds.

    Args:
        name: such as "digits" (learning rate x L2) or "aleph" (learning rate x epochs); ``names()`` lists them.
        batch: the data batch; ``draw(seed)`` gives the others.
        folder: where to look in place of the package's own folder.

    Raises:
        FileNotFoundError: no such landscape is recorded; the message lists those there are.
        ValueError: there is no such batch.
    """
    return Landscape(files.read(name, Path(folder) if folder is not None else None), batch)


def names(folder: str | Path | None = None) -> list[str]:
    """The landscapes that are recorded."""
    return files.names(Path(folder) if folder is not None else None)
