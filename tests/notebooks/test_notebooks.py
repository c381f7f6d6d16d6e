"""Every notebook of the course is the form of its source, has all its parts, and gives no answer away."""

import copy
import itertools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lint import LARGEST, sources, tagged, troubles

from hpo_tutor.course.build import build, read_cells, tags
from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import all_exercises, exercise

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
LEARNERS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
SOLUTIONS = sorted((ROOT / "notebooks" / "solutions").glob("[0-9][0-9]_*.ipynb"))

by_name = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def test_there_are_notebooks() -> None:
    """The lint below has something to look at, and each source has both its forms."""
    assert SOURCES
    stems = [source.stem for source in SOURCES]
    assert [path.stem for path in LEARNERS] == [path.stem for path in SOLUTIONS] == stems


def test_no_drift() -> None:
    """The notebooks are those of their sources; `hpo-tutor build` makes them again."""
    assert build(check=True, root=ROOT) == []


@pytest.mark.parametrize("path", [*LEARNERS, *SOLUTIONS], ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_part_is_there(path: Path) -> None:
    """Title, question, objectives, set-up, predictions, exercises, comparison, ending; cells are short."""
    assert troubles(_read(path), path.name[:2], is_solution=path.parent.name == "solutions") == []
    assert path.stat().st_size < LARGEST


@by_name
def test_a_learner_never_meets_the_answer(source: Path) -> None:
    """No line of a solution stands anywhere in the learner's notebook, unless the stub has it too."""
    learner = "\n".join(text for kind in ("code", "markdown") for text in sources(_learner(source), kind))
    cells = read_cells(source)
    for stub, answer in itertools.pairwise(cells):
        if "solution" in tags(answer):
            given = {line.strip() for line in stub["source"]}
            secret = {line.strip() for line in answer["source"]} - given
            assert secret, "a solution that adds nothing to its stub"
            leaked = [line for line in secret if re.search(r"\w{2}", line) and line in learner]
            assert leaked == []


@by_name
def test_the_solutions_pass_and_the_stubs_are_not_attempted(source: Path) -> None:
    """What is checked is what is solved: each solution passes its own check without a remark, each stub is a stub."""
    cells = read_cells(source)
    for tag, state in (("solution", "passed"), ("exercise", "not attempted")):
        for count, cell in enumerate((cell for cell in cells if tag in tags(cell)), start=1):
            asked = exercise(f"{source.name[:2]}.{count}")
            names: dict[str, Any] = {"np": np}
            exec("".join(cell["source"]), names)
            verdict = examine(asked, names[asked.truth.__name__])
            assert (verdict.state, verdict.message) == (state, "")


@by_name
def test_every_exercise_of_the_registry_is_asked(source: Path) -> None:
    """The notebook's exercises are those of the registry, in order."""
    number = source.name[:2]
    known = [one.id for one in all_exercises() if one.id.startswith(number)]
    assert [f"{number}.{i}" for i in range(1, len(tagged(_learner(source), "exercise")) + 1)] == known


def _learner(source: Path) -> dict[str, Any]:
    return _read(source.parents[1] / f"{source.stem}.ipynb")


# --- the lint itself ------------------------------------------------------------------------------------------------


def _spoil(notebook: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    spoilt = copy.deepcopy(notebook)
    for cell in spoilt["cells"]:
        cell["source"] = ["".join(cell["source"]).replace(old, new)]
    assert spoilt != notebook or old == new
    return spoilt


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        ("## Quiz", "# Quiz", "one title"),
        ("**Question.**", "**Query.**", "the first cell asks"),
        ("**Afterwards you can**", "**You will**", "three objectives"),
        ("\n- ", "\n- The ", "begins with a verb"),
        ("**Before.**", "**After.**", "prerequisites"),
        (" minutes", " hours", "the time it takes"),
        ("doctor()", "doctor() or 1", "its last line doctor()"),
        (".reveal(", ".show(", "is revealed"),
        (" = predict(", " = guess(", "at least one prediction"),
        ("raise NotImplementedError", "return 59", "holds a stub"),
        ('check("', 'check_("', "checked by its own check"),
        ('hint("', 'hint_("', "offers its first hint"),
        ("claim(", "say(", "followed by a claim"),
        ("seeds=range(", "seeds=range(1, ", "a comparison over at least 20 seeds"),
        ("## References", "## Sources", "the last sections"),
        ("quiz(", "quiz_(", "a cell that is quiz"),
        ("## Take-aways\n", "## Take-aways\n\n- 1\n- 2\n- 3\n", "Take-aways has 3 to 5 items"),
        ("doctor()", "\n" * 20 + "doctor()", "at most 20 lines"),
        ("doctor()", "'" + "long " * 21 + "'\ndoctor()", "at most 104 characters"),
        ("doctor()", "FigureWidget\ndoctor()", "no FigureWidget"),
        ("## Quiz", "![](picture.png)\n\n## Quiz", "alternative text"),
        ("## Quiz", '<img src="picture.png">\n\n## Quiz', "alternative text"),
    ],
)
def test_the_lint_notices(old: str, new: str, trouble: str) -> None:
    """Each rule is broken once in a real notebook, and the lint names it."""
    path = LEARNERS[0]
    found = troubles(_spoil(_read(path), old, new), path.name[:2])
    assert any(trouble in one for one in found), found


def test_the_lint_notices_outputs_ids_kernel_and_solutions() -> None:
    """What no text shows: outputs, equal ids, another kernel, a solution left in a learner's notebook."""
    path = LEARNERS[0]
    spoilt = _read(path)
    code = next(cell for cell in spoilt["cells"] if cell["cell_type"] == "code")
    code |= {"execution_count": 1, "metadata": {"tags": ["solution", "setup"]}}
    spoilt["cells"][-1]["id"] = spoilt["cells"][0]["id"]
    spoilt["metadata"]["kernelspec"]["name"] = "mine"
    found = " / ".join(troubles(spoilt, path.name[:2]))
    for trouble in ("no outputs", "an id of its own", "the kernel is python3", "holds no solution"):
        assert trouble in found
