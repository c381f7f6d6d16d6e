"""What does the talk of notebook 17 show besides? One large thought a picture, for the last row.

clock    seconds of a simulation, or shares of them
waits    share of the workers' time in which they do not train
ratio    a search's regret over that of random search with the same epochs, of one data batch
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb13.studies import strewn
from hpo_tutor.course.pictures.nb17 import bohb, brackets, matches, planning, timeline, verdicts
from hpo_tutor.early_stopping import SuccessiveHalving, hyperband_brackets, plan_cost
from hpo_tutor.race.statistics import student_interval
from hpo_tutor.scenes.layers import AnyLayer, Marks, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, ORANGE, PAGE, Style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.tournaments.simulation import simulate
from hpo_tutor.tournaments.timelines import Timeline

Array = NDArray[np.float64]

SLOW, TIMES = 8, 5.0  # the trial of the puzzle that is a straggler, and how many times as long it takes
LOSSES = (0.5, 0.2, 0.9, 0.4, 0.8, 0.7, 0.3, 0.6, 1.0)  # of the puzzle's trials, at every epoch
STRAGGLERS = {"no stragglers": 0.0, "stragglers": 2.0}
SEEDS = range(5)
WAYS = {
    "halving": ("successive halving", 0),
    "all brackets at once": ("Hyperband, brackets side by side", 0),
    "ASHA": ("successive halving", 1),
}
"""Who waits -> the synchronous one of a match, and which of the two timelines is meant."""

TOGETHER = {"one by one": "Hyperband", "side by side": "Hyperband, brackets side by side"}
LUCKY = {"went on, now beyond the line": "went on by luck"}  # names that fit beside a slide's picture
LOW = 0.26  # height over width of one of two timelines
FLAT, WIDE, SIDE = 0.5, 0.66, 0.66  # height over width: of a still, beside a player's words, of one of two scenes
STREWN = 0.1  # rows that dots are spread over, either way
LEVEL = 0.95


# --- two workers ---


@cache
def two_workers() -> Timeline:
    """Nine made-up trials on two workers; the last of the first rung is a straggler."""
    seconds = np.ones(len(LOSSES))
    seconds[SLOW] = TIMES
    losses = np.repeat(np.array(LOSSES)[:, None], 9, axis=1)
    return simulate(SuccessiveHalving(9, 9), losses, seconds, 2)


def held(clock: float) -> Scene:
    """The two workers up to a second; what comes then is not shown.

    Raises:
        ValueError: the clock is before the start or after the end.
    """
    whole = two_workers()
    if not 0 <= clock <= whole.makespan:
        raise ValueError(f"the clock stands from 0 to {whole.makespan:g} s; got {clock:g}")
    spans = [span for span in whole.spans if span.begin < clock]
    stops = sorted({span.job.stop for span in whole.spans})
    layers: list[AnyLayer] = []
    for stop, fill in zip(stops, timeline.shades(len(stops)), strict=True):
        own = [span for span in spans if span.job.stop == stop]
        left = np.array([span.begin for span in own])
        right = np.array([min(span.end, clock) for span in own])
        bottom = np.array([-span.worker - 0.3 for span in own], dtype=float)
        x, y = np.stack([left, right, right, left], 1), np.stack([bottom, bottom, bottom + 0.6, bottom + 0.6], 1)
        layers.append(Polygons(x.ravel(), y.ravel(), fill=fill, outline=GREY, name=f"trains to epoch {number(stop)}"))
        names = [str(span.job.trial + 1) for span in own]
        light = stop == stops[-1]  # the darkest bar
        layers.append(Text((left + right) / 2, bottom + 0.3, names, color=PAGE if light else INK, size=16.0))
    layers.append(Marks([clock], across=True, color=INK, dash="dash", name="now"))
    busy = {span.worker for span in spans if span.end > clock}
    free = [worker + 1 for worker in range(2) if worker not in busy]
    idle = 2 * clock - sum(min(span.end, clock) - span.begin for span in spans)
    told = f"{number(clock)} s. Worker {free[0]} is free." if len(free) == 1 else f"{number(clock)} s."
    told += f" Waited so far: {number(idle)} s."
    return Scene(
        layers,
        Axis("clock (s)", 0.0, whole.makespan * 1.02),
        Axis("", -1.6, 0.6, ticks=[(0.0, "worker 1"), (-1.0, "worker 2")]),
        told,
        aspect=0.36,
        grid=False,
    )


# --- brackets ---


def stairs(max_epochs: int, divisor: int) -> Scene:
    """Hyperband's staircases, in few words."""
    plans = hyperband_brackets(max_epochs, divisor)
    n, full = sum(plan[0].n_trials for plan in plans), sum(plan[-1].n_trials for plan in plans)
    cost = sum(map(plan_cost, plans))
    told = f"{len(plans)} brackets: {n:,} trials, {full} in full, {cost:,.0f} epochs. All in full: {n * max_epochs:,}."
    return replace(brackets.hyperband_scene(max_epochs, divisor), sentence=told, aspect=WIDE)


