"""The adaptive sparse grid: the source's figures, the rule it refines by, and what it does with awkward spaces."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor import minimize
from hpo_tutor.designs import sparse_grids
from hpo_tutor.problems.functions import rosenbrock
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers import SparseGrid
from hpo_tutor.samplers.sparse_grid import finest_level
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.surrogates.minimisers import MINIMISERS
from hpo_tutor.trials import Trial

CUBE = {d: SearchSpace({f"x{i}": Float(0, 1) for i in range(d)}) for d in (1, 2, 3, 5)}


def waves(config):
    """The source's example, sin 8x + sin 7y: -2 at (3 pi / 16, 3 pi / 14)."""
    return math.sin(8 * config["x0"]) + math.sin(7 * config["x1"])


def valley(config):
    """Rosenbrock's function on [-2.2, 1.9] x [-2, 2.3], so that no corner of the grid hits its minimum."""
    x = np.array([-2.2 + 4.1 * config["x0"], -2 + 4.3 * config["x1"]])
    return float(rosenbrock(x[None])[0])


def bowl(config):
    """A bowl of which no two hyperparameters are alike."""
    return sum((i + 1) * (value - 0.3) ** 2 for i, value in enumerate(config.values()))


def grown(function, n_dims, n_trials, **options):
    """A sampler after its trials."""
    sampler = SparseGrid(CUBE[n_dims], **options)
    minimize(function, sampler, n_trials, batch=None, progress=False)
    return sampler


def in_order(grid):
    """The nodes of a view, or of a regular grid, each as ((level, index), ...)."""
    rows = zip(grid.levels.tolist(), grid.indices.tolist(), strict=True)
    return [tuple(zip(*row, strict=True)) for row in rows]


def nodes(sampler):
    """The grid, as a set of nodes."""
    return set(in_order(sampler.view()))


def test_the_sources_example_is_reached():
    """Section 7 of the reference: cubic bumps come within 1e-3 of -2 by 31 trials, hats are some 1,000 times worse."""
    reached = {}
    for degree in (1, 3):
        sampler = SparseGrid(CUBE[2], gamma=0.95, degree=degree)
        history = minimize(waves, sampler, 31, progress=False)
        assert len(history) == 31
        reached[degree] = history.incumbent_losses[-1] + 2
    assert reached[3] < 1e-3
    assert reached[3] == pytest.approx(2.6e-5, rel=0.1)
    assert reached[1] == pytest.approx(5e-2, rel=0.3)


def test_the_examples_minimum_is_where_calculus_puts_it():
    """The incumbent lies at (3 pi / 16, 3 pi / 14)."""
    history = minimize(waves, SparseGrid(CUBE[2], gamma=0.95), 33, progress=False)
    best = min(history, key=lambda trial: trial.loss).config
    assert best["x0"] == pytest.approx(3 * math.pi / 16, abs=5e-3)
    assert best["x1"] == pytest.approx(3 * math.pi / 14, abs=5e-3)


def test_gamma_one_is_almost_the_regular_sparse_grid():
    """37 of the 49 points of the regular grid of level 4, whatever the losses are."""
    regular = set(in_order(sparse_grids.regular(4, 2)))
    for function in (waves, valley):
        found = nodes(grown(function, 2, 49, gamma=1, finish=()))
        assert len(found) == len(regular) == 49
        assert len(found & regular) == 37


def test_gamma_zero_piles_up_at_the_minimum_and_one_spreads():
    """On Rosenbrock with 49 points: the distance of the median point from the best, and the finest level."""
    far, finest = {}, {}
    for gamma in (0, 0.5, 1):
        view = grown(valley, 2, 49, gamma=gamma, finish=()).view()
        points, losses = view.refinement.points, view.refinement.losses
        far[gamma] = np.median(np.linalg.norm(points - points[np.argmin(losses)], axis=1))
        finest[gamma] = int(view.levels.max())
    assert far[0] <= far[0.5] < far[1] / 2
    assert finest[0] > 2 * finest[1]


