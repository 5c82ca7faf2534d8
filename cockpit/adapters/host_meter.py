"""The host's figures as psutil reads them; rates and percents are since the last look. Used by one thread."""

from __future__ import annotations

import contextlib
import socket
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from cockpit.adapters.host_processes import ProcessTable
from cockpit.model.host import CpuShares, Disk, DiskRate, HostSnapshot, Interface, Pressure
from cockpit.model.text import clean

TOP_PROCESSES = 15
"""Processes that count as the top."""
SOCKETS_EVERY = 10.0
"""Seconds between two counts of sockets, which go through all of them."""
_LOOPBACK = frozenset({"lo", "lo0"})
_UNREAL_DISKS = ("loop", "ram", "zram", "sr", "fd")
_PRESSURE = Path("/proc/pressure")
"""Linux 4.20 on, Documentation/accounting/psi.rst; psutil does not tell it."""
_FILE_HANDLES = Path("/proc/sys/fs/file-nr")
"""proc_sys_fs(5): allocated, free, most."""


@dataclass(slots=True)
class HostMeter:
    """Counters as of the last snapshot."""

    booted: str | None = None
    _at: float | None = None
    _cards: dict[str, tuple[int, int]] = field(default_factory=dict)
    _disks: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    _processes: ProcessTable = field(default_factory=ProcessTable)
    _sockets: tuple[tuple[str, int], ...] = ()
    _counted_at: float = float("-inf")

    def read(self, disks: tuple[Disk, ...]) -> HostSnapshot:
        """The host now.

        Raises:
            OSError: when the system hides its figures.
            psutil.Error: likewise.
        """
        memory, swap, boot = psutil.virtual_memory(), psutil.swap_memory(), psutil.boot_time()
        self.booted = f"{boot:.0f}"
        now = time.monotonic()
        seconds = now - self._at if self._at is not None and now > self._at else None
        self._at = now
        cards, rates = self._interfaces(seconds), self._disk_rates(seconds)
        processes = self._processes.read(seconds)
        handles = _handles()
        return HostSnapshot(
            hostname=clean(socket.gethostname()),
            cpu_percent=tuple(psutil.cpu_percent(percpu=True)),
            load=psutil.getloadavg(),
            memory_used=memory.total - memory.available,
            memory_total=memory.total,
            swap_used=swap.used,
            swap_total=swap.total,
            disks=disks,
            net_received=None if cards is None else sum(card.received for card in cards),
            net_sent=None if cards is None else sum(card.sent for card in cards),
            top=processes[:TOP_PROCESSES],
            uptime=max(0.0, time.time() - boot),
            memory_cached=int(getattr(memory, "cached", 0)),
            shares=_shares(),
            pressure=pressures(),
            disk_rates=rates,
            interfaces=cards or (),
            handles_used=handles[0] if handles else None,
            handles_limit=handles[1] if handles else None,
            sockets=self._socket_states(now),
            hottest=_hottest(),
            processes=processes,
        )

    def _interfaces(self, seconds: float | None) -> tuple[Interface, ...] | None:
        """What each interface but the loopback does; None at the first look."""
        found = {name: card for name, card in psutil.net_io_counters(pernic=True).items() if name not in _LOOPBACK}
        before, self._cards = self._cards, {name: (card.bytes_recv, card.bytes_sent) for name, card in found.items()}
        if seconds is None:
            return None
        cards = []
        for name, card in found.items():
            received, sent = before.get(name, self._cards[name])
            errors = card.errin + card.errout + card.dropin + card.dropout
            rates = (max(0, card.bytes_recv - received) / seconds, max(0, card.bytes_sent - sent) / seconds)
            cards.append(Interface(clean(name, 40), *rates, errors))
        return tuple(sorted(cards, key=lambda card: (-(card.received + card.sent), card.name)))

    def _disk_rates(self, seconds: float | None) -> tuple[DiskRate, ...]:
        """What each whole disk does; partitions are in their disk."""
        counted = psutil.disk_io_counters(perdisk=True) or {}
        names = [name for name in counted if not name.startswith(_UNREAL_DISKS)]
        whole = [name for name in names if not any(name != other and name.startswith(other) for other in names)]
        before = self._disks
        self._disks = {
            name: (counted[name].read_bytes, counted[name].write_bytes, int(getattr(counted[name], "busy_time", -1)))
            for name in whole
        }
        if seconds is None:
            return ()
        rates = []
        for name, (read, written, busy) in self._disks.items():
            was = before.get(name, (read, written, busy))
            share = min(100.0, max(0, busy - was[2]) / (10 * seconds)) if busy >= 0 else None
            rate = (max(0, read - was[0]) / seconds, max(0, written - was[1]) / seconds)
            rates.append(DiskRate(clean(name, 40), *rate, share))
        return tuple(sorted(rates, key=lambda rate: (-(rate.read + rate.written), rate.name)))

    def _socket_states(self, now: float) -> tuple[tuple[str, int], ...]:
        if now - self._counted_at >= SOCKETS_EVERY:
            self._counted_at = now
            try:
                states = Counter(entry.status for entry in psutil.net_connections("tcp"))
            except (psutil.Error, OSError):
                states = Counter()
            self._sockets = tuple(states.most_common())
        return self._sockets


def pressures(folder: Path = _PRESSURE) -> tuple[Pressure, ...]:
    """Pressure stall information, empty where the kernel does not tell it."""
    found = []
    for resource in ("cpu", "memory", "io"):
        with contextlib.suppress(OSError, ValueError, KeyError):
            text = (folder / resource).read_text(encoding="ascii")
            lines = {
                words[0]: dict(word.split("=") for word in words[1:]) for words in map(str.split, text.splitlines())
            }
            some, full = lines["some"], lines.get("full", {})
            averages = (float(some["avg10"]), float(some["avg60"]))
            found.append(Pressure(resource, *averages, float(full.get("avg10", 0)), float(full.get("avg60", 0))))
    return tuple(found)


def _shares() -> CpuShares:
    times = psutil.cpu_times_percent()
    system = times.system + getattr(times, "irq", 0.0) + getattr(times, "softirq", 0.0)
    user = times.user + getattr(times, "nice", 0.0)
    return CpuShares(user, system, getattr(times, "iowait", 0.0), getattr(times, "steal", 0.0))


def _handles() -> tuple[int, int] | None:
    try:
        used, free, most = map(int, _FILE_HANDLES.read_text(encoding="ascii").split())
    except (OSError, ValueError):
        return None
    return used - free, most


def _hottest() -> tuple[str, float] | None:
    """The sensor that reads highest; most virtual machines have none."""
    sensors = getattr(psutil, "sensors_temperatures", None)
    found: list[tuple[str, float]] = []
    if sensors is not None:
        with contextlib.suppress(OSError):
            for chip, entries in sensors().items():
                found += [(clean(entry.label or chip, 40), float(entry.current)) for entry in entries]
    return max(found, key=lambda pair: pair[1], default=None)
