"""Which tile gets the next trial?

standing   what is known of one tile: trials asked for, the best loss, whether its sampler has something left
order      the tiles in an order that was drawn once: ties go to the earlier one
share      of the budget, as far as it can be told before the search
"""

import math
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol, get_args

Name = Literal["even", "halving", "bandit"]

ALPHA = 0.5  # of MaxUCB; its authors' choice for all benchmarks


class Standing(NamedTuple):
    """One tile.

    Attributes:
        n_trials: asked for, pending and failed ones included.
        best, worst: the lowest and the highest loss known; infinite, and minus infinite, before there is one.
        usable: whether its sampler has something left to propose.
    """

    n_trials: int
    best: float
    worst: float
    usable: bool


class Allocation(Protocol):
    """Spends a budget over tiles. At least one of the standings that it is shown is usable."""

    def start(self, n_trials: int) -> None:
        """Hear the budget of the whole search."""

    def share(self, tile: int) -> int:
        """How many trials a tile may expect; asked after ``start``."""

    def choose(self, standings: Sequence[Standing]) -> int:
        """The usable tile that gets the next trial."""

    def is_open(self, tile: int) -> bool:
        """Whether the tile has not been closed."""

    def together(self, standings: Sequence[Standing]) -> int:
        """How many of the next trials go to different tiles whatever is told between them."""


def make(name: Name, order: Sequence[int], capacities: Sequence[float]) -> Allocation:
    """An allocation by its name.

    Args:
        name: "even", "halving" or "bandit".
        order: of the tiles.
        capacities: how many different configs each tile has; infinite where nobody counts.

    Raises:
        ValueError: the name is unknown.
    """
    if name not in get_args(Name):
        raise ValueError(f"allocation must be one of {', '.join(get_args(Name))}; it is {name!r}")
    kinds: dict[str, type[Even]] = {"even": Even, "halving": Halving, "bandit": Bandit}
    return kinds[name](order, capacities)


class Even:
    """All tiles get the same: the next trial goes to the one that had fewest."""

    def __init__(self, order: Sequence[int], capacities: Sequence[float]) -> None:
        self.place = {tile: place for place, tile in enumerate(order)}
        self.capacities = capacities
        self._shares = [0] * len(capacities)

    def start(self, n_trials: int) -> None:
        """Hear the budget of the whole search."""
        self._shares = self._even_shares(n_trials)

    def share(self, tile: int) -> int:
        """How many trials a tile may expect."""
        return self._shares[tile]

    def choose(self, standings: Sequence[Standing]) -> int:
        """The usable tile with fewest trials."""
        usable = [tile for tile, standing in enumerate(standings) if standing.usable]
        return min(usable, key=lambda tile: (standings[tile].n_trials, self.place[tile]))

    def is_open(self, tile: int) -> bool:
        """All tiles stay open."""
        return True

    def together(self, standings: Sequence[Standing]) -> int:
        """The tiles whose turn it is in this cycle."""
        counts = [standing.n_trials for standing in standings if standing.usable]
        return counts.count(min(counts)) if counts else 1

    def _even_shares(self, n_trials: int) -> list[int]:
        shares = [0] * len(self.capacities)
        for _ in range(n_trials):
            free = [tile for tile, capacity in enumerate(self.capacities) if shares[tile] < capacity]
            if not free:
                break
            shares[min(free, key=lambda tile: (shares[tile], self.place[tile]))] += 1
        return shares


class Round(NamedTuple):
    """One round of halving: so many tiles share so many trials."""

    n_tiles: int
    n_trials: int


