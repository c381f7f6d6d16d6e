"""The file of an experiment: nothing that is finished is lost, and nothing else is taken for it."""

import json
from pathlib import Path

import pandas as pd
import pytest

from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.records import Kind, Records

KIND = Kind("trips", ("town", "day"), ("town", "day", "rain"), "take a train")
ROWS = [{"town": "Bonn", "day": 2, "rain": 0.5}, {"town": "Aachen", "day": 1, "rain": None}]


def filled(path: Path) -> Path:
    """A file of two finished searches."""
    with Records(path, KIND) as kept:
        for row in ROWS:
            kept.append([row], 1.25)
    return path


def test_rows_come_back_sorted_by_their_key(tmp_path: Path):
    """What was appended is there again, from the growing file and from the Parquet file made of it, with its story."""
    store = filled(tmp_path / "deep" / "trips.jsonl")
    table = records.load(store, KIND)
    assert table.town.tolist() == ["Aachen", "Bonn"]
    assert table.columns.tolist() == ["town", "day", "rain"]
    kept = records.write(store, tmp_path / "trips.parquet", KIND)
    pd.testing.assert_frame_equal(records.load(kept, KIND), table)
    told = records.about(kept, KIND)
    assert told["seconds"] == 2.5
    assert len(told["machines"]) == 1
    assert {"python", "torch", "hpo_tutor"} <= told["versions"].keys()
    assert not list(tmp_path.glob("*.draft"))


def test_of_rows_with_one_key_the_last_counts(tmp_path: Path):
    """A search that was run again replaces what was there."""
    store = filled(tmp_path / "trips.jsonl")
    with Records(store, KIND) as kept:
        kept.append([{"town": "Bonn", "day": 2, "rain": 0.75}], 1)
        assert kept.rows["Bonn", 2]["rain"] == 0.75
    table = records.load(store, KIND).set_index("town")
    assert len(table) == 2
    assert table.rain["Bonn"] == 0.75


@pytest.mark.parametrize("cut", [1, 20, -1])
def test_a_torn_line_is_cut_off_and_the_others_stay(tmp_path: Path, cut: int):
    """Wherever a kill tears the last line, the lines before it are read, and the file grows on from there."""
    store = filled(tmp_path / "trips.jsonl")
    lines = store.read_bytes().splitlines(keepends=True)
    store.write_bytes(lines[0] + lines[1][:cut])
    assert len(records.load(store, KIND)) == 1
    with Records(store, KIND) as kept:
        assert list(kept.rows) == [("Bonn", 2)]
        kept.append([ROWS[1]], 1)
    assert [json.loads(line)["rows"] for line in store.read_bytes().splitlines()] == [[row] for row in ROWS]


def test_one_process_writes_at_a_time(tmp_path: Path):
    """A second writer is refused; once the first has ended, it may."""
    store = tmp_path / "trips.jsonl"
    with Records(store, KIND), pytest.raises(RuntimeError, match="only one process may write"):
        Records(store, KIND)
    Records(store, KIND).__exit__()


def test_another_file_is_refused_and_stays_as_it_is(tmp_path: Path):
    """Notes, records of another kind, and rows that lack a column are no records; the error names the line."""
    store = filled(tmp_path / "trips.jsonl")
    with pytest.raises(ValueError, match=r"line 1 of .* is no record of 'voyages'"):
        Records(store, KIND._replace(name="voyages"))
    with pytest.raises(ValueError, match=r"line 1 of .* is no record"):
        records.load(store, KIND._replace(columns=("town", "day", "snow")))
    notes = tmp_path / "notes.jsonl"
    notes.write_text("milk\n[1]\n")
    with pytest.raises(ValueError, match="choose another file"):
        Records(notes, KIND)
    assert notes.read_text() == "milk\n[1]\n"
    with pytest.raises(ValueError, match=r"call it \.jsonl"):
        Records(tmp_path / "trips.parquet", KIND)
    kept = records.write(store, tmp_path / "trips.parquet", KIND)
    with pytest.raises(ValueError, match="holds no rows of 'voyages'"):
        records.load(kept, KIND._replace(name="voyages"))
    notes.rename(tmp_path / "notes.parquet")
    with pytest.raises(ValueError, match="is no kept file"):
        records.load(tmp_path / "notes.parquet", KIND)


def test_what_is_not_there_says_how_to_make_it(tmp_path: Path):
    """The error names the file, or where the package would have it, and the command; empty files cannot be kept."""
    for path, name in (
        (tmp_path / "no.jsonl", "no.jsonl"),
        (tmp_path / "no.parquet", "no.parquet"),
        (None, "data/trips"),
    ):
        with pytest.raises(FileNotFoundError, match=f"{name}.*`take a train` makes it"):
            records.load(path, KIND)
    empty = tmp_path / "empty.jsonl"
    Records(empty, KIND).__exit__()
    with pytest.raises(ValueError, match="holds no row yet; `take a train` adds some"):
        records.write(empty, tmp_path / "empty.parquet", KIND)


def test_what_json_does_not_know_is_refused_before_it_is_written(tmp_path: Path):
    """Nan would make the line unreadable elsewhere; the file stays as it was."""
    store = filled(tmp_path / "trips.jsonl")
    before = store.read_bytes()
    with Records(store, KIND) as kept, pytest.raises(ValueError, match="JSON"):
        kept.append([{"town": "Bonn", "day": 3, "rain": float("nan")}], 1)
    assert store.read_bytes() == before
