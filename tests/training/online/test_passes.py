"""A batch passes forth and back through many networks as torch sends it through one, and so does a change of noise."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from hpo_tutor.training import MLP
from hpo_tutor.training.online.passes import (
    Chain,
    Layers,
    Noise,
    along,
    change_against,
    change_along,
    gradients,
)
from tests.training.online.reference import Batch, Hyperparameters, gradient, loss
from tests.training.online.small_problems import models

N_MODELS, N_ROWS, N_INPUTS = 2, 5, 3
QUICK = settings(max_examples=15, deadline=None)


class Setup:
    """Two networks with random weights, a batch with both kinds of noise before every layer, and the same for torch."""

    def __init__(self, model: MLP, seed: int) -> None:
        self.model, self.sizes = model, (N_INPUTS, *model.hidden, model.n_outputs)
        draw = torch.Generator().manual_seed(seed)
        n_numbers = sum(a * b + b for a, b in zip(self.sizes[:-1], self.sizes[1:], strict=True))
        self.numbers, self.direction = torch.randn(2, N_MODELS, n_numbers, generator=draw, dtype=torch.float64)
        self.inputs = torch.randn(N_MODELS, N_ROWS, N_INPUTS, generator=draw, dtype=torch.float64)
        shape = (N_MODELS, N_ROWS, model.n_outputs)
        if model.task == "classification":
            self.targets = torch.randint(model.n_outputs, shape[:2], generator=draw)
        else:
            self.targets = torch.randn(shape, generator=draw, dtype=torch.float64)

        def normal(first: int) -> list[Tensor | None]:
            return [
                None if n < first else torch.randn(N_MODELS, N_ROWS, width, generator=draw, dtype=torch.float64)
                for n, width in enumerate(self.sizes[:-1])
            ]

        def columns() -> list[Tensor]:
            return [torch.rand(N_MODELS, 1, 1, generator=draw, dtype=torch.float64) for _ in self.sizes[1:]]

        self.noise = Noise(normal(0), columns(), normal(1), columns())
        self.chain = Chain(Layers.of(self.numbers, self.sizes), model.activation, model.task == "classification")
        self.passed = self.chain.forward(self.inputs, self.noise)
        self.losses, errors = self.chain.score(self.passed.outputs, self.targets)
        self.errors = self.chain.back(self.passed, errors, self.noise)

    def places(self) -> list[tuple[str, int]]:
        """Where there is noise: its kind, and the layer counted from 0."""
        later = range(1, len(self.sizes) - 1)
        return [("noise", 0), *((kind, n) for kind in ("noise", "dropout_noise") for n in later)]

    def alone(self, k: int) -> tuple[list[Tensor], Batch, Hyperparameters, dict[tuple[str, int], Tensor]]:
        """The k-th network and its batch in the reference's words: weights, batch, h, draws."""
        numbers = Layers.of(self.numbers[k : k + 1], self.sizes)
        weights = [one[0].clone().requires_grad_() for pair in zip(*numbers, strict=True) for one in pair]
        h, draws = {}, {}
        for kind, n in self.places():
            all_draws, values = self.noise[:2] if kind == "noise" else self.noise[2:]
            name = "input_noise" if (kind, n) == ("noise", 0) else f"{kind}_{n + 1}"
            h[name] = values[n][k, 0, 0].clone().requires_grad_()
            draws[kind, n + 1] = all_draws[n][k]
        return weights, Batch(self.inputs[k], self.targets[k]), h, draws

    def gradient_of(self, k: int) -> tuple[Tensor, Hyperparameters]:
        """The gradient by all weights of the k-th network, in one row, as a function of h; and h."""
        weights, batch, h, draws = self.alone(k)
        return torch.cat([one.flatten() for one in gradient(self.model, weights, batch, h, draws)]), h


setups = st.builds(Setup, models(), st.integers(0, 2**32))


@QUICK
@given(setup=setups)
def test_losses_and_gradients_are_torchs(setup: Setup) -> None:
    """With every kind of noise at once, each network's loss and gradient agree within 1e-10."""
    into = torch.empty_like(setup.numbers)
    gradients(setup.passed, setup.errors, Layers.of(into, setup.sizes))
    for k in range(N_MODELS):
        assert setup.losses[k].item() == pytest.approx(loss(setup.model, *setup.alone(k)).item(), rel=1e-12)
        np.testing.assert_allclose(into[k], setup.gradient_of(k)[0].detach(), rtol=1e-10, atol=1e-12)


@QUICK
@given(setup=setups)
def test_a_change_of_noise_is_carried_forth_and_back(setup: Setup) -> None:
    """How the gradient changes with each noise, along a direction and another batch's gradient, is autograd's."""
    direction = Layers.of(setup.direction, setup.sizes)
    other = Setup(setup.model, seed=1)
    theirs = torch.empty_like(other.numbers)
    gradients(other.passed, other.errors, Layers.of(theirs, setup.sizes))
    for kind, n in setup.places():
        change = setup.chain.change(setup.passed, setup.errors, setup.noise, kind, (n,))
        found = change_along(setup.passed, setup.errors, change, direction)
        against = change_against(setup.passed, setup.errors, change, other.passed, other.errors)
        for k in range(N_MODELS):
            slopes, h = setup.gradient_of(k)
            by = h["input_noise" if (kind, n) == ("noise", 0) else f"{kind}_{n + 1}"]
            for what, value in ((setup.direction, found), (theirs, against)):
                (wanted,) = torch.autograd.grad(slopes @ what[k], by, retain_graph=True)
                assert value[k].item() == pytest.approx(wanted.item(), rel=1e-8, abs=1e-10)


@QUICK
@given(setup=setups)
def test_a_direction_passes_through_like_a_batch(setup: Setup) -> None:
    """The slope of the loss along a direction, layer by layer, is the gradient's inner product with it."""
    into = torch.empty_like(setup.numbers)
    gradients(setup.passed, setup.errors, Layers.of(into, setup.sizes))
    found = along(setup.passed, setup.errors, Layers.of(setup.direction, setup.sizes))
    products = Layers.of(into * setup.direction, setup.sizes)
    for n, (weights, biases) in enumerate(zip(*products, strict=True)):
        np.testing.assert_allclose(found[:, n], weights.sum((1, 2)) + biases.sum(1), rtol=1e-9, atol=1e-10)
