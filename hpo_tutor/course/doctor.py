"""Is everything here that the course needs, and if not, what does one do?

`examine` looks and returns findings, `doctor` prints them: one line when nothing prevents working, otherwise a
line for each trouble with its remedy. ``hpo-tutor doctor`` prints every line.
"""

import json
import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from hpo_tutor.course import places


class Finding(NamedTuple):
    """One thing looked at: what was found there, and what to do where it is not as it should be."""

    name: str
    ok: bool
    found: str
    remedy: str = ""
    prevents: bool = True  # whether one cannot work as long as it is not ok


def examine() -> list[Finding]:
    """Look at everything, in the order in which one would mend it; an examination that fails is itself a finding."""
    findings: list[Finding] = []
    for look in (python, packages, kernel, jupyterlab, widgets, gpu, landscapes, datasets):
        try:
            findings.extend(look())
        except Exception as error:  # the doctor must outlive what it looks at
            name = look.__name__
            findings.append(Finding(name, False, f"could not be examined: {type(error).__name__}: {error}", _again()))
    return findings


def doctor() -> None:
    """Say in one line that the course is ready; otherwise print each trouble with its remedy."""
    print(summary(examine()))


def summary(findings: list[Finding]) -> str:
    """One line when nothing prevents working, otherwise a line for each trouble that does."""
    troubles = [finding for finding in findings if finding.prevents and not finding.ok]
    if troubles:
        return "\n".join(["hpo_tutor is not ready:", *map(line, troubles)])
    told = {finding.name: finding.found for finding in findings}
    parts = [f"Python {told['python']}", f"torch {_version('torch')} on {told['gpu']}", f"data: {told['data']}"]
    return f"hpo_tutor {_version('hpo_tutor')} is ready: {', '.join(parts)}"


def report(findings: list[Finding]) -> str:
    """Every finding on a line of its own."""
    return "\n".join(map(line, findings))


def line(finding: Finding) -> str:
    """A finding with a tick, a cross, or a dash where it does not prevent working; and its remedy."""
    sign = "✓" if finding.ok else "✗" if finding.prevents else "-"
    text = f"{sign} {finding.name}: {finding.found}"
    return text if finding.ok or not finding.remedy else f"{text}\n    -> {finding.remedy}"


# --- what is looked at ----------------------------------------------------------------------------------------------


def python() -> Iterator[Finding]:
    """The running Python lies in the range of the package."""
    wanted = SpecifierSet(metadata.metadata("hpo_tutor")["Requires-Python"])
    version = platform.python_version()
    if wanted.contains(version, prereleases=True):
        yield Finding("python", True, version)
    else:
        yield Finding(
            "python", False, f"{version} runs, {wanted} is needed", f"install a newer Python; then {_again()}"
        )


def packages() -> Iterator[Finding]:
    """Every package of pyproject.toml is installed in a version of its range."""
    requirements = [Requirement(text) for text in metadata.requires("hpo_tutor") or []]
    needed = [each for each in requirements if each.marker is None or each.marker.evaluate({"extra": ""})]
    troubles = []
    for each in needed:
        version = _version(each.name)
        if version is None:
            troubles.append(f"{each.name} is not installed")
        elif not each.specifier.contains(version, prereleases=True):
            troubles.append(f"{each.name} {version} is installed, {each.specifier} is needed")
    if troubles:
        yield Finding("packages", False, "; ".join(troubles), _again())
    else:
        yield Finding("packages", True, f"all {len(needed)} in the versions that are needed")


