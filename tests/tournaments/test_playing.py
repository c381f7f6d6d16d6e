"""Tournaments in waves: losses as if each network trained alone, epochs as scheduled, and who is told what."""

import math

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Hyperband, SuccessiveHalving
from hpo_tutor.problems import tasks
from hpo_tutor.problems.live_objectives import Live
from hpo_tutor.problems.tasks.division import first
from hpo_tutor.samplers import Design
from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.search_space import Choice, Float, SearchSpace
from hpo_tutor.tournaments import play
from hpo_tutor.training import Population
from hpo_tutor.trials import trial_seed

SMALL = {
    "learning_rate": Float(1e-4, 3e-2, log=True),
    "width": Choice((4, 8), ordered=True),
    "batch_size": Choice((64, 256), ordered=True),
}
SPACE = SearchSpace(x=Float(0, 1))


def small(**options):
    """Digits with small networks of two widths and two batch sizes."""
    return problems.live("digits", SMALL, **options)


class Evaluated:
    """An objective that can only be evaluated."""

    def __init__(self, inner):
        self.inner = inner
        self.space, self.loss_names = inner.space, inner.loss_names
        self.fidelities = []

    def __call__(self, config):
        """The loss of one."""
        return self.inner(config)

    def evaluate(self, configs, *, seeds, fidelity=None):
        """As the inner objective."""
        self.fidelities.append((len(configs), fidelity))
        return self.inner.evaluate(configs, seeds=seeds, fidelity=fidelity)


class Falling:
    """A loss that falls with the fidelity towards x; it raises, or is not finite, where ``bad`` says so."""

    space, loss_names = SPACE, ("loss",)

    def __init__(self, bad=lambda config, fidelity: None):
        self.bad = bad
        self.evaluated = []

    def __call__(self, config):
        """The loss in the end."""
        return config["x"]

    def evaluate(self, configs, *, seeds, fidelity=None):
        """X + 1 / fidelity, (K,)."""
        losses = []
        for config in configs:
            strange = self.bad(config, fidelity)
            if isinstance(strange, BaseException):
                raise strange
            losses.append(config["x"] + 1 / fidelity if strange is None else strange)
        self.evaluated += [(config["x"], fidelity) for config in configs]
        return np.array(losses)


@pytest.mark.parametrize("backend", ["compiled", "stack", "loop"])
def test_each_rungs_losses_are_those_of_networks_trained_alone(backend):
    """Nine trials, three rungs: every report is what the config and seed reach alone; the epochs are the schedule's."""
    scheduler = SuccessiveHalving(9, 9)
    result = play(small(backend=backend), scheduler, seed=5)
    assert [report.job.stop for report in result.reports] == [1] * 9 + [3] * 3 + [9]
    assert result.n_epochs == scheduler.cost() == 9 * 1 + 3 * 2 + 1 * 6
    for report in result.reports:
        config = {**report.config, "epochs": int(report.job.stop)}
        (alone,) = tasks.train("digits", [config], [trial_seed(5, report.trial)], options={"backend": backend})
        assert report.loss == pytest.approx(alone, rel=2e-4)
        assert report.seed == trial_seed(5, report.trial)
    assert scheduler.finished


@pytest.mark.parametrize(
    "make",
    [
        lambda: SuccessiveHalving(9, 9),
        lambda: Hyperband(9, side_by_side=True),
        lambda: Hyperband(9),
        lambda: AsynchronousHalving(9, 9, form="promotion"),
        lambda: AsynchronousHalving(9, 9, form="stopping"),
    ],
    ids=["halving", "side by side", "one after another", "promotion", "stopping"],
)
def test_looking_losses_up_gives_the_same_tournament(make):
    """Evaluating each rung from scratch gives the same jobs, configs and losses as stopping networks in place."""
    stopped, evaluated = play(small(), make(), seed=1), play(Evaluated(small()), make(), seed=1)
    assert [(r.job, r.config, r.seed) for r in stopped.reports] == [
        (r.job, r.config, r.seed) for r in evaluated.reports
    ]
    np.testing.assert_allclose(
        [report.loss for report in stopped.reports], [report.loss for report in evaluated.reports], rtol=2e-4
    )
    assert stopped.n_epochs == evaluated.n_epochs
    assert not evaluated.curves


