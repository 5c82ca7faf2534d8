"""Backends as rows: all, running, waiting, and the blocking tree."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from cockpit.model.activity import ActivitySnapshot, Backend, BlockingNode, blocking_tree, waiters_behind
from cockpit.ui.look import Look
from cockpit.ui.present.words import clock_duration
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row


class View(StrEnum):
    """Which backends are shown."""

    ALL = "all"
    RUNNING = "running"
    WAITING = "waiting"
    BLOCKING = "blocking"


COLUMNS = (
    Column("PID", 6, most=18),
    Column("USER", 4, most=12, drop=4),
    Column("APPLICATION", 11, most=18, drop=3),
    Column("STATE", 7, most=9),
    Column("WAITS FOR", 9, most=20, drop=2),
    Column("AGE", 7, most=8, right=True),
    Column("BLOCKS", 6, right=True, drop=1),
    Column("QUERY", 20, flex=1),
)

SHOWN_OF_QUERY = 1_000
"""Characters of a query that a row may show; the detail shows all."""

SORTS: tuple[tuple[str, int], ...] = (("age", 5), ("blocks", 6), ("pid", 0), ("application", 2))
"""Names of the orders, with the column that each is marked on."""


def activity_rows(snapshot: ActivitySnapshot, view: View, order: str, look: Look) -> list[Row]:
    """The rows of a view; the blocking tree keeps its own order."""
    if view is View.BLOCKING:
        return [_tree_row(node, look) for node in blocking_tree(snapshot.backends)]
    backends = [backend for backend in snapshot.backends if _belongs(backend, view)]
    frees = {backend.pid: len(waiters_behind(snapshot.backends, backend.pid)) for backend in backends}
    backends.sort(key=_orders(frees)[order])
    return [_row(backend, frees[backend.pid], line(str(backend.pid)), look) for backend in backends]


def activity_summary(snapshot: ActivitySnapshot, view: View) -> Line:
    """`42/100 · 3 waiting · blocking`."""
    used = snapshot.connections / snapshot.max_connections if snapshot.max_connections else 0.0
    tone = Tone.CRIT if used >= 0.9 else Tone.WARN if used >= 0.75 else Tone.PLAIN
    spans = [Span(f"{snapshot.connections}/{snapshot.max_connections}", tone)]
    if snapshot.waiting:
        spans += [Span(" · ", Tone.FAINT), Span(f"{snapshot.waiting} waiting", Tone.WARN)]
    idle = sum(1 for backend in snapshot.backends if backend.idle_in_transaction)
    if idle:
        spans += [Span(" · ", Tone.FAINT), Span(f"{idle} idle tx", Tone.WARN)]
    if snapshot.in_recovery:
        spans += [Span(" · ", Tone.FAINT), Span("standby", Tone.ACCENT)]
    return (*spans, Span(" · ", Tone.FAINT), Span(view.value, Tone.DIM))


def age_of(backend: Backend) -> float | None:
    """Seconds: of the transaction when one is open, else of the query while it runs, else of the state."""
    if backend.transaction_age is not None:
        return backend.transaction_age
    return backend.query_age if backend.state == "active" else backend.state_age


def backend_detail(backend: Backend, snapshot: ActivitySnapshot, look: Look, cells: int) -> list[Line]:
    """All that is known of one backend, with its whole query."""
    blocks = sorted(waiters_behind(snapshot.backends, backend.pid))
    facts = [
        ("pid", f"{backend.pid}, {backend.backend_type}"),
        ("session", f"began {backend.backend_start:%Y-%m-%d %H:%M:%S}Z, {clock_duration(backend.backend_age)} ago"),
        ("user", f"{backend.user} on {backend.database}"),
        ("from", f"{look.text(backend.application) or 'no application name'}, {look.text(backend.client) or 'hidden'}"),
        ("state", f"{backend.state or 'hidden'} for {clock_duration(backend.state_age) or 'unknown'}"),
        ("transaction", clock_duration(backend.transaction_age) or "none open"),
        ("waits for", _wait(backend) or "nothing"),
        ("blocked by", ", ".join(map(str, sorted(backend.blocked_by))) or "nobody"),
        ("blocks", ", ".join(map(str, blocks)) or "nobody"),
        ("holds xmin", "no" if backend.xmin_age is None else f"{backend.xmin_age:,} transactions back"),
    ]
    lines: list[Line] = [(Span(f"{label:<13}", Tone.DIM), Span(text)) for label, text in facts]
    lines += [EMPTY, line("query", Tone.DIM)]
    return lines + [line(part) for part in wrap(look.query(backend.query) or "hidden from this role", cells)]


def _belongs(backend: Backend, view: View) -> bool:
    if view is View.RUNNING:
        return backend.state in ("active", "fastpath function call") or backend.idle_in_transaction
    return view is View.ALL or backend.waits_for_lock


def _orders(frees: dict[int, int]) -> dict[str, Callable[[Backend], tuple[float, int]]]:
    return {
        "age": lambda b: (-_weight(b), b.pid),
        "blocks": lambda b: (-frees[b.pid] * 1e9 - _weight(b), b.pid),
        "pid": lambda b: (0.0, b.pid),
        "application": lambda b: (float(int.from_bytes(b.application[:6].encode().ljust(6, b"\0")[:6])), b.pid),
    }


def _weight(backend: Backend) -> float:
    """Idle sessions come last, however old they are."""
    age = age_of(backend) or 0.0
    return age if backend.state != "idle" else age / 1e6


def _row(backend: Backend, frees: int, pid: Line, look: Look) -> Row:
    age = clock_duration(age_of(backend))
    old = (backend.transaction_age or 0.0) >= 60
    return Row(
        (backend.pid, backend.backend_start),
        (
            pid,
            line(look.text(backend.user), Tone.DIM),
            line(look.text(backend.application), Tone.DIM),
            line(*_state(backend)),
            line(_wait(backend), Tone.WARN if backend.waits_for_lock else Tone.DIM),
            line(age, Tone.WARN if old else Tone.PLAIN),
            line(str(frees), Tone.CRIT) if frees else EMPTY,
            line(look.query(backend.query[:SHOWN_OF_QUERY]), Tone.PLAIN if backend.state == "active" else Tone.DIM),
        ),
    )


def _tree_row(node: BlockingNode, look: Look) -> Row:
    indent = "  " * (node.depth - 1) + look.shapes.branch if node.depth else ""
    pid = (Span(indent, Tone.FAINT), Span(str(node.pid), Tone.CRIT if not node.depth else Tone.PLAIN))
    if node.backend is None:
        note = "prepared transaction" if node.pid == 0 else "cannot be seen by this role"
        return Row(("unseen", node.pid), (pid, *(EMPTY,) * 5, line(str(node.frees), Tone.CRIT), line(note, Tone.DIM)))
    return _row(node.backend, node.frees, pid, look)


def _state(backend: Backend) -> tuple[str, Tone]:
    if backend.idle_in_transaction:
        return ("idle tx!" if "aborted" in backend.state else "idle tx"), Tone.WARN
    tones = {"active": Tone.OK, "idle": Tone.FAINT}
    return backend.state or "hidden", tones.get(backend.state, Tone.DIM)


def _wait(backend: Backend) -> str:
    if backend.state == "idle" or not backend.wait_event_type:
        return ""
    if backend.wait_event_type == "Client":
        return "client"
    return f"{backend.wait_event_type}:{backend.wait_event}"
