"""The pictures of notebook 06 show what the model believes, what a trial is worth, and who gained what."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate
from scipy.stats import norm

from hpo_tutor import problems
from hpo_tutor.course.pictures import nb06
from hpo_tutor.course.pictures.nb06 import branches, duels
from hpo_tutor.scenes import Band, Line, Marks, Points, Scene
from hpo_tutor.surrogates import GaussianProcess, Kernel

KERNEL = Kernel("matern52", 0.25, 0.1, 0.05)
START = np.array([0.05, 0.25, 0.45, 0.6])


def _model(u: Any, losses: Any) -> GaussianProcess:
    return GaussianProcess(KERNEL, float(np.mean(losses))).condition(np.reshape(u, (-1, 1)), losses)


@pytest.fixture(scope="module")
def line() -> nb06.Line:
    """The learning rate of the jets at 40 epochs."""
    jets = problems.landscape("aleph")
    return nb06.Line(jets, jets.space.fix(epochs=40), _model)


@pytest.fixture(scope="module")
def duel(line: nb06.Line) -> nb06.Duel:
    """Eight searches."""
    return nb06.Duel(line, range(10))


def _losses(line: nb06.Line) -> np.ndarray:
    return np.array([line.trained(u, seed) for seed, u in enumerate(START.tolist())])


def _named(scene: Scene, kind: type[Any], name: str) -> Any:
    (found,) = (layer for layer in scene.layers if isinstance(layer, kind) and layer.name == name)
    return found


# --- a step --------------------------------------------------------------------------------------------------------


def test_a_line_goes_from_places_to_values_and_back(line: nb06.Line) -> None:
    """0 and 1 are the ends of the axis, halfway is their geometric mean; a click beyond the end is taken to it."""
    low, high = line.value(0), line.value(1)
    assert line.value(0.5) == pytest.approx(math.sqrt(low * high))
    assert line.u_of(line.value(0.3)) == pytest.approx(0.3)
    assert (line.u_of(low / 2), line.u_of(high * 2)) == (0, 1)
    assert line.expected(0.3) == pytest.approx(np.mean([line.trained(0.3, seed) for seed in range(3)]))


def test_a_line_has_one_hyperparameter(line: nb06.Line) -> None:
    """Two are refused, and so is a whole number."""
    jets = line.objective
    with pytest.raises(ValueError, match="one continuous hyperparameter, this space has learning_rate, epochs"):
        nb06.Line(jets, jets.space, _model)
    with pytest.raises(ValueError, match="this space has epochs"):
        nb06.Line(jets, jets.space.fix(learning_rate=1e-3), _model)


@pytest.mark.parametrize("name", ["ei", "pi"])
def test_what_a_trial_is_worth_is_what_integration_says(line: nb06.Line, name: str) -> None:
    """At a few candidates: the gain, or the chance of one, integrated over all losses that are possible there."""
    losses = _losses(line)
    process, best = _model(START, losses), float(losses.min())
    worth = nb06.worth(name, process, best)
    for i in (0, 60, 140):
        (mean,), (std,) = process.predict(nb06.GRID[[i]][:, None])
        of = (lambda y: best - y) if name == "ei" else (lambda y: 1.0)
        wanted, _ = integrate.quad(lambda y, of=of, mean=mean, std=std: of(y) * norm.pdf(y, mean, std), 4.5, best)
        assert worth[i] == pytest.approx(wanted, rel=1e-5, abs=1e-12)


def test_the_lower_bound_and_a_draw_know_the_belief(line: nb06.Line) -> None:
    """Minus the worth of "lcb" lies two standard deviations below the mean; draws average to it, seed by seed anew.

    The halves of the story have their largest values where the mean is lowest and where the band is widest.
    """
    losses = _losses(line)
    process = _model(START, losses)
    mean, std = process.predict(nb06.GRID[:, None])
    np.testing.assert_allclose(-nb06.worth("lcb", process, 0.0), mean - 2 * std)
    draws = -np.array([nb06.worth("thompson", process, 0.0, seed) for seed in range(200)])
    assert np.abs((draws.mean(axis=0) - mean) / (std / math.sqrt(200))).max() < 5
    np.testing.assert_array_equal(draws[3], -nb06.worth("thompson", process, 0.0, 3))
    assert np.argmax(nb06.worth("mean", process, 0.0)) == np.argmin(mean)
    assert np.argmax(nb06.worth("band", process, 0.0)) == np.argmax(std)
    with pytest.raises(ValueError, match="got 'ucb'"):
        nb06.worth("ucb", process, 0.0)


@pytest.mark.parametrize("name", nb06.ACQUISITIONS)
def test_a_step_goes_where_the_worth_is_largest(line: nb06.Line, name: str) -> None:
    """The proposal is the best candidate, and the view holds the trials and the model's belief."""
    losses = _losses(line)
    view = line.step(START, losses, name)
    (cut,) = view.slices
    assert view.proposal[0] == nb06.GRID[np.argmax(cut.acquisition)]
    np.testing.assert_array_equal(view.points[:, 0], START)
    mean, std = _model(START, losses).predict(nb06.GRID[:, None])
    np.testing.assert_allclose(np.stack([cut.mean, cut.std]), np.stack([mean, std]))


