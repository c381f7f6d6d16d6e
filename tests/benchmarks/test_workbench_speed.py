"""How long from the hand on a slider to the new picture? Figures of a real JupyterLab, printed; no clock is asserted.

turn    milliseconds from when the slider is let go to when the picture that belongs to it is painted
n       observations that the Gaussian process holds
"""

from pathlib import Path

import numpy as np
import pytest
from cells import notebook, run
from driver import Lab

from hpo_tutor.training import machine

N_TURNS = 60
# a posterior with its band and three draws, refitted at each turn of the length scale
CELL = """
import numpy as np
from hpo_tutor.scenes import Axis, Band, Line, Points, Scene
from hpo_tutor.surrogates import GaussianProcess, Kernel
from hpo_tutor.widgets import Workbench
x, grid = np.random.default_rng(0).random(({n}, 1)), np.linspace(0, 1, 200)[:, None]
y = np.sin(9 * x[:, 0]) + 0.1 * np.random.default_rng(1).normal(size={n})
def picture(length_scale):
    process = GaussianProcess(Kernel("matern52", length_scale, 1.0, 0.1)).condition(x, y)
    mean, std = process.predict(grid)
    draws = process.sample(grid, 3, np.random.default_rng(2)).T
    layers = [Band(grid, mean - 2 * std, mean + 2 * std), Line(grid, mean), Line(grid, draws), Points(x, y)]
    return Scene(layers, Axis("x", 0, 1), Axis("loss", -3, 3), f"length scale {{length_scale:.4f}}")
Workbench(picture, length_scale=np.geomspace(0.02, 2, 81))
"""
# from when a key (or a hand) lets the slider go until the next frame after the new sentence was painted
WATCH_TURNS = """() => {
    window.spent = [];
    let since = 0;
    const told = document.querySelector('.hpo-player [role=status]');
    document.querySelector('.noUi-handle').addEventListener('keyup', ({timeStamp}) => { since = timeStamp; }, true);
    document.querySelector('.noUi-handle').addEventListener('keydown', ({timeStamp}) => { since = timeStamp; }, true);
    new MutationObserver(() => requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => window.spent.push(performance.now() - since);
        port2.postMessage(null);
    })).observe(told, {childList: true, characterData: true, subtree: true});
}"""


@pytest.mark.parametrize("n", [5, 50, 500])
def test_turns(lab: Lab, tmp_path: Path, n: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Turns of a slider by one value each, with a refit in the kernel: median, 95th percentile and slowest."""
    lab.open(notebook(tmp_path / "work", "speed.ipynb", CELL.format(n=n)))
    run(lab, 0)
    cell = lab.shown(0)
    handle = cell.locator(".noUi-handle")
    handle.scroll_into_view_if_needed()
    lab.page.evaluate(WATCH_TURNS)
    handle.focus()
    for number in range(N_TURNS):
        lab.page.keyboard.press("ArrowRight")
        lab.page.wait_for_function("number => window.spent.length > number", arg=number)
    spent = lab.page.evaluate("() => window.spent")
    p50, p95 = np.percentile(spent, [50, 95])
    turn = f"{n} observations, a turn: median {p50:.0f} ms, p95 {p95:.0f} ms, slowest {max(spent):.0f} ms"
    with capsys.disabled():
        print(f"\n{machine.describe()}\n{turn}")
