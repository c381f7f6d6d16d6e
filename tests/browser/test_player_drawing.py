"""The player's picture: each layer where it should be, words that never collide, legible in both themes."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from player_looks import (
    EMPTY,
    PIXELS,
    PLACES,
    STRONGEST,
    UNIT,
    at,
    channels,
    color_of,
    colors,
    contrast,
    is_at,
    panel,
    walk,
)
from player_page import Players
from playwright.sync_api import Browser

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
from hpo_tutor.widgets import Dial, Player

MARKUP = '<img src=x onerror="window.hacked=1"><b>bold</b>'

RAMP = Heatmap([[0.0, 1.0], [2.0, np.nan], [3.0, 4.0]])
LAYERS = {
    # the pixel in the middle of each cell has the shade of its height, the first row is the lowest
    "heatmap": (
        RAMP,
        {
            (x, y): None if np.isnan(RAMP.z[row, column]) else looks.shade(float(RAMP.z[row, column]) / 4)
            for column, x in enumerate((0.25, 0.75))
            for row, y in enumerate((1 / 6, 1 / 2, 5 / 6))
        },
    ),
    "heatmap with edges": (
        Heatmap([[1.0]], x=(0.4, 0.6), y=(0.2, 0.4), low=0, high=1),
        {(0.5, 0.3): looks.shade(1), (0.5, 0.5): None, (0.3, 0.3): None},
    ),
    "points": (
        Points([0.2, 0.8, 0.5], [0.3, 0.6, np.nan], looks.GREEN, "diamond", size=[20, 40, 9], outline=looks.PINK),
        {(0.2, 0.3): looks.GREEN, (0.8, 0.6): looks.GREEN, (0.5, 0.5): None},
    ),
    "a symbol": (
        Points(0.5, 0.5, looks.BLUE, "triangle-up", 100, outline=None),
        {(0.5, 0.5): looks.BLUE, (0.5, 0.58): looks.BLUE, (0.53, 0.58): None, (0.53, 0.46): looks.BLUE},
    ),
    "line": (
        Line([0, 0.4, np.nan, 0.6, 1], [0.2, 0.2, 0.5, 0.8, 0.8], looks.SKY, width=6),
        {(0.2, 0.2): looks.SKY, (0.8, 0.8): looks.SKY, (0.5, 0.5): None, (0.5, 0.35): None},
    ),
    "several lines": (
        Line([0, 0.4, 1], [[0.2, 0.9], [0.2, np.nan], [0.2, 0.6]], looks.SKY, width=6),
        {(0.2, 0.2): looks.SKY, (0.8, 0.2): looks.SKY, (0.2, 0.9): None, (0.7, 0.75): None, (0.4, 0.5): None},
    ),
    "band": (
        Band([0, 0.5, 0.6, 0.7, 1], [0.1, 0.1, np.nan, 0.6, 0.6], [0.3, 0.3, 0.5, 0.9, 0.9], looks.ORANGE, 1.0),
        {(0.2, 0.2): looks.ORANGE, (0.2, 0.4): None, (0.6, 0.4): None, (0.9, 0.7): looks.ORANGE, (0.9, 0.4): None},
    ),
    "circles": (
        Circles([0.2, 0.7], [0.5, 0.5], [0.1, 0.2], looks.RED, [looks.SKY, looks.GREEN], width=6),
        {
            (0.2, 0.5): looks.SKY,
            (0.7, 0.5): looks.GREEN,
            (0.9, 0.5): looks.RED,
            (0.45, 0.5): None,
            (0.3, 0.5): looks.RED,
        },
    ),
    "polygons": (
        Polygons([0.1, 0.4, 0.4, 0.6, 0.9, 0.6], [0.2, 0.2, 0.8, 0.2, 0.2, 0.8], 3, [looks.SKY, looks.GREEN]),
        {
            (0.35, 0.35): looks.SKY,
            (0.15, 0.7): None,
            (0.5, 0.5): None,
            (0.65, 0.35): looks.GREEN,
            (0.85, 0.7): None,
        },
    ),
    "neighbours without a seam": (
        Polygons(
            [0.1, 0.5003, 0.5003, 0.1, 0.5003, 0.9, 0.9, 0.5003], [0.1, 0.1, 0.9, 0.9] * 2, fill=looks.ORANGE, width=1.5
        ),
        {(0.499, 0.5): looks.ORANGE, (0.5, 0.5): looks.ORANGE, (0.501, 0.5): looks.ORANGE},
    ),
    "outlined polygons": (
        Polygons([0.2, 0.8, 0.8, 0.2], [0.2, 0.2, 0.8, 0.8], fill=looks.SKY, outline=looks.RED, width=10),
        {(0.5, 0.5): looks.SKY, (0.2, 0.5): looks.RED, (0.5, 0.8): looks.RED, (0.1, 0.5): None},
    ),
    "segments": (
        Segments([0.1, 0.1], [0.2, 0.4], [0.9, 0.5], [0.2, 0.8], looks.RED, width=6),
        {(0.5, 0.2): looks.RED, (0.3, 0.6): looks.RED, (0.7, 0.8): None},
    ),
    "dashes": (
        Segments(0, 0.5, 1, 0.5, looks.RED, "longdash", width=20),  # 140 pixels of ink, then a gap of 50
        {(0.05, 0.5): looks.RED, (0.17, 0.5): looks.RED, (0.23, 0.5): None, (0.35, 0.5): looks.RED},
    ),
    "marks": (
        Marks([0.3, 0.6], color=looks.PINK, width=6),
        {(0.3, 0.005): looks.PINK, (0.6, 0.005): looks.PINK, (0.45, 0.005): None, (0.3, 0.1): None},
    ),
    "marks of y": (Marks(0.3, "y", color=looks.PINK, width=6), {(0.005, 0.3): looks.PINK, (0.1, 0.3): None}),
    "marks across": (
        Marks(0.3, across=True, color=looks.PINK, width=6),
        {(0.3, 0.1): looks.PINK, (0.3, 0.97): looks.PINK, (0.5, 0.5): None},
    ),
    "what lies outside": (
        Points([1.02, -0.02, 0.5], [0.5, 0.5, 1.02], looks.RED, "square", 60),
        {(0.99, 0.5): None, (0.01, 0.5): None, (0.5, 0.99): None},
    ),
    "what lies on the rim": (
        Points(1, 0.5, looks.RED, "square", 20),
        {(0.995, 0.5): looks.RED, (1.005, 0.5): looks.RED},
    ),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_each_layer_is_drawn_where_it_should_be(players: Players, kind: str):
    """Its colour is found where the scene puts it, and nothing is found elsewhere; shades to the last digits."""
    layer, wanted = LAYERS[kind]
    player = players.mount(Player([Scene([layer], UNIT, UNIT, grid=False)]))
    for place, found in zip(wanted, colors(player, *wanted), strict=True):
        expected = color_of(wanted[place]) if wanted[place] else EMPTY
        # where edges overlap, shares of eight-bit colours are added and rounded, more than once
        assert found == pytest.approx(expected, abs=2), place


def test_opacity_mixes_with_what_is_below(players: Players):
    """Half of one colour over another is their mean."""
    layers = [Heatmap([[0.0]], low=0, high=1), Heatmap([[1.0]], low=0, high=1, opacity=0.5)]
    player = players.mount(Player([Scene(layers, UNIT, UNIT)]))
    wanted = np.mean([color_of(looks.shade(share)) for share in (0, 1)], axis=0)
    assert colors(player, (0.5, 0.5))[0] == pytest.approx(tuple(wanted), abs=1)


def test_axes_place_what_is_on_them(players: Players):
    """On a logarithmic axis the geometric mean is in the middle; axes may change from frame to frame."""
    point = Points(0.01, 20, looks.RED, "square", 20, outline=None)
    rate, loss = Axis("rate", 1e-4, 1, log=True), Axis("loss", 10, 50)
    frames = [Scene([point], axis, loss, grid=False) for axis in (rate, Axis("rate", 0, 0.1))]
    player = players.mount(Player(frames))
    assert colors(player, (0.5, 0.25), (0.1, 0.25)) == [color_of(looks.RED), EMPTY]
    player.press("ArrowRight")
    assert colors(player, (0.5, 0.25), (0.1, 0.25)) == [EMPTY, color_of(looks.RED)]


def test_text_is_drawn_where_it_should_be(players: Players):
    """Ink around its place; a text that starts there has none before it."""
    words = [Text(0.5, 0.8, "MMMMMMMM", size=30), Text(0.5, 0.4, "MMMMMMMM", anchor="start", size=30)]
    player = players.mount(Player([Scene(words, UNIT, UNIT, grid=False)]))
    strip = [(x, y) for y in (0.8, 0.4) for x in np.linspace(0.42, 0.58, 60)]
    inked = np.array([color[3] > 0 for color in colors(player, *strip)]).reshape(2, 2, 30).any(axis=2)
    assert inked.tolist() == [[True, True], [False, True]]


def test_panels_of_a_board_are_apart(players: Players):
    """Each scene is drawn in a panel of its own; rows are below each other, and panels of a row of equal height."""
    board = Board([[at(*place) for place in PLACES[:3]], [at(*PLACES[3])]], "A board.")
    player = players.mount(Player([board]))
    for scene in range(4):
        wanted = [color_of(looks.RED) if place == PLACES[scene] else EMPTY for place in PLACES[:4]]
        assert colors(player, *PLACES[:4], scene=scene) == wanted
    boxes = [panel(player, scene) for scene in range(4)]
    assert len({(box["top"], box["height"], box["width"]) for box in boxes[:3]}) == 1
    assert boxes[0]["left"] == boxes[3]["left"]
    assert boxes[3]["top"] > boxes[0]["top"] + boxes[0]["height"]
    assert all(b["left"] > a["left"] + a["width"] for a, b in pairwise(boxes[:3]))


def test_circles_are_round_and_squares_square(players: Players):
    """A panel is as high as its aspect says."""
    for index, aspect in enumerate((1.0, 0.4)):
        player = players.mount(Player([Scene((), UNIT, UNIT, aspect=aspect)]))
        assert player.count() == 1, index
        box = panel(player)
        assert box["height"] / box["width"] == pytest.approx(aspect, abs=0.01)
        assert box["height"] <= 460


def test_the_legend_shows_names_and_looks(players: Players):
    """Each name once, in the order of the layers; the sample beside it has the layer's colour."""
    frame = Scene(
        [
            Heatmap([[0.0, 1.0]], name="loss (nats)", labels=("low", "high")),
            Points(0.5, 0.5, looks.GREEN, "square", name="trials"),
            Band([0, 1], [0, 0], [1, 1], looks.SKY, 1.0, name="mean ± 2 std"),
            Line([0, 1], [0, 1], looks.BLUE, name="mean"),
            Line([0, 1], [1, 0], looks.RED),
        ],
        UNIT,
        UNIT,
    )
    player = players.mount(Player([frame, frame]))
    entries = player.locator(".hpo-legend li")
    assert entries.all_text_contents() == ["loss (nats)lowhigh", "trials", "mean ± 2 std", "mean"]
    middle = "canvas => [[canvas.clientWidth / 2, canvas.clientHeight / 2], [3, 8]]"
    found = [canvas.evaluate(PIXELS, canvas.evaluate(middle)) for canvas in entries.locator("canvas").all()]
    assert tuple(found[0][0]) == pytest.approx(color_of(looks.shade(0.5)), abs=3)
    assert tuple(found[0][1]) == pytest.approx(color_of(looks.shade(0.02)), abs=3)
    assert [tuple(one[0]) for one in found[1:]] == [color_of(c) for c in (looks.GREEN, looks.SKY, looks.BLUE)]


