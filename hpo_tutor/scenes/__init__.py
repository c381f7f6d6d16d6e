"""What is to be drawn, as numbers and words: views, histories and surfaces become scenes here, purely.

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "Axis": "stage",
    "Band": "layers",
    "Board": "stage",
    "Circles": "layers",
    "Cohort": "training",
    "Heatmap": "layers",
    "Line": "layers",
    "Marks": "layers",
    "Points": "layers",
    "Polygons": "layers",
    "Scene": "stage",
    "Segments": "layers",
    "Text": "layers",
    "belief": "beliefs",
    "beside": "stage",
    "densities": "parzen",
    "design": "searches",
    "landscape": "surfaces",
    "moment": "training",
    "process": "processes",
    "race": "races",
    "replay": "training",
    "search": "searches",
    "style": "looks",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
