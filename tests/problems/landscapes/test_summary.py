"""What is told of a table is what a plain count over its rows gives."""

import itertools

import numpy as np
import pytest
import recordings

from hpo_tutor import problems
from hpo_tutor.problems.landscapes.beginnings import summarise_curves
from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS
from hpo_tutor.problems.landscapes.summary import alternative, drawn, lesson, summarise, written


def test_the_optima_of_a_grid_are_where_its_bowls_are_lowest():
    """Loss, place and edges of each data batch; only learning_rate 0.01 is inside three values of width."""
    told = summarise(recordings.grid(axes=(recordings.RATE, recordings.DEPTH, recordings.WIDTH)))
    assert [best.loss for best in told.optima] == pytest.approx(recordings.FLOORS, rel=1e-6)
    assert [dict(best.config) for best in told.optima] == [
        {"learning_rate": 0.1, "max_depth": 5, "width": 8},
        {"learning_rate": 0.01, "max_depth": 3, "width": 16},
        {"learning_rate": 0.01, "max_depth": 3, "width": 8},
    ]
    assert [best.edges for best in told.optima] == [(), ("width",), ()]
    assert told.n_on_edge == 1
    assert told.units == {"learning_rate": "", "max_depth": "splits", "width": "units"}


@pytest.mark.parametrize("name", problems.landscapes.names())
def test_every_number_of_a_recorded_table_is_that_of_a_plain_count(name):
    """Optima, range, noise, depth and what moving batch 0's best costs, counted row by row."""
    table = problems.landscapes.recorded(name)
    told, (n_batches, n_seeds) = summarise(table), table.losses.shape[:2]
    rows = [
        [[loss for loss in losses if loss == loss] for losses in zip(*batch, strict=True)]  # nan is not trained
        for batch in table.losses.reshape(n_batches, n_seeds, -1).astype(float).tolist()
    ]
    means = [[sum(losses) / len(losses) for losses in batch] for batch in rows]
    if isinstance(table, Recorded):
        points = list(itertools.product(*(axis.values for axis in table.axes)))
        for batch, best in zip(means, told.optima, strict=True):
            assert best.loss == pytest.approx(min(batch))
            assert tuple(best.config.values()) == points[batch.index(min(batch))]
    else:
        assert [best.loss for best in told.optima] == [found["loss"] for found in table.about["optima"]]
    first = means[0].index(min(means[0]))
    assert (told.lowest, told.highest) == pytest.approx((min(means[0]), max(means[0])))
    if n_batches > 1:
        assert told.moved == pytest.approx(np.median([batch[first] - min(batch) for batch in means[1:]]))
    else:
        assert np.isnan(told.moved)
    assert told.span == pytest.approx(np.median([max(batch) - min(batch) for batch in means]))
    assert told.depth == pytest.approx(
        np.median([sorted(batch)[len(batch) // 2] - min(batch) for batch in means]), rel=0.05
    )
    noises = []
    for batch, middle in zip(rows, means, strict=True):
        pairs = [pair for pair in zip(batch, middle, strict=True) if len(pair[0]) == n_seeds]
        squares = [(loss - mean) ** 2 for losses, mean in pairs for loss in losses]
        noises.append((sum(squares) / (n_seeds - 1) / len(pairs)) ** 0.5)
    assert told.noise == pytest.approx(np.median(noises))


def test_the_noise_at_the_best_tenth_leaves_the_rest_out():
    """Two seeds are 0.1 apart at the five best points and 1 at the others: standard deviations of 0.07 and 0.7."""
    losses = np.tile(np.arange(20, dtype=np.float32).reshape(4, 5), (3, 2, 1, 1))
    losses[:, 1, 0] += 0.1
    losses[:, 1, 1:] += 1
    told = summarise(Recorded("quiet", (recordings.RATE, recordings.DEPTH), losses, recordings.about()))
    assert told.near == pytest.approx((0.01 / 2) ** 0.5, rel=1e-5)
    assert told.noise == pytest.approx(((5 * 0.01 + 15) / 2 / 20) ** 0.5, rel=1e-5)


def test_the_words_hold_the_numbers():
    """The description tells batch 0 and its optimum; the lesson how far the optimum wanders and what that costs."""
    table = recordings.grid()
    words = alternative(table)
    assert "rmse in ln(price) over learning_rate x max_depth" in words
    assert "its optimum of 1.5 at learning_rate 0.1, max_depth 5" in words
    assert "learning_rate from 0.01 to 0.1, max_depth from 3 to 5" in lesson(table)
    assert "lies 5 ln(price) above the best one" in lesson(table)  # one step of the rate and two of the depth
    assert f"the noise at the best tenth is {summarise(table).near:.3g} ln(price)" in lesson(table)


def test_hyperparameters_that_stay_and_options_without_order_are_told_as_such():
    """A value that never changes stays; options are listed in the domain's order."""
    made = recordings.sample()
    values = [("tanh", 1), ("relu", 1), ("tanh", 1)]
    optima = [
        {"loss": 1.0, "config": {**made.configs[0], "activation": option, "pool": pool}} for option, pool in values
    ]
    told = lesson(type(made)(made.name, made.domains, made.configs, made.losses, {**made.about, "optima": optima}))
    assert "pool stays 1, activation is relu or tanh" in told


def test_one_data_batch_has_nothing_to_wander_to():
    """Then there is no lesson, and no number that is not one."""
    made = recordings.grid()
    alone = Recorded(made.name, made.axes, made.losses[:1], {**made.about, "n_batches": 1})
    assert lesson(alone) == ""
    assert "nan" not in alternative(alone)


def test_values_are_written_to_four_digits():
    """Numbers with a fraction are rounded, whole numbers and options are as they are."""
    assert [written(value) for value in (0.0123456, 128, 1e-6, "relu", 2598)] == [
        "0.01235",
        "128",
        "1e-06",
        "relu",
        "2598",
    ]


def test_of_a_large_sample_the_first_with_every_seed_are_drawn():
    """300 of 360 that both seeds trained; the words tell how many dots there are, and how far they reach."""
    made = recordings.sample(n=400)
    losses = made.losses.copy()
    losses[:, 1, 360:] = np.nan
    losses[0, 0, 399] = 1e-3  # lower than all that are drawn
    optima = [{"loss": 1.0, "config": made.configs[0]}] * 3
    table = type(made)(made.name, made.domains, made.configs, losses, {**made.about, "optima": optima})
    assert drawn(table).tolist() == list(range(300))
    means = made.losses[0].mean(axis=0)[:300]
    assert "The rmse in ln(price) of 300 random configurations of learning_rate x pool x" in alternative(table)
    assert f"data batch 0, from {means.min():.3g} to {means.max():.3g}, the fitted" in alternative(table)
    assert summarise(table).lowest == pytest.approx(1e-3)


def curves(**more):
    """Four configurations of two widths and two noises, five epochs, three batches; which beginnings are worth what."""
    axes = (
        Axis("width", (4, 16), log=True, whole=True),
        Axis("input_noise", (0.0, 1.0)),
        Axis("epochs", (1, 2, 3, 4, 5), whole=True),
    )
    # ends are 1, 2, 3 and 4; after one epoch their order is turned round, after three two neighbours have changed
    one = np.array([[8, 3, 2, 1.5, 1], [7, 3, 1.9, 1.8, 2], [6, 3, 2.5, 2, 3], [5, 3.5, 5, 4.5, 4]])
    means = np.stack([one, one + 1, one]).reshape(3, 1, 2, 2, 5)
    losses = means + np.array([-0.1, 0.1]).reshape(2, 1, 1, 1)
    speeds = {"axes": ["width", "input_noise"], "medians": [[0.002, 0.003], [0.01, 0.008]]}
    return Recorded("bends", axes, losses.astype(np.float32), recordings.about(**{SPEEDS: speeds, **more}))


def test_what_beginnings_are_worth_is_counted_by_hand():
    """Rank correlations from the formula of ranks; curves that end above their lowest loss; fastest and slowest."""
    told = summarise_curves(curves())
    assert told.n_epochs == 5
    assert told.optima == pytest.approx((1, 2, 1), rel=1e-6)
    # 1 - 6 sum of squared differences of ranks / (n (n * n - 1))
    assert told.rank_correlations == {1: pytest.approx(-1), 3: pytest.approx(1 - 6 * 2 / 60)}
    # of batches 0 and 2, all but the first curve end more than a tenth too high; of batch 1, the last two
    assert told.overfitted == 3 / 4
    assert told.fastest == (0.002, {"width": 4, "input_noise": 0.0})
    assert told.slowest == (0.01, {"width": 16, "input_noise": 0.0})
    words = lesson(curves())
    assert "-1.00 after 1 epoch and 0.80 after 3 epochs" in words
    assert "75% of them" in words
    assert "5.0 times as long" in words
    assert "0.9 at" not in alternative(curves())
    assert "is 1 at width 4, input_noise 0" in alternative(curves())
    assert "from 2 ms to 10 ms" in alternative(curves())
