"""How many numbers does training find?

sizes   (n_inputs, units of each hidden layer..., n_outputs), as a tuple of two numbers or more
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from hpo_tutor.course.exercises import Exercise, Variant


def n_parameters(sizes: Sequence[int]) -> int:
    """Weights and biases of a fully connected network."""
    return _weights(sizes) + sum(sizes[1:])


def _weights(sizes: Sequence[int]) -> int:
    return sum(before * after for before, after in pairwise(sizes))


EXERCISE = Exercise(
    id="00.2",
    title="parameters of a network",
    level=2,
    truth=n_parameters,
    cases=(((64, 32, 10),), ((64, 10),), ((10, 32, 16, 1),), ((3, 2, 5, 4, 7),)),
    mistakes=(
        Variant(
            "the biases are missing: each unit that computes something has one, besides its weights.",
            (_weights,),
        ),
        Variant(
            "the inputs were given biases. They compute nothing, so they have none.",
            (lambda sizes: _weights(sizes) + sum(sizes),),
        ),
        Variant(
            "the biases were counted on the wrong side: a layer has as many as it has units, not as many as it has "
            "inputs.",
            (lambda sizes: _weights(sizes) + sum(sizes[:-1]),),
        ),
        Variant(
            "one bias was counted for each layer. Each unit has its own.",
            (lambda sizes: _weights(sizes) + len(sizes) - 1, lambda sizes: _weights(sizes) + len(sizes)),
        ),
        Variant(
            "the layers were multiplied together. A weight joins two neighbours: multiply neighbours, then add up.",
            (math.prod, lambda sizes: math.prod(sizes) + sum(sizes[1:])),
        ),
        Variant(
            "these are units, not parameters. Each unit has a weight for every unit before it, and a bias.",
            (sum, lambda sizes: sum(sizes[1:]), lambda sizes: sum(sizes[1:-1])),
        ),
        Variant(
            "the last layer is missing: its units have weights and biases like all others.",
            (lambda sizes: n_parameters(sizes[:-1]), lambda sizes: _weights(sizes[:-1])),
        ),
        Variant(
            "the first layer of weights is missing: it joins the inputs to the first units.",
            (lambda sizes: n_parameters(sizes[1:]), lambda sizes: _weights(sizes[1:])),
        ),
        Variant(
            "the output layer has biases as well.",
            (lambda sizes: _weights(sizes) + sum(sizes[1:-1]),),
        ),
        Variant(
            "only the first layer was counted. A return inside a loop ends it at once.",
            (lambda sizes: (sizes[0] + 1) * sizes[1], lambda sizes: sizes[0] * sizes[1]),
        ),
        Variant(
            "only the last layer was counted. Inside a loop, n = ... forgets the layers before; n += ... adds to them.",
            (lambda sizes: (sizes[-2] + 1) * sizes[-1], lambda sizes: sizes[-2] * sizes[-1]),
        ),
        Variant(
            "these are the numbers layer by layer. Add them up.",
            (
                lambda sizes: [(before + 1) * after for before, after in pairwise(sizes)],
                lambda sizes: [before * after for before, after in pairwise(sizes)],
            ),
        ),
    ),
    hints=(
        "Begin with a single unit. How many weights has it, if the layer before it has 64 units? And what else?",
        "A layer of b units behind one of a units has a * b weights and b biases. A for loop over neighbours, or "
        "zip(sizes[:-1], sizes[1:]), adds the layers up.",
        "Return sum((a + 1) * b for a, b in zip(sizes[:-1], sizes[1:])).",
    ),
)
