"""One lock in full: every fact, and how it was come by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cockpit.model.answers import Answer
from cockpit.model.locks import AdvisoryLock, AgeBasis, CronLock, JobPlan, LockState
from cockpit.model.logs import LogLine
from cockpit.model.wording import count
from cockpit.ui.look import Look
from cockpit.ui.present.locks import Seen, last_run, next_run, upcoming
from cockpit.ui.present.words import clock_duration
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line

_LABEL = 13
_BASES = {
    AgeBasis.TTL: "from its TTL and the configured lock_ttl",
    AgeBasis.VALUE: "from the time in its value",
    AgeBasis.SEEN: "at least, since the cockpit first saw this value",
    AgeBasis.NONE: "",
}
_NOT_SAID = "not configured"


@dataclass(frozen=True, slots=True)
class Closer:
    """What is found out once the row is opened.

    Attributes:
        history: the job's last runs, or why there are none.
        lines: log lines that mention the lock, its owner, or its job.
        runbooks: titles of the procedures that deal with it.
    """

    history: Answer | str = "being asked for"
    lines: Sequence[LogLine] = ()
    runbooks: Sequence[str] = ()


def lock_detail(seen: Seen, now: datetime, look: Look, closer: Closer | None = None) -> list[Line]:
    """All that is known of one lock."""
    lock = seen.lock
    facts = _cron_facts(lock, seen, look) if isinstance(lock, CronLock) else _advisory_facts(lock, look)
    lines = [*_labelled(facts)]
    if seen.plan is not None:
        lines += [EMPTY, line("job", Tone.TITLE), *_labelled(_job_facts(seen.plan, seen, now, look))]
    lines += [EMPTY, line("what to do", Tone.TITLE), *(line(text) for text in _advice(seen, closer))]
    if closer is not None:
        lines += _closer_lines(seen, closer, look)
    return lines


def _cron_facts(lock: CronLock, seen: Seen, look: Look) -> list[tuple[str, str]]:
    alive = {True: "alive", False: "not found among live processes", None: "cannot be told"}[lock.owner_alive]
    held = lock.raw_value is not None
    return [
        ("key", look.text(lock.shown)),
        ("state", f"{lock.state.value}{_why(lock)}"),
        ("value", look.text(lock.owner) or "nobody holds it"),
        ("owner", (seen.alive or alive) if held else ""),
        ("held for", f"{clock_duration(lock.age)} {_BASES[lock.age_basis]}".strip() if held else ""),
        ("TTL left", (clock_duration(lock.ttl) or "never expires") + ", by PTTL" if held else ""),
        ("job", lock.job.name if lock.job else _NOT_SAID),
    ]


def _why(lock: CronLock) -> str:
    limit = (lock.job.max_run or lock.job.every) if lock.job else None
    if lock.state is LockState.STALE and limit and lock.age is not None:
        return f": held {clock_duration(lock.age - limit)} longer than a run may take ({clock_duration(limit)})"
    if lock.state is LockState.ORPHANED:
        return ": its owner is gone, so nobody will release it"
    if lock.state is LockState.NO_EXPIRY:
        return ": it will never go away by itself"
    return ""


def _advisory_facts(lock: AdvisoryLock, look: Look) -> list[tuple[str, str]]:
    pair = f"classid {lock.classid}, objid {lock.objid}, as pg_locks shows them"
    kind = "two keys of 32 bits" if lock.paired else "one key of 64 bits"
    waiting = ", ".join(str(pid) for pid in lock.waiting)
    return [
        ("key", f"{lock.name} ({kind})"),
        ("in pg_locks", pair),
        ("database", look.text(lock.database)),
        ("mode", lock.mode),
        ("held by", f"pid {lock.pid}, {look.text(lock.application) or 'no application name'}, {look.text(lock.user)}"),
        ("its state", lock.state or "hidden from this role"),
        ("held for", f"{clock_duration(lock.age)} at most: its transaction or session began then" if lock.age else ""),
        ("waiting", f"{count(len(lock.waiting), 'session')}: {waiting}" if lock.waiting else "nobody"),
    ]


def _job_facts(plan: JobPlan, seen: Seen, now: datetime, look: Look) -> list[tuple[str, str]]:
    run = seen.run
    last, late = last_run(plan, run, now)
    window = clock_duration(run.contended_over if run and seen.counted == "its counter" else plan.contended_over)
    refused = (
        f"{count(seen.refused, 'run')} in the last {window}, by {seen.counted}" if seen.refused is not None else ""
    )
    enabled = {True: "on", False: "off: the job does not run", None: ""}[run.enabled if run else None]
    return [
        ("name", plan.name),
        (
            "runs every",
            (clock_duration(plan.every) if plan.every else _NOT_SAID) + ("" if not plan.cron else ", by cron"),
        ),
        ("cron", f"{plan.cron} ({plan.zone})" if plan.cron else _NOT_SAID),
        ("next run", _next(plan, seen, now)),
        ("may run", clock_duration(plan.max_run) if plan.max_run else _NOT_SAID),
        ("last run", (last or "not known") + (", which is late" if late else "")),
        ("result", look.text(run.result) if run else ""),
        ("lock refused", refused or "not known"),
        ("flag", enabled),
        ("trouble", look.text(run.problem) if run else ""),
    ]


def _next(plan: JobPlan, seen: Seen, now: datetime) -> str:
    words, _ = next_run(plan, seen.run, now)
    moment = upcoming(plan.cron, plan.zone, now) if plan.cron else None
    if moment is None:
        return words
    return f"{words}, at {moment.astimezone(ZoneInfo(plan.zone)):%H:%M} {plan.zone}"


def _advice(seen: Seen, closer: Closer | None) -> list[str]:
    lock, plan, found = seen.lock, seen.plan, []
    if isinstance(lock, AdvisoryLock):
        found.append("D ends the session that holds it, which is the only way for another session to release it.")
    elif lock.state in (LockState.STALE, LockState.ORPHANED, LockState.NO_EXPIRY):
        found.append("D releases it, only while it still holds this value.")
    elif lock.state is LockState.HELD:
        found.append("It is within its time: wait, or look at what its owner does.")
    if plan is not None and plan.trigger:
        dry = "; its dry run is shown first" if plan.dry else ""
        found.append(f"T runs the job now: {plan.trigger}{dry}.")
    if plan is not None and (plan.disable or plan.enable):
        found.append(f"J disables or enables the job: {plan.disable or plan.enable}")
    found += [f"runbook: {title}" for title in (closer.runbooks if closer else ())]
    return found or ["nothing: nobody holds it"]


def _closer_lines(seen: Seen, closer: Closer, look: Look) -> list[Line]:
    lines: list[Line] = []
    if seen.plan is not None:
        lines += [EMPTY, line("last runs", Tone.TITLE), *_history_lines(closer.history, look)]
    lines += [EMPTY, line("log lines that mention it", Tone.TITLE)]
    lines += [
        (Span(f"{entry.at:%H:%M:%S} ", Tone.DIM), Span(f"{entry.stream} ", Tone.ACCENT), Span(look.text(entry.text)))
        for entry in closer.lines
    ] or [line("none among those that were read", Tone.DIM)]
    return lines


def _history_lines(history: Answer | str, look: Look) -> list[Line]:
    if isinstance(history, str):
        return [line(look.text(history), Tone.DIM)]
    if not history.rows:
        return [line("none", Tone.DIM)]
    table = [history.columns, *(tuple("" if cell is None else cell for cell in row) for row in history.rows)]
    widths = [min(32, max(len(row[at]) for row in table)) for at in range(len(history.columns))]
    text = ["  ".join(cell[:32].ljust(cells) for cell, cells in zip(row, widths, strict=False)) for row in table]
    return [line(look.text(row), Tone.DIM if number == 0 else Tone.PLAIN) for number, row in enumerate(text)]


def _labelled(facts: list[tuple[str, str]]) -> list[Line]:
    return [(Span(f"{label:<{_LABEL}}", Tone.DIM), Span(text)) for label, text in facts if text]
