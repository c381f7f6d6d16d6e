"""The pictures of the talk of notebook 18 say in few words what their tables hold."""

import numpy as np
import pytest
from online_tables import N_EPOCHS, rivals, starts, tuning_sets

from hpo_tutor.course.pictures.nb18 import slides
from hpo_tutor.race.experiments.online import summaries
from hpo_tutor.scenes.ticks import number

TABLE = starts()
EXACT = TABLE[(TABLE["rule"] == "exact") & (TABLE["size"] == "shallow")]


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


def test_slides_tell_the_rivals_the_gap_and_the_cost():
    """Overheads of 10, 12, 14 and 16 per cent have the mean 13."""
    assert slides.cost(TABLE).sentence.replace("\N{NO-BREAK SPACE}", " ") == (
        "More time for an epoch: shallow 13 %, medium 13 %, deep 13 %."
    )
    table = tuning_sets()
    wide = table[table["n_tuning"] == 20].assign(gap=lambda rows: rows["validation_loss"] - rows["tuning_loss"])
    gaps = wide.pivot_table("gap", "seed", "knobs")
    few, many = (number(round((gaps[name] - gaps["none"]).mean(), 4)) for name in ("few", "many"))
    told = f"T2 of 20 rows, gap due to tuning: {few} nats with 2, {many} nats with 8 hyperparameters."
    assert slides.gap(table).sentence == told
    raced = rivals()
    best = raced[raced["method"] == "gp"].groupby("seed")["test_error"].min()  # losses rank as errors do
    low, high = slides.same_time(raced).sentence.split("Bayesian optimisation ")[1].rstrip(".").split(" to ")
    assert (float(low) + float(high)) / 2 == pytest.approx(100 * best.mean(), abs=0.01)


def test_slides_have_few_words():
    """At most 40 with their title."""
    pictures = [slides.swarm(TABLE, 3), slides.two_rules(TABLE, 3), slides.worth(TABLE), slides.cost(TABLE)]
    pictures += [slides.same_time(rivals()), slides.gap(tuning_sets())]
    assert all(len(picture.sentence.split()) <= 30 for picture in pictures)
