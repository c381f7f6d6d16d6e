"""Early stopping in a real JupyterLab: a cut through real curves is moved, and a timeline of workers is scrubbed."""

from pathlib import Path

import pytest
from cells import opened
from driver import Lab
from playwright.sync_api import expect

CUT = "from hpo_tutor.course.pictures import nb16 as pictures\npictures.cutter()"
KNOCKOUT = """from hpo_tutor.course.pictures import nb16 as pictures
from hpo_tutor.early_stopping import SuccessiveHalving
pictures.knockout(schedulers={"halving": SuccessiveHalving(81, 81)})
"""
CLOCK = (
    "from hpo_tutor.course.pictures import nb17 as pictures\npictures.timelines(workers=(1, 4), stragglers=(0.0, 2.0))"
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_winner_dies_at_an_early_cut_and_lives_at_a_late_one(lab: Lab, folder: Path, theme: str):
    """By the keyboard: the epochs are counted, and at the last epoch nothing can be lost."""
    player, told = opened(lab, folder, f"cut_{theme}.ipynb", CUT)
    lab.theme(theme)
    expect(told).to_contain_text("Cut after 3 epochs, 9 of 27 train on")
    expect(told).to_contain_text("= 783 epochs in place of 2,187")
    expect(told).to_contain_text("and is killed")
    player.get_by_role("slider", name="cut after").press("End")
    expect(told).to_contain_text("Cut after 81 epochs")
    expect(told).to_contain_text("nothing is lost")
    lab.theme("light")
    assert (lab.complaints, lab.foreign) == ([], [])


def test_a_tournament_goes_from_rung_to_rung(lab: Lab, folder: Path):
    """One report after the other: 1 epoch after the first, 297 after the last."""
    player, told = opened(lab, folder, "knockout.ipynb", KNOCKOUT)
    slider = player.get_by_role("slider").last
    slider.press("End")
    expect(told).to_contain_text("Report 121 of 121")
    expect(told).to_contain_text("297 epochs trained in all")
    slider.press("Home")
    expect(told).to_contain_text("Report 1 of 121")
    assert (lab.complaints, lab.foreign) == ([], [])


def test_a_clock_is_scrubbed(lab: Lab, folder: Path):
    """At the start everybody trains; in the end halving is done, while nobody who plays ASHA waits."""
    player, told = opened(lab, folder, "clock.ipynb", CLOCK)
    clock = player.get_by_role("slider", name="clock")
    clock.press("Home")
    expect(told).to_contain_text("Successive halving: 4 of 4 train, nobody waits")
    clock.press("End")
    expect(told).to_contain_text("Successive halving: done; 81 trials reported")
    expect(told).to_contain_text("ASHA, promoting: 4 of 4 train, nobody waits")
    assert (lab.complaints, lab.foreign) == ([], [])
