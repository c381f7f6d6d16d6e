"""What have many networks learned so far? A map on which each stands at its settings, beside their learning curves.

K          number of networks
losses     (t, K) validation losses, a row for each epoch so far; nan where a network did not train in that epoch, inf
           where it diverged
guess      the loss of the best answer that looks at no input: nothing was learned by a network that is above it
share      of the shades: 0 for the darkest, 1 for the lightest
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.scenes.layers import AnyLayer, Circles, Heatmap, Line, Marks, Points
from hpo_tutor.scenes.looks import GREY, INK, PAGE, RED, shade, style
from hpo_tutor.scenes.searches import LARGE
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.surfaces import Shades, axis_of, place_of, surface
from hpo_tutor.scenes.ticks import counting, number
from hpo_tutor.search_space import Choice, SearchSpace

Array = NDArray[np.float64]

N_SHADES = 48  # more cannot be told apart in a disc of ten pixels
RADII = (0.0125, 0.0085)  # of a network's disc on the map and at the end of its curve: shares of the panel's width
RIM = 0.025  # of an axis, beyond either end of a domain
WAITING = 0.65  # opacity of a network that has not trained
FAINT = 0.4  # opacity of the recorded map below the networks
FEW_FOLD = 4.0  # where the best loss is smaller than guessing by more than this, a linear axis would hide it


@dataclass(frozen=True, eq=False)
class Cohort:
    """Networks that train side by side, before any of them has.

    Attributes:
        space: two tuned hyperparameters, the first across and the second up.
        points: (K, 2) the design's places in the unit square.
        design: its name.
        loss_name, loss_unit: "cross_entropy", "nats".
        guess: see above.
        n_epochs: epochs of those that train longest.
        ground: the same loss recorded over the same axes, which is drawn faintly below; None for none.
    """

    space: SearchSpace
    points: Array
    design: str
    loss_name: str
    loss_unit: str
    guess: float
    n_epochs: int
    ground: Any = None

    def __post_init__(self) -> None:
        if self.space.n_dims != 2 or self.points.ndim != 2 or self.points.shape[1] != 2:
            raise ValueError(
                f"a map needs two hyperparameters and points of shape (K, 2), got {self.space.names} and points of "
                f"shape {self.points.shape}"
            )

    @cached_property
    def configs(self) -> list[dict[str, Any]]:
        """The settings of each network."""
        return [self.space.from_unit(point) for point in self.points]

    @cached_property
    def axes(self) -> tuple[Axis, Axis]:
        """Of the map."""
        x, y = (_with_rim(axis_of(name, domain), domain) for name, domain in self.space.domains.items())
        return x, y

    @cached_property
    def places(self) -> Array:
        """Where each network stands on the axes, (K, 2).

        The options of a choice are wide, so within one a network stands where the design put it.
        """
        columns = [
            self.points[:, i] * len(domain.options) - 0.5
            if isinstance(domain, Choice)
            else [place_of(domain, config[name]) for config in self.configs]
            for i, (name, domain) in enumerate(self.space.domains.items())
        ]
        return np.array(columns, dtype=np.float64).T

    @cached_property
    def recorded(self) -> Heatmap | None:
        """The ground's losses as cells."""
        return None if self.ground is None else surface(self.ground, shading=lambda z: Shades(z, skewed=False))


class Scale(NamedTuple):
    """From losses to shades and to an axis: from a round number below the best one to guessing.

    Attributes:
        low, guess: the losses of the darkest and of the lightest shade.
        log: whether the axis is logarithmic.
    """

    low: float
    guess: float
    log: bool

    @classmethod
    def of(cls, guess: float, best: float) -> "Scale":
        """The scale that holds the best loss; it changes only where that passes a round number."""
        if not best < guess:
            return cls(0.9 * guess, guess, log=False)
        if best > 0 and guess > FEW_FOLD * best:
            return cls(_round_below(best), guess, log=True)
        step = _round_below((guess - best) / 5)
        return cls(step * (math.ceil(best / step) - 1), guess, log=False)

    def shares(self, losses: ArrayLike) -> Array:
        """The shade of each loss; on a linear axis its square root, as most networks come to lie near the best."""
        losses = np.clip(np.asarray(losses, dtype=np.float64), self.low, self.guess)
        if self.log:
            return np.asarray(np.log(losses / self.low) / np.log(self.guess / self.low))
        return np.asarray(np.sqrt((losses - self.low) / (self.guess - self.low)))

    def axis(self, label: str) -> Axis:
        """With a little room above guessing."""
        if self.log:
            return Axis(
                f"{label}, log scale" if label else "", self.low, self.guess * (self.guess / self.low) ** 0.08, log=True
            )
        return Axis(label, self.low, self.guess + 0.08 * (self.guess - self.low))


