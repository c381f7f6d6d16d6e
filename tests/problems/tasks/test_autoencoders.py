"""Auto-encoders whose layers are hyperparameters: what they cost, what they lose, and which of them may not be."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from hpo_tutor import problems
from hpo_tutor.problems import datasets, tasks
from hpo_tutor.problems.tasks.division import _division
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.training import AutoEncoder, Block, Population

NAME = "digits-autoencoder"
TASK = tasks.task(NAME)
SPACE = SearchSpace(TASK.domains, constraints=TASK.constraints)
GOALS = ["operations", "parameters"]


def layers(filters: tuple, kernels: tuple, strides: tuple, pools: tuple, units: tuple) -> dict[str, int]:
    """A configuration of these convolutions and dense layers."""
    parts = {"filters": filters, "kernel": kernels, "stride": strides, "pool": pools, "units": units}
    numbered = {f"{part}_{i}": value for part, values in parts.items() for i, value in enumerate(values, 1)}
    return {"n_conv": len(filters), "n_dense": len(units), "learning_rate": 5e-3, **numbered}


@pytest.mark.parametrize(
    ("config", "operations", "parameters"),
    [
        (
            # 8 x 8 pixels, no stride, no pooling: 256 numbers go into the dense layer
            layers((4,), (3,), (1,), (1,), (16,)),
            8 * 8 * 4 * 9 + 256 * 16 + 16 * 8,
            (9 * 4 + 4) + (256 * 16 + 16) + (16 * 8 + 8),
        ),
        (
            # stride 2 leaves 4 x 4; the second convolution looks at single pixels of two channels, then 2 x 2 are left
            layers((2, 8), (5, 1), (2, 1), (1, 2), (32, 8)),
            4 * 4 * 2 * 25 + 4 * 4 * 8 * 2 + 32 * 32 + 32 * 8 + 8 * 8,
            (25 * 2 + 2) + (2 * 8 + 8) + (32 * 32 + 32) + (32 * 8 + 8) + (8 * 8 + 8),
        ),
        (
            # 4 x 4 after a stride, 2 x 2 after a pooling, a single pixel of two channels after another stride
            layers((8, 4, 2), (3, 5, 3), (2, 1, 2), (1, 2, 1), (64, 64, 8)),
            4 * 4 * 8 * 9 + 4 * 4 * 4 * 25 * 8 + 2 * 9 * 4 + 2 * 64 + 64 * 64 + 64 * 8 + 8 * 8,
            (9 * 8 + 8) + (25 * 8 * 4 + 4) + (9 * 4 * 2 + 2) + (2 * 64 + 64) + (64 * 64 + 64) + (64 * 8 + 8) + 72,
        ),
    ],
)
def test_encoders_are_counted_as_by_hand(config: dict[str, Any], operations: int, parameters: int) -> None:
    """Each weight times each place where it is used; weights and biases. Layers that do not exist cost nothing."""
    SPACE.validate(config)
    dead = {"filters_3": 8, "kernel_3": 5, "stride_3": 1, "pool_3": 1, "units_3": 64, "units_2": 64}
    assert tasks.count(NAME, [config, dead | config], GOALS).tolist() == [[operations, parameters]] * 2


def encoder_of(config: dict[str, Any]) -> nn.Sequential:
    """The encoder in plain torch, put together from the hyperparameters alone."""
    modules: list[nn.Module] = []
    channels, side = 1, 8
    for i in range(1, config["n_conv"] + 1):
        filters, kernel, stride, pool = (config[f"{part}_{i}"] for part in ("filters", "kernel", "stride", "pool"))
        modules += [nn.Conv2d(channels, filters, kernel, stride, padding=kernel // 2), nn.Tanh(), nn.MaxPool2d(pool)]
        channels, side = filters, math.ceil(side / stride) // pool
    modules.append(nn.Flatten())
    width = channels * side**2
    for j in range(1, config["n_dense"] + 1):
        modules += [nn.Linear(width, config[f"units_{j}"]), nn.Tanh()]
        width = config[f"units_{j}"]
    return nn.Sequential(*modules, nn.Linear(width, 8))


def multiplications(net: nn.Sequential) -> int:
    """What its layers multiply for one picture, counted while it goes through."""
    counted = []

    def count(module: nn.Module, inputs: tuple[torch.Tensor], outputs: torch.Tensor) -> None:
        fan_in = module.weight[0].numel()  # weights of one filter, or of one unit
        counted.append(outputs.numel() * fan_in)

    for module in net:
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(count)
    assert net(torch.zeros(1, 1, 8, 8)).shape == (1, 8)
    return sum(counted)


def test_encoders_are_counted_as_in_torch() -> None:
    """Sixty random encoders of all numbers of layers: hooks count the multiplications, numel the parameters."""
    rng = np.random.default_rng(0)
    configs = [SPACE.sample(rng) for _ in range(60)]
    assert len({(config["n_conv"], config["n_dense"]) for config in configs}) == 9
    nets = [encoder_of(config) for config in configs]
    expected = [[multiplications(net), sum(tensor.numel() for tensor in net.parameters())] for net in nets]
    assert tasks.count(NAME, configs, GOALS).tolist() == expected
    assert tasks.count(NAME, configs, GOALS[::-1]).tolist() == [one[::-1] for one in expected]
    assert tasks.count(NAME, [], GOALS).shape == (0, 2)


def test_the_encoder_is_the_first_half() -> None:
    """Its layers are the first of the whole network's, down to the eight numbers of the code."""
    rng = np.random.default_rng(1)
    for batch_norm in (False, True):
        for _ in range(20):
            config = SPACE.sample(rng)
            blocks = tuple(
                Block(*(config[f"{part}_{i}"] for part in ("filters", "kernel", "stride", "pool")))
                for i in range(1, config["n_conv"] + 1)
            )
            hidden = tuple(config[f"units_{j}"] for j in range(1, config["n_dense"] + 1))
            model = AutoEncoder((8, 8, 1), blocks, 8, hidden, "tanh", batch_norm)
            encoder, whole = model.encoder(64), model.layers(64)
            assert whole[: len(encoder)] == encoder
            assert encoder[-1].outputs == (8,)
            assert whole[-1].outputs == (8, 8, 1)


