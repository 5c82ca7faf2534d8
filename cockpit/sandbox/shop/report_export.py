"""A report export with a leak: the cause of the scenario `db-connections`.

It locks all orders in one long transaction (the root) and opens another session for every page of the report,
each left idle in transaction. What it does about trouble decides how it is repaired:

- refused for want of slots, it tries again, sooner or later every second, so a slot that somebody frees is taken too;
- when one of its page sessions is ended, it opens no more, but keeps the rest and the root;
- when the root is ended, the export is over: it logs the error, exits with code 1, and every session goes with it.
"""

from __future__ import annotations

import asyncio
import logging

import psycopg

from cockpit.sandbox.shop import service
from cockpit.sandbox.shop.lost import watch
from cockpit.sandbox.shop.pool import Connection, connect
from cockpit.sandbox.shop.service import Service

APPLICATION = "report-export"
_SOON = 0.1
_LATER = 1.0


async def run(export: Service) -> int:
    """Export until the root session is lost; then exit code 1."""
    log = logging.getLogger(export.name)
    root = await connect(export.database, APPLICATION)
    await root.set_autocommit(False)
    await root.execute("SELECT id, total_cents FROM orders ORDER BY id FOR UPDATE")
    log.info("export started: all orders locked for a consistent report, session %d", root.info.backend_pid)
    lost = asyncio.Event()
    watch(root, lost)
    pages = asyncio.create_task(_open_pages(export, log))
    try:
        await lost.wait()
    finally:
        pages.cancel()
        await asyncio.gather(pages, return_exceptions=True)
    try:
        await root.execute("SELECT 1")
    except psycopg.Error as error:
        log.error("export aborted, its transaction is lost: %s", error)  # noqa: TRY400  the server's words are enough
    return 1


async def _open_pages(export: Service, log: logging.Logger) -> None:
    """Open sessions until one of them is lost."""
    sessions: list[Connection] = []
    lost = asyncio.Event()
    again = _SOON
    while not lost.is_set():
        try:
            page = await connect(export.database, APPLICATION)
        except psycopg.Error as error:
            log.error("page %d has to wait: %s", len(sessions) + 1, str(error).strip())  # noqa: TRY400
            await asyncio.sleep(again)
            again = min(2 * again, _LATER)
            continue
        again = _SOON
        await page.set_autocommit(False)
        await page.execute("SELECT id, total_cents FROM orders ORDER BY id LIMIT 20 OFFSET %s", (20 * len(sessions),))
        watch(page, lost)
        sessions.append(page)
        log.info("page %d read, session %d left open", len(sessions), page.info.backend_pid)
    log.warning("a page's session was ended from outside: %d were open, no more will be", len(sessions))
    await asyncio.Event().wait()


if __name__ == "__main__":
    service.main(run)
