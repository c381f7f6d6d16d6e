"""The map of two hyperparameters shows the objective's own numbers, at the right places."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.figures import landscape, style
from hpo_tutor.race import compare
from hpo_tutor.samplers import Design
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.tuning import minimize

BRANIN = problems.function("branin")


class Network:
    """An objective with an expected loss over any space, and no known minimiser."""

    loss_names = ("cross-entropy",)

    def __init__(self, space, expected):
        self.space, self.expected = space, expected

    def __call__(self, config):
        """The expected loss."""
        return self.expected(config)

    def evaluate(self, configs, *, seeds, fidelity=None):
        """The expected losses, shape (K,)."""
        return np.array([self.expected(config) for config in configs])


TUNED = Network(
    SearchSpace(learning_rate=Float(1e-4, 1e-1, log=True), n_layers=Integer(1, 4), batch_size=128),
    lambda config: 1.0 + (np.log10(config["learning_rate"]) + 2) ** 2 + config["n_layers"] / config["batch_size"],
)


def heatmap(figure):
    """The heatmap of a figure."""
    return next(trace for trace in figure.data if trace.type == "heatmap")


def named(figure, name):
    """The traces of a legend group."""
    return [trace for trace in figure.data if trace.legendgroup == name]


@pytest.mark.parametrize("objective", [BRANIN, TUNED], ids=["branin", "tuned"])
def test_every_cell_is_the_expected_loss_where_it_is_drawn(objective):
    """The loss told on hovering is that of the config at the cell's centre, in the hyperparameters' own units."""
    drawn = heatmap(landscape(objective, n_levels=13))
    first, second = objective.space.names
    for i, y in enumerate(drawn.y):
        for j, x in enumerate(drawn.x):
            config = {first: x, second: y, **objective.space.fixed}
            assert drawn.customdata[i][j] == pytest.approx(objective.expected(config))


def test_shades_keep_the_order_of_the_losses():
    """Linear or logarithmic, a lower loss is never lighter; the colour bar's labels are losses of the map."""
    for objective in (BRANIN, TUNED, problems.function("rosenbrock")):
        drawn = heatmap(landscape(objective, n_levels=21))
        order = np.argsort(np.ravel(drawn.customdata))
        assert np.all(np.diff(np.ravel(drawn.z)[order]) >= 0)
        labels = [
            float(text.split(">")[1].split("<")[0].replace("\N{MINUS SIGN}", "-")) for text in drawn.colorbar.ticktext
        ]
        assert labels == sorted(labels)
        assert labels[-1] == pytest.approx(np.max(drawn.customdata), rel=0.01)


def test_axes_are_the_hyperparameters_own():
    """A log domain has a log axis over its bounds, and says so; an integer's axis holds its values."""
    figure = landscape(TUNED)
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.range == (-4, -1)
    assert "learning_rate (log scale)" in figure.layout.xaxis.title.text
    assert figure.layout.yaxis.type == "linear"
    assert heatmap(figure).y == (1, 2, 3, 4)


def test_recorded_units_are_on_the_axes():
    """A recorded landscape knows the units of its loss and its hyperparameters, and the map says them."""
    figure = landscape(problems.landscape("aleph"), n_levels=5)
    assert "Expected rmse in GeV" in figure.layout.title.text
    assert "epochs (passes over the training rows)" in figure.layout.yaxis.title.text


@pytest.mark.parametrize("name", ["aleph", "digits"])
def test_a_recorded_map_is_darkest_at_its_optimum(name):
    """The map shows the recorded points themselves: the smallest number in it is the optimum, and the star is there."""
    recorded = problems.landscape(name, batch=3)
    figure = landscape(recorded)
    drawn = heatmap(figure)
    losses = np.array(drawn.customdata)
    assert losses.shape == recorded.grid().losses.T.shape
    assert losses.min() == pytest.approx(recorded.optimum)
    i, j = np.unravel_index(losses.argmin(), losses.shape)
    (star,) = named(figure, "optimum")
    assert (drawn.x[j], drawn.y[i]) == pytest.approx((star.x[0], star.y[0]))


def test_choices_are_named_on_their_axis():
    """A choice has a cell for each option, named by it, and no contour lines."""
    space = SearchSpace(activation=Choice(["relu", "tanh"]), wide=Choice([True, False]))
    figure = landscape(Network(space, lambda config: len(config["activation"]) + config["wide"] / 2))
    assert heatmap(figure).x == ("relu", "tanh")
    assert heatmap(figure).y == ("True", "False")
    assert {trace.type for trace in figure.data} == {"heatmap", "scatter"}


