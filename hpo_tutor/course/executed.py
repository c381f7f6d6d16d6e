"""What does each notebook show once it has run? Executed copies for the book, kept as long as they are true.

A copy is fresh while its fingerprint is that of now: the notebook's text, the package's code and the recorded
landscapes. ``make test`` runs the solution notebooks anyway and keeps what they show (tests/keep_outputs.py).
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from hpo_tutor.course.places import PACKAGE, landscapes_folder

FINGERPRINT = "hpo_tutor_fingerprint"
CODE = (".py", ".js", ".css")
PATIENCE = 600  # seconds for one cell, far beyond the slowest on a machine that is busy
PAGES = {"HPO_TUTOR_PAGES": "1", "HPO_TUTOR_STRICT": "1", "OMP_NUM_THREADS": "1"}


def executed(path: Path, folder: Path) -> Path:
    """A notebook's executed copy in the folder; it is run only if there is no fresh one.

    Raises:
        RuntimeError: a cell failed; the message holds it.
    """
    kept = folder / path.name
    if not is_fresh(kept, path):
        print(f"running {path.name}", flush=True)
        keep(_run(path), folder, path.name, fingerprint(path))
    return kept


def all_executed(paths: list[Path], folder: Path, workers: int = 2) -> list[Path]:
    """The executed copies of several notebooks, in the same order; as many as there are workers run at once.

    Raises:
        RuntimeError: a cell failed; the message holds it.
    """
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda path: executed(path, folder), paths))


def keep(notebook: Any, folder: Path, name: str, fingerprint: str) -> Path:
    """Write an executed notebook without what differs from run to run: counts, versions, and output to stderr."""
    import nbformat

    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [one for one in cell.outputs if one.get("name") != "stderr"]  # warnings, and progress bars
            for output in cell.outputs:
                output.pop("transient", None)
                if "execution_count" in output:
                    output.execution_count = None
    notebook.metadata = nbformat.from_dict({FINGERPRINT: fingerprint})  # type: ignore[no-untyped-call]
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.{os.getpid()}"
    nbformat.write(notebook, part)  # type: ignore[no-untyped-call]
    return part.replace(folder / name)  # a reader sees the old copy or the new one, never half of either


def is_fresh(kept: Path, path: Path) -> bool:
    """Whether an executed copy shows what the notebook would show now."""
    import nbformat

    if not kept.is_file():
        return False
    notebook = nbformat.read(kept, as_version=4)  # type: ignore[no-untyped-call]
    return bool(notebook.metadata.get(FINGERPRINT) == fingerprint(path))


def fingerprint(path: Path) -> str:
    """What an executed notebook depends on, as a sha256 sum."""
    return hashlib.sha256(path.read_bytes() + _surroundings().encode()).hexdigest()


@cache
def _surroundings() -> str:
    """Code and landscapes, which a process that builds a book expects to stay as they are."""
    files = [path for path in PACKAGE.rglob("*") if path.suffix in CODE]
    total = hashlib.sha256()
    for path in sorted(files) + sorted(landscapes_folder().glob("*.[np][ap][rz]*")):
        total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _run(path: Path) -> Any:
    """The notebook after all its cells, which ran in a kernel of this Python, with a work folder of their own."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    work = tempfile.mkdtemp(prefix="hpo_tutor-")
    client = NotebookClient(
        notebook,
        km=manager(),
        timeout=PATIENCE,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    variables: Mapping[str, str] = os.environ | PAGES | {"HPO_TUTOR_WORK": work}
    try:
        return client.execute(env=variables, stderr=subprocess.DEVNULL)  # a kernel's own remarks, not a cell's
    except CellExecutionError as error:
        raise RuntimeError(
            f"{path.name} must run to its end before it is a page, and a cell failed:\n{error}"
        ) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def manager() -> Any:
    """A manager of kernels of this very Python, whatever is registered as "python3" on the machine."""
    from ipykernel.kernelspec import RESOURCES, get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class OwnPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())

    return AsyncKernelManager(kernel_spec_manager=OwnPython())
