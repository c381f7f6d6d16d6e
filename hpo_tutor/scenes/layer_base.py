"""What do all layers of a picture share? Frozen arrays of one length, and looks that can be drawn."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.looks import DASHES, known_color

Array = NDArray[np.float32]


class Layer:
    """What all layers share: frozen float32 arrays of one length, colours that can be drawn, opacity in 0..1."""

    name: str
    _arrays: tuple[str, ...] = ()

    def _settle(self) -> None:
        """Turn the named fields into frozen arrays of equal length, and look through the rest."""
        columns = {name: np.ravel(np.asarray(getattr(self, name), dtype=np.float32)) for name in self._arrays}
        lengths = {name: len(column) for name, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"the arrays of {type(self).__name__} must have one length, got {lengths}")
        for name, column in columns.items():
            object.__setattr__(self, name, frozen(column))
        for name in {"color", "fill", "outline"} & {field.name for field in fields(self)}:  # type: ignore[arg-type]
            value = getattr(self, name)
            if name == "color" or isinstance(value, str):
                known_color(value)
            else:
                object.__setattr__(self, name, None if value is None else tuple(map(known_color, value)))
        for name in {"width", "size", "radius"} & {field.name for field in fields(self)}:  # type: ignore[arg-type]
            lengths_of = np.asarray(getattr(self, name), dtype=np.float64)
            if np.any(lengths_of < 0) or (lengths_of.ndim == 0 and not np.isfinite(lengths_of)):
                raise ValueError(f"the {name} of {type(self).__name__} must not be negative, got {getattr(self, name)}")
        opacity = getattr(self, "opacity", 1.0)
        if not 0 <= opacity <= 1:
            raise ValueError(f"opacity must lie between 0 and 1, got {opacity}")


def frozen(array: NDArray[np.float32]) -> Array:
    """A read-only array: the same one if nobody can write to it, else a copy."""
    base = array
    while isinstance(base, np.ndarray) and not base.flags.writeable and base.base is not None:
        base = base.base
    if not isinstance(base, np.ndarray) or base.flags.writeable:
        array = array.copy()
        array.setflags(write=False)
    return array


def known_dash(dash: str) -> None:
    """Raise ValueError where there is no such dash."""
    if dash not in DASHES:
        raise ValueError(f"a dash is one of {', '.join(DASHES)}, got {dash!r}")


def known_fill(fill: str | Sequence[str] | None, n: int, what: str) -> None:
    """Raise ValueError where there is neither one colour for all nor one for each of n shapes."""
    if fill is not None and not isinstance(fill, str) and len(fill) != n:
        raise ValueError(f"fill must be one colour or one for each of {n} {what}, got {len(fill)}")
