"""Remedies are compared fairly: equal epochs, halving as by hand, power laws as scipy fits them."""

import numpy as np
import pytest
from scipy.optimize import curve_fit

from hpo_tutor.course.pictures import nb16
from hpo_tutor.course.pictures.nb16 import remedies
from hpo_tutor.early_stopping import SuccessiveHalving
from hpo_tutor.scenes.layers import Points
from hpo_tutor.widgets.unpacking import n_frames


@pytest.mark.parametrize("first", remedies.FIRST)
def test_a_plan_spends_what_the_scheduler_says(first):
    """Epochs in all as of successive halving; within a tenth of the budget, and not above it."""
    rungs, sizes, spent = nb16.plan(first)
    assert spent == SuccessiveHalving(sizes[0], 81, first).cost()
    assert 0.9 * remedies.BUDGET <= spent <= remedies.BUDGET
    assert rungs[0] == first
    assert rungs[-1] == 81
    assert SuccessiveHalving(sizes[0] + 1, 81, first).cost() > remedies.BUDGET


@pytest.mark.parametrize("draw", range(5))
@pytest.mark.parametrize("first", remedies.FIRST)
def test_a_search_picks_what_the_scheduler_picks(first, draw):
    """The plain search, against the early_stopping package played over the same networks."""
    pool = nb16.everyone("digits")
    _, sizes, _ = nb16.plan(first)
    order = np.random.default_rng((draw, 0)).permutation(len(pool.configs))[: sizes[0]]
    moves = nb16.played(SuccessiveHalving(sizes[0], 81, first), pool.losses[order])
    ends = [move for move in moves if move.job.stop == 81]
    assert (
        nb16.search("digits", remedies.PLAIN, first, draw=draw).network
        == order[min(ends, key=lambda move: move.loss).job.trial]
    )


@pytest.mark.parametrize("epochs", [5, 9, 27])
@pytest.mark.parametrize("seed", range(3))
def test_a_power_law_is_found_again(seed, epochs):
    """Curves that are power laws: what they reach after 81 epochs, though exponents are a list."""
    rng = np.random.default_rng(seed)
    a, b, c = rng.uniform(0.1, 1, 20), rng.uniform(0.5, 3, 20), rng.uniform(0.2, 2, 20)
    curves = a[:, None] + b[:, None] * np.arange(1, 82) ** -c[:, None]
    found = nb16.extrapolated(curves, epochs)
    np.testing.assert_allclose(found, curves[:, -1], atol=0.02 if epochs > 5 else 0.03)


@pytest.mark.parametrize("epochs", [9, 27])
def test_extrapolation_is_least_squares(epochs):
    """On recorded curves no fit of scipy's within the same bounds is clearly better than what was found."""
    losses = nb16.drawn("digits", 20, 4).losses
    t = np.arange(1, epochs + 1)
    close = 0
    for curve, mine in zip(losses, nb16.extrapolated(losses, epochs), strict=True):
        bounds = ([0, 0, 0.03], [np.inf, np.inf, 4])
        law = lambda t, a, b, c: a + b * t**-c  # noqa: E731 - scipy wants the parameters one by one
        best, _ = curve_fit(law, t, curve[:epochs], p0=[curve[epochs - 1] / 2, curve[0] / 2, 0.5], bounds=bounds)
        close += abs(law(81, *best) - mine) < 0.02 + 0.05 * mine
    assert close >= 18  # a few have flat valleys, in which two fits are equally good


def test_few_losses_are_no_curve():
    """Of one or two epochs the last loss stands for the end."""
    losses = nb16.drawn("digits", 20).losses
    for epochs in (1, 2):
        np.testing.assert_array_equal(nb16.extrapolated(losses, epochs), losses[:, epochs - 1])


def test_groups_send_on_equal_shares():
    """Six networks in three groups: the best of each group goes on, though one group holds the two best."""
    criterion = np.array([0.1, 0.2, 5.0, 6.0, 8.0, 9.0])
    groups = np.array([0, 0, 1, 1, 2, 2])
    final = np.array([3.0, 0.0, 2.0, 0.0, 1.0, 0.0])
    order = np.array([5, 3, 1, 0, 2, 4])
    assert nb16.halved([criterion, final], [6, 3], order, groups) == 4
    assert nb16.halved([criterion, final], [6, 3], order) == 1


def test_the_comparison():
    """A row for each remedy and first rung; without halving those agree that rank by the last loss."""
    table = nb16.compared("digits", 20)
    assert len(table) == len(nb16.REMEDIES) * len(remedies.FIRST)
    whole = table[table["first_rung"] == 81].set_index("remedy")
    assert whole.loc[remedies.PLAIN, "loss"] == whole.loc[remedies.GROUPED, "loss"]
    # six networks at random: one or more among the best tenth in 1 - 0.9^6, or 47 %, if no noise misled
    assert 0.3 < whole.loc[remedies.PLAIN, "chance"] < 0.5
    assert table["chance"].between(0, 1).all()


def test_too_early_a_first_rung_is_worse_than_none():
    """Digits, five data batches: less is found after one epoch than with six whole trainings, more after nine."""
    plain = nb16.compared("digits").set_index(["remedy", "first_rung"]).loc[remedies.PLAIN, "chance"]
    assert plain[1] < plain[81] - 0.08
    assert plain[9] > plain[81] + 0.1


@pytest.mark.parametrize("shown", remedies.SHOWN)
@pytest.mark.parametrize("name", remedies.NAMES)
def test_the_picture(name, shown):
    """A dot for each row of the table, and the best of each remedy in the sentence."""
    scene = nb16.remedy_scene(name, shown)
    table = nb16.compared(name)
    column, factor = ("chance", 100) if shown == remedies.SHOWN[0] else ("loss", 1)
    dots = {one.name: one for one in scene.layers if isinstance(one, Points)}
    assert list(dots) == list(nb16.REMEDIES)
    for remedy, layer in dots.items():
        values = table[table["remedy"] == remedy][column].to_numpy()
        np.testing.assert_allclose(layer.y, factor * values, rtol=1e-5)
        best = values.max() if factor == 100 else values.min()
        assert (f"{remedy} {100 * best:.0f}" if factor == 100 else f"{remedy} {best:.3g}") in scene.sentence
        assert np.all((layer.y >= scene.y.low) & (layer.y <= scene.y.high))


def test_the_player_and_what_is_refused():
    """Two names, two things to show; no such remedy, too small a pool, too small a budget."""
    assert n_frames(nb16.remedy_player().frames) == 4
    with pytest.raises(ValueError, match="the remedies are"):
        nb16.search("digits", "prayer", 3)
    with pytest.raises(ValueError, match="more than half"):
        nb16.search("mnist", remedies.PLAIN, 1)
    with pytest.raises(ValueError, match="no room"):
        nb16.plan(27, budget=100)
    with pytest.raises(ValueError, match="shown are"):
        nb16.remedy_scene("digits", "accuracy")
