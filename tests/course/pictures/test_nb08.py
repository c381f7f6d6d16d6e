"""The pictures of notebook 08 show what they say: numbers in their scenes, not pixels."""

import itertools

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.course.pictures import nb08
from hpo_tutor.course.pictures.nb08 import cut, sums
from hpo_tutor.samplers import TPE
from hpo_tutor.scenes.layers import Band, Heatmap, Line, Points
from hpo_tutor.tuning import minimize


def named(scene, name):
    """The layer of a scene whose name begins so."""
    return next(layer for layer in scene.layers if layer.name.startswith(name))


# --- windows --------------------------------------------------------------------------------------------------------


def test_points_come_from_the_dashed_density():
    """5,000 draws follow it (its distribution function by hand), and fewer draws are the first of them."""

    def distribution(x):
        return sum(weight * stats.norm.cdf(x, middle, width) for weight, middle, width in sums.HUMPS)

    assert stats.kstest(nb08.drawn(5000), distribution).pvalue > 0.01
    assert np.trapezoid(sums.humps(sums.GRID), sums.GRID) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(("n", "h"), [(1, 0.3), (12, 0.8)])
def test_windows_add_up_to_their_sum(n, h):
    """The thin lines, each drawn to a thousandth, add up to the thick one, which is scipy's sum of normal densities."""
    places = nb08.drawn(20)
    scene = nb08.windows(places, n, h)
    each, total = named(scene, "a window"), named(scene, "their sum")
    assert each.y.shape == (len(sums.GRID), n)
    np.testing.assert_allclose(each.y.sum(axis=1), total.y, rtol=1e-4, atol=n * 0.0005)
    np.testing.assert_allclose(total.y, stats.norm.pdf(sums.GRID[:, None], places[:n], h).mean(axis=1), atol=1e-6)
    assert named(scene, "the newest").x[0] == pytest.approx(places[n - 1], rel=1e-6)


def test_humps_and_misplaced_area_are_counted():
    """Two far points make two humps, one when the windows are wide; the wrong place of all is an area of 1."""
    assert nb08.n_humps(np.array([-1.5, 1.5]), 0.3) == 2
    assert nb08.n_humps(np.array([-1.5, 1.5]), 2.0) == 1
    assert nb08.misplaced(np.array([-3.9, 3.9] * 5), 0.01) > 0.9
    assert nb08.misplaced(nb08.drawn(3000), 0.12) < 0.06


# --- across the cut -------------------------------------------------------------------------------------------------


def test_a_window_hops_from_g_to_l():
    """Above the cut the dragged trial's window is part of g and has its colour; below, of l."""
    for loss, name, color in ((0.6, "g,", cut.BAD), (0.05, "l,", cut.GOOD)):
        board = nb08.hop(0.68, loss, 4)
        above, below = board.scenes()
        shade = named(below, "its window")
        assert isinstance(shade, Band)
        assert shade.color == color == named(above, "the trial to drag").color
        assert np.all(shade.high <= named(below, name).y + 1e-5)
        assert np.argmax(shade.high) == pytest.approx(0.68 * (len(cut.GRID) - 1), abs=1)
        assert nb08.is_good(0.68, loss, 4) == (name == "l,")


@pytest.mark.parametrize("n_good", [2, 4, 7])
def test_the_cut_parts_good_and_bad(n_good):
    """So many trials lie below the line and are drawn as good, all others above."""
    above = next(nb08.hop(0.5, 0.33, n_good).scenes())
    line = named(above, "the cut").at[0]
    good, bad = named(above, "good trial"), named(above, "bad trial")
    assert (len(good.x), len(bad.x)) == (n_good, 13 - n_good)
    assert good.y.max() < line < bad.y.min()


