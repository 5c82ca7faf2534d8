"""All processes of the host, again and again, at the price of a few small files for each."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import psutil

from cockpit.model.host import HostProcess
from cockpit.model.text import clean

COMMAND_CAP = 500
"""Characters of a command line that are kept."""


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What does not change while a process runs its program."""

    name: str
    user: str
    command: str
    created: float


@dataclass(slots=True)
class ProcessTable:
    """Keeps from one look to the next what does not change, and counters for the rates; used by one thread."""

    _known: dict[psutil.Process, _Lasting] = field(default_factory=dict)
    _moved: dict[psutil.Process, tuple[int, int]] = field(default_factory=dict)

    def read(self, seconds: float | None) -> tuple[HostProcess, ...]:
        """All processes, those that use most CPU first.

        Args:
            seconds: since the last look, None at the first one.
        """
        known: dict[psutil.Process, _Lasting] = {}
        moved: dict[psutil.Process, tuple[int, int]] = {}
        found: list[HostProcess] = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error), process.oneshot():
                name = clean(process.name())
                lasting = self._known.get(process)
                # a process that has just been forked becomes another program by exec
                known[process] = lasting = lasting if lasting and lasting.name == name else lasting_of(process, name)
                rates = self._rates(process, seconds, moved)
                found.append(
                    HostProcess(
                        pid=process.pid,
                        name=name,
                        user=lasting.user,
                        cpu_percent=process.cpu_percent(None),
                        memory_bytes=process.memory_info().rss,
                        command=lasting.command,
                        parent=process.ppid() or 0,
                        created=lasting.created,
                        state=str(process.status()),
                        read_rate=rates[0] if rates else None,
                        write_rate=rates[1] if rates else None,
                    )
                )
        self._known, self._moved = known, moved
        return tuple(sorted(found, key=lambda one: (-one.cpu_percent, -one.memory_bytes, one.pid)))

    def _rates(
        self, process: psutil.Process, seconds: float | None, moved: dict[psutil.Process, tuple[int, int]]
    ) -> tuple[float, float] | None:
        """Bytes per second read and written; None when another user's are hidden."""
        counters = getattr(process, "io_counters", None)
        if counters is None:
            return None
        try:
            counted = counters()
        except psutil.AccessDenied:
            return None
        moved[process] = now = (int(counted.read_bytes), int(counted.write_bytes))
        before = self._moved.get(process)
        if before is None or seconds is None:
            return 0.0, 0.0
        return max(0, now[0] - before[0]) / seconds, max(0, now[1] - before[1]) / seconds


def lasting_of(process: psutil.Process, name: str) -> _Lasting:
    """What does not change while a process runs its program.

    Raises:
        psutil.NoSuchProcess: when it is gone.
    """
    command = clean(" ".join(_command_of(process)), COMMAND_CAP)
    return _Lasting(name, clean(_user_of(process)), command, process.create_time())


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
