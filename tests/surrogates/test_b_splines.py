"""Bumps are the B-splines of the literature, their sum passes through every node, and errors fall as theory says."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import BSpline, CubicSpline

from hpo_tutor.designs.sparse_grids import full, parents, places, regular
from hpo_tutor.surrogates import b_splines
from hpo_tutor.surrogates.b_splines import BSplines, basis

LINE = np.random.default_rng(0).random(200)
every_degree = pytest.mark.parametrize("degree", [1, 3])


def fit(function, nodes, degree=3):
    """The sum of bumps that is a function of places (n, d) at the nodes."""
    return BSplines(*nodes, function(places(*nodes)), degree)


def smooth(x):
    """A function of any number of dimensions that no bump is like."""
    x = np.asarray(x)
    return np.exp(x[:, 0]) * np.sin(3 * x.sum(axis=1)) + np.prod(np.cos(x + 0.3), axis=1)


def grown(n_nodes, n_dims, piled, seed, finest=20):
    """Nodes as refinement makes them: a random one gets the nearest neighbours that it lacks, ancestors or not.

    ``piled`` says how much the first and the last nodes are preferred, which makes narrow and deep sets.
    """
    rng, nodes = np.random.default_rng(seed), [((1, 1),) * n_dims]
    there = set(nodes)
    while len(nodes) < n_nodes:
        where = rng.random() ** (1 + piled)
        row = int(len(nodes) * (where if rng.random() < 0.5 else 1 - where))
        node = nodes[min(row, len(nodes) - 1)]
        for dim, side in product(range(n_dims), (-1, 1)):
            level, index = node[dim]
            steps = range(1, finest - level + 1)
            children = ((*node[:dim], (level + k, index * 2**k + side), *node[dim + 1 :]) for k in steps)
            child = next((each for each in children if each not in there), None)
            if child is not None:
                there.add(child)
                nodes.append(child)
    found = np.array(nodes[:n_nodes])
    return found[:, :, 0], found[:, :, 1]


def spline(values, degree, x):
    """What passes through values at k / (n + 1), by scipy: hats or the natural cubic spline, and lines to the edges.

    values (n, ...), x (m,) -> (m, ...)
    """
    if len(values) == 1:
        return np.repeat(values, len(x), axis=0)
    at = np.arange(1, len(values) + 1) / (len(values) + 1)
    bends = CubicSpline(at, values, bc_type="natural") if degree == 3 else BSpline(np.r_[0, at, 1], values, 1)
    inside = np.clip(x, at[0], at[-1])
    ends = (values[1] - values[0], values[-1] - values[-2]) * np.array(len(values) + 1)
    if degree == 3:
        ends = bends(at[[0, -1]], 1)
    beyond = (x - inside).reshape(-1, *[1] * (np.ndim(values) - 1))
    return bends(inside) + beyond * np.where(beyond < 0, ends[0], ends[1])


@pytest.mark.parametrize("level", [3, 4, 7])
@pytest.mark.parametrize(("degree", "derivative"), [(1, 0), (1, 1), (3, 0), (3, 1), (3, 2)])
def test_inner_bumps_are_scipys_b_splines(degree, level, derivative):
    """With knots at the nodes around, and nothing beyond; their derivatives, too."""
    for index in range(3, 2**level - 2, 2):
        knots = (index + np.arange(-(degree + 1) // 2, (degree + 1) // 2 + 1)) / 2**level
        theirs = BSpline.basis_element(knots, extrapolate=False)
        wanted = np.nan_to_num(theirs.derivative(derivative)(LINE) if derivative else theirs(LINE))
        np.testing.assert_allclose(
            basis(LINE, level, index, degree, derivative), wanted, atol=1e-12 * 4.0 ** (level * derivative / 2)
        )


@pytest.mark.parametrize("level", [2, 3, 8])
def test_outer_bumps_are_those_of_the_literature(level):
    """Valentin & Pflüger's closed forms: 2 - x/h at the edge, and over three (hats: two) mesh widths down to 0."""
    u = np.linspace(0, 2**level, 1001)  # x in mesh widths
    cubic = np.select([u < 1, u < 2, u < 3], [2 - u, 2 - u + (u - 1) ** 3 / 6, (3 - u) ** 3 / 6])
    for degree, wanted in ((1, np.maximum(2 - u, 0)), (3, cubic)):
        np.testing.assert_allclose(basis(u / 2**level, level, 1, degree), wanted, atol=1e-13)
        np.testing.assert_allclose(basis(1 - u / 2**level, level, 2**level - 1, degree), wanted, atol=1e-13)


