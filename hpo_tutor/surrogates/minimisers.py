"""Where is a surrogate lowest? Seven optimisers of the unit cube, three that do without slopes and four that use them.

path    the best point after each step, the start first
start   (d,) from where an optimiser sets out: of a sparse grid, its best point

A surrogate costs next to nothing, so that thousands of evaluations are welcome; what counts is where they end.
CMA-ES is that of ``cmaes`` (Hansen 2016, arXiv:1604.00772), differential evolution, Nelder-Mead, conjugate gradients
(Nocedal & Wright 2006, equation 5.44) and Newton's steps in a trust region (their chapter 4) those of scipy.

Conjugate gradients and Newton know no bounds. To them the surface goes on beyond the cube as in a mirror: a minimum on
the cube's side is a kink, before which they may stop. They end at the best place that they looked at, which may lie
short of it. The other five reach it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from hpo_tutor.surrogates.threads import one_thread

Array = NDArray[np.float64]

N_STARTS = 3  # of Nelder-Mead: the given one, and the best of some random points
N_RANDOM = 256
MOST_STEPS = 100
FINE = 1e-6  # a step below this fraction of the cube's side ends an optimiser
ROUGH = 0.2  # of the cube's side: how wide CMA-ES begins


class Surface(Protocol):
    """What is minimised: places (m, d) in, values (m,), slopes (m, d) and curvatures (m, d, d) out."""

    def predict(self, x: ArrayLike) -> Array:
        """Values, (m,)."""

    def gradient(self, x: ArrayLike) -> Array:
        """Slopes, (m, d)."""

    def hessian(self, x: ArrayLike) -> Array:
        """Second derivatives, (m, d, d)."""


class Descent(NamedTuple):
    """The way of an optimiser.

    Attributes:
        name: of the optimiser.
        path: (s, d) the start, then the best point after each step, as far as it is better; the last is the end.
        values: (s,) of the surrogate there, never rising.
        n_evaluations: places whose value, slopes or curvatures were computed.
    """

    name: str
    path: Array
    values: Array
    n_evaluations: int


class _Watched:
    """A surface that counts, and keeps the best place each step reached."""

    def __init__(self, surface: Surface, start: Array) -> None:
        self.surface, self.start, self.n_evaluations = surface, start, 0
        self.path, self.values = [start], [float(self.at(start[None])[0])]
        self.best, self.lowest = start, self.values[0]  # of all places that ``one`` looked at

    def at(self, x: Array) -> Array:
        self.n_evaluations += len(x)
        return self.surface.predict(x)

    def one(self, x: Array) -> float:
        inside = folded(x)
        value = float(self.at(inside[None])[0])
        if value < self.lowest:
            self.best, self.lowest = inside, value
        return value

    def slope(self, x: Array) -> Array:
        """Of the surface that goes on beyond the cube as in a mirror."""
        self.n_evaluations += 1
        return np.asarray(self.surface.gradient(folded(x)[None])[0] * mirrored(x))

    def curvature(self, x: Array) -> Array:
        self.n_evaluations += 1
        return np.asarray(self.surface.hessian(folded(x)[None])[0] * np.outer(mirrored(x), mirrored(x)))

    def step(self, x: Array, value: float | None = None) -> None:
        """Note where a step ended, where that is better than before."""
        inside = folded(np.array(x, dtype=np.float64))  # a copy: scipy goes on writing into its own
        reached = self.one(inside) if value is None else value
        if reached < self.values[-1]:
            self.path.append(inside)
            self.values.append(reached)


def minimise(name: str, surface: Surface, start: ArrayLike, seed: int = 0) -> Descent:
    """The way of one optimiser down a surface over the unit cube.

    Args:
        name: one of ``MINIMISERS``.
        surface: has ``predict``, ``gradient`` and ``hessian``, such as ``BSplines``.
        start: (d,) in the cube.
        seed: of those that draw: other starts, or a population.

    Raises:
        ValueError: there is no such optimiser, or the start does not lie in the cube.
    """
    if name not in _WAYS:
        raise ValueError(f"an optimiser must be one of {', '.join(MINIMISERS)}; it is {name!r}")
    begin = np.array(start, dtype=np.float64)
    if begin.ndim != 1 or not ((begin >= 0) & (begin <= 1)).all():
        raise ValueError(f"start must be a point (d,) of the unit cube, got {begin}")
    with one_thread():
        watched = _Watched(surface, begin)
        _WAYS[name](watched, np.random.default_rng(seed))
    return Descent(name, np.array(watched.path), np.array(watched.values), watched.n_evaluations)


def folded(x: Array) -> Array:
    """Points anywhere, put into the unit cube by mirrors at its sides."""
    return np.asarray(1 - np.abs(np.mod(x, 2) - 1))


def mirrored(x: Array) -> Array:
    """1 where a coordinate lies in the cube or an even number of mirrors away, else -1."""
    return np.where(np.mod(x, 2) <= 1, 1.0, -1.0)


def _nelder_mead(watched: _Watched, rng: np.random.Generator) -> None:
    n_dims = len(watched.start)
    random = rng.random((N_RANDOM, n_dims))
    starts = random[np.argsort(watched.at(random), kind="stable")[: N_STARTS - 1]]
    for start in (watched.start, *starts):
        found = optimize.minimize(
            watched.one,
            start,
            method="Nelder-Mead",
            bounds=[(0, 1)] * n_dims,
            callback=lambda intermediate_result: watched.step(intermediate_result.x, intermediate_result.fun),
            options={"maxiter": MOST_STEPS * n_dims, "xatol": 1e-4, "fatol": np.inf},  # a simplex that small may end
        )
        watched.step(found.x)


def _differential_evolution(watched: _Watched, rng: np.random.Generator) -> None:
    n_dims = len(watched.start)

    def at(columns: Array) -> Array:
        return watched.at(columns.T)

    found = optimize.differential_evolution(
        at,  # type: ignore[arg-type]  # the stubs know no whole generations
        optimize.Bounds(np.zeros(n_dims), np.ones(n_dims)),
        x0=watched.start,
        maxiter=MOST_STEPS,
        popsize=10,
        vectorized=True,
        updating="deferred",
        polish=False,
        rng=rng,
        callback=lambda intermediate_result: watched.step(intermediate_result.x),
    )
    watched.step(found.x)


def _cma_es(watched: _Watched, rng: np.random.Generator) -> None:
    from cmaes import CMA

    n_dims = len(watched.start)
    bounds = np.tile([0.0, 1.0], (n_dims, 1))
    evolution = CMA(mean=watched.start, sigma=ROUGH, bounds=bounds, seed=int(rng.integers(2**31)))
    for _ in range(MOST_STEPS):
        asked = np.array([evolution.ask() for _ in range(evolution.population_size)])
        values = watched.at(asked)
        evolution.tell(list(zip(asked, values.tolist(), strict=True)))
        watched.step(asked[np.argmin(values)], float(values.min()))
        if evolution.should_stop():
            return


def _gradient_descent(watched: _Watched, rng: np.random.Generator) -> None:
    """Steps along the negative slope, kept in the cube; each half as long until it leads down far enough (Armijo)."""
    x, value, step = watched.start, watched.values[0], 0.1
    for _ in range(MOST_STEPS):
        slope = watched.slope(x)
        steepness = np.abs(slope).max()
        if not steepness > 0:
            return
        while step >= FINE:
            ahead = np.clip(x - step * slope / steepness, 0, 1)
            reached = watched.one(ahead)
            if reached <= value - 1e-4 * slope @ (x - ahead) and reached < value:
                break
            step /= 2
        else:
            return
        x, value, step = ahead, reached, min(2 * step, 0.25)
        watched.step(x, value)


def _conjugate_gradient(watched: _Watched, rng: np.random.Generator) -> None:
    _by_scipy(watched, "CG", jac=watched.slope)


def _newton(watched: _Watched, rng: np.random.Generator) -> None:
    _by_scipy(watched, "trust-exact", jac=watched.slope, hess=watched.curvature)


def _by_scipy(watched: _Watched, method: str, **derivatives: Any) -> None:
    options = {"initial_trust_radius": 0.1, "max_trust_radius": 0.5} if method == "trust-exact" else {}
    found = optimize.minimize(  # type: ignore[call-overload]  # the stubs want every option spelt out
        watched.one,
        watched.start,
        method=method,
        callback=lambda intermediate_result: watched.step(intermediate_result.x),
        options={"maxiter": MOST_STEPS, **options},
        **derivatives,
    )
    watched.step(found.x)
    # a step along a line that leaves the cube may pass a low place and be refused at its end
    watched.step(watched.best, watched.lowest)


def _rprop(watched: _Watched, rng: np.random.Generator) -> None:
    """Only the slopes' signs count (Igel & Hüsken 2003, doi:10.1016/S0925-2312(01)00700-7: iRprop-)."""
    x, steps, before = watched.start, np.full(len(watched.start), 0.05), np.zeros(len(watched.start))
    for _ in range(MOST_STEPS):
        slope = watched.slope(x)
        agreed = slope * before
        steps = np.clip(np.where(agreed > 0, 1.2 * steps, np.where(agreed < 0, 0.5 * steps, steps)), 0, 0.25)
        before = np.where(agreed < 0, 0.0, slope)
        x = np.clip(x - np.sign(before) * steps, 0, 1)
        watched.step(x)
        if steps.max() < FINE:
            return


_WAYS: Mapping[str, Callable[[_Watched, np.random.Generator], None]] = MappingProxyType(
    {
        "nelder-mead": _nelder_mead,
        "differential-evolution": _differential_evolution,
        "cma-es": _cma_es,
        "gradient-descent": _gradient_descent,
        "conjugate-gradient": _conjugate_gradient,
        "newton": _newton,
        "rprop": _rprop,
    }
)
MINIMISERS = tuple(_WAYS)
"""The optimisers there are."""
