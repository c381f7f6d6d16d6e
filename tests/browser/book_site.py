"""The book, built once for all who look at it: from what the notebooks' tests kept, else by running the notebooks."""

import hashlib
from pathlib import Path

from filelock import FileLock

from hpo_tutor.course.book import site
from hpo_tutor.course.executed import fingerprint

ROOT = Path(__file__).resolve().parents[2]
STAMP = "made-from"  # beside the book, what it was made from


def built() -> Path:
    """The folder of the book; whoever comes first builds it, the others wait."""
    place = ROOT / "build" / "book"
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / "lock"):
        wanted, stamp = _made_from(), place / STAMP
        if not (stamp.is_file() and stamp.read_text() == wanted and (place / "html" / "index.html").is_file()):
            stamp.unlink(missing_ok=True)
            site.build()
            stamp.write_text(wanted)
    return place / "html"


def _made_from() -> str:
    """Everything that a book depends on, as one sum."""
    total = hashlib.sha256()
    written = [path for folder in ("book", "slides") for path in sorted((ROOT / folder).rglob("*")) if path.is_file()]
    for path in sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb")):
        total.update(fingerprint(path).encode())
    for path in [*written, ROOT / "CHANGELOG.md", ROOT / "package.json"]:
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()
