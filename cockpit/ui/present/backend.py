"""All about one backend, as lines to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.blocking import Blocking
from cockpit.model.inspection import BackendLock, Plan, Statements, StatementStatistics
from cockpit.model.wait_events import wait_meaning
from cockpit.model.wording import count, short_duration
from cockpit.ui.look import Look
from cockpit.ui.present.activity import wait_word
from cockpit.ui.present.words import clock_duration, data_size
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap

LABEL = 13
LOCKS_SHOWN = 40
_BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Closer:
    """What is found out after the sheet was opened; None is still being asked for, a text says why there is none.

    Attributes:
        query: the statement laid out over several lines.
        locks: held and wanted.
        statistics: of its statement.
        plan: by EXPLAIN, once somebody asked for it.
    """

    query: str | None = None
    locks: Sequence[BackendLock] | str | None = None
    statistics: StatementStatistics | str | None = None
    plan: Plan | None = None


def backend_detail(
    backend: Backend, snapshot: ActivitySnapshot, look: Look, cells: int, closer: Closer | None = None
) -> list[Line]:
    """All that is known of one backend, with its whole query."""
    lines = [*_facts(backend, snapshot, look, cells)]
    lines += _section("query", _query(backend, look, cells, closer))
    if closer is not None:
        lines += _section("statistics of the statement", _statistics(closer.statistics, cells))
        lines += _section("locks", _locks(closer.locks, look, cells))
        if closer.plan is not None:
            lines += _section("plan", plan_lines(closer.plan, look, cells))
    return lines


def plan_lines(plan: Plan, look: Look, cells: int) -> list[Line]:
    """A plan, or why there is none."""
    tone = Tone.DIM if plan.lines else Tone.WARN
    note = [line(part, tone) for part in wrap(plan.note, cells)] if plan.note else []
    return [*note, *(line(look.query(text)) for text in plan.lines)]


def statements_lines(statements: Statements, look: Look, cells: int) -> list[Line]:
    """The statements that took longest altogether, one below the other."""
    if statements.missing:
        return [line(part, Tone.WARN) for part in wrap(statements.missing, cells)]
    if not statements.top:
        return [line("no statement has ended since the statistics were reset", Tone.DIM)]
    all_of_it = sum(one.total for one in statements.top) or 1.0
    lines: list[Line] = []
    for one in statements.top:
        share = 100 * one.total / all_of_it
        lines.append((Span(f"{share:>3.0f} %  ", Tone.STRONG), *_numbers(one)))
        where = f"{look.text(one.user)}@{one.database}  " if one.user else ""
        query = " ".join(look.query(one.query).split())
        lines.append((Span("       "), Span(where, Tone.DIM), Span(query[: 2 * cells])))
    return lines


def _facts(backend: Backend, snapshot: ActivitySnapshot, look: Look, cells: int) -> list[Line]:
    blocking = Blocking(snapshot.backends)
    leader = f", works for {backend.leader_pid}" if backend.leader_pid else ""
    facts = [
        ("pid", f"{backend.pid}, {backend.backend_type or 'type hidden'}{leader}"),
        ("session", _session(backend)),
        ("user", f"{look.text(backend.user)} on {backend.database}"),
        ("from", f"{look.text(backend.application) or 'no application name'}, {look.text(backend.client) or 'hidden'}"),
        ("state", f"{backend.state or 'hidden'} for {clock_duration(backend.state_age) or 'unknown'}"),
        ("transaction", clock_duration(backend.transaction_age) or "none open"),
        ("waits for", wait_word(backend) or "nothing"),
        ("", wait_meaning(backend.wait_event_type, backend.wait_event) if backend.state != "idle" else ""),
        ("", f"{backend.lock_mode} on {look.text(backend.lock_on)}" if backend.lock_on else ""),
        ("blocked by", _who(backend.blocked_by, snapshot, look) or "nobody"),
        ("blocks", _blocks(blocking, backend)),
        ("holds xmin", "no" if backend.xmin_age is None else f"{backend.xmin_age:,} transactions back"),
    ]
    lines: list[Line] = []
    for label, text in facts:
        for number, part in enumerate(wrap(text, max(10, cells - LABEL)) if text else ()):
            lines.append((Span(f"{label if not number else '':<{LABEL}}", Tone.DIM), Span(part)))
    return lines


def _session(backend: Backend) -> str:
    if backend.start_hidden:
        return "its start is hidden from this role"
    return f"began {backend.backend_start:%Y-%m-%d %H:%M:%S}Z, {clock_duration(backend.backend_age)} ago"


def _blocks(blocking: Blocking, backend: Backend) -> str:
    behind = blocking.behind(backend.pid)
    if not behind:
        return "nobody"
    together = clock_duration(blocking.waited(backend.pid))
    return (
        f"{count(len(behind), 'session')}, {blocking.direct(backend.pid)} of them directly, {together} of waiting "
        f"together: {', '.join(map(str, behind[:20]))}{' and more' if len(behind) > 20 else ''}"
    )


def _who(pids: Sequence[int], snapshot: ActivitySnapshot, look: Look) -> str:
    names = []
    for pid in sorted(pids)[:10]:
        found = snapshot.backend(pid)
        names.append(f"{pid} ({look.text(found.user)}, {found.state or 'state hidden'})" if found else str(pid))
    return ", ".join(names) + (" and more" if len(pids) > 10 else "")


def _query(backend: Backend, look: Look, cells: int, closer: Closer | None) -> list[Line]:
    text = (closer.query if closer else None) or backend.query
    nothing = "it has run no statement yet" if backend.state else "hidden from this role"
    return [line(part) for part in wrap(look.query(text) or nothing, cells)]


def _locks(locks: Sequence[BackendLock] | str | None, look: Look, cells: int) -> list[Line]:
    if locks is None:
        return [line("being read", Tone.DIM)]
    if isinstance(locks, str):
        return [line(part, Tone.WARN) for part in wrap(locks, cells)]
    if not locks:
        return [line("holds none and waits for none", Tone.DIM)]
    lines: list[Line] = []
    for lock in locks[:LOCKS_SHOWN]:
        waited = f" for {clock_duration(lock.waited)}" if lock.waited is not None else ""
        word = Span(f"{'holds' if lock.granted else 'wants':<6}", Tone.DIM if lock.granted else Tone.CRIT)
        lines.append((word, Span(f"{lock.mode:<26} "), Span(look.text(lock.target)), Span(waited, Tone.WARN)))
    if len(locks) > LOCKS_SHOWN:
        lines.append(line(f"and {len(locks) - LOCKS_SHOWN:,} more", Tone.DIM))
    return lines


def _statistics(statistics: StatementStatistics | str | None, cells: int) -> list[Line]:
    if statistics is None:
        return [line("being read", Tone.DIM)]
    if isinstance(statistics, str):
        return [line(part, Tone.DIM) for part in wrap(statistics, cells)]
    return [_numbers(statistics)]


def _numbers(one: StatementStatistics) -> Line:
    words = [
        f"{count(one.calls, 'call')}",
        f"{short_duration(one.mean)} mean",
        f"{short_duration(one.worst)} worst",
        f"{short_duration(one.total)} in all",
        f"{count(one.rows, 'row')}",
    ]
    if one.hit_ratio is not None:
        words.append(f"hits {100 * one.hit_ratio:.1f} %")
    if one.temp_blocks:
        words.append(f"{data_size(one.temp_blocks * _BLOCK)} of temp files")
    return line(" · ".join(words))


def _section(title: str, lines: Sequence[Line]) -> list[Line]:
    return [EMPTY, line(title, Tone.DIM), *lines]
