"""How does a search run? Ask the sampler, evaluate, tell; nothing that happens in between may cost more than one trial.

position  a trial's place in this search, from 0
batch     how many trials are asked for, and evaluated, together
"""

import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hpo_tutor.interrupts import uninterrupted
from hpo_tutor.plain import plain, plain_text
from hpo_tutor.protocols import Objective, Sampler, SearchExhausted
from hpo_tutor.search_log import SearchLog
from hpo_tutor.trials import History, Trial, trial_seed

INTERRUPTED = "interrupted"
AS_BEFORE = (
    "make the sampler as before (same kind, seed and number of points, fresh), with the same n_trials where its "
    "beginning depends on that, or use another log"
)

Function = Callable[[Mapping[str, Any]], float | Sequence[float]]


def minimize(
    objective: Objective | Function,
    sampler: Sampler,
    n_trials: int = 60,
    batch: int | None = 1,
    seed: int = 0,
    log: str | Path | None = None,
    progress: bool = True,
) -> History:
    """Search for the configuration with the smallest loss.

    A trial whose evaluation raises, returns something that is not finite, or is interrupted is recorded as failed with
    its message, and counts. Ctrl-C (Jupyter's stop button) fails the trials in flight and returns the history so far.

    Args:
        objective: an Objective, or a plain function from config to loss (a float, or several: the first is minimised).
        sampler: proposes the configurations; it knows the search space.
        n_trials: the budget of the whole search, failures and resumed trials included.
        batch: how many trials to ask for at once; live objectives train them together. None leaves it to the sampler:
            as many as it says belong together (``SparseGrid.together``), one where it says nothing.
        seed: decides the trials' own seeds (the sampler has a seed of its own).
        log: a file for the trials, one line each. If it exists, the search resumes: ask and tell are replayed
            from it, so the sampler must be a fresh one, made as before.
        progress: whether to show a progress bar with the incumbent's loss.

    Raises:
        ValueError: a count is below 1, or the log belongs to another search or asks for other configurations.
    """
    for name, count in (("n_trials", n_trials), ("batch", 1 if batch is None else batch)):
        if not isinstance(count, int | np.integer) or count < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {count!r}")
    seed = int(seed)
    search = {"seed": seed, "objective": _identity(objective), "space": sampler.space.describe()}
    history = History()
    with (
        SearchLog(log, search) if log is not None else nullcontext() as record,
        # no hidden bar without progress: tqdm's lock is shared by forked processes, and one that is killed may hold it
        _Progress(n_trials) if progress else nullcontext() as bar,
    ):
        if record and record.n_asked > n_trials:
            raise ValueError(
                f"n_trials counts the whole search, and {record.path} already holds {record.n_asked} trials, got "
                f"n_trials={n_trials}; ask for more, or read them with search_log.read_history"
            )
        if record and record.n_asked and bar:
            bar.resumed(record.path)
        if hasattr(sampler, "start"):  # one that only asks and tells is welcome too
            sampler.start(n_trials)
        try:
            while len(history) < n_trials:
                first = len(history)
                size, known = (record.batch_from(first) if record else None) or (
                    min(_size(batch, sampler), n_trials - first),
                    {},
                )
                trials = _ask(sampler, size, seed)
                if first == 0:
                    _check_fresh(sampler, trials, record)
                if not trials:
                    break
                try:
                    _run_batch(objective, sampler, trials, known, history, record)
                finally:
                    if bar:
                        bar.show(history.trials[first:])
        except KeyboardInterrupt:
            history.interrupted = True
    _warn_of_failures(history)
    return history


def _size(batch: int | None, sampler: Sampler) -> int:
    """How many trials are asked for at once."""
    if batch is not None:
        return batch
    together = getattr(sampler, "together", None)
    try:
        return together() if together else 1
    except SearchExhausted:  # the next ask says so
        return 1


def _check_fresh(sampler: Sampler, trials: Sequence[Trial], record: SearchLog | None) -> None:
    """Refuse a used sampler where it would give an empty history, or a log from which nobody could resume."""
    if not trials:
        raise ValueError(
            f"a search needs a sampler with something left to propose, and {sampler!r} has been asked for all it has; "
            "make a fresh one for each search"
        )
    if record and trials[0].number != 0:
        raise ValueError(
            f"a search with a log needs a fresh sampler, and {sampler!r} has been asked {trials[0].number} times "
            "already, so that nobody could resume it; make a new one, or leave log out"
        )


def _run_batch(
    objective: Objective | Function,
    sampler: Sampler,
    trials: Sequence[Trial],
    known: Mapping[int, Trial],
    history: History,
    record: SearchLog | None,
) -> None:
    """Evaluate what the log does not know, write it down, tell the sampler, in the order of the numbers."""
    batch = (len(history), len(trials))
    finished = _recorded(trials, known, record.path if record else None)
    try:
        for done in _evaluate(objective, [trial for trial in trials if trial.number not in finished]):
            with uninterrupted():
                for trial in done:
                    finished[trial.number] = trial
                    if record:
                        record.append(trial, batch)
    finally:  # also when interrupted: what is finished is kept
        outcomes = [outcome for _, outcome in sorted(finished.items())]
        history.trials += outcomes
        for trial in outcomes:
            sampler.tell(trial, trial.losses if len(trial.losses) > 1 else trial.loss)


