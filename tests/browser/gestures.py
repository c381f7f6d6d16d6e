"""What a mouse does in the picture of a player or a workbench."""

from driver import Lab
from player_looks import panel
from playwright.sync_api import Locator

Place = tuple[float, float]


def drag(lab: Lab, player: Locator, begin: Place, end: Place) -> None:
    """Drag in the first panel, between places given as shares of it from its lower left corner."""
    for place, act in ((begin, lab.page.mouse.down), (end, lab.page.mouse.up)):
        lab.page.mouse.move(*_point(player, place), steps=5)
        act()


def click(lab: Lab, player: Locator, place: Place) -> None:
    """Click in the first panel, at a place given likewise."""
    lab.page.mouse.click(*_point(player, place))


def _point(player: Locator, place: Place) -> tuple[float, float]:
    """The place on the screen."""
    outer, box = player.locator("canvas[role=img]").bounding_box(), panel(player)
    assert outer is not None
    across, up = place
    return outer["x"] + box["left"] + across * box["width"], outer["y"] + box["top"] + (1 - up) * box["height"]
