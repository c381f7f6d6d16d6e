"""Checks of notebook 01: unusual right answers pass, mistakes as students write them are told, truths have peers."""

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hpo_tutor.course.checks import check, examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.domains import Float

Function = Callable[..., Any]

# --- right answers in unusual forms ---------------------------------------------------------------------------------


def _one_by_one(u: Any, low: float, high: float) -> Iterator[float]:
    for share in u:
        yield math.exp(math.log(low) + share * math.log(high / low))


def _in_place(u: Any, low: float, high: float) -> Any:
    u *= np.log(high) - np.log(low)
    u += np.log(low)
    return np.exp(u, out=u)


def _winner_by_loop(validation: Any, test: Any) -> tuple[int, float]:
    best, lowest = -1, math.inf
    for i, loss in enumerate(validation):
        if loss < lowest:
            best, lowest = i, loss
    return best, test[best]


def _winner_by_sorting(validation: Any, test: Any) -> list[Any]:
    ranked = sorted((loss, i) for i, loss in enumerate(validation) if not np.isnan(loss))
    return [ranked[0][1], float(test[ranked[0][1]])]


def _winner_by_name(validation: Any, test: Any) -> Any:
    table = pd.DataFrame({"validation": validation, "test": test})
    best = table["validation"].idxmin()
    return best, table["test"][best]


def _winner_in_two_steps(validation: Any, test: Any) -> Iterator[Any]:
    best = np.nanargmin(validation)
    yield best
    yield test[best]


UNUSUAL = [
    ("01.1", _one_by_one),
    ("01.1", _in_place),
    ("01.1", lambda u, low, high: low ** (1 - u) * high**u),
    ("01.1", lambda u, low, high: 10 ** (np.log10(low) + u * (np.log10(high) - np.log10(low)))),
    ("01.1", lambda u, low, high: np.exp(np.interp(u, [0, 1], np.log([low, high])))),
    ("01.1", lambda u, low, high: stats.loguniform(low, high).ppf(u)),
    ("01.1", lambda u, low, high: [Float(low, high, log=True).from_unit(share) for share in u]),
    ("01.1", lambda u, low, high: (low * (high / low) ** u).astype(np.float32)),
    ("01.1", lambda u, low, high: np.float32(low) * np.float32(high / low) ** u.astype(np.float32)),
    ("01.1", lambda u, low, high: pd.Series(np.log2(low) + u * np.log2(high / low)).rpow(2)),
    ("01.2", _winner_by_loop),
    ("01.2", _winner_by_sorting),
    ("01.2", _winner_by_name),
    ("01.2", _winner_in_two_steps),
    ("01.2", lambda v, t: (np.argmin(np.nan_to_num(v, nan=np.inf)), t[np.argmin(np.nan_to_num(v, nan=np.inf))])),
    ("01.2", lambda v, t: np.array([np.nanargmin(v), t[np.nanargmin(v)]])),
    ("01.2", lambda v, t: (np.nanargmin(v), t[v == np.nanmin(v)])),
    ("01.2", lambda v, t: (np.flatnonzero(v == np.nanmin(v)), np.float32(t[np.nanargmin(v)]))),
    ("01.2", lambda v, t: min(((i, t[i]) for i in range(len(v)) if v[i] == v[i]), key=lambda pair: v[pair[0]])),
]


@pytest.mark.parametrize(("name", "function"), UNUSUAL)
def test_unusual_but_right_answers_pass(name: str, function: Function) -> None:
    """Loops, lists, generators, Series, float32, other bases and names, changes in place: all are right."""
    assert examine(exercise(name), function).state == "passed"


# --- mistakes as students write them, against a few words of the message --------------------------------------------


def _best_of_python(validation: Any, test: Any) -> tuple[int, float]:
    losses = list(validation)
    best = losses.index(min(losses))
    return best, test[best]


def _best_from_the_first(validation: Any, test: Any) -> tuple[int, float]:
    best = 0
    for i in range(1, len(validation)):
        if validation[i] < validation[best]:
            best = i
    return best, test[best]


def _only_complete(validation: Any, test: Any) -> tuple[int, float]:
    complete = [(v, t) for v, t in zip(validation, test, strict=True) if not np.isnan(v)]
    best = min(range(len(complete)), key=lambda i: complete[i][0])
    return best, complete[best][1]


def _counted_from_one(validation: Any, test: Any) -> tuple[int, float]:
    pairs = ((loss, i, test[i - 1]) for i, loss in enumerate(validation, start=1) if not math.isnan(loss))
    _, best, loss = min(pairs)
    return best, loss


