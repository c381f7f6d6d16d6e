"""The pictures of the talk of notebook 16 show the numbers they were given, in few words and large."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from hpo_tutor.course.pictures import nb16
from hpo_tutor.course.pictures.nb16 import slides
from hpo_tutor.early_stopping import SuccessiveHalving
from hpo_tutor.scenes.layers import Band, Line, Points, Segments, Text
from hpo_tutor.scenes.stage import as_board
from hpo_tutor.scenes.ticks import MINUS


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def named(scene, name):
    """The layer that the legend calls so."""
    return next(layer for layer in scene.layers if getattr(layer, "name", "") == name)


@pytest.mark.parametrize("draw", range(4))
def test_the_puzzle_shows_no_more_than_its_epochs(draw):
    """Letters stand at the asked places, in order, on the axis; nothing beyond the third epoch is drawn."""
    trained = nb16.drawn("digits", 27, draw)
    scene = slides.begun(trained)
    (ends,), (letters,) = of_kind(scene, Points), of_kind(scene, Text)
    np.testing.assert_allclose(ends.y, np.sort(trained.losses[:, 2])[[0, 3, 7, 15, 21]], rtol=1e-6)
    assert list(letters.text) == list("ABCDE")
    assert np.all(np.diff(letters.y) > 0)
    assert scene.y.low < letters.y.min()
    assert letters.y.max() < scene.y.high
    assert max(np.max(line.x) for line in of_kind(scene, Line)) == 3
    assert not any(getattr(layer, "name", "") for layer in scene.layers)


def test_final_losses_are_sorted_and_counted():
    """Green are those up to twice the best; the others are counted in words, one that failed among them."""
    losses = np.array([[9.0, 0.3], [9.0, 0.1], [9.0, np.inf], [9.0, 0.2], [9.0, 0.21]])
    scene = slides.ended(nb16.Trained("toy", ({},) * 5, losses, "nats"))
    np.testing.assert_allclose(named(scene, "below").y, [0.1, 0.2], rtol=1e-6)
    np.testing.assert_allclose(named(scene, "above").x, [3, 4, 5])
    assert scene.sentence == "3 of 5 end above twice the best loss."


@pytest.mark.parametrize("kept", [3, 9, 13])
@pytest.mark.parametrize("epoch", [1, 3, 9, 27])
def test_a_cut_is_told_in_few_words(epoch, kept):
    """Epochs, places and fate as counted here; the layers are the notebook's."""
    trained = nb16.drawn("digits", 27, 0)
    at, last = trained.losses[:, epoch - 1], trained.losses[:, -1]
    winner = np.argmin(last)
    place = 1 + int((at < at[winner]).sum())
    on = np.argsort(at)[:kept]
    spent = 27 * epoch + kept * (81 - epoch)
    scene = slides.cut(trained, epoch, kept)
    assert f"= {spent:,} epochs, {100 * spent / (27 * 81):.0f}\u00a0% of all." in scene.sentence
    assert f"Winner: {nb16.nth(place)} at the cut" in scene.sentence
    picked = 1 + int((last < last[on].min()).sum())
    fate = "alive." if place <= kept else f"killed; {nb16.nth(picked)} picked."
    assert scene.sentence.endswith(fate)
    assert len(scene.layers) == len(nb16.cut_scene(trained, epoch, kept).layers)


@pytest.mark.parametrize("first", [1, 9])
def test_a_tournament_tells_who_is_in(first):
    """At every report the number of networks, the epochs and the winner's fate, and at the end who is picked."""
    trained = nb16.drawn("digits", 81, 0)
    scheduler = SuccessiveHalving(81, 81, first)
    moves = nb16.played(scheduler, trained.losses)
    winner = int(np.argmin(trained.losses[:, -1]))
    for step in nb16.turns(moves):
        scene = slides.rung(trained, scheduler.rungs[0], moves, step + 1)
        told = scene.sentence
        assert len(named(scene, "the eventual winner").x) <= len(scheduler.rungs[0])
        assert len(scene.layers) == len(nb16.board(trained, scheduler.rungs[0], moves, step + 1).layers) - 1
        here = [move for move in moves[: step + 1] if move.job.rung == moves[step].job.rung]
        assert told.startswith(f"{len(here)} network")
        assert f"{sum(move.job.stop - move.job.start for move in moves[: step + 1]):,.0f} epochs spent" in told
        out = moves[step].states[winner] == "stopped"
        assert ("winner is out." in told) is out
    final = trained.losses[:, -1]
    best = min(final[trial] for trial, state in moves[-1].states.items() if state == "finished")
    assert told.endswith(f"Picked: the {nb16.nth(1 + int((final < best).sum()))}.")


def test_correlations_stand_at_their_rungs():
    """Dots lie on the lines, within the bands; words give the third epoch."""
    scene = slides.predicting()
    for name, line, band in zip(nb16.TABLES, of_kind(scene, Line), of_kind(scene, Band), strict=True):
        dots = named(scene, name)
        losses = nb16.everyone(name).losses
        values = np.array([spearmanr(at, losses[:, -1]).statistic for at in losses.T])
        np.testing.assert_allclose(line.y, values, atol=1e-5)
        np.testing.assert_allclose(dots.y, values[dots.x.astype(int) - 1], atol=1e-5)
        assert np.all((band.low <= values + 1e-6) & (values <= band.high + 1e-6))
        told = scene.sentence.replace(MINUS, "-").split(f"{name} ")[1].rstrip(".").split(";")[0]
        assert float(told) == pytest.approx(values[2], abs=0.0051)
    assert scene.y.low < min(np.min(band.low) for band in of_kind(scene, Band))


