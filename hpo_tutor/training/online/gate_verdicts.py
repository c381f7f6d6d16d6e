"""Does the largest share name the option that is best when it is trained alone? And what would be the plain way?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.training.online.gates import CURVES, Gated, GatedTuning
from hpo_tutor.training.online.sets import TwoSets

ALONE = "alone: "  # how the columns of options that were trained alone begin


def verdict(
    data: TwoSets,
    options: Sequence[str] | Sequence[int] = tuple(CURVES),
    hidden: Sequence[int] = (32, 32),
    *,
    seeds: Sequence[int] = tuple(range(10)),
    part: str = "test",
    **settings: Any,
) -> pd.DataFrame:
    """Does the largest share name the option that is best when it is trained alone? One row for each seed.

    Takes about as long as training each option once, and the mixture.

    Args:
        data: the rows.
        options: what is mixed.
        hidden: widths of the hidden layers.
        seeds: of the mixtures, and of each option alone, which begins with the same weights where shapes allow.
        part: the rows that have the last word.
        settings: others of ``GatedTuning``.

    Returns:
        By seed: ``named`` by the largest share, and that ``share``; ``chosen``, the option whose network, trained
        alone, has the lowest loss on T2; ``best``, the one with the lowest loss on ``part``. Then losses on ``part``,
        in nats: of the ``mixture``; of the mixture ``cut`` to the option named; of this option ``retrained`` from the
        start; and a column ``alone: option`` for each.
    """
    return compared(data, options, hidden, seeds=seeds, part=part, **settings)[1]


def compared(
    data: TwoSets,
    options: Sequence[str] | Sequence[int] = tuple(CURVES),
    hidden: Sequence[int] = (32, 32),
    *,
    seeds: Sequence[int] = tuple(range(10)),
    part: str = "test",
    **settings: Any,
) -> tuple[Gated, pd.DataFrame]:
    """The paths of the shares, and their ``verdict``."""
    gated = GatedTuning(data, options, hidden, seeds=seeds, **settings)
    found = gated.train()
    names, models = np.array(gated.options, dtype=object), np.arange(len(gated.seeds))
    on_part, on_t2 = np.empty((2, len(models), len(names)))
    for o in range(len(names)):
        alone = GatedTuning(data, options[o : o + 1], hidden, seeds=seeds, **settings)
        alone.train()
        on_part[:, o], on_t2[:, o] = alone.score(part).losses, alone.score("tuning").losses
    columns = {
        "named": names[found.largest],
        "share": found.shares[models, -1, found.largest],
        "chosen": names[_lowest(on_t2)],
        "best": names[_lowest(on_part)],
        "mixture": gated.score(part).losses,
        "cut": gated.score(part, cut=True).losses,
        "retrained": on_part[models, found.largest],
    }
    columns |= {f"{ALONE}{option}": on_part[:, o] for o, option in enumerate(names)}
    return found, pd.DataFrame(columns, index=pd.Index(gated.seeds, name="seed"))


def rules(frame: pd.DataFrame) -> pd.DataFrame:
    """How well each way of choosing does, over all seeds of a ``verdict``.

    Returns:
        By rule: ``right``, the share of seeds in which it takes the best option of that seed; ``loss``, mean loss of
        the option taken, trained alone (nats); ``trainings`` that it costs, the mixture counted as one.
    """
    losses = frame[[name for name in frame.columns if name.startswith(ALONE)]]
    n_options = losses.shape[1]
    rows = {}
    for rule, column, cost in (("largest share", "named", 2), ("each alone, T2 chooses", "chosen", n_options)):
        places = losses.columns.get_indexer(pd.Index([f"{ALONE}{option}" for option in frame[column]]))
        taken = losses.to_numpy()[np.arange(len(frame)), places]
        rows[rule] = (float((frame[column] == frame["best"]).mean()), float(taken.mean()), cost)
    rows["one at random"] = (1 / n_options, float(losses.to_numpy().mean()), 1)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["right", "loss", "trainings"])


def _lowest(losses: NDArray[np.float64]) -> NDArray[np.int64]:
    """Of each row; what has diverged is never the lowest."""
    return np.asarray(np.where(np.isfinite(losses), losses, np.inf).argmin(1), dtype=np.int64)
