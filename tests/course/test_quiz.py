"""Every option of every question explains itself, with widgets and without."""

import html
from html.parser import HTMLParser

import pytest
from jupyter_client.manager import start_new_kernel

from hpo_tutor.course import quiz as room
from hpo_tutor.course.questions import Question, notebooks, questions
from hpo_tutor.course.quiz import as_html, as_text, explanation, quiz

QUESTIONS = [pytest.param(one, id=f"{nb}-{i}") for nb in notebooks() for i, one in enumerate(questions(nb), start=1)]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_can_be_answered(question: Question) -> None:
    """Exactly one option is right unless several may be; no option appears twice, none is without an explanation."""
    right = sum(option.right for option in question.options)
    assert (1 < right < len(question.options)) if question.several else right == 1
    assert len({option.text for option in question.options}) == len(question.options) >= 2
    assert len({option.why for option in question.options}) == len(question.options)
    assert all(len(option.why) > 20 for option in question.options)


@pytest.mark.parametrize("question", [one for one in QUESTIONS if not one.values[0].several])
def test_choosing_explains_at_once(question: Question) -> None:
    """Each choice replaces the explanation by its own."""
    _, choice, said = room._one_choice(question).children
    assert said.value == ""
    for option in question.options:
        choice.value = option.text
        assert said.value == html.escape(explanation(option))
        assert said.value.startswith("✓ Right." if option.right else "✗ Not quite.")


@pytest.mark.parametrize("question", [one for one in QUESTIONS if one.values[0].several])
def test_ticking_explains_each_option(question: Question) -> None:
    """Where several are right, every box has its own explanation, gone when the tick is taken back."""
    _, *rows = room._several(question).children
    for option, box, said in zip(question.options, rows[::2], rows[1::2], strict=True):
        box.value = True
        assert said.value == html.escape(explanation(option))
        box.value = False
        assert said.value == ""


class _Details(HTMLParser):
    """The texts in <summary>, and those in <details> behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.summaries: list[str] = []
        self.folded: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["summary"]:
            self.summaries.append(data)
        elif self.open[-1:] == ["details"]:
            self.folded.append(data)


@pytest.mark.parametrize("notebook", notebooks())
def test_a_saved_page_folds_the_answers(notebook: str) -> None:
    """Every option is the summary of a details element that holds its explanation; every tag is closed."""
    parser = _Details()
    parser.feed(as_html(questions(notebook)))
    options = [option for question in questions(notebook) for option in question.options]
    assert parser.open == []
    assert parser.summaries == [option.text for option in options]
    assert parser.folded == [explanation(option) for option in options]


def test_outside_a_kernel_the_quiz_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The questions come first and the answers below, so that nobody reads them by accident."""
    quiz("03")
    printed = capsys.readouterr().out
    assert printed == as_text(questions("03")) + "\n"
    above, _, below = printed.partition("Answers")
    assert all(question.text in above for question in questions("03"))
    assert all(option.why in below and option.why not in above for q in questions("03") for option in q.options)


def test_a_notebook_without_a_quiz_says_which_have_one() -> None:
    """The error lists the numbers."""
    with pytest.raises(ValueError, match=r"no quiz for notebook '3'; there are .*\"03\""):
        quiz("3")


def test_a_kernel_shows_widgets_and_keeps_a_text_for_pages_without_them() -> None:
    """In a real kernel quiz and predict send one display each: a widget, with the plain text beside it."""
    manager, client = start_new_kernel(kernel_name="python3")
    shown = []
    try:
        client.execute_interactive(
            "from hpo_tutor import predict, quiz\nquiz('03')\npredict('Which first?', ['grid', 'random'])",
            timeout=60,
            output_hook=lambda message: shown.append((message["msg_type"], message["content"])),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert not [content for kind, content in shown if kind in ("error", "stream")]
    first, second = [content["data"] for kind, content in shown if kind in ("display_data", "execute_result")]
    assert first["text/plain"] == as_text(questions("03"))
    assert first["text/html"] == as_html(questions("03"))
    assert second["text/plain"].startswith("Which first?\nOptions: grid | random")
    assert all(data["application/vnd.jupyter.widget-view+json"]["model_id"] for data in (first, second))