def test_the_reference_trains_everybody_to_the_end():
    """No stopping: each trial one report, as ``minimize`` would see it."""
    result = play(small(), FullTraining(4, 3), seed=2)
    objective = small()
    losses = objective.evaluate(
        [trial.config for trial in result.history], seeds=[trial_seed(2, i) for i in range(4)], fidelity=3
    )
    np.testing.assert_allclose(result.history.losses, losses, rtol=2e-4)
    assert result.n_epochs == 12


def test_curves_history_and_incumbent():
    """A curve ends where its trial was stopped; the history holds the last rung; the incumbent is from the top one."""
    result = play(small(), SuccessiveHalving(9, 9), seed=3)
    lengths = sorted(len(curve) for curve in result.curves.values())
    assert lengths == [1] * 6 + [3] * 2 + [9]
    for report in result.reports:
        assert result.curves[report.trial][int(report.job.stop) - 1] == report.loss
    assert sum(lengths) == result.n_epochs
    assert [trial.number for trial in result.history] == list(range(9))
    assert sorted(trial.fidelity for trial in result.history) == lengths
    (winner,) = [trial for trial in result.history if trial.fidelity == 9]
    assert result.incumbent == winner


def test_the_incumbent_is_never_a_trial_that_was_stopped():
    """Here every loss grows with the fidelity, so that the history's own incumbent is one that was stopped early."""

    class Growing(Falling):
        def evaluate(self, configs, *, seeds, fidelity=None):
            return np.array([config["x"] + fidelity for config in configs])

    result = play(Growing(), SuccessiveHalving(9, 9))
    assert result.history.incumbent.fidelity == 1
    assert result.incumbent.fidelity == 9


@pytest.mark.parametrize(("side_by_side", "n_populations"), [(False, 3), (True, 1)])
def test_brackets_are_populations_or_share_one(monkeypatch, side_by_side, n_populations):
    """Hyperband's three brackets are three populations one after another, or one of all of them."""
    sizes = []
    together = tasks.Together.__init__

    def counted(self, name, configs, *arguments, **options):
        sizes.append(len(configs))
        together(self, name, configs, *arguments, **options)

    monkeypatch.setattr(tasks.Together, "__init__", counted)
    scheduler = Hyperband(9, side_by_side=side_by_side)
    result = play(small(), scheduler)
    assert len(sizes) == n_populations
    assert sum(sizes) == len(result.history)
    assert result.n_epochs == scheduler.cost()


def test_networks_of_several_layers_play_in_one_tournament():
    """One population for each structure: losses as alone, epochs as scheduled."""
    hyperparameters = {"learning_rate": Float(1e-3, 1e-2, log=True), "conv_layers": Choice((1, 2)), "neurons": 4}
    objective = problems.live("digits-cnn-layers", hyperparameters)
    scheduler = SuccessiveHalving(6, 4, divisor=2)
    result = play(objective, scheduler, seed=4)
    assert {trial.config["conv_layers"] for trial in result.history} == {1, 2}
    assert result.n_epochs == scheduler.cost()
    for report in result.reports:
        (alone,) = objective.evaluate([report.config], seeds=[report.seed], fidelity=report.job.stop)
        assert report.loss == pytest.approx(alone, rel=5e-4)


@pytest.mark.parametrize("backend", ["compiled", "stack"])
def test_networks_that_diverge_have_failed_and_the_bracket_goes_on(backend):
    """A step size of 1e30 ends in nan; the others play on, and the winner is one of them."""
    objective = problems.live("digits", {"learning_rate": Choice((1e-2, 1e30)), "width": 8}, backend=backend)
    with pytest.warns(RuntimeWarning, match=r"of 9 trials failed; .* the loss was nan after 1 epoch"):
        result = play(objective, SuccessiveHalving(9, 9), seed=1)
    for trial in result.history:
        assert (trial.state == "failed") == (trial.config["learning_rate"] == 1e30)
    assert 0 < sum(trial.state == "failed" for trial in result.history) < 9
    assert result.incumbent.fidelity == 9


