"""Which picture did the browser get? One frame of a packed buffer, as the scene or the board that was packed.

packed   what ``packing.pack`` made; what its header holds is said there
"""

import json
import struct
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.scenes.layers import AnyLayer
from hpo_tutor.scenes.stage import Axis, Board, Scene

_LAYERS: dict[str, Any] = {kind.__name__.lower(): kind for kind in get_args(AnyLayer)}


def picture(packed: bytes, frame: int) -> Board:
    """The picture of one frame, a number among the combinations of all dials.

    Raises:
        IndexError: there is no such frame.
    """
    header, floats = _opened(packed)
    sentence, *packed_scenes = header["pictures"][header["frames"][frame]]
    scenes = iter([_scene(header, floats, *scene) for scene in packed_scenes])
    return Board([[next(scenes) for _ in range(row["count"])] for row in header["rows"]], sentence)


def n_frames(packed: bytes) -> int:
    """How many combinations the dials have."""
    return len(_opened(packed)[0]["frames"])


def _opened(packed: bytes) -> tuple[dict[str, Any], NDArray[Any]]:
    (size,) = struct.unpack_from("<I", packed)
    return json.loads(packed[4 : 4 + size]), np.frombuffer(packed, dtype="<f4", offset=4 + size)


def _scene(header: Mapping[str, Any], floats: Any, stage: int, *layers: int) -> Scene:
    own = dict(header["stages"][stage])
    x, y = (Axis(**header["axes"][own.pop(name)]) for name in ("x", "y"))
    return Scene([_layer(header, floats, *header["layers"][layer]) for layer in layers], x, y, **own)


def _layer(header: Mapping[str, Any], floats: Any, look: int, *spans: int) -> AnyLayer:
    told = dict(header["looks"][look])
    kind, arrays, shape, palette = (told.pop(name, None) for name in ("kind", "arrays", "shape", "palette"))
    for name, first, length in zip(arrays, spans[::2], spans[1::2], strict=True):
        told[name] = floats[first : first + length]
    if shape:
        told["z"] = told["z"].reshape(shape)
    if palette:
        told["fill"] = [palette[int(place)] for place in told["fill"]]
    if kind == "line":  # the heights of several lines travel row by row
        told["y"] = told["y"].reshape(len(told["x"]), -1) if len(told["y"]) != len(told["x"]) else told["y"]
    layer: AnyLayer = _LAYERS[kind](**told)
    return layer
