"""A little more from some epoch on: lines, intervals and words are worked out anew from the rows."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hpo_tutor.course.pictures.nb18 import horizons
from hpo_tutor.race.experiments.online.field import THIRDS
from hpo_tutor.race.experiments.online.horizons import COLUMNS, MORE
from hpo_tutor.scenes.layers import Band, Points

LENGTHS = dict(zip(THIRDS, (6, 4, 2), strict=True))


def table(n_seeds: int = 4) -> pd.DataFrame:
    """Both hyperparameters at two noises, six epochs."""
    rng = np.random.default_rng(1)
    rows = []
    for name in MORE:
        for noise in (0.2, 0.6):
            for third, length in LENGTHS.items():
                for seed in range(n_seeds):
                    losses = [tuple(rng.normal(0.01, 0.01, length).tolist()) for _ in range(2)]
                    rows.append((name, noise, third, seed, MORE[name], -1e-4, 1e-3, *losses))
    return pd.DataFrame(rows, columns=[*COLUMNS])


def of(rows: pd.DataFrame, third: str) -> np.ndarray:
    """Losses on validation rows of more noise at 0.6, (seeds, epochs)."""
    own = rows[(rows["name"] == "input_noise") & (rows["noise"] == 0.6) & (rows["third"] == third)]
    return np.array(own["validation"].tolist())


def test_lines_are_means_and_bands_their_intervals():
    """Against scipy; each line begins after the first epoch and ends with the training."""
    rows = table()
    scene = horizons.horizons_scene(rows, "input_noise", 0.6)
    bands = [layer for layer in scene.layers if isinstance(layer, Band)]
    ends = [layer for layer in scene.layers if isinstance(layer, Points)]
    for third, band, end in zip(THIRDS, bands, ends, strict=True):
        values = of(rows, third)
        (line,) = [layer for layer in scene.layers if layer.name == f"more from the {third} third on"]
        assert line.x.tolist() == [*range(1, LENGTHS[third] + 1)]
        np.testing.assert_allclose(line.y, values.mean(0), rtol=1e-5)
        low, high = stats.t.interval(0.95, 3, values.mean(0), stats.sem(values))
        np.testing.assert_allclose(band.low, low, rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(band.high, high, rtol=1e-4, atol=1e-7)
        assert end.y[0] == line.y[-1]
        assert f"{values[:, -1].mean():.4f}".rstrip("0") in scene.sentence


def test_all_pictures_share_their_axes():
    """So that a dial changes lines, and not the scale; the player begins where the story does."""
    rows = table()
    scenes = [horizons.horizons_scene(rows, name, noise) for name in MORE for noise in (0.2, 0.6)]
    assert len({(scene.y.low, scene.y.high, scene.x.high) for scene in scenes}) == 1
    assert len({scene.sentence for scene in scenes}) == 4
    player = horizons.horizons_player(rows)
    assert list(player._dials["noise"].values) == [0.2, 0.6]
    assert player.start == 2  # noise 0.6, more noise


def test_one_seed_has_no_interval():
    """And the words do not speak of one."""
    scene = horizons.horizons_scene(table(1), "l2", 0.2)
    assert not any(isinstance(layer, Band) for layer in scene.layers)
    assert "interval" not in scene.sentence
    assert "nan" not in scene.sentence


def test_what_is_not_there_is_refused():
    """The message says what there is."""
    with pytest.raises(ValueError, match=r"l2 at noise 0\.3; there is input_noise at 0\.2, .*l2 at 0\.6"):
        horizons.horizons_scene(table(), "l2", 0.3)
