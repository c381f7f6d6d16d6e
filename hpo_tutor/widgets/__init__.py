"""What can a student step, play and turn? A player of scenes, all of whose pictures the browser has from the start.

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "Dial": "dials",
    "Player": "player",
    "race_player": "player",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
