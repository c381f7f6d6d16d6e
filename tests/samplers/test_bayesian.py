"""Bayesian optimisation finds optima, is honest about integers, choices, failures and batches, and shows its belief."""

import math
from functools import partial

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.acquisition import expected_improvement
from hpo_tutor.samplers import BayesianOptimization
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.surrogates import GaussianProcess, Kernel
from hpo_tutor.trials import Trial
from hpo_tutor.tuning import minimize

ACQUISITIONS = ["ei", "plug-in-ei", "pi", "lcb", "thompson"]
LINE = SearchSpace(x=Float(-2, 3))
SQUARE = SearchSpace(x=Float(0, 1), y=Float(1e-3, 1e3, log=True))
CUBE = SearchSpace(a=Float(0, 1), b=Integer(1, 9), c=Choice(["p", "q", "r"]))


def searched(space, loss, n_trials=20, seed=0, **settings):
    """A sampler after a search, and its history."""
    sampler = BayesianOptimization(space, seed, **settings)
    return sampler, minimize(loss, sampler, n_trials, progress=False, seed=seed)


def bowl(config):
    """Lowest, 0, at x = 0.7 and y = 10."""
    return (config["x"] - 0.7) ** 2 + (math.log10(config["y"]) - 1) ** 2 / 10


@pytest.mark.parametrize("name", ["branin", "rosenbrock"])
def test_it_comes_near_the_optimum_of_a_smooth_function(name):
    """After 30 trials the median regret of three searches is below a twentieth of random search's."""
    function = problems.function(name)
    regret = [searched(function.space, function, 30, seed)[1].regret(function.optimum)[-1] for seed in range(3)]
    rng = np.random.default_rng(0)
    at_random = [min(function(function.space.sample(rng)) for _ in range(30)) - function.optimum for _ in range(50)]
    assert np.median(regret) < 0.05 * np.median(at_random)


@pytest.mark.parametrize("acquisition", ["ei", "plug-in-ei", "lcb", "thompson"])
@pytest.mark.parametrize("kernel", ["matern52", "matern32", "rbf"])
def test_acquisitions_and_kernels_find_the_bottom_of_a_bowl(acquisition, kernel):
    """Log scales included; 25 trials are enough."""
    history = searched(SQUARE, bowl, 25, acquisition=acquisition, kernel=kernel)[1]
    assert history.incumbent.loss < 2e-3


def test_the_probability_of_improvement_is_content_with_tiny_steps():
    """Its trials after the start-up lie nearer to the best one before them than those of expected improvement."""
    steps = {}
    for acquisition in ("pi", "ei"):
        history = searched(SQUARE, bowl, 25, acquisition=acquisition)[1]
        points, losses = np.array([SQUARE.to_unit(trial.config) for trial in history]), history.losses
        steps[acquisition] = np.median(
            [np.linalg.norm(points[i] - points[np.argmin(losses[:i])]) for i in range(6, 15)]
        )
    assert steps["pi"] < 0.5 * steps["ei"]


def test_it_learns_which_option_and_which_integer_are_good():
    """In a space of 27 x infinitely many, after 30 trials: the right option and the right integer."""

    def loss(config):
        return (config["a"] - 0.3) ** 2 + (config["b"] - 6) ** 2 / 20 + {"p": 0.4, "q": 0.0, "r": 0.7}[config["c"]]

    for seed in range(3):
        incumbent = searched(CUBE, loss, 30, seed)[1].incumbent
        assert (incumbent.config["b"], incumbent.config["c"]) == (6, "q")
        assert incumbent.loss < 1e-2


def test_the_model_sees_the_value_that_is_tried():
    """Belief along an integer is a staircase: one mean for all coordinates of a value, certainty at those tried."""
    sampler, history = searched(SearchSpace(n=Integer(1, 5)), lambda config: (config["n"] - 3.2) ** 2, 6, n_startup=3)
    (line,) = sampler.view().slices
    value = np.minimum(np.floor(line.grids[0] * 5), 4) + 1
    for n in range(1, 6):
        assert np.ptp(line.mean[value == n]) == 0
    assert len(set(line.mean)) == 5
    tried = history.table()["n"].iloc[:-1].unique()
    assert line.std[np.isin(value, tried)].max() < 0.05


