"""How are recorded predictions on a mangled scale kept, and where are they found?

A file of numpy arrays; of B data batches, each with rows that no fit has seen, validation rows before test rows:
rows            (B, 2) how many of both
truth           (n,) targets y of all batches' rows, one batch after another
scales          (B,) what y = 1 is, in the loss's unit
coefficients_t  (B, t) the true ones, for t = 1 to 6 terms
predictions_t   (n_1, n_2, n) float16, of the same rows, at learning_rates (n_1,) and max_depths (n_2,)
about           a JSON text: units, split, machine, versions, ...
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes import files

SUFFIX = ".npz"
FILES: Mapping[str, str] = {"danish_housing-44": "danish_housing-mangled"}
"""The tasks that were recorded -> the files' names."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """What trees that learnt one number of terms say of unseen rows, of all data batches.

    Attributes:
        learning_rates, max_depths: the grid.
        rows, truth, scales, coefficients, predictions: see above.
        about: what the file says of itself.
    """

    learning_rates: NDArray[np.float64]
    max_depths: NDArray[np.int64]
    rows: NDArray[np.int64]
    truth: NDArray[np.float32]
    scales: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    predictions: NDArray[np.float16]
    about: Mapping[str, Any]

    def checked(self) -> "Predictions":
        """The same.

        Raises:
            ValueError: a prediction is not finite, or coefficients are not above 0.
        """
        if not np.isfinite(self.predictions).all():
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(self.predictions))[0])
            rate, depth = self.learning_rates[place[0]], self.max_depths[place[1]]
            raise ValueError(
                f"every prediction must be finite, that of row {place[2]} at learning_rate {rate:g}, max_depth "
                f"{depth} is {self.predictions[place]}; record them again"
            )
        if not (self.coefficients > 0).all():
            raise ValueError(f"coefficients must be above 0, the least is {self.coefficients.min()}; record them again")
        return self


def read(task: str, n_terms: int, folder: str | Path | None = None) -> Predictions:
    """The recorded predictions of one number of terms.

    Raises:
        ValueError: nothing of that task is recorded mangled.
        FileNotFoundError: there is no such file; the message says how to record it.
    """
    if task not in FILES:
        raise ValueError(f"mangled objectives are made of {', '.join(FILES)}, got {task!r}")
    return _read(task, n_terms, Path(folder) if folder is not None else None)


def write(path: Path, about: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
    """Write the file in one stroke: a reader sees the old one or the whole new one."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as file:
        np.savez_compressed(file, about=np.array(json.dumps(about, allow_nan=False)), **arrays)
    os.replace(draft, path)
    _read.cache_clear()


def about(file: Traversable | Path) -> dict[str, Any]:
    """What a file says of itself."""
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        said: dict[str, Any] = json.loads(str(kept["about"]))
    return said


@lru_cache(maxsize=8)
def _read(task: str, n_terms: int, folder: Path | None) -> Predictions:
    with files.find(FILES[task], folder, SUFFIX).open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
        return Predictions(
            learning_rates=kept["learning_rates"],
            max_depths=kept["max_depths"],
            rows=kept["rows"],
            truth=kept["truth"],
            scales=kept["scales"],
            coefficients=kept[f"coefficients_{n_terms}"],
            predictions=kept[f"predictions_{n_terms}"],
            about=json.loads(str(kept["about"])),
        ).checked()
