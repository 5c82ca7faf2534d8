"""The host pane by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cockpit.model.actions import Prepared, Preview
from cockpit.model.errors import SourceUnreachable
from cockpit.model.host import (
    CpuShares,
    Disk,
    DiskRate,
    Folder,
    FolderSizes,
    HostProcess,
    HostSnapshot,
    Interface,
    Listener,
    Pressure,
    ProcessDetail,
    Sockets,
)
from cockpit.model.identities import ProcessIdentity
from cockpit.model.incident import EntryKind, Role
from cockpit.model.operations import Operation, SignalProcess
from tests.pilot.support import Screen, a_screen, rows_of
from tests.support.edges import FakeExecutor
from tests.support.fake_session import HOST, START, Range, a_range, the_host

pytestmark = pytest.mark.anyio
BEGAN = START.timestamp() - 600
API = HostProcess(
    812, "python", "shop", 42.0, 220_000_000, "python -m shop.api token=abcdef123", 1, BEGAN, "running", 0.0, 4096.0
)
INIT = HostProcess(1, "init", "root", 0.0, 8_000_000, "/sbin/init", 0, BEGAN - 9, "sleeping")
ZOMBIE = HostProcess(900, "sh", "shop", 0.0, 0, "", 812, BEGAN, "zombie", 0.0, 0.0)


def full_host() -> HostSnapshot:
    return replace(
        the_host(),
        swap_used=100_000_000,
        disks=(Disk("/data", 91_000_000_000, 100_000_000_000), Disk("/", 20, 100, 96, 100), *the_host().disks),
        processes=(API, ZOMBIE, INIT),
        shares=CpuShares(12.0, 3.0, 1.0, 0.0),
        pressure=(Pressure("cpu", 22.0, 9.0), Pressure("io", 0.0, 0.0)),
        memory_cached=1_000_000_000,
        disk_rates=(DiskRate("vda", 1000.0, 2_000_000.0, 12.0), DiskRate("vdb", 0.0, 0.0)),
        interfaces=(Interface("eth0", 12_000.0, 34_000.0, 7), Interface("idle0", 0.0, 0.0)),
        handles_used=2_100,
        handles_limit=9_223_372_036_854_775_807,
        sockets=(("ESTABLISHED", 31), ("TIME_WAIT", 5)),
        hottest=("Package", 61.0),
    )


class Walk:
    """FAKE: a walk that is half done at the first look."""

    def __init__(self) -> None:
        self.looks = 0
        self.cancelled = False

    def progress(self) -> FolderSizes:
        self.looks += 1
        folders = (Folder("/data", 3_000_000_000), Folder("/data/wal", 2_000_000_000))
        if self.looks == 1:
            return FolderSizes("/data", folders[:1], 10)
        return FolderSizes("/data", folders, 2_000, 1, True, "it ended after 120 s")

    def cancel(self) -> None:
        self.cancelled = True


class Inspector:
    """FAKE: knows one process and two sockets."""

    def __init__(self) -> None:
        self.walk = Walk()
        self.root = ""

    async def process(self, pid: int, created: float) -> ProcessDetail:
        if pid != API.pid:
            raise SourceUnreachable(f"process {pid} is gone")
        peers = (("to 10.0.0.9:5432 ESTABLISHED", 4),)
        hidden = "this user may not see its folder"
        return ProcessDetail(API, "/usr/bin/python3", "", 9, 2, 37, 0, ("tcp 0.0.0.0:3000",), peers, hidden)

    async def sockets(self) -> Sockets:
        listeners = (
            Listener("tcp", "0.0.0.0", 3000, 812, "python", "shop", 12),
            Listener("tcp", "127.0.0.1", 5432),
            Listener("udp", "0.0.0.0", 53, 77, "dnsmasq", "root"),
        )
        return Sockets(listeners, (("ESTABLISHED", 31), ("LISTEN", 2)), 1)

    def folders(self, root: str) -> Walk:
        self.root = root
        return self.walk


def prepared() -> Prepared:
    identity = ProcessIdentity(812, BEGAN)
    return Prepared(
        SignalProcess(identity, "TERM", "python"), identity, Preview("will send TERM to python (812)"), "812"
    )


class Signals(FakeExecutor):
    """FAKE: notes which signal was asked for."""

    asked: str = ""

    async def prepare(self, operation: Operation) -> Prepared:
        assert isinstance(operation, SignalProcess)
        Signals.asked = operation.signal
        return replace(self.prepared, operation=operation)


def host_range(role: Role = Role.OPERATOR, inspector: Inspector | None = None) -> Range:
    return a_range(role, answers={HOST: full_host()}, host=inspector or Inspector())


def processes(screen: Screen) -> list[str]:
    return rows_of(screen.app.main.panes.host.table)


async def test_among_other_panes_what_is_nearly_full_stands_before_what_is_well() -> None:
    async with a_screen(range_=host_range()) as screen:
        await screen.press("6")
        await screen.until_text("this host: web1")
        text = screen.text
        assert text.index("/data") < text.index("swap")
        assert "▲ 91%" in text
        assert "cpu 22%" in text


async def test_zoomed_it_shows_sections_beside_each_other() -> None:
    async with a_screen(range_=host_range()) as screen:
        await screen.press("6", "z")
        await screen.until_text("core 1")
        for words in ("user 12%", "vda", "12% busy", "7 errors and drops", "of no limit", "31 established", "61 °C"):
            assert words in screen.text, words
        assert "idle0" not in screen.text
        assert "▲ 96% of inodes" in screen.text
        line = next(line for line in screen.text.splitlines() if "core 0" in line)
        assert "/data" in line


@pytest.mark.parametrize("size", [(80, 24), (250, 70)])
async def test_it_fits_small_and_large(size: tuple[int, int]) -> None:
    async with a_screen(size=size, range_=host_range()) as screen:
        await screen.press("6", "z")
        await screen.until_text("shop.api")
        assert "▲" in screen.text


async def test_processes_are_sorted_filtered_and_shown_as_a_tree() -> None:
    async with a_screen(range_=host_range()) as screen:
        await screen.press("6", "t")
        assert [row.split()[0] for row in processes(screen)] == ["1", "812", "900"]
        assert "└ sh zombie" in processes(screen)[2]
        await screen.press("t", "s", "s", "s")
        assert [row.split()[0] for row in processes(screen)] == ["1", "812", "900"]
        await screen.press("slash", *"user:shop -zombie python", "enter")
        assert len(processes(screen)) == 1
        assert "hidden" not in processes(screen)[0]
        await screen.press("slash", *"xyz", "enter")
        await screen.until_text("no process fits the filter")


async def test_a_process_in_full_with_its_secrets_masked() -> None:
    async with a_screen(range_=host_range()) as screen:
        await screen.press("6", "g", "enter")
        await screen.until_text("/usr/bin/python3")
        for words in ("open files", "37", "tcp 0.0.0.0:3000", "10.0.0.9:5432", "may not see its folder", "token=•••"):
            assert words in screen.text, words
        assert "abcdef123" not in screen.text
        await screen.press("escape", "G", "enter")
        await screen.until_text("process 900 is gone")


async def test_who_listens_by_key_and_by_command() -> None:
    async with a_screen(range_=host_range()) as screen:
        await screen.press("6", "o")
        await screen.until_text("Who listens where")
        assert "dnsmasq" in screen.text
        assert "hidden from this user" in screen.text
        await screen.press("y", "escape", "colon", *"port 3000", "enter")
        await screen.until_text("Who listens on 3000")
        assert "12 open" in screen.text
        assert "dnsmasq" not in screen.text
        await screen.press("escape", "colon", *"port 9", "enter")
        await screen.until_text("nobody listens on 9")
        await screen.press("escape", "colon", *"port http", "enter")
        await screen.until_text("'http' is no port")


async def test_the_biggest_folders_are_measured_while_one_looks() -> None:
    inspector = Inspector()
    async with a_screen(range_=host_range(inspector=inspector)) as screen:
        await screen.press("6", "d")
        await screen.until_text("of which file system")
        await screen.press("1")
        await screen.until_text("still measuring")
        await screen.until_text("it ended after 120 s")
        await screen.until_text("/data/wal")
        assert inspector.root == "/data"
        assert "1 folder may not be read" in screen.text
        await screen.press("escape")
        await screen.until(lambda: inspector.walk.cancelled, "the end of the walk")


async def test_a_signal_takes_the_one_road() -> None:
    range_ = host_range()
    executor = Signals(HOST, prepared())
    assert range_.session.road is not None
    range_.session.road._executors[HOST] = executor  # type: ignore[index]
    async with a_screen(range_=range_) as screen:
        await screen.press("6", "g", "K")
        await screen.until_text("Which signal for python (812)?")
        await screen.press(*"hup", "enter")
        await screen.until_text("will send TERM to python (812)")
        assert Signals.asked == "HUP"
        assert "kill -HUP 812" in screen.text
        range_.clock.advance(1)
        await screen.press("y")
        await screen.until(lambda: bool(executor.executed), "the execution")
        assert range_.journal.kinds()[-2:] == [EntryKind.INTENT, EntryKind.OUTCOME]
        assert executor.executed[0].action.identity == ProcessIdentity(812, BEGAN)


async def test_leaving_the_choice_changes_nothing() -> None:
    range_ = host_range()
    async with a_screen(range_=range_) as screen:
        await screen.press("6", "g", "K", "escape")
        assert screen.app.screen is screen.app.main
        assert not range_.journal.written


async def test_an_observer_has_no_signal_and_sees_no_personal_data() -> None:
    async with a_screen(Role.OBSERVER, range_=host_range(Role.OBSERVER)) as screen:
        await screen.press("6", "g", "K")
        assert screen.app.screen is screen.app.main
        assert "signal" not in screen.text.splitlines()[-1]
        await screen.press("o")
        await screen.until_text("Who listens where")


async def test_a_host_that_is_not_read_says_so() -> None:
    async with a_screen() as screen:
        await screen.press("6", "o")
        await screen.until_text("the host is not read here")
        await screen.press("d")
        await screen.until_text("no file system is known here")
