"""Every kind of picture comes onto a slide in large type and with a sentence."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.decks.shown import LARGER, MIME
from hpo_tutor.figures import theme
from hpo_tutor.scenes import Axis, Board, Line, Scene
from hpo_tutor.widgets import Player


def _scene(height: float = 1.0) -> Scene:
    line = Line(np.array([0.0, 1.0]), np.array([0.0, height]))
    return Scene([line], Axis("x", 0, 1), Axis("y", 0, 1), sentence=f"Up to {height}.")


def _figure() -> go.Figure:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], marker={"size": 8}, line={"width": 2}))
    return theme.dressed(figure, "A loss", "of one search", "A loss that rises.")


def test_a_figure_is_enlarged_and_takes_its_size_from_the_slide() -> None:
    """Letters and symbols grow alike, the height is the slide's, the sentence is the figure's own."""
    shown = on_slide(_figure())
    made = shown.data["figure"]
    assert made["layout"]["font"]["size"] == 13 * LARGER
    assert made["layout"]["title"]["font"]["size"] == 16 * LARGER
    assert made["data"][0]["marker"]["size"] == 8 * LARGER
    assert "height" not in made["layout"]
    assert shown.sentence == "A loss that rises."


@pytest.mark.parametrize("nameless", [go.Figure(), Board([[replace(_scene(), sentence="")]])], ids=["figure", "board"])
def test_a_picture_without_a_sentence_is_refused(nameless: go.Figure | Board) -> None:
    """It needs an alternative text, which then is its sentence."""
    with pytest.raises(ValueError, match="alt="):
        on_slide(nameless)
    assert on_slide(go.Figure(), alt="Nothing.").sentence == "Nothing."


def test_a_scene_becomes_a_still_in_large_type() -> None:
    """It is the still of a narrow page, which a slide doubles."""
    bundle = on_slide(_scene())._repr_mimebundle_()
    assert bundle["text/plain"] == bundle[MIME]["sentence"] == "Up to 1.0."
    assert 'viewBox="0 0 560 ' in bundle[MIME]["html"]
    assert 'viewBox="0 0 560 ' in on_slide(Player([_scene()])).data["html"]
    square = on_slide(replace(_scene(), aspect=1.0), alt="A square.")
    assert 'viewBox="0 0 420 ' in square.data["html"]
    assert "<title>A square.</title>" in square.data["html"]
    row = Board([[_scene(), _scene(0.5)]], sentence="Two lines.")
    assert 'viewBox="0 0 660 ' in on_slide(row).data["html"]


def test_a_player_begins_at_its_first_stop() -> None:
    """Its sentence is that of the picture which is shown first."""
    player = Player([_scene(0.2), _scene(0.4), _scene(0.6)])
    assert on_slide(player).sentence == "Up to 0.2."
    shown = on_slide(player, stops=[1, 2])
    assert (shown.sentence, shown.data["stops"]) == ("Up to 0.4.", 2)


def test_stops_can_be_named_by_dials() -> None:
    """A frame of Player.over is dial -> value; a dial that is not there is refused."""
    player = Player.over(_scene, height=[0.2, 0.5])
    assert 'stops="1 0"' in on_slide(player, stops=[{"height": 0.5}, 0]).data["html"]
    with pytest.raises(ValueError, match="which are height; got width"):
        on_slide(player, stops=[{"width": 1}])
    with pytest.raises(ValueError, match="stops are frames, from -2 to 1; got 5"):
        on_slide(player, stops=[5])


def test_what_does_not_move_has_no_stops() -> None:
    """A scene that is told to stop or freeze, and what is no picture, are refused."""
    with pytest.raises(ValueError, match="only a player has stops and freezes; this is a Scene"):
        on_slide(_scene(), freeze=True)
    with pytest.raises(TypeError, match="got a int"):
        on_slide(3)  # type: ignore[arg-type]
