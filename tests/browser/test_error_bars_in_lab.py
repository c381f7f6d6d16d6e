"""Error bars in a real JupyterLab: bars miss and hold, slips pile up study by study, stars turn out to be luck."""

from pathlib import Path

import pytest
from cells import notebook, run
from driver import Lab
from player_looks import color_of, colors
from playwright.sync_api import Locator, expect

from hpo_tutor.scenes.looks import BLUE, RED

SETUP = """import numpy as np
from hpo_tutor.course.pictures import nb12 as pictures
from hpo_tutor.widgets import Dial, Player
"""
BARS = SETUP + (
    "Player.over(pictures.promise, n_batches=Dial('batches', [5, 200]), truth=['exponential'], "
    "interval=Dial('bar', ['Gaussian', 'bootstrap-t']), label='Bars')"
)
SLIPS = SETUP + (
    "values = np.array([0.2, 2.1, 2.5, 3.0, 14.3])\n"
    "picks = np.random.default_rng(0).integers(5, size=(200, 5))\n"
    "Player(pictures.resampled(values, picks, 'excess', counts=[1, 2, 200]), name='frame', label='Slips')"
)
PILES = SETUP + "Player.over(pictures.piles, equal=[0.5, 0.8], power=[0.3, 0.9], level=['0.05', '0.01'], label='Piles')"
LOWEST, HIGHEST = 0.005, 0.995  # of the hundred bars, as shares of the panel's height
ACROSS = [k / 400 for k in range(2, 399)]


def opened(lab: Lab, folder: Path, name: str, source: str) -> tuple[Locator, Locator]:
    """A player and its sentence."""
    lab.open(notebook(folder, name, source))
    run(lab, 0)
    player = lab.shown(0).locator(".hpo-player")
    told = player.get_by_role("status")
    expect(told).not_to_be_empty()
    player.scroll_into_view_if_needed()
    return player, told


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_bars_miss_with_five_batches_and_hold_with_two_hundred(lab: Lab, folder: Path, theme: str):
    """The lowest Gaussian bar of five batches is red and in sight in either theme; keys and the choice change bars."""
    player, told = opened(lab, folder, f"error_bars_{theme}.ipynb", BARS)
    lab.theme(theme)
    expect(player).to_have_css("color-scheme", theme)
    expect(told).to_contain_text("5 batches, truth: exponential.")
    expect(told).to_contain_text("Gaussian bars hold the true mean")
    lowest = colors(player, *((x, LOWEST) for x in ACROSS))
    assert color_of(RED) in lowest
    assert color_of(BLUE) not in lowest
    player.get_by_role("radio", name="bootstrap-t").check()
    expect(told).to_contain_text("bootstrap-t bars hold the true mean")
    player.press("End")
    expect(told).to_contain_text("200 batches")
    lab.theme("light")
    assert lab.complaints == []
    assert lab.foreign == []


def test_slips_are_drawn_study_by_study(lab: Lab, folder: Path):
    """Each step is another study; the last frame says between which numbers the means lie."""
    player, told = opened(lab, folder, "error_bars_slips.ipynb", SLIPS)
    expect(told).to_contain_text("1 resampled study.")
    player.press("ArrowRight")
    expect(told).to_contain_text("2 resampled studies.")
    player.press("End")
    expect(told).to_contain_text("200 resampled studies. 95\u00a0% of their means lie between")
    assert lab.complaints == []


def test_stars_are_luck_or_not(lab: Lab, folder: Path):
    """More equals, more luck; a stricter level, less."""
    player, told = opened(lab, folder, "error_bars_piles.ipynb", PILES)
    expect(told).to_contain_text("70 stars, of which 10 are luck: 14\u00a0%.")
    player.press("ArrowRight")
    expect(told).to_contain_text("40 stars, of which 16 are luck: 40\u00a0%.")
    player.get_by_role("radio", name="0.01").check()
    expect(told).to_contain_text("27 stars, of which 3 are luck: 11\u00a0%.")
    assert lab.complaints == []
