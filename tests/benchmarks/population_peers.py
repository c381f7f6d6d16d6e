"""With what are populations compared? The same networks in plain torch and scikit-learn, without the package."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from sklearn.datasets import load_digits, make_friedman1
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits
from torch import nn
from torch.nn import functional as F  # noqa: N812 - the name that the whole field uses

from hpo_tutor.training import Data

N_TRAIN, BATCH_SIZE, N_EPOCHS = 4000, 128, 20


def surface() -> Data:
    """Friedman's first surface: 4,000 training rows and 1,000 for validation, 10 inputs, standardised."""
    inputs, targets = make_friedman1(N_TRAIN + 1000, n_features=10, noise=1.0, random_state=0)
    inputs = (inputs - inputs[:N_TRAIN].mean(axis=0)) / inputs[:N_TRAIN].std(axis=0)
    targets = (targets - targets[:N_TRAIN].mean()) / targets[:N_TRAIN].std()
    return Data(inputs[:N_TRAIN], targets[:N_TRAIN], inputs[N_TRAIN:], targets[N_TRAIN:])


def digits() -> Data:
    """1,297 images of 8 x 8 pixels to learn from and 500 to score."""
    inputs, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(inputs))
    inputs, labels = inputs[order] / 16, labels[order]
    return Data(inputs[500:], labels[500:], inputs[:500], labels[:500])


def mlp(width: int = 32) -> nn.Module:
    """10-32-32-1 with ReLU."""
    return nn.Sequential(nn.Linear(10, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))


def cnn() -> nn.Module:
    """Two blocks of convolution, ReLU and pooling, 8 and 16 filters, then ten classes."""
    return nn.Sequential(
        nn.Unflatten(1, (1, 8, 8)),
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64, 10),
    )


def plain_loop(
    data: Data,
    network: Callable[[], nn.Module] = mlp,
    *,
    learning_rate: float = 1e-3,
    seed: int = 0,
    n_epochs: int = N_EPOCHS,
    batch_size: int = BATCH_SIZE,
) -> float:
    """One network as torch's own tutorials train it, scored after every epoch; its last validation loss."""
    labelled = np.issubdtype(data.train_targets.dtype, np.integer)
    score = F.cross_entropy if labelled else F.mse_loss
    inputs, held_out = (torch.tensor(part, dtype=torch.float32) for part in (data.train_inputs, data.validation_inputs))
    targets, wanted = (
        torch.tensor(part) if labelled else torch.tensor(part, dtype=torch.float32)[:, None]
        for part in (data.train_targets, data.validation_targets)
    )
    torch.manual_seed(seed)
    net = network()
    optimiser = torch.optim.Adam(net.parameters(), lr=learning_rate, weight_decay=1e-5)
    loss = torch.tensor(torch.nan)
    for _ in range(n_epochs):
        order = torch.randperm(len(inputs))
        seen, told = inputs[order], targets[order]
        for start in range(0, len(inputs), batch_size):
            optimiser.zero_grad(set_to_none=True)
            score(net(seen[start : start + batch_size]), told[start : start + batch_size]).backward()
            optimiser.step()
        with torch.no_grad():
            loss = score(net(held_out), wanted)
    return float(loss)


def scikit_learn(data: Data, n_epochs: int = N_EPOCHS) -> float:
    """The same network, epochs, batch size and optimiser in scikit-learn, scored once at the end."""
    regressor = MLPRegressor(
        hidden_layer_sizes=(32, 32),
        alpha=1e-5,
        batch_size=BATCH_SIZE,
        max_iter=n_epochs,
        tol=0,
        n_iter_no_change=10**6,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # that it ended by its epochs is meant so
        regressor.fit(data.train_inputs.astype(np.float32), data.train_targets.astype(np.float32))
    return float(np.mean((regressor.predict(data.validation_inputs) - data.validation_targets) ** 2))


@contextmanager
def threads(n: int) -> Iterator[None]:
    """So many threads within torch's operations and within every BLAS."""
    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        with threadpool_limits(n):
            yield
    finally:
        torch.set_num_threads(before)


def on_threads(work: Callable[[], object], most: int = 2) -> dict[int, Callable[[], object]]:
    """The same work on 1, 2, ... threads."""

    def on(n: int) -> Callable[[], object]:
        def limited() -> None:
            with threads(n):
                work()

        return limited

    return {n: on(n) for n in range(1, most + 1)}
