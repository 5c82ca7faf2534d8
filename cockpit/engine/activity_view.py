"""What the activity pane shows of a snapshot and in which order; pure, without a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cockpit.engine.activity_filter import EVERYTHING, Filter
from cockpit.model.activity import Backend
from cockpit.model.blocking import Blocking, BlockingNode
from cockpit.model.readings import SourceId


class View(StrEnum):
    """Which backends are shown."""

    ALL = "all"
    RUNNING = "running"
    WAITING = "waiting"
    BLOCKING = "blocking"


class AgeBasis(StrEnum):
    """What an age counts from."""

    TRANSACTION = "transaction"
    """The transaction when one is open, else the query while it runs, else the state."""
    QUERY = "query"
    BACKEND = "session"


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants to see the backends.

    Attributes:
        view: which ones.
        idle: whether sessions that do nothing are shown where the view has them.
        basis: what ages count from.
        order: name of the order, one of ORDERS.
        reverse: True turns the order round.
        filter: what else they have to meet.
    """

    view: View = View.ALL
    idle: bool = True
    basis: AgeBasis = AgeBasis.TRANSACTION
    order: str = "age"
    reverse: bool = False
    filter: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Shown:
    """One row.

    Attributes:
        source: the database that told of it.
        pid: its pid; of a blocker that cannot be seen too.
        backend: the backend, None for a blocker that cannot be seen.
        age: seconds on the chosen basis.
        frees: backends that wait behind it, directly or through others.
        direct: those that name it as their blocker.
        waited: seconds that they have waited together.
        depth: indent, in the blocking tree or below the leader of a parallel group.
        holds_xmin: True for the backend that holds vacuum back furthest.
        idle_root: True for a head blocker that runs nothing.
    """

    source: SourceId
    pid: int
    backend: Backend | None
    age: float | None = None
    frees: int = 0
    direct: int = 0
    waited: float = 0.0
    depth: int = 0
    holds_xmin: bool = False
    idle_root: bool = False


Visible = Callable[[Backend], str]
"""All that a person can see of a backend, in lower case."""

_NUMERIC = frozenset({"age", "blocks", "xmin"})
ORDERS = ("age", "blocks", "pid", "user", "database", "application", "client", "type", "state", "wait", "xmin", "query")
"""The orders, each named like its column; numbers start with the greatest, texts with the first."""
HELD_BACK = 1_000
"""Transactions from which a held xmin is worth a mark."""


def age_of(backend: Backend, basis: AgeBasis = AgeBasis.TRANSACTION) -> float | None:
    """Seconds on that basis, None where it does not apply."""
    if basis is AgeBasis.BACKEND:
        return backend.backend_age
    if basis is AgeBasis.QUERY:
        return backend.query_age if backend.state != "idle" else backend.state_age
    if backend.transaction_age is not None:
        return backend.transaction_age
    return backend.query_age if backend.state == "active" else backend.state_age


def arrange(source: SourceId, backends: Sequence[Backend], wish: Wish, visible: Visible) -> list[Shown]:
    """The rows of one database in their order.

    Args:
        source: the database.
        backends: its snapshot.
        wish: what to show.
        visible: what a person can see of a backend, for plain text in the filter.
    """
    blocking = Blocking(backends)
    oldest = _xmin_holder(backends)
    if wish.view is View.BLOCKING:
        rows = [_of_node(source, node, wish.basis, oldest) for node in blocking.tree()]
        return _tree_with(rows, lambda row: _kept(row, wish, visible))
    rows = [
        _of_backend(source, backend, blocking, wish.basis, oldest)
        for backend in backends
        if _belongs(backend, wish)
        and wish.filter.matches(
            backend, age_of(backend, wish.basis), visible(backend) if wish.filter.conditions else ""
        )
    ]
    return _grouped(sort_rows(rows, wish.order, reverse=wish.reverse))


def sort_rows(rows: Sequence[Shown], order: str, *, reverse: bool = False) -> list[Shown]:
    """Sort rows; sessions that do nothing come last where ages count, however old they are."""
    key = _KEYS.get(order, _KEYS["age"])
    descending = (order in _NUMERIC) is not reverse
    return sorted(sorted(rows, key=lambda row: row.pid), key=key, reverse=descending)


