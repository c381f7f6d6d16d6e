"""What does a study show? Plotly figures of its means, differences, ranks and tails.

findings              who was best in each setting, and who cannot be told apart from it
curves                what samplers lose beyond the best of each data batch, against the number of points
curve_table           the same as a table
forest                paired differences, and which are more than luck
critical_differences  mean ranks, and who cannot be told apart
tails                 one sampler's batches, and the exponential fitted to them
intervals             one set of values, and how far several methods say that its mean may lie

Each figure says in a sentence what it shows: ``figure.layout.meta["description"]``.
"""

from hpo_tutor.figures.studies.budgets import curve_table, curves
from hpo_tutor.figures.studies.contrasts import critical_differences, forest
from hpo_tutor.figures.studies.distributions import intervals, tails
from hpo_tutor.figures.studies.settings import Finding, findings

__all__ = ["Finding", "critical_differences", "curve_table", "curves", "findings", "forest", "intervals", "tails"]
