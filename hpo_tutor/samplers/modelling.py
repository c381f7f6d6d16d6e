"""Which Gaussian process suits the trials so far, and which losses should it see?

    features  (n, D)  of the trials, as ``geometry`` has them
    losses    (n,)    what they reached, nan where they failed
    seen      (n,)    what the model is told instead: losses far above all others may be squeezed, failed trials
                      have the worst of them, and beyond MOST all are alike
    theta     (d+2,)  logarithms of the kernel's hyperparameters (see ``surrogates.likelihood``), for losses that are
                      shifted and scaled to mean 0 and standard deviation 1

Squeezing is a choice between two models of the same losses, and made as such: by likelihood. Snelson, Rasmussen &
Ghahramani (2004), Warped Gaussian processes.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.surrogates.gaussian_process import GaussianProcess
from hpo_tutor.surrogates.kernels import Kernel
from hpo_tutor.surrogates.likelihood import Likelihood, Prior, maximise

Array = NDArray[np.float64]

MOST = 1e100  # a larger loss counts as this one: its square would be no number any more
FAR = 3.0  # losses this many times as far above the median as the best lies below it may be squeezed
FEW = 30  # so many trials are fitted from two starts: what suits the last model, and what was thought beforehand
# What is thought of the kernel beforehand, for length scales, amplitude and noise: bounds, centre, and the width of the
# centre's logarithm. Length scales grow with the diagonal of the cube.
LOW, HIGH = (0.01, 0.05, 1e-4), (20.0, 20.0, 1.0)
CENTRE, WIDTH = (0.3, 1.0, 0.01), (1.0, 1.0, 2.0)


class Modeller:
    """Fits a Gaussian process to more and more trials, each time from where the last fit ended.

    Args:
        shape: the kernel's, a name of ``surrogates.kernels.SHAPES``.
        groups: (D,) the hyperparameter of each feature.
        may_squeeze: whether losses far above the others may be squeezed.
    """

    def __init__(self, shape: str, groups: NDArray[np.int_], may_squeeze: bool = True) -> None:
        self.shape, self.groups, self.may_squeeze = shape, groups, may_squeeze
        d = int(groups.max()) + 1
        low, high, centre, width = (np.repeat(values, [d, 1, 1]) for values in (LOW, HIGH, CENTRE, WIDTH))
        self._low, self._high, centre = np.log(low), np.log(high), np.log(centre)
        centre[:d] += 0.5 * math.log(d)
        self._prior = Prior(centre, width)
        self._thetas: dict[bool, Array] = {}  # of the last fits, with and without squeezing

    def fit(self, features: Array, losses: Array) -> tuple[GaussianProcess, Array]:
        """The process, and the losses as it sees them, shape (n,); at least one trial is complete."""
        losses = np.clip(losses, -MOST, MOST)
        complete = losses[~np.isnan(losses)]
        fits = [self._fit(features, losses, complete, 0.0, False)]
        squeezed, log_slopes = squeeze(complete)
        if self.may_squeeze and log_slopes.any():
            fits.append(self._fit(features, losses, squeezed, float(log_slopes.sum()), True))
        fit = max(fits, key=lambda fit: fit.value)
        return fit.process, fit.seen

    def _fit(self, features: Array, losses: Array, complete: Array, log_slopes: float, squeezed: bool) -> "_Fit":
        seen = np.full(len(losses), complete.max())
        seen[~np.isnan(losses)] = complete
        shift, scale = seen.mean(), seen.std() or 1.0
        likelihood = Likelihood(self.shape, features, (seen - shift) / scale, self.groups, prior=self._prior)
        starts = [self._thetas[squeezed]] if squeezed in self._thetas else []
        if not starts or len(losses) <= FEW:
            starts.append(self._prior.centre)
        theta, value = maximise(likelihood, starts, self._low, self._high)
        self._thetas[squeezed] = theta
        scales, (amplitude, noise) = np.exp(theta[:-2]), scale * np.exp(theta[-2:])
        kernel = Kernel(self.shape, scales[self.groups].tolist(), amplitude, noise)
        process = GaussianProcess(kernel, shift + scale * likelihood.best_mean(theta)).condition(features, seen)
        # the density of the losses as they were, before they were scaled and squeezed
        return _Fit(value + log_slopes - len(complete) * math.log(scale), process, seen)


class _Fit(NamedTuple):
    value: float
    process: GaussianProcess
    seen: Array


def squeeze(losses: Array) -> tuple[Array, Array]:
    """Losses far above the others brought nearer, in the same order, and the logarithms of the slopes; (n,) each.

    Beyond a fence f, which lies FAR times as far above the median as the best loss lies below it, a loss becomes
    f + s ln(1 + (loss - f) / s), where s is the distance from the best loss to the median.
    """
    middle = np.median(losses)
    s = middle - losses.min()
    if s == 0:
        return losses, np.zeros_like(losses)
    fence = middle + FAR * s
    log_rise = np.log1p(np.maximum(losses - fence, 0) / s)
    return np.where(losses > fence, fence + s * log_rise, losses), -log_rise
