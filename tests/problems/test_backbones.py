"""Frozen networks for cifar10: what the recorded one sees, what it never saw, and how its file is written."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from hpo_tutor.problems import backbones, datasets
from hpo_tutor.training import CNN, Block, machine

TINY = CNN((32, 32, 3), (Block(4, stride=2, pool=4),), batch_norm=True)
SETTINGS = {"learning_rate": 1e-2, "epochs": 1, "dropout": 0.2, "batch_size": 32}
ROWS = np.arange(10_000, 10_100)

# a process that dies by SIGKILL in mid-write, with half a draft on the disk
KILLED = """
import os, runpy, signal, sys
from pathlib import Path
import numpy as np
from hpo_tutor.problems import backbones
def dying(file, **arrays):
    file.write(b"half a network")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
np.savez_compressed = dying
test = runpy.run_path(sys.argv[2])
backbones.train(Path(sys.argv[1]), test["TINY"], test["SETTINGS"], test["ROWS"], [0], progress=False)
"""


def share_found(inputs: np.ndarray, n_rows: int = 1000) -> float:
    """Accuracy on part "test" of a logistic regression that learned from the first rows of part "train"."""
    dataset = datasets.load("cifar10")
    train, test = slice(0, n_rows), dataset.parts["test"]
    rows = inputs.reshape(len(inputs), -1)
    head = make_pipeline(StandardScaler(), LogisticRegression(C=1e-3, max_iter=1000))
    with threadpool_limits(1):  # several threads wait for each other where the machine is busy
        head.fit(rows[train], dataset.target[train])
        return float(head.score(rows[test], dataset.target[test]))


@pytest.mark.real_data
def test_a_head_on_the_features_beats_one_on_pixels() -> None:
    """The same peer learns from 1,000 photographs: on features it finds a good half of the classes, on pixels less."""
    on_features, on_pixels = share_found(backbones.features("small")), share_found(datasets.load("cifar10").inputs)
    assert on_features > 0.5
    assert on_features > on_pixels + 0.15


@pytest.mark.real_data
def test_the_recorded_network_has_the_accuracy_that_its_file_states() -> None:
    """Measured again: half of the photographs that it never saw, five times what guessing finds."""
    backbone = backbones.read()
    for part, rows in (("held_back", backbone.held_back), ("test", np.arange(12_000, 13_000))):
        found = backbone.accuracy(rows)
        assert found == pytest.approx(backbone.about[f"accuracy_{part}"], abs=0.01)  # a tie may fall either way
        assert found > 0.5


@pytest.mark.real_data
def test_features_belong_to_the_image_alone() -> None:
    """The same for a few images as for all of them, in the set's order; nobody can change them."""
    every, images = backbones.features("small"), datasets.load("cifar10").inputs
    assert every.shape == (13_000, 512)
    assert every.dtype == np.float32
    chosen = np.array([12_999, 0, 5_003, 10_500])
    np.testing.assert_allclose(backbones.read().features(images[chosen]), every[chosen], rtol=1e-4, atol=1e-5)
    assert backbones.features("small") is every
    with pytest.raises(ValueError, match="read-only"):
        every[0] = 0
    assert np.all(every.std(axis=0) > 0)  # no feature is idle


@pytest.mark.real_data
def test_the_network_saw_no_photograph_of_a_data_batch() -> None:
    """Neither the rows that it learned from nor those that chose it are of part "train" or "test", nor look like it."""
    backbone, dataset = backbones.read(), datasets.load("cifar10")
    others, images = dataset.parts["valid"], [image.tobytes() for image in dataset.inputs]
    seen = {*backbone.trained.tolist(), *backbone.held_back.tolist()}
    assert seen == set(range(others.start, others.stop))
    assert not {images[row] for row in seen} & {image for row, image in enumerate(images) if row not in seen}


def test_the_file_says_how_it_was_made() -> None:
    """Layers, settings, seed, machine and versions; the seed is the best, and the file is small."""
    about = backbones.read().about
    assert about["settings"] == dict(backbones.SETTINGS)
    assert about["seeds"] == list(backbones.SEEDS)
    assert about["seed"] == about["seeds"][int(np.argmin(about["cross_entropies_held_back"]))]
    assert backbones.read().model == backbones.MODEL
    assert set(about["versions"]) >= {"python", "numpy", "torch"}
    assert re.search(r"\d+ cores?", about["machine"])
    assert about["seconds"] > 0
    folder = Path(__file__).parents[2] / "data"
    assert (folder / backbones.FILE).stat().st_size < 400 * 1024


@pytest.mark.real_data
def test_training_writes_a_file_that_loads(tmp_path: Path) -> None:
    """A tiny network, one epoch: what is read back is what was trained, and the better seed of the two."""
    path = backbones.train(tmp_path / "new", TINY, SETTINGS, ROWS, [3, 4], progress=False)
    assert [file.name for file in path.parent.iterdir()] == [backbones.FILE]
    backbone = backbones.read(path.parent)
    assert backbone.model == TINY
    assert backbone.about["machine"] == machine.describe()
    assert (len(backbone.trained), len(backbone.held_back)) == (80, 20)
    assert sorted([*backbone.trained, *backbone.held_back]) == ROWS.tolist()
    images = datasets.load("cifar10").inputs
    learned = images[backbone.trained].astype(np.float64) / 255
    np.testing.assert_allclose(backbone.centre / 255, learned.mean(axis=(0, 1, 2)))
    found = backbone.features(images[:150])
    assert found.shape == (150, 64)
    assert backbone.accuracy(backbone.held_back) == backbone.about["accuracy_held_back"]
    alone = [backbones.train(tmp_path / str(seed), TINY, SETTINGS, ROWS, [seed], progress=False) for seed in (3, 4)]
    losses = [backbones.read(file.parent).about["cross_entropies_held_back"][0] for file in alone]
    assert backbone.about["cross_entropies_held_back"] == pytest.approx(losses, abs=1e-3)
    better = backbones.read(alone[int(np.argmin(losses))].parent)
    np.testing.assert_allclose(better.features(images[:150]), found, atol=1e-2)


@pytest.mark.real_data
def test_a_killed_training_leaves_no_file(tmp_path: Path) -> None:
    """Killed in mid-write: no file stands where a reader looks, and the next training writes a whole one."""
    died = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), __file__], check=False)
    assert died.returncode < 0
    with pytest.raises(FileNotFoundError):
        backbones.read(tmp_path)
    backbones.train(tmp_path, TINY, SETTINGS, ROWS, [0], progress=False)
    assert backbones.read(tmp_path).model == TINY
    assert [file.name for file in tmp_path.iterdir()] == [backbones.FILE]


def test_bad_requests_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what there is, or how to make it."""
    with pytest.raises(ValueError, match="one of small, resnet50, got 'vgg'"):
        backbones.features("vgg")
    with pytest.raises(FileNotFoundError, match="To record it: hpo-tutor record cifar10-backbone"):
        backbones.read(tmp_path)
    monkeypatch.setattr(backbones, "checkout_folder", lambda: None)
    with pytest.raises(ValueError, match=r"train_small\(folder=...\)"):
        backbones.train_small()
