"""What does the talk of notebook 10 show besides? A push of lines, a tiling that grows, tiles of space, and far places.

far      (m, m) mean squared distance from places of the unit square to the nearest point, over many draws of a design
middle   the places that are further than a fifth of the side from every wall
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hpo_tutor.course.pictures.nb09.slides import bare
from hpo_tutor.course.pictures.nb10.bodies import rhombohedra
from hpo_tutor.course.pictures.nb10.grown import growth, penrose
from hpo_tutor.course.pictures.nb10.lines import duality
from hpo_tutor.course.pictures.nb10.picks import picked, shadows
from hpo_tutor.scenes.layers import Heatmap, Line
from hpo_tutor.scenes.looks import GREY
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside

Array = NDArray[np.float64]

TWO = (-0.2, 0.0, 0.2, 0.4)  # where the upright lines of two families are pushed to
THREE = (-0.4, -0.25, -0.1, 0.0, 0.05, 0.15, 0.2, 0.25)  # of three: at 0.1 three lines meet in one point
HEIGHT = 0.4
TURNS = (20, 30, 40, 50, 60)  # degrees by which the last body of space is turned
N_PLACES = 60  # along each side
WALL = 0.2  # of the side


def pushed() -> list[Board]:
    """Lines and tiles while upright lines are pushed to the right, two families first and then three; bare."""
    at = [(x, "2") for x in TWO] + [(x, "3") for x in THREE]
    boards = []
    for x, families in at:
        told = duality(x, HEIGHT, families)
        (lines, tiles), *_ = told.rows
        shown = (
            replace(bare(one), title=title) for one, title in ((lines, "Lines"), (tiles, "A tile for each crossing"))
        )
        boards.append(beside(*shown, sentence=told.sentence.split(". ")[0] + "."))
    return boards


def grown(n_tiles: int) -> list[Board]:
    """A Penrose tiling as it grows from two tiles on, bare."""
    return [_bare(board) for board in growth(penrose(), n_tiles)[1:]]


def picked_bare(n: int) -> Board:
    """A square that holds n corners of Penrose's tiling, and the trials they become."""
    told = picked(n, 5)
    (tiling, trials), *_ = told.rows
    frame = Line([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], GREY, width=1.5)
    trials = replace(bare(trials), layers=[frame, *bare(trials).layers], grid=False)
    shown = replace(bare(tiling), title="On the tiling"), replace(trials, title=f"{n} trials")
    return beside(*shown, sentence=told.sentence.split(". ")[0] + ".")


def shadowed(n_points: int, n_dims: int) -> Scene:
    """The shadows of all designs, with more room for their names and counts, whose letters are larger on a slide."""
    scene = shadows(n_points, n_dims)
    return replace(scene, x=replace(scene.x, low=-0.36, high=1.26))


def space() -> list[Scene]:
    """Tiles of space: a plane more from picture to picture, and at last all of them turned."""
    return [rhombohedra(planes, TURNS[0], -30) for planes in (3, 4, 5)] + [rhombohedra(6, at, -30) for at in TURNS]


def far(draws: Iterable[Array]) -> Array:
    """Mean squared distance from each place to the nearest point, over draws (N, 2) of a design; (m, m), y first."""
    at = (np.arange(N_PLACES) + 0.5) / N_PLACES
    places = np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    squares = np.array([cKDTree(points).query(places)[0] for points in draws]) ** 2
    return np.asarray(squares.mean(axis=0).reshape(N_PLACES, N_PLACES))


def inner_and_outer(distances: Array) -> tuple[float, float]:
    """The mean of such distances in the middle of the square, and near its walls."""
    edge = round(WALL * N_PLACES)
    middle = np.zeros(distances.shape, dtype=bool)
    middle[edge:-edge, edge:-edge] = True
    return float(distances[middle].mean()), float(distances[~middle].mean())


def far_places(found: Mapping[str, Array]) -> Board:
    """Where a search is far from its nearest trial: light, on one scale for all designs.

    Args:
        found: title -> what ``far`` returned.
    """
    high = max(float(one.max()) for one in found.values())
    blank = Axis("", 0, 1, ticks=())
    scenes = [
        Scene([Heatmap(one, (0, 1), (0, 1), 0.0, high, labels=("near", "far"))], blank, blank, title=title, aspect=1.0)
        for title, one in found.items()
    ]
    means = {title: inner_and_outer(one) for title, one in found.items()}
    told = "; ".join(f"{title} {inner:.4f} and {outer:.4f}" for title, (inner, outer) in means.items())
    sentence = f"Mean squared distance to the nearest trial, in the middle and near the walls: {told}."
    return beside(*scenes, sentence=sentence)


def _bare(board: Board) -> Board:
    return replace(board, rows=[[bare(scene) for scene in row] for row in board.rows])
