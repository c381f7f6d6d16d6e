"""A guess is kept, is never waited for, and is compared with what came out."""

import pytest
from IPython.utils.capture import capture_output

from hpo_tutor.course import predictions
from hpo_tutor.course.predictions import Prediction, predict

OPTIONS = ["grid", "random"]


@pytest.fixture(autouse=True)
def no_guesses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No guess of another test."""
    monkeypatch.setattr(predictions, "_kept", {})


def test_outside_a_kernel_the_question_is_printed_and_says_how_to_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """Question, options, and the call that answers in code."""
    predict("Which first?", OPTIONS)
    assert capsys.readouterr().out == (
        "Which first?\nOptions: grid | random\nAnswer in code: predict(..., answer='grid')\n"
    )


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        (None, "No guess was made; it was: random."),
        ("grid", "You said: grid; it was: random."),
        ("random", "You said: random. So it was."),
    ],
)
def test_the_reveal_compares(guess: str | None, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No guess, a wrong one and a right one are told apart."""
    prediction = predict("Which first?", OPTIONS, answer=guess)
    capsys.readouterr()
    prediction.reveal("random")
    assert capsys.readouterr().out == said + "\n"


def test_asking_again_keeps_the_guess() -> None:
    """Running the cell a second time does not forget; another question has no guess."""
    predict("Which first?", OPTIONS, answer="grid")
    assert predict("Which first?", OPTIONS).guess == "grid"
    assert predict("Which last?", OPTIONS).guess is None


def test_a_guess_that_is_no_longer_an_option_is_dropped() -> None:
    """Where the options were edited, the old guess does not linger."""
    predict("Which first?", OPTIONS, answer="grid")
    assert predict("Which first?", ["edges", "random"]).guess is None


@pytest.mark.parametrize("options", [[], ["grid"], ["grid", "grid"]])
def test_a_question_needs_a_choice(options: list[str]) -> None:
    """One option is no prediction."""
    with pytest.raises(ValueError, match="at least two different options"):
        predict("Which first?", options)


def test_an_unknown_answer_or_outcome_names_the_options() -> None:
    """A typing error is not taken for a guess."""
    with pytest.raises(ValueError, match=r"one of \['grid', 'random'\], not 'Grid'"):
        predict("Which first?", OPTIONS, answer="Grid")
    with pytest.raises(ValueError, match="not 'both'"):
        predict("Which first?", OPTIONS).reveal("both")


def test_a_click_is_a_guess() -> None:
    """The radio buttons set the guess, show an earlier one, and name the question to a screen reader."""
    prediction = Prediction("Which <b>first</b>?", OPTIONS)
    label, choice, *_ = predictions._buttons(prediction).children
    assert choice.value is None
    assert choice.tooltip == "Which <b>first</b>?"
    assert "&lt;b&gt;first" in label.value
    choice.value = "random"
    assert prediction.guess == "random"
    assert predictions._buttons(prediction).children[1].value == "random"


def test_a_prediction_at_the_end_of_a_cell_is_shown_once() -> None:
    """Predict has displayed it already, so the object itself displays nothing."""
    with capture_output() as captured:
        Prediction("Which first?", OPTIONS)._ipython_display_()
    assert (captured.stdout, captured.outputs) == ("", [])
