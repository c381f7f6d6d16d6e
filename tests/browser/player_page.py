"""A page with players on it and no kernel behind it.

It loads the player's script from a server of this machine, and gives it a model that does what anywidget's does.
What a page keeps although its players are gone (listeners, observers, timers, frames of animation) is counted from
before the script is loaded.
"""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page

from hpo_tutor.widgets import LiveTraining, Player
from hpo_tutor.widgets.pictures import HERE, Pictures

SCRIPTS = {"player.js": str(Player._esm), "live.js": str(LiveTraining._esm)}
STATE = ("start", "label", "speed", "pick", "picked", "form", "progress")

# what stays behind: target and event of each listener, and how many observers, timers and frames are pending
WATCH = """
window.kept = {listeners: [], observers: 0, frames: new Set(), timers: new Set()};
const known = new Map([[window, 'window'], [document, 'document']]);
const nameOf = target => known.get(target) ?? (target instanceof MediaQueryList ? 'media'
    : target === document.body ? 'body' : target === document.documentElement ? 'html' : 'element');
const add = EventTarget.prototype.addEventListener, remove = EventTarget.prototype.removeEventListener;
EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (!(this instanceof AbortSignal)) {
        const entry = {target: this, name: nameOf(this ?? window), type, listener};
        window.kept.listeners.push(entry);
        const forget = () => window.kept.listeners = window.kept.listeners.filter(one => one !== entry);
        if (options?.signal) add.call(options.signal, 'abort', forget, {once: true});
    }
    return add.call(this, type, listener, options);
};
EventTarget.prototype.removeEventListener = function (type, listener, options) {
    window.kept.listeners = window.kept.listeners.filter(
        one => one.target !== this || one.type !== type || one.listener !== listener);
    return remove.call(this, type, listener, options);
};
for (const name of ['MutationObserver', 'ResizeObserver', 'IntersectionObserver']) {
    const observe = window[name].prototype.observe, disconnect = window[name].prototype.disconnect;
    const busy = new WeakSet();
    window[name].prototype.observe = function (...rest) {
        if (!busy.has(this)) window.kept.observers++;
        busy.add(this);
        return observe.apply(this, rest);
    };
    window[name].prototype.disconnect = function () {
        if (busy.delete(this)) window.kept.observers--;
        return disconnect.call(this);
    };
}
const request = window.requestAnimationFrame, cancel = window.cancelAnimationFrame;
window.requestAnimationFrame = work => {
    const id = request(now => { window.kept.frames.delete(id); work(now); });
    window.kept.frames.add(id);
    return id;
};
window.cancelAnimationFrame = id => { window.kept.frames.delete(id); cancel(id); };
for (const [start, stop] of [['setTimeout', 'clearTimeout'], ['setInterval', 'clearInterval']]) {
    const begin = window[start], end = window[stop];
    window[start] = (work, ...rest) => {
        const id = begin((...given) => {
            if (start === 'setTimeout') window.kept.timers.delete(id);
            work(...given);
        }, ...rest);
        window.kept.timers.add(id);
        return id;
    };
    window[stop] = id => { window.kept.timers.delete(id); end(id); };
}
"""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Players</title><link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --ground: #ffffff; --words: #1a1a1a; }
  html.dark { --ground: #111111; --words: #e8e8e8; }
  body { margin: 12px; background: var(--ground); color: var(--words); font-family: sans-serif; }
</style>
<link rel="stylesheet" href="/theme.css"></head><body><main></main>
<script type="module">
import player from "/player.js";
import live from "/live.js";
const bytes = async number => {
    const packed = new Uint8Array(await (await fetch(`/frames/${number}`)).arrayBuffer());
    const message = new Uint8Array(packed.length + 7); // a message from a kernel begins anywhere
    message.set(packed, 3);
    return new DataView(message.buffer, 3, packed.length);
};
window.models = [];
window.endings = [];
window.mount = async (number, state, kind) => {
    const values = {...state, frames: await bytes(number)}, heard = {}, saved = [], sent = [];
    const model = {
        get: name => values[name],
        set(name, value) {
            if (Object.is(values[name], value)) return; // no change, nothing to hear
            values[name] = value;
            (heard[`change:${name}`] ?? []).forEach(one => one());
        },
        on: (event, one) => (heard[event] ??= []).push(one),
        off: (event, one) => heard[event] = heard[event].filter(other => other !== one),
        save_changes: () => saved.push(structuredClone(values.picked)),
        send: message => sent.push(structuredClone(message)),
        heard, saved, sent,
    };
    const el = document.createElement("div");
    document.querySelector("main").append(el);
    window.models.push(model);
    window.endings.push(await {player, live}[kind].render({model, el}));
    return window.models.length - 1;
};
window.renew = async (index, number, state) => {
    const frames = await bytes(number), model = window.models[index];
    for (const name in state) model.set(name, state[name]);
    model.set("frames", frames);
};
window.ready = true;
</script></body></html>
"""


class Players:
    """Players on one page; ``foreign`` holds requests that left this machine, ``complaints`` console errors."""

    def __init__(self, page: Page, address: str, frames: list[bytes]) -> None:
        self.page = page
        self._address = address
        self._frames = frames
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        page.set_default_timeout(15_000)
        page.on("request", lambda request: None if self._is_local(request.url) else self.foreign.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.add_init_script(WATCH)
        page.goto(address)
        page.wait_for_function("() => window.ready")

    def _is_local(self, url: str) -> bool:
        return url.startswith((self._address, "data:", "blob:"))

    def mount(self, widget: Pictures) -> Locator:
        """Put a widget on the page as a notebook's output would, and return its outermost element."""
        kind = "player" if isinstance(widget, Player) else "live"
        given = [self._keep(widget.frames), state(widget), kind]
        index = self.page.evaluate("given => window.mount(...given)", given)
        return self.page.locator(".hpo-player").nth(index)

    def renew(self, widget: Pictures, index: int = 0) -> None:
        """Hand a widget that is on the page what another one shows, as the kernel does when its traits change."""
        given = [index, self._keep(widget.frames), state(widget)]
        self.page.evaluate("given => window.renew(...given)", given)

    def sent(self, index: int = 0) -> list[dict[str, Any]]:
        """The messages that a widget has sent to its kernel."""
        return list(self.page.evaluate("index => window.models[index].sent", index))

    def saved(self, index: int = 0) -> list[dict[str, Any]]:
        """What a player has told its kernel about picked places."""
        return list(self.page.evaluate("index => window.models[index].saved", index))

    def kept(self) -> dict[str, Any]:
        """What is pending or listening: listeners by target and event, observers, frames of animation, timers."""
        return dict(
            self.page.evaluate(
                """() => ({
                    listeners: kept.listeners.map(one => `${one.name} ${one.type}`).sort(),
                    observers: kept.observers, frames: kept.frames.size, timers: kept.timers.size,
                })"""
            )
        )

    def _keep(self, packed: bytes) -> int:
        self._frames.append(packed)
        return len(self._frames) - 1


def state(widget: Pictures) -> dict[str, Any]:
    """What the kernel tells the page besides the pictures."""
    return {name: getattr(widget, name) for name in STATE if widget.has_trait(name)}


@contextmanager
def served() -> Iterator[tuple[str, list[bytes]]]:
    """A server on the loopback, of the page, its scripts, theme.css and every buffer in the list that comes with it."""
    frames: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            if name.startswith("frames/"):
                kind, body = "application/octet-stream", frames[int(name.removeprefix("frames/"))]
            elif name == "theme.css":
                kind, body = "text/css", (HERE / name).read_bytes()
            elif name in SCRIPTS:
                kind, body = "text/javascript", SCRIPTS[name].encode()
            else:
                kind, body = "text/html", PAGE.encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")  # the browser's clock is finer then
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
            """Say nothing; the browser's console is what is looked at."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", frames
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
