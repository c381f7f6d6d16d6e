"""The map of notebook 18 and its arrows: slopes of known surfaces, pushes of known tables, and what is told of them."""

import re
from itertools import product

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.pictures.nb18 import field as room
from hpo_tutor.course.pictures.nb18 import field_map as maps
from hpo_tutor.scenes.layers import Heatmap, Points, Polygons
from hpo_tutor.scenes.stage import legend

L2S, NOISES = np.linspace(-5.5, -2.5, 9), np.linspace(0, 0.8, 7)


def bowl(l2, noise, seed=0):
    """A quadratic valley in nats, and its derivatives by both."""
    a, b = l2 + 4.2, noise - 0.3
    loss = 0.1 + 0.02 * a**2 + 0.5 * b**2 + 0.05 * a * b + 0.003 * seed * a
    return loss, 0.04 * a + 0.05 * b + 0.003 * seed, b + 0.05 * a


def table(rules=("exact",), seeds=(0, 1), sign=1.0, rng=None):
    """As of the recording; the one-step hypergradients are the bowl's slopes, or random."""
    rows = []
    for rule, l2, noise, seed in product(rules, L2S, NOISES, seeds):
        loss, by_l2, by_noise = bowl(l2, noise, seed)
        row = {"rule": rule, "l2": l2, "input_noise": noise, "seed": seed, "validation_loss": loss}
        for third, scale in (("early", 1.0), ("middle", 0.5), ("late", 0.1)):
            for name, slope in (("l2", by_l2), ("input_noise", by_noise)):
                mean = sign * scale * slope if rng is None else rng.normal()
                row |= {f"{name}_{third}_mean": mean, f"{name}_{third}_rms": 2 * abs(mean) + 1e-3 * scale}
        rows.append(row)
    return pd.DataFrame(rows).sample(frac=1, random_state=0)


@pytest.fixture(scope="module")
def tumbled():
    """A map with random pushes by two rules."""
    return room.charted(table(("exact", "source"), rng=np.random.default_rng(3)))


def test_slopes_of_a_quadratic_are_its_derivatives():
    """At every place, its edges too, and for each seed: per range of 3 decades and 0.8 of noise."""
    found = room.slopes(room.charted(table()))
    l2, noise = np.meshgrid(L2S, NOISES)
    for seed in (0, 1):
        _, by_l2, by_noise = bowl(l2, noise, seed)
        np.testing.assert_allclose(found[seed], np.stack([3 * by_l2, 0.8 * by_noise], axis=-1), rtol=1e-8, atol=1e-10)


def test_slopes_outlive_luck():
    """Noise of 0.01 nats on each loss moves the slopes less than differences of neighbours do, by a factor of 2."""
    still = room.charted(table())
    luck = np.random.default_rng(0).normal(0, 0.01, still.losses.shape)
    lucky = still._replace(losses=still.losses + luck)
    off = np.sqrt(np.mean((room.slopes(lucky) - room.slopes(still)) ** 2))
    by_noise, by_l2 = (np.gradient(luck, axis=axis) * steps for axis, steps in ((1, 6), (2, 8)))
    assert off < 0.5 * np.sqrt(np.mean(np.stack([by_noise, by_l2]) ** 2))


def test_pushes_are_adams():
    """Minus mean over root mean square, seeds pooled by hand; all thirds together pool means and squares."""
    frame = table(rng=np.random.default_rng(1))
    found = room.charted(frame)
    for i, j, (h, name) in product((0, 3, 6), (0, 5, 8), enumerate(("l2", "input_noise"))):
        own = frame[np.isclose(frame["l2"], L2S[j]) & np.isclose(frame["input_noise"], NOISES[i])]
        means = {third: own[f"{name}_{third}_mean"].mean() for third in ("early", "middle", "late")}
        squares = {third: (own[f"{name}_{third}_rms"] ** 2).mean() for third in means}
        for third, mean in means.items():
            assert found.pushes["exact"][third][i, j, h] == pytest.approx(-mean / squares[third] ** 0.5, rel=1e-9)
        pooled = -np.mean(list(means.values())) / np.mean(list(squares.values())) ** 0.5
        assert found.pushes["exact"]["all"][i, j, h] == pytest.approx(pooled, rel=1e-9)


