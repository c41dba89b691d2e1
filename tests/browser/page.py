"""A page opened from disk in Chromium, with what it complains of and what it asks the network for."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver",)
WIDE, HIGH = 1280, 900


class Page:
    """One tab of the browser: open a file, press keys, read the document.

    driver
        Selenium's driver, for what this class does not offer.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, path: Path) -> None:
        """Load a file from disk; complaints and requests are counted from here on."""
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(path.resolve().as_uri())

    @property
    def errors(self) -> list[str]:
        """What the console complained of since the page was opened, or since the last look."""
        return [one["message"] for one in self.driver.get_log("browser") if one["level"] in ("SEVERE", "WARNING")]

    @property
    def requests(self) -> list[str]:
        """Addresses that the page asked for, but for its own, since it was opened or since the last look."""
        own = self.driver.current_url.split("#")[0]
        told = (json.loads(one["message"])["message"] for one in self.driver.get_log("performance"))
        sent = [one["params"]["request"]["url"] for one in told if one["method"] == "Network.requestWillBeSent"]
        return [url for url in sent if url.split("#")[0] != own and not url.startswith(("data:", "blob:"))]

    def run(self, script: str, *given: Any) -> Any:
        """Run a script in the page and return what it returns."""
        return self.driver.execute_script(script, *given)

    def run_async(self, script: str, *given: Any) -> Any:
        """Run a script whose last argument is called with the result."""
        return self.driver.execute_async_script(script, *given)

    def press(self, *keys: str) -> None:
        """Press keys one after another, as somebody without a mouse does; Selenium's `Keys` names those without a letter."""
        from selenium.webdriver.common.action_chains import ActionChains

        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def all(self, css: str) -> list[Any]:
        """Return the elements that a selector finds."""
        return list(self.driver.find_elements("css selector", css))

    def texts(self, css: str) -> list[str]:
        """Return the text of each element that a selector finds, on one line, shown or not."""
        script = (
            "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent.replace(/\\s+/g, ' ').trim())"
        )
        return list(self.run(script, css))

    @contextmanager
    def zoomed(self, factor: float) -> Iterator[None]:
        """Show the page enlarged, as Ctrl and + do: a window of so much fewer CSS pixels."""
        size = {"width": round(WIDE / factor), "height": round(HIGH / factor)}
        self.command("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=factor, mobile=False)
        try:
            yield
        finally:
            self.command("Emulation.clearDeviceMetricsOverride")

    @contextmanager
    def as_printed(self) -> Iterator[None]:
        """Apply the style sheet for paper."""
        self.command("Emulation.setEmulatedMedia", media="print")
        try:
            yield
        finally:
            self.command("Emulation.setEmulatedMedia", media="")

    def printed(self) -> bytes:
        """Return the page as PDF, on the paper that its style asks for."""
        told = self.command("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(told["data"])

    def picture(self, path: Path) -> None:
        """Write a screenshot of the window."""
        path.write_bytes(base64.b64decode(self.command("Page.captureScreenshot")["data"]))

    def command(self, name: str, **arguments: Any) -> Any:
        """Send a command of Chromium's own protocol and return its answer."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def barriers(self) -> list[str]:
        """Return what axe-core finds seriously wrong for people with disabilities, one line each."""
        from axe_core_python.base import AXE_SCRIPT

        self.run(AXE_SCRIPT)
        done = "axe.run({resultTypes: ['violations']}).then(found => arguments[0](found.violations))"
        found = [one for one in self.run_async(done) if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]


def start() -> Any:
    """Start Chromium without a window. Raises RuntimeError where browser or driver are not installed."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    browser, driver = _installed(BROWSERS), _installed(DRIVERS)
    options = ChromeOptions()
    options.binary_location = browser
    for word in ("headless=new", "no-sandbox", "disable-dev-shm-usage", "disable-gpu", f"window-size={WIDE},{HIGH}"):
        options.add_argument(f"--{word}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = Chrome(options=options, service=Service(driver))
    found.set_script_timeout(60)
    return found


def _installed(names: tuple[str, ...]) -> str:
    found = next((place for name in names if (place := shutil.which(name))), None)
    if found is None:
        raise RuntimeError(f"{names[0]} is not installed: apt-get install chromium chromium-driver")
    return found
