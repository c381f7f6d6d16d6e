"""A little more from some epoch on: what is moved when, and what is compared with what."""

import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from scipy import stats

from hpo_tutor.problems import online_tuning
from hpo_tutor.race.experiments.online import horizons
from hpo_tutor.race.experiments.online.horizons import L2, MORE, Search, extra, load, outcome, plan, run, write
from tests.race.experiments.online.conftest import EPOCHS

BEGINS = {"early": 0, "middle": 3, "late": 6}  # of eight epochs


def test_the_plan_covers_everything_once():
    """Eight seeds at three noises, lap by lap."""
    chosen = plan()
    assert len(set(chosen)) == len(chosen) == 24
    assert [one.seed for one in chosen] == sorted(one.seed for one in chosen)


def test_a_row_compares_two_whole_trainings(digits):
    """What is moved from the first epoch on is a plain training with more; each row is as long as what is left."""
    rows = {(row["name"], row["third"]): row for row in outcome(Search(0.2, 3))}
    assert digits == [("shallow", 0, None, False)]
    place = online_tuning("digits", epochs=EPOCHS)
    start = {"l2": 10**L2, "input_noise": 0.2}
    own = place.train([start], [3], n_threads=1)
    for name in MORE:
        more = {"l2": 10 ** (L2 + MORE["l2"])} if name == "l2" else {"input_noise": 0.2 + MORE["input_noise"]}
        other = place.train([start | more], [3], n_threads=1)
        for part in horizons.PARTS:
            wanted = other.scores[part].losses[0] - own.scores[part].losses[0]
            assert rows[name, "early"][part][-1] == pytest.approx(wanted, abs=1e-5)
        for third, begin in BEGINS.items():
            assert len(rows[name, third]["tuning"]) == EPOCHS - begin
            assert rows[name, third]["more"] == MORE[name]
            assert all(loss != 0 for loss in rows[name, third]["validation"])


@pytest.mark.parametrize("name", MORE)
@pytest.mark.parametrize("third", ["middle", "late"])
def test_a_later_move_is_a_training_moved_by_hand(digits, name, third):
    """Up to its third it is the unmoved network; from then on each epoch is a number of the row."""
    rows = {(row["name"], row["third"]): row for row in outcome(Search(0.4, 1))}
    place = online_tuning("digits", epochs=EPOCHS)
    start = {"l2": L2, "input_noise": 0.4}
    config = {"l2": 10**L2, "input_noise": 0.4}
    training, since = place.training([config] * 2, [1, 1], every=None, n_threads=1), []
    for report in training.fit():
        if report.epoch > BEGINS[third]:
            since.append(np.diff(training.score("tuning").losses)[0])
        if report.epoch == BEGINS[third]:
            np.testing.assert_allclose(*training.score("tuning").losses, rtol=1e-5)
            training.move({name: [start[name], start[name] + MORE[name]]})
    assert since == pytest.approx(rows[name, third]["tuning"], abs=1e-5)


def test_slopes_are_those_of_the_unmoved_network(digits):
    """Means of the thirds of its hypergradients, as T1-T2 would see them if its rates were 0."""
    rows = {(row["name"], row["third"]): row for row in outcome(Search(0.2, 0))}
    place = online_tuning("digits", epochs=EPOCHS)
    held = {name: knob._replace(rate=0.0) for name, knob in place.knobs.items()}
    alone = place.tune([{"l2": 10**L2, "input_noise": 0.2}], [0], knobs=held, n_threads=1).tuned
    for h, name in enumerate(alone.names):
        for third, slopes in zip(BEGINS, np.array_split(alone.hypergradients[0, :, h], 3), strict=True):
            assert rows[name, third]["slope"] == pytest.approx(slopes.mean(), rel=1e-3, abs=1e-7)
            assert rows[name, third]["slope_rms"] >= abs(rows[name, third]["slope"])


def test_a_run_goes_on_and_is_kept(tmp_path, digits, monkeypatch):
    """Torn in its last line, it runs only what is missing; Parquet gives back every row, long tables every epoch."""
    searches = [Search(0.2, 0), Search(0.6, 0)]
    whole = run(tmp_path / "whole.jsonl", searches, n_workers=0, progress=False)
    (tmp_path / "torn.jsonl").write_bytes((tmp_path / "whole.jsonl").read_bytes()[:-20])
    ran = []
    monkeypatch.setattr(horizons.EXPERIMENT, "outcome", lambda search: ran.append(search) or outcome(search))
    assert_frame_equal(run(tmp_path / "torn.jsonl", searches, n_workers=0, progress=False), whole)
    assert ran == searches[1:]
    assert_frame_equal(load(write(tmp_path / "whole.jsonl", tmp_path / "horizons.parquet")), whole)
    long = extra(whole)
    assert len(long) == 2 * 2 * sum(EPOCHS - begin for begin in BEGINS.values())
    for row in whole.to_dict("records"):
        mine = long[np.logical_and.reduce([long[name] == row[name] for name in horizons.FIELDS])]
        assert tuple(mine["validation"]) == row["validation"]
        assert mine["after"].tolist() == [*range(1, len(mine) + 1)]


def test_the_kept_recording_is_whole_and_says_what_the_talk_says():
    """Every search of the plan; noise 0.6: late, one step asks for more on average, and an epoch of it costs something.

    On T2's own rows as well as on validation rows; and thirty epochs of it cost less than twice what ten do.
    """
    table = load()
    kept = set(map(tuple, table[[*horizons.FIELDS]].to_numpy(dtype=object)))
    assert {key for search in plan() for key in horizons.EXPERIMENT.keys(search)} == kept
    assert table["tuning"].str.len().tolist() == table["third"].map({"early": 30, "middle": 20, "late": 10}).tolist()
    noisy = table[(table["name"] == "input_noise") & (table["noise"] == 0.6)]
    late = noisy[noisy["third"] == "late"]
    assert stats.t.interval(0.95, 7, late["slope"].mean(), stats.sem(late["slope"]))[1] < 0
    for part in horizons.PARTS:
        worth = horizons.worth(noisy, part).set_index(["third", "after"])
        first = late[part].str[0]
        low, high = stats.t.interval(0.95, 7, first.mean(), stats.sem(first))
        assert low > 0
        assert worth.loc[("late", 1), ["mean", "low", "high"]].tolist() == pytest.approx([first.mean(), low, high])
    early, late = (
        noisy[noisy["third"] == third].sort_values("seed")["validation"].str[-1].to_numpy()
        for third in ("early", "late")
    )
    assert stats.ttest_1samp(early - 2 * late, 0, alternative="less").pvalue < 0.01


def test_what_makes_no_sense_is_refused(tmp_path):
    """The message says what there is."""
    with pytest.raises(ValueError, match="at least 1, got 0"):
        plan(0)
    with pytest.raises(FileNotFoundError, match="hpo-tutor race online-horizons"):
        load(tmp_path / "nowhere.jsonl")
