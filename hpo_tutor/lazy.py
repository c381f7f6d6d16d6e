"""How does a package offer its names without loading what stands behind them? By a table of strings.

``__getattr__, __dir__, __all__ = offer(__name__, {"Design": "design", "designs": ""})`` as PEP 562 has it: a name is
the attribute of a room, or, where its room is "", the room itself.
"""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def offer(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], tuple[str, ...]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package.

    Args:
        package: its ``__name__``.
        homes: public name -> the room that holds it, relative to the package.
    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - it becomes the package's own
        if name not in homes:
            raise AttributeError(f"{package} has no {name!r}; it offers {', '.join(sorted(homes))}")
        room = import_module(f"{package}.{homes[name] or name}")
        value = getattr(room, name) if homes[name] else room
        setattr(sys.modules[package], name, value)  # the next look-up is an ordinary one
        return value

    return __getattr__, lambda: sorted(homes), tuple(homes)
