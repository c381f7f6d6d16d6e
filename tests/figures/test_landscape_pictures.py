"""The file of a landscape's picture: read back by its own axes, it says what the table says, on any page."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
import recordings

from hpo_tutor.figures.landscape_pictures import picture, write
from hpo_tutor.problems import landscapes
from hpo_tutor.problems.landscapes import files, sample_files
from hpo_tutor.problems.landscapes.learning_curves import SPEEDS
from hpo_tutor.scenes import looks, recorded_curves

SVG = "{http://www.w3.org/2000/svg}"
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
NAMES = landscapes.names()
ABOUTS = {name: landscapes.about(name) for name in NAMES}
CURVES = [name for name in NAMES if SPEEDS in ABOUTS[name]]
GRIDS = [name for name in NAMES if ABOUTS[name].get("kind") != sample_files.KIND and name not in CURVES]


class Panel:
    """One panel of a picture, whose pixels are turned back into values by the numbers at its axes.

    Attributes:
        title: above it.
        across, up: (pixel, text) of the labels at its axes.
    """

    def __init__(self, svg, rectangle):
        left, top, width, height = (float(rectangle.get(name)) for name in ("x", "y", "width", "height"))
        self._box = left - 0.5, left + width + 0.5, top - 0.5, top + height + 0.5
        texts = [(float(text.get("x", -1)), float(text.get("y", -1)), text.text) for text in svg.iter(f"{SVG}text")]
        self.across = [(x, text) for x, y, text in texts if abs(y - top - height - 18) < 0.1 and self.holds(x, top)]
        self.up = [(y - 4, text) for x, y, text in texts if abs(x - left + 8) < 0.1 and self.holds(left, y - 4)]
        self.title = next((text for x, y, text in texts if (x, y) == pytest.approx((left, top - 10), abs=0.1)), "")

    def holds(self, x, y):
        """Whether a pixel lies in the panel."""
        left, right, top, bottom = self._box
        return left <= x <= right and top <= y <= bottom

    def value(self, place, x_log, y_log):
        """The values at a pixel."""
        return tuple(
            between(at, labels, log)
            for at, labels, log in zip(place, (self.across, self.up), (x_log, y_log), strict=True)
        )

    def marks(self, svg):
        """Pixels of the stars and of the discs in it."""
        stars = []
        for star in svg.iter(f"{SVG}polygon"):
            corners = np.array([corner.split(",") for corner in star.get("points").split()], dtype=float)
            stars.append(tuple(corners.mean(axis=0)))
        discs = [(float(disc.get("cx")), float(disc.get("cy"))) for disc in svg.iter(f"{SVG}circle")]
        return [at for at in stars if self.holds(*at)], [at for at in discs if self.holds(*at)]


def between(at, labels, log):
    """The value at a pixel, by the first and the last label of the axis."""
    (first, low), (last, high) = ((pixel, number(text)) for pixel, text in (labels[0], labels[-1]))
    share = (at - first) / (last - first)
    return low * (high / low) ** share if log else low + (high - low) * share


def number(text):
    """The number that a label writes."""
    power = re.fullmatch("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    return 10.0 ** int(power[1].translate(SUPERSCRIPTS)) if power else float(text.replace("\N{MINUS SIGN}", "-"))


def parsed(source):
    """The SVG's root, and its panels in order."""
    svg = ElementTree.fromstring(source)
    return svg, [Panel(svg, clip.find(f"{SVG}rect")) for clip in svg.iter(f"{SVG}clipPath")]


@pytest.mark.parametrize("name", NAMES)
def test_each_landscape_has_the_picture_of_its_table(name):
    """Drawn again it is the same, byte for byte; it is not too large for a page."""
    path = files.checkout_folder() / "pictures" / f"{name}.svg"
    assert path.read_text(encoding="utf-8") == picture(landscapes.recorded(name)), "run hpo-tutor record --pages"
    assert path.stat().st_size < 120_000


def number_of(axis, shown):
    """The place among an axis' values of one that a title shows rounded."""
    return int(np.abs(np.array(axis.values) / shown - 1).argmin())


@pytest.mark.parametrize("name", GRIDS)
def test_the_marks_lie_where_the_recorded_means_are_lowest(name):
    """Read back by the numbers at the axes, a map's star and discs are the optima of the batches that belong there."""
    table = landscapes.recorded(name)
    steps = min(table.axes, key=lambda axis: len(axis.values)) if len(table.axes) == 3 else None
    flat = [axis for axis in table.axes if axis is not steps]
    svg, panels = parsed(picture(table))
    if steps:
        maps = {number(panel.title.split()[-1]): panel for panel in panels if panel.title.startswith(steps.name)}
    else:
        maps = {None: panels[0]}
    found = {key: panel.marks(svg) for key, panel in maps.items()}
    for batch, means in enumerate(table.losses.astype(float).mean(axis=1)):
        place = np.unravel_index(means.argmin(), means.shape)
        best = {axis.name: axis.values[i] for axis, i in zip(table.axes, place, strict=True)}
        key = steps and min(maps, key=lambda shown: abs(number_of(steps, shown) - number_of(steps, best[steps.name])))
        stars, discs = found[key]
        places = [maps[key].value(at, *(axis.log for axis in flat)) for at in (discs if batch else stars)]
        assert any(at == pytest.approx([best[axis.name] for axis in flat], rel=0.03) for at in places)
    assert sum(len(stars) for stars, _ in found.values()) == 1
    assert sum(len(discs) for _, discs in found.values()) < len(table.losses)


