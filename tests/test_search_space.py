"""Search spaces: to the unit cube and back, conditions, constraints, and what hyperopt makes of them."""

import math
import re

import numpy as np
import pytest
from hyperopt import Trials, fmin, hp, tpe
from hyperopt.pyll.stochastic import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from tests.strategies import spaces, units

NESTED = SearchSpace(
    learning_rate=Float(1e-4, 1e-1, log=True),
    optimizer=Choice(["sgd", "adam"]),
    momentum=Float(0, 1, when="optimizer == 'sgd'"),
    n_layers=Integer(1, 3),
    width_2=Integer(8, 64, log=True, when="n_layers >= 2"),
    width_3=Integer(8, 64, when="n_layers >= 3 and width_2 > 10"),
    batch_size=128,
)


def same(one: dict, other: dict) -> bool:
    """Whether two configs agree, real numbers up to rounding."""
    return one.keys() == other.keys() and all(
        math.isclose(one[k], other[k], rel_tol=1e-9, abs_tol=1e-12) if isinstance(one[k], float) else one[k] == other[k]
        for k in one
    )


@given(st.data())
def test_a_config_survives_the_journey_to_the_unit_cube_and_back(data: st.DataObject):
    """from_unit(to_unit(config)) is the config, in random nested spaces."""
    space = data.draw(spaces(constraints=False))
    config = space.from_unit(data.draw(units(space.n_dims)))
    space.validate(config)
    point = space.to_unit(config)
    assert same(space.from_unit(point), config)
    assert set(np.array(space.names)[~np.isnan(point)]) == space.active(config)


@given(st.data())
def test_coordinates_of_inactive_hyperparameters_are_ignored(data: st.DataObject):
    """Whatever stands where to_unit says nan, the config is the same."""
    space = data.draw(spaces(constraints=False))
    point = data.draw(units(space.n_dims))
    config = space.from_unit(point)
    inactive = np.isnan(space.to_unit(config))
    assert space.from_unit(np.where(inactive, np.nan, point)) == config


@given(st.data())
def test_active_means_that_the_condition_holds(data: st.DataObject):
    """A hyperparameter is in the config just when its parents are and Python, evaluating its condition, says so."""
    space = data.draw(spaces(constraints=False))
    config = space.from_unit(data.draw(units(space.n_dims)))
    for name, domain in space.domains.items():
        parents = re.findall(r"h\d+", domain.when or "")  # the names of the random spaces
        holds = all(parent in config for parent in parents) and bool(eval(domain.when or "True", {}, dict(config)))
        assert (name in config) == holds


def test_integers_and_choices_own_equal_bins_and_return_their_centre():
    """Five values: each a fifth of the interval, to_unit in its middle, and no bin is wider at the ends."""
    space = SearchSpace(n=Integer(3, 7), c=Choice(list("abcde")))
    grid = (np.arange(1000) + 0.5) / 1000
    values = [space.from_unit([u, 0.5])["n"] for u in grid]
    assert np.array_equal(np.bincount(values)[3:], [200] * 5)
    assert [space.to_unit({"n": n, "c": space.domains["c"].values[0]})[0] for n in range(3, 8)] == pytest.approx(
        [0.1, 0.3, 0.5, 0.7, 0.9]
    )


def test_a_logarithmic_integer_gives_equal_ratios_equal_room():
    """Between 1 and 1000, about a third of the interval belongs to each factor of ten."""
    domain = Integer(1, 1000, log=True)
    values = np.array([domain.from_unit(u) for u in np.linspace(0, 1, 10_001)])
    room = math.log(1000.5 / 0.5)
    for low, high in ((1, 9), (10, 99), (100, 1000)):
        expected = math.log((high + 0.5) / (low - 0.5)) / room
        assert np.mean((values >= low) & (values <= high)) == pytest.approx(expected, abs=1e-3)


def test_a_logarithmic_scale_puts_the_geometric_mean_in_the_middle():
    """Halfway between 1e-4 and 1e-2 lies 1e-3; the ends are exact."""
    domain = Float(1e-4, 1e-2, log=True)
    assert domain.from_unit(0.5) == pytest.approx(1e-3)
    assert (domain.from_unit(0), domain.from_unit(1)) == (1e-4, 1e-2)


def test_fixed_values_are_in_the_config_and_do_not_count():
    """D counts what is tuned; the objective still receives what is fixed."""
    assert NESTED.n_dims == 6
    assert NESTED.sample(np.random.default_rng(0))["batch_size"] == 128


