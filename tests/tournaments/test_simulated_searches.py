"""A search on a virtual clock: configurations are asked for when trials start, with what is known by then."""

import math

import pytest

from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Hyperband, SuccessiveHalving
from hpo_tutor.samplers import TPE
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.tournaments.planning import Draws
from hpo_tutor.tournaments.playing import play
from hpo_tutor.tournaments.simulated_searches import simulate_search
from hpo_tutor.tournaments.simulation import run_clock
from tests.tournaments.small_curves import N_EPOCHS, small_curves

MAKERS = {
    "halving": lambda: SuccessiveHalving(40, N_EPOCHS),
    "hyperband": lambda: Hyperband(N_EPOCHS),
    "promotion": lambda: AsynchronousHalving(40, N_EPOCHS),
    "stopping": lambda: AsynchronousHalving(40, N_EPOCHS, form="stopping"),
}


class Watching(BaseSampler):
    """Notes what it had been told when it was asked."""

    fidelities = True

    def __init__(self, space, seed=0):
        super().__init__(space, seed)
        self.knew = []

    def view(self):
        """Nothing."""

    def _suggest(self, number):
        self.knew.append(len(self.told))
        return self.space.sample(self.rng)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("n_workers", [1, 5, 100])
def test_without_a_sampler_it_is_the_plan(name, n_workers):
    """Random trials are those of ``plan`` with the same seed, span by span."""
    curves = small_curves()
    tournament, timeline = simulate_search(curves, MAKERS[name](), None, n_workers, seed=3)
    assert timeline == run_clock(MAKERS[name](), Draws(curves, 3).course, n_workers)
    assert [(report.job, report.loss) for report in tournament.reports] == [
        (span.job, span.loss) for span in timeline.spans
    ]
    assert tournament.n_epochs == timeline.n_epochs
    assert tournament.incumbent.loss == pytest.approx(float(timeline.incumbent(timeline.makespan)))


@pytest.mark.parametrize("name", ["halving", "hyperband"])
def test_synchronous_searches_end_as_without_a_clock(name):
    """Who waits for all at a rung decides the same whoever came first: every trial ends as in ``play``."""
    curves = small_curves()
    tournament, _ = simulate_search(curves, MAKERS[name](), None, 7, stragglers=1.0, seed=5)
    played = play(curves, MAKERS[name](), seed=5)
    found, expected = ([(t.config, t.seed, t.fidelity) for t in run.history] for run in (tournament, played))
    assert found == expected
    assert tournament.history.losses == pytest.approx(played.history.losses)


def test_losses_are_those_of_the_recording():
    """Each report is what the curves say of its configuration, seed and epoch."""
    curves = small_curves()
    tournament, _ = simulate_search(curves, Hyperband(N_EPOCHS), TPE(curves.space, seed=1), 4)
    for report in tournament.reports:
        (loss,) = curves.evaluate([report.config], seeds=[report.seed], fidelity=report.job.stop)
        assert report.loss == pytest.approx(loss)


def test_a_sampler_knows_what_was_reported_and_no_more():
    """With one worker all trials before; with as many workers as trials nothing at all."""
    curves = small_curves()
    one, all_at_once = Watching(curves.space), Watching(curves.space)
    simulate_search(curves, FullTraining(20, N_EPOCHS), one, 1)
    simulate_search(curves, FullTraining(20, N_EPOCHS), all_at_once, 20)
    assert one.knew == list(range(20))
    assert all_at_once.knew == [0] * 20
    five = Watching(curves.space)
    _, timeline = simulate_search(curves, FullTraining(20, N_EPOCHS), five, 5)
    begins = {span.job.trial: span.begin for span in timeline.spans}
    ends = [span.end for span in timeline.spans]
    assert five.knew == [sum(end <= begins[trial] for end in ends) for trial in range(20)]


def test_crashes_are_told_and_what_was_cut_is_unreported(recwarn):
    """Nobody is warned of crashes that were asked for."""
    curves = small_curves()
    tournament, timeline = simulate_search(
        curves, SuccessiveHalving(40, N_EPOCHS), None, 6, crashes=0.05, stragglers=1, seed=2, until=60
    )
    assert not [warning for warning in recwarn if issubclass(warning.category, RuntimeWarning)]
    lost = [report for report in tournament.reports if math.isnan(report.loss)]
    assert lost
    assert tournament.interrupted
    new = {span.job.trial for span in timeline.cut} - {report.trial for report in tournament.reports}
    assert {trial.number for trial in tournament.unreported} == new
