"""The pictures of dominance and of the area in notebook 15 show what brute force finds."""

import re
from itertools import product

import moocore
import numpy as np
import pytest

from hpo_tutor.course.pictures.nb15 import areas
from hpo_tutor.scenes.layers import Points, Polygons
from hpo_tutor.scenes.stage import legend

SPOTS = list(product(areas.OPERATIONS, areas.ERRORS))
STEPS = list(product(range(len(areas.MODELS) + 1), areas.WAYS, areas.REFERENCES))


def named(scene, name):
    """The layer of a scene that bears this name."""
    return next(layer for layer in scene.layers if layer.name == name)


def listed(sentence, start):
    """The letters that a sentence lists behind some words."""
    return set(re.findall(r"\b[A-H]\b", re.search(rf"{start}: ([^.;]*)", sentence)[1]))


@pytest.mark.parametrize(("operations", "error"), SPOTS)
def test_the_sentence_sorts_all_models_as_a_peer_does(operations, error):
    """Who dominates whom agrees with moocore's non-dominated sorting of the two, wherever the point is moved."""
    said = areas.quadrants(operations, error).sentence
    for name, other in areas.MODELS.items():
        mine_stays, other_stays = moocore.is_nondominated([[operations, error], other], keep_weakly=True)
        assert (name in listed(said, "It dominates")) == (mine_stays and not other_stays)
        assert (name in listed(said, "It is dominated by")) == (other_stays and not mine_stays)
        equal = (operations, error) == other
        assert (name in listed(said, "Neither")) == (mine_stays and other_stays and not equal)
        assert (f"Equal to it: {name}" in said) == equal


@pytest.mark.parametrize(("operations", "error"), SPOTS[::4])
def test_a_model_is_drawn_as_what_it_is(operations, error):
    """Those drawn as dominated lie in the upper shaded corner, those that dominate in the lower one."""
    scene = areas.quadrants(operations, error)
    for name, sign in (("dominated by it", 1), ("dominates it", -1)):
        layer = named(scene, name)
        assert np.all(sign * (np.asarray(layer.x) - operations) >= 0)
        assert np.all(sign * (np.asarray(layer.y) - error) >= 0)
    drawn = sum(len(layer.x) for layer in scene.layers if isinstance(layer, Points))
    assert drawn == len(areas.MODELS) + 1


def test_equals_and_ties_are_told_apart():
    """Equal in both goals is no dominance; equal in one and better in the other is."""
    assert areas.relation((4.0, 2.5), (4.0, 2.5)) == "equal"
    assert areas.relation((4.0, 2.0), (4.0, 2.5)) == "dominated"
    assert areas.relation((4.0, 2.5), (3.0, 2.5)) == "dominates it"
    assert areas.relation((4.0, 2.5), (3.0, 3.0)) == "neither"


def test_the_models_have_ties_and_a_front_of_five():
    """The lattice holds what the exercise needs: A to E on the front, and agreements in one goal."""
    table = np.array(list(areas.MODELS.values()))
    front = [name for name, stays in zip(areas.MODELS, moocore.is_nondominated(table), strict=True) if stays]
    assert front == ["A", "B", "C", "D", "E"]
    assert len({y for _, y in areas.MODELS.values()}) < len(areas.MODELS)
    assert [x for x, _ in areas.MODELS.values()] == sorted(x for x, _ in areas.MODELS.values())


@pytest.mark.parametrize(("n", "way", "reference"), STEPS)
def test_slices_add_up_to_the_hypervolume(n, way, reference):
    """The sum of the slices is moocore's hypervolume; whole rectangles say where they have more."""
    models = np.array(list(areas.MODELS.values()))[:n].reshape(-1, 2)
    models = models[(models < reference).all(axis=1)]
    truth = float(moocore.hypervolume(models, ref=reference)) if len(models) else 0.0
    total = sum(one.area for one in areas.slabs(way, reference)[:n])
    if way == "slices":
        assert total == pytest.approx(truth)
    else:
        assert total == pytest.approx(sum(np.prod(np.subtract(reference, model)) for model in models))
    scene = areas.stacked(n, way, reference)
    assert ("more than once" in scene.sentence) == (total > truth + 1e-9)
    assert scene.title.startswith(f"{way}: sum {total:g}")
    assert (f"area {truth:g}" in scene.title) == (total > truth + 1e-9)


@pytest.mark.parametrize(("n", "way", "reference"), STEPS[::3])
def test_what_is_drawn_has_the_area_that_is_written(n, way, reference):
    """The polygons' own area, by the shoelace formula, is the sum in the title."""
    scene = areas.stacked(n, way, reference)
    drawn = 0.0
    for layer in scene.layers:
        if isinstance(layer, Polygons):
            x, y = (np.asarray(side, dtype=float).reshape(-1, 4) for side in (layer.x, layer.y))
            drawn += np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1) / 2).sum()
    assert drawn == pytest.approx(float(re.search(r"sum ([\d.]+)", scene.title)[1]), abs=1e-3)


def test_the_legends_stay_the_same_wherever_the_dials_stand():
    """No name comes and goes with a dial."""
    assert len({tuple(legend([areas.quadrants(*spot)])) for spot in SPOTS}) == 1
    assert len({tuple(legend([areas.stacked(*step)])) for step in STEPS}) == 1


def test_the_players_begin_where_the_question_is():
    """Both have a picture for every setting of their dials."""
    from hpo_tutor.widgets.unpacking import picture

    first = areas.mover("m")
    assert "It dominates: G, H. It is dominated by: C." in picture(first.frames, first.start).sentence
    second = areas.stacker("s")
    assert "8 models counted" in picture(second.frames, second.start).sentence
