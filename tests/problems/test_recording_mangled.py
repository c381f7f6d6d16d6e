"""The recorder of predictions on a mangled scale: what it writes is what fits say, also after a kill."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.problems import mangling
from hpo_tutor.problems.landscapes import files
from hpo_tutor.problems.mangled_objectives import fits, tables
from hpo_tutor.problems.recording import mangled, mangled_page

TASK, NAME = "danish_housing-44", "danish_housing-mangled"


@pytest.mark.real_data
def test_recorded_predictions_can_be_recorded_again() -> None:
    """Random points of the kept file, fitted again, say the kept predictions up to their rounding."""
    rng = np.random.default_rng(0)
    for n_terms in mangled.TERMS:
        kept, batch = tables.read(TASK, n_terms), int(rng.integers(44))
        begin = int(kept.rows[:batch].sum())
        mine = slice(begin, begin + int(kept.rows[batch].sum()))
        places = [(int(rng.integers(7)), int(rng.integers(6))) for _ in range(3)]
        rates, depths = zip(*[(mangling.COARSE_RATES[i], mangling.COARSE_DEPTHS[j]) for i, j in places], strict=True)
        said = fits.predictions(TASK, batch, kept.coefficients[batch], rates, depths, n_threads=1)
        for (i, j), one in zip(places, said, strict=True):
            halves = np.where(abs(one) > 0.999, np.spacing(abs(one).astype(np.float16)).astype(float), 0)
            rounding = (mangled.FINEST + halves) / 2  # from 1 on, halves are coarser than what was rounded to
            assert (abs(kept.predictions[i, j, mine].astype(float) - one) < 1.01 * rounding).all()
        truth = fits.batch_of(TASK, batch).truth
        np.testing.assert_allclose(kept.truth[mine], truth, atol=1e-6)
        assert kept.scales[batch] == fits.batch_of(TASK, batch).scale


@pytest.mark.real_data
def test_a_killed_recording_goes_on_and_ends_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupt in the second batch only that one is fitted, and the file is that of one never interrupted."""
    monkeypatch.setattr(mangling, "COARSE_RATES", mangling.COARSE_RATES[::6])
    monkeypatch.setattr(mangling, "COARSE_DEPTHS", (1, 10))
    monkeypatch.setattr(mangled, "N_BETWEEN", 2)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    mangled.record(TASK, whole, progress=False, n_batches=2)
    fitted, asked = mangled.fitted, []

    def dying(task: str, batch: int, *rest: object) -> mangled.Part:
        asked.append(batch)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return fitted(task, batch, *rest)

    monkeypatch.setattr(mangled, "fitted", dying)
    with pytest.raises(KeyboardInterrupt):
        mangled.record(TASK, killed, progress=False, n_batches=2)
    assert not (killed / f"{NAME}.npz").exists()
    mangled.record(TASK, killed, progress=False, n_batches=2)
    assert asked == [0, 1, 1]
    assert [path.name for path in killed.iterdir()] == [f"{NAME}.npz"]
    with np.load(whole / f"{NAME}.npz") as one, np.load(killed / f"{NAME}.npz") as other:
        assert one.keys() == other.keys()
        for key in one.keys() - {"about"}:
            np.testing.assert_array_equal(one[key], other[key])
    about = tables.about(killed / f"{NAME}.npz")
    assert about["n_models"] == 2 * 6 * 2 * 2
    assert about["between"]["n"] == 2


@pytest.mark.real_data
def test_predictions_that_are_not_finite_end_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the data batch, and nothing is written."""
    monkeypatch.setattr(fits, "predictions", lambda task, batch, true, rates, depths: np.full((len(rates), 3), np.nan))
    with pytest.raises(ValueError, match="one of data batch 0 with 1 terms is not"):
        mangled.record(TASK, tmp_path, progress=False, n_batches=1)
    assert not (tmp_path / f"{NAME}.npz").exists()


def test_the_file_is_what_was_promised() -> None:
    """Some 6 MB; fits of six numbers of terms at 42 points of 44 batches, and what was measured between the points."""
    path = folder() / f"{NAME}.npz"
    about = tables.about(path)
    assert path.stat().st_size < 6.5e6
    assert about["n_models"] == 6 * 7 * 6 * 44
    assert about["between"]["n"] == 20
    assert 0 < about["between"]["median"] < about["between"]["worst"]
    assert "core" in about["machine"]
    assert about["versions"].keys() >= {"python", "numpy", "lightgbm"}
    for n_terms in mangled.TERMS:
        kept = tables.read(TASK, n_terms)
        truths = [mangling.true_coefficients(n_terms, batch) for batch in range(44)]
        np.testing.assert_array_equal(kept.coefficients, truths)


def test_the_page_tells_the_numbers_of_the_file() -> None:
    """data/README.md holds the page as it is made now; its numbers are those of a plain count over the batches."""
    path = folder() / f"{NAME}.npz"
    text = mangled_page.page(TASK, path)
    readme = (folder() / "README.md").read_text(encoding="utf-8")
    assert text in readme
    assert f"[{NAME}](#{NAME}-learning_rate-x-max_depth-x-1-to-6-coefficients)" in readme
    assert "11,088 tree ensembles" in text
    rows = {
        int(row[0]): row for row in re.findall(r"^\| (\d) \| (\d+) of 44 \| ([\d.]+) \| (.*) \|$", text, flags=re.M)
    }
    assert list(rows) == list(mangling.N_DIMS)
    for n_dims in (3, 6):
        members = [problems.mangled(n_dims=n_dims, batch=batch) for batch in range(44)]
        ends = (mangling.LEARNING_RATES[0], mangling.LEARNING_RATES[-1], 1, 10)
        best = [member.optimum_config for member in members]
        assert int(rows[n_dims][1]) == sum(one["learning_rate"] in ends or one["max_depth"] in ends for one in best)
        costs = []
        for member, config in zip(members, best, strict=True):
            losses = [member.expected({**config, "c0": c0}) for c0 in np.linspace(0.2, 1.0, 9)]
            costs.append(max(losses) / min(losses) - 1)
        assert float(rows[n_dims][3].split("%")[0]) == pytest.approx(100 * np.median(costs), abs=0.06)
        assert rows[n_dims][3].count("%") == n_dims - 2


def folder() -> Path:
    """Where the checkout keeps its recordings."""
    place = files.checkout_folder()
    assert place is not None
    return place


def test_all_landscapes_and_predictions_are_counted() -> None:
    """The page's first number is the sum over all tables and the file of predictions."""
    readme = (folder() / "README.md").read_text(encoding="utf-8")
    (total, n_tables) = re.findall(r"In all, ([\d,]+) models were trained for these (\d+) landscapes", readme)[0]
    names = problems.landscapes.names(folder())
    counts = [problems.landscapes.about(name, folder())["n_models"] for name in names]
    assert int(n_tables) == len(names)
    assert int(total.replace(",", "")) == math.fsum(counts) + tables.about(folder() / f"{NAME}.npz")["n_models"]
