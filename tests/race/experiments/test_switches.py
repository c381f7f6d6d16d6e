"""Searches of a space with switches: what one search may tell, how it is judged, going on after a kill."""

import json
import math

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from sklearn.datasets import load_digits

from hpo_tutor import Choice, Float, Integer, SearchSpace, minimize
from hpo_tutor.problems import Flat, landscapes, tasks
from hpo_tutor.race.cells import seed_of
from hpo_tutor.race.comparison import sampler_seed
from hpo_tutor.race.experiments import findings, records, switches
from hpo_tutor.race.experiments.contestants import CONTESTANTS, PROBES, contestant
from hpo_tutor.race.experiments.findings import Ground
from hpo_tutor.race.experiments.switches import KIND, Search, load, outcome, plan, run, write
from hpo_tutor.trials import trial_seed


class Toy:
    """Layers of which the last is not always there; more operations make the loss smaller, up to its noise."""

    loss_names = ("loss", "operations")
    loss_unit = ""
    goals = ("operations",)
    optimum = 1.0
    space = SearchSpace(
        n_conv=Integer(1, 2),
        n_dense=Integer(1, 2),
        width_1=Choice((1, 2, 4, 8), ordered=True),
        width_2=Choice((1, 2, 4, 8), ordered=True, when="n_conv >= 2"),
        units_2=Integer(1, 3, when="n_dense >= 2"),
        rate=Float(0.01, 1.0, log=True),
        constraints=["width_1 <= 4 * width_2"],
    )

    def expected(self, config):
        """Smallest, 1, at rate 0.1 with 64 operations."""
        return 1 + abs(math.log10(config["rate"]) + 1) + 0.5 * (6 - math.log2(self.operations(config)))

    def operations(self, config):
        """The product of the layers there are, at most 8 * 8."""
        return config["width_1"] * config.get("width_2", 1) * (1 if config["n_dense"] == 1 else 1 / config["units_2"])

    def __call__(self, config):
        """The loss with the noise of seed 0."""
        return float(self.evaluate([config], seeds=[0])[0, 0])

    def evaluate(self, configs, *, seeds, fidelity=None):
        """The expected loss with some noise, and the operations; a config with dead values is refused."""
        for config in configs:
            self.space.validate(config)
        noise = [0.2 * np.random.default_rng(seed).normal() for seed in seeds]
        return np.array([[self.expected(c) + e, self.operations(c)] for c, e in zip(configs, noise, strict=True)])


CORNER = np.array([5.0, 2.0])
TOY = Ground(Toy(), CORNER, whole=10.0)


@pytest.fixture
def toy(monkeypatch):
    """Searches on the toy, in place of the landscape."""
    monkeypatch.setattr(switches, "ground", lambda live=False: TOY)
    return TOY


SMALL = plan(["random", "tiles-random", "flat-random"], [4, 9], n_seeds=2)


def by_hand(search, n_trials):
    """A search of one budget, without the room."""
    one = contestant(search.sampler)
    objective = Flat(TOY.objective) if one.flat else TOY.objective
    sampler = one.make(one.space(TOY.objective.space), seed=sampler_seed(search.seed))
    return minimize(objective, sampler, n_trials, seed=search.seed, progress=False)


@pytest.mark.parametrize("name", [*CONTESTANTS, *PROBES])
def test_a_row_is_what_a_search_of_that_budget_finds(name):
    """Each budget searched for itself, by hand, gives the loss that the plan's searches tell; also the smaller ones."""
    for search in plan([name], [16, 24, 26], n_seeds=1):
        for row in outcome(search, TOY):
            history = by_hand(search, row["n_trials"])
            best = Toy.space.pruned(history.incumbent.config)
            assert row["loss"] == pytest.approx(Toy().expected(best), rel=1e-12)
            assert row["regret"] == row["loss"] - 1
            assert json.loads(row["config"]) == best
            assert row["n_made"] == len(history) == row["n_trials"]


def test_some_searches_tell_smaller_budgets_too():
    """Those whose beginning hangs on no budget; the largest comes in a second wave, probes are searched once."""
    found = plan(["random", "tiles-gp", "flat-random"], [4, 9, 120], n_seeds=1)
    assert found == [
        Search("random", 0, (4, 9)),
        Search("tiles-gp", 0, (4,)),
        Search("tiles-gp", 0, (9,)),
        Search("flat-random", 0, (4, 9, 120)),
        Search("random", 0, (120,)),
        Search("tiles-gp", 0, (120,)),
    ]
    assert plan(["random"], [4, 90], n_seeds=1) == [Search("random", 0, (4, 90))]


def test_the_slowest_is_spared():
    """flat-tpe makes no search of many trials, unless somebody names it."""
    assert max(n for one in plan() for n in one.budgets if one.sampler == "flat-tpe") == 90
    assert max(n for one in plan(["flat-tpe"]) for n in one.budgets) == 180


