"""The pictures of what hyperparameters do alone show the numbers that they were given, and say so in a sentence."""

import numpy as np
import pytest

from hpo_tutor import designs
from hpo_tutor.course.pictures import importance
from hpo_tutor.scenes import Board, Line, Marks, Points, Segments, Text
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace

SPACE = SearchSpace(
    rate=Float(1e-4, 1e-1, log=True), layers=Integer(1, 3), epochs=Integer(2, 16, log=True), size=Choice((8, 16, 32))
)
SHARES = {"rate": 0.2, "layers": 0.01, "epochs": 0.05, "size": 0.4}


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    """The places of 40 random configurations: single values stand at the centres of their bins."""
    rng = np.random.default_rng(1)
    return np.array([SPACE.to_unit(SPACE.sample(rng)) for _ in range(40)], dtype=np.float32)


@pytest.fixture(scope="module")
def boards(points: np.ndarray) -> list[Board]:
    """Pictures of losses that grow with the rate, and two slices for each hyperparameter."""
    levels = {name: np.log([0.5, 2.0 + k]) for k, name in enumerate(SPACE.names)}
    return importance.alone(SPACE, points, 0.1 + points[:, 0], levels, SHARES, 0.03, "loss (nats)")


def test_the_one_that_explains_most_comes_first(boards: list[Board]) -> None:
    """A picture for each, by falling shares, named in its title and in its sentence."""
    assert [next(board.scenes()).title for board in boards] == ["size", "rate", "epochs", "layers"]
    assert boards[1].sentence == (
        "Over the slices of rate the mean loss lies between 0.5 and 2. Alone it explains 20 % of the variance, "
        "number 2 of 4."
    )


def test_dots_are_the_configurations_and_steps_their_slices(boards: list[Board], points: np.ndarray) -> None:
    """A real hyperparameter's dots stand at their places; each slice is a level piece of the line, in losses."""
    cloud, _ = boards[1].scenes()
    dots = next(layer for layer in cloud.layers if isinstance(layer, Points))
    np.testing.assert_allclose(dots.x, points[:, 0], rtol=1e-6)
    np.testing.assert_allclose(dots.y, 0.1 + points[:, 0], rtol=1e-6)
    line = next(layer for layer in cloud.layers if isinstance(layer, Line))
    np.testing.assert_allclose(line.x, [0, 0.5, 0.5, 1])
    np.testing.assert_allclose(line.y, [0.5, 0.5, 2, 2], rtol=1e-6)
    assert cloud.y.log
    assert cloud.y.low < dots.y.min() < dots.y.max() < cloud.y.high


@pytest.mark.parametrize("name", ["layers", "epochs", "size"])
def test_dots_of_one_value_stay_within_its_bin(boards: list[Board], points: np.ndarray, name: str) -> None:
    """Spread sideways, a dot still means the value that it stood for."""
    board = next(board for board in boards if next(board.scenes()).title == name)
    dots = next(layer for layer in next(board.scenes()).layers if isinstance(layer, Points))
    place, domain = SPACE.names.index(name), SPACE.domains[name]
    moved = [domain.from_unit(min(max(float(x), 1e-6), 1 - 1e-6)) for x in dots.x]
    assert moved == [domain.from_unit(float(x)) for x in points[:, place]]
    assert len(np.unique(dots.x)) > 30


def test_the_dashed_lines_are_where_the_grid_of_two_stands(boards: list[Board]) -> None:
    """Both grids' own values, as the designs make them."""
    for design, values in importance.TWO.items():
        assert tuple(np.unique(designs.make(design, 4, 2))) == values
    marks = next(layer for layer in next(boards[0].scenes()).layers if isinstance(layer, Marks))
    assert tuple(marks.at) == importance.TWO["grid-midpoints"]


def test_bars_are_as_long_as_the_shares(boards: list[Board]) -> None:
    """In per cent, the shown one apart; the line stands at what idle hyperparameters may reach."""
    _, bars = boards[1].scenes()
    others, shown = (layer for layer in bars.layers if isinstance(layer, Segments))
    np.testing.assert_allclose(others.x1, [40, 5, 1], rtol=1e-6)
    np.testing.assert_allclose(shown.x1, [20], rtol=1e-6)
    assert list(others.y0) == [4, 2, 1]
    text = next(layer for layer in bars.layers if isinstance(layer, Text))
    assert text.text == ("size, 40 %", "rate, 20 %", "epochs, 5 %", "layers, 1 %")
    idle = next(layer for layer in bars.layers if isinstance(layer, Marks))
    np.testing.assert_allclose(idle.at, [3], rtol=1e-6)


def test_numbers_at_an_axis_have_room(boards: list[Board]) -> None:
    """Fifteen numbers of epochs are too many; those that are kept stand in their own bins, at least a tenth apart."""
    cloud = next(boards[2].scenes())
    places, texts = zip(*cloud.x.ticks or (), strict=True)
    assert texts[0] == "2"
    assert np.diff(places).min() >= 0.1
    assert [SPACE.domains["epochs"].from_unit(place) for place in places] == list(map(int, texts))


def test_a_loss_that_has_no_logarithm_is_refused(points: np.ndarray) -> None:
    """The message says which."""
    with pytest.raises(ValueError, match="the smallest is 0"):
        importance.alone(SPACE, points, points[:, 0] * 0, {}, SHARES, 0.03, "loss")


def test_costs_are_bars_with_their_errors() -> None:
    """A bar is a mean over the data batches, its whisker the standard error; the sentence names the dearest."""
    costs = {
        "grid": {"rate": [0.1, 0.3], "size": [0.0, 0.0]},
        "grid-midpoints": {"rate": [0.0, 0.1], "size": [0.0, 0.0]},
    }
    figure = importance.two_values(costs, "nats")
    edges, middles = figure.data
    np.testing.assert_allclose(edges.x, [0.2, 0])
    np.testing.assert_allclose(edges.error_x.array, [0.1, 0])
    np.testing.assert_allclose(middles.x, [0.05, 0])
    assert list(edges.y) == ["rate", "size"]
    assert edges.marker.color != middles.marker.color
    assert edges.marker.pattern.shape != middles.marker.pattern.shape
    assert figure.layout.meta["description"].endswith(
        "two values cost most: with those of grid, 0.2 nats for rate; with those of grid-midpoints, 0.05 nats for rate."
    )
