"""The board of notebook 09 in a real JupyterLab: rooks by mouse and by keyboard, and a cube that turns."""

import re
from pathlib import Path

from cells import notebook, run
from driver import Lab
from player_looks import color_of, colors, panel
from playwright.sync_api import Locator, expect

from hpo_tutor.course.pictures.nb09 import rooks
from hpo_tutor.scenes import looks

BENCH = """from hpo_tutor.course.pictures import nb09 as pictures
bench = pictures.bench("Rooks that may not take each other")
bench"""
CUBE = """from hpo_tutor.course.pictures import nb09 as pictures
player = pictures.cube_player("A cube", ["grid-midpoints", "lhs"])
player"""


def share_of(x: float, y: float, n: int = 5) -> tuple[float, float]:
    """A place of the board, in squares, as shares of the panel."""
    axes = rooks.board(n, ()).x, rooks.board(n, ()).y
    return tuple((value - axis.low) / (axis.high - axis.low) for value, axis in zip((x, y), axes, strict=True))


def click(player: Locator, x: float, y: float) -> None:
    """Click on a place of the board."""
    box, (across, up) = panel(player), share_of(x, y)
    place = {"x": box["left"] + across * box["width"], "y": box["top"] + (1 - up) * box["height"]}
    player.locator("canvas[role=img]").click(position=place)


def opened(lab: Lab, folder: Path, name: str) -> tuple[Locator, Locator]:
    """The output of a cell that shows the board, and its player."""
    lab.open(notebook(folder, name, BENCH, "print(bench.values['rooks'])"))
    run(lab, 0)
    output = lab.shown(0)
    expect(output.get_by_role("status")).to_have_text("An empty board. Place 5 rooks so that none takes another.")
    player = output.locator(".hpo-player")
    player.scroll_into_view_if_needed()
    return output, player


def test_rooks_by_mouse_and_their_conflict(lab: Lab, folder: Path):
    """A click places a rook; a second one in its column turns both red, is named, and goes away again."""
    output, player = opened(lab, folder, "rooks_mouse.ipynb")
    told = output.get_by_role("status")
    click(player, 1.5, 2.5)
    expect(told).to_have_text("1 rook, and none takes another. Levels tried: learning rate 1 of 5; penalty 1 of 5.")
    assert colors(player, share_of(1.5, 2.5)) == [color_of(rooks.COLOR)]
    click(player, 1.2, 4.2)
    expect(told).to_have_text(re.compile("Rook b3 takes b5: both try learning rate b"))
    assert colors(player, share_of(1.4, 2.5), share_of(1.4, 4.5), share_of(1.5, 3.5)) == 3 * [color_of(looks.RED)]
    click(player, 1.5, 4.5)
    expect(told).to_have_text(re.compile("^1 rook, and none"))
    assert colors(player, share_of(1.5, 2.5)) == [color_of(rooks.COLOR)]
    run(lab, 1)
    assert lab.texts()[1] == "((1, 2),)\n"
    assert lab.complaints == []
    assert lab.foreign == []


def test_rooks_by_keyboard_and_buttons(lab: Lab, folder: Path):
    """The cross begins in the middle; shift and the arrows move it, enter places; a button fills the diagonal."""
    output, player = opened(lab, folder, "rooks_keys.ipynb")
    told = output.get_by_role("status")
    player.locator("canvas[role=img]").focus()
    for _ in range(3):
        player.press("Shift+ArrowLeft")
    player.press("Enter")
    expect(told).to_have_text(re.compile("^1 rook, and none takes another"))
    lab.theme("dark")
    expect(player).to_have_css("color-scheme", "dark")
    output.get_by_role("button", name="Surprise me").click()
    expect(told).to_have_text(re.compile("Correlation of the two: 1.00"))
    diagonal = [share_of(k + 0.5, k + 0.5) for k in range(5)]
    assert colors(player, *diagonal) == 5 * [color_of(rooks.COLOR)]
    output.locator(".noUi-handle").press("ArrowRight")
    expect(told).to_have_text(re.compile("5 rooks, and none takes another. Levels tried: learning rate 5 of 6"))
    lab.theme("light")
    assert lab.complaints == []


def test_the_cube_turns_by_drag_and_by_keys(lab: Lab, folder: Path):
    """Dragging to the right turns it, the arrow keys as well; the choice shows another design."""
    lab.open(notebook(folder, "cube.ipynb", CUBE))
    run(lab, 0)
    player = lab.shown(0).locator(".hpo-player")
    player.scroll_into_view_if_needed()
    turn, tilt = (player.get_by_role("slider", name=name) for name in ("turn", "tilt"))
    expect(turn).to_have_attribute("aria-valuetext", "24 degrees")
    player.focus()
    turn.press("ArrowLeft")
    expect(turn).to_have_attribute("aria-valuetext", "16 degrees")
    box = panel(player)
    outer = player.locator("canvas[role=img]").bounding_box()
    assert outer is not None
    middle = outer["x"] + box["left"] + box["width"] / 2, outer["y"] + box["top"] + box["height"] / 2
    degree = box["width"] / 190
    lab.page.mouse.move(*middle)
    lab.page.mouse.down()
    lab.page.mouse.move(middle[0] + 16 * degree, middle[1] - 24 * degree, steps=4)
    lab.page.mouse.up()
    expect(turn).to_have_attribute("aria-valuetext", "32 degrees")
    expect(tilt).to_have_attribute("aria-valuetext", "8 degrees")
    expect(player.get_by_role("status")).to_have_text(re.compile("^grid-midpoints: 27 balls of diameter 0.333"))
    player.get_by_role("radio", name="lhs").check()
    expect(player.get_by_role("status")).to_have_text(re.compile("^lhs: 27 balls"))
    assert lab.complaints == []
