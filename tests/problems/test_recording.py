"""The recorder: what it writes is what training gives, also after a kill."""

import itertools
import json
import platform
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from hpo_tutor import problems
from hpo_tutor.problems import landscapes, recording, tasks
from hpo_tutor.problems.landscapes import files
from hpo_tutor.problems.landscapes.files import Axis
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS
from hpo_tutor.problems.landscapes.sample_files import Sampled
from hpo_tutor.problems.recording.recipes import RECIPES, Recipe, recipe
from hpo_tutor.problems.tasks import runs, table
from hpo_tutor.search_space import Choice, Float
from hpo_tutor.training import CNN, machine

SMALL = Recipe(
    name="small",
    task="digits",
    axes=(Axis("learning_rate", (1e-3, 3e-3, 1e-2), log=True), Axis("l2", (1e-6, 1e-3), log=True)),
    fixed={"epochs": 2, "width": 4, "batch_size": 256},
    n_batches=3,
    seeds=(0, 1),
)
EPOCHS = Recipe(
    name="epochs",
    task="digits",
    axes=(Axis("learning_rate", (1e-3, 1e-2), log=True), Axis("epochs", (1, 3, 4), whole=True)),
    fixed={"l2": 1e-4, "width": 4, "batch_size": 256},
    n_batches=2,
    seeds=(0, 7),
)
WIDTHS = Recipe(
    name="widths",
    task="digits",
    axes=(
        Axis("learning_rate", (1e-3, 1e-2), log=True),
        Axis("width", (4, 8, 16), log=True, whole=True, unit="units in the hidden layer"),
    ),
    fixed={"epochs": 2, "batch_size": 256, "l2": 1e-4},
    n_batches=2,
    seeds=(0, 1),
)
SAMPLE = Recipe(
    name="sample",
    task="digits",
    axes=(),
    fixed={"epochs": 1, "batch_size": 256, "l2": 1e-4},
    n_batches=2,
    seeds=(0, 1),
    domains={"learning_rate": Float(1e-3, 1e-1, log=True), "width": Choice((4, 8, 16), ordered=True)},
    n_points=25,
)
TREES = Recipe(
    name="trees",
    task="king_county",
    axes=(
        Axis("learning_rate", (0.03, 0.3), log=True),
        Axis("max_depth", (2, 5), whole=True),
        Axis("trees", (1, 4, 20), log=True, whole=True),
    ),
    fixed={},
    n_batches=2,
    seeds=(0, 1),
)

TIMED = Recipe(
    name="timed",
    task="digits",
    axes=(
        Axis("learning_rate", (1e-3, 1e-2), log=True),
        Axis("width", (4, 32), log=True, whole=True),
        Axis("input_noise", (0.0, 0.5, 1.0)),
        Axis("epochs", (1, 2, 3), whole=True),
    ),
    fixed={"l2": 1e-4, "batch_size": 256},
    n_batches=2,
    seeds=(0, 1),
    timed=True,
)

SWITCHED = Recipe(
    name="switched",
    task="digits-autoencoder",
    axes=(),
    fixed={**tasks.task("digits-autoencoder").defaults, "epochs": 1, "batch_size": 256, "n_dense": 1},
    n_batches=1,
    seeds=(3, 5),
    domains={
        name: tasks.task("digits-autoencoder").domains[name]
        for name in ("n_conv", "kernel_1", "stride_1", "kernel_2", "stride_2", "learning_rate")
    },
    n_points=28,
    by=("n_conv",),
    n_repeated=9,
)
SWITCHED = replace(
    SWITCHED, fixed={name: SWITCHED.fixed[name] for name in SWITCHED.fixed if name not in SWITCHED.domains}
)

# a process that dies by SIGKILL in mid-write of its second part, with half a draft on the disk
KILLED = """
import os, runpy, signal, sys
from pathlib import Path
import numpy as np
from hpo_tutor.problems import recording
recipe = runpy.run_path(sys.argv[2])[sys.argv[3]]
recording.BLOCK = 10
calls = 0
savez = np.savez
def dying(file, **arrays):
    global calls
    calls += 1
    if calls == 2:
        file.write(b"half a part")
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    savez(file, **arrays)
np.savez = dying
recording.record_recipe(recipe, Path(sys.argv[1]), progress=False)
"""