def test_a_config_whose_evaluation_raises_costs_itself():
    """What raises for some configs fails these, also where all are evaluated together."""
    bad = lambda config, fidelity: RuntimeError("no") if config["x"] > 0.8 else None  # noqa: E731 - one line says it
    with pytest.warns(RuntimeWarning, match="RuntimeError: no"):
        result = play(Falling(bad), SuccessiveHalving(27, 9), seed=0)
    states = {trial.number: trial.state for trial in result.history}
    assert states == {t.number: "failed" if t.config["x"] > 0.8 else "complete" for t in result.history}
    assert result.incumbent.config["x"] == min(trial.config["x"] for trial in result.history)


@pytest.mark.parametrize("wrong", [(4,), (4, 8)], ids=["some", "all"])
def test_networks_that_cannot_be_made_cost_themselves(monkeypatch, wrong):
    """Some configs that no population takes have failed, the others play on; where all are such, it is said at once."""
    objective, together = small(), Live.together

    def choosy(self, configs, *, seeds):
        if any(config["width"] in wrong for config in configs):
            raise ValueError("too narrow")
        return together(self, configs, seeds=seeds)

    monkeypatch.setattr(Live, "together", choosy)
    if wrong == (4, 8):
        with pytest.raises(ValueError, match="too narrow"):
            play(objective, SuccessiveHalving(9, 9))
        return
    with pytest.warns(RuntimeWarning, match="ValueError: too narrow"):
        result = play(objective, SuccessiveHalving(9, 9), seed=1)
    assert {trial.config["width"] for trial in result.history if trial.state == "failed"} == {4}
    assert all(trial.config["width"] == 8 for trial in result.history if trial.state == "complete")
    assert result.incumbent.fidelity == 9


def test_where_nothing_can_be_evaluated_the_error_is_the_objectives_own():
    """Twenty-seven failures of the same kind at the first rung are a wrong set-up, and said so at once."""
    with pytest.raises(RuntimeError, match="no data"):
        play(Falling(lambda config, fidelity: RuntimeError("no data")), SuccessiveHalving(27, 9))


@pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_not_finite_is_a_failure_at_any_rung(strange):
    """The trial that wins the first rung fails at the second, and another one wins."""
    bad = lambda config, fidelity: strange if fidelity == 3 and config["x"] < 0.1 else None  # noqa: E731 - one line
    with pytest.warns(RuntimeWarning, match="trials failed"):
        result = play(Falling(bad), SuccessiveHalving(27, 9), seed=0)
    failed = [trial for trial in result.history if trial.state == "failed"]
    assert failed
    assert all(trial.config["x"] < 0.1 and trial.fidelity == 3 for trial in failed)
    assert result.incumbent.config["x"] >= 0.1


class Listening(BaseSampler):
    """Random configs; it keeps what it is told."""

    def view(self):
        """Nothing."""

    def _suggest(self, number):
        return self.space.sample(self.rng)


class Hearing(Listening):
    """It wants to hear of every rung."""

    fidelities = True


def test_a_plain_sampler_is_told_once_of_each_trial():
    """The loss at the last rung, when the trial is stopped; one that looks at fidelities hears every report."""
    plain, all_of_it = Listening(SPACE), Hearing(SPACE)
    result = play(Falling(), SuccessiveHalving(9, 9), plain)
    assert sorted(trial.number for trial in plain.told) == list(range(9))
    assert {t.number: (t.loss, t.fidelity) for t in plain.told} == {
        t.number: (t.loss, t.fidelity) for t in result.history
    }
    assert not plain.pending
    result = play(Falling(), SuccessiveHalving(9, 9), all_of_it)
    assert [(t.number, t.fidelity, t.loss) for t in all_of_it.told] == [
        (r.trial, r.job.stop, r.loss) for r in result.reports
    ]


