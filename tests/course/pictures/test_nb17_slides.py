"""The pictures of the talk of notebook 17 show the numbers they were given, in few words and large."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb17 import bohb, brackets, matches, slides, verdicts
from hpo_tutor.early_stopping import Hyperband
from hpo_tutor.scenes.layers import Marks, Points, Polygons, Segments
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.stage import legend


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def named(scene, name):
    """The layer that the legend calls so."""
    return next(layer for layer in scene.layers if getattr(layer, "name", "") == name)


def numbers(sentence):
    """All numbers of a sentence."""
    return [float(one.replace(",", "")) for one in re.findall(r"\d[\d,]*\.?\d*(?<=\d)", sentence)]


# --- two workers ---


def test_the_puzzle_is_played_as_by_hand():
    """Nine trials at a second each but one of five; then 2, 4 and 7 for two epochs, then 2 for six."""
    found = {
        (span.worker, span.job.trial + 1, span.job.stop): (span.begin, span.end) for span in slides.two_workers().spans
    }
    first = {(k % 2, k + 1, 1): (k // 2, k // 2 + 1) for k in range(8)}
    rest = {(0, 9, 1): (4, 9), (0, 2, 3): (9, 11), (1, 4, 3): (9, 11), (0, 7, 3): (11, 13), (0, 2, 9): (13, 19)}
    assert found == first | rest


@pytest.mark.parametrize(
    ("clock", "waited", "free"), [(4, 0, None), (6, 2, 2), (10, 5, None), (12, 6, 2), (19, 13, None)]
)
def test_the_puzzle_tells_who_is_free_and_what_was_waited(clock, waited, free):
    """Counted by hand; nothing beyond the clock is drawn."""
    scene = slides.held(clock)
    assert numbers(scene.sentence) == [clock, *([] if free is None else [free]), waited]
    assert max(np.max(layer.x) for layer in of_kind(scene, Polygons) if len(layer.x)) <= clock
    assert [list(layer.at) for layer in of_kind(scene, Marks)] == [[clock]]


def test_the_puzzle_has_the_same_legend_at_all_times():
    """Also before anybody trains."""
    names = [list(legend([slides.held(at)])) for at in (0.5, 6.0, 19.0)]
    assert names[0] == names[1] == names[2]
    with pytest.raises(ValueError, match="clock stands from 0 to 19"):
        slides.held(19.5)


# --- brackets ---


@pytest.mark.parametrize("max_epochs", [9, 27, 81, 243])
@pytest.mark.parametrize("divisor", [3, 4, 5])
def test_stairs_count_what_the_scheduler_starts(max_epochs, divisor):
    """Trials, those in full and epochs, as a search that is played job by job spends them."""
    scheduler, epochs, full = Hyperband(max_epochs, divisor=divisor), 0, set()
    while (job := scheduler.ask()) is not None:
        epochs += job.stop - job.start
        full |= {job.trial} if job.stop == max_epochs else set()
        scheduler.report(job, float(job.trial))
    n = scheduler.n_started
    found = numbers(slides.stairs(max_epochs, divisor).sentence)
    assert found == [len(scheduler.rungs), n, len(full), epochs, n * max_epochs]


def test_ladders_tell_all_sixteen_trials():
    """Whatever the mode; the standard one is the published example."""
    for mode in brackets.MODES:
        words = slides.ladders(mode).sentence
        assert words.startswith(mode.capitalize())
        assert sum(int(n) for n in re.findall(r"(\d+) to", words)) == 16
    assert "12 to 3 rungs and 4 to 2 rungs" in slides.ladders("standard").sentence
    assert slides.ladders("conservative").sentence.endswith("1 to 1 rung.")


# --- clocks ---


@pytest.mark.parametrize("n_workers", [4, 25])
@pytest.mark.parametrize("share", [0, 20, 35, 75, 100])
def test_few_words_count_who_waits(n_workers, share):
    """As looking at every span does."""
    match = matches.matched(n_workers, 1.0)
    board, now = slides.clock(n_workers, share), share / 100 * match.end
    assert len(board.rows) == 2
    for words, one in zip(("Above", "Below"), match.timelines, strict=True):
        told = re.search(rf"{words}: (.*?), (\d+) in full", board.sentence)
        spans = [(span.begin, span.end) for span in one.spans] + [(span.begin, math.inf) for span in one.cut]
        n_idle = n_workers - sum(begin <= now < end for begin, end in spans)
        assert told[1] == ("done" if share == 100 and n_idle == n_workers else f"{n_idle} of {n_workers} wait")
        assert int(told[2]) == len({span.job.trial for span in one.spans if span.job.stop == 81 and span.end <= now})


def test_brackets_side_by_side_are_drawn_on_the_same_clock():
    """The same jobs on the same axis; what is told is the area that the bars leave empty."""
    scenes = {way: slides.played(way) for way in slides.TOGETHER}
    ends = {scene.x.high for scene in scenes.values()}
    assert len(ends) == 1
    for scene in scenes.values():
        bars = [np.asarray(layer.x).reshape(-1, 4) for layer in of_kind(scene, Polygons)]
        assert sum(map(len, bars)) == 121 + 49 + 21 + 10 + 5  # jobs of each bracket
        whole = max(float(bar.max()) for bar in bars)
        trained = sum(float(np.ptp(bar, axis=1).sum()) for bar in bars)
        seconds, waited = numbers(scene.sentence)
        assert seconds == pytest.approx(whole, rel=0.01)
        assert waited == pytest.approx(100 * (1 - trained / 25 / whole), abs=0.51)
    with pytest.raises(ValueError, match="one by one or side by side; got 'alone'"):
        slides.played("alone")


def test_who_waits_is_measured_on_the_timelines():
    """Against gaps added up worker by worker."""
    found = slides.waiting(4)
    assert set(found) == {(name, words) for name in slides.WAYS for words in slides.STRAGGLERS}
    for words, spread in slides.STRAGGLERS.items():
        assert np.all(found["ASHA", words] < 1e-9)
        one = matches.matched(4, spread, seed=3).timelines[0]
        idle = 4 * one.makespan - sum(span.end - span.begin for span in one.spans)
        assert found["halving", words][3] == pytest.approx(idle / 4 / one.makespan)


def test_dots_of_who_waits_stand_in_their_rows():
    """Without stragglers above the row's line, with them below, at their per cents."""
    shares = {("a", "no stragglers"): [0.5, 0.7], ("a", "stragglers"): [0.8, 1.0]}
    shares |= {("b", "no stragglers"): [0.0, 0.0], ("b", "stragglers"): [0.1, 0.2]}
    scene = slides.waited(shares)
    for words, side in (("no stragglers", 1), ("stragglers", -1)):
        layer = named(scene, words)
        assert list(layer.x) == pytest.approx([100 * x for name in "ab" for x in shares[name, words]])
        rows = np.repeat([0, -1], 2)
        assert np.all(side * (np.asarray(layer.y) - rows) > 0)
        assert np.all(np.abs(layer.y - rows) < 0.5)
    assert "a 60 and 90; b 0 and 15" in scene.sentence


