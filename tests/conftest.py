"""What every test has: a work folder of its own, and the real data where they are.

A test marked ``real_data`` is deselected where HPO_TUTOR_DATA names no folder, and the number of such tests is printed.
Under xdist the workers deselect and the controller prints, so each worker hands its count over.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ABSENT = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """No test is absent yet."""
    config.stash[ABSENT] = 0


@pytest.fixture(autouse=True, scope="session")
def own_work_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Passed checks and copied notebooks go to a temporary folder, never to the work/ of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPO_TUTOR_WORK", str(tmp_path_factory.mktemp("work")))
        yield


@pytest.hookimpl(trylast=True)  # what -k and -m leave out is not counted
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of the real data where there are none."""
    named = os.environ.get("HPO_TUTOR_DATA")
    if named and Path(named).is_dir():
        return
    absent = [item for item in items if item.get_closest_marker("real_data")]
    if absent:
        config.stash[ABSENT] = len(absent)
        config.hook.pytest_deselected(items=absent)
        items[:] = [item for item in items if not item.get_closest_marker("real_data")]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand a worker's count over, and tell an expected empty selection from a mistaken one."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["absent"] = session.config.stash[ABSENT]
    # a selection of nothing but absent tests is empty for a known reason, which is printed; any other is an error
    elif session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.stash[ABSENT]:
        session.exitstatus = pytest.ExitCode.OK


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Each worker of xdist collects every test, so their counts agree and the largest is the number."""
    count = getattr(node, "workeroutput", {}).get("absent", 0)
    node.config.stash[ABSENT] = max(node.config.stash[ABSENT], count)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print how many tests the absent data cost."""
    count = config.stash[ABSENT]
    if count:
        tests = "1 test deselected: it needs" if count == 1 else f"{count} tests deselected: they need"
        terminalreporter.write_line(f"{tests} the real data (HPO_TUTOR_DATA)")
