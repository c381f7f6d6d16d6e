"""The pictures of single notebooks show the numbers that they were given, and say so in a sentence."""

import numpy as np
import pytest

from hpo_tutor import designs, problems
from hpo_tutor.course.pictures import nb03
from hpo_tutor.race import Race, compare

NAMES = ["grid", "grid-midpoints", "random"]


@pytest.fixture(scope="module")
def race() -> Race:
    """A small race without noise."""
    return compare(NAMES, problems.function("branin"), n_trials=9, seeds=[3, 4])


def test_squares_show_trials_and_their_shadows() -> None:
    """Each design has its points and the same points below them; the sentence counts different shadows."""
    points = {name: designs.make(name, 9, 2) for name in NAMES}
    figure = nb03.squares(points)
    for (name, trials), drawn, shadow in zip(points.items(), figure.data[::2], figure.data[1::2], strict=True):
        np.testing.assert_array_equal(np.stack([drawn.x, drawn.y], axis=1), trials, err_msg=name)
        np.testing.assert_array_equal(shadow.x, trials[:, 0])
        assert (np.asarray(shadow.y) < 0).all()
    assert "grid 3, grid-midpoints 3, random 9" in figure.layout.meta["description"]


def test_losses_are_shown_from_the_side_of_each_hyperparameter(race: Race) -> None:
    """A column for each hyperparameter, with every trial of that lap; each sampler stands in the legend once."""
    figure = nb03.loss_against(race, ["x1", "x2"], seed=4)
    assert len(figure.data) == 6
    for trace, (hyperparameter, name) in zip(figure.data, [(x, n) for x in ("x1", "x2") for n in NAMES], strict=True):
        history = race.histories[name, 4]
        assert list(trace.x) == [trial.config[hyperparameter] for trial in history]
        np.testing.assert_array_equal(trace.y, history.losses)
    assert sum(bool(trace.showlegend) for trace in figure.data) == 3


def test_valleys_are_turned_by_their_angle() -> None:
    """Each line runs through the middle, at right angles to the direction in which places across it are measured."""
    trials = designs.make("grid-midpoints", 9, 2)
    figure = nb03.valleys(trials, angles=(0, 20, 45))
    for line, points, angle in zip(figure.data[::2], figure.data[1::2], (0, 20, 45), strict=True):
        ends = np.stack([line.x, line.y], axis=1)
        np.testing.assert_allclose(ends.mean(axis=0), [0.5, 0.5])
        across = [np.cos(np.radians(angle)), np.sin(np.radians(angle))]
        assert (ends[1] - ends[0]) @ across == pytest.approx(0, abs=1e-12)
        np.testing.assert_array_equal(np.stack([points.x, points.y], axis=1), trials)


def test_strips_count_places() -> None:
    """A row for each entry, in the sampler's colour; places that coincide are counted once."""
    figure = nb03.strips({"grid, 0°": np.array([0.1, 0.1, 0.5]), "random, 0°": np.array([0.2, 0.3, 0.4])})
    assert [list(trace.x) for trace in figure.data] == [[0.1, 0.1, 0.5], [0.2, 0.3, 0.4]]
    assert figure.data[0].marker.color != figure.data[1].marker.color
    assert "grid, 0°: 2; random, 0°: 3" in figure.layout.meta["description"]


def test_win_rates_are_in_per_cent() -> None:
    """Rates between 0 and 1 come out between 0 and 100, over the angles given."""
    figure = nb03.win_rates(range(0, 91, 45), {"grid": [0.8, 0.7, 0.9]})
    assert list(figure.data[0].x) == [0, 45, 90]
    assert list(figure.data[0].y) == pytest.approx([80, 70, 90])
    assert "from 70 to 90 %" in figure.layout.meta["description"]


def test_luck_compares_what_was_seen_with_what_it_is_worth(race: Race) -> None:
    """Without noise every winner is exactly as good as it looked: all points lie on the line."""
    figure = nb03.luck(race)
    for trace, name in zip(figure.data, NAMES, strict=False):
        assert list(trace.x) == list(trace.y) == list(race.curves("incumbent")[name][:, -1])
    assert "6 incumbents: 0 lie above the diagonal" in figure.layout.meta["description"]
