"""An interactive course on hyperparameter optimisation.

Public names are resolved on first use, so ``import hpo_tutor`` loads neither torch nor any widget.
"""

from importlib.metadata import version

from hpo_tutor.lazy import offer

__version__ = version("hpo_tutor")

_HOMES = {
    "Choice": "search_space",
    "Float": "search_space",
    "Integer": "search_space",
    "SearchSpace": "search_space",
    "History": "trials",
    "Trial": "trials",
    "minimize": "tuning",
    "check": "course.checks",
    "claim": "course.claims",
    "doctor": "course.doctor",
    "hint": "course.hints",
    "predict": "course.predictions",
    "quiz": "course.quiz",
    # rooms, so that `hpo_tutor.problems.function(...)` works after a plain `import hpo_tutor`
    "course": "",
    "designs": "",
    "early_stopping": "",
    "figures": "",
    "problems": "",
    "race": "",
    "samplers": "",
    "scenes": "",
    "tournaments": "",
    "training": "",
    "widgets": "",
}

__getattr__, __dir__, _names = offer(__name__, _HOMES)
__all__ = (*_names, "__version__")
