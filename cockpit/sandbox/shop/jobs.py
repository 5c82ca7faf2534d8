"""The recurring jobs and the lock under which each runs."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

from cockpit.sandbox.shop.flags import enabled
from cockpit.sandbox.shop.keys import CONTENTION, LOCK_TTL, lock_key, throttle_key
from cockpit.sandbox.shop.kv import Kv
from cockpit.sandbox.shop.pool import Connection, Pool
from cockpit.sandbox.shop.service import Service


@dataclass(frozen=True, slots=True)
class Job:
    """One recurring job.

    Attributes:
        name: as in URLs, rows and lock keys.
        every: seconds between two runs.
        flag: feature flag that allows it, "" for none.
        work: statement that does it; its row count is the job's result.
        would: SQL scalar that says how many rows `work` would touch now.
        summary: what the job does to those rows.
    """

    name: str
    every: float
    flag: str
    work: str
    would: str
    summary: str

    @property
    def lock(self) -> str:
        """Redis key of its lock."""
        return lock_key(self.name)


JOBS: Final = {
    job.name: job
    for job in (
        Job(
            "recalculate",
            300,
            "CRON_RECALCULATE",
            "UPDATE users SET score = (id * 7 + extract(minute FROM now())::int) % 100",
            "SELECT count(*) FROM users",
            "recalculate the scores of users",
        ),
        Job(
            "billing-reconcile",
            600,
            "",
            "UPDATE stripe_webhook_events SET status = 'processed', processed_at = now(), error_message = NULL"
            " WHERE id IN (SELECT id FROM stripe_webhook_events WHERE status <> 'processed' ORDER BY id LIMIT 100)",
            "SELECT count(*) FROM stripe_webhook_events WHERE status <> 'processed'",
            "process open payment events",
        ),
        Job(
            "enrich",
            900,
            "ENRICHMENT",
            "UPDATE companies SET industry = coalesce(industry, 'unknown'), enriched_at = now()"
            " WHERE id IN (SELECT id FROM companies ORDER BY enriched_at NULLS FIRST LIMIT 3)",
            "SELECT least(count(*), 3) FROM companies",
            "look up the industry of companies",
        ),
        Job(
            "outbox",
            5,
            "",
            "WITH old AS (DELETE FROM outbox WHERE sent_at < now() - interval '10 min'),"
            " runs AS (DELETE FROM cron_runs WHERE job = 'outbox' AND finished_at < now() - interval '1 hour')"
            " UPDATE outbox SET sent_at = now() WHERE sent_at IS NULL",
            "SELECT count(*) FROM outbox WHERE sent_at IS NULL",
            "send messages that wait in the outbox",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """What became of one attempt.

    Attributes:
        status: done, locked or disabled.
        holder: who holds the lock when it is locked.
        rows: rows affected when it was done.
    """

    status: str
    holder: str = ""
    rows: int = 0


async def run_job(job: Job, service: Service, pool: Pool, kv: Kv, *, only_if_due: bool) -> JobAnswer:
    """Run a job once under its lock.

    Args:
        job: which.
        service: who runs it.
        pool: database sessions.
        kv: where the lock is.
        only_if_due: look again, once the lock is held, whether another worker was faster.

    Raises:
        KvError: when Redis does not answer.
        psycopg.Error: when the database refuses.
        PoolExhausted: when no session is free.
    """
    log = logging.getLogger(service.name)
    if job.flag and not await enabled(job.flag, pool, kv):
        return JobAnswer("disabled")
    if not await kv.take_lock(job.lock, service.holder, int(LOCK_TTL * 1000)):
        holder = await kv.get(job.lock) or "nobody any more"
        await kv.add(CONTENTION, {job.name: 1})
        log.warning("lock %s held by %s, answering 202 locked", job.lock, holder)
        return JobAnswer("locked", holder)
    try:
        async with pool.session() as connection:
            if only_if_due and (await ages(connection)).get(job.name, job.every) < job.every:
                return JobAnswer("done")
            rows = await _work(job, service, connection, kv)
    finally:
        if not await kv.release_lock(job.lock, service.holder):
            log.error("lock %s was no longer ours when job %s ended", job.lock, job.name)
    return JobAnswer("done", rows=rows)


async def _work(job: Job, service: Service, connection: Connection, kv: Kv) -> int:
    log = logging.getLogger(service.name)
    cursor = await connection.execute(
        "INSERT INTO cron_runs (job, worker, status) VALUES (%s, %s, 'running') RETURNING id",
        (job.name, service.holder),
    )
    [run] = await cursor.fetchone() or (None,)
    log.info("job %s started, run %s", job.name, run)
    throttle = await kv.get(throttle_key(service.name, job.name))
    if throttle:
        log.info("job %s throttled: waiting %s s before the next batch", job.name, throttle)
        await asyncio.sleep(float(throttle))
    rows = (await connection.execute(job.work.encode())).rowcount
    await connection.execute(
        "UPDATE cron_runs SET status = 'done', finished_at = now(), rows_affected = %s WHERE id = %s", (rows, run)
    )
    log.info("job %s done, run %s, %d rows", job.name, run, rows)
    return rows


async def ages(connection: Connection) -> dict[str, float]:
    """Seconds since each job last finished; a job that never did is missing.

    Raises:
        psycopg.Error: when the database refuses.
    """
    cursor = await connection.execute(
        "SELECT job, extract(epoch FROM now() - max(finished_at))::float8"
        " FROM cron_runs WHERE status = 'done' GROUP BY job"
    )
    return {str(job): float(str(age)) for job, age in await cursor.fetchall()}
