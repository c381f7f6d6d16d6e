"""What would shut somebody out? axe-core's audit of a page or of a part of it, and what the Tab key reaches.

trouble   a rule of axe-core that is broken, with the place where; only serious and critical ones count
stop      an element that the Tab key reaches
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from playwright.sync_api import Page

from hpo_tutor.course.decks.parts import node_modules

GRAVE = ("serious", "critical")
SHOWN = 3  # places of each trouble that are told

AUDIT = """async ([within, options]) => {
    const {violations} = await axe.run(within ? {include: within} : document, options);
    return violations.map(({id, impact, help, nodes}) => [id, impact, help, nodes.map(one => one.html)]);
}"""

# the element that has the focus: what it is, what it is called, and how its focus is seen
FOCUSED = """() => {
    let one = document.activeElement;
    while (one?.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
    if (!one || one === document.body) return null;
    const {outlineStyle, outlineWidth, outlineColor, boxShadow} = getComputedStyle(one);
    const name = one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent || one.title;
    window.stops ??= new Map();
    if (!window.stops.has(one)) window.stops.set(one, window.stops.size);
    return {
        number: window.stops.get(one),
        tag: one.tagName.toLowerCase(),
        name: name.trim(),
        key: one.dataset.key ?? null,
        seen: (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none',
    };
}"""


@cache
def _axe() -> str:
    return (node_modules() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def troubles(page: Page, *within: str, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds serious or critical, each with its rule, its meaning and the first places.

    Args:
        page: of a browser; axe-core is put into it without a request.
        within: CSS selectors of the parts that are ours; none for the whole page. One that finds nothing is an error.
        only: names of the rules to ask about; none for all of them.
    """
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(_axe())
    options: dict[str, Any] = {"resultTypes": ["violations"], "iframes": False, "preload": False}  # asks for nothing
    if only:
        options["runOnly"] = list(only)
    found = page.evaluate(AUDIT, [list(within), options])
    return [
        f"{rule} ({impact}): {meaning}; at {' and '.join(places[:SHOWN])}"
        for rule, impact, meaning, places in found
        if impact in GRAVE
    ]


def focused(page: Page) -> dict[str, Any] | None:
    """What has the focus: number, tag, name, key and whether the focus is seen; None where nothing has it."""
    found: dict[str, Any] | None = page.evaluate(FOCUSED)
    return found


def stops(page: Page, key: str = "Tab", most: int = 60) -> Iterator[dict[str, Any]]:
    """Press a key, as long as it leads to an element where it has not been, and tell what each of them is.

    Raises:
        AssertionError: there is no end of them.
    """
    been: set[int] = set()
    for _ in range(most):
        page.keyboard.press(key)
        found = focused(page)
        if found is None or found["number"] in been:
            return
        been.add(found["number"])
        yield found
    raise AssertionError(f"{key} was pressed {most} times and came to no end")
