"""Problems whose hyperparameters are tuned while a network trains: which rows, which units, and what comes out."""

from pathlib import Path
from typing import Any

import numpy as np
import pooch
import pytest
import torch
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.problems import datasets
from hpo_tutor.problems.datasets.files import MissingDataError
from hpo_tutor.problems.online_cuts import SIZES
from hpo_tutor.problems.online_objectives import PARTS, OnlineTuningProblem
from hpo_tutor.protocols import Objective
from hpo_tutor.training import Data, Population
from hpo_tutor.training.online import Knob, TwoSets

FAR = {"l2": 1e-4, "input_noise": 0.8}


def places(name: str, data: TwoSets, white: float) -> dict[str, NDArray[np.int64]]:
    """Which picture of the data set each row is, found by its pixels alone; no two pictures are the same."""
    dataset = datasets.load(name)
    raw = dataset.inputs.reshape(len(dataset), -1).astype(np.uint8)
    known = {picture.tobytes(): place for place, picture in enumerate(raw)}
    assert len(known) == len(raw)
    found = {}
    for part in PARTS:
        inputs, targets = data.part(part)
        levels = (inputs - min(data.part(other)[0].min() for other in PARTS)) * white  # black is somewhere
        pictures = np.round(levels).astype(np.uint8)
        np.testing.assert_allclose(levels, pictures, atol=1e-9 * white)
        found[part] = np.array([known[picture.tobytes()] for picture in pictures])
        np.testing.assert_array_equal(targets, dataset.target[found[part]])
    return found


@pytest.mark.parametrize("batch", [0, 3])
def test_every_digit_is_in_one_part_with_its_own_class(batch: int) -> None:
    """T1, T2, validation and test share no picture, have the sizes that were promised, and use every picture."""
    found = places("digits", problems.online_tuning("digits", batch=batch).data, 16)
    assert {part: len(rows) for part, rows in found.items()} == {
        "train": 900, "tuning": 300, "validation": 200, "test": 397,
    }  # fmt: skip
    np.testing.assert_array_equal(np.sort(np.concatenate(list(found.values()))), np.arange(1797))


@pytest.mark.real_data
def test_mnists_test_pictures_stay_and_the_others_are_shuffled() -> None:
    """The parts share no picture; each batch has the 10,000 test pictures and other rows of the training part."""
    first, second = (places("mnist", problems.online_tuning("mnist", batch=batch).data, 255) for batch in (0, 1))
    for found in (first, second):
        assert {part: len(rows) for part, rows in found.items()} == {
            "train": 10_000, "tuning": 5_000, "validation": 5_000, "test": 10_000,
        }  # fmt: skip
        np.testing.assert_array_equal(found["test"], np.arange(60_000, 70_000))
        others = np.concatenate([found[part] for part in PARTS[:3]])
        assert len(np.unique(others)) == 20_000
        assert others.max() < 60_000
    # two shuffles share a sixth of T1, give or take
    assert 1_400 < len(np.intersect1d(first["train"], second["train"])) < 1_950


def test_fewer_rows_tune_and_nothing_else_changes() -> None:
    """A smaller T2 is the beginning of a larger one; the other parts are the same, number for number."""
    large, small = (problems.online_tuning("digits", n_tuning=n).data for n in (300, 20))
    np.testing.assert_array_equal(small.tuning_inputs, large.tuning_inputs[:20])
    np.testing.assert_array_equal(small.tuning_targets, large.tuning_targets[:20])
    for part in ("train", "validation", "test"):
        for one, other in zip(small.part(part), large.part(part), strict=True):
            np.testing.assert_array_equal(one, other)


def test_white_is_one_above_black_and_the_mean_of_t1_is_zero() -> None:
    """So a noise of 0.3 is 0.3 of white."""
    data = problems.online_tuning("digits", batch=2).data
    inputs = np.concatenate([data.part(part)[0] for part in PARTS])
    assert inputs.max() - inputs.min() == pytest.approx(1, abs=1e-12)
    assert data.train_inputs.mean() == pytest.approx(0, abs=1e-12)
    assert abs(data.tuning_inputs.mean()) > 1e-6  # T2 had no say in it


def test_rows_are_cut_once_and_cannot_be_changed() -> None:
    """A second problem shares the rows of the first, so nobody may write into them."""
    data = problems.online_tuning("digits").data
    assert problems.online_tuning("digits", epochs=3).data is data
    for part in PARTS:
        for values in data.part(part):
            with pytest.raises(ValueError, match="read-only"):
                values[0] = 0


