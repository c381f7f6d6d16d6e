"""On which rows are hyperparameters tuned while a network trains, and what do they reach?

``online_tuning("digits").tune([{"l2": 1e-3, "input_noise": 0.5}], seeds=[0])`` starts there and tunes on the way;
``.train(...)`` leaves the hyperparameters where they are, and as an objective the problem is this plain training.

K       number of networks
T1, T2  rows that move the weights, rows that move the hyperparameters
l2      of a config: the penalty lambda itself; tuned, and in every path, it is log10 of it
"""

import math
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.online_cuts import CUTS, SIZES, rows
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.training.models.descriptions import MLP
from hpo_tutor.training.online.knobs import USUAL, Knob, act
from hpo_tutor.training.online.results import Scores, Tuned
from hpo_tutor.training.online.sets import TwoSets
from hpo_tutor.training.online.tuning import OnlineTuning

LOG_L2 = (USUAL["l2"].low, USUAL["l2"].high)  # of the penalty; the ranges of source 002
NOISE = (USUAL["noise"].low, USUAL["noise"].high)  # standard deviation, of which 1 is the way from black to white
EVERY = 10  # steps of the weights for one of the hyperparameters
REACH = 0.6  # the share of all hyper-steps in which a hyperparameter may cross its range, if it always goes one way
PARTS = ("train", "tuning", "validation", "test")


class OnlineRun(NamedTuple):
    """What K networks have reached.

    Attributes:
        tuned: paths of the hyperparameters and of the losses; after a plain training each path is its start.
        scores: part -> losses (K,) in nats and errors (K,), shares of wrong classes, of the trained networks.
        seconds: wall-clock time of the training alone, all K together.
    """

    tuned: Tuned
    scores: dict[str, Scores]
    seconds: float


