"""The endpoints for the people who run the service: operations, flags, jobs."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from cockpit.model.health import Json
from cockpit.sandbox.shop.flags import all_flags, set_flag
from cockpit.sandbox.shop.jobs import JOBS, Job, run_job
from cockpit.sandbox.shop.keys import CONTENTION
from cockpit.sandbox.shop.kv import Kv
from cockpit.sandbox.shop.parts import PARTS

_OPEN_EVENTS: Final = """
    SELECT count(*) FILTER (WHERE status = 'failed'),
           count(*) FILTER (WHERE status = 'received' AND received_at < now() - interval '20 minutes')
    FROM stripe_webhook_events
"""
"""Events that could not be processed, and those that two runs of billing-reconcile have left behind."""
_ON_OFF: Final = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}


async def operations(request: web.Request) -> web.Response:
    """GET /admin/ops: jobs, their locks, lock contention, billing."""
    parts = request.app[PARTS]
    probe = await parts.prober.look()
    contention = await parts.kv.counters(CONTENTION)
    health = probe.health(parts.service.name)
    locks = {job.name: await _lock(parts.kv, job) for job in JOBS.values()}
    return web.json_response(
        {
            "cron": health["cron"],
            "locks": locks,
            "lock_contention": {name: contention.get(name, 0) for name in JOBS},
            "billing": health["billing"],
        }
    )


async def _lock(kv: Kv, job: Job) -> Json:
    holder = await kv.get(job.lock)
    left = await kv.lock_left(job.lock)
    return {"key": job.lock, "holder": holder, "expires_in_seconds": round(left / 1000, 1) if left >= 0 else None}


async def reconciliation(request: web.Request) -> web.Response:
    """GET /api/v1/reconciliation/health: whether every payment event is in the books, 503 when not."""
    async with request.app[PARTS].pool.session() as connection:
        row = await (await connection.execute(_OPEN_EVENTS)).fetchone()
    failed, waiting = row or (0, 0)
    agree = not (failed or waiting)
    body = {"status": "agree" if agree else "differ", "failed_events": failed, "overdue_events": waiting}
    return web.json_response(body, status=200 if agree else 503)


async def flags(request: web.Request) -> web.Response:
    """GET /admin/flags: every flag as the database has it."""
    return web.json_response(await all_flags(request.app[PARTS].pool))


async def change_flag(request: web.Request) -> web.Response:
    """POST /admin/flags with {"flag": NAME, "enabled": true|false}; without `enabled` it is toggled."""
    given = await _fields(request)
    name, wanted = given.get("flag", ""), given.get("enabled")
    if wanted is not None and wanted.lower() not in _ON_OFF:
        return web.json_response({"error": "enabled must be true or false"}, status=400)
    on = None if wanted is None else _ON_OFF[wanted.lower()]
    state = await set_flag(name, on, request.headers.get("User-Agent", "unknown"), request.app[PARTS].pool)
    if state is None:
        return web.json_response({"error": f"there is no flag {name!r}"}, status=404)
    return web.json_response({"flag": name, "enabled": state, "effective_within_seconds": 30})


async def _fields(request: web.Request) -> dict[str, str]:
    """The fields of a JSON body, a form, or the query, as texts."""
    if request.content_type == "application/json":
        body: object = await request.json()
        return {str(key): str(value) for key, value in body.items()} if isinstance(body, dict) else {}
    form = await request.post()
    return {**request.query, **{key: str(value) for key, value in form.items()}}


async def run_now(request: web.Request) -> web.Response:
    """POST /api/cron/JOB: run it under its lock; with ?dry=1 say what it would do and change nothing."""
    parts = request.app[PARTS]
    job = JOBS.get(request.match_info["job"])
    if job is None:
        return web.json_response({"error": "there is no such job", "jobs": list(JOBS)}, status=404)
    if request.query.get("dry", "0") not in ("", "0", "false"):
        return await _dry_run(request, job)
    answer = await run_job(job, parts.service, parts.pool, parts.kv, only_if_due=False)
    if answer.status == "locked":
        return web.json_response({"status": "locked", "job": job.name, "holder": answer.holder}, status=202)
    return web.json_response({"status": answer.status, "job": job.name, "rows": answer.rows})


async def _dry_run(request: web.Request, job: Job) -> web.Response:
    parts = request.app[PARTS]
    async with parts.pool.session() as connection:
        row = await (await connection.execute(job.would.encode())).fetchone()
    count = int(str(row[0])) if row else 0
    holder = await parts.kv.get(job.lock)
    return web.json_response(
        {"status": "dry run", "job": job.name, "would": job.summary, "rows": count, "locked_by": holder}
    )
