"""Which pictures can be chosen, and by what? A dial has values; one value of each dial chooses a picture.

size      how many values a dial has
flat      the number of a picture among all combinations: the last dial runs fastest
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from numbers import Real
from typing import Any

import numpy as np

from hpo_tutor.scenes.ticks import number

MOST_DIALS = 3
MOST_COMBINATIONS = 20_000


@dataclass(frozen=True)
class Dial:
    """One control of a player: numbers become a slider; strings, or anything else that has texts, a choice.

    Attributes:
        name: what it is called on the page.
        values: what it can be set to, in order.
        unit: of its numbers, written behind each.
        texts: how the values are written; None writes numbers to three digits, and strings as they are.
    """

    name: str
    values: Sequence[Any]
    unit: str = ""
    texts: Sequence[str] | None = None

    def __post_init__(self) -> None:
        values = tuple(self.values)
        if not values:
            raise ValueError(f"the dial {self.name!r} needs at least one value, got none")
        object.__setattr__(self, "values", values)
        if self.texts is None:
            if not self.numeric and not all(isinstance(value, str) for value in values):
                raise ValueError(
                    f"the values of the dial {self.name!r} must all be numbers or all be strings, got {values!r}; "
                    "for others give a text for each: Dial(name, values, texts=...)"
                )
            texts = tuple(number(float(value)) if self.numeric else value for value in values)
        else:
            texts = tuple(map(str, self.texts))
            if len(texts) != len(values):
                raise ValueError(
                    f"the dial {self.name!r} has {len(values)} values and must have as many texts, got {len(texts)}"
                )
        object.__setattr__(self, "texts", texts)

    @property
    def numeric(self) -> bool:
        """Whether all values are numbers, truth values not counted among them."""
        return all(isinstance(value, Real) and not isinstance(value, bool | np.bool_) for value in self.values)

    def header(self) -> dict[str, Any]:
        """What the browser needs of it."""
        unit = f" {self.unit}" if self.unit else ""
        texts = [text + unit for text in self.texts or ()]
        own = {"kind": "slider", "values": list(map(float, self.values))} if self.numeric else {"kind": "choice"}
        return {"name": self.name, "size": len(texts), "texts": texts, "longest": max(texts, key=len), **own}

    def place(self, value: Any) -> int:
        """The place of a value among all.

        Raises:
            ValueError: it is not one of them.
        """
        for place, one in enumerate(self.values):
            if one == value or (self.numeric and isinstance(value, Real) and math.isclose(one, float(value))):
                return place
        raise ValueError(f"the dial {self.name!r} has the values {', '.join(self.texts or ())}; got {value!r}")

    def nearest(self, value: Any) -> Any:
        """The dial's own value that lies nearest to a number, by ratio where its values grow by equal factors.

        Raises:
            ValueError: the dial is a choice, and has no such option.
        """
        if not (self.numeric and isinstance(value, Real)):
            return self.values[self.place(value)]
        values, at = np.asarray(self.values, dtype=np.float64), float(value)
        if len(values) > 2 and min(values.min(), at) > 0 and np.allclose(np.diff(np.log(values), n=2), 0, atol=1e-6):
            values, at = np.log(values), math.log(at)
        return self.values[int(np.argmin(np.abs(values - at)))]


def steps(name: str, size: int) -> dict[str, Any]:
    """The header of a slider that counts: "trial 7 of 25"."""
    return {"name": name, "kind": "steps", "size": size, "longest": f"{name} {size} of {size}"}


def named(dials: Mapping[str, Dial | Sequence[Any]], fewest: int = 0) -> dict[str, Dial]:
    """Every entry as a Dial; a bare sequence takes its parameter's name.

    Raises:
        ValueError: there are fewer dials, or more than the page has room for.
    """
    if not fewest <= len(dials) <= MOST_DIALS:
        listed = ", ".join(dials) or "none"
        raise ValueError(f"there is room for {fewest} to {MOST_DIALS} dials, got {len(dials)}: {listed}")
    return {key: dial if isinstance(dial, Dial) else Dial(key.replace("_", " "), dial) for key, dial in dials.items()}


def settled(dials: Mapping[str, Dial | Sequence[Any]]) -> dict[str, Dial]:
    """Every entry as a Dial, of a player, which has all pictures beforehand.

    Raises:
        ValueError: there is no dial, or more than the page or the memory has room for.
    """
    made = named(dials, fewest=1)
    size = math.prod(len(dial.values) for dial in made.values())
    if size > MOST_COMBINATIONS:
        each = " x ".join(str(len(dial.values)) for dial in made.values())
        raise ValueError(
            f"the pictures of all combinations are made before the first is shown, at most {MOST_COMBINATIONS:,}; "
            f"got {each} = {size:,}; give the dials fewer values"
        )
    return made


def combinations(dials: Mapping[str, Dial]) -> Iterator[dict[str, Any]]:
    """Every combination of values, the last dial running fastest."""
    for values in product(*(dial.values for dial in dials.values())):
        yield dict(zip(dials, values, strict=True))


def flat(dials: Mapping[str, Dial], values: Mapping[str, Any]) -> int:
    """The number of the picture at these values; dials that are not named stand at their first.

    Raises:
        ValueError: there is no such dial, or it has no such value.
    """
    unknown = [key for key in values if key not in dials]
    if unknown:
        raise ValueError(f"start names dials, which are {', '.join(dials)}; got {', '.join(unknown)}")
    index = 0
    for key, dial in dials.items():
        index = index * len(dial.values) + (dial.place(values[key]) if key in values else 0)
    return index


def draggable(key: str, dials: Mapping[str, Dial]) -> int:
    """The position of a dial that dragging can move.

    Raises:
        ValueError: there is no such dial, or its values are not numbers at equal steps.
    """
    if key not in dials:
        raise ValueError(f"drag names two dials of {', '.join(dials)}; got {key!r}")
    dial = dials[key]
    gaps = np.diff(np.asarray(dial.values, dtype=float)) if dial.numeric else np.array([])
    if gaps.size == 0 or not np.allclose(gaps, gaps[0], rtol=1e-6, atol=0) or gaps[0] == 0:
        raise ValueError(
            "dragging moves dials of two or more numbers at equal steps; "
            f"{dial.name!r} has {', '.join(dial.texts or ())}"
        )
    return list(dials).index(key)


def hints(dials: Sequence[Mapping[str, Any]], play: int | None, drag: bool, pick: bool) -> str:
    """Which keys and gestures a player of these dials (their headers) knows, in a sentence each."""
    main = play or 0
    others = [dial["name"] for i, dial in enumerate(dials) if i != main and dial["size"] > 1]
    told = []
    if dials[main]["size"] > 1:
        told.append(
            "Left and right arrow step, home and end go to the ends" + (", space plays." if play is not None else ".")
        )
    if others:
        told.append(f"Up and down arrow change {others[0]}.")
    if drag:
        told.append("The first panel can be dragged.")
    if pick:
        told.append("Click to pick a place, or move a cross with shift and the arrows and press enter.")
    return " ".join(told)
