"""How is a value written down so that JSON can hold it, and the next process writes it the same?"""

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """A value as JSON can hold it: numpy scalars become numbers, tuples lists, anything unknown its text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return plain_text(value)


def plain_text(value: Any) -> str:
    """A value's ``repr`` without addresses in memory, which differ in the next process."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