def test_the_rain_falls_from_l_and_the_largest_drop_is_tried():
    """24 candidates; the ringed one is the largest drop, and its l/g stands in the sentence."""
    board = nb08.hop(0.68, 0.5, 4)
    below = list(board.scenes())[1]
    rain, ringed = named(below, "candidate"), named(below, "tried next")
    assert isinstance(rain, Points)
    assert len(rain.x) == 24
    assert ringed.x[0] == rain.x[np.argmax(rain.size)]
    densities = [np.interp(ringed.x[0], cut.GRID, named(below, name).y) for name in ("l,", "g,")]
    said = float(board.sentence.split("largest l/g, ")[1].split(";")[0])
    assert said == pytest.approx(densities[0] / densities[1], rel=0.03)


def test_far_ones_are_counted():
    """Places further than 0.2 from the minimum, for each of the three."""
    scene = nb08.search_view([0.9, 0.3, 0.1], [0.3, 0.3, 0.31], [0.51, 0.3, 0.2], 0.3)
    assert "in 1, that of the candidates in 1, the peak of l in 0" in scene.sentence
    np.testing.assert_allclose(named(scene, "largest l/g on").y, [0.9, 0.3, 0.1], rtol=1e-6)


# --- what TPE cannot see --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [0, 30, 90])
def test_the_valley_lies_at_its_angle(angle):
    """Zero at its lowest point, 0.03 a unit along it and 1 across, measured by steps in both directions."""
    valley = nb08.TurnedValley(angle, member=4)
    x, y = np.random.default_rng(4).uniform(0.25, 0.75, 2)
    along = np.array([-np.sin(np.radians(angle)), np.cos(np.radians(angle))])
    across = np.array([along[1], -along[0]])
    assert valley.expected({"x": x, "y": y}) == pytest.approx(valley.optimum, abs=1e-12)
    for step, slope in ((along, 0.03), (across, 1.0)):
        place = np.array([x, y]) + 0.1 * step
        assert valley.expected({"x": place[0], "y": place[1]}) == pytest.approx(0.1 * slope)


def test_what_tpe_believes_of_two_is_plaid():
    """The map is a sum of a function of x and one of y: all second differences across it vanish."""
    valley = nb08.TurnedValley(45)
    sampler = TPE(valley.space, seed=0)
    history = minimize(valley, sampler, n_trials=30, progress=False)
    sampler.ask()
    board = nb08.cross(valley, history, sampler.view())
    left, right = board.scenes()
    plaid = named(right, "log(g/l)")
    assert isinstance(plaid, Heatmap)
    mixed = plaid.z - plaid.z[:1] - plaid.z[:, :1] + plaid.z[0, 0]
    np.testing.assert_allclose(mixed, 0, atol=1e-4)
    assert len(named(left, "trial").x) == 30
    assert len(named(left, "good trial").x) == 2
    assert not isinstance(named(left, "trial"), Line)


def test_menus_cost_what_their_options_cost():
    """The optimum is the cheapest of all 1,296 configs, and each lap has its own costs."""
    menus = nb08.Menus(3)
    every = [dict(zip(menus.space.names, options, strict=True)) for options in itertools.product("abcdef", repeat=4)]
    losses = menus.evaluate(every, seeds=[0] * len(every))
    assert len(losses) == 1296
    assert losses.min() == pytest.approx(menus.optimum)
    assert menus.draw(4).optimum != menus.optimum


def test_each_branch_has_hyperparameters_of_its_own():
    """The optimum, found by hand, costs nothing; others' hyperparameters do not exist, and each lap has its bowls."""
    branches = nb08.Branches(3)
    bowl, best = branches.bowls()
    losses = []
    for model, places in zip("abc", best, strict=True):
        config = {"model": model, f"{model}0": places[0], f"{model}1": places[1]}
        assert set(branches.space.active(config)) == set(config)
        losses.append(branches.expected(config))
        assert branches.expected(config | {f"{model}0": places[0] + 0.1}) == pytest.approx(losses[-1] + 0.1)
    np.testing.assert_allclose(losses, bowl)
    assert np.sort(losses)[0] == branches.optimum
    assert np.sort(losses)[1] >= 0.1
    assert not np.allclose(branches.draw(4).bowls()[0], bowl)
