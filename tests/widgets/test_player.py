"""The player's Python side: what it hands to the browser, what it refuses, and what stands in where no widget runs."""

import numpy as np
import pytest

from hpo_tutor import problems, race, scenes, widgets
from hpo_tutor.scenes import Axis, Board, Points, Scene, looks
from hpo_tutor.widgets import Dial, Player
from tests.widgets.packed import plain, restored, unpack

UNIT = Axis("share", 0, 1)
WIDGET = "application/vnd.jupyter.widget-view+json"


def at(x: float, y: float = 0.5, words: str = "") -> Scene:
    """One point, and a sentence that says where."""
    return Scene([Points(x, y)], UNIT, UNIT, words or f"The point is at {x:.2f}, {y:.2f}.")


def shown(player: Player) -> list[str]:
    """The sentence of every frame."""
    header, floats = unpack(player.frames)
    return [restored(header, floats, frame)["sentence"] for frame in range(len(header["frames"]))]


def test_frames_are_sent_in_order():
    """One slider that counts them, played by the button; frames may come as any sequence."""
    frames = tuple(at(x) for x in (0.1, 0.2, 0.3))
    player = Player(frames, label="A walk", name="draw", speed=2, start=1)
    header, floats = unpack(player.frames)
    assert [restored(header, floats, frame) for frame in range(3)] == [plain(frame) for frame in frames]
    (dial,) = header["dials"]
    assert (dial["kind"], dial["name"], dial["size"], header["play"]) == ("steps", "draw", 3, 0)
    assert (player.label, player.speed, player.start, player.picked) == ("A walk", 2.0, 1, {})


@pytest.mark.parametrize(("start", "place"), [(0, 0), (2, 2), (-1, 2), (-3, 0), (np.int64(1), 1)])
def test_start_counts_as_python_does(start: int, place: int):
    """From either end."""
    assert Player([at(0.1), at(0.2), at(0.3)], start=start).start == place


def test_a_choice_of_traces_holds_the_shorter_ones():
    """Each trace has as many frames as the longest; the shorter ones stay at their last."""
    player = Player({"short": [at(0.1)], "long": [at(0.2), at(0.3), at(0.4)]}, name="trial", start=-1)
    header, _ = unpack(player.frames)
    assert [dial["kind"] for dial in header["dials"]] == ["choice", "steps"]
    assert (header["dials"][0]["texts"], header["play"], player.start) == (["short", "long"], 1, 2)
    wanted = [0.1, 0.1, 0.1, 0.2, 0.3, 0.4]
    assert shown(player) == [at(x).sentence for x in wanted]


@pytest.mark.parametrize(
    ("frames", "options", "message"),
    [
        ([], {}, "at least one frame, got none"),
        ({}, {}, "every trace of a player needs at least one frame"),
        ({"a": [at(0.1)], "b": []}, {}, r"at least one frame, got none for \['b'\]"),
        ([at(0.1)], {"start": 1}, "start is one of 1 frames, from -1 to 0; got 1"),
        ([at(0.1)] * 3, {"start": -4}, "from -3 to 2; got -4"),
        ([at(0.1)], {"speed": 0}, "speed is steps a second, a positive number, got 0"),
        ([at(0.1), Board([[at(0.1), at(0.2)]])], {}, r"same rows of scenes; the first has \[1\], picture 1 has \[2\]"),
        ([at(0.1), "frame"], {}, "a Scene or a Board, got str"),
    ],
)
def test_what_a_player_cannot_show(frames: object, options: dict, message: str):
    """The error says the rule and the value."""
    with pytest.raises(ValueError, match=message):
        Player(frames, **options)


def test_over_makes_every_combination_once():
    """``make`` is called by name for all combinations; the last dial runs fastest; equal pictures are stored once."""
    calls = []

    def make(*, x: float, kind: str) -> Scene:
        calls.append((x, kind))
        return at(x if kind == "moving" else 0.5)

    player = Player.over(make, x=[0.1, 0.2, 0.3], kind=["moving", "fixed"], start={"x": 0.2, "kind": "fixed"})
    assert calls == [(x, kind) for x in (0.1, 0.2, 0.3) for kind in ("moving", "fixed")]
    assert shown(player) == [at(x if kind == "moving" else 0.5).sentence for x, kind in calls]
    header, _ = unpack(player.frames)
    assert len(header["pictures"]) == 4
    assert [dial["kind"] for dial in header["dials"]] == ["slider", "choice"]
    assert (header["play"], header["drag"], player.start) == (0, None, 3)


