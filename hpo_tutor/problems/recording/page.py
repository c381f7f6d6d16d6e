"""What does data/README.md say of the recorded landscapes? Written from the tables beside it, never by hand.

told    the numbers of a table, see ``landscapes.summary``
about   what its metadata say
"""

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes import files
from hpo_tutor.problems.landscapes.beginnings import Speed, summarise_curves
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS
from hpo_tutor.problems.landscapes.sample_files import FORESTS_SUFFIX, Sampled
from hpo_tutor.problems.landscapes.summary import (
    PICTURES,
    Summary,
    Table,
    alternative,
    lesson,
    summarise,
    written,
)
from hpo_tutor.problems.mangled_objectives import tables as mangled_tables
from hpo_tutor.problems.recording import mangled_page
from hpo_tutor.problems.recording.recipes import RECIPES
from hpo_tutor.search_space import Choice, Domain, Integer

About = Mapping[str, Any]

INTRODUCTION = """\
# Recorded landscapes

Each file is a table of validation losses, recorded once by really training networks or tree ensembles: on a whole grid
of hyperparameters, or at random configurations where they are too many for a grid; for several data batches (which rows
were used) and several seeds (what else is left to chance). Searches race on such a table in seconds, with the noise as
it was recorded. This page is written by the recorder.

- Load one with `hpo_tutor.problems.landscape("digits")`, or with any reader of Parquet: one row is one loss; the
  columns are `data_batch`, `seed`, one for each hyperparameter, and `loss`. The metadata of the schema hold a JSON text
  (key `hpo_tutor`) with the hyperparameters, units, splits, seeds, machine and versions.
- Where every epoch was recorded, `hpo_tutor.problems.curves("digits-curves")` gives whole learning curves, for searches
  that stop trials early.
- Between grid points a landscape is multilinear in the unit cube, for each data batch and seed by itself; axes that are
  marked "log" are logarithmic there. Between random configurations a fitted forest says the mean over the seeds, and
  the nearest configuration the noise.
- Make one again: `hpo-tutor record NAME`. It needs the data set, shows its progress, and goes on where it was killed.
  `hpo-tutor record --pages` only writes this page and its pictures again, from the tables.
- Licence: the tables hold losses and no row of the data they were trained on. They are this project's own measurements,
  CC BY 4.0 (`LICENSE-prose`). Predictions come with the targets of the rows they are of, centred and scaled, and with
  none of their inputs; these targets, like the data sets, keep the data set's own licence. Name a data set's authors
  when you show a landscape (`problems.datasets.load(NAME).credit`).
"""


def write(folder: Path) -> Path:
    """Write README.md in the folder: what its tables are, and a page for each, with the pictures that are there.

    Returns:
        The README's path.

    Raises:
        FileNotFoundError: the folder holds no table.
    """
    known = list(RECIPES)
    names = sorted(files.names(folder), key=lambda name: (known.index(name) if name in known else len(known), name))
    if not names:
        raise FileNotFoundError(f"pages are written of recorded tables, {folder} holds none; hpo-tutor record NAME")
    tables = [landscapes.recorded(name, folder) for name in names]
    body = [_section(one.name, page(one, folder)) for one in tables]
    predictions = mangled_page.files_in(folder)
    body += [_section(path.stem, mangled_page.page(task, path)) for task, path in predictions]
    path = folder / "README.md"
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(
        "\n".join([INTRODUCTION, _contents(tables, [path for _, path in predictions]), *body]), encoding="utf-8"
    )
    draft.replace(path)
    return path


