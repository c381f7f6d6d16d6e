"""What came of a study? Its rows, one a cell, and what it took.

row  the cell's fields, and n_made, observed, score, optimum, n_trained, state, message; see ``race.protocol``
key  the cell's, by which rows are sorted and found
"""

import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hpo_tutor.race.protocol import Cell

Row = dict[str, Any]

FORMAT = "hpo_tutor study 1"
METADATA_KEY = b"hpo_tutor"
SUFFIX = ".parquet"
NUMBERS = ("observed", "score", "optimum")
COLUMNS = (*Cell._fields, "n_made", *NUMBERS, "n_trained", "state", "message")


@dataclass(frozen=True, repr=False, eq=False)
class Study:
    """The outcomes of cells.

    Attributes:
        rows: key -> the cell's row.
        seed: of the study.
        seconds: what all jobs took together, on one core each.
        machines: where they ran: processors, without names.
        versions: of Python and the libraries that decide results.
        interrupted: whether Ctrl-C ended the campaign before its end.
    """

    rows: Mapping[str, Row]
    seed: int
    seconds: float
    machines: tuple[str, ...]
    versions: Mapping[str, str]
    interrupted: bool = False

    def __repr__(self) -> str:
        n_failed = sum(row["state"] == "failed" for row in self.rows.values())
        return f"<Study: {len(self.rows) - n_failed:,} cells done, {n_failed:,} failed, {self.seconds:.0f} s>"

    @property
    def n_trained(self) -> int:
        """How many models were really trained for the rows; 0 where all losses were looked up."""
        return sum(row["n_trained"] for row in self.rows.values())

    def table(self) -> pd.DataFrame:
        """A row for each cell that is done, sorted by key; nothing in it hangs on when or where it ran."""
        return self._frame("done")

    def failures(self) -> pd.DataFrame:
        """A row for each cell that failed; ``message`` says why."""
        return self._frame("failed")

    def missing(self, cells: Iterable[Cell]) -> list[Cell]:
        """Those of the cells that have not been run; what failed has been."""
        return [cell for cell in cells if cell.key not in self.rows]

    def write(self, path: str | Path) -> Path:
        """Keep the study as a Parquet file, in one stroke; ``race.load`` reads it.

        Raises:
            ValueError: the file's name does not end in .parquet.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = Path(path)
        if path.suffix != SUFFIX:
            raise ValueError(f"a study is kept in a file whose name ends in {SUFFIX}, got {path.name}; rename it")
        types = {"track": pa.string(), "sampler": pa.string(), "live": pa.bool_(), "variant": pa.string()}
        types |= {"state": pa.string(), "message": pa.string()} | dict.fromkeys(NUMBERS, pa.float64())
        schema = pa.schema([(name, types.get(name, pa.int64())) for name in COLUMNS])
        about = {name: getattr(self, name) for name in ("seed", "seconds", "machines", "versions")}
        meaning = {METADATA_KEY: json.dumps({"format": FORMAT, **about}).encode()}
        draft = path.with_name(path.name + ".draft")
        rows = [row for _, row in sorted(self.rows.items())]
        pq.write_table(pa.Table.from_pylist(rows, schema=schema.with_metadata(meaning)), draft, compression="zstd")
        os.replace(draft, path)
        return path

    def _frame(self, state: str) -> pd.DataFrame:
        chosen = [row for _, row in sorted(self.rows.items()) if row["state"] == state]
        return pd.DataFrame(chosen, columns=list(COLUMNS)).astype(dict.fromkeys(NUMBERS, float))


def read_table(content: bytes, name: str) -> Study:
    """The study in a Parquet file that ``Study.write`` wrote.

    Args:
        content: the file's bytes.
        name: the file's, for the error.

    Raises:
        ValueError: it holds something else.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(io.BytesIO(content)).read(use_threads=False)
        about = json.loads((table.schema.metadata or {}).get(METADATA_KEY, b"{}"))
    except pa.ArrowInvalid as error:
        raise ValueError(f"{name} is no study: {error}; give a file that Study.write wrote") from error
    if (there := about.pop("format", None)) != FORMAT:
        raise ValueError(f"{name} is no study of this version: its format must be {FORMAT!r}, got {there!r}")
    return Study(rows=keyed(table.to_pylist()), **(about | {"machines": tuple(about["machines"])}))


def keyed(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows by their cells' keys; of several the last."""
    return {Cell(*(row[name] for name in Cell._fields)).key: row for row in rows}
