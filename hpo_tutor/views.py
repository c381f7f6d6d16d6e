"""What did a sampler believe when it asked last? Numbers only; pictures are made of them elsewhere.

N, d  points of a design, hyperparameters

A view is a frozen NamedTuple whose arrays cannot be written to, so that a kept view is a record.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class DesignView(NamedTuple):
    """The belief of a design, which never changes: where all the trials go.

    Attributes:
        points: (N, d) in the unit cube, in the order in which they are tried; (0, d) before the budget is known.
        n_asked: how many of them have been asked for.
        name: the design's name.
    """

    points: NDArray[np.float64]
    n_asked: int
    name: str


class Mixture(NamedTuple):
    """A Parzen estimator, as a sum of windows.

    Attributes:
        weights: (k,) of the components, summing to 1; for a choice, the probability of each of its k options.
        means, widths: (k,) of the normal distributions that are added up, cut off at the bounds; (0,) for a choice.
    """

    weights: NDArray[np.float64]
    means: NDArray[np.float64]
    widths: NDArray[np.float64]


class ParzenView(NamedTuple):
    """What TPE believed of one hyperparameter; all places are in the units in which the mixtures live.

    These are the hyperparameter's own, its natural logarithm on a log scale, and for a choice the index of the option.

    Attributes:
        name: of the hyperparameter.
        kind: "float", "integer" or "choice"; to hyperopt, a whole number on which others depend is a choice too.
        log: whether the units are logarithms.
        good, bad: (k,), (m,) its values among the good and the bad trials in which it was active.
        low, high: where the mixtures are cut off; for a choice, the first and the last index.
        l, g: the mixtures of the good and of the bad.
        grid: (p,) places between the bounds, all values of an integer or a choice if they are few.
        l_density, g_density: (p,) there, per unit; the probability of each value of an integer or a choice.
        candidates: (c,) drawn from l; (0,) where the hyperparameter is inactive in the proposal.
        log_l, log_g: (c,) natural logarithms of both densities at the candidates.
        chosen: which candidate was proposed, the largest of log_l - log_g; -1 where there is none.
    """

    name: str
    kind: str
    log: bool
    good: NDArray[np.float64]
    bad: NDArray[np.float64]
    low: float
    high: float
    l: Mixture  # noqa: E741 - the paper's letter
    g: Mixture
    grid: NDArray[np.float64]
    l_density: NDArray[np.float64]
    g_density: NDArray[np.float64]
    candidates: NDArray[np.float64]
    log_l: NDArray[np.float64]
    log_g: NDArray[np.float64]
    chosen: int


class TPEView(NamedTuple):
    """The belief of TPE at its last ask.

    Attributes:
        names: of the hyperparameters.
        good, bad: (k,), (m,) numbers of the trials of which l and g are made; failed and pending ones are bad.
        hyperparameters: one view each, of those that can be active at all; () where the proposal was drawn at random,
            as at the beginning.
    """

    names: tuple[str, ...]
    good: NDArray[np.intp]
    bad: NDArray[np.intp]
    hyperparameters: tuple[ParzenView, ...]


class Slice(NamedTuple):
    """Belief along one or two hyperparameters, the others held.

    Attributes:
        axes: which hyperparameters vary, (i,) or (i, j).
        held: (d,) the point of the unit cube through which the slice goes.
        grids: the unit coordinates of each axis, (g,) each.
        mean, std: belief about the loss, in its unit; (g,) for one axis, (g_j, g_i) for two, whose first row has the
            lowest value of axis j.
        acquisition: what a trial there was worth, the same shape; larger is better.
    """

    axes: tuple[int, ...]
    held: NDArray[np.float64]
    grids: tuple[NDArray[np.float64], ...]
    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    acquisition: NDArray[np.float64]


class BayesianView(NamedTuple):
    """The belief of Bayesian optimisation, all points in the unit cube and all losses in their own unit.

    Attributes:
        names: the hyperparameters.
        points, losses: (n, d) and (n,) complete trials, as the model saw them: inactive hyperparameters in the middle,
            losses far above all others perhaps squeezed (``BayesianOptimization(squeeze=False)`` never does).
        pending: (p, d) trials whose losses were not known yet.
        proposal: (d,) the point of the last ask; (0,) before the first.
        slices: one for one or two hyperparameters, one for each beyond; none in the start-up phase.
        candidates, gains: (m, d) and (m,) what was weighed at the last ask, and its values of the acquisition function.
        best: the incumbent's loss in the acquisition function; nan in the start-up phase.
        acquisition: "ei", "plug-in-ei", "pi", "lcb" or "thompson".
        shape: of the kernel.
        length_scales: (d,) of each hyperparameter, in sides of the unit cube; (0,) in the start-up phase.
        amplitude, noise: of the kernel, in the loss's unit; nan in the start-up phase.
    """

    names: tuple[str, ...]
    points: NDArray[np.float64]
    losses: NDArray[np.float64]
    pending: NDArray[np.float64]
    proposal: NDArray[np.float64]
    slices: tuple[Slice, ...]
    candidates: NDArray[np.float64]
    gains: NDArray[np.float64]
    best: float
    acquisition: str
    shape: str
    length_scales: NDArray[np.float64]
    amplitude: float
    noise: float


class Refinement(NamedTuple):
    """Points that were born when others were refined; one row each, in the order in which they came.

    Attributes:
        points: (n, d) in the unit cube.
        sizes: (n,) the sum of a point's levels on a sparse grid, its level in adaptive random search.
        degrees: (n,) how often each was refined.
        losses: (n,) nan where a loss is not known yet, or the trial failed.
        ranks: (n,) places by loss, 0 for the best, when the last point was chosen; -1 for those born since.
        priorities: (n,) at that time, the smallest is chosen; nan for those born since.
        parents: (n,) the row of the point that was refined; -1 for the first ones.
        births: (n,) in which refinement each was born; 0 for the first ones.
        trials: (n,) the numbers of their trials; -1 where there is none: not asked for yet, infeasible, or a twin.
        refined: the row of the point that was refined last; -1 before the first.
    """

    points: NDArray[np.float64]
    sizes: NDArray[np.int64]
    degrees: NDArray[np.int64]
    losses: NDArray[np.float64]
    ranks: NDArray[np.int64]
    priorities: NDArray[np.float64]
    parents: NDArray[np.int64]
    births: NDArray[np.int64]
    trials: NDArray[np.int64]
    refined: int


class SurfaceSlice(NamedTuple):
    """A surrogate along one or two hyperparameters, the others held.

    Attributes:
        axes: which hyperparameters vary, (i,) or (i, j).
        held: (d,) the point of the unit cube through which the slice goes.
        grids: the unit coordinates of each axis, (g,) each.
        mean: the loss that is predicted, in its unit; (g,) for one axis, (g_j, g_i) for two, whose first row has the
            lowest value of axis j.
    """

    axes: tuple[int, ...]
    held: NDArray[np.float64]
    grids: tuple[NDArray[np.float64], ...]
    mean: NDArray[np.float64]


class DescentView(NamedTuple):
    """The way of an optimiser over the surrogate.

    Attributes:
        name: of the optimiser.
        path: (s, d) the best point after each of its steps; the last is where it ended.
        values: (s,) what the surrogate says there.
        n_evaluations: of the surrogate.
    """

    name: str
    path: NDArray[np.float64]
    values: NDArray[np.float64]
    n_evaluations: int


class SparseGridView(NamedTuple):
    """The belief of a sparse grid at its last ask.

    Attributes:
        names: the hyperparameters.
        refinement: the points, and why the last was refined.
        levels, indices: (n, d) of the points' nodes.
        gamma: of the priorities.
        degree: of the surrogate's bumps, 1 or 3.
        coefficients: (n,) how high each point's bump is, nan where its loss is unknown.
        slices: of the surrogate, through the best point: one for one or two hyperparameters, one for each beyond; none
            before a loss is known.
        descents: over the surrogate, those of the finish so far.
    """

    names: tuple[str, ...]
    refinement: Refinement
    levels: NDArray[np.int64]
    indices: NDArray[np.int64]
    gamma: float
    degree: int
    coefficients: NDArray[np.float64]
    slices: tuple[SurfaceSlice, ...]
    descents: tuple[DescentView, ...]


class Region(NamedTuple):
    """From where the children of a point are drawn.

    Attributes:
        placement: "box", "ball" or "normal".
        centre: (d,) of the box or the ball, or the normal distribution's mean.
        extent: (d,) half the sides of the box, the radius of the ball, or the standard deviations.
    """

    placement: str
    centre: NDArray[np.float64]
    extent: NDArray[np.float64]


class AdaptiveRandomView(NamedTuple):
    """The belief of adaptive random search at its last ask.

    Attributes:
        names: the hyperparameters.
        refinement: the points, and why the last was refined.
        gamma: of the priorities.
        region: where its children were drawn; None before the first refinement.
    """

    names: tuple[str, ...]
    refinement: Refinement
    gamma: float
    region: Region | None


class ParEGOView(NamedTuple):
    """The belief of ParEGO at its last ask.

    Attributes:
        weights: (m,) of the goals, as drawn for this ask; (0,) before a loss was known, and where there is one only.
        low, high: (m,) which losses count as 0 and as 1 of each goal, in powers of ten where its logarithm was taken.
        belief: about the weighted loss that these made; losses, mean, std and noise are in its unit.
    """

    weights: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    belief: BayesianView


class Tile(NamedTuple):
    """One tile of a space with switches, as it stands.

    Attributes:
        values: of the hyperparameters that make the tiles; None for one that does not exist in this tile.
        n_trials: that were asked for here, pending and failed ones included.
        best: the lowest loss that is known here; infinite before there is one.
        incumbent: the config that reached it; None before there is one.
        open: whether further trials may be asked for here: not where it is closed, or has nothing left to propose.
    """

    values: tuple[Any, ...]
    n_trials: int
    best: float
    incumbent: Mapping[str, Any] | None
    open: bool


class TilesView(NamedTuple):
    """How a budget is spent over tiles.

    Attributes:
        by: the hyperparameters that make the tiles.
        tiles: all of them, as they stand now; the values of the last hyperparameter vary fastest.
        chosen: the tile of the last ask; -1 before the first.
        inner: what the sampler of that tile believed, its trials counted from 0 in the tile; None where it has no view.
    """

    by: tuple[str, ...]
    tiles: tuple[Tile, ...]
    chosen: int
    inner: Any


class BOHBView(NamedTuple):
    """The belief of BOHB at its last ask; points are in the unit cube, an unordered choice is the index of its option.

    Attributes:
        names: of the d hyperparameters.
        fidelity: whose trials made l and g, infinite for trials that have none; nan where the proposal was drawn at
            random.
        n_options: (d,) of an unordered choice, 0 elsewhere.
        good, others: (n, d), (m, d) the trials that made l and g, inactive coordinates filled in; a few may be in both.
        good_widths, other_widths: (d,) of their kernels; (0,) where the proposal was drawn at random.
        candidates: (c, d) drawn from l with wider kernels.
        log_l, log_g: (c,) natural logarithms of both densities there.
        chosen: which candidate was asked for; -1 where there is none.
    """

    names: tuple[str, ...]
    fidelity: float
    n_options: NDArray[np.intp]
    good: NDArray[np.float64]
    others: NDArray[np.float64]
    good_widths: NDArray[np.float64]
    other_widths: NDArray[np.float64]
    candidates: NDArray[np.float64]
    log_l: NDArray[np.float64]
    log_g: NDArray[np.float64]
    chosen: int

    def frozen(self) -> "BOHBView":
        """The same, with arrays that cannot be written to."""
        for value in self:
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        return self
