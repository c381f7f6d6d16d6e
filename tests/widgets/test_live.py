"""Live training's Python side: what is trained, what the page is told and how often, and that no thread stays."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hpo_tutor import designs, problems, scenes
from hpo_tutor.problems import datasets, tasks
from hpo_tutor.training import Report
from hpo_tutor.trials import trial_seed
from hpo_tutor.widgets import LiveTraining, live_base, live_form, live_run
from hpo_tutor.widgets.live_run import Setting
from tests.widgets.packed import plain, restored, unpack

PATIENCE = 120  # seconds; a test that waits longer fails


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """Whatever a test does, no training outlives its widget."""
    yield
    if live_base._latest is not None:
        live_base._latest.close()
    assert threads() == []


def threads() -> list[str]:
    """Trainings, and the workers of their populations, that are alive."""
    return [one.name for one in threading.enumerate() if one.name.startswith(("live training", "population"))]


def small(**options: Any) -> LiveTraining:
    """Nine networks that train from one to sixty epochs."""
    options = {"hyperparameters": ("learning_rate", "epochs"), "design": "lhs", "n_networks": 9} | options
    return LiveTraining("digits", **options)


def says(widget: LiveTraining, **message: Any) -> None:
    """What the page sends when a student does something."""
    widget._handle_custom_msg(message, [])


def until(widget: LiveTraining, epoch: int) -> None:
    """Wait until the page was told of an epoch."""
    reached = threading.Event()
    widget.observe(lambda change: change.new["epoch"] >= epoch and reached.set(), "progress")
    widget.train()
    assert reached.wait(PATIENCE)


class Scripted:
    """A population whose reports a test writes."""

    reports: Any = ()

    def __init__(self, *_: Any, **__: Any) -> None:
        self._stopped = threading.Event()

    def fit(self) -> Iterator[Report]:
        """A report for each row, or those that are written out."""
        for epoch, losses in enumerate(self.reports, 1):
            if self._stopped.is_set():
                return
            if isinstance(losses, Report):
                yield losses
                continue
            row = np.asarray(losses, dtype=float)
            yield Report(epoch, row, row, ~np.isnan(row))

    def stop(self) -> None:
        """No further report."""
        self._stopped.set()


def scripted(monkeypatch: pytest.MonkeyPatch, reports: Any) -> None:
    """Let the next trainings report these rows."""
    monkeypatch.setattr(live_run, "Population", type("Scripted", (Scripted,), {"reports": reports}))


# --- what is trained ---


def test_the_networks_are_those_of_the_live_objective():
    """Same settings and seeds, same losses, whoever trains: the losses are those that ``problems.live`` returns."""
    widget = LiveTraining(n_networks=6, design="sobol", seed=3)
    widget.train(wait=True)
    found = widget.results
    assert list(found.columns) == ["number", "learning_rate", "l2", "loss", "diverged", "epochs_trained"]
    objective = problems.live("digits", ["learning_rate", "l2"])
    points = designs.make("sobol", 6, 2, seed=3)
    configs = [objective.space.from_unit(point) for point in points]
    assert found[["learning_rate", "l2"]].to_dict("records") == [
        {name: config[name] for name in ("learning_rate", "l2")} for config in configs
    ]
    wanted = objective.evaluate(configs, seeds=[trial_seed(3, number) for number in range(6)])
    np.testing.assert_allclose(found.loss, wanted, rtol=1e-4)
    assert found.epochs_trained.tolist() == [tasks.task("digits").defaults["epochs"]] * 6
    assert not found.diverged.any()


def test_training_twice_gives_the_same_picture():
    """The same bytes, and so the same losses."""
    widget = small()
    widget.train(wait=True)
    first, results = widget.frames, widget.results
    widget.train(wait=True)
    assert widget.frames == first
    assert widget.results.equals(results)
    assert results.epochs_trained.tolist() == results.epochs.tolist()


def test_guessing_is_the_best_constant_answer():
    """For classes: the cross-entropy of the training rows' shares of classes, row by row."""
    rows = tasks.rows("digits", 0).data
    counts = np.unique(rows.train_targets, return_counts=True)[1]
    probability = dict(enumerate(counts / counts.sum()))
    losses = [-np.log(probability[int(label)]) for label in rows.validation_targets]
    assert live_run.guess("digits") == pytest.approx(np.mean(losses))


