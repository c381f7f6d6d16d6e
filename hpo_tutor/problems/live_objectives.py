"""What does a configuration reach when a real network, or a set of boosted trees, is trained with it, here and now?

K    number of configurations trained together
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import tasks
from hpo_tutor.search_space import Domain, SearchSpace
from hpo_tutor.training.population import Backend

Fidelity = Literal["epochs", "trees", "rows"]


class Live:
    """An objective that trains when called; see ``live``.

    Attributes:
        space: what is tuned, and what is fixed at which value.
        loss_names: ("rmse",) or ("cross_entropy",), of the validation rows; then the further goals.
        loss_unit: of the first, such as "GeV" or "nats".
        goals: what is counted beside the loss; none, or some of the task's.
        fidelity: what a training may have less of: "epochs", "trees", or "rows" (a share of the training rows).
        batch, n_batches: which data batch of how many.
        n_trained: trainings so far.
    """

    def __init__(
        self,
        name: str,
        space: SearchSpace,
        batch: int,
        n_batches: int,
        options: Mapping[str, Any] | None = None,
        goals: Sequence[str] = (),
        fidelity: str | None = None,
    ) -> None:
        task = tasks.task(name)
        self.fidelity = fidelity or task.fidelity
        if self.fidelity not in (task.fidelity, *(["rows"] if task.fidelity == "epochs" else [])):
            known = "'epochs' or 'rows'" if task.fidelity == "epochs" else repr(task.fidelity)
            raise ValueError(f"fidelity of {name} must be {known}, got {fidelity!r}")
        tasks.count(name, [], goals)  # an unknown goal is refused now
        tasks.n_rows(name, batch, n_batches)  # missing data or a bad batch shows now rather than in the first trial
        self.name, self.space, self.batch, self.n_batches = name, space, batch, n_batches
        self.loss_names, self.loss_unit, self.goals = (task.loss_name, *goals), task.loss_unit, tuple(goals)
        self.n_trained, self.member = 0, batch
        self.options = dict(options or {})

    def __repr__(self) -> str:
        tuned, loss = ", ".join(self.space.names), f"{self.loss_names[0]} ({self.loss_unit})"
        share = "" if self.fidelity != "rows" else ", fidelity rows"
        return f"<Live {self.name}: {tuned}; batch {self.batch} of {self.n_batches}, {loss}{share}>"

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration, trained with seed 0."""
        return float(self.evaluate([config], seeds=[0]).flat[0])

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """Train K learners at once and return their validation losses, shape (K,); inf or nan where one diverged.

        With further goals the shape is (K, m): the losses, then what is counted.

        Args:
            configs: one for each.
            seeds: one for each: initial weights and order of the rows, or which rows and inputs a tree sees.
            fidelity: epochs to train, or trees to grow, in place of what the configurations say; or the share of the
                training rows to learn from, as the objective's own ``fidelity`` says.

        Raises:
            ValueError: a configuration does not belong to the space, the lengths differ, or a share leaves fewer than
                two steps an epoch.
        """
        full = self._complete(configs, seeds)
        if not configs:
            return np.empty((0, len(self.loss_names)) if self.goals else 0)
        share = 1.0
        if fidelity is not None and self.fidelity == "rows":
            share = float(fidelity)
        elif fidelity is not None:
            full = [{**config, self.fidelity: fidelity} for config in full]
        self.n_trained += len(configs)
        losses = tasks.train(self.name, full, seeds, self.batch, self.n_batches, options=self.options, share=share)
        return np.column_stack([losses, tasks.count(self.name, full, self.goals)]) if self.goals else losses

    @property
    def goes_on(self) -> bool:
        """Whether a larger fidelity goes on where a smaller one ended: epochs of networks, see ``together``."""
        return self.fidelity == "epochs"

    @property
    def arithmetic(self) -> dict[str, Any]:
        """On what losses hang beside the config and the seed, in their last digits: backend and dtype."""
        return {name: self.options.get(name) for name in ("backend", "dtype")}

    def together(self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int]) -> tasks.Together:
        """K networks that are about to train side by side, each until it is stopped.

        Raises:
            ValueError: a configuration does not belong to the space, the lengths differ, the networks do not fit into
                memory at once, or the fidelity is not epochs.
        """
        if not self.goes_on:
            raise ValueError(f"only networks are stopped after any epoch, and {self!r} counts {self.fidelity}")
        full = self._complete(configs, seeds)
        together = tasks.Together(self.name, full, seeds, self.batch, self.n_batches, options=self.options)
        self.n_trained += len(configs)
        return together

    def test(self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int]) -> tasks.Scores:
        """Train K networks at once on the same rows, and score them on test rows, which no search on this batch sees.

        These are the data set's own test part if it has one, else the next data batch. Whoever chooses by them has none
        left: test the incumbent, once.

        Args:
            configs: one for each.
            seeds: one for each, best none that a trial had.

        Returns:
            losses (K,) in the objective's unit, and errors (K,): per cent of rows of a wrong class; nan for regression.

        Raises:
            ValueError: a configuration does not belong to the space, the lengths differ, or there are no test rows.
        """
        full = self._complete(configs, seeds)
        self.n_trained += len(configs)
        return tasks.score_unseen(self.name, full, seeds, self.batch, self.n_batches, options=self.options)

    def draw(self, seed: int) -> "Live":
        """The same search on data batch ``seed % n_batches``."""
        return Live(
            self.name, self.space, seed % self.n_batches, self.n_batches, self.options, self.goals, self.fidelity
        )

    def _complete(self, configs: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> list[dict[str, Any]]:
        """The configurations with what is fixed."""
        if len(configs) != len(seeds):
            raise ValueError(f"each configuration needs one seed, got {len(configs)} and {len(seeds)}")
        for config in configs:
            self.space.validate(config)
        return [{**self.space.fixed, **config} for config in configs]


def live(
    name: str,
    hyperparameters: Sequence[str] | Mapping[str, Any] = ("learning_rate", "l2"),
    *,
    goals: Sequence[str] = (),
    fidelity: Fidelity | None = None,
    batch: int = 0,
    n_batches: int = 10,
    backend: Backend | None = None,
    device: str | None = None,
    dtype: Literal["float32", "float64"] = "float32",
    n_threads: int | None = None,
) -> Live:
    """An objective that trains on real data for each configuration.

    ``live("digits", ["learning_rate", "l2"])`` tunes these two over default domains and fixes the rest at defaults.
    ``live("digits", {"learning_rate": Float(1e-3, 1e-1, log=True), "epochs": 5})`` says both itself.

    Args:
        name: a task. Networks: "digits", "digits-cnn", "digits-cnn-layers", "mnist" (3,000 pictures a data batch),
            "mnist-5000", "mnist-cnn-layers", "cifar10" (ten classes; cross-entropy in nats), "aleph", "aleph-layers"
            (jet energy; root mean squared error in GeV).
            Boosted trees: "danish_housing", "king_county" (root mean squared error of the price's logarithm).
            Auto-encoders whose layers are switched on and off: "digits-autoencoder", "mnist-autoencoder" (root mean
            squared error in grey levels).
        hyperparameters: names to tune, such as learning_rate, l2, epochs, width, batch_size, input_noise and dropout
            of networks, or learning_rate, max_depth and trees; or name -> domain or value.
        goals: what else is to be small: of auto-encoders "operations" and "parameters" of the encoder. Then each trial
            has several losses, and samplers look at the first unless they are made for more.
        fidelity: what ``evaluate(fidelity=...)`` means: "epochs" of networks and "trees" of boosted trees, which None
            takes, or "rows" of networks: a share of the training rows, above 0 and at most 1. The first rows are taken,
            the same for all; epochs stay what they are.
        batch: the data batch.
        n_batches: into how many batches the data are cut.
        backend: passed to ``training.Population``, like device and dtype; None takes the fastest. Trees know none.
        device: "cpu" or "cuda"; None takes the GPU if there is one.
        dtype: "float32" or "float64".
        n_threads: worker threads; None takes every core.

    Raises:
        ValueError: an unknown name, hyperparameter or batch; the message says what there is.
    """
    task = tasks.task(name)
    if isinstance(hyperparameters, str):
        raise ValueError(
            f"hyperparameters must be a list of names, got the text {hyperparameters!r}; write [{hyperparameters!r}]"
        )
    for wanted in hyperparameters:
        if wanted not in task.domains:
            raise ValueError(f"{wanted!r} cannot be tuned on {name}; there are {', '.join(task.domains)}")
    if not isinstance(hyperparameters, Mapping):
        hyperparameters = {wanted: task.domains[wanted] for wanted in hyperparameters}
    if not any(isinstance(value, Domain) for value in hyperparameters.values()):
        raise ValueError(f"nothing is tuned in {dict(hyperparameters)}; name at least one of {', '.join(task.domains)}")
    options: dict[str, Any] = {"n_threads": n_threads}
    if task.fidelity == "epochs":
        options |= {"backend": backend, "device": device, "dtype": dtype}
    elif backend or device not in (None, "cpu") or dtype != "float32":
        raise ValueError(f"backend, device and dtype are for networks, {name} fits boosted trees; leave them out")
    if isinstance(goals, str):
        raise ValueError(f"goals must be a list of names, got the text {goals!r}; write [{goals!r}]")
    space = SearchSpace({**task.defaults, **hyperparameters}, constraints=task.constraints)
    return Live(name, space, batch, n_batches, options, goals, fidelity)
