"""The same networks are scored on three sets of rows that share no picture with each other or with the training."""

import numpy as np
import pytest

from hpo_tutor.course import games
from hpo_tutor.course.games import scores
from hpo_tutor.problems import datasets
from hpo_tutor.training import Data, Population


@pytest.fixture
def meetings(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Data, dict[str, list[float]]]]:
    """What each population was given, noted while it trains as ever."""
    noted = []

    class Noting(Population):
        def __init__(self, model: object, data: Data, settings: dict[str, list[float]], seeds: object) -> None:
            noted.append((data, settings))
            super().__init__(model, data, settings, seeds)  # type: ignore[arg-type]

    monkeypatch.setattr(scores, "Population", Noting)
    return noted


def test_three_sets_of_the_same_networks(meetings: list[tuple[Data, dict[str, list[float]]]]) -> None:
    """Training rows and settings are the same each time; the four sets together hold each picture once."""
    losses = games.scores_of(3, n_networks=4)
    assert losses.shape == (3, 4)
    data = [rows for rows, _ in meetings]
    for rows, settings in meetings:
        np.testing.assert_array_equal(rows.train_inputs, data[0].train_inputs)
        assert settings == meetings[0][1]
    sets = [data[0].train_inputs, *(rows.validation_inputs for rows in data)]
    assert [len(rows) for rows in sets] == [360, 120, 120, 1197]
    digits = datasets.load("digits")
    every = np.sort(np.concatenate(sets).sum(axis=1))
    np.testing.assert_allclose(every, np.sort(digits.inputs.reshape(len(digits), -1).sum(axis=1) / 16))


def test_a_division_comes_out_the_same_again_and_others_differ() -> None:
    """Division and number say everything."""
    first = games.scores_of(0, n_networks=2)
    np.testing.assert_array_equal(first, games.scores_of(0, n_networks=2))
    assert not np.allclose(first, games.scores_of(1, n_networks=2))


def test_the_sets_agree_on_which_networks_are_hopeless() -> None:
    """A network that is far worse than another on 120 rows is so on 1,197: it is one network in all three rows."""
    validation, test, future = games.scores_of(0, n_networks=12)
    for few in (validation, test):
        assert np.corrcoef(np.log(few), np.log(future))[0, 1] > 0.9
