"""Signals to processes of this host; never built for an observer."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

import psutil

from cockpit.adapters.host import THIS_HOST
from cockpit.adapters.host_inspector import the_process
from cockpit.adapters.host_processes import lasting_of
from cockpit.adapters.pool import BlockingPool
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.identities import Identity
from cockpit.model.operations import Operation, SignalProcess
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId
from cockpit.model.text import clean
from cockpit.model.wording import count, short_duration

T = TypeVar("T")
ENDING = frozenset({"TERM", "KILL", "INT", "QUIT"})
"""Signals after which the process is expected to be gone."""
_SETTLE = 5.0
"""Seconds in which that is waited for."""
_LOOK = 0.05
_DEADLINE = 5.0


class HostExecutor:
    """Fulfils `Executor`: one signal to one process, named by its number and its start."""

    def __init__(self) -> None:
        self._pool = BlockingPool("host-signals", 1)

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return THIS_HOST

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the process.

        Raises:
            SourceError: when it is gone, or is one that is never signalled from here.
        """
        wanted = _wanted(operation)
        return await self._run(lambda: _prepared(wanted), wanted)

    async def identify(self, operation: Operation) -> Identity | None:
        """The process as it is now, None when it is gone or another has its number.

        Raises:
            SourceError: when that cannot be found out.
        """
        wanted = _wanted(operation)
        try:
            await self._run(lambda: the_process(wanted.process.pid, wanted.process.created), wanted)
        except SourceUnreachable:
            return None
        return wanted.process

    async def execute(self, permit: Permit) -> Outcome:
        """Send the signal once; after one that ends, look until the process is gone."""
        started, sent = time.monotonic(), False
        try:
            wanted = _wanted(permit.action.operation)
            await self._run(lambda: _send(wanted), wanted)
            sent = True
            kind, reason = await self._settled(wanted)
        except SourceError as error:
            kind, reason = (OutcomeKind.UNKNOWN if sent else OutcomeKind.FAILED), error.what
        return Outcome(kind, reason, duration=time.monotonic() - started)

    async def close(self) -> None:
        """End the thread; never raises."""
        self._pool.close()

    async def _settled(self, wanted: SignalProcess) -> tuple[OutcomeKind, str]:
        name = f"{wanted.name or 'process'} {wanted.process.pid}"
        if wanted.signal not in ENDING:
            return OutcomeKind.SUCCEEDED, f"{name} was sent {wanted.signal}"
        for _ in range(int(_SETTLE / _LOOK)):
            if await self._run(lambda: _gone(wanted), wanted):
                return OutcomeKind.SUCCEEDED, f"{name} has ended"
            await asyncio.sleep(_LOOK)
        return OutcomeKind.FAILED, f"{name} was sent {wanted.signal} and still runs {_SETTLE:.0f} s later"

    async def _run(self, call: Callable[[], T], wanted: SignalProcess) -> T:
        pid = wanted.process.pid
        try:
            return await self._pool.run(call, _DEADLINE)
        except TimeoutError as error:
            raise SourceError(f"process {pid} could not be looked at within {_DEADLINE:g} s") from error
        except psutil.NoSuchProcess as error:
            raise SourceUnreachable(f"process {pid} is gone") from error
        except psutil.AccessDenied as error:
            remedy = "run the cockpit as its owner, or ask who may"
            raise SourceRefused(f"this user may not signal process {pid}", remedy) from error
        except (psutil.Error, OSError) as error:
            raise SourceError(f"process {pid} cannot be signalled: {clean(str(error), 200)}") from error


def _wanted(operation: Operation) -> SignalProcess:
    if not isinstance(operation, SignalProcess):
        raise SourceRefused(f"{THIS_HOST} takes signals to processes only")
    if operation.signal not in SIGNALS:
        raise SourceRefused(f"{operation.signal} is no signal that is sent from here", f"choose {', '.join(SIGNALS)}")
    return operation


SIGNALS = {
    name: getattr(signal, f"SIG{name}")
    for name in ("TERM", "KILL", "HUP", "INT", "QUIT", "USR1", "USR2", "STOP", "CONT")
}
"""The signals that can be sent, by name."""


def _prepared(wanted: SignalProcess) -> Prepared:
    process = the_process(wanted.process.pid, wanted.process.created)
    _insist(process)
    with process.oneshot():
        lasting = lasting_of(process, clean(process.name()))
        children = process.children(recursive=True)
        age = max(0.0, datetime.now(UTC).timestamp() - lasting.created)
        facts = [
            PreviewFact("command", lasting.command or lasting.name),
            PreviewFact("user", lasting.user),
            PreviewFact("runs for", short_duration(age), age),
            PreviewFact("state", str(process.status())),
            PreviewFact("children", count(len(children), "process", "processes")),
        ]
    if process.pid in _above():
        facts.append(PreviewFact("beware", "this cockpit runs below it and may end with it"))
    exact = SignalProcess(wanted.process, wanted.signal, lasting.name)
    effect = f"will send {wanted.signal} to {lasting.name} ({process.pid})"
    return Prepared(exact, wanted.process, Preview(effect, tuple(facts), count=1), str(process.pid))


def _insist(process: psutil.Process) -> None:
    """Refuse what is never signalled from here.

    Raises:
        SourceRefused: with the reason.
    """
    if process.pid == os.getpid():
        raise SourceRefused(f"process {process.pid} is this cockpit", "q leaves it")
    if process.pid <= 1:
        raise SourceRefused("process 1 keeps the whole system running", "it is never signalled from here")
    if process.pid == 2 or process.ppid() == 2:
        raise SourceRefused(f"process {process.pid} belongs to the kernel", "it takes no signals")


def _above() -> set[int]:
    """The processes below which this cockpit runs."""
    return {parent.pid for parent in psutil.Process().parents()}


def _send(wanted: SignalProcess) -> None:
    process = the_process(wanted.process.pid, wanted.process.created)
    _insist(process)
    process.send_signal(SIGNALS[wanted.signal])


def _gone(wanted: SignalProcess) -> bool:
    try:
        return the_process(wanted.process.pid, wanted.process.created).status() == psutil.STATUS_ZOMBIE
    except (SourceUnreachable, psutil.NoSuchProcess):
        return True
