"""How does a sampler of one's own enter a race? It asks, it is told, and what it was told must show in what it asks.

FIRST    trials that may lie anywhere
REACH    how far later trials may lie from the best so far, on each axis of the unit cube
told     a script of losses; trials 0 and 3 fail (nan), 2 is the best of the first five, and 15 is better still
form     of what is asked, a word of ``FORMS``; 0 is right
where    what the trials of a stretch lie around, a word of ``WHERE``; 0 is right
"""

import copy
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant
from hpo_tutor.course.exercises.nb11 import sampler_kinds as kinds
from hpo_tutor.course.exercises.nb11.sampler_kinds import FIRST, REACH
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.trials import Trial

Array = NDArray[np.float64]

FAR = 0.4  # steps of a normal distribution of width 0.1 hardly get there
LAST = 8  # trials of a stretch: by luck alone so many never lie near the best
NEAR = 1e-6  # a point that became a config and a point again is off by rounding
TOLD = (math.nan, 0.9, 0.3, math.nan, 0.5, *([0.8] * 10), 0.1, *([0.7] * 10))
BETTER = 15
STRETCHES = ((FIRST, BETTER + 1, 2), (BETTER + 1, len(TOLD), BETTER))  # from, to, and the best trial so far
WHERE = (
    "near the best so far",
    "near a failed trial",
    "near the worst",
    "near the trial before",
    "near an old best",
    "near the best since a failed trial",
    "near the best, but not from the first on",
    "around the best, but too far off",
    "anywhere",
)
FORMS = (
    "trials",
    "ask returned nothing",
    "ask returned a config",
    "a Trial without a config",
    "trials that share a number",
    "ask returned no Trial",
    "ask or tell stopped with an error",
)
SHARED, NO_TRIAL, STOPPED = 4, 5, 6

Conduct = tuple[float, ...]


def conducted(sampler: Any) -> Conduct:
    """What a sampler does as it is told by the script: whole numbers that luck does not change.

    Returns:
        (``form`` of what it asks; whether the first five differ; whether they lie anywhere; ``where`` of both later
        stretches; how the trials of these differ: 0 not, for they are the best one itself, 0.5 not, for their step is
        always the same, 1 as they should).
    """
    ask, tell = sampler.ask, sampler.tell
    if not (callable(ask) and callable(tell)):
        raise TypeError("a sampler has two methods, ask() and tell(trial, loss)")
    try:
        seen, form = _asked(sampler)
    except Exception:  # ``_shown`` says which
        form = STOPPED
    if form:
        return (float(form), *(0.0,) * 5)
    first = seen[:FIRST]
    differ = len(np.unique(first.round(9), axis=0)) == FIRST
    greedy = np.all(np.abs(first[2:] - first[[1, 2, 2]]) <= REACH + NEAR)
    later = min(_moved(seen, *part) for part in STRETCHES)
    return (0.0, float(differ), float(not greedy), *(float(_where(seen, *part)) for part in STRETCHES), later)


def _asked(sampler: Any) -> tuple[Array, int]:
    """The points that it asks for as it is told, and the form of its trials; it ends where that is not right."""
    sampler = copy.deepcopy(sampler)  # an answer is looked at more than once
    points: list[Array] = []
    numbers = set()
    for loss in TOLD:
        trial = sampler.ask()
        form = 1 if trial is None else 2 if isinstance(trial, Mapping) else 0 if isinstance(trial, Trial) else NO_TRIAL
        if not form and not isinstance(trial.config, Mapping):
            form = 3
        if form:
            return np.array(points), form
        points.append(sampler.space.to_unit(trial.config))
        numbers.add(trial.number)
        sampler.tell(trial, loss)
    return np.array(points), 0 if len(numbers) == len(points) else SHARED


def _moved(points: Array, low: int, high: int, best: int) -> float:
    """How the trials of a stretch differ."""
    if len(np.unique(points[low:high].round(9), axis=0)) > 1:
        return 1.0
    return 0.0 if np.allclose(points[low], points[best], atol=NEAR) else 0.5


def _where(points: Array, low: int, high: int, best: int) -> int:
    """What the trials from ``low`` to ``high`` lie around: a place in ``WHERE``."""
    stretch = points[low:high]

    def around(centres: Array, reach: float = REACH) -> bool:
        return bool(np.all(np.abs(stretch - centres) <= reach + NEAR))

    told = np.array(TOLD[:low])
    worst = int(np.nanargmax(told))
    if around(points[best]):
        return 0
    if any(around(points[i]) for i in np.flatnonzero(np.isnan(told))):
        return 1
    if around(points[worst]):
        return 2
    if around(points[low - 1 : high - 1]):
        return 3
    if around(points[2]):
        return 4
    if around(points[4]):
        return 5
    if np.all(np.abs(stretch[-LAST:] - points[best]) <= REACH + NEAR):
        return 6
    return 7 if around(points[best], FAR) else 8