class Standing(NamedTuple):
    """How each network stands after some epochs; all of shape (K,).

    Attributes:
        loss: its last; nan before its first epoch, inf where it diverged.
        epoch: in which that was; 0 before its first.
    """

    loss: Array
    epoch: NDArray[np.int64]

    @classmethod
    def of(cls, losses: Array) -> "Standing":
        """After the last row."""
        trained = ~np.isnan(losses)
        epoch = np.where(trained.any(axis=0), len(losses) - trained[::-1].argmax(axis=0), 0) if len(losses) else None
        if epoch is None:
            return cls(np.full(losses.shape[1], np.nan), np.zeros(losses.shape[1], dtype=np.int64))
        last = np.take_along_axis(losses, np.maximum(epoch - 1, 0)[None], axis=0)[0]
        return cls(last, epoch)

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """Which have."""
        return np.isinf(self.loss)

    @property
    def best(self) -> int | None:
        """The incumbent; None while no network has a finite loss."""
        finite = np.where(np.isfinite(self.loss), self.loss, np.inf)
        return int(finite.argmin()) if np.isfinite(finite).any() else None


def moment(cohort: Cohort, losses: ArrayLike, seen: ArrayLike | None = None, most: float = math.inf) -> Board:
    """The map and the learning curves after some epochs.

    Args:
        cohort: the networks.
        losses: (t, K); t = 0 shows the networks that wait.
        seen: losses that the scale is to hold as well, such as those of later epochs.
        most: numbers in all curves together; with more they show every second epoch, every fourth, and so on.
    """
    losses = _rows(losses, len(cohort.points))
    standing = Standing.of(losses)
    scale = Scale.of(cohort.guess, _best(cohort, losses if seen is None else np.asarray(seen)))
    return beside(
        _map(cohort, standing, scale), _curves(cohort, losses, standing, scale, most), sentence=told(cohort, losses)
    )


def replay(cohort: Cohort, losses: ArrayLike) -> list[Board]:
    """A board for each epoch, all on one scale."""
    losses = np.asarray(losses, dtype=np.float64)
    return [moment(cohort, losses[: t + 1], losses) for t in range(len(losses))]


def told(cohort: Cohort, losses: ArrayLike) -> str:
    """What is to be seen after some epochs, in words."""
    losses = _rows(losses, len(cohort.points))
    standing, n = Standing.of(losses), len(cohort.points)
    across, up = cohort.space.names
    if not len(losses):
        return f"{_networks_in_words(n)} wait where the design {cohort.design} puts them, over {across} and {up}."
    words = [f"Epoch {len(losses)} of {cohort.n_epochs}."]
    if standing.best is not None:
        config = cohort.configs[standing.best]
        at = " and ".join(f"{name} {_text(config[name])}" for name in (across, up))
        loss, middle = standing.loss[standing.best], float(np.nanmedian(standing.loss))
        half = f"; half have {number(middle)} or less" if n > 1 and math.isfinite(middle) else ""
        best = f"The best of {_networks_in_words(n)} has a loss of {number(loss)} {cohort.loss_unit}"
        words.append(f"{best}, at {at}{half}.")
    worse = int((np.isfinite(standing.loss) & (standing.loss > cohort.guess)).sum())
    if worse:
        words.append(f"{worse} {'is' if worse == 1 else 'are'} worse than guessing ({number(cohort.guess)}).")
    diverged = int(standing.diverged.sum())
    if diverged:
        words.append(f"{diverged} {'has' if diverged == 1 else 'have'} diverged.")
    return " ".join(words)


def _rows(losses: ArrayLike, n: int) -> Array:
    """Of shape (t, n), also before the first epoch and without a network."""
    losses = np.asarray(losses, dtype=np.float64)
    return losses.reshape(-1, n) if losses.size else np.empty((0, n))


