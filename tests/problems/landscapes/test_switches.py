"""Landscapes of spaces with switches: what does not exist is nowhere, layers stay among their like, rules are kept."""

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import r2_score

from hpo_tutor import problems
from hpo_tutor.problems import landscapes, tasks
from hpo_tutor.problems.landscapes import SampledLandscape, forests, places, sample_files, valleys
from hpo_tutor.problems.landscapes.forests import Growth
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.protocols import Objective
from hpo_tutor.samplers import Design
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace
from hpo_tutor.tuning import minimize

Config = dict[str, Any]
TASK = tasks.task("digits-autoencoder")
FIXED = {"epochs": 15, "batch_size": 64}
N, N_REPEATED = 270, 120
FINITE = SearchSpace(
    n=Integer(1, 3),
    **{f"a_{i}": Choice((1, 3, 5), ordered=True, when=f"n >= {i}") for i in (1, 2, 3)},
    **{f"s_{i}": Integer(1, 2, when=f"n >= {i}") for i in (1, 2, 3)},
    kind=Choice(("relu", "tanh")),
    constraints=["s_1 <= a_1", "s_2 <= a_2", "s_3 <= a_3", "s_1 * s_2 * s_3 <= 4"],
)


def about(n_seeds: int = 3, **more: Any) -> dict[str, Any]:
    """All that a landscape needs to be told."""
    loss = {"loss_name": "rmse", "loss_unit": "grey levels of 16", "task": TASK.name}
    goals = {goal.name: goal.unit for goal in TASK.goals}
    return {"fixed": FIXED, "n_batches": 2, "seeds": list(range(n_seeds)), "goals": goals, **loss, **more}


def shape(config: Config) -> float:
    """A loss that layers have a part in, if they exist."""
    convolutions = sum(
        0.1 * config[f"pool_{i}"] + 0.05 * config[f"stride_{i}"] - 0.02 * config[f"kernel_{i}"]
        for i in range(1, config["n_conv"] + 1)
    )
    dense = sum(0.1 * abs(math.log2(config[f"units_{j}"]) - 5) for j in range(1, config["n_dense"] + 1))
    return math.exp(convolutions + dense + 0.3 * (math.log10(config["learning_rate"]) + 2.2) ** 2)


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    """Forests that grow in a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sample_files, "LARGE", Growth(60, 4, 0.2, 0.7))
        yield


@pytest.fixture(scope="module")
def made(small: None) -> Sampled:
    """Auto-encoders whose losses are a formula's; the first 120 with three seeds, the others with one."""
    rng = np.random.default_rng(0)
    space = SearchSpace(TASK.domains, constraints=TASK.constraints)
    tiles = itertools.cycle([space.fix(n_conv=a, n_dense=b) for a in (1, 2, 3) for b in (1, 2, 3)])
    configs = [{**FIXED, **next(tiles).sample(rng)} for _ in range(N)]
    losses = np.exp(rng.normal(0, 0.1, (2, 3, N))) * [shape(config) for config in configs]
    losses[1] *= 2
    losses[:, 1:, N_REPEATED:] = math.nan
    rules = TASK.constraints
    return sample_files.fit(
        Sampled("made", TASK.domains, configs, losses.astype(np.float32), about(), constraints=rules)
    )


@pytest.fixture(scope="module")
def landscape(made: Sampled) -> SampledLandscape:
    """Of its first data batch."""
    return SampledLandscape(made)


def tile(config: Config) -> tuple[int, int]:
    """The numbers of layers."""
    return config["n_conv"], config["n_dense"]


def test_what_is_written_is_read_again(made: Sampled, tmp_path: Path) -> None:
    """Conditions, constraints, switched-off hyperparameters and seeds that were not trained survive the files."""
    sample_files.write(tmp_path / "made.parquet", made)
    again = sample_files.read("made", tmp_path)
    assert again.space == made.space
    assert [c.text for c in again.space.constraints] == list(TASK.constraints)
    tuned = [{name: value for name, value in config.items() if name not in FIXED} for config in made.configs]
    assert [dict(config) for config in again.configs] == tuned
    np.testing.assert_array_equal(again.losses, made.losses)
    np.testing.assert_array_equal(again.points, made.points)
    assert again.about == made.about
    one, other = (SampledLandscape(sampled, 1) for sampled in (made, again))
    configs = [made.space.sample(np.random.default_rng(i)) for i in range(50)]
    assert one.evaluate(configs, seeds=range(50)).tolist() == other.evaluate(configs, seeds=range(50)).tolist()
    assert one.optimum == other.optimum


