"""Which search is worth its trials? Two comparisons that source 003 made, done so that they can be believed.

budgets    who wins at which budget, on functions whose minimum is known
moved      these functions, in boxes that the seed moves
standings  who stands where in that comparison
trained    really trained networks, tuned on validation rows and reported on test rows
records    the file that both write, which survives a kill

Names are resolved on first use.
"""

from hpo_tutor.lazy import offer

_HOMES = {"budgets": "", "moved": "", "records": "", "standings": "", "trained": ""}

__getattr__, __dir__, __all__ = offer(__name__, _HOMES)
