"""Losses in units of the best of their batch."""

import math

import pandas as pd
import pytest

from hpo_tutor.race import tracks
from hpo_tutor.race.normalising import normalise, scores

FIELDS = ["track", "n_dims", "resolution", "sampler", "batch", "live", "variant", "observed", "score", "optimum"]


def study(*rows) -> pd.DataFrame:
    """Rows of (track, resolution, sampler, batch, observed, score, optimum), two hyperparameters, recorded."""
    full = [(t, 2, n, name, b, False, "", seen, score, best) for t, n, name, b, seen, score, best in rows]
    return pd.DataFrame(full, columns=FIELDS).assign(state="done")


SMALL = study(
    ("networks", 2, "grid", 0, 3.0, 4.0, 1.6),
    ("networks", 2, "lhs", 0, 2.5, 3.0, 1.6),
    ("networks", 3, "grid", 0, 1.5, 2.0, 1.6),
    ("networks", 3, "lhs", 0, 1.0, 2.5, 1.6),
    ("networks", 2, "grid", 1, 30.0, 40.0, 20.0),
    ("networks", 2, "lhs", 1, 25.0, 50.0, 20.0),
    ("photographs", 2, "grid", 0, 0.5, 0.6, 0.5),
)


def test_the_pooled_rule_divides_by_the_batchs_own_best():
    """By hand: the best scores are 2 and 40 on the batches of networks, and 0.6 on that of photographs."""
    assert normalise(SMALL).tolist() == pytest.approx([1.0, 0.5, 0.0, 0.25, 0.0, 0.25, 0.0])
    assert normalise(SMALL, of="observed").tolist() == pytest.approx([2.0, 1.5, 0.5, 0.0, 0.2, 0.0, 0.0])


def test_the_optimum_rule_divides_by_the_known_optimum():
    """By hand; an observed loss that is luckier than the optimum lies below 0."""
    expected = [4 / 1.6 - 1, 3 / 1.6 - 1, 2 / 1.6 - 1, 2.5 / 1.6 - 1, 1.0, 1.5, 0.2]
    assert normalise(SMALL, by="optimum").tolist() == pytest.approx(expected)
    assert normalise(SMALL, by="optimum", of="observed")[3] == pytest.approx(1.0 / 1.6 - 1)


def test_dimensions_variants_and_live_rows_are_pools_of_their_own():
    """The same batch number elsewhere does not lend its best loss."""
    twice = pd.concat(
        [
            SMALL,
            SMALL.assign(n_dims=3, score=SMALL.score * 7),
            SMALL.assign(live=True, score=SMALL.score * 5),
            SMALL.assign(variant="ranges", score=SMALL.score * 3),
        ],
        ignore_index=True,
    )
    assert normalise(twice).tolist() == pytest.approx(normalise(SMALL).tolist() * 4)


def test_a_newcomer_changes_everybody_in_the_pool_and_nobody_by_the_optimum():
    """A better sampler on batch 0 raises the others' pooled y there, not on batch 1; by the optimum nobody moves."""
    more = pd.concat([SMALL, study(("networks", 2, "gp", 0, 1.7, 1.7, 1.6))], ignore_index=True)
    before, after = normalise(SMALL), normalise(more)
    assert (after[:4] > before[:4]).all()
    assert after[4:7].tolist() == before[4:].tolist()
    assert normalise(more, by="optimum")[:7].tolist() == normalise(SMALL, by="optimum").tolist()


def test_failed_rows_have_no_y_and_set_no_standard():
    """A row without numbers gives nan and leaves the others as they are."""
    failed = study(("networks", 2, "mine", 0, None, None, None)).assign(state="failed")
    table = pd.concat([failed, SMALL], ignore_index=True)
    for by in ("pool", "optimum"):
        values = normalise(table, by=by).tolist()
        assert math.isnan(values[0])
        assert values[1:] == normalise(SMALL, by=by).tolist()


def test_dropped_edge_batches_are_reported():
    """Rows of edge batches are gone, the others keep their index and value, and the batches met are named."""
    edges = tracks.edge_batches("photographs")
    inner = next(batch for batch in range(10) if batch not in edges)
    rows = [("photographs", n, "grid", batch, 1.0, float(n), 0.5) for batch in (edges[0], inner) for n in (2, 3)]
    table = study(*rows, ("networks", 2, "grid", 0, 3.0, 4.0, 1.6))
    whole, kept = normalise(table), normalise(table, drop_edges=True)
    assert kept.index.tolist() == [2, 3, 4]
    assert kept.tolist() == whole[2:].tolist() == [0.0, 0.5, 0.0]
    assert kept.attrs["dropped"] == {"networks": [], "photographs": [edges[0]]}


def test_scores_are_paired_by_batch():
    """Samplers in order of entry, batches in order; a batch that one did not finish is left out for all."""
    table = study(
        ("networks", 2, "lhs", 2, 1.0, 12.0, 1.0),
        ("networks", 2, "grid", 2, 1.0, 22.0, 1.0),
        ("networks", 2, "lhs", 0, 1.0, 10.0, 1.0),
        ("networks", 2, "grid", 0, 1.0, 20.0, 1.0),
        ("networks", 2, "lhs", 1, 1.0, 11.0, 1.0),
        ("networks", 2, "grid", 1, None, None, None),
        ("networks", 2, "mine", 0, None, None, None),
        ("networks", 3, "lhs", 0, 1.0, 99.0, 1.0),
        ("photographs", 2, "lhs", 0, 1.0, 98.0, 1.0),
    )
    found = scores(table, track="networks", n_dims=2, resolution=2)
    assert {name: values.tolist() for name, values in found.items()} == {"lhs": [10.0, 12.0], "grid": [20.0, 22.0]}
    assert list(found) == ["lhs", "grid"]
    y = scores(table.assign(y=normalise(table)), track="networks", n_dims=2, resolution=2, of="y")
    assert y["grid"].tolist() == pytest.approx([1.0, 22 / 12 - 1])


def test_what_cannot_be_normalised_is_refused():
    """Unknown rules and columns, losses that cannot be divided, an optimum that nobody knows, and empty settings."""
    with pytest.raises(ValueError, match="pool, optimum; got by='mean'"):
        normalise(SMALL, by="mean")
    with pytest.raises(ValueError, match="of='loss'"):
        normalise(SMALL, of="loss")
    with pytest.raises(ValueError, match="only positive losses"):
        normalise(SMALL.assign(score=-1.0))
    with pytest.raises(ValueError, match='the optimum of networks is unknown for some rows; use by="pool"'):
        normalise(SMALL.assign(optimum=[None, *[1.0] * 6]), by="optimum")
    with pytest.raises(ValueError, match="it is 'loss'"):
        scores(SMALL, track="networks", n_dims=2, resolution=2, of="loss")
    with pytest.raises(ValueError, match="no batch was finished"):
        scores(SMALL, track="networks", n_dims=2, resolution=9)
