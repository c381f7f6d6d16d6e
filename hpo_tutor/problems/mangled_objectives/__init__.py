"""What is it like to search in three to eight dimensions, when two cost fits and the others next to nothing?

mangled(name, n_dims)   boosted trees that learnt a target mangled by a polynomial; see the room ``mangling``
"""

from pathlib import Path
from typing import TYPE_CHECKING

from hpo_tutor.problems import mangling

if TYPE_CHECKING:
    from hpo_tutor.problems.mangled_objectives.live import MangledLive
    from hpo_tutor.problems.mangled_objectives.recorded import MangledLandscape

__all__ = ["mangled"]


def mangled(
    name: str = "danish_housing-44",
    n_dims: int = 3,
    batch: int = 0,
    live: bool = False,
    *,
    n_threads: int | None = None,
    folder: str | Path | None = None,
) -> "MangledLandscape | MangledLive":
    """An objective of learning_rate, max_depth and n_dims - 2 coefficients that mangled the target.

    Trees learnt P(y) = sum_k c_k y^(2k+1) of the normalised logarithm y of a price; a configuration's own c0, c1, ...
    undo their predictions. ``evaluate`` scores validation rows, ``expected`` held-out test rows.

    Args:
        name: the task, "danish_housing-44".
        n_dims: from 3 to 8.
        batch: the data batch, of 44; ``draw(seed)`` gives the others.
        live: fit trees when called, rather than look recorded predictions up.
        n_threads: of live fits; None takes every core.
        folder: where to look for the recording in place of the package's own folder.

    Raises:
        FileNotFoundError: no such predictions are recorded, or the data set is missing.
        ValueError: there is no such task, number of dimensions or batch.
    """
    from hpo_tutor.problems.mangled_objectives import tables

    n_terms = mangling.n_terms_of(n_dims)
    if name not in tables.FILES:
        raise ValueError(f"mangled objectives are made of {', '.join(tables.FILES)}, got {name!r}")
    if live:
        from hpo_tutor.problems.mangled_objectives.live import MangledLive  # trees are loaded by whoever fits them

        return MangledLive(name, n_terms, batch, n_threads)
    from hpo_tutor.problems.mangled_objectives.recorded import MangledLandscape  # numba, likewise

    return MangledLandscape(name, tables.read(name, n_terms, folder), batch)
