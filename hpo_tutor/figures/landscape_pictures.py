"""How does a recorded table look on its page? An SVG file of its own, drawn from the table alone.

A page shows it as an image: no script runs there, no font and no picture inside the picture is loaded (GitHub forbids
it, and Firefox obeys, https://github.com/github/markup/issues/1251), and it knows no colours of the page. So it brings
its own ground and ink, for light and for dark screens, and a map is written as strokes, one a run of equal cells.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hpo_tutor.figures.stills import still
from hpo_tutor.figures.svg_layers import PAGE_COLOR, Frame, drawn, paint, px, words
from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes.beginnings import has_speeds
from hpo_tutor.problems.landscapes.files import Recorded
from hpo_tutor.problems.landscapes.summary import PICTURES, Table, lesson
from hpo_tutor.scenes import looks, recorded_curves
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Points
from hpo_tutor.scenes.recordings import N_SHADES, board

WIDTH = 900  # pixels, about what a page on GitHub is wide
COLORS = """\
svg{--jp-content-font-color1:#1f2328;--jp-layout-color0:#ffffff}\
@media(prefers-color-scheme:dark){svg{--jp-content-font-color1:#f0f6fc;--jp-layout-color0:#0d1117}}"""


def write(folder: Path, name: str) -> Path:
    """Draw a table of the folder into ``pictures/NAME.svg`` beside it; the file's path."""
    path = folder / PICTURES / f"{name}.svg"
    path.parent.mkdir(exist_ok=True)
    path.write_text(picture(landscapes.recorded(name, folder)), encoding="utf-8")
    return path


def picture(table: Table) -> str:
    """The picture of a table, as an SVG document."""
    shown = recorded_curves.board(table) if isinstance(table, Recorded) and has_speeds(table) else board(table)
    head, end, body = still(shown, WIDTH, _drawn).partition("</title>")
    ground = f'<rect width="100%" height="100%" fill="#ffffff" style="fill:{PAGE_COLOR}"/>'
    return f"{head}{end}<desc>{words(lesson(table))}</desc><style>{COLORS}</style>{ground}{body}\n"


def _drawn(layer: AnyLayer, frame: Frame) -> str:
    if isinstance(layer, Heatmap):
        return "".join(_strokes(layer, frame))
    if isinstance(layer, Points) and layer.symbol == "circle" and layer.outline is None and np.ndim(layer.size) == 0:
        return _dots(layer, frame)
    return drawn(layer, frame)


def _strokes(layer: Heatmap, frame: Frame) -> Iterator[str]:
    """A map in cells as units: for each shade a path, its runs of equal cells strokes as wide as a cell."""
    low, high = float(layer.low or 0.0), float(layer.high or 0.0)
    steps = np.clip((layer.z - low) / (high - low) * N_SHADES, 0, N_SHADES - 1).astype(int)
    runs: dict[int, str] = defaultdict(str)
    for row, line in enumerate(steps):
        starts = np.flatnonzero(np.diff(line, prepend=-1))
        for start, length in zip(starts, np.diff(starts, append=len(line)), strict=True):
            runs[line[start]] += f"M{start} {row}h{length}"
    box = frame.box
    left, right = (box.left, box.left + box.width) if layer.x is None else frame.x(np.array(layer.x))
    bottom, top = (box.top + box.height, box.top) if layer.y is None else frame.y(np.array(layer.y))
    wide, tall = (right - left) / steps.shape[1], (top - bottom) / steps.shape[0]  # tall is negative: upwards
    yield (
        f'<g transform="translate({left:.3f} {bottom + tall / 2:.3f}) scale({wide:.5f} {tall:.5f})" fill="none" '
        f'shape-rendering="crispEdges" opacity="{layer.opacity:g}">'
    )
    for step, path in sorted(runs.items()):
        yield f'<path d="{path}" stroke="{looks.shade(step / (N_SHADES - 1))}"/>'
    yield "</g>"


def _dots(layer: Points, frame: Frame) -> str:
    """Many dots of one look as the round ends of strokes without a length."""
    places = zip(frame.x(np.asarray(layer.x)), frame.y(np.asarray(layer.y)), strict=True)
    path = "".join(f"M{px(x)} {px(y)}h0" for x, y in places if frame.holds(x, y))
    look = f'{paint(fill=None, stroke=layer.color)} stroke-width="{float(layer.size):g}" opacity="{layer.opacity:g}"'
    return f'<path d="{path}" {look} stroke-linecap="round"/>'
