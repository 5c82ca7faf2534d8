"""One process or all sockets of the host looked at closely; reads only, and never an environment."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import psutil

from cockpit.adapters.host_folders import FolderWalk
from cockpit.adapters.host_processes import lasting_of
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.host import HostProcess, Listener, ProcessDetail, Sockets
from cockpit.model.text import clean

T = TypeVar("T")
PEERS = 12
"""Kinds of connections of one process that are told."""
SAME = 0.5
"""Seconds by which two readings of one process's start may differ."""


class HostInspector:
    """Fulfils the port of the same name.

    Args:
        deadline: seconds for one look.
    """

    def __init__(self, *, deadline: float = 5.0) -> None:
        self._pool = BlockingPool("host-look", 2)
        self._deadline = deadline

    async def process(self, pid: int, created: float) -> ProcessDetail:
        """A process in full.

        Raises:
            SourceError: when it is gone, or another has its number now.
        """
        return await self._run(lambda: _detail(the_process(pid, created)), f"process {pid}")

    async def sockets(self) -> Sockets:
        """Who listens where, and how many sockets are in each state.

        Raises:
            SourceError: when the system does not tell.
        """
        return await self._run(_sockets, "the sockets")

    def folders(self, root: str) -> FolderWalk:
        """Begin to measure the folders below a path."""
        return FolderWalk(root)

    async def close(self) -> None:
        """End the threads."""
        self._pool.close()

    async def _run(self, call: Callable[[], T], what: str) -> T:
        try:
            return await self._pool.run(call, self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(f"{what} could not be looked at within {self._deadline:g} s") from error
        except psutil.AccessDenied as error:
            raise SourceRefused(f"this user may not look at {what}") from error
        except (psutil.Error, OSError) as error:
            raise SourceError(f"{what} cannot be looked at: {clean(str(error), 200)}") from error


def the_process(pid: int, created: float) -> psutil.Process:
    """The process of that number that began at that time.

    Raises:
        SourceUnreachable: when it is gone, or another has its number now.
    """
    try:
        process = psutil.Process(pid)
        began = process.create_time()
    except psutil.NoSuchProcess as error:
        raise SourceUnreachable(f"process {pid} is gone") from error
    if abs(began - created) > SAME:
        raise SourceUnreachable(f"process {pid} is gone; another has its number now")
    return process


def _detail(process: psutil.Process) -> ProcessDetail:
    hidden: list[str] = []

    def ask(what: str, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except psutil.AccessDenied:
            hidden.append(what)
            return None

    with process.oneshot():
        lasting = lasting_of(process, clean(process.name()))
        memory, state = process.memory_info().rss, str(process.status())
        told = HostProcess(
            process.pid, lasting.name, lasting.user, 0.0, memory, lasting.command, process.ppid() or 0,
            lasting.created, state,
        )  # fmt: skip
        connections = ask("connections", lambda: process.net_connections("inet")) or []
        listens = {_told("tcp", entry.laddr) for entry in connections if entry.status == psutil.CONN_LISTEN}
        remote = [entry for entry in connections if _ip_and_port(entry.raddr)[1]]
        peers = Counter(f"{_told('to', entry.raddr)} {entry.status}" for entry in remote)
        return ProcessDetail(
            told,
            program=clean(ask("program", process.exe) or ""),
            folder=clean(ask("folder", process.cwd) or ""),
            threads=ask("threads", process.num_threads),
            children=len(process.children()),
            open_files=ask("open files", process.num_fds),
            nice=ask("niceness", process.nice),
            listens=tuple(sorted(listens)),
            peers=tuple(peers.most_common(PEERS)),
            hidden=f"this user may not see its {', '.join(hidden)}" if hidden else "",
        )


def _sockets() -> Sockets:
    entries = psutil.net_connections("inet")
    states = Counter(entry.status for entry in entries if entry.type is socket.SOCK_STREAM)
    live = [entry for entry in entries if entry.status == psutil.CONN_ESTABLISHED]
    connected = Counter(_ip_and_port(entry.laddr)[1] for entry in live)
    who: dict[int, tuple[str, str]] = {}
    listeners: set[Listener] = set()
    for entry in entries:
        datagrams = entry.type is socket.SOCK_DGRAM
        if entry.status != psutil.CONN_LISTEN and not (datagrams and not _ip_and_port(entry.raddr)[1]):
            continue
        if entry.pid and entry.pid not in who:
            who[entry.pid] = _named(entry.pid)
        (address, port), (name, user) = _ip_and_port(entry.laddr), who.get(entry.pid or 0, ("", ""))
        open_now = 0 if datagrams else connected[port]
        listeners.add(Listener("udp" if datagrams else "tcp", address, port, entry.pid, name, user, open_now))
    ordered = sorted(listeners, key=lambda one: (one.protocol, one.port, one.address, one.pid or 0))
    return Sockets(tuple(ordered), tuple(states.most_common()), sum(1 for one in ordered if one.pid is None))


def _named(pid: int) -> tuple[str, str]:
    with contextlib.suppress(psutil.Error, KeyError):
        process = psutil.Process(pid)
        return clean(process.name()), clean(process.username())
    return "", ""


def _ip_and_port(address: object) -> tuple[str, int]:
    """Psutil gives an address with ip and port, or an empty tuple for none."""
    port = getattr(address, "port", 0)
    return clean(str(getattr(address, "ip", "")), 60), port if isinstance(port, int) else 0


def _told(word: str, address: object) -> str:
    ip, port = _ip_and_port(address)
    return f"{word} {ip}:{port}"