def test_any_reader_of_parquet_finds_what_was_trained_and_no_more(made: Sampled, tmp_path: Path) -> None:
    """One row a loss, none where a seed was not trained; null where a hyperparameter is switched off."""
    sample_files.write(tmp_path / "made.parquet", made)
    rows = pq.read_table(tmp_path / "made.parquet").to_pylist()
    assert len(rows) == 2 * (N + 2 * N_REPEATED)
    expected = [(b, s, n) for b in (0, 1) for s in (0, 1, 2) for n in range(N if s == 0 else N_REPEATED)]
    for row, (batch, seed, n) in zip(rows, expected, strict=True):
        assert (row["data_batch"], row["seed"]) == (batch, seed)
        assert np.float32(row["loss"]) == made.losses[batch, seed, n]
        there = {name: row[name] for name in TASK.domains if row[name] is not None}
        assert {**there, **FIXED} == made.configs[n]


def test_what_is_switched_off_lies_far_outside_the_cube(made: Sampled) -> None:
    """The coordinates of what exists are the space's own; the others are all the same number."""
    for config, point in zip(made.configs, made.points, strict=True):
        unit = made.space.to_unit(config)
        off = np.isnan(unit)
        assert off.sum() == 4 * (3 - config["n_conv"]) + 3 - config["n_dense"]
        assert set(point[off].tolist()) <= {places.ABSENT}
        np.testing.assert_allclose(point[~off], unit[~off], rtol=1e-6)
    assert len(TASK.domains) ** 0.5 < -places.ABSENT  # farther than the cube is wide


def test_the_quick_way_to_a_point_is_that_of_the_space(made: Sampled) -> None:
    """For random configurations, with and without the fixed values, and with numbers of numpy."""
    quick, rng = places.Places(made.space), np.random.default_rng(1)
    for _ in range(300):
        config = made.space.sample(rng)
        slow = np.where(np.isnan(made.space.to_unit(config)), places.ABSENT, made.space.to_unit(config))
        tuned = {name: value for name, value in config.items() if name not in FIXED}
        numpys = {
            name: np.float64(value) if name == "learning_rate" else np.int64(value) for name, value in tuned.items()
        }
        for asked in (config, tuned, numpys):
            np.testing.assert_allclose(quick(asked), slow, rtol=1e-12)


