"""Rows of data batches: who is in which, and nothing of one set in another."""

import numpy as np
import pytest

from hpo_tutor.problems import datasets, tasks
from hpo_tutor.problems.tasks.division import _division

PARTS = ["aleph", "mnist", "danish_housing", "king_county"]


def row_marks(inputs: np.ndarray) -> list[bytes]:
    """Each row as bytes, to tell rows apart."""
    return [row.tobytes() for row in np.ascontiguousarray(inputs)]


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["danish_housing", "king_county"])
def test_the_rows_that_stop_are_not_the_rows_that_score(name: str) -> None:
    """Of a batch for trees, no row stands in two sets, all rows stand in one, and the shares are 60, 20 and 20 %."""
    counts, seen = [], 0
    source = tasks.task(name).source
    whole = datasets.load(source.dataset, clean=source.clean)
    for batch in range(10):
        sets = tasks.sets(name, batch)
        parts = [sets.train_inputs, sets.stopping_inputs, sets.scoring_inputs]
        counts.append([len(part) for part in parts])
        seen += sum(counts[-1])
        assert [len(target) for target in sets[1::2]] == counts[-1]
    assert seen == len(whole)
    shares = np.array(counts) / np.sum(counts, axis=1, keepdims=True)
    assert np.allclose(shares, [0.6, 0.2, 0.2], atol=5e-4)


@pytest.mark.real_data
@pytest.mark.parametrize("name", PARTS)
def test_each_row_is_in_one_batch_and_one_set(name: str) -> None:
    """Batches cut from one data set, and the sets within them, are told apart by the place of their rows."""
    source = tasks.task(name).source
    whole = datasets.load(source.dataset, clean=source.clean)
    part = whole.parts[source.part] if source.part else slice(0, len(whole))
    places = [_division(part.stop - part.start, batch, 10, source.division) for batch in range(10)]
    assert np.array_equal(np.sort(np.concatenate(places)), np.arange(part.stop - part.start))


@pytest.mark.real_data
def test_prices_are_learnt_as_logarithms() -> None:
    """The targets of house prices are natural logarithms of the prices of the very rows whose inputs stand beside."""
    whole = datasets.load("king_county")
    by_row = dict(zip(row_marks(whole.inputs), np.log(whole.target), strict=True))
    assert len(by_row) > 0.99 * len(whole)  # some homes are listed twice
    sets = tasks.sets("king_county", 3)
    for inputs, target in zip(sets[::2], sets[1::2], strict=True):
        known = np.array([by_row[mark] for mark in row_marks(inputs)])
        assert np.mean(known == target) > 0.99


@pytest.mark.real_data
def test_pictures_share_one_centre_and_one_spread() -> None:
    """MNIST's pixels are standardised together, so that a border that is dark in training stays near its value."""
    data = tasks.rows("mnist", 0).data
    assert (len(data.train_inputs), len(data.validation_inputs)) == (2000, 1000)
    assert data.train_inputs.mean() == pytest.approx(0, abs=1e-9)
    assert data.train_inputs.std() == pytest.approx(1, abs=1e-9)
    everything = np.concatenate([data.train_inputs, data.validation_inputs])
    whole = datasets.load("mnist").part("train").inputs.reshape(60_000, -1)
    # 256 grey values, equally far apart, black and white at the ends
    steps = np.diff(np.unique(everything.round(9)))
    assert np.allclose(steps / steps.min(), np.round(steps / steps.min()), atol=1e-4)
    assert np.ptp(everything) / steps.min() == pytest.approx(np.ptp(whole.astype(float)), rel=1e-4)


@pytest.mark.real_data
def test_photographs_come_in_the_files_own_parts() -> None:
    """A data batch of cifar10 holds 100 photographs of each class of the training part, and none that others hold."""
    targets = [tasks.rows("cifar10", batch).data for batch in range(10)]
    for data in targets:
        both = np.concatenate([data.train_targets, data.validation_targets])
        assert np.bincount(both).tolist() == [100] * 10
        assert len(data.validation_targets) == 333
    firsts = {data.train_inputs.tobytes() for data in targets}
    assert len(firsts) == 10


def test_a_batch_that_is_not_there_is_refused() -> None:
    """The error says how many there are; too many batches leave too few rows, and it says how many may be cut."""
    with pytest.raises(ValueError, match=r"batch must lie in 0..9, got 10"):
        tasks.rows("digits", 10)
    with pytest.raises(ValueError, match=r"30 batches of digits.*|batch"):
        tasks.rows("aleph", 0, n_batches=5000)
