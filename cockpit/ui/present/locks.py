"""Cron locks as rows, the troubled ones first."""

from __future__ import annotations

from datetime import datetime

from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.locks import AgeBasis, CronLock, LocksSnapshot, LockState
from cockpit.ui.look import Look
from cockpit.ui.present.words import clock_duration, short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

COLUMNS = (
    Column("LOCK", 14, most=22),
    Column("STATE", 8, most=11),
    Column("OWNER", 10, most=26, flex=1),
    Column("HELD", 7, most=8, right=True),
    Column("TTL", 5, most=8, right=True, drop=1),
    Column("LAST RUN", 9, most=12, right=True, drop=2),
    Column("EVERY", 5, right=True, drop=3),
)

_RANK = {
    LockState.ORPHANED: 0,
    LockState.STALE: 1,
    LockState.NO_EXPIRY: 2,
    LockState.HELD: 3,
    LockState.FREE: 4,
}
_TONES = {
    LockState.ORPHANED: Tone.CRIT,
    LockState.STALE: Tone.CRIT,
    LockState.NO_EXPIRY: Tone.WARN,
    LockState.HELD: Tone.OK,
    LockState.FREE: Tone.FAINT,
}


def lock_rows(snapshot: LocksSnapshot, jobs: JobsSnapshot | None, now: datetime, look: Look) -> list[Row]:
    """Locks that nobody lives to release first, free ones last."""
    ordered = sorted(snapshot.locks, key=lambda lock: (_RANK[lock.state], lock.key))
    return [_row(lock, jobs, now, look) for lock in ordered]


def locks_summary(snapshot: LocksSnapshot) -> Line:
    """`1 stale · 2 held`."""
    parts: list[Line] = []
    for state in _RANK:
        number = sum(1 for lock in snapshot.locks if lock.state is state)
        if number:
            parts.append(line(f"{number} {state.value}", _TONES[state] if state is not LockState.FREE else Tone.DIM))
    if snapshot.truncated:
        parts.append(line("list cut", Tone.WARN))
    return joined(parts, " · ")


def lock_detail(lock: CronLock, jobs: JobsSnapshot | None, now: datetime, look: Look) -> list[Line]:
    """All that is known of one lock."""
    alive = {True: "alive", False: "not found among live processes", None: "cannot be told"}[lock.owner_alive]
    basis = {
        AgeBasis.TTL: "from its TTL",
        AgeBasis.VALUE: "from the time in its value",
        AgeBasis.SEEN: "at least, since the cockpit first saw it",
        AgeBasis.NONE: "",
    }[lock.age_basis]
    job = lock.job
    facts = [
        ("key", look.text(lock.key)),
        ("state", lock.state.value),
        ("value", look.text(lock.owner) or "nobody holds it"),
        ("owner", alive if lock.raw_value is not None else ""),
        ("held for", f"{clock_duration(lock.age)} {basis}".strip()),
        ("TTL left", clock_duration(lock.ttl) or ("never expires" if lock.raw_value is not None else "")),
        ("job", job.name if job else "not configured"),
        ("runs every", clock_duration(job.every) if job and job.every else "not configured"),
        ("may run", clock_duration(job.max_run) if job and job.max_run else "not configured"),
        ("last run", _last_run(lock, jobs, now)[0] or "not known"),
    ]
    return [(Span(f"{label:<12}", Tone.DIM), Span(text)) for label, text in facts if text]


def _row(lock: CronLock, jobs: JobsSnapshot | None, now: datetime, look: Look) -> Row:
    free = lock.raw_value is None
    tone = _TONES[lock.state]
    owner = EMPTY if free else line(look.text(lock.owner))
    least = "≥" if lock.age_basis is AgeBasis.SEEN and not free else ""
    held = f"{least}{clock_duration(lock.age)}" if lock.age is not None and not free else ""
    ttl = "" if free else clock_duration(lock.ttl) if lock.ttl is not None else "never"
    last, late = _last_run(lock, jobs, now)
    every = lock.job.every if lock.job else None
    return Row(
        lock.key,
        (
            line(look.text(lock.key), Tone.DIM if free else Tone.PLAIN),
            line(lock.state.value, tone),
            owner,
            line(held, tone if lock.state in (LockState.STALE, LockState.ORPHANED) else Tone.PLAIN),
            line(ttl, Tone.WARN if ttl == "never" else Tone.DIM),
            line(last, Tone.CRIT if late else Tone.DIM),
            line(short_age(every), Tone.FAINT),
        ),
    )


def _last_run(lock: CronLock, jobs: JobsSnapshot | None, now: datetime) -> tuple[str, bool]:
    """When the job last finished, and whether that is too long ago."""
    run: JobRun | None = jobs.job(lock.job.name) if jobs and lock.job else None
    moment = run.last_run if run else lock.last_run
    if moment is None:
        return ("never" if run and not run.problem else ""), bool(run and not run.problem)
    age = max(0.0, (now - moment).total_seconds())
    every = lock.job.every if lock.job else None
    return f"{short_age(age)} ago", bool(every and age >= 2 * every)
