"""How early is too early? Several brackets hedge: each a staircase, from many trials that are stopped early to none.

n_i       trials that train up to rung i: the height of a step, on a logarithmic scale
r_i       where the rung lies, in epochs: where the step ends, on a logarithmic scale
continued who goes on trains on from where it was; the alternative begins anew at each rung
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from hpo_tutor.early_stopping import (
    Stage,
    bracket_rungs,
    bracket_sizes,
    hyperband_brackets,
    plan_cost,
    rung_sizes,
    rung_units,
)
from hpo_tutor.early_stopping.ladders import Plan
from hpo_tutor.scenes.layers import AnyLayer, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, ORANGE, SIZES, mixed
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

MODES = ("aggressive", "standard", "conservative")
WAYS = ("go on", "begin anew")
STEP = 1.35  # from one row to the next; a row is 1 high
FLOOR = 0.16  # height of a step of one trial
LETTER = 0.3  # free height above a step, for its number
MOST_STEPS = 8  # beyond them numbers stand at every other step
MOST_TOLD = 5  # brackets that the sentence lists


def hyperband_scene(max_epochs: int = 81, divisor: int = 3, way: str = "go on") -> Scene:
    """All brackets of Hyperband, the one that stops most on top.

    Args:
        max_epochs: the whole training.
        divisor: one trial in so many goes on.
        way: one of ``WAYS``: who goes on trains on, or begins anew at each rung; the costs differ.

    Raises:
        ValueError: as of ``hyperband_brackets``, or there is no such way.
    """
    if way not in WAYS:
        raise ValueError(f"a trial that passes a rung may {' or '.join(WAYS)}; got {way!r}")
    plans = hyperband_brackets(max_epochs, divisor)
    names = [f"s = {len(plan) - 1}" for plan in plans]
    return staircases(plans, names, resume=way == "go on")


def determined_scene(
    mode: str = "standard", max_trials: int = 16, max_time: int = 937, divisor: int = 4, max_rungs: int = 5
) -> Scene:
    """The brackets of Determined's adaptive search; the numbers on higher rungs are what its rule lets pass in the end.

    Raises:
        ValueError: as of ``early_stopping.determined``.
    """
    return staircases(
        determined_plans(mode, max_trials, max_time, divisor, max_rungs),
        unit="batches",
        names=[
            f"{n} rung{'' if n == 1 else 's'}"
            for n in bracket_rungs(max_trials, max_time, divisor, max_rungs, mode)  # type: ignore[arg-type]
        ],
    )


def determined_plans(
    mode: str = "standard", max_trials: int = 16, max_time: int = 937, divisor: int = 4, max_rungs: int = 5
) -> tuple[Plan, ...]:
    """Each bracket rung by rung, if exactly one trial in ``divisor`` goes on, and at least one."""
    ladders = bracket_rungs(max_trials, max_time, divisor, max_rungs, mode)  # type: ignore[arg-type]
    sizes = bracket_sizes(max_trials, ladders, divisor)
    plans = []
    for size, n_rungs in zip(sizes, ladders, strict=True):
        passed = [max(n, 1) for n in rung_sizes(size, n_rungs, divisor)]
        plans.append(tuple(Stage(*stage) for stage in zip(passed, rung_units(n_rungs, max_time, divisor), strict=True)))
    return tuple(plans)


def staircases(plans: Sequence[Plan], names: Sequence[str], *, unit: str = "epochs", resume: bool = True) -> Scene:
    """A row for each bracket, a step for each of its rungs.

    Args:
        plans: the brackets, from the top.
        names: of each.
        unit: of the fidelities.
        resume: whether a trial that goes on continues, or begins anew at each rung.

    Raises:
        ValueError: there is no bracket, or another number of names.
    """
    if not plans or len(plans) != len(names):
        raise ValueError(f"staircases need a bracket and a name for each; got {len(plans)} and {len(names)}")
    levels = sorted({stage.fidelity for plan in plans for stage in plan})
    most = max(stage.n_trials for plan in plans for stage in plan)
    ratio = levels[-1] / levels[-2] if len(levels) > 1 else 3.0
    left, right = levels[0] / ratio, levels[-1]
    room = (right / left) ** 0.3  # for the costs, on the right
    layers: list[AnyLayer] = []
    costs = [plan_cost(plan, resume=resume) for plan in plans]
    for row, (plan, cost) in enumerate(zip(plans, costs, strict=True)):
        layers += _staircase(plan, -row * STEP, left, most)
        layers.append(
            Text([right * room**0.12], [-row * STEP + 0.3], [f"{cost:,.0f}"], anchor="start", size=SIZES["labels"])
        )
    top = 1 + LETTER
    layers.append(Text([right * room**0.12], [top + 0.12], [unit], anchor="start", size=SIZES["labels"]))
    lowest = -(len(plans) - 1) * STEP
    stride = math.ceil(len(levels) / MOST_STEPS)
    ticks = [(left, "0"), *((level, number(level)) for level in levels[::-1][::stride][::-1])]
    return Scene(
        layers,
        Axis(f"{unit} that a trial has had", left, right * room, log=True, ticks=ticks),
        Axis("bracket", lowest - 0.06, top + 0.3, ticks=[(-row * STEP + 0.3, name) for row, name in enumerate(names)]),
        _told(plans, costs, unit, resume),
        aspect=0.14 + 0.1 * len(plans),
        grid=False,
    )


def hyperband_brackets_player(label: str = "How early is too early?") -> Player:
    """Hyperband's brackets behind three dials: the whole training, the divisor, and what going on means."""
    return Player.over(
        hyperband_scene,
        max_epochs=Dial("whole training", (9, 27, 81, 243), "epochs"),
        divisor=Dial("divisor", (2, 3, 4, 5)),
        way=Dial("who passes a rung may", WAYS),
        play="divisor",
        start={"max_epochs": 81, "divisor": 3},
        label=label,
        speed=1.0,
    )


