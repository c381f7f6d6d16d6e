"""T1-T2 as a whole: plain training where it should be, paths within ranges, nobody minds the company."""

import threading

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from hpo_tutor.training import MLP, Data, Population
from hpo_tutor.training.online import Knob, OnlineTuning, TwoSets
from hpo_tutor.training.online.side_by_side import SideBySide
from tests.training.online.reference import Learner
from tests.training.online.small_problems import FIELDS, L2, NOISE, assert_equal, engine, make_sets, references

MODELS = {"classes": MLP((7, 5), "relu", "classification", 3), "numbers": MLP((6,), "tanh", n_outputs=2)}
EACH_MODEL = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
ADAM, DESCENT = Learner("adam", 0.01), Learner("sgd", 0.05, 0.9)
EACH_LEARNER = pytest.mark.parametrize("learner", [ADAM, DESCENT], ids=["adam", "sgd"])
WHERE = {"l2": np.array([-1.0, -2.0, -4.0]), "input_noise": np.array([0.0, 0.3, 1.0])}


def kept(tuning: OnlineTuning) -> NDArray[np.float64]:
    """How good the networks are after training, on every part: equal only if their weights are, (K, parts)."""
    return np.stack([tuning.score(part).losses for part in ("train", "tuning", "test")], axis=1)


@EACH_MODEL
@EACH_LEARNER
@pytest.mark.parametrize("n_tuning", [0, 1])
def test_plain_training_is_a_populations(model: MLP, learner: Learner, n_tuning: int) -> None:
    """Without hyper-steps, or with knobs that are held, every loss of three epochs is plain torch's within 1e-9."""
    data = make_sets(model)
    if n_tuning:
        held = {"l2": L2._replace(rate=0.0), "input_noise": NOISE._replace(rate=0.0)}
        tuning = engine(model, data, WHERE, [4, 5, 6], learner, knobs=held, every=1)
    else:
        tuning = engine(model, data, WHERE, [4, 5, 6], learner, every=None)
    settings = {"learning_rate": learner.rate, "epochs": 3, "batch_size": 8, "l2": 10 ** WHERE["l2"]}
    settings |= {"input_noise": WHERE["input_noise"]} | ({"momentum": learner.momentum} if learner.momentum else {})
    population = Population(
        model,
        Data(data.train_inputs, data.train_targets, *data.part("test")),
        settings,
        [4, 5, 6],
        "loop",
        optimiser=learner.optimiser,
        dtype="float64",
        device="cpu",
    )
    reports = list(population.fit())
    tuned = tuning.train()
    np.testing.assert_allclose(
        tuned.training_losses, np.stack([report.training_losses for report in reports], axis=1), rtol=1e-9
    )
    np.testing.assert_allclose(tuning.score("test").losses, population.losses, rtol=1e-9)
    np.testing.assert_array_equal(tuned.values[:, -1], np.stack(list(WHERE.values()), axis=1))


@EACH_MODEL
def test_scores_are_those_of_the_trained_weights(model: MLP) -> None:
    """Losses and shares of wrong classes on every part, by a plain pass through the reference's weights."""
    data, where = make_sets(model), {"l2": np.array([-1.0, -3.0]), "input_noise": np.array([0.5, 0.1])}
    tuning = engine(model, data, where, [0, 1], ADAM)
    tuning.train()
    for k, run in enumerate(references(model, data, where, [0, 1], ADAM, "exact")):
        for part in ("train", "tuning", "test"):
            inputs, targets = data.part(part)
            values = torch.tensor(inputs)
            layers = list(zip(run.weights[::2], run.weights[1::2], strict=True))
            for n, (weights, biases) in enumerate(layers, start=1):
                values = values @ weights + biases
                if n < len(layers):
                    values = values.relu() if model.activation == "relu" else values.tanh()
            outputs, scores = values.detach().numpy(), tuning.score(part)
            if model.task == "classification":
                shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
                wanted = -np.log(shares[np.arange(len(targets)), targets]).mean()
                assert scores.errors[k] == pytest.approx(np.mean(outputs.argmax(axis=1) != targets), abs=1e-12)
            else:
                wanted = np.mean((outputs - targets) ** 2)
                assert np.isnan(scores.errors[k])
            assert scores.losses[k] == pytest.approx(wanted, rel=1e-9)


