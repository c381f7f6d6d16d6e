"""How do cheap hyperparameters join a search that really matter? By a target that is learnt mangled.

y       (n,) target, centred, and divided by its largest deviation among the training rows: about -1 to 1
P(y)    sum_k c_k y^(2k+1), all c_k > 0: odd powers only, so P only rises and can be undone
c       (n_terms,) coefficients

Boosted trees learn P(y) with coefficients that nobody knows. Whoever searches guesses them too, and the predictions
are undone with the guess: a wrong one costs, however good the trees are. One fit serves all guesses.

The first coefficient matters most, each further one less: where |y| is 1/3, as it is on average, y^(2k+1) hardly adds
to y. That is how most hyperparameters are.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.search_space import Float, Integer, SearchSpace

Array = NDArray[np.float64]

N_DIMS = range(3, 9)
COEFFICIENT = Float(0.2, 1.0)  # where each of them is searched
INNER = 0.6  # the true ones come from the middle: this share of that range
LEARNING_RATES = tuple(float(f"{rate:.4g}") for rate in np.geomspace(0.03, 0.9, 13))
MAX_DEPTHS = (1, 2, 3, 4, 5, 6, 8, 10)
LEARNING_RATE = Float(LEARNING_RATES[0], LEARNING_RATES[-1], log=True)
MAX_DEPTH = Integer(MAX_DEPTHS[0], MAX_DEPTHS[-1])
COARSE_RATES, COARSE_DEPTHS = LEARNING_RATES[::2], (1, 2, 3, 4, 6, 10)  # predictions take more room than losses
_OWN_SEED = 20_260_103


class Polynomial:
    """P(y) = sum_k c_k y^(2k+1), which only rises.

    Args:
        coefficients: c, shape (n_terms,), each above 0.

    Raises:
        ValueError: there are none, or one is not a finite number above 0.
    """

    def __init__(self, coefficients: ArrayLike) -> None:
        self.coefficients = np.array(coefficients, dtype=np.float64, order="C", ndmin=1)
        if self.coefficients.ndim != 1 or not len(self.coefficients):
            raise ValueError(f"coefficients need shape (n_terms >= 1,), got {self.coefficients.shape}")
        wrong = ~(np.isfinite(self.coefficients) & (self.coefficients > 0))
        if wrong.any():
            place = int(wrong.argmax())
            raise ValueError(
                f"coefficients must be finite and above 0, else the polynomial cannot be undone; c{place} is "
                f"{self.coefficients[place]}"
            )

    def __repr__(self) -> str:
        return f"Polynomial({self.coefficients.tolist()})"

    def __call__(self, y: ArrayLike) -> Array:
        """P(y), of the shape of y."""
        values = np.asarray(y, dtype=np.float64)
        squares, total = values * values, np.zeros_like(values)
        for coefficient in self.coefficients[::-1]:
            total = total * squares + coefficient
        return np.asarray(total * values)

    def inverse(self, v: ArrayLike) -> Array:
        """The y with P(y) = v, of the shape of v, to rounding.

        Raises:
            ValueError: a value is not finite.
        """
        from hpo_tutor.problems.mangled_objectives import roots  # numba, which takes a moment

        values = np.asarray(v, dtype=np.float64)
        if not np.isfinite(values).all():
            raise ValueError(f"only finite values can be undone, got {values[~np.isfinite(values)].flat[0]}")
        return np.asarray(roots.invert(values.ravel(), self.coefficients)).reshape(values.shape)


def draw(n_terms: int, rng: np.random.Generator) -> Array:
    """True coefficients, shape (n_terms,): uniform in the middle of the range that is searched."""
    middle, half = (COEFFICIENT.low + COEFFICIENT.high) / 2, INNER * (COEFFICIENT.high - COEFFICIENT.low) / 2
    return rng.uniform(middle - half, middle + half, size=n_terms)


def true_coefficients(n_terms: int, batch: int) -> Array:
    """The true coefficients of a data batch, shape (n_terms,): drawn once, the same for ever."""
    return draw(n_terms, np.random.default_rng((_OWN_SEED, n_terms, batch)))


def n_terms_of(n_dims: int) -> int:
    """How many coefficients join learning_rate and max_depth.

    Raises:
        ValueError: n_dims is not one of 3 to 8.
    """
    if n_dims not in N_DIMS:
        raise ValueError(
            f"mangled objectives have n_dims from {N_DIMS[0]} to {N_DIMS[-1]} (learning_rate, max_depth and "
            f"coefficients), got {n_dims}; landscape('danish_housing-44') has 2"
        )
    return n_dims - 2


def space(n_terms: int) -> SearchSpace:
    """What is searched: learning_rate, max_depth, c0, c1, ..."""
    coefficients = {f"c{k}": COEFFICIENT for k in range(n_terms)}
    return SearchSpace({"learning_rate": LEARNING_RATE, "max_depth": MAX_DEPTH, **coefficients})
