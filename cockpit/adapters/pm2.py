"""pm2: the daemon is asked through its own program, which prints the list as JSON."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
import shutil
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from cockpit.adapters.docker_json import at, text, whole
from cockpit.model.errors import SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot
from cockpit.model.text import clean

MOST_BYTES = 32_000_000
"""Bytes of a list that are read: each application comes with its whole environment."""
_KILL_WAIT = 2.0
_NO_VARIABLE = frozenset({"PM2_HOME"})


@dataclass(frozen=True, slots=True)
class Pm2Process:
    """One process as pm2 describes it; strings cleaned.

    Attributes:
        service: what the pane shows.
        variables: names and values of its environment, not masked.
        facts: more about it, label and value.
    """

    service: Service
    variables: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


class Pm2:
    """One pm2 daemon.

    It is only asked when it runs: the program would start an empty one otherwise, and that is a change.

    Args:
        name: the source's name.
        home: pm2's own folder, "" for $PM2_HOME, else ~/.pm2.
        command: how the program is called, "pm2" or "npx pm2".
        deadline: seconds for one question.
    """

    def __init__(self, name: str, home: str = "", command: str = "pm2", *, deadline: float = 10.0) -> None:
        self.id = SourceId(SourceKind.PM2, name)
        self.deadline = deadline
        self._home = Path(home or os.environ.get("PM2_HOME") or "~/.pm2").expanduser()
        self._command = shlex.split(command) or ["pm2"]
        self._asking = asyncio.Semaphore(1)

    @property
    def home(self) -> Path:
        """pm2's own folder."""
        return self._home

    def daemon(self) -> str | None:
        """Identity of the daemon that runs now: its pid and start; None when none runs."""
        try:
            pid = int((self._home / "pm2.pid").read_text(encoding="ascii").strip() or "0")
            process = psutil.Process(pid)
            return f"{pid} {process.create_time():.0f}"
        except (OSError, ValueError, psutil.Error):
            return None

    async def processes(self) -> tuple[Pm2Process, ...]:
        """All processes that the daemon knows.

        Raises:
            SourceError: when the daemon does not run, the program is missing, or the answer makes no sense.
        """
        self._look_for_daemon()
        return parse_list(await self.run("jlist"), self.id.name)

    async def run(self, *words: str, deadline: float | None = None) -> str:
        """Call the program and return what it printed.

        Raises:
            SourceUnreachable: when it does not end in time.
            SourceRefused: when it cannot be called, or says no.
        """
        program = shutil.which(self._command[0])
        if program is None:
            raise SourceRefused(f"there is no program {self._command[0]} here", "correct `command` of this pm2")
        environment = {**os.environ, "PM2_HOME": str(self._home), "PM2_DISCRETE_MODE": "true", "NO_COLOR": "1"}
        async with self._asking:
            process = await asyncio.create_subprocess_exec(
                program,
                *self._command[1:],
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                start_new_session=True,
            )
            seconds = self.deadline if deadline is None else deadline
            try:
                async with asyncio.timeout(seconds):
                    out, err = await process.communicate()
            except TimeoutError as error:
                raise SourceUnreachable(f"pm2 {words[0]} did not end within {seconds:g} s") from error
            finally:
                await _ended(process)
        if process.returncode:
            raise SourceRefused(f"pm2 {' '.join(words)} failed: {_reason(err or out)}")
        return out[:MOST_BYTES].decode("utf-8", "replace")

    def _look_for_daemon(self) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(1.0)
                line.connect(str(self._home / "rpc.sock"))
        except PermissionError as error:
            raise SourceRefused(
                f"the pm2 daemon of {clean(str(self._home))} belongs to another user", "run the cockpit as that user"
            ) from error
        except OSError as error:
            raise SourceUnreachable(
                f"no pm2 daemon runs in {clean(str(self._home))}", "`pm2 resurrect` brings it back, or correct `home`"
            ) from error