def test_a_killed_recording_goes_on_and_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in mid-write, resumed: only the missing parts are trained, and the table is that of one never killed."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    recording.record_recipe(SMALL, whole, progress=False)
    died = subprocess.run([sys.executable, "-c", KILLED, str(killed), __file__, "SMALL"], check=False)
    assert died.returncode < 0
    assert not (killed / "small.parquet").exists()
    trained = []
    train_part = recording.train_part

    def counting(wanted: Recipe, batch: int, *rest: object, **more: object) -> np.ndarray:
        trained.append(batch)
        return train_part(wanted, batch, *rest, **more)

    monkeypatch.setattr(recording, "train_part", counting)
    recording.record_recipe(SMALL, killed, progress=False)
    assert trained == [1, 2]
    losses = [files.read("small", folder).losses for folder in (whole, killed)]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)
    assert sorted(path.name for path in killed.iterdir() if path.is_file()) == ["README.md", "small.parquet"]
    assert not (killed / ".cache").exists()


def test_killed_curves_go_on_and_are_timed_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed, resumed: the curves are those of live training, and the table holds how long an epoch takes where."""
    monkeypatch.setattr(recording.speeds, "N_EPOCHS", 4)
    died = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), __file__, "TIMED"], check=False)
    assert died.returncode < 0
    recording.record_recipe(TIMED, tmp_path, progress=False)
    curves = problems.curves("timed", 1, folder=tmp_path)
    told = curves.recorded()
    for seed in (0, 1):
        trained = tasks.train("digits", told.configs, [seed] * 12, 1, 2, along=(1, 2, 3))
        np.testing.assert_allclose(told.losses[:, seed], trained, rtol=1e-4)
    speeds = curves.about[SPEEDS]
    assert speeds["axes"] == ["width", "input_noise"]
    assert np.array(speeds["medians"]).shape == (2, 3)
    assert (told.seconds > 0).all()
    assert speeds["machine"] == machine.describe()
    # the page tells them
    page = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert 'hpo_tutor.problems.curves("timed")' in page
    assert f"{speeds['how']}, on {speeds['machine']}." in page
    # measured anew, the losses stay
    recording.measure_speeds_of(TIMED, tmp_path, progress=False)
    again = problems.curves("timed", 1, folder=tmp_path)
    np.testing.assert_array_equal(again.recorded().losses, told.losses)
    assert again.about[SPEEDS]["medians"] != speeds["medians"]
    assert {**again.about, SPEEDS: None} == {**curves.about, SPEEDS: None}


def test_speeds_need_axes_that_bear_upon_them() -> None:
    """A grid of learning rate and L2 has none; the error names those that do."""
    with pytest.raises(ValueError, match="small has no axis that bears upon the speed; those that do: width, batch"):
        recording.speeds.measure(SMALL)


def test_an_epoch_of_more_steps_and_more_units_costs_more() -> None:
    """32 times the steps and the units are more than twice the work, and all epochs together what the measuring was."""
    recipe = replace(
        TIMED,
        axes=(TIMED.axes[0], Axis("width", (4, 128)), Axis("batch_size", (8, 256)), Axis("epochs", (1, 2))),
        fixed={"l2": 1e-4},
    )
    begin = time.process_time()
    narrow, wide = recording.speeds.measure(recipe, n_rounds=3)["medians"]
    spent = time.process_time() - begin
    assert wide[0] > 2 * narrow[1] > 0
    assert 3 * recording.speeds.N_EPOCHS * sum([*narrow, *wide]) < 2 * spent


def test_a_large_sample_is_saved_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in its second block, resumed: the first is kept, and the losses are those of one never killed."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    recording.record_recipe(SWITCHED, whole, progress=False)
    died = subprocess.run([sys.executable, "-c", KILLED, str(killed), __file__, "SWITCHED"], check=False)
    assert died.returncode < 0
    parts = [path.name for path in killed.glob(".cache/switched-*/*.npz")]
    assert parts == ["batch000.npz"]
    trained = []
    train_part = recording.train_part

    def counting(wanted: Recipe, batch: int, points: list, *rest: object, runs: np.ndarray) -> np.ndarray:
        trained.append((len(points), runs.sum(axis=1).tolist()))
        return train_part(wanted, batch, points, *rest, runs=runs)

    monkeypatch.setattr(recording, "BLOCK", 10)
    monkeypatch.setattr(recording, "train_part", counting)
    recording.record_recipe(SWITCHED, killed, progress=False)
    assert trained == [(10, [10, 0]), (8, [8, 0])]
    one, other = (landscapes.recorded("switched", folder) for folder in (whole, killed))
    np.testing.assert_allclose(other.losses, one.losses, rtol=1e-4)
    assert one.space == other.space
    assert one.about["n_models"] == other.about["n_models"] == 28 + 9


def test_a_sample_with_switches_is_recorded_as_trained(tmp_path: Path) -> None:
    """Tiles in turn; the first nine with both seeds; each loss is that of live training, goals stand beside it."""
    recording.record_recipe(SWITCHED, tmp_path, progress=False)
    rows = pq.read_table(tmp_path / "switched.parquet").to_pylist()
    assert [row["seed"] for row in rows] == [3] * 28 + [5] * 9
    assert [row["n_conv"] for row in rows] == [1 + n % 3 for n in (*range(28), *range(9))]
    names = list(SWITCHED.domains)
    configs = [{name: row[name] for name in names if row[name] is not None} for row in rows]
    full = [{**config, **SWITCHED.fixed} for config in configs]
    assert full == [*SWITCHED.points(), *SWITCHED.points()[:9]]
    trained = tasks.train("digits-autoencoder", full, [row["seed"] for row in rows], 0, 1)
    np.testing.assert_allclose([row["loss"] for row in rows], trained, rtol=1e-4)
    objective = problems.landscape("switched", goals=["operations"], folder=tmp_path)
    losses = objective.evaluate(configs[:9], seeds=[1] * 9)
    np.testing.assert_allclose(losses[:, 1], tasks.count("digits-autoencoder", full[:9], ["operations"])[:, 0])
    ratios = trained[28:] / (trained[:9] + trained[28:]) * 2
    np.testing.assert_allclose(losses[:, 0] / [objective.expected(c) for c in configs[:9]], ratios, rtol=1e-3)
    assert len(objective.about["trained_at_optima"]) == 1
    assert all(config.get("stride_2", 1) <= config.get("kernel_2", 1) for config in configs)


def test_the_auto_encoders_come_tile_by_tile() -> None:
    """Nine numbers of layers in turn, 350 configurations each, 50 of them with three seeds; all keep the rules."""
    wanted = recipe("digits-autoencoder")
    points, runs = wanted.points(), wanted.runs()
    tiles = list(itertools.product((1, 2, 3), repeat=2))
    assert [(point["n_conv"], point["n_dense"]) for point in points] == tiles * 350
    assert runs.shape == (3, 3150)
    assert runs.sum(axis=1).tolist() == [3150, 450, 450]
    assert runs[:, :450].all()
    for point in points[::50]:
        wanted.space.validate(point)
    assert len({json.dumps(point) for point in points}) == 3150


def test_a_recording_that_moved_tells_of_both_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another machine went on with the parts, the table names the machine of each part, in their order."""
    machines = iter(["one, 2 cores", "another, 8 cores"])
    monkeypatch.setattr(machine, "describe", lambda: next(machines))
    recording.record_recipe(EPOCHS, tmp_path, progress=False)
    assert files.about("epochs", tmp_path)["machine"] == "one, 2 cores; another, 8 cores"


