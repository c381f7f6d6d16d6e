"""What the browser is sent is what was drawn, and nothing is sent twice."""

import numpy as np
import pytest
from hypothesis import given, settings

from hpo_tutor.scenes import (
    Axis,
    Band,
    Board,
    Circles,
    Heatmap,
    Line,
    Marks,
    Points,
    Polygons,
    Scene,
    Segments,
    Text,
    beside,
    looks,
)
from hpo_tutor.scenes.stage import legend
from hpo_tutor.widgets import packing
from hpo_tutor.widgets.dials import steps
from hpo_tutor.widgets.packing import pack
from tests.widgets.packed import layer_of, pictures, plain, restored, unpack

UNIT = Axis("share", 0, 1)
DRAWN = np.random.default_rng(0).random((2, 400), dtype=np.float32)


def scene(*layers: object, sentence: str = "", title: str = "") -> Scene:
    """A scene on the unit square."""
    return Scene(layers, UNIT, UNIT, sentence, title)


def packed(*shown: Scene | Board) -> tuple[dict, np.ndarray]:
    """Header and floats of a player that steps through these."""
    return unpack(pack(shown, [steps("step", len(shown))], play=0))


@settings(max_examples=150, deadline=None)
@given(pictures())
def test_every_picture_arrives_as_it_was(shown: list[Scene | Board]):
    """Whatever layers, axes and words: each picture of the buffer has the fields of the one that was packed."""
    header, floats = packed(*shown)
    assert [restored(header, floats, frame) for frame in range(len(shown))] == [plain(one) for one in shown]


@settings(max_examples=50, deadline=None)
@given(pictures())
def test_every_name_is_explained(shown: list[Scene | Board]):
    """The legend has each name once, with the kind and colour of the first layer that bears it."""
    header, floats = packed(*shown)
    named = legend(shown)
    words = [[*entry["before"], *entry["after"]] for entry in header["legend"]]
    assert [name for name, told in zip(named, words, strict=True) if name not in told] == []
    for entry, layer in zip(header["legend"], named.values(), strict=True):
        sample = layer_of(header, floats, entry["layer"])
        assert sample["kind"] == type(layer).__name__.lower()
        assert sample.get("color") == getattr(layer, "color", None)


@settings(max_examples=50, deadline=None)
@given(pictures())
def test_floats_can_be_read_in_place(shown: list[Scene | Board]):
    """They begin at a multiple of four bytes, and every span lies within them."""
    raw = pack(shown, [steps("step", len(shown))], play=0)
    header, floats = unpack(raw)
    assert (len(raw) - floats.nbytes) % 4 == 0
    ends = [first + length for _, *spans in header["layers"] for first, length in zip(*[iter(spans)] * 2, strict=True)]
    assert max(ends, default=0) <= floats.size


def test_a_surface_that_stays_is_stored_once():
    """900 frames on one surface of 60 x 60 cells hold its 3,600 heights once, and so they do if each has its copy."""
    z = DRAWN[0, :60, None] * DRAWN[1, :60]
    for surfaces in ([Heatmap(z)] * 900, [Heatmap(z.copy()) for _ in range(900)]):
        header, floats = packed(*(scene(surface, sentence=str(i)) for i, surface in enumerate(surfaces)))
        assert floats.size == 3600
        assert len(header["layers"]) == 1


def test_a_growing_trace_costs_its_last_frame():
    """Trials so far, over 400 frames: each coordinate is stored once, not 400 times."""
    header, floats = packed(*(scene(Points(*DRAWN[:, : t + 1])) for t in range(400)))
    assert floats.size == 800
    assert restored(header, floats, 6) == plain(scene(Points(*DRAWN[:, :7])))


def test_equal_pictures_are_stored_once():
    """Frames that show the same are one picture, whether one object or two."""
    one, same, other = (scene(Points(0.5, 0.5), sentence=words) for words in ("here", "here", "there"))
    header, _ = packed(one, other, same, one)
    assert header["frames"][0] == header["frames"][2] == header["frames"][3] != header["frames"][1]
    assert len(header["pictures"]) == 2
    assert len(header["stages"]) == len(header["axes"]) == 1


def test_axes_may_change_between_frames():
    """Each picture keeps its own axes and title; equal ones are stored once."""
    zoomed = Scene((), Axis("share", 0.4, 0.6), UNIT, title="closer")
    header, floats = packed(scene(), zoomed, scene())
    assert len(header["axes"]) == len(header["stages"]) == 2
    assert restored(header, floats, 1) == plain(zoomed)


def test_room_is_known_for_the_longest_words():
    """Before the first picture is drawn: the longest sentence, and for each place of the board its longest words."""
    long = Scene((), Axis("a rather long label", 0, 2000), Axis("loss", 0, 40_000), "much longer", "a title")
    header, _ = packed(beside(scene(sentence="short"), long), beside(scene(title="two words"), long))
    assert header["longest"] == "short much longer"
    first, second = header["slots"]
    assert (first["titles"][0], first["x"], second["x"]) == ("two words", ["share"], ["a rather long label"])
    assert "40000" in second["numbers"]


@pytest.mark.parametrize(("other", "alike"), [(UNIT, True), (Axis("share", 0, 2), False)])
def test_a_shared_axis_is_known(other: Axis, alike: bool):
    """The numbers of y are written once a row only if no picture has another y axis in it."""
    second = Board([[scene(), Scene((), UNIT, other)], [scene()]])
    header, _ = packed(Board([[scene(), scene()], [scene()]]), second)
    assert header["rows"] == [{"count": 2, "alike": alike}, {"count": 1, "alike": True}]