AS_WRITTEN = [
    ("01.1", lambda u, low, high: low + (high - low) * u, "uniform in x"),
    ("01.1", lambda u, low, high: [low * (1 - share) + high * share for share in u], "uniform in x"),
    ("01.1", lambda u, low, high: np.interp(u, [0, 1], [low, high]), "uniform in x"),
    ("01.1", lambda u, low, high: 10 ** (np.log(low) + u * np.log(high / low)), "two kinds of logarithm"),
    ("01.1", lambda u, low, high: np.exp(np.log10(low) + u * np.log10(high / low)), "two kinds of logarithm"),
    ("01.1", lambda u, low, high: [math.exp(math.log10(low) + v * math.log10(high / low)) for v in u], "two kinds"),
    ("01.1", lambda u, low, high: np.log10(low) + u * (np.log10(high) - np.log10(low)), "these are the exponents"),
    ("01.1", lambda u, low, high: np.log(low * (high / low) ** u), "these are the exponents"),
    ("01.1", lambda u, low, high: high * (low / high) ** u, "are swapped"),
    ("01.1", lambda u, low, high: np.exp(np.log(high) - u * (np.log(high) - np.log(low))), "are swapped"),
    ("01.1", lambda u, low, high: 10.0 ** (low + u * (high - low)), "used as exponents"),
    ("01.1", lambda u, low, high: np.exp(u * (np.log(high) - np.log(low))), "u = 0 gives 1"),
    ("01.1", lambda u, low, high: np.log(low + u * (high - low)), "logarithm of a uniform value"),
    ("01.1", lambda u, low, high: np.log10(low + u * (high - low)), "logarithm of a uniform value"),
    ("01.1", lambda u, low, high: 10 ** np.round(np.log10(low) + u * np.log10(high / low)), "whole exponents"),
    ("01.1", lambda u, low, high: [10 ** int(np.log10(low) + v * np.log10(high / low)) for v in u], "whole exponents"),
    ("01.1", lambda u, low, high: np.logspace(np.log10(low), np.log10(high), len(u)), "do not depend on u"),
    ("01.1", lambda u, low, high: np.logspace(low, high, len(u)), "np.logspace wants exponents, and it got values"),
    ("01.1", lambda u, low, high: np.logspace(low, high, num=u.size, endpoint=False), "and it got values"),
    ("01.1", lambda u, low, high: 10.0 ** np.linspace(low, high, len(u)), "and it got values"),
    ("01.1", lambda u, low, high: np.exp(np.log(low) + u * np.log(high) - np.log(low)), "Brackets"),
    ("01.1", lambda u, low, high: 10 ** (np.log10(low) + u * np.log10(high) - np.log10(low)), "Brackets"),
    ("01.1", lambda u, low, high: [low * high**share for share in u], "from low to high"),
    ("01.1", lambda u, low, high: np.exp(np.log(low) + u * np.log(high)), "from low to high"),
    ("01.1", lambda u, low, high: low * (high - low) ** u, "the ratio counts"),
    ("01.2", lambda v, t: (np.nanargmin(t), np.nanmin(t)), "chosen by its test loss"),
    ("01.2", lambda v, t: (np.nanargmin(t), t[np.nanargmin(t)]), "chosen by its test loss"),
    ("01.2", lambda v, t: (np.argmin(t), t[np.argmin(t)]), "chosen by its test loss"),
    ("01.2", lambda v, t: (np.nanargmin(t), v[np.nanargmin(t)]), "changed places"),
    ("01.2", lambda v, t: (np.nanargmin(v), np.nanmin(v)), "its validation loss was reported"),
    ("01.2", lambda v, t: (np.nanargmin(v), v[np.nanargmin(v)]), "its validation loss was reported"),
    ("01.2", lambda v, t: (np.nanargmin(v), np.nanmin(t)), "belongs to another trial"),
    ("01.2", lambda v, t: (np.nanargmax(v), t[np.nanargmax(v)]), "largest loss"),
    ("01.2", lambda v, t: (np.argmax(v), t[np.argmax(v)]), "largest loss"),
    ("01.2", lambda v, t: (np.argmin(v), t[np.argmin(v)]), "a failed trial (nan) won"),
    ("01.2", lambda v, t: (v.argmin(), t[v.argmin()]), "a failed trial (nan) won"),
    ("01.2", _best_of_python, "a failed trial (nan) won"),
    ("01.2", _best_from_the_first, "a failed trial (nan) won"),
    ("01.2", lambda v, t: (np.argmin(np.nan_to_num(v)), t[np.argmin(np.nan_to_num(v))]), "a failed trial (nan) won"),
    ("01.2", _only_complete, "the numbers have shifted"),
    ("01.2", lambda v, t: (np.argmin(v[~np.isnan(v)]), t[np.argmin(v[~np.isnan(v)])]), "the numbers have shifted"),
    ("01.2", lambda v, t: (np.nanargmin(v + t), t[np.nanargmin(v + t)]), "had a say in the choice"),
    ("01.2", lambda v, t: (np.nanargmin((v + t) / 2), t[np.nanargmin((v + t) / 2)]), "had a say in the choice"),
    ("01.2", _counted_from_one, "counted from one"),
    ("01.2", lambda v, t: (t[np.nanargmin(v)], np.nanargmin(v)), "in the wrong order"),
    ("01.2", lambda v, t: np.nanargmin(v), "two are asked for"),
    ("01.2", lambda v, t: t[np.nanargmin(v)], "two are asked for"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(
    name: str, function: Function, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loops and one-liners that make the same mistake get the same message, and no other."""
    monkeypatch.delenv("HPO_TUTOR_STRICT", raising=False)
    check(name, function)
    out = capsys.readouterr().out
    assert "The likely mistake: " in out
    assert words in out


def test_the_error_of_pythons_min_is_shown_and_a_hint_explains_it() -> None:
    """list.index stops where min took a nan: the error is shown with its case, and the second hint names its cause."""
    verdict = examine(exercise("01.2"), lambda v, t: (list(v).index(min(v)), t[list(v).index(min(v))]))
    assert verdict.state == "wrong"
    assert "is not in list" in verdict.case[1]
    assert "is not in list" in exercise("01.2").hints[1]


NEAR_MISSES = [
    ("01.1", lambda u, low, high: np.random.default_rng(0).uniform(low, high, len(u))),  # its own random numbers
    ("01.1", lambda u, low, high: low * (high / low) ** (u / 2)),
    ("01.1", lambda u, low, high: low * (high / low) ** np.sqrt(u)),
    ("01.1", lambda u, low, high: low * (high / low) ** u[:1]),
    ("01.1", lambda u, low, high: 1 / (1 / low + u * (1 / high - 1 / low))),
    ("01.1", lambda u, low, high: np.sort(low * (high / low) ** u)),
    ("01.1", lambda u, low, high: -np.log10(low * (high / low) ** u)),
    ("01.2", lambda v, t: (0, t[0])),
    ("01.2", lambda v, t: (len(v) - 1, t[-1])),
    ("01.2", lambda v, t: (np.nanargmin(v), np.nanmean(t))),
    ("01.2", lambda v, t: (np.nanargmin(abs(v - t)), t[np.nanargmin(abs(v - t))])),
    ("01.2", lambda v, t: (np.nanargmin(v), t[np.nanargmin(v)], v[np.nanargmin(v)])),
    ("01.2", lambda v, t: (np.nanargmin(v), 1 - t[np.nanargmin(v)])),
]


@pytest.mark.parametrize(("name", "function"), NEAR_MISSES)
def test_a_near_miss_is_shown_a_case_and_not_diagnosed(name: str, function: Function) -> None:
    """What is wrong in a way of its own gets no message that was meant for another mistake."""
    verdict = examine(exercise(name), function)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert verdict.case


def test_strange_answers_are_met_with_a_sentence() -> None:
    """A scalar for an array, text, or nothing at all is met with a sentence, never with a traceback."""
    for answer in (0.5, "0.5", None, [1, 2, 3, 4, 5]):
        for name in ("01.1", "01.2"):
            verdict = examine(exercise(name), lambda *arguments, answer=answer: answer)
            assert verdict.state == "wrong"
            assert verdict.message


# --- the truths against an independent truth ------------------------------------------------------------------------


@pytest.mark.parametrize("case", exercise("01.1").cases)
def test_the_draw_is_scipys_log_uniform_quantile(case: tuple[Any, ...]) -> None:
    """The value at u is the u-quantile of scipy's loguniform."""
    u, low, high = case
    np.testing.assert_allclose(exercise("01.1").truth(u, low, high), stats.loguniform.ppf(u, low, high), rtol=1e-12)


def test_equal_steps_of_u_are_equal_factors() -> None:
    """The ratio of neighbours is the same all along, and the ends are low and high."""
    values = exercise("01.1").truth(np.linspace(0, 1, 7), 1e-4, 1e-1)
    np.testing.assert_allclose(values[1:] / values[:-1], 1000 ** (1 / 6))
    assert (values[0], values[-1]) == pytest.approx((1e-4, 1e-1))


@pytest.mark.parametrize("case", exercise("01.2").cases)
def test_the_winner_is_the_lowest_validation_loss_by_brute_force(case: tuple[Any, ...]) -> None:
    """No trial that did not fail has a lower validation loss, and its own test loss is reported."""
    validation, test = case
    best, loss = exercise("01.2").truth(validation, test)
    assert loss == test[best]
    assert all(not other < validation[best] for other in validation)
    assert not math.isnan(loss)


def test_no_case_hangs_on_a_tie() -> None:
    """All losses of a case differ, also their sums, so that ties are never broken."""
    for validation, test in exercise("01.2").cases:
        for losses in (validation, test, validation + test):
            known = losses[~np.isnan(losses)]
            assert min(abs(a - b) for a, b in itertools.combinations(known, 2)) > 1e-3
