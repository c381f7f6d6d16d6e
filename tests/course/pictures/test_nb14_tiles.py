"""The tiles of notebook 14 fill up as the trials come, whichever rule spends the budget."""

import math
import re
from functools import partial

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb14
from hpo_tutor.samplers import Design, Tiles
from hpo_tutor.scenes.layers import Line, Points, Polygons, Text
from hpo_tutor.scenes.looks import GREY
from hpo_tutor.scenes.stage import legend
from hpo_tutor.scenes.ticks import number
from hpo_tutor.trials import History, Trial
from hpo_tutor.widgets.unpacking import n_frames

SPACE = nb14.space()
RULES = ("even", "halving", "bandit")
N = 54
VALUES = [(n_conv, n_dense) for n_conv in (1, 2, 3) for n_dense in (1, 2, 3)]
RANDOM = partial(Design, name="random")


class Bowls:
    """A bowl in each tile; those of two dense layers lie lowest."""

    space = SPACE
    loss_names = ("loss",)

    def __call__(self, config):
        """Positive, and noiseless."""
        return 2 + abs(math.log10(config["learning_rate"]) + 2) + abs(config["n_dense"] - 2) + 0.3 * config["n_conv"]

    def evaluate(self, configs, *, seeds, fidelity=None):
        """One after the other."""
        return np.array([self(config) for config in configs])


@pytest.fixture(scope="module")
def fillings():
    """A real search with each rule, its tiles sampled at random."""
    return {rule: nb14.fill(Bowls(), Tiles(SPACE, inner=RANDOM, allocation=rule, seed=3), N) for rule in RULES}


@pytest.fixture(scope="module")
def boards(fillings):
    """All of them, drawn alike."""
    return nb14.Fillings(fillings, SPACE, label="loss")