def test_markup_is_shown_as_text(players: Players):
    """In label, sentence, title, legend, text, ticks, axes, choices and dials: no element is made of it."""
    axis = Axis(MARKUP, 0, 1, ticks=[(0.5, MARKUP)])
    layers = [
        Points(0.5, 0.5, name=MARKUP),
        Text(0.2, 0.2, MARKUP),
        Heatmap([[0, 1]], name="z", labels=(MARKUP, MARKUP)),
    ]
    frame = Scene(layers, axis, axis, MARKUP, MARKUP)
    stepped = players.mount(Player({MARKUP: [frame] * 2, "other": [frame]}, label=MARKUP, name=MARKUP))
    dials = {"one": Dial(MARKUP, [1, 2], unit=MARKUP), "two": Dial(MARKUP, [*map(str, range(6)), MARKUP])}
    turned = players.mount(Player.over(lambda **_: frame, label=MARKUP, **dials))
    for player in (stepped, turned):
        assert player.locator("b, img, script").count() == 0
        assert player.get_by_role("status").text_content() == MARKUP
        assert player.locator(".hpo-label").text_content() == MARKUP
        assert MARKUP in player.locator(".hpo-legend").text_content()
        assert player.locator(".hpo-controls").text_content().count(MARKUP) >= 2
    assert players.page.evaluate("() => window.hacked") is None


