"""Which design wins? Many draws of each on the same tasks, and how sure their means are.

unit      what is drawn at random and met by all designs: a data batch of a landscape, or a random quadratic
regrets   (n_units, n_draws) of one draw of a design on one unit: the incumbent's expected loss minus the smallest one
shared    a design that takes long to draw: its draw k is the same in all units
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor import designs
from hpo_tutor.designs.stacks import QUICK, make_many
from hpo_tutor.problems.fixed import WithFixed
from hpo_tutor.problems.idle import WithIdle
from hpo_tutor.problems.quadratics import best_losses, pattern_losses
from hpo_tutor.problems.ranges import WithRanges
from hpo_tutor.race.unit_points import configs_of

Array = NDArray[np.float64]
Options = Mapping[str, Mapping[str, Any]]

CHOICES = ("observed", "expected")
_TRIALS_OWN = 2**32 - 4  # the stream of ranges and of the trials' seeds; those of the designs begin with their number


@dataclass(frozen=True, repr=False, eq=False)
class Placements:
    """How designs did on the same units.

    Attributes:
        regrets: (design, points wanted) -> its regrets (n_units, n_draws); n_draws is 1 where each unit met one draw.
        n_made: (design, points wanted) -> the points it has; a lattice may have fewer.
        shared: the designs whose draws were the same in all units.
        task: what they were tried on, in words.
        unit: what one row is.
        loss_label: the loss and its unit.
    """

    regrets: Mapping[tuple[str, int], Array]
    n_made: Mapping[tuple[str, int], int]
    shared: frozenset[str]
    task: str
    unit: str
    loss_label: str

    @property
    def names(self) -> tuple[str, ...]:
        """The designs, in the order of entry."""
        return tuple(dict.fromkeys(name for name, _ in self.regrets))

    @property
    def n_points(self) -> tuple[int, ...]:
        """The numbers of points that were wanted."""
        return tuple(dict.fromkeys(n for _, n in self.regrets))

    @property
    def units(self) -> str:
        """What the rows are, in the plural."""
        return {"batch": "batches"}.get(self.unit, f"{self.unit}s")

    @property
    def n_units(self) -> int:
        """How many batches or bowls."""
        return len(next(iter(self.regrets.values())))

    def __repr__(self) -> str:
        return f"<Placements of {', '.join(self.names)} on {self.task}: {self.n_units:,} {self.units}>"

    def mean(self, name: str, n_points: int) -> tuple[float, float]:
        """Mean regret and its standard error."""
        values = self._of(name, n_points)
        return float(values.mean()), standard_error(values, name in self.shared)

    def difference(self, name: str, peer: str, n_points: int) -> tuple[float, float]:
        """Mean regret of a design minus that of its peer on the same units, and its standard error; negative is better.

        Raises:
            ValueError: one of them did not take part with so many points.
        """
        values = self._of(name, n_points) - self._of(peer, n_points)
        return float(values.mean()), standard_error(values, name in self.shared or peer in self.shared)

    def spread(self, name: str, n_points: int) -> float:
        """Standard deviation between the means of a shared design's draws: what a single pattern is to be trusted.

        nan where each unit met draws of its own.
        """
        values = self._of(name, n_points)
        return float(values.mean(axis=0).std(ddof=1)) if name in self.shared and values.shape[1] > 1 else float("nan")

    def table(self, peer: str = "random") -> pd.DataFrame:
        """A row for each number of points and design: its mean, the error, and the paired difference to a peer.

        Columns: points (made), mean, error, spread (of the patterns), difference, its error, and ``errors``, how many
        standard errors the difference is; beyond 2 either way it is more than luck, most likely.

        Raises:
            ValueError: the peer did not take part.
        """
        heads = ["N", "design", "points", "mean", "error", "spread", f"minus {peer}", "its error", "errors"]
        rows = []
        for name, n in self.regrets:
            own = (n, name, self.n_made[name, n], *self.mean(name, n), self.spread(name, n))
            difference, error = self.difference(name, peer, n) if name != peer else (np.nan, np.nan)
            rows.append((*own, difference, error, difference / error if error > 0 else np.nan))
        return pd.DataFrame(rows, columns=heads).set_index(["N", "design"])

    def _of(self, name: str, n_points: int) -> Array:
        if (name, n_points) not in self.regrets:
            raise ValueError(
                f"these took part: {', '.join(self.names)}, with {', '.join(map(str, self.n_points))} points; "
                f"{name!r} with {n_points} did not"
            )
        return self.regrets[name, n_points]


def standard_error(values: Array, shared: bool) -> float:
    """Of the mean of values (n_units, n_draws).

    Where each unit has draws of its own, the units' means are independent: std / sqrt(n_units). Where draw k is the
    same in all units, luck with the few draws comes on top, and both are counted, if there are two draws or more:
    Cameron, Gelbach & Miller (2011), doi:10.1198/jbes.2010.07136, equation 2.1 of two-way clustering.

    Raises:
        ValueError: there is one unit only.
    """
    n_units, n_draws = values.shape
    if n_units < 2:
        raise ValueError(f"an error needs at least 2 units, got {n_units}")
    rows = values.mean(axis=1)
    of_units = rows.var(ddof=1) / n_units
    if not shared or n_draws == 1:
        return float(np.sqrt(of_units))
    columns = values.mean(axis=0)
    rest = values - rows[:, None] - columns + values.mean()
    of_rest = (rest**2).sum() / ((n_units - 1) * (n_draws - 1)) / values.size  # is in both of the others
    return float(np.sqrt(max(of_units + columns.var(ddof=1) / n_draws - of_rest, of_units)))


def place_on_quadratics(
    names: Iterable[str],
    n_points: int | Iterable[int],
    n_dims: int,
    n_problems: int = 10_000,
    n_draws: int = 20,
    seed: int = 0,
    options: Options | None = None,
) -> Placements:
    """Designs on random quadratics, all on the same ones; the regret there is the loss, for the optimum is 0.

    Quick designs are drawn anew for each bowl; of the others n_draws patterns meet all bowls.

    Args:
        names: of ``designs.NAMES``.
        n_points: how many points, one number or several.
        n_dims: hyperparameters.
        n_problems: how many bowls.
        n_draws: patterns of each design that takes long to draw; 20 or more, for their means differ.
        seed: draws designs and bowls.
        options: design's name -> its options, such as {"lhs": {"levels": "edges"}}.

    Raises:
        ValueError: there is no such design, number of points or option, or an entry is named twice.
    """
    values, n_made = {}, {}
    for name, n in _entries(names, n_points, options):
        stack = _draw(name, n, n_dims, n_problems if name in QUICK else n_draws, seed, options)
        n_made[name, n] = stack.shape[1]
        if name in QUICK:
            values[name, n] = best_losses(stack, n_problems, seed)[:, None]
        else:
            values[name, n] = pattern_losses(stack, n_problems, seed)
    return Placements(values, n_made, _shared(values), f"random quadratics in {n_dims}-D", "bowl", "loss")


def place_on_landscape(
    names: Iterable[str],
    objective: Any,
    n_points: int | Iterable[int],
    n_draws: int = 20,
    seed: int = 0,
    share: float = 0.8,
    batches: Iterable[int] = range(10),
    choose_by: str = "observed",
    options: Options | None = None,
) -> Placements:
    """Designs on a recorded landscape, each draw in ranges of its own, which all designs share.

    A search's incumbent is its point of the smallest observed loss, one recorded seed for each trial; its score is its
    expected loss, and the regret is counted from the optimum of the whole data batch. Quick designs are drawn anew on
    each batch; of the others the same n_draws patterns meet all batches, in ranges of their own.

    Args:
        names: of ``designs.NAMES``.
        objective: a landscape, or one ``WithIdle`` or ``WithFixed``.
        n_points: how many points, one number or several.
        n_draws: searches of each design on each data batch.
        seed: draws designs, ranges and the trials' seeds.
        share: of each axis that the ranges cover; 1 for the ranges as they were recorded.
        batches: the members that are met, ``objective.draw(batch)``.
        choose_by: "observed", or "expected" for a search without noise.
        options: as for ``place_on_quadratics``.

    Raises:
        ValueError: as for ``place_on_quadratics``; choose_by is none of these, the objective is no family, no member is
            met or one twice, the space has conditions or constraints.
    """
    if choose_by not in CHOICES:
        raise ValueError(f"choose_by must be one of {', '.join(CHOICES)}; it is {choose_by!r}")
    space, entries, batches = objective.space, _entries(names, n_points, options), list(batches)
    if not (batches and hasattr(objective, "draw")):
        raise ValueError(f"a placement needs members of a family, got {objective!r} and {batches}; use compare")
    if space.constraints or any(domain.when for domain in space.domains.values()):
        raise ValueError(f"a placement needs a space without conditions and constraints, got {space!r}; use compare")
    members = [objective.draw(batch) for batch in batches]
    if len({member.member for member in members}) < len(members):
        raise ValueError(f"each batch can be met once, got {batches}; more searches on each come by n_draws")
    shape, stacks = (len(members), n_draws), {}
    for name, n in entries:
        stack = _draw(name, n, space.n_dims, len(members) * n_draws if name in QUICK else n_draws, seed, options)
        stacks[name, n] = np.broadcast_to(stack.reshape(-1, n_draws, *stack.shape[1:]), (*shape, *stack.shape[1:]))
    n_made = {entry: stack.shape[2] for entry, stack in stacks.items()}
    values = {entry: np.empty(shape) for entry in entries}
    for b, k in product(*map(range, shape)):
        luck = np.random.SeedSequence(seed, spawn_key=(_TRIALS_OWN, batches[b], k))
        lap, *seeds = np.random.default_rng(luck).integers(2**32, size=1 + max(n_made.values())).tolist()
        task = WithRanges(members[b], WithRanges(objective, share=share).draw(lap).ranges)
        found = _incumbents(task, [stacks[entry][b, k] for entry in entries], seeds, choose_by)
        for entry, loss in zip(entries, found, strict=True):
            values[entry][b, k] = loss - task.optimum
    label = f"{objective.loss_names[0]} in {objective.loss_unit}" if objective.loss_unit else objective.loss_names[0]
    return Placements(values, n_made, _shared(values), _said(objective), "batch", label)


def _incumbents(task: Any, searches: list[Array], seeds: list[int], choose_by: str) -> list[float]:
    """The expected loss of each search's incumbent; trial i of every search has the same luck."""
    configs = configs_of(task.space, np.concatenate(searches))
    if choose_by == "observed":
        observed = task.evaluate(configs, seeds=[luck for points in searches for luck in seeds[: len(points)]])
    else:
        observed = np.array([task.expected(config) for config in configs])
    starts = np.cumsum([0, *(len(points) for points in searches)]).tolist()
    best = [start + int(observed[start:end].argmin()) for start, end in pairwise(starts)]
    return [task.expected(configs[i]) for i in best]


