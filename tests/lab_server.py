"""A real Jupyter server for a test: started, awaited without sleeping, and ended.

Its configuration, settings and runtime files lie in a folder of the test's, so that nothing of whoever runs the tests
changes what is tested.
"""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 120  # seconds until a server that says nothing is given up


class Server(NamedTuple):
    """A running server: its address (ends in a slash), its token, its process id and the file of what it printed."""

    url: str
    token: str
    pid: int
    log: Path


@contextmanager
def serve(command: Sequence[str], folder: Path, **variables: str) -> Iterator[Server]:
    """Run a command that starts a Jupyter server and yield it once it answers.

    Args:
        command: a command line, as ``hpo-tutor lab --no-browser --port 0``.
        folder: an existing folder for the server's own files.
        variables: what to set in its environment besides.
    """
    runtime, log = folder / "runtime", folder / "server.log"
    own = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    environment = os.environ | variables | {f"JUPYTER_{name}_DIR": str(folder / place) for name, place in own.items()}
    environment["IPYTHONDIR"] = str(folder / "ipython")
    environment.pop("JUPYTER_TOKEN", None)  # the server is to draw its own
    with log.open("wb") as stream:
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=subprocess.STDOUT, cwd=folder)
    try:
        yield _await(process, runtime, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: "subprocess.Popen[bytes]", runtime: Path, log: Path) -> Server:
    pause, deadline = threading.Event(), time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}:\n{log.read_text()}")
        try:
            # the server writes this file when it begins to listen; its name holds its process id
            said = json.loads((runtime / f"jpserver-{process.pid}.json").read_text())
            urlopen(f"{said['url']}api", timeout=10).close()
            return Server(said["url"], said["token"], process.pid, log)
        except (FileNotFoundError, ValueError, URLError):
            pause.wait(0.05)
    raise TimeoutError(f"the server did not answer within {PATIENCE} s:\n{log.read_text()}")
