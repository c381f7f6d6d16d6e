"""A search that trains: the sampler is asked and told as in any search, and the page sees each batch and its belief."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from hpo_tutor import minimize, problems
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial
from hpo_tutor.views import BayesianView, SparseGridView
from hpo_tutor.widgets import LiveSearch, live_base, live_search, live_search_run
from hpo_tutor.widgets.live_search_run import SAMPLERS, SearchSetting
from tests.widgets.packed import restored, unpack

PATIENCE = 120  # seconds; a test that waits longer fails


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """Whatever a test does, no training outlives its widget."""
    yield
    if live_base._latest is not None:
        live_base._latest.close()
    assert [one for one in threading.enumerate() if one.name.startswith(("live training", "population"))] == []


def small(**options: Any) -> LiveSearch:
    """Few networks, and no time to look at them."""
    return LiveSearch(**{"n_trials": 8, "batch": 3, "pause": 0.0, "seed": 5} | options)


def sentences(widget: LiveSearch) -> list[str]:
    """What each picture of the page says."""
    header, floats = unpack(widget.frames)
    return [restored(header, floats, frame)["sentence"] for frame in range(len(header["frames"]))]


def says(widget: LiveSearch, **message: Any) -> None:
    """What the page sends when a student does something."""
    widget._handle_custom_msg(message, [])


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_it_is_the_search_that_minimize_makes(sampler: str):
    """Same sampler, same seed and batch on the same live objective: the same configs and losses, trial by trial."""
    widget = small(sampler=sampler)
    widget.train(wait=True)
    objective = problems.live("digits", ["learning_rate", "l2"])
    space = SearchSpace(objective.space.domains)

    class Plain:
        """The same objective over the two hyperparameters alone."""

        loss_names = ("cross_entropy",)

        def __init__(self) -> None:
            self.space = space

        def __call__(self, config: Any) -> float:
            return objective(config)

        def evaluate(self, configs: Any, *, seeds: Any, fidelity: Any = None) -> Any:
            return objective.evaluate([objective.space.fixed | config for config in configs], seeds=seeds)

    batch = None if sampler == "SparseGrid" else 3  # a grid says itself what belongs together
    history = minimize(Plain(), SAMPLERS[sampler](space, 5), n_trials=8, batch=batch, seed=5, progress=False)
    found = widget.results
    wanted = history.table()
    np.testing.assert_allclose(found.loss, wanted.loss, rtol=1e-3)
    np.testing.assert_allclose(found.learning_rate, wanted.learning_rate, rtol=1e-3)
    np.testing.assert_allclose(found.l2, wanted.l2, rtol=1e-3)


def test_each_batch_is_a_picture_afterwards():
    """Eight networks, three at a time, are three batches; each says who trains, and the last is shown."""
    widget = small()
    widget.train(wait=True)
    assert [words.split(".")[0] for words in sentences(widget)] == [
        "Batch 1 of 3: networks 1 to 3",
        "Batch 2 of 3: networks 4 to 6",
        "Batch 3 of 3: networks 7 to 8",
    ]
    assert widget.start == 2
    assert widget.progress["text"] == "done after 8 networks"
    assert widget.progress["epoch"] == widget.progress["n_epochs"] == 3 * 20


def test_the_belief_is_that_of_its_ask():
    """Each batch keeps what the sampler believed then: it knew all earlier batches, and nothing of its own."""
    widget = small(n_trials=12)
    widget.train(wait=True)
    views = [batch.view for batch in widget._run.asked]
    assert all(isinstance(view, BayesianView) for view in views)
    assert [len(view.losses) for view in views] == [0, 3, 6, 9]
    assert [len(view.pending) for view in views] == [2, 2, 2, 2]
    assert len(views[-1].slices) == 1
    np.testing.assert_allclose(views[-1].losses.min(), widget.results.loss[:9].min())


def test_a_sparse_grid_trains_what_belongs_together():
    """The centre, four children a refinement, and the two ends of the finish; each with its belief and its words."""
    widget = small(n_trials=12, sampler="SparseGrid")
    widget.train(wait=True)
    asked = widget._run.asked
    assert [batch.after - batch.first for batch in asked] == [1, 4, 4, 1, 2]
    assert all(isinstance(batch.view, SparseGridView) for batch in asked)
    assert [int((~np.isnan(batch.view.refinement.losses)).sum()) for batch in asked] == [0, 1, 5, 9, 10]
    words = sentences(widget)
    assert [one.split(".")[0] for one in words] == [
        "Batch 1 of 5: network 1",
        "Batch 2 of 5: networks 2 to 5",
        "Batch 3 of 5: networks 6 to 9",
        "Batch 4 of 5: network 10",
        "Batch 5 of 5: networks 11 to 12",
    ]
    assert "Nothing has been refined yet" in words[0]
    assert "Point 0 is refined next: rank 0, levels 2, degree 0" in words[1]
    assert "the triangles are where gradient-descent and nelder-mead end." in words[-1]
    assert widget.progress["epoch"] == widget.progress["n_epochs"] == 5 * 20


def test_a_sparse_grid_of_few_values_asks_oftener():
    """Where values run out, refinements bring fewer points; the count of batches grows with them."""
    widget = small(task="digits", hyperparameters=("width", "batch_size"), n_trials=14, sampler="SparseGrid")
    widget.train(wait=True)
    n = len(widget._run.asked)
    assert n > widget._setting.n_batches
    assert widget.progress["n_epochs"] == widget.progress["epoch"]
    assert sentences(widget)[-1].startswith(f"Batch {n} of {n}: ")
    assert len(widget.results) == 14


def test_a_sparse_grid_is_not_asked_how_many_at_a_time():
    """The form leaves the field out, and has it again for others."""
    widget = small(sampler="SparseGrid")
    assert "batch" not in [field["key"] for field in widget.form]
    says(widget, do="choose", key="sampler", value="TPE")
    assert "batch" in [field["key"] for field in widget.form]


def test_the_page_is_told_while_networks_train(monkeypatch: pytest.MonkeyPatch):
    """Every epoch of every batch is told of, in order, if the page can keep up."""
    monkeypatch.setattr(live_base, "SHORTEST", 0.0)
    monkeypatch.setattr(live_base, "RATE", 1e12)
    widget, told = small(n_trials=4, batch=2), []
    widget.observe(lambda change: told.append(change.new), "progress")
    widget.train(wait=True)
    epochs = [one["epoch"] for one in told if one["running"]]
    assert epochs == sorted(epochs)
    assert set(epochs) == set(range(41))
    assert told[0]["text"].startswith("getting ready")
    assert "batch 2 of 2, epoch 7 of 20" in [one["text"] for one in told]


def test_stop_ends_it_in_mid_search():
    """Also while it pauses: no further network is asked for, and what was learned stays."""
    widget = small(n_trials=100, batch=1, pause=1000.0)
    reached = threading.Event()
    widget.observe(lambda change: change.new["epoch"] >= 20 and reached.set(), "progress")
    widget.train()
    assert reached.wait(PATIENCE)
    says(widget, do="stop")
    assert widget.wait(PATIENCE)
    assert widget.progress["text"] == "stopped after 1 networks"
    assert np.isfinite(widget.results.loss).tolist() == [True]


@pytest.mark.parametrize("broken", ["belief", "moment"])
def test_a_picture_that_cannot_be_drawn_does_not_hang_the_page(broken: str, monkeypatch: pytest.MonkeyPatch):
    """It ends, the page says why and takes further orders, and no thread dies of it."""
    widget = small(n_trials=12)

    def fails(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no room on the page")

    with monkeypatch.context() as patch:
        patch.setattr(live_search, broken, fails)
        with pytest.raises(RuntimeError, match="no room on the page"):
            widget.train() if broken == "moment" else widget.train(wait=True)
    assert not widget.progress["running"]
    if broken == "belief":
        assert widget.progress["text"] == "ended by an error"
        assert widget.progress["problem"].startswith("RuntimeError: no room on the page.")
    widget.train(wait=True)
    assert widget.progress["text"] == "done after 12 networks"


def test_a_network_that_diverges_is_told_as_failed(monkeypatch: pytest.MonkeyPatch):
    """The sampler hears infinity, which it takes for a failure, and goes on; the table says so."""

    def diverges(self: Any, name: str, columns: Any, seeds: Any) -> Iterator[Any]:
        for epoch in range(1, 3):
            yield epoch, np.where(np.asarray(columns["learning_rate"]) > 1e-2, np.inf, 1.0 / epoch)

    monkeypatch.setattr(live_search_run.SearchRun, "_epochs", diverges)
    told: list[Trial] = []

    def watched(space: Any, seed: int) -> Any:
        sampler = live_search_run.Design(space, "sobol", seed=seed)
        sampler._learn = told.append  # type: ignore[method-assign]
        return sampler

    monkeypatch.setattr(live_search_run, "SAMPLERS", {"BayesianOptimization": watched})
    widget = small()
    widget.train(wait=True)
    bad = widget.results.learning_rate > 1e-2
    assert bad.any()
    assert (widget.results.diverged == bad).all()
    assert [trial.state for trial in told] == np.where(bad, "failed", "complete").tolist()
    assert f"{bad.sum()} diverged." in sentences(widget)[-1]


def test_the_form_chooses():
    """Sampler and counts come back in the form; another data set or axis as in every form."""
    widget = small()
    says(widget, do="choose", key="sampler", value="TPE")
    says(widget, do="choose", key="n_trials", value="12")
    says(widget, do="choose", key="across", value="l2")
    values = {field["key"]: field["value"] for field in widget.form}
    assert values["sampler"] == "TPE"
    assert values["n_trials"] == 12
    assert (values["across"], values["up"]) == ("l2", "learning_rate")
    assert sentences(widget) == ["TPE has not asked for a network yet, over l2 and learning_rate."]
    says(widget, do="choose", key="n_trials", value="many")
    assert widget.progress["problem"] == "trials must be a whole number, got 'many'."
    assert widget.progress["heard"] == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sampler": "grid"}, "sampler must be one of BayesianOptimization, TPE, SparseGrid, random, got 'grid'"),
        ({"n_trials": 0}, "n_trials must be a whole number from 1 to 100, got 0"),
        ({"n_trials": float("inf")}, "n_trials must be a whole number from 1 to 100, got inf"),
        ({"n_trials": "12"}, "n_trials must be a whole number from 1 to 100, got '12'"),
        ({"batch": 1.5}, "batch must be a whole number from 1 to"),
        ({"hyperparameters": "l2"}, "hyperparameters are two names"),
        ({"task": "king_county"}, "nothing to watch"),
        ({"pause": -1.0}, "pause is a number of seconds"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str):
    """At once, with the rule and the value."""
    with pytest.raises(ValueError, match=message):
        LiveSearch(**options)


def test_settings_know_their_batches():
    """The last batch may be smaller."""
    assert [SearchSetting(n_trials=n, batch=4).n_batches for n in (1, 4, 5, 24)] == [1, 1, 2, 6]
    grids = [SearchSetting(n_trials=n, sampler="SparseGrid").n_batches for n in (1, 2, 5, 6, 7, 24)]
    assert grids == [1, 2, 2, 3, 3, 8]
