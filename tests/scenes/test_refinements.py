"""The queue of a refinement, and its map: who is shown, in which order, with which numbers."""

import numpy as np
import pytest

from hpo_tutor import samplers
from hpo_tutor.problems import function
from hpo_tutor.samplers import AdaptiveRandom, SparseGrid
from hpo_tutor.scenes import refinements
from hpo_tutor.scenes.layers import Points, Polygons, Segments, Text
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.views import Refinement

# six points: the third was just refined, for the second time, and brought the last two
DECIDED = Refinement(
    points=np.array([[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.5, 0.25], [0.625, 0.5], [0.75, 0.25]]),
    sizes=np.array([2, 3, 3, 3, 4, 4]),
    degrees=np.array([1, 0, 2, 0, 0, 0]),
    losses=np.array([3.0, 4.0, 1.0, 2.0, np.nan, np.nan]),
    ranks=np.array([2, 3, 0, 1, -1, -1]),
    priorities=np.array([3.5, 4.0, 1.5, 2.5, np.nan, np.nan]),
    parents=np.array([-1, 0, 0, 0, 2, 2]),
    births=np.array([0, 1, 1, 1, 2, 2]),
    trials=np.array([0, 1, 2, 3, -1, -1]),
    refined=2,
)
SQUARE = SearchSpace(a=Float(0.0, 1.0), b=Float(0.0, 1.0))


