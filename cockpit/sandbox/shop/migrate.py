"""Applies the migrations that the database lacks when it starts, and then waits for the next release.

As with a container of that kind, restarting it has it look again.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from cockpit.sandbox.shop import service
from cockpit.sandbox.shop.pool import connect
from cockpit.sandbox.shop.service import Service

CURRENT: Final = "the schema is current"
"""What it logs when nothing is left to apply."""
_FOLDER: Final = Path(__file__).parents[1] / "sql" / "migrations"


async def run(migrator: Service) -> int:
    """Apply what is missing, each migration in a transaction of its own; then wait until cancelled."""
    log = logging.getLogger(migrator.name)
    connection = await connect(migrator.database, migrator.name)
    try:
        await connection.execute("SET ROLE shop_owner")
        cursor = await connection.execute("SELECT version FROM schema_migrations")
        applied = {str(version) for (version,) in await cursor.fetchall()}
        for path in sorted(_FOLDER.glob("*.sql")):
            if path.stem in applied:
                continue
            async with connection.transaction():
                await connection.execute(path.read_bytes())
                await connection.execute("INSERT INTO schema_migrations (version) VALUES (%s)", (path.stem,))
            log.info("migration %s applied", path.stem)
    finally:
        await connection.close()
    log.info("%s, waiting for the next release", CURRENT)
    await asyncio.Event().wait()
    return 0


if __name__ == "__main__":
    service.main(run)
