"""The pictures of notebook 04 show Gaussians as they are: closed forms and simulations say the same."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.course.pictures import nb04
from hpo_tutor.course.pictures.nb04 import bells, clicks, many, pairs, three_views
from hpo_tutor.scenes import Band, Board, Heatmap, Line, Points, Scene, Segments
from hpo_tutor.scenes.processes import DRAWS
from hpo_tutor.scenes.ticks import MINUS
from hpo_tutor.surrogates import GaussianProcess, Kernel


def _layer(scene: Scene, kind: type[Any], name: str = "") -> Any:
    (found,) = (layer for layer in scene.layers if isinstance(layer, kind) and layer.name == name)
    return found


# --- one number -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("std", [0.25, 1, 2])
@pytest.mark.parametrize("reach", [0.5, 1, 3])
def test_the_coloured_area_is_the_share_that_the_title_says(std: float, reach: float) -> None:
    """The trapezoids under the drawn curve add up to the error function's area, and to the one in the title."""
    scene = nb04.bell(std, reach, "the bell itself")
    band = _layer(scene, Band, "area within reach")
    area = np.trapezoid(band.high, band.x)
    assert area == pytest.approx(math.erf(reach / math.sqrt(2)), abs=1e-3)
    assert scene.title.startswith(f"Within {reach:g} std: area {100 * math.erf(reach / math.sqrt(2)):.1f} %")


@pytest.mark.parametrize("law", bells.LAWS)
def test_draws_are_coloured_by_the_side_of_the_border_they_lie_on(law: str) -> None:
    """All 400 are there, those within reach as dots, the others as crosses, and the title counts them."""
    scene = nb04.bell(0.5, 2, law)
    inside, outside = _layer(scene, Points, "draw within reach"), _layer(scene, Points, "draw beyond")
    assert len(inside.x) + len(outside.x) == 400
    assert (np.abs(inside.x) <= 1).all()
    assert (np.abs(outside.x) > 1).all()
    assert max(inside.y.max(), outside.y.max()) < 0
    assert f"draws {len(inside.x) / 4:.1f} %" in scene.title


def test_both_laws_have_mean_0_and_std_1_and_one_has_wilder_tails() -> None:
    """With 400,000 draws: the same two numbers, and beyond three std many times what a Gaussian has."""
    bell, wild = (nb04.unit_draws(law, 400_000) for law in bells.LAWS)
    for draws in (bell, wild):
        assert draws.mean() == pytest.approx(0, abs=0.01)
        assert draws.std() == pytest.approx(1, abs=0.02)
    assert np.mean(np.abs(bell) > 3) == pytest.approx(2 * stats.norm.sf(3), rel=0.15)
    assert np.mean(np.abs(wild) > 3) > 5 * np.mean(np.abs(bell) > 3)


# --- two numbers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("covariance", [-1.5, 0, 0.7, 1.5])
def test_products_are_told_apart_by_their_sign(covariance: float) -> None:
    """Dots lie on the same side of both means, crosses on opposite sides; the mean product is near the covariance.

    The standard error of 400 products of a pair with variances 1 and 2.5 is the root of (2.5 + cov^2) / 400.
    """
    scene = nb04.products(covariance)
    same, opposite = (layer for layer in scene.layers if isinstance(layer, Points))
    assert (same.x * (same.y - 1) > 0).all()
    assert (opposite.x * (opposite.y - 1) <= 0).all()
    mean = np.mean(np.concatenate([layer.x * (layer.y - 1) for layer in (same, opposite)]))
    assert mean == pytest.approx(covariance, abs=4 * math.sqrt((2.5 + covariance**2) / 400))
    assert scene.title == f"Mean of the products: {mean:.2f}".replace("-", MINUS)


def test_dots_and_crosses_are_as_many_at_covariance_0_and_nowhere_else() -> None:
    """Of 400 draws, those on the same side are nearest to 200 where the covariance is 0."""
    covariances = np.linspace(-1.5, 1.5, 31).round(1)
    same = [len(_layer(nb04.products(one), Points, "same side of the means: product above 0").x) for one in covariances]
    assert covariances[np.abs(np.array(same) - 200).argmin()] == 0


