"""Which hyperparameters does this config have at all? The space as a tree, and one config's branches lit.

branch   hyperparameters that exist under the same condition; those of the trunk always exist
switch   a hyperparameter that conditions speak of: a node from which branches go out
step     number of configs that were drawn, the last of them lit
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hpo_tutor.expressions import Expression
from hpo_tutor.scenes.layers import AnyLayer, Line, Points, Polygons, Segments, Text
from hpo_tutor.scenes.looks import BLUE, GREY, INK, PAGE, SIZES
from hpo_tutor.scenes.stage import Axis, Scene
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Config = Mapping[str, Any]

TRUNK = "always"
# shares of the width: the root, switches, conditions, hyperparameters, how many configs had a branch
ROOT, SWITCH, CONDITION, LEAF, BAR = 0.01, 0.08, 0.37, 0.615, (0.855, 0.95)
BACK, FORK, STUB = 0.025, 0.05, 0.065  # from words back to their symbol, to the fork before it, to where that begins
GAP = 0.5  # rows between two branches
HALF = 0.32  # of a bar's thickness, rows
SMALL = SIZES["numbers"]


class Branch(NamedTuple):
    """Hyperparameters with one condition.

    Attributes:
        condition: as text; "" of the trunk.
        switch: the first hyperparameter that it speaks of; "" of the trunk.
        names: of its hyperparameters, those of the trunk without the switches.
    """

    condition: str
    switch: str
    names: tuple[str, ...]


def branches(space: SearchSpace) -> list[Branch]:
    """The trunk, and the branches of each switch, in the order of the space.

    Raises:
        ValueError: no hyperparameter depends on another.
    """
    conditions = {name: domain.when or "" for name, domain in space.domains.items()}
    switch = {
        text: next(name for name in space.names if text and name in Expression(text).names) if text else ""
        for text in conditions.values()
    }
    if not any(switch.values()):
        raise ValueError(f"a tree needs a hyperparameter that exists under a condition, {space.names} have none")
    order = ["", *(name for name in space.names if name in switch.values())]
    texts = sorted(dict.fromkeys(conditions.values()), key=lambda text: order.index(switch[text]))
    grouped = {text: tuple(name for name in space.names if conditions[name] == text) for text in texts}
    grouped[""] = tuple(name for name in grouped.get("", ()) if name not in order)
    return [Branch(text, switch[text], names) for text, names in grouped.items() if names]


def seen(space: SearchSpace, configs: Iterable[Config]) -> dict[str, int]:
    """How many of some configs have each branch: condition -> count."""
    active = [space.active(config) for config in configs]
    return {branch.condition: sum(branch.names[0] in one for one in active) for branch in branches(space)}


def lit(space: SearchSpace, configs: Sequence[Config], step: int) -> Scene:
    """The tree, the branches of the last of so many configs lit, and how many configs had each branch.

    Args:
        space: with conditions.
        configs: that were drawn or tried, in order.
        step: how many of them.

    Raises:
        ValueError: there is no such step, or no condition.
    """
    if not 1 <= step <= len(configs):
        raise ValueError(f"step counts configs, from 1 to {len(configs)}; got {step}")
    config, boughs = configs[step - 1], branches(space)
    active, rows = space.active(config), _rows(boughs)
    heads = [1.3] * 4
    words = ["switch", "branch", "name = value", f"of {step}"]
    layers: list[AnyLayer] = [
        Text([SWITCH - BACK, CONDITION - BACK, LEAF - BACK, BAR[0]], heads, words, INK, "start", SIZES["labels"])
    ]
    for is_lit in (False, True):
        layers += _side(space, config, boughs, rows, active, is_lit)
    layers += _counts(boughs, seen(space, configs[:step]), rows, step)
    return Scene(
        layers,
        Axis("", 0.0, 1.0, ticks=()),
        Axis("", min(rows.values()) - 0.7, 1.9, ticks=()),
        _sentence(space, configs[:step], boughs),
        aspect=1.0,
        grid=False,
    )


def branching(space: SearchSpace, configs: Sequence[Config], label: str = "A space with switches is a tree") -> Player:
    """The tree, config by config."""
    return Player.over(
        lambda step: lit(space, configs, step), step=Dial("config", range(1, len(configs) + 1)), label=label, speed=1.0
    )


def _rows(boughs: Sequence[Branch]) -> dict[str, float]:
    """Hyperparameter -> height, falling from 0."""
    rows, at = {}, 1.0 + GAP
    for branch in boughs:
        at -= GAP
        for name in branch.names:
            at -= 1.0
            rows[name] = at
    return rows


def _middle(names: Iterable[str], rows: Mapping[str, float]) -> float:
    return float(np.mean([rows[name] for name in names]))


def _side(
    space: SearchSpace,
    config: Config,
    boughs: Sequence[Branch],
    rows: Mapping[str, float],
    active: set[str],
    is_lit: bool,
) -> list[AnyLayer]:
    """All that exists in this config, or all that does not: twigs, symbols, words."""
    fill, rim, ink = (BLUE, "#ffffff", INK) if is_lit else (PAGE, GREY, GREY)
    node = {  # a switch stands at the middle of all that hangs on it
        switch: _middle([name for branch in boughs if branch.switch == switch for name in branch.names], rows)
        for switch in dict.fromkeys(branch.switch for branch in boughs)
    }
    switches = [switch for switch in node if (not switch or switch in active) is is_lit]
    some = [branch for branch in boughs if (branch.names[0] in active) is is_lit]
    twigs = [(ROOT, 0.5 * (max(node.values()) + min(node.values())), SWITCH, node[switch]) for switch in switches]
    twigs += [(CONDITION - STUB, node[one.switch], CONDITION, _middle(one.names, rows)) for one in some]
    twigs += [(LEAF - STUB, _middle(one.names, rows), LEAF, rows[name]) for one in some for name in one.names]
    x = np.array([(x0, to - FORK, to - FORK, to - BACK, np.nan) for x0, _, to, _ in twigs]).ravel()
    y = np.array([(y0, y0, y1, y1, np.nan) for _, y0, _, y1 in twigs]).ravel()
    name = "exists in this config" if is_lit else "does not exist in it"
    layers: list[AnyLayer] = [
        Line(x, y, BLUE, width=3.0, name=name) if is_lit else Line(x, y, GREY, "dot", 1.0, name=name)
    ]
    columns: list[tuple[float, list[float], list[str], str, float]] = [
        (
            SWITCH,
            [node[switch] for switch in switches],
            [_valued(config, switch, is_lit) if switch else "no switch" for switch in switches],
            "square",
            9.0,
        ),
        (CONDITION, [_middle(one.names, rows) for one in some], list(map(_sized, some)), "diamond", 10.0),
        (
            LEAF,
            [rows[name] for one in some for name in one.names],
            [_valued(config, name, is_lit) for one in some for name in one.names],
            "circle",
            7.0,
        ),
    ]
    for at, heights, words, symbol, size in columns:
        n = len(heights)
        layers.append(Points([at - BACK] * n, heights, fill, symbol, size, outline=rim))
        layers.append(Text([at] * n, heights, words, ink, "start", SMALL))
    return layers


def _counts(
    boughs: Sequence[Branch], counts: Mapping[str, int], rows: Mapping[str, float], step: int
) -> list[AnyLayer]:
    """A bar for each branch: how many configs had it."""
    at = np.array([_middle(branch.names, rows) for branch in boughs])
    number = np.array([counts[branch.condition] for branch in boughs])
    right, left = BAR[0] + (BAR[1] - BAR[0]) * number / step, np.full(len(at), BAR[0])
    x = np.stack([left, right, right, left], axis=1).ravel()
    y = np.stack([at - HALF, at - HALF, at + HALF, at + HALF], axis=1).ravel()
    return [
        Polygons(x, y, fill=GREY, width=0.0, name="configs so far that had the branch"),
        Segments(left, at - 0.5, left, at + 0.5, INK, width=1.0),
        Text(right + 0.012, at, list(map(str, number)), INK, "start", SMALL),
    ]


def _sentence(space: SearchSpace, configs: Sequence[Config], boughs: Sequence[Branch]) -> str:
    config, step, counts = configs[-1], len(configs), seen(space, configs)
    active = space.active(config)
    turned = [f"{name} = {config[name]}" for name in dict.fromkeys(one.switch for one in boughs) if name in active]
    few = min(boughs, key=lambda branch: counts[branch.condition])
    exists = f"{len(active)} of {space.n_dims} hyperparameters exist"
    rare = f"{_spaced(few.condition)}, in {counts[few.condition]} of {step}" if few.condition else "none"
    return f"Config {step}: {', '.join(turned)}, so {exists}. Rarest branch so far: {rare}."


def _sized(branch: Branch) -> str:
    """How many hyperparameters a branch adds, and when."""
    if not branch.condition:
        return f"{len(branch.names)} {TRUNK}"
    return f"+{len(branch.names)} if {_spaced(branch.condition.removeprefix(branch.switch).strip())}"


def _valued(config: Config, name: str, is_lit: bool) -> str:
    if not is_lit:
        return name
    value = config[name]
    return f"{name} = {value:.2g}" if isinstance(value, float) else f"{name} = {value}"


def _spaced(condition: str) -> str:
    return condition.replace(">=", "\N{GREATER-THAN OR EQUAL TO}").replace("==", "=")