# --- words around the panels ---

# every text that is drawn on a canvas, with the box that it fills on the page
RECORD = """() => {
window.drawn = [];
const fill = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const size = this.measureText(text), turn = this.getTransform(), ratio = devicePixelRatio;
    const shift = {center: size.width / 2, right: size.width, left: 0, start: 0, end: size.width}[this.textAlign];
    const corners = [[x - shift, y - size.actualBoundingBoxAscent],
        [x - shift + size.width, y + size.actualBoundingBoxDescent]]
        .map(([a, b]) => turn.transformPoint({x: a, y: b}));
    const [left, right] = corners.map(one => one.x / ratio).sort((a, b) => a - b);
    const [top, bottom] = corners.map(one => one.y / ratio).sort((a, b) => a - b);
    const word = [text, left, top, right, bottom, this.canvas.width / ratio, this.canvas.height / ratio];
    window.drawn.push(Object.assign(word, {on: this.canvas}));
    return fill.call(this, text, x, y);
};
}"""


def test_words_follow_the_frame(players: Players):
    """Where title and axes change, they are drawn anew; where they stay, nothing is written again."""
    players.page.evaluate(RECORD)
    here, there = (Scene((), Axis(name, 0, 1), UNIT, title=f"title {name}") for name in ("here", "there"))
    player = players.mount(Player([here, here, there]))
    for wanted in (set(), {"there", "title there", "share"}):
        players.page.evaluate("() => window.drawn = []")
        player.press("ArrowRight")
        words = {text for text, *_ in players.page.evaluate("() => window.drawn")}
        assert {word for word in words if word.isascii() and not word[0].isdigit()} == wanted


