"""The picture of a recorded table holds its own numbers: means, noise, optima, each in its place."""

from dataclasses import replace

import numpy as np
import pytest
import recordings

from hpo_tutor.problems.landscapes.files import Axis, Recorded
from hpo_tutor.scenes.layers import Heatmap, Line, Points
from hpo_tutor.scenes.recordings import board


def of_kind(scene, kind):
    """The layers of a kind."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


def marked(scene):
    """Where the star and the discs stand, with the discs' diameters."""
    star, *discs = sorted(of_kind(scene, Points), key=lambda layer: layer.symbol != "star")
    sizes = {(x, y): size for disc in discs for x, y, size in zip(disc.x, disc.y, disc.size, strict=True)}
    return list(zip(star.x.tolist(), star.y.tolist(), strict=True)), sizes


def test_a_map_shows_the_mean_and_the_noise_of_data_batch_0():
    """Cells stand in the order of the axes; neither is skewed here, so that the numbers themselves are shaded."""
    table = recordings.grid()
    (mean, noise), (bar, noise_bar) = board(table).rows
    losses = table.losses[0].astype(float)
    (heatmap,) = of_kind(mean, Heatmap)
    assert heatmap.z == pytest.approx(losses.mean(axis=0).T)
    assert of_kind(noise, Heatmap)[0].z == pytest.approx(losses.std(axis=0, ddof=1).T, abs=1e-6)
    assert (mean.x.label, mean.y.label) == ("learning_rate (log scale)", "max_depth (splits)")
    assert bar.x.label == "rmse (ln(price))"
    assert noise_bar.x.label == "standard deviation (ln(price))"


def test_the_optima_are_marked_where_the_bowls_are_lowest():
    """A star for data batch 0, one disc of twice the area where both others are best."""
    star, discs = marked(board(recordings.grid()).rows[0][0])
    assert star == [pytest.approx((0.1, 5))]
    assert list(discs) == [pytest.approx((0.01, 3))]
    alone = marked(board(recordings.grid(axes=(recordings.RATE, recordings.WIDTH))).rows[0][0])[1]
    assert max(discs.values()) ** 2 == pytest.approx(2 * max(alone.values()) ** 2)


def test_one_seed_has_no_map_of_the_noise():
    """Only the mean and its bar are drawn."""
    table = recordings.grid()
    alone = replace(table, losses=table.losses[:, :1], about={**table.about, "seeds": [4]})
    assert [len(row) for row in board(alone).rows] == [1, 1]


def test_three_axes_are_drawn_in_panels_along_the_shortest():
    """Each panel is a slice at one width, in the shades of the whole; each optimum is marked in its own panel."""
    table = recordings.grid(axes=(recordings.RATE, recordings.WIDTH, recordings.DEPTH))
    *rows, (bar,) = board(table).rows
    panels = [panel for row in rows for panel in row]
    assert [panel.title for panel in panels] == ["width 4", "width 8", "width 16"]
    means = table.losses[0].astype(float).mean(axis=0)
    for i, panel in enumerate(panels):
        (heatmap,) = of_kind(panel, Heatmap)
        assert heatmap.z == pytest.approx(means[:, i].T)
        assert (heatmap.low, heatmap.high) == pytest.approx((means.min(), means.max()))
        assert (bar.x.low, bar.x.high) == pytest.approx((means.min(), means.max()))
    assert [marked(panel)[0] for panel in panels] == [[], [pytest.approx((0.1, 5))], []]
    assert [list(marked(panel)[1]) for panel in panels] == [[], [pytest.approx((0.01, 3))], [pytest.approx((0.01, 3))]]


def test_a_gap_among_the_panels_tells_the_lowest_mean_in_each():
    """Five panels leave one place: a line for each data batch through its lowest means, lowest at its optimum."""
    widths = Axis("width", (4, 8, 16, 32, 64), log=True, whole=True, unit="units")
    losses = np.random.default_rng(0).uniform(1, 2, (3, 2, 6, 7, 5)).astype(np.float32)
    axes = (
        Axis("learning_rate", tuple(10.0**-n for n in range(5, -1, -1)), log=True),
        Axis("l2", tuple(range(7))),
        widths,
    )
    *panels, lowest, _bar = board(Recorded("a", axes, losses, recordings.about())).scenes()
    assert len(panels) == 5
    others, first = of_kind(lowest, Line)
    wanted = losses.astype(float).mean(axis=1).min(axis=(1, 2)).T
    assert first.y == pytest.approx(wanted[:, 0])
    assert others.y == pytest.approx(wanted[:, 1:])
    star, discs = marked(lowest)
    lows = wanted.min(axis=0)
    assert [star[0][1], *sorted(y for _, y in discs)] == pytest.approx([lows[0], *sorted(lows[1:])])


