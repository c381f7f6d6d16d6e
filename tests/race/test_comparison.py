"""compare: who meets which task with which seeds, what the table holds, and what is refused."""

from functools import partial

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.race import compare
from hpo_tutor.race.comparison import sampler_seed
from hpo_tutor.samplers import Design
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.trials import Trial, trial_seed
from hpo_tutor.tuning import minimize

SQUARE = SearchSpace(x=Float(0, 1), y=Float(0, 1))


class Bowl:
    """A bowl whose losses carry noise from the trial's seed; it notes every evaluation and can be made to stop."""

    loss_names = ("error",)
    space = SQUARE
    optimum = 0.0

    def __init__(self, centre=0.5, noise=0.1, calls=None, stops_after=None, fails=lambda config: False):
        self.centre, self.noise, self.stops_after, self.fails = centre, noise, stops_after, fails
        self.calls = [] if calls is None else calls

    def expected(self, config):
        """The bowl without its noise."""
        return (config["x"] - self.centre) ** 2 + (config["y"] - self.centre) ** 2

    def __call__(self, config):
        """The loss with the noise of seed 0."""
        return float(self.evaluate([config], seeds=[0])[0])

    def evaluate(self, configs, *, seeds, fidelity=None):
        """The bowl and its noise, shape (K,)."""
        if len(self.calls) == self.stops_after:
            raise KeyboardInterrupt
        if any(map(self.fails, configs)):
            raise RuntimeError("diverged")
        self.calls += [(self.centre, seed) for seed in seeds]
        noise = [np.random.default_rng(seed).normal(0, self.noise) for seed in seeds]
        return np.array([self.expected(config) for config in configs]) + noise


class Noisy(Bowl):
    """The family of bowls that differ in their centre."""

    def draw(self, seed):
        """The bowl of a seed."""
        return Bowl(np.random.default_rng(seed).random(), self.noise, self.calls)


def test_a_lap_is_what_minimize_does_by_hand():
    """Each search of the race is minimize on the member of its seed, with the lap's seeds for trials and samplers."""
    race = compare(["random", "lhs"], Noisy(), n_trials=7, seeds=[3, 5])
    for name in ("random", "lhs"):
        for seed in (3, 5):
            sampler = Design(SQUARE, name, seed=sampler_seed(seed))
            history = minimize(Noisy().draw(seed), sampler, 7, seed=seed, progress=False)
            rows = race.table.query("sampler == @name and seed == @seed")
            np.testing.assert_array_equal(rows["loss"], history.losses)
            np.testing.assert_array_equal(rows["incumbent"], history.incumbent_losses)
            assert race.histories[name, seed].trials == history.trials


def test_all_samplers_of_a_lap_meet_the_same_task_and_the_same_luck():
    """In each lap every sampler gets the same member and the same trial seeds; laps differ in both."""
    objective = Noisy()
    compare(["grid", "random", "sobol"], objective, n_trials=9, seeds=[1, 2])
    searches = [objective.calls[i : i + 9] for i in range(0, 6 * 9, 9)]
    assert searches[0] == searches[1] == searches[2]
    assert searches[3] == searches[4] == searches[5]
    assert not set(searches[0]) & set(searches[3])
    assert [seed for _, seed in searches[0]] == [trial_seed(1, number) for number in range(9)]


def test_the_table_is_tidy_and_its_columns_follow_from_one_another():
    """One row a trial; incumbent is the running minimum, score its expected loss, regret score minus optimum."""
    race = compare(["grid-midpoints", "random"], Noisy(noise=0.5), n_trials=16, seeds=range(4))
    assert list(race.table.columns) == ["sampler", "seed", "member", "trial", "loss", "incumbent", "score", "regret"]
    assert len(race.table) == 2 * 4 * 16
    for (name, seed), rows in race.table.groupby(["sampler", "seed"]):
        assert list(rows["trial"]) == list(range(16))
        np.testing.assert_array_equal(rows["incumbent"], np.minimum.accumulate(rows["loss"]))
        trials = race.histories[name, seed].trials
        best = [min(trials[: i + 1], key=lambda trial: trial.loss) for i in range(16)]
        np.testing.assert_array_equal(rows["score"], [Noisy().draw(seed).expected(trial.config) for trial in best])
        np.testing.assert_array_equal(rows["regret"], rows["score"])  # the optimum is 0