def test_options_have_no_order():
    """Told the same trials, a space with its options in another order believes the same of each option."""
    beliefs = []
    for options in (["p", "q", "r"], ["r", "p", "q"]):
        space = SearchSpace(a=Float(0, 1), c=Choice(options))
        sampler = BayesianOptimization(space, n_startup=2)
        for i, a in enumerate(np.linspace(0, 1, 15)):
            sampler.tell(
                Trial(100 + i, {"a": a, "c": "pqr"[i % 3]}), {"p": 0.4, "q": 0.0, "r": 0.7}["pqr"[i % 3]] + a**2
            )
        sampler.ask()
        (plane,) = sampler.view().slices
        rows = {option: 6 + 14 * i for i, option in enumerate(options)}  # of 41, near the middle of each option's bin
        beliefs.append([(plane.mean[rows[option]], plane.std[rows[option]]) for option in "pqr"])
    np.testing.assert_allclose(*beliefs, rtol=1e-6, atol=1e-9)
    assert np.ptp([mean for mean, _ in beliefs[0]], axis=0).min() > 0.5


def test_conditions_hold_in_the_model():
    """A hyperparameter of the other branch says nothing: its line is flat where the best trial does not have it."""
    space = SearchSpace(
        model=Choice(["trees", "network"]),
        depth=Integer(1, 30, when="model == 'trees'"),
        rate=Float(0, 1, when="model == 'network'"),
    )

    def loss(config):
        return (config["rate"] - 0.6) ** 2 if config["model"] == "network" else 0.5 + (config["depth"] - 9) ** 2 / 100

    sampler, history = searched(space, loss, 25, squeeze=False)
    assert history.incumbent.loss < 1e-3
    _, depth, rate = sampler.view().slices
    assert np.ptp(depth.mean) < 1e-12
    assert np.ptp(rate.mean) > 0.1


def test_constraints_are_kept_where_the_model_would_rather_go_beyond():
    """The unconstrained minimum is out of bounds; the best feasible one, on the constraint, is found."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x + y <= 1"])
    history = searched(space, lambda config: (config["x"] - 1) ** 2 + (config["y"] - 0.8) ** 2, 40)[1]
    assert all(space.satisfies(trial.config) for trial in history)
    assert history.incumbent.loss < 0.32 + 0.01  # reached at (0.6, 0.4)


def test_one_huge_loss_does_not_flatten_the_rest():
    """A diverged training of 1e12 among losses below 3: the bottom is found all the same, and the order stays."""

    def loss(config):
        return 1e12 if config["x"] < 0.1 else bowl(config)

    sampler, history = searched(SQUARE, loss, 30)
    assert (history.losses == 1e12).any()
    assert history.incumbent.loss < 1e-3
    view = sampler.view()
    assert view.losses.max() < 1e3
    np.testing.assert_array_equal(
        np.argsort(view.losses, kind="stable"), np.argsort(history.losses[:-1], kind="stable")
    )


@pytest.mark.parametrize("huge", [1e160, 1.7e308, -1e300])
def test_a_loss_whose_square_is_no_number_does_no_harm(huge):
    """Some such losses or nothing else: the search goes on, its belief is finite, and it keeps off large ones."""
    sampler, history = searched(SQUARE, lambda config: huge if config["x"] < 0.3 else bowl(config), 20)
    met = history.losses == huge
    assert met.any()
    assert np.isfinite(sampler.view().slices[0].mean).all()
    assert huge < 0 or met[5:].mean() < 0.15
    alike = searched(SQUARE, lambda config: huge, 8)[1]
    assert len({tuple(trial.config.values()) for trial in alike}) == 8


def test_a_trial_from_outside_is_refused_and_does_no_harm():
    """The rule is told at once, when the trial comes; the sampler goes on as if it had not."""
    sampler = searched(LINE, lambda config: config["x"] ** 2, 6)[0]
    for config, message in (({"x": 7.0}, "x=7.0 is outside its domain"), ({"y": 1.0}, "x is missing")):
        with pytest.raises(ValueError, match=message):
            sampler.tell(Trial(100, config), 0.0)
    LINE.validate(sampler.ask().config)
    assert len(sampler.told) == 6


def test_squeezing_can_be_left_out():
    """Then the view has every loss as it was told."""
    sampler, history = searched(SQUARE, lambda config: 1e6 * (config["x"] < 0.1) + bowl(config), 12, squeeze=False)
    np.testing.assert_array_equal(sampler.view().losses, history.losses[:-1])


def test_losses_that_are_not_far_out_are_seen_as_they_are():
    """The bowl's losses are told and shown unchanged."""
    sampler, history = searched(LINE, lambda config: config["x"] ** 2 + 1, 10)
    best_half = np.argsort(history.losses[:-1])[:5]
    np.testing.assert_array_equal(sampler.view().losses[best_half], history.losses[best_half])