@pytest.mark.parametrize("correlation", [-0.9, 0, 0.6])
@pytest.mark.parametrize("b", [-1.0, 0.5])
def test_the_bar_is_where_draws_near_the_slice_lie(correlation: float, b: float) -> None:
    """A simulation of its own: mean and spread of a among pairs with nearly this b are those of the bar."""
    rng = np.random.default_rng(3)
    drawn = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], size=400_000)
    near = drawn[np.abs(drawn[:, 1] - b) < 0.05, 0]
    bar = _layer(next(nb04.pair(correlation, b, "Gaussian").scenes()), Segments, "a given b, mean ± 2 std")
    middle, reach = (bar.x0[0] + bar.x1[0]) / 2, (bar.x1[0] - bar.x0[0]) / 2
    assert middle == pytest.approx(near.mean(), abs=0.05)
    assert reach == pytest.approx(2 * near.std(), rel=0.05)


def test_the_sentence_counts_draws_under_the_bar() -> None:
    """About 95 % of a Gaussian's slice, whatever the correlation, and next to none of the bent one."""
    for correlation in (-0.8, 0.0, 0.5):
        share = int(nb04.pair(correlation, 0.5, "Gaussian").sentence.rsplit(". ", 1)[1].split("\u00a0")[0])
        assert share == pytest.approx(95, abs=2)
    assert int(nb04.pair(0.0, 2.25, "bent").sentence.rsplit(". ", 1)[1].split("\u00a0")[0]) < 5


@pytest.mark.parametrize("correlation", [-0.5, 0.0, 0.8])
def test_both_clouds_have_the_same_means_variances_and_correlation(correlation: float) -> None:
    """What a Gaussian is told of the bent cloud is what it is told of its own."""
    for cloud in pairs.CLOUDS:
        a, b = nb04.draws(correlation, cloud)
        assert np.mean([a, b], axis=1) == pytest.approx([0, 0], abs=0.02)
        np.testing.assert_allclose(np.cov(a, b), [[1, correlation], [correlation, 1]], atol=0.04)


@pytest.mark.parametrize("correlation", [-0.6, 0.0, 0.9])
def test_the_density_is_the_same_all_along_an_ellipse(correlation: float) -> None:
    """And on the second one it is e^(-3/2) of that on the first."""
    gaussian = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]])
    first, second = (gaussian.pdf(np.stack([line.x, line.y], axis=1)) for line in pairs.ellipses(correlation))  # type: ignore[union-attr]
    np.testing.assert_allclose(first, first[0], rtol=1e-4)
    np.testing.assert_allclose(second, first[0] * math.exp(-1.5), rtol=1e-4)


def test_the_belief_about_a_is_a_density() -> None:
    """The area of what is believed before and after is 1, and the whole curve fits into the panel."""
    _, bells_of_a = nb04.pair(0.95, 0.0, "Gaussian").scenes()
    for name in ("a before", "a given b"):
        line = _layer(bells_of_a, Line, name)
        assert np.trapezoid(line.y, line.x) == pytest.approx(1, abs=0.01)
        assert line.y.max() < bells_of_a.y.high


# --- many numbers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 0.05, 0.2, 1])
def test_dots_stay_where_they_are_when_more_come_between(length: float) -> None:
    """The draws are the same whatever their number: 2, 3, 5 and 9 places are among the next larger set."""
    for fewer, more in ((2, 3), (3, 5), (5, 9), (9, 17)):
        np.testing.assert_array_equal(nb04.read_at(fewer, length), nb04.read_at(more, length)[:, ::2])
    np.testing.assert_array_equal(nb04.read_at(2, length), nb04.read_at(50, length)[:, [0, -1]])


@pytest.mark.parametrize("length", [0.02, 0.05, 0.1])
def test_three_dots_stay_where_they_are_while_they_know_nothing_of_each_other(length: float) -> None:
    """Places half an axis apart have a correlation below 1e-5 then, as at length scale 0."""
    np.testing.assert_allclose(nb04.read_at(3, length), nb04.read_at(3, 0), atol=1e-4)


