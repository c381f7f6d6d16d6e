"""Two stories of one study: what notebook 11 shows beside each other is what stands in the table."""

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.pictures import nb11
from hpo_tutor.race import protocol
from hpo_tutor.scenes.layers import Line, Points, Segments
from hpo_tutor.scenes.looks import INK, style


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def test_what_was_seen_stands_left_and_what_was_held_out_right():
    """A point for each d where a sampler was run, at its means; the perfect choice is a line on the right alone."""
    keys = [(d, 2, name) for d in (3, 4, 5) for name in ("grid", "random") if (d, name) != (5, "grid")]
    index = pd.MultiIndex.from_tuples(keys, names=["n_dims", "resolution", "sampler"])
    means = pd.DataFrame({"seen": np.linspace(-1, 4, 5), "held": np.linspace(3, 9, 5)}, index=index)
    chosen = {d: np.array([d, d + 2.0]) for d in (3, 4, 5)}
    board = nb11.two_stories(2, means, chosen, ["grid", "random"])
    for scene, column in zip(board.scenes(), ("seen", "held"), strict=True):
        for name in ("grid", "random"):
            wanted = means[column].xs((2, name), level=("resolution", "sampler"))
            drawn = next(layer for layer in of_kind(scene, Points) if layer.color == style(name).color)
            np.testing.assert_allclose(drawn.x, wanted.index)
            np.testing.assert_allclose(drawn.y, wanted, rtol=1e-6)
    best = [[line.y.tolist() for line in of_kind(scene, Line) if line.width == 3.0] for scene in board.scenes()]
    assert best == [[], [[4, 5, 6]]]
    assert all(line.color == INK for scene in board.scenes() for line in of_kind(scene, Line) if line.width == 3.0)
    assert "d = 3: seen 0.25" in board.sentence
    assert "d = 5: seen 4\u00a0%, held out 9\u00a0%" in board.sentence


@pytest.fixture(scope="module")
def both():
    """Two designs on the jets, recorded; the same with losses half as large again as if really trained, save n = 4."""
    cells = [protocol.Cell("networks", 2, n, s, b) for n in (2, 3, 4) for s in ("grid", "random") for b in range(10)]
    recorded = pd.DataFrame([row for job in protocol.jobs(cells) for row in protocol.run(job)])
    trained = recorded[recorded["resolution"] < 4]
    trained = trained.assign(live=True, score=1.5 * trained["score"], optimum=None)
    idle = trained.assign(variant="idle", live=False)
    return nb11.twice(pd.concat([recorded, trained, idle], ignore_index=True))


def test_only_what_ran_both_ways_is_compared(both):
    """As many rows recorded as trained, each divided by the best of its own way: a common factor changes nothing."""
    assert len(both) == 2 * 2 * 2 * 10
    assert set(both["resolution"]) == {2, 3}
    ways = [both[both["live"] == live].sort_values(["resolution", "sampler", "batch"])["y"] for live in (False, True)]
    np.testing.assert_allclose(ways[0], ways[1], rtol=1e-9, atol=1e-9)
    assert both.groupby(["live", "batch"])["y"].min().max() == 0


def test_both_rankings_share_their_rows_and_their_ends(both):
    """Left and right hold the same samplers in the same rows, at the means of the table, on the same axis."""
    left, right = (board := nb11.both_ways("jets", 3, both)).scenes()
    assert left.y.ticks == right.y.ticks
    assert (left.x.low, left.x.high) == (right.x.low, right.x.high)
    own = both[(both["resolution"] == 3) & ~both["live"]].groupby("sampler")["y"].mean().sort_values()
    assert [name for _, name in reversed(left.y.ticks)] == list(own.index)
    for layer, mean in zip(reversed(of_kind(left, Points)), own, strict=True):
        assert layer.x[0] == pytest.approx(mean, rel=1e-5)
    for layer, mean in zip(reversed(of_kind(right, Segments)), own, strict=True):
        assert layer.x0[0] <= mean <= layer.x1[0]
    assert f"Lowest: {own.index[0]} recorded, {own.index[0]} trained" in board.sentence


def test_a_resolution_that_ran_one_way_only_is_said(both):
    """No ranking, and a sentence that says with which levels both ways were run."""
    board = nb11.both_ways("jets", 4, both)
    assert board.sentence == "jets: both ways with 2, 3 levels."
    assert all(not scene.layers for scene in board.scenes())