def test_the_observed_incumbent_is_lucky_and_the_score_is_not():
    """With much noise the incumbent falls below the optimum, which no configuration can; the score never does."""
    race = compare(["random"], Noisy(noise=1.0), n_trials=20, seeds=range(10))
    final = race.table.query("trial == 19")
    assert (final["incumbent"] < 0).all()
    assert (race.table["score"] >= 0).all()


def test_without_expectation_or_optimum():
    """Where the objective cannot tell the expected loss, score is the incumbent; regret is unknown."""

    class Plain:
        loss_names = ("seconds",)
        space = SQUARE

        def __call__(self, config):
            return config["x"] + config["y"]

        def evaluate(self, configs, *, seeds, fidelity=None):
            return np.array([self(config) for config in configs])

    race = compare(["random"], Plain(), n_trials=5, seeds=[0])
    np.testing.assert_array_equal(race.table["score"], race.table["incumbent"])
    assert race.table["regret"].isna().all()
    assert not race.optimum_is_known
    assert race.median_regret.isna().all()
    assert race.loss_name == "seconds"


def test_a_sampler_does_not_draw_the_numbers_that_placed_the_minimum():
    """A student's sampler that starts numpy from its seed, as members do, does not find the minimum by accident."""

    class Naive(Design):
        def __init__(self, space, seed):
            super().__init__(space, "random", seed=seed)
            self.numbers = np.random.default_rng(seed)

        def _suggest(self, number):
            return self.space.from_unit(self.numbers.random(2))

    objective = Noisy(noise=0)
    race = compare([Naive], objective, n_trials=1, seeds=range(50))
    asked = [race.histories["Naive", seed][0].config["x"] for seed in range(50)]
    centres = [objective.draw(seed).centre for seed in range(50)]
    assert abs(np.corrcoef(asked, centres)[0, 1]) < 0.45  # 50 pairs: three standard errors


def test_samplers_enter_by_name_class_factory_or_mapping():
    """A design's name, a partial, a class and a mapping of lambdas all enter; names are as one would say them."""

    class Mine(Design):
        def __init__(self, space, seed=0):
            super().__init__(space, "lhs", seed=seed)

    race = compare(["grid", partial(Design, name="sobol"), Mine], Noisy(), n_trials=4, seeds=[0])
    assert race.samplers == ("grid", "sobol", "Mine")
    named = compare(
        {"edges": "grid", "b": lambda space, seed: Design(space, "lhs", seed=seed)}, Noisy(), n_trials=4, seeds=[0]
    )
    assert named.samplers == ("edges", "b")


def test_whatever_asks_and_tells_may_enter():
    """Neither start nor view nor a space of its own is needed; learning samplers of the study enter by name."""

    class Mine:
        def __init__(self, space, seed=0):
            self.own, self.rng, self.n = space, np.random.default_rng(seed), 0

        def ask(self):
            self.n += 1
            return Trial(self.n - 1, self.own.from_unit(self.rng.random(2)))

        def tell(self, trial, loss):
            assert self.own.to_unit(trial.config).shape == (2,)

    race = compare([Mine, "tpe"], Noisy(), n_trials=3, seeds=range(2))
    assert race.samplers == ("Mine", "tpe")
    assert race.table["loss"].notna().all()


@pytest.mark.parametrize(
    ("samplers", "options", "message"),
    [
        (["grid", "grid"], {}, "'grid' comes twice; name them"),
        ("grid", {}, r"got 'grid'; write \['grid'\]"),
        ([], {}, r"at least one sampler, it got none; try \[\"grid\", \"random\"\]"),
        (["gird"], {}, r"must be one of grid, .*'gird'"),
        ([lambda space, seed: None], {}, "lambda has no name; give it one"),
        ({"mine": Design(SQUARE, "grid")}, {}, "'mine' must be .* fresh sampler for each seed"),
        ({"mine": 3}, {}, r"'mine' must be .* got 3"),
        (["grid"], {"seeds": []}, r"at least one seed, it got none; try seeds=range\(20\)"),
        (["grid"], {"seeds": [1, 2, 1]}, r"must differ, .* got \[1, 2, 1\]"),
        (["grid"], {"n_trials": 0}, "n_trials must be at least 1, it is 0"),
        (["grid"], {"objective": abs}, r"an objective with a space, such as problems\.function"),
    ],
)
def test_what_is_refused_before_anything_runs(samplers, options, message):
    """The error says the rule, the value and the way out; nothing was evaluated."""
    objective = Noisy()
    arguments = {"objective": objective, "n_trials": 4, "seeds": [0], **options}
    with pytest.raises(ValueError, match=message):
        compare(samplers, **arguments)
    assert objective.calls == []


