"""Who is ahead? Samplers side by side on one landscape, trial by trial, with their incumbents' curves below.

frame t   what is known after t + 1 trials of each sampler
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpo_tutor.race.results import Race
from hpo_tutor.scenes.layers import AnyLayer, Line, Points
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.searches import LARGE, trail
from hpo_tutor.scenes.stage import Axis, Board, Scene
from hpo_tutor.scenes.surfaces import landscape
from hpo_tutor.scenes.ticks import counting, number
from hpo_tutor.trials import History


def race(raced: Race, objective: Any, seed: int | None = None, samplers: Sequence[str] | None = None) -> list[Board]:
    """One lap, a frame a trial: above, the map with each sampler's trials; below, the best loss each has seen so far.

    Args:
        raced: what ``race.compare`` returned.
        objective: what was searched, of two hyperparameters; the lap's member of its family is drawn.
        seed: which lap; None for the first.
        samplers: which of them, in this order; None for all.

    Raises:
        ValueError: the lap was not run, or a sampler did not take part.
    """
    seed = raced.seeds[0] if seed is None else seed
    if seed not in raced.seeds:
        raise ValueError(f"the race must have run the seed, it ran {list(raced.seeds)}; seed is {seed}")
    names = list(raced.samplers if samplers is None else samplers)
    for name in names:
        if name not in raced.samplers:
            raise ValueError(f"a sampler must have taken part ({', '.join(raced.samplers)}); {name!r} did not")
    if not names:
        raise ValueError("a race needs at least one sampler to show, samplers is empty")
    member = objective.draw(seed) if hasattr(objective, "draw") else objective
    histories = {name: raced.histories[name, seed] for name in names}
    empty = [name for name, history in histories.items() if not history]
    if empty:
        raise ValueError(f"every search of a race that is shown needs a trial, {', '.join(empty)} made none")
    maps = {name: landscape(member, title=name) for name in names}
    shared = maps[names[0]].layers  # the same arrays in every panel, so that they are kept once
    losses = _axis(raced.loss_label, histories)
    trials = Axis("trial", 0.5, raced.n_trials + 0.5, ticks=counting(raced.n_trials))
    boards = []
    for t in range(max(map(len, histories.values()))):
        row = []
        for name, history in histories.items():
            panel, so_far = maps[name], history[: t + 1]
            layers = [*shared, *trail(member.space, so_far, name)]
            row.append(Scene(layers, panel.x, panel.y, "", name, panel.aspect, grid=False))
        below = Scene(_curves(histories, t), trials, losses, "", "Best loss seen so far", aspect=0.3)
        boards.append(Board((row, (below,)), _standing(histories, t, raced.n_trials)))
    return boards


def _curves(histories: dict[str, History], t: int) -> list[AnyLayer]:
    """The incumbent's loss of each search up to trial t, as steps, with its symbol at the end."""
    layers: list[AnyLayer] = []
    for name, history in histories.items():
        look, best = style(name), history.incumbent_losses[: t + 1]
        numbers = np.arange(1, len(best) + 1)
        # a step is drawn where the trial is: flat up to it, then down
        layers.append(
            Line(np.repeat(numbers, 2)[1:], np.repeat(best, 2)[:-1], look.color, look.dash, 2.5)
            if len(best) > 1
            else Line(numbers, best, look.color, look.dash, 2.5)
        )
        layers.append(Points(numbers[-1:], best[-1:], look.color, look.symbol, LARGE - 4))
    return layers


def _axis(label: str, histories: dict[str, History]) -> Axis:
    """The axis of losses: from the lowest incumbent to the median trial, so that a bad start flattens nothing."""
    best = np.concatenate([history.incumbent_losses for history in histories.values()])
    seen = np.concatenate([history.losses for history in histories.values()])
    best, seen = best[np.isfinite(best)], seen[np.isfinite(seen)]
    if not len(best):
        return Axis(label, 0, 1)
    low, high = float(best.min()), float(max(np.median(seen), np.quantile(best, 0.9)))
    room = 0.06 * (high - low) or 0.05 * abs(low) or 1.0
    return Axis(label, low - room, high + room)


def _standing(histories: dict[str, History], t: int, n_trials: int) -> str:
    """The lap in a sentence: each sampler's best loss, and who leads."""
    best = {name: float(history.incumbent_losses[: t + 1][-1]) for name, history in histories.items() if len(history)}
    shown = ", ".join(f"{name} {number(loss)}" if np.isfinite(loss) else f"{name} none" for name, loss in best.items())
    finite = {name: loss for name, loss in best.items() if np.isfinite(loss)}
    leaders = [name for name, loss in finite.items() if loss == min(finite.values())]
    verdict = f" {' and '.join(leaders)} {'lead' if len(leaders) > 1 else 'leads'}." if leaders else ""
    return f"After trial {t + 1} of {n_trials}, the best loss is: {shown}.{verdict if len(best) > 1 else ''}"
