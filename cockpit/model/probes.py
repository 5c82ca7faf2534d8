"""What the small probes behind checks find: a file, a port, processes, a certificate, a Redis key, a log's rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file, or the newest of those that a pattern names.

    Attributes:
        path: which one, "" when there is none.
        files: how many match.
        changed_at: UTC time of its last change, None when there is none.
        size: bytes.
    """

    path: str
    files: int
    changed_at: datetime | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A TCP port.

    Attributes:
        open: whether a connection was accepted.
        connect: seconds until it was, None when it was not.
        listening: local addresses that listen on it, "" entries never; None for another machine's port or when the
            operating system does not tell.
        problem: why no connection was accepted, "" when one was.
    """

    open: bool
    connect: float | None = None
    listening: tuple[str, ...] | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """The processes of one name, taken together.

    Attributes:
        pids: which ones.
        cpu: percent of one core since the last look, None at the first.
        memory: resident bytes.
        youngest, oldest: seconds since they were started, None when there are none.
    """

    pids: tuple[int, ...]
    cpu: float | None = None
    memory: int = 0
    youngest: float | None = None
    oldest: float | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate.

    Attributes:
        subject, issuer: common names, or organisations where there are none.
        names: host names and addresses that it is for.
        valid_from, valid_until: UTC.
        problem: why this machine does not trust it, "" when it does.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    problem: str = ""

    def days_left(self, now: datetime) -> float:
        """Days until it expires; negative when it has."""
        return (self.valid_until - now).total_seconds() / 86_400


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A Redis key.

    Attributes:
        type: as TYPE says; "none" when there is no such key.
        length: characters of a string, members of the others; None when there is no such key.
        ttl: seconds until it expires, None when it does not.
        idle: seconds since it was last touched, None when the server does not tell.
        value: a string's value, cut; "" for the others.
        written_at: the UTC time that the value holds, None when it holds none.
    """

    type: str
    length: int | None = None
    ttl: float | None = None
    idle: float | None = None
    value: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogRate:
    """How often a pattern is seen in a log.

    Attributes:
        count: lines in the window that match.
        lines: lines in the window.
        window: seconds that were really looked at.
        wanted: seconds asked for; more than `window` when the log has not been followed for that long.
        last: the newest line that matches, "" when there is none.
        last_at: its UTC time.
    """

    count: int
    lines: int
    window: float
    wanted: float
    last: str = ""
    last_at: datetime | None = None

    @property
    def per_minute(self) -> float:
        """Matching lines per minute of the window."""
        return 60.0 * self.count / self.window if self.window else 0.0


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What a public status page says.

    Attributes:
        page: whose page it is.
        indicator: none, minor, major, critical or maintenance.
        description: in the page's own words.
    """

    page: str
    indicator: str
    description: str
