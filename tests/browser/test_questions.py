"""Questions in a real JupyterLab: long options take the lines that they need, and keys lead on to the next cell."""

from itertools import pairwise
from pathlib import Path

from cells import notebook, run
from driver import Lab
from playwright.sync_api import expect

LONG = "with probability 95 %, at least one of the 59 lies among the best 5 % of the whole space"
GUESS = """from hpo_tutor import predict
guess = predict("Which?", ["grid", "random"])"""
CURRENT = "() => window.jupyterapp.shell.currentWidget.content.activeCellIndex === 1"
ASK = f"""from hpo_tutor import predict, quiz
predict("Which first?", ["short", "{LONG}", "last"])
quiz("03")"""


def test_long_options_cover_nothing(lab: Lab, folder: Path):
    """On a page of 560 pixels each option stands below the one before it, none is cut, and each can be chosen."""
    lab.page.set_viewport_size({"width": 560, "height": 1600})
    lab.open(notebook(folder, "questions.ipynb", ASK))
    run(lab, 0)
    output = lab.shown(0)
    labels = output.locator(".widget-radio-box label, .widget-checkbox label:visible")
    expect(output.get_by_text("last", exact=True)).to_be_visible()
    sides = labels.evaluate_all(
        """labels => labels.map(one => {
            const {top, bottom} = one.getBoundingClientRect();
            return [top, bottom, one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight];
        })"""
    )
    assert len(sides) >= 15
    for (_, bottom, _, _), (top, *_) in pairwise(sides):
        assert top >= bottom - 1
    assert max(wide for *_, wide, _ in sides) <= 1
    assert max(tall for *_, tall in sides) <= 1
    tallest = max(bottom - top for top, bottom, *_ in sides)
    assert tallest > 1.8 * min(bottom - top for top, bottom, *_ in sides)  # one of them did need two lines
    labels.filter(has_text=LONG).click()
    expect(output.get_by_role("radio", name=LONG)).to_be_checked()
    assert lab.complaints == []


def test_after_a_click_shift_and_enter_go_on(lab: Lab, folder: Path):
    """Shift and Enter on a guess just clicked lead to the next cell, and the guess is kept."""
    lab.open(notebook(folder, "goes_on.ipynb", GUESS, "print(guess.guess)"))
    run(lab, 0)
    lab.shown(0).get_by_text("random", exact=True).click()
    lab.page.keyboard.press("Shift+Enter")
    lab.page.wait_for_function(CURRENT)
    expect(lab.shown(0).get_by_role("radio", name="random")).to_be_checked()
    run(lab, 1)
    assert lab.texts()[1] == "random\n"
    assert lab.complaints == []
