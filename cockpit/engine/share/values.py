"""The values that readings share: each under a name of its own, bounded, and as a type that JSON can be read into."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.changes import ChangesSnapshot
from cockpit.model.database import DatabaseFigures
from cockpit.model.health import HttpSample, HttpTiming
from cockpit.model.host import HostSnapshot
from cockpit.model.jobs import JobsSnapshot
from cockpit.model.locks import AdvisorySnapshot, LocksSnapshot
from cockpit.model.logs import LogBatch
from cockpit.model.probes import Certificate
from cockpit.model.services import ServicesSnapshot

BACKENDS, PROCESSES, EVENTS, LINES, CHANGES = 500, 60, 50, 400, 60
"""How many of each a frame holds."""
BODY = 2_000
"""Characters of an HTTP body that a frame holds."""
_NO_TIMING = HttpTiming()


@dataclass(frozen=True, slots=True)
class HttpShared:
    """An HTTP exchange as it is shared: without the parsed body, which is the text once more.

    Attributes:
        method, url, status, latency, headers, text, timing, certificate, redirects, sent, sent_body: as in HttpSample.
    """

    method: str
    url: str
    status: int
    latency: float
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    timing: HttpTiming = _NO_TIMING
    certificate: Certificate | None = None
    redirects: tuple[str, ...] = ()
    sent: tuple[tuple[str, str], ...] = ()
    sent_body: str = ""


TYPES: Final[dict[str, type]] = {
    "activity": ActivitySnapshot,
    "advisory": AdvisorySnapshot,
    "changes": ChangesSnapshot,
    "database": DatabaseFigures,
    "host": HostSnapshot,
    "http": HttpShared,
    "jobs": JobsSnapshot,
    "locks": LocksSnapshot,
    "logs": LogBatch,
    "services": ServicesSnapshot,
}
"""Name to type of everything that a pane draws; what only a check looks at is not shared, its result is."""
_NAMES: Final = {kind: name for name, kind in TYPES.items()}


def name_of(value: object) -> str:
    """The name under which a value is shared, "" when it is not."""
    return _NAMES.get(type(value), "")


def outward(value: object) -> object:
    """A reading's value as it is shared: bounded in number, in a type of TYPES."""
    match value:
        case HttpSample():
            return _http(value)
        case ActivitySnapshot():
            busy_first = sorted(value.backends, key=_idle)[:BACKENDS]
            return value if len(value.backends) <= BACKENDS else replace(value, backends=tuple(busy_first))
        case HostSnapshot():
            return replace(value, processes=value.processes[:PROCESSES], top=value.top[:PROCESSES])
        case ServicesSnapshot():
            return replace(value, events=value.events[-EVENTS:])
        case ChangesSnapshot():
            return replace(value, changes=value.changes[:CHANGES])
        case LogBatch():
            left_out = max(0, len(value.lines) - LINES)
            return replace(value, lines=value.lines[-LINES:], dropped=value.dropped + left_out)
        case _:
            return value


def inward(value: object) -> object:
    """A shared value as a pane wants it."""
    if not isinstance(value, HttpShared):
        return value
    return HttpSample(
        value.method,
        value.url,
        value.status,
        value.latency,
        value.headers,
        value.text,
        None,
        value.timing,
        value.certificate,
        value.redirects,
        value.sent,
        value.sent_body,
    )


def _http(sample: HttpSample) -> HttpShared:
    return HttpShared(
        sample.method,
        sample.url,
        sample.status,
        sample.latency,
        sample.headers,
        sample.text[:BODY],
        sample.timing,
        sample.certificate,
        sample.redirects,
        sample.sent,
        sample.sent_body[:BODY],
    )


def _idle(backend: Backend) -> tuple[bool, bool]:
    return backend.state == "idle" and not backend.blocked_by, not backend.blocked_by
