"""TPE is hyperopt's own, trial for trial, and its view shows what hyperopt really weighed."""

import math
import threading
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from hpo_tutor.samplers import TPE
from hpo_tutor.samplers.tpe_beliefs import listening
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import Trial
from tests.samplers.contract import ask_many
from tests.strategies import spaces

SQUARE = SearchSpace(x=Float(0, 1), rate=Float(1e-4, 1e-1, log=True))
MIXED = SearchSpace(
    rate=Float(1e-4, 1e-1, log=True),
    momentum=Float(0, 1),
    epochs=Integer(1, 60),
    width=Integer(3, 100, log=True),
    layers=Integer(1, 3),
    second=Integer(4, 64, when="layers >= 2"),
    third=Float(0, 1, when="layers == 3 and second > 10"),
    activation=Choice(["relu", "tanh", 3]),
    blocks=Integer(1, 8, log=True),
    slope=Float(0.01, 1, log=True, when="activation == 'relu' and blocks > 2"),
)


def loss_of(config):
    """A loss that depends on everything; nan in a third of the space."""
    if config["activation"] == 3:
        return math.nan
    numbers = (
        config["momentum"],
        config["epochs"] / 60,
        config["width"] / 100,
        config.get("third", 0.3),
        config.get("slope", 0.2),
    )
    return (math.log10(config["rate"]) + 2) ** 2 + sum(numbers) + config["layers"] + (config["activation"] == "tanh")


def told(space, n, seed=0, loss=None, **more):
    """A TPE that was told n random configs; their losses are drawn unless a function makes them."""
    sampler, rng = TPE(space, seed=seed, **more), np.random.default_rng(seed)
    for number in range(n):
        config = space.sample(rng)
        sampler.tell(Trial(number, config), float(rng.normal()) if loss is None else loss(config))
    return sampler


# --- hyperopt's own -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("more", [{}, {"n_startup": 5, "n_candidates": 7, "gamma": 0.8, "prior_weight": 0.5}])
def test_it_tries_what_fmin_tries(seed, more):
    """In a conditional space, with failures, at the same seed: the losses are those of fmin, one by one."""
    from hyperopt import STATUS_FAIL, STATUS_OK, Trials, fmin, tpe

    def evaluate(values):
        loss = loss_of(MIXED.from_hyperopt(values))
        return {"status": STATUS_FAIL} if math.isnan(loss) else {"status": STATUS_OK, "loss": loss}

    sampler, losses = TPE(MIXED, seed=seed, **more), []
    for _ in range(40):
        trial = sampler.ask()
        losses.append(loss_of(trial.config))
        sampler.tell(trial, losses[-1])
    names = {"n_startup": "n_startup_jobs", "n_candidates": "n_EI_candidates"}
    kept = Trials()
    fmin(
        evaluate,
        MIXED.to_hyperopt(),
        partial(tpe.suggest, **{names.get(key, key): value for key, value in more.items()}),
        max_evals=40,
        trials=kept,
        rstate=TPE(MIXED, seed=seed).rng,
        show_progressbar=False,
    )
    assert any(map(math.isnan, losses))
    assert [None if math.isnan(loss) else loss for loss in losses] == kept.losses()


def test_what_others_tried_counts_like_its_own():
    """Told another sampler's trials, it asks next what that sampler asks next with the same random numbers."""
    first = TPE(MIXED, seed=1, n_startup=10)
    second = TPE(MIXED, seed=2, n_startup=10)
    for _ in range(25):
        trial = first.ask()
        first.tell(trial, loss_of(trial.config))
        second.tell(trial, loss_of(trial.config))
    second.rng.bit_generator.state = first.rng.bit_generator.state
    assert second.ask().config == first.ask().config
    np.testing.assert_array_equal(first.view().bad, second.view().bad)


