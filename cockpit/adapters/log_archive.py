"""The past of a log file: pages backwards and forwards, places by time, and searches in the background."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar

from cockpit.adapters.lines import RawLine
from cockpit.adapters.log_chain import LogChain, text_bytes
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.unhurried import PAUSE, unhurried
from cockpit.engine.log_reader import LogReader
from cockpit.engine.loglines import time_of
from cockpit.model.errors import SourceUnreachable
from cockpit.model.logs import ArchivePage, LogLine, Place, Tally
from cockpit.model.text import clean

T = TypeVar("T")

_BLOCK = 512 * 1024
_TELL_EVERY = 0.2
_PROBES = 40


class FileArchive:
    """Fulfils `LogArchive` for a file and its rotated ones.

    Holds file handles and no lines: its memory is one page, or one block of half a megabyte while it searches.

    Args:
        name: the log's name.
        path: the newest file.
        zone: what a time without a zone means; None for this machine's own.
        pool: threads for reads; a search keeps one busy until it ends.
        deadline: seconds for one page.
        patience: seconds for one search.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        pool: BlockingPool,
        *,
        zone: tzinfo | None = None,
        deadline: float = 5.0,
        patience: float = 300.0,
    ) -> None:
        self._name = name
        self._path = path
        self._pool = pool
        self._zone = zone or datetime.now().astimezone().tzinfo or UTC
        self._deadline = deadline
        self._patience = patience
        self._chain = LogChain(path)
        self._turn = threading.Lock()

    @property
    def stream(self) -> str:
        """The name of the log."""
        return self._name

    async def seek(self, at: datetime) -> Place:
        """Where the first line of that UTC time or later begins; see `LogArchive`."""
        return await self._run(lambda: self._seek(at), self._deadline)

    async def before(self, place: Place, lines: int) -> ArchivePage:
        """Up to that many lines before a place; see `LogArchive`."""

        def read() -> ArchivePage:
            raw, places = self._chain.lines_before(place, lines)
            return ArchivePage(self._parsed(raw, places), tuple(places), place)

        return await self._run(read, self._deadline)

    async def after(self, place: Place, lines: int) -> ArchivePage:
        """Up to that many lines from a place on; see `LogArchive`."""

        def read() -> ArchivePage:
            raw, places, end = self._chain.lines_after(place, lines)
            return ArchivePage(self._parsed(raw, places), tuple(places), end)

        return await self._run(read, self._deadline)

    async def find(
        self, text: str, place: Place, step: int, told: Callable[[Tally], None] = lambda tally: None
    ) -> Place | None:
        """The next line that contains a text; see `LogArchive`."""
        stop = threading.Event()
        search = self._find_older if step < 0 else self._find_newer
        try:
            return await self._run(lambda: search(text.lower().encode(), place, stop, told), self._patience)
        finally:
            stop.set()

    async def count(self, text: str, told: Callable[[Tally], None]) -> Tally:
        """How many lines contain a text, packed files left out; see `LogArchive`."""
        stop = threading.Event()
        try:
            return await self._run(lambda: self._count(text.lower().encode(), stop, told), self._patience)
        finally:
            stop.set()

    async def close(self) -> None:
        """Let go of the files."""
        if self._turn.acquire(blocking=False):
            try:
                self._chain.close()
            finally:
                self._turn.release()

    async def _run(self, call: Callable[[], T], deadline: float) -> T:
        def work() -> T:
            with self._turn:
                self._chain.open()
                return call()

        shown = clean(str(self._path))
        try:
            return await self._pool.run(work, deadline)
        except TimeoutError as error:
            raise SourceUnreachable(f"the past of {shown} could not be read within {deadline:g} s") from error
        except OSError as error:
            raise SourceUnreachable(f"the past of {shown} cannot be read: {error.strerror or error}") from error

    # --- on a thread ---

    def _parsed(self, raw: list[bytes], places: list[Place]) -> tuple[LogLine, ...]:
        if not raw:
            return ()
        read_at = datetime.fromtimestamp(self._chain.written_at(places[-1][0]), UTC)
        reader = LogReader(self._name, self._zone)
        return tuple(reader.read(RawLine(*text_bytes(line)).text, read_at) for line in unhurried(raw))

    def _seek(self, at: datetime) -> Place:
        number = 0
        while number > self._chain.first:
            start = self._time_from((number, 0))
            if start is not None and start[1] < at:
                break
            number -= 1
        low, high = 0, self._chain.size(number)
        for _ in range(_PROBES):
            if high - low <= 1:
                break
            middle = (low + high) // 2
            found = self._time_from((number, self._chain.line_start((number, middle))[1]))
            if found is None or found[1] >= at:
                high = middle
            else:
                low = found[0][1] + 1
        place = self._chain.line_start((number, low))
        found = self._time_from(place)
        while found is not None and found[1] < at:
            place = self._chain.line_after(found[0])
            found = self._time_from(place)
        return place if found is None else found[0]

    def _time_from(self, place: Place) -> tuple[Place, datetime] | None:
        """The first time that is written at a place or after it, within 4 MiB of the same file."""
        number, offset = place
        if offset >= self._chain.size(number):
            return None
        read_at = datetime.fromtimestamp(self._chain.written_at(number), UTC) + timedelta(seconds=1)
        for count in (8, 2_000):
            raw, places, _ = self._chain.lines_after((number, offset), count)
            for line, where in zip(raw, places, strict=True):
                at = time_of(RawLine(*text_bytes(line)).text, read_at, self._zone)
                if at is not None and where[0] == number:
                    return where, at
        return None

    def _total(self) -> int:
        return sum(self._chain.size(number) for number in self._countable())

    def _countable(self) -> list[int]:
        """Files that can be looked through without unpacking, newest first."""
        return [number for number in range(0, self._chain.first - 1, -1) if self._chain.at_hand(number)]

    def _find_older(
        self, wanted: bytes, place: Place, stop: threading.Event, told: Callable[[Tally], None]
    ) -> Place | None:
        pace, done = _Pace(told), 0
        for number in range(place[0], self._chain.first - 1, -1):
            high = place[1] if number == place[0] else self._chain.size(number)
            while high > 0 and not stop.is_set():
                low = max(0, high - _BLOCK)
                # a match may lie across the edge of two blocks
                data = self._chain.read(number, low, min(high + len(wanted) - 1, _top(number, place, high))).lower()
                found = data.rfind(wanted)
                if found >= 0:
                    return self._chain.line_start((number, low + found))
                done += high - low
                high = low
                time.sleep(PAUSE)
                pace.tell(Tally(0, done, done + low))
        return None

    def _find_newer(
        self, wanted: bytes, place: Place, stop: threading.Event, told: Callable[[Tally], None]
    ) -> Place | None:
        pace, done = _Pace(told), 0
        for number in range(place[0], 1):
            low = place[1] if number == place[0] else 0
            size = self._chain.size(number)
            while low < size and not stop.is_set():
                found = self._chain.read(number, low, low + _BLOCK + len(wanted) - 1).lower().find(wanted)
                if found >= 0:
                    return self._chain.line_start((number, low + found))
                low += _BLOCK
                done += _BLOCK
                pace.tell(Tally(0, done, done + max(0, size - low)))
        return None

    def _count(self, wanted: bytes, stop: threading.Event, told: Callable[[Tally], None]) -> Tally:
        pace, lines, done, total = _Pace(told), 0, 0, self._total()
        for number in self._countable():
            low, size = 0, self._chain.size(number)
            while low < size and not stop.is_set():
                data = self._chain.read(number, low, low + _BLOCK)
                whole = data.rfind(b"\n") + 1 or len(data)
                lines += lines_with(data[:whole].lower(), wanted)
                low += whole
                done += whole
                pace.tell(Tally(lines, done, max(total, done)))
        return Tally(lines, done, max(total, done))


def _top(number: int, place: Place, high: int) -> int:
    """Up to where a block may be read: a match that ends behind the start of the search does not count."""
    return place[1] if number == place[0] else high + (1 << 30)


def lines_with(data: bytes, wanted: bytes) -> int:
    """How many lines contain some bytes."""
    count, start = 0, data.find(wanted)
    while start >= 0:
        count += 1
        end = data.find(b"\n", start)
        start = data.find(wanted, end + 1) if end >= 0 else -1
    return count


class _Pace:
    """Passes a tally on a few times a second, and lets other threads run."""

    def __init__(self, told: Callable[[Tally], None]) -> None:
        self._told = told
        self._next = time.monotonic() + _TELL_EVERY

    def tell(self, tally: Tally) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _TELL_EVERY
            self._told(tally)
