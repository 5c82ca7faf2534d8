"""Addresses: what a step's link is in full, and this person's browser."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from cockpit.model.errors import RunbookError

_WAIT = 5.0
"""Seconds in which the program that opens browsers has to end."""


def address_of(written: str, base_url: str) -> str:
    """The whole address of a link: a path alone belongs to the environment's service.

    Raises:
        RunbookError: when it is no address of the web, or a path and the environment has no service.
    """
    address = urljoin(base_url, written) if base_url else written
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RunbookError(
            f"{written!r} is no address that a browser opens", "give the environment a base_url for paths"
        )
    return address


def browser(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str | None:
    """The program that opens an address in a browser, None where nobody could see one."""
    if platform == "darwin":
        return shutil.which("open")
    seen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return shutil.which("xdg-open", path=environment.get("PATH")) if seen else None


async def open_address(address: str) -> bool:
    """Open an address of the web in a browser; False when there is none, or it did not take it."""
    program = browser()
    if program is None:
        return False
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            address,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        async with asyncio.timeout(_WAIT):
            return await process.wait() == 0
    except TimeoutError:
        return True
