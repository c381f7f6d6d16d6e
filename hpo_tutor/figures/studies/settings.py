"""Who was best in each setting, by how much, and who cannot be told apart from the best?

setting  a track, d hyperparameters, resolution n, variant, and whether losses were really trained for
rule     "optimum" where every loss has one known, and else "pool": see ``race.normalising``

All pairs of a setting are tested together (Holm); the best is chosen by looking, and only such a test allows for that.
Settings are not corrected for one another: of twenty in which nobody differs, about one names a difference.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.figures.studies.reach import mean_interval
from hpo_tutor.race.feasibility import shared_batches
from hpo_tutor.race.normalising import normalise, scores
from hpo_tutor.race.statistics import Interval, Ranks, paired_differences, ranks
from hpo_tutor.race.statistics.pairs import COLUMNS

Array = NDArray[np.float64]

ALPHA = 0.05
SETTING = ["track", "n_dims", "variant", "live", "resolution"]


class Finding(NamedTuple):
    """What came out in one setting.

    Attributes:
        track: its name.
        n_dims: d.
        variant: of the track.
        live: whether losses were really trained for.
        resolution: n; the budget was n^d points.
        rule: by which losses were normalised.
        losses: sampler -> y - 1 on the data batches that all samplers finished.
        means: sampler -> mean and interval, best first.
        differences: of all pairs; empty where only one sampler took part.
        against_best: the best minus each other sampler, in the order of their means; P-values are those of all pairs.
        worse: samplers that are told apart from the best.
        alike: samplers that are not.
        ranks: None where fewer than three took part.
    """

    track: str
    n_dims: int
    variant: str
    live: bool
    resolution: int
    rule: str
    losses: dict[str, Array]
    means: dict[str, Interval]
    differences: pd.DataFrame
    against_best: pd.DataFrame
    worse: tuple[str, ...]
    alike: tuple[str, ...]
    ranks: Ranks | None

    @property
    def n_points(self) -> int:
        """The budget N = n^d."""
        return int(self.resolution**self.n_dims)

    @property
    def n_batches(self) -> int:
        """The data batches that all samplers finished."""
        return len(next(iter(self.losses.values())))

    @property
    def best(self) -> str:
        """The sampler of the smallest mean."""
        return next(iter(self.means))


def findings(table: pd.DataFrame, of: str = "score") -> list[Finding]:
    """What came out in each setting of a study, in their order; those of fewer than two shared batches are left out.

    Args:
        table: a study's rows.
        of: "score" or "observed".
    """
    table = table.assign(variant=table["variant"].fillna(""))
    found = []
    for _, kind in table.groupby(SETTING[:-1]):
        rule = "optimum" if kind["optimum"].notna().all() else "pool"
        lost = kind.assign(y=normalise(kind, rule, of))
        for _, rows in lost.groupby("resolution"):
            if len(shared_batches(rows)) > 1:
                found.append(_finding(rows, rule))
    return found


def _finding(rows: pd.DataFrame, rule: str) -> Finding:
    track, n_dims, variant, live, n = rows[SETTING].iloc[0]
    where: dict[str, Any] = {"track": str(track), "n_dims": int(n_dims), "variant": str(variant), "live": bool(live)}
    losses = scores(rows, **where, resolution=int(n), of="y")
    means = {name: mean_interval(each) for name, each in losses.items()}
    means = dict(sorted(means.items(), key=lambda item: item[1].centre))
    pairs = paired_differences(losses) if len(losses) > 1 else pd.DataFrame(columns=COLUMNS)
    best, *others = means
    turned = pairs.assign(a=pairs["b"], b=pairs["a"], mean=-pairs["mean"], low=-pairs["high"], high=-pairs["low"])
    against_best = (
        pd.concat([part[part["a"] == best] for part in (pairs, turned)]).set_index("b", drop=False).loc[others]
    )
    told_apart = against_best["p_holm"] <= ALPHA
    return Finding(
        **where,
        resolution=int(n),
        rule=rule,
        losses=losses,
        means=means,
        differences=pairs,
        against_best=against_best.reset_index(drop=True),
        worse=tuple(against_best["b"][told_apart]),
        alike=tuple(against_best["b"][~told_apart]),
        ranks=ranks(losses) if len(losses) > 2 else None,
    )
