"""The log of one container, followed across restarts and recreation."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import at, moment, text
from cockpit.adapters.docker_stream import DockerStream
from cockpit.adapters.lines import LineSplitter, RawLine
from cockpit.engine.log_reader import LogReader
from cockpit.model.logs import LogBatch, LogLine
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId, SourceKind

FIRST_LINES = 200
"""Lines shown of what was there before the first fetch."""
HELD_LINES = 5_000
"""Lines held between two fetches; older ones are dropped and counted."""


class DockerLogs:
    """Fulfils `Source[LogBatch]` for one container, named as people call it.

    Args:
        engine: whom to ask; not closed with this source.
        container: name or id.
        clock: tells the time at which lines were read.
    """

    def __init__(self, engine: DockerEngine, container: str, *, clock: Clock) -> None:
        self._id = SourceId(SourceKind.LOGS, container)
        self._engine = engine
        self._container = container
        self._clock = clock
        self._reader = LogReader(container)
        self._run: tuple[str, datetime | None] | None = None
        self._follower: _Follower | None = None

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._id

    @property
    def server(self) -> str | None:
        """Which run of which container is followed."""
        return f"{self._run[0]} {self._run[1]}" if self._run else None

    async def fetch(self) -> LogBatch:
        """What the container wrote since the last fetch; the first ones give the last 200 lines.

        Raises:
            SourceError: when there is no such container, or the Engine cannot be asked.
        """
        detail: object = await self._engine.call(lambda client: client.inspect_container(self._container))
        run = (text(detail, "Id"), moment(detail, "State", "StartedAt"))
        notice = "" if self._run in (None, run) else ("restarted" if self._run[0] == run[0] else "recreated")
        follower = self._follower
        broken = follower is not None and follower.ended and bool(follower.error)
        if follower is None or run != self._run or broken:
            follower = self._follow(run, at(detail, "Config", "Tty") is True)
        lines, dropped = follower.drain()
        return LogBatch(lines, dropped, notice)

    async def close(self) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.close()

    def _follow(self, run: tuple[str, datetime | None], tty: bool) -> _Follower:
        same_container = self._run is not None and self._run[0] == run[0]
        last = self._follower.last if self._follower and same_container else ""
        held: deque[LogLine] = deque()
        if self._follower is not None:
            held = self._follower.lines
            self._follower.close()
        self._run = run
        self._follower = _Follower(self._engine, run[0], self._parsed, tty=tty, after=last, held=held)
        return self._follower

    def _parsed(self, raw: RawLine) -> LogLine:
        read_at = self._clock.now()
        stamp, _, rest = raw.text.partition(" ")
        line = self._reader.read(rest, read_at)
        if line.continues or line.at is not read_at:
            return line
        return LogLine(line.stream, line.text, line.level, _written(stamp) or read_at)


def _written(stamp: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC)
    except ValueError:
        return None


class _Follower:
    """Takes the stream apart and parses it on its thread, and holds the lines until they are fetched."""

    def __init__(
        self,
        engine: DockerEngine,
        container: str,
        parsed: Callable[[RawLine], LogLine],
        *,
        tty: bool,
        after: str,
        held: deque[LogLine],
    ) -> None:
        self.last = after
        self._parsed = parsed
        self.lines = held
        self._dropped = 0
        self._after = after
        self._lock = threading.Lock()
        self._frames = None if tty else _Frames()
        self._splitters: dict[int, LineSplitter] = {}
        parameters = {"follow": "1", "stdout": "1", "stderr": "1", "timestamps": "1", "tail": str(FIRST_LINES)}
        if since := _written(after):
            # whole seconds: lines of that second that were seen already are passed over by their own stamp
            parameters |= {"since": str(int(since.timestamp())), "tail": "all"}
        self._stream = DockerStream(engine, f"/containers/{container}/logs", parameters, self._take, silence=None)

    @property
    def ended(self) -> bool:
        return self._stream.ended

    @property
    def error(self) -> str:
        return self._stream.error

    def close(self) -> None:
        self._stream.close()

    def drain(self) -> tuple[tuple[LogLine, ...], int]:
        with self._lock:
            lines, dropped = tuple(self.lines), self._dropped
            self.lines.clear()
            self._dropped = 0
        return lines, dropped

    def _take(self, data: bytes) -> None:
        pieces = [(1, data)] if self._frames is None else self._frames.feed(data)
        for stream, payload in pieces:
            for line in self._splitters.setdefault(stream, LineSplitter()).feed(payload):
                self._add(line)

    def _add(self, line: RawLine) -> None:
        stamp = line.data[:64].partition(b" ")[0].decode("ascii", "replace")
        if self._after and stamp <= self._after:
            return
        parsed = self._parsed(line)
        with self._lock:
            self.last = max(self.last, stamp)
            self.lines.append(parsed)
            if len(self.lines) > HELD_LINES:
                self.lines.popleft()
                self._dropped += 1


class _Frames:
    """The Engine's stream format (API reference, "Attach to a container"): stream, three zeros, size, payload."""

    _HEADER = 8

    def __init__(self) -> None:
        self._stream = 1
        self._left = 0
        self._header = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The payloads in `data` with the number of their stream: 1 output, 2 error."""
        found: list[tuple[int, bytes]] = []
        while data:
            if self._left == 0:
                missing = self._HEADER - len(self._header)
                self._header, data = self._header + data[:missing], data[missing:]
                if len(self._header) == self._HEADER:
                    self._stream, self._left = self._header[0], int.from_bytes(self._header[4:], "big")
                    self._header = b""
                continue
            payload, data = data[: self._left], data[self._left :]
            self._left -= len(payload)
            found.append((self._stream, payload))
        return found