def test_a_changed_meaning_is_another_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe's fingerprint changes with the defaults, the rows' shares and the layers, not with words."""
    before = {name: recipe(name).fingerprint for name in ("digits", "digits-cnn-9")}
    digits, layers = tasks.TASKS["digits"], tasks.TASKS["digits-cnn-layers"]

    def fingerprints(**changed: tasks.Task) -> list[bool]:
        monkeypatch.setattr(table, "TASKS", {**tasks.TASKS, **{task.name: task for task in changed.values()}})
        return [recipe(name).fingerprint == before[name] for name in before]

    assert fingerprints(other=replace(digits, source=replace(digits.source, words="in other words"))) == [True, True]
    assert fingerprints(other=replace(digits, defaults={**digits.defaults, "momentum": 0.5})) == [False, True]
    assert fingerprints(other=replace(layers, structure=lambda **_: CNN((8, 8, 1)))) == [True, False]
    monkeypatch.undo()
    monkeypatch.setattr(runs, "TRAINING_SHARE", 0.5)
    assert recipe("digits").fingerprint != before["digits"]


def test_beginning_anew_forgets_the_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With resume=False every part is trained; parts of a changed recipe are never taken."""
    work = tmp_path / ".cache" / f"small-{SMALL.fingerprint}"
    work.mkdir(parents=True)
    recording._save_part(work / "batch000.npz", np.full(SMALL.shape, 9, dtype=np.float32), 1.0)
    resumed = recording.record_recipe(SMALL, tmp_path, progress=False)
    assert np.all(files.read("small", resumed.parent).losses[0] == 9)
    work.mkdir(parents=True)
    recording._save_part(work / "batch000.npz", np.full(SMALL.shape, 9, dtype=np.float32), 1.0)
    recording.record_recipe(SMALL, tmp_path, progress=False, resume=False)
    assert np.all(files.read("small", tmp_path).losses[0] < 9)
    other = Recipe("small", "digits", SMALL.axes, {**SMALL.fixed, "epochs": 3}, 3, (0, 1))
    assert other.fingerprint != SMALL.fingerprint