def test_losers_are_told_before_the_next_bracket_asks():
    """A sampler that learns can use what the first bracket found."""
    told = []

    class Counting(Listening):
        def _suggest(self, number):
            told.append(len(self.told))
            return super()._suggest(number)

    play(Falling(), Hyperband(9), Counting(SPACE))
    assert told[:9] == [0] * 9
    assert told[9] == 9


def test_random_configs_depend_on_seed_and_number_alone():
    """Any two tournaments of one seed begin with the same trials."""
    short, long = (play(Falling(), FullTraining(n, 2), seed=7).history for n in (3, 30))
    assert [t.config for t in short] == [t.config for t in long][:3]
    assert [t.config for t in short] != [t.config for t in play(Falling(), FullTraining(3, 2), seed=8).history]
    xs = np.array([trial.config["x"] for trial in play(Falling(), FullTraining(400, 1)).history])
    assert abs(xs.mean() - 0.5) < 4 * (1 / 12 / 400) ** 0.5


def test_a_sampler_with_nothing_left_ends_no_bracket():
    """A design of five points in a tournament of nine: five play, and one of them wins."""
    result = play(Falling(), SuccessiveHalving(9, 9), Design(SPACE, "random", n_points=5))
    assert len(result.history) == 5
    assert result.incumbent.fidelity == 9


def test_used_schedulers_and_samplers_are_refused():
    """The messages say what to do."""
    scheduler, sampler = SuccessiveHalving(9, 9), Listening(SPACE)
    play(Falling(), scheduler, sampler)
    with pytest.raises(ValueError, match=r"needs a fresh scheduler.*has started 9 trials; make a new one"):
        play(Falling(), scheduler)
    with pytest.raises(ValueError, match=r"needs a fresh sampler.*make a new one"):
        play(Falling(), SuccessiveHalving(9, 9), sampler)


def test_the_fidelity_is_not_tuned_and_epochs_are_whole():
    """Two ways to misunderstand fidelity, each with its way out."""
    with pytest.raises(ValueError, match=r"epochs is what the scheduler decides.*leave it out"):
        play(problems.live("digits", ["learning_rate", "epochs"]), SuccessiveHalving(9, 9))
    with pytest.raises(ValueError, match=r"a network trains whole epochs.*0\.333.*fidelity=\"rows\""):
        play(small(), SuccessiveHalving(9, 1.0, 1 / 3))


def test_networks_that_do_not_fit_into_memory_at_once_are_refused(monkeypatch):
    """Turns would restart the epochs, so that a rung could never be compared."""
    monkeypatch.setattr("hpo_tutor.training.population.MEMORY", 20_000)
    with pytest.raises(ValueError, match=r"must be in memory at once, and 9 of these would train in \d turns"):
        play(small(), SuccessiveHalving(9, 9))


def test_ctrl_c_keeps_what_was_reported():
    """The second rung is interrupted: nine reports stay, and the flag is set."""
    bad = lambda config, fidelity: KeyboardInterrupt() if fidelity == 3 else None  # noqa: E731 - one line says it
    result = play(Falling(bad), SuccessiveHalving(9, 9))
    assert result.interrupted
    assert result.history.interrupted
    assert len(result.reports) == 9
    assert result.incumbent.fidelity == 1
    stopped = play(Falling(lambda config, fidelity: KeyboardInterrupt()), SuccessiveHalving(9, 9))
    assert [(t.state, t.message) for t in stopped.history] == [("failed", "interrupted")] * 9


