"""Engines behind TLS, behind ssh, in a context, without rights, and one that is started again."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cockpit.adapters.docker import DockerServices
from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_tunnel import SESSIONS, SshTunnel
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.services import ServicesSnapshot
from tests.support.absent import absent
from tests.support.awaiting import until, until_answered
from tests.support.certificates import self_signed
from tests.support.docker import Containers, client_or_skip, ensure_image

pytestmark = [pytest.mark.anyio, pytest.mark.docker, pytest.mark.xdist_group("docker")]

ENGINE = "/var/run/docker.sock"
SDK_LEAK = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""The SDK does not close the socket with which it failed to connect (docker 7.2, transport/unixconn.py)."""


@pytest.fixture(autouse=True)
def leak_collected() -> Iterator[None]:
    yield
    gc.collect()


@pytest.fixture
def container() -> Iterator[str]:
    client = client_or_skip()
    ensure_image(client)
    made = Containers(client)
    yield made.start("far", "while :; do sleep 0.2; done")
    made.remove_all()
    client.close()


async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, ssl.SSLError):
        writer.close()


@contextlib.asynccontextmanager
async def relay(context: ssl.SSLContext) -> AsyncIterator[int]:
    """A TLS socket in front of the Engine's own."""

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        engine_reader, engine_writer = await asyncio.open_unix_connection(ENGINE)
        await asyncio.gather(passed_on(reader, engine_writer), passed_on(engine_reader, writer))

    server = await asyncio.start_server(join, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()


def tls_folder(tmp_path: Path) -> tuple[Path, ssl.SSLContext]:
    """The client's folder, and the server's context that asks for its certificate."""
    server, server_key = self_signed(tmp_path / "server", "localhost", until="20350101")
    client, client_key = self_signed(tmp_path / "client", "cockpit", until="20350101")
    folder = tmp_path / "tls"
    folder.mkdir()
    for source, name in ((server, "ca.pem"), (client, "cert.pem"), (client_key, "key.pem")):
        shutil.copy(source, folder / name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server, server_key)
    context.load_verify_locations(client)
    context.verify_mode = ssl.CERT_REQUIRED
    return folder, context


@SDK_LEAK
async def test_an_engine_behind_tls_is_read_with_the_folder_of_certificates(tmp_path: Path, container: str) -> None:
    folder, context = tls_folder(tmp_path)
    async with relay(context) as port:
        engine = DockerEngine("tls", f"tcp://localhost:{port}", tls=str(folder), timeout=10)
        source = DockerServices(engine)
        snapshot = await source.fetch()
        await source.close()

    assert snapshot.service(container)
    words = engine.program_words()
    assert words[:3] == ["--host", f"tcp://localhost:{port}", "--tlsverify"]
    assert str(folder / "key.pem") in words


@SDK_LEAK
async def test_a_server_that_is_not_the_one_of_the_certificates_is_not_trusted(tmp_path: Path, container: str) -> None:
    folder, context = tls_folder(tmp_path)
    other, _ = self_signed(tmp_path / "other", "localhost", until="20350101")
    shutil.copy(other, folder / "ca.pem")
    async with relay(context) as port:
        engine = DockerEngine("tls", f"tcp://localhost:{port}", tls=str(folder), timeout=10)
        with pytest.raises(SourceUnreachable, match=r"TLS line failed.*CERTIFICATE_VERIFY_FAILED"):
            await engine.call(lambda client: client.info())
        engine.close()


async def test_a_context_leads_to_its_engine(tmp_path: Path, container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "0123456789abcdef" * 4
    meta = tmp_path / "contexts" / "meta" / name
    meta.mkdir(parents=True)
    endpoint = {"docker": {"Host": f"unix://{ENGINE}", "SkipTLSVerify": False}}
    (meta / "meta.json").write_text(json.dumps({"Name": "far-away", "Metadata": {}, "Endpoints": endpoint}))
    monkeypatch.setattr("docker.context.config.get_context_dir", lambda: str(tmp_path / "contexts"))
    monkeypatch.setattr("docker.context.config.get_meta_dir", lambda name=None: str(meta if name else meta.parent))
    engine = DockerEngine("ctx", "far-away", timeout=10)
    found = [item["Names"][0] for item in await engine.call(lambda client: client.containers())]
    words = engine.program_words()
    engine.close()

    assert f"/{container}" in found
    assert words == ["--context", "far-away"]


@pytest.fixture
def sshd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """An ssh server of this user's own on 127.0.0.1, and an ssh program that knows its key."""
    program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    if program is None or os.geteuid() != 0:
        absent("sshd is not installed, or this is not root")
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)], check=True)
    (tmp_path / "authorized").write_text((tmp_path / "user.pub").read_text())
    (tmp_path / "authorized").chmod(0o600)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lines = f"""Port {port}\nListenAddress 127.0.0.1\nHostKey {tmp_path}/host\nPidFile none\nUsePAM no
AuthorizedKeysFile {tmp_path}/authorized\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n"""
    (tmp_path / "sshd.conf").write_text(lines)
    client = f"IdentityFile {tmp_path}/user\nUserKnownHostsFile {tmp_path}/known\nStrictHostKeyChecking accept-new\n"
    (tmp_path / "ssh.conf").write_text(client)
    wrapper = tmp_path / "bin" / "ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {tmp_path}/ssh.conf "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    server = subprocess.Popen([program, "-D", "-e", "-f", tmp_path / "sshd.conf"], stderr=subprocess.DEVNULL)
    yield port
    server.terminate()
    server.wait()