def test_constraints_hold_in_samples_and_do_not_apply_to_what_is_inactive():
    """A constraint on width_2 leaves networks of one layer alone."""
    space = SearchSpace(
        dict(NESTED.domains), constraints=["width_2 + width_3 <= 40", "momentum <= learning_rate * 100"]
    )
    rng = np.random.default_rng(0)
    configs = [space.sample(rng) for _ in range(300)]
    assert all(c.get("width_2", 0) + c["width_3"] <= 40 for c in configs if "width_3" in c)
    assert all(c["momentum"] <= c["learning_rate"] * 100 for c in configs if "momentum" in c)
    assert any(c["width_2"] > 40 for c in configs if "width_2" in c and "width_3" not in c)
    with pytest.raises(ValueError, match=r"the constraint 'momentum <= learning_rate \* 100' fails with"):
        space.validate({"learning_rate": 1e-4, "optimizer": "sgd", "momentum": 0.9, "n_layers": 1})


def test_a_constraint_that_nothing_satisfies_ends_with_advice():
    """Sampling gives up, says which constraints and what to do."""
    space = SearchSpace(x=Float(0, 1), constraints=["x > 2"])
    with pytest.raises(ValueError, match="loosen them"):
        space.sample(np.random.default_rng(0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SearchSpace(rate=Float(1, 0)), "rate: low must be less than high, got low=1 and high=0"),
        (lambda: SearchSpace(rate=Float(1, 1)), "rate: low must be less than high"),
        (lambda: SearchSpace(rate=Float(0, 1, log=True)), "rate: a log scale needs low > 0, got low=0"),
        (lambda: SearchSpace(rate=Float(0, math.inf)), "rate: high must be finite"),
        (lambda: SearchSpace(rate=Float(math.nan, 1)), "rate: low must be finite"),
        (lambda: SearchSpace(rate=Float("0", 1)), "rate: low must be a number, got '0'"),
        (lambda: SearchSpace(n=Integer(0, 8, log=True)), "n: a log scale needs low >= 1"),
        (lambda: SearchSpace(n=Integer(1, 2.5)), "n: high must be a whole number, got 2.5"),
        (lambda: SearchSpace(c=Choice([])), "c: a choice needs at least one option"),
        (lambda: SearchSpace(c=Choice(["a", "a"])), "c: options must differ, got 'a' twice"),
        (lambda: SearchSpace(c=Choice("adam")), "c: options must be a list"),
        (
            lambda: SearchSpace(w=Float(0, 1, when="n >= 2")),
            "w: its condition 'n >= 2' needs n, which is not in the space",
        ),
        (
            lambda: SearchSpace(w=Float(0, 1, when="x > 0.5"), x=Float(0, 1)),
            "w: its condition depends on x=Float.* needs to be an Integer or Choice",
        ),
        (
            lambda: SearchSpace(
                a=Integer(0, 1, when="b > 0"), b=Integer(0, 1, when="c > 0"), c=Integer(0, 1, when="a > 0")
            ),
            "a: its condition is circular .*a -> b -> c -> a",
        ),
        (lambda: SearchSpace(a=Integer(0, 1, when="a > 0")), "a: its condition is circular .*a -> a"),
        (lambda: SearchSpace(o=Choice(["sgd"]), m=Float(0, 1, when="o == 'sdg'")), "m: its condition .* never holds"),
        (
            lambda: SearchSpace(o=Choice(["sgd"]), m=Float(0, 1, when="o > 2")),
            "m: its condition 'o > 2' cannot be evaluated",
        ),
        (lambda: SearchSpace(m=Float(0, 1), constraints=["m < n"]), "the constraint 'm < n' needs n"),
        (lambda: SearchSpace(m=Float), "m: got the class Float; give it its bounds"),
        (lambda: SearchSpace(c=Choice({"relu", "tanh"})), "c: options must be a list of options, got the set"),
        (lambda: SearchSpace({"lambda": Float(0, 1)}), "must be a Python identifier, got 'lambda'"),
        (lambda: SearchSpace({"learning rate": Float(0, 1)}), "must be a Python identifier, got 'learning rate'"),
    ],
)
def test_a_bad_space_says_which_hyperparameter_and_why(make, message: str):
    """Every mistake names the hyperparameter, the rule and the value."""
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"optimizer": "adam", "n_layers": 1}, "learning_rate is missing"),
        ({"learning_rate": 1.0, "optimizer": "adam", "n_layers": 1}, "learning_rate=1.0 is outside its domain"),
        ({"learning_rate": 0.01, "optimizer": "adam", "n_layers": 1, "momentum": 0.5}, "momentum is inactive unless"),
        ({"learning_rate": 0.01, "optimizer": "adam", "n_layers": 1, "depth": 2}, "depth is not a hyperparameter"),
        ({"learning_rate": 0.01, "optimizer": "adam", "n_layers": 1, "batch_size": 64}, "batch_size is fixed at 128"),
        ({"learning_rate": 0.01, "optimizer": "adam", "n_layers": 1.5}, "n_layers=1.5 is outside its domain"),
        ({"learning_rate": 0.01, "optimizer": "adam", "n_layers": True}, "n_layers=True is outside its domain"),
    ],
)
def test_a_bad_config_says_which_hyperparameter_and_why(config: dict, message: str):
    """Validate names what is wrong."""
    with pytest.raises(ValueError, match=message):
        NESTED.validate(config)