def test_a_share_of_the_rows_is_a_fidelity():
    """Halving from 1/27 of the digits' training rows to all of them: each loss is that of the first rows."""
    objective = problems.live(
        "digits",
        {"learning_rate": Float(1e-3, 1e-1, log=True), "width": 8, "batch_size": 16, "epochs": 2},
        fidelity="rows",
    )
    scheduler = SuccessiveHalving(27, 1.0, 1 / 27)
    result = play(objective, scheduler, seed=1)
    assert [len([r for r in result.reports if r.job.rung == rung]) for rung in range(4)] == [27, 9, 3, 1]
    whole = tasks.rows("digits", 0).data
    n = len(whole.train_inputs)
    for report in result.reports[::7]:
        data = first(tasks.rows("digits", 0), report.job.stop, 16).data
        assert len(data.train_inputs) == round(report.job.stop * n)
        np.testing.assert_array_equal(data.train_inputs, whole.train_inputs[: len(data.train_inputs)])
        np.testing.assert_array_equal(data.validation_inputs, whole.validation_inputs)
        settings = {**objective.space.fixed, **report.config}
        by_hand = Population(tasks.task("digits").network, data, settings, [report.seed]).train()
        assert report.loss == pytest.approx(by_hand[0], rel=2e-4)
    assert result.n_epochs == pytest.approx(scheduler.cost(resume=False))  # other rows: each training begins anew


def test_too_few_rows_are_refused():
    """With the usual steps of 128 rows, a 27th of the digits is not even one."""
    objective = problems.live("digits", fidelity="rows")
    with pytest.raises(ValueError, match=r"leaves 44 of 1198 training rows, and two steps of 128 need 256; take"):
        play(objective, SuccessiveHalving(27, 1.0, 1 / 27))
    with pytest.raises(ValueError, match="above 0 and at most 1, got 3"):
        objective.evaluate([{"learning_rate": 0.01, "l2": 1e-3}], seeds=[0], fidelity=3)
    with pytest.raises(ValueError, match="fidelity of digits must be 'epochs' or 'rows', got 'trees'"):
        problems.live("digits", fidelity="trees")
    assert objective.draw(3).fidelity == "rows"
    with pytest.raises(ValueError, match="only networks are stopped after any epoch"):
        objective.together([], seeds=[])


@pytest.mark.real_data
def test_boosted_trees_play_with_their_number():
    """The fidelity is the number of trees; each ensemble is grown anew, and its loss is that of ``evaluate``."""
    objective = problems.live("king_county", ["learning_rate", "max_depth"])
    scheduler = SuccessiveHalving(2, 4, 2, divisor=2)
    result = play(objective, scheduler, seed=2)
    assert result.n_epochs == scheduler.cost(resume=False)
    last = result.reports[-1]
    assert last.job.stop == 4
    assert last.loss == objective.evaluate([last.config], seeds=[last.seed], fidelity=4)[0]


def test_progress_shows_the_reports(capsys):
    """The bar counts reports and shows the smallest loss."""
    play(Falling(), SuccessiveHalving(9, 9), progress=True)
    shown = capsys.readouterr().err
    assert "13report" in shown
    assert "smallest loss" in shown


def test_a_tournament_without_an_end_is_refused():
    """All trials that can start would be infinitely many."""
    with pytest.raises(ValueError, match="n_trials"):
        play(Falling(), AsynchronousHalving(math.inf, 9))


@pytest.mark.parametrize("n_trials", [9, 27, 200])
def test_configs_that_are_missing_change_no_rule(n_trials):
    """Nine configs make the same asynchronous tournament, however many were hoped for: none fails in its place."""
    sampler = Design(SPACE, "grid", n_points=9)
    played = play(Falling(), AsynchronousHalving(n_trials, 9), sampler)
    assert (len(played.history), played.n_epochs) == (9, 9 + 3 * 2 + 1 * 6)
    assert all(trial.state == "complete" for trial in played.history)


def test_a_design_hears_how_many_trials_there_will_be():
    """A synchronous schedule knows, so a design that must know it needs no number of its own."""
    played = play(Falling(), SuccessiveHalving(27, 9), Design(SPACE, "sobol"))
    assert len({trial.config["x"] for trial in played.history}) == 27
    assert Hyperband(81).n_trials == 81 + 34 + 15 + 8 + 5
