"""How far can T1-T2 walk, and how far would it have to? Starts that are too far for a slow rate.

needed     the way from the start to the median end of all starts of the same size, in the hyperparameter's unit
travelled  how much of it was walked, from start to end; negative is away
reach      rate times hyper-steps: an Adam moves by about its rate a step at the most
rate       of the hyperparameter's Adam: usual, or slow as for weights
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb18.errors import limits
from hpo_tutor.course.pictures.nb18.starts import part
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, INK, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

SIZE = "shallow"
LOOKS = {"exact": (ORANGE, "circle", "usual rate"), "slow": (BLUE, "diamond", "slow rate")}
AXES = {"l2": "l2", "noise": "input noise"}
"""Column of the table -> what an axis calls it."""
ARRIVED = 0.5  # the share of the way that counts as most of it


class Way(NamedTuple):
    """Of K starts by one rule, for one hyperparameter.

    Attributes:
        needed, travelled: (K,).
        reach: the most.
        bad: (K,) whether the network that T1-T2 trained has a bad test error.
    """

    needed: Array
    travelled: Array
    reach: float
    bad: NDArray[np.bool_]


def way(table: pd.DataFrame, name: str, rule: str = "exact", size: str = SIZE) -> Way:
    """How far a hyperparameter had to walk from each start, and how far it came.

    Args:
        table: of ``race.experiments.online.starts.load``.
        name: "l2" or "noise".
        rule: "exact" (the usual rate) or "slow".
        size: of the network.

    Raises:
        ValueError: there is no such hyperparameter, or nothing was recorded.
    """
    if name not in AXES:
        raise ValueError(f"the hyperparameters are {', '.join(AXES)}; got {name!r}")
    rows, aim = part(table, size, rule), float(part(table, size)[f"end_{name}"].median())
    start, end = (rows[f"{which}_{name}"].to_numpy(dtype=np.float64) for which in ("start", "end"))
    towards = np.where(aim >= start, 1.0, -1.0)
    (reach,) = (rows[f"rate_{name}"] * rows["n_hyper_steps"]).unique()
    error = rows["online_test_error"].to_numpy(dtype=np.float64)
    bad = summaries.judged(error, error, limits(table)[size]).bad
    return Way(np.abs(aim - start), towards * (end - start), float(reach), bad)


def reach_board(table: pd.DataFrame, rules: Sequence[str] | None = None) -> Board:
    """The way travelled against the way needed, for both hyperparameters.

    Args:
        table: of ``race.experiments.online.starts.load``.
        rules: of ``LOOKS``; None is those that were recorded.

    Raises:
        ValueError: as of ``way``.
    """
    rules = [rule for rule in LOOKS if rule in set(table["rule"])] if rules is None else rules
    scenes, told = [], []
    for name, label in AXES.items():
        ways = {rule: way(table, name, rule) for rule in rules}
        most = 1.06 * max(float(found.needed.max()) for found in ways.values())
        least = min(0.0, *(float(found.travelled.min()) for found in ways.values()))
        highest = max(most, *(1.06 * float(found.travelled.max()) for found in ways.values()))
        layers: list[AnyLayer] = [Line([0, most], [0, most], INK, "dash", 1.5, name="arrives")]
        for rule, found in ways.items():
            color, symbol, words = LOOKS[rule]
            if found.reach <= highest:
                layers.append(
                    Marks(
                        [found.reach],
                        "y",
                        across=True,
                        color=color,
                        dash="dot",
                        name=f"{words}: rate times hyper-steps",
                    )
                )
            ringed = found.needed[found.bad], found.travelled[found.bad]
            layers.append(Points(*ringed, RED, "circle", 17.0, outline=None, name="ends with a bad test error"))
            layers.append(Points(found.needed, found.travelled, color, symbol, 10.0, name=words))
            far = found.needed > found.reach
            covered = int((found.travelled >= ARRIVED * found.needed).sum())
            told.append(
                f"{label}, {words}: at most about {number(found.reach)}; {int(far.sum())} of {len(far)} need more; "
                f"{covered} cover half of their way or more"
            )
        room = 0.05 * (highest - least)
        y = Axis(f"{label}: travelled", least - room, highest)
        scenes.append(Scene(layers, Axis(f"{label}: needed", -0.03 * most, most), y, title=label, aspect=0.95))
    bad = {rule: int(way(table, "l2", rule).bad.sum()) for rule in rules}
    ends = ", ".join(f"{n} with the {LOOKS[rule][2]}" for rule, n in bad.items())
    said = ". ".join(one[0].upper() + one[1:] for one in told)
    return beside(*scenes, sentence=f"{said}. Bad test error in the end: {ends}.")
