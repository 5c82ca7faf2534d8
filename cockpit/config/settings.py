"""The shape of the configuration file; design: one frozen struct a table, keys as in the file.

References to secrets stay references here (plain `str`); `cockpit.config.secrets.resolve` follows them when
a source is built, so that a printed setting never holds a password from elsewhere.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", description="a short name")]
Duration = Annotated[str, msgspec.Meta(pattern=r"^\s*(\d+(\.\d+)?(ms|[smhdw])\s*)+$", description="30s, 5m, 1h30m")]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all tables share: frozen, and an unknown key is an error."""


class Postgres(Table, frozen=True):
    """A PostgreSQL database; an empty `dsn` leaves all to the PG* variables and service files."""

    name: Name
    dsn: str = ""
    observer_dsn: str = ""
    tunnel: str = ""
    every: Duration = "2s"
    timeout: Duration = "3s"


class Redis(Table, frozen=True):
    """A Redis server, or a Redis REST service (Upstash, Vercel KV), which `rest_url` and `rest_token` name."""

    name: Name
    url: str = ""
    observer_url: str = ""
    rest_url: str = ""
    rest_token: str = ""
    observer_rest_token: str = ""
    lock_prefix: str = "lock:"
    every: Duration = "2s"
    timeout: Duration = "3s"


class Docker(Table, frozen=True):
    """A Docker Engine; an empty `host` takes the current context.

    `host` is unix://, tcp:// or ssh://, or the name of a context; `tls` is the folder with ca.pem, cert.pem and key.pem
    for tcp://.
    """

    name: Name
    host: str = ""
    observer_host: str = ""
    tls: str = ""
    project: str = ""
    every: Duration = "2s"
    timeout: Duration = "5s"


class Processes(Table, frozen=True):
    """Processes: those of a supervisor with an HTTP API on a unix socket, or those of this machine that `match` finds.

    A match is `name:nginx`, `line:gunicorn .*shop` (a regular expression) or `port:3000`.
    """

    name: Name
    socket: str = ""
    match: tuple[str, ...] = ()
    every: Duration = "2s"
    timeout: Duration = "3s"


class Pm2(Table, frozen=True):
    """A pm2 daemon; an empty `home` takes PM2_HOME, else ~/.pm2."""

    name: Name
    home: str = ""
    command: str = "pm2"
    every: Duration = "5s"
    timeout: Duration = "10s"


class Log(Table, frozen=True):
    """A log: a file (or a pattern of files) followed across rotation, or what another source writes.

    Exactly one of file, command (no shell reads it), journal (a unit of systemd, "" for all), container (its name;
    `on` names the Docker Engine) or pm2 (an application, "" for all) is given. `zone` is what times without one mean.
    """

    name: Name
    file: str | None = None
    command: tuple[str, ...] | None = None
    journal: str | None = None
    container: str | None = None
    pm2: str | None = None
    on: str = ""
    zone: str = ""


class Prometheus(Table, frozen=True):
    """A Prometheus server: PromQL for checks, and its alerting rules as rows in Health."""

    name: Name
    url: str
    headers: dict[str, str] = {}
    every: Duration = "10s"
    timeout: Duration = "5s"


class Alertmanager(Table, frozen=True):
    """An Alertmanager: its alerts as rows in Health."""

    name: Name
    url: str
    headers: dict[str, str] = {}
    every: Duration = "10s"
    timeout: Duration = "5s"


class Changes(Table, frozen=True):
    """Where changes are told: exactly one of git, sql, redis or docker says where.

    git is a checkout (`tags` a pattern of tags that mark deployments, `marker` a file that each deployment writes),
    sql a query whose columns are time, what and who, redis a list or stream, docker the name of an engine above.
    """

    name: Name
    git: str | None = None
    tags: str = ""
    marker: str = ""
    sql: str | None = None
    redis: str | None = None
    docker: str | None = None
    on: str = ""
    kind: str = ""
    every: Duration = "30s"
    timeout: Duration = "10s"


class ScalarQuery(Table, frozen=True):
    """Where one value comes from: a SQL scalar, or a Redis key."""

    sql: str = ""
    redis: str = ""
    on: str = ""


class Job(Table, frozen=True):
    """A recurring job and the lock that guards it.

    `trigger` and `dry` are HTTP requests (`POST /path`); `disable` and `enable` are one, or SQL, or a Redis command.
    `flag` tells whether it is enabled, `contention` is a counter, `contended` a pattern for log lines.
    """

    name: Name
    lock: str = ""
    every: Duration | None = None
    cron: str = ""
    zone: str = "UTC"
    lock_ttl: Duration | None = None
    max_run: Duration | None = None
    last_run: ScalarQuery | None = None
    last_result: ScalarQuery | None = None
    history: ScalarQuery | None = None
    contention: ScalarQuery | None = None
    contended: str = ""
    contended_over: Duration = "15m"
    trigger: str = ""
    dry: str = ""
    flag: ScalarQuery | None = None
    disable: str = ""
    enable: str = ""


