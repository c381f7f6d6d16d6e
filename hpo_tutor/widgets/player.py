"""How does a student step through a search? With a player: all pictures are made first, then the browser alone plays.

Neither a step nor a turn of a dial asks the kernel, so both work in a saved page too. Where no widget runs, a still
picture of the first frame shown stands in for the player, with its sentence.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple, Self

import traitlets

from hpo_tutor.race.results import Race
from hpo_tutor.scenes.stage import Board, Scene
from hpo_tutor.widgets import standalone
from hpo_tutor.widgets.dials import Dial, combinations, draggable, flat, hints, settled, steps
from hpo_tutor.widgets.packing import pack
from hpo_tutor.widgets.pictures import Pictures, script

Frames = Sequence[Scene | Board] | Mapping[str, Sequence[Scene | Board]]


class Trace(NamedTuple):
    """A picture for every combination of the dials, the last dial running fastest."""

    pictures: Sequence[Scene | Board]
    dials: Sequence[Mapping[str, Any]]
    play: int | None
    drag: tuple[int, int] | None = None

    def packed(self, pick: bool = False, stay: bool = False, revision: int = 0) -> bytes:
        """What the browser is sent; see ``packing.pack``."""
        told = hints(self.dials, self.play, bool(self.drag), pick)
        return pack(self.pictures, self.dials, play=self.play, drag=self.drag, stay=stay, hints=told, revision=revision)


class Player(Pictures):
    """Pictures that are stepped, played and turned in the browser.

    Arrow keys step, home and end go to the ends, space plays and pauses; up and down turn the second dial.

    Args:
        frames: scenes or boards, all with the same rows; or name -> frames, then a choice above the slider says which
            of these traces is shown, and the shorter ones hold their last frame.
        label: a heading, which is also the name that a screen reader says.
        name: what one step is: "trial", "draw".
        speed: steps a second while it plays.
        start: the frame that is shown first; -1 for the last.
        pick: report clicks in the picture as ``picked``; at the keyboard, shift and the arrows move a cross, and enter
            picks.

    Attributes:
        picked: {"scene": index, "x": value, "y": value} in the units of that scene's axes; {} before any. The same
            place picked twice in a row is told once.

    Raises:
        ValueError: there is no frame, their rows differ, they take too much memory, there is no such start, or the
            speed is not positive.
    """

    _esm = script("stage", "player", render="render")

    picked = traitlets.Dict().tag(sync=True)

    _dials: Mapping[str, Dial] = {}  # a slide names a frame by its dials

    def __init__(
        self,
        frames: "Frames | Trace",
        *,
        label: str = "",
        name: str = "step",
        speed: float = 4.0,
        start: int = 0,
        pick: bool = False,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"speed is steps a second, a positive number, got {speed}")
        trace = frames if isinstance(frames, Trace) else stepped(frames, name)
        place = _place(trace, start)
        packed = trace.packed(pick)
        self._step_name, self._revision = name, 0
        super().__init__(frames=packed, start=place, label=label, speed=float(speed), pick=pick)

    @classmethod
    def over(
        cls,
        make: Callable[..., Scene | Board],
        *,
        label: str = "",
        play: str | None = None,
        drag: tuple[str, str] | None = None,
        start: Mapping[str, Any] | None = None,
        speed: float = 4.0,
        **dials: Dial | Sequence[Any],
    ) -> Self:
        """A player with a dial for each argument of a function.

        All pictures are made before the first is shown: ``make`` is called once for every combination of values, so
        three dials of 20 values cost 8,000 calls; what is equal among the pictures is stored once.

        Args:
            make: returns the picture at one value of each dial, which it gets by name.
            label: a heading, which is also the name that a screen reader says.
            play: the dial that the play button moves; None for the first with numbers.
            drag: two dials, which dragging in the first scene moves by the same distance along x and along y. The
                distance is measured in the units of the axes, on a logarithmic axis in powers of ten, and so must the
                values of the dials be.
            start: dial -> value; those left out stand at their first.
            speed: steps a second while it plays.
            dials: up to three, each a ``Dial`` or a sequence: numbers become a slider, strings a choice.

        Raises:
            ValueError: a dial has no value, there are more than three dials or 20,000 combinations, ``play``, ``drag``
                or ``start`` names what is not there, or dials to be dragged have no equal steps.
        """
        settled_dials = settled(dials)
        keys = list(settled_dials)
        numeric = [key for key, dial in settled_dials.items() if dial.numeric]
        if play is not None and play not in numeric:
            raise ValueError(
                f"play names a dial of numbers, here {', '.join(numeric) or 'there is none'}; got {play!r}"
            )
        if drag is not None and (len(drag) != 2 or drag[0] == drag[1]):
            raise ValueError(f"drag names two different dials, one for x and one for y; got {drag!r}")
        dragged = None if drag is None else (draggable(drag[0], settled_dials), draggable(drag[1], settled_dials))
        place = flat(settled_dials, start or {})
        moving = [key for key in numeric if len(settled_dials[key].values) > 1]
        played = play or next(iter(moving or numeric), None)
        trace = Trace(
            [make(**values) for values in combinations(settled_dials)],
            [dial.header() for dial in settled_dials.values()],
            None if played is None else keys.index(played),
            dragged,
        )
        player = cls(trace, label=label, speed=speed, start=place)
        player._dials = settled_dials
        return player

    def update(self, frames: Frames, start: int | None = None) -> None:
        """Show new frames, stepped one by one; a player made by ``over`` loses its dials.

        A Jupyter server holds back more than about 3 MB in three seconds; only a new player may bring as much at once.

        Args:
            frames: as for a new player.
            start: the frame to show; None keeps the place where the reader is.

        Raises:
            ValueError: as for a new player.
        """
        trace = stepped(frames, self._step_name)
        place = _place(trace, 0 if start is None else start)
        self._revision += 1
        packed = trace.packed(self.pick, stay=start is None, revision=self._revision)
        with self.hold_sync():
            self.start = place
            self.frames = packed

    def save(self, path: str | PathLike[str]) -> Path:
        """Write the player as one script, which shows it in any page or deck that one line names.

            player.save("kernel.js")

            <script src="kernel.js"></script>

        The player appears where that line stands; it needs neither a kernel nor a network. A file of that name is
        overwritten.

        Args:
            path: of the script; its name ends in ".js".

        Returns:
            The path.

        Raises:
            ValueError: the name ends otherwise.
            FileNotFoundError: there is no such folder.
        """
        return standalone.save(self, path)

    def _on_a_page(self) -> str:
        return standalone.element(self)


def race_player(race: Race, objective: Any, seed: int | None = None, samplers: Sequence[str] | None = None) -> Player:
    """Samplers side by side on one landscape, trial by trial, with the curves of their best losses below.

    Args:
        race: what ``race.compare`` returned.
        objective: the objective of two hyperparameters that was raced on.
        seed: which of its searches; None for the first.
        samplers: which samplers; None for all.
    """
    from hpo_tutor import scenes

    names = list(samplers or race.samplers)
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    frames = scenes.race(race, objective, seed=seed, samplers=samplers)
    return Player(frames, name="trial", label=f"{listed}, trial by trial")


def stepped(frames: Frames, name: str) -> Trace:
    """One trace, or several of which one is chosen, with a slider over the steps."""
    if isinstance(frames, Scene | Board):
        raise ValueError("a player steps through a list of pictures, got a single one; write Player([picture])")
    if not isinstance(frames, Mapping):
        pictures = list(frames)
        return Trace(pictures, [steps(name, len(pictures))], 0)
    traces = {key: list(trace) for key, trace in frames.items()}
    empty = [key for key, trace in traces.items() if not trace]
    if empty or not traces:
        raise ValueError(f"every trace of a player needs at least one frame, got none for {empty or 'any'}")
    longest = max(map(len, traces.values()))
    held = [picture for trace in traces.values() for picture in trace + trace[-1:] * (longest - len(trace))]
    choice = Dial("Show", list(traces), texts=list(traces)).header()
    return Trace(held, [choice, steps(name, longest)], 1)


def _place(trace: Trace, start: int) -> int:
    """The flat number of the frame that is shown first."""
    n = len(trace.pictures)
    if trace.dials and trace.dials[-1]["kind"] == "steps":
        n = trace.dials[-1]["size"]
    if not n:
        raise ValueError("a player needs at least one frame, got none")
    place = operator.index(start)
    if not -n <= place < n:
        raise ValueError(f"start is one of {n} frames, from {-n} to {n - 1}; got {start}")
    return place % n
