"""Questions in a real JupyterLab, on a narrow page: long options take the lines that they need."""

from itertools import pairwise
from pathlib import Path

from cells import notebook, run
from driver import Lab
from playwright.sync_api import expect

LONG = "with probability 95 %, at least one of the 59 lies among the best 5 % of the whole space"
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
