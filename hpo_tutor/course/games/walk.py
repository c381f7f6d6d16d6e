"""What may a walker in fog do? The rules of the game, without any picture.

A walk has a number of trainings. Each trains one network, live, and its loss is seen; what is spent is spent.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

from hpo_tutor.protocols import Objective
from hpo_tutor.scenes.ticks import number
from hpo_tutor.search_space import Choice, Domain
from hpo_tutor.trials import History, Trial

N_TRAININGS = 12


@dataclass(frozen=True)
class Step:
    """What one training brought.

    Attributes:
        trial: the training, complete or failed.
        best: the best one so far, this one included; None while all have failed.
        left: trainings that may still be spent.
        unit: of the loss.
    """

    trial: Trial
    best: Trial | None
    left: int
    unit: str = ""

    def __str__(self) -> str:
        return f"Training {self.trial.number + 1}: {self._outcome()}. {self._incumbent()} {remaining(self.left)}"

    __repr__ = __str__  # the last line of a cell shows it

    def _outcome(self) -> str:
        return f"loss {_loss(self.trial, self.unit)}" if self.trial.state == "complete" else "failed, no loss came out"

    def _incumbent(self) -> str:
        if self.best is None:
            return "Nothing has come out so far."
        if self.best == self.trial:
            return "It is the best so far."
        return f"Best so far: {_loss(self.best, self.unit)}, training {self.best.number + 1}."


class Walk:
    """A few trainings, and what has come of them.

    Args:
        objective: trains a network and returns its loss.
        n_trainings: how many may be spent.

    Attributes:
        objective, n_trainings: as given.
        history: the trials so far; configurations hold the fixed hyperparameters too.
    """

    def __init__(self, objective: Objective, n_trainings: int = N_TRAININGS) -> None:
        if n_trainings < 1:
            raise ValueError(f"a walk needs at least one training, got n_trainings={n_trainings}")
        self.objective, self.n_trainings = objective, n_trainings
        self.history = History()
        self._listeners: list[Callable[[], None]] = []

    @property
    def left(self) -> int:
        """Trainings that may still be spent."""
        return self.n_trainings - len(self.history)

    @property
    def unit(self) -> str:
        """Unit of the loss."""
        return str(getattr(self.objective, "loss_unit", ""))

    def train(self, **config: Any) -> Step:
        """Spend one training.

        A configuration that does not belong to the space, or an interrupt, costs nothing.

        Args:
            config: a value for each hyperparameter that is tuned, ``learning_rate=1e-2, width=32, l2=1e-4``.

        Raises:
            ValueError: a value is missing, unknown or outside its domain.
            RuntimeError: nothing is left to spend.
        """
        settled = self._settle(config)
        if not self.left:
            raise RuntimeError(
                f"all {self.n_trainings} trainings of this walk are spent; start_again() forgets them and begins anew"
            )
        trial = len(self.history)
        loss = float(self.objective.evaluate([settled], seeds=[trial])[0])
        good = math.isfinite(loss)
        self.history.trials.append(
            Trial(
                number=trial,
                config=settled,
                seed=trial,
                losses=(loss,),
                state="complete" if good else "failed",
                message="" if good else f"the loss was {loss}",
            )
        )
        self._tell()
        step = self.last
        assert step is not None
        return step

    @property
    def last(self) -> Step | None:
        """What the last training brought, None before the first."""
        if not self.history:
            return None
        complete = any(trial.state == "complete" for trial in self.history)
        return Step(self.history[-1], self.history.incumbent if complete else None, self.left, self.unit)

    def start_again(self) -> None:
        """Forget the walk and begin a new one."""
        self.history = History()
        self._tell()

    def on_change(self, listener: Callable[[], None], keep: int = 1) -> None:
        """Call a function after each training and each new start; only the last ``keep`` listeners are kept."""
        self._listeners = [*self._listeners, listener][-keep:]

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def _settle(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """The whole configuration, checked, in plain Python numbers."""
        space = self.objective.space
        example = ", ".join(f"{name}=..." for name in space.names)
        unknown = [name for name in config if name not in space.names]
        missing = [name for name in space.names if name not in config]
        if unknown or missing:
            what = f"{unknown[0]!r} is not tuned here" if unknown else f"{missing[0]} is missing"
            raise ValueError(f"{what}; write train({example}). Nothing was spent.")
        settled = {name: _checked(name, domain, config[name]) for name, domain in space.domains.items()}
        return {**settled, **space.fixed}


def _checked(name: str, domain: Domain, value: Any) -> Any:
    """The value as a plain Python number."""
    if isinstance(domain, Choice):
        rule = f"one of {', '.join(map(str, domain.options))}"
    else:
        rule = f"a number from {domain.low:g} to {domain.high:g}"
    if isinstance(value, bool) or not isinstance(value, Real) or value not in domain:
        raise ValueError(f"{name} must be {rule}, got {value!r}. Nothing was spent.")
    return domain.options[domain.options.index(value)] if isinstance(domain, Choice) else float(value)


def remaining(left: int) -> str:
    """How many trainings are left, as a sentence."""
    return "No training is left." if not left else f"{left} training{'s' if left > 1 else ''} left."


def _loss(trial: Trial, unit: str) -> str:
    return f"{number(trial.loss)} {unit}".rstrip()
