"""How is a record finished before Ctrl-C stops the search? The signal waits for the end of a short section."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ctrl-C (Jupyter's stop button) within takes effect at the end; elsewhere than in the main thread nothing changes.

    Python delivers the signal to the main thread alone, so other threads need no protection.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[tuple[Any, ...]] = []
    before = signal.signal(signal.SIGINT, lambda *arguments: waiting.append(arguments))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)
    if waiting and callable(before):
        before(*waiting[0])
