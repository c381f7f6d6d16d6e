"""How is a recorded landscape kept, and where is it found?

A Parquet table with one row a recorded loss (data_batch, seed, one column an axis, loss) in the order of the array
losses    (n_batches, n_seeds, n_1, ..., n_d), float32
and a JSON text in the schema's metadata that says what everything means: axes, units, splits, machine, versions.
"""

import importlib.resources
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hpo_tutor.search_space import Domain, Float, Integer

METADATA_KEY = b"hpo_tutor"
SUFFIX = ".parquet"
OTHERS = {  # tables beside the landscapes that are none
    "study",
    "budgets",
    "online-field",
    "online-horizons",
    "online-rivals",
    "online-starts",
    "online-tuning-sets",
    "stopping",
    "switches",
    "trained",
}


@dataclass(frozen=True)
class Axis:
    """One hyperparameter of a grid.

    Attributes:
        name: the hyperparameter.
        values: where it was recorded, increasing.
        log: whether the space, and the interpolation, is logarithmic.
        whole: whether only whole numbers make sense.
        unit: "" for a pure number.
    """

    name: str
    values: tuple[float, ...]
    log: bool = False
    whole: bool = False
    unit: str = ""

    @property
    def domain(self) -> Domain:
        """The domain from the first to the last value."""
        low, high = self.values[0], self.values[-1]
        return Integer(int(low), int(high), log=self.log) if self.whole else Float(low, high, log=self.log)


@dataclass(frozen=True, eq=False)
class Recorded:
    """A recorded table.

    Attributes:
        name: of the landscape.
        axes: the d hyperparameters of the grid.
        losses: shape (n_batches, n_seeds, n_1, ..., n_d).
        about: what the metadata say: fixed hyperparameters, loss and unit, split, seeds, machine, versions, ...
    """

    name: str
    axes: tuple[Axis, ...]
    losses: NDArray[np.float32]
    about: Mapping[str, Any]


def write(path: Path, recorded: Recorded) -> None:
    """Write the table in one stroke: a reader sees the old file or the whole new one."""
    shape = recorded.losses.shape
    labels: dict[str, Sequence[float]] = {
        "data_batch": range(shape[0]),
        "seed": recorded.about["seeds"],
        **{axis.name: axis.values for axis in recorded.axes},
    }
    columns: dict[str, pa.Array] = {}
    for dimension, (name, values) in enumerate(labels.items()):
        whole = name in ("data_batch", "seed") or recorded.axes[dimension - 2].whole
        places = np.indices(shape, dtype=np.int32)[dimension].ravel()
        names = pa.array(list(values), type=pa.int64() if whole else pa.float64())
        columns[name] = pa.DictionaryArray.from_arrays(places, names)
    columns["loss"] = pa.array(recorded.losses.astype(np.float32).ravel())
    meaning = {"name": recorded.name, "axes": [asdict(axis) for axis in recorded.axes], **recorded.about}
    table = pa.table(columns).replace_schema_metadata({METADATA_KEY: json.dumps(meaning, allow_nan=False).encode()})
    draft = path.with_name(path.name + ".draft")
    dictionaries = [name for name in columns if name != "loss"]
    pq.write_table(
        table,
        draft,
        compression="zstd",
        use_dictionary=dictionaries,
        column_encoding={"loss": "BYTE_STREAM_SPLIT"},
    )
    os.replace(draft, path)


def read(name: str, folder: Path | None = None) -> Recorded:
    """Read a landscape from ``folder``, or from where the package keeps them.

    Raises:
        FileNotFoundError: there is none of that name; the message lists what there is, and how to record one.
    """
    file = find(name, folder)
    # one thread and one column: the labels are for other readers, the order of the rows is fixed
    table = pq.ParquetFile(io.BytesIO(file.read_bytes())).read(columns=["loss"], use_threads=False)
    losses = np.concatenate([np.from_dlpack(chunk) for chunk in table["loss"].chunks])  # to_numpy loads pandas first
    meaning = json.loads(table.schema.metadata[METADATA_KEY])
    axes = tuple(Axis(**{**axis, "values": tuple(axis["values"])}) for axis in meaning.pop("axes"))
    shape = (meaning["n_batches"], len(meaning["seeds"]), *(len(axis.values) for axis in axes))
    return Recorded(meaning.pop("name"), axes, losses.reshape(shape), meaning)


def about(name: str, folder: Path | None = None) -> dict[str, Any]:
    """What a table's metadata say, without its losses.

    Raises:
        FileNotFoundError: as of ``read``.
    """
    with find(name, folder).open("rb") as file:
        meaning: dict[str, Any] = json.loads(pq.read_schema(file).metadata[METADATA_KEY])
    return meaning


def find(name: str, folder: Path | None = None, suffix: str = SUFFIX) -> Traversable:
    """The table of that name in ``folder``, or where the package keeps them; or what lies beside it by another suffix.

    Raises:
        FileNotFoundError: as of ``read``.
    """
    for place in _places(folder):
        file = place / f"{name}{suffix}"
        if file.is_file():
            return file
    where = f"in {folder}" if folder else "installed"
    raise FileNotFoundError(
        f"no landscape {name!r} is {where}; there are: {', '.join(names(folder)) or 'none'}. "
        f"To record it: hpo-tutor record {name}"
    )


def names(folder: Path | None = None) -> list[str]:
    """The landscapes in ``folder``, or those that the package keeps."""
    found = {file.name for place in _places(folder) if place.is_dir() for file in place.iterdir()}
    return sorted({name.removesuffix(SUFFIX) for name in found if name.endswith(SUFFIX)} - OTHERS)


def checkout_folder() -> Path | None:
    """The folder ``data`` of the checkout that this package runs from; None where it is installed."""
    root = Path(__file__).resolve().parents[3]
    return root / "data" if (root / "pyproject.toml").is_file() else None


def _places(folder: Path | None) -> list[Traversable]:
    """Where landscapes may lie: the wheel's own folder comes before the checkout's."""
    if folder is not None:
        return [folder]
    checkout = checkout_folder()
    return [importlib.resources.files("hpo_tutor") / "_landscapes", *([checkout] if checkout else [])]
