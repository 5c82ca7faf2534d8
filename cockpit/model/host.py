"""The machine that the cockpit runs on."""

from __future__ import annotations

from dataclasses import dataclass

NEARLY_FULL = 85.0
"""Percent in use from which a file system is flagged."""


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system: bytes and inodes in use and in total; inodes are None where it has no fixed number."""

    mount: str
    used: int
    total: int
    inodes_used: int | None = None
    inodes_total: int | None = None
    kind: str = ""

    @property
    def percent(self) -> float:
        """Percent of the bytes in use."""
        return 100.0 * self.used / self.total if self.total else 0.0

    @property
    def inodes_percent(self) -> float:
        """Percent of the inodes in use, 0 where there is no fixed number."""
        return 100.0 * (self.inodes_used or 0) / self.inodes_total if self.inodes_total else 0.0

    @property
    def nearly_full(self) -> bool:
        """Whether bytes or inodes are nearly used up."""
        return max(self.percent, self.inodes_percent) > NEARLY_FULL


@dataclass(frozen=True, slots=True)
class HostProcess:
    """One process: percent of one core, resident bytes.

    Attributes:
        pid, name, user, command: who it is; the command line is cleaned, not masked.
        cpu_percent: since the last snapshot.
        memory_bytes: resident.
        parent: pid of its parent, 0 for none.
        created: seconds since 1970 at which it began; with the pid it is its identity.
        state: running, sleeping, zombie, stopped ...
        read_rate, write_rate: bytes per second of disk since the last snapshot, None when that is hidden.
    """

    pid: int
    name: str
    user: str
    cpu_percent: float
    memory_bytes: int
    command: str = ""
    parent: int = 0
    created: float = 0.0
    state: str = ""
    read_rate: float | None = None
    write_rate: float | None = None


@dataclass(frozen=True, slots=True)
class CpuShares:
    """What all cores together did since the last snapshot, in percent."""

    user: float
    system: float
    waiting: float
    stolen: float


@dataclass(frozen=True, slots=True)
class Pressure:
    """Pressure stall information of Linux: percent of the last 10 and 60 seconds in which tasks waited.

    Attributes:
        resource: cpu, memory or io.
        some10, some60: at least one task waited for it.
        full10, full60: all waited at once.
    """

    resource: str
    some10: float
    some60: float
    full10: float = 0.0
    full60: float = 0.0


@dataclass(frozen=True, slots=True)
class DiskRate:
    """What a disk does: bytes per second read and written, percent of the time busy (None when not told)."""

    name: str
    read: float
    written: float
    busy: float | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """What a network interface does: bytes per second, and errors and drops since it came up."""

    name: str
    received: float
    sent: float
    errors: int = 0


@dataclass(frozen=True, slots=True)
class HostSnapshot:
    """The host at one moment.

    Attributes:
        hostname: its name.
        cpu_percent: percent per core since the last snapshot, one number a core.
        load: 1, 5 and 15 minutes.
        memory_used, memory_total, swap_used, swap_total: bytes; what is used is what is not available.
        disks: mounted file systems of real devices.
        net_received, net_sent: bytes per second since the last snapshot, None for the first.
        top: the processes that use most CPU.
        uptime: seconds since boot.
        memory_cached: bytes of files that memory holds and would give back.
        shares: what the cores did.
        pressure: what tasks waited for; empty where the kernel does not tell.
        disk_rates, interfaces: since the last snapshot, empty for the first.
        handles_used, handles_limit: open files of the whole system, None where that is not told.
        sockets: how many are in each state, the most first.
        hottest: the sensor that reads highest and its degrees Celsius, None without sensors.
        processes: all of them, those that use most CPU first.
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
    memory_cached: int = 0
    shares: CpuShares | None = None
    pressure: tuple[Pressure, ...] = ()
    disk_rates: tuple[DiskRate, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    handles_used: int | None = None
    handles_limit: int | None = None
    sockets: tuple[tuple[str, int], ...] = ()
    hottest: tuple[str, float] | None = None
    processes: tuple[HostProcess, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessDetail:
    """One process looked at closely; what the system hides is None or empty. Its environment is never read.

    Attributes:
        process: as in a snapshot, rates left out.
        program: path of the executable.
        folder: where it works.
        threads, children: how many.
        open_files: how many file descriptors.
        nice: -20 to 19.
        listens: "tcp 127.0.0.1:3000" for each port that it listens on.
        peers: "10.0.0.7:5432 ESTABLISHED" for connections, most common first, with how many.
        hidden: what this user may not see, one sentence, "" for nothing.
    """

    process: HostProcess
    program: str = ""
    folder: str = ""
    threads: int | None = None
    children: int = 0
    open_files: int | None = None
    nice: int | None = None
    listens: tuple[str, ...] = ()
    peers: tuple[tuple[str, int], ...] = ()
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens on a port; pid is None when the system hides it."""

    protocol: str
    address: str
    port: int
    pid: int | None = None
    process: str = ""
    user: str = ""
    connected: int = 0


@dataclass(frozen=True, slots=True)
class Sockets:
    """The sockets of the host.

    Attributes:
        listeners: by port.
        states: how many are in each state, the most first.
        hidden: listeners whose process this user may not see.
    """

    listeners: tuple[Listener, ...]
    states: tuple[tuple[str, int], ...]
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and the bytes that it takes on the disk with all that is in it."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class FolderSizes:
    """What a walk through folders has found so far.

    Attributes:
        root: where it began.
        folders: the biggest first.
        files: how many files were counted.
        unreadable: folders that may not be read.
        done: whether it is over.
        stopped: why it ended before the end, "" when it did not.
    """

    root: str
    folders: tuple[Folder, ...] = ()
    files: int = 0
    unreadable: int = 0
    done: bool = False
    stopped: str = ""
