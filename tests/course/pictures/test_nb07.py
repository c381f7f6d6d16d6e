"""The pictures of notebook 07 count what they say, and their codes name the configurations that are tried."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.course.pictures import nb07
from hpo_tutor.course.pictures.nb07.far import trials_in, unknown
from hpo_tutor.scenes import Axis, Board, Heatmap, Line, Points, Scene, Segments
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.surrogates import GaussianProcess, Kernel

MIXED = SearchSpace(
    {
        "rate": Float(1e-4, 1e-1, log=True),
        "layers": Integer(1, 4),
        "width": Integer(2, 64, log=True),
        "size": Choice((32, 64, 128), ordered=True),
        "activation": Choice(("relu", "tanh", "gelu")),
    }
)


def _layer(scene: Scene, kind: type[Any], name: str) -> Any:
    (found,) = (layer for layer in scene.layers if isinstance(layer, kind) and layer.name == name)
    return found


# --- codes ----------------------------------------------------------------------------------------------------------


def test_a_configuration_comes_back_from_its_code() -> None:
    """From configuration to code and back: a column for each number, ordered choice and option."""
    codes = nb07.Codes(MIXED)
    assert codes.width == 7 == len(codes.groups)
    rng = np.random.default_rng(0)
    for _ in range(50):
        config = MIXED.sample(rng)
        found = codes.config(codes.of(config))
        assert found.pop("rate") == pytest.approx(config["rate"])
        assert found == {name: value for name, value in config.items() if name != "rate"}


def test_what_is_tried_for_a_code_is_the_code_of_its_configuration() -> None:
    """The kernel sees for any place of the box what it is told of the trial that follows from it."""
    codes = nb07.Codes(MIXED)
    asked = np.random.default_rng(1).random((200, codes.width))
    tried = codes.tried(asked)
    for z, there in zip(asked, tried, strict=True):
        assert there == pytest.approx(codes.of(codes.config(z)))
    assert codes.tried(tried) == pytest.approx(tried)


def test_two_options_are_equally_far_apart_whichever_they_are() -> None:
    """One-hot invents no neighbours; the sizes, which have an order, keep theirs."""
    codes, config = nb07.Codes(MIXED), MIXED.sample(np.random.default_rng(2))
    relu, tanh, gelu = (codes.of({**config, "activation": name}) for name in ("relu", "tanh", "gelu"))
    assert np.ptp(np.linalg.norm([relu - tanh, tanh - gelu, relu - gelu], axis=1)) == 0
    small, middle, large = (codes.of({**config, "size": size}) for size in (32, 64, 128))
    assert np.linalg.norm(large - small) == pytest.approx(2 * np.linalg.norm(middle - small))


def test_the_search_comes_near_the_top_of_a_hill() -> None:
    """In six dimensions, with a single peak: the gain found is within 1 % of the largest there is."""
    peak = np.array([0.2, 0.9, 0.5, 0.05, 0.6, 0.35])
    rng = np.random.default_rng(3)
    found = nb07.highest(lambda z: np.exp(-((z - peak) ** 2).sum(axis=1)), rng.random((10, 6)), rng)
    assert np.exp(-((found - peak) ** 2).sum()) > 0.99


def test_a_hyperparameter_that_does_nothing_gets_the_longest_length_scale() -> None:
    """The options of a choice share one length scale, and an idle choice a longer one than what matters."""
    codes = nb07.Codes(SearchSpace({"x": Float(0, 1), "idle": Choice(("a", "b", "c"))}))
    rng = np.random.default_rng(4)
    z = np.array([codes.of(codes.space.sample(rng)) for _ in range(40)])
    process = nb07.learnt(codes, z, np.sin(6 * z[:, 0]))
    assert isinstance(process.kernel.length_scales, tuple)
    busy, *idle = process.kernel.length_scales
    assert len(set(idle)) == 1
    assert idle[0] > 3 * busy


# --- the menu -------------------------------------------------------------------------------------------------------


def test_a_menu_names_configurations_of_the_recorded_surface() -> None:
    """Every loss is one of the nine hyperparameters' landscape, its optimum the lowest of them."""
    nine = problems.landscape("digits-cnn-9")
    menu = nb07.Menu(nine, lap=3)
    expected = [menu.expected(config) for config in menu.configs()]
    assert len(expected) == 720
    assert menu.optimum == min(expected)
    config = {"network": "2 of 5 px, pool", "learning_rate": 0.01, "batch_size": 64}
    rest = {"epochs": 16, "dense_layers": 1, "neurons": 32, "dropout": 0.1, "learning_rate": 0.01, "batch_size": 64}
    assert menu.expected(config) == nine.expected({**rest, "conv_layers": 2, "kernel": 5, "pool": 2})
    assert menu.evaluate([config], seeds=[4])[0] == nine.evaluate(
        [{**rest, "conv_layers": 2, "kernel": 5, "pool": 2}], seeds=[4]
    )


