"""What does one type to run an experiment anew? ``hpo-tutor race budgets``, ``trained``, ``switches`` and their like.

Each command imports what it needs itself, so that ``hpo-tutor --help`` is quick.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from hpo_tutor.course.refusals import stop

app = typer.Typer()

Sampler = Annotated[list[str] | None, typer.Option(help="Only this one, by name; may be given again.")]
Workers = Annotated[
    int | None, typer.Option(min=0, help="Processes, one a core by default; 0 runs everything in this one.")
]
Store = Annotated[
    Path | None, typer.Option(help="The file of searches, in the work folder by default; it goes on where it was.")
]


@app.command()
def budgets(
    context: typer.Context,
    dims: Annotated[list[int] | None, typer.Option(help="Only so many hyperparameters; may be given again.")] = None,
    budget: Annotated[list[int] | None, typer.Option(help="Only so many trials; may be given again.")] = None,
    sampler: Sampler = None,
    seeds: Annotated[int | None, typer.Option(help="Laps, each with boxes of its own; 20 by default.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Also gp in published boxes, which takes long.")] = False,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/budgets.parquet of the checkout.")] = False,
) -> None:
    """Race samplers on functions of known optimum, from 10 trials to 200: who wins at which budget? Hours of a core."""
    from hpo_tutor.race.experiments import budgets as experiment
    from hpo_tutor.race.experiments.standings import standings

    wanted: dict[str, Any] = {"dims": dims, "budgets": budget, "samplers": sampler, "n_seeds": seeds}
    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(**{name: value for name, value in wanted.items() if value}, whole=whole)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        table = experiment.run(place, searches, n_workers=workers)
        for (_, d, n), part in standings(table[table["shifted"]]).groupby(["shifted", "n_dims", "n_trials"]):
            ranks = part.sort_values("mean_rank")[["sampler", "mean_rank"]].itertuples(index=False)
            typer.echo(f"d = {d}, {n} trials, mean ranks: {', '.join(f'{name} {rank:.2f}' for name, rank in ranks)}")


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
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/trained.parquet of the checkout.")] = False,
) -> None:
    """Tune networks that are really trained, by validation rows, and report test rows. An hour or two of a core."""
    from hpo_tutor.race.experiments import trained

    names = [f"{name}-full" if full and name == "mnist-9" else name for name in experiment or trained.USUAL]
    with _going_on(trained, context, store, keep) as place:
        typer.echo(f"{len(trained.plan(names, repetitions)):,} searches; those that {place} holds are not run again.")
        table = trained.summary(trained.run(place, names, repetitions, n_workers=workers))
        for name, part in table.groupby("experiment", sort=False):
            typer.echo(f"\n{name}\n{part.drop(columns='experiment').round(3).to_string(index=False, na_rep='')}")


@app.command()
def switches(
    context: typer.Context,
    sampler: Sampler = None,
    budget: Annotated[list[int] | None, typer.Option(help="Only so many trials; may be given again.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Laps; 20 by default, 3 with --live.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Really train, a few samplers only; minutes a lap.")] = False,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/switches.parquet of the checkout.")] = False,
) -> None:
    """Search auto-encoders whose layers come and go: flat, with conditions, tile by tile? About an hour of a core."""
    from hpo_tutor.race.experiments import switch_standings
    from hpo_tutor.race.experiments import switches as experiment

    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(sampler, budget, seeds, live)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        table = experiment.run(place, searches, n_workers=workers)
        for column, word in (("loss", "mean rmse"), ("share", "mean share of the front")):
            means = switch_standings.summary(table[table["live"] == live], column)
            for n_trials, part in means.groupby("n_trials"):
                said = ", ".join(f"{row.sampler} {row.mean:.3f}" for row in part.itertuples())
                typer.echo(f"{n_trials} trials, {word}: {said}")


@app.command()
def stopping(
    context: typer.Context,
    method: Sampler = None,
    curves: Annotated[
        list[str] | None, typer.Option(help="Only digits-curves, aleph-curves or mnist-curves; may be given again.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Laps; 20 by default, four on each data batch.")] = None,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/stopping.parquet of the checkout.")] = False,
) -> None:
    """Train to the end, or stop the losers early? Searches with the same epochs, on recorded curves. Minutes."""
    from hpo_tutor.race.experiments import stopping as experiment
    from hpo_tutor.race.experiments import stopping_standings

    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(method, curves, seeds)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        means = stopping_standings.summary(experiment.run(place, searches, n_workers=workers))
        shown = means[means["total_epochs"].isin(experiment.TOLD)].sort_values("mean")
        for (name, n), part in shown.groupby(["curves", "total_epochs"]):
            said = ", ".join(f"{row.method} {row.mean:.4f}" for row in part.itertuples())
            typer.echo(f"{name}, {n} epochs, mean regret: {said}")


@app.command("online-field")
def online_field(
    context: typer.Context,
    rule: Annotated[
        list[str] | None, typer.Option(help="Hypergradients by exact or source, both by default; may be given again.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Networks at each point of the grid; 2 by default.")] = None,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/online-field.parquet of the checkout.")] = False,
) -> None:
    """Where would T1-T2 push the penalty and the noise, and where is the loss small? MNIST; half an hour."""
    from hpo_tutor.race.experiments.online import field as experiment

    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(seeds, rule)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        table = experiment.run(place, searches, n_workers=workers)
        best = experiment.means(table, table["rule"].iloc[0]).nsmallest(1, "validation_loss").iloc[0]
        typer.echo(
            f"The smallest mean validation loss is {best.validation_loss:.4f}, at l2 = 10^{best.l2:g} and "
            f"noise {best.input_noise:g}."
        )


@app.command("online-horizons")
def online_horizons(
    context: typer.Context,
    seeds: Annotated[int | None, typer.Option(help="Networks with each noise; 8 by default.")] = None,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/online-horizons.parquet of the checkout.")] = False,
) -> None:
    """What is a little more penalty or noise worth, from an early or a late epoch on? MNIST; half an hour."""
    from hpo_tutor.race.experiments.online import horizons as experiment

    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(seeds)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        long = experiment.extra(experiment.run(place, searches, n_workers=workers))
        ends = long[long["after"] == long.groupby("third")["after"].transform("max")]
        for (name, noise), part in ends.groupby(["name", "noise"]):
            said = ", ".join(
                f"{third} {loss:+.4f}" for third, loss in part.groupby("third")["validation"].mean().items()
            )
            typer.echo(f"more {name} at noise {noise:g}, change of the validation loss in the end: {said}")


@app.command("online-starts")
def online_starts(
    context: typer.Context,
    size: Annotated[
        list[str] | None, typer.Option(help="Only the shallow, medium or deep network; may be given again.")
    ] = None,
    rule: Annotated[list[str] | None, typer.Option(help="Only exact, source, slow or sgd; may be given again.")] = None,
    starts: Annotated[int | None, typer.Option(help="On each network; 34, 33 and 33 by default.")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="The source's own networks, all rows, 50 epochs; wants a GPU.")
    ] = False,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/online-starts.parquet of the checkout.")] = False,
) -> None:
    """Tune while training, from random starts: what is it worth, by which rule? MNIST; about an hour of a core."""
    from hpo_tutor.race.experiments.online import starts as experiment
    from hpo_tutor.race.experiments.online import summaries

    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(size, rule, starts, full)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        table = experiment.run(place, searches, n_workers=workers)
        typer.echo(summaries.shares(table[table["full"] == full]).round(4).to_string(index=False))


@app.command("online-rivals")
def online_rivals(
    context: typer.Context,
    method: Annotated[
        list[str] | None, typer.Option(help="Only t1-t2, random, gp or random-all; may be given again.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Laps, each with other rows; 10 by default.")] = None,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[bool, typer.Option("--keep", help="Make it data/online-rivals.parquet of the checkout.")] = False,
) -> None:
    """T1-T2 against random search and Bayesian optimisation in the same time. MNIST; half an hour of a core."""
    from hpo_tutor.race.experiments.online import rivals as experiment
    from hpo_tutor.race.experiments.online import summaries

    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(seeds, method)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        means = summaries.race(experiment.run(place, searches, n_workers=workers))
        for units, part in means[means["units"].isin((1, 2, 5, 10))].groupby("units"):
            ordered = part.sort_values("mean").to_dict("records")
            said = ", ".join(f"{row['method']} {100 * row['mean']:.2f}" for row in ordered)
            typer.echo(f"{units:g} trainings' time, mean test error in per cent: {said}")


@app.command("online-tuning-sets")
def online_tuning_sets(
    context: typer.Context,
    knobs: Annotated[list[str] | None, typer.Option(help="Only few, many or none; may be given again.")] = None,
    seeds: Annotated[int | None, typer.Option(help="Networks, each with other rows; 8 by default.")] = None,
    workers: Workers = None,
    store: Store = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Make it data/online-tuning-sets.parquet of the checkout.")
    ] = False,
) -> None:
    """How many rows does T2 need, for few and for many hyperparameters? MNIST; a quarter of an hour of a core."""
    from hpo_tutor.race.experiments.online import summaries
    from hpo_tutor.race.experiments.online import tuning_sets as experiment

    with _going_on(experiment, context, store, keep) as place:
        searches = experiment.plan(seeds, knobs)
        typer.echo(f"{len(searches):,} searches; those that {place} holds are not run again.")
        table = summaries.gaps(experiment.run(place, searches, n_workers=workers))
        typer.echo(table.round(4).to_string(index=False))


@contextmanager
def _going_on(experiment: Any, context: typer.Context, store: Path | None, keep: bool) -> Iterator[Path]:
    """Where an experiment keeps its searches; what goes wrong is told, and in the end it may be kept for good."""
    from hpo_tutor.course.places import work_folder
    from hpo_tutor.problems.landscapes import files

    place, folder = store or context.obj or work_folder() / f"{experiment.KIND.name}.jsonl", files.checkout_folder()
    try:
        if keep and folder is None:
            raise ValueError("an installed package keeps its own comparison; leave --keep out")
        yield place
        if keep and folder is not None:
            typer.echo(f"{experiment.write(place, folder / f'{experiment.KIND.name}{files.SUFFIX}')} is written.")
    except (ValueError, OSError, RuntimeError, ImportError) as error:
        stop(error)
    except KeyboardInterrupt:
        typer.echo(f"Stopped; {place} holds what is done. Type the same again to go on.")
        raise typer.Exit(130) from None
