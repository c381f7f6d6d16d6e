"""Boosted trees fitted many at once reach what LightGBM reaches alone, and no fit minds its company."""

import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from hpo_tutor.training import BoostedTrees, Boosting, Sets

N_ROWS = 260
SMALL = BoostedTrees(num_leaves=31, max_trees=60, patience=8)
GRID = {"learning_rate": np.repeat([0.03, 0.2, 0.6], 3), "max_depth": np.tile([1, 3, 12], 3)}
SEEDS = range(9)


def make_sets(n_rows: int = N_ROWS) -> Sets:
    """A bent surface with noise; of the inputs, one misses values everywhere, one among the scoring rows only."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(n_rows, 5))
    targets = 13 + np.sin(2 * inputs[:, 0]) + inputs[:, 1] * inputs[:, 2] + 0.3 * rng.normal(size=n_rows)
    inputs[rng.random(n_rows) < 0.3, 1] = np.nan
    stopping, scoring = n_rows * 3 // 5, n_rows * 4 // 5
    inputs[scoring::2, 0] = np.nan
    parts = (slice(stopping), slice(stopping, scoring), slice(scoring, None))
    return Sets(*(values[part] for part in parts for values in (inputs, targets)))


def make(model: BoostedTrees = SMALL, **changed: object) -> Boosting:
    """Nine fits, three learning rates by three depths."""
    options = {"sets": make_sets(), "hyperparameters": GRID, "seeds": SEEDS, **changed}
    return Boosting(model, **options)


def alone(
    sets: Sets, model: BoostedTrees, learning_rate: float, max_depth: int, seed: int, n_trees: int | None = None
) -> tuple[float, int]:
    """Score and number of trees of plain LightGBM, as its manual has it: a Dataset of its own, then ``predict``."""
    bagging_seed, feature_fraction_seed = np.random.SeedSequence(seed).generate_state(2) >> 1
    parameters = {
        "objective": "regression",
        "learning_rate": learning_rate,
        "max_depth": int(max_depth),
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
    train = lightgbm.Dataset(sets.train_inputs, sets.train_targets)
    stopping = lightgbm.Dataset(sets.stopping_inputs, sets.stopping_targets, reference=train)
    stop = [] if n_trees else [lightgbm.early_stopping(model.patience, verbose=False)]
    booster = lightgbm.train(parameters, train, n_trees or model.max_trees, valid_sets=[stopping], callbacks=stop)
    outputs = booster.predict(sets.scoring_inputs)
    return float(np.mean((outputs - sets.scoring_targets) ** 2)), n_trees or booster.best_iteration


def test_outputs_are_those_of_plain_lightgbm() -> None:
    """What each fit says of the scoring rows is ``predict`` of ``lightgbm.train``; their errors are the scores."""
    boosting = make()
    done: list[int] = []
    outputs = boosting.predict(done.append)
    assert sum(done) == 9
    sets, (rates, depths) = boosting.sets, GRID.values()
    for k in range(9):
        n_trees = int(boosting.n_trees[k])
        error, _ = alone(sets, SMALL, rates[k], depths[k], SEEDS[k], n_trees)
        assert np.mean((outputs[k] - sets.scoring_targets) ** 2) == pytest.approx(error, rel=1e-10)
        np.testing.assert_allclose(outputs[k], said_alone(boosting, k), rtol=1e-10)
    np.testing.assert_array_equal(np.mean((outputs - sets.scoring_targets) ** 2, axis=1), boosting.train())


def said_alone(boosting: Boosting, k: int) -> NDArray[np.float64]:
    """Outputs of plain LightGBM with the k-th fit's settings and number of trees."""
    train = lightgbm.Dataset(boosting.sets.train_inputs, boosting.sets.train_targets)
    booster = lightgbm.train(boosting._parameters(k), train, int(boosting.n_trees[k]))
    return np.asarray(booster.predict(boosting.sets.scoring_inputs))


def test_outputs_after_a_fixed_number_of_trees_are_the_last() -> None:
    """Where the number of trees is given, the outputs are those after the last one."""
    boosting = make(hyperparameters={**GRID, "trees": 12})
    outputs = boosting.predict()
    np.testing.assert_allclose(outputs[4], said_alone(boosting, 4), rtol=1e-10)
    assert boosting.n_trees.tolist() == [12] * 9


