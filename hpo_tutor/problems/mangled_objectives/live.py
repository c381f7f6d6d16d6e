"""What do trees say, fitted here and now, and what is it worth with the coefficients that a search guesses?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import mangling
from hpo_tutor.problems.mangled_objectives import fits
from hpo_tutor.problems.mangled_objectives.base import Array, Mangled


class MangledLive(Mangled):
    """A mangled objective that fits trees when called; see ``problems.mangled``.

    Configurations that share learning_rate and max_depth share a fit, whatever their coefficients and whenever asked.

    Attributes:
        n_trained: fits so far.
    """

    def __init__(self, name: str, n_terms: int, batch: int = 0, n_threads: int | None = None) -> None:
        super().__init__(name, batch, fits.N_BATCHES, mangling.true_coefficients(n_terms, batch))
        self._rows = fits.batch_of(name, batch)  # missing data show now rather than in the first trial
        self._n_threads, self._kept = n_threads, dict[tuple[float, int], Any]()

    @property
    def n_trained(self) -> int:
        """Fits so far."""
        return len(self._kept)

    def draw(self, seed: int) -> "MangledLive":
        """The same search on data batch ``seed % n_batches``."""
        return MangledLive(self.name, len(self.true_coefficients), seed % self.n_batches, self._n_threads)

    def _losses(self, rates: Array, depths: NDArray[np.int64], coefficients: Array) -> tuple[Array, Array]:
        pairs = list(zip(rates.tolist(), depths.tolist(), strict=True))
        if new := [pair for pair in dict.fromkeys(pairs) if pair not in self._kept]:
            said = fits.predictions(
                self.name,
                self.batch,
                self.true_coefficients,
                [rate for rate, _ in new],
                [depth for _, depth in new],
                self._n_threads,
            )
            self._kept.update(zip(new, said, strict=True))
        losses = np.empty((2, len(pairs)))
        for k, (pair, guessed) in enumerate(zip(pairs, coefficients, strict=True)):
            misses = mangling.Polynomial(guessed).inverse(self._kept[pair]) - self._rows.truth
            parts = np.split(misses**2, [self._rows.n_validation])
            losses[:, k] = [self._rows.scale * np.sqrt(part.mean()) for part in parts]
        return losses[0], losses[1]
