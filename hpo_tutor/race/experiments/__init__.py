"""Which search is worth its trials? Comparisons that the sources made, done so that they can be believed.

budgets             who wins at which budget, on functions whose minimum is known
moved               these functions, in boxes that the seed moves
standings           who stands where in that comparison
trained             really trained networks, tuned on validation rows and reported on test rows
stopping            full trainings against early stopping, with the same epochs, on recorded learning curves
stopping_standings  who stands where in that comparison
switches            spaces with switches: searched flat, with their conditions, or one tile at a time
switch_standings    who stands where in that comparison, and what dead hyperparameters are credited with
online              tuning while training, T1-T2, on MNIST: five experiments in rooms of their own
recorded            what they share: run, load and write
records             the file that all write, which survives a kill

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_ROOMS = (
    "budgets",
    "moved",
    "online",
    "recorded",
    "records",
    "standings",
    "stopping",
    "stopping_standings",
    "switch_standings",
    "switches",
    "trained",
)

__getattr__, __dir__, __all__ = offer(__name__, dict.fromkeys(_ROOMS, ""))
