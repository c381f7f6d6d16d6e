"""How do K models take a step down their gradients, each at its own pace?

    numbers    (K, n) what is learned; gradients (K, n) of the loss, overwritten
    columns    (K, 1) a hyperparameter, one for each model

The arithmetic is that of torch.optim up to rounding. What changes from step to step is set by ``prepare``, so that
``step`` is the same work on the same tensors every time and can be recorded on a GPU.
"""

import math
from collections.abc import Sequence

import torch

from hpo_tutor.training.settings import Settings

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Kingma & Ba (2015), arXiv:1412.6980, as torch has them


class Momentum:
    """Stochastic gradient descent with momentum, as torch.optim.SGD."""

    n_moments = 1

    def __init__(self, numbers: torch.Tensor, settings: Settings) -> None:
        self._numbers = numbers
        self._moments = [numbers.new_zeros(numbers.shape) for _ in range(self.n_moments)]
        self._columns = [
            numbers.new_tensor(values)[:, None] for values in (settings.learning_rate, settings.l2, settings.momentum)
        ]
        self._decays = bool(settings.l2.any())

    def prepare(self) -> None:
        """Make ready for the next step."""

    def step(self, gradients: torch.Tensor) -> None:
        """Change the numbers."""
        rate, _, momentum = self._columns
        (velocity,) = self._moments
        self._decay(gradients)
        velocity.mul_(momentum).add_(gradients)
        self._numbers.addcmul_(velocity, rate, value=-1)

    def keep(self, numbers: torch.Tensor, rows: torch.Tensor) -> None:
        """Go on with these models only, whose numbers now stand in another tensor."""
        self._numbers = numbers
        self._moments = [moment.index_select(0, rows) for moment in self._moments]
        self._columns = [column.index_select(0, rows) for column in self._columns]

    def join(self, numbers: torch.Tensor, others: "Sequence[Momentum]") -> None:
        """Go on with the models of other optimisers as well, which have made as many steps."""
        all_of_them = [self, *others]
        self._numbers = numbers
        self._moments = [torch.cat(parts) for parts in zip(*(one._moments for one in all_of_them), strict=True)]
        self._columns = [torch.cat(parts) for parts in zip(*(one._columns for one in all_of_them), strict=True)]
        self._decays = any(one._decays for one in all_of_them)

    def _decay(self, gradients: torch.Tensor) -> None:
        if self._decays:
            gradients.addcmul_(self._numbers, self._columns[1])


class Adam(Momentum):
    """Adam, as torch.optim.Adam."""

    n_moments = 2

    def __init__(self, numbers: torch.Tensor, settings: Settings) -> None:
        super().__init__(numbers, settings)
        self._steps = 0
        self._pace, self._epsilon = torch.empty_like(self._columns[0]), numbers.new_empty(())

    def prepare(self) -> None:
        """The bias corrections, moved to where they cost least: root / (1 - BETA_1^t) * m / (sqrt(v) + root * eps)."""
        self._steps += 1
        root = math.sqrt(1 - BETA_2**self._steps)
        self._epsilon.fill_(root * EPSILON)
        torch.mul(self._columns[0], root / (1 - BETA_1**self._steps), out=self._pace)

    def step(self, gradients: torch.Tensor) -> None:
        """Change the numbers."""
        mean, square = self._moments
        self._decay(gradients)
        mean.lerp_(gradients, 1 - BETA_1)
        square.mul_(BETA_2).addcmul_(gradients, gradients, value=1 - BETA_2)
        root = torch.sqrt(square, out=gradients).add_(self._epsilon)  # the gradients' place is free from here on
        self._numbers.addcmul_(torch.div(mean, root, out=root), self._pace, value=-1)

    def keep(self, numbers: torch.Tensor, rows: torch.Tensor) -> None:
        """Go on with these models only, whose numbers now stand in another tensor."""
        super().keep(numbers, rows)
        self._pace = torch.empty_like(self._columns[0])

    def join(self, numbers: torch.Tensor, others: Sequence[Momentum]) -> None:
        """Go on with the models of other optimisers as well, which have made as many steps."""
        super().join(numbers, others)
        self._pace = torch.empty_like(self._columns[0])


OPTIMISERS = {"adam": Adam, "sgd": Momentum}
