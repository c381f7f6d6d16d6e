"""Notebook 11 in a real JupyterLab: bets by buttons, and a study behind three controls."""

import re
from pathlib import Path

from cells import notebook, run
from driver import Lab
from playwright.sync_api import Locator, expect

BETS = """import numpy as np
from hpo_tutor.course.pictures import nb11 as pictures
from hpo_tutor.course.pictures.nb11.bets import Field
values = np.random.default_rng(0).exponential(1, (2, 5, 8)) * np.array([1, 9])[:, None, None]
pictures.betting({4: Field(("grid", "random"), values)}, "When would you bet?")"""
STUDY = """import pandas as pd
from hpo_tutor.course.pictures import nb11 as pictures
from hpo_tutor.race import protocol
cells = [protocol.Cell("networks", 2, n, name, b) for n in (2, 3) for name in ("grid", "random") for b in range(10)]
table = pd.DataFrame([row for job in protocol.jobs(cells) for row in protocol.run(job)])
pictures.Explorer(table, ["grid", "random"]).player("The study")"""


def opened(lab: Lab, folder: Path, name: str, source: str) -> tuple[Locator, Locator]:
    """The output of a cell, and its sentence."""
    lab.open(notebook(folder, name, source))
    run(lab, 0)
    output = lab.shown(0)
    told = output.get_by_role("status")
    expect(told).not_to_be_empty()
    output.locator(".hpo-player").scroll_into_view_if_needed()
    return output, told


def test_a_bet_is_made_and_counted(lab: Lab, folder: Path):
    """Batches are drawn by buttons, the bet names the leader and is counted; then nothing moves until the next race."""
    output, told = opened(lab, folder, "fair_bets.ipynb", BETS)

    def press(text: str) -> None:
        output.get_by_role("button", name=text, exact=True).click()

    expect(told).to_have_text(re.compile(r"^4 points, 2 batches: [AB] leads\. No bet yet\.$"))
    press("Draw five")
    expect(told).to_have_text(re.compile("^4 points, 7 batches"))
    press("Draw a batch")
    expect(told).to_have_text(re.compile("^4 points, 8 batches"))
    press("Bet on the leader")
    expect(told).to_have_text(
        re.compile("8 batches: grid leads. You bet on it: it is truly the lowest.* Bets: 1, wrong: 0")
    )
    press("Draw five")
    press("Next race")
    expect(told).to_have_text(re.compile(r"^4 points, 2 batches: [AB] leads\. Bets: 1, wrong: 0\.$"))
    press("Start again")
    expect(told).to_have_text(re.compile("No bet yet"))
    assert lab.complaints == []
    assert lab.foreign == []


def test_a_study_is_explored_by_keys(lab: Lab, folder: Path):
    """The slider of levels moves by arrow keys, in the dark theme too, and the sentence gives the ranking there."""
    output, told = opened(lab, folder, "fair_study.ipynb", STUDY)
    player = output.locator(".hpo-player")
    expect(told).to_have_text(re.compile(r"^jets, 2 hyperparameters, 3\^2 = 9 points\. Lowest: random .*, grid "))
    lab.theme("dark")
    expect(player).to_have_css("color-scheme", "dark")
    player.press("ArrowLeft")
    expect(told).to_have_text(re.compile(r"^jets, 2 hyperparameters, 2\^2 = 4 points\. Lowest: random"))
    lab.theme("light")
    assert lab.complaints == []
    assert lab.foreign == []