def with_changes(landscape: SampledLandscape, n_conv: int, changes: Config) -> Config:
    """A configuration of so many convolutions, some values replaced, or taken away by None."""
    config = landscape.space.fix(n_conv=n_conv, n_dense=1).sample(np.random.default_rng(2))
    plain = {"stride_1": 1, "pool_1": 1, "kernel_1": 3}
    return {name: value for name, value in {**config, **plain, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("n_conv", "changes", "message"),
    [
        (1, {"kernel_2": 3}, "kernel_2 is inactive unless n_conv >= 2"),
        (1, {"units_3": 8}, "units_3 is inactive unless n_dense >= 3"),
        (2, {"kernel_2": None}, "kernel_2 is missing"),
        (1, {"kernel_1": None, "kernel_2": 3}, "kernel_1 is missing"),
        (2, {"n_conv": None}, "n_conv is missing"),
        (1, {"n_conv": 2}, "filters_2 is missing"),
        (1, {"n_conv": True}, "n_conv=True is outside"),
        (1, {"n_conv": 1.0}, "n_conv=1.0 is outside"),
        (1, {"n_conv": [1]}, r"n_conv=\[1\] is outside"),
        (1, {"n_conv": 4}, "n_conv=4 is outside"),
        (1, {"kernel_1": 2}, "kernel_1=2 is outside"),
        (1, {"kernel_1": 1, "stride_1": 2}, "the constraint 'stride_1 <= kernel_1' fails"),
        (
            2,
            {"kernel_1": 3, "stride_1": 2, "pool_1": 2, "kernel_2": 3, "stride_2": 2, "pool_2": 2},
            "the constraint 'stride_1 .* <= 8' fails",
        ),
        (1, {"epochs": 20}, "epochs is fixed at 15"),
        (1, {"momentum": 1}, "momentum is not a hyperparameter"),
    ],
)
def test_a_config_that_breaks_a_rule_is_refused(
    landscape: SampledLandscape, n_conv: int, changes: Config, message: str
) -> None:
    """Also when its like were looked up before, and in the middle of many; the message is the space's own."""
    good, bad = with_changes(landscape, n_conv, {}), with_changes(landscape, n_conv, changes)
    landscape.expected(good)
    for _ in range(2):
        with pytest.raises(ValueError, match=message):
            landscape.expected(bad)
        with pytest.raises(ValueError, match=message):
            landscape.evaluate([good, bad], seeds=[0, 1])


def test_constraints_may_speak_of_real_numbers_and_fixed_values() -> None:
    """Their answers are not kept from one configuration to the next."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), limit=1.0, constraints=["x + y <= limit"])
    quick = places.Places(space)
    assert quick({"x": 0.25, "y": 0.5}) == (0.25, 0.5)
    for bad in ({"x": 0.75, "y": 0.5}, {"x": 0.25, "y": 0.875}):
        with pytest.raises(ValueError, match=r"the constraint 'x \+ y <= limit' fails"):
            quick(bad)
    assert quick({"x": 0.25, "y": 0.625, "limit": 1.0}) == (0.25, 0.625)


def test_losses_average_to_the_expected_one(landscape: SampledLandscape) -> None:
    """Over the three recorded seeds, everywhere, also near configurations that one seed trained."""
    assert isinstance(landscape, Objective)
    rng = np.random.default_rng(4)
    for config in [landscape.space.sample(rng) for _ in range(200)]:
        losses = landscape.evaluate([config] * 4, seeds=[0, 1, 2, 3])
        assert landscape.expected(config) == pytest.approx(losses[:3].mean(), rel=1e-9)
        assert losses[3] == losses[0] == landscape(config)


def test_the_noise_is_that_of_the_nearest_of_the_same_layers(made: Sampled, landscape: SampledLandscape) -> None:
    """By brute force among the configurations that all seeds trained; one of the same tile is always nearer."""
    rng, recorded = np.random.default_rng(5), made.losses[0, :, :N_REPEATED].astype(np.float64)
    ratios, cube = recorded / recorded.mean(axis=0), made.points[:N_REPEATED].astype(np.float64)
    tiles = [tile(config) for config in made.configs[:N_REPEATED]]
    for config in [made.space.sample(rng) for _ in range(500)]:
        own = [n for n, there in enumerate(tiles) if there == tile(config)]
        unit = np.nan_to_num(made.space.to_unit(config), nan=places.ABSENT)
        distances = np.square(cube - unit).sum(axis=1)
        nearest = min(own, key=lambda n: distances[n])
        assert nearest == distances.argmin()
        for seed in range(3):
            loss = landscape.evaluate([config], seeds=[seed])[0]
            assert loss / landscape.expected(config) == pytest.approx(ratios[seed, nearest], rel=1e-6)


def test_the_surface_is_that_of_the_mean_over_the_seeds_there_are(made: Sampled) -> None:
    """A row's mean is over three numbers or is the one that there is."""
    for batch, n in itertools.product((0, 1), (0, N_REPEATED - 1, N_REPEATED, N - 1)):
        losses = made.losses[batch, : 3 if n < N_REPEATED else 1, n].astype(np.float64)
        assert made.means[batch, n] == pytest.approx(losses.mean(), rel=1e-12)
    assert made.repeated.tolist() == [True] * N_REPEATED + [False] * (N - N_REPEATED)
    member = SampledLandscape(made, 1)
    expected = [member.expected(config) for config in made.configs]
    assert spearmanr(expected, made.means[1]).statistic > 0.9


def test_the_quality_within_each_tile_is_told(made: Sampled) -> None:
    """Nine tiles of thirty configurations, their numbers those of scikit-learn and scipy for the same predictions."""
    for batch in (0, 1):
        logs = np.log(made.means[batch])
        predicted = forests.quality(made.points, logs, batch, sample_files.LARGE).predicted
        told = made.about["fitted"]["tiles"][batch]
        assert [tuple(one["tile"].values()) for one in told] == list(itertools.product((1, 2, 3), repeat=2))
        for one in told:
            places_ = [n for n, config in enumerate(made.configs) if tile(config) == tuple(one["tile"].values())]
            assert one["n"] == len(places_) == N // 9
            assert one["r2"] == pytest.approx(r2_score(logs[places_], predicted[places_]), abs=1e-4)
            correlation = spearmanr(logs[places_], predicted[places_]).statistic
            assert one["rank_correlation"] == pytest.approx(correlation, abs=1e-4)
    json.dumps(made.about, allow_nan=False)


def test_the_optimum_keeps_the_rules_and_random_points_do_not_beat_it(made: Sampled) -> None:
    """None of 5,000 random configurations of the space lies lower, and single changes of the optimum neither."""
    for batch in (0, 1):
        member = SampledLandscape(made, batch)
        member.space.validate(member.optimum_config)
        assert member.expected(member.optimum_config) == pytest.approx(member.optimum, rel=1e-9)
        rng = np.random.default_rng(batch)
        lowest = min(member.expected(member.space.sample(rng)) for _ in range(5_000))
        assert member.optimum <= lowest * (1 + 1e-9)
        missing = np.isnan(member.minimisers[0])
        assert [not m for m in missing] == [name in member.optimum_config for name in member.space.names]


def every_config(space: SearchSpace) -> list[Config]:
    """All configurations of a finite space."""
    found = {}
    for values in itertools.product(*(domain.values for domain in space.domains.values())):
        asked = dict(zip(space.names, values, strict=True))
        active = space.active(asked)
        config = {name: value for name, value in asked.items() if name in active}
        if space.satisfies(config):
            found[tuple(config.items())] = config
    return list(found.values())


@pytest.mark.parametrize("seed", range(4))
def test_among_all_configs_of_a_finite_space_none_is_lower(seed: int) -> None:
    """Looked up one and all, no configuration that keeps the constraints lies below the one that was found."""
    everything = every_config(FINITE)
    assert len(everything) == 2 * (5 + 5**2 + 5**3 - 2**3)  # stride 2 needs a kernel from 3; three of them are too many
    points = np.array([places.point_of(FINITE, config) for config in everything])
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(everything), 60, replace=False)
    forest = forests.grow(points[chosen], rng.normal(size=60), seed)
    found = valleys.lowest(forest, FINITE, [everything[n] for n in chosen], seed)
    assert found in everything
    assert forest.predict([places.point_of(FINITE, found)])[0] == pytest.approx(forest.predict(points).min(), abs=1e-9)


