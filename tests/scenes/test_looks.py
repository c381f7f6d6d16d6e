"""The colours, dashes and symbols of samplers, for every eye and on every ground."""

from itertools import combinations

import numpy as np
import pytest
from eyes import BLINDNESS, channels, contrast, distance, lab

from hpo_tutor.scenes.looks import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SHADES,
    SKY,
    STYLES,
    SYMBOLS,
    mixed,
    shade,
    style,
)

PALETTE = (ORANGE, SKY, GREEN, BLUE, RED, PINK)
GROUNDS = ("#ffffff", "#111111")  # of the pages, JupyterLab's dark theme among them
APART = 10.0  # in CIELAB: ten times what is just seen

every_eye = pytest.mark.parametrize("blindness", list(BLINDNESS))


def test_eyes_measure_as_published():
    """White and black are 21 to 1; CIELAB of sRGB's red and green is the published one; grey is grey to everybody."""
    assert contrast(channels("#ffffff"), channels("#000000")) == pytest.approx(21)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert lab("#00ff00") == pytest.approx([87.74, -86.18, 83.18], abs=0.02)
    for blindness in BLINDNESS:
        assert np.abs(lab("#808080", blindness)[1:]).max() < 0.5
    # what the names mean: red and green, or blue and green, of one lightness become alike
    assert distance("#b85a5a", "#6f7f3a", "deutan") < distance("#b85a5a", "#6f7f3a") / 2
    assert distance("#0072b2", "#007a5a", "tritan") < distance("#0072b2", "#007a5a") / 2


def test_colours_are_mixed_with_white_and_black():
    """Half way to white, half way to black, and not at all."""
    assert mixed("#204060", 0.5) == "#90a0b0"
    assert mixed("#204060", -0.5) == "#102030"
    assert mixed("#204060", 0) == "#204060"


def test_every_colour_stands_out_from_both_grounds():
    """At least 3 to 1 against white and against #111111, which WCAG 2.2 (1.4.11) asks of lines and symbols."""
    for color in (*PALETTE, GREY, *(look.color for look in STYLES.values())):
        for ground in GROUNDS:
            assert contrast(channels(color), channels(ground)) >= 3, (color, ground)


def test_the_palette_is_apart_for_common_eyes():
    """Any two of its colours are far apart for those who see all colours, also from grey."""
    assert min(distance(one, other) for one, other in combinations((*PALETTE, GREY), 2)) >= APART


@every_eye
def test_two_samplers_are_never_alike(blindness: str):
    """Where two look nearly the same in colour, both the dash of their lines and the symbol of their points differ."""
    near = [
        (one, other)
        for one, other in combinations(STYLES, 2)
        if distance(style(one).color, style(other).color, blindness) < APART
    ]
    assert near, "there are more samplers than colours, so shape must tell some apart"
    for one, other in near:
        assert style(one).dash != style(other).dash, (one, other)
        assert style(one).symbol != style(other).symbol, (one, other)


@every_eye
def test_colours_that_nearly_meet_are_known(blindness: str):
    """Orange and red alone come near each other, and only for the deutan."""
    near = {pair for pair in combinations(PALETTE, 2) if distance(*pair, blindness) < APART}
    assert near == ({(ORANGE, RED)} if blindness == "deutan" else set())


def test_symbols_differ_in_outline():
    """No symbol is another's polygon, so that shape alone tells all samplers apart."""
    outlines = [SYMBOLS[look.symbol] for look in STYLES.values()]
    assert len(set(outlines)) == len(outlines)


@every_eye
def test_surfaces_grow_lighter_for_every_eye(blindness: str):
    """From the lowest to the highest the lightness rises step by step, over at least two thirds of its range."""
    lightness = np.array([lab(shade(share), blindness)[0] for share in np.linspace(0, 1, 65)])
    assert (np.diff(lightness) > 0).all()
    assert lightness[-1] - lightness[0] > 66
    assert len(SHADES) == 5
