"""What did hyperopt weigh? Its l, its g and its candidates, in its own numbers.

Nothing of TPE is computed anew here: the split, the mixtures and the densities are hyperopt's functions, and the
candidates are overheard while it compares them.

raw     a value as hyperopt keeps it: a number, or the index of an option
place   the value in the units in which a mixture lives: its natural logarithm on a log scale
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.views import Mixture, ParzenView, TPEView

Array = NDArray[np.float64]

N_GRID = 257
KINDS = {
    "uniform": "float",
    "loguniform": "float",
    "quniform": "integer",
    "qloguniform": "integer",
    "randint": "choice",
    "categorical": "choice",
}
"""hyperopt's distribution -> the kind of hyperparameter that becomes one; see ``hyperopt_space``."""

_scope_is_changed = threading.Lock()


class Settings(NamedTuple):
    """gamma and prior weight, as hyperopt takes them."""

    gamma: float
    prior_weight: float


class Weighed(NamedTuple):
    """The candidates of one hyperparameter (c,), raw, and the logarithms of both densities there."""

    candidates: Array
    log_l: Array
    log_g: Array


class Question(NamedTuple):
    """What hyperopt knew when asked, one entry a trial in the order of their ids; what it weighed and proposed."""

    numbers: tuple[int, ...]
    losses: tuple[float, ...]
    miscs: tuple[Mapping[str, Any], ...]
    weighed: tuple[Weighed, ...] = ()
    proposed: Mapping[str, Any] = MappingProxyType({})  # name -> the raw value in a list, which is empty if inactive


@contextmanager
def listening() -> Iterator[list[Weighed]]:
    """Within it, whatever hyperopt compares is noted, hyperparameter by hyperparameter, in no particular order.

    hyperopt's table of functions belongs to the whole process, so only one thread listens at a time.
    """
    from hyperopt.pyll import scope

    heard: list[Weighed] = []
    with _scope_is_changed:
        original = scope._impls["broadcast_best"]

        def overheard(samples: Any, below_llik: Any, above_llik: Any) -> Any:
            heard.append(Weighed(*(np.array(one, dtype=float) for one in (samples, below_llik, above_llik))))
            return original(samples, below_llik, above_llik)

        scope._impls["broadcast_best"] = overheard
        try:
            yield heard
        finally:
            scope._impls["broadcast_best"] = original


def believed(
    question: Question | None, params: Mapping[str, Any], names: tuple[str, ...], settings: Settings
) -> TPEView:
    """The view of a question; without hyperparameters where nothing was weighed.

    Args:
        question: None where the proposal was drawn at random.
        params: name -> node of hyperopt's prior distribution; what no config has, hyperopt does not know.
        names: of the hyperparameters, in order.
        settings: as the question was asked.
    """
    from hyperopt.tpe import ap_split_trials

    if question is None:
        return TPEView(names, _frozen([], np.intp), _frozen([], np.intp), ())
    tids = [misc["tid"] for misc in question.miscs]
    good, bad = ap_split_trials(tids, question.numbers, tids, question.losses, settings.gamma)
    views = tuple(_of_one(name, params[name], tids, question, settings) for name in names if name in params)
    return TPEView(names, _frozen(good, np.intp), _frozen(bad, np.intp), views)


def _of_one(name: str, node: Any, tids: list[int], question: Question, settings: Settings) -> ParzenView:
    from hyperopt.tpe import ap_split_trials

    idxs = [tid for misc in question.miscs for tid in misc["idxs"][name]]
    vals = [value for misc in question.miscs for value in misc["vals"][name]]
    values = ap_split_trials(idxs, vals, tids, question.losses, settings.gamma)
    good, bad = (_places(node, np.asarray(one, dtype=float)) for one in values)
    low, high = _bounds(node)
    l, g = (_mixture(node, places, low, high, settings.prior_weight) for places in (good, bad))  # noqa: E741 - the paper's letter
    grid = _grid(node, low, high)
    weighed = _find(question.weighed, question.proposed[name], node, l, g)
    candidates = _places(node, weighed.candidates)
    log_l, log_g = (_log_density(node, one, candidates) for one in (l, g))
    return ParzenView(
        name=name,
        kind=KINDS[node.name],
        log=_is_log(node),
        good=_frozen(good),
        bad=_frozen(bad),
        low=low,
        high=high,
        l=l,
        g=g,
        grid=_frozen(grid),
        l_density=_frozen(np.exp(_log_density(node, l, grid))),
        g_density=_frozen(np.exp(_log_density(node, g, grid))),
        candidates=_frozen(candidates),
        log_l=_frozen(log_l),
        log_g=_frozen(log_g),
        chosen=int(np.argmax(weighed.log_l - weighed.log_g)) if len(candidates) else -1,
    )


