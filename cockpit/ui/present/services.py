"""Containers, pm2 applications and processes as rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime

from cockpit.engine.services_view import Arranged, Found, Group, rank
from cockpit.model.services import Service, ServiceKind
from cockpit.ui.look import Look
from cockpit.ui.present.words import data_size, percent, short_age, strip
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

STRIP_CELLS = 8

CATALOGUE: dict[str, Column] = {
    "host": Column("HOST", 4, most=12, drop=4),
    "service": Column("SERVICE", 10, most=32, flex=1),
    "project": Column("PROJECT", 7, most=16, drop=8),
    "state": Column("STATE", 10, most=18),
    "up": Column("UP", 5, most=6, right=True),
    "cpu": Column("CPU", 4, right=True),
    "history": Column("", STRIP_CELLS, drop=2),
    "memory": Column("MEMORY", 6, most=11, right=True, drop=1),
    "network": Column("NET IN OUT", 11, right=True, drop=6),
    "disk": Column("DISK R W", 11, right=True, drop=7),
    "tasks": Column("TASKS", 5, right=True, drop=9),
    "restarts": Column("RESTARTS", 8, right=True, drop=3),
    "mode": Column("MODE", 6, most=14, drop=10),
    "ports": Column("PORTS", 6, most=22, drop=11),
    "image": Column("IMAGE", 6, most=26, drop=5),
    "kind": Column("KIND", 9, drop=12),
    "id": Column("ID", 12, drop=13),
}
"""Every column that can be shown, in the order in which they stand."""
USUAL = ("service", "state", "up", "cpu", "history", "memory", "restarts", "image")
"""The columns of a pane among others."""
ROOMY = (*USUAL[:6], "network", "disk", "tasks", "restarts", "ports", "image")
"""The columns of a pane with much room."""
ALWAYS = ("service", "state")
"""Columns that cannot be put away."""
BUSY = 90.0
"""Percent of one core, or of the memory limit, from which a figure is marked."""

Histories = Mapping[tuple[object, str], tuple[float, ...]]
Draw = Callable[[Found], Line]


def columns_of(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns of those names, in the order of the catalogue."""
    return tuple(column for name, column in CATALOGUE.items() if name in names)


COLUMNS = columns_of(USUAL)


