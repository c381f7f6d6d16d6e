"""What does a frozen network make of the photographs of cifar10? Features, on which a small head is quick to train.

small      a convolutional network of the course's own, trained once on photographs that are in no data batch; its
           weights lie in a file, since training it again elsewhere would move every loss recorded on its features
resnet50   torchvision's ResNet-50 with its published ImageNet weights, where the user has torchvision

image   (32, 32, 3) uint8; features (n_features,) float32
"""

import hashlib
import importlib.resources
import json
import math
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hpo_tutor.cores import n_cores
from hpo_tutor.problems import datasets
from hpo_tutor.problems.landscapes.files import checkout_folder
from hpo_tutor.training import CNN, Block, Data, Population, machine
from hpo_tutor.training.crew import Crew
from hpo_tutor.training.models import frozen, pretrained

FILE = "cifar10-backbone.npz"
PART = "valid"  # the data batches are cut from part "train"
NAMES = ("small", "resnet50")
SHUFFLE_SEED = 20_260_103  # which photographs are held back
HELD_BACK = 0.2
SEEDS = (0, 1, 2, 3)  # the last epoch is a matter of luck, so the best of these is kept
CHUNK = 100  # photographs at a time, which bounds the memory
MODEL = CNN((32, 32, 3), (Block(32), Block(64), Block(128, pool=4)), batch_norm=True)
SETTINGS: Mapping[str, float] = {"learning_rate": 1e-3, "epochs": 20, "l2": 1e-4, "dropout": 0.5, "batch_size": 64}


