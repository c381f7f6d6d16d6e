"""A search that trains, in a real JupyterLab: batch by batch beside another cell, stopped at once, looked back at."""

from pathlib import Path

from cells import begin, notebook, run, under_way
from driver import Lab
from playwright.sync_api import expect

MAKE = "from hpo_tutor.widgets import LiveSearch\nLiveSearch(n_trials={}, batch=2, pause={})"
# a cell that lasts until a file appears, and so is under way for as long as a test wants
BUSY = "import pathlib, threading\nend = pathlib.Path({!r})\nwhile not end.exists():\n    threading.Event().wait(0.05)"
PATIENCE = 120_000  # milliseconds


def test_a_search_is_watched_and_looked_back_at(lab: Lab, folder: Path):
    """Train asks, trains and asks again; at the end each batch is a step, with the belief that asked for it below."""
    lab.open(notebook(folder, "search.ipynb", MAKE.format(16, 0.0)))
    run(lab, 0)
    live = lab.shown(0).locator(".hpo-player")
    told = live.get_by_role("status")
    expect(told).to_have_text("BayesianOptimization has not asked for a network yet, over learning_rate and l2.")
    live.get_by_role("button", name="Train").click()
    expect(live.locator(".hpo-progress")).to_have_text("done after 16 networks", timeout=PATIENCE)
    expect(told).to_contain_text("Batch 8 of 8: networks 15 to 16.")
    slider = live.get_by_role("slider", name="batch")
    expect(slider).to_have_value("7")
    live.get_by_role("button", name="First").click()
    expect(told).to_contain_text("Batch 1 of 8: networks 1 to 2.")
    live.get_by_role("combobox", name="sampler").select_option("TPE")
    expect(told).to_have_text("TPE has not asked for a network yet, over learning_rate and l2.")
    assert (lab.errors(), lab.foreign, lab.complaints) == ([], [], [])


def test_a_search_stops_beside_another_cell(lab: Lab, folder: Path, tmp_path: Path):
    """While it rests between two batches and a cell computes, Stop is heard, and what was learned stays."""
    end = tmp_path / "end"
    lab.open(notebook(folder, "search_stops.ipynb", MAKE.format(100, 1000.0), BUSY.format(str(end))))
    run(lab, 0)
    begin(lab, 1)
    live = lab.shown(0).locator(".hpo-player")
    live.get_by_role("button", name="Train").click()
    expect(live.locator(".hpo-progress")).to_have_text("batch 1 of 50, epoch 20 of 20", timeout=PATIENCE)
    live.get_by_role("button", name="Stop").click()
    expect(live.locator(".hpo-progress")).to_have_text("stopped after 2 networks")
    assert under_way(lab, 1)
    end.touch()
    expect(live.get_by_role("status")).to_contain_text("Batch 1 of 50: networks 1 to 2. The best loss so far is")
    assert (lab.foreign, lab.complaints) == ([], [])
