"""Which notebook needs which? The course as one table, and the map drawn of it: lines of a railway, stations in order.

number   of a notebook, two digits
place    (column, row) on the map; columns run to the right, rows upwards
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

import plotly.graph_objects as go

from hpo_tutor.course import places
from hpo_tutor.figures.theme import FALLBACK, dressed, ink
from hpo_tutor.scenes.looks import BLUE, ORANGE

Place = tuple[float, float]
Side = Literal["above", "below", "left", "right"]

SIZE, SMALL = 32, 24  # diameter of a station that is there, and of one that is coming; pixels
ONE_LINE = 12  # letters that are not broken into two lines
ANCHORS = {
    "above": {"xanchor": "center", "yanchor": "bottom", "yshift": SIZE / 2},
    "below": {"xanchor": "center", "yanchor": "top", "yshift": -SIZE / 2},
    "left": {"xanchor": "right", "yanchor": "middle", "xshift": -SIZE / 2 - 4},
    "right": {"xanchor": "left", "yanchor": "middle", "xshift": SIZE / 2 + 4},
}


class Station(NamedTuple):
    """A notebook on the map.

    Attributes:
        title: what it is about.
        question: what it answers.
        place: where it stands.
        side: on which side its title is written, one word or two a line.
        lines: notebook that is read before -> bends of the line that comes from there; what that one needs in turn is
            not repeated.
    """

    title: str
    question: str
    place: Place
    side: Side
    lines: Mapping[str, tuple[Place, ...]]


_FORK, _TRUNK = (0.95, 4.3), 0.0  # where lines from 03 part: upwards, and downwards

COURSE: Mapping[str, Station] = MappingProxyType(
    {
        "00": Station("start here", "Which settings were yours to choose?", (0, 6), "right", {}),
        "01": Station("tune by hand", "How good is a person, with twelve trainings?", (0, 5), "right", {"00": ()}),
        "02": Station("grid search", "How much of a grid's result is luck of placement?", (0, 4), "left", {"01": ()}),
        "03": Station(
            "random search", "Why can random points beat careful ones, and when not?", (0, 3), "left", {"02": ()}
        ),
        "04": Station("Gaussian processes", "How does one Gaussian become a function?", (1, 3), "above", {"03": ()}),
        "05": Station("kernels and noise", "Which functions are likely, and how noisy?", (2, 3), "above", {"04": ()}),
        "06": Station("Bayesian optimisation", "What is one more trial worth, and where?", (3, 3), "above", {"05": ()}),
        "07": Station("where it breaks", "When does a model of the loss mislead?", (4, 3), "above", {"06": ()}),
        "08": Station(
            "tree-structured Parzen estimators",
            "Where are good trials dense, and bad ones rare?",
            (4, 2),
            "above",
            {"06": ((3, 2.3), (3.2, 2))},
        ),
        "09": Station(
            "rooks and spheres",
            "Can points be placed so that they do not waste each other?",
            (2, 5.4),
            "above",
            {"03": (_FORK, (1.45, 4.3), (1.8, 5.4))},
        ),
        "10": Station("hypertilings", "Does a tiling place points better?", (3, 5.4), "above", {"09": ()}),
        "11": Station("a fair race", "Which method is better?", (2, 4.3), "below", {"03": (_FORK,), "09": ()}),
        "12": Station("reading error bars", "And how sure are we?", (3, 4.3), "above", {"11": ()}),
        "13": Station(
            "adaptive grids", "Can a grid be refined where it pays?", (1, 2), "right", {"03": ((_TRUNK, 2),)}
        ),
        "14": Station(
            "spaces with switches", "What if a hyperparameter exists only sometimes?", (5, 2), "below", {"08": ()}
        ),
        "15": Station("two goals", "What if two losses disagree?", (6, 2), "below", {"14": ()}),
        "16": Station("stop the losers early", "How early is too early?", (2, 1), "above", {"03": ((_TRUNK, 1),)}),
        "17": Station("brackets", "How does one stop early and late at once?", (4, 1), "below", {"16": (), "08": ()}),
        "18": Station(
            "tune while training", "Can a setting be learnt on the way?", (1, 0.2), "right", {"03": ((_TRUNK, 0.2),)}
        ),
        "19": Station(
            "evolution and architectures",
            "What if nothing is smooth, or the network itself is to be found?",
            (1, -0.6),
            "right",
            {"03": ((_TRUNK, -0.6),)},
        ),
        "20": Station(
            "tune your own",
            "What does all this do for your problem?",
            (6, 3),
            "below",
            {"12": ((5, 4.3),), "08": ((4.5, 2), (5, 3))},
        ),
    }
)


def edges() -> set[tuple[str, str]]:
    """(before, after) of every two notebooks of which one is read first."""
    return {(before, after) for after, station in COURSE.items() for before in station.lines}


def course_map(here: str | None = None, present: Collection[str] | None = None) -> go.Figure:
    """The map of the course: large stations on solid lines can be opened today, small grey ones are being written.

    Args:
        here: the notebook in which the map is shown, which is marked.
        present: the numbers of the notebooks there are; None looks.
    """
    there = set(places.notebooks() if present is None else present)
    figure = go.Figure([_tracks(there, ready=False), _tracks(there, ready=True)])
    for number, station in COURSE.items():
        ready, is_here = number in there, number == here
        told = [f"{number} {station.title}", station.question, *([] if ready else ["being written"])]
        figure.add_scatter(
            x=[station.place[0]],
            y=[station.place[1]],
            mode="markers+text",
            marker={"size": SIZE if ready else SMALL, "color": ORANGE if is_here else BLUE if ready else FALLBACK},
            text=[number],
            textfont={"color": "#000000" if is_here else "#ffffff", "size": 13 if ready else 12},
            hovertemplate="<br>".join(told) + "<extra></extra>",
            cliponaxis=False,
        )
        figure.add_annotation(
            x=station.place[0],
            y=station.place[1],
            text="<br>".join(ink(line) for line in _lines(station)),
            showarrow=False,
            font_size=12,
            **ANCHORS[station.side],
        )
    figure.update_xaxes(visible=False, range=[-0.95, 6.5], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-0.9, 6.3], fixedrange=True)
    dressed(
        figure,
        "The map of the course",
        "blue: open today; grey: being written; point at one",
        f"Map of the course. {' '.join(_told(number) for number in COURSE)} "
        f"Open today: {', '.join(number for number in COURSE if number in there)}.",
        height=600,
    )
    return figure.update_layout(showlegend=False, margin={"l": 8, "r": 8, "b": 8})


def _tracks(there: Collection[str], *, ready: bool) -> go.Scatter:
    """The lines to all notebooks that are there, or to all others; a gap between two lines is None."""
    x: list[float | None] = []
    y: list[float | None] = []
    for number, station in COURSE.items():
        for before, bends in station.lines.items():
            if (number in there) == ready:
                corners = (COURSE[before].place, *bends, station.place)
                x += [*(corner[0] for corner in corners), None]
                y += [*(corner[1] for corner in corners), None]
    line = {"color": BLUE, "width": 5} if ready else {"color": FALLBACK, "width": 2, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _lines(station: Station) -> list[str]:
    """The title as it is written on the map: to the right in one line, elsewhere broken near its middle."""
    words = station.title.split()
    if station.side == "right" or len(words) == 1 or (station.side != "left" and len(station.title) <= ONE_LINE):
        return [station.title]
    breaks = range(1, len(words))
    cut = min(breaks, key=lambda k: max(len(" ".join(words[:k])), len(" ".join(words[k:]))))
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def _told(number: str) -> str:
    station = COURSE[number]
    needed = f", after {' and '.join(station.lines)}" if station.lines else ""
    return f"{number} {station.title}{needed}."
