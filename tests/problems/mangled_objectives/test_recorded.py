"""Recorded mangled objectives: the loss of undone predictions, one by one or many at once."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.problems import landscapes, mangling
from hpo_tutor.problems.mangled_objectives import tables
from hpo_tutor.problems.mangled_objectives.recorded import MangledLandscape
from hpo_tutor.problems.mangled_objectives.tables import Predictions
from hpo_tutor.problems.mangling import Polynomial
from hpo_tutor.protocols import Objective
from hpo_tutor.search_space import SearchSpace

N_ROWS = (5, 7)


def made(n_terms: int = 2) -> Predictions:
    """Two data batches of random predictions at three learning rates and three depths."""
    rng = np.random.default_rng(n_terms)
    shape = (3, 3, 2 * sum(N_ROWS))
    return Predictions(
        learning_rates=np.array([mangling.LEARNING_RATE.low, 0.1, mangling.LEARNING_RATE.high]),
        max_depths=np.array([1, 4, 10]),
        rows=np.array([N_ROWS, N_ROWS]),
        truth=rng.uniform(-1, 1, shape[-1]).astype(np.float32),
        scales=np.array([2.0, 3.0]),
        coefficients=rng.uniform(0.3, 0.8, (2, n_terms)),
        predictions=rng.uniform(-0.9, 0.9, shape).astype(np.float16),
        about={"n_batches": 2},
    )


def by_hand(recorded: Predictions, batch: int, config: dict[str, float]) -> tuple[float, float]:
    """Validation and test loss: every row undone alone, and the textbook's sum over the corners of the cell."""
    begin = batch * sum(N_ROWS)
    mangled = Polynomial([config[f"c{k}"] for k in range(recorded.coefficients.shape[1])])
    knots = [np.log(recorded.learning_rates), recorded.max_depths.astype(float)]
    corners = []
    for value, along in zip((math.log(config["learning_rate"]), config["max_depth"]), knots, strict=True):
        i = min(int(np.searchsorted(along, value, side="right")) - 1, len(along) - 2)
        share = (value - along[i]) / (along[i + 1] - along[i])
        corners.append([(i, 1 - share), (i + 1, share)])
    found = []
    for first, last in ((begin, begin + N_ROWS[0]), (begin + N_ROWS[0], begin + sum(N_ROWS))):
        total = 0.0
        for i, a in corners[0]:
            for j, b in corners[1]:
                misses = [
                    float(mangled.inverse(float(recorded.predictions[i, j, row]))) - float(recorded.truth[row])
                    for row in range(first, last)
                ]
                total += a * b * math.sqrt(sum(miss**2 for miss in misses) / len(misses))
        found.append(total * float(recorded.scales[batch]))
    return found[0], found[1]


@pytest.mark.parametrize("n_terms", range(1, 7))
def test_the_loss_is_that_of_each_row_undone_alone(n_terms: int) -> None:
    """Validation and test losses of random configurations equal a loop over rows and corners, in both data batches."""
    recorded = made(n_terms)
    rng = np.random.default_rng(0)
    for batch in (0, 1):
        member = MangledLandscape("made", recorded, batch)
        configs = [member.space.sample(rng) for _ in range(10)]
        corner = {"learning_rate": mangling.LEARNING_RATE.high, "max_depth": 10}
        configs.append({**configs[0], **corner})
        truth = [by_hand(recorded, batch, config) for config in configs]
        np.testing.assert_allclose(member.evaluate(configs, seeds=range(11)), [one for one, _ in truth], rtol=1e-9)
        np.testing.assert_allclose([member.expected(one) for one in configs], [one for _, one in truth], rtol=1e-9)
        assert member(configs[3]) == pytest.approx(truth[3][0], rel=1e-9)


@pytest.mark.parametrize("n_dims", range(3, 9))
def test_many_points_have_the_losses_of_their_configurations(n_dims: int) -> None:
    """Points of the unit cube, faces and corners included, equal evaluate and expected one by one."""
    member = problems.mangled(n_dims=n_dims, batch=n_dims)
    points = np.random.default_rng(0).random((60, n_dims))
    points[:20] = np.round(points[:20])
    points[20:40, 1] = np.arange(20) / 20  # the borders of the bins of whole numbers
    validation, test = member.unit_losses(points)
    configs = [member.space.from_unit(point) for point in points]
    one_by_one = [member.evaluate([config], seeds=[5])[0] for config in configs]
    np.testing.assert_allclose(validation, one_by_one, rtol=1e-12)
    np.testing.assert_allclose(test, [member.expected(config) for config in configs], rtol=1e-12)
    np.testing.assert_allclose(member.evaluate(configs, seeds=range(60)), validation, rtol=1e-12)


