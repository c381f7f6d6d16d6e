"""The timeline of notebook 17: what is drawn and told at the cursor is what the simulation recorded."""

import math
import re

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb17 import matches, timeline
from hpo_tutor.early_stopping.jobs import Job
from hpo_tutor.scenes.layers import Band, Marks, Points, Polygons
from hpo_tutor.scenes.stage import legend
from hpo_tutor.tournaments.timelines import Span, Timeline

SHARES = (0.0, 0.13, 0.5, 0.975, 1.0)


def small(n_workers=3, above="successive halving", crashes=0.0, stragglers=1.0, below="ASHA, promoting"):
    """A match of 81 trials."""
    return matches.matched(n_workers, stragglers, n_trials=81, above=above, below=below, crashes=crashes)


def told(sentence):
    """How many train, how many trials have reported and the best loss, of both schedulers, as the sentence says."""
    found = []
    for words in re.findall(r": (.*?) reported, (.*?)(?: \(|\.(?: |$))", sentence):
        train = re.match(r"(\d+) of \d+ train", words[0])
        trials = re.search(r"([\d,]+) trials?$", words[0])
        best = re.search(r"in full ([\d.]+) ", words[1])
        counted = int(train[1]) if train else 0, int(trials[1].replace(",", ""))
        found.append((*counted, float(best[1]) if best else math.nan))
    return found


def counted(one, now, end):
    """The same by looking at every span."""
    spans = [(span, False) for span in one.spans] + [(span, True) for span in one.cut]
    n = sum(span.begin <= now and (now < span.end or (cut and now == end)) for span, cut in spans)
    reported = {span.job.trial for span in one.spans if span.end <= now}
    full = [span.loss for span in one.spans if span.end <= now and span.job.stop == 81 and math.isfinite(span.loss)]
    return n, len(reported), min(full, default=math.nan)


@pytest.mark.parametrize("n_workers", [1, 2, 4, 25])
@pytest.mark.parametrize("crashes", [0.0, 0.01])
def test_the_sentence_counts_what_happened(n_workers, crashes):
    """Who trains, how many have reported and the incumbent are what a look at each span finds."""
    match = small(n_workers, crashes=crashes)
    for share in SHARES:
        board = timeline.clock_board(match, share)
        now = share * match.end
        expected = [counted(one, now, match.end) for one in match.timelines]
        for (train, trials, best), (n, reported, loss) in zip(told(board.sentence), expected, strict=True):
            assert (train, trials) == (n, reported)
            assert best == pytest.approx(loss, rel=6e-3, nan_ok=True)


def test_who_trains_what():
    """With a few workers the sentence names each one's trial and epoch."""
    match = small(3)
    now = 0.4 * match.end
    sentence = timeline.clock_board(match, 0.4).sentence
    for one in match.timelines:
        for span in one.spans:
            words = f"worker {span.worker + 1} trial {span.job.trial} to epoch {span.job.stop:g}"
            if span.begin <= now < span.end:
                assert words in sentence


@pytest.mark.parametrize("above", list(matches.SYNCHRONOUS))
@pytest.mark.parametrize("below", list(matches.ASYNCHRONOUS))
def test_bars_are_the_spans(above, below):
    """Each job is one bar from its begin to its end in its worker's row, and no bar covers another."""
    match = small(4, above, below=below)
    board = timeline.clock_board(match, 1.0)
    for one, scene in zip(match.timelines, list(board.scenes())[:2], strict=True):
        bars = []
        for layer in scene.layers:
            if isinstance(layer, Polygons) and layer.name:
                level = float(layer.name.split()[-1])
                for x, y in zip(layer.x.reshape(-1, 4), layer.y.reshape(-1, 4), strict=True):
                    bars.append((round(-float(y.min()) - 0.4), level, float(x.min()), float(x.max())))
        spans = [(span.worker, float(span.job.stop), span.begin, span.end) for span in one.spans + one.cut]
        np.testing.assert_allclose(sorted(bars), sorted(spans), atol=1e-5)


def test_longer_trainings_are_higher_and_darker():
    """A rung is told by height and by shade."""
    match = small(4)
    scene = next(timeline.clock_board(match, 1.0).scenes())
    bars = [layer for layer in scene.layers if isinstance(layer, Polygons) and layer.name]
    heights = [float(np.ptp(layer.y.reshape(-1, 4)[0])) for layer in bars]
    light = [sum(int(layer.fill[k : k + 2], 16) for k in (1, 3, 5)) for layer in bars]
    assert len(bars) == 5
    assert (np.diff(heights) > 0.1).all()
    assert (np.diff(light) < -30).all()


