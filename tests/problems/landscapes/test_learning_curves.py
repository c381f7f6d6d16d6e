"""Recorded learning curves: what was recorded after each epoch, between the points no more than an interpolation."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from hpo_tutor import minimize, problems
from hpo_tutor.problems.landscapes import Curves, files
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS
from hpo_tutor.problems.recording.recipes import LONGEST, RECIPES
from hpo_tutor.protocols import Objective
from hpo_tutor.samplers import TPE

NAMES = [name for name, made in RECIPES.items() if made.timed]
AXES = (
    Axis("learning_rate", (1e-3, 1e-2, 3e-2), log=True),
    Axis("width", (2, 5, 9), log=True, whole=True),
    Axis("batch_size", (16, 64), log=True, whole=True),
    Axis("input_noise", (0.0, 0.5, 2.0)),
    Axis("epochs", (1, 2, 3, 4, 5), whole=True),
)
TABLE = np.random.default_rng(0).normal(size=(3, 2, 3, 3, 2, 3, 5)).astype(np.float32)
SECONDS = np.random.default_rng(1).uniform(1e-3, 1e-1, size=(3, 2, 3))


def make_recorded(**more: Any) -> Recorded:
    """Three data batches, two seeds, curves of five epochs; speeds over width, batch size and noise."""
    about = {
        "fixed": {"l2": 1e-4},
        "loss_name": "cross_entropy",
        "loss_unit": "nats",
        "n_batches": 3,
        "seeds": [4, 7],
        SPEEDS: {"axes": ["width", "batch_size", "input_noise"], "medians": SECONDS.tolist()},
        **more,
    }
    return Recorded("made", AXES, TABLE, about)


def unit(curves: Curves, config: dict[str, Any], names: tuple[str, ...]) -> list[float]:
    """The place of a configuration in the unit cube."""
    return [curves.space.domains[name].to_unit(config[name]) for name in names]


def by_scipy(curves: Curves, table: np.ndarray, names: tuple[str, ...]) -> RegularGridInterpolator:
    """SciPy's multilinear interpolation of a table over these axes, in unit coordinates."""
    axes = {axis.name: axis for axis in AXES}
    knots = [[curves.space.domains[name].to_unit(value) for value in axes[name].values] for name in names]
    return RegularGridInterpolator(knots, table)


