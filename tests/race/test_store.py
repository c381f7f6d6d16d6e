"""The file of a study: torn, locked, full, foreign, damaged; what is in it stays."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

from hpo_tutor.race import store
from hpo_tutor.race.protocol import Cell
from hpo_tutor.race.store import Store, read
from hpo_tutor.training import machine

ROOT = Path(__file__).parents[2]


def rows_of(batch: int, state: str = "done") -> list[dict]:
    """Two rows of a job."""
    outcome = {"n_made": 4, "observed": 0.1 + batch, "score": 1 / 3 + batch, "optimum": None, "n_trained": 5}
    if state == "failed":
        outcome |= {"observed": None, "score": None}
    cells = [Cell("networks", 2, 2, name, batch) for name in ("grid", "random")]
    return [cell._asdict() | outcome | {"state": state, "message": "" if state == "done" else "why"} for cell in cells]


def filled(path: Path, n_jobs: int = 3) -> bytes:
    """A store of so many jobs; its bytes."""
    with Store(path) as kept:
        for batch in range(n_jobs):
            kept.append(rows_of(batch), 1.5, f"processor {batch % 2}")
    return path.read_bytes()


def test_a_store_gives_back_what_it_was_given(tmp_path):
    """Rows to the last bit, sums of seconds and models, machines, versions; also after it is opened again."""
    path = tmp_path / "new" / "folder" / "study.jsonl"
    content = filled(path)
    with Store(path) as again:
        kept = again.study
    assert path.read_bytes() == content
    for study in (kept, read(path)):
        table = study.table()
        assert table.score.tolist() == [1 / 3 + batch for batch in (0, 0, 1, 1, 2, 2)]
        assert table.sampler.tolist() == ["grid", "random"] * 3
        assert table.optimum.isna().all()
        assert (study.seed, study.seconds, study.n_trained) == (0, 4.5, 30)
        assert study.machines == ("processor 0", "processor 1")
        assert study.versions["numpy"] == machine.versions()["numpy"]


def test_a_store_torn_at_any_byte_keeps_whole_jobs(tmp_path):
    """SIGKILL leaves a file cut anywhere: the jobs whose lines are whole are there, the others are not, none half."""
    path = tmp_path / "study.jsonl"
    content = filled(path)
    ends = [i + 1 for i, byte in enumerate(content) if byte == ord("\n")]
    for cut in {*range(0, len(content), 41), *ends, *(end - 1 for end in ends), 1}:
        path.write_bytes(content[:cut])
        n_whole = sum(end <= cut for end in ends[1:])
        with Store(path) as kept:
            assert len(kept.rows) == 2 * n_whole
            for batch in range(n_whole, 3):
                kept.append(rows_of(batch), 1.5, f"processor {batch % 2}")
        assert path.read_bytes() == content


def test_what_failed_and_was_tried_again_counts_once(tmp_path):
    """The last row of a cell is the cell's."""
    path = tmp_path / "study.jsonl"
    with Store(path) as kept:
        kept.append(rows_of(0, "failed"), 1, "here")
        assert kept.study.failures().message.tolist() == ["why", "why"]
        kept.append(rows_of(0), 1, "here")
    study = read(path)
    assert study.failures().empty
    assert len(study.table()) == 2
    assert study.n_trained == 10


