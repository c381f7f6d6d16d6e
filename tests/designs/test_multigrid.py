"""The multigrid's tilings: no hole and no overlap anywhere, and Penrose's tiling as the literature counts it."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from hpo_tutor.designs.multigrid import Multigrid, star

GOLDEN = (1 + 5**0.5) / 2
# (t, d, half side) of patches of some hundred tiles
PATCHES = [(2, 2, 6), (3, 2, 6), (4, 2, 6), (5, 2, 6), (6, 2, 6), (9, 2, 5)]
PATCHES += [
    (3, 3, 2),
    (4, 3, 2),
    (5, 3, 2),
    (6, 3, 2),
    (7, 3, 2),
    (5, 4, 1),
    (6, 4, 1),
    (6, 5, 0.7),
    (7, 5, 0.7),
    (7, 6, 0.5),
]


def drawn(symmetry, n_dims, seed=0):
    """A multigrid of that seed."""
    return Multigrid.draw(symmetry, n_dims, np.random.default_rng(seed))


def n_tiles_at(tiles, places):
    """How many tiles hold each of the places: those for which the edges' coordinates lie between 0 and 1; (n,)."""
    corners = tiles.lowest @ tiles.star
    inverses = np.linalg.inv(np.swapaxes(tiles.star[tiles.grids], 1, 2))
    along = np.einsum("mij,nmj->nmi", inverses, places[:, None] - corners)
    return np.sum(np.all((along >= 0) & (along < 1), axis=2), axis=1)


def places_in(centre, half_side, n_places=300, seed=0):
    """Random places in a cube."""
    return centre + half_side * np.random.default_rng(seed).uniform(-1, 1, (n_places, len(centre)))


def integers_by_brute_force(multigrid, largest):
    """K of all regions that touch a crossing of planes -largest to largest, by loops over the definition; a set."""
    vectors, shifts = multigrid.star, multigrid.shifts
    n_grids, n_dims = vectors.shape
    found = set()
    for choice in combinations(range(n_grids), n_dims):
        edges = vectors[list(choice)]
        if abs(np.linalg.det(edges)) < 1e-6:
            continue
        for planes in product(range(-largest, largest + 1), repeat=n_dims):
            place = np.linalg.solve(edges, np.array(planes) - shifts[list(choice)])
            lowest = np.ceil(vectors @ place + shifts).astype(int)
            for bits in product((0, 1), repeat=n_dims):
                lowest[list(choice)] = np.array(planes) + bits
                found.add(tuple(int(k) for k in lowest))
    return found


def within(points, centre, half_side):
    """The points in a cube, in the order of their coordinates."""
    points = points[np.all(np.abs(points - centre) <= half_side, axis=1)]
    return points[np.lexsort(np.round(points, 6).T)]


@pytest.mark.parametrize(("symmetry", "n_dims", "half_side"), PATCHES)
def test_every_place_lies_in_exactly_one_tile(symmetry, n_dims, half_side):
    """No hole, no overlap, anywhere in the patch, wherever its centre is."""
    for seed in range(3):
        centre = np.random.default_rng(seed).uniform(-20, 20, n_dims)
        tiles = drawn(symmetry, n_dims, seed).tiles(centre, half_side)
        assert np.all(n_tiles_at(tiles, places_in(centre, half_side)) == 1)


@pytest.mark.parametrize(("symmetry", "n_dims", "half_side"), PATCHES)
@pytest.mark.parametrize("shift", [0.0, 0.5, 1 / 3])
def test_a_singular_multigrid_gives_a_tiling_without_hole_or_overlap(symmetry, n_dims, half_side, shift):
    """Equal shifts make many planes meet in one place, all of them where the shifts are 0; a tiling comes out still."""
    multigrid = Multigrid(star(symmetry, n_dims), np.full(symmetry, shift))
    centre = np.zeros(n_dims)
    tiles = multigrid.tiles(centre, half_side)
    assert np.all(n_tiles_at(tiles, places_in(centre, half_side)) == 1)
    inner = within(tiles.corner_integers().reshape(-1, symmetry) @ tiles.star, centre, half_side - 1e-6)
    unique = within(multigrid.vertices(centre, half_side), centre, half_side - 1e-6)
    assert len(unique) == len(np.unique(np.round(inner, 6), axis=0))


