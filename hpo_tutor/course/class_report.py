"""What has a class passed, and where did it stumble?

reports    what the students handed in, one each
table      students x exercises: 1 passed, 0 tried, empty where nothing was tried
stumbles   exercise -> how many tried and passed, tries until the pass, and each mistake: by how many, and how often

Names of students stand in the table alone, never in what is said of the mistakes.
"""

import csv
import io
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from hpo_tutor.course import exercises, reports
from hpo_tutor.course.reports import Report

UNRECOGNISED = ""  # the name in records of a wrong answer that is no well-known one


class Mistake(NamedTuple):
    """A mistake that a class made: its name in the records, what students are told of it, by how many, how often."""

    name: str
    message: str
    n_students: int
    n_times: int


class Stumbles(NamedTuple):
    """What happened at one exercise.

    Attributes:
        exercise: its id.
        title: in words; empty where this version of the course does not have the exercise.
        n_tried: students who tried it.
        n_passed: students who passed it.
        tries: median tries until the pass, of those who passed; nan where nobody did.
        mistakes: from the one that most students made.
    """

    exercise: str
    title: str
    n_tried: int
    n_passed: int
    tries: float
    mistakes: tuple[Mistake, ...]


def gather(folder: Path) -> tuple[list[Report], list[str]]:
    """The reports of a folder and the folders below it, by name, and what is wrong with the files that are none.

    Of several reports under one name, the one that was written last counts; the others are named as well, since two
    students may have one name.

    Raises:
        ValueError: the folder holds no JSON file.
    """
    files = sorted(path for path in folder.rglob("*.[jJ][sS][oO][nN]") if path.is_file())
    if not files:
        raise ValueError(f"reports are the .json files of `hpo-tutor progress --to`, and {folder} holds none")
    latest: dict[str, tuple[Report, str]] = {}
    troubles = []
    for file in files:
        try:
            report = reports.read(file)
        except (ValueError, OSError) as error:
            troubles.append(f"{file.relative_to(folder)}: {error}")
            continue
        earlier = latest.get(report.name)
        place = str(file.relative_to(folder))
        if earlier is None:
            latest[report.name] = report, place
            continue
        first, last = sorted([earlier, (report, place)], key=lambda one: one[0].written)
        latest[report.name] = last
        if first[0] != last[0]:
            troubles.append(f"{first[1]}: {last[1]} is a later report of {report.name!r}")
    return [latest[name][0] for name in sorted(latest)], troubles


def table(found: Iterable[Report]) -> list[list[str]]:
    """Rows of cells: the heads, then a student in each row; the last column counts the passed exercises."""
    found = list(found)
    ids = _ids(found)
    rows = [["student", *ids, "passed"]]
    for report in found:
        cells = [str(int(bool(report.work[one].passed))) if one in report.work else "" for one in ids]
        rows.append([report.name, *cells, str(cells.count("1"))])
    return rows


def stumbles(found: Iterable[Report]) -> list[Stumbles]:
    """What happened at each exercise that somebody tried, in the order of the course."""
    found = list(found)
    titles: dict[str, str] = {}
    messages: dict[tuple[str, str], str] = {}
    for asked in exercises.all_exercises():
        titles[asked.id] = asked.title
        messages |= {(asked.id, mistake.name): mistake.message for mistake in asked.mistakes}
    said = []
    for exercise in _ids(found):
        works = [report.work[exercise] for report in found if exercise in report.work]
        if not works:
            continue
        tries = [work.tries for work in works if work.passed]
        by_student = Counter(name for work in works for name in set(work.mistakes))
        times = Counter(name for work in works for name in work.mistakes)
        made = [
            Mistake(name, messages.get((exercise, name), _unknown(name)), n, times[name])
            for name, n in by_student.items()
        ]
        made.sort(key=lambda one: (one.name == UNRECOGNISED, -one.n_students, -one.n_times, one.name))
        median = statistics.median(tries) if tries else float("nan")
        said.append(Stumbles(exercise, titles.get(exercise, ""), len(works), len(tries), median, tuple(made)))
    return said


def as_markdown(found: Sequence[Report]) -> str:
    """The stumbles of a class as a page."""
    lines = ["# Where the class stumbled", "", f"Reports: {len(found)}.", ""]
    for one in stumbles(found):
        tries = f", tries until then: {one.tries:g} (median)" if one.n_passed else ""
        lines += [
            f"## {one.exercise} {one.title}".rstrip(),
            "",
            f"Tried by {one.n_tried}, passed by {one.n_passed}{tries}.",
            "",
        ]
        if one.mistakes:
            lines += ["| students | times | what they were told |", "| ---: | ---: | --- |"]
            lines += [f"| {made.n_students} | {made.n_times} | {_cell(made.message)} |" for made in one.mistakes]
            lines.append("")
    return "\n".join(lines)


def as_rows(found: Iterable[Report]) -> list[list[str]]:
    """The stumbles of a class as rows of cells, the heads first: a row for each mistake of an exercise."""
    rows = [["exercise", "tried", "passed", "median_tries", "mistake", "students", "times"]]
    for one in stumbles(found):
        head = [one.exercise, str(one.n_tried), str(one.n_passed), f"{one.tries:g}" if one.n_passed else ""]
        rows += [[*head, made.name or "unrecognised", str(made.n_students), str(made.n_times)] for made in one.mistakes]
        rows += [] if one.mistakes else [[*head, "", "0", "0"]]
    return rows


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """Rows as comma-separated values; a cell that a spreadsheet would run as a formula gets an apostrophe."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows(
        [f"'{cell}" if cell.lstrip().startswith(("=", "+", "-", "@")) else cell for cell in row] for row in rows
    )
    return stream.getvalue()


def _ids(found: Iterable[Report]) -> list[str]:
    """Every exercise of the course, and those of the reports that it does not have (an instructor's own)."""
    known = [asked.id for asked in exercises.all_exercises()]
    others = {exercise for report in found for exercise in report.work} - set(known)
    return [*known, *sorted(others)]


def _unknown(name: str) -> str:
    return f"a mistake that this version of the course does not know: {name}" if name else "no well-known mistake"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
