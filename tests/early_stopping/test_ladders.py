"""Rungs and brackets against published figures, and against counting."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.early_stopping import Stage, Synchronous, hyperband_brackets, plan_cost, rung_sizes, rungs
from hpo_tutor.early_stopping.ladders import n_levels

LOADED = settings(deadline=None, max_examples=50)  # a busy machine is no bug


def test_hyperband_has_the_brackets_of_its_algorithm():
    """R = 81, eta = 3: what Algorithm 1 of Li et al. (2018) gives, worked out by hand."""
    assert hyperband_brackets(81, 3) == (
        ((81, 1), (27, 3), (9, 9), (3, 27), (1, 81)),
        ((34, 3), (11, 9), (3, 27), (1, 81)),
        ((15, 9), (5, 27), (1, 81)),
        ((8, 27), (2, 81)),
        ((5, 81),),
    )


def test_hyperbands_printed_example_rounds_otherwise():
    """Table 1 of Li et al. (2018) starts 81, 27, 9, 6 and 5 trials: the shares are rounded down first, not up last."""
    printed = (
        ((81, 1), (27, 3), (9, 9), (3, 27), (1, 81)),
        ((27, 3), (9, 9), (3, 27), (1, 81)),
        ((9, 9), (3, 27), (1, 81)),
        ((6, 27), (2, 81)),
        ((5, 81),),
    )
    ours = hyperband_brackets(81, 3)
    assert ours[0] == printed[0]
    assert ours[-1] == printed[-1]
    for own, other in zip(ours, printed, strict=True):
        assert [stage.fidelity for stage in own] == [fidelity for _, fidelity in other]
        assert other[0][0] == 3 ** (len(own) - 1) * (5 // len(own))
        assert all(mine.n_trials >= n_trials for mine, (n_trials, _) in zip(own, other, strict=True))


def test_hyperband_with_divisor_two_matches_a_published_table():
    """R = 8, eta = 2: 8, 6, 4 and 4 trials start, as the documentation of mlr3hyperband prints (bracket 0 has 4)."""
    sizes = [[stage.n_trials for stage in plan] for plan in hyperband_brackets(8, 2)]
    assert sizes == [[8, 4, 2, 1], [6, 3, 1], [4, 2], [4]]


@LOADED
@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(2, 7))
def test_rungs_are_the_top_divided_as_often_as_it_fits(one, other, divisor):
    """Whole numbers, rounded down, from the top; one rung more would lie below the lowest fidelity."""
    bottom, top = sorted([one, other])
    ladder = rungs(top, bottom, divisor)
    assert list(ladder) == [top // divisor**k for k in reversed(range(len(ladder)))]
    assert all(isinstance(level, int) for level in ladder)
    assert sorted(set(ladder)) == list(ladder)
    assert ladder[0] >= bottom > top / divisor ** len(ladder)


@pytest.mark.parametrize("divisor", range(2, 11))
@pytest.mark.parametrize("exponent", range(8))
def test_no_rung_is_lost_to_rounding(divisor, exponent):
    """At a power of the divisor there is one rung more than just below it; shares are not rounded away either."""
    top = divisor**exponent
    assert len(rungs(top, 1, divisor)) == n_levels(top, divisor) == exponent + 1
    assert n_levels(top - 1, divisor) == exponent
    share = 1.0
    for _ in range(exponent):
        share /= divisor
    assert len(rungs(1.0, share, divisor)) == len(rungs(1.0, 1 / top, divisor)) == exponent + 1


def test_shares_of_the_rows_are_not_rounded():
    """From a 27th of the rows to all of them."""
    assert rungs(1.0, 1 / 27, 3) == pytest.approx((1 / 27, 1 / 9, 1 / 3, 1), rel=1e-15)
    assert rungs(1, 0.3, 2) == (0.5, 1.0)


@LOADED
@given(st.integers(1, 10**6), st.integers(1, 12), st.integers(2, 7))
def test_sizes_are_divided_and_rounded_rung_by_rung(n_trials, n_rungs, divisor):
    """Rounding down once is the same as rounding down at each rung."""
    sizes = rung_sizes(n_trials, n_rungs, divisor)
    assert sizes[0] == n_trials
    assert all(high == low // divisor for low, high in pairwise(sizes))


@LOADED
@given(st.integers(1, 2000), st.integers(2, 7))
def test_hyperbands_brackets_cost_about_the_same(top, divisor):
    """Begun anew at each rung, no bracket costs more than (s_max + 1) R and what one more trial a rung would add."""
    plans = hyperband_brackets(top, divisor)
    budget = len(plans) * top
    for plan in plans:
        cost = plan_cost(plan, resume=False)
        assert cost == sum(n_trials * fidelity for n_trials, fidelity in plan)
        assert cost <= budget + top * len(plan) / divisor ** (len(plan) - 1)
        assert plan[-1].n_trials >= 1


@pytest.mark.parametrize("stages", [[], [(3, 1), (4, 3)], [(3, 3), (1, 3)], [(3, 1), (0, 3)], [(1, 0)]])
def test_a_plan_that_cannot_be_played_is_refused(stages):
    """Fidelities rise from above 0, trials do not become more, and one reaches the top."""
    with pytest.raises(ValueError, match="a plan needs rungs"):
        Synchronous([tuple(Stage(*stage) for stage in stages)])


def test_the_cost_tells_continuing_from_beginning_anew():
    """81 trials at 1, 3, 9, 27, 81 epochs: 297 epochs if continued, 405 if not; 6561 without stopping."""
    plan = hyperband_brackets(81, 3)[0]
    assert plan_cost(plan) == 81 * 1 + 27 * 2 + 9 * 6 + 3 * 18 + 1 * 54 == 297
    assert plan_cost(plan, resume=False) == 5 * 81
    assert plan_cost([Stage(81, 81)]) == 81**2
    assert math.isclose(plan_cost([Stage(9, 1 / 3), Stage(3, 1.0)]), 3 + 2)
