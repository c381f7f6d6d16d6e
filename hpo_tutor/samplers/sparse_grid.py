"""Which point of a sparse grid deserves neighbours? Novak and Ritter's rule asks; B-splines say where to end.

levels, indices   (n, d)  nodes of the grid: x = index 2^-level, inside the unit cube; see ``designs.sparse_grids``
k                 a refinement puts a point's new neighbours at level + k, the smallest k whose node is not there yet
finish            the last trials: where optimisers of the surrogate end

Michallik (2023), Neural network hyperparameter optimization with sparse grids, Technical University of Munich (slides);
Novak & Ritter (1996), doi:10.1007/978-1-4613-3437-8_2; Pflüger (2010).
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.designs.sparse_grids import ancestor
from hpo_tutor.domains import Choice, Domain, Float
from hpo_tutor.samplers.refinement import KNOWN, UNKNOWN, frozen_copy
from hpo_tutor.samplers.refining import Child, RefiningSampler, key_of
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.surrogates.b_splines import DEGREES, BSplines
from hpo_tutor.surrogates.minimisers import MINIMISERS, Descent, minimise
from hpo_tutor.views import DescentView, SparseGridView, SurfaceSlice

Array = NDArray[np.float64]
Node = tuple[tuple[int, int], ...]  # (level, index) in each dimension

FINEST = 20  # levels beyond are skipped
N_LINE, N_PLANE = 65, 41  # points along each axis of a slice


class SparseGrid(RefiningSampler):
    """An adaptive sparse grid: from the centre on, the point of the smallest priority gets 2d new neighbours.

    The rule is the source's: refining a point puts no missing ancestors in, and a refined point competes again. After a
    budget is heard, the last trials are those where optimisers of the surrogate end; so 1 + 2dk + 2 trials make k whole
    refinements and two ends, and any other number a part of one more. An end that was tried already leaves its trial to
    the grid. Without a budget the grid grows for ever.

    Each value of an integer or a choice is reached by a level at which the grid is finer than the values are; there
    its refinement ends. Options of a choice are neighbours as they are listed. A hyperparameter that is inactive at a
    point is not refined there. For the surrogate, an infeasible or failed point is as bad as the worst loss seen. What
    others tried helps only where it is a config of the grid.

    Args:
        space: what is searched.
        seed: of the optimisers that draw; the grid itself draws nothing.
        gamma: of the priorities (rank + 1)^(1 - gamma) (sum of levels + degree + 1)^gamma: 0 looks at losses alone, 1
            at levels alone.
        degree: of the surrogate's bumps, 1 or 3.
        finish: names of ``surrogates.minimisers.MINIMISERS``, one trial each; () for none.
        ancestors: whether a new point brings the ancestors that it lacks, as in SG++; they are trials too.

    Raises:
        ValueError: gamma is not from 0 to 1, the degree is neither 1 nor 3, or an optimiser is unknown.
    """

    def __init__(
        self,
        space: SearchSpace,
        seed: int = 0,
        *,
        gamma: float = 0.85,
        degree: int = 3,
        finish: Sequence[str] = ("gradient-descent", "nelder-mead"),
        ancestors: bool = False,
    ) -> None:
        super().__init__(space, seed, gamma)
        if degree not in DEGREES:
            raise ValueError(f"degree must be 1 (hats) or 3 (cubic B-splines), it is {degree!r}")
        names = (finish,) if isinstance(finish, str) else tuple(finish)
        if strange := [name for name in names if name not in MINIMISERS]:
            raise ValueError(f"an optimiser of finish must be one of {', '.join(MINIMISERS)}; it is {strange[0]!r}")
        self.degree, self.finish, self.ancestors = degree, names, ancestors
        self._nodes: list[Node] = []  # of each row
        self._there: set[Node] = set()
        self._finest = [finest_level(domain) for domain in space.domains.values()]
        self._descents: list[Descent] = []
        self._model: BSplines | None = None

    def together(self) -> int:
        """How many of the next trials belong together: the rest of a refinement, or of the finish."""
        left = None if self.n_trials is None else self.n_trials - self.n_asked
        if left is not None and self._finishes(self.n_asked):
            return max(left, 1)
        there = super().together()
        return there if left is None or left <= 0 else min(there, max(left - self._n_ends(), 1))

    def view(self) -> SparseGridView:
        """The grid, why its last point was refined, and the surrogate, which is solved for when it is looked at."""
        tree, model = self.tree.view(), self._surrogate()
        nodes = np.array(self._nodes, dtype=np.int64).reshape(-1, self.space.n_dims, 2)
        coefficients = np.full(len(nodes), np.nan)
        slices: tuple[SurfaceSlice, ...] = ()
        if model is not None:
            coefficients[self.tree.states != UNKNOWN] = model.coefficients
            slices = _slices(model, self._best())
        return SparseGridView(
            names=self.space.names,
            refinement=tree,
            levels=frozen_copy(nodes[:, :, 0]),
            indices=frozen_copy(nodes[:, :, 1]),
            gamma=self.gamma,
            degree=self.degree,
            coefficients=frozen_copy(coefficients),
            slices=slices,
            descents=tuple(
                DescentView(each.name, frozen_copy(each.path), frozen_copy(each.values), each.n_evaluations)
                for each in self._descents
            ),
        )

    def _first(self) -> Iterable[Child]:
        return self._placed([((1, 1),) * self.space.n_dims])

    def _children(self, row: int) -> Iterable[Child]:
        node = self._nodes[row]
        active = ~np.isnan(self.space.to_unit(self.space.from_unit(self.tree.points[row])))
        sides = [(dim, side) for dim in np.flatnonzero(active).tolist() for side in (-1, 1)]
        children = [child for dim, side in sides if (child := self._neighbour(node, dim, side)) is not None]
        return self._placed(self._with_ancestors(children) if self.ancestors else children)

    def _neighbour(self, node: Node, dim: int, side: int) -> Node | None:
        """The nearest node to one side that is not there yet, of the smallest level that has one; None for none."""
        level, index = node[dim]
        for k in range(1, self._finest[dim] - level + 1):
            found = (*node[:dim], (level + k, index * 2**k + side), *node[dim + 1 :])
            if found not in self._there:
                return found
        return None

    def _with_ancestors(self, nodes: Iterable[Node]) -> list[Node]:
        """Nodes, each after those of its ancestors that are missing."""
        found: dict[Node, None] = {}

        def visit(node: Node) -> None:
            for dim, (level, index) in enumerate(node):
                above = ancestor(level, index)
                if above is not None:
                    visit((*node[:dim], above, *node[dim + 1 :]))
            if node not in self._there:
                found.setdefault(node)

        for node in nodes:
            visit(node)
        return list(found)

    def _placed(self, nodes: Iterable[Node]) -> Iterable[Child]:
        for node in nodes:
            self._nodes.append(node)
            self._there.add(node)
            point = np.array([math.ldexp(index, -level) for level, index in node])
            yield Child(point, sum(level for level, _ in node))

    def _n_ends(self) -> int:
        """How many trials are kept for the finish: none, where there would be no refinement before it."""
        fewest = 1 + 2 * self.space.n_dims + len(self.finish)
        return len(self.finish) if self.n_trials is not None and self.n_trials >= fewest else 0

    def _finishes(self, number: int) -> bool:
        """Whether a trial is one of the last, and there is something to be learnt from."""
        if self.n_trials is None or not self.n_trials - self._n_ends() <= number < self.n_trials:
            return False
        return bool((self.tree.states == KNOWN).any())

    def _suggest(self, number: int) -> dict[str, Any]:
        if self._finishes(number):
            model, start = self._surrogate(), self._best()
            name = self.finish[number - self.n_trials + len(self.finish)]  # type: ignore[operator]  # the budget is known
            assert model is not None  # a loss is known
            descent = minimise(name, model, start, seed=int(self.rng.integers(2**32)))
            self._descents.append(descent)
            config = self.space.from_unit(descent.path[-1])
            known = key_of(self.space, config)
            if self.space.satisfies(config) and known not in self._outcomes and known not in self._asked_keys():
                self._leave_out(self._rows.setdefault(known, []))
                return config
        return super()._suggest(number)

    def _asked_keys(self) -> set[bytes]:
        return {key_of(self.space, trial.config) for trial in self.pending.values()}

    def _best(self) -> Array:
        """The best point of the grid, (d,)."""
        states = self.tree.states
        return np.asarray(self.tree.points[np.lexsort((np.nan_to_num(self.tree.losses), states))[0]])

    def _surrogate(self) -> BSplines | None:
        """The sum of bumps through all losses that are known; None before there is one."""
        states, losses = self.tree.states, self.tree.losses
        if not (states == KNOWN).any():
            return None
        solved = states != UNKNOWN
        values = np.where(states == KNOWN, losses, losses[states == KNOWN].max())[solved]
        if self._model is None or not np.array_equal(self._model.values, values):
            nodes = np.array(self._nodes, dtype=np.int64)[solved]
            self._model = BSplines(nodes[:, :, 0], nodes[:, :, 1], values, self.degree)
        return self._model


def finest_level(domain: Domain) -> int:
    """The level at which every value of a domain has a node, 20 at most."""
    if isinstance(domain, Float):
        return FINEST
    narrowest = 1 / len(domain.values) if isinstance(domain, Choice) else min(domain.bins)
    return min(FINEST, math.floor(-math.log2(narrowest)) + 1)


def _slices(model: BSplines, held: Array) -> tuple[SurfaceSlice, ...]:
    """The surrogate over one or two hyperparameters, else along each of them, the others held."""
    d = len(held)
    found = []
    for axes in [(0, 1)] if d == 2 else [(i,) for i in range(d)]:
        grids = [np.linspace(0, 1, N_LINE if len(axes) == 1 else N_PLANE) for _ in axes]
        mesh = np.meshgrid(*grids)  # the first axis runs along a row
        u = np.tile(held, (mesh[0].size, 1))
        u[:, axes] = np.column_stack([coordinates.ravel() for coordinates in mesh])
        mean = model.predict(u).reshape(mesh[0].shape)
        found.append(SurfaceSlice(axes, frozen_copy(held), tuple(map(frozen_copy, grids)), frozen_copy(mean)))
    return tuple(found)