@settings(max_examples=25, deadline=None)
@given(gamma=st.floats(0, 1), seed=st.integers(0, 100), n_dims=st.sampled_from([1, 2, 3]), ancestors=st.booleans())
def test_each_refinement_follows_the_rule(gamma, seed, n_dims, ancestors):
    """The smallest (rank + 1)^(1 - gamma) (|l| + degree + 1)^gamma is refined, and its neighbours are the nearest."""
    rng, sampler = np.random.default_rng(seed), SparseGrid(CUBE[n_dims], gamma=gamma, finish=(), ancestors=ancestors)
    known: list[tuple[tuple[tuple[int, int], ...], float]] = []
    degrees: dict[int, int] = {}
    for step in range(9):
        before = [node for node, _ in known]
        trials = [sampler.ask() for _ in range(sampler.together())]
        view = sampler.view()
        asked = in_order(view)
        if step:
            losses = [loss for _, loss in known]
            ranks = [sorted(losses).index(loss) for loss in losses]
            sums = [sum(level for level, _ in node) for node in before]
            worth = [
                (ranks[i] + 1) ** (1 - gamma) * (sums[i] + degrees.get(i, 0) + 1) ** gamma for i in range(len(known))
            ]
            row = view.refinement.refined
            assert worth[row] == pytest.approx(min(worth))
            np.testing.assert_allclose(view.refinement.priorities[: len(known)], worth)
            degrees[row] = degrees.get(row, 0) + 1
            wanted = set()
            for dim, side in itertools.product(range(n_dims), (-1, 1)):
                level, index = before[row][dim]
                for k in itertools.count(1):
                    node = (*before[row][:dim], (level + k, index * 2**k + side), *before[row][dim + 1 :])
                    if node not in before:
                        wanted.add(node)
                        break
            new = set(asked[len(before) :])
            assert new >= wanted
            assert ancestors or new == wanted
        for trial, node in zip(trials, asked[len(before) :], strict=True):
            loss = float(rng.normal())
            sampler.tell(trial, loss)
            known.append((node, loss))
    assert len({node for node, _ in known}) == len(known)


@pytest.mark.parametrize("n_dims", [1, 2, 3, 5])
def test_with_ancestors_none_is_missing(n_dims):
    """Of every node, the next coarser one in each dimension is there; without the option, some is missing in 2-D."""

    def closed(found):
        above = [
            (*node[:dim], sparse_grids.ancestor(*node[dim]), *node[dim + 1 :])
            for node in found
            for dim in range(n_dims)
            if node[dim][0] > 1
        ]
        return set(above) <= found

    assert closed(nodes(grown(bowl, n_dims, 120, gamma=0.5, finish=(), ancestors=True)))
    if n_dims == 2:
        assert not closed(nodes(grown(bowl, 2, 120, gamma=0.5, finish=())))


@pytest.mark.parametrize("n_dims", [2, 3, 5])
@pytest.mark.parametrize("k", [2, 3, 5])
def test_k_refinements_and_two_ends_cost_one_plus_2dk_plus_2(n_dims, k):
    """The trials come in batches of 1, then 2d for each refinement, then two."""
    sampler, sizes = SparseGrid(CUBE[n_dims]), []
    n_trials = 1 + 2 * n_dims * k + 2
    sampler.start(n_trials)
    while sampler.n_asked < n_trials:
        trials = [sampler.ask() for _ in range(sampler.together())]
        sizes.append(len(trials))
        for trial in trials:
            sampler.tell(trial, bowl(trial.config))
    assert sizes == [1, *[2 * n_dims] * k, 2]
    assert sampler.tree.n_points == 1 + 2 * n_dims * k
    assert [descent.name for descent in sampler.view().descents] == list(sampler.finish)