class OnlineTuningProblem:
    """Pictures of handwritten digits in four parts, and a network that learns them; see ``online_tuning``.

    As an objective it is plain training on T1, scored on the validation rows, which no training and no tuning sees.

    Attributes:
        space: l2 from 10**-5.5 to 10**-2.5, input_noise from 0 to 0.8.
        loss_names, loss_unit: ("cross_entropy",), "nats".
        fidelity: "epochs", what ``evaluate(fidelity=...)`` may have less of.
        name, batch, n_tuning: which pictures, how they are shuffled, how many tune.
        model, epochs, batch_size, learning_rate: what is trained, and how.
        n_trained: trainings so far, tuned or plain.
    """

    loss_names: tuple[str, ...] = ("cross_entropy",)
    loss_unit = "nats"
    fidelity = "epochs"
    goes_on = False  # a longer training starts anew

    def __init__(self, name: str, batch: int, hidden: tuple[int, ...], n_tuning: int, epochs: int) -> None:
        cut = CUTS[name]
        self.name, self.batch, self.n_tuning, self.epochs = name, batch, n_tuning, epochs
        self.model = MLP(hidden, task="classification", n_outputs=10)
        self.batch_size, self.learning_rate = cut.batch_size, cut.learning_rate
        l2 = Float(10 ** LOG_L2[0], 10 ** LOG_L2[1], log=True)
        self.space = SearchSpace(l2=l2, input_noise=Float(*NOISE))
        self.n_trained, self.member = 0, batch

    def __repr__(self) -> str:
        widths = "-".join(str(width) for width in self.model.hidden)
        return (
            f"<OnlineTuningProblem {self.name}: l2, input_noise; batch {self.batch}, network {widths}, "
            f"{self.epochs} epochs, {self.n_tuning} rows tune>"
        )

    @property
    def data(self) -> TwoSets:
        """The rows: T1, T2, and "validation" and "test" to be scored. Black is 0, white 1, less T1's mean pixel."""
        return rows(self.name, self.batch, self.n_tuning, os.environ.get("HPO_TUTOR_DATA"))

    @property
    def n_steps(self) -> int:
        """Steps of the weights in a whole training."""
        return self.epochs * math.ceil(len(self.data.train_inputs) / self.batch_size)

    @property
    def knobs(self) -> dict[str, Knob]:
        """Ranges and rates of l2 and input_noise where every tenth step tunes; ``knobs_of`` has others."""
        return self.knobs_of(self.space.names)

    def knobs_of(
        self,
        names: Sequence[str],
        *,
        every: int | None = EVERY,
        epochs: int | None = None,
        batch_size: int | None = None,
    ) -> dict[str, Knob]:
        """Ranges and rates with which an Adam may cross each range in 60 per cent of all hyper-steps.

        Args:
            names: as ``OnlineTuning`` knows them: l2, l2_1, input_noise, noise_2, dropout_noise and so on.
            every: steps of the weights for one of the hyperparameters; the rates are in proportion. None: all rates 0.
            epochs: of the training; None takes the problem's.
            batch_size: rows of a step; likewise.

        Raises:
            ValueError: no hyperparameter has that name.
        """
        n_epochs, size = epochs or self.epochs, batch_size or self.batch_size
        n_steps = n_epochs * math.ceil(len(self.data.train_inputs) / size)
        per_range = 0.0 if every is None else 1 / max(1.0, REACH * (n_steps // every))
        usual = {name: USUAL[act(name, len(self.model.hidden) + 1).kind] for name in names}
        return {name: Knob(low, high, (high - low) * per_range) for name, (low, high, _) in usual.items()}

    def starts(self, configs: Sequence[Mapping[str, float]]) -> dict[str, NDArray[np.float64]]:
        """Configs as ``OnlineTuning`` wants them: name -> (K,), where l2 is log10 of the penalty.

        Raises:
            ValueError: there is no config, their names differ, or a penalty is not above 0.
        """
        if not configs or any(set(config) != set(configs[0]) for config in configs):
            kinds = sorted({", ".join(config) for config in configs}) or ["none"]
            raise ValueError(f"configs must be one or more that share their names, got {'; '.join(kinds)}")
        starts = {name: np.array([config[name] for config in configs], dtype=np.float64) for name in configs[0]}
        for name, values in starts.items():
            if _is_l2(name):
                if not np.all(values > 0):
                    raise ValueError(f"{name} must be above 0 to have a logarithm, the smallest is {values.min():g}")
                starts[name] = _snapped(np.log10(values), *LOG_L2)
        return starts

    def configs(self, values: Mapping[str, NDArray[np.float64]]) -> list[dict[str, float]]:
        """The way back from ``starts``, for values such as ``run.tuned.final``: K configs, where l2 is the penalty."""
        low, high = (10**end for end in LOG_L2)
        columns = {
            name: _snapped(10 ** np.asarray(column), low, high) if _is_l2(name) else np.asarray(column)
            for name, column in values.items()
        }
        return [
            dict(zip(columns, row, strict=True)) for row in zip(*(c.tolist() for c in columns.values()), strict=True)
        ]

    def training(
        self,
        configs: Sequence[Mapping[str, float]],
        seeds: Sequence[int],
        *,
        every: int | None = EVERY,
        knobs: Mapping[str, Knob] | None = None,
        **options: Any,
    ) -> OnlineTuning:
        """What ``tune`` runs, to be walked through epoch by epoch; arguments and errors as there, but for ``parts``.

        It is not counted in ``n_trained``: nobody knows how far it will be walked.
        """
        if len(configs) != len(seeds):
            raise ValueError(f"each configuration needs one seed, got {len(configs)} and {len(seeds)}")
        starts = self.starts(configs)
        usual: dict[str, Any] = {
            "epochs": self.epochs,
            "learning_rate": self.learning_rate,
            "batch_size": self.batch_size,
            "tuning_batch_size": min(self.batch_size, self.n_tuning),
        }
        how = {**usual, **options}
        if knobs is None:
            knobs = self.knobs_of(tuple(starts), every=every, epochs=how["epochs"], batch_size=how["batch_size"])
        return OnlineTuning(self.model, self.data, starts, seeds, knobs=knobs, every=every, **how)

    def tune(
        self,
        configs: Sequence[Mapping[str, float]],
        seeds: Sequence[int],
        *,
        every: int | None = EVERY,
        knobs: Mapping[str, Knob] | None = None,
        parts: Sequence[str] = PARTS,
        **options: Any,
    ) -> OnlineRun:
        """Train K networks at once, each from its own start, and tune their hyperparameters on the way.

        Args:
            configs: where each starts: l2 and input_noise as in the space, or other names that ``OnlineTuning`` tunes.
            seeds: one for each: weights, order of the rows, noise.
            every: steps of the weights for one of the hyperparameters; None leaves them where they are.
            knobs: name -> range and rate, l2 in log10; None takes ``knobs_of`` the names.
            parts: which rows to score in the end.
            options: passed to ``OnlineTuning``: epochs, learning_rate, optimiser, gradient, device, n_threads, ...

        Raises:
            ValueError: a config does not suit, or the lengths differ; the message says what to do.
        """
        training = self.training(configs, seeds, every=every, knobs=knobs, **options)
        begin = time.perf_counter()
        tuned = training.train()
        seconds = time.perf_counter() - begin
        self.n_trained += len(configs)
        return OnlineRun(tuned, {part: training.score(part) for part in parts}, seconds)

    def train(
        self,
        configs: Sequence[Mapping[str, float]],
        seeds: Sequence[int],
        *,
        parts: Sequence[str] = PARTS,
        **options: Any,
    ) -> OnlineRun:
        """Train K networks at once, with the hyperparameters where they are; arguments and errors as of ``tune``."""
        return self.tune(configs, seeds, parts=parts, **{**options, "every": None})

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The validation loss of one configuration, trained with seed 0."""
        return float(self.evaluate([config], seeds=[0])[0])

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """Validation cross-entropy in nats after plain training on T1, shape (K,).

        Args:
            configs: of the space.
            seeds: one for each.
            fidelity: epochs; None takes the problem's.

        Raises:
            ValueError: a configuration does not belong to the space, the lengths differ, or epochs are no whole number.
        """
        for config in configs:
            self.space.validate(config)
        epochs = self.epochs if fidelity is None else fidelity
        if epochs != int(epochs) or epochs < 1:
            raise ValueError(f"fidelity is a whole number of epochs, at least 1, got {fidelity}")
        if not configs and not seeds:
            return np.empty(0)
        return self.train(configs, seeds, parts=("validation",), epochs=int(epochs)).scores["validation"].losses

    def draw(self, seed: int) -> "OnlineTuningProblem":
        """The same problem with its rows shuffled anew."""
        return type(self)(self.name, seed, self.model.hidden, self.n_tuning, self.epochs)


def online_tuning(
    name: Literal["digits", "mnist", "mnist-full"] = "digits",
    *,
    batch: int = 0,
    hidden: Sequence[int] | Literal["shallow", "medium", "deep"] | None = None,
    n_tuning: int | None = None,
    epochs: int | None = None,
) -> OnlineTuningProblem:
    """Pictures and a network whose penalty and input noise are tuned while it trains.

    - "digits": 900 small pictures in T1, 300 in T2, 200 for validation, 397 for the test; network 64-32-32-10.
    - "mnist": 10,000 in T1, 5,000 in T2, 5,000 for validation, and the 10,000 pictures of its test part; network
      784-100-100-100-10. The ranges and the ways of Fioravanti's report (source 002), at a tenth of its widths.
    - "mnist-full": all that the report had, for a GPU: 50,000 rows in T1, 784-1000-1000-1000-10, 50 epochs.

    Args:
        name: "digits", "mnist" or "mnist-full".
        batch: which shuffle says what row goes where, from 0; the test part of mnist stays.
        hidden: widths of the hidden layers, or a name of ``SIZES``.
        n_tuning: rows in T2, the first of them where they are fewer; all other parts stay.
        epochs: passes over T1.

    Raises:
        ValueError: an unknown name, or a number out of range.
        MissingDataError: the pictures are not here and cannot be fetched; "digits" needs no file.
    """
    if name not in CUTS:
        raise ValueError(f"name must be one of {', '.join(CUTS)}, got {name!r}")
    cut = CUTS[name]
    if isinstance(hidden, str) and hidden not in SIZES:
        raise ValueError(f"hidden must be widths, or one of {', '.join(SIZES)}, got {hidden!r}")
    widths = cut.hidden if hidden is None else SIZES[hidden] if isinstance(hidden, str) else tuple(hidden)
    numbers = {
        "batch": (batch, 0),
        "n_tuning": (cut.n_tuning if n_tuning is None else n_tuning, 1),
        "epochs": (cut.epochs if epochs is None else epochs, 1),
    }
    for what, (number, least) in numbers.items():
        if number != int(number) or number < least:
            raise ValueError(f"{what} must be a whole number from {least}, got {number!r}")
    problem = OnlineTuningProblem(name, int(batch), widths, int(numbers["n_tuning"][0]), int(numbers["epochs"][0]))
    _ = problem.data  # missing pictures, or too few of them, show now rather than in the first training
    return problem


def _is_l2(name: str) -> bool:
    return name == "l2" or name.startswith("l2_")


def _snapped(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Values that rounding has put a trace outside the range, back on its ends; others as they are."""
    clipped = np.clip(values, low, high)
    return np.where(np.isclose(values, clipped, rtol=1e-9, atol=0), clipped, values)
