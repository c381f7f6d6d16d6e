"""Where do reveal.js and MathJax come from? From npm, in the versions that package.json pins; nobody commits them."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from hpo_tutor.course.places import checkout

HERE = Path(__file__).parent
INSTALL = ["install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]


class Formula(NamedTuple):
    """A formula in TeX, and whether it stands on a line of its own."""

    tex: str
    display: bool


def node_modules(root: Path | None = None) -> Path:
    """The folder of the parts, fetched first where they are missing or package.json is newer.

    Args:
        root: the folder of package.json; the checkout by default.

    Raises:
        FileNotFoundError: there is no checkout, or no npm.
        OSError: npm could not fetch them.
    """
    top = root or checkout()
    if top is None or not (top / "package.json").is_file():
        raise FileNotFoundError(
            f"slides are built in a clone of the course, and {top or 'the installed package'} has no package.json; "
            "clone the course and install the clone with `pip install -e .`"
        )
    folder = top / "node_modules"
    if _is_fresh(top / "package.json", folder):
        return folder
    command = [_program("npm"), *INSTALL]
    done = subprocess.run(command, cwd=top, capture_output=True, text=True, check=False)
    if done.returncode or not _is_fresh(top / "package.json", folder):
        raise OSError(
            f"npm could not fetch what slides are made of: {(done.stderr or done.stdout).strip()[-400:]}; "
            f"with a network, try `npm {' '.join(INSTALL)}` in {top}"
        )
    return folder


def set_formulas(formulas: Sequence[Formula], folder: Path) -> dict[Formula, str]:
    """Each formula as HTML: a picture for the eye, and MathML for a screen reader.

    Args:
        formulas: in TeX.
        folder: ``node_modules``.

    Raises:
        ValueError: TeX that MathJax does not understand.
        OSError: node is missing, or failed.
    """
    asked = list(dict.fromkeys(formulas))
    if not asked:
        return {}
    done = subprocess.run(
        [_program("node"), str(HERE / "formulas.js")],
        input=json.dumps([formula._asdict() for formula in asked]),
        env={"NODE_PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(f"formulas are set by node, which failed: {done.stderr.strip()[-400:]}; a newer Node.js may help")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    for formula, made in zip(asked, found, strict=True):
        if "error" in made:
            raise ValueError(f"a formula is TeX that MathJax knows; ${formula.tex}$ is not: {made['error']}; mend it")
    return {formula: _page(formula, made) for formula, made in zip(asked, found, strict=True)}


def _page(formula: Formula, made: dict[str, Any]) -> str:
    kind = "formula display" if formula.display else "formula"
    svg = made["svg"].replace(' role="img"', ' aria-hidden="true"', 1)
    return f'<span class="{kind}">{svg}<span class="for-readers">{made["mathml"]}</span></span>'


def _is_fresh(wanted: Path, folder: Path) -> bool:
    parts = json.loads(wanted.read_text(encoding="utf-8"))["dependencies"]
    return all(_version(folder / name / "package.json") == version for name, version in parts.items())


def _version(part: Path) -> str | None:
    try:
        return str(json.loads(part.read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):  # not there, or npm was killed while it wrote
        return None


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(
            f"slides are built with {name}, which comes with Node.js, and this machine has none; "
            "on Debian and Ubuntu: sudo apt install nodejs npm; elsewhere see https://nodejs.org"
        )
    return found
