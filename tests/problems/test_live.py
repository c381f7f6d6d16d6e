"""Networks trained when called: the same losses as by hand."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from hpo_tutor import problems
from hpo_tutor.problems import datasets, tasks
from hpo_tutor.problems.tasks.division import _division
from hpo_tutor.protocols import Objective
from hpo_tutor.search_space import Choice, Float, Integer
from hpo_tutor.training import MLP, Data, Population

QUICK = {"learning_rate": Float(1e-3, 3e-2, log=True), "l2": Float(1e-6, 1e-2, log=True), "epochs": 3, "width": 8}


def test_all_networks_train_at_once_and_as_if_alone() -> None:
    """Six configurations evaluated together give the losses of six evaluated one by one."""
    objective = problems.live("digits", QUICK)
    assert isinstance(objective, Objective)
    rng = np.random.default_rng(0)
    configs, seeds = [objective.space.sample(rng) for _ in range(6)], [3, 1, 4, 1, 5, 2**40]
    together = objective.evaluate(configs, seeds=seeds)
    alone = [objective.evaluate([config], seeds=[seed])[0] for config, seed in zip(configs, seeds, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-4)
    assert len(set(together)) == 6
    assert objective.n_trained == 12
    assert objective(configs[0]) == pytest.approx(objective.evaluate(configs[:1], seeds=[0])[0])


def test_both_backends_give_the_same_losses() -> None:
    """The stack and plain torch agree on real data in float64."""
    stack, loop = (problems.live("digits", QUICK, dtype="float64", backend=name) for name in ("stack", "loop"))
    configs = [stack.space.sample(np.random.default_rng(1)) for _ in range(2)]
    losses = [objective.evaluate(configs, seeds=[0, 1]) for objective in (stack, loop)]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-10)


def test_a_trained_network_beats_guessing() -> None:
    """With the defaults, the cross-entropy on unseen digits is far below that of guessing, log(10) nats."""
    objective = problems.live("digits", ["learning_rate"], batch=2)
    assert objective.loss_names == ("cross_entropy",)
    assert objective({**objective.space.fixed, "learning_rate": 1e-2}) < 0.3 < np.log(10)


@pytest.mark.real_data
def test_the_jets_loss_is_in_gev() -> None:
    """An untrained-as-possible network is off by the spread of the energies, a trained one by less."""
    objective = problems.live("aleph", {"learning_rate": Float(1e-9, 1e-1, log=True), "epochs": 10})
    data = tasks.rows("aleph", 0)
    spread = np.sqrt(np.mean(data.data.validation_targets**2)) * data.target_scale
    untrained, trained = objective.evaluate([{"learning_rate": 1e-9}, {"learning_rate": 3e-3}], seeds=[0, 0])
    assert untrained == pytest.approx(spread, rel=0.1)
    assert trained < 0.95 * spread
    assert objective.loss_unit == "GeV"
    assert 4 < data.target_scale < 8


@pytest.mark.real_data
def test_the_loss_is_the_root_mean_squared_error_of_the_energies() -> None:
    """Plain torch and the raw energies, put together here by hand, give the same number of GeV."""
    objective = problems.live(
        "aleph", {"learning_rate": Float(1e-4, 1e-1, log=True), "epochs": 1}, batch=4, dtype="float64"
    )
    rows = tasks.rows("aleph", 4)

    raw = datasets.load("aleph").target
    order = np.array_split(np.random.default_rng(tasks.SHUFFLE_SEED).permutation(len(raw)), 10)[4]
    n_train = len(rows.data.train_targets)
    energies = raw[order]
    mean, scale = energies[:n_train].mean(), energies[:n_train].std()
    np.testing.assert_allclose(rows.data.validation_targets * scale + mean, energies[n_train:])
    targets = (energies - mean) / scale
    inputs = rows.data.train_inputs, rows.data.validation_inputs
    by_hand = Data(inputs[0], targets[:n_train], inputs[1], targets[n_train:])
    settings = {"learning_rate": 1e-2, "l2": 1e-4, "epochs": 1, "width": 32, "batch_size": 128}
    score = Population(MLP((32, 32)), by_hand, settings, [0], "loop", dtype="float64").train()
    assert objective.evaluate([{"learning_rate": 1e-2}], seeds=[0])[0] == pytest.approx(np.sqrt(score[0]) * scale)


@pytest.mark.real_data
def test_the_jets_batches_share_no_row() -> None:
    """Ten batches use every jet once, two thirds of each for training."""
    divisions = [_division(38_968, batch, 10, "parts") for batch in range(10)]
    assert sorted(np.concatenate(divisions)) == list(range(38_968))
    rows = tasks.rows("aleph", 0).data
    assert len(rows.train_inputs) == 2598
    assert len(rows.validation_inputs) == 1299


def test_the_digits_batches_are_resplits() -> None:
    """Each batch has all 1,797 pictures, divided differently, 599 of them to score."""
    divisions = [_division(1797, batch, 10, "resplits") for batch in range(10)]
    assert all(sorted(division) == list(range(1797)) for division in divisions)
    assert len({tuple(division) for division in divisions}) == 10
    assert len(tasks.rows("digits", 0).data.validation_inputs) == 599


def test_inputs_are_standardised_by_the_training_rows() -> None:
    """Mean 0 and deviation 1 over the training rows, and no more than nearly so over the others."""
    data = tasks.rows("digits", 1).data
    spread = data.train_inputs.std(axis=0)
    np.testing.assert_allclose(data.train_inputs.mean(axis=0), 0, atol=1e-12)
    assert set(np.round(spread, 10)) <= {0.0, 1.0}
    assert not np.allclose(data.validation_inputs.mean(axis=0), 0, atol=1e-3)


def test_names_bring_default_domains_and_the_rest_is_fixed() -> None:
    """Tuned names get domains on a log scale, the others their stated defaults; a mapping says both itself."""
    space = problems.live("digits", ["learning_rate", "l2", "batch_size"]).space
    assert space.names == ("learning_rate", "l2", "batch_size")
    assert space.domains["learning_rate"].log
    assert space.domains["l2"].log
    assert isinstance(space.domains["batch_size"], Choice)
    assert dict(space.fixed) == {"epochs": 20, "width": 32}
    own = problems.live("digits", {"epochs": Integer(2, 4), "width": 4}).space
    assert own.names == ("epochs",)
    assert own.fixed["width"] == 4


def test_every_hyperparameter_can_be_tuned() -> None:
    """All seven at once, each drawn at random, train and give finite losses."""
    objective = problems.live("digits", list(tasks.task("digits").domains))
    assert len(objective.space.names) == 7
    configs = [{**objective.space.sample(np.random.default_rng(i)), "epochs": 2} for i in range(8)]
    assert np.isfinite(objective.evaluate(configs, seeds=range(8))).all()


def test_what_is_not_named_is_switched_off() -> None:
    """Without a word on noise and dropout there are none; tuned or fixed, they reach the networks."""
    config = {"learning_rate": 1e-2, "l2": 1e-4, "epochs": 2}
    plain = problems.live("digits", config | {"learning_rate": Float(1e-3, 1e-1, log=True)})
    off, on = ({"learning_rate": 1e-2, "input_noise": noise, "dropout": noise} for noise in (0.0, 0.5))
    names = {"learning_rate": Float(1e-3, 1e-1, log=True), "input_noise": Float(0, 1), "dropout": Float(0, 0.6)}
    tuned = problems.live("digits", {"l2": 1e-4, "epochs": 2, **names})
    assert plain({"learning_rate": 1e-2}) == tuned(off)
    assert plain({"learning_rate": 1e-2}) != tuned(on)
    assert problems.live("digits", {"l2": 1e-4, "epochs": 2, **names, "dropout": 0.5})(
        {"learning_rate": 1e-2, "input_noise": 0.5}
    ) == tuned(on)


def test_fidelity_is_the_number_of_epochs() -> None:
    """Fewer epochs by fidelity are the same as fewer epochs in the space."""
    three = problems.live("digits", QUICK)
    one = problems.live("digits", {**QUICK, "epochs": 1})
    config = {"learning_rate": 1e-2, "l2": 1e-4}
    assert three.evaluate([config], seeds=[0], fidelity=1)[0] == one.evaluate([config], seeds=[0])[0]
    assert three.evaluate([config], seeds=[0])[0] != one.evaluate([config], seeds=[0])[0]


def test_drawing_changes_the_rows_and_nothing_else() -> None:
    """``draw(seed)`` is data batch seed % n_batches."""
    objective = problems.live("digits", QUICK)
    member = objective.draw(23)
    assert member.batch == 3
    assert member.space == objective.space
    config = {"learning_rate": 1e-2, "l2": 1e-4}
    assert member(config) != objective(config)
    assert member(config) == problems.live("digits", QUICK, batch=3)(config)


def test_the_callers_threads_are_left_alone() -> None:
    """After an evaluation torch has as many threads as before."""
    before = torch.get_num_threads()
    problems.live("digits", QUICK)({"learning_rate": 1e-2, "l2": 1e-4})
    assert torch.get_num_threads() == before


@pytest.mark.real_data
def test_an_incumbent_is_tested_on_rows_that_the_search_did_not_see() -> None:
    """``test`` trains what ``evaluate`` trains, fixed values included, and scores it on the rows of the next batch."""
    objective = problems.live("aleph-layers", {"learning_rate": Float(1e-3, 1e-1, log=True), "epochs": 4}, batch=9)
    config = {"learning_rate": 1e-2}
    scores = objective.test([config, config], seeds=[0, 1])
    by_hand = tasks.score_unseen("aleph-layers", [config | {"epochs": 4}] * 2, [0, 1], 9)
    np.testing.assert_allclose(scores.losses, by_hand.losses, rtol=1e-6)
    assert objective.n_trained == 2
    assert not np.isclose(scores.losses, objective.evaluate([config, config], seeds=[0, 1]), rtol=1e-4).any()
    with pytest.raises(ValueError, match=r"learning_rate=1\.0 is outside"):
        objective.test([{"learning_rate": 1.0}], seeds=[0])
    with pytest.raises(ValueError, match="got 1 and 2"):
        objective.test([config], seeds=[0, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: problems.live("cheese"), r"there are tasks aleph, .*digits, .*, got 'cheese'"),
        (
            lambda: problems.live("digits", ["momentum"]),
            "'momentum' cannot be tuned on digits",
        ),
        (lambda: problems.live("digits", {"epochs": 3}), "nothing is tuned"),
        (lambda: problems.live("digits", batch=10), r"batch must lie in 0..9, got 10"),
        (lambda: problems.live("digits")({"learning_rate": 1.0, "l2": 1e-4}), "learning_rate=1.0 is outside"),
        (lambda: problems.live("digits").evaluate([], seeds=[1]), "got 0 and 1"),
    ],
)
def test_what_makes_no_sense_is_refused(call: object, message: str) -> None:
    """The error says the rule, the value and what there is."""
    with pytest.raises(ValueError, match=message):
        call()


def test_a_lone_name_is_taken_for_what_it_is() -> None:
    """A text in place of a list of names is refused with a hint, rather than read letter by letter."""
    with pytest.raises(ValueError, match="got the text 'l2'"):
        problems.live("digits", "l2")


def test_importing_rooms_takes_no_public_name_away() -> None:
    """Whatever room of the package was imported first, problems.live and all other names stay what they are."""
    code = (
        "import importlib, pkgutil, hpo_tutor.problems as p\n"
        "for room in pkgutil.iter_modules(p.__path__): importlib.import_module(f'hpo_tutor.problems.{room.name}')\n"
        "assert callable(p.live) and callable(p.function) and callable(p.landscape)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
