"""The switchboard of notebook 14: sliders die with their layers, and importance bars credit them all the same."""

import itertools
import re
from typing import NamedTuple

import numpy as np
import pytest

from hpo_tutor.course.pictures import nb14
from hpo_tutor.problems import tasks
from hpo_tutor.scenes.layers import Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import GREY, INK, RED
from hpo_tutor.scenes.stage import legend
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.unpacking import n_frames

SPACE = nb14.space()
TIMES = "\N{MULTIPLICATION SIGN}"
SETTINGS = nb14.settings(3, seed=4)
STATES = list(itertools.product((1, 2, 3), (1, 2, 3), SETTINGS))


class Credits(NamedTuple):
    """What is read of importances."""

    names: tuple[str, ...]
    mean: np.ndarray
    deviation: np.ndarray


def made_up(seed=0):
    """Ten made-up searches, in another order than the space's."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(SPACE.n_dims, 0.8), size=10)
    return Credits(tuple(rng.permutation(SPACE.names).tolist()), shares.mean(axis=0), shares.std(axis=0))


CREDITS = made_up()
MEAN = dict(zip(CREDITS.names, CREDITS.mean, strict=True))
DEVIATION = dict(zip(CREDITS.names, CREDITS.deviation, strict=True))


def dead_by_hand(n_conv, n_dense):
    """Names whose number is above that of the layers."""
    numbered = [re.fullmatch(r"(.*)_(\d)", name) for name in SPACE.names]
    return {found[0] for found in numbered if found and int(found[2]) > (n_dense if found[1] == "units" else n_conv)}


def of_kind(scene, kind):
    """The layers of a scene that are of this kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def written(scene):
    """Text -> its (x, y), for each that is written once."""
    return {
        text: (float(x), float(y))
        for layer in of_kind(scene, Text)
        for x, y, text in zip(layer.x, layer.y, layer.text, strict=True)
    }


def per_cent(scene, x):
    """What a place means on the axis of importances."""
    (x0, first), (x1, second) = scene.x.ticks[0], scene.x.ticks[-1]
    return float(first) + (x - x0) / (x1 - x0) * (float(second) - float(first))


@pytest.mark.parametrize(("n_conv", "n_dense", "which"), STATES)
def test_sliders_die_with_their_layers(n_conv, n_dense, which):
    """Wherever the switches stand, exactly the numbers above them are grey, hollow and called dead."""
    scene = nb14.switchboard(CREDITS, SETTINGS[which], n_conv, n_dense)
    dead = dead_by_hand(n_conv, n_dense)
    found = nb14.switched(CREDITS, SETTINGS[which], n_conv, n_dense)
    assert set(found.dead) == dead
    assert set(found.alive) == set(SPACE.names) - dead
    grey = {text for layer in of_kind(scene, Text) if layer.color == GREY for text in layer.text}
    inked = {text for layer in of_kind(scene, Text) if layer.color == INK for text in layer.text}
    assert dead <= grey
    assert set(SPACE.names) - dead <= inked
    assert sum(text == "dead" for layer in of_kind(scene, Text) for text in layer.text) == len(dead)
    alive, hollow = of_kind(scene, Points)
    assert (len(alive.x), len(hollow.x)) == (SPACE.n_dims - len(dead), len(dead))
    assert alive.color != hollow.color
    assert f"{SPACE.n_dims - len(dead)} of 18 sliders alive, {len(dead)} dead" in scene.sentence


