from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from aiohttp import web

from cockpit.adapters.files import LogFile
from cockpit.adapters.http import HttpClient
from cockpit.adapters.log_rate import LogRateProbe
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.probe_certificate import CertificateProbe
from cockpit.adapters.probe_file import FileProbe
from cockpit.adapters.probe_port import PortProbe
from cockpit.adapters.probe_process import ProcessProbe
from cockpit.adapters.status_page import StatusPageProbe
from cockpit.adapters.x509 import read_certificate
from cockpit.model.errors import SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.readings import SourceId, SourceKind
from cockpit.sandbox.process import free_ports
from tests.support.awaiting import until_answered
from tests.support.certificates import self_signed
from tests.support.clock import FixedClock

pytestmark = pytest.mark.anyio

HERE = SourceId(SourceKind.PROBE, "x/y")


@pytest.fixture
def pool() -> Iterator[BlockingPool]:
    made = BlockingPool("probes", 2)
    yield made
    made.close()


# --- files ---


async def test_a_file_its_age_and_size(tmp_path: Path, pool: BlockingPool) -> None:
    dump = tmp_path / "latest.dump"
    probe = FileProbe(HERE, dump, pool, 5.0)
    assert (await probe.fetch()).changed_at is None
    dump.write_bytes(b"x" * 300)
    os.utime(dump, (1_700_000_000, 1_700_000_000))
    found = await probe.fetch()
    assert (found.size, found.files, found.path) == (300, 1, str(dump))
    assert found.changed_at == datetime.fromtimestamp(1_700_000_000, UTC)


async def test_of_a_pattern_the_newest_counts(tmp_path: Path, pool: BlockingPool) -> None:
    for number in range(3):
        (tmp_path / f"{number}.dump").write_bytes(b"x" * number)
        os.utime(tmp_path / f"{number}.dump", (1_700_000_000 - number, 1_700_000_000 - number))
    found = await FileProbe(HERE, tmp_path / "*.dump", pool, 5.0).fetch()
    assert (found.files, found.path) == (3, str(tmp_path / "0.dump"))
    assert (await FileProbe(HERE, tmp_path / "*.gone", pool, 5.0).fetch()).files == 0


async def test_a_file_in_a_file(tmp_path: Path, pool: BlockingPool) -> None:
    (tmp_path / "a").touch()
    with pytest.raises(SourceUnreachable, match="cannot be looked at: Not a directory"):
        await FileProbe(HERE, tmp_path / "a" / "b", pool, 5.0).fetch()


