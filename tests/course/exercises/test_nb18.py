"""Checks of notebook 18: further mistakes as students write them, and answers beside them that are not diagnosed."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from answers import is_mistaken, passes

from hpo_tutor.course.checks import examine
from hpo_tutor.course.exercises import exercise
from hpo_tutor.course.exercises.nb18.distances import training
from hpo_tutor.course.exercises.nb18.horizons import field
from hpo_tutor.course.exercises.nb18.noises import N_INPUTS, N_ROWS, batches
from hpo_tutor.course.exercises.nb18.penalties import step
from hpo_tutor.course.exercises.nb18.slopes import claimed_slope

Function = Callable[..., Any]
LN10 = math.log(10)


# --- 18.1 -----------------------------------------------------------------------------------------------------------


def _as_hinted(gradient: Function, theta: Any, moved: Any, eta: float, ell: float) -> Any:
    return -eta * np.log(10) * 10**ell * (gradient(moved) @ theta)


def _weight_by_weight(gradient: Function, theta: Any, moved: Any, eta: float, ell: float) -> Any:
    """The chain rule, one weight at a time, as a list of Python's floats."""
    moves = [-eta * LN10 * math.exp(ell * LN10) * float(weight) for weight in theta]
    return math.fsum(float(slope) * move for slope, move in zip(gradient(moved), moves, strict=True))


def _by_moving(gradient: Function, theta: Any, moved: Any, eta: float, ell: float) -> Any:
    """The penalty's part of the step with a little more and a little less of ell, in single precision at the end."""
    more, less = (-eta * 10 ** (ell + change) * theta for change in (1e-4, -1e-4))
    return np.float32(gradient(moved) @ (more - less) / 2e-4)


# --- 18.2 -----------------------------------------------------------------------------------------------------------


def _by_diff(claimed: float, loss_after_step: Function, ell: float, h: float = 1e-4) -> Any:
    low, high = loss_after_step(ell - h), loss_after_step(ell + h)
    return 2 * h * claimed / np.diff([low, high])


def _by_both_sides(claimed: float, loss_after_step: Function, ell: float, h: float = 1e-4) -> Any:
    """The mean of the slopes to the right and to the left."""
    here = loss_after_step(ell)
    right, left = (loss_after_step(ell + h) - here) / h, (here - loss_after_step(ell - h)) / h
    return claimed / ((right + left) / 2)


# --- 18.3 -----------------------------------------------------------------------------------------------------------


def _tuned(t1: Function, t2: Function, draw: Function, theta: Any, sigma: float, eta: float, h: float) -> Any:
    eps = draw()
    g = t2(theta - eta * t1(theta, sigma, eps)[1])[1]
    return -eta * g @ (t1(theta, sigma + h, eps)[1] - t1(theta, sigma - h, eps)[1]) / (2 * h)


def _whole_step_twice(
    t1: Function, t2: Function, draw: Function, theta: Any, sigma: float, eta: float, h: float
) -> Any:
    """No gradient of C2 at all: the step is taken with a little more noise, and with a little less."""
    eps = draw()
    high, low = (t2(theta - eta * t1(theta, sigma + change, eps)[1])[0] for change in (h, -h))
    return (high - low) / (2 * h)


def _redrawn(t1: Function, t2: Function, draw: Function, theta: Any, sigma: float, eta: float, h: float) -> Any:
    """Without a name for the noise: each call draws."""
    g = t2(theta - eta * t1(theta, sigma, draw())[1])[1]
    return -eta * g @ (t1(theta, sigma + h, draw())[1] - t1(theta, sigma - h, draw())[1]) / (2 * h)


def _direct(t1: Function, t2: Function, draw: Function, theta: Any, sigma: float, eta: float, h: float) -> Any:
    eps = draw()
    moved = theta - eta * t1(theta, sigma, eps)[1]
    return (t2(moved, sigma + h, eps)[0] - t2(moved, sigma - h, eps)[0]) / (2 * h)


