"""Tilings in a real JupyterLab: a line dragged by mouse and moved by keys, a wall without seams, a cube that turns."""

import re
from pathlib import Path

from cells import notebook, run
from driver import Lab
from gestures import drag
from player_looks import color_of, colors, panel
from playwright.sync_api import Locator, expect

from hpo_tutor.course.pictures.nb10 import lines, tiles
from hpo_tutor.scenes.looks import BLUE

SETUP = """import numpy as np
from hpo_tutor.course.pictures import nb10 as pictures
from hpo_tutor.widgets import Dial, Player
ways = [-0.2, 0.0, 0.2, 0.4]
"""
LINES = SETUP + (
    "Player.over(pictures.duality, x=ways, y=ways, families=Dial('families', ['2', '3']), drag=('x', 'y'), "
    "start={'x': 0.0, 'y': 0.0}, label='Lines')"
)
WALL = SETUP + "Player.over(pictures.poster, families=[5, 6], draw=[1, 2], label='Walls')"
CUBE = SETUP + (
    "Player.over(pictures.in_the_cube, azimuth=range(-30, 31, 10), tilt=range(-30, 31, 10), "
    "design=['grid-midpoints', 'hypertiling'], drag=('azimuth', 'tilt'), start={'azimuth': 0, 'tilt': 0}, label='Cube')"
)
LEAST = 253  # of 255; two smoothed rims over one another may miss full opacity by rounding
# the least opacity in a panel, a pixel from its rim
FAINTEST = """(canvas, {left, top, width, height}) => {
    const ratio = canvas.width / canvas.getBoundingClientRect().width;
    const [x, y, w, h] = [left + 1, top + 1, width - 2, height - 2].map(one => Math.floor(one * ratio));
    const {data} = canvas.getContext('2d').getImageData(x, y, w, h);
    let least = 255;
    for (let i = 3; i < data.length; i += 4) least = Math.min(least, data[i]);
    return least;
}"""


def opened(lab: Lab, folder: Path, name: str, source: str) -> tuple[Locator, Locator]:
    """A player and its sentence."""
    lab.open(notebook(folder, name, source))
    run(lab, 0)
    player = lab.shown(0).locator(".hpo-player")
    told = player.get_by_role("status")
    expect(told).not_to_be_empty()
    player.scroll_into_view_if_needed()
    return player, told


def test_a_crossing_is_dragged_and_its_tiles_flip(lab: Lab, folder: Path):
    """The crossing follows the mouse by as much as it moved; keys move it by one value; squares never move."""
    player, told = opened(lab, folder, "tilings_lines.ipynb", LINES)
    expect(told).to_contain_text("9 crossings, 9 tiles. The marked crossing is at 0.00, 0.00.")
    step = 0.2 / (2 * lines.HALF)
    drag(lab, player, (0.5, 0.5), (0.5 + 2 * step, 0.5 - step))
    expect(told).to_contain_text("at 0.40, \N{MINUS SIGN}0.20.")
    assert colors(player, (0.5 + 2 * step, 0.5 - step)) == [color_of(BLUE)]
    player.press("ArrowLeft")
    player.press("ArrowUp")
    expect(told).to_contain_text("at 0.20, 0.00.")
    player.get_by_role("radio", name="3").check()
    expect(told).to_contain_text("crossings")
    expect(told).to_contain_text("turn over")
    assert lab.complaints == []
    assert lab.foreign == []


def test_a_wall_has_no_seams(lab: Lab, folder: Path):
    """No pixel between the tiles lets a hundredth of the page through, in either theme; the colours are the shapes'."""
    player, told = opened(lab, folder, "tilings_wall.ipynb", WALL)
    shades = {color_of(shade) for shade in tiles.shades(5)}
    for theme in ("light", "dark"):
        lab.theme(theme)
        expect(player).to_have_css("color-scheme", theme)
        player.press("Home")
        expect(told).to_contain_text("Penrose")
        assert player.locator("canvas[role=img]").evaluate(FAINTEST, panel(player)) >= LEAST, theme
        middles = colors(player, *((x / 40, y / 20) for x in range(1, 40) for y in range(1, 20)))
        assert sum(pixel in shades for pixel in middles) > 0.8 * len(middles)  # the others lie on a side, between two
        player.press("ArrowRight")
        expect(told).to_contain_text("12-fold")
        assert player.locator("canvas[role=img]").evaluate(FAINTEST, panel(player)) >= LEAST, theme
    assert lab.complaints == []


def test_a_cube_is_turned_by_mouse_and_by_keys(lab: Lab, folder: Path):
    """From the front nine points of 27 are seen; a drag turns by as many degrees as it is long, arrows by one step."""
    player, told = opened(lab, folder, "tilings_cube.ipynb", CUBE)
    expect(told).to_contain_text("9 of 27 points can be told apart from here, turned by 0° and tilted by 0°.")
    drag(lab, player, (0.5, 0.5), (0.5 + 20 / 190, 0.5 - 10 / 190))
    expect(told).to_contain_text("27 of 27")
    expect(told).to_contain_text("turned by 20° and tilted by \N{MINUS SIGN}10°")
    player.press("ArrowRight")
    player.press("ArrowUp")
    expect(told).to_contain_text("turned by 30° and tilted by 0°")
    player.get_by_role("radio", name="hypertiling").check()
    expect(told).to_have_text(re.compile("^hypertiling: 27 of 27"))
    assert lab.complaints == []
