"""What does a student play? The games of the course, and the players that stand in where nobody plays.

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "BASELINE": "ground",
    "Ground": "ground",
    "Grounds": "ground",
    "HandTuning": "hand",
    "Walk": "walk",
    "WIDTHS": "ground",
    "arrivals": "fog",
    "lifting": "fog",
    "n_beaten": "fog",
    "scores_of": "scores",
    "walk_in_fog": "table",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