@dataclass(frozen=True, eq=False)
class Backbone:
    """A recorded network.

    Attributes:
        model: its layers.
        weights: what they hold, as ``frozen.weights`` orders it.
        centre, spread: by which each colour is standardised, (3,).
        trained: the rows of cifar10 that it learned from, each also mirrored.
        held_back: the rows that said which seed to keep.
        about: what the file says: settings, seed, accuracy, machine, versions, ...
    """

    model: CNN
    weights: Sequence[NDArray[Any]]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    trained: NDArray[np.int64]
    held_back: NDArray[np.int64]
    about: Mapping[str, Any]

    def features(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What enters the last layer, shape (n, n_features)."""
        return self._run(images, headless=True)

    def accuracy(self, rows: NDArray[np.int64]) -> float:
        """The share of these rows of cifar10 whose class the whole network, head included, finds."""
        dataset = _photographs()
        classes = self._run(dataset.inputs[rows], headless=False).argmax(axis=1)
        return float(np.mean(classes == dataset.target[rows]))

    def _run(self, images: NDArray[np.uint8], headless: bool) -> NDArray[np.float32]:
        network = frozen.rebuild(self.model.layers(math.prod(self.model.image)), self.weights).float()
        used = frozen.body(network) if headless else network
        starts = range(0, len(images), CHUNK)

        def block(start: int) -> NDArray[np.float32]:
            rows = _rows(images[start : start + CHUNK], self.centre, self.spread)
            return frozen.features(used, rows).astype(np.float32)

        with Crew(n_cores(), threading.Event()) as crew:
            return np.concatenate(crew.map(block, starts))


@lru_cache(maxsize=len(NAMES))
def features(name: str) -> NDArray[np.float32]:
    """What a frozen network makes of all images of cifar10, in the set's order: read-only, shape (13000, n_features).

    Args:
        name: "small" (512 features) or "resnet50" (2,048; torchvision and its weights are needed, and without a GPU
            a good while).

    Raises:
        ValueError: there is no such network.
        FileNotFoundError: the small network is not recorded, or the photographs are not here; the message says what to
            do.
        ModuleNotFoundError, ConnectionError: torchvision is not installed, or its weights cannot be fetched.
    """
    if name not in NAMES:
        raise ValueError(f"a frozen network is one of {', '.join(NAMES)}, got {name!r}")
    images = _photographs().inputs
    found = read().features(images) if name == "small" else pretrained.resnet50_features(images)
    found.flags.writeable = False
    return found


def fingerprint(name: str) -> str:
    """Letters that change with what the frozen network makes of an image."""
    if name != "small":
        return name
    kept = read()
    arrays = [*kept.weights, kept.centre, kept.spread]
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


def words(name: str) -> str:
    """What the features are, in words."""
    if name != "small":
        return "2,048 features of torchvision's ResNet-50 with its ImageNet weights, frozen"
    kept = read()
    n_features, about = kept.features(np.zeros((1, *kept.model.image), dtype=np.uint8)).shape[1], kept.about
    return (
        f"{n_features} features of a frozen convolutional network, trained once on {len(kept.trained):,} photographs "
        f"that are in no data batch; with its own head it is right on {about['accuracy_test']:.1%} of the test part"
    )


def read(folder: str | Path | None = None) -> Backbone:
    """The recorded network, from ``folder`` or from where the package keeps its landscapes.

    Raises:
        FileNotFoundError: it is not there.
    """
    checkout = checkout_folder()
    package = [importlib.resources.files("hpo_tutor") / "_landscapes", *([checkout] if checkout else [])]
    for place in [Path(folder)] if folder is not None else package:
        if (place / FILE).is_file():
            break
    else:
        where = f"in {folder}" if folder is not None else "installed"
        raise FileNotFoundError(f"no frozen network {FILE} is {where}. To record it: hpo-tutor record cifar10-backbone")
    with (place / FILE).open("rb") as file, np.load(file, allow_pickle=False) as kept:
        arrays = dict(kept)
    about = json.loads(str(arrays["about"]))
    told = about["model"]
    return Backbone(
        model=CNN(**{**told, "blocks": tuple(Block(**block) for block in told["blocks"])}),
        weights=[arrays[f"weights_{i}"] for i in range(about["n_arrays"])],
        **{name: arrays[name] for name in ("centre", "spread", "trained", "held_back")},
        about=about,
    )


def train_small(folder: str | Path | None = None, progress: bool = True) -> Path:
    """Train the small network on the 2,000 photographs that are in no data batch, some minutes, and write its file.

    Args:
        folder: where to; None is the checkout's ``data``.
        progress: show a progress bar.

    Raises:
        ValueError: there is no folder to write to.
    """
    place = Path(folder) if folder is not None else checkout_folder()
    if place is None:
        raise ValueError("an installed package keeps its own files; give train_small(folder=...) a folder of yours")
    rows = _photographs().parts[PART]
    return train(place, MODEL, SETTINGS, np.arange(rows.start, rows.stop), SEEDS, progress=progress)


def train(
    folder: Path,
    model: CNN,
    settings: Mapping[str, float],
    rows: NDArray[np.int64],
    seeds: Sequence[int],
    *,
    progress: bool,
) -> Path:
    """Train any network on some rows of cifar10, and write the file of the best seed.

    Args:
        folder: where to.
        model: the network.
        settings: hyperparameters, as ``training.Population`` takes them.
        rows: of the data set; a fifth of them is held back, and their cross-entropy says which seed is the best.
        seeds: of initial weights, order of the rows and dropout.
        progress: show a progress bar.
    """
    start = time.perf_counter()
    dataset = _photographs()
    order = np.random.default_rng(SHUFFLE_SEED).permutation(rows)
    held_back, trained = np.split(order, [round(HELD_BACK * len(rows))])
    images, labels = dataset.inputs[trained], dataset.target[trained]
    centre, spread = images.mean(axis=(0, 1, 2)), images.std(axis=(0, 1, 2))
    both = np.concatenate([images, images[:, :, ::-1]])  # a photograph in the mirror is a photograph
    scored = _rows(dataset.inputs[held_back], centre, spread)
    data = Data(_rows(both, centre, spread), np.tile(labels, 2), scored, dataset.target[held_back])
    population = Population(model, data, settings, seeds, keep_networks=True)
    for _ in tqdm(population.fit(), total=int(settings["epochs"]), unit="epoch", desc=FILE, disable=not progress):
        pass
    best = int(np.nanargmin(population.losses))
    arrays = frozen.weights(population.network(best), model.layers(data.n_inputs))
    # half precision where the numbers are many: the file is small, and what it holds is the network that is used
    weights = [array.astype(np.float16 if array.ndim > 1 else np.float32) for array in arrays]
    backbone = Backbone(model, weights, centre, spread, trained, held_back, {})
    about = {
        "model": asdict(model),
        "n_arrays": len(weights),
        "optimiser": "Adam",
        "settings": dict(settings),
        "seeds": list(seeds),
        "seed": seeds[best],
        "cross_entropies_held_back": np.round(population.losses, 4).tolist(),
        "dataset": "cifar10",
        "rows": "each photograph of trained also in the mirror; held_back chose the seed; test did neither",
        "accuracy_held_back": backbone.accuracy(held_back),
        "accuracy_test": backbone.accuracy(np.arange(len(dataset))[dataset.parts["test"]]),
        "seconds": round(time.perf_counter() - start, 1),
    }
    return _write(folder / FILE, backbone, about)


@lru_cache(maxsize=1)
def _photographs() -> datasets.Dataset:
    """The data set; checking its files takes a second each time."""
    return datasets.load("cifar10")


def _write(path: Path, backbone: Backbone, about: dict[str, Any]) -> Path:
    """Write the file in one stroke: a reader sees the old one or the whole new one."""
    about = {**about, "machine": machine.describe(), "versions": machine.versions()}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            about=np.array(json.dumps(about, allow_nan=False)),
            **{name: getattr(backbone, name) for name in ("centre", "spread", "trained", "held_back")},
            **{f"weights_{i}": array for i, array in enumerate(backbone.weights)},
        )
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    return path


def _rows(images: NDArray[np.uint8], centre: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standardised images as rows, pixel by pixel."""
    rows: NDArray[np.float64] = ((images - centre) / spread).reshape(len(images), -1)
    return rows