@pytest.mark.parametrize("symmetry", [3, 4, 5, 6])
def test_a_line_may_be_moved_through_singular_places(symmetry):
    """One family is moved in steps that pass where three and more lines meet: at each step a tiling without hole."""
    multigrid = Multigrid(star(symmetry, 2), np.zeros(symmetry))
    for shift in np.linspace(-1, 1, 41):
        tiles = multigrid.moved(1, shift).tiles(np.zeros(2), 4)
        assert np.all(n_tiles_at(tiles, places_in(np.zeros(2), 4, n_places=100)) == 1)


@pytest.mark.parametrize(("symmetry", "n_dims", "half_side"), PATCHES)
def test_vertices_are_the_corners_of_all_tiles_each_once(symmetry, n_dims, half_side):
    """One vertex from each tile gives the same points as all corners of all tiles, compared by their integers."""
    multigrid = drawn(symmetry, n_dims, seed=1)
    centre = np.full(n_dims, 3.3)
    integers = np.unique(multigrid.tiles(centre, half_side).corner_integers().reshape(-1, symmetry), axis=0)
    vertices = within(multigrid.vertices(centre, half_side), centre, half_side)
    assert vertices == pytest.approx(within(integers @ multigrid.star, centre, half_side), abs=1e-9)
    assert cKDTree(vertices).query(vertices, 2)[0][:, 1].min() > 1e-3


@pytest.mark.parametrize(
    ("symmetry", "n_dims", "half_side", "largest"),
    [(3, 2, 2, 8), (5, 2, 2, 8), (6, 2, 2, 10), (4, 3, 1.2, 5), (6, 3, 0.8, 5), (5, 4, 0.7, 3)],
)
def test_vertices_are_those_of_loops_over_the_definition(symmetry, n_dims, half_side, largest):
    """Crossing by crossing, in plain Python, with far more planes than the patch needs: the same vertices."""
    multigrid = drawn(symmetry, n_dims, seed=2).moved(0, 0.123)  # off the singular places, which loops do not part
    centre = np.full(n_dims, 0.2)
    expected = np.array(sorted(integers_by_brute_force(multigrid, largest))) @ multigrid.star
    vertices = within(multigrid.vertices(centre, half_side), centre, half_side)
    assert vertices == pytest.approx(within(expected, centre, half_side), abs=1e-9)


@pytest.mark.parametrize(("symmetry", "n_dims", "half_side"), PATCHES)
def test_each_region_between_the_planes_is_a_vertex(symmetry, n_dims, half_side):
    """Random places are counted into their regions, without any crossing: each vertex they name is there."""
    multigrid = drawn(symmetry, n_dims, seed=3)
    half_side = max(half_side, 1)
    places = np.random.default_rng(0).uniform(-1, 1, (100_000, n_dims)) * (half_side + 1)
    named = np.ceil(places @ multigrid.star.T + multigrid.shifts) @ multigrid.star
    named = within(np.unique(np.round(named, 9), axis=0), 0, half_side - 1e-6)
    vertices = multigrid.vertices(np.zeros(n_dims), half_side)
    assert len(named) > 0.4 * len(vertices)
    assert cKDTree(vertices).query(named)[0].max() < 1e-8


@pytest.mark.parametrize(("n_dims", "half_side"), [(2, 8), (3, 4), (4, 2), (5, 1.5), (6, 1)])
def test_one_direction_more_than_dimensions_gives_a_lattice(n_dims, half_side):
    """Where t = d + 1, the vertices are all whole-numbered sums of d of the vectors, as those of the lattice A_d*."""
    multigrid = drawn(n_dims + 1, n_dims, seed=4)
    largest = {2: 20, 3: 9}.get(n_dims, 4)
    numbers = np.array(list(product(range(-largest, largest + 1), repeat=n_dims)))
    lattice = within(numbers @ multigrid.star[:n_dims], 0, half_side)
    vertices = within(multigrid.vertices(np.zeros(n_dims), half_side), 0, half_side)
    assert vertices == pytest.approx(lattice, abs=1e-9)


