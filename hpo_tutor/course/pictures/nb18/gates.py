"""Does the largest share name the best option? Shares over the epochs, above each option trained alone.

share     what an option gets in the mixture, from 0 to 1; all shares sum to 1
alone     the test loss of a network that has this option only, trained from the start with the same seed
"""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, RED, SIZES, Style
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]
LOOKS = {
    "relu": Style(BLUE, "dash", "square"),
    "tanh": Style(GREEN, "dashdot", "triangle-up"),
    "identity": Style(RED, "solid", "diamond"),
    "sine": Style(ORANGE, "longdash", "circle"),
}
ALL, FEWER, LATER = "all four", "without identity", "all four, gates wait"
WAYS: dict[str, dict[str, Any]] = {
    ALL: {},
    FEWER: {"options": ("relu", "tanh", "sine")},
    LATER: {"waiting": 10},
}
GAP = 0.09  # between the names at the ends of lines, in shares


@cache
def gated(way: str = ALL, n_seeds: int = 10) -> tuple[Any, pd.DataFrame]:
    """Paths of the shares on the digits, and the verdict: ``training.online.gate_verdicts.compared``.

    Raises:
        ValueError: there is no such way.
    """
    from hpo_tutor.training.online import gate_verdicts  # torch is loaded when it is needed

    if way not in WAYS:
        raise ValueError(f"a way is one of {', '.join(WAYS)}, got {way!r}")
    return gate_verdicts.compared(problems.online_tuning("digits").data, seeds=tuple(range(n_seeds)), **WAYS[way])


def gates_board(found: Any, verdict: pd.DataFrame, seed: int = 0) -> Board:
    """Shares of one mixture over the epochs, above the test losses of its options trained alone.

    Args:
        found: paths of the shares, a ``Gated`` of options that have a look in ``LOOKS``.
        verdict: of the same mixtures.
        seed: which mixture.
    """
    k = list(verdict.index).index(seed)
    row = verdict.iloc[k].to_dict()
    alone = {option: float(row[f"alone: {option}"]) for option in found.options}
    right = sum(verdict["named"] == verdict["best"])
    chosen = sum(verdict["chosen"] == verdict["best"])
    sentence = (
        f"Seed {seed}: {row['named']} ends with the largest share, {row['share']:.2f}; trained alone it has a test "
        f"loss of {number(alone[row['named']])} nats. "
        f"The best alone is {row['best']} with {number(alone[row['best']])}. "
        f"The largest share names the best option for {right} of {len(verdict)} seeds; "
        f"training each alone and asking T2 finds it for {chosen}."
    )
    above, below = _shares(found.options, found.shares[k]), _alone(alone, verdict, str(row["named"]))
    return Board([[above], [below]], sentence)  # side by side, names at the ends would not fit a telephone


def gates_player(
    label: str = "Does the largest share name the best?", ways: tuple[str, ...] = (ALL, FEWER), n_seeds: int = 10
) -> Player:
    """Seed by seed, for each menu of options; all that is shown is trained first, in some ten seconds."""
    return Player.over(
        lambda menu, seed: gates_board(*gated(menu, n_seeds), seed),
        menu=Dial("menu", ways),
        seed=Dial("seed", range(n_seeds)),
        label=label,
        play="seed",
        speed=1.0,
    )


def spread(ends: Array, gap: float = GAP) -> Array:
    """Heights of names at the ends of lines, in the same order and at least ``gap`` apart; shape (n,)."""
    order = np.argsort(ends, kind="stable")
    steps = gap * np.arange(len(ends))
    raised = np.maximum.accumulate(ends[order] - steps) + steps
    # lowered by the mean of what was added, a crowd stays around its middle; the floor is the axis
    lowered = np.maximum(raised - (raised - ends[order]).mean(), 0.02 + steps)
    result = np.empty(len(ends))
    result[order] = np.maximum.accumulate(lowered - steps) + steps
    return result


def _shares(options: tuple[str, ...], shares: Array) -> Scene:
    """Lines over the epochs, with names at their ends."""
    n_epochs = len(shares) - 1
    epochs = np.arange(n_epochs + 1)
    layers: list[AnyLayer] = [
        Line(epochs, np.full(n_epochs + 1, 1 / len(options)), GREY, "dot", 1.5, name="equal shares")
    ]
    for o, option in enumerate(options):
        look = LOOKS[option]
        layers.append(Line(epochs, shares[:, o], look.color, look.dash, 3))
        layers.append(Points(epochs[-1:], shares[-1:, o], look.color, look.symbol, 11, outline=INK))
    heights = spread(shares[-1])
    layers.append(Text(np.full(len(options), 1.03 * n_epochs), heights, options, anchor="start", size=SIZES["labels"]))
    return Scene(
        layers,
        Axis(
            "epoch", 0, 1.27 * n_epochs, ticks=[(at, str(at)) for at in range(0, n_epochs + 1, max(1, n_epochs // 6))]
        ),
        Axis("share in the mixture", 0, 1),
        title="while it trains",
        aspect=0.5,
    )


def _alone(alone: dict[str, float], verdict: pd.DataFrame, named: str) -> Scene:
    """A row of points for each option: one for each seed, this seed's the largest."""
    columns = [float(x) for option in alone for x in verdict[f"alone: {option}"]]
    layers: list[AnyLayer] = []
    for height, (option, loss) in enumerate(reversed(alone.items())):
        look, losses = LOOKS[option], verdict[f"alone: {option}"].to_numpy(dtype=float)
        layers.append(Points(losses, np.full(len(losses), height), look.color, look.symbol, 7, 0.75, outline=None))
        layers.append(Points([loss], [height], look.color, look.symbol, 14, outline=INK))
        if option == named:
            layers.append(
                Text([min(columns)], [height + 0.42], ["largest share"], anchor="start", size=SIZES["labels"])
            )
    names = [(float(height), option) for height, option in enumerate(reversed(alone))]
    low, high = min(columns) * 0.92, max(columns) * 1.08
    return Scene(
        layers,
        Axis("test loss alone (nats)", low, high, log=True),
        Axis("option", -0.5, len(alone) - 0.35, ticks=names),
        title="each trained alone",
        aspect=0.5,
    )
