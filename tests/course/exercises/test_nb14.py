"""Checks of notebook 14: further mistakes as students write them, and answers beside them that are not diagnosed."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from answers import is_mistaken, passes

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb14.networks import CHAIN, TILES, searched
from hpo_tutor.course.exercises.nb14.rounds import rows
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace

Function = Callable[..., Any]


# --- 14.1 -----------------------------------------------------------------------------------------------------------


def _space(widest: int, constraints: Any = ("width_2 <= width_1", "width_3 <= width_2"), **changes: Any) -> Any:
    given = {
        "n_blocks": Integer(1, 3),
        "width_1": Integer(8, widest, log=True),
        "width_2": Integer(8, widest, log=True, when="n_blocks >= 2"),
        "width_3": Integer(8, widest, log=True, when="n_blocks >= 3"),
        "dropout": Float(0, 0.5, when="n_blocks == 3"),
        "optimizer": Choice(["sgd", "adam"]),
        "momentum": Float(0.5, 0.99, when="optimizer == 'sgd'"),
    }
    return SearchSpace(given | changes, constraints=constraints)


def _in_another_order(widest: int) -> Any:
    """Conditions that speak of one another, options turned round, constraints with their sides exchanged."""
    return SearchSpace(
        {
            "optimizer": Choice(("adam", "sgd")),
            "momentum": Float(0.5, 0.99, when="optimizer != 'adam'"),
            "n_blocks": Choice([1, 2, 3], ordered=True),
            "width_1": Integer(8, widest, log=True),
            "width_2": Integer(8, widest, log=True, when="n_blocks in [2, 3]"),
            "width_3": Integer(8, widest, log=True, when="n_blocks > 2"),
            "dropout": Float(0, 0.5, when="width_3 >= 8"),  # whenever there is a third width
        },
        constraints=["width_1 >= width_2", "width_3 <= width_2 and width_3 <= width_1"],
    )


def _wide(when: str | None = None, log: bool = True) -> Function:
    return lambda widest: Integer(8, widest, log=log, when=when)


def _with(**changes: Function) -> Function:
    return lambda widest: _space(widest, **{name: change(widest) for name, change in changes.items()})


def _fixed(domain: Any) -> Function:
    return lambda widest: domain


# --- 14.2 -----------------------------------------------------------------------------------------------------------


def _by_points(space: SearchSpace, configs: Any, name: str) -> Any:
    """By the points of the unit cube, in which what is dead is nan."""
    points = [space.to_unit(config) for config in configs]
    different = {tuple(np.nan_to_num(point, nan=-1)) for point in points}
    return [len(different), float(sum(not np.isnan(point[space.names.index(name)]) for point in points))]


def _one_by_one(space: SearchSpace, configs: Any, name: str) -> Any:
    seen: list[dict[str, Any]] = []
    telling = 0
    for config in configs:
        living = {one: value for one, value in config.items() if one in space.active(config)}
        telling += name in living
        if living not in seen:
            seen.append(living)
    return len(seen), telling


def _in_order(space: SearchSpace, configs: Any, name: str) -> Any:
    """The switches come first in these spaces, so that a row of values says whose they are."""
    alive = [space.active(config) for config in configs]
    rows = [tuple(config[one] for one in space.names if one in own) for config, own in zip(configs, alive, strict=True)]
    return len(set(rows)), sum(name in own for own in alive)


def _n_living(space: SearchSpace, configs: Any, name: str) -> int:
    return sum(name in space.active(config) for config in configs)


def _n_networks(space: SearchSpace, configs: Any) -> Any:
    return _one_by_one(space, configs, space.names[0])[0]


# --- 14.3 -----------------------------------------------------------------------------------------------------------


def _round(losses: Any, n_trials: int) -> Any:
    """In plain Python, a tile at a time."""
    best = [min(loss for loss in row if not math.isnan(loss)) for row in losses.tolist()]
    n_open = math.ceil(len(best) / 2)
    limit = sorted(best)[n_open - 1]
    return [n_trials // n_open if one <= limit else 0 for one in best]


def _by_rank(losses: Any, n_trials: int, score: Any, n_open: Any = None) -> Any:
    n = n_open or -(-len(losses) // 2)
    return np.where(np.argsort(np.argsort(score)) < n, n_trials // n, 0)


RIGHT: list[tuple[str, Function]] = [
    ("14.1", _space),
    ("14.1", _in_another_order),
    ("14.1", _with(n_blocks=_fixed(Choice([3, 1, 2])))),
    ("14.1", lambda widest: _space(widest, constraints=["not (width_2 > width_1)", "width_3 <= width_2"])),
    ("14.2", _by_points),
    ("14.2", _one_by_one),
    ("14.2", _in_order),
    ("14.3", _round),
    ("14.3", lambda y, n: _by_rank(y, n, np.nanmin(y, axis=1)).tolist()),
    ("14.3", lambda y, n: _by_rank(y, n, np.where(np.isnan(y), np.inf, y).min(axis=1)).astype(float)),
]

WRONG: list[tuple[str, Function, str]] = [
    ("14.1", _with(width_2=_wide(), width_3=_wide()), "a dead value, from which"),
    ("14.1", _with(width_2=_wide("n_blocks >= 1"), width_3=_wide("n_blocks >= 2")), "counted from 0"),
    ("14.1", _with(width_2=_wide("n_blocks == 2"), width_3=_wide("n_blocks == 3")), "with exactly two"),
    ("14.1", _with(width_2=_wide("n_blocks > 2"), width_3=_wide("n_blocks > 2")), "too late"),
    ("14.1", _with(width_2=_wide("n_blocks <= 2"), width_3=_wide("n_blocks <= 3")), "turned round"),
    ("14.1", _with(momentum=_fixed(Float(0.5, 0.99))), "momentum always exists"),
    ("14.1", _with(momentum=_fixed(Float(0.5, 0.99, when="optimizer == 'adam'"))), "the momentum's condition"),
    ("14.1", _with(dropout=_fixed(Float(0, 0.5))), "dropout always exists"),
    ("14.1", _with(dropout=_fixed(Float(0, 0.5, when="n_blocks >= 2"))), "exists with two blocks too"),
    ("14.1", _with(dropout=_fixed(Float(0, 0.5, when="n_blocks < 3"))), "the dropout's condition"),
    ("14.1", _with(dropout=_fixed(Float(0, 0.5)), momentum=_fixed(Float(0.5, 0.99))), "of different layers"),
    ("14.1", _with(width_1=_wide(log=False), width_2=_wide("n_blocks >= 2", log=False),
                   width_3=_wide("n_blocks >= 3", log=False)), "plain scale"),
    ("14.1", lambda widest: _space(64), "whatever widest is"),
    ("14.1", lambda widest: _space(widest, constraints=[]), "there is no constraint"),
    ("14.1", lambda widest: _space(widest, constraints="width_3 <= width_2 <= width_1"), "speaks of all three"),
    ("14.1", lambda widest: _space(widest, constraints=["width_1 <= width_2", "width_2 <= width_3"]), "may not shrink"),
    ("14.1", lambda widest: _space(widest, constraints=["width_1 > width_2", "width_2 > width_3"]), "are refused"),
    ("14.1", lambda widest: _space(widest, constraints=["width_2 <= width_1"]), "only one pair"),
    ("14.1", lambda widest: dict(_space(widest).domains), "a dictionary"),
    ("14.1", _with(momentum=_fixed(Float(0.5, 0.99, log=True, when="optimizer == 'sgd'"))), ""),
    ("14.1", _with(width_1=_wide("n_blocks >= 2")), ""),
    ("14.1", _with(n_layers=_fixed(Integer(1, 3))), ""),
    ("14.1", lambda widest: _space(widest, seed=0), ""),
    ("14.1", lambda widest: SearchSpace(width=Integer(8, widest)), ""),
    ("14.1", lambda widest: [*_space(widest).domains], ""),
    ("14.2", lambda space, cs, name: (len({tuple(c.items()) for c in cs}), len(cs)), "dead values were kept"),
    ("14.2", lambda space, cs, name: (len({str(c) for c in cs}), _n_living(space, cs, name)), "dead values were kept"),
    ("14.2", lambda space, cs, name: (len(cs), _n_living(space, cs, name)), "counts trials"),
    ("14.2", lambda space, cs, name: (len({tuple(sorted(space.active(c))) for c in cs}), _n_living(space, cs, name)),
     "number of tiles"),
    ("14.2", lambda space, cs, name: (_n_networks(space, cs), len(cs)), "counts every trial"),
    ("14.2", lambda space, cs, name: (_n_networks(space, cs), sum(name not in space.active(c) for c in cs)), "is dead"),
    ("14.2", lambda space, cs, name: (_n_networks(space, cs), len({c[name] for c in cs if name in space.active(c)})),
     "different values"),
    ("14.2", lambda space, cs, name: _one_by_one(space, cs, name)[::-1], "in the other order"),
    ("14.2", lambda space, cs, name: _n_networks(space, cs), "only one number"),
    ("14.2", lambda space, cs, name: (_n_networks(space, cs) + 1, _n_living(space, cs, name)), ""),
    ("14.2", lambda space, cs, name: (len(space.names), len(cs)), ""),
    ("14.3", lambda y, n: _by_rank(y, n, -np.nanmin(y, axis=1)), "the worst tiles"),
    ("14.3", lambda y, n: _by_rank(y, n, np.nanmean(y, axis=1)), "mean loss"),
    ("14.3", lambda y, n: _by_rank(y, n, y.min(axis=1)), "because one of its trials failed"),
    ("14.3", lambda y, n: _by_rank(y, n, np.nanmin(y, axis=1), len(y) // 2), "rounded down"),
    ("14.3", lambda y, n: _by_rank(y, n, np.nanmin(y, axis=1), len(y)), "no tile was closed"),
    ("14.3", lambda y, n: np.minimum(_by_rank(y, n, np.nanmin(y, axis=1)), n // len(y)), "number of all tiles"),
    ("14.3", lambda y, n: np.sign(_round(y, n)) * n, "all the trials of the round"),
    ("14.3", lambda y, n: _by_rank(y, n, np.nanmin(y, axis=1)) + y.shape[1] * np.sign(_round(y, n)), "had was counted"),
    ("14.3", lambda y, n: np.sign(_round(y, n)) == 1, "which tiles go on"),
    ("14.3", lambda y, n: [n // 2] * len(y), ""),
    ("14.3", lambda y, n: y, ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["14.1", "14.2", "14.3"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


def test_a_condition_that_never_holds_is_told_by_the_space_itself() -> None:
    """One step beyond off by one, the space refuses; the student reads its sentence, not a traceback."""
    verdict = examine(exercise("14.1"), _with(width_3=_wide("n_blocks > 3")))
    assert verdict.state == "wrong"
    assert "never holds" in verdict.case[-1]


def test_what_is_shown_of_a_space_says_who_lives_when() -> None:
    """A wrong condition can be read off the answer beside the right one."""
    wanted, got = examine(exercise("14.1"), _with(width_2=_wide("n_blocks == 2"))).case[1:]
    assert "'width_2 whole 8 to 64 log with n_blocks 2, 3'" in wanted
    assert "'width_2 whole 8 to 64 log with n_blocks 2'" in got
    assert "'momentum real 0.5 to 0.99 with sgd'" in wanted


def test_the_right_space_draws_what_was_asked_for() -> None:
    """Over 2,000 draws widths never grow, and each name stands exactly in the networks that have it."""
    rng = np.random.default_rng(0)
    for config in (_space(64).sample(rng) for _ in range(2000)):
        widths = [config[f"width_{i}"] for i in range(1, config["n_blocks"] + 1)]
        assert widths == sorted(widths, reverse=True)
        own = {"n_blocks", "optimizer", *(f"width_{i}" for i in range(1, config["n_blocks"] + 1))}
        own |= ({"dropout"} if config["n_blocks"] == 3 else set()) | (
            {"momentum"} if config["optimizer"] == "sgd" else set()
        )
        assert config.keys() == own


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("space", "name"), [(CHAIN, "pool_2"), (TILES, "units_2")])
def test_the_evidence_is_that_of_a_count_by_hand(seed: int, space: SearchSpace, name: str) -> None:
    """The truth agrees with a comparison of every pair, and with the points of the unit cube."""
    case = searched(np.random.default_rng(seed), space, 30, name)
    assert exercise("14.2").truth(*case) == _one_by_one(*case) == tuple(_by_points(*case))


def test_a_flat_search_of_every_config_meets_networks_again() -> None:
    """Two switches, two widths a layer: 64 flat configs, (2 + 4)^2 = 36 networks, and half tell of a layer."""
    configs = [
        dict(zip(TILES.names, values, strict=True))
        for values in itertools.product(*(domain.values for domain in TILES.domains.values()))  # type: ignore[union-attr]
    ]
    assert len(configs) == 64
    assert exercise("14.2").truth(TILES, configs, "units_2") == (36, 32)


@pytest.mark.parametrize("seed", range(20))
def test_a_round_never_costs_more_than_it_may(seed: int) -> None:
    """Half of the tiles share the trials, those with the lowest losses; as a count in plain Python has it."""
    losses, n_trials = rows(np.random.default_rng(seed), 9, 4, 62)
    found = exercise("14.3").truth(losses, n_trials)
    assert found.tolist() == _round(losses, n_trials)
    assert np.count_nonzero(found) == 5
    assert n_trials - 5 < found.sum() <= n_trials
    best = np.nanmin(losses, axis=1)
    assert len(np.unique(best)) == len(best)
