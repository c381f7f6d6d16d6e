"""Saturation: no two spheres overlap, no further one fits, and as many fit as theory and the literature say."""

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import exp1
from scipy.stats import ks_2samp

from hpo_tutor import designs
from hpo_tutor.designs import filling as filling_room
from hpo_tutor.designs import saturation
from hpo_tutor.designs.filling import Filling
from hpo_tutor.designs.saturation import stages
from hpo_tutor.designs.spheres import PACKING_FRACTIONS, packing_fraction

ROUNDING = 1e-12
seeds = st.integers(0, 2**32 - 1)


def distances(places, points, periodic):
    """From each place to each point, shape (n_places, n_points), by brute force over all pairs."""
    steps = np.abs(places[:, None] - points[None])
    if periodic:
        steps = np.minimum(steps, 1 - steps)
    return np.sqrt(np.sum(steps**2, axis=-1))


@pytest.mark.parametrize(
    ("n_dims", "n_points", "n_seeds"), [(1, 10_000, 20), (2, 5000, 20), (3, 4000, 12), (4, 1000, 10)]
)
def test_packing_fraction_is_the_published_one(n_dims, n_points, n_seeds):
    """In a periodic cube the mean packing fraction lies within three standard errors of the literature's."""
    volume = math.pi ** (n_dims / 2) / math.gamma(n_dims / 2 + 1)
    diameter = 2 * (PACKING_FRACTIONS[n_dims] / (n_points * volume)) ** (1 / n_dims)
    counts = [len(designs.saturate(diameter, n_dims, seed)) for seed in range(n_seeds)]
    found = np.array(counts) * volume * (diameter / 2) ** n_dims
    assert abs(found.mean() - PACKING_FRACTIONS[n_dims]) < 3 * found.std(ddof=1) / n_seeds**0.5
    assert found.std() < 0.01 * PACKING_FRACTIONS[n_dims]  # or three standard errors would say nothing


def test_renyis_constant_is_the_integral_he_gave():
    """The table's first entry is Renyi's constant: int_0^inf exp(-2 int_0^t (1 - e^-u)/u du) dt.

    The inner integral is E1(t) + log t + Euler's constant (DLMF 6.2.3).
    """
    parking, _ = quad(lambda t: math.exp(-2 * (exp1(t) + math.log(t) + np.euler_gamma)), 0, math.inf)
    assert parking == pytest.approx(PACKING_FRACTIONS[1], abs=1e-7)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 4), st.floats(0.15, 2.5), st.booleans(), seeds)
def test_no_two_points_are_too_near_and_no_place_is_left(n_dims, diameter, periodic, seed):
    """All pairs are D apart, and each of 20,000 random places and of the cube's corners is within D of a point."""
    diameter = max(diameter, 0.1 * n_dims)
    points = designs.saturate(diameter, n_dims, seed, periodic)
    assert np.all((points >= 0) & (points <= 1))
    apart = distances(points, points, periodic)[np.triu_indices(len(points), 1)]
    assert np.all(apart >= diameter * (1 - ROUNDING))
    corners = np.array(list(itertools.product((0.0, 1.0), repeat=n_dims)))
    places = np.concatenate([np.random.default_rng(seed).random((20_000, n_dims)), corners])
    assert np.all(distances(places, points, periodic).min(axis=1) <= diameter * (1 + ROUNDING))


@pytest.mark.parametrize("periodic", [True, False])
def test_a_fine_grid_finds_no_room_in_the_plane(periodic):
    """Each of 250,000 places of a grid, far finer than D, is within D of a point, and not all within D / 2."""
    diameter = 0.1
    points = designs.saturate(diameter, 2, seed=3, periodic=periodic)
    grid = (np.stack(np.meshgrid(*[np.arange(500)] * 2), axis=-1).reshape(-1, 2) + 0.5) / 500
    nearest = np.concatenate([distances(part, points, periodic).min(axis=1) for part in np.split(grid, 100)])
    assert nearest.max() < diameter
    assert nearest.max() > diameter / 2


@settings(deadline=None, max_examples=50)
@given(st.floats(1e-3, 1.2), st.booleans(), seeds)
def test_no_gap_on_a_line_holds_another_point(diameter, periodic, seed):
    """In one dimension the check is exact: gaps are at least D and less than 2 D, and D at most to a hard wall."""
    points = np.sort(designs.saturate(diameter, 1, seed, periodic)[:, 0])
    if periodic:
        gaps = np.diff(points, append=points[0] + 1)
        assert len(points) == 1 or np.all(gaps >= diameter * (1 - ROUNDING))
        assert np.all(gaps < 2 * diameter * (1 + ROUNDING))
    else:
        gaps = np.diff(points)
        assert np.all((gaps >= diameter * (1 - ROUNDING)) & (gaps < 2 * diameter * (1 + ROUNDING)))
        assert max(points[0], 1 - points[-1]) <= diameter * (1 + ROUNDING)