async def test_a_file_system_that_hangs(pool: BlockingPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = threading.Event()
    probe = FileProbe(HERE, tmp_path, pool, 0.1)
    monkeypatch.setattr(probe, "_look", hold.wait)
    with pytest.raises(SourceUnreachable, match="whether its file system hangs"):
        await probe.fetch()
    hold.set()


# --- ports ---


@contextlib.contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[int]:
    with socket.create_server((host, 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", ""])
async def test_a_port_that_takes_connections(host: str, pool: BlockingPool) -> None:
    with listening() as port:
        found = await PortProbe(HERE, host, port, pool, 5.0).fetch()
    assert found.open
    assert found.connect is not None
    assert found.listening == (f"127.0.0.1:{port}",)


async def test_a_port_on_which_nobody_listens(pool: BlockingPool) -> None:
    [port] = free_ports(1)
    found = await PortProbe(HERE, "127.0.0.1", port, pool, 5.0).fetch()
    assert (found.open, found.listening, found.connect) == (False, (), None)
    assert found.problem == "nothing listens there: connection refused"


async def test_the_port_of_another_address_tells_no_listeners(pool: BlockingPool) -> None:
    with listening("127.0.0.2") as port:
        found = await PortProbe(HERE, "127.0.0.2", port, pool, 5.0).fetch()
    assert (found.open, found.listening) == (True, None)


async def test_a_port_that_nobody_reaches(pool: BlockingPool) -> None:
    with pytest.raises(SourceUnreachable, match="check the name"):
        await PortProbe(HERE, "no-such-host.invalid", 80, pool, 5.0).fetch()
    with listening() as port, pytest.raises(SourceUnreachable, match="took no connection within"):
        await PortProbe(HERE, "127.0.0.1", port, pool, 0.0).fetch()


# --- processes ---


@contextlib.contextmanager
def a_process() -> Iterator[tuple[int, str]]:
    """A process that uses up a core, and a part of its command line that no other has."""
    mark = f"mark-{os.getpid()}-{free_ports(1)[0]}"
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass", f"/{mark}"])
    try:
        yield busy.pid, f"/{mark}"
    finally:
        busy.kill()
        busy.wait()


async def test_processes_by_their_command_line(pool: BlockingPool) -> None:
    with a_process() as (pid, mark):
        probe = ProcessProbe(HERE, mark, pool, 5.0)
        first = await probe.fetch()

        async def measured() -> float | None:
            found = await probe.fetch()
            return found.cpu if found.cpu else None

        cpu = await until_answered(measured)
    assert (first.pids, first.cpu) == ((pid,), None)
    assert first.memory > 0
    assert first.oldest is not None
    assert cpu > 1
    gone = await probe.fetch()
    assert (gone.pids, gone.oldest, gone.cpu) == ((), None, None)


async def test_processes_by_name(pool: BlockingPool) -> None:
    name = psutil.Process().name()
    assert os.getpid() in (await ProcessProbe(HERE, name, pool, 10.0).fetch()).pids
    assert (await ProcessProbe(HERE, f"no-{name}", pool, 10.0).fetch()).pids == ()
    with pytest.raises(SourceUnreachable, match="could not be listed within"):
        await ProcessProbe(HERE, name, pool, 0.0).fetch()


# --- certificates ---


@contextlib.asynccontextmanager
async def tls_server(folder: Path, host: str, until: str) -> AsyncIterator[tuple[int, Path]]:
    certificate, key = self_signed(folder, host, until=until)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], certificate


@pytest.mark.parametrize(
    ("host", "until", "trusted", "problem"),
    [
        ("localhost", "20400101", True, ""),
        ("localhost", "20400101", False, "self-signed certificate"),
        ("localhost", "20210101", True, "certificate has expired"),
        ("elsewhere.example", "20400101", True, "Hostname mismatch"),
    ],
)
async def test_a_certificate_is_read_whether_it_is_trusted_or_not(
    host: str,
    until: str,
    trusted: bool,
    problem: str,
    tmp_path: Path,
    pool: BlockingPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with tls_server(tmp_path / "tls", host, until) as (port, certificate):
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        found = await CertificateProbe(HERE, "localhost", port, pool, 5.0).fetch()
    assert (found.subject, found.names) == (host, (host,))
    assert found.valid_from == datetime(2020, 1, 1, tzinfo=UTC)
    assert f"{found.valid_until:%Y%m%d}" == until
    assert problem in found.problem
    assert bool(found.problem) is bool(problem)
    assert (found.days_left(datetime(2026, 1, 1, tzinfo=UTC)) < 0) is (until == "20210101")


async def test_what_shakes_no_hands(pool: BlockingPool) -> None:
    [nobody] = free_ports(1)
    with pytest.raises(SourceUnreachable, match="nothing listens"):
        await CertificateProbe(HERE, "localhost", nobody, pool, 5.0).fetch()
    with pytest.raises(SourceUnreachable, match="check the name"):
        await CertificateProbe(HERE, "no-such-host.invalid", 443, pool, 5.0).fetch()
    with listening() as port, pytest.raises(SourceUnreachable, match="shook no hands within"):
        await CertificateProbe(HERE, "localhost", port, pool, 0.3).fetch()


async def test_what_speaks_no_tls(pool: BlockingPool) -> None:
    async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(SourceGarbled, match="speaks no TLS"):
            await CertificateProbe(HERE, "127.0.0.1", port, pool, 5.0).fetch()


def test_names_and_addresses_in_a_certificate(tmp_path: Path) -> None:
    names = "subjectAltName=DNS:a.example,IP:10.0.0.1,IP:::1,URI:x:y"
    words = f"req -x509 -newkey rsa:2048 -nodes -keyout k -out c -days 9 -subj /O=Ex -addext {names}"
    subprocess.run(["openssl", *words.split()], cwd=tmp_path, check=True, capture_output=True)
    found = read_certificate(ssl.PEM_cert_to_DER_cert((tmp_path / "c").read_text()))
    assert (found.subject, found.names) == ("Ex", ("a.example", "10.0.0.1", "::1"))
    assert found.valid_until - found.valid_from == timedelta(days=9)


# --- logs ---


def a_log(
    path: Path, clock: FixedClock, pool: BlockingPool, over: float = 60.0, pattern: str = "ERROR"
) -> LogRateProbe:
    log = LogFile("api", path, clock=clock, pool=pool, zone=UTC)
    return LogRateProbe(HERE, log, re.compile(pattern), over, clock, pool, 5.0)


def lines(path: Path, start: datetime, count: int, text: str) -> None:
    with path.open("a") as file:
        for number in range(count):
            file.write(f"{(start + timedelta(seconds=number)).strftime('%Y-%m-%dT%H:%M:%SZ')} {text} {number}\n")


async def test_lines_of_the_last_window_are_counted_at_once(tmp_path: Path, pool: BlockingPool) -> None:
    clock, path = FixedClock(), tmp_path / "api.log"
    lines(path, clock.now() - timedelta(seconds=180), 60, "ERROR old")
    lines(path, clock.now() - timedelta(seconds=30), 10, "ERROR new")
    lines(path, clock.now() - timedelta(seconds=20), 20, "INFO fine")
    probe = a_log(path, clock, pool)
    found = await probe.fetch()
    await probe.close()
    assert (found.count, found.lines, found.window, found.per_minute) == (10, 30, 60.0, 10.0)
    assert found.last.endswith("ERROR new 9")


async def test_the_window_moves_and_takes_in_what_is_new(tmp_path: Path, pool: BlockingPool) -> None:
    clock, path = FixedClock(), tmp_path / "api.log"
    lines(path, clock.now() - timedelta(seconds=10), 5, "ERROR a")
    probe = a_log(path, clock, pool)
    first = await probe.fetch()
    assert (first.count, first.window) == (5, 10.0)
    clock.advance(55)
    lines(path, clock.now() - timedelta(seconds=2), 2, "ERROR b")
    second = await probe.fetch()
    assert (second.count, second.window) == (2, 60.0)
    clock.advance(120)
    assert (await probe.fetch()).count == 0
    await probe.close()


async def test_a_log_that_is_not_there(tmp_path: Path, pool: BlockingPool) -> None:
    with pytest.raises(SourceUnreachable, match="there is no file"):
        await a_log(tmp_path / "no.log", FixedClock(), pool).fetch()


# --- public status pages: a FAKE of one on this machine ---


@contextlib.asynccontextmanager
async def fake_page(body: str, status: int = 200) -> AsyncIterator[str]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, status=status, content_type="application/json")

    app = web.Application()
    app.router.add_get("/api/v2/status.json", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    [port] = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_a_public_status_page() -> None:
    body = '{"page":{"name":"GitHub"},"status":{"indicator":"minor","description":"Partial outage"}}'
    client = HttpClient()
    async with fake_page(body) as url:
        for address in (url, f"{url}/", f"{url}/api/v2/status.json"):
            found = await StatusPageProbe(HERE, client, address, 5.0).fetch()
            assert (found.page, found.indicator, found.description) == ("GitHub", "minor", "Partial outage")
    async with fake_page("{}") as url:
        with pytest.raises(SourceGarbled, match=r"no status\.indicator"):
            await StatusPageProbe(HERE, client, url, 5.0).fetch()
    async with fake_page(body, 503) as url:
        with pytest.raises(SourceRefused, match="answered 503"):
            await StatusPageProbe(HERE, client, url, 5.0).fetch()
    await client.close()
