"""Adaptive grids in a real JupyterLab: gamma re-sorts the queue, a grid grows, its children train together."""

from pathlib import Path

import pytest
from cells import opened
from driver import Lab
from player_looks import color_of, colors
from playwright.sync_api import expect

from hpo_tutor.scenes.looks import ORANGE

SETUP = """from hpo_tutor.course.pictures import nb13 as pictures
from hpo_tutor.widgets import Dial, LiveSearch, Player
"""
QUEUE = SETUP + "Player.over(pictures.queue, gamma=Dial('gamma', pictures.GAMMAS), label='Who is next?')"
GROWN = SETUP + (
    "Player.over(pictures.grown, function=['rosenbrock'], gamma=Dial('gamma', [0.0, 1.0]), "
    "step=Dial('refinements', range(4)), play='step', label='A grid that grows')"
)
LIVE = SETUP + "LiveSearch('digits', sampler='SparseGrid', n_trials=11, pause=0.0)"
ACROSS_3 = [(0.45 + k / 1000, 0.25) for k in range(100)]  # point 3 and what is beside it, in shares of the map
PATIENCE = 120_000  # milliseconds


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_gamma_sorts_the_queue_anew(lab: Lab, folder: Path, theme: str):
    """With the keys from gamma 0 to 1: another point is next, its sum is said, and on the map it is orange."""
    player, told = opened(lab, folder, f"queue_{theme}.ipynb", QUEUE)
    lab.theme(theme)
    expect(told).to_contain_text("gamma 0. Point 12 is refined next: rank 0")
    slider = player.get_by_role("slider", name="gamma")
    slider.press("End")
    expect(told).to_contain_text("gamma 1. Point 1 is refined next: rank 23")
    slider.press("ArrowLeft")
    expect(told).to_contain_text("gamma 0.95. Point 3 is refined next: rank 21")
    player.scroll_into_view_if_needed()
    assert color_of(ORANGE) in colors(player, *ACROSS_3)
    lab.theme("light")
    assert (lab.complaints, lab.foreign) == ([], [])


def test_a_grid_grows_by_its_own_rule(lab: Lab, folder: Path):
    """Play's dial refines; another gamma makes another grid of as many points."""
    player, told = opened(lab, folder, "grown.ipynb", GROWN)
    expect(told).to_contain_text("Nothing has been refined yet: 1 point waits to be tried.")
    player.get_by_role("slider", name="refinements").press("End")
    expect(told).to_contain_text("rosenbrock, gamma 0, step 3.")
    expect(told).to_contain_text("Best of 9 trials")
    best = told.inner_text()
    player.get_by_role("slider", name="gamma").press("End")
    expect(told).to_contain_text("rosenbrock, gamma 1, step 3.")
    expect(told).to_contain_text("Best of 9 trials")
    assert told.inner_text() != best
    assert (lab.complaints, lab.foreign) == ([], [])


def test_children_train_together(lab: Lab, folder: Path):
    """The centre alone, its four children side by side, four of the next, and the two ends."""
    live, told = opened(lab, folder, "live_grid.ipynb", LIVE)
    live.get_by_role("button", name="Train").click()
    expect(live.locator(".hpo-progress")).to_have_text("done after 11 networks", timeout=PATIENCE)
    live.get_by_role("button", name="First").click()
    expect(told).to_contain_text("Batch 1 of 4: network 1.")
    live.get_by_role("button", name="Forward").click()
    expect(told).to_contain_text("Batch 2 of 4: networks 2 to 5.")
    expect(told).to_contain_text("It brings 4 new points.")
    live.get_by_role("button", name="Last").click()
    expect(told).to_contain_text("Batch 4 of 4: networks 10 to 11.")
    assert (lab.errors(), lab.foreign, lab.complaints) == ([], [], [])