@pytest.mark.parametrize(("n_dims", "diameter"), [(5, 0.45), (6, 0.6)])
@pytest.mark.parametrize("periodic", [True, False])
def test_many_dimensions_are_saturated_too(n_dims, diameter, periodic):
    """Five and six dimensions: pairs are D apart and 20,000 random places are all within D of a point."""
    points = designs.saturate(diameter, n_dims, seed=1, periodic=periodic)
    assert np.all(distances(points, points, periodic)[np.triu_indices(len(points), 1)] >= diameter * (1 - ROUNDING))
    places = np.random.default_rng(0).random((20_000, n_dims))
    assert all(distances(part, points, periodic).min(axis=1).max() <= diameter for part in np.split(places, 20))


def test_hard_walls_hold_more():
    """At D = 0.05 in the plane: 278 points periodic and 296 between walls, as found before, within 3 %."""
    counts = {p: np.mean([len(designs.saturate(0.05, 2, seed, p)) for seed in range(20)]) for p in (True, False)}
    assert counts[True] == pytest.approx(278, rel=0.03)
    assert counts[False] == pytest.approx(296, rel=0.03)
    for n_dims, diameter in ((1, 0.01), (3, 0.2), (4, 0.3)):
        pair = [np.mean([len(designs.saturate(diameter, n_dims, s, p)) for s in range(10)]) for p in (True, False)]
        assert pair[0] < pair[1]


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.floats(0.2, 1.5), st.booleans(), seeds)
def test_at_every_stage_voxels_hold_all_the_room_that_is_left(n_dims, diameter, periodic, seed):
    """Of 2,000 random places, each that is D or more from all points lies in a voxel; points only grow."""
    places = np.random.default_rng(seed).random((2000, n_dims))
    diameter = max(diameter, 0.12 * n_dims)
    before, n_darts, side = np.empty((0, n_dims)), 0, 1.0
    for stage in stages(diameter, n_dims, seed, periodic):
        assert np.array_equal(stage.points[: len(before)], before)
        assert stage.n_darts >= n_darts
        assert stage.side <= side
        before, n_darts, side = stage.points, stage.n_darts, stage.side
        assert stage.saturated == (len(stage.voxels) == 0)
        corners = {tuple(corner) for corner in np.round(stage.voxels / side).astype(int)}
        room = places[distances(places, before, periodic).min(axis=1, initial=np.inf) >= diameter]
        assert all(tuple(place) in corners for place in np.floor(room / side).astype(int))
    assert stage.saturated
    assert np.array_equal(stage.points, designs.saturate(diameter, n_dims, seed, periodic))


def test_first_stage_has_the_whole_cube_and_no_point():
    """Before a dart is thrown, voxels fill the cube; afterwards covered ones go, and sides are halved."""
    first, *others = stages(0.1, 2)
    assert len(first.points) == first.n_darts == 0
    assert len(first.voxels) * first.side**2 == pytest.approx(1)
    volumes = [len(stage.voxels) * stage.side**2 for stage in (first, *others)]
    assert all(later <= earlier for earlier, later in itertools.pairwise(volumes))
    assert all(first.side / stage.side == 2 ** round(math.log2(first.side / stage.side)) for stage in others)


@pytest.mark.parametrize(
    ("diameter", "n_dims", "periodic", "seed"), [(0.25, 2, True, 0), (0.6, 2, False, 0), (0.55, 3, True, 5)]
)
def test_the_next_point_is_uniform_over_the_room_that_is_left(diameter, n_dims, periodic, seed):
    """After voxels were dropped and cut, 2,000 next points lie as darts over the whole cube do that find room."""

    def cut_once(n_wanted):
        filling = Filling(diameter, n_dims, np.random.default_rng(seed), periodic=periodic, n_wanted=n_wanted)
        filling._patience = 1  # or hardly any room would be left
        steps = filling.steps()
        while filling._n_cuts == 0:
            next(steps)
        return filling

    points = cut_once(None).points
    places = np.random.default_rng(1).random((300_000, n_dims))
    by_darts = places[distances(places, points, periodic).min(axis=1) >= diameter]
    by_voxels = []
    for draw in range(2000):
        filling = cut_once(len(points) + 1)
        filling._rng = np.random.default_rng([2, draw])
        filling.fill()
        by_voxels += [filling.points[-1]]
    assert len(by_darts) > 500
    assert filling.n_points == len(points) + 1
    for one, other in zip(np.transpose(by_voxels), by_darts.T, strict=True):
        assert ks_2samp(one, other).pvalue > 1e-3


@pytest.mark.parametrize(
    ("diameter", "n_dims", "periodic"),
    [(0.5, 1, True), (1.0, 1, False), (0.5**0.5, 2, True), (2.0, 3, True), (9, 2, False)],
)
def test_spheres_as_large_as_the_cube_leave_one_point(diameter, n_dims, periodic):
    """Where no two places are farther apart than D, one point is all; half the cube away counts as covered."""
    assert len(designs.saturate(diameter, n_dims, periodic=periodic)) == 1


def test_periodic_spheres_wider_than_the_cube_keep_apart_from_others_only():
    """In six dimensions two points may be more than 1 apart although the cube's side is 1."""
    points = designs.saturate(1.05, 6, seed=0)
    assert len(points) > 1
    assert distances(points, points, True)[np.triu_indices(len(points), 1)].min() >= 1.05


