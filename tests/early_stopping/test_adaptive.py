"""Determined's brackets: its own test figures and its worked example."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor.early_stopping import bracket_rungs, bracket_sizes, determined, rung_units

LOADED = settings(deadline=None, max_examples=50)  # a busy machine is no bug


def test_bracket_sizes_are_determineds():
    """The figures of its unit tests; the order of the brackets does not matter."""
    assert bracket_sizes(20, [3, 2, 1], 3) == (12, 5, 3)
    assert bracket_sizes(50, [4, 3], 3) == (35, 15)
    assert bracket_sizes(50, [3, 4], 3) == (15, 35)


def test_rung_units_are_determineds():
    """Four rungs up to 10 with divisor 2, the figures of its unit tests; no rung lies below one unit."""
    assert rung_units(4, 10, 2) == (1, 2, 5, 10)
    assert rung_units(4, 3, 2) == (1, 1, 1, 3)


def test_the_mnist_example():
    """16 trials of 937 batches: two brackets, 12 trials on rungs 58, 234, 937 and 4 on 234, 937."""
    scheduler = determined(16, 937)
    assert scheduler.brackets == ((12, (58, 234, 937)), (4, (234, 937)))
    assert (scheduler.n_trials, scheduler.form) == (16, "stopping")


@pytest.mark.parametrize(
    ("mode", "ladders"),
    [("aggressive", (5,)), ("standard", (5, 4, 3)), ("conservative", (5, 4, 3, 2, 1))],
)
def test_modes_say_which_brackets_there_are(mode, ladders):
    """Five rungs at most, where trials and time allow more."""
    assert bracket_rungs(10_000, 10_000, 4, 5, mode) == ladders
    assert tuple(len(rungs) for rungs in determined(10_000, 10_000, 4, 5, mode).rungs) == ladders


@LOADED
@given(
    st.integers(1, 5000),
    st.integers(1, 5000),
    st.sampled_from([2, 3, 4, 5, 2.5]),
    st.integers(1, 8),
    st.sampled_from(["aggressive", "standard", "conservative"]),
)
def test_brackets_use_all_trials_and_fit(max_trials, max_time, divisor, max_rungs, mode):
    """All trials are dealt, rungs rise to the whole time, and one more rung would be one too many."""
    brackets = determined(max_trials, max_time, divisor, max_rungs, mode).brackets
    assert sum(bracket.share for bracket in brackets) == max_trials
    assert min(bracket.share for bracket in brackets) >= 1
    most = len(brackets[0].rungs)
    assert divisor ** (most - 1) <= min(max_trials, max_time)
    assert most == max_rungs or divisor**most > min(max_trials, max_time)
    for bracket in brackets:
        assert (
            bracket.rungs == tuple(max(math.floor(max_time / divisor**k), 1) for k in range(len(bracket.rungs)))[::-1]
        )


@pytest.mark.parametrize("divisor", [2, 3, 4, 5, 10])
@pytest.mark.parametrize("exponent", [1, 2, 3, 4, 5])
def test_no_rung_is_lost_to_a_rounded_logarithm(divisor, exponent):
    """log(243) / log(3) is 4.999..., and there are six rungs all the same."""
    assert bracket_rungs(divisor**exponent, divisor**exponent, divisor, 99, "aggressive") == (exponent + 1,)
    assert bracket_rungs(divisor**exponent - 1, 10**9, divisor, 99, "aggressive") == (exponent,)


@LOADED
@given(st.integers(8, 10_000), st.sampled_from([2, 3, 4]))
def test_brackets_cost_about_the_same(max_trials, divisor):
    """Trials times rungs over divisor^(rungs - 1) is what a bracket costs; the sizes make that as equal as they can."""
    ladders = bracket_rungs(max_trials, 10**9, divisor, 5, "conservative")
    sizes = bracket_sizes(max_trials, ladders, divisor)
    for size, n_rungs in zip(sizes[1:], ladders[1:], strict=True):
        weight = divisor ** (n_rungs - 1) / n_rungs
        whole = sum(divisor ** (n - 1) / n for n in ladders)
        assert size == max(math.floor(max_trials * weight / whole + 1e-9), 1)
    assert sizes[0] == max_trials - sum(sizes[1:])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: determined(0, 10), "max_trials must be a whole number"),
        (lambda: determined(10, 0.5), "max_time must be a whole number"),
        (lambda: determined(10, 10, max_rungs=0), "max_rungs must be a whole number"),
        (lambda: determined(10, 10, divisor=1), "divisor must be at least 2"),
        (lambda: determined(10, 10, mode="bold"), "mode must be one of aggressive, standard, conservative"),
        (lambda: bracket_sizes(2, [1, 1, 1], 2), "3 brackets with at least one trial each need 3 trials, got 2"),
        (lambda: bracket_sizes(2, [], 2), "every bracket needs a rung"),
        (lambda: bracket_sizes(2, [0], 2), "every bracket needs a rung"),
    ],
)
def test_bad_input_is_told_the_rule_and_the_value(call, words):
    """What cannot be shared out is refused."""
    with pytest.raises(ValueError, match=words):
        call()