@given(batch=st.integers(0, 2), u=st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_between_points_each_epoch_is_multilinear(batch: int, u: list[list[float]]) -> None:
    """Whole curves equal SciPy's interpolation; so do losses after each epoch, asked together and one by one."""
    curves = Curves(make_recorded(), batch)
    names = curves.space.names
    configs = [curves.space.from_unit(np.array(point)) for point in u]
    places = [unit(curves, config, names) for config in configs]
    seeds = list(range(len(configs)))
    for seed in (0, 1):
        wanted = by_scipy(curves, TABLE.astype(float)[batch, seed], names)(places)
        got = curves.along(configs, seeds=[seed + 2 * n for n in seeds])  # seeds come round after the recorded ones
        np.testing.assert_allclose(got, wanted, atol=1e-10)
    mixed = curves.along(configs, seeds=seeds)
    for epoch in range(1, 6):
        at_once = curves.evaluate(configs, seeds=seeds, fidelity=epoch)
        one_by_one = [
            curves.evaluate([c], seeds=[s], fidelity=float(epoch))[0] for c, s in zip(configs, seeds, strict=True)
        ]
        np.testing.assert_allclose(at_once, mixed[:, epoch - 1], atol=1e-12)
        np.testing.assert_allclose(one_by_one, mixed[:, epoch - 1], atol=1e-12)
    np.testing.assert_array_equal(
        curves.evaluate(configs, seeds=seeds), curves.evaluate(configs, seeds=seeds, fidelity=5)
    )
    means = curves.along(configs, seeds=[0] * len(configs)) / 2 + curves.along(configs, seeds=[1] * len(configs)) / 2
    assert [curves.expected(config, fidelity=2) for config in configs] == pytest.approx(means[:, 1], abs=1e-12)
    assert [curves.expected(config) for config in configs] == pytest.approx(means[:, -1], abs=1e-12)
    assert curves(configs[0]) == pytest.approx(mixed[0, -1], abs=1e-12)


def test_seconds_are_multilinear_in_their_logarithm() -> None:
    """Between the points SciPy's interpolation of the logarithms; the learning rate has no say."""
    curves = Curves(make_recorded())
    rng = np.random.default_rng(2)
    configs = [curves.space.sample(rng) for _ in range(200)]
    names = ("width", "batch_size", "input_noise")
    wanted = np.exp(by_scipy(curves, np.log(SECONDS), names)([unit(curves, config, names) for config in configs]))
    np.testing.assert_allclose(curves.seconds(configs), wanted, rtol=1e-10)
    others = [{**config, "learning_rate": 0.02} for config in configs]
    np.testing.assert_array_equal(curves.seconds(others), curves.seconds(configs))


def test_what_was_recorded_comes_back_in_the_order_of_the_table() -> None:
    """Every point with its fixed values, its curves of both seeds, and its seconds."""
    curves = Curves(make_recorded(), 2)
    told = curves.recorded()
    grid = list(itertools.product(*(axis.values for axis in AXES[:-1])))
    assert [tuple(config.values()) for config in told.configs] == [(*point, 1e-4) for point in grid]
    assert told.losses.shape == (54, 2, 5)
    np.testing.assert_array_equal(told.losses, np.moveaxis(TABLE[2].reshape(2, 54, 5), 0, 1).astype(float))
    seconds = np.broadcast_to(SECONDS, (3, 3, 2, 3)).ravel()
    np.testing.assert_allclose(told.seconds, seconds, rtol=1e-12)
    for seed in (0, 1):
        again = curves.along(told.configs, seeds=[seed] * 54)
        np.testing.assert_allclose(again, told.losses[:, seed], rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_any_reader_of_parquet_finds_the_curves(name: str) -> None:
    """Read as a plain table, each row is the loss after so many epochs, and the landscape with epochs has it, too."""
    folder = files.checkout_folder()
    assert folder is not None
    table = pq.read_table(folder / f"{name}.parquet")
    curves, landscape = problems.curves(name), problems.landscape(name)
    assert table.column_names == ["data_batch", "seed", *curves.space.names, "epochs", "loss"]
    for row in table.take(np.random.default_rng(0).integers(len(table), size=200)).to_pylist():
        config = {axis: row[axis] for axis in curves.space.names}
        member = curves if row["data_batch"] == 0 else curves.draw(row["data_batch"])
        found = member.evaluate([config], seeds=[row["seed"]], fidelity=row["epochs"])[0]
        assert found == pytest.approx(row["loss"], rel=1e-6)
    rng = np.random.default_rng(1)
    configs, epochs = [curves.space.sample(rng) for _ in range(50)], rng.integers(1, 82, size=50).tolist()
    configs += configs
    epochs += [LONGEST] * 50
    found = [
        curves.evaluate([config], seeds=[1], fidelity=epoch)[0] for config, epoch in zip(configs, epochs, strict=True)
    ]
    full = [{**config, "epochs": epoch} for config, epoch in zip(configs, epochs, strict=True)]
    np.testing.assert_allclose(landscape.evaluate(full, seeds=[1] * 100), found, rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_the_optimum_is_the_lowest_recorded_mean_at_the_end(name: str) -> None:
    """A query over the rows of the last epoch gives optimum and place; no random point lies below it."""
    folder = files.checkout_folder()
    assert folder is not None
    last = pq.read_table(folder / f"{name}.parquet", filters=[("epochs", "=", LONGEST)])
    curves = problems.curves(name)
    for batch in range(curves.n_batches):
        member = curves.draw(batch)
        means: dict[tuple[Any, ...], float] = {}
        for row in last.to_pylist():
            if row["data_batch"] == batch:
                key = tuple(row[axis] for axis in curves.space.names)
                means[key] = means.get(key, 0.0) + row["loss"] / 2
        best = min(means, key=lambda key: means[key])
        assert member.optimum == pytest.approx(means[best], rel=1e-12)
        assert tuple(member.optimum_config[axis] for axis in curves.space.names) == best
        assert member.expected(member.optimum_config) == pytest.approx(member.optimum, rel=1e-12)
    rng = np.random.default_rng(3)
    configs = [curves.space.sample(rng) for _ in range(2000)]
    both = sum(curves.evaluate(configs, seeds=[seed] * 2000) for seed in (0, 1)) / 2
    assert both.min() >= curves.optimum - 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_the_tables_are_what_was_promised(name: str) -> None:
    """81 epochs, two seeds, finite losses; each data batch has its own optimum; a file of less than 2 MB."""
    curves = problems.curves(name)
    assert isinstance(curves, Objective)
    assert (curves.n_epochs, curves.n_seeds, curves.batch) == (81, 2, 0)
    assert curves.n_batches == (1 if name == "mnist-curves" else 5)
    assert curves.space.names[:3] == ("learning_rate", "width", "batch_size")
    assert "epochs" not in curves.space.names
    assert len({curves.draw(batch).optimum for batch in range(curves.n_batches)}) == curves.n_batches
    assert curves.draw(7).batch == 7 % curves.n_batches
    told = curves.recorded()
    assert np.isfinite(told.losses).all()
    assert len(told.configs) == len(told.seconds) == len(told.losses)
    folder = files.checkout_folder()
    assert folder is not None
    assert (folder / f"{name}.parquet").stat().st_size < 2e6


@pytest.mark.parametrize("name", NAMES)
def test_wide_networks_are_slower(name: str) -> None:
    """At every batch size the widest takes longer than the narrowest; the slowest more than thrice the fastest."""
    curves = problems.curves(name)
    width, sizes = curves.space.domains["width"], curves.space.domains["batch_size"]
    config = dict(curves.recorded().configs[0])
    for size in (sizes.low, sizes.high):
        narrow, wide = curves.seconds([{**config, "batch_size": size, "width": w} for w in (width.low, width.high)])
        assert 0 < 1.5 * narrow < wide
    seconds = curves.recorded().seconds
    assert seconds.max() > 3 * seconds.min()
    assert seconds.max() < 1
    told = curves.about[SPEEDS]
    assert "core" in told["machine"]
    assert told["versions"].keys() >= {"python", "numpy", "torch"}


@pytest.mark.parametrize("name", NAMES)
def test_curves_can_be_searched(name: str) -> None:
    """TPE finds a better loss after all epochs than the first random trials; its history holds looked-up losses."""
    curves = problems.curves(name)
    history = minimize(curves, TPE(curves.space, seed=0), n_trials=40)
    losses = [trial.loss for trial in history]
    assert len(losses) == 40
    assert curves.optimum / 2 < min(losses) < min(losses[:3])


@pytest.mark.parametrize("fidelity", [0, 82, -1, 2.5, float("nan"), float("inf")])
def test_a_fidelity_that_was_not_recorded_is_refused(fidelity: float) -> None:
    """Only whole epochs from 1 to the last; the error says so, for one, for many, and for what is expected."""
    curves = Curves(make_recorded())
    config = curves.space.sample(np.random.default_rng(0))
    for n in (1, 3):
        with pytest.raises(ValueError, match=rf"whole epochs, 1 to 5, got fidelity={fidelity}; leave it out for all 5"):
            curves.evaluate([config] * n, seeds=[0] * n, fidelity=fidelity)
    with pytest.raises(ValueError, match="1 to 5"):
        curves.expected(config, fidelity=fidelity)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 1}, "width=1 is outside its domain"),
        ({"width": 4.5}, "width=4.5 is outside its domain"),
        ({"batch_size": None}, "batch_size is missing"),
        ({"l2": 1.0}, "l2 is fixed at 0.0001, got 1.0"),
        ({"epochs": 3}, "epochs is not a hyperparameter"),
    ],
)
def test_a_config_outside_the_space_is_refused(change: dict[str, Any], message: str) -> None:
    """No look-up extrapolates; the epochs are the fidelity and no hyperparameter."""
    curves = Curves(make_recorded())
    good = curves.space.sample(np.random.default_rng(0))
    bad = {name: value for name, value in {**good, **change}.items() if value is not None}
    for ask in (curves.along, curves.evaluate):
        with pytest.raises(ValueError, match=message):
            ask([good, bad], seeds=[0, 1])
    with pytest.raises(ValueError, match=message):
        curves.evaluate([bad], seeds=[0])
    with pytest.raises(ValueError, match=message):
        curves.seconds([good, bad])


