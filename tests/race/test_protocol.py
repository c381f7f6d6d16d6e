"""How a study is done: cells, jobs, and the rows that come of them."""

import json
import random
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

from hpo_tutor import designs, problems
from hpo_tutor.race import entries, presets, tracks
from hpo_tutor.race.cells import seed_of
from hpo_tutor.race.protocol import Cell, Job, enter, jobs, run
from hpo_tutor.trials import Trial, trial_seed

CELL = Cell("networks", 2, 3, "lhs", 4)
FIELDS = [*Cell._fields, "n_made", "observed", "score", "optimum", "n_trained", "state", "message"]


class Mine:
    """Random points, and not a word more than ask and tell."""

    def __init__(self, space, seed):
        self.space, self.rng = space, np.random.default_rng(seed)

    def ask(self):
        """A random point."""
        return Trial(0, self.space.from_unit(self.rng.random(self.space.n_dims)))

    def tell(self, trial, loss):
        """Forget it."""


class Nan(Mine):
    """Its second point is none."""

    asked = 0

    def ask(self):
        """One good point, then a bad one."""
        self.asked += 1
        return super().ask() if self.asked == 1 else Trial(0, {"learning_rate": float("nan"), "epochs": 3})


class Raises(Mine):
    """Dies in tell."""

    def tell(self, trial, loss):
        """Die."""
        raise RuntimeError("cannot learn")


class Two(Mine):
    """Has two points only."""

    asked = 0

    def ask(self):
        """Two points, then no more."""
        self.asked += 1
        if self.asked > 2:
            from hpo_tutor.protocols import SearchExhausted

            raise SearchExhausted
        return super().ask()


def n_batches(job) -> int:
    """Of the job's track."""
    return tracks.track(job.cells[0].track).n_batches()


def rows_of(cells, **options) -> dict:
    """Key -> row."""
    return {cell.key: row for job in jobs(cells, **options) for cell, row in zip(job.cells, run(job), strict=True)}


def test_a_cell_has_a_budget_and_a_key_of_its_own():
    """N = n^d; cells that differ in any field differ in their key, which is as it always was: seeds hang on it."""
    assert CELL.n_points == 9
    assert Cell("trees", 5, 3, "lhs", 0).n_points == 243
    assert CELL.key == "networks/recorded/d2/n03/b04/lhs"
    others = [
        CELL._replace(track="trees"),
        CELL._replace(n_dims=3),
        CELL._replace(resolution=2),
        CELL._replace(sampler="rsa"),
        CELL._replace(batch=5),
        CELL._replace(live=True),
        CELL._replace(variant="ranges"),
    ]
    assert len({cell.key for cell in (CELL, *others)}) == 8


def test_seeds_are_what_they_always_were():
    """A stored study can be continued only as long as the same words give the same seed."""
    assert seed_of(0, CELL.key) == 3900100537
    assert seed_of(0, CELL.key) != seed_of(1, CELL.key)


def test_jobs_hold_each_cell_once_and_long_ones_come_first():
    """Recorded designs by setting over all batches, learners alone."""
    cells = presets.preset("quick")
    recorded = jobs(cells + cells)
    assert sorted(cell for job in recorded for cell in job.cells) == sorted(cells)
    assert all(len({(c.track, c.resolution, c.sampler) for c in job.cells}) == 1 for job in recorded)
    assert all([c.batch for c in job.cells] == list(range(n_batches(job))) for job in recorded)
    learners = jobs([CELL._replace(sampler="tpe", batch=batch) for batch in range(3)])
    assert [len(job.cells) for job in learners] == [1, 1, 1]
    for found in (recorded, learners):
        assert all(a.cost >= b.cost > 0 for a, b in pairwise(found))