@pytest.mark.parametrize(("n_conv", "n_dense", "which"), STATES)
def test_bars_credit_the_dead_as_before(n_conv, n_dense, which):
    """Each bar is as long as its hyperparameter's mean, in its row, full where it is alive and red where it is dead."""
    scene = nb14.switchboard(CREDITS, SETTINGS[which], n_conv, n_dense)
    dead = dead_by_hand(n_conv, n_dense)
    place = written(scene)
    (full,) = of_kind(scene, Polygons)
    (rims,) = [layer for layer in of_kind(scene, Line) if layer.color == RED]
    corners = [*np.column_stack([full.x, full.y]).reshape(-1, 4, 2)]
    corners += [*np.column_stack([rims.x, rims.y]).reshape(-1, 6, 2)[:, :4]] if dead else []
    names = [name for name in SPACE.names if name not in dead] + [name for name in SPACE.names if name in dead]
    assert len(corners) == len(names)
    for name, bar in zip(names, corners, strict=True):
        assert bar[:, 1].mean() == pytest.approx(place[name][1], abs=1e-5)
        assert per_cent(scene, bar[:, 0].max()) == pytest.approx(100 * MEAN[name], abs=1e-3)
        assert per_cent(scene, bar[:, 0].min()) == pytest.approx(0, abs=1e-3)
    credited = 100 * sum(MEAN[name] for name in dead)
    if dead:
        most = max(dead, key=MEAN.__getitem__)
        told = f"credited {number(credited)} per cent together, most of it {most} with {number(100 * MEAN[most])}"
        assert told in scene.sentence
    else:
        assert "Nothing is dead here" in scene.sentence


def test_whiskers_are_one_deviation_to_either_side():
    """In the row of each name; none begins below zero."""
    scene = nb14.switchboard(CREDITS, SETTINGS["a"], 1, 2)
    whiskers = legend([scene])["mean ± 1 std over searches"]
    assert isinstance(whiskers, Segments)
    for name, x0, x1 in zip(SPACE.names, whiskers.x0, whiskers.x1, strict=True):
        ends = 100 * (MEAN[name] - DEVIATION[name]), 100 * (MEAN[name] + DEVIATION[name])
        assert per_cent(scene, float(x0)) == pytest.approx(max(ends[0], 0), abs=2e-3)
        assert per_cent(scene, float(x1)) == pytest.approx(ends[1], abs=2e-3)
        assert x1 <= 1 + 1e-6


def test_the_hatching_stays_within_its_bars():
    """Every red stroke begins and ends on or within a dead bar."""
    scene = nb14.switchboard(CREDITS, SETTINGS["a"], 1, 1)
    (strokes,) = [layer for layer in of_kind(scene, Segments) if layer.color == RED]
    (rims,) = [layer for layer in of_kind(scene, Line) if layer.color == RED]
    bars = np.column_stack([rims.x, rims.y]).reshape(-1, 6, 2)[:, :4]
    assert len(strokes.x0) > len(bars)
    for x, y in [*zip(strokes.x0, strokes.y0, strict=True), *zip(strokes.x1, strokes.y1, strict=True)]:
        low, high = bars.min(axis=1) - 1e-5, bars.max(axis=1) + 1e-5
        assert ((low <= (x, y)) & ((x, y) <= high)).all(axis=1).any()


@pytest.mark.parametrize(("n_conv", "n_dense", "which"), STATES)
def test_the_network_has_the_layers_that_are_there(n_conv, n_dense, which):
    """Shapes by hand, from filters, strides and poolings; multiplications as the task itself counts them."""
    setting = SETTINGS[which]
    scene = nb14.switchboard(CREDITS, setting, n_conv, n_dense)
    side, shapes = 8, [TIMES.join("881")]
    for i in range(1, n_conv + 1):
        side //= setting[f"stride_{i}"] * setting[f"pool_{i}"]
        shapes.append(TIMES.join(map(str, (side, side, setting[f"filters_{i}"]))))
    shapes += [str(setting[f"units_{j}"]) for j in range(1, n_dense + 1)] + ["8"]
    told = [layer.text for layer in of_kind(scene, Text)]
    assert tuple(shapes) in told
    assert ("off",) * (6 - n_conv - n_dense) in told or n_conv + n_dense == 6
    dashed = [layer for layer in of_kind(scene, Line) if layer.dash == "dash"]
    assert len(dashed) == 6 - n_conv - n_dense
    config = {**setting, "n_conv": n_conv, "n_dense": n_dense}
    alive = {name: value for name, value in config.items() if name not in dead_by_hand(n_conv, n_dense)}
    ((counted,),) = tasks.count("digits-autoencoder", [alive], ["operations"])
    assert nb14.switched(CREDITS, setting, n_conv, n_dense).n_operations == counted
    assert f"needs {counted:.0f} multiplications" in scene.sentence