@pytest.mark.parametrize("highest", [0.9, 0.1, 0.001])
def test_it_keeps_constraints_even_where_few_suggestions_do(highest):
    """All trials keep a constraint that most suggestions, or nearly all, break; the view belongs to what was asked."""
    layers = {"layers": Integer(1, 3), "second": Integer(4, 64, when="layers >= 2")}
    bounded = SearchSpace({**SQUARE.domains, **layers}, constraints=[f"x < {highest}"])
    sampler = TPE(bounded, seed=0, n_startup=5)
    for _ in range(25):
        trial = sampler.ask()
        bounded.validate(trial.config)
        for one in sampler.view().hyperparameters:
            assert one.chosen == -1 or value_of(one, bounded) == pytest.approx(trial.config[one.name])
        sampler.tell(trial, float(trial.number))


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"x": 0.5, "rate": 0.0}, "rate=0.0 is outside its domain"),
        ({"x": math.nan, "rate": 0.01}, "x=nan is outside its domain"),
        ({"x": 0.5}, "rate is missing"),
    ],
)
def test_a_trial_from_outside_is_refused_and_does_no_harm(config, message):
    """The rule is told at once, when the trial comes; the sampler goes on as if it had not."""
    sampler = told(SQUARE, 8, n_startup=5)
    with pytest.raises(ValueError, match=message):
        sampler.tell(Trial(100, config), 0.0)
    assert sampler.ask().config == told(SQUARE, 8, n_startup=5).ask().config
    assert len(sampler.told) == 8


@pytest.mark.parametrize(
    "more", [{"gamma": math.inf}, {"n_startup": 0}, {"n_candidates": 0}, {"gamma": -1}, {"prior_weight": math.nan}]
)
def test_settings_are_positive(more):
    """Zero, a negative number and nan are refused by name."""
    with pytest.raises(ValueError, match=f"{next(iter(more))} must be positive"):
        TPE(SQUARE, **more)


# --- good and bad ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "gamma", "n_good"),
    [(20, 0.25, 2), (64, 0.25, 2), (65, 0.25, 3), (200, 0.25, 4), (200, 1.0, 15), (200, 3, 25)],
)
def test_few_are_good(n, gamma, n_good):
    """The good are the ceil(gamma sqrt(n)) lowest losses, 25 at most; all others are bad."""
    sampler = told(SQUARE, n, gamma=gamma)
    sampler.ask()
    view = sampler.view()
    lowest = np.argsort([trial.loss for trial in sampler.told])
    assert len(view.good) == n_good
    assert set(view.good) == set(lowest[:n_good])
    assert set(view.bad) == set(lowest[n_good:])


def test_failures_are_bad():
    """A failed trial stands in g, never in l, however few have succeeded."""
    sampler = told(SQUARE, 40, loss=lambda config: math.nan if config["x"] > 0.4 else config["x"], gamma=1)
    sampler.ask()
    failed = {trial.number for trial in sampler.told if trial.state == "failed"}
    view = sampler.view()
    assert 15 < len(failed) < 33  # more complete trials than the 7 that are good
    assert failed <= set(view.bad)
    assert len(view.hyperparameters[0].bad) == len(view.bad)


def test_failures_alone_teach_nothing():
    """Until enough trials have succeeded to be called good, it draws at random and has no belief."""
    sampler = told(SQUARE, 30, loss=lambda config: math.nan)
    sampler.ask()
    assert sampler.view().hyperparameters == ()
    for number in range(30, 32):
        sampler.tell(Trial(number, SQUARE.sample(sampler.rng)), 1.0)
    sampler.ask()
    assert sorted(sampler.view().good) == [30, 31]


def test_failures_drive_it_away():
    """Where a third of the space fails, fewer of the later trials fall into it than a third."""

    def share(seed):
        sampler, failed = TPE(SQUARE, seed=seed, n_startup=10), []
        for _ in range(40):
            trial = sampler.ask()
            failed.append(trial.config["x"] > 2 / 3)
            sampler.tell(trial, math.nan if failed[-1] else math.log10(trial.config["rate"]))
        return np.mean(failed[15:])

    assert np.mean([share(seed) for seed in range(8)]) < 0.25


