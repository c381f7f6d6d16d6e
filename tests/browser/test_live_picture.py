"""The recording for the README: a real training as its page shows it. ``make pictures`` records it again."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from player_page import Players, served
from playwright.sync_api import Browser

from hpo_tutor.widgets import LiveTraining

PICTURE = Path(__file__).parents[2] / "notebooks" / "pictures" / "live.webp"
WIDTH = 900
FIRST, SHORTEST, LAST = 1500, 90, 4000  # milliseconds that the first, any and the last frame are shown
MOST_BYTES = 1_500_000


class Snapshot:
    """What the page was told at one moment."""

    def __init__(self, live: LiveTraining) -> None:
        self.seconds = time.monotonic()
        self.told = {name: getattr(live, name) for name in ("frames", "start", "label", "speed", "pick", "form")}
        self.told["progress"] = live.progress

    def __getattr__(self, name: str) -> Any:
        return self.told[name]

    def has_trait(self, name: str) -> bool:
        """As a widget does."""
        return name in self.told


@pytest.fixture
def players(chromium: Browser) -> Iterator[Players]:
    """A light page of the README's width, drawn with three pixels for two."""
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": 900}, device_scale_factor=1.5, color_scheme="light"
    )
    with served() as (address, frames):
        yield Players(context.new_page(), address, frames)
    context.close()


@pytest.fixture(scope="module")
def run() -> list[Snapshot]:
    """What the page is told of a real training of 200 networks, from before to the end."""
    live = LiveTraining(n_networks=200, label="")
    told = [Snapshot(live)]
    live.observe(lambda _: told.append(Snapshot(live)), "progress")  # the last trait that is set
    live.train(wait=True)
    live.close()
    return told


def taken(players: Players, told: list[Snapshot], folder: Path) -> list[Image.Image]:
    """The page at each of these moments, all of one size."""
    element = players.mount(told[0])
    pictures = []
    for snapshot in told:
        players.renew(snapshot)
        players.page.evaluate("() => new Promise(requestAnimationFrame)")
        element.screenshot(path=folder / "one.png")
        with Image.open(folder / "one.png") as one:
            pictures.append(one.convert("RGB"))
    size = max(one.width for one in pictures), max(one.height for one in pictures)
    sheets = [Image.new("RGB", size, "white") for _ in pictures]
    for sheet, one in zip(sheets, pictures, strict=True):
        sheet.paste(one)
    return sheets


def test_the_recording_shows_live_training_as_it_is(players: Players, run: list[Snapshot], tmp_path: Path):
    """The committed recording begins and ends as today's widget does: the same layout, and nearly the same pixels."""
    if os.environ.get("HPO_TUTOR_PICTURES"):
        sheets = taken(players, run, tmp_path)
        gaps = np.diff([snapshot.seconds for snapshot in run]) * 1000
        shown = [FIRST, *(max(SHORTEST, round(gap)) for gap in gaps[1:]), LAST]
        PICTURE.parent.mkdir(exist_ok=True)
        sheets[0].save(PICTURE, save_all=True, append_images=sheets[1:], duration=shown, loop=0, quality=55, method=6)
        players.page.reload()
        players.page.wait_for_function("() => window.ready")
    fresh = taken(players, [run[0], run[-1]], tmp_path)
    assert PICTURE.stat().st_size < MOST_BYTES
    with Image.open(PICTURE) as kept:
        assert kept.n_frames >= 8
        for frame, now in zip((0, kept.n_frames - 1), fresh, strict=True):
            kept.seek(frame)
            assert abs(kept.width - now.width) <= 4
            assert abs(kept.height / now.height - 1) < 0.08
            size = (90, 60)
            pixels = [np.asarray(one.convert("RGB").resize(size), dtype=float) for one in (now, kept)]
            assert np.abs(pixels[0] - pixels[1]).mean() < 12, "run `make pictures` and look at what changed"
