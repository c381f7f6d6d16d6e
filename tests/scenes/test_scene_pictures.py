"""Searches and races as frames: each shows what was known after that trial, and says it."""

import numpy as np
import pytest

from hpo_tutor import problems, scenes
from hpo_tutor.figures import landscape as figure
from hpo_tutor.race import compare
from hpo_tutor.samplers import Design
from hpo_tutor.scenes.layers import Heatmap, Line, Marks, Points
from hpo_tutor.scenes.surfaces import axis_of, place_of, surface
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import History, Trial
from hpo_tutor.tuning import minimize

DIGITS = problems.landscape("digits")
RACE = compare(["grid-midpoints", "random"], DIGITS, n_trials=9, seeds=[3, 4])


def points_of(scene, size=9.0):
    """The small symbols of trials in a scene, shape (n, 2)."""
    (layer,) = [layer for layer in scene.layers if isinstance(layer, Points) and layer.size == size and layer.name]
    return np.stack([layer.x, layer.y], axis=1)


@pytest.mark.parametrize("name", ["digits", "aleph", "branin"])
def test_a_map_is_darkest_where_the_loss_is_smallest(name):
    """The lowest cell lies at the optimum that the objective knows, and the star stands there."""
    objective = problems.function("branin") if name == "branin" else problems.landscape(name)
    scene = scenes.landscape(objective)
    heatmap, star = scene.layers
    row, column = np.unravel_index(np.nanargmin(heatmap.z), heatmap.z.shape)
    log = [axis.log for axis in (scene.x, scene.y)]
    edges = [np.log(e) if is_log else np.array(e) for e, is_log in zip((heatmap.x, heatmap.y), log, strict=True)]
    cells = [np.linspace(*e, n + 1) for e, n in zip(edges, heatmap.z.shape[::-1], strict=True)]
    stars = [np.log(s) if is_log else s for s, is_log in zip((star.x, star.y), log, strict=True)]
    near = [
        (c[i] - 0.5 * (c[1] - c[0]) <= s) & (s <= c[i + 1] + 0.5 * (c[1] - c[0]))
        for c, i, s in zip(cells, (column, row), stars, strict=True)
    ]
    assert (near[0] & near[1]).any()


def test_a_map_shows_the_heights_of_the_plotly_figure():
    """Two renderers, one set of numbers."""
    drawn = figure(DIGITS).data[0]
    np.testing.assert_allclose(surface(DIGITS).z, np.asarray(drawn.z), rtol=1e-6)


def test_axes_reach_as_far_as_the_cells():
    """Whole numbers own half a step beyond their ends, options stand at 0, 1, 2, rates are logarithmic."""
    assert (axis_of("n", Integer(1, 5)).low, axis_of("n", Integer(1, 5)).high) == (0.5, 5.5)
    assert [text for _, text in axis_of("n", Integer(1, 3)).ticks] == ["1", "2", "3"]
    kind = Choice(("relu", "tanh"))
    assert axis_of("kind", kind).ticks == ((0, "relu"), (1, "tanh"))
    assert place_of(kind, "tanh") == 1
    rate = axis_of("rate", Float(1e-4, 1e-1, log=True), "per step")
    assert (rate.log, rate.label) == (True, "rate (per step, log scale)")


def test_choices_can_be_walked_on():
    """A map over a choice and a number has a row for each option, and its trials stand on them."""

    class Mixed:
        space = SearchSpace(x=Float(0, 1), kind=Choice(("a", "b", "c")))
        loss_names = ("loss",)

        def expected(self, config):
            return config["x"] + {"a": 2, "b": 0, "c": 1}[config["kind"]]

    trials = [Trial(0, {"x": 0.5, "kind": "c"}, losses=(1.5,), state="complete")]
    scene = scenes.search(Mixed(), History(trials))[0]
    assert scene.layers[0].z.shape[0] == 3
    assert points_of(scene).tolist() == [[0.5, 2.0]]


def test_each_frame_of_a_search_knows_its_trials_only():
    """Frame t holds t + 1 trials in their places; the large symbol is the incumbent; the sentence says the losses."""
    history = minimize(DIGITS, Design(DIGITS.space, "random", seed=5), n_trials=8, seed=2)
    frames = scenes.search(DIGITS, history, "random")
    assert len(frames) == 8
    for t, scene in enumerate(frames):
        expected = [[trial.config["learning_rate"], trial.config["l2"]] for trial in history[: t + 1]]
        np.testing.assert_allclose(points_of(scene), expected, rtol=1e-6)
        (large,) = [layer for layer in scene.layers if isinstance(layer, Points) and layer.size == 17]
        best = history[: t + 1].incumbent
        assert large.x[0] == pytest.approx(best.config["learning_rate"])
        assert f"Trial {t + 1} of 8" in scene.sentence
        assert f"Best so far {best.loss:.3g}" in scene.sentence
    assert all(scene.layers[0] is frames[0].layers[0] for scene in frames), "the surface is one layer"


def test_failed_trials_are_shown_and_never_best():
    """A failure stands on the map; before the first success nothing is large, and the sentence says so."""
    config = {"learning_rate": 1e-3, "l2": 1e-4}
    other = {"learning_rate": 1e-2, "l2": 1e-3}
    history = History(
        [Trial(0, config, state="failed", message="no"), Trial(1, other, losses=(0.3,), state="complete")]
    )
    first, second = scenes.search(DIGITS, history)
    assert "it failed. None succeeded so far." in first.sentence
    assert not [layer for layer in first.layers if isinstance(layer, Points) and layer.size == 17]
    assert "Best so far 0.3." in second.sentence
    with pytest.raises(ValueError, match="at least one trial"):
        scenes.search(DIGITS, History())


