"""What must every notebook of the course have, and what may none have?

notebook    the parsed .ipynb
number      its two digits, "03"
trouble     one sentence: the rule, and what was found
"""

import re
from collections.abc import Iterator
from typing import Any

LONGEST_CELL = 20
LONGEST_LINE = 104  # characters that JupyterLab shows without scrolling, beside a side bar
FEWEST_SEEDS = 20
LARGEST = 1_000_000  # bytes
SECTIONS = ("Take-aways", "Quiz", "References", "What is next")

Notebook = dict[str, Any]


def troubles(notebook: Notebook, number: str, is_solution: bool = False) -> list[str]:
    """Everything that is wrong with a notebook, empty when nothing is."""
    return [
        *_opening(notebook),
        *_set_up(notebook),
        *_predictions(notebook),
        *_exercises(notebook, number, is_solution),
        *_evidence(notebook),
        *_ending(notebook, number),
        *_form(notebook),
    ]


def sources(notebook: Notebook, kind: str) -> list[str]:
    """The texts of all cells of a kind, "code" or "markdown"."""
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def tagged(notebook: Notebook, tag: str) -> list[str]:
    """The texts of all cells with a tag."""
    return ["".join(cell["source"]) for cell in notebook["cells"] if tag in cell["metadata"].get("tags", [])]


def _opening(notebook: Notebook) -> Iterator[str]:
    titles = [line for text in sources(notebook, "markdown") for line in text.splitlines() if line.startswith("# ")]
    first = "".join(notebook["cells"][0]["source"])
    if len(titles) != 1 or not first.startswith("# "):
        yield f"one title, at the top: found {titles}"
    question = re.search(r"^\*\*Question\.\*\* .+\?", first, flags=re.M)
    if not question:
        yield "the first cell asks: **Question.** ...?"
    promised = re.search(r"^\*\*Afterwards you can\*\*\n\n((?:- [^\n]+\n?(?:  [^\n]+\n?)*)+)", first, flags=re.M)
    objectives = re.findall(r"^- (\w+)", promised[1], flags=re.M) if promised else []
    if len(objectives) != 3:
        yield f"three objectives under **Afterwards you can**: found {len(objectives)}"
    if not all(word.islower() for word in objectives):  # "you can tell ...", never "you can The ..."
        yield f"an objective begins with a verb that goes on from 'you can': found {objectives}"
    if not re.search(r"^\*\*Before\.\*\* .+", first, flags=re.M):
        yield "prerequisites: **Before.** ..."
    if not re.search(r"^\*\*Time\.\*\* .*\d+ minutes", first, flags=re.M):
        yield "the time it takes: **Time.** ... minutes"


def _set_up(notebook: Notebook) -> Iterator[str]:
    cells, elsewhere = tagged(notebook, "setup"), tagged(notebook, "setup-elsewhere")
    if len(cells) != 1 or cells[0].splitlines()[-1] != "doctor()":
        yield "one cell tagged setup, its last line doctor()"
    elif sources(notebook, "code")[: len(elsewhere) + 1] != [*elsewhere, cells[0]]:
        yield "the set-up cell is the first code cell but for the one that installs the course elsewhere"


def _predictions(notebook: Notebook) -> Iterator[str]:
    code = "\n".join(sources(notebook, "code"))
    asked = {match[1]: match.start() for match in re.finditer(r"^(\w+) = predict\(", code, flags=re.M)}
    revealed = {match[1]: match.start() for match in re.finditer(r"^(\w+)\.reveal\(", code, flags=re.M)}
    if not asked:
        yield "at least one prediction: name = predict(...)"
    for name, place in asked.items():
        if revealed.get(name, -1) < place:
            yield f"the prediction {name} is revealed, and after it was asked"


def _exercises(notebook: Notebook, number: str, is_solution: bool) -> Iterator[str]:
    asked = tagged(notebook, "solution" if is_solution else "exercise")
    code = "\n".join(sources(notebook, "code"))
    if not 1 <= len(asked) <= 5:
        yield f"one to five exercises: found {len(asked)}"
    for count, text in enumerate(asked, start=1):
        names = re.findall(r"^(?:def|class) (\w+)[(:]", text, flags=re.M)
        if not is_solution and "raise NotImplementedError" not in text:
            yield f"exercise {count} holds a stub that raises NotImplementedError"
        if not any(f'check("{number}.{count}", {name})' in code for name in names):
            yield f"exercise {count} is checked by its own check"
        if f'hint("{number}.{count}", 1)' not in code:
            yield f"exercise {count} offers its first hint"
    if tagged(notebook, "exercise" if is_solution else "solution"):
        yield "a learner's notebook holds no solution, a solution no stub"


def _evidence(notebook: Notebook) -> Iterator[str]:
    code = "\n".join(sources(notebook, "code"))
    if not re.search(r"^claim\(", code, flags=re.M):
        yield "empirical sentences are followed by a claim"
    seeds = [int(n) for n in re.findall(r"compare\([^#]*?seeds=range\((\d+)\)", code, flags=re.S)]
    if max(seeds, default=0) < FEWEST_SEEDS:
        yield f"a comparison over at least {FEWEST_SEEDS} seeds: found {seeds}"


def _ending(notebook: Notebook, number: str) -> Iterator[str]:
    text = "\n\n".join(sources(notebook, "markdown"))
    headings = re.findall(r"^## (.+)$", text, flags=re.M)
    if headings[-len(SECTIONS) :] != list(SECTIONS):
        yield f"the last sections are {', '.join(SECTIONS)}: found {headings[-len(SECTIONS) :]}"
    if f'quiz("{number}")' not in sources(notebook, "code"):
        yield f'a cell that is quiz("{number}")'
    for section, fewest, most in (("Take-aways", 3, 5), ("References", 1, 99)):
        body = re.search(rf"^## {section}$(.*?)(?=^## |\Z)", text, flags=re.M | re.S)
        items = re.findall(r"^(?:- |\d+\. )", body[1], flags=re.M) if body else []
        if not fewest <= len(items) <= most:
            yield f"{section} has {fewest} to {most} items: found {len(items)}"


def _form(notebook: Notebook) -> Iterator[str]:
    for text in sources(notebook, "code"):
        lines = text.splitlines()
        if len(lines) > LONGEST_CELL:
            yield f"a cell has at most {LONGEST_CELL} lines: {lines[0]!r} begins one of {len(lines)}"
        if wide := [line for line in lines if len(line) > LONGEST_LINE]:
            yield f"a line of code has at most {LONGEST_LINE} characters: {wide[0]!r}"
        if "FigureWidget" in text:
            yield "no FigureWidget: it asks the kernel for every step"
    for text in sources(notebook, "markdown"):
        for image in re.findall(r"!\[\s*\]\([^)]*\)|<img(?![^>]*\balt=\"[^\"]+\")[^>]*>", text):
            yield f"an image has an alternative text: {image}"
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"] is not None):
            yield f"no outputs: cell {cell['id']} has some"
    if len({cell["id"] for cell in notebook["cells"]}) < len(notebook["cells"]):
        yield "every cell has an id of its own"
    if notebook["metadata"]["kernelspec"]["name"] != "python3":
        yield "the kernel is python3"
