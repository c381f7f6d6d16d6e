"""Staircases of notebook 17: the numbers are those of the paper and of Determined, at every position of the dials."""

import re
from itertools import product

import numpy as np
import pytest

from hpo_tutor.course.pictures.nb17 import brackets
from hpo_tutor.scenes.layers import Polygons, Text
from hpo_tutor.scenes.stage import legend

FULL, CUT = "trials trained in full", "trials, and then a cut"


def steps(scene, bottom=0.0):
    """(left, right, height) of each step of the row that stands at this height, from the left."""
    found = []
    for layer in scene.layers:
        if isinstance(layer, Polygons):
            for x, y in zip(layer.x.reshape(-1, 4), layer.y.reshape(-1, 4), strict=True):
                if abs(float(y.min()) - bottom) < 1e-3:
                    found.append((float(x.min()), float(x.max()), float(y.max() - y.min())))
    return sorted(found)


def listed(sentence):
    """The brackets that a sentence lists: their (trials, fidelity) pairs, and their cost."""
    rungs = re.findall(r"((?:[\d,]+ to [\d.]+(?:, )?)+): ([\d,]+) ", sentence)
    whole = [(re.findall(r"([\d,]+) to ([\d.]+)", words), int(cost.replace(",", ""))) for words, cost in rungs]
    return [([(int(n.replace(",", "")), float(r)) for n, r in pairs], cost) for pairs, cost in whole]


def by_hand(max_epochs, divisor):
    """Algorithm 1 of Li et al. (2018) in whole numbers; (n_i, r_i) of each bracket."""
    s_max = 0
    while divisor ** (s_max + 1) <= max_epochs:
        s_max += 1
    found = []
    for s in range(s_max, -1, -1):
        n = -(-(s_max + 1) * divisor**s // (s + 1))
        found.append([(n // divisor**i, max_epochs // divisor ** (s - i)) for i in range(s + 1)])
    return found


def test_the_papers_example():
    """81 epochs and divisor 3: five brackets; the first costs 297 epochs, or 405 if all begin anew at each rung."""
    continued, anew = (listed(brackets.hyperband_scene(81, 3, way).sentence) for way in brackets.WAYS)
    assert continued[0] == ([(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)], 297)
    assert anew[0] == (continued[0][0], 405)
    assert [pairs[0][0] for pairs, _ in continued] == [81, 34, 15, 8, 5]
    assert continued[-1] == ([(5, 81)], 405) == anew[-1]


@pytest.mark.parametrize(("max_epochs", "divisor", "way"), list(product((9, 27, 81, 243), (2, 3, 4, 5), brackets.WAYS)))
def test_every_staircase_tells_the_algorithms_numbers(max_epochs, divisor, way):
    """Steps end at the rungs and fall with the trials; the sentence's costs are those of the pairs that it lists."""
    scene = brackets.hyperband_scene(max_epochs, divisor, way)
    expected = by_hand(max_epochs, divisor)
    told = listed(scene.sentence)
    assert told[0][0] == expected[0]
    assert told[-1][0] == expected[-1]
    for pairs, cost in told:
        before = [0, *(r for _, r in pairs[:-1])] if way == "go on" else [0] * len(pairs)
        assert cost == sum(n * (r - done) for (n, r), done in zip(pairs, before, strict=True))
    for row, pairs in enumerate(expected):
        drawn = steps(scene, -row * brackets.STEP)
        np.testing.assert_allclose([right for _, right, _ in drawn], [r for _, r in pairs], rtol=1e-5)
        heights = [height for _, _, height in drawn]
        assert heights == sorted(heights, reverse=True)
        assert max(heights) <= 1 + 1e-5
    assert set(legend([scene])) == ({FULL, CUT} if len(expected) > 1 else {FULL})


def test_heights_are_logarithms_of_trials():
    """Equal ratios are equal steps down; the bracket of 81, 27, 9, 3 and 1 trials is a straight staircase."""
    falls = -np.diff([height for _, _, height in steps(brackets.hyperband_scene(81, 3))])
    np.testing.assert_allclose(falls, falls[0], rtol=1e-4)
    assert falls[0] > 0.1


def test_determineds_example():
    """16 trials of 937 batches, divisor 4: 12 trials on rungs 58, 234 and 937, and 4 on 234 and 937."""
    told = listed(brackets.determined_scene("standard", 16, 937, 4).sentence)
    assert [pairs for pairs, _ in told] == [[(12, 58), (3, 234), (1, 937)], [(4, 234), (1, 937)]]


@pytest.mark.parametrize(("mode", "trials", "divisor"), list(product(brackets.MODES, (16, 64, 256, 1000), (2, 3, 4))))
def test_modes_share_out_all_trials(mode, trials, divisor):
    """Whatever the mode, all trials start in some bracket, and every bracket trains some to the end."""
    scene = brackets.determined_scene(mode, trials, 937, divisor)
    plans = brackets.determined_plans(mode, trials, 937, divisor)
    assert sum(plan[0].n_trials for plan in plans) == trials
    assert all(plan[-1].fidelity == 937 and plan[-1].n_trials >= 1 for plan in plans)
    assert f"{trials:,} trials" in scene.sentence
    texts = [text for layer in scene.layers if isinstance(layer, Text) for text in layer.text]
    assert all(f"{plan[0].n_trials:,}" in texts for plan in plans)


def test_the_more_careful_the_mode_the_more_trials_in_full():
    """Aggressive stops most, conservative fewest."""
    full = [sum(plan[-1].n_trials for plan in brackets.determined_plans(mode, 64, 937, 4)) for mode in brackets.MODES]
    assert full == sorted(full)
    assert full[0] < full[-1]


def test_a_wrong_way_is_refused():
    """What is neither going on nor beginning anew has no cost."""
    with pytest.raises(ValueError, match="begin anew"):
        brackets.hyperband_scene(81, 3, "stay")


def test_players_begin_at_the_notebooks_examples():
    """The first picture of each is the one that the text works through."""
    for player, scene in (
        (brackets.hyperband_brackets_player(), brackets.hyperband_scene(81, 3)),
        (brackets.determined_brackets_player(), brackets.determined_scene("standard", 16, 937, 4)),
    ):
        assert scene.sentence.encode() in player.frames
