"""A picture of a process shows its mean, its band, its draws and what it was told, and says how sure it is."""

from typing import Any

import numpy as np
import pytest

from hpo_tutor.scenes import Axis, Band, Line, Points, Scene, process
from hpo_tutor.scenes.processes import drawn, spanning
from hpo_tutor.scenes.ticks import MINUS
from hpo_tutor.surrogates import GaussianProcess, Kernel

GRID = np.linspace(0, 1, 21)


def _layer(scene: Scene, kind: type[Any], name: str = "") -> Any:
    (found,) = (layer for layer in scene.layers if isinstance(layer, kind) and layer.name == name)
    return found


def test_the_prior_is_a_level_band_without_observations() -> None:
    """Before any observation: the prior mean, two amplitudes to either side, and no dot."""
    scene = process(GaussianProcess(Kernel(amplitude=1.5), mean=3.0), GRID)
    band, mean = _layer(scene, Band, "mean ± 2 std"), _layer(scene, Line, "mean")
    np.testing.assert_allclose(mean.y, 3.0)
    np.testing.assert_allclose((band.low, band.high), [[0.0] * 21, [6.0] * 21], atol=1e-6)
    assert not any(isinstance(layer, Points) for layer in scene.layers)
    assert scene.sentence == "Before any observation the band is equally wide everywhere, mean ± 3."


def test_one_observation_pinches_the_band() -> None:
    """By hand, for one exact observation at 0.5: mean k(x, 0.5) y, variance 1 - k(x, 0.5)^2."""
    gp = GaussianProcess(Kernel("rbf", 0.2)).condition([[0.5]], [-1.5])
    scene = process(gp, GRID)
    k = np.exp(-((GRID - 0.5) ** 2) / (2 * 0.2**2))
    band, mean, seen = (
        _layer(scene, Band, "mean ± 2 std"),
        _layer(scene, Line, "mean"),
        _layer(scene, Points, "observation"),
    )
    np.testing.assert_allclose(mean.y, -1.5 * k, atol=1e-6)
    np.testing.assert_allclose(band.high - band.low, 4 * np.sqrt(1 - k**2), atol=1e-4)
    assert (seen.x.tolist(), seen.y.tolist()) == ([0.5], [-1.5])
    assert scene.sentence == (
        f"After 1 observation the band is narrowest, {MINUS}1.5 ± 0 at x = 0.5, and widest, {MINUS}0.07 ± 2 at x = 0."
    )


def test_the_noise_is_not_in_the_band() -> None:
    """Far from all observations the band is that of the function: two amplitudes, however noisy trials are."""
    gp = GaussianProcess(Kernel("rbf", 0.05, noise=3.0)).condition([[0.0]], [1.0])
    band = _layer(process(gp, GRID), Band, "mean ± 2 std")
    assert band.high[-1] - band.low[-1] == pytest.approx(4.0, abs=1e-3)


def test_up_to_five_draws_are_told_apart() -> None:
    """Each has a colour and a dash that no other has, and a name for the legend; six share one look and one name."""
    draws = np.random.default_rng(0).normal(size=(6, 21))
    five = drawn(GRID, draws[:5])
    assert len({layer.color for layer in five}) == len({layer.dash for layer in five}) == 5  # type: ignore[union-attr]
    assert [layer.name for layer in five] == [f"draw {k}" for k in range(1, 6)]
    (six,) = drawn(GRID, draws)
    assert isinstance(six, Line)
    np.testing.assert_allclose(six.y, draws.T, rtol=1e-6)


def test_everything_that_is_drawn_has_room() -> None:
    """Observations, band, draws and truth lie inside the axes, unless these are given."""
    gp = GaussianProcess(Kernel()).condition([[0.2]], [9.0])
    draws, truth = np.full((2, 21), -8.0), np.full(21, 12.0)
    scene = process(gp, GRID, draws=draws, truth=truth)
    assert scene.y.low < -8
    assert scene.y.high > 12
    assert (scene.x.low, scene.x.high) == (0, 1)
    np.testing.assert_allclose(_layer(scene, Line, "truth").y, truth)
    up = Axis("loss (nats)", 0, 1)
    given = process(gp, GRID, up=up, across=Axis("rate", 0, 2), sentence="Mine.", title="Title")
    assert (given.y, given.x.label, given.sentence, given.title) == (up, "rate", "Mine.", "Title")


def test_level_heights_still_have_an_axis() -> None:
    """An axis needs two different ends; what is no number is left out."""
    axis = spanning("loss", np.array([2.0, 2.0, np.nan, np.inf]))
    assert axis.low < 2 < axis.high < 3


@pytest.mark.parametrize(
    ("x", "extra", "words"),
    [
        (np.array([0.0, 0.5, 0.5]), {}, "increasing"),
        (np.zeros((3, 1)), {}, "increasing"),
        (GRID, {"draws": np.zeros(21)}, r"draws .* shape \(k, 21\)"),
        (GRID, {"draws": np.zeros((2, 20))}, r"draws .* got shape \(2, 20\)"),
        (GRID, {"truth": np.zeros(20)}, r"truth .* shape \(21,\)"),
    ],
)
def test_what_does_not_fit_the_grid_is_refused(x: Any, extra: dict[str, Any], words: str) -> None:
    """The message names the rule and the shape."""
    with pytest.raises(ValueError, match=words):
        process(GaussianProcess(Kernel()), x, **extra)
