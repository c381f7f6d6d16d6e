"""Planning of notebook 17: curves over the number of workers tell what the simulations said."""

import re

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb17 import planning
from hpo_tutor.scenes.layers import Line, Marks
from hpo_tutor.scenes.stage import legend

SIZES = (1, 3, 27, 81, 200)


@pytest.fixture(scope="module")
def table():
    """81 trials, three seeds."""
    return planning.planned(81, n_workers=SIZES, stragglers=(0.0, 2.0), seeds=3)


def test_medians_are_those_of_the_seeds(table):
    """Each line is the middle one of the seeds."""
    rows = table[table["stragglers"] == 2.0]
    for column in ("makespan", "busy", "first_in_full", "n_epochs"):
        for name, found in planning.medians(rows, column).items():
            own = rows[rows["scheduler"] == name].groupby("n_workers")[column]
            np.testing.assert_allclose(found["median"], own.median())
            np.testing.assert_allclose(found["low"], own.min())
            np.testing.assert_allclose(found["high"], own.max())


def test_never_is_drawn_nowhere(table):
    """Where most seeds never reach the loss there is no point, and the sentence says never."""
    rows = table[table["stragglers"] == 0.0].copy()
    rows.loc[(rows["scheduler"] == "successive halving") & (rows["seed"] > 0), "reached"] = np.inf
    board = planning.planning_board(rows, "good enough", 0.0)
    (line,) = (
        layer for layer in next(board.scenes()).layers if isinstance(layer, Line) and layer.name == "successive halving"
    )
    assert len(line.x) == 0
    assert "Successive halving: never with 1 worker, never with 200" in board.sentence


def test_more_workers_than_trials_buy_nothing(table):
    """For what starts all its trials at once: 200 workers end when 81 do; asynchronous or not, full training or not."""
    for spread in (0.0, 2.0):
        rows = table[table["stragglers"] == spread]
        for name in planning.SCHEDULERS:
            found = planning.medians(rows, "makespan")[name]["median"]
            assert found[200] == pytest.approx(found[81])
            assert found[81] < 0.5 * found[1]


def test_one_worker_is_always_busy(table):
    """And the more there are, the more of them wait."""
    for found in planning.medians(table[table["stragglers"] == 0.0], "busy").values():
        assert found["median"].iloc[0] == pytest.approx(1.0)
        assert (np.diff(found["median"]) < 1e-9).all()


@pytest.mark.parametrize("quantity", list(planning.QUANTITIES))
@pytest.mark.parametrize("stragglers", [0.0, 2.0])
def test_every_turn_of_the_dials_has_a_picture(table, quantity, stragglers):
    """All schedulers are lines in both panels; the line of workers stands at the trials; numbers are the medians'."""
    board = planning.planning_board(table, quantity, stragglers)
    left, right = board.scenes()
    for scene in (left, right):
        names = {layer.name for layer in scene.layers if isinstance(layer, Line)}
        assert set(planning.SCHEDULERS) <= names
        (mark,) = (layer for layer in scene.layers if isinstance(layer, Marks))
        assert mark.at[0] == 81
    assert len(legend([board])) <= 7
    column, _ = planning.QUANTITIES[quantity]
    rows = table[table["stragglers"] == stragglers]
    for name, found in planning.medians(rows, column).items():
        told = re.search(rf"{name}: ([\d.,]+|never)(?: s)? with 1 worker, ([\d.,]+|never)", board.sentence, re.I)
        for words, value in zip(told.groups(), found["median"].iloc[[0, -1]], strict=True):
            assert float(words.replace(",", "").replace("never", "inf")) == pytest.approx(value, rel=6e-3)
    player = planning.planning_player(table)
    assert board.sentence.encode() in player.frames


def test_saturation_is_where_the_curve_is_flat(table):
    """With that many workers the median is within a twentieth of the last, with the next fewer it is not."""
    for found in planning.medians(table[table["stragglers"] == 2.0], "makespan").values():
        size = planning.saturated(found)
        at = list(found.index).index(size)
        last = found["median"].iloc[-1]
        assert found["median"].iloc[at] <= 1.05 * last
        assert at == 0 or found["median"].iloc[at - 1] > 1.05 * last


def test_wrong_requests_are_refused(table):
    """Unknown quantities, schedulers and stragglers."""
    with pytest.raises(ValueError, match="quantity is one of"):
        planning.planning_board(table, "price")
    with pytest.raises(ValueError, match="the table has stragglers 0, 2"):
        planning.planning_board(table, "makespan", 1.0)
    with pytest.raises(ValueError, match="schedulers are some of"):
        planning.planned(9, schedulers=("mine",))
