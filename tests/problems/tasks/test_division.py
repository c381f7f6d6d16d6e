"""Rows of data batches: who is in which, and nothing of one set in another."""

from collections import Counter

import numpy as np
import pytest

from hpo_tutor.problems import datasets, tasks
from hpo_tutor.problems.tasks.division import _division
from hpo_tutor.training.rows import Data


def rows_of(inputs: np.ndarray, target: np.ndarray) -> Counter[bytes]:
    """How often each row stands there, inputs and target together."""
    both = np.column_stack([inputs.reshape(len(inputs), -1), target]).astype(np.float64)
    return Counter(row.tobytes() for row in both)


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["danish_housing", "king_county"])
def test_no_row_stands_in_two_sets_for_trees(name: str) -> None:
    """All batches and their three sets together are the whole data set, each row once; the shares are 60, 20, 20 %."""
    source = tasks.task(name).source
    whole = datasets.load(source.dataset, clean=source.clean)
    seen: Counter[bytes] = Counter()
    for batch in range(10):
        sets = tasks.sets(name, batch)
        for inputs, target in zip(sets[::2], sets[1::2], strict=True):
            seen += rows_of(inputs, target)
        n_rows = [len(target) for target in sets[1::2]]
        assert np.allclose(np.array(n_rows) / sum(n_rows), [0.6, 0.2, 0.2], atol=1e-3)
    assert seen == rows_of(whole.inputs, np.log(whole.target))


@pytest.mark.real_data
def test_the_44_batches_share_out_the_sales_in_parts_of_varying_size() -> None:
    """All rows of the cleaned table, each once; sizes spread by about a tenth; 50, 20 and 30 % of each batch."""
    source = tasks.task("danish_housing-44").source
    whole = datasets.load(source.dataset, clean=source.clean)
    target = np.log(whole.target)
    places = [_division(len(whole), batch, 44, "parts", source.spread) for batch in range(44)]
    assert np.array_equal(np.sort(np.concatenate(places)), np.arange(len(whole)))
    sizes = [len(mine) for mine in places]
    assert 0.07 < np.std(sizes) / np.mean(sizes) < 0.13
    for batch in (0, 21, 43):
        sets = tasks.sets("danish_housing-44", batch, 44)
        seen = sum((rows_of(*one) for one in zip(sets[::2], sets[1::2], strict=True)), Counter())
        assert seen == rows_of(whole.inputs[places[batch]], target[places[batch]])
        n_rows = np.array([len(part) for part in sets[1::2]])
        assert np.allclose(n_rows / n_rows.sum(), [0.5, 0.2, 0.3], atol=2e-3)


def test_parts_of_varying_size_are_normal_around_their_mean() -> None:
    """Many parts hold every row once, and their sizes have the spread that was asked for, and are drawn once."""
    parts = [_division(100_000, batch, 1000, "parts", 0.1) for batch in range(0, 1000, 2)]
    sizes = np.array([len(part) for part in parts])
    assert np.mean(sizes) == pytest.approx(100, rel=0.02)
    assert np.std(sizes) / 100 == pytest.approx(0.1, abs=0.01)
    assert np.mean(abs(sizes - 100) < 10) == pytest.approx(0.683, abs=0.06)
    assert np.array_equal(_division(100_000, 2, 1000, "parts", 0.1), parts[1])
    few = [_division(1003, batch, 5, "parts", 0.1) for batch in range(5)]
    assert np.array_equal(np.sort(np.concatenate(few)), np.arange(1003))


@pytest.mark.real_data
def test_each_jet_is_in_one_batch_and_one_set() -> None:
    """The batches of the jets share them out, and a batch's first two thirds train and set centre and spread."""
    whole = datasets.load("aleph")
    places = [_division(len(whole), batch, 10, "parts") for batch in range(10)]
    assert np.array_equal(np.sort(np.concatenate(places)), np.arange(len(whole)))
    for batch, mine in enumerate(places):
        raw, data = whole.inputs[mine], tasks.rows("aleph", batch).data
        n_train = len(data.train_inputs)
        assert n_train + len(data.validation_inputs) == len(mine)
        both = np.concatenate([data.train_inputs, data.validation_inputs])
        np.testing.assert_allclose(both * raw[:n_train].std(axis=0) + raw[:n_train].mean(axis=0), raw, atol=1e-9)


@pytest.mark.real_data
def test_prices_are_learnt_as_logarithms() -> None:
    """The targets of house prices are natural logarithms of the prices of the very rows whose inputs stand beside."""
    whole = datasets.load("king_county")
    known = rows_of(whole.inputs, np.log(whole.target))
    sets = tasks.sets("king_county", 3)
    for inputs, target in zip(sets[::2], sets[1::2], strict=True):
        assert rows_of(inputs, target) <= known


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
def test_five_thousand_pictures_begin_with_the_three_thousand() -> None:
    """mnist-5000 has 3,333 training and 1,667 validation rows of the same part whose first 3,000 rows mnist uses."""
    more, fewer = (tasks.rows(name, 3, 5).data for name in ("mnist-5000", "mnist"))
    assert (len(more.train_inputs), len(more.validation_inputs)) == (3333, 1667)

    # each set has its own centre and spread: rows are told by their dark pixels and their class
    def told(data: Data) -> set[tuple[bytes, int]]:
        inputs = np.concatenate([data.train_inputs, data.validation_inputs])
        targets = np.concatenate([data.train_targets, data.validation_targets])
        return {(row.tobytes(), int(label)) for row, label in zip(inputs > inputs.min(), targets, strict=True)}

    assert told(fewer) < told(more)


