"""How is a space with a choice of model said in hyperopt's words? The answer is judged by what is drawn from it.

Any way of writing it is right whose draws are right: 450 configs are drawn, and the shares of models, which names come
with which model, and where the values lie are rounded so coarsely that chance cannot change them.

lows, highs   the bounds of each hyperparameter; below the *quarters* of its range, on its scale, lies a quarter each
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Variant

MODELS: dict[str, tuple[str, ...]] = {"logistic": ("C",), "svm": ("C", "gamma"), "neighbours": ("k",)}
BOUNDS = {"C": (1e-3, 1e3), "gamma": (1e-4, 10.0), "k": (1.0, 30.0)}
N_DRAWS = 450
SLACK = 1e-9
_NOWHERE = (-1.0,) * 7


class Judged(tuple[float, ...]):
    """What is compared of a space: numbers that chance does not change; and ``examples``, three configs."""

    examples: list[Any]


def judged(answer: Any) -> Any:
    """A space in hyperopt's words as what is compared of it; what has been judged stays as it is."""
    if isinstance(answer, tuple):
        return answer
    found = Judged(_summary(answer))
    found.examples = draws(answer, 3)
    return found


@cache
def space(most: int) -> Any:
    """Three models, each with its own hyperparameters; up to ``most`` neighbours."""
    return judged(_space(most))


def _log(name: str, hp: Any, label: str) -> Any:
    low, high = BOUNDS[name]
    return hp.loguniform(label, math.log(low), math.log(high))


def _whole(hp: Any, label: str, most: int) -> Any:
    return hp.uniformint(label, 1, most)


def _space(
    most: int,
    c: Callable[..., Any] = _log,
    gamma: Callable[..., Any] = _log,
    k: Callable[..., Any] = _whole,
    names: Sequence[Any] = tuple(MODELS),
    labels: tuple[str, str] = ("C_logistic", "C_svm"),
) -> Any:
    """The space with some of its parts said in another way."""
    from hyperopt import hp

    return hp.choice("model", _branches(hp, most, c, gamma, k, names, labels))


def _branches(
    hp: Any,
    most: int,
    c: Callable[..., Any] = _log,
    gamma: Callable[..., Any] = _log,
    k: Callable[..., Any] = _whole,
    names: Sequence[Any] = tuple(MODELS),
    labels: tuple[str, str] = ("C_logistic", "C_svm"),
) -> list[dict[str, Any]]:
    return [
        {"model": names[0], "C": c("C", hp, labels[0])},
        {"model": names[1], "C": c("C", hp, labels[1]), "gamma": gamma("gamma", hp, "gamma")},
        {"model": names[2], "k": k(hp, "k", most)},
    ]


def _flat(most: int, names: Sequence[Any] = tuple(MODELS)) -> Any:
    """All hyperparameters beside the model, whatever it is."""
    from hyperopt import hp

    model = {"model": hp.choice("model", list(names))}
    return model | {"C": _log("C", hp, "C"), "gamma": _log("gamma", hp, "gamma"), "k": _whole(hp, "k", most)}


def _unnamed(most: int) -> Any:
    """The branches without the name of their model."""
    from hyperopt import hp

    branches = _branches(hp, most)
    return hp.choice("model", [{name: branch[name] for name in branch if name != "model"} for branch in branches])


def _list(most: int) -> Any:
    """All three branches at once."""
    from hyperopt import hp

    return _branches(hp, most)


def draws(answer: Any, n: int, seed: int = 0) -> list[Any]:
    """``n`` configs drawn from a space in hyperopt's words."""
    from hyperopt.pyll import as_apply, rec_eval
    from hyperopt.pyll.base import clone
    from hyperopt.pyll.stochastic import recursive_set_rng_kwarg

    # what hyperopt's ``sample`` does, but the graph is made ready once for all draws
    graph = recursive_set_rng_kwarg(clone(as_apply(answer)), as_apply(np.random.default_rng(seed)))
    with np.errstate(over="ignore"):  # exp(1000), where the bounds were not logarithms
        return [rec_eval(graph) for _ in range(n)]


