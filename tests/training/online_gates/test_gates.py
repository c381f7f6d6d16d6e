"""Relaxed choices: what the gates follow, what a single option is, and how far the largest share can be trusted."""

from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses

from hpo_tutor.training import MLP, Data, Population
from hpo_tutor.training.online import TwoSets, gate_verdicts
from hpo_tutor.training.online.gates import GatedTuning
from hpo_tutor.training.randomness import Stream

N_TRAIN, N_TUNING, BATCH = 36, 20, 12
FORMULAS = {"relu": F.relu, "tanh": torch.tanh, "identity": lambda z: 1 * z, "sine": torch.sin}


def make_sets(seed: int = 0) -> TwoSets:
    """Three classes of a curved surface."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(N_TRAIN + N_TUNING + 50, 4))
    labels = np.digitize(np.sin(2 * inputs[:, 0]) + inputs[:, 1] * inputs[:, 2], [-0.5, 0.5])
    first, second = N_TRAIN, N_TRAIN + N_TUNING
    test = {"test": (inputs[second:], labels[second:])}
    return TwoSets(inputs[:first], labels[:first], inputs[first:second], labels[first:second], test)


def tuning_loss(options: Any, seed: int, step_gates: torch.Tensor, pass_gates: torch.Tensor) -> float:
    """T2's loss after an epoch of three steps of torch's Adam, the third and the last pass under these gates."""
    data, widths = make_sets(), [option for option in options if not isinstance(option, str)]
    sizes = (4, *((max(widths),) * 2 if widths else (6, 5)), 3)
    stream = Stream(seed)
    start = stream.weights(MLP(sizes[1:-1], task="classification", n_outputs=3).layers(4))
    tensors = [tensor.clone().requires_grad_() for tensor in start]
    rows_of = {"train": (data.train_inputs, data.train_targets), "tuning": (data.tuning_inputs, data.tuning_targets)}

    def loss(part: str, rows: Any, values: torch.Tensor) -> torch.Tensor:
        inputs, targets = (torch.tensor(array)[rows] for array in rows_of[part])
        shares, here = torch.softmax(values, 0), inputs
        for layer in range(3):
            here = here @ tensors[2 * layer] + tensors[2 * layer + 1]
            if layer < 2 and widths:
                masks = [[1.0 if unit < width else 0.0 for unit in range(max(widths))] for width in widths]
                here = sum(share * F.relu(here) * torch.tensor(mask) for share, mask in zip(shares, masks, strict=True))
            elif layer < 2:
                here = sum(share * FORMULAS[name](here) for share, name in zip(shares, options, strict=True))
        return F.cross_entropy(here, targets)

    adam = torch.optim.Adam(tensors, lr=1e-2)
    for step, rows in enumerate(torch.split(stream.order(N_TRAIN), BATCH)):
        adam.zero_grad()
        loss("train", rows, step_gates if step == 2 else torch.zeros_like(step_gates)).backward()
        adam.step()
    with torch.no_grad():
        return float(loss("tuning", slice(None), pass_gates))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("options", [("relu", "tanh", "identity", "sine"), (2, 5, 6)])
def test_gates_follow_the_derivative_of_the_step_really_taken(options: Any, order: int) -> None:
    """Each hypergradient is the difference quotient of T2's loss in a plain torch loop; order 1 leaves the step out."""
    seeds = [3, 8]
    gated = GatedTuning(
        make_sets(),
        options,
        (6, 5),
        seeds=seeds,
        epochs=1,
        every=3,
        learning_rate=1e-2,
        batch_size=BATCH,
        tuning_batch_size=N_TUNING,
        order=order,
        dtype="float64",
    ).train()
    assert gated.hypergradients.shape == (2, 1, len(options))
    for k, seed in enumerate(seeds):
        for o in range(len(options)):
            nudge = torch.zeros(len(options), dtype=torch.float64)
            nudge[o] = 1e-5
            held = [0 * nudge] * 2
            up, down = (
                tuning_loss(options, seed, step, value)
                for step, value in zip((nudge, -nudge) if order == 2 else held, (nudge, -nudge), strict=True)
            )
            assert gated.hypergradients[k, 0, o] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-8)
    assert np.abs(gated.hypergradients).max() > 1e-4


@pytest.mark.parametrize("option", ["relu", "tanh", 7])
def test_a_single_option_is_plain_training(option: Any) -> None:
    """Alone, an activation or a width reaches the losses of a population of such networks with the same seeds."""
    data, seeds = make_sets(), [0, 5, 9]
    alone = GatedTuning(data, [option], (6, 6), seeds=seeds, epochs=4, batch_size=BATCH, dtype="float64")
    alone.train()
    model = MLP((6, 6), "tanh" if option == "tanh" else "relu", "classification", 3)
    settings = {"learning_rate": 3e-3, "epochs": 4, "batch_size": BATCH}
    if option == 7:
        settings["width"] = 7
    rows = Data(data.train_inputs, data.train_targets, *data.part("test"))
    plain = Population(model, rows, settings, seeds, dtype="float64").train()
    np.testing.assert_allclose(alone.score("test").losses, plain, rtol=1e-9)


def test_company_changes_nothing() -> None:
    """The third of four mixtures takes the path that it takes alone."""
    kwargs = {"hidden": (6, 5), "epochs": 3, "every": 2, "batch_size": BATCH, "dtype": "float64"}
    together = GatedTuning(make_sets(), seeds=[0, 1, 2, 3], **kwargs).train()
    alone = GatedTuning(make_sets(), seeds=[2], **kwargs).train()
    np.testing.assert_allclose(together.shares[2], alone.shares[0], rtol=1e-9)
    assert np.ptp(together.shares[:, -1], axis=0).max() > 1e-3


