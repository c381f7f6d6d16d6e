"""The source's table, and what a study has of it."""

import pandas as pd

from hpo_tutor.race import feasibility, presets
from hpo_tutor.race.protocol import Cell
from hpo_tutor.race.study import Study, keyed


def row(*cell, **more):
    """A finished row of a cell."""
    done = {"n_made": 4, "observed": 1.0, "score": 1.0, "optimum": 0.9, "n_trained": 0, "state": "done", "message": ""}
    return Cell(*cell)._asdict() | done | more


def study(rows):
    """A study of these rows."""
    return Study(rows=keyed(rows), seed=0, seconds=1.0, machines=("a fast one", "a slow one"), versions={})


def test_the_source_trained_558450_models():
    """Five designs in all cells of its table but those of d = 5; 545,600 of them trees; nothing was run here yet."""
    table = feasibility.table(study([]))
    counted = table.drop(feasibility.NOT_COUNTED, level="d")["source_models"]
    assert counted.sum() == 558_450
    assert counted["trees"].sum() == 545_600
    assert (table["points"] == [n**d for _, d, n in table.index]).all()
    assert set(table["missing"]) == {"not run"}
    assert table[["recorded", "live", "live_models", "samplers"]].to_numpy().sum() == 0
    assert set(table["machines"]) == {""}


def test_batches_count_where_all_samplers_finished_them():
    """Grid has batches 0, 1, 2 and random 1, 2, 5: two are shared. A failed cell is none."""
    rows = [row("networks", 2, 3, "grid", batch) for batch in (0, 1, 2)]
    rows += [row("networks", 2, 3, "random", batch) for batch in (1, 2, 5)]
    rows += [row("networks", 2, 3, "random", 0, state="failed", score=None)]
    found = feasibility.table(study(rows)).loc[("networks", 2, 3)]
    assert (found["recorded"], found["live"], found["samplers"]) == (2, 0, 2)
    assert found["missing"] == "lhs; hypertiling; rsa"
    assert (found["data"], found["machines"]) == ("aleph", "a fast one; a slow one")


def test_live_cells_are_counted_apart_and_their_trainings_added():
    """Recorded and live stand side by side; variants of a track are no cells of the source."""
    rows = [row("photographs", 2, 2, name, 4, True, n_trained=7) for name in ("grid", "lhs")]
    rows += [row("photographs", 2, 2, "grid", batch) for batch in range(3)]
    rows += [row("photographs", 2, 2, "grid", batch, False, "ranges") for batch in range(10)]
    found = feasibility.table(study(rows)).loc[("photographs", 2, 2)]
    assert (found["recorded"], found["live"], found["live_models"], found["samplers"]) == (3, 1, 14, 2)


def test_a_reason_stands_where_it_is_the_reason():
    """Hypertilings cannot be made for 7 hyperparameters; for 3 they can, and were just not run."""
    table = feasibility.table(study([row("trees", d, 2, "grid", 0) for d in (3, 7)]))["missing"]
    assert table["trees", 3, 2] == "random; lhs; hypertiling; rsa"
    assert table["trees", 7, 2] == f"random; lhs; hypertiling: {presets.MISSING['hypertiling']}; rsa"


def test_nothing_is_missing_where_all_designs_took_part():
    """Further samplers do not matter."""
    rows = [row("trees", 4, 2, name, 0) for name in (*presets.SOURCE_DESIGNS, "mine")]
    found = feasibility.table(study(rows)).loc[("trees", 4, 2)]
    assert found["missing"] == ""
    assert found["samplers"] == 6


def test_shared_batches_of_nothing_are_none():
    """An empty table has none."""
    empty = pd.DataFrame({"sampler": [], "batch": []})
    assert feasibility.shared_batches(empty) == []
