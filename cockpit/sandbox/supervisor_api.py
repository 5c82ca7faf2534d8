"""The supervisor's HTTP API on a unix socket.

GET /processes answers a list of objects with the keys of `ProcessStatus`; POST /processes/NAME/VERB with VERB one
of start, stop, restart answers the process's status after it was done.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from aiohttp import web

from cockpit.model.errors import SandboxError
from cockpit.sandbox.supervisor import Supervisor


async def serve_supervisor(supervisor: Supervisor, socket: Path) -> web.AppRunner:
    """Start the API; the caller cleans the runner up.

    Raises:
        SandboxError: when the socket cannot be made.
    """
    verbs = {"start": supervisor.start, "stop": supervisor.stop, "restart": supervisor.restart}

    async def processes(_request: web.Request) -> web.Response:
        return web.json_response([asdict(status) for status in supervisor.statuses()])

    async def act(request: web.Request) -> web.Response:
        name, verb = request.match_info["name"], request.match_info["verb"]
        try:
            supervisor.status(name)
        except SandboxError as error:
            return web.json_response({"error": str(error)}, status=404)
        try:
            await verbs[verb](name)
        except SandboxError as error:
            return web.json_response({"error": str(error)}, status=409)
        return web.json_response(asdict(supervisor.status(name)))

    app = web.Application()
    app.router.add_get("/processes", processes)
    app.router.add_post("/processes/{name}/{verb:start|stop|restart}", act)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.UnixSite(runner, str(socket)).start()
    except OSError as error:
        await runner.cleanup()
        raise SandboxError(f"the supervisor cannot listen on {socket}: {error}") from error
    return runner
