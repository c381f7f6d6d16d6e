"""What does T1-T2, tuning while training, reach on MNIST? Five recorded experiments, and their tables.

starts       random starts on three networks: where do they go, and what is it worth?
field        a grid of hyperparameters held still: the losses of plain training, and where T1-T2 would push
horizons     a little more of a hyperparameter from an early or a late epoch on: what is it worth, and when?
rivals       T1-T2, random search and Bayesian optimisation with the same training time
tuning_sets  how many rows does T2 need, for few and for many hyperparameters?
grounds      the rows and networks that all five share
summaries    what they found, in tables

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_ROOMS = ("field", "grounds", "horizons", "rivals", "starts", "summaries", "tuning_sets")

__getattr__, __dir__, __all__ = offer(__name__, dict.fromkeys(_ROOMS, ""))