class ServiceRows:
    """Turns what is to be shown into rows of a table.

    Args:
        look: shapes and masking.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._texts: dict[str, str] = {}
        self._now: datetime | None = None
        self._history: Histories = {}
        self._doubled: frozenset[tuple[object, str]] = frozenset()
        self._resting: dict[Hashable, tuple[Service, tuple[str, ...], Row]] = {}
        self._drawers: dict[str, Draw] = {
            "host": lambda one: line(one.source.name, Tone.ACCENT),
            "service": self._name,
            "project": lambda one: line(self._text(one.service.project), Tone.DIM),
            "state": self._state,
            "up": self._up,
            "cpu": _cpu,
            "history": self._strip,
            "memory": _memory,
            "network": lambda one: _flow(one.service.traffic.received, one.service.traffic.sent),
            "disk": lambda one: _flow(one.service.traffic.read, one.service.traffic.written),
            "tasks": lambda one: line("" if one.service.tasks is None else str(one.service.tasks), Tone.DIM),
            "restarts": _restarts,
            "mode": lambda one: line(one.service.part if one.service.kind is ServiceKind.PM2 else "", Tone.DIM),
            "ports": lambda one: line(", ".join(one.service.ports), Tone.DIM),
            "image": lambda one: line(self._text(one.service.image), Tone.FAINT),
            "kind": lambda one: line(one.service.kind.value, Tone.DIM),
            "id": lambda one: line(one.service.id[:12], Tone.FAINT),
        }

    def visible(self, service: Service) -> str:
        """All that this person can see of a service, for plain text in the filter."""
        parts = (service.name, service.project, state_words(service), service.image, *service.ports, service.id[:12])
        return "  ".join(self._text(part) for part in parts)

    def rows(self, arranged: Arranged, names: Sequence[str], history: Histories, now: datetime) -> list[Row]:
        """One row a service, with a heading above each project when they are grouped.

        Args:
            arranged: what to show.
            names: of the columns.
            history: recent percent of one core, by source and service id.
            now: UTC now.
        """
        self._now, self._history = now, history
        shown = [one for group in arranged.groups for one in group.members]
        self._doubled = _doubled(shown)
        drawers = [draw for name, draw in self._drawers.items() if name in names]
        rows: list[Row] = []
        for group in arranged.groups:
            if arranged.grouped:
                rows.append(Row(("project", group.name), (self._heading(group),), heading=True))
            rows += [self._row(one, tuple(names), drawers) for one in group.members]
        return rows

    def _row(self, one: Found, names: tuple[str, ...], drawers: Sequence[Draw]) -> Row:
        """The row of a service; one that rests looks as before while it is the same value."""
        key = (one.source, one.service.id)
        known = self._resting.get(key)
        if known is not None and known[0] is one.service and known[1] == names:
            return known[2]
        row = Row(key, tuple([draw(one) for draw in drawers]))
        if one.service.started_at is None and (one.source, one.service.name) not in self._doubled:
            if len(self._resting) > 5_000:
                self._resting.clear()
            self._resting[key] = (one.service, names, row)
        return row

    def _text(self, outside: str) -> str:
        found = self._texts.get(outside)
        if found is None:
            if len(self._texts) > 5_000:
                self._texts.clear()
            found = self._texts[outside] = self._look.text(outside)
        return found

    def _heading(self, group: Group) -> Line:
        services = [one.service for one in group.members]
        running = sum(service.running for service in services)
        cpu = [service.cpu_percent for service in services if service.cpu_percent is not None]
        memory = [service.memory_bytes for service in services if service.memory_bytes is not None]
        parts = [line(f"{running} of {len(services)} running", Tone.DIM if running == len(services) else Tone.WARN)]
        parts += [line(f"{percent(sum(cpu))} of one core", Tone.DIM)] if cpu else []
        parts += [line(data_size(sum(memory)), Tone.DIM)] if memory else []
        title = self._text(group.name) or "in no project"
        return (Span(f"{title}  ", Tone.STRONG), *joined(parts, " · "))

    def _name(self, one: Found) -> Line:
        service, shapes = one.service, self._look.shapes
        place = rank(service, self._now)
        shape, tone = _MARKS[place]
        number = f" {self._look.shapes.dot}{service.id}" if (one.source, service.name) in self._doubled else ""
        return (
            Span(getattr(shapes, shape), tone),
            Span(" "),
            Span(self._text(service.name), Tone.PLAIN if place >= 3 else Tone.STRONG),
            Span(number, Tone.DIM),
        )

    def _state(self, one: Found) -> Line:
        place = rank(one.service, self._now)
        if one.service.running and place == 0 and one.service.health != "unhealthy":
            return line("restarted", _MARKS[place][1])
        return line(state_words(one.service), Tone.DIM if place >= 3 else _MARKS[place][1])

    def _up(self, one: Found) -> Line:
        service = one.service
        if service.started_at is None or not service.running or self._now is None:
            return EMPTY
        return line(short_age((self._now - service.started_at).total_seconds()), Tone.DIM)

    def _strip(self, one: Found) -> Line:
        numbers = self._history.get((one.source, one.service.id), ())
        return line(strip(numbers, STRIP_CELLS, 100.0, self._look.shapes), Tone.DIM)


_MARKS = {
    0: ("crit", Tone.CRIT),
    1: ("warn", Tone.WARN),
    2: ("stale", Tone.WARN),
    3: ("ok", Tone.OK),
    4: ("pending", Tone.FAINT),
}


def services_summary(found: Sequence[Service], hidden: int = 0) -> Line:
    """`5 running · 1 not running · 470 hidden`."""
    running = sum(1 for service in found if service.running)
    ill = sum(1 for service in found if service.health == "unhealthy")
    starved = sum(1 for service in found if service.oom_killed)
    idle = sum(1 for service in found if service.state == "created")
    parts = [line(f"{running} running", Tone.OK)] if running else []
    if len(found) - running - idle:
        parts.append(line(f"{len(found) - running - idle} not running", Tone.CRIT))
    if idle:
        parts.append(line(f"{idle} never started", Tone.DIM))
    if ill:
        parts.append(line(f"{ill} unhealthy", Tone.CRIT))
    if starved:
        parts.append(line(f"{starved} out of memory", Tone.CRIT))
    if hidden:
        parts.append(line(f"{hidden} hidden, h shows", Tone.WARN))
    return joined(parts, " · ")


def service_detail(service: Service, now: datetime, look: Look) -> list[Line]:
    """All that the list knows of one service."""
    facts = [
        ("name", look.text(service.name)),
        ("kind", service.kind.value),
        ("id", service.id),
        ("image", look.text(service.image)),
        ("project", look.text(service.project)),
        ("part", look.text(service.part)),
        ("state", state_words(service)),
        ("started", f"{service.started_at:%Y-%m-%d %H:%M:%S}Z" if service.started_at else ""),
        ("up", short_age((now - service.started_at).total_seconds()) if service.started_at else ""),
        ("restarts", "" if service.restarts is None else str(service.restarts)),
        ("process id", "" if service.pid is None else str(service.pid)),
        ("exit code", "" if service.exit_code is None or service.running else str(service.exit_code)),
        ("ports", ", ".join(service.ports)),
    ]
    return [*([(Span(f"{label:<12}", Tone.DIM), Span(text)) for label, text in facts if text]), *usage_lines(service)]


def usage_lines(service: Service) -> list[Line]:
    """What one service uses."""
    traffic = service.traffic
    facts = [
        ("processor", f"{service.cpu_percent:.1f}% of one core" if service.cpu_percent is not None else ""),
        ("memory", _memory_words(service)),
        ("network", _flow_words("in", traffic.received, "out", traffic.sent)),
        ("disk", _flow_words("read", traffic.read, "written", traffic.written)),
        ("tasks", "" if service.tasks is None else str(service.tasks)),
    ]
    return [(Span(f"{label:<12}", Tone.DIM), Span(text)) for label, text in facts if text]


def state_words(service: Service) -> str:
    """`running`, `running unhealthy`, `exited (137) out of memory`."""
    words = service.state
    if not service.running and service.exit_code is not None and service.state != "created":
        words = f"{words} ({service.exit_code})"
    elif service.health:
        words = f"{words} {service.health}"
    return f"{words} out of memory" if service.oom_killed else words


def _doubled(shown: Sequence[Found]) -> frozenset[tuple[object, str]]:
    """Names that several services of one source have: instances of a pm2 application."""
    seen: set[tuple[object, str]] = set()
    twice: set[tuple[object, str]] = set()
    for one in shown:
        key = (one.source, one.service.name)
        (twice if key in seen else seen).add(key)
    return frozenset(twice)


def _cpu(one: Found) -> Line:
    used = one.service.cpu_percent
    return line(percent(used), Tone.WARN if (used or 0) >= BUSY else Tone.PLAIN)


def _memory(one: Found) -> Line:
    service = one.service
    used, limit = service.memory_bytes, service.memory_limit
    if used is None or not limit:
        return line(data_size(used))
    tone = Tone.WARN if used >= limit * BUSY / 100 else Tone.PLAIN
    return (Span(data_size(used), tone), Span(f"/{data_size(limit)}", Tone.FAINT))


def _restarts(one: Found) -> Line:
    restarts = one.service.restarts
    return line("" if restarts is None else str(restarts), Tone.WARN if restarts else Tone.FAINT)


def _flow(one: float | None, other: float | None) -> Line:
    """Two rates per second; nothing much is drawn faintly, so that what moves stands out."""
    if one is None and other is None:
        return EMPTY
    parts = [f"{data_size(rate or 0.0):>5}" for rate in (one, other)]
    return line(" ".join(parts), Tone.PLAIN if (one or 0) + (other or 0) >= 1024 else Tone.FAINT)


def _memory_words(service: Service) -> str:
    if service.memory_bytes is None:
        return ""
    used = data_size(service.memory_bytes)
    if not service.memory_limit:
        return used
    return f"{used} of {data_size(service.memory_limit)} ({service.memory_bytes / service.memory_limit:.0%})"


def _flow_words(label: str, one: float | None, other_label: str, other: float | None) -> str:
    if one is None and other is None:
        return ""
    return f"{data_size(one or 0.0)}/s {label}, {data_size(other or 0.0)}/s {other_label}"