@pytest.mark.parametrize(
    ("symmetry", "n_dims", "half_side"),
    [(3, 2, 60), (4, 2, 60), (5, 2, 60), (6, 2, 60), (4, 3, 10), (5, 3, 10), (6, 3, 10), (5, 4, 6), (6, 4, 6)],
)
def test_density_is_that_of_the_formula(symmetry, n_dims, half_side):
    """Vertices in a large cube: as many as sum |det| / sum det^2 says, within 1 %, in the whole and in its parts."""
    multigrid = drawn(symmetry, n_dims, seed=5)
    vertices = multigrid.vertices(np.zeros(n_dims), half_side)
    assert len(vertices) == pytest.approx(multigrid.density * (2 * half_side) ** n_dims, rel=0.01)
    parts = np.unique(vertices > 0, axis=0, return_counts=True)[1]
    assert len(parts) == 2**n_dims
    assert parts == pytest.approx(len(vertices) / 2**n_dims, rel=0.06)


@pytest.mark.parametrize(("symmetry", "density"), [(5, 1.23107), (4, 1.2071), (2, 1.0), (3, 2 / 3**0.5)])
def test_density_in_the_plane_is_the_known_one(symmetry, density):
    """Penrose's tiling, that of Ammann and Beenker, squares, and triangles, whichever way the star is turned."""
    assert drawn(symmetry, 2).density == pytest.approx(density, abs=5e-5)


def test_tiles_fill_the_volume():
    """The volumes of the tiles that stand in a cube add up to the cube's, in the plane and in three dimensions."""
    for symmetry, n_dims, half_side in ((5, 2, 40), (6, 2, 40), (6, 3, 8)):
        tiles = drawn(symmetry, n_dims).tiles(np.zeros(n_dims), half_side)
        inside = np.all(np.abs(tiles.places()) < half_side, axis=1)
        assert tiles.volumes[inside].sum() == pytest.approx((2 * half_side) ** n_dims, rel=0.01)


def test_penrose_rhombs():
    """Two rhombs, of 36 and 72 degrees; thick to thin as the golden ratio to one; vertices 1/golden or more apart."""
    multigrid = drawn(5, 2, seed=6)
    tiles = multigrid.tiles(np.zeros(2), 60)
    inside = np.all(np.abs(tiles.places()) < 60, axis=1)
    thin, thick = np.bincount(tiles.kinds[inside])
    assert thick / thin == pytest.approx(GOLDEN, rel=0.01)
    assert tiles.volumes[tiles.kinds == 0] == pytest.approx(np.sin(np.pi / 5))
    assert tiles.volumes[tiles.kinds == 1] == pytest.approx(np.sin(2 * np.pi / 5))
    vertices = multigrid.vertices(np.zeros(2), 60)
    assert cKDTree(vertices).query(vertices, 2)[0][:, 1].min() == pytest.approx(1 / GOLDEN)


def test_penrose_vertices_have_the_known_degrees():
    """Four edges at a vertex on average; three at 52.8 %, four at 9.0 %, five at 29.2 %, never more than seven.

    Shares of the vertices: three edges tau^-2 + tau^-4; those of five, six and seven follow de Bruijn (1981).
    """
    multigrid = drawn(5, 2, seed=7)
    tiles = multigrid.tiles(np.zeros(2), 60)
    corners = tiles.corner_integers()
    edges = np.concatenate([corners[:, pair] for pair in ([0, 1], [0, 2], [1, 3], [2, 3])])
    edges = np.unique(edges.reshape(-1, 10), axis=0)
    integers, degrees = np.unique(edges.reshape(-1, 5), axis=0, return_counts=True)
    inner = degrees[np.all(np.abs(integers @ multigrid.star) < 58, axis=1)]
    assert inner.mean() == pytest.approx(4, abs=0.01)
    shares = np.bincount(inner, minlength=8) / len(inner)
    assert shares[3:6] == pytest.approx([GOLDEN**-2 + GOLDEN**-4, 0.0902, 0.2918], abs=0.01)
    assert np.flatnonzero(shares).tolist() == [3, 4, 5, 6, 7]


