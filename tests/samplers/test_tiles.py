"""Tiles: which there are, who samples them, and how each allocation spends a budget."""

import itertools
import math
from collections import Counter
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpo_tutor import minimize
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers import TPE, AdaptiveRandom, BayesianOptimization, Design, SparseGrid, Tiles, allocations
from hpo_tutor.samplers.allocations import Standing
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import Trial
from tests.samplers.contract import ask_many

LAYERS = SearchSpace(
    n_conv=Integer(1, 3),
    n_dense=Integer(1, 2),
    filters_1=Choice((2, 4, 8), ordered=True),
    filters_2=Choice((2, 4, 8), ordered=True, when="n_conv >= 2"),
    filters_3=Choice((2, 4, 8), ordered=True, when="n_conv >= 3"),
    units_1=Integer(4, 64, log=True),
    units_2=Integer(4, 64, log=True, when="n_dense >= 2"),
    rate=Float(1e-3, 1e-1, log=True),
    epochs=15,
    constraints=["filters_2 <= 2 * filters_1"],
)
RANDOM = partial(Design, name="random")
LEARNING = partial(AdaptiveRandom, n_startup=2)  # asks for what the losses say, and takes no time
CHAIN = SearchSpace(
    kind=Choice(("tree", "net")),
    depth=Choice((None, 3), when="kind == 'tree'"),
    leaves=Integer(2, 9, when="depth == 3"),
    rate=Float(0, 1, when="kind == 'net'"),
)


def best_with_two(config):
    """A bowl in each tile; those of two convolutions lie lowest, by far more than a bowl is deep."""
    bowl = (math.log10(config["rate"]) + 2) ** 2 + 0.1 * abs(math.log2(config["units_1"]) - 4)
    return bowl + 5 * abs(config["n_conv"] - 2) + config["n_dense"]


def search(allocation, n_trials, objective=best_with_two, inner=RANDOM, batch=1, log=None, **options):
    """A search over the tiles of LAYERS: the sampler and its history."""
    sampler = Tiles(LAYERS, inner=inner, allocation=allocation, **options)
    return sampler, minimize(objective, sampler, n_trials, batch=batch, log=log, progress=False)


def per_tile(history, by=("n_conv", "n_dense")):
    """How many trials each tile had, counted in the history."""
    return Counter(tuple(trial.config.get(name) for name in by) for trial in history)


def test_the_tiles_are_all_combinations_of_what_conditions_speak_of():
    """In the order of the product, each with only what exists there; by= makes other ones."""
    sampler = Tiles(LAYERS)
    assert sampler.by == ("n_conv", "n_dense")
    assert [tile.values for tile in sampler.view().tiles] == list(itertools.product((1, 2, 3), (1, 2)))
    names = [set(tile.names) for tile in sampler.tiles]
    assert names[0] == {"filters_1", "units_1", "rate"}
    assert names[-1] == {"filters_1", "filters_2", "filters_3", "units_1", "units_2", "rate"}
    dense = Tiles(LAYERS, by=["n_dense"])
    assert [tile.values for tile in dense.view().tiles] == [(1,), (2,)]
    assert "filters_3" in dense.tiles[0].domains
    assert Tiles(LAYERS, by=[]).tiles == (LAYERS,)


def test_a_switch_that_is_switched_itself_has_no_value_where_it_does_not_exist():
    """Three tiles of a tree of conditions, and None where there is no depth, whatever else None means."""
    sampler = Tiles(CHAIN, inner=RANDOM)
    assert [tile.values for tile in sampler.view().tiles] == [("tree", None), ("tree", 3), ("net", None)]
    assert [tile.names for tile in sampler.tiles] == [(), ("leaves",), ("rate",)]
    sampler.start(30)
    configs = [trial.config for trial in ask_many(sampler, 30)]
    for config in configs:
        CHAIN.validate(config)
    # the tree of no depth is a single config, and the others share its trials
    assert Counter((c["kind"], c.get("depth")) for c in configs)["tree", None] == 1
    assert sorted(Counter((c["kind"], c.get("depth")) for c in configs).values()) == [1, 14, 15]


