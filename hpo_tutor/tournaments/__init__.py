"""Where schedulers meet training: all trials side by side, on workers here or elsewhere, or on virtual clocks.

Names are resolved on first use, so that a simulation loads nothing of what real training needs.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "Reported": "results",
    "Span": "timelines",
    "Timeline": "timelines",
    "Tournament": "results",
    "play": "playing",
    "play_with_workers": "workers",
    "simulate": "simulation",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
