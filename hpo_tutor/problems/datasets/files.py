"""Where do data files live, are they the right ones, and how do they get here?

Every file has a pinned checksum where one is known, and so have the arrays that are made of it. Files are looked for in
the cache folders and fetched by pooch only where they are missing.

    HPO_TUTOR_DATA     environment variable: a folder to use as the cache instead of pooch's
    arrays             name -> array, what a data set is made of, before it gets names and units
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pooch
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


class MissingDataError(FileNotFoundError):
    """A data set's file is not here and could not be fetched."""


class DamagedDataError(ValueError):
    """A data set's file or arrays do not have their checksum."""


@dataclass(frozen=True)
class File:
    """One file of a data set; ``path`` is relative to a cache folder, ``sha256`` None where it is not known."""

    path: str
    sha256: str | None = None
    url: str = ""


def cache_folders() -> tuple[Path, ...]:
    """Folders that are searched in this order: ``HPO_TUTOR_DATA`` where it is set, else pooch's cache.

    A folder named by ``HPO_TUTOR_DATA`` that cannot be written to (a shared one, say) is searched first and pooch's
    cache after it.
    """
    default = Path(pooch.os_cache("hpo_tutor"))
    named = os.environ.get("HPO_TUTOR_DATA")
    if not named:
        return (default,)
    folder = Path(named).expanduser()
    return (folder,) if _is_writable(folder) else (folder, default)


def find(path: str) -> Path | None:
    """The file in the first cache folder that holds it; None where none does."""
    return next((folder / path for folder in cache_folders() if (folder / path).is_file()), None)


def check(found: Path, file: File) -> Path:
    """Return ``found`` after comparing its sha256 with the pinned one.

    Raises:
        DamagedDataError: they differ.
    """
    if file.sha256 is None:
        return found
    with found.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != file.sha256:
        raise DamagedDataError(
            f"{found} is not the file it should be: expected sha256 {file.sha256}, found {digest}. "
            "Delete it and load again."
        )
    return found


def fetch(file: File, *, needed_by: str, offline: Callable[[], Iterable[str]]) -> Path:
    """The file from a cache folder, else from its address; checked either way.

    ``offline`` names the data sets that load without a network, for the error.

    Raises:
        DamagedDataError: the file has another checksum than the pinned one.
        MissingDataError: the file is not here and cannot be fetched.
    """
    if found := find(file.path):
        return check(found, file)
    folder = cache_folders()[-1]
    target = folder / file.path
    try:
        pooch.retrieve(
            file.url,
            known_hash=f"sha256:{file.sha256}" if file.sha256 else None,
            fname=target.name,
            path=target.parent,
            downloader=pooch.HTTPDownloader(timeout=30),
        )
    except ValueError as error:  # pooch's word for a wrong checksum; it keeps no such file
        raise DamagedDataError(
            f"{file.url} sent a file for {needed_by} that is not the pinned one ({target.name}, expected sha256 "
            f"{file.sha256}). Nothing was kept. Load again; if it stays so, the address has changed. {error}"
        ) from error
    except OSError as error:
        places = " or ".join(str(place) for place in cache_folders())
        raise MissingDataError(
            f"{needed_by} needs {file.path}, which is not in {places} and could not be fetched from {file.url} "
            f"({type(error).__name__}: {error}). Load it again with a network, or name a folder that holds it in "
            f"HPO_TUTOR_DATA. These sets load without a network: {', '.join(offline())}."
        ) from error
    return target


def arrays_sha256(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Checksum of names, dtypes, shapes and bytes (little-endian, C order), the same on every machine."""
    total = hashlib.sha256()
    for name in sorted(arrays):
        array = arrays[name]
        array = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        if array.dtype.kind == "f" and np.isnan(array).any():
            array = np.where(np.isnan(array), np.nan, array)  # a nan has many bit patterns, keep one
        total.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        total.update(array.view(np.uint8).data if array.size else b"")
    return total.hexdigest()


def built_path(name: str) -> str:
    """Where the arrays that were built from a data set's originals are kept, relative to a cache folder."""
    return f"built/{name}.npz"


def save_built(name: str, arrays: Arrays) -> Path:
    """Keep built arrays in the cache, so that the originals are read only once."""
    target = cache_folders()[-1] / built_path(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
    partial.replace(target)  # another process sees the whole file or none
    return target


def load_built(found: Path) -> Arrays:
    """Arrays that ``save_built`` kept; no pickle.

    Raises:
        DamagedDataError: the file cannot be read.
    """
    try:
        with np.load(found, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # a damaged archive fails in zipfile, zlib, numpy or the operating system
        raise DamagedDataError(f"{found} cannot be read ({error}). Delete it and load again.") from error


def _is_writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK)
