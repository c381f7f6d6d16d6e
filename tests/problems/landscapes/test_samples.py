"""Landscapes of random samples: what was recorded, a surface between, and the noise as it was."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.stats import spearmanr

from hpo_tutor import problems
from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes import SampledLandscape, files, sample_files
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.protocols import Objective
from hpo_tutor.race import compare
from hpo_tutor.samplers import Design
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace
from hpo_tutor.tuning import minimize

Config = dict[str, Any]
EVERY_KIND: dict[str, Domain] = {
    "real": Float(-1.0, 2.0),
    "rate": Float(1e-4, 1e-1, log=True),
    "count": Integer(0, 7),
    "width": Integer(2, 64, log=True),
    "size": Choice((32, 64, 128), ordered=True),
    "kind": Choice(("relu", "tanh", "elu")),
    "bias": Choice((True, False)),
}
N = 60


def about(n_batches: int, n_seeds: int, **fixed: Any) -> dict[str, Any]:
    """All that a landscape needs to be told."""
    return {
        "fixed": fixed,
        "loss_name": "cross_entropy",
        "loss_unit": "nats",
        "n_batches": n_batches,
        "seeds": list(range(n_seeds)),
    }


def bowl(config: Config) -> float:
    """A loss that each kind of hyperparameter has a part in."""
    rate = math.log10(config["rate"]) + 2.3
    rest = 0.1 * abs(config["count"] - 3) + 0.1 * abs(math.log2(config["width"]) - 4) + 0.001 * config["size"]
    kinds = {"relu": 0.0, "tanh": 0.4, "elu": 0.2}[config["kind"]] + 0.1 * config["bias"]
    return math.exp(rate**2 + config["real"] ** 2 + rest + kinds) / 3


def make_sampled(n_batches: int = 2, n_seeds: int = 3, **fixed: Any) -> Sampled:
    """Losses of every kind of hyperparameter; each batch another scale, each loss its own noise of a tenth."""
    rng = np.random.default_rng(0)
    space = SearchSpace(EVERY_KIND)
    configs = [space.sample(rng) for _ in range(N)]
    noise = np.exp(rng.normal(0, 0.1, (n_batches, n_seeds, N)))
    scale = np.linspace(1, 2, n_batches)[:, None, None]
    losses = (scale * noise * [bowl(config) for config in configs]).astype(np.float32)
    return Sampled("made", EVERY_KIND, configs, losses, about(n_batches, n_seeds, **fixed))


@pytest.fixture(scope="module")
def made() -> Sampled:
    """With forests."""
    return sample_files.fit(make_sampled(depth=2))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small real recording: 50 networks that learn digits, on 2 data batches with 3 seeds."""
    domains = {
        "learning_rate": Float(1e-4, 1e-1, log=True),
        "width": Integer(4, 32, log=True),
        "batch_size": Choice((32, 64, 128), ordered=True),
        "dropout": Float(0.0, 0.6),
        "input_noise": Float(0.0, 1.0),
    }
    rng = np.random.default_rng(1)
    live = problems.live("digits", {**domains, "epochs": 2}, n_threads=1)
    configs = [live.space.sample(rng) for _ in range(50)]
    losses = np.array(
        [[live.draw(batch).evaluate(configs, seeds=[seed] * 50) for seed in range(3)] for batch in range(2)]
    )
    folder = tmp_path_factory.mktemp("trained")
    fixed = dict(live.space.fixed)
    sample_files.write(
        folder / "small.parquet", Sampled("small", domains, configs, losses.astype(np.float32), about(2, 3, **fixed))
    )
    return folder


def test_what_is_written_is_read_again(made: Sampled, tmp_path: Path) -> None:
    """Every kind of domain, configurations, losses, words and trees survive the files to the last bit."""
    written = sample_files.write(tmp_path / "made.parquet", made)
    again = sample_files.read("made", tmp_path)
    assert written is made
    assert dict(again.domains) == EVERY_KIND
    assert [list(config.items()) for config in again.configs] == [list(config.items()) for config in made.configs]
    assert [type(value) for value in again.configs[0].values()] == [float, float, int, int, int, str, bool]
    np.testing.assert_array_equal(again.losses, made.losses)
    np.testing.assert_array_equal(again.points, made.points)
    assert again.about == made.about
    for one, other in zip(again.forests, made.forests, strict=True):
        np.testing.assert_array_equal(one.nodes, other.nodes)
        np.testing.assert_array_equal(one.starts, other.starts)
        assert one.n_levels == other.n_levels
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made.forests.npz", "made.parquet"]