def test_each_lap_shuffles_the_list_and_changes_no_loss() -> None:
    """Laps of the same division differ in the order of the networks alone."""
    menu = nb07.Menu(problems.landscape("digits-cnn-9"))
    one, other = menu.draw(2), menu.draw(12)
    lists = [lap.space.domains["network"].values for lap in (one, other)]  # type: ignore[union-attr]
    assert lists[0] != lists[1]
    assert set(lists[0]) == set(lists[1])
    assert (one.member, one.optimum) == (other.member, other.optimum)


# --- questions ------------------------------------------------------------------------------------------------------


def test_repeats_are_counted_from_the_second_time_on() -> None:
    """Whichever order, all times but the first."""
    configs = [{"a": value} for value in (1, 2, 1, 1, 3, 2)]
    assert nb07.repeats(configs).tolist() == [False, False, True, True, False, True]


def test_a_question_shows_what_was_asked_for_and_what_is_tried() -> None:
    """Bars as long as the coordinates, the tried network marked, gains and repeats of all questions so far."""
    menu = nb07.Menu(problems.landscape("digits-cnn-9"))
    codes = nb07.Codes(menu.space)
    rng = np.random.default_rng(5)
    asked = [nb07.Asked(rng.random(codes.width), (0.1 / k, 0.0)) for k in range(1, 4)]
    asked.append(asked[-1])
    configs = [menu.space.sample(rng), *(codes.config(question.z) for question in asked)]
    board = nb07.asking(codes, configs, asked, 3)
    left, right = board.scenes()
    bars = _layer(left, Segments, "coordinate asked for")
    names = [text for _, text in left.y.ticks or ()]
    longest = int(np.argmax(bars.x1[:18]))
    assert names[int(bars.y1[longest])] == configs[-1]["network"] in left.title
    assert bars.x1 == pytest.approx(asked[-1].z)
    tried = _layer(left, Points, "what is tried")
    assert [names[int(row)] for row in tried.y] == [configs[-1]["network"], "learning_rate", "batch_size"]
    assert tried.x[1:] == pytest.approx(menu.space.to_unit(configs[-1])[1:])
    gains = _layer(right, Line, "gain expected of the code asked for")
    assert gains.y == pytest.approx([0.1, 0.05, 0.1 / 3, 0.1 / 3])
    assert _layer(right, Points, "tried before").x.tolist() == [5]
    assert right.title == "1 of 4 were tried before"
    assert board.sentence.endswith("where it is tried less than 0.0001.")


# --- luck -----------------------------------------------------------------------------------------------------------


def test_the_two_winners_stand_where_their_numbers_say() -> None:
    """A lucky trial among good neighbours has the lowest loss and not the lowest mean."""
    x = np.linspace(0, 1, 21)
    expected = (x - 0.3) ** 2
    places = np.array([2, 5, 6, 7, 15, 17, 18])
    losses = expected[places] + np.array([0.0, 0, 0, 0, 0, -0.4, 0])
    gp = GaussianProcess(Kernel("matern52", 0.4, 0.3, 0.2), losses.mean()).condition(x[places, None], losses)
    board = nb07.two_winners(gp, x, expected, places, losses, Axis("x", 0, 1), "nats")
    belief, promised = board.scenes()
    lucky, steady = (_layer(belief, Points, name) for name in ("lowest loss", "lowest mean"))
    assert (lucky.x[0], lucky.y[0]) == pytest.approx((x[17], losses[5]))
    assert 0.24 < steady.x[0] < 0.36
    assert "the lowest loss promised" in board.sentence
    stars = [layer for layer in promised.layers if isinstance(layer, Points) and layer.symbol == "cross"]
    assert [star.y[0] for star in stars] == pytest.approx([expected[17], (float(steady.x[0]) - 0.3) ** 2])


