"""What learners of a task reach, against the same learners trained by hand."""

import numpy as np
import pytest

from hpo_tutor.problems import tasks
from hpo_tutor.training import CNN, Block, Population


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