def test_a_race_shows_every_sampler_on_one_surface():
    """Panels share the surface, each shows its own trials; below, each curve is the incumbent's loss so far."""
    boards = scenes.race(RACE, DIGITS, seed=4)
    assert len(boards) == 9
    for t, board in enumerate(boards):
        panels, (below,) = board.rows
        assert [panel.title for panel in panels] == ["grid-midpoints", "random"]
        assert len({id(panel.layers[0]) for panel in panels}) == 1
        lines = [layer for layer in below.layers if isinstance(layer, Line)]
        ends = [layer for layer in below.layers if isinstance(layer, Points)]
        for name, panel, line, end in zip(RACE.samplers, panels, lines, ends, strict=True):
            history = RACE.histories[name, 4][: t + 1]
            assert points_of(panel).shape == (t + 1, 2)
            assert end.y[0] == pytest.approx(history.incumbent_losses[-1], rel=1e-6)
            assert set(np.asarray(line.y).tolist()) <= set(history.incumbent_losses.astype(np.float32).tolist())
            assert f"{name} {history.incumbent.loss:.3g}" in board.sentence
        assert below.y.label == RACE.loss_label
    member = DIGITS.draw(4)
    np.testing.assert_allclose(boards[0].rows[0][0].layers[0].z, surface(member).z)


def test_a_step_curve_falls_at_the_trial_that_improved():
    """Between trials k and k + 1 the curve stays at the incumbent of k."""
    boards = scenes.race(RACE, DIGITS, seed=3, samplers=["random"])
    (line,) = [layer for layer in boards[-1].rows[1][0].layers if isinstance(layer, Line)]
    best = RACE.histories["random", 3].incumbent_losses
    for k in range(8):
        np.testing.assert_allclose(line.x[2 * k : 2 * k + 2], [k + 1, k + 2])
        np.testing.assert_allclose(line.y[2 * k : 2 * k + 2], best[k], rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"seed": 99}, r"it ran \[3, 4\]; seed is 99"),
        ({"samplers": ["tpe"]}, "'tpe' did not"),
        ({"samplers": []}, "at least one sampler"),
    ],
)
def test_races_that_were_not_run_are_refused(options, says):
    """The message says what was run."""
    with pytest.raises(ValueError, match=says):
        scenes.race(RACE, DIGITS, **options)


def test_a_design_grows_with_its_shadows():
    """Frame n has n points and their shadows; a grid's sentence counts the levels."""
    space = SearchSpace(a=Float(0, 1), b=Float(0, 1))
    sampler = Design(space, "grid", n_points=9, seed=0)
    with pytest.raises(ValueError, match="call start"):
        scenes.design(sampler.view())
    sampler.start(9)
    frames = scenes.design(sampler.view())
    for n, scene in enumerate(frames, start=1):
        np.testing.assert_allclose(points_of(scene), sampler.view().points[:n])
        across = next(layer for layer in scene.layers if isinstance(layer, Marks) and layer.axis == "x")
        np.testing.assert_allclose(across.at, sampler.view().points[:n, 0])
    assert "9 of 9 points: 3 values of u1 and 3 of u2" in frames[-1].sentence


def test_heatmaps_need_two_dimensions():
    """Three hyperparameters cannot be a map, and the message says what to do."""
    with pytest.raises(ValueError, match="a map needs two hyperparameters, this space has 6"):
        scenes.landscape(problems.function("hartmann6"))
    assert isinstance(surface(DIGITS), Heatmap)


def test_whole_numbers_on_a_log_scale_stand_where_they_belong():
    """Every cell of the map shows the loss of the whole number that is nearest on the axis."""

    class Widths:
        space = SearchSpace(n=Integer(4, 64, log=True), q=Float(0, 1))
        loss_names = ("loss",)

        def expected(self, config):
            return float(config["n"])

    heatmap = surface(Widths())
    edges = np.exp(np.linspace(*np.log(heatmap.x), heatmap.z.shape[1] + 1))
    centres = np.sqrt(edges[:-1] * edges[1:])
    shown = heatmap.z[0]
    shown = np.exp(np.log(10) * shown) + 4 if shown.max() < 4 else shown  # where shades are logarithmic
    inside = (centres > 6) & (centres < 60)
    assert np.abs(np.log(shown[inside] / centres[inside])).max() < np.log(1.12)


def test_a_map_of_nothing_is_refused():
    """Infinite losses leave cells empty; a map without any finite one says so, and so does a race without trials."""

    class Nowhere:
        space = SearchSpace(a=Float(0, 1), b=Float(0, 1))
        loss_names = ("loss",)

        def expected(self, config):
            return np.inf if config["a"] < self.finite_from else config["b"]

    objective = Nowhere()
    objective.finite_from = 0.5
    assert np.isnan(scenes.landscape(objective).layers[0].z).mean() == pytest.approx(0.5, abs=0.02)
    objective.finite_from = 2
    with pytest.raises(ValueError, match="needs a finite expected loss somewhere"):
        scenes.landscape(objective)
