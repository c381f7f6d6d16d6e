"""What do K models do with B rows? Look at them, compare, pass the errors back, and move.

    rows    (K, B) which training rows each model meets, int64
    table   (n, m) all rows, the same for every model

On a GPU a step is recorded once as a CUDA graph and then replayed: one launch in place of dozens.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch

from hpo_tutor.training.backends.stacked.layers import Chain, Draws, Dropping, copy
from hpo_tutor.training.backends.stacked.optimisers import Momentum
from hpo_tutor.training.backends.stacked.scores import cross_entropy, squared_error
from hpo_tutor.training.backends.stacked.storage import Layout
from hpo_tutor.training.crew import Tensors
from hpo_tutor.training.models.architecture import Shape
from hpo_tutor.training.randomness import hashes, normal, places

WARM_UP = 2  # steps before recording, in which the libraries of a GPU set themselves up


class Chance(NamedTuple):
    """The random numbers of K models.

    Attributes:
        epoch: its number, int32, no axis.
        noise, deviations: keys of the input noise, int32, (K,), and its standard deviations, (K,); None without noise.
        dropout, shares: keys of the dropout layers, int32, (layers, K), and how much they drop, float64, (K,); None if
            nothing is dropped.
    """

    epoch: torch.Tensor
    noise: torch.Tensor | None = None
    deviations: torch.Tensor | None = None
    dropout: torch.Tensor | None = None
    shares: torch.Tensor | None = None


class Work(NamedTuple):
    """What all steps of K models share: see ``Layout``, ``Chain``, ``Momentum``; ``total`` (K,) sums up the losses."""

    layout: Layout
    numbers: torch.Tensor
    gradients: torch.Tensor
    optimiser: Momentum
    chance: Chance
    labels: bool
    total: torch.Tensor


class Step:
    """A step of training: fill ``rows``, then call it. The summed losses of B rows are added to ``work.total``."""

    def __init__(self, work: Work, data: Tensors, n_rows: int) -> None:
        n_models, chance, network = len(work.numbers), work.chance, work.layout.network
        self._work, self._targets = work, data.train_targets
        self.rows = torch.zeros(n_models, n_rows, dtype=torch.int64, device=work.numbers.device)
        draws = Draws(chance.epoch, self.rows)
        dropping = None
        if chance.dropout is not None and chance.shares is not None:
            dropping = Dropping(draws, chance.dropout, chance.shares)
        self._chain = Chain(work.layout, work.numbers, n_rows, work.gradients, dropping)
        self._noise = None
        if chance.noise is not None and chance.deviations is not None:
            self._noise = _Noise(draws, chance.noise, chance.deviations, network[0].inputs)
        self._look = _Picked(data.train_inputs, self.rows, self._chain.inputs.values, network[0].inputs)
        if not work.labels:
            wanted = torch.empty_like(self._chain.errors)
            self._compare = _Picked(data.train_targets, self.rows, wanted, network[-1].outputs)
        self._replay: Callable[[], object] | None = None
        self._n_calls = 0

    def __call__(self) -> None:
        """Train on the rows."""
        self._n_calls += 1
        if self._work.numbers.is_cuda and self._n_calls == WARM_UP + 1:
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph, capture_error_mode="thread_local"):
                self._run()
            self._replay = graph.replay
        (self._replay or self._run)()

    def _run(self) -> None:
        """The same work on the same tensors every time."""
        chain, work = self._chain, self._work
        self._look(self._noise)
        chain.forward()
        if work.labels:
            labels = self._targets.index_select(0, self.rows.view(-1)).view(self.rows.shape)
            losses = cross_entropy(chain.outputs, labels, chain.errors)
        else:
            self._compare()
            losses = squared_error(chain.outputs, self._compare.values, chain.errors)
        work.total.add_(losses)
        chain.backward()
        work.optimiser.step(work.gradients)


class _Noise:
    """Gaussian noise on the inputs, of another standard deviation for each model."""

    def __init__(self, draws: Draws, keys: torch.Tensor, deviations: torch.Tensor, shape: Shape) -> None:
        self._draws, self._keys = draws, keys
        self._words = places(shape, keys.device)
        self._deviations = deviations.view(-1, *(1,) * (len(shape) + 1))

    def __call__(self, rows: torch.Tensor) -> None:
        """Add it to rows of shape (K, B, *shape)."""
        bits = hashes(self._keys, *self._draws, self._words)
        rows.addcmul_(normal(bits, rows.dtype), self._deviations)


class _Picked:
    """Some rows of a table, put into ``values`` (K, *shape, B), channels first."""

    def __init__(self, table: torch.Tensor, rows: torch.Tensor, values: torch.Tensor, shape: Shape) -> None:
        self.values = values
        self._rows, n_columns = rows.view(-1), table.shape[1]
        self._table = table.view(-1) if n_columns == 1 else table  # of single numbers it picks twice as fast
        self._picked = table.new_empty(len(self._rows), *self._table.shape[1:])
        self._images = self._picked.view(*rows.shape, *shape)
        self._turn = copy(rows_last(self._images), values)

    def __call__(self, change: Callable[[torch.Tensor], None] | None = None) -> None:
        """Pick the rows that ``rows`` now names; ``change`` may change them, (K, B, *shape), on the way."""
        torch.index_select(self._table, 0, self._rows, out=self._picked)
        if change is not None:
            change(self._images)
        self._turn()


def rows_last(values: torch.Tensor) -> torch.Tensor:
    """A view of (K, B, *shape), channels last, as (K, *shape, B), channels first."""
    return values.movedim(-1, 1).movedim(2, -1)