def _ask(sampler: Sampler, size: int, seed: int) -> list[Trial]:
    """Up to ``size`` trials with their seeds; fewer where the sampler has no more to propose."""
    trials = []
    for _ in range(size):
        try:
            trial = sampler.ask()
        except SearchExhausted:
            break
        trials.append(replace(trial, seed=trial_seed(seed, trial.number)))
    return trials


def _recorded(trials: Sequence[Trial], known: Mapping[int, Trial], path: Path | None) -> dict[int, Trial]:
    """Those of the asked trials whose outcome is in the log, by number.

    Raises:
        ValueError: the log holds another configuration than the one that the sampler asks for now.
    """
    outcomes = {}
    for trial in trials:
        if trial.number in known:
            outcome = known[trial.number]
            if plain(outcome.config) != plain(trial.config):
                raise ValueError(
                    f"a resumed search must ask for what its log holds, but trial {trial.number} in {path} is "
                    f"{plain(outcome.config)} and the sampler asks for {plain(trial.config)}; {AS_BEFORE}"
                )
            outcomes[trial.number] = replace(outcome, config=trial.config)
    if missing := known.keys() - outcomes.keys():
        raise ValueError(
            f"a resumed search must ask for what its log holds, but {path} holds the trials {sorted(missing)}, "
            f"which the sampler does not ask for; {AS_BEFORE}"
        )
    return outcomes


def _identity(objective: Objective | Function) -> str:
    """What an objective is called in a log, the same in the next process; its code is not looked into."""
    if not isinstance(objective, Objective) and hasattr(objective, "__qualname__"):
        return f"{objective.__module__}.{objective.__qualname__}"
    return plain_text(objective)


def _evaluate(objective: Objective | Function, trials: Sequence[Trial]) -> Iterator[list[Trial]]:
    """The finished trials; all together where the objective can, one by one where it cannot or where it raised."""
    if len(trials) > 1 and isinstance(objective, Objective):
        try:
            together = _evaluate_together(objective, trials)
        except KeyboardInterrupt:
            yield [_failed(trial, INTERRUPTED) for trial in trials]
            raise
        except Exception:
            together = []  # one bad config must not cost the others: each is tried on its own below
        if together:
            yield together
            return
    for trial in trials:
        try:
            outcome = _evaluate_one(objective, trial)
        except KeyboardInterrupt:
            yield [_failed(trial, INTERRUPTED)]
            raise
        yield [outcome]


def _evaluate_together(objective: Objective, trials: Sequence[Trial]) -> list[Trial]:
    configs = [_copied(trial.config) for trial in trials]
    losses = objective.evaluate(configs, seeds=[trial.seed or 0 for trial in trials])
    rows = np.asarray(losses, dtype=np.float64)
    if rows.ndim not in (1, 2) or len(rows) != len(trials):
        raise ValueError(f"evaluate must return shape ({len(trials)},) or ({len(trials)}, m), got {rows.shape}")
    return [_outcome(trial, row) for trial, row in zip(trials, rows, strict=True)]


def _evaluate_one(objective: Objective | Function, trial: Trial) -> Trial:
    try:
        if isinstance(objective, Objective):
            return _evaluate_together(objective, [trial])[0]
        losses = objective(_copied(trial.config))
        if losses is None:
            return _failed(trial, "the objective returned None; is a `return` missing?")
        return _outcome(trial, np.asarray(losses, dtype=np.float64))
    except Exception as error:
        return _failed(trial, f"{type(error).__name__}: {error}")


def _copied(value: Any) -> Any:
    """A copy of a config down to its lists and dicts: an objective may pop what it has used, the record must keep it.

    What else stands in it, a data set or a model among the fixed values, is handed on as it is.
    """
    if isinstance(value, Mapping):
        return {name: _copied(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


def _outcome(trial: Trial, losses: NDArray[np.float64]) -> Trial:
    """The trial with its losses; failed unless all of them are finite."""
    values = tuple(float(value) for value in np.atleast_1d(losses))
    strange = [value for value in values if not math.isfinite(value)]
    if strange or not values:
        return _failed(trial, f"a loss must be a finite number, the objective returned {values}")
    return replace(trial, losses=values, state="complete")


def _failed(trial: Trial, message: str) -> Trial:
    return replace(trial, state="failed", message=message)


class _Progress:
    """A bar that shows the incumbent's loss, and failures if there are any; it looks at each trial once."""

    def __init__(self, n_trials: int) -> None:
        self._bar = tqdm(total=n_trials, unit="trial")
        self._best, self._failed = math.inf, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def resumed(self, path: Path) -> None:
        """Say where the first trials come from."""
        self._bar.set_description(f"resumed from {path.name}")

    def show(self, trials: Sequence[Trial]) -> None:
        """Count trials that are new."""
        self._failed += sum(trial.state == "failed" for trial in trials)
        self._best = min([self._best, *(trial.loss for trial in trials if trial.state == "complete")])
        shown = {"incumbent": f"{self._best:.4g}"} if self._best < math.inf else {}
        self._bar.set_postfix({**shown, **({"failed": self._failed} if self._failed else {})}, refresh=False)
        self._bar.update(len(trials))


def _warn_of_failures(history: History) -> None:
    failed = [trial for trial in history if trial.state == "failed" and trial.message != INTERRUPTED]
    if failed:
        warnings.warn(
            f"{len(failed)} of {len(history)} trials failed; the first is trial {failed[0].number}: "
            f"{failed[0].message}. history.table() shows them all",
            RuntimeWarning,
            stacklevel=3,
        )