def _judged(answer: Any) -> Conduct:
    """The conduct of a sampler; what is one already stays as it is."""
    return answer if isinstance(answer, tuple) else conducted(answer)


def _shown(answer: Any) -> str:
    """What it did, in words."""
    form, differ, _, early, late, later = _judged(answer)
    if form == STOPPED:
        try:
            _asked(answer)
        except Exception as error:
            return f"{FORMS[STOPPED]}: {type(error).__name__}: {error}"
    if form:
        return FORMS[int(form)]
    words = f"trials 0 to 4 {'differ' if differ else 'repeat each other'}; 5 to 15 {WHERE[int(early)]}; "
    words += f"16 to 25, when 15 was better still, {WHERE[int(late)]}"
    return words if later >= 1 else words + "; they repeat each other"


def _by(kind: type[kinds.Mine]) -> Function:
    """A kind of sampler as what is compared of it."""

    def conduct(space: SearchSpace, seed: int = 0) -> Conduct:
        return conducted(kind(space, seed))

    conduct.__name__ = kinds.Mine.__name__  # a case is shown as the student would call it
    return conduct


class _Space(SearchSpace):
    """A space that can be copied and shown in short; spaces are never changed, so the copy is the space itself."""

    def __deepcopy__(self, memo: Any) -> "_Space":
        return self

    def __repr__(self) -> str:
        return f"<SearchSpace of {', '.join(self.names)}>"


def _space(n_dims: int) -> SearchSpace:
    rate = Float(1e-4, 1e-1, log=True)
    return _Space({"learning_rate": rate} | {f"x{i}": Float(-1, 3) for i in range(1, n_dims)})


EXERCISE = Exercise(
    id="11.2",
    title="a sampler that asks near its best trial",
    level=3,
    truth=_by(kinds.Mine),
    cases=((_space(3), 0), (_space(2), 5), (_space(4), 2)),
    mistakes=(
        Variant(
            "the later trials lie anywhere, whatever was told: the sampler ignores tell. Keep the best trial there, "
            "and ask near it.",
            (_by(kinds.WRONG["Deaf"]),),
        ),
        Variant(
            "a trial that failed, its loss nan, upsets the sampler: it goes on around that one, or forgets the best "
            "before it. np.argmin takes nan for the smallest, and min keeps a nan that comes first. Begin with "
            "best_loss = infinity, and keep a trial only if loss < best_loss: with nan that is false.",
            (_by(kinds.WRONG["Argmin"]), _by(kinds.WRONG["Forgetful"])),
        ),
        Variant(
            "the sampler draws the same number at each ask: the random numbers begin anew each time. Make the "
            "generator once, in __init__.",
            (
                _by(kinds.WRONG["Reseeded"]),
                _by(kinds.WRONG["ReseededStep"]),
            ),
        ),
        Variant("it searches around the largest loss. Losses are minimised.", (_by(kinds.WRONG["Worst"]),)),
        Variant("it searches around the last trial, not around the best one.", (_by(kinds.WRONG["Last"]),)),
        Variant(
            "it stays with the best of the first five: trial 15 was better, and was not noticed. tell goes on "
            "learning.",
            (_by(kinds.WRONG["OfFive"]),),
        ),
        Variant(
            "the steps reach farther than 0.1 on some axis: draw them by rng.uniform(-0.1, 0.1, d).",
            (_by(kinds.WRONG["Normal"]),),
        ),
        Variant(
            "from the sixth trial on it asks for one and the same point: add a step.", (_by(kinds.WRONG["Stuck"]),)
        ),
        Variant(
            "ask returns the config alone. Return Trial(number, config): the number tells the trials apart.",
            (_by(kinds.WRONG["Config"]),),
        ),
        Variant(
            "the Trial holds a point of the unit cube in place of a config: self.space.from_unit(point) makes one.",
            (_by(kinds.WRONG["Point"]),),
        ),
        Variant(
            "several trials have the same number. Count them: self.n_asked += 1 at each ask, and "
            "Trial(self.n_asked - 1, ...).",
            (_by(kinds.WRONG["Uncounted"]),),
        ),
        Variant(
            "the search around the best begins too late. Trials 0 to 4 are the five that lie anywhere, so it begins "
            "as soon as n_asked is 5.",
            (_by(kinds.WRONG["Late"]),),
        ),
        Variant("ask returns nothing: is a `return` missing?", (_by(kinds.WRONG["Mute"]),)),
        Variant(
            "the first five trials lie together. Draw them anywhere in the unit cube.", (_by(kinds.WRONG["Greedy"]),)
        ),
    ),
    hints=(
        "The sampler needs a memory: the best point so far, and its loss. tell writes it, ask reads it.",
        "In tell: if loss < self.best_loss, keep self.space.to_unit(trial.config) and the loss. A nan is never "
        "smaller.",
        "In ask: point = self.rng.random(d) for the first five; then np.clip(self.best + self.rng.uniform(-0.1, 0.1, "
        "d), 0, 1), with d = self.space.n_dims.",
    ),
    comparable=_judged,
    shown=_shown,
)
