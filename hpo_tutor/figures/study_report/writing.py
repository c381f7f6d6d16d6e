"""How are the report's files made? Words and tables are computed elsewhere; here they are put into the folder.

figure  on the page with its description below it, for those who do not see it
theme   light or dark, as the reader's system has it
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from hpo_tutor.figures.studies import Finding, critical_differences, curves, findings, forest, tails
from hpo_tutor.figures.study_report import words
from hpo_tutor.figures.study_report.sheets import tables
from hpo_tutor.figures.theme import CONFIG
from hpo_tutor.race.study import Study

FIGURES = "figures.html"
STYLE = """
:root { color-scheme: light dark; --jp-content-font-color1: #212121; }
body { max-width: 1000px; margin: 2rem auto; padding: 0 1rem; background: #ffffff; color: #212121;
       font: 16px/1.5 system-ui, sans-serif; }
figure { margin: 0 0 3rem; }
figcaption { font-size: 0.9rem; }
summary { cursor: pointer; }
@media (prefers-color-scheme: dark) {
  :root { --jp-content-font-color1: #e0e0e0; }
  body { background: #111111; color: #e0e0e0; }
}
"""


def write(study: Study, folder: str | Path) -> Path:
    """Write the report of a study; what an earlier report left there is replaced.

    Args:
        study: of ``race.campaign.run`` or ``race.load``; it may be unfinished.
        folder: made if it does not exist.

    Returns:
        The path of report.md.

    Raises:
        ValueError: no cell of the study is done.
        OSError: the folder cannot be written.
    """
    table = study.table()
    if table.empty:
        raise ValueError(
            f"a report needs a finished cell, and this study has none, but {len(study.failures()):,} that failed; run "
            "`hpo-tutor race --preset quick`, or see study.failures()"
        )
    found = findings(table)
    figures = dict(_figures(table, found))
    written = {name: _csv(rows) for name, rows in tables(study, found).items()}
    named = {name: str(figure.layout.meta["title"]) for name, figure in figures.items()}
    written[FIGURES] = _page(figures)
    written["report.md"] = "\n".join(
        words.lines(study, found, {f"{FIGURES}#{key}": said for key, said in named.items()})
    )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "report.md"


def page(study: Study) -> str:
    """The report's words and tables alone, as Markdown; where figures would be, nothing is said of them.

    Raises:
        ValueError: no cell of the study is done.
    """
    table = study.table()
    if table.empty:
        raise ValueError("a page needs a finished cell, and this study has none; run `hpo-tutor race --preset quick`")
    return "\n".join(words.lines(study, findings(table), {}))


def _figures(table: pd.DataFrame, found: Sequence[Finding]) -> Iterator[tuple[str, go.Figure]]:
    """Anchor -> figure: curves of each kind of setting, and what its largest budget shows."""
    kinds: dict[tuple[str, int, str, bool], Finding] = {}
    for one in found:  # in the order of their budgets
        kinds[one[:4]] = one
    for (track, n_dims, variant, live), last in kinds.items():
        anchor = "-".join([track, f"{n_dims}d", *([variant] if variant else []), *(["live"] if live else [])])
        said = f"{words.called(last)}, d = {n_dims}"
        title = f"{said}, N = {last.n_points}"
        if any(interval.centre > 0 for one in found if one[:4] == last[:4] for interval in one.means.values()):
            drawn = curves(table, track, n_dims, variant=variant, live=live, by=last.rule)
            yield anchor, _titled(drawn, f"{said}: what is lost, against the number of points")
        if len(last.means) > 1:
            drawn = forest(last.against_best, f"{title}: {last.best} against the others")
            yield f"{anchor}-differences", _titled(drawn, f"{title}: differences to the best")
        if last.ranks:
            yield (
                f"{anchor}-ranks",
                _titled(critical_differences(last.ranks, f"{title}: mean ranks"), f"{title}: ranks"),
            )
        lost = last.losses[last.best]
        if lost.min() >= 0 < lost.max():
            drawn = tails(lost, name=last.best, title=f"{title}: {last.best} over the batches")
            yield f"{anchor}-tail", _titled(drawn, f"{title}: how the best spreads over the batches")


def _titled(figure: go.Figure, title: str) -> go.Figure:
    return figure.update_layout(meta={**figure.layout.meta, "title": title})


def _page(figures: Mapping[str, go.Figure]) -> str:
    """One page with plotly in it once; it asks for nothing from elsewhere."""
    parts = []
    for name, figure in figures.items():
        drawn = figure.to_html(
            full_html=False, include_plotlyjs=False, config=CONFIG | {"responsive": True}, div_id=f"{name}-plot"
        )
        said = escape(figure.layout.meta["description"])
        parts.append(
            f'<figure id="{name}">{drawn}'
            f"<figcaption><details><summary>In words</summary>{said}</details></figcaption></figure>"
        )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>A fair race: figures</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style><script>{get_plotlyjs()}</script></head>\n<body><h1>A fair race: figures</h1>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _csv(rows: pd.DataFrame) -> str:
    return rows.to_csv(index=False, lineterminator="\n", float_format="%.10g")