@every_degree
def test_outer_bumps_do_not_bend_within_the_first_mesh_width(degree):
    """There the second derivative is 0 and the slope that of the line, at the very edge as well."""
    x = np.linspace(0, 1 / 16, 50)
    for places_, index, slope in ((x, 1, -16.0), (1 - x, 15, 16.0)):
        np.testing.assert_allclose(basis(places_, 4, index, degree, 2), 0, atol=1e-9)
        np.testing.assert_allclose(basis(places_, 4, index, degree, 1), slope, atol=1e-11)


@every_degree
def test_the_bump_of_level_1_is_1(degree):
    """Everywhere, so its derivatives are 0."""
    np.testing.assert_array_equal(basis(LINE, 1, 1, degree), np.ones(200))
    for derivative in (1, 2):
        np.testing.assert_array_equal(basis(LINE, 1, 1, degree, derivative), np.zeros(200))


@every_degree
@pytest.mark.parametrize("level", [1, 2, 3, 6])
def test_in_one_dimension_the_sum_is_the_natural_spline(degree, level):
    """The bumps of all levels together make scipy's spline through the nodes, with straight ends."""
    nodes = full(level, 1)
    values = np.random.default_rng(level).normal(size=len(nodes.levels))
    order = np.argsort(places(*nodes)[:, 0])
    np.testing.assert_allclose(
        BSplines(*nodes, values, degree).predict(LINE[:, None]), spline(values[order], degree, LINE), atol=1e-11
    )


@every_degree
@pytest.mark.parametrize(("level", "n_dims"), [(5, 2), (4, 3)])
def test_on_a_regular_grid_the_sum_is_that_of_full_grids(degree, level, n_dims):
    """The combination technique: splines on full grids of few cells, added and subtracted, are the same function."""
    x = np.random.default_rng(1).random((20, n_dims))
    wanted = np.zeros(20)
    for finest in product(range(1, level + 1), repeat=n_dims):
        missing = level + n_dims - 1 - sum(finest)
        if not 0 <= missing < n_dims:
            continue
        axes = [np.arange(1, 2**one) / 2**one for one in finest]
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
        values = smooth(grid.reshape(-1, n_dims)).reshape(grid.shape[:-1])
        for row, place in enumerate(x):
            left = values
            for coordinate in place:
                left = spline(left, degree, np.array([coordinate]))[0]
            wanted[row] += (-1) ** missing * math.comb(n_dims - 1, missing) * left
    np.testing.assert_allclose(fit(smooth, regular(level, n_dims), degree).predict(x), wanted, atol=1e-10)


@every_degree
@pytest.mark.parametrize(("level", "n_dims"), [(9, 1), (7, 2), (6, 3), (4, 7), (3, 9)])
def test_the_sum_passes_through_the_nodes_of_regular_grids(degree, level, n_dims):
    """To 1e-10 of the largest value, in up to nine dimensions and about 1,000 nodes."""
    nodes = regular(level, n_dims)
    values = np.random.default_rng(n_dims).normal(size=len(nodes.levels))
    found = BSplines(*nodes, values, degree).predict(places(*nodes))
    np.testing.assert_allclose(found, values, rtol=0, atol=1e-10 * np.abs(values).max())


@every_degree
@pytest.mark.parametrize("n_dims", [1, 2, 5, 9])
def test_the_sum_passes_through_a_thousand_refined_nodes(degree, n_dims):
    """Deep and narrow sets that lack ancestors, as the search refines them."""
    nodes = grown(1000, n_dims, 8, seed=n_dims)
    values = np.random.default_rng(n_dims).normal(size=1000)
    found = BSplines(*nodes, values, degree).predict(places(*nodes))
    np.testing.assert_allclose(found, values, rtol=0, atol=1e-10 * np.abs(values).max())


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 150),
    st.integers(1, 9),
    st.floats(0, 10),
    st.integers(0, 2**32 - 1),
    st.sampled_from([1, 3]),
    st.floats(-200, 200),
)
def test_the_sum_passes_through_any_refined_nodes(n_nodes, n_dims, piled, seed, degree, power):
    """Of any form and number, whatever the values' unit."""
    nodes = grown(n_nodes, n_dims, piled, seed)
    values = np.random.default_rng(seed).normal(size=n_nodes) * 10**power
    found = BSplines(*nodes, values, degree).predict(places(*nodes))
    np.testing.assert_allclose(found, values, rtol=0, atol=1e-10 * np.abs(values).max())


