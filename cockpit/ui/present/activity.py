"""Backends as rows: all, running, waiting, and the blocking tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.engine.activity_view import AgeBasis, Shown, View, Wish
from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.wording import count
from cockpit.ui.look import Look
from cockpit.ui.present.words import clock_duration
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

CATALOGUE: dict[str, Column] = {
    "server": Column("SERVER", 6, most=12),
    "pid": Column("PID", 6, most=18),
    "database": Column("DATABASE", 8, most=14, drop=6),
    "user": Column("USER", 4, most=12, drop=4),
    "application": Column("APPLICATION", 11, most=18, drop=3),
    "client": Column("CLIENT", 6, most=15, drop=7),
    "type": Column("TYPE", 6, most=18, drop=8),
    "state": Column("STATE", 7, most=9),
    "wait": Column("WAITS FOR", 9, most=20, drop=2),
    "relation": Column("RELATION", 8, most=24, drop=6),
    "age": Column("AGE", 7, most=8, right=True),
    "blocks": Column("BLOCKS", 6, right=True, drop=1),
    "waited": Column("WAITED", 7, most=8, right=True, drop=5),
    "xmin": Column("XMIN AGE", 8, most=9, right=True, drop=9),
    "query": Column("QUERY", 20, flex=1),
}
"""Every column that can be shown, in the order in which they stand."""

USUAL = ("pid", "user", "application", "state", "wait", "age", "blocks", "query")
"""The columns of a pane among others."""
ROOMY = (
    "pid",
    "database",
    "user",
    "application",
    "client",
    "state",
    "wait",
    "relation",
    "age",
    "blocks",
    "waited",
    "xmin",
    "query",
)
"""The columns of a pane with much room."""
ALWAYS = ("pid",)
"""Columns that cannot be put away."""

SHOWN_OF_QUERY = 1_000
"""Characters of a query that a row may show; the detail shows all."""

_HEADINGS = {AgeBasis.QUERY: "QUERY AGE", AgeBasis.BACKEND: "SESSION"}

Draw = Callable[[Shown], Line]


def columns_of(names: Sequence[str], basis: AgeBasis) -> tuple[Column, ...]:
    """The columns of those names, in the order of the catalogue."""
    found = [name for name in CATALOGUE if name in names]
    age = CATALOGUE["age"]
    title = _HEADINGS.get(basis, age.title)
    aged = Column(title, max(age.least, len(title) + 1), age.most, age.flex, age.right, age.drop)
    return tuple(aged if name == "age" else CATALOGUE[name] for name in found)


class RowMaker:
    """Turns what is to be shown into rows of a table.

    Masking a query costs far more than drawing it, so each distinct text is masked once.

    Args:
        look: shapes, and what is hidden.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._seen: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self._drawers: dict[str, Draw] = {
            "server": lambda shown: line(shown.source.name, Tone.ACCENT),
            "pid": self._pid,
            "database": _of(lambda b: b.database),
            "user": self._masked(lambda b: b.user),
            "application": self._masked(lambda b: b.application),
            "client": self._masked(lambda b: b.client),
            "type": _of(lambda b: b.backend_type),
            "state": _state_cell,
            "wait": _wait_cell,
            "relation": self._masked(lambda b: b.lock_on),
            "age": _age_cell,
            "blocks": _blocks_cell,
            "waited": lambda shown: line(clock_duration(shown.waited), Tone.WARN) if shown.frees else EMPTY,
            "xmin": self._xmin,
            "query": self._query,
        }

    def query(self, sql: str) -> str:
        """A query as this person may see it."""
        found = self._seen.get(sql)
        if found is None:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            found = self._seen[sql] = self._look.query(sql)[:SHOWN_OF_QUERY]
        return found

    def _text(self, outside: str) -> str:
        """A name as this person may see it."""
        found = self._texts.get(outside)
        if found is None:
            if len(self._texts) > _REMEMBERED:
                self._texts.clear()
            found = self._texts[outside] = self._look.text(outside)
        return found

    def visible(self, backend: Backend) -> str:
        """All that this person can see of a backend, in lower case, for plain text in the filter."""
        parts = (
            str(backend.pid),
            backend.database,
            self._text(backend.user),
            self._text(backend.application),
            self._text(backend.client),
            state_word(backend),
            backend.state,
            wait_word(backend),
            self._text(backend.lock_on),
            self.query(backend.query),
        )
        return "  ".join(parts).casefold()

    def rows(self, shown: Sequence[Shown], names: Sequence[str]) -> list[Row]:
        """One row each, with the cells of those columns."""
        drawers = [draw for name, draw in self._drawers.items() if name in names]
        return [Row(_key(one), tuple([draw(one) for draw in drawers])) for one in shown]

    def _masked(self, read: Callable[[Backend], str]) -> Draw:
        return lambda shown: line(self._text(read(shown.backend)), Tone.DIM) if shown.backend else EMPTY

    def _pid(self, shown: Shown) -> Line:
        if not shown.depth:
            return line(str(shown.pid), Tone.CRIT if shown.frees else Tone.PLAIN)
        indent = "  " * (min(shown.depth, _DEEPEST) - 1) + self._look.shapes.branch
        return (Span(indent, Tone.FAINT), Span(str(shown.pid)))

    def _xmin(self, shown: Shown) -> Line:
        age = shown.backend.xmin_age if shown.backend else None
        if age is None:
            return EMPTY
        mark = f"{self._look.shapes.warn} " if shown.holds_xmin else ""
        return line(f"{mark}{age:,}", Tone.WARN if shown.holds_xmin else Tone.DIM)

    def _query(self, shown: Shown) -> Line:
        backend = shown.backend
        if backend is None:
            return line("prepared transaction" if shown.pid == 0 else "cannot be seen by this role", Tone.DIM)
        text = Span(self.query(backend.query), Tone.PLAIN if backend.state == "active" else Tone.DIM)
        if shown.idle_root:
            return (Span(f"holds up {shown.frees}, runs nothing  ", Tone.CRIT), text)
        if shown.holds_xmin and shown.backend is not None:
            return (Span("holds vacuum back  ", Tone.WARN), text)
        return (text,)


