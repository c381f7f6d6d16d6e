"""Checks of notebook 08: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes
from hyperopt import hp
from hyperopt.pyll import scope
from scipy import stats

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise

Function = Callable[..., Any]
LN = {"C": (math.log(0.001), math.log(1000)), "gamma": (math.log(1e-4), math.log(10))}


def _space(c1: Any, c2: Any, gamma: Any, k: Any) -> Any:
    """The three branches with these hyperparameters."""
    logistic = {"model": "logistic", "C": c1}
    svm = {"model": "svm", "C": c2, "gamma": gamma}
    return hp.choice("model", [logistic, svm, {"model": "neighbours", "k": k}])


def _right(most: int = 30) -> dict[str, Any]:
    """The four hyperparameters, rightly said."""
    return {
        "c1": hp.loguniform("a", *LN["C"]),
        "c2": hp.loguniform("b", *LN["C"]),
        "gamma": hp.loguniform("g", *LN["gamma"]),
        "k": hp.uniformint("k", 1, most),
    }


def _one_shared_c(most: int) -> Any:
    c = hp.loguniform("C", *LN["C"])
    return _space(**_right(most) | {"c1": c, "c2": c})


def _window_by_window(x: Any, places: Any, h: float) -> list[float]:
    total = []
    for at in x:
        height = 0.0
        for place in places:
            height += math.exp(-((at - place) ** 2) / (2 * h**2)) / math.sqrt(2 * math.pi * h**2)
        total.append(height / len(places))
    return total


def _one_by_one(l: Any, g: Any) -> float:  # noqa: E741 - the paper's letter
    best, gain = None, -np.inf
    for _ in range(24):
        (candidate,) = l.draw(1)
        ratio = l.density(candidate) / g.density(candidate)
        if ratio > gain:
            best, gain = candidate, ratio
    return float(best)


def _by_logarithms(l: Any, g: Any) -> float:  # noqa: E741 - the paper's letter
    candidates = sorted(l.draw(24))
    return max(candidates, key=lambda x: np.log(l.density(x)) - np.log(g.density(x)))


def _mask(losses: Any, gamma: float) -> Any:
    n_good = min(math.ceil(gamma * len(losses) ** 0.5), 25)
    return losses <= np.sort(losses)[n_good - 1]


RIGHT: list[tuple[str, Function]] = [
    ("08.1", _window_by_window),
    ("08.1", lambda x, places, h: stats.norm.pdf(x[:, None], places, h).mean(axis=1)),
    ("08.1", lambda x, places, h: [np.mean(stats.norm(place, h).pdf(places)) for place in x]),
    ("08.2", _mask),
    ("08.2", lambda losses, gamma: set(np.argsort(losses)[: min(int(np.ceil(gamma * len(losses) ** 0.5)), 25)])),
    ("08.2", lambda losses, gamma: np.argsort(losses)[: min(math.ceil(gamma * math.sqrt(len(losses))), 25)][::-1]),
    ("08.3", _one_by_one),
    ("08.3", _by_logarithms),
    ("08.4", _one_shared_c),
    ("08.4", lambda n: _space(**_right(n) | {"k": hp.choice("k", list(range(1, n + 1)))})),
    ("08.4", lambda n: _space(**_right(n) | {"k": scope.int(hp.quniform("k", 1, n, 1))})),
    ("08.4", lambda n: _space(**_right(n) | {"k": hp.randint("k", 1, n + 1)})),
    ("08.4", lambda n: _space(**_right(n) | {"gamma": 10 ** hp.uniform("g", -4, 1)})),
    ("08.4", lambda n: hp.pchoice("model", [(1 / 3, branch) for branch in (
        {"model": "svm", "C": hp.loguniform("b", *LN["C"]), "gamma": hp.loguniform("g", *LN["gamma"])},
        {"model": "neighbours", "k": hp.uniformint("k", 1, n)},
        {"model": "logistic", "C": hp.loguniform("a", *LN["C"])},
    )])),
]  # fmt: skip

WRONG: list[tuple[str, Function, str]] = [
    ("08.1", lambda x, places, h: stats.norm.pdf((x[:, None] - places) / h).mean(axis=1), "the factor 1/h is missing"),
    ("08.1", lambda x, places, h: stats.norm.pdf((x[:, None] - places) / h).sum(axis=1) / h, "not divided by"),
    ("08.1", lambda x, places, h: stats.norm.pdf(x[:, None], places, h**0.5).mean(axis=1), "taken for a variance"),
    ("08.1", lambda x, places, h: stats.norm.pdf(x[:, None], places, h), "window by window"),
    ("08.1", lambda x, places, h: stats.norm.pdf((x[:, None] - places) / h).mean(axis=1) / h**2, "squared"),
    ("08.1", lambda x, places, h: stats.norm.pdf((x[:, None] - places) / h).mean(axis=1) * h, "multiplied by h"),
    ("08.1", lambda x, places, h: stats.norm.pdf((x[:, None] - places) / h).mean(axis=1) / h**0.5, "the root of h"),
    ("08.1", lambda x, places, h: stats.norm.logpdf(x[:, None], places, h).sum(axis=1), ""),
    ("08.1", lambda x, places, h: stats.norm.pdf(x[:, None], places, h).max(axis=1), ""),
    ("08.2", lambda losses, gamma: np.argsort(losses)[: int(gamma * len(losses))], "a share of the trials"),
    ("08.2", lambda losses, gamma: np.where(losses < np.nanquantile(losses, gamma)), "a share of"),
    ("08.2", lambda losses, gamma: np.argsort(losses)[: int(gamma * len(losses) ** 0.5)], "rounded down"),
    ("08.2", lambda losses, gamma: np.argsort(losses)[::-1][: min(math.ceil(gamma * len(losses) ** 0.5), 25)],
     "largest losses"),
    ("08.2", lambda losses, gamma: np.argsort(losses)[: math.ceil(gamma * len(losses) ** 0.5)], "stops at 25"),
    ("08.2", lambda losses, gamma: np.argsort(losses)[: 3], ""),
    ("08.2", lambda losses, gamma: np.argsort(losses)[: min(math.ceil(gamma * np.sum(losses > 0) ** 0.5), 25)],
     "not counted"),
    ("08.2", lambda losses, gamma: np.argsort(losses[losses > 0])[: min(math.ceil(gamma * len(losses) ** 0.5), 25)],
     "taken out first"),
    ("08.3", lambda good, bad: (c := good.draw(24))[np.argmin(good.density(c) / bad.density(c))], "largest g/l"),
    ("08.3", lambda good, bad: (c := bad.draw(24))[np.argmax(good.density(c) / bad.density(c))], "drawn from g"),
    ("08.3", lambda good, bad: (c := np.linspace(0, 1, 200))[np.argmax(good.density(c) / bad.density(c))], "axis"),
    ("08.3", lambda good, bad: (c := good.draw(24))[np.argmax(good.density(c))], "l alone is largest"),
    ("08.3", lambda good, bad: int(np.argmax(good.density(c := good.draw(24)) / bad.density(c))), "number of the"),
    ("08.3", lambda good, bad: good.draw(1), ""),
    ("08.3", lambda good, bad: (c := good.draw(12))[np.argmax(good.density(c) / bad.density(c))], ""),
    ("08.4", lambda n: _space(**_right(n) | {"c1": hp.loguniform("a", 1e-3, 1e3), "c2": hp.loguniform("b", 1e-3, 1e3)}),
     "wants the natural logarithms"),
    ("08.4", lambda n: _space(**_right(n) | {"gamma": hp.uniform("g", 1e-4, 10)}), "plain scale"),
    ("08.4", lambda n: _space(**_right(n) | {"gamma": hp.loguniform("g", -4, 1)}), "powers of ten"),
    ("08.4", lambda n: _space(**_right(n) | {"c2": hp.loguniform("a", *LN["C"])}), "one label"),
    ("08.4", lambda n: {"model": hp.choice("m", ["logistic", "svm", "neighbours"]), "C": _right()["c1"],
                      "gamma": _right()["gamma"], "k": _right(n)["k"]}, "every config has all hyperparameters"),
    ("08.4", lambda n: _space(**_right(n) | {"k": hp.quniform("k", 1, n, 1)}), "returns 3.0"),
    ("08.4", lambda n: _space(**_right(n) | {"k": hp.randint("k", n)}), "begins at 0"),
    ("08.4", lambda n: {"model": _space(**_right(n))}, "one level too deep"),
    ("08.4", lambda n: _space(**_right(n) | {"gamma": hp.loguniform("g", math.log(1e-2), 0)}), ""),
    ("08.4", lambda n: hp.choice("model", [{"model": "logistic", "C": _right()["c1"]}]), ""),
    ("08.4", lambda n: hp.choice("m", [(name, {"C": 1.0}) for name in ("logistic", "svm", "neighbours")]), ""),
    ("08.4", lambda n: hp.choice("m", [
        {"model": "Logistic", "C": hp.loguniform("a", *LN["C"])},
        {"model": "SVM", "C": hp.loguniform("b", *LN["C"]), "gamma": hp.loguniform("g", *LN["gamma"])},
        {"model": "kNN", "k": hp.uniformint("k", 1, n)},
    ]), ""),
    ("08.4", lambda n: "hp.choice", ""),
    ("08.4", lambda n: 3.0, ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever order, form or words."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


def test_a_wrong_space_is_shown_by_what_is_drawn_from_it() -> None:
    """The case prints configs, not hyperopt's graph; what cannot be drawn from is printed as it is."""
    wrong = examine(
        exercise("08.4"), lambda n: hp.choice("model", [{"model": "tree", "depth": hp.uniformint("d", 2, 3)}])
    )
    assert "'model': 'tree'" in wrong.case[2]
    assert "'model': 'svm'" in wrong.case[1] or "'model': 'neighbours'" in wrong.case[1]
    assert not any("object at" in line for line in wrong.case)


@pytest.mark.parametrize("exercise_id", ["08.1", "08.2", "08.3", "08.4"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


def test_the_split_is_hyperopts() -> None:
    """On every case the truth is what hyperopt's own function calls good."""
    from hyperopt.tpe import ap_split_trials

    asked = exercise("08.2")
    for losses, gamma in asked.cases:
        numbers = np.arange(len(losses))
        good, _ = ap_split_trials(numbers, numbers, numbers, losses, gamma)
        assert set(asked.truth(losses, gamma)) == set(good)


def test_the_estimators_draw_the_same_however_they_are_asked() -> None:
    """At once or one by one, 24 draws are the same; a copy draws them again."""
    from hpo_tutor.course.exercises.nb08.choosing import Estimator

    at_once = Estimator([0.2, 0.7], 3).draw(24)
    single = Estimator([0.2, 0.7], 3)
    np.testing.assert_array_equal(at_once, np.concatenate([single.draw(1) for _ in range(24)]))