@pytest.mark.real_data
def test_guessing_a_number_is_the_spread_of_the_target():
    """For a regression: the root mean squared error of the training rows' mean, in the target's unit."""
    rows = tasks.rows("aleph", 0)
    target = rows.data.validation_targets * rows.target_scale  # standardised: the training rows' mean is nought
    assert live_run.guess("aleph") == pytest.approx(np.sqrt(np.mean(target**2)))


def test_the_ground_is_the_same_loss_on_the_same_axes():
    """A recording of these two hyperparameters in this order and over these ranges, of this network; else none."""
    assert Setting().cohort().ground.name == "digits"
    for other in (
        {"across": "l2", "up": "learning_rate"},
        {"up": "epochs"},
        {"task": "digits-cnn"},
    ):
        assert Setting(**other).cohort().ground is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "cheese"}, "there are tasks aleph, .*digits, .*, got 'cheese'"),
        ({"task": "king_county"}, "nothing to watch in king_county, boosted trees; take one of aleph, digits"),
        ({"hyperparameters": "learning_rate"}, "two names, across and up, got 'learning_rate'"),
        ({"hyperparameters": ("l2",)}, r"two names, across and up, got \('l2',\)"),
        ({"hyperparameters": ("l2", "l2")}, "two different hyperparameters, got l2 twice"),
        ({"hyperparameters": ("l2", "depth")}, "'depth' cannot be tuned on digits; there are learning_rate"),
        ({"design": "circles"}, "design must be one of grid, .*, got 'circles'"),
        ({"n_networks": 0}, "whole number from 1 to 1000, got 0"),
        ({"n_networks": 2.5}, "whole number from 1 to 1000, got 2.5"),
    ],
)
def test_what_cannot_be_trained(options: dict, message: str):
    """The error says the rule, the value and what there is."""
    with pytest.raises(ValueError, match=message):
        LiveTraining(**options)


# --- what the page is told ---


def test_every_update_is_the_picture_of_its_epoch(monkeypatch: pytest.MonkeyPatch):
    """What the page gets is the moment's board, packed; at the end all of them, with a slider at the last."""
    monkeypatch.setattr(live_base, "SHORTEST", 0.0)
    monkeypatch.setattr(live_base, "RATE", 1e12)
    rng = np.random.default_rng(0)
    losses = rng.uniform(0.1, 2.5, (5, 9))
    losses[2, 4], losses[3:, 4] = np.inf, np.nan
    scripted(monkeypatch, losses)
    widget, sent = small(), []
    widget.observe(lambda change: sent.append(change.new), "frames")
    widget.train(wait=True)
    assert len(sent) == 5 + 1
    for t, frames in enumerate(sent[:-1], 1):
        board = scenes.moment(widget._cohort, losses[:t])
        assert restored(*unpack(frames), 0) == plain(board)
    header, floats = unpack(sent[-1])
    boards = scenes.replay(widget._cohort, losses)
    assert [restored(header, floats, t) for t in range(5)] == list(map(plain, boards))
    assert (header["dials"][0]["name"], header["dials"][0]["size"], widget.start) == ("epoch", 5, 4)


