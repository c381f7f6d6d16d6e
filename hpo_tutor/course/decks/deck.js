/* What the keys do in a deck.

   "next" (right arrow, space, PageDown, a clicker) brings the next step of a slide, then the next slide. A step is a
   part of the text, or a stop of a player. A player has the arrows only while it has the focus. */

(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = document.documentElement;
  const printing = /print-pdf/.test(location.search);
  const slide = () => Reveal.getCurrentSlide();

  // --- steps ---

  const PARTS = ".text > p, .text li, .text > pre, .text > table, .text > div";
  for (const part of all(".slide.build")) for (const step of all(PARTS, part)) step.classList.add("fragment");

  const shown = (step) => step.classList.contains("visible");

  function settle(section) {
    for (const picture of all(".player", section)) {
      const player = picture.querySelector("hpo-player"), steps = all(".stop", picture);
      if (!player?.stop || !steps.length) continue;
      const at = steps.filter(shown).length;
      if (picture.dataset.at === String(at)) continue;
      picture.dataset.at = at;
      if (at || player.dataset.touched) player.stop(Math.min(at, Math.max(player.stops - 1, 0)));
      if (at) player.thaw?.();
      player.dataset.touched = "yes";
    }
  }

  // --- pictures ---

  function drawFigures(section) {
    for (const place of all(".plotly", section)) {
      const kept = place.querySelector("script");
      if (!kept) continue;
      const { data, layout } = JSON.parse(kept.textContent);
      kept.remove();
      Plotly.newPlot(place, data, layout, { displayModeBar: false, responsive: true });
    }
  }

  /* On a slide the heading says what a player is, and its words may stand beside the picture instead of below. */
  const LAYOUT = new CSSStyleSheet();
  LAYOUT.replaceSync(`
    .hpo-player { margin: 0 auto; }
    .hpo-label, .hpo-reset { display: none !important; }
    .hpo-controls { gap: 4px 16px; margin: 6px 0 4px; }
    .hpo-row { flex: 1 1 240px; }
    :host([data-aside]) .hpo-here { padding-right: 380px; }
    :host([data-aside]) .hpo-player {
      margin: 0;
      display: grid; grid-template: repeat(5, auto) 1fr / 100% 360px; column-gap: 20px; overflow: visible;
    }
    :host([data-aside]) .hpo-player > * { grid-column: 2; }
    :host([data-aside]) .hpo-player > .hpo-stage { grid-area: 1 / 1 / -1; }
    :host([data-aside]) .hpo-row { flex-basis: 100%; }
    :host([data-aside]) .hpo-legend { flex-direction: column; }
    :host([data-aside]) .hpo-legend li { flex-wrap: wrap; }`);
  const LEGIBLE = [1.9, 1.6, 1.35]; // letters of 12 pixels become 16 and more
  const BETWEEN = { 1.9: [1.75], 1.6: [1.75, 1.45], 1.35: [1.45] }; // is tried only beside the best of those
  const SMALL = [1.2, 1]; // where nothing else has room
  const frame = () => new Promise(requestAnimationFrame);

  const within = (player) => player?.shadowRoot?.querySelector(".hpo-player");

  /* The layout with the largest picture in the largest letters, of those that the slide has room for. */
  async function fit(player) {
    if (player.dataset.fitted || !player.make) return;
    player.dataset.fitted = "no";
    await player.make();
    let best = { worth: -1, scale: 1, aside: false };
    const among = async (scales, asides, least) => {
      for (const aside of asides)
        for (const scale of scales) {
          const worth = await tried(player, { scale, aside }, least);
          if (worth > best.worth) best = { worth, scale, aside };
        }
    };
    await among(LEGIBLE, [false, true], LEGIBLE.at(-1));
    if (best.worth < 0) await among(SMALL, [false, true], 0);
    else await among(BETWEEN[best.scale], [best.aside], LEGIBLE.at(-1));
    await tried(player, best);
    if (player.clientHeight) player.dataset.fitted = "yes";
    else delete player.dataset.fitted; // the talk has gone on to a slide far away: next time
  }

  async function tried(player, { scale, aside }, least = 0) {
    player.toggleAttribute("data-aside", aside);
    player.setAttribute("scale", scale);
    await frame(); // it looks at the page once a frame, and asked for that before
    const root = within(player);
    if (!root) return -1; // it could not be made, and says why
    const edge = player.getBoundingClientRect().right + 1;
    const cut = all(".hpo-legend *, .hpo-controls *", root).some((one) => one.getBoundingClientRect().right > edge);
    if (cut || root.scrollHeight > player.clientHeight + 1) return -1;
    const zoom = Number(getComputedStyle(root).getPropertyValue("--hpo-zoom")); // it may have taken less than was asked
    if (zoom < least) return -1;
    const panels = JSON.parse(root.querySelector("[role=img]").dataset.panels);
    return panels.reduce((sum, { width, height }) => sum + width * height, 0) * zoom ** 4; // letters before picture
  }

  async function fitHereAndNext() {
    const slides = Reveal.getSlides(), at = slides.indexOf(slide());
    for (const one of slides.slice(at, at + 2)) for (const player of all("hpo-player", one)) await fit(player);
  }

  const arrive = () => (drawFigures(slide()), settle(slide()), tell(), fitHereAndNext());

  // --- keys ---

  const takeArrows = () => within(slide().querySelector("hpo-player"))?.focus();
  const dark = () => root.classList.toggle("dark");

  function onKey(event) {
    const held = document.activeElement?.closest?.("hpo-player");
    const { key } = event;
    if (key === "PageDown" || key === "PageUp") key === "PageDown" ? Reveal.next() : Reveal.prev();
    else if (key === "Escape" && held) held.shadowRoot.activeElement?.blur();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  addEventListener("keydown", onKey, true);

  // --- what the speaker sees: a second window, as plain as can be, which works from a file too ---

  let desk = null, begun = 0;
  const STYLE = `body { margin: 0; padding: 24px 32px; font: 24px/1.45 system-ui, sans-serif; color: #eceff1; background: #14171a; }
    header { display: flex; gap: 40px; font-size: 30px; font-variant-numeric: tabular-nums; color: #a9b1b9; }
    h1 { font-size: 34px; margin: 20px 0; } h2 { font-size: 24px; color: #a9b1b9; margin-top: 32px; font-weight: 400; }
    .for-readers { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }`;

  function openDesk() {
    if (desk && !desk.closed) return desk.focus();
    desk = open("", "speaker", "width=900,height=700");
    if (!desk) return; // the browser forbids new windows
    begun ||= Date.now();
    desk.document.body.innerHTML = `<header><span id="clock"></span><span id="due"></span><span id="place"></span></header>
      <h1></h1><main></main><h2></h2>`;
    desk.document.title = "Notes";
    desk.document.head.append(Object.assign(desk.document.createElement("style"), { textContent: STYLE }));
    desk.addEventListener("keydown", ({ key }) => {
      if (["ArrowRight", "PageDown", " ", "n"].includes(key)) Reveal.next();
      if (["ArrowLeft", "PageUp", "p"].includes(key)) Reveal.prev();
    });
    desk.setInterval(tick, 1000);
    tell();
  }

  const clock = (seconds) => [seconds / 60, seconds % 60].map((n) => String(Math.floor(n)).padStart(2, "0")).join(":");

  function tick() {
    if (desk && !desk.closed) desk.document.querySelector("#clock").textContent = clock((Date.now() - begun) / 1000);
  }

  function tell() {
    if (!desk || desk.closed) return;
    const slides = Reveal.getSlides(), at = slides.indexOf(slide());
    const minutes = slides.slice(0, at + 1).map((one) => Number(one.dataset.minutes));
    const steps = all(".fragment", slide()), gone = steps.filter(shown).length;
    const stops = slide().querySelector("hpo-player")?.stops ?? 0; // the notes count them from one
    const where = stops > 1 && steps.length === stops - 1 ? `, stop ${gone + 1} of ${stops}`
      : steps.length ? `, step ${gone} of ${steps.length}` : "";
    const put = (selector, html) => (desk.document.querySelector(selector).innerHTML = html);
    put("#due", `this slide ${minutes.at(-1)} min, ends at ${clock(60 * minutes.reduce((sum, one) => sum + one, 0))}`);
    put("#place", `${at + 1} of ${slides.length}${where}`);
    put("h1", slide().querySelector("h1, h2").innerHTML);
    put("main", slide().querySelector(".notes").innerHTML);
    put("h2", at + 1 < slides.length ? `Next: ${slides[at + 1].querySelector("h2").innerHTML}` : "The end");
    tick();
  }

  // --- begin ---

  for (const player of all("hpo-player")) player.shadowRoot?.adoptedStyleSheets.push(LAYOUT);

  if (/[?&]dark\b/.test(location.search)) dark();
  for (const event of ["ready", "slidechanged", "fragmentshown", "fragmenthidden"]) Reveal.on(event, arrive);
  addEventListener("beforeprint", () => {
    root.classList.add("print-pdf"); // else reveal.js would print slides as running text
    drawFigures(document);
  });
  addEventListener("afterprint", () => printing || root.classList.remove("print-pdf"));
  const paged = new Promise((done) => (printing ? Reveal.on("pdf-ready", done) : done())); // later than reveal.js is ready
  Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false, hash: true, transition: "none", backgroundTransition: "none",
    controls: false, progress: false, slideNumber: "c", viewDistance: 3, pdfSeparateFragments: false,
    keyboard: { 68: dark, 80: takeArrows, 83: openDesk },
  }).then(async () => {
    await paged;
    if (printing) drawFigures(document);
    root.dataset.ready = "yes";
  });
})();
