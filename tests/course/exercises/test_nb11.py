"""Checks of notebook 11: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb11 import sampler_kinds
from hpo_tutor.race import entries
from hpo_tutor.search_space import Float, Integer, SearchSpace
from hpo_tutor.trials import Trial

Function = Callable[..., Any]


def _loops(best: Any) -> list[list[float]]:
    """In plain Python."""
    n_batches, n_designs, n_resolutions = best.shape
    mean = [[0.0] * n_resolutions for _ in range(n_designs)]
    for batch in best.tolist():
        lowest = min(loss for row in batch for loss in row)
        for s, row in enumerate(batch):
            for r, loss in enumerate(row):
                mean[s][r] += (loss / lowest - 1) / n_batches
    return mean


class _Lists:
    """All that was told in two lists; the step is drawn axis by axis, by another generator."""

    def __init__(self, space: SearchSpace, seed: int = 0) -> None:
        import random

        self.space, self.random = space, random.Random(seed)
        self.points: list[list[float]] = []
        self.losses: list[float] = []
        self.count = 0

    def ask(self) -> Trial:
        d = self.space.n_dims
        if self.count < 5 or not any(math.isfinite(loss) for loss in self.losses):
            point = [self.random.random() for _ in range(d)]
        else:
            best = self.points[int(np.nanargmin(self.losses))]
            point = [min(1.0, max(0.0, x + self.random.uniform(-0.05, 0.05))) for x in best]
        self.count += 1
        return Trial(self.count - 1, self.space.from_unit(point))

    def tell(self, trial: Trial, loss: float) -> None:
        self.points.append(list(self.space.to_unit(trial.config)))
        self.losses.append(loss)


class _Remembers(_Lists):
    """Keeps one trial; ``better`` says when."""

    better: Function = staticmethod(lambda loss, best: loss < best)
    start: float | None = math.inf
    reach = 0.1
    explores = 5

    def __init__(self, space: SearchSpace, seed: int = 0) -> None:
        self.space, self.seed = space, seed
        self.rng = np.random.default_rng(seed)
        self.count, self.best, self.best_loss = 0, None, self.start

    def ask(self) -> Any:
        d = self.space.n_dims
        point = self.rng.random(d)
        if self.count >= self.explores and self.best is not None:
            point = np.clip(self.best + self.rng.uniform(-self.reach, self.reach, d), 0, 1)
        self.count += 1
        return Trial(self.count - 1, self.space.from_unit(point))

    def tell(self, trial: Trial, loss: float) -> None:
        if self.best is None or self.better(loss, self.best_loss):
            self.best, self.best_loss = self.space.to_unit(trial.config), loss


class _Reflects(_Remembers):
    """Not cut off at the border, but reflected."""

    def ask(self) -> Trial:
        point = self.rng.random(self.space.n_dims)
        if self.count >= 5 and self.best is not None and math.isfinite(self.best_loss or 0):
            point = np.abs(self.best + self.rng.uniform(-0.1, 0.1, len(point)))
            point = 1 - np.abs(1 - point)
        self.count += 1
        return Trial(self.count - 1, self.space.from_unit(point))

    def tell(self, trial: Trial, loss: float) -> None:
        if loss < (math.inf if self.best_loss is None else self.best_loss):
            self.best, self.best_loss = self.space.to_unit(trial.config), loss


def _kind(base: type = _Remembers, **changes: Any) -> Function:
    return type("Mine", (base,), changes)


def _anew(self: Any) -> Any:
    self.rng = np.random.default_rng(self.seed)
    return _Remembers.ask(self)


def _number_forgotten(self: Any) -> Any:
    return _Remembers.ask(self).config


def _always_first(self: Any) -> Any:
    return Trial(0, _Remembers.ask(self).config)


def _not_counted(self: Any) -> Any:
    trial = _Remembers.ask(self)
    self.count = 0
    return trial


def _ten_first(best: Any) -> Any:
    m = best.min(axis=(1, 2))
    return np.array([(b - low) / low for b, low in zip(best, m, strict=True)]).mean(axis=0)


RIGHT: list[tuple[str, Function]] = [
    ("11.1", _loops),
    ("11.1", _ten_first),
    ("11.1", lambda best: (best.T / best.min((1, 2))).T.mean(0) - 1),
    ("11.1", lambda best: np.mean(best / best.reshape(len(best), -1).min(axis=1)[:, None, None], axis=0) - 1),
    ("11.2", _Lists),
    ("11.2", _Reflects),
    ("11.2", _kind(start=math.inf, tell=_Reflects.tell)),
    ("11.2", lambda space, seed=0: _Lists(space, seed + 7)),
]

WRONG: list[tuple[str, Function, str]] = [
    ("11.1", lambda best: (best / best.min(axis=2, keepdims=True)).mean(axis=0) - 1, "each design was divided"),
    ("11.1", lambda best: (best / best.min(axis=1)[:, None]).mean(axis=0) - 1, "each resolution was divided"),
    ("11.1", lambda best: np.mean(best / best.min() - 1, axis=0), "the smallest of the whole table"),
    ("11.1", lambda best: best.mean(0) / best.min((1, 2)).mean() - 1, "averaged over the batches first"),
    ("11.1", lambda best: best.mean(0) / best.mean(0).min() - 1, "averaged over the batches first"),
    ("11.1", lambda best: np.array(_loops(best)) + 1, "the mean of y."),
    ("11.1", lambda best: 100 * np.array(_loops(best)), "in per cent"),
    ("11.1", lambda best: best / best.min((1, 2), keepdims=True) - 1, "of each batch"),
    ("11.1", lambda best: np.mean(best - best.min((1, 2), keepdims=True), 0), "subtracted"),
    ("11.1", lambda best: np.array(_loops(best)).mean(axis=1), "averaged as well"),
    ("11.1", lambda best: np.median(best / best.min((1, 2), keepdims=True), axis=0) - 1, ""),
    ("11.1", lambda best: np.array(_loops(best)).T, ""),
    ("11.1", lambda best: np.array(_loops(best)) * 1.02, ""),
    ("11.1", lambda best: "small", ""),
    ("11.2", _kind(tell=lambda self, trial, loss: None), "ignores tell"),
    ("11.2", _kind(start=None), "a trial that failed, its loss nan"),
    ("11.2", _kind(better=staticmethod(lambda loss, best: not loss >= best)), "a trial that failed, its loss nan"),
    ("11.2", _kind(_Reflects, ask=_anew), "the same number at each ask"),
    ("11.2", _kind(_Reflects, reach=0.1, ask=_number_forgotten), "the config alone"),
    ("11.2", _kind(_Reflects, reach=0.0, ask=_Remembers.ask), "one and the same point"),
    ("11.2", _kind(tell=_Reflects.tell, reach=0.2), "farther than 0.1"),
    ("11.2", _kind(tell=_Reflects.tell, explores=1, reach=0.01), "lie together"),
    ("11.2", _kind(_Reflects, ask=_always_first), "the same number"),
    ("11.2", _kind(_Reflects, ask=_not_counted), "the same number"),
    ("11.2", _kind(tell=_Reflects.tell, explores=6), "begins too late"),
    ("11.2", _kind(tell=_Reflects.tell, explores=7), "begins too late"),
    ("11.2", _kind(tell=_Reflects.tell, explores=12), ""),
    ("11.2", _kind(_Reflects, ask=lambda self: tuple(_Remembers.ask(self).to_json().items())), ""),
    ("11.2", lambda space, seed=0: "a sampler", ""),
    ("11.2", _kind(ask=lambda self: 1 / 0), ""),
]


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever order or form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["11.1", "11.2"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


@pytest.mark.parametrize("seed", range(30))
def test_luck_changes_no_verdict(seed: int) -> None:
    """Whatever a right sampler draws, it passes; a deaf one is told so or shown a case, and never passes."""
    asked = exercise("11.2")
    right = examine(asked, lambda space, _: sampler_kinds.Mine(space, seed))
    assert right.state == "passed", right.case
    deaf = examine(asked, lambda space, _: _kind(tell=lambda self, trial, loss: None)(space, seed))
    assert deaf.state == "wrong"
    assert deaf.mistake is None or "ignores tell" in deaf.mistake.message


@pytest.mark.parametrize("method", ["ask", "tell"])
def test_an_error_of_the_sampler_is_shown(method: str) -> None:
    """Whatever its methods raise is printed as a sentence, with a case, and is no mistake that is named."""

    def broken(self: Any, *arguments: Any) -> None:
        raise ValueError("a point must lie in the unit cube")

    verdict = examine(exercise("11.2"), _kind(_Reflects, **{method: broken}))
    assert (verdict.state, verdict.mistake) == ("wrong", None)
    assert "ValueError: a point must lie in the unit cube" in verdict.case[-1]


def test_what_is_checked_can_race() -> None:
    """The sampler of the solution asks for configs of any space, whole numbers among them, as the study wants them."""
    space = SearchSpace({"learning_rate": Float(1e-4, 1e-1, log=True), "epochs": Integer(1, 60)})
    sampler = entries.made(sampler_kinds.Mine, space, 3)
    for number in range(12):
        trial = sampler.ask()
        assert trial.number == number
        sampler.tell(trial, math.nan if number % 3 == 0 else 1.0 / (number + 1))


def test_an_answer_may_be_looked_at_twice() -> None:
    """To show what a sampler did does not change what it does."""
    asked = exercise("11.2")
    assert asked.shown is not None
    space, seed = asked.cases[0]
    sampler = sampler_kinds.Mine(space, seed)
    first = asked.shown(sampler)
    assert asked.shown(sampler) == first
    assert "near the best so far" in first


def test_the_truth_of_normalising_is_that_of_the_study() -> None:
    """On a table of a study's shape, the exercise's truth is the mean of the package's y - 1 by the pool."""
    import pandas as pd

    from hpo_tutor.race.protocol import normalise

    rng = np.random.default_rng(0)
    best = rng.uniform(1, 2, (4, 3, 2))
    rows = [
        {"track": "networks", "n_dims": 2, "resolution": r + 2, "sampler": f"s{s}", "batch": b, "live": False}
        | {"variant": "", "score": best[b, s, r]}
        for b, s, r in np.ndindex(4, 3, 2)
    ]
    table = pd.DataFrame(rows)
    scored = table.assign(y=normalise(table, by="pool"))
    mean = scored.pivot_table("y", "sampler", "resolution")
    np.testing.assert_allclose(mean.to_numpy(), exercise("11.1").truth(best), rtol=1e-12)
