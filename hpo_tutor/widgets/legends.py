"""How is a layer shown in a legend? As a layer of the same look, in a panel of its own whose axes run from 0 to 1.

width, height   of that panel, pixels
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from hpo_tutor.scenes.layers import AnyLayer, Band, Circles, Heatmap, Line, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import PAGE

LARGEST = 12.0
"""Diameter of a symbol in the legend, pixels; in the picture it may be larger."""


class Entry(NamedTuple):
    """One entry: a small picture, and the words to its left and right."""

    layer: AnyLayer
    width: int
    height: int = 14
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def entries(named: Mapping[str, AnyLayer]) -> list[Entry]:
    """What the legend shows for each name."""
    return [_entry(name, layer) for name, layer in named.items()]


def _entry(name: str, layer: AnyLayer) -> Entry:
    if isinstance(layer, Heatmap):
        rise = replace(layer, z=np.linspace(0, 1, 96, dtype=np.float32)[None], low=0.0, high=1.0, x=None, y=None)
        low, high = layer.labels or ("", "")
        return Entry(rise, 96, 10, before=(name, low), after=(high,))
    sample = _symbol(layer) if isinstance(layer, Points | Circles | Text) else _stretch(layer)
    return Entry(sample, 14 if isinstance(layer, Points | Circles | Text) else 26, after=(name,))


def _symbol(layer: Points | Circles | Text) -> AnyLayer:
    """One of many, in the middle."""
    if isinstance(layer, Points):
        size = float(np.max(layer.size, initial=0.0)) or LARGEST
        return replace(layer, x=0.5, y=0.5, size=min(size, LARGEST))
    if isinstance(layer, Circles):
        fill = layer.fill if isinstance(layer.fill, str) else next(iter(layer.fill or ()), None)
        return replace(layer, x=0.5, y=0.5, radius=0.42, fill=fill)
    return replace(layer, x=0.5, y=0.5, text=next(iter(layer.text), "")[:2])


def _stretch(layer: Line | Band | Polygons | Segments | Marks) -> AnyLayer:
    """A straight piece, from end to end."""
    if isinstance(layer, Polygons):
        fill = layer.fill if isinstance(layer.fill, str) else next(iter(layer.fill), PAGE)
        return replace(layer, x=(0.1, 0.9, 0.9, 0.1), y=(0.1, 0.1, 0.9, 0.9), corners=4, fill=fill)
    if isinstance(layer, Line):
        return replace(layer, x=(0.0, 1.0), y=(0.5, 0.5))
    if isinstance(layer, Band):
        return replace(layer, x=(0.0, 1.0), low=(0.15, 0.15), high=(0.85, 0.85))
    if isinstance(layer, Segments):
        return replace(layer, x0=0.0, y0=0.5, x1=1.0, y1=0.5)
    return replace(layer, at=0.5)
