"""Who is knocked out, and when? A halving tournament played over curves that were recorded to the end.

column    a rung: epochs after which networks are compared
dot       a report: the loss of a network at a rung; a piece joins the reports of one network
winner    the network that would have the smallest loss if all were trained to the end
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hpo_tutor.course.pictures.nb16.trained import Array, Trained, drawn, in_epochs, loss_axis, nth
from hpo_tutor.early_stopping import AsynchronousHalving, Job, Scheduler, SuccessiveHalving
from hpo_tutor.early_stopping.jobs import State
from hpo_tutor.scenes.layers import AnyLayer, Circles, Points, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, INK, PAGE, RED, SIZES
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.player import Player

ROOM = 0.55  # columns left and right of the rungs


class Move(NamedTuple):
    """A report, and how things stand right after it.

    Attributes:
        job: what was trained.
        loss: what was reported.
        n_epochs: trained in all so far, by everyone who has reported.
        states: state of each network that has started.
    """

    job: Job
    loss: float
    n_epochs: float
    states: Mapping[int, State]


def played(scheduler: Scheduler, losses: Array, n_workers: int = 1) -> tuple[Move, ...]:
    """Let a scheduler decide over recorded curves, by workers who need as long as they train epochs.

    Args:
        scheduler: fresh; its trial k is row k, and its fidelities are whole epochs.
        losses: (K, n_epochs), at least as many rows as it starts trials.
        n_workers: how many train at once.

    Raises:
        ValueError: the scheduler starts more trials, or trains them longer, than there are curves.
    """
    moves: list[Move] = []
    ends: list[tuple[float, int, Job]] = []
    now, asked, spent = 0.0, 0, 0.0
    while True:
        while len(ends) < n_workers and (job := scheduler.ask()) is not None:
            if job.trial >= len(losses) or job.stop > losses.shape[1]:
                raise ValueError(
                    f"there are curves of {len(losses)} networks and {losses.shape[1]} epochs; the scheduler wants "
                    f"trial {job.trial} up to epoch {job.stop:g}; give it fewer trials or epochs"
                )
            heapq.heappush(ends, (now + job.stop - job.start, asked, job))
            asked += 1
        if not ends:
            return tuple(moves)
        now, _, job = heapq.heappop(ends)
        loss = float(losses[job.trial, round(job.stop) - 1])
        scheduler.report(job, loss)
        spent += job.stop - job.start
        moves.append(Move(job, loss, spent, dict(scheduler.states)))


def turns(moves: Sequence[Move]) -> list[int]:
    """Numbers of the moves after which another rung's report comes, and of the last: steps rung by rung."""
    return [k for k, move in enumerate(moves) if k + 1 == len(moves) or moves[k + 1].job.rung != move.job.rung]


def board(trained: Trained, rungs: Sequence[float], moves: Sequence[Move], step: int) -> Scene:
    """The knockout board after a number of reports.

    Args:
        trained: whose curves were played over.
        rungs: fidelities, one for each column.
        moves: of the whole tournament, of a single bracket.
        step: how many reports there are, from 1.

    Raises:
        ValueError: there are not so many reports.
    """
    if not 1 <= step <= len(moves):
        raise ValueError(f"there are {len(moves)} reports, from 1; got {step}")
    seen, newest = moves[:step], moves[step - 1]
    winner = int(np.argmin(trained.losses[:, -1]))
    last = {move.job.trial: move for move in seen}
    groups: dict[str, list[Move]] = {"passed": [], "waiting": [], "stopped": [], "finished": []}
    for move in seen:
        state = newest.states[move.job.trial]
        if move is not last[move.job.trial]:
            groups["passed"].append(move)
        else:
            groups["stopped" if state == "failed" else "waiting" if state == "running" else state].append(move)
    every = np.array([move.loss for move in moves])
    y = loss_axis(every, trained.unit, above=0.16)
    high = y.low * (y.high / y.low) ** 0.9  # above it, the counts
    layers: list[AnyLayer] = [*_joined(seen, newest.states, high)]
    layers += _dots(groups, [move for move in seen if move.job.trial == winner], newest, high)
    counts = [sum(move.job.rung == k for move in seen) for k in range(len(rungs))]
    height = y.low * (y.high / y.low) ** 0.95
    layers.append(Text(range(len(rungs)), [height] * len(rungs), list(map(str, counts)), size=SIZES["numbers"]))
    ticks = [(float(k), number(rung)) for k, rung in enumerate(rungs)]
    return Scene(
        layers,
        Axis("epochs trained (on top: how many networks)", -ROOM, len(rungs) - 1 + ROOM, ticks=ticks),
        y,
        _sentence(trained, seen, len(moves), winner),
        title=f"{in_epochs(newest.n_epochs)} trained",
        aspect=0.62,
    )


