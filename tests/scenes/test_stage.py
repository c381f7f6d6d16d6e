"""Axes, scenes and boards; and the words and looks that all pictures share."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hpo_tutor.scenes import Axis, Board, Line, Points, Scene, beside, looks, ticks
from hpo_tutor.scenes.stage import as_board, legend

AXIS = Axis("x", 0, 1)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_linear_ticks_are_round_few_and_inside(low, width):
    """Two to six values, inside the axis, evenly spaced by 1, 2 or 5 times a power of ten."""
    high = low + width
    assume(high > low * (1 + 1e-6) + 1e-6)
    marks = ticks.linear(low, high)
    values = [value for value, _ in marks]
    assert 2 <= len(marks) <= 6
    assert all(low - 1e-6 * width <= value <= high + 1e-6 * width for value in values)
    step = values[1] - values[0]
    leading = step / 10 ** math.floor(math.log10(step) + 1e-6)
    assert min(abs(leading - round_one) for round_one in (1, 2, 5)) < 1e-2
    for value, text in marks:
        assert float(text.replace(ticks.MINUS, "-")) == pytest.approx(value, abs=1e-3 * step)


def test_logarithmic_ticks_are_written_as_one_would():
    """Plain numbers where they are short, powers of ten elsewhere."""
    assert [text for _, text in ticks.logarithmic(0.01, 0.1)] == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5"]
    assert ticks.logarithmic(1e-6, 1e-1, decades=True)[0][1] == "10⁻⁶"


@pytest.mark.parametrize(("last", "wanted"), [(1, [1]), (3, [1, 2, 3]), (20, [1, 4, 8, 12, 16, 20])])
def test_counts_begin_at_one(last: int, wanted: list[int]):
    """About six whole numbers, the first of them 1."""
    assert [value for value, _ in ticks.counting(last)] == wanted
    assert [text for _, text in ticks.counting(last)] == list(map(str, wanted))


def test_an_axis_keeps_the_ticks_that_lie_on_it():
    """Ticks outside the ends are dropped; those given are kept as they are."""
    assert [text for _, text in Axis("rate", 1e-3, 1e-1, log=True).ticks] == ["0.001", "0.01", "0.1"]
    assert Axis("kind", -0.5, 1.5, ticks=[(0, "relu"), (1, "tanh"), (2, "none")]).ticks == ((0, "relu"), (1, "tanh"))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Axis("x", 1, 0), "low < high; got 1 and 0"),
        (lambda: Axis("x", 0, math.inf), "finite ends"),
        (lambda: Axis("x", 0, 1, log=True), "must begin above 0, got 0"),
        (lambda: Scene(["a circle"], AXIS, AXIS), "come from scenes.layers, got 'a circle'"),
        (lambda: Scene([], AXIS, AXIS, aspect=0), "between 0.01 and 4, got 0"),
        (lambda: Board([]), "at least one row"),
        (lambda: Board([[]]), "each row a scene"),
        (lambda: as_board("picture"), "a Scene or a Board, got str"),
    ],
)
def test_bad_scenes_are_refused(make, says):
    """The message names the rule and the value."""
    with pytest.raises(ValueError, match=says):
        make()


def test_a_board_speaks_for_its_scenes():
    """Without a sentence of its own it joins theirs; a scene becomes a board of one."""
    scenes = [Scene([], AXIS, AXIS, sentence) for sentence in ("Left.", "", "Right.")]
    assert beside(*scenes).sentence == "Left. Right."
    assert beside(*scenes, sentence="Both.").sentence == "Both."
    assert as_board(scenes[0]).rows == ((scenes[0],),)


def test_a_legend_names_each_layer_once():
    """Named layers in the order of their first appearance, over all frames."""
    first = Scene([Points([0], [0], name="trial"), Line([0, 1], [0, 1])], AXIS, AXIS)
    second = Scene([Line([0, 1], [0, 1], name="mean"), Points([1], [1], name="trial")], AXIS, AXIS)
    assert list(legend([first, second])) == ["trial", "mean"]
    assert legend([first, second])["trial"] is first.layers[0]


def test_every_style_can_be_drawn():
    """Each sampler's symbol has an outline and its dash a pattern, also those of samplers unknown to the course."""
    for look in [*looks.STYLES.values(), *looks._SPARE]:
        assert look.symbol in looks.SYMBOLS
        assert look.dash in looks.DASHES
    outlines = [looks.SYMBOLS[look.symbol] for look in looks.STYLES.values()]
    assert len(set(outlines)) == len(outlines)


def test_shades_run_from_dark_to_light():
    """The ends are those of the table, the middle lies between, and what is outside is held at the ends."""
    assert looks.shade(0) == looks.SHADES[0][1]
    assert looks.shade(1) == looks.shade(7) == looks.SHADES[-1][1]
    brightness = [sum(looks.channels_of(looks.shade(i / 20))) for i in range(21)]
    assert brightness == sorted(brightness)
    assert looks.shade(0.125) == "#203a5a"  # halfway from #10253f to #2f4f74, by hand