def page(table: Table, folder: Path) -> str:
    """The page of one landscape of the folder, as Markdown."""
    told, about = summarise(table), table.about
    unit, is_sample = about["loss_unit"], isinstance(table, Sampled)
    parts = [f"{table.name}{suffix}" for suffix in (files.SUFFIX, *([FORESTS_SUFFIX] if is_sample else []))]
    n_losses = int(np.isfinite(table.losses).sum())
    n_bytes = sum((folder / part).stat().st_size for part in parts)
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    lines = [
        f"## {_title(table)}",
        "",
        *_picture(table, folder),
        f"{' and '.join(f'`{part}`' for part in parts)}, {n_losses:,} losses, {n_bytes / 1024:,.0f} KiB.",
        "",
        *([*_domains(told), "", *_rules(table)] if isinstance(table, Sampled) else [*_axes(table.axes), ""]),
        f"- Loss: {about['loss_name']} of the {'scored' if _n_stopping(about) else 'validation'} rows, {unit}.",
        f"- {_learner(about)}{_fixed(about['fixed'])}.",
        *_goals(about),
        f"- Data: {_dataset(about)}, {_counted_batches(about)} of {_rows(about)}: {about['split']} (shuffle "
        f"seed {about['shuffle_seed']}).",
        *([f"- Inputs: {about['inputs']}."] if "inputs" in about else []),
        f"- {_seeds(table)}: {_chance(about, told)}.",
        f"- {about['n_models']:,} {_counted(about)} trained in {about['seconds']:,.0f} s on {about['machine']}, with "
        f"{versions}.",
        *_noise(told, unit, "configurations" if is_sample else "grid"),
        *(_fit(about) if is_sample else _edges(told)),
        *(_beginnings(table) if isinstance(table, Recorded) and SPEEDS in about else []),
        "",
        *_optima(told, unit, is_sample),
    ]
    return "\n".join(lines)


