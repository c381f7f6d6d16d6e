"""The wall of tiles in the README: as today's tiling draws it, without a gap. ``make pictures`` draws it again."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from hpo_tutor.course.pictures.banner import banner

TOP = Path(__file__).parents[3]
KEPT = TOP / "notebooks" / "pictures" / "tiling.svg"


def polygons(svg: str) -> tuple[list[str], np.ndarray]:
    """The colours of all tiles, and their corners in pixels, (m, 4, 2)."""
    found = re.findall(r'<polygon points="([^"]+)" fill="(#\w{6})"', svg)
    corners = [[list(map(float, corner.split(","))) for corner in points.split()] for points, _ in found]
    return [fill for _, fill in found], np.array(corners)


def test_the_readme_shows_the_tiling_as_it_is():
    """The committed picture has the same tiles in the same colours, to a tenth of a pixel and rounding."""
    fresh = banner()
    if os.environ.get("HPO_TUTOR_PICTURES"):
        KEPT.write_text(fresh, encoding="utf-8")
    (fills, corners), (kept_fills, kept_corners) = map(polygons, (fresh, KEPT.read_text(encoding="utf-8")))
    assert fills == kept_fills, "run `make pictures` and look at what changed"
    assert np.abs(corners - kept_corners).max() < 0.11
    assert KEPT.stat().st_size < 100_000


def test_the_tiles_cover_the_picture_once():
    """Each place of the picture lies in exactly one tile, but for those on a side."""
    _, corners = polygons(banner())
    first, along, across = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 3] - corners[:, 0]
    places = np.random.default_rng(0).uniform([0, 0], [900, 240], (500, 2))
    sides = np.stack([along, across], axis=2)
    shares = np.einsum("mij,nmj->nmi", np.linalg.inv(sides), places[:, None] - first)
    inside = np.all((shares > -0.01) & (shares < 1.01), axis=2).sum(axis=1)
    well_inside = np.all((shares > 0.01) & (shares < 0.99), axis=2).sum(axis=1)
    assert inside.min() >= 1
    assert well_inside.max() == 1


@pytest.mark.parametrize("symmetry", [4, 6])
def test_other_walls_can_be_had(symmetry):
    """A picture of any size and number of families."""
    assert 'width="200"' in banner(200, 100, symmetry)


def test_the_readme_names_the_tiling_in_words():
    """The README shows the picture, with an alternative text of a sentence."""
    (words,) = re.findall(r"!\[([^\]]+)\]\(notebooks/pictures/tiling\.svg\)", (TOP / "README.md").read_text())
    assert len(words.split()) >= 12