def test_a_landscape_from_the_file_is_the_one_that_was_grown(made: Sampled, tmp_path: Path) -> None:
    """Every look-up gives the same number, bit for bit."""
    sample_files.write(tmp_path / "made.parquet", made)
    grown, stored = SampledLandscape(made, 1), problems.landscape("made", batch=1, folder=tmp_path)
    assert isinstance(stored, SampledLandscape)
    rng = np.random.default_rng(3)
    configs = [grown.space.sample(rng) for _ in range(200)]
    seeds = range(200)
    assert grown.evaluate(configs, seeds=seeds).tolist() == stored.evaluate(configs, seeds=seeds).tolist()
    assert stored.space == grown.space
    assert stored.optimum == grown.optimum
    assert stored.optimum_config == grown.optimum_config


def test_any_reader_of_parquet_finds_the_losses(made: Sampled, tmp_path: Path) -> None:
    """Each row has its data batch, its seed, the configuration and the loss that it reached."""
    sample_files.write(tmp_path / "made.parquet", made)
    table = pq.read_table(tmp_path / "made.parquet")
    assert table.column_names == ["data_batch", "seed", *EVERY_KIND, "loss"]
    rows = table.to_pylist()
    assert len(rows) == 2 * 3 * N
    for n, row in enumerate(rows):
        batch, seed, point = np.unravel_index(n, made.losses.shape)
        config = {name: row[name] for name in EVERY_KIND}
        assert (row["data_batch"], row["seed"], config) == (batch, seed, made.configs[point])
        assert np.float32(row["loss"]) == made.losses[batch, seed, point]
    told = json.loads(table.schema.metadata[files.METADATA_KEY])
    assert told["kind"] == "sample"
    assert landscapes.about("made", tmp_path) == told


def test_forests_of_another_recording_are_refused(made: Sampled, tmp_path: Path) -> None:
    """Where only one of the two files was replaced, or one is missing, the error says how to mend it."""
    sample_files.write(tmp_path / "made.parquet", made)
    table = (tmp_path / "made.parquet").read_bytes()
    sample_files.write(tmp_path / "made.parquet", sample_files.fit(replace(made, losses=2 * made.losses)))
    (tmp_path / "made.parquet").write_bytes(table)
    with pytest.raises(ValueError, match=r"made.forests.npz must be written together .* hpo-tutor record made"):
        problems.landscape("made", folder=tmp_path)
    (tmp_path / "made.forests.npz").unlink()
    with pytest.raises(FileNotFoundError, match="hpo-tutor record made"):
        problems.landscape("made", folder=tmp_path)


def test_the_losses_average_to_the_expected_one(trained: Path) -> None:
    """Over the recorded seeds, everywhere and on every data batch; later seeds come round again."""
    landscape = problems.landscape("small", folder=trained)
    assert isinstance(landscape, Objective)
    rng = np.random.default_rng(2)
    for batch in range(2):
        member = landscape.draw(batch)
        for config in [member.space.sample(rng) for _ in range(50)]:
            losses = member.evaluate([config] * 6, seeds=[0, 1, 2, 3, 4, 10**18 + 2])
            assert member.expected(config) == pytest.approx(losses[:3].mean(), rel=1e-12)
            assert losses[3:].tolist() == losses[[0, 1, (10**18 + 2) % 3]].tolist()
            assert member(config) == losses[0]
            assert member.evaluate([config], seeds=[4])[0] == losses[1]


def test_the_noise_is_what_was_recorded(trained: Path) -> None:
    """At a recorded configuration each seed's loss stands to the mean of all as it did when it was trained."""
    table = landscapes.recorded("small", trained)
    recorded = table.losses.astype(np.float64)
    for batch in range(2):
        member = problems.landscape("small", batch=batch, folder=trained)
        for seed in range(3):
            losses = member.evaluate(table.configs, seeds=[seed] * 50)
            expected = [member.expected(config) for config in table.configs]
            ratios = recorded[batch, seed] / recorded[batch].mean(axis=0)
            np.testing.assert_allclose(losses / expected, ratios, rtol=1e-9)
        assert np.ptp(ratios) > 0.01


