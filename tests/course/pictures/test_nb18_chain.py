"""The chain rule of notebook 18, link by link: its numbers are those of automatic differentiation, and are told."""

import math
import re
from itertools import product

import numpy as np
import pytest
import torch

from hpo_tutor.course.pictures.nb18 import chain
from hpo_tutor.scenes.layers import Line, Points
from hpo_tutor.scenes.stage import legend
from hpo_tutor.scenes.ticks import number

ALL = list(product(chain.ELLS, chain.ETAS))


def differentiated(ell, eta):
    """The weight, C2, dtheta'/dell and dC2/dell, by torch in float64 from the rows alone."""
    ell = torch.tensor(ell, dtype=torch.float64, requires_grad=True)
    theta = torch.tensor(chain.THETA, dtype=torch.float64, requires_grad=True)
    (x1, y1), (x2, y2) = torch.tensor(chain.T1.T), torch.tensor(chain.T2.T)
    c1 = 0.5 * ((y1 - theta * x1) ** 2).mean() + 10**ell * theta**2 / 2
    (slope,) = torch.autograd.grad(c1, theta, create_graph=True)
    weight = theta - eta * slope
    c2 = 0.5 * ((y2 - weight * x2) ** 2).mean()
    (moved,) = torch.autograd.grad(weight, ell, retain_graph=True)
    (whole,) = torch.autograd.grad(c2, ell)
    return [one.item() for one in (weight, c2, moved, whole)]


@pytest.mark.parametrize(("ell", "eta"), ALL)
def test_the_links_are_the_derivatives(ell, eta):
    """Weight, loss, both links and their product, against double back-propagation; the finite difference too."""
    here = chain.step(ell, eta)
    weight, loss, moved, whole = differentiated(ell, eta)
    assert (here.weight, here.loss, here.moved, here.slope) == pytest.approx((weight, loss, moved, whole), rel=1e-9)
    assert here.difference == pytest.approx(whole, rel=1e-5, abs=1e-8)
    assert chain.THETA + here.pull + here.shrink == pytest.approx(here.weight, rel=1e-12)


def test_left_out_factors_are_missing():
    """Without ln 10 the slope is 2.3 times too small; without ln 10 and lambda it has the sign, not the size."""
    for ell, eta in ALL:
        complete, no_log, source = (chain.step(ell, eta, formula) for formula in chain.FORMULAS)
        assert no_log.slope * math.log(10) == pytest.approx(complete.slope, rel=1e-12)
        assert source.slope * math.log(10) * 10**ell == pytest.approx(complete.slope, rel=1e-12)
        assert source.moved == pytest.approx(-eta * chain.THETA, rel=1e-12)
        assert complete.difference == no_log.difference == source.difference


def test_a_penalty_helps_and_then_harms():
    """With the larger rates C2 falls with the penalty at first and rises in the end, so its slope changes sign."""
    for eta in chain.ETAS[1:]:
        slopes = np.array([chain.step(ell, eta).slope for ell in chain.ELLS])
        assert slopes[0] < 0
    assert slopes[-1] > 0


@pytest.mark.parametrize("formula", chain.FORMULAS)
def test_every_place_of_the_dials_has_its_picture(formula):
    """Tangents run through the marked points with the slopes that are told; the sentence says whether both agree."""
    for ell, eta in ALL:
        board = chain.chain(ell, eta, formula)
        here = chain.step(ell, eta, formula)
        slopes = (here.moved, here.g, here.slope)
        at = ((ell, here.weight), (here.weight, here.loss), (ell, here.loss))
        for scene, slope, (x, y) in zip(board.scenes(), slopes, at, strict=True):
            (tangent,) = (one for one in scene.layers if isinstance(one, Line) and one.name == "slope by the formula")
            (dot,) = (one for one in scene.layers if isinstance(one, Points) and one.name == "here")
            assert (dot.x[0], dot.y[0]) == pytest.approx((x, y), abs=1e-5)
            assert scene.x.low < x < scene.x.high
            assert scene.y.low < y < scene.y.high
            assert np.diff(tangent.y)[0] == pytest.approx(slope * np.diff(tangent.x)[0], rel=1e-3, abs=1e-4)
            assert (tangent.x.mean(), tangent.y.mean()) == pytest.approx((x, y), abs=1e-5)
            assert number(slope) in scene.title
        told = board.sentence
        assert f"finite difference {number(here.difference)}: " in told
        assert told.endswith("they agree." if formula == "complete" else "they do not agree.")
        factors = re.search(r"= (\S+) · \(?([^ )]+)\)? = (\S+); finite", told)
        assert factors.groups() == tuple(map(number, (here.g, here.moved, here.slope)))
    assert len(legend([board])) == 6


def test_the_player_begins_in_the_middle():
    """With the complete formula, where both numbers agree."""
    assert chain.chain(-0.8, 0.2).sentence in chain.chain_player()._shown().sentence


def test_there_are_three_formulas():
    """Any other is refused."""
    with pytest.raises(ValueError, match="formula is one of"):
        chain.step(0.0, 0.1, "none")
