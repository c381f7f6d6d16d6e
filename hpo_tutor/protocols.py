"""What is a sampler, and what is an objective? Everything else in the course is written against these two.

config   dict    hyperparameter's name -> value; inactive hyperparameters are absent
K                number of configurations evaluated together
m                number of losses an objective returns, usually 1
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial


class SearchExhausted(Exception):  # noqa: N818 - it ends a search as StopIteration ends a loop; it is not an error
    """Raised by ``Sampler.ask`` when the sampler has no further configuration to propose."""


@runtime_checkable
class Sampler(Protocol):
    """Proposes configurations and learns from their losses.

    ``minimize`` and ``race.compare`` do without ``start`` and ``view`` where a sampler has none.
    """

    space: SearchSpace

    def start(self, n_trials: int) -> None:
        """Hear the budget of the whole search; called once before the first ``ask``, also when a search resumes."""

    def ask(self) -> Trial:
        """The next pending trial. Never waits for trials that are still pending.

        Raises:
            SearchExhausted: there is nothing left to propose.
        """

    def tell(self, trial: Trial, loss: float | Sequence[float]) -> None:
        """Learn the loss of a trial, in any order; nan tells of a failure. Trials of others are accepted."""

    def view(self) -> Any:
        """The belief behind the last ``ask``, a frozen NamedTuple of numbers (see ``views``)."""


@runtime_checkable
class Objective(Protocol):
    """Returns losses, always minimised.

    An objective may also have (they are looked up with ``getattr``, so that a small objective stays small):
        optimum              float, the smallest expected loss in the space, where it is known
        expected(config)     float, the loss without its noise
        draw(seed)           Objective, one member of a family: a data batch, a random function
        member               which member of the family this is
    """

    space: SearchSpace
    loss_names: tuple[str, ...]

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The (first) loss of one configuration."""

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,) or (K, m); live objectives train all K at once."""