@pytest.mark.real_data
def test_live_jobs_are_a_batch_with_all_its_designs():
    """What is trained together is in one job; learners are alone here too."""
    cells = [c._replace(live=True) for c in presets.preset("quick") if c.track == "networks"]
    live = jobs([*cells, *(CELL._replace(sampler="tpe", batch=batch, live=True) for batch in range(3))])
    learners = [job for job in live if job.cells[0].sampler == "tpe"]
    together = [job for job in live if job not in learners]
    assert all(len({(c.track, c.resolution, c.batch) for c in job.cells}) == 1 for job in together)
    assert all({c.sampler for c in job.cells} == set(presets.DESIGNS) for job in together)
    assert [len(job.cells) for job in learners] == [1, 1, 1]
    assert all(a.cost >= b.cost > 0 for a, b in pairwise(live))


def test_numbers_of_numpy_are_plain_in_jobs():
    """Cells from a table or np.arange are the cells they equal, and JSON can hold their rows."""
    cell = Cell("networks", np.int64(2), np.int64(3), "lhs", np.int64(4), np.False_)
    (job,) = jobs([cell, CELL])
    assert job.cells == (CELL,)
    assert json.loads(json.dumps(run(job))) == run(Job((CELL,), None, 0))


def test_jobs_do_not_hang_on_order():
    """The same cells in any order are the same jobs."""
    cells = presets.preset("quick")
    shuffled = random.Random(1).sample(cells, len(cells))
    assert jobs(shuffled, seed=3) == jobs(cells, seed=3)


def test_a_row_is_the_same_alone_in_company_in_another_order_and_in_another_process():
    """Rows hang on the study's seed and the cell's key alone."""
    cells = [CELL._replace(sampler=name, batch=batch) for name in (*presets.DESIGNS, "tpe") for batch in (4, 5)]
    together = rows_of(cells)
    for cell in reversed(cells):
        assert run(Job((cell,), None, 0)) == [together[cell.key]]
    assert rows_of(cells, seed=1)[CELL.key] != together[CELL.key]
    asked = f"import json; from hpo_tutor.race.protocol import *; print(json.dumps([run(j) for j in jobs({cells!r})]))"
    imports = "from hpo_tutor.race.protocol import Cell\n"
    said = subprocess.run([sys.executable, "-c", imports + asked], capture_output=True, text=True, check=True).stdout
    assert [row for rows in json.loads(said) for row in rows] == [row for j in jobs(cells) for row in run(j)]


def test_a_row_is_what_the_protocol_says():
    """By hand: losses of the design's points with each trial's luck; the smallest is observed, and its expected loss is
    the score.
    """  # noqa: D205
    row = rows_of([CELL])[CELL.key]
    member = problems.landscapes.landscape("aleph", batch=4)
    points = designs.make("lhs", 9, 2, seed_of(0, CELL.key))
    configs = [member.space.from_unit(point) for point in points]
    seeds = [trial_seed(seed_of(0, "luck", "networks", 4), i) for i in range(9)]
    losses = [float(member.evaluate([c], seeds=[s])[0]) for c, s in zip(configs, seeds, strict=True)]
    assert list(row) == FIELDS
    assert {name: row[name] for name in Cell._fields} == CELL._asdict()
    assert row["observed"] == pytest.approx(min(losses), rel=1e-12)
    assert row["score"] == pytest.approx(member.expected(configs[losses.index(min(losses))]), rel=1e-12)
    assert row["optimum"] == member.optimum <= row["score"]
    assert (row["n_made"], row["n_trained"], row["state"], row["message"]) == (9, 0, "done", "")
    assert json.loads(json.dumps(row, allow_nan=False)) == row


def test_a_design_meets_the_same_luck_as_a_sampler():
    """A sampler that asks for a design's points, one by one, gets the row of the design."""
    points = designs.make("lhs", 9, 2, seed_of(0, CELL.key))

    class Same(Mine):
        left = 0

        def ask(self):
            """The design's next point."""
            self.left += 1
            return Trial(self.left, self.space.from_unit(points[self.left - 1]))

    mine = CELL._replace(sampler="same")
    row = run(Job((mine,), Same, 0))[0]
    assert {**row, "sampler": "lhs"} == pytest.approx(rows_of([CELL])[CELL.key])


