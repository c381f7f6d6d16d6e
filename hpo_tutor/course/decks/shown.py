"""What does a picture become on a slide? HTML that needs no kernel, in type that the last row can read.

A player keeps playing, a plotly figure stays alive, a scene becomes a sharp SVG.
"""

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hpo_tutor.scenes.stage import Board, Scene, as_board
from hpo_tutor.widgets import Player
from hpo_tutor.widgets.dials import flat
from hpo_tutor.widgets.pictures import Pictures

if TYPE_CHECKING:
    import plotly.graph_objects as go

MIME = "application/vnd.hpo-tutor.slide+json"
LARGER = 1.75  # type of 13 pixels made for a page is read from the last row at 23
LARGER_PLAYER = 1.6
STILL_WIDTH = 560, 330  # pixels of a still, which a slide doubles: at least, and for each scene of a row
SQUARE_WIDTH, SQUARE = 420, 0.9  # of one scene alone that is as high as this share of its width

_NUMBERS = itertools.count()


class OnSlide:
    """A picture as the deck's builder reads it: ``data`` is what goes on the slide, ``sentence`` says what it shows."""

    def __init__(self, sentence: str, **data: Any) -> None:
        self.sentence = sentence
        self.data = data

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        return {"text/plain": self.sentence, MIME: self.data | {"sentence": self.sentence}}


def on_slide(
    picture: "Pictures | Scene | Board | go.Figure",
    *,
    stops: Sequence[int | Mapping[str, Any]] = (),
    freeze: bool = False,
    alt: str = "",
) -> OnSlide:
    """A picture on a slide of a deck.

    Args:
        picture: a player, a plotly figure, a scene or a board.
        stops: frames of a player that the presenter's "next" walks through before the slide changes; a frame is its
            flat number, or for ``Player.over`` dial -> value.
        freeze: hold a player at its first stop, its controls dead, until "next": the audience is to commit itself.
        alt: what the picture shows, in a sentence; a scene and a figure of the course bring their own.

    Raises:
        TypeError: it is no picture.
        ValueError: only a player stops and freezes; a picture has no sentence.
    """
    if isinstance(picture, Player):
        return _player(picture, stops, freeze, alt)
    if stops or freeze:
        raise ValueError(f"only a player has stops and freezes; this is a {type(picture).__name__}, leave them out")
    if isinstance(picture, Scene | Board):
        from hpo_tutor import figures  # brings plotly

        shown = as_board(picture)
        board = Board(shown.rows, _sentence(alt or shown.sentence))
        return OnSlide(board.sentence, kind="still", html=_with_own_ids(figures.still(board, width=_width(board))))
    if not hasattr(picture, "to_plotly_json"):
        raise TypeError(f"a slide shows a player, a plotly figure, a scene or a board, got a {type(picture).__name__}")
    made = json.loads(picture.to_json())
    sentence = _sentence(alt or (made["layout"].get("meta") or {}).get("description", ""))
    return OnSlide(sentence, kind="figure", figure=_enlarged(made))


def _sentence(given: str) -> str:
    if not given:
        raise ValueError('a picture says in a sentence what it shows; write on_slide(..., alt="...")')
    return given


def _width(board: Board) -> int:
    """Of its still, so that letters are read from the last row."""
    least, each = STILL_WIDTH
    longest = max(map(len, board.rows))
    if longest == len(board.rows) == 1 and board.rows[0][0].aspect >= SQUARE:
        return SQUARE_WIDTH
    return max(least, each * longest)


def _with_own_ids(svg: str) -> str:
    """The still with ids that no other one has: a slide that is hidden takes its clip paths away from all others."""
    own = f"still{next(_NUMBERS)}-"
    return re.sub(r'(<clipPath id="|url\(#)', rf"\g<1>{own}", svg)


def _player(player: Player, stops: Sequence[int | Mapping[str, Any]], freeze: bool, alt: str) -> OnSlide:
    from hpo_tutor.widgets import standalone
    from hpo_tutor.widgets.unpacking import picture

    places = [flat(player._dials, stop) if isinstance(stop, Mapping) else stop for stop in stops]
    first = places[0] if places else player.start
    width = _width(picture(player.frames, player.start))
    html = standalone.element(player, start=first, stops=places, freeze=freeze, scale=LARGER_PLAYER, still_width=width)
    sentence = _sentence(alt or picture(player.frames, first).sentence)
    return OnSlide(sentence, kind="player", html=html, stops=len(stops), freeze=freeze)


def _enlarged(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure with larger letters, lines and symbols, and without a size of its own."""
    layout = figure["layout"]
    for key in ("width", "height"):
        layout.pop(key, None)
    layout["autosize"] = True
    _scale(figure["data"], "")
    _scale(layout, "")
    margin = layout.setdefault("margin", {})
    layout["margin"] = margin | {side: LARGER * margin[side] for side in ("l", "t", "b") if side in margin}
    return figure


def _scale(node: Any, key: str) -> None:
    """Scale every size of type and symbols and every width of a line below this node, in place."""
    if isinstance(node, list):
        for one in node:
            _scale(one, key)
    elif isinstance(node, dict):
        for name, value in node.items():
            is_size = name == "size" and (key == "marker" or key.endswith("font"))
            if isinstance(value, int | float) and (is_size or (name == "width" and key == "line")):
                node[name] = LARGER * value if is_size else 1.4 * value
            else:
                _scale(value, name)
