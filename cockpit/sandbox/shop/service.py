"""What all processes of `shop` share: settings from the environment, logging, a clean end on SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MIGRATION: Final = "0003_outbox"
"""The schema version that this release of the service needs."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the service.

    Attributes:
        name: for example "worker-1".
        database: URL of PostgreSQL.
        kv: URL of Redis.
        port: TCP port of the api on 127.0.0.1.
        webhook_secret: file of the secret with which the payment provider signs its events.
    """

    name: str
    database: str
    kv: str
    port: int
    webhook_secret: Path

    @property
    def holder(self) -> str:
        """The value that this process writes into a lock: its name and pid."""
        return f"{self.name}:{os.getpid()}"


def service_environment(
    database: str, kv: str, port: int, service_log: str, webhook_secret: Path
) -> tuple[tuple[str, str], ...]:
    """The variables from which `main` makes a `Service`; secrets do not belong into a command line."""
    return (
        ("SHOP_DATABASE_URL", database),
        ("SHOP_KV_URL", kv),
        ("SHOP_PORT", str(port)),
        ("SHOP_LOG", service_log),
        ("SHOP_WEBHOOK_SECRET_FILE", str(webhook_secret)),
    )


def main(run: Callable[[Service], Awaitable[int]]) -> None:
    """Run one process until it ends or is asked to, and exit with its code."""
    parser = argparse.ArgumentParser(description="one process of the sample service `shop`")
    parser.add_argument("--name", required=True, help="for example worker-1")
    name: str = parser.parse_args().name
    variables = os.environ
    service = Service(
        name,
        variables["SHOP_DATABASE_URL"],
        variables["SHOP_KV_URL"],
        int(variables["SHOP_PORT"]),
        Path(variables["SHOP_WEBHOOK_SECRET_FILE"]),
    )
    _configure_logging(variables["SHOP_LOG"])
    sys.exit(asyncio.run(_until_asked(run, service)))


async def _until_asked(run: Callable[[Service], Awaitable[int]], service: Service) -> int:
    log = logging.getLogger(service.name)
    task = asyncio.ensure_future(run(service))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    log.info("starting, pid %d", os.getpid())
    try:
        code = await task
    except asyncio.CancelledError:
        code = 0
    log.info("stopped with code %d", code)
    return code


def _configure_logging(service_log: str) -> None:
    """Log to standard error, which is the process's own file, and to the file that the service's processes share.

    A service of one process has no such second file: `service_log` is then empty.
    """
    formatter = logging.Formatter("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    if service_log:
        handlers.append(logging.FileHandler(service_log))
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=handlers)
