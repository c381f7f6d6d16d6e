"""The pictures of notebook 12 show what they say: numbers in their scenes, not pixels."""

import re

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.pictures import nb12
from hpo_tutor.course.pictures.nb12 import decay, luck, promises
from hpo_tutor.race import statistics
from hpo_tutor.scenes.layers import Line, Marks, Points, Polygons, Segments


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def named(scene, name):
    """The layer of a scene that bears this name."""
    return next(layer for layer in scene.layers if layer.name == name)


# --- which bar keeps its promise ------------------------------------------------------------------------------------


@pytest.mark.parametrize("interval", nb12.INTERVALS)
def test_a_hundred_bars_are_sorted_into_those_that_hold_and_those_that_miss(interval):
    """Each bar is drawn once, and lies on the side of the true mean that its colour and symbol say."""
    left, _ = nb12.promise(10, "exponential", interval).scenes()
    mean = of_kind(left, Marks)[0].at[0]
    assert mean == 1
    bars = of_kind(left, Segments)
    assert [len(bar.x0) for bar in bars] == [len(points.x) for points in of_kind(left, Points)]
    assert sum(len(bar.x0) for bar in bars) == 100
    holds, below, above = bars
    assert np.all((holds.x0 <= mean) & (mean <= holds.x1))
    assert np.all(below.x1 < mean)
    assert np.all(above.x0 > mean)
    places = np.concatenate([bar.y0 for bar in bars])
    np.testing.assert_array_equal(np.sort(places), np.arange(100) + 0.5)


def test_the_sentence_counts_the_bars():
    """What it says of the hundred adds up to a hundred, and is what the panel shows."""
    board = nb12.promise(7, "log-normal", "percentile")
    held, below, above = map(
        int, re.search(r"(\d+) of 100 .*, (\d+) lie below it, (\d+) above", board.sentence).groups()
    )
    assert held + below + above == 100
    assert [held, below, above] == [len(bar.x0) for bar in of_kind(next(iter(board.scenes())), Segments)]


def test_the_shares_are_those_of_an_independent_simulation():
    """Other studies, with other seeds, hold the truth as often, within 4 standard errors of both simulations."""
    for interval, truth in (("Gaussian", "exponential"), ("exponential", "gamma"), ("bootstrap-t", "log-normal")):
        found = nb12.held(interval, truth, 10)
        wanted = statistics.coverage(nb12.INTERVALS[interval], nb12.TRUTHS[truth], 10, n_studies=1000, seed=77).share
        assert abs(found - wanted) < 4 * np.hypot(*[np.sqrt(p * (1 - p) / 1000) for p in (found, wanted)])


def test_the_curve_shows_the_shares_and_the_symbol_stands_on_it():
    """In per cent, an axis from 60 to 100; the bold line is the shown bar's."""
    _, right = nb12.promise(44, "gamma", "exponential").scenes()
    bold = max(of_kind(right, Line), key=lambda line: line.width)
    wanted = [100 * nb12.held("exponential", "gamma", n) for n in nb12.N_BATCHES]
    assert bold.name == "exponential"
    np.testing.assert_allclose(bold.y, wanted, rtol=1e-6)
    symbol = of_kind(right, Points)[-1]
    assert (symbol.x[0], symbol.y[0]) == (44, bold.y[nb12.N_BATCHES.index(44)])
    assert min(promises.held(bar, truth, 5) for bar in nb12.INTERVALS for truth in nb12.TRUTHS) > 0.6


def test_the_hundred_are_every_tenth_of_the_thousand():
    """Between two neighbours on the left lie the means of nine others, so the hundred miss about as often as all."""
    for interval in nb12.INTERVALS:
        board = nb12.promise(10, "gamma", interval)
        in_hundred = int(re.search(r"(\d+) of 100", board.sentence)[1])
        assert abs(in_hundred - 100 * nb12.held(interval, "gamma", 10)) < 5
    centres = np.sort(promises.bars("Gaussian", "gamma", 10).centre)[5::10]
    drawn = np.concatenate(
        [layer.x for layer in of_kind(next(iter(nb12.promise(10, "gamma", "Gaussian").scenes())), Points)]
    )
    np.testing.assert_allclose(
        np.sort(drawn)[:90], centres[:90], rtol=1e-6
    )  # the largest may be cut off at the panel's end


# --- slips ----------------------------------------------------------------------------------------------------------

VALUES = np.array([0.2, 2.1, 2.5, 2.7, 3.0, 3.7, 4.2, 5.0, 8.2, 14.3])
PICKS = np.random.default_rng(0).integers(10, size=(1000, 10))


def test_each_slip_is_a_dot_and_each_study_a_mean():
    """Ten dots a study whose mean is the line; the histogram holds as many means as studies were drawn."""
    frames = nb12.resampled(VALUES, PICKS, "excess (%)")
    counts = [int(re.search(r"([\d,]+) resampled", frame.sentence)[1].replace(",", "")) for frame in frames]
    assert counts == [*range(1, 9), 15, 30, 60, 125, 250, 500, 1000]
    for n, frame in zip(counts, frames, strict=True):
        above, below = frame.scenes()
        dots = named(above, "a batch, as often as it was drawn")
        np.testing.assert_allclose(np.sort(dots.x), np.sort(VALUES[PICKS[n - 1]]), rtol=1e-6)
        assert named(above, "mean of this study").at[0] == pytest.approx(VALUES[PICKS[n - 1]].mean(), rel=1e-6)
        boxes = of_kind(below, Polygons)[0]
        assert boxes.y.reshape(-1, 4).max(axis=1).sum() == n
        assert below.y.high > boxes.y.max()