def test_a_recorded_loss_is_that_of_live_training(tmp_path: Path) -> None:
    """Each point of a small table is what ``problems.live`` gives there with the same data batch and seed."""
    recording.record_recipe(SMALL, tmp_path, progress=False)
    table = problems.landscape("small", folder=tmp_path)
    space = {**table.space.domains, **table.space.fixed}
    for batch in range(3):
        live = problems.live("digits", space, batch=batch, n_batches=3)
        configs = [{"learning_rate": a, "l2": b} for a in SMALL.axes[0].values for b in SMALL.axes[1].values]
        for seed in (0, 1):
            seeds = [seed] * len(configs)
            recorded = table.draw(batch).evaluate(configs, seeds=seeds)
            np.testing.assert_allclose(recorded, live.evaluate(configs, seeds=seeds), rtol=1e-4)


def test_networks_of_several_widths_are_recorded_side_by_side(tmp_path: Path) -> None:
    """Where the width is on the grid, each point is the live training of a network of that width."""
    recording.record_recipe(WIDTHS, tmp_path, progress=False)
    table = problems.landscape("widths", folder=tmp_path)
    assert table.about["network"] == "64-width-10"
    live = problems.live("digits", {**table.space.domains, **table.space.fixed}, batch=1, n_batches=2)
    configs = [{"learning_rate": rate, "width": width} for rate in (1e-3, 1e-2) for width in (4, 8, 16)]
    trained = live.evaluate(configs, seeds=[1] * 6)
    np.testing.assert_allclose(table.draw(1).evaluate(configs, seeds=[1] * 6), trained, rtol=1e-4)


def test_one_training_serves_all_its_epochs(tmp_path: Path) -> None:
    """On an axis of epochs, each loss is that of a network trained for so many epochs."""
    recording.record_recipe(EPOCHS, tmp_path, progress=False)
    table = problems.landscape("epochs", folder=tmp_path)
    assert table.about["n_models"] == 2 * 2 * 2
    live = problems.live("digits", {**table.space.domains, **table.space.fixed}, batch=1, n_batches=2)
    configs = [{"learning_rate": rate, "epochs": n} for rate in (1e-3, 1e-2) for n in (1, 3, 4)]
    trained = live.evaluate(configs, seeds=[7] * 6)  # the seed that was recorded second
    np.testing.assert_allclose(table.draw(1).evaluate(configs, seeds=[1] * 6), trained, rtol=1e-4)


ONLINE = [  # the digits are installed, the others' rows lie in the data folder
    pytest.param(name, marks=[] if tasks.task(made.task).dataset == "digits" else pytest.mark.real_data)
    for name, made in RECIPES.items()
]


