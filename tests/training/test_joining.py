"""Where many models of a population have left, the rest is put together: fewer stacks, the same losses."""

import numpy as np
import pytest

from hpo_tutor.training import CNN, MLP, Block, Data, Population
from hpo_tutor.training.backends.stacked.stack import Stack
from hpo_tutor.training.models.descriptions import Model

N_MODELS = 70
DENSE = MLP(hidden=(5, 3))
NORMALISED = CNN((4, 4, 1), (Block(2),), hidden=(3,), batch_norm=True, task="regression", n_outputs=1)


def make_population(model: Model, ids: np.ndarray, **columns: np.ndarray) -> Population:
    """Models of a population of seventy, each with its own l2, noise and dropout; some decay nothing."""
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(60, 16)), rng.normal(size=60)
    data = Data(inputs[:40], targets[:40], inputs[40:], targets[40:])
    settings = {
        "learning_rate": np.geomspace(1e-3, 1e-1, N_MODELS),
        "l2": np.where(np.arange(N_MODELS) < 35, 0, 1e-2),
        "input_noise": np.linspace(0, 0.3, N_MODELS),
        "dropout": np.linspace(0, 0.3, N_MODELS),
        "epochs": np.full(N_MODELS, 8),
        "batch_size": np.full(N_MODELS, 16),
        **columns,
    }
    chosen = {name: values[ids] for name, values in settings.items()}
    return Population(model, data, chosen, ids.tolist(), "stack", device="cpu", dtype="float64", n_threads=2)


@pytest.mark.parametrize("model", [DENSE, NORMALISED], ids=["dense", "normalised"])
def test_those_that_are_joined_train_on_as_if_alone(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rungs after epochs 2 and 5: the last two models end where a population of these two ends."""
    sizes: list[list[int]] = []
    join = Stack.join

    def counted(self: Stack, others: list[Stack]) -> None:
        sizes.append([len(stack.ids) for stack in (self, *others)])
        join(self, others)

    monkeypatch.setattr(Stack, "join", counted)
    population = make_population(model, np.arange(N_MODELS))
    for report in population.fit():
        if report.epoch in (2, 5):
            stay = np.arange(4, N_MODELS, {2: 9, 5: 63}[report.epoch])
            population.stop(np.setdiff1d(np.arange(N_MODELS), stay))
    assert [sum(size) for size in sizes] == [8], "then one stack is left, which nobody can join"
    alone = make_population(model, np.array([4, 67]))
    np.testing.assert_allclose(population.losses[[4, 67]], alone.train(), rtol=1e-9)


def test_stacks_of_other_steps_or_widths_are_not_joined() -> None:
    """Two batch sizes, two widths: each goes on in its own stack, as if alone."""
    columns = {"batch_size": np.arange(N_MODELS) % 2 * 16 + 8, "width": np.arange(N_MODELS) // 2 % 2 * 12 + 4}
    population = make_population(MLP(hidden=(4, 4)), np.arange(N_MODELS), **columns)
    for report in population.fit():
        if report.epoch == 3:
            population.stop(np.arange(8, N_MODELS))
    alone = make_population(MLP(hidden=(4, 4)), np.arange(8), **columns)
    np.testing.assert_allclose(population.losses[:8], alone.train(), rtol=1e-9)