def test_the_slopes_own_push_never_walks_uphill():
    """Where one step knows the whole training there is no cross; where it says the contrary, there are only crosses."""
    assert not room.uphill(room.charted(table(seeds=(0,)))).any()
    contrary = room.uphill(room.charted(table(seeds=(0,), sign=-1.0)))
    assert contrary.all()


def test_uphill_is_an_angle_of_more_than_ninety_degrees(tumbled):
    """By arccosine, place by place; and a little way along the push, the loss is larger there."""
    slope = room.slopes(tumbled).mean(axis=0)
    for third, rule in product(room.THIRDS, ("exact", "source")):
        push = room.push(tumbled, third, rule)
        cosine = np.sum(-slope * push, axis=-1) / np.linalg.norm(slope, axis=-1) / np.linalg.norm(push, axis=-1)
        np.testing.assert_array_equal(room.uphill(tumbled, third, rule), np.degrees(np.arccos(cosine)) > 90)
        l2, noise = np.meshgrid(L2S, NOISES)
        here = bowl(l2, noise, 0.5)[0]
        there = bowl(l2 + 3e-6 * push[..., 0], noise + 0.8e-6 * push[..., 1], 0.5)[0]
        np.testing.assert_array_equal(room.uphill(tumbled, third, rule), there > here)


def layer(scene, kind, name):
    """The layer of this kind and name."""
    (found,) = (one for one in scene.layers if isinstance(one, kind) and one.name == name)
    return found


def pointing(arrows):
    """Base and tip of each arrow, (k, 2) each."""
    corners = np.stack([arrows.x, arrows.y], axis=-1).reshape(-1, 7, 2)
    return (corners[:, 0] + corners[:, 6]) / 2, corners[:, 3]


@pytest.mark.parametrize(("third", "arrows", "rule"), list(product(room.THIRDS, maps.ARROWS, ("exact", "source"))))
def test_every_picture_shows_and_tells_the_same(tumbled, third, arrows, rule):
    """Arrows begin at their places and point their way, none reaches its neighbour, crosses are counted in words."""
    scene = maps.field_scene(tumbled, third, arrows, rule)
    l2, noise = np.meshgrid(L2S, NOISES)
    places = np.stack([l2.ravel(), noise.ravel()], axis=-1)
    steps = np.array([3 / 8, 0.8 / 6])
    slope = room.slopes(tumbled).mean(axis=0)
    wanted = {
        "one step: where T1-T2 walks": room.push(tumbled, third, rule) if arrows != "full retraining" else None,
        "downhill after full retraining": -slope if arrows != "one step" else None,
    }
    for name, vectors in wanted.items():
        if vectors is None:
            assert name not in legend([scene])
            continue
        base, tip = pointing(layer(scene, Polygons, name))
        np.testing.assert_allclose(base, places, atol=1e-5)
        shown, real = (tip - base) / (3, 0.8), vectors.reshape(-1, 2)
        cosines = np.sum(shown * real, axis=1) / np.linalg.norm(shown, axis=1) / np.linalg.norm(real, axis=1)
        assert cosines.min() > 0.9999
        assert np.abs((tip - base) / steps).max() < 0.9
        inside = (scene.x.low < tip[:, 0]) & (tip[:, 0] < scene.x.high)
        assert (inside & (scene.y.low < tip[:, 1]) & (tip[:, 1] < scene.y.high)).all()
    lowest = layer(scene, Points, "lowest")
    mean = tumbled.losses.mean(axis=0)
    i, j = np.unravel_index(mean.argmin(), mean.shape)
    assert (lowest.x[0], lowest.y[0]) == pytest.approx((L2S[j], NOISES[i]), abs=1e-6)
    assert (" 90° apart" in scene.sentence) == (arrows == "both")
    if arrows == "both":
        against = room.uphill(tumbled, third, rule)
        crosses = layer(scene, Points, "more than 90° apart")
        np.testing.assert_allclose(np.stack([crosses.x, crosses.y], -1), places[against.ravel()], atol=1e-6)
        told = re.search(
            r"In (\d+) of 63 places, (\d+)\N{NO-BREAK SPACE}%.*; (\d+) of them by each seed", scene.sentence
        )
        assert tuple(map(int, told.groups()[:2])) == (against.sum(), round(100 * against.sum() / 63))
        assert int(told[3]) <= against.sum()
        wrong = re.search(r"l2 the wrong way in (\d+) places, the noise in (\d+)", scene.sentence)
        signs = np.sign(room.push(tumbled, third, rule)) == np.sign(slope)
        assert tuple(map(int, wrong.groups())) == tuple(signs.reshape(-1, 2).sum(axis=0))


