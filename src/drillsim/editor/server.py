"""The editor's server: fixed routes on the loopback address, for one page with one token.

Each request is judged before it is read: the host it names (421), the page it comes from (403), its route (404) and method (405), its
token (401), the type (415), length (400, 408, 411) and size (413) of its body. A change of what the page has not seen is refused (409), one that cannot be
made too (422), with the reason. Nothing of the file system has a route, but for the files of the page.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from socket import SHUT_WR
from typing import Any

from drillsim.editor.scan import Scan
from drillsim.editor.session import Session, StaleError
from drillsim.errors import DrillsimError
from drillsim.escape import one_line

HOST = "127.0.0.1"
MOST_BYTES = 256 * 1024
"""Largest body of a request; a change is a few hundred bytes."""
BODY_WAIT_S = 5.0
"""Seconds without a byte after which a body that stops short is given up (408)."""
DROP_WAIT_S = 0.5
"""Seconds that are waited for the end of what a client sends beyond its request."""
KEEP_EVERY_S = 15.0
"""Seconds between two keepings of unsaved work beside the file."""
TOKEN = "X-Drillsim-Token"
STATIC = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    "/editor.css": ("editor.css", "text/css; charset=utf-8"),
    **{
        f"/{name}.js": (f"{name}.js", "text/javascript; charset=utf-8")
        for name in ("main", "api", "view", "tools", "snap", "panel", "keys", "scan", "pointer")
    },
}
"""Files of the page by route; there are no others."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Answer = tuple[int, bytes, str]


class EditorServer(ThreadingHTTPServer):
    """Server of one session.

    port
        0 takes a free one.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, session: Session, scan: Scan | None = None, *, port: int = 0) -> None:
        super().__init__((HOST, port), _Request)
        self.session, self.scan = session, scan
        self.body_wait_s = BODY_WAIT_S
        self.keep_every_s, self._kept_at = KEEP_EVERY_S, time.monotonic()
        self.token = secrets.token_urlsafe(24)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    @property
    def address(self) -> str:
        """The page's address; the token stands behind '#', which browsers send to nobody."""
        return f"http://{HOST}:{self.port}/#t={self.token}"

    @property
    def hosts(self) -> frozenset[str]:
        """Names under which it may be asked; any other comes from a page that has another name point here."""
        return frozenset({f"{HOST}:{self.port}", f"localhost:{self.port}"})

    def service_actions(self) -> None:
        """Keep unsaved work beside the file every few seconds, for windows that are closed and computers that stop."""
        if time.monotonic() - self._kept_at < self.keep_every_s:
            return
        self._kept_at = time.monotonic()
        with suppress(OSError, DrillsimError):  # tried again later; saving itself tells why
            self.session.autosave()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""