@pytest.mark.parametrize("name", CURVES)
def test_the_stars_of_curves_lie_where_the_last_losses_are_lowest(name):
    """Read back by the numbers at its axes, each hyperparameter's panel has the best mean after the last epoch."""
    table = landscapes.recorded(name)
    svg, panels = parsed(picture(table))
    logs = {scene.title: scene.y.log for row in recorded_curves.board(table).rows for scene in row}
    means = table.losses[0, ..., -1].astype(float).mean(axis=0)
    place = np.unravel_index(means.argmin(), means.shape)
    for axis, i in zip(table.axes[:-1], place, strict=True):
        (panel,) = [one for one in panels if one.title.endswith(f" at each {axis.name}")]
        ((x, y),), _ = panel.marks(svg)
        assert between(x, panel.across, axis.log) == pytest.approx(axis.values[i], rel=0.03, abs=0.01)
        assert between(y, panel.up, logs[panel.title]) == pytest.approx(means.min(), rel=0.03)


@pytest.mark.parametrize("name", ["digits", "aleph"])
def test_a_map_in_strokes_has_every_cell_once_and_darker_where_the_loss_is_lower(name):
    """Unrolled, the runs of the first map cover the grid once, and their shades are in the order of the means."""
    table = landscapes.recorded(name)
    group = ElementTree.fromstring(picture(table)).find(f".//{SVG}g[@shape-rendering]")
    means = table.losses[0].astype(float).mean(axis=0)
    shown = np.full(means.shape, np.nan)
    for path in group:
        for column, row, length in re.findall(r"M(\d+) (\d+)h(\d+)", path.get("d")):
            cells = slice(int(column), int(column) + int(length)), int(row)
            assert np.isnan(shown[cells]).all()
            shown[cells] = sum(looks.channels_of(path.get("stroke")))
    assert np.isfinite(shown).all()
    assert (np.diff(shown.ravel()[means.argsort(axis=None)]) >= 0).all()
    assert len(np.unique(shown)) > 40


def test_the_strokes_fill_the_panel_upwards():
    """The first column begins at the panel's left rim less half a cell, the first row is at the bottom."""
    svg, panels = parsed(picture(recordings.grid()))
    group = svg.find(f".//{SVG}g[@shape-rendering]")
    left, bottom, wide, tall = map(float, re.findall(r"[-\d.]+", group.get("transform")))
    (rate, _), (_, depth) = ((panels[0].across[i][0], panels[0].up[i][0]) for i in (0, -1))
    # of 4 rates and 5 depths, the first rate's cell is centred on its label, and so is the last depth's
    assert left + wide / 2 == pytest.approx(rate, abs=0.1)
    assert bottom + 4 * tall == pytest.approx(depth, abs=0.1)
    assert tall < 0 < wide


def test_the_dots_of_a_sample_are_its_configurations():
    """Read back by the numbers at the axes, each dot is a configuration's learning rate and its mean loss."""
    made = recordings.fitted()
    svg, panels = parsed(picture(made))
    dots = next(path for path in svg.iter(f"{SVG}path") if path.get("stroke-linecap") == "round")
    places = [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", dots.get("d"))]
    assert len(places) == len(made.configs)
    log = any(text.text == "rmse (ln(price)), log scale" for text in svg.iter(f"{SVG}text"))
    means = made.losses[0].astype(float).mean(axis=0)
    for place, config, mean in zip(places, made.configs, means, strict=True):
        assert panels[0].value(place, True, log) == pytest.approx((config["learning_rate"], mean), rel=0.03)
    stars, discs = panels[0].marks(svg)
    rates = [found["config"]["learning_rate"] for found in made.about["optima"]]
    found = [panels[0].value(at, True, log)[0] for at in stars + discs]
    assert found[0] == pytest.approx(rates[0], rel=0.03)
    assert sorted(found[1:]) == pytest.approx(sorted(rates[1:]), rel=0.03)


def test_a_picture_stands_alone():
    """No script, no picture inside, no address but that of SVG itself; a title, a description, ink for both grounds."""
    cube = recordings.grid(axes=(recordings.RATE, recordings.DEPTH, recordings.WIDTH))
    for table in (recordings.grid(), cube, recordings.fitted()):
        source = picture(table)
        svg, _ = parsed(source)
        assert svg[0].tag == f"{SVG}title"
        assert table.about["loss_name"] in svg[0].text
        assert "wanders" in svg.find(f"{SVG}desc").text
        assert not {"script", "image", "foreignObject"} & {element.tag.removeprefix(SVG) for element in svg.iter()}
        assert re.findall(r"https?://[^\"' ]+|url\((?!#)[^)]*", source) == ["http://www.w3.org/2000/svg"]
        assert "prefers-color-scheme:dark" in svg.find(f"{SVG}style").text


def test_the_ink_is_legible_on_both_grounds():
    """Text has a contrast of 7 or more to the ground that comes with it, by the rule of WCAG 2."""
    style = ElementTree.fromstring(picture(recordings.grid())).find(f"{SVG}style").text
    inks, grounds = (re.findall(rf"{name}:(#\w+)", style) for name in ("font-color1", "layout-color0"))
    assert len(inks) == len(grounds) == 2
    for pair in zip(inks, grounds, strict=True):
        dark, light = sorted(map(luminance, pair))
        assert (light + 0.05) / (dark + 0.05) > 7


def luminance(color):
    """Relative luminance, as WCAG 2 defines it."""
    channels = [channel / 255 for channel in looks.channels_of(color)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_picture_is_written_beside_its_table(tmp_path):
    """The file lies in pictures/ under the table's name, and holds what is drawn of what was read."""
    table = recordings.grid()
    path = write(recordings.folder_of(tmp_path, table), table.name)
    assert path == tmp_path / "pictures" / "bowls.svg"
    assert path.read_text(encoding="utf-8") == picture(table)
