"""A grid with more levels where they matter."""

from collections import Counter

import numpy as np
import pytest

from hpo_tutor.problems import tasks
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.race.experiments.catalogue import experiment
from hpo_tutor.race.experiments.uneven_grids import UnevenGrid
from hpo_tutor.samplers import Design
from hpo_tutor.search_space import Float, SearchSpace

SPACE = SearchSpace({"a": Float(0, 1), "b": Float(1e-4, 1, log=True), "c": Float(-1, 1)})


def test_every_combination_of_levels_is_tried_once():
    """Three levels of a, two of b and the middle of c are six configs: the middles of equal cells."""
    grid = UnevenGrid(SPACE, levels={"a": 3, "b": 2})
    asked = [grid.ask().config for _ in range(6)]
    with pytest.raises(SearchExhausted, match="6 points"):
        grid.ask()
    assert sorted({round(config["a"], 12) for config in asked}) == pytest.approx([1 / 6, 1 / 2, 5 / 6])
    assert sorted({round(config["b"], 12) for config in asked}) == pytest.approx([1e-3, 1e-1])
    assert {config["c"] for config in asked} == {0.0}
    assert set(Counter((round(config["a"], 9), round(config["b"], 9)) for config in asked).values()) == {1}


def test_equal_levels_are_the_grid_of_midpoints():
    """With as many levels everywhere it is the design grid-midpoints, in whatever order."""
    even, design = UnevenGrid(SPACE, levels=dict.fromkeys("abc", 3)), Design(SPACE, "grid-midpoints", 27)
    points = [[SPACE.to_unit(one.ask().config) for _ in range(27)] for one in (even, design)]
    first, second = (np.array(sorted(map(tuple, np.round(each, 9)))) for each in points)
    np.testing.assert_allclose(first, second)


def test_the_nine_hyperparameters_get_eighty_points_where_an_even_grid_has_one():
    """The grid of mnist-9 uses the whole budget; floor(80^(1/9)) levels are one."""
    nine = experiment("mnist-9")
    space = SearchSpace({name: tasks.task(nine.task).domains[name] for name in nine.tuned})
    grid = UnevenGrid(space, levels=nine.levels)
    configs = [tuple(grid.ask().config.items()) for _ in range(80)]
    assert len(set(configs)) == 80
    assert int(80 ** (1 / 9)) == 1


@pytest.mark.parametrize(
    ("levels", "message"), [({"d": 2}, "levels are for a, b, c, got 'd'"), ({"a": 0}, "got 0 for a")]
)
def test_levels_that_make_no_sense_are_refused(levels: dict[str, int], message: str):
    """The error says which names there are, or how many levels."""
    with pytest.raises(ValueError, match=message):
        UnevenGrid(SPACE, levels=levels)
