"""The grid of held values: losses of plain training, and means of hypergradients that moved nothing."""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from hpo_tutor.problems import online_tuning
from hpo_tutor.race.experiments.online import field
from hpo_tutor.race.experiments.online.field import L2S, NOISES, Search, load, means, outcome, plan, run, write
from hpo_tutor.training.online import Knob


def test_the_plan_covers_the_grid_once():
    """81 points for each seed and rule, the right rule first; or one rule."""
    chosen = plan()
    assert len(set(chosen)) == len(chosen) == 2 * 2 * 9
    assert [one.rule for one in chosen] == ["exact"] * 18 + ["source"] * 18
    assert plan(rules=["source"]) == chosen[18:]
    np.testing.assert_allclose(L2S, np.linspace(-5.5, -2.5, 9))
    np.testing.assert_allclose(NOISES, np.linspace(0, 0.8, 9))


@pytest.mark.parametrize("rule", field.RULES)
def test_a_row_is_a_plain_training_and_its_hypergradients(digits, rule):
    """The losses are those of a training that is never asked, and the thirds together have the mean of all."""
    row = outcome(Search(rule, 0.3, 5))[4]
    place = online_tuning("digits", epochs=8)
    config = [{"l2": 10 ** L2S[4], "input_noise": 0.3}]
    plain = place.train(config, [5], n_threads=1)
    for part in ("tuning", "validation", "test"):
        assert row[f"{part}_loss"] == pytest.approx(plain.scores[part].losses[0], rel=1e-4)
    held = {name: Knob(knob.low, knob.high, 0) for name, knob in place.knobs.items()}
    slopes = place.tune(config, [5], knobs=held, gradient=rule, n_threads=1).tuned.hypergradients[0]
    n = len(slopes)
    ends = np.cumsum([0] + [n // 3 + (third < n % 3) for third in range(3)])  # what is over comes first
    for h, name in enumerate(("l2", "input_noise")):
        for t, third in enumerate(field.THIRDS):
            part = slopes[ends[t] : ends[t + 1], h]
            # the other networks beside it change the last digits
            tolerance = 1e-3 * np.abs(part).max()
            assert row[f"{name}_{third}_mean"] == pytest.approx(part.mean(), abs=tolerance)
            assert row[f"{name}_{third}_rms"] == pytest.approx((part**2).mean() ** 0.5, abs=tolerance)


def test_means_are_over_the_seeds(tmp_path, digits):
    """Losses and means by themselves, roots by their squares; each rule by itself."""
    searches = [Search(rule, noise, seed) for rule in field.RULES for noise in (0.0, 0.4) for seed in (0, 1)]
    table = run(tmp_path / "field.jsonl", searches, n_workers=0, progress=False)
    for rule in field.RULES:
        grid = means(table, rule)
        assert len(grid) == 18
        one = grid[(grid["l2"] == L2S[2]) & (grid["input_noise"] == 0.4)].iloc[0]
        two = table[(table["rule"] == rule) & (table["l2"] == L2S[2]) & (table["input_noise"] == 0.4)]
        assert len(two) == 2
        assert one["validation_loss"] == pytest.approx(two["validation_loss"].sum() / 2)
        assert one["l2_late_mean"] == pytest.approx(two["l2_late_mean"].sum() / 2)
        assert one["l2_late_rms"] == pytest.approx(((two["l2_late_rms"] ** 2).sum() / 2) ** 0.5)
    assert_frame_equal(load(write(tmp_path / "field.jsonl", tmp_path / "field.parquet")), table)


def test_what_makes_no_sense_is_refused(tmp_path, digits):
    """In a sentence that says what there is."""
    with pytest.raises(ValueError, match="at least 1, got 0"):
        plan(0)
    with pytest.raises(ValueError, match="exact, source, got 'mine'"):
        plan(rules=["mine"])
    with pytest.raises(FileNotFoundError, match="hpo-tutor race online-field"):
        load(tmp_path / "nowhere.jsonl")
    table = run(tmp_path / "field.jsonl", [Search("exact", 0.0, 0)], n_workers=0, progress=False)
    with pytest.raises(ValueError, match="by 'source'; it has exact"):
        means(table, "source")


def test_the_kept_grid_is_whole_and_says_what_the_text_says():
    """Two seeds at each of 81 points; noise of 0.3 to 0.5 is best, and plain training on clean rows much worse."""
    table = load()
    exact = table[table["rule"] == "exact"]
    keys = {(row.l2, row.input_noise, row.seed) for row in exact.itertuples()}
    assert keys == {(l2, noise, seed) for l2 in L2S for noise in NOISES for seed in range(2)}
    assert exact.notna().all(axis=None)
    grid = means(table)
    best = grid.loc[grid["validation_loss"].idxmin()]
    assert 0.3 <= best["input_noise"] <= 0.5
    assert grid.loc[grid["input_noise"] == 0, "validation_loss"].min() > 1.25 * best["validation_loss"]
    # the penalty's pull is in proportion to the penalty
    late = grid.groupby("l2")["l2_late_mean"].apply(lambda slopes: slopes.abs().mean())
    assert late.iloc[-1] > 50 * late.iloc[0]
