/* How does a player run on a page that knows nothing of Jupyter? As an element, in a shadow that keeps styles apart.

   data    what packing.py packed, its floats as standalone.py turns them, gzip in base64
   page    {zoom, sharp, tall}: pixels of the page for each of the picture's own, those of the canvas for each of the
           picture's (beside the screen's own ratio), and the most of the picture's that a panel may be high
   STYLE   theme.css */

const OUTSIDE = `
  :host { display: block; }
  :host([hidden]), [hidden] { display: none; }
  p { margin: 0; }
  .hpo-player { caret-color: var(--hpo-ground); }
  .hpo-player > :not(.hpo-stage) { zoom: var(--hpo-zoom); }
  .hpo-frozen .hpo-stage { pointer-events: none; }
  .hpo-frozen .hpo-controls { opacity: 0.4; }
  @media print { .hpo-here { display: none; } slot[hidden] { display: contents; } }
`;
const NEAR = "100%"; // of the window's height: as soon as that near, a player is made
const LOW = 120; // pixels of the picture; before panels get lower than that, letters get smaller

async function decoded(data) {
  if (!globalThis.DecompressionStream) throw Error("this browser is from before 2023");
  const packed = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const start = 4 + new DataView(buffer).getUint32(0, true);
  const planes = new Uint8Array(buffer.slice(start));
  const words = new DataView(buffer, start);
  const n = planes.length / 4;
  for (let i = 0, sum = 0; i < n; i++) { // undoes what standalone.py did to the floats
    sum += planes[i] | (planes[i + n] << 8) | (planes[i + 2 * n] << 16) | (planes[i + 3 * n] << 24);
    words.setUint32(4 * i, (sum |= 0), true);
  }
  return new DataView(buffer);
}

class HpoPlayer extends HTMLElement {
  static observedAttributes = ["scale"];

