"""A picture of a belief holds the numbers of its view, where they belong, whatever is searched."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hpo_tutor import acquisition, problems
from hpo_tutor.samplers import SparseGrid
from hpo_tutor.scenes import Band, Board, Heatmap, Line, Marks, Points, Scene, Segments, belief
from hpo_tutor.scenes.beliefs import sparse_grid
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.surrogates import GaussianProcess, Kernel
from hpo_tutor.views import BayesianView, Slice, SparseGridView

ONE = SearchSpace(rate=Float(1e-4, 1e-1, log=True))
TWO = SearchSpace(rate=Float(1e-4, 1e-1, log=True), depth=Integer(2, 6))
FIVE = SearchSpace(
    rate=Float(1e-3, 1, log=True),
    decay=Float(0, 1),
    depth=Integer(1, 8, log=True),
    kind=Choice(["relu", "tanh", "none"]),
    width=Integer(4, 64),
)


def _view(space: SearchSpace, n_trials: int = 7, n_grid: int = 21, pending: int = 0) -> BayesianView:
    """What a Gaussian process believes after some random trials, with expected improvement."""
    rng = np.random.default_rng(n_trials)
    d = space.n_dims
    points, losses = rng.random((n_trials, d)), rng.normal(1, 0.3, n_trials)
    process = GaussianProcess(Kernel("matern52", 0.3, 0.4, 0.05), 1.0).condition(points, losses)
    held, best, grid = points[losses.argmin()], float(losses.min()), np.linspace(0, 1, n_grid)
    slices = []
    for axes in [(0, 1)] if d == 2 else [(i,) for i in range(d)]:
        at = np.stack(np.meshgrid(*[grid] * len(axes)), axis=-1)
        places = np.broadcast_to(held, (*at.shape[:-1], d)).copy()
        places[..., list(axes)] = at
        mean, std = (one.reshape(at.shape[:-1]) for one in process.predict(places.reshape(-1, d)))
        gains = acquisition.expected_improvement(mean, std, best)
        slices.append(Slice(axes, held, (grid,) * len(axes), mean, std, gains))
    return BayesianView(
        *(space.names, points, losses, rng.random((pending, d)), rng.random(d), tuple(slices)),
        *(np.empty((0, d)), np.empty(0), best, "ei", "matern52", np.full(d, 0.3), 0.4, 0.05),
    )


def _start_up(view: BayesianView) -> BayesianView:
    return view._replace(slices=(), best=math.nan)


def _layers(scene: Scene, kind: type[Any], name: str) -> list[Any]:
    return [layer for layer in scene.layers if isinstance(layer, kind) and layer.name == name]


def _shape(board: Board) -> list[int]:
    return [len(row) for row in board.rows]


def test_over_one_hyperparameter_the_band_is_two_standard_deviations_around_the_mean():
    """Band, mean, trials, incumbent, proposal and gains are those of the view, in the hyperparameter's own values."""
    view = _view(ONE)
    (above,), (below,) = belief(view, ONE, label="loss (nats)").rows
    (cut,) = view.slices
    rates = 1e-4 * 1000 ** cut.grids[0]
    (band,), (mean,) = _layers(above, Band, "mean ± 2 std"), _layers(above, Line, "mean")
    np.testing.assert_allclose(band.x, rates, rtol=1e-5)
    np.testing.assert_allclose(band.high - band.low, 4 * cut.std, atol=1e-5)
    np.testing.assert_allclose((band.high + band.low) / 2, mean.y, atol=1e-5)
    np.testing.assert_allclose(mean.y, cut.mean, rtol=1e-5)
    (trials,) = _layers(above, Points, "trial")
    np.testing.assert_allclose(trials.x, 1e-4 * 1000 ** view.points[:, 0], rtol=1e-5)
    np.testing.assert_allclose(trials.y, view.losses, rtol=1e-6)
    assert _layers(above, Marks, "incumbent's loss")[0].at[0] == pytest.approx(view.losses.min())
    assert (above.y.label, above.x.log) == ("loss (nats)", True)
    (gains,) = _layers(below, Band, "expected improvement")
    np.testing.assert_allclose(gains.high, cut.acquisition, rtol=1e-5)
    for scene in (above, below):
        assert _layers(scene, Marks, "next trial")[0].at[0] == pytest.approx(1e-4 * 1000 ** view.proposal[0], rel=1e-5)
        assert (scene.x.low, scene.x.high) == (1e-4, 1e-1)


