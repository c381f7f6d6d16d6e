"""Spaces with switches in a real JupyterLab: layers are switched off, their sliders die, and tiles fill up."""

from pathlib import Path

import pytest
from cells import opened
from driver import Lab
from playwright.sync_api import expect

SETUP = """import numpy as np
from hpo_tutor import importances, problems, samplers
from hpo_tutor.course.pictures import nb14 as pictures
objective = problems.landscape("digits-autoencoder")
names = objective.space.names
"""
BOARD = SETUP + "pictures.switchboards(importances.Importance(names, np.full((1, len(names)), 0.05)))"
TILES = SETUP + (
    "rules = ('even', 'halving')\n"
    "inner = lambda space, seed: samplers.Design(space, 'random', seed=seed)\n"
    "tiles = {rule: samplers.Tiles(objective.space, inner=inner, allocation=rule) for rule in rules}\n"
    "filled = {rule: pictures.fill(objective, sampler, 45) for rule, sampler in tiles.items()}\n"
    "pictures.tiles_filling(filled, objective.space, label='rmse')"
)
TREE = SETUP + (
    "rng = np.random.default_rng(0)\n"
    "pictures.branching(objective.space, [objective.space.sample(rng) for _ in range(5)])"
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_layers_are_switched_off_and_still_credited(lab: Lab, folder: Path, theme: str):
    """One layer of each kind leaves ten dead sliders, which keep their share; three of each leave none."""
    player, told = opened(lab, folder, f"board_{theme}.ipynb", BOARD)
    lab.theme(theme)
    expect(told).to_contain_text("1 convolution, 1 dense layer: 8 of 18 sliders alive, 10 dead")
    expect(told).to_contain_text("credited 50 per cent")
    player.get_by_role("slider", name="n_conv").press("End")
    expect(told).to_contain_text("3 convolutions, 1 dense layer: 16 of 18 sliders alive, 2 dead")
    player.get_by_role("slider", name="n_dense").press("End")
    expect(told).to_contain_text("18 of 18 sliders alive, 0 dead")
    lab.theme("light")
    assert (lab.complaints, lab.foreign) == ([], [])


def test_tiles_fill_by_either_rule(lab: Lab, folder: Path):
    """Even shares end with five trials in each of nine tiles; halving ends with eight of them closed."""
    player, told = opened(lab, folder, "tiles.ipynb", TILES)
    player.get_by_role("slider").last.press("End")
    expect(told).to_contain_text("even, 45 of 45 trials, 5 in each of 9 tiles")
    player.get_by_role("radio", name="halving").check()
    expect(told).to_contain_text("halving, 45 of 45 trials")
    expect(told).to_contain_text("8 of them closed")
    assert (lab.complaints, lab.foreign) == ([], [])


def test_the_tree_lights_the_branches_of_a_config(lab: Lab, folder: Path):
    """Step by step another config, and how many hyperparameters it has."""
    player, told = opened(lab, folder, "tree.ipynb", TREE)
    expect(told).to_contain_text("Config 1:")
    player.get_by_role("slider").last.press("End")
    expect(told).to_contain_text("Config 5:")
    expect(told).to_contain_text("of 18 hyperparameters exist")
    assert (lab.complaints, lab.foreign) == ([], [])
