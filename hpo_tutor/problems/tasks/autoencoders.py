"""How small can a network be that squeezes pictures into eight numbers, and how good are they when they come back?

The story of source 000: on a detector's chip an encoder squeezes each cell's picture, off the chip a decoder rebuilds
it. The encoder must be good AND small. Layers switch other hyperparameters on and off: convolution i has filters_i,
kernel_i, stride_i and pool_i, dense layer j has units_j, and a layer that is not there has none.
"""

from collections.abc import Mapping
from typing import Any

from hpo_tutor.problems.tasks.task import Goal, Source, Task
from hpo_tutor.search_space import Choice, Domain, Float, Integer
from hpo_tutor.training.boosting import BoostedTrees
from hpo_tutor.training.models.architecture import Network, n_operations, n_parameters
from hpo_tutor.training.models.descriptions import AutoEncoder, Block, Model

SIDE = 8  # of the pictures, in pixels
CODE = 8  # numbers that leave the chip for each picture
MOST = 3  # convolutions, and dense layers
_ALL = range(1, MOST + 1)
_PER_CONVOLUTION = ("filters", "kernel", "stride", "pool")


def autoencoder(name: str, source: Source, unit: str) -> Task:
    """The task on pictures of 8 x 8 pixels, whose grey levels have this unit."""
    return Task(
        name=name,
        source=source,
        learner=f"an auto-encoder with a code of {CODE} numbers, its layers as the hyperparameters say",
        model=_structure(**{name: _DEFAULTS[name] for name in _STRUCTURAL}),
        structure=_structure,
        structural=_STRUCTURAL,
        domains=_domains(),
        defaults=_DEFAULTS,
        loss_name="rmse",
        loss_unit=unit,
        constraints=_constraints(),
        goals=(
            Goal("operations", "multiplications of the encoder, a picture", lambda model: n_operations(_chip(model))),
            Goal("parameters", "numbers that the encoder has learnt", lambda model: n_parameters(_chip(model))),
        ),
    )


def _domains() -> dict[str, Domain]:
    """Two switches, what hangs on them, and one hyperparameter that always counts."""
    domains: dict[str, Domain] = {"n_conv": Integer(1, MOST), "n_dense": Integer(1, MOST)}
    for i in _ALL:
        when = f"n_conv >= {i}" if i > 1 else None
        domains |= {
            f"filters_{i}": Choice((2, 4, 8), ordered=True, when=when),
            f"kernel_{i}": Choice((1, 3, 5), ordered=True, when=when),
            f"stride_{i}": Integer(1, 2, when=when),
            f"pool_{i}": Integer(1, 2, when=when),
        }
    for j in _ALL:
        domains[f"units_{j}"] = Choice((8, 16, 32, 64), ordered=True, when=f"n_dense >= {j}" if j > 1 else None)
    return domains | {"learning_rate": Float(1e-3, 3e-2, log=True)}


def _constraints() -> tuple[str, ...]:
    """No pixel is jumped over, and no more than a single pixel is left to halve."""
    jumps = [f"stride_{i} <= kernel_{i}" for i in _ALL]
    shrinks = [" * ".join(f"stride_{i} * pool_{i}" for i in _ALL if i <= n) + f" <= {SIDE}" for n in _ALL if n > 1]
    return (*jumps, *shrinks)


def _structure(n_conv: int, n_dense: int, **layers: int) -> AutoEncoder:
    """The auto-encoder of these layers; what belongs to others is not looked at."""
    blocks = tuple(Block(*(layers[f"{part}_{i}"] for part in _PER_CONVOLUTION)) for i in _ALL if i <= n_conv)
    hidden = tuple(layers[f"units_{j}"] for j in _ALL if j <= n_dense)
    # tanh: with ReLU some trainings end with every unit of a narrow layer dead, by the luck of the start
    return AutoEncoder((SIDE, SIDE, 1), blocks, code=CODE, hidden=hidden, activation="tanh")


def _chip(model: Model | BoostedTrees) -> Network:
    """What has to fit on the chip."""
    assert isinstance(model, AutoEncoder)
    return model.encoder(model.n_outputs)


_STRUCTURAL = (
    "n_conv",
    "n_dense",
    *(f"{part}_{i}" for i in _ALL for part in _PER_CONVOLUTION),
    *(f"units_{j}" for j in _ALL),
)
_DEFAULTS: Mapping[str, Any] = {
    "n_conv": 1,
    "n_dense": 1,
    **{f"{part}_{i}": value for i in _ALL for part, value in zip(_PER_CONVOLUTION, (4, 3, 1, 1), strict=True)},
    **{f"units_{j}": 32 for j in _ALL},
    "learning_rate": 6e-3,
    "epochs": 15,
    "batch_size": 64,
}