class Check(Table, frozen=True, rename={"for_": "for"}):
    """One source's reading and the conditions on it.

    Exactly one of http, metrics, promql, sql, redis, key, job, lock, connections, service, disk, file, process,
    port, certificate, log or status_page says what is read.
    """

    name: Name
    group: str = ""
    http: str | None = None
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    follow: bool = False
    metrics: str | None = None
    metric: str = ""
    promql: str | None = None
    sql: str | None = None
    redis: str | None = None
    key: str | None = None
    job: str | None = None
    lock: str | None = None
    connections: str | None = None
    service: str | None = None
    disk: str | None = None
    file: str | None = None
    process: str | None = None
    port: str | None = None
    certificate: str | None = None
    log: str | None = None
    pattern: str = ""
    status_page: str | None = None
    over: Duration = "1m"
    on: str = ""
    value: str = ""
    ok: str = ""
    warn: str = ""
    crit: str = ""
    for_: Duration = "0s"
    every: Duration = "5s"
    timeout: Duration = "3s"


class Environment(Table, frozen=True):
    """One environment and its sources. It is protected unless the file says that it is not."""

    label: str = ""
    protected: bool = True
    colour: Literal["", "red", "yellow", "green", "blue"] = ""
    service: str = ""
    base_url: str = ""
    headers: dict[str, str] = {}
    runbooks: tuple[str, ...] = ()
    severity: str = "P1"
    host: bool = True
    postgres: tuple[Postgres, ...] = ()
    redis: tuple[Redis, ...] = ()
    docker: tuple[Docker, ...] = ()
    processes: tuple[Processes, ...] = ()
    pm2: tuple[Pm2, ...] = ()
    logs: tuple[Log, ...] = ()
    prometheus: tuple[Prometheus, ...] = ()
    alertmanager: tuple[Alertmanager, ...] = ()
    changes: tuple[Changes, ...] = ()
    jobs: tuple[Job, ...] = ()
    checks: tuple[Check, ...] = ()


class JournalSettings(Table, frozen=True):
    """Where the journal is kept; an empty path means the user's state folder.

    Beside it, the readings of each incident are recorded in at most `recording_mb` megabytes, to be played again.
    """

    path: str = ""
    recording_mb: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 64


class IncidentSettings(Table, frozen=True):
    """How incidents are run here.

    `duty` is the duty of who sits here, for policies of escalation that are for one. `tracker` opens an action item:
    a command line that finds $TITLE and $BODY, or an address with {title} and {body}.
    """

    severities: tuple[str, ...] = ("P0", "P1", "P2", "P3", "P4")
    default: str = "P1"
    duty: str = ""
    review: Duration = "48h"
    updates: dict[str, Duration] = {}
    tracker: str = ""


class EscalationLevel(Table, frozen=True):
    """Who is called after how long without an end, and how."""

    name: Name
    after: Duration
    to: str = ""
    how: str = ""


class Escalation(Table, frozen=True):
    """A policy of escalation; what it leaves empty fits all, and the one that says most wins."""

    severities: tuple[str, ...] = ()
    duty: str = ""
    runbook: str = ""
    levels: tuple[EscalationLevel, ...] = ()


class Template(Table, frozen=True):
    """A message with fields in braces, for example {title}; `to` names targets of [notify]."""

    name: str
    text: str
    title: str = ""
    to: tuple[str, ...] = ()


class NotifySettings(Table, frozen=True):
    """Where messages can go: a name and the reference to an address of Apprise."""

    targets: dict[str, str] = {}
    timeout: Duration = "15s"


class ShareSettings(Table, frozen=True):
    """Where incidents are shared with those who follow them: a Redis that the team runs already; "" shares nothing.

    `name` begins all keys there. `observer_url` is for those who follow, `key` seals what is shared. A stream keeps
    about that many `entries` and `frames`, a frame takes at most that many bytes, and all is gone after `keep`.
    """

    url: str = ""
    observer_url: str = ""
    name: Name = "cockpit"
    key: str = ""
    entries: Annotated[int, msgspec.Meta(ge=100, le=1_000_000)] = 20_000
    frames: Annotated[int, msgspec.Meta(ge=20, le=100_000)] = 600
    frame_bytes: Annotated[int, msgspec.Meta(ge=10_000, le=4_000_000)] = 262_144
    keep: Duration = "24h"
    timeout: Duration = "3s"


class Interface(Table, frozen=True):
    """How the screen looks and sounds."""

    theme: str = ""
    ascii: bool = False
    bell: bool = True


class Settings(Table, frozen=True):
    """The whole file."""

    environments: dict[str, Environment] = {}
    default: str = ""
    journal: JournalSettings = JournalSettings()
    incident: IncidentSettings = IncidentSettings()
    escalation: tuple[Escalation, ...] = ()
    templates: tuple[Template, ...] = ()
    notify: NotifySettings = NotifySettings()
    share: ShareSettings = ShareSettings()
    interface: Interface = Interface()
    keys: dict[str, str] = {}


CHANGE_SUBJECTS = ("git", "sql", "redis", "docker")
"""The keys of a source of changes of which exactly one is given."""

CHECK_SUBJECTS = (
    "http",
    "metrics",
    "promql",
    "sql",
    "redis",
    "key",
    "job",
    "lock",
    "connections",
    "service",
    "disk",
    "file",
    "process",
    "port",
    "certificate",
    "log",
    "status_page",
)
"""The keys of a check of which exactly one is given."""