@EACH_MODEL
@EACH_LEARNER
def test_company_and_threads_change_no_path(model: MLP, learner: Learner) -> None:
    """Twenty networks on one thread, on three, and three of them alone go the same ways, up to rounding."""
    rng, data = np.random.default_rng(2), make_sets(model)
    where = {"l2": rng.uniform(-4, 0, 20), "noise_2": rng.uniform(0, 1, 20)}
    together = engine(model, data, where, range(20), learner).train()
    threads = engine(model, data, where, range(20), learner, n_threads=3).train()
    for field in FIELDS:
        np.testing.assert_allclose(getattr(threads, field), getattr(together, field), rtol=1e-9, atol=1e-14)
    for k in (0, 9, 19):
        alone = engine(model, data, {name: values[k] for name, values in where.items()}, [k], learner).train()
        for field in FIELDS:
            np.testing.assert_allclose(getattr(alone, field)[0], getattr(together, field)[k], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("rule", ["exact", "sgd", "source"])
def test_adam_turns_the_knobs_within_their_ranges(rule: str) -> None:
    """The path is torch.optim.Adam's on the logged hypergradients, clipped after each step; some start at an end."""
    model, narrow = MODELS["classes"], {"l2": Knob(-2.2, -1.8, 0.15), "input_noise": Knob(0.1, 0.5, 0.1)}
    where = {"l2": np.linspace(-2.2, -1.8, 6), "input_noise": np.linspace(0.5, 0.1, 6)}
    tuned = engine(model, make_sets(model), where, range(6), ADAM, knobs=narrow, every=1, gradient=rule).train()
    ended = 0
    for k in range(6):
        for place, (name, knob) in enumerate(narrow.items()):
            value = torch.tensor(where[name][k], requires_grad=True)
            adam = torch.optim.Adam([value], lr=knob.rate)
            for n, slope in enumerate(tuned.hypergradients[k, :, place]):
                value.grad = torch.tensor(slope)
                adam.step()
                value.data.clamp_(knob.low, knob.high)
                assert tuned.values[k, n + 1, place] == pytest.approx(value.item(), abs=1e-12)
                ended += value.item() in (knob.low, knob.high)
    assert ended > 20  # there was something to clip


@pytest.mark.parametrize(("every", "expected"), [(1, range(1, 13)), (5, (5, 10)), (12, (12,)), (13, ())])
def test_every_counts_steps_across_epochs(every: int, expected: range | tuple[int, ...]) -> None:
    """Three epochs of four steps have 12 // every hyper-steps, after each ``every``-th; shapes say so."""
    model = MODELS["classes"]
    tuning = engine(model, make_sets(model), WHERE, range(3), ADAM, every=every)
    reports, n = list(tuning.fit()), len(expected)
    tuned = tuning.tuned
    assert tuned.steps.tolist() == list(expected)
    assert tuned.names == ("l2", "input_noise")
    shapes = (3, n + 1, 2), (3, n, 2), (3, n), (3, 3)
    assert tuple(getattr(tuned, field).shape for field in FIELDS) == shapes
    for epoch, report in enumerate(reports, start=1):
        assert report.epoch == epoch
        np.testing.assert_array_equal(report.values, tuned.values[:, epoch * 4 // every])
        np.testing.assert_array_equal(report.training_losses, tuned.training_losses[:, epoch - 1])
    for place, name in enumerate(tuned.names):
        np.testing.assert_array_equal(tuned.values[:, 0, place], WHERE[name])
        np.testing.assert_array_equal(tuned.final[name], tuned.values[:, -1, place])
        np.testing.assert_array_equal(tuned.path(1)[name], tuned.values[1, 1:, place])


def test_a_run_can_be_repeated() -> None:
    """The same object twice, and another one, give the same numbers to the last bit; other seeds do not."""
    model = MODELS["classes"]
    first = engine(model, make_sets(model), WHERE, range(3), ADAM)
    before, scores = first.train(), kept(first)
    again, other = first.train(), engine(model, make_sets(model), WHERE, range(3), ADAM).train()
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(again, field), getattr(before, field))
        np.testing.assert_array_equal(getattr(other, field), getattr(before, field))
    np.testing.assert_array_equal(kept(first), scores)
    strange = engine(model, make_sets(model), WHERE, range(1, 4), ADAM).train()
    assert np.all(strange.hypergradients[:, 0] != before.hypergradients[:, 0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_diverging_network_harms_no_other(dtype: str) -> None:
    """A penalty of 1e30 blows one network up: its hyperparameters stay in range, and its neighbours on their paths."""
    model = MODELS["numbers"]
    wide = {"l2": Knob(-4.0, 30.0, 0.1), "input_noise": NOISE}
    where = {"l2": np.array([-1.0, 30.0, -4.0]), "input_noise": np.array([0.2, 0.3, 0.4])}
    options = {"knobs": wide, "dtype": dtype, "epochs": 8, "every": 1}
    tuning = engine(model, make_sets(model), where, [0, 1, 2], DESCENT, **options)
    tuned = tuning.train()
    assert not np.isfinite(tuned.hypergradients[1]).all()
    assert not np.isfinite(tuning.score("test").losses[1])
    assert np.isfinite(tuned.values).all()
    assert np.all((tuned.values >= [-4, 0]) & (tuned.values <= [30, 1]))
    without = {name: values[[0, 2]] for name, values in where.items()}
    others = engine(model, make_sets(model), without, [0, 2], DESCENT, **options).train()
    for field in FIELDS:
        tolerance = 1e-9 if dtype == "float64" else 1e-3
        np.testing.assert_allclose(getattr(tuned, field)[[0, 2]], getattr(others, field), rtol=tolerance, atol=1e-4)


@EACH_LEARNER
@pytest.mark.parametrize("seed", range(2))
def test_too_much_penalty_is_tuned_away(learner: Learner, seed: int) -> None:
    """A curved surface, eight networks at a penalty of 0.3: 200 hyper-steps more than halve T2's and unseen losses."""
    model, where = MLP((16,), "tanh"), {"l2": -0.5}
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(600, 2))
    targets = 2 * np.tanh(2 * inputs[:, 0]) + inputs[:, 1] + 0.1 * rng.normal(size=600)
    t1, t2, test = slice(200), slice(200, 300), slice(300, None)
    data = TwoSets(inputs[t1], targets[t1], inputs[t2], targets[t2], {"test": (inputs[test], targets[test])})
    losses = {}
    for name, rate in (("held", 0.0), ("tuned", 0.02)):
        knobs = {"l2": Knob(-4.0, 0.0, rate)}
        tuning = engine(model, data, where, range(8), learner, knobs=knobs, epochs=40, batch_size=20)
        final = tuning.train().final["l2"]
        losses[name] = kept(tuning)[:, 1:]
        assert np.all(final == -0.5 if name == "held" else final < -0.9)
    assert np.all(losses["tuned"] < 0.5 * losses["held"])


def test_an_interrupt_leaves_whole_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the third epoch of twelve networks on one thread: two epochs are logged, for all networks."""
    model, where = MODELS["classes"], {"l2": np.linspace(-4, 0, 12)}
    tuning = engine(model, make_sets(model), where, range(12), ADAM)
    step, calls = SideBySide._step, []

    def interrupted(self: SideBySide, *args: object) -> torch.Tensor:
        calls.append(self)
        if len(set(map(id, calls))) > 1 and calls.count(self) == 11:  # not in the first side: that has gone on
            raise KeyboardInterrupt
        return step(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(SideBySide, "_step", interrupted)
    alive = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        tuning.train()
    monkeypatch.undo()
    assert threading.active_count() == alive
    expected = engine(model, make_sets(model), where, range(12), ADAM, epochs=2).train()
    for field in (*FIELDS, "steps"):
        np.testing.assert_array_equal(getattr(tuning.tuned, field), getattr(expected, field))


def test_leaving_the_loop_keeps_what_was_reported() -> None:
    """After a break in epoch 2 the log and the scores are those of a training of two epochs."""
    model = MODELS["classes"]
    tuning = engine(model, make_sets(model), WHERE, range(3), ADAM)
    for report in tuning.fit():
        if report.epoch == 2:
            break
    two = engine(model, make_sets(model), WHERE, range(3), ADAM, epochs=2)
    expected = two.train()
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(tuning.tuned, field), getattr(expected, field))
    np.testing.assert_array_equal(kept(tuning), kept(two))


def test_no_hyperparameters_is_plain_training() -> None:
    """Without any start there is nothing to ask T2 about: no hyper-steps, and the losses of a penalty of 10**-300."""
    model = MODELS["classes"]
    bare = engine(model, make_sets(model), {}, range(3), ADAM)
    tuned = bare.train()
    assert (tuned.values.shape, tuned.hypergradients.shape, tuned.names) == ((3, 1, 0), (3, 0, 0), ())
    nothing = engine(
        model, make_sets(model), {"l2": -300.0}, range(3), ADAM, every=None, knobs={"l2": Knob(-300, 0, 0)}
    )
    np.testing.assert_allclose(tuned.training_losses, nothing.train().training_losses, rtol=1e-9)


@pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
@pytest.mark.parametrize("rule", ["exact", "sgd", "source"])
def test_every_device_gives_the_references_path(device: str, rule: str) -> None:
    """On the processor, and on the GPU where there is one, with all kinds of hyperparameters at once."""
    model = MODELS["classes"]
    where = {"l2_1": [-1.0, -2.0], "l2_3": [-3.0, 0.0], "input_noise": [0.1, 0.5], "noise_3": [0.2, 0.0]}
    where |= {"dropout_noise": [0.4, 0.2]}
    columns = {name: np.array(values) for name, values in where.items()}
    tuned = engine(model, make_sets(model), columns, [0, 1], ADAM, gradient=rule, device=device).train()
    assert_equal(tuned, references(model, make_sets(model), columns, [0, 1], ADAM, rule))


@pytest.mark.parametrize("n_threads", [1, 3])
def test_a_move_by_hand_is_a_hyper_steps(n_threads: int) -> None:
    """Knobs that jump to an end after the first epoch, and a plain training moved there: the same second epoch."""
    model, data, rng = MODELS["classes"], make_sets(MODELS["classes"]), np.random.default_rng(3)
    where = {"l2": rng.uniform(-3, -2, 20), "input_noise": rng.uniform(0.2, 0.6, 20)}
    jumping = {"l2": Knob(-5.0, 0.0, 99.0), "input_noise": Knob(0.0, 1.0, 99.0)}
    alone = engine(model, data, where, range(20), ADAM, knobs=jumping, every=4, epochs=2)
    path = alone.train().values
    assert {*np.unique(path[:, 1, 0])} == {-5.0, 0.0}
    by_hand = engine(model, data, where, range(20), ADAM, knobs=jumping, every=None, epochs=2, n_threads=n_threads)
    for report in by_hand.fit():
        if report.epoch == 1:
            by_hand.move({"input_noise": path[:, 1, 1], "l2": path[:, 1, 0]})
    np.testing.assert_allclose(by_hand.tuned.training_losses, alone.tuned.training_losses, rtol=1e-9)
    np.testing.assert_allclose(kept(by_hand), kept(alone), rtol=1e-9)


def test_a_move_that_makes_no_sense_is_refused() -> None:
    """Before there is a training, to nowhere, or of what is not tuned; nothing has moved then."""
    tuning, untouched = (engine(MODELS["classes"], make_sets(MODELS["classes"]), WHERE, range(3), ADAM) for _ in "ab")
    with pytest.raises(ValueError, match="no epoch has been trained"):
        tuning.move({"l2": -2.0})
    for _ in tuning.fit():
        with pytest.raises(ValueError, match="only l2, input_noise can be moved here, got noise_2"):
            tuning.move({"l2": -2.0, "noise_2": 0.1})
        with pytest.raises(ValueError, match=r"values\['input_noise'\] must lie in .*got 7"):
            tuning.move({"l2": -2.0, "input_noise": 7.0})
        with pytest.raises(ValueError, match="must have one value for each of the 3 seeds"):
            tuning.move({"input_noise": 0.2, "l2": [-2.0, -3.0]})
    np.testing.assert_array_equal(tuning.tuned.values, untouched.train().values)
    np.testing.assert_array_equal(kept(tuning), kept(untouched))
