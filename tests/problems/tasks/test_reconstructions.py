"""Pictures that come back from codes: their losses are those of the trainings, the linear code is scikit-learn's."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from hpo_tutor.problems import datasets
from hpo_tutor.problems.tasks import reconstructions, runs
from hpo_tutor.problems.tasks.division import rows

NAME = "digits-autoencoder"
SMALL = {"n_conv": 1, "filters_1": 2, "kernel_1": 3, "stride_1": 2, "pool_1": 2, "units_1": 16, "epochs": 2}
LARGER = {"n_conv": 1, "filters_1": 4, "kernel_1": 3, "stride_1": 1, "pool_1": 2, "units_1": 32, "epochs": 2}


@pytest.fixture(scope="module")
def rebuilt():
    """Two models, trained briefly, on every validation picture."""
    n = len(rows(NAME, 0, 1).data.validation_inputs)
    return reconstructions.rebuild(NAME, [SMALL, LARGER], range(n), seeds=[3, 4])


def test_the_losses_are_those_of_the_trainings(rebuilt):
    """Retrained with the same seeds, models lose what ``train`` says of them."""
    truth = runs.train(NAME, [SMALL, LARGER], [3, 4], 0, 1)
    np.testing.assert_allclose(rebuilt.losses, truth, rtol=1e-4)


def test_the_pictures_have_the_losses(rebuilt):
    """The rmse over all pictures that came back is the loss; each picture has its own."""
    squares = (rebuilt.pictures - rebuilt.originals) ** 2
    np.testing.assert_allclose(np.sqrt(squares.mean(axis=(1, 2, 3))), rebuilt.losses, rtol=1e-9)
    np.testing.assert_allclose(np.sqrt((rebuilt.errors**2).mean(axis=1)), rebuilt.losses, rtol=1e-9)
    assert rebuilt.errors.shape == (2, len(rebuilt.originals))


def test_originals_are_pictures_of_the_data_set():
    """Standardised and back, validation pictures are digits as they were, in whole grey levels from 0 to 16."""
    chosen = reconstructions.one_of_each(NAME)
    originals = reconstructions.linear_code(NAME, chosen).originals
    digits = datasets.load("digits")
    images = digits.inputs.reshape(-1, 8, 8)
    for label, one in enumerate(originals):
        same = np.flatnonzero(np.abs(images - one).max(axis=(1, 2)) < 1e-6)
        assert len(same) >= 1
        assert label in digits.target[same]
    assert originals.min() == pytest.approx(0, abs=1e-9)
    assert originals.max() == pytest.approx(16)


@pytest.mark.parametrize("n_numbers", [1, 8, 64])
def test_the_linear_code_is_that_of_principal_components(n_numbers):
    """It agrees with scikit-learn's, and 64 numbers keep everything."""
    data = rows(NAME, 0, 1)
    train, scored = data.data.train_inputs, data.data.validation_inputs
    pca = PCA(n_numbers, svd_solver="full").fit(train)
    truth = pca.inverse_transform(pca.transform(scored))
    found = reconstructions.linear_code(NAME, range(5), n_numbers)
    assert found.losses[0] == pytest.approx(np.sqrt(((truth - scored) ** 2).mean()) * data.target_scale, abs=1e-9)
    difference = (found.pictures[0] - found.originals).reshape(5, -1)
    np.testing.assert_allclose(difference, (truth[:5] - scored[:5]) * data.target_scale, atol=1e-9)


def test_one_of_each_class_is_chosen():
    """The chosen validation rows have the labels 0 to 9."""
    chosen = reconstructions.one_of_each(NAME)
    np.testing.assert_array_equal(np.asarray(rows(NAME, 0, 1).data.validation_targets)[chosen], np.arange(10))


def test_what_cannot_be_rebuilt_is_refused():
    """Other tasks, pictures that are not there, more components than numbers; no models are no pictures."""
    with pytest.raises(ValueError, match="rebuilds no pictures"):
        reconstructions.rebuild("digits", [{}], [0])
    with pytest.raises(ValueError, match="from 0 to"):
        reconstructions.rebuild(NAME, [SMALL], [10_000])
    with pytest.raises(ValueError, match="between 1 and 64"):
        reconstructions.linear_code(NAME, [0], 65)
    assert reconstructions.rebuild(NAME, [], [0, 1]).pictures.shape == (0, 2, 8, 8)
