"""One container looked at closely; nothing but GET requests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from docker.errors import APIError, NotFound

from cockpit.adapters.docker import PART_LABEL, PROJECT_LABEL, health_of
from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import at, items, moment, text, whole
from cockpit.adapters.docker_logs import DockerLogs
from cockpit.model.errors import SourceError
from cockpit.model.logs import LogBatch
from cockpit.model.ports import Clock, Source
from cockpit.model.services import Section
from cockpit.model.text import clean

MOST_LINES = 500
"""Processes, or lines of a health check, that are shown."""
_GIB = 1024**3


class DockerInspector:
    """Fulfils `ServiceInspector`.

    Args:
        engine: whom to ask; not closed with this inspector.
        clock: tells the time at which log lines were read.
    """

    def __init__(self, engine: DockerEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def sections(self, service: str) -> Sequence[Section]:
        """What the Engine knows of the container.

        Raises:
            SourceError: when it cannot be asked, or has no such container.
        """
        detail: object = await self._engine.call(lambda client: client.inspect_container(service))
        image = await self._image(text(detail, "Image"))
        found = [
            Section("overview", _overview(detail, image)),
            Section("environment", _variables(detail)),
            await self._processes(service, detail),
            Section("ports", _ports(detail), _networks(detail)),
            Section("mounts", (), _mounts(detail)),
            Section("labels", _labels(detail)),
            Section("health", (), _health(detail)),
        ]
        return tuple(section for section in found if section.facts or section.lines)

    def log(self, service: str, name: str) -> Source[LogBatch] | None:
        """The container's log, followed under its name across restarts and recreation."""
        return DockerLogs(self._engine, name, clock=self._clock)

    async def _image(self, image: str) -> object:
        try:
            found: object = await self._engine.call(lambda client: client.inspect_image(image))  # type: ignore[no-untyped-call]
        except SourceError as error:
            if isinstance(error.__cause__, NotFound):
                return None  # the image may have been removed since the container was made
            raise
        return found

    async def _processes(self, service: str, detail: object) -> Section:
        if at(detail, "State", "Running") is not True:
            return Section("processes", (), ("it does not run",))
        try:
            found: object = await self._engine.call(lambda client: client.top(service))
        except SourceError as error:
            if isinstance(error.__cause__, APIError):
                return Section("processes", (), (error.what,))  # it ended meanwhile, or there is no `ps` to ask
            raise
        rows = [[clean(str(title)) for title in items(found, "Titles")]]
        rows += [[clean(str(cell)) for cell in row] for row in items(found, "Processes") if isinstance(row, list)]
        return Section("processes", (), laid_out(rows[: MOST_LINES + 1]))


