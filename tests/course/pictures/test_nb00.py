"""The pictures of notebook 00 show the numbers they were given; its map is the README's."""

import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.course.pictures import nb00, syllabus
from hpo_tutor.figures import still
from hpo_tutor.race import compare
from hpo_tutor.scenes.layers import Heatmap, Line, Marks, Points
from hpo_tutor.scenes.ticks import number
from hpo_tutor.widgets import Player

ROOT = Path(__file__).resolve().parents[3]
EPOCHS = np.arange(1, 11)
BY_WIDTH = {4: 2.0 / EPOCHS, 16: 1.0 / EPOCHS, 64: np.append(0.5 / EPOCHS[:9], 30.0)}
BY_SEED = {0: 1.0 / EPOCHS, 7: 1.5 / EPOCHS}


def layers(scene, kind):
    """The layers of one kind, from the bottom up."""
    return [layer for layer in scene.layers if isinstance(layer, kind)]


# --- digits ---------------------------------------------------------------------------------------------------------


def test_digits_stand_upright_with_their_names_below():
    """Each picture lies over its label, its first row at the top, ink dark; a gap divides neighbours."""
    images = np.arange(3 * 8 * 8, dtype=float).reshape(3, 8, 8)
    scene = nb00.digits(images, [5, 0, 9])
    (shades,) = layers(scene, Heatmap)
    drawn = np.asarray(shades.z)[::-1]  # a heatmap's first row is the lowest
    for k, (at, label) in enumerate(scene.x.ticks):
        left = k * 9
        np.testing.assert_array_equal(drawn[:, left : left + 8], -images[k])
        assert left < at < left + 8
        assert label == str([5, 0, 9][k])
    assert np.isnan(drawn[:, 8]).all()
    assert "5, 0 and 9" in scene.sentence


# --- learning curves ------------------------------------------------------------------------------------------------


def test_curves_are_those_that_were_trained():
    """On the left a line for each width, on the right one for each seed, over epochs from 1."""
    left, right = nb00.learning_curves(0.01, BY_WIDTH, BY_SEED, width=16).scenes()
    for scene, given in ((left, BY_WIDTH), (right, BY_SEED)):
        for line, curve in zip(layers(scene, Line), given.values(), strict=True):
            np.testing.assert_array_equal(line.x, EPOCHS)
            np.testing.assert_allclose(line.y, curve, rtol=1e-6)


def test_wider_networks_have_thicker_lines():
    """Thickness grows with the width; the seeds' lines are as thick as that of their width."""
    left, right = nb00.learning_curves(0.01, BY_WIDTH, BY_SEED, width=16).scenes()
    thickness = [line.width for line in layers(left, Line)]
    assert thickness == sorted(thickness)
    assert len(set(thickness)) == 3
    assert {line.width for line in layers(right, Line)} == {thickness[1]}
    assert [line.name for line in layers(left, Line)] == ["4 units", "16 units", "64 units"]


def test_a_point_marks_where_each_curve_is_lowest():
    """Also where the curve climbs again."""
    left, _ = nb00.learning_curves(0.01, BY_WIDTH, BY_SEED, width=16).scenes()
    (points,) = layers(left, Points)
    assert list(points.x) == [10, 10, 9]
    np.testing.assert_allclose(points.y, [0.2, 0.1, 0.5 / 9], rtol=1e-6)


def test_guessing_is_what_a_uniform_guess_costs():
    """The line across lies at the cross-entropy of ten equal probabilities."""
    left, _ = nb00.learning_curves(0.01, BY_WIDTH, BY_SEED, width=16).scenes()
    (mark,) = layers(left, Marks)
    assert mark.across
    assert mark.at[0] == pytest.approx(-np.mean(np.log(np.full(10, 0.1))))


def test_the_sentence_tells_all_losses_at_the_end():
    """Rate, epochs, the loss of every width, and from where to where luck reaches."""
    sentence = nb00.learning_curves(0.01, BY_WIDTH, BY_SEED, width=16).sentence
    for words in ("Learning rate 0.01.", "After 10 epochs", "4, 16 and 64 units", "0.2, 0.1 and 30 nats"):
        assert words in sentence
    assert "between 0.1 and 0.15" in sentence


def test_a_network_that_diverged_can_be_drawn_and_played():
    """Infinite and missing losses leave the picture, and neither the player nor the still picture fails."""
    gone = np.array([3.0, 50.0, math.inf, math.nan])
    board = nb00.learning_curves(1.0, {4: gone, 64: np.full(4, math.nan)}, {0: gone}, width=4)
    assert layers(next(board.scenes()), Points)[0].x[0] == 1
    assert still(board).startswith("<svg")
    Player([board])


