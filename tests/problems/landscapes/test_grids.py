"""Recorded landscapes: what was recorded, and nothing invented between."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor import problems
from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes import Landscape, files
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.recording.recipes import RECIPES
from hpo_tutor.protocols import Objective

NAMES = ["aleph", "digits"]
GRIDS = [name for name, made in RECIPES.items() if made.axes and not made.timed]  # of curves see test_learning_curves
# of these two the wider network is the better one, of cifar10 only just; notebook 01 tells of the digits
MOST_ON_EDGE = {"digits-width": 9, "cifar10": 4}


def make_recorded(losses: np.ndarray, axes: tuple[Axis, ...]) -> Recorded:
    """A table that says all that a landscape needs."""
    about = {
        "fixed": {"width": 8},
        "loss_name": "rmse",
        "loss_unit": "GeV",
        "n_batches": losses.shape[0],
        "seeds": list(range(losses.shape[1])),
    }
    return Recorded("made", axes, losses.astype(np.float32), about)


AXES = (
    Axis("a", (0.5, 1.0, 1.75, 4.0)),
    Axis("b", (1e-3, 1e-2, 3e-2), log=True),
    Axis("c", (1, 2, 3, 5), whole=True),
    Axis("d", (2, 5, 9), whole=True, log=True),
)
TABLE = np.random.default_rng(0).normal(size=(2, 3, 4, 3, 4, 3))


def make_landscape(batch: int = 0) -> Landscape:
    """Four axes: linear, logarithmic, whole, and whole logarithmic; spaced unevenly."""
    return Landscape(make_recorded(TABLE, AXES), batch)


def by_hand(landscape: Landscape, config: dict[str, Any], table: np.ndarray) -> float:
    """Multilinear interpolation as a textbook says it: sum over corners of products of shares, in unit coordinates."""
    corners = []
    for axis in AXES:
        domain = landscape.space.domains[axis.name]
        knots = [domain.to_unit(value) for value in axis.values]
        u = domain.to_unit(config[axis.name])
        i = max(j for j in range(len(knots) - 1) if knots[j] <= u)
        share = (u - knots[i]) / (knots[i + 1] - knots[i])
        corners.append([(i, 1 - share), (i + 1, share)])
    return sum(
        math.prod(share for _, share in corner) * table[tuple(i for i, _ in corner)]
        for corner in itertools.product(*corners)
    )


@given(seed=st.integers(0, 10**6), batch=st.integers(0, 1), u=st.lists(st.floats(0, 1), min_size=4, max_size=4))
@settings(max_examples=100, deadline=None)
def test_between_points_the_loss_is_multilinear(seed: int, batch: int, u: list[float]) -> None:
    """Any look-up equals the textbook's sum over the corners of its cell, per data batch and seed."""
    landscape = make_landscape(batch)
    config = landscape.space.from_unit(np.array(u))
    table = TABLE.astype(np.float32).astype(np.float64)[batch]  # as kept, but with double precision's arithmetic
    by_corners = pytest.approx(by_hand(landscape, config, table[seed % 3]), rel=1e-10, abs=1e-12)
    assert landscape.evaluate([config], seeds=[seed])[0] == by_corners
    for loss in landscape.evaluate([config] * 3, seeds=[seed] * 3):
        assert loss == by_corners
    assert landscape.expected(config) == pytest.approx(by_hand(landscape, config, table.mean(axis=0)), abs=1e-12)


