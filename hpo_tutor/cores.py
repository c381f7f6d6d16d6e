"""How many processor cores may this process use?"""

import os

VARIABLE = "HPO_TUTOR_CORES"  # where several processes share a machine, each is told its share


def n_cores() -> int:
    """The cores that this process may use; containers and batch systems may grant fewer than there are.

    ``HPO_TUTOR_CORES`` lowers the number, at least to 1.
    """
    granted = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = os.environ.get(VARIABLE, "")
    return max(1, min(granted, int(share))) if share.isdecimal() else granted
