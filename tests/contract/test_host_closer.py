"""Processes, sockets and folders of this very machine, looked at closely, and signals to real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cockpit.adapters import host_executor
from cockpit.adapters.host import HostSource
from cockpit.adapters.host_executor import SIGNALS, HostExecutor
from cockpit.adapters.host_folders import FolderWalk, Limits
from cockpit.adapters.host_inspector import HostInspector
from cockpit.adapters.host_meter import pressures
from cockpit.adapters.host_processes import ProcessTable
from cockpit.engine.drafts import SIGNALS as OFFERED
from cockpit.engine.drafts import signal_process
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.host import Disk, FolderSizes, Pressure
from cockpit.model.identities import ProcessIdentity
from cockpit.model.operations import ShellCommand, SignalProcess
from cockpit.model.outcomes import OutcomeKind
from cockpit.model.risk import Risk
from tests.support.awaiting import until
from tests.support.permits import permit_for

pytestmark = pytest.mark.anyio
WAITS = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); print('up', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"


def started(script: str = WAITS, **more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, "secret-word"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **more})
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    process = started(HIDDEN_IN_ENVIRONMENT="never-to-be-read")
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def identity(process: subprocess.Popen[str]) -> ProcessIdentity:
    return ProcessIdentity(process.pid, psutil.Process(process.pid).create_time())


# --- the snapshot ---


async def test_all_processes_are_told_with_parent_start_and_rates(child: subprocess.Popen[str]) -> None:
    source = HostSource()
    await source.fetch()
    snapshot = await source.fetch()
    await source.close()
    found = next(one for one in snapshot.processes if one.pid == child.pid)
    assert found.parent == os.getpid()
    assert found.created == identity(child).created
    assert found.command.endswith("secret-word")
    assert found.read_rate == 0.0
    assert len(snapshot.processes) == len({one.pid for one in snapshot.processes})
    assert snapshot.top == snapshot.processes[: len(snapshot.top)]
    assert snapshot.shares is not None
    assert 0 <= snapshot.shares.user <= 100
    assert snapshot.handles_used is not None
    assert snapshot.handles_limit is not None
    assert 0 < snapshot.handles_used < snapshot.handles_limit
    assert all(card.received >= 0 for card in snapshot.interfaces)
    assert snapshot.memory_cached > 0


async def test_what_is_written_shows_as_a_rate(tmp_path: Path) -> None:
    source = HostSource()
    await source.fetch()
    with (tmp_path / "big").open("wb") as file:
        file.write(b"x" * 4_000_000)
        file.flush()
        os.fsync(file.fileno())
    snapshot = await source.fetch()
    await source.close()
    own = next(one for one in snapshot.processes if one.pid == os.getpid())
    assert own.write_rate is not None
    assert own.write_rate > 0


async def test_sockets_are_counted_by_state() -> None:
    with socket.create_server(("127.0.0.1", 0)):
        source = HostSource()
        snapshot = await source.fetch()
        await source.close()
    assert dict(snapshot.sockets)["LISTEN"] >= 1


def test_pressure_is_read_as_the_kernel_writes_it(tmp_path: Path) -> None:
    (tmp_path / "cpu").write_text("some avg10=1.53 avg60=0.87 avg300=0.61 total=1\n")
    (tmp_path / "memory").write_text(
        "some avg10=2.00 avg60=3.00 avg300=0.00 total=0\nfull avg10=0.50 avg60=0.25 avg300=0.00 total=0\n"
    )
    (tmp_path / "io").write_text("garbage\n")
    assert pressures(tmp_path) == (Pressure("cpu", 1.53, 0.87), Pressure("memory", 2.0, 3.0, 0.5, 0.25))


def test_a_disk_is_nearly_full_by_bytes_or_by_inodes() -> None:
    assert not Disk("/", 85, 100).nearly_full
    assert Disk("/", 86, 100).nearly_full
    assert Disk("/", 1, 100, 90, 100).nearly_full
    assert not Disk("/", 1, 100, 9, None).nearly_full


# --- one process, sockets ---


async def test_a_process_is_told_in_full_without_its_environment(child: subprocess.Popen[str]) -> None:
    inspector = HostInspector()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        own = await inspector.process(os.getpid(), psutil.Process().create_time())
        port = server.getsockname()[1]
    found = await inspector.process(child.pid, identity(child).created)
    await inspector.close()
    assert f"tcp 127.0.0.1:{port}" in own.listens
    assert any(peer.startswith(f"to 127.0.0.1:{port} ESTABLISHED") for peer, _ in own.peers)
    assert own.children >= 1
    assert own.open_files is not None
    assert own.open_files > 2
    assert found.folder == str(Path.cwd())
    assert found.program
    assert found.threads == 1
    assert found.hidden == ""
    assert "never-to-be-read" not in repr(found)


async def test_a_process_that_is_gone_or_another_now_is_said(child: subprocess.Popen[str]) -> None:
    inspector = HostInspector()
    with pytest.raises(SourceUnreachable, match="another has its number now"):
        await inspector.process(child.pid, identity(child).created - 100)
    created = identity(child).created
    child.kill()
    child.wait()
    with pytest.raises(SourceUnreachable, match="is gone"):
        await inspector.process(child.pid, created)
    await inspector.close()
    with pytest.raises(SourceUnreachable, match="could not be looked at within"):
        await inspector.process(child.pid, created)


async def test_what_is_hidden_is_said(child: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: psutil.Process) -> str:
        raise psutil.AccessDenied(self.pid)

    monkeypatch.setattr(psutil.Process, "cwd", denied)
    monkeypatch.setattr(psutil.Process, "num_fds", denied)
    inspector = HostInspector()
    found = await inspector.process(child.pid, identity(child).created)
    assert found.hidden == "this user may not see its folder, open files"
    assert (found.folder, found.open_files) == ("", None)
    monkeypatch.setattr(psutil.Process, "name", denied)
    with pytest.raises(SourceRefused, match="may not look at process"):
        await inspector.process(child.pid, identity(child).created)
    await inspector.close()


async def test_who_listens_where() -> None:
    inspector = HostInspector()
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as line,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(("127.0.0.1", 0))
        answered, _ = server.accept()
        sockets = await inspector.sockets()
        port, udp = server.getsockname()[1], datagrams.getsockname()[1]
        answered.close()
        line.close()
    await inspector.close()
    found = {(one.protocol, one.port): one for one in sockets.listeners}
    assert found["tcp", port].pid == os.getpid()
    assert found["tcp", port].connected == 1
    assert found["tcp", port].process
    assert found["udp", udp].address == "127.0.0.1"
    assert dict(sockets.states)["LISTEN"] >= 1


async def test_sockets_that_the_system_hides_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(kind: str) -> None:
        raise OSError("no sockets here")

    monkeypatch.setattr(psutil, "net_connections", broken)
    inspector = HostInspector()
    with pytest.raises(SourceError, match="no sockets here"):
        await inspector.sockets()
    await inspector.close()
    source = HostSource()
    assert (await source.fetch()).sockets == ()
    await source.close()


# --- folders ---


async def walked(walk: FolderWalk) -> FolderSizes:
    await until(lambda: walk.progress().done, what="the end of the walk")
    return walk.progress()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, size in (("a/deep/er/still/more/big", 3_000_000), ("a/small", 10_000), ("b/middle", 1_000_000)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
    os.link(tmp_path / "b/middle", tmp_path / "a/again")
    (tmp_path / "b/elsewhere").symlink_to("/usr")
    return tmp_path


async def test_folders_are_told_biggest_first_each_file_once(tree: Path) -> None:
    found = await walked(HostInspector().folders(str(tree)))
    sizes = {folder.path: folder.size for folder in found.folders}
    assert found.folders[0].path == str(tree)
    assert 4_000_000 < sizes[str(tree)] < 4_300_000
    assert sizes[f"{tree}/a"] > 3_000_000
    assert sizes[f"{tree}/a/deep/er/still"] >= 3_000_000
    assert f"{tree}/a/deep/er/still/more" not in sizes
    assert found.files == 4
    assert found.stopped == ""


async def test_a_walk_stays_on_its_file_system() -> None:
    found = await walked(FolderWalk("/proc/self", Limits(seconds=5)))
    assert not found.stopped
    if Path("/dev/shm").is_mount():
        beneath = await walked(FolderWalk("/dev", Limits(seconds=5)))
        assert "/dev/shm" not in [folder.path for folder in beneath.folders]


async def test_a_walk_ends_at_its_limits_and_says_so(tree: Path) -> None:
    assert (await walked(FolderWalk(str(tree), Limits(files=1)))).stopped == "it ended after 1 files"
    assert (await walked(FolderWalk(str(tree), Limits(seconds=0)))).stopped == "it ended after 0 s"
    assert "cannot be read" in (await walked(FolderWalk(str(tree / "nowhere")))).stopped


async def test_a_walk_can_be_ended_and_counts_what_it_may_not_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def refusing(path: str) -> object:
        if path.endswith("deep"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = await walked(FolderWalk(str(tree)))
    assert (found.unreadable, found.files) == (1, 3)
    walk = FolderWalk("/")
    walk.cancel()
    assert (await walked(walk)).stopped in ("it was ended", "")


# --- signals ---


async def prepared_and_sent(
    executor: HostExecutor, process: subprocess.Popen[str], name: str
) -> tuple[OutcomeKind, str]:
    operation = SignalProcess(identity(process), name)
    prepared = await executor.prepare(operation)
    assert await executor.identify(prepared.operation) == prepared.identity
    outcome = await executor.execute(permit_for(executor.id, prepared.operation))
    return outcome.kind, outcome.reason


@pytest.mark.parametrize("name", ["TERM", "KILL", "INT"])
async def test_a_process_is_ended(child: subprocess.Popen[str], name: str) -> None:
    executor = HostExecutor()
    kind, reason = await prepared_and_sent(executor, child, name)
    assert kind is OutcomeKind.SUCCEEDED
    assert reason.endswith(f"{child.pid} has ended")
    assert child.wait(5) == -getattr(signal, f"SIG{name}")
    await executor.close()


async def test_the_card_shows_what_is_meant(child: subprocess.Popen[str]) -> None:
    executor = HostExecutor()
    prepared = await executor.prepare(SignalProcess(identity(child), "TERM"))
    facts = {fact.label: fact.value for fact in prepared.preview.facts}
    assert "will send TERM to" in prepared.preview.effect
    assert facts["command"].endswith("secret-word")
    assert facts["children"] == "0 processes"
    assert prepared.target == str(child.pid)
    assert "beware" not in facts
    await executor.close()


async def test_a_process_that_stays_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_executor, "_SETTLE", 0.2)
    deaf = started(DEAF)
    executor = HostExecutor()
    kind, reason = await prepared_and_sent(executor, deaf, "TERM")
    assert kind is OutcomeKind.FAILED
    assert "still runs" in reason
    kind, reason = await prepared_and_sent(executor, deaf, "STOP")
    assert kind is OutcomeKind.SUCCEEDED
    assert reason.endswith(f"{deaf.pid} was sent STOP")
    await until(lambda: psutil.Process(deaf.pid).status() == psutil.STATUS_STOPPED, what="the process to stand still")
    deaf.kill()
    deaf.wait()
    assert deaf.stdout is not None
    deaf.stdout.close()
    await executor.close()


async def test_a_reused_number_is_never_signalled(child: subprocess.Popen[str]) -> None:
    executor = HostExecutor()
    wrong = SignalProcess(ProcessIdentity(child.pid, identity(child).created - 50), "KILL")
    with pytest.raises(SourceUnreachable, match="another has its number now"):
        await executor.prepare(wrong)
    assert await executor.identify(wrong) is None
    outcome = await executor.execute(permit_for(executor.id, wrong))
    assert outcome.kind is OutcomeKind.FAILED
    assert child.poll() is None
    await executor.close()


async def test_this_cockpit_the_first_process_and_the_kernel_are_refused() -> None:
    executor = HostExecutor()
    own = ProcessIdentity(os.getpid(), psutil.Process().create_time())
    with pytest.raises(SourceRefused, match="is this cockpit"):
        await executor.prepare(SignalProcess(own, "TERM"))
    with pytest.raises(SourceRefused, match="process 1 keeps the whole system running"):
        await executor.prepare(SignalProcess(ProcessIdentity(1, psutil.Process(1).create_time()), "HUP"))
    with pytest.raises(SourceRefused, match="WINCH is no signal"):
        await executor.prepare(SignalProcess(own, "WINCH"))
    with pytest.raises(SourceRefused, match="signals to processes only"):
        await executor.identify(ShellCommand("true"))
    await executor.close()


async def test_a_parent_of_the_cockpit_is_pointed_out() -> None:
    executor = HostExecutor()
    parent = psutil.Process().parent()
    assert parent is not None
    if parent.pid <= 2:
        pytest.skip("the tests were started by the first process")
    prepared = await executor.prepare(SignalProcess(ProcessIdentity(parent.pid, parent.create_time()), "HUP"))
    assert {fact.label for fact in prepared.preview.facts} >= {"beware"}
    await executor.close()


async def test_a_process_of_another_user_refuses(child: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: psutil.Process, number: int) -> None:
        raise psutil.AccessDenied(self.pid)

    monkeypatch.setattr(psutil.Process, "send_signal", denied)
    executor = HostExecutor()
    kind, reason = await prepared_and_sent(executor, child, "TERM")
    assert (kind, reason) == (OutcomeKind.FAILED, f"this user may not signal process {child.pid}")
    await executor.close()
    with pytest.raises(SourceError, match="could not be looked at within"):
        await executor.prepare(SignalProcess(identity(child), "TERM"))


async def test_a_process_that_ends_meanwhile_is_said(child: subprocess.Popen[str]) -> None:
    executor = HostExecutor()
    prepared = await executor.prepare(SignalProcess(identity(child), "TERM"))
    child.kill()
    child.wait()
    assert await executor.identify(prepared.operation) is None
    assert (await executor.execute(permit_for(executor.id, prepared.operation))).kind is OutcomeKind.FAILED
    await executor.close()


def test_what_is_offered_can_be_sent() -> None:
    source = HostSource()
    assert set(OFFERED) == set(SIGNALS)
    process = ProcessTable().read(None)[0]
    assert signal_process(source.id, process, "KILL").verdict.risk is Risk.HIGH
    draft = signal_process(source.id, process, "HUP")
    assert (draft.verdict.risk, draft.command) == (Risk.CHANGE, f"kill -HUP {process.pid}")
