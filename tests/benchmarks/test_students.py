"""How much memory and processor does one student need? Figures of whole notebooks in kernels, for a shared server.

peak   resident memory of the kernel with the processes it started, seen five times a second; pages that several
       students' kernels share (torch's code) count for each, so that the sum over a class errs on the safe side
CPU    seconds of all cores together, from the kernel's start to the last cell
"""

import os
import re
import threading
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from benchmarks import results_page
from benchmarks.results_page import record, table
from lab_server import serve
from nbclient import NotebookClient

from hpo_tutor.course import lab, places

NOTEBOOKS = ("00", "03", "06", "08", "12")
PAUSE = 0.2  # seconds between two looks
MIB = 2**20
PART = re.compile(r"<!-- students begins.*?students ends; written by make benchmark -->", re.DOTALL)
TEACHERS = results_page.PAGE.parents[1] / "book" / "teaching" / "forty_students.md"


class Watch:
    """Looks at a process and its children until it is stopped."""

    def __init__(self, pid: int) -> None:
        self.root, self.peak, self.cpu = psutil.Process(pid), 0, 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stopped.wait(PAUSE):
            memory, cpu = 0, 0.0
            for process in [self.root, *_children(self.root)]:
                try:
                    times = process.cpu_times()
                    memory += process.memory_info().rss
                except psutil.Error:
                    continue  # it has just ended
                cpu += times.user + times.system
                if process == self.root:
                    cpu += times.children_user + times.children_system
            self.peak, self.cpu = max(self.peak, memory), max(self.cpu, cpu)


def test_a_students_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Run the learner's notebooks one after another, each in its kernel; and JupyterLab itself."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path))
    rows = []
    for number in NOTEBOOKS:
        watch = _run(places.notebooks()[number], tmp_path)
        rows.append([number, f"{watch.peak / MIB:,.0f} MiB", f"{watch.cpu:.0f} s"])
    command = lab.command(tmp_path / "any.ipynb", browser=False, port=0)
    with serve([*command, "--LabApp.expose_app_in_browser=True"], tmp_path, **lab.environment()) as server:
        memory = psutil.Process(server.pid).memory_info().rss
        rows.append(["JupyterLab, no notebook open", f"{memory / MIB:,.0f} MiB", ""])
    threads = os.environ.get("OMP_NUM_THREADS", "as many as there are cores")
    lines = [
        "The learner's notebooks from the first cell to the last, one after another, no exercise done yet; threads of "
        f"numpy and torch: {threads}."
    ]
    heads = ("notebook", "peak of resident memory", "CPU seconds, all cores together")
    record("students", [*lines, "", *table(heads, rows)], capsys.disabled())
    tell_teachers()


def tell_teachers() -> None:
    """Put this part of the benchmarks' page, as it is kept, on the page for teachers."""
    kept = PART.search(results_page.PAGE.read_text(encoding="utf-8"))
    if kept:  # else the benchmark ran without being kept
        text = TEACHERS.read_text(encoding="utf-8")
        TEACHERS.write_text(PART.sub(lambda _: kept[0], text), encoding="utf-8")


def _run(notebook: Path, folder: Path) -> Watch:
    client = NotebookClient(
        nbformat.read(notebook, as_version=4), timeout=600, kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    with client.setup_kernel():
        watch = Watch(_pid(client))
        try:
            for place, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, place)
        finally:
            watch.stop()
    return watch


def _pid(client: NotebookClient) -> int:
    provisioner: Any = client.km.provisioner
    return int(provisioner.pid)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []
