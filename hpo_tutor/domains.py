"""Which values may one hyperparameter take, and where do they lie on the unit interval?

A domain is checked when it enters a search space, which can say whose domain it is.

    value  what the objective receives
    u      its place in [0, 1]; integers and choices own bins there and answer with the centre of their bin
"""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

MOST_PARENT_VALUES = 1000  # a condition is checked for each value of its parents


@dataclass(frozen=True)
class Float:
    """A real number between ``low`` and ``high``, both included.

    Attributes:
        low, high: the bounds, in the hyperparameter's own unit.
        log: whether equal ratios, rather than equal differences, are equally far apart.
        when: the condition under which it exists, for example ``"optimizer == 'sgd'"``; None for always.

    """

    low: float
    high: float
    log: bool = False
    when: str | None = None

    def check(self) -> None:
        """Raise ValueError unless the bounds are finite, in order, and positive on a log scale."""
        _check_bounds(self.low, self.high, Real, "a number")
        if self.log and self.low <= 0:
            raise ValueError(f"a log scale needs low > 0, got low={self.low}; use a small positive low, or log=False")

    def __contains__(self, value: object) -> bool:
        return isinstance(value, Real) and not isinstance(value, bool) and self.low <= float(value) <= self.high

    def to_unit(self, value: float) -> float:
        """Where a value lies between the bounds, 0 to 1."""
        if self.log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)

    def from_unit(self, u: float) -> float:
        """The value at ``u``."""
        if self.log:  # from the nearer bound: exact there, and the ratio of the bounds may be too large for a float
            span = math.log(self.high) - math.log(self.low)
            value = self.low * math.exp(u * span) if u < 0.5 else self.high * math.exp((u - 1) * span)
        else:
            value = self.low + u * (self.high - self.low)
        return float(min(max(value, self.low), self.high))  # rounding may step over a bound


@dataclass(frozen=True)
class Integer:
    """A whole number from ``low`` to ``high``, both included.

    On a linear scale each value owns an equal bin of the unit interval; on a log scale value k owns what lies
    between log(k - 1/2) and log(k + 1/2).

    Attributes:
        low, high: the bounds.
        log: whether equal ratios are equally far apart; needs low >= 1.
        when: the condition under which it exists; None for always.

    """

    low: int
    high: int
    log: bool = False
    when: str | None = None

    def check(self) -> None:
        """Raise ValueError unless the bounds are whole numbers in order, from 1 on a log scale."""
        _check_bounds(self.low, self.high, Integral, "a whole number")
        if self.log and self.low < 1:
            raise ValueError(f"a log scale needs low >= 1, got low={self.low}; use low=1, or log=False")

    def __contains__(self, value: object) -> bool:
        return isinstance(value, Integral) and not isinstance(value, bool) and self.low <= int(value) <= self.high

    @property
    def values(self) -> range:
        """All values, in order."""
        return range(self.low, self.high + 1)

    @property
    def bins(self) -> list[float]:
        """The share of the unit interval that each value owns."""
        return [self._scaled(value + 0.5) - self._scaled(value - 0.5) for value in self.values]

    def to_unit(self, value: int) -> float:
        """The centre of the value's bin."""
        return (self._scaled(value - 0.5) + self._scaled(value + 0.5)) / 2

    def from_unit(self, u: float) -> int:
        """The value whose bin holds ``u``."""
        low, high = self.low - 0.5, self.high + 0.5
        place = low * (high / low) ** u if self.log else low + u * (high - low)
        return min(max(math.floor(place + 0.5), self.low), self.high)

    def _scaled(self, place: float) -> float:
        low, high = self.low - 0.5, self.high + 0.5
        return math.log(place / low) / math.log(high / low) if self.log else (place - low) / (high - low)


@dataclass(frozen=True)
class Choice:
    """One of a few options.

    Attributes:
        options: the options; ``ordered`` says whether neighbours in this list are alike.
        ordered: True for small / medium / large, False for relu / tanh.
        when: the condition under which it exists; None for always.

    """

    options: Sequence[Any]
    ordered: bool = False
    when: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.options, str | Set):
            object.__setattr__(self, "options", tuple(self.options))

    def check(self) -> None:
        """Raise ValueError unless there are options and all differ."""
        if isinstance(self.options, str | Set):
            kind = "text" if isinstance(self.options, str) else "set (whose order changes from run to run)"
            raise ValueError(f"options must be a list of options, got the {kind} {self.options!r}; write [...]")
        if not self.options:
            raise ValueError("a choice needs at least one option, got none; leave the hyperparameter out, or fix it")
        for i, option in enumerate(self.options):
            if option in self.options[:i]:
                raise ValueError(f"options must differ, got {option!r} twice; to weigh an option, sample it more often")

    def __contains__(self, value: object) -> bool:
        return value in self.options

    @property
    def values(self) -> Sequence[Any]:
        """All options, in order."""
        return self.options

    def to_unit(self, value: Any) -> float:
        """The centre of the option's bin."""
        return (self.options.index(value) + 0.5) / len(self.options)

    def from_unit(self, u: float) -> Any:
        """The option whose bin holds ``u``."""
        return self.options[min(int(u * len(self.options)), len(self.options) - 1)]


Domain = Float | Integer | Choice


def finite_values(domain: Domain) -> Sequence[Any] | None:
    """All values of a domain, or None where there are too many to branch on."""
    if isinstance(domain, Float) or len(domain.values) > MOST_PARENT_VALUES:
        return None
    return domain.values


def _check_bounds(low: Any, high: Any, kind: type[Any], what: str) -> None:
    for side, bound in (("low", low), ("high", high)):
        if not isinstance(bound, kind) or isinstance(bound, bool):
            raise ValueError(f"{side} must be {what}, got {bound!r}")
        if not abs(float(bound)) < 2**53:  # also nan; beyond, floats can no longer tell whole numbers apart
            raise ValueError(f"{side} must be finite and below 2**53, got {bound!r}")
    if not low < high:
        raise ValueError(
            f"low must be less than high, got low={low} and high={high}; swap them, or fix the value (name={low})"
        )
