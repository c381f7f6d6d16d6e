"""Which formulas have a minimum that is known exactly, so that regret can be computed?

x    (n, d)   points in the function's own units; the hyperparameters are called x1 ... xd
d             number of dimensions, ``n_dims``
p    (d,)     a random quadratic's minimiser
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.search_space import Float, SearchSpace

Array = NDArray[np.float64]

MEMBERS_OWN = 2**32 - 3  # the stream of a random quadratic's numbers, unlike that of any trial or sampler

_HARTMANN_A = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
_HARTMANN_P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
_HARTMANN_WEIGHTS = np.array([1.0, 1.2, 3.0, 3.2])


def branin(x: Array) -> Array:
    """Three equal valleys in two dimensions; shape (n,)."""
    first, second = x.T
    valley = second - 5.1 / (4 * np.pi**2) * first**2 + 5 / np.pi * first - 6
    return np.asarray(valley**2 + 10 * (1 - 1 / (8 * np.pi)) * np.cos(first) + 10)


def rosenbrock(x: Array) -> Array:
    """A long bent valley; shape (n,)."""
    here, ahead = x[:, :-1], x[:, 1:]
    return np.asarray((100 * (ahead - here**2) ** 2 + (1 - here) ** 2).sum(axis=1))


def rastrigin(x: Array) -> Array:
    """A bowl with a dent at every whole number; shape (n,)."""
    return np.asarray((x**2 - 10 * np.cos(2 * np.pi * x) + 10).sum(axis=1))


def eggholder(x: Array) -> Array:
    """Many deep valleys, the deepest on the boundary; shape (n,)."""
    first, second = x[:, 0], x[:, 1] + 47
    return np.asarray(
        -second * np.sin(np.sqrt(np.abs(first / 2 + second))) - first * np.sin(np.sqrt(np.abs(first - second)))
    )


def ackley(x: Array) -> Array:
    """A needle's hole in a rippled plain; shape (n,)."""
    distance = np.sqrt((x**2).mean(axis=1))
    ripples = np.cos(2 * np.pi * x).mean(axis=1)
    return np.asarray(20 * -np.expm1(-0.2 * distance) + np.e - np.exp(ripples))


def hartmann6(x: Array) -> Array:
    """Four dents in six dimensions; shape (n,)."""
    square = (_HARTMANN_A * (x[:, None, :] - _HARTMANN_P) ** 2).sum(axis=2)  # (n, 4)
    return np.asarray(-np.exp(-square) @ _HARTMANN_WEIGHTS)


def waves(x: Array) -> Array:
    """Two waves, one along each axis; shape (n,)."""
    return np.asarray(np.sin(8 * x[:, 0]) + np.sin(7 * x[:, 1]))


@dataclass(frozen=True)
class Formula:
    """A function before it has a number of dimensions; ``n_dims`` None where any number from 1 on will do."""

    values: Callable[[Array], Array]
    bounds: tuple[tuple[float, float], ...]  # one a dimension, or a single one for all
    minimisers: tuple[tuple[float, ...], ...]  # the same
    source: str
    optimum: float = 0.0
    fewest_dims: int = 1