def _entries(names: Iterable[str], n_points: int | Iterable[int], options: Options | None) -> list[tuple[str, int]]:
    names = (names,) if isinstance(names, str) else tuple(names)
    counts = list(n_points) if isinstance(n_points, Iterable) else [n_points]
    if unfit := [n for n in counts if n % 1 or n < 1]:
        raise ValueError(f"n_points must be whole numbers of at least 1, one or several; got {unfit[0]}")
    for name in {*names, *(options or {})}:
        designs.check_options(name, (options or {}).get(name, {}))
    entries = [(name, int(n)) for n, name in product(counts, names)]
    if not entries or len(set(entries)) < len(entries):
        raise ValueError(f"each design enters once for each number of points, got {entries or 'none'}")
    return entries


def _draw(name: str, n_points: int, n_dims: int, n_designs: int, seed: int, options: Options | None) -> Array:
    """A stack that depends on its own name and number, not on who else takes part."""
    stack = make_many if name in QUICK else _kept
    own = np.random.SeedSequence(seed, spawn_key=(designs.NAMES.index(name), n_points)).generate_state(2).tolist()
    return stack(name, n_points, n_dims, n_designs, own[0] << 32 | own[1], **(options or {}).get(name, {}))


@lru_cache(maxsize=64)  # to draw them takes longer than to try them, and the next landscape wants the same
def _kept(name: str, n_points: int, n_dims: int, n_designs: int, seed: int, **options: Any) -> Array:
    stack = make_many(name, n_points, n_dims, n_designs, seed, **options)
    stack.flags.writeable = False
    return stack


def _shared(entries: Iterable[tuple[str, int]]) -> frozenset[str]:
    return frozenset(name for name, _ in entries if name not in QUICK)


def _said(objective: Any) -> str:
    """The landscape in words."""
    if isinstance(objective, WithIdle):
        return f"{_said(objective.objective)} + {objective.n_idle} idle"
    if isinstance(objective, WithFixed):
        return f"{_said(objective.objective)}, {len(objective.values)} fixed"
    return str(getattr(objective, "name", objective))