def test_the_known_optima_are_marked_and_otherwise_the_lowest_cell():
    """Branin's three minimisers are known; elsewhere the lowest of what is drawn is marked and called so."""
    (marks,) = named(landscape(BRANIN), "optimum")
    np.testing.assert_allclose(np.transpose([marks.x, marks.y]), BRANIN.minimisers)
    assert "optimum" in marks.name
    (mark,) = named(landscape(TUNED), "optimum")
    assert mark.y == (1,)
    assert mark.x[0] == pytest.approx(0.01, rel=0.06)
    assert "lowest drawn" in mark.name


def test_points_of_a_search_lie_at_its_configs():
    """Each trial is a point with the sampler's colour and symbol; the incumbent is there once more, larger."""
    history = minimize(BRANIN, Design(BRANIN.space, "sobol"), 11, progress=False)
    figure = landscape(BRANIN, {"sobol": history})
    points, best = named(figure, "sobol")
    assert list(points.x) == [trial.config["x1"] for trial in history]
    assert list(points.y) == [trial.config["x2"] for trial in history]
    assert (points.marker.color, points.marker.symbol) == (style("sobol").color, style("sobol").symbol)
    assert (best.x[0], best.y[0]) == (history.incumbent.config["x1"], history.incumbent.config["x2"])
    assert best.marker.size > points.marker.size
    assert (
        f"sobol tried 11 points, its best observed loss is {history.incumbent.loss:.3g}"
        in figure.layout.meta["description"]
    )


def test_a_race_shows_one_seed_on_the_member_of_that_seed():
    """Each seed of a race met its own function; the map is of that one, with that seed's points."""
    family = problems.function("random-quadratic", n_dims=2)
    race = compare(["grid", "random"], family, n_trials=9, seeds=[4, 7])
    for seed, chosen in ((4, None), (7, 7)):
        figure = landscape(family, race, seed=chosen, n_levels=9)
        drawn = heatmap(figure)
        config = {"x1": drawn.x[2], "x2": drawn.y[5]}
        assert drawn.customdata[5][2] == pytest.approx(family.draw(seed).expected(config))
        points = named(figure, "random")[0]
        assert list(points.x) == [trial.config["x1"] for trial in race.histories["random", seed]]
    with pytest.raises(ValueError, match=r"must have run the seed, it ran \[4, 7\]; seed is 5"):
        landscape(family, race, seed=5)


def test_a_plain_history_and_one_that_failed():
    """A bare history is drawn as "search"; a search in which all failed has points and no incumbent."""

    def fails(config):
        raise RuntimeError("diverged")

    with pytest.warns(RuntimeWarning, match="4 of 4 trials failed"):
        history = minimize(fails, Design(BRANIN.space, "random"), 4, progress=False)
    points, best = named(landscape(BRANIN, history), "search")
    assert len(points.x) == 4
    assert best.x == ()


def test_forbidden_configs_are_blank():
    """Where a constraint forbids the config, the cell is empty and the objective is not asked."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), constraints=["x + y <= 1"])

    def expected(config):
        assert config["x"] + config["y"] <= 1
        return config["x"]

    drawn = heatmap(landscape(Network(space, expected), n_levels=10))
    blank = np.add.outer(drawn.y, drawn.x) > 1 + 1e-9
    np.testing.assert_array_equal(np.isnan(np.array(drawn.customdata, dtype=float))[blank], True)
    assert np.isnan(np.array(drawn.customdata, dtype=float)).sum() >= 45


def test_conditional_hyperparameters_leave_the_loss_unchanged_where_they_are_off():
    """Where the second hyperparameter is inactive, the map shows the same loss all along it."""
    space = SearchSpace(n_layers=Integer(1, 2), width=Integer(1, 5, when="n_layers == 2"))
    figure = landscape(Network(space, lambda config: config.get("width", 10)))
    np.testing.assert_array_equal(np.array(heatmap(figure).customdata)[:, 0], 10)
    np.testing.assert_array_equal(np.array(heatmap(figure).customdata)[:, 1], [1, 2, 3, 4, 5])


def test_what_cannot_be_drawn():
    """More than two hyperparameters, or an objective that would have to train: the error names a way out."""
    with pytest.raises(
        ValueError, match=r"a map needs two hyperparameters, this space has 6 \(x1, .*; take an objective"
    ):
        landscape(problems.function("hartmann6"))

    class Live:
        space = BRANIN.space
        loss_names = ("loss",)

    with pytest.raises(ValueError, match=r"needs objective\.expected\(config\), .* use a landscape or a function"):
        landscape(Live())