def test_every_design_is_drawn_anew_for_each_batch():
    """Latin hypercubes of two batches differ; the number of points is the budget."""
    drawn = [designs.make("lhs", 9, 2, seed_of(0, CELL._replace(batch=batch).key)) for batch in (4, 5)]
    assert not np.array_equal(*drawn)
    for name in presets.DESIGNS:
        for d, n in ((2, 4), (3, 3)):
            cell = Cell("networks", d, n, name, 1)
            assert rows_of([cell])[cell.key]["n_made"] == n**d


def test_the_idle_axis_leaves_a_grid_with_n_squared_losses():
    """27 points of a grid are 9 expected losses where the third axis idles; a Latin hypercube keeps 27."""
    member = tracks.track("trees").objective(3, variant="idle").draw(7)
    for name, n_distinct in {"grid": 9, "grid-midpoints": 9, "random": 27, "lhs": 27}.items():
        points = designs.make(name, 27, 3, 1)
        expected = {member.expected(member.space.from_unit(point)) for point in points}
        observed = set(member.evaluate([member.space.from_unit(point) for point in points], seeds=[0] * 27))
        assert (len(expected), len(observed)) == (n_distinct, n_distinct)


def test_samplers_that_learn_run_by_their_own_conventions():
    """gp and tpe spend the budget; anything with ask and tell enters, by name, class or function."""  # noqa: D403
    cells = [CELL._replace(resolution=2, sampler=name) for name in ("gp", "tpe", "mine", "factory")]
    samplers = {"mine": Mine, "factory": lambda space, seed: Mine(space, seed)}
    rows = rows_of(cells, samplers=samplers)
    assert {row["state"] for row in rows.values()} == {"done"}
    assert {row["n_made"] for row in rows.values()} == {4}
    assert all(row["score"] >= row["optimum"] for row in rows.values())


def test_a_sampler_that_runs_out_has_fewer_points():
    """What it made is what counts."""
    row = run(Job((CELL._replace(sampler="two"),), Two, 0))[0]
    assert (row["n_made"], row["state"]) == (2, "done")


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Nan, "trial 1 asks for what the space does not have: learning_rate=nan"),
        (Raises, r"tell, for trial 0, raised RuntimeError: cannot learn .*mend the sampler"),
        (Two.ask, r"making it by \(space, seed=...\) raised TypeError"),
        (lambda space, seed: 3, r"a sampler has ask\(\) and tell\(trial, loss\), and int has no ask"),
    ],
)
def test_a_sampler_that_fails_costs_its_own_rows_only(item, said):
    """Its row says failed, what to mend, and holds no number that is none; the others are done."""
    cells = enter([CELL], ["bad"])
    rows = rows_of(cells, samplers={"bad": item})
    bad = rows[CELL._replace(sampler="bad").key]
    assert bad["state"] == "failed"
    with pytest.raises(ValueError, match=said):
        raise ValueError(bad["message"])
    assert bad["observed"] is bad["score"] is bad["optimum"] is None
    assert json.loads(json.dumps(bad, allow_nan=False)) == bad
    assert rows[CELL.key] == rows_of([CELL])[CELL.key]


def test_cells_that_cannot_be_run_fail_by_themselves():
    """A hypertiling in seven dimensions, a batch that there is not: failed rows with the reason."""
    cells = [Cell("trees", 7, 2, "hypertiling", 0), CELL._replace(batch=10), CELL]
    rows = rows_of(cells)
    assert [rows[cell.key]["state"] for cell in cells] == ["failed", "failed", "done"]
    assert "2 to 6 hyperparameters" in rows[cells[0].key]["message"]
    assert rows[cells[1].key]["message"] == "networks has the data batches 0 to 9, got 10"


