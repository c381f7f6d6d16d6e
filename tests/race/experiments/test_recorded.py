"""What all recorded experiments share: unknown names stop them before anything runs, failures are no results."""

import pytest

from hpo_tutor.race.experiments import budgets, stopping, switches
from hpo_tutor.race.experiments.online import field, horizons, rivals, starts, tuning_sets
from hpo_tutor.race.experiments.recorded import Recorded
from hpo_tutor.race.experiments.records import Kind

UNKNOWN = {
    "a function": (budgets, {"function": "sphere"}),
    "a number of dimensions": (budgets, {"n_dims": 1}),
    "a sampler": (budgets, {"sampler": "odd"}),
    "a method of stopping": (stopping, {"method": "odd"}),
    "a contestant": (switches, {"sampler": "odd"}),
    "the field's rule": (field, {"rule": "odd"}),
    "a rival": (rivals, {"method": "odd"}),
    "a size": (starts, {"size": "odd"}),
    "a rule": (starts, {"rule": "odd"}),
    "knobs": (tuning_sets, {"knobs": "odd"}),
}
SUMS = Kind("sums", ("a", "b"), ("a", "b", "sum"), "typing it anew")


def add(pair):
    """The row of a pair; some pairs have none."""
    if pair[1] == 0:
        raise ValueError("no zeros today")
    return [{"a": pair[0], "b": pair[1], "sum": sum(pair)}]


@pytest.fixture
def sums():
    """An experiment of two searches, of which one fails."""
    return Recorded(SUMS, lambda: [(1, 2), (3, 0)], lambda pair: [pair], add)


@pytest.mark.parametrize("what", UNKNOWN)
def test_an_unknown_name_is_refused_before_anything_runs(tmp_path, monkeypatch, what):
    """Even if it is the last of many searches; the store is not begun."""
    room, wrong = UNKNOWN[what]
    ran = []
    monkeypatch.setattr(room.EXPERIMENT, "outcome", ran.append)
    searches = room.plan()
    with pytest.raises(ValueError, match=r"odd|sphere|n_dims >= 2"):
        room.run(tmp_path / "store.jsonl", [*searches[:3], searches[3]._replace(**wrong)], n_workers=0, progress=False)
    assert ran == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("room", [budgets, stopping, switches, field, horizons, rivals, starts, tuning_sets])
def test_what_is_planned_has_keys_of_its_own(room):
    """No two searches of a plan would write the same row."""
    keys = [key for search in room.plan() for key in room.EXPERIMENT.keys(search)]
    assert len(keys) == len(set(keys))
    assert {len(key) for key in keys} == {len(room.KIND.key)}


def test_a_search_that_fails_costs_no_other(tmp_path, sums):
    """The plan is run where nobody says what; the warning tells how many failed."""
    with pytest.warns(RuntimeWarning, match=r"1 of 2 searches failed.*no zeros today"):
        table = sums.run(tmp_path / "sums.jsonl", n_workers=0, progress=False)
    assert table.to_dict("records") == [{"a": 1, "b": 2, "sum": 3}]


def test_nothing_but_failures_is_an_error(tmp_path, sums):
    """As long as the store is empty; afterwards what it holds can be shown."""
    store = tmp_path / "sums.jsonl"
    with pytest.raises(RuntimeError, match=r"all 1 searches failed, and nothing is kept; .*no zeros today"):
        sums.run(store, [(3, 0)], n_workers=0, progress=False)
    sums.run(store, [(1, 2)], n_workers=0, progress=False)
    with pytest.warns(RuntimeWarning, match="1 of 1"):
        assert len(sums.run(store, [(3, 0)], n_workers=0, progress=False)) == 1


def test_keys_say_what_is_left(tmp_path, sums):
    """A search of two rows is run again if one is missing."""
    ran = []

    def both(pair):
        ran.append(pair)
        return [*add(pair), *add(pair[::-1])]

    pairs = Recorded(SUMS, list, lambda pair: [pair, pair[::-1]], both)
    store = tmp_path / "sums.jsonl"
    sums.run(store, [(1, 2), (4, 5), (2, 1)], n_workers=0, progress=False)
    table = pairs.run(store, [(1, 2), (4, 5), (4, 5)], n_workers=0, progress=False)
    assert ran == [(4, 5)]
    assert table["sum"].tolist() == [3, 3, 9, 9]
