"""Players in a real JupyterLab: stepped without editing the notebook, redrawn, forgotten, renewed, picked from."""

from pathlib import Path

from cells import notebook, run
from driver import Lab
from player_looks import EMPTY, STRONGEST, channels, color_of, colors, contrast, panel
from player_page import WATCH
from playwright.sync_api import expect

from hpo_tutor.scenes import looks

SETUP = """from hpo_tutor.scenes import Axis, Points, Scene, Text, beside
from hpo_tutor.widgets import Player
unit, seen = Axis("share", 0, 1), []
def at(x, y):
    return Scene([Points(x, y, "#D55E00", "square", 20, outline=None)], unit, unit, f"{x:.2f}, {y:.2f}", grid=False)
"""
FRAMES = "[at(0.1, 0.2), at(0.5, 0.4), at(0.9, 0.8)]"


def sources(lab: Lab) -> list[str]:
    """The text of every cell."""
    return ["".join(cell["source"]) for cell in lab.cells()]


def test_jupyterlab_steps_a_player_and_keeps_the_notebook(lab: Lab, folder: Path, tmp_path: Path):
    """Run All shows it; keys step it, and neither they nor others edit the notebook; nothing is asked of elsewhere."""
    name = notebook(folder, "stepped.ipynb", SETUP, f"Player({FRAMES}, label='A walk', name='trial')", "1 + 1")
    lab.open(name)
    lab.run_all()
    assert lab.errors() == []
    before = sources(lab)
    output = lab.shown(1)
    player = output.locator(".hpo-player")
    expect(player.get_by_role("status")).to_have_text("0.10, 0.20")
    assert output.locator("figure, figcaption").count() == 0  # the widget, not what stands in for it
    assert set(lab.cells()[1]["outputs"][0]["data"]) >= {"text/html", "text/plain"}
    state = (
        "() => { const {content} = jupyterapp.shell.currentWidget; return [content.mode, content.activeCellIndex]; }"
    )
    was = lab.page.evaluate(state)
    player.focus()
    for key, words in [
        ("ArrowRight", "0.50, 0.40"),
        ("End", "0.90, 0.80"),
        ("ArrowDown", "0.90, 0.80"),
        ("Home", "0.10, 0.20"),
        ("Enter", "0.10, 0.20"),
        ("d", "0.10, 0.20"),
        ("d", "0.10, 0.20"),
        ("b", "0.10, 0.20"),
        ("y", "0.10, 0.20"),
        ("ArrowRight", "0.50, 0.40"),
    ]:
        lab.page.keyboard.press(key)
        expect(player.get_by_role("status")).to_have_text(words)
    assert lab.page.evaluate(state) == was
    assert colors(player, (0.5, 0.4), (0.1, 0.2)) == [color_of(looks.RED), EMPTY]
    player.get_by_role("button", name="Last").click()
    player.locator("canvas[role=img]").click()
    lab.page.keyboard.press("ArrowLeft")
    expect(player.get_by_role("status")).to_have_text("0.50, 0.40")
    assert sources(lab) == before
    lab.screenshot(tmp_path / "player.png")
    assert lab.foreign == []
    assert lab.complaints == []


def test_jupyterlab_themes_redraw_a_player(lab: Lab, folder: Path):
    """Dark and back: the numbers at the axes are legible on the notebook's ground, and so are the controls."""
    lab.open(notebook(folder, "themed.ipynb", SETUP, f"Player({FRAMES}, name='trial')"))
    lab.run_all()
    player = lab.shown(1).locator(".hpo-player")
    expect(player.get_by_role("status")).to_have_text("0.10, 0.20")
    grounds = []
    for theme in ("light", "dark", "light"):
        lab.theme(theme)
        expect(player).to_have_css("color-scheme", theme)
        color = "panel => getComputedStyle(panel).backgroundColor"
        ground = channels(lab.page.locator(".jp-NotebookPanel-notebook").evaluate(color))
        *ink, alpha = player.locator("canvas[role=img]").evaluate(STRONGEST)
        seen = [alpha / 255 * top + (1 - alpha / 255) * below for top, below in zip(ink, ground, strict=True)]
        assert contrast(seen, ground) >= 4.5
        count = player.locator(".hpo-count").evaluate("element => getComputedStyle(element).color")
        assert contrast(channels(count), ground) >= 4.5
        grounds.append(ground)
    assert grounds[0] == grounds[2] != grounds[1]
    assert lab.complaints == []


