"""Which configuration should join a bracket? One from where good trials are dense and others rare, whatever the rung.

Hyperband decides who trains on; BOHB decides what starts. It looks at the highest fidelity that has enough trials, so
that it learns from short trainings early, and forgets them once longer ones tell more.

l, g    densities of good and of other trials at one fidelity, over all hyperparameters together
N_min   how few trials a density can be made of: d + 1, d being the number of hyperparameters

Falkner, Klein & Hutter (2018), BOHB: robust and efficient hyperparameter optimization at scale, arXiv:1807.01774;
equations 2 to 4 and algorithm 2.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.samplers.base import BaseSampler
from hpo_tutor.search_space import Choice, SearchSpace
from hpo_tutor.surrogates.product_kernels import LEAST, ProductKernels
from hpo_tutor.trials import Trial
from hpo_tutor.views import BOHBView

Array = NDArray[np.float64]

RANDOM, GOOD = 1 / 3, 0.15  # rho and q of the paper, as are the next two
N_CANDIDATES, WIDENING = 64, 3.0
RAREST = math.log(1e-32)  # a density below this counts as this, as in the authors' program


class BOHB(BaseSampler):
    """The model of BOHB; a scheduler such as ``Hyperband`` gives it its brackets.

    It wants to be told of each trial at every rung, with the trial's ``fidelity``; trials without one count as fully
    trained. Failed trials count, and are never good. Integers and ordered choices are places in their bins of the unit
    interval; unordered choices have a kernel of their own. Where a hyperparameter is inactive, it gets the value of
    another trial of the same density, drawn at random, or any value where there is none.

    With three hyperparameters or fewer N_min is so small that it settles too early, and can lose to random draws where
    every trial is told before the next is asked for; so it does by the paper's own settings.

    Args:
        space: what is searched.
        seed: of its draws.
        random_share: of the trials that are drawn from the whole space, whatever the model says.
        good_share: of a fidelity's trials that make l; at least N_min do.
        n_candidates: drawn from l, of which the one with the largest l / g is asked for.
        widening: how much wider than l itself the density is from which candidates are drawn.
        least_width: of a kernel, in sides of the unit cube.

    Attributes:
        fidelities: True, to say that it wants to be told of every rung.
        n_min: N_min.

    Raises:
        ValueError: a share lies outside [0, 1], n_candidates is below 1, or a width is not positive.
    """

    fidelities = True

    def __init__(
        self,
        space: SearchSpace,
        seed: int = 0,
        *,
        random_share: float = RANDOM,
        good_share: float = GOOD,
        n_candidates: int = N_CANDIDATES,
        widening: float = WIDENING,
        least_width: float = LEAST,
    ) -> None:
        super().__init__(space, seed)
        for name, share in (("random_share", random_share), ("good_share", good_share)):
            if not 0 <= share <= 1:
                raise ValueError(f"{name} must lie between 0 and 1, it is {share}")
        if n_candidates < 1 or not (0 < widening < math.inf and 0 < least_width < math.inf):
            raise ValueError(
                "n_candidates must be at least 1, widening and least_width positive and finite; "
                f"got {n_candidates}, {widening} and {least_width}"
            )
        self.random_share, self.good_share = random_share, good_share
        self.n_candidates, self.widening, self.least_width = n_candidates, widening, least_width
        self.n_min = space.n_dims + 1
        domains = space.domains.values()
        self._n_options = np.array(
            [len(one.options) if isinstance(one, Choice) and not one.ordered else 0 for one in domains], dtype=np.intp
        )
        self._seen: dict[float, list[_Seen]] = {}
        self._model: _Model | None = None  # of what has been told so far
        self._view = self._nothing_believed()

    def view(self) -> BOHBView:
        """Both densities and the candidates of the last ask; empty where it was drawn at random."""
        return self._view

    def _learn(self, trial: Trial) -> None:
        fidelity = math.inf if trial.fidelity is None else float(trial.fidelity)
        loss = trial.loss if trial.state == "complete" else math.inf
        self._seen.setdefault(fidelity, []).append(_Seen(self._place(trial), loss))
        self._model = None

    def _suggest(self, number: int) -> dict[str, Any]:
        at_random = self.rng.random() < self.random_share
        self._view = self._nothing_believed()
        fidelity = self._trusted()
        if not at_random and fidelity is not None:
            config = self._weighed(fidelity)
            if config is not None:
                return config
        return self.space.sample(self.rng)

    def _trusted(self) -> float | None:
        """The highest fidelity with N_min + 2 trials, of which N_min are complete; None where there is none."""
        enough = [
            fidelity
            for fidelity, seen in self._seen.items()
            if len(seen) >= self.n_min + 2 and sum(math.isfinite(one.loss) for one in seen) >= self.n_min
        ]
        return max(enough, default=None)

    def _weighed(self, fidelity: float) -> dict[str, Any] | None:
        """The candidate with the largest l / g that keeps the constraints; None where none does."""
        if self._model is None:
            self._model = self._modelled(fidelity)
        good, others = self._model
        candidates = good.draw(self.n_candidates, self.rng, self.widening)
        log_l, log_g = (np.maximum(one.log_density(candidates), RAREST) for one in (good, others))
        for k in np.argsort(log_g - log_l, kind="stable"):  # equation 3's expected improvement grows with l / g
            config = self._config(candidates[k])
            if self.space.satisfies(config):
                self._view = BOHBView(
                    names=self.space.names,
                    fidelity=fidelity,
                    n_options=self._n_options.copy(),
                    good=good.points,
                    others=others.points,
                    good_widths=good.widths,
                    other_widths=others.widths,
                    candidates=candidates,
                    log_l=log_l,
                    log_g=log_g,
                    chosen=int(k),
                ).frozen()
                return config
        return None

    def _modelled(self, fidelity: float) -> "_Model":
        """Both densities of all trials at a fidelity; they share some where there are few (equation 4)."""
        seen = sorted(self._seen[fidelity], key=lambda one: one.loss)
        n_complete = sum(math.isfinite(one.loss) for one in seen)
        n_good = min(max(self.n_min, int(self.good_share * len(seen))), n_complete)
        n_others = max(self.n_min, len(seen) - n_good)
        places = np.array([one.place for one in seen])
        return _Model(
            *(
                ProductKernels(self._filled(part), self._n_options, least=self.least_width)
                for part in (places[:n_good], places[-n_others:])
            )
        )

    def _filled(self, places: Array) -> Array:
        """Places (n, d) with inactive coordinates, which are nan, drawn from the active ones of the same column."""
        filled = places.copy()
        for axis, k in enumerate(self._n_options):
            empty = np.isnan(places[:, axis])
            known = places[~empty, axis]
            if not len(known):
                known = np.arange(k, dtype=np.float64) if k else self.rng.random(len(places))
            if empty.any():
                filled[empty, axis] = self.rng.choice(known, size=empty.sum())
        return filled

    def _place(self, trial: Trial) -> Array:
        """A config's point, with the index of the option for an unordered choice; nan where inactive."""
        unit = self.space.to_unit(trial.config)
        k = self._n_options
        return np.where(k > 0, np.floor(unit * k), unit)

    def _config(self, place: Array) -> dict[str, Any]:
        k = self._n_options
        return self.space.from_unit(np.where(k > 0, (place + 0.5) / np.maximum(k, 1), place))

    def _nothing_believed(self) -> BOHBView:
        d = self.space.n_dims
        none, widths = np.empty((0, d)), np.empty(0)
        return BOHBView(
            self.space.names, math.nan, self._n_options.copy(), none, none, widths, widths, none, widths, widths, -1
        ).frozen()


class _Seen(NamedTuple):
    """A trial at one fidelity: its place (d,), and its loss, which is infinite where it failed."""

    place: Array
    loss: float


class _Model(NamedTuple):
    """l and g."""

    good: ProductKernels
    others: ProductKernels