def test_the_noise_between_is_that_of_the_nearest(made: Sampled) -> None:
    """Anywhere, the ratio to the mean is that of the configuration which lies nearest by brute force."""
    landscape = SampledLandscape(made)
    rng = np.random.default_rng(5)
    place = list(EVERY_KIND).index("kind"), list(EVERY_KIND).index("bias")
    ratios = made.losses[0].astype(np.float64) / made.losses[0].astype(np.float64).mean(axis=0)
    cube = np.array([landscape.space.to_unit(config) for config in made.configs])
    differ = 0
    for config in [landscape.space.sample(rng) for _ in range(300)]:
        steps = cube - landscape.space.to_unit(config)
        plain = np.square(steps).sum(axis=1).argmin()
        steps[:, place] = steps[:, place] != 0  # options without an order are one apart
        nearest = np.square(steps).sum(axis=1).argmin()
        differ += plain != nearest
        loss = landscape.evaluate([config], seeds=[2])[0]
        assert loss / landscape.expected(config) == pytest.approx(ratios[2, nearest], rel=1e-9)
    assert differ > 10


def test_the_surface_is_close_to_what_was_trained(trained: Path) -> None:
    """At the recorded configurations the expected losses are in the recorded order, and near the recorded means."""
    table = landscapes.recorded("small", trained)
    for batch in range(2):
        member = problems.landscape("small", batch=batch, folder=trained)
        means = table.losses[batch].mean(axis=0)
        expected = np.array([member.expected(config) for config in table.configs])
        assert spearmanr(means, expected).statistic > 0.95
        assert np.median(np.abs(np.log(expected / means))) < 0.1


def test_the_metadata_tell_how_well_the_surface_fits(made: Sampled, trained: Path) -> None:
    """For each data batch a cross-validated R2 and rank correlation, and the optimum with its place."""
    for told, domains in ((made.about, EVERY_KIND), (landscapes.about("small", trained), None)):
        assert told["kind"] == "sample"
        for name in ("r2", "rank_correlation"):
            assert len(told["fitted"][name]) == 2
            assert all(0.3 < number < 1 for number in told["fitted"][name])
        assert len(told["optima"]) == 2
        assert all(list(optimum["config"]) == list(domains or told["domains"]) for optimum in told["optima"])
        json.dumps(told, allow_nan=False)


def test_random_points_do_not_beat_the_optimum(trained: Path) -> None:
    """None of 200,000 random configurations has a smaller expected loss, and the optimum is reached at its place."""
    for batch in range(2):
        member = problems.landscape("small", batch=batch, folder=trained)
        assert member.expected(member.optimum_config) == pytest.approx(member.optimum, rel=1e-12)
        sampled = landscapes.recorded("small", trained)
        points = np.random.default_rng(batch).random((200_000, 5))
        for along, domain in enumerate(sampled.domains.values()):
            if not isinstance(domain, Float):
                points[:, along] = [domain.to_unit(domain.from_unit(u)) for u in points[:, along]]
        lowest = np.exp(sampled.forests[batch].predict(points)).min()
        assert member.optimum <= lowest * (1 + 1e-9)
        assert lowest < 1.2 * member.optimum


def test_a_local_search_does_not_beat_the_optimum(trained: Path) -> None:
    """Steps of all sizes from the best recorded configurations, and from the optimum itself, lead no lower."""
    member = problems.landscape("small", folder=trained)
    table = landscapes.recorded("small", trained)
    rng = np.random.default_rng(7)
    starts = sorted(table.configs, key=member.expected)[:5]
    for start in [member.optimum_config, *starts]:
        here, level = member.space.to_unit(start), member.expected(start)
        for _ in range(1500):
            step = rng.normal(0, 10 ** rng.uniform(-4, 0), 5) * (rng.random(5) < 0.5)
            place = np.clip(here + step, 0, 1)
            if (loss := member.expected(member.space.from_unit(place))) <= level:
                here, level = place, loss
        assert level >= member.optimum * (1 - 1e-9)


def test_the_optimum_lies_near_that_of_the_truth() -> None:
    """With many configurations of a closed form, the lowest point of the surface is close to the formula's own."""
    domains: dict[str, Domain] = {f"x{i}": Float(0, 1) for i in range(3)}
    rng = np.random.default_rng(0)
    configs = [SearchSpace(domains).sample(rng) for _ in range(600)]
    truth = np.array([math.exp(4 * sum((x - 0.3) ** 2 for x in config.values())) for config in configs])
    sampled = sample_files.fit(Sampled("x", domains, configs, truth[None, None].astype(np.float32), about(1, 1)))
    landscape = SampledLandscape(sampled)
    assert landscape.optimum == pytest.approx(1, abs=0.1)
    assert np.abs(landscape.minimisers - 0.3).max() < 0.15
    assert landscape.minimisers.shape == (1, 3)
    assert sampled.about["fitted"]["r2"][0] > 0.9


