"""A timeline drawn by hand, with every figure worked out on paper."""

import math

import numpy as np
import pytest

from hpo_tutor.early_stopping import Job
from hpo_tutor.tournaments.timelines import Gap, Span, Timeline

# worker 0: trial 0 to epoch 1 (0-2 s), trial 2 to epoch 1 (2-3 s), waits, trial 2 to epoch 3 (6-8 s)
# worker 1: trial 1 to epoch 1 (0-6 s, fails), waits two seconds
SPANS = (
    Span(0, Job(0, 0, 0, 0, 1), 0, 2, 0.5),
    Span(0, Job(2, 0, 0, 0, 1), 2, 3, 0.4),
    Span(1, Job(1, 0, 0, 0, 1), 0, 6, math.nan),
    Span(0, Job(2, 0, 1, 1, 3), 6, 8, 0.3),
)
BY_HAND = Timeline(2, SPANS)


def test_who_worked_and_who_waited():
    """Eleven of sixteen seconds were work; worker 0 waited three and worker 1 two."""
    assert BY_HAND.makespan == 8
    assert BY_HAND.busy == pytest.approx(11 / 16)
    np.testing.assert_allclose(BY_HAND.waiting, [3, 2])
    assert BY_HAND.gaps == (Gap(0, 3, 6), Gap(1, 6, 8))
    assert BY_HAND.n_epochs == 5


def test_rungs_list_who_got_there():
    """A failed trial got nowhere, and the order is that of the reports."""
    assert BY_HAND.rungs == {(0, 0): (0, 2), (0, 1): (2,)}
    assert [span.job.trial for span in BY_HAND.in_full] == [2]
    assert BY_HAND.first_in_full == 8


def test_two_readings_of_the_incumbent():
    """What one holds in full comes late; what looks best is known from the first report, and may still be poor."""
    at = [0, 2, 2.9, 3, 7.9, 8, 99]
    np.testing.assert_equal(BY_HAND.incumbent(at), [*[np.nan] * 5, 0.3, 0.3])
    final = [0.1, 0.2, 0.3]
    np.testing.assert_equal(BY_HAND.foreseen(at, final), [np.nan, 0.1, 0.1, 0.3, 0.3, 0.3, 0.3])
    assert float(BY_HAND.incumbent(8.0)) == 0.3
    assert BY_HAND.incumbent(np.zeros((2, 3))).shape == (2, 3)


def test_a_job_that_was_cut_is_work_without_a_result():
    """It keeps its worker busy, moves the end, and says nothing; without it the top rung would seem to be lower."""
    cut = Timeline(2, SPANS[:3], (Span(0, Job(2, 0, 1, 1, 3), 6, 7, math.nan),))
    assert cut.makespan == 7
    assert cut.busy == pytest.approx(10 / 14)
    assert cut.n_epochs == 3
    assert cut.in_full == ()
    assert cut.first_in_full == math.inf
    assert np.isnan(cut.incumbent(7))


def test_the_table_has_a_row_for_each_span():
    """What was cut comes last, and says so."""
    cut = Timeline(2, SPANS[:3], (Span(0, Job(2, 0, 1, 1, 3), 6, 7, math.nan),))
    table = cut.to_table()
    assert list(table.columns) == ["worker", "trial", "bracket", "rung", "start", "stop", "begin", "end", "loss", "cut"]
    assert table["trial"].tolist() == [0, 2, 1, 2]
    assert table["cut"].tolist() == [False, False, False, True]
    assert (table["end"] - table["begin"]).sum() == 10


def test_a_timeline_of_nothing_has_no_time():
    """No span, no division by zero."""
    nothing = Timeline(3, ())
    assert nothing.makespan == 0
    assert math.isnan(nothing.busy)
    assert nothing.gaps == ()
    np.testing.assert_array_equal(nothing.waiting, np.zeros(3))
    assert np.isnan(nothing.incumbent([0.0, 1.0])).all()
    assert len(nothing.to_table()) == 0
