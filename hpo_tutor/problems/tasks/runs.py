"""What do learners of a task reach, K at once? Networks side by side, or boosted trees.

K    number of configurations
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from hpo_tutor.cores import n_cores
from hpo_tutor.problems import backbones
from hpo_tutor.problems.tasks.division import SHUFFLE_SEED, TRAINING_SHARE, Rows, first, rows, sets, unseen
from hpo_tutor.problems.tasks.groups import Config, Group, Options, by_structure, populate
from hpo_tutor.problems.tasks.table import task
from hpo_tutor.training import Population, features
from hpo_tutor.training.boosting import BoostedTrees, Boosting
from hpo_tutor.training.crew import Crew
from hpo_tutor.training.devices import device_name

Losses = NDArray[np.float64]


def train(
    name: str,
    configs: Sequence[Config],
    seeds: Sequence[int],
    batch: int = 0,
    n_batches: int = 10,
    *,
    along: Sequence[int] | None = None,
    advance: Callable[[int], object] = lambda n: None,
    options: Options = None,
    share: float = 1.0,
) -> NDArray[np.float64]:
    """Train one learner for each configuration on one data batch, and score it.

    Args:
        name: of the task.
        configs: hyperparameters; the task's defaults where they are silent.
        seeds: one for each configuration.
        batch: the data batch.
        n_batches: of how many.
        along: epochs, or numbers of trees, after which to score; the last is how long all of them train.
        advance: told how much work was done since it was told last, of ``work``.
        options: passed to ``training.Population`` or ``training.Boosting``.
        share: of the training rows that networks learn, the first ones; the rows that are scored stay the same.

    Returns:
        Losses in the task's unit, shape (K,), or (K, len(along)); inf or nan where one diverged.

    Raises:
        ValueError: so small a share leaves fewer than two steps, or trees are to learn from a share.
    """
    known = task(name)
    if not configs:
        return np.empty((0, *([len(along)] if along else [])))
    if along is not None:
        configs = [{**config, known.fidelity: along[-1]} for config in configs]
    if isinstance(known.model, BoostedTrees):
        if share != 1:
            raise ValueError(f"shares of the rows are for networks, and {name} is learnt by trees; leave share out")
        trees = Boosting(known.model, sets(name, batch, n_batches), known.columns(configs), seeds, **(options or {}))
        return np.sqrt(trees.train(advance, along))
    data, groups = rows(name, batch, n_batches), by_structure(known, configs)
    if share != 1:
        data = first(data, share, max(known.columns(configs)["batch_size"]))
    losses = np.full((len(configs), *([len(along)] if along else [])), np.nan)
    if len(groups) == 1:
        losses[:] = _reached(populate(data, groups[0], seeds, options), along, advance)
    else:  # small populations: each on one core, and as many at once as there are cores
        for group, reached in zip(groups, _side_by_side(data, groups, seeds, along, advance, options), strict=True):
            losses[group.places] = reached
    return losses_of(name, losses, data.target_scale)


class Scores(NamedTuple):
    """What K networks reach on test rows.

    Attributes:
        losses: in the task's unit, shape (K,); inf or nan where one diverged.
        errors: share of the rows whose class they miss, in per cent, shape (K,); nan for regression, and where one
            diverged.
    """

    losses: Losses
    errors: NDArray[np.float64]


def score_unseen(
    name: str,
    configs: Sequence[Config],
    seeds: Sequence[int],
    batch: int = 0,
    n_batches: int = 10,
    *,
    options: Options = None,
) -> Scores:
    """Train one network for each configuration as ``train`` does, and score it on rows that no search has seen.

    Args:
        name: of the task.
        configs: hyperparameters; the task's defaults where they are silent.
        seeds: one for each configuration.
        batch: the data batch whose training rows they learn.
        n_batches: of how many.
        options: passed to ``training.Population``.

    Raises:
        ValueError: as of ``unseen``.
    """
    known, unseen_rows = task(name), unseen(name, batch, n_batches)
    inputs, targets = unseen_rows.data.validation_inputs, unseen_rows.data.validation_targets
    losses, errors = np.full((2, len(configs)), np.nan)
    for group in by_structure(known, configs) if configs else ():
        settings = {**(options or {}), "keep_networks": True}
        population = populate(rows(name, batch, n_batches), group, seeds, settings)
        reached = population.train()
        for i, place in enumerate(group.places):
            losses[place] = reached[i]  # says which way one diverged
            if np.isfinite(reached[i]):
                losses[place], errors[place] = _scored(features(population.network(i), inputs), targets)
    return Scores(losses_of(name, losses, unseen_rows.target_scale), errors)


def meaning(name: str, configs: Sequence[Config]) -> list[str]:
    """All that decides what these configurations lose, beside seeds and batches: if it changes, so do the losses."""
    known = task(name)
    source = replace(known.source, words="")
    features = backbones.fingerprint(source.backbone) if source.backbone else ""
    shares = [SHUFFLE_SEED, TRAINING_SHARE]
    if isinstance(known.model, BoostedTrees):
        models = [repr(known.model)]
    else:
        models = [repr(group.model) for group in by_structure(known, configs)]
    # pictures could not be cropped when the first landscapes were recorded
    rows = repr(source) if source.crop else repr(source).replace(", crop=0)", ")")
    return [rows, features, repr(dict(known.defaults)), repr(shares), *models]


def work(name: str, configs: Sequence[Config], along: Sequence[int] | None = None) -> int:
    """How much work these trainings are: epochs of networks, or tree ensembles."""
    known = task(name)
    if known.fidelity == "trees":
        return len(configs)
    return int(along[-1]) * len(configs) if along else int(sum(known.columns(configs)["epochs"]))


def count(name: str, configs: Sequence[Config], goals: Sequence[str]) -> NDArray[np.float64]:
    """The goals of a task beside its loss that are counted, not trained; shape (K, len(goals)).

    Raises:
        ValueError: the task has no such goal.
    """
    known = task(name)
    there = {goal.name: goal for goal in known.goals}
    for goal in goals:
        if goal not in there:
            raise ValueError(f"{name} has no goal {goal!r} beside its loss; there are: {', '.join(there) or 'none'}")
    counted = np.empty((len(configs), len(goals)))
    for group in by_structure(known, configs) if len(configs) and goals else ():
        counted[group.places] = [there[goal].count(group.model) for goal in goals]
    return counted


def losses_of(name: str, scores: NDArray[np.float64], target_scale: float) -> NDArray[np.float64]:
    """A population's validation losses in the task's unit: root mean squared error, or the cross-entropy as it is."""
    return np.sqrt(scores) * target_scale if task(name).model.task == "regression" else scores


def _scored(outputs: NDArray[np.float64], targets: NDArray[Any]) -> tuple[float, float]:
    """Of outputs (n, n_outputs), as populations score them: the loss, and of classes the per cent that are missed."""
    if targets.dtype.kind != "i":
        return float(np.mean((outputs - targets.reshape(outputs.shape)) ** 2)), float("nan")
    of_class = log_softmax(outputs, axis=1)[np.arange(len(targets)), targets]
    return float(-of_class.mean()), float(100 * np.mean(outputs.argmax(axis=1) != targets))


def _reached(population: Population, along: Sequence[int] | None, advance: Callable[[int], object]) -> Losses:
    """The losses after every epoch that is wanted, (K, len(along)), or after the last, (K,)."""
    wanted = {} if along is None else {int(epoch): column for column, epoch in enumerate(along)}
    reached = np.full((len(population), len(wanted)), np.nan)  # a model that diverged goes on no further
    for report in population.fit():
        advance(int(report.trained.sum()))
        if report.epoch in wanted:
            reached[report.trained, wanted[report.epoch]] = report.losses[report.trained]
    return population.losses if along is None else reached


def _side_by_side(
    data: Rows,
    groups: Sequence[Group],
    seeds: Sequence[int],
    along: Sequence[int] | None,
    advance: Callable[[int], object],
    options: Options,
) -> list[Losses]:
    """What each group reaches, in the order of the groups."""
    stop, lock = threading.Event(), threading.Lock()
    n_threads = (options or {}).get("n_threads") or n_cores()

    def run(group: Group) -> Losses:
        population = populate(data, group, seeds, {**(options or {}), "n_threads": 1})

        def tell(n: int) -> None:
            if stop.is_set():
                population.stop()
            with lock:
                advance(n)

        return _reached(population, along, tell)

    on_cpu = "cpu" in ((options or {}).get("device"), device_name())
    with Crew(n_threads if on_cpu else 1, stop) as crew:
        return crew.map(run, groups)