def test_penrose_integers_take_four_values_of_their_sum():
    """Shifts that add up to zero: the sum of a vertex's K is 1, 2, 3 or 4 (de Bruijn 1981); others make a fifth."""
    multigrid = drawn(5, 2, seed=8)
    sums = multigrid.tiles(np.zeros(2), 30).corner_integers().sum(axis=2)
    assert np.unique(sums).tolist() == [1, 2, 3, 4]
    other = multigrid.moved(0, multigrid.shifts[0] + 0.5)
    assert len(np.unique(other.tiles(np.zeros(2), 30).corner_integers().sum(axis=2))) == 5


def test_twelvefold_rhombs():
    """Rhombs of 30 and 60 degrees, and squares, all with edges of length 1, in the shares of the formula."""
    tiles = drawn(6, 2, seed=9).tiles(np.zeros(2), 60)
    inside = np.all(np.abs(tiles.places()) < 60, axis=1)
    for kind, (area, n_pairs) in enumerate([(0.5, 6), (0.75**0.5, 6), (1.0, 3)]):
        assert tiles.volumes[tiles.kinds == kind] == pytest.approx(area)
        # two families cross as often as their area says; the star has n_pairs such pairs
        share = n_pairs * area / (6 * 0.5 + 6 * 0.75**0.5 + 3)
        assert np.mean(tiles.kinds[inside] == kind) == pytest.approx(share, abs=0.01)


def test_icosahedral_rhombohedra():
    """An icosahedron's axes, t = 6: one thin and one thick rhombohedron, thick to thin as the golden ratio to one."""
    tiles = drawn(6, 3, seed=10).tiles(np.zeros(3), 10)
    inside = np.all(np.abs(tiles.places()) < 10, axis=1)
    thin, thick = np.bincount(tiles.kinds[inside])
    assert thick / thin == pytest.approx(GOLDEN, rel=0.02)
    assert tiles.volumes[tiles.kinds == 1].mean() / tiles.volumes[tiles.kinds == 0].mean() == pytest.approx(GOLDEN)


def test_corners_places_and_names_belong_together():
    """Corners go 00, 01, 10, 11 along the two edges, the place is their middle, the name holds families and lines."""
    multigrid = drawn(5, 2, seed=11)
    tiles = multigrid.tiles(np.zeros(2), 5)
    corners = tiles.corners()
    first, second = (tiles.star[tiles.grids[:, k]] for k in range(2))
    assert corners[:, 1] - corners[:, 0] == pytest.approx(second)
    assert corners[:, 2] - corners[:, 0] == pytest.approx(first)
    assert corners[:, 3] - corners[:, 0] == pytest.approx(first + second)
    assert tiles.places() == pytest.approx(corners.mean(axis=1))
    names = tiles.names()
    assert len(np.unique(names, axis=0)) == len(tiles)
    for edge in range(2):
        values = np.sum(tiles.crossings * tiles.star[names[:, edge]], axis=1) + multigrid.shifts[names[:, edge]]
        assert values == pytest.approx(names[:, 2 + edge], abs=1e-6)


def moved_between(before, after, half_side):
    """The rhombs in the middle that moved, name: step of K; all others are where they were, under the same name."""
    old = before.tiles(np.zeros(2), half_side)
    new = after.tiles(np.zeros(2), half_side + 3)
    found = dict(zip(map(tuple, new.names()), new.lowest, strict=True))
    steps = {name: found[name] - lowest for name, lowest in zip(map(tuple, old.names()), old.lowest, strict=True)}
    return {name: step for name, step in steps.items() if step.any()}


def test_a_flip_moves_the_three_rhombs_of_a_triangle_by_one_edge_each():
    """Where a line passes the crossing of two others, a hexagon turns over: each rhomb steps by the third's vector."""
    angles = np.array([0.1, 0.9, 1.8, 2.6])  # no symmetry, or a whole row of hexagons would turn over at once
    multigrid = Multigrid(np.column_stack([np.cos(angles), np.sin(angles)]), np.array([0.1, -0.3, 0.4, 0.2]))
    n_seen = 0
    for step in np.linspace(0, 0.5, 201):
        before, after = (multigrid.moved(0, multigrid.shifts[0] + move) for move in (step, step + 0.0025))
        flipped = moved_between(before, after, 4)
        names = np.array(list(flipped)).reshape(-1, 4)
        if len(np.unique(names[:, :2])) == 3 and len(flipped) == 3:  # wholly inside, and alone
            n_seen += 1
            for name, jump in flipped.items():
                third = set(np.unique(names[:, :2])) - set(name[:2])
                assert np.flatnonzero(jump).tolist() == list(third)
                assert np.abs(jump).sum() == 1
    assert n_seen > 5


