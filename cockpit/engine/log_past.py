"""A stretch of the past of several logs, mixed by time: it grows at both ends and never holds more than its bound."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cockpit.engine.log_buffer import Kept, LogBuffer
from cockpit.model.errors import SourceError
from cockpit.model.logs import ArchivePage, LogArchive, LogLine, Place, Tally

PAGE = 1_000
"""Lines that are read from each log at a time."""
BOUND = 20_000
"""Lines held at the most."""
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Edge:
    """How far one log has been read in both directions."""

    archive: LogArchive
    older: Place
    newer: Place
    at_start: bool = False


class LogPast:
    """Like a ring for the window: ordered lines with numbers; old ones count down from -1, new ones up.

    Args:
        archives: the logs that have a past.
        ring: the lines of the others, as far back as it goes.
    """

    def __init__(self, archives: Sequence[LogArchive], ring: LogBuffer) -> None:
        named = {archive.stream for archive in archives}
        self._others = [kept for kept in ring.ordered if kept.line.stream not in named]
        self._archives = list(archives)
        self._edges: list[_Edge] = []
        self._ordered: list[Kept] = []
        self._places: dict[int, tuple[str, Place, Place]] = {}
        self._up, self._down = 0, -1
        self._opened = _LAST
        self.troubles: tuple[str, ...] = ()
        self.at_start = False
        self.at_end = False

    @property
    def ordered(self) -> Sequence[Kept]:
        """What is held, oldest first."""
        return self._ordered

    async def open(self, at: datetime, found: tuple[str, Place] | None = None) -> None:
        """Begin around a moment.

        Args:
            at: UTC time.
            found: a log and a place in it that must be in it: its line is of that time.
        """
        self._opened = at
        seeks = await asyncio.gather(*(self._seek(a, at, found) for a in self._archives))
        self._edges = [edge for edge in seeks if edge is not None]
        await self.newer()
        await self.older()

    async def _seek(self, archive: LogArchive, at: datetime, found: tuple[str, Place] | None) -> _Edge | None:
        if found is not None and found[0] == archive.stream:
            return _Edge(archive, found[1], found[1])
        try:
            place = await archive.seek(at)
        except SourceError as error:
            self.troubles += (str(error),)
            return None
        return _Edge(archive, place, place)

    async def older(self) -> int:
        """Read older lines; how many came."""
        pages = await asyncio.gather(*(self._page(edge, -1) for edge in self._edges if not edge.at_start))
        edges = [edge for edge in self._edges if not edge.at_start]
        frontier = max((_times(page)[0] for page in pages if len(page.lines) >= 1), default=None)
        taken: list[Kept] = []
        for edge, page in zip(edges, pages, strict=True):
            edge.at_start = not page.lines
            times = _times(page)
            start = next((n for n, at in enumerate(times) if frontier is None or at >= frontier), len(times))
            stream, down = edge.archive.stream, range(len(times) - 1, start - 1, -1)
            taken += [self._numbered(page, number, times[number], stream, up=False) for number in down]
            edge.older = page.places[start] if start < len(times) else edge.older
        self.at_start = all(edge.at_start for edge in self._edges)
        self._put(taken + self._others_between(frontier, self._ordered[0].at if self._ordered else None))
        if len(self._ordered) > BOUND:
            self._forget(self._ordered[BOUND:], newest=True)
            del self._ordered[BOUND:]
        return len(taken)

    async def newer(self) -> int:
        """Read newer lines; how many came."""
        pages = await asyncio.gather(*(self._page(edge, 1) for edge in self._edges))
        full = [_times(page)[-1] for page in pages if len(page.lines) >= PAGE]
        frontier = min(full, default=None)
        taken: list[Kept] = []
        for edge, page in zip(self._edges, pages, strict=True):
            times = _times(page)
            end = next((n for n, at in enumerate(times) if frontier is not None and at > frontier), len(times))
            taken += [self._numbered(page, n, times[n], edge.archive.stream, up=True) for n in range(end)]
            edge.newer = page.places[end] if end < len(times) else page.end
        self.at_end = not full
        since = self._ordered[-1].at if self._ordered else self._opened
        self._put(taken + self._others_between(since, frontier or _LAST))
        if len(self._ordered) > BOUND:
            surplus = self._ordered[:-BOUND]
            self._forget(surplus, newest=False)
            del self._ordered[:-BOUND]
            self.at_start = False
        return len(taken)

    def number_at(self, stream: str, place: Place) -> Kept | None:
        """The line that begins at a place."""
        return next(
            (kept for kept in self._ordered if self._places.get(kept.number, ("",))[:2] == (stream, place)), None
        )

    def place_of(self, kept: Kept) -> tuple[str, Place] | None:
        """Where a line begins, None for one of a log without a past."""
        found = self._places.get(kept.number)
        return (found[0], found[1]) if found else None

    async def _page(self, edge: _Edge, step: int) -> ArchivePage:
        place = edge.older if step < 0 else edge.newer
        try:
            if step < 0:
                return await edge.archive.before(place, PAGE)
            return await edge.archive.after(place, PAGE)
        except SourceError as error:
            self.troubles += (str(error),)
            return ArchivePage((), (), place)

    def _numbered(self, page: ArchivePage, n: int, at: datetime, stream: str, *, up: bool) -> Kept:
        if up:
            number, self._up = self._up, self._up + 1
        else:
            number, self._down = self._down, self._down - 1
        end = page.places[n + 1] if n + 1 < len(page.places) else page.end
        self._places[number] = (stream, page.places[n], end)
        return Kept(at, number, page.lines[n])

    def _others_between(self, start: datetime | None, end: datetime | None) -> list[Kept]:
        """Lines of logs without a past that belong into a stretch; their numbers lie far from all others."""
        if start is None and end is None:
            return []
        low = bisect_left(self._others, start, key=lambda kept: kept.at) if start else 0
        high = bisect_left(self._others, end, key=lambda kept: kept.at) if end else len(self._others)
        return [replace_number(kept) for kept in self._others[low:high]]

    def _put(self, fresh: Iterable[Kept]) -> None:
        known = {kept.number for kept in self._ordered}
        self._ordered += [kept for kept in fresh if kept.number not in known]
        self._ordered.sort()

    def _forget(self, gone: Iterable[Kept], *, newest: bool) -> None:
        """Set the edges back to what is left, so that it is read again when the person comes back."""
        for kept in gone:
            found = self._places.pop(kept.number, None)
            if found is None:
                continue
            for edge in self._edges:
                if edge.archive.stream == found[0]:
                    if newest:
                        edge.newer = min(edge.newer, found[1])
                        self.at_end = False
                    else:
                        edge.older = max(edge.older, found[2])
                        edge.at_start = False


def _times(page: ArchivePage) -> list[datetime]:
    """The lines' times as they sort: within one log the order of the file holds."""
    times: list[datetime] = []
    for line in page.lines:
        times.append(max(times[-1], line.at) if times else line.at)
    return times


