"""Every model has its turn and its chunk, and none waits for company that does not suit it."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hpo_tutor.training import CNN, MLP, Block
from hpo_tutor.training.chunks import Chunks
from hpo_tutor.training.models.architecture import n_parameters
from hpo_tutor.training.settings import settle


def make_chunks(n_models: int, optimiser: str = "adam", model: MLP | CNN | None = None, **columns: object) -> Chunks:
    """A population of networks for 10 inputs, in float32 on a processor."""
    settings = settle({"learning_rate": 1e-3, "epochs": 1, **columns}, range(n_models), optimiser)
    return Chunks(model or MLP((32, 32)), 10, settings, optimiser, torch.device("cpu"), torch.float32)


@given(
    widths=st.lists(st.integers(1, 70), min_size=1, max_size=80),
    n_threads=st.integers(1, 4),
    backend=st.sampled_from(["stack", "compiled", "loop"]),
    seed=st.integers(0, 100),
)
def test_every_model_is_in_one_chunk(widths: list[int], n_threads: int, backend: str, seed: int) -> None:
    """Chunks share out the models; no stack mixes batch sizes, or widths of which one is a fifth below another."""
    rng = np.random.default_rng(seed)
    epochs, sizes = rng.integers(1, 40, len(widths)), rng.choice([16, 32], len(widths))
    chunks = make_chunks(len(widths), width=widths, epochs=epochs, batch_size=sizes)
    plans = chunks.plans(np.arange(len(widths)), backend, n_threads)
    assert sorted(np.concatenate([plan.ids for plan in plans])) == list(range(len(widths)))
    for plan in plans:
        assert 1 <= len(plan.ids) <= 32
        np.testing.assert_array_equal(plan.settings.width, np.array(widths)[plan.ids])
        if backend == "stack":
            assert set(sizes[plan.ids]) == {plan.batch_size}
            assert plan.settings.width.max() < 1.25 * plan.settings.width.min() + 1
            assert np.all(np.diff(plan.settings.epochs) <= 0)
        if backend == "loop":
            assert len(plan.ids) == 1


def test_chunks_keep_every_worker_busy() -> None:
    """40 equal models make two chunks for two workers, not a full one and a rest; 500 make full ones."""
    assert [len(plan.ids) for plan in make_chunks(40).plans(np.arange(40), "stack", 2)] == [20, 20]
    many = [len(plan.ids) for plan in make_chunks(500).plans(np.arange(500), "stack", 2)]
    assert len(many) == 16
    assert max(many) == 32


@pytest.mark.parametrize(("optimiser", "copies"), [("adam", 4), ("sgd", 3)])
def test_a_turn_holds_what_memory_holds(optimiser: str, copies: int) -> None:
    """10-32-32-1 networks have 1,441 parameters; each is held with its gradient and what the optimiser keeps."""
    each = 1441 * 4 * copies
    chunks = make_chunks(10, optimiser)
    assert [len(turn) for turn in chunks.turns(4 * each)] == [4, 4, 2]
    assert [len(turn) for turn in chunks.turns(4 * each - 1)] == [3, 3, 3, 1]
    assert [len(turn) for turn in chunks.turns(1)] == [1] * 10  # a model that does not fit trains alone
    assert np.concatenate(list(chunks.turns(4 * each))).tolist() == list(range(10))


def test_ten_thousand_small_networks_have_one_turn() -> None:
    """Their state takes 231 MB, so the usual 1 GiB holds all."""
    (turn,) = make_chunks(10_000).turns(2**30)
    assert len(turn) == 10_000


def test_wide_networks_take_more_of_a_turn() -> None:
    """Each model is counted with its own width."""
    model = MLP((8,))
    sizes = [n_parameters(model.layers(10, width)) for width in (100, 8)]
    assert sizes == [1201, 97]
    chunks = make_chunks(4, model=model, width=[100, 8, 8, 100])
    assert [turn.tolist() for turn in chunks.turns(16 * (1201 + 97))] == [[0, 1], [2, 3]]


def test_the_filters_of_a_block_are_a_width_too() -> None:
    """A plan's widest network holds the largest number of filters among its models."""
    model = CNN((8, 8, 1), (Block(4), Block(4)))
    settings = settle({"learning_rate": 1e-3, "epochs": 1, "width": [13, 14, 13]}, range(3))
    chunks = Chunks(model, 64, settings, "adam", torch.device("cpu"), torch.float32)
    (plan,) = chunks.plans(np.arange(3), "stack", 1)
    assert [layer.outputs[-1] for layer in plan.widest if layer.tensors] == [14, 14, 10]
    assert [layer.outputs[-1] for layer in plan.network(0) if layer.tensors] == [13, 13, 10]


def test_large_images_train_in_small_chunks() -> None:
    """Windows of 32 x 32 x 16 pixels at 32 rows take some 40 MB a model, so it trains alone; of digits several do."""
    settings = settle({"learning_rate": 1e-3, "epochs": 1, "batch_size": 32}, range(40))
    for side, least, most in ((32, 1, 1), (8, 4, 16)):
        model = CNN((side, side, 1), (Block(16, pool=1), Block(4)))
        chunks = Chunks(model, side**2, settings, "adam", torch.device("cpu"), torch.float32)
        sizes = [len(plan.ids) for plan in chunks.plans(np.arange(40), "stack", 1)]
        assert sum(sizes) == 40
        assert least <= max(sizes) <= most


def test_on_a_gpu_the_buffers_of_a_step_count() -> None:
    """They stay from step to step there, so fewer models fit than on a processor."""
    settings = settle({"learning_rate": 1e-3, "epochs": 1}, range(10))
    on_gpu = Chunks(MLP((32, 32)), 10, settings, "adam", torch.device("cuda"), torch.float32)
    activations = 10 + 32 + 32 + 32 + 32 + 32 + 32 + 1  # inputs, and twice (sums, curve, dropout) for each layer
    each = 4 * (4 * 1441 + 2 * activations * 128)
    assert [len(turn) for turn in on_gpu.turns(5 * each)] == [5, 5]
    assert [len(turn) for turn in make_chunks(10).turns(5 * each)] == [10]
