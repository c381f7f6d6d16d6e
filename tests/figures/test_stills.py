"""A still is an SVG that any browser draws alone: the numbers in their places, words as words."""

import base64
import io
import re
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.figures import still
from hpo_tutor.figures.theme import INK
from hpo_tutor.scenes import (
    Axis,
    Band,
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

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = Axis("x", 0, 1), Axis("y", 0, 1)
LEFT, TOP, WIDTH = 62, 30, 600 - 62 - 16  # of the panel in a picture 600 pixels wide


def drawn(layers, x=SQUARE[0], y=SQUARE[1], **options):
    """The parsed SVG of one square scene, 600 pixels wide."""
    return ElementTree.fromstring(still(Scene(layers, x, y, "A sentence.", aspect=1.0, **options), width=600))


def at(x, y):
    """Pixels of a place in the unit square."""
    return LEFT + x * WIDTH, TOP + (1 - y) * WIDTH


def unpacked(png):
    """A PNG of the kind that stills hold, as (n_y, n_x, 4) bytes, by its specification."""
    stream = io.BytesIO(png)
    assert stream.read(8) == b"\x89PNG\r\n\x1a\n"
    chunks = {}
    while header := stream.read(8):
        length, kind = struct.unpack(">I4s", header)
        data = stream.read(length)
        assert struct.unpack(">I", stream.read(4))[0] == zlib.crc32(kind + data)
        chunks[kind] = data
    width, height, depth, color = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, color) == (8, 6)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, 1 + 4 * width)
    assert (rows[:, 0] == 0).all(), "every row is stored without a filter"
    return rows[:, 1:].reshape(height, width, 4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8))
def test_points_stand_where_they_belong(places):
    """The pixels of every circle are those of its place, computed by hand."""
    xs, ys = zip(*places, strict=True)
    circles = drawn([Points(xs, ys, size=10)]).iter(f"{SVG}circle")
    for circle, x, y in zip(circles, xs, ys, strict=True):
        assert (float(circle.get("cx")), float(circle.get("cy"))) == pytest.approx(at(x, y), abs=0.06)
        assert circle.get("r") == "5"


def test_a_logarithmic_axis_spaces_ratios_equally():
    """0.01, 0.1 and 1 stand at equal distances."""
    picture = drawn([Points([0.01, 0.1, 1], [0, 0, 0])], x=Axis("rate", 0.01, 1, log=True))
    xs = [float(circle.get("cx")) for circle in picture.iter(f"{SVG}circle")]
    assert np.diff(xs) == pytest.approx([WIDTH / 2, WIDTH / 2], abs=0.1)


def test_a_line_breaks_where_a_number_is_missing():
    """Nan lifts the pen; the pieces are drawn."""
    picture = drawn([Line([0, 0.2, 0.4, 0.6, 0.8], [0, 0, np.nan, 1, 1], dash="dash")], grid=False)
    (path,) = [path for path in picture.iter(f"{SVG}path") if path.get("stroke-dasharray")]
    assert re.sub(r"[\d. ]+", " ", path.get("d")).split() == ["M", "L", "M", "L"]


def test_several_lines_over_the_same_x_are_drawn_apart():
    """Each column of y is a line of its own."""
    y = np.array([[0.0, 1.0], [1.0, np.nan], [0.5, 0.2]])
    paths = drawn([Line([0, 0.5, 1], y, dash="dash")], grid=False).iter(f"{SVG}path")
    words = [re.sub(r"[\d. ]+", " ", path.get("d")).split() for path in paths if path.get("stroke-dasharray")]
    assert words == [["M", "L", "L"], ["M", "M"]]


def test_a_heatmap_is_a_picture_with_its_first_row_below():
    """Each cell has the colour of its shade, nan cells are clear, and row 0 lies at the bottom."""
    z = np.array([[0.0, 1.0], [np.nan, 0.5]])
    (image,) = drawn([Heatmap(z)]).iter(f"{SVG}image")
    pixels = unpacked(base64.b64decode(image.get("href").partition("base64,")[2]))
    assert pixels[1, 0].tolist() == [*looks.channels_of(looks.shade(0)), 255]
    assert pixels[1, 1].tolist() == [*looks.channels_of(looks.shade(1)), 255]
    assert pixels[0, 0, 3] == 0
    assert np.abs(pixels[0, 1, :3].astype(int) - looks.channels_of(looks.shade(0.5))).max() <= 1
    assert (float(image.get("x")), float(image.get("width"))) == (LEFT, WIDTH)


def test_every_layer_is_drawn_in_its_colour():
    """Each kind of layer leaves an element with its own colour."""
    layers = {
        "#110000": Points([0.5], [0.5], "#110000", "star"),
        "#220000": Line([0, 1], [0, 1], "#220000"),
        "#330000": Band([0, 1], [0, 0], [1, 1], "#330000"),
        "#440000": Circles([0.5], [0.5], 0.1, "#440000", fill="#440001"),
        "#550000": Segments([0], [0], [1], [1], "#550000"),
        "#660000": Marks([0.5], color="#660000"),
        "#770000": Marks([0.5], "y", True, color="#770000"),
        "#880000": Text([0.5], [0.5], "words", "#880000"),
        "#990000": Polygons([0, 1, 1], [0, 0, 1], 3, ["#990000"], outline="#990001"),
    }
    source = still(Scene(list(layers.values()), *SQUARE, aspect=1.0))
    for color in (*layers, "#440001", "#990001"):
        assert f'"{color}"' in source


