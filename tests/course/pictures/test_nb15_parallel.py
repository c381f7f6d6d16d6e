"""Parallel coordinates of notebook 15: every line runs where its config is."""

import re

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.pictures.nb15 import parallel
from hpo_tutor.problems.tasks import task
from hpo_tutor.scenes.stage import legend
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace

DOMAINS = task("digits-autoencoder").domains
BY = ("n_conv", "n_dense")


def table(n=120, seed=0):
    """Random configs with random losses, two of them unknown."""
    known = task("digits-autoencoder")
    rng = np.random.default_rng(seed)
    space = SearchSpace(dict(known.domains), constraints=known.constraints)
    rows = pd.DataFrame([space.sample(rng) for _ in range(n)])
    losses = rng.uniform(2, 6, size=n)
    losses[[3, 30]] = np.nan
    return rows.assign(loss=losses)


def runs(line, d):
    """The places of each line of a layer, (k, d)."""
    x = np.append(np.asarray(line.x, dtype=float), np.nan).reshape(-1, d + 1)
    assert np.isnan(x[:, -1]).all()
    return x[:, :-1]


def test_places_are_those_of_the_domains_scale():
    """Ends are 0 and 1, whole numbers and options stand at equal steps, a logarithmic axis in powers; nan stays nan."""
    domains = {
        "a": Integer(1, 3),
        "b": Choice((2, 4, 8), ordered=True),
        "c": Float(1e-3, 1e-1, log=True),
        "d": Float(0, 4),
        "e": Choice(("tanh", "relu")),
    }
    rows = pd.DataFrame(
        {"a": [1, 2, 3], "b": [8, np.nan, 4], "c": [1e-3, 1e-2, 1e-1], "d": [0, 1, 4], "e": ["relu", "tanh", "tanh"]}
    )
    expected = [[0, 1, 0, 0, 1], [0.5, np.nan, 0.5, 0.25, 0], [1, 0.5, 1, 1, 0]]
    np.testing.assert_allclose(parallel.places(rows, domains), expected, atol=1e-12)


@pytest.mark.parametrize("share", parallel.SHARES)
def test_the_best_config_runs_through_its_values(share):
    """The bold line stands at the values of the row with the lowest loss, and left of the axis where it has none."""
    rows = table()
    best = rows.loc[rows["loss"].idxmin()]
    scene = parallel.line_scene(rows, DOMAINS, share)
    bold = next(layer for layer in scene.layers if layer.name == "the best config")
    where = runs(bold, len(DOMAINS))[0]
    for place, (name, domain) in zip(where, DOMAINS.items(), strict=True):
        if pd.isna(best[name]):
            assert place == pytest.approx(parallel.NOT_THERE)
        elif isinstance(domain, Choice):
            assert place == pytest.approx(list(domain.options).index(best[name]) / (len(domain.options) - 1))
        elif isinstance(domain, Integer):
            assert place == pytest.approx((best[name] - domain.low) / (domain.high - domain.low))
        else:
            assert place == pytest.approx(np.log(best[name] / domain.low) / np.log(domain.high / domain.low), abs=1e-6)
        assert (f"{name} " in scene.sentence.split(":")[1].split(". The")[0]) == (not pd.isna(best[name]))


@pytest.mark.parametrize("seed", range(3))
def test_lines_of_the_others_stay_nearer_to_their_values_than_to_any_other(seed):
    """Rounded to the nearest value of a choice, each drawn line is one of the configs with a known loss."""
    rows = table(seed=seed)
    scene = parallel.line_scene(rows, DOMAINS)
    d = len(DOMAINS)
    truth = parallel.places(rows[rows["loss"].notna()], DOMAINS)
    truth = np.where(np.isnan(truth), parallel.NOT_THERE, truth)
    drawn = [runs(layer, d) for layer in scene.layers if layer.name in ("another config", "one of the best")]
    assert sum(map(len, drawn)) == len(truth)
    for line in np.concatenate(drawn):
        assert np.abs(truth - line).max(axis=1).min() <= parallel.JITTER / 2 + 1e-6


def test_many_configs_are_thinned_from_the_first_to_the_last():
    """Of more lines than can be told apart an even choice by rank is drawn, the best and the last among them."""
    scene = parallel.line_scene(table(1800), DOMAINS, 0.1)
    counts = {
        layer.name: len(runs(layer, len(DOMAINS))) for layer in scene.layers if hasattr(layer, "dash") and layer.name
    }
    assert counts == {
        "another config": parallel.MOST_LINES,
        "one of the best": parallel.MOST_LINES,
        "the best config": 1,
    }
    assert scene.title.startswith("the best 180 of 1798")


def test_a_tile_has_the_axes_of_its_layers_alone():
    """In the tile of one convolution and two dense layers neither the switches nor absent layers have an axis."""
    rows = table(200)
    player = parallel.line_player(rows, DOMAINS, "lines", by=BY)
    from hpo_tutor.widgets.unpacking import n_frames, picture

    assert n_frames(player.frames) == 10 * len(parallel.SHARES)
    scene = next(picture(player.frames, 2 * len(parallel.SHARES)).scenes())
    axes = [text for _, text in scene.y.ticks]
    assert axes == ["filters_1", "kernel_1", "stride_1", "pool_1", "units_1", "units_2", "learning_rate"]
    n = int((rows["n_conv"].eq(1) & rows["n_dense"].eq(2) & rows["loss"].notna()).sum())
    assert f"of {n}:" in scene.title


def test_the_legend_is_the_same_for_every_dial():
    """Names do not change with the tile or the share."""
    rows = table()
    scenes = [parallel.line_scene(rows, DOMAINS, share) for share in parallel.SHARES]
    assert len({tuple(legend([scene])) for scene in scenes}) == 1


def test_the_sentence_counts_agreement_right():
    """The value named as most common among the best is, and its count is right."""
    rows = table(300, seed=5)
    known = rows[rows["loss"].notna()]
    best = known.nsmallest(round(0.1 * len(known)), "loss")
    said = parallel.line_scene(rows, DOMAINS).sentence
    claims = re.findall(r"([a-z_0-9]+) (\d+) \((\d+) of (\d+)\)", said)
    assert len(claims) == 3
    for name, value, count, of in claims:
        there = best[name].dropna()
        assert (there == int(value)).sum() == int(count) == there.value_counts().max()
        assert len(there) == int(of)


def test_no_axis_is_refused():
    """Without a hyperparameter there is nothing to run through."""
    with pytest.raises(ValueError, match="at least one hyperparameter"):
        parallel.line_scene(table(), {})