def _map(cohort: Cohort, standing: Standing, scale: Scale) -> Scene:
    layers: list[AnyLayer] = []
    if cohort.recorded is not None:
        z = scale.shares(cohort.recorded.z)
        layers.append(replace(cohort.recorded, z=z, low=0.0, high=1.0, opacity=FAINT, name=""))
    for i, domain in enumerate(cohort.space.domains.values()):
        if isinstance(domain, Choice):  # each option's room ends where the next one's begins
            borders = np.arange(1, len(domain.options)) - 0.5
            layers.append(Marks(borders, "y" if i else "x", across=True, width=1.0, opacity=0.2))
    waits = np.isnan(standing.loss)
    x, y = cohort.places.T
    layers.append(Points(x[waits], y[waits], INK, "circle", 5.0, WAITING, None, "not trained yet"))
    layers += _networks(cohort, x, y, standing, scale, RADII[0], LARGE)
    return Scene(layers, *cohort.axes, title=f"{len(cohort.points)} networks", aspect=0.8, grid=False)


def _curves(cohort: Cohort, losses: Array, standing: Standing, scale: Scale, most: float) -> Scene:
    epochs, n = np.arange(1, len(losses) + 1), cohort.n_epochs
    label = f"{cohort.loss_name} ({cohort.loss_unit})"
    y, span = scale.axis(label), 1.08 * n
    x = Axis("epoch", 0.5 - 0.06 * n, n + 0.5, ticks=counting(n))
    layers: list[AnyLayer] = [_key(y, scale, (x.low, x.low + 0.03 * span), label)]
    layers.append(Marks([scale.guess], "y", across=True, color=GREY, dash="dash", width=1.5, name="guessing"))
    step = 1 if losses.size <= most else 2 ** math.ceil(math.log2(losses.size / most))
    layers.append(Line(epochs[::step], losses[::step], INK, width=1.0, opacity=0.16))
    if standing.best is not None:
        look = style(cohort.design)
        layers.append(Line(epochs, losses[:, standing.best], look.color, look.dash, 2.5))
    there = standing.epoch > 0
    heights = np.where(there, np.minimum(standing.loss, y.high), np.nan)
    layers += _networks(cohort, standing.epoch.astype(np.float64), heights, standing, scale, RADII[1], LARGE - 4)
    return Scene(layers, x, y, title="Learning curves", aspect=0.8)


def _networks(
    cohort: Cohort, x: Array, y: Array, standing: Standing, scale: Scale, radius: float, large: float
) -> list[AnyLayer]:
    """A symbol for each network that has trained, and a large one for the incumbent."""
    finite = np.isfinite(standing.loss)
    learned, worse = finite & (standing.loss <= cohort.guess), finite & (standing.loss > cohort.guess)
    shades = [shade(round(share * N_SHADES) / N_SHADES) for share in scale.shares(standing.loss[learned])]
    layers: list[AnyLayer] = [
        Points(x[worse], y[worse], PAGE, "triangle-up", 10.0, outline=INK, name="worse than guessing"),
        Points(x[standing.diverged], y[standing.diverged], RED, "x", 11.0, name="diverged"),
        Circles(x[learned], y[learned], radius, INK, shades, width=80 * radius),
    ]
    look, best = style(cohort.design), [] if standing.best is None else [standing.best]
    name = f"best so far, {cohort.design}"
    return [*layers, Points(x[best], y[best], look.color, look.symbol, large, name=name)]


def _key(y: Axis, scale: Scale, x: tuple[float, float], label: str) -> Heatmap:
    """The shades along the axis of losses."""
    n = 64
    share = (np.arange(n) + 0.5) / n
    heights = y.low * (y.high / y.low) ** share if y.log else y.low + share * (y.high - y.low)
    labels = (number(scale.low), number(scale.guess))
    return Heatmap(scale.shares(heights)[:, None], x, low=0.0, high=1.0, name=label, labels=labels)


def _best(cohort: Cohort, losses: Array) -> float:
    """The smallest loss that is drawn; inf for none."""
    drawn = [losses] if cohort.recorded is None else [losses, cohort.recorded.z]
    return min((float(one[np.isfinite(one)].min()) for one in drawn if np.isfinite(one).any()), default=math.inf)


def _with_rim(axis: Axis, domain: Any) -> Axis:
    """A little longer at both ends, so that discs there are whole; the options of a choice have room anyway."""
    if isinstance(domain, Choice):
        return axis
    if axis.log:
        factor = (axis.high / axis.low) ** RIM
        return replace(axis, low=axis.low / factor, high=axis.high * factor)
    more = RIM * (axis.high - axis.low)
    return replace(axis, low=axis.low - more, high=axis.high + more)


def _round_below(value: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is smaller."""
    decade = 10.0 ** math.floor(math.log10(value))
    return max(size * decade for size in (0.5, 1, 2, 5) if size * decade < value)


def _text(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _networks_in_words(n: int) -> str:
    return f"{n} network{'' if n == 1 else 's'}"
