"""Which sampler is better, and how sure is that? Paired searches over many seeds, and what they add up to.

compare   runs the searches
Race      their table and their curves
"""

from hpo_tutor.race.comparison import compare
from hpo_tutor.race.results import Race

__all__ = ["Race", "compare"]
