"""The machine that the cockpit runs on, as psutil sees it."""

from __future__ import annotations

import contextlib
import os

import psutil

from cockpit.adapters.host_meter import HostMeter
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceUnreachable
from cockpit.model.host import Disk, HostSnapshot
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

THIS_HOST = SourceId(SourceKind.HOST, "host")
"""The one host that is read: other machines are out of its reach."""
_DISK_DEADLINE = 1.0
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
        self._pool = BlockingPool("host", 1)
        self._disk_pool = BlockingPool("host-disks", 1)
        self._deadline = deadline
        self._meter = HostMeter()

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return THIS_HOST

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


def _disks() -> tuple[Disk, ...]:
    """Mounted file systems of real devices, each device once; what is nearly full first."""
    disks: dict[str, Disk] = {}
    for partition in psutil.disk_partitions(all=False):
        if partition.fstype in _UNREAL or partition.device in disks:
            continue
        with contextlib.suppress(OSError):
            usage, inodes = psutil.disk_usage(partition.mountpoint), os.statvfs(partition.mountpoint)
            if usage.total:
                used = inodes.f_files - inodes.f_ffree if inodes.f_files else None
                counted = (used, inodes.f_files or None)
                mount, kind = clean(partition.mountpoint), clean(partition.fstype, 40)
                disks[partition.device] = Disk(mount, usage.used, usage.total, *counted, kind)
    return tuple(sorted(disks.values(), key=lambda disk: (not disk.nearly_full, disk.mount)))