def test_over_plays_the_first_dial_of_numbers():
    """Unless another one is named; among choices alone nothing is played."""
    dials = {"kind": ["a", "b"], "x": [0.1, 0.2], "y": Dial("height", [0.1, 0.2])}

    def make(kind: str = "a", x: float = 0.1, y: float = 0.1) -> Scene:
        return at(x, y, kind)

    assert unpack(Player.over(make, **dials).frames)[0]["play"] == 1
    player = Player.over(make, play="y", drag=("y", "x"), **dials)
    header, _ = unpack(player.frames)
    assert (header["play"], header["drag"], header["dials"][2]["name"]) == (2, [2, 1], "height")
    assert unpack(Player.over(make, kind=["a", "b"]).frames)[0]["play"] is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"play": "kind"}, "play names a dial of numbers, here x, y; got 'kind'"),
        ({"drag": ("x", "x")}, "two different dials"),
        ({"drag": ("x", "z")}, "drag names two dials of kind, x, y; got 'z'"),
        ({"drag": ("x", "kind")}, "equal steps; 'kind' has a, b"),
        ({"start": {"z": 1}}, "start names dials, which are kind, x, y; got z"),
        ({"start": {"x": 0.15}}, r"'x' has the values 0\.1, 0\.2; got 0\.15"),
        ({"extra": [1, 2]}, "room for 1 to 3 dials, got 4"),
    ],
)
def test_what_over_cannot_do(options: dict, message: str):
    """Names that are not there, dials that cannot be dragged, and too many: all said before a picture is made."""
    calls = []
    with pytest.raises(ValueError, match=message):
        Player.over(lambda **values: calls.append(values), kind=["a", "b"], x=[0.1, 0.2], y=[0.1, 0.2], **options)
    assert calls == []


def test_update_sends_new_frames():
    """Without a start the reader keeps the place; with one the player goes there. Its name of a step stays."""
    player = Player([at(0.1), at(0.2)], name="draw", start=1)
    player.update([at(0.3), at(0.4), at(0.5)])
    header, _ = unpack(player.frames)
    assert (header["stay"], header["dials"][0]["name"], header["dials"][0]["size"]) == (True, "draw", 3)
    assert shown(player)[2] == at(0.5).sentence
    player.update([at(0.6)] * 2, start=-1)
    assert (unpack(player.frames)[0]["stay"], player.start) == (False, 1)
    with pytest.raises(ValueError, match="at least one frame"):
        player.update([])
    assert shown(player) == [at(0.6).sentence] * 2


def test_the_sentence_and_a_still_stand_in_where_no_widget_runs():
    """The start frame's picture and words, as text and as a page; markup in them is shown, not obeyed."""
    sentence = "a < b & <script>alert(1)</script>"
    player = Player([at(0.1), at(0.2, words=sentence)], label="One <b>label</b>", start=1)
    data, _ = player._repr_mimebundle_()
    assert data["text/plain"] == f"One <b>label</b>: {sentence}"
    page = data["text/html"]
    assert "<svg" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "a &lt; b &amp; &lt;script&gt;" in page
    assert data[WIDGET]["model_id"] == player.model_id
    silent = Player([Scene((), UNIT, UNIT)])
    assert silent._repr_mimebundle_()[0]["text/plain"] == "a player"


def test_the_still_follows_an_update():
    """After an update it is the picture that is shown then."""
    player = Player([at(0.1)], label="A walk")
    player.update([at(0.8), at(0.9)], start=1)
    data, _ = player._repr_mimebundle_()
    assert data["text/plain"] == "A walk: The point is at 0.90, 0.50."


def test_a_race_is_played_trial_by_trial():
    """``race_player`` steps the boards of ``scenes.race``, and its label names the samplers."""
    family = problems.function("random-quadratic", n_dims=2)
    laps = race.compare(["grid", "random", "sobol"], family, n_trials=6, seeds=[0, 1])
    player = widgets.race_player(laps, family, seed=1, samplers=["random", "sobol"])
    boards = scenes.race(laps, family, seed=1, samplers=["random", "sobol"])
    assert shown(player) == [board.sentence for board in boards]
    assert player.label == "random and sobol, trial by trial"
    assert widgets.race_player(laps, family).label == "grid, random and sobol, trial by trial"
    assert unpack(player.frames)[0]["dials"][0]["name"] == "trial"


def test_a_race_of_900_frames_stays_small():
    """A surface, trails that grow and curves that grow: 900 frames of three samplers stay under 5 MB."""
    family = problems.function("branin")
    laps = race.compare(["random", "sobol", "lhs"], family, n_trials=900, seeds=[0])
    packed = widgets.race_player(laps, family).frames
    assert len(unpack(packed)[0]["frames"]) == 900
    assert len(packed) < 5_000_000


def test_colours_of_the_page_stay_its_own():
    """Layers in ink and page name them to the browser, which alone knows the theme."""
    frame = Scene([Points(0.5, 0.5, looks.INK, outline=looks.PAGE)], UNIT, UNIT)
    (look,) = unpack(Player([frame]).frames)[0]["looks"]
    assert (look["color"], look["outline"]) == ("ink", "page")


def test_an_update_is_news_even_if_only_its_start_is():
    """The same pictures again, with another start: the browser gets other bytes, so it turns to that frame."""
    player = Player([at(0.1), at(0.9)])
    before = player.frames
    player.update([at(0.1), at(0.9)], start=1)
    assert player.frames != before
    assert player.start == 1


def test_a_single_picture_is_no_list():
    """The message says how to show one."""
    with pytest.raises(ValueError, match=r"got a single one; write Player\(\[picture\]\)"):
        Player(at(0.5))


def test_play_moves_a_dial_that_can_move():
    """A dial of one value is passed over where none is named."""
    player = Player.over(lambda a, b: at(b / 2), a=[1], b=[0, 1, 2])
    assert unpack(player.frames)[0]["play"] == 1
