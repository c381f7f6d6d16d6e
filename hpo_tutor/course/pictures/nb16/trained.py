"""Which networks are shown? Recorded learning curves of one data set: each network was really trained to the end.

K        networks, each with its own configuration
losses   (K, n_epochs) validation losses after each epoch; infinite where a training failed
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.scenes.stage import Axis
from hpo_tutor.scenes.ticks import SUPERSCRIPTS, linear, number

Array = NDArray[np.float64]
Ranks = NDArray[np.int64]

TABLES = {"digits": "digits-curves", "aleph": "aleph-curves", "mnist": "mnist-curves"}
"""Name of a data set in a picture -> its recorded curves."""
SHORT = {"learning_rate": "rate", "batch_size": "batch", "input_noise": "noise"}


class Trained(NamedTuple):
    """Networks that were trained to the end.

    Attributes:
        name: of the data set: "digits".
        configs: K configurations, of the hyperparameters that differ.
        losses: (K, n_epochs).
        unit: of the losses: "nats".
    """

    name: str
    configs: tuple[Mapping[str, Any], ...]
    losses: Array
    unit: str

    @property
    def n_epochs(self) -> int:
        """How long a whole training is."""
        return int(self.losses.shape[1])

    def column(self, name: str) -> Array:
        """The values of a hyperparameter, shape (K,)."""
        return np.array([config[name] for config in self.configs], dtype=np.float64)

    def take(self, places: Sequence[int] | NDArray[Any]) -> "Trained":
        """Some of them, in this order."""
        return self._replace(configs=tuple(self.configs[int(k)] for k in places), losses=self.losses[places])


@cache
def everyone(name: str, batch: int = 0, seed: int = 0) -> Trained:
    """All networks of a recorded grid.

    Args:
        name: of the data set: "digits", "aleph", "mnist".
        batch: which data batch.
        seed: which of the recorded seeds, the same for all.

    Raises:
        ValueError: there is no such data set, batch or seed.
    """
    if name not in TABLES:
        raise ValueError(f"there are curves of {', '.join(TABLES)}, got {name!r}")
    curves = problems.curves(TABLES[name], batch=batch)
    if not 0 <= seed < curves.n_seeds:
        raise ValueError(f"there are {curves.n_seeds} seeds, from 0; got {seed}")
    recorded = curves.recorded()
    differ = [key for key in recorded.configs[0] if len({config[key] for config in recorded.configs}) > 1]
    configs = tuple({key: config[key] for key in differ} for config in recorded.configs)
    losses = recorded.losses[:, seed]
    losses = np.where(np.isfinite(losses), losses, np.inf)
    losses.setflags(write=False)
    return Trained(name, configs, losses, curves.loss_unit)


@cache
def drawn(name: str, n: int = 27, draw: int = 0, batch: int = 0, seed: int = 0) -> Trained:
    """Some networks of the grid, drawn at random without repetition.

    Args:
        name: of the data set.
        n: how many.
        draw: which draw; each is as random as the others.
        batch: which data batch.
        seed: which of the recorded seeds.

    Raises:
        ValueError: as of ``everyone``, or there are not so many.
    """
    pool = everyone(name, batch, seed)
    if not 1 <= n <= len(pool.configs):
        raise ValueError(f"{len(pool.configs)} networks were trained on {name}, from 1 to all can be drawn; got {n}")
    return pool.take(np.random.default_rng(draw).choice(len(pool.configs), n, replace=False))


def places(losses: Array) -> Ranks:
    """Places from 1, the smallest loss first, along the first axis; equal losses keep their order."""
    order = np.argsort(losses, axis=0, kind="stable")
    found = np.empty(losses.shape, dtype=np.int64)
    counted = np.arange(1, len(losses) + 1).reshape(-1, *[1] * (losses.ndim - 1))
    np.put_along_axis(found, order, np.broadcast_to(counted, losses.shape), axis=0)
    return found


def loss_axis(losses: Array, unit: str, share: float = 1.0, above: float = 0.06) -> Axis:
    """A logarithmic axis for losses, of which infinite ones and a share of the largest may lie above.

    Args:
        losses: of any shape.
        unit: of the losses.
        share: of the finite losses, which lie on the axis for sure.
        above: room over them, as a share of what they span.
    """
    finite = np.asarray(losses, dtype=np.float64)[np.isfinite(losses)]
    low, high = float(finite.min()), float(np.quantile(finite, share))
    span = max(high / low, 1.01)
    low, high = low / span**0.06, high * span**above
    return Axis(f"validation loss ({unit})", low, high, log=True, ticks=linear(low, high) if high < 5 * low else None)


def told(config: Mapping[str, Any]) -> str:
    """A configuration in a few words: "rate 0.00316, width 64, batch 32"."""
    return ", ".join(f"{SHORT.get(key, key)} {written(value)}" for key, value in config.items())


def written(value: float) -> str:
    """A number to three digits; below a ten thousandth by a power of ten."""
    if not 0 < value < 1e-4:
        return number(float(value))
    digits, power = f"{value:.2e}".split("e")
    times = f"{float(digits):g}\N{MIDDLE DOT}" if float(digits) != 1 else ""
    return f"{times}10{str(int(power)).translate(SUPERSCRIPTS)}"


def in_epochs(n: float) -> str:
    """A number of epochs in words: "1 epoch", "2,187 epochs"."""
    return f"{n:,.0f} {'epoch' if n == 1 else 'epochs'}"


def nth(rank: int) -> str:
    """A place in words: "1st", "12th"."""
    ending = "th" if rank // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"