def test_tiles_without_a_feasible_config_are_absent():
    """A rule on the switches alone, and one that speaks of what is tuned within a tile."""
    rules = ["n_conv + n_dense <= 4", "filters_3 >= 4 * n_dense * filters_1"]
    space = SearchSpace(dict(LAYERS.domains), constraints=rules)
    tiles = [tile.values for tile in Tiles(space, inner=RANDOM).view().tiles]
    assert tiles == [(1, 1), (1, 2), (2, 1), (2, 2), (3, 1)]
    with pytest.raises(ValueError, match="no config of any tile was found that keeps the constraints"):
        Tiles(SearchSpace(dict(LAYERS.domains), constraints=["n_conv > 3"]))


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 60), st.integers(0, 1000))
def test_even_counts_never_differ_by_more_than_one(n_trials, seed):
    """At any time of the search, counted from the configs."""
    sampler = Tiles(LAYERS, inner=RANDOM, seed=seed)
    sampler.start(n_trials)
    counts = Counter(dict.fromkeys(itertools.product((1, 2, 3), (1, 2)), 0))
    for trial in ask_many(sampler, n_trials):
        counts[trial.config["n_conv"], trial.config["n_dense"]] += 1
        assert max(counts.values()) - min(counts.values()) <= 1
    assert counts.total() == n_trials


def test_another_seed_begins_in_another_tile():
    """So that a small budget does not always leave out the same ones."""
    first = {tuple(Tiles(LAYERS, inner=RANDOM, seed=seed).by) for seed in range(2)}
    assert first == {("n_conv", "n_dense")}
    begins = set()
    for seed in range(20):
        sampler = Tiles(LAYERS, inner=RANDOM, seed=seed)
        sampler.start(6)
        begins.add(sampler.ask().config["n_conv"])
    assert begins == {1, 2, 3}


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 500))
def test_rounds_add_up_and_halve(n_tiles, n_trials):
    """The budgets of the rounds differ by one at most, sum to the whole, and end with one tile; or it is refused."""
    n_rounds = math.floor(math.log2(n_tiles)) + 1
    if n_trials // n_rounds < n_tiles:
        with pytest.raises(ValueError, match=f"at least {n_tiles * n_rounds}, it is {n_trials}"):
            allocations.rounds(n_tiles, n_trials)
        return
    found = allocations.rounds(n_tiles, n_trials)
    assert [each.n_tiles for each in found] == [n_tiles >> i for i in range(n_rounds)]
    assert sum(each.n_trials for each in found) == n_trials
    assert max(each.n_trials for each in found) - min(each.n_trials for each in found) <= 1


def test_halving_by_hand():
    """Six tiles, 36 trials: rounds of 12 over 6, 3 and 1; the best tile has 2 + 4 + 12."""
    assert allocations.rounds(6, 36) == ((6, 12), (3, 12), (1, 12))
    sampler, history = search("halving", 36)
    assert len(history) == 36
    assert sorted(per_tile(history).values()) == [2, 2, 2, 6, 6, 18]
    assert per_tile(history)[2, 1] == 18  # lower than all others by more than the bowls are deep
    tiles = {tile.values: tile for tile in sampler.view().tiles}
    assert [values for values, tile in tiles.items() if tile.open] == [(2, 1)]
    assert {values: tile.n_trials for values, tile in tiles.items()} == per_tile(history)


def test_halving_keeps_the_half_whose_best_losses_are_lowest():
    """Against the history itself: after each round those go on which an independent ranking says."""
    _, history = search("halving", 36, seed=4)
    best = {}
    for trial in history[:12]:
        tile = trial.config["n_conv"], trial.config["n_dense"]
        best[tile] = min(trial.loss, best.get(tile, math.inf))
    assert set(per_tile(history[12:24])) == set(sorted(best, key=best.get)[:3])


def test_halving_needs_the_budget():
    """No ask before start, and no start with too little; both say what to do."""
    sampler = Tiles(LAYERS, inner=RANDOM, allocation="halving")
    with pytest.raises(RuntimeError, match=r"call start\(n_trials\) as minimize does"):
        sampler.ask()
    with pytest.raises(ValueError, match="must be at least 18, it is 17"):
        sampler.start(17)


def test_after_halvings_budget_the_winner_goes_on():
    """Who asks for more than the budget gets more of the last tile."""
    sampler, _ = search("halving", 36)
    more = ask_many(sampler, 5)
    assert {(trial.config["n_conv"], trial.config["n_dense"]) for trial in more} == {(2, 1)}
    assert more[0].number == 36


