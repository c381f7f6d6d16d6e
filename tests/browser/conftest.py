"""A real JupyterLab, started as `hpo-tutor lab` starts it, and a real Chromium on it.

Each worker of xdist has a server, a browser and a work folder of its own, and shares them among its tests.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driver import LAUNCH, PATIENCE, SIZE, Lab
from lab_server import Server, serve
from player_page import Players, served
from playwright.sync_api import Browser, expect, sync_playwright

from hpo_tutor.course import lab as course_lab
from hpo_tutor.course import places

expect.set_options(timeout=PATIENCE)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder as ``browser``."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder with a copy of every learner's notebook; the server's file browser shows it."""
    work = tmp_path_factory.mktemp("student") / "work"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HPO_TUTOR_WORK", str(work))
        work.mkdir()
        for number in places.notebooks():
            places.start(number)
    return work


@pytest.fixture(scope="session")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab on the work folder."""
    command = course_lab.command(folder / "any.ipynb", browser=False, port=0)
    command.append("--LabApp.expose_app_in_browser=True")  # the driver asks the application when it is ready
    variables = course_lab.environment() | {"HPO_TUTOR_WORK": str(folder)}
    with serve(command, tmp_path_factory.mktemp("server"), **variables) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium or Chrome as the system has it; Playwright's own are never downloaded."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(f"the browser tests need one of {', '.join(NAMES)}; on Debian: sudo apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=LAUNCH)
        yield browser
        browser.close()


@pytest.fixture
def fresh_lab(chromium: Browser, server: Server) -> Iterator[Lab]:
    """JupyterLab in a browser that has never been here before."""
    context = chromium.new_context(viewport=SIZE)
    lab = Lab(context.new_page(), server)
    yield lab
    context.close()


@pytest.fixture(scope="session")
def spare_labs() -> list[Lab]:
    """The page that one test leaves to the next, once it is cleared."""
    return []


@pytest.fixture
def lab(chromium: Browser, server: Server, spare_labs: list[Lab]) -> Iterator[Lab]:
    """JupyterLab with nothing open, whoever used it before; one that cannot be cleared is not used again."""
    if not spare_labs:
        spare_labs.append(Lab(chromium.new_context(viewport=SIZE).new_page(), server))
        spare_labs[0].begin()
    lab = spare_labs.pop()
    yield lab
    lab.clear()
    spare_labs.append(lab)


@pytest.fixture(scope="session")
def player_server() -> Iterator[tuple[str, list[bytes]]]:
    """A server of the scripts, and the list of what it hands to the page."""
    with served() as given:
        yield given


@pytest.fixture
def players(chromium: Browser, player_server: tuple[str, list[bytes]]) -> Iterator[Players]:
    """A page for players in a fresh browser; afterwards it has asked nobody and complained of nothing."""
    context = chromium.new_context(viewport={"width": 1000, "height": 900})
    page = Players(context.new_page(), *player_server)
    yield page
    found = (page.foreign, page.complaints)
    context.close()
    assert found == ([], [])
