"""What is there to search? Formulas with a known optimum, networks trained when called, and recorded landscapes.

    function(name)    a formula, its minimum known exactly
    live(name)        trains real networks when called
    landscape(name)   losses recorded once by really training, looked up in microseconds
    WithIdle          one of these, with hyperparameters added that do nothing

Names are resolved on first use, so that a formula never waits for torch.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "WithIdle": "idle",
    "function": "functions",
    "landscape": "landscapes",
    "live": "live",
    # rooms, so that `problems.datasets.load(...)` works after `import hpo_tutor`
    "datasets": "",
    "functions": "",
    "landscapes": "",
    "recording": "",
}

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"hpo_tutor.problems has no {name!r}; it offers {', '.join(sorted(_HOMES))}")
    home = _HOMES[name]
    value = getattr(import_module(f"{__name__}.{home}"), name) if home else import_module(f"{__name__}.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
