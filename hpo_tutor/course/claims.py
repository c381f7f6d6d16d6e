"""Is a sentence of the text still true?

Every empirical sentence of a notebook is followed by a claim. A student who turned a knob is told that the sentence no
longer holds; the test suite (HPO_TUTOR_STRICT=1) fails instead, so that the text cannot drift from the numbers.
"""

import os
from typing import Any

import numpy as np


def claim(sentence: str, condition: Any, **numbers: Any) -> None:
    """Print the sentence with a tick and its numbers, or say that it is no longer true.

    Args:
        sentence: what is claimed, in words.
        condition: one truth value, of Python or numpy.
        numbers: what the claim rests on; numbers are printed with three significant digits.

    Raises:
        TypeError: the condition is not one truth value.
        AssertionError: the condition is false, and HPO_TUTOR_STRICT is set.
    """
    holds = _truth(condition)
    shown = ", ".join(f"{name} = {in_words(value)}" for name, value in numbers.items())
    line = f"{sentence} ({shown})" if shown else sentence
    if holds:
        print(f"✓ {line}")
    elif strict():
        raise AssertionError(f"the text claims: {line}")
    else:
        print(f"✗ no longer true with your settings: {line}")


def strict() -> bool:
    """Whether a false claim is an error: HPO_TUTOR_STRICT is set, and not to 0."""
    return os.environ.get("HPO_TUTOR_STRICT", "0") not in ("", "0")


def in_words(value: Any) -> str:
    """A number with three significant digits, an integer in full, a few numbers with spaces, anything else as it is."""
    if isinstance(value, bool | np.bool_ | str):
        return str(value)
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:,.0f}" if 1000 <= abs(number) < 1e6 else f"{number:.3g}"
    if isinstance(value, list | tuple | np.ndarray):
        return " ".join(in_words(item) for item in value)
    return str(value)


def _truth(condition: Any) -> bool:
    value = np.asarray(condition)
    if value.dtype != np.bool_ or value.size != 1:
        raise TypeError(
            f"a claim rests on one truth value, not on {condition!r}; compare, and use .all() or .any() for many values"
        )
    return bool(value.item())
