"""What learners of a task reach, against the same learners trained by hand."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from hpo_tutor.problems import tasks
from hpo_tutor.problems.tasks import table
from hpo_tutor.training import CNN, MLP, Block, Population


def test_networks_of_several_structures_train_together() -> None:
    """Where hyperparameters decide the layers, each loss is that of its own network, trained alone."""
    rng = np.random.default_rng(0)
    space = tasks.task("digits-cnn-layers").domains
    configs = []
    for _ in range(5):
        config = {name: domain.from_unit(rng.random()) for name, domain in space.items()}
        configs.append({**config, "epochs": 2})
    configs.append({**configs[0], "learning_rate": 3e-3})
    losses = tasks.train("digits-cnn-layers", configs, list(range(6)), batch=2)
    data = tasks.rows("digits", 2).data
    for i, config in enumerate(configs):
        block = Block(8, kernel=config["kernel"], pool=config["pool"])
        network = CNN((8, 8, 1), (block,) * config["conv_layers"], (config["neurons"],) * config["dense_layers"])
        columns = {name: [config[name]] for name in ("epochs", "batch_size", "learning_rate", "dropout")}
        alone = Population(network, data, columns, [i], backend="loop").train()
        assert losses[i] == pytest.approx(alone[0], rel=1e-4)
    assert tasks.work("digits-cnn-layers", configs) == 12


def test_losses_along_the_way_are_those_of_shorter_trainings() -> None:
    """Scored after some epochs, a network has the loss of one that trained so long; the last is the whole training."""
    configs = [{"learning_rate": 1e-2, "width": 8}, {"learning_rate": 1e-3, "width": 4}]
    done: list[int] = []
    along = tasks.train("digits", configs, [3, 4], along=(1, 2, 4), advance=done.append)
    assert along.shape == (2, 3)
    assert sum(done) == tasks.work("digits", configs, (1, 2, 4)) == 8
    for column, epochs in zip(along.T, (1, 2, 4), strict=True):
        shorter = tasks.train("digits", [{**config, "epochs": epochs} for config in configs], [3, 4])
        np.testing.assert_allclose(column, shorter, rtol=1e-5)


def test_every_task_trains_at_its_defaults_and_random_settings() -> None:
    """Each task on the digits gives a finite loss at its defaults and at a random configuration."""
    for name, task in tasks.TASKS.items():
        if task.dataset == "digits":
            rng = np.random.default_rng(1)
            config = {key: domain.from_unit(rng.random()) for key, domain in task.domains.items()}
            brief = {"epochs": 1, "learning_rate": 1e-3}
            losses = tasks.train(name, [brief, {**config, **brief}], [0, 0])
            assert np.isfinite(losses).all()
            assert (losses > 0).all()


@pytest.mark.real_data
def test_trees_are_scored_in_the_unit_of_the_task() -> None:
    """The loss of boosted trees is the root of the mean squared error; knowing nothing costs the targets' spread."""
    sets = tasks.sets("king_county", 0)
    done: list[int] = []
    configs = [{"learning_rate": 0.1, "max_depth": depth} for depth in (2, 6)]
    losses = tasks.train("king_county", configs, [0, 1], advance=done.append)
    assert sum(done) == tasks.work("king_county", configs) == 2
    nothing = np.sqrt(np.mean((sets.scoring_targets - sets.train_targets.mean()) ** 2))
    assert (losses < nothing / 2).all()
    along = tasks.train("king_county", configs, [0, 1], along=(1, 50))
    assert along.shape == (2, 2)
    assert (along[:, 1] < along[:, 0]).all()
    assert (along[:, 0] > 0.8 * nothing).all()


