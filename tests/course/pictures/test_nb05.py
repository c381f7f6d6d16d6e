"""The pictures of notebook 05 show the numbers of the processes that they were given, and say so in a sentence."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from hpo_tutor.course.pictures import nb05
from hpo_tutor.course.pictures.nb05 import hills as hills_room
from hpo_tutor.course.pictures.nb05 import seen
from hpo_tutor.scenes import Axis, Band, Heatmap, Line, Marks, Points, Scene
from hpo_tutor.surrogates import GaussianProcess, Kernel

RATES = np.geomspace(1e-4, 0.05, 31)
X = np.linspace(0, 1, 31)


def _layer(scene: Scene, kind: type[Any], name: str = "") -> Any:
    (found,) = (layer for layer in scene.layers if isinstance(layer, kind) and layer.name == name)
    return found


def _losses(seed: int = 0, n: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """A smooth valley with luck, at n of the places."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.choice(X, n, replace=False))
    return x, 5.6 + 0.1 * np.sin(5 * x) + 0.03 * rng.normal(size=n)


@pytest.fixture(scope="module")
def hills() -> nb05.Hills:
    """A map of 13 noises and 11 length scales."""
    x, y = _losses()
    return nb05.Hills(x[:, None], y, np.geomspace(0.03, 1, 11), np.geomspace(0.003, 0.15, 13))


# --- kernels --------------------------------------------------------------------------------------------------------


def test_each_shape_is_drawn_as_its_formula() -> None:
    """The bold curve is the kernel of the text, the dot stands one length scale away, three others are grey."""
    formulas = {
        "rbf": lambda r: np.exp(-(r**2) / 2),
        "matern12": lambda r: np.exp(-r),
        "matern32": lambda r: (1 + np.sqrt(3) * r) * np.exp(-np.sqrt(3) * r),
        "matern52": lambda r: (1 + np.sqrt(5) * r + 5 * r**2 / 3) * np.exp(-np.sqrt(5) * r),
    }
    assert set(nb05.NAMES) == set(formulas)
    for shape, formula in formulas.items():
        left, _ = nb05.family(shape, 0.2).scenes()
        line, dot = _layer(left, Line, "correlation of this shape"), _layer(left, Points, "one length scale apart")
        np.testing.assert_allclose(line.y, formula(line.x / 0.2), atol=1e-6)
        assert (dot.x[0], dot.y[0]) == (pytest.approx(0.2), pytest.approx(formula(1.0)))
        assert sum(isinstance(layer, Line) for layer in left.layers) == 4


def test_draws_use_the_same_random_numbers_at_every_setting() -> None:
    """Draw 1 begins at the same height whatever the length scale: only what follows is stretched."""
    boards = [nb05.family("rbf", scale) for scale in (0.1, 0.2, 0.5)]
    first = [_layer(list(board.scenes())[1], Line, "draw 1").y[0] for board in boards]
    assert first == pytest.approx([first[0]] * 3, abs=1e-4)


# --- what was seen --------------------------------------------------------------------------------------------------


def test_the_wider_band_adds_the_variance_of_a_training() -> None:
    """Both bands by hand: the inner one is the function's, the outer one the root of the sum of both variances."""
    x, y = _losses()
    gp = GaussianProcess(Kernel("matern52", 0.25, 0.08, 0.03), 5.6).condition(x[:, None], y)
    scene = nb05.believed(gp, RATES)
    inner, outer = _layer(scene, Band, "mean ± 2 std"), _layer(scene, Band, seen.OBSERVED)
    mean, std = gp.predict(np.asarray(inner.x, dtype=float)[:, None])
    np.testing.assert_allclose(inner.high - inner.low, 4 * std, atol=2e-5)
    np.testing.assert_allclose(outer.high, mean + 2 * np.sqrt(std**2 + 0.03**2), atol=1e-5)
    widths = f"{2000 * std.min():.3g} MeV where it is known best, and {2000 * std.max():.3g} MeV"
    assert "16 trainings, noise 30 MeV" in scene.sentence
    assert widths in scene.sentence