def determined_brackets_player(
    label: str = "Determined's brackets",
    max_time: int = 937,
    trials: Sequence[int] = (16, 64, 256, 1000),
    divisors: Sequence[int] = (2, 3, 4),
) -> Player:
    """Determined's brackets behind three dials: the mode, the trials and the divisor."""
    return Player.over(
        lambda mode, max_trials, divisor: determined_scene(mode, max_trials, max_time, divisor),
        mode=Dial("mode", MODES),
        max_trials=Dial("trials", tuple(trials)),
        divisor=Dial("divisor", tuple(divisors)),
        play="max_trials",
        start={"mode": "standard", "max_trials": trials[0], "divisor": divisors[-1]},
        label=label,
        speed=1.0,
    )


# --- what is drawn ---


def height(n_trials: float, most: float) -> float:
    """How high a step of so many trials is: from FLOOR for one to 1 for the most."""
    return FLOOR + (1 - FLOOR) * (math.log(n_trials) / math.log(most) if most > 1 else 1.0)


def _staircase(plan: Plan, bottom: float, left: float, most: int) -> list[AnyLayer]:
    """One bracket: a step from each rung to the next, and how many take it."""
    edges = [left, *(stage.fidelity for stage in plan)]
    tops = [bottom + height(stage.n_trials, most) for stage in plan]
    x = [place for low, high in pairwise(edges) for place in (low, high, high, low)]
    y = [place for top in tops for place in (bottom, bottom, top, top)]
    last = len(plan) - 1
    fills = [ORANGE if k == last else mixed(BLUE, 0.55) for k in range(len(plan))]
    layers: list[AnyLayer] = []
    for fill, name in ((mixed(BLUE, 0.55), "trials, and then a cut"), (ORANGE, "trials trained in full")):
        own = [k for k in range(len(plan)) if fills[k] == fill]
        corners = [4 * k + corner for k in own for corner in range(4)]
        if own:
            layers.append(
                Polygons([x[c] for c in corners], [y[c] for c in corners], fill=fill, outline=GREY, name=name)
            )
    cuts = [stage.fidelity for stage in plan[:-1]]
    layers.append(Segments(cuts, [bottom] * last, cuts, tops[:-1], INK, "dot", 2.0))
    stride = math.ceil(len(plan) / MOST_STEPS)
    told = [k for k in range(len(plan)) if (last - k) % stride == 0]
    middles = [math.sqrt(edges[k] * edges[k + 1]) for k in told]
    numbers = [f"{plan[k].n_trials:,}" for k in told]
    layers.append(Text(middles, [tops[k] + 0.14 for k in told], numbers, size=SIZES["labels"]))
    return layers


def _told(plans: Sequence[Plan], costs: Sequence[float], unit: str, resume: bool) -> str:
    """Each bracket in words."""
    each = [f"{_rungs_told(plan)}: {cost:,.0f} {unit}" for plan, cost in zip(plans, costs, strict=True)]
    if len(each) > MOST_TOLD:
        each = [each[0], "...", each[-1]]
    how = "Who passes a rung goes on" if resume else "Who passes a rung begins anew"
    n_trials, n_full = sum(plan[0].n_trials for plan in plans), sum(plan[-1].n_trials for plan in plans)
    brackets = f"{len(plans)} bracket{'' if len(plans) == 1 else 's'}"
    whole = n_trials * max(plan[-1].fidelity for plan in plans)
    return (
        f"{brackets}, {n_trials:,} trials, {n_full} of them in full. {how}. Trials to {unit}: {'; '.join(each)}. "
        f"In all {sum(costs):,.0f} {unit}; to train every trial in full would take {whole:,.0f}."
    )


def _rungs_told(plan: Plan) -> str:
    """A bracket: "81 to 1, 27 to 3, 9 to 9"."""
    return ", ".join(f"{stage.n_trials:,} to {number(stage.fidelity)}" for stage in plan)
