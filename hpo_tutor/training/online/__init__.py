"""How are hyperparameters tuned while the weights train? T1-T2 (Luketina et al. 2016, arXiv:1511.06727).

The training rows are split. T1 moves the weights; every few steps, T2 says what the last step would have been worth
with a little more or less of each hyperparameter, and moves those.

    tuning = OnlineTuning(MLP(...), TwoSets(...), {"l2": [-4.0], "input_noise": [0.1]}, seeds=[0], epochs=30)
    tuned = tuning.train()
    tuned.final, tuning.score("test")
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "Knob": "knobs",
    "OnlineTuning": "tuning",
    "Report": "results",
    "Scores": "results",
    "Tuned": "results",
    "TwoSets": "sets",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
