"""How is JupyterLab opened on a student's own copy of a notebook?

The server listens on this machine alone, and only those who hold the token that it draws at random get in.
Nothing is fetched from elsewhere: no news (nor the question whether one wants any), no look for updates, no list of
extensions.
"""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from hpo_tutor.course import places

OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",  # the other one lists the extensions of a package index
)

CONFIG = Path(__file__).parent / "jupyter"  # switches the question for news off, which no option does


def environment() -> dict[str, str]:
    """The variables with which that command line runs: the course's settings come before the machine's own.

    So do its commands: JupyterLab's terminals know `hpo-tutor` in an environment that nobody activated.
    """
    paths = [str(CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    commands = [str(Path(sys.executable).parent), *filter(None, [os.environ.get("PATH")])]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths), "PATH": os.pathsep.join(commands)}


def command(notebook: Path, browser: bool = True, port: int | None = None) -> list[str]:
    """The command line that starts JupyterLab on a notebook.

    The file browser shows the checkout where the notebook lies in one, otherwise the notebook's own folder.
    """
    top = places.checkout()
    root = top if top is not None and notebook.is_relative_to(top) else notebook.parent
    line = [sys.executable, "-m", "jupyterlab", *OFFLINE, f"--ServerApp.root_dir={root}", "--ServerApp.ip=localhost"]
    # a notebook named as an argument would be opened by a browser, but be absent from the address that is printed
    line.append(f"--LabApp.default_url=/lab/tree/{quote(notebook.relative_to(root).as_posix())}")
    if port is not None:
        line.append(f"--ServerApp.port={port}")
    if not browser:
        line.append("--ServerApp.open_browser=False")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        line.append("--ServerApp.allow_root=True")  # in a container everyone is root, and the server would refuse
    return line


def open_lab(browser: bool = True, port: int | None = None) -> int:
    """Open JupyterLab on the student's copy of the first notebook, made if it is missing; returns its exit status.

    Where the system can, JupyterLab takes this process over, so that its signals reach it and nothing returns.

    Raises:
        FileNotFoundError: this installation has no notebooks.
    """
    notebook = places.start(places.first_notebook()).notebook
    line = command(notebook, browser, port)
    for number in places.news():
        print(
            f"Notebook {number} has changed since you copied it: `hpo-tutor start {number} --fresh` adds the new one."
        )
    print(f"JupyterLab opens on {notebook}; Ctrl-C, twice, ends it.", flush=True)
    if os.name == "posix":
        os.execve(line[0], line, environment())
    return subprocess.run(line, env=environment(), check=False).returncode