def replace_number(kept: Kept) -> Kept:
    """A line of the ring with a number that no line of a file gets."""
    return kept._replace(number=kept.number + (1 << 40))


async def total(
    archives: Sequence[LogArchive], text: str, told: Callable[[Tally], None]
) -> tuple[Tally, tuple[str, ...]]:
    """How many lines of all archives contain a text, and what could not be read.

    Args:
        archives: where to look, one after the other.
        text: what to look for.
        told: told now and then how far it is; on a thread.
    """
    sum_, troubles = Tally(0, 0, 0), []
    for archive in archives:
        base = sum_

        def add(tally: Tally, base: Tally = base) -> None:
            told(Tally(base.lines + tally.lines, base.done + tally.done, base.size + tally.size))

        try:
            one = await archive.count(text, add)
        except SourceError as error:
            troubles.append(str(error))
            continue
        sum_ = Tally(base.lines + one.lines, base.done + one.done, base.size + one.size)
    return sum_, tuple(troubles)


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that was found.

    Attributes:
        stream: the log.
        place: where in its archive.
        line: the line.
    """

    stream: str
    place: Place
    line: LogLine


async def nearest(
    archives: Sequence[LogArchive],
    text: str,
    at: datetime,
    step: int,
    known: tuple[str, Place] | None,
    told: Callable[[Tally], None],
) -> Hit | None:
    """The next line with a text in any of the archives, older for -1 or newer for 1 than a moment.

    Args:
        archives: where to look.
        text: what to look for.
        at: UTC time to begin at.
        step: 1 or -1.
        known: a log and a place in it where the last match was, None for none; that line does not count.
        told: told now and then how far it is; on a thread.

    Raises:
        SourceError: when none of them can be read.
    """
    hits: list[Hit] = []
    trouble: SourceError | None = None
    for archive in archives:
        try:
            hit = await _next_in(archive, text, at, step, known, told)
        except SourceError as error:
            trouble = error
            continue
        hits += [hit] if hit else []
    if not hits and trouble is not None:
        raise trouble
    return (
        min(hits, key=lambda hit: hit.line.at, default=None)
        if step > 0
        else max(hits, key=lambda hit: hit.line.at, default=None)
    )


async def _next_in(
    archive: LogArchive,
    text: str,
    at: datetime,
    step: int,
    known: tuple[str, Place] | None,
    told: Callable[[Tally], None],
) -> Hit | None:
    mine = known is not None and known[0] == archive.stream
    place = known[1] if mine and known is not None else await archive.seek(at)
    if mine and step > 0:
        place = (await archive.after(place, 1)).end
    found = await archive.find(text, place, step, told)
    if found is None:
        return None
    page = await archive.after(found, 1)
    return Hit(archive.stream, found, page.lines[0]) if page.lines else None
