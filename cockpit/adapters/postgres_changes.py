"""One SQL statement that changes something: shown first, then executed once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import psycopg
from pglast import ast

from cockpit.adapters.postgres_activity import server_facts, system_identifier
from cockpit.adapters.postgres_cells import Table, answer_of
from cockpit.adapters.postgres_connection import Connection, Cursor, DeadlinePassed, PostgresConnection, transaction
from cockpit.adapters.postgres_errors import first_line, session_lost
from cockpit.adapters.postgres_kinds import copies, has_plan, own_session_only, relations, runs_alone, words
from cockpit.adapters.postgres_left_behind import left_behind, new_sessions_only
from cockpit.adapters.postgres_reader import ROWS_CAP, JudgeSql
from cockpit.adapters.postgres_rows import Rows, rows_of, table_of
from cockpit.adapters.postgres_statements import Bound, bind
from cockpit.engine.steps.live import live
from cockpit.model.actions import Prepared, Preview, PreviewFact
from cockpit.model.answers import Answer
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import EndpointIdentity, RowsIdentity
from cockpit.model.operations import SqlStatement
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.text import clean
from cockpit.model.wording import count

COUNT_TIMEOUT = 3.0
"""Seconds that counting the rows beforehand may take."""
_PLAN_LINES = 12
_SIZE = """
SELECT c.reltuples::bigint, pg_size_pretty(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.oid = to_regclass($1)
"""


@dataclass(frozen=True, slots=True)
class _Found:
    """What the server said of a statement before it is executed."""

    rows: Rows
    facts: tuple[PreviewFact, ...]
    endpoint: EndpointIdentity
    database: str


_RETURNING = (ast.UpdateStmt, ast.DeleteStmt, ast.InsertStmt)


class _MismatchError(Exception):
    """The statement touched another number of rows than was shown."""


async def prepare_change(
    connection: PostgresConnection, operation: SqlStatement, judge: JudgeSql, seconds: float
) -> Prepared:
    """Show what a statement would do.

    Raises:
        SourceError: when it is no single statement, concerns only the cockpit's own session, or cannot be planned.
    """
    bound = _checked(operation)
    found = await connection.run(lambda live: _looked_at(live, connection, bound, judge, seconds), seconds)
    table = table_of(bound)
    identity = found.endpoint if found.rows.count is None else RowsIdentity(found.rows.count, found.rows.digest)
    target = table or next(iter(relations(bound.tree)), "") or found.database
    preview = Preview(_effect(bound, found.rows, table), found.facts, count=found.rows.count)
    return Prepared(operation, identity, preview, clean(target, 100))


async def identify_change(
    connection: PostgresConnection, operation: SqlStatement, judge: JudgeSql, seconds: float
) -> RowsIdentity | EndpointIdentity:
    """The rows that the statement would touch now, or the server itself.

    Raises:
        SourceError: when that cannot be found out.
    """
    bound = _checked(operation)

    async def work(live: Connection) -> RowsIdentity | EndpointIdentity:
        rows, _ = await _counted(live, bound, judge, seconds)
        if rows.count is not None:
            return RowsIdentity(rows.count, rows.digest)
        async with transaction(live, seconds, read_only=True):
            endpoint, _ = await _endpoint(live, connection)
        return endpoint

    return await connection.run(work, seconds)


async def execute_change(
    connection: PostgresConnection,
    operation: SqlStatement,
    expected: int | None,
    seconds: float,
    patience: float = 0.0,
) -> Outcome:
    """Execute the statement once: in one transaction where PostgreSQL allows that.

    Where a person watches, the transaction stays open until they commit or roll back; it is rolled back by itself when
    nobody decides in time.

    Args:
        connection: where.
        operation: as prepared.
        expected: rows that were shown; another number rolls the transaction back. None when unknown.
        seconds: until the outcome counts as unknown.
        patience: seconds that a person has to decide, 0 to commit at once.
    """
    sent = False
    under_way = live() if patience else None

    async def work(line: Connection) -> Answer:
        nonlocal sent
        bound = _checked(operation)
        if runs_alone(bound.tree):
            sent = True
            return await _executed(line.cursor(), bound)
        began_at = asyncio.get_running_loop().time()
        async with transaction(line, seconds, read_only=False) as cursor:
            sent = True
            answer = await (_sampled(cursor, bound, expected) if under_way else _executed(cursor, bound))
            if expected is not None and cursor.rowcount != expected:
                raise _MismatchError(f"it touched {count(cursor.rowcount, 'row')} and {expected:,} were shown")
            if under_way is not None:
                await cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = {int(patience + 30) * 1000}")
                if not await under_way.settle(answer, began_at, patience):
                    raise _DroppedError(answer.notice)
            return answer

    try:
        answer = await connection.run(work, seconds + patience)
    except _DroppedError as error:
        return Outcome(OutcomeKind.REFUSED, f"rolled back, nothing is kept; it would have been: {error}.")
    except _MismatchError as error:
        return Outcome(OutcomeKind.REFUSED, f"{error}; it was rolled back, nothing was changed.")
    except DeadlinePassed as error:
        kind = OutcomeKind.UNKNOWN if sent else OutcomeKind.FAILED
        return Outcome(kind, f"{error.what}; {'it may still be running.' if sent else 'it was not sent.'}")
    except SourceError as error:
        cause = error.__cause__
        lost = sent and isinstance(cause, psycopg.Error) and session_lost(cause)
        return Outcome(OutcomeKind.UNKNOWN if lost else OutcomeKind.FAILED, str(error))
    following = await left_behind(connection, _checked(operation).tree, seconds)
    return Outcome(OutcomeKind.SUCCEEDED, f"{answer.notice or 'done'}.", answer=answer, follow_up=following)


class _DroppedError(Exception):
    """A person rolled the change back, or nobody decided in time."""


def _checked(operation: SqlStatement) -> Bound:
    bound = bind(operation.text, operation.parameters)
    own = own_session_only(bound.tree)
    if own:
        raise SourceRefused(f"{own} would concern only the cockpit's own session", "run it in psql")
    if copies(bound.tree):
        raise SourceRefused("COPY needs a stream of data", "run it in psql")
    return bound


async def _sampled(cursor: Cursor, bound: Bound, expected: int | None) -> Answer:
    """Execute with RETURNING, so that it shows what it touched; without where that is not allowed or too much.

    What was refused is rolled back to the savepoint before it is executed in the other way.
    """
    if not isinstance(bound.tree, _RETURNING) or _returns(bound.tree) or (expected or 0) > ROWS_CAP:
        return await _executed(cursor, bound)
    await cursor.execute("SAVEPOINT cockpit_sample")
    try:
        return await _executed(cursor, replace(bound, text=f"{bound.text.rstrip().rstrip(';')}\nRETURNING *"))
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported):
        await cursor.execute("ROLLBACK TO SAVEPOINT cockpit_sample")
        return await _executed(cursor, bound)


def _returns(tree: ast.Node) -> bool:
    """Whether the statement has a RETURNING of its own; the field's name differs between versions of the grammar."""
    return bool(getattr(tree, "returningList", None) or getattr(tree, "returningClause", None))


async def _executed(cursor: Cursor, bound: Bound) -> Answer:
    await cursor.execute(bound.text, bound.arguments)
    table = Table.of(cursor.pgresult)
    cut = max(0, len(table.rows) - ROWS_CAP)
    del table.rows[ROWS_CAP:]
    said = clean(cursor.statusmessage or "", 100)
    changed = isinstance(bound.tree, ast.UpdateStmt | ast.DeleteStmt | ast.InsertStmt | ast.MergeStmt)
    return answer_of(table, cut=cut, notice=f"{count(cursor.rowcount, 'row')} affected" if changed else said)


async def _looked_at(
    live: Connection, connection: PostgresConnection, bound: Bound, judge: JudgeSql, seconds: float
) -> _Found:
    rows, facts = await _counted(live, bound, judge, seconds)
    async with transaction(live, seconds, read_only=True) as cursor:
        endpoint, database = await _endpoint(live, connection)
        for name in relations(bound.tree):
            facts += await _size(cursor, name)
    if has_plan(bound.tree):
        facts += await _plan(live, bound, seconds)
    alone = runs_alone(bound.tree)
    if alone:
        facts.append(PreviewFact("no transaction", f"{alone} runs outside a transaction and cannot be rolled back"))
    if new_sessions_only(bound.tree):
        facts.append(PreviewFact("holds for", "new sessions only; afterwards it is offered to end the open ones"))
    return _Found(rows, tuple(facts), endpoint, database)


async def _counted(live: Connection, bound: Bound, judge: JudgeSql, seconds: float) -> tuple[Rows, list[PreviewFact]]:
    """The rows of an UPDATE or DELETE, and a fact that says why there is no count."""
    if not isinstance(bound.tree, ast.UpdateStmt | ast.DeleteStmt):
        return Rows(None), []
    try:
        async with transaction(live, min(seconds / 2, COUNT_TIMEOUT), read_only=True) as cursor:
            rows = await rows_of(cursor, bound, judge)
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable) as error:
        rows = Rows(None, why=f"counting them did not end in time: {first_line(error)}")
    if rows.count is not None:
        return rows, [PreviewFact("counted", "by a SELECT with the same WHERE, read only")]
    return rows, [PreviewFact("no count", rows.why)] if rows.why else []