def test_updates_keep_to_their_pace(monkeypatch: pytest.MonkeyPatch):
    """However fast epochs come: at most fifteen updates and 0.4 MB a second, and yet five of 900 networks."""
    clock = [0.0]
    monkeypatch.setattr(live_base, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    times = []

    def reports() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(0)
        for _ in range(60):
            clock[0] += 0.06
            yield rng.uniform(0.1, 2.0, 900)

    scripted(monkeypatch, reports())
    widget = small(n_networks=900)
    widget.observe(lambda change: times.append((clock[0], len(change.new))), "frames")
    widget.train(wait=True)
    updates = times[:-1]
    assert len(updates) > 5
    for (one, size), (other, _) in pairwise(updates):
        assert other - one >= max(1 / 15, size / 400_000) - 1e-9
    assert len(updates) >= 5 * (updates[-1][0] - updates[0][0])
    assert widget.progress["epoch"] == len(widget._losses()) == 60


def test_the_page_is_told_where_training_stands():
    """Before, meanwhile and after: whether it runs, the epoch of how many, and counts in words."""
    widget, told = small(), []
    assert widget.progress == {
        "running": False,
        "epoch": 0,
        "n_epochs": 60,
        "text": "Press Train.",
        "problem": "",
        "heard": 0,
    }
    widget.observe(lambda change: told.append(change.new), "progress")
    widget.train(wait=True)
    assert (told[0]["text"].split(":")[0], told[0]["running"], told[0]["epoch"]) == ("getting ready", True, 0)
    assert all(one["running"] for one in told[:-1])
    epochs = [one["epoch"] for one in told]
    assert epochs == sorted(epochs)
    assert epochs[-1] == widget._cohort.n_epochs
    assert told[-1]["text"] == f"done after epoch {epochs[-1]} of {epochs[-1]}: 9 networks trained"
    for one in told[1:-1]:
        left = int((widget.results.epochs > one["epoch"]).sum())
        verb = "trains" if left == 1 else "train"  # the last one may be seen alone
        assert one["text"] == f"epoch {one['epoch']} of {epochs[-1]}: {left} still {verb}" or not left


def test_those_that_diverge_are_counted(monkeypatch: pytest.MonkeyPatch):
    """In the words, and in the table; a loss that is no number is infinite."""
    rows = np.full((2, 9), 0.5)
    rows[1, 2:4] = np.inf
    scripted(monkeypatch, rows)
    widget = small()
    widget.train(wait=True)
    assert widget.progress["text"].endswith(": 9 networks trained, 2 diverged")
    found = widget.results
    assert found.diverged.tolist() == [number in (2, 3) for number in range(9)]
    assert np.isinf(found.loss[2])


# --- from beginning to end ---


def test_stop_ends_it_between_two_steps():
    """What was learned stays, the player plays it, and it can be trained again to the end."""
    widget = small(n_networks=100)
    until(widget, 2)
    widget.stop()
    assert widget.wait(PATIENCE)
    assert not widget.running
    assert threads() == []
    reached = widget.progress["epoch"]
    assert 2 <= reached < widget._cohort.n_epochs
    assert widget.progress["text"].startswith(f"stopped after epoch {reached} of")
    assert len(unpack(widget.player().frames)[0]["frames"]) == reached
    assert widget.results.epochs_trained.max() == reached


def test_a_stop_before_the_first_epoch_is_heard():
    """A training that is stopped at once trains nothing, and says so."""
    widget = small(n_networks=400)
    widget.train()
    widget.stop()
    widget.wait()
    assert widget.progress["epoch"] <= 1
    assert widget.progress["text"].startswith("stopped after epoch")


def test_one_training_at_a_time():
    """Making another widget, as running the cell again does, stops the one before; so does training another."""
    first = small(n_networks=200)
    until(first, 1)
    second = small()
    assert not first.running
    assert threads() == []
    until(first, 1)
    second.train()
    assert not first.running
    second.wait()
    assert first.progress["text"].startswith("stopped")


def test_closing_stops():
    """The thread is gone when ``close`` returns."""
    widget = small(n_networks=200)
    until(widget, 1)
    widget.close()
    assert threads() == []
    assert not widget.running


def test_an_interrupted_wait_stops_the_training():
    """Jupyter's stop button on a cell that waits ends what it waits for, and no thread goes on unseen."""
    widget = LiveTraining(hyperparameters=("learning_rate", "epochs"), n_networks=400)
    until(widget, 1)
    killer = threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        killer.start()
        with pytest.raises(KeyboardInterrupt):
            widget.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    assert widget.wait(PATIENCE)
    assert widget.progress["text"].startswith("stopped")
    assert "live training" not in [thread.name for thread in threading.enumerate()]


def test_waiting_has_an_end(monkeypatch: pytest.MonkeyPatch):
    """``wait`` says whether training is over; before any there is nothing to wait for."""
    gate = threading.Event()

    def reports() -> Iterator[np.ndarray]:
        yield np.full(9, 0.5)
        gate.wait(PATIENCE)

    scripted(monkeypatch, reports())
    widget = small()
    assert widget.wait()
    widget.train()
    assert not widget.wait(0.01)
    gate.set()
    assert widget.wait(PATIENCE)


def test_errors_are_shown_and_can_be_got_over(monkeypatch: pytest.MonkeyPatch):
    """An error in the thread is written in the widget with the way out; ``wait`` raises it; the next training works."""

    def reports() -> Iterator[np.ndarray]:
        yield np.full(9, 0.5)
        raise RuntimeError("the <b>power</b> is gone")

    widget = small()
    with monkeypatch.context() as patch:
        scripted(patch, reports())
        with pytest.raises(RuntimeError, match="power"):
            widget.train(wait=True)
    assert widget.progress["problem"] == (
        "RuntimeError: the <b>power</b> is gone. Choose other settings, or press Train to try again."
    )
    assert (widget.progress["running"], widget.progress["epoch"]) == (False, 1)
    assert widget.progress["text"].startswith("ended by an error after epoch 1")
    widget.train(wait=True)
    assert (widget.progress["problem"], widget.progress["epoch"]) == ("", widget._cohort.n_epochs)


def test_the_end_of_python_is_not_held_up():
    """A script that ends while networks train ends, though they would train for ever."""
    script = """
import threading, numpy as np
from hpo_tutor.training import Report
from hpo_tutor.widgets import LiveTraining, live_run
class Endless:
    def __init__(self, *_, **__): pass
    def stop(self): pass
    def fit(self):
        while True:
            yield Report(1, np.ones(4), np.ones(4), np.ones(4, dtype=bool))
live_run.Population = Endless
widget, told = LiveTraining(n_networks=4), threading.Event()
widget.observe(lambda change: change.new["epoch"] and told.set(), "progress")
widget.train()
assert told.wait(60)
print("trains", widget.running)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout) == (0, "trains True\n"), done.stderr


def test_python_ends_in_the_midst_of_a_real_training():
    """Nothing is torn down under a thread that computes."""
    script = """
import threading
from hpo_tutor.widgets import LiveTraining
widget, told = LiveTraining(hyperparameters=("learning_rate", "epochs"), n_networks=400), threading.Event()
widget.observe(lambda change: change.new["epoch"] > 1 and told.set(), "progress")
widget.train()
assert told.wait(60)
print("trains", widget.running)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "trains True\n", "")


