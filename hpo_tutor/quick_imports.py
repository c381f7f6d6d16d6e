"""How is a library imported without another that it would drag along, slow and never used here?

jsonschema, behind nbformat, loads a grammar of international web addresses where one is installed: two seconds in every
process that touches a notebook, and plotly does. Nothing of the course asks whether an address is well-formed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_address_grammar() -> Iterator[None]:
    """Imports within do not find the grammar, and do without it; it stays if it is loaded already."""
    hidden = _GRAMMAR not in sys.modules
    if hidden:
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules[_GRAMMAR]
