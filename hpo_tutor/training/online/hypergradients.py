"""What would the last step have been worth on T2 with a little more of a hyperparameter? The one-step hypergradient.

A step takes theta to theta' by a batch of T1; C2 is the loss of a batch of T2 at theta', without noise and penalty, and
g its gradient there. For a hyperparameter h the hypergradient is

    g . d theta'/d h = - g . (response * dG/dh),        G the gradient that the step took, at theta

    l2      dG/d l2 = ln(10) 10**l2 theta               of the layers that l2 acts on; theta before the step
    noise   dG/d sigma                                  with the draws of the step, carried forth and back (``passes``)

    exact   the response of the step really taken; for SGD that is the learning rate eta
    sgd     the response is eta, whatever the optimiser: Luketina et al. (2016), equations 3 to 6, and source 002
    source  what the program of source 002 computes: - eta g . theta for l2, without ln(10) 10**l2, and for a noise the
            direct effect dC2/d sigma of noise in a pass of T2, which is no hypergradient
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch

from hpo_tutor.training.online.knobs import Act
from hpo_tutor.training.online.passes import (
    Chain,
    Change,
    Layers,
    Noise,
    Pass,
    Tensors,
    along,
    change_against,
    change_along,
    gradients,
)

Rule = Literal["exact", "sgd", "source"]
RULES = ("exact", "sgd", "source")


class Taken(NamedTuple):
    """The step of T1: all that its hypergradients are made of.

    Attributes:
        passed, errors: the batch of T1, or its first rows, at the weights before the step.
        changes: how both change with each hyperparameter's noise; None for l2 and where it is not wanted.
        before: the weights and biases before the step.
        response: of the optimiser, (K, P); None where it is ``rate``.
        rate: the learning rate.
    """

    passed: Pass
    errors: Tensors
    changes: Sequence[Change | None]
    before: Layers
    response: torch.Tensor | None
    rate: float


class Asked(NamedTuple):
    """T2's batch at the new weights: its pass, and the errors of all layers; a noisy one has those of its outputs."""

    passed: Pass
    errors: Tensors


def hypergradients(
    acts: Sequence[Act], values: torch.Tensor, taken: Taken, asked: Asked, sizes: Sequence[int]
) -> torch.Tensor:
    """The hypergradients of all hyperparameters, (K, H), float64.

    Args:
        acts: what the hyperparameters mean, H of them.
        values: where they stood in the step, (K, H); l2 is log10 of the penalty.
        taken: the step.
        asked: the batch of T2.
        sizes: of the layers, inputs first.
    """
    scale, direction = -taken.rate, None
    if taken.response is not None:
        # what each number's gradient is worth on T2: g * response
        flat = torch.empty_like(taken.response)
        direction, scale = Layers.of(flat, sizes), -1.0
        gradients(*asked, into=direction)
        flat.mul_(taken.response)
    by_layer: torch.Tensor | None = None
    columns = []
    for place, act in enumerate(acts):
        change = taken.changes[place]
        if act.kind == "l2":
            if by_layer is None:
                by_layer = along(*asked, taken.before) if direction is None else _products(direction, taken.before)
            slope = math.log(10) * 10 ** values[:, place] * by_layer[:, list(act.layers)].sum(1)
        elif change is None:
            raise ValueError("a noise has a hypergradient only where its change was carried through the step")
        elif direction is None:
            slope = change_against(taken.passed, taken.errors, change, *asked)
        else:
            slope = change_along(taken.passed, taken.errors, change, direction)
        columns.append(scale * slope.double())
    return torch.stack(columns, 1)


def as_the_source(
    acts: Sequence[Act], chain: Chain, taken: Taken, asked: Asked, noisy: Asked, noise: Noise | None
) -> torch.Tensor:
    """What source 002's program takes for the hypergradients, (K, H), float64.

    Args:
        acts: as of ``hypergradients``.
        chain: the networks, after the step.
        taken: the step.
        asked: T2's batch without noise.
        noisy: T2's batch with noise.
        noise: that noise; None where no hyperparameter is a noise.
    """
    by_layer = along(*asked, taken.before)
    columns = []
    for act in acts:
        if act.kind == "l2":
            columns.append(-taken.rate * by_layer[:, list(act.layers)].sum(1).double())
        else:
            assert noise is not None
            moved = chain.carried(noisy.passed, noise, act.kind, act.layers)[-1]
            assert moved is not None
            columns.append((noisy.errors[-1] * moved).sum((1, 2)).double())
    return torch.stack(columns, 1)


def _products(one: Layers, other: Layers) -> torch.Tensor:
    """The inner products of all that belongs to a layer, (K, L)."""
    return torch.stack(
        [
            (weights * others).sum((1, 2)) + (biases * their).sum(1)
            for weights, biases, others, their in zip(*one, *other, strict=True)
        ],
        1,
    )
