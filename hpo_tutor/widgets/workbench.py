"""What if the picture must be computed anew? Dials, clicks and buttons, each answered by the kernel with a new picture.

values   dict   each dial's value and each entry of the state: all that the picture depends on
answer   dict   what a click or a button changes of the values

A player knows all of its pictures beforehand. A workbench does not: where points are added by hand, or a model is
fitted again, there is no end of pictures.
"""

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hpo_tutor.scenes.stage import Board, Scene, as_board
from hpo_tutor.widgets.dials import Dial, named
from hpo_tutor.widgets.framing import framed
from hpo_tutor.widgets.showing import show

Values = Mapping[str, Any]
Answer = Callable[..., Values]

FEW = 5  # options that stand side by side; more go into a list
START_AGAIN = "Start again"


class Workbench:
    """Dials, buttons and a picture in which one can click; whatever is touched, the kernel computes the picture anew.

    A click needs no mouse: shift and the arrows move a cross in the picture, and enter picks. Where no widget runs, the
    picture of the start stands in as a still.

    Args:
        make: returns the picture at the values, which it gets by name; equal values must give equal pictures.
        label: a heading, which is also the name that a screen reader says.
        start: dial -> value; those left out stand at their first.
        state: name -> what else the picture depends on, such as the points added so far.
        pick: (scene, x, y, **values) -> answer, with the number of the scene that was clicked, and the place in the
            units of its axes; None for a picture in which nothing can be picked.
        actions: text of a button -> (**values) -> answer.
        presets: text of a button -> answer.
        dials: up to three, each a ``Dial`` or a sequence: numbers become a slider, strings a choice.

    An answer names dials and entries of the state; a number is taken to the dial's nearest value. {} changes nothing.

    Attributes:
        values: what stands now.
        picture: of these values.

    Raises:
        ValueError: there are more dials than the page has room for, ``start`` or a preset names what is not there, or a
            button is called "Start again".
    """

    def __init__(
        self,
        make: Callable[..., Scene | Board],
        *,
        label: str = "",
        start: Values | None = None,
        state: Values | None = None,
        pick: Answer | None = None,
        actions: Mapping[str, Answer] | None = None,
        presets: Mapping[str, Values] | None = None,
        **dials: Dial | Sequence[Any],
    ) -> None:
        self.dials = named(dials)
        self.label = label
        self.pick = pick
        self._make, self._state = make, dict(state or {})
        if doubled := self.dials.keys() & self._state.keys():
            raise ValueError(f"a name is a dial or an entry of the state, not both; got {', '.join(sorted(doubled))}")
        if START_AGAIN in {*(actions or {}), *(presets or {})}:
            raise ValueError(f"every workbench has a button {START_AGAIN!r} already; call yours otherwise")
        self.actions = {**(actions or {}), **{text: _always(answer) for text, answer in (presets or {}).items()}}
        for answer in (presets or {}).values():
            self._settled(answer)
        first = {name: dial.values[0] for name, dial in self.dials.items()}
        self._start = first | self._state | self._settled(start or {})
        self.values: dict[str, Any] = dict(self._start)
        self.picture: Scene | Board = make(**self.values)
        self._table: _Table | None = None

    def set(self, **changes: Any) -> None:
        """Do what a hand would do at the dials: change values, and draw the picture anew.

        Raises:
            ValueError: there is no such dial or entry of the state, or a choice has no such option. What ``make``
                raises comes through, too; the values then stay as they were.
        """
        values = self.values | self._settled(changes)
        self.picture = self._make(**values)
        self.values = values
        if self._table is not None:
            self._table.refresh()

    def act(self, button: str) -> None:
        """Do what a press of a button does."""
        self.set(**(self._start if button == START_AGAIN else self.actions[button](**self.values)))

    def click(self, scene: int, x: float, y: float) -> None:
        """Do what a click in the picture does; the place is in the units of that scene's axes."""
        if self.pick is not None:
            self.set(**self.pick(scene, x, y, **self.values))

    @property
    def form(self) -> Any:
        """The ipywidgets widget that holds everything."""
        if self._table is None:
            self._table = _Table(self)
        return self._table.form

    def _settled(self, changes: Values) -> dict[str, Any]:
        """The changes, numbers of dials taken to the nearest that the dial has."""
        unknown = [name for name in changes if name not in self.dials and name not in self._state]
        if unknown:
            known = ", ".join([*self.dials, *self._state]) or "none"
            raise ValueError(f"a workbench has the values {known}; got {', '.join(unknown)}")
        return {
            name: self.dials[name].nearest(value) if name in self.dials else value for name, value in changes.items()
        }

    def _ipython_display_(self) -> None:
        from hpo_tutor.figures import still  # brings plotly, which a widget that is not shown does not need

        words = ": ".join(filter(None, (self.label, as_board(self.picture).sentence)))
        show(lambda: self.form, words or "a workbench", still(self.picture))


