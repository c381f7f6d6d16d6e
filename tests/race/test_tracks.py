"""What a study is raced on: families of objectives, one member for each data batch."""

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.race import tracks

OBJECTIVES = [(name, d, "") for name in tracks.NAMES for d in tracks.track(name).dims]
VARIANTS = [("trees", 3, "idle"), *((name, 2, "ranges") for name in tracks.NAMES)]


def test_tracks_are_those_of_the_source():
    """Trees, networks and photographs, with the source's letters, data and numbers of batches."""
    found = {name: (tracks.track(name).letter, tracks.track(name).data) for name in tracks.NAMES}
    assert found == {
        "trees": ("T", "danish_housing"),
        "networks": ("N", "aleph"),
        "photographs": ("C", "cifar10"),
    }
    for name, n_batches in {"trees": 44, "networks": 10, "photographs": 10}.items():
        assert tracks.track(name).n_batches() == tracks.track(name).objective(2).n_batches == n_batches
    assert tracks.track("trees").dims == (2, 3, 4, 5, 6, 7, 8)


@pytest.mark.parametrize(("name", "n_dims", "variant"), OBJECTIVES + VARIANTS)
def test_a_family_gives_the_member_of_a_batch(name, n_dims, variant):
    """Each family has a space of d axes; its members know their batch, losses, expected losses and optimum."""
    family = tracks.track(name).objective(n_dims, variant=variant)
    last = tracks.track(name).n_batches() - 1
    for batch in (0, last):
        member = family.draw(batch)
        assert member.member == batch
        assert member.space.n_dims == n_dims
        config = member.space.from_unit(np.full(n_dims, 0.3))
        assert np.isfinite(member.evaluate([config], seeds=[5])).all()
        assert np.isfinite(member.expected(config))
        assert member.optimum > 0


def test_idle_axes_change_nothing_and_ranges_are_each_batchs_own():
    """The idle variant has the losses of the two-dimensional landscape; ranges of 0.8 differ between batches."""
    idle = tracks.track("trees").objective(3, variant="idle").draw(3)
    plain = tracks.track("trees").objective(2).draw(3)
    config = plain.space.from_unit(np.array([0.2, 0.7]))
    for value in (0.0, 0.9):
        assert idle.expected({**config, "idle_1": value}) == plain.expected(config)
    family = tracks.track("networks").objective(2, variant="ranges")
    rates = [family.draw(batch).space.domains["learning_rate"] for batch in range(4)]
    whole = family.space.domains["learning_rate"]
    shares = [np.log(rate.high / rate.low) / np.log(whole.high / whole.low) for rate in rates]
    assert shares == pytest.approx([0.8] * 4)
    assert len({rate.low for rate in rates}) == 4


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "n_dims"), [("networks", 2), ("networks", 3), ("trees", 2)])
def test_live_objectives_have_the_space_of_the_recorded_ones(name, n_dims):
    """What is trained is what was recorded: the same axes, fixed values and number of batches."""
    recorded = tracks.track(name).objective(n_dims)
    live = tracks.track(name).objective(n_dims, live=True)
    assert live.space.describe() == recorded.space.describe()
    assert live.n_batches == recorded.n_batches


def test_edge_batches_are_those_with_the_minimum_on_the_border():
    """Brute force over the recorded grid: on an edge batch no inner point is as good as the border's best."""
    for name in tracks.NAMES:
        found = []
        for batch in range(tracks.track(name).n_batches()):
            losses = problems.landscapes.landscape(tracks.track(name).landscapes[2], batch=batch).grid().losses
            if losses[1:-1, 1:-1].min() > losses.min():
                found.append(batch)
        assert tracks.edge_batches(name) == found


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("ice", {}, "a track must be one of trees, networks, photographs"),
        ("networks", {"n_dims": 4}, "networks has 2, 3 hyperparameters"),
        ("networks", {"n_dims": 2, "variant": "odd"}, "a variant must be one of"),
        ("networks", {"n_dims": 2, "variant": "idle"}, "there are variants trees, d = 3, 'idle'"),
        ("trees", {"n_dims": 3, "variant": "idle", "live": True}, "leave live out"),
    ],
)
def test_what_is_not_there_is_refused(name, arguments, said):
    """The message says what there is."""
    with pytest.raises(ValueError, match=said):
        tracks.track(name).objective(**arguments)
