"""The queue of notebook 13: what gamma re-sorts, and what grows of it."""

import numpy as np
import pytest

from hpo_tutor.course.exercises.nb13.queues import next_refined
from hpo_tutor.course.pictures.nb13 import queues
from hpo_tutor.course.pictures.nb13.queues import FUNCTIONS, GAMMAS, GROWING, STEPS
from hpo_tutor.problems import function
from hpo_tutor.race.experiments.moved import Moved
from hpo_tutor.samplers import SparseGrid
from hpo_tutor.scenes import refinements
from hpo_tutor.scenes.layers import Heatmap, Points, Segments, Text
from hpo_tutor.scenes.stage import legend
from hpo_tutor.tuning import minimize


def front(board):
    """The numbers in the discs of the queue, from the top."""
    ((_, queue),) = board.rows
    left = min(float(x) for layer in queue.layers if isinstance(layer, Text) for x in layer.x)
    placed = [
        (-float(y), int(text))
        for layer in queue.layers
        if isinstance(layer, Text)
        for x, y, text in zip(layer.x, layer.y, layer.text, strict=True)
        if float(x) == left
    ]
    return [row for _, row in sorted(placed)]


def by_hand(gamma):
    """The order of the fixed points at this gamma, from the table alone."""
    table = queues.points()
    rank = table.loss.rank(method="first") - 1
    priority = (rank + 1) ** (1 - gamma) * (table.levels + table.degree + 1) ** gamma
    return priority.round(9).sort_values(kind="stable")


@pytest.mark.parametrize("gamma", GAMMAS)
def test_the_queue_is_what_the_table_says(gamma: float):
    """The next point and those behind it, from losses, levels and degrees by the formula."""
    wanted = by_hand(gamma)
    assert queues.next_point(gamma) == wanted.index[0]
    assert wanted[front(queues.queue(gamma))].tolist() == wanted.iloc[: refinements.N_ROWS].tolist()
    assert f"Point {wanted.index[0]} is refined next" in queues.queue(gamma).sentence


@pytest.mark.parametrize("gamma", [gamma for gamma in GAMMAS if gamma < 1])
def test_the_exercise_chooses_the_same_point(gamma: float):
    """What students write in exercise 13.2; at gamma 1 the smallest priority is shared."""
    table = queues.points()
    assert next_refined(table.loss, table.levels, table.degree, gamma) == queues.next_point(gamma)


def test_the_dial_changes_its_mind_three_times():
    """Four different points are next somewhere, and each for one stretch of the dial."""
    chosen = queues.chosen()
    assert queues.n_chosen() == 4
    assert int((np.diff(chosen) != 0).sum()) == 3
    table = queues.points()
    assert table["rank"][chosen[0.0]] == 0
    assert table.levels[chosen[1.0]] + table.degree[chosen[1.0]] == (table.levels + table.degree).min()


def test_the_fixed_points_are_a_search_on_the_waves():
    """Losses are those of sin 8x + sin 7y at the grid's points; 1 + 6 * 4 of them, the centre first."""
    found = queues._resorted(0.0)
    x, y = found.points[: len(queues.points())].T
    np.testing.assert_allclose(queues.points().loss, np.sin(8 * x) + np.sin(7 * y))
    assert len(queues.points()) == 25
    assert found.points[0].tolist() == [0.5, 0.5]
    values = function("waves").values
    assert values([function("waves").minimisers[0]])[0] == pytest.approx(-2)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_four_children_flash_around_the_next_point(gamma: float):
    """Diamonds: two to the left and right of the ringed point, two above and below."""
    ((plane, _),) = queues.queue(gamma).rows
    by_name = {layer.name: layer for layer in plane.layers if isinstance(layer, Points)}
    away = np.column_stack(
        [by_name["new points"].x - by_name["refined next"].x, by_name["new points"].y - by_name["refined next"].y]
    )
    assert len(away) == 4
    assert np.sign(away.round(6)).tolist() == [[-1, 0], [1, 0], [0, -1], [0, 1]]


@pytest.mark.parametrize("gamma", GAMMAS)
def test_a_point_has_the_same_number_on_both_sides(gamma: float):
    """All of the queue's numbers are on the map, at their points or tied to them, and none covers another."""
    board = queues.queue(gamma)
    ((plane, _),) = board.rows
    points = queues._resorted(gamma).points
    numbers = {
        int(text): np.array([x, y], dtype=float)
        for layer in plane.layers
        if isinstance(layer, Text)
        for x, y, text in zip(layer.x, layer.y, layer.text, strict=True)
    }
    assert sorted(numbers) == sorted(front(board))
    ties = [layer for layer in plane.layers if isinstance(layer, Segments)][-1]
    led = np.column_stack([ties.x0, ties.y0, ties.x1, ties.y1])
    for row, at in numbers.items():
        tied = np.isclose(led, [*points[row], *at], atol=1e-5).all(axis=1).any() if len(led) else False
        assert tied or np.allclose(at, points[row], atol=1e-5)
    places = np.array(list(numbers.values()))
    apart = np.linalg.norm(places[:, None] - places, axis=2)[~np.eye(len(places), dtype=bool)]
    assert apart.min() > 22 / 380  # pixels of a disc and of the map, on a page of 1280


