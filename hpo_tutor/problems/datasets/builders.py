"""How do a data set's files become arrays?

Every set has one function for the copies that a data folder holds and, where those were cut or joined, another one for
the public originals. Both give the same arrays: ``registry`` pins their checksum.

    paths              files in the order of the registry
    Arrays             "inputs" (n, d) or (n, height, width[, 3]); "target" (n,); further columns (n,) by their name
"""

import csv
import gzip
import io
import tarfile
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.datasets.columns import KING_COUNTY
from hpo_tutor.problems.datasets.files import Arrays

Columns = dict[str, list[str]]

CIFAR_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def read_text(path: Path) -> str:
    """The text of a plain or gzip-compressed file, in UTF-8 with or without a byte-order mark."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return content.decode("utf-8-sig")


def read_columns(text: str) -> Columns:
    """Columns of comma-separated text by the names in its first line, every value still a word."""
    header, *rows = csv.reader(io.StringIO(unicodedata.normalize("NFC", text)))  # the å of Byggeår has two spellings
    return dict(zip(header, (list(column) for column in zip(*rows, strict=True)), strict=True))


def numbers(words: Sequence[str]) -> NDArray[np.float64]:
    """The nearest double of each word, shape (n,); an empty word or NA is nan."""
    return np.array([float(word) if word not in ("", "NA") else np.nan for word in words], dtype=np.float64)


def digits(paths: Sequence[Path]) -> Arrays:
    """The 1,797 digits that are installed with scikit-learn; they need no file of ours."""
    from sklearn.datasets import load_digits  # it takes half a second, and only this set needs it

    inputs, target = load_digits(return_X_y=True)
    return {"inputs": inputs.astype(np.float64), "target": target.astype(np.int64)}


def aleph(paths: Sequence[Path]) -> Arrays:
    """Both files one after the other; compressed copies and plain originals hold the same text."""
    table = np.vstack([np.loadtxt(io.StringIO(read_text(path)), skiprows=1) for path in paths])
    return {"inputs": table[:, 1:], "target": table[:, 0]}


def danish_housing(paths: Sequence[Path]) -> Arrays:
    """The joined table, as it is in a data folder."""
    columns = read_columns(read_text(paths[0]))
    *inputs, target = (numbers(words) for words in columns.values())
    return {"inputs": np.column_stack(inputs), "target": target}


def california_housing(paths: Sequence[Path]) -> Arrays:
    """The table with a header, as it is in a data folder."""
    table = np.loadtxt(io.StringIO(read_text(paths[0])), delimiter=",", skiprows=1)
    return {"inputs": table[:, :-1], "target": table[:, -1]}


def california_housing_archive(paths: Sequence[Path]) -> Arrays:
    """StatLib's table without a header, inside the archive that scikit-learn downloads."""
    with tarfile.open(paths[0], "r:gz") as archive:
        text = _member(archive, "CaliforniaHousing/cal_housing.data").decode("ascii")
    table = np.loadtxt(io.StringIO(text), delimiter=",")
    return {"inputs": table[:, :-1], "target": table[:, -1]}


def king_county(paths: Sequence[Path]) -> Arrays:
    """Dates become days since the first sale (2 May 2014); the house's identifier is kept beside the inputs."""
    columns = read_columns(read_text(paths[0]))
    days = np.array([date(int(word[:4]), int(word[4:6]), int(word[6:8])).toordinal() for word in columns["date"]])
    since_first = (days - days.min()).astype(np.float64)
    inputs = [since_first if name == "date" else numbers(columns[name]) for name, _ in KING_COUNTY]
    return {
        "inputs": np.column_stack(inputs),
        "target": numbers(columns["price"]),
        "id": np.array([int(word) for word in columns["id"]], dtype=np.int64),
    }


def ames(paths: Sequence[Path]) -> Arrays:
    """Columns of numbers are inputs; columns of words, and the two identifiers, are kept beside them."""
    columns = read_columns(read_text(paths[0]))
    arrays: Arrays = {name: np.array([int(word) for word in columns.pop(name)]) for name in ("Order", "PID")}
    arrays = {name: identifier.astype(np.int64) for name, identifier in arrays.items()}
    arrays["target"] = numbers(columns.pop("SalePrice"))
    inputs = []
    for name, words in columns.items():
        try:
            inputs.append(numbers(words))
        except ValueError:  # it holds words
            arrays[name] = np.array([word.strip() for word in words])
    arrays["inputs"] = np.column_stack(inputs)
    return arrays


def mnist(paths: Sequence[Path]) -> Arrays:
    """The four original IDX files: training images and labels, test images and labels."""
    images = [_read_idx(path) for path in (paths[0], paths[2])]
    labels = [_read_idx(path) for path in (paths[1], paths[3])]
    return {"inputs": np.concatenate(images), "target": np.concatenate(labels).astype(np.int64)}


def cifar10(paths: Sequence[Path]) -> Arrays:
    """The subsets for training, validation and test, as they are in a data folder."""
    parts = []
    for path in paths:
        with np.load(path, allow_pickle=False) as archive:
            parts.append({name: archive[name] for name in ("images", "labels", "index")})
    return _join_images(parts)


def cifar10_archive(paths: Sequence[Path]) -> Arrays:
    """The same subsets, chosen from the official binary release (never from the pickled one)."""
    with tarfile.open(paths[0], "r:gz") as archive:
        member = "cifar-10-batches-bin/{}.bin".format
        training = b"".join(_member(archive, member(f"data_batch_{k}")) for k in range(1, 6))
        test = _member(archive, member("test_batch"))
    return cifar10_subset(training, test)


def cifar10_subset(training: bytes, test: bytes, *, n_train: int = 10, n_valid: int = 2, n_test: int = 1000) -> Arrays:
    """``n_train`` batches, then ``n_valid`` batches of training images, and the first ``n_test`` test images.

    A batch holds 100 images of each class: batch b takes images 100 b to 100 b + 99 of every class in official order,
    and keeps them in official order.
    """
    images, labels = _cifar_records(training)
    by_class = [np.flatnonzero(labels == label) for label in range(len(CIFAR_CLASSES))]
    batches = [
        np.sort(np.concatenate([of_class[100 * b : 100 * (b + 1)] for of_class in by_class]))
        for b in range(n_train + n_valid)
    ]
    chosen = np.concatenate(batches)
    test_images, test_labels = _cifar_records(test)
    return _join_images(
        [
            {"images": images[chosen], "labels": labels[chosen], "index": chosen},
            {"images": test_images[:n_test], "labels": test_labels[:n_test], "index": np.arange(n_test)},
        ]
    )


def _join_images(parts: Sequence[Mapping[str, NDArray[Any]]]) -> Arrays:
    return {
        "inputs": np.concatenate([part["images"] for part in parts]),
        "target": np.concatenate([part["labels"] for part in parts]).astype(np.int64),
        "index": np.concatenate([part["index"] for part in parts]).astype(np.int64),
    }


def _cifar_records(content: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (n, 32, 32, 3) and labels (n,) of records: a byte for the label, then 1024 red, green and blue bytes."""
    records = np.frombuffer(content, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0]


def _read_idx(path: Path) -> NDArray[np.uint8]:
    """An IDX file of bytes: 0, 0, 8 (bytes), the number of axes, each axis' length (big-endian), the values."""
    content = gzip.decompress(path.read_bytes())
    n_axes = content[3]
    shape = np.frombuffer(content, ">i4", count=n_axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes).reshape(*shape)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    stream = archive.extractfile(name)
    if stream is None:
        raise ValueError(f"{name} is not a file in {archive.name!r}")
    return stream.read()
