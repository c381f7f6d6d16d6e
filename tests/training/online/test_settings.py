"""What makes no sense is refused: the rule, the value, the way out."""

import numpy as np
import pytest

from hpo_tutor.training import CNN, MLP
from hpo_tutor.training.online import Knob, OnlineTuning, TwoSets
from tests.training.online.small_problems import make_sets

MODEL = MLP((5,))


def tune(**changed: object) -> OnlineTuning:
    """A training of two networks that is in order, but for what is changed."""
    options = {
        "model": MODEL,
        "data": make_sets(MODEL),
        "starts": {"l2": -3.0},
        "seeds": [0, 1],
        "epochs": 2,
        **changed,
    }
    return OnlineTuning(**options)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"starts": {"speed": 1.0}}, "'speed' cannot be tuned .* 2 dense layers trains; it has l2, "),
        ({"starts": {"l2_3": -3.0}}, "'l2_3' cannot be tuned"),
        ({"starts": {"l2_0": -3.0}}, "'l2_0' cannot be tuned"),
        ({"starts": {"noise_1": 0.1}}, "'noise_1' cannot be tuned"),
        ({"starts": {"dropout_noise_1": 0.1}}, "'dropout_noise_1' cannot be tuned"),
        ({"model": MLP(()), "starts": {"dropout_noise": 0.1}}, "'dropout_noise' cannot be tuned"),
        ({"starts": {"l2": -3.0, "l2_2": -3.0}}, "l2 and l2_2 act at the same place, dense layer 2; leave one"),
        ({"starts": {"dropout_noise_2": 0, "dropout_noise": 0}}, "dropout_noise_2 and dropout_noise act at the same"),
        ({"starts": {"l2": 1e-3}}, r"must lie in -5.5..-2.5, got 0.001; l2 is log10 of the penalty; stay within, or"),
        ({"starts": {"l2": [-3.0, np.nan]}}, r"starts\['l2'\] must lie in -5.5..-2.5, got nan"),
        ({"starts": {"input_noise": -0.1}}, r"starts\['input_noise'\] must lie in 0..0.8, got -0.1"),
        ({"starts": {"l2": [-3.0] * 3}}, r"one value for each of the 2 seeds, got shape \(3,\); give both the same"),
        ({"starts": {"l2": [[-3.0], [-3.0]]}}, r"got shape \(2, 1\)"),
        ({"knobs": {"input_noise": Knob(0, 1, 0.1)}}, "input_noise has a knob and no start; give it one"),
        ({"knobs": {"l2": Knob(-3, -4, 0.1)}}, r"the range of l2 must be finite and not empty, got -3..-4"),
        ({"knobs": {"l2": Knob(-np.inf, 0, 0.1)}}, "the range of l2 must be finite"),
        ({"knobs": {"l2": Knob(-4, 0, -0.1)}}, "the rate of l2 must be a finite number >= 0, got -0.1; 0 holds it"),
        ({"starts": {"input_noise": 0.1}, "knobs": {"input_noise": Knob(-1, 1, 0.1)}}, "begins at 0 or above, got -1"),
        ({"every": 0}, "every must be a whole number of steps >= 1, got 0; None never asks T2"),
        ({"every": 2.5}, "every must be a whole number of steps >= 1, got 2.5"),
        ({"every": float("nan")}, "every must be a whole number of steps >= 1, got nan"),
        ({"every": "2"}, "every must be a whole number of steps >= 1, got '2'"),
        ({"epochs": 0}, "epochs must be a whole number >= 1, got 0"),
        ({"batch_size": 0}, "batch_size must be a whole number >= 1, got 0"),
        ({"tuning_batch_size": 1.5}, "tuning_batch_size must be a whole number >= 1, got 1.5"),
        ({"learning_rate": 0.0}, "learning_rate must be a finite number > 0, got 0.0"),
        ({"momentum": 0.9}, "momentum belongs to optimiser='sgd'; Adam has its own, leave it out"),
        ({"momentum": 1.0, "optimiser": "sgd"}, "momentum must be a finite number >= 0 and < 1, got 1.0"),
        ({"optimiser": "lion"}, "optimiser must be one of adam, sgd, got 'lion'"),
        ({"gradient": "true"}, "gradient must be one of exact, sgd, source, got 'true'"),
        ({"dtype": "float16"}, "dtype must be one of float32, float64, got 'float16'"),
        ({"device": "tpu"}, "device must be 'cpu' or 'cuda', got 'tpu'"),
        ({"n_threads": 0}, "n_threads must be at least 1, got 0; None takes every core"),
        ({"seeds": []}, "at least one model, got no seeds"),
        ({"seeds": [0, -1]}, r"a seed must be a whole number in 0..2\*\*64-1, got -1"),
        ({"model": MLP((5,), batch_norm=True)}, "an MLP without batch normalisation, got MLP"),
        ({"model": CNN((4, 4, 1))}, "an MLP without batch normalisation, got CNN"),
        ({"model": MLP((5,), n_outputs=2)}, r"train_targets have shape \(30, 1\), the model has 2 output"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, object], message: str) -> None:
    """The message names the rule, the value and, where it is not plain, the way out."""
    with pytest.raises(ValueError, match=message):
        tune(**changed)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"tuning_inputs": np.zeros((3, 2)), "tuning_targets": np.zeros(3)}, "columns, tuning_inputs 2; both must"),
        ({"tuning_targets": np.zeros(3)}, r"tuning_targets must have 24 rows as the inputs have, got \(3,\)"),
        ({"train_targets": np.zeros(3)}, r"train_targets must have 30 rows as the inputs have, got \(3,\)"),
        ({"train_inputs": np.zeros((0, 4)), "train_targets": np.zeros(0)}, r"got \(0, 4\)"),
        ({"tuning_inputs": np.full((24, 4), np.nan)}, "tuning_inputs must be finite, 96 of 96 values are not"),
        ({"scored": {"train": (np.zeros((3, 4)), np.zeros(3))}}, "'train' is the name of T1's rows"),
        ({"scored": {"tuning": (np.zeros((3, 4)), np.zeros(3))}}, "'tuning' is the name of T2's rows"),
        ({"scored": {"test": (np.zeros((3, 5)), np.zeros(3))}}, "columns, test_inputs 5"),
    ],
)
def test_rows_that_do_not_fit_are_refused(changed: dict[str, object], message: str) -> None:
    """The message names the part and what is wrong with it."""
    data = make_sets(MODEL)
    parts = {name: getattr(data, name) for name in ("train_inputs", "train_targets", "tuning_inputs", "tuning_targets")}
    with pytest.raises(ValueError, match=message):
        TwoSets(**{**parts, **changed})


