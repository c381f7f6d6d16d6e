"""What did a search find? Its incumbent, its front, where its trials went, and what it would credit.

A search sees losses with the noise of training, and is judged without: its incumbent and its front are chosen by what
it saw, and scored by what is expected there.

    points   (K, 2)  expected loss, and decimal logarithm of the operations; both are to be small
    corner   (2,)    from where volumes are measured: the loss of one constant picture, the largest encoder there is
    volume           the hypervolume of the front's points; ``whole`` is that of the best front known
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import importances, pareto, problems
from hpo_tutor.plain import plain
from hpo_tutor.problems import tasks
from hpo_tutor.problems.landscapes import sample_files
from hpo_tutor.race.cells import seed_of
from hpo_tutor.race.experiments.records import Row
from hpo_tutor.samplers.tiles import switches
from hpo_tutor.search_space import Choice, Integer, SearchSpace
from hpo_tutor.trials import History, trial_seed

Array = NDArray[np.float64]

NAME = "digits-autoencoder"
GOAL = "operations"
N_FRESH = 2  # trainings of each config that is scored, where there is no landscape to tell what is expected


class Ground(NamedTuple):
    """Where searches meet.

    Attributes:
        objective: returns a loss and operations.
        corner: (2,) see above.
        whole: the volume of the best front known, that of all recorded configurations.
    """

    objective: Any
    corner: Array
    whole: float

    def points(self, configs: Sequence[Mapping[str, Any]], operations: Sequence[float], seed: int = 0) -> Array:
        """The expected losses and the operations' logarithms of K configurations, shape (K, 2).

        Where nothing is known of the expected loss, it is the mean over a few trainings that no search has seen.
        """
        expected = getattr(self.objective, "expected", None)
        if expected is not None:
            losses = np.array([expected(config) for config in configs])
        else:
            seeds = [trial_seed(seed_of(0, "fresh", NAME, seed), i) for i in range(N_FRESH)]
            fresh = self.objective.evaluate([config for config in configs for _ in seeds], seeds=seeds * len(configs))
            losses = fresh[:, 0].reshape(len(configs), N_FRESH).mean(axis=1)
        return np.column_stack([losses, np.log10(np.asarray(operations, dtype=np.float64))])


@cache
def ground(live: bool = False) -> Ground:
    """The recorded landscape of auto-encoders, or the same trained here and now.

    Raises:
        FileNotFoundError: the landscape is not recorded.
    """
    recorded = problems.landscape(NAME, goals=[GOAL])
    space, corner = recorded.space, _corner(recorded.space)
    configs = sample_files.read(NAME).configs
    known = Ground(recorded, corner, math.nan)
    operations = tasks.count(NAME, [{**space.fixed, **config} for config in configs], [GOAL])[:, 0]
    whole = pareto.hypervolume(known.points(configs, operations.tolist()), corner)
    objective = problems.live(NAME, dict(space.domains), goals=[GOAL], n_batches=1) if live else recorded
    return Ground(objective, corner, whole)


def findings(history: History, searched: SearchSpace, on: Ground, seed: int, credit: bool) -> Row:
    """The columns of a row that a search's trials tell; see ``switches``.

    Args:
        history: its trials.
        searched: the space that the sampler knew.
        on: where it searched.
        seed: of the search.
        credit: whether to look at importances; only in a space without conditions.

    Raises:
        ValueError: no trial is complete.
    """
    space, best = on.objective.space, history.incumbent
    chosen = [trial for trial in history.front if trial is not best]
    trials = [best, *chosen]
    configs = [_alive(space, trial.config) for trial in trials]
    points = on.points(configs, [trial.losses[1] for trial in trials], seed)
    loss, optimum = float(points[0, 0]), getattr(on.objective, "optimum", None)
    volume = pareto.hypervolume(points, on.corner)
    kept = points[pareto.non_dominated(points)]
    kept = kept[np.argsort(kept[:, 1], kind="stable")]
    return {
        "n_made": len(history),
        "loss": loss,
        "regret": None if optimum is None else loss - optimum,
        "volume": volume,
        "share": volume / on.whole,
        "front": json.dumps([[round(loss, 6), round(10**power)] for loss, power in kept.tolist()]),
        "tiles": json.dumps(_by_tile(space, history)),
        "config": json.dumps(plain(configs[0])),
        "importances": json.dumps(_importances(searched, history)) if credit else None,
    }


def _alive(space: SearchSpace, config: Mapping[str, Any]) -> dict[str, Any]:
    """What is tuned, and alive, in a config."""
    return {name: value for name, value in space.pruned(config).items() if name in space.domains}


def _by_tile(space: SearchSpace, history: History) -> dict[str, int]:
    """How many trials had each combination of the switches."""
    names = switches(space)
    counts = Counter(",".join(str(trial.config[name]) for name in names) for trial in history)
    return dict(sorted(counts.items()))


def _importances(searched: SearchSpace, history: History) -> dict[str, float]:
    """The importance of each hyperparameter by one forest, as somebody looks who has searched once."""
    found = importances.of(searched, [trial.config for trial in history], history.losses, seeds=[0])
    return {name: round(float(value), 6) for name, value in zip(found.names, found.mean, strict=True)}


def _corner(space: SearchSpace) -> Array:
    """The loss of always giving back the mean picture, and the logarithm of the most operations."""
    data, scale = (one := tasks.rows(NAME, 0, 1)).data, one.target_scale
    distances = data.validation_inputs - data.train_inputs.mean(axis=0)
    largest = {name: max(domain.values) for name, domain in space.domains.items() if isinstance(domain, Choice)}
    # every layer that can be there, and none that shrinks the picture
    layers = {name: domain.high for name, domain in space.domains.items() if isinstance(domain, Integer)}
    layers |= {name: 1 for name in layers if name.startswith(("stride", "pool"))}
    most = tasks.count(NAME, [{**space.fixed, **largest, **layers}], [GOAL])
    return np.array([float(np.sqrt(np.mean(distances**2))) * scale, math.log10(most[0, 0])])
