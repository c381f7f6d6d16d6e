"""Who goes on when nobody waits for the others? Asynchronous successive halving decides with what is known so far.

Two forms. In the *promotion* form a trial pauses at each rung and a free worker promotes the best one that is due; in
the *stopping* form a trial is told at once whether it goes on, and what is stopped stays stopped.

rung       its reports so far, sorted by loss; the best floor(n / divisor) of n count as good enough
bracket    a ladder of rungs with its share of the trials
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

from hpo_tutor.early_stopping.arrivals import PromotingRung, Rung, StoppingRung
from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.early_stopping.ladders import check_survivor, exact_divisor, rungs

Form = Literal["promotion", "stopping"]


class Bracket(NamedTuple):
    """A ladder and how many trials climb it.

    Attributes:
        share: of the trials, relative to the other brackets' shares; numbers of trials will do.
        rungs: its fidelities, rising.
    """

    share: float
    rungs: tuple[float, ...]


class Dealer:
    """Which bracket gets the next trial, so that at every moment each has its share, give or take less than one trial?

    The n-th trial goes to a bracket that is behind its share of n, and of those to the one whose next trial is due
    first. The windows in which a trial may be dealt are those of Baruah et al. (1996), doi:10.1007/BF01940883.

    Attributes:
        dealt: how many trials each bracket has so far.
    """

    def __init__(self, brackets: Sequence[Bracket]) -> None:
        exact = [Fraction(bracket.share) for bracket in brackets]
        unit = math.lcm(*(share.denominator for share in exact))
        self._shares = [int(share * unit) for share in exact]
        self.dealt = [0] * len(brackets)

    def deal(self) -> int:
        """The bracket of the next trial."""
        n, whole = sum(self.dealt) + 1, sum(self._shares)
        behind = [b for b, share in enumerate(self._shares) if self.dealt[b] * whole < share * n]
        bracket = min(behind, key=lambda b: Fraction(self.dealt[b] + 1, self._shares[b]))
        self.dealt[bracket] += 1
        return bracket


class AsynchronousHalving(Scheduler):
    """Asynchronous successive halving (ASHA): a free worker always has something to do as long as trials are left.

    Promotion form: Li et al. (2020), MLSys, arXiv:1810.05934, Algorithm 2: promote the best trial that is among the
    first floor(n / divisor) of n at its rung, from the top rung down; if there is none, start a new trial. Later
    reports can push a promoted trial out of those first, so that a rung may promote more than floor(n / divisor).

    Stopping form: as in Determined, https://github.com/determined-ai/determined (asha_stopping.go): a trial that is
    reported as the n-th at a rung goes on if fewer than max(floor(n / divisor), 1) of them are better. The first to
    arrive always goes on.

    In both a failed trial counts as the worst of its rung.

    Attributes:
        n_trials: how many start in all; may be infinite.
        form: "promotion" or "stopping".
        brackets: the ladders with their shares.
        rungs: the fidelities of each bracket.
        divisor: one trial in so many goes on.
    """

    def __init__(
        self,
        n_trials: float,
        max_fidelity: float = 81,
        min_fidelity: float = 1,
        divisor: float = 3,
        form: Form = "promotion",
        brackets: Sequence[tuple[float, Sequence[float]]] | None = None,
    ) -> None:
        """Set up empty rungs.

        Args:
            n_trials: how many trials start in all; ``math.inf`` for as many as are asked for.
            max_fidelity: the whole training, such as 81 epochs.
            min_fidelity: the lowest rung is not below it.
            divisor: one trial in so many goes on.
            form: how it is decided.
            brackets: (share, rungs) for each of several ladders; then the two fidelities are not looked at. New trials
                are dealt out so that at every moment each bracket has its share, give or take less than one.

        Raises:
            ValueError: an unknown form; brackets that are no ladders; numbers out of range; in the promotion form, too
                few trials for one to reach the top.
        """
        super().__init__()
        self.divisor = exact_divisor(divisor)
        if form not in get_args(Form):
            raise ValueError(f"form must be one of {', '.join(get_args(Form))}; it is {form!r}")
        if n_trials != math.inf and (not n_trials >= 1 or n_trials != int(n_trials)):
            raise ValueError(f"n_trials must be a whole number from 1 on, or infinite; it is {n_trials}")
        ladders = [(1, rungs(max_fidelity, min_fidelity, divisor))] if brackets is None else brackets
        self.n_trials, self.form = n_trials, form
        self.brackets = tuple(Bracket(share, tuple(ladder)) for share, ladder in ladders)
        _check_ladders(self.brackets)
        self.rungs = tuple(bracket.rungs for bracket in self.brackets)
        self._dealer = Dealer(self.brackets)
        if form == "promotion" and n_trials != math.inf:
            preview = Dealer(self.brackets)
            for _ in range(int(n_trials)):
                preview.deal()
            for size, ladder in zip(preview.dealt, self.rungs, strict=True):
                if size:
                    check_survivor(size, len(ladder), divisor)
        kind = PromotingRung if form == "promotion" else StoppingRung
        self._ladders: list[list[Rung]] = [[kind(self.divisor) for _ in ladder] for ladder in self.rungs]

    def standings(self, bracket: int = 0) -> tuple[tuple[tuple[float, int], ...], ...]:
        """What was reported at each rung of a bracket so far: (loss, trial), the best first; failed ones infinite."""
        return tuple(tuple(rung.reports) for rung in self._ladders[bracket])

    def withdraw(self, job: Job) -> None:
        """Take the first job of a trial back, because there is no configuration for it: no further trial starts."""
        del self.running[job.trial], self.states[job.trial]
        self._ladders[job.bracket][job.rung].n_running -= 1
        self.n_trials = self.n_started
        self._close()

    @property
    def finished(self) -> bool:
        """Whether all trials have started, none runs and none is due to go on."""
        return not self.running and self._all_started and not any(rung.due() for rung in self._all_rungs())

    @property
    def _all_started(self) -> bool:
        return self.n_started >= self.n_trials

    def _all_rungs(self) -> list[Rung]:
        return [rung for ladder in self._ladders for rung in ladder]

    def _next(self) -> Job | None:
        for number, ladder in enumerate(self._ladders):
            for level in reversed(range(len(ladder) - 1)):
                if ladder[level].due():
                    return self._job(ladder[level].pop(), number, level + 1)
        if self._all_started:
            return None
        return self._job(self.n_started, self._dealer.deal(), 0)

    def _job(self, trial: int, number: int, level: int) -> Job:
        fidelities = self.rungs[number]
        self._ladders[number][level].n_running += 1
        return Job(trial, number, level, fidelities[level - 1] if level else 0, fidelities[level])

    def _learn(self, job: Job, loss: float) -> None:
        ladder = self._ladders[job.bracket]
        rung = ladder[job.rung]
        rung.n_running -= 1
        top = job.rung == len(ladder) - 1
        state = rung.arrive(loss, job.trial, top)
        if math.isfinite(loss):
            self.states[job.trial] = "finished" if top else state
        if self._all_started:
            self._close()

    def _close(self) -> None:
        """Stop those who wait at rungs that nobody can reach any more, and who are not due."""
        for ladder in self._ladders:
            for rung in ladder:
                if rung.n_running:
                    break
                for trial in rung.close():
                    self.states[trial] = "stopped"
                if rung.due():
                    break


def _check_ladders(brackets: Sequence[Bracket]) -> None:
    if not brackets:
        raise ValueError("brackets must have at least one ladder, got none; leave brackets out for a single one")
    for share, ladder in brackets:
        if not 0 < share < math.inf:
            raise ValueError(f"a bracket's share must be positive, got {share}; give each its number of trials")
        if not ladder or not all(low < high for low, high in zip((0, *ladder), (*ladder, math.inf), strict=True)):
            raise ValueError(f"a bracket's rungs must be positive and rise, got {ladder}; give for instance (1, 3, 9)")