def test_labels_of_every_part_are_checked() -> None:
    """A class that the model does not have is found in T2 and in rows that are only scored."""
    rows = np.zeros((4, 2)), np.array([0, 1, 2, 3])
    good = np.zeros((4, 2)), np.array([0, 1, 2, 0])
    model = MLP((5,), task="classification", n_outputs=3)
    for name, data in (("tuning", TwoSets(*good, *rows)), ("test", TwoSets(*good, *good, {"test": rows}))):
        with pytest.raises(ValueError, match=rf"{name}_targets must lie in 0..2, they span 0..3"):
            tune(model=model, data=data)


def test_scores_need_rows_and_training() -> None:
    """Unknown rows are named with those there are; before an epoch there is nothing to score or to read."""
    tuning = tune()
    for ask in (lambda: tuning.score("test"), lambda: tuning.tuned):
        with pytest.raises(ValueError, match=r"no epoch has been trained; call train\(\), or walk through fit\(\)"):
            ask()
    tuning.train()
    with pytest.raises(ValueError, match="there are no rows 'moon'; there are train, tuning, test"):
        tuning.score("moon")


def test_a_plain_triple_is_a_knob() -> None:
    """(low, high, rate) does as a ``Knob`` does, and the ends of the range belong to it."""
    for low, high, rate in ((-3.0, -1.0, 0.1), (-3.0, -3.0, 0.1)):
        assert tune(knobs={"l2": (low, high, rate)}, every=1).train().values[:, 0] == pytest.approx(low)