@pytest.mark.parametrize(
    ("cell", "samplers", "said"),
    [
        (CELL._replace(track="ice"), {}, "a track must be one of"),
        (CELL._replace(n_dims=4), {}, "networks has 2, 3 hyperparameters"),
        (CELL._replace(variant="idle"), {}, "there are variants"),
        (CELL._replace(resolution=3.0), {}, "must be whole numbers, got .*resolution=3.0"),
        (CELL._replace(batch="4"), {}, "must be whole numbers, got .*batch='4'"),
        (CELL._replace(resolution=0), {}, "a resolution must be at least 1"),
        (CELL._replace(sampler="mine"), {}, "a sampler's name must be one of"),
        (CELL._replace(sampler="mine"), {"mine": 3}, "got 3: pass the class itself"),
        (CELL, {"lhs": Mine}, "'lhs' is a sampler already; call yours otherwise, such as 'my-lhs'"),
    ],
)
def test_a_study_of_impossible_cells_is_refused_at_once(cell, samplers, said):
    """Before anything is run."""
    with pytest.raises(ValueError, match=said):
        jobs([cell], samplers)


def test_further_samplers_enter_wherever_the_others_run():
    """One more cell for each budget and batch, none twice."""
    cells = [CELL, CELL._replace(sampler="rsa"), CELL._replace(batch=5)]
    entered = enter(cells, ["mine", "lhs"])
    assert entered[:3] == cells
    assert set(entered[3:]) == {
        CELL._replace(sampler="mine"),
        CELL._replace(sampler="mine", batch=5),
    }


@pytest.mark.real_data
def test_live_designs_of_a_batch_are_trained_together_and_counted():
    """A row is the same in company and alone; each point is a model, and three more say what the incumbent is worth."""
    cells = [Cell("networks", 2, 2, name, 3, live=True) for name in ("grid", "lhs", "tpe")]
    rows = rows_of(cells)
    for cell in cells:
        row = rows[cell.key]
        assert (row["state"], row["n_made"], row["n_trained"], row["optimum"]) == ("done", 4, 7, None)
        assert run(Job((cell,), None, 0)) == [row]
    member = tracks.track("networks").objective(2, live=True).draw(3)
    configs = [member.space.from_unit(point) for point in designs.make("lhs", 4, 2, seed_of(0, cells[1].key))]
    losses = member.evaluate(configs, seeds=[trial_seed(seed_of(0, "luck", "networks", 3), i) for i in range(4)])
    fresh = [trial_seed(seed_of(0, "fresh", "networks", 3), i) for i in range(3)]
    again = [float(member.evaluate([configs[int(losses.argmin())]], seeds=[seed])[0]) for seed in fresh]
    assert rows[cells[1].key]["observed"] == losses.min()
    assert rows[cells[1].key]["score"] == pytest.approx(sum(again) / 3, rel=1e-12)


def test_entries_of_a_job_are_what_the_study_named():
    """A built-in needs none; others travel with their job."""
    found = {job.cells[0].sampler: job.entry for job in jobs(enter([CELL], ["tpe", "mine"]), {"mine": Mine})}
    assert found == {"lhs": None, "tpe": None, "mine": Mine}
    assert "mine" not in entries.names()


@pytest.mark.real_data
def test_a_mangled_grid_needs_a_fit_for_each_of_its_first_two_axes():
    """A grid of 2^4 points is fitted 4 times, a Latin hypercube 16 times; held-out rows score it without fresh fits."""
    cells = [Cell("trees", 4, 2, name, 0, live=True) for name in ("grid", "lhs")]
    rows = rows_of(cells)
    assert [rows[cell.key]["n_trained"] for cell in cells] == [4, 16]
    for cell in cells:
        member = tracks.track("trees").objective(4, live=True).draw(0)
        configs = [member.space.from_unit(point) for point in designs.make(cell.sampler, 16, 4, seed_of(0, cell.key))]
        losses = member.evaluate(configs, seeds=[0] * 16)
        row = rows[cell.key]
        assert row["observed"] == pytest.approx(losses.min(), rel=1e-9)
        assert row["score"] == pytest.approx(member.expected(configs[int(losses.argmin())]), rel=1e-9)
        assert row["score"] != row["observed"]
        assert (row["state"], row["n_made"], row["optimum"]) == ("done", 16, None)