def test_plain_training_is_that_of_plain_torch_on_the_same_rows() -> None:
    """Losses and shares of wrong classes equal those of networks trained in torch's own loop, in float64."""
    problem = problems.online_tuning("digits", batch=1, hidden=(8, 8), epochs=2)
    configs = [{"l2": 1e-3, "input_noise": 0.0}, {"l2": 10**-5.5, "input_noise": 0.8}]
    run = problem.train(configs, [4, 7], dtype="float64")
    data = problem.data
    settings = {name: [config[name] for config in configs] for name in ("l2", "input_noise")}
    usual = {"learning_rate": problem.learning_rate, "batch_size": problem.batch_size, "epochs": 2}
    for part in PARTS:
        rows = Data(data.train_inputs, data.train_targets, *data.part(part))
        peers = Population(
            problem.model, rows, {**usual, **settings}, [4, 7], "loop", dtype="float64", keep_networks=True
        )
        np.testing.assert_allclose(run.scores[part].losses, peers.train(), rtol=1e-8)
        inputs, targets = (torch.tensor(values) for values in data.part(part))
        errors = [(peers.network(k)(inputs).argmax(1) != targets).double().mean().item() for k in range(2)]
        np.testing.assert_allclose(run.scores[part].errors, errors, atol=1e-12)


def test_it_is_an_objective_of_plain_training() -> None:
    """``evaluate`` gives the validation losses of ``train``; fewer epochs are another training."""
    problem = problems.online_tuning("digits", hidden=(8,), epochs=2)
    assert isinstance(problem, Objective)
    rng = np.random.default_rng(0)
    configs, seeds = [problem.space.sample(rng) for _ in range(3)], [5, 6, 2**33]
    losses = problem.evaluate(configs, seeds=seeds)
    np.testing.assert_allclose(losses, problem.train(configs, seeds).scores["validation"].losses, rtol=1e-6)
    assert problem(configs[0]) == pytest.approx(problem.evaluate(configs[:1], seeds=[0])[0])
    shorter = problem.evaluate(configs, seeds=seeds, fidelity=1)
    np.testing.assert_allclose(
        shorter, problems.online_tuning("digits", hidden=(8,), epochs=1).evaluate(configs, seeds=seeds), rtol=1e-6
    )
    assert np.all(shorter > losses)
    assert problem.n_trained == 3 + 3 + 1 + 1 + 3
    assert problem.evaluate([], seeds=[]).shape == (0,)
    assert problem.draw(4).data is problems.online_tuning("digits", batch=4).data
    assert (problem.draw(4).epochs, problem.draw(4).model) == (2, problem.model)


def test_a_config_comes_back_from_its_start() -> None:
    """Penalties are tuned as their log10; on the way there and back nothing leaves its range, at the ends neither."""
    problem = problems.online_tuning("digits")
    domains = problem.space.domains
    ends = [{"l2": l2, "input_noise": noise} for l2 in (10**-5.5, 10**-2.5) for noise in (0.0, 0.8)]
    rng = np.random.default_rng(3)
    configs: list[Any] = [*ends, *(problem.space.sample(rng) for _ in range(200))]
    starts = problem.starts(configs)
    assert starts["l2"][0] == -5.5
    for name, knob in problem.knobs.items():
        assert np.all((starts[name] >= knob.low) & (starts[name] <= knob.high))
    back = problem.configs(starts)
    for config, other in zip(configs, back, strict=True):
        problem.space.validate(other)
        assert other == pytest.approx(config, rel=1e-12)
    assert domains["l2"].low == back[0]["l2"]  # type: ignore[attr-defined]  # a Float


@pytest.mark.parametrize("every", [1, 7, 10, 50])
def test_an_adam_that_always_goes_one_way_crosses_its_range_in_60_per_cent(every: int) -> None:
    """Whatever ``every`` is, and as counted in the hyper-steps of a real training."""
    problem = problems.online_tuning("digits", hidden=(4,), epochs=5)
    run = problem.tune([FAR], [0], every=every, parts=())
    n_steps = len(run.tuned.steps)
    assert n_steps == problem.n_steps // every
    for name, knob in problem.knobs_of(("l2", "input_noise"), every=every).items():
        assert knob.rate * max(1, 0.6 * n_steps) == pytest.approx(knob.high - knob.low)
        assert name in problem.space.names
    assert all(knob.rate == 0 for knob in problem.knobs_of(("l2",), every=None).values())
    assert run.scores == {}


@pytest.mark.parametrize("batch", [0, 1, 2])
def test_a_start_with_far_too_much_noise_is_rescued(batch: int) -> None:
    """From a noise of 0.8 the noise goes down on the way, and the network ends far better than without tuning."""
    problem = problems.online_tuning("digits", batch=batch)
    tuned, plain = (way([FAR] * 2, [0, 1]) for way in (problem.tune, problem.train))
    assert np.all(tuned.tuned.final["input_noise"] < 0.65)
    assert np.all(tuned.scores["test"].losses < 0.7 * plain.scores["test"].losses)
    assert plain.tuned.values.shape == (2, 1, 2)
    assert tuned.seconds > 0


