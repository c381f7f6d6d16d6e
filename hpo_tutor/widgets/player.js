/* How is a trace of pictures stepped and played in the browser, with no kernel and no network?

   trace   what packing.py packed
   dial    one control; a place on each dial chooses a frame, and that names a picture
   slot    the number of a scene on its board; stage: its axes and title
   panel   where it is drawn, without labels, in pixels of the page
   pen     what a layer is drawn with: the canvas' context, X and Y from axis units to pixels, colours */

const WIDEST = 900, NARROWEST = 520; // a small picture leaves its controls room
const TALLEST = [460, 340]; // panels on a board of one row, of several
const ROOM = 170; // a row is broken before its panels, labels included, are narrower
const GAP = 22, RIGHT = 14; // left of a panel without numbers, and right of every one
const LINE = 16; // height of a line of text
const TICK = "12px ", LABEL = "13px ", TITLE = "600 14px ";
const MOST_BITMAPS = 60;

// --- what was packed ---

function unpack(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const size = view.getUint32(0, true);
  const trace = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  trace.floats = new Float32Array(bytes.slice(4 + size).buffer); // a copy, as a message begins anywhere
  trace.bitmaps = new Map();
  return trace;
}

function layerOf(trace, id) {
  const [look, ...spans] = trace.layers[id];
  const layer = Object.assign(Object.create(trace.looks[look]), { id });
  layer.arrays.forEach((name, i) => {
    layer[name] = trace.floats.subarray(spans[2 * i], spans[2 * i] + spans[2 * i + 1]);
  });
  return layer;
}

const textOf = (dial, place) => dial.texts?.[place] ?? `${dial.name} ${place + 1} of ${dial.size}`;

// --- layers ---

function scale(axis, from, to) {
  const flat = axis.log ? Math.log10 : (value) => value;
  const low = flat(axis.low);
  const rate = (to - from) / (flat(axis.high) - low);
  const at = (value) => from + (flat(value) - low) * rate;
  at.flat = (pixel) => low + (pixel - from) / rate; // on a logarithmic axis in powers of ten
  at.back = (pixel) => (axis.log ? 10 ** at.flat(pixel) : at.flat(pixel));
  return at;
}

function bitmapOf({ bitmaps, shades }, { id, z, low, high, shape: [rows, columns] }) {
  if (!bitmaps.has(id)) {
    if (bitmaps.size >= MOST_BITMAPS) bitmaps.delete(bitmaps.keys().next().value);
    const image = new ImageData(columns, rows);
    const pixels = new Uint32Array(image.data.buffer);
    z.forEach((height, i) => {
      const row = rows - 1 - Math.floor(i / columns); // the first row is the lowest
      const share = within(0, (height - low) / (high - low), 1);
      pixels[row * columns + (i % columns)] = shades[Math.round(share * (shades.length - 1))]; // none for nan
    });
    const canvas = canvasOf(columns, rows);
    canvas.getContext("2d").putImageData(image, 0, 0);
    bitmaps.set(id, canvas);
  }
  return bitmaps.get(id);
}

function stroke({ ctx, color, trace }, layer) {
  ctx.strokeStyle = color(layer.color);
  ctx.lineWidth = layer.width;
  ctx.setLineDash(trace.dashes[layer.dash ?? "solid"].map((length) => (length * layer.width) / 2));
  ctx.stroke();
}