@pytest.mark.parametrize("model", [SMALL, BoostedTrees(max_bin=15, row_share=1.0, column_share=0.5, max_trees=40)])
def test_each_fit_is_that_of_plain_lightgbm(model: BoostedTrees) -> None:
    """Scores and numbers of trees are those of ``lightgbm.train`` with early stopping, missing values and all."""
    boosting = make(model)
    scores = boosting.train()
    rates, depths = GRID.values()
    truth = [alone(boosting.sets, model, *one) for one in zip(rates, depths, SEEDS, strict=True)]
    np.testing.assert_allclose(scores, [score for score, _ in truth], rtol=1e-10)
    assert boosting.n_trees.tolist() == [n_trees for _, n_trees in truth]
    assert len(set(boosting.n_trees.tolist())) > 4  # some stop early, some do not


def test_a_fixed_number_of_trees_is_that_of_plain_lightgbm() -> None:
    """With the hyperparameter trees nothing stops early, though far more trees are grown than are any good."""
    trees = [1, 5, 120]
    boosting = make(hyperparameters={"learning_rate": 0.5, "max_depth": 4, "trees": trees}, seeds=[3, 4, 5])
    truth = [alone(boosting.sets, SMALL, 0.5, 4, seed, n) for seed, n in zip([3, 4, 5], trees, strict=True)]
    np.testing.assert_allclose(boosting.train(), [score for score, _ in truth], rtol=1e-10)
    assert boosting.n_trees.tolist() == trees


def test_one_fit_serves_all_numbers_of_trees() -> None:
    """Scored along the trees, a fit has to the last bit the scores of fits with so many trees."""
    numbers = [1, 40, 7, 90]
    along = make().train(along=numbers)
    separate = np.stack([make(hyperparameters={**GRID, "trees": n}).train() for n in numbers], axis=1)
    assert along.shape == (9, 4)
    np.testing.assert_array_equal(along, separate)
    np.testing.assert_array_equal(make(hyperparameters={**GRID, "trees": 5}).train(along=numbers), separate)


def test_the_score_is_that_of_the_kept_trees() -> None:
    """A fit that stopped early has the score of one with the number of trees it kept."""
    boosting = make()
    scores = boosting.train()
    np.testing.assert_array_equal(make(hyperparameters={**GRID, "trees": boosting.n_trees}).train(), scores)


def test_company_changes_nothing() -> None:
    """Each fit alone has to the last bit the score it has among the others."""
    together = make().train()
    for k in range(9):
        own = {name: values[k] for name, values in GRID.items()}
        assert make(hyperparameters=own, seeds=[SEEDS[k]]).train().tolist() == [together[k]]


def test_threads_change_nothing() -> None:
    """One, two and four threads on the shared bins give the same scores to the last bit, time and again."""
    many = {name: np.tile(values, 6) for name, values in GRID.items()}
    one = make(hyperparameters=many, seeds=range(54), n_threads=1)
    expected = one.train()
    np.testing.assert_array_equal(one.train(), expected)
    for n_threads in (2, 4):
        boosting = make(hyperparameters=many, seeds=range(54), n_threads=n_threads)
        for _ in range(3):
            np.testing.assert_array_equal(boosting.train(), expected)
            np.testing.assert_array_equal(boosting.n_trees, one.n_trees)


def test_the_seed_draws_rows_and_inputs() -> None:
    """Other seeds give other scores; where every tree sees all, the seed has no say."""
    same = {"hyperparameters": {"learning_rate": 0.2, "max_depth": 4}, "seeds": [0, 1, 2, 2**64 - 1]}
    assert len(set(make(**same).train().tolist())) == 4
    for shares in ({"row_share": 1.0}, {"column_share": 1.0}):
        assert len(set(make(BoostedTrees(max_trees=20, **shares), **same).train().tolist())) == 4
    assert len(set(make(BoostedTrees(max_trees=20, row_share=1.0, column_share=1.0), **same).train().tolist())) == 1


