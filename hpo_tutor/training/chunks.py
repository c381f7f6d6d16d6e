"""Which models train side by side?

    turn    the models that are in memory at once; the next ones come when all of these are done
    chunk   a few models of a turn that one worker trains together: a plan

A stack takes models of one batch size, and of nearly one width: narrower ones are filled up with zeros, which costs
what the widest costs and changes nothing. Models of like lengths go together, so that chunks empty together.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from hpo_tutor.training.crew import Plan
from hpo_tutor.training.models.architecture import Network, n_activations, n_parameters
from hpo_tutor.training.models.descriptions import Model
from hpo_tutor.training.settings import Settings

# models of one chunk, and bytes of what a step of theirs leaves between the layers and of the errors that come back:
# on a processor what stays in the caches (measured on MLPs and CNNs), on a GPU what fills it
LARGEST_CHUNK, SMALLEST_CHUNK, GPU_CHUNK = 32, 16, 4096
STEP_MEMORY, GPU_STEP_MEMORY = 2**24, 2**32
WIDTHS = 4  # buckets of widths from one power of two to the next: at most a fifth of a bucket's width is zeros
COPIES = {"adam": 4, "sgd": 3}  # of each parameter: itself, its gradient, what the optimiser keeps


class Chunks(NamedTuple):
    """A population that is to be cut; K models."""

    model: Model
    n_inputs: int
    settings: Settings
    optimiser: str
    device: torch.device
    dtype: torch.dtype

    def turns(self, memory: int) -> Iterator[NDArray[np.int64]]:
        """Models in the order of the population, as many at a time as ``memory`` bytes hold, but at least one."""
        ends = np.cumsum(self._bytes())
        first = 0
        while first < len(ends):
            before = ends[first - 1] if first else 0
            end = max(first + 1, int(np.searchsorted(ends, before + memory, side="right")))
            yield np.arange(first, end)
            first = end

    def plans(self, ids: NDArray[np.int64], backend: str, n_threads: int) -> list[Plan]:
        """These models cut into chunks for that many workers."""
        if backend == "stack":
            chunks = [
                chunk
                for group in self._alike(ids)
                for chunk in np.array_split(group, self.n_chunks(group, backend, n_threads))
            ]
        else:
            # dealt out like cards, so that every chunk has its share of long trainings
            sorted_ids, n_chunks = self._longest_first(ids), self.n_chunks(ids, backend, n_threads)
            chunks = [sorted_ids[place::n_chunks] for place in range(n_chunks)]
        return [self._plan(chunk) for chunk in chunks]

    def _plan(self, ids: NDArray[np.int64]) -> Plan:
        settings, (_, batch_size) = self.settings.of(ids), self._shape(ids[0])
        return Plan(self.model, self.n_inputs, ids, settings, batch_size, self.optimiser, self.device, self.dtype)

    def _alike(self, ids: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Models of one batch size and one bucket of widths together, those with many epochs first."""
        widths = np.maximum(self.settings.width[ids], 1)
        octave = 2.0 ** np.floor(np.log2(widths))
        buckets = np.ceil(widths / octave * WIDTHS) * octave / WIDTHS
        keys = np.stack([buckets, self.settings.batch_size[ids]], axis=1)
        _, group = np.unique(keys, axis=0, return_inverse=True)
        groups = [ids[group.ravel() == one] for one in range(group.max() + 1)]
        return [members[np.argsort(-self.settings.epochs[members], kind="stable")] for members in groups]

    def _longest_first(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The same models, those that take longest first."""
        work = self.settings.epochs[ids] * np.maximum(self.settings.width[ids], 1)
        return ids[np.argsort(-work, kind="stable")]

    def n_chunks(self, ids: NDArray[np.int64], backend: str, n_threads: int) -> int:
        """Into how many chunks a group is cut: full ones, but enough to keep every worker busy."""
        if backend == "loop":
            return len(ids)
        full = math.ceil(len(ids) / self._largest(ids, backend))
        if self.device.type != "cpu":
            return full
        shared_out = math.ceil(full / n_threads) * n_threads
        least = 1 if backend == "compiled" else SMALLEST_CHUNK
        return max(full, min(shared_out, len(ids) // least))

    def _largest(self, ids: NDArray[np.int64], backend: str) -> int:
        """Models of a full chunk: what suits the device, if a step of so many fits into memory."""
        if backend == "compiled":
            return LARGEST_CHUNK  # one after another: a step is that of one
        on_processor = self.device.type == "cpu"
        usual, room = (LARGEST_CHUNK, STEP_MEMORY) if on_processor else (GPU_CHUNK, GPU_STEP_MEMORY)
        widest = ids[np.argmax(self.settings.width[ids])]
        return max(1, min(usual, room // self._step_bytes(*self._shape(widest))))

    def _bytes(self) -> NDArray[np.int64]:
        """What each model needs while its turn lasts; on a GPU the buffers of a step stay, too."""
        state = COPIES[self.optimiser] * self.dtype.itemsize
        shapes = [self._shape(i) for i in range(len(self.settings.width))]
        needs = {
            (width, batch_size): state * n_parameters(self._network(width))
            + (self._step_bytes(width, batch_size) if self.device.type != "cpu" else 0)
            for width, batch_size in set(shapes)
        }
        return np.array([needs[shape] for shape in shapes])

    def _step_bytes(self, width: int, batch_size: int) -> int:
        return 2 * n_activations(self._network(width)) * batch_size * self.dtype.itemsize

    def _shape(self, i: int) -> tuple[int, int]:
        return int(self.settings.width[i]), int(self.settings.batch_size[i])

    def _network(self, width: int) -> Network:
        return self.model.layers(self.n_inputs, width or None)