def test_a_batch_is_what_minimize_trains_together():
    """With batch=None an objective meets the centre alone, then 2d children at once, then the ends."""
    sizes = []

    class Watched:
        space, loss_names = CUBE[3], ("loss",)

        def __call__(self, config):
            return bowl(config)

        def evaluate(self, configs, *, seeds, fidelity=None):
            sizes.append(len(configs))
            return np.array([bowl(config) for config in configs])

    minimize(Watched(), SparseGrid(CUBE[3]), 21, batch=None, progress=False)
    assert sizes == [1, 6, 6, 6, 2]


@pytest.mark.parametrize("name", MINIMISERS)
def test_every_optimiser_can_finish(name):
    """On a bowl each ends better than the grid's best point, at the same place for the same seed."""
    runs = [minimize(bowl, SparseGrid(CUBE[2], finish=name), 14, progress=False) for _ in range(2)]
    assert [trial.config for trial in runs[0]] == [trial.config for trial in runs[1]]
    assert runs[0][13].loss < min(trial.loss for trial in runs[0][:13])
    assert runs[0][13].loss < 1e-3


def test_an_end_that_was_tried_leaves_its_trial_to_the_grid():
    """Where all optimisers end in the same point, one trial is spent on it."""
    space = SearchSpace(a=Integer(1, 40), b=Integer(1, 40))
    history = minimize(lambda c: (c["a"] - 12) ** 2 + (c["b"] - 29) ** 2, SparseGrid(space), 31, progress=False)
    configs = [tuple(trial.config.values()) for trial in history]
    assert len(set(configs)) == len(configs) == 31
    assert history.incumbent_losses[-1] == 0


@pytest.mark.parametrize(
    ("domain", "level"),
    [(Float(0, 1), 20), (Choice("ab"), 2), (Choice("abc"), 2), (Choice("abcd"), 3), (Integer(1, 8), 4)],
    ids=str,
)
def test_every_value_has_a_node(domain, level):
    """At the finest level, and at no coarser one, the grid's places reach all values."""
    if isinstance(domain, Choice):
        domain = Choice(list("abcd")[: level + (level == 2 and len(domain.options) == 3) + (level == 3)] or ["a"])
    assert finest_level(domain) == level
    if isinstance(domain, Float):
        return

    def reached(at):
        return {domain.from_unit(k / 2**at) for k in range(1, 2**at)}

    assert reached(level) == set(domain.values)
    assert reached(level - 1) < set(domain.values)


def test_integers_are_tried_once_each_and_then_it_is_over():
    """A space of twelve configs is searched through without a repetition, and then exhausted."""
    space = SearchSpace(n=Integer(1, 4), kind=Choice(["a", "b", "c"]))
    sampler, seen = SparseGrid(space, finish=()), []
    for _ in range(12):
        trial = sampler.ask()
        seen.append(tuple(trial.config.values()))
        sampler.tell(trial, float(trial.number))
    with pytest.raises(SearchExhausted, match="all 12 configs"):
        sampler.ask()
    assert len(seen) == len(set(seen)) == 12


def test_log_scales_are_refined_in_ratios():
    """The first neighbours of the centre of 1e-4 .. 1 are 1e-3 and 1e-1."""
    sampler = SparseGrid(SearchSpace(rate=Float(1e-4, 1, log=True)), finish=())
    assert [sampler.ask().config["rate"] for _ in range(3)] == pytest.approx([1e-2, 1e-3, 1e-1])


def test_what_is_inactive_is_not_refined():
    """A point without the second layer gets no neighbours along that layer's width."""
    space = SearchSpace(layers=Integer(1, 2), width=Float(0, 1, when="layers == 2"))
    sampler = SparseGrid(space, gamma=0, finish=())
    for _ in range(40):
        trial = sampler.ask()
        sampler.tell(trial, 0.0 if trial.config["layers"] == 1 else 1.0 + trial.config["width"])
    alone = [trial for trial in sampler.told if trial.config["layers"] == 1]
    assert len(alone) == 1