FORMULAS: dict[str, Formula] = {
    "branin": Formula(
        branin,
        bounds=((-5, 10), (0, 15)),
        minimisers=((-np.pi, 12.275), (np.pi, 2.275), (3 * np.pi, 2.475)),
        optimum=10 / (8 * np.pi),
        source="Branin (1972), doi:10.1147/rd.165.0504; Dixon & Szegö (1978), Towards Global Optimisation 2",
    ),
    "rosenbrock": Formula(
        rosenbrock,
        bounds=((-5, 10),),
        minimisers=((1,),),
        fewest_dims=2,
        source="Rosenbrock (1960), doi:10.1093/comjnl/3.3.175",
    ),
    "rastrigin": Formula(
        rastrigin,
        bounds=((-5.12, 5.12),),
        minimisers=((0,),),
        source="Rastrigin (1974); Mühlenbein, Schomisch & Born (1991), doi:10.1016/S0167-8191(05)80052-3",
    ),
    "eggholder": Formula(
        eggholder,
        bounds=((-512, 512), (-512, 512)),
        minimisers=((512, 404.2318051137578),),
        optimum=-959.6406627208509,
        source="Whitley, Rana, Dzubera & Mathias (1996), doi:10.1016/0004-3702(95)00124-7",
    ),
    "ackley": Formula(
        ackley,
        bounds=((-32.768, 32.768),),
        minimisers=((0,),),
        source="Ackley (1987), doi:10.1007/978-1-4613-1997-9",
    ),
    "hartmann6": Formula(
        hartmann6,
        bounds=((0, 1),) * 6,
        minimisers=(
            (
                0.20168951100670543,
                0.15001069182345797,
                0.476873974221897,
                0.2753324304940561,
                0.31165161660011326,
                0.6573005340656203,
            ),
        ),
        optimum=-3.3223680114155147,
        source="Hartman (1973); Dixon & Szegö (1978), Towards Global Optimisation 2",
    ),
    "waves": Formula(
        waves,
        bounds=((0, 1), (0, 1)),
        minimisers=((3 * np.pi / 16, 3 * np.pi / 14),),
        optimum=-2.0,
        source="Michallik (2023), Neural network hyperparameter optimization with sparse grids (slides)",
    ),
}


