"""Fronts are those of brute force, volumes those of rectangles, dice and a known front, knees those of a curve."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hpo_tutor import pareto

NAN = math.nan


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    """Losses (n, m) from a few whole numbers, so that there are ties and equals, and now and then a nan."""
    n, m = draw(st.integers(0, 12)), draw(st.integers(1, 4))
    return draw(arrays(np.float64, (n, m), elements=st.sampled_from([0.0, 1.0, 2.0, 3.0, -1.0, NAN])))


def dominates(a: np.ndarray, b: np.ndarray) -> bool:
    """No worse in any loss, and better in one: by the words of the definition."""
    return all(x <= y for x, y in zip(a, b, strict=True)) and any(x < y for x, y in zip(a, b, strict=True))


def peeled(losses: np.ndarray) -> list[int]:
    """Ranks, one front after the other, each by comparing all pairs."""
    ranks = [-1] * len(losses)
    left = [i for i in range(len(losses)) if not any(map(math.isnan, losses[i]))]
    rank = 0
    while left:
        front = [i for i in left if not any(dominates(losses[j], losses[i]) for j in left)]
        for i in front:
            ranks[i] = rank
        left = [i for i in left if i not in front]
        rank += 1
    return ranks


@given(tables())
def test_fronts_are_those_of_brute_force(losses: np.ndarray):
    """For one to four losses; the first front is what no row dominates, and a failed trial has no rank."""
    ranks = peeled(losses)
    assert pareto.fronts(losses).tolist() == ranks
    assert pareto.non_dominated(losses).tolist() == [rank == 0 for rank in ranks]


def test_equals_stay_and_ties_in_one_loss_do_not():
    """(1, 3) twice is on the front twice; (2, 3) is as good in one loss and worse in the other."""
    losses = [[1, 3], [1, 3], [2, 3], [3, 1], [NAN, 0]]
    assert pareto.non_dominated(losses).tolist() == [True, True, False, True, False]
    assert pareto.fronts(losses).tolist() == [0, 0, 1, 0, -1]


def steps(losses: np.ndarray, reference: tuple[float, float]) -> float:
    """The area between a front and a reference, as the sum of the rectangles between its points."""
    area, y = 0.0, reference[1]
    for row in sorted(losses.tolist()):
        if row[0] < reference[0] and row[1] < y:
            area += (reference[0] - row[0]) * (y - row[1])
            y = row[1]
    return area


def test_an_area_by_hand():
    """Three rectangles, 1 x 1 + 2 x 1 + 4 x 1; what is dominated, beyond the reference or failed adds nothing."""
    front = [[1, 3], [3, 2], [4, 1]]
    assert pareto.hypervolume(front, (5, 4)) == pytest.approx(4 * 1 + 2 * 1 + 1 * 1)
    assert pareto.hypervolume([*front, [4, 3], [1, 3], [0, 4], [9, -9], [NAN, 0]], (5, 4)) == pytest.approx(7)
    assert pareto.hypervolume(front, (1, 1)) == 0
    assert pareto.hypervolume(np.empty((0, 2)), (1, 1)) == 0


@given(tables().filter(lambda losses: losses.shape[1] == 2), st.tuples(st.integers(-1, 5), st.integers(-1, 5)))
def test_areas_are_sums_of_rectangles(losses: np.ndarray, reference: tuple[int, int]):
    """Whatever the points are, and the reference."""
    known = losses[~np.isnan(losses).any(axis=1)]
    assert pareto.hypervolume(losses, reference) == pytest.approx(steps(known, reference))


@pytest.mark.parametrize("seed", range(3))
def test_a_volume_is_the_share_of_dice_that_fall_into_it(seed: int):
    """In three dimensions, within four standard errors of 100,000 random points of the unit cube."""
    rng = np.random.default_rng(seed)
    losses, dice = rng.random((12, 3)), rng.random((100_000, 3))
    share = np.mean([(losses <= point).all(axis=1).any() for point in dice])
    error = math.sqrt(share * (1 - share) / len(dice))
    assert pareto.hypervolume(losses, (1, 1, 1)) == pytest.approx(share, abs=4 * error)


def test_a_published_volume():
    """The known volume under the front y = 1 - sqrt(x) of ZDT1 from (1, 1) is 2/3; 2,000 points come within 1e-3."""
    x = np.linspace(0, 1, 2001)
    assert pareto.hypervolume(np.column_stack([x, 1 - np.sqrt(x)]), (1, 1)) == pytest.approx(2 / 3, abs=1e-3)


def test_the_reference_decides_which_front_is_larger():
    """Of two fronts each is the larger one from some reference, so a volume needs its reference beside it."""
    ends, middle = [[0, 10], [10, 0]], [[4, 4]]
    assert pareto.hypervolume(ends, (11, 11)) < pareto.hypervolume(middle, (11, 11))
    assert pareto.hypervolume(ends, (50, 50)) > pareto.hypervolume(middle, (50, 50))


@pytest.mark.parametrize("wide", [1.0, 1e6])
def test_the_knee_of_a_hyperbola_is_its_vertex(wide: float):
    """Of y = 1 / x from 1/10 to 10 it is x = 1, whatever the units are and however many points are dominated."""
    x = np.geomspace(0.1, 10, 41)
    front = np.column_stack([wide * x, 1 / x])
    losses = np.concatenate([front + np.array([wide, 1]), [[NAN, NAN]], front])
    row = pareto.knee(losses)
    assert losses[row] == pytest.approx([wide, 1])
    assert row == 41 + 1 + 20


@given(st.integers(3, 40), st.integers(0, 10_000))
def test_the_knee_lies_farthest_below_the_line_between_the_ends(n: int, seed: int):
    """The distance by a cross product with the chord, as in a school book."""
    rng = np.random.default_rng(seed)
    losses = np.column_stack([np.sort(rng.random(n)), np.sort(rng.random(n))[::-1]])
    scaled = (losses - losses.min(axis=0)) / np.ptp(losses, axis=0)
    (ax, ay), (bx, by) = scaled[0], scaled[-1]
    below = [((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / math.hypot(bx - ax, by - ay) for x, y in scaled]
    assert below[pareto.knee(losses)] == pytest.approx(max(below), abs=1e-9)


def test_a_front_without_a_bend_has_its_first_row_for_a_knee():
    """One point, two, a straight line; and a front that bulges upwards has an end."""
    assert pareto.knee([[5, 5], [1, 1]]) == 1
    assert pareto.knee([[2, 1], [1, 2], [3, 3]]) == 0
    x = np.linspace(0, 1, 11)
    assert pareto.knee(np.column_stack([x, 0.3 * (1 - x)])) == 0
    assert pareto.knee(np.column_stack([x, 1 - x**2])) in (0, 10)
    assert pareto.knee([[7.0], [3.0], [3.0]]) == 1


def test_three_goals_have_a_knee_too():
    """On the corner of a cube that is cut off at its ends: the point nearest to the origin."""
    assert pareto.knee([[0, 1, 1], [1, 0, 1], [1, 1, 0], [0.3, 0.3, 0.4], [0.1, 0.9, 0.9]]) == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pareto.non_dominated([1.0, 2.0]), r"the shape \(n, m\), a row for each trial, got \(2,\)"),
        (lambda: pareto.fronts(np.empty((2, 0))), r"got \(2, 0\); history.points"),
        (lambda: pareto.hypervolume([[1, 2]], (3,)), r"one number for each of the 2 losses, got shape \(1,\)"),
        (lambda: pareto.hypervolume([[1, 2]], (3, math.inf)), "must be finite, got .*inf"),
        (lambda: pareto.hypervolume([[1, -math.inf]], (3, 3)), "must not be -inf"),
        (lambda: pareto.knee([[NAN, 1]]), "none of the 1 rows is free of nan"),
    ],
)
def test_what_has_no_meaning_is_refused(call, message: str):
    """With the rule, the value and the way out."""
    with pytest.raises(ValueError, match=message):
        call()
