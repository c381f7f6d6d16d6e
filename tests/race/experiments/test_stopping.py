"""Searches with a budget of epochs: what they spend, who their incumbent is, going on after a kill."""

import json
import math

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from hpo_tutor.early_stopping import AsynchronousHalving, FullTraining, Hyperband, Job, Synchronous
from hpo_tutor.problems import curves
from hpo_tutor.race.comparison import sampler_seed
from hpo_tutor.race.experiments import records, stopping
from hpo_tutor.race.experiments.stopping import BUDGETS, KIND, Search, load, outcome, plan, run, write
from hpo_tutor.race.experiments.stopping_methods import FULL, METHODS, method
from hpo_tutor.samplers import BOHB
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.tournaments import play
from hpo_tutor.tournaments.results import Reported


class Toy:
    """Curves that cross: the smaller x, the sooner a loss falls, and the larger it is in the end."""

    loss_names = ("loss",)
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1))
    n_epochs = 81
    optimum = 0.0

    def __init__(self, batch=0):
        self.batch = batch

    def draw(self, seed):
        """One of two data batches."""
        return Toy(seed % 2)

    def at(self, config, fidelity):
        """The loss after so many epochs; in the end (1 - x)**2 + y / 10."""
        x, left = config["x"], (81 - fidelity) / 80
        return (1 - x) ** 2 + config["y"] / 10 + 2 * x * left + self.batch

    def evaluate(self, configs, *, seeds, fidelity=None):
        """With a little noise."""
        noise = [0.01 * np.random.default_rng(seed).random() for seed in seeds]
        return np.array([self.at(c, fidelity or 81) + e for c, e in zip(configs, noise, strict=True)])

    def expected(self, config):
        """In the end, without noise."""
        return self.at(config, 81)


@pytest.fixture
def toy(monkeypatch):
    """Searches on the toy, in place of recorded curves."""
    monkeypatch.setattr(stopping, "ground", lambda name: Toy())


SMALL = plan(["random", "halving-9", "asha"], ["toy"], n_seeds=2)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_spends_its_budget(name):
    """Something is reported at each budget, what is spent never falls, and the largest budget is used up."""
    rows = outcome(Search("toy", name, 1), Toy(1))
    assert [row["total_epochs"] for row in rows] == list(BUDGETS)
    started = [row["n_started"] for row in rows]
    assert started == sorted(started)
    assert all(row["loss"] is not None for row in rows)
    assert started[-1] == 40 if name in FULL else started[-1] > 40
    assert rows[-1]["fidelity"] == 81
    assert {row["batch"] for row in rows} == {1}


def test_full_trainings_are_counted_by_hand():
    """Random search: after 5 and after 40 trainings the best report of so many, worth its expected loss."""
    rows = {row["total_epochs"]: row for row in outcome(Search("toy", "random", 3), Toy())}
    reports = play(Toy(), FullTraining(40), seed=sampler_seed(3)).reports
    for n in (5, 40):
        best = min(reports[:n], key=lambda report: report.loss)
        assert rows[81 * n]["loss"] == Toy().expected(best.config)
        assert rows[81 * n]["n_started"] == n
    assert rows[101]["loss"] == Toy().expected(reports[0].config)  # the second training is not over


@pytest.mark.parametrize("name", ["halving", "hyperband", "asha", "asha-stopping"])
def test_the_incumbent_has_the_best_report_at_the_highest_fidelity(name):
    """At every budget, found by looking at all reports until then, in the order in which one worker makes them."""
    rows = outcome(Search("toy", name, 5), Toy())
    scheduler, configs, done = method(name).schedule(BUDGETS[-1]), {}, []
    seed, spent = sampler_seed(5), 0.0
    while (job := scheduler.ask()) is not None and spent <= BUDGETS[-1]:
        # as tournaments draw random configurations and the trials' own seeds
        configs.setdefault(job.trial, Toy.space.sample(np.random.default_rng((seed, job.trial))))
        own = int(np.random.SeedSequence(seed, spawn_key=(job.trial,)).generate_state(1)[0])
        loss = float(Toy().evaluate([configs[job.trial]], seeds=[own], fidelity=job.stop)[0])
        scheduler.report(job, loss)
        spent += job.stop - job.start
        done.append((spent, job.stop, loss, configs[job.trial]))
    for row in rows:
        known = [one for one in done if one[0] <= row["total_epochs"]]
        top = max(fidelity for _, fidelity, _, _ in known)
        best = min((one for one in known if one[1] == top), key=lambda one: one[2])
        assert row["fidelity"] == top
        assert row["loss"] == pytest.approx(Toy().expected(best[3]), abs=1e-12)
        assert row["regret"] == row["loss"]


