"""A page of the book: a notebook's cells with what they showed, solutions and answers folded away."""

import json
from pathlib import Path
from typing import Any

import nbformat
import plotly.graph_objects as go
import pytest

from hpo_tutor.course.book.pages import PLOTLY, WIDGET, figure, page
from hpo_tutor.course.build import read_cells
from hpo_tutor.course.exercises import exercise

SOURCE = """# %% [markdown]
# # Tiny
#
# **Question.** What is this?

# %%
guess = predict("Which?", ["a", "b"])

# %% tags=["exercise"]
def n_draws(share, confidence):
    raise NotImplementedError

# %% tags=["solution"]
def n_draws(share, confidence):
    return 59

# %%
check("03.1", n_draws)

# %%
guess.reveal("a")
claim("so it is", True)
"""


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


def _shown(**data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "metadata": {}, "data": data}


@pytest.fixture
def made(tmp_path: Path) -> list[dict[str, Any]]:
    """The cells of the page of a small source."""
    source = tmp_path / "03_tiny.py"
    source.write_text(SOURCE, "utf-8")
    outputs = {
        1: [_shown(**{WIDGET: {"model_id": "1"}, "text/plain": "Which?", "text/html": "<p>Which?</p>"})],
        3: [],
        4: [_stream("✓ 03.1: right.\n")],
        5: [_stream("before\nNo guess was made; it was: a < b.\n✓ so it is\n")],
    }
    own = {cell["id"]: cell for cell in read_cells(source)}
    cells = [own[f"03-tiny-{i:03d}"] | {"outputs": one} for i, one in outputs.items()]
    executed = tmp_path / "03_tiny.ipynb"
    executed.write_text(json.dumps({"cells": cells}), "utf-8")
    text = page(source, executed, has_deck=True)
    nbformat.validate(nbformat.reads(text, as_version=4))
    return list(json.loads(text)["cells"])


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_the_title_has_the_number_and_says_where_to_run_it(made: list[dict[str, Any]]) -> None:
    """The first cell keeps its words, and names the learner's notebook and the talk."""
    first = _text(made[0])
    assert first.startswith("# 03 Tiny\n")
    assert "What is this?" in first
    assert "`hpo-tutor start 03`" in first
    assert "<../learner/03_tiny.ipynb>" in first
    assert 'href="../slides/03_tiny.html"' in first


def test_the_stub_stands_open_and_the_solution_is_folded(made: list[dict[str, Any]]) -> None:
    """Both are on the page, one behind the other; only the solution's code is hidden, and none of the two is lost."""
    stub, solution = made[2], made[3]
    assert "NotImplementedError" in _text(stub)
    assert "hide-input" not in stub["metadata"].get("tags", [])
    assert "return 59" in _text(solution)
    assert "hide-input" in solution["metadata"]["tags"]
    assert solution["metadata"]["mystnb"]["code_prompt_show"] == "Show a solution"


def test_a_check_is_followed_by_its_hints(made: list[dict[str, Any]]) -> None:
    """All of them, each folded, behind the check of their exercise and nowhere else."""
    assert _text(made[4]).startswith('check("03.1"')
    assert _text(made[5]).count("<details>") == len(exercise("03.1").hints)
    assert sum("<summary>Hint" in _text(cell) for cell in made) == 1


def test_the_answer_to_a_guess_is_folded(made: list[dict[str, Any]]) -> None:
    """What was printed around it stays in its order; the answer's signs cannot become markup."""
    before, folded, after = made[6]["outputs"]
    assert ("".join(before["text"]), "".join(after["text"])) == ("before\n", "✓ so it is\n")
    assert folded["data"]["text/html"].startswith("<details><summary>")
    assert "<p>a &lt; b</p>" in folded["data"]["text/html"]


def test_no_widget_is_left(made: list[dict[str, Any]]) -> None:
    """A page has no widget manager: the other forms of an output stay."""
    (output,) = made[1]["outputs"]
    assert set(output["data"]) == {"text/plain", "text/html"}


@pytest.mark.parametrize("older", [None, "Where?"], ids=["new cell", "changed cell"])
def test_a_cell_that_nobody_ran_is_named(tmp_path: Path, older: str | None) -> None:
    """An executed copy of an older source does not become a page with holes, or with outputs of another text."""
    source, executed = tmp_path / "03_tiny.py", tmp_path / "03_tiny.ipynb"
    source.write_text(SOURCE.replace("Which?", older or "Which?"), "utf-8")
    cells = [cell | {"outputs": []} for cell in read_cells(source)] if older else []
    source.write_text(SOURCE, "utf-8")
    executed.write_text(json.dumps({"cells": cells}), "utf-8")
    with pytest.raises(ValueError, match=r"(?s)hpo-tutor build"):
        page(source, executed)


def test_a_figure_is_whole_and_cannot_leave_its_script() -> None:
    """Its data come back as they were, its sentence stands beside it, and a closing tag in a label stays a label."""
    drawn = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="</script><b>"))
    drawn.update_layout(meta={"description": 'A "line".'}, height=300)
    data = json.loads(drawn.to_json())
    html = figure(data)
    assert 'aria-label="A &quot;line&quot;."' in html
    assert html.count("</script>") == 1
    assert json.loads(html.split('<script type="application/json">')[1].split("</script>")[0])["data"] == data["data"]
    assert PLOTLY.endswith("plotly.v1+json")
