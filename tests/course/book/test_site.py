"""A book replaces an older one only when it is whole, and never anything else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hpo_tutor.course.book import site


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose pages are gathered already."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "conf.py").touch()
    monkeypatch.setattr(site, "gather", lambda top, pages: None)
    return tmp_path


def _writes(monkeypatch: pytest.MonkeyPatch, words: str, then: Callable[[], int] = lambda: 0) -> None:
    """Sphinx, as far as the folder sees it: it writes a page, and then ends well, badly or not at all."""

    def build_main(given: list[str]) -> int:
        target = Path(given[-1])
        target.mkdir(parents=True)
        (target / "index.html").write_text(words)
        return then()

    monkeypatch.setattr("sphinx.cmd.build.build_main", build_main)


def _killed() -> int:
    raise KeyboardInterrupt


def test_an_old_book_stays_until_a_new_one_is_whole(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Warnings, dead links and a build that was killed leave it as it was, and the next build replaces it."""
    _writes(monkeypatch, "old")
    page = site.build(root=root)
    assert page.read_text() == "old"
    for words, then, wrong in [
        ("warned", lambda: 1, RuntimeError),
        ('<a href="nowhere.html">x</a>', lambda: 0, ValueError),
        ("half", _killed, KeyboardInterrupt),
    ]:
        _writes(monkeypatch, words, then)
        with pytest.raises(wrong):
            site.build(root=root)
        assert page.read_text() == "old"
    _writes(monkeypatch, "new")
    assert site.build(root=root).read_text() == "new"


def test_what_is_no_book_is_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with something else in it is refused; an empty one, or none, is filled."""
    _writes(monkeypatch, "new")
    theirs = root / "theirs"
    theirs.mkdir()
    assert site.build(theirs, root).read_text() == "new"
    (theirs / site.MARK).unlink()
    with pytest.raises(ValueError, match="theirs holds something else"):
        site.build(theirs, root)
    assert (theirs / "index.html").is_file()
