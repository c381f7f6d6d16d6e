"""Where are the notebooks, the recorded landscapes and a student's own work?

In a checkout    notebooks/                data/                     work/
Installed        hpo_tutor/_notebooks/     hpo_tutor/_landscapes/    work/ below the current folder
A notebook is named by its number, two digits: "03". The work folder keeps the hash of what each copy was made of, so
that a notebook which the course has changed since is offered; a copy itself is never touched again. A copy whose
original was not kept (an older version made it, or the list was lost) is dated from when it is first seen: what changes
later is offered, and nothing before.

The environment variable HPO_TUTOR_WORK names another work folder.
"""

import hashlib
import json
import os
import re
from itertools import count
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).resolve().parents[1]
MARK = ".hpo_tutor"  # this folder is somebody's work folder, wherever it lies; within: copy -> hash of its original
UNSURE = "no newer than "  # before a hash: the course as it was when a copy of unknown age was first seen


class Start(NamedTuple):
    """A student's own copy of a notebook, whether it was made just now, and whether the course has a newer one."""

    notebook: Path
    is_new: bool
    has_news: bool = False


class Copy(NamedTuple):
    """A student's own copy of a notebook.

    Attributes:
        number: of the notebook, "03".
        notebook: the copy.
        has_news: whether the course's notebook has changed since; None where that is not known.
    """

    number: str
    notebook: Path
    has_news: bool | None


def checkout() -> Path | None:
    """The top folder of the checkout this package runs from; None for an installed wheel."""
    top = PACKAGE.parent
    return top if (top / "pyproject.toml").is_file() and (top / "notebooks").is_dir() else None


def notebooks_folder() -> Path:
    """The folder of the learners' notebooks.

    Raises:
        FileNotFoundError: this installation has none.
    """
    return _shipped("_notebooks", "notebooks")


def landscapes_folder() -> Path:
    """The folder of the recorded landscapes, one Parquet file each.

    Raises:
        FileNotFoundError: this installation has none.
    """
    return _shipped("_landscapes", "data")


def _shipped(inside_wheel: str, in_checkout: str) -> Path:
    if (PACKAGE / inside_wheel).is_dir():
        return PACKAGE / inside_wheel
    top = checkout()
    if top is not None and (top / in_checkout).is_dir():
        return top / in_checkout
    raise FileNotFoundError(
        f"the course keeps this folder as {in_checkout}/ in a checkout and as hpo_tutor/{inside_wheel}/ installed, "
        f"and {PACKAGE.parent} holds neither; install hpo_tutor again, or clone it again"
    )


def notebooks() -> dict[str, Path]:
    """Number -> the learner's notebook, in the order of the course.

    Raises:
        FileNotFoundError: this installation has no notebooks.
    """
    return {path.name[:2]: path for path in sorted(notebooks_folder().glob("[0-9][0-9]_*.ipynb"))}


def work_folder() -> Path:
    """The folder of a student's own copies and progress; it need not exist yet.

    HPO_TUTOR_WORK if set; else the current folder if it is a work folder, as it is for a notebook opened there; else
    ``work`` at the top of the checkout, or below the current folder where the package was installed.
    """
    named = os.environ.get("HPO_TUTOR_WORK")
    if named:
        return Path(named).expanduser().absolute()
    here = Path.cwd()
    if (here / MARK).is_file():
        return here
    return (checkout() or here) / "work"


def progress_file() -> Path:
    """The file that records passed checks, one JSON object a line; it need not exist yet."""
    return work_folder() / "progress.jsonl"