def test_methods_without_a_sampler_meet_the_same_configurations():
    """The first full training of random search is the first trial of ASHA's stopping form, which is never stopped."""
    first = [outcome(Search("toy", name, 7), Toy())[0]["loss"] for name in ("random", "asha-stopping")]
    assert first[0] == first[1]


def test_where_curves_cross_early_stopping_loses():
    """On the toy the best in the end are the worst at first: halving from one epoch stays far behind random search."""
    regrets = {
        name: np.mean([outcome(Search("toy", name, seed), Toy())[-1]["regret"] for seed in range(8)])
        for name in ("random", "halving", "halving-9")
    }
    assert regrets["halving"] > 4 * regrets["random"]


def test_schedulers_are_what_their_names_say():
    """Lowest rungs, divisors and samplers; each has work for at least the budget."""
    for name, one in METHODS.items():
        scheduler = one.schedule(3240)
        low = int(name.rpartition("-")[2]) if name[-1].isdigit() else 81 if name in FULL else 1
        assert min(min(ladder) for ladder in scheduler.rungs) == low
        assert all(ladder[-1] == 81 for ladder in scheduler.rungs)
        assert isinstance(scheduler, AsynchronousHalving) or scheduler.cost() >= 3240
        assert (one.make is None) == (
            name.split("-")[0] in ("random", "halving", "hyperband", "asha") and "bohb" not in name
        )
    assert METHODS["bohb"].make is BOHB
    assert isinstance(METHODS["bohb"].schedule(81), Hyperband)
    assert METHODS["asha-stopping"].schedule(81).form == "stopping"
    halving = METHODS["halving-9"].schedule(189)
    assert isinstance(halving, Synchronous)
    assert halving.plans == (((9, 9), (3, 27), (1, 81)),)


def test_budgets_are_spread_evenly():
    """From one whole training to forty, on a logarithmic scale, with 5, 10 and 20 among them."""
    ratios = np.diff(np.log(BUDGETS))
    assert (BUDGETS[0], BUDGETS[-1]) == (81, 3240)
    assert set(stopping.TOLD) == {405, 810, 1620, 3240} <= set(BUDGETS)
    assert ratios.max() < 1.35 * ratios.min()


def test_the_plan_covers_everything_once():
    """Every method on both recordings for 20 seeds, which meet five data batches four times each."""
    chosen = plan()
    assert len(set(chosen)) == len(chosen) == len(METHODS) * 2 * 20
    assert {one.curves for one in chosen} == {"digits-curves", "aleph-curves"}
    batches = [curves("digits-curves").draw(seed).batch for seed in range(20)]
    assert sorted(batches) == sorted(list(range(5)) * 4)