def test_shares_begin_equal_wait_and_sum_to_one() -> None:
    """Before the gates are let go all shares are equal; afterwards they differ, and always sum to one."""
    gated = GatedTuning(make_sets(), hidden=(6,), seeds=[0, 1], epochs=5, every=1, batch_size=BATCH, waiting=2).train()
    np.testing.assert_allclose(gated.shares.sum(2), 1)
    np.testing.assert_allclose(gated.shares[:, :3], 0.25)
    assert np.ptp(gated.shares[:, 3], axis=1).min() > 1e-3
    assert gated.hypergradients.shape[1] == 3 * (N_TRAIN // BATCH)


def test_a_low_temperature_makes_shares_all_or_nothing() -> None:
    """Cooled to a hundredth, the largest share ends above 0.99, and the cut costs next to nothing."""
    kwargs = {"hidden": (6,), "seeds": [0, 1, 2], "epochs": 10, "every": 1, "batch_size": BATCH}
    warm = GatedTuning(make_sets(), **kwargs).train()
    cold = GatedTuning(make_sets(), temperature=(1, 0.01), **kwargs)
    assert warm.shares[:, -1].max() < 0.9
    assert cold.train().shares[:, -1].max(axis=1).min() > 0.99
    np.testing.assert_allclose(cold.score("test").losses, cold.score("test", cut=True).losses, atol=0.02)


def test_a_verdict_puts_each_option_beside_the_mixture() -> None:
    """Its columns agree with trainings done by hand: what was named, what is best, and what the named one reaches."""
    data, kwargs = make_sets(), {"hidden": (6, 5), "seeds": [4, 6], "epochs": 4, "every": 2, "batch_size": BATCH}
    frame = gate_verdicts.verdict(data, ("relu", "tanh"), **kwargs)
    mixture = GatedTuning(data, ("relu", "tanh"), **kwargs)
    largest = mixture.train().largest
    assert list(frame.index) == [4, 6]
    assert list(frame["named"]) == [("relu", "tanh")[o] for o in largest]
    np.testing.assert_allclose(frame["mixture"], mixture.score("test").losses)
    alone = frame[["alone: relu", "alone: tanh"]].to_numpy()
    np.testing.assert_allclose(frame["retrained"], alone[[0, 1], largest])
    assert list(frame["best"]) == [("relu", "tanh")[o] for o in alone.argmin(1)]
    again = GatedTuning(data, ("tanh",), **kwargs)
    again.train()
    np.testing.assert_allclose(frame["alone: tanh"], again.score("test").losses, rtol=1e-6)


def test_rules_count_what_was_right() -> None:
    """Four seeds by hand: the share is right once, T2 three times; losses are those of the options taken."""
    frame = pd.DataFrame(
        {
            "named": ["a", "b", "b", "b"],
            "chosen": ["a", "a", "a", "b"],
            "best": ["a", "a", "a", "a"],
            "retrained": [1.0, 5.0, 5.0, 5.0],
            "alone: a": 1.0,
            "alone: b": 5.0,
        }
    )
    table = gate_verdicts.rules(frame)
    assert table.loc["largest share"].tolist() == [0.25, 4.0, 2]
    assert table.loc["each alone, T2 chooses"].tolist() == [0.75, 2.0, 2]
    assert table.loc["one at random"].tolist() == [0.5, 3.0, 1]


def test_on_digits_the_gates_first_favour_what_learns_fastest() -> None:
    """After five epochs the identity has the largest share in every mixture, though alone it ends as the worst."""
    from hpo_tutor import problems

    data = problems.online_tuning("digits").data
    early = GatedTuning(data, seeds=range(5), epochs=5).train()
    identity = early.options.index("identity")
    assert np.all(early.largest == identity)
    assert early.shares[:, -1, identity].min() > 0.35
    ends = {}
    for option in early.options:
        alone = GatedTuning(data, [option], seeds=range(5), epochs=30)  # type: ignore[list-item]
        alone.train()
        ends[option] = alone.score("test").losses.mean()
    assert max(ends, key=ends.__getitem__) == "identity"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"options": ("relu", "step")}, "options must be out of relu"),
        ({"options": ("relu", 8)}, "or all widths"),
        ({"options": (8, 8)}, "each once"),
        ({"options": ()}, "one or more"),
        ({"order": 3}, "order must be 1"),
        ({"temperature": (1.0, 0.0)}, "temperature must be above 0"),
        ({"hidden": ()}, "needs a hidden layer"),
        ({"every": 0}, "every must be a whole number >= 1"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], message: str) -> None:
    """The message names the setting and what it may be."""
    with pytest.raises(ValueError, match=message):
        GatedTuning(make_sets(), **{"seeds": [0], **change})


def test_scores_need_a_training() -> None:
    """Before ``train`` there is nothing to score; and rows that nobody gave have no score."""
    gated = GatedTuning(make_sets(), seeds=[0], hidden=(4,), epochs=1)
    with pytest.raises(ValueError, match="nothing has been trained"):
        gated.score("test")
    gated.train()
    with pytest.raises(ValueError, match="there are no rows 'elsewhere'"):
        gated.score("elsewhere")


def test_every_row_of_the_second_set_is_asked_in_turn() -> None:
    """Batches of T2 pass through all of its rows before any comes again, in an order of each model's own."""
    gated = GatedTuning(make_sets(), seeds=[0, 1], hidden=(4,), tuning_batch_size=5)
    batches = torch.cat([*islice(gated._asked(), N_TUNING // 5)], 1)
    assert [sorted(rows) for rows in batches.tolist()] == [[*range(N_TUNING)]] * 2
    assert batches[0].tolist() != batches[1].tolist()
