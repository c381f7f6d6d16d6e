"""How do all players look side by side? Their screenshots on one sheet, a notebook and a theme each.

``HPO_TUTOR_SHEETS`` names the folder in which ``make browser-tests`` leaves the sheets; see them with any viewer.
"""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

WIDE = 560  # pixels of a picture on the sheet
GAP, LINE = 16, 18
COLUMNS = 3


def folder(spare: Path) -> Path:
    """Where sheets go: where the environment says, else the spare folder."""
    place = Path(os.environ.get("HPO_TUTOR_SHEETS") or spare)
    place.mkdir(parents=True, exist_ok=True)
    return place


def paste(pictures: Sequence[tuple[str, bytes]], path: Path, ground: str) -> Path:
    """Write a sheet: each picture below its name, in columns that grow evenly.

    Args:
        pictures: name of each, and its PNG or JPEG.
        path: of the sheet.
        ground: the colour between them.
    """
    shown = [(name, _shrunk(taken)) for name, taken in pictures]
    heights = [GAP] * COLUMNS
    places = []
    for _, picture in shown:
        column = int(np.argmin(heights))
        places.append((GAP + column * (WIDE + GAP), heights[column]))
        heights[column] += LINE + picture.height + GAP
    sheet = Image.new("RGB", (GAP + COLUMNS * (WIDE + GAP), max(heights)), ground)
    pen = ImageDraw.Draw(sheet)
    for (name, picture), (left, top) in zip(shown, places, strict=True):
        pen.text((left, top), name, fill="#808080")
        sheet.paste(picture, (left, top + LINE))
    sheet.save(path)
    return path


def _shrunk(taken: bytes) -> Image.Image:
    with Image.open(io.BytesIO(taken)) as picture:
        plain = picture.convert("RGB")
    if plain.width <= WIDE:
        return plain
    return plain.resize((WIDE, round(plain.height * WIDE / plain.width)), Image.Resampling.BOX)
