"""Which library multiplies K small matrices fastest, and how is a buffer for them laid out?

On a processor numpy's, one product after another: 128 x 32 by 32 x 32 in 2.5 us against 3.4 us in torch.bmm, and
further ahead where a side is short (measured with OpenBLAS on AVX-512; with AVX2 they are equal). Up to SMALL
multiplications OpenBLAS computes at once what it otherwise rearranges first, half as fast: larger products are cut.
On a GPU torch.bmm.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.backends.stacked.storage import channels_first
from hpo_tutor.training.models.architecture import Shape

SMALL, NARROWEST = 10**6, 8  # multiplications of a small product; least rows or columns of a piece

Call = Callable[[], object]
Matrices = NDArray[np.floating]


class Buffer(NamedTuple):
    """What stands between two layers, for K models and B rows; of n numbers each.

    Attributes:
        values: (K, *shape, B), channels first.
        flat: (K, n, B) the same numbers; (K, n + 1, B) if a row of ones follows, which biases are multiplied by.
    """

    values: torch.Tensor
    flat: torch.Tensor


def buffer(like: torch.Tensor, n_models: int, shape: Shape, n_rows: int, *, ones: bool = False) -> Buffer:
    """A new buffer on the device and of the dtype of ``like``."""
    size = math.prod(shape)
    flat = like.new_empty(n_models, size + ones, n_rows)
    flat[:, size:] = 1
    return Buffer(flat[:, :size].view(n_models, *channels_first(shape), n_rows), flat)


def product(left: torch.Tensor, right: torch.Tensor, out: torch.Tensor) -> Call:
    """What computes ``out = left @ right`` for K pairs of matrices; one matrix may stand for all K."""
    if left.shape[2] == 1:  # an outer product, which no library of matrix products is quick at
        return partial(torch.mul, left, right, out=out)
    if out.is_cuda:
        return partial(torch.bmm, left, right.expand(len(left), -1, -1), out=out)
    return _in_pieces(left.numpy(), right.numpy(), out.numpy())


def _in_pieces(left: Matrices, right: Matrices, out: Matrices) -> Call:
    """The same on a processor, cut into pieces that need no preparation where that is possible."""
    rows, inner, columns = *left.shape[1:], right.shape[2]
    work = rows * inner * columns
    n = _n_pieces(inner, work)
    if n > 1 and 8 * n * rows * columns < inner * (rows + columns):  # else adding up costs more than is gained
        parts = np.empty((len(out), n, rows, columns), out.dtype)
        multiply = partial(np.matmul, _cut(left, 2, n), _cut(right, 1, n), out=parts)
        add = partial(np.add.reduce, parts, axis=1, out=out)
        return lambda: (multiply(), add())
    n = _n_pieces(columns, work)
    if n > 1:
        return partial(np.matmul, left[:, None], _cut(right, 2, n), out=_cut(out, 2, n))
    return partial(np.matmul, left, right, out=out)


def _n_pieces(side: int, work: int) -> int:
    """Into how many equal pieces a side is cut, so that each makes a small product; 1 if there is no such cut."""
    needed = math.ceil(work / SMALL)
    return next((n for n in range(needed, side // NARROWEST + 1) if side % n == 0), 1)


def _cut(matrices: Matrices, axis: int, n: int) -> Matrices:
    """A view (K, n, ...) of n pieces along an axis."""
    shape = matrices.shape
    return np.moveaxis(matrices.reshape(*shape[:axis], n, -1, *shape[axis + 1 :]), axis, 1)


def copy(values: torch.Tensor, out: torch.Tensor) -> Call:
    """What copies ``values`` to ``out`` of the same shape, axes in another order; numpy's is eight times torch's."""
    if out.is_cuda:
        return partial(out.copy_, values)
    return partial(np.copyto, out.numpy(), values.numpy())