_REMEMBERED = 5_000
"""Distinct queries whose masked text is kept."""
_DEEPEST = 6
"""Levels of the tree that are still indented further."""


def activity_summary(snapshot: ActivitySnapshot, wish: Wish) -> Line:
    """`42/100 · 3 waiting · blocking · idle hidden · age of the query`."""
    used = snapshot.connections / snapshot.max_connections if snapshot.max_connections else 0.0
    tone = Tone.CRIT if used >= 0.9 else Tone.WARN if used >= 0.75 else Tone.PLAIN
    parts = [Span(f"{snapshot.connections}/{snapshot.max_connections}", tone)]
    if snapshot.waiting:
        parts.append(Span(f"{snapshot.waiting} waiting", Tone.WARN))
    idle = sum(1 for backend in snapshot.backends if backend.idle_in_transaction)
    if idle:
        parts.append(Span(f"{idle} idle tx", Tone.WARN))
    if snapshot.in_recovery:
        parts.append(Span("standby", Tone.ACCENT))
    parts += wish_words(wish)
    spans = [parts[0]]
    for part in parts[1:]:
        spans += [Span(" · ", Tone.FAINT), part]
    return tuple(spans)


def wish_words(wish: Wish) -> list[Span]:
    """The view, and what differs from the usual."""
    words = [Span(wish.view.value, Tone.DIM)]
    if not wish.idle and wish.view is View.ALL:
        words.append(Span("idle hidden", Tone.DIM))
    if wish.basis is not AgeBasis.TRANSACTION:
        words.append(Span(f"age of the {wish.basis.value}", Tone.DIM))
    return words


def blocking_words(shown: Sequence[Shown]) -> str:
    """`2 head blockers (1 idle in transaction) hold up 5 sessions, 12:04 of waiting together`; "" for nobody."""
    roots = [one for one in shown if not one.depth and one.frees]
    held = sum(1 for one in shown if one.depth)
    if not roots:
        return ""
    together = clock_duration(sum(one.waited for one in roots))
    idle = sum(1 for one in roots if one.idle_root)
    verb = "holds" if len(roots) == 1 else "hold"
    heads = count(len(roots), "head blocker") + (f" ({idle} idle in transaction)" if idle else "")
    return f"{heads} {verb} up {count(held, 'session')}, {together} of waiting together"


def state_word(backend: Backend) -> str:
    """The state in one or two words."""
    if backend.idle_in_transaction:
        return "idle tx!" if "aborted" in backend.state else "idle tx"
    return backend.state or "hidden"


def wait_word(backend: Backend) -> str:
    """What it waits for; "" when it does not wait."""
    if backend.state == "idle" or not backend.wait_event_type:
        return ""
    if backend.wait_event_type == "Client":
        return "client"
    return f"{backend.wait_event_type}:{backend.wait_event}"


def _key(shown: Shown) -> tuple[object, object, object]:
    if shown.backend is None:
        return ("unseen", shown.pid, shown.source)
    return (shown.pid, shown.backend.backend_start, shown.source)


def _of(read: Callable[[Backend], str]) -> Draw:
    return lambda shown: line(read(shown.backend), Tone.DIM) if shown.backend else EMPTY


def _state_cell(shown: Shown) -> Line:
    if shown.backend is None:
        return EMPTY
    tones = {"active": Tone.OK, "idle": Tone.FAINT}
    tone = Tone.WARN if shown.backend.idle_in_transaction else tones.get(shown.backend.state, Tone.DIM)
    return line(state_word(shown.backend), tone)


def _wait_cell(shown: Shown) -> Line:
    backend = shown.backend
    if backend is None:
        return EMPTY
    return line(wait_word(backend), Tone.WARN if backend.waits_for_lock else Tone.DIM)


def _age_cell(shown: Shown) -> Line:
    old = shown.backend is not None and (shown.backend.transaction_age or 0.0) >= 60
    return line(clock_duration(shown.age), Tone.WARN if old else Tone.PLAIN)


def _blocks_cell(shown: Shown) -> Line:
    if not shown.frees:
        return EMPTY
    below = f"{shown.direct}+{shown.frees - shown.direct}" if shown.frees > shown.direct else str(shown.frees)
    return line(below, Tone.CRIT)
