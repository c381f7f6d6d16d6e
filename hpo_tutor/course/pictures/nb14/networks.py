"""Which layers has an auto-encoder's first half? A row of boxes from the picture to the code; what is off is dashed.

setting   a value for every hyperparameter, also for those of layers that are not there
top       height of the boxes' upper sides, in rows of the picture
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hpo_tutor.problems import tasks
from hpo_tutor.scenes.layers import AnyLayer, Line, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, SIZES
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.training.models.architecture import Convolution, Dense, Network, Pooling, Shape
from hpo_tutor.training.models.descriptions import AutoEncoder

TASK = "digits-autoencoder"
MOST = 3  # layers of each kind
HEIGHT = 2.4  # of a box, rows
SMALL = SIZES["numbers"]
TIMES = "\N{MULTIPLICATION SIGN}"


def space() -> SearchSpace:
    """All hyperparameters of the auto-encoder, with their conditions and constraints."""
    task = tasks.task(TASK)
    return SearchSpace(task.domains, constraints=task.constraints)


def encoder_of(setting: Mapping[str, Any]) -> Network:
    """The encoder of a setting; dead values are not looked at."""
    task = tasks.task(TASK)
    assert task.structure is not None
    model = task.structure(**{name: setting[name] for name in task.structural})
    assert isinstance(model, AutoEncoder)
    return model.encoder(model.n_outputs)


def shapes_of(network: Network) -> list[Shape]:
    """What leaves each convolution, its pooling included, and each dense layer; the last is the code."""
    shapes: list[Shape] = []
    for layer in network:
        if isinstance(layer, Convolution | Dense):
            shapes.append(layer.outputs)
        elif isinstance(layer, Pooling):
            shapes[-1] = layer.outputs
    return shapes


def boxes(setting: Mapping[str, Any], top: float) -> list[AnyLayer]:
    """A box for each layer, from the picture to the code; those that are switched off are dashed."""
    encoder = encoder_of(setting)
    shapes = iter([encoder[0].inputs, *shapes_of(encoder)])
    names = ["input", *(f"conv {i}" for i in range(1, MOST + 1)), *(f"dense {j}" for j in range(1, MOST + 1)), "code"]
    there = [True, *(i <= setting["n_conv"] for i in range(1, MOST + 1))]
    there += [*(j <= setting["n_dense"] for j in range(1, MOST + 1)), True]
    bottom, step = top - HEIGHT, 1 / len(names)
    left = np.arange(len(names)) * step + 0.004
    middle, right = left + 0.44 * step, left + 0.88 * step
    layers: list[AnyLayer] = []
    kept = np.flatnonzero(there)
    layers.append(
        Segments(right[kept[:-1]], [top - 1.2] * (len(kept) - 1), left[kept[1:]], [top - 1.2] * (len(kept) - 1))
    )
    for k in range(len(names)):
        x, y = [left[k], right[k], right[k], left[k], left[k]], [top, top, bottom, bottom, top]
        layers.append(Line(x, y, INK, width=1.5) if there[k] else Line(x, y, GREY, "dash", 1.0))
    for one, color in ((True, INK), (False, GREY)):
        some = [k for k in range(len(names)) if there[k] is one]
        for line, height in enumerate((top - 0.72, top - 1.68)):
            words = [[*names[k].split(" "), ""][line] for k in some]
            layers.append(Text(middle[some], [height] * len(some), words, color, size=SMALL))
        written = [TIMES.join(map(str, next(shapes))) for _ in some] if one else ["off"] * len(some)
        layers.append(Text(middle[some], [bottom - 0.65] * len(some), written, color, size=SMALL))
    return layers