# --- the duel ------------------------------------------------------------------------------------------------------


def test_every_search_has_something_to_gain(duel: nb06.Duel) -> None:
    """Somewhere on the axis lies a loss that is lower than the three trials', by a margin."""
    assert len(duel.starts) == duels.N_SEARCHES
    for start in duel.starts:
        assert max(start.gain(u) for u in nb06.GRID.tolist()) >= duels.ENOUGH - 1e-9


def test_before_the_answer_nothing_is_given_away(duel: nb06.Duel) -> None:
    """Three trials, no belief, no gains, no truth; a click leaves a mark there, and can be repeated."""
    bench = duel.bench()
    for rate in (0.0004, 0.004):
        bench.click(0, rate, 5.6)
        (scene,) = bench.picture.scenes()
        assert not [layer for layer in scene.layers if isinstance(layer, Line | Band)]
        assert _named(scene, Marks, "your place").at[0] == pytest.approx(rate, rel=1e-5)
        assert len(_named(scene, Points, "trial").x) == 3


def test_the_answer_shows_what_both_reached(duel: nb06.Duel) -> None:
    """Both symbols stand on the true curve, at the chosen places; what was gained is noted; clicks are over."""
    bench = duel.bench()
    bench.act("Next search")
    bench.click(0, 0.0007, 5.6)
    bench.act("Reveal")
    start = duel.starts[1]
    above, below = bench.picture.scenes()
    yours, formula = (_named(above, Points, f"what {who} reached") for who in ("you", "the formula"))
    u = start.line.u_of(0.0007)
    assert yours.y[0] == pytest.approx(start.line.expected(u), rel=1e-6)
    assert formula.y[0] == pytest.approx(start.line.expected(start.view().proposal[0]), rel=1e-6)
    assert _named(below, Band, "expected improvement").high.max() > 0
    assert duel.played[1] == pytest.approx(max(start.losses.min() - start.line.expected(u), 0))
    bench.click(0, 0.01, 5.6)
    assert bench.values["place"] == pytest.approx(u)


def test_only_the_first_answer_of_a_search_counts(line: nb06.Line) -> None:
    """Whoever comes round again cannot do better with what has been shown; revealing without a choice is no answer."""
    duel = nb06.Duel(line, range(10))
    bench = duel.bench()
    bench.act("Reveal")
    assert duel.played == {}
    bench.set(shown=False, place=0.9)
    bench.act("Reveal")
    first = dict(duel.played)
    bench.set(shown=False, place=0.3)
    bench.act("Reveal")
    assert duel.played == first == {0: duel.starts[0].gain(0.9)}


def test_surprise_me_is_a_search_in_which_the_formula_gains_nothing(duel: nb06.Duel) -> None:
    """The preset goes there, unplayed."""
    bench = duel.bench()
    bench.act("Surprise me")
    assert duel.gains("formula")[bench.values["search"]] == 0
    assert (bench.values["place"], bench.values["shown"]) == (None, False)


def test_the_searches_go_round(duel: nb06.Duel) -> None:
    """After the eighth comes the first, without a choice and hidden."""
    bench = duel.bench()
    bench.set(place=0.5, shown=True)
    for _ in range(duels.N_SEARCHES):
        bench.act("Next search")
    assert bench.values == {"search": 0, "place": None, "shown": False}
    with pytest.raises(ValueError, match="got 'luck'"):
        duel.gains("luck")


