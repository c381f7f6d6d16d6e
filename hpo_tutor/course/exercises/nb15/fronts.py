"""Which trials does no other one beat, where each has more than one loss?

losses  (n, m)  m losses of n trials, all minimised
mask    (n,)    whether a trial lies on the front: no other one dominates it

One trial dominates another if it is no worse in any loss, and better in at least one. So equals do not dominate each
other.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.course.exercises import Exercise, Function, Variant

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Beats = Callable[[Array, Array], Mask]  # the losses of all trials, those of one -> which of all dominate the one


def non_dominated(losses: ArrayLike) -> Mask:
    """Which trials lie on the front."""
    return _front(losses)


def _dominates(losses: Array, one: Array) -> Mask:
    return np.asarray(np.all(losses <= one, axis=1) & np.any(losses < one, axis=1))


def _front(losses: ArrayLike, beats: Beats = _dominates, itself: bool = True) -> Mask:
    """The right mask with another relation; without ``itself``, a trial is not compared with its own row."""
    table = np.asarray(losses, dtype=float)
    found = []
    for i, one in enumerate(table):
        others = table if itself else np.delete(table, i, axis=0)
        found.append(not beats(others, one).any())
    return np.array(found, dtype=bool)


def _by(beats: Beats, itself: bool = True) -> Function:
    return lambda losses: _front(losses, beats, itself)


def _strictly(losses: Array, one: Array) -> Mask:
    return np.asarray(np.all(losses < one, axis=1))


def _somewhere(losses: Array, one: Array) -> Mask:
    return np.asarray(np.any(losses < one, axis=1))


def _no_worse(losses: Array, one: Array) -> Mask:
    return np.asarray(np.all(losses <= one, axis=1))


def _no_worse_somewhere(losses: Array, one: Array) -> Mask:
    return np.asarray(np.any(losses <= one, axis=1))


def _turned(losses: Array, one: Array) -> Mask:
    return _dominates(-losses, -one)


def _first_two(losses: Array) -> Mask:
    return _front(losses[:, :2])


def _first_of_equals(losses: Array) -> Mask:
    first = np.unique(losses, axis=0, return_index=True)[1]
    return np.asarray(non_dominated(losses) & np.isin(np.arange(len(losses)), first))


def _best_of_each(losses: Array) -> Mask:
    return np.asarray((losses == losses.min(axis=0)).any(axis=1))


def _lone_best(losses: Array) -> Mask:
    return np.isin(np.arange(len(losses)), losses.argmin(axis=0))


def _lowest(total: Callable[[Array], Array]) -> Function:
    return lambda losses: np.isclose(total(losses), total(losses).min())


def _sweep(losses: Array, strict: bool) -> Mask:
    """By the first loss upwards, kept where the second is the lowest so far: right for two losses alone."""
    found, lowest = np.zeros(len(losses), dtype=bool), np.inf
    for i in np.lexsort(losses.T[::-1]):
        if losses[i, 1] < lowest or (not strict and losses[i, 1] <= lowest):
            found[i], lowest = True, losses[i, 1]
    return found


def table(rng: np.random.Generator, n_trials: int, n_losses: int) -> tuple[Array]:
    """A case: losses on a coarse grid around a front, so that there are ties, and two trials that are equal."""
    share = rng.dirichlet(np.ones(n_losses), n_trials)
    losses = np.ceil(8 * (share + rng.exponential(0.12, (n_trials, 1))))
    on_front = np.flatnonzero(non_dominated(losses))
    losses[rng.choice(np.delete(np.arange(n_trials), on_front[0]))] = losses[on_front[0]]
    return (losses,)


# seeds with which every mistake differs from the truth, and from each other, in two cases or more, but for "or"
SEEDED = ((9, 8, 2), (1000, 9, 3), (2000, 10, 3))

EXERCISE = Exercise(
    id="15.1",
    title="the trials that no other one dominates",
    level=2,
    truth=non_dominated,
    cases=(
        (np.array([[1.0, 4.0], [2.0, 2.0], [2.0, 3.0], [2.0, 2.0], [4.0, 1.0], [3.0, 3.0]]),),
        # where one trial is best in everything, and where two are, the kinds of "or" are told apart
        (np.array([[3.0, 2.0], [1.0, 1.0], [2.0, 3.0]]),),
        (np.array([[2.0, 2.0, 3.0], [1.0, 1.0, 1.0], [2.0, 1.0, 2.0], [1.0, 1.0, 1.0]]),),
        *(table(np.random.default_rng(seed), n_trials, n_losses) for seed, n_trials, n_losses in SEEDED),
    ),
    mistakes=(
        Variant(
            "all losses were asked to be strictly lower (<). A trial is dominated as soon as another is no worse in "
            "any loss and better in one: (2, 2) dominates (2, 3).",
            (_by(_strictly),),
        ),
        Variant(
            "one lower loss was enough to dominate: an `or` (np.any) where `and` belongs. The other has to be no worse "
            "in all of them, np.all(losses <= one, axis=1), as well.",
            (_by(_somewhere),),
        ),
        Variant(
            "equals dominate each other, and are gone. No worse in any loss is not enough: one has to be lower, "
            "np.any(losses < one, axis=1).",
            (_by(_no_worse, itself=False),),
        ),
        Variant(
            "each trial was compared with itself, and nobody is left: it is no worse than itself in any loss. To "
            "dominate, one loss has to be lower.",
            (_by(_no_worse), _by(_no_worse_somewhere)),
        ),
        Variant(
            "one loss that is no higher was enough to dominate. It takes all of them, and one that is lower.",
            (_by(_no_worse_somewhere, itself=False),),
        ),
        Variant(
            "the signs are turned round: that is the front of those who want large losses. Losses are minimised.",
            (_by(_turned), _by(lambda losses, one: _strictly(-losses, -one))),
        ),
        Variant(
            "that is who is dominated. Asked for is who is not: ~mask.",
            (lambda losses: ~non_dominated(losses),),
        ),
        Variant(
            "of equal trials only one stays. Neither dominates the other: both lie on the front.",
            (
                _first_of_equals,
                lambda losses: _sweep(losses, strict=True) if losses.shape[1] == 2 else _first_of_equals(losses),
            ),
        ),
        Variant(
            "only the first two losses were looked at. There may be three, and a trial may be on the front for its "
            "third.",
            (_first_two, lambda losses: _sweep(losses, strict=False), lambda losses: _sweep(losses, strict=True)),
        ),
        Variant(
            "those are the trials that are best in one loss. Between them lie the compromises, which nobody dominates "
            "either.",
            (_best_of_each, _lone_best),
        ),
        Variant(
            "that is the lowest sum of losses. It depends on their units, and finds one compromise only.",
            (_lowest(lambda losses: losses.sum(axis=1)),),
        ),
        Variant(
            "the trials themselves came back. Asked for is a mask: True or False for each row.",
            (lambda losses: losses[non_dominated(losses)],),
        ),
        Variant(
            "the positions came back. Asked for is a mask: True or False for each row.",
            (lambda losses: np.flatnonzero(non_dominated(losses)),),
        ),
        Variant(
            "each trial's dominators were counted. Asked for is whether there are none: == 0.",
            (lambda losses: np.array([_dominates(losses, one).sum() for one in losses]),),
        ),
    ),
    hints=(
        "Take one trial and compare its row with all rows at once. Two questions: who is no worse in every loss? who "
        "is better in at least one?",
        "One trial is dominated if np.all(losses <= one, axis=1) & np.any(losses < one, axis=1) holds for some row. "
        "Its own row never does.",
        "for one in losses: beaten = np.all(losses <= one, axis=1) & np.any(losses < one, axis=1); the mask's next "
        "entry is not beaten.any().",
    ),
)
