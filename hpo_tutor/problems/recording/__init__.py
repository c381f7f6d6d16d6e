"""How is a landscape recorded, once, by really training at all its points?

A part is one data batch: all points, of a grid or at random, and all seeds train together, on every core or on the
GPU. Finished parts lie in a work folder, so that a recording that is killed goes on where it was.

    part   (n_seeds, n_1, ..., n_d), or (n_seeds, n_points), losses of one data batch, float32; of a large random sample
           those of some of its points
"""

import itertools
import os
import re
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hpo_tutor.problems import backbones, tasks
from hpo_tutor.problems.landscapes import files, sample_files
from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.problems.mangled_objectives import tables
from hpo_tutor.problems.recording import mangled, page, speeds
from hpo_tutor.problems.recording.recipes import Recipe, recipe
from hpo_tutor.training import machine
from hpo_tutor.training.boosting import BoostedTrees
from hpo_tutor.training.models.architecture import Network

BLOCK = 300  # points of a random sample that are saved together

# of hyperparameters of a random sample; axes have their own
UNITS = {
    "epochs": "passes over the training rows",
    "batch_size": "rows",
    "width": "filters",
    "kernel": "pixels",
    "pool": "pixels",
    "neurons": "units in each dense layer",
    "n_conv": "convolutions",
    "n_dense": "dense layers",
    "filters": "filters",
    "stride": "pixels",
    "units": "units",
}


def record(name: str, folder: str | Path | None = None, progress: bool = True, resume: bool = True) -> Path:
    """Record a landscape by its recipe: the table NAME.parquet, and the pages in the README.md beside it.

    Args:
        name: of a recipe, such as "digits"; or "cifar10-backbone", the frozen network behind cifar10; or
            "danish_housing-mangled", predictions in place of losses.
        folder: where to; None is the checkout's ``data``.
        progress: show a progress bar.
        resume: go on with the parts of an interrupted recording; False begins anew.

    Returns:
        The table's path.

    Raises:
        ValueError: there is no such recipe, no folder to write to, or a network diverged.
    """
    place = _place(folder)
    if name == Path(backbones.FILE).stem:
        return backbones.train_small(place, progress=progress)
    for task, file in tables.FILES.items():
        if name == file:
            made = mangled.record(task, place, progress=progress, resume=resume)
            page.write(place)
            return made
    return record_recipe(recipe(name), place, progress=progress, resume=resume)


def record_recipe(wanted: Recipe, folder: Path, progress: bool = True, resume: bool = True) -> Path:
    """Record any recipe; see ``record``."""
    work = folder / ".cache" / f"{wanted.name}-{wanted.fingerprint}"
    if not resume:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    points, runs = wanted.points(), wanted.runs()
    blocks = _blocks(wanted, len(points))
    paths = [
        [work / f"batch{batch:03d}{f'-{block:03d}' if block else ''}.npz" for block in range(len(blocks))]
        for batch in range(wanted.n_batches)
    ]
    much = [_much(wanted, points[block], runs[:, block]) for block in blocks]
    with tqdm(
        total=sum(much) * wanted.n_batches, unit=tasks.task(wanted.task).counted, desc=wanted.name, disable=not progress
    ) as bar:
        for batch, place in itertools.product(range(wanted.n_batches), range(len(blocks))):
            path, block = paths[batch][place], blocks[place]
            if path.exists():
                bar.update(much[place])
                continue
            start = time.perf_counter()
            part = train_part(wanted, batch, points[block], bar.update, runs=runs[:, block])
            _save_part(path, part, time.perf_counter() - start)
    kept = [[_load_part(path) for path in row] for row in paths]
    parts = list(itertools.chain.from_iterable(kept))
    losses = np.stack([np.concatenate([part.losses for part in row], axis=1).reshape(wanted.shape) for row in kept])
    about = _about(wanted, int(runs.sum()), sum(part.seconds for part in parts))
    about["machine"] = "; ".join(dict.fromkeys(part.machine for part in parts))  # of a recording that moved, all
    if wanted.timed:
        about[SPEEDS] = speeds.measure(wanted, progress=progress)
    table = folder / f"{wanted.name}{files.SUFFIX}"
    if wanted.domains:
        rules = tuple(constraint.text for constraint in wanted.space.constraints)
        sampled = Sampled(wanted.name, wanted.domains, points, losses, about, constraints=rules)
        sample_files.write(table, checked(wanted, sampled))
    else:
        files.write(table, Recorded(wanted.name, wanted.axes, losses, about))
    page.write(folder)
    shutil.rmtree(work)
    with suppress(OSError):  # another recording has its parts there
        work.parent.rmdir()
    return table