class _Request(BaseHTTPRequestHandler):
    server: EditorServer
    server_version, sys_version = "drillsim", ""
    timeout = 60

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PUT(self) -> None:
        self._answer("PUT")

    do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = do_PUT  # noqa: N815 - names of the library

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the library
        """Write no log."""

    def _answer(self, method: str) -> None:
        status, body, kind = self._judged(method)
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self._drop_rest()

    def _drop_rest(self) -> None:
        """Take what a client sends beyond its request, so that closing does not reset the connection under the answer."""
        with suppress(OSError, ValueError):
            self.wfile.flush()
            self.connection.shutdown(SHUT_WR)
            self.connection.settimeout(DROP_WAIT_S)
            for _ in range(MOST_BYTES // 4096):
                if not self.rfile.read1(4096):
                    break

    def _judged(self, method: str) -> Answer:
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or hosts[0] not in self.server.hosts:
            return _told(421, "this host has no editor. Open the address that 'drillsim edit' printed")
        origin = self.headers.get("Origin")
        foreign = origin is not None and origin not in {f"http://{host}" for host in self.server.hosts}
        if foreign or self.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return _told(403, "another page asked for this, and was refused")
        route = self.path.split("?")[0]
        if route in STATIC:
            return _static(route) if method == "GET" else _told(405, "this address can only be read")
        if (method, route) not in ROUTES:
            known = any(route == r for _, r in ROUTES)
            return _told(405 if known else 404, "there is nothing here")
        if not compare_digest(self.headers.get(TOKEN, "").encode("utf-8", "replace"), self.server.token.encode()):
            return _told(401, "the key of this session is missing. Open the address that 'drillsim edit' printed")
        given: Any = {}
        if method == "POST":
            refused, given = self._body()
            if refused is not None:
                return refused
        return self._performed(ROUTES[method, route], given)

    def _body(self) -> tuple[Answer | None, Any]:
        if self.headers.get_content_type() != "application/json":
            return _told(415, "a change is sent as application/json"), None
        refused, size = self._size()
        if refused is not None:
            return refused, None
        try:
            self.connection.settimeout(self.server.body_wait_s)
            content = self.rfile.read(size)
        except TimeoutError:
            return _told(408, "the change stopped short of its length"), None
        if len(content) < size:
            return _told(400, "the change is shorter than its length"), None
        try:
            given = json.loads(content)
        except (ValueError, RecursionError):
            return _told(400, "this is not JSON"), None
        if not isinstance(given, dict):
            return _told(400, "a change is an object"), None
        return None, given

    def _size(self) -> tuple[Answer | None, int]:
        """Return the length of the body that the request states, or why it is refused."""
        told = self.headers.get_all("Content-Length", [])
        if self.headers.get_all("Transfer-Encoding"):
            return _told(411, "a change is sent whole, with its Content-Length"), 0
        if len(told) != 1:
            return _told(400 if told else 411, "a change has one Content-Length"), 0
        size = told[0].strip(" \t")
        if not (size.isascii() and size.isdigit()):
            return _told(400, "the Content-Length is no number"), 0
        if len(size.lstrip("0")) > 9 or int(size) > MOST_BYTES:
            return _told(413, f"a change has at most {MOST_BYTES // 1024} kB"), 0
        return None, int(size)

    def _performed(self, action: Callable[[EditorServer, Mapping[str, Any]], Any], given: Mapping[str, Any]) -> Answer:
        try:
            result = action(self.server, given)
        except StaleError:
            return _told(409, "the plan was changed somewhere else", state=self.server.session.state())
        except DrillsimError as e:
            return _told(422, one_line(e.faults[0].message if e.faults else str(e)))
        except OSError as e:
            return _told(422, f"the system refuses this: {one_line(e.strerror or str(e))}")
        if isinstance(result, tuple):
            return 200, *result
        return 200, json.dumps(result, allow_nan=False).encode(), "application/json"


def _told(status: int, message: str, **more: Any) -> Answer:
    return status, json.dumps({"message": message, **more}).encode(), "application/json"


def _static(route: str) -> Answer:
    name, kind = STATIC[route]
    return 200, (files("drillsim.editor") / "static" / name).read_bytes(), kind


def _version(given: Mapping[str, Any]) -> int:
    version = given.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise StaleError
    return version


def _scan_of(server: EditorServer) -> Scan:
    if server.scan is None:
        raise DrillsimError("no scan was given: drillsim edit PLAN --scan MAP.png")
    return server.scan


ROUTES: Mapping[tuple[str, str], Callable[[EditorServer, Mapping[str, Any]], Any]] = {
    ("GET", "/api/plan"): lambda s, _: {
        **s.session.state(), **s.session.vocabulary(), "scan": s.scan.facts() if s.scan else None,
    },
    ("GET", "/api/scan"): lambda s, _: (_scan_of(s).picture, _scan_of(s).kind),
    ("POST", "/api/scan/place"): lambda s, g: _scan_of(s).place(g),
    ("POST", "/api/change"): lambda s, g: s.session.change(_version(g), str(g.get("change")), g),
    ("POST", "/api/undo"): lambda s, g: s.session.undo(_version(g)),
    ("POST", "/api/redo"): lambda s, g: s.session.undo(_version(g), again=True),
    ("POST", "/api/restore"): lambda s, g: s.session.restore(_version(g)),
    ("POST", "/api/save"): lambda s, g: s.session.save(_version(g), overwrite=g.get("overwrite") is True),
    ("POST", "/api/assess"): lambda s, g: s.session.assess(_version(g)),
    ("POST", "/api/form"): lambda s, g: s.session.form(str(g.get("section")), str(g.get("id"))),
}  # fmt: skip
"""What the page can ask for, by method and route."""