@pytest.mark.parametrize("width", [1000, 700, 520, 420, 360, 320])
def test_words_never_collide(players: Players, width: int):
    """At any width no two of ticks, labels and titles overlap, nothing leaves the canvas or makes the page scroll."""
    players.page.evaluate(RECORD)
    players.page.set_viewport_size({"width": width, "height": 900})
    long = Axis("learning rate of the second optimiser (per step)", 1e-5, 1, log=True)
    wide = Axis("number of neurons", 0, 120_000)
    loss = Axis("validation loss of the best network so far (nats)", -1500, 0)
    title = "A title that is rather long for a panel"
    board = Board(
        [[Scene((), long, loss, title=f"{title} {i}") for i in range(4)], [Scene((), wide, loss, aspect=0.3)]]
    )
    apart = beside(Scene((), wide, loss), Scene((), long, UNIT, title="Short"))
    for picture in (board, apart, Scene((), wide, loss, title=title)):
        players.page.evaluate("() => window.drawn = []")
        player = players.mount(Player([picture]))
        # axes and words of a layout have a canvas of their own; an earlier layout, before a scroll bar came, is gone
        drawn = players.page.evaluate("() => window.drawn.filter(word => word.on === window.drawn.at(-1).on)")
        boxes = sorted({tuple(box) for box in drawn})
        assert len(boxes) > 8
        for (one, *a, _, _), (other, *b, _, _) in combinations(boxes, 2):
            overlap = min(a[2], b[2]) - max(a[0], b[0]) > 0.5 and min(a[3], b[3]) - max(a[1], b[1]) > 0.5
            assert not overlap, (one, other, a, b)
        for text, left, top, right, bottom, canvas_width, canvas_height in boxes:
            assert left >= -1, text
            assert top >= -1, text
            assert right <= canvas_width + 1, text
            assert bottom <= canvas_height + 1, text
        assert player.evaluate("root => root.scrollWidth <= root.clientWidth")
    assert players.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_a_narrow_page_breaks_rows(players: Players):
    """Three panels beside each other become two and one, as small as the others; no panel is too narrow to read."""
    player = players.mount(Player([beside(*[at(*place) for place in PLACES[:3]])] * 2, label="A race of three"))
    tops = {panel(player, scene)["top"] for scene in range(3)}
    assert len(tops) == 1
    players.page.set_viewport_size({"width": 420, "height": 900})
    players.page.wait_for_function("() => JSON.parse(document.querySelector('canvas').dataset.panels)[2].top > 100")
    boxes = [panel(player, scene) for scene in range(3)]
    assert boxes[0]["top"] == boxes[1]["top"] < boxes[2]["top"]
    assert len({(box["width"], box["height"]) for box in boxes}) == 1
    assert boxes[0]["width"] > 120
    players.page.set_viewport_size({"width": 320, "height": 900})
    players.page.wait_for_function("() => JSON.parse(document.querySelector('canvas').dataset.panels)[1].top > 100")
    assert players.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    for scene in range(3):
        assert colors(player, PLACES[scene], scene=scene) == [color_of(looks.RED)]


