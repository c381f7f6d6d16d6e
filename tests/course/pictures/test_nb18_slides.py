"""The pictures of the talk of notebook 18 say in few words what their tables hold."""

import re

import numpy as np
import pytest
from online_tables import N_EPOCHS, rivals, starts

from hpo_tutor.course.pictures.nb18 import chain, drag, field, field_map, slides
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.layers import Line, Points
from hpo_tutor.scenes.ticks import number

TABLE = starts()
L2S, NOISES = np.linspace(-5.5, -2.5, 5), np.linspace(0, 0.8, 9)
EXACT = TABLE[(TABLE["rule"] == "exact") & (TABLE["size"] == "shallow")]


def valley(lowest=0.4):
    """A loss that is smallest at noise 0.4 and l2 = -3; pushes to more of both, as strong as the noise is large."""
    l2, noise = np.meshgrid(L2S, NOISES)
    losses = (noise - lowest) ** 2 + 0.01 * (l2 + 3) ** 2
    pushes = np.stack([noise, noise], axis=-1)
    return field.Field(L2S, NOISES, losses[None], {"exact": dict.fromkeys(field.THIRDS, pushes)})


MAP = valley()
MINUS = "\N{MINUS SIGN}"


def numbers(sentence):
    """All numbers of a sentence that are no part of a name."""
    found = re.findall(rf"(?<![A-Za-z]){MINUS}?\d[\d.]*(?<=\d)", sentence)
    return [float(one.replace(MINUS, "-")) for one in found]


def named(scene, name):
    """The layers of a scene that the legend calls so."""
    return [layer for layer in scene.layers if getattr(layer, "name", "") == name]


# --- a network that learns by heart ---


def test_t1_alone_would_lose_its_penalty():
    """The penalty is held, falls to the bottom of its range, or comes back: by who is asked."""
    nobody, t1, t2 = (slides.fitted(asked) for asked in slides.ASKED)
    assert np.all(nobody.paths == pytest.approx(slides.WEAK))
    assert t1.paths[:, -1] == pytest.approx(slides.KNOB.low, abs=0.01)
    assert t2.paths[:, -1].min() > slides.WEAK + 1.5
    assert t2.t2[-5:].mean() < 0.9 * nobody.t2[-5:].mean()
    assert len(nobody.t1) == len(nobody.t2) == slides.EPOCHS
    with pytest.raises(ValueError, match="moved by nobody, T1, T2; got 'T3'"):
        slides.fitted("T3")


@pytest.mark.parametrize("epoch", [1, 20, slides.EPOCHS])
def test_the_puzzle_shows_nothing_beyond_its_epoch(epoch):
    """Neither losses nor penalty; what it tells are the last values of its lines."""
    found, board = slides.fitted("T2"), slides.by_heart("T2", epoch)
    lines = [layer for row in board.rows for layer in row[0].layers if isinstance(layer, Line)]
    assert len(lines) == 3
    assert all(np.max(line.x) == pytest.approx(epoch, abs=1e-9) for line in lines)
    told = numbers(board.sentence)
    assert told[:1] == [epoch]
    assert told[1:3] == pytest.approx([found.t1[epoch - 1], found.t2[epoch - 1]], rel=0.01)
    steps = (found.paths.shape[1] - 1) * epoch // slides.EPOCHS
    assert told[-1] == pytest.approx(np.median(found.paths[:, steps]), abs=0.006)


def test_there_is_no_epoch_0():
    """It is refused, and so is one too many."""
    for epoch in (0, slides.EPOCHS + 1):
        with pytest.raises(ValueError, match="epochs count from 1 to 60"):
            slides.by_heart("T2", epoch)


def test_both_askers_have_a_line_for_each_network():
    """With gaps between them."""
    for asked in ("T1", "T2"):
        (line,) = named(slides.two_askers(), f"{asked} is asked")
        assert np.isnan(line.y).sum() == slides.N_NETWORKS
        assert line.y[np.isfinite(line.y)] == pytest.approx(slides.fitted(asked).paths.ravel())


