"""How do real workers play a tournament? One job at a time each; a network that pauses travels as bytes.

driver   this process: it asks the scheduler, keeps what paused, and writes the clock down
worker   a process here, or a thread of a Dask cluster: it trains one network from rung to rung
frozen   bytes of a network that paused (``training.pausing``)
"""

import math
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.executors import LocalProcesses
from hpo_tutor.executors.parcels import Executor, Served
from hpo_tutor.interrupts import uninterrupted
from hpo_tutor.problems import tasks
from hpo_tutor.problems.live_objectives import Live
from hpo_tutor.problems.tasks.groups import by_structure
from hpo_tutor.protocols import Objective, Sampler
from hpo_tutor.tournaments.ledgers import Ledger
from hpo_tutor.tournaments.playing import check_space
from hpo_tutor.tournaments.results import Tournament
from hpo_tutor.tournaments.timelines import Span, Timeline, whole_training
from hpo_tutor.training import Data
from hpo_tutor.training.models.descriptions import Model
from hpo_tutor.training.pausing import start, thaw

WARMING_ROWS = 32


class Order(NamedTuple):
    """What a worker is given.

    Attributes:
        job: which trial, from where to where.
        config: the trial's hyperparameters, those that are fixed included.
        seed: the trial's own seed.
        frozen: the network as it paused at ``job.start``; None where it begins from its start.
    """

    job: Job
    config: Mapping[str, Any]
    seed: int
    frozen: bytes | None


class Answer(NamedTuple):
    """What a worker gives back.

    Attributes:
        losses: of a network, one an epoch since it paused, or began; else the one at the end of the job.
        frozen: the network as it pauses; None where there is none that could go on.
    """

    losses: list[float]
    frozen: bytes | None


def play_with_workers(
    objective: Objective,
    scheduler: Scheduler,
    sampler: Sampler | None = None,
    executor: Executor | None = None,
    *,
    seed: int = 0,
    log: str | Path | None = None,
    progress: bool = False,
    n_tries: int = 1,
) -> tuple[Tournament, Timeline]:
    """Let workers train trials from rung to rung, each one job at a time; nobody waits unless the scheduler says so.

    Live networks (``problems.live``, whose fidelity is epochs) pause at a rung and go on in whichever worker is free,
    on its processor, as if they had never stopped. Any other objective is evaluated at each rung.

    A trial fails, and the others go on, where its loss is not finite, its training raises, or its worker dies. Ctrl-C
    (Jupyter's stop button) ends the workers and returns what was reported so far.

    Args:
        objective: what is trained. Of several losses the first counts.
        scheduler: who trains on; a fresh one.
        sampler: proposes the configurations, a fresh one; None takes random ones. How it learns: see ``Ledger``.
        executor: the workers; None is two processes of this machine.
        seed: decides the trials' own seeds, and random configurations.
        log: a file for the reports, one line each. If it exists, the tournament resumes: what it holds is not done
            again, but networks that go on begin from their start, with the same seed.
        progress: whether to show the number of reports and the smallest loss.
        n_tries: how often a job is done whose worker dies, before its trial has failed.

    Returns:
        All reports and what each trial reached; and which worker did what when, in seconds since the first job was
        handed out. Epochs that died with their worker are counted nowhere.

    Raises:
        ValueError: scheduler or sampler were used before, the log belongs to another tournament, the fidelity is tuned
            as well, or networks are to train on a GPU.
        RuntimeError, ConnectionError: the workers cannot work.
    """
    check_space(objective)
    workers = LocalProcesses(2) if executor is None else executor
    with Ledger(objective, scheduler, sampler, seed=seed, log=log, progress=progress) as ledger:
        driver, interrupted = _Driver(objective, ledger), False
        try:
            with closing(workers.serve(driver.work, driver.order, n_tries)) as done:
                for served in done:
                    with uninterrupted():
                        driver.hear(served)
        except KeyboardInterrupt:
            interrupted = True
        curves = {trial: np.array(losses) for trial, losses in driver.curves.items()}
        return ledger.tournament(driver.n_epochs, curves, interrupted), driver.timeline(workers)


