"""How do many machines share jobs? Through the scheduler of a Dask cluster, started by whoever has the machines.

address  of the scheduler, such as tcp://10.0.0.1:8786
future   Dask's promise of one job's answer

Dask itself runs a job again whose worker died, as often as the scheduler's setting ``allowed-failures`` says (3).
"""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from hpo_tutor import cores
from hpo_tutor.executors.parcels import Outcome, answered, described, packed, perform, search_paths

PATIENCE = "20s"  # for a scheduler that does not answer
INSTALL = "pip install 'hpo_tutor[cluster]'"


class DaskWorkers:
    """The workers of a Dask scheduler, as many as it has, and those that join later.

    Args:
        address: of the scheduler.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __repr__(self) -> str:
        return f"the workers of {self.address}"

    def run(self, function: Callable[[Any], Any], jobs: Iterable[Any]) -> Iterator[Outcome]:
        """Outcomes of ``function(job)``, in the order in which they finish; a closed iterator cancels the rest.

        Raises:
            ImportError: Dask is not installed.
            ConnectionError: no scheduler answers at the address, or it has gone.
            TypeError: the function cannot be sent to another process.
            RuntimeError: the workers cannot do any job, for instance because hpo_tutor is not installed there.
        """
        distributed = _distributed()
        doing, paths = packed(function), search_paths()
        try:
            # first, as a client that fails at its address is left half made, and blocks the next when it is collected
            distributed.comm.get_address_host_port(self.address)
            client = distributed.Client(self.address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ConnectionError(
                f"a Dask scheduler must answer at {self.address!r}: {described(error)}; an address looks like "
                "tcp://10.0.0.1:8786 and stands in the scheduler's first lines"
            ) from error
        with client:
            packets: dict[int, bytes] = {}
            for number, job in enumerate(jobs):
                try:
                    packets[number] = packed(job)
                except TypeError as error:
                    yield Outcome(number, None, f"{error}; n_workers=0 runs it in this process")
            # by map, Dask holds jobs back until a worker is free; one that dies is then blamed for few of them
            futures = client.map(_perform, list(packets.values()), function=doing, paths=paths, pure=False)
            numbers = dict(zip(futures, packets, strict=True))
            del futures  # what has been handed out is forgotten
            if not client.scheduler_info(n_workers=1)["workers"]:
                warnings.warn(f"{self.address} has no workers yet; the jobs wait for some to join", stacklevel=2)
            for future in distributed.as_completed(list(numbers), loop=client.loop):
                yield self._outcome(numbers.pop(future), future)

    def _outcome(self, number: int, future: Any) -> Outcome:
        distributed = _distributed()
        try:
            return answered(number, future.result())
        except distributed.KilledWorker as error:
            return Outcome(number, None, f"its workers died, one after another: {error}")
        except (distributed.CancelledError, OSError) as error:
            raise ConnectionError(
                f"the Dask scheduler at {self.address} has gone ({described(error)}); what is finished is kept, "
                "start a scheduler and go on"
            ) from error
        except Exception as error:
            raise RuntimeError(
                f"every worker of {self.address} must have hpo_tutor installed, in the same version as here; one could "
                f"not begin: {described(error)}"
            ) from error


def _perform(job: bytes, function: bytes, paths: Sequence[str]) -> bytes:
    """Runs on a worker: one job on one thread, for as many jobs run there as it has threads."""
    os.environ.setdefault(cores.VARIABLE, "1")
    return perform(function, job, paths)


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise ImportError(f"a cluster needs Dask: {INSTALL}") from error
    return distributed
