"""Checks accept what is right however it is written, name a mistake only when sure of it, and never raise."""

import inspect
import itertools
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hpo_tutor.course.checks import agree, check, examine
from hpo_tutor.course.exercises import Exercise, Variant, all_exercises, exercise, in_short
from hpo_tutor.course.progress import Work, passed, worked_on

Function = Callable[..., Any]
EXERCISES = all_exercises()
KNOWN = [
    pytest.param(asked, variant, function, id=f"{asked.id}-{i}-{j}")
    for asked in EXERCISES
    for i, variant in enumerate(asked.mistakes)
    for j, function in enumerate(variant.functions)
]


@pytest.fixture(autouse=True)
def student(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A student's settings: not strict, and a work folder."""
    monkeypatch.delenv("HPO_TUTOR_STRICT", raising=False)
    monkeypatch.setenv("HPO_TUTOR_WORK", str(tmp_path))
    return tmp_path


def _stub(*arguments: Any) -> Any:
    raise NotImplementedError


# --- every exercise -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", EXERCISES, ids=lambda asked: asked.id)
def test_the_truth_passes_and_is_noted(asked: Exercise, student: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The right answer gets a tick and a line in the progress file."""
    check(asked.id, asked.truth)
    assert capsys.readouterr().out == f"✓ {asked.id} {asked.title}: right.\n"
    assert list(passed(student / "progress.jsonl")) == [asked.id]


@pytest.mark.parametrize("asked", EXERCISES, ids=lambda asked: asked.id)
def test_the_stub_is_not_attempted(asked: Exercise, student: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stub is no mistake and no pass."""
    check(asked.id, _stub)
    assert capsys.readouterr().out.startswith(f"○ {asked.id} {asked.title}: not attempted yet.")
    assert passed(student / "progress.jsonl") == {}


@pytest.mark.parametrize(("asked", "variant", "function"), KNOWN)
def test_every_known_mistake_draws_its_own_message(
    asked: Exercise, variant: Variant, function: Function, student: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A known wrong answer is told what it is, sees a case, and is not noted as passed."""
    check(asked.id, function)
    *_, call, wanted, got = capsys.readouterr().out.partition(variant.message)[2].splitlines()
    assert call.startswith(f"    {asked.truth.__name__}(")
    assert wanted.startswith("    expected  ")
    assert got.startswith("    got       ")
    assert worked_on(student / "progress.jsonl") == {asked.id: Work("", 1, (variant.name,))}


@pytest.mark.parametrize("asked", EXERCISES, ids=lambda asked: asked.id)
def test_the_cases_tell_the_mistakes_apart(asked: Exercise) -> None:
    """No known wrong answer equals the truth, a remark's function or one of another message on every case."""
    groups = [(asked.truth,), *(known.functions for known in (*asked.remarks, *asked.mistakes))]
    for one, other in itertools.combinations(groups, 2):
        for left, right in itertools.product(one, other):
            assert not all(agree(left(*case), right(*case)) for case in asked.cases)


@pytest.mark.parametrize("asked", EXERCISES, ids=lambda asked: asked.id)
def test_an_unknown_mistake_is_shown_and_not_diagnosed(asked: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer that is off by half is no known mistake: the first case that differs is shown."""

    def off(*arguments: Any) -> Any:
        right = asked.truth(*arguments)
        parts = right if isinstance(right, tuple) else (right,)  # a vector and a matrix make no array
        shifted = tuple(np.asarray(part) + 0.5 for part in parts)
        return shifted if isinstance(right, tuple) else shifted[0]

    verdict = examine(asked, off)
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    check(asked.id, off)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("not right, here is a case where it differs:")
    assert (
        lines[1].strip().startswith(f"{asked.truth.__name__}({next(iter(inspect.signature(asked.truth).parameters))}=")
    )
    assert lines[2].strip().startswith("expected")
    assert lines[3].strip().startswith("got")


@pytest.mark.parametrize("asked", EXERCISES, ids=lambda asked: asked.id)
def test_an_answer_right_on_all_but_one_case_is_not_diagnosed(asked: Exercise) -> None:
    """A known mistake on one case only is not the known mistake."""
    wrong = asked.mistakes[0].functions[0]
    calls = itertools.count()

    def mostly_right(*arguments: Any) -> Any:
        return (wrong if next(calls) == 0 else asked.truth)(*arguments)

    verdict = examine(asked, mostly_right)
    assert (verdict.state, verdict.mistake) == ("wrong", None)


# --- right answers in unusual forms ---------------------------------------------------------------------------------


def _draws_by_trying(p: float, c: float) -> Any:
    n = np.int64(1)
    while 1 - (1 - p) ** n < c:
        n += 1
    return n


def _draws_as_an_array(share: float, confidence: float) -> Any:
    return np.ceil(np.log([1 - confidence]) / np.log1p(-share))


def _lowest_by_python(losses: Any) -> Any:
    return [min(loss for loss in losses[: i + 1] if loss == loss) for i in range(len(losses))]


def _lowest_one_by_one(losses: Any) -> Iterator[Any]:
    best = math.inf
    for loss in losses:
        best = loss if loss < best else best
        yield best


def _lowest_in_place(losses: Any) -> Any:
    for i in range(1, len(losses)):
        if not losses[i] < losses[i - 1]:
            losses[i] = losses[i - 1]
    return losses


def _difference_by_hand(x: Any, y: Any) -> Any:
    pairs = [float(one - two) for one, two in zip(x, y, strict=True)]
    mean = sum(pairs) / len(pairs)
    return [mean, math.sqrt(sum((d - mean) ** 2 for d in pairs) / (len(pairs) - 1) / len(pairs))]


def _difference_in_two_steps(a: Any, b: Any) -> Iterator[Any]:
    yield (a - b).mean()
    yield stats.sem(a - b)


UNUSUAL = [
    ("03.1", _draws_by_trying),
    ("03.1", _draws_as_an_array),
    ("03.1", lambda share, confidence: float(math.ceil(math.log(1 - confidence, 1 - share)))),
    ("03.1", np.vectorize(exercise("03.1").truth)),  # gives arrays without axes
    ("03.1", lambda share, confidence: math.ceil(math.log1p(-confidence) / math.log1p(-share))),
    ("03.2", _lowest_by_python),
    ("03.2", _lowest_one_by_one),
    ("03.2", _lowest_in_place),
    ("03.2", lambda losses: [min(losses[: i + 1]) for i in range(len(losses))]),  # min keeps a number before a nan
    ("03.2", lambda losses: np.minimum.accumulate(np.nan_to_num(losses, nan=np.inf))),
    ("03.2", lambda losses: pd.Series(losses).cummin().ffill()),
    ("03.2", lambda losses: np.fmin.accumulate(losses).astype(np.float32)),
    ("03.3", _difference_by_hand),
    ("03.3", lambda a, b: np.array([np.mean(a - b), stats.sem(a - b)])),
    ("03.3", lambda a, b: (np.mean(a) - np.mean(b), np.std(a - b) / np.sqrt(len(a) - 1))),
    ("03.3", lambda a, b: (np.mean(a - b), np.array([stats.sem(a - b)]))),
    ("03.3", lambda a, b: (np.array([np.mean(a - b)]), np.array(stats.sem(a - b)))),
    ("03.3", lambda a, b: np.array([[np.mean(a - b)], [stats.sem(a - b)]])),
    ("03.3", lambda a, b: pd.Series({"mean": np.mean(a - b), "error": stats.sem(a - b)})),
    ("03.3", _difference_in_two_steps),
]


@pytest.mark.parametrize(("name", "function"), UNUSUAL)
def test_unusual_but_right_answers_pass(name: str, function: Function) -> None:
    """Loops, lists, generators, Series, float32, one-element arrays, other names, changes in place: all are right."""
    assert examine(exercise(name), function).state == "passed"


def test_dividing_by_n_is_right_with_a_remark(student: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """np.std's own divisor n is accepted for the standard error, and the course's n - 1 is named."""
    check("03.3", lambda a, b: ((a - b).mean(), (a - b).std() / len(a) ** 0.5))
    assert "right. You divided the sum of squares by n" in capsys.readouterr().out
    assert list(passed(student / "progress.jsonl")) == ["03.3"]


# --- mistakes as students write them, against a few words of the message --------------------------------------------


def _one_miss_too_many(share: float, confidence: float) -> int:
    n, miss = 0, 1.0
    while not miss < 1 - confidence:
        n, miss = n + 1, miss * (1 - share)
    return n


def _powers_one_too_many(share: float, confidence: float) -> int:
    return next(n for n in itertools.count(1) if (1 - share) ** n < 1 - confidence)


def _counted_from_zero(share: float, confidence: float) -> int:
    return next(n for n in itertools.count() if (1 - share) ** (n + 1) <= 1 - confidence)


def _incumbents(best: float, step: Function, *, late: bool = False) -> Function:
    def function(losses: Any) -> list[float]:
        kept, now = [], best
        for loss in losses:
            before, now = now, step(loss, now)
            kept.append(before if late else now)
        return kept

    return function


def _without_failed(losses: Any) -> list[float]:
    best, kept = math.inf, []
    for loss in losses:
        if math.isnan(loss):
            continue
        best = min(best, loss)
        kept.append(best)
    return kept


def _only_improvements(losses: Any) -> list[float]:
    best, kept = math.inf, []
    for loss in losses:
        if loss < best:
            best = loss
            kept.append(best)
    return kept


def _later_improvements(losses: Any) -> list[float]:
    best, kept = losses[0], []
    for loss in losses[1:]:
        if loss < best:
            best = loss
            kept.append(best)
    return kept


def _late_from_the_first(losses: Any) -> list[float]:
    best, kept = losses[0], []
    for loss in losses:
        kept.append(best)
        best = min(best, loss)
    return kept


def _without_the_first(losses: Any) -> list[float]:
    best, kept = losses[0], []
    for loss in losses[1:]:
        best = min(best, loss)
        kept.append(best)
    return kept


def _smaller(loss: float, best: float) -> float:
    return loss if loss < best else best


def _root(x: Any) -> Any:
    return np.sqrt(len(x))


AS_WRITTEN = [
    (
        "03.1",
        lambda share, confidence: int(np.log(1 - confidence) / np.log(1 - share)) + 1,
        "give the confidence exact",
    ),
    ("03.1", _one_miss_too_many, "give the confidence exactly"),
    ("03.1", _powers_one_too_many, "give the confidence exactly"),
    ("03.1", _counted_from_zero, "one draw too few, in every case"),
    ("03.1", lambda share, confidence: 1 + np.ceil(np.log(1 - confidence) / np.log(1 - share)), "too many, in every"),
    ("03.1", lambda share, confidence: np.ceil(np.log(1 - share) / np.log(1 - confidence)), "upside down"),
    ("03.1", lambda share, confidence: np.log(1 - share) / np.log(1 - confidence), "upside down"),
    ("03.2", _incumbents(math.inf, lambda loss, best: min(loss, best)), "took the incumbent's place"),
    ("03.2", _incumbents(math.inf, lambda loss, best: best if best < loss else loss), "took the incumbent's place"),
    ("03.2", _incumbents(math.inf, lambda loss, best: np.minimum(best, loss)), "np.minimum hands nan on"),
    ("03.2", lambda losses: [np.min(losses[: i + 1]) for i in range(len(losses))], "np.minimum hands nan on"),
    ("03.2", _incumbents(100, _smaller), "no trial's loss"),
    ("03.2", _incumbents(0, _smaller), "no trial's loss"),
    ("03.2", _incumbents(1e9, lambda loss, best: min(best, loss)), "no trial's loss"),
    ("03.2", _without_failed, "failed trials were left out"),
    ("03.2", lambda losses: np.minimum.accumulate(losses[~np.isnan(losses)]), "failed trials were left out"),
    ("03.2", _only_improvements, "only where the incumbent improved"),
    ("03.2", _later_improvements, "only where the incumbent improved"),
    ("03.2", _incumbents(math.inf, _smaller, late=True), "one trial late"),
    ("03.2", _late_from_the_first, "one trial late"),
    ("03.2", _without_the_first, "one number is missing"),
    ("03.2", lambda losses: np.fmin.accumulate(np.nan_to_num(losses)), "counted as loss 0"),
    ("03.2", lambda losses: sorted(losses, reverse=True), "the losses sorted"),
    ("03.3", lambda a, b: (np.mean(a - b), np.var(a - b) / len(a)), "take the square root"),
    ("03.3", lambda a, b: (np.mean(a - b), np.var(a - b)), "that is the variance of the differences"),
    ("03.3", lambda a, b: (np.mean(a - b), np.var(a - b, ddof=1) / _root(a)), "the variance was divided by the square"),
    (
        "03.3",
        lambda a, b: (np.mean(a - b), np.std(a) / _root(a) + np.std(b) / _root(b)),
        "errors of a and of b were added",
    ),
    ("03.3", lambda a, b: (np.mean(a) - np.mean(b), stats.sem(a) + stats.sem(b)), "errors of a and of b were added"),
    ("03.3", lambda a, b: (np.mean(a) - np.mean(b), np.hypot(stats.sem(a), stats.sem(b))), "nothing in common. They"),
    ("03.3", lambda a, b: (np.mean(abs(a - b)), stats.sem(abs(a - b))), "the sign got lost"),
    ("03.3", lambda a, b: (abs(np.mean(a - b)), stats.sem(a - b)), "the sign got lost"),
    ("03.3", lambda a, b: (np.median(a - b), stats.sem(a - b)), "the median of the differences"),
    ("03.3", lambda a, b: [np.mean(a - b), np.std(a - b, ddof=1) / np.sqrt(len(a) - 1)], "n - 1 came in twice"),
]


@pytest.mark.parametrize(("name", "function", "words"), AS_WRITTEN)
def test_a_mistake_is_told_however_it_is_written(
    name: str, function: Function, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Loops and one-liners that make the same mistake get the same message, and no other."""
    check(name, function)
    out = capsys.readouterr().out
    assert "The likely mistake: " in out
    assert words in out


@pytest.mark.parametrize("constant", range(61))
def test_a_constant_is_not_diagnosed(constant: int) -> None:
    """Whoever returns the same number for every case followed no formula, so none is said to be wrong."""
    verdict = examine(exercise("03.1"), lambda share, confidence: constant)
    assert (verdict.state, verdict.mistake) == ("wrong", None)


WAYS = {
    "log": lambda s, c: math.ceil(math.log(1 - c) / math.log(1 - s)),
    "base": lambda s, c: math.ceil(math.log(1 - c, 1 - s)),
    "log2": lambda s, c: math.ceil(math.log2(1 - c) / math.log2(1 - s)),
    "log10": lambda s, c: math.ceil(math.log10(1 - c) / math.log10(1 - s)),
    "log1p": lambda s, c: math.ceil(math.log1p(-c) / math.log1p(-s)),
    "log and log1p": lambda s, c: math.ceil(math.log(1 - c) / math.log1p(-s)),
    "inverse": lambda s, c: math.ceil(math.log(1 / (1 - c)) / math.log(1 / (1 - s))),
    "numpy": lambda s, c: np.ceil(np.log(1 - c) / np.log(1 - s)),
    "numpy, log10": lambda s, c: np.ceil(np.log10(1 - c) / np.log10(1 - s)),
    "numpy, log1p": lambda s, c: np.ceil(np.log1p(-c) / np.log1p(-s)),
    "float32": lambda s, c: np.ceil(np.log(np.float32(1 - c)) / np.log(np.float32(1 - s))),
    "power": lambda s, c: next(n for n in itertools.count(1) if (1 - s) ** n <= 1 - c),
    "hit": lambda s, c: next(n for n in itertools.count(1) if 1 - (1 - s) ** n >= c),
    "products": lambda s, c: 1 + np.argmax(np.cumprod(np.full(999, 1 - s)) <= 1 - c),
    "sums": lambda s, c: 1 + np.argmax(np.cumsum(s * (1 - s) ** np.arange(999)) >= c),
    "binomial": lambda s, c: next(n for n in itertools.count(1) if stats.binom.pmf(0, n, s) <= 1 - c),
    "geometric": lambda s, c: stats.geom.ppf(c, s),
}


@pytest.mark.parametrize("way", WAYS)
def test_rounding_errors_decide_no_number_of_draws(way: str) -> None:
    """Every sensible way to compute it agrees on every case, also on the one that is a whole number before rounding."""
    assert examine(exercise("03.1"), WAYS[way]).state == "passed"


# --- the truths against an independent truth ------------------------------------------------------------------------


@pytest.mark.parametrize("case", exercise("03.1").cases)
def test_the_number_of_draws_keeps_its_promise_and_no_fewer_do(case: tuple[float, float]) -> None:
    """By scipy's binomial distribution, n draws hit with the confidence asked for and n - 1 do not."""
    share, confidence = case
    n = exercise("03.1").truth(share, confidence)
    assert stats.binom.sf(0, n, share) >= confidence > stats.binom.sf(0, n - 1, share)


def test_the_top_five_per_cent_take_59_draws() -> None:
    """Bergstra & Bengio's round number, and the wrong one."""
    assert exercise("03.1").truth(0.05, 0.95) == 59
    assert exercise("03.1").mistakes[0].functions[0](0.05, 0.95) == 20


def test_the_standard_error_is_that_of_the_paired_t_test() -> None:
    """Mean over standard error is the t of scipy.stats.ttest_rel."""
    for a, b in exercise("03.3").cases:
        mean, error = exercise("03.3").truth(a, b)
        assert mean / error == pytest.approx(stats.ttest_rel(a, b).statistic)


# --- whatever else a student may hand in ----------------------------------------------------------------------------


def test_an_error_becomes_a_sentence_with_its_case(capsys: pytest.CaptureFixture[str]) -> None:
    """The exception's name and text are shown with the call, not a traceback."""
    check("03.1", lambda share, confidence: 1 / 0)
    assert capsys.readouterr().out == (
        "✗ 03.1 draws for the top 5 %: your function stopped with an error.\n"
        "    n_draws(share=0.05, confidence=0.95)\n"
        "    ZeroDivisionError: division by zero\n"
    )


def test_a_function_that_ends_the_program_becomes_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """`exit()` in an answer is an error like any other."""
    check("03.1", lambda share, confidence: exit())
    assert "SystemExit" in capsys.readouterr().out


class _Hostile:
    def __array__(self, *_: object, **__: object) -> object:
        raise KeyError("array")

    def __repr__(self) -> str:
        raise ZeroDivisionError


def test_an_answer_whose_methods_fail_is_shown_by_its_class(capsys: pytest.CaptureFixture[str]) -> None:
    """A class of the student's may fail wherever it is looked at; no traceback comes of it."""
    check("03.1", lambda share, confidence: _Hostile())
    assert "got       <_Hostile>" in capsys.readouterr().out


def test_a_wrong_number_of_parameters_becomes_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    """Python's own words about the missing argument are shown."""
    check("03.1", lambda share: share)
    assert "TypeError: " in capsys.readouterr().out


def test_returning_nothing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A forgotten return is told apart from a wrong value."""
    check("03.2", lambda losses: None)
    assert "is a `return` missing?" in capsys.readouterr().out


def test_a_result_instead_of_the_function_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """check("03.1", n_draws(0.05, 0.95)) hands over a number; the call is shown as it should be."""
    check("03.1", 59)  # type: ignore[arg-type]
    assert 'this is 59; write check("03.1", n_draws) without brackets' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("03.1", lambda share, confidence: str(exercise("03.1").truth(share, confidence))),
        ("03.2", lambda losses: [f"{loss:.3f}" for loss in exercise("03.2").truth(losses)]),
        ("03.3", lambda a, b: (str((a - b).mean()), "0.1")),
    ],
)
def test_text_is_not_taken_for_a_number(name: str, function: Function, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer in quotes is told so, even where the digits are right."""
    check(name, function)
    assert "your function returns text. Return the number itself" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("03.1", lambda share, confidence: next(n for n in range(1, 999) if 1 - (1 - share) ** n > confidence)),
        ("03.2", lambda losses: np.minimum(100, exercise("03.2").truth(losses))),
    ],
)
def test_what_a_student_got_past_the_check_is_caught(name: str, function: Function) -> None:
    """A strict inequality asks for one draw too many; a start at 100 hides that losses may be larger."""
    assert examine(exercise(name), function).state == "wrong"


@pytest.mark.parametrize(
    "answer", [[[1], [1, 2]], {"n": 59}, object(), [], 59 + 1j, np.array(59 + 1j), lambda: 59, [59, 59]]
)
def test_strange_answers_are_shown(answer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Ragged lists, mappings, complex numbers: none is a number of draws, and none raises."""
    check("03.1", lambda share, confidence: answer)
    assert "here is a case where it differs" in capsys.readouterr().out


def test_an_unknown_exercise_says_which_exist() -> None:
    """A wrong id is the one thing that raises, for the page's author to see."""
    with pytest.raises(ValueError, match=r"there is no exercise '03\.7'; there are .*\"03\.1\""):
        check("03.7", _stub)


def test_the_suite_stops_at_a_wrong_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    """In strict mode a wrong answer raises; a stub still does not, since learners' notebooks are run as well."""
    monkeypatch.setenv("HPO_TUTOR_STRICT", "1")
    check("03.1", _stub)
    check("03.1", exercise("03.1").truth)
    with pytest.raises(AssertionError, match="The likely mistake: 1 / share draws"):
        check("03.1", lambda share, confidence: 20 if share == 0.05 else math.ceil(1 / share))


def test_a_folder_that_cannot_be_written_keeps_the_tick(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where progress cannot be noted, the pass is told all the same, and why it is not noted."""
    blocked = tmp_path / "a file, no folder"
    blocked.touch()
    monkeypatch.setenv("HPO_TUTOR_WORK", os.fspath(blocked))
    check("03.1", exercise("03.1").truth)
    first, second = capsys.readouterr().out.splitlines()
    assert first == "✓ 03.1 draws for the top 5 %: right."
    assert second.startswith("  (not noted in progress.jsonl: ")


# --- answers whose order or form does not matter --------------------------------------------------------------------


def _pairs(n: int) -> list[tuple[int, int]]:
    return [(a, b) for a in range(n) for b in range(n)]


SORTED = Exercise(
    id="99.1",
    title="all pairs",
    level=1,
    truth=_pairs,
    cases=((3,), (2,)),
    mistakes=(
        Variant("the pairs of equal numbers are missing.", (lambda n: [(a, b) for a, b in _pairs(n) if a != b],)),
    ),
    hints=("", "", ""),
    comparable=sorted,
)


def test_an_exercise_may_compare_what_it_makes_of_an_answer() -> None:
    """With ``comparable``, any order of the right pairs passes, and any order of a known mistake's is told."""
    assert examine(SORTED, lambda n: _pairs(n)[::-1]).state == "passed"
    assert examine(SORTED, lambda n: (pair for pair in _pairs(n)[::-1])).state == "passed"
    verdict = examine(SORTED, lambda n: [(a, b) for b in range(n) for a in range(n) if a != b])
    assert verdict.mistake == SORTED.mistakes[0]
    assert verdict.case[2] == "got       [(1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2)]"  # as the student gave it


def test_an_exercise_without_it_keeps_the_order() -> None:
    """Without ``comparable``, an answer is compared as it is."""
    assert examine(replace(SORTED, comparable=None), lambda n: _pairs(n)[::-1]).state == "wrong"


@pytest.mark.parametrize("answer", [59, None, [1, "a", None], {"n": [1]}, object()])
def test_what_cannot_be_compared_is_wrong_and_does_not_raise(answer: Any) -> None:
    """Where ``comparable`` stumbles over an answer, the answer is compared as it is."""
    assert examine(SORTED, lambda n: answer).state == "wrong"


def test_a_table_is_shown_on_one_line() -> None:
    """Arrays with rows, as arguments or as answers, do not break the lines of a case."""
    assert in_short(np.array([[1.0, 0.5], [0.25, 2.0]])) == "[[1. , 0.5 ], [0.25, 2. ]]"
