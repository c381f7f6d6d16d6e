"""Is the student's function right, and if not, which mistake was it?

A mistake is named only where the answer equals the well-known wrong function on every case, and no other one. Anything
else that differs is shown with a case, without a diagnosis. The student's code is never met with a traceback.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.claims import strict
from hpo_tutor.course.exercises import Exercise, Variant, in_short
from hpo_tutor.course.grading import private
from hpo_tutor.course.places import progress_file
from hpo_tutor.course.progress import record

State = Literal["not attempted", "passed", "wrong"]
RELATIVE, ABSOLUTE = 1e-5, 1e-8  # float32 passes, and the nearest mistakes differ by more than 1e-2


@dataclass(frozen=True)
class Verdict:
    """What came of a check.

    Attributes:
        state: "not attempted", "passed" or "wrong".
        message: the mistake's message, what went wrong, or a remark on a right answer; may be empty.
        case: the first case that differs, in lines; empty where there is none.
        mistake: the well-known mistake, or None.
    """

    state: State
    message: str = ""
    case: tuple[str, ...] = ()
    mistake: Variant | None = None


def check(exercise_id: str, function: Callable[..., Any]) -> None:
    """Print whether a function solves the exercise; where it does not, the likely mistake or a case that differs.

    Tries are noted in ``work/progress.jsonl`` until the first pass. Nothing that the function does is raised.

    Raises:
        ValueError: there is no such exercise.
        AssertionError: the answer is wrong, and HPO_TUTOR_STRICT is set (the test suite runs the solutions so).
    """
    asked = private.exercise(exercise_id)
    verdict = examine(asked, function)
    if verdict.state == "passed":
        print(f"✓ {asked.id} {asked.title}: right. {verdict.message}".rstrip())
        _note(asked.id, verdict)
    elif verdict.state == "not attempted":
        told = f'not attempted yet. (Written, but not run? Run its cell.) hint("{asked.id}", 1) gives a nudge.'
        print(f"○ {asked.id} {asked.title}: {told}")
    else:
        lines = [f"✗ {asked.id} {asked.title}: {verdict.message}", *(f"    {line}" for line in verdict.case)]
        _note(asked.id, verdict)
        if strict():
            raise AssertionError("\n".join(lines))
        print("\n".join(lines))


def examine(asked: Exercise, function: Callable[..., Any]) -> Verdict:
    """Compare a function with the truth on every case, and with the well-known mistakes where it differs."""
    if not callable(function):
        return Verdict(
            "wrong",
            f'a check takes the function itself, and this is {in_short(function)}; write check("{asked.id}", '
            f"{asked.truth.__name__}) without brackets behind the name.",
        )
    answers, expected = [], [asked.truth(*arguments) for arguments in asked.cases]
    for arguments in asked.cases:
        try:
            answers.append(_settled(function(*copy.deepcopy(arguments))))
        except NotImplementedError:
            return Verdict("not attempted")
        except (Exception, SystemExit) as error:  # whatever a student's code raises becomes a sentence
            return Verdict(
                "wrong",
                "your function stopped with an error.",
                (asked.call(arguments), f"{type(error).__name__}: {error}"),
            )
    seen, wanted = ([_comparable(asked, one) for one in many] for many in (answers, expected))
    if all(map(agree, seen, wanted)):
        return Verdict("passed")
    for remark in _equal_on_every_case(asked, asked.remarks, seen):
        return Verdict("passed", remark.message)
    if all(answer is None for answer in answers):
        return Verdict("wrong", "your function returned nothing: is a `return` missing?")
    differing = [
        (asked.call(arguments), f"expected  {_shown(asked, want)}", f"got       {_shown(asked, got)}")
        for arguments, want, got, alike in zip(asked.cases, expected, answers, map(agree, seen, wanted), strict=True)
        if not alike
    ]
    if all(map(_is_text, answers)):
        return Verdict(
            "wrong",
            'your function returns text. Return the number itself, without quotes, str or f"...":',
            differing[0],
        )
    named = _equal_on_every_case(asked, asked.mistakes, seen)
    if len(named) == 1:
        return Verdict("wrong", f"not right yet. The likely mistake: {named[0].message}", differing[0], named[0])
    return Verdict("wrong", "not right, here is a case where it differs:", differing[0])


def agree(got: Any, want: Any) -> bool:
    """Whether two answers are the same numbers: lists, tuples, arrays and numpy scalars alike; nan equals nan.

    Where the wanted answer is a tuple, its items are compared one by one, so that each may have its own shape.
    An array with one element is as good as a number. Text is no number, even if numpy could read one from it.
    """
    if isinstance(want, tuple):
        items = _items(got)
        return len(items) == len(want) and all(map(agree, items, want))
    left, right = _numbers(got), np.asarray(want, dtype=np.float64)
    if left is None or (left.shape != right.shape and not (right.ndim == 0 and left.size == 1)):
        return False
    return bool(np.allclose(left.reshape(right.shape), right, rtol=RELATIVE, atol=ABSOLUTE, equal_nan=True))


def _items(answer: Any) -> Sequence[Any]:
    if isinstance(answer, tuple | list):
        return answer
    numbers = _numbers(answer)
    return () if numbers is None or numbers.ndim == 0 else list(numbers)


def _numbers(answer: Any) -> NDArray[np.float64] | None:
    """The answer as an array, or None for text, complex numbers, ragged lists, tensors that still carry a gradient."""
    try:
        plain = np.asarray(answer)
        return None if plain.dtype.kind not in "biufO" or _is_text(plain) else plain.astype(np.float64)
    except Exception:  # what a student returns may be of any class, with methods that fail in any way
        return None


def _is_text(answer: Any) -> bool:
    """Whether there is text in an answer: "59", ["0.9", "0.7"], (0.2, "0.1")."""
    try:
        plain = np.asarray(answer)
    except Exception:  # as above
        return False
    return plain.dtype.kind in "UST" or any(isinstance(item, str | bytes) for item in plain.flat)


def _comparable(asked: Exercise, answer: Any) -> Any:
    """What of an answer is compared; the answer itself where the exercise cannot make sense of it."""
    return _seen_by(asked.comparable, answer)


def _shown(asked: Exercise, answer: Any) -> str:
    """What of an answer is printed; the answer itself where the exercise cannot make sense of it."""
    try:
        return in_short(_seen_by(asked.shown, answer))
    except Exception:  # a class of the student's whose __repr__ fails
        return f"<{type(answer).__name__}>"


def _seen_by(view: Callable[..., Any] | None, answer: Any) -> Any:
    if view is None:
        return answer
    try:
        return view(answer)
    except Exception:  # a student may return anything, and anything may fail in any way
        return answer


def _equal_on_every_case(asked: Exercise, variants: Iterable[Variant], seen: list[Any]) -> list[Variant]:
    return [
        variant for variant in variants if any(_answers_so(asked, function, seen) for function in variant.functions)
    ]


def _answers_so(asked: Exercise, function: Callable[..., Any], seen: list[Any]) -> bool:
    pairs = zip(seen, asked.cases, strict=True)
    try:
        return all(agree(got, _comparable(asked, function(*copy.deepcopy(arguments)))) for got, arguments in pairs)
    except Exception:  # a known mistake may fail on a case that an instructor drew
        return False


def _settled(answer: Any) -> Any:
    """The answer itself, or a list where it can be walked through only once (a generator is a fair way to write it)."""
    return list(answer) if isinstance(answer, Iterator) else answer


def _note(exercise_id: str, verdict: Verdict) -> None:
    file = progress_file()
    try:
        record(file, exercise_id, verdict.state, verdict.mistake.name if verdict.mistake else "")
    except OSError as error:  # a read-only folder must not take the tick away
        if verdict.state == "passed":
            print(f"  (not noted in {file.name}: {error.strerror})")
