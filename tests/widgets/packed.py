"""A second reader of what the player is sent, and random pictures for it.

unpack(packed)   header and floats
restored(...)    one picture of the buffer, as plain values: what packing promises to preserve
plain(picture)   the same of a scene or a board, straight from its fields
"""

import json
import struct
from dataclasses import fields
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hpo_tutor.scenes import (
    Axis,
    Band,
    Board,
    Circles,
    Heatmap,
    Line,
    Marks,
    Points,
    Polygons,
    Scene,
    Segments,
    Text,
    looks,
)
from hpo_tutor.scenes.stage import as_board

COLORS = (*(looks.ORANGE, looks.SKY, looks.GREEN, looks.BLUE), looks.INK, looks.PAGE)


def unpack(packed: bytes) -> tuple[dict[str, Any], np.ndarray]:
    """The header, and all floats."""
    (size,) = struct.unpack_from("<I", packed)
    return json.loads(packed[4 : 4 + size]), np.frombuffer(packed, dtype="<f4", offset=4 + size)


def restored(header: dict[str, Any], floats: np.ndarray, frame: int) -> dict[str, Any]:
    """The picture of a frame."""
    sentence, *scenes = header["pictures"][header["frames"][frame]]
    return {"sentence": sentence, "scenes": [_scene(header, floats, *scene) for scene in scenes]}


def _scene(header: dict[str, Any], floats: np.ndarray, stage: int, *layers: int) -> dict[str, Any]:
    own = header["stages"][stage]
    axes = {name: header["axes"][own[name]] for name in ("x", "y")}
    return own | axes | {"layers": [layer_of(header, floats, layer) for layer in layers]}


def layer_of(header: dict[str, Any], floats: np.ndarray, layer: int) -> dict[str, Any]:
    """One layer as its fields; arrays as lists of floats, many fills as colours."""
    look, *spans = header["layers"][layer]
    found = dict(header["looks"][look])
    for name, first, length in zip(found.pop("arrays"), spans[::2], spans[1::2], strict=True):
        found[name] = floats[first : first + length]
    if "palette" in found:
        palette = found.pop("palette")
        found["fill"] = [palette[int(place)] for place in found["fill"]]
    if "shape" in found:
        found["z"] = found["z"].reshape(found.pop("shape"))
    return {name: _comparable(value) for name, value in found.items()}


def plain(picture: Scene | Board) -> dict[str, Any]:
    """What ``restored`` should give."""
    board = as_board(picture)
    return {"sentence": board.sentence, "scenes": [_plain_scene(scene) for scene in board.scenes()]}


def _plain_scene(scene: Scene) -> dict[str, Any]:
    axes = {
        name: {f.name: _comparable(getattr(axis, f.name)) for f in fields(axis)}
        for name, axis in (("x", scene.x), ("y", scene.y))
    }
    layers = [
        {"kind": type(layer).__name__.lower()} | {f.name: _comparable(_sent(layer, f.name)) for f in fields(layer)}
        for layer in scene.layers
    ]
    return axes | {"title": scene.title, "aspect": scene.aspect, "grid": scene.grid, "layers": layers}


def _sent(layer: Any, name: str) -> Any:
    """A field of a layer; the heights of several lines travel row by row."""
    value = getattr(layer, name)
    return value.ravel() if isinstance(layer, Line) and isinstance(value, np.ndarray) else value


