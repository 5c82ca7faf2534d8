"""Cancel queries and end sessions, each known by its pid and its start, which no other session shares."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import psycopg

from cockpit.adapters.outcomes import outcome_of
from cockpit.adapters.postgres_activity import read_backends, server_facts
from cockpit.adapters.postgres_connection import (
    Connection,
    DeadlinePassed,
    PostgresConnection,
    own_pids,
    transaction,
)
from cockpit.adapters.postgres_errors import at_work, session_lost
from cockpit.adapters.postgres_reader import JudgeSql
from cockpit.adapters.postgres_rights import lacking_rights
from cockpit.adapters.postgres_statements import bind
from cockpit.model.actions import Prepared, Preview, PreviewFact
from cockpit.model.activity import Backend, waiters_behind
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import BackendIdentity, BackendsIdentity
from cockpit.model.operations import CancelBackends, SignalMatchingBackends, TerminateBackends
from cockpit.model.outcomes import Outcome, OutcomeKind, TargetResult
from cockpit.model.risk import Risk
from cockpit.model.text import clean
from cockpit.model.wording import count, short_duration

Signal = CancelBackends | TerminateBackends

SETTLE = 5.0
"""Seconds that a signalled session has to react."""
_LOOK = 0.1
_QUERY_SHOWN = 300
_SIGNAL = """
SELECT {function}(pid), state, query_start::text
FROM pg_stat_activity WHERE pid = $1 AND backend_start = $2::timestamptz AND pid <> pg_backend_pid()
"""
_PRESENT = """
SELECT pid, backend_start, state, query_start::text FROM pg_stat_activity WHERE pid = ANY ($1::int[])
"""


@dataclass(slots=True)
class _Progress:
    """How far an execution came: results so far, and the target whose signal is under way."""

    results: dict[int, TargetResult] = field(default_factory=dict)
    under_way: int | None = None


@dataclass(frozen=True, slots=True)
class _Query:
    """What a session was running when it was signalled."""

    state: str
    started: str


async def exact_list(
    connection: PostgresConnection, operation: SignalMatchingBackends, judge: JudgeSql, seconds: float
) -> Signal:
    """The sessions that a condition matches now, the cockpit's own left out.

    Raises:
        SourceError: when the condition does more than read, none matches, or the list cannot be read.
    """
    condition = operation.where.strip() or "true"
    bind(f"SELECT WHERE {condition}", operation.parameters)  # so that no bracket in it closes ours
    bound = bind(
        f"SELECT pid, backend_start FROM pg_stat_activity WHERE ({condition}\n) AND pid <> pg_backend_pid()",  # noqa: S608  values are bound
        operation.parameters,
    )
    verdict = judge(bound.text)
    if verdict.risk is not Risk.READ:
        raise SourceRefused(f"the condition would be asked before it is confirmed, and {verdict.reason}")

    async def work(live: Connection) -> list[tuple[int, datetime | None]]:
        async with transaction(live, seconds, read_only=True) as cursor:
            await cursor.execute(bound.text, bound.arguments)
            return [(pid, start) for pid, start in await cursor.fetchall() if pid not in own_pids()]

    found = await connection.run(work, seconds)
    matching = tuple(BackendIdentity(pid, start.astimezone(UTC)) for pid, start in found if start is not None)
    if len(matching) < len(found):
        raise SourceRefused("this role does not see when the matching sessions began", "GRANT pg_monitor TO it")
    if not matching:
        raise SourceError("no session matches the condition now", "there is nothing to do")
    return TerminateBackends(matching) if operation.terminate else CancelBackends(matching)


async def prepare_signal(connection: PostgresConnection, operation: Signal, seconds: float) -> Prepared:
    """Find the sessions among those of now, and say what would happen to them.

    Raises:
        SourceError: when none of them is there any more.
    """

    async def work(live: Connection) -> tuple[tuple[Backend, ...], tuple[PreviewFact, ...]]:
        async with transaction(live, seconds, read_only=True):
            facts = await server_facts(live)
            found = await read_backends(live, facts["version"])
            return found, await lacking_rights(live, [backend.pid for backend in operation.backends])

    everyone, lacking = await connection.run(work, seconds)
    wanted = set(operation.backends)
    backends = tuple(b for b in everyone if BackendIdentity(b.pid, b.backend_start) in wanted)
    if not backends:
        pids = ", ".join(str(backend.pid) for backend in operation.backends)
        raise SourceError(f"no session of those is left (pid {pids})", "there is nothing to do")
    exact = tuple(BackendIdentity(b.pid, b.backend_start) for b in backends)
    preview = _preview(operation, backends, everyone)
    preview = replace(preview, facts=(*lacking, *preview.facts))
    target = str(backends[0].pid) if len(backends) == 1 else count(len(backends), "session")
    return Prepared(type(operation)(exact), _identity(exact), preview, target)


async def identify_signal(
    connection: PostgresConnection, operation: Signal, seconds: float
) -> BackendIdentity | BackendsIdentity | None:
    """Who goes by those pids now; None when nobody does.

    Raises:
        SourceError: when that cannot be found out.
    """

    async def work(live: Connection) -> tuple[BackendIdentity, ...]:
        cursor = await live.execute(_PRESENT, [[backend.pid for backend in operation.backends]])
        rows = await cursor.fetchall()
        starts = {pid: start.astimezone(UTC) for pid, start, *_ in rows if start is not None}
        return tuple(BackendIdentity(b.pid, starts[b.pid]) for b in operation.backends if b.pid in starts)

    found = await connection.run(work, seconds)
    return _identity(found) if found else None


async def execute_signal(connection: PostgresConnection, operation: Signal, seconds: float) -> Outcome:
    """Signal each session once, then look until each has reacted or the time is over."""
    progress = _Progress()

    async def work(live: Connection) -> None:
        await _signal_all(live, connection, operation, progress, time.monotonic() + seconds)

    trouble = ""
    try:
        await connection.run(work, seconds)
    except DeadlinePassed as error:
        trouble = error.what
    except SourceError as error:
        trouble = str(error).rstrip(".")
    results = [
        progress.results.get(index) or _unfinished(backend, index == progress.under_way, trouble)
        for index, backend in enumerate(operation.backends)
    ]
    ended = sum(1 for result in results if result.kind is OutcomeKind.SUCCEEDED)
    noun = "session" if isinstance(operation, TerminateBackends) else "query"
    plural = "sessions" if isinstance(operation, TerminateBackends) else "queries"
    verb = "ended" if isinstance(operation, TerminateBackends) else "cancelled"
    return outcome_of(results, f"{count(ended, noun, plural)} {verb}")


def _unfinished(backend: BackendIdentity, sent: bool, trouble: str) -> TargetResult:
    target = f"pid {backend.pid}"
    if sent:
        return TargetResult(target, OutcomeKind.UNKNOWN, f"signalled, and then {trouble}")
    return TargetResult(target, OutcomeKind.FAILED, f"not signalled: {trouble}")


async def _signal_all(
    live: Connection, connection: PostgresConnection, operation: Signal, progress: _Progress, end: float
) -> None:
    signalled: dict[int, _Query] = {}
    for index, backend in enumerate(operation.backends):
        progress.under_way = index
        outcome = await _signal_one(live, connection, operation, backend)
        if isinstance(outcome, TargetResult):
            progress.results[index] = outcome
        else:
            signalled[index] = outcome
            progress.results[index] = TargetResult(
                f"pid {backend.pid}", OutcomeKind.UNKNOWN, "signalled, and not seen to react"
            )
        progress.under_way = None
    await _watch(live, operation, signalled, progress, min(end - 0.2, time.monotonic() + SETTLE))


async def _signal_one(
    live: Connection, connection: PostgresConnection, operation: Signal, backend: BackendIdentity
) -> TargetResult | _Query:
    function = "pg_terminate_backend" if isinstance(operation, TerminateBackends) else "pg_cancel_backend"
    target = f"pid {backend.pid}"
    try:
        cursor = await live.execute(_SIGNAL.format(function=function), [backend.pid, backend.backend_start.isoformat()])
    except psycopg.Error as error:
        if session_lost(error):
            raise
        return TargetResult(target, OutcomeKind.FAILED, str(at_work(error, connection.place)).rstrip("."))
    row = await cursor.fetchone()
    if row is None:
        return TargetResult(target, OutcomeKind.REFUSED, "already gone, or its pid was reused")
    if row[0] is not True:
        return TargetResult(target, OutcomeKind.FAILED, f"{function} returned false: the signal was not sent")
    return _Query(row[1] or "", row[2] or "")


async def _watch(
    live: Connection, operation: Signal, signalled: dict[int, _Query], progress: _Progress, end: float
) -> None:
    """Look at the signalled sessions until all have reacted."""
    waiting = dict(signalled)
    while waiting:
        pids = [operation.backends[index].pid for index in waiting]
        cursor = await live.execute(_PRESENT, [pids])
        present = {
            (pid, start): _Query(state or "", query or "") for pid, start, state, query in await cursor.fetchall()
        }
        for index, before in list(waiting.items()):
            backend = operation.backends[index]
            now = next(
                (q for (pid, start), q in present.items() if (pid, start) == (backend.pid, backend.backend_start)), None
            )
            reaction = _reaction(operation, before, now)
            if reaction:
                progress.results[index] = TargetResult(f"pid {backend.pid}", OutcomeKind.SUCCEEDED, reaction)
                del waiting[index]
            elif isinstance(operation, TerminateBackends):
                still = "signalled, and still there"
                progress.results[index] = TargetResult(f"pid {backend.pid}", OutcomeKind.UNKNOWN, still)
        if time.monotonic() > end:
            return
        if waiting:
            await asyncio.sleep(_LOOK)


def _reaction(operation: Signal, before: _Query, now: _Query | None) -> str:
    """What the session did after the signal; "" when it did nothing yet."""
    if now is None:
        return "gone"
    if isinstance(operation, TerminateBackends):
        return ""
    if before.state != "active":
        return f"it was {before.state or 'doing nothing'} and ran no query, so nothing changed"
    return "" if now == before else "its query was stopped"


def _identity(backends: tuple[BackendIdentity, ...]) -> BackendIdentity | BackendsIdentity:
    return backends[0] if len(backends) == 1 else BackendsIdentity(backends)


def _preview(operation: Signal, backends: tuple[Backend, ...], everyone: tuple[Backend, ...]) -> Preview:
    ends = isinstance(operation, TerminateBackends)
    freed = frozenset[int]().union(*(waiters_behind(everyone, b.pid) for b in backends)) - {b.pid for b in backends}
    frees = f"frees {count(len(freed), 'waiter')}" if freed else "frees no waiter"
    verb = "end" if ends else "cancel"
    gone = len(operation.backends) - len(backends)
    facts = [PreviewFact("waiting behind", count(len(freed), "session") if freed else "nobody")]
    if len(backends) == 1:
        effect = (
            f"will end session {backends[0].pid}" if ends else f"will cancel the query of session {backends[0].pid}"
        )
        facts = [*_facts(backends[0]), *facts, *_waits_itself(backends[0])]
        targets: tuple[str, ...] = ()
    else:
        effect = f"will {verb} {len(backends):,} {'sessions' if ends else 'queries'}"
        targets = tuple(_line(backend) for backend in backends)
    if gone:
        facts.append(PreviewFact("already gone", count(gone, "session")))
    if not ends:
        facts += _without_query(backends)
    return Preview(f"{effect}, {frees}", tuple(facts), targets, len(backends))


def _waits_itself(backend: Backend) -> list[PreviewFact]:
    """Who ends a victim leaves the root of the trouble where it is."""
    if not backend.blocked_by:
        return []
    blockers = ", ".join(str(pid) for pid in sorted(backend.blocked_by))
    return [PreviewFact("waits itself", f"for {blockers}: that one holds up the others, and goes on doing so")]


def _without_query(backends: Sequence[Backend]) -> list[PreviewFact]:
    idle = [str(backend.pid) for backend in backends if backend.state != "active"]
    if not idle:
        return []
    return [
        PreviewFact("runs no query now", f"{', '.join(idle)}: a cancel does nothing there, ending the session does")
    ]


def _facts(backend: Backend) -> list[PreviewFact]:
    age = backend.transaction_age
    return [
        PreviewFact("pid", str(backend.pid)),
        PreviewFact("user", backend.user),
        PreviewFact("database", backend.database),
        PreviewFact("application", backend.application or "not said"),
        PreviewFact("client", backend.client or "not shown"),
        PreviewFact("state", backend.state or "not shown"),
        PreviewFact("transaction open for", "no transaction" if age is None else short_duration(age), age),
        PreviewFact("query", clean(backend.query, _QUERY_SHOWN) or "not shown"),
    ]


def _line(backend: Backend) -> str:
    age = "no transaction" if backend.transaction_age is None else short_duration(backend.transaction_age)
    who = f"{backend.pid} {backend.user}@{backend.database} {backend.application} {backend.client}"
    return f"{who} · {backend.state or 'state not shown'} · {age} · {clean(backend.query, 120)}"
