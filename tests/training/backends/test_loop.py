"""The reference is what anybody would write with torch."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 - the name that the whole field uses
from torch import nn

from hpo_tutor.training import MLP, Data, Population
from hpo_tutor.training.randomness import DROPOUT, NOISE, Stream, hashes, kept, normal, places

N_TRAIN, N_EPOCHS, RATE, L2 = 70, 3, 3e-3, 1e-2
OPTIMISERS = {
    "adam": (lambda parameters: torch.optim.Adam(parameters, lr=RATE, weight_decay=L2), {}),
    "sgd": (lambda parameters: torch.optim.SGD(parameters, lr=RATE, weight_decay=L2, momentum=0.9), {"momentum": 0.9}),
}


@pytest.mark.parametrize("noise", [0.0, 0.3])
@pytest.mark.parametrize("dropout", [0.0, 0.4])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_the_loop_is_a_tutorials_loop(optimiser: str, dropout: float, noise: float) -> None:
    """Written out here with nn.Linear, one batch after another: the same losses, epoch by epoch."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(N_TRAIN + 30, 4))
    labels = np.digitize(inputs[:, 0] * inputs[:, 1], [-0.4, 0.4])
    data = Data(inputs[:N_TRAIN], labels[:N_TRAIN], inputs[N_TRAIN:], labels[N_TRAIN:])
    model = MLP((6,), "tanh", "classification", 3)
    make_optimiser, more = OPTIMISERS[optimiser]
    columns = {"learning_rate": RATE, "l2": L2, "epochs": N_EPOCHS, "batch_size": 16, **more}
    columns |= {"input_noise": noise, "dropout": dropout}
    found = list(
        Population(model, data, columns, [5], "loop", optimiser=optimiser, dtype="float64", device="cpu").fit()
    )

    stream = Stream(5)
    first, last = nn.Linear(4, 6, dtype=torch.float64), nn.Linear(6, 3, dtype=torch.float64)
    weights = stream.weights(model.layers(4))
    for parameter, tensor in zip((*first.parameters(), *last.parameters()), weights, strict=True):
        parameter.data = tensor.movedim(0, -1).contiguous()
    training = make_optimiser([*first.parameters(), *last.parameters()])
    rows, wanted = torch.tensor(inputs), torch.tensor(labels)
    for epoch in range(1, N_EPOCHS + 1):
        order = stream.order(N_TRAIN)
        for start in range(0, N_TRAIN, 16):
            picked = order[start : start + 16]

            def bits(purpose: int, size: int, picked: torch.Tensor = picked, epoch: int = epoch) -> torch.Tensor:
                key = torch.tensor([stream.key(purpose)], dtype=torch.int32)
                number = torch.tensor(epoch, dtype=torch.int32)
                return hashes(key, number, picked[None], places((size,), torch.device("cpu")))[0]

            noisy = rows[picked] + noise * normal(bits(NOISE, 4), torch.float64)
            hidden = torch.tanh(first(noisy))
            hidden = hidden * kept(bits(DROPOUT, 6)[None], torch.tensor([dropout]))[0] / (1 - dropout)
            training.zero_grad()
            F.cross_entropy(last(hidden), wanted[picked]).backward()
            training.step()
        with torch.no_grad():
            loss = F.cross_entropy(last(torch.tanh(first(rows[N_TRAIN:]))), wanted[N_TRAIN:])
        assert found[epoch - 1].losses[0] == pytest.approx(float(loss), rel=1e-12)
