"""What did T1-T2 reach? The tables of ``starts``, ``rivals`` and ``tuning_sets``, summed up.

bad      a start with whose values a plain training ends far above what T1-T2 usually reaches on that network: its test
         error is more than ``BAD`` times the median at the end of T1-T2
rescued  a bad start from which T1-T2 ends well
near     two test errors differ by at most ``NEAR``, which the luck of a seed can do; it often does more, so better and
         worse include luck
units    training time; 1 is one plain training
gap      loss on validation rows minus loss on T2's
held     networks on which nothing was tuned

A network that diverged has no error (nan); it counts as infinitely bad.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.problems.online_objectives import LOG_L2, NOISE
from hpo_tutor.race.experiments.online.starts import FIELDS
from hpo_tutor.race.statistics import paired_differences, student_interval

Array = NDArray[np.float64]

BAD = 1.15
"""Times the median error at the end of T1-T2."""
NEAR = 0.0025
"""Share of test rows: a quarter of a per cent. The seed alone moves some networks by more; see ``luck_near``."""
UNITS = tuple(np.arange(1, 10.5, 0.5).tolist())
"""Moments at which rivals are looked at."""
EDGE = 1e-3
"""Share of a range within which a value counts as on its border."""


class Judged(NamedTuple):
    """What two errors of each of K starts say.

    Attributes:
        bad: (K,) whether the first is above the limit.
        good: (K,) whether the second is not.
        near: (K,) whether both are as good as equal; two networks that diverged are.
        better, worse: (K,) whether the second is smaller, or larger, by more than that.
    """

    bad: NDArray[np.bool_]
    good: NDArray[np.bool_]
    near: NDArray[np.bool_]
    better: NDArray[np.bool_]
    worse: NDArray[np.bool_]

    @property
    def rescued(self) -> NDArray[np.bool_]:
        """First bad, then good; (K,)."""
        return self.bad & self.good


def judged(first: ArrayLike, second: ArrayLike, limit: ArrayLike, near: float = NEAR) -> Judged:
    """Compare two test errors of each start.

    Args:
        first: (K,) errors; nan is a network that diverged, and infinitely bad.
        second: likewise.
        limit: (K,) or one for all: the error above which one is bad.
        near: difference that is none.
    """
    x, y = (_no_nan(errors) for errors in (first, second))
    equal = (x == y) | (np.abs(np.where(np.isinf(x) & np.isinf(y), 0.0, y) - x) <= near)
    line = np.asarray(limit, dtype=np.float64)
    return Judged(x > line, y <= line, equal, (y < x) & ~equal, (y > x) & ~equal)


def limits(table: pd.DataFrame, bad: float = BAD) -> dict[tuple[bool, str], float]:
    """Full, size -> the test error above which a start is bad, from the median at the end of T1-T2 by the right rule.

    Args:
        table: of ``starts.load``.
        bad: times that median.

    Returns:
        nan where the right rule was not recorded, or half of its networks diverged.
    """
    found = {}
    for (full, size), group in table.groupby(["full", "size"], sort=False):
        median = middle(group.loc[group["rule"] == "exact", "online_test_error"])
        found[bool(full), str(size)] = bad * median if np.isfinite(median) else np.nan
    return found


def middle(errors: ArrayLike) -> float:
    """The median of test errors of which nan is infinitely bad; nan where there are no others."""
    values = np.asarray(errors, dtype=np.float64)
    return float(np.median(_no_nan(values))) if np.isfinite(values).any() else np.nan


def shares(table: pd.DataFrame, bad: float = BAD, near: float = NEAR) -> pd.DataFrame:
    """How many starts are rescued, how many did not need it, and what tuned values are worth to a fresh training.

    Args:
        table: of ``starts.load``.
        bad: times the median test error at the end of T1-T2 by the right rule, above which an error is bad.
        near: difference of test errors that is none.

    Returns:
        For each full, size and rule: n_starts; before, online, after (median test errors); threshold (the error above
        which a start is bad); bad, rescued, near, better, worse (shares of all starts; better and worse: by more than
        ``near`` at the end of T1-T2 than with the start's values); luck_near (share whose end of T1-T2 and fresh
        training with its values are near: so often are networks near that nothing but luck and the way there sets
        apart); afresh_better (share whose fresh training is better than T1-T2 itself); end_l2, end_noise (medians);
        overhead (median of the time of T1-T2 over that of the plain trainings, minus 1). Shares are nan where the
        limit or all errors of a stage are missing.
    """
    rows: list[dict[str, Any]] = []
    known = limits(table, bad)
    for (full, size), group in table.groupby(["full", "size"], sort=False):
        threshold = known[bool(full), str(size)]
        for rule, part in group.groupby("rule", sort=False):
            before, online, after = (part[f"{stage}_test_error"] for stage in ("before", "online", "after"))
            found, afresh = judged(before, online, threshold, near), judged(online, after, threshold, near)
            begun, over = np.isfinite([middle(before), middle(after)])  # one finite error says: it was recorded
            plain = part[["before_seconds", "after_seconds"]].mean(axis=1)
            rows.append(
                {
                    "full": full,
                    "size": size,
                    "rule": rule,
                    "n_starts": len(part),
                    "before": middle(before),
                    "online": middle(online),
                    "after": middle(after),
                    "threshold": threshold,
                    "bad": _share(found.bad, begun and np.isfinite(threshold)),
                    "rescued": _share(found.rescued, begun and np.isfinite(threshold)),
                    "near": _share(found.near, begun),
                    "better": _share(found.better, begun),
                    "worse": _share(found.worse, begun),
                    "luck_near": _share(afresh.near, over),
                    "afresh_better": _share(_no_nan(after) < _no_nan(online), over),
                    "end_l2": part["end_l2"].median(),
                    "end_noise": part["end_noise"].median(),
                    "overhead": (part["online_seconds"] / plain).median() - 1,
                }
            )
    return pd.DataFrame(rows)


def travels(table: pd.DataFrame) -> pd.DataFrame:
    """How far did each start have to go, how far did it get, and how far could it?

    Where it had to go is the median end of the right rule on its network. Distances are shares of the ranges.

    Args:
        table: of ``starts.load``.

    Returns:
        For each start: full, size, rule, start; to_go_l2, to_go_noise (from the start); left_l2, left_noise (from the
        end); travelled_l2, travelled_noise (start to end, no detours); reach_l2, reach_noise (the rate times the
        hyper-steps, about the most that Adam can do); at_border (whether it ended on the border of a range); and
        before_test_error, online_test_error.
    """
    out = table[[*FIELDS, "before_test_error", "online_test_error"]].copy()
    borders = pd.Series(data=False, index=table.index)
    exact = table[table["rule"] == "exact"].groupby(["full", "size"])
    for name, (low, high) in {"l2": LOG_L2, "noise": NOISE}.items():
        start, end = (table[f"{moment}_{name}"] for moment in ("start", "end"))
        goals = exact[f"end_{name}"].median()
        goal = pd.Series([goals[key] for key in zip(table["full"], table["size"], strict=True)], index=table.index)
        width = high - low
        out[f"to_go_{name}"] = (goal - start).abs() / width
        out[f"left_{name}"] = (goal - end).abs() / width
        out[f"travelled_{name}"] = (end - start).abs() / width
        out[f"reach_{name}"] = table[f"rate_{name}"] * table["n_hyper_steps"] / width
        borders |= (end - low <= EDGE * width) | (high - end <= EDGE * width)
    return out.assign(at_border=borders)


def costs(table: pd.DataFrame) -> dict[str, float]:
    """The time of one training of each method, in units of one plain training.

    Plain trainings are 1, one at a time or side by side. The others are measured beside random search on the same rows:
    the median over the seeds.

    Args:
        table: of ``rivals.load``, with random search.

    Raises:
        ValueError: random search is not there.
    """
    if "random" not in set(table["method"]):
        raise ValueError(
            f"times are measured beside random search, and there is only {', '.join(sorted(set(table['method'])))}; "
            "run that too, hpo-tutor race online-rivals --method random"
        )
    seconds = table.pivot_table(index="seed", columns="method", values="seconds")
    ratios = seconds.div(seconds["random"], axis=0).median()
    return {str(name): 1.0 if name in ("random", "gp") else float(ratio) for name, ratio in ratios.items()}


def choices(table: pd.DataFrame, by: str = "validation_loss", units: Sequence[float] = UNITS) -> pd.DataFrame:
    """What each method would hand in after so much time: of its finished trainings the best on validation rows.

    Args:
        table: of ``rivals.load``.
        by: what is smallest, "validation_loss" or "validation_error".
        units: when.

    Returns:
        Columns method, seed, units, n_trainings (finished by then), and the choice's validation_loss, validation_error,
        test_loss and test_error. A moment before the first training is over has no row.
    """
    cost, parts = costs(table), []
    for (name, _), group in table.sort_values("number").groupby(["method", "seed"], sort=True):
        for moment in units:
            done = group.iloc[: int(moment / cost[str(name)] + 1e-9)]
            if done[by].notna().any():
                best = done.loc[[done[by].idxmin()]]
                parts.append(best.assign(units=moment, n_trainings=len(done)))
    known = ["validation_loss", "validation_error", "test_loss", "test_error"]
    return pd.concat(parts, ignore_index=True)[["method", "seed", "units", "n_trainings", *known]]


def race(table: pd.DataFrame, column: str = "test_error", by: str = "validation_loss") -> pd.DataFrame:
    """How good is what each method hands in, on the mean over the seeds?

    Args:
        table: of ``rivals.load``.
        column: "test_error" or "test_loss", of the choice.
        by: as of ``choices``.

    Returns:
        Columns units, method, n_seeds, n_trainings (the mean), mean, low, high (95 %, Student's).
    """
    rows = []
    for (moment, name), group in choices(table, by).groupby(["units", "method"], sort=True):
        values = group[column].to_numpy(np.float64)
        rows.append((moment, name, len(values), group["n_trainings"].mean(), *_mean(values)))
    return pd.DataFrame(rows, columns=["units", "method", "n_seeds", "n_trainings", "mean", "low", "high"])


def race_differences(
    table: pd.DataFrame,
    units: float = 10.0,
    peer: str = "t1-t2",
    column: str = "test_error",
    by: str = "validation_loss",
) -> pd.DataFrame:
    """How much more has each method than the peer, seed by seed, and is that more than luck?

    Args:
        table: of ``rivals.load``.
        units: when; choose it beforehand, for p_holm counts the methods at one moment only.
        peer: the method that the others are compared with.
        column: as of ``race``.
        by: as of ``choices``.

    Returns:
        Columns of ``statistics.paired_differences``: a, b, mean, error, low, high, p, p_holm.

    Raises:
        ValueError: the peer is missing, or there are fewer than two seeds.
    """
    now = choices(table, by, (units,)).pivot_table(index="seed", columns="method", values=column).dropna()
    return paired_differences({str(name): now[name].to_numpy(np.float64) for name in now}, peer)


def gaps(table: pd.DataFrame) -> pd.DataFrame:
    """What is tuning worth on rows that nobody has used, and how much better are T2's own rows known, by their number?

    Args:
        table: of ``tuning_sets.load``.

    Returns:
        For each of knobs and n_tuning: n_seeds, n_knobs; tuning_loss, validation_loss, test_error (means); gap, with
        low and high (95 %, Student's). Then three differences of the same seed, means with _low and _high likewise:
        gain, the validation loss of held networks minus the tuned ones'; behind, the validation loss minus that with
        the most rows of T2; overfit, the gap minus that of held networks. The last is no measure of overfitting alone:
        rows that are easy by chance are so by a share of the loss, which tuning makes smaller, and "many" starts with
        noise that held networks lack. Above 0 it is a sign of overfitting; below, it says nothing of it. A difference
        is nan for held networks (save behind), with the most rows (behind), and where there is nothing to compare with.
    """
    table = table.assign(gap=table["validation_loss"] - table["tuning_loss"])
    keys, most = ["n_tuning", "seed"], table["n_tuning"].max()
    held = table[table["knobs"] == "none"].set_index(keys)[["gap", "validation_loss"]]
    largest = table[table["n_tuning"] == most].set_index(["knobs", "seed"])["validation_loss"]
    rows = []
    for (knobs, n_tuning), group in table.groupby(["knobs", "n_tuning"], sort=True):
        beside = held.reindex(pd.MultiIndex.from_frame(group[keys]))
        best = largest.reindex(pd.MultiIndex.from_frame(group[["knobs", "seed"]])).to_numpy(np.float64)
        gap, loss = (group[name].to_numpy(np.float64) for name in ("gap", "validation_loss"))
        nothing = np.full(len(group), np.nan)
        tuned = knobs != "none"
        pairs = (
            beside["validation_loss"].to_numpy(np.float64) - loss if tuned else nothing,
            loss - best if n_tuning < most else nothing,
            gap - beside["gap"].to_numpy(np.float64) if tuned else nothing,
        )
        means = group[["tuning_loss", "validation_loss", "test_error"]].mean()
        found = [value for pair in pairs for value in _mean(pair[np.isfinite(pair)])]
        rows.append((knobs, n_tuning, len(group), group["n_knobs"].iloc[0], *means, *_mean(gap), *found))
    columns = ["knobs", "n_tuning", "n_seeds", "n_knobs", "tuning_loss", "validation_loss", "test_error"]
    ends = [name + end for name in ("gain", "behind", "overfit") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=[*columns, "gap", "low", "high", *ends])


def _no_nan(errors: ArrayLike) -> Array:
    """Infinite where a network diverged."""
    values = np.asarray(errors, dtype=np.float64)
    return np.where(np.isnan(values), np.inf, values)


def _share(some: NDArray[np.bool_], known: bool) -> float:
    return float(some.mean()) if known else np.nan


def _mean(values: Array) -> Iterator[float]:
    """The mean and the ends of its interval of 95 %; nan where there are too few values."""
    if len(values) > 1:
        interval = student_interval(values)
        return iter((float(values.mean()), float(interval.low), float(interval.high)))
    return iter((float(values[0]) if len(values) else np.nan, np.nan, np.nan))
