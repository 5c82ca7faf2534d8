"""pg_stat_activity as PostgreSQL means it: backends, wait events, blocking pids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

HIDDEN_START = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the start of a session whose start this role may not see; no session has it."""


@dataclass(frozen=True, slots=True)
class Backend:
    """One server process, as in pg_stat_activity (PostgreSQL docs, "The Cumulative Statistics System").

    Times are UTC; ages are seconds at the moment the snapshot was taken, by the server's clock.

    Attributes:
        pid: process id.
        backend_start: when the process started; together with pid it identifies the session.
        database, user, application, client: as reported, cleaned; client is an address, "local" for a socket,
            "" when hidden.
        state: active, idle, idle in transaction, ... or "" when hidden from this role.
        wait_event_type, wait_event: what the backend waits for, "" when it does not wait.
        backend_type: "client backend", "parallel worker", "autovacuum worker", ...
        query: text of the last query, cleaned; "" when hidden.
        backend_age, transaction_age, query_age, state_age: seconds, None when not applicable.
        blocked_by: pids from pg_blocking_pids(pid), in no particular order, without duplicates.
        lock_on: the table or index of the lock that it waits for, else that lock's kind (pg_locks.locktype); ""
            when it waits for none.
        lock_mode: the mode that it wants, as ShareLock; "" when it waits for none.
        leader_pid: the leader of a parallel group, None for a leader or a lone backend.
        xmin_age: transactions by which this backend holds vacuum back (age(backend_xmin)), None when none.
        query_id: identifier of the statement that the server computed (PostgreSQL 14 on, compute_query_id), by
            which pg_stat_statements knows it; None when there is none.
    """

    pid: int
    backend_start: datetime
    database: str
    user: str
    application: str
    client: str
    state: str
    wait_event_type: str
    wait_event: str
    backend_type: str
    query: str
    backend_age: float
    transaction_age: float | None
    query_age: float | None
    state_age: float | None
    blocked_by: tuple[int, ...] = ()
    lock_on: str = ""
    lock_mode: str = ""
    leader_pid: int | None = None
    xmin_age: int | None = None
    query_id: int | None = None

    @property
    def start_hidden(self) -> bool:
        """True when this role may not see when the session began."""
        return self.backend_start == HIDDEN_START

    @property
    def waits_for_lock(self) -> bool:
        """True when the backend is blocked by another one."""
        return bool(self.blocked_by)

    @property
    def idle_in_transaction(self) -> bool:
        """True when the session holds a transaction open without running anything."""
        return self.state.startswith("idle in transaction")


@dataclass(frozen=True, slots=True)
class ActivitySnapshot:
    """What pg_stat_activity showed at one moment.

    Attributes:
        backends: client backends and other processes worth showing; the cockpit's own sessions are left out.
        max_connections: the server's limit.
        connections: client connections that count against it, the cockpit's own included.
        server_version: server_version_num, for example 180004.
        database: the database that the source is connected to.
        in_recovery: True on a standby.
        hidden: what this role may not see, one sentence with the GRANT that would help; "" when nothing.
        uptime: seconds since the server started, None when not known.
    """

    backends: tuple[Backend, ...]
    max_connections: int
    connections: int
    server_version: int
    database: str
    in_recovery: bool = False
    hidden: str = ""
    uptime: float | None = None

    @property
    def server(self) -> str:
        """The product and its version as people say it: `PostgreSQL 18.4`."""
        return f"PostgreSQL {self.server_version // 10_000}.{self.server_version % 10_000}"

    def backend(self, pid: int) -> Backend | None:
        """The backend of that pid, or None."""
        return next((b for b in self.backends if b.pid == pid), None)

    @property
    def waiting(self) -> int:
        """How many backends are blocked by another one."""
        return sum(1 for b in self.backends if b.waits_for_lock)


def waiters_behind(backends: tuple[Backend, ...], pid: int) -> frozenset[int]:
    """Pids of all backends that wait, directly or through others, for the backend `pid`."""
    direct: dict[int, list[int]] = {}
    for backend in backends:
        for blocker in backend.blocked_by:
            direct.setdefault(blocker, []).append(backend.pid)
    found: set[int] = set()
    frontier = [pid]
    while frontier:
        for waiter in direct.get(frontier.pop(), ()):
            if waiter not in found and waiter != pid:
                found.add(waiter)
                frontier.append(waiter)
    return frozenset(found)
