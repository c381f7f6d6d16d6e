"""What do all widgets of pictures share? The traits that the browser reads, and a still for where no widget runs.

frames   what ``packing.pack`` made
start    the number of the frame that is shown first
"""

from html import escape
from pathlib import Path
from typing import Any

import traitlets
from anywidget import AnyWidget

from hpo_tutor.scenes.stage import Board, Scene, as_board

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

    _first_shown: Scene | Board

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        from hpo_tutor import figures  # brings plotly, which a widget that is not shown does not need

        data, metadata = bundle
        sentence = as_board(self._first_shown).sentence
        words = ": ".join(filter(None, (self.label, sentence)))
        drawn = figures.still(self._first_shown)
        heading = f"<p><strong>{escape(self.label)}</strong></p>" if self.label else ""
        page = f'<figure style="margin: 0">{heading}{drawn}<figcaption>{escape(sentence)}</figcaption></figure>'
        return data | {"text/plain": words or "a player", "text/html": page}, metadata
