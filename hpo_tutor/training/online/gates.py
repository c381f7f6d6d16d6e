"""Can a choice be tuned while the weights train? An experiment: mix all options, and let T2 move the shares.

A choice has no gradient. Its relaxation has one: every option is computed, the results are mixed, and after the
training the option with the largest share is taken (differentiable architecture search, DARTS: Liu, Simonyan & Yang
2019, arXiv:1806.09055). How far that can be trusted is what ``gate_verdicts`` finds out.

    K, O, U   models, options, units of the widest option
    options   activations ("relu", ...), or widths (8, 16, ...); one choice holds for all hidden layers
    gates     (K, O) what is tuned, from 0 on; shares = softmax(gates / temperature), (K, O)
    mixture   the sum over the options of share * activation(z); a width is a mask that closes the units beyond it
    C1, C2    mean losses of a batch of T1 and of T2; theta' the weights after the step on C1
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses
from numpy.typing import NDArray

from hpo_tutor.training.crew import one_thread
from hpo_tutor.training.models.descriptions import MLP
from hpo_tutor.training.online.optimisers import Adam, HyperAdam
from hpo_tutor.training.online.passes import Layers
from hpo_tutor.training.online.results import Scores
from hpo_tutor.training.online.sets import TwoSets
from hpo_tutor.training.population import DTYPES
from hpo_tutor.training.randomness import Stream
from hpo_tutor.training.settings import RULES, check_seeds

Array = NDArray[np.float64]
CURVES: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "identity": lambda z: z,
    "sine": torch.sin,
}
LIMIT = 20.0  # gates stay within; softmax is one-hot long before
T2_ORDER = 18  # of the batches of T2; every other draw of a model has a stream of its own


class Gated(NamedTuple):
    """What happened to the shares, epoch by epoch.

    Attributes:
        options: (O,).
        shares: from the start on, shape (K, n_epochs + 1, O); each sums to 1 over the options.
        training_losses: of the mixture, mean of each epoch's steps, shape (K, n_epochs).
        hypergradients: derivatives of C2 by the gates, shape (K, n_hyper_steps, O).
    """

    options: tuple[str | int, ...]
    shares: Array
    training_losses: Array
    hypergradients: Array

    @property
    def largest(self) -> NDArray[np.int64]:
        """Which option has the largest share at the end, shape (K,)."""
        return np.asarray(np.argmax(self.shares[:, -1], axis=1), dtype=np.int64)


class GatedTuning:
    """K classifiers whose hidden layers mix all options, with shares that T2 moves while T1 moves the weights.

    A single option has nothing to tune: its network is trained plainly, as a ``Population`` of the same seeds does.

    Args:
        data: the rows; targets are class numbers.
        options: names out of ``CURVES``, or widths.
        hidden: widths of the hidden layers; where widths are the options, only their number counts.
        seeds: one for each model.
        epochs: passes over T1.
        every: steps of the weights for one of the gates.
        learning_rate: of the weights' Adam.
        gate_rate: of the gates' Adam.
        batch_size, tuning_batch_size: rows of T1 and of T2 in a step.
        order: 2 takes dC2/dgates whole, with theta' moved by the gates through the step really taken; 1 holds theta'.
        temperature: at the first and at the last epoch, geometric in between; low ones make shares all or nothing.
        waiting: epochs in which the gates rest at equal shares.
        dtype: "float32" or "float64".

    Raises:
        ValueError: fewer than one option, an unknown or double one, names beside widths, or a number out of range.
    """

    def __init__(
        self,
        data: TwoSets,
        options: Sequence[str] | Sequence[int] = tuple(CURVES),
        hidden: Sequence[int] = (32, 32),
        *,
        seeds: Sequence[int],
        epochs: int = 30,
        every: int = 10,
        learning_rate: float = 3e-3,
        gate_rate: float = 0.05,
        batch_size: int = 30,
        tuning_batch_size: int = 100,
        order: Literal[1, 2] = 2,
        temperature: tuple[float, float] = (1.0, 1.0),
        waiting: int = 0,
        dtype: Literal["float32", "float64"] = "float32",
    ) -> None:
        self.options: tuple[str | int, ...] = _checked(options)
        self.data, self.seeds, self.epochs = data, check_seeds(seeds), epochs
        whole, positive = RULES["epochs"], RULES["learning_rate"]
        for name, value, rule in (
            ("epochs", epochs, whole),
            ("every", every, whole),
            ("batch_size", batch_size, whole),
            ("tuning_batch_size", tuning_batch_size, whole),
            ("waiting", waiting, RULES["l2"]),
            ("learning_rate", learning_rate, positive),
            ("gate_rate", gate_rate, positive),
        ):
            if not rule.holds(np.array([float(value)]))[0]:
                raise ValueError(f"{name} must be {rule}, got {value}")
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
        if order not in (1, 2):
            raise ValueError(f"order must be 1 (theta' held) or 2 (theta' moved by the gates), got {order!r}")
        if min(temperature) <= 0:
            raise ValueError(f"temperature must be above 0 at both ends, got {temperature}")
        if not hidden:
            raise ValueError("a mixture needs a hidden layer, got hidden=(); give it a width")
        self._dtype = DTYPES[dtype]
        widths = [option for option in self.options if isinstance(option, int)]
        units = (max(widths),) * len(hidden) if widths else tuple(hidden)
        n_classes = 1 + max(int(np.max(data.part(part)[1])) for part in data.names)
        model = MLP(units, task="classification", n_outputs=n_classes)
        data.check_targets(model)
        self._network, self._sizes = model.layers(data.n_inputs), (data.n_inputs, *units, n_classes)
        self._masks = [torch.arange(max(widths)) < width for width in widths] if widths else []
        self._every, self._waiting, self._order, self._gate_rate = every, waiting, order, gate_rate
        self._rate, self._batch, self._tuning_batch = learning_rate, batch_size, tuning_batch_size
        self._temperatures = np.geomspace(*temperature, epochs)
        self._rows = {part: self._tensors(part) for part in data.names}

    @one_thread()
    def train(self) -> Gated:
        """Train from the start, weights and gates together; the last networks can be scored afterwards."""
        streams = [Stream(seed) for seed in self.seeds]
        flat = [torch.cat([one.flatten() for one in stream.weights(self._network)]) for stream in streams]
        self._numbers = torch.stack(flat).to(self._dtype)
        n_models, n_options = len(self.seeds), len(self.options)
        gates = torch.zeros(n_models, n_options, dtype=torch.float64)
        bound = torch.full((n_options,), LIMIT, dtype=torch.float64)
        gate_adam = HyperAdam(gates, torch.full((n_options,), self._gate_rate, dtype=torch.float64), -bound, bound)
        adam, asked = Adam(self._numbers, self._rate), self._asked()
        paths, losses, slopes = [self._shares(gate_adam.values, 0)], [], []
        inputs, targets = self._rows["train"]
        n_steps = 0
        for epoch in range(self.epochs):
            order = torch.stack([stream.order(len(inputs)) for stream in streams])
            total = torch.zeros(n_models, dtype=torch.float64)
            for rows in torch.split(order, self._batch, dim=1):
                n_steps += 1
                hyper = n_options > 1 and epoch >= self._waiting and n_steps % self._every == 0
                gates = gate_adam.values.clone().requires_grad_(hyper)
                shares = self._shares(gates, epoch)
                there = self._numbers.clone().requires_grad_() if hyper else self._numbers.detach().requires_grad_()
                c1 = self._losses(there, shares, inputs[rows], targets[rows])
                (gradients,) = torch.autograd.grad(c1.sum(), there, create_graph=hyper and self._order == 2)
                total += c1.detach().double() * rows.shape[1]
                response = adam.step(self._numbers, gradients.detach(), respond=hyper)
                if hyper:
                    slopes.append(self._hypergradients(gates, epoch, gradients, response, next(asked)))
                    gate_adam.step(slopes[-1])
            losses.append(total / len(inputs))
            paths.append(self._shares(gate_adam.values, epoch))
        self._last = paths[-1]
        logged = torch.stack(slopes, 1) if slopes else torch.zeros(n_models, 0, n_options)
        return Gated(self.options, torch.stack(paths, 1).numpy(), torch.stack(losses, 1).numpy(), logged.numpy())

    @one_thread()
    @torch.no_grad()
    def score(self, part: str, cut: bool = False) -> Scores:
        """How good the trained networks are on "train", "tuning", or one of the scored parts.

        Args:
            part: which rows.
            cut: give all of the mixture to the option with the largest share, without training on.

        Raises:
            ValueError: there are no such rows, or nothing has been trained.
        """
        self.data.part(part)
        if not hasattr(self, "_last"):
            raise ValueError("nothing has been trained yet; call train() before score()")
        inputs, targets = (rows.expand(len(self.seeds), *rows.shape) for rows in self._rows[part])
        shares = F.one_hot(self._last.argmax(1), len(self.options)).double() if cut else self._last
        outputs = self._outputs(self._numbers, shares, inputs)
        losses = F.cross_entropy(outputs.mT, targets, reduction="none").mean(1)
        errors = (outputs.argmax(2) != targets).double().mean(1)
        errors[~losses.isfinite()] = math.nan
        return Scores(losses.double().numpy(), errors.numpy())

    def _hypergradients(
        self,
        gates: torch.Tensor,
        epoch: int,
        gradients: torch.Tensor,
        response: torch.Tensor | None,
        rows: torch.Tensor,
    ) -> torch.Tensor:
        """DC2/dgates: the direct effect of the shares, and that of the step which they bent, (K, O)."""
        inputs, targets = self._rows["tuning"]
        moved = self._numbers.clone().requires_grad_()
        c2 = self._losses(moved, self._shares(gates, epoch), inputs[rows], targets[rows])
        g, direct = torch.autograd.grad(c2.sum(), (moved, gates))
        if self._order == 1:
            return direct
        assert response is not None
        # the step goes down its gradient, so a gradient larger by one lowers each number by the response
        (bent,) = torch.autograd.grad((gradients * (g * response)).sum(), gates)
        return direct - bent

    def _losses(
        self, numbers: torch.Tensor, shares: torch.Tensor, inputs: torch.Tensor, targets: torch.Tensor
    ) -> torch.Tensor:
        """Mean cross-entropies of a batch (K, B, n), (K,)."""
        outputs = self._outputs(numbers, shares, inputs)
        return F.cross_entropy(outputs.mT, targets, reduction="none").mean(1)

    def _outputs(self, numbers: torch.Tensor, shares: torch.Tensor, inputs: torch.Tensor) -> torch.Tensor:
        """Scores of the classes, (K, B, n_classes)."""
        weights, biases = Layers.of(numbers, self._sizes)
        shares, here = shares.to(self._dtype), inputs
        for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            here = torch.baddbmm(bias[:, None], here, weight)
            if layer < len(weights) - 1:
                here = self._mixed(here, shares)
        return here

    def _mixed(self, z: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
        """What leaves a hidden layer, (K, B, U)."""
        if self._masks:
            return torch.relu(z) * (shares @ torch.stack(self._masks).to(shares.dtype))[:, None]
        parts = (CURVES[str(name)](z) * shares[:, o, None, None] for o, name in enumerate(self.options))
        return torch.stack([*parts]).sum(0)

    def _shares(self, gates: torch.Tensor, epoch: int) -> torch.Tensor:
        return torch.softmax(gates / self._temperatures[epoch], 1)

    def _asked(self) -> Iterator[torch.Tensor]:
        """The batches of T2, (K, B): each model goes through all of T2 in its own order, again and again."""
        n_rows = len(self._rows["tuning"][0])
        size = min(self._tuning_batch, n_rows)
        draws = [np.random.default_rng((seed, T2_ORDER)) for seed in self.seeds]
        while True:
            orders = torch.tensor(np.stack([rng.permutation(n_rows) for rng in draws]))
            yield from (rows for rows in torch.split(orders, size, dim=1) if rows.shape[1] == size)

    def _tensors(self, part: str) -> tuple[torch.Tensor, torch.Tensor]:
        inputs, targets = self.data.part(part)
        return torch.tensor(inputs, dtype=self._dtype), torch.tensor(targets, dtype=torch.int64)


def _checked(options: Sequence[str] | Sequence[int]) -> tuple[str | int, ...]:
    """The options.

    Raises:
        ValueError: there is none, one is double or unknown, or names stand beside widths.
    """
    found: tuple[str | int, ...] = tuple(option if isinstance(option, str) else int(option) for option in options)
    if not found or len(set(found)) < len(found):
        raise ValueError(f"options must be one or more, each once, got {options}")
    strange = [option for option in found if (option not in CURVES if isinstance(option, str) else option < 1)]
    if strange or len({type(option) for option in found}) > 1:
        raise ValueError(f"options must be out of {', '.join(CURVES)}, or all widths from 1 on, got {options}")
    return found
