"""Which sampler is better, and how sure is that? Paired searches, and the study that races all of them everywhere.

compare             runs searches over many seeds
Race                their table and their curves
place_on_landscape  designs alone, many draws of each on every data batch
place_on_quadratics the same on random quadratics, ten thousand of them
Placements          their means, with errors

The study:

tracks              what is raced on
protocol            a cell: one sampler, one budget, one data batch; how it is run and scored
presets             which cells a study has
campaign            runs them anywhere, and survives everything
statistics          means, intervals, tests
load                the study that was kept
experiments         who wins at which budget, and really trained networks

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_HOMES = {
    "Placements": "placements",
    "Race": "results",
    "Study": "campaign",
    "compare": "comparison",
    "load": "campaign",
    "place_on_landscape": "placements",
    "place_on_quadratics": "placements",
    "campaign": "",
    "entries": "",
    "experiments": "",
    "feasibility": "",
    "presets": "",
    "protocol": "",
    "statistics": "",
    "tracks": "",
}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
