"""Pictures of notebook 06, Bayesian optimisation: a room for each group of them."""

from hpo_tutor.course.pictures.nb06.batches import WAYS, waiting
from hpo_tutor.course.pictures.nb06.branches import ACQUISITIONS, branch, onwards
from hpo_tutor.course.pictures.nb06.duels import Duel
from hpo_tutor.course.pictures.nb06.gains import candidate
from hpo_tutor.course.pictures.nb06.steps import GRID, Line, worth

__all__ = ["ACQUISITIONS", "GRID", "WAYS", "Duel", "Line", "branch", "candidate", "onwards", "waiting", "worth"]