def test_halving_goes_on_in_closed_tiles_where_the_open_ones_are_exhausted():
    """A budget is spent, even where the winner is a single config."""
    space = SearchSpace(a=Integer(0, 3), x=Float(0, 1, when="a > 0"))
    sampler = Tiles(space, inner=RANDOM, allocation="halving")
    history = minimize(lambda config: config["a"], sampler, 24, progress=False)
    counts = per_tile(history, ["a"])
    assert len(history) == 24
    assert counts[0,] == 1
    assert counts[1,] == max(counts.values())  # the best of those that have something to try


def published_choice(arms, losses, n_arms):
    """MaxUCB written out from its paper: the arm of the next pull, after pulls of arms with losses; alpha is 1/2."""
    rewards = (max(losses) - np.array(losses)) / (max(losses) - min(losses))
    pulls = np.bincount(arms, minlength=n_arms)
    highest = np.array([rewards[np.array(arms) == arm].max() for arm in range(n_arms)])
    return int(np.argmax(highest + (0.5 * np.log(len(arms) + 1) / pulls) ** 2))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_bandit_is_maxucb(seed):
    """The same tile as the published rule, trial for trial, after one trial each."""
    sampler, history = search("bandit", 60, seed=seed)
    names = [tile.values for tile in sampler.view().tiles]
    arms = [names.index((trial.config["n_conv"], trial.config["n_dense"])) for trial in history]
    assert sorted(arms[:6]) == list(range(6))
    for n in range(6, 60):
        assert arms[n] == published_choice(arms[:n], history.losses[:n].tolist(), 6)


@pytest.mark.parametrize("seed", range(5))
def test_the_bandit_spends_most_where_losses_are_lowest(seed):
    """The best of six tiles has more than twice its even share, and no tile fewer than two trials."""
    sampler, history = search("bandit", 60, seed=seed)
    counts = per_tile(history)
    assert counts.total() == 60
    assert counts.most_common(1)[0][0] == (2, 1)
    assert counts[2, 1] > 2 * 60 / 6
    assert min(counts.values()) >= 2
    assert all(tile.open for tile in sampler.view().tiles)


def test_the_bandits_index_by_hand():
    """Scaled best losses 1, 1/2 and 0 for what failed; the promise of n trials after 9 is (ln(10) / 2n)^2."""
    bandit = allocations.make("bandit", [0, 1, 2], [math.inf] * 3)
    standings = [Standing(4, 1.0, 5.0, True), Standing(3, 3.0, 4.0, True), Standing(2, math.inf, -math.inf, True)]
    promise = [(math.log(10) / (2 * n)) ** 2 for n in (4, 3, 2)]
    assert bandit.indices(standings) == pytest.approx([1 + promise[0], 0.5 + promise[1], promise[2]])
    nothing = [Standing(1, math.inf, -math.inf, True)] * 3  # all failed
    assert bandit.choose(nothing) == 0


@pytest.mark.parametrize("allocation", ["even", "halving", "bandit"])
def test_pending_and_failed_trials_count(allocation):
    """Nothing is waited for; where all is pending or fails, the budget is spread as evenly as the rule allows."""
    sampler = Tiles(LAYERS, inner=RANDOM, allocation=allocation)
    sampler.start(36)
    pending = ask_many(sampler, 36)
    assert len(pending) == 36
    assert len(per_tile(pending)) == 6
    with pytest.warns(RuntimeWarning, match="36 of 36 trials failed"):
        failed, history = search(allocation, 36, lambda config: math.nan)
    assert per_tile(history) == per_tile(pending)
    assert all(tile.best == math.inf and tile.incumbent is None for tile in failed.view().tiles)
    if allocation != "halving":
        assert set(per_tile(pending).values()) == {6}


class Own:
    """A student's own: only ask and tell. It leaves out what is fixed."""

    def __init__(self, space, seed=0):
        self.space, self.rng = space, np.random.default_rng(seed)
        self.n, self.told = 0, []

    def ask(self):
        """A random config."""
        config = self.space.sample(self.rng)
        self.n += 1
        return Trial(self.n - 1, {name: config[name] for name in self.space.names if name in config})

    def tell(self, trial, loss):
        """Remember."""
        self.told.append((trial, loss))


class ThreeEach(Own):
    """Has three configs to propose."""

    def ask(self):
        """One of them."""
        if self.n == 3:
            raise SearchExhausted
        return super().ask()


