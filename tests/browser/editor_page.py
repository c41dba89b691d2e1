"""The editor in a browser: a pointer in metres, keys, options, and a count of what somebody does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browser.page import Page
from drillsim.editor.scan import Scan
from drillsim.editor.server import EditorServer
from drillsim.editor.session import Session

IDLE = "return document.body.dataset.ready === 'yes' && document.body.dataset.busy === '0'"


@contextmanager
def served(path: Path, scan: Scan | None = None, *, units: str = "ft") -> Iterator[EditorServer]:
    """Serve an editor of a plan file from a thread."""
    server = EditorServer(Session(path, units=units), scan)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class EditorPage:
    """The page of an editor. Every gesture, key and filled field counts as one action."""

    def __init__(self, page: Page, server: EditorServer) -> None:
        self.page, self.server, self.actions = page, server, 0
        page.driver.get_log("browser")
        page.driver.get("about:blank")
        page.driver.get(server.address)
        self.wait()

    def wait(self) -> None:
        """Wait until the server has answered everything."""
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.page.driver, 30, poll_frequency=0.02).until(lambda d: d.execute_script(IDLE))

    @property
    def draft(self) -> dict[str, Any]:
        return self.server.session.draft

    @property
    def status(self) -> str:
        return self.page.texts("#status")[0]

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """Return where a point of the plan lies in the window; the page tells by its own bar of scale and grid."""
        px, py = self.page.run("return window.drillsim.pixel(arguments[0], arguments[1])", x, y)
        return round(px), round(py)

    def tool(self, key: str) -> None:
        """Choose a tool by its key."""
        self.actions += 1
        self.page.run("document.getElementById('plan').focus({preventScroll: true})")
        self.page.press(key)
        self.wait()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag from one point of the plan to another, in metres."""
        self._pointer([self.pixel(*start), self.pixel(*end)], hold=True)

    def click(self, x: float, y: float) -> None:
        """Click a point of the plan, in metres."""
        self._pointer([self.pixel(x, y)], hold=True)

    def _pointer(self, stops: list[tuple[int, int]], *, hold: bool) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        self.actions += 1
        chain = ActionChains(self.page.driver, duration=0)
        chain.w3c_actions.pointer_action.move_to_location(*stops[0])
        chain.w3c_actions.pointer_action.pointer_down()
        for stop in stops[1:]:
            chain.w3c_actions.pointer_action.move_to_location(*stop)
        chain.w3c_actions.pointer_action.pointer_up()
        chain.perform()
        self.wait()

    def fill(self, id_: str, value: str) -> None:
        """Write into a field, or choose from a list, by its id."""
        self.actions += 1
        script = """const e = document.getElementById(arguments[0]);
        e.focus();
        if (e.type === 'checkbox') { if (e.checked !== (arguments[1] === 'yes')) e.click(); return }
        e.value = arguments[1];
        if (e.value !== arguments[1]) throw new Error(`${arguments[0]} cannot be ${arguments[1]}`);
        e.dispatchEvent(new Event('change', {bubbles: true}))"""
        self.page.run(script, id_, value)
        self.wait()

    def press_button(self, id_: str) -> None:
        """Press a button by its id."""
        self.actions += 1
        self.page.driver.find_element("id", id_).click()
        self.wait()

    def keys(self, *keys: str) -> None:
        """Press keys one after another on the plan."""
        self.page.run("document.getElementById('plan').focus({preventScroll: true})")
        for key in keys:
            self.actions += 1
            self.page.press(key)
        self.wait()

    def save(self) -> None:
        """Save with the button."""
        self.press_button("save")