def test_no_points_have_no_losses() -> None:
    """An empty list of configurations and no points give empty losses."""
    member = MangledLandscape("made", made())
    assert member.evaluate([], seeds=[]).shape == (0,)
    assert [losses.shape for losses in member.unit_losses(np.empty((0, 4)))] == [(0,), (0,)]


@pytest.mark.parametrize("n_dims", range(3, 9))
@pytest.mark.parametrize("batch", [0, 13, 43])
def test_the_optimum_is_the_least_test_loss_at_the_true_coefficients(n_dims: int, batch: int) -> None:
    """No point of any depth and learning rate lies below it at the true coefficients, and it is reached."""
    member = problems.mangled(n_dims=n_dims, batch=batch)
    assert isinstance(member, MangledLandscape)
    assert member.expected(member.optimum_config) == pytest.approx(member.optimum, rel=1e-12)
    points = np.random.default_rng(0).random((500, n_dims))
    points[:, 2:] = member.space.to_unit(member.optimum_config)[2:]
    tests = member.unit_losses(points)[1]
    assert tests.min() >= member.optimum - 1e-12
    assert tests.min() < 1.2 * member.optimum
    np.testing.assert_array_equal(member.true_coefficients, mangling.true_coefficients(n_dims - 2, batch))


def test_what_is_picked_by_validation_rows_is_scored_on_test_rows() -> None:
    """Of all points of the grid at the true coefficients, that of least validation loss; never below the optimum."""
    recorded = made()
    for batch in (0, 1):
        member = MangledLandscape("made", recorded, batch)
        true = {f"c{k}": c for k, c in enumerate(recorded.coefficients[batch])}
        losses = [
            by_hand(recorded, batch, {"learning_rate": rate, "max_depth": depth, **true})
            for rate in recorded.learning_rates
            for depth in recorded.max_depths
        ]
        assert member.picked == pytest.approx(min(losses)[1], rel=1e-9)
        assert member.optimum == pytest.approx(min(test for _, test in losses), rel=1e-9)
        assert member.picked >= member.optimum


@pytest.mark.parametrize("batch", range(0, 44, 5))
def test_undone_by_the_truth_the_loss_is_that_of_the_landscapes_fit(batch: int) -> None:
    """With one term, validation and test rows together have the loss that the landscape holds for that very fit."""
    member, whole = problems.mangled(n_dims=3, batch=batch), landscapes.recorded("danish_housing-44")
    assert isinstance(member, MangledLandscape)
    rates, depths = ([axis.values.index(one) for one in coarse] for axis, coarse in zip(
        whole.axes, (mangling.COARSE_RATES, mangling.COARSE_DEPTHS), strict=True
    ))  # fmt: skip
    plain = whole.losses[batch, 0][np.ix_(rates, depths)]
    c0 = float(member.true_coefficients[0])
    kept, apart = tables.read("danish_housing-44", 1), []
    n_validation, n_test = kept.rows[batch]
    for i, rate in enumerate(mangling.COARSE_RATES):
        for j, depth in enumerate(mangling.COARSE_DEPTHS):
            config = {"learning_rate": rate, "max_depth": depth, "c0": c0}
            squares = n_validation * member(config) ** 2 + n_test * member.expected(config) ** 2
            apart.append(abs(math.sqrt(squares / (n_validation + n_test)) - plain[i, j]))
    # predictions are kept to 2^-11, and no root of mean squares changes by more than the largest change of a row
    assert max(apart) < 0.51 * 2**-11 / c0 * kept.scales[batch]
    assert np.median(apart) < 2e-4 * plain.min()


