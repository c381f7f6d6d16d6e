"""Which cells a study has."""

from collections import Counter

import pytest

from hpo_tutor import designs
from hpo_tutor.race import presets, tracks

# what the source ran, by hand: letter -> d -> resolutions
TABLE = {
    "T": {2: [2, 3, 4, 5, 6, 7, 8, 9, 10], 3: [2, 3, 4, 5, 6, 7, 8], 4: [2, 3, 4], 5: [2, 3], 6: [2], 7: [2], 8: [2]},
    "C": {2: [2, 3, 4, 5, 6, 7, 8]},
    "N": {2: [2, 3, 4, 5]},
}
BATCHES = {"T": 44, "C": 10, "N": 10}


def n_models(letter: str, left_out: tuple[int, ...] = ()) -> int:
    """The source's sum: five designs, n^d points, all batches."""
    points = sum(n**d for d, resolutions in TABLE[letter].items() if d not in left_out for n in resolutions)
    return 5 * BATCHES[letter] * points


def source_points() -> Counter:
    """Points of the preset by (letter, d), the source's five designs alone, those that cannot be made included."""
    points = Counter()
    for cell in presets.preset("source"):
        if cell.sampler in presets.SOURCE_DESIGNS:
            points[tracks.track(cell.track).letter, cell.n_dims] += cell.n_points
    for cell, _ in presets.missing("source"):
        assert cell.sampler in presets.SOURCE_DESIGNS
        points[tracks.track(cell.track).letter, cell.n_dims] += cell.n_points * BATCHES["T"]
    return points


def test_the_source_preset_has_the_sources_count():
    """558,450 models over every cell but d = 5, of which 545,600 are trees; by the formula and by counting cells."""
    points = source_points()
    assert n_models("T", (5,)) == sum(points["T", d] for d in (2, 3, 4, 6, 7, 8)) == 545_600
    assert sum(n for (_, d), n in points.items() if d != 5) == 558_450
    assert sum(points.values()) == sum(map(n_models, TABLE))


def test_the_source_preset_has_the_sources_cells():
    """Each feasible (track, d, n) with each of six designs on each batch once, but hypertilings beyond six axes."""
    cells = presets.preset("source")
    assert len(cells) == len(set(cells)) == len({cell.key for cell in cells})
    for track in map(tracks.track, tracks.NAMES):
        for d, resolutions in TABLE[track.letter].items():
            mine = [cell for cell in cells if (cell.track, cell.n_dims) == (track.name, d)]
            assert sorted({cell.resolution for cell in mine}) == resolutions
            samplers = set(presets.DESIGNS) - ({"hypertiling"} if d > 6 else set())
            assert {cell.sampler for cell in mine} == samplers
            assert {cell.batch for cell in mine} == set(range(BATCHES[track.letter]))
            assert len(mine) == len(resolutions) * len(samplers) * BATCHES[track.letter]
    assert not any(cell.live or cell.variant for cell in cells)


def test_what_is_missing_cannot_be_made():
    """The missing cells are those of designs that refuse so many hyperparameters, and each has a reason."""
    gone = presets.missing("source")
    assert [(cell.sampler, cell.n_dims, cell.resolution) for cell, _ in gone] == [
        ("hypertiling", 7, 2),
        ("hypertiling", 8, 2),
    ]
    for cell, reason in gone:
        assert reason == presets.MISSING[cell.sampler]
        with pytest.raises(ValueError, match="hypertilings are made for 2 to 6 hyperparameters"):
            designs.make(cell.sampler, cell.n_points, cell.n_dims)


def test_presets_grow():
    """The quick study is part of the source's, and that of the full one with its learners and variants."""
    quick, source, full = (set(presets.preset(name)) for name in ("quick", "source", "full"))
    assert quick < source < full
    more = full - source
    assert {cell.sampler for cell in more} == {*presets.DESIGNS, "jittered", "sobol", "rsa-lhs", "gp", "tpe"}
    assert max(cell.n_points for cell in more if cell.sampler in ("gp", "tpe")) == 64
    assert {(cell.track, cell.n_dims, cell.variant) for cell in more if cell.variant} == {
        ("trees", 3, "idle"),
        *((name, 2, "ranges") for name in tracks.NAMES),
    }
    assert ("networks", 3) in {(cell.track, cell.n_dims) for cell in more}


def test_live_presets_have_the_same_cells_without_variants():
    """Live is the same study, really trained."""
    recorded = [cell._replace(live=True) for cell in presets.preset("full") if not cell.variant]
    assert presets.preset("full", live=True) == recorded


def test_an_unknown_preset_is_refused():
    """The message lists the presets."""
    with pytest.raises(ValueError, match="a preset must be one of quick, source, full; it is 'all'"):
        presets.preset("all")