def test_jupyterlab_forgets_players_that_are_gone(fresh_lab: Lab, folder: Path):
    """Ten players, their cells run again and again: ten players' listeners, and none once their outputs are cleared."""
    fresh_lab.page.add_init_script(WATCH)
    shown = "from IPython.display import display\nfor _ in range(10):\n    display(Player(" + FRAMES + "))"
    fresh_lab.open(notebook(folder, "again.ipynb", SETUP, shown))
    count = """() => {
        const own = ['media change', 'window resize', 'document visibilitychange'];
        return own.map(one => kept.listeners.filter(({name, type}) => `${name} ${type}` === one).length);
    }"""
    before = fresh_lab.page.evaluate(count)
    for _ in range(3):
        run(fresh_lab, 0)
        run(fresh_lab, 1)
        fresh_lab.shown(1)
        expect(fresh_lab.page.locator(".hpo-player")).to_have_count(10)
        fresh_lab.page.wait_for_function(
            "before => kept.listeners.filter(one => one.name === 'media').length === before + 10", arg=before[0]
        )
    assert fresh_lab.page.evaluate(count) == [one + 10 for one in before]
    fresh_lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    expect(fresh_lab.page.locator(".hpo-player")).to_have_count(0)
    fresh_lab.page.wait_for_function(f"before => ({count})().join() === before.join()", arg=before)
    assert fresh_lab.complaints == []


def test_jupyterlab_brings_new_frames_and_hears_what_is_picked(lab: Lab, folder: Path):
    """``update`` shows the kernel's frames where the reader is; a click is in ``picked`` before the next cell runs."""
    name = notebook(
        folder,
        "picked.ipynb",
        SETUP,
        f"player = Player({FRAMES}, name='trial', pick=True)\n"
        "player.observe(lambda change: seen.append(change.new), 'picked')\nplayer",
        "player.update([at(0.3, 0.3), at(0.7, 0.7), at(0.8, 0.1), at(0.2, 0.9)])",
        "player.update([at(0.4, 0.6)] * 2, start=1)",
        "print(len(seen), round(seen[0]['x'], 1), round(seen[0]['y'], 1), seen[0]['scene'], player.picked == seen[-1])",
    )
    lab.open(name)
    run(lab, 0)
    run(lab, 1)
    player = lab.shown(1).locator(".hpo-player")
    told = player.get_by_role("status")
    expect(told).to_have_text("0.10, 0.20")
    player.press("ArrowRight")
    run(lab, 2)
    expect(told).to_have_text("0.70, 0.70")
    expect(player.locator(".hpo-count")).to_have_text("trial 2 of 4")
    assert colors(player, (0.7, 0.7), (0.5, 0.4)) == [color_of(looks.RED), EMPTY]
    run(lab, 3)
    expect(player.locator(".hpo-count")).to_have_text("trial 2 of 2")
    expect(told).to_have_text("0.40, 0.60")
    player.scroll_into_view_if_needed()
    box = panel(player)
    place = {"x": box["left"] + 0.3 * box["width"], "y": box["top"] + 0.2 * box["height"]}
    player.locator("canvas[role=img]").click(position=place)
    player.press("Shift+ArrowUp")
    player.press("Enter")
    run(lab, 4)
    assert lab.texts()[4] == "2 0.3 0.8 0 True\n"
    assert lab.errors() == []
    assert lab.complaints == []