def kernel() -> Iterator[Finding]:
    """A notebook's kernel, "Python 3", starts the Python of this environment."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        yield Finding("kernel", False, 'there is no kernel "python3"', _again())
        return
    program = Path(spec.argv[0])
    # a bare name such as "python" stands for the Python that runs JupyterLab
    if not program.is_absolute() or _same_environment(program):
        yield Finding("kernel", True, f'"{spec.display_name}" runs in {sys.prefix}')
    else:
        yield Finding(
            "kernel",
            False,
            f'"{spec.display_name}" starts {program}, not the Python of this environment, {sys.executable}',
            f"remove the kernel that stands in the way, {spec.resource_dir}: jupyter kernelspec remove python3",
        )


def jupyterlab() -> Iterator[Finding]:
    """JupyterLab is installed beside this Python, and a running notebook is served by that JupyterLab."""
    version = _version("jupyterlab")
    server = serving_python()
    if version is None:
        yield Finding("jupyterlab", False, f"not installed in {sys.prefix}", _again())
    elif server is not None and not _same_environment(server):
        yield Finding(
            "jupyterlab",
            False,
            f"this notebook's server runs in {server.parent.parent}, its kernel in {sys.prefix}; "
            "widgets and figures may stay empty",
            "close that JupyterLab and start this environment's: `hpo-tutor lab`, or `make lab` in a checkout",
        )
    else:
        yield Finding("jupyterlab", True, f"{version}, in the same environment")


def widgets() -> Iterator[Finding]:
    """JupyterLab finds the extensions that draw widgets and figures."""
    for name, extension, package in (
        ("widget manager", "@jupyter-widgets/jupyterlab-manager", "jupyterlab_widgets"),
        ("figures", "jupyterlab-plotly", "plotly"),
    ):
        folder = _extension(extension)
        if folder is None:
            again = f'"{sys.executable}" -m pip install --force-reinstall {package}; then start JupyterLab again'
            yield Finding(name, False, f"JupyterLab does not find its extension {extension}", again)
        else:
            version = json.loads((folder / "package.json").read_text(encoding="utf-8")).get("version", "?")
            yield Finding(name, True, f"{extension} {version}")


def gpu() -> Iterator[Finding]:
    """Where networks train; a GPU is welcome and never needed."""
    from hpo_tutor.training.devices import device_name

    name = device_name()
    if name == "cpu":
        remedy = "nothing needs one; if there is one, README says how to install the PyTorch build made for it"
        yield Finding("gpu", False, "CPU", remedy, prevents=False)
    else:
        yield Finding("gpu", True, name)


def landscapes() -> Iterator[Finding]:
    """The recorded landscapes that ship with the course."""
    names = sorted(path.stem for path in places.landscapes_folder().glob("*.parquet"))
    if names:
        yield Finding("landscapes", True, ", ".join(names))
    else:
        empty = f"{places.landscapes_folder()} holds none"
        yield Finding("landscapes", False, empty, "install or clone the course again, or `hpo-tutor record digits`")


def datasets() -> Iterator[Finding]:
    """The data sets that are on this machine; those that are not are fetched when they are first asked for."""
    from hpo_tutor.problems.datasets import available, names

    here = [name for name in names() if available(name)]
    absent = [name for name in names() if name not in here]
    if "digits" not in here:
        yield Finding("data", False, "even digits, which ships with scikit-learn, cannot be read", _again())
        return
    yield Finding("data", True, ", ".join(here))
    if absent:
        remedy = "each is fetched when first asked for; offline, set HPO_TUTOR_DATA to a folder that holds its files"
        yield Finding("more data", False, f"not on this machine: {', '.join(absent)}", remedy, prevents=False)


# --- how ------------------------------------------------------------------------------------------------------------


def serving_python() -> Path | None:
    """The Python that runs the Jupyter server of this kernel; None outside a kernel or where it cannot be told."""
    parent = os.environ.get("JPY_PARENT_PID", "")
    if not parent.isdecimal():
        return None
    import psutil

    try:
        words = psutil.Process(int(parent)).cmdline()
    except psutil.Error:
        return None
    # only a Jupyter server is asked for: the parent may also be an editor or a test that runs notebooks
    program = Path(words[0]) if words else Path()
    is_jupyter = any("jupyter" in Path(word).name for word in words[1:4])
    return program if is_jupyter and program.is_absolute() and program.name.startswith("python") else None


def _same_environment(program: Path) -> bool:
    """Whether a Python lies in the folder of the running one; links are not followed, environments are made of them."""
    return os.path.normcase(program.parent.resolve()) == os.path.normcase(Path(sys.executable).parent.resolve())


def _extension(name: str) -> Path | None:
    from jupyter_core.paths import jupyter_path

    folders = (Path(folder) / name for folder in jupyter_path("labextensions"))
    return next((folder for folder in folders if (folder / "package.json").is_file()), None)


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _again() -> str:
    """How the environment is mended, in a checkout and elsewhere."""
    top = places.checkout()
    if top is None:
        return f'"{sys.executable}" -m pip install --upgrade hpo_tutor'
    return f'`make env` in {top}; with conda, "{sys.executable}" -m pip install -c constraints.txt -e . there'
