"""What does the model believe while trials are still running? Three ways to treat them, stepped.

treated   "ignored", "fantasised", or "never removed": the fantasy stays when the loss is known
n_wide    trials that are asked for before the first of them is told
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.pictures.nb06.steps import Line
from hpo_tutor.scenes.beliefs import LARGE
from hpo_tutor.scenes.layers import Points
from hpo_tutor.scenes.looks import INK
from hpo_tutor.scenes.stage import Board

Array = NDArray[np.float64]

WAYS = ("ignored", "fantasised", "never removed")


def waiting(line: Line, u: Array, losses: Array, treated: str, n_wide: int = 3) -> tuple[list[Board], Array]:
    """Frames of one batch, and the places it asked for.

    A frame for each ask, then one in which all have been told. The fantasy is the mean that is expected there.

    Args:
        line: what is searched.
        u: (n,) places of the trials before the batch.
        losses: (n,) what they reached.
        treated: how pending trials are treated, one of ``WAYS``.
        n_wide: trials in the batch.

    Raises:
        ValueError: there is no such way.
    """
    if treated not in WAYS:
        raise ValueError(f"pending trials are {', '.join(WAYS)}; got {treated!r}")
    frames, asked, made_up, nothing = [], np.empty(0), np.empty(0), np.empty(0)
    for _ in range(n_wide):
        known = (asked, made_up) if treated != "ignored" else (nothing, nothing)
        view = line.step(u, losses, fantasies=known, pending=asked)
        frames.append(_frame(line, line.picture(view), known, f"{len(asked)} pending."))
        expected, _ = line.model(u, losses).predict(view.proposal[:, None])
        asked, made_up = np.append(asked, view.proposal), np.append(made_up, expected)
    told = np.array([line.trained(place, seed) for seed, place in enumerate(asked.tolist())])
    known = (asked, made_up) if treated == "never removed" else (nothing, nothing)
    view = line.step(np.append(u, asked), np.append(losses, told), fantasies=known)
    frames.append(_frame(line, line.picture(view), known, "All have been told."))
    return frames, asked


def _frame(line: Line, board: Board, fantasies: tuple[Array, Array], said: str) -> Board:
    """The picture of a step with the fantasies in it."""
    (above,), *rest = board.rows
    places, losses = fantasies
    values = [line.value(u) for u in places.tolist()]
    made_up = Points(values, losses, "#ffffff", "circle", LARGE - 5, outline=INK, name="fantasy")
    return Board(((replace(above, layers=(*above.layers, made_up)),), *rest), f"{said} {board.sentence}")
