"""Small problems for tests of T1-T2: a curved surface with noise, and knobs that travel far in a few hyper-steps."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.training import MLP
from hpo_tutor.training.online import Knob, OnlineTuning, TwoSets
from hpo_tutor.training.online.results import Tuned
from tests.training.online.reference import Learner, Run, train

L2, NOISE = Knob(-4.0, 0.0, 0.1), Knob(0.0, 1.0, 0.05)
FIELDS = ("values", "hypergradients", "tuning_losses", "training_losses")


def make_sets(model: MLP, n_train: int = 30, n_tuning: int = 24, n_inputs: int = 4, seed: int = 0) -> TwoSets:
    """A surface for each output, with noise; classes by which is highest. 40 more rows are scored as "test"."""
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(n_train + n_tuning + 40, n_inputs))
    heights = np.sin(inputs @ rng.normal(size=(n_inputs, model.n_outputs)))
    heights += 0.3 * rng.normal(size=heights.shape)
    targets = heights.argmax(1) if model.task == "classification" else heights
    t1, t2, test = np.split(np.arange(len(inputs)), [n_train, n_train + n_tuning])
    return TwoSets(inputs[t1], targets[t1], inputs[t2], targets[t2], {"test": (inputs[test], targets[test])})


def knobs_of(names: Iterable[str]) -> dict[str, Knob]:
    """A knob for each name."""
    return {name: L2 if name.startswith("l2") else NOISE for name in names}


def every_name(model: MLP) -> list[str]:
    """All hyperparameters that the model has."""
    later = range(2, len(model.hidden) + 2)
    own = [f"l2_{n}" for n in range(1, len(model.hidden) + 2)]
    own += [f"{kind}_{n}" for kind in ("noise", "dropout_noise") for n in later]
    return ["l2", "input_noise", *own, *(["dropout_noise"] if model.hidden else [])]


@st.composite
def models(draw: st.DrawFn) -> MLP:
    """A linear model, or up to three hidden layers of different widths."""
    task = draw(st.sampled_from(["regression", "classification"]))
    n_outputs = draw(st.integers(2 if task == "classification" else 1, 4))
    hidden = draw(st.lists(st.integers(1, 7), max_size=3))
    return MLP(tuple(hidden), draw(st.sampled_from(["relu", "tanh"])), task, n_outputs)


@st.composite
def starts(draw: st.DrawFn, model: MLP) -> dict[str, NDArray[np.float64]]:
    """Up to four hyperparameters of 1 to 3 networks, anywhere in their ranges, ends included."""
    n_models = draw(st.integers(1, 3))
    names = draw(st.lists(st.sampled_from(every_name(model)), min_size=1, max_size=4, unique=True))
    for kind in ("l2", "dropout_noise"):
        if kind in names:  # shared by all layers, so that no layer can have its own
            names = [name for name in names if name == kind or not name.startswith(f"{kind}_")]
    columns = {}
    for name in names:
        knob = knobs_of([name])[name]
        values = st.floats(knob.low, knob.high, width=32) | st.sampled_from([knob.low, knob.high])
        columns[name] = np.array(draw(st.lists(values, min_size=n_models, max_size=n_models)))
    return columns


def engine(
    model: MLP, data: TwoSets, where: Mapping[str, ArrayLike], seeds: Sequence[int], learner: Learner, **options: object
) -> OnlineTuning:
    """The engine as the tests ask for it: in double precision, on one thread of the processor, hyper-steps often."""
    usual: dict[str, object] = {"epochs": 3, "knobs": knobs_of(where), "batch_size": 8, "tuning_batch_size": 10}
    usual |= {"every": 2, "dtype": "float64", "device": "cpu", "n_threads": 1}
    how = {"optimiser": learner.optimiser, "learning_rate": learner.rate, "momentum": learner.momentum}
    return OnlineTuning(model, data, where, seeds, **{**usual, **how, **options})  # type: ignore[arg-type]


def references(
    model: MLP, data: TwoSets, where: Mapping[str, NDArray[np.float64]], seeds: Sequence[int], learner: Learner,
    rule: str, every: int = 2, tuning_batch_size: int = 10, noise_rows: int | None = None,
) -> list[Run]:  # fmt: skip
    """Each network alone, by the reference."""
    return [
        train(
            model,
            data,
            {name: float(values[k]) for name, values in where.items()},
            seed,
            epochs=3,
            knobs=knobs_of(where),
            learner=learner,
            batch_size=8,
            tuning_batch_size=tuning_batch_size,
            every=every,
            rule=rule,
            noise_rows=noise_rows,
        )
        for k, seed in enumerate(seeds)
    ]


def assert_equal(tuned: Tuned, runs: Sequence[Run], rtol: float = 1e-6) -> None:
    """All that was logged agrees; what is small beside the rest of its column may be off by 1e-9 of that."""
    for k, run in enumerate(runs):
        for name in FIELDS:
            found, wanted = getattr(tuned, name)[k], getattr(run, name)
            room = 1e-18 + 1e-9 * np.abs(wanted).max(axis=0)
            assert found.shape == wanted.shape, name
            assert np.all(np.abs(found - wanted) <= rtol * np.abs(wanted) + room), (name, k, found, wanted)