def test_a_forbidden_valley_is_not_taken() -> None:
    """Where the lowest point of the cube breaks a constraint, the lowest of those that keep it is found."""
    domains: dict[str, Domain] = {"x": Float(0, 1), "y": Float(0, 1)}
    space = SearchSpace(domains, constraints=["x + y >= 0.8"])
    rng = np.random.default_rng(0)
    configs = [space.sample(rng) for _ in range(400)]
    truth = np.array([[[1 + config["x"] + 2 * config["y"] for config in configs]]])
    told = about(1, n_batches=1, fixed={})
    sampled = sample_files.fit(Sampled("wall", domains, configs, truth.astype(np.float32), told, (), ("x + y >= 0.8",)))
    best = SampledLandscape(sampled).optimum_config
    assert space.satisfies(best)
    assert best["x"] == pytest.approx(0.8, abs=0.1)
    assert best["y"] < 0.1


def test_goals_are_counted_beside_the_loss(landscape: SampledLandscape, made: Sampled) -> None:
    """(K, m): the noisy loss first, then what the task counts for these layers; a draw keeps the goals."""
    both = SampledLandscape(made, goals=["parameters", "operations"])
    assert both.loss_names == ("rmse", "parameters", "operations")
    assert (both.goals, landscape.goals, landscape.loss_names) == (("parameters", "operations"), (), ("rmse",))
    configs = [made.space.sample(np.random.default_rng(i)) for i in range(20)]
    losses = both.evaluate(configs, seeds=range(20))
    assert losses.shape == (20, 3)
    np.testing.assert_array_equal(losses[:, 0], landscape.evaluate(configs, seeds=range(20)))
    np.testing.assert_array_equal(losses[:, 1:], tasks.count(TASK.name, configs, ["parameters", "operations"]))
    assert both.evaluate(configs[:1], seeds=[0]).shape == (1, 3)
    assert both.evaluate([], seeds=[]).shape == (0, 3)
    assert both(configs[0]) == landscape(configs[0])
    assert both.draw(1).evaluate(configs[:2], seeds=[0, 0])[:, 1:].tolist() == losses[:2, 1:].tolist()


def test_goals_that_are_not_there_are_refused(made: Sampled) -> None:
    """The message lists those there are; a grid has none."""
    with pytest.raises(ValueError, match=r"names of operations, parameters, got .*'size'"):
        SampledLandscape(made, goals=["size"])
    with pytest.raises(ValueError, match=r"must be a list .* got 'operations'"):
        SampledLandscape(made, goals="operations")
    with pytest.raises(ValueError, match="names of none"):
        SampledLandscape(replace(made, about={k: v for k, v in made.about.items() if k != "goals"}), goals=["size"])
    with pytest.raises(ValueError, match="digits was recorded on a grid and has no goal"):
        problems.landscape("digits", goals=["operations"])


