"""Pictures of notebook 11, a fair race: a room for each group of them."""

from hpo_tutor.lazy import offer

_HOMES = {
    "Explorer": "explored",
    "STEPS": "scores",
    "before_after": "scores",
    "both_ways": "stories",
    "betting": "bets",
    "field": "bets",
    "kept": "inputs",
    "above": "wander",
    "mangling": "mangled",
    "minima": "wander",
    "random_losses": "inputs",
    "ranked": "explored",
    "ranges": "wander",
    "sensitivity": "inputs",
    "twice": "stories",
    "two_stories": "stories",
    "wandering": "wander",
    "wrong_bets": "bets",
    "wrong_leaders": "bets",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
