"""What does a student hand in, and what does one see of one's own progress?

A report is a JSON file that the student writes and sends; nothing is sent by itself:
    {"format": "hpo_tutor report 1", "name": "...", "written": "2026-...", "versions": {"hpo_tutor": "0.1.0", ...},
     "exercises": {"03.1": {"passed": "2026-...", "tries": 2, "mistakes": ["the-name-of-a-mistake"]}}}
Answers to quizzes and predictions are not kept anywhere, so they are in no report.
"""

import json
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from hpo_tutor.course import exercises, places, progress
from hpo_tutor.course.progress import Work

FORMAT = "hpo_tutor report 1"
N_BYTES = 2**22  # of a file; after ten thousand wrong answers a report is a quarter of that
PLAIN = re.compile(r"[\w.-]*")  # ids and names of mistakes: what a student writes there would stand in the class report


class Report(NamedTuple):
    """Whose report it is, when it was written, and what was done at each exercise."""

    name: str
    written: str
    work: dict[str, Work]


def write(file: Path, name: str) -> Report:
    """Write the report of this work folder; a file of that name is replaced as a whole, never half.

    Raises:
        ValueError: the name is empty, or the file is none that `gather` would look at.
        OSError: the progress cannot be read, or the file not written.
    """
    if not name.strip():
        raise ValueError("a report says whose it is: give a name or a number of yours with --name")
    if file.suffix.lower() != ".json":
        raise ValueError(f"a report is a .json file, such as ada.json, or it is overlooked, not {file.name!r}")
    report = Report(name.strip(), progress.now(), progress.worked_on(places.progress_file()))
    text = {
        "format": FORMAT,
        "name": report.name,
        "written": report.written,
        "versions": {"hpo_tutor": version("hpo_tutor"), "python": platform.python_version()},
        "exercises": {exercise: work._asdict() for exercise, work in report.work.items()},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    places.write_whole(file, json.dumps(text, ensure_ascii=False, indent=1) + "\n")
    return report


def read(file: Path) -> Report:
    """The report of a file.

    Raises:
        ValueError: it is no report, or a damaged one.
        OSError: it cannot be read.
    """
    try:
        if file.stat().st_size > N_BYTES:
            raise ValueError(f"it has more than {N_BYTES} bytes")
        text = json.loads(file.read_text(encoding="utf-8-sig"))
        if text["format"] != FORMAT:
            raise ValueError(f"its format is {text['format']!r}, not {FORMAT!r}")
        name, written = _text(text["name"]).strip(), _text(text["written"])
        if not name:
            raise ValueError("its name is empty")
        return Report(name, written, {_plain(exercise): _work(one) for exercise, one in text["exercises"].items()})
    except KeyError as error:
        raise ValueError(f"this is no report that `hpo-tutor progress --to` wrote: it lacks {error}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"this is no report that `hpo-tutor progress --to` wrote: {error}") from error


def _work(one: dict[str, Any]) -> Work:
    work = Work(_text(one["passed"]), one["tries"], tuple(map(_plain, one["mistakes"])))
    if not isinstance(one["mistakes"], list) or work.tries != len(work.mistakes) + bool(work.passed):
        raise ValueError(f"tries are the mistakes and the pass, not {str(one)[:80]}")
    return work


def _plain(name: Any) -> str:
    if PLAIN.fullmatch(_text(name)) is None:
        raise ValueError(f"an id or the name of a mistake is letters, digits, dots and hyphens, not {name[:40]!r}")
    return str(name)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text is expected, not {str(value)[:40]}")
    value.encode()  # half a surrogate is no letter, and no table could be written with it
    return value


def overview() -> str:
    """The passed exercises by notebook, of how many, in lines.

    Raises:
        OSError: the progress cannot be read.
    """
    done = progress.worked_on(places.progress_file())
    lines = []
    for number in exercises.notebooks():
        asked = [one for one in exercises.all_exercises() if one.id.startswith(f"{number}.")]
        passed = sum(bool(done[one.id].passed) for one in asked if one.id in done)
        lines.append(f"{number}  {passed} of {len(asked)}")
        lines += [f"    {'✓' if done[one.id].passed else '✗'} {one.id} {_told(done[one.id])}  {one.title}"
                  for one in asked if one.id in done]  # fmt: skip
    return "\n".join(lines)


def _told(work: Work) -> str:
    tries = "1 try" if work.tries == 1 else f"{work.tries} tries"
    return f"{work.passed[:10]}, {tries}" if work.passed else f"not yet, {tries}"
