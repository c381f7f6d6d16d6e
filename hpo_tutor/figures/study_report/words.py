"""What does the report say? Lines of Markdown, each with the numbers that it rests on.

per cent  of the smallest loss of a data batch: y - 1 = 0.01 is 1 %
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from hpo_tutor.figures.studies import Finding
from hpo_tutor.figures.studies.reach import listed, ranged
from hpo_tutor.figures.studies.settings import ALPHA, SETTING
from hpo_tutor.figures.study_report.sheets import missing
from hpo_tutor.race import feasibility, presets, tracks
from hpo_tutor.race.statistics import Interval
from hpo_tutor.race.study import Study
from hpo_tutor.scenes.ticks import number


def lines(study: Study, found: Sequence[Finding], figures: Mapping[str, str]) -> Iterator[str]:
    """The report, line by line.

    Args:
        study: with at least one finished cell.
        found: what came out in its settings.
        figures: address -> what is drawn there.
    """
    sections = {
        "What ran": _what_ran(study),
        "Who wins where": _who_wins(study.table(), found),
        "What is lost, in per cent": _means(found),
        "Figures": (f"- [{said}]({address})" for address, said in figures.items()),
        "What the source ran, and what was run here": _feasible(study),
        "What failed, and what is missing": _not_there(study),
    }
    yield "# A fair race: what the study found"
    for title, body in sections.items():
        if written := list(body):
            yield from ("", f"## {title}", "", *written)
    yield ""


def called(one: Finding) -> str:
    """The track of a finding, with its variant and whether it was really trained for."""
    return one.track + (f", {one.variant}" if one.variant else "") + (", live" if one.live else "")


def _what_ran(study: Study) -> Iterator[str]:
    table, n_failed = study.table(), len(study.failures())
    n_live = int(table["live"].astype(bool).sum())
    yield f"- {_cells(len(table))} done, {n_failed:,} failed: a cell is one sampler, one budget, one data batch."
    yield f"- {int(table['n_made'].sum()):,} configurations were tried in those done."
    yield f"- {study.n_trained:,} models were really trained, for {_cells(n_live)} live; other losses were looked up."
    for name, rows in table.groupby("track"):
        track, dims = tracks.track(str(name)), ", ".join(map(str, sorted(set(rows["n_dims"]))))
        yield (
            f"- {name}: {track.model}, on {track.data}; {rows['batch'].nunique()} data batches, d = {dims}; "
            f"{listed(sorted(set(rows['sampler'])))}."
        )
        if edges := tracks.edge_batches(str(name)):
            yield (
                f"- {name}: on {len(edges)} of {track.n_batches()} batches the smallest loss over two hyperparameters "
                "lies on the border of the domain; they are counted all the same, since dropping them would select on "
                "the outcome."
            )
        if mangled := sorted(set(rows["n_dims"][rows["variant"].fillna("") == ""]) & set(track.mangled)):
            lost = ", ".join(f"{number(100 * _lost_to_rows(track, d))} % (d = {d})" for d in mangled)
            yield (
                f"- {name}, d = {', '.join(map(str, mangled))}: a search sees validation rows, its score is of test "
                "rows. Who picks by validation rows among all recorded fits, undone with the true coefficients, loses "
                f"on average {lost}: about so much is the price of choosing by other rows, however long the search."
            )
    if {"grid", "grid-midpoints"} <= set(table["sampler"]):
        yield "- grid has points on the borders of the domain, as the source's has; grid-midpoints keeps off them."
    for name, limit in presets.LIMITED.items():
        if name in set(table["sampler"]):
            yield f"- {name}: {limit}."
    machines = "; ".join(study.machines) or "machines that are not known"
    yield f"- {study.seconds:,.0f} seconds of one core; on {machines}."


def _lost_to_rows(track: tracks.Track, n_dims: int) -> float:
    family = track.objective(n_dims)
    members = [family.draw(batch) for batch in range(track.n_batches())]
    return float(np.mean([member.picked / member.optimum - 1 for member in members]))


def _who_wins(table: pd.DataFrame, found: Sequence[Finding]) -> Iterator[str]:
    yield from _left_out(table, found)
    if not found:
        yield "No setting has two data batches that all its samplers finished: nothing can be compared yet."
        return
    named = Counter(name for one in found for name in one.worse)
    n_some, n_all = (sum(bool(one.worse) for one in found), sum(bool(one.worse) and not one.alike for one in found))
    yield (
        "Compared are the scores of incumbents, in which less luck is left than in the losses that the search saw: "
        "means over all recorded trainings, or over fresh ones, or losses on rows held out. They are divided by the "
        'smallest expected loss of their data batch where that is known (rule "optimum"), and else by the best that '
        'anybody reached there (rule "pool"). **Worse** are samplers that are told apart from the best: p at most '
        f"{ALPHA} after Holm's correction for all pairs of the line. Who cannot be told apart is not proved to be "
        "equal. Intervals are for one mean or one difference alone; that of the best lies a little too low, for it was "
        "chosen by its mean."
    )
    yield from (
        "",
        f"In {n_all} of {len(found)} settings the best is told apart from all others, in {n_some - n_all} from some, "
        f"in {len(found) - n_some} from nobody. Worse than the best: "
        + (listed(f"{name} in {n}" for name, n in named.most_common()) if named else "nobody")
        + ". Settings are not corrected for one another: were all samplers equal "
        + f"everywhere, on average up to {number(ALPHA * len(found))} settings would name somebody all the same.",
        "",
    )
    yield from _markdown(
        [
            "track",
            "d",
            "N",
            "batches",
            "rule",
            "best: mean (95 % interval)",
            "worse, by how much",
            "cannot be told apart",
        ],
        (
            [
                *(called(one), one.n_dims, one.n_points, one.n_batches, one.rule),
                f"{one.best}: {_percent(one.means[one.best])}",
                "; ".join(_by_how_much(one)) or "nobody",
                ", ".join(one.alike) or "nobody",
            ]
            for one in found
        ),
    )


def _left_out(table: pd.DataFrame, found: Sequence[Finding]) -> Iterator[str]:
    """The settings that cannot be compared, for one sampler that has hardly begun hides all others there."""
    compared = {one[:5] for one in found}
    rows = table.assign(variant=table["variant"].fillna(""))[SETTING].drop_duplicates()
    left = [
        name + (f", {variant}" if variant else "") + (", live" if live else "") + f", d = {d}, N = {n**d}"
        for name, d, variant, live, n in rows.itertuples(index=False)
        if (name, d, variant, live, n) not in compared
    ]
    if left and found:
        yield f"Left out, for no two data batches were finished by all their samplers: {'; '.join(left)}."
        yield ""


def _by_how_much(one: Finding) -> Iterator[str]:
    rows = one.against_best
    for name, mean, low, high in rows[["b", "mean", "low", "high"]].to_numpy(dtype=object):
        if name in one.worse:
            yield f"{name}: {number(-100 * mean)} % ({ranged(-100 * high, -100 * low)})"


def _means(found: Sequence[Finding]) -> Iterator[str]:
    yield "Mean over the data batches of what is lost, with its 95 % interval by the studentised bootstrap."
    for kind in dict.fromkeys((called(one), one.n_dims) for one in found):
        own = [one for one in found if (called(one), one.n_dims) == kind]
        names = sorted({name for one in own for name in one.means})
        yield from ("", f"**{kind[0]}, d = {kind[1]}**", "")
        yield from _markdown(
            ["sampler", *(f"N = {one.n_points}" for one in own)],
            ([name, *(_percent(one.means[name]) if name in one.means else "" for one in own)] for name in names),
        )


def _feasible(study: Study) -> Iterator[str]:
    rows = feasibility.table(study).reset_index()
    n_counted = int(rows["source_models"][rows["d"] != feasibility.NOT_COUNTED].sum())
    yield (
        f"The source's total is {n_counted:,} models: five designs in all of these cells but those of "
        f"d = {feasibility.NOT_COUNTED}. "
        + " ".join(f"It gave up {what}: {why}." for what, why in feasibility.ABANDONED.items())
        + " Batches count here where all samplers that took part finished them."
    )
    yield ""
    fields = {
        **{"track": "track", "d": "d", "n": "n", "points": "N"},
        **{"source_batches": "source: batches", "source_models": "source: models"},
        **{"recorded": "here: batches, recorded", "live": "batches, live", "live_models": "models trained"},
        **{"samplers": "samplers", "missing": "missing designs", "data": "data", "machines": "machine"},
    }
    yield from _markdown(list(fields.values()), rows[list(fields)].to_numpy(dtype=object).tolist())


def _not_there(study: Study) -> Iterator[str]:
    failures, absent = study.failures(), missing(study)
    yield "No cell failed." if failures.empty else f"{_cells(len(failures))} failed:"
    yield ""
    for (track, sampler, message), rows in failures.groupby(["track", "sampler", "message"]):
        yield f"- {sampler} on {track}, d = {_dims(rows)}: {_cells(len(rows))}. {message}"
    if len(failures):
        yield ""
    yield (
        "Missing of the source's table, recorded:"
        if len(absent)
        else "Of the source's table, recorded, nothing is missing."
    )
    yield ""
    for (track, sampler, why), rows in absent.groupby(["track", "sampler", "why"]):
        n_cells = int(rows["batches"].clip(lower=0).sum())
        yield f"- {sampler} on {track}, d = {_dims(rows)}: " + (f"{_cells(n_cells)}, {why}." if n_cells else f"{why}.")


def _cells(n: int) -> str:
    return f"{n:,} cell{'' if n == 1 else 's'}"


def _dims(rows: pd.DataFrame) -> str:
    return ", ".join(map(str, sorted(set(rows["n_dims"]))))


def _percent(interval: Interval) -> str:
    return f"{number(100 * interval.centre)} % ({ranged(100 * interval.low, 100 * interval.high)})"


def _markdown(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    for cells in (heads, ["---"] * len(heads), *rows):
        yield "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells) + " |"