/* Each draws one kind of layer. */
const PAINT = {
  heatmap({ ctx, X, Y, panel, trace }, layer) {
    const [left, right] = layer.x?.map(X) ?? [panel.left, panel.left + panel.width];
    const [bottom, top] = layer.y?.map(Y) ?? [panel.top + panel.height, panel.top];
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(bitmapOf(trace, layer), left, top, right - left, bottom - top);
  },

  points({ ctx, X, Y, panel, color, trace }, layer) {
    const polygon = trace.symbols[layer.symbol];
    ctx.fillStyle = color(layer.color);
    ctx.strokeStyle = color(layer.outline ?? "ink");
    ctx.lineWidth = 1.25;
    for (let i = 0; i < layer.x.length; i++) {
      const x = X(layer.x[i]), y = Y(layer.y[i]), radius = (layer.size[i] ?? layer.size) / 2;
      if (!inside(panel, x, y)) continue; // one on the rim is drawn whole, one beyond it not at all
      ctx.beginPath();
      for (const [right, up] of polygon) ctx.lineTo(x + radius * right, y - radius * up);
      if (!polygon.length) ctx.arc(x, y, radius, 0, 7);
      ctx.closePath();
      ctx.fill();
      if (layer.outline) ctx.stroke();
    }
  },

  line(pen, layer) {
    const { ctx, X, Y } = pen;
    ctx.beginPath();
    let joined = false;
    for (let i = 0; i < layer.x.length; i++) {
      const x = X(layer.x[i]), y = Y(layer.y[i]), drawn = Number.isFinite(x + y);
      if (drawn) ctx[joined ? "lineTo" : "moveTo"](x, y);
      joined = drawn;
    }
    stroke(pen, layer);
  },

  band({ ctx, X, Y, color }, layer) {
    const corners = Array.from(layer.x, (x, i) => [X(x), Y(layer.low[i]), Y(layer.high[i])]);
    const drawn = (i) => i < corners.length && corners[i].every(Number.isFinite);
    ctx.fillStyle = color(layer.color);
    for (let first = 0, end; first < corners.length; first = end + 1) {
      for (end = first; drawn(end); ) end++;
      ctx.beginPath();
      for (let i = first; i < end; i++) ctx.lineTo(corners[i][0], corners[i][2]);
      for (let i = end - 1; i >= first; i--) ctx.lineTo(corners[i][0], corners[i][1]);
      ctx.fill();
    }
  },

  circles(pen, layer) {
    const { ctx, X, Y, panel, color } = pen;
    for (let i = 0; i < layer.x.length; i++) {
      const x = X(layer.x[i]), y = Y(layer.y[i]), radius = layer.radius[i] * panel.width;
      if (!(radius >= 0 && Number.isFinite(x + y))) continue;
      ctx.beginPath();
      ctx.arc(x, y, radius, 0, 7);
      ctx.globalAlpha = layer.opacity; // of the inside
      if (layer.fill) {
        ctx.fillStyle = color(layer.palette?.[layer.fill[i]] ?? layer.fill);
        ctx.fill();
      }
      ctx.globalAlpha = 1;
      if (layer.width) stroke(pen, layer);
    }
  },

  segments(pen, layer) {
    const { ctx, X, Y } = pen;
    ctx.beginPath();
    layer.x0.forEach((x0, i) => {
      const ends = [X(x0), Y(layer.y0[i]), X(layer.x1[i]), Y(layer.y1[i])];
      if (ends.every(Number.isFinite)) line(ctx, ...ends);
    });
    stroke(pen, layer);
  },

  marks(pen, layer) {
    const { ctx, X, Y, panel } = pen;
    const bottom = panel.top + panel.height;
    ctx.beginPath();
    for (const value of layer.at) {
      const x = X(value), y = Y(value);
      if (layer.axis === "x") line(ctx, x, bottom, x, layer.across ? panel.top : bottom - 10);
      else line(ctx, panel.left, y, panel.left + (layer.across ? panel.width : 10), y);
    }
    stroke(pen, layer);
  },

  text({ ctx, X, Y, color, font }, layer) {
    ctx.font = `${layer.size}px ${font}`;
    ctx.textAlign = layer.anchor === "middle" ? "center" : layer.anchor;
    ctx.textBaseline = "middle";
    ctx.fillStyle = color(layer.color);
    ctx.strokeStyle = color(layer.color === "page" ? "ink" : "page"); // a halo: legible on every surface
    ctx.lineWidth = 3;
    layer.text.forEach((text, i) => {
      const place = [X(layer.x[i]), Y(layer.y[i])];
      ctx.strokeText(text, ...place);
      ctx.fillText(text, ...place);
    });
  },
};

