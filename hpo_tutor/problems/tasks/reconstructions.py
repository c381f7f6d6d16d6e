"""What does an auto-encoder make of pictures that it has not trained on, and what does the best linear code?

K        number of models
n        number of pictures, taken from the validation rows
grey     pictures in the unit of the task's loss, unclipped: a network may answer darker than black
rmse     root of the mean squared difference of grey levels, over pixels
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.cores import n_cores
from hpo_tutor.problems.tasks.autoencoders import CODE
from hpo_tutor.problems.tasks.division import Rows, rows
from hpo_tutor.problems.tasks.runs import losses_of
from hpo_tutor.problems.tasks.table import task
from hpo_tutor.training import AutoEncoder, Population, features
from hpo_tutor.training.crew import Crew

Array = NDArray[np.float64]
Config = Mapping[str, Any]


class Rebuilt(NamedTuple):
    """Pictures, and what K models make of them.

    Attributes:
        originals: (n, height, width) grey levels.
        pictures: (K, n, height, width) grey levels that came back.
        losses: (K,) rmse over all validation rows; nan where a training diverged.
    """

    originals: Array
    pictures: Array
    losses: Array

    @property
    def errors(self) -> Array:
        """The rmse of each picture, (K, n)."""
        squares: Array = np.mean((self.pictures - self.originals) ** 2, axis=(-2, -1))
        return np.sqrt(squares)


def rebuild(
    name: str,
    configs: Sequence[Config],
    pictures: Sequence[int],
    seeds: Sequence[int] | None = None,
    batch: int = 0,
    n_batches: int = 1,
) -> Rebuilt:
    """Train an auto-encoder for each configuration, and let it rebuild validation pictures.

    The trainings are those of ``train`` with the same seeds, so the losses are the same up to rounding.

    Args:
        name: of the task.
        configs: hyperparameters; the task's defaults where they are silent.
        pictures: which of the validation rows, from 0.
        seeds: one for each configuration; None takes 0 for all.
        batch: the data batch.
        n_batches: of how many.

    Raises:
        ValueError: the task trains no auto-encoder, or there is no such picture.
    """
    known, data = task(name), _rows(name, batch, n_batches)
    chosen = _chosen(data, pictures)
    wanted = [0] * len(configs) if seeds is None else list(seeds)
    scored = data.data.validation_inputs
    blank = np.full(scored.shape, np.nan)

    def outputs_of(place: int) -> Array:
        columns = known.columns([configs[place]])
        structure = {one: columns.pop(one)[0] for one in known.structural}
        model = known.structure(**structure) if known.structure else known.network
        population = Population(model, data.data, columns, [wanted[place]], n_threads=1, keep_networks=True)
        return features(population.network(0), scored) if np.isfinite(population.train()[0]) else blank

    with Crew(n_cores(), threading.Event()) as crew:  # one model a core: their layers differ
        outputs = np.array(crew.map(outputs_of, range(len(configs)))).reshape(-1, *scored.shape)
    return _rebuilt(name, data, outputs, chosen)


def linear_code(
    name: str, pictures: Sequence[int], n_numbers: int = CODE, batch: int = 0, n_batches: int = 1
) -> Rebuilt:
    """What the first principal components of the training rows make of validation pictures: the best linear code.

    Args:
        name: of the task.
        pictures: which of the validation rows, from 0.
        n_numbers: how many numbers are kept of each picture.
        batch: the data batch.
        n_batches: of how many.

    Returns:
        as ``rebuild`` does, for one model.

    Raises:
        ValueError: as of ``rebuild``; or there are not so many components.
    """
    data = _rows(name, batch, n_batches)
    train, scored = data.data.train_inputs, data.data.validation_inputs
    if not 1 <= n_numbers <= min(train.shape):
        raise ValueError(f"n_numbers lies between 1 and {min(train.shape)}, the numbers of a picture; got {n_numbers}")
    mean = train.mean(axis=0)
    _, _, directions = np.linalg.svd(train - mean, full_matrices=False)
    kept = directions[:n_numbers]
    outputs = mean + (scored - mean) @ kept.T @ kept
    return _rebuilt(name, data, outputs[None], _chosen(data, pictures))


def one_of_each(name: str, n_classes: int = 10, batch: int = 0, n_batches: int = 1) -> list[int]:
    """The first validation picture of each class, from class 0."""
    targets = np.asarray(rows(name, batch, n_batches).data.validation_targets)
    return [int(np.argmax(targets == label)) for label in range(n_classes)]


def _rows(name: str, batch: int, n_batches: int) -> Rows:
    if not isinstance(task(name).model, AutoEncoder):
        raise ValueError(
            f"{name} rebuilds no pictures; tasks that do are named after an auto-encoder, such as digits-autoencoder"
        )
    return rows(name, batch, n_batches)


def _chosen(data: Rows, pictures: Sequence[int]) -> NDArray[np.intp]:
    n, chosen = len(data.data.validation_inputs), np.asarray(pictures, dtype=np.intp)
    if chosen.ndim != 1 or not len(chosen) or chosen.min() < 0 or chosen.max() >= n:
        raise ValueError(f"pictures are validation rows, at least one, each from 0 to {n - 1}; got {pictures!r}")
    return chosen


def _rebuilt(name: str, data: Rows, outputs: Array, chosen: NDArray[np.intp]) -> Rebuilt:
    """Standardised outputs (K, rows, inputs) as pictures, and their losses over all rows."""
    scored, scale = data.data.validation_inputs, data.target_scale
    # one centre was subtracted from all pixels; the ground of the pictures is black, so it is what black lies below it
    centre = -scale * float(data.data.train_inputs.min())
    model = task(name).model
    assert isinstance(model, AutoEncoder)
    height, width, _ = model.image  # grey pictures have one channel
    losses = losses_of(name, np.mean((outputs - scored) ** 2, axis=(1, 2)), scale)
    shape = (len(chosen), height, width)
    return Rebuilt(
        (scored[chosen] * scale + centre).reshape(shape),
        (outputs[:, chosen] * scale + centre).reshape(len(outputs), *shape),
        losses,
    )
