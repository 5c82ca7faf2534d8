"""The machine that the cockpit runs on, as psutil sees it."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass

import psutil

from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceUnreachable
from cockpit.model.host import Disk, HostProcess, HostSnapshot
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

TOP_PROCESSES = 15
"""Processes in a snapshot."""
_DISK_DEADLINE = 1.0
_LOOPBACK = frozenset({"lo", "lo0"})
_UNREAL = frozenset({"squashfs", "iso9660", "tmpfs", "devtmpfs", "overlay", "proc", "sysfs"})


class HostSource:
    """Fulfils `Source[HostSnapshot]`.

    psutil runs on one thread of its own, since going through all processes takes milliseconds; file systems
    are asked on another, since statvfs hangs when a network file system does, and then the disks are left out
    until it answers again.

    Args:
        deadline: seconds for one fetch.
    """

    def __init__(self, *, deadline: float = 5.0) -> None:
        self._id = SourceId(SourceKind.HOST, "host")
        self._pool = BlockingPool("host", 1)
        self._disk_pool = BlockingPool("host-disks", 1)
        self._deadline = deadline
        self._meter = _Meter()

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._id

    @property
    def server(self) -> str | None:
        """When the machine was booted."""
        return self._meter.booted

    async def fetch(self) -> HostSnapshot:
        """The host now; rates and percents are since the last fetch.

        Raises:
            SourceUnreachable: when the operating system did not answer in time, or hides its figures.
        """
        disks = await self._disks()
        try:
            return await self._pool.run(lambda: self._meter.read(disks), self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(f"the host's figures could not be read within {self._deadline:g} s") from error
        except (psutil.Error, OSError) as error:
            raise SourceUnreachable(f"the host's figures cannot be read: {clean(str(error))}") from error

    async def close(self) -> None:
        """End the threads."""
        self._pool.close()
        self._disk_pool.close()

    async def _disks(self) -> tuple[Disk, ...]:
        try:
            return await self._disk_pool.run(_disks, min(_DISK_DEADLINE, self._deadline))
        except (TimeoutError, OSError):
            return ()


@dataclass(slots=True)
class _Meter:
    """Counters as of the last snapshot; used by one thread."""

    booted: str | None = None
    _traffic: tuple[float, int, int] | None = None

    def read(self, disks: tuple[Disk, ...]) -> HostSnapshot:
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        boot = psutil.boot_time()
        self.booted = f"{boot:.0f}"
        received, sent = self._rates()
        return HostSnapshot(
            hostname=clean(socket.gethostname()),
            cpu_percent=tuple(psutil.cpu_percent(percpu=True)),
            load=psutil.getloadavg(),
            memory_used=memory.total - memory.available,
            memory_total=memory.total,
            swap_used=swap.used,
            swap_total=swap.total,
            disks=disks,
            net_received=received,
            net_sent=sent,
            top=self._top(),
            uptime=max(0.0, time.time() - boot),
        )

    def _rates(self) -> tuple[float | None, float | None]:
        cards = [card for name, card in psutil.net_io_counters(pernic=True).items() if name not in _LOOPBACK]
        received, sent = sum(card.bytes_recv for card in cards), sum(card.bytes_sent for card in cards)
        before, now = self._traffic, time.monotonic()
        self._traffic = (now, received, sent)
        if before is None or now <= before[0]:
            return None, None
        seconds = now - before[0]
        return max(0, received - before[1]) / seconds, max(0, sent - before[2]) / seconds

    def _top(self) -> tuple[HostProcess, ...]:
        """The busiest processes; psutil keeps the process objects, since CPU percent is since the last look."""
        found: list[tuple[float, psutil.Process]] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                found.append((process.cpu_percent(None), process))
        found.sort(key=lambda pair: (-pair[0], pair[1].pid))
        described = (_described(process, cpu) for cpu, process in found[: 2 * TOP_PROCESSES])
        return tuple(item for item in described if item is not None)[:TOP_PROCESSES]


def _described(process: psutil.Process, cpu: float) -> HostProcess | None:
    try:
        with process.oneshot():
            return HostProcess(
                pid=process.pid,
                name=clean(process.name()),
                user=clean(_user_of(process)),
                cpu_percent=cpu,
                memory_bytes=process.memory_info().rss,
                command=clean(" ".join(_command_of(process)), 500),
            )
    except psutil.Error:
        return None


def _user_of(process: psutil.Process) -> str:
    try:
        return process.username()
    except (psutil.AccessDenied, KeyError):
        return ""


def _command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.AccessDenied, psutil.ZombieProcess):
        return []


def _disks() -> tuple[Disk, ...]:
    """Mounted file systems of real devices, each device once."""
    disks: dict[str, Disk] = {}
    for partition in psutil.disk_partitions(all=False):
        if partition.fstype in _UNREAL or partition.device in disks:
            continue
        try:
            usage = psutil.disk_usage(partition.mountpoint)
        except OSError:
            continue
        if usage.total:
            disks[partition.device] = Disk(clean(partition.mountpoint), usage.used, usage.total)
    return tuple(disks.values())
