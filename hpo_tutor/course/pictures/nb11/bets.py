"""When would you bet? Batches come one at a time, intervals shrink; then the true ranking is shown.

field    what a race is drawn from: the values of S designs on B batches, K draws of each
values   (S, B, K) y - 1 in per cent
truth    (S,) means over all batches and draws
race     a number: it gives the designs letters, and draws the batches, one after another, with a draw of each design
bet      (batches drawn, whether the design that was bet on was not the truly lowest)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.pictures.nb11.scores import ABOVE
from hpo_tutor.race.placements import Placements
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, PINK, RED, style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.workbench import Workbench

Array = NDArray[np.float64]

MOST = 40  # batches that can be drawn
LETTERS = "ABCDEFGHIJ"
LINES = (BLUE, ORANGE, GREEN, PINK)


@dataclass(frozen=True, eq=False)
class Field:
    """What races are drawn from.

    Attributes:
        names: (S,) the designs.
        values: (S, B, K) y - 1 in per cent.
    """

    names: tuple[str, ...]
    values: Array

    @property
    def truth(self) -> Array:
        """(S,) true means."""
        mean: Array = self.values.mean(axis=(1, 2))
        return mean

    def drawn(self, n_batches: int, seed: int | tuple[int, int], n_races: int = 1) -> Array:
        """Races of so many batches: any batch each time, and any draw of each design on it; (races, S, batches)."""
        rng = np.random.default_rng(seed)
        s, b, k = self.values.shape
        batch = rng.integers(b, size=(n_races, 1, n_batches))
        draw = rng.integers(k, size=(n_races, s, n_batches))
        return np.asarray(self.values[np.arange(s)[:, None], batch, draw])


def field(placed: Placements, n_points: int, optima: ArrayLike) -> Field:
    """The field of a race of designs with so many points.

    Args:
        placed: their regrets on each batch.
        n_points: one of those that were placed.
        optima: (B,) smallest expected loss of each batch.
    """
    share = [100 * placed.regrets[name, n_points] / np.asarray(optima)[:, None] for name in placed.names]
    return Field(placed.names, np.stack(share))


def wrong_leaders(races: Field, most: int = MOST, n_races: int = 2000, seed: int = 0) -> Array:
    """After 1, 2, ... batches: in which share of races the design that leads is not the truly lowest; (most,)."""
    values = races.drawn(most, seed, n_races)
    means = np.cumsum(values, axis=2) / np.arange(1, most + 1)
    return np.asarray(np.mean(means.argmin(axis=1) != races.truth.argmin(), axis=0))


def betting(fields: Mapping[int, Field], label: str) -> Workbench:
    """The race to bet on.

    Args:
        fields: number of points -> field.
        label: a heading.
    """

    def drawn_further(steps: int, *, drawn: int, revealed: bool, **_: Any) -> dict[str, Any]:
        return {} if revealed else {"drawn": min(drawn + steps, MOST)}

    def bet(*, points: int, race: int, drawn: int, revealed: bool, bets: Any, **_: Any) -> dict[str, Any]:
        if revealed:
            return {}
        values, order = race_of(fields[points], race)
        leader = order[int(values[:, :drawn].mean(axis=1).argmin())]
        return {"revealed": True, "bets": (*bets, (drawn, bool(leader != fields[points].truth.argmin())))}

    def following(*, race: int, **_: Any) -> dict[str, Any]:
        return {"race": race + 1, "drawn": 2, "revealed": False}

    return Workbench(
        lambda **values: moment(fields[values["points"]], **values),
        label=label,
        state={"race": 0, "drawn": 2, "revealed": False, "bets": ()},
        actions={
            "Draw a batch": lambda **values: drawn_further(1, **values),
            "Draw five": lambda **values: drawn_further(5, **values),
            "Bet on the leader": bet,
            "Next race": following,
        },
        points=Dial("points of each design", list(fields)),
    )


def race_of(races: Field, race: int) -> tuple[Array, NDArray[np.int64]]:
    """The values of a race, a row for each letter, (S, MOST); and the number of the design behind each letter."""
    order = np.random.default_rng((race, 1)).permutation(len(races.names))
    return races.drawn(MOST, (race, 2))[0][order], order


def moment(races: Field, *, points: int, race: int, drawn: int, revealed: bool, bets: Any) -> Board:
    """The designs after some batches: a row for each, by letter until the bet, then by name, with the true means."""
    values, order = race_of(races, race)
    seen, truth, rows = values[:, :drawn], races.truth[order], len(order)
    names = [races.names[i] for i in order] if revealed else list(LETTERS[:rows])
    high = float(np.quantile(races.values, 0.99))
    layers: list[AnyLayer] = []
    for row, (name, losses, true) in enumerate(zip(names, seen, truth, strict=True)):
        at, look = rows - 1 - row, style(name)
        color, symbol = (look.color, look.symbol) if revealed else (GREY, "circle")
        mean, error = float(losses.mean()), float(losses.std(ddof=1) / np.sqrt(drawn))
        layers += [
            Points(np.minimum(losses, high), np.full(drawn, at + 0.2), color, symbol, 6.0, 0.6, outline=None),
            Segments([max(mean - 2 * error, 0)], [at], [min(mean + 2 * error, high)], [at], color, width=5.0),
            Points([mean], [at], INK, "circle", 9.0, outline=None, name="mean so far" if row == 0 else ""),
        ]
        if revealed:
            layers.append(
                Points([true], [at], "#ffffff", "star", 16.0, outline="#000000", name="" if row else "true mean")
            )
    leader, best = int(seen.mean(axis=1).argmin()), int(truth.argmin())
    ticks = [(float(rows - 1 - row), name) for row, name in enumerate(names)]
    title = f"Race {race + 1}: {drawn} batches"
    scene = Scene(layers, Axis(ABOVE, 0, high), Axis("", -0.6, rows - 0.4, ticks=ticks), title=title, aspect=0.75)
    said = f"{points} points, {drawn} batches: {names[leader]} leads."
    if revealed:
        outcome = "it is truly the lowest" if leader == best else f"but truly lowest is {names[best]}"
        ahead = number(100 * float(np.sort(truth)[1] / truth[best] - 1))
        said += f" You bet on it: {outcome}, by {ahead}\u00a0% before the next."
    n_wrong = sum(wrong for _, wrong in bets)
    said += f" Bets: {len(bets)}, wrong: {n_wrong}." if bets else " No bet yet."
    return beside(scene, _score(bets), sentence=said)


def _score(bets: Any) -> Scene:
    """Every bet: after how many batches, and whether it was right."""
    places = {wrong: [drawn for drawn, one in bets if one is wrong] for wrong in (False, True)}
    layers: list[AnyLayer] = []
    for wrong, (color, symbol, name) in {False: (GREEN, "circle", "right"), True: (RED, "x", "wrong")}.items():
        x = np.array(places[wrong], dtype=np.float64)
        height = np.array([places[wrong][:i].count(drawn) for i, drawn in enumerate(places[wrong])], dtype=np.float64)
        layers.append(Points(x, (0.0 if wrong else 1.0) + 0.12 * height, color, symbol, 12.0, name=name))
    if not bets:
        layers.append(Text([MOST / 2], [0.8], ["your bets will stand here"]))
    ticks = ((0.0, "wrong"), (1.0, "right"))
    return Scene(
        layers, Axis("batches drawn", 0, MOST + 2), Axis("", -0.3, 2, ticks=ticks), title="Your bets", aspect=0.75
    )


def wrong_bets(points: int, fields: Mapping[int, Field], shares: Mapping[int, Array]) -> Board:
    """How often the leader is wrong, over the batches drawn; beside it, how near to each other the designs truly are.

    Args:
        points: of each design; its line is bold.
        fields: number of points -> field.
        shares: number of points -> share of wrong leaders after 1, 2, ... batches.
    """
    left: list[AnyLayer] = []
    for (n, share), color in zip(shares.items(), LINES, strict=False):
        bold = n == points
        left.append(
            Line(
                np.arange(1, len(share) + 1),
                100 * share,
                color,
                width=4.0 if bold else 1.5,
                opacity=1.0 if bold else 0.6,
                name=f"{n} points",
            )
        )
    races = fields[points]
    order = np.argsort(races.truth)[::-1]
    names = [races.names[i] for i in order]
    errors = races.values.mean(axis=2).std(axis=1, ddof=1)[order] / np.sqrt(races.values.shape[1])
    right: list[AnyLayer] = []
    for row, (name, true, error) in enumerate(zip(names, races.truth[order], errors, strict=True)):
        look = style(name)
        right.append(Segments([true - 2 * error], [row], [true + 2 * error], [row], look.color, width=4.0))
        right.append(Points([true], [row], look.color, look.symbol, 13.0))
    ends = 1.15 * float((races.truth[order] + 2 * errors).max())
    share = shares[points]
    told = ", ".join(f"{100 * share[k - 1]:.0f}\u00a0% after {k}" for k in (2, 10, len(share)))
    across = Axis("batches drawn", 1, len(share), ticks=[(k, str(k)) for k in (1, 10, 20, 30, 40)])
    rows = Axis("", -0.6, len(names) - 0.4, ticks=[(k, name) for k, name in enumerate(names)])
    return beside(
        Scene(left, across, Axis("the leader is wrong (% of races)", 0, 100), title="How often wrong?", aspect=0.75),
        Scene(right, Axis(ABOVE, 0, ends), rows, title="True means, ± 2 errors over batches", aspect=0.75),
        sentence=f"{points} points: the leader is wrong in {told} batches. Truly lowest: {names[-1]}.",
    )
