"""How are many sets of boosted trees fitted at once, and how good does each become?

K        number of fits
mse      (K,) mean squared error on the scoring rows
outputs  (K, n) what the fits say of the n scoring rows

A fit is of trees added one by one, each grown on the gradient of the squared error (LightGBM: Ke et al. 2017, Advances
in Neural Information Processing Systems 30). All fits share the rows, put into bins once; each has one thread.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.cores import n_cores
from hpo_tutor.interrupts import uninterrupted
from hpo_tutor.training.settings import Rule, check_seeds, column
from hpo_tutor.training.trees import BoostedTrees, Sets

__all__ = ["BoostedTrees", "Boosting", "Sets"]

WATCH = 0.1  # seconds after which an interrupt is seen at the latest
RULES: Mapping[str, Rule] = {
    "learning_rate": Rule(0.0, included=False),
    "max_depth": Rule(1, whole=True, limit=2**31),
    "trees": Rule(1, whole=True, limit=2**31),
}
REQUIRED = ("learning_rate", "max_depth")


class Boosting:
    """K fits of boosted trees, each with its own hyperparameters and seed.

    A score depends on a fit's own settings and seed, never on the company it has nor on the number of threads.

    Args:
        model: what all fits have in common.
        sets: the rows to learn from, to stop by, and to score.
        hyperparameters: name -> (K,) array or one number: learning_rate, max_depth (from 1: a stump), and if wanted
            trees, a fixed number of them; then nothing stops early.
        seeds: one for each fit, whole numbers from 0: which rows and which inputs each tree sees. LightGBM's
            ``bagging_seed, feature_fraction_seed`` are ``numpy.random.SeedSequence(seed).generate_state(2) >> 1``.
        n_threads: fits at the same time; None takes every core.

    Attributes:
        n_trees: trees of each fit that its score counts, shape (K,), from early stopping or as wanted; 0 before
            ``train``.

    Raises:
        ValueError: a setting makes no sense; the message names it, its value and the way out.
        ImportError: LightGBM cannot be loaded; the message says what to install.
    """

    def __init__(
        self,
        model: BoostedTrees,
        sets: Sets,
        hyperparameters: Mapping[str, ArrayLike],
        seeds: Sequence[int],
        *,
        n_threads: int | None = None,
    ) -> None:
        if n_threads is not None and n_threads < 1:
            raise ValueError(f"n_threads must be at least 1, got {n_threads}; None takes every core")
        for name in hyperparameters:
            if name not in RULES:
                raise ValueError(f"{name!r} is not a hyperparameter of boosted trees; they know {', '.join(RULES)}")
        for name in REQUIRED:
            if name not in hyperparameters:
                raise ValueError(f"{name} is missing; give hyperparameters={{{name!r}: ...}} one value for each fit")
        self.model, self.sets, self.seeds = model, sets.checked(), check_seeds(seeds)
        self.hyperparameters = {
            name: column(name, values, len(self), RULES[name]) for name, values in hyperparameters.items()
        }
        self.n_trees = np.zeros(len(self), dtype=np.int64)
        self._n_threads = n_threads or n_cores()
        self._lightgbm = _lightgbm()
        self._training, self._stopping, self._scoring = self._binned()

    def __len__(self) -> int:
        return len(self.seeds)

    def train(
        self, advance: Callable[[int], object] = lambda _: None, along: Sequence[int] | None = None
    ) -> NDArray[np.float64]:
        """Fit all and return their scores, shape (K,); an interrupt ends it between two trees.

        Args:
            advance: told how many more fits are done, in the caller's thread.
            along: numbers of trees, each from 1. One fit serves them all, since a shorter fit is the beginning of a
                longer one; nothing stops early, the hyperparameter trees has no say, and the scores have shape
                (K, len(along)).

        Raises:
            ValueError: ``along`` is empty, or holds what is no whole number from 1.
        """
        if along is not None and not (len(along) and all(n == int(n) and n >= 1 for n in along)):
            raise ValueError(f"along must be whole numbers of trees >= 1, at least one, got {along!r}")
        scores = np.empty((len(self),) if along is None else (len(self), len(along)))

        def keep(fit: _Fit) -> None:
            scores[fit.k] = fit.score

        self._fit_all(keep, advance, along)
        return scores

    def predict(self, advance: Callable[[int], object] = lambda _: None) -> NDArray[np.float64]:
        """Fit all and return their outputs for the scoring rows, shape (K, n), of the trees that ``train`` scores.

        Args:
            advance: as of ``train``.
        """
        outputs = np.empty((len(self), len(self.sets.scoring_targets)))

        def keep(fit: _Fit) -> None:
            outputs[fit.k] = fit.outputs

        self._fit_all(keep, advance)
        return outputs

    def _fit_all(
        self, keep: Callable[["_Fit"], None], advance: Callable[[int], object], along: Sequence[int] | None = None
    ) -> None:
        """Hand over each fit when it is done; an interrupt ends them between two trees."""
        stop, finished = threading.Event(), SimpleQueue[Future[_Fit]]()
        pool = ThreadPoolExecutor(self._n_threads, thread_name_prefix="boosting")
        try:
            with uninterrupted():  # a thread that is just being started would not be waited for
                for k in self._longest_first():
                    pool.submit(self._fit, int(k), along, stop).add_done_callback(finished.put)
            for _ in range(len(self)):
                fit = _next(finished).result()
                self.n_trees[fit.k] = fit.n_trees
                keep(fit)
                advance(1)
        finally:
            with uninterrupted():  # a second Ctrl-C would leave threads behind
                stop.set()
                pool.shutdown(cancel_futures=True)

    def _fit(self, k: int, along: Sequence[int] | None, stop: threading.Event) -> "_Fit":
        """The k-th fit, left between two trees when ``stop`` is set."""
        booster = self._lightgbm.Booster(self._parameters(k), self._training)
        booster.add_valid(self._scoring, "scoring")
        if along is None and "trees" not in self.hyperparameters:
            return self._stopped_early(k, booster, stop)
        numbers = [self.hyperparameters["trees"][k]] if along is None else along
        scores, outputs = {}, np.empty(0)
        for n in self._growing(booster, int(max(numbers)), stop):
            if n in numbers:
                outputs = self._outputs(booster)
                scores[n] = self._score(outputs)
        reached = np.array([scores[n] for n in numbers])
        return _Fit(k, reached[0] if along is None else reached, max(scores), outputs)

    def _stopped_early(self, k: int, booster: Any, stop: threading.Event) -> "_Fit":
        """Score, number of trees and outputs where the stopping rows have their least error."""
        booster.add_valid(self._stopping, "stopping")
        least, fit = np.inf, _Fit(k, np.nan, 0, np.empty(0))
        for n in self._growing(booster, self.model.max_trees, stop):
            error = booster.eval(self._stopping, "stopping")[0][2]
            if error < least:
                outputs = self._outputs(booster)
                least, fit = error, _Fit(k, self._score(outputs), n, outputs)
            elif n - fit.n_trees >= self.model.patience:
                break
        return fit

    @staticmethod
    def _growing(booster: Any, n_trees: int, stop: threading.Event) -> Iterator[int]:
        """The number of trees after each one that is added."""
        for n in range(1, n_trees + 1):
            if stop.is_set():
                raise CancelledError
            booster.update()
            yield n

    def _outputs(self, booster: Any) -> NDArray[np.float64]:
        """What the booster says of the scoring rows, shape (n,): it keeps that up to date, a prediction costs more."""
        said = np.empty(len(self.sets.scoring_targets))

        def copied(outputs: NDArray[np.float64], _: object) -> tuple[str, float, bool]:
            said[:] = outputs
            return "outputs", 0.0, False

        booster.eval(self._scoring, "scoring", copied)
        return said

    def _score(self, outputs: NDArray[np.float64]) -> float:
        """The mean squared error on the scoring rows; LightGBM's own rounds the targets to float32."""
        return float(np.mean((outputs - self.sets.scoring_targets) ** 2))

    def _parameters(self, k: int) -> dict[str, Any]:
        """LightGBM's parameters of the k-th fit."""
        # hashed: LightGBM numbers its blocks of 1,024 rows on from the seed, so neighbours would share draws
        rows, columns = np.random.SeedSequence(self.seeds[k]).generate_state(2) >> 1
        return {
            **_parameters(self.model),
            "learning_rate": float(self.hyperparameters["learning_rate"][k]),
            "max_depth": int(self.hyperparameters["max_depth"][k]),
            "bagging_seed": int(rows),
            "feature_fraction_seed": int(columns),
        }

    def _binned(self) -> tuple[Any, Any, Any]:
        """The three sets in bins of the training rows; fits only read them, so that threads may share them."""
        sets, dataset = self.sets, self._lightgbm.Dataset
        train = dataset(sets.train_inputs, sets.train_targets, params=_parameters(self.model)).construct()
        stopping = dataset(sets.stopping_inputs, sets.stopping_targets, reference=train, params=train.params)
        scoring = dataset(sets.scoring_inputs, sets.scoring_targets, reference=train, params=train.params)
        return train, stopping.construct(), scoring.construct()

    def _longest_first(self) -> NDArray[np.int64]:
        """The fits, those with many trees or small steps, and many leaves, first: no long one is left for the end."""
        leaves = np.minimum(2.0 ** self.hyperparameters["max_depth"], self.model.num_leaves)
        length = self.hyperparameters.get("trees", 1 / self.hyperparameters["learning_rate"])
        return np.argsort(-length * leaves, kind="stable")


