"""Was it understood? The questions at the end of a notebook, each answer with its own explanation."""

import html
from collections.abc import Sequence
from typing import Any

from hpo_tutor.course.questions import Option, Question, questions
from hpo_tutor.widgets.showing import paragraph, questionnaire, show


def quiz(notebook: str) -> None:
    """Show the questions of a notebook; with widgets each choice is explained at once, elsewhere below the questions.

    Raises:
        ValueError: that notebook has no quiz.
    """
    asked = questions(notebook)
    show(lambda: _form(asked), as_text(asked), as_html(asked))


def explanation(option: Option) -> str:
    """What is said to a student who chose the option: whether it is right, and why."""
    return f"{'✓ Right.' if option.right else '✗ Not quite.'} {option.why}"


def as_text(asked: Sequence[Question]) -> str:
    """The questions, then the answers, in plain text."""
    lines = []
    for number, question in enumerate(asked, start=1):
        lines += [f"{number}. {question.text}", *(f"   - {option.text}" for option in question.options)]
    lines.append("\nAnswers")
    for number, question in enumerate(asked, start=1):
        lines += [f"{number}. {option.text}: {explanation(option)}" for option in question.options]
    return "\n".join(lines)


def as_html(asked: Sequence[Question]) -> str:
    """The questions with folded answers, for a saved page."""
    parts = []
    for question in asked:
        folded = "".join(
            f"<li><details><summary>{html.escape(option.text)}</summary>"
            f"{html.escape(explanation(option))}</details></li>"
            for option in question.options
        )
        parts.append(f"<li>{html.escape(question.text)}<ul>{folded}</ul></li>")
    return f"<ol>{''.join(parts)}</ol>"


def _form(asked: Sequence[Question]) -> Any:
    return questionnaire(*(_several(one) if one.several else _one_choice(one) for one in asked))


def _one_choice(question: Question) -> Any:
    import ipywidgets

    said = paragraph("")
    choice = ipywidgets.RadioButtons(
        options=[option.text for option in question.options],
        value=None,
        tooltip=question.text,
        layout=ipywidgets.Layout(width="auto"),
    )

    def explain(change: dict[str, Any]) -> None:
        chosen = next(option for option in question.options if option.text == change["new"])
        said.value = html.escape(explanation(chosen))

    choice.observe(explain, names="value")
    return ipywidgets.VBox([paragraph(question.text, strong=True), choice, said])


def _several(question: Question) -> Any:
    import ipywidgets

    rows = []
    for option in question.options:
        said = paragraph("")
        box = ipywidgets.Checkbox(
            description=option.text,
            indent=False,
            style={"description_width": "initial"},
            layout=ipywidgets.Layout(width="auto"),
        )

        def explain(change: dict[str, Any], option: Option = option, said: Any = said) -> None:
            said.value = html.escape(explanation(option)) if change["new"] else ""

        box.observe(explain, names="value")
        rows += [box, said]
    return ipywidgets.VBox([paragraph(question.text, strong=True), *rows])
