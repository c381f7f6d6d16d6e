"""The study behind controls: what notebook 11 shows of a table is what stands in it."""

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.pictures import nb11
from hpo_tutor.course.pictures.nb11 import explored
from hpo_tutor.race import protocol
from hpo_tutor.scenes.layers import Points, Segments
from hpo_tutor.scenes.looks import style


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


@pytest.fixture(scope="module")
def table():
    """Two designs on the jets, 2 x 2 and 3 x 3 points."""
    cells = [protocol.Cell("networks", 2, n, name, b) for n in (2, 3) for name in ("grid", "random") for b in range(10)]
    return pd.DataFrame([row for job in protocol.jobs(cells) for row in protocol.run(job)])


def test_the_ranking_holds_the_means_of_the_table(table):
    """Each mean is that of score over optimum minus 1, with an interval around it; the best is on top."""
    explorer = nb11.Explorer(table, ["random", "grid"])
    board = explorer.picture("jets", 2, 3)
    left, right = board.scenes()
    own = table[table["resolution"] == 3]
    means = (100 * (own["score"] / own["optimum"] - 1)).groupby(own["sampler"]).mean().sort_values()
    assert [name for _, name in reversed(right.y.ticks)] == list(means.index)
    places = {style(name).color: mean for name, mean in means.items()}
    for layer in of_kind(right, Points):
        assert layer.x[0] == pytest.approx(places[layer.color], rel=1e-5)
    for layer in of_kind(right, Segments):
        assert layer.x0[0] <= places[layer.color] <= layer.x1[0]
    assert board.sentence.startswith("jets, 2 hyperparameters, 3^2 = 9 points. Lowest: " + means.index[0])
    assert nb11.ranked(table, "jets", 2, 3)[0][0] == means.index[0]
    np.testing.assert_allclose(of_kind(left, Points)[0].x, [4, 9])


def test_what_was_not_run_is_said(table):
    """A corner without cells shows no ranking, and says which there are."""
    explorer = nb11.Explorer(table)
    assert "with 2 hyperparameters there are 2, 3 levels" in explorer.picture("jets", 2, 7).sentence
    assert "there are 2 hyperparameters" in explorer.picture("jets", 5, 2).sentence
    assert "no hyperparameters" in explorer.picture("photographs", 2, 2).sentence


def test_an_idle_axis_is_the_third_whatever_the_slider_says(table):
    """Who comes from two hyperparameters sees the race with an idle axis, not an empty picture."""
    idle = table.assign(track="trees", variant="idle", n_dims=3)
    explorer = nb11.Explorer(pd.concat([table, idle], ignore_index=True))
    board = explorer.picture("houses, third axis idle", 2, 3)
    assert board.sentence.startswith("houses, third axis idle, 3 hyperparameters, 3^3 = 27 points")
    assert board.sentence == explorer.picture("houses, third axis idle", 3, 3).sentence


def test_the_explorer_is_a_player_over_what_there_is(table):
    """Only places with cells can be chosen, and a sampler that the course does not know joins the others."""
    mine = table[table["sampler"] == "random"].assign(sampler="mine")
    explorer = nb11.Explorer(pd.concat([table, mine], ignore_index=True), ["grid", "random"])
    assert explorer.order == ["grid", "random", "mine"]
    assert "mine" in explorer.picture("jets", 2, 2).sentence
    player = explorer.player("The race")
    assert player.label == "The race"
    assert explored.scores(table, "trees", "") == {}
