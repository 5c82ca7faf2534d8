"""From a configuration to a server that shows observers' screens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from cockpit.config.load import Loaded
from cockpit.config.settings import Environment
from cockpit.model.errors import ConfigError
from cockpit.model.incident import Role
from cockpit.ui.keymap import Keymap

if TYPE_CHECKING:
    from cockpit.adapters.web_server import WebSettings

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NAVIGATION = (
    *("move.", "pane.health", "pane.activity", "pane.locks", "pane.services", "pane.logs", "pane.host"),
    *("pane.timeline", "pane.zoom", "focus.", "sidebar.go", "go.back", "help.open", "table.open", "runbook.open"),
)
"""The bindings whose keys a browser may press, by their ids or the beginning of these."""
KEPT = frozenset(
    """
    PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR PYTHONPATH VIRTUAL_ENV NO_COLOR SSL_CERT_FILE SSL_CERT_DIR
    REQUESTS_CA_BUNDLE DOCKER_HOST DOCKER_CONTEXT DOCKER_CONFIG DOCKER_CERT_PATH DOCKER_TLS_VERIFY SSH_AUTH_SOCK
    PM2_HOME PGHOST PGPORT PGDATABASE PGUSER PGSERVICE PGSERVICEFILE PGPASSFILE PGSSLMODE PGSSLROOTCERT
    """.split()  # noqa: SIM905  one word after the other is easier to read
)
"""Variables that an observer's cockpit gets; besides these only LC_*, XDG_* and those that its settings name."""


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and how to serve.

    Attributes:
        listen: address of this machine.
        port: 0 takes a free one.
        origins: addresses by which browsers reach it, when they are not its own.
        clients: how many may look at a time.
        rotate: for screens as on a wall, seconds after which the next pane comes forward, 0 for never; None elsewhere.
    """

    listen: str = "127.0.0.1"
    port: int = 8787
    origins: tuple[str, ...] = ()
    clients: int = 32
    rotate: float | None = None


def serve(loaded: Loaded, name: str, serving: Serving, announce: Callable[[str], None]) -> None:
    """Serve observers until Ctrl-C or SIGTERM.

    Args:
        loaded: the configuration.
        name: the environment.
        serving: where and how.
        announce: told the secret address once it can be opened.

    Raises:
        ConfigError: when the extra is missing, the address cannot be used, or nobody says how browsers reach it.
    """
    asyncio.run(_serve(loaded, name, serving, announce))


async def _serve(loaded: Loaded, name: str, serving: Serving, announce: Callable[[str], None]) -> None:
    from cockpit.adapters.web_page import page_files

    files = page_files()  # also says what to install, before what is not installed is imported
    from aiohttp import web

    from cockpit.adapters.web_child import ObserverProcess
    from cockpit.adapters.web_server import ObserverServer

    with contextlib.closing(_socket(serving)) as line:
        port = line.getsockname()[1]
        settings = web_settings(loaded, serving, port)
        command, variables = (
            child_command(loaded, name, serving.rotate),
            child_variables(loaded.environment(name)[1], os.environ),
        )
        server = ObserverServer(settings, lambda: ObserverProcess(command, variables), files)
        runner = web.AppRunner(server.application(), access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.SockSite(runner, line).start()
            announce(f"{address(serving, port)}/{settings.token}/")
            await _told_to_end()
        finally:
            await runner.cleanup()


def web_settings(loaded: Loaded, serving: Serving, port: int) -> WebSettings:
    """What the server insists on.

    Raises:
        ConfigError: when an origin is none, or nobody says how browsers reach an address that is not this machine's.
    """
    from cockpit.adapters.web_server import WebSettings

    for origin in serving.origins:
        scheme, separator, host = origin.partition("://")
        if scheme not in ("http", "https") or not separator or not host or "/" in host:
            raise ConfigError(f"--origin {origin} is no origin", "write https://cockpit.example.com")
    own = [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")] if serving.listen in LOOPBACK else []
    if not own and not serving.origins:
        raise ConfigError(
            f"nobody says how browsers reach {serving.listen}", "add --origin https://cockpit.example.com"
        )
    keymap = Keymap(Role.OBSERVER, loaded.settings.keys)
    keys = {key for binding in keymap.bindings if binding.id.startswith(NAVIGATION) for key in binding.keys}
    return WebSettings(secrets.token_urlsafe(24), frozenset([*own, *serving.origins]), frozenset(keys), serving.clients)


def address(serving: Serving, port: int) -> str:
    """The address to give away, without the token."""
    return serving.origins[0] if serving.origins else f"http://127.0.0.1:{port}"


def child_command(loaded: Loaded, name: str, rotate: float | None = None) -> list[str]:
    """The program of one screen: always an observer's."""
    config = ["--config", str(loaded.path)] if loaded.path else []
    wall = [] if rotate is None else ["--wall", *(["--rotate", f"{rotate:g}"] if rotate else [])]
    return [sys.executable, "-m", "cockpit", "--observer", *wall, "--env", name, *config]


def child_variables(environment: Environment, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a screen: what a program needs, and the variables that an observer's settings name."""
    named = set(_named(msgspec.to_builtins(environment)))
    return {
        name: value
        for name, value in variables.items()
        if name in KEPT or name in named or name.startswith(("LC_", "XDG_"))
    }


def _named(settings: object) -> Iterator[str]:
    """The variables that settings refer to, without those in whose place an observer has others."""
    if isinstance(settings, dict):
        for key, value in settings.items():
            if not settings.get(f"observer_{key}"):
                yield from _named(value)
    elif isinstance(settings, list | tuple):
        for value in settings:
            yield from _named(value)
    elif isinstance(settings, str) and settings.startswith("env:"):
        yield settings.removeprefix("env:")


def _socket(serving: Serving) -> socket.socket:
    family = socket.AF_INET6 if ":" in serving.listen else socket.AF_INET
    try:
        return socket.create_server((serving.listen, serving.port), family=family)
    except OSError as error:
        raise ConfigError(
            f"{serving.listen}:{serving.port} cannot be listened on: {error.strerror}", "choose another --port"
        ) from error


async def _told_to_end() -> None:
    """Return at SIGINT and SIGTERM."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
