"""How does a player run on a page that knows nothing of Jupyter? As an element of its own, <hpo-player>.

code()      the script that defines the element, style and all; it asks nobody for anything
element()   one player: its data, and a still for where no script runs and for print
saved       both in one file: ``<script src="kernel.js"></script>`` puts the player there
"""

import base64
import gzip
import json
import operator
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from hpo_tutor.scenes.stage import Board, Scene

HERE = Path(__file__).parent
PAGES = "HPO_TUTOR_PAGES"
STILL_WIDTH = 760
NO_KERNEL = "Runs in JupyterLab."
"""What is said of a picture that only a kernel can bring to life."""


class Playable(Protocol):
    """What is read of a player."""

    @property
    def frames(self) -> bytes:
        """What ``packing.pack`` made."""

    @property
    def start(self) -> int:
        """The frame shown first."""

    @property
    def label(self) -> str:
        """Its heading."""

    @property
    def speed(self) -> float:
        """Frames a second."""

    @property
    def pick(self) -> bool:
        """Whether a click on the picture is told to the page."""


def in_pages() -> bool:
    """Whether outputs are made for pages without a kernel, a book or slides; the environment says so."""
    return os.environ.get(PAGES) == "1"


def code() -> str:
    """One classic script, in ASCII: it defines ``<hpo-player>`` and no global; run twice it does no harm."""
    style = json.dumps((HERE / "theme.css").read_text(encoding="utf-8"))
    texts = [(HERE / f"{room}.js").read_text(encoding="utf-8") for room in ("stage", "player", "standalone")]
    guard = '"use strict";\nif (customElements.get("hpo-player")) return;'
    return "\n".join(["(() => {", guard, f"const STYLE = {style};", *texts, "})();\n"])


def element(
    player: Playable,
    *,
    start: int | None = None,
    stops: Sequence[int] = (),
    freeze: bool = False,
    scale: float = 1.0,
    still_width: int = STILL_WIDTH,
) -> str:
    """A player as HTML in ASCII; the page must hold ``code()`` too, before or behind it.

    Args:
        player: what is to be shown.
        start: the frame that is shown first, and as a still; None for the player's own.
        stops: frames that a presenter walks through.
        freeze: whether the player stands at its first stop, its controls dead, until it is told to go on.
        scale: how much larger letters, lines, symbols and controls are than on a page.
        still_width: pixels; the narrower, the larger are its letters.

    Raises:
        ValueError: there is no such frame, or the scale is out of range.
    """
    from hpo_tutor.widgets.unpacking import n_frames, picture

    n = n_frames(player.frames)
    places = [operator.index(one) for one in (player.start if start is None else start, *stops)]
    for place in places:
        if not -n <= place < n:
            raise ValueError(f"start and stops are frames, from {-n} to {n - 1}; got {place}")
    if not 0.25 <= scale <= 8:
        raise ValueError(f"scale is how much larger everything is, from 0.25 to 8; got {scale}")
    first, *walked = (place % n for place in places)
    attributes = {
        "label": player.label,
        "start": first,
        "speed": f"{player.speed:g}",
        "stops": " ".join(map(str, walked)),
        "scale": "" if scale == 1 else f"{scale:g}",
        "data": base64.b64encode(gzip.compress(_in_planes(player.frames), 9, mtime=0)).decode(),
    }
    written = [f'{name}="{escape(str(value))}"' for name, value in attributes.items() if value != ""]
    flags = [name for name, there in (("freeze", freeze), ("pick", player.pick)) if there]
    inside = figure(picture(player.frames, first), player.label, width=still_width)
    html = f'<hpo-player style="display:block" {" ".join([*flags, *written])}>{inside}</hpo-player>'
    return html.encode("ascii", "xmlcharrefreplace").decode()


def _in_planes(frames: bytes) -> bytes:
    """The frames with their floats as differences of neighbours, first bytes first, last bytes last.

    Equal bytes then stand together, and gzip needs half the room. A float counts as the whole number of its 32 bits.
    """
    start = 4 + int.from_bytes(frames[:4], "little")
    words = np.frombuffer(frames, "<u4", offset=start)
    steps = np.diff(words, prepend=np.uint32(0)).astype("<u4")  # modulo 2**32, as the page adds them up again
    return frames[:start] + steps.view(np.uint8).reshape(-1, 4).T.tobytes()


def figure(shown: "Scene | Board", label: str = "", note: str = "", width: int = STILL_WIDTH) -> str:
    """A still with its heading and its sentence, as HTML."""
    from hpo_tutor.figures import still  # brings plotly, which a widget that is not shown does not need
    from hpo_tutor.scenes.stage import as_board

    heading = f"<p><strong>{escape(label)}</strong></p>" if label else ""
    said = " ".join(filter(None, (escape(as_board(shown).sentence), f"<em>{note}</em>" if note else "")))
    return f'<figure style="margin: 0">{heading}{still(shown, width)}<figcaption>{said}</figcaption></figure>'


def save(player: Playable, path: str | os.PathLike[str]) -> Path:
    """Write one script that holds the code and a player; see ``Player.save``."""
    target = Path(path)
    if target.suffix != ".js":
        raise ValueError(f"a saved player is a script, whose name ends in .js; got {target.name!r}")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {target.parent}; make it first, or save elsewhere")
    put = f'document.currentScript.insertAdjacentHTML("afterend", {json.dumps(element(player))});\n'
    target.write_text(code() + put, encoding="ascii")
    return target