def _is_log(node: Any) -> bool:
    return "log" in node.name


def _bounds(node: Any) -> tuple[float, float]:
    """The bounds of the places; the first and last index of a choice."""
    if node.name == "randint":
        return 0.0, float(node.arg["low"].obj - 1)
    if node.name == "categorical":
        return 0.0, float(len(_prior(node)) - 1)
    return float(node.arg["low"].obj), float(node.arg["high"].obj)


def _prior(node: Any) -> Array:
    """The probabilities from which a categorical value is first drawn."""
    return np.array([one.obj for one in node.arg["p"].pos_args], dtype=float)


def _places(node: Any, raw: Array) -> Array:
    """Logarithms on a log scale; hyperopt moves what was rounded below the lower bound back to it."""
    if not _is_log(node):
        return raw
    low, _ = _bounds(node)
    return np.log(np.maximum(raw, np.exp(low)) if node.name == "qloguniform" else raw)


def _mixture(node: Any, places: Array, low: float, high: float, prior_weight: float) -> Mixture:
    """The Parzen estimator that hyperopt makes of these values; the prior alone where there is none."""
    from hyperopt.tpe import DEFAULT_LF, adaptive_parzen_normal, linear_forgetting_weights

    if KINDS[node.name] != "choice":
        components = adaptive_parzen_normal(places, prior_weight, 0.5 * (low + high), high - low)
        return Mixture(*map(_frozen, components))
    n_options = int(high) + 1
    weights = linear_forgetting_weights(len(places), DEFAULT_LF)
    prior = n_options * _prior(node) if node.name == "categorical" else np.ones(n_options)
    counts = prior_weight * prior + np.bincount(places.astype(int), weights, n_options)
    return Mixture(_frozen(counts / counts.sum()), _frozen([]), _frozen([]))


def _grid(node: Any, low: float, high: float) -> Array:
    if KINDS[node.name] == "choice":
        return np.arange(high + 1)
    even = np.linspace(low, high, N_GRID)
    if KINDS[node.name] == "float":
        return even
    raw = np.exp(even) if _is_log(node) else even
    first, last = np.ceil(raw[0]), np.floor(raw[-1])  # the bounds of a log scale lie half a step outside
    whole = np.arange(first, last + 1) if last - first < N_GRID else np.round(raw).clip(first, last)
    return _places(node, np.unique(whole))


def _log_density(node: Any, mixture: Mixture, places: Array) -> Array:
    """Of a float per unit of its place; of an integer or a choice the logarithm of the value's probability."""
    from hyperopt.tpe import GMM1_lpdf, LGMM1_lpdf

    if KINDS[node.name] == "choice":
        return np.asarray(np.log(mixture.weights[places.astype(int)]))
    if not len(places):
        return np.empty(0)
    low, high = _bounds(node)
    if node.name == "qloguniform":
        return np.asarray(LGMM1_lpdf(np.round(np.exp(places)), *mixture, low=low, high=high, q=1.0))
    q = 1.0 if node.name == "quniform" else None
    return np.asarray(GMM1_lpdf(places, *mixture, low=low, high=high, q=q))


def _find(weighed: tuple[Weighed, ...], proposed: Sequence[Any], node: Any, l: Mixture, g: Mixture) -> Weighed:  # noqa: E741 - the paper's letter
    """What was weighed for this hyperparameter: the record that leads to its value, and that its mixtures explain."""
    for one in weighed:
        explained = _explains(node, l, one.candidates, one.log_l) and _explains(node, g, one.candidates, one.log_g)
        if explained and one.candidates[np.argmax(one.log_l - one.log_g)] in proposed:  # two mixtures may be alike
            return one
    return Weighed(np.empty(0), np.empty(0), np.empty(0))


def _explains(node: Any, mixture: Mixture, raw: Array, log_density: Array) -> bool:
    """Whether hyperopt computes these densities from this mixture; on a log scale its unit is that of the value."""
    from hyperopt.tpe import LGMM1_lpdf

    low, high = _bounds(node)
    ends = np.exp([low, high]) if _is_log(node) else np.array([low, high])
    slack = 0.5 if KINDS[node.name] == "integer" else 0.0  # rounding
    if not len(raw) or raw.min() < ends[0] - slack or raw.max() > ends[1] + slack:
        return False
    if node.name == "loguniform":
        return np.allclose(LGMM1_lpdf(raw, *mixture, low=low, high=high), log_density)
    return np.allclose(_log_density(node, mixture, _places(node, raw)), log_density)


def _frozen(values: Any, dtype: Any = np.float64) -> NDArray[Any]:
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array
