"""Which learner learns which rows, and how is it scored? What live training and recorded landscapes share.

task(name)                      data set, learner, and the hyperparameters that may be tuned
rows(name, batch)               one data batch for a network; sets(name, batch) for trees
train(name, configs, seeds)     what K learners reach
count(name, configs, goals)     how large they are, without training
Together(name, configs, seeds)  K networks side by side, each until it is stopped
score_unseen(...)               the same on rows that no search has seen
"""

from hpo_tutor.problems.tasks.division import SHUFFLE_SEED, TRAINING_SHARE, Rows, n_rows, rows, sets, unseen
from hpo_tutor.problems.tasks.runs import Scores, count, losses_of, meaning, score_unseen, train, work
from hpo_tutor.problems.tasks.table import TASKS, task
from hpo_tutor.problems.tasks.task import Source, Task
from hpo_tutor.problems.tasks.together import Epoch, Together

__all__ = [
    "SHUFFLE_SEED",
    "TASKS",
    "TRAINING_SHARE",
    "Epoch",
    "Rows",
    "Scores",
    "Source",
    "Task",
    "Together",
    "count",
    "losses_of",
    "meaning",
    "n_rows",
    "rows",
    "score_unseen",
    "sets",
    "task",
    "train",
    "unseen",
    "work",
]
