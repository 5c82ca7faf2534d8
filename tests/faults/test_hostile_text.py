"""Text from outside that wants to be a command to the terminal, or markup, stays text everywhere."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen
from tests.support.configs import changed_config, supervisor_socket
from tests.support.range import start_range
from tests.support.terminal import Terminal

pytestmark = pytest.mark.xdist_group("hostile")
LONG = 25.0
CLIPBOARD = base64.b64encode(b"hostile clipboard").decode()
HOSTILE = (
    f"\x1b]52;c;{CLIPBOARD}\x07\x1b]0;HOSTILE TITLE\x07\x1b[2J\x1b[35;5mBLINK\x1b[?1049l\x9b31mC1\x9d0;C1 TITLE\x9c"
    "\x1bPdcs\x1b\\[@click=app.quit]press[/] [/nope] [bold] \u202eEVIL\u2066\u200f"
    " \U0001f469\u200d\U0001f692 漢字 \x07\x08"
)
NEVER = (
    b"\x1b]52;c;" + CLIPBOARD.encode(),
    b"\x1b]0;",
    b"\x1b[35;5m",
    b"\x1b[2JBLINK",
    b"\x1bPdcs",
    b"\xc2\x9b",
    b"\xc2\x9d",
    b"\xe2\x80\xae",
    b"\xe2\x81\xa6",
    b"\xe2\x80\x8f",
    b"\x00",
)
"""What must not reach the terminal, as the bytes that would."""


@pytest.fixture(scope="module")
def info() -> Iterator[RangeInfo]:
    with start_range() as info:
        yield info


class _OverSocket(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        request, _ = super().get_request()
        return request, ("local", 0)


class _Hostile(http.server.BaseHTTPRequestHandler):
    """Answers as a supervisor whose processes have hostile names, and as a service with a hostile body."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        process = {"name": f"evil {HOSTILE}", "pid": None, "state": f"odd {HOSTILE}", "started_at": None, "restarts": 0}
        process |= {"exit_code": 1, "command": HOSTILE, "log": HOSTILE}
        body = json.dumps([process]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def hostile_supervisor(path: Path) -> Iterator[None]:
    """A supervisor's socket behind which somebody hostile sits."""
    with _OverSocket(str(path), _Hostile) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(5)


def hostile_runbook(folder: Path) -> Path:
    """A folder with one runbook that is hostile in every place."""
    folder.mkdir()
    text = f"""---
runbook:
  title: "Evil [@click=app.quit]book[/] [/nope]"
---
# Evil {HOSTILE}

## Evil {HOSTILE}

**Diagnosis:**

1. Look {HOSTILE}

   ```redis {{"target":"kv"}}
   GET lock:cron:enrich
   ```

   Text {HOSTILE}

2. Ask {HOSTILE}

   ```sql {{"target":"main"}}
   SELECT chr(27) || ']52;c;{CLIPBOARD}' || chr(7) AS "col [/nope]", chr(27) || '[35;5mBLINK' AS b
   ```
"""
    (folder / "evil.md").write_bytes(text.encode("utf-8", "surrogateescape") + b"\n\xff\xfe broken \x00 bytes\n")
    return folder


@contextlib.contextmanager
def hostile_world(info: RangeInfo, folder: Path) -> Iterator[Path]:
    """Hostile text in every source; the configuration that shows them all."""
    log = folder / "evil.log"
    log.touch()
    with contextlib.ExitStack() as stack:
        kv = stack.enter_context(redis.Redis.from_url(info.redis_admin))
        kv.set("lock:cron:enrich", f"owner {HOSTILE}", px=3_600_000)
        kv.set(f"lock:evil {HOSTILE}", b"\xff\xfe\x00\x1b]0;HOSTILE\x07", px=3_600_000)
        backend = stack.enter_context(
            psycopg.connect(info.postgres, application_name=f"evil {HOSTILE[:30]}", autocommit=True)
        )
        backend.execute(f"SELECT 'EVILQUERY {HOSTILE.replace(chr(0), '')}', 1".replace("%", "%%"))
        stack.enter_context(hostile_supervisor(folder / "ctl"))
        changes = ((str(supervisor_socket(info)), str(folder / "ctl")),)
        book = f'runbooks = ["{hostile_runbook(folder / "books")}"]'
        config = changed_config(info, folder, *changes, more=_log_table(log))
        text = re.sub(r"(?m)^runbooks = .*$", lambda _: book, config.read_text("utf-8"))
        config.write_text(text, "utf-8")
        try:
            yield config
        finally:
            kv.delete("lock:cron:enrich", f"lock:evil {HOSTILE}")


def _log_table(path: Path) -> str:
    return f'[[environments.sandbox.logs]]\nname = "evil"\nfile = "{path}"\n'


def write_log(path: Path) -> None:
    """A line of a megabyte, hostile lines, bytes that are no text, and a last line to wait for."""
    lines = [
        b"ERROR " + b"x" * 1_000_000 + HOSTILE.encode(),
        f"ERROR first {HOSTILE}".encode(),
        b"ERROR \xff\xfe\x00\x80\x9b31m\x9d0;HOSTILE\x07 invalid",
        "ERROR \U0001f469\u200d\U0001f692".encode() * 200,
        b"ERROR last-of-the-hostile-lines",
    ]
    with path.open("ab") as file:
        file.write(b"\n".join(lines) + b"\n")


def unharmed(terminal: Terminal) -> None:
    """Nothing hostile has reached the terminal, and keys are answered."""
    terminal.press("escape-alone", "escape-alone", "1", "?")
    terminal.wait("Keys that are valid now")
    terminal.press("escape-alone")
    terminal.gone("Keys that are valid now")
    assert [bad for bad in NEVER if bad in bytes(terminal.raw)] == []
    assert terminal.exit_code is None


@pytest.fixture(scope="module")
def terminal(info: RangeInfo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    folder = tmp_path_factory.mktemp("hostile")
    with hostile_world(info, folder) as config, screen("--config", str(config), columns=200) as terminal:
        terminal.wait("2 Activity +\\d", LONG)
        terminal.press("5", "z")
        with (folder / "evil.log").open("a") as log:
            log.write("INFO the log is followed\n")
        terminal.wait("the log is followed", LONG)
        write_log(folder / "evil.log")
        terminal.wait("last-of-the-hostile-lines", LONG)
        yield terminal


@pytest.mark.parametrize(
    ("pane", "needle"),
    [
        ("2", "EVILQUERY"),
        ("3", "owner"),
        ("3", "evil"),
        ("4", "evil"),
        ("5", "first"),
        ("5", "invalid"),
        ("5", "last-of-the-hostile-lines"),
    ],
)
def test_each_pane_shows_it_as_text_in_its_list_and_in_full(terminal: Terminal, pane: str, needle: str) -> None:
    terminal.press("escape-alone", "escape-alone", pane, "z", "/")
    terminal.press(needle, "enter")
    terminal.wait(needle, LONG)
    terminal.press("enter")
    terminal.wait("y copy  esc close", LONG)
    terminal.settle()
    unharmed(terminal)


def test_markup_is_shown_as_it_is_written(terminal: Terminal) -> None:
    terminal.press("escape-alone", "escape-alone", "5", "z", "/")
    terminal.press("first", "enter")
    terminal.wait(re.escape("[@click=app.quit]press[/] [/nope] [bold]"), LONG)
    unharmed(terminal)
    terminal.press("escape-alone", "escape-alone")


def test_what_is_copied_is_clean_too(terminal: Terminal) -> None:
    terminal.press("escape-alone", "escape-alone", "3", "g")
    before = len(terminal.raw)
    terminal.press("y")
    sent = terminal.sent(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", before)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", base64.b64decode(sent).decode())


def test_a_hostile_runbook_is_opened_and_walked(terminal: Terminal) -> None:
    terminal.press("escape-alone", "escape-alone", "escape-alone", "0", "g", "enter")
    terminal.wait("Step 1 of 2", LONG)
    terminal.press("w")
    terminal.wait("Why this risk", LONG)
    terminal.press("escape-alone", "enter")
    terminal.wait("done .*ago", LONG)
    terminal.press("G")
    terminal.wait("Step 2 of 2", LONG)
    terminal.press("enter")
    terminal.wait("1 row|BLINK", LONG)
    terminal.press("o")
    terminal.wait("y copy  esc close", LONG)
    terminal.settle()
    unharmed(terminal)
    terminal.press("escape-alone", "escape-alone", "escape-alone", "7")
    unharmed(terminal)


def test_a_hostile_target_in_a_confirmation(terminal: Terminal) -> None:
    terminal.press("escape-alone", "escape-alone", "3", "/")
    terminal.press("owner", "enter", "D")
    terminal.wait("will delete 1 key", LONG)
    assert [bad for bad in NEVER if bad in bytes(terminal.raw)] == []
    terminal.press("n")
    terminal.gone("will delete 1 key", LONG)
    unharmed(terminal)


def test_the_detector_knows_what_it_looks_for() -> None:
    sent = HOSTILE.encode() + b"\x00"
    assert all(bad in sent for bad in NEVER if bad != b"\x1b[2JBLINK")
