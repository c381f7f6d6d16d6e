"""How do K networks step, and how does the step depend on the gradient that it took?

numbers    (K, P) what is learned; gradients (K, P), the penalty's part included
response   (K, P) by how much each number goes down for each unit that is added to its gradient; None where that is
           the learning rate, the same for all

The response is the derivative of the step really taken, the optimiser's memory included.
"""

import math

import torch

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Kingma & Ba (2015), arXiv:1412.6980, as torch has them


class Sgd:
    """Stochastic gradient descent with momentum, as torch.optim.SGD."""

    def __init__(self, numbers: torch.Tensor, rate: float, momentum: float = 0.0) -> None:
        self.rate = rate
        self._momentum = momentum
        self._velocity = torch.zeros_like(numbers) if momentum else None

    def step(self, numbers: torch.Tensor, gradients: torch.Tensor, respond: bool = False) -> torch.Tensor | None:
        """Change the numbers; a unit more of a gradient moves them by the learning rate, with or without momentum."""
        if self._velocity is not None:
            gradients = self._velocity.mul_(self._momentum).add_(gradients)
        numbers.add_(gradients, alpha=-self.rate)
        return None


class Adam:
    """Adam, as torch.optim.Adam."""

    def __init__(self, numbers: torch.Tensor, rate: float) -> None:
        self.rate = rate
        self._mean, self._square = torch.zeros_like(numbers), torch.zeros_like(numbers)
        self._room = torch.empty_like(numbers)
        self._steps = 0

    def step(self, numbers: torch.Tensor, gradients: torch.Tensor, respond: bool = False) -> torch.Tensor | None:
        """Change the numbers; ``respond`` asks for the response.

        With s = sqrt(v) + eps the step is pace * m / s. A gradient larger by one moves m by 1 - BETA_1, and sqrt(v) by
        (1 - BETA_2) * gradient / sqrt(v).
        """
        self._steps += 1
        # the bias corrections stand where they cost least
        correction = math.sqrt(1 - BETA_2**self._steps)
        pace = self.rate * correction / (1 - BETA_1**self._steps)
        self._mean.lerp_(gradients, 1 - BETA_1)
        self._square.mul_(BETA_2).addcmul_(gradients, gradients, value=1 - BETA_2)
        root = torch.sqrt(self._square, out=self._room)
        response = None
        if respond:
            # what has never had a gradient has root 0 and gradient 0: it has no second part
            response = torch.mul(gradients, self._mean).div_(root.clamp_(min=torch.finfo(root.dtype).tiny))
        root.add_(EPSILON * correction)
        if response is not None:
            first = numbers.new_full((), pace * (1 - BETA_1))
            response = torch.addcdiv(first, response, root, value=-pace * (1 - BETA_2)).div_(root)
        numbers.addcdiv_(self._mean, root, value=-pace)
        return response


OPTIMISERS = ("adam", "sgd")


class HyperAdam:
    """One Adam for each hyperparameter of each model; values (K, H), float64.

    A hypergradient that is not finite moves nothing: the network has diverged, and its hyperparameters stay.
    """

    def __init__(self, values: torch.Tensor, rates: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> None:
        self.values = values
        self._rates, self._low, self._high = rates, low, high
        self._mean, self._square = torch.zeros_like(values), torch.zeros_like(values)
        self._steps = torch.zeros_like(values)

    def step(self, hypergradients: torch.Tensor) -> None:
        """Go down the hypergradients (K, H), and stay within the ranges."""
        good = hypergradients.isfinite()
        slope = torch.where(good, hypergradients, 0.0)
        mean = BETA_1 * self._mean + (1 - BETA_1) * slope
        square = BETA_2 * self._square + (1 - BETA_2) * slope.square()
        self._mean, self._square = torch.where(good, mean, self._mean), torch.where(good, square, self._square)
        self._steps += good
        n = self._steps.clamp(min=1)
        step = (self._mean / (1 - BETA_1**n)) / ((self._square / (1 - BETA_2**n)).sqrt() + EPSILON)
        moved = torch.clamp(self.values - self._rates * step, self._low, self._high)
        self.values = torch.where(good, moved, self.values)
