"""The rules of a built book find what breaks them, and nothing else."""

from pathlib import Path

import pytest

from hpo_tutor.course.book.links import HEAVIEST, examine, must_hold

GOOD = (
    '<a href="b.html#there">b</a><img src="p.svg"><a href="#own" id="own">me</a><a href="https://example.org/x">x</a>'
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Two pages that hold."""
    (tmp_path / "a.html").write_text(GOOD)
    (tmp_path / "b.html").write_text('<h2 id="there">There</h2>')
    (tmp_path / "p.svg").touch()
    return tmp_path


def test_a_book_that_holds(book: Path) -> None:
    """Nothing is wrong, links to elsewhere are collected, and the heaviest page is named."""
    assert must_hold(book) == (("a.html", len(GOOD)), {"https://example.org/x": "a.html"}, [])


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('<a href="c.html">c</a>', "c.html, and there is no such file"),
        ('<a href="b.html#here">b</a>', "b.html has no place called 'here'"),
        ('<script src="https://cdn.example.org/x.js"></script>', "loads https://cdn.example.org/x.js from outside"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "loads //example.org/x.css from outside"),
        ("x" * HEAVIEST, "and a page must stay below 2"),
    ],
)
def test_what_breaks_a_rule_is_named(book: Path, added: str, said: str) -> None:
    """One sentence for each trouble, with the page that has it."""
    (book / "bad.html").write_text(added)
    (problem,) = examine(book).problems
    assert problem.startswith("bad.html")
    assert said in problem
    with pytest.raises(ValueError, match="must hold"):
        must_hold(book)