def test_scoring_rows_never_decide_when_to_stop() -> None:
    """Other scoring rows change the scores and not the numbers of trees; other stopping rows change those."""
    boosting, sets = make(), make_sets()
    scores = boosting.train()
    mixed = np.random.default_rng(1).permutation
    scored = make(sets=sets._replace(scoring_targets=mixed(sets.scoring_targets)))
    assert np.all(scored.train() != scores)
    assert scored.n_trees.tolist() == boosting.n_trees.tolist()
    stopped = make(sets=sets._replace(stopping_targets=mixed(sets.stopping_targets)))
    stopped.train()
    assert stopped.n_trees.tolist() != boosting.n_trees.tolist()


def test_missing_values_are_told_apart() -> None:
    """Where the target is whether a value is missing, stumps learn it."""
    inputs = np.random.default_rng(0).normal(size=(300, 1))
    inputs[::3] = np.nan
    targets: NDArray[np.float64] = np.isnan(inputs[:, 0]).astype(np.float64)
    score = make(sets=Sets(*3 * (inputs, targets)), hyperparameters={"learning_rate": 0.3, "max_depth": 1}, seeds=[0])
    assert score.train()[0] < 1e-4 < targets.var()


def test_trees_do_not_mind_the_scale_of_an_input() -> None:
    """Inputs a million times as large, and lists in place of arrays, give the same scores."""
    sets = make_sets()
    large = Sets(*(1e6 * values if i % 2 == 0 else values.tolist() for i, values in enumerate(sets)))
    np.testing.assert_array_equal(make(sets=large).train(), make().train())


def test_progress_is_told_fit_by_fit() -> None:
    """``advance`` hears of every fit once, in the thread that called."""
    told = []
    make(n_threads=3).train(lambda n: told.append((n, threading.current_thread())))
    assert told == 9 * [(1, threading.current_thread())]


@pytest.mark.parametrize("at", [1, 2, 40])  # while fits are handed out, and later
@pytest.mark.parametrize("n_threads", [1, 2])
def test_an_interrupt_stops_within_a_fit(n_threads: int, at: int) -> None:
    """Ctrl-C ends fits that would take days, and no thread is left."""
    alive = threading.active_count()
    model = BoostedTrees(max_trees=10**9, patience=10**9)
    boosting = make(model, n_threads=n_threads)
    update, updates = lightgbm.Booster.update, itertools.count(1)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs this may have it ignored
    with pytest.MonkeyPatch.context() as patch:

        def interrupted(booster: lightgbm.Booster) -> bool:
            if next(updates) == at:
                os.kill(os.getpid(), signal.SIGINT)
            return update(booster)

        patch.setattr(lightgbm.Booster, "update", interrupted)
        try:
            with pytest.raises(KeyboardInterrupt):
                boosting.train()
        finally:
            signal.signal(signal.SIGINT, before)
    assert threading.active_count() == alive
    assert boosting.n_trees.tolist() == 9 * [0]