class _Fit(NamedTuple):
    """What the k-th fit brought: its score, or its scores along the trees, and its last outputs, shape (n,)."""

    k: int
    score: Any
    n_trees: int
    outputs: NDArray[np.float64]


def _parameters(model: BoostedTrees) -> dict[str, Any]:
    """LightGBM's parameters that all fits share."""
    return {
        "objective": model.task,
        "metric": "l2",
        "num_leaves": model.num_leaves,
        "min_data_in_leaf": model.min_rows_in_leaf,
        "max_bin": model.max_bin,
        "bagging_fraction": model.row_share,
        "bagging_freq": 1,
        "feature_fraction": model.column_share,
        "feature_pre_filter": False,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,  # the quicker of the two for a few thousand rows on one thread
        "verbosity": -1,
    }


def _next(finished: "SimpleQueue[Future[_Fit]]") -> "Future[_Fit]":
    """The next fit that is done."""
    while True:
        # looking up now and then: an interrupt that comes just before a wait would else be seen after it
        with suppress(Empty):
            return finished.get(timeout=WATCH)


def _lightgbm() -> ModuleType:
    """LightGBM, loaded by whoever needs it first.

    Raises:
        ImportError: the system's OpenMP library is missing.
    """
    try:
        return import_module("lightgbm")
    except OSError as error:
        raise ImportError(
            f"LightGBM needs the system's OpenMP library, which did not load ({error}); install libgomp1 (Debian, "
            "Ubuntu), libgomp (Fedora) or libomp (macOS: brew install libomp)"
        ) from error
