"""How does a random sample of losses become a surface? By a forest of trees, kept as plain arrays.

N, d     recorded points and their coordinates in the unit cube
values   (N,) what the forest learns; of losses that span decades, their logarithm

scikit-learn grows the trees, once, at the recording. They are kept, so that every machine looks the same numbers up,
whatever library it has. Growing imports scikit-learn and predicting imports numba, each when it is first done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hpo_tutor.search_space import Domain, Float

N_FOLDS = 10
N_RANDOM_STARTS = 1000
# what a node asks, "coordinate feature <= number?": yes leads to the next node, no to the one ``right`` nodes further
# on; at a leaf right is 0, and number is what the tree says
NODE = np.dtype([("number", np.float32), ("right", np.uint16), ("feature", np.uint16)])


class Growth(NamedTuple):
    """How a forest is grown.

    Attributes:
        n_trees: one after another.
        max_depth: questions from a root to a leaf, at most.
        shrinkage: the share of each tree's own word that counts.
        share: of the points that each tree sees.
    """

    n_trees: int = 200
    max_depth: int = 4
    shrinkage: float = 0.05
    share: float = 0.7


USUAL = Growth()


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees that say the mean of what each of them says.

    Attributes:
        nodes: (n_nodes,) of ``NODE``; each tree in preorder, one tree after another.
        starts: (n_trees + 1,), where each tree begins, and where the last one ends.
        n_levels: the most steps from a root to a leaf.
    """

    nodes: NDArray[Any]
    starts: NDArray[np.int64]
    n_levels: int

    def predict(self, points: ArrayLike) -> NDArray[np.float64]:
        """The forest's values at K points of the unit cube, (K, d); shape (K,)."""
        from hpo_tutor.problems.landscapes import walks

        cube = np.ascontiguousarray(points, dtype=np.float32)
        return np.asarray(walks.predict(cube, self.nodes, self.starts, self.n_levels))


class Quality(NamedTuple):
    """How well forests predict points that they were not grown on.

    Attributes:
        r2: share of the values' variance that is explained.
        rank_correlation: Spearman's, between values and predictions.
        predicted: (N,) each value as the forest predicts it that was grown without it.
    """

    r2: float
    rank_correlation: float
    predicted: NDArray[np.float64]


def grow(points: ArrayLike, values: ArrayLike, seed: int, growth: Growth = USUAL) -> Forest:
    """Grow a forest of boosted trees on points (N, d) of the unit cube and values (N,).

    Each tree learns, on a part of the points, what is left of the values after those before it: Friedman (2002),
    doi:10.1016/S0167-9473(01)00065-2. Losses of real networks are predicted better by them than by trees that grow
    side by side, as in a random forest or in extremely randomised trees.
    """
    from sklearn.ensemble import GradientBoostingRegressor

    grower = GradientBoostingRegressor(
        n_estimators=growth.n_trees,
        max_depth=growth.max_depth,
        learning_rate=growth.shrinkage,
        subsample=growth.share,
        random_state=seed,
    )
    truth = np.asarray(values, dtype=np.float64)
    grower.fit(np.asarray(points, dtype=np.float32), truth)
    trees = [tree.tree_ for tree in grower.estimators_[:, 0]]
    nodes = np.concatenate([_nodes(tree) for tree in trees])
    # boosted trees begin at the mean and add up; as here, where trees are averaged, each holds it all and adds more
    leaves = nodes["right"] == 0
    steps = growth.n_trees * growth.shrinkage * nodes["number"][leaves].astype(np.float64)
    nodes["number"][leaves] = truth.mean() + steps
    starts = np.cumsum([0, *(tree.node_count for tree in trees)])
    return Forest(nodes, starts, max(int(tree.max_depth) for tree in trees))


def quality(points: ArrayLike, values: ArrayLike, seed: int, growth: Growth = USUAL) -> Quality:
    """Predict each tenth of the points, divided at random, by a forest grown on the others."""
    cube, truth = np.asarray(points), np.asarray(values, dtype=np.float64)
    predicted = np.empty(len(truth))
    for held_out in np.array_split(np.random.default_rng(seed).permutation(len(truth)), N_FOLDS):
        kept = np.setdiff1d(np.arange(len(truth)), held_out)
        predicted[held_out] = grow(cube[kept], truth[kept], seed, growth).predict(cube[held_out])
    return judged(truth, predicted)