def test_many_values_of_the_shortest_axis_are_drawn_at_eight_of_them():
    """Both ends are among the eight, and every optimum is in the panel nearest to it."""
    values = tuple(range(1, 21))
    axes = tuple(Axis(name, values[:n], whole=True) for name, n in (("a", 20), ("b", 17), ("c", 20)))
    losses = np.random.default_rng(1).uniform(1, 2, (9, 1, 20, 17, 20)).astype(np.float32)
    rows = board(Recorded("b", axes, losses, {**recordings.about(), "seeds": [0]})).rows
    panels = [panel for row in rows for panel in row if panel.title.startswith("b ")]
    shown = [int(panel.title.removeprefix("b ")) for panel in panels]
    assert (len(shown), shown[0], shown[-1]) == (8, 1, 17)
    for batch, losses_of in enumerate(losses[:, 0]):
        a, b, c = (i + 1 for i in np.unravel_index(losses_of.argmin(), losses_of.shape))
        nearest = min(range(8), key=lambda k: abs(shown[k] - b))
        star, discs = marked(panels[nearest])
        assert (a, c) in (star if batch == 0 else discs)


@pytest.mark.parametrize("skewed", [False, True])
def test_the_bar_names_each_shade_by_its_loss(skewed):
    """The shade at a label is the one that a cell of that loss has, found between the cells' own losses and shades."""
    losses = np.linspace(0.5, 9, 40 * 30)
    losses = losses if not skewed else 0.5 + (losses - 0.5) ** 5
    axes = (Axis("a", tuple(range(40))), Axis("b", tuple(range(30))))
    table = Recorded("c", axes, losses.reshape(1, 1, 40, 30).astype(np.float32), {**recordings.about(), "seeds": [0]})
    (panel,), (bar,) = board(table).rows
    means, shades = np.sort(losses), np.sort(of_kind(panel, Heatmap)[0].z.ravel())
    assert ("log shades" in bar.x.label) is skewed
    assert len(bar.x.ticks) >= 5
    for at, text in bar.x.ticks:
        assert np.interp(float(text), means, shades) == pytest.approx(at, abs=0.01 * float(np.ptp(shades)))


def test_a_random_sample_is_drawn_against_each_hyperparameter():
    """A dot a configuration at its mean, numbers in their place, whole numbers and options within their own half."""
    made = recordings.fitted()
    panels = [scene for scene in board(made).scenes() if of_kind(scene, Points)]
    means = made.losses[0].astype(float).mean(axis=0)
    for (name, domain), panel in zip(made.domains.items(), panels, strict=True):
        (dots,) = [layer for layer in of_kind(panel, Points) if layer.outline is None]
        assert dots.y == pytest.approx(means)
        values = [config[name] for config in made.configs]
        options = getattr(domain, "options", None)
        places = np.array([options.index(value) if options else value for value in values])
        assert np.abs(dots.x - places).max() < (1e-6 if name in ("learning_rate", "dropout") else 0.31)
        star, discs = marked(replace(panel, layers=[layer for layer in panel.layers if layer is not dots]))
        optima = [
            (options.index(found["config"][name]) if options else found["config"][name], found["loss"])
            for found in made.about["optima"]
        ]
        assert star == [pytest.approx(optima[0])]
        assert sorted(discs) == [pytest.approx(place) for place in sorted(optima[1:])]
        assert panel.x.low <= dots.x.min() <= dots.x.max() <= panel.x.high


def test_the_configurations_of_a_sample_are_ranked():
    """Five panels leave a gap: a line for each data batch from its best configuration to its worst."""
    made = recordings.fitted()
    rows = board(made).rows
    assert [len(row) for row in rows] == [3, 3]
    others, first = of_kind(rows[-1][-1], Line)
    means = np.sort(made.losses.astype(float).mean(axis=1), axis=1)
    assert (first.y[0], first.y[-1]) == pytest.approx((means[0, 0], means[0, -1]))
    assert others.y[[0, -1]] == pytest.approx(means[1:, [0, -1]].T)


def test_a_grid_of_one_axis_is_refused():
    """The error says what can be drawn."""
    table = recordings.grid()
    line = Recorded("line", table.axes[:1], table.losses[..., 0], table.about)
    with pytest.raises(ValueError, match="two or three hyperparameters, line has 1"):
        board(line)