def test_knobs_stand_where_their_values_lie():
    """The smallest value at the left end of the track, the largest at the right, a learning rate by its logarithm."""
    setting = {**SETTINGS["a"], "filters_1": 2, "units_1": 64, "learning_rate": (1e-3 * 3e-2) ** 0.5}
    scene = nb14.switchboard(CREDITS, setting, 1, 1)
    knobs = of_kind(scene, Points)[0]
    tracks = of_kind(scene, Segments)
    left, right = next((layer.x0[0], layer.x1[0]) for layer in tracks if len(layer.x0) == 8 and layer.color == INK)
    rows = {round(y, 3): name for name, (_, y) in written(scene).items() if name in SPACE.names}
    share = {
        rows[round(float(y), 3)]: float((x - left) / (right - left)) for x, y in zip(knobs.x, knobs.y, strict=True)
    }
    assert share["learning_rate"] == pytest.approx(0.5, abs=1e-3)
    assert share["filters_1"] == pytest.approx(1 / 6, abs=1e-3)  # the middle of the first of three bins
    assert share["units_1"] == pytest.approx(7 / 8, abs=1e-3)
    assert all(0 <= one <= 1 for one in share.values())


@pytest.mark.parametrize("seed", range(20))
def test_settings_are_valid_wherever_the_switches_stand(seed):
    """Every setting has a value for all 18, and its living part is a config of the space at all nine."""
    for setting in nb14.settings(2, seed=seed).values():
        assert set(setting) == set(SPACE.names)
        for n_conv, n_dense in itertools.product((1, 2, 3), repeat=2):
            turned = {**setting, "n_conv": n_conv, "n_dense": n_dense}
            SPACE.validate({name: turned[name] for name in SPACE.names if name not in dead_by_hand(n_conv, n_dense)})


def test_the_player_has_all_states_in_one_layout():
    """27 pictures, whose axes and legend are the same."""
    player = nb14.switchboards(CREDITS)
    assert n_frames(player.frames) == 27
    scenes = [nb14.switchboard(CREDITS, SETTINGS[which], *state) for *state, which in STATES]
    assert len({(scene.x.ticks, scene.y.low, scene.y.high, scene.aspect) for scene in scenes}) == 1
    assert set(legend(scenes)) == {
        "alive",
        "dead: nothing reads this slider",
        "credited, alive",
        "hatched: credited, though dead",
        "mean ± 1 std over searches",
    }


def test_what_is_missing_is_named():
    """An importance, a slider's value, a broken constraint, too many settings."""
    few = Credits(CREDITS.names[1:], CREDITS.mean[1:], CREDITS.deviation[1:])
    with pytest.raises(ValueError, match=rf"none for {CREDITS.names[0]}.*space\.flat"):
        nb14.switchboard(few, SETTINGS["a"], 1, 1)
    with pytest.raises(ValueError, match="kernel_3 is missing"):
        nb14.switchboard(CREDITS, {name: value for name, value in SETTINGS["a"].items() if name != "kernel_3"}, 1, 1)
    with pytest.raises(ValueError, match="stride_1 <= kernel_1"):
        nb14.switchboard(CREDITS, {**SETTINGS["a"], "stride_1": 2, "kernel_1": 1}, 1, 1)
    with pytest.raises(ValueError, match="1 to 8 settings"):
        nb14.settings(9)
