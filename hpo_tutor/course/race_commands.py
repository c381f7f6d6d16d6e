"""What does one type to run the study of samplers, and to read it? ``hpo-tutor race``, ``hpo-tutor race report``.

Each command imports what it needs itself, so that ``hpo-tutor --help`` is quick.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hpo_tutor.course import experiment_commands
from hpo_tutor.course.refusals import stop

if TYPE_CHECKING:
    from hpo_tutor.race.campaign import Study
    from hpo_tutor.race.protocol import Cell

app = typer.Typer(invoke_without_command=True)
app.add_typer(experiment_commands.app)

STORES = "race-*.jsonl"
N_SHOWN = 5  # failures


@app.callback()
def race(
    context: typer.Context,
    preset: Annotated[str, typer.Option(help="quick (seconds), source (the source's table) or full.")] = "quick",
    live: Annotated[bool, typer.Option("--live", help="Really train, rather than look losses up.")] = False,
    track: Annotated[
        list[str] | None, typer.Option(help="Only trees, networks or photographs; may be given again.")
    ] = None,
    dims: Annotated[list[int] | None, typer.Option(help="Only so many hyperparameters; may be given again.")] = None,
    resolution: Annotated[
        list[int] | None, typer.Option(help="Only so many points per axis; may be given again.")
    ] = None,
    sampler: Annotated[
        list[str] | None,
        typer.Option(
            help="One more sampler, by name or as module:Name, a class (space, seed=...) in the current folder."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes, one a core by default; 0 runs everything in this one.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="The address of a Dask scheduler instead, such as tcp://10.0.0.1:8786.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The file of results, in the work folder by default; it goes on where it was.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the study.")] = 0,
    retry: Annotated[bool, typer.Option("--retry", help="Run also what failed before.")] = False,
) -> None:
    """Race samplers on all data: the study of notebooks 11 and 12. Stopped, it goes on when the same is typed again."""
    if context.invoked_subcommand is not None:
        context.obj = store
        return
    from hpo_tutor.course.places import work_folder
    from hpo_tutor.race import campaign, presets, protocol

    place = store or work_folder() / f"race-{preset}{'-live' * live}{f'-{seed}' if seed else ''}.jsonl"
    try:
        cells = _chosen(presets.preset(preset, live), track=track, n_dims=dims, resolution=resolution)
        cells = protocol.enter(cells, sampler or ())
        jobs = protocol.jobs(cells, seed=seed)
        left = campaign.still_open(cells, campaign.load(place).rows if _begun(place) else {}, retry)
        typer.echo(_plan(cells, len(jobs), left, sum(job.cost for job in protocol.jobs(left, seed=seed))))
        for cell, why in presets.missing(preset, live):
            if not _wanted(cell, track=track, n_dims=dims, resolution=resolution):
                continue
            typer.echo(
                f"Not run: {cell.sampler} on {cell.track} with {cell.n_points} points in {cell.n_dims}-D; {why}."
            )
        typer.echo(f"Results go to {place}.")
        for item in _changed(sampler or (), place, cells, left):
            typer.echo(
                f"Changed: the file of {item} is newer than what the store holds of it, which is not run again; "
                "for the new one, name another --store, or call the class by another name."
            )
        study = campaign.run(
            cells, place, n_workers=workers, scheduler=scheduler, seed=seed, retry_failed=retry, progress=bool(left)
        )
    except (ValueError, OSError, ImportError, RuntimeError, TypeError) as error:
        stop(error)
    _sum_up(study, cells, place)
    if study.interrupted:
        raise typer.Exit(130)


@app.command()
def report(
    context: typer.Context,
    store: Annotated[
        Path | None,
        typer.Option(
            help="A campaign's file; by default the newest in the work folder, or else the study that is kept."
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="The folder of the report; by default beside the store.")] = None,
) -> None:
    """Write what a study found: a page, tables and figures."""
    from hpo_tutor.course.places import work_folder
    from hpo_tutor.figures import study_report
    from hpo_tutor.race import campaign

    found = sorted(work_folder().glob(STORES), key=lambda path: path.stat().st_mtime)
    source = store or context.obj or (found[-1] if found else None)
    folder = to or (source.with_name(f"{source.stem}-report") if source else work_folder() / "study-report")
    try:
        study = campaign.load(source)
        typer.echo(f"{source or 'The study that is kept'}: {study!r}")
        typer.echo(f"{study_report.write(study, folder)} is written.")
    except (ValueError, OSError) as error:
        stop(error)


@app.command()
def keep(
    context: typer.Context,
    store: Annotated[
        Path | None, typer.Option(help="A campaign's file; without one, only the page is written.")
    ] = None,
    folder: Annotated[Path | None, typer.Option(help="Where to; data/ of the checkout by default.")] = None,
) -> None:
    """Make a study the one that comes with the course: study.parquet, and its page study.md."""
    from hpo_tutor.figures import study_report
    from hpo_tutor.problems.landscapes import files
    from hpo_tutor.race import campaign
    from hpo_tutor.race.study import SUFFIX

    source, place = store or context.obj, folder or files.checkout_folder()
    try:
        if place is None:
            raise ValueError("an installed package keeps its own study; give --folder a folder of yours")
        study = campaign.load(source or place / f"{campaign.KEPT}{SUFFIX}")
        text = study_report.page(study)
        if source:
            study.write(place / f"{campaign.KEPT}{SUFFIX}")
        (place / f"{campaign.KEPT}.md").write_text(text, encoding="utf-8")
        typer.echo(f"{place / campaign.KEPT}.md is written: {study!r}")
    except (ValueError, OSError) as error:
        stop(error)


def _chosen(cells: "Sequence[Cell]", **wanted: Sequence[Any] | None) -> "list[Cell]":
    """The cells whose fields are among what is wanted.

    Raises:
        ValueError: there are none; the message says which values there are.
    """
    for field, values in wanted.items():
        there = sorted({getattr(cell, field) for cell in cells})
        if values and (strange := [value for value in values if value not in there]):
            raise ValueError(
                f"{field.replace('n_dims', 'dims')} must be among {', '.join(map(str, there))} here, got "
                f"{', '.join(map(str, strange))}; another preset may have more"
            )
        cells = [cell for cell in cells if not values or getattr(cell, field) in values]
    return list(cells)


def _wanted(cell: "Cell", **wanted: Sequence[Any] | None) -> bool:
    return all(not values or getattr(cell, field) in values for field, values in wanted.items())


def _changed(items: Sequence[str], place: Path, cells: "Sequence[Cell]", left: "Sequence[Cell]") -> list[str]:
    """The samplers of module:Name of which the store holds cells that are older than the module's file."""
    held = {cell.sampler for cell in set(cells) - set(left)}
    files = {item: Path.cwd() / f"{item.partition(':')[0].replace('.', '/')}.py" for item in items if item in held}
    return [item for item, file in files.items() if file.is_file() and file.stat().st_mtime > place.stat().st_mtime]


