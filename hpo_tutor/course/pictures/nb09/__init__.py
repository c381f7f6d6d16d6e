"""Pictures of notebook 09, rooks and spheres: a room for each group of them."""

from hpo_tutor.lazy import offer

_HOMES = {
    "Darts": "discs",
    "Inflation": "balls",
    "bench": "rooks",
    "cube_player": "balls",
    "gallery_player": "measures",
    "proof": "voxels",
    "voxel": "voxels",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
