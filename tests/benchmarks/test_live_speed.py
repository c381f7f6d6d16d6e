"""Does the page stay quick while networks train? Figures of a run in a real JupyterLab, printed; no clock is asserted.

click   milliseconds from the hand's click to the picture that answers it
"""

import os
from pathlib import Path

import numpy as np
import pytest
from cells import notebook, run
from driver import Lab

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
