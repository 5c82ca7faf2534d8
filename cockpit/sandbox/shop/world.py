"""A stand-in for the world outside the service: customers, and the payment provider that reports what they paid.

Nobody real is behind it. It sends a few requests a second, in a fixed order, so that there is life on the screen.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import time
from pathlib import Path

import aiohttp

from cockpit.sandbox.shop import service
from cockpit.sandbox.shop.service import Service
from cockpit.sandbox.shop.signature import HEADER, signature

PAUSE = 0.25
AT_ONCE = 8
_TIMEOUT = 5.0
_EVENTS_KEPT = 500


async def run(world: Service) -> int:
    """Send requests until cancelled."""
    log = logging.getLogger(world.name)
    log.info("stand-in for customers and the payment provider; nobody real is behind these requests")
    slots = asyncio.Semaphore(AT_ONCE)
    await _until_open(world.port)
    base = f"http://127.0.0.1:{world.port}"
    # A connection for each request: SO_REUSEPORT then spreads them over the api's processes.
    connector = aiohttp.TCPConnector(force_close=True)
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
    async with (
        aiohttp.ClientSession(base, connector=connector, timeout=timeout) as session,
        asyncio.TaskGroup() as group,
    ):
        for number in itertools.count():
            await slots.acquire()
            task = group.create_task(_one(session, number, world, log))
            task.add_done_callback(lambda _: slots.release())
            await asyncio.sleep(PAUSE)
    return 0


async def _until_open(port: int) -> None:
    """Customers come when the shop has opened."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        await writer.wait_closed()
        return


async def _one(session: aiohttp.ClientSession, number: int, world: Service, log: logging.Logger) -> None:
    """One request of the fixed order; checkouts meet on five popular orders, as on a sale."""
    method, path, event = _request(number)
    body, headers = (None, {}) if event is None else _signed(event, world.webhook_secret)
    began = time.monotonic()
    try:
        async with session.request(method, path, data=body, headers=headers) as response:
            await response.read()
            said = str(response.status)
    except TimeoutError:
        said = f"gave up after {_TIMEOUT:g} s"
    except aiohttp.ClientError as error:
        said = f"failed: {error}"
    log.info("%s %s %s %.0fms", method, path, said, (time.monotonic() - began) * 1000)


def _signed(event: dict[str, str], secret: Path) -> tuple[bytes, dict[str, str]]:
    """An event as the provider sends it: signed with the secret that it has at this moment."""
    body = json.dumps(event).encode()
    return body, {"Content-Type": "application/json", HEADER: signature(secret.read_text("utf-8"), body)}


def _request(number: int) -> tuple[str, str, dict[str, str] | None]:
    match number % 4:
        case 0:
            return "GET", "/", None
        case 1:
            return "GET", f"/api/orders/{1 + number % 60}", None
        case 2:
            return "POST", f"/api/checkout?order={1 + number // 4 % 5}", None
        case _:
            event = {"id": f"evt_world_{number % _EVENTS_KEPT}", "type": "payment_intent.succeeded"}
            return "POST", "/api/webhooks/stripe", event


if __name__ == "__main__":
    service.main(run)
