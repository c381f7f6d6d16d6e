"""Tuning while training in a real JupyterLab: a start is dragged, a click trains, a factor is left out."""

import re
from pathlib import Path

import pytest
from cells import opened
from driver import Lab
from gestures import click, drag
from playwright.sync_api import Locator, expect

DRAG = "from hpo_tutor.course.pictures.nb18.drag import drag_player\ndrag_player()"
BENCH = "from hpo_tutor.course.pictures.nb18.bench import drag_bench\ndrag_bench(n=(3, 3), epochs=3)"
CHAIN = "from hpo_tutor.course.pictures.nb18.chain import chain_player\nchain_player()"
START = re.compile(r"^From l2 = (\u2212?[\d.]+), noise ([\d.]+)")
MINUS = "\u2212"
FIRST = f"From l2 = {MINUS}4, noise 0.6"
TRAINED = 60_000  # milliseconds, in which a busy machine trains ten small networks


def start_told(told: Locator) -> tuple[float, float]:
    """L2 and noise at the start, as the sentence says."""
    found = START.match(told.inner_text())
    assert found is not None
    return float(found[1].replace(MINUS, "-")), float(found[2])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_start_is_dragged_over_the_map(lab: Lab, folder: Path, theme: str):
    """By the mouse from the upper to the lower part: a path from another start, told with its losses."""
    player, told = opened(lab, folder, f"drag_{theme}.ipynb", DRAG)
    lab.theme(theme)
    expect(told).to_contain_text(START)
    player.scroll_into_view_if_needed()
    assert start_told(told)[1] > 0.4
    drag(lab, player, (0.5, 0.9), (0.5, 0.15))
    expect(told).not_to_contain_text(re.compile(r"noise 0\.[4-9]\d*\.? .*rule exact\): after"))
    assert start_told(told)[1] < 0.3
    player.get_by_role("slider", name="start: noise").press("End")
    expect(told).to_contain_text(re.compile(r"^From l2 = \u2212?[\d.]+, noise 0\.[5-9]"))
    lab.theme("light")
    assert (lab.complaints, lab.foreign) == ([], [])


def test_a_click_trains_from_there(lab: Lab, folder: Path):
    """The kernel trains the small network anew, and the earlier path stays."""
    bench, told = opened(lab, folder, "online_bench.ipynb", BENCH)
    expect(told).to_contain_text(FIRST, timeout=TRAINED)
    bench.scroll_into_view_if_needed()
    click(lab, bench, (0.2, 0.2))
    expect(told).not_to_contain_text(FIRST, timeout=TRAINED)
    l2, noise = start_told(told)
    assert l2 < -4.5
    assert noise < 0.3
    assert (lab.complaints, lab.foreign) == ([], [])


def test_a_factor_is_left_out_and_missed(lab: Lab, folder: Path):
    """The complete formula has the slope of the difference; without its factor it has not."""
    player, told = opened(lab, folder, "online_chain.ipynb", CHAIN)
    expect(told).to_contain_text("they agree")
    player.get_by_role("radio").last.check()
    expect(told).not_to_contain_text("they agree")
    assert (lab.complaints, lab.foreign) == ([], [])
