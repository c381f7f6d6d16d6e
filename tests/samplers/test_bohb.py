"""BOHB learns from the highest fidelity that has enough trials, and asks where l is high against g."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hpo_tutor.samplers import BOHB, Design
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import Trial
from hpo_tutor.tuning import minimize

SQUARE = SearchSpace(x=Float(0, 1), y=Float(0, 1))
MIXED = SearchSpace(
    rate=Float(1e-4, 1e-1, log=True),
    layers=Integer(1, 3),
    width_2=Integer(4, 64, log=True, when="layers >= 2"),
    activation=Choice(["relu", "tanh", "elu"]),
)


def bowl(config):
    """Smallest, 0, at (0.3, 0.7)."""
    return (config["x"] - 0.3) ** 2 + (config["y"] - 0.7) ** 2


def layered(config):
    """Smallest, 0, with tanh, two layers or three, and a second one 8 wide."""
    off = abs(math.log(config.get("width_2", 64) / 8))
    return (config["activation"] != "tanh") + off + (config["layers"] == 1)


def tell(sampler, n, fidelity=None, loss=bowl, seed=0, first=0):
    """Tell of n random trials at a fidelity."""
    rng = np.random.default_rng(seed)
    for number in range(first, first + n):
        config = sampler.space.sample(rng)
        sampler.tell(Trial(number, config, fidelity=fidelity), loss(config))


def asked(sampler, n=50):
    """The views of n asks that were not drawn at random."""
    views = []
    for _ in range(n):
        sampler.ask()
        if sampler.view().chosen >= 0:
            views.append(sampler.view())
    return views


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 3, 9, 27, None]), st.booleans()), max_size=60))
def test_the_fidelity_is_the_highest_with_enough_trials(reports):
    """At least N_min + 2 = 5 trials in two dimensions, of which 3 have not failed; counted by hand."""
    sampler = BOHB(SQUARE, random_share=0.0)
    for number, (fidelity, ok) in enumerate(reports):
        config = {"x": (number * 0.37) % 1, "y": (number * 0.61) % 1}
        sampler.tell(Trial(number, config, fidelity=fidelity), bowl(config) if ok else math.nan)
    enough = [
        math.inf if f is None else f
        for f in (1, 3, 9, 27, None)
        if sum(g == f for g, _ in reports) >= 5 and sum(g == f and ok for g, ok in reports) >= 3
    ]
    sampler.ask()
    if enough:
        assert sampler.view().fidelity == max(enough)
    else:
        assert math.isnan(sampler.view().fidelity)


@pytest.mark.parametrize("n", [5, 6, 19, 20, 21, 40, 61])
def test_the_best_make_l_and_the_worst_make_g(n):
    """Equation 4: max(N_min, q n) of the best, max(N_min, the rest) of the worst; few trials are in both."""
    sampler = BOHB(SQUARE, random_share=0.0)
    tell(sampler, n, fidelity=9)
    tell(sampler, 100, fidelity=3, loss=lambda config: -bowl(config), seed=1)  # of no account
    sampler.ask()
    view = sampler.view()
    rng = np.random.default_rng(0)
    rows = sorted(
        ([c["x"], c["y"]] for c in (SQUARE.sample(rng) for _ in range(n))), key=lambda r: bowl({"x": r[0], "y": r[1]})
    )
    n_good = max(3, math.floor(0.15 * n))
    assert view.good.tolist() == rows[:n_good]
    assert view.others.tolist() == rows[-max(3, n - n_good) :]


def test_the_proposal_has_the_largest_ratio():
    """Of 64 candidates, by scipy's normal distribution and the widths of the normal reference."""
    sampler = BOHB(SQUARE, seed=4)
    tell(sampler, 30, fidelity=27)
    views = asked(sampler)
    assert len(views) > 20

    def density(points, x):
        widths = np.maximum(1.06 * points.std(axis=0) * len(points) ** (-1 / 6), 1e-3)
        return stats.norm.pdf(x[:, None], points, widths).prod(axis=-1).mean(axis=-1)

    for view in views[:5]:
        assert view.candidates.shape == (64, 2)
        ratio = density(view.good, view.candidates) / density(view.others, view.candidates)
        assert ratio[view.chosen] == pytest.approx(ratio.max())
        np.testing.assert_allclose(np.exp(view.log_l - view.log_g), ratio, rtol=1e-6)


def test_what_is_asked_is_what_was_chosen():
    """The config is the chosen candidate, brought back from the unit cube."""
    sampler = BOHB(SQUARE, random_share=0.0)
    tell(sampler, 20)
    config = sampler.ask().config
    view = sampler.view()
    np.testing.assert_allclose([config["x"], config["y"]], view.candidates[view.chosen])


def test_one_in_three_is_drawn_at_random():
    """Of 3,000 asks, within four standard errors; with a share of 1 all are, and none with 0."""
    for share in (0.0, 1 / 3, 1.0):
        sampler = BOHB(SQUARE, random_share=share, n_candidates=2)
        tell(sampler, 10)
        drawn = 3000 - len(asked(sampler, 3000))
        assert abs(drawn / 3000 - share) <= 4 * math.sqrt(share * (1 - share) / 3000)


def test_random_trials_are_spread_evenly():
    """Those that are drawn at random fill the whole space, whatever is known."""
    sampler = BOHB(SQUARE, random_share=1.0)
    tell(sampler, 30)
    xs = [sampler.ask().config["x"] for _ in range(1000)]
    assert stats.kstest(xs, "uniform").pvalue > 0.01