class Function:
    """An objective with a formula, without noise.

    Attributes:
        name: what ``function`` calls it.
        space: x1 ... xd between the bounds of its domain.
        optimum: the smallest value in the domain.
        minimisers: (k, d), the points where it is reached.
        source: where it was published.

    """

    loss_names = ("loss",)

    def __init__(
        self,
        name: str,
        formula: Callable[[Array], Array],
        bounds: Sequence[tuple[float, float]],
        *,
        optimum: float,
        minimisers: ArrayLike,
        source: str,
    ) -> None:
        self.name = name
        self.space = SearchSpace({f"x{i + 1}": Float(low, high) for i, (low, high) in enumerate(bounds)})
        self.optimum = optimum
        self.minimisers = np.array(minimisers, dtype=np.float64)
        self.minimisers.flags.writeable = False
        self.source = source
        self._formula = formula

    def __repr__(self) -> str:
        return f"<Function {self.name}, {self.space.n_dims} dimensions, optimum {self.optimum:.6g}>"

    def values(self, x: ArrayLike) -> Array:
        """The losses at the points x (n, d), shape (n,); points outside the domain are allowed.

        Raises:
            ValueError: x has another shape.
        """
        points = np.asarray(x, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != self.space.n_dims:
            raise ValueError(
                f"{self.name} takes points of shape (n, {self.space.n_dims}), got shape {points.shape}; "
                "for a single point pass [point]"
            )
        return self._formula(points)

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration."""
        return float(self.evaluate([config])[0])

    def expected(self, config: Mapping[str, Any]) -> float:
        """The same as a call, as there is no noise."""
        return self(config)

    def evaluate(
        self,
        configs: Sequence[Mapping[str, Any]],
        *,
        seeds: Sequence[int] | None = None,
        fidelity: float | None = None,
    ) -> Array:
        """The losses of K configurations, shape (K,); seeds and fidelity change nothing.

        Raises:
            ValueError: a configuration lacks a hyperparameter.
        """
        if not configs:
            return np.empty(0)
        try:
            points = [[config[name] for name in self.space.names] for config in configs]
        except KeyError as error:
            raise ValueError(
                f"{self.name} needs {', '.join(self.space.names)} in every configuration, {error} is missing"
            ) from error
        return self.values(points)


class RandomQuadratic(Function):
    """One member of a family of bowls, ||((x - p) A) * w||^2 on [-1/2, 1/2]^d; ``draw`` gives another one."""

    def __init__(self, n_dims: int, seed: int) -> None:
        A, w, p = quadratic_members([seed], n_dims)  # noqa: N806 - the source's letters
        self.seed = self.member = seed
        super().__init__(
            "random-quadratic",
            lambda x: quadratic_values(x[None], A, w, p)[0],
            [(-0.5, 0.5)] * n_dims,
            optimum=0.0,
            minimisers=p,
            source="the benchmark without data of the project Beating grid and random search; see quadratic_members",
        )

    def __repr__(self) -> str:
        return f"<Function {self.name}, {self.space.n_dims} dimensions, member {self.seed}>"

    def draw(self, seed: int) -> "RandomQuadratic":
        """The member of the family that belongs to a seed."""
        return RandomQuadratic(self.space.n_dims, seed)


def quadratic_members(seeds: Sequence[int], n_dims: int) -> tuple[Array, Array, Array]:
    """A (t, d, d), w (t, d) and p (t, d) of t random quadratics.

    A ~ U(-1, 1) scaled to Frobenius norm 1, w ~ U(0, 1000) scaled to norm 100, p ~ U(-1/2, 1/2). A member depends on
    its own seed alone.
    """
    d = n_dims
    # a stream of its own: a design drawn from the same seed would otherwise hold the very numbers of the minimum p
    streams = [np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(MEMBERS_OWN,))) for seed in seeds]
    u = np.array([rng.random(d * d + 2 * d) for rng in streams]).reshape(len(seeds), -1)
    A = 2 * u[:, : d * d].reshape(-1, d, d) - 1  # noqa: N806 - the source's letter
    w = u[:, d * d : d * d + d]
    A /= np.linalg.norm(A, axis=(1, 2), keepdims=True)  # noqa: N806
    return A, 100 * w / np.linalg.norm(w, axis=1, keepdims=True), u[:, d * d + d :] - 0.5


def quadratic_values(x: Array, A: Array, w: Array, p: Array) -> Array:  # noqa: N803 - the source's letters
    """The losses of t random quadratics at n points each, x (t, n, d) or (1, n, d); shape (t, n)."""
    return np.asarray(((((x - p[:, None, :]) @ A) * w[:, None, :]) ** 2).sum(axis=2))


def function(name: str, n_dims: int | None = None, seed: int | None = None) -> Function:
    """The function of this name as an objective.

    branin, eggholder, waves (2 dimensions) and hartmann6 (6) have a fixed ``n_dims``; rosenbrock, rastrigin, ackley (2
    by default) and random-quadratic (3) take any. ``seed`` chooses the member of random-quadratic, 0 by default.

    Raises:
        ValueError: there is no such function, or it does not take this n_dims or a seed.
    """
    if name == "random-quadratic":
        if n_dims is not None and n_dims < 1:
            raise ValueError(f"{name} needs n_dims >= 1, got n_dims={n_dims}")
        return RandomQuadratic(3 if n_dims is None else n_dims, 0 if seed is None else seed)
    if name not in FORMULAS:
        raise ValueError(f"there is no function {name!r}; there are {', '.join([*FORMULAS, 'random-quadratic'])}")
    if seed is not None:
        raise ValueError(f"only random-quadratic is random, {name} takes no seed, got seed={seed}; leave it out")
    formula = FORMULAS[name]
    own = len(formula.bounds)
    if own > 1 and n_dims not in (None, own):
        raise ValueError(f"{name} has {own} dimensions, got n_dims={n_dims}; leave it out")
    if n_dims is not None and n_dims < formula.fewest_dims:
        raise ValueError(f"{name} needs n_dims >= {formula.fewest_dims}, got n_dims={n_dims}")
    copies = 1 if own > 1 else (2 if n_dims is None else n_dims)
    return Function(
        name,
        formula.values,
        formula.bounds * copies,
        optimum=formula.optimum,
        minimisers=[minimiser * copies for minimiser in formula.minimisers],
        source=formula.source,
    )
