"""The machine that the cockpit runs on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system: bytes in use and in total."""

    mount: str
    used: int
    total: int

    @property
    def percent(self) -> float:
        """Percent in use."""
        return 100.0 * self.used / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class HostProcess:
    """One process: percent of one core, resident bytes."""

    pid: int
    name: str
    user: str
    cpu_percent: float
    memory_bytes: int
    command: str = ""


@dataclass(frozen=True, slots=True)
class HostSnapshot:
    """The host at one moment.

    Attributes:
        hostname: its name.
        cpu_percent: percent per core since the last snapshot, one number a core.
        load: 1, 5 and 15 minutes.
        memory_used, memory_total, swap_used, swap_total: bytes.
        disks: mounted file systems of real devices.
        net_received, net_sent: bytes per second since the last snapshot, None for the first.
        top: the processes that use most CPU.
        uptime: seconds since boot.
    """

    hostname: str
    cpu_percent: tuple[float, ...]
    load: tuple[float, float, float]
    memory_used: int
    memory_total: int
    swap_used: int
    swap_total: int
    disks: tuple[Disk, ...]
    net_received: float | None
    net_sent: float | None
    top: tuple[HostProcess, ...]
    uptime: float
