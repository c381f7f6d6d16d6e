"""Who goes on when each decision is made at once? One rung, and the losses arrive one by one.

rank      of a loss among those that have arrived, the smallest first
line      floor(n / divisor): how many of n count as good enough (in the stopping form at least one)
order     in which the same losses arrive: as fast networks finish first, slow ones first, at random, or sorted
Whoever was let go on stays so, although later arrivals may push it beyond the line: that was luck.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.early_stopping import AsynchronousHalving
from hpo_tutor.early_stopping.asynchronous import Form
from hpo_tutor.early_stopping.jobs import Job
from hpo_tutor.scenes.layers import AnyLayer, Line, Marks, Points
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, ORANGE, PAGE
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.ticks import counting, number
from hpo_tutor.tournaments.planning import Draws
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

FORMS: dict[str, Form] = {"stopping": "stopping", "promoting": "promotion"}
ORDERS = ("at random", "fast first", "slow first", "best first", "best last")
THIRDS = ("fastest third", "middle third", "slowest third")


class Arrivals(NamedTuple):
    """The losses of one rung.

    Attributes:
        losses: (K,) of networks at this rung.
        seconds: (K,) that each needs for an epoch.
        epoch: where the rung lies.
        unit: of the losses.
    """

    losses: Array
    seconds: Array
    epoch: int
    unit: str


class Decided(NamedTuple):
    """What was decided by the n-th arrival, for all n.

    Attributes:
        order: (K,) who arrives when.
        when: (K,) after how many arrivals each network was told to go on; K + 1 if never. By network.
    """

    order: Numbers
    when: Numbers


@cache
def arrivals(n: int = 81, epoch: int = 3, *, seed: int = 0, curves: str = "digits-curves") -> Arrivals:
    """Random networks of a recording at one rung.

    Args:
        n: how many.
        epoch: the rung.
        seed: which random networks.
        curves: recorded learning curves.

    Raises:
        ValueError: there is no such epoch or recording.
    """
    recorded = problems.curves(curves)
    draws = Draws(recorded, seed)
    found = [draws.course(Job(trial, 0, 0, 0, epoch)) for trial in range(n)]
    seconds, losses = np.array(found).T
    return Arrivals(losses, seconds / epoch, epoch, recorded.loss_unit)


def ordered(losses: Array, seconds: Array, order: str, seed: int = 0) -> Numbers:
    """Who arrives when.

    Raises:
        ValueError: there is no such order.
    """
    if order not in ORDERS:
        raise ValueError(f"the order is one of {', '.join(ORDERS)}; got {order!r}")
    if order == "at random":
        return np.random.default_rng(seed).permutation(len(losses))
    keys = {"fast first": seconds, "slow first": -seconds, "best first": losses, "best last": -losses}
    return np.argsort(keys[order], kind="stable")


def decide(losses: Array, order: Numbers, form: str = "stopping", divisor: int = 3) -> Decided:
    """Let a scheduler decide: all start at once, and report in this order.

    Args:
        losses: (K,), finite.
        order: (K,) who reports when.
        form: one of ``FORMS``.
        divisor: one in so many goes on.

    Raises:
        ValueError: there is no such form.
    """
    if form not in FORMS:
        raise ValueError(f"the form is one of {', '.join(FORMS)}; got {form!r}")
    n = len(losses)
    ladder = [(1, (1, divisor))]  # which epochs does not matter here
    scheduler = AsynchronousHalving(n, divisor=divisor, form=FORMS[form], brackets=ladder)
    jobs = [scheduler.ask() for _ in range(n)]
    when = np.full(n, n + 1)
    for k, trial in enumerate(order):
        job = jobs[trial]
        assert job is not None
        scheduler.report(job, float(losses[trial]))
        while (promoted := scheduler.ask()) is not None:
            when[promoted.trial] = k + 1
    return Decided(np.asarray(order), when)


def goes_on(losses: Array, divisor: int = 3) -> NDArray[np.bool_]:
    """Who would go on if all were waited for: the best floor(K / divisor); shape (K,)."""
    best = np.argsort(losses, kind="stable")[: len(losses) // divisor]
    return np.isin(np.arange(len(losses)), best)


def thirds(seconds: Array) -> Numbers:
    """0 for the fastest third of networks, 1 for the next, 2 for the slowest; shape (K,)."""
    places = np.argsort(np.argsort(seconds, kind="stable"), kind="stable")
    return np.asarray(places * 3 // len(seconds), dtype=np.int64)


def line(n: int, form: str, divisor: int) -> int:
    """How many of n count as good enough."""
    return max(n // divisor, 1) if form == "stopping" else n // divisor


def decision_board(found: Arrivals, decided: Decided, n: int, form: str = "stopping", divisor: int = 3) -> Board:
    """The rung after n arrivals, sorted; the share that goes on so far; and whom the order has favoured.

    Raises:
        ValueError: n is not from 1 to the number of networks.
    """
    size = len(found.losses)
    if not 1 <= n <= size:
        raise ValueError(f"n counts arrivals, from 1 to {size}; got {n}")
    sentence = _sentence(found, decided, n, form, divisor)
    below = _share(decided, n, divisor), _favoured(found, decided, n, divisor)
    return Board(([_rung(found, decided, n, form, divisor)], below), sentence)


def decisions(
    label: str = "One decision at a time",
    *,
    n: int = 81,
    epoch: int = 3,
    divisor: int = 3,
    seed: int = 0,
    curves: str = "digits-curves",
    orders: Sequence[str] = ORDERS,
    start: dict[str, str | int] | None = None,
) -> Player:
    """One rung behind three dials: the form, the order of arrival, and how many have arrived.

    Args:
        label: a heading.
        n: networks.
        epoch: where the rung lies.
        divisor: one in so many goes on.
        seed: which random networks, and which random order.
        curves: recorded learning curves.
        orders: that can be chosen, of ``ORDERS``.
        start: dial (form, order, arrived) -> value; None for the ninth arrival in the stopping form, at random.
    """
    found = arrivals(n, epoch, seed=seed, curves=curves)

    @cache
    def decided(form: str, order: str) -> Decided:
        return decide(found.losses, ordered(found.losses, found.seconds, order, seed), form, divisor)

    return Player.over(
        lambda form, order, arrived: decision_board(found, decided(form, order), arrived, form, divisor),
        form=Dial("form", tuple(FORMS)),
        order=Dial("they arrive", tuple(orders)),
        arrived=Dial("arrivals", range(1, n + 1)),
        play="arrived",
        start={"arrived": 9} | (start or {}),
        label=label,
        speed=5.0,
    )


# --- what is drawn ---


def _rung(found: Arrivals, decided: Decided, n: int, form: str, divisor: int) -> Scene:
    """The losses so far in order; filled if they went on."""
    here = decided.order[:n]
    ranked = here[np.argsort(found.losses[here], kind="stable")]
    ranks, losses = np.arange(1, n + 1, dtype=np.float64), found.losses[ranked]
    went, newest = decided.when[ranked] <= n, ranked == here[-1]
    at = line(n, form, divisor)
    lucky = went & (ranks > at)
    waits = "stopped" if form == "stopping" else "waits"
    low, high = float(found.losses.min()), float(found.losses.max())
    step = (high / low) ** 0.06  # the triangle stands so far above its point
    layers: list[AnyLayer] = [
        Marks([at + 0.5], across=True, color=INK, dash="dash", name="the line"),
        Points(ranks[~went], losses[~went], PAGE, "circle", 8.0, outline=GREY, name=waits),
        Points(ranks[went & ~lucky], losses[went & ~lucky], BLUE, "circle", 8.0, outline=None, name="went on"),
        Points(ranks[lucky], losses[lucky], ORANGE, "diamond", 10.0, outline=None, name="went on, now beyond the line"),
        Points(ranks[newest], losses[newest] * step, INK, "triangle-down", 10.0, outline=None, name="newest"),
    ]
    size = len(found.losses)
    x = Axis("rank", 0.0, size + 1.0, ticks=counting(size))
    y = Axis(f"loss at epoch {found.epoch} ({found.unit})", low / step, high * step**2, log=True)
    return Scene(layers, x, y, title="The rung, sorted", aspect=0.36)


def _share(decided: Decided, n: int, divisor: int) -> Scene:
    """The share that goes on, arrival by arrival."""
    size = len(decided.order)
    counts = np.arange(1, size + 1)
    shares = np.searchsorted(np.sort(decided.when), counts, side="right") / counts
    layers: list[AnyLayer] = [
        Line([0, size + 1], [1 / divisor] * 2, GREY, "dash", 2.0, name="1 / divisor"),
        Line(counts[:n], shares[:n], BLUE, width=2.0, name="went on so far"),
        Points(counts[n - 1 : n], shares[n - 1 : n], BLUE, "circle", 9.0),
    ]
    x = Axis("arrivals", 0.0, size + 1.0, ticks=counting(size))
    return Scene(layers, x, Axis("share that went on", 0.0, 1.05), title="How many go on", aspect=0.6)


def _favoured(found: Arrivals, decided: Decided, n: int, divisor: int) -> Scene:
    """How many of each third by speed went on, against a rung that waits for all."""
    group = thirds(found.seconds)
    waited = goes_on(found.losses, divisor)
    went = decided.when <= n
    y = np.array([2.0, 1.0, 0.0])
    fair = [float(waited[group == k].sum()) for k in range(3)]
    mine = [float(went[group == k].sum()) for k in range(3)]
    layers: list[AnyLayer] = [
        Points(fair, y, GREEN, "square", 11.0, outline=None, name="if all were waited for"),
        Points(mine, y, BLUE, "circle", 11.0, outline=None, name="went on so far"),
    ]
    for height, a, b in zip(y, fair, mine, strict=True):
        layers.insert(0, Line([a, b], [height, height], GREY, width=2.0))
    top = max(np.bincount(group, minlength=3)) + 1.0
    ticks = [(float(height), name.split()[0]) for height, name in zip(y, THIRDS, strict=True)]
    x, up = Axis("networks that go on", -0.5, float(top)), Axis("third by speed", -0.5, 2.5, ticks=ticks)
    return Scene(layers, x, up, title="Whom it favours", aspect=0.6)


def _sentence(found: Arrivals, decided: Decided, n: int, form: str, divisor: int) -> str:
    here, newest = decided.order[:n], int(decided.order[n - 1])
    losses = found.losses[here]
    rank = 1 + int((losses < found.losses[newest]).sum())
    at = line(n, form, divisor)
    told = [int(trial) for trial in np.flatnonzero(decided.when == n)]
    went = np.flatnonzero(decided.when <= n)
    beyond = sum(int((losses < found.losses[trial]).sum()) >= at for trial in went)
    if form == "stopping":
        fate = "goes on" if told else "is stopped"
        verdict = f"Network {newest} has rank {rank} of {n}; the line is at {at}: it {fate}."
    else:
        names = ", ".join(map(str, told))
        fate = f"network {names} is promoted" if told else "nobody is promoted"
        verdict = f"Network {newest} has rank {rank} of {n}; the line is at {at}: {fate}."
    share = f"{100 * len(went) / n:.0f}\u00a0%"
    end = f"{len(went)} of {n} went on so far, {share}"
    luck = f"; {beyond} of them {'is' if beyond == 1 else 'are'} beyond the line by now" if beyond else ""
    loss = f"{number(float(found.losses[newest]))} {found.unit}"
    return f"Arrival {n} of {len(found.losses)}, loss {loss}. {verdict} {end}{luck}."