def rounds(n_tiles: int, n_trials: int) -> tuple[Round, ...]:
    """The rounds of successive halving: equal budgets, each for half the tiles of the last one, down to a single tile.

    Of an odd number of tiles the smaller half goes on. The budgets add up to ``n_trials``.

    Jamieson & Talwalkar (2016), arXiv 1502.07943; theirs ends with the last comparison, ours spends on the winner too.

    Raises:
        ValueError: the first round has less than a trial for each tile.
    """
    sizes = [n_tiles]
    while sizes[-1] > 1:
        sizes.append(sizes[-1] // 2)
    ends = [n_trials * (i + 1) // len(sizes) for i in range(len(sizes))]
    if ends[0] < n_tiles:
        raise ValueError(
            f"halving {n_tiles} tiles takes {len(sizes)} rounds and a trial for each tile in the first: n_trials must "
            f"be at least {n_tiles * len(sizes)}, it is {n_trials}; take more, fewer tiles, or allocation='even'"
        )
    return tuple(Round(size, end - begin) for size, begin, end in zip(sizes, [0, *ends], ends, strict=False))


class Halving(Even):
    """After each round the worse half of the tiles is closed, by the best loss of each.

    What is pending at the end of a round cannot speak for its tile, as nothing is waited for. Where no open tile has
    anything left to propose, the best of the closed ones goes on.
    """

    def __init__(self, order: Sequence[int], capacities: Sequence[float]) -> None:
        super().__init__(order, capacities)
        self.rounds: tuple[Round, ...] = ()
        self._open = set(self.place)

    def start(self, n_trials: int) -> None:
        """Hear the budget, of which the rounds are made."""
        self.rounds = rounds(len(self.place), n_trials)

    def share(self, tile: int) -> int:
        """What the tile gets if it is never closed, rounded up: the winner must be able to use it."""
        return sum(math.ceil(each.n_trials / each.n_tiles) for each in self.rounds)

    def choose(self, standings: Sequence[Standing]) -> int:
        """The open tile with fewest trials; closes tiles where a round is over."""
        if not self.rounds:
            raise RuntimeError(
                "halving must know the budget before the first ask, and does not; call start(n_trials) as minimize "
                "does, or take allocation='even'"
            )
        current = self._round(sum(standing.n_trials for standing in standings))
        self._open = set(self._ranked(self._open, standings)[: current.n_tiles])
        open_ones = self._open_ones(standings)
        if any(standing.usable for standing in open_ones):
            return super().choose(open_ones)
        return next(tile for tile in self._ranked(self.place, standings) if standings[tile].usable)

    def is_open(self, tile: int) -> bool:
        """Whether the tile has not been closed."""
        return tile in self._open

    def together(self, standings: Sequence[Standing]) -> int:
        """The tiles whose turn it is in this cycle, as far as the round goes; one where a round begins."""
        n_asked, end = sum(standing.n_trials for standing in standings), 0
        for each in self.rounds:
            end += each.n_trials
            if n_asked == 0 or end - each.n_trials < n_asked < end:
                return min(super().together(self._open_ones(standings)), end - n_asked)
        return 1

    def _round(self, n_asked: int) -> Round:
        end = 0
        for each in self.rounds:
            end += each.n_trials
            if n_asked < end:
                return each
        return self.rounds[-1]

    def _open_ones(self, standings: Sequence[Standing]) -> list[Standing]:
        """The standings, with closed tiles not usable."""
        return [each._replace(usable=each.usable and tile in self._open) for tile, each in enumerate(standings)]

    def _ranked(self, tiles: Iterable[int], standings: Sequence[Standing]) -> list[int]:
        return sorted(tiles, key=lambda tile: (standings[tile].best, self.place[tile]))


class Bandit(Even):
    """The tile whose best loss, and whose promise, are highest: MaxUCB.

    A bandit of the usual kind looks for the best mean; here the best single trial counts, and a tile's is bounded from
    below. So its best loss is judged, scaled so that the lowest loss of all tiles is worth 1 and the highest 0, plus
    (alpha ln t / n)^2 for a tile of n trials after t: a promise that fades fast. Each tile is tried once before.
    A tile whose trials all failed is worth 0. One huge loss makes all tiles look alike, and the budget even.

    Balef, Vernade & Eggensperger (2025), arXiv 2505.05226
    """

    def choose(self, standings: Sequence[Standing]) -> int:
        """The usable tile with the highest index; one that was never tried comes first."""
        usable = [tile for tile, standing in enumerate(standings) if standing.usable]
        if any(standings[tile].n_trials == 0 for tile in usable):
            return super().choose(standings)
        indices = self.indices(standings)
        return min(usable, key=lambda tile: (-indices[tile], self.place[tile]))

    def indices(self, standings: Sequence[Standing]) -> list[float]:
        """The index of each tile; all of them have been tried."""
        t = 1 + sum(standing.n_trials for standing in standings)
        best, worst = min(standing.best for standing in standings), max(standing.worst for standing in standings)
        found = []
        for standing in standings:
            worth = (worst - standing.best) / (worst - best) if standing.best < worst else 0.0
            found.append(worth + (ALPHA * math.log(t) / standing.n_trials) ** 2)
        return found

    def together(self, standings: Sequence[Standing]) -> int:
        """As many as there are tiles that were never tried; then one, as each loss may change the choice."""
        return max(1, sum(standing.usable and standing.n_trials == 0 for standing in standings))