def test_failures_count_as_bad():
    """Half the line fails: trials go to the half that works, and the optimum there is found."""

    def loss(config):
        return math.nan if config["x"] < 0 else (config["x"] - 1) ** 2 + 5

    with pytest.warns(RuntimeWarning, match="trials failed"):
        history = searched(LINE, loss, 25)[1]
    late = [trial.config["x"] for trial in history][10:]
    assert sum(x < 0 for x in late) < len(late) / 3
    assert history.incumbent.loss < 5 + 1e-3


@pytest.mark.parametrize("acquisition", ACQUISITIONS)
def test_a_batch_spreads(acquisition):
    """Eight trials asked for at once differ, most of them by more than a two-hundredth of a side."""
    first = searched(SQUARE, bowl, 10, acquisition=acquisition)[0]
    batch = [first.ask() for _ in range(8)]
    points = np.array([SQUARE.to_unit(trial.config) for trial in batch])
    distances = np.linalg.norm(points[:, None] - points, axis=2)[np.triu_indices(8, 1)]
    assert distances.min() > 1e-6
    assert np.median(distances) > 0.005


def test_pending_trials_are_forgotten_when_they_are_told():
    """The model of a told batch is that of a sampler that was told the same trials one by one."""
    batch, single = (searched(SQUARE, bowl, 8)[0] for _ in range(2))
    asked = [batch.ask() for _ in range(3)]
    assert len(batch.view().pending) == 2
    for trial in asked:
        batch.tell(trial, bowl(trial.config))
        single.tell(trial, bowl(trial.config))
    batch.ask()
    single.ask()
    assert len(batch.view().pending) == len(single.view().pending) == 0
    np.testing.assert_allclose(batch.view().slices[0].mean, single.view().slices[0].mean, atol=0.02)


@pytest.mark.parametrize("n_startup", [3, 40])
def test_a_finite_space_is_searched_without_repeats_and_then_with(n_startup):
    """All 12 configs come first, also where constraints leave few; then it goes on."""
    space = SearchSpace(a=Integer(1, 4), b=Integer(1, 4), constraints=["a + b <= 5", "a * b != 6"])
    sampler = BayesianOptimization(space, n_startup=n_startup)
    seen = []
    for _ in range(14):
        trial = sampler.ask()
        space.validate(trial.config)
        seen.append(tuple(trial.config.values()))
        sampler.tell(trial, sum(trial.config.values()))
    n_configs = sum(a + b <= 5 and a * b != 6 for a in range(1, 5) for b in range(1, 5))
    assert len(set(seen[:n_configs])) == n_configs
    assert len(seen) == 14 > n_configs


