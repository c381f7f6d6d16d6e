"""Who wins at which budget? Searches of three functions in 2, 3 and 5 dimensions, from 10 trials to 200.

search   one sampler on one function with one seed; it may tell several budgets at once
shifted  whether the seed moves the function's box (see ``moved``); in the published boxes the minimum lies where some
         grids look first, so what is seen there is luck of the address
loss     the incumbent's, without noise
regret   loss minus the smallest that there is in the box

A row is a search at a budget: function, shifted, n_dims, sampler, n_trials, seed, n_made (how many trials the sampler
asked for; grids often ask for fewer than n_trials), loss, regret, and deterministic, which says that any other seed
would have told the same.

    budgets.run("budgets.jsonl")  # all of it takes hours of a core
    standings.summary(budgets.load())
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, product
from typing import Any, NamedTuple

from hpo_tutor.race import entries
from hpo_tutor.race.comparison import compare
from hpo_tutor.race.experiments import records
from hpo_tutor.race.experiments.moved import NAMES as FUNCTIONS
from hpo_tutor.race.experiments.moved import Moved, check, published
from hpo_tutor.race.experiments.recorded import Recorded

DIMS = (2, 3, 5)
BUDGETS = (10, 20, 50, 100, 200)
SAMPLERS = ("grid", "grid-midpoints", "random", "sobol", "gp", "tpe", "sparse-grid", "adaptive-random")
N_SEEDS = 20

FIELDS = ("function", "shifted", "n_dims", "sampler", "n_trials", "seed")
COLUMNS = (*FIELDS, "n_made", "loss", "regret", "deterministic")
KIND = records.Kind("budgets", FIELDS, COLUMNS, "hpo-tutor race budgets")

ONE_BEGINNING = ("random", "sobol", "tpe")  # they begin alike whatever the budget, so the largest tells them all
DETERMINISTIC = ("grid", "grid-midpoints")
MOVED_ONLY = ("gp",)  # they take most of the time, and published boxes only show what is to be mistrusted


class Search(NamedTuple):
    """One search.

    Attributes:
        function: a name of ``FUNCTIONS``.
        shifted: whether the seed moves the box.
        n_dims: d.
        sampler: a name of ``race.entries``.
        seed: of the box, of the trials, and of the sampler.
        budgets: those read from this search, in rising order; the last is its n_trials.
    """

    function: str
    shifted: bool
    n_dims: int
    sampler: str
    seed: int
    budgets: tuple[int, ...]

    @property
    def deterministic(self) -> bool:
        """Whether another seed would change nothing."""
        return not self.shifted and self.sampler in DETERMINISTIC


def plan(
    functions: Iterable[str] = FUNCTIONS,
    dims: Iterable[int] = DIMS,
    budgets: Iterable[int] = BUDGETS,
    samplers: Iterable[str] = SAMPLERS,
    n_seeds: int = N_SEEDS,
    shifted: Iterable[bool] = (True, False),
    whole: bool = False,
) -> list[Search]:
    """The searches of the comparison, seed by seed, so that one that is stopped has whole laps.

    What is deterministic is searched once. gp, which takes most of the time, searches moved boxes alone, unless the
    plan is to be ``whole``.

    Raises:
        ValueError: a budget or n_seeds is below 1.
    """
    wanted = sorted(set(budgets))
    if n_seeds < 1 or min(wanted, default=0) < 1:
        raise ValueError(f"budgets and n_seeds must be at least 1, got budgets {wanted} and n_seeds={n_seeds}")
    axes = [
        (moves, name, d, sampler)
        for moves, name, d, sampler in product(shifted, functions, dims, samplers)
        if moves or whole or sampler not in MOVED_ONLY
    ]
    return [
        search
        for seed in range(n_seeds)
        for moves, name, d, sampler in axes
        for together in _together(sampler, d, wanted)
        if not (search := Search(name, moves, d, sampler, seed, together)).deterministic or seed == 0
    ]


def outcome(search: Search) -> list[dict[str, Any]]:
    """Run one search; a row for each of its budgets.

    Raises:
        ValueError: the sampler or the function is unknown.
    """
    name, d = search.function, search.n_dims
    objective: Any = Moved(name, d) if search.shifted else published(name, d)
    table = compare([search.sampler], objective, search.budgets[-1], [search.seed]).table
    rows = []
    for row in _begun(search):
        n_made = min(row["n_trials"], len(table))
        last = table.iloc[n_made - 1]
        rows.append(row | {"n_made": n_made, "loss": float(last.incumbent), "regret": float(last.regret)})
    return rows


def _together(sampler: str, n_dims: int, budgets: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Budgets that one search tells: those for which the sampler begins alike, and does not end in another way."""

    def beginning(n_trials: int) -> int:
        if sampler in ONE_BEGINNING:
            return 0
        if sampler == "gp":  # as many startup trials, see BayesianOptimization
            return min(2 * n_dims + 2, n_trials // 4)
        return n_trials

    for _, group in groupby(budgets, key=beginning):
        yield tuple(group)


def _begun(search: Search) -> list[dict[str, Any]]:
    """A search's rows, as far as they are known before it is run."""
    fields = {name: value for name, value in search._asdict().items() if name != "budgets"}
    return [fields | {"n_trials": n, "deterministic": search.deterministic} for n in search.budgets]


def _keys(search: Search) -> list[tuple[Any, ...]]:
    entries.entry(search.sampler)
    check(search.function, search.n_dims)
    return [KIND.key_of(row) for row in _begun(search)]


EXPERIMENT = Recorded(KIND, plan, _keys, outcome)
run, load, write = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.write
