"""What if somebody else had written down the ranges? The same losses, searched between other bounds.

Where the ranges of a space begin is an accident, but every point of a grid hangs on it. On surfaces that resemble each
other, a comparison of fixed designs compares these accidents; with ranges drawn anew for each lap it does not.

share   of each axis, measured in the unit cube, that a drawn range covers
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace

_RANGES_OWN = 2**32 - 3  # a stream of random numbers that no sampler and no trial draws from


class WithRanges:
    """An objective that is searched in narrower ranges; its optimum stays that of the whole surface.

    Args:
        objective: a landscape or a function: it has ``optimum`` and ``expected``.
        ranges: hyperparameter's name -> (low, high), the same in every lap; the others keep theirs.
        share: where no ranges are given, each lap (``draw``) gets ranges of its own: this share of each axis, beginning
            anywhere. Choices keep all their options. Where conditions or constraints hang on values that the ranges cut
            off, give a larger share.

    Raises:
        ValueError: a range is not within the objective's own, or share does not lie above 0 and at most at 1; also from
            ``draw``, where a condition can no longer hold.
    """

    def __init__(
        self, objective: Any, ranges: Mapping[str, tuple[float, float]] | None = None, *, share: float = 0.8
    ) -> None:
        if not 0 < share <= 1:
            raise ValueError(f"share is a part of each axis, above 0 and at most 1, got {share}")
        self.objective, self.ranges, self.share = objective, ranges, share
        self.loss_names, self.optimum = objective.loss_names, objective.optimum
        self.loss_unit = getattr(objective, "loss_unit", "")
        self.member = getattr(objective, "member", 0)
        space: SearchSpace = objective.space
        domains = {name: _narrowed(name, domain, ranges or {}) for name, domain in space.domains.items()}
        if unknown := (ranges or {}).keys() - domains.keys():
            raise ValueError(f"there are ranges for {', '.join(domains)}; got one for {sorted(unknown)[0]!r}")
        self.space = SearchSpace({**domains, **space.fixed}, constraints=[rule.text for rule in space.constraints])

    def __repr__(self) -> str:
        said = f"ranges {dict(self.ranges)}" if self.ranges else f"ranges of {self.share:.0%}"
        return f"<{self.objective!r} in {said}>"

    def __call__(self, config: Mapping[str, Any]) -> float:
        """The loss of one configuration."""
        return float(self.objective(config))

    def evaluate(
        self, configs: Sequence[Mapping[str, Any]], *, seeds: Sequence[int], fidelity: float | None = None
    ) -> NDArray[np.float64]:
        """The losses of K configurations, shape (K,)."""
        return np.asarray(self.objective.evaluate(configs, seeds=seeds, fidelity=fidelity))

    def expected(self, config: Mapping[str, Any]) -> float:
        """The loss without its noise."""
        return float(self.objective.expected(config))

    def draw(self, seed: int) -> "WithRanges":
        """The member of the objective's family, in the ranges of that lap."""
        member = self.objective.draw(seed) if hasattr(self.objective, "draw") else self.objective
        return WithRanges(member, self.ranges or self._drawn(seed), share=self.share)

    def _drawn(self, seed: int) -> dict[str, tuple[float, float]]:
        """Ranges that begin anywhere, (low, high) for each hyperparameter that has an order."""
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(_RANGES_OWN,)))
        begins = rng.uniform(0, 1 - self.share, size=self.objective.space.n_dims)
        return {
            name: _between(domain, begin, begin + self.share)
            for (name, domain), begin in zip(self.objective.space.domains.items(), begins.tolist(), strict=True)
            if not isinstance(domain, Choice)
        }


def _between(domain: Float | Integer, low: float, high: float) -> tuple[float, float]:
    """The range between two places of the unit interval; at least two whole numbers, where they must be whole."""
    first, last = domain.from_unit(low), domain.from_unit(high)
    if first == last:
        first, last = (first - 1, last) if last == domain.high else (first, last + 1)
    return first, last


def _narrowed(name: str, domain: Domain, ranges: Mapping[str, tuple[float, float]]) -> Domain:
    """The domain between other bounds, where there are any for it."""
    if name not in ranges:
        return domain
    if isinstance(domain, Choice):
        raise ValueError(f"{name} is a choice, which has no range; got {ranges[name]!r}")
    low, high = ranges[name]
    if not domain.low <= low < high <= domain.high:
        raise ValueError(
            f"the range of {name} lies within its own, {domain.low:g} to {domain.high:g}, low < high; "
            f"got {low} to {high}"
        )
    if isinstance(domain, Integer):
        if low != int(low) or high != int(high):
            raise ValueError(f"{name} is a whole number, and so are the ends of its range; got {low} to {high}")
        return Integer(int(low), int(high), log=domain.log, when=domain.when)
    return Float(low, high, log=domain.log, when=domain.when)