const within = (low, value, high) => Math.max(low, Math.min(high, value));
const inside = ({ left, top, width, height }, x, y) =>
  Math.abs(x - left - width / 2) <= width / 2 + 0.5 && Math.abs(y - top - height / 2) <= height / 2 + 0.5;

function line(ctx, x0, y0, x1, y1) {
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
}

function paint(pen, layer) {
  const { ctx, panel } = pen;
  ctx.save();
  if (layer.kind !== "points" && layer.kind !== "text") {
    ctx.beginPath();
    ctx.rect(panel.left - 1, panel.top - 1, panel.width + 2, panel.height + 2); // a line along the rim keeps its width
    ctx.clip();
  }
  ctx.globalAlpha = layer.opacity;
  ctx.lineJoin = "round";
  PAINT[layer.kind](pen, layer);
  ctx.restore();
}

// --- panels ---

function wrap(ctx, font, text, width) {
  ctx.font = font;
  const lines = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && ctx.measureText(longer).width > width) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines;
}

/* The room around a panel: what its longest words need, so that nothing moves while it plays. */
function margins({ x, y, titles, numbers, ticks }, ctx, font, [width, height], withY) {
  const rows = (letters, texts, room) => Math.max(...texts.map((text) => wrap(ctx, letters + font, text, room).length));
  const [xRows, yRows, titleRows] = [rows(LABEL, x, width), rows(LABEL, y, height), rows(TITLE, titles, width)];
  ctx.font = TICK + font;
  const widest = Math.ceil(Math.max(0, ...numbers.map((text) => ctx.measureText(text).width)));
  return {
    left: withY ? widest + (widest ? 9 : 1) + (yRows ? yRows * LINE + 4 : 0) : GAP,
    bottom: (ticks ? 20 : 4) + (xRows ? xRows * LINE + 3 : 0),
    top: titleRows ? titleRows * (LINE + 2) + 5 : 8,
  };
}

/* Where the panels are on a page of this width. The panels of a row have one height; a row without room is broken. */
function arrange(trace, ctx, font, available) {
  const aspects = trace.slots.map(({ aspect }) => aspect);
  const lines = [], withY = [], panels = [];
  for (const { count, alike } of trace.rows) {
    let columns = count;
    while (columns > 1 && available / columns < ROOM) columns--;
    columns = Math.ceil(count / Math.ceil(count / columns));
    for (let i = 0; i < count; i++) {
      if (i % columns === 0) lines.push({ slots: [], broken: i > 0 });
      lines.at(-1).slots.push(withY.length);
      withY.push(!alike || i % columns === 0);
    }
  }
  const sizes = aspects.map(() => [available, available]);
  const sum = (slots, of) => slots.reduce((total, slot) => total + of(slot), 0);
  let rooms;
  for (let pass = 0; pass < 6; pass++) { // smaller panels wrap more words, and these leave smaller panels
    rooms = trace.slots.map((one, slot) => margins(one, ctx, font, sizes[slot], withY[slot]));
    const edge = Math.max(...lines.map(({ slots }) => rooms[slots[0]].left)); // the lines begin below each other
    let height;
    for (const { slots, broken } of lines) {
      rooms[slots[0]].left = edge;
      const free = available - sum(slots, (slot) => rooms[slot].left + RIGHT);
      const most = broken ? height : TALLEST[trace.rows.length > 1 ? 1 : 0];
      height = Math.max(20, Math.min(free / sum(slots, (slot) => 1 / aspects[slot]), most));
      for (const slot of slots) sizes[slot] = [height / aspects[slot], height].map(Math.floor);
    }
  }
  let top = 0, width = 0;
  for (const { slots } of lines) {
    const most = (side) => Math.max(...slots.map((slot) => rooms[slot][side]));
    top += most("top");
    let left = 0;
    for (const slot of slots) {
      const [wide, height] = sizes[slot], room = rooms[slot].left;
      panels[slot] = { left: left + room, top, width: wide, height, room, withY: withY[slot] };
      left += room + wide + RIGHT;
    }
    width = Math.max(width, left);
    top += panels[slots[0]].height + most("bottom") + 6;
  }
  return { panels, width, height: top };
}

