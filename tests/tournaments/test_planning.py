"""A plan is a table of simulations; each of its figures can be worked out from a simulation made by hand."""

import math

import numpy as np
import pytest

from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Job, SuccessiveHalving
from hpo_tutor.tournaments.ledgers import Ledger
from hpo_tutor.tournaments.planning import Draws, plan
from hpo_tutor.tournaments.simulation import simulate
from tests.tournaments.small_curves import N_EPOCHS, SECONDS, small_curves


def test_rows_are_simulations():
    """One row for each seed and number of workers, and the figures are those of ``simulate`` with the same trials."""
    curves = small_curves()
    table = plan(curves, lambda: SuccessiveHalving(40, N_EPOCHS), (1, 6), (0, 1), stragglers=1.0, within=0.1)
    assert table[["seed", "n_workers"]].to_numpy().tolist() == [[0, 1], [0, 6], [1, 1], [1, 6]]
    for row in table.itertuples():
        with Ledger(curves, FullTraining(40, N_EPOCHS), seed=row.seed) as ledger:
            ledger.jobs()
        configs, seeds = list(ledger.configs.values()), list(ledger.seeds.values())
        losses, seconds = curves.along(configs, seeds=seeds), curves.seconds(configs)
        timeline = simulate(
            SuccessiveHalving(40, N_EPOCHS), losses, seconds, row.n_workers, stragglers=1.0, seed=row.seed
        )
        assert row.makespan == pytest.approx(timeline.makespan)
        assert row.busy == pytest.approx(timeline.busy)
        assert row.first_in_full == pytest.approx(timeline.first_in_full)
        assert (row.n_trials, row.n_epochs) == (40, timeline.n_epochs)
        (winner,) = timeline.in_full
        assert row.loss == pytest.approx(losses[winner.job.trial, -1])
        good = row.loss <= curves.optimum + 0.1
        assert row.reached == pytest.approx(winner.end if good else math.inf)


def test_more_workers_never_make_full_training_slower():
    """Whatever the luck: the time until all is done falls, the share of work falls, and the loss stays."""
    table = plan(small_curves(), lambda: FullTraining(60, N_EPOCHS), (1, 4, 25, 500), (3,), stragglers=0.5)
    assert (np.diff(table["makespan"]) < 0).all()
    assert table["busy"].iloc[0] == pytest.approx(1)
    assert table["busy"].iloc[-1] < 0.2
    assert table["loss"].nunique() == 1
    assert table["reached"].is_monotonic_decreasing


def test_an_asynchronous_search_without_end_is_cut():
    """With an end of time and no end of trials, workers are never idle."""
    table = plan(small_curves(), lambda: AsynchronousHalving(math.inf, N_EPOCHS), (1, 40), (0,), until=200)
    assert (table["makespan"] == 200).all()
    np.testing.assert_allclose(table["busy"], 1)
    assert table["n_trials"].iloc[1] > 10 * table["n_trials"].iloc[0]


def test_draws_are_the_trials_of_a_tournament_and_take_the_recorded_time():
    """Seconds of a job are its epochs times those of its width, between the narrowest and the widest."""
    draws = Draws(small_curves(), 1)
    assert draws.unit == pytest.approx(np.mean(SECONDS))
    first = [draws.course(Job(trial, 0, 0, 0, 1)) for trial in range(300)]
    longer = [draws.course(Job(trial, 0, 1, 1, 9)) for trial in range(300)]
    assert [8 * seconds for seconds, _ in first] == pytest.approx([seconds for seconds, _ in longer])
    assert min(seconds for seconds, _ in first) >= SECONDS[0]
    assert max(seconds for seconds, _ in first) <= SECONDS[-1]
    assert all(late < early for (_, early), (_, late) in zip(first, longer, strict=True))


def test_a_clock_that_stops_early_has_nothing_in_full():
    """Rungs below the top are no whole training, however short the clock."""
    curves = small_curves()
    (row,) = plan(curves, lambda: SuccessiveHalving(40, N_EPOCHS), (4,), (0,), until=2 * SECONDS[0]).itertuples()
    assert row.first_in_full == row.reached == math.inf
    assert math.isnan(row.loss)