@pytest.mark.real_data
def test_unseen_rows_are_scored_as_by_hand() -> None:
    """Losses and missed classes of two structures are those that plain torch gives for the same trained networks."""
    configs = [
        {"epochs": 2, "learning_rate": 1e-2, "conv_layers": 1, "neurons": 8},
        {"epochs": 1, "learning_rate": 1e-6, "conv_layers": 2, "neurons": 16},
        {"epochs": 3, "learning_rate": 3e-3, "conv_layers": 1, "neurons": 8},
    ]
    found = tasks.score_unseen("mnist-cnn-layers", configs, [5, 6, 7], 2, 20, options={"n_threads": 1})
    data = tasks.unseen("mnist-cnn-layers", 2, 20).data
    inputs, labels = torch.tensor(data.validation_inputs), torch.tensor(data.validation_targets)
    for i, config in enumerate(configs):
        network = CNN((14, 14, 1), (Block(4),) * int(config["conv_layers"]), (int(config["neurons"]),))
        columns = {name: config[name] for name in ("epochs", "learning_rate")}
        alone = Population(network, data, columns | {"batch_size": 64}, [5 + i], backend="loop", keep_networks=True)
        alone.train()
        with torch.no_grad():
            outputs = alone.network(0)(inputs)
        assert found.losses[i] == pytest.approx(float(cross_entropy(outputs, labels)), rel=1e-4)
        assert found.losses[i] == pytest.approx(alone.losses[0], rel=1e-4)
        assert found.errors[i] == pytest.approx(100 * float((outputs.argmax(1) != labels).double().mean()), abs=0.03)
    assert found.errors[2] < 60 < found.errors[1]
    validated = tasks.train("mnist-cnn-layers", configs, [5, 6, 7], 2, 20)
    assert not np.isclose(found.losses, validated, rtol=1e-3)[[0, 2]].any()


@pytest.mark.real_data
def test_unseen_jets_are_scored_in_gev() -> None:
    """The root of the mean squared error on the test rows; there are no classes to miss, and who diverged says so."""
    configs = [
        {"epochs": 5, "learning_rate": 3e-3, "layers": 1, "neurons": 4},
        {"epochs": 5, "learning_rate": 1e30, "layers": 3, "neurons": 8},
    ]
    found = tasks.score_unseen("aleph-layers", configs, [0, 1], 1, 20)
    cut = tasks.unseen("aleph-layers", 1, 20)
    settings = {"epochs": 5, "learning_rate": 3e-3, "batch_size": 128}
    score = Population(MLP((4,)), cut.data, settings, [0]).train()[0]
    assert found.losses[0] == pytest.approx(np.sqrt(score) * cut.target_scale, rel=1e-5)
    assert not np.isfinite(found.losses[1])
    assert np.isnan(found.errors).all()
    nobody = tasks.score_unseen("aleph-layers", [], [], 1, 20)
    assert nobody.losses.shape == nobody.errors.shape == (0,)


@pytest.mark.real_data
def test_layers_of_the_jets_network_are_hyperparameters() -> None:
    """A fixed two layers of 32 are the usual network's; more or wider ones are others."""
    config = {"learning_rate": 3e-3, "epochs": 2}
    usual = tasks.train("aleph", [{**config, "l2": 0.0}], [0])
    two, three, wide = tasks.train(
        "aleph-layers", [config, {**config, "layers": 3}, {**config, "neurons": 64}], [0] * 3
    )
    assert two == pytest.approx(usual[0], rel=1e-6)
    assert len({round(loss, 4) for loss in (two, three, wide)}) == 3


@pytest.mark.real_data
def test_the_full_pictures_train_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slice of 600 pictures of 28 x 28 pixels, the full task's default network trains an epoch."""
    full = tasks.task("mnist-cnn-layers-full")
    small = replace(full, name="slice", source=replace(full.source, n_rows=600))
    monkeypatch.setattr(table, "TASKS", {**tasks.TASKS, "slice": small})
    assert tasks.rows("slice", 0).data.train_inputs.shape == (400, 28 * 28)
    (loss,) = tasks.train("slice", [{"epochs": 1}], [0])
    assert 0.1 < loss < np.log(10) * 1.1


MEANINGS = {  # of what data/trained.parquet and the landscapes were made with
    "aleph": "738dfd6e",
    "aleph-layers": "f47f4585",
    "digits": "982bd3c5",
    "digits-cnn": "5d2fb534",
    "digits-cnn-layers": "ebb339b2",
    "mnist": "0e2edf09",
    "mnist-5000": "90f60843",
    "mnist-cnn-layers": "3954ef50",
    "mnist-cnn-layers-full": "0a7e0a2f",
    "digits-autoencoder": "3688b04b",
    "cifar10": "008ffe2e",
    "danish_housing": "a3656e51",
    "danish_housing-44": "73c37e28",
    "king_county": "500f6af3",
}


@pytest.mark.parametrize("name", MEANINGS)
def test_what_was_recorded_means_the_same_today(name: str) -> None:
    """Rows, features, defaults and layers are told in the very words of the recording; else its rows are another's."""
    told = json.dumps(tasks.meaning(name, [{}])).encode()
    assert hashlib.sha256(told).hexdigest()[:8] == MEANINGS[name]
