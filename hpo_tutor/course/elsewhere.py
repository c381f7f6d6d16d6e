"""How does a notebook of the course run where the course is not installed: in Colab, or in somebody's VS Code?

By one cell before the set-up cell. Where hpo_tutor can be imported, it installs nothing; where it cannot, the course
from its repository. In Colab it also asks for widgets that are not Google's, or players stay empty.
"""

import tomllib
from pathlib import Path
from typing import Any

TAG = "setup-elsewhere"


def repository(top: Path) -> str:
    """The address from which the course is installed; it stands in one place, the checkout's pyproject.toml."""
    project = tomllib.loads((top / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"])


def cell(stem: str, address: str) -> dict[str, Any]:
    """The cell as nbformat 4.5 writes it, for the notebook of that name and a repository's address."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"{stem.replace('_', '-')[:50]}-elsewhere",
        "metadata": {"jupyter": {"source_hidden": True}, "tags": [TAG]},  # JupyterLab shows three dots
        "outputs": [],
        "source": text(address).splitlines(keepends=True),
    }


def text(address: str) -> str:
    """What stands in the cell."""
    return f"""\
# only where the course is not installed yet, as in Colab
import importlib.util
import sys

if importlib.util.find_spec("hpo_tutor") is None:
    %pip install --quiet "git+{address}"
if "google.colab" in sys.modules:
    from google.colab import output

    output.enable_custom_widget_manager()"""