def test_everything_fits_on_the_axis_of_losses_unless_its_ends_are_given():
    """Bands and trials lie inside the axis; ends that are given hold for every frame."""
    view = _view(ONE)
    (above,), _ = belief(view, ONE).rows
    (band,) = _layers(above, Band, "mean ± 2 std")
    assert above.y.low < min(band.low.min(), view.losses.min())
    assert above.y.high > max(band.high.max(), view.losses.max())
    (given,), _ = belief(view, ONE, losses=(0.0, 2.0)).rows
    assert (given.y.low, given.y.high) == (0.0, 2.0)


def test_over_two_the_maps_lie_the_right_way_up():
    """Each cell of std and gain is the slice's value at the cell's own values; the smallest gain is not the largest."""
    view = _view(TWO, n_grid=41)
    _, std, gain = belief(view, TWO).rows[0]
    (cut,) = view.slices
    for scene, values in ((std, cut.std), (gain, cut.acquisition)):
        (heat,) = (layer for layer in scene.layers if isinstance(layer, Heatmap))
        n_rows, n_columns = heat.z.shape
        assert n_columns == 41
        for depth in range(2, 7):  # every depth has rows of its own, and they are equal
            row = int((depth - heat.y[0]) / (heat.y[1] - heat.y[0]) * n_rows)
            same = [TWO.domains["depth"].from_unit(u) == depth for u in cut.grids[1].tolist()]
            np.testing.assert_allclose(heat.z[row], values[same.index(True)], rtol=1e-5, atol=1e-9)
    assert [scene.title.split(",")[0] for scene in belief(view, TWO).rows[0]] == ["mean", "std", "gain"]


def test_the_map_of_the_mean_keeps_the_order_of_the_means():
    """Where a shade is darker the mean is lower, also on logarithmic shades."""
    view = _view(TWO)
    heat = next(layer for layer in belief(view, TWO).rows[0][0].layers if isinstance(layer, Heatmap))
    kept = np.unique([TWO.domains["depth"].from_unit(u) for u in view.slices[0].grids[1]], return_index=True)[1]
    order = np.argsort(view.slices[0].mean[kept], axis=None)
    assert (np.diff(heat.z.ravel()[order]) >= 0).all()


def test_beyond_two_each_hyperparameter_has_its_slice_and_its_gains_below():
    """Three abreast, gains right below; a whole number has a place for each value, a choice a bar for each option."""
    view = _view(FIVE, n_grid=61)
    board = belief(view, FIVE)
    assert _shape(board) == [3, 3, 2, 2]
    names = [scene.x.label.split(" ")[0] for row in (board.rows[0], board.rows[2]) for scene in row]
    assert names == list(FIVE.names)
    depth, kind = board.rows[0][2], board.rows[2][0]
    assert _layers(depth, Line, "mean")[0].x.tolist() == list(range(1, 9))
    (bars,) = _layers(kind, Segments, "mean ± 2 std")
    assert bars.x0.tolist() == [0, 1, 2]
    first = [FIVE.domains["kind"].from_unit(u) for u in view.slices[3].grids[0].tolist()].index("tanh")
    assert bars.y1[1] - bars.y0[1] == pytest.approx(4 * view.slices[3].std[first], rel=1e-4)


@pytest.mark.parametrize("space", [ONE, TWO, FIVE])
def test_the_start_up_phase_has_the_same_panels(space: SearchSpace):
    """Trials and the next one are there, no belief is; the rows are those of later frames, as a player needs."""
    view = _view(space)
    begun, later = belief(_start_up(view), space), belief(view, space)
    assert _shape(begun) == _shape(later)
    for one, other in zip(begun.scenes(), later.scenes(), strict=True):
        assert one.x == other.x
        assert not [layer for layer in one.layers if isinstance(layer, Heatmap | Band | Line)]
    assert "start-up" in begun.sentence
    assert "expected improvement" in later.sentence


@pytest.mark.parametrize("space", [ONE, TWO, FIVE])
def test_before_the_first_ask_there_is_an_empty_picture(space: SearchSpace):
    """No trial, no proposal, no belief: the panels are there, and the sentence says so."""
    d = space.n_dims
    view = _start_up(_view(space))._replace(points=np.empty((0, d)), losses=np.empty(0), proposal=np.empty(0))
    assert belief(view, space).sentence == "0 trials."


def test_what_is_pending_and_what_is_next_stand_apart():
    """Two pending trials and the proposal, each under its own name, in one, two and five dimensions."""
    for space in (ONE, TWO, FIVE):
        view = _view(space, pending=2)
        scene = next(belief(view, space).scenes())
        kind = Points if space is TWO else Marks
        (pending,), (proposal,) = _layers(scene, kind, "pending"), _layers(scene, kind, "next trial")
        places = (pending.x, proposal.x) if space is TWO else (pending.at, proposal.at)
        assert [len(place) for place in places] == [2, 1]