def test_draws_at_length_scale_0_1_have_three_hills_each() -> None:
    """Dots that are higher than both neighbours, counted among 50."""
    low, dots, high = (nb04.read_at(50, 0.1)[:, part] for part in (slice(-2), slice(1, -1), slice(2, None)))
    assert ((dots > low) & (dots > high)).sum(axis=1).tolist() == [3, 3, 3]


def test_draws_have_the_covariance_that_the_map_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 20,000 draws: the covariance between the places of nine numbers is the kernel between them."""
    monkeypatch.setattr(many, "N_DRAWS", 20_000)
    many._everywhere.cache_clear()
    drawn = many.read_at(9, 0.2)
    many._everywhere.cache_clear()
    x = np.linspace(0, 1, 9)
    expected = np.exp(-(np.subtract.outer(x, x) ** 2) / 0.08)
    np.testing.assert_allclose(np.cov(drawn.T), expected, atol=0.05)
    monkeypatch.undo()
    _, matrix = nb04.ranks(9, 0.2).scenes()
    np.testing.assert_allclose(_layer(matrix, Heatmap, "correlation").z, expected, atol=1e-6)


def test_a_row_shows_every_number_of_each_draw() -> None:
    """Three draws, told apart by colour, dash and symbol, at equal distances."""
    row, _ = nb04.ranks(5, 0.4).scenes()
    dots = [layer for layer in row.layers if isinstance(layer, Points)]
    assert len({layer.symbol for layer in dots}) == len({layer.color for layer in dots}) == 3
    for layer, values in zip(dots, nb04.read_at(5, 0.4), strict=True):
        np.testing.assert_allclose(layer.x, [0, 0.25, 0.5, 0.75, 1])
        np.testing.assert_allclose(layer.y, values, rtol=1e-6)


def test_sizes_that_were_not_made_are_refused() -> None:
    """The message lists those that were."""
    with pytest.raises(ValueError, match="2, 3, 5, 9, 17, 50 places, got 4"):
        nb04.read_at(4, 0.2)


# --- three views ----------------------------------------------------------------------------------------------------


def _views(x2: float, y2: float, seen: str) -> tuple[Scene, Scene, Scene]:
    above, kernel, ellipse = nb04.linked(x2, y2, seen).scenes()
    return above, kernel, ellipse


def test_the_correlation_shrinks_with_the_distance_in_all_views() -> None:
    """exp(-d^2 / 0.08): the diamond on the kernel has that height, and the ellipse that tilt."""
    for x2 in (0.4, 0.45, 0.7, 1.0):
        expected = math.exp(-((x2 - 0.4) ** 2) / 0.08)
        _, kernel, ellipse = _views(x2, 1.0, "not yet")
        (diamond,) = (layer for layer in kernel.layers if isinstance(layer, Points))
        assert (diamond.x[0], diamond.y[0]) == pytest.approx((x2 - 0.4, expected), abs=1e-6)
        rim = next(layer for layer in ellipse.layers if isinstance(layer, Line))
        assert np.cov(rim.x[:-1], rim.y[:-1])[0, 1] / np.var(rim.x[:-1], ddof=1) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("seen", three_views.SEEN)
def test_a_draw_has_one_colour_and_one_place_in_both_views(seen: str) -> None:
    """Its curve passes through its symbols at x1 and x2, whose heights are its coordinates in the ellipse."""
    above, _, ellipse = _views(0.7, -1.0, seen)
    for k, (color, dash) in enumerate(DRAWS, start=1):
        curve = _layer(above, Line, f"draw {k}")
        assert (curve.color, curve.dash) == (color, dash)
        (dot,) = (layer for layer in ellipse.layers if isinstance(layer, Points) and layer.color == color)
        at_x1, at_x2 = (np.interp(x, curve.x, curve.y) for x in (0.4, 0.7))
        assert (dot.x[0], dot.y[0]) == pytest.approx((at_x1, at_x2), abs=1e-5)
        on_curve = [layer for layer in above.layers if isinstance(layer, Points) and layer.color == color]
        assert all(layer.symbol == dot.symbol for layer in on_curve)
        assert on_curve[0].y[0] == pytest.approx(at_x1, abs=1e-5)


def test_dots_loosen_as_the_places_part() -> None:
    """Close by, f(x1) and f(x2) of all grey dots are nearly equal; far away they have nothing in common."""
    near, far = (
        next(layer for layer in _views(x2, 0.0, "not yet")[2].layers if isinstance(layer, Points)) for x2 in (0.45, 1.0)
    )
    assert np.corrcoef(near.x, near.y)[0, 1] > 0.95
    assert abs(np.corrcoef(far.x, far.y)[0, 1]) < 4 / math.sqrt(len(far.x))


def test_observing_pinches_functions_and_slices_the_ellipse() -> None:
    """Every draw passes through the observation, and the bar of the ellipse is the band at x1."""
    above, _, ellipse = _views(0.55, 1.25, "yes")
    for k in range(1, 6):
        curve = _layer(above, Line, f"draw {k}")
        assert np.interp(0.55, curve.x, curve.y) == pytest.approx(1.25, abs=1e-5)
    band = _layer(above, Band, "mean ± 2 std")
    bar = max((layer for layer in ellipse.layers if isinstance(layer, Segments)), key=lambda layer: layer.width)
    at_x1 = [np.interp(0.4, band.x, border) for border in (band.low, band.high)]
    np.testing.assert_allclose([bar.x0[0], bar.x1[0]], at_x1, atol=1e-5)
    assert bar.y0[0] == bar.y1[0] == 1.25


def test_moved_draws_are_draws_of_the_posterior(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over 20,000 functions: mean and standard deviation at every place are those of the conditional."""
    monkeypatch.setattr(three_views, "DRAWS", range(20_000))
    curves = three_views.functions(0.7, -1.5)
    three_views._prior_draws.cache_clear()
    k = np.exp(-((three_views.GRID - 0.7) ** 2) / 0.08)
    np.testing.assert_allclose(curves.mean(axis=0), -1.5 * k, atol=0.04)
    np.testing.assert_allclose(curves.std(axis=0), np.sqrt(1 - k**2), atol=0.03)


