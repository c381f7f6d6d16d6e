"""How many threads may linear algebra use? One: matrices of some hundred rows gain nothing from a second.

On a busy machine a second thread is worse than none: most of the time is then spent waiting for it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from threadpoolctl import ThreadpoolController

_change = threading.Lock()
_inside: list[Any] = []  # the limit, once for each thread that is within


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it linear algebra uses one thread; the limit is the whole process's, and the last one out lifts it."""
    with _change:
        _inside.append(_inside[0] if _inside else _controller().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _change:
            limit = _inside.pop()
            if not _inside:
                limit.restore_original_limits()


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()  # it looks through all libraries that are loaded; once is enough
