"""How does one small network train in machine code? Forward, backward and step as numpy would write them, compiled.

    B             rows of a step
    sizes         (L + 1,) inputs, widths of the hidden layers, outputs
    state         (S, P): the P parameters, then what the optimiser keeps of each (Adam: mean and square of its
                  gradients; SGD: its velocity); for each layer its weights (n_in x n_out), then its biases
    outputs[l]    (B, n_out) what layer l puts out; errors[l] the loss's derivative by it
    kept          (rows, all hidden units) what dropout multiplies each output by; empty where nothing is dropped

All that belongs to one network stays in the processor's cache for an epoch, and no thread waits for the interpreter.
Matrix products are scipy's BLAS; what stands between two of them is a loop, which reads its numbers once.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.machine_code import compiled_with
from hpo_tutor.training.randomness import FIRST, SECOND, STEPS

Array = NDArray[np.floating]

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8  # Kingma & Ba (2015), arXiv:1412.6980, as torch has them
VALIDATION_ROWS = 512  # at a time: they stay in the cache
# sums may change their order; inf and nan keep their meaning, because a diverging model shows by them
FAST_MATH = {"contract", "reassoc", "nsz", "arcp"}
compiled = compiled_with(fastmath=FAST_MATH)


class Training(NamedTuple):
    """How a network is trained: by Adam or SGD, to tell classes or numbers; momentum is SGD's."""

    adam: bool
    classification: bool
    batch_size: int
    learning_rate: float
    l2: float
    momentum: float


@compiled
def train(
    state: Array, n_steps: int, sizes: NDArray[np.int64], inputs: Array, targets: Array, kept: Array, how: Training
) -> float:
    """Train on the rows as they come, a step for each ``batch_size`` of them; the summed loss on the way.

    Changes ``state``, which has made ``n_steps`` before. Targets are (n, n_outputs), or (n, 1) class numbers.
    """
    gradients = np.empty_like(state[0])
    weights, biases = layers(state[0], sizes)
    into_weights, into_biases = layers(gradients, sizes)
    most = min(how.batch_size, len(inputs))
    outputs, errors = buffers(most, sizes, state), buffers(most, sizes, state)
    total = 0.0
    for start in range(0, len(inputs), most):
        end = min(start + most, len(inputs))
        batch, factors = inputs[start:end], kept[start:end]
        forward(batch, weights, biases, outputs, factors)
        total += score(outputs[-1][: end - start], targets[start:end], errors[-1], how.classification)
        backward(batch, weights, outputs, errors, factors, into_weights, into_biases)
        n_steps += 1
        if how.adam:
            adam(state, gradients, n_steps, how.learning_rate, how.l2)
        else:
            sgd(state, gradients, how.learning_rate, how.l2, how.momentum)
    return total


@compiled
def validate(parameters: Array, sizes: NDArray[np.int64], inputs: Array, targets: Array, classification: bool) -> float:
    """The mean loss of all rows."""
    weights, biases = layers(parameters, sizes)
    outputs = buffers(VALIDATION_ROWS, sizes, parameters)
    nothing = np.empty((0, 0), parameters.dtype)
    total = 0.0
    for start in range(0, len(inputs), VALIDATION_ROWS):
        some = inputs[start : start + VALIDATION_ROWS]
        forward(some, weights, biases, outputs, nothing)
        last = outputs[-1][: len(some)]
        total += score(last, targets[start : start + VALIDATION_ROWS], last, classification)
    return total / len(inputs)


@compiled
def layers(flat: Array, sizes: NDArray[np.int64]) -> tuple[list[Array], list[Array]]:
    """Views of a vector of P numbers: each layer's weights (n_in, n_out) and biases (n_out,)."""
    weights, biases = [], []
    start = 0
    for layer in range(len(sizes) - 1):
        n_in, n_out = sizes[layer], sizes[layer + 1]
        middle = start + n_in * n_out
        weights.append(flat[start:middle].reshape((n_in, n_out)))
        biases.append(flat[middle : middle + n_out])
        start = middle + n_out
    return weights, biases


@compiled
def buffers(n_rows: int, sizes: NDArray[np.int64], like: Array) -> list[Array]:
    """Room for what each layer puts out, (n_rows, n_out)."""
    return [np.empty((n_rows, n_out), like.dtype) for n_out in sizes[1:]]


@compiled
def forward(inputs: Array, weights: list[Array], biases: list[Array], outputs: list[Array], kept: Array) -> None:
    """Fill the outputs of every layer; after each but the last come ReLU and dropout."""
    zero = inputs.dtype.type(0)
    infinity = inputs.dtype.type(np.inf)
    below, column = inputs, 0
    for layer in range(len(weights)):
        here, bias = outputs[layer][: len(inputs)], biases[layer]
        np.dot(below, weights[layer], here)
        # the last layer's outputs may be negative
        least = zero if layer < len(weights) - 1 else -infinity
        for i in range(len(here)):
            for j in range(len(bias)):
                total = here[i, j] + bias[j]
                here[i, j] = least if total <= least else total  # nan stays nan
        if kept.size and layer < len(weights) - 1:
            drop(here, kept[:, column : column + len(bias)])
            column += len(bias)
        below = here


