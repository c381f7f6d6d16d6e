"""What do recorded and live mangled objectives have in common? All but where the predictions come from.

K    number of configurations
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.problems import mangling

Array = NDArray[np.float64]


class Mangled(ABC):
    """One data batch, whose target was mangled by coefficients that a search has to find.

    A loss is the root mean squared error of predictions that were undone with a configuration's own coefficients.

    Attributes:
        space: learning_rate, max_depth, c0, c1, ...
        true_coefficients: (n_terms,) with which the target was mangled.
        loss_names, loss_unit: ("rmse",) and "ln(price)".
        batch, n_batches: which data batch of how many.
    """

    loss_names, loss_unit = ("rmse",), "ln(price)"

    def __init__(self, name: str, batch: int, n_batches: int, coefficients: Array) -> None:
        if not 0 <= batch < n_batches:
            raise ValueError(f"batch must lie in 0..{n_batches - 1}, got {batch}; mangled {name} has no other")
        self.name, self.batch, self.member, self.n_batches = name, batch, batch, n_batches
        self.true_coefficients = coefficients
        self.space = mangling.space(len(coefficients))

    def __repr__(self) -> str:
        tuned = ", ".join(self.space.names)
        return f"<{type(self).__name__} {self.name}: {tuned}; batch {self.batch} of {self.n_batches}>"

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration on the validation rows."""
        return float(self.losses([config])[0][0])

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> Array:
        """The losses of K configurations on the validation rows, shape (K,): what a search sees.

        Seeds have no say: which rows and inputs a tree sees was drawn once, so that fits can be shared.

        Raises:
            ValueError: a configuration does not belong to the space, lengths differ, or a fidelity is asked for.
        """
        if fidelity is not None:
            raise ValueError(f"mangled {self.name} knows full fidelity only, got fidelity={fidelity}; leave it out")
        if len(configs) != len(seeds):
            raise ValueError(f"each configuration needs one seed, got {len(configs)} and {len(seeds)}")
        return self.losses(configs)[0]

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration on the test rows, which no search sees: its score."""
        return float(self.losses([config])[1][0])

    def losses(self, configs: Sequence[Mapping[str, Any]]) -> tuple[Array, Array]:
        """The losses of K configurations on the validation rows and on the test rows, each of shape (K,).

        Raises:
            ValueError: a configuration does not belong to the space.
        """
        for config in configs:
            self.space.validate(config)
        rates, depths, *coefficients = ([config[name] for config in configs] for name in self.space.names)
        return self._losses(np.array(rates, dtype=float), np.array(depths, dtype=np.int64), np.array(coefficients).T)

    def unit_losses(self, points: ArrayLike) -> tuple[Array, Array]:
        """The same for K points of the unit cube, shape (K, d), in no more time than the numbers need.

        Raises:
            ValueError: the shape is another, or a coordinate does not lie from 0 to 1.
        """
        cube = np.asarray(points, dtype=np.float64)
        if cube.ndim != 2 or cube.shape[1] != self.space.n_dims:
            raise ValueError(f"points need shape (K, {self.space.n_dims}), got {cube.shape}")
        if not ((cube >= 0) & (cube <= 1)).all():
            raise ValueError("points must lie in the unit cube, from 0 to 1 along each axis; scale them")
        rate, depth, coefficient = mangling.LEARNING_RATE, mangling.MAX_DEPTH, mangling.COEFFICIENT
        rates = np.clip(rate.low * (rate.high / rate.low) ** cube[:, 0], rate.low, rate.high)
        n_depths = depth.high - depth.low + 1
        depths = np.minimum(depth.low + (cube[:, 1] * n_depths).astype(np.int64), depth.high)
        return self._losses(rates, depths, coefficient.low + cube[:, 2:] * (coefficient.high - coefficient.low))

    @abstractmethod
    def _losses(self, rates: Array, depths: NDArray[np.int64], coefficients: Array) -> tuple[Array, Array]:
        """The losses on the validation rows and on the test rows, each of shape (K,)."""
