"""What every sampler promises, as functions that a sampler is put through.

make    (space, seed) -> a fresh sampler
BUDGET  trials of the small searches here
"""

import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from hpo_tutor.protocols import Sampler, SearchExhausted
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

BUDGET = 12

Make = Callable[[SearchSpace, int], Sampler]


def started(make: Make, space: SearchSpace, seed: int = 0, n_trials: int = BUDGET) -> Sampler:
    """A fresh sampler that has heard its budget."""
    sampler = make(space, seed)
    sampler.start(n_trials)
    return sampler


def ask_many(sampler: Sampler, n: int) -> list[Trial]:
    """Up to ``n`` trials, none of them told."""
    trials: list[Trial] = []
    while len(trials) < n:
        try:
            trials.append(sampler.ask())
        except SearchExhausted:
            break
    return trials


def search(sampler: Sampler, rng: np.random.Generator, n: int = BUDGET, losses: str = "some fail") -> list[Trial]:
    """Ask in batches of random size and tell in random order, until ``n`` trials were asked or none is left.

    ``losses`` is "some fail" (one in four is nan), "all fail" or "pairs".
    """
    trials: list[Trial] = []
    while len(trials) < n:
        batch = ask_many(sampler, min(int(rng.integers(1, 6)), n - len(trials)))
        if not batch:
            break
        trials += batch
        for i in rng.permutation(len(batch)):
            sampler.tell(batch[i], a_loss(rng, losses))
    return trials


def a_loss(rng: np.random.Generator, losses: str) -> float | tuple[float, float]:
    """A loss of the given kind; it is drawn, for a sampler may not care where it comes from."""
    value = float(rng.normal())
    if losses == "pairs":
        return (value, float(rng.normal()))
    return float("nan") if losses == "all fail" or (losses == "some fail" and rng.random() < 0.25) else value


def gives_valid_configs_and_counts(make: Make, space: SearchSpace, seed: int, losses: str) -> None:
    """Configs belong to the space and keep its constraints; numbers count up from 0; the space stays as it was."""
    before = space.describe()
    trials = search(started(make, space, seed), np.random.default_rng(seed), losses=losses)
    assert trials
    for trial in trials:
        space.validate(trial.config)
        assert trial.state == "pending"
        assert trial.losses == ()
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert space.describe() == before


def never_waits(make: Make, space: SearchSpace) -> None:
    """As many trials can be pending as the search has; the same number comes where each is told at once."""
    told = search(started(make, space), np.random.default_rng(0))
    pending = ask_many(started(make, space), BUDGET)
    assert len(pending) == len(told)


def repeats_itself(make: Make, space: SearchSpace, seed: int) -> None:
    """The same seed and the same answers give the same configs, whatever happens to global random states."""
    runs = []
    for state in (1, 2):
        np.random.seed(state)  # noqa: NPY002 - the global state is what this promise is about
        random.seed(state)
        runs.append(search(started(make, space, seed), np.random.default_rng(7)))
    assert runs[0] == runs[1]


def starts_again(make: Make, space: SearchSpace) -> None:
    """Hearing the same budget again in mid-search changes nothing of what is asked next."""
    plain = ask_many(started(make, space), BUDGET)
    sampler = started(make, space)
    first = ask_many(sampler, len(plain) // 2)
    sampler.start(BUDGET)
    assert first + ask_many(sampler, BUDGET - len(first)) == plain


def seeds_differ(make: Make, space: SearchSpace) -> None:
    """Another seed asks for other configs, or for the same in another order."""
    asked = [[trial.config for trial in ask_many(started(make, space, seed, 60), 60)] for seed in (0, 1)]
    assert asked[0] != asked[1]


def seeds_agree(make: Make, space: SearchSpace) -> None:
    """What does not draw asks for the same, whatever its seed."""
    asked = [[trial.config for trial in ask_many(started(make, space, seed, 60), 60)] for seed in (0, 1)]
    assert asked[0] == asked[1]


def accepts_foreign_trials(make: Make, space: SearchSpace) -> None:
    """Trials of another search are learnt from before, between and after; one's own numbers are not disturbed."""
    rng = np.random.default_rng(3)
    sampler = started(make, space)
    foreign = [Trial(number, space.sample(rng)) for number in (0, 1, 500)]
    sampler.tell(foreign[0], 0.5)
    first = ask_many(sampler, 4)
    sampler.tell(foreign[1], 0.25)  # bears the number of a pending trial
    for trial in reversed(first):
        sampler.tell(trial, float(rng.normal()))
    sampler.tell(foreign[2], float("nan"))
    later = ask_many(sampler, BUDGET - len(first))
    assert [trial.number for trial in first + later] == list(range(len(first + later)))
    for trial in later:
        space.validate(trial.config)


def stays_exhausted(make: Make, space: SearchSpace) -> None:
    """A sampler that has nothing left says so each time, also after more was told; any other goes on for ever."""
    sampler = started(make, space)
    trials = ask_many(sampler, 3 * BUDGET)
    if len(trials) == 3 * BUDGET:
        return
    for trial in trials:
        assert ask_many(sampler, 1) == []
        sampler.tell(trial, 1.0)
    assert ask_many(sampler, 1) == []


def shows_what_it_believed(make: Make, space: SearchSpace) -> None:
    """A view is a frozen NamedTuple at any time; its arrays cannot be written to, and later trials do not change it."""
    sampler = started(make, space)
    assert_frozen(sampler.view())
    rng = np.random.default_rng(0)
    search(sampler, rng, n=BUDGET // 2)
    kept = sampler.view()
    assert_frozen(kept)
    copy = numbers(kept)
    search(sampler, rng, n=BUDGET // 2)
    assert_frozen(sampler.view())
    assert_same(numbers(kept), copy)


def assert_frozen(view: Any) -> None:
    """A NamedTuple whose arrays refuse to be written to."""
    assert isinstance(view, tuple)
    assert hasattr(view, "_fields"), "a view is a NamedTuple"
    for value in view:
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable


def numbers(view: Any) -> Any:
    """A deep copy of a view's numbers."""
    if isinstance(view, np.ndarray):
        return view.copy()
    return tuple(numbers(value) for value in view) if isinstance(view, tuple) else view


def assert_same(a: Any, b: Any) -> None:
    """Equal, with nan equal to nan."""
    if isinstance(a, tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    elif isinstance(a, np.ndarray):
        np.testing.assert_array_equal(a, b)
    else:
        assert a == b or (a != a and b != b)  # nan alone differs from itself


def warns_of_nothing(make: Make, space: SearchSpace) -> None:
    """A whole search raises no warning that a student would have to read."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        search(started(make, space), np.random.default_rng(0))