def test_polygons_have_their_corners_and_no_seams():
    """Each is an element with its own corners; without an outline its sides have the colour of its inside."""
    tiles = Polygons([0, 0.5, 0.5, 0.5, 1, 1], [0, 0, 1, 0, 0, 1], 3, ["#990000", "#990001"])
    first, second = drawn([tiles]).iter(f"{SVG}polygon")
    assert (first.get("fill"), first.get("stroke")) == ("#990000", "#990000")
    corners = [tuple(map(float, corner.split(","))) for corner in second.get("points").split()]
    assert corners[0][0] == pytest.approx(LEFT + WIDTH / 2, abs=0.06)
    assert corners[1][0] == corners[2][0] == pytest.approx(LEFT + WIDTH, abs=0.06)
    assert second.get("fill") == "#990001"


def test_a_circle_is_round_and_as_large_as_said():
    """A radius of a tenth is a tenth of the panel's width."""
    (circle,) = drawn([Circles([0.5], [0.5], 0.1)]).iter(f"{SVG}circle")
    assert float(circle.get("r")) == pytest.approx(WIDTH / 10, abs=0.06)


def test_markup_is_shown_as_text():
    """Names, titles, labels and texts that hold markup come out as the words they are, and make no element."""
    bad = "<script>alert(1)</script>&<b>"
    layers = [Points([0.5], [0.5], name=bad), Text([0.5], [0.5], bad)]
    scene = Scene(layers, Axis(bad, 0, 1), Axis(bad, 0, 1, ticks=[(0.5, bad)]), bad, bad)
    picture = ElementTree.fromstring(still(scene))
    assert not [element for element in picture.iter() if "script" in element.tag or element.tag == f"{SVG}b"]
    words = [element.text for element in picture.iter() if element.tag in (f"{SVG}text", f"{SVG}title")]
    assert words.count(bad) >= 6


def test_nothing_is_asked_for_elsewhere():
    """No address but that of the SVG language itself, no script, text in the page's own ink."""
    source = still(Scene([Heatmap(np.eye(2)), Points([0.5], [0.5], name="trial")], *SQUARE, "See.", "Title"))
    assert re.findall(r"https?://[^\"' ]+", source) == ["http://www.w3.org/2000/svg"]
    assert "<script" not in source
    assert f"fill:{INK}" in source
    assert ElementTree.fromstring(source).find(f"{SVG}title").text == "See."


def test_a_board_lies_in_rows():
    """Two scenes side by side share the width; a third row lies below; all panels are inside the picture."""
    scene = Scene([Points([0.5], [0.5])], *SQUARE, aspect=0.5)
    board = beside(scene, scene)
    picture = ElementTree.fromstring(still(type(board)([*board.rows, [scene]]), width=800))
    circles = [(float(c.get("cx")), float(c.get("cy"))) for c in picture.iter(f"{SVG}circle")]
    assert circles[0][1] == circles[1][1] < circles[2][1]
    assert circles[1][0] - circles[0][0] == pytest.approx(400)
    assert max(y for _, y in circles) < float(picture.get("height"))
    with pytest.raises(ValueError, match="a row of 2 scenes needs a width of 240 pixels or more, got 200"):
        still(board, width=200)


def test_pictures_may_share_a_page():
    """Where two pictures use one id, it means the same rectangle: ids are shared by a whole page."""
    scenes = [Scene([Line([0, 1], [0, 1])], *SQUARE, aspect=aspect) for aspect in (0.2, 1.0, 0.2)]
    meant = {}
    for scene in scenes:
        for clip in ElementTree.fromstring(still(scene)).iter(f"{SVG}clipPath"):
            rectangle = clip.find(f"{SVG}rect").attrib
            assert meant.setdefault(clip.get("id"), rectangle) == rectangle
    assert len(meant) == 2


def test_pictures_of_odd_numbers_and_colours_stay_valid():
    """Missing numbers are left out, pieces beside them stay; the page's own colours may meet in one element."""
    nan = np.nan
    layers = [
        Segments([0, nan], [0, 0], [1, 1], [1, 1], "#550000"),
        Band([0, 0.2, 0.4, 0.6, 1], [0.1, 0.1, nan, 0.1, 0.1], [0.2] * 5, "#330000"),
        Points([0.5, 5], [0.5, 5], "ink", outline="page", name="words\x07"),
        Points([0.2], [0.2], "ink", outline=None, size=np.array([3.0]), name="plain"),
        Points([], [], size=np.array([]), name="none"),
        Circles([0.5, nan], [0.5, 0.5], 0.1, fill="page"),
        Circles([], [], fill=[], name="empty"),
        Text([0.5], [nan], ["nowhere"]),
        Marks([0.5, 7], color="#660000"),
    ]
    picture = drawn(layers)
    paths = [path.get("d") for path in picture.iter(f"{SVG}path")]
    assert not [path for path in paths if "nan" in path or "inf" in path]
    bands = [path for path in picture.iter(f"{SVG}path") if path.get("fill") == "#330000"]
    assert len(bands) == 2, "a missing number breaks a band"
    marks = next(path for path in picture.iter(f"{SVG}path") if path.get("stroke") == "#660000")
    assert marks.get("d").count("M") == 1, "what lies beyond the panel is not drawn"
    assert "nowhere" not in [element.text for element in picture.iter(f"{SVG}text")]
