"""What do you expect? A guess, made before the result is shown.

``guess = predict("Which ends lower?", ["grid", "random"])`` shows the choices and never waits for an answer;
``guess.reveal("random")`` says afterwards what was guessed and what came out.
"""

import html
from collections.abc import Sequence

from hpo_tutor.widgets.showing import paragraph, questionnaire, show

_kept: dict[str, str] = {}  # question -> guess: running the cell again does not lose it


class Prediction:
    """A question, its options, and the guess so far (``guess`` is None before one is made)."""

    def __init__(self, question: str, options: Sequence[str]) -> None:
        self.question = question
        self.options = tuple(options)

    @property
    def guess(self) -> str | None:
        """The option that was chosen last, or None."""
        return _kept.get(self.question)

    def choose(self, answer: str | None) -> None:
        """Make or change the guess; None takes it back.

        Raises:
            ValueError: the answer is none of the options.
        """
        if answer is None:
            _kept.pop(self.question, None)
        else:
            _kept[self.question] = self._one_of_mine(answer)

    def reveal(self, outcome: str) -> None:
        """Say what was guessed and what it was.

        Raises:
            ValueError: the outcome is none of the options.
        """
        self._one_of_mine(outcome)
        if self.guess is None:
            print(f"No guess was made; it was: {outcome}.")
        elif self.guess == outcome:
            print(f"You said: {outcome}. So it was.")
        else:
            print(f"You said: {self.guess}; it was: {outcome}.")

    def _one_of_mine(self, answer: str) -> str:
        if answer not in self.options:
            raise ValueError(f"an answer is one of {list(self.options)}, not {answer!r}")
        return answer

    def _ipython_display_(self) -> None:
        """Nothing: ``predict`` has shown the question already, also where it is not the last line of a cell."""


def predict(question: str, options: Sequence[str], answer: str | None = None) -> Prediction:
    """Ask for a guess before the reveal; never waits, so Run All goes on.

    Args:
        question: what is about to be seen.
        options: the possible outcomes, at least two different ones.
        answer: the guess, for those who answer in code rather than by a click.

    Raises:
        ValueError: fewer than two options, two that are the same, or an answer that is none of them.
    """
    if len(options) < 2 or len(set(options)) < len(options):
        raise ValueError(f"a prediction needs at least two different options, not {list(options)}")
    prediction = Prediction(question, options)
    if prediction.guess not in prediction.options:
        prediction.choose(None)  # the question was edited since
    if answer is not None:
        prediction.choose(answer)
    said = f" (you said: {prediction.guess})" if prediction.guess else ""
    text = f"{question}{said}\nOptions: {' | '.join(options)}\nAnswer in code: predict(..., answer={options[0]!r})"
    show(lambda: _buttons(prediction), text, _on_a_page(prediction))
    return prediction


def _on_a_page(prediction: Prediction) -> str:
    """The question for a page without a kernel, where the reader guesses in silence."""
    options = "".join(f"<li>{html.escape(option)}</li>" for option in prediction.options)
    return f"<p><strong>Your guess: {html.escape(prediction.question)}</strong></p><ul>{options}</ul>"


def _buttons(prediction: Prediction) -> "object":
    import ipywidgets

    choice = ipywidgets.RadioButtons(
        options=prediction.options,
        value=prediction.guess,
        tooltip=prediction.question,  # what a screen reader says of the group
        layout=ipywidgets.Layout(width="auto"),
    )
    choice.observe(lambda change: prediction.choose(change["new"]), names="value")
    form = questionnaire(paragraph(f"Your guess: {prediction.question}", strong=True), choice)
    form.add_class("hpo-runs-again")  # the guess is kept
    return form
