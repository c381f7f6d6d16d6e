"""How do forms of ipywidgets serve those who see no screen or hold no mouse? They get what ipywidgets leaves out.

The handle of a slider has no name there and tells its place as a number of steps, where the focus is, is not shown, and
JupyterLab takes the arrow keys for its own.
"""

from typing import Any

from anywidget import AnyWidget


class Names(AnyWidget):
    """Names each slider of a form by the words beside it, and lets it say what is read there; it shows nothing."""

    _esm = """
const FORM = ".hpo-form-of-widgets";
function render({ el }) {
  const tell = () => {
    for (const slider of el.closest(FORM)?.querySelectorAll(".widget-slider, .widget-hslider") ?? []) {
      const handle = slider.querySelector(".noUi-handle");
      const said = { "aria-label": ".widget-label", "aria-valuetext": ".widget-readout" };
      for (const name in said) {
        const words = slider.querySelector(said[name])?.textContent.trim();
        if (handle && words && handle.getAttribute(name) !== words) handle.setAttribute(name, words);
      }
    }
  };
  // an arrow in a list would lead JupyterLab to another cell
  const keep = (event) => {
    const form = event.currentTarget;
    if (event.key === "Enter" && event.shiftKey && form.matches(".hpo-runs-again")) {
      delete form.dataset.lmSuppressShortcuts; // JupyterLab runs the cell, and goes on to the next
      setTimeout(() => (form.dataset.lmSuppressShortcuts = "true"));
    } else if (/^(Arrow|Home|End|Enter| )/.test(event.key)) event.stopPropagation();
  };
  const ending = new AbortController();
  const watch = new MutationObserver(tell);
  let waiting;
  const begin = () => {
    const form = el.closest(FORM);
    if (!form) return void (waiting = requestAnimationFrame(begin)); // not on the page yet
    form.dataset.lmSuppressShortcuts = "true";
    form.addEventListener("keydown", keep, { signal: ending.signal });
    const attributeFilter = ["aria-valuetext"]; // noUiSlider writes it anew with each step
    watch.observe(form, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter });
    tell();
  };
  begin();
  return () => {
    cancelAnimationFrame(waiting);
    watch.disconnect();
    ending.abort();
  };
}
export default { render };
"""
    _css = """
/* ipywidgets forbids its lists an outline, with an emphasis of its own */
.hpo-form-of-widgets :focus-visible {
  outline: 2px solid var(--jp-brand-color1, currentcolor) !important;
  outline-offset: 1px;
}
"""


def framed(*rows: Any) -> Any:
    """Rows of widgets below each other: every slider has a name, the focus is seen, and keys are the form's own."""
    import ipywidgets

    form = ipywidgets.VBox([*rows, Names(layout=ipywidgets.Layout(display="none"))])
    form.add_class("hpo-form-of-widgets")
    return form
