"""One network, tuned while it trains, with plain torch and automatic differentiation: the truth for the fast engine.

It shares the random numbers with the engine and no line of arithmetic; everything is float64 and on the processor.
    weights  a list, as ``Stream.weights`` gives them: weights and biases of layer 1, of layer 2, ...
    h        name -> a hyperparameter, a tensor without axes: l2 as its log10, noises as standard deviations
    C1, C2   the loss of a T1 batch with noise, of a T2 batch without; the penalty enters by the gradient alone
    draws    (purpose, layer) -> standard normal draws for what enters that layer, shape (B, width)
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses
from numpy.typing import NDArray
from torch import Tensor

from hpo_tutor.training import MLP
from hpo_tutor.training.online import Knob, TwoSets
from hpo_tutor.training.online.side_by_side import BATCHES, FACTORS, LAYER_NOISE, NOISY_TUNING
from hpo_tutor.training.randomness import NOISE, Stream, hashes, normal, places

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # torch.optim.Adam's own
Hyperparameters = Mapping[str, Tensor]
Draws = Mapping[tuple[str, int], Tensor]


class Learner(NamedTuple):
    """How weights move: "adam", or "sgd" with a momentum."""

    optimiser: str
    rate: float
    momentum: float = 0.0


class Moments(NamedTuple):
    """What an optimiser remembers: for Adam mean and mean square, for SGD the velocity (and nothing)."""

    first: list[Tensor]
    second: list[Tensor]
    n_steps: int = 0

    @classmethod
    def none(cls, weights: Sequence[Tensor]) -> "Moments":
        """Before the first step."""
        return cls([torch.zeros_like(one) for one in weights], [torch.zeros_like(one) for one in weights])


class Batch(NamedTuple):
    """Inputs (B, n_inputs), and targets (B, n_outputs) or labels (B,)."""

    inputs: Tensor
    targets: Tensor


def value_at(h: Hyperparameters, kind: str, layer: int) -> Tensor | None:
    """The hyperparameter of that kind at a dense layer, counted from 1: its own, or the one that all share."""
    if kind == "noise" and layer == 1:
        return h.get("input_noise")
    return h.get(f"{kind}_{layer}", None if kind == "noise" else h.get(kind))


def loss(model: MLP, weights: Sequence[Tensor], batch: Batch, h: Hyperparameters, draws: Draws) -> Tensor:
    """Mean squared error, or cross-entropy in nats; with the noises that there are draws for."""
    values = batch.inputs
    n_layers = len(weights) // 2
    for n in range(1, n_layers + 1):
        if ("dropout_noise", n) in draws and (scale := value_at(h, "dropout_noise", n)) is not None:
            values = values * (1 + scale * draws["dropout_noise", n])
        if ("noise", n) in draws and (deviation := value_at(h, "noise", n)) is not None:
            values = values + deviation * draws["noise", n]
        values = values @ weights[2 * n - 2] + weights[2 * n - 1]
        if n < n_layers:
            values = torch.relu(values) if model.activation == "relu" else torch.tanh(values)
    if model.task == "classification":
        return F.cross_entropy(values, batch.targets)
    return F.mse_loss(values, batch.targets)


def gradient(model: MLP, weights: Sequence[Tensor], batch: Batch, h: Hyperparameters, draws: Draws) -> list[Tensor]:
    """Of C1 with its penalty, by the weights; a function of ``h`` that can be differentiated again."""
    slopes = torch.autograd.grad(loss(model, weights, batch, h, draws), list(weights), create_graph=True)
    total = []
    for place, (slope, weight) in enumerate(zip(slopes, weights, strict=True)):
        log10 = value_at(h, "l2", place // 2 + 1)
        total.append(slope if log10 is None else slope + 10**log10 * weight)
    return total


def moved(
    weights: Sequence[Tensor], slopes: Sequence[Tensor], moments: Moments, learner: Learner
) -> tuple[list[Tensor], Moments]:
    """The weights after a step, and what the optimiser then remembers; both can be differentiated."""
    n = moments.n_steps + 1
    if learner.optimiser == "sgd":
        velocities = [learner.momentum * old + slope for old, slope in zip(moments.first, slopes, strict=True)]
        after = [weight - learner.rate * step for weight, step in zip(weights, velocities, strict=True)]
        return after, Moments(velocities, moments.second, n)
    means = [BETA_1 * old + (1 - BETA_1) * slope for old, slope in zip(moments.first, slopes, strict=True)]
    squares = [BETA_2 * old + (1 - BETA_2) * slope**2 for old, slope in zip(moments.second, slopes, strict=True)]
    after = []
    for weight, mean, square in zip(weights, means, squares, strict=True):
        # the root's slope at 0 is infinite, and times 0 it is nan: what never had a gradient goes another way
        ever = square > 0
        root = torch.where(ever, torch.where(ever, square, 1.0).sqrt(), 0.0) / math.sqrt(1 - BETA_2**n)
        after.append(weight - learner.rate * (mean / (1 - BETA_1**n)) / (root + EPSILON))
    return after, Moments(means, squares, n)


class Step(NamedTuple):
    """A step of training, and what T2 is asked after it: theta, the optimiser's memory, both batches, the draws."""

    model: MLP
    learner: Learner
    weights: list[Tensor]
    moments: Moments
    batch: Batch
    draws: Draws
    tuning: Batch
    tuning_draws: Draws
    noise_rows: int | None = None

    def slopes(self, h: Hyperparameters) -> list[Tensor]:
        """The gradient that it takes. Its value is the batch's; how it changes with a noise, the first rows say."""
        if self.noise_rows is None:
            return gradient(self.model, self.weights, self.batch, h, self.draws)
        held = {name: one if name.startswith("l2") else one.detach() for name, one in h.items()}
        batch = Batch(*(part[: self.noise_rows] for part in self.batch))
        draws = {place: values[: self.noise_rows] for place, values in self.draws.items()}
        parts = (
            gradient(self.model, self.weights, self.batch, held, self.draws),
            gradient(self.model, self.weights, batch, h, draws),
            gradient(self.model, self.weights, batch, held, draws),
        )
        return [whole + some - same for whole, some, same in zip(*parts, strict=True)]

    def taken(self, h: Hyperparameters) -> tuple[list[Tensor], Moments]:
        """The weights and moments after it, theta'; a function of ``h`` that can be differentiated."""
        return moved(self.weights, self.slopes(h), self.moments, self.learner)

    def loss_after(self, h: Hyperparameters) -> Tensor:
        """C2(theta'(h)), without noise and penalty."""
        return loss(self.model, self.taken(h)[0], self.tuning, {}, {})

    def exact(self, h: Hyperparameters) -> Tensor:
        """Its derivatives by ``h``, (H,), by differentiating through the step."""
        return _slopes(self.loss_after(h), h)

    def as_plain_sgd(self, h: Hyperparameters) -> Tensor:
        """The same as if the step had been one of plain gradient descent, with g at the theta' that was reached."""
        learner = Learner("sgd", self.learner.rate)
        imagined, _ = moved(self.weights, self.slopes(h), Moments.none(self.weights), learner)
        return _slopes(sum((g * one).sum() for g, one in zip(self.g(h), imagined, strict=True)), h)

    def as_the_source(self, h: Hyperparameters) -> Tensor:
        """-eta g . theta for l2; for a noise, what it does to C2 when T2's own pass has it."""
        reached = [one.detach() for one in self.taken(h)[0]]
        direct = _slopes(loss(self.model, reached, self.tuning, h, self.tuning_draws), h)
        products = [-self.learner.rate * (g * theta).sum() for g, theta in zip(self.g(h), self.weights, strict=True)]
        columns = []
        for name, slope in zip(h, direct, strict=True):
            kind, _, layer = name.partition("_")
            own = products if not layer else products[2 * int(layer) - 2 : 2 * int(layer)] if kind == "l2" else []
            columns.append(sum(own) if kind == "l2" else slope)
        return torch.stack([torch.as_tensor(column) for column in columns]).detach()

    def g(self, h: Hyperparameters) -> list[Tensor]:
        """The gradient of C2 at theta'."""
        reached = [one.detach().requires_grad_() for one in self.taken(h)[0]]
        return list(torch.autograd.grad(loss(self.model, reached, self.tuning, {}, {}), reached))


