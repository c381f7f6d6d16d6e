"""How was the study done? A cell is one sampler, one budget, one data batch; this is all one needs to know of it.

Cell, Job     what is run, and what is run together
jobs          the jobs of a list of cells
enter         further samplers, wherever the others run
run           a job's rows
normalise     losses in units of the best of their batch
scores        one setting's numbers, batch by batch
edge_batches  the batches whose optimum may lie outside the domain

Everything drawn for a cell hangs on the study's seed and the cell's key, so a row is the same whoever else takes part,
in whichever order and process it is run.
"""

from hpo_tutor.race.cells import Cell, Job, enter, jobs
from hpo_tutor.race.normalising import normalise, scores
from hpo_tutor.race.runs import run
from hpo_tutor.race.tracks import edge_batches

__all__ = ["Cell", "Job", "edge_batches", "enter", "jobs", "normalise", "run", "scores"]
