"""What does data/README.md say of a recorded landscape? Written by the recorder, never by hand.

Each landscape's page stands between two marks, and only what stands between them is replaced.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.recording.recipes import RECIPES

INTRODUCTION = """\
# Recorded landscapes

Each file is a table of validation losses, recorded once by really training networks on a whole grid of hyperparameters,
for several data batches (which rows were used) and several seeds (initial weights and order of the rows). Searches race
on such a table in seconds, with the noise as it was recorded. This page is written by the recorder.

- Load one with `hpo_tutor.problems.landscape("digits")`, or with any reader of Parquet: one row is one loss; the
  columns are `data_batch`, `seed`, one for each axis, and `loss`. The metadata of the schema hold a JSON text (key
  `hpo_tutor`) with the axes, units, splits, seeds, machine and versions.
- Between grid points a landscape is multilinear in the unit cube, for each data batch and seed by itself; axes that are
  marked "log" are logarithmic there.
- Make one again: `hpo-tutor record NAME`. It needs the data set, shows its progress, and goes on where it was killed.
- Licence: the tables hold losses and no row of the data they were trained on. They are this project's own measurements,
  CC BY 4.0 (`LICENSE-prose`). The data sets keep their own licences; name their authors when you show a landscape
  (`problems.datasets.load(NAME).credit`).
"""


def update(path: Path, recorded: Recorded, n_bytes: int) -> None:
    """Write or replace a landscape's page in the README at ``path``."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    pages = {name: _between(text, name) for name in RECIPES}
    pages[recorded.name] = page(recorded, n_bytes)
    body = [f"{_mark(name, 'begins')}\n\n{pages[name]}\n\n{_mark(name, 'ends')}\n" for name in pages if pages[name]]
    draft = path.with_name(path.name + ".draft")
    draft.write_text("\n".join([INTRODUCTION, *body]), encoding="utf-8")
    draft.replace(path)


def page(recorded: Recorded, n_bytes: int) -> str:
    """The page of one landscape, as Markdown."""
    about, losses = recorded.about, recorded.losses.astype(np.float64)
    means = losses.mean(axis=1)
    unit = about["loss_unit"]
    optima = [np.unravel_index(int(batch.argmin()), batch.shape) for batch in means]
    n_on_edge = sum(_on_edge(place, means.shape[1:]) for place in optima)
    versions = ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    fixed = ", ".join(f"{name} {value:g}" for name, value in about["fixed"].items())
    lines = [
        f"## {recorded.name}: {' x '.join(axis.name for axis in recorded.axes)}",
        "",
        f"`{recorded.name}.parquet`, {losses.size:,} losses, {n_bytes / 1024:.0f} KiB.",
        "",
        "| axis | scale | from | to | values | unit |",
        "|---|---|---|---|---|---|",
        *(_axis_row(axis) for axis in recorded.axes),
        "",
        f"- Loss: {about['loss_name']} of the validation rows, {unit}.",
        f"- Network {about['network']}, {about['activation']}, {about['optimiser']}, {about['dtype']}; fixed: {fixed}.",
        f"- Data: {about['task']}, {about['n_batches']} data batches of {about['n_training_rows']:,} training and "
        f"{about['n_validation_rows']:,} validation rows: {about['split']} (shuffle seed {about['shuffle_seed']}).",
        f"- Seeds {', '.join(map(str, about['seeds']))} for every point: initial weights and order of the rows.",
        f"- {about['n_models']:,} networks trained in {about['seconds']:.0f} s on {about['machine']}, with {versions}.",
        *_noise(losses, unit),
        f"- {n_on_edge} of {len(optima)} data batches have their optimum on the grid's edge.",
        "",
        f"| data batch | optimum, {unit} | {' | '.join(axis.name for axis in recorded.axes)} | on the edge |",
        "|---|---|" + "---|" * (len(recorded.axes) + 1),
    ]
    for batch, place in enumerate(optima):
        where = " | ".join(f"{axis.values[i]:.4g}" for axis, i in zip(recorded.axes, place, strict=True))
        edge = "yes" if _on_edge(place, means.shape[1:]) else "no"
        lines.append(f"| {batch} | {means[batch][place]:.4f} | {where} | {edge} |")
    return "\n".join(lines)


def _noise(losses: NDArray[np.float64], unit: str) -> list[str]:
    """The noise against the range of the means: medians over the data batches."""
    means = losses.mean(axis=1).reshape(len(losses), -1)
    variances = losses.var(axis=1, ddof=1).reshape(len(losses), -1) if losses.shape[1] > 1 else np.zeros_like(means)
    noise = float(np.median(np.sqrt(variances.mean(axis=1))))
    span = float(np.median(np.ptp(means, axis=1)))
    good = means <= np.quantile(means, 0.1, axis=1, keepdims=True)
    near = float(np.median([np.sqrt(variance[best].mean()) for variance, best in zip(variances, good, strict=True)]))
    depth = float(np.median(np.quantile(means, 0.5, axis=1) - means.min(axis=1)))
    return [
        f"- Noise, the standard deviation over seeds (root mean square over the grid): {noise:.3g} {unit}, "
        f"{noise / span:.1%} of the range of the means, {span:.3g} {unit}.",
        f"- Noise at the best tenth of the grid: {near:.3g} {unit}; the median point lies {depth:.3g} {unit} above the "
        "optimum.",
    ]


def _axis_row(axis: Axis) -> str:
    scale = "log" if axis.log else "linear"
    kind = " (whole numbers)" if axis.whole else ""
    low, high = axis.values[0], axis.values[-1]
    return f"| {axis.name} | {scale}{kind} | {low:g} | {high:g} | {len(axis.values)} | {axis.unit or 'pure number'} |"


def _on_edge(place: tuple[np.intp, ...], shape: tuple[int, ...]) -> bool:
    return any(i in (0, n - 1) for i, n in zip(place, shape, strict=True))


def _mark(name: str, side: str) -> str:
    return f"<!-- {name} {side}; written by hpo-tutor record {name} -->"


def _between(text: str, name: str) -> str:
    """What stands between a landscape's marks, empty where there is none."""
    _, begun, rest = text.partition(_mark(name, "begins"))
    inner, ended, _ = rest.partition(_mark(name, "ends"))
    return inner.strip() if begun and ended else ""
