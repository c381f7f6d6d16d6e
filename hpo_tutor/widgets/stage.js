/* How is a picture drawn on a canvas?

   trace   what packing.py packed
   slot    the number of a scene on its board; stage: its axes and title
   panel   where it is drawn, without labels, in pixels of the page
   pen     what a layer is drawn with: the canvas' context, X and Y from axis units to pixels, colours */

const WIDEST = 900, NARROWEST = 520; // a small picture leaves its controls room
const TALLEST = [460, 340]; // panels of one row, of several
const ROOM = 170; // the least width of a panel with its labels
const GAP = 22, RIGHT = 14; // left of a panel without numbers, right of each
const LINE = 16; // of a line of text
const TICK = "12px ", LABEL = "13px ", TITLE = "600 14px ";
const MOST_BITMAPS = 60;

// --- what was packed

function unpack(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  const size = view.getUint32(0, true);
  const floats = new Float32Array(bytes.slice(4 + size).buffer); // a copy, as a message begins anywhere
  return { ...JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size))), floats, bitmaps: new Map() };
}

function layerOf(trace, id) {
  const [look, ...spans] = trace.layers[id];
  const layer = { ...trace.looks[look], id };
  for (const name of layer.arrays) {
    const [first, length] = spans.splice(0, 2);
    layer[name] = trace.floats.subarray(first, first + length);
  }
  return layer;
}

// --- layers

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

const fillOf = ({ fill, palette }, i) => palette?.[fill[i]] ?? fill;

const PAINT = {
  heatmap({ ctx, x, y, X, Y, trace }, layer) {
    const [left, right] = (layer.x ?? [x.low, x.high]).map(X);
    const [bottom, top] = (layer.y ?? [y.low, y.high]).map(Y);
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
      if (!inside(panel, x, y)) continue; // on the rim drawn whole, beyond it not at all
      ctx.beginPath();
      for (const [right, up] of polygon) ctx.lineTo(x + radius * right, y - radius * up);
      if (!polygon.length) ctx.arc(x, y, radius, 0, 7);
      ctx.closePath();
      ctx.fill();
      if (layer.outline) ctx.stroke();
    }
  },

  line(pen, layer) {
    const { ctx, X, Y } = pen, { x, y } = layer;
    const count = y.length / x.length; // lines over the same x, side by side in y
    for (let k = 0; k < count; k++) {
      ctx.beginPath();
      let joined = false;
      for (let i = 0; i < x.length; i++) {
        const left = X(x[i]), top = Y(y[i * count + k]), drawn = Number.isFinite(left + top);
        if (drawn) ctx[joined ? "lineTo" : "moveTo"](left, top);
        joined = drawn;
      }
      stroke(pen, layer);
    }
  },

  band({ ctx, X, Y, color }, layer) {
    const corners = Array.from(layer.x, (x, i) => [X(x), Y(layer.low[i]), Y(layer.high[i])]);
    const drawn = (i) => corners[i]?.every(Number.isFinite);
    ctx.fillStyle = color(layer.color);
    for (let first = 0, end; first < corners.length; first = end + 1) {
      for (end = first; drawn(end); ) end++;
      const whole = corners.slice(first, end);
      ctx.beginPath();
      for (const [x, , high] of whole) ctx.lineTo(x, high);
      for (const [x, low] of whole.reverse()) ctx.lineTo(x, low);
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
        ctx.fillStyle = color(fillOf(layer, i));
        ctx.fill();
      }
      ctx.globalAlpha = 1;
      if (layer.width) stroke(pen, layer);
    }
  },

  polygons({ ctx, X, Y, color }, layer) {
    const { x, y, corners } = layer;
    ctx.lineWidth = layer.width;
    for (let i = 0; i < x.length; i += corners) {
      const fill = fillOf(layer, i / corners);
      ctx.beginPath();
      for (let k = i; k < i + corners; k++) ctx.lineTo(X(x[k]), Y(y[k]));
      ctx.closePath();
      ctx.fillStyle = color(fill);
      ctx.strokeStyle = color(layer.outline ?? fill);
      ctx.fill();
      ctx.stroke();
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
    const { ctx, X, Y, panel: { left, top, width, height } } = pen, bottom = top + height;
    ctx.beginPath();
    for (const value of layer.at) {
      if (layer.axis === "x") line(ctx, X(value), bottom, X(value), layer.across ? top : bottom - 10);
      else line(ctx, left, Y(value), left + (layer.across ? width : 10), Y(value));
    }
    stroke(pen, layer);
  },

  text({ ctx, X, Y, color, font }, layer) {
    ctx.font = `${layer.size}px ${font}`;
    ctx.textAlign = layer.anchor === "middle" ? "center" : layer.anchor;
    ctx.textBaseline = "middle";
    ctx.fillStyle = color(layer.color);
    ctx.strokeStyle = color(layer.color === "page" ? "ink" : "page"); // a halo
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

// --- panels

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

/* The room that a panel's longest words need, so that nothing moves while it plays. */
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

/* Panels of a row have one height; a row without room is broken. */
function arrange(trace, ctx, font, available, tall) {
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
  for (let pass = 0; pass < 6; pass++) { // smaller panels wrap more words, which need more room
    rooms = trace.slots.map((one, slot) => margins(one, ctx, font, sizes[slot], withY[slot]));
    const edge = Math.max(...lines.map(({ slots }) => rooms[slots[0]].left)); // the lines begin below each other
    let height;
    for (const { slots, broken } of lines) {
      rooms[slots[0]].left = edge;
      const free = available - sum(slots, (slot) => rooms[slot].left + RIGHT);
      const most = broken ? height : TALLEST[+(trace.rows.length > 1)];
      height = Math.max(20, Math.min(free / sum(slots, (slot) => 1 / aspects[slot]), most, tall));
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

/* Every second tick is dropped until all texts have room. */
function spaced(ticks, at, room) {
  const close = ticks.some((tick, i) => i && Math.abs(at(tick[0]) - at(ticks[i - 1][0])) < room(tick, ticks[i - 1]));
  return close ? spaced(ticks.filter((_, i) => !(i % 2)), at, room) : ticks;
}

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

// --- the page

/* An element that holds text and elements, never markup. */
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

function canvasOf(width, height, ratio = 1, canvas = make("canvas"), zoom = 1) {
  [canvas.width, canvas.height] = [width * ratio, height * ratio].map(Math.round);
  canvas.style = `width: ${width * zoom}px; height: ${height * zoom}px`;
  canvas.getContext("2d").scale(ratio, ratio);
  return canvas;
}
