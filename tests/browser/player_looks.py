"""What is on a player's canvas, read pixel by pixel, and frames whose pixels are known.

place    shares of a panel, from its lower left corner
walk     five frames with a red square at ``PLACES``
"""

import json
import re
from typing import Any

from playwright.sync_api import Locator, expect

from hpo_tutor.scenes import Axis, Points, Scene, looks
from hpo_tutor.widgets import Player

UNIT = Axis("share", 0, 1)
# red, green, blue and opacity at points of the canvas, given in pixels of the page
PIXELS = """(canvas, points) => {
    const context = canvas.getContext('2d'), ratio = canvas.width / canvas.getBoundingClientRect().width;
    return points.map(([x, y]) => [...context.getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data]);
}"""


# of the numbers at an axis, the pixel that differs most from nothing
STRONGEST = """canvas => {
    const {left, top, height} = JSON.parse(canvas.dataset.panels)[0];
    const {data} = canvas.getContext('2d').getImageData(0, top + height + 6, left + 300, 30);
    let best = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > data[best + 3]) best = i;
    return [...data.slice(best, best + 4)];
}"""


def panel(player: Locator, scene: int = 0) -> dict[str, float]:
    """Where a scene is drawn: left, top, width, height."""
    return dict(json.loads(player.locator("canvas[role=img]").get_attribute("data-panels") or "")[scene])


def colors(player: Locator, *places: tuple[float, float], scene: int = 0) -> list[tuple[int, ...]]:
    """Red, green, blue and opacity of the canvas at places given as shares of a panel, from its lower left corner."""
    box = panel(player, scene)
    points = [[box["left"] + x * box["width"], box["top"] + (1 - y) * box["height"]] for x, y in places]
    return [tuple(one) for one in player.locator("canvas[role=img]").evaluate(PIXELS, points)]


def color_of(name: str) -> tuple[int, ...]:
    """What an opaque colour is on the canvas."""
    return (*looks.channels_of(name), 255)


EMPTY = (0, 0, 0, 0)


def at(x: float, y: float, words: str = "") -> Scene:
    """A square of 20 pixels without a rim, at a place of the unit square without grid lines."""
    point = Points(x, y, looks.RED, "square", 20, outline=None)
    return Scene([point], UNIT, UNIT, words or f"The point is at {x:.2f}, {y:.2f}.", grid=False)


PLACES = [(0.1, 0.2), (0.3, 0.8), (0.5, 0.4), (0.7, 0.7), (0.9, 0.1)]


def walk(**options: Any) -> Player:
    """Five frames, each with a point at another place."""
    return Player([at(*place) for place in PLACES], label="A walk", name="trial", **options)


def is_at(player: Locator, frame: int) -> None:
    """Sentence, range, counter and canvas all show this frame."""
    text = f"trial {frame + 1} of 5"
    told = player.get_by_role("status")
    expect(told).to_have_text(at(*PLACES[frame]).sentence)
    assert player.get_by_role("img").get_attribute("aria-label") == at(*PLACES[frame]).sentence
    slider = player.get_by_role("slider", name="trial")
    assert (slider.input_value(), slider.get_attribute("aria-valuetext")) == (str(frame), text)
    assert player.locator(".hpo-count").text_content() == text
    wanted = [color_of(looks.RED) if place == PLACES[frame] else EMPTY for place in PLACES]
    assert colors(player, *PLACES) == wanted


def channels(color: str) -> list[float]:
    """Red, green and blue of a CSS colour, an opaque one."""
    return [float(part) for part in re.findall(r"[\d.]+", color)][:3]


def contrast(one: list[float], other: list[float]) -> float:
    """The contrast of two colours, as WCAG 2.2 defines it."""

    def luminance(color: list[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in color)]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)
