"""How is a small form shown, with widgets where there are any and in plain text elsewhere?"""

import html
from collections.abc import Callable
from typing import Any

WIDGET = "application/vnd.jupyter.widget-view+json"


def show(make_widget: Callable[[], Any], text: str, as_html: str | None = None) -> None:
    """Show a widget, with a text (and perhaps HTML) for the places where no widget can run.

    Outside a Jupyter kernel the text is printed and no widget is made.

    Args:
        make_widget: makes the ipywidgets widget; called only in a kernel.
        text: the same content in plain text.
        as_html: the same content for a saved page.
    """
    if not _in_a_kernel():
        print(text)
        return
    from IPython.display import display

    widget = make_widget()
    widget_part = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    bundle: dict[str, Any] = {WIDGET: widget_part, "text/plain": text}
    display(bundle | ({"text/html": as_html} if as_html else {}), raw=True)  # type: ignore[no-untyped-call]


def paragraph(text: str, strong: bool = False) -> Any:
    """A line of text as a widget; markup in the text is shown, not obeyed."""
    import ipywidgets

    safe = html.escape(text)
    return ipywidgets.HTML(f"<strong>{safe}</strong>" if strong else safe)


def _in_a_kernel() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and getattr(shell, "kernel", None) is not None