async def _plan(live: Connection, bound: Bound, seconds: float) -> list[PreviewFact]:
    """EXPLAIN without ANALYZE plans the statement and runs nothing."""
    async with transaction(live, seconds, read_only=True) as cursor:
        await cursor.execute(f"EXPLAIN {bound.text}", bound.arguments)
        lines = [str(row[0]) for row in await cursor.fetchall()]
    shown = [clean(line, 200) for line in lines[:_PLAN_LINES]]
    if len(lines) > _PLAN_LINES:
        shown.append(f"… {len(lines) - _PLAN_LINES:,} more lines")
    return [PreviewFact("plan" if not index else "", line) for index, line in enumerate(shown)]


async def _size(cursor: Cursor, name: str) -> list[PreviewFact]:
    await cursor.execute(_SIZE, [name])
    row = await cursor.fetchone()
    if row is None:
        return []
    estimate = "an unknown number of rows" if row[0] < 0 else f"about {count(row[0], 'row')}"
    return [PreviewFact(clean(name, 100), f"{estimate}, {row[1]}")]


async def _endpoint(live: Connection, connection: PostgresConnection) -> tuple[EndpointIdentity, str]:
    facts = await server_facts(live)
    identifier = await system_identifier(live, facts)
    return EndpointIdentity(f"{connection.address} {identifier}".strip()), facts["database"]


def _effect(bound: Bound, rows: Rows, table: str) -> str:
    match bound.tree:
        case ast.UpdateStmt() | ast.DeleteStmt():
            verb = "update" if isinstance(bound.tree, ast.UpdateStmt) else "delete"
            number = "an unknown number of rows" if rows.count is None else count(rows.count, "row")
            return f"will {verb} {number} of {clean(table, 100)}"
        case ast.InsertStmt():
            return f"will insert {_inserted(bound.tree)} into {clean(table, 100)}"
        case ast.MergeStmt():
            return f"will merge into {clean(table, 100)}; no exact count exists for MERGE"
        case ast.SelectStmt():
            return "will run a SELECT that may change something; no preview exists for what its functions do"
        case _:
            return f"will run {words(bound.tree)}; no preview exists for this kind"


def _inserted(tree: ast.InsertStmt) -> str:
    query = tree.selectStmt
    if isinstance(query, ast.SelectStmt) and query.valuesLists:
        return count(len(query.valuesLists), "row")
    return "the rows of a query"
