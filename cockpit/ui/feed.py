"""Brings what the engine learns to the screen: one pass for many changes, and a tick each second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cockpit.model.errors import JournalError
from cockpit.model.health import Verdict
from cockpit.model.readings import SourceId, SourceKind
from cockpit.ui.deck import ACTIVITY, HEALTH, HOST, LOCKS, LOGS, SERVICES, TIMELINE
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.main import MainScreen

_PANES: dict[SourceKind, tuple[str, ...]] = {
    SourceKind.POSTGRES: (ACTIVITY, LOCKS),
    SourceKind.REDIS: (LOCKS,),
    SourceKind.DOCKER: (SERVICES,),
    SourceKind.PROCESSES: (SERVICES,),
    SourceKind.PM2: (SERVICES,),
    SourceKind.LOGS: (LOGS,),
    SourceKind.HOST: (HOST,),
    SourceKind.CHANGES: (TIMELINE,),
}
PACE = 0.25
"""Seconds between two drawings of new readings: a log that grows by the line would else be drawn by the line."""


class Feed:
    """Listens to the board.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session
        self._stale: set[str] = set()
        self._waiting = False
        self._drawn_at = 0.0
        self._reading_journal = False
        self._critical: frozenset[str] | None = None
        self._well: set[str] = set()
        self._generation = 0

    def start(self) -> None:
        """Listen, and show what is there already."""
        self._session.board.subscribe(self.heard)
        self.tick()

    def heard(self, source: SourceId | None) -> None:
        """Note what changed; the screen takes it in once, however much comes at a time."""
        if source is None:
            self._stale.add(HEALTH)
            self._ring()
        else:
            self._stale.update(_PANES.get(source.kind, ()))
        if not self._waiting:
            self._waiting = True
            pause = self._drawn_at + PACE - asyncio.get_running_loop().time()
            if pause > 0:
                self._screen.set_timer(pause, self._flush)
            else:
                self._screen.call_later(self._flush)

    def tick(self) -> None:
        """Once a second: ages, clocks, suggestions, the journal."""
        now = self._screen.now()
        for pane in self._screen.panes:
            if pane.display:
                pane.changed(now)
        if self._screen.shelf is not None:
            self._screen.shelf.bring_up()
        self._screen.bring_up_bars()
        if self._session.record is not None and not self._reading_journal:
            self._reading_journal = True
            self._screen.launch(self._read_journal())

    def _flush(self) -> None:
        self._waiting = False
        self._drawn_at = asyncio.get_running_loop().time()
        stale, self._stale = self._stale, set()
        now = self._screen.now()
        for pane in self._screen.panes:
            if pane.display and pane.id in stale:
                pane.changed(now)
        self._screen.header.bring_up(self._session, now)

    def _ring(self) -> None:
        """Ring once when a check has newly become critical."""
        results = self._session.board.health.results
        critical = frozenset(r.name for r in results if r.verdict is Verdict.CRIT and not r.muted)
        known = self._critical
        self._critical = critical
        new = critical - known if known is not None else frozenset[str]()
        if new and self._session.bell:
            self._screen.app.bell()
        well = {r.name for r in results if r.verdict in (Verdict.OK, Verdict.WARN)}
        gone_bad, self._well = sorted(new & self._well), well
        if gone_bad and self._may_propose():
            self._screen.say(f"{', '.join(gone_bad)}: critical; {self._declare_key()} declares an incident", Tone.WARN)

    def _may_propose(self) -> bool:
        """Whether an incident can be declared here, and none is; it never displaces what stays until it is read."""
        able = self._session.road is not None and self._session.incident.current is None
        return able and not self._screen.notice.lasting

    def _declare_key(self) -> str:
        bindings = self._screen.keymap.bindings
        return next((binding.keys[0] for binding in bindings if binding.id == "incident.declare"), "`:incident`")

    async def _read_journal(self) -> None:
        timeline, record, following = self._screen.panes.timeline, self._session.record, self._session.following
        if following is not None and following.generation != self._generation:
            self._generation = following.generation
            timeline.begin_anew()
            self._screen.panes.logs.begin_anew()
        try:
            if record is not None:
                entries = await record.entries(after=timeline.last)
                timeline.add(entries, self._screen.now())
                if following is None:
                    self._session.incident.hear(entries)
                    await self._note_what_is_due()
        except JournalError as error:
            self._screen.say(f"the timeline cannot be read: {error}", Tone.CRIT)
        finally:
            self._reading_journal = False

    async def _note_what_is_due(self) -> None:
        """Write down each level of the escalation that is due; calling anybody is left to people."""
        from cockpit.engine.escalation import pending, policy_for
        from cockpit.engine.stage import runbook_names

        incident = self._session.incident.current
        if incident is None:
            return
        walk = self._screen.steps.walk if self._screen.steps else None
        policy = policy_for(self._session.plan, incident.severity, runbook_names(walk.run if walk else None))
        for waiting in pending(policy, incident, self._screen.now()):
            level = waiting.level
            if waiting.due and await self._session.incident.due(level.name, level.to, level.how):
                way = f", {level.how}" if level.how else ""
                self._screen.say(f"{level.name} is due: {level.to or 'nobody is named'}{way}", Tone.CRIT)