# --- one rung ---


@pytest.mark.parametrize("order", ["at random", "best first", "best last", "fast first"])
def test_arrivals_are_judged_as_by_sorting(order):
    """Rank, line, fate and how many went on, from a list that is sorted anew at each arrival."""
    found = verdicts.arrivals()
    came = found.losses[verdicts.ordered(found.losses, found.seconds, order)]
    went = 0
    for n in range(1, len(came) + 1):
        rank, line = sorted(came[:n]).index(came[n - 1]) + 1, max(n // 3, 1)
        went += rank <= line
        scene = slides.arrived(order, n)
        assert numbers(scene.sentence) == [n, rank, line, went, n]
        assert ("goes on" in scene.sentence) == (rank <= line)
        shown = sum(len(named(scene, name).x) for name in ("went on", "went on by luck"))
        assert shown == went


def test_proposals_tell_the_medians_of_their_reports():
    """Of the first rung of each bracket, from the reports themselves."""
    reports = bohb.searched()
    for bracket in range(1, 11):
        board = slides.proposed(bracket)
        expected = []
        for some in reports.values():
            mine = [one for one in some if one.job.bracket == bracket - 1 and one.job.start == 0]
            expected.append(float(np.median([one.loss for one in mine])))
        stop = 3 ** ((bracket - 1) % 5)
        assert numbers(board.sentence) == pytest.approx([bracket, stop, *expected], rel=0.01)
        assert len(board.rows[0]) == 2
    assert problems.curves("digits-curves").loss_unit == "nats"


# --- the race ---


def record():
    """Regrets of two methods on five batches of four seeds: method a has 2 ** batch times the peer's."""
    rows = []
    for curves in ("digits-curves", "aleph-curves"):
        for seed in range(20):
            batch, luck = seed % 5, 1 + seed // 5
            for method, times in (("random", 1.0), ("a", 2.0**batch), ("b", 1.0 + 0.01 * batch)):
                rows.append((curves, method, seed, 810, batch, 0.1 * luck * times))
                rows.append((curves, method, seed, 81, batch, math.nan))
    return pd.DataFrame(rows, columns=["curves", "method", "seed", "total_epochs", "batch", "regret"])


def test_ratios_are_of_the_means_of_batches():
    """By construction powers of two."""
    assert slides.ratios(record(), "a", "aleph-curves", 810) == pytest.approx([1, 2, 4, 8, 16])


def test_the_interval_of_ratios_is_students_of_logarithms():
    """Against scipy, and by hand for the middle."""
    values = [1.0, 2.0, 4.0, 8.0, 16.0]
    logs = np.log(values)
    low, high = stats.t.interval(0.95, 4, logs.mean(), stats.sem(logs))
    assert slides.centre(values) == pytest.approx((4.0, math.exp(low), math.exp(high)))


def test_the_race_shows_each_method_against_random():
    """Five dots, a bar and a mean for each row, on both data sets."""
    rows = {"first": ("a", style("TPE")), "second": ("b", style("random"))}
    board = slides.raced(record(), rows, 810, (0.2, 64.0))
    assert [scene.title for scene in board.rows[0]] == ["digits", "aleph"]
    assert board.sentence == "Times random's regret. digits: first 4, second 1.02; aleph: first 4, second 1.02."
    for scene in board.rows[0]:
        dots = [layer for layer in of_kind(scene, Points) if layer.name == "a data batch"]
        means = [layer for layer in of_kind(scene, Points) if not layer.name]
        bars = of_kind(scene, Segments)
        assert [list(layer.x) for layer in dots] == [
            pytest.approx([1, 2, 4, 8, 16]),
            pytest.approx([1, 1.01, 1.02, 1.03, 1.04]),
        ]
        for row, (mean, bar) in enumerate(zip(means, bars, strict=True)):
            centre, low, high = slides.centre(dots[row].x)
            assert [mean.x[0], mean.y[0]] == pytest.approx([centre, -row])
            assert [bar.x0[0], bar.x1[0]] == pytest.approx([low, high])


def test_the_race_refuses_an_axis_that_cuts_off():
    """An interval must not leave the picture unseen."""
    with pytest.raises(ValueError, match="axis must hold first on digits-curves"):
        slides.raced(record(), {"first": ("a", style("TPE"))}, 810, (0.2, 10.0))


def test_what_is_needed_is_the_median_of_seeds():
    """With the fewest and with the most workers, of three seeds."""
    rows = []
    for name, slow in (("successive halving", 2.0), ("ASHA, promoting", 1.0)):
        for n_workers in (1, 10, 1000):
            for seed, luck in enumerate((1.0, 1.5, 7.0)):
                seconds = slow * luck / n_workers
                rows.append((name, 1.0, 27, n_workers, seed, seconds, seconds, seconds, 0.5, 1000 * slow + seed))
    columns = ["scheduler", "stragglers", "trials", "n_workers", "seed", "makespan", "first_in_full", "reached", "busy"]
    table = pd.DataFrame(rows, columns=[*columns, "n_epochs"])
    told = numbers(slides.needed(table, "makespan").sentence)
    assert told == pytest.approx([3.0, 1, 0.003, 1000, 1.5, 1, 0.0015, 1000])
    told = numbers(slides.needed(table, "epochs").sentence)
    assert told == [2001, 1, 2001, 1000, 1001, 1, 1001, 1000]
