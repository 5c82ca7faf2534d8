"""Which one exactly: what stands for a thing between the key press and the act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class BackendIdentity:
    """A PostgreSQL session: its pid is reused, its start time is not."""

    pid: int
    backend_start: datetime


@dataclass(frozen=True, slots=True)
class BackendsIdentity:
    """Several PostgreSQL sessions."""

    backends: tuple[BackendIdentity, ...]


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """A Redis key together with its exact value (a digest of DUMP for what is no string)."""

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class KeysIdentity:
    """Several Redis keys."""

    keys: tuple[KeyIdentity, ...]


@dataclass(frozen=True, slots=True)
class ServiceIdentity:
    """One run of a container or process."""

    id: str
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServicesIdentity:
    """Several runs of containers or processes."""

    services: tuple[ServiceIdentity, ...]


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process of this host: its number is reused, its start (seconds since 1970) is not."""

    pid: int
    created: float


@dataclass(frozen=True, slots=True)
class RowsIdentity:
    """The rows that a statement would touch: how many, and a digest of their keys."""

    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class EndpointIdentity:
    """The server itself, for what has no finer identity: an address, a database and its system identifier."""

    address: str


Identity: TypeAlias = (
    BackendIdentity
    | BackendsIdentity
    | KeyIdentity
    | KeysIdentity
    | ServiceIdentity
    | ServicesIdentity
    | RowsIdentity
    | EndpointIdentity
    | ProcessIdentity
)
