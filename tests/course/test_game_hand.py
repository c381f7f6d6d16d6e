"""The hand tuner does what its rule says, and finds what a coordinate search finds."""

from typing import Any

import numpy as np
import pytest

from hpo_tutor import minimize, problems
from hpo_tutor.course.games import HandTuning
from hpo_tutor.search_space import Choice, Float, SearchSpace

FLAT = SearchSpace(learning_rate=Float(1e-4, 1e-1, log=True), width=Float(1, 64))
TUNED = SearchSpace(
    rate=Float(1e-4, 1e-1, log=True), width=Choice((4, 8, 16), ordered=True), share=Float(0, 1), epochs=20
)
START = {"rate": 1e-3, "width": 8, "share": 0.5, "epochs": 20}


def changes(losses: dict[str, float]) -> list[dict[str, Any]]:
    """What is tried, as the hyperparameters that differ from the start; a loss of 1 unless told otherwise."""
    sampler = HandTuning(TUNED, start=START)
    tried = []
    for _ in range(7):
        trial = sampler.ask()
        tried.append({name: value for name, value in trial.config.items() if value != START[name]})
        sampler.tell(trial, losses.get(str(tried[-1]), 1.0 if tried[-1] else 0.9))
    return tried


def test_it_tries_each_hyperparameter_up_and_down() -> None:
    """Where nothing helps: one thing at a time, a factor of ten, the next option, a quarter of the range."""
    assert changes({}) == [
        {},
        {"rate": 0.01},
        {"rate": 0.0001},
        {"width": 16},
        {"width": 4},
        {"share": 0.75},
        {"share": 0.25},
    ]


def test_it_keeps_what_helps_and_goes_on_there() -> None:
    """After a step that helped, the same hyperparameter goes further in the same direction, then the next one."""
    tried = changes({"{'rate': 0.01}": 0.5, "{'rate': 0.1}": 0.6, "{'rate': 0.01, 'width': 16}": 0.4})
    assert tried[:4] == [{}, {"rate": 0.01}, {"rate": 0.1}, {"rate": 0.01, "width": 16}]
    # there is no wider option: the next hyperparameter has its turn
    assert tried[4] == {"rate": 0.01, "width": 16, "share": 0.75}


def test_it_halves_its_steps_when_nothing_helps() -> None:
    """After a round without any gain, a factor of ten becomes its root, and options stay as far apart as they are."""
    sampler = HandTuning(TUNED, start=START)
    for trial in (sampler.ask() for _ in range(7)):
        sampler.tell(trial, 1.0 - (trial.number == 0))
    asked = [sampler.ask().config for _ in range(4)]
    assert [config["rate"] for config in asked[:2]] == pytest.approx([1e-3 * 10**0.5, 1e-3 / 10**0.5])
    assert [config["share"] for config in asked[2:]] == [0.625, 0.375]
    view = sampler.view()
    assert (view.changed, view.direction, view.halvings, view.loss) == ("share", -1, 1, 0.0)


def test_it_never_tries_the_same_place_twice() -> None:
    """Ninety trials on a space with noise are ninety different configurations."""
    rng = np.random.default_rng(0)
    history = minimize(lambda config: rng.normal(), HandTuning(FLAT, seed=1), n_trials=90, progress=False)
    assert len({tuple(trial.config.values()) for trial in history}) == 90


def test_numbers_are_tidy() -> None:
    """A factor of ten from 0.001 is 0.01, not 0.009999999999999985."""
    sampler = HandTuning(TUNED, start=START)
    sampler.tell(sampler.ask(), 1.0)
    assert sampler.ask().config["rate"] == 0.01


def test_it_finds_the_bottom_of_a_bowl_along_the_axes() -> None:
    """On a sum of squares, one coordinate at a time suffices: 80 trials come within a step of 1/500 of the range."""
    space = SearchSpace(x=Float(0, 1), y=Float(0, 1), z=Float(0, 1))
    bottom = np.array([0.21, 0.77, 0.4])
    sampler = HandTuning(space, seed=5)
    history = minimize(
        lambda config: float(np.sum((np.array(list(config.values())) - bottom) ** 2)), sampler, 80, progress=False
    )
    np.testing.assert_allclose(list(history.incumbent.config.values()), bottom, atol=1 / 500)


def test_it_stays_in_the_valley_where_it_began() -> None:
    """On the egg holder, long walks from ten starts end in many valleys, most of them far above the lowest."""
    eggs = problems.function("eggholder")
    ends = [minimize(eggs, HandTuning(eggs.space, seed=seed), 150, progress=False).incumbent for seed in range(10)]
    valleys = {tuple(np.round(np.array(list(end.config.values())) / 50)) for end in ends}
    assert len(valleys) >= 5
    assert np.median([end.loss for end in ends]) > eggs.optimum + 100


def test_a_start_outside_the_space_is_refused() -> None:
    """The error is the space's own and names the hyperparameter."""
    with pytest.raises(ValueError, match="rate=1 is outside its domain"):
        HandTuning(TUNED, start={**START, "rate": 1})
