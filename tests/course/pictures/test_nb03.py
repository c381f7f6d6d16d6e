"""The pictures of notebook 03 show the numbers that they were given, and say so in a sentence."""

from typing import Any

import numpy as np
import pytest

from hpo_tutor import designs, problems
from hpo_tutor.course.pictures import nb03
from hpo_tutor.race import Race, compare
from hpo_tutor.scenes import Board, Heatmap, Line, Points, Scene, Segments, style

NAMES = ["grid", "grid-midpoints", "random"]


@pytest.fixture(scope="module")
def race() -> Race:
    """A small race without noise."""
    return compare(NAMES, problems.function("branin"), n_trials=9, seeds=[3, 4])


def test_squares_show_trials_and_their_shadows() -> None:
    """Each design has its points and the same points below them; the sentence counts different shadows."""
    points = {name: designs.make(name, 9, 2) for name in NAMES}
    figure = nb03.squares(points)
    for (name, trials), drawn, shadow in zip(points.items(), figure.data[::2], figure.data[1::2], strict=True):
        np.testing.assert_array_equal(np.stack([drawn.x, drawn.y], axis=1), trials, err_msg=name)
        np.testing.assert_array_equal(shadow.x, trials[:, 0])
        assert (np.asarray(shadow.y) < 0).all()
    assert "grid 3, grid-midpoints 3, random 9" in figure.layout.meta["description"]


@pytest.mark.parametrize("angle", [0, 20, 45, 90])
def test_shadows_keep_the_distance_from_the_valley(angle: float) -> None:
    """Moving a point along the valley moves no shadow; moving it across moves the shadow as far."""
    places = np.random.default_rng(0).random((7, 2))
    over, along = _turned(angle)
    np.testing.assert_allclose(nb03.across(places + 0.3 * along, angle), nb03.across(places, angle), atol=1e-12)
    np.testing.assert_allclose(nb03.across(places + 0.3 * over, angle), nb03.across(places, angle) + 0.3, atol=1e-12)


def test_the_rate_of_one_point_is_that_of_the_integral() -> None:
    """One point in the middle, upright valleys: a single draw comes nearer to 3/8 of them.

    At a valley t away from the middle it has to lie within t of it: a piece of length 2 t, of which at most 1/2 lies
    inside the square. The mean of min(2 t, 1/2) over t from 0 to 1/2 is 3/8.
    """
    rate = nb03.win_rate(np.array([[0.5, 0.5]]), angle=0, n_valleys=100_000)
    assert rate == pytest.approx(3 / 8, abs=4 * (3 / 8 * 5 / 8 / 100_000) ** 0.5)


def test_the_luck_of_one_training_is_what_trainings_vary_by_where_searches_end() -> None:
    """By hand from the losses of single trainings: the pooled standard deviation in the lowest tenth of each batch."""
    digits = problems.landscape("digits")
    variances = []
    for batch in range(digits.n_batches):
        member = digits.draw(batch)
        learning_rates, penalties = (axis.values for axis in member.grid().axes)
        configs = [{"learning_rate": rate, "l2": l2} for rate in learning_rates for l2 in penalties]
        losses = np.array([member.evaluate(configs, seeds=[seed] * len(configs)) for seed in range(digits.n_seeds)])
        best = losses.mean(axis=0) <= np.quantile(losses.mean(axis=0), 0.1)
        variances.append(losses.var(axis=0, ddof=1)[best].mean())
    assert nb03.one_training(digits) == pytest.approx(np.mean(variances) ** 0.5, rel=1e-6)