def of_kind(scene, kind):
    """All layers of a kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def rows_of(scene, n_rows=refinements.N_ROWS):
    """The texts of each row of a queue, from the top: point, rank, size, degree, priority."""
    placed = [
        (float(y), float(x), text)
        for layer in of_kind(scene, Text)
        for x, y, text in zip(layer.x, layer.y, layer.text, strict=True)
        if y < n_rows
    ]
    heights = sorted({y for y, _, _ in placed}, reverse=True)
    return [[text for _, text in sorted((x, text) for y, x, text in placed if y == height)] for height in heights]


def grown(sampler, n_refinements, objective):
    """The sampler after some refinements, with the points of one more not asked for yet."""
    for _ in range(n_refinements + 1):
        for trial in [sampler.ask() for _ in range(sampler.together())]:
            sampler.tell(trial, objective(trial.config))
    sampler.together()
    return sampler.view().refinement


def test_the_queue_is_sorted_and_shows_what_was_known():
    """By priority, the chosen point first; its degree is the one before it was refined; children are not in it."""
    assert refinements.waiting(DECIDED).tolist() == [2, 3, 0, 1]
    assert rows_of(refinements.queue(DECIDED)) == [
        ["2", "0", "3", "1", "1.5"],
        ["3", "1", "3", "0", "2.5"],
        ["0", "2", "2", "1", "3.5"],
        ["1", "3", "3", "0", "4"],
    ]


def test_bars_are_as_long_as_priorities():
    """From 0 on, on the axis of priorities; that of the chosen point has its own colour."""
    first, others = of_kind(refinements.queue(DECIDED), Polygons)
    assert first.x.reshape(-1, 4).max(axis=1).tolist() == [1.5]
    assert others.x.reshape(-1, 4).max(axis=1).tolist() == [2.5, 3.5, 4.0]
    assert not np.any(others.x.reshape(-1, 4).min(axis=1))
    assert first.fill != others.fill


def test_a_queue_is_cut_where_it_is_asked_to():
    """The front is shown; one scale can be given to several queues."""
    shown = refinements.queue(DECIDED, n_rows=2, top=10.0)
    assert [row[0] for row in rows_of(shown, 2)] == ["2", "3"]
    assert shown.x.high >= 10
    assert refinements.queue(DECIDED).x.high < 10


def test_points_without_room_do_not_wait():
    """A point that would have come before the chosen one was passed over; so it is no longer in the queue."""
    passed = DECIDED._replace(priorities=np.array([0.5, 4.0, 1.5, 2.5, np.nan, np.nan]))
    assert refinements.waiting(passed).tolist() == [2, 3, 1]


def test_among_equals_the_older_waits_in_front():
    """As the samplers choose."""
    equal = DECIDED._replace(priorities=np.array([4.0, 4.0, 1.5, 4.0, np.nan, np.nan]))
    assert refinements.waiting(equal).tolist() == [2, 0, 1, 3]


def test_the_map_numbers_the_front_and_marks_the_next():
    """The same numbers as in the queue, each at its place; children are diamonds, tied to their parent."""
    layers = refinements.marks(DECIDED, SQUARE, n_rows=3)
    numbers = {
        text: (float(x), float(y))
        for layer in layers
        if isinstance(layer, Text)
        for x, y, text in zip(layer.x, layer.y, layer.text, strict=True)
    }
    assert numbers == {"2": (0.75, 0.5), "3": (0.5, 0.25), "0": (0.5, 0.5)}
    by_name = {layer.name: layer for layer in layers if isinstance(layer, Points)}
    assert by_name["new points"].x.tolist() == [0.625, 0.75]
    assert by_name["refined next"].x.tolist() == [0.75]
    ties, aside = [layer for layer in layers if isinstance(layer, Segments)][-2:]
    assert len(aside.x0) == 0
    assert ties.x0.tolist() == [0.75, 0.75]
    assert ties.x1.tolist() == [0.625, 0.75]


def placed_numbers(layers):
    """Number -> where it stands on the map."""
    return {
        int(text): (float(x), float(y))
        for layer in layers
        if isinstance(layer, Text)
        for x, y, text in zip(layer.x, layer.y, layer.text, strict=True)
    }


def test_numbers_without_room_stand_aside():
    """Of two points that lie close together both are drawn, and a line leads from each to its number, far enough."""
    points = DECIDED.points.copy()
    points[3] = [0.75, 0.47]
    layers = refinements.marks(DECIDED._replace(points=points), SQUARE)
    numbers = placed_numbers(layers)
    assert set(numbers) == {0, 1, 2, 3}
    assert numbers[0] == (0.5, 0.5)
    ties = [layer for layer in layers if isinstance(layer, Segments)][-1]
    led = {(x, y): (x1, y1) for x, y, x1, y1 in np.column_stack([ties.x0, ties.y0, ties.x1, ties.y1]).tolist()}
    assert {tuple(np.round(at, 5)) for at in led} == {(0.75, 0.5), (0.75, 0.47)}
    for row in (2, 3):
        (aside,) = [to for at, to in led.items() if np.allclose(at, points[row])]
        assert aside == pytest.approx(numbers[row])
        assert np.linalg.norm(points - aside, axis=1).min() > 0.045
    (small,) = [layer for layer in layers if isinstance(layer, Points) and layer.name == "tried"]
    assert np.isclose(small.y, 0.47).any()


def test_numbers_that_stand_aside_fit_any_axis():
    """On a logarithmic axis and on one of options the places are those of the plain square, in the axes' units."""
    points = DECIDED.points.copy()
    points[3] = [0.75, 0.47]
    close = DECIDED._replace(points=points)
    plain = placed_numbers(refinements.marks(close, SQUARE))
    space = SearchSpace(rate=Float(1e-4, 1.0, log=True), b=Float(-10.0, 10.0))
    other = placed_numbers(refinements.marks(close, space))
    for row, (x, y) in plain.items():
        assert other[row] == pytest.approx((10 ** (-4 + 4 * x), -10 + 20 * y), rel=1e-4, abs=1e-4)
    options = SearchSpace(kind=Choice(["a", "b", "c", "d"]), n=Integer(1, 4))
    scene = refinements.plane(close, options)
    for x, y in placed_numbers(scene.layers).values():
        assert scene.x.low <= x <= scene.x.high
        assert scene.y.low <= y <= scene.y.high


def test_neighbours_that_differ_never_read_alike():
    """They get as many decimals as it takes; equals read alike, and others stay short."""
    close = DECIDED._replace(priorities=np.array([4.5912, 5.0, 1.5, 4.5877, np.nan, np.nan]))
    assert [row[4] for row in rows_of(refinements.queue(close))] == ["1.5", "4.588", "4.591", "5"]
    closest = DECIDED._replace(priorities=np.array([5.0, 5.0, 4.58771, 4.58774, np.nan, np.nan]))
    assert [row[4] for row in rows_of(refinements.queue(closest))] == ["4.58771", "4.58774", "5", "5"]
    assert "4.58771. It brings" in refinements.told(closest)
    assert refinements.told(closest).endswith("Behind it waits point 3, 4.58774.")


