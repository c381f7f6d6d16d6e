"""How do all pictures of a player travel to the browser? As one buffer, in which nothing is stored twice.

    uint32    bytes of the header, little-endian as all that follows
    header    JSON in UTF-8, with spaces behind it up to a multiple of 4
    float32   (n_floats,)

The header's tables, each entry unique and named by its place:
    axes      {label, low, high, log, ticks}
    stages    {x, y, title, aspect, grid}: x and y name axes
    looks     {kind, arrays, ...}: the kind of layer, the names of its arrays, all else that it is told; many fills are
              an array of places in a palette
    layers    [look, first, length, first, length, ...]: where each array lies among the floats
    pictures  [sentence, [stage, layer, layer, ...], ...], one list for each scene
    frames    the picture of every combination of the dials, the last dial running fastest
and besides: slots and rows (see ``boards``), longest (sentence), dials, play and drag (places of dials), stay (whether
the reader keeps the place), hints (which keys do what), legend (see ``legends``), symbols, dashes, shades (pixels)
from the lowest to the highest, and plan (a number of all that is laid out: equal where only layers and words are new).

An array that begins as a later one does (trials so far) shares its floats, so a growing trace costs what its last
frame costs.
"""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from hpo_tutor.scenes import looks
from hpo_tutor.scenes.layers import AnyLayer, Heatmap
from hpo_tutor.scenes.stage import Axis, Board, Scene, as_board, legend
from hpo_tutor.widgets import boards
from hpo_tutor.widgets.legends import entries

MOST_BYTES = 64_000_000
N_SHADES = 256