def laid_out(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Rows of cells as lines, in columns; the last column keeps its own width."""
    widths = [max((len(row[n]) for row in rows if n < len(row)), default=0) for n in range(max(map(len, rows)))]
    return tuple(
        "  ".join(cell if n == len(row) - 1 else cell.ljust(widths[n]) for n, cell in enumerate(row)) for row in rows
    )


def _overview(detail: object, image: object) -> tuple[tuple[str, str], ...]:
    state, labels = at(detail, "State"), at(detail, "Config", "Labels")
    running = at(state, "Running") is True
    policy = text(detail, "HostConfig", "RestartPolicy", "Name") or "no"
    command = [*(items(detail, "Config", "Entrypoint")), *(items(detail, "Config", "Cmd"))]
    digests = [str(digest) for digest in items(image, "RepoDigests")]
    facts = [
        ("name", text(detail, "Name").removeprefix("/")),
        ("id", text(detail, "Id")),
        ("image", text(detail, "Config", "Image")),
        ("image id", text(detail, "Image")),
        ("digest", clean(", ".join(digests))),
        ("image made", _stamp(moment(image, "Created"))),
        ("created", _stamp(moment(detail, "Created"))),
        ("command", clean(" ".join(str(word) for word in command))),
        ("folder", text(detail, "Config", "WorkingDir")),
        ("user", text(detail, "Config", "User")),
        ("state", f"{text(state, 'Status')} {health_of(detail)}".strip()),
        ("started", _stamp(moment(state, "StartedAt"))),
        ("ended", "" if running else _stamp(moment(state, "FinishedAt"))),
        ("exit code", "" if running else str(whole(state, "ExitCode"))),
        ("memory ran out", "yes, the kernel ended a process of it" if at(state, "OOMKilled") is True else ""),
        ("error", text(state, "Error")),
        ("process id", str(whole(state, "Pid") or "")),
        ("restarts", str(whole(detail, "RestartCount") or 0)),
        ("restart policy", policy),
        ("memory limit", _bytes(whole(detail, "HostConfig", "Memory"))),
        ("cores", _cores(whole(detail, "HostConfig", "NanoCpus"))),
        ("log driver", text(detail, "HostConfig", "LogConfig", "Type")),
        ("compose", " / ".join(filter(None, (text(labels, PROJECT_LABEL), text(labels, PART_LABEL))))),
        ("compose file", text(labels, "com.docker.compose.project.config_files")),
        ("depends on", text(labels, "com.docker.compose.depends_on")),
        ("privileged", "yes" if at(detail, "HostConfig", "Privileged") is True else ""),
    ]
    return tuple((label, value) for label, value in facts if value)


def _variables(detail: object) -> tuple[tuple[str, str], ...]:
    pairs = (clean(str(entry)).partition("=") for entry in items(detail, "Config", "Env"))
    return tuple(sorted((name, value) for name, _, value in pairs))


def _ports(detail: object) -> tuple[tuple[str, str], ...]:
    ports = at(detail, "NetworkSettings", "Ports")
    if not isinstance(ports, dict):
        return ()
    return tuple((clean(str(inner)), _bindings(bound)) for inner, bound in sorted(ports.items()))


def _bindings(bound: object) -> str:
    if not isinstance(bound, list) or not bound:
        return "not published"
    return ", ".join(f"{text(one, 'HostIp')}:{text(one, 'HostPort')}" for one in bound)


def _networks(detail: object) -> tuple[str, ...]:
    networks = at(detail, "NetworkSettings", "Networks")
    if not isinstance(networks, dict) or not networks:
        return ()
    rows = [["NETWORK", "ADDRESS", "GATEWAY", "ALIASES"]]
    for name, network in sorted(networks.items()):
        aliases = ", ".join(str(alias) for alias in items(network, "Aliases"))
        rows.append([clean(str(name)), text(network, "IPAddress"), text(network, "Gateway"), clean(aliases)])
    return laid_out(rows)


def _mounts(detail: object) -> tuple[str, ...]:
    rows = [
        [
            text(mount, "Destination"),
            "read and write" if at(mount, "RW") is True else "read only",
            text(mount, "Type"),
            text(mount, "Name") or text(mount, "Source"),
        ]
        for mount in items(detail, "Mounts")
    ]
    return laid_out([["IN THE CONTAINER", "ACCESS", "KIND", "FROM"], *rows]) if rows else ()


def _labels(detail: object) -> tuple[tuple[str, str], ...]:
    labels = at(detail, "Config", "Labels")
    return tuple(sorted((clean(str(k)), clean(str(v))) for k, v in labels.items())) if isinstance(labels, dict) else ()


def _health(detail: object) -> tuple[str, ...]:
    health = at(detail, "State", "Health")
    if not isinstance(health, dict):
        return ()
    test = clean(" ".join(str(word) for word in items(detail, "Config", "Healthcheck", "Test")))
    lines = [f"asked by  {test}", f"failures in a row  {whole(health, 'FailingStreak') or 0}"]
    for look in reversed(items(health, "Log")):
        lines.append(f"{_stamp(moment(look, 'Start'))}  exit code {whole(look, 'ExitCode')}")
        lines += [f"    {clean(said)}" for said in str(at(look, "Output") or "").splitlines()[:20]]
    return tuple(lines[:MOST_LINES])


def _stamp(at_: datetime | None) -> str:
    return f"{at_:%Y-%m-%d %H:%M:%S}Z" if at_ else ""


def _bytes(count: int | None) -> str:
    return f"{count / _GIB:.2f} GiB" if count else ""


def _cores(nano: int | None) -> str:
    return f"{nano / 1e9:g}" if nano else ""
