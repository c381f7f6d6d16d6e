"""Which real data can be learnt from, and how are they loaded?

names()            the eight sets
available(name)    whether a set loads without the network
load(name)         frozen arrays with names and units, checked against their pinned checksums

n    number of rows
d    number of inputs of a table
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.datasets.files import (
    Arrays,
    DamagedDataError,
    arrays_sha256,
    built_path,
    check,
    fetch,
    find,
    load_built,
    save_built,
)
from hpo_tutor.problems.datasets.registry import REGISTRY, Entry


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Read-only arrays with names and units.

    Attributes:
        inputs: (n, d) float64, nan where a value is missing; pictures are (n, height, width) or (n, height, width, 3)
            uint8.
        target: (n,) float64 for regression, int64 class numbers for classification.
        input_names, input_units: one a column; a single one for pictures.
        class_names: one a class, empty for regression.
        parts: name -> slice of the rows, such as train and test.
        extras: further columns (n,) that are not inputs: identifiers, words.
        licence, credit, source: as the source states them; name the authors when you show the data.
        notes: what to know before using it.

    """

    name: str
    inputs: NDArray[Any]
    target: NDArray[Any]
    input_names: tuple[str, ...]
    input_units: tuple[str, ...]
    target_name: str
    target_unit: str
    task: Literal["regression", "classification"]
    class_names: tuple[str, ...]
    parts: Mapping[str, slice]
    extras: Mapping[str, NDArray[Any]]
    licence: str
    credit: str
    source: str
    notes: str

    def __len__(self) -> int:
        return len(self.target)

    def __repr__(self) -> str:
        return (
            f"<Dataset {self.name}: {len(self):,} rows, inputs {self.inputs.shape}, "
            f"target {self.target_name} ({self.target_unit}), {self.task}>"
        )

    def part(self, name: str) -> "Dataset":
        """The rows of one part, as views.

        Raises:
            ValueError: there is no such part.
        """
        if name not in self.parts:
            raise ValueError(f"{self.name} has no part {name!r}; its parts are {', '.join(self.parts)}")
        rows = self.parts[name]
        return replace(
            self,
            inputs=self.inputs[rows],
            target=self.target[rows],
            extras=MappingProxyType({key: column[rows] for key, column in self.extras.items()}),
            parts=MappingProxyType({name: slice(0, rows.stop - rows.start)}),
        )


def names() -> tuple[str, ...]:
    """The data sets; the first one is installed with scikit-learn."""
    return tuple(REGISTRY)


def available(name: str) -> bool:
    """Whether the set loads without the network: it is installed, in the data folder or in the cache.

    Raises:
        ValueError: there is no such set.
    """
    entry = _entry(name)
    file_sets = [entry.copies, entry.originals] if entry.originals else [entry.copies]  # digits needs no file at all
    return find(built_path(name)) is not None or any(all(find(file.path) for file in files) for files in file_sets)


def load(name: str, *, clean: bool = False) -> Dataset:
    """Load a data set from the data folder or the cache, or fetch its public originals and build it.

    ``HPO_TUTOR_DATA`` names a folder to use in place of the cache. ``clean`` applies the recipe in the notes of
    danish_housing (price >= 200,000 DKK and living area >= 20 square metres).

    Raises:
        ValueError: there is no such set, or it has no cleaning recipe.
        MissingDataError: a file is not here and cannot be fetched; the message names it, and what loads offline.
        DamagedDataError: a file or the built arrays do not have their pinned checksum.
    """
    entry = _entry(name)
    if clean and name != "danish_housing":
        raise ValueError(f"only danish_housing has a cleaning recipe, got clean=True for {name!r}; leave clean out")
    arrays = _arrays(name, entry)
    if clean:
        keep = (arrays["target"] >= 200_000) & (arrays["inputs"][:, 2] >= 20)
        arrays = {key: array[keep] for key, array in arrays.items()}
    arrays = {key: np.ascontiguousarray(array) for key, array in arrays.items()}
    for array in arrays.values():
        array.flags.writeable = False
    n = len(arrays["target"])
    ends = np.cumsum([0, *(rows for _, rows in entry.parts)]) if entry.parts else np.array([0, n])
    parts = {
        part: slice(int(start), int(stop))
        for part, start, stop in zip([part for part, _ in entry.parts] or ["all"], ends[:-1], ends[1:], strict=True)
    }
    return Dataset(
        name=name,
        inputs=arrays["inputs"],
        target=arrays["target"],
        input_names=tuple(column for column, _ in entry.inputs),
        input_units=tuple(unit for _, unit in entry.inputs),
        target_name=entry.target[0],
        target_unit=entry.target[1],
        task=entry.task,
        class_names=entry.class_names,
        parts=MappingProxyType(parts),
        extras=MappingProxyType({key: arrays[key] for key in sorted(arrays.keys() - {"inputs", "target"})}),
        licence=entry.licence,
        credit=entry.credit,
        source=entry.source,
        notes=entry.notes,
    )


def _entry(name: str) -> Entry:
    if name not in REGISTRY:
        raise ValueError(f"there is no data set {name!r}; there are {', '.join(REGISTRY)}")
    return REGISTRY[name]


def _arrays(name: str, entry: Entry) -> Arrays:
    """The arrays from the copies where all are here, from an earlier build, or else from the originals."""
    copies = [(file, found) for file in entry.copies if (found := find(file.path))]
    if len(copies) == len(entry.copies):
        return _verified(name, entry, entry.read([check(found, file) for file, found in copies]), "its files")
    if built := find(built_path(name)):
        return _verified(name, entry, load_built(built), str(built))
    files = [
        fetch(file, needed_by=name, offline=lambda: filter(available, names()))
        for file in entry.originals or entry.copies
    ]
    arrays = _verified(name, entry, entry.build(files), ", ".join(str(file) for file in files))
    if entry.originals:
        with suppress(OSError):  # a full disk costs the next load some seconds, not this one its data
            save_built(name, arrays)
    return arrays


def _verified(name: str, entry: Entry, arrays: Arrays, origin: str) -> Arrays:
    found = arrays_sha256(arrays)
    if found != entry.arrays:
        raise DamagedDataError(
            f"the arrays of {name} are not those that were pinned: expected sha256 {entry.arrays}, found {found}. "
            f"They come from {origin}: delete that and load again."
        )
    return arrays