def test_functions_do_not_change_with_what_was_not_observed() -> None:
    """Before the observation, moving it changes nothing about curves, band and cloud at x1."""
    one, other = _views(0.3, 2.0, "not yet")[0], _views(0.8, -1.0, "not yet")[0]
    for k in range(1, 6):
        np.testing.assert_array_equal(_layer(one, Line, f"draw {k}").y, _layer(other, Line, f"draw {k}").y)


def test_two_values_at_one_place_are_one() -> None:
    """At x2 = x1 the observation settles f(x1), and the ellipse is a line."""
    board = nb04.linked(0.4, 0.5, "yes")
    assert isinstance(board, Board)
    assert "f(x1) is 0.5 ± 0 (two standard deviations)." in board.sentence
    _, _, ellipse = board.scenes()
    rim = next(layer for layer in ellipse.layers if isinstance(layer, Line))
    np.testing.assert_allclose(rim.x, rim.y, atol=1e-6)


def test_what_the_three_views_do_not_know_is_refused() -> None:
    """A place beside the grid, and a third state of knowledge."""
    with pytest.raises(ValueError, match="x2 is one of the 101 places"):
        nb04.linked(0.4321, 0.0, "yes")
    with pytest.raises(ValueError, match="seen is one of not yet, yes"):
        nb04.linked(0.5, 0.0, "maybe")


# --- clicks ---------------------------------------------------------------------------------------------------------


def test_a_click_adds_an_observation_through_which_the_mean_passes() -> None:
    """Without noise; the next to last click is still there, and buttons take them back."""
    bench = nb04.posterior_bench("Click", points=())
    bench.click(0, 0.25, 1.5)
    bench.click(0, 0.75, -0.5)
    assert bench.values["points"] == ((0.25, 1.5), (0.75, -0.5))
    assert isinstance(bench.picture, Scene)
    mean, dots = _layer(bench.picture, Line, "mean"), _layer(bench.picture, Points, "observation")
    np.testing.assert_allclose(np.interp([0.25, 0.75], mean.x, mean.y), [1.5, -0.5], atol=1e-4)
    assert dots.x.tolist() == [0.25, 0.75]
    bench.act("Forget the last")
    assert bench.values["points"] == ((0.25, 1.5),)
    bench.act("Forget all")
    assert bench.values["points"] == ()
    bench.act("Forget the last")
    assert bench.values["points"] == ()