RULES = {"exact": Step.exact, "sgd": Step.as_plain_sgd, "source": Step.as_the_source}


class Run(NamedTuple):
    """All that one network went through; the shapes are those of ``Tuned`` for one model.

    ``steps`` holds the steps after which T2 was asked, and ``asked`` the hyperparameters in each.
    """

    values: NDArray[np.float64]
    hypergradients: NDArray[np.float64]
    tuning_losses: NDArray[np.float64]
    training_losses: NDArray[np.float64]
    steps: list[Step]
    asked: list[dict[str, Tensor]]
    weights: list[Tensor]


def train(
    model: MLP,
    data: TwoSets,
    start: Mapping[str, float],
    seed: int,
    *,
    epochs: int,
    knobs: Mapping[str, Knob],
    learner: Learner,
    batch_size: int,
    tuning_batch_size: int,
    every: int,
    rule: str,
    noise_rows: int | None = None,
) -> Run:
    """T1-T2 for one network: weights by the formulas above, hyperparameters by torch.optim.Adam, then clipped."""
    stream = Stream(seed)
    weights = [one.requires_grad_() for one in stream.weights(model.layers(data.n_inputs))]
    sizes = (data.n_inputs, *model.hidden, model.n_outputs)
    h = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in start.items()}
    turners = {name: torch.optim.Adam([h[name]], lr=knobs[name].rate) for name in h}
    t1, t2 = (_rows(model, *data.part(part)) for part in ("train", "tuning"))
    moments, choice, n_steps = Moments.none(weights), _Choice(stream, len(t2.inputs), tuning_batch_size), 0
    run = Run(*([] for _ in range(4)), [], [], [])  # type: ignore[arg-type]  # lists until all is there
    run.values.append([float(h[name].detach()) for name in h])
    for epoch in range(1, epochs + 1):
        total = 0.0
        for rows in torch.split(stream.order(len(t1.inputs)), batch_size):
            n_steps += 1
            batch = Batch(t1.inputs[rows], t1.targets[rows])
            draws = drawn(stream, sizes, epoch, rows, (NOISE, LAYER_NOISE, FACTORS))
            total += float(loss(model, weights, batch, h, draws).detach()) * len(rows)
            asks = n_steps % every == 0
            asked_rows = choice.next() if asks else torch.zeros(0, dtype=torch.int64)
            tuning = Batch(t2.inputs[asked_rows], t2.targets[asked_rows])
            noisy = (NOISY_TUNING, NOISY_TUNING, NOISY_TUNING + 500)
            tuning_draws = drawn(stream, sizes, n_steps, asked_rows, noisy)
            step = Step(model, learner, weights, moments, batch, draws, tuning, tuning_draws, noise_rows)
            reached, memory = step.taken(h)
            if asks:
                run.steps.append(step)
                run.asked.append({name: one.detach().clone().requires_grad_() for name, one in h.items()})
                slopes = RULES[rule](step, h)
                run.hypergradients.append(slopes.tolist())
                run.tuning_losses.append(float(step.loss_after(h).detach()))
                for name, slope in zip(h, slopes, strict=True):
                    h[name].grad = slope.clone()
                    turners[name].step()
                    h[name].data.clamp_(knobs[name].low, knobs[name].high)
                run.values.append([float(h[name].detach()) for name in h])
            weights = [one.detach().requires_grad_() for one in reached]
            moments = Moments(*([one.detach() for one in part] for part in memory[:2]), memory.n_steps)
        run.training_losses.append(total / len(t1.inputs))
    arrays = (np.array(column) for column in run[:4])
    return Run(*arrays, run.steps, run.asked, weights)


