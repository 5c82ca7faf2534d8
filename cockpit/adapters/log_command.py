"""What a command prints, followed as a log: `kubectl logs -f`, `journalctl -f`."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

from cockpit.adapters.lines import LineSplitter, RawLine
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.unhurried import unhurried
from cockpit.engine.log_reader import LogReader
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.logs import LogBatch, LogLine
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

HELD_LINES = 10_000
"""Lines held between two fetches; older ones are dropped and counted."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a command that ended is started again, the first time and at the most."""
LASTING = 30.0
"""Seconds after which a command counts as having run well: its next end is a first one again."""
GRACE = 2.0
"""Seconds between TERM and KILL."""
LAUNCHER = """exec 3<&0 </dev/null
( ( exec >/dev/null 2>&1; trap '' TERM HUP INT; read -r _ <&3
    kill -s TERM -- -$$; sleep 2; kill -s KILL -- -$$ ) & )
exec 3<&-; exec "$@"
"""
"""Starts the command as the leader of its group, beside a watcher that ends the group when this program is gone."""
_READ_SIZE = 65_536

Parse = Callable[[RawLine, datetime], Sequence[LogLine]]
"""Lines of the log from one line of output and the UTC time at which it was read."""


class CommandLog(PlainSource):
    """Fulfils `Source[LogBatch]` for a command that prints lines as they come.

    It has no input and a process group of its own, which ends with the cockpit, however that ends. When the command
    ends it is started again, later each time.

    Args:
        name: the log's name in the configuration.
        arguments: the program and its arguments; no shell reads them.
        clock: tells the time at which lines were read.
        pool: threads for parsing.
        parse: turns output into lines; None reads it as any log.
        zone: what a time without a zone means; None for this machine's own.
        deadline: seconds for parsing what came since the last fetch.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        clock: Clock,
        pool: BlockingPool,
        parse: Parse | None = None,
        zone: tzinfo | None = None,
        deadline: float = 3.0,
    ) -> None:
        super().__init__(SourceId(SourceKind.LOGS, name))
        self._arguments = list(arguments)
        self._clock = clock
        self._pool = pool
        self._parse = parse or _as_any_log(name, zone)
        self._deadline = deadline
        self._run: _Run | None = None
        self._wait = FIRST_WAIT
        self._not_before = 0.0
        self._ending = ""

    async def fetch(self) -> LogBatch:
        """What was printed since the last fetch.

        Raises:
            SourceUnreachable: when the command is not installed, cannot be started, or has ended.
        """
        now = self._clock.monotonic()
        if self._run is None:
            if now < self._not_before:
                raise self._ended(self._not_before - now)
            self._run = await _Run.start(self._arguments, now)
        raw, dropped = self._run.drain()
        if not raw and self._run.ended:
            await self._note_end(self._run, now)
            raise self._ended(self._not_before - now)
        read_at = self._clock.now()
        try:
            lines = await self._pool.run(lambda: self._parsed(raw, read_at), self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(
                f"the lines of {self._source.name} took longer than {self._deadline:g} s"
            ) from error
        return LogBatch(lines, dropped)

    async def close(self) -> None:
        """End the command and everything that it started."""
        run, self._run = self._run, None
        if run is not None:
            await run.stop()

    def _parsed(self, raw: Sequence[RawLine], read_at: datetime) -> tuple[LogLine, ...]:
        return tuple(line for one in unhurried(raw) for line in self._parse(one, read_at))

    async def _note_end(self, run: _Run, now: float) -> None:
        self._run = None
        await run.stop()
        self._wait = FIRST_WAIT if now - run.started >= LASTING else min(LONGEST_WAIT, self._wait * 2)
        self._not_before = now + self._wait
        last = f": {run.last}" if run.last else ""
        code = run.exit_code
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        self._ending = f"{clean(self._arguments[0])} {how}{last}"

    def _ended(self, seconds: float) -> SourceUnreachable:
        return SourceUnreachable(self._ending, f"it is started again in {max(1, round(seconds))} s")


class NoCommand(PlainSource):
    """Fulfils `Source[LogBatch]` in place of a command for an observer, whose cockpit starts no commands.

    Args:
        name: the log's name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(SourceId(SourceKind.LOGS, name))

    async def fetch(self) -> LogBatch:
        """Say that it is not read.

        Raises:
            SourceRefused: always.
        """
        raise SourceRefused(f"{self._source.name} is a command, and an observer starts none", "open it as an operator")


def _as_any_log(name: str, zone: tzinfo | None) -> Parse:
    reader = LogReader(name, zone or datetime.now(UTC).astimezone().tzinfo or UTC)
    return lambda raw, read_at: (reader.read(raw.text, read_at),)


class _Run:
    """One run of the command: its process, and what it printed and nobody fetched yet."""

    def __init__(self, process: asyncio.subprocess.Process, lifeline: int, started: float) -> None:
        self.started = started
        self.last = ""
        self._process = process
        self._lifeline = lifeline
        self._lines: deque[RawLine] = deque()
        self._dropped = 0
        self._splitter = LineSplitter()
        self._reading: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, arguments: Sequence[str], now: float) -> _Run:
        """Start it.

        Raises:
            SourceUnreachable: when it cannot be started.
        """
        if shutil.which(arguments[0]) is None:
            raise SourceUnreachable(
                f"{clean(arguments[0])} is not installed on this machine, or not in PATH",
                "install it, or name its path",
            )
        reading_end, writing_end = os.pipe()
        watched, lifeline = os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                "/bin/sh",
                "-c",
                LAUNCHER,
                "cockpit",
                *arguments,
                stdin=watched,
                stdout=writing_end,
                stderr=writing_end,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            os.close(reading_end)
            os.close(lifeline)
            raise SourceUnreachable(f"{clean(arguments[0])} cannot be started: {clean(str(error))}") from error
        finally:
            os.close(writing_end)
            os.close(watched)
        run = cls(process, lifeline, now)
        run._reading = asyncio.create_task(run._read(reading_end), name="a command's log")
        return run

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._reading is not None and self._reading.done()

    @property
    def exit_code(self) -> int:
        """As the command gave it, negative for a signal."""
        return self._process.returncode or 0

    def drain(self) -> tuple[list[RawLine], int]:
        """The lines that nobody fetched yet, and how many were dropped."""
        lines, dropped = list(self._lines), self._dropped
        self._lines.clear()
        self._dropped = 0
        return lines, dropped

    async def stop(self) -> None:
        """End the group: TERM, and KILL after a grace; what it printed meanwhile is dropped."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self._process.wait()
        self._signal(signal.SIGKILL)
        os.close(self._lifeline)
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    async def _read(self, pipe: int) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
        )
        try:
            while data := await reader.read(_READ_SIZE):
                for line in self._splitter.feed(data):
                    self._add(line)
            if last := self._splitter.flush():
                self._add(last)
            await self._process.wait()
        finally:
            transport.close()

    def _add(self, line: RawLine) -> None:
        self._lines.append(line)
        if len(self._lines) > HELD_LINES:
            self._lines.popleft()
            self._dropped += 1
        self.last = line.text[:200] or self.last
