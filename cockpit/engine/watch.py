"""The watch: all pollers of an environment, the board they feed and the checks that follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from cockpit.engine.alerts import ALERTING, alert_results
from cockpit.engine.board import Board
from cockpit.engine.checks import CheckPlan, Checks
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.poller import Poller
from cockpit.model.health import CheckResult, HealthSnapshot, Mute, Verdict
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.ports import Clock
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind

VerdictListener = Callable[[CheckResult, CheckResult | None], None]
"""Called with a check's new result and the one before when its verdict changed."""
MuteListener = Callable[[CheckResult], None]
"""Called with the result of a check whose mute has just run out."""
SourceListener = Callable[[Reading[object], bool], None]
"""Called with a reading, and True when the source came back, False when it was lost."""


class Watch:
    """Starts and stops the pollers and keeps the board true.

    Args:
        board: where readings and health go.
        logs: where log lines go.
        clock: tells the time.
        plans: the checks.
        verdict_changed: told of every change of a verdict.
        source_changed: told when a source is lost or comes back.
        mute_ended: told when a mute has run out.
    """

    def __init__(
        self,
        board: Board,
        logs: LogBuffer,
        clock: Clock,
        plans: Iterable[CheckPlan],
        verdict_changed: VerdictListener = lambda result, before: None,
        source_changed: SourceListener = lambda reading, back: None,
        mute_ended: MuteListener = lambda result: None,
    ) -> None:
        self._board = board
        self._logs = logs
        self._clock = clock
        self._checks = Checks(plans, clock)
        self._pollers: dict[SourceId, Poller[object]] = {}
        self._verdict_changed = verdict_changed
        self._source_changed = source_changed
        self._mute_ended = mute_ended
        self._lost: set[SourceId] = set()
        self._alerts: tuple[CheckResult, ...] = ()

    def add(self, make: Callable[[Callable[[Reading[object]], None]], Poller[object]]) -> None:
        """Add a poller; `make` gets the function to which the poller hands its readings."""
        poller = make(self._take)
        self._pollers[poller.source.id] = poller
        self._board.announce(poller.source.id)

    @property
    def sources(self) -> tuple[SourceId, ...]:
        """All sources, in the order in which they were added."""
        return tuple(self._pollers)

    def start(self) -> None:
        """Begin to read all sources; needs a running event loop."""
        self._judge(None)
        for poller in self._pollers.values():
            poller.start()

    async def stop(self) -> None:
        """Stop reading and let go of all sources."""
        await asyncio.gather(*(poller.stop() for poller in self._pollers.values()))

    async def once(self) -> HealthSnapshot:
        """Read every source once and return the health; for one pass without a screen."""
        await asyncio.gather(*(poller.once() for poller in self._pollers.values()))
        return self._board.health

    def poke(self, source: SourceId) -> None:
        """Read a source as soon as possible, and everything else that a change there may show in."""
        for poller in self._pollers.values():
            if poller.source.id == source or poller.source.id.kind in (SourceKind.HTTP, SourceKind.POSTGRES):
                poller.poke()

    def mute(self, name: str, mute: Mute) -> None:
        """Mute a check or alert from now on: it is judged and shown, and neither rings nor counts."""
        self._checks.mutes.add(name, mute)
        self._judge(None)

    def restore_mutes(self, mutes: Mapping[str, Mute]) -> None:
        """Take over what an earlier session muted; before the start."""
        for name, mute in mutes.items():
            self._checks.mutes.add(name, mute)

    def unmute(self, name: str) -> bool:
        """Take a mute away; False when there was none."""
        found = self._checks.mutes.end(name)
        self._judge(None)
        return found

    def interval(self, source: SourceId) -> float:
        """Seconds between two readings of a source."""
        return self._pollers[source].every

    def set_interval(self, source: SourceId, seconds: float) -> None:
        """Read a source more or less often, between half a second and five minutes."""
        self._pollers[source].every = min(300.0, max(0.5, seconds))

    def _take(self, reading: Reading[object]) -> None:
        if isinstance(reading.value, LogBatch) and reading.state is ReadingState.FRESH:
            remarks = _remarks(reading.source.system, reading.value, reading.taken_at)
            self._logs.extend((*reading.value.lines, *remarks), reading.value.dropped)
        self._note_loss(reading)
        self._board.publish(reading)
        self._judge(reading.source)

    def _note_loss(self, reading: Reading[object]) -> None:
        gone = reading.state in (ReadingState.STALE, ReadingState.FAILED)
        if gone and reading.source not in self._lost:
            self._lost.add(reading.source)
            self._source_changed(reading, False)
        elif reading.state is ReadingState.FRESH and reading.source in self._lost:
            self._lost.discard(reading.source)
            self._source_changed(reading, True)

    def _judge(self, source: SourceId | None) -> None:
        before = self._board.health
        now = self._clock.now()
        if source is None or source.kind in ALERTING:
            self._alerts = alert_results(self._board)
        alerts = (self._checks.mutes.mark(result, now) for result in self._alerts)
        results = (*self._checks.judge(self._board, source), *alerts)
        if results == before.results:
            return
        self._board.publish_health(HealthSnapshot(results))
        earlier_ones = {result.name: result for result in before.results}
        for result in results:
            earlier = earlier_ones.pop(result.name, None)
            if earlier is None or earlier.verdict is not result.verdict:
                self._verdict_changed(result, earlier)
            if earlier is not None and earlier.muted and not result.muted and result.mute is not None:
                self._mute_ended(result)
        for gone in earlier_ones.values():
            if gone.verdict is not Verdict.OK:
                over = replace(gone, verdict=Verdict.OK, value="over", message="no longer active")
                self._verdict_changed(over, gone)


def _remarks(log: str, batch: LogBatch, at: datetime | None) -> tuple[LogLine, ...]:
    """What happened to a log's file, as a line of its own among the lines."""
    if not batch.notice or at is None:
        return ()
    return (LogLine(log, f"-- the file was {batch.notice} --", Level.NONE, at),)
