"""The pictures of full and sparse grids in notebook 13 show what they say: counts against enumeration by hand."""

import re
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb13 import grids
from hpo_tutor.scenes.layers import Line, Points, Polygons, Segments
from hpo_tutor.scenes.looks import BLUE, GREY
from hpo_tutor.scenes.stage import legend

LEVELS = list(grids.LEVELS)


def level_of(place):
    """The level of a place k/2^l in lowest terms: l, found from its denominator."""
    return Fraction(place).denominator.bit_length() - 1


def enumerated(level, n_dims):
    """The places of a full grid, by their coordinates, and which of them a sparse one keeps."""
    axis = [Fraction(k, 2**level) for k in range(1, 2**level)]
    everything = list(product(axis, repeat=n_dims))
    kept = [place for place in everything if sum(map(level_of, place)) <= level + n_dims - 1]
    return everything, kept


def named(scene, name):
    """The layers of a scene that bear this name."""
    return [layer for layer in scene.layers if layer.name == name]


def groups_of(scene):
    """Layers of a cube's groups, from the finest; in the key, symbols have one size."""
    return [layer for layer in scene.layers if isinstance(layer, Points) and np.ndim(layer.size) == 1]


def places(layer):
    """The places of a layer's points, as a set of tuples."""
    return set(zip(np.asarray(layer.x).tolist(), np.asarray(layer.y).tolist(), strict=True))


def numbers(sentence):
    """All whole numbers of a sentence."""
    return [int(word.replace(",", "")) for word in re.findall(r"\d[\d,]*\d|\d", sentence)]


@pytest.mark.parametrize("level", LEVELS)
def test_the_tableau_tells_the_sparse_from_the_full_grid(level):
    """On the right each point of the full grid is drawn once, filled where the sparse grid has it."""
    board = grids.tableau(level)
    groups, union = board.scenes()
    everything, kept = enumerated(level, 2)
    (filled,) = named(union, "sparse grid")
    assert places(filled) == {tuple(map(float, place)) for place in kept}
    hollow = [place for layer in named(union, "only in the full grid") for place in places(layer)]
    assert set(hollow) == {tuple(map(float, place)) for place in set(everything) - set(kept)}
    assert np.size(named(groups, "sparse grid")[0].x) == len(kept)
    if level > 1:
        left = len(everything) - len(kept)
        told = numbers(board.sentence)
        assert {level, len(kept), len(everything), left, 2 ** (level - 1)} <= set(told)


@pytest.mark.parametrize("level", LEVELS)
def test_each_group_lies_in_its_own_cell(level):
    """The cell (l1, l2) holds 2^(l1 - 1) times 2^(l2 - 1) points; taken cells are filled, the others crossed twice."""
    groups = next(grids.tableau(level).scenes())
    counted = {True: {}, False: {}}
    for taken, name in ((True, "sparse grid"), (False, "only in the full grid")):
        for layer in named(groups, name):
            for place in places(layer):
                cell = tuple(int(at) + 1 for at in place)
                counted[taken][cell] = counted[taken].get(cell, 0) + 1
    expected = {cell: 2 ** (sum(cell) - 2) for cell in product(range(1, level + 1), repeat=2)}
    assert counted[True] == {cell: n for cell, n in expected.items() if sum(cell) <= level + 1}
    assert counted[False] == {cell: n for cell, n in expected.items() if sum(cell) > level + 1}
    (filled,) = (layer for layer in groups.layers if isinstance(layer, Polygons))
    assert len(filled.x) == 4 * len(counted[True])
    crosses = [layer for layer in groups.layers if isinstance(layer, Segments)]
    assert sum(len(layer.x0) for layer in crosses) == 2 * len(counted[False])
    frames = [layer for layer in groups.layers if isinstance(layer, Line)]
    assert sum(int(np.isnan(layer.x).sum()) for layer in frames) == len(LEVELS) ** 2


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_the_cube_holds_the_sparse_grid(level):
    """Its points lie where an enumeration has them, a layer for each sum of levels; those left out are faint."""
    scene = grids.cube(level, 0, 0)  # from the front: x to the right, z upwards
    everything, kept = enumerated(level, 3)
    for total in range(3, level + 3):
        (layer,) = [one for one in groups_of(scene) if one.symbol == grids.CUBED[total - 3][0]]
        own = [place for place in kept if sum(map(level_of, place)) == total]
        expected = sorted((100 * (float(x) - 0.5), 100 * (float(z) - 0.5)) for x, _, z in own)
        shown = sorted(zip(np.round(layer.x, 3).tolist(), np.round(layer.y, 3).tolist(), strict=True))
        np.testing.assert_allclose(shown, expected, atol=2e-3)
    left = len(everything) - len(kept)
    faint = next(layer for layer in scene.layers if isinstance(layer, Points))
    assert faint.color == GREY
    assert np.size(faint.x) == (left if left <= grids.MOST_FAINT else 0)
    if level > 1:
        alone = sum(sum(at != Fraction(1, 2) for at in place) <= 1 for place in kept)
        assert numbers(scene.sentence) == [level, len(kept), alone, left, len(everything)]
        assert ("not drawn" in scene.sentence) == (np.size(faint.x) == 0)


