"""Who trains on? Schedulers: losses come in, decisions go out, and nothing is trained inside."""

from hpo_tutor.early_stopping.adaptive import bracket_rungs, bracket_sizes, determined, rung_units
from hpo_tutor.early_stopping.asynchronous import AsynchronousHalving, Bracket
from hpo_tutor.early_stopping.halving import FullTraining, SuccessiveHalving, Synchronous
from hpo_tutor.early_stopping.hyperband import Hyperband
from hpo_tutor.early_stopping.jobs import Job, Scheduler
from hpo_tutor.early_stopping.ladders import Stage, hyperband_brackets, plan_cost, rung_sizes, rungs

__all__ = [
    "AsynchronousHalving",
    "Bracket",
    "FullTraining",
    "Hyperband",
    "Job",
    "Scheduler",
    "Stage",
    "SuccessiveHalving",
    "Synchronous",
    "bracket_rungs",
    "bracket_sizes",
    "determined",
    "hyperband_brackets",
    "plan_cost",
    "rung_sizes",
    "rung_units",
    "rungs",
]
