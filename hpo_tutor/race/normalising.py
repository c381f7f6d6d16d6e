"""How good is a loss? It is divided by the best that its data batch has to offer, so that batches can be averaged.

y       a loss divided by that best one, 1 at the best
pool    the source's rule: the best that any sampler and budget reached on the batch. That of a small study is easily
        reached; and who enters or leaves changes everybody's y
optimum the batch's own smallest expected loss, where it is known; nobody's y hangs on who else takes part
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hpo_tutor.race.tracks import edge_batches

RULES = ("pool", "optimum")
_BATCH = ["track", "n_dims", "live", "variant", "batch"]


def normalise(table: pd.DataFrame, by: str = "pool", of: str = "score", drop_edges: bool = False) -> "pd.Series[float]":
    """What each row loses beyond the best of its batch, y - 1, in the table's order.

    By "pool" it is 0 or more. By "optimum" it may lie slightly below 0: an observed loss may be luckier than the best
    expected one, and a mangled landscape's optimum is that of its grid at the true coefficients, which a search may
    undercut a little.

    Args:
        table: a study's rows; those without a number there give nan.
        by: "pool" or "optimum".
        of: "score" or "observed".
        drop_edges: leave out the rows of batches whose optimum lies on the border of the domain, as the source did.
            That selects on the outcome: ``attrs["dropped"]`` of what is returned says track -> such batches met.

    Raises:
        ValueError: the rule or column is unknown, a loss is not positive, or a row's optimum is unknown.
    """
    if by not in RULES:
        raise ValueError(f"losses are normalised by one of {', '.join(RULES)}; got by={by!r}")
    if of not in ("score", "observed"):
        raise ValueError(f'what is normalised is "score" or "observed"; got of={of!r}')
    table = table.assign(variant=table["variant"].fillna(""))
    losses = table[of].astype(float)
    if (losses <= 0).any():
        raise ValueError(f"only positive losses can be divided by the best one; the smallest is {losses.min():g}")
    if by == "pool":
        best = losses.groupby([table[column] for column in _BATCH]).transform("min")
    else:
        best = table["optimum"].astype(float)
        if unknown := sorted(set(table["track"][best.isna() & losses.notna()])):
            raise ValueError(f'the optimum of {", ".join(unknown)} is unknown for some rows; use by="pool" there')
    values = (losses / best - 1).rename(f"{of} by {by}")
    if drop_edges:
        edges = {track: edge_batches(track) for track in sorted(set(table["track"]))}
        met = [batch in edges[track] for track, batch in zip(table["track"], table["batch"], strict=True)]
        dropped = table[met].groupby("track")["batch"].unique()
        values = values[np.logical_not(met)]
        values.attrs["dropped"] = {track: sorted(map(int, dropped.get(track, []))) for track in edges}
    return values


def scores(
    table: pd.DataFrame,
    *,
    track: str,
    n_dims: int,
    resolution: int,
    variant: str = "",
    live: bool = False,
    of: str = "score",
) -> dict[str, NDArray[np.float64]]:
    """One column of one setting: sampler -> (B,), the same batches for all, in their order.

    Samplers that finished nowhere are left out; then batches that some sampler did not finish.

    Args:
        table: a study's rows.
        track: its name.
        n_dims: d.
        resolution: n.
        variant: of the track.
        live: whether losses were really trained for.
        of: a column, also one that was added: ``table.assign(y=normalise(table))``.

    Raises:
        ValueError: there are no such rows or no such column.
    """
    if of not in table:
        raise ValueError(f"a column must be one of {', '.join(map(str, table))}; it is {of!r}")
    wanted = {"track": track, "n_dims": n_dims, "resolution": resolution, "live": live}
    chosen = (table[list(wanted)] == pd.Series(wanted)).all(axis=1) & (table["variant"].fillna("") == variant)
    wide = table[chosen].set_index(["batch", "sampler"])[of].astype(float).unstack()  # noqa: PD010
    wide = wide.dropna(axis=1, how="all").dropna(axis=0).sort_index()
    if wide.empty:
        raise ValueError(f"no batch was finished by all samplers of {wanted}, variant {variant!r}; see the failures")
    order = [name for name in table["sampler"][chosen].unique() if name in wide]
    return {str(name): wide[name].to_numpy() for name in order}
