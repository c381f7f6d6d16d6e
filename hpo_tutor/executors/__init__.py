"""Who does many jobs, and what happens when one of the doers dies? The processes of this machine, or a Dask cluster.

LocalProcesses  worker processes here, or none: the jobs run in the caller's process
DaskWorkers     the workers of a Dask scheduler, on as many machines as it has
Outcome         what came of one job

All have ``run(function, jobs)``, an iterator over the outcomes as the jobs finish. What a job is, they do not know.
Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "DaskWorkers": "dask_workers",
    "LocalProcesses": "local_processes",
    "Outcome": "parcels",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