def _summary(answer: Any) -> tuple[float, ...]:
    """What is compared: whole numbers that chance does not change."""
    raw = draws(answer, N_DRAWS)
    drawn = [one if isinstance(one, Mapping) else {} for one in raw]
    found: list[float] = [float(_labels_differ(answer)), float(any(drawn))]
    for model, own in MODELS.items():
        of_model = [one for one in drawn if one.get("model") == model]
        found.append(round(3 * len(of_model) / N_DRAWS))  # a third each
        for name in BOUNDS:
            values = [one[name] for one in of_model if one.get(name) is not None]
            found.append(round(2 * len(values) / max(len(of_model), 1)))
            if name in own:
                found += _where(values, *BOUNDS[name], log=name != "k")
    found.append(float(np.mean([isinstance(one.get("model"), Mapping) for one in drawn])))
    found.append(float(np.mean([isinstance(one.get("model"), int | np.integer) for one in drawn])))
    found.append(float(all("model" in one for one in drawn)))
    found.append(float(all(isinstance(one, list | tuple) and isinstance(one[0], Mapping) for one in raw)))
    return tuple(map(float, found))


def _where(values: list[Any], low: float, high: float, log: bool) -> list[float]:
    """Whether values keep the bounds and are whole numbers, how they lie in the range, and the ends of a narrow one.

    Few, some or many lie below each quarter: 0, 1, 2. The ends are told where they are the mistake and chance cannot
    move them far.
    """
    numbers = np.array([float(value) for value in values])
    inside = bool(np.all((numbers >= low * (1 - SLACK)) & (numbers <= high * (1 + SLACK))))
    of_type = all(isinstance(value, int | np.integer) for value in values)
    whole = 1.0 if log or of_type else 0.5 if np.all(numbers == np.round(numbers)) else 0.0
    if not values:
        return [*_NOWHERE]
    if not inside:
        above, beneath = np.mean(numbers > high), np.mean(numbers < low)
        return [0.0, whole, *np.digitize([above, beneath], (0.01, 0.2, 0.9)).astype(float), 0.0, 0.0, 0.0]
    shares = np.log(numbers / low) / math.log(high / low) if log else (numbers - low) / (high - low)
    below = [float(np.digitize(np.mean(shares <= at) - at, (-0.15, 0.15))) for at in (0.25, 0.5, 0.75)]
    narrow = log and 1.0 in below and np.ptp(np.quantile(shares, [0.25, 0.75])) < 0.35
    ends = np.digitize([shares.min(), shares.max()], np.arange(-0.02, 1.05, 0.05)) if narrow else [0, 0]
    return [1.0, whole, *below, *map(float, ends)]


def _labels_differ(answer: Any) -> bool:
    """Whether hyperopt would search the space: it refuses one label for two hyperparameters."""
    from hyperopt.base import Domain
    from hyperopt.exceptions import DuplicateLabel

    try:
        Domain(lambda config: 0.0, answer)
    except DuplicateLabel:
        return False
    return True


def _shown(answer: Any) -> Any:
    """Three configs drawn from the answer, which say more than the graph itself."""
    return judged(answer).examples


def _bare(name: str, hp: Any, label: str) -> Any:
    return hp.loguniform(label, *BOUNDS[name])


def _ten(name: str, hp: Any, label: str) -> Any:
    return hp.loguniform(label, *map(math.log10, BOUNDS[name]))


def _plain(name: str, hp: Any, label: str) -> Any:
    return hp.uniform(label, *BOUNDS[name])


def _exponent(name: str, hp: Any, label: str) -> Any:
    return hp.uniform(label, *map(math.log10, BOUNDS[name]))


def _logarithm(name: str, hp: Any, label: str) -> Any:
    return hp.uniform(label, *map(math.log, BOUNDS[name]))


