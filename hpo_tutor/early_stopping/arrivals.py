"""Who is good enough at a rung where the reports come in one by one? Two rules, one rung each.

reports    (loss, trial) of all that have arrived so far, sorted; failed ones with an infinite loss
due        a trial that is to go on and has not been handed out yet
"""

import heapq
import math
from abc import ABC, abstractmethod
from bisect import bisect_left, insort
from collections import deque
from fractions import Fraction

from hpo_tutor.early_stopping.jobs import State


class Rung(ABC):
    """The reports at one rung, sorted."""

    def __init__(self, divisor: Fraction | int) -> None:
        self.divisor = divisor
        self.n_running = 0
        self.reports: list[tuple[float, int]] = []

    @abstractmethod
    def arrive(self, loss: float, trial: int, top: bool) -> State:
        """Take in a report; the trial's state, if it has not failed and this is not the top."""

    @abstractmethod
    def due(self) -> bool:
        """Whether some trial is to go on."""

    @abstractmethod
    def pop(self) -> int:
        """The trial that goes on next."""

    @abstractmethod
    def close(self) -> list[int]:
        """The trials that will never go on, now that nobody can arrive any more; each is named once."""


class PromotingRung(Rung):
    """Trials wait here until they are among the best floor(n / divisor)."""

    def __init__(self, divisor: Fraction | int) -> None:
        super().__init__(divisor)
        self.waiting: list[tuple[float, int]] = []  # a heap

    def arrive(self, loss: float, trial: int, top: bool) -> State:
        """Sort a report in; the trial waits."""
        insort(self.reports, (loss, trial))
        if math.isfinite(loss) and not top:
            heapq.heappush(self.waiting, (loss, trial))
        return "waiting"

    def due(self) -> bool:
        """Whether the best of those who wait is good enough."""
        return bool(self.waiting) and bisect_left(self.reports, self.waiting[0]) < len(self.reports) // self.divisor

    def pop(self) -> int:
        """The best of those who wait."""
        return heapq.heappop(self.waiting)[1]

    def close(self) -> list[int]:
        """Those who wait and are not good enough."""
        n_best = int(len(self.reports) // self.divisor)
        ranked = [(bisect_left(self.reports, report), report) for report in self.waiting]
        self.waiting = [report for rank, report in ranked if rank < n_best]
        heapq.heapify(self.waiting)
        return [trial for rank, (_, trial) in ranked if rank >= n_best]


class StoppingRung(Rung):
    """A trial that arrives is told at once whether it goes on."""

    def __init__(self, divisor: Fraction | int) -> None:
        super().__init__(divisor)
        self.queue: deque[int] = deque()

    def arrive(self, loss: float, trial: int, top: bool) -> State:
        """Sort a report in and decide on its trial at once."""
        position = bisect_left(self.reports, (loss, -1))  # how many are better; an equal loss is not
        insort(self.reports, (loss, trial))
        if top or math.isinf(loss) or position >= max(len(self.reports) // self.divisor, 1):
            return "stopped"
        self.queue.append(trial)
        return "waiting"

    def due(self) -> bool:
        """Whether a trial that may go on has not been handed out."""
        return bool(self.queue)

    def pop(self) -> int:
        """The one that has been due longest."""
        return self.queue.popleft()

    def close(self) -> list[int]:
        """Nobody: all was decided on arrival."""
        return []
