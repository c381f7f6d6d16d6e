"""The cell that installs the course where it is missing, run by IPython as a notebook runs it."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat

from hpo_tutor.course import elsewhere

ADDRESS = "https://example.org/course"
# IPython in a process of its own; pip writes down what it was asked, and google.colab what was called
PROGRAM = """
import importlib.util, json, sys, types
from IPython.core.interactiveshell import InteractiveShell
calls, find = [], importlib.util.find_spec
shell = InteractiveShell.instance()
shell.register_magic_function(lambda line: calls.append(line), magic_name="pip")
sys.modules["google"] = types.ModuleType("google")
colab = types.ModuleType("google.colab")
colab.output = types.SimpleNamespace(enable_custom_widget_manager=lambda: calls.append("widgets"))
for is_here in (True, False):
    for in_colab in (True, False):
        importlib.util.find_spec = lambda name: find("json") if is_here else None
        sys.modules.pop("google.colab", None)
        if in_colab:
            sys.modules["google.colab"] = colab
        calls.clear()
        shell.run_cell(sys.argv[1]).raise_error()
        print(json.dumps([is_here, in_colab, *calls]))
"""


def test_the_cell_does_what_is_missing_and_no_more() -> None:
    """The course is installed where it cannot be imported; Colab's widgets are switched on in Colab alone."""
    said = subprocess.check_output([sys.executable, "-c", PROGRAM, elsewhere.text(ADDRESS)], text=True)
    pip = f'install --quiet "git+{ADDRESS}"'
    assert [json.loads(line) for line in said.splitlines()] == [
        [True, True, "widgets"],
        [True, False],
        [False, True, pip, "widgets"],
        [False, False, pip],
    ]


def test_the_cell_is_one_of_a_notebook() -> None:
    """Nbformat takes it, and its id is the notebook's own, the same at every build."""
    cell = elsewhere.cell("03_random_search", ADDRESS)
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    nbformat.validate(nbformat.from_dict(notebook))
    assert cell == elsewhere.cell("03_random_search", ADDRESS)
    assert cell["id"] != elsewhere.cell("04_one_gaussian", ADDRESS)["id"]


def test_the_address_stands_in_one_place(tmp_path: Path) -> None:
    """It is the Repository of the project's urls."""
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nRepository = "{ADDRESS}"\n')
    assert elsewhere.repository(tmp_path) == ADDRESS