def _contents(tables: Sequence[Table], predictions: Sequence[Path]) -> str:
    """A row for each landscape and each file of predictions, and how many models were trained in all."""
    counts: Counter[str] = Counter()
    rows = []
    for table in tables:
        told, about = summarise(table), table.about
        counts[_counted(about)] += about["n_models"]
        edge = "no grid" if isinstance(table, Sampled) else f"{told.n_on_edge} of {len(told.optima)}"
        cells = [
            f"[{table.name}](#{mangled_page.anchor(_title(table))})",
            _dataset(about),
            re.split("[,;]", _learner(about))[0],
            ", ".join(told.domains),
            f"{about['n_models']:,} {_counted(about)}",
            edge,
        ]
        rows.append(f"| {' | '.join(cells)} |")
    for path in predictions:
        counts["tree ensembles"] += mangled_tables.about(path)["n_models"]
        rows.append(mangled_page.row(path))
    files = " and what makes them mangled objectives" if predictions else ""
    return "\n".join(
        [
            f"In all, {counts.total():,} models were trained for these {len(tables)} landscapes{files}: "
            f"{' and '.join(f'{n:,} {what}' for what, n in counts.items())}.",
            "",
            "| landscape | data | learner | hyperparameters | models trained | optimum on the edge |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _title(table: Table) -> str:
    names = list(summarise(table).domains)
    return f"{table.name}: {' x '.join(names) if len(names) < 4 else f'{len(names)} hyperparameters'}"


def _picture(table: Table, folder: Path) -> list[str]:
    """The picture if there is one, and what to see in it."""
    place = f"{PICTURES}/{table.name}.svg"
    if not (folder / place).is_file():
        return []
    return [f"![{alternative(table)}]({place})", "", *([lesson(table), ""] if lesson(table) else [])]


def _axes(axes: Sequence[Axis]) -> list[str]:
    lines = ["| axis | scale | from | to | values | unit |", "|---|---|---|---|---|---|"]
    for axis in axes:
        ends = f"{axis.values[0]:g} | {axis.values[-1]:g}"
        scale = _scale(axis.domain)
        lines.append(f"| {axis.name} | {scale} | {ends} | {len(axis.values)} | {axis.unit or 'pure number'} |")
    return lines


def _domains(told: Summary) -> list[str]:
    has_switches = any(domain.when for domain in told.domains.values())
    heads = ["hyperparameter", "scale", "values", "unit", *(["exists when"] if has_switches else [])]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, domain in told.domains.items():
        if isinstance(domain, Choice):
            values = ", ".join(map(str, domain.options))
        else:
            values = f"{domain.low:g} to {domain.high:g}"
        unit = told.units[name] or ("" if isinstance(domain, Choice) and not domain.ordered else "pure number")
        when = [domain.when or "always"] if has_switches else []
        lines.append(f"| {' | '.join([name, _scale(domain), values, unit, *when])} |")
    return lines


def _rules(sampled: Sampled) -> list[str]:
    """The constraints."""
    if not sampled.constraints:
        return []
    rules = "; ".join(f"`{rule}`" for rule in sampled.constraints)
    return [f"- Constraints, each where all its hyperparameters exist: {rules}."]


def _goals(about: About) -> list[str]:
    """What else can be minimised, and is counted where it is looked up."""
    goals = [f"{name} ({unit})" for name, unit in about.get("goals", {}).items()]
    return [f"- Goals beside the loss, counted from the layers and not recorded: {'; '.join(goals)}."] if goals else []


def _counted_batches(about: About) -> str:
    return "1 data batch" if about["n_batches"] == 1 else f"{about['n_batches']} data batches"


def _seeds(table: Table) -> str:
    """Which seeds trained which points."""
    seeds = [str(seed) for seed in table.about["seeds"]]
    if not isinstance(table, Sampled) or table.repeated.all():
        return f"Seeds {', '.join(seeds)} for every point"
    counts = np.isfinite(table.losses[0]).sum(axis=1)
    where = ["every point" if n == counts[0] else f"the first {n:,}" for n in counts]
    return f"Seeds {', '.join(f'{seed} for {points}' for seed, points in zip(seeds, where, strict=True))}"


def _scale(domain: Domain) -> str:
    if isinstance(domain, Choice):
        return "options in order" if domain.ordered else "options"
    return ("log" if domain.log else "linear") + (" (whole numbers)" if isinstance(domain, Integer) else "")


def _learner(about: About) -> str:
    """The model in words."""
    if "learner" in about:
        return f"{about['learner'][0].upper()}{about['learner'][1:]}"
    return f"Network {about['network']}, {about['activation']}, {about['optimiser']}, {about['dtype']}"


def _fixed(fixed: Mapping[str, Any]) -> str:
    values = [f"{name} {written(value)}" for name, value in fixed.items()]
    return f"; fixed: {', '.join(values)}" if values else ""


def _rows(about: About) -> str:
    """How many rows a data batch has, for what."""
    stopping = _n_stopping(about)
    if not stopping:
        return f"{about['n_training_rows']:,} training and {about['n_validation_rows']:,} validation rows"
    return (
        f"{about['n_training_rows']:,} training, {stopping:,} stopping and {about['n_validation_rows']:,} scored rows"
    )


def _n_stopping(about: About) -> int:
    """Rows that say when to stop, 0 where none do."""
    return about.get("n_stopping_rows") or 0


def _dataset(about: About) -> str:
    """The data set; tables that do not say it have its name as their task's."""
    return str(about.get("dataset", about["task"]))


def _chance(about: About, told: Summary) -> str:
    """What a seed decides."""
    if _is_trees(about):
        return "the rows and columns that each tree sees"
    drawn = [name.replace("_", " ") for name in ("dropout", "input_noise") if name in (*about["fixed"], *told.domains)]
    *first, last = ["initial weights", "order of the rows", *drawn]
    return f"{', '.join(first)} and {last}"


def _is_trees(about: About) -> bool:
    return "lightgbm" in about["versions"]


def _counted(about: About) -> str:
    return "tree ensembles" if _is_trees(about) else "networks"


def _noise(told: Summary, unit: str, where: str) -> list[str]:
    return [
        f"- Noise, the standard deviation over seeds (root mean square over the {where}): {told.noise:.3g} {unit}, "
        f"{told.noise / told.span:.1%} of the range of the means, {told.span:.3g} {unit}.",
        f"- Noise at the best tenth of the {where}: {told.near:.3g} {unit}; the median point lies {told.depth:.3g} "
        f"{unit} above the {'optimum' if where == 'grid' else 'best one'}.",
    ]


def _edges(told: Summary) -> list[str]:
    sides = Counter(f"{name} {written(best.config[name])}" for best in told.optima for name in best.edges)
    where = f" ({', '.join(f'{side}: {n}' for side, n in sides.items())})" if sides else ""
    return [f"- {told.n_on_edge} of {len(told.optima)} data batches have their optimum on the grid's edge{where}."]


def _fit(about: About) -> list[str]:
    """How well the fitted surface predicts configurations that it was not fitted to, over the data batches."""
    r2, ranks = about["fitted"]["r2"], about["fitted"]["rank_correlation"]
    return [
        f"- Fitted surface: {about['surface']}. Cross-validated R2 of the logarithm: {_middle(r2)}; rank correlation: "
        f"{_middle(ranks)}.",
        *_within_tiles(about),
        _at_optima(about),
    ]


def _beginnings(recorded: Recorded) -> list[str]:
    """What schedulers find in learning curves: what the first epochs are worth, and how unlike the speeds are."""
    told, about = summarise_curves(recorded), recorded.about
    ranks = ", ".join(f"{value:.2f} after {epoch}" for epoch, value in told.rank_correlations.items())
    over = f", median over the {len(told.optima)} data batches" if len(told.optima) > 1 else ""
    low, high = min(told.optima), max(told.optima)
    ends = f"is {low:.4f}" if low == high else f"is, by data batch, {low:.4f} to {high:.4f}"
    return [
        f'- As learning curves, `hpo_tutor.problems.curves("{recorded.name}")`, the epochs are no hyperparameter but '
        f"the fidelity. The lowest mean after all {told.n_epochs} of them {ends} {about['loss_unit']}.",
        f"- Rank correlation (Spearman) of the means after so many epochs with those at the end{over}: {ranks}.",
        f"- {told.overfitted:.0%} of the points end more than 10 % above their own lowest mean{over}.",
        f"- An epoch of one network takes from {_speed(told.fastest)} to {_speed(told.slowest)}: "
        f"{about[SPEEDS]['how']}, on {about[SPEEDS]['machine']}.",
    ]


def _speed(speed: Speed) -> str:
    where = ", ".join(f"{name} {written(value)}" for name, value in speed.where.items())
    return f"{1000 * speed.seconds:.2g} ms ({where})"


def _middle(numbers: Sequence[float]) -> str:
    """The middle and the lowest of numbers that there are for each data batch."""
    if len(numbers) == 1:
        return f"{numbers[0]:.3f}"
    return f"median {np.median(numbers):.3f}, worst {min(numbers):.3f}"


def _within_tiles(about: About) -> list[str]:
    """The same among configurations of equal switches."""
    tiles = [tile for batch in about["fitted"].get("tiles", []) for tile in batch]
    if not tiles:
        return []
    worst = min(tiles, key=lambda tile: tile["rank_correlation"])
    where = ", ".join(f"{name} {value}" for name, value in worst["tile"].items())
    r2, ranks = ([tile[key] for tile in tiles] for key in ("r2", "rank_correlation"))
    return [
        f"- Among the configurations of one tile, which have the same {' and '.join(worst['tile'])}: R2 "
        f"{_middle(r2)}; rank correlation {_middle(ranks)} (at {where})."
    ]


def _at_optima(about: About) -> str:
    """What was found at the optima of the fitted surfaces."""
    lowest = "- The optima are the lowest points found on the fitted surfaces"
    if "trained_at_optima" not in about:
        return f"{lowest}."
    ratios = np.divide(about["trained_at_optima"], [one["loss"] for one in about["optima"]])
    spread = f" (median over the data batches, from {ratios.min():.2f} to {ratios.max():.2f})"
    return (
        f"{lowest}, where a fit is likely to err on the good side: trained there, networks reach "
        f"{np.median(ratios):.2f} times the fitted loss{spread if len(ratios) > 1 else ''}."
    )


def _optima(told: Summary, unit: str, is_sample: bool) -> list[str]:
    """The table of the optima."""
    heads = ["data batch", f"optimum, {unit}", *told.domains, *([] if is_sample else ["on the edge"])]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for batch, best in enumerate(told.optima):
        edge = [] if is_sample else ["yes" if best.edges else "no"]
        values = [written(best.config[name]) if name in best.config else "" for name in told.domains]
        cells = [str(batch), f"{best.loss:.4f}", *values, *edge]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _section(name: str, text: str) -> str:
    return f"{_mark(name, 'begins')}\n\n{text}\n\n{_mark(name, 'ends')}\n"


def _mark(name: str, side: str) -> str:
    return f"<!-- {name} {side}; written by hpo-tutor record {name} -->"