def test_before_the_first_choice_nothing_waits():
    """There is a picture all the same, with the first points as the next trials."""
    first = SparseGrid(SQUARE, finish=())
    first.together()
    view = first.view().refinement
    assert refinements.waiting(view).tolist() == []
    assert rows_of(refinements.queue(view)) == [["nothing to refine yet"]]
    assert refinements.told(view) == "Nothing has been refined yet: 1 point waits to be tried."
    empty = SparseGrid(SQUARE).view().refinement
    assert refinements.plane(empty, SQUARE).sentence == "Nothing has been refined yet: 0 points wait to be tried."


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.85, 1.0])
@pytest.mark.parametrize("name", ["SparseGrid", "AdaptiveRandom"])
def test_both_samplers_queue_is_the_rule_itself(name: str, gamma: float):
    """Priorities by the formula from the numbers that a row shows; the first is the smallest of all."""
    objective = function("branin")
    found = grown(getattr(samplers, name)(objective.space, gamma=gamma), 7, objective)
    for row in rows_of(refinements.queue(found)):
        _, rank, size, degree = map(int, row[:4])
        assert float(row[4]) == pytest.approx((rank + 1) ** (1 - gamma) * (size + degree + 1) ** gamma, rel=5e-3)
    order = refinements.waiting(found)
    known = found.losses[order]
    assert np.argsort(np.argsort(known)).tolist() == found.ranks[order].tolist()
    assert order[0] == found.refined
    assert (np.diff(found.priorities[order]) >= 0).all()
    assert len(order) == (~np.isnan(found.losses)).sum()


def test_the_sentence_holds_the_sum():
    """Rank, levels, degree, both powers, the priority, the number of new points and who is behind."""
    assert refinements.told(DECIDED, 0.5) == (
        "Point 2 is refined next: rank 0, levels 3, degree 1, priority 1^0.5 · 5^0.5 = 1.5. It brings 2 new points. "
        "Behind it waits point 3, 2.5."
    )
    assert "level 3" in refinements.told(DECIDED, size_name="level")


def test_the_map_speaks_the_units_of_the_space():
    """A logarithmic axis has the values themselves, a choice the places of its options."""
    space = SearchSpace(rate=Float(1e-4, 1.0, log=True), kind=Choice(["a", "b", "c", "d"]))
    scene = refinements.plane(DECIDED, space)
    (next_ones,) = [layer for layer in of_kind(scene, Points) if layer.name == "new points"]
    np.testing.assert_allclose(next_ones.x, [10 ** (-4 + 4 * 0.625), 10 ** (-4 + 4 * 0.75)], rtol=1e-5)
    assert next_ones.y.tolist() == [2.0, 1.0]
    assert scene.x.log


def test_a_small_space_that_runs_out_of_room_is_drawn_to_its_end():
    """Integers of few values: refinements end, twins come without trials; map and queue still show each decision."""
    space = SearchSpace(a=Integer(1, 4), b=Integer(1, 4))
    sampler = SparseGrid(space, finish=())
    tried = 0
    for _ in range(16):
        try:
            trial = sampler.ask()
        except samplers.base.SearchExhausted:
            break
        view = sampler.view().refinement
        refinements.plane(view, space)
        if view.refined >= 0:
            assert rows_of(refinements.queue(view))[0][0] == str(view.refined)
        sampler.tell(trial, float(trial.config["a"] * trial.config["b"]))
        tried += 1
    assert tried > 5


def test_three_hyperparameters_have_no_map():
    """The error says what to draw instead."""
    space = SearchSpace(a=Float(0, 1), b=Float(0, 1), c=Float(0, 1))
    with pytest.raises(ValueError, match=r"two hyperparameters, this space has 3 \(a, b, c\); draw refinements.queue"):
        refinements.marks(DECIDED, space)


def test_random_points_have_a_level():
    """The queue of adaptive random search names its column so."""
    sampler = AdaptiveRandom(SQUARE, n_startup=4)
    found = grown(sampler, 2, lambda config: config["a"])
    shown = refinements.queue(found, size_name="level")
    assert "level" in [text for layer in of_kind(shown, Text) for text in layer.text]
