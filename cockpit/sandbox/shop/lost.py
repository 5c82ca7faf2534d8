"""Noticing that the server has ended a session that is idle."""

from __future__ import annotations

import asyncio

from cockpit.sandbox.shop.pool import Connection


def watch(connection: Connection, lost: asyncio.Event) -> None:
    """Set `lost` when the server says something unasked, which to an idle session is goodbye."""
    loop = asyncio.get_running_loop()
    descriptor = connection.fileno()

    def heard() -> None:
        loop.remove_reader(descriptor)
        lost.set()

    loop.add_reader(descriptor, heard)
