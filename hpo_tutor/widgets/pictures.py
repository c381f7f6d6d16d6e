"""What do all widgets of pictures share? The traits that the browser reads, and a still for where no widget runs.

frames   what ``packing.pack`` made
start    the number of the frame that is shown first
"""

from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from hpo_tutor.scenes.stage import Board
from hpo_tutor.widgets import standalone
from hpo_tutor.widgets.unpacking import picture

HERE = Path(__file__).parent


def script(*rooms: str, render: str) -> str:
    """One module out of several scripts, which share their names.

    Args:
        rooms: names of the scripts without their ending, each after those whose functions it calls.
        render: the function that puts the widget on a page.
    """
    texts = [(HERE / f"{room}.js").read_text(encoding="utf-8") for room in rooms]
    return "\n".join([*texts, f"export default {{ render: {render} }};\n"])


class Pictures(AnyWidget):
    """A widget that shows pictures, and the first of them as a still where no widget runs."""

    _css = HERE / "theme.css"

    frames = traitlets.Bytes().tag(sync=True)
    start = traitlets.Int().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    speed = traitlets.Float().tag(sync=True)
    pick = traitlets.Bool().tag(sync=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        shown = self._shown()
        words = ": ".join(filter(None, (self.label, shown.sentence))) or "a player"
        if standalone.in_pages():
            return {"text/plain": words, "text/html": self._on_a_page()}, {}
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return data | {"text/plain": words, "text/html": standalone.figure(shown, self.label)}, metadata

    def _shown(self) -> Board:
        """The picture that is shown first."""
        return picture(self.frames, self.start)

    def _on_a_page(self) -> str:
        """What stands for it on a page without a kernel, as HTML."""
        return standalone.figure(self._shown(), self.label, standalone.NO_KERNEL)