def test_two_clicks_at_one_place_are_weighed_where_there_is_noise() -> None:
    """By hand: two observations of noise variance s count as one, their mean, with variance s / 2."""
    bench = nb04.posterior_bench("Click", points=())
    bench.set(noise=0.3)
    bench.click(0, 0.5, 1.0)
    bench.click(0, 0.5, 2.0)
    assert isinstance(bench.picture, Scene)
    mean = _layer(bench.picture, Line, "mean")
    assert np.interp(0.5, mean.x, mean.y) == pytest.approx(1.5 / (1 + 0.3**2 / 2), abs=1e-4)


def test_the_surprises_make_the_process_fail() -> None:
    """Neighbours that disagree send the mean far beyond both, and noise calms it; at a jump it is sure and wrong."""
    bench = nb04.posterior_bench("Click")
    bench.act("Surprise me")
    highest = max(abs(y) for _, y in clicks.NEIGHBOURS)
    assert np.abs(_layer(bench.picture, Line, "mean").y).max() > 5 * highest
    bench.set(noise=0.3)
    assert np.abs(_layer(bench.picture, Line, "mean").y).max() < highest
    bench.act("A jump")
    band = _layer(bench.picture, Band, "mean ± 2 std")
    truth = np.where(band.x < 0.45, -1, 1)
    assert np.mean((band.low <= truth) & (truth <= band.high)) < 0.3
    bench.act("Start again")
    assert bench.values["points"] == ((0.3, 1.0),)


def test_draws_are_shown_on_request() -> None:
    """Five functions, which all pass through an exact observation."""
    scene = clicks.posterior(((0.5, 1.0),), 0.2, 0.0, "five draws as well")
    curves = [layer for layer in scene.layers if isinstance(layer, Line) and layer.name.startswith("draw")]
    assert len(curves) == 5
    for one, other in combinations(curves, 2):
        assert np.interp(0.5, one.x, one.y) == pytest.approx(1.0, abs=1e-3)
        assert not np.allclose(one.y, other.y, atol=0.1)


# --- results --------------------------------------------------------------------------------------------------------


def test_errors_are_shown_lap_by_lap_with_their_medians() -> None:
    """A symbol for each lap at its error, a bar at the median, and the medians in the description."""
    errors = {"nearest": [0.1, 0.4, 0.2], "process": [1.0, 10.0, 5.0]}
    figure = nb04.prediction_errors(errors, "error (nats)")
    first, median, second, other = figure.data
    assert (list(first.x), list(second.x)) == (errors["nearest"], errors["process"])
    assert (list(median.x), list(other.x)) == ([0.2], [5.0])
    assert first.marker.symbol != second.marker.symbol
    assert np.abs(np.asarray(second.y) - 1).max() < 0.5
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.meta["description"].endswith("the medians are nearest 0.2, process 5.")


def test_recorded_losses_are_shown_beside_the_belief() -> None:
    """The dashed line passes through every recorded loss, the mean through the known ones; rates are named."""
    rates, losses = np.linspace(0, 1, 6), np.array([1.0, 0.5, -2.0, -2.5, -1.0, 2.0])
    belief = GaussianProcess(Kernel("rbf", 0.2)).condition(rates[[1, 4], None], losses[[1, 4]])
    scene = nb04.recorded(belief, rates, losses, "Two of six.")
    truth, mean = (_layer(scene, Line, name) for name in ("truth", "mean"))
    np.testing.assert_allclose(np.interp(rates, truth.x, truth.y), losses, atol=1e-6)
    np.testing.assert_allclose(np.interp(rates[[1, 4]], mean.x, mean.y), losses[[1, 4]], atol=1e-6)
    assert [text for _, text in scene.x.ticks] == ["0.0001", "0.001", "0.01", "0.1"]
    assert scene.sentence == "Two of six."
