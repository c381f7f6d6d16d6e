"""How many multiplications does a small encoder cost for one picture? Counted by hand, layer by layer.

side          of the square picture, in pixels; it has one channel
convolutions  tuples (filters, kernel, stride, pool), from the picture to the code
units         numbers that come out of one dense layer at the end

A convolution has its border padded, so that every stride-th pixel of a row has a window: of 7 pixels at stride 2, four.
A window costs kernel * kernel * channels multiplications for each filter. Pooling takes the largest of pool * pool
neighbours: it multiplies nothing, and what fills no window is left out. Biases are added, not multiplied.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hpo_tutor.course.exercises import Exercise, Function, Variant

Block = tuple[int, int, int, int]
Strided = Callable[[int, int, int], int]  # pixels of a row, stride, kernel -> windows of a row
Pooled = Callable[[int, int], int]  # pixels of a row, pool -> how many are left


def operations(side: int, convolutions: Sequence[Block], units: int) -> int:
    """The multiplications of the encoder."""
    return _operations(side, convolutions, units)


def _strided(pixels: int, stride: int, kernel: int) -> int:
    return -(-pixels // stride)


def _pooled(pixels: int, pool: int) -> int:
    return pixels // pool


def _window(kernel: int, channels: int, filters: int) -> int:
    return kernel**2 * channels * filters


def _nothing(*sizes: int) -> int:
    return 0


def _operations(
    side: int,
    convolutions: Sequence[Block],
    units: int,
    *,
    stride_by: Strided = _strided,
    pool_by: Pooled = _pooled,
    window: Callable[[int, int, int], int] = _window,
    places: Callable[[int, int], int] = lambda before, after: after**2,
    dense: Callable[[int, int, int], int] = lambda pixels, channels, units: pixels**2 * channels * units,
    more: Callable[[int, int, int], int] = _nothing,
    channels_after: Callable[[int, int], int] = lambda channels, filters: filters,
) -> int:
    """The right count with one step changed.

    ``places`` takes the side before and after a convolution; ``more`` takes the side and filters of a convolution and
    its pool, and is added; ``dense`` takes the last side, the last channels and the units.
    """
    total, pixels, channels = 0, side, 1
    for filters, kernel, stride, pool in convolutions:
        after = stride_by(pixels, stride, kernel)
        total += places(pixels, after) * window(kernel, channels, filters) + more(after, filters, pool)
        pixels, channels = pool_by(after, pool), channels_after(channels, filters)
    return total + dense(pixels, channels, units)


def _changed(**changes: Any) -> Function:
    return lambda side, convolutions, units: _operations(side, convolutions, units, **changes)


def _biased_too(side: int, convolutions: Sequence[Block], units: int) -> int:
    return _operations(side, convolutions, units, more=lambda after, filters, pool: after**2 * filters) + units


def _parameters(side: int, convolutions: Sequence[Block], units: int) -> int:
    """Weights, each counted once, whatever the size of the picture."""
    return _operations(side, convolutions, units, places=lambda before, after: 1)


def encoder(rng: np.random.Generator, n_convolutions: int) -> tuple[int, list[Block], int]:
    """A case: a picture of an odd side, so that halving rounds, and convolutions of which some stride and some pool."""
    while True:
        side = 2 * int(rng.integers(7, 12)) + 1
        sizes = zip(rng.integers(2, 9, n_convolutions), rng.choice((3, 5), n_convolutions), strict=True)
        blocks = [
            (int(filters), int(kernel), int(rng.integers(1, 3)), int(rng.integers(1, 3))) for filters, kernel in sizes
        ]
        if math.prod(stride * pool for _, _, stride, pool in blocks) <= side // 4:  # some pixels are left
            return side, blocks, int(rng.integers(3, 30))


# seeds with which every mistake differs from the truth, and from each other, in two cases or more
SEEDED = ((4, 2), (1012, 2), (2000, 3))

EXERCISE = Exercise(
    id="15.3",
    title="the operations of an encoder",
    level=2,
    truth=operations,
    cases=(
        (4, [(2, 3, 2, 1)], 5),
        (8, [(4, 3, 1, 2), (8, 3, 2, 1)], 8),
        *(encoder(np.random.default_rng(seed), n) for seed, n in SEEDED),
    ),
    mistakes=(
        Variant(
            "the stride was ignored. With stride 2 only every second pixel of a row, and every second row, has a "
            "window: a quarter of the work, and a smaller picture for the next layer.",
            (_changed(stride_by=lambda pixels, stride, kernel: pixels),),
        ),
        Variant(
            "the stride makes the next picture smaller, which is right, but the windows were counted at every pixel. "
            "A window that is jumped over costs nothing.",
            (_changed(places=lambda before, after: before**2),),
        ),
        Variant(
            "the channels were forgotten: a filter looks at all channels of its window, which are the filters of the "
            "layer before.",
            (
                _changed(window=lambda kernel, channels, filters: kernel**2 * filters),
                _changed(channels_after=lambda channels, filters: 1),
            ),
        ),
        Variant(
            "the pooling was ignored. It multiplies nothing, but it makes the next layer's picture smaller.",
            (_changed(pool_by=lambda pixels, pool: pixels),),
        ),
        Variant(
            "the pooling was counted. It compares numbers and multiplies none.",
            (
                _changed(more=lambda after, filters, pool: after**2 * filters if pool > 1 else 0),
                _changed(more=lambda after, filters, pool: (after // pool) ** 2 * pool**2 * filters if pool > 1 else 0),
                _changed(more=lambda after, filters, pool: (after // pool) ** 2 * filters if pool > 1 else 0),
                _changed(more=lambda after, filters, pool: (after // pool) ** 2 * pool**2 * filters),
            ),
        ),
        Variant(
            "the biases were counted. They are added, not multiplied.",
            (
                _changed(more=lambda after, filters, pool: after**2 * filters),
                _biased_too,
                lambda side, convolutions, units: operations(side, convolutions, units) + units,
                lambda side, convolutions, units: (
                    operations(side, convolutions, units) + sum(one[0] for one in convolutions) + units
                ),
            ),
        ),
        Variant(
            "a window has kernel * kernel pixels, not kernel.",
            (_changed(window=lambda kernel, channels, filters: kernel * channels * filters),),
        ),
        Variant(
            "the filters were forgotten: each filter does the work of a window anew.",
            (_changed(window=lambda kernel, channels, filters: kernel**2 * channels),),
        ),
        Variant(
            "a picture has side * side windows, not side.",
            (_changed(places=lambda before, after: after),),
        ),
        Variant(
            "those are the weights: each was counted once. A convolution uses its weights again at every window, and "
            "that is what costs.",
            (_parameters,),
        ),
        Variant(
            "with a stride the size was rounded down. The border is padded: of 7 pixels, the first, third, fifth and "
            "seventh have a window, which is 4.",
            (_changed(stride_by=lambda pixels, stride, kernel: pixels // stride),),
        ),
        Variant(
            "after pooling the size was rounded up. Pixels that fill no window are left out: 7 pixels become 3.",
            (_changed(pool_by=lambda pixels, pool: -(-pixels // pool)),),
        ),
        Variant(
            "the windows that reach over the border were left out. It is padded, so that each pixel at the stride has "
            "its window.",
            (_changed(stride_by=lambda pixels, stride, kernel: max(pixels - kernel, 0) // stride + 1),),
        ),
        Variant(
            "the dense layer got the pixels of one channel. It takes the numbers of all channels: side * side * "
            "filters.",
            (_changed(dense=lambda pixels, channels, units: pixels**2 * units),),
        ),
        Variant(
            "the dense layer was forgotten: each of its units multiplies every number that comes in.",
            (_changed(dense=_nothing), _changed(dense=lambda pixels, channels, units: units)),
        ),
        Variant(
            "each multiplication was counted with its addition. Asked for are the multiplications alone.",
            (lambda side, convolutions, units: 2 * operations(side, convolutions, units),),
        ),
    ),
    hints=(
        "Go through the layers with two numbers in hand: the side of the picture and its channels. Each convolution "
        "changes both, each pooling the side.",
        "A convolution has ceil(side / stride) windows in a row, and as many rows; each costs kernel * kernel * "
        "channels * filters. Then the side is ceil(side / stride) // pool, and the channels are the filters.",
        "total += side**2 * kernel**2 * channels * filters, with the side after the stride: side = -(-side // "
        "stride). Behind the last one, total += side**2 * channels * units.",
    ),
)
