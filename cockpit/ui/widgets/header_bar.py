"""The header's line."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.ui.look import look_of
from cockpit.ui.present.header import (
    clock_line,
    environment_badge,
    header_line,
    incident_clocks,
    incident_line,
    local_clock_line,
    role_badge,
    source_dots,
    token_line,
)
from cockpit.ui.present.health import health_summary, worst_line
from cockpit.ui.present.wall import WallHead, wall_lines
from cockpit.ui.shapes import ASCII
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, width
from cockpit.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from cockpit.engine.run import Run
    from cockpit.engine.session import Session
    from cockpit.engine.stage import StageClock


class HeaderBar(Lines):
    """Environment, incident, sources, time, role; environment and role are there from the first picture on.

    Args:
        facts: the environment.
        role: operator or observer.

    Attributes:
        run: the open run, whose phase may have a budget; None when none is open.
    """

    def __init__(self, facts: EnvironmentFacts, role: Role) -> None:
        super().__init__(raised=True, name="header")
        self._facts = facts
        self._role = role
        self._stages: StageClock | None = None
        self.run: Run | None = None

    def bring_up(self, session: Session | None, now: datetime, tokens: tuple[tuple[str, datetime], ...] = ()) -> None:
        """Bring it up to date.

        Args:
            session: None before there is one.
            now: UTC now.
            tokens: names of secrets that a step has obtained, and UTC times of their ends.
        """
        cells = self.size.width or self.app.size.width
        if session is None:
            left = [environment_badge(self._facts, None), (Span("starting", Tone.DIM),)]
            right = [local_clock_line(now), clock_line(now), role_badge(self._role)]
            self.show([header_line(left, (EMPTY, EMPTY), right, cells)])
            return
        shapes = look_of(session).shapes
        readings = list(session.board.readings.values())
        until = session.road.policy.unlocked_until if session.road else None
        unlocked = (until - now).total_seconds() if until and self._facts.protected else None
        left = [environment_badge(self._facts, unlocked)]
        incident = incident_line(session.incident.current, session.incident.elapsed)
        if incident:
            left.append(incident)
        if session.following is not None:
            from cockpit.ui.present.following import following_line

            left.append(following_line(session.following.outlook(now), look_of(session)))
        left += [token_line(name, (end - now).total_seconds()) for name, end in tokens[:1]]
        dots = source_dots(readings, shapes, names=True), source_dots(readings, shapes, names=False)
        if self.size.height > 1:
            self.show(wall_lines(self._wall_head(session, now, left, dots), cells, ascii_only=shapes is ASCII))
            return
        right = [local_clock_line(now), clock_line(now), role_badge(self._role)]
        self.show([header_line(left, dots, right, cells, self._clocks(session, now))])

    def _wall_head(self, session: Session, now: datetime, left: list[Line], dots: tuple[Line, Line]) -> WallHead:
        """What a wall's large header says; the incident has its own place there."""
        incident = session.incident.current
        badges = joined([left[0], role_badge(self._role), *(left[2:] if incident else left[1:])], "  ")
        health = session.board.health
        return WallHead(
            badges,
            incident,
            session.incident.elapsed,
            [result.verdict for result in health.results if not result.muted],
            health_summary(health),
            worst_line(health, look_of(session)),
            joined(self._clocks(session, now), "   "),
            dots[0] if width(dots[0]) < self.size.width // 3 else dots[1],
            now,
        )

    def _clocks(self, session: Session, now: datetime) -> list[Line]:
        from cockpit.engine.escalation import next_level, pending, policy_for
        from cockpit.engine.incident_plan import update_left
        from cockpit.engine.stage import StageClock, runbook_names

        incident, plan = session.incident.current, session.plan
        self._stages = self._stages or StageClock()
        stage = self._stages.stage(self.run, now)
        if incident is None:
            return incident_clocks(None, None, stage)
        policy = policy_for(plan, incident.severity, runbook_names(self.run))
        waiting = next_level(pending(policy, incident, now))
        return incident_clocks(waiting, update_left(plan, incident, now), stage)