def start(number: str | int, fresh: bool = False) -> Start:
    """Copy a notebook into the work folder, where no update touches it; an existing copy is never overwritten.

    Args:
        number: the notebook's number: ``3``, ``"3"`` or ``"03"``.
        fresh: write a numbered copy, such as ``03_topic-2.ipynb``, beside the one that is there.

    Raises:
        ValueError: there is no notebook of that number.
        FileNotFoundError: this installation has no notebooks.
        OSError: the copy cannot be written.
    """
    there = notebooks()
    if re.fullmatch(r"\d{1,2}", str(number)) is None or f"{int(number):02d}" not in there:
        raise ValueError(
            f"no notebook has the number {str(number)!r}; these exist: "
            + (", ".join(f"{name} ({path.stem[3:].replace('_', ' ')})" for name, path in there.items()) or "none yet")
        )
    source = there[f"{int(number):02d}"]
    folder = work_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    for copy in count(1):
        target = folder / (source.name if copy == 1 else f"{source.stem}-{copy}.ipynb")
        try:
            stream = target.open("xb")
        except FileExistsError:
            if fresh:
                continue
            _keep_originals({})
            return Start(target, is_new=False, has_news=source.name[:2] in news())
        try:
            with stream:
                stream.write(source.read_bytes())
            _keep_originals({target.name: _fingerprint(source)})
        except OSError:
            target.unlink()  # half a copy would be taken for the student's own, and never be made again
            raise
        return Start(target, is_new=True)
    raise AssertionError("count() never ends")


def copies() -> list[Copy]:
    """The student's copies, in the order of the course.

    Raises:
        FileNotFoundError: this installation has no notebooks.
    """
    there, kept, folder = notebooks(), _originals(), work_folder()
    found = []
    for number, source in there.items():
        now = _fingerprint(source)
        named = re.compile(rf"{re.escape(source.stem)}(-\d+)?")
        mine = [path for path in folder.glob(f"{source.stem}*.ipynb") if named.fullmatch(path.stem) and path.is_file()]
        # a copy of the newest that is gone may have been renamed, and be any of those that are here
        moved = any(
            original == now and named.fullmatch(Path(name).stem) and not (folder / name).is_file()
            for name, original in kept.items()
        )
        for path in sorted(mine, key=lambda path: (len(path.stem), path.stem)):
            original = kept.get(path.name, UNSURE + now)
            is_newest = original == now or _fingerprint(path) == now  # a copy that nobody wrote in is its original
            is_unknown = moved or original == UNSURE + now
            found.append(Copy(number, path, False if is_newest else None if is_unknown else True))
    return found


def news() -> list[str]:
    """The numbers of the notebooks which the course has changed since the student's last copy of them.

    Raises:
        FileNotFoundError: this installation has no notebooks.
    """
    by_number: dict[str, list[bool | None]] = {}
    for copy in copies():
        by_number.setdefault(copy.number, []).append(copy.has_news)
    return [number for number, found in by_number.items() if True in found and False not in found]


def _fingerprint(path: Path) -> str:
    # git on Windows may write other line ends, which is no news
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _originals() -> dict[str, str]:
    try:
        kept = json.loads((work_folder() / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # no copy was made yet, or an older version made them, which kept nothing
    return {str(name): str(original) for name, original in kept.items()} if isinstance(kept, dict) else {}


def _keep_originals(new: dict[str, str]) -> None:
    kept, there = _originals(), notebooks()
    unknown = {
        copy.notebook.name: ("" if copy.has_news is False else UNSURE) + _fingerprint(there[copy.number])
        for copy in copies()
    }
    together = {**unknown, **kept, **new}
    if together != kept:
        write_whole(work_folder() / MARK, json.dumps(together, indent=1) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there as a whole or not at all, whenever the machine stops.

    Raises:
        OSError: it cannot be written.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")  # two commands at once do not write into one
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error  # the draft's name would tell nobody anything


def first_notebook() -> str:
    """The number of the notebook with which the course begins.

    Raises:
        FileNotFoundError: this installation has no notebooks.
    """
    there = notebooks()
    if not there:
        raise FileNotFoundError(
            f"a course begins with a notebook, and {notebooks_folder()} holds none; in a checkout, `hpo-tutor build` "
            "makes them from notebooks/source"
        )
    return next(iter(there))
