"""What does the report keep as tables? Every mean with its interval, every pair, every rank, and what is not there."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from hpo_tutor.figures.studies import Finding, curve_table
from hpo_tutor.race import feasibility, presets
from hpo_tutor.race.statistics import Ranks
from hpo_tutor.race.statistics.pairs import COLUMNS
from hpo_tutor.race.study import Study

SETTING = ["track", "d", "variant", "live", "resolution", "points", "rule"]
NOT_YET = "not run yet"


def tables(study: Study, found: Sequence[Finding]) -> dict[str, pd.DataFrame]:
    """File's name -> its table."""
    ranked = [(one, one.ranks) for one in found if one.ranks]
    return {
        "means.csv": pd.concat(_means(study.table(), found)) if found else pd.DataFrame(columns=SETTING),
        "differences.csv": _joined(found, [one.differences for one in found], COLUMNS),
        "ranks.csv": _joined(
            [one for one, _ in ranked],
            [_ranks(ranks) for _, ranks in ranked],
            ["sampler", "mean_rank", "critical_difference"],
        ),
        "feasibility.csv": feasibility.table(study).reset_index(),
        "failures.csv": study.failures(),
        "missing.csv": missing(study),
    }


def missing(study: Study) -> pd.DataFrame:
    """The recorded cells of the source's table that have no row: track, n_dims, resolution, sampler, batches, why."""
    rows: dict[tuple[str, int, int, str], int] = {}
    for cell in study.missing(presets.preset("source")):
        rows[cell[:4]] = rows.get(cell[:4], 0) + 1
    known = [(*key, n, NOT_YET) for key, n in rows.items()]
    known += [(*cell[:4], -1, why) for cell, why in presets.missing("source")]
    return pd.DataFrame(known, columns=["track", "n_dims", "resolution", "sampler", "batches", "why"])


def _means(table: pd.DataFrame, found: Sequence[Finding]) -> Iterator[pd.DataFrame]:
    """Of scores and of observed losses, by each rule that is possible."""
    for track, n_dims, variant, live in dict.fromkeys(one[:4] for one in found):
        rule = next(one.rule for one in found if one[:4] == (track, n_dims, variant, live))
        for by in dict.fromkeys([rule, "pool"]):
            for of in ("score", "observed"):
                rows = curve_table(table, track, n_dims, variant=variant, live=live, of=of, by=by)
                kind: dict[str, Any] = {
                    "track": track,
                    "d": n_dims,
                    "variant": variant,
                    "live": live,
                    "rule": by,
                    "of": of,
                }
                yield rows.assign(**kind)[[*kind, *rows.columns]]


def _joined(found: Sequence[Finding], parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """The parts below one another, each with the setting it is of."""
    rows = [
        part.assign(**_setting(one))[[*SETTING, *columns]] for one, part in zip(found, parts, strict=True) if len(part)
    ]
    return pd.concat(rows) if rows else pd.DataFrame(columns=[*SETTING, *columns])


def _ranks(ranks: Ranks) -> pd.DataFrame:
    rows = {"sampler": ranks.names, "mean_rank": ranks.mean_ranks, "critical_difference": ranks.critical_difference}
    return pd.DataFrame(rows)


def _setting(one: Finding) -> dict[str, Any]:
    return dict(zip(SETTING, (*one[:5], one.n_points, one.rule), strict=True))