# --- laps -----------------------------------------------------------------------------------------------------------


def test_laps_are_those_of_the_race_one_trace_each():
    """Each lap has a picture a trial, of the samplers asked for, and ends with that lap's own best losses."""
    branin = problems.function("branin")
    run = compare(["grid", "random", "sobol"], branin, n_trials=4, seeds=[3, 8])
    traces = nb00.laps(run, branin, seeds=(8, 3), samplers=["random", "sobol"])
    assert list(traces) == ["lap 8", "lap 3"]
    for seed in (8, 3):
        boards = traces[f"lap {seed}"]
        assert len(boards) == 4
        assert [scene.title for scene in boards[-1].rows[0]] == ["random", "sobol"]
        for name in ("random", "sobol"):
            assert f"{name} {number(run.histories[name, seed].incumbent.loss)}" in boards[-1].sentence


def test_the_share_near_the_optimum_is_counted_by_hand():
    """Trials before the first that counts are left out, and each lap is held against its own member's optimum."""
    branin = problems.function("branin")
    run = compare(["random"], branin, n_trials=8, seeds=[3, 8])
    counted = [
        sum(branin.expected(trial.config) - branin.optimum < 20 for trial in list(run.histories["random", lap])[3:])
        for lap in (3, 8)
    ]
    assert 0 < sum(counted) < 10
    assert nb00.share_near(run, branin, "random", first=3, near=20) == pytest.approx(sum(counted) / 10)


# --- the map --------------------------------------------------------------------------------------------------------


def readme_map() -> str:
    """The README's map, in mermaid's words."""
    (found,) = re.findall(r"```mermaid\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.S)
    return found


def test_the_map_has_the_edges_of_the_readme():
    """Every arrow of the README's map is a line of the course's, and every line an arrow."""
    arrows = set()
    for line in readme_map().splitlines():
        stations = [re.match(r"\s*n(\d\d)", part) for part in line.split("-->")]
        numbers = [station[1] for station in stations if station]
        arrows |= set(pairwise(numbers))
    assert arrows == syllabus.edges() != set()


def test_the_map_has_the_titles_of_the_readme():
    """Every box of the README's map is a station with the same words."""
    boxes = dict(re.findall(r'n(\d\d)\["\1 ([^"]+)"\]', readme_map()))
    assert {number: title.replace("<br>", " ") for number, title in boxes.items()} == {
        number: station.title for number, station in syllabus.COURSE.items()
    }


def test_the_readme_says_what_can_be_opened_today():
    """Exactly the notebooks that are not written yet are dashed."""
    (coming,) = re.findall(r"class ([n\d,]+) coming", readme_map())
    there = {path.name[:2] for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py")}
    assert {number[1:] for number in coming.split(",")} == set(syllabus.COURSE) - there


def test_nothing_comes_before_what_it_needs():
    """In the order of the numbers, each notebook follows all that it needs."""
    assert all(before < after for before, after in syllabus.edges())


def test_stations_do_not_overlap():
    """No two stations stand nearer than half a column and half a row."""
    stops = [station.place for station in syllabus.COURSE.values()]
    for k, (x, y) in enumerate(stops):
        assert all(abs(x - u) > 0.5 or abs(y - v) > 0.5 for u, v in stops[:k])


def test_the_map_marks_what_is_there_and_where_one_is():
    """Stations that are there are large, the others small and said to be coming; the present one has its own colour."""
    figure = syllabus.course_map(here="02", present=["00", "02"])
    stations = {trace.text[0]: trace for trace in figure.data if trace.text}
    assert list(stations) == list(syllabus.COURSE)
    sizes = {number: trace.marker.size for number, trace in stations.items()}
    assert {number for number, size in sizes.items() if size == max(sizes.values())} == {"00", "02"}
    assert len({stations[number].marker.color for number in ("00", "02", "03")}) == 3
    assert "being written" in stations["03"].hovertemplate
    assert "being written" not in stations["00"].hovertemplate
    assert "Open today: 00, 02." in figure.layout.meta["description"]


def test_every_line_of_the_map_ends_at_its_stations():
    """The drawn tracks lead from what is needed to what needs it, in whichever style."""
    figure = syllabus.course_map(present=["00", "01"])
    tracks = set()
    for trace in figure.data[:2]:
        corners = list(zip(trace.x, trace.y, strict=True))
        breaks = [-1, *(k for k, (x, _) in enumerate(corners) if x is None)]
        for start, stop in pairwise(breaks):
            tracks.add((corners[start + 1], corners[stop - 1]))
    place = {number: station.place for number, station in syllabus.COURSE.items()}
    assert tracks == {(place[before], place[after]) for before, after in syllabus.edges()}