def descends(order: str, reverse: bool) -> bool:
    """Whether the first row has the greatest value."""
    return (order in _NUMERIC) is not reverse


def _belongs(backend: Backend, wish: Wish) -> bool:
    match wish.view:
        case View.RUNNING:
            return backend.state in ("active", "fastpath function call") or backend.idle_in_transaction
        case View.WAITING:
            return backend.waits_for_lock
        case _:
            return wish.idle or backend.state != "idle"


def _kept(row: Shown, wish: Wish, visible: Visible) -> bool:
    if not wish.filter.conditions:
        return True
    return row.backend is not None and wish.filter.matches(row.backend, row.age, visible(row.backend))


def _tree_with(rows: list[Shown], kept: Callable[[Shown], bool]) -> list[Shown]:
    """Those rows of the tree that are kept, each with all that stand above it."""
    wanted: set[int] = set()
    path: list[int] = []
    for index, row in enumerate(rows):
        del path[row.depth :]
        path.append(index)
        if kept(row):
            wanted.update(path)
    return [row for index, row in enumerate(rows) if index in wanted]


def _grouped(rows: list[Shown]) -> list[Shown]:
    """Parallel workers right under their leader, where the leader is shown."""
    pids = {row.pid for row in rows}
    workers: dict[int, list[Shown]] = {}
    for row in rows:
        leader = row.backend.leader_pid if row.backend else None
        if leader in pids and leader != row.pid and leader is not None:
            workers.setdefault(leader, []).append(replace(row, depth=1))
    if not workers:
        return rows
    moved = {worker.pid for group in workers.values() for worker in group}
    return [one for row in rows if row.pid not in moved for one in (row, *workers.get(row.pid, ()))]


def _xmin_holder(backends: Sequence[Backend]) -> int | None:
    holders = [b for b in backends if b.xmin_age is not None and b.xmin_age >= HELD_BACK]
    return max(holders, key=lambda b: (b.xmin_age or 0, -b.pid)).pid if holders else None


def _of_backend(source: SourceId, backend: Backend, blocking: Blocking, basis: AgeBasis, oldest: int | None) -> Shown:
    pid = backend.pid
    frees = blocking.frees(pid)
    return Shown(
        source,
        pid,
        backend,
        age_of(backend, basis),
        frees,
        blocking.direct(pid) if frees else 0,
        blocking.waited(pid) if frees else 0.0,
        holds_xmin=pid == oldest,
        idle_root=bool(frees) and backend.idle_in_transaction and not backend.blocked_by,
    )


def _of_node(source: SourceId, node: BlockingNode, basis: AgeBasis, oldest: int | None) -> Shown:
    return Shown(
        source,
        node.pid,
        node.backend,
        age_of(node.backend, basis) if node.backend else None,
        node.frees,
        node.direct,
        node.waited,
        node.depth,
        node.pid == oldest,
        node.idle_root,
    )


def _weight(row: Shown) -> float:
    return (row.age or 0.0) / (1.0 if row.backend is None or row.backend.state != "idle" else 1e6)


def _text(read: Callable[[Backend], str]) -> Callable[[Shown], tuple[float | str, ...]]:
    return lambda row: (read(row.backend).casefold() if row.backend else "",)


_KEYS: dict[str, Callable[[Shown], tuple[float | str, ...]]] = {
    "age": lambda row: (_weight(row),),
    "blocks": lambda row: (row.frees, _weight(row)),
    "pid": lambda row: (row.pid,),
    "xmin": lambda row: ((row.backend.xmin_age if row.backend else None) or -1,),
    "user": _text(lambda b: b.user),
    "database": _text(lambda b: b.database),
    "application": _text(lambda b: b.application),
    "client": _text(lambda b: b.client),
    "type": _text(lambda b: b.backend_type),
    "state": _text(lambda b: b.state),
    "wait": _text(lambda b: f"{b.wait_event_type}:{b.wait_event}"),
    "query": _text(lambda b: b.query),
}
