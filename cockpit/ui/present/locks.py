"""Cron locks and advisory locks as rows, the troubled ones first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from cockpit.engine.cron import next_fire, parse_cron
from cockpit.model.jobs import JobRun
from cockpit.model.locks import AdvisoryLock, AgeBasis, CronLock, JobPlan, LockState, RedisFigures
from cockpit.model.wording import count
from cockpit.ui.look import Look
from cockpit.ui.present.words import clock_duration, data_size, percent, short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, line
from cockpit.ui.widgets.columns import Column

COLUMNS = (
    Column("LOCK", 14, most=22),
    Column("STATE", 8, most=11),
    Column("OWNER", 10, most=26, flex=1),
    Column("HELD", 7, most=8, right=True),
    Column("TTL", 5, most=8, right=True, drop=1),
    Column("LAST RUN", 9, most=12, right=True, drop=2),
    Column("EVERY", 5, most=7, right=True, drop=3),
    Column("NEXT", 6, most=14, right=True, drop=4),
    Column("REFUSED", 7, most=8, right=True, drop=5),
    Column("RESULT", 7, most=16, drop=6),
    Column("MAY RUN", 7, right=True, drop=7),
)
"""REFUSED: how many runs found the lock held lately."""
WIDE = 100
"""Cells of the pane from which names are shown in full before anything else."""


def columns_for(cells: int) -> tuple[Column, ...]:
    """The columns of a pane of that width: names give way to figures where there is little room."""
    names, owners = (40, 40) if cells >= WIDE else (21, 14)
    lock, state, owner, *others = COLUMNS
    return (replace(lock, most=names), state, replace(owner, most=owners), *others)


RANK = {
    LockState.ORPHANED: 0,
    LockState.STALE: 1,
    LockState.NO_EXPIRY: 2,
    LockState.HELD: 3,
    LockState.FREE: 4,
}
TONES = {
    LockState.ORPHANED: Tone.CRIT,
    LockState.STALE: Tone.CRIT,
    LockState.NO_EXPIRY: Tone.WARN,
    LockState.HELD: Tone.OK,
    LockState.FREE: Tone.FAINT,
}
LATE = timedelta(seconds=60)
"""How much later than its time a job may finish before it counts as late, besides what it may run."""

AnyLock: TypeAlias = "CronLock | AdvisoryLock"


@dataclass(frozen=True, slots=True)
class Seen:
    """A lock and what else is known of its job.

    Attributes:
        lock: the lock.
        run: what the job says of its runs, None when it is not asked.
        refused: how many runs found the lock held within the job's window, None when that cannot be told.
        counted: "log lines" or "its counter": how `refused` is known.
        alive: one clause on the owner, "" when there is nothing to say.
    """

    lock: AnyLock
    run: JobRun | None = None
    refused: int | None = None
    counted: str = ""
    alive: str = ""

    @property
    def plan(self) -> JobPlan | None:
        """The configured job."""
        return self.lock.job if isinstance(self.lock, CronLock) else None

    @property
    def state(self) -> LockState:
        """What to think of it; an advisory lock is held, and stale when others wait for it."""
        if isinstance(self.lock, CronLock):
            return self.lock.state
        return LockState.STALE if self.lock.waiting else LockState.HELD

    @property
    def name(self) -> str:
        """What the row is called."""
        return self.lock.shown if isinstance(self.lock, CronLock) else self.lock.name


def state_words(seen: Seen) -> str:
    """The state as the row says it."""
    if isinstance(seen.lock, AdvisoryLock) and seen.lock.waiting:
        return f"{len(seen.lock.waiting)} wait"
    return seen.state.value


def lock_cells(seen: Seen, now: datetime, look: Look) -> tuple[Line, ...]:
    """The cells of one row, in the order of COLUMNS."""
    tone, lock = TONES[seen.state], seen.lock
    free = seen.state is LockState.FREE
    ttl = _ttl(lock)
    last, late = last_run(seen.plan, seen.run, now)
    plan = seen.plan
    bad = seen.state in (LockState.STALE, LockState.ORPHANED)
    return (
        line(look.text(seen.name), Tone.DIM if free else Tone.PLAIN),
        line(state_words(seen), tone),
        EMPTY if free else line(look.text(owner_words(lock))),
        line(_held(lock), tone if bad else Tone.PLAIN),
        line(ttl, Tone.WARN if ttl == "never" else Tone.DIM),
        line(last, Tone.CRIT if late else Tone.DIM),
        line(short_age(plan.every if plan else None), Tone.FAINT),
        line(*next_run(plan, seen.run, now)),
        line(f"{seen.refused:,}" if seen.refused else "", Tone.WARN),
        line(*_result(seen.run, look)),
        line(short_age(plan.max_run if plan else None), Tone.FAINT),
    )


def owner_words(lock: AnyLock) -> str:
    """Who holds it."""
    if isinstance(lock, CronLock):
        return lock.owner
    return f"{lock.application or lock.user or 'a session'} pid {lock.pid}"


def locks_summary(seen: Sequence[Seen], *, truncated: bool) -> Line:
    """`1 stale · 2 held`."""
    parts: list[Line] = []
    for state in RANK:
        number = sum(1 for one in seen if one.state is state)
        if number:
            parts.append(line(f"{number} {state.value}", TONES[state] if state is not LockState.FREE else Tone.DIM))
    if truncated:
        parts.append(line("list cut", Tone.WARN))
    return joined(parts, " · ")


def next_run(plan: JobPlan | None, run: JobRun | None, now: datetime) -> tuple[str, Tone]:
    """When the job is started next: by its cron expression, else about one interval after the last run."""
    if run is not None and run.enabled is False:
        return "disabled", Tone.WARN
    moment = upcoming(plan.cron, plan.zone, now) if plan is not None and plan.cron else None
    if moment is not None:
        return f"in {short_age((moment - now).total_seconds())}", Tone.DIM
    if plan is None or not plan.every or run is None or run.last_run is None:
        return "", Tone.DIM
    left = plan.every - (now - run.last_run).total_seconds()
    return (f"about {short_age(left)}", Tone.DIM) if left > 0 else (f"due {short_age(-left)} ago", Tone.WARN)


def upcoming(expression: str, zone: str, now: datetime) -> datetime | None:
    """UTC time at which an expression fires next."""
    return _upcoming(expression, zone, now.astimezone(UTC).replace(second=0, microsecond=0))


@lru_cache(maxsize=512)
def _upcoming(expression: str, zone: str, minute: datetime) -> datetime | None:
    return next_fire(parse_cron(expression), minute, _zone(zone))


@lru_cache(maxsize=32)
def _zone(name: str) -> tzinfo:
    return ZoneInfo(name)


def last_run(plan: JobPlan | None, run: JobRun | None, now: datetime) -> tuple[str, bool]:
    """When the job last finished, and whether that is too long ago."""
    if run is None or not run.asked:
        return "", False
    if run.last_run is None:
        return ("" if run.problem else "never"), not run.problem
    age = max(0.0, (now - run.last_run).total_seconds())
    every = plan.every if plan else None
    return f"{short_age(age)} ago", bool(every and age >= 2 * every)


def figures_lines(server: str, figures: RedisFigures, look: Look) -> Line:
    """`kv valkey 8.1.1 · 12M of 64M · evicted 3 · hits 97% · 14 clients · 210/s · slow log 2`."""
    memory = data_size(figures.memory)
    if figures.memory_limit:
        memory += f" of {data_size(figures.memory_limit)}"
    reads = (figures.hits or 0) + (figures.misses or 0)
    hits = 100 * (figures.hits or 0) / reads if reads else None
    slow = "slow log needs +slowlog|len" if figures.slow is None else f"slow log {figures.slow:,}"
    words = [
        (look.text(figures.version), Tone.PLAIN),
        (memory, Tone.PLAIN),
        (f"evicted {figures.evicted:,}" if figures.evicted is not None else "", _warn(figures.evicted)),
        (f"hits {percent(hits)}" if hits is not None else "", Tone.PLAIN),
        (count(figures.clients, "client") if figures.clients is not None else "", Tone.PLAIN),
        (f"{figures.per_second:,}/s" if figures.per_second is not None else "", Tone.PLAIN),
        (slow, Tone.DIM if not figures.slow else Tone.WARN),
    ]
    return (Span(f"{server}  ", Tone.ACCENT), *joined([line(text, tone) for text, tone in words if text], " · "))


def _warn(number: int | None) -> Tone:
    return Tone.WARN if number else Tone.DIM


def _held(lock: AnyLock) -> str:
    if lock.age is None:
        return ""
    if isinstance(lock, AdvisoryLock):
        return f"≤{clock_duration(lock.age)}"
    if lock.raw_value is None:
        return ""
    return f"{'≥' if lock.age_basis is AgeBasis.SEEN else ''}{clock_duration(lock.age)}"


def _ttl(lock: AnyLock) -> str:
    if isinstance(lock, AdvisoryLock) or lock.raw_value is None:
        return ""
    return clock_duration(lock.ttl) if lock.ttl is not None else "never"


def _result(run: JobRun | None, look: Look) -> tuple[str, Tone]:
    if run is None or not run.result:
        return "", Tone.DIM
    bad = any(word in run.result.lower() for word in ("fail", "error", "abort", "timeout", "timed out", "killed"))
    return look.text(run.result), Tone.CRIT if bad else Tone.DIM