class _Table:
    """The controls of a workbench, and its picture."""

    def __init__(self, bench: Workbench) -> None:
        import ipywidgets

        from hpo_tutor.widgets.player import Player

        self._bench = bench
        self._controls = {name: _control(dial, bench.values[name]) for name, dial in bench.dials.items()}
        for name, control in self._controls.items():
            control.observe(lambda change, name=name: self._try(bench.set, **{name: change["new"]}), names="value")
        buttons = [ipywidgets.Button(description=text) for text in (*bench.actions, START_AGAIN)]
        for button in buttons:
            button.layout.width = "auto"
            button.on_click(lambda pressed: self._try(bench.act, button=pressed.description))
        self.problem = ipywidgets.HTML()
        self.problem.layout.display = "none"
        self.player = Player([bench.picture], label=bench.label, pick=bench.pick is not None)
        self.player.observe(self._picked, names="picked")
        row = ipywidgets.Layout(flex_flow="row wrap", grid_gap="4px 24px")
        rows = [ipywidgets.HBox(list(part), layout=row) for part in (self._controls.values(), buttons) if part]
        self.form = framed(*rows, self.problem, self.player)

    def refresh(self) -> None:
        """Show what the workbench now holds."""
        self._told("")
        for name, control in self._controls.items():
            control.value = self._bench.values[name]  # traitlets tells nobody of a value that stays the same
        self.player.update([self._bench.picture], start=0)

    def _picked(self, change: Mapping[str, Any]) -> None:
        place = change["new"]
        if place:
            self._try(self._bench.click, scene=place["scene"], x=place["x"], y=place["y"])

    def _try(self, do: Callable[..., None], **arguments: Any) -> None:
        """Do it; there is no cell to show an error, so the page says it, and the controls go back."""
        if do == self._bench.set and all(self._bench.values[name] == value for name, value in arguments.items()):
            return  # the echo of a control that ``refresh`` has set
        try:
            do(**arguments)
        except Exception as error:
            self.refresh()
            self._told(f"{type(error).__name__}: {error}")

    def _told(self, problem: str) -> None:
        self.problem.value = html.escape(problem)
        self.problem.layout.display = "" if problem else "none"


def _control(dial: Dial, value: Any) -> Any:
    """A slider for numbers; for anything else buttons side by side, or a list where they are many."""
    import ipywidgets

    unit = f" {dial.unit}" if dial.unit else ""
    options = [(text + unit, one) for text, one in zip(dial.texts or (), dial.values, strict=True)]
    style, layout = {"description_width": "initial"}, ipywidgets.Layout(width="max-content")
    given = {"options": options, "value": value, "description": dial.name, "style": style, "layout": layout}
    if dial.numeric and len(options) > 1:
        layout.width = "min(100%, 420px)"
        return ipywidgets.SelectionSlider(**given)
    if len(options) <= FEW:
        return ipywidgets.ToggleButtons(**given | {"style": style | {"button_width": "auto"}})
    return ipywidgets.Dropdown(**given)


def _always(answer: Values) -> Answer:
    return lambda **_: answer