def test_colours_arrive_as_the_table_of_looks_has_them():
    """Pixels of the shades, dashes, and the symbols that are used."""
    header, _ = packed(scene(Points(0.5, 0.5, symbol="star"), Points(0.5, 0.2, symbol="circle")))
    for share in (0, 0.25, 0.5, 1):
        pixel = header["shades"][round(share * 256)]
        red, green, blue = looks.channels_of(looks.shade(share))
        assert pixel.to_bytes(4, "little") == bytes([red, green, blue, 255])
    assert header["symbols"] == {"star": [list(corner) for corner in looks.SYMBOLS["star"]], "circle": []}
    assert header["dashes"]["dash"] == [8, 5]


@pytest.mark.parametrize(
    "layer",
    [
        Heatmap([[-3.0, 0.0]], low=-3.0, high=0.0, name="n", labels=("few", "many")),
        Points(DRAWN[0], DRAWN[1], looks.RED, "star", size=30 * DRAWN[0], name="n"),
        Points((), (), size=np.array([]), name="n"),
        Line(DRAWN[0], DRAWN[1], looks.RED, "dash", name="n"),
        Band(DRAWN[0], DRAWN[1], DRAWN[1], looks.RED, name="n"),
        Circles(DRAWN[0], DRAWN[1], DRAWN[0], looks.RED, [looks.SKY] * 400, name="n"),
        Circles((), (), fill=(), name="n"),
        Polygons(DRAWN[0], DRAWN[1], fill=[looks.SKY] * 100, outline=looks.RED, name="n"),
        Polygons((), (), fill=(), name="n"),
        Segments(*DRAWN, *DRAWN, looks.RED, name="n"),
        Marks(DRAWN[0], "y", color=looks.RED, name="n"),
        Text(0.3, 0.3, "words", name="n"),
        Text((), (), (), name="n"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_the_sample_in_the_legend_lies_in_its_little_panel(layer: object):
    """All of its places lie between 0 and 1, its symbol is no larger than the panel, its colours are the layer's."""
    header, floats = packed(scene(layer))
    (entry,) = header["legend"]
    sample = layer_of(header, floats, entry["layer"])
    for name in ("x", "y", "x0", "y0", "x1", "y1", "at", "low", "high"):
        value = sample[name] if isinstance(sample.get(name), list) else []
        assert all(0 <= one <= 1 for one in value)
    assert sample.get("color") == getattr(layer, "color", None)
    assert not isinstance(sample.get("size"), float) or sample["size"] <= entry["height"]
    told = ("n", "few", "many") if isinstance(layer, Heatmap) else ("n",)
    assert (*entry["before"], *entry["after"]) == told
    assert len(sample.get("text", ["one"])) == 1


def test_no_picture_is_an_error():
    """There must be something to show."""
    with pytest.raises(ValueError, match="at least one picture, got none"):
        pack([], [steps("step", 0)])


def test_rows_that_change_are_an_error():
    """The error says which picture differs, how, and what to do."""
    with pytest.raises(ValueError, match=r"same rows.*first has \[1\], picture 2 has \[2\]; .*put one without layers"):
        packed(scene(), scene(), beside(scene(), scene()))


def test_what_is_no_picture_is_an_error():
    """Anything else is named by its type."""
    with pytest.raises(ValueError, match="a Scene or a Board, got int"):
        pack([3], [steps("step", 1)])


def test_infinite_shades_are_an_error():
    """A surface whose range is infinite has no shades."""
    with pytest.raises(ValueError, match=r"low and high of a heatmap must be finite, got 0\.0 and inf"):
        packed(scene(Heatmap([[0.0, np.inf]])))


def test_too_much_is_an_error(monkeypatch: pytest.MonkeyPatch):
    """Beyond the limit the error says how much it is and what can be left out; shared arrays do not count twice."""
    monkeypatch.setattr(packing, "MOST_BYTES", 20_000)
    z = np.zeros((60, 60), dtype=np.float32)
    packed(*(scene(Heatmap(z)) for _ in range(50)))
    with pytest.raises(ValueError, match=r"may take 0\.02 MB, these take 0\.0288 MB or more; show fewer"):
        packed(*(scene(Heatmap(z + i)) for i in range(50)))
    monkeypatch.setattr(packing, "MOST_BYTES", 10_000)
    with pytest.raises(ValueError, match="show fewer"):
        packed(*(scene(sentence=f"{i}" * 100) for i in range(90)))


def test_equal_plans_need_no_new_layout():
    """The plan stays while only layers and sentences change, and changes with axes, titles, legends and dials."""
    first = scene(Points(*DRAWN[:, :5], name="trials"), sentence="One.")
    same = scene(Points(*DRAWN[:, 5:9], name="trials"), sentence="Two.")
    others = [
        scene(Points(*DRAWN[:, :5], name="trials"), title="A title"),
        scene(Points(*DRAWN[:, :5], name="points")),
        Scene([Points(*DRAWN[:, :5], name="trials")], UNIT, Axis("share", 0, 2)),
    ]
    plan = packed(first)[0]["plan"]
    assert packed(same)[0]["plan"] == plan
    plans = [packed(one)[0]["plan"] for one in others] + [packed(first, same)[0]["plan"]]
    assert len({plan, *plans}) == 5


def test_curves_that_grow_are_stored_once():
    """Several lines over the same x: every shorter bundle lies within the longest."""
    y = np.random.default_rng(0).random((60, 200), dtype=np.float32)
    header, floats = packed(*(scene(Line(np.arange(t), y[:t]), sentence=str(t)) for t in range(1, 61)))
    assert floats.size == y.size + 60
    assert len(header["frames"]) == 60
