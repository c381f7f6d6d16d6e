"""On what was something measured? The processor and the libraries, without the machine's own name."""

import platform
from importlib.metadata import version
from pathlib import Path

from hpo_tutor.cores import n_cores

LIBRARIES = ("numpy", "scikit-learn", "torch")


def describe() -> str:
    """The processor's model, the cores that this process may use, and the GPU if there is one."""
    from hpo_tutor.training.devices import device_name  # loads torch, which the processor's name does not need

    cores = n_cores()
    gpu = device_name()
    return f"{processor()}, {cores} core{'s'[: cores != 1]}{'' if gpu == 'cpu' else f', {gpu}'}"


def versions(*more: str) -> dict[str, str]:
    """Python and the libraries that decide what a training gives, and these: name -> version."""
    return {"python": platform.python_version(), **{name: version(name) for name in (*LIBRARIES, *more)}}


def processor() -> str:
    """The processor's model, as Linux tells it, else the architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
