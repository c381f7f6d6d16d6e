"""Which sampler is better, and how sure is that? Paired searches over many seeds, and what they add up to.

compare             runs the searches
Race                their table and their curves
place_on_landscape  designs alone, many draws of each on every data batch
place_on_quadratics the same on random quadratics, ten thousand of them
Placements          their means, with errors
"""

from hpo_tutor.race.comparison import compare
from hpo_tutor.race.placements import Placements, place_on_landscape, place_on_quadratics
from hpo_tutor.race.results import Race

__all__ = ["Placements", "Race", "compare", "place_on_landscape", "place_on_quadratics"]
