"""Builders: the public originals, put together again from the copies, give the very arrays of the copies."""

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpo_tutor.problems.datasets import builders, files
from hpo_tutor.problems.datasets.danish_join import align, danish_housing_cuts
from hpo_tutor.problems.datasets.files import arrays_sha256
from hpo_tutor.problems.datasets.registry import REGISTRY

real = pytest.mark.real_data


def copies(name: str) -> list[Path]:
    """The real files of a set."""
    return [files.find(file.path) for file in REGISTRY[name].copies]


def write(path: Path, text: str) -> Path:
    """The path, after writing the text there."""
    path.write_text(text, encoding="utf-8")
    return path


def tgz(path: Path, members: dict[str, bytes]) -> Path:
    """An archive with these members."""
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["aleph", "king_county", "ames"])
@real
def test_unchanged_originals_build_the_pinned_arrays(name, tmp_path):
    """Inside the gzip lies the original: it has the registry's checksum and gives the pinned arrays."""
    entry = REGISTRY[name]
    paths = []
    for original, copy in zip(entry.originals, copies(name), strict=True):
        content = gzip.decompress(copy.read_bytes())
        assert hashlib.sha256(content).hexdigest() == original.sha256
        paths.append(tmp_path / Path(original.path).name)
        paths[-1].write_bytes(content)
    assert arrays_sha256(entry.build(paths)) == entry.arrays


@real
def test_the_california_archive_builds_the_pinned_arrays(tmp_path):
    """StatLib's form (no header, six decimals) inside an archive gives the pinned arrays."""
    _, *lines = gzip.decompress(copies("california_housing")[0].read_bytes()).decode().splitlines()
    statlib = "".join(",".join(f"{float(word):.6f}" for word in line.split(",")) + "\n" for line in lines)
    path = tgz(tmp_path / "cal_housing.tgz", {"CaliforniaHousing/cal_housing.data": statlib.encode()})
    entry = REGISTRY["california_housing"]
    assert arrays_sha256(entry.build([path])) == entry.arrays


@real
def test_california_is_what_scikit_learn_makes_of_it():
    """Averages per household, by scikit-learn's formulas, give the well-known first row of its loader."""
    arrays = builders.california_housing(copies("california_housing"))
    _, _, age, rooms, bedrooms, people, homes, income = arrays["inputs"][0]
    assert [income, age, rooms / homes, bedrooms / homes, people / homes] == pytest.approx(
        [8.3252, 41.0, 6.98412698, 1.02380952, 2.55555556]
    )
    assert arrays["target"][0] / 1e5 == 4.526


@pytest.fixture(scope="module")
def cifar_records() -> tuple[bytes, bytes]:
    """The official binary records as far as the copies hold them: five training batches and the test batch.

    Positions that no copy holds are only left out because their class was complete, so any picture of such a class
    may stand there: they get a black one of the class that was complete first.
    """
    parts = [np.load(path, allow_pickle=False) for path in copies("cifar10")]
    images, labels, index = (np.concatenate([part[k] for part in parts[:2]]) for k in ("images", "labels", "index"))
    complete_first = min(range(10), key=lambda label: index[labels == label].max())
    records = np.zeros((50_000, 3073), np.uint8)
    records[:, 0] = complete_first
    records[index, 0] = labels
    records[index, 1:] = images.transpose(0, 3, 1, 2).reshape(len(index), -1)
    test = np.zeros((10_000, 3073), np.uint8)
    test[:1000, 0] = parts[2]["labels"]
    test[:1000, 1:] = parts[2]["images"].transpose(0, 3, 1, 2).reshape(1000, -1)
    return records.tobytes(), test.tobytes()


@real
def test_cifar_records_are_the_official_ones(cifar_records):
    """The first training batch, put together from the copies, has the md5 of the official data_batch_1.bin."""
    first = cifar_records[0][: 10_000 * 3073]
    assert hashlib.md5(first, usedforsecurity=False).hexdigest() == "5dd7e06a14cb22eb9f671a540d1b7c25"