def _comparable(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _comparable(value.tolist())
    if value != value:
        return "nan"  # equals itself
    if isinstance(value, tuple | list):
        return [_comparable(one) for one in value]
    return value


# --- random pictures ---

colors = st.sampled_from(COLORS)
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
opacities = st.sampled_from([0.0, 0.25, 1.0])
dashes = st.sampled_from(sorted(looks.DASHES))
anything = st.floats(width=32) | st.sampled_from([0.0, 1.0, float("nan")])


def lengths(n: int) -> st.SearchStrategy[np.ndarray]:
    """An array of n lengths: not negative, some missing."""
    return arrays.arrays(np.float32, n, elements=st.floats(0, 1, width=32) | st.just(float("nan")))


def columns(n: int) -> st.SearchStrategy[np.ndarray]:
    """An array of n floats, nan and infinities among them; arrays that begin alike are not rare."""
    return arrays.arrays(np.float32, n, elements=anything) | st.just(np.arange(n, dtype=np.float32))


def heights(n: int) -> st.SearchStrategy[np.ndarray]:
    """The heights of up to three lines over n places."""
    return st.integers(0, 3).flatmap(lambda k: arrays.arrays(np.float32, (n, k), elements=anything))


@st.composite
def layers(draw: st.DrawFn) -> Any:
    """Any layer, of up to five points, with all that it can be told."""
    n = draw(st.integers(0, 5))
    some = {name: draw(columns(n)) for name in ("a", "b", "c", "d")}
    look = {"color": draw(colors), "opacity": draw(opacities), "name": draw(words)}
    line = {"dash": draw(dashes), "width": draw(st.sampled_from([0.5, 2.0]))}
    makers = {
        "heatmap": lambda: Heatmap(
            draw(arrays.arrays(np.float32, (draw(st.integers(1, 3)), n + 1), elements=anything)),
            x=draw(st.none() | st.just((0.25, 0.5))),
            low=-1.0,
            high=draw(st.sampled_from([-1.0, 2.0])),
            opacity=look["opacity"],
            name=look["name"],
            labels=draw(st.none() | st.tuples(words, words)),
        ),
        "points": lambda: Points(
            some["a"],
            some["b"],
            symbol=draw(st.sampled_from(sorted(looks.SYMBOLS))),
            size=draw(st.just(7.5) | arrays.arrays(np.float32, n, elements=st.floats(1, 20, width=32))),
            outline=draw(st.none() | colors),
            **look,
        ),
        "line": lambda: Line(some["a"], draw(st.just(some["b"]) | heights(n)), **look, **line),
        "band": lambda: Band(some["a"], some["b"], some["c"], **look),
        "circles": lambda: Circles(
            some["a"],
            some["b"],
            radius=draw(st.just(0.25) | lengths(n)),
            fill=draw(st.none() | colors | st.lists(colors, min_size=n, max_size=n)),
            **look,
        ),
        "polygons": lambda: Polygons(
            np.nan_to_num(np.tile(some["a"], 3)),
            np.nan_to_num(np.tile(some["b"], 3)),
            3,
            fill=draw(colors | st.lists(colors, min_size=n, max_size=n)),
            outline=draw(st.none() | colors),
            **{name: value for name, value in look.items() if name != "color"},
        ),
        "segments": lambda: Segments(some["a"], some["b"], some["c"], some["d"], **look, **line),
        "marks": lambda: Marks(some["a"], axis=draw(st.sampled_from("xy")), across=draw(st.booleans()), **look, **line),
        "text": lambda: Text(some["a"], some["b"], draw(st.lists(words, min_size=n, max_size=n)), **look),
    }
    return makers[draw(st.sampled_from(sorted(makers)))]()


axes = st.builds(Axis, words, st.sampled_from([0.1, 1.0]), st.sampled_from([2.0, 5e3]), st.booleans())


def scenes(shared: list[Any]) -> st.SearchStrategy[Scene]:
    """A scene of up to four layers, some of them shared with other scenes."""
    chosen = layers() | st.sampled_from(shared) if shared else layers()
    return st.builds(
        Scene,
        st.lists(chosen, max_size=4),
        axes,
        axes,
        words,
        title=words,
        aspect=st.sampled_from([0.5, 1.0]),
        grid=st.booleans(),
    )


@st.composite
def pictures(draw: st.DrawFn, most: int = 5) -> list[Scene | Board]:
    """Pictures with the same rows."""
    shared = draw(st.lists(layers(), max_size=2))
    rows = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2))
    if rows == [1] and draw(st.booleans()):
        return draw(st.lists(scenes(shared), min_size=1, max_size=most))
    row = st.tuples(*(st.tuples(*[scenes(shared)] * count) for count in rows))
    return draw(st.lists(st.builds(Board, row, words), min_size=1, max_size=most))
