"""What can a student step, play, turn and watch? Pictures that the browser has from the start, and live training.

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "Dial": "dials",
    "LiveSearch": "live_search",
    "LiveTraining": "live",
    "Player": "player",
    "Workbench": "workbench",
    "race_player": "player",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