def test_a_loss_is_in_grey_levels() -> None:
    """The root mean squared error of the pictures of the validation rows, rebuilt by hand from the trained network."""
    objective = problems.live(NAME, ["learning_rate"], batch=3, goals=GOALS)
    losses = objective.evaluate([{"learning_rate": 1e-2}], seeds=[5], fidelity=4)
    raw = datasets.load("digits").inputs.reshape(-1, 64)[_division(1797, 3, 10, "resplits")]
    train, validation = raw[:1198], raw[1198:]
    model = AutoEncoder((8, 8, 1), (Block(4, 3, 1, 1),), 8, (32,), "tanh")
    settings = {"learning_rate": 1e-2, "epochs": 4, "batch_size": 64}
    population = Population(model, tasks.rows(NAME, 3).data, settings, [5], keep_networks=True)
    population.train()
    asked = torch.tensor((validation - train.mean()) / train.std())
    with torch.no_grad():
        rebuilt = population.network(0)(asked).numpy() * train.std() + train.mean()
    assert losses.shape == (1, 3)
    assert losses[0, 0] == pytest.approx(np.sqrt(np.mean((rebuilt - validation) ** 2)), rel=1e-4)
    assert 2 < losses[0, 0] < np.sqrt(np.mean((validation - train.mean()) ** 2))
    assert (objective.loss_names, objective.loss_unit) == (("rmse", *GOALS), "grey levels of 16")
    assert losses[0, 1:].tolist() == tasks.count(NAME, [{}], GOALS)[0].tolist()


def test_a_live_search_knows_switches_and_goals() -> None:
    """All eighteen hyperparameters are tuned; (K, m) losses come for any of the goals, in the order asked for."""
    objective = problems.live(NAME, list(TASK.domains), goals=["parameters"])
    assert objective.space.n_dims == 18
    rng = np.random.default_rng(3)
    configs = [objective.space.sample(rng) for _ in range(3)]
    losses = objective.evaluate(configs, seeds=range(3), fidelity=1)
    assert losses.shape == (3, 2)
    assert losses[:, 1].tolist() == tasks.count(NAME, configs, ["parameters"])[:, 0].tolist()
    plain = problems.live(NAME, list(TASK.domains)).evaluate(configs, seeds=range(3), fidelity=1)
    assert plain.shape == (3,)
    np.testing.assert_allclose(plain, losses[:, 0], rtol=1e-4)
    assert isinstance(objective(configs[0]), float)
    assert objective.evaluate([], seeds=[]).shape == (0, 2)
    assert objective.draw(1).goals == ("parameters",)


def test_encoders_that_may_not_be_are_refused() -> None:
    """A stride that jumps over pixels, a picture that is halved away, an unknown goal, a lone text."""
    objective = problems.live(NAME, list(TASK.domains))
    jumping = layers((4,), (1,), (2,), (1,), (8,))
    halved = layers((4, 4), (3, 3), (2, 2), (2, 2), (8,))
    for config, message in ((jumping, "'stride_1 <= kernel_1' fails"), (halved, "<= 8' fails")):
        with pytest.raises(ValueError, match=message):
            objective.evaluate([config], seeds=[0])
    with pytest.raises(ValueError, match=r"no goal 'size' beside its loss; there are: operations, parameters"):
        problems.live(NAME, ["learning_rate"], goals=["size"])
    with pytest.raises(ValueError, match="digits has no goal 'operations' beside its loss; there are: none"):
        problems.live("digits", goals=["operations"])
    with pytest.raises(ValueError, match="got the text 'operations'"):
        problems.live(NAME, ["learning_rate"], goals="operations")


@pytest.mark.real_data
def test_cells_are_the_middles_of_pictures() -> None:
    """mnist-autoencoder sees rows 10 to 17 and columns 10 to 17 of the 28 x 28 pixels, by one centre and one spread."""
    whole = datasets.load("mnist")
    mine = _division(60_000, 2, 20, "parts")[:1800]
    cells = whole.part("train").inputs[mine][:, 10:18, 10:18].reshape(1800, 64).astype(float)
    usual, found = (cut("mnist-autoencoder", 2, 20) for cut in (tasks.rows, tasks.unseen))
    centre, spread = cells[:1200].mean(), cells[:1200].std()
    np.testing.assert_allclose(usual.data.train_inputs * spread + centre, cells[:1200], atol=1e-9)
    np.testing.assert_allclose(usual.data.validation_inputs * spread + centre, cells[1200:], atol=1e-9)
    assert usual.target_scale == pytest.approx(spread)
    test = whole.part("test").inputs[:, 10:18, 10:18].reshape(-1, 64).astype(float)
    np.testing.assert_allclose(found.data.validation_inputs * spread + centre, test, atol=1e-9)
    loss = tasks.train("mnist-autoencoder", [{"epochs": 2}], [0], 2, 20)[0]
    assert 0.2 * spread < loss < spread