@pytest.mark.parametrize("function", [lambda x: np.exp(x) * np.sin(5 * x + 0.3), lambda x: np.cos(7 * x) + x**3])
def test_errors_fall_at_the_order_of_the_degree(function):
    """Inside at order p + 1; up to the edge, where bumps are straight and the function is not, at about 2 for both."""

    def order(degree, low, high, levels=(6, 9)):
        x = np.linspace(low, high, 1501)[:, None]
        models = (fit(lambda at: function(at[:, 0]), full(level, 1), degree) for level in levels)
        coarse, fine = (np.abs(model.predict(x) - function(x[:, 0])).max() for model in models)
        return math.log2(coarse / fine) / (levels[1] - levels[0])

    assert order(1, 0.2, 0.8) == pytest.approx(2, abs=0.1)
    assert order(3, 0.2, 0.8) == pytest.approx(4, abs=0.1)
    assert order(1, 0, 1) == pytest.approx(2, abs=0.1)
    assert 1.9 < order(3, 0, 1) < 3


@every_degree
@pytest.mark.parametrize("n_dims", [1, 3])
def test_lines_need_two_levels_and_constants_one(degree, n_dims):
    """A linear function comes out exactly, its surpluses vanish from level 3 on; a constant has only the first."""
    nodes = regular(5, n_dims)
    x = np.random.default_rng(2).random((50, n_dims))
    slopes = np.arange(1.0, n_dims + 1)
    line = fit(lambda at: at @ slopes - 2, nodes, degree)
    np.testing.assert_allclose(line.predict(x), x @ slopes - 2, atol=1e-12)
    np.testing.assert_allclose(line.gradient(x), np.tile(slopes, (50, 1)), atol=1e-10)
    fine = (nodes.levels >= 3).any(axis=1)
    assert np.abs(line.coefficients[fine]).max() < 1e-13
    assert np.abs(line.coefficients[~fine]).max() > 0.2
    flat = fit(lambda at: np.full(len(at), 7.0), nodes, degree)
    np.testing.assert_allclose(flat.predict(x), 7, atol=1e-12)
    np.testing.assert_allclose(flat.coefficients, [7, *[0] * (len(nodes.levels) - 1)], atol=1e-12)


@pytest.mark.parametrize("n_dims", [1, 2, 3])
def test_coefficients_of_hats_are_the_surpluses_by_hand(n_dims):
    """A value less half the sum of both parents'; beside an edge, less the line through the next two coarser nodes."""

    def stencil(level, index):
        """Which nodes of the axis count how much."""
        at = [(float(places(level, index)), 1.0)]
        found = [float(places(*node)) for node in parents(level, index)]
        if len(found) == 2:
            return at + [(x, -0.5) for x in found]
        if level > 2:  # an edge: the next node is two mesh widths away, the one after it four
            inwards = 1 if index == 1 else -1
            return [*at, (found[0], -1.5), (found[0] + inwards * 2.0 ** (1 - level), 0.5)]
        return at + [(x, -1.0) for x in found]

    nodes = regular(4, n_dims)
    wanted = [
        sum(
            math.prod(weight for _, weight in term) * smooth([[x for x, _ in term]])[0]
            for term in product(*(stencil(*pair) for pair in zip(levels, indices, strict=True)))
        )
        for levels, indices in zip(nodes.levels.tolist(), nodes.indices.tolist(), strict=True)
    ]
    np.testing.assert_allclose(fit(smooth, nodes, 1).coefficients, wanted, atol=1e-13)


@pytest.mark.parametrize("n_dims", [1, 2, 4])
@every_degree
def test_derivatives_are_central_differences(degree, n_dims):
    """Gradient and curvature; places lie off the kinks of hats."""
    model = fit(smooth, regular(4, n_dims), degree)
    x, step = np.random.default_rng(3).uniform(0.01, 0.99, (40, n_dims)), 1e-6
    slopes, bends = model.gradient(x), model.hessian(x)
    assert slopes.shape == (40, n_dims)
    assert bends.shape == (40, n_dims, n_dims)
    for dim, shift in enumerate(step * np.eye(n_dims)):
        differences = (model.predict(x + shift) - model.predict(x - shift)) / (2 * step)
        np.testing.assert_allclose(slopes[:, dim], differences, atol=1e-7)
        differences = (model.gradient(x + shift) - model.gradient(x - shift)) / (2 * step)
        np.testing.assert_allclose(bends[:, dim], differences, atol=1e-5)
    np.testing.assert_array_equal(bends, bends.transpose(0, 2, 1))


def test_at_a_kink_the_slope_is_the_middle_of_both():
    """Of the slopes a hair to the left and to the right; at the very edge there is but one."""
    nodes, hair = full(4, 1), 1e-9
    model = fit(smooth, nodes, 1)
    kinks = np.sort(places(*nodes), axis=0)
    both = (model.gradient(kinks - hair) + model.gradient(kinks + hair)) / 2
    np.testing.assert_allclose(model.gradient(kinks), both, atol=1e-12)
    edges = np.array([[0.0], [1.0]])
    np.testing.assert_allclose(model.gradient(edges), model.gradient(np.abs(edges - hair)), atol=1e-12)


