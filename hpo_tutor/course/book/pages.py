"""How does a notebook become a page of the book? Its source gives the cells, its executed solution what they show.

The stub of an exercise stands open, its solution is folded away behind it, and so are its hints and every answer to a
``predict``: the reader of a page commits before the reveal too, as far as a page can make one.
"""

import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from hpo_tutor.course.build import METADATA, Cell, read_cells, tags
from hpo_tutor.course.exercises import exercise

Output = dict[str, Any]
PLOTLY = "application/vnd.plotly.v1+json"
WIDGET = "application/vnd.jupyter.widget-view+json"
CHECKED = re.compile(r'^check\("(\d\d\.\d+)"', re.MULTILINE)
REVEALED = re.compile(r"^No guess was made; it was: (.*)\.\n", re.MULTILINE)
FOLDED = {"code_prompt_show": "Show a solution", "code_prompt_hide": "Hide the solution"}


def page(source: Path, executed: Path, has_deck: bool = False) -> str:
    """The notebook that Sphinx reads.

    Args:
        source: py:percent.
        executed: its solution notebook with outputs.
        has_deck: whether there are slides to be named.

    Raises:
        ValueError: a code cell of the source was not executed; the copy is one of another source.
    """
    shown = {cell["id"]: cell for cell in _read(executed)["cells"] if cell["cell_type"] == "code"}
    title, *cells = read_cells(source)
    heading = "".join(title["source"])
    if not heading.startswith("# "):
        raise ValueError(f"a notebook begins with its title, `# ...`, and {source.name} with {heading[:40]!r}")
    number = source.name[:2]
    title = title | {"source": [f"# {number} {heading[2:]}\n\n", *_where_to_run(source, has_deck)]}
    own = [title, *(part for cell in cells for part in _parts(cell, shown, source.name))]
    notebook = {"cells": own, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def figure(data: Mapping[str, Any]) -> str:
    """A plotly figure as HTML, which the book's script draws when the reader comes near."""
    layout = data.get("layout", {})
    said = (layout.get("meta") or {}).get("description") or _plain((layout.get("title") or {}).get("text", ""))
    drawn = json.dumps({key: data[key] for key in ("data", "layout", "config") if key in data}).replace("<", "\\u003c")
    height = int(layout.get("height", 450))
    return (
        f'<figure class="hpo-plotly" aria-label="{escape(said)}" style="min-height: {height}px">'
        f'<script type="application/json">{drawn}</script><noscript>{escape(said)}</noscript></figure>'
    )


def _where_to_run(source: Path, has_deck: bool) -> Iterator[str]:
    number = source.name[:2]
    yield ":::{admonition} This page has run already\n:class: tip\n"
    yield "Pictures play here, and solutions are folded away. To change the code, and to have your answers looked at, "
    yield f"run it yourself: `hpo-tutor start {number}`, or "
    yield f"{{download}}`take the notebook <../learner/{source.stem}.ipynb>`."
    if has_deck:
        yield f' <a href="../slides/{source.stem}.html">A talk about it</a> is there as well.'
    yield "\n:::\n"


def _parts(cell: Cell, shown: Mapping[str, Cell], name: str) -> Iterator[Cell]:
    """The cell as it stands on the page, and what is added behind it."""
    if cell["cell_type"] != "code" or "exercise" in tags(cell):
        yield cell
        return
    if cell["id"] not in shown or "".join(shown[cell["id"]]["source"]) != "".join(cell["source"]):
        raise ValueError(
            f"{name} was changed after its solution notebook was made: nobody ran the cell that begins "
            f"{''.join(cell['source'])[:60]!r}; `hpo-tutor build` makes the notebook again"
        )
    outputs = [part for output in shown[cell["id"]]["outputs"] for part in _on_a_page(output)]
    if "solution" in tags(cell):
        yield cell | {"outputs": outputs, "metadata": {"tags": ["hide-input", "solution"], "mystnb": FOLDED}}
    else:
        yield cell | {"outputs": outputs}
    for exercise_id in CHECKED.findall("".join(cell["source"])):
        yield _hints(exercise_id, cell["id"])


def _hints(exercise_id: str, after: str) -> Cell:
    lines = [
        f"<details><summary>Hint {n}</summary><p>{escape(text)}</p></details>\n"
        for n, text in enumerate(exercise(exercise_id).hints, start=1)
    ]
    return {"cell_type": "markdown", "id": f"{after}-hints", "metadata": {}, "source": lines}


def _on_a_page(output: Output) -> Iterator[Output]:
    """An output in the form that a page can show: no widget and no plotly figure is left to a script of Jupyter's."""
    data = output.get("data", {})
    if output["output_type"] == "stream":
        yield from _folded(output)
    elif PLOTLY in data:
        yield _html(figure(data[PLOTLY]))
    elif WIDGET in data:
        yield output | {"data": {kind: one for kind, one in data.items() if kind != WIDGET}}
    else:
        yield output


def _folded(output: Output) -> Iterator[Output]:
    """What was printed, with the answers to predictions folded away."""
    for place, text in enumerate(REVEALED.split("".join(output["text"]))):
        if place % 2:
            summary = "Your guess first. What came out?"
            yield _html(f"<details><summary>{summary}</summary><p>{escape(text)}</p></details>")
        elif text:
            yield output | {"text": text}


def _html(text: str) -> Output:
    return {"output_type": "display_data", "data": {"text/html": text}, "metadata": {}}


def _plain(text: str) -> str:
    return re.sub(r"<[^>]*>", "", text)


def _read(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook
