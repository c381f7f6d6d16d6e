"""The Makefile, run for real on stand-ins for Python that write down what they were asked to do."""

import os
import re
import shutil
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "make", "awk", "cat", "cp", "grep", "mkdir", "mktemp", "rm", "touch")

# a Python that logs its calls and can make an environment, in which it stands again
GOOD = r"""#!/bin/sh
echo "$*" >> calls.log
case "$*" in
  *print*) echo 3.12.1 ;;
  "-m venv"*)
    mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo "command = $0 -m venv $PWD/.venv" > .venv/pyvenv.cfg ;;
  *pytest*) echo "data: $HPO_TUTOR_DATA" >> calls.log; exit ${PYTEST_STATUS:-0} ;;
esac
"""
OLD = '#!/bin/sh\ncase "$2" in *print*) echo 3.9.2 ;; *) exit 1 ;; esac\n'
BARE = '#!/bin/sh\ncase "$2" in *print*) echo 3.11.2 ;; *ensurepip*) exit 1 ;; esac\n'
BROKEN = "#!/bin/sh\nexit 127\n"  # as pyenv leaves them for versions that are not chosen


class Place:
    """A checkout of the Makefile alone, and a machine with make, a few tools and the Pythons of a test."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder / "tools"
        self.tools.mkdir()
        for tool in TOOLS:
            (self.tools / tool).symlink_to(str(shutil.which(tool)))
        self.folder = folder / "my checkout"
        self.folder.mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.folder)

    def python(self, name: str, script: str) -> None:
        """Put a Python on the machine."""
        (self.tools / name).write_text(script)
        (self.tools / name).chmod(0o755)

    def make(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run make there."""
        environment = {"PATH": str(self.tools), "HOME": str(self.folder), **variables}
        command = [str(self.tools / "make"), *words]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def calls(self) -> list[str]:
        """What Python was asked since the last look."""
        log = self.folder / "calls.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines

    def installs(self) -> list[str]:
        """What pip was asked to install since the last look."""
        return [line.partition("install ")[2].strip() for line in self.calls() if " install " in line]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A fresh machine without any Python."""
    return Place(tmp_path)


COURSE = "--constraint constraints.txt --editable ."


def test_a_fresh_machine_gets_its_environment_once(place: Place):
    """`make env` makes .venv and installs under the constraints; where nothing changed it does nothing at all."""
    place.python("python3", GOOD)
    assert place.make("env").returncode == 0
    calls = place.calls()
    assert "-m venv --clear .venv" in calls
    assert sum(COURSE in call for call in calls) == 1
    assert place.make("env").returncode == 0
    assert place.calls() == []


def test_a_change_of_the_packages_is_installed(place: Place):
    """A newer pyproject.toml or constraints.txt is installed into the environment that is there."""
    place.python("python3", GOOD)
    place.make("env-dev")
    assert place.installs() == [COURSE, f"{COURSE}[dev]"]
    for name in ("pyproject.toml", "constraints.txt"):
        ready = (place.folder / ".venv" / ".ready").stat().st_mtime
        os.utime(place.folder / name, (ready + 2, ready + 2))
        place.make("env")
        assert place.installs() == [COURSE]
        os.utime(place.folder / name, (ready - 2, ready - 2))


def test_a_moved_checkout_makes_its_environment_again(place: Place):
    """An environment holds absolute paths: in a moved folder it is made anew."""
    place.python("python3", GOOD)
    place.make("env")
    place.calls()
    place.folder = place.folder.rename(place.folder.with_name("moved"))
    place.make("env")
    assert "-m venv --clear .venv" in place.calls()


def test_an_interrupted_installation_is_taken_up_again(place: Place):
    """Where pip fails, make fails, and the next make installs again."""
    place.python("python3", GOOD.replace("*pytest*)", '*"install "*) exit 1 ;;\n  *pytest*)'))
    assert place.make("env").returncode != 0
    shutil.rmtree(place.folder / ".venv")
    place.python("python3", GOOD)
    assert place.make("env").returncode == 0


def test_torch_comes_from_the_index_that_was_named(place: Place):
    """TORCH_INDEX installs torch alone and first; the same one again does nothing, another one installs again."""
    place.python("python3", GOOD)
    torch = "--force-reinstall --no-deps --constraint constraints.txt --index-url {} torch"
    course = "--constraint constraints.txt --extra-index-url {} --editable ."
    for index in ("https://cpu.example/simple", "https://cuda.example/simple"):
        place.make("env", f"TORCH_INDEX={index}")
        assert place.installs() == [torch.format(index), course.format(index)]
        place.make("env", f"TORCH_INDEX={index}")
        place.make("env")
        assert place.installs() == []


@pytest.mark.parametrize("poor", [OLD, BARE, BROKEN])
def test_the_first_python_that_fits_is_taken(place: Place, poor: str):
    """A python3 that is too old, lacks venv or does not run is passed over for a newer one by name."""
    place.python("python3", poor)
    place.python("python3.12", GOOD)
    result = place.make("env")
    assert result.returncode == 0
    assert "Making .venv with python3.12 (Python 3.12.1)" in result.stdout


@pytest.mark.parametrize(
    ("script", "found"),
    [(OLD, "python3 is Python 3.9.2, too old"), (BARE, "python3 is Python 3.11.2 without venv"), (None, "no Python")],
)
def test_without_a_fitting_python_the_remedy_is_said(place: Place, script: str | None, found: str):
    """The error says what was found and what to install, and leaves nothing half made."""
    if script is not None:
        place.python("python3", script)
    result = place.make("lab")
    assert result.returncode != 0
    assert found in result.stderr
    assert "apt install python3-venv" in result.stderr
    assert "PYTHON=" in result.stderr
    assert not (place.folder / ".venv").exists()


def test_another_python_can_be_named(place: Place):
    """PYTHON=... is taken even where a python3 would fit."""
    place.python("python3", GOOD)
    place.python("mine", GOOD)
    assert "Making .venv with mine" in place.make("env", "PYTHON=mine").stdout


@pytest.mark.parametrize("target", ["unit", "notebook-tests", "browser-tests"])
@pytest.mark.parametrize("status", [1, 5])
def test_no_tests_are_no_success(place: Place, target: str, status: int):
    """A failing test fails make, and so does pytest's status 5: that nothing was collected is a mistake."""
    place.python("python3", GOOD)
    assert place.make(target).returncode == 0
    assert place.make(target, PYTEST_STATUS=str(status)).returncode != 0