def test_lost_jobs_are_crossed():
    """As many crosses as jobs that failed, at their ends; none where nothing crashes."""
    match = small(4, crashes=0.01)
    for one, scene in zip(match.timelines, list(timeline.clock_board(match, 1.0).scenes())[:2], strict=True):
        crosses = [layer for layer in scene.layers if isinstance(layer, Points) and layer.symbol == "x"]
        ends = sorted(span.end for span in one.spans if math.isnan(span.loss))
        assert ends, "this seed loses jobs"
        np.testing.assert_allclose(np.sort(crosses[0].x), ends, atol=1e-6)
    assert "job lost" not in legend([timeline.clock_board(small(4), 1.0)])


def test_the_cursor_and_the_veil_stand_at_the_clock():
    """The future is behind the veil, from the cursor to the edge."""
    match = small()
    for scene in timeline.clock_board(match, 0.3).scenes():
        (cursor,) = (layer for layer in scene.layers if isinstance(layer, Marks))
        (veil,) = (layer for layer in scene.layers if isinstance(layer, Polygons) and not layer.name)
        assert cursor.at[0] == pytest.approx(0.3 * match.end) == veil.x.min()
        assert veil.x.max() == pytest.approx(scene.x.high)


def test_the_clock_stops_for_both_at_once():
    """The asynchronous scheduler never waits, and works until the synchronous one is done, with the same trials."""
    for n_workers in (1, 4, 25):
        above, below = small(n_workers).timelines
        assert below.makespan == pytest.approx(above.makespan)
        assert below.busy == pytest.approx(1.0)
        first = {span.job.trial: span.loss for span in above.spans if span.job.rung == 0}
        second = {span.job.trial: span.loss for span in below.spans if span.job.rung == 0}
        assert all(first[trial] == second[trial] for trial in set(first) & set(second))


def test_synchronous_workers_wait_the_more_the_more_they_are():
    """One worker never waits; with more of them a growing share of the time is empty."""
    shares = [small(n).timelines[0].busy for n in (1, 4, 25)]
    assert shares[0] == pytest.approx(1.0)
    assert shares[0] > shares[1] + 0.2 > shares[2] + 0.4


def test_areas_hold_all_working_time():
    """The share of workers at each rung, integrated over the clock, is the time that jobs took."""
    match = small(25)
    edges = np.linspace(0, match.end, 37)
    for one in match.timelines:
        held = matches.occupied(one, match.levels, edges)
        for level, row in zip(match.levels, held, strict=True):
            spent = sum(span.end - span.begin for span in one.spans + one.cut if span.job.stop == level)
            assert (row * np.diff(edges)).sum() == pytest.approx(spent)


def test_many_workers_are_an_area():
    """Above 25 workers each rung is a band; their heights add up to those who train, in the mean of a bin."""
    match = small(60)
    scene = next(timeline.clock_board(match, 0.5).scenes())
    bands = [layer for layer in scene.layers if isinstance(layer, Band)]
    assert [layer.name for layer in bands] == [f"trains to epoch {n}" for n in (1, 3, 9, 27, 81)]
    edges = np.linspace(0, match.end, timeline.BINS + 1)
    total = matches.occupied(match.timelines[0], match.levels, edges).sum(axis=0)
    np.testing.assert_allclose(bands[-1].high, np.repeat(total, 2), atol=1e-3)
    assert total.max() <= 60


def test_every_turn_of_the_dials_has_a_picture():
    """All rows are there, the legend is short, and a lone worker waits nowhere."""
    player = timeline.timelines(workers=(1, 4, 30), stragglers=(0.0, 2.0), start={"clock": 50.0})
    for n_workers in (1, 4, 30):
        for stragglers in (0.0, 2.0):
            n_trials = 81 if n_workers <= timeline.MOST_ROWS else timeline.MANY_TRIALS
            match = matches.matched(n_workers, stragglers, n_trials=n_trials)
            for k in (0, 20, 40):
                board = timeline.clock_board(match, k / 40)
                assert [len(row) for row in board.rows] == [1, 1, 1]
                assert len(legend([board])) <= 9
                assert len(board.sentence.split()) <= 105
                assert board.sentence.encode() in player.frames
                assert ("1 of 1 train, nobody waits" in board.sentence) == (n_workers == 1)


def test_equal_ends_and_failures_are_counted():
    """A hand-made timeline: two jobs end together, one has failed."""
    job = Job(0, 0, 0, 0, 1)
    other = Job(1, 0, 0, 0, 1)
    counts = matches.Counts(Timeline(2, (Span(0, job, 0, 2, 0.5), Span(1, other, 0, 2, math.nan))))
    assert [counts.busy(now) for now in (0.0, 1.0, 2.0)] == [2, 2, 0]
    assert [counts.reported(now) for now in (1.9, 2.0)] == [0, 2]
    assert math.isnan(counts.best(1.0))
    assert counts.best(2.0) == 0.5


def test_wrong_requests_are_refused():
    """Only known schedulers, and shares of the clock."""
    with pytest.raises(ValueError, match="scheduler is one of"):
        matches.matched(1, above="mine")
    with pytest.raises(ValueError, match="from 0 to 1"):
        timeline.clock_board(small(), 1.5)