def test_all_losses_equal():
    """Nothing to learn, no error, and new configs all the same."""
    history = searched(SQUARE, lambda config: 0.25, 12)[1]
    assert len({tuple(trial.config.values()) for trial in history}) == 12


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_the_unit_of_the_loss_does_not_matter(scale):
    """Losses a billion times larger or smaller lead to trials as good."""
    history = searched(SQUARE, lambda config: scale * bowl(config) - 3 * scale, 25)[1]
    assert history.incumbent.loss < scale * (-3 + 2e-3)


def test_the_start_up_depends_on_space_and_budget():
    """Twice the hyperparameters and two, at most a quarter of the budget; or what was asked for."""
    for space, n_trials, settings, expected in (
        (SQUARE, 60, {}, 6),
        (SQUARE, 12, {}, 3),
        (CUBE, 60, {}, 8),
        (SQUARE, 60, {"n_startup": 10}, 10),
    ):
        sampler = BayesianOptimization(space, **settings)
        sampler.start(n_trials)
        for number in range(expected + 1):
            trial = sampler.ask()
            assert (len(sampler.view().slices) > 0) == (number == expected)
            sampler.tell(trial, number % 3)


def test_the_view_is_the_model_behind_the_last_ask():
    """Kernel, trials and slices of the view make one Gaussian process: rebuilt from it, it predicts the same."""
    sampler, history = searched(SQUARE, bowl, 15)
    view = sampler.view()
    np.testing.assert_allclose(view.points, [SQUARE.to_unit(trial.config) for trial in list(history)[:-1]])
    np.testing.assert_allclose(view.proposal, SQUARE.to_unit(history[-1].config))
    assert view.best == history.losses[:-1].min()
    (plane,) = view.slices
    assert plane.axes == (0, 1)
    assert plane.mean.shape == plane.std.shape == plane.acquisition.shape == (41, 41)
    kernel = Kernel(view.shape, view.length_scales, view.amplitude, view.noise)
    x, y = np.meshgrid(*plane.grids)
    at = np.column_stack([x.ravel(), y.ravel()])
    prior_mean = _prior_mean(kernel, view)
    mean, std = GaussianProcess(kernel, prior_mean).condition(view.points, view.losses).predict(at)
    np.testing.assert_allclose(plane.mean.ravel(), mean, atol=1e-6)
    np.testing.assert_allclose(plane.std.ravel(), std, atol=1e-6)
    np.testing.assert_allclose(plane.acquisition.ravel(), expected_improvement(mean, std, view.best), atol=1e-6)


def _prior_mean(kernel, view):
    """The mean of the losses weighted by the inverse of their covariance: the likeliest."""
    weights = np.linalg.solve(kernel(view.points) + view.noise**2 * np.eye(len(view.losses)), np.ones(len(view.losses)))
    return weights @ view.losses / weights.sum()


def test_the_proposal_is_the_best_candidate():
    """None of the candidates is worth more; and the slice, on its coarse grid, finds nothing clearly better."""
    sampler, _ = searched(SQUARE, bowl, 15)
    view = sampler.view()
    chosen = np.linalg.norm(view.candidates - view.proposal, axis=1).argmin()
    assert view.gains[chosen] == view.gains.max()
    assert view.slices[0].acquisition.max() < 1.05 * view.gains.max()


@pytest.mark.parametrize(("space", "axes"), [(LINE, [(0,)]), (SQUARE, [(0, 1)]), (CUBE, [(0,), (1,), (2,)])])
@pytest.mark.parametrize("acquisition", ACQUISITIONS)
def test_slices_of_any_space_go_through_the_best_trial(space, axes, acquisition):
    """One for one or two hyperparameters, one for each beyond; their arrays are finite and cannot be written to."""
    sampler, history = searched(
        space, lambda config: sum(map(len, map(str, config.values()))), 12, acquisition=acquisition
    )
    view = sampler.view()
    assert [line.axes for line in view.slices] == axes
    best = min(list(history)[:-1], key=lambda trial: trial.loss)
    for line in view.slices:
        np.testing.assert_allclose(line.held, space.to_unit(best.config))
        for values in (line.mean, line.std, line.acquisition, *line.grids):
            assert np.isfinite(values).all()
            assert not values.flags.writeable
    assert view.length_scales.shape == (space.n_dims,)


