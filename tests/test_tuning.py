"""minimize: ask, evaluate, tell, and what happens when something goes wrong."""

import math
import re
import threading

import numpy as np
import pytest

from hpo_tutor.samplers import Design
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.trials import trial_seed
from hpo_tutor.tuning import minimize

SPACE = SearchSpace(x=Float(-1, 1), y=Float(-1, 1))


def bowl(config):
    """A paraboloid; its minimum is 0 at (0.3, 0)."""
    return (config["x"] - 0.3) ** 2 + config["y"] ** 2


class Joint:
    """The bowl as an objective that evaluates many configs at once; it raises when ``bad`` says so."""

    loss_names = ("loss",)
    space = SPACE

    def __init__(self, bad=lambda config: False):
        self.bad = bad
        self.calls = []

    def __call__(self, config):
        """One loss."""
        return float(self.evaluate([config], seeds=[0])[0])

    def evaluate(self, configs, *, seeds, fidelity=None):
        """Losses with a little noise from each trial's seed, shape (K,)."""
        self.calls.append(list(seeds))
        if any(self.bad(config) for config in configs):
            raise RuntimeError("out of memory")
        return np.array(
            [
                bowl(config) + np.random.default_rng(seed).normal(0, 1e-3)
                for config, seed in zip(configs, seeds, strict=True)
            ]
        )


def design(seed=0):
    """A fresh random design."""
    return Design(SPACE, "random", seed=seed)


def test_a_plain_function_is_an_objective():
    """A function of a config is enough; the incumbent is the best trial."""
    history = minimize(bowl, design(), n_trials=40, progress=False)
    assert len(history) == 40
    assert history.incumbent.loss == min(bowl(trial.config) for trial in history)


def test_a_trials_seed_is_fixed_by_the_search_and_its_number():
    """Seeds follow numpy's SeedSequence, whatever the batch, and differ between trials."""
    seeds = [trial.seed for trial in minimize(Joint(), design(), 12, batch=5, seed=3, progress=False)]
    expected = [int(np.random.SeedSequence(3, spawn_key=(i,)).generate_state(1)[0]) for i in range(12)]
    assert seeds == expected == [trial_seed(3, i) for i in range(12)]
    assert len(set(seeds)) == 12


@pytest.mark.parametrize("batch", [2, 5, 12, 50])
def test_batches_change_nothing_for_a_sampler_that_does_not_learn(batch):
    """The same trials with the same losses, evaluated together or one by one."""
    alone = minimize(Joint(), design(), 12, progress=False)
    assert minimize(Joint(), design(), 12, batch=batch, progress=False).trials == alone.trials


def test_a_batch_that_raises_is_rerun_one_by_one_with_the_same_seeds():
    """One bad config costs itself, not its neighbours."""
    objective = Joint(bad=lambda config: config["x"] > 0.8)
    with pytest.warns(RuntimeWarning, match="trials failed; the first is trial"):
        history = minimize(objective, design(), 20, batch=10, progress=False)
    for trial in history:
        assert (trial.state == "failed") == (trial.config["x"] > 0.8)
        assert trial.message == ("RuntimeError: out of memory" if trial.state == "failed" else "")
    assert 0 < sum(trial.state == "failed" for trial in history) < 20
    fine = minimize(Joint(), design(), 20, progress=False)
    assert [t.loss for t in history if t.state == "complete"] == [
        f.loss for t, f in zip(history, fine, strict=True) if t.state == "complete"
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nan, "a loss must be a finite number, the objective returned (nan,)"),
        (math.inf, "a loss must be a finite number, the objective returned (inf,)"),
        (None, "the objective returned None; is a `return` missing?"),
        ((0.5, math.nan), "a loss must be a finite number, the objective returned (0.5, nan)"),
        ("low", "ValueError: could not convert string to float"),
    ],
)
def test_a_strange_loss_fails_its_trial_alone(value, message):
    """The search goes on, the failure counts, and its message says what came back."""
    losses = iter([0.5, value, 0.5, 0.5, value, 0.5])
    with pytest.warns(RuntimeWarning, match="2 of 6 trials failed"):
        history = minimize(lambda config: next(losses), design(), 6, progress=False)
    assert [trial.state for trial in history] == ["complete", "failed", "complete", "complete", "failed", "complete"]
    assert history[1].message.startswith(message)
    assert history.incumbent.number == 0


