"""What is one picture? A scene has layers, two axes and a sentence; a board holds rows of scenes.

A scene is pure numbers and words: a player steps through many of them, ``figures.still`` draws a single one.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hpo_tutor.scenes import ticks
from hpo_tutor.scenes.layer_base import Layer
from hpo_tutor.scenes.layers import AnyLayer
from hpo_tutor.scenes.ticks import Tick


@dataclass(frozen=True)
class Axis:
    """One axis of a scene.

    Attributes:
        label: what is measured, with its unit: "learning rate", "loss (nats)".
        low, high: its ends.
        log: whether its scale is logarithmic.
        ticks: (value, text) pairs; None chooses round numbers.
    """

    label: str
    low: float
    high: float
    log: bool = False
    ticks: Sequence[Tick] | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(
                f"the axis {self.label!r} needs finite ends, low < high; got {self.low:g} and {self.high:g}"
            )
        if self.log and self.low <= 0:
            raise ValueError(f"the axis {self.label!r} is logarithmic and must begin above 0, got {self.low:g}")
        chosen = self.ticks
        if chosen is None and self.log:
            chosen = ticks.logarithmic(self.low, self.high, decades=self.high >= 100 * self.low)
        elif chosen is None:
            chosen = ticks.linear(self.low, self.high)
        tolerance = 1e-9 * (self.high - self.low)
        inside = [(float(at), str(text)) for at, text in chosen if self.low - tolerance <= at <= self.high + tolerance]
        inside = [tick for tick in inside if tick[0] > 0 or not self.log]
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        object.__setattr__(self, "ticks", tuple(inside))


@dataclass(frozen=True, eq=False)
class Scene:
    """One picture.

    Attributes:
        layers: from the bottom to the top.
        x, y: its axes.
        sentence: what is to be seen, for those who do not see it; also shown below a player.
        title: a few words above it.
        aspect: height over width; 1 for a square.
        grid: whether thin lines run from the ticks through the panel.
    """

    layers: Sequence[AnyLayer]
    x: Axis
    y: Axis
    sentence: str = ""
    title: str = ""
    aspect: float = 0.62
    grid: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise ValueError(f"the layers of a scene come from scenes.layers, got {layer!r}")
        if not 0.01 <= self.aspect <= 4:
            raise ValueError(f"aspect is height over width, between 0.01 and 4, got {self.aspect}")


@dataclass(frozen=True, eq=False)
class Board:
    """Scenes in rows, stepped together.

    Attributes:
        rows: from top to bottom, each from left to right; a narrow page breaks long rows.
        sentence: what is to be seen; "" joins those of the scenes.
    """

    rows: Sequence[Sequence[Scene]]
    sentence: str = ""

    def __post_init__(self) -> None:
        rows = tuple(tuple(row) for row in self.rows)
        if not rows or not all(rows):
            raise ValueError("a board needs at least one row, and each row a scene")
        object.__setattr__(self, "rows", rows)
        if not self.sentence:
            object.__setattr__(self, "sentence", " ".join(filter(None, (scene.sentence for scene in self.scenes()))))

    def scenes(self) -> Iterator[Scene]:
        """All scenes, row by row."""
        return (scene for row in self.rows for scene in row)


def beside(*scenes: Scene, sentence: str = "") -> Board:
    """Scenes side by side."""
    return Board((scenes,), sentence)


def as_board(picture: Scene | Board) -> Board:
    """A board, of one scene if need be.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(picture, Board):
        return picture
    if isinstance(picture, Scene):
        return Board(((picture,),), picture.sentence)
    raise ValueError(f"a picture is a Scene or a Board, got {type(picture).__name__}")


def legend(pictures: Iterable[Scene | Board]) -> dict[str, AnyLayer]:
    """Name -> the first layer that bears it, over all pictures: what a legend explains."""
    named: dict[str, AnyLayer] = {}
    for picture in pictures:
        for scene in as_board(picture).scenes():
            for layer in scene.layers:
                if layer.name:
                    named.setdefault(layer.name, layer)
    return named
