"""Live training in a real JupyterLab: watched beside other cells, stopped at once, left alone, found again."""

import threading
from pathlib import Path

from cells import begin, notebook, run, under_way
from driver import Lab
from player_looks import panel
from playwright.sync_api import Locator, expect

# training that no machine is too fast for: after an epoch it waits for a file, or to be stopped
HELD = """import pathlib, threading
from hpo_tutor.training import Population
from hpo_tutor.widgets import live_run
class Held(Population):
    stopped = threading.Event()
    def stop(self, ids=None):
        super().stop(ids)
        self.stopped.set()
    def fit(self):
        for report in super().fit():
            yield report
            while report.epoch >= {epoch} and not pathlib.Path({path!r}).exists() and not self.stopped.wait(0.05):
                pass
live_run.Population = Held
"""
LONG = "'digits', ('learning_rate', 'epochs'), n_networks=400"
SHORT = "n_networks=25"
MAKE = "from hpo_tutor.widgets import LiveTraining\nlive = LiveTraining({})\nlive"
THREADS = "import threading\nprint([one.name for one in threading.enumerate()].count('live training'))"
# a cell that lasts until a file appears, and so is under way for as long as a test wants
BUSY = "import pathlib, threading\nend = pathlib.Path({!r})\nwhile not end.exists():\n    threading.Event().wait(0.05)"
WHEN_DONE = """import pathlib
live.observe(lambda change: 'done' in change.new['text'] and pathlib.Path({!r}).touch(), 'progress')
"""
PATIENCE = 120  # seconds

# how many of the learning curves' dots are further right than the strip of shades, as pixels that are not empty
INKED = """(canvas, {left, top, width, height}) => {
    const ratio = canvas.width / canvas.getBoundingClientRect().width;
    const {data} = canvas.getContext('2d').getImageData(left * ratio, top * ratio, width * ratio, height * ratio);
    return data.filter((value, i) => i % 4 === 3 && value > 60).length;
}"""


def found(lab: Lab) -> Locator:
    """The widget of the first cell."""
    return lab.shown(0).locator(".hpo-player")


def epoch(live: Locator) -> int:
    """How many epochs the widget says were trained."""
    return int(live.locator("progress").evaluate("bar => bar.value"))


def reaches(live: Locator, wanted: int) -> None:
    """Wait until so many epochs were trained."""
    bar = live.locator("progress").element_handle()
    live.page.wait_for_function("([bar, wanted]) => bar.value >= wanted", arg=[bar, wanted])


def inked(live: Locator) -> list[int]:
    """How many pixels of each panel are drawn on."""
    canvas = live.locator("canvas[role=img]")
    return [canvas.evaluate(INKED, panel(live, scene)) for scene in (0, 1)]


def quiet(*labs: Lab) -> bool:
    """Whether nothing left this machine, and the console holds no error."""
    return all((lab.foreign, lab.complaints) == ([], []) for lab in labs)


def test_networks_learn_beside_another_cell_and_stop_at_once(lab: Lab, folder: Path, tmp_path: Path):
    """Train and Stop work while a cell runs: points appear, curves grow; afterwards a slider looks back."""
    end = tmp_path / "end"
    held = HELD.format(epoch=8, path="never")
    lab.open(notebook(folder, "live.ipynb", held + MAKE.format(LONG), BUSY.format(str(end)), THREADS))
    run(lab, 0)
    live = found(lab)
    expect(live.locator(".hpo-progress")).to_have_text("Press Train.")
    begin(lab, 1)
    live = found(lab)
    before = inked(live)
    live.get_by_role("button", name="Train").click()
    reaches(live, 2)
    during = inked(live)
    assert all(now > then for now, then in zip(during, before, strict=True))
    expect(live.get_by_role("status")).to_contain_text("The best of 400 networks has a loss of")
    live.get_by_role("button", name="Stop").click()
    expect(live.locator(".hpo-progress")).to_contain_text("stopped after epoch")
    assert under_way(lab, 1)
    last = epoch(live)
    assert 2 <= last < 60
    expect(live.get_by_role("slider", name="epoch")).to_have_value(str(last - 1))
    live.get_by_role("button", name="First").click()
    expect(live.get_by_role("status")).to_contain_text("Epoch 1 of 60.")
    assert inked(live)[1] < during[1]
    end.touch()
    run(lab, 2)
    assert lab.texts()[2] == "0\n"
    assert lab.errors() == []
    assert quiet(lab)


def test_a_cell_that_runs_again_leaves_no_thread(lab: Lab, folder: Path):
    """Its new widget waits for Train; what the old one trained is stopped. Run All trains nothing by itself."""
    held = HELD.format(epoch=8, path="never")
    lab.open(notebook(folder, "again_live.ipynb", held + MAKE.format(LONG), THREADS))
    lab.run_all()
    assert lab.texts()[1] == "0\n"
    live = found(lab)
    live.get_by_role("button", name="Train").click()
    reaches(live, 1)
    run(lab, 1)
    assert lab.texts()[1] == "1\n"
    run(lab, 0)
    expect(found(lab).locator(".hpo-progress")).to_have_text("Press Train.")
    run(lab, 1)
    assert lab.texts()[1] == "0\n"
    assert lab.errors() == []
    assert quiet(lab)


def test_a_page_that_is_opened_again_shows_where_things_stand(fresh_lab: Lab, folder: Path, tmp_path: Path):
    """In mid-training: the picture and the progress of now, which go on, and a Stop button that stops."""
    go = tmp_path / "go"
    name = notebook(folder, "reopened.ipynb", HELD.format(epoch=3, path=str(go)) + MAKE.format(LONG))
    fresh_lab.open(name)
    run(fresh_lab, 0)
    fresh_lab.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    live = found(fresh_lab)
    live.get_by_role("button", name="Train").click()
    reaches(live, 3)
    context = fresh_lab.page.context
    fresh_lab.page.close()
    again = Lab(context.new_page(), fresh_lab.server)
    again.open(name)
    live = found(again)
    expect(live.locator(".hpo-progress")).to_contain_text("epoch 3 of 60:")
    before = inked(live)[1]
    go.touch()
    reaches(live, 4)
    assert inked(live)[1] > before
    live.get_by_role("button", name="Stop").click()
    expect(live.locator(".hpo-progress")).to_contain_text("stopped after epoch")
    assert quiet(fresh_lab, again)


def test_a_closed_page_lets_the_kernel_finish(fresh_lab: Lab, folder: Path, tmp_path: Path):
    """Nobody looks, and all epochs are trained; the page that is opened then plays them."""
    done = tmp_path / "done"
    name = notebook(folder, "closed.ipynb", MAKE.format(SHORT), WHEN_DONE.format(str(done)) + "live.train()")
    fresh_lab.open(name)
    run(fresh_lab, 0)
    fresh_lab.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    run(fresh_lab, 1)
    context = fresh_lab.page.context
    fresh_lab.page.close()
    pause = threading.Event()
    for _ in range(20 * PATIENCE):
        if done.exists():
            break
        pause.wait(0.05)
    again = Lab(context.new_page(), fresh_lab.server)
    again.open(name)
    live = found(again)
    expect(live.locator(".hpo-progress")).to_have_text("done after epoch 20 of 20: 25 networks trained")
    live.get_by_role("button", name="First").click()
    expect(live.get_by_role("status")).to_contain_text("Epoch 1 of 20.")
    assert quiet(fresh_lab, again)
