"""Recorded tables whose optima are known in advance, for tests of what is told and drawn of them."""

import functools
import itertools
from pathlib import Path

import numpy as np

from hpo_tutor.problems.landscapes import files, sample_files
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.search_space import Choice, Float, Integer

RATE = Axis("learning_rate", (1e-3, 1e-2, 1e-1, 1.0), log=True)
DEPTH = Axis("max_depth", (2, 3, 4, 5, 6), whole=True, unit="splits")
WIDTH = Axis("width", (4, 8, 16), log=True, whole=True, unit="units")
PLACES = ((2, 3, 1), (1, 1, 2), (1, 1, 1))
"""Where a bowl is lowest on each data batch: numbers of values of learning_rate, max_depth and width."""
FLOORS = (1.5, 0.25, 3.0)
NETWORK = {"network": "5-width-1", "activation": "relu", "optimiser": "Adam", "dtype": "float32"}
TREES = {"learner": "LightGBM, 255 leaves; at most 300 trees"}


def about(**more):
    """Metadata of three data batches and two seeds."""
    return {
        "task": "king_county",
        "loss_name": "rmse",
        "loss_unit": "ln(price)",
        "fixed": {"l2": 1e-4, "batch_size": 128},
        "n_batches": 3,
        "seeds": [4, 7],
        "split": "cut in three",
        "shuffle_seed": 11,
        "n_training_rows": 1296,
        "n_stopping_rows": None,
        "n_validation_rows": 433,
        "n_models": 1234,
        "seconds": 5678.9,
        "machine": "a machine, 2 cores",
        "versions": {"python": "3.11.7", "numpy": "2.4.6"},
        **NETWORK,
        **more,
    }


def grid(name="bowls", axes=(RATE, DEPTH), **more):
    """A bowl over the grid for each data batch, lowest at PLACES with FLOORS there; noisier at larger rates."""
    shape = tuple(len(axis.values) for axis in axes)
    order = [(RATE, DEPTH, WIDTH).index(axis) for axis in axes]
    losses = np.empty((3, 2, *shape))
    for batch, place in itertools.product(range(3), np.ndindex(shape)):
        heights = [(at - PLACES[batch][axis]) ** 2 for at, axis in zip(place, order, strict=True)]
        losses[(batch, slice(None), *place)] = FLOORS[batch] + sum(heights) + np.array([-0.1, 0.1]) * (1 + place[0])
    return Recorded(name, tuple(axes), losses.astype(np.float32), about(**more))


def sample(name="sample", n=24):
    """Random configurations; the loss is the distance of learning_rate from 0.01, in powers of ten, plus the floor."""
    rng = np.random.default_rng(0)
    domains = {
        "learning_rate": Float(1e-4, 1.0, log=True),
        "pool": Integer(1, 2),
        "activation": Choice(("relu", "tanh")),
        "width": Choice((4, 8), ordered=True),
        "dropout": Float(0.0, 0.5),
    }
    configs = [{name: domain.from_unit(rng.random()) for name, domain in domains.items()} for _ in range(n)]
    heights = np.array([abs(np.log10(config["learning_rate"]) + 2) for config in configs])
    losses = np.array(FLOORS)[:, None, None] + heights + np.array([-0.1, 0.1])[:, None]
    return Sampled(name, domains, configs, losses.astype(np.float32), about(units={"pool": "pixels"}))


@functools.cache
def fitted():
    """The random sample with its forests, which take seconds to grow."""
    return sample_files.fit(sample())


def folder_of(place: Path, *tables):
    """The folder with these tables in it."""
    for table in tables:
        write = sample_files.write if isinstance(table, Sampled) else files.write
        write(place / f"{table.name}.parquet", table)
    return place