def _with_noise(**changes: Any) -> Function:
    """The right lines with one thing changed."""

    def function(t1: Any, t2: Any, draw: Any, theta: Any, sigma: float, eta: float, h: float) -> Any:
        eps = draw()
        moved = theta - eta * t1(theta, sigma, eps)[1]
        at = {"theta": theta, "moved": moved}
        g = t2(at[changes.get("g", "moved")], *((sigma, eps) if "noisy" in changes else ()))[1]
        around = at[changes.get("around", "theta")]
        high, low = t1(around, sigma + h, eps)[1], t1(around, sigma - changes.get("down", 1) * h, eps)[1]
        return changes.get("factor", -eta) * g @ (high - low) / (changes.get("width", 2) * h)

    return function


def _vector(t1: Function, t2: Function, draw: Function, theta: Any, sigma: float, eta: float, h: float) -> Any:
    eps = draw()
    g = t2(theta - eta * t1(theta, sigma, eps)[1])[1]
    return -eta * g * (t1(theta, sigma + h, eps)[1] - t1(theta, sigma - h, eps)[1]) / (2 * h)


# --- 18.4 -----------------------------------------------------------------------------------------------------------


def _by_trying(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Any:
    """From seldom to often, until the hyperparameter arrives."""
    n_steps = n_epochs * steps_per_epoch
    for k in range(n_steps, 0, -1):
        if n_steps // k * rate >= distance:
            return [k, cost / k]
    return [0, 0]


def _moved_by(change: int) -> Function:
    """The right k and a bit, unless that is none."""

    def function(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Any:
        right, _ = _by_trying(n_epochs, steps_per_epoch, distance, rate, cost)
        k = right + change if right else 0
        return (k, cost / k) if k else (0, 0)

    return function


def _by_ceiling(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Any:
    needed = np.ceil(distance / rate)
    k = np.floor(n_epochs * steps_per_epoch / needed)
    return np.array([k, cost / k if k else 0])


# --- 18.5 -----------------------------------------------------------------------------------------------------------


def _by_loops(one_step: Any, whole: Any, error: Any) -> Any:
    found = []
    for j in range(whole.shape[1]):
        sure = [i for i in range(len(whole)) if not -2 * error[i, j] <= whole[i, j] <= 2 * error[i, j]]
        wrong = [i for i in sure if (one_step[i, j] > 0) != (whole[i, j] > 0)]
        found.append(len(wrong) / len(sure) if sure else math.nan)
    return found


def _by_means(one_step: Any, whole: Any, error: Any) -> Any:
    """A mean over what is left when the unsure places are nan."""
    wrong = np.where(np.abs(whole) > 2 * error, np.sign(one_step) != np.sign(whole), np.nan)
    n = (~np.isnan(wrong)).sum(axis=0)
    return np.where(n, np.nansum(wrong, axis=0) / np.where(n, n, 1), np.nan)


RIGHT: list[tuple[str, Function]] = [
    ("18.1", _as_hinted),
    ("18.1", _weight_by_weight),
    ("18.1", _by_moving),
    ("18.2", _by_diff),
    ("18.2", _by_both_sides),
    ("18.3", _tuned),
    ("18.3", _whole_step_twice),
    ("18.4", _by_trying),
    ("18.4", _by_ceiling),
    ("18.5", _by_loops),
    ("18.5", _by_means),
]

WRONG: list[tuple[str, Function, str]] = [
    ("18.1", lambda g, t, m, eta, ell: -np.log(10) * 10**ell * g(m) @ t, "eta is missing"),
    ("18.1", lambda g, t, m, eta, ell: eta * np.log(10) * 10**ell * g(m) @ t, "the minus is missing"),
    ("18.1", lambda g, t, m, eta, ell: -eta * g(m) @ t, "a published program"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log10(10) * 10**ell * g(m) @ t, "ln(10) is missing"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * g(m) @ t, "10**ell is missing"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.exp(ell) * g(m) @ t, "to base 10"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * ell * g(m) @ t, "ell stands where"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * g(m) @ (2 * t), "factor of 2"),
    ("18.1", lambda g, t, m, eta, ell: -eta * ell * 10 ** (ell - 1) * g(m) @ t, "for a power of x"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * g(m) @ t / 2, "half of it"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * (g(m) + 10**ell * m) @ t, "a penalty is no part"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * g(t) @ t, "g was taken at the old"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * g(m) @ m, "multiplied with the new"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * g(t) @ m, "are exchanged"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * (t**2).sum(), "where a gradient belongs"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * (g(m) ** 2).sum(), "where the weights belong"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * g(m) * t, "add the products up"),
    ("18.1", lambda g, t, m, eta, ell: -eta * np.log(10) * 10**ell * np.mean(g(m) * t), "the mean of the products"),
    ("18.1", lambda g, t, m, eta, ell: -eta * 10**ell * np.linalg.norm(g(m)), ""),
    ("18.1", lambda g, t, m, eta, ell: 0.0, ""),
    ("18.2", lambda c, loss, ell, h: c / ((loss(ell + h) - loss(ell)) / h), "one-sided difference: the place"),
    ("18.2", lambda c, loss, ell, h: c * h / (loss(ell) - loss(ell - h)), "one-sided difference: the place"),
    ("18.2", lambda c, loss, ell, h: c / ((loss(ell + h) - loss(ell - h)) / h), "divided by h. From"),
    ("18.2", lambda c, loss, ell, h: c / ((loss(ell + h) - loss(ell)) / (2 * h)), "was divided by 2 * h"),
    ("18.2", lambda c, loss, ell, h: c / ((loss(ell + h) - loss(ell - h)) / 2 * h), "brackets are missing"),
    ("18.2", lambda c, loss, ell, h: (loss(ell + h) - loss(ell - h)) / (2 * h) / c, "upside down"),
    ("18.2", lambda c, loss, ell, h: c * 2 * h / (loss(np.log10(10**ell + h)) - loss(np.log10(10**ell - h))),
     "in lambda and not in ell"),
    ("18.2", lambda c, loss, ell, h: c * 2 * h / (loss(10 ** (ell + h)) - loss(10 ** (ell - h))), "takes ell itself"),
    ("18.2", lambda c, loss, ell, h: c / ((loss(ell - h) - loss(ell + h)) / (2 * h)), "the sign is turned"),
    ("18.2", lambda c, loss, ell, h: c / (loss(ell + h) - loss(ell - h)), "not divided by the distance"),
    ("18.2", lambda c, loss, ell, h: c / loss(ell), "divided by a loss"),
    ("18.2", lambda c, loss, ell, h: (loss(ell + h) - loss(ell - h)) / (2 * h), "the measured slope itself"),
    ("18.2", lambda c, loss, ell, h: c - (loss(ell + h) - loss(ell - h)) / (2 * h), "the difference between"),
    ("18.2", lambda c, loss, ell, h: abs(_by_diff(c, loss, ell, h)), "abs takes the sign away"),
    ("18.2", lambda c, loss, ell, h: _by_diff(c, loss, ell, h) - 1, "1 was taken off"),
    ("18.2", lambda c, loss, ell, h: _by_diff(c, loss, ell), "the h that was handed in"),
    ("18.2", lambda c, loss, ell, h: c / (loss(ell + h) - loss(ell - h)) / (2 * h), "divides twice"),
    ("18.2", lambda c, loss, ell, h: c / ((loss(ell + 2 * h) - loss(ell)) / (2 * h)), ""),
    ("18.2", lambda c, loss, ell, h: 1.0, ""),
    ("18.3", _redrawn, "drawn anew"),
    ("18.3", _direct, "the direct effect"),
    ("18.3", _with_noise(g="theta"), "g was taken at the old"),
    ("18.3", _with_noise(noisy=True), "g was taken with noise"),
    ("18.3", _with_noise(around="moved"), "were taken at the new weights"),
    ("18.3", _with_noise(width=1), "divided by h. From"),
    ("18.3", _with_noise(down=0, width=1), "one-sided difference, whose error"),
    ("18.3", _with_noise(down=0), "was divided by 2 * h"),
    ("18.3", _with_noise(factor=-1), "eta is missing"),
    ("18.3", lambda t1, t2, draw, theta, s, eta, h: _tuned(t1, t2, draw, theta, s, eta, h) * h * h, "brackets"),
    ("18.3", lambda *case: np.mean(_vector(*case)), "the mean of the products"),
    ("18.3", lambda *case: -_tuned(*case), "the minus is missing"),
    ("18.3", _vector, "add the products up"),
    ("18.3", _with_noise(width=3), ""),
    ("18.3", lambda *case: 0.0, ""),
    ("18.4", lambda e, s, d, r, c: (k := s // math.ceil(d / r), c / k if k else 0), "one epoch were counted"),
    ("18.4", lambda e, s, d, r, c: (k := e // math.ceil(d / r), c / k if k else 0), "one hyper-step"),
    ("18.4", lambda e, s, d, r, c: (k := math.ceil(e * s / math.ceil(d / r)), c / k), "k was rounded up"),
    ("18.4", lambda e, s, d, r, c: (k := round(e * s / math.ceil(d / r)), c / k if k else 0), "to the nearest"),
    ("18.4", lambda e, s, d, r, c: (k := e * s / math.ceil(d / r), c / k), "k is a whole number"),
    ("18.4", lambda e, s, d, r, c: (k := e * s // math.floor(d / r), c / k if k else 0), "needed were rounded down"),
    ("18.4", lambda e, s, d, r, c: (k := math.ceil(d / r), c / k), "the number of hyper-steps"),
    ("18.4", lambda e, s, d, r, c: (1, c), "k is 1"),
    ("18.4", lambda e, s, d, r, c: (k := e * s // math.ceil(r / d), c / k), "upside down"),
    ("18.4", lambda e, s, d, r, c: (k := max(e * s // math.ceil(d / r), 1), c / k), "there is no k"),
    ("18.4", lambda *case: (k := _by_trying(*case)[0], case[4] if k else 0), "not divided by k"),
    ("18.4", lambda *case: (k := _by_trying(*case)[0], case[4] * k), "multiplied with k"),
    ("18.4", lambda *case: (k := _by_trying(*case)[0], case[4] / (k + case[4]) if k else 0), "share of all the time"),
    ("18.4", lambda *case: (k := _by_trying(*case)[0], 1 + case[4] / k if k else 0), "the plain training in it"),
    ("18.4", lambda *case: _by_trying(*case)[::-1], "in the other order"),
    ("18.4", lambda *case: _by_trying(*case)[0], "only k came back"),
    ("18.4", lambda *case: (k := _by_trying(*case)[0], 100 * case[4] / k if k else 0), "in per cent"),
    ("18.4", _moved_by(1), "too large by 1"),
    ("18.4", _moved_by(-1), "too small by 1"),
    ("18.4", lambda e, s, d, r, c: (10, c / 10), ""),
    ("18.4", lambda e, s, d, r, c: (k := int(e * s * r / d) + 1, c / k), ""),
    ("18.4", lambda e, s, d, r, c: (k := int(e * s * r / d), c / k if k else 0), "were not rounded up"),
    ("18.5", lambda one, whole, error: 1 - np.array(_by_loops(one, whole, error)), "where they agree"),
    ("18.5", lambda one, whole, error: (one * whole < 0).mean(axis=0), "all places were counted"),
    ("18.5", lambda one, whole, error: ((np.abs(whole) > 2 * error) & (one * whole < 0)).mean(axis=0), "not of all"),
    ("18.5", lambda one, whole, error: _by_loops(one, whole, error / 2), "one standard error"),
    ("18.5", lambda one, whole, error: _by_loops(whole, one, error), "error is that of the whole training"),
    ("18.5", lambda one, whole, error: 100 * np.array(_by_loops(one, whole, error)), "in per cent"),
    ("18.5", lambda one, whole, error: _by_loops(one.T, whole.T, error.T), "the axes are exchanged"),
    ("18.5", lambda one, whole, error: np.nan_to_num(_by_loops(one, whole, error)), "Nothing is known"),
    ("18.5", lambda one, whole, error: ((np.abs(whole) > 2 * error) & (one * whole < 0)).sum(axis=0), "and not shares"),
    ("18.5", lambda one, whole, error: [np.mean((one * whole < 0)[np.abs(whole) > 2 * error])] * 3, ""),
    ("18.5", lambda one, whole, error: np.zeros(3), ""),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "function"), RIGHT)
def test_unusual_answers_that_are_right_pass(exercise_id: str, function: Function) -> None:
    """However it is written, and in whatever form."""
    passes(exercise_id, function)


@pytest.mark.parametrize(("exercise_id", "function", "said"), WRONG)
def test_mistakes_as_students_write_them(exercise_id: str, function: Function, said: str) -> None:
    """A well-known mistake is named; an answer that merely lies near one is shown a case, without a diagnosis."""
    is_mistaken(exercise_id, function, said)


@pytest.mark.parametrize("exercise_id", ["18.1", "18.2", "18.3", "18.4", "18.5"])
def test_an_untouched_stub_is_not_attempted(exercise_id: str) -> None:
    """Raising NotImplementedError is no mistake."""

    def stub(*arguments: Any) -> Any:
        raise NotImplementedError

    assert examine(exercise(exercise_id), stub).state == "not attempted"


def test_hyper_steps_counted_one_by_one_pass_with_a_remark() -> None:
    """An overhead that knows that the last steps see no hyper-step is right."""

    def exactly(n_epochs: int, steps_per_epoch: int, distance: float, rate: float, cost: float) -> Any:
        k, _ = _by_trying(n_epochs, steps_per_epoch, distance, rate, cost)
        n_steps = n_epochs * steps_per_epoch
        return k, (n_steps // k * cost / n_steps if k else 0)

    verdict = examine(exercise("18.4"), exactly)
    assert (verdict.state, verdict.message[:27]) == ("passed", "You counted the hyper-steps")


# --- the truths, against something that knows nothing of them ---------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_the_penaltys_hypergradient_is_that_of_automatic_differentiation(seed: int) -> None:
    """Through one step of a small network with a penalty on all its parameters, torch finds the same slope."""
    rng = np.random.default_rng(seed)
    eta, ell = float(rng.uniform(0.1, 1)), float(rng.uniform(-3, 0))
    rows = [torch.tensor(rng.normal(size=(6, 4))) for _ in range(2)]

    def loss(theta: Any, part: int) -> Any:
        hidden = torch.tanh(rows[part][:, :3] @ theta[:12].reshape(3, 4) + theta[12:16])
        return ((hidden @ theta[16:20] - rows[part][:, 3]) ** 2).mean()

    theta = torch.tensor(rng.normal(size=20), requires_grad=True)
    knob = torch.tensor(ell, dtype=torch.float64, requires_grad=True)
    (slopes,) = torch.autograd.grad(loss(theta, 0) + 10**knob / 2 * (theta**2).sum(), theta, create_graph=True)
    moved = theta - eta * slopes
    (wanted,) = torch.autograd.grad(loss(moved, 1), knob)

    def gradient(weights: Any) -> Any:
        at = torch.tensor(weights, requires_grad=True)
        return torch.autograd.grad(loss(at, 1), at)[0].numpy()

    found = exercise("18.1").truth(gradient, theta.detach().numpy(), moved.detach().numpy(), eta, ell)
    assert found == pytest.approx(wanted.item(), rel=1e-9)


def test_the_hypergradient_of_the_paper_case() -> None:
    """G = (0.5, 0.5) at the new weights, g . theta = 1.5; times -0.1 ln(10) 0.1."""
    asked = exercise("18.1")
    assert asked.truth(*asked.cases[0]) == pytest.approx(-0.015 * LN10)


@pytest.mark.parametrize("seed", range(10))
def test_a_check_finds_the_factor_that_the_source_left_out(seed: int) -> None:
    """Its formula is too large by 1 / (ln 10 * 10^ell), and the right one by nothing; the rest shrinks with h * h."""
    ratio = exercise("18.2").truth
    _, loss, ell, _ = claimed_slope(np.random.default_rng(seed))
    right = loss.slope(ell)
    source = -(loss.unpenalised - 10**ell * loss.pull) @ loss.pull
    assert ratio(right, loss, ell, 1e-4) == pytest.approx(1, abs=1e-4)
    assert ratio(source, loss, ell, 1e-4) == pytest.approx(1 / (LN10 * 10**ell), rel=1e-4)
    coarse, fine = (ratio(right, loss, ell, h) - 1 for h in (0.02, 0.01))
    assert coarse / fine == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("seed", range(10))
def test_the_noises_hypergradient_is_that_of_automatic_differentiation(seed: int) -> None:
    """Through one step of the neuron, with its noise held fixed, torch finds the same slope up to h * h."""
    t1, t2, draw, theta, sigma, eta, _ = batches(np.random.default_rng(seed))
    eps = torch.tensor(np.random.default_rng(draw.seed).normal(size=(N_ROWS, N_INPUTS)))

    def loss(weights: Any, part: Any, noise: Any) -> Any:
        rng = np.random.default_rng(part.seed)
        inputs, targets = (torch.tensor(one) for one in (rng.normal(size=eps.shape), rng.uniform(-1, 1, len(eps))))
        return ((torch.tanh((inputs + noise) @ weights) - targets) ** 2).mean() / 2

    weights, knob = (torch.tensor(one, dtype=torch.float64, requires_grad=True) for one in (theta, sigma))
    (slopes,) = torch.autograd.grad(loss(weights, t1, knob * eps), weights, create_graph=True)
    (wanted,) = torch.autograd.grad(loss(weights - eta * slopes, t2, 0 * eps), knob)
    found = exercise("18.3").truth(t1, t2, draw, theta, sigma, eta, 1e-4)
    assert found == pytest.approx(wanted.item(), rel=1e-5)
    assert slopes.detach().numpy() == pytest.approx(t1(theta, sigma, eps.numpy())[1])


@pytest.mark.parametrize("seed", range(5))
def test_noise_that_is_drawn_anew_hides_what_is_asked(seed: int) -> None:
    """With a tenth of h, the answer of who draws twice is ten times as large, and the right one is as it was."""
    case = batches(np.random.default_rng(seed))[:-1]
    wrong = next(one for one in exercise("18.3").mistakes if "drawn anew" in one.message).functions[0]
    assert wrong(*case, 1e-5) / wrong(*case, 1e-4) == pytest.approx(10, rel=0.1)
    right = exercise("18.3").truth
    assert right(*case, 1e-5) == pytest.approx(right(*case, 1e-4), rel=1e-4)


def test_a_check_leaves_the_noise_of_the_cases_as_it_was() -> None:
    """Asked twice, the truth answers the same, and so do the well-known mistakes."""
    asked = exercise("18.3")
    for function in (asked.truth, *(one for known in asked.mistakes for one in known.functions)):
        assert np.array_equal(function(*asked.cases[0]), function(*asked.cases[0]))


@pytest.mark.parametrize("seed", range(20))
def test_the_largest_k_is_found_by_trying_all(seed: int) -> None:
    """And the source's own figures: from one end of its range to the other, k = 9 would have done, and it took 10."""
    largest = exercise("18.4").truth
    case = training(np.random.default_rng(seed))
    assert largest(*case) == pytest.approx(_by_trying(*case))
    assert largest(50, 550, 3.0, 0.001, 1.2)[0] == 9
    assert largest(50, 550, 2.7, 0.001, 1.2)[0] == 10


@pytest.mark.parametrize("seed", range(20))
def test_shares_of_misled_places_are_counted_by_loops(seed: int) -> None:
    """Place by place; and who looks one step ahead with the whole slope is never misled."""
    one_step, whole, error = field(np.random.default_rng(seed))
    assert exercise("18.5").truth(one_step, whole, error) == pytest.approx(_by_loops(one_step, whole, error))
    assert exercise("18.5").truth(whole, whole, error).tolist() == [0, 0, 0]
    assert exercise("18.5").truth(-whole, whole, error).tolist() == [1, 1, 1]


@pytest.mark.parametrize("seed", range(5))
def test_a_case_prints_as_code_that_makes_it(seed: int) -> None:
    """What a failing check shows of a function can be pasted: it gives the same numbers."""
    rng = np.random.default_rng(seed)
    gradient, theta, *_ = step(rng)
    loss = claimed_slope(rng)[1]
    pasted = [eval(repr(one), {"np": np}) for one in (gradient, loss)]
    assert pasted[0](theta) == pytest.approx(gradient(theta))
    assert pasted[1](-0.5) == pytest.approx(loss(-0.5))