@pytest.mark.parametrize("allocation", ["even", "halving", "bandit"])
@pytest.mark.parametrize(
    "inner",
    [RANDOM, TPE, partial(BayesianOptimization, n_startup=2), SparseGrid, AdaptiveRandom, Own],
    ids=["random", "TPE", "BayesianOptimization", "SparseGrid", "AdaptiveRandom", "Own"],
)
def test_any_sampler_serves_in_the_tiles(inner, allocation):
    """The whole budget is spent on valid, complete configs, in every tile."""
    free = SearchSpace({**LAYERS.domains, **LAYERS.fixed})
    sampler = Tiles(free, inner=inner, allocation=allocation)
    history = minimize(best_with_two, sampler, 24, batch=4, progress=False)
    assert len(history) == 24
    assert len(per_tile(history)) == 6
    for trial in history:
        free.validate(trial.config)
        assert trial.config["epochs"] == 15
    assert list(history[0].config)[:2] == ["n_conv", "n_dense"]


def test_options_go_to_the_inner_sampler():
    """Whatever is not the tiles' own; and what it does not know is refused at once."""
    sampler, _ = search("even", 24, inner=BayesianOptimization, n_startup=3)
    assert sampler.view().inner.length_scales.size  # its fourth trial in the tile rests on a model
    with pytest.raises(TypeError, match="no_such"):
        Tiles(LAYERS, no_such=3)


def test_each_tile_is_the_inner_sampler_on_its_own_space():
    """What a tile asks for is what its sampler asks for alone, given the tile's own losses."""
    seeds = {}

    def noted(space, seed):
        seeds[tuple(space.fixed[name] for name in ("n_conv", "n_dense"))] = seed
        return BayesianOptimization(space, seed=seed, n_startup=2)

    sampler, history = search("even", 36, inner=noted)
    assert len(set(seeds.values())) == 6
    for space in sampler.tiles[2:4]:
        values = space.fixed["n_conv"], space.fixed["n_dense"]
        alone = BayesianOptimization(space, seed=seeds[values], n_startup=2)
        own = minimize(best_with_two, alone, 6, progress=False)
        assert [trial.config for trial in own] == [
            trial.config for trial in history if (trial.config["n_conv"], trial.config["n_dense"]) == values
        ]


@pytest.mark.parametrize(
    ("allocation", "heard"),
    [("even", {4}), ("bandit", {4}), ("halving", {math.ceil(8 / 6) + math.ceil(8 / 3) + 8})],
)
def test_inner_samplers_hear_what_they_may_expect(allocation, heard):
    """The even share; for halving, what the winner gets."""
    told = set()

    class Listener(Own):
        def start(self, n_trials):
            """Note it."""
            told.add(n_trials)

    sampler = Tiles(LAYERS, inner=Listener, allocation=allocation)
    sampler.start(24)
    assert told == heard


def test_a_design_goes_on_where_its_tile_gets_more_than_expected():
    """A random one continues, and its first points stay; the bandit needs them, as each was told of ten trials."""
    _, history = search("bandit", 60)
    own = [trial for trial in history if (trial.config["n_conv"], trial.config["n_dense"]) == (2, 1)]
    assert len(own) > 20
    assert len({trial.config["rate"] for trial in own}) == len(own)


def test_an_exhausted_tile_passes_its_turn_on_and_all_exhausted_ones_end_the_search():
    """Three trials in each of six tiles; then the search says so, every time."""
    sampler, history = search("even", 30, inner=ThreeEach)
    assert set(per_tile(history).values()) == {3}
    assert not any(tile.open for tile in sampler.view().tiles)
    for _ in range(2):
        with pytest.raises(SearchExhausted, match="all 6 tiles have nothing left"):
            sampler.ask()


def test_tiles_of_everything_are_a_grid():
    """Where each tile is a single config, each is tried once."""
    space = SearchSpace(a=Integer(1, 3), b=Choice(("x", "y")), c=1)
    sampler = Tiles(space, by=["a", "b"])
    history = minimize(lambda config: config["a"], sampler, 20, progress=False)
    assert {(trial.config["a"], trial.config["b"]) for trial in history} == set(itertools.product((1, 2, 3), "xy"))
    assert len(history) == 6
    assert sampler.view().inner is None


