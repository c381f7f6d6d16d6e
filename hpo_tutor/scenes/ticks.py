"""Which numbers stand at an axis, and how are they written? The same words in every picture.

low, high   the ends of an axis
tick        (value, text)
"""

import math

MINUS = "\N{MINUS SIGN}"
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

Tick = tuple[float, str]


def number(value: float) -> str:
    """A number for a sentence, to three digits; the whole number where it has more than three before the point."""
    return f"{value:{'.0f' if 1e3 <= abs(value) < 1e6 else '.3g'}}".replace("-", MINUS)


def linear(low: float, high: float, most: int = 6) -> list[Tick]:
    """At most ``most`` round numbers at equal steps (1, 2 or 5 times a power of ten) between two values."""
    rough = (high - low) / (most - 1)
    decade = 10.0 ** math.floor(math.log10(rough))
    step = next(size * decade for size in (1, 2, 5, 10) if size * decade >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    return [(k * step, f"{k * step:.{places}f}".replace("-", MINUS)) for k in range(first, last + 1)]


def counting(last: int) -> list[Tick]:
    """About six whole numbers from 1 to the last."""
    step = max(1, round(last / 5))
    return [(float(n), str(n)) for n in sorted({1, *range(step, last + 1, step)})]


def logarithmic(low: float, high: float, decades: bool = False) -> list[Tick]:
    """1, 2, 5, 10, 20, ... around two positive values, by powers of ten if they are many; some may lie outside.

    Args:
        low: the lower end, positive.
        high: the upper end.
        decades: whether to label powers of ten alone.
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1,) if decades or last - first > 4 else (1, 2, 5)
    plain = first >= -4 and last <= 4  # one way of writing for the whole axis
    stride = math.ceil((last - first) / 12)  # no more labels than there is room for
    return [
        (step * 10.0**decade, _scientific(step, decade, plain))
        for decade in range(first, last + 1, max(stride, 1))
        for step in steps
    ]


def _scientific(step: int, decade: int, plain: bool) -> str:
    """A number as one would write it: 0.02, 500, or else 2·10⁻⁷."""
    if plain or decade in (0, 1):
        return f"{step * 10.0**decade:.10g}"
    return ("" if step == 1 else f"{step}·") + "10" + str(decade).translate(SUPERSCRIPTS)