def test_the_real_data_beside_the_checkout_are_taken(place: Place):
    """The data in ../shared are the default of the tests; a folder that is named is kept; without either, none is."""
    place.python("python3", GOOD)
    place.make("unit")
    assert "data: " in place.calls()
    shared = place.folder.parent / "shared" / "data"
    shared.mkdir(parents=True)
    (shared / "README.md").touch()
    place.make("unit")
    assert f"data: {place.folder}/../shared/data" in place.calls()
    place.make("unit", HPO_TUTOR_DATA="/mine")
    assert "data: /mine" in place.calls()


def test_cheap_checks_come_first(place: Place):
    """`make test` lints, then checks types, layers and drift, then runs every kind of test."""
    said = place.make("-n", "test").stdout
    parts = ["ruff check", "ruff format --check", "mypy", "lint-imports", "build --check", "pytest -n", "--nbval-lax"]
    places = [said.index(part) for part in [*parts, "tests/browser\n"]]
    assert places == sorted(places)
    assert "HPO_TUTOR_STRICT=1" in said


def test_help_names_every_command(place: Place):
    """Each command that the README speaks of has a line."""
    said = place.make("help").stdout
    for name in ("lab", "env", "test", "format", "build", "clean"):
        assert f"make {name} " in said


def pins() -> dict[str, str]:
    """Name -> version of every line of constraints.txt."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line), line
    return {_normal(name): version for name, _, version in (line.partition("==") for line in lines)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_constraints_are_names_and_versions_that_fit_the_ranges():
    """Every package of pyproject.toml, dev included, is pinned within its range; no line holds anything else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    pinned = pins()
    for each in map(Requirement, [*project["dependencies"], *extras]):
        assert each.specifier.contains(pinned[_normal(each.name)]), each
    assert pinned["torch"] == "2.13.0"


def test_what_runs_here_is_what_is_pinned():
    """Every package that this environment's course brought along has a pin, so that a new machine gets the same."""
    needed, seen = ["hpo_tutor[dev]"], set()
    while needed:
        wanted = Requirement(needed.pop())
        for extra in wanted.extras or {""}:
            if (wanted.name, extra) in seen:
                continue
            seen.add((wanted.name, extra))
            for text in metadata.requires(wanted.name) or []:
                each = Requirement(text)
                if each.marker is None or any(each.marker.evaluate({"extra": name}) for name in ("", extra)):
                    needed.append(text)
    ours = {_normal(name) for name, _ in seen} - {"hpo-tutor", "setuptools", "pip"}
    # a CUDA build of torch brings its own libraries, whose versions torch itself pins
    ours = {name for name in ours if not name.startswith(("nvidia-", "cuda-", "triton"))}
    assert ours - set(pins()) == set()
