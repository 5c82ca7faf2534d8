"""The figures of a database as a few lines above its sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cockpit.model.activity import ActivitySnapshot
from cockpit.model.database import DatabaseFigures, Progress, Rates, Replica, Slot
from cockpit.model.readings import SourceId
from cockpit.model.wording import count
from cockpit.ui.look import Look
from cockpit.ui.present.words import clock_duration, data_size
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, line, width, wrap

LABEL = 13
_NAMES = 4
"""Users and applications that are named."""
RETAINED_WARN = 1 << 30
"""Bytes of WAL kept for a slot from which it is marked."""
LAG_WARN = 10.0
"""Seconds from which a replica's lag is marked."""
HIT_WARN = 0.90


def hidden_lines(hidden: str, cells: int) -> list[Line]:
    """What this role may not see, broken into lines."""
    return [line(part, Tone.WARN) for part in wrap(hidden, cells)] if hidden else []


def head_lines(
    snapshots: Sequence[tuple[SourceId, ActivitySnapshot]],
    figures: Sequence[tuple[SourceId, DatabaseFigures]],
    blocking: str,
    look: Look,
    cells: int,
) -> list[Line]:
    """All lines above the sessions, for one database or for several."""
    lines: list[Line] = []
    told = {source.system: value for source, value in figures}
    for source, snapshot in snapshots:
        found = told.get(source.name)
        if len(snapshots) > 1:
            name = (Span(f"{source.name:<{LABEL}}", Tone.ACCENT),)
            lines.append((*name, *joined([connections(snapshot), rates_line(found)], " · ")))
            continue
        lines.append(
            _labelled(
                "connections", joined([connections(snapshot), *shares(snapshot, look), server_line(snapshot)], "   ")
            )
        )
        lines += _figure_lines(found, look, cells) if found else []
    if blocking:
        lines.append(_labelled("blocking", line(blocking, Tone.CRIT)))
    return lines


def connections(snapshot: ActivitySnapshot) -> Line:
    """`42 of 100 · 3 active · 30 idle · 2 idle in transaction`."""
    states = Counter(b.state for b in snapshot.backends if b.state and b.backend_type == "client backend")
    parts: list[Line] = [line(f"{snapshot.connections} of {snapshot.max_connections}", Tone.STRONG)]
    for state, number in states.most_common():
        tone = Tone.WARN if state.startswith("idle in transaction") else Tone.PLAIN
        parts.append(line(f"{number} {state}", tone))
    return joined(parts, " · ")


def server_line(snapshot: ActivitySnapshot) -> Line:
    """`PostgreSQL 18.4, up 3d 04h`."""
    up = f", up {clock_duration(snapshot.uptime)}" if snapshot.uptime is not None else ""
    return line(f"{snapshot.server}{up}", Tone.DIM)


def shares(snapshot: ActivitySnapshot, look: Look) -> list[Line]:
    """Who has the connections: by user and by application."""
    clients = [b for b in snapshot.backends if b.backend_type == "client backend"]
    users = _most("users", (look.text(b.user) for b in clients))
    applications = _most("applications", (look.text(b.application) or "no name" for b in clients))
    return [users, applications]


def rates_line(figures: DatabaseFigures | None) -> Line:
    """`220 tx/s · 0.3 rollbacks/s · hits 99.2 % · temp 12M/s · deadlocks 2 · size 1.2G +40K/s`."""
    if figures is None:
        return EMPTY
    parts = _rates(figures.rates) if figures.rates else [line("rates follow with the next look", Tone.DIM)]
    deadlocks = figures.counters.deadlocks
    new = figures.rates.deadlocks if figures.rates else 0
    parts.append(line(f"deadlocks {deadlocks:,}" + (f" (+{new})" if new else ""), Tone.CRIT if new else Tone.PLAIN))
    if figures.size is not None:
        growth = figures.rates.growth if figures.rates else None
        grows = f" {'+' if growth > 0 else '-'}{data_size(abs(growth))}/s" if growth else ""
        parts.append(line(f"size {data_size(figures.size)}{grows}"))
    return joined(parts, " · ")


def _figure_lines(figures: DatabaseFigures, look: Look, cells: int) -> list[Line]:
    lines = [_labelled("throughput", rates_line(figures))]
    replication = [*_standby(figures), *(_replica(r, look) for r in figures.replicas)]
    slots = [_slot(slot, look) for slot in figures.slots]
    prepared: list[Line] = []
    if figures.prepared:
        oldest = clock_duration(figures.oldest_prepared)
        prepared = [line(f"{count(figures.prepared, 'prepared transaction')}, oldest {oldest}", Tone.WARN)]
    for label, parts in (
        ("replication", replication),
        ("slots", slots),
        ("prepared", prepared),
        ("under way", [_progress(one, look) for one in figures.progress]),
    ):
        lines += _broken(label, parts, cells)
    return lines + [line(part, Tone.DIM) for hidden in figures.hidden for part in wrap(hidden, cells)]


