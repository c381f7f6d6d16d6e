"""An interactive course on hyperparameter optimisation.

Public names are resolved on first use, so ``import hpo_tutor`` loads neither torch nor any widget.
"""

from importlib import import_module
from importlib.metadata import version
from typing import Any

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
    "figures": "",
    "problems": "",
    "race": "",
    "samplers": "",
    "training": "",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"hpo_tutor has no {name!r}; it offers {', '.join(sorted(_HOMES))}")
    home = _HOMES[name]
    value = getattr(import_module(f"hpo_tutor.{home}"), name) if home else import_module(f"hpo_tutor.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
