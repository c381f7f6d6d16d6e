"""The doctor: silent about health, and for each trouble the remedy that mends it."""

import json
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import jupyter_core.paths
import psutil
import pytest
from jupyter_client import kernelspec

from hpo_tutor.course import doctor, places
from hpo_tutor.problems import datasets
from hpo_tutor.training import devices

HERE = Path(sys.executable).parent


def healthy() -> Iterator[doctor.Finding]:
    """What a healthy machine's examination yields, as far as the one line tells it."""
    yield doctor.Finding("python", True, "3.11.7")
    yield doctor.Finding("gpu", False, "CPU", "none needed", prevents=False)
    yield doctor.Finding("data", True, "digits, aleph")


def trouble(look: Iterator[doctor.Finding]) -> doctor.Finding:
    """The one finding that is not ok."""
    (finding,) = [finding for finding in look if not finding.ok]
    return finding


def test_this_environment_is_ready():
    """Where the tests run, nothing prevents working: every real examination agrees with the truth."""
    findings = doctor.examine()
    assert [finding for finding in findings if finding.prevents and not finding.ok] == []
    assert {"python", "packages", "kernel", "jupyterlab", "widget manager", "gpu", "landscapes", "data"} <= {
        finding.name for finding in findings
    }


def test_health_takes_one_line():
    """A machine without a GPU and without some data is ready, in one line that tells the versions and the data."""
    text = doctor.summary(list(healthy()))
    versions = (metadata.version("hpo_tutor"), metadata.version("torch"))
    assert text == "hpo_tutor {} is ready: Python 3.11.7, torch {} on CPU, data: digits, aleph".format(*versions)


def test_each_trouble_brings_its_remedy():
    """What prevents working is told on a line with its remedy; what does not is left to `hpo-tutor doctor`."""
    ill = doctor.Finding("kernel", False, "starts another Python", "remove it")
    assert doctor.summary([*healthy(), ill]).splitlines() == [
        "hpo_tutor is not ready:",
        "✗ kernel: starts another Python",
        "    -> remove it",
    ]
    assert doctor.report([*healthy(), ill]).splitlines() == [
        "✓ python: 3.11.7",
        "- gpu: CPU",
        "    -> none needed",
        "✓ data: digits, aleph",
        "✗ kernel: starts another Python",
        "    -> remove it",
    ]


def test_doctor_prints(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """The last line of a set-up cell prints what the summary says."""
    monkeypatch.setattr(doctor, "examine", lambda: list(healthy()))
    doctor.doctor()
    assert capsys.readouterr().out == doctor.summary(list(healthy())) + "\n"


def test_an_examination_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch):
    """The doctor outlives what it looks at, and says what happened."""

    def broken() -> str:
        raise OSError("libcuda is torn")

    monkeypatch.setattr(devices, "device_name", broken)
    finding = next(finding for finding in doctor.examine() if finding.name == "gpu")
    assert not finding.ok
    assert finding.found == "could not be examined: OSError: libcuda is torn"
    assert finding.remedy


def test_an_old_python(monkeypatch: pytest.MonkeyPatch):
    """A Python below the package's range is named beside the range."""
    monkeypatch.setattr(doctor.platform, "python_version", lambda: "3.10.4")
    finding = trouble(doctor.python())
    assert finding.found == "3.10.4 runs, >=3.11 is needed"
    assert "newer Python" in finding.remedy


def test_wrong_and_missing_packages(monkeypatch: pytest.MonkeyPatch):
    """A package out of range and one that is missing are both named; those of extras and other systems are not."""
    needed = ["plotly>=6.0", "pandas>=2.2", "absent>=1", 'tests>=1; extra == "dev"', 'else>=1; python_version < "3"']
    there = {"plotly": "5.9", "pandas": "2.2.1"}
    monkeypatch.setattr(metadata, "requires", lambda name: needed)
    monkeypatch.setattr(doctor, "_version", there.get)
    finding = trouble(doctor.packages())
    assert finding.found == "plotly 5.9 is installed, >=6.0 is needed; absent is not installed"
    assert "make env" in finding.remedy


def test_a_remedy_fits_an_installed_course(monkeypatch: pytest.MonkeyPatch):
    """Where there is no checkout there is no `make env`; pip of this very Python mends it."""
    monkeypatch.setattr(places, "checkout", lambda: None)
    monkeypatch.setattr(metadata, "requires", lambda name: ["absent>=1"])
    assert trouble(doctor.packages()).remedy == f'"{sys.executable}" -m pip install --upgrade hpo_tutor'


