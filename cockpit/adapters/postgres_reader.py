"""Reads of PostgreSQL for steps and checks: inside a READ ONLY transaction, with a limit on time and on rows."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.adapters.postgres_cells import Table, answer_of
from cockpit.adapters.postgres_connection import Connection, Cursor, PostgresConnection, transaction
from cockpit.adapters.postgres_statements import Bound, bind, is_query, is_show
from cockpit.model.answers import Answer
from cockpit.model.errors import SourceRefused
from cockpit.model.health import Json
from cockpit.model.operations import Operation, SqlStatement
from cockpit.model.readings import SourceId
from cockpit.model.risk import Risk, RiskVerdict

ROWS_CAP = 1_000
BYTES_CAP = 4_000_000
"""Bytes of an answer that are kept."""
_BATCH = 100
_COUNTED = 1_000_000
"""Rows beyond the cap that are still counted."""

JudgeSql = Callable[[str], RiskVerdict]
"""Tells the risk of SQL; a READ ONLY transaction does not stop functions that act on the server."""


class PostgresReader:
    """Fulfils `Reader`.

    Args:
        connection: for this purpose; questions wait for each other.
        judge: refuses statements that would change something although the transaction is read-only.
    """

    def __init__(self, connection: PostgresConnection, judge: JudgeSql) -> None:
        self._connection = connection
        self._judge = judge

    @property
    def id(self) -> SourceId:
        """The source it reads from."""
        return self._connection.id

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the port's signature
        """Run one SELECT, SHOW or EXPLAIN.

        Args:
            operation: a SqlStatement.
            timeout: seconds.

        Raises:
            SourceError: when it could not be read, or when it is not a read.
        """
        if not isinstance(operation, SqlStatement):
            raise SourceRefused(f"{self.id} reads SQL only")
        bound = bind(operation.text, operation.parameters)
        self._insist_on_read(bound)

        async def work(connection: Connection) -> Answer:
            async with transaction(connection, timeout, read_only=True) as cursor:
                return await (_walked(cursor, bound) if is_query(bound.tree) else _told(cursor, bound))

        return await self._connection.run(work, timeout)

    async def scalar(self, sql: str, timeout: float) -> Json:  # noqa: ASYNC109  as `read`
        """The first cell of a query without parameters, as JSON; None when there is no row.

        Raises:
            SourceError: when it could not be read, or when it is not a read.
        """
        return (await self.read(SqlStatement(sql.replace("%", "%%")), timeout)).value

    async def close(self) -> None:
        """Let go of the connection; never raises."""
        await self._connection.close()

    def _insist_on_read(self, bound: Bound) -> None:
        if not is_query(bound.tree) and not is_show(bound.tree):
            raise SourceRefused(f"{self.id} reads with SELECT, VALUES, SHOW and EXPLAIN only", "run it as a change")
        verdict = self._judge(bound.text)
        if verdict.risk.rank >= Risk.CHANGE.rank:
            raise SourceRefused(f"{self.id} only reads here, and {verdict.reason}", "run it as a change")


async def _walked(cursor: Cursor, bound: Bound) -> Answer:
    """Fetch in batches until a cap is reached, then count what is left."""
    await cursor.execute(f"DECLARE cockpit_rows NO SCROLL CURSOR FOR {bound.text}", bound.arguments)
    table: Table | None = None
    while table is None or (len(table.rows) < ROWS_CAP and table.size < BYTES_CAP):
        await cursor.execute(f"FETCH FORWARD {_BATCH} FROM cockpit_rows")
        batch = Table.of(cursor.pgresult)
        if table is None:
            table = batch
        else:
            table.extend(batch)
        if len(batch.rows) < _BATCH:
            return answer_of(table)
    await cursor.execute(f"MOVE FORWARD {_COUNTED} FROM cockpit_rows")
    more = f"at least {_COUNTED:,} more rows" if cursor.rowcount == _COUNTED else ""
    return answer_of(table, cut=cursor.rowcount, notice=more)


async def _told(cursor: Cursor, bound: Bound) -> Answer:
    await cursor.execute(bound.text, bound.arguments)
    table = Table.of(cursor.pgresult)
    cut = max(0, len(table.rows) - ROWS_CAP)
    del table.rows[ROWS_CAP:]
    return answer_of(table, cut=cut)