@pytest.mark.parametrize(("azimuth", "tilt"), [(-48, -40), (24, -16), (48, 40)])
def test_a_turned_cube_stays_in_its_panel(azimuth, tilt):
    """All points stay inside at each level, nearer ones are larger, and each layer looks different."""
    for level in LEVELS:
        scene = grids.cube(level, azimuth, tilt)
        drawn = groups_of(scene)
        assert len(drawn) == level
        assert len({layer.symbol for layer in drawn}) == len({layer.color for layer in drawn}) == level
        for layer in drawn:
            assert np.abs(layer.x).max() < scene.x.high
            assert scene.y.low < min(layer.y)
            assert max(layer.y) < grids.KEY - 5
            assert (np.diff(layer.size) >= -1e-5).all()


@pytest.mark.parametrize("level", LEVELS)
def test_the_key_of_the_cube_names_the_groups_that_are_there(level):
    """From coarse to fine, each sum of levels beside the symbol and colour of its group; no legend repeats it."""
    scene = grids.cube(level, 24, -16)
    key = [layer for layer in scene.layers if np.ravel(getattr(layer, "y", 0.0)).tolist() == [grids.KEY]]
    head, *rest = key
    assert head.text == ("levels add up to",)
    shown = [(one.symbol, one.color, words.text) for one, words in zip(rest[::2], rest[1::2], strict=True)]
    drawn = [(one.symbol, one.color) for one in groups_of(scene)[::-1]]
    assert shown == [(*look, (str(total),)) for total, look in enumerate(drawn, 3)]
    x = [float(layer.x[0]) for layer in key]
    assert x == sorted(x)
    assert not legend([scene])
    assert (scene.y.high - scene.y.low) / (scene.x.high - scene.x.low) == pytest.approx(scene.aspect)


@pytest.mark.parametrize("level", [2, 3])
def test_counts_are_those_of_an_enumeration(level):
    """Up to four dimensions the curves agree with grids that were written out point by point."""
    scene = grids.counts(level)
    for n_dims in (1, 2, 3, 4):
        everything, kept = enumerated(level, n_dims)
        assert named(scene, "full grid")[0].y[n_dims - 1] == len(everything)
        assert named(scene, "sparse grid")[0].y[n_dims - 1] == len(kept)


@pytest.mark.parametrize("level", [2, 3, 4])
@pytest.mark.parametrize("n_dims", grids.DIMS)
def test_the_sentence_counts_both_grids(level, n_dims):
    """Closed forms: level 2 has 2d + 1 points, level 3 has 2d^2 + 4d + 1, level 4 is a cubic; a full grid a power."""
    d = n_dims
    closed = {2: 2 * d + 1, 3: 2 * d * d + 4 * d + 1, 4: (4 * d**3 + 18 * d**2 + 20 * d + 3) // 3}[level]
    scene = grids.counts(level, n_dims)
    told = numbers(scene.sentence)
    assert told[:4] == [level, d, (2**level - 1) ** d, closed]
    assert told[4] == 80
    assert told[7] ** d <= 80 < (told[7] + 1) ** d
    for layer in scene.layers:
        if isinstance(layer, Points):
            assert max(layer.y) < scene.y.high


def test_80_trials_pay_for_one_point_per_axis_in_nine_dimensions():
    """The source's number, floor(80^(1/9)) = 1; and no more than level 2 of a sparse grid."""
    assert grids.per_axis(9) == 1
    assert [grids.per_axis(d) for d in range(1, 8)] == [80, 8, 4, 2, 2, 2, 1]
    assert grids.per_axis(3, 125) == 5
    assert [grids.most_dims(level) for level in (2, 3, 4)] == [39, 5, 2]
    assert "1 point per axis" in grids.counts(3, 9).sentence


def test_the_two_grids_keep_their_looks():
    """Points of the sparse grid are blue circles in the tableau and in the count; the full grid is grey."""
    for scene in (*grids.tableau(3).scenes(), grids.counts(3)):
        (layer,) = named(scene, "sparse grid")
        assert (layer.color, layer.symbol) == (BLUE, "circle")
    assert named(grids.counts(3), "full grid")[0].color == GREY