def test_a_second_train_of_the_page_is_no_new_one(monkeypatch: pytest.MonkeyPatch):
    """A double click begins one training."""
    gate = threading.Event()

    def reports() -> Iterator[np.ndarray]:
        yield np.full(9, 0.5)
        gate.wait(PATIENCE)

    scripted(monkeypatch, reports())
    widget = small()
    widget._hear_from(None, {"do": "train"}, None)
    first = widget._run
    widget._hear_from(None, {"do": "train"}, None)
    assert widget._run is first
    gate.set()
    assert widget.wait(PATIENCE)


def test_a_loss_that_is_no_number_is_a_divergence(monkeypatch: pytest.MonkeyPatch):
    """Nan and inf of a network that trained are one: it has diverged, and trains no more."""
    first, second = np.full(9, 0.5), np.full(9, 0.4)
    first[[3, 5]], second[[3, 5]] = [np.nan, np.inf], np.nan
    trained = [np.ones(9, dtype=bool), np.isfinite(second)]
    scripted(monkeypatch, [Report(1, first, first, trained[0]), Report(2, second, second, trained[1])])
    widget = small()
    widget.train(wait=True)
    assert np.flatnonzero(widget.results.diverged).tolist() == [3, 5]
    assert widget.results.epochs_trained.tolist() == [2, 2, 2, 1, 2, 1, 2, 2, 2]
    assert "7 networks trained, 2 diverged" in widget.progress["text"]


# --- what is chosen on the page ---


def test_the_page_trains_and_stops():
    """Its messages do what the methods do."""
    widget = small(n_networks=100)
    reached = threading.Event()
    widget.observe(lambda change: change.new["epoch"] >= 1 and reached.set(), "progress")
    says(widget, do="train")
    assert reached.wait(PATIENCE)
    says(widget, do="choose", key="design", value="grid")  # too late
    assert widget._setting.design == "lhs"
    says(widget, do="stop")
    assert widget.wait(PATIENCE)
    assert widget.progress["text"].startswith("stopped")


def test_choices_change_the_form_and_the_picture():
    """The fields have the new values, the map shows the networks where the new design puts them, and nothing trains."""
    widget = LiveTraining()
    for key, value in [("task", "digits-cnn"), ("up", "epochs"), ("design", "grid"), ("n_networks", "50")]:
        says(widget, do="choose", key=key, value=value)
    assert {field["key"]: field["value"] for field in widget.form} == {
        "dataset": "digits",
        "task": "digits-cnn",
        "across": "learning_rate",
        "up": "epochs",
        "design": "grid",
        "n_networks": 50,
    }
    header, _ = unpack(widget.frames)
    assert header["pictures"][0][0] == (
        "49 networks wait where the design grid puts them, over learning_rate and epochs."
    )
    assert not widget.running
    assert len(widget.results) == 49


