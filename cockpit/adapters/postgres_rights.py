"""What this role may not do to sessions of others, said before anybody confirms it."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.adapters.own_sql import statement
from cockpit.adapters.postgres_connection import Connection
from cockpit.model.actions import PreviewFact
from cockpit.model.wording import count


async def lacking_rights(connection: Connection, pids: Sequence[int]) -> tuple[PreviewFact, ...]:
    """One line when some of the sessions will refuse the signal, with the GRANT that would help where one does.

    Raises:
        psycopg.Error: when the server does not say.
    """
    cursor = await connection.execute(statement("signal_rights"), [list(pids)])
    rows = [row for row in await cursor.fetchall() if row[3] is not True]
    beyond = [str(row[0]) for row in rows if row[2]]
    owners = sorted({str(row[1]) for row in rows if not row[2]})
    words = []
    if beyond:
        words.append(f"only a superuser may signal {', '.join(beyond)}, which a superuser or nobody owns")
    if owners:
        others = count(sum(1 for row in rows if not row[2]), "session")
        words.append(
            f"this role may not signal {others} of {', '.join(owners)}; a superuser can run: "
            f"GRANT pg_signal_backend TO {rows[0][4]}"
        )
    return (PreviewFact("will be refused", "; ".join(words)),) if words else ()
