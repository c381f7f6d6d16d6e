"""What did the source run, and what was run here? Its table of feasible cells, with what a study has of each.

cell    here: a track, d hyperparameters and resolution n; in the source five designs on every data batch
models  trained by the source for it: 5 n^d on each batch
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from hpo_tutor.race import presets, tracks

if TYPE_CHECKING:
    from hpo_tutor.race.campaign import Study

ABANDONED = {
    "insoluble particles in ice cores, a convolutional network": "an hour a point",
    "IceCube events, a graph network": "trouble with a GPU",
}
"""What the source began -> why it gave it up. Neither was run here."""

NOT_COUNTED = 5
"""Hyperparameters of the cells that the source lists and leaves out of its total of 558,450 models."""


def table(study: "Study") -> pd.DataFrame:
    """A row for each cell of the source, index (track, d, n); variants of tracks are left out.

    Columns:
        points: N = n^d.
        source_batches, source_models: what the source ran; all models are 558,450 without d = 5.
        recorded: data batches on which all samplers below finished, their losses looked up.
        live: the same, really trained.
        live_models: trained for it here.
        samplers: how many took part, recorded or live.
        missing: designs of the source that did not, with the reason where it is known; "not run" where nobody did.
        data, model: what was raced on.
        machines: where.
    """
    done = study.table()
    done = done[done["variant"].fillna("") == ""]
    machines = "; ".join(map(str, study.machines))
    reasons = {(cell.track, cell.n_dims, cell.resolution, cell.sampler): why for cell, why in presets.missing("source")}
    rows = {}
    for name, feasible in presets.FEASIBLE.items():
        track = tracks.track(name)
        for d, resolutions in feasible.items():
            for n in resolutions:
                here = done[(done["track"] == name) & (done["n_dims"] == d) & (done["resolution"] == n)]
                recorded, live = here[~here["live"].astype(bool)], here[here["live"].astype(bool)]
                rows[name, d, n] = {
                    "points": n**d,
                    "source_batches": track.n_batches(),
                    "source_models": len(presets.SOURCE_DESIGNS) * track.n_batches() * n**d,
                    "recorded": len(shared_batches(recorded)),
                    "live": len(shared_batches(live)),
                    "live_models": int(live["n_trained"].sum()),
                    "samplers": here["sampler"].nunique(),
                    "missing": _missing(here, (name, d, n), reasons),
                    "data": track.data,
                    "model": track.model,
                    "machines": machines if len(here) else "",
                }
    found = pd.DataFrame.from_dict(rows, orient="index")
    return found.set_index(pd.MultiIndex.from_tuples(list(rows), names=["track", "d", "n"]))


def shared_batches(rows: pd.DataFrame) -> list[int]:
    """The data batches that all samplers of these rows finished."""
    finished = [set(batches) for _, batches in rows.groupby("sampler")["batch"]]
    return sorted(set.intersection(*finished)) if finished else []


def _missing(here: pd.DataFrame, where: tuple[str, int, int], reasons: Mapping[tuple[str, int, int, str], str]) -> str:
    if here.empty:
        return "not run"
    absent = [name for name in presets.SOURCE_DESIGNS if name not in set(here["sampler"])]
    return "; ".join(f"{name}: {reasons[*where, name]}" if (*where, name) in reasons else name for name in absent)