def ladders(mode: str) -> Scene:
    """Determined's staircases for 16 trials of 937 batches, in few words."""
    plans = brackets.determined_plans(mode)
    sizes = " and ".join(f"{plan[0].n_trials} to {len(plan)} rung{'s' * (len(plan) > 1)}" for plan in plans)
    return replace(brackets.determined_scene(mode), sentence=f"{mode[0].upper()}{mode[1:]}, trials: {sizes}.")


# --- clocks ---


def clock(n_workers: int, share: float, stragglers: float = 1.0) -> Board:
    """Both timelines of ``timeline.clock_board`` without the incumbents below, in few words.

    Args:
        n_workers: of each.
        share: of the clock, in per cent.
        stragglers: as of ``matches.matched``.
    """
    n_trials = 81 if n_workers <= timeline.MOST_ROWS else timeline.MANY_TRIALS
    match = matches.matched(n_workers, stragglers, n_trials=n_trials)
    board, now = timeline.clock_board(match, share / 100), share / 100 * match.end
    told = []
    for name, one, counts in zip(("Above", "Below"), match.timelines, match.counts, strict=True):
        full = sum(span.end <= now for span in one.in_full)
        busy = counts.busy(now)
        status = "done" if share == 100 and not busy else f"{n_workers - busy} of {n_workers} wait"
        told.append(f"{name}: {status}, {full} in full")
    rows = [[replace(scene, aspect=LOW) for scene in row] for row in board.rows[:2]]
    return Board(rows, f"{number(now)} s. {'. '.join(told)}.")


def played(way: str, stragglers: float = 1.0) -> Scene:
    """Hyperband on 25 workers up to its end, on an axis that all ways share.

    Args:
        way: one of ``TOGETHER``: one bracket after another, or all at once.
        stragglers: as of ``matches.matched``.

    Raises:
        ValueError: there is no such way.
    """
    if way not in TOGETHER:
        raise ValueError(f"brackets are played {' or '.join(TOGETHER)}; got {way!r}")
    found = {one: matches.matched(25, stragglers, above=name) for one, name in TOGETHER.items()}
    match = found[way]
    layers, up = timeline.panels(match)[0]
    across = Axis("clock (s)", 0.0, 1.01 * max(one.end for one in found.values()))
    one = match.timelines[0]
    told = f"Brackets {way}: {number(match.end)} s, the workers wait {100 * (1 - one.busy):.0f} %."
    return Scene(layers, across, up, told, aspect=FLAT, grid=False)


def waiting(n_workers: int = 25) -> Mapping[tuple[str, str], Array]:
    """(scheduler, stragglers or none) -> share of the time in which the workers wait, one for each seed.

    The synchronous ones have 81 trials a bracket, ASHA never runs out of them.
    """
    found: dict[tuple[str, str], Array] = {}
    for words, spread in STRAGGLERS.items():
        for short, (name, which) in WAYS.items():
            some = [matches.matched(n_workers, spread, above=name, seed=seed) for seed in SEEDS]
            found[short, words] = np.array([max(0.0, 1 - match.timelines[which].busy) for match in some])
    return found


def waited(shares: Mapping[tuple[str, str], ArrayLike]) -> Scene:
    """A row for each scheduler: without stragglers above, with them below; a dot is a seed."""
    names = list(dict.fromkeys(name for name, _ in shares))
    looks = {"no stragglers": (BLUE, "circle", 0.2), "stragglers": (ORANGE, "diamond", -0.2)}
    layers: list[AnyLayer] = []
    told = []
    for words, (color, symbol, off) in looks.items():
        x, y = [], []
        for row, name in enumerate(names):
            some = 100 * np.asarray(shares[name, words], dtype=float)
            x += list(some)
            y += list(off - row + strewn(len(some), 0.05))
        layers.append(Points(x, y, color, symbol, 14.0, 0.8, name=words))
    for name in names:
        means = [100 * float(np.asarray(shares[name, words], dtype=float).mean()) for words in looks]
        told.append(f"{name} {means[0]:.0f} and {means[1]:.0f}")
    ticks = [(-float(row), name) for row, name in enumerate(names)]
    sentence = f"Per cent waited, without and with stragglers: {'; '.join(told)}."
    up = Axis("", 0.4 - len(names), 0.6, ticks=ticks)
    return Scene(layers, Axis("share of the time that 25 workers wait (%)", -3.0, 103.0), up, sentence, aspect=FLAT)


# --- one rung ---


@cache
def _decided(order: str) -> tuple[verdicts.Arrivals, verdicts.Decided]:
    found = verdicts.arrivals()
    return found, verdicts.decide(found.losses, verdicts.ordered(found.losses, found.seconds, order))


