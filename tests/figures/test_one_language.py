"""One visual language on every page: colours come from one table, letters from one scale."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import hpo_tutor
from hpo_tutor.figures import still
from hpo_tutor.scenes import Axis, Points, Scene, Text
from hpo_tutor.scenes.looks import SIZES

PACKAGE = Path(hpo_tutor.__file__).parent
DRAWING = [
    path
    for folder in ("scenes", "figures", "course/pictures", "course/games", "widgets")
    for path in sorted((PACKAGE / folder).rglob("*.py"))
    if path.name != "looks.py"
]
NEUTRAL = {"#ffffff", "#000000"}  # marks that any surface may lie below: an optimum's star, rims, black on white
# what stands for no sampler and no belief: a name for the colour, and where
OF_ITS_OWN = {
    "nb03.py": {"#F0E442"},  # the sun: the yellow of Okabe and Ito, which no sampler has
    "bodies.py": {"#0b2239"},  # the edges of a body, darker than any shade
    "fog.py": {"#5b5560"},  # fog, which is no shade of a surface
    "theme.py": {"#22262b"},  # the ground of tooltips
    # pages that know no page around them bring ground and ink
    "landscape_pictures.py": {"#1f2328", "#f0f6fc", "#0d1117"},
    "writing.py": {"#212121", "#e0e0e0", "#111111"},
}
PIXELS = set(SIZES.values())


def written(path: Path) -> Iterator[ast.AST]:
    """Every node of a file's syntax but those of docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return (node for node in ast.walk(tree) if id(node) not in said)


def sizes(node: ast.AST) -> Iterator[float]:
    """The sizes of letters that a node sets in numbers: of a Text layer, or of a font of plotly's."""
    if isinstance(node, ast.Call):
        is_text = isinstance(node.func, ast.Name) and node.func.id == "Text"
        for keyword in node.keywords:
            if keyword.arg == "font_size" or (is_text and keyword.arg == "size"):
                yield from numbers(keyword.value)
            elif str(keyword.arg).endswith("font"):
                yield from of_font(keyword.value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and str(key.value).endswith("font"):
                yield from of_font(value)


def of_font(node: ast.AST) -> Iterator[float]:
    """The sizes in a dictionary such as {"size": 13}."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "size":
                yield from numbers(value)


def numbers(node: ast.AST) -> Iterator[float]:
    """The numbers in an expression, its condition left out."""
    if isinstance(node, ast.IfExp):
        yield from (*numbers(node.body), *numbers(node.orelse))
    elif isinstance(node, ast.Constant):
        yield float(node.value)


@pytest.mark.parametrize("path", DRAWING, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_colours_and_letters_come_from_one_table(path: Path):
    """No picture has a colour of its own, but black, white and a few that are named; letters have the scale's sizes.

    Pictures of slides are drawn for the last row of a hall, and choose their sizes themselves.
    """
    nodes = list(written(path))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    colors = {color for text in texts for color in re.findall(r"#[0-9a-fA-F]{6}\b", text)}
    assert colors <= NEUTRAL | OF_ITS_OWN.get(path.name, set())
    if "slides" not in path.name:
        assert {size for node in nodes for size in sizes(node)} <= PIXELS


def test_scripts_and_styles_write_in_the_same_sizes():
    """The player's canvas and its controls know the scale's sizes and no others."""
    style = (PACKAGE / "widgets" / "theme.css").read_text(encoding="utf-8")
    canvas = (PACKAGE / "widgets" / "stage.js").read_text(encoding="utf-8")
    controls = {int(size) for size in re.findall(r"font(?:-size)?: *(?:\d+ )?(\d+)px", style)}
    letters = {int(size) for size in re.findall(r'"(?:600 )?(\d+)px "', canvas)}
    assert controls == {SIZES["labels"], SIZES["sentences"], SIZES["headings"]}
    assert letters == {SIZES["numbers"], SIZES["labels"], SIZES["sentences"]}


def test_stills_write_in_the_same_sizes():
    """Numbers, labels, titles and texts of a still are in the scale's sizes."""
    unit = Axis("share", 0, 1)
    picture = Scene([Points([0.5], [0.5], name="trial"), Text([0.5], [0.6], "here")], unit, unit, "See.", "A title")
    found = {float(size) for size in re.findall(r'font-size="([\d.]+)"', still(picture))}
    assert found <= PIXELS
    assert len(found) >= 2


def test_the_check_sees_letters_and_colours():
    """It finds the sizes that pictures do set, so that its silence means something."""
    seen = [size for path in DRAWING for node in written(path) for size in sizes(node)]
    assert len(seen) >= 8
    source = 'Text([0], [0], "a", size=17), dict(textfont={"size": 9 if x else 10}), {"font": {"size": 11}}'
    assert sorted(size for node in ast.walk(ast.parse(source)) for size in sizes(node)) == [9, 10, 11, 17]
