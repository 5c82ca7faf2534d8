"""Owns the processes of a range: starts, watches, restarts and stops them."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.process import ProcessSpec
from cockpit.sandbox.watchdog import Watchdog

STOP_PATIENCE: Final = 5.0
"""Seconds between asking a process to stop and killing it."""
_BACKOFF: Final = 0.5
_LONGEST_BACKOFF: Final = 10.0
_SETTLED: Final = 10.0


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """How one process is, as the HTTP API tells it.

    Attributes:
        name: its name within the range.
        pid: process id, None when it does not run.
        state: running, stopped (asked to), restarting (waits to be started again) or exited (by itself).
        started_at: UTC start of the current or last run, ISO 8601, None before the first.
        restarts: starts after the first.
        exit_code: of the last run; negative for a signal; None while it runs.
        command: program and arguments in one line.
        log: path of its log file.
    """

    name: str
    pid: int | None
    state: str
    started_at: str | None
    restarts: int
    exit_code: int | None
    command: str
    log: str


class _Child:
    """One process through all its runs."""

    def __init__(self, spec: ProcessSpec, watchdog: Watchdog) -> None:
        self.spec = spec
        self.turn = asyncio.Lock()
        self._watchdog = watchdog
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._wanted = False
        self._state = "stopped"
        self._starts = 0
        self._exit_code: int | None = None
        self._started_at: datetime | None = None

    @property
    def running(self) -> bool:
        return self._state == "running"

    def status(self) -> ProcessStatus:
        return ProcessStatus(
            name=self.spec.name,
            pid=self._process.pid if self._process and self.running else None,
            state=self._state,
            started_at=self._started_at.isoformat() if self._started_at else None,
            restarts=max(0, self._starts - 1),
            exit_code=None if self.running else self._exit_code,
            command=" ".join(self.spec.command),
            log=str(self.spec.log),
        )

    async def start(self) -> None:
        if self._wanted and self._watch is not None and not self._watch.done():
            return
        self._wanted = True
        process = await self._spawn()
        self._watch = asyncio.create_task(self._keep(process), name=f"watch {self.spec.name}")

    async def stop(self) -> None:
        self._wanted = False
        process, watch = self._process, self._watch
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.spec.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), STOP_PATIENCE)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        self._state = "stopped"
        if process is not None:
            self._exit_code = process.returncode

    def signal(self, number: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            raise SandboxError(f"{self.spec.name} does not run")
        self._process.send_signal(number)

    async def _spawn(self) -> asyncio.subprocess.Process:
        spec = self.spec
        try:
            with spec.log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *spec.command,
                    cwd=spec.cwd,
                    env=spec.variables(),
                    user=spec.account.uid if spec.account else None,
                    group=spec.account.gid if spec.account else None,
                    extra_groups=[] if spec.account else None,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            raise SandboxError(f"{spec.name} of the sandbox cannot be started: {error}") from error
        self._watchdog.register(process.pid, spec.quit_signal)
        self._process, self._state, self._exit_code = process, "running", None
        self._started_at = datetime.now(UTC)
        self._starts += 1
        return process

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        """Watch one run after the other; a run that ends at once is followed by a longer and longer wait."""
        loop = asyncio.get_running_loop()
        backoff = _BACKOFF
        while True:
            began = loop.time()
            self._exit_code = await process.wait()
            if not (self._wanted and self.spec.restart):
                self._state = "exited" if self._wanted else "stopped"
                self._wanted = False
                return
            self._state = "restarting"
            backoff = _BACKOFF if loop.time() - began > _SETTLED else min(backoff * 2, _LONGEST_BACKOFF)
            await asyncio.sleep(backoff)
            process = await self._spawn()


class Supervisor:
    """All processes of one range by name."""

    def __init__(self, watchdog: Watchdog) -> None:
        self._watchdog = watchdog
        self._children: dict[str, _Child] = {}

    def statuses(self) -> list[ProcessStatus]:
        """How each process is, in the order in which they were first started."""
        return [child.status() for child in self._children.values()]

    def status(self, name: str) -> ProcessStatus:
        """How one process is.

        Raises:
            SandboxError: when there is none of that name.
        """
        return self._child(name).status()

    async def run(self, spec: ProcessSpec) -> None:
        """Take a process into care and start it.

        Raises:
            SandboxError: when it cannot be started.
        """
        self._children[spec.name] = _Child(spec, self._watchdog)
        await self.start(spec.name)

    async def start(self, name: str) -> None:
        """Start a process that does not run; one that does is left alone.

        Raises:
            SandboxError: when there is none of that name or it cannot be started.
        """
        child = self._child(name)
        async with child.turn:
            await child.start()

    async def stop(self, name: str) -> None:
        """Ask a process to stop, kill it after `STOP_PATIENCE`, and leave it stopped.

        Raises:
            SandboxError: when there is none of that name.
        """
        child = self._child(name)
        async with child.turn:
            await child.stop()

    async def restart(self, name: str) -> None:
        """Stop and start a process.

        Raises:
            SandboxError: when there is none of that name or it cannot be started.
        """
        child = self._child(name)
        async with child.turn:
            await child.stop()
            await child.start()

    def kill(self, name: str) -> None:
        """Send SIGKILL as a crash would; a process with `restart` comes back with another pid.

        Raises:
            SandboxError: when there is none of that name or it does not run.
        """
        self._child(name).signal(signal.SIGKILL)

    def freeze(self, name: str) -> None:
        """Let a process hang (SIGSTOP): it is there, keeps what it holds, and answers nobody.

        Raises:
            SandboxError: when there is none of that name or it does not run.
        """
        self._child(name).signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a process that hangs go on.

        Raises:
            SandboxError: when there is none of that name or it does not run.
        """
        self._child(name).signal(signal.SIGCONT)

    async def stop_all(self, last: tuple[str, ...] = ()) -> None:
        """Stop everything, those named in `last` after all the others."""
        first = [child for name, child in self._children.items() if name not in last]
        await asyncio.gather(*(child.stop() for child in first))
        await asyncio.gather(*(self._children[name].stop() for name in last if name in self._children))

    def _child(self, name: str) -> _Child:
        try:
            return self._children[name]
        except KeyError:
            known = ", ".join(self._children)
            raise SandboxError(f"the sandbox has no process {name!r}", f"choose one of {known}") from None