def test_foreign_trials_go_to_their_tile():
    """They are learnt there, they count for its best loss, and cost it no trial; one of no tile is only kept."""
    rules = ["n_conv + n_dense <= 4"]
    sampler = Tiles(SearchSpace(dict(LAYERS.domains), constraints=rules), inner=Own)
    sampler.start(12)
    config = {"n_conv": np.int64(2), "n_dense": 1, "filters_1": 4, "filters_2": 8, "units_1": 9, "rate": 0.01}
    sampler.tell(Trial(0, config), (0.5, 7.0))
    tile = sampler.view().tiles[2]
    assert (tile.values, tile.n_trials, tile.best, tile.incumbent) == ((2, 1), 0, 0.5, config)
    trial, losses = sampler._tiles[2].sampler.told[0]
    assert (trial.number, losses) == (-1, (0.5, 7.0))  # of all losses, and under a number that was never asked
    absent = {**config, "n_conv": 3, "n_dense": 2, "filters_3": 2, "units_2": 9}
    sampler.tell(Trial(1, absent), 0.1)
    assert len(sampler.told) == 2
    assert min(tile.best for tile in sampler.view().tiles) == 0.5


def test_all_losses_reach_the_inner_sampler():
    """A search of two goals is one in each tile."""
    sampler, history = search("even", 12, lambda config: (config["rate"], config["units_1"]), inner=Own)
    for tile in sampler._tiles:
        for trial, losses in tile.sampler.told:
            assert losses == (trial.config["rate"], trial.config["units_1"])
    assert len(history) == 12


@pytest.mark.parametrize("allocation", ["even", "halving", "bandit"])
def test_a_search_resumes_where_it_was_killed(allocation, tmp_path):
    """The rest of a search from its log is the same as without the interruption."""
    log = tmp_path / "log.jsonl"
    whole = search(allocation, 36, inner=LEARNING, batch=3, log=log)[1]
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[:17]))
    resumed = search(allocation, 36, inner=LEARNING, batch=3, log=log)[1]
    assert [trial.config for trial in resumed] == [trial.config for trial in whole]
    assert len(log.read_text().splitlines()) == len(lines)


def test_what_belongs_together_is_one_trial_of_each_tile():
    """A batch of the sampler's own choice changes nothing of an even search, nor of halving's."""
    for allocation in ("even", "halving"):
        one = search(allocation, 36, inner=LEARNING)[1]
        own = search(allocation, 36, inner=LEARNING, batch=None)[1]
        assert [trial.config for trial in own] == [trial.config for trial in one]
    sampler = Tiles(LAYERS, inner=RANDOM)
    sampler.start(36)
    assert sampler.together() == 6
    sampler.ask()
    assert sampler.together() == 5


def test_the_view_tells_budgets_and_incumbents():
    """By another count of the history; before the first ask there is a view too."""
    sampler = Tiles(LAYERS, inner=RANDOM)
    first = sampler.view()
    assert (first.chosen, first.inner) == (-1, None)
    assert all(
        (tile.n_trials, tile.best, tile.incumbent, tile.open) == (0, math.inf, None, True) for tile in first.tiles
    )
    history = minimize(best_with_two, sampler, 40, progress=False)
    view = sampler.view()
    for tile in view.tiles:
        own = [t for t in history if (t.config["n_conv"], t.config["n_dense"]) == tile.values]
        best = min(own, key=lambda trial: trial.loss)
        assert (tile.n_trials, tile.best, tile.incumbent) == (len(own), best.loss, best.config)
    last = history[-1].config
    assert view.tiles[view.chosen].values == (last["n_conv"], last["n_dense"])
    assert view.inner.name == "random"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Tiles(LAYERS, by="n_conv"), r"write \['n_conv'\]"),
        (lambda: Tiles(LAYERS, by=["layers"]), "not 'layers'"),
        (lambda: Tiles(LAYERS, by=["rate"]), "tiles need a few values, and rate is Float"),
        (lambda: Tiles(LAYERS, by=["filters_3"]), "filters_3 exists only where n_conv say so; name them in by as well"),
        (lambda: Tiles(LAYERS, by=["units_1", "n_conv", "n_dense"]), "make 366 tiles, and 200 are the most"),
        (lambda: Tiles(LAYERS, allocation="greedy"), "one of even, halving, bandit; it is 'greedy'"),
    ],
)
def test_what_makes_no_tiles_is_refused(make, message):
    """Each mistake is named, and what to do."""
    with pytest.raises(ValueError, match=message):
        make()
