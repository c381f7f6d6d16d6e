"""Where configs come from, in notebook 17: every trial is a point, and BOHB learns from one round to the next."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb17 import bohb
from hpo_tutor.scenes.layers import Points
from hpo_tutor.scenes.stage import legend

SIZES = (81, 34, 15, 8, 5)


@pytest.fixture(scope="module")
def curves():
    """Recorded learning curves of digits."""
    return problems.curves("digits-curves")


@pytest.mark.parametrize("bracket", range(10))
def test_every_trial_is_a_point_at_its_config(curves, bracket):
    """In both pictures, shaded by the last rung that it reached; and the sentence counts them."""
    found = bohb.searched(0)
    board = bohb.proposals(found, bracket, curves)
    for reports, scene in zip(found.values(), board.scenes(), strict=True):
        points = [layer for layer in scene.layers if isinstance(layer, Points) and layer.symbol == "circle"]
        drawn = sorted((float(x), float(y)) for layer in points for x, y in zip(layer.x, layer.y, strict=True))
        first = [one for one in reports if one.job.bracket == bracket and one.job.rung == 0]
        expected = sorted((one.config["learning_rate"], one.config["width"]) for one in first)
        np.testing.assert_allclose(drawn, expected, rtol=1e-5)
        assert len(expected) == SIZES[bracket % 5]
        for layer in points:
            level = float(layer.name.split()[-1])
            assert len(layer.x) == sum(
                1 for one in first if max(r.job.stop for r in reports if r.job.trial == one.job.trial) == level
            )
    assert board.sentence.count(f"{SIZES[bracket % 5]} configs") == 2
    assert len(legend([board])) == 6


def test_bohb_proposes_better_configs_in_its_second_round():
    """At the first rung of the second round's first bracket BOHB's median loss is below that of random configs."""
    better = []
    for seed in range(6):
        found = bohb.searched(seed)
        medians = {name: bohb.first_median(reports, 5) for name, reports in found.items()}
        better.append(medians["BOHB"] < medians["Hyperband"] - 0.1)
    assert sum(better) >= 5


def test_the_player_shows_every_bracket(curves):
    """Ten of them in two rounds."""
    player = bohb.proposals_player()
    for bracket in range(10):
        assert bohb.proposals(bohb.searched(0), bracket, curves).sentence.encode() in player.frames


def test_wrong_requests_are_refused(curves):
    """A bracket that nobody played, an axis without numbers between two ends."""
    with pytest.raises(ValueError, match="no bracket 10"):
        bohb.proposals(bohb.searched(0), 10, curves)