/* Every second tick is dropped until the texts of the others have room. */
function spaced(ticks, at, room) {
  const close = ticks.some((tick, i) => i && Math.abs(at(tick[0]) - at(ticks[i - 1][0])) < room(tick, ticks[i - 1]));
  return close ? spaced(ticks.filter((_, i) => i % 2 === 0), at, room) : ticks;
}

/* Grid, axes, numbers and words around one panel. */
function frame({ ctx, x, y, X, Y, panel, font, color }, stage) {
  const { left, top, width, height, room, withY } = panel;
  const right = left + width, bottom = top + height;
  const rule = (strength, ...ends) => {
    ctx.globalAlpha = strength;
    ctx.beginPath();
    line(ctx, ...ends);
    ctx.stroke();
    ctx.globalAlpha = 1;
  };
  const crisp = (pixel) => Math.floor(pixel) + 0.5;
  const say = (lines, align, x, y, step = LINE) => {
    ctx.textAlign = align;
    lines.forEach((text, i) => ctx.fillText(text, x, y + i * step));
  };
  ctx.strokeStyle = ctx.fillStyle = color("ink");
  ctx.font = TICK + font;
  const wide = ([, text]) => ctx.measureText(text).width;
  for (const tick of spaced(x.ticks, X, (a, b) => (wide(a) + wide(b)) / 2 + 8)) {
    const at = crisp(X(tick[0]));
    if (stage.grid) rule(0.12, at, top, at, bottom);
    rule(0.5, at, bottom, at, bottom + 4);
    say([tick[1]], "center", Math.min(at, right + RIGHT - 2 - wide(tick) / 2), bottom + 16);
  }
  for (const [value, text] of spaced(y.ticks, Y, () => 15)) {
    const at = crisp(Y(value));
    if (stage.grid) rule(0.12, left, at, right, at);
    rule(0.5, left - 4, at, left, at);
    if (withY) say([text], "right", left - 7, at + 4);
  }
  // an axis that measures nothing is not drawn
  if (y.label || y.ticks.length) rule(0.5, left - 0.5, top, left - 0.5, bottom + 0.5);
  if (x.label || x.ticks.length) rule(0.5, left - 0.5, bottom + 0.5, right, bottom + 0.5);
  const titles = wrap(ctx, TITLE + font, stage.title, width);
  say(titles, "left", left, top - 9 - (titles.length - 1) * (LINE + 2), LINE + 2);
  say(wrap(ctx, LABEL + font, x.label, width), "center", left + width / 2, bottom + (x.ticks.length ? 35 : 18));
  if (!withY) return;
  ctx.save();
  ctx.translate(left - room + 12, top + height / 2);
  ctx.rotate(-Math.PI / 2);
  say(wrap(ctx, LABEL + font, y.label, height), "center", 0, 0);
  ctx.restore();
}

// --- the page ---

/* An element; what it holds is text and other elements, never markup. */
function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

const part = (tag, name, ...children) => make(tag, { class: `hpo-${name}` }, ...children);
const words = (text) => make("span", { text });
const button = (attributes) => make("button", { type: "button", ...attributes });

function canvasOf(width, height, ratio = 1, canvas = make("canvas")) {
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
  canvas.getContext("2d").scale(ratio, ratio);
  return canvas;
}

const ICONS = {
  first: ["First", "M3 2h2v12H3zM14 2v12L6 8z"],
  back: ["Back", "M12 2v12L4 8z"],
  play: ["Play", "M4 1.5v13L14 8z"],
  pause: ["Pause", "M3.5 2h3v12h-3zM9.5 2h3v12h-3z"],
  forward: ["Forward", "M4 2v12l8-6z"],
  last: ["Last", "M11 2h2v12h-2zM2 2v12l8-6z"],
};

function withIcon(button, name) {
  const [title, path] = ICONS[name];
  button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
  button.title = title;
  button.setAttribute("aria-label", title);
  return button;
}

