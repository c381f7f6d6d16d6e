"""Which inputs matter, and how badly can a configuration do? Pixels by their share in predictions; losses from best up.

share   of an input: mean of the absolute SHAP value over rows and classes, as a part of the sum over all inputs
above   loss of a configuration over the batch's minimum, minus 1
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems.landscapes import landscape
from hpo_tutor.scenes.layers import AnyLayer, Heatmap, Line, Points, Segments
from hpo_tutor.scenes.looks import BLUE, GREEN, GREY, ORANGE, PINK
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number

Array = NDArray[np.float64]

SIDE = 8  # pixels along each side of a digit
LOOKS = ((BLUE, "solid"), (ORANGE, "dash"), (GREEN, "longdash"), (PINK, "dashdot"))


def kept(k: int, shares: Array, losses: Mapping[int, float]) -> Board:
    """The pixels of largest share, framed, and the loss of a model that sees these alone.

    Args:
        k: how many are kept.
        shares: (64,) of the pixels, row by row from the top.
        losses: number of pixels -> loss on unseen digits.
    """
    rank = np.argsort(-shares, kind="stable")[:k]
    rows, columns = SIDE - 1 - rank // SIDE, rank % SIDE
    x = np.stack([columns, columns + 1, columns + 1, columns, columns, np.full(k, np.nan)], axis=1).ravel()
    y = np.stack([rows, rows, rows + 1, rows + 1, rows, np.full(k, np.nan)], axis=1).ravel()
    picture = np.sqrt(shares.reshape(SIDE, SIDE)[::-1])
    labels = ("0", f"{100 * float(shares.max()):.0f} %")
    blank = Axis("", -0.05, SIDE + 0.05, ticks=())
    left: list[AnyLayer] = [
        Heatmap(picture, (0, SIDE), (0, SIDE), 0.0, name="share of a pixel", labels=labels),
        Line(x, y, ORANGE, width=3.0, name="kept"),
    ]
    right: list[AnyLayer] = [
        Line(list(losses), list(losses.values()), GREY, width=2.0),
        Points(list(losses), list(losses.values()), GREY, "circle", 9.0),
        Points([k], [losses[k]], ORANGE, "circle", 16.0, outline="ink"),
    ]
    top = 1.1 * max(losses.values())
    whole = float(shares[rank].sum())
    everything = number(losses[len(shares)])
    sentence = (
        f"{k} of {len(shares)} pixels hold {100 * whole:.0f}\u00a0% of all shares; loss {number(losses[k])} nats, with "
        f"all {everything}."
    )
    return beside(
        Scene(left, blank, blank, title=f"{k} pixels", aspect=1.0, grid=False),
        Scene(right, Axis("pixels kept", 0, len(shares) + 2), Axis("loss on unseen digits (nats)", 0, top), aspect=1.0),
        sentence=sentence,
    )


def random_losses(name: str, n: int = 400, seed: int = 0) -> Array:
    """Expected losses of random configurations above the minimum, sorted, all ten batches together; (10 n,)."""
    rng, whole = np.random.default_rng(seed), landscape(name)
    found = []
    for batch in range(min(10, whole.n_batches)):
        member = whole.draw(batch)
        configs = [member.space.from_unit(point) for point in rng.random((n, member.space.n_dims))]
        found.append([member.expected(config) / member.optimum - 1 for config in configs])
    return np.sort(np.concatenate(found))


def sensitivity(share: int, tracks: Mapping[str, Array]) -> Scene:
    """For each track, how far above the minimum the best so many per cent of configurations reach.

    Args:
        share: per cent of configurations.
        tracks: what is raced on -> sorted losses above the minimum.
    """
    layers: list[AnyLayer] = []
    shares, told = np.arange(2, 99), []
    for (name, losses), (color, dash) in zip(tracks.items(), LOOKS, strict=False):
        at = 100 * np.quantile(losses, shares / 100)
        layers.append(Line(shares, at, color, dash, 2.5, name=name))
        here = float(100 * np.quantile(losses, share / 100))
        layers.append(Points([share], [here], color, "circle", 12.0))
        told.append(f"{name} {number(here)}\u00a0%")
    low, high = _ends(list(tracks.values()))
    layers.append(Segments([share], [low], [share], [high], GREY, "dot", 1.5))
    return Scene(
        layers,
        Axis("configurations, from the best (%)", 0, 100),
        Axis("above the batch's minimum (%)", low, high, log=True),
        f"{share}\u00a0% of random configurations lie at most this far above the minimum: {'; '.join(told)}.",
        title="How bad is a bad configuration?",
        aspect=0.5,
    )


def _ends(losses: Sequence[Array]) -> tuple[float, float]:
    return (
        100 * 0.8 * min(float(np.quantile(one, 0.02)) for one in losses),
        100 * 1.25 * max(float(np.quantile(one, 0.98)) for one in losses),
    )
