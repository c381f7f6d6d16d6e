"""The pictures of a surrogate's optimisers show where they end, and the table of finishers counts what it says."""

import math
import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from hpo_tutor import minimize
from hpo_tutor.course.pictures.nb13.descents import (
    BUMPS,
    N_TRIALS,
    compared,
    descended,
    descent,
    finishers,
    waves,
)
from hpo_tutor.problems import function
from hpo_tutor.race.experiments.moved import Moved
from hpo_tutor.samplers import SparseGrid
from hpo_tutor.scenes.layers import Heatmap, Line, Points
from hpo_tutor.scenes.stage import legend
from hpo_tutor.surrogates.minimisers import MINIMISERS

EXAMPLE = function("waves")
CASES = list(product(MINIMISERS, N_TRIALS, BUMPS))


def true(x, y):
    """The published example."""
    return math.sin(8 * x) + math.sin(7 * y)


def named(scene, name):
    """The layer of this name."""
    return next(layer for layer in scene.layers if layer.name == name)


def read(sentence):
    """Its numbers: end, evaluations, what the surrogate says, true loss, the word, points, their best."""
    found = re.fullmatch(
        r"\S+ ends at \((\S+), (\S+)\) after (\S+) evaluations of the surrogate, which says (\S+) there\. "
        r"The true loss is (\S+), (as low as|lower than|higher than) the best of (\d+) points, (\S+); "
        r"the minimum is .2\.",
        sentence,
    ).groups()
    return [word if word[0] in "alh" else float(word.replace("\N{MINUS SIGN}", "-").replace(",", "")) for word in found]


def test_the_minimum_of_the_example_is_where_it_is_said_to_be():
    """By a search from all sides; and the objective is the published formula."""
    found = optimize.brute(lambda at: true(*at), [(0, 1), (0, 1)], Ns=60)
    np.testing.assert_allclose(found, EXAMPLE.minimisers[0], atol=1e-4)
    assert EXAMPLE.values([found])[0] == pytest.approx(true(*found)) == pytest.approx(EXAMPLE.optimum)


def test_every_combination_of_the_dials_makes_the_same_board():
    """Two panels with one legend, on which the same way is drawn, from the best point of the grid to its end."""
    names = set()
    for case in CASES:
        board = descended(*case)
        left, right = board.scenes()
        names.add(tuple(legend([board])))
        assert len(left.layers) == len(right.layers)
        for one, other in zip(left.layers[1:], right.layers[1:], strict=True):
            np.testing.assert_array_equal(one.x, other.x)
            np.testing.assert_array_equal(one.y, other.y)
        assert len(named(left, "point of the grid").x) == case[1]
        start, way, end = (
            named(left, name) for name in ("the best of them: the start", "way of the optimiser", "its end")
        )
        assert (start.x[0], start.y[0], end.x[0], end.y[0]) == (way.x[0], way.y[0], way.x[-1], way.y[-1])
    assert len(names) == 1


def test_the_sentence_says_what_is_drawn():
    """True losses follow from the formula at the places that are drawn; what the surrogate says, from its shades."""
    for optimiser, n_trials, bumps in CASES:
        board = descended(optimiser, n_trials, bumps)
        _, right = board.scenes()
        end, points, shades = named(right, "its end"), named(right, "point of the grid"), right.layers[0]
        x, y, n_evaluations, said, there, word, n, best = read(board.sentence)
        assert (x, y) == pytest.approx((end.x[0], end.y[0]), abs=6e-4)
        assert there == pytest.approx(true(end.x[0], end.y[0]), abs=6e-4)
        assert best == pytest.approx(min(map(true, points.x, points.y)), abs=6e-4)
        assert n == n_trials
        assert n_evaluations >= 13
        assert {"lower than": there < best, "higher than": there > best, "as low as": there == best}[word]
        row, column = (min(int(at * len(shades.z)), len(shades.z) - 1) for at in (end.y[0], end.x[0]))
        assert said == pytest.approx(shades.z[row, column], abs=0.15)


def test_shades_are_those_of_the_function_and_of_the_samplers_own_surrogate():
    """The function by its formula; the surrogate by what a sampler shows of its belief."""
    left, right = descended("newton", 21, "cubic").scenes()
    n = len(left.layers[0].z)
    middles = (np.arange(n) + 0.5) / n
    wanted = [[true(x, y) for x in middles] for y in middles]
    np.testing.assert_allclose(left.layers[0].z, wanted, atol=1e-5)
    sampler = SparseGrid(EXAMPLE.space, gamma=0.95, degree=3, finish=())
    minimize(EXAMPLE, sampler, 21, progress=False)
    (own,) = sampler.view().slices
    at = np.array([[middles[i], middles[j]] for i, j in product((5, 20, 44), (3, 31, 52))])
    nearest = [own.mean[np.abs(own.grids[1] - y).argmin(), np.abs(own.grids[0] - x).argmin()] for x, y in at]
    shown = [right.layers[0].z[int(y * n), int(x * n)] for x, y in at]
    np.testing.assert_allclose(shown, nearest, atol=0.25)  # a node of that slice lies up to 1/80 away
    assert isinstance(right.layers[0], Heatmap)