@pytest.mark.parametrize("gamma", GAMMAS)
def test_all_four_children_are_seen(gamma: float):
    """On a map of 380 pixels none lies under what is drawn later, nor under another, by more than half its width."""
    ((plane, _),) = queues.queue(gamma).rows
    symbols = [layer for layer in plane.layers if isinstance(layer, Points) and layer.symbol != "star"]
    (first,) = [i for i, layer in enumerate(symbols) if layer.name == "new points"]
    x, y, size = (np.asarray(of, dtype=float) for of in (symbols[first].x, symbols[first].y, symbols[first].size))
    apart = 380 * np.hypot(x[:, None] - x, y[:, None] - y)[~np.eye(4, dtype=bool)]
    assert apart.min() > size
    for layer in symbols[first + 1 :]:
        away = 380 * np.hypot(np.asarray(layer.x)[:, None] - x, np.asarray(layer.y)[:, None] - y)
        assert away.min() > np.max(layer.size) / 2


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("gamma", GROWING)
def test_a_grid_grows_by_four(function: str, gamma: float):
    """Every step has a picture of one shape, four more trials than the one before, and a sentence that counts them."""
    for step in STEPS:
        board = queues.grown(gamma, step, function)
        assert [[type(scene.layers[0]) is Heatmap for scene in row] for row in board.rows] == [[True, False]]
        found = queues._at(gamma, step, function)
        assert (~np.isnan(found.losses)).sum() == (1 + 4 * (step - 1) if step else 0)
        assert len(front(board)) == min(refinements.N_ROWS, max(0, 1 + 4 * (step - 1))) if step else True
        if step:
            assert f"Best of {1 + 4 * (step - 1)} trials" in board.sentence
            assert f"Point {front(board)[0]} is refined next" in board.sentence


def test_steps_are_what_the_sampler_believes():
    """A search by ``minimize``, which asks for what belongs together, ends with the same points and view."""
    objective = Moved("rosenbrock", 2, queues.BOX)
    sampler = SparseGrid(objective.space, gamma=0.85, finish=())
    history = minimize(objective, sampler, n_trials=1 + 4 * 12, batch=None, progress=False)
    found, view = queues._at(0.85, 12, "rosenbrock"), sampler.view().refinement
    np.testing.assert_array_equal(found.points, view.points)
    np.testing.assert_array_equal(found.priorities, view.priorities)
    assert found.refined == view.refined
    best = min(trial.loss for trial in history[: 1 + 4 * 11])
    assert queues.regret(0.85, 12) == pytest.approx(best - objective.optimum)


def test_all_pictures_share_a_legend_and_a_scale():
    """Otherwise the legend of one function would stand below another, and bars could not be compared."""
    boards = [queues.grown(gamma, step, name) for gamma in GROWING for step in (0, 3, 12) for name in FUNCTIONS]
    assert set(legend(boards)) == {"loss", "optimum", "tried", "new points", "refined next"}
    assert {board.rows[0][1].x.high for board in boards} == {boards[0].rows[0][1].x.high}
    re_sorted = [queues.queue(gamma) for gamma in GAMMAS]
    assert {board.rows[0][1].x.high for board in re_sorted} == {re_sorted[0].rows[0][1].x.high}
    assert set(legend(re_sorted)) == set(legend(boards))


def test_what_is_told_of_a_grid_is_measured():
    """Regret, distance to the minimiser and the smallest gap, from points and losses of the function itself."""
    found, objective = queues._at(0.0, 12, "rastrigin"), Moved("rastrigin", 2, queues.BOX)
    tried = found.points[found.trials >= 0]
    configs = [objective.space.from_unit(point) for point in tried]
    losses = objective.evaluate(configs)
    assert queues.regret(0.0, 12, "rastrigin") == pytest.approx(losses.min())  # its minimum is 0
    best = np.array(list(configs[int(losses.argmin())].values()))
    side = objective.space.domains["x1"].high - objective.space.domains["x1"].low
    assert queues.away(0.0, 12, "rastrigin") == pytest.approx(np.linalg.norm(best) / side)  # and lies at 0
    gaps = [np.linalg.norm(one - other) for i, one in enumerate(tried) for other in tried[:i]]
    assert queues.finest_gap(0.0, 12, "rastrigin") == pytest.approx(min(gaps))


def test_gamma_0_piles_up_in_a_wrong_valley():
    """On Rastrigin in this box; a larger gamma ends in a better one, and on Rosenbrock it is the other way round."""
    assert queues.regret(0.0, 12, "rastrigin") > 3 * queues.regret(0.85, 12, "rastrigin")
    assert queues.finest_gap(0.0, 12, "rastrigin") < 0.01 * queues.finest_gap(0.85, 12, "rastrigin")
    assert queues.away(0.0, 12, "rastrigin") > 0.4
    assert queues.regret(0.0, 12, "rosenbrock") < 0.1 * queues.regret(1.0, 12, "rosenbrock")


@pytest.mark.parametrize("step", [-1, 13, 1.5])
def test_there_are_thirteen_steps(step):
    """Others are refused."""
    with pytest.raises(ValueError, match="from 0 to 12"):
        queues.grown(0.5, step)
