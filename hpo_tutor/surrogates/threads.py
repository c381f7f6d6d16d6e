"""How many threads may linear algebra use? One: matrices of some hundred rows gain nothing from a second.

On a busy machine a second thread is worse than none: most of the time is then spent waiting for it.
"""

from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController


def one_thread() -> Any:
    """A context within which linear algebra uses one thread."""
    return _controller().limit(limits=1)


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # it looks through all libraries that are loaded; once is enough