@real
def test_the_cifar_archive_builds_the_pinned_arrays(cifar_records, tmp_path):
    """The official form, six files of records in one archive, gives the subsets that the copies hold."""
    training, test = cifar_records
    size = 10_000 * 3073
    members = {f"cifar-10-batches-bin/data_batch_{k + 1}.bin": training[k * size : (k + 1) * size] for k in range(5)}
    path = tgz(tmp_path / "cifar-10-binary.tar.gz", members | {"cifar-10-batches-bin/test_batch.bin": test})
    entry = REGISTRY["cifar10"]
    assert arrays_sha256(entry.build([path])) == entry.arrays


@real
def test_mnist_reads_like_the_recipe():
    """The IDX reader gives what skipping the 16 and 8 bytes of the headers gives."""
    arrays = builders.mnist(copies("mnist"))
    for part, (images, labels) in zip(
        (slice(0, 60_000), slice(60_000, None)), (copies("mnist")[:2], copies("mnist")[2:]), strict=True
    ):
        pixels = np.frombuffer(gzip.decompress(images.read_bytes()), np.uint8, offset=16).reshape(-1, 28, 28)
        digits = np.frombuffer(gzip.decompress(labels.read_bytes()), np.uint8, offset=8)
        assert np.array_equal(arrays["inputs"][part], pixels)
        assert np.array_equal(arrays["target"][part], digits)


def test_cifar_files_with_pickles_are_refused(tmp_path):
    """A file of images that holds objects instead of numbers is not read."""
    np.savez(tmp_path / "a.npz", images=np.array([None]), labels=np.zeros(1), index=np.zeros(1))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        builders.cifar10([tmp_path / "a.npz"])


# ---- the Danish join


def danish_cuts(folder: Path, *, extra: int = 1) -> list[Path]:
    """The four public cuts as they must look, from the joined table; ``extra`` strange rows after every hundredth.

    The base has decimals where the others have none; the uncleaned file holds more rows than the base, the cleaned one
    lacks those without a share index and holds some that the base lacks (houses above ten million).
    """
    table = builders.read_columns(builders.read_text(copies("danish_housing")[0]))
    rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
    base, types, raw, clean = (
        ["Postnummer,Husnummer,Kvadratmeter,Grundareal,Byggeår,Afstand_skole,Afstand_supermarked,Salgspris"],
        [],
        [],
        [],
    )
    types.append(base[0] + ",Type")
    o = "MI_OBJ_OIS_"
    raw.append(
        f"{o}SUM_OF_TAXATION_VALUES,{o}SIZE_OF_BUSINESS_AREA_BUILDING,{o}MOTHER_ID,{o}TAXATION_VALUE,"
        f"{o}CONSTRUCTION_YEAR,{o}SIZE_OF_BASEMENT,{o}SIZE_OF_ATTIC,SUPERMARKET_DISTANCE_1,{o}SIZE_OF_BUSINESS_AREA,"
        f"{o}TAXATION_VALUE_PLOT,KOEBESUM_BELOEB"
    )
    clean.append(
        f"{o}SUM_OF_TAXATION_VALUES,{o}SIZE_OF_BUSINESS_AREA,{o}MOTHER_ID,{o}TAXATION_VALUE,{o}CONSTRUCTION_YEAR,"
        f"{o}SIZE_OF_BUSINESS_AREA_BUILDING,{o}SIZE_OF_BASEMENT,{o}SIZE_OF_HOUSE,C20_6MONTH%,{o}TAXATION_VALUE_PLOT,"
        "KOEBESUM_BELOEB"
    )
    for k, r in enumerate(rows):
        line = (
            f"{float(r['postal_code'])},{float(k % 99)},{r['living_area_m2']},{float(r['plot_area_m2'])},"
            f"{float(r['year_built'])},{r['school_distance_m']},{r['supermarket_distance_m']},{r['price_dkk']}"
        )
        base.append(line)
        types.append(f"{line},{2 - int(r['is_apartment'])}")
        values = r["taxation_value_sum_dkk"], r["taxation_value_dkk"], r["taxation_value_plot_dkk"]
        areas = r["business_area_m2"], r["business_area_building_m2"], r["basement_area_m2"]
        raw.append(
            f"{values[0]},{areas[1]},{k},{values[1]},{r['year_built']},{areas[2]},{r['attic_area_m2']},"
            f"{r['supermarket_distance_m']},{areas[0]},{values[2]},{r['price_dkk']}"
        )
        if r["c20_6month_pct"]:
            clean.append(
                f"{values[0]},{areas[0]},{k},{values[1]},{r['year_built']},{areas[1]},{areas[2]},{r['living_area_m2']},"
                f"{r['c20_6month_pct']},{values[2]},{r['price_dkk']}"
            )
        if k % 100 == 0:
            types += [f"1000.0,1.0,50,0.0,1900.0,1.0,1.0,{k},1"] * extra
            raw += [f"1,0,{k},1,,0,0,1.5,0,1,{12_000_000 + k}"] * extra
            clean += [f"1,0,{k},1,,0,0,80,1.0,1,{12_000_000 + k}"] * extra
    names = ("base.csv", "types.csv", "raw.csv", "clean.csv")
    return [write(folder / name, "\n".join(x) + "\n") for name, x in zip(names, (base, types, raw, clean), strict=True)]


