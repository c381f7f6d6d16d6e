"""What must the page know of a board before it draws the first picture? What all pictures together need of room.

stages    (x, y, title, aspect, grid) of one scene, x and y naming axes
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MOST_TEXTS = 12
"""Among so many of the longest texts is the widest, though letters differ in width."""


def slot(stages: Iterable[Mapping[str, Any]], axes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One place of the board: its aspect, and the longest words around it, whatever picture is shown.

    Args:
        stages: all that are ever shown there, in the order of the pictures.
        axes: what they name.
    """
    stages = list(stages)
    x, y = ([axes[stage[name]] for stage in stages] for name in ("x", "y"))
    return {
        "aspect": stages[0]["aspect"],
        "titles": _longest(stage["title"] for stage in stages),
        "x": _longest(axis["label"] for axis in x),
        "y": _longest(axis["label"] for axis in y),
        "numbers": _longest(text for axis in y for _, text in axis["ticks"]),
        "ticks": any(axis["ticks"] for axis in x),
    }


def rows(
    counts: Iterable[int], pictures: Iterable[Sequence[Any]], stages: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Each row's number of scenes, and whether these share one y axis in every picture."""
    counted, first = [], 1
    for count in counts:
        own = ({stages[scene[0]]["y"] for scene in picture[first : first + count]} for picture in pictures)
        counted.append({"count": count, "alike": all(len(axes) == 1 for axes in own)})
        first += count
    return counted


def _longest(texts: Iterable[str]) -> list[str]:
    return sorted(dict.fromkeys(texts), key=len, reverse=True)[:MOST_TEXTS]