def _begun(place: Path) -> bool:
    """Whether a store holds a line; one that was killed at once may hold none."""
    return place.is_file() and b"\n" in place.read_bytes()


def _plan(cells: "Sequence[Cell]", n_jobs: int, left: "Sequence[Cell]", seconds: float) -> str:
    tracks = ", ".join(dict.fromkeys(cell.track for cell in cells))
    samplers = ", ".join(dict.fromkeys(cell.sampler for cell in cells))
    size = f"{len(cells):,} cells in {n_jobs:,} jobs: {samplers} on {tracks}."
    if not left:
        return f"{size}\nAll of them are in the store."
    kept = f"{len(cells) - len(left):,} are in the store; the rest takes" if len(left) < len(cells) else "They take"
    return f"{size}\n{kept} some {_duration(seconds)} of one core's time; the bar will know better."


def _duration(seconds: float) -> str:
    """Rounded up: minutes or hours."""
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if seconds > 2 * length:
            return f"{math.ceil(seconds / length)} {unit}"
    return f"{math.ceil(seconds / 10) * 10} seconds" if seconds > 10 else "ten seconds or less"


def _sum_up(study: "Study", cells: "Sequence[Cell]", place: Path) -> None:
    """What there is now, what went wrong, and what to type next."""
    keys = {cell.key for cell in cells}
    failures = [row for key, row in sorted(study.rows.items()) if key in keys and row["state"] == "failed"]
    missing = study.missing(cells)
    done = f"{len(cells) - len(missing) - len(failures):,} of {len(cells):,} cells are done"
    trained = f", with {study.n_trained:,} models trained" if study.n_trained else ""
    typer.echo(f"{done}{trained}; {place} holds them.")
    for row in failures[:N_SHOWN]:
        typer.echo(
            f"failed: {row['sampler']} on {row['track']}, {row['n_dims']}-D, batch {row['batch']}: {row['message']}"
        )
    if failures:
        typer.echo(f"{len(failures):,} cells failed; --retry runs them again.")
    if missing:
        typer.echo("Type the same again to go on.")
    else:
        typer.echo(f"Next: hpo-tutor race report --store {place}")
