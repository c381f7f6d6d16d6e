"""Which design wins: placements against searches run one by one, errors against simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from hpo_tutor import designs, problems
from hpo_tutor.problems.quadratics import best_losses
from hpo_tutor.race import Placements, compare, place_on_landscape, place_on_quadratics
from hpo_tutor.race.placements import standard_error
from hpo_tutor.search_space import SearchSpace

HOUSES = problems.landscape("king_county")
BRANIN = problems.function("branin")
NAMES = ("grid", "grid-midpoints", "random", "lhs", "sobol")


class Copies:
    """A family whose members are all the same formula."""

    loss_names, loss_unit, optimum, space = ("loss",), "", BRANIN.optimum, BRANIN.space

    def __init__(self, member):
        self.member = member

    def draw(self, seed):
        """The same formula by another number."""
        return Copies(seed)

    def evaluate(self, configs, *, seeds, fidelity=None):
        """Losses without noise."""
        return BRANIN.evaluate(configs)

    def expected(self, config):
        """The loss."""
        return BRANIN(config)


def by_hand(values, shared=()):
    """A result with given regrets for designs of 4 points."""
    entries = {(name, 4): np.array(each, dtype=float) for name, each in values.items()}
    return Placements(entries, dict.fromkeys(entries, 4), frozenset(shared), "a table", "batch", "error in %")


def crossed(n_units, n_draws, rng, unit=1.0, draw=1.0, rest=1.0):
    """Values with luck of the units, of the draws, and of each pair."""
    return (
        rng.normal(0, unit, (n_units, 1)) + rng.normal(0, draw, (1, n_draws)) + rng.normal(0, rest, (n_units, n_draws))
    )


@pytest.mark.parametrize("sizes", [(1.0, 0.0, 1.0), (0.5, 2.0, 1.0), (2.0, 0.5, 3.0)])
def test_the_error_of_crossed_luck_is_the_spread_of_repeated_means(sizes):
    """Over 4,000 simulated tables the mean squared error estimate is the variance of their means, within 8 %."""
    rng = np.random.default_rng(0)
    tables = [crossed(8, 12, rng, *sizes) for _ in range(4000)]
    variance = np.var([table.mean() for table in tables])
    estimated = np.mean([standard_error(table, shared=True) ** 2 for table in tables])
    assert estimated == pytest.approx(variance, rel=0.08)


def test_the_error_of_own_draws_is_that_of_the_units_means():
    """Where draws are nested in units: std / sqrt(n_units) of the units' means, and that is the spread of the means."""
    rng = np.random.default_rng(1)
    tables = [rng.normal(0, 1, (8, 1)) + rng.normal(0, 2, (8, 5)) for _ in range(4000)]
    estimated = np.mean([standard_error(table, shared=False) ** 2 for table in tables])
    assert estimated == pytest.approx((1 + 4 / 5) / 8, rel=0.08)
    assert standard_error(np.array([[1.0], [3.0], [5.0]]), shared=True) == pytest.approx(2 / 3**0.5)
    with pytest.raises(ValueError, match="at least 2 units, got 1"):
        standard_error(np.ones((1, 5)), shared=False)


def test_the_table_by_hand():
    """Means 2 and 3; the batches' means differ by -2, -1 and 0, on average by -1, and its error is 1 / sqrt(3)."""
    result = by_hand({"lhs": [[1, 1], [1, 3], [3, 3]], "random": [[3, 3], [3, 3], [3, 3]]})
    row = result.table().loc[(4, "lhs")]
    assert (row["points"], row["mean"], row["minus random"]) == (4, 2, -1)
    assert row["error"] == pytest.approx(1 / 3**0.5)
    assert row["its error"] == pytest.approx(1 / 3**0.5)
    assert row["errors"] == pytest.approx(-(3**0.5))
    assert result.table().loc[(4, "random"), ["minus random", "its error", "errors"]].isna().all()
    assert result.table(peer="lhs").loc[(4, "random"), "minus lhs"] == 1
    assert repr(result) == "<Placements of lhs, random on a table: 3 batches>"
    with pytest.raises(ValueError, match="these took part: lhs, random, with 4 points; 'sobol' with 4 did not"):
        result.difference("sobol", "random", 4)


