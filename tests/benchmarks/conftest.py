"""A real JupyterLab and Chromium for figures of what a hand feels."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driver import LAUNCH, Lab
from lab_server import serve
from playwright.sync_api import sync_playwright

from hpo_tutor.course import lab as course_lab


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """JupyterLab on an empty folder, and Chromium on it."""
    found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if found is None:
        pytest.fail("the figures need chromium or google-chrome")
    work = tmp_path / "work"
    work.mkdir()
    command = [*course_lab.command(work / "any.ipynb", browser=False, port=0), "--LabApp.expose_app_in_browser=True"]
    variables = course_lab.environment() | {"HPO_TUTOR_WORK": str(work)}
    with serve(command, tmp_path, **variables) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=LAUNCH)
        yield Lab(browser.new_page(viewport={"width": 1280, "height": 1200}), server)
        browser.close()
