"""What was asked for, what was tried, and how much was each of them worth? A search over a list of networks, stepped.

z       (D,)   the code with the largest expected improvement (EI) that was found
gains   (2,)   EI at z, as the search believes, and at the code of what is really tried, in the unit of its losses
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb07.codes import Codes
from hpo_tutor.course.pictures.nb07.menus import NETWORKS
from hpo_tutor.scenes.beliefs import GAIN
from hpo_tutor.scenes.layers import Line, Points, Segments
from hpo_tutor.scenes.looks import GREY, ORANGE, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

LEAST = 1e-4  # smaller gains are drawn there: a logarithmic axis has no 0


class Asked(NamedTuple):
    """One question of a search: the code z, and the gains expected of it and of what is tried."""

    z: Array
    gains: tuple[float, float]


def repeats(configs: Sequence[Mapping[str, Any]]) -> NDArray[np.bool_]:
    """Whether each of the configurations was tried before, (n,)."""
    values = [tuple(config.values()) for config in configs]
    return np.array([value in values[:i] for i, value in enumerate(values)], dtype=bool)


def asking(codes: Codes, configs: Sequence[Mapping[str, Any]], questions: Sequence[Asked], k: int) -> Board:
    """The k-th question: a bar for each coordinate, and the gains of all questions so far.

    Args:
        codes: those of the search.
        configs: all its trials; the first of them, without a question, were drawn at random.
        questions: one for each later trial.
        k: which question, from 0.
    """
    n_first = len(configs) - len(questions)
    options = codes.space.domains["network"].values  # type: ignore[union-attr]
    places = [list(NETWORKS).index(str(name)) for name in options]
    others = [name for name in codes.space.names if name != "network"]
    rows = [*places, *range(len(NETWORKS), len(NETWORKS) + len(others))]
    columns = np.r_[tuple(codes.columns[name] for name in ("network", *others))]
    asked, there = (z[columns] for z in (questions[k].z, codes.tried(questions[k].z[None])[0]))
    bars = asked[: len(places)]
    network = configs[n_first + k]["network"]
    again = repeats(configs)[n_first : n_first + k + 1]
    left = Scene(
        [
            Segments(np.zeros(len(rows)), rows, asked, rows, GREY, width=7, name="coordinate asked for"),
            Points(there[there > 0], np.array(rows)[there > 0], ORANGE, "square", 11, name="what is tried"),
        ],
        Axis("coordinate", 0, 1.05, ticks=((0, "0"), (0.5, "0.5"), (1, "1"))),
        Axis("", -0.7, len(rows) - 0.3, ticks=list(enumerate([*NETWORKS, *others]))),
        title=f"trial {n_first + k + 1}: {network}",
        aspect=1.1,
    )
    trials = np.arange(n_first + 1, n_first + k + 2)
    gains = np.maximum([question.gains for question in questions[: k + 1]], LEAST)
    right = Scene(
        [
            Line(trials, gains[:, 0], GAIN, "solid", 2.5, name="gain expected of the code asked for"),
            Line(trials, gains[:, 1], ORANGE, "dash", 2.5, name="gain expected of what is tried"),
            Points(trials, gains[:, 1], ORANGE, "square", 8),
            Points(trials[again], np.full(again.sum(), 2 * LEAST), RED, "x", 10, name="tried before"),
        ],
        Axis("trial", n_first, len(configs) + 1),
        Axis("expected improvement", LEAST, 1, log=True, ticks=[(10.0**p, number(10.0**p)) for p in range(-4, 1)]),
        title=f"{again.sum()} of {k + 1} were tried before",
        aspect=1.1,
    )
    largest = number(float(bars.max()))
    expected = [number(float(gain)) if gain > LEAST else f"less than {LEAST:g}" for gain in questions[k].gains]
    sentence = (
        f"Trial {n_first + k + 1}: the largest of {len(bars)} coordinates is {largest}, and {network} is tried, "
        f"{'again' if again[-1] else 'for the first time in this combination'}. Expected gain where it was asked for "
        f"{expected[0]}, where it is tried {expected[1]}."
    )
    return beside(left, right, sentence=sentence)