def test_shared_patterns_have_a_spread():
    """The patterns' means are 1 and 3, so their spread is sqrt(2); designs with draws of their own have none."""
    result = by_hand({"rsa": [[0, 2], [2, 4]], "random": [[1, 1], [1, 1]]}, shared=["rsa"])
    assert result.spread("rsa", 4) == pytest.approx(2**0.5)
    assert np.isnan(result.spread("random", 4))
    assert result.mean("rsa", 4)[1] > by_hand({"rsa": [[0, 2], [2, 4]]}).mean("rsa", 4)[1]


def test_quadratics_are_those_of_best_losses():
    """The midpoint grid has no luck of its own, so its placement is that of best_losses, bowl by bowl."""
    result = place_on_quadratics(["grid-midpoints", "random"], [9, 25], 2, n_problems=200, seed=3)
    for n in (9, 25):
        wanted = best_losses(designs.make("grid-midpoints", n, 2), 200, seed=3)
        assert np.array_equal(result.regrets["grid-midpoints", n][:, 0], wanted)
    assert (result.names, result.n_points, result.n_units) == (("grid-midpoints", "random"), (9, 25), 200)
    assert isinstance(result.table(), pd.DataFrame)


def test_options_reach_the_design():
    """Latin hypercubes with edge levels do worse on bowls than those with midpoints, by far more than luck."""
    edges, midpoints = (
        place_on_quadratics(["lhs"], 8, 3, options={"lhs": {"levels": levels}}).mean("lhs", 8)
        for levels in ("edges", "midpoints")
    )
    assert edges[0] - midpoints[0] > 4 * np.hypot(edges[1], midpoints[1])


def test_without_noise_and_in_full_ranges_a_grid_has_the_regret_of_its_best_point():
    """By brute force over the grid's configurations, on every data batch."""
    result = place_on_landscape(["grid", "grid-midpoints"], HOUSES, 16, n_draws=2, share=1, choose_by="expected")
    for name in result.names:
        configs = [HOUSES.space.from_unit(point) for point in designs.make(name, 16, 2)]
        for batch in range(10):
            member = HOUSES.draw(batch)
            wanted = min(member.expected(config) for config in configs) - member.optimum
            np.testing.assert_allclose(result.regrets[name, 16][batch], wanted, rtol=1e-9)


@pytest.mark.parametrize("name", ["random", "lhs"])
def test_the_regret_is_that_of_searches_run_one_by_one(name):
    """``race.compare`` is an independent truth: on each of two data batches, the regrets have the same distribution."""
    result = place_on_landscape(name, HOUSES, 9, n_draws=400, seed=1, batches=[0, 7])
    laps = [10 * lap + batch for lap in range(400) for batch in (0, 7)]
    race = compare([name], problems.WithRanges(HOUSES), n_trials=9, seeds=laps)
    ends = race.table[race.table["trial"] == 8].set_index("member")["regret"]
    for batch, fast in zip((0, 7), result.regrets[name, 9], strict=True):
        assert ks_2samp(fast, ends[batch].to_numpy()).pvalue > 1e-3


def test_choosing_without_noise_is_never_worse():
    """The same searches, draw by draw; and noise does harm somewhere."""
    observed, expected = (
        place_on_landscape(NAMES, HOUSES, 16, n_draws=3, choose_by=choice) for choice in ("observed", "expected")
    )
    for entry, values in observed.regrets.items():
        assert np.all(values >= expected.regrets[entry] - 1e-12)
    assert any(np.any(observed.regrets[entry] > expected.regrets[entry]) for entry in observed.regrets)


def test_a_grid_gains_nothing_from_points_that_differ_in_an_idle_hyperparameter():
    """27 points on two hyperparameters and an idle one do what 9 points do on the two alone."""
    wide = place_on_landscape("grid", problems.WithIdle(HOUSES, 1), 27, n_draws=1, share=1, choose_by="expected")
    flat = place_on_landscape("grid", HOUSES, 9, n_draws=1, share=1, choose_by="expected")
    assert np.array_equal(wide.regrets["grid", 27], flat.regrets["grid", 9])
    assert repr(wide) == "<Placements of grid on king_county + 1 idle: 10 batches>"


def test_fixed_hyperparameters_are_not_searched():
    """Held at good values, five hyperparameters become three: eight points do better there than on all five."""
    cnn = problems.landscape("digits-cnn-5")
    held = problems.WithFixed(cnn, batch_size=32, width=16)
    few, all_five = (place_on_landscape("lhs", each, 8, n_draws=10) for each in (held, cnn))
    gain = (all_five.regrets["lhs", 8] - few.regrets["lhs", 8]).mean(axis=1)
    assert gain.mean() > 4 * gain.std(ddof=1) / 10**0.5
    assert few.task == "digits-cnn-5, 2 fixed"