def test_shades_follow_the_losses(tumbled):
    """Each place has the shade that its rank among all heights calls for, within one shade."""
    shades = maps.surface(tumbled)
    assert isinstance(shades, Heatmap)
    assert np.unique(shades.z).size == maps.N_LEVELS
    counts = np.unique(shades.z, return_counts=True)[1]
    assert counts.max() - counts.min() <= 2
    mean = tumbled.losses.mean(axis=0)
    rows, columns = (np.arange(1, size - 1) * maps.FINE for size in mean.shape)
    shown = shades.z[np.ix_(rows, columns)].ravel()
    assert np.corrcoef(np.argsort(np.argsort(mean[1:-1, 1:-1].ravel())), np.argsort(np.argsort(shown)))[0, 1] > 0.97
    assert (shades.x, shades.y) == ((-5.5, -2.5), (0.0, 0.8))


def test_the_recorded_map_lies_within_the_ranges():
    """On MNIST the lowest place is no corner, and one step walks downhill in most places, all thirds together."""
    field = room.recorded()
    assert field.losses.shape[1:] == (9, 9)
    mean = field.losses.mean(axis=0)
    i, _ = np.unravel_index(mean.argmin(), mean.shape)
    assert 0 < i < 8
    assert room.uphill(field).mean() < 0.3


def test_the_player_offers_the_rules_of_the_map(tumbled):
    """A map of one rule has no choice between two."""
    both, one = maps.field_player(tumbled), maps.field_player(room.charted(table()))
    assert [len(dial.values) for dial in both._dials.values()] == [4, 3, 2]
    assert [len(dial.values) for dial in one._dials.values()] == [4, 3, 1]


def test_wrong_requests_are_refused(tumbled):
    """Unknown thirds, rules and arrows, and maps with holes."""
    with pytest.raises(ValueError, match="third of the training is one of"):
        room.push(tumbled, "fourth")
    with pytest.raises(ValueError, match="rule is one of"):
        room.push(tumbled, rule="newest")
    with pytest.raises(ValueError, match="arrows are one of"):
        maps.field_scene(tumbled, arrows="none")
    with pytest.raises(ValueError, match="record it anew"):
        room.charted(table().iloc[1:])


def test_misleading_counts_sure_places_only():
    """Against a loop; a late push that goes up everywhere, an early one nowhere, and a slope that nobody knows."""
    known = room.charted(table())
    slope = room.slopes(known).mean(axis=0)
    pushes = {"early": -slope, "middle": np.where(slope[..., :1] > 0, slope, -slope), "late": slope, "all": slope}
    found = room.misleading(known._replace(pushes={"exact": pushes}))
    assert list(found.index) == ["early", "middle", "late"]
    np.testing.assert_array_equal(found.loc[["early", "late"]], [[0, 0], [1, 1]])
    error = np.abs(np.subtract(*room.slopes(known))) / 2
    for k, name in enumerate(("l2", "input_noise")):
        sure = [at for at in np.ndindex(slope.shape[:2]) if abs(slope[at][k]) > 2 * error[at][k]]
        wrong = [at for at in sure if pushes["middle"][at][k] * slope[at][k] > 0]
        assert found.loc["middle", name] == pytest.approx(len(wrong) / len(sure))
        assert 0 < len(wrong) < len(sure)
    opposite = np.stack([known.losses[0], known.losses[0].mean() - known.losses[0]])
    assert room.misleading(known._replace(losses=opposite, pushes={"exact": pushes})).isna().all(axis=None)


def test_misleading_needs_two_seeds():
    """One has no standard error."""
    with pytest.raises(ValueError, match="record two seeds"):
        room.misleading(room.charted(table(seeds=(0,))))