def test_the_plan_covers_everything_once():
    """Every sampler, budget and seed; probes at budgets of their own."""
    for chosen, n_laps in ((plan(), 20), (plan(live=True), 3)):
        keys = [(one.sampler, one.seed, n) for one in chosen for n in one.budgets]
        assert len(set(keys)) == len(keys)
        assert {one.seed for one in chosen} == set(range(n_laps))
    assert {one.sampler for one in plan()} == {*CONTESTANTS, *PROBES}
    assert {n for one in plan() if one.sampler == "one-tile" for n in one.budgets} == {30, 60, 120}
    assert {(one.live, one.budgets) for one in plan(live=True)} == {(True, (45,))}


def test_the_front_is_scored_without_noise():
    """Chosen by what was seen, scored by what is expected; the volume is that of rectangles summed by hand."""
    search = Search("random", 3, (30,))
    (row,) = outcome(search, TOY)
    history = by_hand(search, 30)
    seen = np.array([trial.losses for trial in history])
    chosen = [not any((other <= one).all() and (other < one).any() for other in seen) for one in seen]
    kept = [trial for trial, good in zip(history, chosen, strict=True) if good]
    points = np.array([(Toy().expected(trial.config), math.log10(trial.losses[1])) for trial in kept])
    ordered = points[np.argsort(points[:, 1])]
    volume, lowest = 0.0, CORNER[0]
    for loss, power in ordered:  # a step for each point that is better than all smaller ones
        if loss < lowest and power < CORNER[1]:
            volume += (lowest - loss) * (CORNER[1] - power)
            lowest = loss
    assert volume > 0
    assert row["volume"] == pytest.approx(volume, rel=1e-9)
    assert row["share"] == pytest.approx(volume / 10)
    front = np.array(json.loads(row["front"]))
    assert (np.diff(front[:, 1]) >= 0).all()
    assert (np.diff(front[:, 0]) <= 0).all()
    assert len(front) <= sum(chosen)


def test_trials_are_counted_by_tile():
    """One number for each combination of the switches that was tried; evenly where tiles share evenly."""
    (row,) = outcome(Search("tiles-random", 0, (12,)), TOY)
    assert json.loads(row["tiles"]) == {"1,1": 3, "1,2": 3, "2,1": 3, "2,2": 3}


def test_only_flat_searches_are_credited():
    """Importances name every hyperparameter of the flat space that is drawn; elsewhere there are none."""
    (flat,) = outcome(Search("flat-random", 0, (20,)), TOY)
    assert set(json.loads(flat["importances"])) == set(Toy.space.names)
    (tile,) = outcome(Search("one-tile", 0, (20,)), TOY)
    assert set(json.loads(tile["importances"])) == {"width_1", "width_2", "units_2", "rate"}
    assert set(json.loads(tile["config"])) == {"n_conv", "n_dense", "width_1", "rate"}
    (other,) = outcome(Search("gp", 0, (20,)), TOY)
    assert other["importances"] is None


def test_where_nothing_is_expected_the_chosen_train_afresh():
    """Without ``expected``, a loss is the mean over fresh seeds, the same for all configs of a search."""
    asked = []

    class Live(Toy):
        expected = None

        def evaluate(self, configs, *, seeds, fidelity=None):
            asked.extend(seeds)
            return np.column_stack([np.asarray(seeds, dtype=float), np.full(len(seeds), 100.0)])

    configs = [Toy.space.sample(np.random.default_rng(k)) for k in range(3)]
    points = Ground(Live(), CORNER, 1.0).points(configs, [100.0] * 3, seed=5)
    fresh = asked[: findings.N_FRESH]
    assert asked == fresh * 3
    np.testing.assert_allclose(points, [[np.mean(fresh), 2.0]] * 3)
    assert len(set(fresh)) == findings.N_FRESH
    asked.clear()
    Ground(Live(), CORNER, 1.0).points(configs, [100.0] * 3, seed=6)
    assert not set(asked) & set(fresh)


def test_a_run_that_was_killed_goes_on(tmp_path, toy):
    """Cut after any byte of the second half, it ends with the same rows, and runs only what is missing."""
    whole = run(tmp_path / "whole.jsonl", SMALL, n_workers=0, progress=False)
    assert len(whole) == 3 * 2 * 2
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
    store = tmp_path / "switches.jsonl"
    run(store, SMALL, n_workers=0, progress=False)
    ran = []
    real = switches.outcome
    monkeypatch.setattr(switches.EXPERIMENT, "outcome", lambda search: ran.append(search) or real(search))
    run(store, SMALL, n_workers=0, progress=False)
    assert ran == []
    run(store, plan(["random"], [4, 9], n_seeds=3), n_workers=0, progress=False)
    assert {search.seed for search in ran} == {2}


