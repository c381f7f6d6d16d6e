"""What is there to search? Formulas with a known optimum, networks trained when called, and recorded landscapes.

    function(name)    a formula, its minimum known exactly
    live(name)        trains real networks when called
    landscape(name)   losses recorded once by really training, looked up in microseconds
    curves(name)      whole learning curves, recorded in the same way: a trial may stop after any epoch
    mangled(name)     recorded or live, with cheap further hyperparameters that matter
    online_tuning(name)    networks that tune some hyperparameters while they train
    Flat              one of these, searched without its conditions: hyperparameters that do not exist have dead values
    WithFixed         one of these, with some hyperparameters left alone
    WithIdle          one of these, with hyperparameters added that do nothing
    WithRanges        one of these, searched between other bounds

Names are resolved on first use, so that a formula never waits for torch.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "Flat": "flat",
    "OnlineRun": "online_objectives",
    "OnlineTuningProblem": "online_objectives",
    "WithFixed": "fixed",
    "WithIdle": "idle",
    "WithRanges": "ranges",
    "curves": "landscapes",
    "function": "functions",
    "landscape": "landscapes",
    "live": "live_objectives",  # a room called live would take the function's place once it is imported
    "mangled": "mangled_objectives",
    "online_tuning": "online_objectives",
    # rooms, so that `problems.datasets.load(...)` works after `import hpo_tutor`
    "datasets": "",
    "functions": "",
    "landscapes": "",
    "mangling": "",
    "quadratics": "",
    "recording": "",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
