"""Other ranges change where is searched, and never the loss."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.problems import WithIdle, WithRanges
from hpo_tutor.protocols import Objective
from hpo_tutor.race import compare
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace

DIGITS = problems.landscape("digits")


def test_losses_are_those_of_the_objective() -> None:
    """Call, evaluate, expected, optimum and unit are the objective's own, everywhere within the ranges."""
    narrow = WithRanges(DIGITS, {"l2": (1e-5, 1e-3)})
    assert isinstance(narrow, Objective)
    rng = np.random.default_rng(0)
    configs = [narrow.space.sample(rng) for _ in range(50)]
    assert all(1e-5 <= config["l2"] <= 1e-3 for config in configs)
    assert narrow.evaluate(configs, seeds=range(50)).tolist() == DIGITS.evaluate(configs, seeds=range(50)).tolist()
    assert [narrow(config) for config in configs] == [DIGITS(config) for config in configs]
    assert [narrow.expected(config) for config in configs] == [DIGITS.expected(config) for config in configs]
    assert (narrow.optimum, narrow.loss_unit) == (DIGITS.optimum, "nats")


def test_each_lap_has_ranges_of_its_own() -> None:
    """They cover the share of each axis, on its scale; they begin anywhere, evenly; the same lap has the same ones."""
    family, begins = WithRanges(DIGITS, share=0.8), []
    for seed in range(400):
        space = family.draw(seed).space
        for name, domain in space.domains.items():
            low, high = (DIGITS.space.domains[name].to_unit(end) for end in (domain.low, domain.high))
            assert high - low == pytest.approx(0.8)
            begins.append(low)
    assert min(begins) >= 0
    assert max(begins) <= 0.2 + 1e-9
    assert np.mean(begins) == pytest.approx(0.1, abs=4 * 0.2 / np.sqrt(12 * 800))
    assert abs(np.corrcoef(np.reshape(begins, (-1, 2)).T)[0, 1]) < 0.2, "each axis is drawn for itself"
    assert family.draw(7).space.domains == family.draw(7).space.domains != family.draw(8).space.domains
    assert family.draw(7).member == DIGITS.draw(7).member


def test_whole_numbers_stay_whole_and_choices_stay_whole() -> None:
    """The jets' epochs are integers within their range; options have no order to be cut by."""
    jets = problems.landscape("aleph")
    for seed in range(20):
        epochs = WithRanges(jets).draw(seed).space.domains["epochs"]
        assert isinstance(epochs.low, int)
        assert jets.space.domains["epochs"].low <= epochs.low < epochs.high <= jets.space.domains["epochs"].high

    class Mixed:
        space = SearchSpace(x=Float(0, 1), kind=Choice(("a", "b")))
        loss_names, optimum = ("loss",), 0.0

    drawn = WithRanges(Mixed()).draw(0).space.domains
    assert drawn["kind"] == Choice(("a", "b"))
    assert drawn["x"].high - drawn["x"].low == pytest.approx(0.8)


def test_a_race_draws_ranges_for_every_lap() -> None:
    """All samplers of a lap search the same ranges; grids of two laps stand elsewhere; idle ones may be added."""
    laps = compare(["grid", "random"], WithIdle(WithRanges(DIGITS), 1), n_trials=8, seeds=[0, 1])
    corners = [min(t.config["learning_rate"] for t in laps.histories["grid", seed]) for seed in (0, 1)]
    assert corners[0] != corners[1]
    for seed in (0, 1):
        low = WithRanges(DIGITS).draw(seed).space.domains["learning_rate"].low
        assert corners[seed] == pytest.approx(low)
        assert min(t.config["learning_rate"] for t in laps.histories["random", seed]) >= low


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"share": 0}, "above 0 and at most 1, got 0"),
        ({"ranges": {"l2": (1e-9, 1e-3)}}, "lies within its own, 1e-06 to 0.1, low < high; got 1e-09 to 0.001"),
        ({"ranges": {"l2": (1e-3, 1e-4)}}, "low < high"),
        ({"ranges": {"width": (1, 2)}}, "there are ranges for learning_rate, l2; got one for 'width'"),
    ],
)
def test_bad_ranges_are_refused(options, says) -> None:
    """The rule and the value are named."""
    with pytest.raises(ValueError, match=says):
        WithRanges(DIGITS, **options)


@pytest.mark.parametrize("domain", [Integer(1, 2), Integer(1, 5), Integer(1, 100, log=True)], ids=str)
def test_few_whole_numbers_keep_two(domain) -> None:
    """However small the share: a range of whole numbers holds two of them or more, within its own."""

    class Whole:
        space = SearchSpace(n=domain, q=Float(0, 1))
        loss_names, optimum = ("loss",), 0.0

    for seed in range(200):
        drawn = WithRanges(Whole(), share=0.1).draw(seed).space.domains["n"]
        assert domain.low <= drawn.low < drawn.high <= domain.high


def test_ranges_of_whole_numbers_are_whole_and_choices_have_none() -> None:
    """Nothing is rounded behind one's back."""
    with pytest.raises(ValueError, match=r"so are the ends of its range; got 1\.9 to 3\.9"):
        WithRanges(problems.landscape("aleph"), {"epochs": (1.9, 3.9)})

    class Mixed:
        space = SearchSpace(kind=Choice(("a", "b")))
        loss_names, optimum = ("loss",), 0.0

    with pytest.raises(ValueError, match="kind is a choice, which has no range"):
        WithRanges(Mixed(), {"kind": ("a", "b")})
