"""Whether what stands in front of a Docker Engine lets an observer do more than read.

Two requests are tried. `POST /containers/NAME/wait` waits for a container to end, and `GET .../attach/ws` lends it a
terminal; NAME is a random one that no container has, and neither would change anything if one had it. What answers
`no such container` is the Engine itself, so such requests reach it; whatever refuses them stands in front of it.
"""

from __future__ import annotations

import secrets

import requests
from docker import APIClient

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.model.rights import Right, Wall

REMEDY = (
    "put the nginx server that `cockpit config init --observer` prints before it, and its socket into observer_host"
)
_REFUSALS = (401, 403, 405, 501)
_CUT = -1


async def docker_rights(engine: DockerEngine) -> tuple[Right, ...]:
    """What reaches the Engine by this address, kind by kind; changes nothing.

    Args:
        engine: reached as an observer reaches it.

    Raises:
        SourceError: when the Engine could not be asked at all.
    """
    source, name = str(engine.id), f"cockpit-{secrets.token_hex(16)}"
    await engine.call(lambda client: client.ping())
    post = await engine.call(lambda client: _status(client, "POST", f"/containers/{name}/wait"))
    attach = await engine.call(lambda client: _status(client, "GET", f"/containers/{name}/attach/ws?logs=0&stream=0"))
    return (
        _right(source, "start, stop, run, remove", "POST /containers/(a random name)/wait", post),
        _right(source, "type into containers", "GET /containers/(a random name)/attach/ws", attach),
    )


def _status(client: APIClient, method: str, path: str) -> int:
    """The status of the answer; _CUT when the line was cut instead."""
    try:
        response = client.request(method, f"{client.base_url}/v{client.api_version}{path}", timeout=client.timeout)
    except requests.ConnectionError:
        return _CUT
    try:
        return response.status_code
    finally:
        response.close()


def _right(source: str, change: str, tried: str, status: int) -> Right:
    if status in _REFUSALS or status == _CUT:
        words = "was cut off" if status == _CUT else f"was answered with {status}"
        return Right(source, change, Wall.SERVER, f"{tried}, which changes nothing, {words}")
    if status == requests.codes.not_found:
        return Right(source, change, Wall.COCKPIT, f"{tried}, which changes nothing, reached the Engine", REMEDY)
    return Right(source, change, Wall.UNKNOWN, f"{tried}, which changes nothing, was answered with {status}", REMEDY)