def random_history(seed, failed=()):
    """Random configs of all tiles, of which some failed."""
    rng = np.random.default_rng(seed)
    configs = [SPACE.sample(rng) for _ in range(40)]
    return History(
        Trial(
            k, config, losses=() if k in failed else (Bowls()(config),), state="failed" if k in failed else "complete"
        )
        for k, config in enumerate(configs)
    )


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def tile_at(x, y):
    """The tile in whose chart a place lies: columns are 1.08 apart from the left, rows from the top."""
    return int(x // 1.08) + 1, int((1 - y) // 1.08) + 1


def decoded(scene, tile, y, log=False):
    """The loss that a height in a tile stands for, read off the ticks beside its row."""
    row = -1.08 * (tile[1] - 1)
    known = [(at, float(text)) for at, text in scene.y.ticks if row <= at <= row + 1]
    (y0, low), (y1, high) = known[0], known[-1]
    share = (y - y0) / (y1 - y0)
    return low * (high / low) ** share if log else low + share * (high - low)


def check(scene, history, n, log=False):
    """Every trial stands in its own tile, at its own loss; words and sentence count what is there."""
    losses = history.losses[:n]
    homes = [(trial.config["n_conv"], trial.config["n_dense"]) for trial in history.trials[:n]]
    dots = legend([scene])["trial"]
    seen = {}
    for (home, loss), x, y in zip(
        [(home, loss) for home, loss in zip(homes, losses, strict=True) if not np.isnan(loss)],
        dots.x,
        dots.y,
        strict=True,
    ):
        assert tile_at(float(x), float(y)) == home
        assert decoded(scene, home, float(y), log) == pytest.approx(loss, rel=1e-3)
        assert float(x) > seen.get(home, -1)  # later trials stand further right
        seen[home] = float(x)
    names, words, *_ = [layer for layer in of_kind(scene, Text) if len(layer.text) == 9]
    for (n_conv, n_dense), name, word, x, y in zip(VALUES, names.text, words.text, names.x, names.y, strict=True):
        assert tile_at(float(x), float(y)) == (n_conv, n_dense)
        own = [loss for home, loss in zip(homes, losses, strict=True) if home == (n_conv, n_dense)]
        known = [loss for loss in own if not np.isnan(loss)]
        wanted = (
            f"best of {len(own)}: {number(min(known))}" if known else f"{len(own)} failed" if own else "no trial yet"
        )
        assert (name, word) == (f"conv {n_conv}, dense {n_dense}", wanted)
    if np.isfinite(losses).any():
        best = homes[int(np.nanargmin(losses))]
        frame = legend([scene])["best tile"]
        assert tile_at(float(np.nanmean(frame.x[:4])), float(np.nanmean(frame.y[:4]))) == best
        told = f"{number(np.nanmin(losses))} in conv {best[0]}, dense {best[1]}, which has had {homes.count(best)}."
        assert scene.sentence.endswith(told)
    counts = [homes.count(values) for values in VALUES]
    span = f"{min(counts)} to {max(counts)}" if min(counts) < max(counts) else f"{min(counts)}"
    assert f"{n} of {len(history)} trials, {span} in each of 9 tiles" in scene.sentence


@pytest.mark.parametrize("rule", RULES)
def test_every_trial_lands_in_its_tile(boards, fillings, rule):
    """At every step of every rule."""
    for n in range(1, N + 1):
        check(boards.picture(rule, n), fillings[rule].history, n)


@pytest.mark.parametrize("seed", range(3))
def test_a_mere_history_fills_tiles_too_and_failed_trials_are_crosses(seed):
    """Random configs, the first two and some others failed; nothing is closed."""
    failed = {0, 1, 7, 20, 39}
    history = random_history(seed, failed)
    boards = nb14.Fillings({"random": history}, SPACE)
    for n in range(1, len(history) + 1):
        scene = boards.picture("random", n)
        check(scene, history, n)
        crosses = [layer for layer in of_kind(scene, Points) if layer.symbol == "x"]
        assert sum(len(layer.x) for layer in crosses) == len(failed & set(range(n)))
        assert "closed" not in scene.sentence
    assert "No trial has succeeded yet" in boards.picture("random", 2).sentence


def test_losses_of_many_sizes_stand_on_a_logarithmic_scale():
    """From 0.01 to 10: equal ratios have equal heights."""
    losses = np.geomspace(0.01, 10, 40)
    trials = [
        Trial(trial.number, trial.config, losses=(loss,), state="complete")
        for trial, loss in zip(random_history(1), losses, strict=True)
    ]
    history = History(trials)
    check(nb14.Fillings({"random": history}, SPACE).picture("random", 40), history, 40, log=True)


@pytest.mark.parametrize("rule", RULES)
def test_closed_tiles_stay_closed_and_get_nothing(boards, fillings, rule):
    """Only halving closes; a trial never lands in a closed tile, and what is closed is veiled, dashed and said."""
    closed, history = fillings[rule].closed, fillings[rule].history
    assert closed.shape == (N, 9)
    assert np.all(closed[1:] >= closed[:-1])
    assert closed.any() == (rule == "halving")
    for n, trial in enumerate(history, start=1):
        home = (trial.config["n_conv"], trial.config["n_dense"])
        assert not closed[n - 1, VALUES.index(home)]
        scene = boards.picture(rule, n)
        shut = {values for values, is_shut in zip(VALUES, closed[n - 1], strict=True) if is_shut}
        (veil,) = [layer for layer in of_kind(scene, Polygons) if layer.fill == GREY]
        middles = np.column_stack([veil.x, veil.y]).reshape(-1, 4, 2).mean(axis=1)
        assert {tile_at(*map(float, at)) for at in middles} == shut
        said = [text for layer in of_kind(scene, Text) for text in layer.text if text == "closed"]
        assert len(said) == len(shut)
        found = re.search(r"(\d+) of them closed", scene.sentence)
        assert (int(found[1]) if found else 0) == len(shut)


def test_halving_ends_with_few_open_tiles_and_gives_them_most(fillings):
    """Two tiles at most are left at the end, and the one with most trials has more than an even share."""
    assert (~fillings["halving"].closed[-1]).sum() <= 2
    for rule, least in (("even", 6), ("halving", 7), ("bandit", 7)):
        homes = [(trial.config["n_conv"], trial.config["n_dense"]) for trial in fillings[rule].history]
        most = max(map(homes.count, VALUES))
        assert most == 6 if rule == "even" else most >= least


def test_the_best_so_far_only_falls(boards):
    """The thin line of each tile goes down, step by step, and never up."""
    for rule in RULES:
        line = legend([boards.picture(rule, N)])["best so far in the tile"]
        assert isinstance(line, Line)
        breaks = np.isnan(line.x)
        rises = np.diff(line.y)[~(breaks[1:] | breaks[:-1])]
        assert np.all(rises <= 1e-6)


def test_all_rules_share_their_scales(boards, fillings):
    """One axis for losses, one for trials, over all rules and steps; the player holds every one of them."""
    axes = {
        (scene.x, scene.y.ticks, scene.y.low) for rule in RULES for scene in map(partial(boards.picture, rule), (1, N))
    }
    assert len({(x.ticks, x.high, *rest) for x, *rest in axes}) == 1
    assert n_frames(nb14.tiles_filling(fillings, SPACE).frames) == 3 * N


def test_one_hyperparameter_makes_a_single_row():
    """Tiles by the number of convolutions alone."""
    boards = nb14.Fillings({"random": random_history(0)}, SPACE, by=("n_conv",))
    scene = boards.picture("random", 40)
    names = next(layer for layer in of_kind(scene, Text) if len(layer.text) == 3)
    assert names.text == ("conv 1", "conv 2", "conv 3")
    assert len(set(names.y)) == 1


def test_what_cannot_be_drawn_is_refused(fillings):
    """Three hyperparameters, other budgets, other tiles, no loss, no such step."""
    with pytest.raises(ValueError, match="one or two hyperparameters"):
        nb14.Fillings({"random": random_history(0)}, SPACE, by=("n_conv", "n_dense", "filters_1"))
    with pytest.raises(ValueError, match="Integer or a Choice"):
        nb14.Fillings({"random": random_history(0)}, SPACE, by=("learning_rate",))
    with pytest.raises(ValueError, match="have one budget"):
        nb14.Fillings({"random": random_history(0), **fillings}, SPACE)
    with pytest.raises(ValueError, match="search the tiles that are drawn"):
        nb14.Fillings(fillings, SPACE, by=("n_dense", "n_conv"))
    with pytest.raises(ValueError, match="every trial failed"):
        nb14.Fillings({"random": random_history(0, set(range(40)))}, SPACE)
    with pytest.raises(ValueError, match="from 1 to 54"):
        nb14.Fillings(fillings, SPACE).picture("even", 0)