# --- one step ---


@pytest.mark.parametrize("ell", [-1.5, -0.8, 0.3])
def test_the_chain_tells_a_product_and_a_difference(ell):
    """They agree for the complete formula, and for no other."""
    for formula in chain.FORMULAS:
        first, second, product, measured = numbers(slides.linked(ell, formula).sentence)
        assert product == pytest.approx(first * second, rel=0.02)
        assert (measured == pytest.approx(product, rel=0.01)) == (formula == chain.FORMULAS[0])


def test_walks_tell_where_they_are_and_losses_at_the_end():
    """From the arrays that they were given."""
    paths = np.array([[[-5.0, 0.1], [-4.5, 0.2], [-4.0, 0.3]], [[-3.0, 0.7], [-3.2, 0.6], [-3.4, 0.5]]])
    ends = {"exact": np.array([0.11, 0.12])}
    walks = drag.Walks(paths[:, 0], {"exact": paths}, np.array([0.2, 0.3]), ends, ((-5.0, -3.0), (0.1, 0.7)))
    assert slides.walked(walks, MAP, -5.0, 0.2, 1).sentence == f"Epoch 1: l2 {MINUS}4.5, noise 0.2."
    told = slides.walked(walks, MAP, -3.1, 0.7, 2).sentence
    assert told == f"Epoch 2: l2 {MINUS}3.4, noise 0.5. Validation loss 0.12 nats; start held: 0.3."


def test_wrong_pushes_are_those_up_the_valley():
    """More noise is wrong beyond 0.4, and more l2 beyond -3; without a push there is no right and wrong."""
    pushes, uphill = slides.wrong(MAP, "input noise", "late")
    assert pushes == pytest.approx(np.repeat([0.5, 0.6], 5))
    assert uphill.all()
    pushes, uphill = slides.wrong(MAP, "l2", "late")
    assert pushes == pytest.approx(np.repeat([0.1, 0.2, 0.3], 5))
    assert list(uphill) == [False, False, False, False, True] * 3
    with pytest.raises(ValueError, match="hyperparameters are l2 and input noise; got 'noise'"):
        slides.wrong(MAP, "noise", "late")


def test_horizons_show_each_push_once():
    """In its third; right ones round, wrong ones crossed."""
    board = slides.horizons(valley(0.43))  # between two rows, so that no slope is 0
    assert "in rows chosen where it shows (whole map): " in board.sentence
    l2, noise = np.meshgrid(L2S, NOISES)
    every = [int((noise * (2 * gap) > 1e-9).sum() / 0.45 + 0.5) for gap in (l2 + 3, noise - 0.43)]  # per cent of 45
    l2_map, noise_map = (", ".join([str(share)] * 3) for share in every)
    assert board.sentence.endswith(f": l2 20, 20, 20 ({l2_map}); input noise 100, 100, 100 ({noise_map}).")
    for scene, (n_right, n_wrong) in zip(board.rows[0], [(36, 9), (0, 30)], strict=True):
        for name, n in (("right way", n_right), ("wrong way", n_wrong)):
            (dots,) = named(scene, name)
            assert len(dots.x) == len(dots.y) == n
            assert np.abs(dots.x - np.round(dots.x)).max(initial=0) < 0.5


def test_horizons_take_the_nearest_row_of_a_coarse_map():
    """None lies between 0.05 and 0.35, nor between 0.45 and 0.65."""
    noises = np.array([0.0, 0.04, 0.4, 0.75, 0.8])
    coarse = MAP._replace(noises=noises, losses=MAP.losses[:, :5], pushes={"exact": {
        third: pushes[:5] for third, pushes in MAP.pushes["exact"].items()
    }})  # fmt: skip
    left, right = slides.horizons(coarse).rows[0]
    assert (left.title, right.title) == ("At noise 0.04", "At noise 0.4")
    assert len(slides.wrong(coarse, "input noise", "late")[0]) == len(L2S)
    assert len(slides.wrong(coarse, "input noise", "late", whole=True)[0]) == 5 * len(L2S)


