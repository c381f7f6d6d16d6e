"""How is a landscape recorded, once, by really training on its whole grid?

A part is one data batch: all points of the grid and all seeds train together, on every core or on the GPU. Finished
parts lie in a work folder, so that a recording that is killed goes on where it was.

    part   (n_seeds, n_1, ..., n_d) losses of one data batch, float32
"""

import os
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hpo_tutor.problems import tasks
from hpo_tutor.problems.landscapes import files
from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.problems.recording import machine, page
from hpo_tutor.problems.recording.recipes import Recipe, recipe
from hpo_tutor.training import Population
from hpo_tutor.training.models.architecture import Network


def record(name: str, folder: str | Path | None = None, progress: bool = True, resume: bool = True) -> Path:
    """Record a landscape by its recipe: the table NAME.parquet, and its page in the README.md beside it.

    Args:
        name: of a recipe: "aleph", "digits" or "digits-width".
        folder: where to; None is the checkout's ``data``.
        progress: show a progress bar.
        resume: go on with the parts of an interrupted recording; False begins anew.

    Returns:
        The table's path.

    Raises:
        ValueError: there is no such recipe, no folder to write to, or a network diverged.
    """
    place = Path(folder) if folder is not None else files.checkout_folder()
    if place is None:
        raise ValueError("an installed package keeps its own tables; give record(..., folder=...) a folder of yours")
    return record_recipe(recipe(name), place, progress=progress, resume=resume)


def record_recipe(wanted: Recipe, folder: Path, progress: bool = True, resume: bool = True) -> Path:
    """Record any recipe; see ``record``."""
    work = folder / ".cache" / f"{wanted.name}-{wanted.fingerprint}"
    if not resume:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    paths = [work / f"batch{batch:03d}.npz" for batch in range(wanted.n_batches)]
    points = training_points(wanted)
    n_epochs = int(sum(point["epochs"] for point in points)) * len(wanted.seeds)
    with tqdm(total=n_epochs * wanted.n_batches, unit="epoch", desc=wanted.name, disable=not progress) as bar:
        for batch, path in enumerate(paths):
            if path.exists():
                bar.update(n_epochs)
                continue
            start = time.perf_counter()
            part = train_part(wanted, batch, points, bar.update).reshape(wanted.shape)
            _save_part(path, part, time.perf_counter() - start)
    parts = [_load_part(path) for path in paths]
    losses = np.stack([part for part, _ in parts])
    recorded = Recorded(wanted.name, wanted.axes, losses, _about(wanted, points, sum(seconds for _, seconds in parts)))
    table = folder / f"{wanted.name}{files.SUFFIX}"
    files.write(table, recorded)
    page.update(folder / "README.md", recorded, table.stat().st_size)
    shutil.rmtree(work)
    if not any(work.parent.iterdir()):
        work.parent.rmdir()
    return table


def train_part(
    wanted: Recipe, batch: int, points: Sequence[dict[str, Any]], advance: Callable[[int], object] = lambda n: None
) -> NDArray[np.float32]:
    """Train one data batch at all seeds and these points of ``training_points``.

    Args:
        wanted: the recipe.
        batch: the data batch.
        points: what to train.
        advance: told after each epoch how many networks trained in it.

    Returns:
        Losses, shape (n_seeds, n_points), or (n_seeds, n_points, n_epochs) where the epochs are the last axis.

    Raises:
        ValueError: a network diverged: a landscape needs a finite loss everywhere.
    """
    rows = tasks.rows(wanted.task, batch, wanted.n_batches)
    columns = {name: np.tile([point[name] for point in points], len(wanted.seeds)) for name in points[0]}
    seeds = np.repeat(wanted.seeds, len(points)).tolist()
    population = Population(tasks.task(wanted.task).model, rows.data, columns, seeds)
    history = []
    for report in population.fit():
        advance(int(report.trained.sum()))
        if not np.isfinite(report.losses[report.trained]).all():
            place = int(np.flatnonzero(report.trained & ~np.isfinite(report.losses))[0])
            raise ValueError(
                f"every loss of a landscape must be finite, {report.losses[place]} came out at "
                f"{points[place % len(points)]}, data batch {batch}; narrow the axes in recipes.py"
            )
        history.append(report.losses)
    along = wanted.epochs_axis
    # the loss after every recorded epoch, or after the last
    scores = population.losses if along is None else np.stack(history, axis=1)[:, [int(n) - 1 for n in along.values]]
    losses = tasks.losses_of(wanted.task, scores, rows.target_scale).astype(np.float32)
    return losses.reshape(len(wanted.seeds), len(points), *losses.shape[1:])


def training_points(wanted: Recipe) -> list[dict[str, Any]]:
    """The hyperparameters of each training: the grid without its epochs, which one training serves."""
    axes = [axis for axis in wanted.axes if axis.name != "epochs"]
    grid = np.meshgrid(*(np.array(axis.values) for axis in axes), indexing="ij")
    longest = {"epochs": int(wanted.epochs_axis.values[-1])} if wanted.epochs_axis else {}
    names = [axis.name for axis in axes]
    values = np.stack([values.ravel() for values in grid], axis=1).tolist()
    return [{**wanted.fixed, **longest, **dict(zip(names, point, strict=True))} for point in values]


def _save_part(path: Path, losses: NDArray[np.float32], seconds: float) -> None:
    """Write a part in one stroke: after a kill it is there as a whole or not at all."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(file, losses=losses, seconds=np.float64(seconds))
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def _load_part(path: Path) -> tuple[NDArray[np.float32], float]:
    """A part and the seconds that it took."""
    with np.load(path, allow_pickle=False) as part:
        return part["losses"], float(part["seconds"])


def _about(wanted: Recipe, points: Sequence[dict[str, Any]], seconds: float) -> dict[str, Any]:
    """What the table's metadata say beside name and axes."""
    task = tasks.task(wanted.task)
    rows = tasks.rows(wanted.task, 0, wanted.n_batches).data
    return {
        "task": wanted.task,
        "loss_name": task.loss_name,
        "loss_unit": task.loss_unit,
        "network": _network(wanted, task.model.layers(rows.n_inputs, wanted.fixed.get("width"))),
        "activation": task.model.activation,
        "optimiser": "Adam",
        "fixed": dict(wanted.fixed),
        "n_batches": wanted.n_batches,
        "seeds": list(wanted.seeds),
        "split": task.split,
        "shuffle_seed": tasks.SHUFFLE_SEED,
        "n_training_rows": len(rows.train_inputs),
        "n_validation_rows": len(rows.validation_inputs),
        "n_models": len(points) * len(wanted.seeds) * wanted.n_batches,
        "seconds": round(seconds, 1),
        "dtype": "float32",
        "machine": machine.describe(),
        "versions": machine.versions(),
    }


def _network(wanted: Recipe, network: Network) -> str:
    """The layers in words, 64-32-10, or 64-width-10 where the width is on the grid."""
    sizes = ["x".join(map(str, layer.outputs)) for layer in network if layer.tensors]
    hidden = ["width" if "width" in [axis.name for axis in wanted.axes] else size for size in sizes[:-1]]
    return "-".join(["x".join(map(str, network[0].inputs)), *hidden, sizes[-1]])