class _Driver:
    """Hands out orders, and keeps what comes back.

    Attributes:
        work: what workers do with an order.
        curves: trial -> losses by epoch, of networks.
        n_epochs: the fidelity that was trained and reported.
    """

    def __init__(self, objective: Objective, ledger: Ledger) -> None:
        self.curves: dict[int, list[float]] = {}
        self.n_epochs = 0.0
        self.work: Callable[[Order], Answer] = partial(evaluate, objective)
        self._ledger, self._goes_on = ledger, getattr(objective, "goes_on", True)
        self._live: Live | None = None  # whose networks pause
        self._frozen: dict[int, bytes] = {}  # of trials that may go on
        self._spans: list[Span] = []
        if isinstance(objective, Live) and objective.goes_on:
            self._live = objective
            self.work = Training(objective.name, objective.batch, objective.n_batches, _options(objective))

    def order(self) -> Order | None:
        """The next job for a worker that is idle; None where the scheduler has none now."""
        if (job := self._ledger.ask()) is None:
            return None
        config, frozen = self._ledger.configs[job.trial], self._frozen.pop(job.trial, None)
        if self._live:
            config = {**self._live.space.fixed, **config}
            self._live.n_trained += frozen is None
        return Order(job, config, self._ledger.seeds[job.trial], frozen)

    def hear(self, served: Served) -> None:
        """Report what came of an order."""
        order: Order = served.job
        job, answer = order.job, served.outcome.value
        loss, message = math.nan, served.outcome.error or ""
        if answer is not None:
            loss, message = self._keep(order, answer)
        self._spans.append(Span(served.worker, job, served.begin, served.end, loss))
        for trial in self._ledger.report(job, loss, message):
            self._frozen.pop(trial, None)

    def timeline(self, executor: Executor) -> Timeline:
        """The clock, from the first job on."""
        began = min((span.begin for span in self._spans), default=0.0)
        spans = [span._replace(begin=span.begin - began, end=span.end - began) for span in self._spans]
        n_workers = max([1, getattr(executor, "n_workers", 1), *(span.worker + 1 for span in spans)])
        ended = tuple(sorted(spans, key=lambda span: span.end))
        return Timeline(n_workers, ended, top=whole_training(self._ledger.scheduler))

    def _keep(self, order: Order, answer: Answer) -> tuple[float, str]:
        """Take note of an answer: the loss, nan where it is not finite, and then why."""
        job, loss = order.job, answer.losses[-1]
        after = job.stop
        if self._live:
            before = [] if order.frozen is None else self.curves[job.trial]
            self.curves[job.trial] = [*before, *answer.losses]
            self.n_epochs += len(answer.losses)
            after = len(self.curves[job.trial])
        else:
            self.n_epochs += job.stop - job.start * self._goes_on
        if answer.frozen is not None:
            self._frozen[job.trial] = answer.frozen
        return (loss, "") if math.isfinite(loss) else (math.nan, f"the loss was {loss} at fidelity {after:g}")


def _options(objective: Live) -> dict[str, Any]:
    """How networks of an objective train where they pause."""
    options = objective.options
    if options.get("device") == "cuda":
        raise ValueError("workers train networks on processors, and the objective says device='cuda'; leave it out")
    backend = options.get("backend")
    return {"backend": None if backend == "stack" else backend, "dtype": options.get("dtype", "float32")}


class Training:
    """What a worker does with orders for networks of one task and data batch.

    Rows and machine code are loaded when it is made, so in a worker process before its first job begins.

    Args:
        name: of the task.
        batch, n_batches: which data batch of how many.
        options: backend and dtype, as ``training.pausing.start`` takes them.
    """

    def __init__(self, name: str, batch: int, n_batches: int, options: Mapping[str, Any]) -> None:
        self._made_of = (name, batch, n_batches, options)
        self._task, self._rows, self._options = tasks.task(name), tasks.rows(name, batch, n_batches), options
        warming = Data(*(part[:WARMING_ROWS] for part in vars(self._rows.data).values()))
        model, settings = self._network({})
        start(model, warming, {**settings, "batch_size": WARMING_ROWS}, 0, **options).advance()

    def __reduce__(self) -> tuple[type["Training"], tuple[Any, ...]]:
        """It travels as what it was made of."""
        return Training, self._made_of

    def __call__(self, order: Order) -> Answer:
        """Train to the end of a job; a network that was not frozen begins from its start, so the loss is the same.

        Raises:
            ValueError: the job does not stop after a whole epoch.
        """
        job, stop = order.job, int(order.job.stop)
        if job.stop != stop or stop < 1:
            raise ValueError(
                f"a network trains whole epochs, and trial {job.trial} is to stop at {job.stop:g}; give the scheduler "
                'whole fidelities from 1, or the objective fidelity="rows" for shares of the rows'
            )
        model, settings = self._network(order.config)
        own = (model, self._rows.data, settings, order.seed)
        network = start(*own, **self._options) if order.frozen is None else thaw(order.frozen, *own, **self._options)
        before = network.epoch
        scores = network.advance(stop - before)[: network.epoch - before]  # one that diverged trained no further
        losses = tasks.losses_of(self._task.name, scores, self._rows.target_scale)
        return Answer([float(loss) for loss in losses], None if network.diverged else network.frozen())

    def _network(self, config: Mapping[str, Any]) -> tuple[Model, dict[str, Any]]:
        (group,) = by_structure(self._task, [config])
        return group.model, {name: values[0] for name, values in group.columns.items()}


def evaluate(objective: Objective, order: Order) -> Answer:
    """The loss of a trial at the end of a job; runs on a worker."""
    losses = objective.evaluate([order.config], seeds=[order.seed], fidelity=order.job.stop)
    rows = np.asarray(losses, dtype=np.float64)
    if rows.ndim not in (1, 2) or len(rows) != 1:
        raise ValueError(f"evaluate must return shape (1,) or (1, m), got {rows.shape}")
    return Answer([float(rows.flat[0])], None)
