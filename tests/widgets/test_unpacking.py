"""A picture is found again in what the browser was sent."""

import pytest
from hypothesis import given, settings

from hpo_tutor.scenes import Axis, Board, Points, Scene
from hpo_tutor.widgets import Player
from hpo_tutor.widgets.dials import steps
from hpo_tutor.widgets.packing import pack
from hpo_tutor.widgets.unpacking import n_frames, picture
from tests.widgets.packed import pictures, plain


@settings(max_examples=30, deadline=None)
@given(pictures())
def test_every_picture_is_found_as_it_was_packed(shown: list[Scene | Board]):
    """Whatever layers, axes, rows and words it has."""
    packed = pack(shown, [steps("step", len(shown))], play=0)
    assert n_frames(packed) == len(shown)
    for frame, one in enumerate(shown):
        found = picture(packed, frame)
        assert plain(found) == plain(one)
        assert [len(row) for row in found.rows] == ([len(row) for row in one.rows] if isinstance(one, Board) else [1])


def test_a_frame_is_a_combination_of_all_dials():
    """The last dial runs fastest, as it does in the browser; a frame that is not there is refused."""
    axis = Axis("share", 0, 1)
    player = Player.over(lambda x, y: Scene([Points(x, y)], axis, axis, f"{x:g}, {y:g}"), x=[0, 1], y=[0, 0.25, 0.5])
    assert [picture(player.frames, frame).sentence for frame in (0, 2, 3)] == ["0, 0", "0, 0.5", "1, 0"]
    with pytest.raises(IndexError):
        picture(player.frames, 6)