async def _ended(process: asyncio.subprocess.Process) -> None:
    """See to it that a program that was given up is gone."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _KILL_WAIT)


def _reason(raw: bytes) -> str:
    lines = [clean(line) for line in raw.decode("utf-8", "replace").splitlines() if line.strip()]
    wrong = [line for line in lines if "rror" in line]
    return (wrong or lines or ["it did not say why"])[-1][:300]


class Pm2Services:
    """Fulfils `Source[ServicesSnapshot]` for what pm2 runs."""

    def __init__(self, pm2: Pm2) -> None:
        self._pm2 = pm2
        self._server: str | None = None

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._pm2.id

    @property
    def server(self) -> str | None:
        """The daemon's process."""
        return self._server

    async def fetch(self) -> ServicesSnapshot:
        """All processes of pm2.

        Raises:
            SourceError: when they cannot be listed.
        """
        found = await self._pm2.processes()
        self._server = self._pm2.daemon()
        version = next((value for item in found for label, value in item.facts if label == "pm2"), "")
        return ServicesSnapshot(tuple(item.service for item in found), f"pm2 {version}".strip())

    async def close(self) -> None:
        """Nothing is held open between two questions."""


def parse_list(printed: str, project: str = "") -> tuple[Pm2Process, ...]:
    """What `pm2 jlist` printed; it may greet, warn or ask for an update before the JSON and after it.

    Raises:
        SourceGarbled: when there is no list in it.
    """
    decoder = json.JSONDecoder()
    for start in _starts(printed):
        try:
            found, _ = decoder.raw_decode(printed, start)
        except ValueError:
            continue
        if isinstance(found, list) and all(isinstance(item, dict) and "pm_id" in item for item in found):
            return tuple(_process(item, project) for item in found)
    raise SourceGarbled("pm2 jlist printed no list of processes", "run it by hand and look")


def _starts(printed: str) -> Iterable[int]:
    at_ = printed.find("[")
    while at_ >= 0:
        yield at_
        at_ = printed.find("[", at_ + 1)


def _process(item: object, project: str) -> Pm2Process:
    environment = at(item, "pm2_env")
    status = text(environment, "status")
    running = status == "online"
    number, name = whole(item, "pm_id"), text(item, "name")
    instances = whole(environment, "instances") or 1
    mode = text(environment, "exec_mode").removesuffix("_mode")
    cpu, memory = at(item, "monit", "cpu"), whole(item, "monit", "memory")
    logs = tuple(
        dict.fromkeys(filter(None, (text(environment, key) for key in ("pm_out_log_path", "pm_err_log_path"))))
    )
    service = Service(
        kind=ServiceKind.PM2,
        id=str(number),
        name=name,
        state={"online": "running", "waiting restart": "restarting"}.get(status, status),
        started_at=_moment(whole(environment, "pm_uptime")) if running else None,
        restarts=whole(environment, "restart_time"),
        cpu_percent=float(cpu) if running and isinstance(cpu, int | float) else None,
        memory_bytes=memory if running else None,
        image=text(environment, "pm_exec_path"),
        project=text(environment, "namespace") if text(environment, "namespace") != "default" else project,
        pid=(whole(item, "pid") or None) if running else None,
        exit_code=None if running else whole(environment, "exit_code"),
        part=f"{mode} {instances}" if mode == "cluster" else mode,
        logs=logs,
    )
    return Pm2Process(service, _variables(environment), _facts(environment))


def _variables(environment: object) -> tuple[tuple[str, str], ...]:
    given = at(environment, "env")
    if not isinstance(given, Mapping):
        return ()
    kept = ((clean(str(key)), clean(str(value))) for key, value in given.items() if not isinstance(value, dict | list))
    return tuple(sorted(pair for pair in kept if pair[0] not in _NO_VARIABLE))


def _facts(environment: object) -> tuple[tuple[str, str], ...]:
    facts = [
        ("script", text(environment, "pm_exec_path")),
        ("folder", text(environment, "pm_cwd")),
        ("interpreter", text(environment, "exec_interpreter")),
        ("node", text(environment, "node_version")),
        ("mode", text(environment, "exec_mode")),
        ("instances", str(whole(environment, "instances") or "")),
        ("unstable restarts", str(whole(environment, "unstable_restarts") or 0)),
        ("restarts by itself", "yes" if at(environment, "autorestart") is True else "no"),
        ("watches files", "yes" if at(environment, "watch") is True else ""),
        ("user", text(environment, "username")),
        ("output", text(environment, "pm_out_log_path")),
        ("errors", text(environment, "pm_err_log_path")),
        ("pm2", text(environment, "_pm2_version")),
    ]
    return tuple((label, value) for label, value in facts if value)


def _moment(milliseconds: int | None) -> datetime | None:
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def same_name(found: Iterable[Pm2Process], name: str) -> tuple[Service, ...]:
    """The processes of one application, by their number."""
    services = (item.service for item in found if item.service.name == name)
    return tuple(sorted(services, key=lambda service: int(service.id)))
