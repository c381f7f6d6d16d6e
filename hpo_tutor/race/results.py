"""What did a race show? One row a trial, curves over trials, and differences between samplers that met the same task.

incumbent   the smallest loss observed so far, which is lucky where losses are noisy
score       the expected loss of that incumbent: what it is worth without its luck
regret      score minus the smallest expected loss there is; nan where that is unknown
n_seeds     searches of each sampler

Skewed quantities that cannot be negative are summed up by median and quartiles, never by mean and standard deviation.
A search in which nothing has succeeded yet counts as infinitely bad, so that failing is never an advantage.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.trials import History

Array = NDArray[np.float64]

CURVES = ("incumbent", "score", "regret")


@dataclass(frozen=True, repr=False)
class Race:
    """The searches of several samplers on the same tasks.

    Attributes:
        table: one row a trial: sampler, seed, member, trial (from 0), loss, incumbent, score, regret. ``member`` says
            which of the objective's family was searched: the data batch, or the seed it was drawn from.
        samplers: their names, in the order of entry.
        seeds: the seeds that every sampler finished.
        n_trials: the budget of each search; a grid may have used less.
        loss_name: what is minimised.
        loss_unit: its unit; "" for a pure number.
        histories: (sampler, seed) -> its History.
        interrupted: whether the race was stopped; what is here is complete all the same.
    """

    table: pd.DataFrame
    samplers: tuple[str, ...]
    seeds: tuple[int, ...]
    n_trials: int
    loss_name: str
    histories: Mapping[tuple[str, int], History]
    loss_unit: str = ""
    interrupted: bool = False

    @property
    def loss_label(self) -> str:
        """The loss and its unit, as an axis says it."""
        return f"{self.loss_name} in {self.loss_unit}" if self.loss_unit else self.loss_name

    def __repr__(self) -> str:
        stopped = ", interrupted" if self.interrupted else ""
        return f"<Race of {', '.join(self.samplers)}: {len(self.seeds)} seeds, {self.n_trials} trials{stopped}>"

    def curves(self, column: str = "regret") -> dict[str, Array]:
        """Incumbent, score or regret over the trials: sampler -> (n_seeds, n_trials).

        Where a search ended early, because a grid has fewer points, its last value is carried on.

        Raises:
            ValueError: there is no such column.
        """
        if column not in CURVES:
            raise ValueError(f"a curve's column must be one of {', '.join(CURVES)}; it is {column!r}")
        curves = {sampler: np.full((len(self.seeds), self.n_trials), np.nan) for sampler in self.samplers}
        for (sampler, seed), search in self.table.groupby(["sampler", "seed"]):
            values = search[column].to_numpy()
            row = curves[str(sampler)][self.seeds.index(seed)]
            row[: len(values)] = values
            row[len(values) :] = values[-1]
        return curves

    @property
    def optimum_is_known(self) -> bool:
        """Whether there is a regret."""
        return bool(self.table["regret"].notna().any())

    @property
    def median_regret(self) -> pd.Series:
        """The median regret after the last trial, by sampler; nan where the optimum is unknown."""
        return self.quartiles("regret")["median"].rename("median regret")

    @property
    def median_score(self) -> pd.Series:
        """The median score after the last trial, by sampler."""
        return self.quartiles("score")["median"].rename("median score")

    def quartiles(self, column: str | None = None) -> pd.DataFrame:
        """Lower quartile, median and upper quartile after the last trial, a row a sampler.

        Args:
            column: a column of the table; None for the regret if it is known, else the score.
        """
        column = column or ("regret" if self.optimum_is_known else "score")
        rows = {sampler: quartiles(values[:, -1]) for sampler, values in self._bad_if_missing(column).items()}
        return pd.DataFrame.from_dict(rows, orient="index", columns=["lower quartile", "median", "upper quartile"])

    def bands(self, column: str) -> dict[str, Array]:
        """Lower quartile, median and upper quartile over the seeds, after each trial: sampler -> (3, n_trials)."""
        return {sampler: quartiles(values) for sampler, values in self._bad_if_missing(column).items()}

    def differences(self, a: str, b: str, column: str = "score") -> Array:
        """The final score of ``a`` minus that of ``b``, seed by seed, shape (n_seeds,); negative where a is better.

        Both met the same task with the same trial seeds, so what is hard about a task cancels. Where only one of them
        found nothing, the difference is infinite; it is nan where neither did. Seeds that met the same member
        (``table["member"]``) are no independent evidence about other members.

        Raises:
            ValueError: a sampler did not take part.
        """
        for name in (a, b):
            if name not in self.samplers:
                raise ValueError(f"a sampler must have taken part ({', '.join(self.samplers)}); {name!r} did not")
        curves = self._bad_if_missing(column)
        with np.errstate(invalid="ignore"):  # inf - inf where neither found anything
            return curves[a][:, -1] - curves[b][:, -1]

    def _bad_if_missing(self, column: str) -> dict[str, Array]:
        """The curves with infinity where no trial has succeeded yet; nan where the whole column is unknown."""
        curves = self.curves(column)
        if column == "regret" and not self.optimum_is_known:
            return curves
        return {sampler: np.where(np.isnan(values), np.inf, values) for sampler, values in curves.items()}


def quartiles(values: ArrayLike) -> Array:
    """Lower quartile, median and upper quartile over the first axis (n_seeds, ...); (3, ...), infinity allowed."""
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=0)
    places = np.array([0.25, 0.5, 0.75]) * (len(ordered) - 1)
    low, high = ordered[np.floor(places).astype(int)], ordered[np.ceil(places).astype(int)]
    share = (places % 1).reshape(-1, *[1] * (ordered.ndim - 1))
    with np.errstate(invalid="ignore"):  # inf - inf, replaced in the next line
        between = low + share * (high - low)
    return np.asarray(np.where((low == high) | (share == 0), low, between))