def test_each_seed_of_a_race_draws_a_data_batch(made: Sampled) -> None:
    """``draw(seed)`` is data batch seed % n_batches: other losses, another optimum, the same space."""
    landscape = SampledLandscape(made)
    members = [landscape.draw(seed) for seed in range(3)]
    assert [member.batch for member in members] == [member.member for member in members] == [0, 1, 0]
    assert members[0].optimum == members[2].optimum != members[1].optimum
    config = landscape.space.sample(np.random.default_rng(0))
    assert members[0](config) == members[2](config) != members[1](config)
    assert members[1].space == landscape.space
    assert "60 configurations of real" in repr(members[1])


def test_text_options_are_named_where_the_optimum_lies(made: Sampled) -> None:
    """Fixed values belong to the place of the optimum; where an option is a text, the minimiser holds it as it is."""
    landscape = SampledLandscape(made)
    assert landscape.optimum_config.keys() == {*EVERY_KIND, "depth"}
    landscape.space.validate(landscape.optimum_config)
    assert landscape.minimisers.tolist() == [[landscape.optimum_config[name] for name in EVERY_KIND]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"real": -1.5}, "real=-1.5 is outside its domain"),
        ({"real": "large"}, "real='large' is outside its domain"),
        ({"real": True}, "real=True is outside its domain"),
        ({"real": math.nan}, "real=nan is outside its domain"),
        ({"rate": None}, "rate is missing"),
        ({"count": 2.0}, "count=2.0 is outside its domain"),
        ({"count": True}, "count=True is outside its domain"),
        ({"width": 65}, "width=65 is outside its domain"),
        ({"size": 33}, "size=33 is outside its domain"),
        ({"kind": ["relu"]}, r"kind=\['relu'\] is outside its domain"),
        ({"depth": 3}, "depth is fixed at 2, got 3"),
        ({"height": 3}, "height is not a hyperparameter"),
    ],
)
def test_a_config_outside_the_space_is_refused(made: Sampled, change: Config, message: str) -> None:
    """A look-up never extrapolates, and the error names hyperparameter and value, also in the middle of many."""
    landscape = SampledLandscape(made)
    good = landscape.space.sample(np.random.default_rng(0))
    bad = {name: value for name, value in {**good, **change}.items() if value is not None}
    with pytest.raises(ValueError, match=message):
        landscape.evaluate([good, bad, good], seeds=[0, 1, 2])
    for ask in (landscape, landscape.expected):
        with pytest.raises(ValueError, match=message):
            ask(bad)


def test_whatever_the_space_accepts_is_looked_up(made: Sampled) -> None:
    """Numbers of numpy, a whole number for a real one, and a config without the fixed values give the same loss."""
    landscape = SampledLandscape(made)
    config = {**landscape.space.sample(np.random.default_rng(0)), "real": 1.0}
    alike = {**config, "real": 1, "rate": np.float64(config["rate"]), "width": np.int64(config["width"])}
    del alike["depth"]
    landscape.space.validate(alike)
    assert landscape(alike) == landscape(config)
    assert landscape.evaluate([alike, alike], seeds=[1, 1]).tolist() == [landscape.evaluate([config], seeds=[1])[0]] * 2
    assert landscape.evaluate([], seeds=[]).shape == (0,)


def test_wrong_arguments_are_refused(made: Sampled) -> None:
    """Lengths that differ, a fidelity that was not recorded, an unknown data batch, a sample not yet fitted."""
    landscape = SampledLandscape(made)
    config = landscape.space.sample(np.random.default_rng(0))
    with pytest.raises(ValueError, match="got 1 and 2"):
        landscape.evaluate([config], seeds=[0, 1])
    with pytest.raises(ValueError, match="fidelity=3"):
        landscape.evaluate([config], seeds=[0], fidelity=3)
    with pytest.raises(ValueError, match=r"batch must lie in 0..1, got 2"):
        SampledLandscape(made, 2)
    with pytest.raises(ValueError, match=r"no forests yet; grow them with sample_files.fit"):
        SampledLandscape(make_sampled())