def test_a_random_sample_is_recorded_as_trained(tmp_path: Path) -> None:
    """At each configuration of a random sample, the recorded losses are those of live training."""
    recording.record_recipe(SAMPLE, tmp_path, progress=False)
    table = problems.landscape("sample", folder=tmp_path)
    assert table.about["n_models"] == 25 * 2 * 2
    live = problems.live("digits", {**table.space.domains, **table.space.fixed}, batch=1, n_batches=2)
    configs = SAMPLE.points()
    trained = [live.evaluate(configs, seeds=[seed] * 25) for seed in (0, 1)]
    recorded = [table.draw(1).evaluate(configs, seeds=[seed] * 25) for seed in (0, 1)]
    # between the seeds a forest has its own mean, at which the recorded ratio stays
    np.testing.assert_allclose(recorded[1] / recorded[0], trained[1] / trained[0], rtol=1e-3)
    # and the whole sample stands in the table as it was trained
    rows = pq.read_table(tmp_path / "sample.parquet", filters=[("data_batch", "=", 1), ("seed", "=", 1)])
    np.testing.assert_allclose(rows["loss"], trained[1], rtol=1e-4)
    np.testing.assert_allclose(rows["learning_rate"], [config["learning_rate"] for config in configs], rtol=1e-12)


@pytest.mark.real_data
def test_one_fit_serves_all_its_numbers_of_trees(tmp_path: Path) -> None:
    """On an axis of trees, each loss is that of boosted trees fitted with so many, and is told as such."""
    recording.record_recipe(TREES, tmp_path, progress=False)
    table = problems.landscape("trees", folder=tmp_path)
    assert table.about["n_models"] == 2 * 2 * 2 * 2
    assert "LightGBM, trees of at most 255 leaves" in table.about["learner"]
    assert table.about["versions"].keys() >= {"lightgbm"}
    live = problems.live("king_county", table.space.domains, batch=1, n_batches=2)
    grid = itertools.product((0.03, 0.3), (2, 5), (1, 4, 20))
    configs = [dict(zip(("learning_rate", "max_depth", "trees"), point, strict=True)) for point in grid]
    trained = live.evaluate(configs, seeds=[1] * 12)
    np.testing.assert_allclose(table.draw(1).evaluate(configs, seeds=[1] * 12), trained, rtol=1e-6)


@pytest.mark.parametrize("name", [param for param in ONLINE if RECIPES[param.values[0]].timed])
def test_whole_curves_can_be_recorded_again(name: str) -> None:
    """Curves trained anew at moderate learning rates are the recorded ones, at first to rounding, then nearly so."""
    wanted, curves = recipe(name), problems.curves(name, RECIPES[name].n_batches - 1)
    rates = wanted.axes[0].values
    # small learning rates do not amplify rounding; the narrow and quick ones, to be quick here
    configs = [
        config
        for config in curves.recorded().configs
        if config["learning_rate"] in rates[:5:2]
        and config["width"] <= 16
        and config["batch_size"] == wanted.axes[2].values[-1]
    ]
    seeds = [place % 2 for place in range(len(configs))]
    trained = tasks.train(
        wanted.task, configs, seeds, curves.batch, wanted.n_batches, along=wanted.along, options={"device": "cpu"}
    )
    recorded = curves.along(configs, seeds=seeds)
    np.testing.assert_allclose(trained[:, :9], recorded[:, :9], rtol=1e-4)
    np.testing.assert_allclose(trained, recorded, rtol=1e-2)
    assert np.median(np.abs(trained / recorded - 1)) < 1e-5
    # and what is compared is not all the same
    assert np.ptp(recorded[:, -1]) > 1e-3


