"""What does one of two numbers tell about the other? A cloud that is sliced where the second is observed.

a, b          two numbers; a is asked about, b is observed
covariance    of a and b where their means are 0 and 1, and their variances 1 and 2.5
correlation   of a and b where both have mean 0 and standard deviation 1
cloud         how draws of the pair lie: as a Gaussian, or bent, with the same means, deviations and correlation
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points, Segments
from hpo_tutor.scenes.looks import GREY, INK, ORANGE
from hpo_tutor.scenes.processes import BELIEF
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

CLOUDS = ("Gaussian", "bent")
MEAN_B, VARIANCE_B = 1.0, 2.5  # beside mean 0 and variance 1 of a
N_SHOWN, N_COUNTED = 400, 40_000
NEAR = 0.1  # a draw counts as on the slice if its b is that near
BENT = 0.95  # how much of what b does not tell by a line is told by its square
REACH = 3.4
GRID = np.linspace(-REACH, REACH, 171)


def products(covariance: float) -> Scene:
    """Draws of a pair, told apart by the sign of (a - its mean) times (b - its mean); the covariance is its mean."""
    z = np.random.default_rng(129).standard_normal((2, N_SHOWN))  # as many dots as crosses at covariance 0
    a, b = z[0], MEAN_B + covariance * z[0] + np.sqrt(VARIANCE_B - covariance**2) * z[1]
    product = a * (b - MEAN_B)
    same = product > 0
    return Scene(
        [
            Marks([0], "x", across=True, color=INK, dash="dash", width=1.5, name="means"),
            Marks([MEAN_B], "y", across=True, color=INK, dash="dash", width=1.5),
            Points(a[same], b[same], ORANGE, "circle", 7.0, 0.85, None, name="same side of the means: product above 0"),
            Points(a[~same], b[~same], GREY, "x", 7.0, 0.9, None, name="opposite sides: product below 0"),
        ],
        Axis("a", -5, 5),
        Axis("b", MEAN_B - 5, MEAN_B + 5),
        f"Covariance {number(covariance)}: of {N_SHOWN} draws {np.sum(same)} lie on the same side of both means; the "
        f"mean of all products is {product.mean():.2f}.".replace("-", "\N{MINUS SIGN}"),
        f"Mean of the products: {product.mean():.2f}".replace("-", "\N{MINUS SIGN}"),
        aspect=0.7,
    )


def pair(correlation: float, b: float, cloud: str) -> Board:
    """The cloud with its ellipses and the slice at b; beside it what was believed of a, and what is believed now."""
    mean, std = given(correlation, b)
    x, y = draws(correlation, cloud)
    on_slice = x[np.abs(y - b) < NEAR]
    caught = np.mean(np.abs(on_slice - mean) <= 2 * std) if len(on_slice) else np.nan
    counted = f"{100 * caught:.0f}\u00a0% of the draws near the slice lie there" if len(on_slice) else "no draw is near"
    low, high = mean - 2 * std, mean + 2 * std
    across = Axis("a, asked about", -REACH, REACH)
    layers: list[AnyLayer] = [
        Points(x[:N_SHOWN], y[:N_SHOWN], ORANGE, "circle", 4.5, 0.55, None, name="draw of the pair"),
        *ellipses(correlation),
        Segments([-REACH], [b], [REACH], [b], color=INK, dash="dash", width=1.5, name="b, observed"),
        Segments([low], [b], [high], [b], color=BELIEF, width=6, name="a given b, mean ± 2 std"),
        Points([mean], [b], BELIEF, "diamond", 12),
    ]
    plane = Scene(layers, across, Axis("b, observed", -REACH, REACH), title="The pair", aspect=1)
    inside = np.linspace(low, high, 81)
    told: list[AnyLayer] = [
        Line(GRID, stats.norm.pdf(GRID), GREY, "longdashdot", 2.0, name="a before"),
        Band(inside, np.zeros(81), stats.norm.pdf(inside, mean, std), BELIEF, 0.3),
        Line(GRID, stats.norm.pdf(GRID, mean, std), BELIEF, "solid", 2.5, name="a given b"),
        Marks([mean], "x", across=True, color=BELIEF, dash="dot", width=1.5),
    ]
    bells = Scene(told, across, Axis("density of a", 0, 1.4), title="What is believed of a", aspect=1)
    sentence = (
        f"Correlation {number(correlation)}, b = {number(b)}: a is {number(mean)} ± {number(2 * std)}, "
        f"before it was 0 ± 2 (two standard deviations). {counted[0].upper()}{counted[1:]}."
    )
    return beside(plane, bells, sentence=sentence)


def given(correlation: float, b: float) -> tuple[float, float]:
    """Mean and standard deviation of a once b is known."""
    return correlation * b, float(np.sqrt(1 - correlation**2))


def ellipses(correlation: float, color: str = GREY) -> list[AnyLayer]:
    """Where a Gaussian pair is equally dense: one and two standard deviations from the middle, in every direction."""
    turn = np.linspace(0, 2 * np.pi, 73)
    x, y = np.cos(turn), correlation * np.cos(turn) + np.sqrt(1 - correlation**2) * np.sin(turn)
    return [
        Line(reach * x, reach * y, color, "solid", 1.5, 0.9, name="ellipses: 1 and 2 std" if reach == 1 else "")
        for reach in (1, 2)
    ]


@cache
def draws(correlation: float, cloud: str) -> tuple[Array, Array]:
    """Draws of a and of b, (N_COUNTED,) each; all correlations share their luck.

    Raises:
        ValueError: there is no such cloud.
    """
    if cloud not in CLOUDS:
        raise ValueError(f"a cloud is one of {', '.join(CLOUDS)}, got {cloud!r}")
    b, own = np.random.default_rng(2).standard_normal((2, N_COUNTED))
    if cloud == "bent":  # the square of b has mean 1 and variance 2, and no correlation with b
        own = BENT * (b**2 - 1) / np.sqrt(2) + np.sqrt(1 - BENT**2) * own
    return correlation * b + np.sqrt(1 - correlation**2) * own, b
