"""How fast are many boosted-tree fits beside a plain loop? Ratios of one run, printed and recorded, never asserted."""

from importlib.metadata import version

import lightgbm
import numpy as np
import pytest
from benchmarks.results_page import medians, record, table
from numpy.typing import NDArray

from hpo_tutor.cores import n_cores
from hpo_tutor.problems import tasks
from hpo_tutor.training import BoostedTrees, Boosting, Sets

CORES = n_cores()
MODEL = BoostedTrees()
GRID = {"learning_rate": np.tile([0.03, 0.15], 2), "max_depth": np.repeat([4, 12], 2)}
ALONG = (1, 2, 4, 7, 12, 20, 35, 60, 105, 180, 320)


def make_boosting(sets: Sets, n_seeds: int = 1, n_threads: int = CORES, **columns: object) -> Boosting:
    """Two learning rates by two depths, for each seed."""
    settings = {**{name: np.tile(values, n_seeds) for name, values in GRID.items()}, **columns}
    return Boosting(MODEL, sets, settings, np.repeat(range(n_seeds), 4).tolist(), n_threads=n_threads)


def plain_loop(boosting: Boosting, n_threads: int) -> NDArray[np.float64]:
    """The same fits one after another, as LightGBM's manual has them: each with a Dataset of its own, and predict."""
    scores = np.empty(len(boosting))
    sets = boosting.sets
    for k in range(len(boosting)):
        train = lightgbm.Dataset(sets.train_inputs, sets.train_targets)
        stopping = lightgbm.Dataset(sets.stopping_inputs, sets.stopping_targets, reference=train)
        stop = lightgbm.early_stopping(MODEL.patience, verbose=False)
        parameters = {**boosting._parameters(k), "num_threads": n_threads}
        booster = lightgbm.train(parameters, train, MODEL.max_trees, valid_sets=[stopping], callbacks=[stop])
        outputs = booster.predict(sets.scoring_inputs, num_threads=n_threads)
        scores[k] = np.mean((outputs - sets.scoring_targets) ** 2)
    return scores


def only_growing(boosting: Boosting) -> None:
    """The trees that these fits grow, and nothing else: no error is looked at, nothing stops."""
    for k, kept in enumerate(boosting.n_trees):
        booster = lightgbm.Booster(boosting._parameters(k), boosting._training)
        for _ in range(min(kept + MODEL.patience, MODEL.max_trees)):
            booster.update()


def milliseconds(taken: float) -> str:
    """Three digits."""
    return f"{1e3 * taken:.3g} ms"


@pytest.mark.real_data
def test_boosting(capsys: pytest.CaptureFixture[str]) -> None:
    """Many fits at once against a plain loop, all reaching the same scores; and one fit for all numbers of trees."""
    sets, rows = tasks.sets("king_county", 0), []
    small = make_boosting(sets, n_threads=1)
    np.testing.assert_allclose(small.train(), plain_loop(small, 1), rtol=1e-10)
    for n_seeds, n_rounds in ((1, 3), (10, 1)):
        boosting, alone = make_boosting(sets, n_seeds), make_boosting(sets, n_seeds, n_threads=1)
        works = {
            f"loop, {CORES} threads a fit": lambda boosting=boosting: plain_loop(boosting, CORES),
            "loop, 1 thread": lambda boosting=boosting: plain_loop(boosting, 1),
            "boosting, 1 thread": alone.train,
            f"boosting, {CORES} threads": boosting.train,
        }
        taken = {name: seconds / len(boosting) for name, seconds in medians(works, n_rounds).items()}
        ours = taken[f"boosting, {CORES} threads"]
        rows += [[f"{len(boosting)}", name, milliseconds(t), f"**{t / ours:.2f}**"] for name, t in taken.items()]
    grown = medians({"all": small.train, "growing": lambda: only_growing(small)}, 3)
    separate = [make_boosting(sets, trees=n) for n in ALONG]
    np.testing.assert_array_equal(
        small.train(along=ALONG), np.stack([boosting.train() for boosting in separate], axis=1)
    )
    one = make_boosting(sets)
    prefixes = medians(
        {"one": lambda: one.train(along=ALONG), "each": lambda: [boosting.train() for boosting in separate]}, 3
    )
    n_rows = "{:,} rows to learn from, {} to stop by, {} to score".format(*map(len, sets[::2]))
    times = prefixes["each"] / prefixes["one"]
    lines = [
        f"A tenth of king_county ({n_rows}), LightGBM {version('lightgbm')}; learning rates 0.03 and 0.15 by depths 4 "
        f"and 12, {MODEL.words().removeprefix('LightGBM, ')}. Loop: `lightgbm.train` with a Dataset of its own for "
        f"each fit, then `predict`. The ratio is that to boosting on {CORES} threads, one fit on each.",
        "",
        *table(["fits", "how", "a fit", "ratio"], rows),
        "",
        f"- On one thread {grown['growing'] / grown['all']:.0%} of the time is LightGBM's growing of trees; the rest "
        "is the two errors after each tree, and Python.",
        f"- Scored along {', '.join(map(str, ALONG))} trees, one fit takes {milliseconds(prefixes['one'] / 4)}; to fit "
        f"each number of trees anew takes **{times:.2f}** times as long ({sum(ALONG) / max(ALONG):.2f} times as many "
        "trees).",
    ]
    record("boosting", lines, capsys.disabled())