def test_a_symmetric_star_turns_a_row_of_hexagons_over_at_once():
    """Three families at 60 degrees: all triangles close together, and every rhomb of the patch moves."""
    multigrid = Multigrid(star(3, 2), np.array([0.0, 0.0, 0.05]))
    steps = moved_between(multigrid, multigrid.moved(2, -0.05), 8)
    assert len(steps) == len(multigrid.tiles(np.zeros(2), 8))
    assert all(np.abs(step).sum() == 1 for step in steps.values())


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 7), st.integers(-3, 3), st.integers(0, 2**32 - 1))
def test_a_shift_by_a_whole_number_moves_the_tiling_by_a_vector(symmetry, steps, seed):
    """A family shifted by whole numbers holds the same lines, numbered otherwise: every vertex moves alike."""
    multigrid = drawn(symmetry, 2, seed)
    moved = multigrid.moved(0, multigrid.shifts[0] + steps)
    offset = steps * multigrid.star[0]
    expected = within(multigrid.vertices(np.zeros(2), 4) + offset, offset, 4 - 1e-6)
    assert within(moved.vertices(offset, 4), offset, 4 - 1e-6) == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_draw_turns_the_star_and_shifts_with_sum_zero(symmetry, seed):
    """A drawn multigrid has the star's angles, in another direction, and shifts in [-1, 1] that add up to zero."""
    multigrid = drawn(symmetry, 2, seed)
    assert multigrid.star @ multigrid.star.T == pytest.approx(star(symmetry, 2) @ star(symmetry, 2).T)
    assert np.all(np.abs(multigrid.shifts) <= 1)
    assert multigrid.shifts.sum() == pytest.approx(0, abs=1e-12)
    assert np.array_equal(multigrid.shifts, drawn(symmetry, 2, seed).shifts)


def test_draw_turns_in_every_direction_alike():
    """The first vector's mean over many draws is zero, its square 1/3 along each axis: no direction is preferred."""
    first = np.array([drawn(4, 3, seed).star[0] for seed in range(2000)])
    assert first.mean(axis=0) == pytest.approx(0, abs=4 / 3**0.5 / 2000**0.5)
    assert (first**2).mean(axis=0) == pytest.approx(1 / 3, abs=4 * 0.3 / 2000**0.5)


def test_errors_say_the_rule_the_value_and_the_way_out():
    """Vectors of another length, vectors that leave a direction out, and a missing shift."""
    with pytest.raises(ValueError, match=r"vectors of length 1, as star\(t, d\) gives them"):
        Multigrid(np.array([[1.0, 1.0], [0.0, 1.0]]), np.zeros(2))
    with pytest.raises(ValueError, match=r"must span the space.* rank 1: add vectors"):
        Multigrid(np.array([[1.0, 0.0], [-1.0, 0.0]]), np.zeros(2))
    for shifts in (np.zeros(4), np.array([0, 0, np.nan, 0, 0])):
        with pytest.raises(ValueError, match="one finite shift for each of the 5 vectors"):
            Multigrid(star(5, 2), shifts)
    multigrid = drawn(5, 2)
    for centre, half_side in (([0, 0, 0], 1), ([0], 1), ([0, np.nan], 1), ([0, 0], np.nan), ([0, 0], -1)):
        for ask in (multigrid.tiles, multigrid.vertices):
            with pytest.raises(ValueError, match=r"a cube has 2 finite coordinates .* half side of at least 0; got"):
                ask(np.array(centre), half_side)
    for array in (multigrid.star, multigrid.shifts):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(ValueError, match="from 2 to 141, it is 1"):
        Multigrid.draw(1, 2, np.random.default_rng(0))
