"""What process trees use, and whether the holder of a lock still lives, by psutil."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import psutil

_OWNER = re.compile(r"^(?P<name>[A-Za-z0-9][\w.@/-]*):(?P<pid>\d{1,7})$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and all its descendants use: percent of one core, resident bytes."""

    cpu_percent: float
    memory_bytes: int


@dataclass(slots=True)
class ProcessMeter:
    """Keeps process objects from one look to the next: CPU percent is since the last look."""

    _known: dict[int, psutil.Process] = field(default_factory=dict)

    def read(self, pids: Iterable[int]) -> dict[int, Usage]:
        """Usage by pid, of those that live."""
        seen: dict[int, psutil.Process] = {}
        usage: dict[int, Usage] = {}
        for pid in pids:
            with contextlib.suppress(psutil.Error):
                usage[pid] = self._tree(pid, seen)
        self._known = seen
        return usage

    def _tree(self, pid: int, seen: dict[int, psutil.Process]) -> Usage:
        root = self._same(psutil.Process(pid))
        cpu, memory = 0.0, 0
        for member in (root, *root.children(recursive=True)):
            process = self._same(member)
            with contextlib.suppress(psutil.Error):
                cpu += process.cpu_percent(None)
                memory += process.memory_info().rss
                seen[process.pid] = process
        return Usage(cpu, memory)

    def _same(self, process: psutil.Process) -> psutil.Process:
        known = self._known.get(process.pid)
        # psutil compares pid and creation time, so that a reused pid starts afresh
        return known if known is not None and known == process else process


def owner_alive(owner: str) -> bool | None:
    """Whether the holder of a lock still runs on this machine.

    Args:
        owner: the lock's value, for example "worker-1:8821".

    Returns:
        True when the pid lives and its command line or name fits the owner's name; False when it
        does not live, is a zombie, or belongs to something else; None when the value is not of the form
        "name:pid", or nothing can be told.
    """
    found = _OWNER.match(owner)
    if found is None:
        return None
    try:
        process = psutil.Process(int(found["pid"]))
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        words = [process.name(), *process.cmdline()]
    except psutil.AccessDenied:
        return None
    except psutil.Error:
        return False
    return _fits(found["name"], words)


def _fits(name: str, words: Iterable[str]) -> bool:
    """Whether a command line may belong to `name`.

    "worker-1" fits `python -m shop.worker` and `... --name worker-1`, but not `... --name worker-2`: then a
    sibling got the pid of the one that died.
    """
    line, wanted = " ".join(words).lower(), name.lower()
    stem = re.sub(r"[-_.@]?\d+$", "", wanted) or wanted
    numbered = re.findall(rf"{re.escape(stem)}[-_.@]?\d+", line)
    return wanted in numbered if numbered and stem != wanted else stem in line