@pytest.mark.parametrize(
    ("point", "message"),
    [
        ([0.5] * 5, r"needs shape \(6,\)"),
        ([1.5] + [0.5] * 5, "learning_rate is active"),
        ([np.nan] * 6, "from 0 to 1, got nan"),
    ],
)
def test_a_bad_point_of_the_unit_cube_is_refused(point: list, message: str):
    """Wrong shape, outside the cube, or nan where it matters."""
    with pytest.raises(ValueError, match=message):
        NESTED.from_unit(point)


def test_a_missing_hyperparameter_is_not_taken_for_an_inactive_one():
    """A typing error in a config is told, not turned into nan."""
    with pytest.raises(ValueError, match="learning_rate is missing"):
        NESTED.to_unit({"learning_rat": 0.01, "optimizer": "adam", "n_layers": 1})


def test_a_logarithmic_scale_may_span_everything_a_float_can():
    """Bounds whose ratio overflows still have a middle, and ends that are exact."""
    domain = Float(1e-300, 1e300, log=True)
    assert domain.from_unit(0.5) == pytest.approx(1)
    assert (domain.from_unit(0), domain.from_unit(1)) == (1e-300, 1e300)
    assert domain.to_unit(1.0) == pytest.approx(0.5)


def test_fixing_a_hyperparameter_removes_what_it_switches_off():
    """The tile n_layers = 2 has no third width; a tile is a space like any other."""
    tile = NESTED.fix(n_layers=2, optimizer="adam")
    assert tile.names == ("learning_rate", "width_2")
    assert tile.sample(np.random.default_rng(0)).keys() == {
        "learning_rate",
        "width_2",
        "batch_size",
        "n_layers",
        "optimizer",
    }
    with pytest.raises(ValueError, match="width_2 exists only when n_layers >= 2"):
        NESTED.fix(width_2=8)
    with pytest.raises(ValueError, match="n_layers=9 is outside"):
        NESTED.fix(n_layers=9)
    with pytest.raises(ValueError, match="width_2 exists only when n_layers >= 2; do not fix it"):
        NESTED.fix(n_layers=1, width_2=32)


def stripped(sampled: dict) -> dict:
    """What hyperopt evaluates to, without the inactive hyperparameters."""
    return {name: value for name, value in sampled.items() if value is not None}


@settings(max_examples=25, deadline=None)
@given(spaces(constraints=False), st.integers(0, 2**31))
def test_hyperopt_samples_valid_configs_of_the_same_space(space: SearchSpace, seed: int):
    """Whatever hyperopt draws from to_hyperopt() is a config of our space, conditions included."""
    tree = space.to_hyperopt()
    rng = np.random.default_rng(seed)
    for _ in range(5):
        space.validate(stripped(sample(tree, rng)))


def test_hyperopt_draws_from_the_same_distribution():
    """Choices and parents uniform, log scales log-uniform, children as often as their condition holds."""
    tree, rng = NESTED.to_hyperopt(), np.random.default_rng(0)
    configs = [stripped(sample(tree, rng)) for _ in range(2000)]
    assert np.mean(["momentum" in c for c in configs]) == pytest.approx(1 / 2, abs=0.05)
    assert np.mean(["width_2" in c for c in configs]) == pytest.approx(2 / 3, abs=0.05)
    assert np.median([c["learning_rate"] for c in configs]) == pytest.approx(10**-2.5, rel=0.25)


def test_a_logarithmic_parent_keeps_its_scale_in_hyperopt():
    """Having a child does not change how an integer is drawn: its median stays the geometric middle."""
    space = SearchSpace(n=Integer(1, 256, log=True), child=Float(0, 1, when="n >= 4"))
    tree, rng = space.to_hyperopt(), np.random.default_rng(0)
    hyperopts = np.median([sample(tree, rng)["n"] for _ in range(1500)])
    ours = np.median([space.sample(rng)["n"] for _ in range(1500)])
    assert hyperopts == pytest.approx(ours, abs=2.5)