def _ways(*ways: Callable[[int], Any]) -> tuple[Callable[[int], Any], ...]:
    """Spaces as what is compared of them, each drawn from once."""
    return tuple(cache(lambda most, way=way: judged(way(most))) for way in ways)


def _scaled(words: Callable[..., Any]) -> tuple[Callable[[int], Any], ...]:
    """Another scale for C and gamma, for C alone, and for gamma alone."""
    return _ways(
        lambda most: _space(most, c=words, gamma=words),
        lambda most: _space(most, c=words),
        lambda most: _space(most, gamma=words),
    )


def _neighbours(words: Callable[..., Any]) -> tuple[Callable[[int], Any], ...]:
    """Another way to say k."""
    return _ways(lambda most: _space(most, k=words))


EXERCISE = Exercise(
    id="08.4",
    title="a space in hyperopt's words",
    level=3,
    truth=space,
    cases=((30,), (12,)),
    mistakes=(
        Variant(
            "hp.loguniform wants the natural logarithms of the bounds, hp.loguniform(label, np.log(low), "
            "np.log(high)); it got the bounds themselves.",
            _scaled(_bare),
        ),
        Variant(
            "hp.loguniform wants natural logarithms (np.log); those are powers of ten (np.log10), and the range "
            "comes out too narrow.",
            _scaled(_ten),
        ),
        Variant(
            "that is uniform on the plain scale, so that nearly all draws lie in the highest power of ten: C and gamma "
            "want hp.loguniform.",
            _scaled(_plain),
        ),
        Variant(
            "the exponent came back, not the value: hp.uniform over the logarithms is not raised to a power. "
            "hp.loguniform does both.",
            (*_scaled(_exponent), *_scaled(_logarithm)),
        ),
        Variant(
            "every config has all hyperparameters: a gamma for the neighbours teaches nothing, and spoils what is "
            "learnt of gamma. Give each option of hp.choice a dict of its own.",
            _ways(_flat),
        ),
        Variant(
            "the model is a number, the index of an option. Write its name into each branch: hp.choice returns the "
            "option itself, not its index.",
            _ways(
                lambda most: _space(most, names=(0, 1, 2)),
                lambda most: _flat(most, names=(0, 1, 2)),
            ),
        ),
        Variant(
            "two hyperparameters bear one label, and hyperopt refuses that (DuplicateLabel). Call them C_logistic and "
            "C_svm, or use one and the same C in both branches.",
            _ways(lambda most: _space(most, labels=("C", "C"))),
        ),
        Variant(
            "hp.quniform returns 3.0, not 3, and scikit-learn refuses that: take hp.uniformint.",
            _neighbours(lambda hp, label, most: hp.quniform(label, 1, most, 1)),
        ),
        Variant(
            "k is no whole number: take hp.uniformint.",
            _neighbours(lambda hp, label, most: hp.uniform(label, 1, most)),
        ),
        Variant(
            "k begins at 0, as hp.randint(label, n) does. Take hp.uniformint(label, 1, most).",
            (
                *_neighbours(lambda hp, label, most: hp.randint(label, most)),
                *_neighbours(lambda hp, label, most: hp.randint(label, most + 1)),
            ),
        ),
        Variant(
            'the branches do not say which model they are: begin each dict with its name, "model": "svm".',
            _ways(_unnamed),
        ),
        Variant(
            'the config lies one level too deep, {"model": {...}}. Return the hp.choice itself.',
            _ways(lambda most: {"model": _space(most)}, lambda most: {"model": _unnamed(most)}),
        ),
        Variant(
            "that is a list of all branches, so that each draw holds all three. Put the list into hp.choice.",
            _ways(_list),
        ),
    ),
    hints=(
        "hp.choice(label, options) picks an option, and an option may be a dict with hyperparameters of its own.",
        'Each option begins with its name, {"model": "svm", "C": ..., "gamma": ...}, and no two hp share a label.',
        'The C of svm is hp.loguniform("C_svm", np.log(0.001), np.log(1000)), and k is hp.uniformint("k", 1, most).',
    ),
    comparable=judged,
    shown=_shown,
)
