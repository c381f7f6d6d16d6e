"""How are samplers compared fairly? Each meets the same tasks, with the same budget and the same luck of the trials.

seed     one lap of the race: one member of the objective's family, one seed for the trials, one for the samplers
member   what is searched in a lap: a data batch, a random function, or the objective itself
item     how a sampler enters: a design's name, or a callable (space, seed=...) -> Sampler
"""

import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from hpo_tutor import designs
from hpo_tutor.protocols import Objective, Sampler
from hpo_tutor.race import entries
from hpo_tutor.race.results import Race
from hpo_tutor.samplers.design import Design
from hpo_tutor.trials import History
from hpo_tutor.tuning import minimize

Item = str | Callable[..., Sampler]

_RACES_OWN = 2**32 - 2  # any number that no trial bears


def compare(
    samplers: Mapping[str, Item] | Iterable[Item],
    objective: Objective,
    n_trials: int,
    seeds: Iterable[int],
    batch: int | None = 1,
    progress: bool = False,
) -> Race:
    """Race samplers over seeds.

    In each lap all samplers search the same member with the same trial seeds. Stopped by Ctrl-C, the race keeps the
    laps that every sampler has finished.

    Args:
        samplers: name -> item, or items alone: "grid", "tpe", "mine:Mine" (of mine.py in the current folder),
            BayesianOptimization, functools.partial(Design, name="lhs"), or a class of yours (space, seed=...) with
            ask and tell.
        objective: can be called with a config, and has a ``space``; where it has ``draw(seed)``, each lap meets the
            member of its family that belongs to the seed. A landscape has one for each data batch, so laps beyond
            their number meet the same batches again.
        n_trials: the budget of each search.
        seeds: the laps; 20 or more are needed before a difference means anything.
        batch: how many trials are asked for at once; None leaves it to each sampler, as in ``minimize``.
        progress: whether to show a progress bar.

    Raises:
        ValueError: a name comes twice or is missing, a sampler is none, there is no seed, or n_trials is below 1.
    """
    items = _named(samplers)
    laps = tuple(int(seed) for seed in seeds)
    if not laps:
        raise ValueError("a race needs at least one seed, it got none; try seeds=range(20)")
    if len(set(laps)) < len(laps):
        raise ValueError(f"the seeds of a race must differ, for the same seed runs the same lap; got {list(laps)}")
    if n_trials < 1:
        raise ValueError(f"n_trials must be at least 1, it is {n_trials}")
    if not hasattr(objective, "space"):
        raise ValueError(f"a race needs an objective with a space, such as problems.function(...); got {objective!r}")
    loss_name = getattr(objective, "loss_names", ("loss",))[0]
    frames: list[pd.DataFrame] = []
    histories: dict[tuple[str, int], History] = {}
    finished: list[int] = []
    with tqdm(total=len(laps) * len(items), disable=not progress, unit="search") as bar:
        try:
            for seed in laps:
                member = objective.draw(seed) if hasattr(objective, "draw") else objective
                lap = {}
                for name, factory in items.items():
                    bar.set_postfix(sampler=name, refresh=False)
                    lap[name, seed] = _search(member, factory, n_trials, seed, batch)
                    bar.update()
                frames += [_rows(name, seed, history, member) for (name, _), history in lap.items()]
                histories |= lap
                finished.append(seed)
        except KeyboardInterrupt:
            if not finished:
                raise
    _warn_of_failures(histories)
    return Race(
        table=pd.concat(frames, ignore_index=True),
        samplers=tuple(items),
        seeds=tuple(finished),
        n_trials=n_trials,
        loss_name=loss_name,
        loss_unit=getattr(objective, "loss_unit", ""),
        histories=histories,
        interrupted=len(finished) < len(laps),
    )


def sampler_seed(seed: int) -> int:
    """The seed that samplers get in the lap of a seed.

    It is another number, because a member of a family is often drawn from the lap's seed itself: a sampler that starts
    from it too would draw the very numbers that placed the minimum.
    """
    return int(np.random.SeedSequence(seed, spawn_key=(_RACES_OWN,)).generate_state(1)[0])


