"""Who waits for whom? Two schedulers on one clock: each job a bar on its worker, and a cursor that says who does what.

clock     seconds of the simulation; it runs until the synchronous scheduler is done
rung      of a job: the longer the training up to it, the darker and the higher is its bar
empty     a worker that waits
incumbent the best loss of those that were trained in full
Recorded learning curves, with the seconds an epoch that were measured with them.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb17.matches import Match, matched, occupied
from hpo_tutor.scenes.layers import AnyLayer, Band, Line, Marks, Points, Polygons, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, ORANGE, PAGE, RED, SIZES, mixed
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.tournaments.timelines import Span, Timeline
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

WORKERS = (1, 4, 25, 500)
STRAGGLERS = (0.0, 0.5, 1.0, 2.0)
STEPS = 40  # of the clock

FEW, MOST_ROWS = 4, 25  # workers that have words in their bars; workers that have a row each
MANY_TRIALS = 729  # start in the synchronous bracket where workers have no rows
BINS = 160  # of the clock, where only shares are drawn
WIDE = 0.05  # share of the panel's width from which on a bar has room for a number
LIGHTEST, DARKEST = 0.72, -0.42
ASPECT, LOW_ASPECT = 0.2, 0.15


def clock_board(match: Match, share: float) -> Board:
    """Both timelines and both incumbents, with the cursor at a share of the clock.

    Raises:
        ValueError: the share is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the cursor stands at a share of the clock, from 0 to 1; got {share}")
    now = share * match.end
    across = Axis("clock (s)", 0.0, 1.01 * match.end)
    titles = [
        f"{name}: {counts.busy(now)} of {one.n_workers} train"  # short enough for a narrow page
        for name, one, counts in zip(match.names, match.timelines, match.counts, strict=True)
    ]
    rows = [
        [Scene([*layers, *_veil(now, across.high, up)], across, up, title=title, aspect=aspect, grid=False)]
        for (layers, up), title, aspect in zip(
            panels(match), [*titles, "best of those trained in full"], (ASPECT, ASPECT, LOW_ASPECT), strict=True
        )
    ]
    return Board(rows, _sentence(match, now))


def timelines(
    label: str = "Who waits for whom?",
    *,
    above: str = "successive halving",
    below: str = "ASHA, promoting",
    workers: Sequence[int] = WORKERS,
    stragglers: Sequence[float] = STRAGGLERS,
    crashes: float = 0.0,
    seed: int = 0,
    start: dict[str, float] | None = None,
) -> Player:
    """Two schedulers above each other, behind three dials: workers, stragglers and the clock, which can be scrubbed.

    Args:
        label: a heading.
        above: one of ``SYNCHRONOUS``.
        below: one of ``ASYNCHRONOUS``.
        workers: numbers that can be chosen; above 25 the picture shows how many train, not each of them.
        stragglers: that can be chosen.
        crashes: as of ``matched``.
        seed: as of ``matched``.
        start: dial (workers, stragglers, clock) -> value; None for four workers at the end.
    """

    def make(workers: int, stragglers: float, clock: float) -> Board:
        n_trials = 81 if workers <= MOST_ROWS else MANY_TRIALS
        match = matched(workers, stragglers, n_trials=n_trials, above=above, below=below, crashes=crashes, seed=seed)
        return clock_board(match, clock / 100)

    return Player.over(
        make,
        workers=Dial("workers", tuple(workers)),
        stragglers=Dial("stragglers", tuple(stragglers)),
        clock=Dial("clock", tuple(100 * k / STEPS for k in range(STEPS + 1)), "%"),
        play="clock",
        start={"workers": workers[min(1, len(workers) - 1)], "clock": 100.0} | (start or {}),
        label=label,
        speed=5.0,
    )


# --- what is drawn ---


@cache
def panels(match: Match) -> tuple[tuple[Sequence[AnyLayer], Axis], ...]:
    """What does not move, and its upright axis: of both timelines, and of the incumbents."""
    drawn = [_rows(match, one) if one.n_workers <= MOST_ROWS else _shares(match, one) for one in match.timelines]
    return (*drawn, _incumbents(match))


def shades(n: int) -> list[str]:
    """A colour for each level, the lowest first: from light to dark."""
    return [mixed(BLUE, float(share)) for share in np.linspace(LIGHTEST, DARKEST, n)]


def _named(level: float) -> str:
    return f"trains to epoch {number(level)}"