def test_every_message_is_answered():
    """A choice that changes nothing, one that is refused twice, a Stop that comes too late: the page hears of each."""
    widget = LiveTraining()
    for count, message in enumerate(
        [
            {"do": "choose", "key": "design", "value": "random"},
            {"do": "choose", "key": "n_networks", "value": "many"},
            {"do": "choose", "key": "n_networks", "value": "many"},
            {"do": "stop"},
            {"do": "dance"},
        ],
        1,
    ):
        says(widget, **message)
        assert widget.progress["heard"] == count
    assert not widget.running


def test_a_choice_that_fails_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch):
    """Data that cannot be had: the setting and its networks stay together, and can be trained."""
    widget = small()

    def missing(_: Setting) -> None:
        raise datasets.files.MissingDataError("aleph needs a file")

    with monkeypatch.context() as patch:
        patch.setattr(Setting, "cohort", missing)
        says(widget, do="choose", key="dataset", value="aleph")
    assert "MissingDataError: aleph needs a file" in widget.progress["problem"]
    assert widget._setting.task == "digits"
    widget.train(wait=True)
    assert len(widget.results) == 9


def test_axes_that_meet_swap():
    """Choosing for one axis what the other has leaves both with something."""
    swapped = live_form.chosen(Setting(), "across", "l2")
    assert (swapped.across, swapped.up) == ("l2", "learning_rate")
    swapped = live_form.chosen(Setting(), "up", "learning_rate")
    assert (swapped.across, swapped.up) == ("l2", "learning_rate")


def test_only_what_loads_is_offered(monkeypatch: pytest.MonkeyPatch):
    """Without the data files digits alone are; with them the other sets as well, each with its networks."""
    for here, wanted in [({"digits"}, ["digits"]), ({"digits", "aleph"}, ["aleph", "digits"])]:
        monkeypatch.setattr(datasets, "available", lambda name, here=here: name in here)
        found = {field["key"]: field for field in live_form.fields(Setting())}
        assert sorted(value for value, _ in found["dataset"]["options"]) == wanted
        assert [value for value, _ in found["task"]["options"]] == ["digits", "digits-cnn"]


def test_another_data_set_brings_its_first_network():
    """And the axes stay where it has them."""
    setting = live_form.chosen(Setting(up="width"), "dataset", "aleph")
    assert (setting.task, setting.across, setting.up) == ("aleph", "learning_rate", "width")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("n_networks", "", "networks must be a whole number, got ''"),
        ("n_networks", 5000, "from 1 to 1000, got 5000"),
        ("dataset", "mars", "no network for the data set 'mars'"),
        ("design", "<i>circles</i>", "got '<i>circles</i>'"),
        ("depth", 3, "no field 'depth'"),
    ],
)
def test_what_cannot_be_chosen_is_said(key: str, value: object, message: str):
    """In the widget, as there is no cell to show it; the setting stays, and the next choice takes the words away."""
    widget = LiveTraining()
    before = widget._setting
    says(widget, do="choose", key=key, value=value)
    assert message in widget.progress["problem"]
    assert widget._setting == before
    assert {field["key"]: field["value"] for field in widget.form}["n_networks"] == 200
    says(widget, do="choose", key="design", value="grid")
    assert widget.progress["problem"] == ""


# --- afterwards, and elsewhere ---


def test_it_plays_afterwards():
    """A player over the epochs, at the last; before any there is nothing to play."""
    widget = small()
    with pytest.raises(ValueError, match=r"none was trained yet; press Train, or call train\(wait=True\)"):
        widget.player()
    widget.train(wait=True)
    player = widget.player()
    header, floats = unpack(player.frames)
    boards = scenes.replay(widget._cohort, widget._losses())
    assert [restored(header, floats, t) for t in range(len(boards))] == list(map(plain, boards))
    assert (player.label, player.start) == (widget.label, len(boards) - 1)


def test_a_still_stands_in_where_no_widget_runs():
    """The picture and the words of now."""
    widget = small(label="<b>Nine</b>")
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"].startswith("<b>Nine</b>: 9 networks wait")
    assert "<svg" in data["text/html"]
    assert "<b>" not in data["text/html"].replace("<strong>", "")
    widget.train(wait=True)
    assert "The best of 9 networks" in widget._repr_mimebundle_()[0]["text/html"]


def test_a_page_that_is_opened_again_is_told_everything():
    """All that a page shows is in the state that the kernel hands over, not in messages that were missed."""
    widget = small()
    widget.train(wait=True)
    state = widget.get_state()
    assert {name: state[name] for name in ("frames", "form", "progress", "start", "label")} == {
        name: getattr(widget, name) for name in ("frames", "form", "progress", "start", "label")
    }
