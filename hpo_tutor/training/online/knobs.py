"""Which hyperparameters can be tuned while the weights train, and where in the network do they act?

l2               log10 of the penalty lambda, which adds lambda * parameter to each gradient, of all layers
l2_n             the same of dense layer n alone, counted from 1
input_noise      standard deviation of the Gaussian noise that is added to each input
noise_n          the same, added to each number that enters dense layer n, from 2 on
dropout_noise    standard deviation of the Gaussian noise around 1 by which whatever leaves a hidden layer is
                 multiplied: Gaussian dropout (Srivastava et al. 2014, section 10)
dropout_noise_n  the same of what enters dense layer n alone, from 2 on
K, H, L          models, hyperparameters, dense layers

All of them change the gradient of T1's loss, continuously; that is what a hyperparameter must do to be tuned so.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Kind = Literal["l2", "noise", "dropout_noise"]


class Knob(NamedTuple):
    """How one hyperparameter is turned.

    Attributes:
        low, high: it never leaves this range, ends included; of l2 they are log10 of the penalty.
        rate: learning rate of its Adam, in its own unit: about the most that it moves in one hyper-step. 0 holds it
            where it is; its hypergradient is logged all the same.
    """

    low: float
    high: float
    rate: float


class Act(NamedTuple):
    """What a hyperparameter's name means: ``layers`` counts dense layers from 0."""

    kind: Kind
    layers: tuple[int, ...]


# the ranges of the project that the course follows; a knob crosses its own in a hundred hyper-steps at the least
USUAL: Mapping[Kind, Knob] = {
    "l2": Knob(-5.5, -2.5, 0.03),
    "noise": Knob(0.0, 0.8, 0.008),
    "dropout_noise": Knob(0.0, 1.0, 0.01),
}


def act(name: str, n_layers: int) -> Act:
    """What the name means in a network of that many dense layers.

    Raises:
        ValueError: no hyperparameter has that name.
    """
    every = tuple(range(n_layers))
    whole: dict[str, Act] = {
        "l2": Act("l2", every),
        "input_noise": Act("noise", (0,)),
        "dropout_noise": Act("dropout_noise", every[1:]),
    }
    if name in whole and whole[name].layers:
        return whole[name]
    if found := re.fullmatch(r"(l2|noise|dropout_noise)_(\d+)", name):
        kind, layer = found[1], int(found[2])
        if (1 if kind == "l2" else 2) <= layer <= n_layers:
            return Act(kind, (layer - 1,))  # type: ignore[arg-type]  # the pattern has the three kinds
    known = ["l2", "input_noise", *(f"l2_{n + 1}" for n in every)]
    known += ["dropout_noise"] * (n_layers > 1) + [
        f"{kind}_{n + 1}" for kind in ("noise", "dropout_noise") for n in every[1:]
    ]
    raise ValueError(
        f"{name!r} cannot be tuned while a network of {n_layers} dense layers trains; it has {', '.join(known)}"
    )


def acts(names: Sequence[str], n_layers: int) -> tuple[Act, ...]:
    """What the names mean.

    Raises:
        ValueError: no hyperparameter has one of the names, or two act at the same place.
    """
    found = tuple(act(name, n_layers) for name in names)
    places: dict[tuple[Kind, int], str] = {}
    for name, one in zip(names, found, strict=True):
        for layer in one.layers:
            if (one.kind, layer) in places:
                raise ValueError(
                    f"{places[one.kind, layer]} and {name} act at the same place, dense layer {layer + 1}; "
                    "leave one of them out"
                )
            places[one.kind, layer] = name
    return found


def settle(
    starts: Mapping[str, ArrayLike],
    knobs: Mapping[str, Knob] | None,
    n_models: int,
    n_layers: int,
    word: str = "starts",
) -> tuple[NDArray[np.float64], dict[str, Knob]]:
    """Where K models start, shape (K, H), and the knob of each hyperparameter; messages call them ``word``.

    Raises:
        ValueError: a name is unknown, lengths differ, a range makes no sense, or a start lies outside.
    """
    meant = acts(tuple(starts), n_layers)
    if strange := [name for name in knobs or {} if name not in starts]:
        raise ValueError(f"{', '.join(strange)} has a knob and no start; give it one, starts={{{strange[0]!r}: ...}}")
    chosen = {name: Knob(*(knobs or {}).get(name, USUAL[one.kind])) for name, one in zip(starts, meant, strict=True)}
    columns = np.empty((n_models, len(chosen)))
    for place, (name, knob) in enumerate(chosen.items()):
        _check(name, knob, meant[place].kind)
        values = np.asarray(starts[name], dtype=np.float64)
        if values.ndim > 1 or values.size not in (1, n_models):
            raise ValueError(
                f"{word}[{name!r}] must have one value for each of the {n_models} seeds, got shape {values.shape}; "
                "give both the same length, or one number for all models"
            )
        outside = ~((values >= knob.low) & (values <= knob.high))
        if np.any(outside):
            worst = np.ravel(values)[np.ravel(outside)][0]
            raise ValueError(
                f"{word}[{name!r}] must lie in {knob.low:g}..{knob.high:g}, got {worst:g}"
                f"{'; l2 is log10 of the penalty' if meant[place].kind == 'l2' else ''}; "
                f"stay within, or widen the range by knobs={{{name!r}: Knob(low, high, rate)}}"
            )
        columns[:, place] = values
    return columns, chosen


def _check(name: str, knob: Knob, kind: Kind) -> None:
    if not (math.isfinite(knob.low) and math.isfinite(knob.high) and knob.low <= knob.high):
        raise ValueError(f"the range of {name} must be finite and not empty, got {knob.low:g}..{knob.high:g}")
    if kind != "l2" and knob.low < 0:
        raise ValueError(f"{name} is a standard deviation, so its range begins at 0 or above, got {knob.low:g}")
    if not (math.isfinite(knob.rate) and knob.rate >= 0):
        raise ValueError(f"the rate of {name} must be a finite number >= 0, got {knob.rate:g}; 0 holds it")
