"""A workbench in a real JupyterLab: dials by keyboard, points added by mouse and by keyboard, buttons, both themes."""

import re
from pathlib import Path

from cells import notebook, run
from driver import Lab
from player_looks import color_of, colors, panel
from playwright.sync_api import Locator, expect

from hpo_tutor.scenes import looks

BENCH = """from hpo_tutor.scenes import Axis, Points, Scene
from hpo_tutor.widgets import Workbench
unit = Axis("share", 0, 1)
def picture(height, kind, added):
    if kind == "broken":
        raise ValueError("kind must not be broken")
    points = [(0.1, height), *added]
    places = "; ".join(f"{x:.2f}, {y:.2f}" for x, y in points)
    xs, ys = zip(*points)
    return Scene([Points(xs, ys, "#D55E00", "square", 20, outline=None)], unit, unit, f"{kind}: {places}", grid=False)
bench = Workbench(
    picture,
    label="A bench",
    start={"height": 0.5},
    state={"added": ()},
    pick=lambda scene, x, y, added, **_: {"added": (*added, (x, y))},
    presets={"Surprise me": {"height": 0.9}},
    height=[i / 10 for i in range(11)],
    kind=["plain", "broken"],
)
bench"""


def opened(lab: Lab, folder: Path, name: str) -> tuple[Locator, Locator]:
    """The output of a cell that shows a workbench, and its player."""
    lab.open(notebook(folder, name, BENCH, "print(bench.values['height'], len(bench.values['added']))"))
    run(lab, 0)
    output = lab.shown(0)
    expect(output.get_by_role("status")).to_have_text("plain: 0.10, 0.50")
    return output, output.locator(".hpo-player")


def test_points_are_added_by_mouse_and_by_keyboard(lab: Lab, folder: Path):
    """A click adds a point where it was clicked; shift and the arrows move a cross, and enter adds one there."""
    output, player = opened(lab, folder, "bench_points.ipynb")
    told = output.get_by_role("status")
    player.scroll_into_view_if_needed()
    box = panel(player)
    place = {"x": box["left"] + 0.3 * box["width"], "y": box["top"] + 0.2 * box["height"]}
    player.locator("canvas[role=img]").click(position=place)
    expect(told).to_have_text("plain: 0.10, 0.50; 0.30, 0.80")
    assert colors(player, (0.3, 0.8)) == [color_of(looks.RED)]
    player.press("Shift+ArrowLeft")
    for _ in range(3):
        player.press("Shift+ArrowDown")
    player.press("Enter")
    expect(told).to_have_text(re.compile("plain: .*; .*; "))
    added = [tuple(map(float, part.split(", "))) for part in str(told.text_content()).split(": ")[1].split("; ")]
    assert len(added) == 3
    assert 0.4 < added[2][0] < 0.5  # the cross begins in the middle
    assert 0.4 < added[2][1] < 0.5
    assert colors(player, added[2]) == [color_of(looks.RED)]
    run(lab, 1)
    assert lab.texts()[1] == "0.5 2\n"
    output.get_by_role("button", name="Start again").click()
    expect(told).to_have_text("plain: 0.10, 0.50")
    assert lab.complaints == []
    assert lab.foreign == []


def test_a_slider_recomputes_by_keyboard_and_a_preset_moves_it(lab: Lab, folder: Path):
    """The arrow keys move a slider by one value, and edit no cell; the slider follows a button; dark is drawn, too."""
    output, player = opened(lab, folder, "bench_sliders.ipynb")
    told, handle = output.get_by_role("status"), output.locator(".noUi-handle")
    before = lab.cells()
    handle.press("ArrowRight")
    expect(told).to_have_text("plain: 0.10, 0.60")
    assert colors(player, (0.1, 0.6)) == [color_of(looks.RED)]
    output.get_by_role("button", name="Surprise me").click()
    expect(told).to_have_text("plain: 0.10, 0.90")
    expect(handle).to_have_attribute("aria-valuenow", "9.0")
    assert [cell["source"] for cell in lab.cells()] == [cell["source"] for cell in before]
    lab.theme("dark")
    expect(player).to_have_css("color-scheme", "dark")
    handle.press("ArrowLeft")
    expect(told).to_have_text("plain: 0.10, 0.80")
    lab.theme("light")
    assert lab.complaints == []


def test_an_error_is_read_on_the_page(lab: Lab, folder: Path):
    """It says what is wrong, and everything stays as it was."""
    output, _ = opened(lab, folder, "bench_error.ipynb")
    output.get_by_role("button", name="broken").click()
    expect(output.get_by_text("ValueError: kind must not be broken")).to_be_visible()
    expect(output.get_by_role("status")).to_have_text("plain: 0.10, 0.50")
    output.get_by_role("button", name="Surprise me").click()
    expect(output.get_by_role("status")).to_have_text("plain: 0.10, 0.90")
    expect(output.get_by_text("ValueError: kind")).to_be_hidden()
