"""The sheet on which all players stand side by side."""

import io
from pathlib import Path

import contact_sheet
from PIL import Image


def picture(color: str, size: tuple[int, int]) -> bytes:
    """A plain picture as a PNG."""
    taken = io.BytesIO()
    Image.new("RGB", size, color).save(taken, "PNG")
    return taken.getvalue()


def test_every_picture_is_on_the_sheet(tmp_path: Path):
    """In columns below each other, large ones made smaller, none over another, on the ground that was asked for."""
    colors = ["#990000", "#009900", "#000099", "#999900", "#990099"]
    pictures = [
        (color, picture(color, (2 * contact_sheet.WIDE, 100 + 300 * number))) for number, color in enumerate(colors)
    ]
    with Image.open(contact_sheet.paste(pictures, tmp_path / "sheet.png", "#111111")) as sheet:
        found = {color: n for n, color in sheet.getcolors(maxcolors=100_000)}
    for number, color in enumerate(colors):
        channels = tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
        assert found[channels] == contact_sheet.WIDE * (100 + 300 * number) // 2
    assert found[(17, 17, 17)] == max(found.values())


def test_the_environment_says_where_sheets_go(tmp_path: Path, monkeypatch):
    """Without HPO_TUTOR_SHEETS they go to the spare folder; the folder is made."""
    monkeypatch.delenv("HPO_TUTOR_SHEETS", raising=False)
    assert contact_sheet.folder(tmp_path / "spare") == tmp_path / "spare"
    monkeypatch.setenv("HPO_TUTOR_SHEETS", str(tmp_path / "kept"))
    assert contact_sheet.folder(tmp_path / "spare") == tmp_path / "kept"
    assert (tmp_path / "kept").is_dir()
