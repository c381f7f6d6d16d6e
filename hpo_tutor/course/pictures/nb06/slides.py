"""What does the last row see of expected improvement? One large thought a picture, for the talk of notebook 06.

u         (n,)   places of the trials on the unit interval
losses    (n,)   what they reached
gain      max(best - loss, 0): what one more trial is worth, in the unit of the loss
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hpo_tutor import acquisition
from hpo_tutor.course.pictures.nb06.batches import waiting
from hpo_tutor.course.pictures.nb06.gains import candidate
from hpo_tutor.course.pictures.nb06.steps import Line
from hpo_tutor.scenes.beliefs import GAIN
from hpo_tutor.scenes.layers import Band, Marks, Points, Polygons, Text
from hpo_tutor.scenes.layers import Line as Curve
from hpo_tutor.scenes.looks import GREY, INK, Style
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

FLAT, LOW = 0.36, 0.13  # height over width of a belief, and of the gains below it
SQUARE = 0.72  # of one of two pictures abreast
ASIDE = 2.5  # per cent, between a symbol and its words
WORDS = {
    "mean ± 2 std": "mean ± 2 std",
    "incumbent's loss": "best so far",
    "expected loss, hidden from the search": "truth",
    "pending": "pending",
    "fantasy": "fantasy",
    "gain": "gain",
}
"""What the legend explains, and how: a slide has no room for more."""


def known(line: Line, u: Array, losses: Array, believed: bool) -> Scene:
    """The trials alone, or with what is believed of all other places."""
    view = line.step(u, losses)._replace(proposal=np.empty(0))
    if not believed:
        view = view._replace(slices=())
    (above,), _ = line.picture(view, truth=False).rows
    above = _quiet(above)
    said = f"{len(u)} trials; the lowest loss is {number(float(losses.min()))} {line.objective.loss_unit}"
    shown = "with the mean and a band of two standard deviations" if believed else "nothing else is known"
    return replace(above, aspect=FLAT, sentence=f"{said}, {shown}.")


def hinge(losses_axis: tuple[float, float], best: float, unit: str) -> Scene:
    """What a trial gains, over the loss that it reaches: the way down to the incumbent counts, the way up does not."""
    low, high = losses_axis
    reached = np.array([low, best, high])
    gain = np.maximum(best - reached, 0)
    top = float(gain.max())
    layers = (
        Band(reached[:2], [0, 0], gain[:2], GAIN, 0.25),
        Curve(reached, gain, GAIN, width=4, name="gain"),
        Marks([best], across=True, color=GREY, dash="dot", width=2.5, name="incumbent's loss"),
        Text([(low + best) / 2], [0.72 * top], "a gain", anchor="start", size=15),
        Text([(best + high) / 2], [0.1 * top], "a training lost, nothing else", size=15),
    )
    sentence = f"The gain falls to zero at the incumbent's loss, {number(best)} {unit}, and stays there."
    return Scene(
        layers, Axis(f"loss reached ({unit})", low, high), Axis(f"gain ({unit})", 0, 1.1 * top), sentence, aspect=FLAT
    )


def bell(line: Line, u: Array, losses: Array, place: float) -> Board:
    """The belief with a candidate, and the losses that are possible there."""
    board = candidate(line, u, losses, place, float(losses.min()))
    belief, possible, *_ = board.scenes()
    return _abreast(belief, possible, f"At {_at(line, place)}: green is what lies below the best so far.")


def area(line: Line, u: Array, losses: Array, place: float) -> Board:
    """The belief with a candidate, and the possible losses in order: the green area is the expected improvement."""
    board = candidate(line, u, losses, place, float(losses.min()))
    belief, *_, ordered = board.scenes()
    (mean,), (std,) = line.model(u, losses).predict([[place]])
    gain = float(acquisition.expected_improvement([mean], [std], float(losses.min()))[0])
    said = f"mean gain {gain:.4f} {line.objective.loss_unit}"
    return _abreast(belief, replace(ordered, title=said), f"At {_at(line, place)}: {said}.")


def step(line: Line, u: Array, losses: Array, truth: bool = True) -> Board:
    """Belief and gains of one step, flat enough for two thirds of a slide."""
    board = line.picture(line.step(u, losses), truth=truth)
    return _flat(board, f"{len(u)} trials, lowest {number(float(losses.min()))} {line.objective.loss_unit}.")


def asks(line: Line, u: Array, losses: Array, treated: str, n_wide: int = 3) -> list[Board]:
    """One picture for each of so many trials that are asked for at once; see ``batches.WAYS``."""
    boards, asked = waiting(line, u, losses, treated, n_wide)
    shown = []
    for k, board in enumerate(boards[:n_wide]):
        told = _flat(board, f"Pending trials {treated}. Machine {k + 1} is sent to {_at(line, asked[k])}.")
        (first, *others), *rows = told.rows
        shown.append(Board([[replace(first, title=f"machine {k + 1}"), *others], *rows], told.sentence))
    return shown


def often_and_much(
    often: Mapping[str, float], much: Mapping[str, float], looks: Mapping[str, Style], unit: str
) -> Scene:
    """How often a rule improves, across, and by how much if it does, upwards: a rectangle's area is the mean gain.

    Args:
        often: rule -> share of the searches in which it improves.
        much: rule -> mean gain in those searches.
        looks: rule -> its look.
        unit: of the gain.
    """
    layers: list[Polygons | Points | Text] = []
    for rule, look in looks.items():
        x, y = 100 * often[rule], much[rule]
        layers.append(Polygons([0, x, x, 0], [0, 0, y, y], fill=look.color, outline=look.color, width=2, opacity=0.18))
        layers.append(Points([x], [y], look.color, look.symbol, 16, outline=INK))
        layers.append(Text([x + ASIDE], [y], rule, anchor="start", size=15))
    told = [
        f"{rule} improves in {often[rule]:.0%} of the searches, then by {number(much[rule])} {unit}" for rule in looks
    ]
    return Scene(
        layers,
        Axis("how often it improves (%)", 0, 100),
        Axis(f"by how much, if so ({unit})", 0, 1.2 * max(much.values())),
        f"{'; '.join(told)}. The area of a rectangle is the mean gain.",
        aspect=FLAT,
    )


def _abreast(left: Scene, right: Scene, sentence: str) -> Board:
    return beside(*(replace(_quiet(scene), aspect=SQUARE) for scene in (left, right)), sentence=sentence)


def _at(line: Line, place: float) -> str:
    return f"{line.name.replace('_', ' ')} {number(line.value(place))}"


def _flat(board: Board, sentence: str) -> Board:
    (above,), (below,) = board.rows
    return Board(((replace(_quiet(above), aspect=FLAT),), (replace(_quiet(below), aspect=LOW),)), sentence)


def _quiet(scene: Scene) -> Scene:
    """The scene with a short legend."""
    return replace(scene, layers=[replace(layer, name=WORDS.get(layer.name, "")) for layer in scene.layers])
