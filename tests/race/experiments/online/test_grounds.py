"""What the experiments with T1-T2 share: trainings as columns, rows for those who need no T2, going on after a kill."""

import math

import numpy as np
import pytest

from hpo_tutor.problems import online_tuning
from hpo_tutor.race.experiments.online import grounds
from hpo_tutor.race.experiments.online.grounds import EveryRow, Trained
from hpo_tutor.training.online import OnlineTuning

POINTS = [{"l2": -4.0, "input_noise": 0.3}, {"l2": -2.6, "input_noise": 0.7}, {"l2": -5.5, "input_noise": 0.0}]
SEEDS = [3, 1, 4]


@pytest.fixture(scope="module")
def place():
    """Digits, for a few epochs."""
    return online_tuning("digits", epochs=4)


def by_hand(place, data, **options):
    """The engine itself, epoch by epoch: it, and the values after each epoch (K, E + 1, 2)."""
    starts = {name: np.array([point[name] for point in POINTS]) for name in ("l2", "input_noise")}
    engine = OnlineTuning(
        place.model, data, starts, SEEDS, epochs=4, learning_rate=place.learning_rate, batch_size=place.batch_size,
        tuning_batch_size=place.batch_size, knobs=place.knobs, n_threads=1, **options,
    )  # fmt: skip
    values = [report.values for report in engine.fit()]
    return engine, np.stack([np.stack([starts["l2"], starts["input_noise"]], 1), *values], 1)


def test_paths_are_where_the_engine_stood_after_each_epoch(place):
    """As the engine reports them; the scores are its own."""
    trained = Trained(place, POINTS, SEEDS)
    engine, values = by_hand(place, place.data)
    assert trained.n_hyper_steps == place.n_steps // 10 > 4
    np.testing.assert_allclose(trained.by_epoch, values, rtol=1e-12, atol=1e-12)
    for k in range(3):
        row = trained.scores(k, "x_")
        assert tuple(row) == grounds.score_columns("x_")
        for part in grounds.PARTS:
            assert row[f"x_{part}_loss"] == engine.score(part).losses[k]
            assert row[f"x_{part}_error"] == engine.score(part).errors[k]
    assert 0 < trained.seconds < 60


def test_hyper_steps_may_straddle_epochs(place):
    """Where an epoch has no whole number of them, those count that are done when it ends."""
    trained = Trained(place, POINTS, SEEDS, every=7, knobs=place.knobs)
    engine, values = by_hand(place, place.data, every=7)
    np.testing.assert_allclose(trained.by_epoch, values, rtol=1e-12, atol=1e-12)
    done = place.n_steps // 4 // 7
    assert 0 < done * 7 < place.n_steps // 4
    np.testing.assert_array_equal(trained.by_epoch[:, 1], engine.tuned.values[:, done])


def test_plain_trainings_stay_where_they_are(place):
    """No hyper-step, and a path that never leaves its start."""
    trained = Trained(place, POINTS, SEEDS, every=None)
    assert trained.n_hyper_steps == 0
    starts = np.array([[point["l2"], point["input_noise"]] for point in POINTS])
    np.testing.assert_allclose(trained.by_epoch, np.repeat(starts[:, None], 5, axis=1), rtol=1e-12)


def test_every_row_learns_from_t2_and_from_nothing_that_is_scored(place):
    """T1's rows, then T2's; the networks are the engine's on just these, and the scored rows stay as they were."""
    whole = EveryRow.of(place)
    known, more = place.data, whole.data
    assert len(more.train_inputs) == 900 + 300
    np.testing.assert_array_equal(more.train_inputs[:900], known.train_inputs)
    np.testing.assert_array_equal(more.train_inputs[900:], known.tuning_inputs)
    np.testing.assert_array_equal(more.train_targets[900:], known.tuning_targets)
    for part in ("validation", "test"):
        np.testing.assert_array_equal(more.part(part)[0], known.part(part)[0])
    engine, _ = by_hand(place, more, every=None)
    trained = Trained(whole, POINTS, SEEDS, every=None)
    np.testing.assert_array_equal(trained.run.scores["test"].losses, engine.score("test").losses)


def test_what_is_no_number_is_none():
    """JSON knows neither nan nor infinity."""
    assert [grounds.number(value) for value in (math.nan, math.inf, -math.inf, np.float32(0.5))] == [None] * 3 + [0.5]


def test_an_unknown_size_is_refused():
    """The message says which there are."""
    with pytest.raises(ValueError, match="shallow, medium, deep, got 'huge'"):
        grounds.ground("huge")


def test_the_ground_is_a_tenth_of_the_sources_or_the_sources_own(monkeypatch):
    """Layers of 1000, 2000, 4000 units and so on, or a tenth of them; in full all rows, and 50 epochs."""
    monkeypatch.setattr(grounds, "online_tuning", lambda name, **options: (name, options))
    widths = {"shallow": (1000,) * 3, "medium": (2000, 1000, 1000, 500), "deep": (4000, 2000, 1000, 500, 250)}
    for size, source in widths.items():
        name, options = grounds.ground.__wrapped__(size, batch=3, n_tuning=60)
        assert (name, options["batch"], options["n_tuning"]) == ("mnist", 3, 60)
        assert tuple(10 * width for width in options["hidden"]) == source
        name, options = grounds.ground.__wrapped__(size, full=True)
        assert (name, options["hidden"], options["epochs"]) == ("mnist-full", source, 50)


@pytest.mark.real_data
def test_a_training_has_300_hyper_steps():
    """30 epochs of 100 steps, every tenth of which asks T2; fewer rows of T2 leave T1 as it is."""
    small = grounds.ground("shallow", batch=3, n_tuning=60)
    assert small.n_steps // 10 == 300
    assert (len(small.data.tuning_targets), len(small.data.train_targets)) == (60, 10_000)