def test_failures_are_counted_once_for_the_whole_race():
    """Failed trials are rows with a missing loss; one warning sums them up and says where to look."""
    objective = Bowl(fails=lambda config: config["x"] > 0.5)
    message = r"of 40 trials failed; the first is trial \d+ of \w+, seed 0: .*diverged"
    with pytest.warns(RuntimeWarning, match=message) as seen:
        race = compare(["random", "lhs"], objective, n_trials=10, seeds=range(2), batch=4)
    assert len(seen) == 1
    failed = [trial for history in race.histories.values() for trial in history if trial.state == "failed"]
    assert len(failed) == race.table["loss"].isna().sum() > 0
    assert all((trial.config["x"] > 0.5) == (trial in failed) for h in race.histories.values() for trial in h)


def test_an_interrupted_race_keeps_the_laps_that_all_finished():
    """Ctrl-C in the third lap leaves two whole laps; in the first lap it goes through to the student."""
    race = compare(["random", "lhs"], Bowl(stops_after=25), n_trials=5, seeds=range(20))
    assert race.interrupted
    assert race.seeds == (0, 1)
    assert len(race.table) == 2 * 2 * 5
    with pytest.raises(KeyboardInterrupt):
        compare(["random", "lhs"], Bowl(stops_after=7), n_trials=5, seeds=range(20))


def test_the_race_repeats_itself_and_batches_do_not_matter_to_designs():
    """The same race gives the same table, in batches too, as designs do not learn."""
    tables = [compare(["jittered", "sobol"], Noisy(), 9, range(3), batch=batch).table for batch in (1, 1, 4)]
    assert tables[0].equals(tables[1])
    assert tables[0].equals(tables[2])


def test_on_random_quadratics_the_midpoint_grid_beats_the_others():
    """The published ranking of the means at N = 27 in 3-D, by paired differences over 200 functions."""
    race = compare(["grid", "grid-midpoints", "random"], problems.function("random-quadratic"), 27, range(200))
    for other in ("grid", "random"):
        gain = race.differences(other, "grid-midpoints")
        assert gain.mean() > 3 * gain.std() / 200**0.5


def test_a_search_that_found_nothing_loses_its_lap():
    """Failing is never an advantage: against a success it is infinitely worse, against a failure undecided."""

    class Brittle(Noisy):
        """Fails on the edges of the space in every second lap, and everywhere in lap 2."""

        def draw(self, seed):
            """The bowl in the middle, with its failures."""
            return Bowl(noise=0, fails=lambda c: seed == 2 or (seed % 2 == 1 and c["x"] in (0, 1)))

    with pytest.warns(RuntimeWarning, match="trials failed"):
        race = compare(["grid", "grid-midpoints"], Brittle(), 4, range(4))
    lost = [0.375, np.inf, np.nan, np.inf]
    assert race.differences("grid", "grid-midpoints").tolist() == pytest.approx(lost, nan_ok=True)
    won = [-loss for loss in lost]
    assert race.differences("grid-midpoints", "grid").tolist() == pytest.approx(won, nan_ok=True)


def test_the_table_says_which_member_each_lap_met():
    """A landscape's data batches come round again; a random function's members do not."""
    landscape = compare(["random"], problems.landscape("digits"), 3, [0, 3, 10]).table
    assert landscape.groupby("seed")["member"].first().to_dict() == {0: 0, 3: 3, 10: 0}
    functions = compare(["random"], problems.function("random-quadratic"), 3, [0, 3, 10]).table
    assert functions.groupby("seed")["member"].first().to_dict() == {0: 0, 3: 3, 10: 10}


def test_an_objective_needs_no_more_than_a_space_and_a_call():
    """A plain callable with a space is raced like any other; its loss is called loss."""

    class Small:
        """The least that can be raced."""

        space = SearchSpace(x=Float(0, 1))

        def __call__(self, config):
            """The loss."""
            return config["x"]

    assert compare(["random"], Small(), 5, range(3)).loss_label == "loss"
