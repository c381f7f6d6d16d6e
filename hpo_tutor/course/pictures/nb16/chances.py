"""How often does a cut kill the eventual winner? Counted over all draws of networks, without drawing any.

winner   of those drawn, the network with the smallest loss at the end
killed   not among the ``kept`` best of those drawn at the cut
worse    (K, K) which networks end worse than each; only these can be drawn beside it where it wins
ahead    how many of them are better at the cut nevertheless
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln
from scipy.stats import hypergeom

from hpo_tutor.course.pictures.nb16.trained import Array


def chance_killed(losses: Array, epoch: int, kept: int = 9, n: int = 27) -> float:
    """How often a cut kills the eventual winner of n networks drawn at random, 0..1; exactly, over all draws.

    A network wins if the n - 1 others drawn end worse. It is killed if ``kept`` of these or more are better at the cut.

    Args:
        losses: (K, n_epochs), of all networks that can be drawn.
        epoch: of the cut, from 1.
        kept: how many train on.
        n: how many are drawn.

    Raises:
        ValueError: there is no such epoch, or not so many networks.
    """
    if not 1 <= epoch <= losses.shape[1]:
        raise ValueError(f"the cut stands after 1 to {losses.shape[1]} epochs, got {epoch}")
    if not 1 <= kept <= n <= len(losses):
        raise ValueError(f"of {len(losses)} networks n are drawn, and 1 to n train on; got n = {n}, kept = {kept}")
    at, last = losses[:, epoch - 1], losses[:, -1]
    worse = last[None] > last[:, None]
    n_worse, n_ahead = worse.sum(axis=1), (worse & (at[None] < at[:, None])).sum(axis=1)
    can = n_worse >= n - 1
    n_worse, n_ahead = n_worse[can], n_ahead[can]
    wins = np.exp(_log_draws(n_worse, n - 1) - _log_draws(len(losses), n))
    return float(wins @ hypergeom.sf(kept - 1, n_worse, n_ahead, n - 1))


def _log_draws(of: ArrayLike, n: int) -> Array:
    """The logarithm of the number of ways to draw n, without repetition."""
    count = np.asarray(of, dtype=np.float64)
    logs: Array = gammaln(count + 1) - gammaln(n + 1) - gammaln(count - n + 1)
    return logs
