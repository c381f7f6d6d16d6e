"""What slides are made of comes from npm, or one is told how to get it."""

import json
from pathlib import Path

import pytest

from hpo_tutor.course.decks import parts


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose package.json asks for one part, of which an old version lies there."""
    (tmp_path / "package.json").write_text('{"dependencies": {"part": "2.0.0"}}')
    (tmp_path / "node_modules" / "part").mkdir(parents=True)
    (tmp_path / "node_modules" / "part" / "package.json").write_text('{"version": "1.0.0"}')
    return tmp_path


def _npm(root: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = root / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


@pytest.mark.parametrize("there", ['{"version": "1.0.0"}', '{"vers'], ids=["old", "half"])
def test_another_version_is_fetched_again(root: Path, there: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Npm is called where an old part or half of one lies, and not again once that of package.json is there."""
    (root / "node_modules" / "part" / "package.json").write_text(there)
    _npm(root, monkeypatch, """echo '{"version": "2.0.0"}' > node_modules/part/package.json; echo "$@" >> calls""")
    for _ in range(2):
        assert parts.node_modules(root) == root / "node_modules"
    (call,) = (root / "calls").read_text().splitlines()
    assert call.startswith("install --no-package-lock --ignore-scripts")


def test_a_failing_npm_is_told_with_its_words(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What npm said stands in the error, and the command to try by hand."""
    _npm(root, monkeypatch, "echo no network >&2; exit 1")
    with pytest.raises(OSError, match=r"no network; with a network, try `npm install --no-package-lock"):
        parts.node_modules(root)


def test_a_machine_without_npm_is_told_how_to_get_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the package of the system."""
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(FileNotFoundError, match=r"slides are built with npm.*sudo apt install nodejs npm"):
        parts.node_modules(root)


def test_an_installed_package_builds_no_slides(tmp_path: Path) -> None:
    """Without package.json there is nothing to fetch."""
    with pytest.raises(FileNotFoundError, match="clone the course"):
        parts.node_modules(tmp_path)


def test_versions_are_exact() -> None:
    """The checkout's package.json pins each part to one version."""
    wanted = json.loads((Path(__file__).resolve().parents[3] / "package.json").read_text())["dependencies"]
    assert all(version.replace(".", "").isdigit() for version in wanted.values())


def test_tex_that_is_none_is_named() -> None:
    """A formula that MathJax does not know fails the build instead of leaving a red box."""
    formula = parts.Formula(r"\frac{a}", display=True)
    with pytest.raises(ValueError, match=r"\$\\frac\{a\}\$ is not: .*; mend it"):
        parts.set_formulas([formula], parts.node_modules())
