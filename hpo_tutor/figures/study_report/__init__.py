"""What did a study find, for somebody who was not there? A page of words and tables, the tables as CSV, and figures.

report.md     what ran, who wins where, what cannot be told apart, what is missing
figures.html  all figures, on one page that needs no network
*.csv         means, differences, ranks, feasibility, failures, missing

The same study gives the same files. ``page`` is report.md without its figures.
"""

from hpo_tutor.figures.study_report.writing import page, write

__all__ = ["page", "write"]