def _turned(angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors across and along a valley."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([cos, sin]), np.array([-sin, cos])


def _ridge(angle: float, design: str) -> tuple[Board, np.ndarray]:
    points = {name: designs.make(name, 25, 2, seed=1) for name in NAMES}
    counts = {name: {angle: 7} for name in NAMES}
    rates = {"grid": {0: 0.7, angle: 0.8}, "grid-midpoints": {0: 0.3, angle: 0.25}, "random": {0: 0.5, angle: 0.52}}
    return nb03.ridge(points, counts, rates, angle, design), points[design]


def _layer(scene: Scene, kind: type[Any], name: str = "") -> Any:
    (found,) = (layer for layer in scene.layers if isinstance(layer, kind) and layer.name == name)
    return found


@pytest.mark.parametrize("angle", [0, 11, 45, 72.5, 90])
@pytest.mark.parametrize("design", NAMES)
def test_shadows_lie_where_light_along_the_valley_meets_the_ring(angle: float, design: str) -> None:
    """Every shadow has the distance of the ring from the middle, its trial's place across, and lies past its trial."""
    board, trials = _ridge(angle, design)
    left, _ = board.scenes()
    across, along = _turned(angle)
    shadow, ray, lamp = (
        _layer(left, Segments, "shadow"),
        _layer(left, Segments),
        _layer(left, Points, "light, along the valley"),
    )
    where = np.stack([shadow.x0, shadow.y0], axis=1)
    np.testing.assert_allclose(np.hypot(*(where - 0.5).T), nb03.RING, rtol=1e-6)
    np.testing.assert_allclose(where @ across, trials @ across, atol=1e-6)
    assert (where @ along < trials @ along).all()
    np.testing.assert_allclose(np.stack([ray.x0, ray.y0], axis=1), trials, atol=1e-7)
    np.testing.assert_array_equal(np.stack([ray.x1, ray.y1], axis=1), where)
    lamp_at = np.array([lamp.x[0], lamp.y[0]])
    assert (lamp_at - 0.5) @ across == pytest.approx(0, abs=1e-6)
    assert lamp_at @ along > (trials @ along).max()


@pytest.mark.parametrize("design", NAMES)
def test_everything_stays_inside_the_picture(design: str) -> None:
    """At every angle shadows, lamp and trials lie within the axes, and the picture is square."""
    for angle in range(0, 91, 5):
        left, _ = _ridge(angle, design)[0].scenes()
        assert left.aspect == 1
        for layer in left.layers:
            for axis, names in ((left.x, ("x", "x0", "x1")), (left.y, ("y", "y0", "y1"))):
                for values in (getattr(layer, name) for name in names if hasattr(layer, name)):
                    assert axis.low < np.min(values) <= np.max(values) < axis.high


@pytest.mark.parametrize("angle", [0, 30, 45, 90])
def test_the_loss_depends_only_on_the_distance_from_the_valley(angle: float) -> None:
    """Low on the line through the middle, high far from it, and the farther the higher, whatever the direction."""
    left, _ = _ridge(angle, "random")[0].scenes()
    heat = next(layer for layer in left.layers if isinstance(layer, Heatmap))
    assert (heat.x, heat.y) == ((0, 1), (0, 1))
    n = len(heat.z)
    middles = (np.arange(n) + 0.5) / n
    places = np.stack(np.meshgrid(middles, middles), axis=-1)  # the first row of the heights is the lowest
    distance = np.abs((places - 0.5) @ _turned(angle)[0]).round(6)
    order = np.argsort(distance, axis=None)
    climbing = heat.z.ravel()[order]
    assert (np.diff(climbing) > -1e-5).all()
    assert climbing[0] < 0.02
    assert climbing[-1] > 0.95


def test_the_valley_is_one_array_for_all_designs() -> None:
    """A player keeps equal arrays once only if they are the same."""
    one, other = (next(iter(_ridge(30, design)[0].scenes())).layers[0] for design in ("grid", "random"))
    assert isinstance(one, Heatmap)
    assert isinstance(other, Heatmap)
    assert one.z is other.z


def test_the_symbol_stands_on_the_curve_of_the_chosen_design() -> None:
    """Rates come out in per cent, in the samplers' own looks; the present angle is marked on the chosen one, on top."""
    _, right = _ridge(60, "grid-midpoints")[0].scenes()
    symbol = _layer(right, Points)
    assert (symbol.x[0], symbol.y[0], symbol.color) == (60, 25, style("grid-midpoints").color)
    lines = [layer for layer in right.layers if isinstance(layer, Line)]
    assert {line.name for line in lines} == set(NAMES)
    assert lines[-1].name == "grid-midpoints"
    assert lines[-1].width > max(line.width for line in lines[:-1])
    for line in lines:
        assert (line.color, line.dash) == style(line.name)[:2]
    grid = _layer(right, Line, "grid")
    np.testing.assert_array_equal(grid.x, [0, 60])
    np.testing.assert_allclose(grid.y, [70, 80], rtol=1e-6)


def test_the_sentence_says_angle_shadows_and_rate() -> None:
    """What is read aloud has all three numbers, and names who is compared; the picture counts the shadows as well."""
    board, _ = _ridge(45, "grid-midpoints")
    assert board.sentence == (
        "The valley is turned by 45°. The 25 trials of grid-midpoints cast 7 different shadows, "
        "and random search comes nearer to 25\u00a0% of the valleys."
    )
    assert next(board.scenes()).title == "25 trials, 7 shadows"
    assert "another random draw comes nearer to 52\u00a0%" in _ridge(45, "random")[0].sentence


def test_without_noise_nobody_is_flattered(race: Race) -> None:
    """Every winner is exactly as good as it looked: all points lie on zero, and the sentence says so."""
    figure = nb03.flattery(race, "random", after=[1, 9])
    *columns, medians = figure.data
    assert [set(column.y) for column in columns] == [{0.0}, {0.0}]
    assert list(medians.y) == [0, 0]
    assert figure.layout.meta["description"].endswith("after 1 0%, by 0; after 9 0%, by 0.")


def test_flattery_is_true_minus_seen_after_so_many_trials() -> None:
    """Each column holds the expected loss of the incumbent minus the observed one, recomputed from the searches."""
    digits = problems.landscape("digits")
    noisy = compare(["random"], digits, n_trials=9, seeds=range(6))
    figure = nb03.flattery(noisy, "random", after=[1, 9])
    for column, n_trials in zip(figure.data, [1, 9], strict=False):
        for seed, shown in enumerate(column.y):
            trials = noisy.histories["random", seed][:n_trials]
            best = min(trials, key=lambda trial: trial.loss)
            assert shown == pytest.approx(digits.draw(seed).expected(best.config) - best.loss, abs=1e-9)
    assert list(figure.layout.xaxis.ticktext) == ["1 trial", "9 trials"]
    np.testing.assert_allclose(figure.data[-1].y, [np.median(column.y) for column in figure.data[:2]])
