"""Which interval is drawn, and how if it ends outside the picture? It runs to the edge, and words tell where it ends.

reach   (n,)  from each dot to the ends of its interval, cut off at the edge
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.race.statistics import Interval, bootstrap_t_interval
from hpo_tutor.scenes.ticks import MINUS, number

Array = NDArray[np.float64]

LOST = f"y {MINUS} 1"
"""What is lost beyond the best of a data batch, as axes call it."""

MARGIN = 0.06  # of the room beyond the outermost ends


def mean_interval(values: Array, level: float = 0.95) -> Interval:
    """Mean and bootstrap-t interval of values (B,), cut off at 0 where no value is below."""
    found = bootstrap_t_interval(values, level)
    return found.above(0) if values.min() >= 0 else found


def error_bars(
    centre: ArrayLike, low: ArrayLike, high: ArrayLike, ends: tuple[float, float], **looks: Any
) -> dict[str, Any]:
    """Plotly's error bars from low to high, cut off at the ends of the axis."""
    middle, bottom, top = (np.asarray(part, dtype=np.float64) for part in (centre, low, high))
    return {
        "type": "data",
        "symmetric": False,
        "array": np.minimum(top, ends[1]) - middle,
        "arrayminus": middle - np.maximum(bottom, ends[0]),
        "thickness": 2,
        "width": 4,
        **looks,
    }


def linear_ends(*values: ArrayLike) -> tuple[float, float]:
    """From below the smallest to above the largest of all finite values; 0 is always within."""
    every = np.concatenate([np.ravel(part).astype(np.float64) for part in (*values, [0.0])])
    finite = every[np.isfinite(every)]
    room = MARGIN * (finite.max() - finite.min() or 1.0)
    return float(finite.min() - room), float(finite.max() + room)


def ranged(low: float, high: float) -> str:
    """An interval in words; infinite ends are said."""
    ends = [f"{MINUS if end < 0 else ''}∞" if np.isinf(end) else number(end) for end in (low, high)]
    return " to ".join(ends)


def listed(words: Iterable[str]) -> str:
    """Words with commas, and with "and" before the last."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
