"""How fast does a player step, play and pack? Figures of one run, printed; a clock is never asserted."""

import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from driver import LAUNCH
from player_page import Players, served
from playwright.sync_api import sync_playwright

from hpo_tutor.scenes import Axis, Heatmap, Points, Scene, looks
from hpo_tutor.training import machine
from hpo_tutor.widgets import Player
from hpo_tutor.widgets import player as room

UNIT = Axis("share", 0, 1)
N_STEPS, SECONDS = 40, 3.0

# milliseconds of script for each step: a key, and all that answers it before the next line runs
STEP = """n => {
    const root = document.querySelector('.hpo-player'), spent = [];
    for (let i = 0; i < n; i++) {
        const start = performance.now();
        root.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true}));
        spent.push(performance.now() - start);
    }
    return spent;
}"""
# of every frame of the screen while it plays: when it was, and which step was shown
PLAY = """async seconds => {
    const root = document.querySelector('.hpo-player'), range = root.querySelector('input'), seen = [];
    root.querySelector('[data-key=play]').click();
    const start = performance.now();
    for (let now = start; now < start + 1000 * seconds; ) {
        now = await new Promise(requestAnimationFrame);
        seen.push([now, Number(range.value)]);
    }
    root.querySelector('[data-key=play]').click();
    return seen;
}"""


@pytest.fixture
def players() -> Iterator[Players]:
    """A page for players."""
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if found is None:
        pytest.fail("the figures need chromium or google-chrome")
    with served() as given, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=LAUNCH)
        yield Players(browser.new_page(viewport={"width": 1000, "height": 900}), *given)
        browser.close()


def search(n_frames: int, n_points: int = 100, n_cells: int = 60) -> list[Scene]:
    """Frames of other points on one surface, which has none of them in common with the next."""
    rng = np.random.default_rng(0)
    rise = np.linspace(0, 1, n_cells, dtype=np.float32)
    surface = [Heatmap(np.sin(6 * rise[:, None]) + rise, name="loss")] if n_cells else []
    frames = []
    for i in range(n_frames):
        points = Points(*rng.random((2, n_points), dtype=np.float32), looks.ORANGE, "diamond", name="trials")
        frames.append(Scene([*surface, points], UNIT, UNIT, f"After trial {i + 1} the best loss is {i / 7:.3f}."))
    return frames


def summary(spent: list[float]) -> str:
    """Median, 95th percentile and maximum of milliseconds."""
    return (
        f"median {statistics.median(spent):.2f} ms, p95 {np.percentile(spent, 95):.2f} ms, slowest {max(spent):.2f} ms"
    )


def test_steps_and_frames(players: Players, capsys: pytest.CaptureFixture[str]) -> None:
    """A step's script time and frames a second, on a surface of 60 x 60 cells with 100 points, then 10,000 frames."""
    lines = [machine.describe()]
    player = players.mount(Player(search(400), speed=60))
    players.page.evaluate(STEP, N_STEPS)  # the first ones are compiled
    lines.append(f"{N_STEPS} steps on 60 x 60 cells + 100 points: {summary(players.page.evaluate(STEP, N_STEPS))}")
    player.press("Home")
    seen = players.page.evaluate(PLAY, SECONDS)
    played = (seen[-1][0] - seen[0][0]) / 1000
    shown = len({step for _, step in seen})
    lines.append(f"played at 60 steps a second: {shown / played:.1f} shown a second, {len(seen) / played:.1f} screens")
    assert shown > 1
    for n_frames in (100, 10_000):
        players.page.reload()
        players.page.wait_for_function("() => window.ready")
        packed = Player(search(n_frames, n_cells=0))
        start = time.perf_counter()
        players.mount(packed)
        mounted = time.perf_counter() - start
        players.page.evaluate(STEP, N_STEPS)
        spent = players.page.evaluate(STEP, N_STEPS)
        lines.append(f"{n_frames} frames of 100 points: {summary(spent)}; fetched and mounted in {mounted:.2f} s")
    lines.append(f"player.js: {(Path(room.__file__).parent / 'player.js').stat().st_size} bytes")
    with capsys.disabled():
        print("\n" + "\n".join(lines))


@pytest.mark.parametrize("n_frames", [100, 1_000, 10_000])
def test_packing(n_frames: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Seconds and bytes for frames of 100 points."""
    frames = search(n_frames, n_cells=0)
    start = time.perf_counter()
    player = Player(frames)
    spent = time.perf_counter() - start
    assert len(player.frames) > 800 * n_frames
    with capsys.disabled():
        print(f"\n{n_frames} frames of 100 points: packed in {spent:.2f} s, {len(player.frames) / 1e6:.2f} MB")