def test_the_truth_is_drawn_where_it_can_be():
    """A dashed line over one hyperparameter, a star over two."""
    jets = problems.landscape("aleph")
    space = jets.space.fix(epochs=40)
    line = next(
        layer for layer in next(belief(_view(space), space, truth=jets).scenes()).layers if isinstance(layer, Line)
    )
    assert line.dash == "dash"
    middle = {"learning_rate": float(line.x[100]), "epochs": 40}
    assert line.y[100] == pytest.approx(jets.expected(middle), rel=1e-5)
    stars = [_layers(scene, Points, "optimum") for scene in belief(_view(jets.space), jets.space, truth=jets).scenes()]
    assert [len(star) for star in stars] == [1, 1, 1]
    assert stars[0][0].x[0] == pytest.approx(jets.optimum_config["learning_rate"], rel=1e-6)


@pytest.mark.parametrize(
    ("name", "values"),
    [("lcb", lambda cut: 2 * cut.std - cut.mean), ("thompson", lambda cut: -cut.mean), ("pi", lambda cut: cut.std)],
)
def test_an_acquisition_function_that_may_be_negative_fits_its_axis(name: str, values: Callable[[Slice], Any]):
    """The axis spans what is drawn; it begins at 0 where values cannot be negative."""
    view = _view(ONE)
    (cut,) = view.slices
    view = view._replace(acquisition=name, slices=(cut._replace(acquisition=values(cut)),))
    _, (below,) = belief(view, ONE).rows
    assert below.y.low == pytest.approx(0 if name == "pi" else values(cut).min(), abs=1e-6)
    assert below.y.high > values(cut).max()


def test_the_sentence_says_how_far_the_search_is_and_where_it_goes():
    """Trials, the lowest loss, the next configuration and why."""
    view = _view(ONE)._replace(proposal=np.array([1 / 3]))
    lowest = f"{view.losses.min():.3g}"
    assert belief(view, ONE, label="rmse (GeV)").sentence == (
        f"7 trials, lowest rmse (GeV) {lowest}. Next: rate 0.001 (largest expected improvement)."
    )


def _grown(space: SearchSpace, n_trials: int, n_told: int) -> SparseGridView:
    """A sparse grid that has been told some losses, and asked for what belongs together next."""
    sampler = SparseGrid(space)
    sampler.start(n_trials)
    while True:
        trials = [sampler.ask() for _ in range(sampler.together())]
        if trials[-1].number >= n_told:
            return sampler.view()
        for trial in trials:
            u = space.to_unit(trial.config)
            sampler.tell(trial, float(((u - 0.3) ** 2).sum()))


def test_a_sparse_grid_is_seen_on_its_surrogate_beside_its_queue():
    """The darkest cell lies where the surrogate is lowest; the next trials and the queue are those of the view."""
    space = SearchSpace(rate=Float(1e-4, 1e-1, log=True), share=Float(0, 1))
    view = _grown(space, 40, 20)
    plane, queue = sparse_grid(view, space).rows[0]
    (heat,) = (layer for layer in plane.layers if isinstance(layer, Heatmap))
    (cut,) = view.slices
    assert heat.z.shape == cut.mean.shape
    assert cut.mean[np.unravel_index(heat.z.argmin(), heat.z.shape)] == pytest.approx(cut.mean.min())
    (new,) = _layers(plane, Points, "new points")
    assert len(new.x) == np.isnan(view.refinement.losses).sum() > 0
    assert f"Point {view.refinement.refined} is refined next" in sparse_grid(view, space).sentence
    assert queue.title == "its queue"


@pytest.mark.parametrize("n_told", [0, 5, 10, 38])
def test_all_steps_of_a_sparse_grid_have_the_same_panels(n_told: int):
    """Before a loss is known, while it grows, and at its end, as a player needs."""
    board = sparse_grid(_grown(TWO, 40, n_told), TWO)
    assert _shape(board) == [2]
    assert [scene.aspect for scene in board.rows[0]] == [0.8, 0.8]


def test_the_finish_of_a_sparse_grid_is_marked():
    """Where each optimiser ends, in the units of the space."""
    view = _grown(TWO, 40, 38)
    plane, _ = sparse_grid(view, TWO).rows[0]
    (ends,) = _layers(plane, Points, "end on the surrogate")
    first = next(iter(TWO.domains.values()))
    wanted = [first.from_unit(float(descent.path[-1][0])) for descent in view.descents]
    assert len(wanted) == 2
    np.testing.assert_allclose(ends.x, wanted, rtol=1e-5)
    assert "gradient-descent and nelder-mead end." in sparse_grid(view, TWO).sentence


def test_a_sparse_grid_needs_two_hyperparameters():
    """As its map does."""
    with pytest.raises(ValueError, match="needs two hyperparameters"):
        sparse_grid(_grown(FIVE, 40, 5), FIVE)