@real
def test_the_danish_cuts_join_to_the_pinned_arrays(tmp_path):
    """The four cuts, put together from the joined table with rows dropped and added, join to the pinned arrays."""
    assert arrays_sha256(danish_housing_cuts(danish_cuts(tmp_path))) == REGISTRY["danish_housing"].arrays


@real
def test_a_danish_row_without_partner_is_noticed(tmp_path):
    """A cut that lacks a row of the base is another file than the pinned one, and the join says so."""
    base, types, raw, clean = danish_cuts(tmp_path)
    lines = types.read_text(encoding="utf-8").splitlines()
    write(types, "\n".join(lines[:500] + lines[501:]) + "\n")
    with pytest.raises(ValueError, match=r"in the file with types: .* of 47703 have a partner; .* other files"):
        danish_housing_cuts([base, types, raw, clean])


@given(st.data(), st.lists(st.integers(0, 3), max_size=12))
def test_align_finds_a_cut_again(data, numbers):
    """A cut of a list aligns with the list: equal content, increasing positions, whichever rows were dropped."""
    others = [(float(number),) for number in numbers]
    kept = [k for k in range(len(others)) if data.draw(st.booleans())]
    rows = [others[k] for k in kept]
    found = align(rows, others, "rows")
    assert [others[k] for k in found] == rows
    assert found == sorted(set(found))


def test_align_refuses_a_choice_that_matters():
    """Two possible partners are harmless where they bring the same values, and an error where they do not."""
    rows, others = [(1.0,)], [(1.0,), (1.0,)]
    assert align(rows, others, "rows", values=[(5.0,), (5.0,)]) == [0]
    with pytest.raises(ValueError, match=r"row 0 has several partners, 0 and 1, with different values"):
        align(rows, others, "rows", values=[(5.0,), (6.0,)])
    with pytest.raises(ValueError, match=r"only 1 of 2 have a partner"):
        align([(1.0,), (2.0,)], others, "rows")


def test_names_with_two_spellings_are_one(tmp_path):
    """A letter that is stored as two signs is read like the single sign."""
    assert list(builders.read_columns("Bygge\u0061\u030ar\n1\n")) == ["Bygge\u00e5r"]


def test_text_is_read_plain_compressed_and_with_a_mark(tmp_path):
    """The same text comes from a plain file, from a compressed one, and from one with a byte-order mark."""
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,NA\n")
    (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbfa,b\n1,NA\n")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(b"a,b\n1,NA\n"))
    texts = {builders.read_text(tmp_path / name) for name in ("a.csv", "b.csv", "c.csv.gz")}
    assert texts == {"a,b\n1,NA\n"}
    columns = builders.read_columns(texts.pop())
    assert builders.numbers(columns["a"]).tolist() == [1.0]
    assert np.isnan(builders.numbers(columns["b"])).all()
