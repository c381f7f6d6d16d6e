"""The dragged start of notebook 18: paths are those of the trainings, the nearest start is taken, words tell both."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb18 import bench, drag
from hpo_tutor.course.pictures.nb18.field import Field
from hpo_tutor.scenes.layers import Line, Points
from hpo_tutor.scenes.stage import legend
from hpo_tutor.scenes.ticks import number
from hpo_tutor.training.online import OnlineTuning
from hpo_tutor.widgets.unpacking import n_frames

N = (2, 2)  # starts: the corners of the map


@pytest.fixture(scope="module")
def walks():
    """Two epochs from each corner, at two rates, really trained."""
    return drag.trained_walks(N, (0.3, 1.0), epochs=2)


@pytest.fixture(scope="module")
def field():
    """The map of the same corners."""
    return drag.ground(N, epochs=2)


def layers(scene, kind, name):
    """The layers of this kind and name."""
    return [one for one in scene.layers if isinstance(one, kind) and one.name == name]


def followed(start, seed=0, rate=1.0, every=10, epochs=2):
    """Values at the start and after each epoch, and the validation loss, as the training itself reports them."""
    problem = problems.online_tuning("digits", epochs=epochs)
    names = ("l2", "input_noise")
    training = OnlineTuning(
        problem.model,
        problem.data,
        dict(zip(names, start, strict=True)),
        [seed],
        epochs=epochs,
        knobs={name: knob._replace(rate=rate * knob.rate) for name, knob in problem.knobs.items()},
        learning_rate=problem.learning_rate,
        batch_size=problem.batch_size,
        tuning_batch_size=problem.batch_size,
        every=every,
        n_threads=1,
    )
    path = [start, *(values[0].tolist() for _, values, _ in training.fit())]
    return np.array(path), float(training.score("validation").losses[0])


def test_paths_are_those_of_single_trainings(walks):
    """Epoch by epoch, from each corner, alone and in company; so is the loss at the end."""
    for k, start in enumerate([(-5.5, 0.0), (-2.5, 0.0), (-5.5, 0.8), (-2.5, 0.8)]):
        assert tuple(walks.starts[k]) == start
        path, loss = followed(start)
        np.testing.assert_allclose(walks.paths[drag.rate_name(1.0)][k], path, atol=1e-4)
        assert walks.ended[drag.rate_name(1.0)][k] == pytest.approx(loss, rel=1e-3)


def test_a_smaller_rate_travels_less(walks):
    """At 0.3 times the rate the six hyper-steps of two epochs reach half a range at most, 0.3 / 0.6 of it."""
    slow, usual = (walks.paths[drag.rate_name(rate)] for rate in (0.3, 1.0))
    travelled = [np.abs(np.diff(path, axis=1)).sum(axis=1) / (3.0, 0.8) for path in (slow, usual)]
    assert (travelled[0] <= 0.5 * 1.02).all()
    assert (travelled[0] <= travelled[1]).all()
    assert (travelled[0] < travelled[1]).sum() >= 6  # two of eight begin at the border to which they are pushed


def test_the_map_is_that_of_plain_training(field):
    """Each corner's loss is the objective's own."""
    problem = problems.online_tuning("digits", epochs=2)
    corners = [{"l2": 10**l2, "input_noise": noise} for noise, l2 in product((0.0, 0.8), (-5.5, -2.5))]
    corners = [corner | {"l2": float(np.clip(corner["l2"], 10**-5.5, 10**-2.5))} for corner in corners]
    np.testing.assert_allclose(field.losses[0].ravel(), problem.evaluate(corners, seeds=[0] * 4), rtol=1e-3)


@pytest.mark.parametrize("every", [1, 7, 20])
def test_the_bench_trains_what_it_shows(every):
    """Other rates, seeds and intervals, also such as do not divide an epoch."""
    run = bench.Run((-4.2, 0.5), 3.0, every, 2)
    path, loss = bench.walked(run, 2)
    wanted, wanted_loss = followed(run.start, 2, 3.0, every)
    np.testing.assert_allclose(path, wanted, atol=1e-4)
    assert loss == pytest.approx(wanted_loss, rel=1e-3)


def random_walks(rng, n=20):
    """Starts anywhere with any paths."""
    starts = np.stack([rng.uniform(-5.5, -2.5, n), rng.uniform(0, 0.8, n)], axis=-1)
    paths = {way: starts[:, None] + rng.normal(0, 0.05, (n, 6, 2)).cumsum(axis=1) for way in ("exact", "slow")}
    for path in paths.values():
        path[:, 0] = starts
    places = (tuple(np.linspace(-5.5, -2.5, 5)), tuple(np.linspace(0, 0.8, 4)))
    return drag.Walks(starts, paths, rng.random(n), {way: rng.random(n) for way in paths}, places)


def random_field(rng):
    """Any map."""
    return Field(np.linspace(-5.5, -2.5, 5), np.linspace(0, 0.8, 4), rng.random((1, 4, 5)), {})


def test_the_nearest_start_is_taken():
    """Of all starts, with both ranges counted as 1."""
    walks = random_walks(np.random.default_rng(0))
    for l2, noise in product(*walks.places):
        away = [((x - l2) / 3) ** 2 + ((y - noise) / 0.8) ** 2 for x, y in walks.starts]
        assert walks.nearest(l2, noise) == away.index(min(away))


@pytest.mark.parametrize(("way", "epoch"), [*product(("exact", "slow"), range(6)), ("exact", None)])
def test_every_picture_shows_its_path(way, epoch):
    """From start to end with a dot for each epoch; the sentence tells both ends, and in the end both losses."""
    rng = np.random.default_rng(1)
    walks, below = random_walks(rng), random_field(rng)
    for l2, noise in product(*walks.places):
        scene = drag.walk_scene(walks, below, l2, noise, way, epoch, "rule")
        k, last = walks.nearest(l2, noise), 5 if epoch is None else epoch
        path = walks.paths[way][k][: last + 1]
        ((line,), (dots,)) = layers(scene, Line, "path"), layers(scene, Points, "epoch")
        np.testing.assert_allclose(np.stack([line.x, line.y], -1), path, atol=1e-6)
        np.testing.assert_allclose(np.stack([dots.x, dots.y], -1), path[1:], atol=1e-6)
        for name, place in (("start", path[0]), ("end", path[-1])):
            (mark,) = layers(scene, Points, name)
            assert (mark.x[0], mark.y[0]) == pytest.approx(tuple(place), abs=1e-6)
        found = re.match(
            r"From l2 = (\S+), noise (\S+) \(rule (\w+)\): after (\d) epochs? l2 = (\S+), noise (\S+)\. ",
            scene.sentence,
        )
        assert found.groups() == (*map(number, path[0]), way, str(last), *map(number, path[-1]))
        ends = f"{number(walks.ended[way][k])} nats; with the start's values held, {number(walks.held[k])}."
        assert scene.sentence.endswith(ends) == (last == 5)
    assert len(legend([scene])) == 6


def test_players_have_a_picture_for_each_place():
    """Third dial: the ways, or the epochs of one way; both can be dragged."""
    rng = np.random.default_rng(2)
    walks, below = random_walks(rng), random_field(rng)
    ways, epochs = (drag.drag_player(walks, below, third=third) for third in ("way", "epoch"))
    assert (n_frames(ways.frames), n_frames(epochs.frames)) == (5 * 4 * 2, 5 * 4 * 6)
    k = walks.nearest(walks.places[0][2], 0.8)
    assert f"From l2 = {number(walks.starts[k, 0])}" in ways._shown().sentence
    with pytest.raises(ValueError, match="third dial moves"):
        drag.drag_player(walks, below, third="seed")
    with pytest.raises(ValueError, match="rule is one of"):
        drag.walk_scene(walks, below, -4, 0.1, "none", drawn_as="rule")
    with pytest.raises(ValueError, match="epoch counts from 0 to 5"):
        drag.walk_scene(walks, below, -4, 0.1, "exact", 6)


def test_recorded_starts_become_walks():
    """Rows in any order, of several sizes; a start that one rule lacks is left out of all."""
    rows = []
    for size, rule, start in product(("shallow", "deep"), ("exact", "slow"), range(4)):
        if (rule, start) == ("slow", 2):
            continue
        x = 10 * start + (size == "deep") + 0.5 * (rule == "slow")
        row = {"full": False, "size": size, "rule": rule, "start": start, "start_l2": x, "start_noise": -x}
        row |= {"path_l2": (x, x + 1), "path_input_noise": (-x, 1 - x)}
        rows.append(row | {"before_validation_loss": x, "online_validation_loss": 2 * x})
    walks = drag.walked_table(pd.DataFrame(rows).sample(frac=1, random_state=1), "deep")
    np.testing.assert_array_equal(walks.starts, [[1, -1], [11, -11], [31, -31]])
    np.testing.assert_array_equal(walks.paths["slow"][1], [[11.5, -11.5], [12.5, -10.5]])
    np.testing.assert_array_equal(walks.held, [1, 11, 31])
    np.testing.assert_array_equal(walks.ended["slow"], [3, 23, 63])
    with pytest.raises(ValueError, match="sizes deep, shallow"):
        drag.walked_table(pd.DataFrame(rows), "huge")


def test_a_click_starts_anew_and_keeps_the_path():
    """Clicks, seeds and kept paths; a place outside the range is taken to its border; at most four paths stay."""
    table = bench.drag_bench(n=N, epochs=2)
    held = vars(table)  # pandas, which this file imports, has another .values
    table.click(0, -3.0, 0.4)
    table.act("Another seed")
    table.click(0, -9.0, 2.0)
    assert held["values"]["start"] == (-5.5, 0.8)
    starts = [(run.start, run.seed) for run in held["values"]["earlier"]]
    assert starts == [((-4.0, 0.6), 0), ((-3.0, 0.4), 0), ((-3.0, 0.4), 1)]
    assert len(layers(table.picture, Points, "end of an earlier path")) == 3
    table.set(rate=0.3)
    assert len(layers(table.picture, Points, "end of an earlier path")) == 3
    for _ in range(3):
        table.act("Keep this path")
    table.click(0, -4.0, 0.2)
    assert len(held["values"]["earlier"]) == bench.KEPT
    path, loss = bench.walked(bench.Run((-4.0, 0.2), 0.3, 10, 1), 2)
    (line,) = layers(table.picture, Line, "path")
    np.testing.assert_allclose(line.x, path[:, 0], atol=1e-6)
    assert f"Validation loss: {number(loss)} nats" in table.picture.sentence


def test_the_map_is_read_between_its_places():
    """A plane is read off exactly anywhere."""
    l2, noise = np.meshgrid(np.linspace(-5.5, -2.5, 5), np.linspace(0, 0.8, 4))
    plane = Field(l2[0], noise[:, 0], (0.3 + 0.1 * l2 + 0.5 * noise)[None], {})
    for x, y in ((-5.5, 0.0), (-4.1, 0.33), (-2.5, 0.8)):
        assert bench.height(plane, (x, y)) == pytest.approx(0.3 + 0.1 * x + 0.5 * y, rel=1e-12)


def test_the_recorded_starts_have_a_path_by_every_rule():
    """On MNIST: within the ranges, from the start; from badly chosen noise T1-T2 does better than holding it."""
    walks = drag.recorded_walks()
    for path in walks.paths.values():
        np.testing.assert_allclose(path[:, 0], walks.starts, atol=1e-4)
        assert path[..., 0].min() >= -5.5
        assert path[..., 0].max() <= -2.5
        assert path[..., 1].min() >= 0
        assert path[..., 1].max() <= 0.8
    quiet = walks.starts[:, 1] < 0.2
    assert quiet.sum() >= 5
    assert (walks.ended["exact"] < walks.held)[quiet].all()
