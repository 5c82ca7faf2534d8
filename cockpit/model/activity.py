"""pg_stat_activity as PostgreSQL means it: backends, wait events, blocking pids."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
        leader_pid: the leader of a parallel group, None for a leader or a lone backend.
        xmin_age: transactions by which this backend holds vacuum back (age(backend_xmin)), None when none.
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
    leader_pid: int | None = None
    xmin_age: int | None = None

    @property
    def waits_for_lock(self) -> bool:
        """True when the backend is blocked by another one."""
        return bool(self.blocked_by)

    @property
    def idle_in_transaction(self) -> bool:
        """True when the session holds a transaction open without running anything."""
        return self.state.startswith("idle in transaction")


@dataclass(frozen=True, slots=True)
class BlockingNode:
    """A backend in the blocking tree.

    Attributes:
        backend: the backend; None when the blocker cannot be seen (a prepared transaction has pid 0).
        pid: its pid.
        depth: 0 for a head blocker.
        frees: how many backends wait, directly or through others, behind this one.
        waited: seconds those backends have waited together (by state_age of the waiting query).
    """

    backend: Backend | None
    pid: int
    depth: int
    frees: int
    waited: float


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
    """

    backends: tuple[Backend, ...]
    max_connections: int
    connections: int
    server_version: int
    database: str
    in_recovery: bool = False
    hidden: str = ""

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


def blocking_tree(backends: tuple[Backend, ...]) -> tuple[BlockingNode, ...]:
    """The blocking tree in display order, rooted at the head blockers, worst root first.

    A backend blocked by several others stands under its first blocker in pid order only, so that no backend
    is shown twice; a deadlock ring is entered at its lowest pid.
    """
    by_pid = {b.pid: b for b in backends}
    children: dict[int, list[int]] = {}
    for backend in backends:
        if backend.blocked_by:
            children.setdefault(min(backend.blocked_by), []).append(backend.pid)
    blockers = {pid for b in backends for pid in b.blocked_by}
    roots = [pid for pid in blockers if pid not in by_pid or not by_pid[pid].blocked_by]
    placed: set[int] = set()
    nodes: list[BlockingNode] = []

    def node(pid: int, depth: int) -> BlockingNode:
        behind = waiters_behind(backends, pid)
        waited = sum(by_pid[w].state_age or 0.0 for w in behind if w in by_pid)
        return BlockingNode(by_pid.get(pid), pid, depth, len(behind), waited)

    def place(root: int) -> None:
        stack = [(root, 0)]
        while stack:
            pid, depth = stack.pop()
            if pid in placed:
                continue
            placed.add(pid)
            nodes.append(node(pid, depth))
            stack.extend((child, depth + 1) for child in sorted(children.get(pid, ()), reverse=True))

    for root in sorted(roots, key=lambda pid: (-len(waiters_behind(backends, pid)), pid)):
        place(root)
    for pid in sorted(blockers - placed):
        place(pid)
    return tuple(nodes)