def test_seven_dimensions_are_not_proved_but_nearly_full():
    """Beyond six dimensions stages end without a proof and say so; then one dart in 10,000 finds room at most."""
    *_, last = stages(0.75, 7)
    assert not last.saturated
    assert len(last.voxels) > 0
    places = np.random.default_rng(0).random((30_000, 7))
    room = [(distances(part, last.points, True).min(axis=1) >= 0.75).sum() for part in np.split(places, 100)]
    assert sum(room) <= 3


def test_a_cut_that_is_too_large_waits_for_more_darts():
    """With few voxels allowed, the same proof is reached by more darts; with few darts there is none."""
    ample = Filling(0.1, 2, np.random.default_rng(0), periodic=True)
    scarce = Filling(0.1, 2, np.random.default_rng(0), periodic=True, max_voxels=100)
    few = Filling(0.1, 2, np.random.default_rng(0), periodic=True, max_darts=30)
    most = [max(filling.n_voxels for _ in filling.steps()) for filling in (ample, scarce, few)]
    assert ample.saturated
    assert scarce.saturated
    assert most[1] <= 100 + 2**2 < most[0]
    assert not few.saturated
    assert few.n_darts == 30
    places = np.random.default_rng(1).random((20_000, 2))
    assert distances(places, scarce.points, True).min(axis=1).max() < 0.1


def test_a_proof_that_is_too_large_is_given_up(monkeypatch):
    """Where voxels do not suffice, the darts thrown meanwhile are few, and the error says the way out."""
    monkeypatch.setattr(saturation, "MAX_VOXELS", 100)
    monkeypatch.setattr(filling_room, "MAX_WAITING", 50)
    with pytest.raises(RuntimeError, match=r"more than 100 voxels.* of diameter 0\.67 .*larger diameter, or.*stages"):
        designs.saturate(0.67, 4)
    few = Filling(0.67, 4, np.random.default_rng(0), periodic=True, max_voxels=100)
    counts = [few.n_darts for _ in few.steps()]
    assert not few.saturated
    assert counts[-1] - counts[-2] == 50
    monkeypatch.setattr(filling_room, "MAX_WAITING", 10**6)
    assert len(designs.saturate(0.67, 4)) >= few.n_points


@pytest.mark.parametrize(("diameter", "n_dims"), [(0.03, 2), (0.3, 4)])
def test_pauses_for_an_interrupt_change_nothing(diameter, n_dims, monkeypatch):
    """However often the machine code returns to Python, the points are the same."""
    points = designs.saturate(diameter, n_dims, seed=2)
    monkeypatch.setattr(filling_room, "DARTS_AT_ONCE", 97)
    monkeypatch.setattr(filling_room, "VOXELS_AT_ONCE", 13)
    assert np.array_equal(points, designs.saturate(diameter, n_dims, seed=2))


def test_seeds_repeat_points_and_differ():
    """A seed or a generator gives the same points again; another seed gives others."""
    points = designs.saturate(0.2, 3, seed=7)
    assert np.array_equal(points, designs.saturate(0.2, 3, seed=np.random.default_rng(7)))
    assert not np.array_equal(points, designs.saturate(0.2, 3, seed=8))


def test_errors_say_the_rule_the_value_and_the_way_out():
    """Bad diameters and dimensions are named; what is too much for memory says how much it would be."""
    for bad in (0, -1, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"positive and finite, it is {bad}"):
            designs.saturate(bad, 2)
        with pytest.raises(ValueError, match="positive and finite"):
            stages(bad, 2)  # at once, not when the first stage is asked for
    for bad in (0, 2.5, math.nan, math.inf):
        with pytest.raises(ValueError, match=f"whole number of at least 1, it is {bad}"):
            designs.saturate(0.1, bad)
    assert np.array_equal(designs.saturate(0.3, 2.0), designs.saturate(0.3, 2))
    with pytest.raises(ValueError, match=r"1 to 6 dimensions, not in 7.*stages.*make\(\"rsa\""):
        designs.saturate(0.5, 7)
    with pytest.raises(ValueError, match=r"room for about 7\.0e\+09 points in 2 dimensions.*at least 0\.0007"):
        designs.saturate(1e-5, 2)
    with pytest.raises(ValueError, match="too many for memory"):
        stages(1.0, 100)


def test_numba_waits_until_a_sphere_is_wanted():
    """A process that imports designs and makes others of them does not load numba."""
    code = "import sys; from hpo_tutor import designs; import hpo_tutor.designs.saturation, hpo_tutor.designs.spheres; "
    code += "designs.make('lhs', 5, 2); print('numba' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"


def test_packing_fraction_counts_whole_balls():
    """On a line spheres are intervals of length D, in the plane discs, in space balls."""
    assert packing_fraction(3, 0.2, 1) == pytest.approx(0.6)
    assert packing_fraction(3, 0.2, 2) == pytest.approx(3 * math.pi * 0.01)
    assert packing_fraction(3, 0.2, 3) == pytest.approx(3 * 4 / 3 * math.pi * 0.001)
