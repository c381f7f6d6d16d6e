"""How does a configuration become numbers that a kernel can compare, and what will really be tried?

    z      (m, D)  codes: one column for a number or an ordered choice, one for each option of another choice (one-hot)
    tried  (m, D)  the same, as they will be tried: a whole number at the centre of its bin, one option 1, the others 0
    gain   (m,)    what a trial is worth, larger is better

Garrido-Merchan & Hernandez-Lobato (2020), doi:10.1016/j.neucom.2018.11.004
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.domains import Choice, Domain, Float
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.surrogates.gaussian_process import GaussianProcess
from hpo_tutor.surrogates.kernels import Kernel
from hpo_tutor.surrogates.likelihood import Likelihood, Prior, maximise

Array = NDArray[np.float64]

N_SPREAD, N_NEAR = 512, 200  # candidates all over the box and around the trials, and around the best of these
NEAR, REACHES = 0.2, (0.1, 0.1, 0.03)  # how far around the trials, and around the best, round by round
SHARE = 0.3  # of the columns that are moved at a time
# length scale, and amplitude and noise of losses with standard deviation 1: least, expected, largest
SCALES = ((0.01, (0.05, 1e-4)), (0.5, (1.0, 0.01)), (20.0, (20.0, 1.0)))


class Codes:
    """The codes of a space.

    Args:
        space: what is searched, without conditions.

    Attributes:
        width: D, the number of columns.
        columns: hyperparameter's name -> its columns.
        groups: (D,) the hyperparameter of each column.
    """

    def __init__(self, space: SearchSpace) -> None:
        self.space, self.width = space, 0
        self.columns: dict[str, slice] = {}
        self._centres = {name: _bins(domain) for name, domain in space.domains.items()}
        self._split: set[str] = set()
        for name, domain in space.domains.items():
            n_columns = 1
            if isinstance(domain, Choice) and not domain.ordered:
                self._split.add(name)
                n_columns = len(domain.options)
            self.columns[name] = slice(self.width, self.width + n_columns)
            self.width += n_columns
        widths = [part.stop - part.start for part in self.columns.values()]
        self.groups = np.repeat(np.arange(len(widths)), widths)

    def tried(self, z: ArrayLike) -> Array:
        """The codes of what is tried where z (m, D) is asked for, shape (m, D)."""
        z = np.asarray(z, dtype=np.float64)
        tried = z.copy()
        for name, part in self.columns.items():
            if name in self._split:
                tried[:, part] = np.arange(part.stop - part.start) == z[:, part].argmax(axis=1)[:, None]
            elif (bins := self._centres[name]) is not None:
                edges, centres = bins
                tried[:, part] = centres[np.searchsorted(edges, z[:, part], side="right")]
        return tried

    def config(self, z: ArrayLike) -> dict[str, Any]:
        """The configuration that is tried where one code (D,) is asked for."""
        z = np.asarray(z, dtype=np.float64)
        place = {name: float(z[part.start]) for name, part in self.columns.items()}
        for name in self._split:
            part = self.columns[name]
            place[name] = (float(z[part].argmax()) + 0.5) / (part.stop - part.start)
        return self.space.from_unit([place[name] for name in self.space.names])

    def of(self, config: Mapping[str, Any]) -> Array:
        """The code of what was tried, shape (D,)."""
        code = np.empty(self.width)
        for (name, part), u in zip(self.columns.items(), self.space.to_unit(config).tolist(), strict=True):
            n = part.stop - part.start
            code[part] = np.arange(n) == int(u * n) if name in self._split else u
        return code


def learnt(codes: Codes, z: Array, losses: Array) -> GaussianProcess:
    """The process that suits the trials z (n, D) and their losses (n,), with a length scale for each hyperparameter."""
    d, spread = len(codes.columns), float(losses.std()) or 1.0
    low, centre, high = (np.log([*[scale] * d, *rest]) for scale, rest in SCALES)
    prior = Prior(centre, np.array([*[1.0] * d, 1.0, 2.0]))
    likelihood = Likelihood("matern52", z, (losses - losses.mean()) / spread, codes.groups, prior=prior)
    theta, _ = maximise(likelihood, [centre], low, high)
    scales, (amplitude, noise) = np.exp(theta[:-2]), spread * np.exp(theta[-2:])
    kernel = Kernel("matern52", scales[codes.groups].tolist(), amplitude, noise)
    return GaussianProcess(kernel, losses.mean() + spread * likelihood.best_mean(theta)).condition(z, losses)


def highest(gain: Callable[[Array], Array], z: Array, rng: np.random.Generator) -> Array:
    """The code (D,) of the largest gain that is found: all over the box and around the trials z, then ever closer."""
    shape = N_SPREAD, z.shape[1]
    around = z[rng.integers(len(z), size=N_SPREAD)] + NEAR * rng.normal(size=shape)
    candidates = np.concatenate([rng.random(shape), np.clip(around, 0, 1)])
    best: Array = candidates[np.argmax(gain(candidates))]
    for reach in REACHES:
        moved = rng.random((N_NEAR, z.shape[1])) < SHARE
        steps = np.where(moved, reach * rng.normal(size=moved.shape), 0)
        candidates = np.concatenate([best[None], np.clip(best + steps, 0, 1)])
        best = candidates[np.argmax(gain(candidates))]
    return best


def _bins(domain: Domain) -> tuple[Array, Array] | None:
    """Where the bins of a domain meet, and their centres; None for a real number."""
    if isinstance(domain, Float):
        return None
    shares = np.array(domain.bins) if not isinstance(domain, Choice) else np.full(len(domain.options), 1.0)
    ends = np.cumsum(shares) / shares.sum()
    return ends[:-1], ends - 0.5 * shares / shares.sum()
