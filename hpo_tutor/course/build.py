"""How does one source become a learner's notebook and its solution?

    source     notebooks/source/NN_topic.py            py:percent, the only form edited by hand
    learner    notebooks/NN_topic.ipynb                without the cells tagged `solution`
    solution   notebooks/solutions/NN_topic.ipynb      without the stubs, the cells tagged `exercise`

    deck       slides/NN_topic.html                from the cells tagged `slide` or `notes`, and those tagged `deck`

Both notebooks have one more cell, which installs the course where it is missing (see ``elsewhere``).
A code cell tagged `exercise` holds the stub; the very next cell, tagged `solution`, holds the full answer.
The cells of a deck stand at the end of the source. Neither notebook has them, nor is any other cell changed by them.
Building is deterministic: a difference of one byte means that a form was edited by hand, or a source was not built.
"""

import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from hpo_tutor.course import elsewhere
from hpo_tutor.course.places import checkout
from hpo_tutor.quick_imports import without_address_grammar

Cell = dict[str, Any]
SLIDES = {"slide", "notes"}  # the tags of cells that only a deck has
GENERATED = re.compile(r"\d\d_\w+\.ipynb")  # what build may remove; a notebook of another name is somebody's own
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def build(check: bool = False, root: Path | None = None) -> list[Path]:
    """Write both forms of every source, or with ``check`` only find those that differ from their source.

    Args:
        check: write and remove nothing.
        root: the folder that holds ``notebooks/``; the checkout of this package by default.

    Returns:
        the notebooks that were written or removed, or with ``check`` those that would be; sorted.

    Raises:
        FileNotFoundError: there is no ``notebooks/source`` under root.
        ValueError: an exercise without its solution, or a solution without its exercise.
    """
    top = root or checkout()
    if top is None or not (top / "notebooks" / "source").is_dir():
        raise FileNotFoundError(
            f"notebooks are built from notebooks/source, and {top or 'the installed package'} has no such folder; "
            "clone the course, install the clone with `pip install -e .`, and build there"
        )
    folder = top / "notebooks"
    wanted = {
        path: text for source in sorted((folder / "source").glob("[0-9][0-9]_*.py")) for path, text in forms(source)
    }
    present = [
        path
        for place in (folder, folder / "solutions")
        for path in place.glob("*.ipynb")
        if GENERATED.fullmatch(path.name)
    ]
    stale = [path for path in present if path not in wanted]
    changed = [path for path, text in wanted.items() if not path.is_file() or path.read_bytes() != text.encode()]
    if not check:
        for path in stale:
            path.unlink()
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[path].encode())
    return sorted(stale + changed)


def forms(source: Path) -> list[tuple[Path, str]]:
    """The two notebooks of one source: where each belongs, and its text."""
    cells = _installing(read_cells(source), source.stem)
    folder = source.parents[1]
    return [
        (folder / f"{source.stem}.ipynb", _text(without(cells, "solution"))),
        (folder / "solutions" / f"{source.stem}.ipynb", _text(without(cells, "exercise"))),
    ]


def _installing(cells: list[Cell], stem: str) -> list[Cell]:
    """The cells with one before the set-up cell that installs the course where it is missing."""
    top = checkout()
    if top is None:
        raise FileNotFoundError(
            "notebooks say where the course is installed from, which only a checkout knows; clone it"
        )
    own = elsewhere.cell(stem, elsewhere.repository(top))
    return [part for cell in cells for part in ([own, cell] if "setup" in tags(cell) else [cell])]


def read_cells(source: Path) -> list[Cell]:
    """The cells of both notebooks of a source, in their order: all but those of its slides, and no word of a deck.

    Raises:
        ValueError: an exercise without its solution, or a solution without its exercise.
    """
    cells = [cell for cell in read_every_cell(source) if SLIDES.isdisjoint(tags(cell))]
    for cell in cells:
        kept = [tag for tag in tags(cell) if tag != "deck"]
        cell["metadata"] = {"tags": kept} if kept else {}
    return cells


def read_every_cell(source: Path) -> list[Cell]:
    """Every cell of a py:percent source as nbformat 4.5 writes it, with an id made of file name and position.

    Cells of slides are counted by themselves, so that no slide changes an id of the notebooks.

    Raises:
        ValueError: an exercise without its solution, or a solution without its exercise.
    """
    notebook = _jupytext().reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    cells: list[Cell] = []
    count = {"": 0, "slide-": 0}
    for raw in notebook.cells:
        kind = "slide-" if SLIDES.intersection(raw.metadata.get("tags", [])) else ""
        cell: Cell = {
            "cell_type": raw.cell_type,
            # jupytext draws ids at random, which would make every build differ from the last
            "id": f"{source.stem.replace('_', '-')[:50]}-{kind}{count[kind]:03d}",
            "metadata": {"tags": sorted(raw.metadata["tags"])} if raw.metadata.get("tags") else {},
            "source": raw.source.splitlines(keepends=True),
        }
        if raw.cell_type == "code":
            cell |= {"execution_count": None, "outputs": []}
        cells.append(cell)
        count[kind] += 1
    _must_pair(cells, source.name)
    return cells


def tags(cell: Cell) -> list[str]:
    """The tags of a cell, perhaps none."""
    return list(cell["metadata"].get("tags", []))


def without(cells: list[Cell], tag: str) -> list[Cell]:
    """The cells that do not carry the tag, in their order."""
    return [cell for cell in cells if tag not in tags(cell)]


def _must_pair(cells: list[Cell], name: str) -> None:
    for before, cell in zip([None, *cells], [*cells, None], strict=True):
        follows_stub = before is not None and "exercise" in tags(before)
        is_solution = cell is not None and "solution" in tags(cell)
        if follows_stub != is_solution:
            culprit = before if follows_stub else cell
            assert culprit is not None  # one of the two conditions holds, and each implies its cell
            raise ValueError(
                f'in {name}, a cell tagged "exercise" is followed by one tagged "solution"; the cell that begins '
                f"{''.join(culprit['source'])[:60]!r} has no such partner"
            )


def _text(cells: list[Cell]) -> str:
    notebook = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _jupytext() -> ModuleType:
    with without_address_grammar():
        import jupytext
    return jupytext  # type: ignore[no-any-return]