def test_many_places_are_taken_in_parts(monkeypatch):
    """As many at a time as memory allows, one at least; none is fine, too."""
    model = fit(smooth, regular(4, 2))
    x = np.random.default_rng(4).random((41, 2))
    whole = model.predict(x), model.gradient(x), model.hessian(x)
    for most in (1, 1000):  # places one by one, and 20 at a time
        monkeypatch.setattr(b_splines, "MOST_AT_ONCE", most)
        for part, one in zip((model.predict(x), model.gradient(x), model.hessian(x)), whole, strict=True):
            np.testing.assert_allclose(part, one, atol=1e-12)
    assert model.predict(x[:0]).shape == (0,)
    assert model.gradient(x[:0]).shape == (0, 2)
    assert model.hessian(x[:0]).shape == (0, 2, 2)


def test_the_order_of_nodes_does_not_matter():
    """A bump belongs to its node; coefficients cannot be written to."""
    nodes = grown(120, 3, 3, seed=0)
    order = np.random.default_rng(5).permutation(120)
    model = fit(smooth, nodes)
    other = fit(smooth, [each[order] for each in nodes])
    np.testing.assert_allclose(other.coefficients, model.coefficients[order], atol=1e-10)
    assert model.n_dims == 3
    with pytest.raises(ValueError, match="read-only"):
        model.coefficients[0] = 1


@pytest.mark.parametrize(
    ("levels", "indices", "values", "degree", "message"),
    [
        ([[1], [2]], [[1], [2]], [0, 0], 3, "node 1 has level 2 and index 2 in dimension 0"),
        ([[1, 0]], [[1, 1]], [0], 3, "node 0 has level 0 and index 1 in dimension 1"),
        ([[2]], [[5]], [0], 3, "odd index below 2.*level 2 and index 5"),
        ([[2]], [[-1]], [0], 3, "level 2 and index -1"),
        ([[1], [2], [1]], [[1], [3], [1]], [0, 0, 0], 3, "each node must come once, 1 of them"),
        ([[1], [2]], [[1], [1]], [0, math.nan], 3, "values must be finite; give a node whose trial failed the worst"),
        ([[1], [2]], [[1], [1]], [math.inf, 0], 3, "values must be finite"),
        ([[1], [2]], [[1], [1]], [0], 3, r"values must have shape \(2,\), one a node, got \(1,\)"),
        ([[1], [2]], [[1], [1]], [[0], [0]], 3, r"shape \(2,\), one a node, got \(2, 1\)"),
        ([[1], [2]], [[1, 1]], [0, 0], 3, r"both have shape \(n, d\), got \(2, 1\) and \(1, 2\)"),
        (np.empty((0, 2)), np.empty((0, 2)), [], 3, r"both have shape \(n, d\), got \(0, 2\)"),
        ([[1]], [[1]], [0], 2, r"degree must be 1 \(hats\) or 3 \(cubic B-splines\), it is 2"),
    ],
)
def test_nodes_and_values_that_cannot_be_are_refused(levels, indices, values, degree, message):
    """The error names the rule, the node and its value."""
    with pytest.raises(ValueError, match=message):
        BSplines(levels, indices, values, degree)


def test_bumps_that_cannot_be_are_refused():
    """Other degrees, higher derivatives, and nodes that do not exist."""
    with pytest.raises(ValueError, match=r"degree must be 1 .* it is 2"):
        basis(LINE, 2, 1, degree=2)
    with pytest.raises(ValueError, match="derivative must be 0, 1 or 2, it is 3"):
        basis(LINE, 2, 1, derivative=3)
    with pytest.raises(ValueError, match="has level 3 and index 4 in dimension 0"):
        basis(LINE, 3, 4)


@pytest.mark.parametrize("method", ["predict", "gradient", "hessian"])
@pytest.mark.parametrize("x", [[0.1, 0.2], [[0.1]], [[0.1, 0.2, 0.3]]])
def test_places_of_another_shape_are_refused(method, x):
    """One row each, with as many columns as dimensions."""
    model = fit(smooth, regular(2, 2))
    with pytest.raises(ValueError, match=r"places must have shape \(m, 2\), one row each, got"):
        getattr(model, method)(x)


def test_a_sum_that_misses_its_values_is_refused(monkeypatch):
    """Nothing is handed out that does not interpolate; as no such nodes are known, here any error is too large."""
    monkeypatch.setattr(b_splines, "EXACT", -1.0)
    with pytest.raises(ValueError, match=r"no sum of these 17 bumps passes .* \(ancestors=True\), or take degree 1"):
        fit(smooth, regular(3, 2))