def test_trainings_in_the_outer_band_are_counted() -> None:
    """With known function and noise the count of those inside, and the sentence, are those by hand."""
    gp = GaussianProcess(Kernel("rbf", 0.001, 0.4, 0.3)).condition(np.array([[0.0]]), np.array([0.0]))
    unseen = np.array([0.5, 0.6, 0.7, 0.8]), np.array([0.99, -0.99, 1.01, -3.0])  # far away: 2 std are 1
    np.testing.assert_array_equal(nb05.inside(gp, *unseen), [True, True, False, False])
    scene = nb05.believed(gp, RATES, unseen)
    assert "Of the 4 trainings that were not seen, 2 lie in the outer band." in scene.sentence
    assert "outer band" not in nb05.believed(gp, RATES, up=(-4, 2)).sentence


def test_learning_rates_stand_where_they_belong() -> None:
    """The ticks of the axis from 0 to 1 are those of a logarithmic axis."""
    ticks = {text: at for at, text in nb05.rate_axis(np.array([1e-4, 1e-1])).ticks or ()}
    assert ticks["0.0001"] == pytest.approx(0)
    assert ticks["0.001"] == pytest.approx(1 / 3)
    assert ticks["0.01"] == pytest.approx(2 / 3)


def test_one_training_is_drawn_at_each_rate_and_the_others_are_left() -> None:
    """Nothing is lost, nothing comes twice, and which one is drawn differs from rate to rate."""
    losses = np.arange(93.0).reshape(3, 31)
    one, others = nb05.single(losses, np.random.default_rng(0))
    assert one.shape == (31,)
    assert others.shape == (2, 31)
    np.testing.assert_array_equal(np.sort(np.vstack([one, others]), axis=0), losses)
    assert len(set(one // 31)) == 3


# --- the slalom -----------------------------------------------------------------------------------------------------


def test_the_functions_in_the_slalom_pass_their_gates() -> None:
    """Without noise each orange function goes through every gate; the sentence counts them, and gives the rate."""
    gates = (np.array([0.2, 0.8]), np.array([0.5, -0.5]), 0.3)
    scene = nb05.slalom(Kernel("rbf", 0.3), gates, rate=0.0421)
    passing = _layer(scene, Line, "pass all gates")
    for place, height in zip(*gates[:2], strict=True):
        at = int(np.argmin(np.abs(passing.x - place)))
        assert (np.abs(passing.y[at] - height) < 0.3 + 1e-6).all()
    assert "42.1 in a thousand" in scene.sentence


def test_the_share_that_passes_is_that_of_independent_gaussians() -> None:
    """With a tiny length scale the gates are independent: the count lies within four standard errors of the product."""
    gates = (np.array([0.2, 0.8]), np.array([0.5, -0.5]), 0.3)
    scene = nb05.slalom(Kernel("rbf", 0.001), gates, rate=0.0)
    counted = int(scene.sentence.split(": ")[1].split(" of ")[0])
    share = (stats.norm.cdf(0.8) - stats.norm.cdf(0.2)) ** 2
    assert counted == pytest.approx(4000 * share, abs=4 * np.sqrt(4000 * share * (1 - share)))


# --- the two terms --------------------------------------------------------------------------------------------------


def test_the_terms_add_up_to_the_likelihood() -> None:
    """Fit + complexity - n/2 ln 2π is scipy's log density of the observations, at every length scale."""
    x, y = _losses()
    kernel = Kernel("matern52", 0.25, 0.08, 0.03)
    gp = GaussianProcess(kernel, 5.6).condition(x[:, None], y)
    scales = np.array([0.02, 0.2, 2.0])
    terms = nb05.Terms(gp, scales, (x, y))
    total = terms.fit + terms.complexity - len(y) / 2 * np.log(2 * np.pi)
    np.testing.assert_allclose(total, terms.likelihood, rtol=1e-8)
    for scale, found in zip(scales, terms.likelihood, strict=True):
        covariance = Kernel("matern52", scale, 0.08)(x[:, None]) + 0.03**2 * np.eye(len(y))
        density = stats.multivariate_normal(np.full(len(y), 5.6), covariance)
        assert found == pytest.approx(density.logpdf(y), rel=1e-7)
    assert (terms.fit < 0).all()
    np.testing.assert_allclose(terms.training_error, terms.held_out_error)  # here the unseen are the seen


def test_the_dots_stand_on_the_curves_at_the_present_length_scale() -> None:
    """Five curves, five dots, and the sentence has their numbers."""
    x, y = _losses()
    gp = GaussianProcess(Kernel("rbf", 0.2, 0.08, 0.03), 5.6).condition(x[:, None], y)
    terms = nb05.Terms(gp, np.geomspace(0.02, 2, 5), (X, np.full(31, 5.6)))
    board = nb05.two_terms(terms, RATES, 0.21)
    _, left, right = board.scenes()
    for scene, values in (
        (left, [terms.fit[2], None, terms.likelihood[2]]),
        (right, [1000 * terms.training_error[2], 1000 * terms.held_out_error[2]]),
    ):
        dots = [layer for layer in scene.layers if isinstance(layer, Points)]
        lines = [layer for layer in scene.layers if isinstance(layer, Line)]
        for dot, line, value in zip(dots, lines, values, strict=True):
            assert dot.x[0] == pytest.approx(0.2)
            assert dot.y[0] == line.y[2]
            assert value is None or dot.y[0] == pytest.approx(value, rel=1e-5)
    assert "Length scale 0.2" in board.sentence


# --- the landscape --------------------------------------------------------------------------------------------------


def test_the_map_holds_the_likelihood_of_every_process(hills: nb05.Hills) -> None:
    """The eigenvalues give what the course's process gives, cell by cell."""
    for i in range(13):
        for j in range(11):
            likelihood = hills.process((i, j)).log_marginal_likelihood()
            assert hills.surprise[i, j] == pytest.approx(-likelihood, rel=1e-6, abs=1e-6)


def test_a_ball_ends_where_nothing_nearby_is_lower(hills: nb05.Hills) -> None:
    """From every cell the way goes down at each step, by two cells at most, and ends at a lowest place."""
    for i in range(13):
        for j in range(11):
            path = hills.roll((i, j))
            heights = [hills.surprise[place] for place in path]
            assert path[0] == (i, j)
            assert (np.diff(heights) < 0).all()
            assert (np.abs(np.diff(path, axis=0)) <= 2).all()
            a, b = path[-1]
            around = hills.surprise[max(a - 2, 0) : a + 3, max(b - 2, 0) : b + 3]
            assert heights[-1] == around.min()


def _with_surface(surface: list[list[float]]) -> nb05.Hills:
    made = nb05.Hills(np.zeros((2, 1)), np.array([0.0, 1.0]), np.ones(len(surface[0])), np.ones(len(surface)))
    made.__dict__["surprise"] = np.array(surface)  # in place of what the property would compute
    return made


def test_valleys_are_counted_by_the_pass_between_them() -> None:
    """Two valleys with a pass 2 above the shallower one: both count up to depth 2, and only the deeper one beyond."""
    two = _with_surface([[9, 9, 9, 9, 9], [9, 0, 3, 1, 9], [9, 9, 9, 9, 9]])
    assert two.bottoms(depth=0.5) == [(1, 1), (1, 3)]
    assert two.bottoms(depth=2.0) == [(1, 1), (1, 3)]
    assert two.bottoms(depth=2.1) == [(1, 1)]
    three = _with_surface([[5, 1, 4, 2, 3.5, 0, 6]])
    assert three.bottoms(depth=0.5) == [(0, 5), (0, 1), (0, 3)]
    assert three.bottoms(depth=1.6) == [(0, 5), (0, 1)]


def test_the_ball_lies_where_the_sliders_say(hills: nb05.Hills) -> None:
    """Its place, the colours below it and the title belong together; the way is drawn only where it ends here."""
    path = hills.roll((0, 10))
    landscape, _ = hills_room.ball(hills, RATES, path[-1], path).scenes()
    dot, heat, way = _layer(landscape, Points, "the ball"), landscape.layers[0], _layer(landscape, Line, "its way")
    i, j = path[-1]
    assert dot.x[0] == pytest.approx(hills.length_scales[j])
    assert dot.y[0] == pytest.approx(1000 * hills.noises[i])
    assert (way.x[-1], way.y[-1]) == (dot.x[0], dot.y[0])
    assert isinstance(heat, Heatmap)
    np.testing.assert_allclose(heat.z**2, hills.surprise - hills.surprise.min(), atol=1e-3)
    elsewhere, _ = hills_room.ball(hills, RATES, (3, 3), path).scenes()
    assert not any(isinstance(layer, Line) for layer in elsewhere.layers)


def test_the_bench_rolls_picks_and_surprises(hills: nb05.Hills) -> None:
    """Fit ends at a bottom, a click in the landscape moves the ball and takes the way off, one beside it does not."""
    bench = nb05.hill_bench({"some": hills}, RATES, surprise_me={"length_scale": 0.03, "noise": 3})
    start = dict(bench.values)
    bench.act("Fit: let the ball roll")
    place = hills_room.place_of(hills, bench.values["length_scale"], bench.values["noise"])
    assert hills.roll(place) == [place]
    assert bench.values["path"][-1] == place
    bench.click(0, 0.5, 100.0)
    moved = dict(bench.values)
    assert moved["length_scale"] == pytest.approx(0.5, rel=0.25)
    assert moved["noise"] == pytest.approx(100, rel=0.25)
    assert moved["path"] == ()
    bench.click(1, 0.3, 5.6)
    assert bench.values == moved
    bench.act("Surprise me")
    assert hills_room.place_of(hills, bench.values["length_scale"], bench.values["noise"]) == (0, 0)
    bench.act("Start again")
    assert bench.values == start


# --- wrong kernels and strips ---------------------------------------------------------------------------------------


def test_new_observations_are_sorted_by_the_band() -> None:
    """Grey ones lie in the band, red ones outside, all are there, and title and sentence count them."""

    def problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        new = np.array([0.1, 0.4, 0.6, 0.9])
        return np.array([0.5]), np.array([0.0]), new, np.array([0.5, -0.5, 3.0, -3.0])

    def model(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return 0 * at, 0 * at - 1, 0 * at + 1

    axes = Axis("x", 0, 1), Axis("f(x)", -4, 4)
    scene = nb05.guess(problem, model, 0, *axes, "flat", floor=-2)
    inside, outside = _layer(scene, Points, "new, inside"), _layer(scene, Points, "new, outside")
    np.testing.assert_allclose(inside.x, [0.1, 0.4], rtol=1e-6)
    np.testing.assert_allclose(outside.y, [3, -3])
    assert _layer(scene, Marks).at[0] == -2
    assert "2 of 4" in scene.sentence
    assert scene.title == "flat: 50\u00a0% inside"
    assert not any(isinstance(layer, Marks) for layer in nb05.guess(problem, model, 0, *axes, "flat").layers)


def test_models_are_compared_by_hand() -> None:
    """Error, share inside, width, and share of bands below 0 of a band that is known, draw by draw."""

    def problem(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        shift = float(rng.integers(0, 2))
        return np.array([0.5]), np.array([shift]), np.array([0.1, 0.9]), np.array([shift, shift + 3])

    def model(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        mean = np.full(len(at), y[0])
        return mean, mean - at, mean + at

    found = nb05.compare({"flat": model}, problem, seeds=range(6))["flat"]
    shifts = np.array([np.random.default_rng(seed).integers(0, 2) for seed in range(6)])
    assert set(shifts) == {0, 1}
    np.testing.assert_allclose(found["error"], np.sqrt(9 / 2))
    np.testing.assert_allclose(found["inside"], 0.5)
    np.testing.assert_allclose(found["width"], 1.0)
    np.testing.assert_allclose(found["below 0"], 1 - shifts)


def test_a_plain_model_finds_the_noise_and_keeps_its_promise() -> None:
    """On a function that its kernel expects, the fitted band holds about 95 % of new observations, and no more."""
    rng, inside = np.random.default_rng(3), []
    for _ in range(20):
        x = rng.random(60)
        y = GaussianProcess(Kernel("matern52", 0.3)).sample(x[:, None], 1, rng)[0] + 0.3 * rng.normal(size=60)
        _, low, high = nb05.plain("matern52")(x[:30], y[:30], x[30:])
        inside.append(np.mean((low <= y[30:]) & (y[30:] <= high)))
    assert 0.88 < np.mean(inside) < 0.98


def test_strips_show_every_result_and_its_median() -> None:
    """Dots hold the results, the line their median, and the sentence tells it for each group."""
    panels = {"one": {"a": [1.0, 2.0, 9.0], "b": [4.0, 4.0]}, "two": {"a": [0.5]}}
    figure = nb05.strips(panels, "error", "A title", "how to read it")
    dots, middles = figure.data[::2], figure.data[1::2]
    assert [list(trace.y) for trace in dots] == [[1, 2, 9], [4, 4], [0.5]]
    assert [trace.y[0] for trace in middles] == [2, 4, 0.5]
    assert "one, a: median 2 of 3; one, b: median 4 of 2; two, a: median 0.5 of 1." in figure.layout.meta["description"]