def spoiled(**changes: Any) -> Sampled:
    """A sample that cannot be recorded."""
    return replace(make_sampled(), **changes)


def untrained(seed: int, n: int) -> np.ndarray:
    """Losses of data batch 0 from configuration n on are missing; where n is 40, the very last one is there."""
    losses = make_sampled().losses.copy()
    losses[0 if n == 40 else slice(None), seed, n : -1 if n == 40 else None] = math.nan
    return losses


def with_loss(value: float) -> np.ndarray:
    """Losses, one of them another."""
    losses = make_sampled().losses.copy()
    losses[1, 2, 3] = value
    return losses


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: spoiled(losses=with_loss(math.inf)), "losses must be positive and finite.* got inf on data batch 1"),
        (lambda: spoiled(losses=with_loss(0.0)), "losses must be positive and finite.* got 0.0 on data batch 1"),
        (lambda: spoiled(losses=with_loss(math.nan)), "losses must be positive and finite.* got nan on data batch 1"),
        (lambda: spoiled(losses=untrained(2, 40)), "nan for the last .* only; got nan on data batch 0 at"),
        (lambda: spoiled(losses=untrained(0, 59)), r"first seed must be trained at all 60 .* have \[59, 60, 60\]"),
        (lambda: spoiled(losses=untrained(1, 0)), r"every seed at some; the seeds have \[60, 0, 60\]"),
        (lambda: spoiled(losses=with_loss(1)[:, :2]), r"must have shape \(n_batches, n_seeds, N\) = \(2, 3, 60\)"),
        (
            lambda: spoiled(losses=with_loss(1)[..., :9], configs=make_sampled().configs[:9]),
            "at least 20 configurations, got 9",
        ),
        (lambda: spoiled(domains={**EVERY_KIND, "count": Integer(0, 1)}), "count=.* is outside its domain"),
        (
            lambda: spoiled(domains={**EVERY_KIND, "real": Float(-1, 2, when="kind == 'relu'")}),
            "real is inactive unless kind == 'relu'; leave it out",
        ),
        (
            lambda: spoiled(domains={**EVERY_KIND, "kind": Choice(("relu", "tanh", "elu", 3))}),
            "options of kind must be all texts or all numbers",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(make: Callable[[], Sampled], message: str) -> None:
    """Before anything is grown or written, the error names the loss, the shape or the hyperparameter."""
    with pytest.raises(ValueError, match=message):
        sample_files.fit(make())


def test_searches_and_races_run_on_a_sample(trained: Path) -> None:
    """A search and a race know the regret, and it is never negative."""
    landscape = problems.landscape("small", folder=trained)
    history = minimize(landscape, Design(landscape.space, "lhs"), 12, seed=0, progress=False)
    assert all(trial.state == "complete" for trial in history)
    race = compare(["random", "sobol"], landscape, n_trials=15, seeds=range(4))
    assert race.optimum_is_known
    assert (race.table["regret"] >= 0).all()
    assert set(race.table["member"]) == {0, 1}


def test_idle_hyperparameters_and_other_ranges_go_with_a_sample(trained: Path) -> None:
    """Idle ones change nothing, and in narrower ranges the losses and the optimum stay those of the whole."""
    landscape = problems.landscape("small", folder=trained)
    idle = problems.WithIdle(landscape, 2)
    config = idle.space.sample(np.random.default_rng(0))
    busy = {name: value for name, value in config.items() if not name.startswith("idle")}
    assert idle(config) == landscape(busy)
    assert idle.draw(1).expected(config) == landscape.draw(1).expected(busy)
    narrow = problems.WithRanges(landscape, share=0.5).draw(1)
    config = narrow.space.sample(np.random.default_rng(1))
    assert narrow(config) == landscape.draw(1)(config)
    assert narrow.optimum == landscape.draw(1).optimum


def test_numba_waits_until_something_is_looked_up(trained: Path) -> None:
    """Neither a grid nor the loading of a sample imports numba or scikit-learn."""
    code = (
        "import sys\n"
        "from hpo_tutor import problems\n"
        "print(problems.landscape('digits').optimum > 0)\n"
        f"small = problems.landscape('small', folder={str(trained)!r})\n"
        "print(small.optimum > 0, [name for name in ('numba', 'sklearn', 'torch', 'pandas') if name in sys.modules])\n"
        "small(small.optimum_config)\n"
        "print('numba' in sys.modules, 'sklearn' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ["True", "True []", "True False"]
