"""A worker: every two seconds it looks which jobs are due and runs each under its lock."""

from __future__ import annotations

import asyncio
import logging
import time

import psycopg

from cockpit.sandbox.shop import service
from cockpit.sandbox.shop.jobs import JOBS, ages, run_job
from cockpit.sandbox.shop.keys import HEARTBEAT
from cockpit.sandbox.shop.kv import Kv, KvError
from cockpit.sandbox.shop.pool import Pool, PoolExhausted, wait_for_schema
from cockpit.sandbox.shop.service import MIGRATION, Service

TICK = 2.0

_REFUSALS = (psycopg.Error, KvError, PoolExhausted)


async def run(worker: Service) -> int:
    """Work until cancelled."""
    log = logging.getLogger(worker.name)
    await wait_for_schema(worker.database, worker.name, MIGRATION)
    pool, kv = Pool(worker.database, worker.name, size=2), Kv(worker.kv, worker.name)
    log.info("ready, jobs %s", ", ".join(JOBS))
    try:
        while True:
            await _tick(worker, pool, kv, log)
            await asyncio.sleep(TICK)
    finally:
        await pool.close()
        await kv.close()


async def _tick(worker: Service, pool: Pool, kv: Kv, log: logging.Logger) -> None:
    try:
        async with pool.session() as connection:
            known = await ages(connection)
        await kv.put(HEARTBEAT, str(time.time()))
    except _REFUSALS as error:
        log.error("cannot look for due jobs: %s", error)  # noqa: TRY400  a stack says nothing about a refusal
        return
    for job in JOBS.values():
        if known.get(job.name, job.every) < job.every:
            continue
        try:
            await run_job(job, worker, pool, kv, only_if_due=True)
        except _REFUSALS as error:
            log.error("job %s failed: %s", job.name, error)  # noqa: TRY400


if __name__ == "__main__":
    service.main(run)
