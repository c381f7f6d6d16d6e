/* What the book's pages do: draw figures when the reader comes near, search without a server, and serve the keyboard. */

(() => {
  "use strict";

  /* A page opened as a file may not read other pages: results are listed without an excerpt. */
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS === "object") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  function draw(figure) {
    if (figure.dataset.drawn) return;
    figure.dataset.drawn = "yes";
    const { data, layout, config } = JSON.parse(figure.querySelector("script").textContent);
    const place = figure.appendChild(document.createElement("div"));
    const room = Math.min(1, figure.clientWidth / 560); // a title of 60 letters fits
    for (const text of [layout.title, layout.title?.subtitle]) if (text?.font) text.font.size *= Math.max(room, 0.65);
    Plotly.newPlot(place, data, layout, { ...config, responsive: true, displaylogo: false, showSendToCloud: false });
  }

  /* Names that say something else than one reads, of the theme's search and of a folded solution, go. */
  const CALLED = ".search-button-field[aria-label], summary[aria-label]";

  /* What scrolls in a box of its own scrolls by keys too, once the Tab key reaches it. */
  function reach() {
    for (const box of document.querySelectorAll(".bd-article :is(table, pre)"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
  }

  function begin() {
    for (const one of document.querySelectorAll(CALLED)) one.removeAttribute("aria-label");
    reach();
    addEventListener("resize", reach);
    const figures = [...document.querySelectorAll(".hpo-plotly")];
    const sight = new IntersectionObserver(
      (seen) => seen.filter((one) => one.isIntersecting).forEach((one) => draw(one.target)),
      { rootMargin: "100%" },
    );
    figures.forEach((one) => sight.observe(one));
    addEventListener("beforeprint", () => figures.forEach(draw));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