def test_the_marks_are_the_percentile_interval():
    """The dashed lines of the last frame are what the exercise's truth computes."""
    _, below = nb12.resampled(VALUES, PICKS, "excess (%)")[-1].scenes()
    wanted = exercise("12.2").truth(VALUES[:, None], PICKS)
    np.testing.assert_allclose(named(below, "95 % of the means lie between").at, wanted, rtol=1e-6)


def test_slips_that_were_not_drawn_are_crosses():
    """Every batch is either a cross or at least one dot, never both."""
    for frame in nb12.resampled(VALUES, PICKS, "excess (%)", counts=[1, 2, 3]):
        above = next(iter(frame.scenes()))
        never, drawn = named(above, "not drawn this time").x, named(above, "a batch, as often as it was drawn").x
        assert not {*never.tolist()} & {*drawn.tolist()}
        assert {*never.tolist()} | {*drawn.tolist()} == {*np.float32(VALUES).tolist()}


# --- piles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("equal", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("power", [0.1, 0.9])
def test_the_piles_are_those_of_the_exercise(equal, power):
    """400 symbols; the shares of luck and of what was missed are the exercise's, but for rounding to whole ones."""
    scene = nb12.piles(equal, power, "0.05")
    found, lucky, missed, plain = (len(layer.x) for layer in of_kind(scene, Points))
    assert found + lucky + missed + plain == luck.N
    assert lucky + plain == round(equal * luck.N)
    by_luck, hidden = exercise("12.3").truth(equal, power, 0.05)
    assert lucky / (lucky + found) == pytest.approx(by_luck, abs=0.06)
    assert missed / (missed + plain) == pytest.approx(hidden, abs=0.01)
    places = np.concatenate([np.column_stack([layer.x, layer.y]) for layer in of_kind(scene, Points)])
    assert len(np.unique(places, axis=0)) == luck.N


# --- learning rate and decay ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("eta", "gamma"), [(0.05, 0.99), (0.5, 0.9), (1.0, 0.7), (0.002, 0.999)])
def test_the_end_is_where_gradient_descent_goes_step_by_step(eta, gamma):
    """Two hundred steps on all pictures, each gamma times as long as the last, reach the same validation loss."""
    task = decay.digits(3)
    weights = np.zeros((task.x.shape[1], 10))
    for t in range(decay.N_STEPS):
        weights -= eta * gamma**t * task.x.T @ (task.x @ weights - task.y) / len(task.x)
    walked = np.sqrt(np.mean((task.x_validate @ weights - task.y_validate) ** 2))
    assert task.losses(np.array([eta]), np.array([gamma]))[0] == pytest.approx(walked, rel=1e-8)


def test_the_total_step_is_all_that_counts_as_long_as_steps_are_small():
    """Pairs with the same sum of steps end at losses within 1 % of one another."""
    gamma = 1 - np.geomspace(1e-3, 0.05, 7)
    for wanted in (0.5, 3.0, 10.0):
        per_rate = np.array([sum(each**t for t in range(decay.N_STEPS)) for each in gamma])
        losses = decay.digits(0).losses(wanted / per_rate, gamma)
        np.testing.assert_allclose(decay.total(wanted / per_rate, gamma), wanted, rtol=1e-9)
        assert np.ptp(losses) < 0.01 * losses.min()


def test_the_objective_is_one_of_the_course():
    """Batches are members, losses have no noise, and no optimum is claimed."""
    family = nb12.Decaying()
    member = family.draw(13)
    assert (family.member, member.member) == (0, 3)
    config = {"learning_rate": 0.03, "lost_per_step": 0.01}
    losses = member.evaluate([config, config], seeds=[1, 2])
    assert losses[0] == losses[1] == member(config) == member.expected(config)
    assert member.optimum is None
    assert problems.WithFixed(member, lost_per_step=0.01).expected({"learning_rate": 0.03}) == losses[0]


def test_trials_are_the_same_on_both_sides():
    """As many on the left as on the right, those of the right at their total step and their loss."""
    left, right = nb12.valley("lhs", 16).scenes()
    trials, again = of_kind(left, Points)[0], of_kind(right, Points)[0]
    rate, gamma = np.float64(trials.x), 1 - np.float64(trials.y)
    np.testing.assert_allclose(again.x, decay.total(rate, gamma), rtol=1e-3)
    losses = decay.digits(0).losses(rate, gamma)
    np.testing.assert_allclose(again.y, np.minimum(losses, again.y.max()), rtol=1e-4)
    n_good = int(re.search(r": (\d+) of 16", nb12.valley("lhs", 16).sentence)[1])
    assert n_good == np.sum(losses < decay.NEAR * decay.surface(0).min())
    assert right.x.low < again.x.min()
    assert again.x.max() < right.x.high