def arrived(order: str, n: int) -> Scene:
    """The rung of ``verdicts.decision_board`` in the stopping form, in few words.

    Args:
        order: of ``verdicts.ORDERS``.
        n: how many have arrived.
    """
    found, decided = _decided(order)
    scene = verdicts.decision_board(found, decided, n).rows[0][0]
    losses, newest = found.losses[decided.order[:n]], decided.order[n - 1]
    rank, line = 1 + int((losses < found.losses[newest]).sum()), verdicts.line(n, "stopping", 3)
    went = int((decided.when <= n).sum())
    fate = "goes on" if decided.when[newest] == n else "stops"
    told = f"Arrival {n}: rank {rank}, the line is at {line}, it {fate}. {went} of {n} went on."
    layers = [
        replace(layer, name=LUCKY[layer.name]) if isinstance(layer, Points) and layer.name in LUCKY else layer
        for layer in scene.layers
    ]
    return replace(scene, layers=layers, sentence=told, title="", aspect=WIDE)


def proposed(bracket: int) -> Board:
    """The configs of one bracket of ``bohb.proposals``, in few words; brackets count from 1."""
    found = bohb.searched()
    board = bohb.proposals(found, bracket - 1, problems.curves("digits-curves"))
    first = min(report.job.stop for report in found["BOHB"] if report.job.bracket == bracket - 1)
    losses = ", ".join(f"{name} {number(bohb.first_median(some, bracket - 1))}" for name, some in found.items())
    return Board(board.rows, f"Bracket {bracket}. Median loss after epoch {number(first)}: {losses} nats.")


# --- the race ---


def ratios(table: pd.DataFrame, method: str, curves: str, total_epochs: int, peer: str = "random") -> Array:
    """Regret over that of a peer, each the mean of a data batch's seeds; shape (B,).

    Args:
        table: of ``race.experiments.stopping.load``.
        method: whose.
        curves: on which recording.
        total_epochs: after how many epochs.
        peer: over whose.
    """
    here = table[(table["curves"] == curves) & (table["total_epochs"] == total_epochs)]
    means = here.pivot_table("regret", "batch", "method")
    return np.asarray(means[method] / means[peer], dtype=float)


def centre(values: ArrayLike) -> tuple[float, float, float]:
    """The geometric mean of ratios, and the ends of its 95 % interval: Student's, of their logarithms."""
    logs = np.log(np.asarray(values, dtype=float))
    ends = student_interval(logs, LEVEL)
    return float(np.exp(logs.mean())), float(np.exp(ends.low)), float(np.exp(ends.high))


def raced(
    table: pd.DataFrame,
    rows: Mapping[str, tuple[str, Style]],
    total_epochs: int,
    ends: tuple[float, float],
    curves: Sequence[str] = ("digits-curves", "aleph-curves"),
) -> Board:
    """How many times the regret of random search each method has: data batches as dots, mean and interval.

    Args:
        table: of ``race.experiments.stopping.load``.
        rows: what a row is called -> its method, and its look.
        total_epochs: after how many.
        ends: of the axis of ratios.
        curves: a scene for each.

    Raises:
        ValueError: something lies beyond the axis.
    """
    scenes, said = [], []
    for one in curves:
        layers: list[AnyLayer] = [Marks([1.0], across=True, color=INK, dash="dash", name="random search")]
        told = []
        for row, (name, (method, look)) in enumerate(rows.items()):
            some = ratios(table, method, one, total_epochs)
            mean, low, high = centre(some)
            if not ends[0] <= min(low, *some) or not max(high, *some) <= ends[1]:
                raise ValueError(f"the axis must hold {name} on {one}, from {low:.3g} to {high:.3g}; widen it")
            layers += [
                Points(
                    some,
                    -row - 0.22 + strewn(len(some), STREWN / 2),
                    GREY,
                    "circle",
                    8.0,
                    outline=None,
                    name="a data batch",
                ),
                Segments([low], [-row], [high], [-row], INK, width=5.0, name="95 % interval"),
                Points([mean], [-row], look.color, look.symbol, 15.0),
            ]
            told.append(f"{name} {number(round(mean, 2))}")
        ticks = [(-float(row), name) for row, name in enumerate(rows)]
        across = Axis("regret / random's", *ends, log=True)
        up = Axis("", 0.35 - len(rows), 0.6, ticks=ticks)
        scenes.append(Scene(layers, across, up, title=one.removesuffix("-curves"), aspect=SIDE))
        said.append(f"{one.removesuffix('-curves')}: {', '.join(told)}")
    return beside(*scenes, sentence=f"Times random's regret. {'; '.join(said)}.")


def needed(table: pd.DataFrame, quantity: str, stragglers: float = 1.0) -> Scene:
    """The left half of ``planning.planning_board``, in few words."""
    scene = planning.planning_board(table, quantity, stragglers).rows[0][0]
    column, label = planning.QUANTITIES[quantity]
    told = []
    for name, found in planning.medians(table[table["stragglers"] == stragglers], column).items():
        ends = found["median"].iloc[[0, -1]]
        few, many = (f"{end:,.0f}" if column == "n_epochs" else number(end) for end in ends)
        told.append(f"{name} {few} with {found.index[0]:,}, {many} with {found.index[-1]:,}")
    return replace(scene, sentence=f"{label[0].upper()}{label[1:]}: {'; '.join(told)}.", title="", aspect=FLAT)
