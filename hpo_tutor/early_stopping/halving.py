"""Who goes on when all at a rung have been heard? The best of them, together: synchronous successive halving.

plan       one bracket, rung by rung: how many trials reach it, and its fidelity
rung       closes when all trials that train to it are reported; the best go on, the others are stopped
"""

import math
from collections import deque
from collections.abc import Sequence

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.early_stopping.ladders import Plan, Stage, check_plan, check_survivor, plan_cost, rung_sizes, rungs


class Synchronous(Scheduler):
    """Brackets whose rungs close when all their jobs are reported.

    The result does not depend on the order of the reports: ties go to the trial with the smaller number, those who go
    on are handed out by number, and which bracket a new trial enters is fixed. Failed trials count as the worst of
    their rung and never go on, so a rung may send on fewer trials than planned.

    Attributes:
        plans: the brackets, each rung by rung: (n_trials, fidelity).
        rungs: the fidelities of each bracket.
    """

    def __init__(self, plans: Sequence[Plan], *, side_by_side: bool = False) -> None:
        """Take brackets.

        Args:
            plans: one for each bracket.
            side_by_side: whether all brackets are open from the start; otherwise one opens when the last has ended.

        Raises:
            ValueError: a plan whose fidelities do not rise, or whose trials become more or none.
        """
        super().__init__()
        self.plans = tuple(plans)
        for plan in self.plans:
            check_plan(plan)
        self.rungs = tuple(tuple(stage.fidelity for stage in plan) for plan in self.plans)
        self.side_by_side = side_by_side
        self._brackets = [_Bracket(plan) for plan in self.plans]
        self._open = list(range(len(self._brackets)))

    def cost(self, *, resume: bool = True) -> float:
        """The fidelity that all brackets spend if no trial fails, such as epochs.

        81 trials on rungs 1, 3, 9, 27, 81 cost 81*1 + 27*2 + 9*6 + 3*18 + 1*54 = 297 epochs if who goes on continues,
        and 405 if who goes on begins anew at each rung.

        Args:
            resume: whether a trial that goes on continues its training, or begins anew at each rung.
        """
        return sum(plan_cost(plan, resume=resume) for plan in self.plans)

    def standings(self, bracket: int = 0) -> tuple[tuple[tuple[float, int], ...], ...]:
        """What was reported at each rung of a bracket so far: (loss, trial), the best first; failed ones infinite."""
        return tuple(tuple(sorted(reports)) for reports in self._brackets[bracket].reports)

    @property
    def n_trials(self) -> int:
        """How many trials start in all."""
        return sum(plan[0].n_trials for plan in self.plans)

    @property
    def finished(self) -> bool:
        """Whether all brackets have ended."""
        return not self._open

    def _next(self) -> Job | None:
        for number in self._open if self.side_by_side else self._open[:1]:
            bracket = self._brackets[number]
            stop = bracket.plan[bracket.rung].fidelity
            if bracket.rung == 0 and bracket.n_new:
                bracket.n_new -= 1
                return Job(self.n_started, number, 0, 0, stop)
            if bracket.queue:
                start = bracket.plan[bracket.rung - 1].fidelity
                return Job(bracket.queue.popleft(), number, bracket.rung, start, stop)
        return None

    def _learn(self, job: Job, loss: float) -> None:
        bracket = self._brackets[job.bracket]
        reports = bracket.reports[job.rung]
        reports.append((loss, job.trial))
        top = job.rung == len(bracket.plan) - 1
        if top and math.isfinite(loss):
            self.states[job.trial] = "finished"
        if len(reports) < bracket.n_awaited:
            return
        n_best = 0 if top else bracket.plan[job.rung + 1].n_trials
        best = {trial for loss, trial in sorted(reports)[:n_best] if math.isfinite(loss)}
        for _, trial in reports:
            if self.states[trial] == "waiting" and trial not in best:
                self.states[trial] = "stopped"
        if not best:
            self._open.remove(job.bracket)
        bracket.rung, bracket.n_awaited = job.rung + 1, len(best)
        bracket.queue.extend(sorted(best))


class _Bracket:
    """Where one bracket stands: its open rung, those who go on to it, and who was heard."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.rung = 0
        self.n_new = self.n_awaited = plan[0].n_trials
        self.queue: deque[int] = deque()
        self.reports: list[list[tuple[float, int]]] = [[] for _ in plan]


class SuccessiveHalving(Synchronous):
    """Start many, and at each rung keep the best one in ``divisor``.

    Jamieson & Talwalkar (2016), AISTATS, arXiv:1502.07943; the form with rungs at eta^k is the inner loop of Algorithm
    1 in Li et al. (2018), JMLR 18(185).
    """

    def __init__(
        self, n_trials: int = 81, max_fidelity: float = 81, min_fidelity: float = 1, divisor: float = 3
    ) -> None:
        """Plan a bracket.

        Args:
            n_trials: how many start.
            max_fidelity: the whole training, such as 81 epochs.
            min_fidelity: the lowest rung is not below it.
            divisor: one trial in so many goes on.

        Raises:
            ValueError: no trial would reach the top rung; the divisor is below 2; a fidelity is out of order.
        """
        ladder = rungs(max_fidelity, min_fidelity, divisor)
        check_survivor(n_trials, len(ladder), divisor)
        sizes = rung_sizes(int(n_trials), len(ladder), divisor)
        super().__init__([tuple(Stage(*stage) for stage in zip(sizes, ladder, strict=True))])


class FullTraining(Synchronous):
    """Train every trial to the end: what stopping early is compared with."""

    def __init__(self, n_trials: int, max_fidelity: float = 81) -> None:
        """Plan a single rung.

        Args:
            n_trials: how many start.
            max_fidelity: the whole training, such as 81 epochs.

        Raises:
            ValueError: fewer than one trial, or a fidelity that is not positive.
        """
        ladder = rungs(max_fidelity, max_fidelity)
        check_survivor(n_trials, 1, 2)
        super().__init__([(Stage(int(n_trials), ladder[0]),)])