def measure_speeds(name: str, folder: str | Path | None = None, progress: bool = True) -> Path:
    """Measure anew how long an epoch takes, into the metadata of a table that is recorded; its losses stay.

    Args:
        name: of recorded learning curves, such as "digits-curves".
        folder: where the table lies; None is the checkout's ``data``.
        progress: show a progress bar.

    Returns:
        The table's path.

    Raises:
        ValueError: there is no such recipe, no folder, or no axis of it bears upon the speed.
        FileNotFoundError: it is not recorded there.
    """
    return measure_speeds_of(recipe(name), _place(folder), progress=progress)


def measure_speeds_of(wanted: Recipe, folder: Path, progress: bool = True) -> Path:
    """The same for any recipe; see ``measure_speeds``."""
    table = files.read(wanted.name, folder)
    about = {**table.about, SPEEDS: speeds.measure(wanted, progress=progress)}
    path = folder / f"{wanted.name}{files.SUFFIX}"
    files.write(path, replace(table, about=about))
    page.write(folder)
    return path


def checked(wanted: Recipe, sampled: Sampled) -> Sampled:
    """A random sample with its forests, and with what learners really reach at the optima of the fitted surface.

    A fitted surface is lowest where it is wrong in that direction, so its own word is too good to be true. The metadata
    get "trained_at_optima", a mean over the seeds for each data batch.
    """
    fitted = sample_files.fit(sampled)
    reached = []
    for batch, optimum in enumerate(fitted.about["optima"]):
        configs = [{**wanted.fixed, **optimum["config"]}] * len(wanted.seeds)
        reached.append(float(tasks.train(wanted.task, configs, wanted.seeds, batch, wanted.n_batches).mean()))
    return replace(fitted, about={**fitted.about, "trained_at_optima": reached})


def train_part(
    wanted: Recipe,
    batch: int,
    points: Sequence[dict[str, Any]],
    advance: Callable[[int], object] = lambda n: None,
    *,
    runs: NDArray[np.bool_] | None = None,
) -> NDArray[np.float32]:
    """Train one data batch at all seeds and these points of the recipe.

    Args:
        wanted: the recipe.
        batch: the data batch.
        points: what to train.
        advance: told how much was done since it was told last: epochs of networks, or tree ensembles.
        runs: which points train with which seeds, shape (n_seeds, n_points); None is all.

    Returns:
        Losses, shape (n_seeds, n_points), or (n_seeds, n_points, n) where the last axis is how long a training is; nan
        where nothing was to be trained.

    Raises:
        ValueError: a training diverged: a landscape needs a finite loss everywhere.
    """
    chosen = np.ones((len(wanted.seeds), len(points)), dtype=bool) if runs is None else runs
    which, places = np.nonzero(chosen)
    seeds = np.asarray(wanted.seeds)[which].tolist()
    configs = [points[int(place)] for place in places]
    losses = tasks.train(
        wanted.task, configs, seeds, batch, wanted.n_batches, along=wanted.along, advance=advance
    ).astype(np.float32)
    if not np.isfinite(losses).all():
        place = int(np.argwhere(~np.isfinite(losses))[0][0])
        wrong = losses[~np.isfinite(losses)][0]
        raise ValueError(
            f"every loss of a landscape must be finite, {wrong} came out at {configs[place]}, data batch "
            f"{batch}; narrow the hyperparameters in recipes.py"
        )
    table = np.full((*chosen.shape, *losses.shape[1:]), np.nan, dtype=np.float32)
    table[chosen] = losses
    return table


def _place(folder: str | Path | None) -> Path:
    """The folder that is written to."""
    place = Path(folder) if folder is not None else files.checkout_folder()
    if place is None:
        raise ValueError("an installed package keeps its own tables; give record(..., folder=...) a folder of yours")
    return place


