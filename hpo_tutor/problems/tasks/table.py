"""Which tasks are there? What live training and recorded landscapes share."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hpo_tutor.problems.tasks.autoencoders import autoencoder
from hpo_tutor.problems.tasks.task import Source, Task
from hpo_tutor.search_space import Choice, Domain, Float, Integer
from hpo_tutor.training import CNN, MLP, Block
from hpo_tutor.training.boosting import BoostedTrees

_OTHER_DOMAINS: Mapping[str, Domain] = {
    "l2": Float(1e-6, 1e-1, log=True),
    "epochs": Integer(1, 60),
    "width": Choice((4, 8, 16, 32, 64), ordered=True),
    "batch_size": Choice((32, 64, 128, 256), ordered=True),
    "input_noise": Float(0.0, 1.0),
    "dropout": Float(0.0, 0.6),
}
_OTHER_DEFAULTS = {"l2": 1e-4, "epochs": 20, "width": 32, "batch_size": 128}
_FILTERS = Choice((2, 4, 8, 16), ordered=True)
_JETS = Source(
    "aleph",
    "parts",
    "all jets shuffled once and cut into equal parts; of each, two thirds train and one third validates",
)
# tenths of the digits would leave some 60 rows to score
_DIGITS = Source(
    "digits", "resplits", "for each data batch all pictures shuffled anew; two thirds train and one third validates"
)
_MNIST = Source(
    "mnist",
    "parts",
    "the 60,000 training pictures shuffled once and cut into equal parts; of each, the first 3,000 are used: two "
    "thirds train and one third validates",
    part="train",
    n_rows=3000,
    alike=True,
)
_FIVE_THOUSAND = Source(
    "mnist",
    "parts",
    "the 60,000 training pictures shuffled once and cut into equal parts; of each, the first 5,000 are used: two "
    "thirds train and one third validates",
    part="train",
    n_rows=5000,
    alike=True,
)
_SMALL_PICTURES = Source(
    "mnist",
    "parts",
    "the 60,000 training pictures shuffled once and cut into equal parts; of each, the first 1,500 are used, shrunk "
    "to 14 x 14 pixels by the means of 2 x 2: two thirds train and one third validates; the 10,000 test pictures test",
    part="train",
    n_rows=1500,
    alike=True,
    shrink=2,
)
# like a detector's cell, a small square cut out of something larger
_CELLS = Source(
    "mnist",
    "parts",
    "the 60,000 training pictures shuffled once and cut into equal parts; of each, the first 1,800 are used, cut to "
    "the 8 x 8 pixels in their middle: two thirds train and one third validates; the 10,000 test pictures test",
    part="train",
    n_rows=1800,
    alike=True,
    crop=8,
)
_DIGITS_ALIKE = replace(_DIGITS, alike=True)
_ALL_PICTURES = Source(
    "mnist",
    "resplits",
    "for each data batch all 60,000 training pictures shuffled anew; two thirds train and one third validates; the "
    "10,000 test pictures test",
    part="train",
    alike=True,
)
_PHOTOGRAPHS = (
    "the file's ten parts of 1,000 training photographs, 100 of each class; of each, two thirds train and one third "
    "validates"
)
_SALES = (
    "shuffled once and cut into equal parts; of each, 60 % train, 20 % say when to stop, and 20 %, which say nothing "
    "else, are scored"
)
_BATCHES_44 = Source(
    "danish_housing",
    "parts",
    "the sales of the cleaned table shuffled once and cut into parts whose sizes are normal around their mean, with a "
    "standard deviation of 10 % of it; of each, 50 % train, 20 % say when to stop, and 30 %, which say nothing else, "
    "are scored",
    clean=True,
    log_target=True,
    spread=0.1,
    shares=(0.5, 0.2, 0.3),
)
_TREES = BoostedTrees()
# a study fits many; trees so few that one split each is too little, and that a learning rate can be too small: with
# more, fewer data batches have their optimum within the domain
_LIGHT_TREES = BoostedTrees(
    num_leaves=63, min_rows_in_leaf=3, max_bin=31, row_share=0.8, column_share=0.6, max_trees=25, patience=8
)
_RATE = {"learning_rate": Float(1e-4, 1e-1, log=True)}
_TREES_DOMAINS: Mapping[str, Domain] = {
    "learning_rate": Float(5e-3, 1.0, log=True),
    "max_depth": Integer(1, 22),
    "trees": Integer(1, 2500, log=True),
}
_NATS: Mapping[str, Any] = {"loss_name": "cross_entropy", "loss_unit": "nats"}


def _nine(conv_layers: int, dense_layers: int, kernel: int, pool: int, neurons: int) -> CNN:
    """A convolutional network whose layers are hyperparameters, on pictures of 8 x 8 pixels."""
    return CNN((8, 8, 1), (Block(8, kernel=kernel, pool=pool),) * conv_layers, hidden=(neurons,) * dense_layers)


def _jets(layers: int, neurons: int) -> MLP:
    """A network of equally wide layers, as many and as wide as the hyperparameters say."""
    return MLP(hidden=(neurons,) * layers)


def _small_nine(conv_layers: int, dense_layers: int, kernel: int, pool: int, neurons: int) -> CNN:
    """A convolutional network on pictures of 14 x 14 pixels: few filters, so that it trains in half a second."""
    return CNN((14, 14, 1), (Block(4, kernel=kernel, pool=pool),) * conv_layers, hidden=(neurons,) * dense_layers)


def _full_nine(conv_layers: int, dense_layers: int, kernel: int, pool: int, neurons: int) -> CNN:
    """A convolutional network on pictures of 28 x 28 pixels, for a GPU."""
    return CNN((28, 28, 1), (Block(16, kernel=kernel, pool=pool),) * conv_layers, hidden=(neurons,) * dense_layers)


def _pictures(name: str, source: Source, structure: Callable[..., CNN]) -> Task:
    """The nine hyperparameters of source 003 on MNIST.

    Its table shows 5 to 9 epochs, 400 to 975 rows a step, rates from 1e-6 to 0.0173, kernels of 2 and 3 pixels, pools
    of 1 and 2, and 4 to 6 neurons. The domains hold all of these but the kernel of 2, since sides are odd here.
    """
    return Task(
        name=name,
        source=source,
        learner="convolutions, then dense layers, as many of both as the hyperparameters say",
        model=structure(1, 1, 3, 2, 32),
        structure=structure,
        structural=("conv_layers", "dense_layers", "kernel", "pool", "neurons"),
        domains={
            "epochs": Integer(1, 10),
            "batch_size": Integer(32, 1000, log=True),
            "learning_rate": Float(1e-6, 1e-1, log=True),
            "conv_layers": Integer(1, 3),
            "dense_layers": Integer(1, 3),
            "kernel": Choice((1, 3), ordered=True),
            "pool": Integer(1, 2),
            "neurons": Integer(4, 64, log=True),
            "dropout": Float(0.0, 0.7),
        },
        defaults={
            "epochs": 10,
            "batch_size": 64,
            "learning_rate": 1e-2,
            "conv_layers": 2,
            "dense_layers": 1,
            "kernel": 3,
            "pool": 2,
            "neurons": 32,
            "dropout": 0.0,
        },
        **_NATS,
    )


def _boosted(name: str, source: Source, model: BoostedTrees = _TREES) -> Task:
    return Task(
        name=name,
        source=source,
        learner="boosted trees",
        model=model,
        domains=_TREES_DOMAINS,
        defaults={"learning_rate": 0.1, "max_depth": 6},
        loss_name="rmse",
        loss_unit="ln(price)",
    )


def _photographs(name: str, backbone: str) -> Task:
    return Task(
        name=name,
        source=Source("cifar10", "in order", _PHOTOGRAPHS, part="train", backbone=backbone),
        learner="a dense layer on frozen features",
        model=MLP(hidden=(32,), task="classification", n_outputs=10),
        domains={
            **_OTHER_DOMAINS,
            "learning_rate": Float(3e-5, 3e-2, log=True),
            "width": Integer(4, 2048, log=True),
        },
        defaults={"learning_rate": 1e-3, **_OTHER_DEFAULTS, "dropout": 0.5},
        **_NATS,
    )


_LIST = (
    Task(
        name="aleph",
        source=_JETS,
        learner="two hidden layers",
        model=MLP(hidden=(32, 32)),
        domains={"learning_rate": Float(1e-4, 5e-2, log=True), **_OTHER_DOMAINS},
        defaults={"learning_rate": 3e-3, **_OTHER_DEFAULTS},
        loss_name="rmse",
        loss_unit="GeV",
    ),
    Task(
        name="aleph-layers",
        source=_JETS,
        learner="hidden layers, as many and as wide as the hyperparameters say",
        model=MLP(hidden=(32, 32)),
        structure=_jets,
        structural=("layers", "neurons"),
        domains={
            "epochs": Integer(1, 60),
            "learning_rate": Float(1e-4, 5e-2, log=True),
            "batch_size": Integer(16, 512, log=True),
            "layers": Integer(1, 4),
            "neurons": Integer(4, 64, log=True),
        },
        defaults={"epochs": 20, "learning_rate": 3e-3, "batch_size": 128, "layers": 2, "neurons": 32},
        loss_name="rmse",
        loss_unit="GeV",
    ),
    Task(
        name="digits",
        source=_DIGITS,
        learner="one hidden layer",
        model=MLP(hidden=(32,), task="classification", n_outputs=10),
        domains={**_RATE, **_OTHER_DOMAINS},
        defaults={"learning_rate": 1e-2, **_OTHER_DEFAULTS},
        **_NATS,
    ),
    Task(
        name="digits-cnn",
        source=_DIGITS,
        learner="two convolutions",
        model=CNN(image=(8, 8, 1), blocks=(Block(8), Block(16))),
        domains={**_RATE, **_OTHER_DOMAINS, "width": _FILTERS},
        defaults={"learning_rate": 1e-2, **_OTHER_DEFAULTS, "width": 8, "epochs": 10},
        **_NATS,
    ),
    Task(
        name="digits-cnn-layers",
        source=_DIGITS,
        learner="convolutions of 8 filters, then dense layers, as many of both as the hyperparameters say",
        model=CNN(image=(8, 8, 1), blocks=(Block(8),)),
        structure=_nine,
        structural=("conv_layers", "dense_layers", "kernel", "pool", "neurons"),
        domains={
            "epochs": Integer(2, 16, log=True),
            "batch_size": Choice((32, 64, 128, 256), ordered=True),
            "learning_rate": Float(1e-4, 1e-1, log=True),
            "conv_layers": Integer(1, 3),
            "dense_layers": Integer(1, 3),
            "kernel": Choice((1, 3, 5), ordered=True),
            "pool": Integer(1, 2),
            "neurons": Choice((8, 16, 32, 64), ordered=True),
            "dropout": Float(0.0, 0.6),
        },
        defaults={
            "epochs": 10,
            "batch_size": 128,
            "learning_rate": 1e-2,
            "conv_layers": 2,
            "dense_layers": 1,
            "kernel": 3,
            "pool": 2,
            "neurons": 32,
            "dropout": 0.0,
        },
        **_NATS,
    ),
    Task(
        name="mnist",
        source=_MNIST,
        learner="one hidden layer",
        model=MLP(hidden=(32,), task="classification", n_outputs=10),
        domains={**_RATE, **_OTHER_DOMAINS},
        defaults={"learning_rate": 3e-3, **_OTHER_DEFAULTS, "epochs": 10},
        **_NATS,
    ),
    Task(
        name="mnist-5000",
        source=_FIVE_THOUSAND,
        learner="one hidden layer",
        model=MLP(hidden=(32,), task="classification", n_outputs=10),
        domains={**_RATE, **_OTHER_DOMAINS},
        defaults={"learning_rate": 3e-3, **_OTHER_DEFAULTS, "epochs": 10},
        **_NATS,
    ),
    _pictures("mnist-cnn-layers", _SMALL_PICTURES, _small_nine),
    _pictures("mnist-cnn-layers-full", _ALL_PICTURES, _full_nine),
    autoencoder("digits-autoencoder", _DIGITS_ALIKE, "grey levels of 16"),
    autoencoder("mnist-autoencoder", _CELLS, "grey levels of 255"),
    _photographs("cifar10", "small"),
    _photographs("cifar10-resnet50", "resnet50"),
    _boosted(
        "danish_housing",
        Source("danish_housing", "parts", f"the sales of the cleaned table {_SALES}", clean=True, log_target=True),
    ),
    _boosted("danish_housing-44", _BATCHES_44, _LIGHT_TREES),
    _boosted("king_county", Source("king_county", "parts", f"the sales {_SALES}", log_target=True)),
)
TASKS: Mapping[str, Task] = MappingProxyType({task.name: task for task in _LIST})


def task(name: str) -> Task:
    """The task of that name.

    Raises:
        ValueError: there is no such task.
    """
    if name not in TASKS:
        raise ValueError(f"there are tasks {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]