def test_a_search_runs_on_it(made: Sampled) -> None:
    """Random search in the space with switches: every trial is complete, with one loss and with two."""
    for goals in ((), ("operations",)):
        member = SampledLandscape(made, goals=goals)
        history = minimize(member, Design(member.space, "random"), 12, seed=0, progress=False)
        assert all(trial.state == "complete" for trial in history)
        assert all(len(trial.losses) == 1 + len(goals) for trial in history)


@pytest.fixture(scope="module")
def recorded() -> SampledLandscape:
    """The auto-encoders of notebooks 14 and 15, as they were trained."""
    found = problems.landscape("digits-autoencoder", goals=["operations"])
    assert isinstance(found, SampledLandscape)
    return found


def test_random_encoders_do_not_beat_the_recorded_optimum(recorded: SampledLandscape) -> None:
    """None of 20,000 random configurations has a smaller expected loss; what was trained there is in the metadata."""
    rng = np.random.default_rng(11)
    asked = [recorded.space.sample(rng) for _ in range(20_000)]
    points = np.array([places.point_of(recorded.space, config) for config in asked])
    (forest,) = landscapes.recorded("digits-autoencoder").forests
    assert recorded.optimum <= np.exp(forest.predict(points)).min()
    recorded.space.validate(recorded.optimum_config)
    assert recorded.expected(recorded.optimum_config) == pytest.approx(recorded.optimum, rel=1e-9)
    assert recorded.optimum < landscapes.recorded("digits-autoencoder").means.min()
    assert 0.9 < recorded.about["trained_at_optima"][0] / recorded.optimum < 1.5


def test_steps_from_good_encoders_do_not_beat_the_recorded_optimum(recorded: SampledLandscape) -> None:
    """Two hyperparameters at a time, drawn anew from the best recorded configurations and from the optimum itself."""
    rng = np.random.default_rng(12)
    starts = sorted(landscapes.recorded("digits-autoencoder").configs, key=recorded.expected)[:3]
    for start in [recorded.optimum_config, *starts]:
        here = {name: value for name, value in start.items() if name in recorded.space.names}
        level = recorded.expected(here)
        moving = [name for name in here if name not in ("n_conv", "n_dense")]
        for _ in range(1500):
            steps = {name: recorded.space.domains[name].from_unit(rng.random()) for name in rng.choice(moving, 2)}
            if recorded.space.satisfies(here | steps) and (loss := recorded.expected(here | steps)) <= level:
                here, level = here | steps, loss
        assert level >= recorded.optimum * (1 - 1e-9)


def test_each_tile_has_its_own_noise(recorded: SampledLandscape) -> None:
    """For 1,000 random encoders the nearest one with three seeds has the same numbers of layers."""
    table, rng = landscapes.recorded("digits-autoencoder"), np.random.default_rng(13)
    cube = table.points[table.repeated].astype(np.float64)
    tiles = [tile(config) for config, known in zip(table.configs, table.repeated, strict=True) if known]
    losses = table.losses[0][:, table.repeated].astype(np.float64)
    ratios = losses / losses.mean(axis=0)
    assert len(tiles) == 450
    for config in [recorded.space.sample(rng) for _ in range(1000)]:
        nearest = int(np.square(cube - places.point_of(recorded.space, config)).sum(axis=1).argmin())
        assert tiles[nearest] == tile(config)
        trained = recorded.evaluate([config] * 3, seeds=[0, 1, 2])[:, 0]
        np.testing.assert_allclose(trained / recorded.expected(config), ratios[:, nearest], rtol=1e-6)
    np.testing.assert_allclose(ratios.mean(axis=0), 1, rtol=1e-12)


def test_the_recorded_surface_is_good_within_each_tile(recorded: SampledLandscape) -> None:
    """Most of the variance of unseen losses is explained, and within no tile is the order lost."""
    fitted = recorded.about["fitted"]
    assert fitted["r2"][0] > 0.8
    assert fitted["rank_correlation"][0] > 0.88
    assert len(fitted["tiles"][0]) == 9
    assert min(one["rank_correlation"] for one in fitted["tiles"][0]) > 0.7
