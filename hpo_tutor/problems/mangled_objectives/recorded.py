"""What would trees have said, whatever coefficients a search guesses? Recorded predictions, undone in microseconds.

Validation and test losses are computed at the points of a grid of learning_rate and max_depth; between them they are
bilinear in the unit cube, like those of a landscape.
"""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.mangled_objectives import roots
from hpo_tutor.problems.mangled_objectives.base import Array, Mangled
from hpo_tutor.problems.mangled_objectives.tables import Predictions


class MangledLandscape(Mangled):
    """A recorded mangled objective; see ``problems.mangled``.

    Attributes:
        about: the recording's own words: split, machine, versions, number of models, seconds.
    """

    def __init__(self, name: str, recorded: Predictions, batch: int = 0) -> None:
        super().__init__(name, batch, len(recorded.rows), recorded.coefficients[batch % len(recorded.rows)])
        self._recorded, self.about = recorded, recorded.about
        begin = int(recorded.rows[:batch].sum())
        mine = slice(begin, begin + int(recorded.rows[batch].sum()))
        self._said = np.ascontiguousarray(recorded.predictions[:, :, mine], dtype=np.float64)
        self._truth, self._scale = recorded.truth[mine].astype(np.float64), float(recorded.scales[batch])
        self._n_validation = int(recorded.rows[batch, 0])
        self._largest = float(abs(self._said).max())
        self._knots = np.log(recorded.learning_rates), recorded.max_depths.astype(np.float64)

    def draw(self, seed: int) -> "MangledLandscape":
        """The objective of data batch ``seed % n_batches``."""
        return MangledLandscape(self.name, self._recorded, seed % self.n_batches)

    @property
    def optimum(self) -> float:
        """The smallest test loss over the grid at the true coefficients.

        Trees smooth, so that other coefficients than the true ones may suit their predictions slightly better: a search
        may come out below.
        """
        return float(self._at_truth[1].min())

    @property
    def picked(self) -> float:
        """The test loss of the grid's point of least validation loss, at the true coefficients.

        What it lies above the optimum is the price of choosing by other rows, which no search can save itself.
        """
        validation, test = self._at_truth
        return float(test[validation.argmin()])

    @cached_property
    def optimum_config(self) -> dict[str, Any]:
        """Where the optimum lies."""
        rates, depths = self._recorded.learning_rates.tolist(), self._recorded.max_depths.tolist()
        rate, depth = divmod(int(self._at_truth[1].argmin()), len(depths))
        coefficients = {f"c{k}": c for k, c in enumerate(self.true_coefficients.tolist())}
        return {"learning_rate": rates[rate], "max_depth": depths[depth], **coefficients}

    @cached_property
    def _at_truth(self) -> tuple[Array, Array]:
        """Validation and test losses at the true coefficients of all points of the grid, one after another."""
        rates, depths = np.meshgrid(self._recorded.learning_rates, self._recorded.max_depths, indexing="ij")
        return self._losses(rates.ravel(), depths.ravel(), np.tile(self.true_coefficients, (rates.size, 1)))

    def _losses(self, rates: Array, depths: NDArray[np.int64], coefficients: Array) -> tuple[Array, Array]:
        along = zip((np.log(rates), depths), self._knots, strict=True)
        places = np.column_stack([np.interp(values, knots, np.arange(len(knots))) for values, knots in along])
        guessed = np.ascontiguousarray(coefficients, dtype=np.float64)
        found = roots.losses(places, guessed, self._said, self._truth, self._n_validation, self._largest)
        validation, test = self._scale * found.T
        return validation, test