# --- a candidate ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "moved"), [(0.3, 0.0), (0.3, 0.1), (0.9, 0.0), (0.05, -0.05)])
def test_both_green_areas_are_what_they_claim(line: nb06.Line, place: float, moved: float) -> None:
    """The area of sorted losses below the incumbent is the expected improvement, that of the bell its probability."""
    losses = _losses(line)
    best = float(losses.min()) + moved
    _, bell, gains, ranked = nb06.candidate(line, START, losses, place, best).scenes()
    process = _model(START, losses)
    at = round(place * 200)
    gain, share = (nb06.worth(name, process, best)[at] for name in ("ei", "pi"))
    area = _named(ranked, Band, "gain")
    measured = integrate.trapezoid((area.high - area.low).astype(float), area.x.astype(float) / 100)
    assert measured == pytest.approx(gain, rel=0.03, abs=2e-4)
    tail = _named(bell, Band, "below the incumbent")
    measured = integrate.trapezoid((tail.high - tail.low).astype(float), tail.x.astype(float))
    assert measured == pytest.approx(share, rel=0.03, abs=0.01)
    symbol = next(layer for layer in gains.layers if isinstance(layer, Points))
    assert symbol.y[0] == pytest.approx(gain, rel=1e-5, abs=1e-9)
    assert bell.y == ranked.y


# --- branching and batches -----------------------------------------------------------------------------------------


def test_a_search_is_rewound_and_branched(line: nb06.Line) -> None:
    """Forth adds what is proposed, back removes it, never a first trial; another function goes on from there."""
    bench = nb06.branch(line.draw(6), (0.8, 0.9, 1.0), {"acquisition": "pi", "places": (0.1, 0.2)})
    for _ in range(2):
        bench.act("Next trial")
    assert bench.values["places"] == nb06.onwards(line.draw(6), (0.8, 0.9, 1.0), "ei", 2)
    bench.act("Back")
    bench.set(acquisition="pi")
    kept = bench.values["places"]
    bench.act("Next trial")
    assert bench.values["places"] == nb06.onwards(line.draw(6), kept, "pi")
    for _ in range(5):
        bench.act("Back")
    assert bench.values["places"] == (0.8, 0.9, 1.0)
    bench.act("Surprise me")
    assert bench.values == {"acquisition": "pi", "places": (0.1, 0.2)}


def test_a_trial_keeps_its_luck_in_every_branch(line: nb06.Line) -> None:
    """The loss of trial 3 at a place is the same whoever chose it."""
    one = branches.losses_at(line, (0.1, 0.5, 0.9, 0.3))
    other = branches.losses_at(line, (0.2, 0.6, 0.8, 0.3, 0.3))
    assert one[3] == other[3] != other[4]


def test_a_search_stops_growing(line: nb06.Line) -> None:
    """There is an end to the trials of the workbench."""
    bench = nb06.branch(line, np.linspace(0, 1, branches.MOST).tolist(), {})
    bench.act("Next trial")
    assert len(bench.values["places"]) == branches.MOST


def test_the_fantasy_is_what_was_expected_and_goes_when_the_loss_is_known(line: nb06.Line) -> None:
    """Circles stand on the mean without them; in the last frame they are gone, unless that is the bug shown."""
    losses = _losses(line)
    for way in nb06.WAYS:
        frames, asked = nb06.waiting(line, START, losses, way)
        assert len(frames) == 4
        circles = [_named(next(frame.scenes()), Points, "fantasy") for frame in frames]
        n_wanted = {"ignored": [0, 0, 0, 0], "fantasised": [0, 1, 2, 0], "never removed": [0, 1, 2, 3]}[way]
        assert [len(circle.x) for circle in circles] == n_wanted
        expected, _ = _model(START, losses).predict(asked[:, None])
        np.testing.assert_allclose(circles[2].y, expected[: n_wanted[2]], rtol=1e-6)
        if way == "ignored":
            assert np.ptp(asked) == 0
        else:
            assert len(set(asked.tolist())) == 3
    with pytest.raises(ValueError, match="got 'forgotten'"):
        nb06.waiting(line, START, losses, "forgotten")


def test_what_is_pending_is_marked(line: nb06.Line) -> None:
    """Frame by frame one more, and none when all have been told."""
    frames, _ = nb06.waiting(line, START, _losses(line), "fantasised")
    marks = [
        [layer.at.size for layer in next(frame.scenes()).layers if isinstance(layer, Marks) and layer.name == "pending"]
        for frame in frames
    ]
    assert marks == [[], [1], [2], []]
    assert [frame.sentence.split(".")[0] for frame in frames] == [
        *(f"{n} pending" for n in range(3)),
        "All have been told",
    ]