def test_other_hyperparameters_and_knobs_are_tuned_too() -> None:
    """Any name of ``OnlineTuning`` may stand in a config; a knob's rate of 0 holds it; each l2 is a penalty."""
    problem = problems.online_tuning("digits", hidden=(8, 8), epochs=2)
    config = {"l2_1": 1e-3, "l2_2": 1e-4, "l2_3": 1e-5, "noise_2": 0.1, "dropout_noise_3": 0.3}
    run = problem.tune([config], [0], every=5)
    assert run.tuned.names == tuple(config)
    np.testing.assert_allclose(run.tuned.values[0, 0], [-3, -4, -5, 0.1, 0.3])
    assert np.all(run.tuned.values[0, -1] != run.tuned.values[0, 0])
    assert problem.configs(run.tuned.final)[0]["l2_2"] == pytest.approx(10 ** run.tuned.final["l2_2"][0])
    held = problem.tune([FAR], [0], knobs={"l2": Knob(-5.5, -2.5, 0.0), "input_noise": Knob(0, 0.8, 0.02)})
    assert np.all(held.tuned.values[0, :, 0] == -4)
    assert np.any(held.tuned.values[0, :, 1] != 0.8)


def test_the_sizes_are_the_sources_divided_by_ten() -> None:
    """1000-1000-1000, 2000-1000-1000-500 and 4000-2000-1000-500-250 (source 002, section III)."""
    assert [tuple(10 * width for width in widths) for widths in SIZES.values()] == [
        (1000, 1000, 1000),
        (2000, 1000, 1000, 500),
        (4000, 2000, 1000, 500, 250),
    ]
    assert problems.online_tuning("digits", hidden="deep").model.hidden == SIZES["deep"]
    assert "400-200-100-50-25" in repr(problems.online_tuning("digits", hidden="deep"))


def test_without_mnist_the_error_says_what_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the files and without a network is told that digits loads."""

    def unreachable(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setenv("HPO_TUTOR_DATA", str(tmp_path))
    monkeypatch.setattr(pooch, "retrieve", unreachable)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "cache")
    with pytest.raises(MissingDataError, match=r"(?s)mnist needs.*without a network: digits\."):
        problems.online_tuning("mnist")
    assert isinstance(problems.online_tuning("digits"), OnlineTuningProblem)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "cifar10"}, "name must be one of digits, mnist, mnist-full, got 'cifar10'"),
        ({"batch": -1}, "batch must be a whole number from 0, got -1"),
        ({"epochs": 0}, "epochs must be a whole number from 1, got 0"),
        ({"epochs": 1.5}, "epochs must be a whole number from 1, got 1.5"),
        ({"n_tuning": 0}, "n_tuning must be a whole number from 1, got 0"),
        ({"n_tuning": 301}, "n_tuning of digits must be at most 300, all rows that are left, got 301"),
        ({"hidden": "huge"}, "hidden must be widths, or one of shallow, medium, deep, got 'huge'"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    """The rule, the value, the way out."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        problems.online_tuning(**options)


@pytest.mark.parametrize(
    ("configs", "message"),
    [
        ([], "share their names, got none"),
        ([FAR, {"l2": 1e-3}], "share their names, got l2; l2, input_noise"),
        ([{"l2": 0.0}], "l2 must be above 0 to have a logarithm, the smallest is 0"),
        ([{"l2": 1e-2}], r"starts\['l2'\] must lie in -5.5..-2.5, got -2; l2 is log10 of the penalty"),
        ([{"l2_9": 1e-3}], "'l2_9' cannot be tuned while a network of 3 dense layers trains"),
    ],
)
def test_starts_that_cannot_be_are_refused(configs: list[dict[str, float]], message: str) -> None:
    """Before anything is trained."""
    problem = problems.online_tuning("digits")
    with pytest.raises(ValueError, match=message):
        problem.tune(configs, [0] * len(configs))
    assert problem.n_trained == 0


def test_seeds_and_epochs_are_counted() -> None:
    """One seed for each config, and whole epochs; an objective's config belongs to the space."""
    problem = problems.online_tuning("digits")
    with pytest.raises(ValueError, match="each configuration needs one seed, got 1 and 2"):
        problem.tune([FAR], [0, 1])
    with pytest.raises(ValueError, match=r"fidelity is a whole number of epochs, at least 1, got 0\.5"):
        problem.evaluate([FAR], seeds=[0], fidelity=0.5)
    with pytest.raises(ValueError, match="input_noise"):
        problem.evaluate([{"l2": 1e-3}], seeds=[0])