def test_beyond_the_valley_lie_the_crosses():
    """Pushes of equal strength lead uphill where the slope is positive; ends are the table's."""
    scene = slides.beyond(TABLE, MAP)
    l2, noise = np.meshgrid(L2S, NOISES)
    rises = noise * (2 * (noise - 0.4) * 0.8 + 0.02 * (l2 + 3) * 3) > 1e-9  # in shares of the ranges
    (crosses,) = named(scene, "arrow leads uphill")
    assert crosses.x == pytest.approx(l2[rises])
    assert crosses.y == pytest.approx(noise[rises])
    (ends,) = named(scene, "T1-T2 ends")
    assert isinstance(ends, Points)
    assert sorted(ends.y) == pytest.approx(sorted(EXACT["end_noise"]))
    middle = number(np.median(EXACT["end_noise"]))
    assert scene.sentence == f"Uphill: {rises.sum()} of 45 places. Median noise at the end {middle}, best 0.4."


# --- results ---


@pytest.mark.parametrize("epoch", [0, N_EPOCHS])
def test_slides_tell_medians_of_the_table(epoch):
    """Of the swarm and of both rules; the source's noise ends at 0 by construction."""
    l2, noise = (np.median([path[epoch] for path in EXACT[f"path_{name}"]]) for name in ("l2", "input_noise"))
    told = f"Epoch {epoch}, 20 starts. Medians: l2 {number(l2)}, noise {number(noise)}."
    assert slides.swarm(TABLE, epoch).sentence == told
    other = number(noise) if epoch == 0 else "0"
    board = slides.two_rules(TABLE, epoch)
    assert board.sentence == f"Epoch {epoch}. Median noise: {number(noise)} and, in the source's program, {other}."
    assert len(board.rows[0]) == 2


def test_slides_count_the_rescued():
    """In a plain loop."""
    rows = TABLE[TABLE["rule"] == "exact"]
    bad = rescued = near = 0
    for size, group in rows.groupby("size"):
        limit = summaries.BAD * rows.loc[rows["size"] == size, "online_test_error"].median()
        for before, after in zip(group["before_test_error"], group["online_test_error"], strict=True):
            bad += not before <= limit
            rescued += not before <= limit and after <= limit
            near += abs(after - before) <= summaries.NEAR
    assert slides.worth(TABLE).sentence == f"60 starts: {bad} bad, {rescued} of them rescued; {near} near the diagonal."


def test_slides_tell_the_rivals_and_the_cost():
    """Overheads of 10, 12, 14 and 16 per cent have the mean 13."""
    assert slides.cost(TABLE).sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "More time for an epoch: shallow 13 %, medium 13 %, deep 13 %."
    )
    raced = rivals()
    best = raced[raced["method"] == "gp"].groupby("seed")["test_error"].min()  # losses rank as errors do
    low, high = slides.same_time(raced).sentence.split("Bayesian optimisation ")[1].rstrip(".").split(" to ")
    assert (float(low) + float(high)) / 2 == pytest.approx(100 * best.mean(), abs=0.01)


def test_slides_have_few_words():
    """At most 40 with their title."""
    pictures = [slides.swarm(TABLE, 3), slides.two_rules(TABLE, 3), slides.worth(TABLE), slides.cost(TABLE)]
    pictures += [slides.same_time(rivals()), slides.beyond(TABLE, MAP), slides.horizons(MAP), slides.linked(-0.8)]
    pictures += [slides.arrows(MAP, "all", shown) for shown in field_map.ARROWS]
    assert all(len(picture.sentence.split()) <= 30 for picture in pictures)
