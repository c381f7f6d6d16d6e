"""Decisions of notebook 17, one at a time: they are those of the rules, worked out anew from the sorted list."""

import re
from itertools import product

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb17 import verdicts
from hpo_tutor.scenes.layers import Marks, Points
from hpo_tutor.scenes.stage import legend

FOUND = verdicts.arrivals(27, 3)


def stopping(losses, order, divisor):
    """Who goes on: fewer than max(floor(n / divisor), 1) of the n so far are better."""
    when = np.full(len(losses), len(losses) + 1)
    for n, trial in enumerate(order, 1):
        better = sum(losses[other] < losses[trial] for other in order[:n])
        if better < max(n // divisor, 1):
            when[trial] = n
    return when


def promoting(losses, order, divisor):
    """Who goes on: after each arrival all that are among the best floor(n / divisor) and have not been promoted."""
    when = np.full(len(losses), len(losses) + 1)
    for n in range(1, len(losses) + 1):
        best = sorted(order[:n], key=lambda trial: losses[trial])[: n // divisor]
        for trial in best:
            when[trial] = min(when[trial], n)
    return when


@pytest.mark.parametrize(("order", "divisor"), list(product(verdicts.ORDERS, (2, 3, 4))))
def test_decisions_are_those_of_the_rule(order, divisor):
    """Both forms, every order: worked out by hand from the sorted list."""
    for seed in range(3):
        found = verdicts.arrivals(40, 3, seed=seed)
        sequence = verdicts.ordered(found.losses, found.seconds, order, seed)
        for form, rule in (("stopping", stopping), ("promoting", promoting)):
            decided = verdicts.decide(found.losses, sequence, form, divisor)
            np.testing.assert_array_equal(decided.when, rule(found.losses, sequence, divisor))


def test_sorted_arrivals_are_the_extremes():
    """Improving arrivals nearly all go on, worsening ones hardly any: 79 and 81 of 81, or 27 and 1."""
    losses, seconds = np.random.default_rng(0).permutation(81) / 81 + 0.1, np.ones(81)

    def n_on(form, order):
        return int((verdicts.decide(losses, verdicts.ordered(losses, seconds, order), form).when <= 81).sum())

    assert [n_on("promoting", order) for order in ("best last", "best first")] == [79, 27]
    assert [n_on("stopping", order) for order in ("best last", "best first")] == [81, 1]


def test_the_first_arrival_goes_on_in_the_stopping_form_alone():
    """One of one is the best, however bad it is; promotion waits for three."""
    for order in verdicts.ORDERS:
        sequence = verdicts.ordered(FOUND.losses, FOUND.seconds, order)
        assert verdicts.decide(FOUND.losses, sequence, "stopping").when[sequence[0]] == 1
        assert verdicts.decide(FOUND.losses, sequence, "promoting").when.min() == 3


def test_the_share_tends_to_one_in_divisor():
    """In random order, of 2,000 losses, the share that goes on lies near 1 / divisor; it lies above it for a few."""
    rng = np.random.default_rng(1)
    losses = rng.random(2000)
    for form, divisor in product(verdicts.FORMS, (2, 3, 4)):
        decided = verdicts.decide(losses, rng.permutation(2000), form, divisor)
        assert (decided.when <= 2000).mean() == pytest.approx(1 / divisor, abs=0.05)


def test_orders_are_orders():
    """Every network arrives once, and by speed or loss in that order."""
    for order in verdicts.ORDERS:
        assert sorted(verdicts.ordered(FOUND.losses, FOUND.seconds, order)) == list(range(27))
    assert (np.diff(FOUND.seconds[verdicts.ordered(FOUND.losses, FOUND.seconds, "fast first")]) >= 0).all()
    assert (np.diff(FOUND.losses[verdicts.ordered(FOUND.losses, FOUND.seconds, "best last")]) <= 0).all()


def test_fast_first_favours_the_fast():
    """In the stopping form more of the fastest third go on when they arrive first than when they arrive last."""
    firsts, lasts = [], []
    for seed in range(8):
        found = verdicts.arrivals(81, 3, seed=seed)
        fastest = verdicts.thirds(found.seconds) == 0
        for order, counts in (("fast first", firsts), ("slow first", lasts)):
            decided = verdicts.decide(found.losses, verdicts.ordered(found.losses, found.seconds, order))
            counts.append(int((decided.when[fastest] <= 81).sum()))
    assert all(first > last for first, last in zip(firsts, lasts, strict=True))
    assert np.mean(firsts) > np.mean(lasts) + 3


def points(scene, name):
    """Places of the points of this name."""
    (layer,) = (layer for layer in scene.layers if isinstance(layer, Points) and layer.name == name)
    return layer.x, layer.y


@pytest.mark.parametrize(("form", "order"), list(product(verdicts.FORMS, verdicts.ORDERS)))
def test_every_arrival_has_its_picture(form, order):
    """The rung is sorted, the line is at floor(n / divisor), and sentence and dots count the same."""
    sequence = verdicts.ordered(FOUND.losses, FOUND.seconds, order)
    decided = verdicts.decide(FOUND.losses, sequence, form)
    for n in range(1, 28):
        board = verdicts.decision_board(FOUND, decided, n, form)
        rung, share, favoured = board.scenes()
        out = points(rung, "stopped" if form == "stopping" else "waits")
        on, lucky = points(rung, "went on"), points(rung, "went on, now beyond the line")
        x, y = (np.concatenate(parts) for parts in zip(out, on, lucky, strict=True))
        np.testing.assert_allclose(y[np.argsort(x)], np.sort(FOUND.losses[sequence[:n]]), rtol=1e-5)
        assert sorted(x) == list(range(1, n + 1))
        (mark,) = (layer for layer in rung.layers if isinstance(layer, Marks))
        at = max(n // 3, 1) if form == "stopping" else n // 3
        assert mark.at[0] == at + 0.5
        assert (lucky[0] > at).all()
        assert (on[0] <= at).all()
        went = int((decided.when <= n).sum())
        assert len(on[0]) + len(lucky[0]) == went
        assert f"{went} of {n} went on so far" in board.sentence
        beyond = re.search(r"(\d+) of them (?:is|are) beyond", board.sentence)
        assert (int(beyond[1]) if beyond else 0) == len(lucky[0])
        told = re.search(r"rank (\d+) of", board.sentence)
        assert int(told[1]) == 1 + (FOUND.losses[sequence[:n]] < FOUND.losses[sequence[n - 1]]).sum()
        assert points(favoured, "went on so far")[0].sum() == went
        assert points(favoured, "if all were waited for")[0].sum() == 9
        assert share.y.low == 0
    assert len(legend([board])) <= 8


def test_the_player_has_all_of_them():
    """Its first picture is of the ninth arrival."""
    player = verdicts.decisions(n=12, orders=("fast first", "at random"))
    found = verdicts.arrivals(12, 3)
    sequence = verdicts.ordered(found.losses, found.seconds, "fast first", 0)
    decided = verdicts.decide(found.losses, sequence)
    assert verdicts.decision_board(found, decided, 9).sentence.encode() in player.frames


def test_wrong_requests_are_refused():
    """Unknown orders and forms, and more arrivals than networks."""
    sequence = verdicts.ordered(FOUND.losses, FOUND.seconds, "fast first")
    with pytest.raises(ValueError, match="order is one of"):
        verdicts.ordered(FOUND.losses, FOUND.seconds, "alphabetically")
    with pytest.raises(ValueError, match="form is one of"):
        verdicts.decide(FOUND.losses, sequence, "waiting")
    with pytest.raises(ValueError, match="counts arrivals"):
        verdicts.decision_board(FOUND, verdicts.decide(FOUND.losses, sequence), 28)
