"""The report says what the study holds, twice the same, and needs no network."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hpo_tutor import problems
from hpo_tutor.figures import studies, study_report
from hpo_tutor.problems.mangled_objectives import tables
from hpo_tutor.race import presets
from hpo_tutor.race.protocol import Cell
from hpo_tutor.race.study import Study, keyed

DESIGNS = {"grid": 6.0, "lhs": 1.5, "random": 1.4}


def rows_of(track="networks", live=False, n_batches=10, resolutions=(2, 3), seed=0, n_dims=2):
    """Synthetic rows: grid is four times as bad as the others."""
    rng = np.random.default_rng(seed)
    for n in resolutions:
        for name, scale in DESIGNS.items():
            for batch in range(n_batches):
                optimum = 1 + 0.1 * batch
                score = optimum * (1 + 0.01 * scale * rng.gamma(3) / n)
                yield Cell(track, n_dims, n, name, batch, live)._asdict() | {
                    "n_made": n * n,
                    "observed": score,
                    "score": score,
                    "optimum": None if live else optimum,
                    "n_trained": (n * n + 3) * live,
                    "state": "done",
                    "message": "",
                }


FAILED = next(rows_of()) | {"sampler": "mine", "state": "failed", "message": "ask raised KeyError", "n_trained": 0}
FAILED |= {"observed": None, "score": None, "optimum": None}


def study(*rows):
    """A study of these rows."""
    return Study(rows=keyed(rows), seed=0, seconds=12.3, machines=("one processor",), versions={})


WHOLE = study(*rows_of(), *rows_of("photographs", live=True, resolutions=(2,), seed=1), FAILED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A report of the study."""
    return study_report.write(WHOLE, tmp_path_factory.mktemp("report") / "deep" / "down").parent


def line_of(report: str, start: str) -> str:
    """The report's line that begins so."""
    return next(line for line in report.splitlines() if line.startswith(start))


def test_it_says_what_ran(folder):
    """Cells, failures, configurations and trained models are sums over the study's rows."""
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "- 90 cells done, 1 failed" in report
    assert f"- {30 * 4 + 30 * 9 + 30 * 4} configurations" in report
    assert f"- {30 * 7} models were really trained, for 30 cells live" in report
    assert "12 seconds of one core; on one processor." in report
    assert "10 data batches, d = 2; grid, lhs and random" in line_of(report, "- networks: a network")


def test_it_says_who_wins_and_who_is_told_apart(folder):
    """As the findings have it: grid is worse than the best everywhere here, the other two are not told apart."""
    report = (folder / "report.md").read_text(encoding="utf-8")
    found = studies.findings(WHOLE.table())
    for one in found:
        assert one.worse == ("grid",)
        best, other = one.best, one.alike[0]
        track = one.track + (", live" if one.live else "")
        line = line_of(report, f"| {track} | 2 | {one.n_points} | 10 | {one.rule} | {best}: ")
        mean = one.losses["grid"].mean() - one.losses[best].mean()
        assert f"| grid: {100 * mean:.3g} % (" in line
        assert line.endswith(f"| {other} |")
    assert {one.rule for one in found if one.live} == {"pool"}
    assert "In 0 of 3 settings the best is told apart from all others, in 3 from some, in 0 from nobody." in report
    assert "Worse than the best: grid in 3. " in report
    assert "on average up to 0.15 settings would name somebody" in report
    assert "Left out" not in report


def test_it_names_failures_and_missing_cells(folder):
    """With the reason; a design that cannot be made says why."""
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "1 cell failed:" in report
    assert "- mine on networks, d = 2: 1 cell. ask raised KeyError" in report
    assert f"- rsa on networks, d = 2: {4 * 10} cells, not run yet." in report
    assert f"- grid on networks, d = 2: {2 * 10} cells, not run yet." in report
    assert presets.MISSING["hypertiling"] in report
    missing = pd.read_csv(folder / "missing.csv")
    assert missing["batches"].clip(lower=0).sum() == len(presets.preset("source")) - 60
    assert "The source's total is 558,450 models" in report