def test_candidates_come_from_wider_kernels():
    """Three times as wide as those of l: the widths of the candidates of narrow l, by their spread."""
    sampler = BOHB(SQUARE, random_share=0.0)
    rng = np.random.default_rng(0)
    for number in range(20):
        good = number < 3
        config = {
            "x": 0.5 + 0.004 * number if good else rng.random(),
            "y": 0.5 + 0.004 * number if good else rng.random(),
        }
        sampler.tell(Trial(number, config), 0.0 if good else 1.0)
    candidates = np.concatenate([view.candidates for view in asked(sampler, 60)])
    view = sampler.view()
    wanted = np.sqrt(view.good.var(axis=0) + (3 * view.good_widths) ** 2)
    np.testing.assert_allclose(candidates.std(axis=0), wanted, rtol=0.05)


def test_short_trials_are_learnt_from_until_longer_ones_tell_more():
    """Told at 3 epochs that x is best at 0.2, and at 27 that it is best at 0.8, it moves from one to the other."""
    sampler = BOHB(SQUARE, random_share=0.0)
    tell(sampler, 60, fidelity=3, loss=lambda config: abs(config["x"] - 0.2))
    early = np.median([sampler.ask().config["x"] for _ in range(60)])
    tell(sampler, 4, fidelity=27, loss=lambda config: abs(config["x"] - 0.8), first=60, seed=2)
    still = np.median([sampler.ask().config["x"] for _ in range(60)])
    tell(sampler, 40, fidelity=27, loss=lambda config: abs(config["x"] - 0.8), first=70, seed=1)
    late = np.median([sampler.ask().config["x"] for _ in range(60)])
    assert abs(early - 0.2) < 0.15
    assert abs(still - 0.2) < 0.15  # four trials of 27 epochs are too few
    assert abs(late - 0.8) < 0.15


def test_failed_trials_are_never_good():
    """They count among the others; those that failed in a corner keep it empty."""
    sampler = BOHB(SQUARE, random_share=0.0)
    tell(sampler, 60, loss=lambda config: math.nan if config["x"] < 0.5 else bowl(config))
    sampler.ask()
    view = sampler.view()
    assert (view.good[:, 0] >= 0.5).all()
    assert (view.others[:, 0] < 0.5).sum() > 20
    assert np.mean([sampler.ask().config["x"] >= 0.5 for _ in range(60)]) > 0.9


def test_choices_and_conditions_are_learnt():
    """What it asks for is far better than random: the better option, the better place of what is not always there."""
    sampler, rng = BOHB(MIXED, random_share=0.0), np.random.default_rng(9)
    tell(sampler, 120, fidelity=9, loss=layered)
    configs = [sampler.ask().config for _ in range(100)]
    view = sampler.view()
    assert np.isfinite(view.good).all()
    assert set(np.unique(view.others[:, 3])) == {0.0, 1.0, 2.0}
    np.testing.assert_array_equal(view.n_options, [0, 0, 0, 3])
    assert np.mean([config["activation"] == "tanh" for config in configs]) > 0.8
    at_random = np.mean([layered(MIXED.sample(rng)) for _ in range(300)])
    assert np.mean([layered(config) for config in configs]) < 0.4 * at_random


def test_what_is_inactive_is_filled_in_from_others():
    """Each empty coordinate gets a value of the same column of the same density."""
    sampler = BOHB(MIXED, random_share=0.0)
    tell(sampler, 60, loss=lambda c: c["rate"])
    sampler.ask()
    told = np.array([MIXED.to_unit(trial.config) for trial in sorted(sampler.told, key=lambda t: t.loss)])
    view = sampler.view()
    for places, rows in ((view.good, told[:9]), (view.others, told[9:])):
        empty = np.isnan(rows[:, 2])
        assert empty.any()
        np.testing.assert_array_equal(places[~empty, 2], rows[~empty, 2])
        assert set(places[empty, 2]) <= set(rows[~empty, 2])


def test_constraints_are_kept():
    """The best candidate that keeps them is asked for, although the best trials lie next to what is forbidden."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x >= y"])
    sampler = BOHB(space, random_share=0.0)
    tell(sampler, 40, loss=lambda config: config["x"] - config["y"])
    configs = [sampler.ask().config for _ in range(50)]
    assert all(config["x"] >= config["y"] for config in configs)
    assert np.median([config["x"] - config["y"] for config in configs]) < 0.2


def test_it_finds_smaller_losses_than_random_search():
    """On a smooth bowl in four dimensions after 100 trials, the mean of 20 seeds is below 0.85 of random search's."""
    space = SearchSpace({name: Float(0, 1) for name in "abcd"})
    best = dict(zip("abcd", (0.3, 0.7, 0.55, 0.4), strict=True))

    def loss(config):
        return sum((config[name] - best[name]) ** 2 for name in best)

    found = {}
    for name, make in (("bohb", BOHB), ("random", partial(Design, name="random"))):
        runs = [minimize(loss, make(space, seed=seed), 100, seed=seed, progress=False) for seed in range(20)]
        found[name] = np.mean([run.incumbent.loss for run in runs])
    assert found["bohb"] < 0.85 * found["random"]


def test_with_two_hyperparameters_it_settles_too_early():
    """Where three trials make l, it searches around them too soon: on a bowl, random search ends nearer the middle."""
    found = {}
    for name, make in (("bohb", BOHB), ("random", partial(Design, name="random"))):
        runs = [minimize(bowl, make(SQUARE, seed=seed), 60, seed=seed, progress=False) for seed in range(20)]
        found[name] = np.mean([run.incumbent.loss for run in runs])
    assert found["bohb"] > 1.2 * found["random"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"random_share": 1.5},
        {"good_share": -0.1},
        {"n_candidates": 0},
        {"widening": 0.0},
        {"least_width": math.inf},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong):
    """The message names the setting."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BOHB(SQUARE, **wrong)
