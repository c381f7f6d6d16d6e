"""How do K networks train side by side on one thread, and tune themselves on the way? One epoch after the other.

    K, H   models, hyperparameters
    t      number of the step, from 1; after each ``every``-th comes a hyper-step

The order of T1's rows, the initial weights and the noise come from each model's own stream, exactly as a ``Population``
draws them; so without hyper-steps the networks are the same.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.models.descriptions import MLP
from hpo_tutor.training.online.hypergradients import Asked, Rule, Taken, as_the_source, hypergradients
from hpo_tutor.training.online.knobs import Act, Knob
from hpo_tutor.training.online.optimisers import Adam, HyperAdam, Sgd
from hpo_tutor.training.online.passes import Chain, Change, Layers, Noise, Pass, Tensors, first_errors, gradients
from hpo_tutor.training.online.results import Scores
from hpo_tutor.training.randomness import NOISE, Stream, hashes, normal, places

# purposes of random numbers beside those of ``randomness``; a layer's number is added
BATCHES, LAYER_NOISE, FACTORS, NOISY_TUNING = 1_000, 2_000, 3_000, 4_000
SCORED_ROWS = 1_000  # at a time


@dataclass(frozen=True, eq=False)
class How:
    """What all models of one training share.

    Attributes:
        model: what is trained.
        sizes: of the layers, inputs first.
        acts, knobs: the H hyperparameters.
        learning_rate, optimiser, momentum: of the weights.
        batch_size, tuning_batch_size: rows of T1 and of T2 in a step.
        noise_rows: rows of T1's batch that say how the step changes with a noise.
        every: a hyper-step after each so many steps; None: never.
        rule: of the hypergradient.
        device, dtype: where and how exactly.
    """

    model: MLP
    sizes: tuple[int, ...]
    acts: tuple[Act, ...]
    knobs: tuple[Knob, ...]
    learning_rate: float
    optimiser: str
    momentum: float
    batch_size: int
    tuning_batch_size: int
    noise_rows: int
    every: int | None
    rule: Rule
    device: torch.device
    dtype: torch.dtype


class Rows:
    """Inputs and targets of one part of the data, on the device."""

    def __init__(self, inputs: NDArray[np.float64], targets: NDArray[np.generic], how: How) -> None:
        self.inputs = torch.tensor(inputs, dtype=how.dtype, device=how.device)
        if how.model.task == "classification":
            self.targets = torch.tensor(targets.astype(np.int64), device=how.device)
        else:
            self.targets = torch.tensor(targets.reshape(len(targets), -1), dtype=how.dtype, device=how.device)

    def __len__(self) -> int:
        return len(self.inputs)


class SideBySide:
    """K networks of one thread.

    Attributes:
        values: hyperparameters after each hyper-step, from the start on; tensors (K, H).
        hypergradients: (K, H) each; tuning_losses: (K,) each.
    """

    def __init__(self, how: How, starts: NDArray[np.float64], seeds: Sequence[int]) -> None:
        self._how, self._streams = how, [Stream(seed) for seed in seeds]
        network = how.model.layers(how.sizes[0])
        flat = [torch.cat([tensor.flatten() for tensor in stream.weights(network)]) for stream in self._streams]
        self._numbers = torch.stack(flat).to(how.device, how.dtype)
        self._gradients = torch.empty_like(self._numbers)
        self._into = Layers.of(self._gradients, how.sizes)
        self._chain = Chain(Layers.of(self._numbers, how.sizes), how.model.activation, how.model.task != "regression")
        self._optimiser = self._new_optimiser()
        self._turner = HyperAdam(self._column(starts), *(self._column([list(part)]) for part in self._turns()))
        self._choices = [_choices(stream) for stream in self._streams]
        self._noise = _Draws(how, self._streams, (NOISE, LAYER_NOISE), FACTORS)
        self._noisy_tuning = _Draws(how, self._streams, (NOISY_TUNING, NOISY_TUNING), NOISY_TUNING + 500)
        self._epoch, self._steps = 0, 0
        self.values = [self._turner.values]
        self.hypergradients: list[torch.Tensor] = []
        self.tuning_losses: list[torch.Tensor] = []

    @torch.no_grad()
    def train(self, train: Rows, tuning: Rows, stop: threading.Event) -> NDArray[np.float64]:
        """One epoch; the mean loss of its steps, without the penalty, shape (K,)."""
        self._epoch += 1
        orders = torch.stack([stream.order(len(train)) for stream in self._streams]).to(self._how.device)
        total = torch.zeros(len(self._streams), dtype=torch.float64, device=self._how.device)
        for rows in torch.split(orders, self._how.batch_size, dim=1):
            if stop.is_set():
                break
            self._steps += 1
            asks = self._how.every is not None and self._steps % self._how.every == 0
            total += self._step(train, rows, tuning if asks else None).double() * rows.shape[1]
        return (total / len(train)).cpu().numpy()

    def __len__(self) -> int:
        return len(self._streams)

    def move(self, places: Sequence[int], columns: NDArray[np.float64]) -> None:
        """Set the hyperparameters at these places, values (K, n)."""
        values = self._turner.values.clone()
        values[:, list(places)] = self._column(columns)
        self._turner.values = values

    @torch.no_grad()
    def score(self, rows: Rows) -> Scores:
        """Losses and shares of wrong classes, without noise."""
        n_models, wrong = len(self._streams), torch.zeros(len(self._streams), dtype=torch.float64)
        total = torch.zeros(n_models, dtype=torch.float64)
        for inputs, targets in zip(
            torch.split(rows.inputs, SCORED_ROWS), torch.split(rows.targets, SCORED_ROWS), strict=True
        ):
            wanted = targets.expand(n_models, *targets.shape)
            outputs = self._chain.forward(inputs.expand(n_models, -1, -1)).outputs
            if self._chain.classification:
                wrong += (outputs.argmax(2) != wanted).sum(1).cpu()
            losses, _ = self._chain.score(outputs, wanted)
            total += losses.double().cpu() * len(inputs)
        mean_losses, shares = (total / len(rows)).numpy(), (wrong / len(rows)).numpy()
        # a network without numbers gives every row the first class
        shares[~np.isfinite(mean_losses)] = np.nan
        return Scores(mean_losses, shares if self._chain.classification else np.full(n_models, np.nan))

    def _step(self, train: Rows, rows: torch.Tensor, tuning: Rows | None) -> torch.Tensor:
        """One step of the weights, and a hyper-step where T2 is given; the losses (K,)."""
        how, chain, values = self._how, self._chain, self._turner.values
        noise = self._noise.of(values, self._epoch, rows)
        passed = chain.forward(train.inputs[rows], noise)
        losses, errors = chain.score(passed.outputs, train.targets[rows])
        all_errors = chain.back(passed, errors, noise)
        gradients(passed, all_errors, self._into)
        asks, exact = tuning is not None, how.rule == "exact"
        before = self._numbers.clone() if asks else self._numbers
        if asks:
            kept, kept_errors, changes = self._changes(passed, all_errors, noise)
        self._decay(values)
        response = self._optimiser.step(self._numbers, self._gradients, respond=asks and exact)
        if tuning is not None:
            taken = Taken(kept, kept_errors, changes, Layers.of(before, how.sizes), response, how.learning_rate)
            self._hyper_step(taken, tuning)
        return losses

    def _changes(self, passed: Pass, errors: Tensors, noise: Noise | None) -> tuple[Pass, Tensors, list[Change | None]]:
        """How a step that is about to be taken changes with each noise, and the rows of the batch that say so."""
        how, chain = self._how, self._chain
        if noise is None or how.rule == "source":
            return passed, errors, [None] * len(how.acts)
        if how.noise_rows < passed.outputs.shape[1]:  # the rows of a batch stand in a random order
            errors = first_errors(errors, how.noise_rows)
            passed, noise = passed.first(how.noise_rows), noise.first(how.noise_rows)
        return (
            passed,
            errors,
            [
                None if act.kind == "l2" else chain.change(passed, errors, noise, act.kind, act.layers)
                for act in how.acts
            ],
        )

    def _hyper_step(self, taken: Taken, tuning: Rows) -> None:
        """Ask T2, and turn the knobs."""
        how, chain = self._how, self._chain
        rows = torch.stack([choice.next(len(tuning), how.tuning_batch_size) for choice in self._choices])
        rows = rows.to(how.device)
        inputs, targets = tuning.inputs[rows], tuning.targets[rows]
        passed = chain.forward(inputs)
        losses, errors = chain.score(passed.outputs, targets)
        asked = Asked(passed, chain.back(passed, errors))
        if how.rule == "source":
            noise = self._noisy_tuning.of(self._turner.values, self._steps, rows)
            noisy = chain.forward(inputs, noise)
            _, errors = chain.score(noisy.outputs, targets)
            slopes = as_the_source(how.acts, chain, taken, asked, Asked(noisy, [errors]), noise)
        else:
            slopes = hypergradients(how.acts, self._turner.values, taken, asked, how.sizes)
        self._turner.step(slopes)
        self.values.append(self._turner.values)
        self.hypergradients.append(slopes)
        self.tuning_losses.append(losses.double())

    def _decay(self, values: torch.Tensor) -> None:
        """Add the penalties to the gradients, each 10**l2 times what it acts on, biases too."""
        for place, act in enumerate(self._how.acts):
            if act.kind != "l2":
                continue
            penalty = (10 ** values[:, place]).to(self._how.dtype)[:, None]
            if len(act.layers) == len(self._how.sizes) - 1:
                self._gradients.addcmul_(self._numbers, penalty)
                continue
            for layer in act.layers:
                self._into.weights[layer].addcmul_(self._chain.layers.weights[layer], penalty[..., None])
                self._into.biases[layer].addcmul_(self._chain.layers.biases[layer], penalty)

    def _new_optimiser(self) -> Adam | Sgd:
        how = self._how
        if how.optimiser == "adam":
            return Adam(self._numbers, how.learning_rate)
        return Sgd(self._numbers, how.learning_rate, how.momentum)

    def _turns(self) -> list[list[float]]:
        """Rates, lower and upper ends of the ranges, each (H,)."""
        return [[getattr(knob, part) for knob in self._how.knobs] for part in ("rate", "low", "high")]

    def _column(self, values: object) -> torch.Tensor:
        return torch.as_tensor(np.asarray(values, dtype=np.float64), device=self._how.device)


class _Draws:
    """The noise of the batches: whatever the hyperparameters' standard deviations are multiplied with."""

    def __init__(self, how: How, streams: Sequence[Stream], noises: tuple[int, int], factors: int) -> None:
        self._how = how
        self._words, self._keys = {}, {}
        for act in how.acts:
            for layer in act.layers if act.kind != "l2" else ():
                purpose = factors + layer if act.kind == "dropout_noise" else noises[layer > 0] + layer
                keys = [stream.key(purpose) for stream in streams]
                self._keys[act.kind, layer] = torch.tensor(keys, dtype=torch.int32, device=how.device)
                self._words[layer] = places((how.sizes[layer],), how.device)

    def of(self, values: torch.Tensor, epoch: int, rows: torch.Tensor) -> Noise | None:
        """The noise of one batch, its rows (K, B), with these hyperparameters (K, H); None if there is none."""
        if not self._keys:
            return None
        n_layers = len(self._how.sizes) - 1
        noise = Noise([None] * n_layers, [values] * n_layers, [None] * n_layers, [values] * n_layers)
        when = torch.tensor(epoch, dtype=torch.int32, device=rows.device)
        for place, act in enumerate(self._how.acts):
            for layer in act.layers if act.kind != "l2" else ():
                bits = hashes(self._keys[act.kind, layer], when, rows, self._words[layer])
                draws, deviations = (
                    (noise.draws, noise.deviations) if act.kind == "noise" else (noise.factors, noise.scales)
                )
                draws[layer] = normal(bits, self._how.dtype)
                deviations[layer] = values[:, place].to(self._how.dtype)[:, None, None]
        return noise


class _Choices:
    """Which rows of T2 are asked: batches of all rows in a random order, then in another; a rest is left out."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._left = torch.empty(0, dtype=torch.int64)

    def next(self, n_rows: int, size: int) -> torch.Tensor:
        """The next rows; as many as there are, if there are fewer."""
        size = min(size, n_rows)
        if len(self._left) < size:
            self._left = torch.randperm(n_rows, generator=self._generator)
        chosen, self._left = self._left[:size], self._left[size:]
        return chosen


def _choices(stream: Stream) -> _Choices:
    return _Choices(stream.key(BATCHES) % 2**32)