@pytest.mark.parametrize(("n_trials", "bumps"), list(product(N_TRIALS, BUMPS)))
def test_the_surrogate_passes_through_the_true_losses_of_the_points(n_trials, bumps):
    """Of all that were tried, as many as were asked for."""
    grid = waves(n_trials, bumps)
    assert len(grid.points) == n_trials
    wanted = [true(x, y) for x, y in grid.points]
    np.testing.assert_allclose(grid.losses, wanted, atol=1e-12)
    np.testing.assert_allclose(grid.surrogate.predict(grid.points), wanted, atol=1e-8)


@pytest.mark.parametrize("optimiser", MINIMISERS)
def test_thirteen_points_with_cubic_bumps_are_enough_for_the_example(optimiser):
    """From a grid whose best is 0.3 above the minimum, each ends within a hundredth."""
    assert waves(13, "cubic").losses.min() > -1.75
    end = descent(optimiser, 13).path[-1]
    assert true(*end) < -1.99


@pytest.mark.parametrize("optimiser", MINIMISERS)
def test_five_points_lead_every_optimiser_astray(optimiser):
    """The surrogate falls towards an edge where nobody looked: the end is worse than the start by more than 1."""
    _, path, heights, _ = descent(optimiser, 5)
    assert heights[-1] < heights[0] - 0.3
    assert true(*path[-1]) > true(*path[0]) + 1


@pytest.mark.parametrize("optimiser", ["gradient-descent", "conjugate-gradient", "newton"])
def test_at_a_kink_of_hats_slopes_lead_nowhere(optimiser):
    """With 29 points the start lies on a kink, and three stay there, though those without slopes find lower places."""
    stuck, free = descent(optimiser, 29, "hats"), descent("nelder-mead", 29, "hats")
    assert len(stuck.path) == 1
    assert waves(29, "hats").surrogate.predict(free.path).min() < waves(29, "hats").losses.min() - 0.03


def test_marks_stand_where_the_minimum_and_the_end_are():
    """On both panels; the star on top, so that it is seen when an optimiser ends there."""
    for scene in descended("rprop", 17, "cubic").scenes():
        star = scene.layers[-1]
        assert isinstance(star, Points)
        assert star.symbol == "star"
        assert (star.x[0], star.y[0]) == pytest.approx((3 * math.pi / 16, 3 * math.pi / 14))
        lines = [layer for layer in scene.layers if isinstance(layer, Line)]
        assert lines[0].width > lines[1].width


@pytest.fixture(scope="module")
def ends():
    """Two boxes of Rosenbrock, with grids of 31 points."""
    return finishers(["rosenbrock"], [2], [31], range(2))


def test_finishers_try_every_optimiser_on_every_grid(ends):
    """The grid's best is that of a search of its own; no end lies above it on the surrogate, or below the optimum."""
    assert list(ends["optimiser"]) == [*MINIMISERS] * 2
    for seed, own in ends.groupby("seed"):
        objective = Moved("rosenbrock", 2, seed)
        history = minimize(objective, SparseGrid(objective.space, finish=()), 31, progress=False)
        assert own["grid"].to_numpy() == pytest.approx(min(history.losses))
    assert (ends["predicted"] <= ends["grid"] * (1 + 1e-9)).all()
    assert (ends["loss"] >= ends["optimum"]).all()
    assert (ends["n_evaluations"] > 10).all()


def test_an_end_is_where_the_sampler_itself_would_try(ends):
    """Its last trial with gradient descent as the only finish: 31 points of the grid, and one more."""
    for seed, own in ends[ends["optimiser"] == "gradient-descent"].groupby("seed"):
        objective = Moved("rosenbrock", 2, seed)
        sampler = SparseGrid(objective.space, finish=("gradient-descent",))
        history = minimize(objective, sampler, 32, progress=False)
        assert own["loss"].item() == pytest.approx(history.losses[-1])


def test_comparisons_by_hand():
    """Two grids, two optimisers: shares, ranks (equals share one), regrets that are left, evaluations."""
    common = {"function": "f", "n_dims": 2, "n_trials": 31, "optimum": 0.0, "grid": 4.0}
    rows = [
        common | {"seed": 0, "optimiser": "newton", "loss": 1.0, "predicted": 0.5, "n_evaluations": 10},
        common | {"seed": 0, "optimiser": "rprop", "loss": 2.0, "predicted": 0.4, "n_evaluations": 30},
        common | {"seed": 1, "optimiser": "newton", "loss": 6.0, "predicted": 3.0, "n_evaluations": 20},
        common | {"seed": 1, "optimiser": "rprop", "loss": 6.0, "predicted": 3.0, "n_evaluations": 30},
    ]
    found = compared(pd.DataFrame(rows))
    assert list(found.index) == ["newton", "rprop"]
    assert found["improved"].tolist() == [0.5, 0.5]
    assert found["rank predicted"].tolist() == [1.75, 1.25]
    assert found["rank true"].tolist() == [1.25, 1.75]
    assert found["regret left"].tolist() == [0.625, 0.75]
    assert found["evaluations"].tolist() == [15, 30]