def _rows(match: Match, timeline: Timeline) -> tuple[Sequence[AnyLayer], Axis]:
    """A row for each worker, a bar for each of its jobs."""
    layers: list[AnyLayer] = []
    few = timeline.n_workers <= FEW
    n = len(match.levels)
    spans = timeline.spans + timeline.cut
    for rank, (level, fill) in enumerate(zip(match.levels, shades(n), strict=True)):
        own = [span for span in spans if span.job.stop == level]
        left, right = np.array([(span.begin, span.end) for span in own]).reshape(-1, 2).T
        bottom = _floor(own)
        top = bottom + 0.3 + 0.55 * rank / max(n - 1, 1)
        x, y = np.stack([left, right, right, left], 1), np.stack([bottom, bottom, top, top], 1)
        layers.append(Polygons(x.ravel(), y.ravel(), fill=fill, outline=GREY, width=0.5, name=_named(level)))
        broad = [k for k, span in enumerate(own) if few and span.end - span.begin > WIDE * match.end]
        if broad:
            middle, height = (left[broad] + right[broad]) / 2, (bottom[broad] + top[broad]) / 2
            layers.append(Text(middle, height, [number(level)] * len(broad), size=SIZES["numbers"]))
    failed = [span for span in timeline.spans if not math.isfinite(span.loss)]
    if failed:
        ends, y = [span.end for span in failed], _floor(failed) + 0.45
        layers.append(Points(ends, y, RED, "x", 11.0 if few else 8.0, outline=None, name="job lost"))
    size = timeline.n_workers
    told = range(size) if few else [0, *range(4, size, 5)]
    names = [(-float(k), f"worker {k + 1}" if few else str(k + 1)) for k in told]
    lowest = -size + 0.4 - max(0, 2 - size) / 2
    return layers, Axis("" if few else "worker", lowest, 0.6 + max(0, 2 - size) / 2, ticks=names)


def _floor(spans: Sequence[Span]) -> Array:
    """Where the bars of these jobs stand: worker 0 on top."""
    return np.array([-span.worker - 0.4 for span in spans], dtype=np.float64)


def _shares(match: Match, timeline: Timeline) -> tuple[Sequence[AnyLayer], Axis]:
    """How many workers train to each level, on top of each other."""
    edges = np.linspace(0, match.end, BINS + 1)
    tops = np.cumsum(occupied(timeline, match.levels, edges), axis=0)
    x = np.repeat(edges, 2)[1:-1]
    layers: list[AnyLayer] = []
    below = np.zeros(len(x))
    for level, fill, top in zip(match.levels, shades(len(match.levels)), tops, strict=True):
        height = np.repeat(top, 2)
        layers.append(Band(x, below, height, fill, opacity=1.0, name=_named(level)))
        layers.append(Line(x, height, GREY, width=0.5))
        below = height
    return layers, Axis("workers that train", 0, 1.04 * timeline.n_workers)


def _incumbents(match: Match) -> tuple[Sequence[AnyLayer], Axis]:
    """Both incumbents over the clock."""
    low, high = 0.75 * match.optimum, 12 * match.optimum
    layers: list[AnyLayer] = []
    looks = ((ORANGE, "dash", "square", 3.0), (BLUE, "solid", "circle", 2.0))
    for name, timeline, (color, dash, symbol, width) in zip(match.names, match.timelines, looks, strict=True):
        times = np.unique([span.end for span in timeline.in_full])
        if len(times):
            losses = np.clip(timeline.incumbent(times), low, high)
            x = np.append(np.repeat(times, 2)[1:], match.end)
            layers.append(Line(x, np.repeat(losses, 2), color, dash, width, name=name))
            layers.append(Points(times[:1], losses[:1], color, symbol, 9.0, name="first trained in full"))
    return layers, Axis(f"loss ({match.unit})", low, high, log=True)


def _veil(now: float, right: float, up: Axis) -> list[AnyLayer]:
    """What is still to come lies behind a veil; the cursor is its edge."""
    corners = [up.low, up.low, up.high, up.high]
    return [
        Polygons([now, right, right, now], corners, fill=PAGE, width=0.0, opacity=0.75),
        Marks([now], across=True, color=INK, dash="dash", width=2.0, name="now"),
    ]


# --- in words ---


def _status(n_workers: int, n_busy: int, ended: bool) -> str:
    if ended and not n_busy:
        return "done"
    n_free = n_workers - n_busy
    waits = "nobody waits" if not n_free else f"{n_free} {'waits' if n_free == 1 else 'wait'}"
    return f"{n_busy} of {n_workers} train, {waits}"


def _sentence(match: Match, now: float) -> str:
    said = [f"{number(now)} of {number(match.end)} s."]
    for name, timeline, counts in zip(match.names, match.timelines, match.counts, strict=True):
        best, n_trials = counts.best(now), counts.reported(now)
        found = f"best in full {number(best)} {match.unit}" if math.isfinite(best) else "none in full yet"
        status = _status(timeline.n_workers, counts.busy(now), now >= match.end)
        trials = f"{n_trials:,} trial{'' if n_trials == 1 else 's'}"
        words = f"{name}: {status}; {trials} reported, {found}{_who(timeline, now)}."
        said.append(words[0].upper() + words[1:])
    shares = " and ".join(f"{100 * one.busy:.0f}\u00a0%" for one in match.timelines)
    said.append(f"Busy over the whole clock: {shares}.")
    return " ".join(said)


def _who(timeline: Timeline, now: float) -> str:
    """Who trains what, where there are few workers."""
    if timeline.n_workers > FEW:
        return ""
    running = [span for span in timeline.spans if span.begin <= now < span.end]
    running += [span for span in timeline.cut if span.begin <= now]
    told = [
        f"worker {span.worker + 1} trial {span.job.trial} to epoch {number(span.job.stop)}"
        for span in sorted(running, key=lambda span: span.worker)
    ]
    return f" ({', '.join(told)})" if told else ""
