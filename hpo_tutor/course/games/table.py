"""How is the walk in fog played? With two sliders, a choice and a button, by clicks in the fog, or in code.

The walk outlives the cell that shows it: running the cell again shows the same walk, and only start_again() ends it.
"""

import html
import math
from collections.abc import Mapping
from typing import Any

from hpo_tutor.course.games.fog import fog
from hpo_tutor.course.games.ground import BASELINE, L2, LEARNING_RATE, WIDTHS, trained
from hpo_tutor.course.games.walk import N_TRAININGS, Walk
from hpo_tutor.protocols import Objective
from hpo_tutor.scenes.stage import Board
from hpo_tutor.search_space import Float
from hpo_tutor.widgets.framing import framed
from hpo_tutor.widgets.showing import show

STEPS_PER_DECADE = 10  # of the sliders
STYLE = {"description_width": "90px"}
VIEWS = 3  # pictures that follow a walk: of the cells that showed it last
HOW = "Choose a network and train it. A click in the fog chooses too. What is spent is spent."
IN_CODE = "walk.train(learning_rate=1e-2, width=16, l2=1e-4)"

_kept: list["FogWalk"] = []  # one a process


class FogWalk(Walk):
    """A walk that shows itself; its rules are those of ``Walk``.

    Attributes:
        to_beat: a loss to compare with, drawn as a line; None for none.
    """

    def __init__(self, objective: Objective, n_trainings: int = N_TRAININGS, to_beat: float | None = None) -> None:
        super().__init__(objective, n_trainings)
        self.to_beat = to_beat

    def picture(self, chosen: Mapping[str, Any] | None = None) -> Board:
        """The fog as it is now, with a cross where the next training would be."""
        return fog(self.history, self.n_trainings, chosen if self.left else None, self.to_beat)

    def _ipython_display_(self) -> None:
        from hpo_tutor.figures import still

        picture = self.picture()
        show(lambda: Table(self).form, f"{picture.sentence}\nIn code: {IN_CODE}", still(picture))


def walk_in_fog(to_beat: float | None = None) -> FogWalk:
    """The walk of this process, begun at the first call; the last line of a cell shows it.

    Args:
        to_beat: a loss to compare with, drawn as a line.
    """
    if not _kept:
        _kept.append(FogWalk(trained()))
    _kept[0].to_beat = to_beat
    return _kept[0]


class Table:
    """The controls of a walk and its picture.

    Attributes:
        form: the widget that holds everything.
        words: how to play, or what went wrong.
        learning_rate, width, l2: the choices.
        go, again: the buttons.
        player: the picture.
    """

    def __init__(self, walk: FogWalk) -> None:
        import ipywidgets

        from hpo_tutor.widgets import Player

        self.walk = walk
        self._sure = False  # whether start_again was asked for once already
        begin = walk.history[-1].config if len(walk.history) else BASELINE
        self.learning_rate = _log_slider("Learning rate", LEARNING_RATE, begin["learning_rate"])
        self.l2 = _log_slider("L2", L2, begin["l2"])
        self.width = ipywidgets.SelectionSlider(
            options=WIDTHS, value=begin["width"], description="Width", style=STYLE, layout=_layout()
        )
        self.words = ipywidgets.HTML(HOW)
        self.go = ipywidgets.Button(button_style="primary", layout=ipywidgets.Layout(width="220px"))
        self.again = ipywidgets.Button(layout=ipywidgets.Layout(width="220px"))
        self.player = Player([walk.picture(self.chosen)], label="Walk in fog", name="training", pick=True)
        for control in (self.learning_rate, self.width, self.l2):
            control.observe(self._moved, names="value")
        self.go.on_click(self._train)
        self.again.on_click(self._start_again)
        self.player.observe(self._picked, names="picked")
        buttons = ipywidgets.HBox([self.go, self.again], layout=ipywidgets.Layout(flex_flow="row wrap"))
        self.form = framed(self.words, self.learning_rate, self.width, self.l2, buttons, self.player)
        walk.on_change(self.refresh, keep=VIEWS)
        self.refresh()

    @property
    def chosen(self) -> dict[str, Any]:
        """The configuration that the controls say."""
        return {
            "learning_rate": _rounded(self.learning_rate.value, LEARNING_RATE),
            "width": self.width.value,
            "l2": _rounded(self.l2.value, L2),
        }

    def refresh(self) -> None:
        """Draw what the walk and the controls now are."""
        self._sure = False
        n, total = len(self.walk.history), self.walk.n_trainings
        self.go.description = f"Train, {n + 1} of {total}" if self.walk.left else f"All {total} are spent"
        self.go.disabled = not self.walk.left
        self.again.description = "Start again"
        self.again.disabled = not n
        self._draw()

    def _draw(self) -> None:
        self.player.update([self.walk.picture(self.chosen)])

    def _moved(self, change: Mapping[str, Any]) -> None:
        self._draw()

    def _train(self, button: Any) -> None:
        self.go.disabled, self.go.description = True, "Training ..."
        said = HOW
        try:
            self.walk.train(**self.chosen)
        except Exception as error:  # raised in a button's callback, nobody would see it
            said = f"Nothing was spent: {type(error).__name__}: {error}"
        finally:
            self.words.value = html.escape(said)
            self.refresh()

    def _start_again(self, button: Any) -> None:
        if not self._sure:
            self._sure, self.again.description = True, "Forget it all? Once more"
            return
        self.walk.start_again()

    def _picked(self, change: Mapping[str, Any]) -> None:
        """A click in a panel chooses its width, and learning rate and L2 at that place."""
        place = change["new"]
        if not place or place["scene"] >= len(WIDTHS):
            return
        self.width.value = WIDTHS[place["scene"]]
        for slider, value in ((self.learning_rate, place["x"]), (self.l2, place["y"])):
            exponent = round(math.log10(value) * STEPS_PER_DECADE) / STEPS_PER_DECADE
            slider.value = 10 ** min(max(exponent, slider.min), slider.max)


def _log_slider(label: str, domain: Float, value: float) -> Any:
    import ipywidgets

    return ipywidgets.FloatLogSlider(
        value=value,
        base=10,
        min=round(math.log10(domain.low)),
        max=round(math.log10(domain.high)),
        step=1 / STEPS_PER_DECADE,
        description=label,
        readout_format=".1e",
        style=STYLE,
        layout=_layout(),
    )


def _layout() -> Any:
    import ipywidgets

    return ipywidgets.Layout(width="min(100%, 520px)")


def _rounded(value: float, domain: Float) -> float:
    """A slider's value to three digits, within its domain."""
    return float(min(max(float(f"{value:.3g}"), domain.low), domain.high))