def test_two_campaigns_on_one_store_are_refused(tmp_path):
    """The second is told so, in this process and in another; the lock ends with its holder, however that ends."""
    path = tmp_path / "study.jsonl"
    code = (
        "import sys\nfrom hpo_tutor.race.store import Store\n"
        "kept = Store(sys.argv[1])\nprint('open', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(RuntimeError, match="only one campaign may write to a store"):
            Store(path)
        assert read(path).table().empty  # reading is free
        other.send_signal(signal.SIGKILL)
        other.wait()
    with Store(path), pytest.raises(RuntimeError, match="only one campaign"):
        Store(path)


def test_without_locks_a_second_writer_is_noticed(tmp_path, monkeypatch):
    """On a file system, or a Windows, without locks: who finds the file longer than it left it stops."""
    monkeypatch.setattr(store, "fcntl", None)
    path = tmp_path / "study.jsonl"
    with Store(path) as one, Store(path) as two:
        one.append(rows_of(0), 1, "here")
        with pytest.raises(RuntimeError, match=r"another has written to .*study\.jsonl"):
            two.append(rows_of(1), 1, "here")
    assert len(read(path).rows) == 2


def test_another_seed_or_format_is_refused_and_left_alone(tmp_path):
    """Each error says what differs and the way out."""
    path = tmp_path / "study.jsonl"
    content = filled(path)
    with pytest.raises(ValueError, match=r"its seed is 0, here it is 7; use seed=0, or another store"):
        Store(path, seed=7)
    assert path.read_bytes() == content
    path.write_bytes(content.replace(b"hpo_tutor study 1", b"hpo_tutor study 9"))
    for look in (Store, read):
        with pytest.raises(ValueError, match=r"'hpo_tutor study 9', and this version .* choose another store"):
            look(path)


@pytest.mark.parametrize("content", ["rate,loss\n0.1,0.5\n", '{"my": "results"}', '{"a": 1}\n', "[1]\n", "\x00"])
def test_another_file_is_never_overwritten(tmp_path, content):
    """Somebody's work is refused, and stays as it is."""
    path = tmp_path / "results.json"
    path.write_text(content)
    for look in (Store, read):
        with pytest.raises(ValueError, match="is no store of a study"):
            look(path)
    assert path.read_text() == content


def test_a_damaged_line_is_named(tmp_path):
    """A line in the middle that no campaign wrote: its number, and what can be done."""
    path = tmp_path / "study.jsonl"
    lines = filled(path).splitlines(keepends=True)
    no_rows = (b'{"rows": 5, "seconds": 1, "machine": ""}\n', b'{"rows": [{}], "seconds": 1, "machine": ""}\n')
    no_time = b'{"rows": [], "machine": ""}\n'
    for damage in (b'{"rows": [\n', b'{"other": 1}\n', b"5\n", b"\n", b'{"versions": 3}\n', no_time, *no_rows):
        path.write_bytes(lines[0] + lines[1] + damage + lines[2])
        with pytest.raises(ValueError, match=r"line 3 of .* is damaged .* take the line out"):
            Store(path)


def test_windows_line_ends_and_joined_stores_are_read(tmp_path):
    """Carriage returns change nothing; two stores in one file are one, unless their seeds differ, which is refused."""
    path = tmp_path / "study.jsonl"
    content = filled(path)
    path.write_bytes((content + content).replace(b"\n", b"\r\n"))
    with Store(path) as kept:
        assert len(kept.rows) == 6
    other = content + content.replace(b'"seed": 0', b'"seed": 5')
    path.write_bytes(other)
    for look in (Store, read):
        with pytest.raises(ValueError, match="joins studies with the seeds 0, 5; keep them in files apart"):
            look(path)
    assert path.read_bytes() == other


def test_a_store_that_is_deleted_is_missed_at_once(tmp_path):
    """Rows written to a file that has no name would be lost without a word."""
    path = tmp_path / "study.jsonl"
    with Store(path) as kept:
        kept.append(rows_of(0), 1, "here")
        path.unlink()
        with pytest.raises(RuntimeError, match=r"study\.jsonl was deleted while a campaign wrote to it"):
            kept.append(rows_of(1), 1, "here")


def test_a_full_disk_is_said_and_costs_nothing(tmp_path):
    """A write that finds no more room, half-way through a line: the error, the jobs before it, and then more room."""
    path = tmp_path / "study.jsonl"
    content = filled(path, n_jobs=2)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Store(path) as kept:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (len(content) + 40, hard))
            with pytest.raises(OSError, match=r"cannot grow \(File too large\); the 4 cells in it are kept: make room"):
                kept.append(rows_of(2), 1, "here")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == content
        kept.append(rows_of(2), 1, "here")
    assert len(read(path).rows) == 6


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    """A folder that is a file, a folder itself, a device: one line says why, and to choose another."""
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "study.jsonl", tmp_path):
        with pytest.raises(OSError, match=r"a study needs a file that can be written .* choose another"):
            Store(place)
    with pytest.raises(ValueError, match="must be an ordinary file"):
        Store(os.devnull)
    with pytest.raises(ValueError, match=r"a store is JSON Lines, and \.parquet is for a study that is kept"):
        Store(tmp_path / "study.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_other_versions_are_kept_beside_the_first(tmp_path, monkeypatch):
    """A study that goes on with other libraries says both."""
    path = tmp_path / "study.jsonl"
    filled(path)
    monkeypatch.setattr(machine, "versions", lambda *more: {"python": "4.0"})
    for _ in range(2):
        Store(path).__exit__()
    assert read(path).versions["python"].endswith(" and 4.0")
    assert sum(b"4.0" in line for line in path.read_bytes().splitlines()) == 1


def test_a_kept_study_is_what_it_was(tmp_path):
    """Written as Parquet and read again: the same tables to the last bit, and where they come from."""
    from hpo_tutor.race import load

    filled(tmp_path / "study.jsonl")
    with Store(tmp_path / "study.jsonl") as kept:
        kept.append(rows_of(9, "failed"), 1, "here")
    study = load(tmp_path / "study.jsonl")
    again = load(study.write(tmp_path / "kept.parquet"))
    assert_frame_equal(again.table(), study.table(), check_exact=True)
    assert again.failures().message.tolist() == ["why", "why"]
    for name in ("seed", "seconds", "machines", "versions", "n_trained"):
        assert getattr(again, name) == getattr(study, name)
    assert json.loads(pq.read_schema(tmp_path / "kept.parquet").metadata[b"hpo_tutor"])["seed"] == 0
    with pytest.raises(ValueError, match=r"ends in \.parquet"):
        study.write(tmp_path / "kept.csv")


def test_a_table_that_is_no_study_is_refused(tmp_path):
    """Another Parquet file, no Parquet file, and no file at all, each in words of its own."""
    from hpo_tutor.race import load

    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match=r"other\.parquet is no study of this version"):
        load(tmp_path / "other.parquet")
    (tmp_path / "text.parquet").write_text("text")
    with pytest.raises(ValueError, match=r"text\.parquet is no study"):
        load(tmp_path / "text.parquet")
    for name in ("missing.parquet", "missing.jsonl"):
        with pytest.raises(FileNotFoundError, match=f"there is no study at .*{name}; `hpo-tutor race` runs one"):
            load(tmp_path / name)


def test_the_kept_study_is_no_landscape(tmp_path):
    """The table beside the landscapes is found as a study and not listed among them."""
    from hpo_tutor.problems.landscapes import files

    filled(tmp_path / "study.jsonl")
    read(tmp_path / "study.jsonl").write(tmp_path / "study.parquet")
    assert files.names(tmp_path) == []
    assert files.find("study", tmp_path).is_file()