@SDK_LEAK
async def test_an_engine_behind_ssh_is_read_over_few_sessions(sshd: int, container: str, tmp_path: Path) -> None:
    engine = DockerEngine("ssh", f"ssh://root@127.0.0.1:{sshd}", timeout=10)
    source = DockerServices(engine)

    async def listed() -> ServicesSnapshot | None:
        with contextlib.suppress(SourceUnreachable):  # until sshd listens
            return await source.fetch()
        return None

    snapshot = await until_answered(listed)
    tunnel = engine._tunnel
    assert tunnel is not None
    assert snapshot.service(container)
    assert engine.far
    assert source._stats.limit == SESSIONS
    await source.close()
    await until(lambda: not tunnel._running, what="the end of all ssh processes")


@SDK_LEAK
async def test_ssh_that_is_not_let_in_says_why_and_asks_nobody(sshd: int, tmp_path: Path) -> None:
    (tmp_path / "authorized").write_text("")
    engine = DockerEngine("ssh", f"ssh://root@127.0.0.1:{sshd}", timeout=5)

    async def said() -> str | None:
        with pytest.raises(SourceError) as raised:
            await engine.call(lambda client: client.info())
        return str(raised.value) if "ermission denied" in str(raised.value) else None

    reason = await until_answered(said)
    engine.close()
    assert reason.startswith("ssh to the Docker Engine failed:")
    assert reason.endswith("try the same ssh by hand.")


@pytest.mark.parametrize(
    "address", ["ssh://", "ssh://-oProxyCommand=x", "ssh://-l@host", "ssh://host:no", "tcp://host"]
)
async def test_an_address_that_is_none_never_reaches_ssh(address: str) -> None:
    from docker.errors import DockerException

    with pytest.raises(DockerException, match="no ssh address"):
        SshTunnel(address)


@SDK_LEAK
async def test_a_socket_without_rights_says_which_group_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    engine = DockerEngine("shut", f"unix://{tmp_path}/s")
    monkeypatch.setattr("docker.transport.unixconn.UnixHTTPConnection.connect", refuse)
    with pytest.raises(SourceRefused, match="may not use the Docker Engine's socket; `sudo usermod -aG docker"):
        await engine.call(lambda client: client.info())
    engine.close()


class OwnEngine:
    """A second dockerd in a network of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return f"unix://{self.folder}/s"

    def start(self) -> None:
        folder = self.folder
        words = ["unshare", "-n", "dockerd", "--data-root", f"{folder}/a", "--exec-root", f"{folder}/b"]
        words += ["--pidfile", f"{folder}/c", "-H", self.host, "--storage-driver", "vfs"]
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


@pytest.fixture
def own_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnEngine]:
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        absent("no dockerd that could be started here")
    engine = OwnEngine(tmp_path_factory.mktemp("e"))
    engine.start()
    yield engine
    engine.stop()


@SDK_LEAK
async def test_a_restarted_engine_is_told_from_a_lost_line(own_engine: OwnEngine) -> None:
    source = DockerServices(DockerEngine("own", own_engine.host, timeout=5))
    source.on_news(lambda: None)

    async def server() -> str | None:
        try:
            await source.fetch()
        except SourceError:
            return None
        return source.server

    first = await until_answered(server, 60)
    assert await server() == first

    own_engine.stop()
    await until_answered(lambda: lost(server), 30)
    own_engine.start()
    second = await until_answered(server, 60)
    await source.close()

    assert first.split()[0] == second.split()[0]
    assert first != second


async def lost(server: object) -> bool | None:
    return True if await server() is None else None  # type: ignore[operator]