function render({ model, el }) {
  let trace = unpack(model.get("frames"));
  let at = []; // the place on each dial
  let theme, drawn, fixed, playing, cross, held, handle;
  let showers = []; // each writes the place of one dial into its control
  const scratch = make("canvas").getContext("2d");

  const canvas = make("canvas", { role: "img" });
  const told = make("p", { role: "status", "aria-live": "polite" });
  const [heading, stage, legend] = [part("p", "label"), part("div", "stage", canvas), part("ul", "legend")];
  const [controls, sentence] = [part("div", "controls"), part("div", "told", told)];
  const root = make("div",
    { class: "hpo-player", tabindex: 0, role: "group", "data-lm-suppress-shortcuts": "true" },
    heading, stage, legend, controls, sentence);
  const measured = make("div"); // as wide as the page allows, and never higher or lower

  // --- which frame ---

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

  // --- drawing ---

  function readTheme() {
    const style = getComputedStyle(root);
    scratch.fillStyle = style.color;
    scratch.fillRect(0, 0, 1, 1);
    const [red, green, blue] = scratch.getImageData(0, 0, 1, 1).data;
    const dark = red + green + blue > 382; // light ink
    root.style.colorScheme = dark ? "dark" : "light"; // for the controls, which the browser draws
    let page = style.caretColor;
    const clear = () => page.endsWith(", 0)");
    for (let node = root; node && clear(); node = node.parentElement) page = getComputedStyle(node).backgroundColor;
    if (clear()) page = dark ? "#111111" : "#ffffff";
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
    const available = Math.min(WIDEST, Math.floor(measured.getBoundingClientRect().width) - 12); // the root's padding
    if (available < 40) return; // not on the page
    readTheme();
    drawn = { ...arrange(trace, scratch, theme.font, available), ratio: devicePixelRatio };
    root.style.maxWidth = `${Math.max(drawn.width, Math.min(NARROWEST, available)) + 12}px`;
    canvasOf(drawn.width, drawn.height, drawn.ratio, canvas);
    canvas.dataset.panels = JSON.stringify(drawn.panels); // for whoever looks from outside
    if (handle)
      for (const side of ["left", "top", "width", "height"]) handle.style[side] = `${drawn.panels[0][side]}px`;
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
    for (const [name, width] of [["page", 5], ["ink", 2]]) { // with a rim it shows on every surface
      ctx.strokeStyle = color(name);
      ctx.lineWidth = width;
      ctx.beginPath();
      line(ctx, x - 12, y, x + 12, y);
      line(ctx, x, y - 12, x, y + 12);
      ctx.stroke();
    }
  }

  /* The legend: beside each name a small picture, drawn as the layer itself is. */
  function explain() {
    const unit = { low: 0, high: 1 };
    legend.replaceChildren(...trace.legend.map(({ layer, width, height, before, after }) => {
      const small = canvasOf(width + 2, height + 2, drawn.ratio);
      paint(penOn(small, { left: 1, top: 1, width, height }, unit, unit), layerOf(trace, layer));
      return make("li", {}, ...before.map(words), small, ...after.map(words));
    }));
  }

  // --- controls ---

  function build() {
    const key = root.contains(document.activeElement) && document.activeElement.dataset.key;
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
    sentence.dataset.longest = trace.longest;
    if (key !== false) (root.querySelector(`[data-key="${key}"]`) ?? root).focus({ preventScroll: true });
    heading.textContent = model.get("label");
    heading.hidden = !heading.textContent;
    root.setAttribute("aria-label", heading.textContent || "Pictures, step by step");
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
      count.textContent = textOf(dial, at[i]);
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
    told.textContent = picture()[0];
    canvas.setAttribute("aria-label", told.textContent);
    draw();
  }

  // --- playing ---

  function play() {
    const dial = main();
    if (trace.play === null || !last(dial)) return;
    if (at[dial] === last(dial)) turn(dial, 0);
    told.setAttribute("aria-live", "off"); // no sentence would be read to its end
    withIcon(root.querySelector("[data-key=play]"), "pause");
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
    withIcon(root.querySelector("[data-key=play]"), "play");
    told.setAttribute("aria-live", "polite");
    told.textContent = picture()[0]; // now it is read
  }

  // --- hands ---

  function act(name) {
    const running = playing, dial = main();
    pause();
    if (name === "play") running || play();
    else if (name === "reset") goTo(model.get("start")), show();
    else turn(dial, { first: 0, back: at[dial] - 1, forward: at[dial] + 1, last: last(dial) }[name]);
  }

  /* Scene and axis units at a point of the canvas; undefined outside the panels. */
  function placeAt({ x, y }) {
    const scene = drawn.panels.findIndex((panel) => inside(panel, x, y));
    if (scene < 0) return undefined;
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
    const known = key in ARROWS || key in KEYS || key === " " || key === "Enter";
    if (!known || event.ctrlKey || event.altKey || event.metaKey) return;
    event.stopPropagation(); // the page around has other plans for these
    const pressed = target.tagName === "BUTTON", chooser = target.tagName === "SELECT" || target.type === "radio";
    if (shiftKey && key in ARROWS && model.get("pick")) moveCross(...ARROWS[key]);
    else if (shiftKey || (pressed && (key === " " || key === "Enter"))) return; // the browser's own
    else if (key === "Enter") cross && pick(cross);
    else if (chooser || (target.type === "range" && key !== " ")) return; // they step by themselves
    else if (key === " ") act("play");
    else if (key in KEYS) act(KEYS[key]);
    else if (second() >= 0) turn(second(), at[second()] + ARROWS[key][1]);
    event.preventDefault();
  }

  function onClick(event) {
    const pressed = event.target.closest("button");
    if (pressed) act(pressed.dataset.key);
    if (pressed || !model.get("pick") || !stage.contains(event.target)) return;
    const { left, top } = canvas.getBoundingClientRect();
    pick({ x: event.clientX - left, y: event.clientY - top });
  }

  function onInput({ target }) {
    pause();
    turn(parseInt(target.dataset.key), +target.value);
  }

  function onPointer({ type, target, button, pointerId, clientX, clientY }) {
    if (type === "pointerdown" && target === handle && button === 0) {
      pause();
      const { X, Y } = penFor(0);
      const mover = (i, flat, from) => {
        const start = at[i], [first, next] = trace.dials[i].values;
        return (pixel) => (at[i] = within(0, Math.round(start + (flat(pixel) - flat(from)) / (next - first)), last(i)));
      };
      const [i, j] = trace.drag;
      held = { pointerId, alongX: mover(i, X.flat, clientX), alongY: mover(j, Y.flat, clientY) };
      handle.setPointerCapture(pointerId);
    } else if (held?.pointerId === pointerId) {
      held.alongX(clientX);
      held.alongY(clientY);
      show();
      if (type !== "pointermove") held = null;
    }
    handle?.classList.toggle("hpo-held", Boolean(held));
  }

  // --- from beginning to end ---

  function refresh() {
    drawn = null;
    build();
    show();
    lay();
  }

  function onFrames() {
    pause();
    const before = at;
    trace = unpack(model.get("frames"));
    held = null;
    goTo(model.get("start"));
    if (trace.stay && before.length === at.length) at = before.map((place, i) => within(0, place, last(i)));
    refresh();
  }

  const ending = new AbortController();
  const listen = (target, names, what) =>
    names.split(" ").forEach((name) => target.addEventListener(name, what, { signal: ending.signal }));
  const themes = new MutationObserver(retheme);
  const sizes = new ResizeObserver(lay);
  const sight = new IntersectionObserver((entries) => entries.at(-1).isIntersecting || pause());
  const changes = { "change:frames": onFrames, "change:label": refresh };

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
  for (const name in changes) model.on(name, changes[name]);

  return () => {
    pause();
    ending.abort();
    for (const observer of [themes, sizes, sight]) observer.disconnect();
    for (const name in changes) model.off(name, changes[name]);
    measured.remove();
    root.remove();
  };
}

export default { render };
