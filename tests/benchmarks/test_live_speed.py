"""Does the page stay quick while networks train? Figures of a run in a real JupyterLab, printed; no clock is asserted.

click   milliseconds from the hand's click to the picture that answers it
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from cells import notebook, run
from driver import LAUNCH, Lab
from lab_server import serve
from playwright.sync_api import sync_playwright

from hpo_tutor.course import lab as course_lab
from hpo_tutor.training import machine

N_CLICKS = 100
# a player to click on, and beside it 200 networks; with one core more than there are, live training leaves none free
CELL = """
from IPython.display import display
from hpo_tutor.scenes import Axis, Points, Scene
from hpo_tutor.widgets import LiveTraining, Player, live_run
live_run.os.cpu_count = lambda: {cores}
unit = Axis("share", 0, 1)
display(Player([Scene([Points(i / 200, 0.5)], unit, unit, f"{{i}}", aspect=0.2) for i in range(200)]))
display(LiveTraining(n_networks=200))
"""
# clicks as the page hears them: from when the hand clicked until the next picture is out
WATCH_CLICKS = """() => {
    window.spent = [];
    const forward = document.querySelector('[data-key=forward]');
    forward.addEventListener('click', ({timeStamp}) => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => window.spent.push(performance.now() - timeStamp);
        port2.postMessage(null);
    }));
    window.heard = [];
    const watch = new MutationObserver(() => window.heard.push(performance.now()));
    watch.observe(document.querySelector('.hpo-progress'), {childList: true});
}"""


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """JupyterLab on an empty folder, and Chromium on it."""
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if found is None:
        pytest.fail("the figures need chromium or google-chrome")
    work = tmp_path / "work"
    work.mkdir()
    command = [*course_lab.command(work / "any.ipynb", browser=False, port=0), "--LabApp.expose_app_in_browser=True"]
    variables = course_lab.environment() | {"HPO_TUTOR_WORK": str(work)}
    with serve(command, tmp_path, **variables) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=LAUNCH)
        yield Lab(browser.new_page(viewport={"width": 1280, "height": 1200}), server)
        browser.close()


@pytest.mark.parametrize("spare", [None, 1, 0], ids=["at rest", "one core left free", "every core trains"])
def test_clicks(lab: Lab, tmp_path: Path, spare: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    """Clicks on a player beside a live training: median, 95th percentile and slowest; how often its picture changes."""
    cores = (os.cpu_count() or 1) + (spare == 0)
    lab.open(notebook(tmp_path / "work", "speed.ipynb", CELL.format(cores=cores)))
    run(lab, 0)
    cell = lab.shown(0)
    forward, train = cell.get_by_role("button", name="Forward").first, cell.get_by_role("button", name="Train")
    train.click()  # what is compiled once is compiled now
    cell.locator(".hpo-progress", has_text="done").wait_for(timeout=120_000)
    forward.scroll_into_view_if_needed()
    box = forward.bounding_box()
    assert box is not None
    lab.page.evaluate(WATCH_CLICKS)
    for number in range(N_CLICKS):
        if spare is not None and train.get_attribute("aria-disabled") == "false":
            train.click()
            cell.locator(".hpo-progress", has_text="still train").wait_for()
        lab.page.mouse.click(box["x"] + 10, box["y"] + 10)
        lab.page.wait_for_function("number => window.spent.length > number", arg=number)
    spent, heard = lab.page.evaluate("() => [window.spent, window.heard]")
    p50, p95 = np.percentile(spent, [50, 95])
    lines = [machine.describe(), f"click: median {p50:.0f} ms, p95 {p95:.0f} ms, slowest {max(spent):.0f} ms"]
    if spare is not None:
        gaps = np.diff(heard)
        lines.append(f"{1000 / np.median(gaps):.1f} updates a second, {len(heard)} in all")
    with capsys.disabled():
        print("\n" + "\n".join(lines))