def _joined(seen: Sequence[Move], states: Mapping[int, State], high: float) -> Iterator[Segments]:
    """Pieces between the reports of one network, for those that are out and for the others."""
    before: dict[int, Move] = {}
    pieces: dict[bool, list[tuple[float, float, float, float]]] = {True: [], False: []}
    for move in seen:
        trial = move.job.trial
        if trial in before:
            one = before[trial]
            ends = one.job.rung, min(one.loss, high), move.job.rung, min(move.loss, high)
            pieces[states[trial] in ("stopped", "failed")].append(ends)
        before[trial] = move
    for out, color, width in ((True, GREY, 1.25), (False, BLUE, 2.0)):
        if pieces[out]:
            x0, y0, x1, y1 = np.array(pieces[out]).T
            yield Segments(x0, y0, x1, y1, color, width=width)


def _dots(groups: Mapping[str, Sequence[Move]], winners: Sequence[Move], newest: Move, high: float) -> list[AnyLayer]:
    """A dot for each report, by what became of the network; the winner's have a ring."""
    looks = (
        ("passed", BLUE, "circle", 6.0, None, "went on"),
        ("stopped", GREY, "x", 9.0, None, "stopped"),
        ("waiting", PAGE, "circle", 9.0, INK, "waits"),
        ("finished", GREEN, "diamond", 14.0, INK, "trained to the end"),
    )
    layers: list[AnyLayer] = []
    if winners:
        name = "the eventual winner, if all were trained"
        layers.append(Circles(*_places(winners, high), 0.016, RED, width=3.0, name=name))
    for group, color, symbol, size, outline, name in looks:
        if groups[group]:
            layers.append(Points(*_places(groups[group], high), color, symbol, size, outline=outline, name=name))
    at = [newest.job.rung - 0.17], [min(newest.loss, high)]
    layers.append(Points(*at, INK, "triangle-right", 11.0, outline=None, name="newest report"))
    return layers


def _places(moves: Sequence[Move], high: float) -> tuple[Array, Array]:
    """Columns and losses of reports, those above the panel at its upper edge."""
    return np.array([float(move.job.rung) for move in moves]), np.array([min(move.loss, high) for move in moves])


def _sentence(trained: Trained, seen: Sequence[Move], n_moves: int, winner: int) -> str:
    newest = seen[-1]
    job = newest.job
    here = [move.loss for move in seen if move.job.rung == job.rung]
    place = 1 + sum(loss < newest.loss for loss in here)
    said = (
        f"Report {len(seen)} of {n_moves}: network {job.trial} has {in_epochs(job.stop)} "
        f"and a loss of {number(newest.loss)} {trained.unit}, {nth(place)} of {len(here)} at this rung. "
        f"{in_epochs(newest.n_epochs)} trained in all."
    )
    ended = [move for move in seen if newest.states[move.job.trial] == "finished"]
    if ended:
        best = min(move.loss for move in ended if _is_last(move, seen))
        said += f" Best of those trained to the end: {number(best)}."
    state = newest.states.get(winner)
    if state is None:
        return f"{said} The eventual winner (network {winner}) has not begun."
    reached = max((move.job.stop for move in seen if move.job.trial == winner), default=0.0)
    after = f"after {in_epochs(reached)}"
    fate = {"stopped": f"was stopped {after}", "finished": "was trained to the end", "failed": f"failed {after}"}
    return f"{said} The eventual winner (network {winner}) {fate.get(state, f'is still in {after}')}."


def _is_last(move: Move, seen: Sequence[Move]) -> bool:
    return move.job.stop == max(one.job.stop for one in seen if one.job.trial == move.job.trial)


def knockout(
    trained: Trained | None = None, schedulers: Mapping[str, Scheduler] | None = None, by: str = "reports"
) -> Player:
    """Tournaments of one bracket over the same networks, stepped.

    Args:
        trained: whose curves are played over; None for 81 networks of digits.
        schedulers: name -> fresh scheduler of one bracket; None for successive halving and both forms of ASHA.
        by: "reports", or "rungs" for a step each time that the next report is of another rung.

    Raises:
        ValueError: as of ``played``; a scheduler has several brackets; or there is no such kind of step.
    """
    if by not in ("reports", "rungs"):
        raise ValueError(f'steps are "reports" or "rungs", got {by!r}')
    trained = drawn("digits", 81) if trained is None else trained
    n = len(trained.configs)
    if schedulers is None:
        schedulers = {
            "successive halving": SuccessiveHalving(n, trained.n_epochs),
            "ASHA, promoting": AsynchronousHalving(n, trained.n_epochs, form="promotion"),
            "ASHA, stopping": AsynchronousHalving(n, trained.n_epochs, form="stopping"),
        }
    frames: dict[str, list[Scene]] = {}
    for name, scheduler in schedulers.items():
        ladders: tuple[tuple[float, ...], ...] = scheduler.rungs
        if len(ladders) != 1:
            raise ValueError(f"a board has the rungs of one bracket, {name!r} has {len(ladders)}")
        moves = played(scheduler, trained.losses)
        steps = range(len(moves)) if by == "reports" else turns(moves)
        frames[name] = [board(trained, ladders[0], moves, k + 1) for k in steps]
    named = "report" if by == "reports" else "turn"
    start = min(n, min(map(len, frames.values()))) - 1 if by == "reports" else 0
    return Player(frames, name=named, label="Who is knocked out, and when?", start=start)