@compiled
def backward(
    inputs: Array, weights: list[Array], outputs: list[Array], errors: list[Array], kept: Array,
    into_weights: list[Array], into_biases: list[Array],
) -> None:  # fmt: skip
    """From the last layer's errors to the gradients of all weights and biases."""
    zero = inputs.dtype.type(0)
    n, column = len(inputs), kept.shape[1]
    ones = np.ones(n, inputs.dtype)
    for layer in range(len(weights) - 1, -1, -1):
        error = errors[layer][:n]
        below = outputs[layer - 1][:n] if layer else inputs
        np.dot(below.T, error, into_weights[layer])
        np.dot(ones, error, into_biases[layer])
        if layer:
            passed = errors[layer - 1][:n]
            np.dot(error, weights[layer].T.copy(), passed)  # BLAS is slower with the view
            flat, output = passed.ravel(), below.ravel()
            for i in range(len(flat)):
                flat[i] = zero if output[i] <= zero else flat[i]
            if kept.size:
                drop(passed, kept[:, column - passed.shape[1] : column])
                column -= passed.shape[1]


@compiled
def drop(values: Array, factors: Array) -> None:
    """Dropout: some numbers become zero, the others grow."""
    for i in range(values.shape[0]):
        for j in range(values.shape[1]):
            values[i, j] *= factors[i, j]


@compiled
def score(outputs: Array, targets: Array, errors: Array, classification: bool) -> float:
    """The summed loss of all rows; the derivative of its mean goes into ``errors``, which may be ``outputs``."""
    n, n_out = outputs.shape
    real = outputs.dtype.type
    total: np.floating = real(0)
    if not classification:
        for i in range(n):
            for j in range(n_out):
                error = outputs[i, j] - targets[i, j]
                total += error * error
                errors[i, j] = error * real(2 / (n * n_out))
        return float(total / n_out)
    for i in range(n):
        row, error = outputs[i], errors[i]
        label, largest = int(targets[i, 0]), row.max()  # without it an exponential could overflow
        right = row[label] - largest
        whole = real(0)
        for j in range(n_out):
            error[j] = np.exp(row[j] - largest)
            whole += error[j]
        for j in range(n_out):
            error[j] /= whole * real(n)
        error[label] -= real(1 / n)
        total += np.log(whole) - right
    return float(total)


@compiled
def adam(state: Array, gradients: Array, n_steps: int, learning_rate: float, l2: float) -> None:
    """Adam's step of that number."""
    real = state.dtype.type
    parameters, mean, square = state[0], state[1], state[2]
    decay, epsilon = real(l2), real(EPSILON)
    slow, forget, learn = real(1 - BETA_1), real(BETA_2), real(1 - BETA_2)
    rate, root = real(learning_rate / (1 - BETA_1**n_steps)), real(1 / math.sqrt(1 - BETA_2**n_steps))
    for i in range(len(parameters)):
        gradient = gradients[i] + decay * parameters[i]
        mean[i] += slow * (gradient - mean[i])
        square[i] = forget * square[i] + learn * gradient * gradient
        parameters[i] -= rate * mean[i] / (np.sqrt(square[i]) * root + epsilon)


@compiled
def sgd(state: Array, gradients: Array, learning_rate: float, l2: float, momentum: float) -> None:
    """A step of gradient descent with momentum."""
    real = state.dtype.type
    parameters, velocity = state[0], state[1]
    rate, decay, inertia = real(learning_rate), real(l2), real(momentum)
    for i in range(len(parameters)):
        velocity[i] = inertia * velocity[i] + gradients[i] + decay * parameters[i]
        parameters[i] -= rate * velocity[i]


@compiled
def bits(
    key: int, epoch: int, rows: NDArray[np.int64], words: NDArray[np.int32], into: NDArray[np.int32], column: int
) -> None:
    """What ``randomness.hashes`` computes, for one model; fills columns of ``into`` (rows, places) from ``column``."""
    first, second = np.uint32(FIRST), np.uint32(SECOND % 2**32)
    model = mixed(np.uint32(key) ^ np.uint32(epoch * (STEPS[1] % 2**32)))
    for i in range(len(rows)):
        row = mixed(np.uint32(rows[i] * (STEPS[0] % 2**32) + model))
        for j in range(len(words)):
            word = np.uint32((row ^ np.uint32(words[j])) * first)
            into[i, column + j] = np.int32(np.uint32((word ^ word >> np.uint32(15)) * second))


@compiled
def mixed(word: np.uint32) -> np.uint32:
    """The finaliser of ``randomness``, of one word."""
    word = np.uint32((word ^ word >> np.uint32(16)) * np.uint32(FIRST))
    word = np.uint32((word ^ word >> np.uint32(15)) * np.uint32(SECOND % 2**32))
    return np.uint32(word ^ word >> np.uint32(16))
