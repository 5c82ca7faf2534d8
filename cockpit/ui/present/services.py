"""Containers and processes as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cockpit.model.services import Service, ServicesSnapshot
from cockpit.ui.look import Look
from cockpit.ui.present.words import data_size, percent, short_age, strip
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

STRIP_CELLS = 8

COLUMNS = (
    Column("SERVICE", 10, most=24, flex=1),
    Column("STATE", 10, most=18),
    Column("UP", 5, most=6, right=True),
    Column("CPU", 4, right=True),
    Column("", STRIP_CELLS, drop=2),
    Column("MEMORY", 6, right=True, drop=1),
    Column("RESTARTS", 8, right=True, drop=3),
    Column("IMAGE", 6, most=26, drop=4),
)


def service_rows(
    snapshots: Mapping[object, ServicesSnapshot],
    history: Mapping[tuple[object, str], tuple[float, ...]],
    now: datetime,
    look: Look,
) -> list[Row]:
    """Services that do not run first.

    Args:
        snapshots: by source.
        history: recent percent of one core, by source and service id.
        now: UTC now.
        look: shapes and masking.
    """
    found = [(source, service) for source, snapshot in snapshots.items() for service in snapshot.services]
    found.sort(key=lambda pair: (_rank(pair[1]), pair[1].project, pair[1].name))
    return [_row(source, service, history.get((source, service.id), ()), now, look) for source, service in found]


def services_summary(snapshots: Mapping[object, ServicesSnapshot]) -> Line:
    """`5 running · 1 not`."""
    services = [service for snapshot in snapshots.values() for service in snapshot.services]
    running = sum(1 for service in services if service.running)
    ill = sum(1 for service in services if service.health == "unhealthy")
    parts = [line(f"{running} running", Tone.OK)] if running else []
    if running < len(services):
        parts.append(line(f"{len(services) - running} not running", Tone.CRIT))
    if ill:
        parts.append(line(f"{ill} unhealthy", Tone.CRIT))
    return joined(parts, " · ")


def service_detail(service: Service, now: datetime, look: Look) -> list[Line]:
    """All that is known of one service."""
    facts = [
        ("name", look.text(service.name)),
        ("kind", service.kind.value),
        ("id", service.id),
        ("image", look.text(service.image)),
        ("project", look.text(service.project)),
        ("state", _state_words(service)),
        ("started", f"{service.started_at:%Y-%m-%d %H:%M:%S}Z" if service.started_at else ""),
        ("up", short_age((now - service.started_at).total_seconds()) if service.started_at else ""),
        ("restarts", "" if service.restarts is None else str(service.restarts)),
        ("processor", f"{service.cpu_percent:.1f}% of one core" if service.cpu_percent is not None else ""),
        ("memory", data_size(service.memory_bytes)),
        ("process id", "" if service.pid is None else str(service.pid)),
        ("exit code", "" if service.exit_code is None or service.running else str(service.exit_code)),
        ("ports", ", ".join(service.ports)),
    ]
    return [(Span(f"{label:<12}", Tone.DIM), Span(text)) for label, text in facts if text]


def _rank(service: Service) -> int:
    if service.state in ("restarting", "dead") or service.health == "unhealthy":
        return 0
    return 2 if service.running else 1


def _row(source: object, service: Service, cpu: tuple[float, ...], now: datetime, look: Look) -> Row:
    shapes = look.shapes
    rank = _rank(service)
    shape, tone = ((shapes.crit, Tone.CRIT), (shapes.warn, Tone.WARN), (shapes.ok, Tone.OK))[rank]
    if service.state in ("created", "paused"):
        shape, tone = shapes.stale, Tone.WARN
    up = (now - service.started_at).total_seconds() if service.started_at and service.running else None
    restarts = service.restarts or 0
    return Row(
        (source, service.id),
        (
            (Span(shape, tone), Span(" "), Span(look.text(service.name), Tone.PLAIN if rank == 2 else Tone.STRONG)),
            line(_state_words(service), Tone.DIM if rank == 2 else tone),
            line(short_age(up), Tone.DIM) if up is not None else EMPTY,
            line(percent(service.cpu_percent), Tone.WARN if (service.cpu_percent or 0) >= 90 else Tone.PLAIN),
            line(strip(cpu, STRIP_CELLS, 100.0, shapes), Tone.DIM),
            line(data_size(service.memory_bytes)),
            line("" if service.restarts is None else str(restarts), Tone.WARN if restarts else Tone.FAINT),
            line(look.text(service.image), Tone.FAINT),
        ),
    )


def _state_words(service: Service) -> str:
    if not service.running and service.exit_code is not None:
        return f"{service.state} ({service.exit_code})"
    return f"{service.state} {service.health}".strip() if service.health else service.state
