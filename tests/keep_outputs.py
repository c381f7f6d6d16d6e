"""What nbval ran need not run again for the book: a plugin of pytest that keeps what solution notebooks showed.

``pytest -p tests.keep_outputs --keep-outputs build/executed --nbval-lax ...`` with HPO_TUTOR_PAGES=1, so that outputs
are those of a page. Kept is a notebook of a folder ``solutions`` whose cells all passed, with its fingerprint.
"""

from collections.abc import Generator
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell

from hpo_tutor.course.executed import fingerprint, keep


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the outputs go."""
    parser.addoption("--keep-outputs", type=Path, help="keep executed solution notebooks in this folder, for the book")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch, in the process that runs the cells."""
    if config.option.keep_outputs is not None:
        config.pluginmanager.register(Keeper(config.option.keep_outputs.absolute()))


class Keeper:
    """Watches cells pass; each worker of xdist has one, and runs whole files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun: dict[Path, str] = {}
        self.passed: dict[Path, int] = {}

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note what the notebook is run from, before its first cell."""
        if item.path.parent.name == "solutions" and item.path not in self.begun:
            self.begun[item.path] = fingerprint(item.path)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take the outputs of a cell that passed."""
        report = yield
        if isinstance(item, IPyNbCell) and report.when == "call" and report.passed:
            item.cell.outputs = item.test_outputs
            self.passed[item.path] = self.passed.get(item.path, 0) + 1
        return report

    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Keep the notebook behind its last cell."""
        if item.path in self.begun and (nextitem is None or nextitem.path != item.path):
            cells = [cell for cell in item.parent.nb.cells if cell.cell_type == "code"]
            if self.passed.get(item.path) == len(cells):
                keep(item.parent.nb, self.folder, item.path.name, self.begun[item.path])