def _search(member: Objective, factory: Callable[..., Sampler], n_trials: int, seed: int, batch: int | None) -> History:
    with warnings.catch_warnings():  # one warning for the whole race is enough
        warnings.filterwarnings("ignore", message=r"\d+ of \d+ trials failed", category=RuntimeWarning)
        sampler = factory(member.space, seed=sampler_seed(seed))
        if not isinstance(sampler, Sampler):  # it asks and tells, and that is enough
            sampler = entries.Entrant(sampler, member.space)
        history = minimize(member, sampler, n_trials, batch=batch, seed=seed, progress=False)
    if history.interrupted:
        raise KeyboardInterrupt
    return history


def _rows(name: str, seed: int, history: History, member: Objective) -> pd.DataFrame:
    """The rows of one search."""
    losses, incumbents = history.losses, history.incumbent_losses
    expected = getattr(member, "expected", None)
    optimum = getattr(member, "optimum", None)
    scores = incumbents.copy()
    if expected is not None:
        for i, trial in enumerate(history):
            improves = losses[i] == incumbents[i] and (i == 0 or incumbents[i - 1] != incumbents[i])
            scores[i] = expected(trial.config) if improves else scores[i - 1] if i else np.nan
    return pd.DataFrame(
        {
            "sampler": name,
            "seed": seed,
            "member": getattr(member, "member", 0),
            "trial": np.arange(len(history)),
            "loss": losses,
            "incumbent": incumbents,
            "score": scores,
            "regret": scores - (np.nan if optimum is None else optimum),
        }
    )


def _named(samplers: Mapping[str, Item] | Iterable[Item]) -> dict[str, Callable[..., Sampler]]:
    """Name -> factory, each name once."""
    if isinstance(samplers, str) or not isinstance(samplers, Iterable):
        raise ValueError(f"samplers must be a list or a mapping, got {samplers!r}; write [{samplers!r}]")
    pairs = list(samplers.items()) if isinstance(samplers, Mapping) else [(_name(item), item) for item in samplers]
    if not pairs:
        raise ValueError('a race needs at least one sampler, it got none; try ["grid", "random"]')
    factories: dict[str, Callable[..., Sampler]] = {}
    for name, item in pairs:
        if name in factories:
            raise ValueError(f'samplers must have different names, {name!r} comes twice; name them: {{"mine": ...}}')
        factories[str(name)] = _factory(name, item)
    return factories


def _name(item: Any) -> str:
    """What an item is called where nobody named it."""
    if isinstance(item, str):
        return item
    if isinstance(item, partial):
        return str(item.keywords.get("name", getattr(item.func, "__name__", item.func)))
    name = getattr(item, "__name__", type(item).__name__)
    if name == "<lambda>":
        raise ValueError('a sampler made by a lambda has no name; give it one: {"mine": lambda space, seed: ...}')
    return str(name)


def _factory(name: str, item: Any) -> Callable[..., Sampler]:
    if isinstance(item, str):
        # an unknown name is refused now, not after the first sampler's searches
        return partial(Design, name=item) if item in designs.NAMES else entries.entry(item)
    if not callable(item) or (isinstance(item, Sampler) and not isinstance(item, type)):
        raise ValueError(
            f"the sampler {name!r} must be a design's name or a callable (space, seed=...) that makes a fresh sampler "
            f"for each seed, got {item!r}; pass the class, or functools.partial(...)"
        )
    return item  # type: ignore[no-any-return]  # callable, as checked above


def _warn_of_failures(histories: Mapping[tuple[str, int], History]) -> None:
    failed = [(key, trial) for key, history in histories.items() for trial in history if trial.state == "failed"]
    if failed:
        (name, seed), first = failed[0]
        warnings.warn(
            f"{len(failed)} of {sum(map(len, histories.values()))} trials failed; the first is trial {first.number} of "
            f"{name}, seed {seed}: {first.message}. race.histories[sampler, seed].table() shows them",
            RuntimeWarning,
            stacklevel=3,
        )
