"""Live mangled objectives: trees are really fitted, once for all guesses of the coefficients."""

import lightgbm
import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.problems import mangling, tasks
from hpo_tutor.problems.mangled_objectives.live import MangledLive
from hpo_tutor.problems.mangling import Polynomial

pytestmark = pytest.mark.real_data


def grid(space, n, n_dims):
    """The n^d configurations of a grid."""
    axes = np.meshgrid(*[np.linspace(0, 1, n)] * n_dims, indexing="ij")
    return [space.from_unit(point) for point in np.stack([axis.ravel() for axis in axes], axis=1)]


@pytest.mark.parametrize("n_dims", [3, 4, 8])
def test_live_is_what_was_recorded(n_dims: int) -> None:
    """At points of the grid, fits made now have the recorded losses up to the rounding of kept predictions."""
    rng = np.random.default_rng(n_dims)
    for batch in (3, 30):
        live = problems.mangled(n_dims=n_dims, batch=batch, live=True, n_threads=1)
        recorded = problems.mangled(n_dims=n_dims, batch=batch)
        configs = [live.space.sample(rng) for _ in range(6)]
        for config in configs:
            config["learning_rate"] = float(rng.choice(mangling.COARSE_RATES))
            config["max_depth"] = int(rng.choice(mangling.COARSE_DEPTHS))
        np.testing.assert_allclose(
            live.evaluate(configs, seeds=range(6)), recorded.evaluate(configs, seeds=range(6)), rtol=1e-3
        )
        np.testing.assert_allclose(
            [live.expected(config) for config in configs], [recorded.expected(config) for config in configs], rtol=1e-3
        )
        points = rng.random((5, n_dims))
        again = [live.space.from_unit(point) for point in points]
        np.testing.assert_allclose(live.unit_losses(points)[0], live.evaluate(again, seeds=[0] * 5), rtol=1e-9)


def test_a_grid_needs_as_many_fits_as_it_has_pairs_of_the_first_two() -> None:
    """Of 3^4 points, 9 fits; asked again, or with other seeds or coefficients, none more."""
    live = problems.mangled(n_dims=4, batch=5, live=True, n_threads=1)
    assert isinstance(live, MangledLive)
    configs = grid(live.space, 3, 4)
    losses = live.evaluate(configs, seeds=range(81))
    assert live.n_trained == 9
    assert len(np.unique(losses.round(12))) == 81
    np.testing.assert_array_equal(live.evaluate(configs[::-1], seeds=[7] * 81), losses[::-1])
    assert live.expected(configs[0]) != losses[0]
    assert live(configs[4]) == losses[4]
    assert live.n_trained == 9
    assert live.draw(5).n_trained == 0
    assert live.draw(44 + 6).batch == 6


def test_company_changes_nothing() -> None:
    """A configuration's loss is the same alone as among others."""
    live = problems.mangled(n_dims=5, batch=2, live=True, n_threads=1)
    configs = [live.space.sample(np.random.default_rng(seed)) for seed in range(4)]
    together = live.evaluate(configs, seeds=[0] * 4)
    alone = [live.draw(2).evaluate([config], seeds=[0])[0] for config in configs]
    np.testing.assert_array_equal(together, alone)


def test_the_loss_is_that_of_trees_fitted_by_hand() -> None:
    """Plain LightGBM learns the mangled target, stops by mangled stopping rows, and is undone by another guess."""
    live = problems.mangled(n_dims=4, batch=9, live=True, n_threads=1)
    config = {"learning_rate": 0.15, "max_depth": 3, "c0": 0.5, "c1": 0.9}
    sets, model = tasks.sets("danish_housing-44", 9, 44), tasks.task("danish_housing-44").model
    centre = sets.train_targets.mean()
    scale = abs(sets.train_targets - centre).max()
    c0, c1 = live.true_coefficients

    def mangle(target):
        y = (target - centre) / scale
        return c0 * y + c1 * y**3

    bagging_seed, feature_fraction_seed = np.random.SeedSequence(0).generate_state(2) >> 1
    parameters = {
        "objective": "regression",
        "learning_rate": 0.15,
        "max_depth": 3,
        "num_leaves": model.num_leaves,
        "min_data_in_leaf": model.min_rows_in_leaf,
        "max_bin": model.max_bin,
        "bagging_fraction": model.row_share,
        "bagging_freq": 1,
        "feature_fraction": model.column_share,
        "bagging_seed": int(bagging_seed),
        "feature_fraction_seed": int(feature_fraction_seed),
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    train = lightgbm.Dataset(sets.train_inputs, mangle(sets.train_targets))
    stopping = lightgbm.Dataset(sets.stopping_inputs, mangle(sets.stopping_targets), reference=train)
    stop = [lightgbm.early_stopping(model.patience, verbose=False)]
    booster = lightgbm.train(parameters, train, model.max_trees, valid_sets=[stopping], callbacks=stop)
    undone = Polynomial([0.5, 0.9]).inverse(booster.predict(sets.scoring_inputs)) * scale + centre
    squares, half = (undone - sets.scoring_targets) ** 2, len(undone) // 2
    assert live(config) == pytest.approx(np.sqrt(squares[:half].mean()), rel=1e-9)
    assert live.expected(config) == pytest.approx(np.sqrt(squares[half:].mean()), rel=1e-9)


def test_one_term_shares_the_fits_of_the_target_as_it_is() -> None:
    """Undone by the true coefficient, the rows have the loss that the plain task trains to with seed 0."""
    live = problems.mangled(n_dims=3, batch=17, live=True, n_threads=1)
    config = {"learning_rate": 0.1, "max_depth": 4}
    plain = problems.live("danish_housing-44", ["learning_rate", "max_depth"], batch=17, n_batches=44, n_threads=1)
    full = {**config, "c0": float(live.true_coefficients[0])}
    n = len(tasks.sets("danish_housing-44", 17, 44).scoring_targets)
    squares = (n // 2) * live(full) ** 2 + (n - n // 2) * live.expected(full) ** 2
    assert np.sqrt(squares / n) == pytest.approx(plain(config), rel=1e-9)


def test_a_batch_that_is_not_there_is_refused() -> None:
    """The message says how many there are."""
    with pytest.raises(ValueError, match=r"batch must lie in 0\.\.43, got 44"):
        problems.mangled(live=True, batch=44)