def _blocks(wanted: Recipe, n_points: int) -> list[slice]:
    """What is saved together: a grid as a whole, some points of a large random sample."""
    size = BLOCK if wanted.domains else n_points
    return [slice(start, start + size) for start in range(0, n_points, size)]


def _much(wanted: Recipe, points: Sequence[dict[str, Any]], runs: NDArray[np.bool_]) -> int:
    """How much work some points are, with all their seeds."""
    trained = [point for row in runs for point, wanted_here in zip(points, row, strict=True) if wanted_here]
    return tasks.work(wanted.task, trained, wanted.along)


def _save_part(path: Path, losses: NDArray[np.float32], seconds: float) -> None:
    """Write a part in one stroke: after a kill it is there as a whole or not at all."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(file, losses=losses, seconds=np.float64(seconds), machine=np.array(machine.describe()))
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


class _Part(NamedTuple):
    """The losses of one data batch, the seconds that they took, and on what."""

    losses: NDArray[np.float32]
    seconds: float
    machine: str


def _load_part(path: Path) -> _Part:
    with np.load(path, allow_pickle=False) as part:
        return _Part(part["losses"], float(part["seconds"]), str(part["machine"]))


def _about(wanted: Recipe, n_models: int, seconds: float) -> dict[str, Any]:
    """What the table's metadata say beside its name and its hyperparameters."""
    task = tasks.task(wanted.task)
    n_rows = tasks.n_rows(wanted.task, 0, wanted.n_batches)
    stops_not = wanted.along is not None and n_rows["n_stopping_rows"] is not None
    if stops_not:
        n_rows["n_stopping_rows"] = None
    return {
        "task": wanted.task,
        "dataset": task.dataset,
        "loss_name": task.loss_name,
        "loss_unit": task.loss_unit,
        **({"goals": {goal.name: goal.unit for goal in task.goals}} if task.goals else {}),
        **_learner(wanted),
        "fixed": dict(wanted.fixed),
        "units": {name: unit for name in wanted.domains if (unit := _unit(name))},
        "n_batches": wanted.n_batches,
        "seeds": list(wanted.seeds),
        "split": task.source.words
        + ("; here nothing stops early" if stops_not else "")
        + ("; the numbers of rows are those of data batch 0" if task.source.spread else ""),
        **({"inputs": backbones.words(task.source.backbone)} if task.source.backbone else {}),
        "shuffle_seed": tasks.SHUFFLE_SEED,
        **n_rows,
        "n_models": n_models * wanted.n_batches,
        "seconds": round(seconds, 1),
        "versions": machine.versions(*(["lightgbm"] if task.fidelity == "trees" else [])),
    }


def _unit(name: str) -> str:
    """The unit of a hyperparameter; layer by layer, as kernel_1, it is that of all of them. "" where there is none."""
    return UNITS.get(name) or UNITS.get(re.sub(r"_\d+$", "", name), "")


def _learner(wanted: Recipe) -> dict[str, Any]:
    """The model in words."""
    task = tasks.task(wanted.task)
    if isinstance(task.model, BoostedTrees):
        return {"learner": task.model.words(early_stopping=wanted.along is None)}
    if task.structure:
        return {"learner": f"{task.learner}; {task.model.activation}, Adam, float32"}
    network = task.network.layers(tasks.rows(wanted.task, 0, wanted.n_batches).data.n_inputs, wanted.fixed.get("width"))
    return {
        "network": _sizes(wanted, network),
        "activation": task.network.activation,
        "optimiser": "Adam",
        "dtype": "float32",
    }


def _sizes(wanted: Recipe, network: Network) -> str:
    """The layers in words, 64-32-10, or 64-width-10 where the width is tuned."""
    sizes = ["x".join(map(str, layer.outputs)) for layer in network if layer.tensors]
    tuned = {axis.name for axis in wanted.axes} | set(wanted.domains)
    hidden = ["width" if "width" in tuned else size for size in sizes[:-1]]
    return "-".join(["x".join(map(str, network[0].inputs)), *hidden, sizes[-1]])
