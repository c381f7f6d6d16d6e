"""Slow libraries that nobody needs stay out."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "from hpo_tutor import figures; figures.still",
        "from hpo_tutor.course.build import read_cells; import pathlib; read_cells(pathlib.Path(sys.argv[1]))",
    ],
)
def test_neither_figures_nor_notebooks_load_the_grammar_of_addresses(code: str) -> None:
    """What checks notebooks is there, the grammar is not, nor does a trace of its being hidden stay."""
    code = f"import sys; {code}; assert 'nbformat' in sys.modules and 'rfc3987_syntax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code, "notebooks/source/00_start_here.py"], check=True)