def test_at_a_recorded_point_the_loss_is_the_recorded_one() -> None:
    """Every vertex of the grid gives its own number back, in every data batch and seed."""
    table = TABLE.astype(np.float32)
    for batch in range(2):
        landscape = make_landscape(batch)
        places = list(np.ndindex(*TABLE.shape[2:]))
        configs = [{axis.name: axis.values[i] for axis, i in zip(AXES, place, strict=True)} for place in places]
        for seed in range(3):
            losses = landscape.evaluate(configs, seeds=[seed] * len(configs))
            np.testing.assert_allclose(losses, table[batch, seed].ravel(), rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("batch", [0, 7])
def test_no_point_lies_below_the_best_vertex(name: str, batch: int) -> None:
    """A multilinear surface has its minimum at a vertex: no random point is below it, and the vertex reaches it."""
    landscape = problems.landscape(name, batch=batch)
    rng = np.random.default_rng(0)
    space = landscape.space
    configs = [space.from_unit(u) for u in rng.random((20_000, space.n_dims))]
    every_seed = [landscape.evaluate(configs, seeds=[seed] * len(configs)) for seed in range(landscape.n_seeds)]
    expected = np.mean(every_seed, axis=0)
    assert expected.min() >= landscape.optimum - 1e-12
    assert landscape.expected(landscape.optimum_config) == pytest.approx(landscape.optimum, rel=1e-12)
    assert landscape.minimisers.tolist() == [[landscape.optimum_config[name] for name in space.names]]
    # and close to it the surface comes as near as it should, so the minimum is not a number from elsewhere
    near = np.clip(space.to_unit(landscape.optimum_config) + rng.normal(0, 1e-4, (50, 2)), 0, 1)
    values = [landscape.expected(space.from_unit(u)) for u in near]
    assert min(values) == pytest.approx(landscape.optimum, abs=1e-2)


@pytest.mark.parametrize("name", NAMES)
def test_the_expected_loss_is_the_mean_over_seeds(name: str) -> None:
    """``expected`` is what ``evaluate`` averages to, and seeds beyond the recorded ones come round again."""
    landscape = problems.landscape(name)
    rng = np.random.default_rng(1)
    for _ in range(20):
        config = landscape.space.sample(rng)
        losses = landscape.evaluate([config] * 6, seeds=[0, 1, 2, 3, 4, 10**18 + 2])
        assert landscape.expected(config) == pytest.approx(losses[:3].mean(), rel=1e-12)
        assert losses[3:].tolist() == losses[[0, 1, (10**18 + 2) % 3]].tolist()
        assert landscape(config) == pytest.approx(losses[0], rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_each_seed_of_a_race_draws_a_data_batch(name: str) -> None:
    """``draw(seed)`` is data batch seed % n_batches: other losses, another optimum, the same space."""
    landscape = problems.landscape(name)
    assert isinstance(landscape, Objective)
    members = [landscape.draw(seed) for seed in range(landscape.n_batches)]
    assert [member.batch for member in members] == list(range(10))
    assert len({member.optimum for member in members}) == 10
    assert all(member.space == landscape.space for member in members)
    assert landscape.draw(13).optimum == members[3].optimum


@pytest.mark.parametrize("name", GRIDS)
def test_the_tables_are_what_was_promised(name: str) -> None:
    """Ten data batches, three seeds, finite losses, optima off the edges, six values an axis or more, under 2 MB."""
    landscape = problems.landscape(name)
    grid = landscape.grid()
    assert all(len(axis.values) >= (5 if name == "digits-width" else 6) for axis in grid.axes)
    assert landscape.n_batches >= 10
    assert landscape.n_seeds >= 3
    assert grid.losses.shape == grid.spread.shape == tuple(len(axis.values) for axis in grid.axes)
    on_edge = 0
    for batch in range(landscape.n_batches):
        means = landscape.draw(batch).grid().losses
        assert np.isfinite(means).all()
        assert landscape.draw(batch).optimum == pytest.approx(means.min())
        place = np.unravel_index(means.argmin(), means.shape)
        on_edge += any(i in (0, n - 1) for i, n in zip(place, means.shape, strict=True))
    assert on_edge <= MOST_ON_EDGE.get(name, 1)
    folder = files.checkout_folder()
    assert folder is not None
    assert (folder / f"{name}.parquet").stat().st_size < 2e6


@pytest.mark.parametrize("name", GRIDS)
def test_any_reader_of_parquet_finds_the_labels(name: str) -> None:
    """Read as a plain table, a row's labels are those under which the landscape gives the same loss."""
    folder = files.checkout_folder()
    assert folder is not None
    table = pq.read_table(folder / f"{name}.parquet")
    landscape = problems.landscape(name)
    assert table.column_names == ["data_batch", "seed", *landscape.space.names, "loss"]
    for row in table.take(np.random.default_rng(0).integers(len(table), size=200)).to_pylist():
        config = {axis: row[axis] for axis in landscape.space.names}
        member = landscape.draw(row["data_batch"])
        assert member.evaluate([config], seeds=[row["seed"]])[0] == pytest.approx(row["loss"], rel=1e-6)


@pytest.mark.parametrize("name", GRIDS)
def test_the_metadata_say_how_it_was_made(name: str) -> None:
    """Unit, split, seeds, number of models, seconds, machine and versions are there; no path and no host name is."""
    about = problems.landscape(name).about
    assert about["loss_unit"] in ("GeV", "nats", "ln(price)")
    assert about["seeds"] == [0, 1, 2]
    assert about["n_models"] > 300
    assert about["seconds"] > 1
    assert about["versions"].keys() >= {"python", "numpy", "torch"}
    assert "core" in about["machine"]
    assert "third" in about["split"] or "20 %" in about["split"]


@pytest.mark.parametrize("name", NAMES)
def test_the_page_tells_the_tables_optima(name: str) -> None:
    """data/README.md holds each data batch's optimum and place as the table has them."""
    folder = files.checkout_folder()
    assert folder is not None
    page = (folder / "README.md").read_text(encoding="utf-8").partition(f"## {name}:")[2].partition("\n<!--")[0]
    landscape = problems.landscape(name)
    for batch in range(landscape.n_batches):
        member = landscape.draw(batch)
        where = " | ".join(f"{member.optimum_config[axis]:.4g}" for axis in member.space.names)
        assert f"| {batch} | {member.optimum:.4f} | {where} |" in page
    assert f"{landscape.about['n_models']:,} networks" in page


def test_an_unknown_name_lists_what_there_is(tmp_path: Path) -> None:
    """The error names the recorded landscapes and the command that records one."""
    with pytest.raises(FileNotFoundError, match=r"no landscape 'cheese'.*aleph, .*digits, .*hpo-tutor record cheese"):
        problems.landscape("cheese")
    with pytest.raises(FileNotFoundError, match="there are: none"):
        problems.landscape("digits", folder=tmp_path)
    assert set(landscapes.names()) >= set(NAMES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a": 0.4}, "a=0.4 is outside its domain"),
        ({"b": None}, "b is missing"),
        ({"c": 4.5}, "c=4.5 is outside its domain"),
        ({"c": 9}, "c=9 is outside its domain"),
        ({"b": "large"}, "b='large' is outside its domain"),
        ({"width": 16}, "width is fixed at 8, got 16"),
        ({"depth": 3}, "depth is not a hyperparameter"),
    ],
)
def test_a_config_outside_the_space_is_refused(change: dict[str, Any], message: str) -> None:
    """A look-up never extrapolates, and the error names hyperparameter and value, also in the middle of many."""
    landscape = make_landscape()
    good = landscape.space.sample(np.random.default_rng(0))
    bad = {name: value for name, value in {**good, **change}.items() if value is not None}
    with pytest.raises(ValueError, match=message):
        landscape.evaluate([good, bad, good], seeds=[0, 1, 2])
    with pytest.raises(ValueError, match=message):
        landscape.expected(bad)


def test_wrong_arguments_are_refused() -> None:
    """Lengths that differ, a fidelity that was not recorded, a data batch that is not there."""
    landscape = make_landscape()
    config = landscape.space.sample(np.random.default_rng(0))
    with pytest.raises(ValueError, match="got 1 and 2"):
        landscape.evaluate([config], seeds=[0, 1])
    with pytest.raises(ValueError, match="fidelity=3"):
        landscape.evaluate([config], seeds=[0], fidelity=3)
    with pytest.raises(ValueError, match=r"batch must lie in 0..1, got 2"):
        make_landscape(2)


def test_a_table_written_is_the_table_read(tmp_path: Path) -> None:
    """Axes, losses and words survive the file, to the last bit of float32."""
    recorded = make_recorded(TABLE, AXES)
    files.write(tmp_path / "made.parquet", recorded)
    again = files.read("made", tmp_path)
    assert again.axes == recorded.axes
    assert again.about == recorded.about
    np.testing.assert_array_equal(again.losses, recorded.losses)
    assert [path.name for path in tmp_path.iterdir()] == ["made.parquet"]


def test_an_installed_package_brings_its_own_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the package holds ``_landscapes``, as a wheel does, that folder is looked at, and before the checkout's."""
    folder = tmp_path / "_landscapes"
    folder.mkdir()
    files.write(folder / "digits.parquet", make_recorded(TABLE, AXES))
    monkeypatch.setattr("importlib.resources.files", lambda package: tmp_path)
    assert problems.landscape("digits").space.names == ("a", "b", "c", "d")
    assert problems.landscape("aleph").space.names == ("learning_rate", "epochs")
    monkeypatch.setattr(files, "checkout_folder", lambda: None)
    assert landscapes.names() == ["digits"]
