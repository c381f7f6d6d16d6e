"""Which learner learns which rows, and how is it scored? What live training and recorded landscapes share.

task(name)                      data set, learner, and the hyperparameters that may be tuned
rows(name, batch)               one data batch for a network; sets(name, batch) for trees
train(name, configs, seeds)     what K learners reach
"""

from hpo_tutor.problems.tasks.division import SHUFFLE_SEED, TRAINING_SHARE, Rows, n_rows, rows, sets
from hpo_tutor.problems.tasks.runs import losses_of, meaning, train, work
from hpo_tutor.problems.tasks.table import TASKS, task
from hpo_tutor.problems.tasks.task import Source, Task

__all__ = [
    "SHUFFLE_SEED",
    "TASKS",
    "TRAINING_SHARE",
    "Rows",
    "Source",
    "Task",
    "losses_of",
    "meaning",
    "n_rows",
    "rows",
    "sets",
    "task",
    "train",
    "work",
]
