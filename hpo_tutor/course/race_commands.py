"""What does one type to run the study of samplers, and to read it? ``hpo-tutor race``, ``hpo-tutor race report``.

Each command imports what it needs itself, so that ``hpo-tutor --help`` is quick.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hpo_tutor.course.refusals import stop

if TYPE_CHECKING:
    from hpo_tutor.race.campaign import Study
    from hpo_tutor.race.protocol import Cell

app = typer.Typer(invoke_without_command=True)

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


@app.command()
def budgets(
    context: typer.Context,
    dims: Annotated[list[int] | None, typer.Option(help="Only so many hyperparameters; may be given again.")] = None,
    budget: Annotated[list[int] | None, typer.Option(help="Only so many trials; may be given again.")] = None,
    sampler: Annotated[list[str] | None, typer.Option(help="Only this one, by name; may be given again.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Laps, each with boxes of its own; 20 by default.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Also gp in published boxes, which takes long.")] = False,
    store: Annotated[
        Path | None, typer.Option(help="The file of searches, in the work folder by default; it goes on where it was.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/budgets.parquet of the checkout.")] = False,
) -> None:
    """Race samplers on functions of known optimum, from 10 trials to 200: who wins at which budget? Hours of a core."""
    from hpo_tutor.course.places import work_folder
    from hpo_tutor.problems.landscapes import files
    from hpo_tutor.race.experiments import budgets as experiment
    from hpo_tutor.race.experiments.standings import standings

    place, folder = store or context.obj or work_folder() / "budgets.jsonl", files.checkout_folder()
    wanted: dict[str, Any] = {"dims": dims, "budgets": budget, "samplers": sampler, "n_seeds": seeds}
    try:
        searches = experiment.plan(**{name: value for name, value in wanted.items() if value}, whole=whole)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        table = experiment.run(place, searches)
        for (_, d, n), part in standings(table[table["shifted"]]).groupby(["shifted", "n_dims", "n_trials"]):
            ranks = part.sort_values("mean_rank")[["sampler", "mean_rank"]].itertuples(index=False)
            typer.echo(f"d = {d}, {n} trials, mean ranks: {', '.join(f'{name} {rank:.2f}' for name, rank in ranks)}")
        if keep:
            if folder is None:
                raise ValueError("an installed package keeps its own comparison; leave --keep out")
            typer.echo(f"{experiment.write(place, folder / f'{experiment.KIND.name}{files.SUFFIX}')} is written.")
    except (ValueError, OSError, RuntimeError) as error:
        stop(error)
    except KeyboardInterrupt:
        typer.echo(f"Stopped; {place} holds what is done. Type the same again to go on.")
        raise typer.Exit(130) from None


@app.command()
def trained(
    context: typer.Context,
    experiment: Annotated[
        list[str] | None,
        typer.Option(help="Only regression-2, regression-3, regression-5 or mnist-9; may be given again."),
    ] = None,
    repetitions: Annotated[
        int | None, typer.Option(help="How often, each on a data batch of its own; 20 by default, 10 with --full.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="MNIST as it is, rather than small; wants a GPU.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes, one a core by default; 0 runs everything in this one.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The file of searches, in the work folder by default; it goes on where it was.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/trained.parquet of the checkout.")] = False,
) -> None:
    """Tune networks that are really trained, by validation rows, and report test rows. An hour or two of a core."""
    from hpo_tutor.course.places import work_folder
    from hpo_tutor.problems.landscapes import files
    from hpo_tutor.race.experiments import trained

    place, folder = store or context.obj or work_folder() / "trained.jsonl", files.checkout_folder()
    names = [f"{name}-full" if full and name == "mnist-9" else name for name in experiment or trained.USUAL]
    try:
        if keep and folder is None:
            raise ValueError("an installed package keeps its own experiments; leave --keep out")
        typer.echo(f"{len(trained.plan(names, repetitions)):,} searches; those that {place} holds are not run again.")
        table = trained.summary(trained.run(place, names, repetitions, n_workers=workers))
        for name, part in table.groupby("experiment", sort=False):
            typer.echo(f"\n{name}\n{part.drop(columns='experiment').round(3).to_string(index=False, na_rep='')}")
        if keep and folder is not None:
            typer.echo(f"{trained.write(place, folder / f'{trained.KIND.name}{files.SUFFIX}')} is written.")
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        stop(error)
    except KeyboardInterrupt:
        typer.echo(f"Stopped; {place} holds what is done. Type the same again to go on.")
        raise typer.Exit(130) from None


@app.command()
def switches(
    context: typer.Context,
    sampler: Annotated[list[str] | None, typer.Option(help="Only this one, by name; may be given again.")] = None,
    budget: Annotated[list[int] | None, typer.Option(help="Only so many trials; may be given again.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Laps; 20 by default, 3 with --live.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Really train, a few samplers only; minutes a lap.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes, one a core by default; 0 runs everything in this one.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The file of searches, in the work folder by default; it goes on where it was.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/switches.parquet of the checkout.")] = False,
) -> None:
    """Search auto-encoders whose layers come and go: flat, with conditions, tile by tile? About an hour of a core."""
    from hpo_tutor.course.places import work_folder
    from hpo_tutor.problems.landscapes import files
    from hpo_tutor.race.experiments import switch_standings
    from hpo_tutor.race.experiments import switches as experiment

    place, folder = store or context.obj or work_folder() / "switches.jsonl", files.checkout_folder()
    try:
        if keep and folder is None:
            raise ValueError("an installed package keeps its own comparison; leave --keep out")
        searches = experiment.plan(sampler, budget, seeds, live)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        table = experiment.run(place, searches, n_workers=workers)
        for column, word in (("loss", "mean rmse"), ("share", "mean share of the front")):
            means = switch_standings.summary(table[table["live"] == live], column)
            for n_trials, part in means.groupby("n_trials"):
                said = ", ".join(f"{row.sampler} {row.mean:.3f}" for row in part.itertuples())
                typer.echo(f"{n_trials} trials, {word}: {said}")
        if keep and folder is not None:
            typer.echo(f"{experiment.write(place, folder / f'{experiment.KIND.name}{files.SUFFIX}')} is written.")
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        stop(error)
    except KeyboardInterrupt:
        typer.echo(f"Stopped; {place} holds what is done. Type the same again to go on.")
        raise typer.Exit(130) from None


@app.command()
def stopping(
    context: typer.Context,
    method: Annotated[list[str] | None, typer.Option(help="Only this one, by name; may be given again.")] = None,
    curves: Annotated[
        list[str] | None, typer.Option(help="Only digits-curves, aleph-curves or mnist-curves; may be given again.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Laps; 20 by default, four on each data batch.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, help="Processes, one a core by default; 0 runs everything in this one.")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="The file of searches, in the work folder by default; it goes on where it was.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/stopping.parquet of the checkout.")] = False,
) -> None:
    """Train to the end, or stop the losers early? Searches with the same epochs, on recorded curves. Minutes."""
    from hpo_tutor.course.places import work_folder
    from hpo_tutor.problems.landscapes import files
    from hpo_tutor.race.experiments import stopping as experiment
    from hpo_tutor.race.experiments import stopping_standings

    place, folder = store or context.obj or work_folder() / "stopping.jsonl", files.checkout_folder()
    try:
        if keep and folder is None:
            raise ValueError("an installed package keeps its own comparison; leave --keep out")
        searches = experiment.plan(method, curves, seeds)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        means = stopping_standings.summary(experiment.run(place, searches, n_workers=workers))
        shown = means[means["total_epochs"].isin(experiment.TOLD)].sort_values("mean")
        for (name, n), part in shown.groupby(["curves", "total_epochs"]):
            said = ", ".join(f"{row.method} {row.mean:.4f}" for row in part.itertuples())
            typer.echo(f"{name}, {n} epochs, mean regret: {said}")
        if keep and folder is not None:
            typer.echo(f"{experiment.write(place, folder / f'{experiment.KIND.name}{files.SUFFIX}')} is written.")
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        stop(error)
    except KeyboardInterrupt:
        typer.echo(f"Stopped; {place} holds what is done. Type the same again to go on.")
        raise typer.Exit(130) from None


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