def test_thompson_shows_the_function_that_was_drawn():
    """The slice goes through what was drawn at the candidates, and the trial is where the draw is lowest."""
    sampler, _ = searched(LINE, lambda config: math.sin(3 * config["x"]), 8, acquisition="thompson")
    view = sampler.view()
    (line,) = view.slices
    drawn = np.interp(view.candidates[:, 0], line.grids[0], line.acquisition)
    assert np.abs(drawn - view.gains).max() < 0.05 * np.ptp(view.gains)
    new = [point not in view.points for point in view.candidates[:, 0]]
    assert view.candidates[new][view.gains[new].argmax()] == pytest.approx(view.proposal)


def test_before_the_model_there_is_nothing_to_see():
    """In the start-up phase: trials, no slices, no kernel."""
    sampler = BayesianOptimization(SQUARE)
    assert sampler.view().proposal.shape == (0,)
    sampler.ask()
    view = sampler.view()
    assert view.proposal.shape == (2,)
    assert (view.slices, view.candidates.shape, view.length_scales.shape) == ((), (0, 2), (0,))
    assert math.isnan(view.best)
    assert math.isnan(view.noise)


def test_looking_changes_nothing():
    """A search in which every view is looked at asks for the same trials, Thompson's draws included."""
    for acquisition in ("ei", "thompson"):
        looked, plain = (BayesianOptimization(SQUARE, 3, acquisition=acquisition) for _ in range(2))
        for _ in range(10):
            looked.view()
            trial = looked.ask()
            assert trial == plain.ask()
            looked.tell(trial, bowl(trial.config))
            plain.tell(trial, bowl(trial.config))


def test_noise_is_learnt():
    """Losses with noise of 0.3: the kernel says so within a factor of two; without noise it says next to none."""
    rng = np.random.default_rng(0)
    make = partial(searched, LINE, n_trials=40, acquisition="lcb", kappa=4.0)
    noisy = make(lambda config: math.sin(2 * config["x"]) + 0.3 * rng.normal())[0].view()
    assert 0.15 < noisy.noise < 0.6
    assert make(lambda config: math.sin(2 * config["x"]))[0].view().noise < 0.01


def test_a_plug_in_incumbent_is_no_lucky_draw():
    """One of four trials at a point fell far lower than the others: "ei" builds on it, "plug-in-ei" does not."""
    noise = 0.3 * np.random.default_rng(0).normal(size=40)
    noise[22] = -1.5
    best = {}
    for acquisition in ("ei", "plug-in-ei"):
        sampler = BayesianOptimization(LINE, acquisition=acquisition, n_startup=2)
        for i, x in enumerate(np.repeat(np.linspace(-2, 3, 10), 4)):
            sampler.tell(Trial(100 + i, {"x": x}), x + noise[i])
        sampler.ask()
        best[acquisition] = sampler.view().best
    lucky = np.linspace(-2, 3, 10)[5] - 1.5
    assert best["ei"] == min(lucky, *(-2 + noise[:4]))
    assert -2.3 < best["plug-in-ei"] < -1.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_startup": 0}, "n_startup must be at least 1, it is 0"),
        ({"acquisition": "EI"}, "acquisition must be one of ei, plug-in-ei, pi, lcb, thompson; it is 'EI'"),
        ({"kernel": "matern"}, "kernel must be one of rbf, .*; it is 'matern'"),
        ({"kappa": -1.0}, "kappa must not be negative, it is -1"),
    ],
)
def test_settings_without_a_meaning_are_refused(settings, message):
    """When the sampler is made, not at the first ask."""
    with pytest.raises(ValueError, match=message):
        BayesianOptimization(SQUARE, **settings)
