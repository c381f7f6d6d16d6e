"""Which design is ahead, at which number of points, and is that more than luck?

interval   two standard errors either way, over the units of a placement: data batches, or random bowls
peer       a design that the others are measured by; differences are paired, unit by unit
"""

import numpy as np
import plotly.graph_objects as go

from hpo_tutor.figures.theme import FALLBACK, axis, dressed, ink, log_ticks
from hpo_tutor.race.placements import Placements
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.ticks import number

WIDTH = 0.76  # of the room between two numbers of points that their dots take
N_ERRORS = 2
WIDE = 4  # as for races: below this ratio a logarithmic axis only has more labels


def placements(result: Placements, peer: str | None = None) -> go.Figure:
    """Mean regret of each design, a dot with its interval, for each number of points.

    Args:
        result: what ``race.place_on_landscape`` or ``race.place_on_quadratics`` returned.
        peer: a design such as "random": what is shown then is the difference to it, in per cent of its mean regret;
            where an interval keeps clear of zero, the two most likely differ. None for the regrets themselves.

    Raises:
        ValueError: the peer did not take part, or nobody else did.
    """
    shown = {name: _dots(result, name, peer) for name in result.names if name != peer}
    if not shown:
        raise ValueError(f"a difference needs two designs, and {peer!r} alone took part; leave peer out")
    figure = go.Figure()
    for i, (name, dots) in enumerate(shown.items()):
        look = style(name)
        figure.add_scatter(
            x=np.arange(len(dots)) + WIDTH * ((i + 0.5) / len(shown) - 0.5),
            y=dots[:, 0],
            error_y={"type": "data", "array": N_ERRORS * dots[:, 1], "color": look.color, "thickness": 2, "width": 3},
            mode="markers",
            name=ink(name),
            marker={"color": look.color, "symbol": look.symbol, "size": 10},
            customdata=N_ERRORS * dots[:, 1],
            hovertemplate=f"{name}: %{{y:.3g}} ± %{{customdata:.2g}}{' %' if peer else ''}<extra></extra>",
        )
    counts = [f"{n}" for n in result.n_points]
    figure.update_xaxes(
        axis("points of the design", tickvals=[*range(len(counts))], ticktext=[ink(n) for n in counts], showgrid=False),
        range=[-0.5, len(counts) - 0.5],
        tickprefix="",
        ticksuffix="",
    )
    low = min(float((dots[:, 0] - N_ERRORS * dots[:, 1]).min()) for dots in shown.values())
    high = max(float((dots[:, 0] + N_ERRORS * dots[:, 1]).max()) for dots in shown.values())
    said = f"regret, {result.loss_label}" if peer is None else f"regret minus that of {peer}, in % of it"
    figure.update_yaxes(axis(said, **(log_ticks(low, high) if peer is None and low > 0 and high > WIDE * low else {})))
    for edge in range(1, len(counts)):
        figure.add_vline(x=edge - 0.5, line={"color": FALLBACK, "width": 0.5})
    if peer is not None:
        figure.add_hline(y=0, line={"color": style(peer).color, "width": 2, "dash": "dash"})
    title = f"Designs on {result.task}" if peer is None else f"{result.task}: designs against {peer}"
    return dressed(
        figure,
        title,
        f"mean, ± {N_ERRORS} standard errors over {result.n_units:,} {result.units}",
        f"{title}: {_told(shown, counts, ' %' if peer else '')}.",
        height=460,
    )


def _dots(result: Placements, name: str, peer: str | None) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Height and standard error for each number of points, shape (n_counts, 2)."""
    if peer is None:
        return np.array([result.mean(name, n) for n in result.n_points])
    rows = []
    for n in result.n_points:
        difference, error = result.difference(name, peer, n)
        rows.append([100 * value / result.mean(peer, n)[0] for value in (difference, error)])
    return np.array(rows)


def _told(shown: dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]], counts: list[str], unit: str) -> str:
    """Every dot in words."""
    return "; ".join(
        f"with {n} points "
        + ", ".join(
            f"{name} {number(dots[i, 0])} ± {number(N_ERRORS * dots[i, 1])}{unit}" for name, dots in shown.items()
        )
        for i, n in enumerate(counts)
    )
