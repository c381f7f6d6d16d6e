"""Which search tunes a real network best? The experiments of source 003, with all methods treated alike.

The source tuned on the test rows, seeded some methods and not others, and ran each once. Here a search sees training
and validation rows only; its incumbent is then trained afresh, and scored on rows that no search has seen; and
everything is repeated.

search      one method with one budget in one repetition of an experiment
repetition  a data batch, and seeds; all methods share them: trial i of each trains with the same seed
budget      trials that a search may spend; n_made, those it did
validation  the incumbent's loss on the validation rows. They chose it, so it flatters
test        its mean loss on the test rows, over three fresh trainings
test_error  of classes, the per cent of test rows that are missed, likewise; nan for regression

    trained.run("trained.jsonl", ["regression-2"])
    trained.summary(trained.load())
"""

import json
import math
import warnings
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hpo_tutor.plain import plain
from hpo_tutor.race import entries
from hpo_tutor.race.cells import seed_of
from hpo_tutor.race.experiments import records, running
from hpo_tutor.race.experiments.catalogue import (
    EXPERIMENTS,
    N_FRESH,
    SOURCE,
    USUAL,
    Experiment,
    Search,
    experiment,
    plan,
)
from hpo_tutor.race.experiments.records import Kind, Records, Row
from hpo_tutor.race.experiments.summaries import summary
from hpo_tutor.race.experiments.uneven_grids import UnevenGrid
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import trial_seed
from hpo_tutor.tuning import minimize

__all__ = [
    "EXPERIMENTS",
    "KIND",
    "SOURCE",
    "USUAL",
    "Search",
    "experiment",
    "load",
    "plan",
    "run",
    "search",
    "summary",
    "write",
]

KIND = Kind(
    name="trained",
    key=("experiment", "sampler", "budget", "repetition"),
    columns=(
        "experiment",
        "sampler",
        "repetition",
        "budget",
        "n_made",
        "validation",
        "test",
        "test_error",
        "config",
    ),
    made_by="hpo-tutor race trained",
)


def run(
    store: str | Path,
    names: Iterable[str] = USUAL,
    n_repetitions: int | None = None,
    *,
    n_workers: int | None = None,
    progress: bool = True,
    searches: Iterable[Search] | None = None,
) -> pd.DataFrame:
    """Run the searches that the store does not hold yet; each is on disk as soon as it is finished.

    Args:
        store: a file of JSON Lines, made if it is missing; if it exists, the experiment goes on.
        names: of the experiments.
        n_repetitions: how many; None is each experiment's own number.
        n_workers: processes; None is one a core, 0 runs all in this one.
        progress: whether to show a bar.
        searches: what to run, in place of what names and n_repetitions say.

    Returns:
        All that the store holds, as ``load`` has it.

    Raises:
        ValueError: an experiment is unknown, or the store holds rows of another kind, or of an experiment whose task
            or space was another then.
        RuntimeError: another process writes to the store, or no worker can work.
    """
    wanted = list(dict.fromkeys(plan(names, n_repetitions) if searches is None else searches))
    with Records(store, KIND) as kept:
        _check_meaning(kept)
        left = [search for search in wanted if KIND.key_of(search._asdict()) not in kept.rows]
        running.run_into(kept, _rows, left, n_workers, progress)
    return load(store)


def load(path: str | Path | None = None) -> pd.DataFrame:
    """The rows of a store, of a Parquet file that ``write`` wrote, or those that come with the package.

    Args:
        path: of the file; None is the package's own.

    Returns:
        A row for each search, sorted: experiment, sampler, repetition, budget, n_made, validation, test, test_error
        (see the room's first lines for these), and config, the incumbent as a JSON text.

    Raises:
        FileNotFoundError: there is none; the message says how to make one.
        ValueError: the file holds something else.
    """
    return records.load(path, KIND).astype(dict.fromkeys(("validation", "test", "test_error"), float))


def write(store: str | Path, path: str | Path) -> Path:
    """Keep a store as a Parquet file, with its seconds, machines and versions.

    Raises:
        FileNotFoundError, ValueError: as of ``load``.
    """
    return records.write(store, path, KIND)


def search(one: Search) -> Row:
    """Run a search, and train its incumbent afresh; the row of it.

    Raises:
        ValueError: an experiment or sampler is unknown, no trial succeeded, or the incumbent diverged when it was
            trained afresh.
    """
    known = experiment(one.experiment)
    objective = known.objective(one.repetition)
    sampler, planned = _sampler(known, one, objective.space)
    luck = seed_of(0, "trained", known.name, one.repetition)
    batch = one.budget if planned else None  # what belongs together
    with warnings.catch_warnings():  # a network that diverged is a failed trial, and no candidate
        warnings.filterwarnings("ignore", message=r"\d+ of \d+ trials failed", category=RuntimeWarning)
        history = minimize(objective, sampler, one.budget, batch=batch, seed=luck, progress=False)
    if history.interrupted:
        raise KeyboardInterrupt
    losses = np.where(np.isfinite(history.losses), history.losses, np.inf)
    best = history[int(losses.argmin())]
    if best.state != "complete":
        raise ValueError(f"none of {len(history)} trials succeeded; the first said: {history[0].message}")
    fresh = [trial_seed(seed_of(0, "fresh", known.name, one.repetition), i) for i in range(N_FRESH)]
    scores = objective.test([best.config] * N_FRESH, seeds=fresh)
    if not np.isfinite(scores.losses).all():
        raise ValueError(f"the incumbent {best.config} diverged when it was trained afresh")
    test_error = float(scores.errors.mean())
    return one._asdict() | {
        "n_made": len(history),
        "validation": float(best.loss),
        "test": float(scores.losses.mean()),
        "test_error": test_error if math.isfinite(test_error) else None,
        "config": json.dumps(plain(best.config)),
        "meaning": known.meaning,
    }


def _sampler(known: Experiment, one: Search, space: SearchSpace) -> tuple[Any, bool]:
    """A fresh sampler, and whether its trials are all planned before the first is run."""
    if one.sampler == "grid-uneven":
        make: Any = partial(UnevenGrid, levels=known.levels)
    else:
        make = entries.entry(one.sampler, len(known.tuned))
    planned = one.sampler == "grid-uneven" or entries.is_design(one.sampler)
    return make(space, seed=seed_of(0, "sampler", known.name, one.repetition)), planned


def _rows(one: Search) -> list[Row]:
    """The row of a search."""
    return [search(one)]


def _check_meaning(kept: Records) -> None:
    for row in kept.rows.values():
        known = EXPERIMENTS.get(row["experiment"])
        if known is not None and row.get("meaning") != known.meaning:
            raise ValueError(
                f"{kept.path} holds rows of {known.name} from when its task or space was another; choose another file"
            )
