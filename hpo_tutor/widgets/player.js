/* How is a trace of pictures stepped and played, with no kernel and no network?

   dial   one control; a place on each dial chooses a frame, and that names a picture */

const ICONS = {
  first: "M3 2h2v12H3zM14 2v12L6 8z",
  back: "M12 2v12L4 8z",
  play: "M4 1.5v13L14 8z",
  pause: "M3.5 2h3v12h-3zM9.5 2h3v12h-3z",
  forward: "M4 2v12l8-6z",
  last: "M11 2h2v12h-2zM2 2v12l8-6z",
};

const PLAIN = { zoom: 1, sharp: 1, tall: 999 }; // what a slide may change: see standalone.js

function withIcon(button, name) {
  const path = ICONS[name], title = name[0].toUpperCase() + name.slice(1);
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
  button.title = title;
  button.setAttribute("aria-label", title);
  return button;
}

function render({ model, el }, ...above) {
  let trace = unpack(model.get("frames"));
  let at = []; // the place on each dial
  let theme, drawn, fixed, playing, cross, held, handle;
  let showers = []; // each shows one dial's place in its control
  const scratch = make("canvas").getContext("2d", { willReadFrequently: true });

  const canvas = make("canvas", { role: "img" });
  const told = make("p", { role: "status", "aria-live": "polite" });
  const [heading, stage, legend] = [part("p", "label"), part("div", "stage", canvas), part("ul", "legend")];
  const [controls, sentence] = [part("div", "controls"), part("div", "told", told)];
  const root = make("div",
    { class: "hpo-player", tabindex: 0, role: "group", "data-lm-suppress-shortcuts": "true" },
    heading, ...above, stage, legend, controls, sentence);
  const measured = make("div"); // as wide as the page allows, and never higher or lower

  // --- which frame

  const main = () => trace.play ?? 0;
  const second = () => trace.dials.findIndex((dial, i) => i !== main() && dial.size > 1);
  const last = (i) => trace.dials[i].size - 1;
  const picture = () => trace.pictures[trace.frames[trace.dials.reduce((flat, { size }, i) => flat * size + at[i], 0)]];
  const stageOf = (slot) => trace.stages[picture()[slot + 1][0]];

  function goTo(flat) {
    at = [];
    for (const { size } of [...trace.dials].reverse()) {
      at.unshift(flat % size);
      flat = Math.floor(flat / size);
    }
    cross = null;
  }

  function turn(i, place) {
    at[i] = within(0, place, last(i));
    cross = null;
    show();
  }

  // --- drawing

  function readTheme() {
    const style = getComputedStyle(root);
    scratch.fillStyle = style.color;
    scratch.fillRect(0, 0, 1, 1);
    const [red, green, blue] = scratch.getImageData(0, 0, 1, 1).data;
    const dark = red + green + blue > 382;
    root.style.colorScheme = dark ? "dark" : "light"; // for the browser's own controls
    let page = style.caretColor;
    const clear = () => page.endsWith(", 0)");
    for (let node = root; node && clear(); node = node.parentElement) page = getComputedStyle(node).backgroundColor;
    if (clear()) page = dark ? "#111" : "#fff";
    theme = { ink: style.color, page, font: style.fontFamily };
  }

  const color = (one) => theme[one] ?? one; // ink and page are the page's own

  function penOn(target, panel, x, y) {
    const X = scale(x, panel.left, panel.left + panel.width);
    const Y = scale(y, panel.top + panel.height, panel.top);
    return { ctx: target.getContext("2d"), x, y, X, Y, panel, color, trace, font: theme.font };
  }

  const penFor = (slot, target = canvas) =>
    penOn(target, drawn.panels[slot], trace.axes[stageOf(slot).x], trace.axes[stageOf(slot).y]);

  function lay() {
    const { zoom, sharp, tall } = model.get("page") ?? PLAIN;
    const available = Math.min(WIDEST, Math.floor((measured.clientWidth - 12) / zoom)); // the root's padding
    if (available < 40) return; // not on the page
    readTheme();
    drawn = { ...arrange(trace, scratch, theme.font, available, tall), zoom, ratio: devicePixelRatio * sharp };
    root.style.maxWidth = `${Math.max(drawn.width, Math.min(NARROWEST, available)) * zoom + 12}px`;
    canvasOf(drawn.width, drawn.height, drawn.ratio, canvas, zoom);
    canvas.dataset.panels = JSON.stringify(drawn.panels); // for those outside
    if (handle)
      for (const side of ["left", "top", "width", "height"]) handle.style[side] = `${drawn.panels[0][side] * zoom}px`;
    cross = null;
    retheme();
  }

  /* JupyterLab hides the page while it changes its theme, so this may not depend on what is seen. */
  function retheme() {
    if (!drawn || !root.isConnected) return;
    readTheme();
    fixed = null;
    explain();
    draw();
  }

  function draw() {
    if (!drawn) return;
    const scenes = picture().slice(1);
    const key = scenes.map(([one]) => one).join();
    if (fixed?.key !== key) { // axes and words are drawn anew only where they change
      fixed = { key, canvas: canvasOf(drawn.width, drawn.height, drawn.ratio) };
      scenes.forEach((_, slot) => frame(penFor(slot, fixed.canvas), stageOf(slot)));
    }
    const ctx = canvas.getContext("2d");
    ctx.clearRect(0, 0, drawn.width, drawn.height);
    ctx.drawImage(fixed.canvas, 0, 0, drawn.width, drawn.height);
    scenes.forEach(([, ...layers], slot) => {
      const pen = penFor(slot);
      for (const id of layers) paint(pen, layerOf(trace, id));
    });
    if (cross) drawCross(ctx, cross);
  }

  function drawCross(ctx, { x, y }) {
    for (const [name, width] of [["page", 5], ["ink", 2]]) { // its rim shows on every surface
      ctx.strokeStyle = color(name);
      ctx.lineWidth = width;
      ctx.beginPath();
      line(ctx, x - 12, y, x + 12, y);
      line(ctx, x, y - 12, x, y + 12);
      ctx.stroke();
    }
  }

  function explain() {
    const unit = { low: 0, high: 1 };
    legend.replaceChildren(...trace.legend.map(({ layer, width, height, before, after }) => {
      const small = canvasOf(width + 2, height + 2, drawn.ratio);
      paint(penOn(small, { left: 1, top: 1, width, height }, unit, unit), layerOf(trace, layer));
      return make("li", {}, ...before.map(words), small, ...after.map(words));
    }));
  }

  // --- controls

  function build() {
    const key = controls.contains(document.activeElement) && document.activeElement.dataset.key;
    const [shown, choices] = [[], []];
    trace.dials.forEach((dial, i) => last(i) && (dial.kind === "choice" ? choices : shown).push(i));
    showers = [];
    const rows = [choices.map(choice), shown.sort((a, b) => (b === trace.play) - (a === trace.play)).map(slider)];
    const reset = button({ class: "hpo-reset", "data-key": "reset", text: "Reset" });
    if (choices.length + shown.length > 1 || trace.drag) rows[choices.length ? 0 : 1].push(reset);
    controls.replaceChildren(...rows.flat());
    controls.hidden = !controls.childElementCount;
    handle?.remove();
    handle = trace.drag && part("div", "handle");
    if (handle) stage.append(handle);
    if (key !== false) (root.querySelector(`[data-key="${key}"]`) ?? root).focus({ preventScroll: true });
    const label = (heading.textContent = model.get("label"));
    heading.hidden = !label;
    root.setAttribute("aria-label", label || "Pictures, step by step");
    root.setAttribute("aria-description", trace.hints);
    root.classList.toggle("hpo-pick", model.get("pick"));
  }

  function slider(i) {
    const dial = trace.dials[i], played = i === trace.play;
    const input = make("input", { type: "range", max: last(i), "data-key": i, "aria-label": dial.name });
    const count = make("span", { class: "hpo-count", "data-longest": dial.longest });
    const names = played ? ["first", "back", "play", "forward", "last"] : [];
    const buttons = names.map((name) => withIcon(button({ "data-key": name }), name));
    showers.push(() => {
      input.value = at[i];
      count.textContent = dial.texts?.[at[i]] ?? `${dial.name} ${at[i] + 1} of ${dial.size}`;
      input.setAttribute("aria-valuetext", count.textContent);
      buttons.forEach((one, k) => k !== 2 && one.setAttribute("aria-disabled", at[i] === (k < 2 ? 0 : last(i))));
    });
    const name = dial.texts ? [words(dial.name)] : []; // the counter names its steps
    return part("div", played ? "row" : "row hpo-dial", ...buttons, ...name, input, count);
  }

  function choice(i) {
    const { name, texts } = trace.dials[i];
    if (texts.length > 4) {
      const options = texts.map((text, value) => make("option", { value, text }));
      const select = make("select", { "data-key": i, "aria-label": name }, ...options);
      showers.push(() => (select.value = at[i]));
      return part("span", "choice", words(name), select);
    }
    const group = `hpo-${Math.random()}`;
    const radios = texts.map((_, value) =>
      make("input", { type: "radio", name: group, value, "data-key": `${i}.${value}` }));
    showers.push(() => (radios[at[i]].checked = true));
    const labels = radios.map((radio, place) => make("label", {}, radio, words(texts[place])));
    return make("fieldset", {}, make("legend", { text: name }), ...labels);
  }

  function show() {
    for (const shower of showers) shower();
    const [said] = picture();
    if (told.textContent !== said) told.textContent = said; // else it would be read again
    sentence.dataset.longest = trace.longest;
    canvas.setAttribute("aria-label", said);
    draw();
  }

  // --- playing

  function signal(icon, live) {
    withIcon(root.querySelector("[data-key=play]"), icon);
    told.setAttribute("aria-live", live);
  }

  function play() {
    const dial = main();
    if (trace.play === null || !last(dial)) return;
    if (at[dial] === last(dial)) turn(dial, 0);
    signal("pause", "off"); // no sentence would be read to its end
    let then, owed = 0;
    const tick = (now) => {
      playing = requestAnimationFrame(tick);
      const speed = model.get("speed");
      const due = owed + ((now - (then ?? now)) / 1000) * speed;
      owed = Math.min(due, Math.max(1, speed / 30)); // a page that halted skips nothing
      then = now;
      const steps = Math.floor(owed + 0.1); // the screen's clock and ours differ a little
      if (!steps) return;
      owed -= steps;
      turn(dial, at[dial] + steps);
      if (at[dial] === last(dial)) pause();
    };
    playing = requestAnimationFrame(tick);
  }

  function pause() {
    if (!playing) return;
    cancelAnimationFrame(playing);
    playing = 0;
    signal("play", "polite");
    told.textContent = picture()[0]; // now it is read
  }

  // --- hands

  function act(name) {
    const running = playing, dial = main();
    pause();
    if (name === "play") running || play();
    else if (name === "reset") goTo(model.get("start")), show();
    else turn(dial, { first: 0, back: at[dial] - 1, forward: at[dial] + 1, last: 1e9 }[name]);
  }

  function placeAt({ x, y }) {
    const scene = drawn.panels.findIndex((panel) => inside(panel, x, y));
    if (scene < 0) return;
    const { X, Y } = penFor(scene);
    return { scene, x: X.back(x), y: Y.back(y) };
  }

  function pick(point) {
    const place = placeAt(point);
    if (!place) return;
    model.set("picked", place);
    model.save_changes();
  }

  function moveCross(dx, dy) {
    pause();
    const { left, top, width, height } = drawn.panels[0];
    const { x, y } = cross ?? { x: left + width / 2, y: top + height / 2 };
    cross = { x: within(0, x + 8 * dx, drawn.width), y: within(0, y - 8 * dy, drawn.height) };
    draw();
    const place = placeAt(cross);
    const say = (name) => `${penFor(place.scene)[name].label} ${+place[name].toPrecision(3)}`;
    told.textContent = place ? `${say("x")}, ${say("y")}` : "";
  }

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const KEYS = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last" };

  function onKey(event) {
    const { key, target, shiftKey } = event;
    const firm = key === " " || key === "Enter";
    if (!(firm || key in ARROWS || key in KEYS) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.stopPropagation(); // the page around has other plans for these
    const pressed = target.matches("button"), chooser = target.matches("select, [type=radio]");
    if (shiftKey && key in ARROWS && model.get("pick")) moveCross(...ARROWS[key]);
    else if (shiftKey || (pressed && firm)) return; // the browser's own
    else if (key === "Enter") cross && pick(cross);
    else if (chooser || (target.type === "range" && key !== " ")) return; // they step by themselves
    else if (key === " ") act("play");
    else if (key in KEYS) act(KEYS[key]);
    else if (second() >= 0) turn(second(), at[second()] + ARROWS[key][1]);
    event.preventDefault();
  }

  function onClick({ target, offsetX, offsetY }) {
    const pressed = target.closest("button");
    if (pressed) act(pressed.dataset.key);
    else if (model.get("pick") && target === canvas) pick({ x: offsetX / drawn.zoom, y: offsetY / drawn.zoom });
  }

  function onInput({ target }) {
    pause();
    turn(parseInt(target.dataset.key), +target.value);
  }

  function onPointer({ type, target, button, pointerId, offsetX, offsetY }) {
    if (type === "pointerdown" && target === handle && button === 0) {
      pause();
      const { X, Y } = penFor(0);
      held = { pointerId, from: [...at], hands: [[X.flat, offsetX], [Y.flat, offsetY]] };
      handle.setPointerCapture(pointerId);
    } else if (held?.pointerId === pointerId) {
      held.hands.forEach(([flat, from], k) => {
        const i = trace.drag[k], pixels = ((k ? offsetY : offsetX) - from) / drawn.zoom;
        const [first, next] = trace.dials[i].values;
        at[i] = within(0, Math.round(held.from[i] + (flat(pixels) - flat(0)) / (next - first)), last(i));
      });
      show();
      if (type !== "pointermove") held = null;
    }
  }

  // --- begin and end

  function refresh() {
    drawn = null;
    build();
    show();
    lay();
  }

  function onFrames() {
    pause();
    const before = at, { plan } = trace;
    trace = unpack(model.get("frames"));
    held = null;
    goTo(model.get("start"));
    if (trace.stay && before.length === at.length) at = before.map((place, i) => within(0, place, last(i)));
    trace.plan === plan ? show() : refresh(); // only layers are new
  }

  const ending = new AbortController();
  const listen = (target, names, what) =>
    names.split(" ").forEach((name) => target.addEventListener(name, what, { signal: ending.signal }));
  const themes = new MutationObserver(retheme);
  const sizes = new ResizeObserver(lay);
  const sight = new IntersectionObserver((entries) => entries.at(-1).isIntersecting || pause());
  const changes = { frames: onFrames, label: refresh, page: lay, go: () => act("reset") };

  el.append(measured, root);
  goTo(model.get("start"));
  refresh();
  listen(root, "keydown", onKey);
  listen(root, "click", onClick);
  listen(root, "input", onInput);
  listen(root, "pointerdown pointermove pointerup pointercancel", onPointer);
  listen(document, "visibilitychange", () => document.hidden && pause());
  listen(window, "resize", lay); // also when the page is zoomed
  listen(matchMedia("(prefers-color-scheme: dark)"), "change", retheme);
  for (const node of [document.documentElement, document.body])
    themes.observe(node, { attributeFilter: ["class", "data-jp-theme-name", "data-theme"] });
  sizes.observe(measured);
  sight.observe(root);
  for (const name in changes) model.on(`change:${name}`, changes[name]);

  return () => {
    pause();
    ending.abort();
    for (const observer of [themes, sizes, sight]) observer.disconnect();
    for (const name in changes) model.off(`change:${name}`, changes[name]);
    el.replaceChildren();
  };
}