def test_a_search_that_fails_costs_no_other(tmp_path, toy, monkeypatch):
    """A warning says how many; the others are kept, and the next run tries only what failed."""
    real = switches.outcome

    def broken(search):
        if search.sampler == "tiles-random":
            raise ValueError("no luck today")
        return real(search)

    store = tmp_path / "switches.jsonl"
    monkeypatch.setattr(switches.EXPERIMENT, "outcome", broken)
    with pytest.warns(RuntimeWarning, match=r"4 of 8 searches failed.*no luck today"):
        table = run(store, SMALL, n_workers=0, progress=False)
    assert set(table["sampler"]) == {"random", "flat-random"}
    monkeypatch.setattr(switches.EXPERIMENT, "outcome", real)
    assert len(run(store, SMALL, n_workers=0, progress=False)) == 12


def test_a_kept_table_is_the_stores(tmp_path, toy):
    """Parquet gives back every row and type; its metadata say how long it took, where, and with what."""
    store = tmp_path / "switches.jsonl"
    table = run(store, SMALL, n_workers=0, progress=False)
    kept = write(store, tmp_path / "switches.parquet")
    assert_frame_equal(load(kept), table)
    about = records.about(kept, KIND)
    assert about["seconds"] == pytest.approx(sum(json.loads(line)["seconds"] for line in store.open()), abs=0.1)
    assert table.dtypes[["loss", "regret"]].tolist() == [float, float]


def test_what_makes_no_sense_is_refused(tmp_path):
    """The message says what there is; a missing file names the command that makes one."""
    with pytest.raises(ValueError, match=r"no sampler 'mine' .* there are random, tpe, gp"):
        plan(["mine"])
    with pytest.raises(ValueError, match="at least 1, got budgets \\[0, 5\\]"):
        plan(budgets=[5, 0])
    with pytest.raises(ValueError, match="n_seeds=0"):
        plan(n_seeds=0)
    with pytest.raises(FileNotFoundError, match="hpo-tutor race switches"):
        load(tmp_path / "nowhere.jsonl")


def test_volumes_are_measured_from_a_constant_picture():
    """The corner: the mean picture given back, by scikit-learn's own digits; the most operations, by trying."""
    corner = findings.ground().corner
    data = tasks.rows("digits-autoencoder", 0, 1).data
    pictures = load_digits().data
    assert len(pictures) == len(data.train_inputs) + len(data.validation_inputs)
    overall = math.sqrt(pictures.var(axis=0).mean())  # of all pictures around their mean, not of a fifth around others'
    assert corner[0] == pytest.approx(overall, rel=0.02)
    space = findings.ground().objective.space
    rng = np.random.default_rng(0)
    tried = [space.fix(n_conv=3, n_dense=3).sample(rng) for _ in range(300)]
    assert 0.5 * 10 ** corner[1] < tasks.count("digits-autoencoder", tried, ["operations"]).max() <= 10 ** corner[1]


def test_the_whole_is_the_front_of_what_was_recorded():
    """Its volume by rectangles, from every recorded configuration's expected loss."""
    place = findings.ground()
    configs = landscapes.recorded("digits-autoencoder").configs
    full = [{**place.objective.space.fixed, **config} for config in configs]
    powers = np.log10(tasks.count("digits-autoencoder", full, ["operations"])[:, 0])
    losses = np.array([place.objective.expected(config) for config in configs])
    volume, lowest = 0.0, place.corner[0]
    for k in np.lexsort((losses, powers)):
        if losses[k] < lowest:
            volume += (lowest - losses[k]) * (place.corner[1] - powers[k])
            lowest = losses[k]
    assert place.whole == pytest.approx(volume, rel=1e-9)


def test_really_trained_searches_are_judged_by_fresh_trainings():
    """Two trials; no regret, for nobody knows the smallest loss; the loss is that of two other seeds."""
    (row,) = outcome(Search("random", 0, (2,), live=True))
    place = findings.ground(live=True)
    seeds = [trial_seed(seed_of(0, "fresh", "digits-autoencoder", 0), i) for i in range(2)]
    again = place.objective.evaluate([json.loads(row["config"])] * 2, seeds=seeds)
    assert row["regret"] is None
    assert row["loss"] == pytest.approx(again[:, 0].mean(), rel=1e-4)
    assert [round(row["loss"], 6), int(again[0, 1])] in json.loads(row["front"])


def test_the_kept_comparison_is_whole():
    """data/switches.parquet holds all laps of each budget it has, and nothing that its searches would not find."""
    table = load()
    keys = set(map(tuple, table[[*KIND.key]].to_numpy(dtype=object)))
    budgets = {45, 90} | set(table.loc[~table.live & ~table["sampler"].isin([*PROBES]), "n_trials"])
    wanted = {(one.live, one.sampler, n, one.seed) for one in plan(budgets=budgets) for n in one.budgets}
    assert wanted <= keys
    assert (table["regret"].dropna() >= -1e-6).all()
    for name, n in (("random", 45), ("tiles-random", 90), ("tiles-gp", 45)):
        (found,) = outcome(Search(name, 3, (n,)))
        kept = table[(table.sampler == name) & (table.n_trials == n) & (table.seed == 3) & ~table.live].iloc[0]
        assert found["front"] == kept["front"]
        assert found["regret"] == pytest.approx(kept["regret"], rel=1e-9)
