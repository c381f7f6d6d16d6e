"""What do searches and races look like? Plotly figures that one zooms and hovers, legible on light and on dark pages.

regret             median and quartiles of each sampler over the trials
differences        one sampler against another, seed by seed
placements         designs alone, a dot with its interval for each number of points
budgets_won        samplers on functions, from a few trials to many
stopping_won       full trainings against early stopping, the more epochs are spent
switches_won       samplers on a space with switches, a row each
false_importances  what each hyperparameter of a space with switches is credited with, dead ones too
landscape          the loss over two hyperparameters, and where searches went
still              any scene as an SVG, where nothing can move
studies            the figures of a study: curves, differences, ranks, tails, intervals
study_report       a study's page of words, tables and figures

Each figure says in a sentence what it shows: ``figure.layout.meta["description"]``.
"""

from hpo_tutor.quick_imports import without_address_grammar

with without_address_grammar():  # plotly looks for nbformat
    from hpo_tutor.figures import studies, study_report
    from hpo_tutor.figures.budgets_compared import budgets_won
    from hpo_tutor.figures.designs_compared import placements
    from hpo_tutor.figures.races import differences, regret
    from hpo_tutor.figures.stills import still
    from hpo_tutor.figures.stopping_compared import stopping_won
    from hpo_tutor.figures.surfaces import landscape
    from hpo_tutor.figures.switches_compared import false_importances, switches_won
    from hpo_tutor.figures.theme import CONFIG
    from hpo_tutor.scenes.looks import Style, style

__all__ = [
    "CONFIG",
    "Style",
    "budgets_won",
    "differences",
    "false_importances",
    "landscape",
    "placements",
    "regret",
    "still",
    "stopping_won",
    "studies",
    "study_report",
    "style",
    "switches_won",
]