def test_a_run_that_was_killed_goes_on(tmp_path, toy):
    """Cut after any byte of the second half, it ends with the same rows, and runs only what is missing."""
    whole = run(tmp_path / "whole.jsonl", SMALL, n_workers=0, progress=False)
    assert len(whole) == 3 * 2 * len(BUDGETS)
    content = (tmp_path / "whole.jsonl").read_bytes()
    lines = content.splitlines(keepends=True)
    store = tmp_path / "cut.jsonl"
    for end in np.linspace(len(content) // 2, len(content), 4, dtype=int):
        store.write_bytes(content[:end])
        n_kept = content[:end].count(b"\n")
        assert_frame_equal(run(store, SMALL, n_workers=0, progress=False), whole)
        again = store.read_bytes().splitlines(keepends=True)
        assert again[:n_kept] == lines[:n_kept]
        assert len(again) == len(lines)


def test_what_is_done_is_not_run_again(tmp_path, toy, monkeypatch):
    """With the store full, no search runs; with one seed more, only its own."""
    store = tmp_path / "stopping.jsonl"
    run(store, SMALL, n_workers=0, progress=False)
    ran = []
    real = stopping.outcome
    monkeypatch.setattr(stopping.EXPERIMENT, "outcome", lambda search: ran.append(search) or real(search))
    run(store, SMALL, n_workers=0, progress=False)
    assert ran == []
    run(store, plan(["random"], ["toy"], n_seeds=3), n_workers=0, progress=False)
    assert ran == [Search("toy", "random", 2)]


def test_a_search_that_fails_costs_no_other(tmp_path, toy, monkeypatch):
    """A warning says how many; the others are kept, and the next run tries only what failed."""
    real = stopping.outcome

    def broken(search):
        if search.method == "asha":
            raise ValueError("no luck today")
        return real(search)

    store = tmp_path / "stopping.jsonl"
    monkeypatch.setattr(stopping.EXPERIMENT, "outcome", broken)
    with pytest.warns(RuntimeWarning, match=r"2 of 6 searches failed.*no luck today"):
        table = run(store, SMALL, n_workers=0, progress=False)
    assert set(table["method"]) == {"random", "halving-9"}
    monkeypatch.setattr(stopping.EXPERIMENT, "outcome", real)
    assert len(run(store, SMALL, n_workers=0, progress=False)) == 6 * len(BUDGETS)


def test_a_kept_table_is_the_stores(tmp_path, toy):
    """Parquet gives back every row and type; its metadata say how long it took, where, and with what."""
    store = tmp_path / "stopping.jsonl"
    table = run(store, SMALL, n_workers=0, progress=False)
    kept = write(store, tmp_path / "stopping.parquet")
    assert_frame_equal(load(kept), table)
    about = records.about(kept, KIND)
    assert about["seconds"] == pytest.approx(sum(json.loads(line)["seconds"] for line in store.open()), abs=0.1)
    assert table.dtypes[["loss", "regret", "fidelity"]].tolist() == [float] * 3


def test_before_the_first_report_there_is_no_incumbent(monkeypatch):
    """A budget of less than one training tells nothing of random search, and no number stands for it."""
    monkeypatch.setattr(stopping, "BUDGETS", (40, 81))
    early, late = outcome(Search("toy", "random", 0), Toy())
    assert (early["loss"], early["fidelity"], early["n_started"]) == (None, None, 0)
    assert math.isfinite(late["loss"])


def test_what_makes_no_sense_is_refused(tmp_path):
    """The message says what there is; a missing file names the command that makes one."""
    with pytest.raises(ValueError, match=r"no method 'mine' .* there are random, tpe, gp"):
        plan(["mine"])
    with pytest.raises(ValueError, match="at least 1, got 0"):
        plan(n_seeds=0)
    with pytest.raises(FileNotFoundError, match="hpo-tutor race stopping"):
        load(tmp_path / "nowhere.jsonl")


def test_the_kept_comparison_is_whole():
    """data/stopping.parquet holds every search of the plan at every budget, and what its searches find again."""
    table = load()
    keys = set(map(tuple, table[[*KIND.key]].to_numpy(dtype=object)))
    assert keys == {(*search, budget) for search in plan() for budget in BUDGETS}
    assert (table["regret"] >= -1e-9).all()
    for search in (
        Search("digits-curves", "asha", 3),
        Search("aleph-curves", "bohb", 11),
        Search("aleph-curves", "tpe", 2),
    ):
        kept = table[(table.curves == search.curves) & (table.method == search.method) & (table.seed == search.seed)]
        found = sorted(outcome(search), key=lambda row: row["total_epochs"])
        np.testing.assert_allclose(kept["regret"], [row["regret"] for row in found], rtol=1e-9, atol=1e-12)
        assert kept["n_started"].tolist() == [row["n_started"] for row in found]


def test_a_trial_that_failed_leads_nobody():
    """Neither at the start nor at a higher rung."""

    def report(trial: int, stop: float, loss: float) -> Reported:
        return Reported(Job(trial, 0, 0, 0, stop), {}, 0, loss, "")

    best = None
    leaders = []
    for one in (report(0, 1, math.nan), report(1, 1, 0.3), report(2, 3, math.nan), report(3, 3, 0.5)):
        best = stopping._better(best, one)
        leaders.append(best and best.trial)
    assert leaders == [None, 1, 1, 3]
