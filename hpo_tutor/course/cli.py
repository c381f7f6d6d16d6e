"""What does one type? The commands of ``hpo-tutor``.

Each command imports what it needs itself, so that ``hpo-tutor --help`` is quick.
"""

from pathlib import Path
from typing import Annotated

import typer

from hpo_tutor.course import race_commands, teaching_commands
from hpo_tutor.course.refusals import stop

app = typer.Typer(
    name="hpo-tutor",
    help="An interactive course on hyperparameter optimisation.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(race_commands.app, name="race")
app.add_typer(teaching_commands.app)


@app.command()
def lab(
    browser: Annotated[bool, typer.Option(help="Open a browser; without one, the address is printed.")] = True,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port, 8888 or near it by default; 0 draws one.")
    ] = None,
) -> None:
    """Open JupyterLab on your copy of the first notebook."""
    from hpo_tutor.course.lab import open_lab

    try:
        raise typer.Exit(open_lab(browser, port))
    except OSError as error:
        stop(error)


@app.command()
def start(
    number: Annotated[str | None, typer.Argument(help="The notebook's number, such as 03.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin again: a new copy beside the one you have.")] = False,
    show: Annotated[
        bool, typer.Option("--list", help="Your copies, and which of them the course has changed.")
    ] = False,
) -> None:
    """Copy a notebook to work/, where no update touches it."""
    from hpo_tutor.course import places

    if show == (number is not None):
        stop("give the number of a notebook, or --list to see your copies")
    try:
        if number is None:
            told = {
                True: "changed in the course since",
                False: "as in the course",
                None: "copied by an older version, or renamed",
            }
            lines = [f"{copy.notebook.name}: {told[copy.has_news]}" for copy in places.copies()]
            typer.echo("\n".join(lines) or f"{places.work_folder()} holds no copies yet.")
            return
        copy, is_new, has_news = places.start(number, fresh)
    except (ValueError, OSError) as error:
        stop(error)
    if has_news:
        typer.echo(f"{copy} is there already and stays as it is. The course has changed this notebook since you copied")
        typer.echo("it; --fresh writes the new one beside yours.")
    elif is_new:
        typer.echo(f"{copy} is your copy; open it with `hpo-tutor lab` or any notebook editor.")
    else:
        typer.echo(f"{copy} is there already and stays as it is; --fresh writes a new copy beside it.")


@app.command()
def doctor() -> None:
    """Look at everything the course needs; each trouble comes with its remedy."""
    from hpo_tutor.course.doctor import examine, report, summary

    findings = examine()
    typer.echo(report(findings))
    if any(finding.prevents and not finding.ok for finding in findings):
        raise typer.Exit(1)
    typer.echo(summary(findings))


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a notebook is not its source's.")
    ] = False,
) -> None:
    """Generate the notebooks from notebooks/source."""
    from hpo_tutor.course.build import build as build_notebooks

    try:
        changed = build_notebooks(check=check)
    except (ValueError, OSError) as error:
        stop(error)
    for path in changed:
        typer.echo(f"{'differs from its source' if check else 'written or removed'}: {path}")
    if check and changed:
        stop(f"{len(changed)} notebooks are not those of their sources; `hpo-tutor build` makes them again")
    if not changed:
        typer.echo("Every notebook is that of its source.")


@app.command()
def slides(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="The notebooks' numbers, such as 05; all by default.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="The folder; slides/ of the checkout by default.")] = None,
) -> None:
    """Make a deck of each notebook: one HTML file that opens anywhere, with neither network nor kernel."""
    from hpo_tutor.course.decks.building import build as build_decks

    try:
        build_decks(numbers or (), to, told=typer.echo)
    except (ValueError, OSError) as error:
        stop(error)


@app.command()
def book(
    to: Annotated[Path | None, typer.Option(help="The folder; build/book/html of the checkout by default.")] = None,
) -> None:
    """Make a book of all notebooks: pages with their pictures playing, as plain files."""
    from hpo_tutor.course.book.site import build as build_book

    try:
        typer.echo(f"{build_book(to)} is the start page.")
    except (ValueError, OSError, ImportError, RuntimeError) as error:
        stop(error)


@app.command()
def record(
    name: Annotated[str | None, typer.Argument(help="The landscape's name, such as digits.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the table goes; data/ of the checkout by default.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on where an interrupted recording stopped.")] = True,
    pages: Annotated[
        bool, typer.Option("--pages", help="Train nothing; write the pages and the pictures of all tables again.")
    ] = False,
) -> None:
    """Record a landscape again, by really training on its hyperparameters: minutes to hours."""
    from hpo_tutor.figures import landscape_pictures
    from hpo_tutor.problems import recording
    from hpo_tutor.problems.landscapes import files
    from hpo_tutor.problems.recording import page

    if pages == (name is not None):
        stop("give the name of a landscape to record, or --pages to write the pages of all")
    try:
        if name is None:
            place = folder or files.checkout_folder()
            if place is None:
                raise ValueError("an installed package keeps its own tables; give --folder with tables of yours")
            drawn = files.names(place)
        else:
            made = recording.record(name, folder=folder, resume=resume)
            typer.echo(f"{made} is recorded.")
            place, drawn = made.parent, [name] if made.suffix == files.SUFFIX else []
        for one in drawn:
            typer.echo(f"{landscape_pictures.write(place, one)} is drawn.")
        if drawn:
            typer.echo(f"{page.write(place)} is written.")
    except (ValueError, OSError, ImportError) as error:
        stop(error)