def test_none_and_lists_are_values_like_any_other():
    """scikit-learn's max_depth=None is an option, not an inactive hyperparameter; a fixed list stays a list."""
    space = SearchSpace(depth=Choice([None, 3]), leaves=Integer(2, 9, when="depth == 3"), hidden=[32, 32], weights=None)
    tree, rng = space.to_hyperopt(), np.random.default_rng(0)
    for _ in range(20):
        config = space.from_hyperopt(sample(tree, rng))
        space.validate(config)
        assert config["hidden"] == [32, 32]
        assert {"depth", "weights"} <= config.keys()


def test_tpe_learns_only_from_active_hyperparameters():
    """In hyperopt's records an inactive hyperparameter has no value, and an active one has exactly one."""
    trials = Trials()
    fmin(
        lambda c: c["learning_rate"] + (c["momentum"] or 0.5),
        NESTED.to_hyperopt(),
        algo=tpe.suggest,
        max_evals=40,
        trials=trials,
        rstate=np.random.default_rng(0),
        show_progressbar=False,
    )
    for record in trials.trials:
        values = {name: found[0] for name, found in record["misc"]["vals"].items() if len(found)}
        assert ("momentum" in values) == (values["optimizer"] == 0)
        assert ("width_2" in values) == (values["n_layers"] >= 1)  # an index: 0 stands for one layer


def test_a_logarithmic_integer_never_leaves_its_bounds_in_hyperopt():
    """Hyperopt's qloguniform alone rounds across the bounds (3 to 100 in steps of 8 returns 0); ours is clipped."""
    rng = np.random.default_rng(0)
    bare = hp.qloguniform("n", math.log(3), math.log(100), 8)
    assert min(sample(bare, rng) for _ in range(500)) < 3
    ours = SearchSpace(n=Integer(3, 100, log=True)).to_hyperopt()
    drawn = [sample(ours, rng)["n"] for _ in range(500)]
    assert min(drawn) == 3
    assert max(drawn) <= 100


def test_a_flat_space_has_no_conditions_and_its_rules_speak_of_living_values():
    """All hyperparameters always have a value; a constraint on what does not exist holds, whatever the dead value."""
    space = SearchSpace(dict(NESTED.domains), constraints=["width_2 + width_3 <= 40", "learning_rate < 0.5"], epochs=15)
    flat = space.flat()
    assert flat.names == space.names
    assert flat.fixed == space.fixed
    assert not any(domain.when for domain in flat.domains.values())
    assert flat.constraints[1].text == "learning_rate < 0.5"  # needs no guard
    everything = {**flat.from_unit([0.5] * flat.n_dims), "width_2": 32, "width_3": 32}
    assert flat.satisfies({**everything, "n_layers": 2})  # width_3 is dead
    assert not flat.satisfies({**everything, "n_layers": 3})
    assert "width_3" not in space.pruned({**everything, "n_layers": 2})
    assert space.pruned({**everything, "n_layers": 3, "optimizer": "sgd"}).keys() == everything.keys()
    assert flat.flat() == flat


def test_a_guard_looks_at_the_parents_of_parents():
    """A grandchild's rule is silent where its parent does not exist, though the parent's dead value would meet it."""
    space = SearchSpace(
        a=Integer(0, 1),
        b=Integer(0, 1, when="a == 1"),
        c=Float(0, 1, when="b == 1"),
        constraints=["1 / c <= 2"],  # cannot even be evaluated where the dead value is 0
    )
    flat = space.flat()
    assert flat.satisfies({"a": 0, "b": 1, "c": 0.0})
    assert flat.satisfies({"a": 1, "b": 0, "c": 0.0})
    assert not flat.satisfies({"a": 1, "b": 1, "c": 0.1})


def is_valid(space: SearchSpace, config: dict) -> bool:
    """Whether validate lets the config pass."""
    try:
        space.validate(config)
    except ValueError:
        return False
    return True


@settings(deadline=None)
@given(spaces(), st.integers(0, 2**32 - 1))
def test_pruned_flat_configs_are_valid_where_the_flat_space_says_so(space: SearchSpace, seed: int):
    """For random points of the flat cube; values that are alive stay, and no other name is added or lost."""
    flat, rng = space.flat(), np.random.default_rng(seed)
    for _ in range(10):
        config = flat.from_unit(rng.random(flat.n_dims))
        pruned = space.pruned(config)
        assert flat.satisfies(config) == is_valid(space, pruned)
        assert pruned.keys() - space.fixed.keys() == space.active(config)
        assert pruned.items() <= config.items()
