"""JupyterLab as `hpo-tutor lab` really starts it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import psutil
import pytest
from lab_server import Server, serve

from hpo_tutor.course import lab, places


class NoRedirect(HTTPRedirectHandler):
    """Redirects are answers to look at, not to follow."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A student's work folder, not made yet."""
    return tmp_path_factory.mktemp("student") / "work"


@pytest.fixture(scope="module")
def server(work: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of `hpo-tutor lab`, on a port that is free."""
    command = [str(Path(sys.executable).with_name("hpo-tutor")), "lab", "--no-browser", "--port", "0"]
    with serve(command, tmp_path_factory.mktemp("server"), HPO_TUTOR_WORK=str(work)) as running:
        yield running


def status(server: Server, path: str, token: str | None = None) -> tuple[int, str]:
    """The HTTP status of a page, and where it redirects to."""
    request = Request(server.url + path, headers={} if token is None else {"Authorization": f"token {token}"})
    try:
        answer: HTTPResponse | HTTPError = build_opener(NoRedirect).open(request, timeout=30)
    except HTTPError as error:
        answer = error
    with answer:
        return int(answer.status or 0), urlsplit(answer.headers.get("Location", "")).path


@pytest.mark.parametrize("token", [None, "", "0" * 48])
@pytest.mark.parametrize("path", ["api/contents", "api/kernels", "api/sessions", "api/terminals", "files/03.ipynb"])
def test_nobody_gets_in_without_the_token(server: Server, path: str, token: str | None):
    """Without the token or with another one, files, kernels and terminals are refused or lead to the login page."""
    assert status(server, path, token) in [(403, ""), (302, "/login")]


@pytest.mark.parametrize("token", [None, "0" * 48])
def test_a_page_without_the_token_leads_to_the_login(server: Server, token: str | None):
    """A page leads to the login, the API refuses."""
    assert status(server, "lab", token) == (302, "/login")
    assert status(server, "api/contents", token)[0] == 403


def test_the_token_lets_in(server: Server):
    """With the token that the server drew, the same pages open."""
    assert status(server, "lab", server.token)[0] == 200
    assert status(server, "api/contents", server.token)[0] == 200


def test_the_token_is_drawn_at_random_and_kept_off_the_command_line(server: Server):
    """At least 128 bits, and other users of the machine do not see it among the processes."""
    assert len(bytes.fromhex(server.token)) >= 16
    assert server.token not in " ".join(psutil.Process(server.pid).cmdline())


def test_the_server_listens_on_this_machine_alone(server: Server):
    """Every address the server listens on is a loopback address."""
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(server.pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) <= {"127.0.0.1", "::1"}


def test_lab_opens_on_the_students_copy(server: Server, work: Path):
    """The first notebook was copied to work/, and that copy is at the address that is printed and opened."""
    first = places.notebooks()[places.first_notebook()]
    assert (work / first.name).read_bytes() == first.read_bytes()
    assert f"{server.url}lab/tree/{first.name}?token={server.token}" in server.log.read_text()
    assert status(server, "", server.token) == (302, f"/lab/tree/{first.name}")


def test_the_command_asks_nobody_elsewhere(tmp_path: Path):
    """News, updates and the list of extensions are off; a browser opens unless told otherwise."""
    line = lab.command(tmp_path / "03.ipynb")
    assert set(lab.OFFLINE) < set(line)
    assert "--ServerApp.open_browser=False" not in line
    assert "--ServerApp.open_browser=False" in lab.command(tmp_path / "03.ipynb", browser=False)
    assert "--ServerApp.port=8899" in lab.command(tmp_path / "03.ipynb", port=8899)


def test_the_file_browser_shows_the_checkout_or_the_work_folder(tmp_path: Path):
    """In a checkout one sees its notebooks; a work folder elsewhere shows itself, and nothing above it."""
    top = places.checkout()
    assert top is not None
    assert f"--ServerApp.root_dir={top}" in lab.command(top / "work" / "03.ipynb")
    assert f"--ServerApp.root_dir={tmp_path}" in lab.command(tmp_path / "03.ipynb")


def test_the_machines_own_settings_still_count(monkeypatch: pytest.MonkeyPatch):
    """The course's settings come first in Jupyter's search path, and what was there follows."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/etc/ours")
    assert lab.environment()["JUPYTER_CONFIG_PATH"] == f"{lab.CONFIG}{os.pathsep}/etc/ours"
    assert (lab.CONFIG / "labconfig" / "page_config.json").is_file()


def test_lab_names_the_notebooks_that_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """Before JupyterLab opens, each copy whose original has changed is named with what adds the new one."""
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path))
    mine = places.start("03").notebook
    mine.write_text("my answers")
    (tmp_path / places.MARK).write_text(json.dumps({mine.name: "another"}))
    asked = []
    monkeypatch.setattr(lab.os, "execve", lambda program, line, variables: asked.append(program))
    monkeypatch.setattr(lab.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0))
    lab.open_lab(browser=False)
    said = capsys.readouterr().out
    assert "`hpo-tutor start 03 --fresh`" in said
    assert said.count("--fresh") == 1
    assert mine.read_text() == "my answers"


def test_terminals_know_the_commands_of_the_course():
    """JupyterLab's terminals find `hpo-tutor` first where this Python has it, also when nobody activated anything."""
    assert lab.environment()["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
