"""The picture in the README: a player as a reader's own browser draws it. ``make pictures`` takes it again."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from player_page import Players, served
from playwright.sync_api import Browser

from hpo_tutor import problems, race
from hpo_tutor.widgets import race_player

TOP = Path(__file__).parents[2]
PICTURE = TOP / "notebooks" / "pictures" / "player.png"
WIDTH = 900


@pytest.fixture
def players(chromium: Browser) -> Iterator[Players]:
    """A light page of the README's width, drawn with two pixels for one."""
    context = chromium.new_context(
        viewport={"width": WIDTH, "height": 900}, device_scale_factor=2, color_scheme="light"
    )
    with served() as (address, frames):
        yield Players(context.new_page(), address, frames)
    context.close()


def test_the_readme_shows_a_player_as_it_is(players: Players, tmp_path: Path):
    """The committed picture is that of today's player in mid-race: the same layout, and nearly the same pixels.

    Fonts differ between machines, so words may sit elsewhere by a pixel; panels, points and curves may not.
    """
    digits = problems.landscape("digits")
    laps = race.compare(["grid-midpoints", "random", "sobol"], digits, n_trials=25, seeds=[3])
    element = players.mount(race_player(laps, digits, seed=3))
    element.focus()
    for _ in range(17):
        players.page.keyboard.press("ArrowRight")
    assert "After trial 18 of 25" in element.locator("[role=status]").inner_text()
    element.evaluate("element => element.blur()")
    taken = tmp_path / "player.png"
    element.screenshot(path=taken)
    if os.environ.get("HPO_TUTOR_PICTURES"):
        PICTURE.parent.mkdir(exist_ok=True)
        with Image.open(taken) as fresh:
            fresh.convert("P", palette=Image.Palette.ADAPTIVE, colors=255).save(PICTURE, optimize=True)
    with Image.open(taken) as fresh, Image.open(PICTURE) as kept:
        assert abs(kept.width - fresh.width) <= 4
        assert abs(kept.height / fresh.height - 1) < 0.08
        size = (90, 80)
        pixels = [np.asarray(one.convert("RGB").resize(size), dtype=float) for one in (fresh, kept)]
    assert np.abs(pixels[0] - pixels[1]).mean() < 12, "run `make pictures` and look at what changed"
    assert PICTURE.stat().st_size < 300_000


def test_the_readme_names_the_picture_in_words():
    """The README shows the picture, with an alternative text of a sentence."""
    (words,) = re.findall(r"!\[([^\]]+)\]\(notebooks/pictures/player\.png\)", (TOP / "README.md").read_text())
    assert len(words.split()) >= 12