def test_pending_trials_are_bad():
    """Of a batch each trial counts against those after it, and no two are the same."""
    sampler = told(SQUARE, 30)
    batch = ask_many(sampler, 6)
    view = sampler.view()
    assert len(view.good) + len(view.bad) == 35
    assert {trial.number for trial in batch[:-1]} <= set(view.bad)
    assert len({trial.config["x"] for trial in batch}) == 6
    for trial in reversed(batch):
        sampler.tell(trial, -10.0 + trial.number)
    sampler.ask()
    assert set(sampler.view().good) <= {trial.number for trial in batch}


# --- what was weighed -----------------------------------------------------------------------------------------------


def value_of(one, space):
    """The hyperparameter's value at the chosen candidate."""
    place = one.candidates[one.chosen]
    if one.kind == "choice":
        return space.domains[one.name].values[int(place)]
    return np.exp(place) if one.log else place


def small(space):
    """Whether hyperopt's graph of a space is small; see test_contract."""
    words = " ".join(domain.when or "" for domain in space.domains.values()).split()
    return math.prod(len(domain.values) for name, domain in space.domains.items() if name in words) <= 24


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(spaces(constraints=False).filter(small), st.integers(0, 1000))
def test_the_best_candidate_is_proposed(space, seed):
    """In any space each active hyperparameter has 24 candidates, and the largest log l - log g is the trial's value."""
    sampler = told(space, 30, seed)
    config = sampler.ask().config
    view = sampler.view()
    assert {*config} - {*space.fixed} <= {one.name for one in view.hyperparameters} <= {*space.names}
    for one in view.hyperparameters:
        assert len(one.candidates) == len(one.log_l) == len(one.log_g) == (24 if one.name in config else 0)
        if one.name in config:
            gains = one.log_l - one.log_g
            assert gains[one.chosen] == pytest.approx(gains.max())
            assert config[one.name] == pytest.approx(value_of(one, space))
        else:
            assert one.chosen == -1


def test_a_hyperparameter_that_is_never_active_is_not_believed_in():
    """As hyperopt's graph leaves it out, so does the view; the others are all there."""
    space = SearchSpace(
        a=Integer(0, 1), b=Integer(0, 1, when="a == 1"), never=Float(0, 1, when="a == 0 and b == 1"), x=Float(0, 1)
    )
    sampler = told(space, 12, n_startup=5)
    sampler.ask()
    assert [one.name for one in sampler.view().hyperparameters] == ["a", "b", "x"]


def test_alike_hyperparameters_keep_their_own_candidates():
    """Told trials with x = y only, both have the same mixtures; each shows the candidates that led to its own value."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))
    for seed in range(8):
        sampler, rng = TPE(space, seed=seed, n_startup=5), np.random.default_rng(seed)
        for number, place in enumerate(rng.random(12).tolist()):
            sampler.tell(Trial(100 + number, {"x": place, "y": place}), float(rng.normal()))
        config = sampler.ask().config
        for one in sampler.view().hyperparameters:
            assert value_of(one, space) == config[one.name]


def test_densities_count_to_one():
    """Over the hyperparameter's range, in the mixture's units: an integral for a float, a sum for the others."""
    sampler = told(MIXED, 60, loss=loss_of, gamma=1)
    sampler.ask()
    for one in sampler.view().hyperparameters:
        for density in (one.l_density, one.g_density):
            whole = np.trapezoid(density, one.grid) if one.kind == "float" else density.sum()
            assert whole == pytest.approx(1, abs=2e-4)


def test_the_mixtures_are_truncated_normals():
    """Both densities of a float are scipy's normal distributions, weighted, added up and cut off at the bounds."""
    sampler = told(SQUARE, 60, gamma=1)
    sampler.ask()
    for one in sampler.view().hyperparameters:
        for mixture, values, at_grid, at_candidates in (
            (one.l, one.good, one.l_density, one.log_l),
            (one.g, one.bad, one.g_density, one.log_g),
        ):
            windows = stats.norm(mixture.means[:, None], mixture.widths[:, None])
            inside = mixture.weights @ (windows.cdf(one.high) - windows.cdf(one.low))[:, 0]
            np.testing.assert_allclose(mixture.weights @ windows.pdf(one.grid) / inside, at_grid)
            np.testing.assert_allclose(mixture.weights @ windows.pdf(one.candidates) / inside, np.exp(at_candidates))
            prior = np.argmin(np.abs(mixture.means - (one.low + one.high) / 2))
            np.testing.assert_allclose(np.delete(mixture.means, prior), np.sort(values))
            assert mixture.widths[prior] == pytest.approx(one.high - one.low)
            assert mixture.weights.sum() == pytest.approx(1)


