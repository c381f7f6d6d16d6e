"""The growing front of notebook 15 shows what brute force finds."""

import re

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb15 import fronts
from hpo_tutor.scenes.layers import Polygons
from hpo_tutor.scenes.stage import legend
from hpo_tutor.trials import History, Trial

REFERENCE = (1e5, 6.0)


def history(seed, n=25, failed=()):
    """A search of made-up losses: rmse from 2 to 7, operations from 300 to 200,000."""
    rng = np.random.default_rng(seed)
    trials = []
    for k in range(n):
        losses = (float(rng.uniform(2, 7)), float(np.exp(rng.uniform(np.log(300), np.log(2e5)))))
        state = {"state": "failed"} if k in failed else {"state": "complete", "losses": losses}
        trials.append(Trial(k, {}, **state))
    return History(trials)


def growth():
    """Two searches, one of which failed at times, at its first trial too."""
    return fronts.Growth({"random": history(0), "Tiles": history(1, 20, failed=(0, 7))}, REFERENCE)


def brute_front(losses):
    """Which rows no other one beats, by looking at all pairs."""
    rows = [tuple(row) for row in losses]
    return [
        bool(np.isfinite(row).all())
        and not any(all(a <= b for a, b in zip(other, row, strict=True)) and other != row for other in rows)
        for row in rows
    ]


def brute_area(losses, reference, n=1500):
    """The area by a fine lattice in log10 operations and rmse, from 100 operations and rmse 0."""
    x, y = np.linspace(2, np.log10(reference[0]), n), np.linspace(0, reference[1], n)
    won = np.zeros((n, n), dtype=bool)
    for loss, counted in losses:
        if np.isfinite(loss):
            won |= (x[None] >= np.log10(counted)) & (y[:, None] >= loss)
    return won.mean() * (x[-1] - x[0]) * reference[1]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [1, 3, 25])
def test_the_area_is_that_of_a_lattice(seed, n):
    """The hypervolume on the logarithmic axis agrees with counting cells."""
    losses = history(seed).points[:n]
    assert fronts.area(losses, REFERENCE) == pytest.approx(brute_area(losses, REFERENCE), abs=0.03)


@pytest.mark.parametrize("seed", range(6))
def test_the_stairs_enclose_the_area(seed):
    """The drawn polygon, on the scale of the axis, has the area that is written; its corners fall and go right."""
    losses = history(seed).points
    corners = fronts.stairs(losses, REFERENCE)
    assert np.all(np.diff(corners[:, 0]) >= 0)
    assert np.all(np.diff(corners[:, 1]) <= 0)
    x, y = np.log10(np.append(corners[:, 0], REFERENCE[0])), np.append(corners[:, 1], REFERENCE[1])
    shoelace = abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2
    assert shoelace == pytest.approx(fronts.area(losses, REFERENCE))


def test_nothing_below_the_reference_wins_nothing():
    """A front beyond the reference has no stairs and no area; a failed trial neither."""
    beyond = [[7.0, 500.0], [3.0, 2e5], [np.nan, np.nan]]
    assert fronts.area(beyond, REFERENCE) == 0
    assert fronts.stairs(beyond, REFERENCE).shape == (0, 2)


def test_every_step_shows_the_front_of_its_trials():
    """Over all samplers and steps: who is on the front, who is dominated, and the area in title and sentence."""
    shown = growth()
    for sampler, losses in shown.losses.items():
        for n in range(1, shown.n_trials + 1):
            board = shown.picture(sampler, n)
            tried = losses[:n]
            expected = np.array(brute_front(tried))
            scene = next(board.scenes())
            layers = {layer.name: layer for layer in scene.layers}
            drawn = layers["on the front"]
            np.testing.assert_allclose(np.sort(drawn.x), np.sort(tried[expected, 1]), rtol=1e-6)
            known = np.isfinite(tried).all(axis=1)
            assert len(layers["dominated by now"].x) == int((known & ~expected).sum())
            assert f"{expected.sum()} of {len(tried)} trials on the front" in board.sentence
            written = float(re.search(r"Area ([\d.e-]+)\.(?: |$)", board.sentence)[1])
            assert written == pytest.approx(brute_area(tried, REFERENCE, 600), abs=0.06)
            assert ("failed" in board.sentence) == bool((~known).any())
            assert scene.x.log


def test_areas_never_shrink_and_longer_searches_do_not_change_them():
    """The curve climbs only, and the area after n trials is that of these n."""
    areas = growth().areas
    assert all(np.all(np.diff(one) >= -1e-12) for one in areas.values())
    first = fronts.Growth({"random": history(0)[:10]}, REFERENCE).areas["random"]
    np.testing.assert_allclose(first, areas["random"][:10])


def test_a_shorter_search_stands_still_at_its_end():
    """Beyond its last trial a search shows all of them, and the marks stay there."""
    shown = growth()
    assert shown.picture("Tiles", 25).sentence == shown.picture("Tiles", 20).sentence


def test_the_shaded_area_is_there_once_something_was_won():
    """A polygon is drawn from the first trial below the reference on, and the legend explains it."""
    board = growth().picture("random", 25)
    assert any(isinstance(layer, Polygons) for scene in board.scenes() for layer in scene.layers)
    assert {"area won", "stairs of the front", "reference", "newest trial"} <= set(legend([board]))


def test_searches_with_one_loss_are_refused():
    """One goal has no front, and the message says what is missing."""
    single = History([Trial(0, {}, losses=(1.0,), state="complete")])
    with pytest.raises(ValueError, match="two losses"):
        fronts.Growth({"random": single}, REFERENCE)
    with pytest.raises(ValueError, match="no search"):
        fronts.Growth({}, REFERENCE)


def test_the_player_starts_where_it_is_told():
    """All trials at first, or the number that was asked for."""
    assert growth().player("front").start != growth().player("front", start=3).start