def test_failures_rank_last_and_the_surrogate_sees_the_worst_loss():
    """A failed point is refined after all others; the interpolant has the worst known loss there."""
    sampler = SparseGrid(CUBE[1], gamma=0, finish=())
    for _ in range(15):
        trial = sampler.ask()
        sampler.tell(trial, math.nan if trial.config["x0"] < 0.5 else trial.config["x0"])
    view = sampler.view()
    failed = view.refinement.points[:, 0] < 0.5
    assert view.refinement.ranks[failed][view.refinement.ranks[failed] >= 0].min() > 0
    surface = view.slices[0]
    at_quarter = np.interp(0.25, surface.grids[0], surface.mean)
    assert at_quarter == pytest.approx(np.nanmax(view.refinement.losses))


def test_what_others_tried_is_not_tried_again():
    """A foreign trial at a node gives the node its loss, and its trial to another."""
    sampler = SparseGrid(CUBE[1], finish=())
    sampler.tell(Trial(70, {"x0": 0.25}), 0.5)
    assert [sampler.ask().config["x0"] for _ in range(2)] == [0.5, 0.75]
    assert sampler.view().refinement.losses.tolist()[1] == 0.5


@pytest.mark.parametrize(("sides", "seed", "n_trials"), [((16, 16), 18, 27), ((32, 16), 8, 17), ((64, 8), 1, 10)])
def test_an_end_that_waits_in_the_grid_is_tried_once(sides, seed, n_trials):
    """Among whole numbers an end may be a point whose turn has not come: in a batch, too, it is one trial."""
    space = SearchSpace(dict(zip("ab", (Integer(1, side) for side in sides), strict=True)))
    rng = np.random.default_rng(seed)
    (a, b), c = rng.uniform(1, sides), rng.uniform(0, 6)

    def loss(config):
        return (config["a"] - a) ** 2 / 9 + (config["b"] - b) ** 2 + c * math.sin(config["a"] * config["b"])

    history = minimize(loss, SparseGrid(space, seed), n_trials, batch=None, progress=False)
    tried = [tuple(trial.config.values()) for trial in history]
    assert len(tried) == len(set(tried)) == n_trials


def test_the_view_passes_through_the_losses():
    """The slice of the surrogate goes through the best point's loss, with a coefficient for each point."""
    view = grown(waves, 2, 33, gamma=0.95).view()
    surface, best = view.slices[0], np.nanargmin(view.refinement.losses)
    row, column = (round(view.refinement.points[best][i] * 40) for i in (1, 0))
    assert surface.mean[row, column] == pytest.approx(view.refinement.losses[best], abs=0.05)
    np.testing.assert_array_equal(np.isfinite(view.coefficients), np.isfinite(view.refinement.losses))
    assert view.coefficients[0] == pytest.approx(view.refinement.losses[0], abs=2)
    assert all(np.all(np.diff(descent.values) < 0) for descent in view.descents)


def test_a_killed_search_goes_on_from_its_log(tmp_path):
    """Stopped after any batch, a search with a log ends with the trials of one that was never stopped."""
    whole = minimize(waves, SparseGrid(CUBE[2]), 27, batch=None, progress=False)
    calls = itertools.count()

    def dying(config):
        if next(calls) == 14:
            raise KeyboardInterrupt
        return waves(config)

    dying.__qualname__ = waves.__qualname__
    log = tmp_path / "search.jsonl"
    assert minimize(dying, SparseGrid(CUBE[2]), 27, batch=None, log=log, progress=False).interrupted
    again = minimize(waves, SparseGrid(CUBE[2]), 27, batch=None, log=log, progress=False)
    assert len(again) == 27
    assert [trial.config for trial in again[:13]] == [trial.config for trial in whole[:13]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma": 1.1}, "gamma must be from 0"),
        ({"gamma": math.nan}, "gamma must be from 0"),
        ({"degree": 2}, "degree must be 1"),
        ({"finish": ("powell",)}, "nelder-mead, .* it is 'powell'"),
    ],
    ids=str,
)
def test_bad_options_are_refused(options, message):
    """The message says the rule and the value."""
    with pytest.raises(ValueError, match=message):
        SparseGrid(CUBE[2], **options)