@pytest.mark.parametrize("name", nb16.TABLES)
def test_pairs_that_cross_change_their_order(name):
    """Who is said to have the larger loss has it, on both sides of the crossing; the axes stay."""
    pool = [nb16.everyone(name, 0, seed).losses for seed in (0, 1)]
    for pair in nb16.pairs(name):
        early, late = (slides.crossing(name, pair, epoch) for epoch in (3, 81))
        assert (early.x, early.y) == (late.x, late.y)
        for scene, epoch, behind, ahead in ((early, 3, pair.slow, pair.fast), (late, 81, pair.fast, pair.slow)):
            means = [np.mean([losses[k, epoch - 1] for losses in pool]) for k in (behind, ahead)]
            assert f"has {means[0] / means[1]:.3g} times the loss" in scene.sentence
            assert max(np.max(line.x) for line in of_kind(scene, Line)) == epoch
            for text in of_kind(scene, Text):
                assert scene.y.low < text.y[0] < scene.y.high
        ends = [scene.sentence.split(": ")[1].split(" has")[0] for scene in (early, late)]
        assert ends[0] != ends[1]


@pytest.mark.parametrize("name", nb16.TABLES)
def test_delays_have_their_sign(name):
    """Triangles up climb, triangles down fall; all of them and their bars are on the axis."""
    rates, quartiles = nb16.delays(name, 3)
    scene = slides.delayed(name)
    up, down = named(scene, "starts slowly"), named(scene, "leads early")
    np.testing.assert_allclose(np.sort([*up.y, *down.y]), np.sort(100 * quartiles[:, 1]), rtol=1e-5)
    assert up.y.min() > 0 >= down.y.max()
    assert len(up.y) + len(down.y) == len(rates)
    assert np.abs(100 * quartiles).max() < scene.y.high
    assert f"climb {100 * quartiles[0, 1]:.0f} %" in scene.sentence
    assert f"fall {-100 * quartiles[-1, 1]:.0f} %" in scene.sentence


def test_a_race_has_its_differences_and_intervals():
    """Paired, with two standard errors; a panel for each data set, with zero on its axis."""
    whole = np.array([0.1, 0.2, 0.3])
    by_rung = {1: np.array([0.3, 0.5, 0.4]), 9: np.array([0.05, 0.2, 0.2])}
    board = slides.raced({"digits": (by_rung, whole, "nats"), "aleph": ({3: whole + 1.5}, whole, "GeV")})
    first, second = as_board(board).scenes()
    gaps = np.array([own - whole for own in by_rung.values()])
    (dots,) = of_kind(first, Points)
    np.testing.assert_allclose(dots.y, gaps.mean(axis=1), rtol=1e-5)
    bars = of_kind(first, Segments)[-1]
    half = 2 * gaps.std(axis=1, ddof=1) / 3**0.5
    np.testing.assert_allclose(bars.y1 - bars.y0, 2 * half, rtol=1e-5)
    assert first.y.low < min(0, bars.y0.min())
    assert second.y.low < 0 < 1.5 < second.y.high
    assert [label for _, label in first.x.ticks] == ["1", "9"]
    assert (
        f"digits 0.200 ± {half[0]:.3f} (1), {MINUS}0.050 ± {half[1]:.3f} (9); aleph 1.500 ± 0.000 (3)" in board.sentence
    )


def test_answers_are_means_over_data_batches():
    """Per cent, with bars of two standard errors unless there is one batch only; dice at their height."""
    chances = {"digits": {1: [0.4, 0.6], 3: [0.2, 0.3]}, "aleph": {1: [0.9, 0.7], 3: [0.6, 0.7]}}
    scene = slides.answered(chances, 2 / 3)
    np.testing.assert_allclose(named(scene, "digits").y, [50, 25], rtol=1e-5)
    bar = of_kind(scene, Segments)[0]
    np.testing.assert_allclose(bar.y1 - bar.y0, [40, 20], rtol=1e-5)
    assert scene.sentence.endswith("cut after 1, 3 epochs: digits 50 / 25; aleph 80 / 65; dice 67.")
    assert of_kind(scene, Segments)[-1].y0[0] == pytest.approx(200 / 3)
    lonely = slides.answered({"mnist": {1: [0.5], 3: [0.25]}}, 0.5)
    assert len(of_kind(lonely, Segments)) == 1


def test_first_rungs_show_those_without_a_remedy():
    """Chances and their two errors, the counts of networks on top."""
    rows = [("last loss", 1, 148, 0.2, 0.01), ("last loss", 9, 26, 0.6, 0.02), ("extrapolated", 1, 148, 0.9, 0.05)]
    table = pd.DataFrame(rows, columns=["remedy", "first_rung", "n_networks", "chance", "chance_error"])
    scene = slides.first_rungs({"digits": table})
    np.testing.assert_allclose(named(scene, "digits").y, [20, 60], rtol=1e-5)
    (bars,), (counts,) = of_kind(scene, Segments), of_kind(scene, Text)
    np.testing.assert_allclose(bars.y1 - bars.y0, [4, 8], rtol=1e-5)
    assert list(counts.text) == ["148 start", "26 start"]
    assert scene.sentence == "Picked is of the best tenth (%), first rung 1, 9: digits 20 / 60."
    assert counts.y[0] < scene.y.high
