"""Takes a backup of the database with pg_dump when it starts, and once a day from then on."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from pathlib import Path
from typing import Final

from psycopg.conninfo import conninfo_to_dict

from cockpit.sandbox.shop import service
from cockpit.sandbox.shop.pool import connect
from cockpit.sandbox.shop.service import Service

PROGRAM: Final = "SHOP_PG_DUMP"
"""Variable that names the program."""
FOLDER: Final = "SHOP_BACKUPS"
"""Variable that names the folder of the archives."""
_EVERY: Final = 24 * 3600.0
_VARIABLES: Final = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}


async def run(job: Service) -> int:
    """Take backups until cancelled."""
    log = logging.getLogger(job.name)
    while True:
        archive = Path(os.environ[FOLDER]) / f"shop-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}.dump"
        code = await _dump(job, archive)
        size = archive.stat().st_size if code == 0 else 0
        await _note(job, size, "done" if code == 0 else "failed")
        log.log(logging.INFO if code == 0 else logging.ERROR, "backup %s: code %d, %d bytes", archive, code, size)
        await asyncio.sleep(_EVERY)


async def _dump(job: Service, archive: Path) -> int:
    """Write one archive; the address goes by the environment, because a command line can be read by others."""
    archive.parent.mkdir(mode=0o700, exist_ok=True)
    known = conninfo_to_dict(job.database)
    address = {variable: str(known[key]) for key, variable in _VARIABLES.items() if known.get(key)}
    process = await asyncio.create_subprocess_exec(
        os.environ[PROGRAM],
        "--format=custom",
        f"--file={archive}",
        str(known["dbname"]),
        env={**os.environ, **address},
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()


async def _note(job: Service, size: int, status: str) -> None:
    connection = await connect(job.database, job.name)
    try:
        await connection.execute(
            "INSERT INTO backups (taken_at, size_bytes, status) VALUES (now(), %s, %s)", (size, status)
        )
    finally:
        await connection.close()


if __name__ == "__main__":
    service.main(run)