def test_what_goes_wrong_in_a_thread_is_raised() -> None:
    """An error of the caller's own ends the training, and no thread is left."""
    alive = threading.active_count()

    def advance(_: int) -> None:
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        make(n_threads=2).train(advance)
    assert threading.active_count() == alive


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"hyperparameters": {"learning_rate": 0.1}},
            r"max_depth is missing; give hyperparameters=\{'max_depth': ...\}",
        ),
        (
            {"hyperparameters": {**GRID, "depth": 3}},
            "'depth' is not a hyperparameter of boosted trees; they know learn",
        ),
        ({"hyperparameters": {**GRID, "learning_rate": 0}}, "learning_rate must be a finite number > 0, got 0 for"),
        ({"hyperparameters": {**GRID, "max_depth": 2.5}}, "max_depth must be a whole number >= 1, got 2.5 for"),
        ({"hyperparameters": {**GRID, "max_depth": -1}}, "max_depth must be a whole number >= 1, got -1 for"),
        ({"hyperparameters": {**GRID, "trees": 0}}, "trees must be a whole number >= 1, got 0 for"),
        (
            {"hyperparameters": {**GRID, "trees": [1, 2]}},
            "trees must have one value for each of the 9 seeds, got shape",
        ),
        ({"seeds": []}, "at least one model, got no seeds"),
        ({"seeds": [-1, *range(8)]}, r"a seed must be a whole number in 0..2\*\*64-1, got -1"),
        ({"n_threads": 0}, "n_threads must be at least 1, got 0; None takes every core"),
    ],
)
def test_bad_settings_are_refused(changed: dict[str, object], message: str) -> None:
    """The error names the setting, its value and the way out."""
    with pytest.raises(ValueError, match=message):
        make(**changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"train_inputs": np.zeros(3)}, r"train_inputs must have shape \(n >= 1, n_inputs >= 1\), got \(3,\)"),
        ({"scoring_inputs": np.zeros((0, 5))}, r"scoring_inputs must have shape .* got \(0, 5\)"),
        ({"stopping_inputs": np.zeros((52, 4))}, "stopping_inputs must have the 5 columns of train_inputs, got 4"),
        ({"scoring_targets": np.zeros((52, 1))}, r"scoring_targets must have shape \(52,\), got \(52, 1\)"),
        ({"stopping_inputs": np.full((52, 5), np.inf)}, "stopping_inputs must not be infinite; nan stands for what is"),
        ({"train_targets": np.full(156, np.nan)}, "train_targets must be finite; drop the rows where they are not"),
    ],
)
def test_bad_rows_are_refused(changed: dict[str, NDArray[np.float64]], message: str) -> None:
    """The error names the set and what is wrong with it."""
    with pytest.raises(ValueError, match=message):
        make(sets=make_sets()._replace(**changed))


@pytest.mark.parametrize("along", [[], [0, 1], [1.5]])
def test_bad_numbers_of_trees_are_refused(along: list[float]) -> None:
    """The error says what they may be."""
    with pytest.raises(ValueError, match="along must be whole numbers of trees >= 1, at least one, got"):
        make().train(along=along)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"num_leaves": 1}, "num_leaves must be a whole number >= 2, got 1"),
        ({"patience": 2.5}, "patience must be a whole number >= 1, got 2.5"),
        ({"row_share": 0}, "row_share must be above 0 and at most 1, got 0"),
        ({"column_share": 1.5}, "column_share must be above 0 and at most 1, got 1.5"),
        ({"task": "classification"}, "boosted trees do regression here, got task='classification'"),
    ],
)
def test_bad_descriptions_are_refused(changed: dict[str, object], message: str) -> None:
    """The error names the number, its value and the rule."""
    with pytest.raises(ValueError, match=message):
        BoostedTrees(**changed)


def test_the_description_says_what_is_trained() -> None:
    """Every number is in its words, those of early stopping where it stops early."""
    model = BoostedTrees(100, 7, 31, 0.9, 0.6, 400, 25)
    for number in ("100 leaves", "7 rows", "31 bins", "90% of the rows", "60% of the inputs"):
        assert number in model.words()
        assert number in model.words(early_stopping=False)
    assert model.words() == f"{model.words(early_stopping=False)}; at most 400 trees, stopped after 25 without gain"


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no OpenMP, the error says what to install."""
    (tmp_path / "lightgbm.py").write_text("import ctypes\nctypes.CDLL('libopenmp_that_is_not_there.so')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "lightgbm")
    with pytest.raises(ImportError, match=r"OpenMP library, which did not load \(.*not_there.*install libgomp1"):
        make()


def test_trees_wait_for_neither_torch_nor_lightgbm() -> None:
    """Describing them loads neither; fitting them loads LightGBM alone."""
    script = (
        "import sys\n"
        "from hpo_tutor.training import BoostedTrees, Boosting, Sets\n"
        "model = BoostedTrees(max_trees=2)\n"
        "print(*(name in sys.modules for name in ('torch', 'lightgbm')))\n"
        "rows = [[float(i)] for i in range(40)], list(range(40))\n"
        "Boosting(model, Sets(*3 * rows), {'learning_rate': 0.1, 'max_depth': 2}, [0]).train()\n"
        "print(*(name in sys.modules for name in ('torch', 'lightgbm')))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False", "False True"]
