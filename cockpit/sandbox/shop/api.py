"""The HTTP side of the service; two processes listen on one port (SO_REUSEPORT)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import psycopg
from aiohttp import web

from cockpit.sandbox.shop import admin, customers, service
from cockpit.sandbox.shop.health import Prober, short
from cockpit.sandbox.shop.kv import Kv, KvError
from cockpit.sandbox.shop.metrics import Metrics
from cockpit.sandbox.shop.parts import PARTS, Parts
from cockpit.sandbox.shop.pool import Pool, PoolExhausted, wait_for_schema
from cockpit.sandbox.shop.service import MIGRATION, Service

POOL_SIZE = 4
_SLOW = 0.5


async def run(api: Service) -> int:
    """Serve until cancelled."""
    log = logging.getLogger(api.name)
    await wait_for_schema(api.database, api.name, MIGRATION)
    secret = api.webhook_secret.read_text("utf-8")
    kv = Kv(api.kv, api.name)
    pool = Pool(api.database, api.name, POOL_SIZE)
    try:
        await pool.warm(2)
    except psycopg.Error as error:
        log.warning("the pool starts empty: %s", short(error))
    app = web.Application(middlewares=[_answer])
    app[PARTS] = Parts(api, pool, kv, Prober(api, kv), Metrics(kv), secret)
    _route(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", api.port, reuse_port=True).start()
    log.info("listening on http://127.0.0.1:%d", api.port)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
        await pool.close()
        await kv.close()
    return 0


def _route(app: web.Application) -> None:
    app.router.add_get("/", customers.home)
    app.router.add_get("/api/orders/{order}", customers.order)
    app.router.add_post("/api/checkout", customers.checkout)
    app.router.add_post("/api/webhooks/stripe", customers.payment_event)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/api/health", health)
    app.router.add_get("/api/selftest", selftest)
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/admin/ops", admin.operations)
    app.router.add_get("/api/v1/reconciliation/health", admin.reconciliation)
    app.router.add_get("/admin/flags", admin.flags)
    app.router.add_post("/admin/flags", admin.change_flag)
    app.router.add_post("/api/cron/{job}", admin.run_now)


@web.middleware
async def _answer(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Turn what the service depends on failing into 503, count every request, and log most."""
    parts = request.app[PARTS]
    log = logging.getLogger(parts.service.name)
    began = time.monotonic()
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = error
    except (psycopg.Error, KvError, PoolExhausted) as error:
        log.error("%s %s failed: %s", request.method, request.path, short(error))  # noqa: TRY400
        response = web.json_response({"error": short(error)}, status=503)
    seconds = time.monotonic() - began
    resource = request.match_info.route.resource
    parts.metrics.count(request.method, resource.canonical if resource else "other", response.status, seconds)
    if response.status >= 400 or seconds > _SLOW or request.path not in _QUIET:
        level = logging.WARNING if response.status >= 400 or seconds > _SLOW else logging.INFO
        log.log(level, "%s %s %d %.0fms", request.method, request.path_qs, response.status, seconds * 1000)
    return response


_QUIET = frozenset({"/healthz", "/readyz", "/api/health", "/metrics"})


async def healthz(request: web.Request) -> web.Response:
    """GET /healthz: whether this process can do its work."""
    probe = await request.app[PARTS].prober.look()
    if probe.working:
        return web.Response(text="ok\n")
    return web.Response(text=f"not ok: {probe.database or probe.kv}\n", status=503)


async def readyz(request: web.Request) -> web.Response:
    """GET /readyz: whether requests may be sent here, with the checks behind it."""
    ready, body = (await request.app[PARTS].prober.look()).readiness()
    return web.json_response(body, status=200 if ready else 503)


async def health(request: web.Request) -> web.Response:
    """GET /api/health: the whole picture."""
    parts = request.app[PARTS]
    probe = await parts.prober.look()
    return web.json_response(probe.health(parts.service.name), status=200 if probe.working else 503)


async def selftest(request: web.Request) -> web.Response:
    """GET /api/selftest: write and read back, in the database (rolled back) and in Redis."""
    parts = request.app[PARTS]
    key = f"selftest:{parts.service.holder}"
    await parts.kv.put(key, "written", 10)
    kv_ok = await parts.kv.get(key) == "written"
    await parts.kv.delete(key)
    async with parts.pool.session() as connection, connection.transaction(force_rollback=True):
        await connection.execute("INSERT INTO idempotency_keys (key) VALUES (%s)", (key,))
        row = await (await connection.execute("SELECT 1 FROM idempotency_keys WHERE key = %s", (key,))).fetchone()
    ok = kv_ok and row is not None
    return web.json_response({"ok": ok, "kv_write": kv_ok, "db_write": row is not None}, status=200 if ok else 500)


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics in the text format of Prometheus."""
    text = await request.app[PARTS].metrics.exposition()
    return web.Response(body=text.encode(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


if __name__ == "__main__":
    service.main(run)
