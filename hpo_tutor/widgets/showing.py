"""How is a small form shown, with widgets where there are any and in plain text elsewhere?"""

import html
from collections.abc import Callable
from typing import Any

from hpo_tutor.widgets.framing import framed
from hpo_tutor.widgets.standalone import NO_KERNEL, in_pages

WIDGET = "application/vnd.jupyter.widget-view+json"
STYLE = """<style>
.hpo-questions .widget-radio-box, .hpo-questions .widget-radio, .hpo-questions .widget-checkbox { height: auto; }
.hpo-questions .widget-radio-box label, .hpo-questions .widget-checkbox .widget-label-basic {
  display: flex; height: auto; overflow: visible; white-space: normal; line-height: 1.4;
}
.hpo-questions .widget-radio-box label { margin: 2px 0; }
.hpo-questions .widget-radio-box label input { order: -1; height: 1.4em; margin: 0 8px 0 1px; }
.hpo-questions input { flex: none; }
.hpo-questions .widget-html-content { line-height: 1.45; }
</style>"""


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

    if in_pages():
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines())
        note = f"<p><em>{NO_KERNEL}</em></p>"
        display({"text/plain": text, "text/html": (as_html or lines) + note}, raw=True)  # type: ignore[no-untyped-call]
        return
    widget = make_widget()
    widget_part = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    bundle: dict[str, Any] = {WIDGET: widget_part, "text/plain": text}
    display(bundle | ({"text/html": as_html} if as_html else {}), raw=True)  # type: ignore[no-untyped-call]


def paragraph(text: str, strong: bool = False) -> Any:
    """A line of text as a widget; markup in the text is shown, not obeyed."""
    import ipywidgets

    safe = html.escape(text)
    return ipywidgets.HTML(f"<strong>{safe}</strong>" if strong else safe)


def questionnaire(*rows: Any) -> Any:
    """Rows of questions and options below each other; long options take several lines, as ipywidgets' own do not."""
    import ipywidgets

    form = framed(*rows, ipywidgets.HTML(STYLE, layout=ipywidgets.Layout(display="none")))
    form.add_class("hpo-questions")
    return form


def _in_a_kernel() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and getattr(shell, "kernel", None) is not None