# --- the band -------------------------------------------------------------------------------------------------------


def test_the_table_holds_every_recorded_configuration() -> None:
    """Its points and losses are what the landscape itself returns."""
    table = nb07.table("cifar10")
    member = problems.landscape("cifar10", batch=4)
    for k in range(0, len(table.points), 17):
        config = {**member.space.from_unit(table.points[k])}
        assert member.expected(config) == pytest.approx(table.expected[4, k], rel=1e-6)
        assert member.evaluate([config], seeds=[1])[0] == pytest.approx(table.single[4, 1, k], rel=1e-6)


def test_a_table_needs_two_hyperparameters() -> None:
    """A landscape of three, or one of random configurations, is refused by name."""
    for name in ("mnist", "digits-cnn-5"):
        with pytest.raises(ValueError, match=name):
            nb07.table(name)


def test_crosses_are_the_configurations_outside_the_band() -> None:
    """Every configuration is a trial, in the band or outside, and the band on the right says the same."""
    table = nb07.table("cifar10")
    places = np.arange(0, 99, 9)
    losses = table.expected[2, places]
    gp = GaussianProcess(Kernel("matern52", 0.5, losses.std(), 0.01), losses.mean()).condition(
        table.points[places], losses
    )
    board = nb07.kept_promises(table, 2, places, gp, "a kernel")
    left, right = board.scenes()
    kept, outside, tried = (len(_layer(left, Points, name).x) for name in ("in the band", "outside", "trial"))
    assert (kept + outside, tried) == (99 - len(places), len(places))
    band, crosses = _layer(right, Segments, "mean ± 2 std"), _layer(right, Points, "outside")
    rank = crosses.x.astype(int)
    beyond = (crosses.y > band.y1[rank]) | (crosses.y < band.y0[rank])
    assert beyond.all()
    assert len(rank) == outside
    shown = np.concatenate([_layer(right, Points, name).y for name in ("expected loss, in the band", "outside")])
    assert sorted(shown) == pytest.approx(sorted(np.delete(table.expected[2], places)), rel=1e-5)
    assert right.title == f"{kept / (kept + outside):.0%} in the band"


# --- many dimensions ------------------------------------------------------------------------------------------------


def test_what_one_trial_leaves_unknown_follows_from_its_correlation() -> None:
    """With a single trial the share is the root of 1 - k(r)^2, here for Matérn 5/2."""
    places = np.array([[0.2, 0.1], [0.5, 0.9], [0.9, 0.4]])
    r = np.sqrt(5) * np.linalg.norm(places - 0.5, axis=1) / 0.3
    k = (1 + r + r**2 / 3) * np.exp(-r)
    assert unknown(np.array([[0.5, 0.5]]), places, 0.3) == pytest.approx(np.sqrt(1 - k**2))


def test_more_dimensions_leave_more_unknown_and_more_trials_less() -> None:
    """And so does a longer length scale."""
    by_dims = [nb07.left_unknown(d, 30, 0.3) for d in (2, 4, 7, 10)]
    by_trials = [nb07.left_unknown(4, n, 0.3) for n in (10, 30, 100, 300)]
    assert all(fewer < more for fewer, more in pairwise(by_dims))
    assert all(more < less for less, more in pairwise(by_trials))
    assert nb07.left_unknown(7, 30, 1.0) < nb07.left_unknown(7, 30, 0.3)


def test_the_plane_is_dark_at_trials_in_two_dimensions_and_bright_in_ten() -> None:
    """The shades are what a process says of the plane through the middle."""
    shares = {(d, 30, 0.3): nb07.left_unknown(d, 30, 0.3) for d in (2, 10)}
    for d in (2, 10):
        board: Board = nb07.cube(shares, d, 30, 0.3)
        left, right = board.scenes()
        (z,) = (layer.z for layer in left.layers if isinstance(layer, Heatmap))
        at = np.full((1, d), 0.5)
        at[0, :2] = (10 / 30, 20 / 30)  # a point of the plane's grid
        assert z[20, 10] == pytest.approx(unknown(trials_in(d, 30), at, 0.3)[0], rel=1e-5)
        assert (z.mean() < 0.4) == (d == 2)
        (here,) = (layer for layer in right.layers if isinstance(layer, Points))
        assert here.y[0] == pytest.approx(100 * shares[d, 30, 0.3], rel=1e-5)
