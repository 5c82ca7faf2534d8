"""An import of prices that forgets its transaction: the cause of the scenario `blocking-chain`.

It changes the most popular orders and then waits, in the same transaction, for a supplier's file that never comes.
Whoever wants to pay one of those orders waits behind it. When its session is ended the import is over: it logs the
error and exits with code 1.
"""

from __future__ import annotations

import asyncio
import logging

import psycopg

from cockpit.sandbox.shop import service
from cockpit.sandbox.shop.lost import watch
from cockpit.sandbox.shop.pool import connect
from cockpit.sandbox.shop.service import Service

APPLICATION = "price-import"


async def run(importer: Service) -> int:
    """Import until the session is lost; then exit code 1."""
    log = logging.getLogger(importer.name)
    session = await connect(importer.database, APPLICATION)
    await session.set_autocommit(False)
    await session.execute("UPDATE orders SET total_cents = total_cents WHERE id <= 5")
    log.info("5 orders repriced, waiting for the supplier's file, session %d", session.info.backend_pid)
    lost = asyncio.Event()
    watch(session, lost)
    await lost.wait()
    try:
        await session.execute("SELECT 1")
    except psycopg.Error as error:
        log.error("import aborted, its transaction is lost: %s", error)  # noqa: TRY400  the server's words are enough
    return 1


if __name__ == "__main__":
    service.main(run)
