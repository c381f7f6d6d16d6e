"""What does one type to teach: to hand progress in, to gather it, to see where a class stumbled, and to grade?

Each command imports what it needs itself, so that ``hpo-tutor --help`` is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

from hpo_tutor.course.refusals import stop

app = typer.Typer()

Folder = Annotated[Path, typer.Argument(help="The folder with what the students handed in.")]


@app.command()
def progress(
    to: Annotated[Path | None, typer.Option(help="Write a report to hand in, such as ada.json.")] = None,
    name: Annotated[str, typer.Option(help="Whose report it is: a name or a number of yours.")] = "",
) -> None:
    """Show which exercises you have passed, or write a report of them; nothing is sent anywhere."""
    from hpo_tutor.course import reports

    try:
        if to is None:
            typer.echo(reports.overview())
            return
        report = reports.write(to, name)
    except (ValueError, OSError) as error:
        stop(error)
    n_passed = sum(bool(work.passed) for work in report.work.values())
    typer.echo(f"{to} is the report of {report.name}, exercises passed: {n_passed}. It stays here until you send it.")


@app.command()
def gather(
    folder: Folder, to: Annotated[Path | None, typer.Option(help="Write the table there, as class.csv.")] = None
) -> None:
    """Make a table, students x exercises, of the students' reports."""
    from hpo_tutor.course import class_report

    try:
        found, troubles = class_report.gather(folder)
        _give(class_report.as_csv(class_report.table(found)), to)
    except (ValueError, OSError) as error:
        stop(error)
    for trouble in troubles:
        typer.echo(f"left out: {trouble}", err=True)


@app.command(name="class-report")
def class_report_command(
    folder: Folder,
    to: Annotated[Path | None, typer.Option(help="Write it there: a page as .md, a table as .csv.")] = None,
) -> None:
    """Say which mistakes each exercise met, by how many students, how often; without any name."""
    from hpo_tutor.course import class_report

    try:
        found, troubles = class_report.gather(folder)
        as_table = to is not None and to.suffix == ".csv"
        page = class_report.as_csv(class_report.as_rows(found)) if as_table else class_report.as_markdown(found)
        _give(page, to)
    except (ValueError, OSError) as error:
        stop(error)
    if troubles:
        typer.echo(f"left out: {len(troubles)} files; `hpo-tutor gather` names them", err=True)


@app.command()
def grade(
    folder: Annotated[Path, typer.Argument(help="A folder of folders, one with the notebooks of each student.")],
    to: Annotated[Path | None, typer.Option(help="Write the table there, as grades.csv.")] = None,
    checks: Annotated[Path | None, typer.Option(help="Your own Python file of private checks.")] = None,
    minutes: Annotated[float, typer.Option(min=0.05, max=600, help="When a notebook is stopped.")] = 10.0,
) -> None:
    """Run students' notebooks and note which exercises pass. This runs their code: do it in a container."""
    from hpo_tutor.course import class_report
    from hpo_tutor.course.grading import papers

    marks: list[papers.Marks] = []
    try:
        if to is not None:  # rather than hours later
            to.parent.mkdir(parents=True, exist_ok=True)
            to.open("a").close()
        for file in papers.overlooked(folder):
            typer.echo(f"left out: {file.relative_to(folder)} is not named as STUDENT/03_random_search.ipynb", err=True)
        try:
            for paper in papers.papers(folder):
                marks.append(papers.grade(paper, checks, minutes))
                passed = [*marks[-1].states.values()].count("passed")
                said = f"{passed} of {len(marks[-1].states)} passed" + f": {marks[-1].trouble}" * bool(
                    marks[-1].trouble
                )
                typer.echo(f"{paper.student} {paper.file.name}: {said}", err=True)
        finally:  # whoever stops it keeps the marks so far
            if marks:
                _give(class_report.as_csv(papers.rows(marks)), to)
    except (ValueError, OSError) as error:
        stop(error)


@app.command()
def nbgrader(
    number: Annotated[str, typer.Argument(help="The notebook's number, such as 03.")],
    to: Annotated[Path, typer.Option(help="The folder of your course in nbgrader.")] = Path(),
) -> None:
    """Write a notebook as nbgrader's source of an assignment, solutions included."""
    from hpo_tutor.course.grading import assignments

    try:
        made = assignments.write(number, to)
    except (ValueError, OSError) as error:
        stop(error)
    typer.echo(
        f"{made} is the source; in that course, `nbgrader generate_assignment {made.stem}` makes what you hand out."
    )


def _give(text: str, to: Path | None) -> None:
    """Write a whole file, or print it."""
    from hpo_tutor.course.places import write_whole

    if to is None:
        typer.echo(text, nl=False)
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    write_whole(to, text)
    typer.echo(f"{to} is written.", err=True)
