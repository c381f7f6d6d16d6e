"""The pictures of T1-T2's starts show the numbers of the table they were given, whatever the dials say."""

import numpy as np
import pytest
from online_tables import N_EPOCHS, SIZES, starts
from scipy import stats

from hpo_tutor.course.pictures.nb18 import errors, overhead, reach, rules
from hpo_tutor.course.pictures.nb18 import starts as swarms
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.layers import Line, Marks, Points, Segments
from hpo_tutor.scenes.stage import legend
from hpo_tutor.scenes.ticks import number

TABLE = starts()
EXACT = TABLE[TABLE["rule"] == "exact"]


def named(scene, name):
    """The layer that the legend calls so."""
    return next(layer for layer in scene.layers if layer.name == name)


# --- the swarm ---


@pytest.mark.parametrize("size", [*SIZES, swarms.ALL])
@pytest.mark.parametrize("epoch", [0, 1, N_EPOCHS])
def test_the_swarm_stands_where_the_table_says(size, epoch):
    """Dots at the epoch's values, starts at the first; as many lines as runs, each up to the epoch."""
    scene = swarms.swarm(TABLE, size, epoch)
    for name in SIZES if size == swarms.ALL else [size]:
        own = EXACT[EXACT["size"] == name]
        dots = named(scene, name)
        np.testing.assert_allclose(dots.x, [path[epoch] for path in own["path_l2"]], rtol=1e-6)
        np.testing.assert_allclose(dots.y, [path[epoch] for path in own["path_input_noise"]], rtol=1e-6, atol=1e-9)
    for line in (layer for layer in scene.layers if isinstance(layer, Line)):
        assert np.isnan(line.x).sum() == len(own)
        assert np.isfinite(line.x).sum() == len(own) * (epoch + 1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("epoch", [0, 2, N_EPOCHS])
def test_the_swarm_tells_its_quartiles_and_edges(size, epoch):
    """Counted from the paths themselves, one by one."""
    own = EXACT[EXACT["size"] == size]
    told = swarms.swarm(TABLE, size, epoch).sentence

    def span(at):
        columns = ([path[at] for path in own[f"path_{name}"]] for name in ("l2", "input_noise"))
        ends = [number(np.percentile(column, share)) for column in columns for share in (25, 75)]
        return "at l2 {} to {} and noise {} to {}".format(*ends)

    assert span(epoch) in told
    assert ("At the start" in told) == (epoch > 0)
    if epoch:
        assert span(0) in told
    n = 0
    for l2, noise in zip(own["path_l2"], own["path_input_noise"], strict=True):
        n += l2[epoch] <= -5.47 or l2[epoch] >= -2.53 or noise[epoch] <= 0.008 or noise[epoch] >= 0.792
    assert told.endswith(f"On the edge of a range: {n}.")


def test_sizes_are_not_counted_in_the_title():
    """Two are all sizes where a third was not recorded; the one that there is goes by its name."""
    two = TABLE[TABLE["size"] != "deep"]
    assert swarms.swarm(two, swarms.ALL, 1).title == "All sizes: after epoch 1"
    assert swarms.swarm(two[two["size"] == "medium"], swarms.ALL, 1).title == "Medium: after epoch 1"


def test_the_swarm_has_one_legend_for_all_epochs():
    """Nothing jumps while it plays."""
    for size in (*SIZES, swarms.ALL):
        first, *others = [list(legend([swarms.swarm(TABLE, size, epoch)])) for epoch in range(N_EPOCHS + 1)]
        assert all(other == first for other in others)


def test_the_players_hold_every_picture():
    """All sizes and epochs; both other rules."""
    dials = swarms.swarm_player(TABLE)._dials
    assert list(dials["size"].values) == [*SIZES, swarms.ALL]
    assert list(dials["epoch"].values) == list(range(N_EPOCHS + 1))
    dials = rules.rules_player(TABLE)._dials
    assert list(dials["other"].values) == ["source", "sgd"]
    assert list(errors.errors_player(TABLE)._dials["size"].values) == [swarms.ALL, *SIZES]


def test_what_is_not_there_is_refused():
    """With what there is."""
    with pytest.raises(ValueError, match="one of shallow, medium, deep, all sizes; got 'huge'"):
        swarms.swarm(TABLE, "huge", 0)
    with pytest.raises(ValueError, match="from 0, the start, to 6; got 7"):
        swarms.swarm(TABLE, "deep", 7)
    with pytest.raises(ValueError, match="no start was recorded for deep with the rule 'source'"):
        swarms.part(TABLE, "deep", "source")
    with pytest.raises(ValueError, match="the rules are exact, sgd, source; got slow"):
        rules.same_starts(TABLE, ("exact", "slow"))


# --- errors ---


@pytest.mark.parametrize("pair", list(errors.PAIRS))
@pytest.mark.parametrize("size", [*SIZES, swarms.ALL])
def test_errors_are_counted_one_by_one(pair, size):
    """Near, better, worse, bad, rescued and spoilt, in a plain loop over the rows."""
    across, up = errors.PAIRS[pair]
    scene = errors.errors_scene(TABLE, across, up, size)
    rows = EXACT if size == swarms.ALL else EXACT[EXACT["size"] == size]
    near = below = above = bad = rescued = spoilt = lost = luck = 0
    for row in rows.to_dict("records"):
        x, y = row[f"{across}_test_error"], row[f"{up}_test_error"]
        limit = summaries.BAD * EXACT.loc[EXACT["size"] == row["size"], "online_test_error"].median()
        lost += np.isnan(x)
        x, y = (np.inf if np.isnan(error) else error for error in (x, y))  # what diverged is worst
        near += abs(x - y) <= summaries.NEAR
        below += y < x - summaries.NEAR
        above += y > x + summaries.NEAR
        bad += not x <= limit
        rescued += not x <= limit and y <= limit
        spoilt += x <= limit < y
        luck += abs(row["after_test_error"] - row["online_test_error"]) <= summaries.NEAR
    n, told = len(rows), scene.sentence.replace("\N{NO-BREAK SPACE}", " ")
    assert f"Of {n} starts, {near} ({100 * near / n:.0f} %) lie near" in told
    assert f"{below} below it (better), {above} above" in told
    assert (f"Bad at the start: {bad} ({100 * bad / n:.0f} %); of these {rescued} are rescued" in told) == (
        across == "before"
    )
    if across == "before":
        assert f"the end of T1-T2 are near for {luck} ({100 * luck / n:.0f} %): better and worse include luck" in told
        assert f"bad then: {spoilt}." in told
        ringed = named(scene, "rescued")
        assert len(ringed.x) == rescued
    assert told.endswith("diverged: 1.") == bool(lost)
    shown = sum(np.isfinite(layer.x).sum() for layer in scene.layers if layer.name in SIZES)
    assert shown == n - lost


def test_shares_agree_with_the_summary():
    """Of each size, as the notebook's table has them."""
    shares = summaries.shares(TABLE[TABLE["rule"] == "exact"]).set_index("size")
    for size in SIZES:
        found = errors.compared(TABLE, "before", "online", size)
        for name in ("bad", "rescued", "near", "better", "worse"):
            assert getattr(found, name).mean() == pytest.approx(shares.loc[size, name])
        luck = errors.compared(TABLE, "online", "after", size).near
        assert luck.mean() == pytest.approx(shares.loc[size, "luck_near"])
        assert errors.limits(TABLE)[size] == pytest.approx(shares.loc[size, "threshold"])


# --- rules ---


@pytest.mark.parametrize("other", ["source", "sgd"])
@pytest.mark.parametrize("epoch", [0, N_EPOCHS])
def test_rules_are_shown_from_the_same_starts(other, epoch):
    """Also where one of them lacks some; medians and counts as in the table."""
    fewer = TABLE[~((TABLE["rule"] == other) & (TABLE["start"] < 4))]
    board = rules.rules_board(fewer, other, epoch)
    begun = [named(scene, "start") for scene in board.scenes()]
    np.testing.assert_allclose(begun[0].x, begun[1].x)
    assert len(begun[0].x) == 16
    for rule, words in (("exact", "The step really taken"), (other, rules.NAMES[other])):
        own = fewer[(fewer["rule"] == rule) & (fewer["size"] == "shallow") & (fewer["start"] >= 4)]
        noise = np.array([path[epoch] for path in own["path_input_noise"]])
        l2 = np.array([path[epoch] for path in own["path_l2"]])
        quiet = int((noise < 0.02).sum())
        told = (
            f"{words}: median l2 {number(np.median(l2))}, median noise {number(np.median(noise))}, {quiet} below 0.02"
        )
        assert told in board.sentence


def test_ends_of_the_noise_stand_in_their_rows():
    """The source's are made to be 0; the bar is the middle half."""
    scene = rules.noise_ends(TABLE)
    rows = {text: at for at, text in scene.y.ticks}
    own = [layer for layer in scene.layers if isinstance(layer, Points) and not layer.name]
    bars = [layer for layer in scene.layers if isinstance(layer, Segments)]
    assert list(rows) == ["at the start", *rules.NAMES.values()]
    for (name, at), dots, bar in zip(rows.items(), own, bars, strict=True):
        assert np.all(np.abs(np.asarray(dots.y) - at) < 0.5)
        np.testing.assert_allclose([bar.x0[0], bar.x1[0]], np.percentile(dots.x, [25, 75]), rtol=1e-6)
        if name == rules.NAMES["source"]:
            assert np.all(np.asarray(dots.x) == 0)
    assert "the source's program 0 (20 below 0.02)" in scene.sentence


# --- far starts ---


@pytest.mark.parametrize("name", ["l2", "noise"])
@pytest.mark.parametrize("rule", ["exact", "slow"])
def test_the_way_is_measured_from_start_to_end(name, rule):
    """Signed, towards the median end of the right rule."""
    found = reach.way(TABLE, name, rule)
    own = TABLE[(TABLE["rule"] == rule) & (TABLE["size"] == "shallow")]
    aim = np.median(EXACT.loc[EXACT["size"] == "shallow", f"end_{name}"])
    for k, row in enumerate(own.to_dict("records")):
        begin, end = row[f"start_{name}"], row[f"end_{name}"]
        assert found.needed[k] == pytest.approx(abs(aim - begin))
        assert found.travelled[k] == pytest.approx((end - begin) * np.sign(aim - begin))
    assert found.reach == pytest.approx(60 * own[f"rate_{name}"].iloc[0])


def test_far_starts_show_the_line_that_a_slow_rate_cannot_cross():
    """0.06 for l2; the usual 3 lies beyond the picture."""
    board = reach.reach_board(TABLE)
    l2 = board.rows[0][0]
    lines = [layer for layer in l2.layers if isinstance(layer, Marks)]
    assert [float(layer.at[0]) for layer in lines if "slow" in layer.name] == pytest.approx([0.06])
    far = int((reach.way(TABLE, "l2", "slow").needed > 0.06).sum())
    assert f"L2, slow rate: at most about 0.06; {far} of 20 need more" in board.sentence


# --- time ---


def test_overheads_are_paired_by_group():
    """Four groups of each size, 10, 12, 14 and 16 per cent by construction."""
    found = overhead.paired(TABLE)
    for size in SIZES:
        own = found[found["size"] == size]
        assert list(own["overhead"]) == pytest.approx([10, 12, 14, 16])
        assert list(own["plain"] * N_EPOCHS) == pytest.approx([7, 8, 9, 10])


def test_the_picture_of_time_has_students_interval():
    """Against scipy."""
    scene = overhead.seconds_scene(TABLE)
    bars = [layer for layer in scene.layers if isinstance(layer, Segments)]
    low, high = stats.t.interval(0.95, 3, 13, stats.sem([10, 12, 14, 16]))
    assert len(bars) == 3
    for bar in bars:
        assert [bar.x0[0], bar.x1[0]] == pytest.approx([low, high], rel=1e-5)
    assert list(named(scene, "the source's 12.22 %").at) == pytest.approx([100 * (16.99 / 15.14 - 1)], abs=0.01)
    assert scene.sentence.replace("\N{NO-BREAK SPACE}", " ").count("13 % (8.89 to 17.1)") == 3


@pytest.mark.parametrize(("n_groups", "n_bars"), [(1, 0), (2, 0), (3, 3)])
def test_few_groups_have_no_interval(n_groups, n_bars):
    """That of two is a dozen times as wide as they lie apart; the widths are said where they are a tenth."""
    few = TABLE[TABLE["start"] < 5 * n_groups]
    scene = overhead.seconds_scene(few)
    assert len([layer for layer in scene.layers if isinstance(layer, Segments)]) == n_bars
    assert (" to " in scene.sentence) == (n_bars > 0)
    assert "at a tenth of the source's widths: " in scene.sentence
    assert "tenth" not in overhead.seconds_scene(few.assign(full=True)).sentence


def test_overhead_is_measured_on_real_trainings():
    """A row for each round and k; the column is what the seconds say."""
    found = overhead.measure((1, 10), n_repeats=2, epochs=1, hidden=(8,))
    assert list(found["every"]) == [1, 10, 1, 10]
    assert (found[["plain_seconds", "tuned_seconds"]] > 0).all(axis=None)
    expected = 100 * (found["tuned_seconds"] - found["plain_seconds"]) / found["plain_seconds"]
    np.testing.assert_allclose(found["overhead"], expected)
    scene = overhead.overhead_scene(found)
    line, median = named(scene, "in proportion to 1/k"), named(scene, "median")
    assert float(line.y[0]) == pytest.approx(float(median.y[0]), rel=1e-5)
    assert float(line.y[-1]) == pytest.approx(float(median.y[0]) / 10, rel=1e-5)
    assert len(named(scene, "a round").x) == 4
    with pytest.raises(ValueError, match="n_repeats must be at least 1"):
        overhead.measure(n_repeats=0)
