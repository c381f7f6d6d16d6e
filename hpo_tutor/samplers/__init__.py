"""Which configuration next? Everything that can answer: each takes the space first, then ``seed=``.

Names are resolved on first use, so that one sampler's libraries are not loaded for another.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "BaseSampler": "base",
    "Design": "design",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"hpo_tutor.samplers has no {name!r}; it offers {', '.join(sorted(_HOMES))}")
    value = getattr(import_module(f"hpo_tutor.samplers.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
