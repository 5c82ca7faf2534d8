"""Supervised processes: the supervisor's HTTP API on a unix socket, and psutil for what they use."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NoReturn
from urllib.parse import quote

import httpx

from cockpit import __version__
from cockpit.adapters.http_body import json_of
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.process_usage import ProcessMeter, Usage
from cockpit.model.errors import SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.health import Json
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot
from cockpit.model.text import clean


@dataclass(frozen=True, slots=True)
class SupervisedProcess:
    """One process as the supervisor describes it; strings cleaned, `started_at` UTC."""

    name: str
    pid: int | None
    state: str
    started_at: datetime | None
    restarts: int | None
    exit_code: int | None
    command: str
    log: str


class Supervisor:
    """The supervisor's API: GET /processes, POST /processes/NAME/VERB.

    Args:
        name: the source's name.
        socket: path of its unix socket.
        deadline: seconds for one request that only reads.
    """

    def __init__(self, name: str, socket: str, *, deadline: float = 3.0) -> None:
        self.id = SourceId(SourceKind.PROCESSES, name)
        self._socket = clean(socket)
        self._deadline = deadline
        self._client = httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=socket, retries=0),
            base_url="http://supervisor",
            headers={"User-Agent": f"cockpit/{__version__}"},
            timeout=None,  # noqa: S113  asyncio.timeout bounds the whole exchange
        )

    async def processes(self) -> tuple[SupervisedProcess, ...]:
        """All processes.

        Raises:
            SourceUnreachable: when the supervisor does not answer.
            SourceGarbled: when its answer is not the list that was agreed on.
        """
        try:
            async with asyncio.timeout(self._deadline):
                response = await self._client.get("/processes")
        except TimeoutError as error:
            raise SourceUnreachable(f"the supervisor did not answer within {self._deadline:g} s") from error
        except httpx.HTTPError as error:
            self._unreachable(error)
        found = json_of(response.content, "application/json")
        if response.status_code != httpx.codes.OK or not isinstance(found, list):
            raise SourceGarbled(f"the supervisor at {self._socket} answered {response.status_code} without a list")
        return tuple(_process(item) for item in found)

    async def process(self, name: str) -> SupervisedProcess | None:
        """The process of that name, None when there is none; raises as `processes` does."""
        return next((item for item in await self.processes() if item.name == name), None)

    async def ask(self, name: str, verb: str) -> None:
        """Start, stop or restart a process; the caller sets the deadline.

        Raises:
            SourceUnreachable: when the supervisor does not answer, or broke off.
            SourceRefused: when it says no.
        """
        try:
            response = await self._client.post(f"/processes/{quote(name, safe='')}/{quote(verb, safe='')}")
        except httpx.HTTPError as error:
            self._unreachable(error)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            answer = json_of(response.content, "application/json")
            said = _text(answer.get("error")) if isinstance(answer, dict) else clean(response.text, 300)
            raise SourceRefused(f"the supervisor refused to {verb} {name} ({response.status_code}): {said}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _unreachable(self, error: httpx.HTTPError) -> NoReturn:
        raise SourceUnreachable(
            f"the supervisor at {self._socket} does not answer: {clean(str(error))}", "look whether it runs"
        ) from error


def described(item: SupervisedProcess) -> Service:
    """A process as a service, without what it uses."""
    return _service(item, "", {})


class ProcessServices:
    """Fulfils `Source[ServicesSnapshot]` for supervised processes.

    Args:
        supervisor: whom to ask.
        deadline: seconds for looking at the processes through the operating system.
    """

    def __init__(self, supervisor: Supervisor, *, deadline: float = 3.0) -> None:
        self._supervisor = supervisor
        self._deadline = deadline
        self._pool = BlockingPool("processes", 1)
        self._meter = ProcessMeter()

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._supervisor.id

    @property
    def server(self) -> str | None:
        """The supervisor says nothing of its own identity."""
        return None

    async def fetch(self) -> ServicesSnapshot:
        """The processes now, with CPU since the last fetch and memory of each whole process tree.

        Raises:
            SourceError: when the supervisor cannot be asked.
        """
        found = await self._supervisor.processes()
        pids = [item.pid for item in found if item.pid is not None]
        try:
            usage = await self._pool.run(lambda: self._meter.read(pids), self._deadline)
        except TimeoutError:
            usage = {}
        return ServicesSnapshot(tuple(_service(item, self.id.name, usage) for item in found), "supervisor")

    async def close(self) -> None:
        """Let go of the supervisor and end the thread."""
        self._pool.close()
        await self._supervisor.close()


def _service(item: SupervisedProcess, project: str, usage: Mapping[int, Usage]) -> Service:
    used = usage.get(item.pid) if item.pid is not None else None
    return Service(
        kind=ServiceKind.PROCESS,
        id=item.name,
        name=item.name,
        state=item.state,
        started_at=item.started_at if item.pid is not None else None,
        restarts=item.restarts,
        cpu_percent=used.cpu_percent if used else None,
        memory_bytes=used.memory_bytes if used else None,
        image=item.command,
        project=project,
        pid=item.pid,
        exit_code=item.exit_code,
        logs=(item.log,) if item.log else (),
    )


def _process(item: Json) -> SupervisedProcess:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        raise SourceGarbled("the supervisor described a process without a name")
    command = item.get("command")
    return SupervisedProcess(
        name=_text(item.get("name")),
        pid=_whole(item.get("pid")),
        state=_text(item.get("state")),
        started_at=_moment(item.get("started_at")),
        restarts=_whole(item.get("restarts")),
        exit_code=_whole(item.get("exit_code")),
        command=" ".join(_text(part) for part in command) if isinstance(command, list) else _text(command),
        log=_text(item.get("log")),
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _moment(value: Json) -> datetime | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise SourceGarbled(f"the supervisor gave {value!r} as a time") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