def test_wrong_arguments_are_refused() -> None:
    """Lengths that differ, a data batch that is not there, tables without every epoch, tables without speeds."""
    curves = Curves(make_recorded())
    config = curves.space.sample(np.random.default_rng(0))
    for ask in (curves.along, curves.evaluate):
        with pytest.raises(ValueError, match="got 1 and 2"):
            ask([config], seeds=[0, 1])
    with pytest.raises(ValueError, match=r"batch must lie in 0..2, got 3"):
        Curves(make_recorded(), 3)
    gaps = (*AXES[:-1], Axis("epochs", (1, 2, 3, 4, 6), whole=True))
    with pytest.raises(ValueError, match="every epoch from 1 as a grid's last axis, made has"):
        Curves(replace(make_recorded(), axes=gaps))
    made = make_recorded()
    slow = Curves(replace(made, about={name: value for name, value in made.about.items() if name != SPEEDS}))
    assert slow.along([config], seeds=[0]).shape == (1, 5)
    with pytest.raises(ValueError, match=r"measure_speeds\('made'\) adds them"):
        slow.seconds([config])


def test_no_configurations_have_no_losses() -> None:
    """An empty list gives arrays of length 0."""
    curves = Curves(make_recorded())
    assert curves.along([], seeds=[]).shape == (0, 5)
    assert curves.evaluate([], seeds=[], fidelity=2).shape == (0,)
    assert curves.seconds([]).shape == (0,)


def test_an_unknown_name_lists_the_curves_there_are(tmp_path: Path) -> None:
    """The error names the tables that hold whole curves, and no other landscape."""
    with pytest.raises(FileNotFoundError, match=r"no curves 'cheese' are recorded; there are: .*digits-curves") as told:
        problems.curves("cheese")
    assert "danish" not in str(told.value)
    with pytest.raises(FileNotFoundError, match=r"no curves 'digits' are recorded"):
        problems.curves("digits")
    with pytest.raises(FileNotFoundError, match="there are: none"):
        problems.curves("digits-curves", folder=tmp_path)
    files.write(tmp_path / "made.parquet", make_recorded())
    assert problems.curves("made", 1, folder=tmp_path).batch == 1