@pytest.fixture
def own_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in which kernels are looked for."""
    monkeypatch.setattr(kernelspec, "jupyter_path", lambda *parts: [str(tmp_path)])
    return tmp_path


def write_kernel(folder: Path, program: Path | str) -> None:
    """Install the kernel python3, started by a program."""
    (folder / "python3").mkdir()
    spec = {"argv": [str(program), "-m", "ipykernel_launcher"], "display_name": "Python 3", "language": "python"}
    (folder / "python3" / "kernel.json").write_text(json.dumps(spec))


def test_a_kernel_of_another_environment(own_kernels: Path):
    """A python3 kernel that starts another Python is named with its place, and how it is removed."""
    write_kernel(own_kernels, "/opt/other/bin/python3")
    finding = trouble(doctor.kernel())
    assert "starts /opt/other/bin/python3" in finding.found
    assert str(own_kernels / "python3") in finding.remedy
    assert "kernelspec remove python3" in finding.remedy


@pytest.mark.parametrize("program", [HERE / "python3", "python"])
def test_a_kernel_of_this_environment(own_kernels: Path, program: Path | str):
    """Any name of this environment's Python is right, and so is a bare name, which stands for it."""
    write_kernel(own_kernels, program)
    assert [finding.ok for finding in doctor.kernel()] == [True]


def test_no_kernel_at_all(own_kernels: Path, monkeypatch: pytest.MonkeyPatch):
    """Without ipykernel, which brings the python3 kernel, there is none, and the remedy installs it."""
    monkeypatch.setitem(sys.modules, "ipykernel.kernelspec", None)
    finding = trouble(doctor.kernel())
    assert "no kernel" in finding.found
    assert finding.remedy


class Parent:
    """A process that serves notebooks, as psutil would show it."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)

    def __call__(self, pid: int) -> "Parent":
        """The process of this number."""
        assert pid == 4242
        return self

    def cmdline(self) -> list[str]:
        """Its command line."""
        return self.words


@pytest.mark.parametrize(
    ("words", "is_ok"),
    [
        (("/opt/other/bin/python3.12", "/opt/other/bin/jupyter-lab"), False),
        (("/opt/other/bin/python", "-m", "jupyterlab"), False),
        ((str(HERE / "python"), "-m", "jupyterlab"), True),
        (("/opt/editor/node", "server.js"), True),
        (("/opt/other/bin/python", "-m", "pytest"), True),
    ],
)
def test_the_jupyterlab_that_serves_this_notebook(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], is_ok: bool):
    """Only a Jupyter of another environment is a trouble: an editor or a test run is none."""
    monkeypatch.setenv("JPY_PARENT_PID", "4242")
    monkeypatch.setattr(psutil, "Process", Parent(*words))
    (finding,) = doctor.jupyterlab()
    assert finding.ok == is_ok
    if not is_ok:
        assert "/opt/other" in finding.found
        assert "hpo-tutor lab" in finding.remedy


def test_no_jupyterlab(monkeypatch: pytest.MonkeyPatch):
    """An environment without JupyterLab says so."""
    monkeypatch.setattr(doctor, "_version", lambda package: None)
    finding = trouble(doctor.jupyterlab())
    assert finding.found.startswith("not installed")
    assert finding.remedy


def test_no_widget_manager(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """JupyterLab without the extensions that draw widgets and figures: each is named with the package to install."""
    monkeypatch.setattr(jupyter_core.paths, "jupyter_path", lambda *parts: [str(tmp_path)])
    findings = list(doctor.widgets())
    assert [(finding.name, finding.ok) for finding in findings] == [("widget manager", False), ("figures", False)]
    assert "jupyterlab_widgets" in findings[0].remedy
    assert "plotly" in findings[1].remedy


def test_a_gpu_is_welcome_and_never_needed(monkeypatch: pytest.MonkeyPatch):
    """Its name is told; without one the remedy says where to read on, and nothing prevents working."""
    monkeypatch.setattr(devices, "device_name", lambda: "cuda: NVIDIA H100")
    assert [(finding.ok, finding.found) for finding in doctor.gpu()] == [(True, "cuda: NVIDIA H100")]
    monkeypatch.setattr(devices, "device_name", lambda: "cpu")
    finding = trouble(doctor.gpu())
    assert finding.found == "CPU"
    assert not finding.prevents
    assert "README" in finding.remedy


def test_no_recorded_landscapes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """An empty folder is a trouble, and its remedy says how a landscape is made again."""
    monkeypatch.setattr(places, "landscapes_folder", lambda: tmp_path)
    finding = trouble(doctor.landscapes())
    assert str(tmp_path) in finding.found
    assert "hpo-tutor record" in finding.remedy
    (tmp_path / "digits.parquet").touch()
    assert [(finding.ok, finding.found) for finding in doctor.landscapes()] == [(True, "digits")]


def test_absent_data_do_not_prevent_working(monkeypatch: pytest.MonkeyPatch):
    """Sets that are here are told; those that are not come with how one gets them, as no hindrance."""
    monkeypatch.setattr(datasets, "available", lambda name: name in ("digits", "ames"))
    here, absent = doctor.datasets()
    assert (here.ok, here.found) == (True, "digits, ames")
    assert not absent.prevents
    assert "mnist" in absent.found
    assert "HPO_TUTOR_DATA" in absent.remedy


def test_without_digits_one_cannot_work(monkeypatch: pytest.MonkeyPatch):
    """The set that ships with scikit-learn can only be absent where the installation is broken."""
    monkeypatch.setattr(datasets, "available", lambda name: False)
    finding = trouble(doctor.datasets())
    assert finding.prevents
    assert finding.remedy