def test_tables_hold_the_means_and_pairs(folder):
    """Every sampler, budget and rule; all pairs; ranks; failures."""
    means = pd.read_csv(folder / "means.csv")
    scores = means[(means["of"] == "score") & (means["rule"] == "optimum") & (means["points"] == 9)]
    found = next(one for one in studies.findings(WHOLE.table()) if one.n_points == 9)
    for row in scores.to_dict("records"):
        assert row["mean"] == pytest.approx(found.losses[row["sampler"]].mean())
    assert len(scores) == 3
    assert set(means["rule"][means["live"]]) == {"pool"}
    assert len(pd.read_csv(folder / "differences.csv")) == 3 * 3
    assert len(pd.read_csv(folder / "ranks.csv")) == 3 * 3
    assert list(pd.read_csv(folder / "failures.csv")["message"]) == ["ask raised KeyError"]
    assert len(pd.read_csv(folder / "feasibility.csv")) == sum(
        len(n) for d in presets.FEASIBLE.values() for n in d.values()
    )


def test_every_link_leads_to_a_figure(folder):
    """Anchors of the report are ids of the page, each with a description."""
    report = (folder / "report.md").read_text(encoding="utf-8")
    page = (folder / "figures.html").read_text(encoding="utf-8")
    linked = re.findall(r"\(figures\.html#([\w-]+)\)", report)
    assert len(linked) == 8  # two kinds of setting: curves, differences, ranks, tail
    assert linked == re.findall(r'<figure id="([\w-]+)">', page)
    assert page.count("<summary>In words</summary>") == len(linked)


def test_the_page_holds_plotly_once_and_asks_for_nothing(folder):
    """No script, style or picture from elsewhere."""
    page = (folder / "figures.html").read_text(encoding="utf-8")
    assert page.count("plotly.js v") == 1
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.search(r"(src|href)=", outside)
    assert "prefers-color-scheme: dark" in page


def test_the_same_study_gives_the_same_files(folder, tmp_path):
    """Byte by byte, and again over what is there already."""
    study_report.write(WHOLE, tmp_path)
    study_report.write(WHOLE, tmp_path)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert first == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_an_empty_study_is_refused(tmp_path):
    """Nothing is written; the message says how to run one."""
    for empty in (study(), study(FAILED)):
        with pytest.raises(ValueError, match=r"a report needs a finished cell.*hpo-tutor race --preset quick"):
            study_report.write(empty, tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("n_batches", [1, 2, 3])
def test_a_study_that_has_just_begun_can_be_reported(tmp_path, n_batches):
    """One batch compares nothing; two or three have intervals without ends."""
    path = study_report.write(study(*rows_of(n_batches=n_batches, resolutions=(2,))), tmp_path)
    report = path.read_text(encoding="utf-8")
    assert ("nothing can be compared yet" in report) == (n_batches == 1)
    assert ("∞" in report) == (n_batches > 1)
    assert "nan" not in report
    assert len(list(Path(tmp_path).glob("*.csv"))) == 6


def test_settings_that_one_sampler_hides_are_named(tmp_path):
    """A newcomer with one batch leaves nothing to compare there: the report says where, and compares the rest."""
    newcomer = next(rows_of()) | {"sampler": "mine"}
    report = study_report.write(study(*rows_of(), newcomer), tmp_path).read_text(encoding="utf-8")
    left_out = line_of(report, "Left out")
    assert left_out.endswith("finished by all their samplers: networks, d = 2, N = 4.")
    assert "In 0 of 1 settings" in report


def test_the_price_of_choosing_by_other_rows_is_told(tmp_path):
    """Of mangled trees: what the pick by validation rows among all recorded fits loses on test rows, on average."""
    report = study_report.write(study(*rows_of("trees", n_dims=5, resolutions=(2,))), tmp_path).read_text("utf-8")
    lost = []
    for batch in range(44):
        member = problems.mangled(n_dims=5, batch=batch)
        kept = tables.read("danish_housing-44", 3)
        points = np.array([(rate, depth) for rate in kept.learning_rates for depth in kept.max_depths])
        true = {f"c{k}": c for k, c in enumerate(member.true_coefficients)}
        configs = [{"learning_rate": rate, "max_depth": int(depth), **true} for rate, depth in points]
        validation, test = member.losses(configs)
        lost.append(test[validation.argmin()] / test.min() - 1)
    assert f"loses on average {100 * np.mean(lost):.3g} % (d = 5)" in line_of(report, "- trees, d = 5: a search sees")


def test_one_sampler_alone_can_be_reported(tmp_path):
    """It is best, and nobody is worse."""
    alone = [row for row in rows_of() if row["sampler"] == "lhs"]
    report = study_report.write(study(*alone), tmp_path).read_text(encoding="utf-8")
    assert "| nobody | nobody |" in line_of(report, "| networks | 2 | 4 | 10 | optimum | lhs: ")
