"""How are predictions on a mangled scale recorded? Trees are fitted on a grid, to each number of terms.

A part is one data batch; finished parts lie in a work folder, so that a recording that is killed goes on where it was.
"""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hpo_tutor.problems import mangling, tasks
from hpo_tutor.problems.mangled_objectives import fits, mangled, tables
from hpo_tutor.training import machine

TERMS = tuple(mangling.n_terms_of(n_dims) for n_dims in mangling.N_DIMS)
N_BETWEEN = 20  # random points at which what lies between the grid's points is compared with fits
FINEST = 2.0**-11  # of what is kept of a prediction, in units of P; the largest deviation of the target is 1

Part = dict[str, Any]


def record(
    task: str, folder: Path, *, progress: bool = True, resume: bool = True, n_batches: int | None = None
) -> Path:
    """Record the predictions of a task; see ``recording.record``.

    Args:
        task: one of ``mangled_objectives.tables.FILES``.
        folder: where to.
        progress: show a progress bar.
        resume: go on with the parts of an interrupted recording.
        n_batches: the first few data batches only; None for all.

    Raises:
        ValueError: a prediction is not finite.
    """
    name = tables.FILES[task]
    work = folder / ".cache" / f"{name}-{_fingerprint(task)}"
    if not resume:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    paths = [work / f"batch{batch:03d}.npz" for batch in range(n_batches or fits.N_BATCHES)]
    n_fits = len(TERMS) * len(mangling.COARSE_RATES) * len(mangling.COARSE_DEPTHS)
    with tqdm(total=n_fits * len(paths), unit="fit", desc=name, disable=not progress) as bar:
        for batch, path in enumerate(paths):
            if path.exists():
                bar.update(n_fits)
            else:
                _save(path, fitted(task, batch, bar.update))
    parts = [_load(path) for path in paths]
    rows = np.array([part["rows"] for part in parts])
    arrays: Part = {
        "learning_rates": np.array(mangling.COARSE_RATES),
        "max_depths": np.array(mangling.COARSE_DEPTHS),
        "rows": rows,
        "truth": np.concatenate([part["truth"] for part in parts]),
        "scales": np.array([part["scale"] for part in parts]),
    }
    for n in TERMS:
        arrays[f"coefficients_{n}"] = np.array([part[f"coefficients_{n}"] for part in parts])
        arrays[f"predictions_{n}"] = np.concatenate([part[f"predictions_{n}"] for part in parts], axis=2)
    path = folder / f"{name}{tables.SUFFIX}"
    about = _about(task, n_fits * len(paths), rows, parts)
    tables.write(path, about, arrays)
    tables.write(path, {**about, "between": between(task, folder)}, arrays)
    shutil.rmtree(work)
    with suppress(OSError):  # another recording has its parts there
        work.parent.rmdir()
    return path


def fitted(task: str, batch: int, advance: Callable[[int], object] = lambda n: None) -> Part:
    """One data batch: its rows, and what trees say of them at all points of the grid and each number of terms.

    Raises:
        ValueError: a prediction is not finite.
    """
    start = time.perf_counter()
    mine = fits.batch_of(task, batch)
    part: Part = {
        "rows": np.array([mine.n_validation, len(mine.truth) - mine.n_validation]),
        "truth": mine.truth.astype(np.float32),
        "scale": np.float64(mine.scale),
    }
    shape = (len(mangling.COARSE_RATES), len(mangling.COARSE_DEPTHS), -1)
    rates, depths = np.meshgrid(mangling.COARSE_RATES, mangling.COARSE_DEPTHS, indexing="ij")
    for n in TERMS:
        true = mangling.true_coefficients(n, batch)
        said = fits.predictions(task, batch, true, rates.ravel().tolist(), depths.ravel().tolist())
        if not np.isfinite(said).all():
            raise ValueError(f"every prediction must be finite, one of data batch {batch} with {n} terms is not")
        # rounded to where halves still tell it apart: the file is a quarter smaller
        part[f"coefficients_{n}"] = true
        part[f"predictions_{n}"] = (np.round(said / FINEST) * FINEST).astype(np.float16).reshape(shape)
        advance(rates.size)
    part |= {"seconds": np.float64(time.perf_counter() - start), "machine": np.array(machine.describe())}
    return part


def between(task: str, folder: Path) -> dict[str, float]:
    """How far losses between the grid's points are from those of fits made there, as shares, at random points."""
    rng, apart = np.random.default_rng(0), []
    for _ in range(N_BETWEEN):
        n_dims = int(rng.choice(mangling.N_DIMS))
        recorded = mangled(task, n_dims, folder=folder)
        recorded = recorded.draw(int(rng.integers(recorded.n_batches)))
        point = rng.random((1, n_dims))
        low, high = mangling.COEFFICIENT.low, mangling.COEFFICIENT.high
        point[0, 2:] = (recorded.true_coefficients - low) / (high - low)
        live = mangled(task, n_dims, recorded.batch, live=True, n_threads=1)
        apart.append(abs(recorded.unit_losses(point)[1] / live.unit_losses(point)[1] - 1).item())
    return {"n": N_BETWEEN, "median": float(np.median(apart)), "worst": max(apart)}


def _save(path: Path, part: Part) -> None:
    """Write a part in one stroke: after a kill it is there as a whole or not at all."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(file, **part)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


def _load(path: Path) -> Part:
    with np.load(path, allow_pickle=False) as part:
        return dict(part)


def _fingerprint(task: str) -> str:
    """Eight letters that change with all that predictions depend on."""
    true = [mangling.true_coefficients(n, batch).tolist() for n in TERMS for batch in (0, 1)]
    told = [mangling.COARSE_RATES, mangling.COARSE_DEPTHS, true, fits.N_BATCHES, tasks.meaning(task, [])]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]


def _about(task: str, n_models: int, rows: NDArray[np.int64], parts: list[Part]) -> dict[str, Any]:
    """What the file says of itself."""
    known = tasks.task(task)
    return {
        "task": task,
        "dataset": known.dataset,
        "loss_name": known.loss_name,
        "loss_unit": known.loss_unit,
        "learner": fits.model_of(task).words(),
        "n_batches": len(rows),
        "n_terms": list(TERMS),
        "seed": fits.SEED,
        "searched": [mangling.COEFFICIENT.low, mangling.COEFFICIENT.high],
        "inner": mangling.INNER,
        "split": f"{known.source.words}; their first half validates, the others test",
        "shuffle_seed": tasks.SHUFFLE_SEED,
        "n_models": n_models,
        "seconds": round(sum(float(part["seconds"]) for part in parts), 1),
        "machine": "; ".join(dict.fromkeys(str(part["machine"]) for part in parts)),
        "versions": machine.versions("lightgbm"),
    }