  #here = part("div", "here");
  #still = make("slot");
  #problem = make("p", { "aria-live": "polite" });
  #place; // what is asked for, until the player is there
  #values = {};
  #heard = {};
  #frozen = false;
  #making; // a promise: the player will be there
  #end; // ends it
  #due = 0; // the frame of animation in which the page is looked at
  #near = new IntersectionObserver((seen) => seen.at(-1).isIntersecting && this.make(), { rootMargin: NEAR });
  #sizes = new ResizeObserver(() => this.#look());
  #around = new MutationObserver(() => this.#look());
  #moved = () => this.#look();
  #model = { // as anywidget's
    get: (name) => this.#values[name],
    set: (name, value) => (this.#values[name] = value),
    save_changes: () => this.dispatchEvent(new CustomEvent("picked", { detail: this.#values.picked })),
    on: (event, what) => (this.#heard[event] = what),
    off: (event) => delete this.#heard[event],
  };

  constructor() {
    super();
    const style = make("style", { text: STYLE + OUTSIDE });
    this.attachShadow({ mode: "open" }).append(style, this.#here, this.#problem, this.#still);
  }

  connectedCallback() {
    if (this.#making) return; // it was only moved
    this.#place ??= this.#stops[0] ?? this.#number("start", 0);
    this.#frozen = this.hasAttribute("freeze");
    this.#near.observe(this);
  }

  disconnectedCallback() {
    queueMicrotask(() => this.isConnected || this.#leave());
  }

  attributeChangedCallback() {
    this.#look();
  }

  /* The number of stops that a presenter walks through. */
  get stops() {
    return this.#stops.length;
  }

  /* Whether the controls are dead. */
  get frozen() {
    return this.#frozen;
  }

  /* Go to a stop. At the first, a player with the attribute freeze is frozen; at any other it thaws. */
  stop(i) {
    const stops = this.#stops;
    if (!(i in stops)) throw RangeError(`stops are counted from 0, and this player has ${stops.length}; got ${i}`);
    this.#go(stops[i]);
    this.#freeze(i === 0 && this.hasAttribute("freeze"));
  }

  thaw() {
    this.#freeze(false);
  }

  /* Make the player now, though it is not near; the promise is kept when it is there. */
  make() {
    return (this.#making ??= this.#make());
  }

  get #stops() {
    return (this.getAttribute("stops") ?? "").split(" ").filter(Boolean).map(Number);
  }

  #number(name, otherwise) {
    return Number(this.getAttribute(name) ?? otherwise);
  }

  #go(place) {
    this.#place = place;
    if (!this.#end) return;
    this.#values.start = place;
    this.#heard["change:go"]();
    this.#values.start = this.#number("start", 0); // where a reset leads
  }

  async #make() {
    this.#near.disconnect();
    try {
      const frames = this.#values.frames ?? (await decoded(this.getAttribute("data")));
      if (this.#end || !this.isConnected) return; // it came and went meanwhile
      const [start, speed] = [this.#number("start", 0), this.#number("speed", 4)];
      const label = this.getAttribute("label") ?? "", pick = this.hasAttribute("pick");
      this.#values = { frames, start, speed, label, pick };
      this.#end = render({ model: this.#model, el: this.#here });
    } catch (error) {
      this.#here.replaceChildren();
      this.#problem.textContent = `This picture cannot move: ${error.message}.`;
      return;
    }
    this.#still.hidden = true; // on paper it is shown
    for (const child of this.#here.lastChild.children) child.part = child.className.replace("hpo-", "");
    this.#go(this.#place);
    this.#freeze(this.#frozen);
    this.#fit();
    this.#sizes.observe(this);
    for (let node = this; (node = node.parentElement); )
      this.#around.observe(node, { attributeFilter: ["class", "style", "data-theme"] });
    document.addEventListener("transitionend", this.#moved);
    window.addEventListener("resize", this.#moved);
  }

  #leave() {
    for (const observer of [this.#near, this.#sizes, this.#around]) observer.disconnect();
    document.removeEventListener("transitionend", this.#moved);
    window.removeEventListener("resize", this.#moved);
    cancelAnimationFrame(this.#due);
    this.#end?.();
    this.#end = this.#making = null;
    this.#due = 0;
    this.#still.hidden = false;
  }

  /* The page may have changed its width, its colours, or the transformation that slides are shown by. */
  #look() {
    if (!this.#end) return;
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      this.#fit();
    });
  }

  /* Lay the picture out; on a page that gives the element a height, so that all of it has room. */
  #fit() {
    const here = this.#here, root = here.lastChild, canvas = root.querySelector("[role=img]");
    const clear = "rgba(0, 0, 0, 0)", grounds = [];
    for (let node = this; node; node = node.parentElement) grounds.push(getComputedStyle(node).backgroundColor);
    here.style.setProperty("--hpo-ground", grounds.find((ground) => ground !== clear) ?? clear);
    here.style.position = "absolute"; // the element is then as high as the page alone makes it
    const room = this.clientHeight || Infinity;
    here.style.position = "";
    const transformed = this.getBoundingClientRect().width / this.offsetWidth || 1;
    let zoom = this.#number("scale", 1), tall = 999;
    for (let pass = 0; pass < 12; pass++) {
      here.style.setProperty("--hpo-zoom", zoom);
      this.#values.page = { zoom, sharp: zoom * transformed, tall };
      this.#heard["change:page"]();
      const over = (root.offsetHeight - room) / zoom;
      if (!(over > 0)) break;
      const panels = JSON.parse(canvas.dataset.panels);
      const rows = new Set(panels.map(({ top }) => top)).size;
      tall = Math.max(...panels.map(({ height }) => height)) - over / rows;
      if (tall < LOW && zoom > 1) [zoom, tall] = [Math.max(1, zoom * 0.9), 999];
    }
  }

  #freeze(yes) {
    this.#frozen = yes;
    if (!this.#end) return;
    const root = this.#here.lastChild;
    root.classList.toggle("hpo-frozen", yes);
    root.querySelector(".hpo-controls").inert = yes;
    if (!yes) root.tabIndex = 0;
    else {
      root.removeAttribute("tabindex");
      this.shadowRoot.activeElement?.blur();
    }
  }
}

customElements.define("hpo-player", HpoPlayer);
