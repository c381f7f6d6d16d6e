"""Random numbers belong to a model alone, and are random."""

import itertools
import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats

from hpo_tutor.training import CNN, MLP, Block
from hpo_tutor.training.randomness import DROPOUT, NOISE, Stream, bits, hashes, kept, normal, places, row_words

CPU = torch.device("cpu")
DEVICES = pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
N_MODELS, N_ROWS, N_PLACES = 20, 300, 12


def drawn(
    seeds: range = range(N_MODELS), purpose: int = NOISE, epoch: int = 1, shape: tuple[int, ...] = (N_PLACES,)
) -> torch.Tensor:
    """The bits of some models for the first rows, (K, N_ROWS, *shape)."""
    keys = torch.tensor([Stream(seed).key(purpose) for seed in seeds], dtype=torch.int32)
    rows = torch.arange(N_ROWS).expand(len(keys), -1)
    return hashes(keys, torch.tensor(epoch, dtype=torch.int32), rows, places(shape, CPU))


def noise(**changes: object) -> NDArray[np.float64]:
    """Standard normal draws, (K, N_ROWS, N_PLACES)."""
    return normal(drawn(**changes), torch.float64).numpy()


def test_initial_weights_are_those_that_were_recorded_with() -> None:
    """For an MLP a single run of uniform draws, layer by layer: weights, then biases, all within 1 / sqrt(inputs)."""
    for seed in (0, 7, 2**63):
        state = np.random.SeedSequence((seed, 0)).generate_state(1, np.uint64)
        generator = torch.Generator().manual_seed(int(state[0]))
        flat = torch.cat([tensor.flatten() for tensor in Stream(seed).weights(MLP((16, 5)).layers(10))])
        expected = [
            (2 * torch.rand((n_in + 1) * n_out, generator=generator, dtype=torch.float64) - 1) / math.sqrt(n_in)
            for n_in, n_out in itertools.pairwise((10, 16, 5, 1))
        ]
        np.testing.assert_allclose(flat.numpy(), torch.cat(expected).numpy(), rtol=1e-15)


def test_each_epoch_has_an_order_of_its_own() -> None:
    """The orders are permutations, differ from epoch to epoch, and do not depend on the network's size."""
    narrow, wide = Stream(3), Stream(3)
    narrow.weights(MLP(()).layers(2))
    wide.weights(MLP((30,)).layers(20))
    first, second = narrow.order(100), narrow.order(100)
    assert sorted(first.tolist()) == list(range(100))
    assert first.tolist() != second.tolist()
    assert first.tolist() == wide.order(100).tolist()


def test_the_noise_is_normal() -> None:
    """Mean 0, variance 1, fourth moment 3 within four standard errors; Kolmogorov and Smirnov see no difference."""
    draws = noise().ravel()
    error = 4 / math.sqrt(draws.size)
    assert draws.mean() == pytest.approx(0, abs=error)
    assert draws.var() == pytest.approx(1, abs=error * math.sqrt(2))
    assert np.mean(draws**4) == pytest.approx(3, abs=error * math.sqrt(96))
    assert stats.kstest(draws, "norm").pvalue > 0.001


def test_the_bits_are_uniform() -> None:
    """Every one of the upper 24 bits is set half of the time, and 256 equal bins hold equal shares."""
    words = drawn().numpy().astype(np.int64).ravel() % 2**32
    for bit in range(8, 32):
        assert np.mean(words >> bit & 1) == pytest.approx(0.5, abs=4.5 / (2 * math.sqrt(words.size)))
    assert stats.chisquare(np.bincount(words >> 24, minlength=256)).pvalue > 0.001


@pytest.mark.parametrize("axis", ["models", "rows", "places"])
def test_the_noise_of_neighbours_is_unrelated(axis: str) -> None:
    """Models, rows and places correlate no more than independent draws would: the largest of all pairs is in range."""
    draws = np.moveaxis(noise(), ["models", "rows", "places"].index(axis), 0)
    table = draws.reshape(len(draws), -1)
    scaled = np.corrcoef(table)[np.triu_indices(len(table), 1)] * math.sqrt(table.shape[1])
    assert np.abs(scaled).max() < stats.norm.isf(0.0005 / scaled.size)
    assert scaled.std() == pytest.approx(1, abs=4 / math.sqrt(2 * scaled.size))