def _rates(rates: Rates) -> list[Line]:
    parts = [
        line(f"{_per_second(rates.transactions)} tx/s", Tone.STRONG),
        line(f"{_per_second(rates.rollbacks)} rollbacks/s", Tone.WARN if rates.rollbacks >= 1 else Tone.PLAIN),
        line(
            f"rows/s {_per_second(rates.inserted)} inserted {_per_second(rates.updated)} updated"
            f" {_per_second(rates.deleted)} deleted",
        ),
    ]
    if rates.hit_ratio is not None:
        tone = Tone.WARN if rates.hit_ratio < HIT_WARN else Tone.PLAIN
        parts.append(line(f"hits {100 * rates.hit_ratio:.1f} %", tone))
    if rates.temp_files:
        files = count(rates.temp_files, "temp file")
        parts.append(line(f"{files}, {data_size(rates.temp_bytes)}/s", Tone.WARN))
    return parts


def _standby(figures: DatabaseFigures) -> list[Line]:
    standby = figures.standby
    if standby is None:
        return []
    behind = clock_duration(standby.lag_seconds) or "unknown"
    late = (standby.lag_seconds or 0.0) >= LAG_WARN
    waiting = f", {data_size(standby.lag_bytes)} not replayed" if standby.lag_bytes else ""
    parts = [line(f"standby, {behind} behind{waiting}", Tone.WARN if late else Tone.PLAIN)]
    if standby.receiving is False:
        parts.append(line("receives nothing from its primary", Tone.CRIT))
    return parts


def _replica(replica: Replica, look: Look) -> Line:
    lag = clock_duration(replica.lag_seconds) or "0.0s"
    size = f" {data_size(replica.lag_bytes)}" if replica.lag_bytes else ""
    late = (replica.lag_seconds or 0.0) >= LAG_WARN or replica.state not in ("streaming", "")
    state = f"{replica.state or 'hidden'}{' ' + replica.sync if replica.sync not in ('', 'async') else ''}"
    return line(f"{look.text(replica.name)} {state} lag {lag}{size}", Tone.WARN if late else Tone.PLAIN)


def _slot(slot: Slot, look: Look) -> Line:
    state = "active" if slot.active else "nobody reads it"
    keeps = f", keeps {data_size(slot.retained)}" if slot.retained is not None else ""
    status = f", WAL {slot.status}" if slot.status not in ("", "reserved") else ""
    bad = slot.status in ("lost", "unreserved") or (not slot.active and (slot.retained or 0) >= RETAINED_WARN)
    tone = Tone.CRIT if bad else Tone.WARN if not slot.active or status else Tone.PLAIN
    return line(f"{look.text(slot.name)} {slot.kind} {state}{keeps}{status}", tone)


def _progress(progress: Progress, look: Look) -> Line:
    done = f" {100 * progress.done:.0f} %" if progress.done is not None else ""
    what = f"{progress.command} {look.text(progress.relation)}".strip()
    return (Span(what), Span(f" {progress.phase}{done}", Tone.DIM), Span(f" (pid {progress.pid})", Tone.FAINT))


def _broken(label: str, parts: Sequence[Line], cells: int) -> list[Line]:
    """Parts side by side, on as many lines as they need."""
    rows: list[list[Line]] = []
    for part in parts:
        taken = sum(width(one) + 3 for one in rows[-1]) if rows else 0
        if rows and taken + width(part) <= cells - LABEL:
            rows[-1].append(part)
        else:
            rows.append([part])
    return [_labelled(label if not number else "", joined(row, " · ")) for number, row in enumerate(rows)]


def _labelled(label: str, content: Line) -> Line:
    return (Span(f"{label:<{LABEL}}", Tone.DIM), *content)


def _most(label: str, names: Iterable[str]) -> Line:
    counted = Counter(names).most_common()
    if not counted:
        return EMPTY
    shown = ", ".join(f"{name} {number}" for name, number in counted[:_NAMES])
    more = f" and {len(counted) - _NAMES} more" if len(counted) > _NAMES else ""
    return (Span(f"{label} ", Tone.DIM), Span(shown + more))


def _per_second(number: float) -> str:
    return f"{number:,.0f}" if number >= 9.95 else f"{number:.1f}"