@pytest.mark.real_data
def test_photographs_come_in_the_files_own_parts() -> None:
    """A data batch of cifar10 holds 100 photographs of each class of the training part, and none that others hold."""
    places = [_division(10_000, batch, 10, "in order") for batch in range(10)]
    assert [sorted(mine // 1000) for mine in places] == [[batch] * 1000 for batch in range(10)]
    labels = datasets.load("cifar10").part("train").target
    for batch, mine in enumerate(places):
        data = tasks.rows("cifar10", batch).data
        both = np.concatenate([data.train_targets, data.validation_targets])
        assert np.array_equal(both, labels[mine])
        assert np.bincount(both).tolist() == [100] * 10
        assert len(data.validation_targets) == 333


def test_a_batch_that_is_not_there_is_refused() -> None:
    """The error says how many there are; batches of too few rows are refused, and it says how many can be cut."""
    with pytest.raises(ValueError, match=r"batch must lie in 0\.\.9, got 10"):
        tasks.rows("digits", 10)
    with pytest.raises(ValueError, match=r"there are tasks aleph, .*, got 'cheese'"):
        tasks.rows("cheese", 0)


@pytest.mark.real_data
def test_batches_of_too_few_rows_are_refused() -> None:
    """The error says how few rows would be scored, and how many batches can be cut."""
    with pytest.raises(ValueError, match=r"5000 batches of king_county leave 1 rows.*at most 216 batches"):
        tasks.sets("king_county", 0, n_batches=5000)
    assert len(tasks.sets("king_county", 215, n_batches=216).scoring_targets) >= 20


@pytest.mark.real_data
def test_test_rows_of_jets_are_those_of_the_next_batch() -> None:
    """They are the raw rows of data batch b + 1, all of them, by centre and spread of what trains b; none is in b."""
    whole = datasets.load("aleph")
    for batch, following in ((3, 4), (19, 0)):
        mine, others = (_division(len(whole), one, 20, "parts") for one in (batch, following))
        assert not set(mine) & set(others)
        usual, found = tasks.rows("aleph-layers", batch, 20), tasks.unseen("aleph-layers", batch, 20)
        assert np.array_equal(found.data.train_inputs, usual.data.train_inputs)
        assert np.array_equal(found.data.train_targets, usual.data.train_targets)
        raw = whole.inputs[mine[: len(usual.data.train_inputs)]]
        np.testing.assert_allclose(
            found.data.validation_inputs * raw.std(axis=0) + raw.mean(axis=0), whole.inputs[others], atol=1e-9
        )
        energies = whole.target[mine[: len(raw)]]
        np.testing.assert_allclose(
            found.data.validation_targets * found.target_scale + energies.mean(), whole.target[others]
        )
        assert found.target_scale == energies.std() == usual.target_scale


@pytest.mark.real_data
def test_test_rows_of_pictures_are_mnists_own() -> None:
    """The 10,000 official test pictures test every batch, shrunk as those that train are: by means of 2 x 2 pixels."""
    whole = datasets.load("mnist")
    mine = _division(60_000, 5, 20, "parts")[:1500]
    raw = whole.part("train").inputs[mine].astype(float)

    def small(pictures: np.ndarray) -> np.ndarray:
        corners = [pictures[:, i::2, j::2].astype(float) for i in (0, 1) for j in (0, 1)]
        return (sum(corners) / 4).reshape(len(pictures), 14 * 14)

    centre, spread = small(raw[:1000]).mean(), small(raw[:1000]).std()
    usual, found = (cut("mnist-cnn-layers", 5, 20).data for cut in (tasks.rows, tasks.unseen))
    np.testing.assert_allclose(usual.train_inputs * spread + centre, small(raw[:1000]), atol=1e-9)
    np.testing.assert_allclose(usual.validation_inputs * spread + centre, small(raw[1000:]), atol=1e-9)
    test = whole.part("test")
    assert len(test) == 10_000
    np.testing.assert_allclose(found.validation_inputs * spread + centre, small(test.inputs), atol=1e-9)
    assert np.array_equal(found.validation_targets, test.target)
    assert np.array_equal(found.train_inputs, usual.train_inputs)


@pytest.mark.real_data
def test_all_pictures_are_used_where_a_gpu_is_at_hand() -> None:
    """The full task trains on 40,000 pictures as they are, and validates on the other 20,000."""
    places = _division(60_000, 1, 20, "resplits")
    data = tasks.rows("mnist-cnn-layers-full", 1, 20).data
    assert data.train_inputs.shape == (40_000, 784)
    assert data.validation_inputs.shape == (20_000, 784)
    target = datasets.load("mnist").part("train").target
    assert np.array_equal(np.concatenate([data.train_targets, data.validation_targets]), target[places])


@pytest.mark.real_data
def test_where_no_row_is_left_there_is_no_test() -> None:
    """Batches that take all rows, a single batch, and trees are refused; the error says what to do."""
    with pytest.raises(ValueError, match="each data batch of digits takes all rows"):
        tasks.unseen("digits", 0)
    with pytest.raises(ValueError, match="cut into at least two parts"):
        tasks.unseen("aleph", 0, n_batches=1)
    with pytest.raises(ValueError, match="king_county is learnt by boosted trees"):
        tasks.unseen("king_county", 0)
    with pytest.raises(ValueError, match=r"batch must lie in 0\.\.9, got 10"):
        tasks.unseen("aleph", 10)
