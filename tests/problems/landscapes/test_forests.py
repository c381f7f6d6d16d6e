"""Forests: they say what scikit-learn's say, are judged by what they have not seen, and their low points are low."""

import itertools

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import r2_score

from hpo_tutor.problems.landscapes import forests
from hpo_tutor.problems.landscapes.forests import NODE, Forest, Growth
from hpo_tutor.search_space import Choice, Domain, Float, Integer


def make_sample(n: int, d: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A bowl with a ripple, and some noise."""
    rng = np.random.default_rng(seed)
    points = rng.random((n, d)).astype(np.float32)
    bowl = np.square(points - 0.4).sum(axis=1) + 0.2 * np.sin(9 * points[:, 0])
    return points, bowl + rng.normal(0, 0.05, n)


def make_peer(seed: int, growth: Growth = forests.USUAL) -> GradientBoostingRegressor:
    """scikit-learn's own, not yet fitted."""
    return GradientBoostingRegressor(
        n_estimators=growth.n_trees,
        max_depth=growth.max_depth,
        learning_rate=growth.shrinkage,
        subsample=growth.share,
        random_state=seed,
    )


@pytest.mark.parametrize("growth", [forests.USUAL, Growth(n_trees=40, max_depth=7, shrinkage=0.2, share=0.5)])
def test_a_forest_says_what_scikit_learn_says(growth: Growth) -> None:
    """At random points, at the recorded ones and at bounds, both agree to the rounding of single precision."""
    points, values = make_sample(150, 4, 0)
    peer = make_peer(3, growth).fit(points, values)
    asked = np.concatenate([np.random.default_rng(1).random((5000, 4)), points, [[0] * 4, [1] * 4]]).astype(np.float32)
    said = forests.grow(points, values, 3, growth).predict(asked)
    np.testing.assert_allclose(said, peer.predict(asked), rtol=0, atol=1e-6)
    assert np.ptp(said) > 0.5


def test_points_at_a_threshold_go_where_scikit_learn_sends_them() -> None:
    """Single precision below, at and above each threshold of double precision: no point changes sides."""
    points, values = make_sample(60, 2, 4)
    peer = make_peer(0).fit(points, values)
    cuts = np.concatenate([tree.tree_.threshold[tree.tree_.feature == 0] for tree in peer.estimators_[:, 0]])
    at = cuts.astype(np.float32)
    beside = np.concatenate([np.nextafter(at, np.float32(-1)), at, np.nextafter(at, np.float32(2))])
    asked = np.stack([beside, np.full(len(beside), 0.3, dtype=np.float32)], axis=1)
    np.testing.assert_allclose(forests.grow(points, values, 0).predict(asked), peer.predict(asked), rtol=0, atol=1e-6)


def test_two_trees_by_hand() -> None:
    """A stump and a tree of two questions, read as they are written."""
    nodes = np.zeros(8, dtype=NODE)
    nodes["feature"] = [0, 0, 0, 1, 0, 0, 0, 0]
    nodes["number"] = [0.5, 1, 2, 0.25, 10, 0.75, 20, 30]
    nodes["right"] = [2, 0, 0, 2, 0, 2, 0, 0]
    forest = Forest(nodes, np.array([0, 3, 8]), 2)
    asked = [[0.5, 0.25], [0.51, 0.25], [0.5, 0.26], [0.75, 0.26], [0.76, 1]]
    assert forest.predict(asked).tolist() == [(1 + 10) / 2, (2 + 10) / 2, (1 + 20) / 2, (2 + 20) / 2, (2 + 30) / 2]


def test_the_quality_is_that_of_unseen_points() -> None:
    """No prediction changes with its own value, and the two numbers are scikit-learn's and scipy's of them."""
    points, values = make_sample(80, 3, 1)
    found = forests.quality(points, values, 0)
    assert found.r2 == pytest.approx(r2_score(values, found.predicted))
    assert found.rank_correlation == pytest.approx(spearmanr(values, found.predicted).statistic)
    assert found.r2 > 0.5
    for n in (0, 41):
        other = values.copy()
        other[n] += 100
        again = forests.quality(points, other, 0)
        assert again.predicted[n] == found.predicted[n]
        assert (again.predicted != found.predicted).any()


def test_where_there_is_nothing_to_learn_the_quality_says_so() -> None:
    """Values that have nothing to do with their points are predicted no better than by their mean."""
    rng = np.random.default_rng(0)
    assert forests.quality(rng.random((200, 3)), rng.normal(size=200), 0).r2 < 0.05


def all_values(domains: list[Domain]) -> np.ndarray:
    """Every point of a space of whole numbers and choices."""
    return np.array(list(itertools.product(*([domain.to_unit(v) for v in domain.values] for domain in domains))))


@pytest.mark.parametrize("seed", range(5))
def test_among_all_points_of_a_finite_space_none_is_lower(seed: int) -> None:
    """Looked up one and all, no point of 2,160 lies below the one that was found."""
    domains = [Integer(1, 6), Choice(("a", "b", "c")), Integer(2, 9, log=True), Choice((1, 2, 4), ordered=True)]
    domains = [*domains, Integer(0, 4)]
    space = all_values(domains)
    assert len(space) == 2160
    rng = np.random.default_rng(seed)
    sample = space[rng.choice(len(space), 120, replace=False)]
    values = np.square(sample - rng.random(5)).sum(axis=1) + rng.normal(0, 0.1, 120)
    forest = forests.grow(sample, values, seed)
    place = forests.lowest(forest, domains, sample, seed)
    assert (np.abs(space - place).max(axis=1) < 1e-12).any()
    assert forest.predict(place[None])[0] == forest.predict(space).min()


def test_among_all_cells_of_a_surface_none_is_lower() -> None:
    """In two real dimensions a forest has finitely many values, one a cell; all of them looked up, none is lower."""
    points, values = make_sample(30, 2, 2)
    forest = forests.grow(points, values, 0)
    inner = forest.nodes["right"] > 0
    middles = []
    for along in range(2):
        edges = np.unique([0, *forest.nodes["number"][inner & (forest.nodes["feature"] == along)].tolist(), 1])
        middles.append((edges[1:] + edges[:-1]) / 2)
    cells = np.stack(np.meshgrid(*middles, indexing="ij"), axis=-1).reshape(-1, 2)
    assert len(cells) > 1000
    place = forests.lowest(forest, [Float(0, 1), Float(0, 1)], points, 0)
    assert forest.predict(place[None])[0] == pytest.approx(forest.predict(cells).min(), abs=1e-9)


def test_the_search_starts_where_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minimum that hides behind a rim, which random starts alone would miss, is found from a point inside."""
    monkeypatch.setattr(forests, "N_RANDOM_STARTS", 1)
    rim = np.zeros(9, dtype=NODE)  # 0 outside, -1 in the corner where both coordinates are above 0.99; else 1
    rim["feature"] = [0, 1, 0, 0, 1, 0, 0, 0, 0]
    rim["number"] = [0.99, 0.99, 0, 1, 0.99, 1, -1, 0, 0]
    rim["right"] = [4, 2, 0, 0, 2, 0, 0, 0, 0]
    forest = Forest(rim[:7], np.array([0, 7]), 2)
    domains: list[Domain] = [Float(0, 1), Float(0, 1)]
    assert forest.predict(forests.lowest(forest, domains, [[0.5, 0.5]], 0)[None])[0] == 0
    assert forest.predict(forests.lowest(forest, domains, [[0.5, 0.5], [0.995, 0.995]], 0)[None])[0] == -1