def test_a_choice_is_counted():
    """Options tried by the good, plus the prior's one each, over their sum; older trials than 25 count less."""
    space = SearchSpace(c=Choice(list("abc")))
    sampler = TPE(space, gamma=1)
    for number, option in enumerate("aab" + "c" * 20):
        sampler.tell(Trial(number, {"c": option}), float(number))
    sampler.ask()
    (one,) = sampler.view().hyperparameters
    np.testing.assert_allclose(one.l.weights, np.array([2 + 1, 1 + 1, 2 + 1]) / 8)
    np.testing.assert_allclose(one.g.weights, np.array([1, 1, 18 + 1]) / 21)
    np.testing.assert_array_equal(one.grid, [0, 1, 2])
    np.testing.assert_array_equal(one.l_density, one.l.weights)


def test_the_candidates_are_drawn_from_l():
    """Over 60 seeds, 24 candidates each lie as the distribution function of l says; those of g do not."""
    drawn = []
    for seed in range(60):
        sampler = told(SQUARE, 40, loss=lambda config: (config["x"] - 0.3) ** 2)
        sampler.rng = np.random.default_rng(seed)
        sampler.ask()
        one = sampler.view().hyperparameters[0]
        drawn.extend(one.candidates)

    def distribution(mixture, x):
        windows = stats.norm(mixture.means[:, None], mixture.widths[:, None])
        shares = mixture.weights @ (windows.cdf(np.append(x, 1.0)) - windows.cdf(0.0))
        return shares[:-1] / shares[-1]

    assert stats.kstest(drawn, partial(distribution, one.l)).pvalue > 0.01
    assert stats.kstest(drawn, partial(distribution, one.g)).pvalue < 1e-9


def test_a_large_integer_keeps_a_small_grid():
    """A million values are sampled at no more than 257 of them, from the lowest to the highest."""
    space = SearchSpace(n=Integer(1, 10**6), m=Integer(1, 10**6, log=True))
    sampler = told(space, 25)
    sampler.ask()
    for one in sampler.view().hyperparameters:
        values = np.round(np.exp(one.grid) if one.log else one.grid)
        assert len(one.grid) <= 257
        assert (values[0], values[-1]) == (1, 10**6)


# --- overhearing ----------------------------------------------------------------------------------------------------


def test_hyperopt_is_left_as_it_was():
    """After an error too, hyperopt's own function stands in its table again."""
    from hyperopt.pyll import scope

    before, changed = scope._impls["broadcast_best"], []

    def fail_on_the_way():
        with listening():
            changed.append(scope._impls["broadcast_best"] is not before)
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        fail_on_the_way()
    assert changed == [True]
    assert scope._impls["broadcast_best"] is before


def test_samplers_in_several_threads_do_not_hear_each_other():
    """Three searches at once ask for what each asks alone, and each view holds its own candidates."""

    def search(seed, kept):
        sampler = TPE(SQUARE, seed=seed, n_startup=5)
        for _ in range(25):
            trial = sampler.ask()
            sampler.tell(trial, (trial.config["x"] - 0.1 * seed) ** 2)
            kept.append((trial.config["x"], tuple(one.candidates.tolist() for one in sampler.view().hyperparameters)))

    together = [[], [], []]
    threads = [threading.Thread(target=search, args=(seed, together[seed])) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed in range(3):
        alone = []
        search(seed, alone)
        assert alone == together[seed]
