/* What the book's pages do: draw figures when the reader comes near, and search without a server. */

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

  function begin() {
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
