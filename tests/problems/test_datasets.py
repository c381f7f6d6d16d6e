"""Data sets: what they hold, that every wrong byte is noticed, and what happens without files or without a network."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pooch
import pytest
from sklearn.datasets import load_digits
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import r2_score
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from hpo_tutor.problems import datasets
from hpo_tutor.problems.datasets import files
from hpo_tutor.problems.datasets.builders import aleph
from hpo_tutor.problems.datasets.files import DamagedDataError, File, MissingDataError, arrays_sha256
from hpo_tutor.problems.datasets.registry import REGISTRY

SETS = ("digits", "aleph", "danish_housing", "california_housing", "king_county", "ames", "mnist", "cifar10")
real = pytest.mark.real_data


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder without any file."""
    monkeypatch.setenv("HPO_TUTOR_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


class Pages:
    """A web server on this machine: path -> content; it remembers what was asked for."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.asked: list[str] = []
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages.asked.append(self.path)
                body = pages.content.get(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *args: object) -> None:
                """Keep the test's output clean."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        """The address of a page."""
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def close(self) -> None:
        """Stop answering; later requests find nobody."""
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def pages() -> Iterator[Pages]:
    """A web server for one test."""
    served = Pages()
    yield served
    served.close()


JETS = [
    b"energy cTheta phi prob_b spheri pt2rel multip bqvjet ptlrel nnbjet isb\n 45.5 0.1 1 2 3 4 5 6 7 8 0\n",
    b"energy cTheta phi prob_b spheri pt2rel multip bqvjet ptlrel nnbjet isb\n 40.5 0.2 1 2 3 4 5 6 7 8 1\n",
]


@pytest.fixture
def two_jets(pages: Pages, empty_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pages:
    """The registry's aleph with two originals of one jet each, served by this machine, and no copies."""
    files = []
    for k, content in enumerate(JETS):
        pages.content[f"/{k}.csv"] = content
        (tmp_path / f"{k}.csv").write_bytes(content)
        files.append(File(f"aleph_bjet/{k}.csv", hashlib.sha256(content).hexdigest(), pages.url(f"/{k}.csv")))
    entry = replace(
        REGISTRY["aleph"],
        originals=tuple(files),
        arrays=arrays_sha256(aleph([tmp_path / "0.csv", tmp_path / "1.csv"])),
        parts=(("small_v2", 1), ("train_Nev5000", 1)),
    )
    monkeypatch.setitem(REGISTRY, "aleph", entry)
    return pages


# ---- what is offered


def test_there_are_eight_sets():
    """The registry holds the eight sets of the course, the offline one first."""
    assert datasets.names() == SETS


def test_digits_need_no_file(empty_folder):
    """Digits load with an empty data folder, and are scikit-learn's."""
    data = datasets.load("digits")
    inputs, target = load_digits(return_X_y=True)
    assert [name for name in SETS if datasets.available(name)] == ["digits"]
    assert np.array_equal(data.inputs, inputs)
    assert np.array_equal(data.target, target)
    assert data.class_names == tuple("0123456789")
    assert not empty_folder.exists()


def test_a_dataset_cannot_be_changed():
    """Neither its fields nor its arrays nor its parts can be written to."""
    data = datasets.load("digits")
    with pytest.raises(FrozenInstanceError):
        data.task = "regression"
    with pytest.raises(ValueError, match="read-only"):
        data.inputs[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        data.part("all").target[0] = 1
    with pytest.raises(TypeError):
        data.parts["all"] = slice(0, 1)


def test_wrong_names_are_answered_with_the_right_ones():
    """An unknown set, an unknown part and a recipe that does not exist are refused with what there is."""
    with pytest.raises(ValueError, match=r"no data set 'jets'; there are digits, aleph"):
        datasets.load("jets")
    with pytest.raises(ValueError, match=r"no data set 'jets'"):
        datasets.available("jets")
    with pytest.raises(ValueError, match=r"digits has no part 'test'; its parts are all"):
        datasets.load("digits").part("test")
    with pytest.raises(ValueError, match=r"only danish_housing has a cleaning recipe, got clean=True for 'digits'"):
        datasets.load("digits", clean=True)


@pytest.mark.parametrize("name", SETS)
def test_the_registry_is_complete(name):
    """Every set has licence, credit, source and a pinned checksum; every original has an address that is pinned."""
    entry = REGISTRY[name]
    assert entry.licence
    assert entry.credit
    assert entry.source
    assert len(entry.arrays) == 64
    for file in entry.originals or entry.copies:
        assert file.url.startswith("https://")
        assert file.sha256 or any(len(part) == 40 for part in file.url.split("/"))  # pinned by checksum or commit
    for file in entry.copies:
        assert len(file.sha256) == 64


# ---- fetching originals


def test_originals_are_fetched_once(two_jets, empty_folder):
    """Originals are fetched, joined and kept; the second time nothing is asked of the network."""
    assert not datasets.available("aleph")
    data = datasets.load("aleph")
    assert data.target.tolist() == [45.5, 40.5]
    assert data.inputs[:, 0].tolist() == [0.1, 0.2]
    assert two_jets.asked == ["/0.csv", "/1.csv"]
    assert datasets.available("aleph")
    again = datasets.load("aleph")
    assert np.array_equal(again.inputs, data.inputs)
    for path in empty_folder.glob("aleph_bjet/*"):
        path.unlink()
    assert datasets.available("aleph")
    assert np.array_equal(datasets.load("aleph").target, data.target)
    assert two_jets.asked == ["/0.csv", "/1.csv"]


@pytest.mark.parametrize("change", [lambda x: x[:-5], lambda x: x.replace(b"40.5", b"40.6")], ids=["cut", "changed"])
def test_a_wrong_download_is_noticed(two_jets, empty_folder, change):
    """A truncated or changed file is refused by its checksum and not kept; the right one loads afterwards."""
    two_jets.content["/1.csv"] = change(JETS[1])
    expected, found = REGISTRY["aleph"].originals[1].sha256, hashlib.sha256(change(JETS[1])).hexdigest()
    with pytest.raises(DamagedDataError, match=rf"(?s)1\.csv.*{expected}.*{found}"):
        datasets.load("aleph")
    assert not (empty_folder / "aleph_bjet/1.csv").exists()
    two_jets.content["/1.csv"] = JETS[1]
    assert len(datasets.load("aleph")) == 2


def test_a_changed_original_without_checksum_is_noticed(two_jets, monkeypatch):
    """Where no checksum of an original is known, that of the built arrays notices the change."""
    entry = REGISTRY["aleph"]
    unknown = tuple(replace(file, sha256=None) for file in entry.originals)
    monkeypatch.setitem(REGISTRY, "aleph", replace(entry, originals=unknown))
    two_jets.content["/1.csv"] = JETS[1].replace(b"40.5", b"40.6")
    with pytest.raises(DamagedDataError, match=rf"(?s)expected sha256 {entry.arrays}, found .*1\.csv: delete that"):
        datasets.load("aleph")


def test_a_missing_page_names_file_address_and_what_works(two_jets):
    """404: the error names the file, where it should come from, and the sets that load offline."""
    del two_jets.content["/1.csv"]
    with pytest.raises(MissingDataError) as error:
        datasets.load("aleph")
    message = str(error.value)
    assert "aleph_bjet/1.csv" in message
    assert two_jets.url("/1.csv") in message
    assert "404" in message
    assert "HPO_TUTOR_DATA" in message
    assert message.endswith("These sets load without a network: digits.")


def test_an_unreachable_server_is_told_like_a_missing_page(two_jets):
    """Without a network the error is of the same kind and says the same."""
    two_jets.close()
    with pytest.raises(
        MissingDataError, match=r"(?s)aleph needs aleph_bjet/0\.csv.*0\.csv.*without a network: digits\."
    ):
        datasets.load("aleph")


# ---- damage in the folder


@pytest.mark.parametrize("name", [name for name in SETS if REGISTRY[name].copies])
@real
def test_one_wrong_byte_is_noticed(name, monkeypatch, tmp_path):
    """One flipped bit in any copy is an error that names the file, both checksums and the way out."""
    entry = REGISTRY[name]
    copies = [files.find(file.path) for file in entry.copies]
    monkeypatch.setenv("HPO_TUTOR_DATA", str(tmp_path))
    for damaged in range(len(copies)):
        for k, (file, copy) in enumerate(zip(entry.copies, copies, strict=True)):
            target = tmp_path / file.path
            target.parent.mkdir(exist_ok=True)
            target.unlink(missing_ok=True)
            target.symlink_to(copy)
            if k == damaged:
                content = bytearray(copy.read_bytes())
                content[len(content) // 2] ^= 1
                target.unlink()
                target.write_bytes(content)
                wrong, wrong_sha, right_sha = target, hashlib.sha256(content).hexdigest(), file.sha256
        with pytest.raises(DamagedDataError) as error:
            datasets.load(name)
        for part in (str(wrong), wrong_sha, right_sha, "Delete it and load again"):
            assert part in str(error.value)


def test_the_way_out_of_damage_works(two_jets, empty_folder):
    """An original that was damaged in the cache is refused; deleted, it is fetched again."""
    wrong = empty_folder / "aleph_bjet/0.csv"
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(JETS[0][:-1])
    with pytest.raises(DamagedDataError, match=r"Delete it and load again"):
        datasets.load("aleph")
    wrong.unlink()
    assert len(datasets.load("aleph")) == 2


def test_damaged_built_arrays_are_noticed(two_jets, empty_folder):
    """Arrays that were kept from an earlier build are checked too: changed values as well as a broken archive."""
    built = empty_folder / files.built_path("aleph")
    datasets.load("aleph")
    with np.load(built) as archive:
        arrays = dict(archive)
    np.savez(built, inputs=arrays["inputs"], target=arrays["target"] + 1e-9)
    with pytest.raises(DamagedDataError, match=r"aleph\.npz: delete that"):
        datasets.load("aleph")
    built.write_bytes(b"PK no archive")
    with pytest.raises(DamagedDataError, match=r"aleph\.npz cannot be read"):
        datasets.load("aleph")
    built.unlink()
    assert len(datasets.load("aleph")) == 2


class Trap:
    """An object whose pickle would create a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.touch, (self.path,))


def test_pickles_are_never_read(two_jets, empty_folder, tmp_path):
    """A cached archive that holds a pickle is refused, and nothing in it runs."""
    built = empty_folder / files.built_path("aleph")
    built.parent.mkdir(parents=True)
    np.savez(built, inputs=np.array([Trap(tmp_path / "ran")], dtype=object), target=np.zeros(1))
    with np.load(built, allow_pickle=True) as archive:
        assert archive["inputs"] is not None
    assert (tmp_path / "ran").exists()  # the trap works where pickles are read
    (tmp_path / "ran").unlink()
    with pytest.raises(DamagedDataError, match="allow_pickle=False"):
        datasets.load("aleph")
    assert not (tmp_path / "ran").exists()


# ---- folders


def test_without_a_named_folder_poochs_cache_is_used(monkeypatch):
    """The default cache is pooch's folder for the course."""
    monkeypatch.delenv("HPO_TUTOR_DATA", raising=False)
    assert files.cache_folders() == (Path(pooch.os_cache("hpo_tutor")),)


def test_a_folder_that_cannot_be_written_to_is_only_read(monkeypatch, two_jets, tmp_path):
    """A shared folder is searched first; what is fetched goes to pooch's cache."""
    shared, own = tmp_path / "shared", tmp_path / "own"
    (shared / "aleph_bjet").mkdir(parents=True)
    (shared / "aleph_bjet/0.csv").write_bytes(JETS[0])
    monkeypatch.setenv("HPO_TUTOR_DATA", str(shared))
    monkeypatch.setattr(files.os, "access", lambda folder, mode: folder != shared)
    monkeypatch.setattr(pooch, "os_cache", lambda project: own)
    assert len(datasets.load("aleph")) == 2
    assert two_jets.asked == ["/1.csv"]
    assert sorted(path.name for path in shared.rglob("*.*")) == ["0.csv"]
    assert sorted(path.name for path in own.rglob("*.*")) == ["1.csv", "aleph.npz"]


def test_the_checksum_of_arrays_sees_everything():
    """Names, dtypes, shapes and values change the checksum; memory order, byte order and kinds of nan do not."""
    table = np.array([[1.0, np.nan], [3.0, 4.0]])
    first = arrays_sha256({"a": table})
    other_nan = table.copy()
    other_nan.view(np.uint64)[0, 1] ^= 1
    assert np.isnan(other_nan[0, 1])
    for same in (np.asfortranarray(table), table.astype(">f8"), other_nan):
        assert arrays_sha256({"a": same}) == first
    for name, other in (("b", table), ("a", table.ravel()), ("a", table.astype(np.float32)), ("a", table + 1)):
        assert arrays_sha256({name: other}) != first
    # the definition, written out
    text = b"a <f8 (2,)\n" + np.array([1.5, -2.0], "<f8").tobytes()
    assert arrays_sha256({"a": np.array([1.5, -2.0])}) == hashlib.sha256(text).hexdigest()


# ---- the real files


@pytest.mark.parametrize(
    ("name", "shape", "parts"),
    [
        ("aleph", (38_968, 10), {"small_v2": 33_968, "train_Nev5000": 5_000}),
        ("danish_housing", (47_703, 15), {"all": 47_703}),
        ("california_housing", (20_640, 8), {"all": 20_640}),
        ("king_county", (21_613, 19), {"all": 21_613}),
        ("ames", (2_930, 36), {"all": 2_930}),
        ("mnist", (70_000, 28, 28), {"train": 60_000, "test": 10_000}),
        ("cifar10", (13_000, 32, 32, 3), {"train": 10_000, "valid": 2_000, "test": 1_000}),
    ],
)
@real
def test_real_sets_have_their_shape(name, shape, parts):
    """Rows, inputs and parts are those that the data folder's description lists; nothing can be written to."""
    data = datasets.load(name)
    assert datasets.available(name)
    assert data.inputs.shape == shape
    assert {part: len(data.part(part)) for part in data.parts} == parts
    assert sum(parts.values()) == len(data) == len(data.target)
    assert len(data.input_names) == len(data.input_units) == (shape[1] if len(shape) == 2 else 1)
    for array in (data.inputs, data.target, *data.extras.values()):
        assert len(array) == len(data)
        assert not array.flags.writeable
        assert array.base is None or not array.base.flags.writeable
    if data.task == "classification":
        assert data.target.dtype == np.int64
        assert set(data.target.tolist()) == set(range(len(data.class_names)))


@real
def test_aleph_is_as_described():
    """No jet twice; the described shares of b-quark jets and the described mean energies."""
    data = datasets.load("aleph")
    small, other = data.part("small_v2"), data.part("train_Nev5000")
    isb = data.input_names.index("isb")
    assert len(np.unique(np.column_stack([data.inputs, data.target]), axis=0)) == 38_968
    assert np.round(100 * small.inputs[:, isb].mean(), 2) == 22.55
    assert np.round(100 * other.inputs[:, isb].mean(), 2) == 23.56
    assert np.round([small.target.mean(), other.target.mean()], 2).tolist() == [44.85, 44.54]
    assert (small.inputs[:, data.input_names.index("spheri")] == -1).sum() == 29


@real
def test_danish_housing_is_raw_and_can_be_cleaned():
    """The described faults are all there, and the recipe keeps the described number of sales."""
    data = datasets.load("danish_housing")
    column = dict(zip(data.input_names, data.inputs.T, strict=True))
    rows = np.column_stack([data.inputs, data.target])
    assert column["is_apartment"].sum() == 11_611
    assert (data.target < 100_000).sum() == 431
    assert data.target.min() == 1
    assert (column["living_area"] == 0).sum() == 1_105
    assert (column["year_built"] < 1500).sum() == 105
    assert len(rows) - len(np.unique(np.nan_to_num(rows, nan=-1e9), axis=0)) == 35
    missing = {name: int(np.isnan(values).sum()) for name, values in column.items() if np.isnan(values).any()}
    assert missing == {"taxation_value": 49, "taxation_value_plot": 49, "taxation_value_sum": 121, "c20_6month": 636}
    clean = datasets.load("danish_housing", clean=True)
    assert len(clean) == 45_574
    assert clean.target.min() >= 200_000
    assert clean.parts == {"all": slice(0, 45_574)}


@real
def test_king_county_is_as_described():
    """The widely reported mean and deviation of the price; 177 further sales; dates from the first sale on."""
    data = datasets.load("king_county")
    days = data.inputs[:, 0]
    assert data.target.mean() == pytest.approx(540_088.14, abs=0.005)
    assert data.target.std(ddof=1) == pytest.approx(367_127.20, abs=0.005)
    assert len(data) - len(np.unique(data.extras["id"])) == 177
    assert (days.min(), days.max()) == (0, 390)  # 2 May 2014 to 27 May 2015
    assert not np.isnan(data.inputs).any()


@real
def test_ames_keeps_its_words_beside_the_inputs():
    """36 columns of numbers and 43 of words are the 79 inputs; NA stays a word and becomes nan among numbers."""
    data = datasets.load("ames")
    words = [name for name, column in data.extras.items() if column.dtype.kind == "U"]
    assert len(data.input_names) + len(words) == 79
    assert set(data.extras) - set(words) == {"Order", "PID"}
    assert data.extras["Order"].tolist() == list(range(1, 2931))
    assert data.inputs[0, data.input_names.index("Lot Area")] == 31_770
    assert data.inputs[0, data.input_names.index("Yr Sold")] == 2010
    assert np.isnan(data.inputs[:, data.input_names.index("Lot Frontage")]).sum() == 490
    assert set(data.extras["Pool QC"]) == {"NA", "Ex", "Gd", "TA", "Fa"}


@real
def test_mnist_is_complete():
    """The official counts of every class in both parts."""
    data = datasets.load("mnist")
    train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(data.part("train").target).tolist() == train
    assert np.bincount(data.part("test").target).tolist() == test
    assert data.inputs.dtype == np.uint8


@real
def test_cifar10_is_balanced():
    """Each training batch of 1,000 holds 100 images of each class; training and validation share no image."""
    data = datasets.load("cifar10")
    for rows in data.part("train").target.reshape(10, 1000):
        assert np.bincount(rows).tolist() == [100] * 10
    assert np.bincount(data.part("valid").target).tolist() == [200] * 10
    assert np.bincount(data.part("test").target).tolist() == [103, 89, 100, 103, 90, 86, 112, 102, 106, 109]
    assert not set(data.part("train").extras["index"]) & set(data.part("valid").extras["index"])
    assert data.part("test").extras["index"].tolist() == list(range(1000))


@pytest.mark.parametrize(
    ("name", "logarithm", "published"),
    [
        ("aleph", False, 0.39),
        ("california_housing", False, 0.83),
        ("king_county", True, 0.90),
        ("ames", True, 0.89),
    ],
)
@real
def test_baselines_are_reached(name, logarithm, published):
    """Boosting with default settings reaches the described R2, so inputs and targets belong together."""
    data = datasets.load(name)
    target = np.log(data.target) if logarithm else data.target
    x, x_test, y, y_test = train_test_split(data.inputs, target, test_size=0.25, random_state=0)
    with threadpool_limits(1):  # its threads stand in each other's way where other tests run beside it
        model = HistGradientBoostingRegressor(random_state=0).fit(x, y)
    assert r2_score(y_test, model.predict(x_test)) == pytest.approx(published, abs=0.011)