def test_a_wrong_guess_costs() -> None:
    """Over all data batches, guessing c0 at either end of its range costs more than a tenth at the optimum's fit."""
    family = problems.mangled(n_dims=3)
    for end in (mangling.COEFFICIENT.low, mangling.COEFFICIENT.high):
        members = [family.draw(batch) for batch in range(44)]
        ratios = [member.expected({**member.optimum_config, "c0": end}) / member.optimum for member in members]
        assert np.median(ratios) > 1.1


def test_each_batch_is_a_member_of_the_family() -> None:
    """``draw(seed)`` is data batch seed % 44: the same space, other truths and optima; seeds have no say in losses."""
    family = problems.mangled(n_dims=4)
    assert isinstance(family, Objective)
    members = [family.draw(seed) for seed in range(46)]
    assert [member.member for member in members] == [*range(44), 0, 1]
    assert len({member.optimum for member in members}) == 44
    assert len({tuple(member.true_coefficients) for member in members}) == 44
    assert all(member.space == family.space for member in members)
    assert members[45].optimum == members[1].optimum
    config = family.space.sample(np.random.default_rng(0))
    assert len(set(family.evaluate([config] * 3, seeds=[0, 1, 99]).tolist())) == 1


def test_what_does_not_belong_is_refused() -> None:
    """Configurations, points, batches, tasks and dimensions: the message says what there is."""
    member = MangledLandscape("made", made(1))
    config = member.space.sample(np.random.default_rng(0))
    with pytest.raises(ValueError, match="c0=0 is outside its domain"):
        member.evaluate([{**config, "c0": 0}], seeds=[0])
    with pytest.raises(ValueError, match="max_depth is missing"):
        member({"learning_rate": 0.1, "c0": 0.5})
    with pytest.raises(ValueError, match="each configuration needs one seed, got 1 and 2"):
        member.evaluate([config], seeds=[0, 1])
    with pytest.raises(ValueError, match="full fidelity only, got fidelity=3"):
        member.evaluate([config], seeds=[0], fidelity=3)
    with pytest.raises(ValueError, match=r"shape \(K, 3\), got \(2, 4\)"):
        member.unit_losses(np.zeros((2, 4)))
    for wrong in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="unit cube, from 0 to 1"):
            member.unit_losses([[0.5, wrong, 0.5]])
    with pytest.raises(ValueError, match=r"batch must lie in 0\.\.1, got 2"):
        MangledLandscape("made", made(), 2)
    with pytest.raises(ValueError, match=r"n_dims from 3 to 8 .*, got 2"):
        problems.mangled(n_dims=2)
    with pytest.raises(ValueError, match="are made of danish_housing-44, got 'aleph'"):
        problems.mangled("aleph")


def test_predictions_that_are_not_finite_are_refused() -> None:
    """The message names the place on the grid; coefficients of 0 are refused too."""
    recorded = made()
    recorded.predictions[1, 2, 3] = np.nan
    with pytest.raises(ValueError, match=r"row 3 at learning_rate 0\.1, max_depth 10 is nan"):
        recorded.checked()
    with pytest.raises(ValueError, match=r"coefficients must be above 0, the least is 0\.0"):
        replace(made(), coefficients=np.array([[0.0, 1.0]])).checked()


def test_a_missing_recording_says_how_to_make_it(tmp_path: Path) -> None:
    """The error names the command."""
    with pytest.raises(FileNotFoundError, match="hpo-tutor record danish_housing-mangled"):
        problems.mangled(folder=tmp_path)


def test_all_spaces_are_those_of_the_grid() -> None:
    """The recorded grid reaches from the first to the last value of the space, for each number of terms."""
    for n_dims in range(3, 9):
        recorded = tables.read("danish_housing-44", n_dims - 2)
        space: SearchSpace = problems.mangled(n_dims=n_dims).space
        rate, depth = space.domains["learning_rate"], space.domains["max_depth"]
        assert (recorded.learning_rates[0], recorded.learning_rates[-1]) == (rate.low, rate.high)
        assert (recorded.max_depths[0], recorded.max_depths[-1]) == (depth.low, depth.high)
        assert recorded.predictions.shape == (7, 6, recorded.rows.sum())
        assert recorded.predictions.dtype == np.float16
        assert recorded.truth.shape == (recorded.rows.sum(),)
        assert 44 == len(recorded.rows) == len(recorded.scales) == len(recorded.coefficients)