@pytest.mark.parametrize("name", ONLINE)
def test_a_table_can_be_recorded_again(name: str) -> None:
    """Ten random points of a recorded table, trained again, give the recorded losses within the seeds' spread."""
    wanted, table, rng = recipe(name), landscapes.recorded(name), np.random.default_rng(0)
    losses = table.losses.astype(np.float64)
    spreads, apart = [], []
    options = {} if tasks.task(wanted.task).fidelity == "trees" else {"device": "cpu"}
    for _ in range(10):
        batch, seed = int(rng.integers(wanted.n_batches)), int(rng.integers(len(wanted.seeds)))
        place = tuple(int(rng.integers(n)) for n in losses.shape[2:])
        if np.isnan(losses[(batch, seed, *place)]):
            seed = 0  # of a large sample, the others know some configurations only
        if isinstance(table, Sampled):
            config = {**wanted.fixed, **table.configs[place[0]]}
        else:
            values = {axis.name: axis.values[i] for axis, i in zip(table.axes, place, strict=True)}
            config = {**wanted.fixed, **values}
        trained = tasks.train(wanted.task, [config], [wanted.seeds[seed]], batch, wanted.n_batches, options=options)[0]
        apart.append(abs(trained - losses[(batch, seed, *place)]))
        # the largest among points of the same learning rate, the first axis of a grid, or of the 30 nearest ones
        spread, near = losses[batch].std(axis=0, ddof=1), place[0]
        if isinstance(table, Sampled):
            rates = np.log([other["learning_rate"] for other in table.configs])
            apart_by = np.where(table.repeated, abs(rates - rates[place[0]]), np.inf)
            near = np.argsort(apart_by)[:30]
        spreads.append(np.nanmax(spread[near]))
    # the same to rounding at most points; large learning rates amplify rounding, there within the seeds' spread
    assert np.median(apart) < 1e-4
    assert np.all(np.array(apart) <= 2 * np.array(spreads) + 1e-4)


@pytest.mark.parametrize("name", RECIPES)
def test_the_recorded_tables_are_those_of_the_recipes(name: str) -> None:
    """Hyperparameters, fixed values, data batches and seeds of the table are the recipe's."""
    table, wanted = landscapes.recorded(name), RECIPES[name]
    if isinstance(table, Sampled):
        assert table.domains == wanted.domains
        assert table.space == wanted.space
        names = list(wanted.domains)
        assert [[config.get(name) for name in names] for config in table.configs] == [
            [config.get(name) for name in names] for config in wanted.points()
        ]
        assert np.array_equal(np.isfinite(table.losses), np.broadcast_to(wanted.runs(), table.losses.shape))
    else:
        assert table.axes == wanted.axes
    assert dict(table.about["fixed"]) == dict(wanted.fixed)
    assert table.losses.shape[:2] == (wanted.n_batches, len(wanted.seeds))
    assert table.about["seeds"] == list(wanted.seeds)


def test_the_landscapes_hold_over_a_hundred_thousand_trainings() -> None:
    """The models behind all tables, counted from their rows: one a point, data batch and seed."""
    counts = {}
    for name, wanted in RECIPES.items():
        table = landscapes.recorded(name)
        steps = len(wanted.along) if wanted.along else 1  # one training gives the losses along its way
        counts[name] = int(np.isfinite(table.losses).sum()) // steps
        assert table.about["n_models"] == counts[name]
    assert sum(counts.values()) >= 100_000


def test_a_diverging_network_ends_the_recording(tmp_path: Path) -> None:
    """A landscape with a hole is never written; the error names point and data batch."""
    wild = Recipe("wild", "digits", (Axis("learning_rate", (1e-3, 1e30), log=True),), dict(EPOCHS.fixed, epochs=2), 1)
    with pytest.raises(ValueError, match=r"must be finite.*1e\+30.*data batch 0"):
        recording.record_recipe(wild, tmp_path, progress=False)
    assert not (tmp_path / "wild.parquet").exists()


def test_bad_recipes_are_refused() -> None:
    """An unknown name lists the recipes; epochs must be the last axis."""
    with pytest.raises(ValueError, match=r"there are recipes for aleph, .*king_county.*, got 'cheese'"):
        recording.record("cheese")
    with pytest.raises(ValueError, match="epochs must be the last axis"):
        Recipe("turned", "digits", EPOCHS.axes[::-1], EPOCHS.fixed)


def test_the_machine_is_described_without_its_name() -> None:
    """The processor and its cores are told, the host's name is not."""
    told = machine.describe()
    assert re.search(r", \d+ cores?(, cuda: .+)?$", told)
    assert platform.node() not in told
    assert machine.versions()["torch"] == torch.__version__


def test_an_installed_package_asks_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a checkout the tables are not written among the installed files; the error says what to give."""
    monkeypatch.setattr(files, "checkout_folder", lambda: None)
    with pytest.raises(ValueError, match=r"record\(..., folder=...\)"):
        recording.record("digits")