def test_evaluate_of_the_wrong_shape_is_told():
    """An objective that returns too few losses fails with the shapes in the message."""

    class Short(Joint):
        def evaluate(self, configs, *, seeds, fidelity=None):
            return np.zeros(0)

    with pytest.warns(RuntimeWarning, match=re.escape("evaluate must return shape (1,) or (1, m), got (0,)")):
        minimize(Short(), design(), 3, batch=3, progress=False)


def test_ctrl_c_costs_the_trial_in_flight_and_returns_the_history():
    """A student presses stop: nine trials are kept, the tenth is marked, nothing is lost."""
    calls = iter(range(100))

    def stopped(config):
        if next(calls) == 9:
            raise KeyboardInterrupt
        return bowl(config)

    history = minimize(stopped, design(), 60, progress=False)
    assert history.interrupted
    assert [trial.state for trial in history] == ["complete"] * 9 + ["failed"]
    assert history[9].message == "interrupted"


@pytest.mark.parametrize("batch", [1, 3])
def test_an_objective_may_do_what_it_likes_with_its_config(batch):
    """Popping and overwriting are everyday code; the record keeps what was asked for, lists included."""
    space = SearchSpace(x=Float(0, 1), layers=[32, 32])

    class Rough(Joint):
        """Takes its config apart."""

        def evaluate(self, configs, *, seeds, fidelity=None):
            """The x of each, shape (K,)."""
            for config in configs:
                config["layers"].append(config.pop("x"))
            return [config["layers"][-1] for config in configs]

    for objective in (Rough(), lambda config: config["layers"].append(1) or config.pop("x")):
        history = minimize(objective, Design(space, "random"), 6, batch=batch, progress=False)
        assert [trial.config["x"] for trial in history] == history.losses.tolist()
        assert all(trial.config["layers"] == [32, 32] for trial in history)


def test_what_cannot_be_copied_is_handed_on():
    """A lock or a data set among the fixed values reaches the objective itself, not a copy."""
    lock = threading.Lock()
    history = minimize(
        lambda config: config["x"] if config["lock"] is lock else math.nan,
        Design(SearchSpace(x=Float(0, 1), lock=lock), "random"),
        3,
        progress=False,
    )
    assert all(trial.state == "complete" for trial in history)


def test_a_sampler_that_has_nothing_left_is_told_of():
    """Running a cell twice with the same sampler does not end in an empty history without a word."""
    sampler = design()
    minimize(bowl, sampler, 5, progress=False)
    with pytest.raises(ValueError, match="has been asked for all it has; make a fresh one"):
        minimize(bowl, sampler, 5, progress=False)


def test_several_losses_are_kept_and_the_first_is_minimised():
    """A tuple comes back whole, and the sampler hears all of it."""
    heard = []
    sampler = design()
    sampler.tell = lambda trial, loss: heard.append(loss)
    history = minimize(lambda config: (bowl(config), 5.0), sampler, 4, progress=False)
    assert [trial.losses for trial in history] == heard
    assert history.incumbent.losses[1] == 5.0


def test_a_sampler_with_nothing_left_ends_the_search():
    """A grid of nine points fills nine of ten trials, also in batches."""
    for batch in (1, 4):
        assert len(minimize(bowl, Design(SPACE, "grid"), 10, batch=batch, progress=False)) == 9


@pytest.mark.parametrize(("name", "value"), [("n_trials", 0), ("n_trials", 2.5), ("batch", 0)])
def test_counts_are_whole_and_positive(name, value):
    """The message gives the rule and the value."""
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1, got {value}"):
        minimize(bowl, design(), **{"n_trials": 3, name: value})


def test_the_progress_bar_shows_the_incumbent_and_the_failures(capsys):
    """What a student sees: how far, how good, how many failed."""
    losses = iter([0.25, math.nan, 0.125])
    with pytest.warns(RuntimeWarning, match="1 of 3"):
        history = minimize(lambda config: next(losses), design(), 3)
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert f"incumbent={history.incumbent.loss:.4g}" in shown
    assert "failed=1" in shown
