"""The editor's server: what it refuses, what it tells browsers, and how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drillsim.editor.scan import read_scan
from drillsim.editor.server import MOST_BYTES, STATIC, TOKEN, EditorServer
from drillsim.editor.session import Session
from drillsim.errors import PlanError
from shipped import ROOT

ROOM = {"change": "room", "level": "L0", "corners": [[0, 0], [30, 3]], "use": "corridor"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EditorServer]:
    server = EditorServer(Session(tmp_path / "plan.yaml", units="m"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(
    server: EditorServer, route: str, data: Any = None, /, **headers: str | None
) -> tuple[int, Any, dict[str, str]]:
    """Ask as the page does; a header that is None is left out."""
    body = data if isinstance(data, bytes) or data is None else json.dumps(data).encode()
    given: dict[str, str | None] = {TOKEN: server.token, "Content-Type": "application/json"}
    given |= {k.replace("_", "-"): v for k, v in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    kept = {k: v for k, v in given.items() if v is not None}
    connection.request("GET" if body is None else "POST", route, body, kept)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    is_json = answer.headers.get_content_type() == "application/json"
    return answer.status, json.loads(content) if is_json else content, dict(answer.headers)


def version(server: EditorServer) -> int:
    return server.session.version


def test_the_page_and_the_plan_are_served_with_strict_headers(server: EditorServer) -> None:
    for route in STATIC:
        status, content, headers = ask(server, route)
        assert status == 200
        assert content
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
    status, state, _ = ask(server, "/api/plan")
    assert (status, state["version"], state["plan"]["units"]) == (200, 1, "m")


@pytest.mark.parametrize(
    ("status", "route", "data", "headers"),
    [
        (421, "/api/plan", None, {"Host": "evil.example"}),
        (421, "/", None, {"Host": "evil.example:80"}),
        (403, "/api/change", ROOM, {"Origin": "https://evil.example"}),
        (403, "/api/change", ROOM, {"Origin": "null"}),
        (403, "/api/change", ROOM, {"Origin": "http://["}),
        (403, "/api/change", ROOM, {"Origin": "https://127.0.0.1"}),
        (403, "/api/plan", None, {"Sec_Fetch_Site": "cross-site"}),
        (401, "/api/plan", None, {TOKEN: None}),
        (401, "/api/change", ROOM, {TOKEN: "wrong"}),
        (415, "/api/change", b"change=room", {"Content_Type": "application/x-www-form-urlencoded"}),
        (415, "/api/save", b"{}", {"Content_Type": "text/plain"}),
        (413, "/api/change", b" " * (MOST_BYTES + 1), {}),
        (404, "/api/nothing", None, {}),
        (404, "/../../etc/passwd", None, {}),
        (404, "/%2e%2e/%2e%2e/etc/passwd", None, {}),
        (404, "/static/../plan_file.py", None, {}),
        (405, "/api/save", None, {}),
        (405, "/", b"{}", {}),
        (400, "/api/change", b"{", {}),
        (400, "/api/change", b"[" * 50_000, {}),
        (400, "/api/change", b"[]", {}),
        (409, "/api/change", {**ROOM, "version": 99}, {}),
        (409, "/api/change", ROOM, {}),
        (409, "/api/save", {"version": True}, {}),
        (422, "/api/change", {"version": 1, "change": "__init__"}, {}),
        (422, "/api/change", {**ROOM, "version": 1, "corners": [[0, 0], [1e300, 2]]}, {}),
        (422, "/api/change", {**ROOM, "version": 1, "corners": "many"}, {}),
        (422, "/api/change", {"version": 1, "change": "set", "section": "__class__", "id": "x", "name": "x", "value": 1}, {}),
        (422, "/api/form", {"section": "spaces", "id": "nobody"}, {}),
        (422, "/api/scan", None, {}),
    ],
)  # fmt: skip
def test_a_hostile_or_stale_request_is_refused_and_changes_nothing(
    server: EditorServer, status: int, route: str, data: Any, headers: dict[str, str | None]
) -> None:
    before = server.session.draft
    found, told, answered = ask(server, route, data, **headers)
    assert found == status
    assert "message" in told
    assert "default-src 'none'" in answered["Content-Security-Policy"]
    assert server.session.draft is before
    assert not server.session.path.exists()


BODY = json.dumps({**ROOM, "version": 1}).encode()


@pytest.mark.parametrize(
    ("status", "lengths"),
    [
        (411, []),
        (400, ["-1"]),
        (400, ["-0"]),
        (400, ["+5"]),
        (400, ["many"]),
        (400, [""]),
        (400, ["1_0"]),
        (400, ["0x10"]),
        (400, ["12.0"]),
        (400, ["5, 5"]),
        (400, ["\u0663".encode().decode("latin-1")]),
        (400, [str(len(BODY)), str(len(BODY))]),
        (400, [str(len(BODY)), "3"]),
        (400, ["0"]),
        (400, [str(len(BODY) - 1)]),
        (400, [str(len(BODY) + 1), "close"]),
        (408, [str(len(BODY) + 1)]),
        (413, ["9" * 5000]),
        (413, ["999999999"]),
        (411, ["Transfer-Encoding: chunked"]),
        (421, [str(len(BODY)), "Host: evil.example"]),
    ],
)
def test_an_odd_length_is_a_plain_status_and_never_waited_for(
    server: EditorServer, status: int, lengths: list[str]
) -> None:
    server.body_wait_s = 0.2
    ends = "close" in lengths
    lines = [n if ":" in n else f"Content-Length: {n}" for n in lengths if n != "close"]
    head = [f"POST /api/change HTTP/1.1\r\nHost: 127.0.0.1:{server.port}", f"{TOKEN}: {server.token}"]
    head += ["Content-Type: application/json", *lines, "", ""]
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall("\r\n".join(head).encode("latin-1") + BODY)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(4096):
            answer += part
    assert answer.split()[1] == str(status).encode()
    assert b'"message"' in answer
    assert server.session.version == 1


def test_bytes_behind_a_change_are_left_alone(server: EditorServer) -> None:
    head = f"POST /api/change HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{TOKEN}: {server.token}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(head.encode() + BODY + b"GET / HTTP/1.1\r\n" * 2000)
        answer = b""
        while part := connection.recv(4096):
            answer += part
    assert answer.startswith(b"HTTP/1.0 200")
    assert answer.count(b"HTTP/1.0") == 1
    assert server.session.version == 2


def test_a_change_is_made_and_a_stale_save_is_told_with_the_present_state(server: EditorServer) -> None:
    status, state, _ = ask(server, "/api/change", {**ROOM, "version": 1}, Origin=f"http://127.0.0.1:{server.port}")
    assert (status, state["version"]) == (200, 2)
    server.session.path.write_text("theirs", encoding="utf-8")
    status, told, _ = ask(server, "/api/save", {"version": 2})
    assert status == 409
    assert told["state"]["version"] == 2
    assert server.session.path.read_text("utf-8") == "theirs"


def test_the_token_stands_behind_the_hash_and_differs_each_time(server: EditorServer, tmp_path: Path) -> None:
    other = EditorServer(Session(tmp_path / "other.yaml"))
    other.server_close()
    assert server.address == f"http://127.0.0.1:{server.port}/#t={server.token}"
    assert server.token != other.token
    assert server.server_address[0] == "127.0.0.1"


def test_unsaved_work_is_kept_while_one_draws_and_older_work_is_not_lost(server: EditorServer) -> None:
    place = server.session.path.with_name("plan.yaml.unsaved")
    place.write_text("of an earlier session", encoding="utf-8")
    server.session = Session(server.session.path, units="m")
    server.session.change(1, "room", ROOM)
    server.keep_every_s = 0.0
    server.service_actions()
    assert "use: corridor" in place.read_text("utf-8")
    assert place.with_name("plan.yaml.unsaved-before").read_text("utf-8") == "of an earlier session"
    server.session.save(server.session.version)
    assert not place.exists()


def test_files_that_are_no_scan_are_refused(tmp_path: Path) -> None:
    for name, content in {
        "a.png": b"\x89PNG\r\n\x1a\n", "b.jpg": b"\xff\xd8\xff\xe0", "c.svg": b"<svg/>", "d.pdf": b"%PDF-1.7 broken",
        "e.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (2**31 - 1).to_bytes(4, "big") * 2 + b"\x08",
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(PlanError):
            read_scan(tmp_path / name)
    with pytest.raises(PlanError):
        read_scan(tmp_path / "missing.png")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_cleanly_and_keeps_what_was_not_saved(tmp_path: Path, sign: signal.Signals) -> None:
    command = [sys.executable, "-m", "drillsim", "edit", "plan.yaml", "--no-open", "--json"]
    where = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        command, cwd=tmp_path, env=where, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        address = json.loads(run.stdout.readline())["address"]
        port, token = address.split(":")[2].split("/#t=")
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
        body = json.dumps({**ROOM, "version": 1})
        connection.request("POST", "/api/change", body, {TOKEN: token, "Content-Type": "application/json"})
        assert connection.getresponse().status == 200
        connection.close()
        run.send_signal(sign)
        _, told = run.communicate(timeout=30)
    assert run.returncode == 0
    assert "plan.yaml.unsaved" in told
    assert "Traceback" not in told
    assert "use: corridor" in (tmp_path / "plan.yaml.unsaved").read_text("utf-8")
    assert not (tmp_path / "plan.yaml").exists()
