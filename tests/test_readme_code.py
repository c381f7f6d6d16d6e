"""What the README shows, works."""

import re
from pathlib import Path

import numpy as np
import pytest

README = Path(__file__).parents[1] / "README.md"


def ran(mark: str) -> dict[str, object]:
    """What the names of the one piece of code with this mark stand for after it ran."""
    pieces = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [piece for piece in pieces if mark in piece]
    names: dict[str, object] = {}
    exec(code, names)
    return names


def test_the_code_of_the_population_runs() -> None:
    """Three networks train for twenty epochs, and the middle learning rate ends lowest."""
    names = ran("Population(")
    losses = names["report"].losses
    assert names["report"].epoch == 20
    assert int(np.argmin(losses)) == 1


def test_the_code_of_the_sampler_runs() -> None:
    """25 trials end near the optimum, and the belief behind the last of them knows the 24 before."""
    names = ran("BayesianOptimization(")
    regret = names["history"].regret(names["digits"].optimum)
    assert abs(regret[-1]) < 0.05
    assert len(names["sampler"].view().losses) == 24


def test_the_code_of_the_study_runs() -> None:
    """With nine trials the grid of edges loses to random points, beyond doubt even after Holm's correction."""
    names = ran("race.load(")
    compared = names["statistics"].paired_differences(names["losses"], peer="random").set_index("a")
    assert compared["mean"]["grid"] > 0
    assert compared["p_holm"]["grid"] < 0.05
    assert {len(values) for values in names["losses"].values()} == {44}


def test_the_code_of_own_data_runs() -> None:
    """Two designs race on a learner of scikit-learn; no search is worse than guessing the largest class."""
    names = ran("class Wine")
    assert {name: len(losses) for name, losses in names["final"].items()} == {"random": 20, "lhs": 20}
    assert max(losses.max() for losses in names["final"].values()) < 1 - 71 / 178


def test_the_code_of_the_saved_player_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file appears, which holds a player and asks for no other."""
    monkeypatch.chdir(tmp_path)
    ran(".save(")
    assert "hpo-player" in (tmp_path / "race.js").read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["race.js"]
