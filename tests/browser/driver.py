"""A student's hands and eyes: JupyterLab in a real Chromium.

`Lab` opens notebooks, runs them, and reads what they show; it also notes what must never happen: requests that leave
this machine, and errors in the browser's console. What is shown is read with ``textContent``, because cells that are
scrolled out of sight have no ``innerText``.

Loading JupyterLab costs far more than opening a notebook in it, so one page can serve many tests: `Lab.begin` loads it
with nothing open, `Lab.open` then opens in place, and `Lab.clear` puts everything back.
"""

import base64
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from lab_server import Server
from playwright.sync_api import Page, Request, ViewportSize, WebSocket

LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
WIDGET = "application/vnd.jupyter.widget-view+json"
PATIENCE = 60_000  # milliseconds; what is awaited comes at once, but not on a machine that is busy
SIZE: ViewportSize = {"width": 1400, "height": 1000}


class Lab:
    """JupyterLab in one page; ``foreign`` holds requests that left this machine, ``complaints`` console errors."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("request", self._note_request)
        page.on("websocket", self._note_socket)
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_request(self, request: Request) -> None:
        self._note(request.url)

    def _note_socket(self, socket: WebSocket) -> None:
        self._note(socket.url)

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        local = parts.scheme in ("data", "blob") or parts.netloc == urlsplit(self.server.url).netloc
        if not local:
            self.foreign.append(url)

    def begin(self) -> None:
        """Load JupyterLab in a clean workspace; no notebook is open, so that its launcher is."""
        self.page.goto(f"{self.server.url}lab?token={self.server.token}&reset")
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget")
        self.page.evaluate("() => window.jupyterapp.restored")

    def open(self, name: str) -> None:
        """Open a notebook of the server's folder, and wait until its kernel answers.

        A page that is not JupyterLab yet is led to the notebook's address, in a clean workspace.
        """
        if self.page.evaluate("() => Boolean(window.jupyterapp)"):
            self.page.evaluate("async path => void await jupyterapp.commands.execute('docmanager:open', {path})", name)
        else:
            self.page.goto(f"{self.server.url}lab/tree/{quote(name)}?token={self.server.token}&reset")
        self.page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.context")
        self.page.evaluate(
            """async () => {
                const app = window.jupyterapp;
                await app.restored;
                const panel = app.shell.currentWidget;
                await panel.context.ready;
                await panel.revealed;
                await panel.sessionContext.ready;
                await panel.sessionContext.session.kernel.info;
            }"""
        )

    def insist(self) -> None:
        """Let a claim that does not hold fail its cell, in this kernel, as the suite's other runs of notebooks do."""
        self.page.evaluate(
            """async () => {
                const code = "import os; os.environ['HPO_TUTOR_STRICT'] = '1'";
                await jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({code}).done;
            }"""
        )

    def clear(self) -> None:
        """Close every notebook, unsaved, end every kernel, and go back to the light theme and the page's first size."""
        self.page.evaluate(
            """async () => {
                const {shell, serviceManager} = window.jupyterapp;
                for (const panel of [...shell.widgets('main')].filter(one => one.context)) {
                    await panel.sessionContext.shutdown();
                    panel.dispose();
                }
                await serviceManager.sessions.shutdownAll();
            }"""
        )
        self.theme("light")
        self.page.set_viewport_size(SIZE)
        self.foreign.clear()
        self.complaints.clear()

    def run_all(self) -> None:
        """Run every cell, as "Run > Run All Cells" does, and wait until the last has finished."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def cells(self) -> list[dict[str, Any]]:
        """The notebook's cells as a saved notebook would hold them now, outputs included."""
        notebook: dict[str, Any] = self.page.evaluate("() => window.jupyterapp.shell.currentWidget.model.toJSON()")
        return list(notebook["cells"])

    def texts(self) -> list[str]:
        """What each code cell printed or returned as plain text, in the order of the notebook."""
        return [
            "".join(_plain(output) for output in cell["outputs"])
            for cell in self.cells()
            if cell["cell_type"] == "code"
        ]

    def errors(self) -> list[str]:
        """Tracebacks that cells ended in, and cells that Run All never reached."""
        found = []
        for number, cell in enumerate(self.cells()):
            if cell["cell_type"] != "code" or not "".join(cell["source"]).strip():
                continue
            if cell["execution_count"] is None:
                found.append(f"cell {number} did not run")
            found += [
                f"cell {number}: {output['ename']}: {output['evalue']}"
                for output in cell["outputs"]
                if output["output_type"] == "error"
            ]
        return found

    def with_output(self, mime: str) -> list[int]:
        """The positions of the cells that have an output of a MIME type."""
        return [
            number
            for number, cell in enumerate(self.cells())
            if any(mime in output.get("data", {}) for output in cell.get("outputs", []))
        ]

    def players(self) -> list[int]:
        """The positions of the cells whose output is a player; it says so by the still that stands in for it."""
        return [
            number
            for number, cell in enumerate(self.cells())
            for output in cell.get("outputs", [])
            if WIDGET in output.get("data", {}) and "<svg" in "".join(output["data"].get("text/html", ""))
        ]

    def shown(self, number: int) -> Any:
        """Scroll a cell into view, as only what is in view is drawn, and return a locator of it."""
        self.page.evaluate(
            """async (number) => {
                const content = window.jupyterapp.shell.currentWidget.content;
                content.activeCellIndex = number;
                await content.scrollToItem(number, 'smart');
                await content.widgets[number].ready;
                content.widgets[number].node.setAttribute('data-test-cell', String(number));
            }""",
            number,
        )
        return self.page.locator(f"[data-test-cell='{number}']")

    def traces(self, number: int) -> int:
        """How many traces of plotly's are really drawn in a cell; waits for the first, in a figure that has a size."""
        cell = self.shown(number)
        drawn = cell.locator("svg.main-svg .trace, svg.main-svg .hm, svg.main-svg .contour")
        drawn.first.wait_for(state="attached")
        cell.locator(".js-plotly-plot").first.wait_for(state="visible")  # one of no height holds its traces, unseen
        return int(drawn.count())

    def drawn(self, number: int) -> int:
        """How many different colours a player's picture holds in a cell; waits until it is there and has a size."""
        canvas = self.shown(number).locator(".hpo-player canvas").first
        canvas.wait_for(state="visible")
        return int(
            canvas.evaluate(
                """canvas => {
                    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                    return new Set(new Uint32Array(data.buffer)).size;
                }"""
            )
        )

    def portrait(self, number: int) -> bytes:
        """What a cell with a player shows, controls included, as a JPEG; `drawn` has waited for the picture.

        Chromium is asked itself: Playwright's own screenshots lay the whole page out anew, and take a second each.
        """
        output = self.shown(number).locator(".jp-OutputArea-output:has(.hpo-player)").first
        left, top, width, height = output.evaluate(
            """output => {
                output.scrollIntoView({block: 'start'});
                const {x, y, width, height} = output.getBoundingClientRect();
                return [x, y, width, height];
            }"""
        )
        session = self.page.context.new_cdp_session(self.page)
        clip = {"x": left, "y": top, "width": width, "height": height, "scale": 1}
        asked = {"format": "jpeg", "quality": 90, "optimizeForSpeed": True, "clip": clip}
        taken = session.send("Page.captureScreenshot", asked)
        session.detach()
        return base64.b64decode(taken["data"])

    def theme(self, name: Literal["light", "dark"]) -> None:
        """Switch JupyterLab's theme."""
        self.page.evaluate(
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})",
            f"JupyterLab {name.capitalize()}",
        )
        self.page.wait_for_selector(f"body[data-jp-theme-name='JupyterLab {name.capitalize()}']", state="attached")

    def screenshot(self, path: Path) -> None:
        """Save what is in view as a PNG."""
        self.page.screenshot(path=path)


def _plain(output: dict[str, Any]) -> str:
    text = output.get("text") or output.get("data", {}).get("text/plain") or ""
    return "".join(text)