def test_a_design_does_the_same_in_any_company():
    """Draws, ranges and luck depend neither on who else takes part nor on other numbers of points."""
    alone = place_on_landscape("lhs", HOUSES, 16, n_draws=2, seed=5)
    among = place_on_landscape(NAMES, HOUSES, [9, 16, 25], n_draws=2, seed=5)
    assert np.array_equal(alone.regrets["lhs", 16], among.regrets["lhs", 16])
    other = place_on_landscape("lhs", HOUSES, 16, n_draws=2, seed=6)
    assert not np.array_equal(alone.regrets["lhs", 16], other.regrets["lhs", 16])


def test_counts_and_batches_may_come_from_numpy_and_iterators():
    """A whole number is one whoever made it, and batches are gone through once."""
    plain = place_on_landscape("lhs", HOUSES, 9, n_draws=2, batches=[1, 2])
    for counts in (np.int64(9), 9.0, np.array([9])):
        other = place_on_landscape("lhs", HOUSES, counts, n_draws=2, batches=iter([1, 2]))
        assert np.array_equal(other.regrets["lhs", 9], plain.regrets["lhs", 9])


def test_slow_designs_are_shared_by_all_batches_and_quick_ones_are_not():
    """Where all batches have the same surface, without noise and in the same ranges, only luck of their own differs."""
    result = place_on_landscape(["sobol", "random"], Copies(0), 9, n_draws=4, share=1, choose_by="expected")
    assert result.shared == {"sobol"}
    assert np.ptp(result.regrets["sobol", 9], axis=0) == pytest.approx(0)
    assert np.ptp(result.regrets["sobol", 9], axis=1).min() > 0
    assert np.ptp(result.regrets["random", 9], axis=0).min() > 0


@pytest.mark.parametrize("name", ["aleph", "mnist", "digits-cnn-5"])
def test_regrets_are_never_negative_and_fall_with_more_points(name):
    """On jets, pictures and five hyperparameters with choices: 64 points leave less regret than 8, by clear margins."""
    landscape = problems.landscape(name)
    result = place_on_landscape(["random", "lhs"], landscape, [8, 64], n_draws=10)
    for values in result.regrets.values():
        assert np.all(values >= 0)
    for design in result.names:
        few, many = (result.regrets[design, n].mean(axis=1) for n in (8, 64))
        fall = few - many
        assert fall.mean() > 2 * fall.std(ddof=1) / 10**0.5


def test_errors_say_the_rule_and_the_value():
    """A batch met twice, an entry named twice, no design, a way to choose that there is not, conditions."""
    with pytest.raises(ValueError, match=r"each batch can be met once, got \[0, 1, 10\]"):
        place_on_landscape("random", HOUSES, 9, batches=[0, 1, 10])
    with pytest.raises(ValueError, match="each design enters once"):
        place_on_landscape(["random", "random"], HOUSES, 9)
    with pytest.raises(ValueError, match="each design enters once for each number of points, got none"):
        place_on_quadratics([], 9, 2)
    with pytest.raises(ValueError, match="choose_by must be one of observed, expected; it is 'luck'"):
        place_on_landscape("random", HOUSES, 9, choose_by="luck")
    with pytest.raises(ValueError, match="'halton'"):
        place_on_quadratics(["halton"], 9, 2)
    for counts in (8.5, [8, 0], float("nan")):
        with pytest.raises(ValueError, match="n_points must be whole numbers of at least 1"):
            place_on_quadratics("random", counts, 2)
    with pytest.raises(ValueError, match="'hypertilings'"):
        place_on_quadratics("random", 9, 2, options={"hypertilings": {"symmetry": 5}})
    with pytest.raises(ValueError, match="options of the design 'sobol' are: none; got levels"):
        place_on_landscape("random", HOUSES, 9, options={"sobol": {"levels": "edges"}})
    for objective, batches in ((HOUSES, []), (BRANIN, [0, 1])):
        with pytest.raises(ValueError, match=r"a placement needs members of a family, got .*; use compare"):
            place_on_landscape("random", objective, 9, batches=batches)
    tied = Copies(0)
    tied.space = SearchSpace(BRANIN.space.domains, constraints=["x1 < x2"])
    with pytest.raises(ValueError, match="without conditions and constraints"):
        place_on_landscape("random", tied, 9)