def test_a_fine_screen_gets_a_fine_picture(chromium: Browser, player_server: tuple[str, list[bytes]]):
    """With two dots a pixel the canvas has twice as many, and everything is where it was."""
    context = chromium.new_context(viewport={"width": 600, "height": 900}, device_scale_factor=2)
    players = Players(context.new_page(), *player_server)
    player = players.mount(walk())
    canvas = player.locator("canvas[role=img]")
    assert canvas.evaluate("canvas => canvas.width / canvas.clientWidth") == pytest.approx(2, abs=0.01)
    is_at(player, 0)
    player.press("End")
    is_at(player, 4)
    context.close()


# --- themes ---


PAGE_COLOR = "() => getComputedStyle(document.body).backgroundColor"


def test_words_are_legible_in_both_themes(players: Players):
    """Ink in picture and controls has at least 4.5 to 1 against the page, also after the theme has changed."""
    layers = [Circles(0.5, 0.5, 0.1, fill="page", width=0), Circles(0.2, 0.5, 0.1, fill="ink", width=0)]
    player = players.mount(Player({"a": [Scene(layers, UNIT, UNIT, "Words.", grid=False)] * 2, "b": [at(0.1, 0.1)]}))
    inks = []
    for theme in ("light", "dark", "light"):
        players.page.evaluate("theme => document.documentElement.className = theme", theme)
        page = channels(players.page.evaluate(PAGE_COLOR))
        *ink, alpha = player.locator("canvas[role=img]").evaluate(STRONGEST)
        assert alpha > 250
        assert contrast(ink, page) >= 4.5
        for name in ("[role=status]", ".hpo-count", "legend", "button svg", ".hpo-reset"):
            color = player.locator(name).first.evaluate("element => getComputedStyle(element).color")
            assert contrast(channels(color), page) >= 4.5, (theme, name)
        ground, inked = colors(player, (0.5, 0.5), (0.2, 0.5))
        assert list(ground[:3]) == page
        assert contrast(list(inked[:3]), page) >= 4.5
        assert player.evaluate("root => root.style.colorScheme") == theme
        inks.append(inked)
    assert inks[0] == inks[2] != inks[1]