def test_epochs_purposes_and_fours_are_unrelated() -> None:
    """Another epoch, another dropout layer, and the corners of every rectangle of rows and places: no correlation."""
    draws = noise()
    corners = draws[:, 1:, 1:] * draws[:, :-1, 1:] * draws[:, 1:, :-1] * draws[:, :-1, :-1]
    others = [noise(epoch=2), noise(epoch=3), noise(purpose=DROPOUT), noise(purpose=DROPOUT + 1)]
    for products in (corners, *(draws * other for other in others)):
        assert products.mean() == pytest.approx(0, abs=4 / math.sqrt(products.size))


def test_dropout_drops_its_share() -> None:
    """Each model's own share, within four standard errors; nothing at a share of 0."""
    shares = torch.linspace(0, 0.95, N_MODELS, dtype=torch.float64)
    dropped = 1 - kept(drawn(purpose=DROPOUT), shares).double().mean(dim=(1, 2))
    errors = 4 * torch.sqrt(shares * (1 - shares) / (N_ROWS * N_PLACES))
    assert torch.all((dropped - shares).abs() <= errors)
    assert dropped[0] == 0


def test_a_narrower_layer_draws_the_corner_of_a_wider_one() -> None:
    """The bits of a place do not depend on how many other places there are, rows of an image included."""
    wide = drawn(shape=(4, 5, 6))
    assert torch.equal(drawn(shape=(4, 5, 3)), wide[..., :3])
    assert torch.equal(drawn(shape=(2, 5, 6)), wide[:, :, :2])


def test_company_and_order_change_no_bits() -> None:
    """A model alone, on other rows before and after, draws what it draws among others."""
    together = drawn()
    keys = torch.tensor([Stream(7).key(NOISE)], dtype=torch.int32)
    rows = torch.tensor([[250, 3, 4]])
    alone = hashes(keys, torch.tensor(1, dtype=torch.int32), rows, places((N_PLACES,), CPU))
    assert torch.equal(alone[0], together[7, [250, 3, 4]])


@DEVICES
def test_every_device_draws_the_same(device: str) -> None:
    """The halves of the hash, with the rows as the last axis, on any device: bit for bit the same."""
    keys = torch.tensor([Stream(seed).key(NOISE) for seed in range(N_MODELS)], dtype=torch.int32, device=device)
    rows = torch.arange(N_ROWS, device=device).expand(N_MODELS, -1)
    words = row_words(keys, torch.tensor(1, dtype=torch.int32, device=device), rows)
    turned = bits(words[:, None], places((N_PLACES,), torch.device(device))[:, None])
    assert torch.equal(turned.mT.cpu(), drawn())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_single_and_double_precision_draw_the_same_noise(dtype: torch.dtype) -> None:
    """All draws are finite, even of the outermost bits, and rounding is all that tells the precisions apart."""
    ends = torch.tensor([-(2**31), -1, 0, 2**31 - 1], dtype=torch.int32)
    assert torch.isfinite(normal(ends, dtype)).all()
    np.testing.assert_allclose(normal(drawn(), dtype).double().numpy(), noise(), rtol=1e-4, atol=1e-5)


def test_images_start_within_their_bounds() -> None:
    """Convolutions and dense layers on images: uniform within 1 / sqrt of the numbers that each output looks at."""
    model = CNN((8, 8, 2), (Block(8),), n_outputs=10)
    kernel, bias, weights, last = Stream(0).weights(model.layers(128))
    for tensor, bound in ((kernel, 18), (bias, 18), (weights, 128), (last, 128)):
        assert tensor.abs().max() <= 1 / math.sqrt(bound)
    assert kernel.var().item() == pytest.approx(1 / (3 * 18), rel=0.2)
    assert weights.var().item() == pytest.approx(1 / (3 * 128), rel=0.1)
