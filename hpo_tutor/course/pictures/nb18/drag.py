"""Where does T1-T2 go from here? A start that is dragged over the map, and the path that it leads to.

K, E     starts, epochs
path     (E + 1, 2) l2 (log10 of the penalty) and input noise at the start and after each epoch
way      what the paths of all starts share, such as a rate of the hyperparameters
held     a plain training with the start's values, which never move
rate     learning rate of each hyperparameter's Adam, in multiples of the problem's own: at 1 x it crosses its range in
         60 per cent of all hyper-steps if it always goes one way
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb18.field import Field, recorded
from hpo_tutor.course.pictures.nb18.field_map import axes, surface
from hpo_tutor.problems.online_objectives import LOG_L2, NOISE, OnlineTuningProblem
from hpo_tutor.race.experiments.online import starts as recording
from hpo_tutor.scenes.layers import AnyLayer, Line, Points
from hpo_tutor.scenes.looks import ORANGE
from hpo_tutor.scenes.stage import Scene
from hpo_tutor.scenes.ticks import number
from hpo_tutor.training.online.knobs import Knob
from hpo_tutor.training.online.results import Tuned
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

Array = NDArray[np.float64]

NAMES = ("l2", "input_noise")
RATES = (0.3, 1.0, 3.0)
GRID = (7, 5)
"""Values of l2 and of the noise from which the small network starts."""
DRAGGED = (13, 9)
"""Places to which the start can be dragged where the starts are recorded; the nearest one is taken."""
TIMES = "\N{MULTIPLICATION SIGN}"
TAILS = ("#ffffff", "#000000")  # symbols on the map: white, framed in black, in either theme


class Walks(NamedTuple):
    """Paths of T1-T2 from many starts.

    Attributes:
        starts: (K, 2).
        paths: way -> (K, E + 1, 2).
        held: (K,) validation losses in nats after plain training with the start's values.
        ended: way -> (K,) validation losses at the end of T1-T2.
        places: values of l2 and of the noise, at equal steps, to which the start can be dragged.
    """

    starts: Array
    paths: Mapping[str, Array]
    held: Array
    ended: Mapping[str, Array]
    places: tuple[tuple[float, ...], tuple[float, ...]]

    def nearest(self, l2: float, noise: float) -> int:
        """The start that is nearest to a place, both ranges counted as 1."""
        widths = [np.ptp(values) for values in self.places]
        return int(np.argmin(np.sum(((self.starts - (l2, noise)) / widths) ** 2, axis=1)))


@cache
def recorded_walks(size: str = "shallow") -> Walks:
    """The starts of the recorded experiment on MNIST; the ways are its rules.

    Raises:
        ValueError: no such size was recorded.
    """
    return walked_table(recording.load(), size)


def walked_table(table: Any, size: str = "shallow") -> Walks:
    """The starts in a table of ``race.experiments.online.starts.load``; a start that not every rule has is left out.

    Raises:
        ValueError: the table has no such size.
    """
    own = table[(table["size"] == size) & ~table["full"].astype(bool)]
    if own.empty:
        raise ValueError(f"the table has the sizes {', '.join(sorted(set(table['size'])))}, got {size!r}")
    parts = {rule: part.set_index("start").sort_index() for rule, part in own.groupby("rule", sort=False)}
    shared = sorted(set.intersection(*(set(part.index) for part in parts.values())))
    parts = {rule: part.loc[shared] for rule, part in parts.items()}
    first = next(iter(parts.values()))
    paths = {
        rule: np.stack([np.array(part[f"path_{name}"].tolist(), dtype=np.float64) for name in NAMES], axis=-1)
        for rule, part in parts.items()
    }
    return Walks(
        first[["start_l2", "start_noise"]].to_numpy(dtype=np.float64),
        paths,
        first["before_validation_loss"].to_numpy(dtype=np.float64),
        {rule: part["online_validation_loss"].to_numpy(dtype=np.float64) for rule, part in parts.items()},
        _places(DRAGGED),
    )


@cache
def trained_walks(
    n: tuple[int, int] = GRID, rates: tuple[float, ...] = RATES, *, batch: int = 0, epochs: int | None = None
) -> Walks:
    """Really train the small network on digits from a grid of starts; the ways are rates of the hyperparameters.

    A start of one rate takes about a quarter of a second of one core.

    Args:
        n: values of l2 and of the noise.
        rates: in multiples of the problem's own.
        batch: which rows go where.
        epochs: of each training; None takes the problem's.
    """
    problem = problems.online_tuning("digits", batch=batch, epochs=epochs)
    places = _places(n)
    starts = np.stack(np.meshgrid(*places), axis=-1).reshape(-1, 2)
    configs = problem.configs(dict(zip(NAMES, starts.T, strict=True)))
    seeds = [0] * len(starts)
    runs = {
        rate_name(rate): problem.tune(configs, seeds, knobs=rated(problem, rate), parts=("validation",))
        for rate in rates
    }
    return Walks(
        starts,
        {way: by_epoch(run.tuned, problem) for way, run in runs.items()},
        ground(n, batch=batch, epochs=epochs).losses[0].ravel(),
        {way: run.scores["validation"].losses for way, run in runs.items()},
        places,
    )


@cache
def ground(n: tuple[int, int] = GRID, *, batch: int = 0, epochs: int | None = None) -> Field:
    """The validation loss of the small network on digits after plain training, over a grid; no arrows."""
    problem = problems.online_tuning("digits", batch=batch, epochs=epochs)
    l2s, noises = _places(n)
    columns = np.meshgrid(l2s, noises)
    configs = problem.configs({name: one.ravel() for name, one in zip(NAMES, columns, strict=True)})
    losses = problem.train(configs, [0] * len(configs), parts=("validation",)).scores["validation"].losses
    return Field(np.array(l2s), np.array(noises), losses.reshape(1, len(noises), len(l2s)), {})


def by_epoch(tuned: Tuned, problem: OnlineTuningProblem) -> Array:
    """What was logged hyper-step by hyper-step, as paths by epoch; shape (K, E + 1, 2)."""
    ends = np.arange(problem.epochs + 1) * problem.n_steps // problem.epochs
    last = np.searchsorted(tuned.steps, ends, side="right")
    return tuned.values[:, last][:, :, [tuned.names.index(name) for name in NAMES]]


def rate_name(rate: float) -> str:
    """A rate in the words of the dial."""
    return f"{number(rate)} {TIMES}"


def walk_scene(
    walks: Walks, field: Field, l2: float, noise: float, way: str, epoch: int | None = None, drawn_as: str = "rate"
) -> Scene:
    """The path from the start that is nearest to a place, a dot for each epoch.

    Args:
        walks: the paths.
        field: the map below them.
        l2: of the place, log10 of the penalty.
        noise: of the place.
        way: of ``walks.paths``.
        epoch: up to which the path is drawn; None for all.
        drawn_as: what a way is, in words.

    Raises:
        ValueError: there is no such way or epoch.
    """
    if way not in walks.paths:
        raise ValueError(f"the {drawn_as} is one of {', '.join(walks.paths)}; got {way!r}")
    k = walks.nearest(l2, noise)
    path = walks.paths[way][k]
    last = len(path) - 1 if epoch is None else epoch
    if not 0 <= last < len(path):
        raise ValueError(f"epoch counts from 0 to {len(path) - 1}; got {epoch}")
    layers: list[AnyLayer] = [surface(field)]
    layers.append(
        Points(
            walks.starts[:, 0], walks.starts[:, 1], TAILS[0], "diamond", 5.0, 0.8, outline=TAILS[1], name="other starts"
        )
    )
    layers += path_layers(path[: last + 1])
    (x0, y0), (x1, y1) = path[0], path[last]
    sentence = (
        f"From l2 = {number(x0)}, noise {number(y0)} ({drawn_as} {way}): after {last} "
        f"epoch{'' if last == 1 else 's'} l2 = {number(x1)}, noise {number(y1)}. "
    )
    if last == len(path) - 1:
        sentence += (
            f"Validation loss: {number(walks.ended[way][k])} nats; with the start's values held, "
            f"{number(walks.held[k])}."
        )
    return Scene(layers, *axes(field), sentence, f"T1-T2, {drawn_as} {way}", aspect=0.75, grid=False)


def drag_player(
    walks: Walks | None = None,
    field: Field | None = None,
    *,
    third: str = "way",
    way: str | None = None,
    name: str = "rule",
    label: str = "Drag the start",
) -> Player:
    """The map with a start that can be dragged.

    Args:
        walks: the paths; None takes the recorded ones of MNIST.
        field: the map below them; None takes the recorded one, of the shallow network on MNIST.
        third: what the third dial moves: "way", or "epoch", which can be played.
        way: the first that is shown, and with "epoch" the only one; None for the first of ``walks``.
        name: what a way is, in words.
        label: a heading.

    Raises:
        ValueError: third is something else, or there is no such way.
    """
    if third not in ("way", "epoch"):
        raise ValueError(f'the third dial moves "way" or "epoch", got {third!r}')
    shown, below = recorded_walks() if walks is None else walks, recorded() if field is None else field
    first = next(iter(shown.paths)) if way is None else way
    l2s, noises = shown.places
    options: dict[str, Any] = {
        "l2": Dial("start: l2", l2s),
        "noise": Dial("start: noise", noises),
        "drag": ("l2", "noise"),
        "label": label,
    }
    start: dict[str, Any] = {"l2": l2s[len(l2s) // 2], "noise": noises[-1]}

    @cache  # many places have the same nearest start
    def made(k: int, chosen: str, epoch: int | None) -> Scene:
        l2, noise = shown.starts[k].tolist()
        return walk_scene(shown, below, l2, noise, chosen, epoch, name)

    if third == "epoch":
        n_epochs = next(iter(shown.paths.values())).shape[1] - 1
        return Player.over(
            lambda l2, noise, epoch: made(shown.nearest(l2, noise), first, epoch),
            **options,
            epoch=Dial("epoch", range(n_epochs + 1)),
            play="epoch",
            start=start,
            speed=8.0,
        )
    return Player.over(
        lambda l2, noise, way: made(shown.nearest(l2, noise), way, None),
        **options,
        way=Dial(name, tuple(shown.paths)),
        start=start | {"way": first},
    )


# --- what is drawn ---


def path_layers(path: Array) -> list[AnyLayer]:
    """From a diamond to a ring, with a dot for each epoch."""
    x, y = path.T
    white, black = TAILS
    return [
        Line(x, y, black, width=4.5),
        Line(x, y, ORANGE, width=2.5, name="path"),
        Points(x[1:], y[1:], ORANGE, "circle", 6.0, outline=black, name="epoch"),
        Points(x[:1], y[:1], white, "diamond", 15.0, outline=black, name="start"),
        Points(x[-1:], y[-1:], white, "circle", 17.0, outline=black, name="end"),
        Points(x[-1:], y[-1:], ORANGE, "circle", 9.0, outline=black),
    ]


def rated(problem: OnlineTuningProblem, rate: float) -> dict[str, Knob]:
    """The problem's own knobs, at so many times their rates."""
    return {name: knob._replace(rate=rate * knob.rate) for name, knob in problem.knobs.items()}


def _places(n: tuple[int, int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    l2s, noises = (np.linspace(low, high, size) for size, (low, high) in zip(n, (LOG_L2, NOISE), strict=True))
    return tuple(l2s.round(6).tolist()), tuple(noises.round(6).tolist())