def judged(values: NDArray[np.float64], predicted: NDArray[np.float64]) -> Quality:
    """How well these values (N,) were predicted."""
    from scipy.stats import spearmanr

    r2 = 1 - np.square(values - predicted).sum() / np.square(values - values.mean()).sum()
    return Quality(float(r2), float(spearmanr(values, predicted).statistic), predicted)


def lowest(forest: Forest, domains: Sequence[Domain], starts: ArrayLike, seed: int) -> NDArray[np.float64]:
    """The lowest point that was found, shape (d,).

    The exact minimum of a forest is a hard combinatorial problem. Here each coordinate in turn moves to where the
    forest is lowest along it, exactly, until none can move; from every given start (S, d) and from random ones.

    Args:
        forest: what is searched.
        domains: what each coordinate means: whole numbers and choices stand at the centres of their bins only.
        starts: (S, d) points of the unit cube.
        seed: of the random starts.
    """
    from hpo_tutor.problems.landscapes import walks

    candidates = [candidates_of(forest, along, domain) for along, domain in enumerate(domains)]
    inner = forest.nodes["right"] > 0
    cuts = np.zeros(len(forest.nodes), dtype=np.int64)
    for along, values in enumerate(candidates):
        asking = inner & (forest.nodes["feature"] == along)
        cuts[asking] = np.searchsorted(values, forest.nodes["number"][asking], side="right")
    n_places = np.array([len(values) for values in candidates])
    random = np.random.default_rng(seed).random((N_RANDOM_STARTS, len(candidates)))
    ends = np.stack(
        [
            np.abs(values[:, None] - begins).argmin(axis=0)
            for values, begins in zip(candidates, np.concatenate([np.asarray(starts), random]).T, strict=True)
        ],
        axis=1,
    )
    levels = [walks.descend(places, n_places, forest.nodes, forest.starts, cuts) for places in ends]
    best = ends[int(np.argmin(levels))]
    return np.array([values[place] for values, place in zip(candidates, best, strict=True)])


def _nodes(tree: Any) -> NDArray[Any]:
    """A tree of scikit-learn, its nodes in preorder: the node after an inner one is its left child."""
    preorder, waiting = [], [0]
    while waiting:
        node = waiting.pop()
        preorder.append(node)
        if tree.children_left[node] >= 0:
            waiting += [int(tree.children_right[node]), int(tree.children_left[node])]
    place = np.empty(tree.node_count, dtype=np.int64)
    place[preorder] = np.arange(tree.node_count)
    inner = tree.children_left >= 0
    threshold = tree.threshold.astype(np.float32)
    # rounded down, points of single precision part exactly as they do at the threshold of double precision
    threshold = np.where(threshold > tree.threshold, np.nextafter(threshold, np.float32(-np.inf)), threshold)
    nodes = np.zeros(tree.node_count, dtype=NODE)
    nodes["number"] = np.where(inner, threshold, tree.value[:, 0, 0])
    nodes["feature"] = np.where(inner, tree.feature, 0)
    nodes["right"] = np.where(inner, place[tree.children_right] - place, 0)
    return nodes[preorder]


def candidates_of(forest: Forest, along: int, domain: Domain) -> NDArray[np.float64]:
    """One point in each interval where the forest does not change along a coordinate; every value where values count.

    Intervals too narrow to hold a value after rounding are left out.
    """
    if not isinstance(domain, Float):
        return np.array([domain.to_unit(value) for value in domain.values])
    asking = (forest.nodes["right"] > 0) & (forest.nodes["feature"] == along)
    asked = forest.nodes["number"][asking]
    # where a hyperparameter is switched off its coordinate lies outside the cube; that is no place for a value
    edges = np.unique([0, *asked[asked > 0].tolist(), 1])
    middles = (edges[1:] + edges[:-1]) / 2
    return np.asarray(middles[np.diff(edges) > 1e-6])
