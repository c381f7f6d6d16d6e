"""How many processor cores may this process use?"""

import os


def n_cores() -> int:
    """The cores that the system grants this process; containers and batch systems may grant fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
