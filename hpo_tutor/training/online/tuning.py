"""How is a network tuned while it trains? Weights by T1, hyperparameters by T2, one network or many starts at once.

Luketina, Berglund, Greff & Raiko (2016), arXiv:1511.06727; source 002 has the two hyperparameters and their ranges.
"""

import numbers
import threading
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.cores import n_cores
from hpo_tutor.training.crew import Crew, one_thread
from hpo_tutor.training.models.descriptions import MLP
from hpo_tutor.training.online.hypergradients import RULES, Rule
from hpo_tutor.training.online.knobs import Knob, acts, settle
from hpo_tutor.training.online.optimisers import OPTIMISERS
from hpo_tutor.training.online.results import Report, Scores, Tuned
from hpo_tutor.training.online.sets import TwoSets
from hpo_tutor.training.online.side_by_side import How, Rows, SideBySide
from hpo_tutor.training.population import DTYPES, chosen_device
from hpo_tutor.training.settings import RULES as RANGES
from hpo_tutor.training.settings import check_seeds

LARGEST_SIDE = 8  # models that one thread trains side by side: more leave the caches (measured on three MLPs)


class OnlineTuning:
    """K networks that tune themselves while they train, each from its own start.

    A model's path depends on its own start and seed, never on the company it trains in (up to rounding). One that has
    diverged keeps its hyperparameters, and its place: it goes on costing what the others cost.

    Args:
        model: what is trained, an MLP without batch normalisation.
        data: the rows.
        starts: name -> (K,) array or one number: where each hyperparameter starts; see ``knobs`` for the names.
        seeds: one for each model, whole numbers from 0.
        epochs: passes over T1.
        knobs: name -> range and rate; those left out have ``knobs.USUAL``.
        learning_rate: of the weights.
        batch_size, tuning_batch_size: rows of T1 and of T2 in a step; all, if there are fewer.
        noise_rows: so many rows of T1's batch say how the step changes with a noise. None: all, which is exact; fewer
            cost less, and are right in the mean, as a batch of T2 is. The rule "source" has no use for it.
        every: a hyper-step after each so many steps; None: plain training, the hyperparameters stay.
        optimiser: of the weights, "adam" or "sgd".
        momentum: of "sgd".
        gradient: "exact", "sgd" or "source", see ``hypergradients``.
        device: "cpu" or "cuda"; None takes the GPU if there is one.
        dtype: "float32" or "float64".
        n_threads: worker threads on a processor; None takes every core.

    Raises:
        ValueError: a setting makes no sense; the message names it, its value and the way out.
    """

    def __init__(
        self,
        model: MLP,
        data: TwoSets,
        starts: Mapping[str, ArrayLike],
        seeds: Sequence[int],
        *,
        epochs: int,
        knobs: Mapping[str, Knob] | None = None,
        learning_rate: float = 1e-3,
        batch_size: int = 100,
        tuning_batch_size: int = 100,
        noise_rows: int | None = None,
        every: int | None = 10,
        optimiser: str = "adam",
        momentum: float = 0.0,
        gradient: Rule = "exact",
        device: str | None = None,
        dtype: str = "float32",
        n_threads: int | None = None,
    ) -> None:
        for name, value, options in (
            ("optimiser", optimiser, OPTIMISERS),
            ("gradient", gradient, RULES),
            ("dtype", dtype, tuple(DTYPES)),
        ):
            if value not in options:
                raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")
        if not isinstance(model, MLP) or model.batch_norm:
            raise ValueError(f"T1-T2 is written for an MLP without batch normalisation, got {model}")
        if momentum and optimiser == "adam":
            raise ValueError("momentum belongs to optimiser='sgd'; Adam has its own, leave it out")
        if every is not None and not (isinstance(every, numbers.Real) and RANGES["epochs"].holds(np.array([every]))[0]):
            raise ValueError(f"every must be a whole number of steps >= 1, got {every!r}; None never asks T2")
        if n_threads is not None and n_threads < 1:
            raise ValueError(f"n_threads must be at least 1, got {n_threads}; None takes every core")
        for name, number in {
            "epochs": epochs,
            "learning_rate": learning_rate,
            "momentum": momentum,
            "batch_size": batch_size,
        }.items():
            _check(name, number, name)
        _check("tuning_batch_size", tuning_batch_size, "batch_size")
        if noise_rows is not None:
            _check("noise_rows", noise_rows, "batch_size")
        data.check_targets(model)
        whole = check_seeds(seeds)
        sizes = (data.n_inputs, *model.hidden, model.n_outputs)
        values, chosen = settle(starts, knobs, len(whole), len(sizes) - 1)
        self.model, self.data, self.epochs, self.names = model, data, int(epochs), tuple(chosen)
        self._starts, self._seeds = values, whole
        # without hyperparameters there is nothing to ask T2 about
        asked_every = int(every) if every is not None and chosen else None
        self._how = How(
            model, sizes, acts(self.names, len(sizes) - 1), tuple(chosen.values()), float(learning_rate), optimiser,
            float(momentum), int(batch_size), int(tuning_batch_size), int(noise_rows or batch_size),
            asked_every, gradient, chosen_device(device), DTYPES[dtype],
        )  # fmt: skip
        self._n_threads = 1 if self._how.device.type != "cpu" else n_threads or n_cores()
        self._stop = threading.Event()
        self._sides: list[SideBySide] = []
        self._losses: list[NDArray[np.float64]] = []

    def __len__(self) -> int:
        return len(self._seeds)

    def train(self) -> Tuned:
        """Train to the end; all that was logged on the way."""
        for _ in self.fit():
            pass
        return self.tuned

    def fit(self) -> Iterator[Report]:
        """Train from the start, epoch by epoch. Leaving the loop, or interrupting it, stops between two steps.

        A run that is still under way ends when the next one begins.
        """
        self._stop.set()
        self._stop = threading.Event()
        self._sides, self._losses = [], []
        return self._reports(self._stop)

    def move(self, values: Mapping[str, ArrayLike]) -> None:
        """Set hyperparameters by hand, between two epochs of ``fit``.

        The log has the new values from the next hyper-step on; without hyper-steps (every=None) it keeps the starts.
        What a hyperparameter's Adam remembers stays.

        Args:
            values: name -> (K,) array or one number, as the starts: l2 is log10 of the penalty. What is not named
                stays.

        Raises:
            ValueError: no epoch has been trained, a name is not among the starts', a length is wrong, or a value lies
                outside its range; then nothing has moved.
        """
        self._check_trained()
        if strange := [name for name in values if name not in self.names]:
            raise ValueError(f"only {', '.join(self.names) or 'nothing'} can be moved here, got {', '.join(strange)}")
        knobs = dict(zip(self.names, self._how.knobs, strict=True))
        own = {name: knobs[name] for name in values}
        columns, _ = settle(values, own, len(self), len(self._how.sizes) - 1, "values")
        places = [self.names.index(name) for name in values]
        ends = np.cumsum([len(side) for side in self._sides])
        for side, part in zip(self._sides, np.split(columns, ends[:-1]), strict=True):
            side.move(places, part)

    @property
    def tuned(self) -> Tuned:
        """All that was logged so far.

        Raises:
            ValueError: no epoch has been trained.
        """
        self._check_trained()
        n_models, n_names = len(self), len(self.names)
        # an epoch that was interrupted may have hyper-steps of some models only
        n_steps = len(self._losses) * -(-len(self.data.train_inputs) // self._how.batch_size)
        n = n_steps // self._how.every if self._how.every is not None else 0
        return Tuned(
            self.names,
            _along([side.values[: n + 1] for side in self._sides]).reshape(n_models, n + 1, n_names),
            _along([side.hypergradients[:n] for side in self._sides]).reshape(n_models, n, n_names),
            _along([side.tuning_losses[:n] for side in self._sides]).reshape(n_models, n),
            np.stack(self._losses, 1),
            (self._how.every or 0) * np.arange(1, n + 1),
        )

    def score(self, part: str) -> Scores:
        """How good the networks are now, without noise and penalty.

        Args:
            part: "train" (T1), "tuning" (T2), or a name of ``data.scored``.

        Raises:
            ValueError: there are no such rows, or no epoch has been trained.
        """
        rows = Rows(*self.data.part(part), self._how)
        self._check_trained()
        with one_thread():
            scores = [side.score(rows) for side in self._sides]
        return Scores(*(np.concatenate(column) for column in zip(*scores, strict=True)))

    def _reports(self, stop: threading.Event) -> Iterator[Report]:
        how, data = self._how, self.data
        train, tuning = (
            Rows(data.train_inputs, data.train_targets, how),
            Rows(data.tuning_inputs, data.tuning_targets, how),
        )
        groups = np.array_split(np.arange(len(self)), self._n_sides())
        with Crew(self._n_threads, stop) as crew:
            sides = crew.map(lambda ids: SideBySide(how, self._starts[ids], [self._seeds[i] for i in ids]), groups)
            for epoch in range(1, self.epochs + 1):
                losses = np.concatenate(crew.map(lambda side: side.train(train, tuning, stop), sides))
                if stop.is_set():
                    return
                self._sides = sides
                self._losses.append(losses)
                values = np.concatenate([side.values[-1].cpu().numpy() for side in sides])
                yield Report(epoch, values, losses)

    def _n_sides(self) -> int:
        """Full ones, but enough to keep every thread busy."""
        full = -(-len(self) // LARGEST_SIDE) if self._how.device.type == "cpu" else 1
        return min(len(self), -(-full // self._n_threads) * self._n_threads)

    def _check_trained(self) -> None:
        if not self._losses:
            raise ValueError("no epoch has been trained; call train(), or walk through fit()")


def _along(parts: Sequence[Sequence[torch.Tensor]]) -> NDArray[np.float64]:
    """What was logged of all models, (K, n, ...); nothing, if nothing was."""
    return np.concatenate([torch.stack(list(part), 1).cpu().numpy() if part else np.empty(0) for part in parts])


def _check(name: str, value: float, rule: str) -> None:
    """Refuse a number that a population would refuse, too."""
    if not RANGES[rule].holds(np.array([float(value)]))[0]:
        raise ValueError(f"{name} must be {RANGES[rule]}, got {value!r}")