def pack(
    pictures: Sequence[Scene | Board],
    dials: Sequence[Mapping[str, Any]],
    *,
    play: int | None = None,
    drag: tuple[int, int] | None = None,
    stay: bool = False,
    hints: str = "",
    revision: int = 0,
) -> bytes:
    """All pictures and what chooses among them, as one buffer.

    Args:
        pictures: one for every combination of the dials, the last dial running fastest; all with the same rows.
        dials: their headers.
        play: which dial the play button moves; None for none.
        drag: which dials dragging moves, along x and along y.
        stay: whether a player that is already shown keeps its place.
        hints: which keys do what, for a screen reader.
        revision: how often the pictures were renewed: equal pictures, with another start, are news to the browser too.

    Raises:
        ValueError: there is no picture, their rows differ, or they take more than ``MOST_BYTES``.
    """
    if not pictures:
        raise ValueError("a player needs at least one picture, got none")
    counts = [len(row) for row in as_board(pictures[0]).rows]
    for frame, picture in enumerate(pictures):
        own = [len(row) for row in as_board(picture).rows]
        if own != counts:
            raise ValueError(
                f"all pictures of a player must have the same rows of scenes; the first has {counts}, "
                f"picture {frame} has {own}; where a scene is missing, put one without layers"
            )
    store = _Store()
    # from the last to the first: what grows is then met at its longest, and every shorter one lies within it
    frames = [store.picture(picture) for picture in reversed(pictures)][::-1]
    explained = entries(legend(_distinct(pictures)))
    samples = [store.layer(entry.layer) for entry in explained]
    axes, stages, all_looks = (list(map(json.loads, table)) for table in (store.axes, store.stages, store.looks))
    shown = list(store.pictures)
    used = [[scene[0] for scene in scenes] for scenes in zip(*(picture[1:] for picture in shown), strict=True)]
    header = {
        "slots": [boards.slot((stages[stage] for stage in dict.fromkeys(own)), axes) for own in used],
        "rows": boards.rows(counts, shown, stages),
        "longest": max((picture[0] for picture in shown), key=len),
        "dials": list(dials),
        "play": play,
        "drag": drag,
        "stay": stay,
        "hints": hints,
        "revision": revision,
        "axes": axes,
        "stages": stages,
        "looks": all_looks,
        "layers": list(store.layers),
        "pictures": shown,
        "frames": frames,
        "legend": [entry._asdict() | {"layer": i} for entry, i in zip(explained, samples, strict=True)],
        "symbols": {look["symbol"]: looks.SYMBOLS[look["symbol"]] for look in all_looks if "symbol" in look},
        "dashes": dict(looks.DASHES),
        "shades": [_pixel(looks.shade(i / N_SHADES)) for i in range(N_SHADES + 1)],
    }
    laid_out = [header[name] for name in ("slots", "rows", "dials", "hints", "axes", "stages", "legend")]
    header["plan"] = zlib.crc32(_words(laid_out).encode())
    words = json.dumps(header, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    words += b" " * (-len(words) % 4)
    size = 4 + len(words) + store.n_bytes
    if size > MOST_BYTES:
        raise ValueError(_too_large(size))
    return b"".join([struct.pack("<I", len(words)), words, *store.chunks])


class _Store:
    """Tables of what was met, each entry once."""

    def __init__(self) -> None:
        self.axes: dict[str, int] = {}
        self.stages: dict[str, int] = {}
        self.looks: dict[str, int] = {}
        self.layers: dict[tuple[int, ...], int] = {}
        self.pictures: dict[tuple[Any, ...], int] = {}
        self.chunks: list[bytes] = []
        self.n_bytes = 0
        self._starts: dict[bytes, int] = {}
        self._latest: dict[tuple[Any, ...], tuple[bytes, int]] = {}
        self._met: dict[int, int] = {}  # pictures, axes and layers by identity; all live as long as the packing

    def picture(self, picture: Scene | Board) -> int:
        """The place of a picture."""
        if id(picture) not in self._met:
            board = as_board(picture)
            scenes = tuple(
                (self._stage(scene), *(self.layer(layer, (place, depth)) for depth, layer in enumerate(scene.layers)))
                for place, scene in enumerate(board.scenes())
            )
            self._met[id(picture)] = _place(self.pictures, (board.sentence, *scenes))
        return self._met[id(picture)]

    def layer(self, layer: AnyLayer, where: tuple[int, ...] = ()) -> int:
        """The place of a layer; ``where`` it stands is where its neighbours in other pictures stand."""
        if id(layer) not in self._met:
            look: dict[str, Any] = {"kind": type(layer).__name__.lower(), "arrays": []}
            spans: list[int] = []
            for field in fields(layer):
                value = getattr(layer, field.name)
                if field.name == "fill" and value is not None and not isinstance(value, str):
                    places = {color: place for place, color in enumerate(dict.fromkeys(value))}
                    look["palette"] = list(places)
                    value = np.array([places[color] for color in value], dtype=np.float32)
                if isinstance(value, np.ndarray):
                    look["arrays"].append(field.name)
                    spans += (self._array(value, (*where, field.name)), value.size)
                else:
                    look[field.name] = value
            if isinstance(layer, Heatmap):
                look["shape"] = layer.z.shape
                if not np.isfinite([look["low"], look["high"]]).all():
                    raise ValueError(
                        f"low and high of a heatmap must be finite, got {look['low']} and {look['high']}; "
                        "give them, or put nan where a height is infinite"
                    )
            self._met[id(layer)] = _place(self.layers, (_place(self.looks, _words(look)), *spans))
        return self._met[id(layer)]

    def _array(self, array: np.ndarray[Any, np.dtype[np.float32]], where: tuple[Any, ...]) -> int:
        """Where an array begins among all floats."""
        raw = np.ascontiguousarray(array, dtype="<f4").tobytes()
        neighbour, start = self._latest.get(where, (b"", 0))
        if neighbour.startswith(raw):
            return start
        if raw not in self._starts:
            self._starts[raw] = self.n_bytes // 4
            self.chunks.append(raw)
            self.n_bytes += len(raw)
            if self.n_bytes > MOST_BYTES:
                raise ValueError(_too_large(self.n_bytes))
        self._latest[where] = raw, self._starts[raw]
        return self._starts[raw]

    def _stage(self, scene: Scene) -> int:
        own = {"title": scene.title, "aspect": scene.aspect, "grid": scene.grid}
        return _place(self.stages, _words({"x": self._axis(scene.x), "y": self._axis(scene.y), **own}))

    def _axis(self, axis: Axis) -> int:
        if id(axis) not in self._met:
            self._met[id(axis)] = _place(self.axes, _words({f.name: getattr(axis, f.name) for f in fields(axis)}))
        return self._met[id(axis)]


def _distinct(pictures: Sequence[Scene | Board]) -> list[Scene | Board]:
    return list({id(picture): picture for picture in pictures}.values())


def _place(table: dict[Any, int], entry: Any) -> int:
    return table.setdefault(entry, len(table))


def _words(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=False, default=float)  # numpy's own numbers become plain ones


def _pixel(color: str) -> int:
    """An opaque colour as canvases hold it: red in the lowest byte."""
    red, green, blue = looks.channels_of(color)
    return 255 << 24 | blue << 16 | green << 8 | red


def _too_large(size: int) -> str:
    return (
        f"the pictures of a player may take {MOST_BYTES / 1e6:.3g} MB, these take {size / 1e6:.3g} MB or more; show "
        "fewer (every tenth trial), make surfaces coarser, or let pictures share what does not change between them"
    )