def drawn(
    stream: Stream, sizes: Sequence[int], when: int, rows: Tensor, purposes: tuple[int, int, int]
) -> dict[tuple[str, int], Tensor]:
    """The draws of a batch for every layer: ``purposes`` of the inputs' noise, of other layers', of what multiplies."""
    first, others, factors = purposes
    found = {}
    for layer, width in enumerate(sizes[:-1]):
        for kind, purpose in (("noise", others + layer if layer else first), ("dropout_noise", factors + layer)):
            key = torch.tensor([stream.key(purpose)], dtype=torch.int32)
            words = places((width,), torch.device("cpu"))
            bits = hashes(key, torch.tensor(when, dtype=torch.int32), rows[None], words)
            found[kind, layer + 1] = normal(bits, torch.float64)[0]
    del found["dropout_noise", 1]  # nothing leaves a hidden layer before the first
    return found


class _Choice:
    """Rows of T2: a random order, batch by batch; a new order when too few are left for a full batch."""

    def __init__(self, stream: Stream, n_rows: int, size: int) -> None:
        self._generator = torch.Generator().manual_seed(stream.key(BATCHES) % 2**32)
        self._n_rows, self._size, self._left = n_rows, min(size, n_rows), torch.zeros(0, dtype=torch.int64)

    def next(self) -> Tensor:
        """The next batch."""
        if len(self._left) < self._size:
            self._left = torch.randperm(self._n_rows, generator=self._generator)
        now, self._left = self._left.split([self._size, len(self._left) - self._size])
        return now


def _rows(model: MLP, inputs: NDArray[np.float64], targets: NDArray[np.generic]) -> Batch:
    """All rows of a part."""
    wanted = torch.tensor(targets.astype(np.int64 if model.task == "classification" else np.float64))
    return Batch(torch.tensor(inputs), wanted if model.task == "classification" else wanted.view(len(inputs), -1))


def _slopes(value: Tensor, h: Hyperparameters) -> Tensor:
    """The derivatives by every hyperparameter, (H,); 0 where there is none."""
    if not value.requires_grad:  # of l2 there is nothing in a pass of T2
        return torch.zeros(len(h), dtype=torch.float64)
    found = torch.autograd.grad(value, list(h.values()), allow_unused=True)
    return torch.stack([torch.zeros((), dtype=torch.float64) if one is None else one for one in found]).detach()
