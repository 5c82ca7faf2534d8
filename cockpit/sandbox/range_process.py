"""The process in which a range lives: `python -m cockpit.sandbox.range_process [SCENARIO] --runbooks PATH`.

It says in one line of JSON on standard output where everything is, or what went wrong, and ends with everything
that it owns when standard input closes (its caller is gone) or on SIGTERM, SIGINT and SIGHUP.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.range import Range

_ENDINGS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> int:
    """Run a range until nobody wants it any more; 0 when it was started, 1 when it could not be."""
    parser = argparse.ArgumentParser(description="one embedded incident range")
    parser.add_argument("scenario", nargs="?")
    parser.add_argument("--runbooks", type=Path, required=True)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--docker-host", default="")
    return asyncio.run(_live(parser.parse_args()))


async def _live(arguments: argparse.Namespace) -> int:
    os.umask(0o077)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDINGS:
        loop.add_signal_handler(number, ended.set)
    await loop.connect_read_pipe(lambda: _UntilClosed(ended), sys.stdin)
    try:
        sandbox = Range(arguments.runbooks, keep=arguments.keep, docker_host=arguments.docker_host)
    except SandboxError as error:
        _say(json.dumps({"error": error.what, "remedy": error.remedy}))
        return 1
    try:
        return await _serve(sandbox, arguments.scenario, ended)
    finally:
        await sandbox.stop()


async def _serve(sandbox: Range, name: str | None, ended: asyncio.Event) -> int:
    gone = asyncio.ensure_future(ended.wait())
    starting = asyncio.ensure_future(_start(sandbox, name))
    await asyncio.wait({gone, starting}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return 0
    line, code = starting.result()
    _say(line)
    if code == 0:
        await gone
    gone.cancel()
    return code


async def _start(sandbox: Range, name: str | None) -> tuple[str, int]:
    try:
        scenario = None
        if name is not None:
            from cockpit.sandbox.scenarios import scenario_named

            scenario = scenario_named(name)
        info = await sandbox.start(scenario)
    except SandboxError as error:
        return json.dumps({"error": error.what, "remedy": error.remedy}), 1
    except ModuleNotFoundError as error:
        missing = f"the sandbox needs the package {error.name}, which is not installed"
        return json.dumps({"error": missing, "remedy": "pip install 'incident-cockpit[sandbox]'"}), 1
    return info.to_json(), 0


def _say(line: str) -> None:
    """Write the one line; a caller that is gone already cannot hear it, and standard input says so."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return


class _UntilClosed(asyncio.Protocol):
    """Waits for the end of a pipe and ignores what comes through it."""

    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended.set()


if __name__ == "__main__":
    sys.exit(main())
