"""Publishes an incident: its entries from the declaration on, and the frames; it never holds anybody up."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.postmortem import masked
from cockpit.engine.share.entries import read_line, shared_line
from cockpit.engine.share.filming import PACE, WHOLE_EVERY, Taken
from cockpit.engine.share.live import live_bytes, live_of, story_of
from cockpit.model.errors import CockpitError, JournalError, SourceError, SourceGarbled
from cockpit.model.health import Json
from cockpit.model.incident import Incident, JournalEntry
from cockpit.model.masking import MASK, Masker
from cockpit.model.ports import Clock, Record
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.share import Item, ShareStream

SHARE = SourceId(SourceKind.SHARE, "share")
ANNOUNCE_EVERY = 5.0
"""Seconds after which an incident is announced anew, so that a follower sees that the cockpit is there."""
BATCH = 100
"""Entries that are sent in one exchange."""
LEAD = "lead"
LEAD_FOR = 6.0
"""Seconds for which one of several cockpits on a journal is the one whose screen is shown, unless it says so anew."""
SLOWEST = 8.0
"""Seconds between two attempts at the most while the share is lost."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What is put under everything that is shared.

    Attributes:
        operator: user@host.
        environment: label of the environment.
        key: of the seals, empty when none is configured.
    """

    operator: str
    environment: str
    key: bytes = b""


@dataclass
class _Story:
    """How far the stream of one incident is.

    Attributes:
        id: of the streams.
        incident: its id.
        first: sequence of the entry that declared it.
        sent: sequence of the last entry in the stream.
        seal: of that entry.
        last: that entry's bytes, to see that they are still there.
    """

    id: str
    incident: str
    first: int
    sent: int = 0
    seal: str = ""
    last: bytes = b""

    def rewind(self) -> None:
        """Begin anew with the declaration."""
        self.sent, self.seal, self.last = self.first - 1, "", b""


class Publisher:
    """A loop of its own; what it could not send it finds again in the journal.

    Args:
        stream: carries what is shared.
        record: the journal, to be read: the truth.
        incident: knows what is open.
        masker: hides secrets and personal data.
        clock: tells the time.
        signature: who shares.
        tell: hears how the share is: one dot among the sources.
    """

    def __init__(
        self,
        stream: ShareStream,
        record: Record,
        incident: IncidentClock,
        masker: Masker,
        clock: Clock,
        signature: Signature,
        tell: Callable[[Reading[object]], None],
    ) -> None:
        self._stream = stream
        self._record = record
        self._incident = incident
        self._masker = masker
        self._clock = clock
        self._signature = signature
        self._tell = tell
        self._story: _Story | None = None
        self._frames: deque[Taken] = deque(maxlen=2 * WHOLE_EVERY)
        self._announced_at: float | None = None
        self._token = secrets.token_hex(8)
        self._reading: Reading[object] = Reading(SHARE)
        self._task: asyncio.Task[None] | None = None

    @property
    def story(self) -> str:
        """The identity of what is shared now, "" when nothing is or the share is lost."""
        return self._story.id if self._story is not None and not self._reading.failures else ""

    async def take(self, taken: Taken) -> None:
        """Keep a frame until it is sent; only those since the last whole one are of use to anybody.

        Of several cockpits on one journal only one shows its screen: its frames are sent, those of the others are not.
        """
        if taken.whole:
            self._frames.clear()
        self._frames.append(taken)

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._task = self._task or asyncio.create_task(self._run(), name="share")

    async def stop(self) -> None:
        """End, and let go of the stream."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._story is not None and not self._reading.failures:
            with contextlib.suppress(SourceError):
                await self._stream.let_go(self._story.id, LEAD, self._token)
        await self._stream.close()

    async def once(self) -> None:
        """Send what is new, and say how the share is.

        An error of the share is told and not raised; so is one of the journal, which the screen tells by itself.
        """
        started = self._clock.monotonic()
        try:
            if await self._send():
                self._well(self._clock.monotonic() - started)
        except SourceError as error:
            self._ill(error)
        except JournalError:
            return

    async def _run(self) -> None:
        while True:
            await self.once()
            failures = self._reading.failures
            await asyncio.sleep(min(SLOWEST, PACE * float(1 << min(failures, 3))) if failures else PACE)

    async def _send(self) -> bool:
        """Whether there was anything to share at all."""
        incident = await self._shared_incident()
        story = self._story
        if incident is None or story is None:
            return False
        await self._send_entries(story)
        if not await self._stream.hold(story.id, LEAD, self._token, LEAD_FOR):
            return True
        await self._announce(story, incident)
        while self._frames:
            taken = self._frames[0]
            if taken.incident == story.incident:
                await self._stream.add_frame(story.id, taken.data)
            if self._frames and self._frames[0] is taken:
                self._frames.popleft()
        return True

    async def _shared_incident(self) -> Incident | None:
        """The open incident, else the one that ended while it was shared from here."""
        current, last = self._incident.current, self._incident.last
        if current is None:
            return last if last is not None and self._story is not None and self._story.incident == last.id else None
        if self._story is None or self._story.incident != current.id:
            declared = next(iter(await self._record.entries(current.id)), None)
            if declared is None:
                return None
            self._story = _Story(story_of(declared, current.id), current.id, declared.sequence)
            self._story.rewind()
            self._announced_at = None
        return current

    async def _announce(self, story: _Story, incident: Incident) -> None:
        now = self._clock.monotonic()
        if self._announced_at is not None and now - self._announced_at < ANNOUNCE_EVERY:
            return
        who = self._signature
        live = live_of(incident, story.id, who.operator, who.environment, self._clock.now())
        await self._stream.announce(story.id, live_bytes(live, self._masker))
        self._announced_at = now

    async def _send_entries(self, story: _Story) -> None:
        await self._find_place(story)
        waiting = await self._record.entries(after=story.sent)
        for start in range(0, len(waiting), BATCH):
            lines: list[tuple[int, bytes]] = []
            seal = story.seal
            for entry in waiting[start : start + BATCH]:
                data, seal = shared_line(entry, self._masker, self._signature.key, seal)
                lines.append((entry.sequence, data))
            if await self._stream.add_entries(story.id, lines) < len(lines):
                story.last = b""
                return
            story.sent, story.last, story.seal = lines[-1][0], lines[-1][1], seal
            await asyncio.sleep(0)

    async def _find_place(self, story: _Story) -> None:
        """Look where the stream ends: it may be empty, or another cockpit on this journal or a stranger was there."""
        newest = await self._stream.newest_entry(story.id)
        if newest is None:
            story.rewind()
            self._announced_at = None
        elif newest.data != story.last:
            await self._judge(story, newest)

    async def _judge(self, story: _Story, newest: Item) -> None:
        """Go on after an entry that the journal knows; a stream that ends with any other is written anew."""
        try:
            line = read_line(newest.data)
        except SourceGarbled:
            line = None
        own = await self._own(line.entry.sequence) if line is not None else None
        if line is None or own is None or newest.id != f"{own.sequence}-0" or not _same(own, line.entry, self._masker):
            await self._stream.forget(story.id)
            story.rewind()
        else:
            story.sent, story.seal, story.last = own.sequence, line.seal, newest.data

    async def _own(self, sequence: int) -> JournalEntry | None:
        found = await self._record.entries(after=sequence - 1)
        return found[0] if found and found[0].sequence == sequence else None

    def _well(self, seconds: float) -> None:
        now = self._clock.now()
        self._show(Reading(SHARE, ReadingState.FRESH, None, now, seconds))

    def _ill(self, error: CockpitError) -> None:
        known = self._reading
        state = ReadingState.FAILED if known.taken_at is None else ReadingState.STALE
        self._show(replace(known, state=state, error=str(error), failures=known.failures + 1))

    def _show(self, reading: Reading[object]) -> None:
        self._reading = reading
        self._tell(reading)


def _same(own: JournalEntry, shared: JournalEntry, masker: Masker) -> bool:
    """Whether an entry of the stream is that of the journal: by its hash, and as far as it shows, by its content."""
    chained = own.hash == shared.hash and own.previous == shared.previous
    return chained and _fits(masked(own, masker).payload, shared.payload)


def _fits(own: Json, shared: Json) -> bool:
    """Whether both say the same where neither is masked; another cockpit may know other secrets."""
    match own, shared:
        case str(), str():
            return own == shared or MASK in own or MASK in shared
        case list(), list():
            return len(own) == len(shared) and all(_fits(a, b) for a, b in zip(own, shared, strict=True))
        case dict(), dict():
            return own.keys() == shared.keys() and all(_fits(own[key], shared[key]) for key in own)
        case _:
            return own == shared
